#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes scenarios/county-benchmark.xml and the CSV tables beside it: a county with 4,500 plans for measuring speed.

The county is made up, from closed forms, so that any other program can be given the same work: whole-number weights by
area, year group, need and provision, and per-step probabilities. What is derived here:

  stock        4,500 pupils dealt to 7,560 cells (area, ncy, need, provision) in proportion to a product of weights, by
               cumulative rounding: a cell gets floor(4500 C / W) - floor(4500 B / W), where B and C are the running
               weight before and after the cell and W is the total. 2,076 cells are occupied.
  new plans    0.048 x 4,500 = 216 a step, split by area, ncy and need. Here: a population by area, and a rate a year
               for each pupil of it by ncy and need, so that population x rate / 3 is the mean of a step.
  leave, move  a step's probabilities, made annual as the format wants: p a step is 1 - (1 - p)^3 a year. A step of the
               county draws leaving and moving at once; a step of placesim lets pupils leave first, so a move has here the
               probability of a step given that the pupil stays: move / (1 - leave).
  transfer     shares by provision on entering ncy 7 and 12; a tenth of those entering ncy 12 cease.
  places       105 or 102 % of the opening demand, by area, provision and phase: one site each.
  projects     12, each with four stages whose durations in steps are here in months, four to a step.

Usage: tools/bench/make_county.py [FOLDER]      (default: scenarios/ of this checkout). Python's library is enough.
"""
import sys
from pathlib import Path

PUPILS, STEPS = 4500, 30
AREAS = ["area-1", "area-2", "area-3", "area-4", "area-5"]
NEEDS = {"asd": "Autistic spectrum disorder", "semh": "Social, emotional and mental health",
         "slcn": "Speech, language and communication", "mld": "Moderate learning difficulty",
         "sld": "Severe learning difficulty", "pmld": "Profound and multiple learning difficulty",
         "pd": "Physical disability", "spld": "Specific learning difficulty", "sensory": "Sensory impairment"}
PROVISIONS = {"mainstream": "Mainstream school", "base": "Resource base or SEN unit", "special": "State special school",
              "independent": "Independent or non-maintained special school", "ap": "Alternative provision",
              "fe": "Further education", "eotas": "Educated otherwise than at school", "other": "Other or awaiting"}
N_LIMITED = 6                                     # the first six provisions have places; eotas and other have no limit
PHASES = {"primary": (0, 6), "secondary": (7, 11), "post-16": (12, 20)}
NCYS = range(21)

# Whole-number weights of the opening stock: area, ncy, need, and provision by phase.
AREA_WEIGHT = [60 + 37 * a % 81 for a in range(len(AREAS))]
NCY_WEIGHT = [20, 30, 40, 48, 54, 60, 66, 70, 72, 72, 70, 68, 50, 40, 25, 14, 10, 8, 6, 5, 4]
NEED_WEIGHT = [33, 20, 20, 9, 6, 2, 4, 4, 2]
PROVISION_WEIGHT = [[58, 9, 25, 3, 1, 0, 2, 2], [44, 8, 34, 8, 2, 0, 3, 1], [6, 2, 26, 7, 1, 48, 4, 6]]

NEW_PLANS_A_STEP = 0.048 * PUPILS
NEW_PLAN_NCY_WEIGHT = [14, 12, 10, 9, 8, 7, 6, 6, 5, 4, 4, 3, 2, 2, 1, 1, 0, 0, 0, 0, 0]
JOINER_PERCENT = [[62, 8, 18, 2, 3, 0, 3, 4], [50, 6, 22, 8, 7, 0, 4, 3], [5, 2, 10, 5, 2, 66, 4, 6]]   # by phase
POPULATION_FOR_WEIGHT = 100                       # pupils of a year group for each unit of an area's weight

LEAVE = [0.006] * 11 + [0.02, 0.05, 0.10] + [0.13] * 6 + [0.20]                                          # a step, by ncy
MOVE = [0.016, 0.014, 0.006, 0.010, 0.060, 0.010, 0.050, 0.080]                                          # a step, by provision
MOVE_NEED_FACTOR = [1.0, 0.9, 1.6, 0.9, 0.5, 0.4, 0.7, 0.9, 0.8]
MOVE_AREA_FACTOR = [0.9 + 0.02 * (a % 11) for a in range(len(AREAS))]
DESTINATION_WEIGHT = [[20, 12, 30, 14, 8, 0, 6, 10], [20, 12, 30, 14, 8, 0, 6, 10], [10, 4, 20, 10, 2, 40, 6, 8]]
KEEP_AT_7 = [0.86, 0.70, 0.95, 0.90, 0.40, 0.50, 0.60, 0.40]                                             # by provision
KEEP_AT_12 = [0.15, 0.15, 0.60, 0.50, 0.05, 0.80, 0.30, 0.20]
CEASE_AT_12 = 0.10

PLACES_PERCENT = [105, 102, 102, 102, 102, 102]   # of opening demand
FALLBACK = [7, 0, 3, 4, 6, 6]                     # by limited provision: the next one, until one without limit
TAKE_UP_A_STEP = 0.10                             # of those waiting

N_PROJECTS = 12
STAGES = [("feasibility", "Feasibility and design", "triangular(4, 8, 24)"),           # 1, 2, 6 steps
          ("decision", "Consultation and decision", "lognormal(median=8, log-sd=0.5)"),    # median 2 steps
          ("procurement", "Planning and procurement", "triangular(8, 12, 36)"),        # 2, 3, 9 steps
          ("construction", "Construction", "lognormal(median=16, log-sd=0.4)")]        # median 4 steps
FIRST_YEAR = 2021


def phase_of(ncy):
    return next(k for k, (first, last) in enumerate(PHASES.values()) if first <= ncy <= last)


def annual(a_step):
    """The probability of a year, of three equal steps, from that of a step."""
    return 1 - (1 - a_step) ** 3


def shares_elsewhere(weights, own):
    total = sum(weights) - weights[own]
    return [0.0 if v == own else w / total for v, w in enumerate(weights)]


def step_start(step):
    """Terms begin on 1 September, 1 January and 1 April."""
    year, term = divmod(step, 3)
    return f"{FIRST_YEAR + year + (term > 0)}-{(9, 1, 4)[term]:02d}-01"


def same(values):
    """Runs of ncys with equal values, as (first, last, value)."""
    runs = []
    for ncy, value in enumerate(values):
        if runs and runs[-1][2] == value:
            runs[-1][1] = ncy
        else:
            runs.append([ncy, ncy, value])
    return runs


def ncys(first, last):
    return str(first) if first == last else f"{first}..{last}"


def setting(area, provision, ncy):
    names, phases = list(PROVISIONS), list(PHASES)
    if provision >= N_LIMITED:
        return names[provision]
    return f"{AREAS[area]}-{names[provision]}-{phases[phase_of(ncy)]}"


def stock():
    """{(area, ncy, need, provision): pupils}, empty cells left out."""
    cells = [(a, y, d, v) for a in range(len(AREAS)) for y in NCYS for d in range(len(NEEDS)) for v in range(len(PROVISIONS))]
    weight = [AREA_WEIGHT[a] * NCY_WEIGHT[y] * NEED_WEIGHT[d] * PROVISION_WEIGHT[phase_of(y)][v] for a, y, d, v in cells]
    total, running, dealt = sum(weight), 0, {}
    for cell, w in zip(cells, weight):
        pupils = PUPILS * (running + w) // total - PUPILS * running // total
        running += w
        if pupils:
            dealt[cell] = pupils
    return dealt


def places(dealt):
    """{(area, limited provision, phase): places}, of those with any."""
    demand = {}
    for (a, y, _, v), pupils in dealt.items():
        demand[a, v, phase_of(y)] = demand.get((a, v, phase_of(y)), 0) + pupils
    found = {key: n * PLACES_PERCENT[key[1]] // 100 for key, n in demand.items() if key[1] < N_LIMITED}
    return {key: n for key, n in sorted(found.items()) if n}


def write_csv(folder, name, comment, columns, rows):
    with open(folder / f"county-benchmark-{name}.csv", "w", encoding="utf-8", newline="\n") as f:
        f.write(f"# {comment} Written by tools/bench/make_county.py.\n{columns}\n")
        for row in rows:
            f.write(",".join(f"{x:.12g}" if isinstance(x, float) else str(x) for x in row) + "\n")


def write_tables(folder, dealt):
    names = list(PROVISIONS)
    write_csv(folder, "stock", "Opening pupils by site or open provision.", "area,ncy,need,setting,count",
              [(AREAS[a], y, list(NEEDS)[d], setting(a, v, y), n) for (a, y, d, v), n in dealt.items()])

    population = {a: POPULATION_FOR_WEIGHT * w for a, w in enumerate(AREA_WEIGHT)}
    rate = 3 * NEW_PLANS_A_STEP / (sum(population.values()) * sum(NEW_PLAN_NCY_WEIGHT) * sum(NEED_WEIGHT))
    write_csv(folder, "new-plans", "Plans a year for each pupil of the population: three steps' worth.", "ncy,need,value",
              [(y, need, rate * NEW_PLAN_NCY_WEIGHT[y] * NEED_WEIGHT[d])
               for y in NCYS if NEW_PLAN_NCY_WEIGHT[y] for d, need in enumerate(NEEDS)])

    write_csv(folder, "joiner-target", "What a new plan asks for, by phase.", "phase,to,value,basis",
              [(phase, names[v], percent / 100, "wanted")
               for k, phase in enumerate(PHASES) for v, percent in enumerate(JOINER_PERCENT[k]) if percent])

    # Needs with one factor share their rows, and so do ncys with the same leavers and destinations.
    factors = {}
    for need, factor in zip(NEEDS, MOVE_NEED_FACTOR):
        factors.setdefault(factor, []).append(need)
    groups = same([(LEAVE[y], tuple(DESTINATION_WEIGHT[phase_of(y)])) for y in NCYS])
    rows = []
    for a, area in enumerate(AREAS):
        for factor, needs in factors.items():
            for first, last, (leave, weights) in groups:
                for v, own in enumerate(names):
                    moved = annual(MOVE[v] * factor * MOVE_AREA_FACTOR[a] / (1 - leave))
                    for to, share in zip(names, shares_elsewhere(weights, v)):
                        if share:
                            rows.append((area, ncys(first, last), " ".join(needs), own, to, moved * share))
    write_csv(folder, "move", "Probability a year of a change of target.", "area,ncy,need,from,to,value", rows)

    rows = []
    for v, own in enumerate(names):
        elsewhere = shares_elsewhere(DESTINATION_WEIGHT[1], v)
        rows += [(7, own, to, KEEP_AT_7[v] if to == own else (1 - KEEP_AT_7[v]) * elsewhere[w], "wanted")
                 for w, to in enumerate(names) if to == own or elsewhere[w]]
    for v, own in enumerate(names):
        elsewhere = shares_elsewhere(DESTINATION_WEIGHT[2], v)
        rows += [(12, own, to, KEEP_AT_12[v] if to == own else (1 - CEASE_AT_12 - KEEP_AT_12[v]) * elsewhere[w], "wanted")
                 for w, to in enumerate(names)]
        rows.append((12, own, "ceases", CEASE_AT_12, "wanted"))
    write_csv(folder, "phase-transfer", "What is asked for on entering secondary and post-16.", "ncy,from,to,value,basis", rows)


HEADER = '''<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: MIT. Written by tools/bench/make_county.py: change that, not this. -->
<scenario xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="placesim.xsd"
          version="1" id="county-benchmark" title="A county of 4,500 plans, made up to measure speed" replications="1500" seed="1"
          source="made up: closed forms of tools/bench/make_county.py" quality="guess">
  <notes>
A made-up county on which speed is measured, the same work that another program can be given (tools/bench/make_county.py
states the closed forms). 5 areas, year groups 0 to 20, 9 needs, 8 provisions, 30 terms.

Carried over exactly: the opening 4,500 pupils, cell by cell; the mean of new plans in each step, area, year group and need
(216 in all), and what they ask for; each step's probability of leaving, and of each move, of those there at its start; the
transfer tables on entering years 7 and 12; ageing with the first step of each later year and none at the start; places by
area, provision and phase; no place outside the own area; the take-up of a fallback, a tenth of those waiting in a step; the
12 projects' places, starting steps and stage durations in months (a step is four).

What differs, and why:
- In the workload nobody has a seat: the places of an area, provision and phase hold whoever asks for them, up to their
  number. Here a pupil has a seat at a site and keeps it, and waits, with a class and a count of steps.
- There, who takes up a fallback asks for it from then on and for nothing else, whether or not it has places, and may go on to
  the fallback's own. Here the pupil is diverted to the first of that chain that has a place (the last has no limit), keeps the
  target, and seeks again at the next phase transfer.
- There, new plans may move or leave in their first step, and whoever enters years 7 or 12 may also make an ordinary move in
  it. Here neither does: after ten years there are 0.7 % more pupils here.
- There, a project opens a whole number of equal steps after its start. Here terms are the calendar's (122, 90 and 153 days),
  and it opens at the next start of a term.
- Waiting lists, classes, ledger, causes and sites are counted here besides; waiting is counted up to 3 steps.
  </notes>
  <time start="2021-09-01" steps="30" step="term"/>
'''


# Of numbers that a real scenario could only judge.
KNOWN = 'quality="observed" source="known: the county is made up"'


def write_scenario(folder, dealt):
    names, phases = list(PROVISIONS), list(PHASES)
    capacity = places(dealt)
    out = [HEADER]
    for a, area in enumerate(AREAS):
        out.append(f'  <area id="{area}" name="Area {a + 1}"/>\n')
    for k, (phase, (first, last)) in enumerate(PHASES.items()):
        out.append(f'  <phase id="{phase}" from-ncy="{-4 if k == 0 else first}" to-ncy="{last}"/>\n')
    for need, name in NEEDS.items():
        out.append(f'  <need id="{need}" name="{name}"/>\n')
    for v, (provision, name) in enumerate(PROVISIONS.items()):
        out.append(f'  <provision id="{provision}" name="{name}" kind="{"limited" if v < N_LIMITED else "open"}"/>\n')

    out.append('\n  <stock date="2021-09-01" dealing="fixed"/>\n  <table name="stock" file="county-benchmark-stock.csv"/>\n')
    out.append('\n  <table name="population">\n')
    for area, weight in zip(AREAS, AREA_WEIGHT):
        out.append(f'    <row area="{area}" value="{POPULATION_FOR_WEIGHT * weight}"/>\n')
    out.append('  </table>\n  <table name="new-plans" file="county-benchmark-new-plans.csv"/>\n'
               '  <table name="joiner-target" file="county-benchmark-joiner-target.csv" ' + KNOWN + '/>\n'
               '  <table name="september-start">\n    <row value="0"/>\n  </table>\n'
               '  <table name="cease">\n')
    for first, last, leave in same(LEAVE):
        out.append(f'    <row ncy="{ncys(first, last)}" value="{annual(leave):.12g}" when="through-year"/>\n')
    out.append('  </table>\n  <table name="move" file="county-benchmark-move.csv"/>\n'
               '  <table name="phase-transfer" file="county-benchmark-phase-transfer.csv" ' + KNOWN + '/>\n\n'
               '  <placing wait-cap="3"/>\n'
               '  <table name="waiting-setting">\n    <row setting="other"/>\n  </table>\n'
               '  <table name="divert" ' + KNOWN + '>\n')
    for v in range(N_LIMITED):
        chain = [FALLBACK[v]]
        while chain[-1] < N_LIMITED:
            chain.append(FALLBACK[chain[-1]])
        out.append(f'    <row to="{names[v]}" setting="{" ".join(names[w] for w in chain)}" at-once="{TAKE_UP_A_STEP}" rate="{annual(TAKE_UP_A_STEP):.12g}"/>\n')
    out.append('  </table>\n\n')

    for (a, v, k), n in capacity.items():
        first, last = PHASES[phases[k]]
        out.append(f'  <site id="{AREAS[a]}-{names[v]}-{phases[k]}" area="{AREAS[a]}" provision="{names[v]}" '
                   f'ncy="{ncys(first, last)}"><places commissioned="{n}"/></site>\n')
    out.append('\n')
    for p in range(N_PROJECTS):
        a, v, k = p % len(AREAS), 1 + p % 2, p % 3
        n = max(1, PUPILS * AREA_WEIGHT[a] * 3 // (sum(AREA_WEIGHT) * 200))
        out.append(f'  <project id="project-{p + 1:02d}" name="{PROVISIONS[names[v]]}, {phases[k]}, area {a + 1}" '
                   f'start="{step_start(5 * p % 12)}" opens="term">\n')
        for i, (stage, name, duration) in enumerate(STAGES):
            after = f' after="{STAGES[i - 1][0]}"' if i else ""
            out.append(f'    <activity id="{stage}" name="{name}"{after} duration="{duration}" unit="months"/>\n')
        out.append(f'    <delivers site="{AREAS[a]}-{names[v]}-{phases[k]}" places="{n}"/>\n  </project>\n')
    out.append('</scenario>\n')
    (folder / "county-benchmark.xml").write_text("".join(out), encoding="utf-8")


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2] / "scenarios"
    dealt = stock()
    assert sum(dealt.values()) == PUPILS
    write_tables(folder, dealt)
    write_scenario(folder, dealt)
    print(f"{folder}: county-benchmark.xml and 5 tables, {len(dealt)} occupied cells")


if __name__ == "__main__":
    main()
