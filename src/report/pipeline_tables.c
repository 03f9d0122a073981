/* SPDX-License-Identifier: MIT */
/* From request to plan: what a scenario says of it, in words, and what came of it in a run. */
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "place/date.h"
#include "place/report.h"
#include "plan_tables.h"
#include "summary_tables.h"

/* ---- the scenario ----------------------------------------------------------------------------------------------- */

static double quantile_of(const place_plan *plan, place_number number, double p) {
    return number.input == PLACE_NONE ? number.value : place_distribution_quantile(&plan->inputs[number.input].distribution, p);
}

/* "65 %", or "65 % (P10-P90 58-72)". */
static const char *chance_text(const place_plan *plan, place_number chance, char out[64]) {
    if (chance.input == PLACE_NONE) snprintf(out, 64, "%.3g %%", 100 * chance.value);
    else
        snprintf(out, 64, "%.3g %% (P10-P90 %.3g-%.3g)", 100 * chance.value, 100 * quantile_of(plan, chance, 0.1),
                 100 * quantile_of(plan, chance, 0.9));
    return out;
}

static const char *delay_text(const place_distribution *delay, char out[96]) {
    if (delay->kind == PLACE_FIXED) snprintf(out, 96, "%.3g weeks later", delay->a[0]);
    else
        snprintf(out, 96, "%.2g weeks later on average (P10-P90 of cases %.2g-%.2g)", place_distribution_mean(delay),
                 place_distribution_quantile(delay, 0.1), place_distribution_quantile(delay, 0.9));
    return out;
}

/* Requests in the first academic year by the rows, uncertain numbers at their means, before any trend. */
static double requests_of_first_year(const place_plan *plan) {
    double total = 0;
    if (plan->new_plans.row == NULL || plan->population.row == NULL) return 0;
    for (size_t a = 0; a < plan->areas.n; a++)
        for (size_t d = 0; d < plan->needs.n; d++)
            for (size_t c = 0; c < PLACE_N_NCY; c++) {
                int32_t rate = plan->new_plans.row[(a * plan->needs.n + d) * PLACE_N_NCY + c], pupils = plan->population.row[a * PLACE_N_NCY + c];
                if (rate != PLACE_NONE && pupils != PLACE_NONE) total += plan->new_plans.value[rate].value * plan->population.value[pupils].value;
            }
    return total;
}

static void say_backlog(place_tables *t, const place_plan *plan, const place_backlog *backlog) {
    char needs[400] = "", ncys[48] = "";
    size_t n_needs = 0;
    int first = -1, last = -1;
    for (size_t d = 0; d < plan->needs.n; d++) {
        size_t used = strlen(needs);
        if ((backlog->need_mask >> d & 1u) == 0 || used + 1 >= sizeof needs) continue;
        snprintf(needs + used, sizeof needs - used, "%s%s", n_needs++ > 0 ? "; " : "", plan->needs.items[d].name);
    }
    for (int c = 0; c < PLACE_N_NCY; c++)
        if (backlog->ncy_mask >> c & 1u) {
            if (first < 0) first = c;
            last = c;
        }
    if (first > 0 || last < PLACE_N_NCY - 1) snprintf(ncys, sizeof ncys, ", year groups %d to %d", first + PLACE_NCY_FIRST, last + PLACE_NCY_FIRST);
    place_tables_note(t, "Open at the start: %.3g cases, asked for %d to %d weeks before%s%s%s%s%s.", backlog->count.value, backlog->weeks[0],
                      backlog->weeks[backlog->n_weeks - 1], backlog->area != PLACE_NONE ? ", " : "",
                      backlog->area != PLACE_NONE ? plan->areas.items[backlog->area].name : "", ncys, n_needs < plan->needs.n ? ", " : "",
                      n_needs < plan->needs.n ? needs : "");
}

static void add_capacity(place_tables *t, const place_plan *plan, const char *what, const place_capacity *row, int decimals) {
    int32_t day = row->day > plan->calendar.start_day[0] ? row->day : plan->calendar.start_day[0];
    char eye[24], iso[24];
    place_tables_row(t, PLACE_IN_ALL);
    place_tables_text(t, what);
    place_tables_words(t, place_report_iso(day, iso), place_report_day(day, eye));
    if (row->limited) place_tables_number(t, row->amount.value, decimals);
    else place_tables_value(t, (double)NAN, "no limit");
    place_tables_number(t, row->limited ? quantile_of(plan, row->amount, 0.1) : (double)NAN, decimals);
    place_tables_number(t, row->limited ? quantile_of(plan, row->amount, 0.9) : (double)NAN, decimals);
}

static void add_capacities(place_tables *t, const place_plan *plan, const char *what, const place_capacity *rows, size_t n, int decimals) {
    if (n > 0 && rows[0].day > plan->calendar.start_day[0])
        add_capacity(t, plan, what, &(place_capacity){ .day = INT32_MIN }, decimals);
    for (size_t i = 0; i < n; i++) add_capacity(t, plan, what, &rows[i], decimals);
}

void place_report_plan_pipeline(place_tables *t, const place_plan *plan) {
    const place_pipeline *pipeline = &plan->pipeline;
    char agree[64], issue[64], delay[96];
    double requests = requests_of_first_year(plan), plans = requests * pipeline->agree.value * pipeline->issue.value;
    if (!pipeline->used) return;
    place_tables_begin(t, "pipeline", "FROM REQUEST TO PLAN");
    place_tables_note(t, "A request is decided on after %d weeks: an assessment is agreed for %s. It ends after %d weeks, in a plan for %s, which is "
                         "ready %s; it is due %d weeks after the request.", pipeline->decision_weeks, chance_text(plan, pipeline->agree, agree),
                      pipeline->notice_weeks, chance_text(plan, pipeline->issue, issue), delay_text(&pipeline->delay, delay), pipeline->due_weeks);
    if (requests > 0)
        place_tables_note(t, "By the rows about %.3g requests in the first academic year, before any trend, so %.3g plans, %.2g a week.", requests,
                          plans, plans * PLACE_DAYS_PER_WEEK / PLACE_DAYS_PER_YEAR);
    for (size_t i = 0; i < pipeline->n_backlogs; i++) say_backlog(t, plan, &pipeline->backlogs[i]);
    if (pipeline->n_throughputs == 0) place_tables_note(t, "There is no limit to the plans that the team can finish.");
    else place_tables_note(t, "The team finishes at most so many plans a week, oldest requests first; the rest wait.");
    if (pipeline->n_reviews == 0) place_tables_note(t, "Each plan is reviewed once a year, and on time.");
    else place_tables_note(t, "Each plan is due for a review once a year; so many a year can be done, overdue ones first.");
    if (pipeline->n_throughputs + pipeline->n_reviews == 0) return;
    place_tables_column(t, "what", "", PLACE_IN_ALL | PLACE_GROUP);
    place_tables_column(t, "starts", "from", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "mean", "mean", PLACE_IN_ALL);
    place_tables_column(t, "p10", "P10", PLACE_IN_ALL);
    place_tables_column(t, "p90", "P90", PLACE_IN_ALL);
    add_capacities(t, plan, "plans a week", pipeline->throughputs, pipeline->n_throughputs, 2);
    add_capacities(t, plan, "reviews a year", pipeline->reviews, pipeline->n_reviews, 0);
}

/* ---- the run ---------------------------------------------------------------------------------------------------- */

/* Years of which the run has a part, below the table. */
static void say_parts(place_tables *t, const place_summary *s) {
    for (size_t i = 0; i < s->n_pipeline; i++) {
        const place_summary_pipeline *row = &s->pipeline[i];
        char from[24], to[24];
        if (row->end_day - row->first_day >= place_day(row->year + 1, 1, 1) - place_day(row->year, 1, 1)) continue;
        place_tables_note(t, "%d: %s to %s alone.", row->year, place_report_day(row->first_day, from), place_report_day(row->end_day - 1, to));
    }
}

static void share_eye(place_tables *t, const place_spread *share) {
    char mean[32], text[80];
    if (share->n == 0) {
        place_tables_nothing(t);
        return;
    }
    place_report_mean(100 * share->mean, 100 * share->error, 0, mean);
    if (share->p10 == share->p90) snprintf(text, sizeof text, "%s", mean);
    else snprintf(text, sizeof text, "%s (%.0f-%.0f)", mean, 100 * share->p10, 100 * share->p90);
    place_tables_text(t, text);
}

typedef struct pipeline_column {
    const char *key, *heading;
    size_t offset;
    enum { WITH_SPREAD, MEAN_ALONE, PER_CENT } eye;
} pipeline_column;
#define COLUMN(key, heading, member, eye) { key, heading, offsetof(place_summary_pipeline, member), eye }

static void add_columns(place_tables *t, const place_summary *s, const pipeline_column *columns, size_t n) {
    place_tables_column(t, "", "", PLACE_IN_TEXT | PLACE_LEFT);
    place_tables_column(t, "year", "", PLACE_IN_DATA);
    place_tables_column(t, "from", "", PLACE_IN_DATA);
    place_tables_column(t, "to", "", PLACE_IN_DATA);
    for (size_t c = 0; c < n; c++) {
        place_tables_column(t, "", columns[c].heading, PLACE_IN_TEXT);
        spread_columns(t, columns[c].key);
    }
    for (size_t i = 0; i < s->n_pipeline; i++) {
        const place_summary_pipeline *row = &s->pipeline[i];
        char text[32], iso[24];
        place_tables_row(t, PLACE_IN_ALL);
        snprintf(text, sizeof text, "%d", row->year);
        place_tables_text(t, text);
        place_tables_number(t, row->year, 0);
        place_tables_text(t, place_report_iso(row->first_day, iso));
        place_tables_text(t, place_report_iso(row->end_day - 1, iso));
        for (size_t c = 0; c < n; c++) {
            const place_spread *spread = (const place_spread *)(const void *)((const char *)row + columns[c].offset);
            char eye[80], mean[32];
            if (columns[c].eye == PER_CENT) share_eye(t, spread);
            else if (columns[c].eye == MEAN_ALONE) place_tables_text(t, place_report_mean(spread->mean, spread->error, 1, mean));
            else place_tables_text(t, place_report_spread(spread, 1, eye));
            spread_cells(t, spread);
        }
    }
    say_parts(t, s);
}

void place_report_pipeline(place_tables *t, const place_plan *plan, const place_summary *s) {
    static const pipeline_column cases[] = {
        COLUMN("requests", "requests", requests, WITH_SPREAD),
        COLUMN("refused", "refused", refused, MEAN_ALONE),
        COLUMN("no_plan", "no plan", no_plan, MEAN_ALONE),
        COLUMN("issued", "plans\nissued", issued, WITH_SPREAD),
        COLUMN("in_time", "in time,\n%", in_time, PER_CENT),
        COLUMN("undecided", "undecided", undecided, MEAN_ALONE),
        COLUMN("in_assessment", "in\nassessment", in_assessment, WITH_SPREAD),
        COLUMN("queue", "of these,\nwaiting", queue, WITH_SPREAD),
    };
    static const pipeline_column reviews[] = {
        COLUMN("due", "due", reviews_due, WITH_SPREAD),
        COLUMN("done", "done", reviews_done, WITH_SPREAD),
        COLUMN("in_time", "in time,\n%", reviews_in_time, PER_CENT),
        COLUMN("overdue", "overdue at\nthe close", reviews_overdue, WITH_SPREAD),
    };
    if (s->n_pipeline == 0) return;
    place_tables_begin(t, "requests", "FROM REQUEST TO PLAN");
    place_tables_note(t, "By calendar year, a step counting to the year in which it starts: means, and P10-P90. In time: of the plans issued, within %d "
                         "weeks of the request. Undecided and in assessment: as the year closes; waiting: plans that are ready and wait for the team.",
                      plan->pipeline.due_weeks);
    add_columns(t, s, cases, sizeof cases / sizeof cases[0]);
    place_tables_begin(t, "reviews", "ANNUAL REVIEWS");
    place_tables_note(t, "By calendar year, likewise. In time: of those that fall due, done within the step in which they do.");
    add_columns(t, s, reviews, sizeof reviews / sizeof reviews[0]);
}
