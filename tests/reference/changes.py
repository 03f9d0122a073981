# SPDX-License-Identifier: MIT
"""
What acts on rates from day to day: changes, interventions and the risk register. What is drawn of them once a replication, the strength
of each in a step, and what their list makes of a number.
"""
import math

from plan import DAYS, axis, day_of
from streams import DELIVERY, INPUTS, Number, Stream

INFINITY = math.inf
FOREVER = 10**9
# axes on which a change may match
AXES = {"population": ("area", "ncy"), "new-plans": ("area", "ncy", "need"), "joiner-target": ("area", "ncy", "need", "to"),
        "september-start": ("ncy",), "cease": ("area", "ncy", "need", "from", "when"), "transfer-out": ("area", "ncy", "need", "from"),
        "transfer-in": ("area",), "move": ("area", "ncy", "need", "from", "to"), "phase-transfer": ("area", "ncy", "need", "from", "to"),
        "give-up": ("ncy", "need", "from"), "return": ("ncy", "need", "from"), "direct": ("class", "phase", "need", "to"),
        "divert": ("class", "phase", "need", "to", "column"), "take-up": ("area", "setting")}


class Change:
    """One change: what it matches, what it does, its days (those of the intervention or risk that it is part of)."""

    def __init__(self, plan, node, owner=None):
        self.table = {"requests": "new-plans"}.get(node.get("table"), node.get("table"))
        self.op, self.owner = node.get("op"), owner
        own = node.get("key", node.get("id"))
        within = f"{owner.key}/" if owner is not None else ""
        self.name = "change " + within + (own or " ".join([f"{node.get('table')} {self.op or ''}"] + plan.said(node)))
        self.value = plan.number(node.get("value"), self.name + " / value") if node.get("value") else None
        self.starts, self.ends = plan.start_day[0], FOREVER
        self.ramp, self.group, self.intervention, self.risk = (Number("0"), None), None, None, None
        if owner is None:
            self.read_days(plan, node, self.name)
        self.sets = {a: self.members(plan, node, a) for a in AXES[self.table]}

    def read_days(self, plan, node, name):
        self.starts = day_of(node.get("starts")) if node.get("starts") else plan.start_day[0]
        self.ends = day_of(node.get("ends")) if node.get("ends") else FOREVER
        self.ramp = plan.number(node.get("ramp-months", "0"), name + " / ramp-months")

    @staticmethod
    def members(plan, node, axis):
        if axis == "setting":
            if not node.get("setting"):
                return frozenset(range(len(plan.sites)))
            named = node.get("setting").split()
            return frozenset(s for s, site in enumerate(plan.sites) if site.id in named or plan.provisions[site.provision].id in named)
        if axis in ("when", "column"):
            return frozenset(node.get(axis).split()) if node.get(axis) else frozenset(("year-end", "through-year", "at-once", "rate"))
        return plan.members(node, axis)

    def matches(self, cell):
        return all(cell[a] in members for a, members in self.sets.items())


class Intervention:
    def __init__(self, plan, item):
        n, name = item.node, f"intervention {item.key} / "
        self.id, self.key, self.word, self.node = item.id, item.key, item.word, n
        self.starts = day_of(n.get("starts")) if n.get("starts") else plan.start_day[0]
        self.ends = day_of(n.get("ends")) if n.get("ends") else FOREVER
        number = lambda attribute, usual, **kind: plan.number(n.get(attribute, usual), name + attribute, **kind)
        self.ramp = number("ramp-months", "0")
        self.success = number("success", "1", probability=True)
        self.effect, self.engagement, self.reach = number("effect", "1"), number("engagement", "1"), number("reach", "1")
        self.reach_of = float(n.get("reach-of", "1"))
        self.dose, self.dose_full = number("dose", "1"), number("dose-full", "1")
        self.measured = n.get("measured-with") == "yes"
        self.dose_measured = number("dose-measured", "1") if n.get("dose-measured") else self.dose
        self.group = n.get("group")
        self.caseload = n.get("capacity") is not None
        self.capacity, self.would_request = number("capacity", "0"), number("would-request", "0")
        self.referrals = number("referrals", "0") if n.get("referrals") else None
        self.case_success, self.deferred = number("case-success", "1"), number("deferred", "0")
        self.delay_months = float(n.get("delay-months", "12"))
        self.cost, self.cost_unit = number("cost", "0"), n.get("cost-unit", "year")


class LoggedRisk:
    EFFECTS = ("closes", "cancels", "delays", "stops", "risk", "effect-note")

    def __init__(self, plan, item):
        n = self.node = item.node
        self.id, self.key, self.word = item.id, item.key, item.word
        self.effect = next((e for e in self.EFFECTS if n.get(e)), "changes")
        self.on = n.get(self.effect)
        self.delays_intervention = self.effect == "delays" and self.on in {i.id for i in plan.interventions}
        self.family = INPUTS if self.effect in ("changes", "stops") or self.delays_intervention else DELIVERY
        name = f"logged-risk {item.key} / "
        number = lambda attribute, **kind: plan.number(n.get(attribute, "0"), name + attribute, self.family, **kind)
        self.probability, self.by = number("probability", probability=True), number("by")
        self.unit = DAYS[n.get("unit", "months")]
        self.starts = day_of(n.get("starts")) if n.get("starts") else None


def read_changes(plan):
    """Changes in the order in which they act: by (starts, name), those of an overlap group where its first stands."""
    plan.interventions = [Intervention(plan, i) for i in axis(plan.root.findall("intervention"))]
    plan.logged_risks = [LoggedRisk(plan, i) for i in axis(plan.root.findall("logged-risk"))]
    changes = [Change(plan, n) for n in plan.root.findall("change")]
    for i, service in enumerate(plan.interventions):
        service.cases = []
        for n in service.node.findall("change"):
            c = Change(plan, n, service)
            c.starts, c.ends, c.group, c.intervention = service.starts, service.ends, service.group, i
            (changes if c.op else service.cases).append(c)
    for i, risk in enumerate(plan.logged_risks):
        for k, n in enumerate(risk.node.findall("change")):
            c = Change(plan, n, risk)
            c.risk = i
            if k == 0:
                c.read_days(plan, risk.node, f"logged-risk {risk.key}")
                days = c.starts, c.ends, c.ramp
            c.starts, c.ends, c.ramp = days
            changes.append(c)
    plan.changes = in_order(changes)
    plan.caseloads = [c.owner_index for c in in_order([Order(i, s) for i, s in enumerate(plan.interventions) if s.caseload])]
    for risk in plan.logged_risks:
        if risk.effect == "closes":
            s = plan.index["site"][risk.on]
            successors = [plan.index["site"][i] for i in risk.node.get("successors", "").split()]
            plan.events.append(dict(site=s, day=risk.starts, kind="close", successors=successors, risk=plan.logged_risks.index(risk)))


class Order:
    """A caseload in the order of changes."""

    def __init__(self, index, service):
        self.owner_index, self.starts, self.group, self.name = index, service.starts, service.group, f"intervention {service.key}"


def in_order(changes):
    changes = sorted(changes, key=lambda c: (c.starts, c.name.encode()))
    first = {}
    for i, c in enumerate(changes):
        first.setdefault(c.group, i)
    rank = {id(c): i if c.group is None else first[c.group] for i, c in enumerate(changes)}
    return sorted(changes, key=lambda c: (rank[id(c)], c.starts, c.name.encode()))


def ramp_until(starts, ramp, day):
    """The integral of min(1, (t - starts) / ramp) up to a day."""
    since = day - starts
    if since <= 0:
        return 0.0
    return 0.5 * since * since / ramp if since < ramp else since - 0.5 * ramp


def days_within(first, last, start, end):
    return max(0, min(last, end) - max(first, start))


class Drawn:
    """What of a replication's interventions and register happens, and what its changes do in a step."""

    def __init__(self, plan, draws, indices):
        self.plan, self.draws, self.held = plan, draws, 0
        self.happened = [Stream(plan.seed, (INPUTS, indices[0], 50, 0, s.word)).v() < draws.of(s.success) for s in plan.interventions]
        self.risks = [self.risk_happens(r, indices) for r in plan.logged_risks]
        self.starts, self.ends = [s.starts for s in plan.interventions], [s.ends for s in plan.interventions]
        for r, yes in zip(plan.logged_risks, self.risks):
            at = next((i for i, s in enumerate(plan.interventions) if s.id == r.on), None)
            if yes and r.effect == "stops":
                self.ends[at] = min(self.ends[at], r.starts)
            if yes and r.delays_intervention:
                self.starts[at] += math.ceil(draws.of(r.by) * r.unit - 1e-9)
        self.lists = {}
        self.strengths = self.measured = None

    def risk_happens(self, r, indices):
        if r.effect == "effect-note":
            return False
        if r.effect == "risk":
            project_id, risk_id = r.on.split("/")
            project = next(p for p in self.plan.projects if p.id == project_id)
            risk = next(x for x in project.risks if x.id == risk_id)
            return Stream(self.plan.seed, (DELIVERY, indices[2], 21, 0, project.word, risk.full_word)).v() < self.draws.of(risk.probability)
        return Stream(self.plan.seed, (r.family, indices[r.family - 1], 51, 0, r.word)).v() < self.draws.of(r.probability)

    def reach(self, s):
        return min(1.0, self.draws.of(s.reach) / s.reach_of)

    def dose(self, s, dose):
        return min(1.0, self.draws.of(dose) / self.draws.of(s.dose_full))

    def full(self, i, dose):
        """Strength of an intervention at a dose and the top of its ramp."""
        s, of = self.plan.interventions[i], self.draws.of
        return of(s.effect) * of(s.engagement) * self.reach(s) * self.dose(s, dose) if self.happened[i] else 0.0

    def mean(self, starts, ends, ramp, a, b):
        """Over the days from a to b: 0 before the start, rising over the ramp, 0 from the end."""
        end = min(b, ends)
        return (ramp_until(starts, ramp, end) - ramp_until(starts, ramp, a)) / (b - a) if end > max(a, starts) else 0.0

    def service_mean(self, i, a, b, measured, now):
        """Of a service, of what it does at full strength now and as it was measured with (0: it was not), in the step's days."""
        s, starts, ends = self.plan.interventions[i], self.starts[i], self.ends[i]
        ramp = self.mean(starts, ends, self.draws.of(s.ramp) * DAYS["months"], a, b)
        if not s.measured:
            return ramp * now
        before = days_within(-FOREVER, min(starts, ends), a, b) / (b - a)
        runs = days_within(starts, ends, a, b) / (b - a)
        return before * measured + runs * measured + ramp * (now - measured)

    def strength(self, c, a, b):
        """Strength in the step's days, and that with which rates were measured."""
        if c.risk is not None and not self.risks[c.risk]:
            return 0.0, 0.0
        if c.intervention is None:
            return self.mean(c.starts, c.ends, self.draws.of(c.ramp) * DAYS["months"], a, b), 0.0
        i, s = c.intervention, self.plan.interventions[c.intervention]
        measured = self.full(i, s.dose_measured) if s.measured else 0.0
        return self.service_mean(i, a, b, measured, self.full(i, s.dose)), measured

    def begin_step(self, step):
        """Whether a strength differs from that of the step before."""
        a, b = self.plan.start_day[step], self.plan.start_day[step + 1]
        now = [self.strength(c, a, b) for c in self.plan.changes]
        differs, self.strengths = now != self.strengths, now
        return differs

    def list_at(self, table, cell):
        key = (table,) + tuple(sorted(cell.items()))
        if key not in self.lists:
            self.lists[key] = [k for k, c in enumerate(self.plan.changes) if c.table == table and c.matches(cell)]
        return self.lists[key]

    def apply(self, table, x, most, **cell):
        """What the changes make of a number, held at 0 and the most it may be."""
        acting, whole, group = self.list_at(table, cell), x, None
        if not acting:
            return x
        for k in acting:
            c, (w, measured) = self.plan.changes[k], self.strengths[k]
            if c.group is None or c.group != group:
                whole = x
            group = c.group
            if w != 0 or measured != 0:
                x = self.apply_one(c, x, whole, w, measured)
        if not 0 <= x <= most:
            self.held += 1
        return min(max(x, 0.0), most)

    def apply_one(self, c, x, whole, w, measured):
        value = self.draws.of(c.value)
        if c.op == "scale":
            if c.intervention is None:
                return x * (1.0 + w * (value - 1.0))
            left, was = (max(0.0, 1.0 + s * (value - 1.0)) for s in (w, measured))
            if was < 0.01:
                self.held += 1
            return x if w == measured else x * left / max(0.01, was)
        more = (w - measured) * value if c.op == "add" else w * (value - (whole if c.group is not None else x))
        return x + more if c.group is None or whole <= 0 else x * max(0.0, 1.0 + more / whole)
