/* SPDX-License-Identifier: MIT */
/*
 * Why pupils have no place. Asked after placing and direction, in placing order, the newly diverted before those who wait: each free or
 * late place explains one pupil, and what nothing explains had no place anywhere.
 */
#include "placing.h"

#include <string.h>

static bool within_reach(const place_plan *plan, int32_t area, int32_t site_area) {
    for (size_t round = 0; place_area_of_round(plan, area, round) != PLACE_NONE; round++)
        if (place_area_of_round(plan, area, round) == site_area) return true;
    return false;
}

/** Note which pools have a free or a late place, by provision: each explains one pupil. Asked after placing and direction. */
void place_causes_open(place_replication *r, bool second) {
    const place_state *s = r->state;
    memset(r->explains, 0, s->n_provisions * sizeof *r->explains);
    for (size_t v = 0; v < s->n_provisions; v++) r->explaining_first[v] = PLACE_NONE;
    r->n_explaining = 0;
    for (size_t i = s->n_pools; i-- > 0;) {
        const site_now *site = &s->sites[s->pools[i].site];
        int32_t free = site->open && site->intake ? place_pool_free(&s->pools[i]) : 0;
        int32_t free_used = second ? r->free_used[i] : 0, late_used = second ? r->late_used[i] : 0; /* by those diverted in the round */
        r->free_left[i] = free > free_used ? free - free_used : 0;
        r->late_left[i] = s->pools[i].late > late_used ? s->pools[i].late - late_used : 0;
        r->forecast_left[i] = s->pools[i].forecast_late;
        r->free_used[i] = r->free_left[i];
        r->late_used[i] = r->late_left[i];
        if (r->free_left[i] == 0 && r->late_left[i] == 0) continue;
        r->n_explaining++;
        r->explains[site->provision] += r->free_left[i] + r->late_left[i];
        r->explaining_next[i] = r->explaining_first[site->provision];
        r->explaining_first[site->provision] = (int32_t)i;
    }
}

/** What the newly diverted have used is used for the rest of the step. */
void place_causes_keep(place_replication *r) {
    for (size_t i = 0; i < r->state->n_pools; i++) {
        r->free_used[i] -= r->free_left[i];
        r->late_used[i] -= r->late_left[i];
    }
}

/** Use up to k places of a pool to explain as many pupils. */
static int32_t explain(place_replication *r, size_t pool, int32_t *left, int32_t k) {
    const place_state *s = r->state;
    int32_t n = *left < k ? *left : k;
    *left -= n;
    r->explains[s->sites[s->pools[pool].site].provision] -= n;
    return n;
}

/** Cells whose provision has a place left that may explain something. */
static bool may_explain(const place_replication *r, const place_cell *cell) {
    const int32_t *list = r->plan->target_list[cell->target];
    for (int i = 0; i < PLACE_MAX_TARGET_LIST && list[i] != PLACE_NONE; i++)
        if (r->explains[list[i]] > 0) return true;
    return false;
}

/** The cause by which a free place of a pool would explain why these pupils have none; PLACE_CAUSE_NO_PLACE: by none. Theirs to take: LATE. */
static place_cause cause_of(const place_replication *r, const place_cell *cell, const pool_now *pool) {
    const site_now *site = &r->state->sites[pool->site];
    bool ncy = (pool->phases >> cell->phase & 1u) && (site->ncy_mask >> cell->ncy & 1u), need = site->need_mask >> cell->need & 1u;
    if (!within_reach(r->plan, cell->area, site->area)) return ncy && need ? PLACE_CAUSE_AREA : PLACE_CAUSE_NO_PLACE;
    return ncy && need ? PLACE_CAUSE_LATE : need ? PLACE_CAUSE_NCY : PLACE_CAUSE_NEED;
}

/** Book why k pupils of a seeker have no place, "no place" apart: that is what the other causes leave of the tallies. */
void place_causes_book(place_replication *r, const place_seeker *seeker, int32_t k, bool september_round) {
    const place_state *s = r->state;
    const place_cell *cell = &seeker->cell;
    const int32_t *list = r->plan->target_list[cell->target];
    if (!may_explain(r, cell)) return;
    size_t n = s->n_areas * s->n_phases * s->n_provisions, first_of = (size_t)s->first_of[cell->target];
    int32_t *out = &place_record_at(r, PLACE_VAR_CAUSE_COUNT, r->step, n * PLACE_N_CAUSES)[place_state_apv(s, cell, (int32_t)first_of) * PLACE_N_CAUSES];
    int32_t *named = &place_record_at(r, PLACE_VAR_NAMED_NOT_OPEN, r->year, s->n_phases * s->n_provisions)[(size_t)cell->phase * s->n_provisions + first_of];
    int32_t *by_cause[PLACE_N_CAUSES], n_by[PLACE_N_CAUSES] = { 0 }; /* pools, once through the list */
    for (int cause = 0; cause < PLACE_N_CAUSES; cause++) by_cause[cause] = &r->by_cause[(size_t)cause * s->n_pools];
    for (int t = 0; t < PLACE_MAX_TARGET_LIST && list[t] != PLACE_NONE; t++)
        for (int32_t i = r->explains[list[t]] > 0 ? r->explaining_first[list[t]] : PLACE_NONE; i != PLACE_NONE; i = r->explaining_next[i]) {
            place_cause cause = cause_of(r, cell, &s->pools[i]);
            if ((cause == PLACE_CAUSE_LATE ? r->late_left[i] : r->free_left[i]) > 0) by_cause[cause][n_by[cause]++] = i;
        }
    for (int cause = PLACE_CAUSE_LATE; cause < PLACE_CAUSE_NO_PLACE; cause++)
        for (int32_t e = 0; e < n_by[cause] && k > 0; e++) {
            int32_t i = by_cause[cause][e], found = explain(r, (size_t)i, cause == PLACE_CAUSE_LATE ? &r->late_left[i] : &r->free_left[i], k);
            out[cause] += found;
            k -= found;
            if (cause != PLACE_CAUSE_LATE || !september_round) continue;
            int32_t forecast = r->forecast_left[i] < found ? r->forecast_left[i] : found;
            r->forecast_left[i] -= forecast;
            *named += forecast;
        }
}

/**
 * The causes of those who still wait, in order of service (the newly diverted have been asked before them). Those of a September round
 * are asked for what they were named for; they are booked when the step ends.
 */
void place_causes_close(place_replication *r, bool september_round) {
    const place_state *s = r->state;
    size_t n = s->n_areas * s->n_phases * s->n_provisions;
    int32_t *causes = place_record_at(r, PLACE_VAR_CAUSE_COUNT, r->step, n * PLACE_N_CAUSES);
    if (r->n_explaining > 0) {
        if (september_round) memcpy(r->causes_before, causes, n * PLACE_N_CAUSES * sizeof *causes);
        for (size_t i = 0; i < r->n_seekers; i++) {
            const place_seeker *seeker = &r->seekers[r->order[i]];
            if (seeker->remaining > 0) place_causes_book(r, seeker, seeker->remaining, september_round);
        }
        if (september_round) memcpy(causes, r->causes_before, n * PLACE_N_CAUSES * sizeof *causes);
    }
    if (september_round) return;
    int32_t *declined = place_record_at(r, PLACE_VAR_DECLINED, r->step, n);
    for (size_t i = 0; i < r->n_seekers && r->any_take_up; i++)
        declined[place_state_apv(s, &r->seekers[i].cell, s->first_of[r->seekers[i].cell.target])] += r->seekers[i].declined;
    for (size_t ap = 0; ap < s->n_areas * s->n_phases; ap++)
        for (size_t g = 0; g < s->n_targets; g++)
            causes[(ap * s->n_provisions + (size_t)s->first_of[g]) * PLACE_N_CAUSES + PLACE_CAUSE_NO_PLACE]
                += s->waiting_any_need[ap * s->n_targets + g];
    for (size_t i = 0; i < n; i++) {
        int32_t *out = &causes[i * PLACE_N_CAUSES];
        out[PLACE_CAUSE_NO_PLACE] += s->flow[LEDGER_DIVERTED][i] - declined[i];
        for (int cause = 0; cause < PLACE_CAUSE_NO_PLACE; cause++) out[PLACE_CAUSE_NO_PLACE] -= out[cause];
    }
}
