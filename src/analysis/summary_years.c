/* SPDX-License-Identifier: MIT */
/*
 * The headline of each academic year at the reading asked for. A year is read at one moment or several: the September count, or
 * closes of steps. Everything is worked out at each moment in each replication (demand less places, say, before the worst of it is
 * taken), then made one figure of the year, then spread over replications.
 */
#include <math.h>
#include <string.h>

#include "place/date.h"
#include "summary_internal.h"

const int place_short_by[PLACE_N_SHORT] = { 1, 10, 25 };
const double place_enough_share[PLACE_N_ENOUGH] = { 0.5, 0.8, 0.9, 0.95 };
const char *const place_reading_names[PLACE_N_READINGS] = { "september", "january", "mean", "any" };

enum { DEMAND, AVAILABLE, UNMET, SPARE, LACKING, SHORTFALL, MISPLACED, N_FIGURES };

/* The September count of year `at`, or the close of step `at`. Weights are whole, so that a figure that is the same at every moment
 * is exactly that in the mean. */
typedef struct moment {
    bool september;
    int32_t at, weight;
} moment;

typedef struct reading {
    place_summing *s;
    place_reading kind;
    moment *moments; /* [n] of the year in hand */
    size_t n;
    bool interpolated, spare; /* spare: the scenario's test asks for spare places */
    double *now[N_FIGURES], *year[N_FIGURES], *area_sum; /* [replications] */
    bool *enough;                                        /* [replications] */
} reading;

/* ---- the moments of a year -------------------------------------------------------------------------------------- */

static void add_moment(reading *r, bool september, int32_t at, int32_t weight) {
    r->moments[r->n++] = (moment){ .september = september, .at = at, .weight = weight };
}

/* 1 January: a close, or between two. Before the first close nothing is counted but the stock. */
static void find_january(reading *r, int32_t year) {
    const place_calendar *calendar = &r->s->plan->calendar;
    const int32_t day = place_day(calendar->first_year + year + 1, 1, 1);
    for (size_t t = 0; t < calendar->n_steps; t++) {
        int32_t start = calendar->start_day[t], close = calendar->start_day[t + 1];
        if (close == day) add_moment(r, false, (int32_t)t, 1);
        if (start >= day || close <= day || t == 0) continue;
        add_moment(r, false, (int32_t)t - 1, close - day);
        add_moment(r, false, (int32_t)t, day - start);
        r->interpolated = true;
    }
}

static void find_closes(reading *r, int32_t year) {
    const place_calendar *calendar = &r->s->plan->calendar;
    for (size_t t = 0; t < calendar->n_steps; t++)
        if (calendar->year[t] == year && r->n < (size_t)calendar->steps_per_year) add_moment(r, false, (int32_t)t, 1);
    if (r->n != (size_t)calendar->steps_per_year) r->n = 0; /* part of a year is not the year */
}

static void find_moments(reading *r, int32_t year) {
    r->n = 0;
    r->interpolated = false;
    switch (r->kind) {
    case PLACE_READING_SEPTEMBER:
        if (place_summing_september(r->s->plan, year) != PLACE_NONE) add_moment(r, true, year, 1);
        break;
    case PLACE_READING_JANUARY: find_january(r, year); break;
    case PLACE_READING_MEAN: find_closes(r, year); break;
    case PLACE_READING_ANY:
        find_closes(r, year);
        if (r->n > 0 && place_summing_september(r->s->plan, year) != PLACE_NONE) add_moment(r, true, year, 1);
        break;
    case PLACE_N_READINGS: break;
    }
}

/* ---- figures at a moment ---------------------------------------------------------------------------------------- */

/* The sum of a variable [year or step][area][phase][provision], or without area, over the areas and phases meant. */
static void sum_cells(const place_summing *s, place_variable_id variable, int32_t at, int32_t area, int32_t phase, int32_t provision, double *sum) {
    const place_plan *plan = s->plan;
    bool by_area = place_catalogue[variable].n_axes == 4;
    size_t n_areas = by_area ? plan->areas.n : 1, n_phases = plan->phases.n, n_provisions = plan->provisions.n;
    memset(sum, 0, s->n * sizeof *sum);
    for (size_t a = 0; a < n_areas; a++)
        for (size_t p = 0; p < n_phases; p++) {
            if ((by_area && area != PLACE_NONE && area != (int32_t)a) || (phase != PLACE_NONE && phase != (int32_t)p)) continue;
            const double *values = place_summing_cell(s, variable, (((size_t)at * n_areas + a) * n_phases + p) * n_provisions + (size_t)provision);
            for (size_t r = 0; r < s->n; r++) sum[r] += values[r];
        }
}

/* Free places at a close are kept by site, whose provision and area events with a date alone may change. */
static void sum_spare_sites(const place_summing *s, int32_t step, int32_t area, int32_t provision, double *sum) {
    const place_plan *plan = s->plan;
    memset(sum, 0, s->n * sizeof *sum);
    for (size_t i = 0; i < plan->n_sites; i++) {
        int32_t own_area = plan->sites[i].area, own_provision = plan->sites[i].provision;
        for (size_t e = 0; e < plan->n_events; e++) {
            const place_event *event = &plan->events[e];
            if (event->site != (int32_t)i || event->project != PLACE_NONE || event->day > plan->calendar.start_day[step]) continue;
            if (event->area != PLACE_NONE) own_area = event->area;
            if (event->provision != PLACE_NONE) own_provision = event->provision;
        }
        if (own_provision != provision || (area != PLACE_NONE && own_area != area)) continue;
        const double *spare = place_summing_cell(s, PLACE_VAR_SITE_SPARE, (size_t)step * plan->n_sites + i);
        for (size_t r = 0; r < s->n; r++) sum[r] += spare[r];
    }
}

static void read_moment(reading *r, const moment *m, const place_summary_year *row, int32_t area) {
    const place_summing *s = r->s;
    const size_t n = s->n;
    double **now = r->now;
    sum_cells(s, m->september ? PLACE_VAR_SEPTEMBER_DEMAND : PLACE_VAR_DEMAND, m->at, area, row->phase, row->provision, now[DEMAND]);
    sum_cells(s, m->september ? PLACE_VAR_SEPTEMBER_AVAILABLE : PLACE_VAR_AVAILABLE, m->at, area, row->phase, row->provision, now[AVAILABLE]);
    sum_cells(s, m->september ? PLACE_VAR_SEPTEMBER_UNMET : PLACE_VAR_UNMET, m->at, area, row->phase, row->provision, now[UNMET]);
    sum_cells(s, m->september ? PLACE_VAR_SEPTEMBER_SHORTFALL : PLACE_VAR_SHORTFALL, m->at, area, row->phase, row->provision, now[SHORTFALL]);
    if (r->spare && m->september) sum_cells(s, PLACE_VAR_SEPTEMBER_FREE, m->at, area, row->phase, row->provision, now[SPARE]);
    else if (r->spare) sum_spare_sites(s, m->at, area, row->provision, now[SPARE]);
    for (size_t i = 0; i < n; i++) now[LACKING][i] = now[DEMAND][i] - now[AVAILABLE][i];
    if (area != PLACE_NONE) return;
    memcpy(r->area_sum, now[SHORTFALL], n * sizeof *r->area_sum);
    sum_cells(s, m->september ? PLACE_VAR_SEPTEMBER_SHORTFALL_AUTHORITY : PLACE_VAR_SHORTFALL_AUTHORITY, m->at, area, row->phase, row->provision,
              now[SHORTFALL]);
    for (size_t i = 0; i < n; i++) now[MISPLACED][i] = r->area_sum[i] - now[SHORTFALL][i];
}

/* ---- a year ----------------------------------------------------------------------------------------------------- */

static bool is_enough(const place_sufficiency *rule, double *const figures[N_FIGURES], size_t i, bool spare) {
    double allowed = fmax(rule->unmet_pupils, rule->unmet_share * figures[DEMAND][i]);
    return figures[UNMET][i] <= allowed && (!spare || figures[SPARE][i] >= rule->spare_share * figures[AVAILABLE][i]);
}

static void fold_worst(reading *r, bool first) {
    for (int f = 0; f < N_FIGURES; f++)
        for (size_t i = 0; i < r->s->n; i++) {
            double value = r->now[f][i], so_far = r->year[f][i];
            r->year[f][i] = first ? value : f == AVAILABLE || f == SPARE ? fmin(so_far, value) : fmax(so_far, value);
        }
    for (size_t i = 0; i < r->s->n; i++) r->enough[i] = (first || r->enough[i]) && is_enough(&r->s->plan->sufficiency, r->now, i, r->spare);
}

static void read_year(reading *r, const place_summary_year *row, int32_t area) {
    const size_t n = r->s->n;
    int32_t total = 0;
    for (int f = 0; f < N_FIGURES; f++) memset(r->year[f], 0, n * sizeof *r->year[f]);
    for (size_t k = 0; k < r->n; k++) {
        read_moment(r, &r->moments[k], row, area);
        total += r->moments[k].weight;
        if (r->kind == PLACE_READING_ANY) fold_worst(r, k == 0);
        else
            for (int f = 0; f < N_FIGURES; f++)
                for (size_t i = 0; i < n; i++) r->year[f][i] += r->moments[k].weight * r->now[f][i];
    }
    if (r->kind == PLACE_READING_ANY) return;
    for (int f = 0; f < N_FIGURES; f++)
        for (size_t i = 0; i < n; i++) r->year[f][i] /= total;
    for (size_t i = 0; i < n; i++) r->enough[i] = is_enough(&r->s->plan->sufficiency, r->year, i, r->spare);
}

static place_chance at_least(const double *values, size_t n, double least) {
    size_t held = 0;
    for (size_t i = 0; i < n; i++) held += values[i] >= least;
    return place_chance_of(held, n);
}

static void quantiles(const place_summing *s, double out[PLACE_N_ENOUGH]) { /* of what was spread last */
    for (int k = 0; k < PLACE_N_ENOUGH; k++) out[k] = place_spread_quantile(s->sorted, s->n, place_enough_share[k]);
}

static place_status sum_year(reading *r, place_summary_year *out, int32_t area) {
    place_summing *s = r->s;
    const size_t n = s->n;
    size_t n_enough = 0;
    bool by_phase_at_close = out->phase != PLACE_NONE && r->kind != PLACE_READING_SEPTEMBER;
    read_year(r, out, area);
    out->demand = place_summing_spread(s, r->year[DEMAND]);
    quantiles(s, out->needed);
    place_summing_spread(s, r->year[LACKING]);
    quantiles(s, out->lacking);
    out->available = place_summing_spread(s, r->year[AVAILABLE]);
    out->unmet = place_summing_spread(s, r->year[UNMET]);
    out->shortfall = place_summing_spread(s, r->year[SHORTFALL]);
    out->misplaced = area == PLACE_NONE ? place_summing_spread(s, r->year[MISPLACED]) : place_spread_of(NULL, 0, s->sorted);
    for (size_t i = 0; i < n; i++) n_enough += r->enough[i];
    out->any_unmet = at_least(r->year[UNMET], n, 1);
    out->sufficient = place_chance_of(n_enough, r->spare && by_phase_at_close ? 0 : n);
    for (int k = 0; k < PLACE_N_SHORT; k++) out->short_by[k] = at_least(r->year[SHORTFALL], n, place_short_by[k]);
    return place_summing_sources(s, out->phase == s->out->phase ? r->year[UNMET] : NULL, &out->sources);
}

/* ---- all years -------------------------------------------------------------------------------------------------- */

static place_status read_variables(reading *r) {
    static const place_variable_id counted[] = { PLACE_VAR_SEPTEMBER_DEMAND, PLACE_VAR_SEPTEMBER_AVAILABLE, PLACE_VAR_SEPTEMBER_UNMET,
                                                 PLACE_VAR_SEPTEMBER_SHORTFALL, PLACE_VAR_SEPTEMBER_SHORTFALL_AUTHORITY, PLACE_VAR_SEPTEMBER_FREE };
    static const place_variable_id closes[] = { PLACE_VAR_DEMAND, PLACE_VAR_AVAILABLE, PLACE_VAR_UNMET,
                                                PLACE_VAR_SHORTFALL, PLACE_VAR_SHORTFALL_AUTHORITY, PLACE_VAR_SITE_SPARE };
    bool september = r->kind == PLACE_READING_SEPTEMBER || r->kind == PLACE_READING_ANY, steps = r->kind != PLACE_READING_SEPTEMBER;
    place_status status = PLACE_OK;
    for (size_t i = 0; i < (r->spare ? 6 : 5) && status == PLACE_OK; i++) {
        if (september) status = place_summing_read(r->s, counted[i]);
        if (steps && status == PLACE_OK) status = place_summing_read(r->s, closes[i]);
    }
    return status;
}

static place_status prepare(reading *r, place_summing *s) {
    *r = (reading){ .s = s, .kind = s->out->reading, .spare = s->plan->sufficiency.spare_share > 0 };
    r->moments = place_summing_array(s, (size_t)s->plan->calendar.steps_per_year + 2, sizeof *r->moments);
    r->area_sum = place_summing_array(s, s->n, sizeof *r->area_sum);
    r->enough = place_summing_array(s, s->n, sizeof *r->enough);
    bool had = r->moments != NULL && r->area_sum != NULL && r->enough != NULL;
    for (int f = 0; f < N_FIGURES && had; f++) {
        r->now[f] = place_summing_array(s, s->n, sizeof *r->now[f]);
        r->year[f] = place_summing_array(s, s->n, sizeof *r->year[f]);
        had = r->now[f] != NULL && r->year[f] != NULL;
    }
    return had ? read_variables(r) : PLACE_SYSTEM;
}

static const place_item *provision_item(const place_plan *plan, size_t i) { return &plan->provisions.items[i]; }
static const place_item *phase_item(const place_plan *plan, size_t i) { return &plan->phases.items[i]; }

place_status place_summing_years(place_summing *s) {
    const place_plan *plan = s->plan;
    place_summary *out = s->out;
    reading r;
    const size_t n_rows = plan->provisions.n * plan->calendar.n_years * (plan->phases.n + 1);
    int32_t *order = place_summing_order(s, PLACE_AXIS_PROVISION, plan->provisions.n, provision_item);
    int32_t *phases = place_summing_order(s, PLACE_AXIS_PHASE, plan->phases.n, phase_item);
    place_summary_year *rows = place_summing_array(s, n_rows, sizeof *rows);
    if (order == NULL || phases == NULL || rows == NULL) return PLACE_SYSTEM;
    place_status status = prepare(&r, s);
    if (status != PLACE_OK) return status;
    for (size_t i = 0; i < plan->provisions.n; i++)
        for (int32_t y = 0; y < (int32_t)plan->calendar.n_years && plan->provision_kind[order[i]] == PLACE_LIMITED && status == PLACE_OK; y++) {
            find_moments(&r, y);
            if (r.n == 0) continue;
            place_summary_year row = { .year = y, .provision = order[i], .phase = out->phase, .interpolated = r.interpolated };
            rows[out->n_years] = row;
            status = sum_year(&r, &rows[out->n_years++], out->area);
            for (size_t p = 0; p < plan->phases.n && out->phase == PLACE_NONE && plan->phases.n > 1 && status == PLACE_OK; p++) {
                rows[out->n_years] = row;
                rows[out->n_years].phase = phases[p];
                status = sum_year(&r, &rows[out->n_years++], out->area);
            }
        }
    out->years = rows;
    return status;
}
