/* SPDX-License-Identifier: MIT */
/* check: is a scenario sound? All that is wrong with each file at once, on standard error; --print gives what was understood. */
#include <limits.h>
#include <stdlib.h>

#include "commands.h"
#include "output.h"
#include "place/scenario.h"
#include "place/table.h"

static void add_messages(place_tables *report, const place_error *messages, size_t n, const char *kind) {
    for (size_t i = 0; i < n && i < PLACE_N_ERRORS; i++) {
        place_tables_row(report, PLACE_IN_ALL);
        place_tables_text(report, kind);
        place_tables_text(report, messages[i].file);
        if (messages[i].line > 0) place_tables_number(report, (double)messages[i].line, 0);
        else place_tables_nothing(report);
        place_tables_text(report, messages[i].message);
    }
}

typedef struct totals {
    size_t n_errors, n_warnings;
    place_status worst;
} totals;

static void check_one(const char *path, const place_options *options, place_tables *report, totals *sum, place_errors *errors) {
    place_plan *plan = NULL;
    *errors = (place_errors){ 0 };
    place_scenario_options how = { .sets = options->sets, .n_sets = options->n_sets, .on_set = place_output_change };
    place_status status = place_scenario_load(&plan, path, &how, errors);
    if (status > sum->worst) sum->worst = status;
    sum->n_errors += errors->n_errors;
    sum->n_warnings += errors->n_warnings;
    if (report != NULL) {
        add_messages(report, errors->errors, errors->n_errors, "error");
        add_messages(report, errors->warnings, errors->n_warnings, "warning");
    } else
        place_output_errors(errors);
    if (status == PLACE_OK && options->print && report == NULL) fwrite(plan->resolved, 1, plan->resolved_size, stdout);
    place_plan_free(plan);
}

static place_status act(const place_options *options, place_error *err) {
    totals sum = { 0 };
    place_tables *report = NULL;
    place_errors *errors = calloc(1, sizeof *errors);
    place_status status = errors != NULL ? PLACE_OK : place_error_set(err, PLACE_SYSTEM, NULL, 0, "out of memory");
    if (options->print && (options->json || options->csv))
        status = place_error_set(err, PLACE_BAD_INPUT, NULL, 0, "check: --print gives XML, so it does not go with --json or --csv");
    if (status == PLACE_OK && (options->json || options->csv) && (report = place_tables_create()) == NULL)
        status = place_error_set(err, PLACE_SYSTEM, NULL, 0, "out of memory");
    if (status != PLACE_OK) goto out;
    if (report != NULL) {
        place_tables_begin(report, "messages", "Errors and warnings");
        place_tables_column(report, "severity", "Kind", PLACE_IN_ALL | PLACE_LEFT);
        place_tables_column(report, "file", "File", PLACE_IN_ALL | PLACE_LEFT);
        place_tables_column(report, "line", "Line", PLACE_IN_ALL);
        place_tables_column(report, "message", "What", PLACE_IN_ALL | PLACE_LEFT);
    }
    for (int i = 0; i < options->n_arguments; i++) check_one(options->arguments[i], options, report, &sum, errors);
    if (report != NULL) {
        place_tables_fact_number(report, "n_errors", "Errors", (double)sum.n_errors);
        place_tables_fact_number(report, "n_warnings", "Warnings", (double)sum.n_warnings);
        status = place_tables_write(report, options->json ? PLACE_AS_JSON : PLACE_AS_CSV, NULL, stdout, err);
    }
    fprintf(stderr, "%zu error%s, %zu warning%s\n", sum.n_errors, sum.n_errors == 1 ? "" : "s", sum.n_warnings, sum.n_warnings == 1 ? "" : "s");
    if (status == PLACE_OK) status = sum.worst;
out:
    place_tables_free(report);
    free(errors);
    return status;
}

static const place_option options[] = {
    { PLACE_OPTION_PRINT, 'p', "print", NULL, "also give the scenario as understood: all files joined, changes made, in a fixed order" },
    { PLACE_OPTION_SET, '\0', "set", "XPATH=VALUE", "change one value before checking; may be given more than once" },
    { PLACE_OPTION_JSON, '\0', "json", NULL, "give the errors and warnings as JSON on standard output" },
    { PLACE_OPTION_CSV, '\0', "csv", NULL, "the same as CSV" },
};

const place_command place_command_check = {
    .name = "check",
    .arguments = "SCENARIO...",
    .n_arguments_least = 1,
    .n_arguments_most = INT_MAX,
    .summary = "is a scenario sound? every mistake with its line",
    .description = "Reads each scenario as `run` would and says all that is wrong with it at once, as FILE:LINE: SENTENCE,\n"
                   "and as warnings what is doubtful. Nothing is simulated. Exit code 0: sound; 2: not; 3: cannot be read.",
    .examples = "  placesim check mine.xml\n"
                "  placesim check scenarios/*.xml\n"
                "  placesim check mine.xml --print >resolved.xml\n",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .act = act,
};
