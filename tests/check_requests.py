#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""usage: check_requests.py RUN. Rutland's requests and new plans of 2019, 2020 and 2021, as Scrutiny 2022 counted them, lie inside
the run's P5 to P95; and the share of plans within 20 weeks falls in 2020, for want of throughput alone. Three steps a year, from January."""
import sys

import h5py
import numpy as np

COUNTED = {"requests": (62, 63, 53), "plans_issued": (31, 44, 36)}

with h5py.File(sys.argv[1]) as run:
    by_year = {name: run[name][...].astype(float).sum(axis=1).reshape(3, 3, -1).sum(axis=1)
               for name in ("requests", "plans_issued", "issued_within_20_weeks")}
for name, counted in COUNTED.items():
    low, high = np.quantile(by_year[name], [0.05, 0.95], axis=1)
    for year, (x, a, b) in enumerate(zip(counted, low, high)):
        assert a <= x <= b, f"{name} of {2019 + year}: {x} is not within {a:.0f} to {b:.0f}"
share = by_year["issued_within_20_weeks"].sum(axis=1) / by_year["plans_issued"].sum(axis=1)
assert share[0] > 0.9 and share[1] < 0.5 and share[1] < share[2], share
