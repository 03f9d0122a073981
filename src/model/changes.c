/* SPDX-License-Identifier: MIT */
/*
 * Strengths are means over real days, so a change that starts in the middle of a term acts half on it, and the same change has the same
 * effect on a year in steps of a month or a term. Rates are made anew only in steps in which a strength differs from the last.
 */
#include "changes.h"

#include "place/date.h"

place_changes *place_changes_create(place_arena *arena, const place_plan *plan) {
    place_changes *changes = place_arena_array(arena, 1, sizeof *changes);
    if (changes == NULL) return NULL;
    changes->plan = plan;
    changes->strength = place_arena_array(arena, plan->n_changes, sizeof *changes->strength);
    changes->value = place_arena_array(arena, plan->n_changes, sizeof *changes->value);
    for (size_t i = 0; i < plan->n_changes; i++) changes->acts[plan->changes[i].table] = true;
    return changes->strength && changes->value ? changes : NULL;
}

void place_changes_take(place_changes *changes, const place_draws *draws) {
    changes->draws = draws;
    changes->begins = true;
    for (size_t i = 0; i < changes->plan->n_changes; i++) {
        changes->value[i] = place_draws_number(draws, &changes->plan->changes[i].value);
        changes->strength[i] = 0;
    }
}

/** Integral from `starts` to `day` of the ramp. */
static double ramp_until(double starts, double ramp_days, double day) {
    double since = day - starts;
    if (since <= 0) return 0;
    return since < ramp_days ? 0.5 * since * since / ramp_days : since - 0.5 * ramp_days;
}

double place_changes_ramp(int32_t starts, int32_t ends, double ramp_days, int32_t from, int32_t to) {
    int32_t end = to < ends ? to : ends;
    if (end <= from || end <= starts || to <= from) return 0;
    if (from >= starts && end == to && (double)from >= (double)starts + ramp_days) return 1; /* without rounding */
    return (ramp_until(starts, ramp_days, end) - ramp_until(starts, ramp_days, from)) / ((double)to - from);
}

bool place_changes_step(place_changes *changes, size_t step) {
    const place_plan *plan = changes->plan;
    const int32_t *day = &plan->calendar.start_day[step];
    bool any = false;
    for (int t = 0; t < PLACE_N_CHANGED; t++) changes->moved[t] = changes->begins && changes->acts[t];
    for (size_t i = 0; i < plan->n_changes; i++) {
        const place_change *change = &plan->changes[i];
        double ramp_days = place_draws_number(changes->draws, &change->ramp_months) * PLACE_DAYS_PER_MONTH;
        double strength = place_changes_ramp(change->starts, change->ends, ramp_days, day[0], day[1]);
        if (strength != changes->strength[i]) changes->moved[change->table] = true;
        changes->strength[i] = strength;
    }
    changes->begins = false;
    for (int t = 0; t < PLACE_N_CHANGED; t++) any |= changes->moved[t];
    return any;
}

double place_changes_apply(const place_changes *changes, int32_t list, unsigned column, double x, double most, int64_t *n_held) {
    const place_change_list *acting = &changes->plan->change_lists[list];
    for (size_t i = 0; i < acting->n; i++) {
        int32_t k = acting->changes[i];
        const place_change *change = &changes->plan->changes[k];
        double w = changes->strength[k], value = changes->value[k];
        if (w == 0 || !(change->columns & column)) continue;
        switch (change->op) {
        case PLACE_CHANGE_SCALE: x *= 1 + w * (value - 1); break;
        case PLACE_CHANGE_ADD: x += w * value; break;
        case PLACE_CHANGE_SET: x += w * (value - x); break;
        }
    }
    if (x >= 0 && x <= most) return x;
    ++*n_held;
    return x < 0 ? 0 : most;
}

double place_changes_most(const place_plan *plan, int32_t list, double x) {
    const place_change_list *acting = &plan->change_lists[list];
    for (size_t i = 0; i < acting->n; i++) {
        const place_change *change = &plan->changes[acting->changes[i]];
        double value = change->value.value;
        double changed = change->op == PLACE_CHANGE_SCALE ? x * value : change->op == PLACE_CHANGE_ADD ? x + value : value;
        if (changed > x) x = changed;
    }
    return x;
}
