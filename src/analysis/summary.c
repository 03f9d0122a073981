/* SPDX-License-Identifier: MIT */
/*
 * Where the unmet are, sites and Januaries: sums over areas and phases within each replication, then spreads over replications.
 * Variables are read one part at a time and dropped, since a large run's do not fit in memory together.
 */
#include "place/summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "place/date.h"
#include "place/variance.h"
#include "summary_internal.h"

/* ---- what the parts share --------------------------------------------------------------------------------------- */

place_status place_summing_read(place_summing *s, place_variable_id variable) {
    if (!s->layout.kept[variable] || s->data[variable] != NULL) return PLACE_OK;
    return s->source->read(s->source->self, variable, s->layout.n_cells[variable], &s->data[variable], s->err);
}

void place_summing_drop(place_summing *s) {
    for (int v = 0; v < PLACE_N_VARIABLES; v++) {
        free(s->data[v]);
        s->data[v] = NULL;
    }
}

void *place_summing_array(place_summing *s, size_t n, size_t size) {
    void *array = place_arena_array(s->out->arena, n, size);
    if (array == NULL) place_error_set(s->err, PLACE_SYSTEM, NULL, 0, "out of memory");
    return array;
}

int32_t *place_summing_order(place_summing *s, place_axis_id axis, size_t n, const place_item *(*item)(const place_plan *, size_t)) {
    int32_t *order = place_summing_array(s, n, sizeof *order), *position = place_summing_array(s, n, sizeof *position);
    const int32_t *given = s->source->display != NULL ? s->source->display(s->source->self, axis, n) : NULL;
    if (order == NULL || position == NULL) return NULL;
    for (size_t i = 0; i < n; i++) { /* an axis is short: insertion will do */
        size_t k = i;
        position[i] = given != NULL ? given[i] : item(s->plan, i)->display;
        for (; k > 0 && position[order[k - 1]] > position[i]; k--) order[k] = order[k - 1];
        order[k] = (int32_t)i;
    }
    return order;
}

int32_t place_summing_september(const place_plan *plan, int32_t year) {
    for (size_t t = 0; t < plan->calendar.n_steps; t++)
        if (plan->calendar.september[t] && plan->calendar.year[t] == year) return (int32_t)t;
    return PLACE_NONE;
}

static const place_item *provision_item(const place_plan *plan, size_t i) { return &plan->provisions.items[i]; }
static const place_item *site_item(const place_plan *plan, size_t i) { return &plan->sites[i].item; }

/* Add a cell's values to a sum; the sum of what is missing is missing. */
static void add(double *sum, const double *values, size_t n) {
    for (size_t r = 0; r < n; r++) sum[r] += values[r];
}

static double *cleared(place_summing *s, int which) {
    memset(s->values[which], 0, s->n * sizeof *s->values[which]);
    return s->values[which];
}

/* ---- the unmet -------------------------------------------------------------------------------------------------- */

static double mean_of(const double *values, size_t n) {
    double sum = 0;
    for (size_t r = 0; r < n; r++) sum += values[r];
    return sum / (double)n;
}

static double mean_cause(place_summing *s, int32_t step, int32_t provision, int cause) {
    const place_plan *plan = s->plan;
    double sum = 0;
    for (size_t a = 0; a < plan->areas.n; a++)
        for (size_t p = 0; p < plan->phases.n; p++) {
            if (s->out->phase != PLACE_NONE && s->out->phase != (int32_t)p) continue;
            size_t cell = (((size_t)step * plan->areas.n + a) * plan->phases.n + p) * plan->provisions.n + (size_t)provision;
            sum += mean_of(place_summing_cell(s, PLACE_VAR_CAUSE_COUNT, cell * PLACE_N_CAUSES + (size_t)cause), s->n);
        }
    return sum;
}

/* Where they are is not kept by area: asked for one area, there is nothing to say. */
static place_status sum_unmet(place_summing *s) {
    const place_plan *plan = s->plan;
    place_summary *out = s->out;
    size_t n_provisions = plan->provisions.n;
    if (out->area != PLACE_NONE) return PLACE_OK;
    int32_t *order = place_summing_order(s, PLACE_AXIS_PROVISION, n_provisions, provision_item);
    place_summary_unmet *rows = place_summing_array(s, n_provisions * plan->calendar.n_years, sizeof *rows);
    place_status status = order != NULL && rows != NULL ? PLACE_OK : PLACE_SYSTEM;
    if (status == PLACE_OK) status = place_summing_read(s, PLACE_VAR_SEPTEMBER_WHERE);
    if (status == PLACE_OK) status = place_summing_read(s, PLACE_VAR_CAUSE_COUNT);
    if (status != PLACE_OK) return status;
    for (size_t i = 0; i < n_provisions; i++)
        for (int32_t y = 0; y < (int32_t)plan->calendar.n_years && plan->provision_kind[order[i]] == PLACE_LIMITED; y++) {
            int32_t step = place_summing_september(plan, y);
            if (step == PLACE_NONE) continue;
            place_summary_unmet *row = &rows[out->n_unmet];
            *row = (place_summary_unmet){ .year = y, .provision = order[i], .where = place_summing_array(s, n_provisions, sizeof *row->where) };
            if (row->where == NULL) return PLACE_SYSTEM;
            for (size_t p = 0; p < plan->phases.n; p++)
                for (size_t at = 0; at < n_provisions; at++) {
                    if (out->phase != PLACE_NONE && out->phase != (int32_t)p) continue;
                    size_t cell = (((size_t)y * plan->phases.n + p) * n_provisions + (size_t)order[i]) * n_provisions + at;
                    row->where[at] += mean_of(place_summing_cell(s, PLACE_VAR_SEPTEMBER_WHERE, cell), s->n);
                }
            for (size_t at = 0; at < n_provisions; at++) row->unmet += row->where[at];
            for (int c = 0; c < PLACE_N_CAUSES; c++) row->cause[c] = mean_cause(s, step, order[i], c);
            out->n_unmet++;
        }
    out->unmet = rows;
    return PLACE_OK;
}

/* ---- sites ------------------------------------------------------------------------------------------------------ */

static void sum_site(place_summing *s, place_summary_site *out, int32_t step) {
    size_t cell = (size_t)step * s->plan->n_sites + (size_t)out->site, n_over = 0;
    const double *roll = place_summing_cell(s, PLACE_VAR_SITE_ROLL, cell), *others = place_summing_cell(s, PLACE_VAR_SITE_OTHERS, cell);
    const double *places = place_summing_cell(s, PLACE_VAR_SITE_COMMISSIONED, cell);
    double *share = s->values[0];
    for (size_t r = 0; r < s->n; r++) {
        share[r] = places[r] > 0 ? (roll[r] + others[r]) / places[r] : (double)NAN;
        n_over += roll[r] + others[r] > places[r];
    }
    out->occupancy = place_summing_spread(s, share);
    out->over = place_chance_of(n_over, s->n);
    out->roll = place_summing_spread(s, roll);
    out->commissioned = place_summing_spread(s, places);
    out->spare = place_summing_spread(s, place_summing_cell(s, PLACE_VAR_SITE_SPARE, cell));
}

static place_status sum_sites(place_summing *s) {
    static const place_variable_id wanted[] = { PLACE_VAR_SITE_ROLL, PLACE_VAR_SITE_OTHERS, PLACE_VAR_SITE_COMMISSIONED, PLACE_VAR_SITE_SPARE };
    const place_plan *plan = s->plan;
    int32_t *order = place_summing_order(s, PLACE_AXIS_SITE, plan->n_sites, site_item);
    place_summary_site *rows = place_summing_array(s, plan->n_sites * plan->calendar.n_years, sizeof *rows);
    place_status status = order != NULL && rows != NULL ? PLACE_OK : PLACE_SYSTEM;
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0] && status == PLACE_OK; i++) status = place_summing_read(s, wanted[i]);
    if (status != PLACE_OK) return status;
    for (size_t i = 0; i < plan->n_sites; i++)
        for (int32_t y = 0; y < (int32_t)plan->calendar.n_years; y++) {
            int32_t step = place_summing_september(plan, y);
            if (step == PLACE_NONE) continue;
            rows[s->out->n_sites] = (place_summary_site){ .site = order[i], .year = y };
            sum_site(s, &rows[s->out->n_sites++], step);
        }
    s->out->sites = rows;
    return PLACE_OK;
}

/* ---- Januaries -------------------------------------------------------------------------------------------------- */

/* Add all cells of one step of a variable that is [step][area][phase][provision]. */
static void add_step(place_summing *s, double *sum, place_variable_id variable, size_t step) {
    size_t n_cells = s->plan->areas.n * s->plan->phases.n * s->plan->provisions.n;
    for (size_t c = 0; c < n_cells; c++) add(sum, place_summing_cell(s, variable, step * n_cells + c), s->n);
}

/* Totals a January: of a stock at the boundary, of flows in the steps since the January before. `missing` in the first part of a year. */
static void sum_januaries(place_summing *s, place_summary_january *rows, place_variable_id variable, bool is_flow) {
    const place_calendar *calendar = &s->plan->calendar;
    double *sum = cleared(s, 0);
    place_date start = place_day_date(calendar->start_day[0]);
    bool whole = start.month == 1 && start.day == 1;
    size_t k = whole; /* the opening stock is the first row, when it is a January's */
    for (size_t t = 0; t < calendar->n_steps; t++) {
        place_date close = place_day_date(calendar->start_day[t + 1]);
        bool january = close.month == 1 && close.day == 1;
        if (is_flow || january) add_step(s, sum, variable, t);
        if (!january) continue;
        place_spread spread = place_summing_spread(s, sum);
        if (variable == PLACE_VAR_STOCK) rows[k].plans = spread;
        else if (variable == PLACE_VAR_JOINED && whole) rows[k].joined = spread;
        else if (variable == PLACE_VAR_CEASED && whole) rows[k].ceased = spread;
        rows[k++].year = close.year;
        whole = true;
        sum = cleared(s, 0);
    }
}

static place_status sum_opening(place_summing *s, place_summary_january *row) {
    place_status status = place_summing_read(s, PLACE_VAR_OPENING_STOCK);
    if (status != PLACE_OK) return status;
    double *sum = cleared(s, 0);
    for (size_t c = 0; c < s->layout.n_cells[PLACE_VAR_OPENING_STOCK]; c++) add(sum, place_summing_cell(s, PLACE_VAR_OPENING_STOCK, c), s->n);
    row->plans = place_summing_spread(s, sum);
    row->year = place_day_date(s->plan->calendar.start_day[0]).year;
    return PLACE_OK;
}

static place_status sum_plans(place_summing *s) {
    static const place_variable_id wanted[] = { PLACE_VAR_STOCK, PLACE_VAR_JOINED, PLACE_VAR_CEASED };
    const place_calendar *calendar = &s->plan->calendar;
    place_summary_january *rows = place_summing_array(s, calendar->n_steps + 1, sizeof *rows);
    if (rows == NULL) return PLACE_SYSTEM;
    place_status status = PLACE_OK;
    place_spread none = place_spread_of(NULL, 0, s->sorted);
    for (size_t t = 0; t <= calendar->n_steps; t++) {
        place_date day = place_day_date(calendar->start_day[t]);
        rows[t].plans = rows[t].joined = rows[t].ceased = none;
        s->out->n_januaries += day.month == 1 && day.day == 1;
    }
    place_date start = place_day_date(calendar->start_day[0]);
    if (start.month == 1 && start.day == 1) status = sum_opening(s, &rows[0]);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0] && status == PLACE_OK; i++) {
        status = place_summing_read(s, wanted[i]);
        if (status == PLACE_OK) sum_januaries(s, rows, wanted[i], wanted[i] != PLACE_VAR_STOCK);
        place_summing_drop(s);
    }
    s->out->januaries = rows;
    return status;
}

/* ---- all of it -------------------------------------------------------------------------------------------------- */

static place_status sum_all(place_summing *s) {
    static place_status (*const parts[])(place_summing *) = { place_summing_design, place_summing_years, sum_unmet, place_summing_projects, place_summing_capital,
                                                           place_summing_money, sum_sites, sum_plans, place_summing_pipeline };
    place_status status = PLACE_OK;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && status == PLACE_OK; i++) {
        status = parts[i](s);
        place_summing_drop(s);
    }
    if (status == PLACE_OK) status = place_summing_read(s, PLACE_VAR_PROBABILITIES_HELD);
    if (status == PLACE_OK && s->data[PLACE_VAR_PROBABILITIES_HELD] != NULL)
        s->out->probabilities_held = mean_of(s->data[PLACE_VAR_PROBABILITIES_HELD], s->n);
    place_summing_drop(s);
    return status;
}

place_status place_summary_create(place_summary **out, const place_plan *plan, const place_summary_source *source, int32_t area,
                                  int32_t phase, place_reading reading, place_error *err) {
    place_arena *arena = place_arena_create();
    place_summary *summary = arena != NULL ? place_arena_array(arena, 1, sizeof *summary) : NULL;
    if (summary == NULL) {
        place_arena_free(arena);
        return place_error_set(err, PLACE_SYSTEM, NULL, 0, "out of memory");
    }
    *summary = (place_summary){ .arena = arena, .n_replications = source->n_replications, .area = area, .phase = phase, .reading = reading };
    place_summing s = { .plan = plan, .source = source, .out = summary, .n = (size_t)source->n_replications, .err = err };
    s.layout = place_layout_of(plan, 0);
    s.sorted = place_summing_array(&s, s.n, sizeof *s.sorted);
    place_status status = s.sorted != NULL ? PLACE_OK : PLACE_SYSTEM;
    for (int i = 0; i < 2 && status == PLACE_OK; i++)
        if ((s.values[i] = place_summing_array(&s, s.n, sizeof *s.values[i])) == NULL) status = PLACE_SYSTEM;
    if (status == PLACE_OK) status = sum_all(&s);
    place_regression_free(s.judged);
    if (status == PLACE_OK) *out = summary;
    else place_arena_free(arena);
    return status;
}

void place_summary_free(place_summary *summary) {
    if (summary != NULL) place_arena_free(summary->arena);
}
