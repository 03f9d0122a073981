# SPDX-License-Identifier: MIT
"""From request to plan: weeks, the team, the backlog, and annual reviews."""
import math
from collections import defaultdict

from plan import N_NCY, day, day_of, ranges, columns
from streams import Number, word

LEAST = 1e-9  # of a week, a case or a review: rounding, not work


class Pipeline:
    """What a scenario says of it."""

    def __init__(self, plan, node):
        number = lambda n, attribute, usual, name, **kind: plan.number(n.get(attribute, usual), f"{name} / {attribute}", **kind)
        self.agree = number(node, "agree", "1", "pipeline", probability=True)
        self.issue = number(node, "issue", "1", "pipeline", probability=True)
        self.decision, self.notice, self.due = (int(node.get(a + "-weeks", usual)) for a, usual in (("decision", "6"), ("notice", "16"), ("due", "20")))
        self.delay = Number(node.get("delay", str(self.due - self.notice)))
        self.throughputs = self.rows(plan, node.findall("throughput"), "throughput", "cases-per-week", number)
        self.reviews = self.rows(plan, node.findall("reviews"), "reviews", "per-year", number)
        if node.get("review-capacity"):
            self.reviews.insert(0, (plan.start_day[0], number(node, "review-capacity", None, "pipeline")))
        self.backlogs = [Backlog(plan, n, number) for n in node.findall("backlog")]

    @staticmethod
    def rows(plan, nodes, element, attribute, number):
        """(first day, number or none for no limit), in the order of days."""
        out = []
        for n in nodes:
            starts = n.get("starts")
            amount = number(n, attribute, None, f"{element} {starts}" if starts else element) if n.get(attribute) else None
            out.append((day_of(starts) if starts else plan.start_day[0], amount))
        return sorted(out, key=lambda row: row[0])


class Backlog:
    def __init__(self, plan, n, number):
        name = " ".join(["backlog"] + plan.said(n, ("area", "need", "ncy", "weeks")))
        self.word = word(name)
        self.area, self.need = plan.members(n, "area"), plan.members(n, "need")
        self.ncy = columns(n.get("ncy")) if n.get("ncy") else frozenset(range(N_NCY))
        self.count = number(n, "count", None, name)
        self.weeks = sorted(ranges(n.get("weeks"))) if n.get("weeks") else None


class Case:
    """One request: when it was made, what was drawn for it, and how far it is."""


class Cases:
    """The pipeline of one replication."""

    def __init__(self, replication):
        self.r, self.pipeline = replication, replication.plan.pipeline
        self.open, self.queue = [], []
        self.credit = self.review_credit = 0.0
        self.part, self.overdue = defaultdict(float), defaultdict(int)

    def week_from(self, d):
        """The first week that starts on or after a day."""
        return -((self.r.plan.start_day[0] - d) // 7)

    def book(self, name, area, n=1):
        p = self.r.plan
        self.r.array(name, p.n_steps, len(p.areas))[self.r.step, area] += n

    def ask(self, stream, row, number):
        first, n = self.weeks_of_step()
        case = self.draw(stream, row, lambda v: first + (math.floor(v * n) if n > 0 else 0))
        case.step, case.number = self.r.step, number
        self.book("requests", row[0])

    def weeks_of_step(self):
        p, step = self.r.plan, self.r.step
        first = self.week_from(p.start_day[step])
        return first, self.week_from(p.start_day[step + 1]) - first

    def draw(self, stream, row, week_of):
        """A case with its draws, the same in number whatever they lead to. What lies before the run has gone well."""
        p, of, case = self.pipeline, self.r.draws.of, Case()
        case.row, case.asked = row, week_of(stream.v())
        agrees, ends_in_plan = stream.v() < of(p.agree), stream.v() < of(p.issue)
        u = stream.u()
        delay = p.delay.a[0] if p.delay.is_fixed else p.delay.quantile(u, 1.0 - u)
        case.lot = stream.bits() >> 32
        case.decided, noticed = case.asked + p.decision, case.asked + p.notice
        case.agreed = agrees or case.decided < 0
        case.ended = noticed if not ends_in_plan and noticed >= 0 else None
        case.ready = max(0, noticed + math.ceil(delay - LEAST))
        case.queued = False
        self.open.append(case)
        return case

    def open_backlog(self):
        p = self.r.plan
        rows = [(a, d, c) for a in range(len(p.areas)) for d in range(len(p.needs)) for c in range(N_NCY)]
        for b in self.pipeline.backlogs:
            here = [r for r in rows if r[0] in b.area and r[1] in b.need and r[2] in b.ncy]
            weights = [self.r.means[r] for r in here]
            if not sum(weights) > 0:
                weights = [1.0] * len(here)
            weeks = b.weeks or list(range(1, self.pipeline.due + 1))
            stream = self.r.stream(47, 0, b.word)
            for i in range(max(0, math.floor(self.r.draws.of(b.count) + 0.5))):
                left, row = stream.v() * sum(weights), None
                for r, w in zip(here, weights):
                    row = r if w > 0 else row
                    if w > 0 and left < w:
                        break
                    left -= w
                case = self.draw(stream, row, lambda v: -weeks[math.floor(v * len(weeks))])
                case.step, case.number = -1, b.word + i

    def run_weeks(self):
        if self.r.step == 0:
            self.open_backlog()
        first, n = self.weeks_of_step()
        for week in range(first, first + n):
            self.decide(week)
            for case in [c for c in self.open if c.ready == week and c.agreed and c.ended is None]:
                case.queued = True
                self.queue.append(case)
            self.queue.sort(key=lambda c: (c.asked, c.lot))
            for case in self.queue[:self.can_finish(week)]:
                self.queue.remove(case)
                self.finish(case, week)

    def decide(self, week):
        for case in list(self.open):
            if case.decided == week and not case.agreed:
                self.book("requests_refused", case.row[0])
                self.open.remove(case)
            elif case.ended == week and case.agreed:
                self.book("assessments_refused", case.row[0])
                self.open.remove(case)

    def can_finish(self, week):
        today = self.r.plan.start_day[0] + 7 * week
        amount = [amount for starts, amount in self.pipeline.throughputs if starts <= today]
        if not amount or amount[-1] is None:
            return len(self.queue)
        self.credit += self.r.draws.of(amount[-1])
        whole = math.floor(self.credit + LEAST)
        self.credit -= whole
        return whole

    def finish(self, case, week):
        r, p, (a, d, c) = self.r, self.r.plan, case.row
        self.open.remove(case)
        now = c + (r.year - (p.year[case.step] if case.step >= 0 else 0) if p.ageing else 0)
        if now >= N_NCY:
            self.book("assessments_refused", a)
            return
        r.joiner(r.stream(46, case.step, p.areas[a].word, p.needs[d].word, case.number, jumps=c), a, d, now)
        self.book("plans_issued", a)
        if week - case.asked <= self.pipeline.due:
            self.book("issued_within_20_weeks", a)

    # ---- the step's close ----

    def close(self):
        first, n = self.weeks_of_step()
        for name in ("requests", "requests_refused", "assessments_refused", "plans_issued", "issued_within_20_weeks"):
            self.book(name, 0, 0)
        for case in self.open:
            self.book("requests_undecided" if case.decided >= first + n else "in_assessment", case.row[0])
        for case in self.queue:
            self.book("assessment_queue", case.row[0])
        for name in ("requests_undecided", "in_assessment", "assessment_queue"):
            self.book(name, 0, 0)
        self.review()

    def review(self):
        r, p, areas = self.r, self.r.plan, range(len(self.r.plan.areas))
        start, end = p.start_day[r.step], p.start_day[r.step + 1]
        september = p.first_year + r.year
        in_year = day(september + 1, 9, 1) - day(september, 9, 1)
        plans, due = defaultdict(int), {}
        for (a, d, c), cell, co, n in r.people():
            plans[a] += n
        for a in areas:
            self.overdue[a] = min(self.overdue[a], plans[a])
            self.part[a] += plans[a] * (end - start) / in_year
            due[a] = math.floor(self.part[a] + LEAST)
            self.part[a] -= due[a]
        can = self.can_review(start, end, in_year)
        if can is None:
            late, on_time = sum(self.overdue.values()), sum(due.values())
        else:
            self.review_credit += can
            whole = math.floor(self.review_credit + LEAST)
            self.review_credit -= whole
            late = min(whole, sum(self.overdue.values()))
            on_time = min(whole - late, sum(due.values()))
        for_late, for_due = share_out(late, {a: self.overdue[a] for a in areas}), share_out(on_time, due)
        for a in areas:
            self.overdue[a] += due[a] - for_due[a] - for_late[a]
            for name, n in (("reviews_due", due[a]), ("reviews_done", for_late[a] + for_due[a]), ("reviews_on_time", for_due[a]),
                            ("reviews_overdue", self.overdue[a])):
                self.book(name, a, n)

    def can_review(self, start, end, in_year):
        """By days; none when some day has no limit."""
        total, rows = 0.0, self.pipeline.reviews
        for today in range(start, end):
            amount = [amount for starts, amount in rows if starts <= today]
            if not amount or amount[-1] is None:
                return None
        for i, (starts, amount) in enumerate(rows):
            until = rows[i + 1][0] if i + 1 < len(rows) else end
            days = max(0, min(until, end) - max(starts, start))
            total += self.r.draws.of(amount) * days / in_year if days > 0 else 0.0
        return total


def share_out(n, weights):
    """Whole things in proportion to weights: largest remainder, ties to the first."""
    total = sum(weights.values())
    if total == 0:
        return {k: 0 for k in weights}
    out = {k: n * w // total for k, w in weights.items()}
    left = n - sum(out.values())
    for k in sorted(weights, key=lambda k: (-(n * weights[k] % total), k))[:left]:
        out[k] += 1
    return out
