/* SPDX-License-Identifier: MIT */
/*
 * Readings: what stands at the September count and at the close of a step, written into the record. Flows are booked where they happen;
 * here are the stocks, the places, and what follows from both.
 */
#include "engine.h"

#include <math.h>
#include <string.h>

#include "place/date.h"

/** Divide n places among phases in proportion to weights, whole numbers, largest remainders first and earlier phases before later. */
static void divide(int32_t n, const int32_t *weight, size_t n_phases, int32_t *out) {
    int64_t total = 0, given = 0, remainder[32];
    for (size_t p = 0; p < n_phases; p++) total += weight[p];
    for (size_t p = 0; p < n_phases; p++) {
        int64_t product = (int64_t)n * weight[p];
        int64_t share = total > 0 ? product / total : 0;
        remainder[p] = total > 0 ? product % total : 0;
        out[p] += (int32_t)share;
        given += share;
    }
    while (total > 0 && given < n) {
        size_t best = 0;
        for (size_t p = 1; p < n_phases; p++)
            if (remainder[p] > remainder[best]) best = p;
        out[best]++;
        remainder[best] = -1;
        given++;
    }
}

/** Commissioned places less those held by others, and the free ones, of one pool by phase. Occupied places count to the occupant's phase, free ones
 *  in proportion to the year groups taught. */
static void pool_by_phase(const place_replication *r, size_t pool_index, int32_t *available, int32_t *free_places) {
    const place_state *s = r->state;
    const pool_now *pool = &s->pools[pool_index];
    const site_now *site = &s->sites[pool->site];
    int32_t occupied[32] = { 0 }, taught[32] = { 0 };
    int32_t places = site->open ? pool->commissioned - pool->others : 0, free = places - pool->roll;
    if (!site->intake && free > 0) { /* nobody can be sent there: only places with a pupil count */
        places = pool->roll;
        free = 0;
    }
    if (places < 0) places = 0;
    memset(available, 0, s->n_phases * sizeof *available);
    memset(free_places, 0, s->n_phases * sizeof *free_places);
    if (pool->phases == 0) return; /* nothing is taught there */
    if ((pool->phases & (pool->phases - 1)) == 0) { /* one phase: nothing to divide */
        int phase = __builtin_ctz(pool->phases);
        available[phase] = places;
        free_places[phase] = free > 0 ? free : 0;
        return;
    }
    for (int c = 0; c < PLACE_N_NCY; c++) {
        int32_t phase = r->plan->phase_of_ncy[c];
        if (s->pool_of[(size_t)pool->site * s->n_phases + (size_t)phase] != (int32_t)pool_index) continue;
        occupied[phase] += site->roll_ncy[c];
        taught[phase] += (site->ncy_mask >> c & 1u) != 0;
    }
    if (free < 0) { /* over-full: the places go to the phases as their pupils do */
        divide(places, occupied, s->n_phases, available);
        return;
    }
    divide(free, taught, s->n_phases, free_places);
    for (size_t p = 0; p < s->n_phases; p++) available[p] = occupied[p] + free_places[p];
}

/** Where the parts of a reading go: rows of [area][phase][provision]. NULL where a part is not wanted. */
typedef struct reading {
    int32_t *demand, *demand_only, *waiting, *diverted, *unmet, *shortfall, *available, *free_places, *shortfall_authority;
} reading;

static void take_reading(place_replication *r, const reading *out) {
    const place_state *s = r->state;
    size_t v_n = s->n_provisions, g_n = s->n_targets, n_ap = s->n_areas * s->n_phases;
    for (size_t ap = 0; ap < n_ap; ap++)
        for (size_t g = 0; g < g_n; g++) {
            size_t at = ap * v_n + (size_t)s->first_of[g];
            int32_t waiting = s->waiting_any_need[ap * g_n + g], demand = s->demand[ap * g_n + g], diverted = s->diverted[ap * g_n + g];
            out->demand[at] += demand;
            if (out->demand_only != NULL && r->plan->target_list[g][1] == PLACE_NONE) out->demand_only[at] += demand;
            out->waiting[at] += waiting;
            if (out->diverted != NULL) out->diverted[at] += diverted;
            out->unmet[at] += waiting + diverted;
        }
    for (size_t i = 0; i < s->n_pools; i++) {
        const site_now *site = &s->sites[s->pools[i].site];
        int32_t available[32], free_places[32];
        pool_by_phase(r, i, available, free_places);
        for (size_t p = 0; p < s->n_phases; p++) {
            size_t at = ((size_t)site->area * s->n_phases + p) * v_n + (size_t)site->provision;
            out->available[at] += available[p];
            if (out->free_places != NULL) out->free_places[at] += free_places[p];
        }
    }
    for (size_t p = 0; p < s->n_phases; p++)
        for (size_t v = 0; v < v_n; v++) {
            if (r->plan->provision_kind[v] != PLACE_LIMITED) continue;
            int32_t demand = 0, available = 0;
            for (size_t a = 0; a < s->n_areas; a++) {
                size_t at = (a * s->n_phases + p) * v_n + v;
                int32_t lacking = out->demand[at] - out->available[at];
                out->shortfall[at] = lacking > 0 ? lacking : 0;
                demand += out->demand[at];
                available += out->available[at];
            }
            out->shortfall_authority[p * v_n + v] = demand > available ? demand - available : 0;
        }
}

/** Who waits, where the unmet are: walked once a year. */
static void list_september(place_replication *r) {
    const place_state *s = r->state;
    size_t v_n = s->n_provisions, n_list = s->n_phases * s->n_needs * v_n;
    int32_t *list = place_record_at(r, PLACE_VAR_SEPTEMBER_LIST, r->year, n_list);
    int32_t *waited = place_record_at(r, PLACE_VAR_SEPTEMBER_STEPS_WAITED, r->year, n_list);
    int32_t *where = place_record_at(r, PLACE_VAR_SEPTEMBER_WHERE, r->year, s->n_phases * v_n * v_n);
    int32_t *by_area = place_record_at(r, PLACE_VAR_SEPTEMBER_LIST_BY_AREA, r->year, s->n_areas * n_list);
    for (size_t row = 0; row < s->n_rows; row++) {
        if (s->row_waiting[row] == 0 && s->row_diverted[row] == 0) continue;
        size_t area = row / PLACE_N_NCY / s->n_needs, need = row / PLACE_N_NCY % s->n_needs;
        size_t phase = (size_t)r->plan->phase_of_ncy[row % PLACE_N_NCY];
        for (size_t g = 0; g < s->n_targets; g++)
            for (int32_t node = s->head[row * s->n_columns + g]; node != PLACE_NONE; node = s->cohorts[node].next) {
                const cohort *c = &s->cohorts[node];
                if (c->seat != PLACE_WAITING && c->seat != PLACE_DIVERTED) continue;
                size_t v = (size_t)s->first_of[g], at = (phase * s->n_needs + need) * v_n + v;
                where[(phase * v_n + v) * v_n + (size_t)place_setting_provision(s, c->setting)] += c->count;
                if (c->seat != PLACE_WAITING) continue;
                list[at] += c->count;
                waited[at] += c->count * c->wait;
                if (by_area != NULL) by_area[area * n_list + at] += c->count;
            }
    }
}

void place_count_september(place_replication *r) {
    const place_state *s = r->state;
    size_t n = s->n_areas * s->n_phases * s->n_provisions, y = r->year;
    reading out = { .demand = place_record_at(r, PLACE_VAR_SEPTEMBER_DEMAND, y, n), .waiting = place_record_at(r, PLACE_VAR_SEPTEMBER_WAITING, y, n),
                    .unmet = place_record_at(r, PLACE_VAR_SEPTEMBER_UNMET, y, n), .shortfall = place_record_at(r, PLACE_VAR_SEPTEMBER_SHORTFALL, y, n),
                    .available = place_record_at(r, PLACE_VAR_SEPTEMBER_AVAILABLE, y, n),
                    .free_places = place_record_at(r, PLACE_VAR_SEPTEMBER_FREE, y, n),
                    .shortfall_authority = place_record_at(r, PLACE_VAR_SEPTEMBER_SHORTFALL_AUTHORITY, y, s->n_phases * s->n_provisions) };
    take_reading(r, &out);
    list_september(r);
}

/** Pupils of the columns before a boundary, by the phase they will enter, need and present target. */
static void count_due(place_replication *r, place_variable_id variable, size_t year) {
    const place_state *s = r->state;
    int32_t *out = place_record_at(r, variable, year, s->n_phases * s->n_needs * s->n_provisions);
    for (size_t row = 0; row < s->n_rows; row++) {
        size_t ncy = row % PLACE_N_NCY, need = row / PLACE_N_NCY % s->n_needs;
        if (ncy + 1 == PLACE_N_NCY || !r->plan->crosses[ncy + 1] || s->row_n[row] == 0) continue;
        size_t phase = (size_t)r->plan->phase_of_ncy[ncy + 1];
        for (size_t column = 0; column < s->n_columns; column++)
            out[(phase * s->n_needs + need) * s->n_provisions + (size_t)s->first_of[column % s->n_targets]] += s->n[row * s->n_columns + column];
    }
}

/** Years without the reading say so: a run that starts in January has no September in its first academic year. */
void place_count_missing(place_replication *r) {
    const place_calendar *calendar = &r->plan->calendar;
    for (size_t year = 0; year < calendar->n_years; year++) {
        bool september = false, round = false, february = false, march = false;
        int32_t february_day = place_day(calendar->first_year + (int)year, 2, 16), march_day = place_day(calendar->first_year + (int)year, 4, 1);
        for (size_t t = 0; t < calendar->n_steps; t++) {
            int32_t start = calendar->start_day[t], end = calendar->start_day[t + 1];
            september |= calendar->september[t] && calendar->year[t] == (int32_t)year;
            round |= calendar->ageing && t > 0 && calendar->september[t] && calendar->year[t] == (int32_t)year;
            february |= calendar->ageing && start <= february_day && february_day < end;
            march |= calendar->ageing && start <= march_day && march_day < end;
        }
        for (int v = 0; v < PLACE_N_VARIABLES; v++) {
            const place_variable *variable = &place_catalogue[v];
            bool counts = variable->type == PLACE_TYPE_COUNT || variable->type == PLACE_TYPE_INT32;
            if (!r->layout->kept[v] || variable->n_axes == 0 || variable->axes[0] != PLACE_AXIS_YEAR || !counts) continue;
            if (!round && (v == PLACE_VAR_TRANSFER_SHEET || v == PLACE_VAR_TRANSFER_STAYERS)) {
            } else if (v == PLACE_VAR_TRANSFER_DUE_FEBRUARY ? february : v == PLACE_VAR_TRANSFER_DUE_MARCH ? march : september) continue;
            size_t n = r->layout->n_cells[v] / calendar->n_years;
            int32_t *out = place_record_at(r, (place_variable_id)v, year, n);
            for (size_t i = 0; i < n; i++) out[i] = variable->type == PLACE_TYPE_COUNT ? INT32_MAX : INT32_MIN;
        }
    }
}

void place_count_due(place_replication *r) {
    const place_calendar *calendar = &r->plan->calendar;
    int32_t start = calendar->start_day[r->step], end = calendar->start_day[r->step + 1];
    int spring = calendar->first_year + (int)r->year + 1; /* the calendar year of this academic year's spring */
    if (!calendar->ageing || r->year + 1 >= calendar->n_years) return;
    int32_t february = place_day(spring, 2, 16), march = place_day(spring, 4, 1); /* as the day named closes */
    if (start <= february && february < end) count_due(r, PLACE_VAR_TRANSFER_DUE_FEBRUARY, r->year + 1);
    if (start <= march && march < end) count_due(r, PLACE_VAR_TRANSFER_DUE_MARCH, r->year + 1);
}

static void count_sites(place_replication *r) {
    const place_state *s = r->state;
    size_t n = s->n_sites, t = r->step;
    if (n == 0) return;
    int32_t *roll = place_record_at(r, PLACE_VAR_SITE_ROLL, t, n), *others = place_record_at(r, PLACE_VAR_SITE_OTHERS, t, n);
    int32_t *commissioned = place_record_at(r, PLACE_VAR_SITE_COMMISSIONED, t, n), *physical = place_record_at(r, PLACE_VAR_SITE_PHYSICAL, t, n);
    int32_t *stretch = place_record_at(r, PLACE_VAR_SITE_STRETCH_USED, t, n), *spare = place_record_at(r, PLACE_VAR_SITE_SPARE, t, n);
    int32_t *stranded = place_record_at(r, PLACE_VAR_SITE_STRANDED, t, n);
    for (size_t i = 0; i < s->n_pools; i++) {
        const pool_now *pool = &s->pools[i];
        size_t site = (size_t)pool->site;
        roll[site] += pool->roll;
        if (!s->sites[site].open) continue;
        others[site] += pool->others;
        int32_t free = place_pool_free(pool);
        commissioned[site] += pool->commissioned;
        physical[site] += pool->physical;
        if (free > 0) spare[site] += s->sites[site].intake ? free : 0;
        else stretch[site] -= free;
    }
    for (size_t a = 0; a < s->n_areas; a++) /* stranded = min(free, waiting) by area and provision, told by site in order of offers */
        for (size_t v = 0; v < s->n_provisions; v++) {
            size_t slot = a * s->n_provisions + v;
            if (s->offer_first[slot] == s->offer_first[slot + 1]) continue;
            int32_t waiting = 0;
            for (size_t p = 0; p < s->n_phases; p++)
                waiting += place_record_at(r, PLACE_VAR_WAITING, t, s->n_areas * s->n_phases * s->n_provisions)[(a * s->n_phases + p) * s->n_provisions + v];
            for (int32_t k = s->offer_first[slot]; k < s->offer_first[slot + 1] && waiting > 0; k++) {
                int32_t i = s->offers[k];
                stranded[i] = spare[i] < waiting ? spare[i] : waiting;
                waiting -= stranded[i];
            }
        }
}

static void count_detail(place_replication *r) {
    const place_state *s = r->state;
    size_t v_n = s->n_provisions, t = r->step;
    int32_t *demand_need = place_record_at(r, PLACE_VAR_DEMAND_BY_NEED, t, s->n_areas * s->n_phases * s->n_needs * v_n);
    int32_t *waiting_need = place_record_at(r, PLACE_VAR_WAITING_BY_NEED, t, s->n_areas * s->n_phases * s->n_needs * v_n);
    int32_t *demand_ncy = place_record_at(r, PLACE_VAR_DEMAND_BY_NCY, t, s->n_areas * PLACE_N_NCY * v_n);
    int32_t *waiting_ncy = place_record_at(r, PLACE_VAR_WAITING_BY_NCY, t, s->n_areas * PLACE_N_NCY * v_n);
    if (demand_need == NULL && demand_ncy == NULL) return;
    for (size_t row = 0; row < s->n_rows; row++) {
        if (s->row_n[row] == 0) continue;
        size_t area = row / PLACE_N_NCY / s->n_needs, need = row / PLACE_N_NCY % s->n_needs, ncy = row % PLACE_N_NCY;
        size_t by_need = ((area * s->n_phases + (size_t)r->plan->phase_of_ncy[ncy]) * s->n_needs + need) * v_n, by_ncy = (area * PLACE_N_NCY + ncy) * v_n;
        for (size_t column = 0; column < s->n_columns; column++) {
            size_t v = (size_t)s->first_of[column % s->n_targets];
            int32_t waiting = 0, n = s->n[row * s->n_columns + column];
            if (n == 0) continue;
            for (int32_t node = s->head[row * s->n_columns + column]; node != PLACE_NONE; node = s->cohorts[node].next)
                if (s->cohorts[node].seat == PLACE_WAITING) waiting += s->cohorts[node].count;
            if (demand_need != NULL) {
                demand_need[by_need + v] += n;
                waiting_need[by_need + v] += waiting;
            }
            if (demand_ncy != NULL) {
                demand_ncy[by_ncy + v] += n;
                waiting_ncy[by_ncy + v] += waiting;
            }
        }
    }
}

void place_count_step(place_replication *r) {
    const place_state *s = r->state;
    size_t n = s->n_areas * s->n_phases * s->n_provisions, t = r->step;
    reading out = { .demand = place_record_at(r, PLACE_VAR_DEMAND, t, n), .demand_only = place_record_at(r, PLACE_VAR_DEMAND_ONLY, t, n),
                    .waiting = place_record_at(r, PLACE_VAR_WAITING, t, n), .diverted = place_record_at(r, PLACE_VAR_DIVERTED, t, n),
                    .unmet = place_record_at(r, PLACE_VAR_UNMET, t, n), .shortfall = place_record_at(r, PLACE_VAR_SHORTFALL, t, n),
                    .available = place_record_at(r, PLACE_VAR_AVAILABLE, t, n),
                    .shortfall_authority = place_record_at(r, PLACE_VAR_SHORTFALL_AUTHORITY, t, s->n_phases * s->n_provisions) };
    take_reading(r, &out);
    memcpy(place_record_at(r, PLACE_VAR_STOCK, t, n), s->sitting, n * sizeof *s->sitting);
    int32_t *forward = place_record_at(r, PLACE_VAR_FORWARD, t, n);
    for (size_t ap = 0; ap < s->n_areas * s->n_phases; ap++)
        for (size_t g = 0; g < s->n_targets; g++) forward[ap * s->n_provisions + (size_t)s->first_of[g]] += s->forward[ap * s->n_targets + g];
    count_sites(r);
    count_detail(r);
}

static double *doubles(const place_replication *r, place_variable_id variable) { return (double *)(void *)(r->record + r->layout->offset[variable]); }
static int64_t *longs(const place_replication *r, place_variable_id variable) { return (int64_t *)(void *)(r->record + r->layout->offset[variable]); }

static double days_from_epoch(const place_plan *plan, int32_t day) {
    return day == PLACE_NEVER ? INFINITY : (double)(day - place_day(plan->calendar.first_year, 9, 1));
}

void place_count_replication(place_replication *r, const int64_t indices[4]) {
    const place_plan *plan = r->plan;
    const place_delivery *d = r->delivery;
    for (size_t i = 0; i < plan->n_projects; i++) {
        int32_t planned = d->planned[i];
        bool waits = plan->projects[i].n_triggers > 0 && d->begin[i] == PLACE_NEVER; /* for a trigger: it never was to open */
        doubles(r, PLACE_VAR_PROJECT_PLANNED_OPENING)[i] = days_from_epoch(plan, planned);
        doubles(r, PLACE_VAR_PROJECT_OPENING)[i] = days_from_epoch(plan, d->opening[i]);
        doubles(r, PLACE_VAR_PROJECT_SLIP_DAYS)[i] = waits ? (double)NAN : d->opening[i] == PLACE_NEVER ? INFINITY : planned == PLACE_NEVER ? 0 : (double)d->opening[i] - planned;
        (r->record + r->layout->offset[PLACE_VAR_PROJECT_CANCELLED])[i] = d->stopped[i] != PLACE_NEVER;
        doubles(r, PLACE_VAR_PROJECT_STOPPED)[i] = days_from_epoch(plan, d->stopped[i]);
        if (plan->n_triggers > 0) {
            (r->record + r->layout->offset[PLACE_VAR_PROJECT_TRIGGERED])[i] = plan->projects[i].n_triggers == 0 ? -1 : !waits;
            doubles(r, PLACE_VAR_PROJECT_START)[i] = days_from_epoch(plan, d->begin[i]);
        }
        for (size_t y = 0; y < d->n_financial_years; y++)
            longs(r, PLACE_VAR_PROJECT_SPEND)[i * d->n_financial_years + y] = d->spend[i * d->n_financial_years + y];
    }
    for (size_t i = 0; i < plan->n_activities; i++) {
        doubles(r, PLACE_VAR_ACTIVITY_FINISH)[i] = days_from_epoch(plan, d->finish[i]);
        (r->record + r->layout->offset[PLACE_VAR_ACTIVITY_CRITICAL])[i] = d->critical[i];
        (r->record + r->layout->offset[PLACE_VAR_ACTIVITY_REFUSED])[i] = plan->activities[i].gate == PLACE_NONE ? -1 : d->refused[i] != PLACE_NEVER;
    }
    for (size_t i = 0; i < plan->n_risk_events; i++) (r->record + r->layout->offset[PLACE_VAR_PROJECT_RISK_HAPPENED])[i] = d->project_risk_happened[i];
    for (size_t i = 0; i < plan->n_funding; i++) {
        longs(r, PLACE_VAR_FUNDING_USED)[i] = d->funding_used[i];
        longs(r, PLACE_VAR_FUNDING_LOST)[i] = d->funding_lost[i];
    }
    for (size_t i = 0; i < plan->n_interventions; i++)
        (r->record + r->layout->offset[PLACE_VAR_INTERVENTION_HAPPENED])[i] = r->draws->intervention_happened[i];
    for (size_t i = 0; i < plan->n_logged_risks; i++)
        (r->record + r->layout->offset[PLACE_VAR_LOGGED_RISK_HAPPENED])[i] = plan->logged_risks[i].effect == PLACE_LOGGED_NOTE ? -1 : r->draws->risk_happened[i];
    for (size_t i = 0; i < plan->n_inputs; i++) doubles(r, PLACE_VAR_INPUT_VALUE)[i] = r->draws->value[i];
    for (size_t i = 0; i < PLACE_N_FLOWS * plan->calendar.n_years; i++) doubles(r, PLACE_VAR_YEAR_EFFECT)[i] = r->draws->year_factor[i];
    place_record_counts(r, PLACE_VAR_PROBABILITIES_HELD)[0] = (int32_t)(r->rates->n_held > INT32_MAX ? INT32_MAX : r->rates->n_held);
    longs(r, PLACE_VAR_REPLICATION_INPUTS)[0] = indices[0];
    longs(r, PLACE_VAR_REPLICATION_YEARS)[0] = indices[1];
    longs(r, PLACE_VAR_REPLICATION_DELIVERY)[0] = indices[2];
    longs(r, PLACE_VAR_REPLICATION_CHANCE)[0] = indices[3];
}
