#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The model a third time, as a law: pupil by pupil in numpy with numpy's own PCG64, from src/model/README.md alone, sharing no draw, no
cohort and no code with the program. Random scenarios of one council are played by both, and what comes of them is compared by the
two-sample bound of Dvoretzky, Kiefer and Wolfowitz at 1e-9, figure by figure.
usage: law_model.py [--program FILE] [--from 0] [--number 50] [--only NUMBER...] [-n 20000] [--planted]    exit 1: a law differs
--planted plays the numpy side with faults besides (the share at once acts on all who wait, whenever places are given; nobody who
moved waits for a place); they must be told."""
import argparse
import math
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

import h5py
import numpy as np

MAINSTREAM, SPECIAL, INDEPENDENT = 0, 1, 2
PROVISIONS = ["mainstream", "special", "independent"]
SETTLED, WAITING, PLACED, DIVERTED, GONE = range(5)
TRANSFER, NEW_PLAN, MOVE = range(3)
CLASSES = ["transfer", "new-plan", "move"]
CROSSING = 7  # ncy
FIRST, LAST = -4, 20


def scenario(number):
    """What a scenario says: chosen at random, written as XML by xml() and played by play()."""
    r = np.random.default_rng([2024, number])
    s = {"number": number, "steps_per_year": int(r.choice([1, 3, 12])), "n_years": int(r.integers(2, 5))}
    weights = r.dirichlet(np.full(s["steps_per_year"], 4.0))
    weights = np.round(weights, 6)
    weights[0] += 1 - weights.sum()
    s["weights"] = [float(f"{w:.6f}") for w in weights]
    s["stock"] = {int(ncy): int(r.integers(2, 14)) for ncy in r.choice(np.arange(0, 14), 4, replace=False)}
    s["seated"] = {int(ncy): int(r.integers(1, 4)) for ncy in r.choice(np.arange(3, 12), 2, replace=False)}
    s["commissioned"] = sum(s["seated"].values()) + int(r.integers(0, 5))
    s["more"] = (int(r.integers(1, 6)), int(r.integers(1, s["n_years"])))  # places, years after the start
    s["project"] = None
    if r.random() < 0.6:
        low = int(r.integers(30, 400))
        s["project"] = (int(r.integers(2, 7)), low, low + int(r.integers(50, 500)))  # places; days, uniform
    s["cease"] = {MAINSTREAM: round(r.uniform(0.02, 0.3), 3), SPECIAL: round(r.uniform(0.02, 0.3), 3), INDEPENDENT: round(r.uniform(0.02, 0.3), 3)}
    s["cease_drawn"] = (int(r.integers(2, 9)), int(r.integers(10, 40))) if r.random() < 0.5 else None  # beta(a, b) for the first of them
    s["cease_year_end"] = (int(r.integers(5, 12)), round(r.uniform(0.1, 0.9), 3))  # of an ncy, all targets
    s["up"], s["down"] = round(r.uniform(0.02, 0.3), 3), round(r.uniform(0, 0.2), 3)
    s["move_sigma"] = round(r.uniform(0.2, 0.8), 2) if r.random() < 0.5 else 0.0
    s["rate"] = {-1: round(r.uniform(0.1, 1.0), 3), 4: round(r.uniform(0.1, 1.0), 3), 8: round(r.uniform(0.1, 0.8), 3)}  # new plans a year
    s["rate_drawn"] = round(r.uniform(0.2, 0.8), 2) if r.random() < 0.5 else None  # sd / mean of a gamma, for the first of them
    s["sigma"], s["phi"] = (round(r.uniform(0.1, 0.7), 2), round(r.uniform(0, 0.9), 2)) if r.random() < 0.6 else (0.0, 0.0)
    s["share"] = round(r.uniform(0.2, 0.9), 3)
    s["cross"] = (round(r.uniform(0.05, 0.5), 3), round(r.uniform(0, 0.2), 3))  # mainstream to special; ceases
    s["cross_back"] = round(r.uniform(0, 0.5), 3)
    s["take_up"] = round(r.uniform(0.4, 1.0), 3) if r.random() < 0.7 else 1.0
    s["at_once"], s["divert"] = round(r.uniform(0, 0.6), 3), round(r.uniform(0, 0.6), 3)
    s["give_up"] = round(r.uniform(0, 0.4), 3) if r.random() < 0.6 else 0.0
    s["order"] = [int(c) for c in r.permutation(3)]
    return s


def starts(s):
    """First days of the steps; the last step is a September one."""
    months = {1: [9], 3: [9, 1, 4], 12: [9, 10, 11, 12, 1, 2, 3, 4, 5, 6, 7, 8]}[s["steps_per_year"]]
    days = [date(2021 + y + (m < 9), m, 1) for y in range(s["n_years"]) for m in months]
    return days + [date(2021 + s["n_years"], 9, 1)]


def xml(s):
    rows = "".join(f'<row area="a" ncy="{ncy}" need="n" setting="mainstream" count="{k}"/>' for ncy, k in s["stock"].items())
    rows += "".join(f'<row area="a" ncy="{ncy}" need="n" setting="s" count="{k}"/>' for ncy, k in s["seated"].items())
    drawn, spread = s["cease_drawn"], s["rate_drawn"]
    cease = {p: repr(v) for p, v in s["cease"].items()}
    if drawn:
        cease[MAINSTREAM] = f"beta(a={drawn[0]}, b={drawn[1]})"
    cease = "".join(f'<row from="{PROVISIONS[p]}" when="through-year" value="{v}"/>' for p, v in cease.items())
    cease += f'<row ncy="{s["cease_year_end"][0]}" when="year-end" value="{s["cease_year_end"][1]}"/>'
    plans = {ncy: repr(v / 100) for ncy, v in s["rate"].items()}
    if spread:
        plans[-1] = f"gamma(mean={s['rate'][-1] / 100!r}, sd={s['rate'][-1] * spread / 100!r})"
    plans = "".join(f'<row ncy="{ncy}" value="{v}"/>' for ncy, v in plans.items())
    effects = f'<year-effect flow="new-plans" sigma="{s["sigma"]}" phi="{s["phi"]}"/>' if s["sigma"] else ""
    effects += f'<year-effect flow="move" sigma="{s["move_sigma"]}" phi="0"/>' if s["move_sigma"] else ""
    place_lost = "place-lost " if s["number"] % 2 else ""
    order = place_lost + " ".join(CLASSES[c] for c in s["order"]) + ("" if place_lost else " place-lost")
    project = ""
    if s["project"]:
        places, low, high = s["project"]
        project = (f'<site id="t" area="a" provision="special" ncy="-4..20" delivered="yes" take-up="{s["take_up"]}"><places commissioned="0"/></site>'
                   f'<project id="p" start="2021-09-01" opens="day"><activity id="b" unit="days" duration="uniform({low}, {high})"/>'
                   f'<delivers site="t" places="{places}"/></project>')
    step = {1: "year", 3: "term", 12: "month"}[s["steps_per_year"]]
    return f"""<scenario version="1" id="law" seed="{7000 + s["number"]}" source="made up" quality="guess">
<time start="2021-09-01" steps="{len(starts(s))}" step="{step}" weights="{" ".join(map(repr, s["weights"]))}"/>
<phase id="first" from-ncy="-4" to-ncy="6"/><phase id="second" from-ncy="7" to-ncy="20"/><area id="a"/><need id="n"/>
<stock date="2021-09-01"/><provision id="mainstream" kind="open"/><provision id="special" kind="limited"/><provision id="independent" kind="open"/>
<placing classes="{order}"/><table name="stock">{rows}</table><table name="cease">{cease}</table>
<table name="population"><row value="100"/></table><table name="new-plans">{plans}</table>{effects}
<table name="joiner-target"><row to="special" value="{s["share"]}"/><row to="mainstream" residual="yes"/></table>
<table name="september-start"><row value="0"/></table>
<table name="move"><row from="mainstream" to="special" value="{s["up"]}"/><row from="special" to="mainstream" value="{s["down"]}"/></table>
<table name="phase-transfer"><row ncy="7" from="mainstream" to="special" value="{s["cross"][0]}"/><row ncy="7" from="mainstream" to="ceases" value="{s["cross"][1]}"/>
<row ncy="7" from="mainstream" to="mainstream" residual="yes"/><row ncy="7" from="special" to="mainstream" value="{s["cross_back"]}"/>
<row ncy="7" from="special" to="special" residual="yes"/></table>
<table name="waiting-setting"><row setting="mainstream"/></table>
<table name="divert"><row to="special" setting="independent" at-once="{s["at_once"]}" rate="{s["divert"]}"/></table>
<table name="give-up"><row value="{s["give_up"]}"/></table>
<site id="s" area="a" provision="special" ncy="-4..20" take-up="{s["take_up"]}"><places commissioned="{s["commissioned"]}"/>
<event date="{2021 + s["more"][1]}-09-01" kind="change" places="{s["more"][0]}"/></site>{project}
</scenario>
"""


class Play:
    """n replications at once: pupils as columns of arrays [replication, pupil]; who is gone keeps a column."""

    def __init__(self, s, n, fault):
        self.s, self.n, self.fault = s, n, fault
        self.r = np.random.Generator(np.random.PCG64([99, s["number"]]))
        opening = [(ncy, MAINSTREAM, SETTLED) for ncy, k in s["stock"].items() for _ in range(k)]
        opening += [(ncy, SPECIAL, PLACED) for ncy, k in s["seated"].items() for _ in range(k)]
        self.ncy, self.target, self.state = (np.tile(np.array(column), (n, 1)) for column in zip(*opening))
        shape = self.ncy.shape
        self.cls, self.wait = np.zeros(shape, int), np.zeros(shape, int)
        self.fresh, self.refused, self.away = np.zeros(shape, bool), np.zeros(shape, bool), np.zeros(shape, bool)  # away: sits in independent
        self.places = np.full(n, s["commissioned"])
        self.opens = np.full(n, np.iinfo(int).max)
        if s["project"]:
            self.opens = np.ceil(self.r.uniform(s["project"][1], s["project"][2], n) - 1e-9).astype(int)
        first = s["cease"][MAINSTREAM]
        self.cease = np.full(n, first) if not s["cease_drawn"] else self.r.beta(*s["cease_drawn"], n)
        self.rate = {ncy: np.full(n, v) for ncy, v in s["rate"].items()}
        if s["rate_drawn"]:
            self.rate[-1] = self.r.gamma(1 / s["rate_drawn"] ** 2, s["rate"][-1] * s["rate_drawn"] ** 2, n)
        self.x, self.move_factor = self.r.normal(0, s["sigma"], n), np.ones(n)

    def chance(self, p):
        return self.r.random(self.ncy.shape) < p

    def is_in(self, *states):
        return np.isin(self.state, states)

    def leave(self, who):
        self.state[who] = GONE
        return who.sum(axis=1)

    def seek(self, who, cls, keep_wait=False):
        self.cls[who] = cls
        if not keep_wait:
            self.wait[who] = 0
        self.state[who] = WAITING
        self.fresh[who] = True

    def settle(self, who, target):
        self.target[who], self.state[who], self.fresh[who], self.away[who] = target, SETTLED, False, False

    def place(self, weight, with_rate):
        s, waiting = self.s, self.state == WAITING
        rank = np.argsort(s["order"])[self.cls]
        key = np.where(waiting & ~self.refused, rank * 1e6 - self.wait * 1e3 + self.r.random(self.ncy.shape), np.inf)
        order = np.argsort(key, axis=1)
        asked = np.take_along_axis(key, order, axis=1) < np.inf
        yes = asked & (self.r.random(self.ncy.shape) < s["take_up"])
        free = np.maximum(self.places - self.is_in(PLACED).sum(axis=1), 0)[:, None]
        before = np.cumsum(yes, axis=1) - yes  # seats taken before this one is asked
        offered = asked & (before < free)
        seated, refused = np.zeros_like(yes), np.zeros_like(yes)
        np.put_along_axis(seated, order, offered & yes, axis=1)
        np.put_along_axis(refused, order, offered & ~yes, axis=1)
        self.state[seated], self.away[seated], self.wait[seated] = PLACED, False, 0
        self.refused |= refused
        left = (self.state == WAITING) & ~self.refused
        p = np.where(self.fresh | (self.fault == "at once"), s["at_once"], (1 - (1 - s["divert"]) ** weight) if with_rate else 0)
        diverted = left & self.chance(p)
        self.state[diverted], self.away[diverted], self.wait[diverted] = DIVERTED, True, 0
        self.fresh[:] = False
        return diverted.sum(axis=1)

    def step(self, t, days, out):
        s, september = self.s, days[t].month == 9
        weight = s["weights"][t % s["steps_per_year"]]
        self.places += s["more"][0] * (days[t] == date(2021 + s["more"][1], 9, 1))
        if s["project"]:
            since = (days[t] - days[0]).days
            last = (days[t - 1] - days[0]).days if t else -1
            self.places += s["project"][0] * ((self.opens <= since) & (self.opens > last))
        self.refused[:] = False
        crossed = np.zeros(self.ncy.shape, bool)
        n_ceased, n_diverted = np.zeros(self.n, int), np.zeros(self.n, int)
        if september and t > 0:
            here = self.state != GONE
            n_ceased += self.leave(here & (self.ncy == s["cease_year_end"][0]) & self.chance(s["cease_year_end"][1]))
            here = self.state != GONE
            self.state[here & (self.ncy == LAST)] = GONE
            self.ncy += 1
            crossed = (self.state != GONE) & (self.ncy == CROSSING)
            u = self.r.random(self.ncy.shape)
            main, special = crossed & (self.target == MAINSTREAM), crossed & (self.target == SPECIAL)
            up = main & (u < s["cross"][0])
            n_ceased += self.leave(main & (u >= s["cross"][0]) & (u < s["cross"][0] + s["cross"][1]))
            self.target[up] = SPECIAL
            self.seek(up, TRANSFER)
            back = special & (u < s["cross_back"])
            self.settle(back, MAINSTREAM)
            stay = special & ~back
            self.seek(stay & (self.state == WAITING), TRANSFER, keep_wait=True)
            self.seek(stay & (self.state == DIVERTED), TRANSFER)
        if september and t % s["steps_per_year"] == 0:
            year = t // s["steps_per_year"]
            if year > 0:
                self.x = s["phi"] * self.x + s["sigma"] * math.sqrt(1 - s["phi"] ** 2) * self.r.normal(size=self.n)
            y = self.r.normal(0, s["move_sigma"], self.n)
            self.move_factor = np.exp(y - s["move_sigma"] ** 2 / 2)
        if september:
            n_diverted += self.place(weight, True)
        # through the year
        p = np.select([self.target == MAINSTREAM, self.target == SPECIAL], [self.cease[:, None], s["cease"][SPECIAL]], s["cease"][INDEPENDENT])
        p = 1 - (1 - p) ** weight
        n_ceased += self.leave((self.state != GONE) & self.chance(p))
        def odds(q):
            return (q * self.move_factor / (1 - q + q * self.move_factor))[:, None]
        can = (self.state != GONE) & ~crossed
        up = can & (self.target == MAINSTREAM) & self.chance(1 - (1 - odds(s["up"])) ** weight)
        down = can & (self.target == SPECIAL) & self.chance(1 - (1 - odds(s["down"])) ** weight)
        self.target[up] = SPECIAL
        self.seek(up, MOVE)
        if self.fault == "moves":
            self.state[up] = PLACED
        self.settle(down, MAINSTREAM)
        tired = (self.state == WAITING) & self.chance(1 - (1 - s["give_up"]) ** weight)
        self.settle_where(tired)
        # who comes
        factor = np.exp(self.x - s["sigma"] ** 2 / 2)
        for ncy, rate in self.rate.items():
            self.join(ncy, self.r.poisson(rate * factor * weight))
        n_diverted += self.place(weight, not september)
        here = self.state != GONE
        setting = np.where(self.state == PLACED, SPECIAL, np.where(self.away, INDEPENDENT, np.where(self.target == SPECIAL, MAINSTREAM, self.target)))
        for p in range(3):
            out[f"stock {PROVISIONS[p]}"] = (here & (setting == p)).sum(axis=1)
            out[f"demand {PROVISIONS[p]}"] = (here & (self.target == p)).sum(axis=1)
        for phase, old in (("first", self.ncy < CROSSING), ("second", self.ncy >= CROSSING)):
            out[f"waiting {phase}"] = ((self.state == WAITING) & old).sum(axis=1)
            out[f"diverted {phase}"] = ((self.state == DIVERTED) & old).sum(axis=1)
            out[f"demand special {phase}"] = (here & (self.target == SPECIAL) & old).sum(axis=1)
        out["declined"] = ((self.state == WAITING) & self.refused).sum(axis=1)
        out["ceased"], out["newly diverted"] = n_ceased, n_diverted
        self.wait[self.state == WAITING] += 1
        self.drop_gone()

    def settle_where(self, who):
        target = np.where(self.away, INDEPENDENT, MAINSTREAM)
        self.target[who], self.state[who], self.fresh[who] = target[who], SETTLED, False
        # who settles in independent sits there as in the target's own provision

    def join(self, ncy, counts):
        most = int(counts.max())
        if most == 0:
            return
        new = np.arange(most)[None, :] < counts[:, None]
        special = new & (self.r.random(new.shape) < self.s["share"])
        def grow(old, value):
            return np.concatenate([old, value], axis=1)
        self.ncy = grow(self.ncy, np.full(new.shape, ncy))
        self.target = grow(self.target, np.where(special, SPECIAL, MAINSTREAM))
        self.state = grow(self.state, np.where(special, WAITING, np.where(new, SETTLED, GONE)))
        self.cls = grow(self.cls, np.full(new.shape, NEW_PLAN))
        self.wait = grow(self.wait, np.zeros(new.shape, int))
        self.fresh = grow(self.fresh, special)
        self.refused, self.away = grow(self.refused, np.zeros(new.shape, bool)), grow(self.away, np.zeros(new.shape, bool))

    def drop_gone(self):
        """Those who are gone go to the end, and columns of nobody go."""
        order = np.argsort(self.state == GONE, axis=1, kind="stable")
        width = int((self.state != GONE).sum(axis=1).max()) or 1
        for name in ("ncy", "target", "state", "cls", "wait", "fresh", "refused", "away"):
            setattr(self, name, np.take_along_axis(getattr(self, name), order, axis=1)[:, :width])


def by_numpy(s, n, fault=None):
    play, out, days = Play(s, n, fault), {}, starts(s)
    for t in range(len(days)):
        play.step(t, days, out)
    return out


def by_program(s, n, program, folder):
    file, run = Path(folder) / "law.xml", Path(folder) / "law.h5"
    file.write_text(xml(s))
    said = subprocess.run([program, "run", file, "-n", str(n), "-q", "--force", "-o", run], capture_output=True, text=True, check=False)
    if said.returncode != 0:
        sys.exit(f"law_model: scenario {s['number']}: {said.stderr}")
    with h5py.File(run) as f:
        def last(name):  # [replication, phase, provision]; in the file [step, area, phase, provision, replication]
            return np.moveaxis(f[name][-1, 0].astype(int), -1, 0)
        phases = [v.decode() if isinstance(v, bytes) else v for v in f["phase"][:]]
        provisions = [v.decode() if isinstance(v, bytes) else v for v in f["provision"][:]]
        out, sp = {}, provisions.index("special")
        for p, name in enumerate(provisions):
            out[f"stock {name}"], out[f"demand {name}"] = last("stock")[:, :, p].sum(axis=1), last("demand")[:, :, p].sum(axis=1)
        for k, phase in enumerate(phases):
            out[f"waiting {phase}"], out[f"diverted {phase}"] = last("waiting")[:, k, sp], last("diverted")[:, k, sp]
            out[f"demand special {phase}"] = last("demand")[:, k, sp]
        out["declined"], out["newly diverted"] = last("declined").sum(axis=(1, 2)), last("newly_diverted").sum(axis=(1, 2))
        out["ceased"] = last("ceased").sum(axis=(1, 2))
    return out


def gap(x, y):
    grid = np.union1d(x, y)
    return np.abs(np.searchsorted(np.sort(x), grid, "right") / len(x) - np.searchsorted(np.sort(y), grid, "right") / len(y)).max()


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--program", default="build/placesim")
    options.add_argument("--from", dest="first", type=int, default=0)
    options.add_argument("--number", type=int, default=50)
    options.add_argument("--only", type=int, nargs="+", help="these scenarios")
    options.add_argument("-n", type=int, default=20000)
    options.add_argument("--planted", action="store_true")
    options.add_argument("--xml", action="store_true", help="print the scenarios and stop")
    asked = options.parse_args()
    limit = math.sqrt(2) * math.sqrt(math.log(2 / 1e-9) / (2 * asked.n))
    n_bad = n_compared = n_caught = 0
    numbers = asked.only or range(asked.first, asked.first + asked.number)
    for number in numbers:
        s = scenario(number)
        if asked.xml:
            print(xml(s))
            continue
        with tempfile.TemporaryDirectory(prefix="placesim-law-") as folder:
            theirs = by_program(s, asked.n, asked.program, folder)
        ours, largest, caught = by_numpy(s, asked.n), 0.0, False
        for name, x in ours.items():
            found = gap(x, theirs[name])
            largest = max(largest, found)
            n_compared += 1
            if found > limit:
                n_bad += 1
                print(f"scenario {number}, {name}: gap {found:.4f} > {limit:.4f}; means {theirs[name].mean():.3f} and, in numpy, {x.mean():.3f}")
        if asked.planted:
            caught = any(gap(x, theirs[name]) > limit for fault in ("at once", "moves") for name, x in by_numpy(s, asked.n, fault).items())
            n_caught += caught
        print(f"scenario {number}: {len(ours)} figures, largest gap {largest:.4f} of {limit:.4f}{', planted faults found' if caught else ''}", flush=True)
    print(f"{n_compared} figures compared, {n_bad} differ" + (f"; planted faults found in {n_caught} of {len(numbers)} scenarios" if asked.planted else ""))
    return 1 if n_bad or (asked.planted and n_caught == 0) else 0


sys.exit(main())
