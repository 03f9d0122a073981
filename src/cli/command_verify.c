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
#include "place/runfile.h"
#include "place/scenario.h"
#include "progress.h"

#define LEAST 10000 /* replications: below it, means of what is rarely not 0 are no longer nearly normal */

static const place_embedded_file *find(const char *name) {
    for (size_t i = 0; i < place_embedded_closed_forms_n; i++)
        if (strcmp(place_embedded_closed_forms[i].name, name) == 0) return &place_embedded_closed_forms[i];
    return NULL;
}

static place_status load(place_plan **out, const place_closed_form *form, const place_options *options, place_error *err) {
    bool quiet = true; /* a seed that is put in need not be told seventeen times */
    const place_scenario_options how = { .seed = options->seed, .on_set = place_output_change, .self = &quiet };
    const place_embedded_file *file = find(form->scenario);
    place_errors *errors = calloc(1, sizeof *errors);
    if (errors == NULL) return place_error_set(err, PLACE_SYSTEM, NULL, 0, "out of memory");
    place_status status = PLACE_SYSTEM;
    if (file != NULL)
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
        const place_embedded_file *file = find(form->scenario);
        for (size_t k = 0; k < form->n_checks && status == PLACE_OK; k++) place_runfile_sha256(results[n + k].scenario_digest, file->bytes, file->size);
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

/* The rest of the first line of a file of the system that begins with `key`, without quotes and blanks around it; false when there is none. */
static bool look_up(char out[200], const char *path, const char *key) {
    char line[400];
    FILE *file = fopen(path, "r");
    bool found = false;
    while (file != NULL && !found && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, key, strlen(key)) != 0) continue;
        const char *value = line + strlen(key) + strspn(line + strlen(key), " \t:=\"");
        snprintf(out, 200, "%.*s", (int)strcspn(value, "\"\n"), value);
        found = true;
    }
    if (file != NULL) fclose(file);
    return found;
}

/* SHA-256 of the program itself, so that the page says which one was verified; nothing where the system does not show it. */
static void add_program(place_tables *tables) {
    char digest[65] = "";
    FILE *file = fopen("/proc/self/exe", "rb");
    long size = file != NULL && fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
    unsigned char *bytes = size > 0 ? malloc((size_t)size) : NULL;
    if (bytes != NULL && fseek(file, 0, SEEK_SET) == 0 && fread(bytes, 1, (size_t)size, file) == (size_t)size)
        place_runfile_sha256(digest, bytes, (size_t)size);
    if (digest[0] != '\0') place_tables_fact(tables, "program_sha256", "Program", digest);
    free(bytes);
    if (file != NULL) fclose(file);
}

/* SHA-256 of all measured figures in order: with the same seed and replications it is the same on every machine. */
static void add_figures(place_tables *tables, const place_closed_result *results, size_t n) {
    char digest[65];
    double *measured = malloc(n * sizeof *measured + 1);
    if (measured == NULL) {
        place_tables_fail(tables);
        return;
    }
    for (size_t i = 0; i < n; i++) measured[i] = results[i].measured;
    place_runfile_sha256(digest, measured, n * sizeof *measured);
    place_tables_fact(tables, "figures_sha256", "Figures", digest);
    free(measured);
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
    if (look_up(text, "/etc/os-release", "PRETTY_NAME")) place_tables_fact(tables, "system", "System", text);
    if (look_up(text, "/proc/cpuinfo", "model name")) place_tables_fact(tables, "processor", "Processor", text);
#ifdef _CS_GNU_LIBC_VERSION
    if (confstr(_CS_GNU_LIBC_VERSION, text, sizeof text) > 0) place_tables_fact(tables, "c_library", "C library", text);
#endif
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
        add_program(tables);
        add_machine(tables, now() - started, options->seed);
        add_figures(tables, results, n_results);
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
                   "with version, libraries, machine, and digests of program, scenarios and figures, can be filed with a study; the\n"
                   "figures' digest is the same on every machine. Exit code 0: all as it should be; 1: not.",
    .examples = "  placesim verify\n"
                "  placesim verify >output/verified.txt\n"
                "  placesim verify --seed 7 --json\n",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .act = act,
};
