# SPDX-License-Identifier: MIT
"""The readings january, mean and any of `summary`, against numpy on the run file: demand, unmet and shortfall, all phases."""
import csv
import sys

import h5py
import numpy

path, folder = sys.argv[1:]
n_checked = 0
with h5py.File(path) as run:
    ids = [name.decode() for name in run["provision"][:]]
    steps, years = run["step_year"][:], run["year"][:]
    closes = numpy.datetime64(run["step"].attrs["units"].decode().split()[2]) + run["step"][:].astype("timedelta64[D]")

    def whole(name):  # [step or year][provision][replication]
        values = run[name][:].astype(float)
        return values.sum(axis=(1, 2)) if values.ndim == 5 else values.sum(axis=1)

    pairs = {"demand": ("demand", "september_demand"), "unmet": ("unmet", "september_unmet"),
             "shortfall": ("shortfall_authority", "september_shortfall_authority")}
    for reading in "january", "mean", "any":
        with open(f"{folder}/{reading}.csv", newline="") as table:
            for row in csv.DictReader(table):
                if row["phase"] != "all":
                    continue
                provision, year = ids.index(row["provision"]), int(row["year"])
                here = steps == year
                for key, (at_close, counted) in pairs.items():
                    closing = whole(at_close)[:, provision]
                    if reading == "january":
                        expected = closing[closes == numpy.datetime64(f"{year + 1}-01-01")][0]
                    elif reading == "mean":
                        expected = closing[here].mean(axis=0)
                    else:
                        expected = numpy.maximum(closing[here].max(axis=0), whole(counted)[list(years).index(year), provision])
                    assert abs(expected.mean() - float(row[key + "_mean"])) < 1e-9, (reading, row["provision"], year, key)
                    n_checked += 1
assert n_checked >= 27, n_checked
