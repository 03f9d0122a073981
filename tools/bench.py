#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Measures placesim on this machine, and prints one table (make bench).

Times on shared machines wander, ratios hold: what is compared runs in turns, round after round, and the table gives
the median of the rounds' ratios beside the medians of each side. CPU time is user + system of the whole process.

The yardstick is a competent analyst's version of the county workload in numpy. It is kept apart from this project, in a
folder with params.py and sim_numpy.py; where that folder is not there, the rest is measured without it.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import namedtuple
from statistics import median

# numpy stays out of this process on purpose: a child's peak memory counts what its parent held when it was forked.

Cost = namedtuple("Cost", "cpu wall peak")  # seconds, seconds, bytes
COUNTY = "scenarios/county-benchmark.xml"
RUTLAND = "scenarios/rutland-2021.xml"
PARTS = ["against_numpy", "threads", "durability", "workers", "memory", "demo"]


def measure(command):
    """Run a command to its end. Its output is shown only if it fails, and then that is the end of the benchmark."""
    start = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT,
                                   env={**os.environ, "OPENBLAS_NUM_THREADS": "1"})
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            said.seek(0)
            sys.exit(f"bench: {' '.join(command)} exited {process.returncode}:\n{said.read().decode(errors='replace')}")
    return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss * 1024)


class Bench:
    def __init__(self, options, folder):
        self.options = options
        self.folder = folder

    def run(self, scenario, n, threads):
        """The cost of a run with its output, as a user starts it."""
        out = os.path.join(self.folder, "run.h5")
        return measure([self.options.program, "run", scenario, "-n", str(n), "--threads", str(threads), "-o", out,
                        "--force", "--quiet"])

    def rounds(self, *sides):
        """[(cost of each side)] for each round, the sides in turns; one round before them warms the caches."""
        for side in sides:
            side()
        return [tuple(side() for side in sides) for _ in range(self.options.rounds)]

    def yardstick(self):
        """A side that runs the numpy version on n replications, or None with the reason said."""
        folder, n = self.options.yardstick, self.options.replications
        if not all(os.path.isfile(os.path.join(folder, name)) for name in ("params.py", "sim_numpy.py")):
            print(f"The yardstick (params.py, sim_numpy.py) is not in {folder}; the ratio to numpy is left out. "
                  "--yardstick DIR or PLACESIM_YARDSTICK says where it is.\n")
            return None
        sys.dont_write_bytecode = True
        sys.path.insert(0, folder)
        import params
        table = os.path.join(self.folder, "county.json")
        with open(table, "w", encoding="utf-8") as file:
            json.dump(params.build("county"), file)
        return lambda: measure([sys.executable, os.path.join(folder, "sim_numpy.py"), table, str(n),
                                str(self.options.batch), "sparse"])

    def against_numpy(self):
        n = self.options.replications
        ours = lambda: self.run(COUNTY, n, 1)
        start_up = lambda: self.run(COUNTY, 1, 1)
        theirs = self.yardstick()
        sides = [ours, start_up] + ([theirs] if theirs else [])
        rounds = self.rounds(*sides)
        row("county, CPU a replication, output written", f"{1e3 * median(r[0].cpu for r in rounds) / n:.3f} ms",
            f"{n} replications, start-up included")
        row("county, CPU of a run of one replication", f"{1e3 * median(r[1].cpu for r in rounds):.1f} ms", "the start-up")
        if theirs:
            row("numpy, CPU a replication, no output", f"{1e3 * median(r[2].cpu for r in rounds) / n:.3f} ms",
                f"sparse, batches of {self.options.batch}")
            ratios = [r[2].cpu / r[0].cpu for r in rounds]
            row("numpy's CPU time over ours", f"{median(ratios):.1f}", f"{spread(ratios)}; wanted: at least 8")

    def threads(self):
        n = 4 * self.options.replications
        rounds = self.rounds(lambda: self.run(COUNTY, n, 1), lambda: self.run(COUNTY, n, 2))
        ratios = [one.wall / two.wall for one, two in rounds]
        for i, name in enumerate(("one thread", "two threads")):
            row(f"county, replications a second, {name}", f"{n / median(r[i].wall for r in rounds):.0f}", f"of {n}")
        row("two threads over one", f"{median(ratios):.2f}", f"{spread(ratios)}; wanted: at least 1.8")

    def memory(self):
        few, many = 1000, 5000 if self.options.quick else 20000
        peaks = [self.run(COUNTY, n, 2).peak for n in (few, many)]
        for n, peak in zip((few, many), peaks):
            row(f"county, peak memory, {n} replications", f"{peak / 1e6:.1f} MB", "two threads; wanted: under 150")
        row("the larger run's over the smaller's", f"{peaks[1] / peaks[0]:.3f}", "wanted: 0.9 to 1.1")

    def durability(self):
        """A run in files of blocks against one that would be lost: tools/bench/durability.c."""
        n = self.options.replications
        done = subprocess.run([self.options.durability, COUNTY, str(n), str(self.options.rounds + 1), self.folder], capture_output=True, text=True,
                              check=True)
        rounds = [[float(x) for x in line.split()] for line in done.stdout.splitlines()[1:]]  # the first warms the caches
        for what, at in (("CPU", 0), ("wall", 2)):
            costs = [100 * (r[at] / r[at + 1] - 1) for r in rounds]
            row(f"county, what durability costs, {what} time", f"{median(costs):.1f} %", f"{min(costs):.1f} to {max(costs):.1f} in {len(costs)} rounds; wanted: at most 5")

    def workers(self):
        """Shards by 1, 2 and 4 workers at a time of one thread each, and their merge, which is no worker's."""
        n, ones = 4096, None
        for n_workers in (1, 2, 4):
            parts = [os.path.join(self.folder, f"part-{i}.h5") for i in range(1, n_workers + 1)]
            start = time.perf_counter()
            used = os.times()
            running = [subprocess.Popen([self.options.program, "run", RUTLAND, "-n", str(n), "--shard", f"{i}/{n_workers}", "--threads", "1", "-o", part,
                                         "--force", "--quiet"], stderr=subprocess.DEVNULL) for i, part in enumerate(parts, 1)]
            if any(process.wait() != 0 for process in running):
                sys.exit("bench: a worker failed")
            shards = time.perf_counter() - start
            merge = measure([self.options.program, "merge", "--quiet", "--force", "-o", os.path.join(self.folder, "run.h5"), *parts])
            now = os.times()
            cpu = now.children_user + now.children_system - used.children_user - used.children_system
            ones = ones or (cpu, shards + merge.wall)
            row(f"Rutland, {n} replications, {n_workers} workers", f"{cpu:.2f} s",
                f"CPU, {100 * ones[0] / cpu:.0f} % efficient; {shards:.2f} s by the clock and {merge.wall:.2f} to merge, {ones[1] / (shards + merge.wall):.2f} times as fast")

    def demo(self):
        walls = [self.run(RUTLAND, 2000, os.cpu_count() or 1).wall for _ in range(self.options.rounds)]
        row("Rutland, 2,000 replications", f"{median(walls):.2f} s", f"{spread(walls)} wall; wanted: under 2")


def row(what, value, note):
    print(f"{what:<46} {value:>12}   {note}", flush=True)


def spread(values):
    return f"{min(values):.2f} to {max(values):.2f} in {len(values)} rounds"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default="build/placesim", help="default: %(default)s")
    parser.add_argument("--yardstick", metavar="DIR", default=os.environ.get("PLACESIM_YARDSTICK", "../shared/bench"),
                        help="folder of params.py and sim_numpy.py (default: %(default)s)")
    parser.add_argument("--durability", metavar="PROGRAM", default="build/tools/bench/durability", help="default: %(default)s")
    parser.add_argument("--batch", type=int, default=64, help="replications that numpy does at once (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="default: %(default)s")
    parser.add_argument("--replications", type=int, default=512, help="a round's, each side (default: %(default)s)")
    parser.add_argument("--only", nargs="+", metavar="PART", choices=PARTS, default=PARTS, help=" ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="5,000 replications for the memory figure, not 20,000")
    options = parser.parse_args()
    if options.rounds < 1 or options.replications < 1 or options.batch < 1:
        parser.error("--rounds, --replications and --batch are 1 or more")

    with tempfile.TemporaryDirectory(prefix="placesim-bench-") as folder:
        bench = Bench(options, folder)
        for part in options.only:
            getattr(bench, part)()


if __name__ == "__main__":
    main()
