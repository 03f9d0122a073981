/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "place/results.h"
#include "place/scenario.h"
#include "targets.h"

/* Small enough to play in a few milliseconds. */
static int is_small(const place_plan *plan) {
    double cells = (double)plan->areas.n * (double)plan->needs.n * (double)plan->targets.n;
    place_layout layout = place_layout_of(plan, 0);
    return plan->calendar.n_steps <= 24 && cells <= 100 && plan->n_sites <= 40 && layout.pupil_limit <= 20000;
}

/* Conservation is asserted in every step; that it can be refused (too many pupils) is no failure. */
static void play(const place_plan *plan) {
    place_error err = { 0 };
    place_results *results = NULL;
    place_status status = place_results_run(&results, plan, &(place_run_options){ .n_replications = 1, .n_threads = 1 }, &err);
    if (status != PLACE_OK && err.message[0] == '\0') fuzz_fail("a run fails and does not say why");
    place_results_free(results);
}

int fuzz_scenario(const uint8_t *bytes, size_t size) {
    static place_errors errors;
    place_plan *plan = NULL, *again = NULL;
    errors.n_errors = errors.n_warnings = 0;
    place_status status = place_scenario_load_text(&plan, (const char *)bytes, size, "fuzz.xml", NULL, &errors);
    long n_lines = 1;
    for (size_t i = 0; i < size; i++) n_lines += bytes[i] == '\n';
    fuzz_check_errors(status, &errors, n_lines);
    if (status != PLACE_OK) return 0;
    errors.n_errors = errors.n_warnings = 0;
    if (place_scenario_load_text(&again, plan->resolved, plan->resolved_size, "resolved.xml", NULL, &errors) != PLACE_OK)
        fuzz_fail("a resolved scenario is refused: line %ld: %s", errors.errors[0].line, errors.errors[0].message);
    if (again->resolved_size != plan->resolved_size || memcmp(again->resolved, plan->resolved, plan->resolved_size) != 0)
        fuzz_fail("a resolved scenario resolves to another");
    if (is_small(plan)) play(plan);
    place_plan_free(plan);
    place_plan_free(again);
    return 0;
}
