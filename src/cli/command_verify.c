/* SPDX-License-Identifier: MIT */
/* verify: the closed forms on this machine, and a page to file: what was built how, where it ran, and each case's figures. */
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "commands.h"
#include "output.h"
#include "place/closed_forms.h"
#include "place/embedded.h"
#include "place/report.h"
#include "place/scenario.h"
#include "progress.h"

#define LEAST 10000 /* replications: below it, means of what is rarely not 0 are no longer nearly normal */

static place_status load(place_plan **out, const place_closed_form *form, const place_options *options, place_error *err) {
    bool quiet = true; /* a seed that is put in need not be told seventeen times */
    const place_scenario_options how = { .seed = options->seed, .on_set = place_output_change, .self = &quiet };
    const place_embedded_file *file = place_embedded_closed_forms;
    place_errors *errors = calloc(1, sizeof *errors);
    if (errors == NULL) return place_error_set(err, PLACE_SYSTEM, NULL, 0, "out of memory");
    while (file < place_embedded_closed_forms + place_embedded_closed_forms_n && strcmp(file->name, form->scenario) != 0) file++;
    place_status status = PLACE_SYSTEM;
    if (file < place_embedded_closed_forms + place_embedded_closed_forms_n)
        status = place_scenario_load_text(out, (const char *)file->bytes, file->size, form->scenario, &how, errors);
    else
        place_error_set(err, status, NULL, 0, "the program carries no scenario '%s'", form->scenario);
    errors->n_warnings = 0; /* that a test's numbers are fixed is as it should be */
    place_output_errors(errors);
    free(errors);
    return status;
}

/* @param forms  [place_n_closed_forms], with the replications asked for */
static place_status run_all(place_closed_result *results, const place_closed_form *forms, const place_options *options, place_error *err) {
    place_progress progress;
    place_status status = PLACE_OK;
    int64_t n_all = 0, n_done = 0;
    size_t n = 0;
    for (size_t i = 0; i < place_n_closed_forms; i++) n_all += forms[i].n_replications;
    place_progress_start(&progress, options->quiet);
    for (size_t i = 0; i < place_n_closed_forms && status == PLACE_OK; i++) {
        const place_closed_form *form = &forms[i];
        place_plan *plan = NULL;
        status = load(&plan, form, options, err);
        if (status == PLACE_OK) status = place_closed_form_run(&results[n], form, plan, options->n_threads, err);
        place_plan_free(plan);
        n += form->n_checks;
        n_done += form->n_replications;
        place_progress_tell(&progress, n_done, n_all);
    }
    place_progress_end(&progress);
    return status;
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void add_machine(place_tables *tables, double seconds, const char *seed) {
    struct utsname machine;
    struct tm utc;
    char text[400];
    time_t day = time(NULL);
    if (uname(&machine) == 0) {
        snprintf(text, sizeof text, "%.100s %.100s %.60s", machine.sysname, machine.release, machine.machine);
        place_tables_fact(tables, "machine", "Machine", text);
    }
    place_tables_fact_number(tables, "processors", "Processors", (double)sysconf(_SC_NPROCESSORS_ONLN));
    if (gmtime_r(&day, &utc) != NULL && strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &utc) > 0)
        place_tables_fact(tables, "date", "Date", text);
    snprintf(text, sizeof text, "%.0f", seconds);
    place_tables_fact(tables, "seconds", "Seconds", text);
    place_tables_fact(tables, "seed", "Seed", seed != NULL ? seed : "each case's own");
}

static place_status act(const place_options *options, place_error *err) {
    size_t n_results = 0, n_failed = 0;
    if (options->n_replications > 0 && options->n_replications < LEAST)
        return place_error_set(err, PLACE_BAD_INPUT, NULL, 0, "verify: -n %lld is too few for the limits to hold: 10,000 or more",
                               (long long)options->n_replications);
    for (size_t i = 0; i < place_n_closed_forms; i++) n_results += place_closed_forms[i].n_checks;
    place_closed_result *results = calloc(n_results, sizeof *results);
    place_closed_form *forms = calloc(place_n_closed_forms, sizeof *forms);
    place_tables *tables = place_tables_create();
    const double started = now();
    place_status status = PLACE_OK;
    if (results == NULL || forms == NULL || tables == NULL) status = place_error_set(err, PLACE_SYSTEM, NULL, 0, "out of memory");
    for (size_t i = 0; i < place_n_closed_forms && status == PLACE_OK; i++) {
        forms[i] = place_closed_forms[i];
        if (options->n_replications > 0) forms[i].n_replications = options->n_replications;
    }
    if (status == PLACE_OK) status = run_all(results, forms, options, err);
    if (status == PLACE_OK) {
        place_version_facts(tables);
        add_machine(tables, now() - started, options->seed);
        place_report_closed_forms(tables, results, n_results);
        status = place_tables_write(tables, options->json ? PLACE_AS_JSON : options->csv ? PLACE_AS_CSV : PLACE_AS_TEXT, NULL, stdout, err);
    }
    for (size_t i = 0; i < n_results && status == PLACE_OK; i++) n_failed += !results[i].passed;
    place_tables_free(tables);
    free(forms);
    free(results);
    return n_failed > 0 ? PLACE_NO : status;
}

static const place_option options[] = {
    { PLACE_OPTION_REPLICATIONS, 'n', "replications", "N", "replications of each case, from 10,000; the limits follow. By default 100 to 200,000" },
    { PLACE_OPTION_SEED, 's', "seed", "S", "other chance than each case's own; all must pass with any seed" },
    { PLACE_OPTION_THREADS, 't', "threads", "T", "threads to use, by default one for each processor; the figures are the same" },
    { PLACE_OPTION_QUIET, 'q', "quiet", NULL, "no progress" },
    { PLACE_OPTION_JSON, '\0', "json", NULL, "the page as JSON" },
    { PLACE_OPTION_CSV, '\0', "csv", NULL, "the cases as CSV" },
};

const place_command place_command_verify = {
    .name = "verify",
    .arguments = "",
    .summary = "does the program compute rightly on this machine?",
    .description = "Plays small scenarios whose answers are known exactly (how many leave, how often a school is full, when a\n"
                   "project opens) and holds what comes out against those answers. Takes under a minute. The page that it prints,\n"
                   "with version, libraries and machine, can be filed with a study. Exit code 0: all as it should be; 1: not.",
    .examples = "  placesim verify\n"
                "  placesim verify >output/verified.txt\n"
                "  placesim verify --seed 7 --json\n",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .act = act,
};
