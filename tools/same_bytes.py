#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Are run files the same, byte for byte, whatever makes them (make same-bytes)?

Each setting changes one thing that must not matter: compiler, optimisation, sanitizer, threads, processor, locale, time zone,
memory layout, working folder, stops, kills, shards. A small scenario, a council and a county are run in each, and the files compared with
those that the ordinary build makes with one thread. Prints one line a setting and ends with how many there were.

Builds that a setting needs go to build/same/ (half an hour of one processor in all, kept for the next time); a setting whose tools are
missing here is named as not tried. Locales are Debian's package locales-all.
"""
import argparse
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

# Replications: more than a block of 256 where that is quick, so that blocks, tiles and parts are cut.
SCENARIOS = {"scenarios/rutland-2021.xml": 600, "scenarios/minimal.xml": 700, "scenarios/county-benchmark.xml": 260}
SLOW = {"scenarios/rutland-2021.xml": 300, "scenarios/minimal.xml": 300}  # under a sanitizer

BUILDS = {}
for cc in ("gcc", "clang"):
    for level in ("-O0", "-O1", "-O2", "-O3", "-Os"):
        BUILDS[f"{cc} {level}"] = [f"CC={cc}", f"CFLAGS={level}"]
    BUILDS[f"{cc} -O2 -march=native"] = [f"CC={cc}", "CFLAGS=-O2 -march=native"]
    BUILDS[f"{cc} -O2 -flto"] = [f"CC={cc}", "CFLAGS=-O2 -flto", "AR=" + ("gcc-ar" if cc == "gcc" else "llvm-ar")]
    BUILDS[f"{cc} address sanitizer"] = [f"CC={cc}", "CFLAGS=-O1", "EXTRA=-fsanitize=address"]
    BUILDS[f"{cc} undefined behaviour sanitizer"] = [f"CC={cc}", "CFLAGS=-O1", "EXTRA=-fsanitize=undefined"]
    BUILDS[f"{cc} thread sanitizer"] = [f"CC={cc}", "CFLAGS=-O1", "EXTRA=-fsanitize=thread"]
BUILDS["gcc -funsigned-char -fno-strict-aliasing"] = ["CC=gcc", "CFLAGS=-O2 -funsigned-char -fno-strict-aliasing"]
BUILDS["gcc -O2 hardened"] = ["CC=gcc", "CFLAGS=-O2 -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE", "LDFLAGS=-pie"]
BUILDS["gcc -O2 stack filled with a pattern"] = ["CC=gcc", "CFLAGS=-O2 -ftrivial-auto-var-init=pattern"]

HWCAPS = "glibc.cpu.hwcaps=-FMA,-FMA4,-AVX2,-AVX512F,-AVX512VL,-ERMS"


def settings(program):
    """(name, command prefix, environment, options, folder to run in) of settings that need no build of their own."""
    for n in (1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 24, 32, 48, 64):
        yield f"{n} threads", [], {}, ["--threads", str(n)], None
    there = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=False).stdout.lower().replace("-", "").split()
    for name in ("C", "C.UTF-8", "de_DE.UTF-8", "tr_TR.UTF-8"):  # decimal commas, dotless i
        missing = name.lower().replace("-", "") not in there
        yield f"locale {name}", ["no such locale"] if missing else [], {"LC_ALL": name}, [], None
    yield "a locale that there is not", [], {"LC_ALL": "xx_XX"}, [], None
    for zone in ("UTC", "Europe/London", "Pacific/Kiritimati", ":/nowhere"):
        yield f"time zone {zone}", [], {"TZ": zone}, [], None
    yield "FMA and AVX2 off", [], {"GLIBC_TUNABLES": HWCAPS}, [], None
    yield "one processor", ["taskset", "-c", "0"], {}, ["--threads", "4"], None
    yield "addresses not randomised", ["setarch", "-R"], {}, [], None
    yield "31-bit addresses first", ["setarch", "-L"], {}, [], None
    yield "lowest priority", ["nice", "-n", "19"], {}, [], None
    yield "stack of 1 MB", ["bash", "-c", 'ulimit -s 1024; exec "$0" "$@"'], {}, [], None
    yield "no core, few files", ["bash", "-c", 'ulimit -c 0 -n 32; exec "$0" "$@"'], {}, [], None
    yield "umask 077", ["bash", "-c", 'umask 077; exec "$0" "$@"'], {}, [], None
    yield "standard input closed", ["bash", "-c", 'exec "$0" "$@" <&-'], {}, [], None
    yield "memory filled with 0x5a", [], {"MALLOC_PERTURB_": "90"}, [], None
    yield "one memory arena", [], {"MALLOC_ARENA_MAX": "1"}, [], None
    yield "memory by mmap", [], {"MALLOC_MMAP_THRESHOLD_": "4096"}, [], None
    yield "an empty environment", ["env", "-i"], {}, [], None
    yield "a large environment", [], {"PADDING": "x" * 100000}, [], None
    yield "no home", [], {"HOME": "/nonexistent"}, [], None
    yield "another working folder", [], {}, [], "/"
    yield "progress shown", [], {}, [], None
    for reading in ("january", "any"):
        yield f"the reading {reading} asked for", [], {}, ["--reading", reading], None
    if shutil.which("faketime"):
        for day in ("1970-01-02", "2038-02-01", "2028-02-29"):
            yield f"the clock at {day}", ["faketime", f"{day} 12:00:00"], {}, [], None


class Matrix:
    def __init__(self, program, folder, only):
        self.program, self.folder, self.only, self.n_settings, self.failures, self.not_tried = os.path.abspath(program), folder, only, 0, [], []
        self.expected = {}

    def digest(self, program, scenario, n, prefix=(), env=None, options=(), cwd=None):
        out = os.path.join(self.folder, "run.h5")
        if os.path.exists(out):
            os.remove(out)
        command = [*prefix, program, "run", os.path.abspath(scenario), "-n", str(n), "-o", out, *options]
        done = subprocess.run(command, env={**os.environ, **(env or {})}, cwd=cwd, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return f"exit {done.returncode}: {done.stderr.strip()[-200:]}"
        with open(out, "rb") as f:
            return hashlib.sha256(f.read()).hexdigest()

    def reference(self, scenario, n):
        if (scenario, n) not in self.expected:
            self.expected[scenario, n] = self.digest(self.program, scenario, n, options=["--threads", "1"])
        return self.expected[scenario, n]

    def hold(self, name, scenarios, make):
        if self.only not in name:
            return
        self.n_settings += 1
        wrong = []
        for scenario, n in scenarios.items():
            found, expected = make(scenario, n), self.reference(scenario, n)
            if found != expected:
                wrong.append(f"{scenario}: {found}, expected {expected}")
        print(f"{'differs' if wrong else 'equal':8} {name}", flush=True)
        for line in wrong:
            print(f"         {line}")
        if wrong:
            self.failures.append(name)

    def clear(self, *paths):
        out = os.path.join(self.folder, "run.h5")
        for path in [out, *paths]:
            if os.path.exists(path):
                os.remove(path)
        return out

    def made(self, out, commands):
        """The digest of a file once all commands have run; what is wrong, when one fails."""
        for command in commands:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                return f"exit {done.returncode}: {done.stderr.strip()[-200:]}"
        with open(out, "rb") as f:
            return hashlib.sha256(f.read()).hexdigest()

    def extended(self, scenario, n, steps):
        """A run made in several goes, each extending the last."""
        out = self.clear()
        return self.made(out, [[self.program, "run", scenario, "-n", str(upto), "-o", out, "-q", *(["--extend"] if i else [])]
                               for i, upto in enumerate([*steps, n])])

    def stopped(self, scenario, n, how):
        """A run that is stopped by a signal six times, a tenth of a second later each time, then resumed."""
        out = self.clear()
        command = [self.program, "run", scenario, "-n", str(n), "-o", out, "-q", "--resume"]
        for tenths in range(2, 8):
            run = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(tenths / 10)
            run.send_signal(how)
            run.wait()
        return self.made(out, [command])

    def sharded(self, scenario, n, n_shards):
        """A run made by several processes, merged, the last shard first."""
        parts = [os.path.join(self.folder, f"shard-{i}.h5") for i in range(1, n_shards + 1)]
        out = self.clear(*parts)
        commands = [[self.program, "run", scenario, "-n", str(n), "--shard", f"{i + 1}/{n_shards}", "-o", part, "-q"]
                    for i, part in enumerate(parts)]
        return self.made(out, [*commands, [self.program, "merge", "-o", out, *reversed(parts)]])

    def replayed(self, scenario, n):
        """A run of the scenario that a run file keeps."""
        first = os.path.join(self.folder, "first.h5")
        out = self.clear(first)
        return self.made(out, [[self.program, "run", scenario, "-n", "10", "-o", first, "-q"],
                               [self.program, "run", first, "-n", str(n), "-o", out, "-q"]])

    def replacing(self, scenario, n):
        """A run that replaces another."""
        out = self.clear()
        return self.made(out, [[self.program, "run", "scenarios/minimal.xml", "-n", "10", "-o", out, "-q"],
                               [self.program, "run", scenario, "-n", str(n), "-o", out, "-q", "--force"]])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="build/placesim")
    parser.add_argument("--no-builds", action="store_true", help="only the settings that need no build of their own")
    parser.add_argument("--only", default="", metavar="WORD", help="only settings with this in their name")
    options = parser.parse_args()
    for how in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(how, signal.SIG_DFL)  # nohup and & have them ignored, and the program would keep to it
    with tempfile.TemporaryDirectory() as folder:
        matrix = Matrix(options.program, folder, options.only)
        for name, prefix, env, extra, cwd in settings(options.program):
            if prefix and not shutil.which(prefix[0]):
                matrix.not_tried.append(name)
                continue
            quiet = [] if name == "progress shown" else ["-q"]
            matrix.hold(name, SCENARIOS, lambda s, n, a=(prefix, env, extra, cwd): matrix.digest(
                matrix.program, s, n, a[0], a[1], [*a[2], *quiet], a[3]))
        council = {"scenarios/rutland-2021.xml": 1500}
        for steps in ([256], [1], [100, 255], [257, 512, 1499]):
            matrix.hold(f"extended from {', '.join(map(str, steps))}", council, lambda s, n, a=steps: matrix.extended(s, n, a))
        for how in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            matrix.hold(f"stopped six times by {how.name}, resumed", council, lambda s, n, a=how: matrix.stopped(s, n, a))
        for n_shards in (2, 3, 6, 8):
            matrix.hold(f"{n_shards} shards merged", council, lambda s, n, a=n_shards: matrix.sharded(s, n, a))
        matrix.hold("the scenario out of a run file", council, matrix.replayed)
        matrix.hold("another run's file replaced", council, matrix.replacing)
        for name, arguments in ({} if options.no_builds else BUILDS).items():
            if options.only not in name:
                continue
            if not shutil.which(arguments[0][3:]):
                matrix.not_tried.append(name)
                continue
            build = "build/same/" + "".join(c if c.isalnum() else "-" for c in name)
            made = subprocess.run(["make", f"-j{os.cpu_count()}", f"BUILD={build}", *arguments, "all"],
                                  capture_output=True, text=True, check=False)
            if made.returncode != 0:
                print(f"         {name} does not build: {made.stderr.strip()[-300:]}")
                matrix.not_tried.append(name)
                continue
            program = os.path.abspath(f"{build}/placesim")
            matrix.hold(name, SLOW if "sanitizer" in name or "-O0" in name else SCENARIOS,
                        lambda s, n, p=program: matrix.digest(p, s, n, options=["-q", "--threads", "2"]))
    print(f"{matrix.n_settings} settings, {matrix.n_settings - len(matrix.failures)} equal"
          + (f"; differs: {', '.join(matrix.failures)}" if matrix.failures else "")
          + (f"; not tried here: {', '.join(matrix.not_tried)}" if matrix.not_tried else ""))
    sys.exit(1 if matrix.failures else 0)


if __name__ == "__main__":
    main()
