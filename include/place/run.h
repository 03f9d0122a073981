/* SPDX-License-Identifier: MIT */
/**
 * A run: replications 0 .. n - 1 of a plan, worked on by any number of threads and handed on in blocks of PLACE_BLOCK.
 * Blocks are the unit of everything that divides a run (threads, files, shards, resuming): a block's values depend on the plan and the
 * block's number only (crossed: on the number of replications too).
 */
#ifndef PLACE_RUN_H
#define PLACE_RUN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "place/catalogue.h"
#include "place/error.h"
#include "place/plan.h"

#define PLACE_BLOCK 256 /**< replications in a block, and the chunk length along replication: part of the number contract */

/** The results of one block. data[v] is NULL when v is not kept, else [n_cells[v]][PLACE_BLOCK] in the stored type, replication
 *  fastest; columns from n_replications on hold the type's missing value. */
typedef struct place_block {
    const place_plan *plan;
    const place_layout *layout;
    int64_t index;             /**< block number: replications index * PLACE_BLOCK ...     */
    int n_replications;        /**< ... of which so many exist                              */
    void *data[PLACE_N_VARIABLES];
} place_block;

/** Where finished blocks go: HDF5 in src/result/, arrays in tests. `pack` is called by many threads at once, the others by one at a time. */
typedef struct place_sink {
    /** Is the block to be computed? The sink may have it already, or not be the one that keeps it. Asked before the run begins and while it
     *  goes on, with one answer. NULL: every block is. */
    bool (*wants)(void *self, int64_t block);
    /** Turn one of n_parts parts of a block into what append takes (compressed, digested, copied). How a block is divided is the sink's own
     *  affair, as long as the parts make a whole. @return owned result, NULL after setting err */
    void *(*pack)(void *self, const place_block *block, int part, int n_parts, place_error *err);
    /** Take a packed part; called in the order of wanted blocks and of parts. Frees `packed`, whatever happens. */
    place_status (*append)(void *self, void *packed, place_error *err);
    /** Frees a packed part that will not be appended. */
    void (*discard)(void *self, void *packed);
    /** After the last wanted block, or, interrupted, after one before: flushes and frees. If it fails, so has the run. */
    place_status (*close)(void *self, place_error *err);
    void (*abandon)(void *self);                         /**< after a failure: frees, says nothing */
    void *self;
} place_sink;

/** How the families of randomness go together. */
typedef enum place_design { PLACE_PAIRED, PLACE_CROSSED } place_design;

typedef struct place_run_options {
    int64_t n_replications; /**< 0: the scenario's                                      */
    int n_threads;          /**< 0: as many as the machine has processors                */
    unsigned detail;        /**< PLACE_DETAIL_...                                         */
    place_design design;    /**< crossed: n must be a fourth power m^4; each family has m indices */
    /** Told of progress by one thread at a time, in replications that are computed here; may be NULL. */
    void (*on_progress)(void *self, int64_t n_done, int64_t n_all);
    /** Told when fewer threads can be had than are wanted, this one among them, which changes no result. By one thread at a time; may be NULL. */
    void (*on_threads)(void *self, int64_t n_had, int64_t n_wanted);
    void *self;
    const atomic_int *stop; /**< non-zero: finish the blocks in hand, close the sink, return PLACE_INTERRUPTED; may be NULL */
} place_run_options;

/**
 * Run those blocks of a plan that the sink wants. The sink is closed on success and when interrupted, and abandoned on failure.
 * @param options may be NULL
 */
place_status place_run(const place_plan *plan, const place_run_options *options, place_sink *sink, place_error *err);

/** The indices of the four families for one replication. @param out [4]: inputs, years, delivery, chance */
void place_run_indices(place_design design, int64_t n_replications, int64_t replication, int64_t out[4]);

#endif
