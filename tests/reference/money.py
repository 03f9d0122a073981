# SPDX-License-Identifier: MIT
"""
Money, in whole pence: the section "Money" of src/model/README.md, and what "Projects" says of spend and funding. What a scenario says of
costs and incomes, what a replication makes of it, and what projects spend and who meets it.
"""
import math
from collections import defaultdict

import numpy as np

from plan import NEVER, Row, Table, academic_year, axis, date_of, day, day_of
from streams import INPUTS, Stream, exp, log

MISSING_PENCE = -2**63
DIVERTED = 1  # the seat, as in model.py
INFINITY = math.inf
TABLES = {"unit-cost": ("area", "ncy", "need", "year"), "place-funding": ("year",), "transport": ("area", "ncy", "need", "year")}


def rounded(x):
    """To the nearest whole, halves up."""
    return math.floor(x + 0.5)


def financial_year(d):
    date = date_of(d)
    return date.year if date.month >= 4 else date.year - 1


def april(year):
    return day(year, 4, 1)


def year_of(text):
    """2021 or 2021/22."""
    return int(text.split("/")[0])


def may_be_above_0(given):
    number, _ = given
    return not number.is_fixed or number.a[0] > 0


def cut(first, last, month):
    """The days from first up to last, cut at each first of a month."""
    while first < last:
        year = date_of(first).year
        end = min(last, next(d for d in (day(year, month, 1), day(year + 1, month, 1)) if d > first))
        yield first, end
        first = end


def grown(rate, years):
    """(1 + rate)^years by multiplication, divided for years before."""
    f = 1.0
    for _ in range(abs(years)):
        f *= 1.0 + rate
    return f if years >= 0 else 1.0 / f


# ---- what a scenario says ----

class Price:
    def __init__(self, plan, item):
        n = item.node
        self.base = year_of(n.get("base-year")) if n.get("base-year") else financial_year(plan.start_day[0])
        self.inflation = plan.number(n.get("inflation", "0"), f"price {item.key} / inflation")


class CostLine:
    """A stated cost, or that of an intervention."""

    def __init__(self, plan, budget, item):
        n, name = item.node, f"cost-line {item.key} / "
        self.line, self.per, self.intervention = item.id, n.get("per", "year"), None
        self.value = plan.number(n.get("value"), name + "value")
        self.borne = plan.number(n.get("borne-by-others", "0"), name + "borne-by-others", probability=True)
        self.price = budget.prices.get(n.get("price"))
        self.starts = day_of(n.get("starts")) if n.get("starts") else -INFINITY
        self.ends = day_of(n.get("ends")) if n.get("ends") else INFINITY


class ServiceCost:
    """What an intervention costs: as a stated cost, on the days on which it runs."""

    def __init__(self, plan, i, service):
        self.line, self.per, self.intervention = f"intervention/{service.id}", service.cost_unit, i
        self.value, self.borne, self.price = service.cost, plan.number("0", ""), None


class Yearly:
    """An income or a declared saving: pounds of some financial years."""

    def __init__(self, plan, item):
        n, tag = item.node, item.node.tag
        name, self.word = f"{tag} {item.key} / ", item.word
        self.amounts = {}
        if n.get("value"):
            year = year_of(n.get("financial-year")) if n.get("financial-year") else financial_year(plan.start_day[0])
            self.amounts[year] = plan.number(n.get("value"), name + "value")
        for amount in n.findall("amount"):
            text = amount.get("financial-year")
            self.amounts[year_of(text)] = plan.number(amount.get("value"), f"amount {tag} {item.key} {text} / value")
        if tag == "income":
            self.growth = plan.number(n.get("growth", "0"), name + "growth")
            self.share = plan.number(n.get("block-transfer", "1"), name + "block-transfer", probability=True)
            self.once = n.get("per") == "once"
            self.starts = day_of(n.get("starts")) if n.get("starts") else -INFINITY
            self.ends = day_of(n.get("ends")) if n.get("ends") else INFINITY
        else:
            self.probability = plan.number(n.get("probability", "1"), name + "probability", probability=True)
            self.group = n.get("group")


class Budget:
    """Cost tables, stated costs, incomes, savings, the lines of cost and the axis of financial years."""

    def __init__(self, plan):
        self.plan, root = plan, plan.root
        self.read_axis()
        self.prices = {item.id: Price(plan, item) for item in axis(root.findall("price"))}
        self.read_venues()
        self.tables = {name: self.read_table(name) for name in TABLES}
        self.costs = [CostLine(plan, self, item) for item in axis(root.findall("cost-line"))]
        self.costs += [ServiceCost(plan, i, s) for i, s in enumerate(plan.interventions) if may_be_above_0(s.cost)]
        self.incomes = [Yearly(plan, item) for item in axis(root.findall("income"))]
        self.savings = [Yearly(plan, item) for item in axis(root.findall("saving"))]
        node = root.find("budget")
        self.is_stated = node is not None
        get = node.get if node is not None else lambda attribute, usual=None: usual
        self.opening = plan.number(get("opening-balance", "0"), "budget / opening-balance")
        self.date = day_of(get("date")) if get("date") else plan.start_day[0]
        self.read_lines()

    def read_axis(self):
        """From the year of the first day of the run, or of a project that starts earlier, to the one after that of the day after the run."""
        p = self.plan
        first = min([p.start_day[0]] + [project.start for project in p.projects])
        self.years = list(range(financial_year(first), financial_year(p.start_day[p.n_steps]) + 2))
        last = p.start_day[p.n_steps] - 1
        self.in_run = [financial_year(p.start_day[0]) <= y <= financial_year(last) for y in self.years]

    def read_lines(self):
        self.lines = []
        if self.tables["place-funding"].rows:
            self.lines += ["place-funding/filled", "place-funding/empty"]
        if self.tables["unit-cost"].rows:
            priced = {v for row in self.tables["unit-cost"].rows for v, _, _ in row.sets[0]}
            self.lines += ["unit-cost/" + provision.id for v, provision in enumerate(self.plan.provisions) if v in priced]
        if self.tables["transport"].rows:
            self.lines.append("transport/all")
        self.lines += [cost.line for cost in self.costs]
        shares = [row.written.borne_by_others for table in self.tables.values() for row in table.rows] + [cost.borne for cost in self.costs]
        if any(share is not None and may_be_above_0(share) for share in shares):
            self.lines.append("borne-by-others/all")

    # A venue is (provision, None, None), or (provision, site, area).

    def read_venues(self):
        p = self.plan
        self.venues = [(v, None, None) for v in range(p.n_provisions)]
        self.changing = set()
        for s, site in enumerate(p.sites):
            own = [e for e in p.events if e["site"] == s]
            provisions = {site.provision} | {e["provision"] for e in own if "provision" in e}
            areas = {site.area} | {e["area"] for e in own if "area" in e}
            self.venues += [(v, s, a) for v in sorted(provisions) for a in sorted(areas)]
            if len(provisions) * len(areas) > 1:
                self.changing.add(site.id)

    def venues_of(self, node):
        p, named, areas = self.plan, node.get("setting"), node.get("setting-area")
        out = set(self.venues)
        if named:
            ids = set(named.split())
            out = {(v, s, a) for v, s, a in out if p.provisions[v].id in ids or s is not None and p.sites[s].id in ids}
        if areas:
            wanted = {p.index["area"][a] for a in areas.split()}
            out = {(v, s, a) for v, s, a in out if a in wanted}
        return out

    def read_table(self, name):
        """The rows of a cost table; one that names a site which changes is taken apart by provision and area."""
        p, pieces = self.plan, []
        for table in p.root.findall("table"):
            for node in table.findall("row") if table.get("name") == name else []:
                row = Row(node, [])
                p.values(name, [row])
                p.values(name, [row], "empty")
                p.values(name, [row], "borne-by-others", probability=True)
                row.price = self.prices.get(node.get("price", table.get("price")))
                rest = [p.members(node, a) for a in TABLES[name]]
                for venues in self.parts(node):
                    piece = Row(node, [frozenset(venues)] + rest)
                    piece.written = row
                    pieces.append(piece)
        return Table(pieces)

    def parts(self, node):
        venues = self.venues_of(node)
        if not self.changing & set(node.get("setting", "").split()):
            return [venues]
        parts = defaultdict(set)
        for v, s, a in venues:
            parts[v, a].add((v, s, a))
        return list(parts.values())


# ---- what a replication makes of it ----

class Money:
    def __init__(self, replication):
        self.r, self.plan, self.budget = replication, replication.plan, replication.plan.budget
        self.of = replication.draws.of
        n_years, n_lines, n_provisions = len(self.budget.years), len(self.budget.lines), self.plan.n_provisions
        self.cost = np.zeros((n_years, n_lines), dtype=np.int64)
        self.cost_academic = np.zeros((self.plan.n_years, n_lines), dtype=np.int64)
        self.by_provision = np.zeros((n_years, n_provisions), dtype=np.int64)
        self.diversion = np.zeros((n_years, n_provisions), dtype=np.int64)

    def factor(self, price, year):
        return grown(self.of(price.inflation), year - price.base) if price is not None else 1.0

    def book(self, line, year, academic, pence):
        """On a line, in a financial year and in an academic year of the run."""
        i = self.budget.lines.index(line)
        self.cost[year - self.budget.years[0], i] += pence
        self.cost_academic[academic, i] += pence

    def charge(self, line, year, product, borne, provision=None):
        """A product rounded, and what others bear of it off in a line of its own."""
        self.book(line, year, self.r.year, rounded(product))
        if provision is not None:
            self.by_provision[year - self.budget.years[0], provision] += rounded(product)
        if borne is not None and self.of(borne) > 0:
            self.book("borne-by-others/all", year, self.r.year, -rounded(product * self.of(borne)))

    # ---- a step ----

    def close_step(self):
        """Cut at each 1 April."""
        p, step = self.plan, self.r.step
        first, last = p.start_day[step], p.start_day[step + 1]
        september = academic_year(first)
        self.year_days, self.step_days = day(september + 1, 9, 1) - day(september, 9, 1), last - first
        self.year = september
        self.people = list(self.r.people())
        for a, b in cut(first, last, 4):
            year, days = financial_year(a), b - a
            self.charge_pupils("unit-cost", year, days)
            self.charge_pupils("transport", year, days)
            self.charge_places(year, days)
            self.charge_stated(year, days)
            self.count_diversion(year, days)

    def venue(self, setting):
        if setting < self.plan.n_provisions:
            return setting, None, None
        site = self.r.sites[setting - self.plan.n_provisions]
        return site.provision, setting - self.plan.n_provisions, site.area

    def row_of_pupil(self, table, venue, row):
        a, d, c = row
        return self.budget.tables[table].at(venue, a, c, d, self.year)

    def charge_pupils(self, table, year, days):
        """Pupils by row and provision, as they sit at the close."""
        counts = defaultdict(int)
        for r, cell, co, n in self.people:
            venue = self.venue(co[1])
            row = self.row_of_pupil(table, venue, r)
            if row is not None:
                counts[row.written, venue[0]] += n
        for (row, provision), n in counts.items():
            line = "transport/all" if table == "transport" else "unit-cost/" + self.plan.provisions[provision].id
            product = n * self.pence(row.value, row.price, year) * days / self.year_days
            self.charge(line, year, product, row.borne_by_others, provision)

    def pence(self, value, price, year):
        return self.of(value) * 100.0 * self.factor(price, year)

    def charge_places(self, year, days):
        """Commissioned places of open sites, filled and empty; the empty ones of a withdrawn allotment are not paid for."""
        filled, empty = defaultdict(int), defaultdict(int)
        for s, x in enumerate(self.r.sites):
            row = self.budget.tables["place-funding"].at((x.provision, s, x.area), self.year)
            if row is None or not x.open:
                continue
            for pool in x.pools:
                n = min(pool.commissioned, self.r.pool_roll(s, pool) + pool.others)
                filled[row.written, x.provision] += n
                empty[row.written, x.provision] += pool.commissioned - n if not x.withdrawn else 0
        for line, counts in (("filled", filled), ("empty", empty)):
            for (row, provision), n in counts.items():
                value = row.empty if line == "empty" and row.empty is not None else row.value
                product = n * self.pence(value, row.price, year) * days / self.year_days
                self.charge("place-funding/" + line, year, product, row.borne_by_others, provision)

    def charge_stated(self, year, days):
        """Stated costs by what is counted, in steps whose first day they hold on; and services by the cases that they handle."""
        step, out = self.r.step, self.r.out
        first = self.plan.start_day[step]

        def total(*names):
            return sum(int(out[name][step].sum()) for name in names)
        for cost in self.budget.costs:
            if cost.per == "case":
                n, share = out["cases_handled"][step, cost.intervention], days / self.step_days
            elif cost.per not in ("plan", "new-plan", "request", "assessment") or not cost.starts <= first < cost.ends:
                continue
            elif cost.per == "plan":
                n, share = sum(n for _, _, _, n in self.people), days / self.year_days
            else:
                names = {"new-plan": ["joined"], "request": ["requests"], "assessment": ["plans_issued", "assessments_refused"]}[cost.per]
                n, share = total(*names), days / self.step_days
            self.charge(cost.line, year, n * self.pence(cost.value, cost.price, year) * share, cost.borne)

    # ---- diversion ----

    def count_diversion(self, year, days):
        """Of each cohort diverted what it costs where it is, less what it would where it should be."""
        for r, (target, _), co, n in self.people:
            if co[0] == DIVERTED:
                wanted = self.plan.list_of[target][0]
                there, other = self.full_cost(self.venue(co[1]), r, year), self.where_it_should_be(wanted, r, year)
                if other is not None:
                    self.diversion[year - self.budget.years[0], wanted] += rounded(n * (there - other) * days / self.year_days)

    def full_cost(self, venue, r, year):
        """Unit cost, and place funding where the provision is limited."""
        total = 0.0
        row = self.row_of_pupil("unit-cost", venue, r)
        if row is not None:
            total += self.pence(row.written.value, row.written.price, year)
        row = self.budget.tables["place-funding"].at(venue, self.year)
        if row is not None and self.plan.kind[venue[0]] == "limited":
            total += self.pence(row.written.value, row.written.price, year)
        return total

    def where_it_should_be(self, provision, r, year):
        """By the row of the provision, else the mean of its open sites that a row prices; None where there is none."""
        venues = [(provision, None, None)]
        if self.row_of_pupil("unit-cost", venues[0], r) is None:
            venues = [(provision, s, x.area) for s, x in enumerate(self.r.sites) if x.open and x.provision == provision]
            venues = [venue for venue in venues if self.row_of_pupil("unit-cost", venue, r) is not None]
        return sum(self.full_cost(venue, r, year) for venue in venues) / len(venues) if venues else None

    # ---- the end of the run ----

    def finish(self):
        b, out = self.budget, self.r.out
        self.first, self.last = self.plan.start_day[0], self.plan.start_day[self.plan.n_steps]
        for cost in b.costs:
            self.state(cost)
        if b.lines:
            out["cost"], out["cost_academic"] = self.of_run(self.cost), self.cost_academic
        if any(table.rows for table in b.tables.values()):
            out["cost_by_provision"] = self.of_run(self.by_provision)
        if b.tables["unit-cost"].rows:
            out["diversion_cost"] = self.of_run(self.diversion)
        incomes = np.array([[self.income(i, y) for i in b.incomes] for y in b.years], dtype=np.int64).reshape(len(b.years), len(b.incomes))
        if b.incomes:
            out["income"] = self.of_run(incomes)
        if b.is_stated or b.incomes:
            self.balance(incomes.sum(1) - self.cost.sum(1))
        if b.savings:
            out["declared_saving"] = self.of_run(self.savings())

    def of_run(self, values):
        """Years without a day of the run are missing."""
        for y, there in enumerate(self.budget.in_run):
            if not there:
                values[y] = MISSING_PENCE
        return values

    def state(self, cost):
        """What is stated by the year, the month or once."""
        starts, ends = self.days(cost)
        if cost.per == "once" and self.first <= starts < min(ends, self.last):
            self.state_part(cost, starts, financial_year(starts), lambda a: rounded(a))
        if cost.per in ("year", "month"):
            for s, e in cut(max(starts, self.first), min(ends, self.last), 4):
                for s, e in cut(s, e, 9):
                    self.state_part(cost, s, financial_year(s), lambda a: self.by_days(a, s, e))

    def days(self, cost):
        """From and to which day it holds, of a service in this replication."""
        if cost.intervention is None:
            return cost.starts, cost.ends
        return self.r.drawn.starts[cost.intervention], self.r.drawn.ends[cost.intervention]

    def state_part(self, cost, first, year, pence):
        amount = self.pence(cost.value, cost.price, year) * (12 if cost.per == "month" else 1)
        academic = academic_year(first) - self.plan.first_year
        self.book(cost.line, year, academic, pence(amount))
        if self.of(cost.borne) > 0:
            self.book("borne-by-others/all", year, academic, -pence(amount * self.of(cost.borne)))

    @staticmethod
    def by_days(amount, s, e):
        """Of a financial year's amount what falls on the days from s up to e."""
        year = financial_year(s)
        first, days = april(year), april(year + 1) - april(year)
        return rounded(amount * (e - first) / days) - rounded(amount * (s - first) / days)

    def income(self, i, year):
        if i.once:
            return rounded(self.of(i.amounts[year]) * 100.0 * self.of(i.share)) if year in i.amounts else 0
        base = max((y for y in i.amounts if y <= year), default=min(i.amounts))
        amount = self.of(i.amounts[base]) * 100.0 * self.of(i.share) * grown(self.of(i.growth), year - base)
        s, e = max(i.starts, self.first, april(year)), min(i.ends, self.last, april(year + 1))
        return self.by_days(amount, s, e) if s < e else 0

    def balance(self, of_year):
        b, total = self.budget, rounded(self.of(self.budget.opening) * 100.0)
        cumulative = np.full(len(b.years), MISSING_PENCE, dtype=np.int64)
        for y, year in enumerate(b.years):
            if b.in_run[y] and april(year + 1) > b.date:
                total += int(of_year[y])
                cumulative[y] = total
        self.r.out["balance"], self.r.out["balance_cumulative"] = self.of_run(of_year), cumulative

    def savings(self):
        """Of a group the largest of those that happen, in each year by itself; of equals the first."""
        b = self.budget
        out = np.zeros((len(b.years), len(b.savings)), dtype=np.int64)
        happens = [Stream(self.plan.seed, (INPUTS, self.r.indices[0], 55, 0, s.word)).v() < self.of(s.probability) for s in b.savings]
        for y, year in enumerate(b.years):
            pence = [rounded(self.of(s.amounts[year]) * 100.0) if yes and year in s.amounts else 0 for s, yes in zip(b.savings, happens)]
            for k, s in enumerate(b.savings):
                rivals = [k] if s.group is None else [j for j, other in enumerate(b.savings) if other.group == s.group]
                out[y, k] = pence[k] if k == max(rivals, key=lambda j: (pence[j], -j)) else 0
        return out


# ---- capital ----

def spend(plan, course, draws):
    """Pence that a project spends in each financial year of the axis."""
    years = plan.budget.years
    totals = {i: spent_in_all(plan, course, draws, i) for i in range(len(course.project.activities)) if course.start[i] < INFINITY}
    upto = [sum(spent_until(plan, course, i, total, april(y)) for i, total in totals.items()) for y in years + [years[-1] + 1]]
    return [b - a for a, b in zip(upto, upto[1:])]


def runs(plan, course, i):
    """First day and end of an activity's course; one that never finishes runs until the project stops, else to the end of the axis."""
    end = course.whole[i]
    if end == INFINITY:
        end = min(course.stop, april(plan.budget.years[-1] + 1))
    return course.start[i], max(course.start[i], end)


def spent_in_all(plan, course, draws, i):
    p, of = course.project, draws.of
    a = p.activities[i]
    cost = of(p.cost) * (1.0 + of(p.uplift_cost) * (1.0 - of(p.mitigation))) * a.cost_share
    if a.market_cost:
        cost *= of(plan.market_cost)
    first, end = runs(plan, course, i)
    years = ((first + end) / 2.0 - p.start) / 365.25
    cost *= exp(years * log(1.0 + of(p.inflation)))
    cost += sum(of(r.cost) for r, yes in zip(p.risks, course.happened) if yes and (r.activities or [0])[0] == i)
    return rounded(cost * 100.0)


def spent_until(plan, course, i, total, d):
    """Of an activity before a day; nothing more once the project has stopped."""
    first, end = runs(plan, course, i)
    gone = min(d, course.stop, end) - first
    if end == first:
        return total if min(d, course.stop) > first else 0  # a course of no days: all of it on its day
    if gone <= 0:
        return 0
    return rounded(total * gone / (end - first))


def funding(plan, project, spent):
    """Of each source what it meets and what of it is lost."""
    met, out = 0, []
    for f in project.funding:
        ceiling = rounded(f.ceiling * 100.0)
        used = min(max(spent_by(plan, spent, f.spend_by) - met, 0), ceiling)
        met += used
        ends = f.spend_by is not NEVER and f.spend_by < april(plan.budget.years[-1] + 1)
        out.append((used, ceiling - used if ends else 0))
    return out


def spent_by(plan, spent, d):
    """Up to and with a day, within a financial year evenly."""
    total = 0
    for year, pence in zip(plan.budget.years, spent):
        first, days = april(year), april(year + 1) - april(year)
        gone = days if d is NEVER else min(max(d + 1 - first, 0), days)
        total += rounded(pence * gone / days)
    return total
