#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Holds a run of scenarios/wiltshire-2020.xml against the paper's planned places of 2020/21: 66, 56 special and 10 in bases.

They are plain numbers, so every replication has them: commissioned places as the September step of 2020 closes, less those at
the start, over the sites that are not another authority's allotment. And its money: identities that hold to the penny.

usage: check_wiltshire.py RUNFILE      exits 1 with a sentence when it is not so
"""
import sys
from datetime import date

import h5py

BY_SITE = {"rowdeford": 8, "downland": 16, "springfields-south": 32, "fitzmaurice": 10}

with h5py.File(sys.argv[1]) as run:
    sites = [site.decode() if isinstance(site, bytes) else site for site in run["site"][:]]
    commissioned = run["site_commissioned"][:].astype(int)          # step, site, replication
gain = commissioned[2] - commissioned[0]                            # the first step closes in March, the third in December
for i, site in enumerate(sites):
    if site != "special-beyond" and (gain[i] != BY_SITE.get(site, 0)).any():
        sys.exit(f"{site}: {BY_SITE.get(site, 0)} places were planned for 2020/21; replications have {sorted(set(gain[i]))}")
if sum(BY_SITE.values()) != 66:
    sys.exit("56 and 10 are 66")

# What it costs, in pence: lines that add up, a fifth of independent placements borne by others, and one line worked out again.
with h5py.File(sys.argv[1]) as run:
    lines, years, provisions, inputs = ([x.decode() if isinstance(x, bytes) else int(x) for x in run[name][:]]
                                        for name in ("line", "financial_year", "provision", "input"))
    cost, by_provision, academic = (run[name][:] for name in ("cost", "cost_by_provision", "cost_academic"))
    in_independent = run["stock"][:, :, :, provisions.index("independent")].astype(int).sum(axis=(1, 2))          # step, replication
    growth = 1 + run["input_value"][inputs.index("price independent-prices / inflation")]
    saved, savings = run["declared_saving"][:], [x.decode() for x in run["saving"][:]]

there = cost[:, 0, 0] != -2**63                                     # years without a day of the run are missing
cost, by_provision, saved = cost[there], by_provision[there], saved[there]
years = [year for year, is_there in zip(years, there) if is_there]
of_pupils = [i for i, line in enumerate(lines) if line.split("/")[0] in ("unit-cost", "place-funding", "transport")]
if (cost[:, of_pupils].sum(axis=1) != by_provision.sum(axis=1)).any():
    sys.exit("lines of pupils and places do not add up to what provisions cost")
if (cost.sum(axis=0) != academic[academic[:, 0, 0] != -2**63].sum(axis=0)).any():
    sys.exit("financial years and academic years do not add up to the same cost")
if any(line.startswith("saving") for line in lines):
    sys.exit("a declared saving is among the costs")
gross, borne = cost[:, lines.index("unit-cost/independent")], cost[:, lines.index("borne-by-others/all")]
if (abs(borne + gross / 5) > 3).any():                              # 9.6 of 12.0 million are high needs; a step rounds once, three a year
    sys.exit("others do not bear a fifth of independent placements")
# 205 placements at 58,537 are 12,000,085 pounds, less a fifth 46,829.60 each: the paper's 12.0 and 9.6 million.
worked_out = {year: 0 for year in years}
for step, pupils in enumerate(in_independent):
    year, term = 2020 + step // 3, step % 3                          # January, April, September
    begins, ends = [((year, 1, 1), (year, 4, 1)), ((year, 4, 1), (year, 9, 1)), ((year, 9, 1), (year + 1, 1, 1))][term]
    september = year if term == 2 else year - 1
    days, of = (date(*ends) - date(*begins)).days, (date(september + 1, 9, 1) - date(september, 9, 1)).days
    financial = year - (term == 0)
    worked_out[financial] = worked_out[financial] + pupils * 5853700 * growth ** (financial - 2019) * days / of
for i, year in enumerate(years):
    if (abs(gross[i] - worked_out[year]) > 2).any():                # three roundings of half a penny
        sys.exit(f"{year}: independent placements cost other than pupils x 58,537 x days / days of the year, with inflation")
most = {"saving-dyslexia": 27200000, "saving-digital": 750000000}   # 272,000 in four years; 0.5, 2 and up to 5 million
for name, total in most.items():
    made = saved[:, savings.index(name)].sum(axis=0)
    if made.max() > total or not (made == 0).any() or (name == "saving-dyslexia" and set(made) != {0, total}):
        sys.exit(f"{name}: declared savings are made whole or not at all, at most {total / 100:,.0f} pounds")
