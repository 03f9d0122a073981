#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Would the forecast have been right last time? Runs scenarios/backcast-*.xml and holds the plans that followed against them.

For each January known since a back-cast's start: the band between P10 and P90 of all plans (an 80 % band; `stock` at the
close of the autumn term, summed over areas, phases and provisions), its width, the plans there were, inside or not; beside it
where a straight line from the two Januaries before the start would have come out. Exits 1 when fewer than four of the six
lie inside: 80 % of six is 4.8, and four or more do with 90 % when each has a chance of 80 %.

Usage: tools/backcast.py [--program build/placesim] [-n REPLICATIONS] [--csv]
Python: numpy and h5py (Debian: python3-h5py).
"""
import argparse
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as tree
from pathlib import Path

import h5py
import numpy

TOP = Path(__file__).resolve().parents[1]
NEEDED = 4


def known(scenario):
    """(year of the start, {year: plans} of the Januaries recorded in it)."""
    root = tree.parse(scenario).getroot()
    plans = {int(a.get("id")[len("january-"):]): int(a.get("value")) for a in root.iter("assumption") if a.get("id").startswith("january-")}
    return int(root.find("time").get("start")[:4]), plans


def main():
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--program", default=str(TOP / "build" / "placesim"))
    reader.add_argument("-n", default="1000")
    reader.add_argument("--csv", action="store_true")
    asked = reader.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for scenario in sorted((TOP / "scenarios").glob("backcast-*.xml")):
            out = Path(folder) / (scenario.stem + ".h5")
            subprocess.run([asked.program, "run", str(scenario), "-n", asked.n, "-o", str(out), "-q"], check=True)
            with h5py.File(out) as run:
                close = run["stock"][:].sum(axis=(1, 2, 3))                # step, replication
                start = run["opening_stock"][:].sum(axis=(0, 1, 2))[0]
            year, plans = known(scenario)
            for there in sorted(y for y in plans if y > year):
                ends = close[3 * (there - year) - 1]                       # terms from January: the third closes at January
                low, high = numpy.quantile(ends, [0.1, 0.9])
                line = int(start) + (there - year) * (int(start) - plans[year - 1])
                rows.append((scenario.stem[len("backcast-"):], there, low, high, high - low, plans[there], low <= plans[there] <= high, line))
    if asked.csv:
        print("backcast,january,p10,p90,width,plans,inside,straight_line")
        for name, there, low, high, width, plans, inside, line in rows:
            print(f"{name},{there},{low:.0f},{high:.0f},{width:.0f},{plans},{'yes' if inside else 'no'},{line}")
    else:
        print(f"{'back-cast from':20} {'January':>8} {'80 % band':>15} {'width':>12} {'plans':>6}  {'inside':6} {'straight line':>13}")
        for name, there, low, high, width, plans, inside, line in rows:
            print(f"{name:20} {there:8} {f'{low:,.0f} to {high:,.0f}':>15} {f'{width:,.0f} ({100 * width / plans:.0f} %)':>12} {plans:6,}"
                  f"  {'yes' if inside else 'no':6} {line:13,}")
        print(f"{sum(row[6] for row in rows)} of {len(rows)} inside; {NEEDED} needed.")
    return 0 if sum(row[6] for row in rows) >= NEEDED else 1


if __name__ == "__main__":
    sys.exit(main())
