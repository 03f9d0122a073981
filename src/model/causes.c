/* SPDX-License-Identifier: MIT */
/*
 * Why pupils have no place. Asked after placing and direction, in placing order, the newly diverted before those who wait: each free or
 * late place explains one pupil, and what nothing explains had no place anywhere.
 */
#include "placing.h"

#include <string.h>

/**
 * Note which pools have a free or a late place, by provision: each explains one pupil. Asked after placing and direction.
 * @param second  placing of a September step: what explained those diverted in its round explains nobody else
 */
void place_causes_open(place_replication *r, bool second) {
    const place_state *s = r->state;
    int32_t *first = r->explaining_first; /* counted one provision ahead, so that filling moves each to its own start */
    if (!second) {
        memset(r->free_used, 0, s->n_pools * sizeof *r->free_used);
        memset(r->late_used, 0, s->n_pools * sizeof *r->late_used);
    }
    memset(r->explains, 0, s->n_provisions * sizeof *r->explains);
    memset(first, 0, (s->n_provisions + 2) * sizeof *first);
    for (int counted = 0; counted < 2; counted++) {
        for (size_t i = 0; i < s->n_pools; i++) {
            const pool_now *pool = &s->pools[i];
            const site_now *site = &s->sites[pool->site];
            int32_t free = (site->open && site->intake ? place_pool_free(pool) : 0) - r->free_used[i], late = pool->late - r->late_used[i];
            if (free <= 0 && late <= 0) continue;
            if (!counted) {
                first[site->provision + 2]++;
                continue;
            }
            place_explaining *out = &r->explaining[first[site->provision + 1]++];
            *out = (place_explaining){ .pool = (int32_t)i, .area = site->area, .needs = site->need_mask, .free = free > 0 ? free : 0, .late = late > 0 ? late : 0 };
            for (int c = 0; c < PLACE_N_NCY; c++)
                if (pool->phases >> r->plan->phase_of_ncy[c] & 1u) out->ncys |= site->ncy_mask & 1u << c;
            r->forecast_left[i] = pool->forecast_late;
            r->explains[site->provision] += out->free + out->late;
        }
        for (size_t v = 0; v < s->n_provisions && !counted; v++) first[v + 2] += first[v + 1];
    }
}

/** The cause by which a free place of a pool would explain why these pupils have none; PLACE_CAUSE_NO_PLACE: by none. Theirs to take: LATE. */
static place_cause cause_of(const place_replication *r, const place_cell *cell, const place_explaining *pool) {
    bool ncy = pool->ncys >> cell->ncy & 1u, need = pool->needs >> cell->need & 1u;
    if (!r->reaches[(size_t)cell->area * r->state->n_areas + (size_t)pool->area]) return ncy && need ? PLACE_CAUSE_AREA : PLACE_CAUSE_NO_PLACE;
    return ncy && need ? PLACE_CAUSE_LATE : need ? PLACE_CAUSE_NCY : PLACE_CAUSE_NEED;
}

/** The pool that best explains: of the first cause, then in the order of the target's list and of sites. NULL: none does. */
static place_explaining *best_of(const place_replication *r, const place_cell *cell, place_cause *cause) {
    const int32_t *list = r->plan->target_list[cell->target];
    place_explaining *best = NULL;
    *cause = PLACE_CAUSE_NO_PLACE;
    for (int t = 0; t < PLACE_MAX_TARGET_LIST && list[t] != PLACE_NONE; t++) {
        if (r->explains[list[t]] == 0) continue;
        for (int32_t i = r->explaining_first[list[t]]; i < r->explaining_first[list[t] + 1]; i++) {
            place_explaining *pool = &r->explaining[i];
            place_cause of = cause_of(r, cell, pool);
            if (of >= *cause || (of == PLACE_CAUSE_LATE ? pool->late : pool->free) == 0) continue;
            *cause = of;
            best = pool;
        }
    }
    return best;
}

void place_causes_book(place_replication *r, const place_seeker *seeker, int32_t k, bool september_round, bool diverted) {
    const place_state *s = r->state;
    const place_cell *cell = &seeker->cell;
    size_t n = s->n_areas * s->n_phases * s->n_provisions, first_of = (size_t)s->first_of[cell->target];
    place_cause cause;
    for (place_explaining *pool; k > 0 && (pool = best_of(r, cell, &cause)) != NULL;) {
        int32_t *left = cause == PLACE_CAUSE_LATE ? &pool->late : &pool->free, found = *left < k ? *left : k;
        *left -= found;
        k -= found;
        r->explains[s->sites[s->pools[pool->pool].site].provision] -= found;
        place_record_at(r, PLACE_VAR_CAUSE_COUNT, r->step, n * PLACE_N_CAUSES)[place_state_apv(s, cell, (int32_t)first_of) * PLACE_N_CAUSES + cause] += found;
        if (diverted) *(cause == PLACE_CAUSE_LATE ? &r->late_used[pool->pool] : &r->free_used[pool->pool]) += found;
        if (cause != PLACE_CAUSE_LATE || !september_round) continue;
        int32_t forecast = r->forecast_left[pool->pool] < found ? r->forecast_left[pool->pool] : found;
        r->forecast_left[pool->pool] -= forecast;
        place_record_at(r, PLACE_VAR_NAMED_NOT_OPEN, r->year, s->n_phases * s->n_provisions)[(size_t)cell->phase * s->n_provisions + first_of] += forecast;
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
    if (r->explaining_first[s->n_provisions] > 0) {
        if (september_round) memcpy(r->causes_before, causes, n * PLACE_N_CAUSES * sizeof *causes);
        for (size_t i = 0; i < r->n_seekers; i++) {
            const place_seeker *seeker = &r->seekers[r->order[i]];
            if (seeker->remaining > 0) place_causes_book(r, seeker, seeker->remaining, september_round, false);
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
