/* SPDX-License-Identifier: MIT */
/*
 * Each service in turn looks at the plans that its cases might become, takes its share of all of them alike, and notes when those that are
 * only deferred come back, by then as many years older as Septembers have passed. Services of one overlap group reckon their shares from
 * what there was before the first of them, so that they multiply; others take what they take from what is left.
 */
#include "caseload.h"

#include <math.h>
#include <string.h>

#include "place/date.h"
#include "place/numeric.h"

struct place_caseloads {
    const place_plan *plan;
    const place_changes *changes;
    place_rates *rates;
    size_t n_rows, n_touched;
    int32_t *touched;   /* [n_touched] rows in which plans are averted or come back */
    double *base;       /* [n_rows] means of joiners a year without these services  */
    double *left, *before; /* [n_rows] expected plans of the step; the same before an overlap group */
    bool made;          /* base is known                                            */
    /* For each caseload: what comes back, by step (round a ring) and row. */
    int32_t **due;      /* [caseload][step] step in which what is deferred comes back; past the run: never */
    size_t *ring;       /* [caseload] steps of the ring                             */
    double **deferred;  /* [caseload][ring][row]; NULL when nothing is deferred      */
};

static size_t step_of(const place_calendar *calendar, double day) {
    size_t step = 0;
    while (step < calendar->n_steps && (double)calendar->start_day[step + 1] <= day) step++;
    return step;
}

static bool defers(const place_intervention *service) { return service->deferred.input != PLACE_NONE || service->deferred.value > 0; }

/** When what is deferred in each step comes back, counted from the step's middle. */
static bool plan_returns(place_caseloads *c, place_arena *arena, size_t i) {
    const place_calendar *calendar = &c->plan->calendar;
    const place_intervention *service = &c->plan->interventions[c->plan->caseloads[i]];
    size_t longest = 0;
    if (!defers(service)) return true;
    if ((c->due[i] = place_arena_array(arena, calendar->n_steps, sizeof **c->due)) == NULL) return false;
    for (size_t step = 0; step < calendar->n_steps; step++) {
        double middle = 0.5 * ((double)calendar->start_day[step] + calendar->start_day[step + 1]);
        size_t due = step_of(calendar, middle + service->delay_months * PLACE_DAYS_PER_MONTH);
        c->due[i][step] = (int32_t)due;
        if (due < calendar->n_steps && due - step > longest) longest = due - step;
    }
    c->ring[i] = longest + 1;
    return (c->deferred[i] = place_arena_array(arena, c->ring[i] * c->n_rows, sizeof **c->deferred)) != NULL;
}

/** Rows in which a service averts, and up to which its deferred may have grown older. */
static bool find_touched(place_caseloads *c, place_arena *arena) {
    const place_plan *plan = c->plan;
    bool *touched = place_arena_array(arena, c->n_rows, sizeof *touched);
    if (touched == NULL) return false;
    for (size_t i = 0; i < plan->n_caseloads; i++) {
        const place_intervention *service = &plan->interventions[plan->caseloads[i]];
        int32_t years = defers(service) ? (int32_t)ceil(service->delay_months / 12) + 1 : 0;
        for (size_t k = 0; k < service->n_case_rows; k++)
            for (int32_t y = 0; y <= years && service->case_rows[k] % PLACE_N_NCY + y < PLACE_N_NCY; y++) touched[service->case_rows[k] + y] = true;
    }
    for (size_t row = 0; row < c->n_rows; row++) c->n_touched += touched[row];
    if ((c->touched = place_arena_array(arena, c->n_touched, sizeof *c->touched)) == NULL) return false;
    for (size_t row = 0, k = 0; row < c->n_rows; row++)
        if (touched[row]) c->touched[k++] = (int32_t)row;
    return true;
}

place_caseloads *place_caseloads_create(place_arena *arena, const place_plan *plan, const place_changes *changes, place_rates *rates) {
    place_caseloads *c = place_arena_array(arena, 1, sizeof *c);
    if (c == NULL) return NULL;
    c->plan = plan;
    c->changes = changes;
    c->rates = rates;
    if (plan->n_caseloads == 0) return c;
    c->n_rows = rates->n_rows;
    c->base = place_arena_array(arena, c->n_rows, sizeof *c->base);
    c->left = place_arena_array(arena, c->n_rows, sizeof *c->left);
    c->before = place_arena_array(arena, c->n_rows, sizeof *c->before);
    c->due = place_arena_array(arena, plan->n_caseloads, sizeof *c->due);
    c->ring = place_arena_array(arena, plan->n_caseloads, sizeof *c->ring);
    c->deferred = place_arena_array(arena, plan->n_caseloads, sizeof *c->deferred);
    if (!c->base || !c->left || !c->before || !c->due || !c->ring || !c->deferred || !find_touched(c, arena)) return NULL;
    for (size_t i = 0; i < plan->n_caseloads; i++)
        if (!plan_returns(c, arena, i)) return NULL;
    return c;
}

void place_caseloads_take(place_caseloads *c) {
    for (size_t i = 0; i < c->plan->n_caseloads; i++)
        if (c->deferred[i] != NULL) memset(c->deferred[i], 0, c->ring[i] * c->n_rows * sizeof **c->deferred);
}

void place_caseloads_restore(place_caseloads *c) {
    for (size_t k = 0; k < c->n_touched && c->made; k++) c->rates->join_mean[c->touched[k]] = c->base[c->touched[k]];
}

/** Cases a month: no more than come, no more than the team of that dose can take. */
static double cases_a_month(const place_caseloads *c, size_t service, const place_number *dose) {
    const place_intervention *s = &c->plan->interventions[service];
    double capacity = place_draws_number(c->changes->draws, &s->capacity) * place_changes_dose(c->changes, service, dose);
    if (!s->referrals_stated) return capacity;
    double referrals = place_draws_number(c->changes->draws, &s->referrals) * place_changes_reach(c->changes, service);
    return referrals < capacity ? referrals : capacity;
}

/** Plans that a case averts, at most cases x would-request x case-success, in a replication in which the service has its effect. */
static double averted_a_case(const place_caseloads *c, size_t service) {
    const place_intervention *s = &c->plan->interventions[service];
    const place_draws *draws = c->changes->draws;
    if (!draws->intervention_happened[service]) return 0;
    double effect = place_draws_number(draws, &s->effect) * place_draws_number(draws, &s->engagement);
    return place_draws_number(draws, &s->would_request) * place_draws_number(draws, &s->case_success) * (effect < 1 ? effect : 1);
}

static double sum_of(const double *x, const place_intervention *s) {
    double sum = 0;
    for (size_t k = 0; k < s->n_case_rows; k++) sum += x[s->case_rows[k]];
    return sum;
}

/** What a service has deferred from a row comes back when it is due. */
static void defer(place_caseloads *c, size_t i, size_t step, int32_t row, double plans) {
    const place_calendar *calendar = &c->plan->calendar;
    size_t due = (size_t)c->due[i][step];
    if (due >= calendar->n_steps) return;
    int32_t older = calendar->ageing ? calendar->year[due] - calendar->year[step] : 0;
    if (row % PLACE_N_NCY + older >= PLACE_N_NCY) return; /* by then past any plan */
    c->deferred[i][due % c->ring[i] * c->n_rows + (size_t)(row + older)] += plans;
}

/** One service in one step. @return plans averted */
static double serve(place_caseloads *c, size_t i, size_t step, double *handled) {
    const int32_t *day = &c->plan->calendar.start_day[step];
    size_t service = (size_t)c->plan->caseloads[i];
    const place_intervention *s = &c->plan->interventions[service];
    place_running running = place_changes_running(c->changes, service, day[0], day[1]);
    double months = ((double)day[1] - day[0]) / PLACE_DAYS_PER_MONTH, a_case = averted_a_case(c, service);
    double measured = s->measured ? cases_a_month(c, service, &s->dose_measured) : 0;
    double cases = months * place_running_mean(&running, s->measured, measured, cases_a_month(c, service, &s->dose));
    double in_base = months * measured * a_case; /* averted already in the numbers as they were measured */
    double net = cases * a_case - in_base, there = sum_of(s->overlap != PLACE_NONE ? c->before : c->left, s);
    double share = there > 0 ? net / there : 0, deferred = 0, averted = 0;
    *handled = cases;
    if (share > 1) share = 1;
    if (c->deferred[i] != NULL) deferred = place_draws_number(c->changes->draws, &s->deferred);
    for (size_t k = 0; k < s->n_case_rows && share != 0; k++) {
        int32_t row = s->case_rows[k];
        double taken = share * c->left[row];
        c->left[row] -= taken;
        averted += taken;
        if (deferred > 0) defer(c, i, step, row, deferred * taken);
    }
    return averted + in_base;
}

void place_caseloads_step(place_caseloads *c, size_t step, double *handled, double *averted, double *deferred) {
    const place_plan *plan = c->plan;
    size_t season = (size_t)plan->calendar.season[step];
    double weight = plan->calendar.weight[season];
    int32_t group = PLACE_NONE;
    for (size_t i = 0; i < plan->n_interventions; i++) handled[i] = averted[i] = deferred[i] = (double)NAN;
    memcpy(c->base, c->rates->join_mean, c->n_rows * sizeof *c->base);
    c->made = true;
    for (size_t k = 0; k < c->n_touched; k++) c->left[c->touched[k]] = c->base[c->touched[k]] * weight;
    for (size_t i = 0; i < plan->n_caseloads; i++) {
        const place_intervention *s = &plan->interventions[plan->caseloads[i]];
        if (s->overlap != PLACE_NONE && s->overlap != group) memcpy(c->before, c->left, c->n_rows * sizeof *c->before);
        group = s->overlap;
        averted[plan->caseloads[i]] = serve(c, i, step, &handled[plan->caseloads[i]]);
    }
    for (size_t i = 0; i < plan->n_caseloads; i++) { /* who comes back has been helped once, and is not averted again */
        double *due = c->deferred[i] == NULL ? NULL : &c->deferred[i][step % c->ring[i] * c->n_rows], back = 0;
        for (size_t k = 0; k < c->n_touched && due != NULL; k++) {
            int32_t row = c->touched[k];
            back += due[row];
            c->left[row] += due[row];
            due[row] = 0;
        }
        deferred[plan->caseloads[i]] = back;
    }
    for (size_t k = 0; k < c->n_touched; k++) {
        int32_t row = c->touched[k];
        double plans = c->left[row] > 0 ? c->left[row] : 0;
        if (plans != c->base[row] * weight) c->rates->join_mean[row] = plans / weight;
        c->rates->join_none[season * c->n_rows + (size_t)row] = place_exp(-plans);
    }
}
