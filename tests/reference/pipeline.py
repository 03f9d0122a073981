# SPDX-License-Identifier: MIT
"""
From request to plan: the section "From request to plan" of src/model/README.md. What a scenario says of it, the cases of a replication
week by week, the annual reviews, and the sharing out by largest remainders that others use too.
"""
import math
from collections import defaultdict

from plan import N_NCY, academic_year, day, day_of, ranges
from streams import CHANCE, Number, Stream, word

TINY = 1e-9  # of a week, case or review: rounding


def whole(x):
    return math.floor(x + TINY)


def share_out(n, weights):
    """So many among some (by key) in proportion to their weights: largest remainders first, ties to the first."""
    total = sum(weights.values())
    if total == 0:
        return dict.fromkeys(weights, 0)
    out = {k: n * w // total for k, w in weights.items()}
    first = sorted(weights, key=lambda k: -(n * weights[k] % total))  # a stable sort: ties stay in order
    for k in first[:n - sum(out.values())]:
        out[k] += 1
    return out


class Limits:
    """A number that holds from a day on until the day of the next; None: no limit."""

    def __init__(self, rows):
        self.rows = sorted(rows, key=lambda row: row[0])

    def at(self, d):
        return next((given for starts, given in reversed(self.rows) if starts <= d), None)


class Backlog:
    """Cases open at the start: in which cells they may be, since how many weeks."""

    def __init__(self, plan, node, due_weeks):
        name = " ".join(["backlog"] + plan.said(node, ("area", "need", "ncy", "weeks")))
        self.sets = [plan.members(node, axis) for axis in ("area", "need", "ncy")]
        self.count = plan.number(node.get("count"), name + " / count")
        self.weeks = sorted(ranges(node.get("weeks", f"1..{due_weeks}")))
        self.word = word(name)


class Pipeline:
    """What a scenario says of the way from request to plan."""

    def __init__(self, plan, node):
        self.agree = plan.number(node.get("agree", "1"), "pipeline / agree", probability=True)
        self.issue = plan.number(node.get("issue", "1"), "pipeline / issue", probability=True)
        self.decision_weeks, self.notice_weeks, self.due_weeks = (
            int(node.get(a + "-weeks", usual)) for a, usual in (("decision", "6"), ("notice", "16"), ("due", "20")))
        self.delay = Number(node.get("delay", str(self.due_weeks - self.notice_weeks)))  # drawn for each case
        self.throughput = Limits(self.limits(plan, node, "throughput", "cases-per-week"))
        capacity = node.get("review-capacity")
        first = [(-math.inf, plan.number(capacity, "pipeline / review-capacity"))] if capacity else []
        self.reviews = Limits(first + self.limits(plan, node, "reviews", "per-year"))
        self.backlog = [Backlog(plan, n, self.due_weeks) for n in node.findall("backlog")]

    @staticmethod
    def limits(plan, node, tag, attribute):
        out = []
        for n in node.findall(tag):
            starts, text = n.get("starts"), n.get(attribute)
            name = " ".join([tag] + ([starts] if starts else [])) + " / " + attribute
            out.append((day_of(starts) if starts else plan.start_day[0], plan.number(text, name) if text else None))
        return out


class Case:
    """One request: whose it is, where its plan's draws come from, and its weeks (None: does not come)."""

    def __init__(self, row, step, number, week):
        self.row, self.step, self.number, self.week = row, step, number, week


class Cases:
    """The cases of a replication, and its annual reviews."""

    def __init__(self, replication):
        self.r, self.plan, self.pipeline = replication, replication.plan, replication.plan.pipeline
        self.decide, self.notice, self.ready = defaultdict(list), defaultdict(list), defaultdict(list)  # by week
        self.line, self.credit = [], 0.0
        areas = range(len(self.plan.areas))
        self.undecided, self.assessed, self.opening, self.asked, self.over = (dict.fromkeys(areas, 0) for _ in range(5))
        self.part_due, self.overdue, self.part_done = dict.fromkeys(areas, 0.0), dict.fromkeys(areas, 0), 0.0
        for name in ("requests", "requests_refused", "assessments_refused", "plans_issued", "issued_within_20_weeks", "requests_undecided",
                     "in_assessment", "assessment_queue", "reviews_due", "reviews_done", "reviews_on_time", "reviews_overdue"):
            self.array(name)

    def array(self, name):
        return self.r.array(name, self.plan.n_steps, len(self.plan.areas))

    def count(self, name, case):
        self.array(name)[self.r.step, case.row[0]] += 1

    def weeks_of(self, step):
        """The weeks that start in a step; week w starts 7 w days after the run."""
        first, last = (-((self.plan.start_day[0] - self.plan.start_day[s]) // 7) for s in (step, step + 1))
        return range(first, last)

    # ---- requests ----

    def ask(self, stream, row, number):
        """A request and its own draws, the week first."""
        weeks = self.weeks_of(self.r.step)
        case = Case(row, self.r.step, number, weeks.start + math.floor(stream.v() * len(weeks)))
        self.draw(case, stream)
        self.count("requests", case)
        self.asked[row[0]] += 1
        self.undecided[row[0]] += 1
        self.decide[case.week + self.pipeline.decision_weeks].append(case)

    def draw(self, case, stream):
        """Whether an assessment is agreed, whether it ends in a plan, the delay, the lot."""
        of = self.r.draws.of
        case.agreed = stream.v() < of(self.pipeline.agree)
        case.issues = stream.v() < of(self.pipeline.issue)
        u = stream.u()
        case.delay = math.ceil(self.pipeline.delay.quantile(u, 1.0 - u) - TINY)
        case.lot = stream.bits() >> 32

    def open_backlog(self):
        """Those open at the start; what would have been decided before week 0 has gone well."""
        for row in self.pipeline.backlog:
            cells = [cell for cell in self.r.means if all(x in s for x, s in zip(cell, row.sets))]
            expected = [self.r.means[cell] for cell in cells]
            if not sum(expected) > 0:
                expected = [1.0] * len(cells)
            stream = self.r.stream(47, 0, row.word)
            for number in range(math.floor(self.r.draws.of(row.count) + 0.5)):
                cell = cells[self.pick(expected, stream.v())]
                ago = row.weeks[math.floor(stream.v() * len(row.weeks))]
                case = Case(cell, -1, row.word + number, -ago)
                self.draw(case, stream)
                self.opening[cell[0]] += 1
                self.take_up(case)

    @staticmethod
    def pick(weights, v):
        """The first whose cumulative weight passes v of the sum."""
        left = v * sum(weights)
        for k, w in enumerate(weights):
            if left < w:
                return k
            left -= w
        return max(k for k, w in enumerate(weights) if w > 0)

    def take_up(self, case):
        """A case of the backlog is where it has got to before week 0."""
        decided = case.week + self.pipeline.decision_weeks
        if decided >= 0:
            self.undecided[case.row[0]] += 1
            self.decide[decided].append(case)
            return
        self.assessed[case.row[0]] += 1
        case.issues = case.issues or case.week + self.pipeline.notice_weeks < 0
        self.assess(case)

    def assess(self, case):
        """An assessment agreed: when it ends."""
        notice = case.week + self.pipeline.notice_weeks
        if case.issues:
            self.ready[max(0, notice + case.delay)].append(case)
        else:
            self.notice[notice].append(case)

    # ---- week by week ----

    def run_weeks(self):
        if self.r.step == 0:
            self.open_backlog()
        for week in self.weeks_of(self.r.step):
            self.run_week(week)

    def run_week(self, week):
        """Decisions and notices; what is ready stands in line; the team finishes."""
        for case in self.decide.pop(week, []):
            self.undecided[case.row[0]] -= 1
            if case.agreed:
                self.assessed[case.row[0]] += 1
                self.assess(case)
            else:
                self.count("requests_refused", case)
                self.over[case.row[0]] += 1
        for case in self.notice.pop(week, []):
            self.end(case, "assessments_refused")
        self.line += self.ready.pop(week, [])
        self.line.sort(key=lambda case: (case.week, case.lot))
        limit, n = self.pipeline.throughput.at(self.plan.start_day[0] + 7 * week), len(self.line)
        if limit is not None:
            self.credit += self.r.draws.of(limit)
            can = whole(self.credit)
            self.credit -= can
            n = min(n, can)
        done, self.line = self.line[:n], self.line[n:]
        for case in done:
            self.finish(case, week)

    def end(self, case, name):
        self.count(name, case)
        self.assessed[case.row[0]] -= 1
        self.over[case.row[0]] += 1

    def finish(self, case, week):
        """A finished plan begins as a new plan does, in the year group that the child has by then; past the last year there is none."""
        a, d, asked_in = case.row
        asked = max(case.step, 0)
        column = asked_in + (self.plan.year[self.r.step] - self.plan.year[asked] if self.plan.ageing else 0)
        if column >= N_NCY:
            self.end(case, "assessments_refused")
            return
        self.end(case, "plans_issued")
        if week <= case.week + self.pipeline.due_weeks:
            self.count("issued_within_20_weeks", case)
        p = self.plan
        key = (CHANCE, self.r.indices[3], 46, case.step, p.areas[a].word, p.needs[d].word, case.number)
        self.r.joiner(Stream(p.seed, key, asked_in), a, d, column)

    # ---- the step's close ----

    def close(self):
        step = self.r.step
        queue = dict.fromkeys(self.undecided, 0)
        for case in self.line:
            queue[case.row[0]] += 1
        for name, values in (("requests_undecided", self.undecided), ("in_assessment", self.assessed), ("assessment_queue", queue)):
            for a, n in values.items():
                self.array(name)[step, a] = n
        for a in self.undecided:
            assert self.opening[a] + self.asked[a] == self.over[a] + self.undecided[a] + self.assessed[a]
        self.review()

    def review(self):
        """Annual reviews: what falls due, and what can be done of it, overdue ones first."""
        p, step = self.plan, self.r.step
        first, last = p.start_day[step], p.start_day[step + 1]
        year = academic_year(first)
        length = day(year + 1, 9, 1) - day(year, 9, 1)
        plans, due = dict.fromkeys(self.overdue, 0), {}
        for row, _, _, n in self.r.people():
            plans[row[0]] += n
        for a in plans:
            self.part_due[a] += plans[a] * (last - first) / length
            due[a] = whole(self.part_due[a])
            self.part_due[a] -= due[a]
            self.overdue[a] = min(self.overdue[a], plans[a])
        late, on_time = self.done(self.can_review(first, last, length), due)
        for a in plans:
            self.overdue[a] = min(self.overdue[a] + due[a] - late[a] - on_time[a], plans[a])
            for name, n in (("due", due[a]), ("done", late[a] + on_time[a]), ("on_time", on_time[a]), ("overdue", self.overdue[a])):
                self.array("reviews_" + name)[step, a] = n

    def can_review(self, first, last, length):
        """Reviews that can be done in a step; without a limit where any of its days has none."""
        given = [self.pipeline.reviews.at(d) for d in range(first, last)]
        if None in given:
            return math.inf
        self.part_done += sum(self.r.draws.of(g) for g in given) / length
        can = whole(self.part_done)
        self.part_done -= can
        return can

    def done(self, can, due):
        """Of those overdue and of those that fell due, how many are done in each area."""
        n_late = min(can, sum(self.overdue.values()))
        n_due = min(can - n_late, sum(due.values()))
        return share_out(n_late, self.overdue), share_out(n_due, due)
