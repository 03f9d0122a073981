/* SPDX-License-Identifier: MIT */
/**
 * The trace is enough (conservation C7): from its events alone every flow, the waiting list, demand, what becomes of requests and which
 * projects are triggered are counted anew, from nothing, and equal what the record has, in random scenarios with everything that a scenario may hold. And listening changes no number.
 */
#include <stdlib.h>
#include <string.h>

#include "place/replication.h"
#include "place/trace.h"
#include "scenarios.h"
#include "suites.h"

typedef struct ledger {
    const place_plan *plan;
    const place_layout *layout;
    int32_t *flows[PLACE_N_TRACES];  /* [step][area][phase][provision] by the target's first provision */
    int32_t *demand, *waiting;       /* [area][phase][provision] now                                   */
    int32_t *demand_at, *waiting_at; /* [step][area][phase][provision] as steps close                   */
    int32_t *moved;                  /* as the variable                                                */
    int32_t *opening;                /* [area][phase][provision] by setting                            */
    int32_t *places, *places_at;     /* [site] net of all events now; [step][site]                     */
    int32_t *turned;                 /* [step][site] 1 + kind of the last event that opened or closed it there, else 0 */
    int32_t *cases[PLACE_N_TRACES];  /* [step][area]                                                   */
    int32_t *undecided, *in_assessment, *undecided_at, *in_assessment_at; /* [area] now; [step][area]  */
    bool *triggered;                 /* [project]                                                      */
    size_t step, n_apv;
    size_t n_events[PLACE_N_TRACES];
} ledger;

static size_t apv(const ledger *l, int32_t area, int32_t phase, int32_t provision) {
    return ((size_t)area * l->plan->phases.n + (size_t)phase) * l->plan->provisions.n + (size_t)provision;
}

static int32_t first_of(const ledger *l, int32_t target) {
    return l->plan->target_list[target][0];
}

static void close_steps(ledger *l, size_t until) {
    for (; l->step < until; l->step++) {
        memcpy(l->demand_at + l->step * l->n_apv, l->demand, l->n_apv * sizeof *l->demand);
        memcpy(l->places_at + l->step * l->plan->n_sites, l->places, l->plan->n_sites * sizeof *l->places);
        memcpy(l->waiting_at + l->step * l->n_apv, l->waiting, l->n_apv * sizeof *l->waiting);
        memcpy(l->undecided_at + l->step * l->plan->areas.n, l->undecided, l->plan->areas.n * sizeof *l->undecided);
        memcpy(l->in_assessment_at + l->step * l->plan->areas.n, l->in_assessment, l->plan->areas.n * sizeof *l->in_assessment);
    }
}

static void take_case(ledger *l, const place_trace_event *e) {
    l->cases[e->kind][e->step * l->plan->areas.n + (size_t)e->area] += e->count;
    switch (e->kind) {
    case PLACE_TRACE_OPENING_UNDECIDED:
    case PLACE_TRACE_REQUESTED: l->undecided[e->area] += e->count; break;
    case PLACE_TRACE_REFUSED: l->undecided[e->area] -= e->count; break;
    case PLACE_TRACE_AGREED: l->undecided[e->area] -= e->count; /* fall through */
    case PLACE_TRACE_OPENING_IN_ASSESSMENT: l->in_assessment[e->area] += e->count; break;
    default: l->in_assessment[e->area] -= e->count; break;
    }
}

static void take(void *self, const place_trace_event *e) {
    ledger *l = self;
    const size_t n_v = l->plan->provisions.n;
    ck_assert_uint_ge(e->step, l->step);
    ck_assert_uint_lt(e->step, l->plan->calendar.n_steps);
    close_steps(l, e->step);
    l->n_events[e->kind]++;
    ck_assert_int_gt(e->count, e->kind >= PLACE_TRACE_SITE_OPENED && e->kind <= PLACE_TRACE_ALLOTMENT_WITHDRAWN ? INT32_MIN : 0);
    ck_assert_int_eq(e->project != PLACE_NONE, e->kind == PLACE_TRACE_PROJECT_TRIGGERED);
    if (e->kind == PLACE_TRACE_PROJECT_TRIGGERED) {
        ck_assert(!l->triggered[e->project]);
        l->triggered[e->project] = true;
        return;
    }
    if (e->kind > PLACE_TRACE_PROJECT_TRIGGERED) {
        take_case(l, e);
        return;
    }
    if (e->kind >= PLACE_TRACE_SITE_OPENED) {
        ck_assert_int_ge(e->setting, (int32_t)n_v);
        l->places[e->setting - (int32_t)n_v] += e->count;
        if (e->kind <= PLACE_TRACE_SITE_CLOSED) l->turned[e->step * l->plan->n_sites + (size_t)e->setting - n_v] = 1 + (int32_t)e->kind;
        return;
    }
    size_t at = apv(l, e->area, e->phase, first_of(l, e->target));
    l->flows[e->kind][e->step * l->n_apv + at] += e->count;
    switch (e->kind) {
    case PLACE_TRACE_OPENING_WAITING: l->waiting[at] += e->count; /* fall through */
    case PLACE_TRACE_OPENING_DIVERTED:
    case PLACE_TRACE_OPENING: {
        int32_t provision = e->setting < (int32_t)n_v ? e->setting : l->plan->sites[e->setting - (int32_t)n_v].provision;
        l->opening[apv(l, e->area, e->phase, provision)] += e->count;
        l->demand[at] += e->count;
        break;
    }
    case PLACE_TRACE_JOINED:
    case PLACE_TRACE_TRANSFERRED_IN: l->demand[at] += e->count; break;
    case PLACE_TRACE_CEASED:
    case PLACE_TRACE_TRANSFERRED_OUT:
    case PLACE_TRACE_AGED_OUT: l->demand[at] -= e->count; break;
    case PLACE_TRACE_MOVED:
        l->demand[apv(l, e->area, e->phase, first_of(l, e->from))] -= e->count;
        l->demand[at] += e->count;
        l->moved[((e->step * l->plan->phases.n + (size_t)e->phase) * n_v + (size_t)first_of(l, e->from)) * n_v + (size_t)first_of(l, e->target)] += e->count;
        break;
    case PLACE_TRACE_CROSSED: /* from the phase of the year below */
        l->demand[apv(l, e->area, l->plan->phase_of_ncy[e->ncy - 1], first_of(l, e->target))] -= e->count;
        l->demand[at] += e->count;
        break;
    case PLACE_TRACE_SOUGHT: l->waiting[at] += e->count; break;
    case PLACE_TRACE_PLACED_OWN_AREA:
    case PLACE_TRACE_PLACED_OTHER_AREA:
    case PLACE_TRACE_DIRECTED:
    case PLACE_TRACE_DIVERTED:
    case PLACE_TRACE_GAVE_UP:
    case PLACE_TRACE_LEFT_LIST: l->waiting[at] -= e->count; break;
    default: break;
    }
}

static int32_t *counts(size_t n) {
    int32_t *array = calloc(n + 1, sizeof *array);
    ck_assert_ptr_nonnull(array);
    return array;
}

static void open_ledger(ledger *l, const place_plan *plan, const place_layout *layout) {
    *l = (ledger){ .plan = plan, .layout = layout, .n_apv = plan->areas.n * plan->phases.n * plan->provisions.n };
    size_t n = plan->calendar.n_steps * l->n_apv;
    for (int k = 0; k < PLACE_N_TRACES; k++) l->flows[k] = counts(n);
    l->demand = counts(l->n_apv), l->waiting = counts(l->n_apv), l->opening = counts(l->n_apv);
    l->demand_at = counts(n), l->waiting_at = counts(n);
    l->moved = counts(layout->n_cells[PLACE_VAR_MOVED]);
    l->places = counts(plan->n_sites), l->places_at = counts(plan->calendar.n_steps * plan->n_sites);
    l->turned = counts(plan->calendar.n_steps * plan->n_sites);
    for (int k = 0; k < PLACE_N_TRACES; k++) l->cases[k] = counts(plan->calendar.n_steps * plan->areas.n);
    l->undecided = counts(plan->areas.n), l->in_assessment = counts(plan->areas.n);
    l->undecided_at = counts(plan->calendar.n_steps * plan->areas.n), l->in_assessment_at = counts(plan->calendar.n_steps * plan->areas.n);
    l->triggered = calloc(plan->n_projects + 1, sizeof *l->triggered);
    ck_assert_ptr_nonnull(l->triggered);
}

static void close_ledger(ledger *l) {
    for (int k = 0; k < PLACE_N_TRACES; k++) free(l->flows[k]), free(l->cases[k]);
    free(l->undecided), free(l->in_assessment), free(l->undecided_at), free(l->in_assessment_at), free(l->triggered);
    free(l->demand), free(l->waiting), free(l->opening), free(l->demand_at), free(l->waiting_at), free(l->moved), free(l->places), free(l->places_at), free(l->turned);
}

static void same(const ledger *l, const char *record, place_variable_id variable, const int32_t *counted) {
    const int32_t *stored = (const int32_t *)(const void *)(record + l->layout->offset[variable]);
    for (size_t cell = 0; cell < l->layout->n_cells[variable]; cell++)
        if (stored[cell] != counted[cell])
            ck_abort_msg("%s, cell %zu: %d stored, %d by the trace", place_catalogue[variable].name, cell, stored[cell], counted[cell]);
}

static const struct {
    place_trace_kind kind;
    place_variable_id variable;
} flows[] = {
    { PLACE_TRACE_JOINED, PLACE_VAR_JOINED },
    { PLACE_TRACE_TRANSFERRED_IN, PLACE_VAR_TRANSFERRED_IN },
    { PLACE_TRACE_CEASED, PLACE_VAR_CEASED },
    { PLACE_TRACE_TRANSFERRED_OUT, PLACE_VAR_TRANSFERRED_OUT },
    { PLACE_TRACE_AGED_OUT, PLACE_VAR_AGED_OUT },
    { PLACE_TRACE_SOUGHT, PLACE_VAR_SOUGHT },
    { PLACE_TRACE_PLACED_OWN_AREA, PLACE_VAR_PLACED_OWN_AREA },
    { PLACE_TRACE_PLACED_OTHER_AREA, PLACE_VAR_PLACED_OTHER_AREA },
    { PLACE_TRACE_DIRECTED, PLACE_VAR_DIRECTED },
    { PLACE_TRACE_DIVERTED, PLACE_VAR_NEWLY_DIVERTED },
    { PLACE_TRACE_GAVE_UP, PLACE_VAR_GAVE_UP },
    { PLACE_TRACE_LEFT_LIST, PLACE_VAR_LEFT_LIST },
};

static const struct {
    place_trace_kind kind;
    place_variable_id variable;
} cases[] = {
    { PLACE_TRACE_REQUESTED, PLACE_VAR_REQUESTS },
    { PLACE_TRACE_REFUSED, PLACE_VAR_REQUESTS_REFUSED },
    { PLACE_TRACE_NO_PLAN, PLACE_VAR_ASSESSMENTS_REFUSED },
    { PLACE_TRACE_ISSUED, PLACE_VAR_PLANS_ISSUED },
};

/* Commissioned places change by what a site's events say and in no other way (C3): a site that closes has none from then on, one that opens
   has what it is given. @return how often they did */
static size_t check_places(const ledger *l, const char *record) {
    const int32_t *commissioned = (const int32_t *)(const void *)(record + l->layout->offset[PLACE_VAR_SITE_COMMISSIONED]);
    size_t n = l->plan->n_sites, n_changes = 0;
    for (size_t i = n; i < n * l->plan->calendar.n_steps; i++) {
        int32_t now = commissioned[i] - commissioned[i - n], told = l->places_at[i] - l->places_at[i - n];
        if (l->turned[i] == 1 + PLACE_TRACE_SITE_OPENED || (commissioned[i] == 0 && now == 0)) continue; /* a site not open may be given some */
        if (l->turned[i] == 1 + PLACE_TRACE_SITE_CLOSED) told = -commissioned[i - n];
        if (now != told) ck_abort_msg("site %s, step %zu: %d places more, %d by the trace", l->plan->sites[i % n].item.id, i / n, now, told);
        n_changes += now != 0;
    }
    return n_changes;
}

static void check_cases_and_projects(const ledger *l, const char *record) {
    for (size_t k = 0; k < sizeof cases / sizeof cases[0] && l->plan->pipeline.used; k++) same(l, record, cases[k].variable, l->cases[cases[k].kind]);
    if (l->plan->pipeline.used) {
        same(l, record, PLACE_VAR_REQUESTS_UNDECIDED, l->undecided_at);
        same(l, record, PLACE_VAR_IN_ASSESSMENT, l->in_assessment_at);
        for (size_t t = 0; t < l->plan->calendar.n_steps; t++) { /* all who join have come out of an assessment */
            int32_t joined = 0, issued = 0;
            for (size_t i = 0; i < l->n_apv; i++) joined += l->flows[PLACE_TRACE_JOINED][t * l->n_apv + i];
            for (size_t a = 0; a < l->plan->areas.n; a++) issued += l->cases[PLACE_TRACE_ISSUED][t * l->plan->areas.n + a];
            ck_assert_int_eq(joined, issued);
        }
    }
    const int8_t *triggered = (const int8_t *)(record + l->layout->offset[PLACE_VAR_PROJECT_TRIGGERED]); /* missing (-1): it has no trigger */
    for (size_t p = 0; p < l->plan->n_projects && l->plan->n_triggers > 0; p++)
        ck_assert_int_eq(triggered[p] == 1, l->triggered[p]);
}

static size_t n_place_changes; /* of all replications checked */

/* @param seen  [PLACE_N_TRACES] events of each kind, added up */
static void check_replication(const place_plan *plan, int64_t index, size_t *seen) {
    ledger l;
    place_error err = { 0 };
    place_layout layout = place_layout_of(plan, 0);
    const int64_t indices[4] = { index, index, index, index };
    place_replication *r = place_replication_create(plan, &layout);
    char *record = aligned_alloc(64, layout.record_size), *unheard = aligned_alloc(64, layout.record_size);
    ck_assert(r != NULL && record != NULL && unheard != NULL);
    ck_assert_int_eq(place_replication_run(r, indices, unheard, &err), PLACE_OK);
    open_ledger(&l, plan, &layout);
    place_replication_set_trace(r, take, &l);
    ck_assert_int_eq(place_replication_run(r, indices, record, &err), PLACE_OK);
    close_steps(&l, plan->calendar.n_steps);
    ck_assert_mem_eq(record, unheard, layout.record_size);
    for (size_t k = 0; k < sizeof flows / sizeof flows[0]; k++) same(&l, record, flows[k].variable, l.flows[flows[k].kind]);
    same(&l, record, PLACE_VAR_MOVED, l.moved);
    same(&l, record, PLACE_VAR_OPENING_STOCK, l.opening);
    same(&l, record, PLACE_VAR_WAITING, l.waiting_at);
    same(&l, record, PLACE_VAR_DEMAND, l.demand_at);
    check_cases_and_projects(&l, record);
    n_place_changes += check_places(&l, record);
    size_t n = l.n_events[PLACE_TRACE_OPENING];
    place_replication_set_trace(r, NULL, NULL);
    ck_assert_int_eq(place_replication_run(r, indices, unheard, &err), PLACE_OK);
    ck_assert_uint_eq(l.n_events[PLACE_TRACE_OPENING], n); /* nobody listens any more */
    for (int k = 0; k < PLACE_N_TRACES; k++) seen[k] += l.n_events[k];
    close_ledger(&l);
    free(record), free(unheard);
    place_replication_free(r);
}

START_TEST(counting_events_gives_the_flows_the_waiting_list_demand_places_cases_and_triggers) {
    size_t seen[PLACE_N_TRACES] = { 0 };
    for (uint32_t number = 0; number < 60; number++) {
        text xml = { 0 };
        scenario_random(&xml, number, 0);
        place_plan *plan = scenario_load_text(xml.at, NULL, 0);
        for (int64_t index = 0; index < 4; index++) check_replication(plan, index, seen);
        place_plan_free(plan);
        text_free(&xml);
    }
    for (int k = 0; k < PLACE_N_TRACES; k++) ck_assert_msg(seen[k] > 0, "no scenario has an event of kind %d", k);
    ck_assert_uint_gt(n_place_changes, 100);
}
END_TEST

START_TEST(the_same_of_scenarios_that_are_shipped) {
    static const char *const files[] = { "scenarios/minimal.xml", "scenarios/rutland-2021.xml" };
    size_t seen[PLACE_N_TRACES] = { 0 };
    place_plan *plan = scenario_load_file(files[_i], NULL, 0);
    for (int64_t index = 0; index < 20; index++) check_replication(plan, index, seen);
    place_plan_free(plan);
}
END_TEST

START_TEST(site_events_tell_the_places) { /* Elm opens with 8 in each replication in which its project is not refused for good */
    ledger l;
    place_error err = { 0 };
    place_plan *plan = scenario_load_file("scenarios/minimal.xml", NULL, 0);
    place_layout layout = place_layout_of(plan, 0);
    place_replication *r = place_replication_create(plan, &layout);
    char *record = aligned_alloc(64, layout.record_size);
    for (int64_t index = 0; index < 30; index++) {
        open_ledger(&l, plan, &layout);
        place_replication_set_trace(r, take, &l);
        ck_assert_int_eq(place_replication_run(r, (const int64_t[]){ index, index, index, index }, record, &err), PLACE_OK);
        size_t elm = site_index(plan, "elm-base");
        const int32_t *commissioned = (const int32_t *)(const void *)(record + layout.offset[PLACE_VAR_SITE_COMMISSIONED]);
        ck_assert_int_eq(l.places[elm], commissioned[CELL(plan, PLACE_VAR_SITE_COMMISSIONED, plan->calendar.n_steps - 1, elm)]);
        ck_assert(l.places[elm] == 0 || l.places[elm] == 8);
        close_ledger(&l);
    }
    free(record);
    place_replication_free(r);
    place_plan_free(plan);
}
END_TEST

Suite *trace_suite(void) {
    Suite *suite = suite_create("trace");
    TCase *tests = tcase_create("trace");
    tcase_add_test(tests, counting_events_gives_the_flows_the_waiting_list_demand_places_cases_and_triggers);
    tcase_add_loop_test(tests, the_same_of_scenarios_that_are_shipped, 0, 2);
    tcase_add_test(tests, site_events_tell_the_places);
    suite_add_tcase(suite, tests);
    return suite;
}
