/* SPDX-License-Identifier: MIT */
/*
 * Triggers: projects that wait for a need to show. A condition is held against what a September count has found, no later and no
 * sooner; once it has held at so many counts running, the project starts, with the draws that it would have had in any case.
 */
#include "engine.h"

/** Pupils with a target, by the coordinates that the trigger names: all, or those waiting, or those waiting or diverted. */
static int64_t pupils(const place_replication *r, const place_trigger *trigger) {
    const place_state *s = r->state;
    int64_t sum = 0;
    for (size_t row = 0; row < s->n_rows; row++) {
        size_t area = row / PLACE_N_NCY / s->n_needs, need = row / PLACE_N_NCY % s->n_needs;
        if (s->row_n[row] == 0 || (trigger->area != PLACE_NONE && trigger->area != (int32_t)area) || !(trigger->need_mask >> need & 1u)
            || !(trigger->phase_mask >> r->plan->phase_of_ncy[row % PLACE_N_NCY] & 1u)) continue;
        if (trigger->measure != PLACE_TRIGGER_DEMAND && s->row_waiting[row] == 0 && s->row_diverted[row] == 0) continue;
        for (size_t column = 0; column < s->n_columns; column++) {
            size_t index = row * s->n_columns + column;
            if (s->first_of[column % s->n_targets] != trigger->provision || s->n[index] == 0) continue;
            if (trigger->measure == PLACE_TRIGGER_DEMAND) {
                sum += s->n[index];
                continue;
            }
            for (int32_t node = s->head[index]; node != PLACE_NONE; node = s->cohorts[node].next) {
                place_seat seat = (place_seat)s->cohorts[node].seat;
                if (seat == PLACE_WAITING || (seat == PLACE_DIVERTED && trigger->measure == PLACE_TRIGGER_UNMET)) sum += s->cohorts[node].count;
            }
        }
    }
    return sum;
}

/** Sum of a reading over the areas and phases that the trigger names. */
static int64_t reading(const place_replication *r, const place_trigger *trigger, place_variable_id variable) {
    const place_state *s = r->state;
    const int32_t *at = place_record_at(r, variable, r->year, s->n_areas * s->n_phases * s->n_provisions);
    int64_t sum = 0;
    for (size_t a = 0; a < s->n_areas; a++)
        for (size_t p = 0; p < s->n_phases; p++)
            if ((trigger->area == PLACE_NONE || trigger->area == (int32_t)a) && (trigger->phase_mask >> p & 1u))
                sum += at[(a * s->n_phases + p) * s->n_provisions + (size_t)trigger->provision];
    return sum;
}

/** Shortfall is of the areas and phases taken together: demand there less places there, not below 0. */
static int64_t measure(const place_replication *r, const place_trigger *trigger) {
    if (trigger->measure == PLACE_TRIGGER_SPARE) return reading(r, trigger, PLACE_VAR_SEPTEMBER_FREE);
    if (trigger->measure != PLACE_TRIGGER_SHORTFALL) return pupils(r, trigger);
    int64_t lacking = reading(r, trigger, PLACE_VAR_SEPTEMBER_DEMAND) - reading(r, trigger, PLACE_VAR_SEPTEMBER_AVAILABLE);
    return lacking > 0 ? lacking : 0;
}

/** Whether a trigger is met at this count, which is added to those at which it has held. */
static bool is_met(place_replication *r, size_t index) {
    const place_trigger *trigger = &r->plan->triggers[index];
    int32_t *held = &r->delivery->held[index];
    double found = (double)measure(r, trigger);
    *held = (trigger->at_most ? found <= trigger->threshold : found >= trigger->threshold) ? *held + 1 : 0;
    return *held >= trigger->septembers;
}

void place_triggers_test(place_replication *r) {
    const place_plan *plan = r->plan;
    for (size_t i = 0; i < plan->n_projects; i++) {
        const place_project *p = &plan->projects[i];
        int32_t lead = PLACE_NEVER; /* the least of those met, so that their order means nothing */
        if (p->n_triggers == 0 || r->delivery->begin[i] != PLACE_NEVER) continue;
        for (size_t k = p->first_trigger; k < p->first_trigger + p->n_triggers; k++)
            if (is_met(r, k) && plan->triggers[k].lead_days < lead) lead = plan->triggers[k].lead_days;
        if (lead == PLACE_NEVER) continue;
        if (r->state->tracer != NULL) place_trace_tell_project(r->state->tracer, (int32_t)i);
        place_delivery_start(r->delivery, r->draws, i, lead, r->step);
    }
}
