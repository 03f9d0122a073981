/* SPDX-License-Identifier: MIT */
/**
 * The test program: every suite, or those named, each test in a process of its own (CK_FORK=no for a debugger). Its last
 * line is Check's closing line over all of them; it exits 1 if a test failed, 2 if a suite is not known.
 *
 * To add a suite: put it in tests/NAME_suite.c or the like, its function in tests/suites.h, and a row in the table here.
 */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suites.h"

typedef struct suite_row {
    const char *name;
    Suite *(*create)(void);
} suite_row;

static const suite_row suites[] = {
    { "base", base_suite },
    { "random", random_suite },
    { "distribution", distribution_suite },
    { "result", result_suite },
    { "run", run_suite },
    { "durable", durable_suite },
    { "faults", faults_suite },
    { "disks", disks_suite },
    { "power", power_suite },
    { "document", document_suite },
    { "number", number_suite },
    { "scenario", scenario_suite },
    { "plan", plan_suite },
    { "totals", totals_suite },
    { "opening-fit", opening_fit_suite },
    { "summary", summary_suite },
    { "reading", reading_suite },
    { "variance", variance_suite },
    { "table", table_suite },
    { "difference", difference_suite },
    { "replay", replay_suite },
    { "verify", verify_suite },
    { "trace", trace_suite },
    { "cli", cli_suite },
    { "child", child_suite },
    { "model", model_suite },
    { "closed-forms", closed_forms_suite },
    { "conservation", conservation_suite },
    { "metamorphic", metamorphic_suite },
    { "pipeline", pipeline_suite },
    { "trigger", trigger_suite },
    { "money", money_suite },
    { "changes", changes_suite },
    { "hostile", hostile_suite },
    { "fuzz", fuzz_suite },
    { "reference", reference_suite },
    { "exact", exact_suite },
    { "identities", identities_suite },
    { "laws", laws_suite },
    { "memory", memory_suite },
};
static const size_t n_suites = sizeof suites / sizeof suites[0];

static const suite_row *find_suite(const char *name) {
    for (size_t s = 0; s < n_suites; s++)
        if (strcmp(suites[s].name, name) == 0) return &suites[s];
    return NULL;
}

/** Check prints its closing line before the failures; after them it is wanted once more, as the last line. */
static void print_closing_line(SRunner *runner) {
    int n_run = srunner_ntests_run(runner), n_failed = srunner_ntests_failed(runner), n_failures = 0;
    TestResult **failed = srunner_failures(runner);
    for (int f = 0; f < n_failed; f++) n_failures += tr_rtype(failed[f]) == CK_FAILURE;
    free(failed);
    printf("%d%%: Checks: %d, Failures: %d, Errors: %d\n", n_run > 0 ? 100 * (n_run - n_failed) / n_run : 100, n_run,
           n_failures, n_failed - n_failures);
}

int main(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], "-l") == 0) {
        for (size_t s = 0; s < n_suites; s++) puts(suites[s].name);
        return 0;
    }
    for (int a = 1; a < argc; a++)
        if (!find_suite(argv[a])) {
            fprintf(stderr, "%s: no suite is called '%s'; -l lists them\n", argv[0], argv[a]);
            return 2;
        }

    setenv("PLACESIM", "build/placesim", 0); /* tests run from the top folder; these two may be set by the caller */
    setenv("CK_DEFAULT_TIMEOUT", "60", 0);   /* seconds a test                                                   */
    setvbuf(stdout, NULL, _IOLBF, 0);        /* a pipe sees each suite as it starts                              */
    for (int i = 0; i < 4; i++) signal((int[]){ SIGINT, SIGTERM, SIGHUP, SIGQUIT }[i], SIG_DFL); /* nohup and & have them ignored, and the program keeps to it */

    SRunner *runner = srunner_create(NULL);
    for (size_t s = 0; s < n_suites; s++) {
        int wanted = argc == 1;
        for (int a = 1; a < argc; a++) wanted |= strcmp(argv[a], suites[s].name) == 0;
        if (wanted) srunner_add_suite(runner, suites[s].create());
    }
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    if (n_failed > 0) print_closing_line(runner);
    srunner_free(runner);
    return n_failed > 0;
}
