/* SPDX-License-Identifier: MIT */
/*
 * The story of one replication: its record read as years, Septembers, openings and projects, and each September's unmet and each draw
 * placed among those of the other replications, which the run file has.
 */
#include "place/replay.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "place/date.h"
#include "place/replication.h"
#include "summary_internal.h"

typedef struct telling {
    const place_plan *plan;
    const place_replay_source *source;
    place_layout *layout;
    char *record;
    place_replay *out;
    place_error *err;
} telling;

static void *take(telling *t, size_t n, size_t size) {
    void *array = place_arena_array(t->out->arena, n, size);
    if (array == NULL) place_error_set(t->err, PLACE_SYSTEM, NULL, 0, "out of memory");
    return array;
}

static double value(const telling *t, place_variable_id variable, size_t cell) { return place_replay_value(t->layout, t->record, variable, cell); }

/* The items of an axis in the scenario's order; NULL after setting err. */
static int32_t *order_of(telling *t, place_axis_id axis, size_t n, const place_item *(*item)(const place_plan *, size_t)) {
    int32_t *order = take(t, n, sizeof *order), *position = take(t, n, sizeof *position);
    const int32_t *given = t->source->display != NULL ? t->source->display(t->source->self, axis, n) : NULL;
    if (order == NULL || position == NULL) return NULL;
    for (size_t i = 0; i < n; i++) {
        size_t k = i;
        position[i] = given != NULL ? given[i] : item(t->plan, i)->display;
        for (; k > 0 && position[order[k - 1]] > position[i]; k--) order[k] = order[k - 1];
        order[k] = (int32_t)i;
    }
    return order;
}

static const place_item *provision_item(const place_plan *plan, size_t i) { return &plan->provisions.items[i]; }
static const place_item *project_item(const place_plan *plan, size_t i) { return &plan->projects[i].item; }

/* ---- years ------------------------------------------------------------------------------------------------------ */

/* A variable [step][area][phase][provision] in one step, over areas and phases. @param provision  PLACE_NONE: all */
static double in_step(const telling *t, place_variable_id variable, size_t step, int32_t provision) {
    const size_t n_ap = t->plan->areas.n * t->plan->phases.n, n_v = t->plan->provisions.n;
    double sum = 0;
    for (size_t ap = 0; ap < n_ap; ap++)
        for (size_t v = 0; v < n_v; v++)
            if (provision == PLACE_NONE || provision == (int32_t)v) sum += value(t, variable, (step * n_ap + ap) * n_v + v);
    return sum;
}

/* The same over the steps of an academic year. */
static double in_year(const telling *t, place_variable_id variable, int32_t year, int32_t provision) {
    double sum = 0;
    for (size_t step = 0; step < t->plan->calendar.n_steps; step++)
        if (t->plan->calendar.year[step] == year) sum += in_step(t, variable, step, provision);
    return sum;
}

static double moved_in_year(const telling *t, int32_t year) {
    const size_t n = t->plan->phases.n * t->plan->provisions.n * t->plan->provisions.n;
    double sum = 0;
    for (size_t step = 0; step < t->plan->calendar.n_steps; step++)
        for (size_t i = 0; i < n && t->plan->calendar.year[step] == year; i++) sum += value(t, PLACE_VAR_MOVED, step * n + i);
    return sum;
}

static place_status tell_years(telling *t) {
    const place_calendar *calendar = &t->plan->calendar;
    const size_t n_stock = t->layout->n_cells[PLACE_VAR_OPENING_STOCK];
    place_replay_year *rows = take(t, calendar->n_years, sizeof *rows);
    double stock = 0;
    if (rows == NULL) return PLACE_SYSTEM;
    for (size_t i = 0; i < n_stock; i++) stock += value(t, PLACE_VAR_OPENING_STOCK, i);
    for (int32_t y = 0; y < (int32_t)calendar->n_years; y++) {
        place_replay_year *row = &rows[t->out->n_years];
        bool any = false;
        *row = (place_replay_year){ .year = y, .opening = stock };
        for (size_t step = 0; step < calendar->n_steps; step++) {
            if (calendar->year[step] != y) continue;
            any = true;
            stock = in_step(t, PLACE_VAR_STOCK, step, PLACE_NONE);
        }
        if (!any) continue;
        row->closing = stock;
        row->joined = in_year(t, PLACE_VAR_JOINED, y, PLACE_NONE);
        row->transferred_in = in_year(t, PLACE_VAR_TRANSFERRED_IN, y, PLACE_NONE);
        row->ceased = in_year(t, PLACE_VAR_CEASED, y, PLACE_NONE);
        row->transferred_out = in_year(t, PLACE_VAR_TRANSFERRED_OUT, y, PLACE_NONE);
        row->aged_out = in_year(t, PLACE_VAR_AGED_OUT, y, PLACE_NONE);
        row->moved = moved_in_year(t, y);
        t->out->n_years++;
    }
    t->out->years = rows;
    return PLACE_OK;
}

/* ---- Septembers ------------------------------------------------------------------------------------------------- */

/* A variable [year][area][phase][provision], or [year][phase][provision], over areas and phases. */
static double at_september(const telling *t, place_variable_id variable, int32_t year, int32_t provision) {
    const size_t n_groups = t->layout->n_cells[variable] / t->plan->calendar.n_years / t->plan->provisions.n;
    double sum = 0;
    for (size_t g = 0; g < n_groups; g++) sum += value(t, variable, ((size_t)year * n_groups + g) * t->plan->provisions.n + (size_t)provision);
    return sum;
}

static void tell_causes(const telling *t, place_replay_september *row, size_t step) {
    const size_t n_ap = t->plan->areas.n * t->plan->phases.n, n_v = t->plan->provisions.n;
    for (size_t ap = 0; ap < n_ap; ap++)
        for (size_t cause = 0; cause < PLACE_N_CAUSES; cause++)
            row->cause[cause] += value(t, PLACE_VAR_CAUSE_COUNT, ((step * n_ap + ap) * n_v + (size_t)row->provision) * PLACE_N_CAUSES + cause);
}

static void tell_list(const telling *t, place_replay_september *row) {
    const place_calendar *calendar = &t->plan->calendar;
    size_t last = 0;
    for (size_t step = 0; step < calendar->n_steps; step++)
        if (calendar->year[step] == row->year) last = step;
    row->sought = in_year(t, PLACE_VAR_SOUGHT, row->year, row->provision);
    row->placed_own_area = in_year(t, PLACE_VAR_PLACED_OWN_AREA, row->year, row->provision);
    row->placed_other_area = in_year(t, PLACE_VAR_PLACED_OTHER_AREA, row->year, row->provision);
    row->directed = in_year(t, PLACE_VAR_DIRECTED, row->year, row->provision);
    row->newly_diverted = in_year(t, PLACE_VAR_NEWLY_DIVERTED, row->year, row->provision);
    row->gave_up = in_year(t, PLACE_VAR_GAVE_UP, row->year, row->provision);
    row->left_list = in_year(t, PLACE_VAR_LEFT_LIST, row->year, row->provision);
    row->carried_out = in_step(t, PLACE_VAR_WAITING, last, row->provision);
    row->carried_in = row->carried_out - row->sought + row->placed_own_area + row->placed_other_area + row->directed + row->newly_diverted
                      + row->gave_up + row->left_list; /* the ledger balances in every step, so this is who waited at the year's start */
}

/* Projects that by this day were planned to have opened places of the provision, and had not. */
static place_status tell_late(telling *t, place_replay_september *row, int32_t day) {
    const place_plan *plan = t->plan;
    const double epoch = place_day(plan->calendar.first_year, 9, 1);
    int32_t *late = take(t, plan->n_projects, sizeof *late);
    if (late == NULL) return PLACE_SYSTEM;
    for (size_t i = 0; i < plan->n_projects; i++) {
        bool makes_places = false;
        for (size_t e = 0; e < plan->n_events && !makes_places; e++) {
            const place_event *event = &plan->events[e];
            int32_t provision = event->provision != PLACE_NONE ? event->provision : plan->sites[event->site].provision;
            makes_places = event->project == (int32_t)i && event->activity == PLACE_NONE && provision == row->provision;
        }
        if (makes_places && plan->projects[i].planned_opening_day <= day && value(t, PLACE_VAR_PROJECT_OPENING, i) + epoch > day)
            late[row->n_late++] = (int32_t)i;
    }
    row->late = late;
    return PLACE_OK;
}

static place_status tell_september(telling *t, place_replay_september *row, size_t step) {
    const place_sufficiency *rule = &t->plan->sufficiency;
    row->demand = at_september(t, PLACE_VAR_SEPTEMBER_DEMAND, row->year, row->provision);
    row->available = at_september(t, PLACE_VAR_SEPTEMBER_AVAILABLE, row->year, row->provision);
    row->shortfall = at_september(t, PLACE_VAR_SEPTEMBER_SHORTFALL_AUTHORITY, row->year, row->provision);
    row->waiting = at_september(t, PLACE_VAR_SEPTEMBER_WAITING, row->year, row->provision);
    row->unmet = at_september(t, PLACE_VAR_SEPTEMBER_UNMET, row->year, row->provision);
    row->named_not_open = at_september(t, PLACE_VAR_NAMED_NOT_OPEN, row->year, row->provision);
    row->allowed = floor(fmax(rule->unmet_pupils, rule->unmet_share * row->demand));
    row->sufficient = row->unmet <= row->allowed
                      && at_september(t, PLACE_VAR_SEPTEMBER_FREE, row->year, row->provision) >= rule->spare_share * row->available;
    tell_list(t, row);
    tell_causes(t, row, step);
    return tell_late(t, row, t->plan->calendar.start_day[step]);
}

/* Where each September's unmet stands among all replications, a block of them in memory. */
static place_status place_unmet(telling *t, place_replay_september *rows) {
    const place_plan *plan = t->plan;
    const place_difference_source *stored = &t->source->values;
    const size_t n_ap = plan->areas.n * plan->phases.n, n_v = plan->provisions.n;
    place_status status = PLACE_OK;
    for (int64_t first = 0; first < stored->n_replications && status == PLACE_OK; first += PLACE_BLOCK) {
        int64_t left = stored->n_replications - first, n = left < PLACE_BLOCK ? left : PLACE_BLOCK;
        place_difference_values unmet = { 0 };
        status = stored->read(stored->self, place_catalogue[PLACE_VAR_SEPTEMBER_UNMET].name, first, n, &unmet, t->err);
        if (status == PLACE_OK && unmet.n_cells != t->layout->n_cells[PLACE_VAR_SEPTEMBER_UNMET])
            status = place_error_set(t->err, PLACE_SYSTEM, NULL, 0, "the run file's variable 'september_unmet' does not fit the scenario in it");
        for (size_t k = 0; k < t->out->n_septembers && status == PLACE_OK; k++)
            for (size_t i = 0; i < (size_t)n; i++) {
                double sum = 0;
                for (size_t ap = 0; ap < n_ap; ap++)
                    sum += unmet.values[(((size_t)rows[k].year * n_ap + ap) * n_v + (size_t)rows[k].provision) * (size_t)n + i];
                rows[k].share_fewer += sum < rows[k].unmet;
                rows[k].share_as_many += sum == rows[k].unmet;
                rows[k].mean_unmet += sum;
            }
        free(unmet.values);
    }
    for (size_t k = 0; k < t->out->n_septembers; k++) {
        rows[k].share_fewer /= (double)stored->n_replications;
        rows[k].share_as_many /= (double)stored->n_replications;
        rows[k].mean_unmet /= (double)stored->n_replications;
    }
    return status;
}

static place_status tell_septembers(telling *t) {
    const place_plan *plan = t->plan;
    int32_t *order = order_of(t, PLACE_AXIS_PROVISION, plan->provisions.n, provision_item);
    place_replay_september *rows = take(t, plan->provisions.n * plan->calendar.n_years, sizeof *rows);
    place_status status = order != NULL && rows != NULL ? PLACE_OK : PLACE_SYSTEM;
    for (size_t i = 0; status == PLACE_OK && i < plan->provisions.n; i++)
        for (int32_t y = 0; y < (int32_t)plan->calendar.n_years && status == PLACE_OK; y++) {
            int32_t step = place_summing_september(plan, y);
            if (step == PLACE_NONE || plan->provision_kind[order[i]] != PLACE_LIMITED) continue;
            rows[t->out->n_septembers] = (place_replay_september){ .year = y, .provision = order[i] };
            status = tell_september(t, &rows[t->out->n_septembers++], (size_t)step);
        }
    t->out->septembers = rows;
    return status == PLACE_OK ? place_unmet(t, rows) : status;
}

/* ---- sites ------------------------------------------------------------------------------------------------------ */

static place_status tell_sites(telling *t) {
    const size_t n_steps = t->plan->calendar.n_steps, n_sites = t->plan->n_sites;
    place_replay_site *rows = take(t, n_steps * n_sites, sizeof *rows);
    if (rows == NULL) return PLACE_SYSTEM;
    for (size_t step = 1; step < n_steps; step++)
        for (size_t site = 0; site < n_sites; site++) {
            double before = value(t, PLACE_VAR_SITE_COMMISSIONED, (step - 1) * n_sites + site);
            double after = value(t, PLACE_VAR_SITE_COMMISSIONED, step * n_sites + site);
            if (before != after)
                rows[t->out->n_sites++] = (place_replay_site){ .site = (int32_t)site, .step = step, .before = before, .after = after };
        }
    t->out->sites = rows;
    return PLACE_OK;
}

/* ---- projects --------------------------------------------------------------------------------------------------- */

static double read_told(const void *self, place_variable_id variable, size_t cell) { return value(self, variable, cell); }

static void tell_activities(const telling *t, const place_project *project, place_replay_activity *rows, double *planned, double *actual) {
    const place_plan *plan = t->plan;
    const double epoch = place_day(plan->calendar.first_year, 9, 1);
    const double begin = project->n_triggers == 0 ? project->start_day : value(t, PLACE_VAR_PROJECT_START, (size_t)(project - plan->projects)) + epoch;
    const double stopped = value(t, PLACE_VAR_PROJECT_STOPPED, (size_t)(project - plan->projects)) + epoch;
    const double put_off = place_project_delay(plan, (int32_t)(project - plan->projects), read_told, t);
    place_planned_finishes(plan, project, begin, planned);
    for (size_t k = 0; k < project->n_activities; k++) {
        int32_t i = project->order[k];
        const place_activity *activity = &plan->activities[i];
        actual[i] = value(t, PLACE_VAR_ACTIVITY_FINISH, (size_t)i) + epoch;
        rows[k] = (place_replay_activity){ .activity = i, .planned_start = place_activity_start(activity, begin, planned), .planned_finish = planned[i],
                                           .start = place_activity_start(activity, begin + put_off, actual), .finish = actual[i],
                                           .critical = value(t, PLACE_VAR_ACTIVITY_CRITICAL, (size_t)i) > 0,
                                           .refused = value(t, PLACE_VAR_ACTIVITY_REFUSED, (size_t)i) > 0, .over_days = (double)NAN };
        if (rows[k].start >= stopped) rows[k].start = INFINITY;
        double over = (rows[k].finish - rows[k].start) - (rows[k].planned_finish - rows[k].planned_start);
        if (isfinite(over)) rows[k].over_days = over;
    }
}

static void tell_project(const telling *t, place_replay_project *row, const place_replay_activity *activities) {
    const place_plan *plan = t->plan;
    const place_project *project = &plan->projects[row->project];
    const size_t n_years = place_axis_length(plan, PLACE_AXIS_FINANCIAL_YEAR);
    const bool known = project->planned_opening_day != INT32_MAX && project->planned_opening_day != INT32_MIN;
    row->planned = known ? project->planned_opening_day : (double)NAN;
    if (project->n_triggers > 0 && isfinite(value(t, PLACE_VAR_PROJECT_START, (size_t)row->project))) /* planned from the start that it got */
        row->planned = value(t, PLACE_VAR_PROJECT_PLANNED_OPENING, (size_t)row->project) + place_day(plan->calendar.first_year, 9, 1);
    row->opening = value(t, PLACE_VAR_PROJECT_OPENING, (size_t)row->project) + place_day(plan->calendar.first_year, 9, 1);
    row->slip_days = row->opening - row->planned;
    row->cancelled = value(t, PLACE_VAR_PROJECT_CANCELLED, (size_t)row->project) > 0;
    row->stopped = value(t, PLACE_VAR_PROJECT_STOPPED, (size_t)row->project) + place_day(plan->calendar.first_year, 9, 1);
    for (size_t y = 0; y < n_years; y++) row->spend_gbp += value(t, PLACE_VAR_PROJECT_SPEND, (size_t)row->project * n_years + y) / 100;
    row->lost_gbp = NAN;
    for (size_t f = 0; f < plan->n_funding; f++)
        if (plan->funding[f].project == row->project)
            row->lost_gbp = (isnan(row->lost_gbp) ? 0 : row->lost_gbp) + value(t, PLACE_VAR_FUNDING_LOST, f) / 100;
    row->blamed = PLACE_NONE;
    for (size_t k = 0; k < project->n_activities && row->slip_days > 0; k++)
        if (activities[k].critical && activities[k].over_days > row->blamed_days) {
            row->blamed = activities[k].activity;
            row->blamed_days = activities[k].over_days;
        }
}

static place_status tell_projects(telling *t) {
    const place_plan *plan = t->plan;
    int32_t *order = order_of(t, PLACE_AXIS_PROJECT, plan->n_projects, project_item);
    place_replay_project *rows = take(t, plan->n_projects, sizeof *rows);
    place_replay_activity *activities = take(t, plan->n_activities, sizeof *activities);
    double *planned = take(t, plan->n_activities, sizeof *planned), *actual = take(t, plan->n_activities, sizeof *actual);
    if (order == NULL || rows == NULL || activities == NULL || planned == NULL || actual == NULL) return PLACE_SYSTEM;
    for (size_t i = 0; i < plan->n_projects; i++) {
        const place_project *project = &plan->projects[order[i]];
        tell_activities(t, project, activities + t->out->n_activities, planned, actual);
        rows[i] = (place_replay_project){ .project = order[i] };
        tell_project(t, &rows[i], activities + t->out->n_activities);
        t->out->n_activities += project->n_activities;
    }
    t->out->n_projects = plan->n_projects;
    t->out->projects = rows;
    t->out->activities = activities;
    return PLACE_OK;
}

/* ---- draws ------------------------------------------------------------------------------------------------------ */

/* @param cell  of each row in the variable */
static place_status place_draws(telling *t, place_variable_id variable, place_replay_draw *rows, const size_t *cells, size_t n_rows) {
    const place_difference_source *stored = &t->source->values;
    place_status status = PLACE_OK;
    for (int64_t first = 0; n_rows > 0 && first < stored->n_replications && status == PLACE_OK; first += PLACE_BLOCK) {
        int64_t left = stored->n_replications - first, n = left < PLACE_BLOCK ? left : PLACE_BLOCK;
        place_difference_values all = { 0 };
        status = stored->read(stored->self, place_catalogue[variable].name, first, n, &all, t->err);
        if (status == PLACE_OK && all.n_cells != t->layout->n_cells[variable])
            status = place_error_set(t->err, PLACE_SYSTEM, NULL, 0, "the run file's variable '%s' does not fit the scenario in it",
                                     place_catalogue[variable].name);
        for (size_t k = 0; k < n_rows && status == PLACE_OK; k++)
            for (size_t i = 0; i < (size_t)n; i++) {
                rows[k].share_below += all.values[cells[k] * (size_t)n + i] < rows[k].value;
                rows[k].share_equal += all.values[cells[k] * (size_t)n + i] == rows[k].value;
            }
        free(all.values);
    }
    for (size_t k = 0; k < n_rows; k++) {
        rows[k].share_below /= (double)stored->n_replications;
        rows[k].share_equal /= (double)stored->n_replications;
    }
    return status;
}

static place_status tell_draws(telling *t) {
    const place_plan *plan = t->plan;
    const size_t n_years = plan->calendar.n_years, n_most = plan->n_inputs + PLACE_N_FLOWS * n_years;
    place_replay_draw *rows = take(t, n_most, sizeof *rows);
    size_t *cells = take(t, n_most, sizeof *cells), n = 0;
    if (rows == NULL || cells == NULL) return PLACE_SYSTEM;
    for (size_t i = 0; i < plan->n_inputs; i++, n++) {
        cells[n] = i;
        rows[n] = (place_replay_draw){ .input = (int32_t)i, .flow = PLACE_NONE, .year = PLACE_NONE, .value = value(t, PLACE_VAR_INPUT_VALUE, i) };
    }
    for (size_t f = 0; f < PLACE_N_FLOWS; f++)
        for (size_t y = 0; y < n_years && (plan->trend[f].used || plan->year_effect[f].used); y++, n++) {
            cells[n] = f * n_years + y;
            rows[n] = (place_replay_draw){ .input = PLACE_NONE, .flow = (int32_t)f, .year = (int32_t)y,
                                           .value = value(t, PLACE_VAR_YEAR_EFFECT, cells[n]) };
        }
    t->out->draws = rows;
    t->out->n_draws = n;
    place_status status = place_draws(t, PLACE_VAR_INPUT_VALUE, rows, cells, plan->n_inputs);
    if (status == PLACE_OK)
        status = place_draws(t, PLACE_VAR_YEAR_EFFECT, rows + plan->n_inputs, cells + plan->n_inputs, n - plan->n_inputs);
    return status;
}

/* ---- all of it -------------------------------------------------------------------------------------------------- */

static place_status play(telling *t) {
    place_replication *replication = place_replication_create(t->plan, t->layout);
    if (replication == NULL) return place_error_set(t->err, PLACE_SYSTEM, NULL, 0, "no memory for a replication");
    place_run_indices(t->source->design, t->source->values.n_replications, t->out->replication, t->out->indices);
    place_status status = place_replication_run(replication, t->out->indices, t->record, t->err);
    place_replication_free(replication);
    return status;
}

static place_status tell(telling *t) {
    t->layout = take(t, 1, sizeof *t->layout);
    if (t->layout == NULL) return PLACE_SYSTEM;
    *t->layout = place_layout_of(t->plan, t->source->detail);
    t->record = take(t, 1, t->layout->record_size);
    t->out->layout = t->layout;
    t->out->record = t->record;
    place_status status = t->record != NULL ? play(t) : PLACE_SYSTEM;
    if (status == PLACE_OK) status = tell_years(t);
    if (status == PLACE_OK) status = tell_septembers(t);
    if (status == PLACE_OK) status = tell_sites(t);
    if (status == PLACE_OK) status = tell_projects(t);
    if (status == PLACE_OK) status = tell_draws(t);
    return status;
}

place_status place_replay_create(place_replay **out, const place_plan *plan, const place_replay_source *source, int64_t replication,
                                 place_error *err) {
    assert(replication >= 0 && replication < source->values.n_replications);
    place_arena *arena = place_arena_create();
    place_replay *replay = arena != NULL ? place_arena_array(arena, 1, sizeof *replay) : NULL;
    if (replay == NULL) {
        place_arena_free(arena);
        return place_error_set(err, PLACE_SYSTEM, NULL, 0, "out of memory");
    }
    *replay = (place_replay){ .arena = arena, .replication = replication, .n_replications = source->values.n_replications };
    telling t = { .plan = plan, .source = source, .out = replay, .err = err };
    place_status status = tell(&t);
    if (status == PLACE_OK) *out = replay;
    else place_replay_free(replay);
    return status;
}

place_status place_replay_trace(const place_plan *plan, const place_replay_source *source, int64_t replication, place_trace_listener *listener,
                                void *self, place_error *err) {
    int64_t indices[4];
    place_layout layout = place_layout_of(plan, source->detail);
    place_replication *r = place_replication_create(plan, &layout);
    void *record = aligned_alloc(64, layout.record_size + 64);
    place_status status = PLACE_OK;
    assert(replication >= 0 && replication < source->values.n_replications);
    if (r == NULL || record == NULL) status = place_error_set(err, PLACE_SYSTEM, NULL, 0, "no memory for a replication");
    if (status == PLACE_OK) {
        place_run_indices(source->design, source->values.n_replications, replication, indices);
        place_replication_set_trace(r, listener, self);
        status = place_replication_run(r, indices, record, err);
    }
    free(record);
    place_replication_free(r);
    return status;
}

void place_replay_free(place_replay *replay) {
    if (replay != NULL) place_arena_free(replay->arena);
}
