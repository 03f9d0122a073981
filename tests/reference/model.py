# SPDX-License-Identifier: MIT
"""
One replication, step by step: the executable form of src/model/README.md. Cohorts are counted in dictionaries and every count is
made anew from them, so nothing here is fast; each method is one paragraph of the page.
"""
import math
from collections import defaultdict

import numpy as np

from changes import Drawn
from delivery import Course, Draws, Years
from money import Money, funding, spend
from pipeline import Cases, share_out
from plan import CLASSES, DAYS, N_NCY, day
from streams import CHANCE, DELIVERY, INPUTS, Stream, exp, log

WAITING, DIVERTED, PLACED, FORWARD = range(4)
TRANSFER, PLACE_LOST, NEW_PLAN, MOVE = range(4)
NEW, DECLINED = 1, 2
ROUNDING = 2e-9  # what a sum may pass 1 by without being held
CAUSES = ["late", "ncy", "need", "area", "no-place"]
INFINITY = math.inf
MISSING = -1


def nearest(x):
    return math.floor(x + 0.5)


def hazard(p):
    """Of a yearly probability: -log of the chance to stay."""
    return INFINITY if p >= 1 else -log(1.0 - p)


def in_step(p, weight):
    """A yearly probability within a step."""
    return 1.0 - exp(-hazard(p) * weight) if p < 1 else 1.0


def odds(p, factor):
    """A probability whose odds are multiplied."""
    return p if factor == 1.0 or p <= 0 or p >= 1 else p * factor / (1.0 - p + p * factor)


def struck(stream, line):
    """
    Pupils are laid on a line, each as long as its hazard: how many of each entry (n, hazard) a unit Poisson process strikes.
    The first point is drawn for every line; the next is counted from the end of the one struck; an infinite hazard is hit without a draw.
    """
    hits, left = [], stream.exponential() if any(h > 0 for _, h in line) else None
    for n, h in line:
        k = 0
        if h == INFINITY:
            k = n
        elif h > 0:
            for _ in range(n):
                if left < h:
                    k += 1
                    left = stream.exponential()
                else:
                    left -= h
        hits.append(k)
    return hits


class SiteState:
    pass


class Replication:
    def __init__(self, plan, indices):
        self.plan, self.indices = plan, indices
        self.draws = Draws(plan, indices)
        self.years = Years(plan, self.draws, indices[1])
        self.drawn = Drawn(plan, self.draws, indices)
        self.courses = [Course(plan, p, self.draws, indices[2], self.drawn) for p in plan.projects]
        self.rows = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))  # (area, need, column) -> (target, forward) -> cohort -> pupils
        self.roll = defaultdict(int)                                            # (site, column) -> pupils
        self.out = {}
        self.deferred = defaultdict(lambda: defaultdict(float))  # (service, step) -> row -> plans that come back
        self.cases = Cases(self) if plan.pipeline is not None else None
        self.money = Money(self)
        self.held_counts = defaultdict(int)  # September counts running at which a trigger has held
        self.place_events()
        self.open_sites()
        self.open_stock()

    # ---- small tools ----

    def stream(self, decision, step, *ids, jumps=0):
        return Stream(self.plan.seed, (CHANCE, self.indices[3], decision, step) + ids, jumps)

    def row_stream(self, decision, step, a, d, c):
        return self.stream(decision, step, self.plan.areas[a].word, self.plan.needs[d].word, jumps=c)

    def row_keys(self):
        """Rows in order: area, need, column."""
        return sorted(k for k, cells in self.rows.items() if any(cells.values()))

    def cells(self, row):
        """Cells of a row in order: the targets, then the targets again for forward pupils."""
        here = self.rows[row] if row in self.rows else {}
        return [(t, f) for f, t in sorted((f, t) for (t, f), cohorts in here.items() if cohorts)]

    def cohorts(self, row, cell):
        return sorted(self.rows[row][cell].items())

    def put(self, row, cell, cohort, n=1):
        self.rows[row][cell][cohort] += n
        assert self.rows[row][cell][cohort] >= 0
        if self.rows[row][cell][cohort] == 0:
            del self.rows[row][cell][cohort]
        if cohort[1] >= self.plan.n_provisions:
            self.roll[cohort[1] - self.plan.n_provisions, row[2]] += n

    def array(self, name, *shape):
        if name not in self.out:
            self.out[name] = np.zeros(shape, dtype=np.int64)
        return self.out[name]

    def by_year(self, name, *shape):
        """Missing in years of which the run has no September, or no transfer round (there is none in the first step)."""
        rounds = name in ("transfer_sheet", "transfer_stayers")
        if name not in self.out:
            out = self.array(name, self.plan.n_years, *shape)
            counted = {y for s, (y, september) in enumerate(zip(self.plan.year, self.plan.september)) if september and (s > 0 or not rounds)}
            for y in set(range(self.plan.n_years)) - counted:
                out[y] = MISSING
        return self.out[name]

    def by_step(self, name, row, target, n=1, c=None):
        """Counts a pupil by step, area, phase and the target's first provision."""
        p = self.plan
        where = p.phase_of[row[2] if c is None else c]
        self.array(name, p.n_steps, len(p.areas), len(p.phases), p.n_provisions)[self.step, row[0], where, p.list_of[target][0]] += n

    def provision_of(self, setting):
        return setting if setting < self.plan.n_provisions else self.sites[setting - self.plan.n_provisions].provision

    def waiting_setting(self, class_, c, d):
        row = self.plan.waiting_setting.at(class_, self.plan.phase_of[c], d)
        return self.plan.index["provision"][row.node.get("setting")]

    def suits(self, setting, target):
        return self.provision_of(setting) in self.plan.list_of[target]

    def teaches(self, setting, c):
        return setting < self.plan.n_provisions or c in self.sites[setting - self.plan.n_provisions].ncy

    # ---- before the first step ----

    def place_events(self):
        p = self.plan
        dated = [e for e in p.events if "risk" not in e or self.drawn.risks[e["risk"]]]
        events = [dict(e, source="site") for e in dated]
        for course in self.courses:
            events += [dict(e, source="project") for e in course.event_days()]
        planned = [dict(e, source="site") for e in dated]
        for course in self.courses:
            planned += [dict(e, source="project") for e in course.planned_days()]
        self.due, self.planned_due = defaultdict(list), defaultdict(list)
        self.put_down(self.due, events, 0)
        self.put_down(self.planned_due, planned, 0)

    def put_down(self, due, events, earliest):
        """An event acts in the first step that starts on or after its day, but in none that is over."""
        for e in events:
            s = self.plan.step_of(e["day"])
            if s is not None and max(s, earliest) < self.plan.n_steps:
                due[max(s, earliest)].append(e)
        for s in due:
            due[s].sort(key=lambda e: (self.ORDER[e["kind"]], e["source"] == "project", e["day"], self.plan.sites[e["site"]].key.encode()))

    def open_sites(self):
        p, of = self.plan, self.draws.of
        self.sites = []
        for s in p.sites:
            x = SiteState()
            x.item, x.area, x.provision, x.ncy, x.needs = s, s.area, s.provision, s.ncy, s.needs
            x.open, x.intake, x.withdrawn = not s.delivered and s.opens is None, True, False
            x.ended, x.planned_open = False, x.open
            x.take_up, x.preference, x.admission = of(s.take_up), s.preference, s.admission
            x.pools = []
            for pool in s.pools:
                y = SiteState()
                y.phases, y.classes, y.others_kind, y.others_given, y.others = pool.phases, pool.stretch_classes, pool.others_kind, pool.others, 0
                commissioned, stretch = of(pool.commissioned), of(pool.stretch)
                physical = of(pool.physical) if pool.physical is not None else commissioned + stretch
                y.commissioned, y.stretch, y.physical, y.owed, y.held = nearest(commissioned), nearest(stretch), nearest(physical), dict(commissioned=0, physical=0), 0
                y.planned, y.physical = y.commissioned, max(y.commissioned, y.physical)
                x.pools.append(y)
            self.sites.append(x)

    def open_stock(self):
        p = self.plan
        for a, d, c, t, setting, n in p.stock:
            provision = self.provision_of(setting)
            target = t if t is not None else p.target_of_provision[provision]
            self.put((a, d, c), (target, 0), (PLACED, setting, TRANSFER, 0, 0), n)
        for row in p.stock_waiting:
            self.take_waiting(row)
        opening = self.array("opening_stock", len(p.areas), len(p.phases), p.n_provisions)
        for (a, d, c) in self.row_keys():
            for cell in self.cells((a, d, c)):
                for co, n in self.cohorts((a, d, c), cell):
                    opening[a, p.phase_of[c], self.provision_of(co[1])] += n

    def take_waiting(self, row):
        """By lot from those placed in the setting: hypergeometric over cells in the order area, need, ncy, target."""
        cells = []
        for r in self.row_keys():
            if all(x in s for x, s in zip(r, row.sets)):
                for cell in self.cells(r):
                    here = sum(n for co, n in self.cohorts(r, cell) if co[0] == PLACED and co[1] == row.setting)
                    if here:
                        cells.append((r, cell, here))
        total = sum(n for _, _, n in cells)
        wanted = min(nearest(self.draws.of(row.count)), total)
        stream = Stream(self.plan.seed, (INPUTS, self.indices[0], 4, 0, row.word))
        for r, cell, here in cells:
            k = stream.hypergeometric(here, total - here, wanted)
            total, wanted = total - here, wanted - k
            if k:
                self.put(r, cell, (PLACED, row.setting, TRANSFER, 0, 0), -k)
                wait = min(row.wait, self.plan.wait_cap)
                co = (DIVERTED, row.setting, row.class_, 0, 0) if row.diverted else (WAITING, row.setting, row.class_, wait, NEW if wait == 0 else 0)
                self.put(r, (row.to, 0), co, k)

    # ---- the run ----

    def run(self):
        p = self.plan
        for name in ("sought", "placed_own_area", "placed_other_area", "directed", "newly_diverted", "gave_up", "left_list", "declined",
                     "joined", "ceased", "aged_out", "transferred_in", "transferred_out"):
            self.array(name, p.n_steps, len(p.areas), len(p.phases), p.n_provisions)
        self.array("cause_count", p.n_steps, len(p.areas), len(p.phases), p.n_provisions, len(CAUSES))
        self.array("moved", p.n_steps, len(p.phases), p.n_provisions, p.n_provisions)
        self.array("moved_by_area", p.n_steps, len(p.areas), len(p.phases), p.n_provisions, p.n_provisions)
        self.count_due(0)
        for self.step in range(p.n_steps):
            self.explained, self.crossed = defaultdict(int), set()
            self.year, self.season = p.year[self.step], p.season[self.step]
            self.weight = p.weight[self.season]
            if self.drawn.begin_step(self.step) or self.step == 0 or self.year != p.year[self.step - 1]:
                self.known = {}
                self.look_at_rates()
            self.serve_cases()
            self.deliver()
            september = p.september[self.step]
            if september:
                if self.step > 0 and p.ageing:
                    self.year_end()
                self.class_count("class_sought")
                self.place(0)
                self.september_count()
                self.test_triggers()
                self.clear_new()
            self.leave()
            self.move()
            self.join()
            self.place(1 if september else 0)
            self.clear_new()
            self.count()
            if self.cases is not None:
                self.cases.close()
            self.money.close_step()
            self.wait()
            self.count_due(self.step + 1)
        return self.finish()

    def seek(self, row, target, n=1):
        self.by_step("sought", row, target, n)

    def clear_new(self):
        self.change_marks(NEW)

    def change_marks(self, mark):
        for r in self.row_keys():
            for cell in self.cells(r):
                for co, n in self.cohorts(r, cell):
                    if co[4] == mark:
                        self.put(r, cell, co, -n)
                        self.put(r, cell, co[:4] + (0,), n)

    def wait(self):
        """Then everybody who waits has waited one step more."""
        self.change_marks(DECLINED)
        for r in self.row_keys():
            for cell in self.cells(r):
                for co, n in sorted(self.cohorts(r, cell), reverse=True):
                    if co[0] == WAITING and co[3] < self.plan.wait_cap:
                        self.put(r, cell, co, -n)
                        self.put(r, cell, co[:3] + (co[3] + 1, co[4]), n)

    # ---- 1. deliver ----

    ORDER = {"open": 0, "resume-intake": 1, "change": 1, "stop-intake": 1, "close": 2}

    def deliver(self):
        p = self.plan
        for e in self.due[self.step]:
            self.act(e)
        for e in self.planned_due[self.step]:
            self.act_on_plan(e)
        for s, x in enumerate(self.sites):
            x.take_up = self.drawn.apply("take-up", self.draws.of(x.item.take_up), 1.0, area=x.item.area, setting=s)
        if p.september[self.step]:
            self.withdraw()
        for s in range(len(self.sites)):
            for i, pool in enumerate(self.sites[s].pools):
                self.seat_others(s, i, pool)

    def act(self, e):
        s, x, of = e["site"], self.sites[e["site"]], self.draws.of
        setting = self.plan.n_provisions + s
        if x.ended:
            return
        if e["kind"] == "open" or self.opens(e) and not x.open:
            x.open, x.intake = True, not x.withdrawn
        if e["kind"] == "stop-intake":
            x.intake = False
        if e["kind"] == "resume-intake":
            x.intake = x.open and not x.withdrawn
        if "places" in e:
            pool, n = x.pools[e["pool"]], nearest(of(e["places"]))
            self.add_places(pool, n)
        if "set-places" in e:
            pool, n = x.pools[e["pool"]], nearest(of(e["set-places"]))
            self.add_places(pool, n - pool.commissioned)
        if "ncy" in e:
            x.ncy = e["ncy"]
        if "ncy_more" in e:
            x.ncy = x.ncy | e["ncy_more"]
        if "needs" in e:
            x.needs = e["needs"]
        if "area" in e:
            x.area = e["area"]
        if "provision" in e:
            x.provision = e["provision"]
            self.refit(s, setting, e["successors"])
        if "ncy" in e:
            self.refit(s, setting, e["successors"], by_ncy=True)
        if e["kind"] == "close":
            x.ended, x.open = True, False
            self.hand_over(s, setting, e["successors"])

    def opens(self, e):
        """A site that waits to be delivered opens with what says so, else with the first places that a project brings."""
        if e["kind"] == "open":
            return True
        site = self.plan.sites[e["site"]]
        return site.delivered and not site.opens_itself and e.get("brings", False)

    def act_on_plan(self, e):
        """The account of what there would be had every project opened on its planned day."""
        x = self.sites[e["site"]]
        x.planned_open = (x.planned_open or self.opens(e)) and e["kind"] != "close"
        if "places" in e:
            x.pools[e["pool"]].planned += nearest(self.draws.of(e["places"]))
        if "set-places" in e:
            x.pools[e["pool"]].planned = nearest(self.draws.of(e["set-places"]))

    @staticmethod
    def add_places(pool, n):
        """Works that take more than there is owe the rest when places come back."""
        for name in ("commissioned", "physical"):
            value = getattr(pool, name) + n - pool.owed[name]
            pool.owed[name] = max(0, -value)
            setattr(pool, name, max(0, value))

    def hand_over(self, s, setting, successors):
        """A site that ends hands its placed pupils to its successors, up to their physical places; the rest have lost their place."""
        for r in self.row_keys():
            for cell in self.cells(r):
                for co, n in self.cohorts(r, cell):
                    if co[1] == setting:
                        self.hand_over_cohort(r, cell, co, n, successors)

    def hand_over_cohort(self, r, cell, co, n, successors):
        for _ in range(n):
            self.put(r, cell, co, -1)
            heir = next((h for h in successors if self.takes(h, r, cell[0], co)), None)
            if heir is not None:
                self.put(r, cell, (co[0], self.plan.n_provisions + heir) + co[2:])
            else:
                self.lose(r, cell, co)

    def takes(self, h, r, target, co):
        x, c = self.sites[h], r[2]
        if not x.open or c not in x.ncy or r[1] not in x.needs or x.provision not in self.plan.list_of[target]:
            return False
        pool = self.pool_at(h, c)
        return pool is not None and self.pool_roll(h, pool) + pool.others < pool.physical

    def lose(self, r, cell, co):
        a, d, c = r
        if co[0] == PLACED:
            self.put(r, cell, (WAITING, self.waiting_setting(PLACE_LOST, c, d), PLACE_LOST, 0, NEW))
            self.seek(r, cell[0])
        elif co[0] == WAITING:
            self.put(r, cell, (WAITING, self.waiting_setting(co[2], c, d), co[2], co[3], co[4]))
        else:
            self.put(r, cell, (WAITING, self.waiting_setting(PLACE_LOST, c, d), PLACE_LOST, 0, NEW))
            self.seek(r, cell[0])

    def refit(self, s, setting, successors, by_ncy=False):
        """A change of provision or ncy: whom it no longer fits go to the successors or lose their place; whom it now suits are seated."""
        x = self.sites[s]
        for r in self.row_keys():
            for cell in self.cells(r):
                for co, n in self.cohorts(r, cell):
                    if co[1] != setting:
                        continue
                    fits = x.provision in self.plan.list_of[cell[0]] and r[2] in x.ncy
                    if co[0] == WAITING and fits and not by_ncy:
                        self.put(r, cell, co, -n)
                        self.put(r, cell, (PLACED, setting, TRANSFER, 0, 0), n)
                        self.by_step("placed_own_area" if x.area == r[0] else "placed_other_area", r, cell[0], n)
                    if co[0] == PLACED and not fits:
                        self.hand_over_cohort(r, cell, co, n, successors)

    def withdraw(self):
        for s, x in enumerate(self.sites):
            if x.item.allotment and x.open and not x.withdrawn:
                p = self.draws.of(x.item.withdraw)
                if p > 0 and Stream(self.plan.seed, (DELIVERY, self.indices[2], 23, self.year, x.item.word)).v() < p:
                    x.withdrawn, x.intake = True, False

    def seat_others(self, s, i, pool):
        value = self.draws.of(pool.others_given)
        if pool.others_kind == "number":
            pool.others = nearest(value)
        elif pool.others_kind == "share":
            pool.others = nearest(value * pool.commissioned)
        elif self.step == 0 or self.plan.september[self.step]:
            pool.others = self.stream(44, self.year, self.plan.sites[s].word, i).poisson(value)

    # ---- places ----

    def pool_at(self, s, c):
        return next((pool for pool in self.sites[s].pools if self.plan.phase_of[c] in pool.phases), None)

    def pool_roll(self, s, pool):
        return sum(self.roll[s, c] for c in range(N_NCY) if self.plan.phase_of[c] in pool.phases)

    def free(self, s, pool, class_=None):
        """Free commissioned places, or, for a class, places with the stretch that the council allows it."""
        limit = pool.commissioned
        if class_ is not None and class_ in pool.classes:
            limit += pool.stretch
        return min(limit, pool.physical) - pool.others - self.pool_roll(s, pool) - pool.held

    def takes_in(self, s):
        x = self.sites[s]
        return x.open and x.intake

    def fitting(self, area, provision, r, need=True, ncy=True):
        """Sites of an area that offer the provision, teach the year and accept the need, open to intake."""
        return [s for s, x in enumerate(self.sites)
                if self.takes_in(s) and x.area == area and x.provision == provision and (not ncy or r[2] in x.ncy)
                and (not need or r[1] in x.needs) and self.pool_at(s, r[2]) is not None]

    def admits(self, s, c):
        x = self.sites[s]
        return c not in x.admission or self.roll[s, c] < x.admission[c]

    def first_site(self, area, target_list, r, free):
        """The target's list in order; in an area the preferred, the narrowest, the one with most free places, the key."""
        for provision in target_list:
            found = [s for s in self.fitting(area, provision, r) if free is None or free(s, self.pool_at(s, r[2])) > 0 and self.admits(s, r[2])]
            if found:
                return min(found, key=lambda s: (-self.sites[s].preference, len(self.sites[s].needs), len(self.sites[s].ncy),
                                                 -(free or self.free)(s, self.pool_at(s, r[2])), s))
        return None

    # ---- 2. September ----

    def year_end(self):
        p = self.plan
        self.leave_by(lambda a, d, c, t: (self.leaving(a, d, c, t)[2], 0.0), 30, 36, 1.0)
        for r in [k for k in self.row_keys() if k[2] == N_NCY - 1]:
            for cell in self.cells(r):
                for co, n in self.cohorts(r, cell):
                    self.put(r, cell, co, -n)
                    self.by_step("aged_out", r, cell[0], n)
                    if co[0] == WAITING:
                        self.by_step("left_list", r, cell[0], n)
        old = {k: {cell: dict(co) for cell, co in cells.items()} for k, cells in self.rows.items()}
        self.rows.clear()
        self.roll.clear()
        for (a, d, c), cells in old.items():
            for cell, cohorts in cells.items():
                for co, n in cohorts.items():
                    self.put((a, d, c + 1), cell, co, n)
        self.crossed = {c for c in range(N_NCY) if p.crosses[c]}
        for r in self.row_keys():
            self.enter_year(r)

    def enter_year(self, r):
        """Those of a row in its new column: targets drawn anew where it crosses, and who keeps a seat."""
        p, (a, d, c) = self.plan, r
        crosses = p.crosses[c]
        stream = self.row_stream(34, self.step, a, d, c)
        here = [(cell, co, n) for cell in self.cells(r) for co, n in self.cohorts(r, cell)]
        for cell, co, n in here:
            t = cell[0]
            shares = self.shares(p.phase_transfer, "phase-transfer", a, d, c, t) if crosses and co[0] != FORWARD else None
            if co[0] != FORWARD and not crosses and self.teaches(co[1], c):
                continue
            for _ in range(n):
                new = t
                if crosses and co[0] != FORWARD:
                    v = stream.v()
                    new = pick(shares, v) if shares is not None else t
                self.put(r, cell, co, -1)
                if co[0] == WAITING:
                    self.by_step("left_list", r, t, c=c - 1 if crosses else c)
                if new == p.n_targets:
                    self.by_step("ceased", r, t, c=c - 1 if crosses else c)
                    continue
                self.enter(r, t, new, co, crosses)

    def enter(self, r, old, t, co, crosses):
        p, (a, d, c) = self.plan, r
        seat, setting, class_, wait, mark = co
        stays = False
        if seat != FORWARD and self.suits(setting, t) and self.teaches(setting, c):
            stays = setting >= p.n_provisions and seat == PLACED
            self.put(r, (t, 0), (PLACED, setting, TRANSFER, 0, 0))
        elif p.is_open(t):
            self.put(r, (t, 0), (PLACED, p.list_of[t][0], TRANSFER, 0, 0))
        else:
            keeps = seat == DIVERTED and setting < p.n_provisions or seat != FORWARD and setting >= p.n_provisions and self.teaches(setting, c)
            where = setting if keeps else self.waiting_setting(TRANSFER, c, d)
            self.put(r, (t, 0), (WAITING, where, TRANSFER, wait if seat == WAITING else 0, NEW))
            self.seek(r, t)
        if crosses:
            if old != t:
                self.count_move(r, old, t)
            name = "transfer_stayers" if stays else "transfer_sheet"
            self.by_year(name, len(p.phases), len(p.needs), p.n_provisions)[self.year, p.phase_of[c], d, p.list_of[t][0]] += 1

    def count_move(self, r, old, new):
        p = self.plan
        f, t = p.list_of[old][0], p.list_of[new][0]
        self.out["moved"][self.step, p.phase_of[r[2]], f, t] += 1
        self.out["moved_by_area"][self.step, r[0], p.phase_of[r[2]], f, t] += 1

    def shares(self, table, name, a, d, c, t=None):
        """
        Shares over targets (and ceases): the residual takes what the others leave, then the group is divided by its sum. A year's
        factor multiplies the odds of changing target at a phase transfer; what changes is divided as before. Changes come last.
        """
        p, key = self.plan, (name, a, d, c, t)
        if key in self.known:
            return self.known[key]
        n = p.n_targets + (1 if t is not None else 0)
        rows = [table.at(*((a, d, c) + (() if t is None else (t,)) + (k,))) for k in range(n)]
        self.known[key] = None
        if not any(rows):
            return None
        values = self.divided(rows)
        factor = self.years.factor("phase-transfer", self.year, a) if t is not None else 1.0
        if factor != 1.0:
            stays, ceases = values[t], values[p.n_targets]
            other = 1.0 - stays - ceases
            if stays > 0 and other > 0:
                change = (1.0 - ceases) * odds(other / (other + stays), factor)
                values = [1.0 - ceases - change if k == t else x if k == p.n_targets else x * change / other for k, x in enumerate(values)]
        cell = dict(area=a, need=d, ncy=c, **({} if t is None else {"from": t}))
        self.known[key] = self.changed_shares(name, rows, values, cell)
        return self.known[key]

    def divided(self, rows):
        values = [self.draws.of(r.value) if r is not None and r.value is not None else 0.0 for r in rows]
        for k, r in enumerate(rows):
            if r is not None and r.node.get("residual") == "yes":
                others = sum(values)
                self.drawn.held += others > 1.0 + ROUNDING
                values[k] = max(0.0, 1.0 - others)
        if not sum(values) > 0:
            self.drawn.held += 1
            values = [float(r is not None) for r in rows]
        total = sum(values)
        return [x / total for x in values]

    def changed_shares(self, name, rows, values, cell):
        """A residual first takes what the others leave; a group of which nothing is left stays as it was."""
        residual = [r is not None and r.node.get("residual") == "yes" for r in rows]
        new = [x if r is None or rest else self.drawn.apply(name, x, INFINITY, **cell, to=k)
               for k, (x, r, rest) in enumerate(zip(values, rows, residual))]
        if new == values:
            return values
        for k, rest in enumerate(residual):
            if rest:
                others = sum(x for i, x in enumerate(new) if i != k)
                self.drawn.held += others > 1.0 + ROUNDING
                new[k] = max(0.0, 1.0 - others)
        total = sum(new)
        if total <= 0:
            self.drawn.held += 1
            return values
        return [x / total for x in new]

    def value(self, row, table, most, factor=None, **cell):
        """The number of a row after the year's factor, then changes; 0 where there is no row."""
        if row is None:
            return 0.0
        x = self.draws.of(row.value)
        return self.drawn.apply(table, x if factor is None else odds(x, factor), most, **cell)

    def leaving(self, a, d, c, t):
        """Probabilities to cease through the year, to transfer out, and to cease at the year's end."""
        key = ("leaving", a, d, c, t)
        if key not in self.known:
            p, cell = self.plan, {"area": a, "need": d, "ncy": c, "from": t}
            ceasing, out = self.years.factor("leave", self.year, a), self.years.factor("transfer-out", self.year, a)
            through = self.value(p.cease(a, d, c, t), "cease", 1.0, ceasing, **cell, when="through-year")
            gone = self.value(p.transfer_out.at(a, d, c, t), "transfer-out", 1.0, out, **cell)
            self.drawn.held += through + gone > 1.0 + ROUNDING
            self.known[key] = through, gone, self.value(p.cease_year_end(a, d, c, t), "cease", 1.0, ceasing, **cell, when="year-end")
        return self.known[key]

    def moving(self, a, d, c, t):
        """Probability to move from a target, and its parts by the new one."""
        key = ("moving", a, d, c, t)
        if key not in self.known:
            p = self.plan
            rows = [p.move.at(a, d, c, t, k) if k != t else None for k in range(p.n_targets)]
            parts = [self.draws.of(x.value) if x else 0.0 for x in rows]
            total, chance = sum(parts), odds(sum(parts), self.years.factor("move", self.year, a))
            if total > 0:
                scaled = [x * (chance / total) for x in parts]
                new = [self.drawn.apply("move", x, 1.0, area=a, need=d, ncy=c, **{"from": t}, to=k) if r else x
                       for k, (x, r) in enumerate(zip(scaled, rows))]
                if new != scaled:
                    parts, chance = new, sum(new)
            else:
                new = [self.drawn.apply("move", 0.0, 1.0, area=a, need=d, ncy=c, **{"from": t}, to=k) if r else 0.0 for k, r in enumerate(rows)]
                if any(new):
                    parts, chance = new, sum(new)
            self.drawn.held += chance > 1.0 + ROUNDING
            self.known[key] = chance, parts
        return self.known[key]

    def look_at_rates(self):
        """Whether any is held at a bound, used or not."""
        p = self.plan
        for a in range(len(p.areas)):
            for d in range(len(p.needs)):
                for c in range(N_NCY):
                    self.shares(p.joiner_target, "joiner-target", a, d, c)
                    for t in range(p.n_targets):
                        self.leaving(a, d, c, t)
                        self.moving(a, d, c, t)
                        if p.crosses[c]:
                            self.shares(p.phase_transfer, "phase-transfer", a, d, c, t)
                    self.mean_of_joiners(a, d, c)
        for d in range(len(p.needs)):
            for c in range(N_NCY):
                for t in range(p.n_targets):
                    for table, name in ((p.give_up, "give-up"), (p.return_, "return")):
                        self.value(table.at(d, c, t), name, 1.0, need=d, ncy=c, **{"from": t})
        for a in range(len(p.areas)):
            self.transfer_in_share(a)

    # ---- 3. leave ----

    def leave(self):
        self.leave_by(lambda a, d, c, t: self.leaving(a, d, c, t)[:2], 31, 37, self.weight)

    def leave_by(self, chances, decision, lot_decision, weight):
        for r in self.row_keys():
            a, d, c = r
            line, parts = [], []
            for cell in self.cells(r):
                p_cease, p_out = chances(a, d, c, cell[0])
                h = hazard(p_cease + p_out)
                line.append((sum(n for _, n in self.cohorts(r, cell)), h * weight if h > 0 else 0.0))
                parts.append((cell, p_cease, p_out))
            if not any(h > 0 for _, h in line):
                continue
            stream, lots = self.row_stream(decision, self.step, a, d, c), self.row_stream(lot_decision, self.step, a, d, c)
            for (cell, p_cease, p_out), k in zip(parts, struck(stream, line)):
                for _ in range(k):
                    ceases = p_out == 0 or p_cease > 0 and stream.v() < p_cease / (p_cease + p_out)
                    co = self.lot(lots, r, cell)
                    self.put(r, cell, co, -1)
                    self.by_step("ceased" if ceases else "transferred_out", r, cell[0])
                    if co[0] == WAITING:
                        self.by_step("left_list", r, cell[0])

    def lot(self, stream, r, cell):
        """By lot whose cohort it is; no draw when there is one cohort."""
        cohorts = self.cohorts(r, cell)
        if len(cohorts) == 1:
            return cohorts[0][0]
        k = stream.below(sum(n for _, n in cohorts))
        for co, n in cohorts:
            if k < n:
                return co
            k -= n
        raise AssertionError

    # ---- 4. move ----

    def move(self):
        p = self.plan
        for r in self.row_keys():
            if r[2] not in self.crossed:
                self.move_row(r)
        self.give_up()
        self.come_back()

    def move_row(self, r):
        p, (a, d, c) = self.plan, r
        line, chances = [], []
        for cell in self.cells(r):
            total, chance = self.moving(a, d, c, cell[0])
            h = hazard(total)
            line.append((sum(n for _, n in self.cohorts(r, cell)), h * self.weight if h > 0 else 0.0))
            chances.append((cell, chance))
        if not any(h > 0 for _, h in line):
            return
        stream, lots = self.row_stream(32, self.step, a, d, c), self.row_stream(38, self.step, a, d, c)
        movers = []
        for (cell, chance), k in zip(chances, struck(stream, line)):
            for _ in range(k):
                new = pick([x / sum(chance) for x in chance], stream.v())
                co = self.lot(lots, r, cell)
                self.put(r, cell, co, -1)
                movers.append((cell, new, co))
        for cell, new, co in movers:
            self.count_move(r, cell[0], new)
            self.moved_to(r, cell, new, co)

    def moved_to(self, r, cell, new, co):
        p = self.plan
        seat, setting, class_, wait, mark = co
        if seat == WAITING:
            self.by_step("left_list", r, cell[0])
        if seat == FORWARD:
            self.put(r, (new, 1), co)
        elif self.suits(setting, new):
            self.put(r, (new, 0), (PLACED, setting, TRANSFER, 0, 0))
        elif p.is_open(new):
            self.put(r, (new, 0), (PLACED, p.list_of[new][0], TRANSFER, 0, 0))
        elif seat == WAITING:
            self.put(r, (new, 0), co)
            self.seek(r, new)
        else:
            self.put(r, (new, 0), (WAITING, setting, MOVE, 0, NEW))
            self.seek(r, new)

    def give_up(self):
        p = self.plan
        for r in self.row_keys():
            a, d, c = r
            stream = None
            for cell in self.cells(r):
                row = p.give_up.at(d, c, cell[0]) if not cell[1] else None
                if row is None:
                    continue
                chance = in_step(self.value(row, "give-up", 1.0, need=d, ncy=c, **{"from": cell[0]}), self.weight)
                for co, n in self.cohorts(r, cell):
                    if co[0] != WAITING or p.kind[self.provision_of(co[1])] == "no-provision":
                        continue
                    stream = stream or self.row_stream(39, self.step, a, d, c)
                    k = stream.binomial(n, chance)
                    if k:
                        self.put(r, cell, co, -k)
                        new = p.target_of_provision[self.provision_of(co[1])]
                        self.put(r, (new, 0), (PLACED, co[1], TRANSFER, 0, 0), k)
                        self.by_step("gave_up", r, cell[0], k)
                        for _ in range(k):
                            self.count_move(r, cell[0], new)

    def come_back(self):
        """Diverted pupils return to a free commissioned place within reach."""
        p = self.plan
        for r in self.row_keys():
            a, d, c = r
            stream = self.row_stream(40, self.step, a, d, c)
            who = []
            for cell in self.cells(r):
                row = p.return_.at(d, c, cell[0]) if not cell[1] else None
                if row is None:
                    continue
                chance = in_step(self.value(row, "return", 1.0, need=d, ncy=c, **{"from": cell[0]}), self.weight)
                who += [(cell, co, stream.binomial(n, chance)) for co, n in self.cohorts(r, cell) if co[0] == DIVERTED]
            for cell, co, k in who:
                for _ in range(k):
                    for area in p.reach[a]:
                        s = self.first_site(area, p.list_of[cell[0]], r, lambda s, pool: self.free(s, pool))
                        if s is not None:
                            self.put(r, cell, co, -1)
                            self.put(r, cell, (PLACED, p.n_provisions + s, TRANSFER, 0, 0))
                            self.seek(r, cell[0])
                            self.by_step("placed_own_area" if self.sites[s].area == a else "placed_other_area", r, cell[0])
                            break

    # ---- 5. join ----

    def join(self):
        p = self.plan
        for a in range(len(p.areas)):
            for d in range(len(p.needs)):
                for c in range(N_NCY):
                    self.join_row(a, d, c)
        if self.cases is not None:
            self.cases.run_weeks()
        self.transfer_in()

    def join_row(self, a, d, c):
        p = self.plan
        mean = self.means[a, d, c]
        if not mean > 0:
            return
        stream = self.row_stream(33 if self.cases is None else 45, self.step, a, d, c)
        n = stream.poisson(mean) if mean > 10 else inverted_poisson(stream.v(), mean)
        for i in range(n):
            if self.cases is None:
                self.joiner(stream, a, d, c)
            else:
                self.cases.ask(stream, (a, d, c), i)

    def mean_of_joiners(self, a, d, c):
        """Expected new plans a year."""
        p = self.plan
        row, people = p.new_plans.at(a, d, c), p.population.at(p.first_year + self.year, a, c)
        if row is None or people is None:
            return 0.0
        pupils = self.drawn.apply("population", self.draws.of(people.value), INFINITY, area=a, ncy=c)
        rate = self.draws.of(row.value) * self.years.factor("new-plans", self.year, a)
        return pupils * self.drawn.apply("new-plans", rate, INFINITY, area=a, ncy=c, need=d)

    def serve_cases(self):
        """Expected new plans of the step, after what services with a caseload avert, and what they deferred and now comes back."""
        p, of = self.plan, self.draws.of
        rows = [(a, d, c) for a in range(len(p.areas)) for d in range(len(p.needs)) for c in range(N_NCY)]
        self.means = {r: self.mean_of_joiners(*r) * self.weight for r in rows}
        if not p.caseloads:
            return
        shape = (p.n_steps, len(p.interventions))
        handled, averted, back = (self.doubles(name, shape) for name in ("cases_handled", "plans_averted", "plans_deferred"))
        start, end = p.start_day[self.step], p.start_day[self.step + 1]
        months, before, group = (end - start) / DAYS["months"], None, None
        for i in p.caseloads:
            s = p.interventions[i]
            if s.group is not None and s.group != group:
                before = dict(self.means)
            group = s.group
            a_case = of(s.would_request) * of(s.case_success) * min(1.0, of(s.effect) * of(s.engagement)) if self.drawn.happened[i] else 0.0
            measured = self.cases_a_month(s, s.dose_measured) if s.measured else 0.0
            handled[self.step, i] = months * self.drawn.service_mean(i, start, end, measured, self.cases_a_month(s, s.dose))
            in_base = months * measured * a_case
            cases = [r for r in rows if p.new_plans.at(*r) is not None and any(c.matches(dict(area=r[0], need=r[1], ncy=r[2])) for c in s.cases)]
            there = sum((before if s.group is not None else self.means)[r] for r in cases)
            share = min(1.0, (handled[self.step, i] * a_case - in_base) / there) if there > 0 else 0.0
            due = p.step_holding(0.5 * (start + end) + s.delay_months * DAYS["months"])
            taken = {r: share * self.means[r] for r in cases}
            for (a, d, c), x in taken.items():
                self.means[a, d, c] -= x
                older = p.year[due] - self.year if due is not None and p.ageing else 0
                if due is not None and c + older < N_NCY:
                    self.deferred[i, due][a, d, c + older] += of(s.deferred) * x
            averted[self.step, i] = sum(taken.values()) + in_base
        for i in p.caseloads:
            back[self.step, i] = sum(self.deferred[i, self.step].values())
            for r, x in self.deferred[i, self.step].items():
                self.means[r] += x
        self.means = {r: max(0.0, x) for r, x in self.means.items()}

    def cases_a_month(self, s, dose):
        capacity = self.draws.of(s.capacity) * self.drawn.dose(s, dose)
        return capacity if s.referrals is None else min(capacity, self.draws.of(s.referrals) * self.drawn.reach(s))

    def doubles(self, name, shape):
        return self.out.setdefault(name, np.full(shape, math.nan))

    def joiner(self, stream, a, d, c):
        p, r = self.plan, (a, d, c)
        v = stream.v()
        given = p.september_start.get((c, self.season))
        share = self.drawn.apply("september-start", self.draws.of(given), 1.0, ncy=c) if given else 0.0
        if share > 0 and stream.v() < share:
            target = pick(self.shares(p.joiner_target, "joiner-target", a, d, c + 1), v)
            self.put(r, (target, 1), (FORWARD, self.waiting_setting(NEW_PLAN, c, d), NEW_PLAN, 0, 0))
        else:
            target = pick(self.shares(p.joiner_target, "joiner-target", a, d, c), v)
            self.start(r, target)
        self.by_step("joined", r, target)

    def start(self, r, target):
        """A joiner who starts now: an open target takes effect, others wait."""
        p = self.plan
        if p.is_open(target):
            self.put(r, (target, 0), (PLACED, p.list_of[target][0], TRANSFER, 0, 0))
        else:
            self.put(r, (target, 0), (WAITING, self.waiting_setting(NEW_PLAN, r[2], r[1]), NEW_PLAN, 0, NEW))
            self.seek(r, target)

    def transfer_in(self):
        p = self.plan
        for a in range(len(p.areas)):
            row = p.transfer_in.at(a)
            if row is None:
                continue
            stock = [(r, cell, sum(n for _, n in self.cohorts(r, cell))) for r in self.row_keys() if r[0] == a for cell in self.cells(r)]
            total = sum(n for _, _, n in stock)
            mean = self.transfer_in_share(a) * total * self.weight
            stream = self.stream(35, self.step, p.areas[a].word)
            for _ in range(stream.poisson(mean)):
                k = stream.below(total)
                for r, cell, n in stock:
                    if k < n:
                        break
                    k -= n
                if cell[1]:
                    self.put(r, cell, (FORWARD, self.waiting_setting(NEW_PLAN, r[2], r[1]), NEW_PLAN, 0, 0))
                else:
                    self.start(r, cell[0])
                self.by_step("transferred_in", r, cell[0])

    def transfer_in_share(self, a):
        row = self.plan.transfer_in.at(a)
        share = self.draws.of(row.value) * self.years.factor("transfer-in", self.year, a) if row is not None else 0.0
        return self.drawn.apply("transfer-in", share, INFINITY, area=a) if row is not None else 0.0

    # ---- 6. place ----

    def seekers(self):
        """Those without a place who refused none: (row, cell, cohort, pupils) in order."""
        return [(r, cell, co, n) for r in self.row_keys() for cell in self.cells(r) for co, n in self.cohorts(r, cell)
                if co[0] == WAITING and co[4] != DECLINED]

    def place(self, second):
        self.second, self.key_step = second, 2 * self.step + second
        self.lots, self.answers = {}, {}
        self.markets()
        while self.one_pass():
            for x in self.sites:
                for pool in x.pools:
                    pool.held = 0
        for x in self.sites:
            for pool in x.pools:
                pool.held = 0
        self.fall_back()
        self.direct()
        left = self.explaining()
        self.explain(self.divert(), left)

    def markets(self):
        """Phases joined by a pool, provisions joined by a target's list."""
        p = self.plan
        spans = [[f for f in pool.phases if any(p.phase_of[c] == f for c in s.ever_taught)] for s in p.sites for pool in s.pools]
        self.phase_market = join_up(len(p.phases), spans)
        self.provision_market = join_up(p.n_provisions, p.list_of)

    def one_pass(self):
        """All groups' rounds at commissioned places, then at stretch; whether a seat came free."""
        p = self.plan
        self.vacated = False
        for stretch in (False, True):
            groups = defaultdict(list)
            for r, cell, co, n in self.seekers():
                groups[co[2], co[3]].append((r, cell, co))
            for class_, wait in sorted(groups, key=lambda g: (p.class_order.index(g[0]), -g[1])):
                for k in range(max(len(reach) for reach in p.reach)):
                    self.one_round(groups[class_, wait], k, class_ if stretch else None)
        return self.vacated

    def one_round(self, group, k, stretch):
        p, markets = self.plan, defaultdict(list)
        for r, cell, co in group:
            n = self.rows[r][cell].get(co, 0)
            if n > 0 and k < len(p.reach[r[0]]):
                first = p.list_of[cell[0]][0]
                markets[p.reach[r[0]][k], self.phase_market[p.phase_of[r[2]]], self.provision_market[first]].append((r, cell, co, n))
        for market in sorted(markets):
            self.serve(market, markets[market], stretch)

    def serve(self, market, cohorts, stretch):
        p = self.plan
        area, phases, provisions = market
        sites = [s for s, x in enumerate(self.sites) if self.takes_in(s) and x.area == area and self.provision_market[x.provision] == provisions]
        pools = [(s, pool) for s in sites for pool in self.sites[s].pools if any(self.phase_market[f] == phases for f in pool.phases)
                 and self.free(s, pool, stretch) > 0]
        if not pools:
            return
        def competes(r, cell):
            return any(self.sites[s].provision in p.list_of[cell[0]] and p.phase_of[r[2]] in pool.phases
                       and any(p.phase_of[c] == p.phase_of[r[2]] for c in self.sites[s].ncy) for s, pool in pools)
        cohorts = [x for x in cohorts if competes(x[0], x[1])]
        n_all = sum(n for _, _, _, n in cohorts)
        free = sum(self.free(s, pool, stretch) for s, pool in pools)
        alike = len(cohorts) == 1 or len(pools) == 1 and free >= n_all and not any(self.sites[s].admission for s in sites)
        if alike:
            for r, cell, co, n in cohorts:
                for answer in [self.answer(r, cell, co) for _ in range(n)]:
                    self.offer(area, r, cell, co, stretch, answer)
            return
        dealt = []
        for i, (r, cell, co, n) in enumerate(cohorts):
            stream = self.cohort_stream(self.lots, r, cell, co, 0)
            dealt += [(stream.bits(), i, self.answer(r, cell, co)) for _ in range(n)]
        for _, i, answer in sorted(dealt):
            r, cell, co, n = cohorts[i]
            self.offer(area, r, cell, co, stretch, answer)

    def answer(self, r, cell, co):
        return self.cohort_stream(self.answers, r, cell, co, 32).v()

    def cohort_stream(self, kept, r, cell, co, jump):
        key = (r, cell, co)
        if key not in kept:
            p = self.plan
            w = p.targets[cell[0]].word
            for x in (co[4] * 65536 + co[2] * 256 + co[3], p.setting_word[co[1]]):
                w = (w ^ x) * 0x01000193 & 0xffffffff
            kept[key] = self.stream(41, self.key_step, p.areas[r[0]].word, p.needs[r[1]].word, w, jumps=r[2] + jump)
        return kept[key]

    def offer(self, area, r, cell, co, stretch, answer):
        p = self.plan
        s = self.first_site(area, p.list_of[cell[0]], r, lambda s, pool: self.free(s, pool, stretch))
        if s is None:
            return
        x = self.sites[s]
        if answer >= x.take_up:
            self.put(r, cell, co, -1)
            self.put(r, cell, co[:4] + (DECLINED,))
            return
        self.leave_seat(r, co)
        self.put(r, cell, co, -1)
        self.put(r, cell, (PLACED, p.n_provisions + s, TRANSFER, 0, 0))
        self.by_step("placed_own_area" if x.area == r[0] else "placed_other_area", r, cell[0])
        self.class_placed(r, cell, co)

    def leave_seat(self, r, co):
        """A seat that its occupant leaves for a better one is given out in the next pass."""
        if co[1] >= self.plan.n_provisions:
            self.pool_at(co[1] - self.plan.n_provisions, r[2]).held += 1
            self.vacated = True

    def class_placed(self, r, cell, co):
        p = self.plan
        if p.september[self.step] and not self.second:
            self.by_year("class_placed", len(CLASSES), len(p.phases), p.n_provisions)[
                self.year, co[2], p.phase_of[r[2]], p.list_of[cell[0]][0]] += 1

    def fall_back(self):
        """A target whose list ends in an open provision falls back on it after all passes."""
        p = self.plan
        for r, cell, co, n in self.seekers():
            last = p.list_of[cell[0]][-1]
            if p.kind[last] == "open":
                self.put(r, cell, co, -n)
                self.put(r, cell, (PLACED, last, TRANSFER, 0, 0), n)
                self.by_step("placed_own_area", r, cell[0], n)
                for _ in range(n):
                    self.class_placed(r, cell, co)

    def strike(self, decision, chance):
        """Struck row by row, seekers in order, then served in placing order."""
        p, hit = self.plan, []
        by_row = defaultdict(list)
        for r, cell, co, n in self.seekers():
            by_row[r].append((cell, co, n))
        for r in sorted(by_row):
            line = [(n, chance(r, cell, co)) for cell, co, n in by_row[r]]
            if any(h > 0 for _, h in line):
                counts = struck(self.row_stream(decision, self.key_step, *r), line)
                hit += [(r, cell, co) for (cell, co, n), k in zip(by_row[r], counts) for _ in range(k)]
        return sorted(hit, key=lambda h: (p.class_order.index(h[2][2]), -h[2][3]))

    def direct(self):
        p = self.plan

        def chance(r, cell, co):
            row = p.direct.at(co[2], p.phase_of[r[2]], r[1], cell[0]) if co[4] == NEW else None
            cell_of = {"class": co[2], "phase": p.phase_of[r[2]], "need": r[1], "to": cell[0]}
            return hazard(self.value(row, "direct", 1.0, **cell_of))
        for r, cell, co in self.strike(42, chance):
            for area in p.reach[r[0]]:
                s = self.first_site(area, p.list_of[cell[0]], r, None)
                if s is not None:
                    self.put(r, cell, co, -1)
                    self.put(r, cell, (PLACED, p.n_provisions + s, TRANSFER, 0, 0))
                    self.by_step("directed", r, cell[0])
                    self.class_placed(r, cell, co)
                    break

    def divert(self):
        p, newly = self.plan, []

        def row_of(r, cell, co):
            return p.divert.at(co[2], co[3], p.phase_of[r[2]], r[1], cell[0])

        def chance(r, cell, co):
            row = row_of(r, cell, co)
            if row is None:
                return 0.0
            column, given = ("at-once", row.at_once) if co[4] == NEW else ("rate", row.rate)
            if column == "rate" and self.second:
                return 0.0
            cell_of = {"class": co[2], "phase": p.phase_of[r[2]], "need": r[1], "to": cell[0]}
            h = hazard(self.drawn.apply("divert", self.draws.of(given) if given else 0.0, 1.0, **cell_of, column=column))
            return h if column == "at-once" else h * self.weight if h > 0 else 0.0
        for r, cell, co in self.strike(43, chance):
            setting = self.fallback(r, row_of(r, cell, co).fallbacks)
            if setting is not None:
                self.put(r, cell, co, -1)
                self.put(r, cell, (DIVERTED, setting, co[2], 0, 0))
                self.by_step("newly_diverted", r, cell[0])
                newly.append((r, cell, co))
        return newly

    def fallback(self, r, fallbacks):
        for provision in fallbacks:
            if self.plan.kind[provision] != "limited":
                return provision
            for area in self.plan.reach[r[0]]:
                s = self.first_site(area, [provision], r, lambda s, pool: self.free(s, pool))
                if s is not None:
                    return self.plan.n_provisions + s
        return None

    def explaining(self):
        """Places that may explain: free or late when direction is over and nobody is diverted yet."""
        left = {}
        for s, x in enumerate(self.sites):
            for i, pool in enumerate(x.pools):
                left[s, i, "free"] = max(0, self.free(s, pool)) if self.takes_in(s) else 0
                left[s, i, "late"] = self.late(s, i)
        for key, n in self.explained.items():
            left[key] = max(0, left[key] - n)
        return left

    def explain(self, diverted, left):
        """
        First the newly diverted, then those who wait and refused nothing, in placing order; each place explains one pupil. What
        explains one diverted in a September round explains nobody later in that step.
        """
        p, rested = self.plan, defaultdict(int)
        people = [(r, cell, co, True) for r, cell, co in diverted]
        waiting = [(r, cell, co, n) for r, cell, co, n in self.seekers()]
        waiting.sort(key=lambda h: (p.class_order.index(h[2][2]), -h[2][3]))
        people += [(r, cell, co, False) for r, cell, co, n in waiting for _ in range(n)]
        round_ = p.september[self.step] and not self.second
        for r, cell, co, was_diverted in people:
            cause, key = self.cause(r, cell[0], left)
            phase, first = p.phase_of[r[2]], p.list_of[cell[0]][0]
            if key is not None:
                left[key] -= 1
            if was_diverted and key is not None:
                self.explained[key] += 1
            if was_diverted or not round_:
                self.out["cause_count"][self.step, r[0], phase, first, CAUSES.index(cause)] += 1
            if round_ and cause == "late" and rested[key] < self.forecast_late(*key[:2]):
                rested[key] += 1
                self.by_year("named_not_open", len(p.phases), p.n_provisions)[self.year, phase, first] += 1

    def late(self, s, i):
        """Places that there would be had every project opened on its planned day, less those that there are."""
        x = self.sites[s]
        if x.ended:
            return 0
        planned = x.pools[i].planned if x.planned_open else 0
        return max(0, max(0, planned) - (x.pools[i].commissioned if x.open else 0))

    def forecast_late(self, s, i):
        """Of the late places, those that the forecasts of 15 February had for this September."""
        p, brought, late = self.plan, 0, self.late(s, i)
        february, now = day(p.first_year + self.year, 2, 15), p.start_day[self.step]
        for course in self.courses:
            for e in course.deliveries_if(course.forecast(february)):
                if e["site"] != s or e["day"] > now or self.has_come(course, e):
                    continue
                if self.opens(e):
                    brought += late
                elif e.get("pool") == i:
                    brought += nearest(self.draws.of(e["places"]))
        return max(0, min(brought, late))

    def has_come(self, course, e):
        step = next((p for p in [self.plan.step_of(own["day"]) for own in course.event_days() if own["number"] == e["number"]] if p is not None), None)
        return step is not None and step <= self.step

    def cause(self, r, target, left):
        """The first cause that a place of a provision on the target's list gives; of a cause the list's order, then sites', then pools'."""
        p, (a, d, c) = self.plan, r
        phase = p.phase_of[c]

        def of(x, pool, kind):
            year, need = phase in pool.phases and c in x.ncy, d in x.needs
            if x.area not in p.reach[a]:
                return "area" if kind == "free" and year and need else None
            if kind == "late":
                return "late" if year and need else None
            return None if year and need else "ncy" if need else "need"
        best = None
        for v in p.list_of[target]:
            for s, x in enumerate(self.sites):
                for i, pool in enumerate(x.pools):
                    for kind in ("late", "free"):
                        cause = of(x, pool, kind) if x.provision == v and left[s, i, kind] > 0 else None
                        if cause is not None and (best is None or CAUSES.index(cause) < CAUSES.index(best[0])):
                            best = cause, (s, i, kind)
        return best or ("no-place", None)

    # ---- 7. count ----

    def class_count(self, name):
        p = self.plan
        out = self.by_year(name, len(CLASSES), len(p.phases), p.n_provisions)
        self.by_year("class_placed", len(CLASSES), len(p.phases), p.n_provisions)
        for r, cell, co, n in self.seekers():
            out[self.year, co[2], p.phase_of[r[2]], p.list_of[cell[0]][0]] += n

    def people(self):
        for r in self.row_keys():
            for cell in self.cells(r):
                for co, n in self.cohorts(r, cell):
                    yield r, cell, co, n

    def stocks(self):
        """Stocks by area, phase and the target's first provision at this moment."""
        p = self.plan
        shape = (len(p.areas), len(p.phases), p.n_provisions)
        out = {k: np.zeros(shape, dtype=np.int64) for k in
               ("stock", "demand", "demand_only", "waiting", "diverted", "forward", "unmet", "declined")}
        for (a, d, c), (t, f), co, n in self.people():
            ph, first = p.phase_of[c], p.list_of[t][0]
            out["stock"][a, ph, self.provision_of(co[1])] += n
            out["demand"][a, ph, first] += n
            if len(p.list_of[t]) == 1:
                out["demand_only"][a, ph, first] += n
            for seat, name in ((WAITING, "waiting"), (DIVERTED, "diverted"), (FORWARD, "forward")):
                if co[0] == seat:
                    out[name][a, ph, first] += n
            if co[0] in (WAITING, DIVERTED):
                out["unmet"][a, ph, first] += n
            if co[4] == DECLINED:
                out["declined"][a, ph, first] += n
        out["available"], out["free"] = self.available()
        out["shortfall"] = np.maximum(0, out["demand"] - out["available"]) * self.limited()
        out["shortfall_authority"] = np.maximum(0, out["demand"].sum(0) - out["available"].sum(0)) * self.limited()
        return out

    def limited(self):
        return np.array([k == "limited" for k in self.plan.kind], dtype=np.int64)

    def places_of(self, s, pool):
        """Commissioned places that count: a site that takes no more pupils counts its occupied places only."""
        x = self.sites[s]
        roll = self.pool_roll(s, pool)
        own = max(0, pool.commissioned - pool.others)
        if not x.open:
            return 0, roll
        return (own if x.intake else min(own, roll)), roll

    def available(self):
        """Occupied places count to the occupant's phase, free ones in proportion to the year groups taught."""
        p = self.plan
        out = np.zeros((len(p.areas), len(p.phases), p.n_provisions), dtype=np.int64)
        of_free = np.zeros_like(out)
        for s, x in enumerate(self.sites):
            for pool in x.pools:
                n, roll = self.places_of(s, pool)
                groups = {f: sum(1 for c in x.ncy if p.phase_of[c] == f) for f in sorted(pool.phases)}
                rolls = {f: sum(self.roll[s, c] for c in range(N_NCY) if p.phase_of[c] == f) for f in sorted(pool.phases)}
                occupied = share_out(min(n, roll), rolls)
                free = share_out(n - min(n, roll), groups)
                for f in pool.phases:
                    out[x.area, f, x.provision] += occupied[f] + free[f]
                    of_free[x.area, f, x.provision] += free[f]
        return out, of_free

    def september_count(self):
        p = self.plan
        now = self.stocks()
        for name in ("demand", "waiting", "unmet", "shortfall", "available", "free"):
            self.by_year("september_" + name, len(p.areas), len(p.phases), p.n_provisions)[self.year] = now[name]
        self.by_year("september_shortfall_authority", len(p.phases), p.n_provisions)[self.year] = now["shortfall_authority"]
        shape = (len(p.phases), len(p.needs), p.n_provisions)
        by_area = self.by_year("september_list_by_area", len(p.areas), *shape)
        waiting, steps, where = self.by_year("september_list", *shape), self.by_year("september_steps_waited", *shape), self.by_year(
            "september_where", len(p.phases), p.n_provisions, p.n_provisions)
        for (a, d, c), (t, f), co, n in self.people():
            first = p.list_of[t][0]
            if co[0] == WAITING:
                waiting[self.year, p.phase_of[c], d, first] += n
                by_area[self.year, a, p.phase_of[c], d, first] += n
                steps[self.year, p.phase_of[c], d, first] += n * co[3]
            if co[0] in (WAITING, DIVERTED):
                where[self.year, p.phase_of[c], first, self.provision_of(co[1])] += n

    def test_triggers(self):
        """A project that has not started does when one of its triggers has held at enough counts running, at the least lead of those."""
        p = self.plan
        for i, course in enumerate(self.courses):
            project = course.project
            if not course.waits:
                continue
            for t in project.triggers:
                found = self.measure(t)
                holds = found >= float(t["least"]) if t["least"] else found <= float(t["most"])
                self.held_counts[id(t)] = self.held_counts[id(t)] + 1 if holds else 0
            met = [t["lead"] for t in project.triggers if self.held_counts[id(t)] >= t["septembers"]]
            if met:
                begin = max(project.start, p.start_day[self.step] + min(met))
                self.courses[i] = course = Course(p, project, self.draws, self.indices[2], self.drawn, begin)
                for due, days in ((self.due, course.event_days()), (self.planned_due, course.planned_days())):
                    self.put_down(due, [dict(e, source="project") for e in days], self.step + 1)

    def measure(self, t):
        p, of = self.plan, lambda name: self.out["september_" + name][self.year, :, :, t["provision"]]
        there = [(a, ph) for a in t["area"] for ph in t["phase"]]
        if t["measure"] == "spare":
            return sum(of("free")[at] for at in there)
        if t["measure"] == "shortfall":
            return max(0, sum(of("demand")[at] - of("available")[at] for at in there))
        seats = {"waiting": (WAITING,), "unmet": (WAITING, DIVERTED), "demand": (WAITING, DIVERTED, PLACED, FORWARD)}[t["measure"]]
        return sum(n for (a, d, c), cell, co, n in self.people()
                   if (a, p.phase_of[c]) in there and d in t["need"] and p.list_of[cell[0]][0] == t["provision"] and co[0] in seats)

    def count(self):
        p = self.plan
        now = self.stocks()
        del now["free"]  # told of September only
        for name, values in now.items():
            self.array(name, p.n_steps, *values.shape)[self.step] = values
        self.count_detail()
        for s, x in enumerate(self.sites):
            commissioned = sum(pool.commissioned for pool in x.pools) if x.open else 0
            physical = sum(pool.physical for pool in x.pools) if x.open else 0
            others = sum(pool.others for pool in x.pools) if x.open else 0
            for name, value in (("site_commissioned", commissioned), ("site_physical", physical), ("site_others", others),
                                ("site_roll", sum(self.roll[s, c] for c in range(N_NCY))), ("site_spare", self.spare(s)),
                                ("site_stretch_used", self.above(s))):
                self.array(name, p.n_steps, len(p.sites))[self.step, s] = value
        self.count_stranded(now["waiting"])

    def count_detail(self):
        p = self.plan
        by_need, by_ncy = (len(p.areas), len(p.phases), len(p.needs), p.n_provisions), (len(p.areas), N_NCY, p.n_provisions)
        for name, shape in (("by_need", by_need), ("by_ncy", by_ncy)):
            demand, waiting = self.array("demand_" + name, p.n_steps, *shape), self.array("waiting_" + name, p.n_steps, *shape)
            for (a, d, c), (t, f), co, n in self.people():
                at = (self.step, a) + ((p.phase_of[c], d) if name == "by_need" else (c,)) + (p.list_of[t][0],)
                demand[at] += n
                waiting[at] += n if co[0] == WAITING else 0

    def count_stranded(self, waiting):
        """Of an area and provision the spare places that those who wait could fill, told of its sites in the order of offers."""
        p = self.plan
        out, spare = self.array("site_stranded", p.n_steps, len(p.sites)), self.array("site_spare", p.n_steps, len(p.sites))
        left = waiting.sum(1)
        for s, x in sorted(enumerate(self.sites), key=lambda i: (-i[1].preference, len(i[1].needs), len(i[1].ncy), i[0])):
            k = min(spare[self.step, s], left[x.area, x.provision])
            out[self.step, s] = k
            left[x.area, x.provision] -= k

    def spare(self, s):
        """Commissioned places without a pupil: none at a site that takes nobody."""
        return sum(max(0, self.places_of(s, pool)[0] - self.pool_roll(s, pool)) for pool in self.sites[s].pools)

    def above(self, s):
        """Pupils, others' included, above the commissioned places."""
        return sum(max(0, self.pool_roll(s, pool) + pool.others - pool.commissioned) for pool in self.sites[s].pools) if self.sites[s].open else 0

    def count_due(self, boundary):
        """At the last boundary of steps up to 16 February and 1 April, the start among them: who crosses next September."""
        p = self.plan
        if not p.ageing:
            return
        for name, month, d in (("transfer_due_february", 2, 16), ("transfer_due_march", 4, 1)):
            out = self.array(name, p.n_years, len(p.phases), len(p.needs), p.n_provisions)
            for y in range(p.n_years):
                limit = day(p.first_year + y, month, d)
                if boundary == 0 and p.start_day[0] > limit:
                    out[y] = MISSING
                following = p.start_day[boundary + 1] if boundary < p.n_steps else INFINITY
                if not p.start_day[boundary] <= limit < following:
                    continue
                for (a, need, c), (t, f), co, n in self.people():
                    if c + 1 < N_NCY and p.crosses[c + 1]:
                        out[y, p.phase_of[c + 1], need, p.list_of[t][0]] += n

    def finish(self):
        p = self.plan
        for name in ("transfer_sheet", "transfer_stayers", "september_list"):
            self.by_year(name, len(p.phases), len(p.needs), p.n_provisions)
        self.by_year("named_not_open", len(p.phases), p.n_provisions)
        for name, index in zip(("inputs", "years", "delivery", "chance"), self.indices):
            self.out["replication_" + name] = np.array(index)
        self.out["probabilities_held"] = np.array(self.drawn.held)
        self.out["intervention_happened"] = np.array([int(x) for x in self.drawn.happened])
        self.out["logged_risk_happened"] = np.array([MISSING if r.effect == "effect-note" else int(x) for r, x in zip(p.logged_risks, self.drawn.risks)])
        self.out["input_value"] = np.array([self.draws.values[i.name] for i in p.inputs])
        effect = np.ones((6, p.n_years))
        for (f, y), x in self.years.common.items():
            effect[f, y] = x
        self.out["year_effect"] = effect
        epoch = day(p.first_year, 9, 1)
        if any(x.triggers for x in p.projects):
            self.out["project_triggered"] = np.array([int(not c.waits) if c.project.triggers else MISSING for c in self.courses])
            self.out["project_start"] = np.array([float(c.begin) - epoch for c in self.courses])
        self.out["project_opening"] = np.array([c.opening - epoch for c in self.courses])
        self.out["project_planned_opening"] = np.array([float(c.planned) - epoch for c in self.courses])
        spent = [spend(p, c, self.draws) for c in self.courses]
        met = [x for c, s in zip(self.courses, spent) for x in funding(p, c.project, s)]
        self.out["project_spend"] = np.array(spent, dtype=np.int64)
        self.out["funding_used"], self.out["funding_lost"] = (np.array([x[i] for x in met], dtype=np.int64) for i in (0, 1))
        self.money.finish()
        self.out["project_cancelled"] = np.array([int(c.cancelled) for c in self.courses])
        self.out["project_slip_days"] = np.array([math.nan if c.waits else INFINITY if c.opening == INFINITY else 0 if c.planned == INFINITY
                                                  else c.opening - c.planned for c in self.courses])
        self.out["activity_finish"] = np.array([c.finish[i] - epoch for c in self.courses for i in range(len(c.project.activities))])
        self.out["project_stopped"] = np.array([c.stop - epoch for c in self.courses])
        self.out["activity_refused"] = np.array([MISSING if a.gate is None else int(c.refused[i] is not None)
                                                 for c in self.courses for i, a in enumerate(c.project.activities)])
        self.out["project_risk_happened"] = np.array([int(yes) for c in self.courses for yes in c.happened])
        self.out["activity_critical"] = np.array([int(i in c.critical) for c in self.courses for i in range(len(c.project.activities))])
        return self.out


def pick(shares, v):
    """The first whose cumulative share passes v."""
    total, last = 0.0, None
    for k, s in enumerate(shares):
        if s > 0:
            last = k
            total += s
            if v < total:
                return k
    return last


def inverted_poisson(v, mean):
    """The number at which the cumulative Poisson weights pass v: one word, so that a nearby mean gives a nearby number."""
    weight, k = exp(-mean), 0
    while v >= weight and weight > 0:
        v -= weight
        k += 1
        weight *= mean / k
    return k


def join_up(n, sets):
    """Labels of what is joined by the sets, directly or through others."""
    label = list(range(n))
    for group in sets:
        group = list(group)
        for x in group[1:]:
            a, b = label[group[0]], label[x]
            label = [min(a, b) if l in (a, b) else l for l in label]
    return label


def run(plan, replication):
    return Replication(plan, (replication,) * 4).run()

