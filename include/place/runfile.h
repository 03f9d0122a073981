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
    bool force;              /**< replace a file that exists, and begin anew unless resume                              */
    bool resume;             /**< keep finished blocks, in the folder beside `path` and in `path` itself                */
    bool extend;             /**< `path` has a complete run of fewer replications: keep them                            */
    int64_t n_replications;  /**< of the whole run: known before it starts                                              */
    unsigned detail;
    place_design design;
    int64_t shard, n_shards; /**< write only the shard-th of n_shards shares, from 1; n_shards 0: all                   */
    int64_t blocks_a_file;   /**< blocks that are written together; 0: as many as make roughly half a second's work     */
    /** Told in sentences of what was found and is used or not; may be NULL. Calls come from place_runfile_create and the sink's close. */
    void (*on_note)(void *self, const char *sentence);
    /** Told of each shard that place_runfile_merge lacks: its replications first .. first + n - 1 of the run's n_all; may be NULL. */
    void (*on_missing)(void *self, int64_t shard, int64_t n_shards, int64_t first, int64_t n, int64_t n_all);
    /** Told when blocks begin to be merged, of so many bytes as they are stored, and with 0 when they have been; may be NULL. */
    void (*on_merge)(void *self, int64_t n_bytes);
    void *self;
    const struct place_files *files; /**< the system's functions; NULL: the real ones (src/result/files.h, for tests)   */
} place_runfile_options;

/**
 * Open a sink that writes a run file. Finished blocks go into the folder `path`.parts/ as they come, each a file that lasts once it is
 * there; closing merges them under a temporary name, gives that the name `path`, and removes the folder. Closed early (the run was
 * interrupted), it merges the blocks from the first on into a file with complete = 0, and keeps the folder. Abandoned, it keeps the folder.
 *
 * Refused before anything is simulated. PLACE_SYSTEM: an existing path or folder without force, resume or extend; a folder; a folder that
 * is missing or not writable; another run at work there. PLACE_BAD_INPUT: what is to be resumed or extended is of another run.
 */
place_status place_runfile_create(place_sink *out, const char *path, const place_plan *plan, const place_runfile_options *options, place_error *err);

/** The replications of a shard: first .. first + n - 1, whole blocks of PLACE_BLOCK but for the run's last. */
void place_runfile_shard(int64_t n_replications, int64_t shard, int64_t n_shards, int64_t *first, int64_t *n);

/** SHA-256 of some bytes as 64 hexadecimal digits, as digests of run files are; "" when libcrypto fails. */
void place_runfile_sha256(char out[65], const void *bytes, size_t size);

/**
 * Make one run file of shards (or of blocks): the same bytes as one run. Values are copied as they are encoded, held by their digests.
 * @param plan     of the scenario that stands in each of them
 * @param options  detail and design as the files have them; n_replications 0: as many as the run that they are of; force, on_..., files
 * @param paths    [n] run files; one that is not there is missing, as its replications are
 * @return PLACE_BAD_INPUT when one is of another run or replications are missing, PLACE_SYSTEM when one is damaged or not there
 */
place_status place_runfile_merge(const char *path, const place_plan *plan, const place_runfile_options *options, const char *const *paths,
                                 size_t n, place_error *err);

/**
 * A run file opened for reading: provenance, axes, and whole variables on request.
 *
 * A file that is cut short, damaged, or of another program is an error: its seal, a SHA-256 of all its bytes, is checked before HDF5 sees any of
 * them. Whoever changes a file on purpose can seal it again, and HDF5 1.10 trusts what it reads: such a file may end the calling process by a
 * signal in place_runfile_open, place_runfile_read, place_runfile_close, place_runfile_merge or (resume, extend) place_runfile_create, or keep it busy
 * for ever. Whoever reads files of people he does not trust does so in a process of its own, as the program placesim does (src/cli/child.h).
 */
typedef struct place_runfile place_runfile;

place_status place_runfile_open(place_runfile **out, const char *path, place_error *err);
void place_runfile_close(place_runfile *file); /**< NULL is allowed */
/** As it was given to place_runfile_open. */
const char *place_runfile_path(const place_runfile *file);

/** A root attribute as text ("" when absent): title, scenario_id, seed, version, number_contract, scenario_digest, result_digest,
 *  replications, complete, design, libraries ... The pointer lives as long as the file. */
const char *place_runfile_attribute(const place_runfile *file, const char *name);
int64_t place_runfile_replications(const place_runfile *file);
/** The first replication in the file: 0, but for blocks and shards; and how many the whole run has. */
int64_t place_runfile_first(const place_runfile *file);
int64_t place_runfile_of(const place_runfile *file);
unsigned place_runfile_detail(const place_runfile *file); /**< PLACE_DETAIL_... */
place_design place_runfile_design(const place_runfile *file);
/** The resolved scenario. */
const char *place_runfile_scenario(const place_runfile *file, size_t *size);

/** Labels of an axis in file order: ids, dates of steps' closes as text, academic years ("2021/22"), ... NULL when the axis is absent. */
const char *const *place_runfile_labels(const place_runfile *file, const char *axis, size_t *n);
/** Names beside the ids (names of areas, provisions, sites ...); the ids where there are none. */
const char *const *place_runfile_names(const place_runfile *file, const char *axis, size_t *n);
/** Positions for display (the scenario's own order) of what has an id: areas, sites, projects, lines of cost ...; NULL when not kept. */
const int32_t *place_runfile_display(const place_runfile *file, const char *axis, size_t *n);

/**
 * Give a plan that was made from the file's scenario what that does not keep: the positions for display. Its run file is then, to the byte,
 * that of the scenario as it was first written.
 */
void place_runfile_restore(const place_runfile *file, place_plan *plan);

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
