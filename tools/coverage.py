#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What the tests reach: lines and branches of each layer and file of src/, from gcov's JSON, and the lines that no test reaches in files
where fewer than LEAST percent of the lines are reached. A branch that the compiler made for an assertion, which no sound program takes,
is not counted.
usage: coverage.py BUILD [--least 90] [--lines FILE...]    BUILD was compiled with --coverage and its tests have run; --lines lists
                                                           the lines and branches not reached in those files instead"""
import argparse
import gzip
import json
import subprocess
import tempfile
from collections import defaultdict
from pathlib import Path


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
    low = [n for n in sorted(lines) if percent(list(lines[n].values())) < asked.least]
    for name in low:
        print(f"below {asked.least:g} %: {name}: not reached: {ranges(n for n, c in lines[name].items() if c == 0)}")


main()
