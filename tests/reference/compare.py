#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""
Runs scenarios with the program and with the reference, and compares every value that both have: integers exactly, doubles to 1e-12.

usage: compare.py [--program build/placesim] [--folder /tmp] [-n 4] [--all 5] SCENARIO... [--but VARIABLE...] [--forget VARIABLE...]
Exits 1 after naming, for each scenario that differs, the first difference in time: replication, step, variable, place, both values.
A variable of the run file that the reference does not count is a difference too, unless NOT_COMPARED says why; those met are listed.
"""
import argparse
import pathlib
import subprocess
import sys

import h5py
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import model  # noqa: E402
import money  # noqa: E402
import plan as plans  # noqa: E402

# What a run file holds and the reference does not count, and why.
NOT_COMPARED = {}
# Of these only whether they are above 0: how often rates are made, and so how often one is held, is the program's own affair.
COMPARED_BY_SIGN = {"probabilities_held"}

# within a step, in the order in which things happen
FIRST = ["input_value", "year_effect", "project_opening", "project_stopped", "activity_finish", "opening_stock", "site_commissioned", "site_physical", "site_others", "aged_out", "transfer_sheet", "moved_by_area", "ceased",
         "transferred_out", "gave_up", "joined", "transferred_in", "demand", "class_sought", "class_placed", "sought", "left_list",
         "placed_own_area", "placed_other_area", "declined", "directed", "newly_diverted"]


def differences(path, arguments):
    program, n, folder = arguments.program, arguments.n, arguments.folder
    out = pathlib.Path(folder) / (pathlib.Path(path).stem + ".h5")
    subprocess.run([program, "run", str(path), "-n", str(n), "-q", "-f", "-o", str(out), "--detail", "need", "--detail", "ncy", "--detail", "area"],
                   check=True, stderr=subprocess.DEVNULL)
    xml = subprocess.run([program, "check", "--print", str(path)], check=True, capture_output=True).stdout
    plan = plans.Plan(xml)
    found, compared = [], set()
    with h5py.File(out) as file:
        axes = {}
        for name, data in file.items():
            of = [d[0].name.strip("/") for d in data.dims if len(d)] if isinstance(data, h5py.Dataset) else []
            if of and of[-1] == "replication" and name != "replication":
                axes[name] = of[:-1]
        names = {a: [x.decode() if isinstance(x, bytes) else str(x) for x in file[a][...]] for v in axes.values() for a in v}
        if "input" in file and names.get("input", []) != [i.name for i in plan.inputs]:
            found.append(((-1, -1, -1), f"inputs: {names.get('input')} and {[i.name for i in plan.inputs]}"))
            return found, compared, set()
        if names.get("line", plan.budget.lines) != plan.budget.lines:
            found.append(((-1, -1, -1), f"lines of cost: {names['line']} and {plan.budget.lines}"))
            return found, compared, set()
        for r in range(n):
            mine = {name: values for name, values in model.run(plan, r).items() if name not in arguments.forget}
            lacking = {name for name, values in mine.items() if np.size(values) > 0} - set(axes)
            found += [((-1, -1, r), f"replication {r}, {name}: the program has not") for name in sorted(lacking)]
            for name, where in axes.items():
                if name in NOT_COMPARED or name in arguments.but:
                    continue
                if name not in mine:
                    found.append(((-1, -1, r), f"replication {r}, {name}: the reference has not, and compare.py does not say why"))
                    continue
                compared.add(name)
                theirs, own = file[name][..., r], mine[name]
                if name in COMPARED_BY_SIGN:
                    theirs, own = np.sign(theirs), np.sign(own)
                if theirs.dtype.kind in "iu":
                    missing = money.MISSING_PENCE if theirs.dtype.itemsize == 8 else model.MISSING
                    theirs = np.where(theirs == file[name].fillvalue, missing, theirs.astype(np.int64))
                    same = theirs == own
                else:
                    same = np.isclose(theirs, own, rtol=1e-12, atol=1e-12, equal_nan=True) | (theirs == own)
                for at in np.argwhere(~same):
                    at = tuple(int(i) for i in at)
                    time = at[where.index("step")] if "step" in where else -1
                    if "year" in where:
                        time = next((s for s in range(plan.n_steps) if plan.year[s] == at[where.index("year")]), -1)
                    place = ", ".join(f"{a} {names[a][i]}" if a != "step" else f"step {i}" for a, i in zip(where, at))
                    order = FIRST.index(name) if name in FIRST else 99
                    found.append(((time, order, r), f"replication {r}, {name} ({place}): program {theirs[at]}, reference {own[at]}"))
    return sorted(found), compared, set(axes) - compared


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default="build/placesim")
    parser.add_argument("--folder", default="/tmp")
    parser.add_argument("-n", type=int, default=4)
    parser.add_argument("--all", type=int, default=1, help="differences told of each scenario")
    parser.add_argument("--but", nargs="*", default=[], help="variables not to compare")
    parser.add_argument("--forget", nargs="*", default=[], help="variables that the reference is to have no longer, to see that it is told")
    parser.add_argument("scenarios", nargs="+")
    arguments = parser.parse_args()
    wrong, all_compared, all_rest = 0, set(), set()
    for path in arguments.scenarios:
        found, compared, rest = differences(path, arguments)
        all_compared |= compared
        all_rest |= rest
        if found:
            wrong += 1
            for _, sentence in found[:arguments.all]:
                print(f"{path}: {sentence} ({len(found)} differences)")
    print(f"{len(all_compared)} variables compared; not compared: {' '.join(sorted(all_rest - all_compared)) or 'none'}")
    print(f"{len(arguments.scenarios) - wrong} of {len(arguments.scenarios)} scenarios the same")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
