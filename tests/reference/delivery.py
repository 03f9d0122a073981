# SPDX-License-Identifier: MIT
"""What a replication draws before its steps: inputs, the years' factors, and the course of every project."""
import math

from plan import FLOWS, NEVER, opening_date, september_after, whole_days
from streams import DELIVERY, YEARS, Stream, exp, log

INFINITY, MISSING = math.inf, -1


class Draws:
    """Values of the uncertain numbers, each from its own key."""

    def __init__(self, plan, indices):
        self.values = {}
        for i in plan.inputs:
            stream = Stream(plan.seed, (i.family, indices[i.family - 1], 1, 0, i.word))
            self.values[i.name] = i.number.draw(stream)

    def of(self, given):
        number, drawn = given
        return number.a[0] if drawn is None else self.values[drawn.name]


class Years:
    """factor(flow, year, area): national path times the flow's effect times the area's."""

    def __init__(self, plan, draws, index):
        self.n_areas = len(plan.areas)
        self.common = {(f, y): 1.0 for f in range(len(FLOWS)) for y in range(plan.n_years)}
        self.of_area = {}
        for f, t in plan.trend.items():
            growth, psi, sd, g = (draws.of(t[a]) for a in ("growth", "psi", "sd", "last-growth"))
            level, at = 0.0, {0: 0.0}
            for year in range(1, plan.first_year + plan.n_years - t["base"]):
                n = Stream(plan.seed, (YEARS, index, 10, year, f + 1)).normal()
                g = growth + psi * (g - growth) + sd * n
                level += g
                at[year] = level
            for y in range(plan.n_years):
                self.common[f, y] *= exp(at[plan.first_year + y - t["base"]])
        for f, e in plan.effect.items():
            phi, sigma, area_sigma = (draws.of(e[a]) for a in ("phi", "sigma", "area-sigma"))
            last = log(e["last"]) + sigma * sigma / 2 if e["last"] is not None else None
            self.walk(plan, (YEARS, index, 11), (f + 1,), phi, sigma, last, lambda y, x: self.common.__setitem__((f, y), self.common[f, y] * x))
            if area_sigma > 0:
                for a, area in enumerate(plan.areas):
                    self.walk(plan, (YEARS, index, 12), (f + 1, area.word), phi, area_sigma, None,
                              lambda y, x: self.of_area.__setitem__((f, y, a), x))

    @staticmethod
    def walk(plan, key, rest, phi, sigma, x, keep):
        for y in range(plan.n_years):
            e = Stream(plan.seed, key + (y,) + rest).normal()
            x = sigma * e if x is None else phi * x + sigma * math.sqrt(1.0 - phi * phi) * e
            keep(y, exp(x - sigma * sigma / 2))

    def factor(self, flow, year, area):
        f = FLOWS.index(flow)
        return self.common[f, year] * self.of_area.get((f, year, area), 1.0)


class Course:
    """One project: finishes of its activities, its opening, what it cost and when."""

    def __init__(self, plan, project, draws, index, drawn, begin=None):
        """From its start, or from the day on which a trigger starts it (never as yet where it has triggers and begin is none)."""
        self.plan, self.project, self.draws, self.index = plan, project, draws, index
        of, acts = draws.of, project.activities
        self.waits = bool(project.triggers) and begin is None
        self.begin = INFINITY if self.waits else project.start if begin is None else begin
        self.planned = project.planned if begin is None else plan.planned_opening(project, begin)
        if self.waits:
            never = {i: INFINITY for i in range(len(acts))}
            self.start, self.finish, self.work_end, self.refused, self.critical = never, never, never, dict.fromkeys(never), set()
            self.whole, self.happened = never, [MISSING] * len(project.risks)
            self.opening, self.stop, self.cancelled = INFINITY, INFINITY, False
            return
        self.take_register(drawn)
        happened = [Stream(plan.seed, (DELIVERY, index, 21, 0, project.word, r.full_word)).v() < of(r.probability) for r in project.risks]
        self.happened = happened
        delay = [sum(of(r.impact) * r.unit for r, yes in zip(project.risks, happened) if yes and i in r.activities) for i in range(len(acts))]
        self.start, self.finish, self.work_end, self.refused = {}, {}, {}, {}
        for i in project.order:
            a = acts[i]
            self.start[i] = self.start_of(a, self.finish, self.begin + self.later)
            days = of(a.duration) * a.unit * (1.0 + of(project.uplift_duration) * (1.0 - of(project.mitigation)))
            if a.market_duration:
                days *= of(plan.market_duration)
            days += delay[i] + self.longer.get(i, 0.0)
            self.work_end[i] = self.start[i] + whole_days(days) if self.start[i] < INFINITY else INFINITY
            self.finish[i], self.refused[i] = self.gate(a, self.work_end[i])
        self.cancel()
        self.last = max(self.finish.values(), default=self.begin)
        self.opening = INFINITY if self.cancelled else self.opening_after(self.last)
        if self.abandoned_on < min(self.opening, self.stop):
            self.cancelled, self.stop, self.opening = True, self.abandoned_on, INFINITY
        self.find_critical()
        self.whole = self.finish  # by which it spends
        if self.cancelled:
            self.cut_short()

    def opening_after(self, last):
        """The first opening date on or after the last finish; a third party's is known by its dates alone, unless a risk puts it off."""
        p = self.project
        if p.activities:
            return opening_date(p.rule, last)
        return opening_date(p.rule, self.planned + self.later) if self.later > 0 else self.planned

    def start_of(self, a, finish, begin):
        earliest = [a.earliest] if a.earliest is not NEVER else []
        return max([begin] + earliest + [finish[b] for b in a.before])

    def take_register(self, drawn):
        """What logged risks that happen do: a later start, longer activities, abandoned at its first decision or on a day."""
        self.later, self.longer, self.abandoned, self.abandoned_on = 0, {}, False, INFINITY
        for r, yes in zip(self.plan.logged_risks, drawn.risks):
            on = (r.on or "").split("/")
            if not yes or on[0] != self.project.id or r.effect not in ("delays", "cancels") or r.delays_intervention:
                continue
            days = self.draws.of(r.by) * r.unit
            if r.effect == "cancels" and r.starts is None:
                self.abandoned = True
            elif r.effect == "cancels":
                self.abandoned_on = min(self.abandoned_on, r.starts)
            elif len(on) == 2:
                i = next(i for i, a in enumerate(self.project.activities) if a.id == on[1])
                self.longer[i] = self.longer.get(i, 0.0) + days
            else:
                self.later += whole_days(days)

    def gate(self, a, ready):
        """The first meeting on or after the finish that passes it; refused: the meeting that said no."""
        if a.gate is None or ready == INFINITY:
            return ready, None
        stream = Stream(self.plan.seed, (DELIVERY, self.index, 20, 0, self.project.word, a.full_word))
        refuse, defer = self.draws.of(a.refuse), self.draws.of(a.defer)
        for d in a.gate:
            if d < ready:
                continue
            v = stream.v()
            if v < refuse:
                return INFINITY, d
            if v >= refuse + defer:
                return d, None
        return INFINITY, None

    def cancel(self):
        """Why and when it stops: its first refusal, a cancelling risk, or the chance beyond gates and risks."""
        p, acts = self.project, self.project.activities
        ends = [d for d in self.refused.values() if d is not None]
        for r, yes in zip(p.risks, self.happened):
            if yes and r.cancels:
                ends.append(min((self.start[i] for i in r.activities), default=None) if r.activities else self.first_stop())
        chance = self.draws.of(p.cancel)
        if chance > 0 and Stream(self.plan.seed, (DELIVERY, self.index, 22, 0, p.word)).v() < chance:
            ends.append(self.first_stop())
        if self.abandoned:
            ends.append(self.first_stop())
        self.cancelled = bool(ends)
        self.stop = min(ends) if ends else INFINITY

    def first_stop(self):
        """At the first gate that it passes, else at its first finish, else at its start."""
        gates = [self.finish[i] for i, a in enumerate(self.project.activities) if a.gate is not None]
        return next((d for d in (min(gates, default=INFINITY), min(self.finish.values(), default=INFINITY)) if d < INFINITY), self.begin)

    def find_critical(self):
        """The last to finish, and whatever each critical activity waited for."""
        acts, self.critical = self.project.activities, set()
        chain = [i for i in range(len(acts)) if self.finish[i] == self.last]
        while chain:
            i = chain.pop()
            if i in self.critical:
                continue
            self.critical.add(i)
            chain += [b for b in acts[i].before if self.finish[b] == self.start[i]]

    def cut_short(self):
        """What would finish after the day it stopped, or be refused after it, never does, and nothing is critical."""
        self.finish = {i: f if f <= self.stop else INFINITY for i, f in self.finish.items()}
        self.refused = {i: d if d is not None and d <= self.stop else None for i, d in self.refused.items()}
        self.critical = set()

    def event_days(self):
        """Every event that the project brings, with its day; none for what never comes."""
        for e in self.project.deliveries:
            if "activity" in e and self.start[e["activity"]] < min(self.stop, INFINITY):
                yield dict(e, day=self.start[e["activity"]])
        yield from self.deliveries_if(self.opening)

    def deliveries_if(self, opening):
        """What an opening on that day brings, later batches on the Septembers after."""
        for e in self.project.deliveries:
            if "activity" not in e and opening < INFINITY:
                d = september_after(opening, e["offset"])
                if e["catch_up"]:
                    d = max(opening, september_after(int(self.planned), e["offset"]))
                yield dict(e, day=int(d))

    def planned_days(self):
        """The same had it opened as planned; what an activity takes is taken when that starts."""
        for e in self.project.deliveries:
            if "activity" in e and self.start[e["activity"]] < min(self.stop, INFINITY):
                yield dict(e, day=self.start[e["activity"]])
        yield from self.deliveries_if(self.planned)

    def forecast(self, today):
        """The opening as it looks on a day: what has begun or finished is known, the rest takes its planned time and is not over before the day."""
        acts, finish = self.project.activities, {}
        if self.stop <= today or self.waits:
            return INFINITY
        if not acts:
            return self.planned if today < self.planned else self.opening
        for i in self.project.order:
            if self.finish[i] <= today:
                finish[i] = self.finish[i]
                continue
            start = self.start[i] if self.start[i] <= today else self.start_of(acts[i], finish, self.begin)
            finish[i] = max(today, start + whole_days(acts[i].planned)) if start < INFINITY else INFINITY
            if acts[i].gate is not None and finish[i] < INFINITY:
                finish[i] = next((d for d in acts[i].gate if d >= finish[i]), INFINITY)
        return opening_date(self.project.rule, max(finish.values()))
