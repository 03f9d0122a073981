#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Planted bugs: each is put into a copy of the tree, built, and shown to the suites that ought to see it. Says of each whether it was
caught, and exits 1 when one was missed or no longer fits the source (its text has changed: mend the row).
usage: mutants.py [--only WORD...] [--first] [--list]    WORD: part of a name"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# Name, file, the text as it stands (once, or the first of several), what it becomes, suites in the order in which they are asked.
BUGS = [
    # places and who gets them
    ("capacity off by one", "src/model/state.h", "return pool->commissioned - pool->others - pool->roll;",
     "return pool->commissioned - pool->others - pool->roll + 1;", "model"),
    ("a roll's free places count others' places too", "src/model/sites.c", "- s->pools[pool].others - s->pools[pool].roll;",
     "- s->pools[pool].roll;", "model conservation"),
    ("a cut below the roll forgets what is owed", "src/model/sites.c", "pool->commissioned_owed += by;",
     "pool->commissioned_owed = pool->commissioned_owed + by > 0 ? pool->commissioned_owed + by : 0;", "model"),
    ("a closing site's waiting list is lost", "src/model/sites.c",
     "place_cohort_wait(s, cell, setting, (place_class)c.class_, c.wait, (place_mark)c.mark, left);", "(void)left;", "model conservation"),
    ("those who wait at a closing site wait anew", "src/model/sites.c",
     "place_cohort_wait(s, cell, setting, (place_class)c.class_, c.wait, (place_mark)c.mark, left);",
     "place_begin_seeking(s, cell, setting, PLACE_PLACE_LOST, 0, left);", "model conservation"),
    ("closing comes before opening", "src/model/sites.c", "(event->kind == PLACE_EVENT_CLOSE) != closing",
     "(event->kind == PLACE_EVENT_CLOSE) == closing", "model"),
    ("a withdrawn allotment takes pupils again", "src/model/sites.c", "site->intake = site->open && !site->withdrawn;",
     "site->intake = site->open;", "model"),
    ("one placed elsewhere is booked in the own area", "src/model/placing.c", "area == seeker->cell.area ? LEDGER_PLACED_OWN : LEDGER_PLACED_OTHER",
     "LEDGER_PLACED_OWN", "model conservation metamorphic"),
    # the year
    ("pupils leave before they age", "src/model/replication.c",
     "            place_leave_year_end(r);\n            place_transfer_round(r);\n",
     "            place_transfer_round(r);\n            place_leave_year_end(r);\n", "model"),
    ("pupils age in the first step", "src/model/replication.c", "return r->transfer_round && r->step > 0;", "return r->transfer_round;", "model plan"),
    ("the last year group stays", "src/model/transfer.c", "n_moved = PLACE_N_NCY - 1;", "n_moved = PLACE_N_NCY - 2;", "model conservation"),
    ("whoever crosses draws from the year below", "src/model/transfer.c", "(row->row * g_n + (size_t)from[i]) * (g_n + 1)",
     "((row->row - 1) * g_n + (size_t)from[i]) * (g_n + 1)", "model"),
    ("joiners for September draw the target of this year", "src/model/demand.c", "size_t named_for = row->row + (forward ? 1 : 0);",
     "size_t named_for = row->row;", "model closed-forms"),
    ("nobody is placed in the September round", "src/model/replication.c", "            place_places(r, true);\n", "", "model"),
    # rates and draws
    ("hazard without the season's weight", "src/model/replication.c", "r->weight = calendar->weight[calendar->season[r->step]];",
     "r->weight = 1.0 / calendar->steps_per_year;", "model closed-forms"),
    ("hazard 1 - p for log(1 - p)", "src/model/rates.c", "return p <= 0 ? 0 : -place_log1p(-p);", "return p <= 0 ? 0 : p;", "closed-forms"),
    ("a factor multiplies a probability, not its odds", "src/model/rates.c", "p * factor / (1 - p + p * factor)", "p * factor", "model closed-forms"),
    ("a year's effect without its mean correction", "src/model/draws.c", "+ y] += x[f] - sigma * sigma / 2;", "+ y] += x[f];",
     "model closed-forms"),
    ("the stationary spread without 1 - phi squared", "src/model/draws.c", ": phi * x[f] + sigma * sqrt(1 - phi * phi) * e;",
     ": phi * x[f] + sigma * e;", "model closed-forms"),
    ("a stream used for two flows", "src/model/draws.c", "(uint32_t)flow + 1);", "1);", "model closed-forms metamorphic"),
    ("leaving and moving share their lots", "src/model/demand.c", "PLACE_FAMILY_CHANCE, DRAW_MOVE, (uint32_t)r->step)",
     "PLACE_FAMILY_CHANCE, DRAW_LEAVE, (uint32_t)r->step)", "closed-forms"),
    ("year groups share a stream", "src/model/demand.c", "place_stream stream = place_stream_jumped(&base, (unsigned)ncy);",
     "place_stream stream = base;", "model closed-forms"),
    ("correlated inputs without the last factor", "src/model/draws.c", "for (size_t k = 0; k <= i; k++) z +=", "for (size_t k = 0; k < i; k++) z +=",
     "model closed-forms"),
    ("who declined is asked again in the step", "src/model/placing.c", ".remaining = c->mark == MARK_DECLINED ? 0 : c->count,", ".remaining = c->count,",
     "model laws"),
    ("a rate of diversion without the season's weight", "src/model/unplaced.c", "fresh ? hazards[0] : hazards[1] * r->weight", "fresh ? hazards[0] : hazards[1]",
     "laws model"),
    ("waits stand still", "src/model/placing.c", "1u << MARK_NEW | 1u << MARK_DECLINED, 1, r->plan->wait_cap", "1u << MARK_NEW | 1u << MARK_DECLINED, 0, r->plan->wait_cap",
     "identities model"),
    # projects
    ("the September before", "src/model/delivery.c", "return september >= day ? september : place_day(date.year + 1, 9, 1);",
     "return september;", "model plan closed-forms"),
    ("a duration's uplift twice", "src/model/delivery.c", "* activity->unit * uplift;", "* activity->unit * uplift * uplift;", "model closed-forms"),
    ("a cost's uplift twice", "src/model/delivery.c", "* (1 + uplift_of(draws, p, &p->uplift_cost));",
     "* (1 + uplift_of(draws, p, &p->uplift_cost)) * (1 + uplift_of(draws, p, &p->uplift_cost));", "money closed-forms"),
    ("a finish rounded down to the day", "src/model/delivery.c", "(int32_t)ceil(days - 1e-9)", "(int32_t)floor(days)", "model closed-forms"),
    ("an activity waits for its first predecessor alone", "src/model/delivery.c", "for (size_t k = 0; k < activity->n_before; k++)",
     "for (size_t k = 0; k < activity->n_before && k < 1; k++)", "model closed-forms"),
    ("a meeting on the day is missed", "src/model/delivery.c", "gate->days[*from] < day", "gate->days[*from] <= day", "model closed-forms"),
    ("a cancelled project opens", "src/model/delivery.c", "int32_t opening = stopped == PLACE_NEVER ?", "int32_t opening = true ?", "model closed-forms"),
    ("money is spent after a project stops", "src/model/delivery.c", "year_end < stop ? year_end : stop", "year_end", "model closed-forms"),
    ("what never runs is paid for once", "src/model/money.c", "if (starts >= ends /* stopped before it began */ || starts < run_start", "if (starts < run_start", "money"),
    ("what takes no days is spent the day before", "src/model/delivery.c", "    if (day <= start) return 0;\n    if (day >= finish) return total;\n",
     "    if (day >= finish) return total;\n    if (day <= start) return 0;\n", "money"),
    ("a review that falls due twice is overdue twice", "src/model/pipeline.c",
     "        if (c->overdue[a] > plans) c->overdue[a] = (int32_t)plans; /* one that falls due again before it was done is one */\n", "", "pipeline"),
    # chance
    ("seeds as they come, without hashing", "src/random/key.c", "    return mixed ^ mixed >> 16;", "    return mixed;", "random"),
    ("a Poisson that counts one too many", "src/random/stream.c", "int64_t k = 0;\n        for (; product > limit; k++)",
     "int64_t k = 1;\n        for (; product > limit; k++)", "random"),
    ("a binomial's squeeze too wide", "src/random/stream.c", ".squeeze = 0.92 - 4.2 / b", ".squeeze = 0.99", "random"),
    ("a biased whole number", "src/random/stream.c", "(uint64_t)product < biased;", "false;", "random"),
    # scenarios
    ("an interval of 80 % read as one of 60 %", "src/scenario/number.c", "0.5 + sure / 2)", "sure)", "number"),
    ("shares may sum to a millionth more", "src/scenario/flows.c", "fabs(g.sum - 1) <= 1e-9", "fabs(g.sum - 1) <= 1e-5", "scenario"),
    ("a circle of `extends` is followed", "src/scenario/document.c", "strcmp(parts[k].beside.real, found->real) != 0", "true", "document"),
    ("document types are read", "src/scenario/guard.c", 'if (begins_word(s->at, (size_t)(s->end - s->at), "<!DOCTYPE"))\n        return refuse',
     "if (false)\n        return refuse", "document"),
    ("a 29 February that is none", "src/base/date.c", "if (back.month != month || back.day != d) return false;", "", "base scenario"),
    ("the more general row wins", "src/scenario/table.c", "return x->n_cells > y->n_cells ? -1 : 1;", "return x->n_cells > y->n_cells ? 1 : -1;",
     "plan scenario"),
    # what others named
    ("text between elements is lost in a merge", "src/scenario/merge.c", "    if (stray != NULL)\n", "    if (false)\n", "hostile"),
    ("names may steer a terminal", "src/base/text.c", "if (at[0] == 0xC2u && at[1] >= 0x80u && at[1] < 0xA0u) return 2;", "", "base hostile"),
    ("a pipe is waited for", "src/scenario/guard.c", "O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY", "O_RDONLY | O_CLOEXEC", "document hostile"),
    ("each row's words are kept to the end", "src/scenario/read.c", "    place_arena_reset(b->brief);\n", "", "hostile"),
    ("a verified figure is never wrong", "src/analysis/closed_forms.c", "<= results[i].limit;", ">= 0;", "verify"),
    # run files
    ("a block that cannot be read just now is thrown away", "src/result/writer.c", "bool damaged = status == PLACE_NO;",
     "bool damaged = status != PLACE_OK;", "disks"),
    ("an ignored signal is caught", "src/cli/command_run.c", " && before.sa_handler != SIG_IGN) sigaction(stops[i]", ") sigaction(stops[i]", "child"),
    # answers
    ("a percentile one rank too high", "src/analysis/spread.c", "(size_t)rank - 1;", "(size_t)rank;", "summary"),
    ("a standard error without the root", "src/analysis/spread.c", "s.error = s.sd / sqrt((double)n_finite);", "s.error = s.sd / (double)n_finite;",
     "summary"),
    ("short by more than, not at least", "src/analysis/summary_years.c", "held += values[i] >= least;", "held += values[i] > least;", "summary"),
    ("occupancy without the places of others", "src/analysis/summary.c", "(roll[r] + others[r]) / places[r]", "roll[r] / places[r]", "summary"),
]

def place(tree, bug):
    """Put the bug into the tree. The file and its text before; None when the text is not there."""
    _, file, before, after, _ = bug
    path = tree / file
    text = path.read_text() if path.exists() else ""
    if before not in text:
        return None
    path.write_text(text.replace(before, after, 1))
    return path, text


def run(command, tree, seconds):
    """Exit code of a command, 124 when it takes too long."""
    try:
        return subprocess.run(command, cwd=tree, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=seconds).returncode
    except subprocess.TimeoutExpired:
        return 124


def build(tree):
    helpers = [f"build/tests/{path.stem}" for path in tree.glob("tests/*.cpp")] + [f"build/tests/{path.stem}.so" for path in tree.glob("tests/preload/*.c")]
    return run(["make", "-j2", "CFLAGS=-O1", "EXTRA=-w", "all", "build/tests/run", "build/tests/placesim-short", *helpers], tree, 1200)


def prove(tree, suite, proven):
    """A suite that fails on the tree as it is says nothing of a bug. The tree is built as it is."""
    if suite not in proven and run(["build/tests/run", suite], tree, 1800) != 0:
        sys.exit(f"mutants: the suite {suite} fails without any planted bug")
    proven.add(suite)


def judge(tree, bug, proven):
    """"caught by SUITE", "missed", or why nothing can be said."""
    for suite in bug[4].split():
        if suite not in proven:
            build(tree)
            prove(tree, suite, proven)
        placed = place(tree, bug)
        if placed is None:
            return "its text is no longer there"
        path, text = placed
        try:
            if build(tree) != 0:
                return "does not build"
            if run(["build/tests/run", suite], tree, 600) != 0:
                return f"caught by {suite}"
        finally:
            path.write_text(text)
    return "missed"


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--only", nargs="+", default=[""])
    options.add_argument("--list", action="store_true")
    options.add_argument("--first", action="store_true", help="ask the first suite of each alone, which is the quickest")
    asked = options.parse_args()
    bugs = [b for b in BUGS if any(word in b[0] for word in asked.only)]
    if asked.first:
        bugs = [(*b[:4], b[4].split()[0]) for b in bugs]
    if asked.list:
        print("\n".join(b[0] for b in bugs))
        return 0
    top = Path(__file__).resolve().parent.parent
    n_caught, started = 0, time.monotonic()
    with tempfile.TemporaryDirectory(prefix="placesim-mutants-") as folder:
        tree = Path(folder)
        for name in ("include", "scenarios", "src", "tests", "tools"):
            shutil.copytree(top / name, tree / name)
        for name in ("Makefile", "VERSION"):
            shutil.copy2(top / name, tree)
        os.environ.pop("MAKEFLAGS", None)  # of the make that runs this
        if build(tree) != 0:
            sys.exit("mutants: the tree does not build as it is")
        proven = set()
        for suite in dict.fromkeys(b[4].split()[0] for b in bugs):
            prove(tree, suite, proven)
        for bug in bugs:
            verdict = judge(tree, bug, proven)
            n_caught += verdict.startswith("caught")
            print(f"{verdict:32} {bug[0]}", flush=True)
    print(f"{n_caught} of {len(bugs)} caught, {time.monotonic() - started:.0f} s")
    return 0 if n_caught == len(bugs) else 1


sys.exit(main())
