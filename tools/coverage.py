#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What the tests reach: lines and branches of each layer and file of src/, from gcov's JSON. Of the files in WHOLE every branch is to be
reached, of all others LEAST percent of the lines, and what is not reached is to have a reason in tests/unreached.tsv: a line there holds a
file (or a pattern of files), words of the source line (* for all of the file) and why; it stands for all of a stretch, which is lines not
reached between two that are. A file in WHOLE has reasons of its own: those of a pattern serve it for what the compiler asks for alone. Told are lines without a reason, and reasons
without a line, which have been reached since or changed. Exit code 1 when WHOLE or LEAST is missed, what has a reason apart. A branch
that the compiler made for an assertion, which no sound program takes, is not counted.
usage: coverage.py BUILD [--least 90] [--lines FILE...]    BUILD was compiled with --coverage and its tests have run; --lines lists
                                                           the lines and branches not reached in those files instead"""
import argparse
import gzip
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from fnmatch import fnmatch
from pathlib import Path

REASONS = Path(__file__).resolve().parent.parent / "tests/unreached.tsv"

# The placing, the waiting list's ledger, block files, numbers.
WHOLE = {f"src/model/{name}.c" for name in ("placing", "unplaced", "causes", "state")} \
    | {f"src/result/{name}.c" for name in ("draft", "files", "form", "parts", "sources", "target", "writer")} | {"src/scenario/number.c"}


def gcov(build, objects):
    """The files of each object, as gcov tells of them."""
    with tempfile.TemporaryDirectory() as folder:
        for data in objects:
            subprocess.run(["gcov", "--json-format", "--branch-probabilities", "--object-directory", str(data.parent), str(data.resolve())],
                           cwd=folder, check=True, capture_output=True)
            for path in Path(folder).glob("*.gcov.json.gz"):
                yield from json.loads(gzip.decompress(path.read_bytes()))["files"]
                path.unlink()


def is_asserted(source, number):
    """Whether a line, or the statement it ends, is an assertion."""
    for back in range(number - 1, max(number - 5, -1), -1):
        text = source[back].strip()
        if text.startswith("assert("):
            return True
        if text.endswith((";", "{", "}")) and back < number - 1:
            return False
    return False


def measure(build):
    """Of each source file: {line: times}, and {(line, branch): times}. One object may see a line that another does not (static inline)."""
    lines, branches = defaultdict(lambda: defaultdict(int)), defaultdict(lambda: defaultdict(int))
    objects = sorted((build / "src").glob("*/*.gcda"))
    if not objects:
        raise SystemExit(f"coverage: nothing was measured in {build}: build it with --coverage and run its tests")
    sources = {}
    for file in gcov(build, [o.resolve() for o in objects]):
        name = file["file"]
        if not name.startswith(("src/", "include/")):
            continue
        source = sources.setdefault(name, Path(name).read_text().splitlines())
        for line in file["lines"]:
            number = line["line_number"]
            lines[name][number] += line["count"]
            if is_asserted(source, number):
                continue
            for i, branch in enumerate(line["branches"]):
                branches[name][number, i] += branch["count"]
    return lines, branches


def percent(counts):
    return 100 * sum(c > 0 for c in counts) / len(counts) if counts else 100.0


def ranges(numbers):
    """"3-5 9" of 3, 4, 5, 9"""
    out = []
    for n in sorted(numbers):
        if out and out[-1][1] == n - 1:
            out[-1][1] = n
        else:
            out.append([n, n])
    return " ".join(str(a) if a == b else f"{a}-{b}" for a, b in out)


class Reasons:
    """Rows of tests/unreached.tsv: of which file and words, why; and whether a line has needed it."""

    def __init__(self, path):
        self.rows, self.used = [], set()
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if line == "" or line.startswith("#"):
                continue
            cells = line.split("\t")
            if len(cells) != 3 or "" in cells:
                raise SystemExit(f"{path.name}:{number}: three cells are wanted, parted by tabs: file, words of the line, why")
            self.rows.append((number, *cells))

    def has(self, name, text):
        found = [row for row in self.rows if fnmatch(name, row[1]) and (row[2] == "*" or row[2] in text)
                 and (name not in WHOLE or row[1] == name or "the compiler asks" in row[3] or row[2] == "assert(0")]
        self.used.update(row[0] for row in found)
        return bool(found)

    def idle(self):
        return [row for row in self.rows if row[0] not in self.used]


def stretches(counts):
    """{line: the lines not reached that it stands among, up to those that are}"""
    out, now = {}, []
    for number in sorted(counts):
        if counts[number] > 0:
            now = []
            continue
        now.append(number)
        out[number] = now
    return out


def judge(lines, branches, least):
    """Tell what is not reached and has no reason, and reasons that nothing needs. True when WHOLE and LEAST are kept."""
    reasons, good = Reasons(REASONS), True
    for name in sorted(WHOLE - set(lines)):
        print(f"{name}: nothing of it was measured")
        good = False
    for name in sorted(lines):
        source = Path(name).read_text().splitlines()
        missed = {n for n, count in lines[name].items() if count == 0}
        if name in WHOLE:
            missed |= {n for (n, _), count in branches[name].items() if count == 0}
        around = stretches(lines[name])
        unexplained = sorted(n for n in missed if not any([reasons.has(name, source[m - 1]) for m in around.get(n, [n])]))
        share = 100 * (1 - len(unexplained) / len(lines[name]))
        if unexplained:
            print(f"not reached, and no reason given: {name}: {ranges(unexplained)}")
        if name in WHOLE and unexplained:
            print(f"{name}: every branch of it is to be reached:")
            for n in unexplained:
                print(f"  {n}: {source[n - 1].strip()}")
            good = False
        elif share < least:
            print(f"{name}: {share:.1f} % of its lines are reached or have a reason, below {least:g} %")
            good = False
    for number, name, text, why in reasons.idle():
        print(f"{REASONS.name}:{number}: no line needs it any more: {name}: {text}")
    print(f"with a reason not to be reached: {REASONS.name}, {len(reasons.rows)} reasons")
    return good


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("build", type=Path)
    options.add_argument("--least", type=float, default=90)
    options.add_argument("--lines", nargs="+", default=[])
    asked = options.parse_args()
    lines, branches = measure(asked.build)
    for name in asked.lines:
        print(f"{name}: lines {ranges(n for n, c in lines[name].items() if c == 0)}")
        print(f"{name}: branches of lines {ranges({n for (n, _), c in branches[name].items() if c == 0})}")
    if asked.lines:
        return
    modules = defaultdict(list)
    for name in lines:
        modules["/".join(name.split("/")[:2])].append(name)
    print(f"{'module or file':34} {'lines':>7} {'reached':>8} {'branches':>9} {'reached':>8}")
    for module in sorted(modules):
        for name in [None] + sorted(modules[module]):
            names = modules[module] if name is None else [name]
            of_lines = [c for n in names for c in lines[n].values()]
            of_branches = [c for n in names for c in branches[n].values()]
            print(f"{module if name is None else '  ' + name:34} {len(of_lines):7} {percent(of_lines):7.1f}% {len(of_branches):9} "
                  f"{percent(of_branches):7.1f}%")
    all_lines, all_branches = [c for n in lines for c in lines[n].values()], [c for n in branches for c in branches[n].values()]
    print(f"{'all':34} {len(all_lines):7} {percent(all_lines):7.1f}% {len(all_branches):9} {percent(all_branches):7.1f}%")
    sys.exit(0 if judge(lines, branches, asked.least) else 1)


main()
