/* SPDX-License-Identifier: MIT */
/**
 * Run files: a run's results with everything needed to read, check and repeat them, as netCDF-4 written through HDF5.
 * The only part of the program that knows HDF5 is src/result.
 */
#ifndef PLACE_RUNFILE_H
#define PLACE_RUNFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "place/run.h"

#define PLACE_NUMBER_CONTRACT 1 /**< grows when equal scenario and seed give other numbers than before */

typedef struct place_runfile_options {
    bool force;              /**< replace a file that exists                                */
    int64_t n_replications;  /**< of the run: known before it starts                        */
    unsigned detail;
    place_design design;
} place_runfile_options;

/**
 * Open a sink that writes a run file: under a temporary name beside `path`, renamed to it when closed. Refuses (PLACE_SYSTEM) an
 * existing path without force, a folder, a folder that is missing or not writable, before anything is simulated.
 */
place_status place_runfile_create(place_sink *out, const char *path, const place_plan *plan, const place_runfile_options *options, place_error *err);

/** A run file opened for reading: provenance, axes, and whole variables on request. */
typedef struct place_runfile place_runfile;

place_status place_runfile_open(place_runfile **out, const char *path, place_error *err);
void place_runfile_close(place_runfile *file); /**< NULL is allowed */

/** A root attribute as text ("" when absent): title, scenario_id, seed, version, number_contract, scenario_digest, result_digest,
 *  replications, complete, design, libraries ... The pointer lives as long as the file. */
const char *place_runfile_attribute(const place_runfile *file, const char *name);
int64_t place_runfile_replications(const place_runfile *file);
/** The resolved scenario. */
const char *place_runfile_scenario(const place_runfile *file, size_t *size);

/** Labels of an axis in file order: ids, dates of steps' closes as text, academic years ("2021/22"), ... NULL when the axis is absent. */
const char *const *place_runfile_labels(const place_runfile *file, const char *axis, size_t *n);
/** Names beside the ids (names of areas, provisions, sites ...); the ids where there are none. */
const char *const *place_runfile_names(const place_runfile *file, const char *axis, size_t *n);
/** Positions for display (the scenario's own order) of areas, phases, needs, provisions, sites, projects; NULL when not kept. */
const int32_t *place_runfile_display(const place_runfile *file, const char *axis, size_t *n);

typedef struct place_values {
    int n_axes;                                   /**< without replication                                   */
    size_t length[PLACE_MAX_VARIABLE_AXES];
    const char *axis[PLACE_MAX_VARIABLE_AXES];    /**< names; live as long as the file                        */
    char units[64], long_name[160];
    size_t n_cells;
    int64_t n_replications;
    double *values;                               /**< [n_cells][n_replications]; missing: NaN; caller frees  */
} place_values;

/** Names of the variables in the file. */
const char *const *place_runfile_variables(const place_runfile *file, size_t *n);
/** Read a whole variable. A damaged chunk is PLACE_SYSTEM, never a wrong number. */
place_status place_runfile_read(place_runfile *file, const char *variable, place_values *out, place_error *err);
/** The same for replications first .. first + n - 1 alone (asserted to be in the file); n = 0 gives the variable's shape. Whole chunks of
 *  PLACE_BLOCK replications are read and checked, so what starts and ends with one costs nothing extra. */
place_status place_runfile_read_some(place_runfile *file, const char *variable, int64_t first, int64_t n, place_values *out, place_error *err);

/** Names and versions of the libraries of this build that write run files. */
const char *place_runfile_libraries(void);

#endif
