#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Holds a run of scenarios/rutland-2021.xml against what was counted after its start, and its money against itself.

Not used by the scenario, and inside the 80 % band: 53 requests, 36 (Scrutiny) and 37 (SEN2) new plans, 43.2 % of them within 20
weeks, all of 2021, and 279 plans in January 2022. In time was 100 % in 2019 and 72.7 % in 2020: the share falls below both on
average by the team's limit alone, for once that ends every plan is in time.
The balance is incomes less costs, carried on from about a million of deficit on 1 April 2022, to the penny.

usage: check_rutland.py RUNFILE      exits 1 with a sentence when it is not so
"""
import sys

import h5py
import numpy

with h5py.File(sys.argv[1]) as run:
    def of_2021(name):                                              # the terms that start in January, April and September 2021
        return run[name][:3].astype(int).sum(axis=(0, 1))
    issued, in_time = of_2021("plans_issued"), of_2021("issued_within_20_weeks")
    late = {name: run[name][9:].astype(int).sum() for name in ("plans_issued", "issued_within_20_weeks")}      # from 2024
    counted = [("requests in 2021", of_2021("requests"), 53), ("new plans in 2021", issued, 36), ("new plans in 2021", issued, 37),
               ("per cent of 2021's plans in 20 weeks", 100 * in_time / issued, 43.2),
               ("plans in January 2022", run["stock"][2].astype(int).sum(axis=(0, 1, 2)), 279)]
    years, lines = list(run["financial_year"][:]), [line.decode() for line in run["line"][:]]
    cost, income, balance, carried = (run[name][:] for name in ("cost", "income", "balance", "balance_cumulative"))
    opening = run["input_value"][[i.decode() for i in run["input"][:]].index("budget / opening-balance")]

for what, found, there in counted:
    low, high = numpy.quantile(found, [0.1, 0.9])
    if not low <= there <= high:
        sys.exit(f"{what}: {there} were counted, outside {low:.0f} to {high:.0f}")
share = (100 * in_time / issued).mean()
if not share < 72.7:
    sys.exit(f"the share of plans within 20 weeks does not fall: {share:.1f} % in 2021, 72.7 % in 2020")
if late["plans_issued"] != late["issued_within_20_weeks"]:
    sys.exit("plans are late though the team has no limit")

whole = [i for i, year in enumerate(years) if 2020 <= year <= 2027]                            # 2028/29 has no day of the run
if (balance[whole] != income[whole].sum(axis=1) - cost[whole].sum(axis=1)).any():
    sys.exit("the balance is not incomes less costs")
recovery = cost[years.index(2021), lines.index("recovery-budget")]
if (recovery != 35700000).any() or (cost[years.index(2025), lines.index("recovery-budget")] != 0).any():
    sys.exit("the recovery budget is 357,000 pounds a year until March 2025")
first = years.index(2022)
if (numpy.abs(carried[first] - balance[first] - 100 * opening) > 0.5 + 1e-6).any() or not -1000000 <= numpy.median(opening) <= -850000:
    sys.exit("the first balance carried on does not start from the opening one")
for i in whole[whole.index(first) + 1:]:
    if (carried[i] != carried[i - 1] + balance[i]).any():
        sys.exit(f"{years[i]}: the balance is not carried on")
