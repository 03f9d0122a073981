/* SPDX-License-Identifier: MIT */
/*
 * The first simulated twelve months against what the scenario's rows say of them, worked out here by another way: expected new
 * plans, plans ceased among those there at the start, and where new plans are meant to go. It shows a scenario whose rows do not
 * do what their author meant; it is not a test of the program, and small differences have reasons that the notes name.
 */
#include <math.h>
#include <string.h>

#include "place/report.h"

typedef struct first_year {
    const place_plan *plan;
    const place_results *results;
    size_t n_steps;       /* of the first twelve months        */
    int64_t n;            /* replications                      */
    double *shares;       /* [n_targets + 1] room to work in   */
    double *by_provision; /* [n_provisions] new plans expected */
} first_year;

static double value_at(const place_table *table, size_t cell) {
    int32_t row = table->row == NULL ? PLACE_NONE : table->row[cell];
    return row == PLACE_NONE ? 0 : table->value[row].value;
}

/* A group of n shares from `first` on: a residual takes what is left, then all are divided by their sum. */
static void shares_at(const place_table *table, size_t first, size_t n, double *out) {
    double sum = 0;
    size_t residual = n;
    memset(out, 0, n * sizeof *out);
    for (size_t k = 0; k < n && table->row != NULL; k++) {
        int32_t row = table->row[first + k];
        if (row == PLACE_NONE) continue;
        if (table->flags[row] & PLACE_ROW_RESIDUAL) residual = k;
        else sum += out[k] = table->value[row].value;
    }
    if (residual < n) {
        out[residual] = fmax(0, 1 - sum);
        sum += out[residual];
    }
    for (size_t k = 0; k < n && sum > 0; k++) out[k] /= sum;
}

/* ---- what the rows say ------------------------------------------------------------------------------------------ */

static double population_of(const place_plan *plan, size_t year, size_t area, size_t ncy) {
    double dwellings = 0;
    for (size_t y = 0; y <= year; y++) dwellings += value_at(&plan->dwellings, y * plan->areas.n + area);
    return value_at(&plan->population, (year * plan->areas.n + area) * PLACE_N_NCY + ncy) + dwellings * value_at(&plan->pupil_yield, ncy);
}

static double expect_new_plans(first_year *f, size_t step) {
    const place_plan *plan = f->plan;
    const size_t year = (size_t)plan->calendar.year[step], n_targets = plan->targets.n;
    const double weight = plan->calendar.weight[plan->calendar.season[step]];
    double total = 0;
    for (size_t a = 0; a < plan->areas.n; a++)
        for (size_t d = 0; d < plan->needs.n; d++)
            for (size_t c = 0; c < PLACE_N_NCY; c++) {
                size_t cell = (a * plan->needs.n + d) * PLACE_N_NCY + c;
                double plans = weight * population_of(plan, year, a, c) * value_at(&plan->new_plans, cell);
                if (plan->pipeline.used) plans *= plan->pipeline.agree.value * plan->pipeline.issue.value; /* of requests */
                if (plans <= 0) continue;
                total += plans;
                shares_at(&plan->joiner_target, cell * n_targets, n_targets, f->shares);
                for (size_t g = 0; g < n_targets; g++) f->by_provision[plan->target_list[g][0]] += plans * f->shares[g];
            }
    return total;
}

/* Of n pupils alike at the start, those whose plan ceases within the year: they age, but make no move. */
static double expect_ceased(first_year *f, const place_stock_cell *at, double n) {
    const place_plan *plan = f->plan;
    const place_calendar *calendar = &plan->calendar;
    const size_t n_targets = plan->targets.n;
    double ceased = 0;
    size_t ncy = (size_t)at->ncy;
    for (size_t t = 0; t < f->n_steps; t++) {
        size_t row = ((size_t)at->area * plan->needs.n + (size_t)at->need) * PLACE_N_NCY;
        if (t > 0 && calendar->september[t] && calendar->ageing) {
            double p = value_at(&plan->cease_year_end, (row + ncy) * n_targets + (size_t)at->target);
            ceased += n * p;
            n *= 1 - p;
            if (++ncy == PLACE_N_NCY) return ceased;
            if (plan->crosses[ncy]) {
                shares_at(&plan->phase_transfer, ((row + ncy) * n_targets + (size_t)at->target) * (n_targets + 1), n_targets + 1, f->shares);
                ceased += n * f->shares[n_targets];
                n *= 1 - f->shares[n_targets];
            }
        }
        double p = value_at(&plan->cease, (row + ncy) * n_targets + (size_t)at->target);
        double now = p >= 1 ? 1 : 1 - pow(1 - p, calendar->weight[calendar->season[t]]);
        ceased += n * now;
        n *= 1 - now;
    }
    return ceased;
}

static double expect_all_ceased(first_year *f) {
    const place_plan *plan = f->plan;
    double ceased = 0;
    for (size_t i = 0; i < plan->n_stock_settings; i++) {
        const place_stock_setting *setting = &plan->stock_settings[i];
        for (size_t k = setting->first_cell; k < setting->first_cell + setting->n_cells; k++) {
            const place_stock_cell *cell = &plan->stock_cells[k];
            ceased += expect_ceased(f, cell, plan->stock_drawn ? setting->count * cell->share : cell->count);
        }
    }
    return ceased;
}

/* ---- what the simulation shows ---------------------------------------------------------------------------------- */

/* A variable's total over the first twelve months, all areas and phases. @param provision PLACE_NONE: all */
static double total_of(const first_year *f, place_variable_id variable, int32_t provision, int64_t replication) {
    const place_plan *plan = f->plan;
    double total = 0;
    for (size_t k = 0; k < f->n_steps * plan->areas.n * plan->phases.n; k++)
        for (size_t v = 0; v < plan->provisions.n; v++)
            if (provision == PLACE_NONE || provision == (int32_t)v)
                total += place_results_value(f->results, variable, k * plan->provisions.n + v, replication);
    return total;
}

static place_spread simulated(const first_year *f, place_variable_id variable, double *values, double *sorted) {
    for (int64_t r = 0; r < f->n; r++) values[r] = total_of(f, variable, PLACE_NONE, r);
    return place_spread_of(values, (size_t)f->n, sorted);
}

/* Mean factor of trend and good or bad year on new plans. */
static double factor_of(const first_year *f, size_t year) {
    double sum = 0;
    size_t cell = (size_t)PLACE_FLOW_NEW_PLANS * f->plan->calendar.n_years + year;
    for (int64_t r = 0; r < f->n; r++) sum += place_results_value(f->results, PLACE_VAR_YEAR_EFFECT, cell, r);
    return sum / (double)f->n;
}

/* ---- the tables ------------------------------------------------------------------------------------------------- */

static void add_row(place_tables *t, const char *key, const char *name, double rows, double with_trend, const place_spread *found) {
    char mean[32], error[48];
    place_report_mean(found->mean, found->error, 1, mean);
    snprintf(error, sizeof error, "%s \u00b1%.2g", mean, found->error);
    place_tables_row(t, PLACE_IN_ALL);
    place_tables_words(t, key, name);
    place_tables_number(t, rows, 1);
    place_tables_number(t, with_trend, 1);
    place_tables_value(t, found->mean, error);
    place_tables_number(t, found->error, 2);
}

static void add_flows(place_tables *t, first_year *f, double *values, double *sorted) {
    double rows = 0, with_trend = 0, ceased = expect_all_ceased(f);
    for (size_t s = 0; s < f->n_steps; s++) {
        double plans = expect_new_plans(f, s);
        rows += plans;
        with_trend += plans * factor_of(f, (size_t)f->plan->calendar.year[s]);
    }
    place_spread joined = simulated(f, PLACE_VAR_JOINED, values, sorted), left = simulated(f, PLACE_VAR_CEASED, values, sorted);
    place_tables_begin(t, "first-year", "FIRST YEAR CHECK");
    place_tables_note(t, "The first twelve months of %lld replications against what the rows say: population times rates for new plans; for plans "
                         "ceased, the pupils there at the start, growing older but not moving (new plans that cease are not in it). "
                         "Uncertain numbers are at their means in the rows, drawn in the simulation.", (long long)f->n);
    if (f->plan->n_changes + f->plan->n_caseloads > 0)
        place_tables_note(t, "Changes and interventions act in the simulation alone, so the two differ by what they do in the first year.");
    place_tables_column(t, "flow", "", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "rows", "by the\nrows", PLACE_IN_ALL);
    place_tables_column(t, "with_trend", "with trend\nand years", PLACE_IN_ALL);
    place_tables_column(t, "simulated_mean", "simulated,\nmean", PLACE_IN_ALL);
    place_tables_column(t, "simulated_error", "", PLACE_IN_DATA);
    add_row(t, "joined", "new plans", rows, with_trend, &joined);
    add_row(t, "ceased", "plans ceased", ceased, NAN, &left);
    if (f->plan->pipeline.used)
        place_tables_note(t, "New plans by the rows: requests times the chances of an assessment and of a plan. The simulated ones come weeks after "
                             "their requests, out of the cases open at the start too, and as the team can finish them.");
}

/* The simulated share of one provision among new plans: a ratio of totals, its error by the delta method. */
static place_chance share_of(const first_year *f, int32_t provision) {
    double of = 0, all = 0, squares = 0;
    for (int64_t r = 0; r < f->n; r++) {
        of += total_of(f, PLACE_VAR_JOINED, provision, r);
        all += total_of(f, PLACE_VAR_JOINED, PLACE_NONE, r);
    }
    if (!(all > 0)) return (place_chance){ NAN, NAN };
    double share = of / all;
    for (int64_t r = 0; r < f->n; r++) {
        double apart = total_of(f, PLACE_VAR_JOINED, provision, r) - share * total_of(f, PLACE_VAR_JOINED, PLACE_NONE, r);
        squares += apart * apart;
    }
    return (place_chance){ share, sqrt(squares) / all };
}

static void add_shares(place_tables *t, const first_year *f) {
    const place_plan *plan = f->plan;
    double total = 0;
    for (size_t v = 0; v < plan->provisions.n; v++) total += f->by_provision[v];
    if (!(total > 0)) return;
    place_tables_begin(t, "first-targets", "WHERE NEW PLANS ARE MEANT TO GO, FIRST YEAR");
    place_tables_note(t, "Overflow shares move pupils from where rows of basis \"placed\" saw them to what was wanted; whoever starts next September "
                         "has the target of the year then entered.");
    place_tables_column(t, "provision", "", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "rows", "by the\nrows, %", PLACE_IN_ALL);
    place_tables_column(t, "simulated", "simulated,\n%", PLACE_IN_ALL);
    place_tables_column(t, "simulated_error", "", PLACE_IN_DATA);
    for (size_t i = 0; i < plan->provisions.n; i++) {
        char rows[32], text[48];
        size_t v = 0;
        while (plan->provisions.items[v].display != (int32_t)i && v + 1 < plan->provisions.n) v++;
        place_chance found = share_of(f, (int32_t)v);
        if (f->by_provision[v] / total < 0.0005 && !(found.share >= 0.0005)) continue;
        snprintf(rows, sizeof rows, "%.1f", 100 * f->by_provision[v] / total);
        place_tables_row(t, PLACE_IN_ALL);
        place_tables_words(t, plan->provisions.items[v].id, plan->provisions.items[v].name);
        place_tables_value(t, f->by_provision[v] / total, rows);
        place_tables_value(t, found.share, place_report_chance(&found, text));
        place_tables_number(t, found.error, 4);
    }
}

void place_report_first_year(place_tables *tables, const place_plan *plan, const place_results *results) {
    place_arena *arena = place_arena_create();
    const size_t n_year = (size_t)plan->calendar.steps_per_year;
    first_year f = { .plan = plan, .results = results, .n = place_results_replications(results) };
    f.n_steps = plan->calendar.n_steps < n_year ? plan->calendar.n_steps : n_year;
    double *values = NULL, *sorted = NULL;
    if (arena != NULL) {
        f.shares = place_arena_array(arena, plan->targets.n + 1, sizeof *f.shares);
        f.by_provision = place_arena_array(arena, plan->provisions.n, sizeof *f.by_provision);
        values = place_arena_array(arena, (size_t)f.n, sizeof *values);
        sorted = place_arena_array(arena, (size_t)f.n, sizeof *sorted);
    }
    if (f.shares != NULL && f.by_provision != NULL && values != NULL && sorted != NULL) {
        add_flows(tables, &f, values, sorted);
        add_shares(tables, &f);
    } else
        place_tables_fail(tables);
    place_arena_free(arena);
}
