/* SPDX-License-Identifier: MIT */
/* The run file behind the seams of the layers below. */
#include "source.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "child.h"
#include "output.h"
#include "place/scenario.h"
#include "place/version.h"

static void enter(place_child_phase phase, const char *path) {
    struct stat at;
    place_child_enter(phase, path, stat(path, &at) == 0 ? (double)at.st_size : 0);
}

place_status place_source_file(place_runfile **out, const char *path, place_error *err) {
    enter(PLACE_CHILD_OPENS, path);
    place_status status = place_runfile_open(out, path, err);
    place_child_leave();
    return status;
}

void place_source_close(place_runfile *file) {
    if (file == NULL) return;
    enter(PLACE_CHILD_READS, place_runfile_path(file));
    place_runfile_close(file);
    place_child_leave();
}

static place_status read_values(place_runfile *file, const char *variable, int64_t first, int64_t n, place_values *out, place_error *err) {
    enter(PLACE_CHILD_READS, place_runfile_path(file));
    place_status status = place_runfile_read_some(file, variable, first, n, out, err);
    place_child_leave();
    return status;
}

static place_status read_variable(void *self, place_variable_id variable, size_t n_cells, double **out, place_error *err) {
    place_values values;
    place_status status = read_values(self, place_catalogue[variable].name, 0, place_runfile_replications(self), &values, err);
    if (status != PLACE_OK) return status;
    if (values.n_cells != n_cells) {
        free(values.values);
        return place_error_set(err, PLACE_SYSTEM, NULL, 0, "the run file's variable '%s' does not fit the scenario in it",
                               place_catalogue[variable].name);
    }
    *out = values.values;
    return PLACE_OK;
}

static const int32_t *display(void *self, place_axis_id axis, size_t n) {
    size_t n_kept = 0;
    const int32_t *positions = place_runfile_display(self, place_axis_name(axis), &n_kept);
    return n_kept == n ? positions : NULL;
}

place_summary_source place_source_summary(place_runfile *file) {
    return (place_summary_source){ .n_replications = place_runfile_replications(file), .read = read_variable, .display = display, .self = file };
}

static place_status read_some(void *self, const char *variable, int64_t first, int64_t n, place_difference_values *out, place_error *err) {
    place_values values;
    place_status status = read_values(self, variable, first, n, &values, err);
    if (status != PLACE_OK) return status;
    *out = (place_difference_values){ .n_axes = values.n_axes, .n_cells = values.n_cells, .values = values.values };
    memcpy(out->axis, values.axis, sizeof out->axis);
    memcpy(out->length, values.length, sizeof out->length);
    return PLACE_OK;
}

static const char *const *labels(void *self, const char *axis, size_t *n) { return place_runfile_labels(self, axis, n); }

place_difference_source place_source_difference(place_runfile *file) {
    place_difference_source source = { .n_replications = place_runfile_replications(file), .read = read_some, .labels = labels, .self = file };
    source.variables = place_runfile_variables(file, &source.n_variables);
    return source;
}

place_replay_source place_source_replay(place_runfile *file) {
    return (place_replay_source){ .values = place_source_difference(file), .design = place_runfile_design(file), .detail = place_runfile_detail(file),
                                  .display = display, .self = file };
}

place_status place_source_plan(place_plan **out, const place_runfile *file, const char *path, place_error *err) {
    place_errors *errors = calloc(1, sizeof *errors);
    char name[300];
    size_t size = 0;
    if (errors == NULL) return place_error_set(err, PLACE_SYSTEM, NULL, 0, "out of memory");
    snprintf(name, sizeof name, "%s (scenario)", path);
    const char *text = place_runfile_scenario(file, &size);
    place_status status = place_scenario_load_text(out, text, size, name, NULL, errors);
    if (status == PLACE_OK) place_runfile_restore(file, *out);
    else place_output_errors(errors);
    free(errors);
    return status;
}

place_status place_source_open(place_runfile **out, const char *path, place_error *err) {
    place_runfile *file = NULL;
    char mine[16];
    place_status status = place_source_file(&file, path, err);
    if (status != PLACE_OK) return status;
    const char *contract = place_runfile_attribute(file, "number_contract"), *version = place_runfile_attribute(file, "program_version");
    snprintf(mine, sizeof mine, "%d", PLACE_NUMBER_CONTRACT);
    if (strcmp(contract, mine) != 0)
        status = place_error_set(err, PLACE_BAD_INPUT, path, 0,
                                 "was run under number contract %.20s, and placesim " PLACE_VERSION " keeps %s: the same seed gives other numbers; "
                                 "placesim %.40s, which wrote it, can replay it", contract[0] != '\0' ? contract : "(none)", mine,
                                 version[0] != '\0' ? version : "(of unknown version)");
    if (status == PLACE_OK) *out = file;
    else place_source_close(file);
    return status;
}
