# SPDX-License-Identifier: MIT
"""
A scenario, as `placesim check --print` prints it, in the form that the algorithm page speaks of: axes in the order of keys, tables
whose most specific row holds, a calendar of steps, sites, events, projects, and every uncertain number with its id.

Read: stock given whole, everything that tests/scenarios.c makes, and what is near it. Not read, and refused by a sentence:
margins of stock, correlations of inputs, merging files (check --print has done that).
"""
import datetime
import math
import xml.etree.ElementTree as ElementTree

from streams import DELIVERY, INPUTS, Number, word

N_NCY, FIRST_NCY = 25, -4
CLASSES = ["transfer", "place-lost", "new-plan", "move"]
FLOWS = ["new-plans", "leave", "transfer-out", "transfer-in", "move", "phase-transfer"]
DEFAULT_PHASES = [("early-years", -4, -1), ("primary", 0, 6), ("secondary", 7, 11), ("post-16", 12, 14), ("post-19", 15, 20)]
DAYS = {"days": 1.0, "weeks": 7.0, "months": 365.25 / 12, "years": 365.25}
ROW_AXES = ["area", "ncy", "phase", "need", "from", "to", "setting", "setting-area", "class", "year", "month", "wait", "when", "status", "column"]
NEVER = None


def day_of(text):
    """Days since 1970-01-01."""
    return datetime.date.fromisoformat(text).toordinal() - 719163


def date_of(day):
    return datetime.date.fromordinal(day + 719163)


def day(year, month, day_of_month):
    return datetime.date(year, month, day_of_month).toordinal() - 719163


def academic_year(d):
    date = date_of(d)
    return date.year if date.month >= 9 else date.year - 1


def ranges(text, last=None):
    """The whole numbers of "0..6 12"."""
    out = set()
    for part in text.split():
        low, dots, high = part.partition("..")
        out.update(range(int(low), (int(high) if high else last if dots else int(low)) + 1))
    return out


def columns(text):
    return frozenset(n - FIRST_NCY for n in ranges(text))


class Item:
    def __init__(self, node, display):
        self.node, self.id, self.display = node, node.get("id"), display
        self.key = node.get("key", self.id)
        self.word = word(self.key)


def axis(nodes, order=lambda item: item.key.encode()):
    return sorted((Item(n, i) for i, n in enumerate(nodes)), key=order)


class Row:
    """One row of a table: for each axis the set of members to which it applies."""

    def __init__(self, node, sets):
        self.node, self.sets = node, sets

    def inside(self, other):
        return all(mine <= others for mine, others in zip(self.sets, other.sets))


class Table:
    """The row that holds in a cell is the most specific one, None where there is none."""

    def __init__(self, rows):
        self.rows, self.known = rows, {}

    def at(self, *cell):
        if cell not in self.known:
            here = [r for r in self.rows if all(c in s for c, s in zip(cell, r.sets))]
            best = [r for r in here if all(r.inside(other) for other in here)]
            assert not here or best, "rows overlap"
            self.known[cell] = best[0] if best else None
        return self.known[cell]


class Input:
    def __init__(self, name, number, family):
        self.name, self.number, self.family, self.word = name, number, family, word(name)


class Pool:
    """Places of a site for some phases."""


class Plan:
    def __init__(self, xml):
        self.root = root = ElementTree.fromstring(xml)
        self.seed = int(root.get("seed", "1"))
        self.inputs = []
        self.read_calendar()
        self.read_axes()
        self.read_tables()
        self.read_sites()
        self.read_projects()
        brought = self.events + [e for project in self.projects for e in project.deliveries]
        for s, site in enumerate(self.sites):
            own = [e for e in brought if e["site"] == s]
            site.opens_itself = any(e["kind"] == "open" for e in own)
            site.ever_taught = site.ncy.union(*(e.get("ncy", e.get("ncy_more", frozenset())) for e in own))
        self.read_years()
        from changes import read_changes  # which knows this module
        read_changes(self)
        from money import Budget
        from pipeline import Pipeline
        self.budget = Budget(self)
        node = root.find("pipeline")
        self.pipeline = Pipeline(self, node) if node is not None else None
        self.inputs.sort(key=lambda i: i.name.encode())
        for tag in ("correlation", "overflow"):
            if root.find(tag) is not None:
                raise NotImplementedError(f"the reference does not read {tag}")

    # ---- uncertain numbers ----

    def number(self, text, name, family=INPUTS, **kind):
        """A function from draws (by input name) to the value."""
        n = Number(text, **kind)
        if n.is_fixed:
            return n, None
        given = Input(name, n, family)
        self.inputs.append(given)
        return n, given

    # ---- time ----

    def read_calendar(self):
        time = self.root.find("time")
        self.ageing = time.get("ageing", "september") == "september"
        start, n_steps = day_of(time.get("start")), int(time.get("steps"))
        k = {"month": 12, "term": 3, "year": 1}[time.get("step", "term")] if not time.get("steps-per-year") else int(time.get("steps-per-year"))
        self.steps_per_year, self.n_steps = k, n_steps
        first_months = {12: [9, 10, 11, 12, 1, 2, 3, 4, 5, 6, 7, 8], 3: [9, 1, 4], 1: [9]}.get(k)
        self.start_day, self.season = [], []
        if first_months is None:
            self.start_day = [start + int(i * 365.25 // k) for i in range(n_steps + 1)]
            self.season = [i % k for i in range(n_steps)]
            self.september = [False] * n_steps
        else:
            first = first_months.index(date_of(start).month)
            for i in range(n_steps + 1):
                season, year = (first + i) % k, academic_year(start) + (first + i) // k
                self.start_day.append(day(year + (first_months[season] < 9), first_months[season], 1))
                self.season.append(season)
            self.september = [s == 0 for s in self.season[:n_steps]]
        self.season = self.season[:n_steps]
        self.first_year = academic_year(start)
        self.year = [academic_year(d) - self.first_year for d in self.start_day[:n_steps]]
        self.n_years = academic_year(self.start_day[n_steps] - 1) - self.first_year + 1
        self.weight = [float(w) for w in time.get("weights").split()] if time.get("weights") else [1.0 / k] * k

    def step_of(self, d):
        """The first step that starts on or after a day; before the run the first; None after the last starts."""
        return next((s for s in range(self.n_steps) if self.start_day[s] >= d), None)

    def step_holding(self, d):
        """The step that holds a day; None past the run."""
        return next((s for s in range(self.n_steps) if d < self.start_day[s + 1]), None)

    def months_of(self, season):
        if self.steps_per_year == 3:
            return [[9, 10, 11, 12], [1, 2, 3], [4, 5, 6, 7, 8]][season]
        return [(8 + season * (12 // self.steps_per_year) + i) % 12 + 1 for i in range(12 // self.steps_per_year)]

    # ---- axes ----

    def read_axes(self):
        root = self.root
        self.areas, self.needs = axis(root.findall("area")), axis(root.findall("need"))
        self.provisions = axis(root.findall("provision"))
        phases = root.findall("phase")
        if not phases:
            phases = [ElementTree.Element("phase", {"id": i, "from-ncy": str(a), "to-ncy": str(b)}) for i, a, b in DEFAULT_PHASES]
        self.phases = axis(phases, order=lambda item: int(item.node.get("from-ncy")))
        self.phase_of = [next(i for i, p in enumerate(self.phases) if int(p.node.get("from-ncy")) <= c + FIRST_NCY <= int(p.node.get("to-ncy")))
                         for c in range(N_NCY)]
        self.targets = axis(root.findall("provision") + root.findall("target"))
        self.n_provisions, self.n_targets = len(self.provisions), len(self.targets)
        self.kind = [p.node.get("kind") for p in self.provisions]
        self.index = {kind: {item.id: i for i, item in enumerate(items)} for kind, items in
                      (("area", self.areas), ("need", self.needs), ("provision", self.provisions), ("phase", self.phases),
                       ("target", self.targets))}
        self.list_of = [[self.index["provision"][p] for p in t.node.get("provisions", t.id).split()] for t in self.targets]
        self.target_of_provision = [self.index["target"][p.id] for p in self.provisions]
        self.reach = [[i] + [self.index["area"][r] for r in a.node.get("reach", "").split()] for i, a in enumerate(self.areas)]
        self.sites = axis(root.findall("site"))
        self.index["site"] = {s.id: i for i, s in enumerate(self.sites)}
        self.key_of = {item.id: item.key for items in (self.areas, self.needs, self.phases, self.targets, self.sites) for item in items}
        self.setting_word = [p.word for p in self.provisions] + [s.word for s in self.sites]
        placing = root.find("placing")
        order = placing.get("classes") if placing is not None else None
        self.class_order = [CLASSES.index(c) for c in (order.split() if order else CLASSES)]
        self.wait_cap = int(placing.get("wait-cap", "60")) if placing is not None else 60

    def is_open(self, target):
        """An open target takes effect at once: its first provision is no limited one."""
        return self.kind[self.list_of[target][0]] != "limited"

    # ---- tables ----

    def members(self, node, name):
        """The members of an axis that a row names, all when it names none."""
        text = node.get(name)
        if name == "ncy":
            if node.get("phase"):
                wanted = {self.index["phase"][p] for p in node.get("phase").split()}
                return frozenset(c for c in range(N_NCY) if self.phase_of[c] in wanted)
            return columns(text) if text else frozenset(range(N_NCY))
        if name == "phase":
            return frozenset(self.index["phase"][p] for p in text.split()) if text else frozenset(range(len(self.phases)))
        if name in ("area", "need"):
            items = self.index[name]
            return frozenset(items[i] for i in text.split()) if text else frozenset(range(len(items)))
        if name in ("from", "to"):
            items = dict(self.index["target"], ceases=self.n_targets)
            return frozenset(items[i] for i in text.split()) if text else frozenset(range(self.n_targets + 1))
        if name == "class":
            return frozenset(CLASSES.index(c) for c in text.split()) if text else frozenset(range(len(CLASSES)))
        if name == "wait":
            return frozenset(ranges(text, self.wait_cap)) if text else frozenset(range(self.wait_cap + 1))
        if name == "year":
            return frozenset(ranges(text)) if text else frozenset(range(1900, 2600))
        if name == "month":
            return frozenset(ranges(text)) if text else frozenset(range(1, 13))
        raise AssertionError(name)

    def rows_of(self, name, axes):
        return [Row(node, [self.members(node, a) for a in axes])
                for table in self.root.findall("table") if table.get("name") == name for node in table.findall("row")]

    def row_name(self, name, node, attribute):
        return " ".join([name] + ([node.get("id")] if node.get("id") else self.said(node))) + " / " + attribute

    def said(self, node, attributes=ROW_AXES):
        """What an element matches, with keys in place of ids: "area=north need=a,b"."""
        return [f"{a}={','.join(self.key_of.get(w, w) for w in node.get(a).split())}" for a in attributes if node.get(a)]

    def values(self, name, rows, attribute="value", **kind):
        for row in rows:
            text = row.node.get(attribute)
            if row.node.get("concentration") and text is not None:
                raise NotImplementedError("the reference does not read concentrations")
            got = self.number(text, self.row_name(name, row.node, attribute), **kind) if text is not None else None
            setattr(row, attribute.replace("-", "_"), got)
        return rows

    def read_tables(self):
        def table(name, *axes, **kind):
            return Table(self.values(name, self.rows_of(name, axes), **kind))
        chance = {"probability": True}
        self.population = table("population", "year", "area", "ncy")
        self.new_plans = table("new-plans" if self.root.find("pipeline") is None else "requests", "area", "need", "ncy")
        self.joiner_target = table("joiner-target", "area", "need", "ncy", "to", share_row=True)
        self.transfer_out = table("transfer-out", "area", "need", "ncy", "from", **chance)
        self.transfer_in = table("transfer-in", "area", **chance)
        self.move = table("move", "area", "need", "ncy", "from", "to", **chance)
        self.phase_transfer = table("phase-transfer", "area", "need", "ncy", "from", "to", share_row=True)
        self.give_up = table("give-up", "need", "ncy", "from", **chance)
        self.return_ = table("return", "need", "ncy", "from")
        self.direct = table("direct", "class", "phase", "need", "to", **chance)
        self.waiting_setting = Table(self.rows_of("waiting-setting", ["class", "phase", "need"]))
        rows = self.values("divert", self.rows_of("divert", ["class", "wait", "phase", "need", "to"]), "at-once", **chance)
        self.divert = Table(self.values("divert", rows, "rate", **chance))
        for row in rows:
            row.fallbacks = [self.index["provision"][p] for p in row.node.get("setting").split()]
        self.read_cease()
        self.read_september_start()
        self.read_stock()
        first = [min(c for c in range(N_NCY) if self.phase_of[c] == p) for p in range(len(self.phases))]
        named = {c for r in self.phase_transfer.rows if r.node.get("ncy") for c in r.sets[2] if c + FIRST_NCY >= 11}
        self.crosses = [c in first[1:] or c in named for c in range(N_NCY)]
        for name in ("births", "dwellings", "pupil-yield", "stock-by-setting", "stock-by-ncy", "stock-by-need", "stock-by-area", "recode"):
            if self.rows_of(name, []):
                raise NotImplementedError(f"the reference does not read table {name}")
        if self.root.find("growth-error") is not None:
            raise NotImplementedError("the reference does not read growth-error")

    def read_cease(self):
        """Year-end from ncy 11 up, through the year below, unless said; a row that does not say gives way to every row inside it."""
        rows = self.values("cease", self.rows_of("cease", ["area", "need", "ncy", "from"]), probability=True)
        both = Table(rows)
        for row in rows:
            row.when = row.node.get("when")

        def at(when):
            def find(a, d, c, t):
                here = [r for r in rows if all(x in s for x, s in zip((a, d, c, t), r.sets))]
                usual = "year-end" if c + FIRST_NCY >= 11 else "through-year"
                silent = [r for r in here if r.when is None and usual == when
                          and not any(o.when not in (None, when) and o.inside(r) for o in here)]
                found = [r for r in here if r.when == when] + silent
                best = [r for r in found if all(r.inside(o) and (o is r or r.when or not o.inside(r)) for o in found)]
                assert not found or best
                return best[0] if best else None
            return find
        self.cease, self.cease_year_end, self.cease_rows = at("through-year"), at("year-end"), both

    def read_september_start(self):
        """By column and season: the mean over the months of the season."""
        rows = self.values("september-start", self.rows_of("september-start", ["ncy", "month"]), probability=True)
        given, self.september_start = Table(rows), {}
        for c in range(N_NCY):
            ncy = c + FIRST_NCY
            for season in range(self.steps_per_year):
                if not self.ageing:
                    continue
                values = []
                for month in self.months_of(season):
                    if rows:
                        row = given.at(c, month)
                        values.append(row.value if row else None)
                    else:
                        usual = ncy in (-1, 6) and month <= 8 or ncy == 11 and 3 <= month <= 8
                        values.append((Number("1" if usual else "0"), None))
                if all(v is values[0] for v in values):
                    self.september_start[c, season] = values[0]
                else:
                    mean = sum(v[0].mean() if v else 0.0 for v in values) / len(values)
                    self.september_start[c, season] = (Number(repr(mean)), None)

    def setting(self, text):
        return self.index["provision"][text] if text in self.index["provision"] else self.n_provisions + self.index["site"][text]

    def read_stock(self):
        self.stock = []
        for table in self.root.findall("table"):
            if table.get("name") == "stock":
                for n in table.findall("row"):
                    setting = self.setting(n.get("setting"))
                    if setting < self.n_provisions and self.kind[setting] == "limited":
                        raise NotImplementedError("the reference does not deal a provision to its sites")
                    self.stock.append((self.index["area"][n.get("area")], self.index["need"][n.get("need")], int(n.get("ncy")) - FIRST_NCY,
                                       self.index["target"][n.get("to")] if n.get("to") else None, setting, int(n.get("count"))))
        self.stock_waiting = []
        for row in self.values("stock-waiting", self.rows_of("stock-waiting", ["area", "need", "ncy"]), "count"):
            n = row.node
            row.setting, row.to = self.setting(n.get("setting")), self.index["target"][n.get("to")]
            row.class_, row.wait = CLASSES.index(n.get("class")), int(n.get("wait", "0"))
            row.diverted = n.get("status", "waiting") == "diverted"
            row.word = word(self.row_name("stock-waiting", n, "count").removesuffix(" / count"))
            self.stock_waiting.append(row)

    # ---- sites ----

    def read_sites(self):
        self.events = []
        for s, site in enumerate(self.sites):
            n = site.node
            site.area, site.provision = self.index["area"][n.get("area")], self.index["provision"][n.get("provision")]
            site.ncy = columns(n.get("ncy"))
            site.needs = self.need_set(n)
            site.preference = float(n.get("preference", "0"))
            site.take_up = self.number(n.get("take-up", "1"), f"site {site.key} / take-up", probability=True)
            site.allotment = n.get("allotment") == "yes"
            site.withdraw = self.number(n.get("withdraw", "0"), f"site {site.key} / withdraw", probability=True)
            site.delivered, site.opens = n.get("delivered") == "yes", day_of(n.get("opens")) if n.get("opens") else NEVER
            site.admission = {}
            for node in n.findall("admission"):
                for c in columns(node.get("ncy")):
                    site.admission[c] = int(node.get("number"))
            self.read_pools(site)
            for node in n.findall("event"):
                self.read_event(s, node)
            if site.opens is not NEVER:
                self.events.append(dict(kind="open", site=s, day=site.opens))

    def need_set(self, node):
        return frozenset(self.index["need"][d] for d in node.get("needs").split()) if node.get("needs") else frozenset(range(len(self.needs)))

    def phase_set(self, node):
        return frozenset(self.index["phase"][p] for p in node.get("phases").split()) if node.get("phases") else None

    def read_pools(self, site):
        nodes, site.pools = site.node.findall("places"), []
        named = frozenset().union(*(self.phase_set(n) or frozenset() for n in nodes))
        for n in nodes:
            pool = Pool()
            said = "" if not n.get("phases") else " " + ",".join(self.key_of[i] for i in n.get("phases").split())
            pool.phases = self.phase_set(n) if n.get("phases") else frozenset(range(len(self.phases))) - named
            pool.given = self.phase_set(n)
            pool.commissioned = self.number(n.get("commissioned"), f"site {site.key}{said} / commissioned")
            pool.physical = self.number(n.get("physical"), f"site {site.key}{said} / physical") if n.get("physical") else None
            pool.stretch = self.number(n.get("stretch", "0"), f"site {site.key}{said} / stretch")
            classes = n.get("stretch-classes")
            pool.stretch_classes = {CLASSES.index(c) for c in classes.split()} if classes else set(range(len(CLASSES)))
            pool.others_kind, pool.others = "number", (Number("0"), None)
            for other in site.node.findall("others"):
                if self.phase_set(other) == pool.given or len(nodes) == 1:
                    pool.others_kind = other.get("kind", "number")
                    pool.others = self.number(other.get("value"), f"others {site.key} / value")
            site.pools.append(pool)
        if not site.pools:
            pool = Pool()
            pool.phases, pool.given, pool.stretch_classes, pool.others_kind = frozenset(range(len(self.phases))), None, set(range(4)), "number"
            pool.commissioned = pool.stretch = pool.others = (Number("0"), None)
            pool.physical = None
            site.pools.append(pool)
        site.pools.sort(key=lambda pool: min(pool.phases, default=len(self.phases)))

    def pool_of(self, s, node):
        """Index of the pool that an element means: the one that holds its phases, else the site's one pool."""
        wanted = self.phase_set(node)
        return next(p for p, pool in enumerate(self.sites[s].pools) if len(self.sites[s].pools) == 1 or wanted and wanted <= pool.phases)

    def read_event(self, s, node):
        if node.get("historic") == "yes":
            return
        kind, text = node.get("kind"), node.get("date")
        when = day_of(text) if text else day(int(node.get("financial-year")), 9, 1)
        event = dict(site=s, day=when, kind={"merge": "close", "replace": "close", "split": "close", "relocate": "change"}.get(kind, kind))
        name = f"event {self.sites[s].key} {text or node.get('financial-year')} {kind} / "
        for attribute in ("places", "set-places"):
            if node.get(attribute):
                event[attribute] = self.number(node.get(attribute), name + attribute)
                event["pool"] = self.pool_of(s, node)
        if node.get("ncy"):
            event["ncy"] = columns(node.get("ncy"))
        if node.get("needs"):
            event["needs"] = self.need_set(node)
        if node.get("provision"):
            event["provision"] = self.index["provision"][node.get("provision")]
        if node.get("area"):
            event["area"] = self.index["area"][node.get("area")]
        event["successors"] = [self.index["site"][i] for i in node.get("successors", "").split()]
        self.events.append(event)

    # ---- projects ----

    def read_projects(self):
        self.gates = {g.get("id"): [day_of(t) for t in g.get("dates").split()] for g in self.root.findall("gate")}
        market = self.root.find("market")
        get = (lambda a: market.get(a, "1")) if market is not None else (lambda a: "1")
        self.market_duration = self.number(get("duration"), "market / duration", DELIVERY)
        self.market_cost = self.number(get("cost"), "market / cost", DELIVERY)
        self.projects = axis(self.root.findall("project"))
        self.activities, self.funding = [], []
        for project in self.projects:
            n = project.node
            project.start, project.rule = day_of(n.get("start")), n.get("opens", "september")
            for attribute, usual in (("cost", "0"), ("inflation", "0"), ("uplift-duration", "0"), ("uplift-cost", "0"), ("mitigation", "0"), ("cancel", "0")):
                setattr(project, attribute.replace("-", "_"),
                        self.number(n.get(attribute, usual), f"project {project.key} / {attribute}", DELIVERY, probability=attribute == "cancel"))
            project.activities = axis(n.findall("activity"))
            at = {a.id: i for i, a in enumerate(project.activities)}
            for a in project.activities:
                a.full_word = word(f"{project.key}/{a.key}")
                self.read_activity(project, a, at)
            self.share_cost(project)
            self.activities += project.activities
            project.risks = axis(n.findall("risk"))
            for r in project.risks:
                r.full_word = word(f"{project.key}/{r.key}")
                self.read_risk(project, r, at)
            project.funding = axis(n.findall("funding"))
            for f in project.funding:
                f.ceiling, f.spend_by = float(f.node.get("ceiling")), day_of(f.node.get("spend-by")) if f.node.get("spend-by") else NEVER
            self.funding += project.funding
            project.order = self.topological(project)
            self.read_deliveries(project, at)
            project.triggers = [self.read_trigger(t) for t in n.findall("trigger")]
            planned = n.get("planned-opening")
            never = float("inf") if project.triggers else None
            project.planned = day_of(planned) if planned else never or self.planned_opening(project, project.start)

    def read_trigger(self, n):
        return dict(measure=n.get("measure"), provision=self.index["provision"][n.get("provision")], area=self.members(n, "area"),
                    phase=self.members(n, "phase"), need=self.members(n, "need"), least=n.get("at-least"), most=n.get("at-most"),
                    septembers=int(n.get("septembers", "2")), lead=whole_days(float(n.get("lead", "0")) * DAYS[n.get("unit", "months")]))

    def read_activity(self, project, a, at):
        n, name = a.node, f"activity {project.key}/{a.key} / "
        a.duration = self.number(n.get("duration"), name + "duration", DELIVERY)
        a.unit = DAYS[n.get("unit", "months")]
        a.planned = float(n.get("planned")) * a.unit if n.get("planned") else a.duration[0].mode() * a.unit
        a.earliest = day_of(n.get("earliest")) if n.get("earliest") else NEVER
        a.gate = self.gates[n.get("gate")] if n.get("gate") else None
        a.refuse = self.number(n.get("refuse", "0"), name + "refuse", DELIVERY, probability=True)
        a.defer = self.number(n.get("defer", "0"), name + "defer", DELIVERY, probability=True)
        scope = n.get("market", "both")
        a.market_duration, a.market_cost = scope in ("duration", "both"), scope in ("cost", "both")
        a.before = [at[i] for i in n.get("after", "").split()]

    def read_risk(self, project, r, at):
        n, name = r.node, f"risk {project.key}/{r.key} / "
        r.probability = self.number(n.get("probability"), name + "probability", DELIVERY, probability=True)
        r.impact, r.unit = self.number(n.get("impact", "0"), name + "impact", DELIVERY), DAYS[n.get("unit", "months")]
        r.cost = self.number(n.get("cost", "0"), name + "cost", DELIVERY)
        r.cancels = n.get("cancels") == "yes"
        r.activities = [at[i] for i in n.get("activities", "").split()]

    def share_cost(self, project):
        given = [a.node.get("cost-share") for a in project.activities]
        total = sum(a.planned for a in project.activities)
        for a, text in zip(project.activities, given):
            a.cost_share = float(text) if text else a.planned / total if total > 0 else 1.0 / len(given)

    @staticmethod
    def topological(project):
        done, order = set(), []
        while len(order) < len(project.activities):
            i = next(i for i, a in enumerate(project.activities) if i not in done and all(b in done for b in a.before))
            done.add(i)
            order.append(i)
        return order

    def planned_opening(self, project, begin):
        """Every activity at its planned duration, no risk, no market factor, no uplift, first gate passed."""
        finish = {}
        for i in project.order:
            a = project.activities[i]
            start = max([begin] + ([a.earliest] if a.earliest is not NEVER else []) + [finish[b] for b in a.before])
            finish[i] = start + whole_days(a.planned)
            if a.gate is not None:
                finish[i] = next((d for d in a.gate if d >= finish[i]), float("inf"))
        return opening_date(project.rule, max(finish.values(), default=begin))

    def read_deliveries(self, project, at):
        """What the opening brings: events without a day as yet."""
        project.deliveries = []
        for n in project.node.findall("delivers"):
            s, kind = self.index["site"][n.get("site")], n.get("kind", "places")
            said = ",".join(n.get("years", "0").split())
            base = dict(site=s, catch_up=n.get("catch-up") == "yes",
                        kind={"open": "open", "places": "change", "close": "close", "stop-intake": "stop-intake", "ncy": "change"}[kind])
            base["successors"] = [self.index["site"][i] for i in n.get("successors", "").split()]
            if n.get("places"):
                base["places"] = self.number(n.get("places"), f"delivers {project.key} {self.sites[s].key} {said} / places", DELIVERY)
                base["pool"] = self.pool_of(s, n)
            if n.get("ncy"):
                base["ncy_more"] = columns(n.get("ncy"))
            for year in sorted(ranges(n.get("years", "0"))):
                project.deliveries.append(dict(base, offset=year, brings=kind == "places"))
        for n in project.node.findall("works"):
            s = self.index["site"][n.get("site")]
            base = dict(site=s, kind="change", pool=self.pool_of(s, n), successors=[], catch_up=False)
            project.deliveries.append(dict(base, places=(Number("-" + n.get("places")), None), activity=at[n.get("activity")], offset=0))
            project.deliveries.append(dict(base, places=(Number(n.get("places")), None), offset=0))
        for n in project.node.findall("temporary"):
            s = self.index["site"][n.get("site")]
            base = dict(site=s, kind="change", pool=self.pool_of(s, n), successors=[], catch_up=False)
            opens = dict(kind="open") if self.sites[s].delivered else {}
            self.events.append(dict(base, day=day_of(n.get("date")), places=(Number(n.get("places")), None), **opens))
            project.deliveries.append(dict(base, places=(Number("-" + n.get("places")), None), offset=0))
        for number, e in enumerate(project.deliveries):
            e["number"] = number

    # ---- years ----

    def read_years(self):
        self.trend, self.effect = {}, {}
        for n in self.root.findall("trend"):
            f = FLOWS.index(n.get("flow"))
            name, growth = f"trend {n.get('flow')} / ", n.get("growth", "0.05")
            t = dict(base=int(n.get("base-year")))
            for attribute, usual in (("growth", "0.05"), ("psi", "0.7"), ("sd", "0.05"), ("last-growth", None)):
                text = n.get(attribute, usual)
                t[attribute] = self.number(text, name + attribute) if text else t["growth"]
            self.trend[f] = t
        for n in self.root.findall("year-effect"):
            f = FLOWS.index(n.get("flow"))
            self.effect[f] = {a: self.number(n.get(a, usual), f"year-effect {n.get('flow')} / {a}")
                              for a, usual in (("phi", "0.57"), ("sigma", "0.27"), ("area-sigma", "0"))}
            self.effect[f]["last"] = float(n.get("last-ratio")) if n.get("last-ratio") else None
        if self.root.find("year-correlation") is not None:
            raise NotImplementedError("the reference does not read year-correlation")


def whole_days(x):
    """A finish is rounded up to the day; a billionth of a day is no work."""
    return math.ceil(x - 1e-9)


def opening_date(rule, finish):
    """The first opening date on or after a finish."""
    if finish == float("inf"):
        return finish
    d = int(finish)
    while True:
        date = date_of(d)
        if rule == "day" or date.day == 1 and (rule == "month" or date.month == 9 or rule == "term" and date.month in (1, 4)):
            return d
        d += 1


def september_after(d, n):
    """The n-th 1 September after a day; the day itself for 0."""
    return d if n == 0 else day(academic_year(d) + n, 9, 1)
