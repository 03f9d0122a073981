/* SPDX-License-Identifier: MIT */
/**
 * Running replications: what happens when the sink or the model fails, in which order blocks come, and counts that need 32 bits.
 * What a run computes is tested where the model is.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "place/results.h"
#include "place/run.h"
#include "scenarios.h"
#include "suites.h"

/* A sink that fails at a call, and counts what it is given: all that is packed is appended or discarded. */
typedef struct failing_sink {
    atomic_int n_packed, n_freed;
    int pack_fails_at, append_fails_at, n_appended, n_closed, n_abandoned;
    bool close_fails;
} failing_sink;

static void *pack(void *self, const place_block *block, int part, int n_parts, place_error *err) {
    failing_sink *sink = self;
    (void)block, (void)part, (void)n_parts;
    if (atomic_fetch_add(&sink->n_packed, 1) + 1 != sink->pack_fails_at) return malloc(1);
    atomic_fetch_sub(&sink->n_packed, 1);
    place_error_set(err, PLACE_SYSTEM, NULL, 0, "packing is out of order");
    return NULL;
}
static place_status append(void *self, void *packed, place_error *err) {
    failing_sink *sink = self;
    free(packed);
    atomic_fetch_add(&sink->n_freed, 1);
    if (++sink->n_appended == sink->append_fails_at) return place_error_set(err, PLACE_SYSTEM, NULL, 0, "the disk is on fire");
    return PLACE_OK;
}
static void discard(void *self, void *packed) {
    free(packed);
    atomic_fetch_add(&((failing_sink *)self)->n_freed, 1);
}
static place_status close_sink(void *self, place_error *err) {
    failing_sink *sink = self;
    sink->n_closed++;
    return sink->close_fails ? place_error_set(err, PLACE_SYSTEM, NULL, 0, "the door jams") : PLACE_OK;
}
static void abandon(void *self) {
    ((failing_sink *)self)->n_abandoned++;
}

static place_status run_into(failing_sink *to, const place_plan *plan, int n_threads, place_error *err) {
    place_sink sink = { .pack = pack, .append = append, .discard = discard, .close = close_sink, .abandon = abandon, .self = to };
    *err = (place_error){ .status = PLACE_OK };
    return place_run(plan, &(place_run_options){ .n_replications = 1300, .n_threads = n_threads }, &sink, err);
}

START_TEST(a_sink_that_fails_ends_the_run_and_nothing_packed_is_lost) { /* 6 blocks; on 1 to 3 threads, at each of some calls */
    place_error err;
    place_plan *plan = scenario_plan("%s<stock date='2021-09-01'/><time start='2021-09-01' step='year' steps='1'/><provision id='open' kind='open'/>", scenario_single);
    for (int n_threads = 1; n_threads <= 3; n_threads++)
        for (int at = 1; at <= 6; at++) {
            failing_sink packing = { .pack_fails_at = at }, appending = { .append_fails_at = at };
            ck_assert_int_eq(run_into(&packing, plan, n_threads, &err), PLACE_SYSTEM);
            ck_assert_str_eq(err.message, "packing is out of order");
            ck_assert(packing.n_abandoned == 1 && packing.n_closed == 0 && packing.n_freed == packing.n_packed);
            ck_assert_int_eq(run_into(&appending, plan, n_threads, &err), PLACE_SYSTEM);
            ck_assert_str_eq(err.message, "the disk is on fire");
            ck_assert(appending.n_abandoned == 1 && appending.n_closed == 0 && appending.n_freed == appending.n_packed && appending.n_appended == at);
        }
    failing_sink closing = { .close_fails = true };
    ck_assert_int_eq(run_into(&closing, plan, 2, &err), PLACE_SYSTEM);
    ck_assert(closing.n_closed == 1 && closing.n_abandoned == 0 && closing.n_freed == closing.n_packed);
    place_plan_free(plan);
}
END_TEST

/* 100,000 children; who get a plan in a year are 0.9 of them in one replication of 1,000 and else none: a mean of 90, a limit of some 2,000. */
START_TEST(a_replication_past_the_pupil_limit_ends_the_run) {
    place_error err = { 0 };
    place_results *results = NULL;
    place_plan *plan = scenario_plan(
        "%s<stock date='2021-09-01'/><time start='2021-09-01' step='year' steps='2'/><provision id='open' kind='open'/><table name='population'>"
        "<row ncy='5' value='100000'/></table><table name='new-plans'><row ncy='5' value='discrete(0: 0.999, 0.9: 0.001)'/></table>"
        "<table name='joiner-target'><row to='open' value='1'/></table><table name='waiting-setting'><row setting='open'/></table>", scenario_single);
    for (int n_threads = 1; n_threads <= 2; n_threads++) {
        ck_assert_int_eq(place_results_run(&results, plan, &(place_run_options){ .n_replications = 6000, .n_threads = n_threads }, &err), PLACE_BAD_INPUT);
        ck_assert_msg(strstr(err.message, "pupils") != NULL, "%s", err.message);
        ck_assert_ptr_null(results);
    }
    place_plan_free(plan);
}
END_TEST

START_TEST(counts_of_a_large_county_are_kept_in_32_bits) { /* 70,000 at the start are past 65,534 */
    place_error err = { 0 };
    place_results *results = NULL;
    place_plan *plan = scenario_plan(
        "%s<stock date='2021-09-01'/><time start='2021-09-01' step='year' steps='1'/><provision id='open' kind='open'/>"
        "<table name='stock'><row area='a' ncy='3' need='n' setting='open' count='70000'/></table>", scenario_single);
    ck_assert_int_eq(place_results_run(&results, plan, NULL, &err), PLACE_OK); /* as the scenario says */
    ck_assert_int_eq(place_results_replications(results), plan->replications);
    ck_assert_double_eq(place_results_value(results, PLACE_VAR_STOCK, 0, 0), 70000);
    place_results_free(results);
    place_results_free(NULL);
    place_plan_free(plan);
}
END_TEST

Suite *run_suite(void) {
    Suite *suite = suite_create("run");
    TCase *tests = tcase_create("run");
    tcase_add_test(tests, a_sink_that_fails_ends_the_run_and_nothing_packed_is_lost);
    tcase_add_test(tests, a_replication_past_the_pupil_limit_ends_the_run);
    tcase_add_test(tests, counts_of_a_large_county_are_kept_in_32_bits);
    suite_add_tcase(suite, tests);
    return suite;
}
