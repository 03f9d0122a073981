# SPDX-License-Identifier: MIT
"""
Money in whole pence: what projects spend and which source meets it, and revenue: costs by line, incomes, the balance, declared savings.
"""
import math
from collections import defaultdict

import numpy as np

from plan import axis, columns, date_of, day, day_of, N_NCY
from streams import INPUTS, Stream, exp, log1p

FOREVER = 10**9
DAYS_A_YEAR = 365.25
MISSING_PENCE = -2**63
COUNTED = {"plan", "new-plan", "request", "assessment", "case"}


def pence(pounds):
    return math.floor(pounds * 100.0 + 0.5)


def financial_year(d):
    date = date_of(d)
    return date.year if date.month >= 4 else date.year - 1


def academic_year(d):
    date = date_of(d)
    return date.year if date.month >= 9 else date.year - 1


def grown(rate, years):
    factor = 1.0
    for _ in range(abs(years)):
        factor *= 1.0 + rate
    return factor if years >= 0 else 1.0 / factor


class Years:
    """The axis of financial years: from the first day of the run or of a project to the year after the run's end."""

    def __init__(self, plan):
        self.first = financial_year(min([plan.start_day[0]] + [p.start for p in plan.projects]))
        self.n = financial_year(plan.start_day[plan.n_steps]) + 1 - self.first + 1

    def days(self, y):
        return day(self.first + y, 4, 1), day(self.first + y + 1, 4, 1)


# ---- capital ----

def spent_by(total, start, finish, d):
    """Pence of a total spent by a day, evenly over its days."""
    if d >= finish:
        return total
    return 0 if d <= start else math.floor(total * ((d - start) / (finish - start)) + 0.5)


def spend(plan, course, draws):
    """By financial year."""
    years, p, of = Years(plan), course.project, draws.of
    out, end = [0] * years.n, years.days(years.n - 1)[1]
    base = of(p.cost) * (1.0 + of(p.uplift_cost) * (1.0 - of(p.mitigation)))
    risks = defaultdict(float)
    for r, yes in zip(p.risks, course.happened if not course.waits else []):
        if yes and p.activities:
            risks[r.activities[0] if r.activities else 0] += of(r.cost)
    for i, a in enumerate(p.activities):
        start, stop = course.start[i], course.stop
        if start == math.inf or start >= stop:
            continue
        finish = course.whole[i] if course.whole[i] < math.inf else stop if stop < math.inf else end
        middle = (start - p.start + 0.5 * (finish - start)) / DAYS_A_YEAR
        pounds = base * a.cost_share * (of(plan.market_cost) if a.market_cost else 1.0) * exp(log1p(of(p.inflation)) * middle) + risks[i]
        total, before = pence(pounds), 0
        for y in range(years.n):
            by = spent_by(total, start, finish, min(years.days(y)[1], stop))
            out[y] += by - before
            before = by
    return out


def funding(plan, project, spent):
    """Used and lost of each source, in the order of their keys: what is spent up to its date and not met yet."""
    years, met, out = Years(plan), 0, []
    for f in project.funding:
        last = math.inf if f.spend_by is None else f.spend_by + 1
        due = sum(spent_by(spent[y], *years.days(y), min(last, years.days(y)[1])) for y in range(years.n))
        used = min(max(0, due - met), pence(f.ceiling))
        met += used
        dated = f.spend_by is not None and f.spend_by < years.days(years.n - 1)[1]
        out.append((used, pence(f.ceiling) - used if dated else 0))
    return out


# ---- what a scenario says of revenue ----

class CostRow:
    """One row of a cost table: where, for whom, and at what price."""

    def __init__(self, plan, table, node, name):
        name = " ".join([name] + plan.said(node))
        self.value = plan.number(node.get("value"), name + " / value")
        self.empty = plan.number(node.get("empty"), name + " / empty") if node.get("empty") else self.value
        self.borne = plan.number(node.get("borne-by-others", "0"), name + " / borne-by-others")
        self.price = node.get("price") or table.get("price")
        named = node.get("setting").split() if node.get("setting") else []
        self.provisions = frozenset(plan.index["provision"][i] for i in named if i in plan.index["provision"])
        self.sites = frozenset(plan.index["site"][i] for i in named if i in plan.index["site"])
        self.any_setting = not named
        self.areas = frozenset(plan.index["area"][i] for i in node.get("setting-area").split()) if node.get("setting-area") else None
        people = [plan.members(node, a) for a in ("area", "ncy", "need", "year")]
        self.people = people

    def venues(self, venue, all_venues):
        """The row's venues, or its part with the same provision and area where it names a site that changes; none if the venue is not among them."""
        own = [v for v in all_venues if (self.any_setting or v[1] in self.provisions or v[0] in self.sites)
               and (self.areas is None or v[0] is not None and v[2] in self.areas)]
        if venue not in own:
            return None
        changes = any(len([v for v in all_venues if v[0] == s]) > 1 for s in self.sites)
        return frozenset(v for v in own if not changes or v[1:] == venue[1:])


class Budget:
    def __init__(self, plan):
        root = plan.root
        number = lambda node, attribute, usual, name, **kind: plan.number(node.get(attribute, usual), f"{name} / {attribute}", **kind)
        first = financial_year(plan.start_day[0])
        self.years = Years(plan)
        self.prices = {n.get("id"): (int((n.get("base-year") or str(first))[:4]), number(n, "inflation", "0", f"price {n.get('key', n.get('id'))}"))
                       for n in root.findall("price")}
        self.tables = {name: [CostRow(plan, t, n, name) for t in root.findall("table") if t.get("name") == name for n in t.findall("row")]
                       for name in ("unit-cost", "place-funding", "transport")}
        self.venues = {(None, v, None) for v in range(plan.n_provisions)}
        for s, site in enumerate(plan.sites):
            own = [e for e in plan.events if e["site"] == s]
            provisions = {site.provision} | {e["provision"] for e in own if "provision" in e}
            areas = {site.area} | {e["area"] for e in own if "area" in e}
            self.venues |= {(s, v, a) for v in provisions for a in areas}
        self.stated = [Stated(plan, item, number) for item in axis(root.findall("cost-line"))]
        for i, s in enumerate(plan.interventions):
            if not (s.cost[0].is_fixed and s.cost[0].a[0] <= 0):
                self.stated.append(OfIntervention(i, s))
        self.incomes = [Income(plan, item, first, number) for item in axis(root.findall("income"))]
        self.savings = [Saving(plan, item, first, number) for item in axis(root.findall("saving"))]
        node = root.find("budget")
        self.balanced = node is not None or bool(self.incomes)
        self.opening = number(node, "opening-balance", "0", "budget") if node is not None else None
        self.opening_day = day_of(node.get("date")) if node is not None and node.get("date") else plan.start_day[0]
        self.find_lines(plan)

    def find_lines(self, plan):
        t = self.tables
        self.lines = ["place-funding/filled", "place-funding/empty"] if t["place-funding"] else []
        for v, item in enumerate(plan.provisions):
            if any(row.venues(venue, self.venues) is not None for row in t["unit-cost"] for venue in self.venues if venue[1] == v):
                self.lines.append(f"unit-cost/{item.id}")
        self.lines += ["transport/all"] if t["transport"] else []
        self.lines += [s.id for s in self.stated]
        shares = [row.borne for rows in t.values() for row in rows] + [s.borne for s in self.stated if s.borne is not None]
        if any(not (n.is_fixed and n.a[0] <= 0) for n, _ in shares):
            self.lines.append("borne-by-others/all")


class Stated:
    def __init__(self, plan, item, number):
        n, name = item.node, f"cost-line {item.key}"
        self.id, self.per, self.price, self.intervention = item.id, n.get("per", "year"), n.get("price"), None
        self.value, self.borne = number(n, "value", "0", name), number(n, "borne-by-others", "0", name)
        self.starts = day_of(n.get("starts")) if n.get("starts") else -FOREVER
        self.ends = day_of(n.get("ends")) if n.get("ends") else FOREVER


class OfIntervention:
    def __init__(self, i, s):
        self.id, self.per, self.price, self.intervention, self.value, self.borne = f"intervention/{s.id}", s.cost_unit, None, i, s.cost, None


class Income:
    def __init__(self, plan, item, first, number):
        n, name = item.node, f"income {item.key}"
        self.amounts = amounts(plan, n, name, first, number)
        self.growth, self.share = number(n, "growth", "0", name), number(n, "block-transfer", "1", name)
        self.once = n.get("per") == "once"
        self.starts = day_of(n.get("starts")) if n.get("starts") else -FOREVER
        self.ends = day_of(n.get("ends")) if n.get("ends") else FOREVER


class Saving:
    def __init__(self, plan, item, first, number):
        n, name = item.node, f"saving {item.key}"
        self.word, self.group = item.word, n.get("group")
        self.probability = number(n, "probability", "1", name, probability=True)
        self.amounts = amounts(plan, n, name, first, number)


def amounts(plan, n, name, first, number):
    """By financial year."""
    out = {}
    if n.get("value"):
        out[int((n.get("financial-year") or str(first))[:4])] = number(n, "value", None, name)
    for a in n.findall("amount"):
        out[int(a.get("financial-year")[:4])] = number(a, "value", None, f"amount {name} {a.get('financial-year')}")
    return dict(sorted(out.items()))


# ---- one replication ----

class Money:
    def __init__(self, replication):
        self.r, self.budget, self.of = replication, replication.plan.budget, replication.draws.of
        b, p = self.budget, replication.plan
        self.cost = np.zeros((b.years.n, len(b.lines)), dtype=np.int64)
        self.academic = np.zeros((p.n_years, len(b.lines)), dtype=np.int64)
        self.by_provision = np.zeros((b.years.n, p.n_provisions), dtype=np.int64)
        self.diversion = np.zeros((b.years.n, p.n_provisions), dtype=np.int64)
        self.found = {}

    def factor(self, price, y):
        if price is None:
            return 1.0
        base, inflation = self.budget.prices[price]
        return grown(self.of(inflation), self.budget.years.first + y - base)

    def book(self, line, y, academic, amount, borne):
        lines = self.budget.lines
        self.cost[y, lines.index(line)] += amount
        self.academic[academic, lines.index(line)] += amount
        if borne:
            self.cost[y, lines.index("borne-by-others/all")] -= borne
            self.academic[academic, lines.index("borne-by-others/all")] -= borne

    def row(self, table, venue, *people):
        """The row that prices a venue for somebody; place funding asks for nobody."""
        key = (table, venue) + people
        if key not in self.found:
            sets = [(row, (row.venues(venue, self.budget.venues),) + tuple(row.people)) for row in self.budget.tables[table]]
            here = [(row, s) for row, s in sets if s[0] is not None and all(x is None or x in m for x, m in zip(people, s[1:]))]
            best = [row for row, s in here if all(all(a <= b for a, b in zip(s, other)) for _, other in here)]
            assert not here or best
            self.found[key] = best[0] if best else None
        return self.found[key]

    def venue(self, setting):
        n = self.r.plan.n_provisions
        if setting < n:
            return None, setting, None
        x = self.r.sites[setting - n]
        return setting - n, x.provision, x.area

    def begin_step(self):
        p, step = self.r.plan, self.r.step
        start, end = p.start_day[step], p.start_day[step + 1]
        a = academic_year(start)
        in_year, self.parts, at = day(a + 1, 9, 1) - day(a, 9, 1), [], start
        while at < end or not self.parts:
            until = min(end, day(financial_year(at) + 1, 4, 1))
            self.parts.append((financial_year(at) - self.budget.years.first, (until - at) / in_year, (until - at) / (end - start) if end > start else 1.0))
            at = until

    def close_step(self):
        self.begin_step()
        r, p = self.r, self.r.plan
        year = p.first_year + r.year
        priced, carried = defaultdict(int), defaultdict(int)
        for (a, d, c), (t, f), co, n in r.people():
            venue = self.venue(co[1])
            for table, counts in (("unit-cost", priced), ("transport", carried)):
                row = self.row(table, venue, a, c, d, year)
                if row is not None:
                    counts[row, venue[1]] += n
            if co[0] == 1 and self.budget.tables["unit-cost"]:
                self.divert(venue, p.list_of[t][0], (a, c, d, year), n)
        self.meet(priced, lambda row: row.value, lambda v: f"unit-cost/{p.provisions[v].id}")
        self.meet(carried, lambda row: row.value, lambda v: "transport/all")
        filled, empty = defaultdict(int), defaultdict(int)
        for s, x in enumerate(r.sites):
            venue = s, x.provision, x.area
            row = self.row("place-funding", venue, None, None, None, year)
            if not x.open or row is None:
                continue
            for pool in x.pools:
                here = min(pool.commissioned, r.pool_roll(s, pool) + pool.others)
                key = row, x.provision
                filled[key] += here
                empty[key] += 0 if x.withdrawn else pool.commissioned - here
        self.meet(filled, lambda row: row.value, lambda v: "place-funding/filled")
        self.meet(empty, lambda row: row.empty, lambda v: "place-funding/empty")
        self.book_counted()

    def meet(self, counts, price, line):
        """Each count meets its price: one product a financial year, rounded half up."""
        for (row, v), n in counts.items():
            for y, of_year, of_step in self.parts:
                pounds = n * self.of(price(row)) * self.factor(row.price, y) * of_year
                self.book(line(v), y, self.r.year, pence(pounds), pence(pounds * self.of(row.borne)))
                self.by_provision[y, v] += pence(pounds)

    def full_cost(self, venue, people, y):
        """Unit cost and, where places are commissioned, place funding; none where no row prices a pupil there."""
        unit = self.row("unit-cost", venue, *people)
        if unit is None:
            return None
        place = self.row("place-funding", venue, None, None, None, people[3]) if self.r.plan.kind[venue[1]] == "limited" else None
        return sum(self.of(row.value) * self.factor(row.price, y) for row in (unit, place) if row is not None)

    def divert(self, venue, wanted, people, n):
        for y, of_year, of_step in self.parts:
            there, here = self.full_cost((None, wanted, None), people, y), self.full_cost(venue, people, y)
            if there is None:
                sites = [self.full_cost((s, x.provision, x.area), people, y) for s, x in enumerate(self.r.sites) if x.open and x.provision == wanted]
                known = [x for x in sites if x is not None]
                there = sum(known) / len(known) if known else None
            if there is not None and here is not None:
                self.diversion[y, wanted] += pence((here - there) * n * of_year)

    def book_counted(self):
        r, p = self.r, self.r.plan
        first_day, counted = p.start_day[r.step], lambda *names: sum(int(r.out[name][r.step].sum()) for name in names)
        for s in self.budget.stated:
            if s.per not in COUNTED or s.intervention is None and not s.starts <= first_day < s.ends:
                continue
            for y, of_year, of_step in self.parts:
                n = {"plan": lambda: sum(n for *_, n in r.people()) * of_year, "new-plan": lambda: counted("joined") * of_step,
                     "request": lambda: counted("requests") * of_step,
                     "assessment": lambda: counted("assessments_refused", "plans_issued") * of_step,
                     "case": lambda: r.out["cases_handled"][r.step, s.intervention] * of_step}[s.per]()
                pounds = n * self.of(s.value) * self.factor(s.price, y)
                self.book(s.id, y, r.year, pence(pounds), pence(pounds * self.of(s.borne)) if s.borne is not None else 0)

    # ---- by the year ----

    def between(self, a_year, y, start, end):
        """Pence of a yearly amount for some days of a financial year: what differs of rounded sums."""
        first, last = self.budget.years.days(y)
        return pence(a_year * ((end - first) / (last - first))) - pence(a_year * ((start - first) / (last - first)))

    def finish(self):
        r, p, b = self.r, self.r.plan, self.budget
        run = p.start_day[0], p.start_day[p.n_steps]
        for s in b.stated:
            if s.per not in COUNTED:
                self.book_dated(s, run)
        income = np.zeros((b.years.n, len(b.incomes)), dtype=np.int64)
        for k, i in enumerate(b.incomes):
            for y in range(b.years.n):
                income[y, k] = self.income(i, y, run)
        out = dict(cost=self.cost, cost_academic=self.academic, income=income, declared_saving=self.savings())
        if any(b.tables.values()):
            out["cost_by_provision"] = self.by_provision
        if b.tables["unit-cost"]:
            out["diversion_cost"] = self.diversion
        if b.balanced:
            out["balance"] = income.sum(1) - self.cost.sum(1)
            out["balance_cumulative"] = np.full(b.years.n, MISSING_PENCE, dtype=np.int64)
            total = pence(self.of(b.opening)) if b.opening is not None else 0
            for y in range(b.years.n):
                if b.years.days(y)[1] > b.opening_day:
                    total += int(out["balance"][y])
                    out["balance_cumulative"][y] = total
        for name, values in out.items():
            for y in range(b.years.n):
                first, last = b.years.days(y)
                if name != "cost_academic" and (first >= run[1] or last <= run[0]):
                    values[y] = MISSING_PENCE
            r.out[name] = values

    def book_dated(self, s, run):
        drawn = self.r.drawn
        starts, ends = (s.starts, s.ends) if s.intervention is None else (drawn.starts[s.intervention], drawn.ends[s.intervention])
        first = self.r.plan.first_year
        for y in range(self.budget.years.n):
            pounds = self.of(s.value) * (12.0 if s.per == "month" else 1.0) * self.factor(s.price, y)
            borne = pounds * (self.of(s.borne) if s.borne is not None else 0.0)
            year_start, year_end = self.budget.years.days(y)
            if s.per == "once":
                if run[0] <= starts < run[1] and year_start <= starts < year_end:
                    self.book(s.id, y, academic_year(starts) - first, pence(pounds), pence(borne))
                continue
            at, until = max(starts, run[0], year_start), min(ends, run[1], year_end)
            while at < until:
                stop = min(until, day(academic_year(at) + 1, 9, 1))
                self.book(s.id, y, academic_year(at) - first, self.between(pounds, y, at, stop), self.between(borne, y, at, stop))
                at = stop

    def income(self, i, y, run):
        named = self.budget.years.first + y
        year = max((a for a in i.amounts if a <= named), default=min(i.amounts))
        pounds = self.of(i.amounts[year]) * self.of(i.share) * grown(self.of(i.growth), named - year)
        start, end = self.budget.years.days(y)
        start, end = max(start, i.starts, run[0]), min(end, i.ends, run[1])
        if start >= end:
            return 0
        if i.once:
            return pence(pounds) if named in i.amounts else 0
        return self.between(pounds, y, start, end)

    def savings(self):
        b, plan = self.budget, self.r.plan
        out = np.zeros((b.years.n, len(b.savings)), dtype=np.int64)
        for k, s in enumerate(b.savings):
            if Stream(plan.seed, (INPUTS, self.r.indices[0], 55, 0, s.word)).v() < self.of(s.probability):
                for named, amount in s.amounts.items():
                    if 0 <= named - b.years.first < b.years.n:
                        out[named - b.years.first, k] = pence(self.of(amount))
        for group in {s.group for s in b.savings} - {None}:
            members = [k for k, s in enumerate(b.savings) if s.group == group]
            for y in range(b.years.n):
                largest = max(members, key=lambda k: (out[y, k], -k))
                for k in members:
                    if k != largest:
                        out[y, k] = 0
        return out
