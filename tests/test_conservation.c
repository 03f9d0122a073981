/* SPDX-License-Identifier: MIT */
/*
 * Conservation, on random scenarios that use everything a scenario may hold. The model recounts its whole state after every
 * step (place_replication_set_verify), and what it writes must balance by itself: C1 to C5 of the verification plan, from
 * the record alone. A failure names the scenario's number; scenario_random makes it again.
 */
#include <check.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../src/model/engine.h"
#include "place/date.h"
#include "place/replication.h"
#include "laws.h"
#include "place/scenario.h"
#include "scenarios.h"
#include "suites.h"

enum { N_SCENARIOS = 150, N_IN_FULL = 20000, N_REPLICATIONS = 8, PER_TEST = 15 }; /* in full: with `make laws` */

/* One record, read as numbers. */
typedef struct record {
    const place_plan *plan;
    place_layout layout;
    char *bytes;
} record;

static const int32_t *counts(const record *r, place_variable_id v) {
    return (const int32_t *)(const void *)(r->bytes + r->layout.offset[v]);
}

static record create_record(const place_plan *plan) {
    record r = { .plan = plan,
                 .layout = place_layout_of(plan, PLACE_DETAIL_NEED | PLACE_DETAIL_NCY | PLACE_DETAIL_AREA) };
    r.bytes = aligned_alloc(64, r.layout.record_size);
    ck_assert_ptr_nonnull(r.bytes);
    return r;
}

static int64_t sum(const int32_t *x, size_t n) {
    int64_t total = 0;
    for (size_t i = 0; i < n; i++) total += x[i];
    return total;
}

/* C1: by area, opening + joined + transferred in = stock + ceased + aged out + transferred out; C2: as many sit as want. */
static bool pupils_balance(const record *r) {
    const place_plan *plan = r->plan;
    size_t n = plan->phases.n * plan->provisions.n;
    for (size_t a = 0; a < plan->areas.n; a++) {
        int64_t pupils = sum(counts(r, PLACE_VAR_OPENING_STOCK) + a * n, n);
        for (size_t t = 0; t < plan->calendar.n_steps; t++) {
            size_t at = (t * plan->areas.n + a) * n;
            pupils += sum(counts(r, PLACE_VAR_JOINED) + at, n) + sum(counts(r, PLACE_VAR_TRANSFERRED_IN) + at, n);
            pupils -= sum(counts(r, PLACE_VAR_CEASED) + at, n) + sum(counts(r, PLACE_VAR_AGED_OUT) + at, n)
                + sum(counts(r, PLACE_VAR_TRANSFERRED_OUT) + at, n);
            if (sum(counts(r, PLACE_VAR_STOCK) + at, n) != pupils || sum(counts(r, PLACE_VAR_DEMAND) + at, n) != pupils)
                return false;
        }
    }
    return true;
}

/* C4: by area, phase and provision, waiting + sought = placed + directed + diverted + gave up + left + waiting. */
static bool ledger_balances(const record *r) {
    static const place_variable_id out[] = { PLACE_VAR_PLACED_OWN_AREA, PLACE_VAR_PLACED_OTHER_AREA,
                                             PLACE_VAR_DIRECTED,        PLACE_VAR_NEWLY_DIVERTED,
                                             PLACE_VAR_GAVE_UP,         PLACE_VAR_LEFT_LIST,
                                             PLACE_VAR_WAITING };
    size_t n = r->plan->areas.n * r->plan->phases.n * r->plan->provisions.n;
    for (size_t i = n; i < n * r->plan->calendar.n_steps; i++) {
        int64_t in = counts(r, PLACE_VAR_WAITING)[i - n] + counts(r, PLACE_VAR_SOUGHT)[i];
        for (size_t k = 0; k < sizeof out / sizeof *out; k++) in -= counts(r, out[k])[i];
        if (in != 0) return false;
    }
    return true;
}

static bool causes_explain_all(const record *r) {
    size_t n = r->plan->areas.n * r->plan->phases.n * r->plan->provisions.n * r->plan->calendar.n_steps;
    for (size_t i = 0; i < n; i++)
        if (sum(counts(r, PLACE_VAR_CAUSE_COUNT) + i * PLACE_N_CAUSES, PLACE_N_CAUSES)
            != counts(r, PLACE_VAR_WAITING)[i] + counts(r, PLACE_VAR_NEWLY_DIVERTED)[i] - counts(r, PLACE_VAR_DECLINED)[i])
            return false;
    return true;
}

/* Derived figures follow from their parts, nothing is negative, and what is counted twice is counted the same. */
static bool readings_agree(const record *r) {
    const place_plan *plan = r->plan;
    size_t n_v = plan->provisions.n, n = plan->areas.n * plan->phases.n * n_v * plan->calendar.n_steps;
    for (int v = 0; v < PLACE_N_VARIABLES; v++)
        for (size_t i = 0; i < r->layout.n_cells[v] && place_catalogue[v].type == PLACE_TYPE_COUNT; i++)
            if (counts(r, (place_variable_id)v)[i] < 0) return false;
    for (size_t i = 0; i < n; i++) {
        int32_t demand = counts(r, PLACE_VAR_DEMAND)[i], available = counts(r, PLACE_VAR_AVAILABLE)[i];
        bool limited = plan->provision_kind[i % n_v] == PLACE_LIMITED;
        if (counts(r, PLACE_VAR_UNMET)[i] != counts(r, PLACE_VAR_WAITING)[i] + counts(r, PLACE_VAR_DIVERTED)[i])
            return false;
        if (counts(r, PLACE_VAR_SHORTFALL)[i] != (limited && demand > available ? demand - available : 0)) return false;
        if (counts(r, PLACE_VAR_UNMET)[i] + counts(r, PLACE_VAR_FORWARD)[i] > demand
            || counts(r, PLACE_VAR_DEMAND_ONLY)[i] > demand)
            return false;
    }
    for (size_t t = 0; t < plan->calendar.n_steps; t++) {
        size_t by_need = plan->areas.n * plan->phases.n * plan->needs.n * n_v,
               by_ncy = plan->areas.n * PLACE_N_NCY * n_v, by_step = plan->areas.n * plan->phases.n * n_v;
        if (sum(counts(r, PLACE_VAR_DEMAND_BY_NEED) + t * by_need, by_need)
            != sum(counts(r, PLACE_VAR_DEMAND) + t * by_step, by_step))
            return false;
        if (sum(counts(r, PLACE_VAR_DEMAND_BY_NCY) + t * by_ncy, by_ncy)
            != sum(counts(r, PLACE_VAR_DEMAND) + t * by_step, by_step))
            return false;
        if (sum(counts(r, PLACE_VAR_WAITING_BY_NCY) + t * by_ncy, by_ncy)
            != sum(counts(r, PLACE_VAR_WAITING) + t * by_step, by_step))
            return false;
        int64_t at_sites = 0;
        for (size_t i = 0; i < by_step; i++)
            at_sites +=
                plan->provision_kind[i % n_v] == PLACE_LIMITED ? counts(r, PLACE_VAR_STOCK)[t * by_step + i] : 0;
        if (at_sites != (plan->n_sites ? sum(counts(r, PLACE_VAR_SITE_ROLL) + t * plan->n_sites, plan->n_sites) : 0))
            return false;
    }
    return true;
}

static bool is_successor(const place_plan *plan, size_t site) {
    for (size_t e = 0; e < plan->n_events; e++)
        for (size_t i = 0; i < plan->events[e].n_successors; i++)
            if (plan->events[e].successors[i] == (int32_t)site) return true;
    return false;
}

/* C3: admission lifts no roll above commissioned + stretch (and physical); only direction and succession may. */
static bool rolls_keep_their_limits(const record *r) {
    const place_plan *plan = r->plan;
    size_t n = plan->areas.n * plan->phases.n * plan->provisions.n;
    for (size_t s = 0; s < plan->n_sites; s++) {
        const place_pool *pool = &plan->pools[plan->sites[s].first_pool];
        double stretch = pool->stretch.input == PLACE_NONE
            ? pool->stretch.value
            : ((const double *)(const void *)(r->bytes + r->layout.offset[PLACE_VAR_INPUT_VALUE]))[pool->stretch.input];
        if (plan->sites[s].n_pools > 1 || is_successor(plan, s))
            continue; /* of several pools one may be over and another fill up */
        for (size_t t = 1; t < plan->calendar.n_steps; t++) {
            size_t i = t * plan->n_sites + s;
            int64_t top = counts(r, PLACE_VAR_SITE_COMMISSIONED)[i] + (int64_t)floor(stretch + 0.5),
                    roll = counts(r, PLACE_VAR_SITE_ROLL)[i];
            if (counts(r, PLACE_VAR_SITE_PHYSICAL)[i] < top) top = counts(r, PLACE_VAR_SITE_PHYSICAL)[i];
            top -= counts(r, PLACE_VAR_SITE_OTHERS)[i];
            if (top < counts(r, PLACE_VAR_SITE_ROLL)[i - plan->n_sites])
                top = counts(r, PLACE_VAR_SITE_ROLL)[i - plan->n_sites];
            if (roll > top + sum(counts(r, PLACE_VAR_DIRECTED) + t * n, n)) return false;
        }
    }
    return true;
}

/* C5: sources sum to no more than the spend, and nothing is spent before the year in which the project starts. */
static bool money_balances(const record *r) {
    const place_plan *plan = r->plan;
    if (plan->n_projects == 0) return true;
    const int64_t *spend = (const int64_t *)(const void *)(r->bytes + r->layout.offset[PLACE_VAR_PROJECT_SPEND]);
    const int64_t *used = (const int64_t *)(const void *)(r->bytes + r->layout.offset[PLACE_VAR_FUNDING_USED]);
    size_t n_years = r->layout.n_cells[PLACE_VAR_PROJECT_SPEND] / plan->n_projects;
    for (size_t p = 0; p < plan->n_projects; p++) {
        int64_t spent = 0, met = 0;
        for (size_t y = 0; y < n_years; y++) {
            if (spend[p * n_years + y] < 0) return false;
            bool before = plan->projects[p].start_day >= place_day(place_first_financial_year(plan) + (int)y + 1, 4, 1);
            if (before && spend[p * n_years + y] > 0) return false;
            spent += spend[p * n_years + y];
        }
        for (size_t f = 0; f < plan->n_funding; f++) met += plan->funding[f].project == (int32_t)p ? used[f] : 0;
        if (met < 0 || met > spent) return false;
    }
    return true;
}

/* Some replications, recounted after every step, and the identities above over what each writes. */
static void check_conserved(const place_plan *plan, const char *name) {
    record r = create_record(plan);
    place_replication *replication = place_replication_create(plan, &r.layout);
    ck_assert_ptr_nonnull(replication);
    place_replication_set_verify(replication, true);
    for (int64_t i = 0; i < N_REPLICATIONS; i++) {
        place_error err = { 0 };
        ck_assert_int_eq(place_replication_run(replication, (const int64_t[]){ i, i, i, i }, r.bytes, &err), PLACE_OK);
        const char *broken = !pupils_balance(&r) ? "C1"
            : !ledger_balances(&r)               ? "C4"
            : !causes_explain_all(&r)            ? "causes"
            : !readings_agree(&r)                ? "readings"
            : !rolls_keep_their_limits(&r)       ? "C3"
            : !money_balances(&r)                ? "C5"
                                                 : NULL;
        ck_assert_msg(broken == NULL, "%s broken in %s, replication %lld", broken, name, (long long)i);
    }
    place_replication_free(replication);
    free(r.bytes);
}

/* What `check --print` prints of it is that scenario again, to the byte, and has the same inputs. */
static void check_printed(const place_plan *plan, const char *name) {
    place_plan *again = scenario_load_text(plan->resolved, NULL, 0);
    bool same = again->resolved_size == plan->resolved_size && memcmp(again->resolved, plan->resolved, plan->resolved_size) == 0
        && again->n_inputs == plan->n_inputs && again->n_events == plan->n_events && again->n_sites == plan->n_sites;
    for (size_t i = 0; same && i < plan->n_inputs; i++) same = strcmp(again->inputs[i].id, plan->inputs[i].id) == 0;
    ck_assert_msg(same, "%s is another once it is printed and read again", name);
    place_plan_free(again);
}

START_TEST(random_scenarios_conserve_everything_and_print_the_same) { /* 15 scenarios a test, 8 replications each */
    for (uint32_t number = (uint32_t)_i * PER_TEST; number < (uint32_t)(_i + 1) * PER_TEST; number++) {
        char name[40];
        text xml = { 0 };
        scenario_random(&xml, number, 0);
        place_plan *plan = scenario_load_text(xml.at, NULL, 0);
        snprintf(name, sizeof name, "random scenario %u", number);
        check_conserved(plan, name);
        check_printed(plan, name);
        place_plan_free(plan);
        text_free(&xml);
    }
}
END_TEST

START_TEST(one_scenario_with_everything_conserves_everything) { /* and has something in every variable but what bounds hold */
    static place_errors errors;
    place_plan *plan = NULL;
    ck_assert_int_eq(place_scenario_load(&plan, "tests/data/everything.xml", NULL, &errors), PLACE_OK);
    check_conserved(plan, "tests/data/everything.xml");
    place_results *results = run_all(plan, 24, 1);
    for (int v = 0; v < PLACE_N_VARIABLES; v++) {
        bool seen = v == PLACE_VAR_PROBABILITIES_HELD;
        for (size_t cell = 0; cell < place_results_cells(results, (place_variable_id)v) && !seen; cell++)
            for (int64_t i = 0; i < 24 && !seen; i++) {
                double x = place_results_value(results, (place_variable_id)v, cell, i);
                seen = !isnan(x) && x != 0;
            }
        ck_assert_msg(seen, "nothing is in %s", place_catalogue[v].name);
    }
    place_results_free(results);
    place_plan_free(plan);
}
END_TEST

START_TEST(the_generator_reaches_every_part) { /* else the test above would pass by testing nothing */
    int64_t seen[PLACE_N_VARIABLES] = { 0 }, causes[PLACE_N_CAUSES] = { 0 }, kinds[PLACE_EVENT_CHANGE + 1] = { 0 };
    for (uint32_t number = 0; number < N_SCENARIOS; number++) {
        text xml = { 0 };
        scenario_random(&xml, number, 0);
        place_plan *plan = scenario_load_text(xml.at, NULL, 0);
        place_results *results = run_all(plan, 2, 1);
        for (int v = 0; v < PLACE_N_VARIABLES; v++)
            for (size_t cell = 0; cell < place_results_cells(results, (place_variable_id)v); cell++) {
                double x = place_results_value(results, (place_variable_id)v, cell, 1);
                if (isnan(x) || x == 0) continue;
                seen[v]++;
                if (v == PLACE_VAR_CAUSE_COUNT) causes[cell % PLACE_N_CAUSES]++;
            }
        for (size_t e = 0; e < plan->n_events; e++) kinds[plan->events[e].kind]++;
        place_results_free(results);
        place_plan_free(plan);
        text_free(&xml);
    }
    for (int v = 0; v < PLACE_N_VARIABLES; v++)
        ck_assert_msg(seen[v] > 0 || v == PLACE_VAR_PROBABILITIES_HELD, "no random scenario has anything in %s",
                      place_catalogue[v].name);
    for (int c = 0; c < PLACE_N_CAUSES; c++)
        ck_assert_msg(causes[c] > 0, "no random scenario has the cause %s", place_cause_names[c]);
    for (int k = 0; k <= PLACE_EVENT_CHANGE; k++)
        ck_assert_msg(kinds[k] > 0, "no random scenario has an event of kind %d", k);
}
END_TEST

/* ---- planted: a broken state is found ---- */

static place_plan *small_plan(void) {
    return scenario_plan(
        "<time start='2021-09-01' steps='2' step='year'/><area id='a'/><need id='n'/><stock date='2021-09-01'/><provision id='open' kind='open'/>"
        "<provision id='special' kind='limited'/><site id='s' area='a' provision='special' ncy='-4..20'><places commissioned='8'/></site>"
        "<table name='stock'><row area='a' ncy='3' need='n' setting='s' count='5'/><row area='a' ncy='3' need='n' setting='open' count='30'/></table>"
        "<table name='waiting-setting'><row setting='open'/></table>");
}

START_TEST(a_broken_tally_is_found) {
    /* planted: a tally changed behind the state's back; each must abort at the recount */
    place_plan *plan = small_plan();
    place_layout layout = place_layout_of(plan, 0);
    place_replication *replication = place_replication_create(plan, &layout);
    char *bytes = aligned_alloc(64, layout.record_size);
    place_error err = { 0 };
    ck_assert_int_eq(place_replication_run(replication, (const int64_t[]){ 0, 0, 0, 0 }, bytes, &err), PLACE_OK);
    place_state *s = replication->state;
    int32_t *const tallies[] = { &s->demand[0],      &s->sitting[0],    &s->waiting[0],           &s->row_n[9],
                                 &s->row_waiting[9], &s->sites[0].roll, &s->sites[0].roll_ncy[3], &s->pools[0].roll,
                                 &s->diverted[0],    &s->forward[0],    &s->row_forward[9],       &s->balance[0] };
    place_state_verify(s, true);
    ++*tallies[_i];
    place_state_verify(s, true);
}
END_TEST

START_TEST(a_lost_pupil_is_found) { /* planted: one pupil less in the place layer */
    place_plan *plan = small_plan();
    place_layout layout = place_layout_of(plan, 0);
    place_replication *replication = place_replication_create(plan, &layout);
    char *bytes = aligned_alloc(64, layout.record_size);
    place_error err = { 0 };
    ck_assert_int_eq(place_replication_run(replication, (const int64_t[]){ 0, 0, 0, 0 }, bytes, &err), PLACE_OK);
    place_state *s = replication->state;
    place_cell cell = place_cell_at(s, 0, 0, 8, 0, false); /* Year 4 now */
    place_cohort_take(s, &cell, PLACE_NONE, s->head[cell.index], 1);
    place_state_verify(s, false);
}
END_TEST

START_TEST(a_broken_record_is_found) {
    /* planted: one pupil more in a flow of the record; the identities above must refuse it */
    text xml = { 0 };
    scenario_random(&xml, 3, 0);
    place_plan *plan = scenario_load_text(xml.at, NULL, 0);
    record r = create_record(plan);
    place_replication *replication = place_replication_create(plan, &r.layout);
    place_error err = { 0 };
    ck_assert_int_eq(place_replication_run(replication, (const int64_t[]){ 0, 0, 0, 0 }, r.bytes, &err), PLACE_OK);
    ck_assert(pupils_balance(&r) && ledger_balances(&r) && causes_explain_all(&r) && readings_agree(&r)
              && rolls_keep_their_limits(&r));
    size_t n = plan->areas.n * plan->phases.n * plan->provisions.n;
    int32_t *joined = (int32_t *)(void *)(r.bytes + r.layout.offset[PLACE_VAR_JOINED]),
            *left = (int32_t *)(void *)(r.bytes + r.layout.offset[PLACE_VAR_LEFT_LIST]);
    int32_t *causes = (int32_t *)(void *)(r.bytes + r.layout.offset[PLACE_VAR_CAUSE_COUNT]),
            *unmet = (int32_t *)(void *)(r.bytes + r.layout.offset[PLACE_VAR_UNMET]);
    int32_t *roll = (int32_t *)(void *)(r.bytes + r.layout.offset[PLACE_VAR_SITE_ROLL]);
    joined[n]++, ck_assert(!pupils_balance(&r)), joined[n]--;
    left[n]++, ck_assert(!ledger_balances(&r)), left[n]--;
    causes[0]++, ck_assert(!causes_explain_all(&r)), causes[0]--;
    unmet[0]++, ck_assert(!readings_agree(&r)), unmet[0]--;
    roll[plan->n_sites] += 500, ck_assert(!rolls_keep_their_limits(&r)), roll[plan->n_sites] -= 500;
    place_replication_free(replication);
    free(r.bytes);
    place_plan_free(plan);
    text_free(&xml);
}
END_TEST

Suite *conservation_suite(void) {
    Suite *suite = suite_create("conservation");
    TCase *random = tcase_create("random scenarios"), *planted = tcase_create("planted");
    tcase_add_loop_test(random, random_scenarios_conserve_everything_and_print_the_same, 0, (law_in_full() ? N_IN_FULL : N_SCENARIOS) / PER_TEST);
    tcase_add_test(random, the_generator_reaches_every_part);
    tcase_add_test(random, one_scenario_with_everything_conserves_everything);
    tcase_add_loop_test_raise_signal(planted, a_broken_tally_is_found, SIGABRT, 0, 12);
    tcase_add_test_raise_signal(planted, a_lost_pupil_is_found, SIGABRT);
    tcase_add_test(planted, a_broken_record_is_found);
    suite_add_tcase(suite, random);
    suite_add_tcase(suite, planted);
    return suite;
}
