/* SPDX-License-Identifier: MIT */
/*
 * Strengths are means over real days, so a change that starts in the middle of a term acts half on it, and the same change has the same
 * effect on a year in steps of a month or a term. Rates are made anew only in steps in which a strength differs from the last.
 */
#include "changes.h"

#include <math.h>

#include "place/date.h"

place_changes *place_changes_create(place_arena *arena, const place_plan *plan) {
    place_changes *changes = place_arena_array(arena, 1, sizeof *changes);
    if (changes == NULL) return NULL;
    changes->plan = plan;
    changes->strength = place_arena_array(arena, plan->n_changes, sizeof *changes->strength);
    changes->measured = place_arena_array(arena, plan->n_changes, sizeof *changes->measured);
    changes->value = place_arena_array(arena, plan->n_changes, sizeof *changes->value);
    changes->starts = place_arena_array(arena, plan->n_interventions, sizeof *changes->starts);
    changes->ends = place_arena_array(arena, plan->n_interventions, sizeof *changes->ends);
    for (size_t i = 0; i < plan->n_changes; i++) changes->acts[plan->changes[i].table] = true;
    return changes->strength && changes->measured && changes->value && changes->starts && changes->ends ? changes : NULL;
}

double place_changes_reach(const place_changes *changes, size_t intervention) {
    const place_intervention *service = &changes->plan->interventions[intervention];
    double reach = place_draws_number(changes->draws, &service->reach) / service->reach_of;
    return reach < 1 ? reach : 1;
}

/** A dose above the full one is as good as that. */
double place_changes_dose(const place_changes *changes, size_t intervention, const place_number *dose) {
    double given = place_draws_number(changes->draws, dose), full = place_draws_number(changes->draws, &changes->plan->interventions[intervention].dose_full);
    return given < full ? given / full : 1;
}

/** Strength of an intervention's changes at a full dose and the top of its ramp. */
static double full_strength(const place_changes *changes, size_t intervention) {
    const place_intervention *service = &changes->plan->interventions[intervention];
    if (!changes->draws->intervention_happened[intervention]) return 0;
    return place_draws_number(changes->draws, &service->effect) * place_draws_number(changes->draws, &service->engagement)
           * place_changes_reach(changes, intervention);
}

void place_changes_take(place_changes *changes, const place_draws *draws) {
    const place_plan *plan = changes->plan;
    changes->draws = draws;
    changes->begins = true;
    for (size_t i = 0; i < plan->n_interventions; i++) {
        changes->starts[i] = plan->interventions[i].starts;
        changes->ends[i] = plan->interventions[i].ends;
    }
    for (size_t i = 0; i < plan->n_logged_risks; i++) {
        const place_logged_risk *risk = &plan->logged_risks[i];
        if (!draws->risk_happened[i]) continue;
        if (risk->effect == PLACE_LOGGED_STOPS && risk->starts < changes->ends[risk->on]) changes->ends[risk->on] = risk->starts;
        if (risk->effect == PLACE_LOGGED_DELAYS_INTERVENTION)
            changes->starts[risk->on] += (int32_t)ceil(place_draws_number(draws, &risk->by) * risk->unit - 1e-9);
    }
    for (size_t i = 0; i < plan->n_changes; i++) {
        int32_t service = plan->changes[i].intervention;
        bool measured = service != PLACE_NONE && plan->interventions[service].measured;
        changes->value[i] = place_draws_number(draws, &plan->changes[i].value);
        changes->strength[i] = 0;
        changes->measured[i] = !measured ? 0 : full_strength(changes, (size_t)service)
                                               * place_changes_dose(changes, (size_t)service, &plan->interventions[service].dose_measured);
    }
}

/** Integral from `starts` to `day` of the ramp. */
static double ramp_until(double starts, double ramp_days, double day) {
    double since = day - starts;
    if (since <= 0) return 0;
    return since < ramp_days ? 0.5 * since * since / ramp_days : since - 0.5 * ramp_days;
}

double place_plan_ramp(int32_t starts, int32_t ends, double ramp_days, int32_t from, int32_t to) {
    int32_t end = to < ends ? to : ends;
    if (end <= from || end <= starts || to <= from) return 0;
    if (from >= starts && end == to && (double)from >= (double)starts + ramp_days) return 1; /* without rounding */
    return (ramp_until(starts, ramp_days, end) - ramp_until(starts, ramp_days, from)) / ((double)to - from);
}

/** Share of the days from `from` up to `to` that lie from `starts` up to `ends`. */
static double share_of_days(int32_t starts, int32_t ends, int32_t from, int32_t to) {
    int32_t first = from > starts ? from : starts, last = to < ends ? to : ends;
    return last <= first || to <= from ? 0 : ((double)last - first) / ((double)to - from);
}

place_running place_changes_running(const place_changes *changes, size_t intervention, int32_t from, int32_t to) {
    int32_t starts = changes->starts[intervention], ends = changes->ends[intervention];
    double ramp_days = place_draws_number(changes->draws, &changes->plan->interventions[intervention].ramp_months) * PLACE_DAYS_PER_MONTH;
    return (place_running){ .before = share_of_days(INT32_MIN, starts < ends ? starts : ends, from, to),
                            .runs = share_of_days(starts, ends, from, to),
                            .ramp = place_plan_ramp(starts, ends, ramp_days, from, to) };
}

double place_running_mean(const place_running *running, bool is_measured, double measured, double now) {
    if (!is_measured) return running->ramp * now;
    if (running->before == 1 || (running->runs == 1 && now == measured)) return measured; /* without rounding */
    return running->before * measured + running->ramp * now + (running->runs - running->ramp) * measured;
}

static double strength_of(const place_changes *changes, size_t i, const int32_t *day) {
    const place_change *change = &changes->plan->changes[i];
    if (change->risk != PLACE_NONE && !changes->draws->risk_happened[change->risk]) return 0;
    if (change->intervention == PLACE_NONE) {
        double ramp_days = place_draws_number(changes->draws, &change->ramp_months) * PLACE_DAYS_PER_MONTH;
        return place_plan_ramp(change->starts, change->ends, ramp_days, day[0], day[1]);
    }
    size_t service = (size_t)change->intervention;
    const place_intervention *intervention = &changes->plan->interventions[service];
    place_running running = place_changes_running(changes, service, day[0], day[1]);
    double now = full_strength(changes, service) * place_changes_dose(changes, service, &intervention->dose);
    return place_running_mean(&running, intervention->measured, changes->measured[i], now);
}

bool place_changes_step(place_changes *changes, size_t step) {
    const place_plan *plan = changes->plan;
    bool any = false;
    for (int t = 0; t < PLACE_N_CHANGED; t++) changes->moved[t] = changes->begins && changes->acts[t];
    for (size_t i = 0; i < plan->n_changes; i++) {
        double strength = strength_of(changes, i, &plan->calendar.start_day[step]);
        if (strength != changes->strength[i]) changes->moved[plan->changes[i].table] = true;
        changes->strength[i] = strength;
    }
    changes->begins = false;
    for (int t = 0; t < PLACE_N_CHANGED; t++) any |= changes->moved[t];
    return any;
}

/** A rate that was measured with nearly all of it taken away says nothing of what there was: it is made at most a hundredfold. */
static const double LEAST_LEFT = 0.01;

/** What a scale of an intervention leaves: never below nothing. */
static double left_by(double strength, double value) {
    double left = 1 + strength * (value - 1);
    return left > 0 ? left : 0;
}

/** One change on a value, `whole` being what the value was before the first of its overlap group. */
static double apply_one(const place_changes *changes, int32_t k, double x, double whole, int64_t *n_held) {
    const place_change *change = &changes->plan->changes[k];
    double s = changes->strength[k], measured = changes->measured[k], value = changes->value[k];
    if (change->op == PLACE_CHANGE_SCALE) {
        if (change->intervention == PLACE_NONE) return x * (1 + s * (value - 1));
        double was = left_by(measured, value);
        if (was < LEAST_LEFT) {
            was = LEAST_LEFT;
            ++*n_held;
        }
        return s == measured ? x : x * (left_by(s, value) / was);
    }
    double more = change->op == PLACE_CHANGE_ADD ? (s - measured) * value : s * (value - (change->overlap != PLACE_NONE ? whole : x));
    if (change->overlap == PLACE_NONE || whole <= 0) return x + more;
    return x * left_by(1, 1 + more / whole); /* of an overlap group: a share of what is left */
}

double place_changes_apply(const place_changes *changes, int32_t list, unsigned column, double x, double most, int64_t *n_held) {
    const place_change_list *acting = &changes->plan->change_lists[list];
    double whole = x;
    int32_t group = PLACE_NONE;
    for (size_t i = 0; i < acting->n; i++) {
        int32_t k = acting->changes[i];
        const place_change *change = &changes->plan->changes[k];
        if (change->overlap == PLACE_NONE || change->overlap != group) whole = x;
        group = change->overlap;
        if ((changes->strength[k] == 0 && changes->measured[k] == 0) || !(change->columns & column)) continue;
        x = apply_one(changes, k, x, whole, n_held);
    }
    if (x >= 0 && x <= most) return x;
    ++*n_held;
    return x < 0 ? 0 : most;
}

double place_changes_most(const place_plan *plan, int32_t list, double x) {
    const place_change_list *acting = &plan->change_lists[list];
    for (size_t i = 0; i < acting->n; i++) {
        const place_change *change = &plan->changes[acting->changes[i]];
        const place_intervention *service = change->intervention == PLACE_NONE ? NULL : &plan->interventions[change->intervention];
        double s = service == NULL ? 1 : service->effect.value * service->engagement.value * service->reach.value / service->reach_of;
        double value = change->value.value, changed = x;
        switch (change->op) {
        case PLACE_CHANGE_SCALE: changed = x * (1 + s * (value - 1)); break;
        case PLACE_CHANGE_ADD: changed = x + s * value; break;
        case PLACE_CHANGE_SET: changed = x + s * (value - x); break;
        }
        if (service != NULL && service->measured && change->op == PLACE_CHANGE_SCALE) { /* what its end gives back */
            double left = left_by(s, value);
            changed = x / (left > LEAST_LEFT ? left : LEAST_LEFT);
        }
        if (changed > x) x = changed;
    }
    return x;
}
