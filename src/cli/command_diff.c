/* SPDX-License-Identifier: MIT */
/*
 * diff: are the results of two run files the same? The digests say so at once when they are; else every value is held against its
 * partner. Axes are looked at in any case: equal numbers under other labels are not the same results.
 */
#include <string.h>

#include "commands.h"
#include "output.h"
#include "place/report.h"
#include "place/runfile.h"
#include "source.h"

static const struct {
    const char *attribute, *label;
} rows[] = {
    { "title", "title" },
    { "scenario_id", "scenario" },
    { "scenario_digest", "scenario digest" },
    { "seed", "seed" },
    { "design", "design" },
    { "replications", "replications" },
    { "detail", "detail" },
    { "program_version", "written by placesim" },
    { "number_contract", "number contract" },
    { "libraries", "libraries" },
    { "result_digest", "result digest" },
};

static void add_files(place_tables *report, place_runfile *const files[2]) {
    const size_t n = sizeof rows / sizeof rows[0];
    int where = PLACE_IN_DATA;
    for (size_t i = 0; i < n; i++)
        if (strcmp(place_runfile_attribute(files[0], rows[i].attribute), place_runfile_attribute(files[1], rows[i].attribute)) != 0) where = PLACE_IN_ALL;
    place_tables_begin(report, "files", "THE FILES, WHERE THEY DIFFER");
    place_tables_column(report, "what", "", where | PLACE_LEFT);
    place_tables_column(report, "a", "A", where | PLACE_LEFT);
    place_tables_column(report, "b", "B", where | PLACE_LEFT);
    for (size_t i = 0; i < n; i++) {
        const char *a = place_runfile_attribute(files[0], rows[i].attribute), *b = place_runfile_attribute(files[1], rows[i].attribute);
        char eye[2][32];
        snprintf(eye[0], sizeof eye[0], "%.31s", a); /* a digest's beginning tells it apart */
        snprintf(eye[1], sizeof eye[1], "%.31s", b);
        place_tables_row(report, strcmp(a, b) != 0 ? PLACE_IN_ALL : PLACE_IN_DATA);
        place_tables_words(report, rows[i].attribute, rows[i].label);
        place_tables_words(report, a, eye[0]);
        place_tables_words(report, b, eye[1]);
    }
}

static const char *answer(const place_difference *difference, place_runfile *const files[2], bool equal_digests) {
    if (difference->same) return equal_digests ? "yes" : "yes: every value is equal, though stored in another way";
    if (difference->first != NULL) return "no";
    if (difference->n_axes > 0) return "no: the values that both have are equal, but not what they are the values of";
    if (place_runfile_replications(files[0]) != place_runfile_replications(files[1]))
        return "no: one has more replications; those that both have are equal";
    return "no: one has datasets that the other has not; those that both have are equal";
}

static place_status report(const place_difference *difference, place_runfile *const files[2], const place_options *options, bool equal_digests,
                           place_error *err) {
    place_tables *tables = place_tables_create();
    if (tables == NULL) return place_error_set(err, PLACE_SYSTEM, NULL, 0, "out of memory");
    place_tables_fact(tables, "a", "A", options->arguments[0]);
    place_tables_fact(tables, "b", "B", options->arguments[1]);
    place_tables_fact(tables, "same", "Same results", answer(difference, files, equal_digests));
    place_tables_fact_number(tables, "replications", "Replications compared", (double)difference->n_replications);
    if (!options->first) add_files(tables, files);
    place_report_difference(tables, difference, options->first);
    const char *only = options->table != NULL ? options->table : options->csv ? options->first ? "first" : "datasets" : NULL;
    place_status status =
        place_tables_write(tables, options->json ? PLACE_AS_JSON : options->csv ? PLACE_AS_CSV : PLACE_AS_TEXT, only, stdout, err);
    place_tables_free(tables);
    return status;
}

static place_status compare(place_runfile *const files[2], const place_options *options, place_error *err) {
    place_difference *difference = NULL;
    place_difference_source one = place_source_difference(files[0]), two = place_source_difference(files[1]);
    const char *digest = place_runfile_attribute(files[0], "result_digest");
    bool equal = digest[0] != '\0' && strcmp(digest, place_runfile_attribute(files[1], "result_digest")) == 0;
    if (equal) one.n_variables = two.n_variables = 0; /* their chunks have the same digests: no value need be read */
    place_status status = place_difference_create(&difference, &one, &two, options->first, err);
    if (status == PLACE_OK) status = report(difference, files, options, equal, err);
    if (status == PLACE_OK && !difference->same) status = PLACE_NO;
    place_difference_free(difference);
    return status;
}

static place_status act(const place_options *options, place_error *err) {
    place_runfile *files[2] = { NULL, NULL };
    place_status status = place_source_file(&files[0], options->arguments[0], err);
    if (status == PLACE_OK) status = place_source_file(&files[1], options->arguments[1], err);
    if (status == PLACE_OK) status = compare(files, options, err);
    place_source_close(files[0]);
    place_source_close(files[1]);
    return status;
}

static const place_option options[] = {
    { PLACE_OPTION_FIRST, '\0', "first", NULL, "only the first place where they differ: quicker, since the rest is not read" },
    { PLACE_OPTION_TABLE, '\0', "table", "NAME", "one table only: files, first, axes, datasets" },
    { PLACE_OPTION_JSON, '\0', "json", NULL, "all of it as JSON" },
    { PLACE_OPTION_CSV, '\0', "csv", NULL, "one table as CSV: the datasets, or with --first the first difference" },
};

const place_command place_command_diff = {
    .name = "diff",
    .arguments = "A B",
    .n_arguments_least = 2,
    .n_arguments_most = 2,
    .summary = "are the results of two run files the same?",
    .description = "Says whether two run files hold the same results and, if not, where they first part: dataset, replication, date,\n"
                   "area and so on, with both values; then how many values of each dataset differ, and by how much at most.\n"
                   "Where one file has more replications, or other sites or areas, what both have is compared.\n"
                   "Exit code 0: the same; 1: not.",
    .examples = "  placesim diff mine.h5 again.h5\n"
                "  placesim diff mine.h5 again.h5 --first\n"
                "  placesim diff before.h5 after.h5 --csv >datasets.csv\n",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .act = act,
};
