#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Holds scenarios/county-benchmark.xml and its tables against totals worked out here from the workload's definition, not by
tools/bench/make_county.py. Prints a line a check; exit 1 if one fails. Python's library is enough.

Where ../shared/bench/params.py lies beside the checkout, the tables are compared with it cell by cell too."""
import csv
import math
import re
import sys
import xml.etree.ElementTree as ElementTree
from fractions import Fraction
from importlib import util
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
FOLDER = TOP / "scenarios"
# The orders in which the workload numbers its axes; the scenario's ids stand for them.
AREAS = [f"area-{a}" for a in range(1, 6)]
NEEDS = ["asd", "semh", "slcn", "mld", "sld", "pmld", "pd", "spld", "sensory"]
PROVISIONS = ["mainstream", "base", "special", "independent", "ap", "fe", "eotas", "other"]
PHASES = ["primary", "secondary", "post-16"]
failures = 0


def check(claim, holds, found=""):
    global failures
    failures += not holds
    print(f"{'PASS' if holds else 'FAIL'}  {claim}{f': found {found}' if found != '' and not holds else ''}")


def near(a, b, tolerance=1e-9):
    return math.isclose(a, b, rel_tol=tolerance, abs_tol=1e-12)


def phase(ncy):
    return 0 if ncy <= 6 else 1 if ncy <= 11 else 2


def numbers(text):
    """0..10 12 -> [0, ..., 10, 12]"""
    found = []
    for part in text.split():
        first, _, last = part.partition("..")
        found += range(int(first), int(last or first) + 1)
    return found


def rows(root, name):
    """All rows of a table as dictionaries: those of its CSV and those inline."""
    found = []
    for table in root.iter("table"):
        if table.get("name") == name:
            if table.get("file"):
                with open(FOLDER / table.get("file"), encoding="utf-8", newline="") as f:
                    found += csv.DictReader(line for line in f if not line.startswith("#"))
            found += [dict(row.attrib) for row in table.findall("row")]
    return found


def a_step(a_year):
    """Of three equal steps."""
    return 1 - (1 - a_year) ** (1 / 3)


root = ElementTree.parse(FOLDER / "county-benchmark.xml").getroot()
for tag, ids in (("area", AREAS), ("need", NEEDS), ("provision", PROVISIONS), ("phase", PHASES)):
    check(f"{tag}s are those of the workload, in its order", [e.get("id") for e in root.findall(tag)] == ids)
time = root.find("time")
check("30 termly steps from 1 September", (time.get("steps"), time.get("step"), time.get("start")[5:]) == ("30", "term", "09-01"))

# ---- the tables as dense arrays, keyed as the workload numbers them ----

site = {e.get("id"): e for e in root.findall("site")}
stock = {}
for row in rows(root, "stock"):
    where = site.get(row["setting"])
    provision = PROVISIONS.index(where.get("provision") if where is not None else row["setting"])
    cell = (AREAS.index(row["area"]), int(row["ncy"]), NEEDS.index(row["need"]), provision)
    if where is not None:
        ok = where.get("area") == row["area"] and cell[1] in numbers(where.get("ncy"))
        if not ok:
            check(f"{row} sits at a site of its area that teaches it", False)
    stock[cell] = stock.get(cell, 0) + int(row["count"])

population = {AREAS.index(row["area"]): float(row["value"]) for row in rows(root, "population")}
entry = {(a, int(row["ncy"]), NEEDS.index(row["need"])): population[a] * float(row["value"]) / 3
         for row in rows(root, "new-plans") for a in population}
joiner = {(PHASES.index(row["phase"]), PROVISIONS.index(row["to"])): float(row["value"]) for row in rows(root, "joiner-target")}
leave = {y: a_step(float(row["value"])) for row in rows(root, "cease") for y in numbers(row["ncy"])}
move_year = {}
for row in rows(root, "move"):
    for y in numbers(row["ncy"]):
        for need in row["need"].split():
            key = (AREAS.index(row["area"]), y, NEEDS.index(need), PROVISIONS.index(row["from"]))
            move_year.setdefault(key, {})[PROVISIONS.index(row["to"])] = float(row["value"])
transfer = {7: {}, 12: {}}
for row in rows(root, "phase-transfer"):
    to = len(PROVISIONS) if row["to"] == "ceases" else PROVISIONS.index(row["to"])
    transfer[int(row["ncy"])][PROVISIONS.index(row["from"]), to] = float(row["value"])
places = {(AREAS.index(e.get("area")), PROVISIONS.index(e.get("provision")), phase(numbers(e.get("ncy"))[0])):
          int(e.find("places").get("commissioned")) for e in site.values()}

# ---- totals, from the definition ----

weight = [60, 97, 134, 90, 127]                                   # 60 + 37 a mod 81
check("4,500 pupils", sum(stock.values()) == 4500, sum(stock.values()))
check("in 2,076 occupied cells", len(stock) == 2076, len(stock))
by_area = [sum(n for (a, *_), n in stock.items() if a == i) for i in range(5)]
edge = [Fraction(4500 * sum(weight[:i]), sum(weight)) for i in range(6)]
check("pupils by area: the floors of running shares", by_area == [edge[i + 1] // 1 - edge[i] // 1 for i in range(5)], by_area)
by_phase = {}
for (a, y, d, v), n in stock.items():
    by_phase[phase(y), v] = by_phase.get((phase(y), v), 0) + n
ncy_weight = [20, 30, 40, 48, 54, 60, 66, 70, 72, 72, 70, 68, 50, 40, 25, 14, 10, 8, 6, 5, 4]
percent = [[58, 9, 25, 3, 1, 0, 2, 2], [44, 8, 34, 8, 2, 0, 3, 1], [6, 2, 26, 7, 1, 48, 4, 6]]
span = [318, 352, 162]                                            # ncy weights of a phase
check("they are the sums of the ncy weights", span == [sum(ncy_weight[:7]), sum(ncy_weight[7:12]), sum(ncy_weight[12:])])
worst = max(abs(by_phase.get((k, v), 0) - 4500 * span[k] * percent[k][v] / (100 * sum(span))) for k in range(3) for v in range(8))
check("pupils by phase and provision: within 0.5 % of all of their share of the weights (rounding runs on)", worst < 22.5, worst)

check("216.0 new plans a step", near(sum(entry.values()), 216.0), sum(entry.values()))
check("those of an area in proportion to its weight",
      all(near(sum(n for (a, *_), n in entry.items() if a == i), 216 * weight[i] / sum(weight)) for i in range(5)))
check("none from ncy 16 on", max(y for _, y, _ in entry) == 15)
check("joiners' shares sum to 1 in each phase", all(near(sum(x for (k, _), x in joiner.items() if k == i), 1) for i in range(3)))
check("leaving covers ncy 0 to 20, 0.006 a step to 10 and 0.2 at 20", sorted(leave) == list(range(21)) and near(leave[10], 0.006) and near(leave[20], 0.2))
check("leaving is through the year", all(row.get("when") == "through-year" for row in rows(root, "cease")))
check("transfer shares sum to 1, a tenth ceasing at 12", all(
    near(sum(x for (f, _), x in transfer[y].items() if f == v), 1) for y in (7, 12) for v in range(8))
    and all(near(transfer[12][v, 8], 0.1) for v in range(8)) and not any(to == 8 for _, to in transfer[7]))

demand = {}
for (a, y, d, v), n in stock.items():
    demand[a, v, phase(y)] = demand.get((a, v, phase(y)), 0) + n
expected = {key: n * (105 if key[1] == 0 else 102) // 100 for key, n in demand.items() if key[1] < 6}
check("places are 105 % (mainstream) or 102 % of opening demand, rounded down", places == {k: n for k, n in expected.items() if n})
check("every site holds its opening roll", all(demand.get(key, 0) <= n for key, n in places.items()))

projects = root.findall("project")
check("12 projects of four activities in a row", len(projects) == 12 and all(
    [e.get("after") for e in p.findall("activity")] == [None, "feasibility", "decision", "procurement"] for p in projects))
added = [int(p.find("delivers").get("places")) for p in projects]
check("their places: 1.5 % of the area's pupils", added == [max(1, 4500 * weight[p % 5] * 3 // (sum(weight) * 200)) for p in range(12)], added)


# ---- cell by cell with the workload itself, where it is at hand ----

def compare(path):
    spec = util.spec_from_file_location("params", path)
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    p = module.build("county")
    cells = [(a, y, d, v) for a in range(5) for y in range(21) for d in range(9) for v in range(8)]
    check("stock, cell by cell", all(stock.get(c, 0) == n for c, n in zip(cells, p["n0"])))
    check("new plans, cell by cell", all(near(entry.get((a, y, d), 0), p["lam"][(a * 21 + y) * 9 + d])
                                         for a in range(5) for y in range(21) for d in range(9)))
    check("joiners' targets", all(near(joiner.get((k, v), 0), p["q"][k][v]) for k in range(3) for v in range(8)))
    check("leaving", all(near(leave[y], p["leave"][y]) for y in range(21)))
    worst = 0
    for a, y, d, v in cells:
        found = move_year[a, y, d, v]
        a_stay = a_step(sum(found.values())) * (1 - leave[y])      # of those there at the step's start
        for w in range(8):
            wanted = p["pmove"][(a * 9 + d) * 8 + v] * p["dest"][phase(y)][v][w]
            worst = max(worst, abs(a_stay * found.get(w, 0) / sum(found.values()) - wanted))
    check("moves of a step, cell by cell", worst < 1e-10, worst)
    check("transfer on entering 7", all(near(transfer[7].get((v, w), 0), p["T6"][v][w]) for v in range(8) for w in range(8)))
    check("transfer on entering 12", all(near(transfer[12].get((v, w), 0), p["T11"][v][w]) for v in range(8) for w in range(8)))
    check("places", all(places.get((a, v, k), 0) == p["cap"][(a * 8 + v) * 3 + k] for a in range(5) for v in range(6) for k in range(3)))
    first = int(time.get("start")[:4])
    ok = True
    for e, q in zip(projects, p["proj"]):
        year, month, _ = map(int, e.get("start").split("-"))
        step = 3 * (year - first) + {9: 0, 1: -2, 4: -1}[month]
        where = site[e.find("delivers").get("site")]
        ok &= (step, AREAS.index(where.get("area")), PROVISIONS.index(where.get("provision")), phase(numbers(where.get("ncy"))[0]),
               int(e.find("delivers").get("places"))) == (q["start"], q["area"], q["prov"], q["phase"], q["places"])
    check("projects: start, area, provision, phase, places", ok)
    ok = True
    for e in projects:
        for activity, (kind, *x) in zip(e.findall("activity"), module.STAGES):
            found = [float(n) for n in re.findall(r"(?<![a-z-])[0-9.]+", activity.get("duration"))]
            months = [4 * n for n in x] if kind == "tri" else [4 * math.exp(x[0]), x[1]]
            ok &= activity.get("unit") == "months" and all(map(near, found, months)) and len(found) == len(months)
    check("projects: durations, four months a step", ok)
    rate = {PROVISIONS.index(row["to"]): (PROVISIONS.index(row["setting"].split()[0]), a_step(float(row["rate"]))) for row in rows(root, "divert")}
    check("fallbacks and their take-up", all(rate[v][0] == p["fall"][v] and near(rate[v][1], p["phi"]) for v in range(6))
          and all(near(float(row["at-once"]), p["phi"]) for row in rows(root, "divert")))


params = TOP.parent / "shared" / "bench" / "params.py"
if params.exists():
    sys.dont_write_bytecode = True
    compare(params)
print(f"{failures} of the county's checks failed" if failures else "the county is as defined")
sys.exit(failures > 0)
