/* SPDX-License-Identifier: MIT */
/* info: what a run file is and holds. Only labels and attributes are read, no results, so it is quick on any file. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "commands.h"
#include "output.h"
#include "place/catalogue.h"
#include "place/runfile.h"
#include "place/table.h"
#include "source.h"

static void add_provenance(place_tables *report, const place_runfile *file, const char *path) {
    static const struct {
        const char *attribute, *label;
    } rows[] = {
        { "title", "Title" },
        { "scenario_id", "Scenario" },
        { "replications", "Replications" },
        { "seed", "Seed" },
        { "design", "Design" },
        { "detail", "Detail" },
        { "program_version", "Written by placesim" },
        { "number_contract", "Number contract" },
        { "libraries", "Libraries" },
        { "complete", "Complete" },
        { "scenario_digest", "Scenario digest" },
        { "result_digest", "Result digest" },
    };
    struct stat at;
    place_tables_fact(report, "file", "File", path);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *value = place_runfile_attribute(file, rows[i].attribute);
        bool is_flag = strcmp(rows[i].attribute, "complete") == 0;
        if (is_flag) value = strcmp(value, "1") == 0 ? "yes" : "no";
        place_tables_fact(report, rows[i].attribute, rows[i].label, value[0] != '\0' ? value : NULL);
    }
    if (stat(path, &at) == 0) place_tables_fact_number(report, "bytes", "Bytes", (double)at.st_size);
}

/* The first and last labels, or all when they are few. */
static void labels_text(const char *const *labels, size_t n, char *out, size_t room) {
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < n && used < room; i++) {
        if (n > 6 && i >= 3 && i + 1 < n) {
            if (i == 3) used += (size_t)snprintf(out + used, room - used, ", ...");
            continue;
        }
        used += (size_t)snprintf(out + used, room - used, "%s%s", i > 0 ? ", " : "", labels[i]);
    }
}

static void add_axes(place_tables *report, const place_runfile *file) {
    char text[600];
    place_tables_begin(report, "axes", "Axes");
    place_tables_column(report, "axis", "axis", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(report, "length", "length", PLACE_IN_ALL);
    place_tables_column(report, "labels", "from .. to", PLACE_IN_ALL | PLACE_LEFT);
    for (int a = 0; a < PLACE_N_AXES; a++) {
        size_t n = 0;
        const char *name = place_axis_name((place_axis_id)a);
        const char *const *labels = place_runfile_labels(file, name, &n);
        if (labels == NULL) continue;
        labels_text(labels, n, text, sizeof text);
        place_tables_row(report, PLACE_IN_ALL);
        place_tables_text(report, name);
        place_tables_number(report, (double)n, 0);
        place_tables_text(report, text);
    }
    snprintf(text, sizeof text, "0, ..., %lld", (long long)place_runfile_replications(file) - 1);
    place_tables_row(report, PLACE_IN_ALL);
    place_tables_text(report, "replication");
    place_tables_number(report, (double)place_runfile_replications(file), 0);
    place_tables_text(report, text);
}

static const place_variable *find_variable(const char *name) {
    for (int v = 0; v < PLACE_N_VARIABLES; v++)
        if (strcmp(place_catalogue[v].name, name) == 0) return &place_catalogue[v];
    return NULL;
}

static void add_variables(place_tables *report, const place_runfile *file) {
    size_t n_variables = 0;
    const char *const *names = place_runfile_variables(file, &n_variables);
    place_tables_begin(report, "variables", "Variables (replication is the last axis of each)");
    place_tables_column(report, "variable", "", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(report, "axes", "", PLACE_IN_DATA);
    place_tables_column(report, "values", "", PLACE_IN_DATA);
    place_tables_column(report, "units", "", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(report, "long_name", "", PLACE_IN_ALL | PLACE_LEFT);
    char last[160] = "?";
    for (size_t i = 0; i < n_variables; i++) {
        const place_variable *variable = find_variable(names[i]);
        if (variable == NULL) continue; /* of a later version: there is nothing here that could be said of it */
        char axes[160] = "", heading[240];
        size_t used = 0, cells = 1;
        for (int k = 0; k < variable->n_axes; k++) {
            size_t n = 0;
            const char *axis = place_axis_name(variable->axes[k]);
            place_runfile_labels(file, axis, &n);
            cells *= n;
            used += (size_t)snprintf(axes + used, sizeof axes - used, "%s%s", k > 0 ? ", " : "", axis);
        }
        snprintf(heading, sizeof heading, "%s: %zu value%s a replication", used > 0 ? axes : "no other axis", cells, cells == 1 ? "" : "s");
        if (strcmp(axes, last) != 0) place_tables_heading(report, heading);
        snprintf(last, sizeof last, "%s", axes);
        place_tables_row(report, PLACE_IN_ALL);
        place_tables_text(report, names[i]);
        place_tables_text(report, axes);
        place_tables_number(report, (double)cells, 0);
        place_tables_text(report, variable->units);
        place_tables_text(report, variable->long_name);
    }
}

static place_status act(const place_options *options, place_error *err) {
    place_runfile *file = NULL;
    const char *path = options->arguments[0];
    place_status status = place_source_file(&file, path, err);
    if (status != PLACE_OK) return status;
    place_tables *report = place_tables_create();
    if (report != NULL) {
        add_provenance(report, file, path);
        add_axes(report, file);
        add_variables(report, file);
        place_format format = options->json ? PLACE_AS_JSON : options->csv ? PLACE_AS_CSV : PLACE_AS_TEXT;
        const char *only = options->table == NULL && options->csv ? "variables" : options->table;
        status = place_tables_write(report, format, only, stdout, err);
    } else
        status = place_error_set(err, PLACE_SYSTEM, NULL, 0, "out of memory");
    place_tables_free(report);
    place_source_close(file);
    return status;
}

static const place_option options[] = {
    { PLACE_OPTION_JSON, '\0', "json", NULL, "all of it as JSON" },
    { PLACE_OPTION_CSV, '\0', "csv", NULL, "one table as CSV, the variables unless --table says otherwise" },
    { PLACE_OPTION_TABLE, '\0', "table", "NAME", "only the table NAME: axes or variables" },
};

const place_command place_command_info = {
    .name = "info",
    .arguments = "RUNFILE",
    .n_arguments_least = 1,
    .n_arguments_most = 1,
    .summary = "what a run file holds: provenance, axes, variables",
    .description = "Says what a run file is: scenario, seed, program version and digests, by which two files are told apart\n"
                   "(equal result digests: equal results), then its axes and its variables with their units.",
    .examples = "  placesim info mine.h5\n"
                "  placesim info mine.h5 --json\n",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .act = act,
};
