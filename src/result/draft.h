/* SPDX-License-Identifier: MIT */
/**
 * A run file in the making: laid out for a stretch of replications, then given its encoded chunks block by block. It is made in memory
 * (a block, which is written when it is whole) or in a file of its own (the finished run). HDF5 is not thread-safe: one caller at a time.
 *
 * All is laid out before the first chunk, extents included, so what HDF5 writes where depends on plan, stretch and chunks alone.
 */
#ifndef PLACE_RESULT_DRAFT_H
#define PLACE_RESULT_DRAFT_H

#include "form.h"
#include "place/error.h"

/** Replications first .. first + n - 1 of a run of so many; first is a multiple of PLACE_BLOCK. */
typedef struct place_stretch {
    int64_t first, n, of;
    int64_t shard, n_shards; /**< the share that was asked for; n_shards 0: none */
} place_stretch;

typedef struct place_draft place_draft;

/**
 * @param path   an empty file that is ours alone, or NULL: in memory
 * @param named  the file to name in errors; borrowed until the draft is freed, as the form is
 * @param system_error  set, if not NULL, to the system's number for why it failed, 0 when there is none
 */
place_status place_draft_create(place_draft **out, const place_form *form, const place_stretch *stretch, const char *path, const char *named,
                                int *system_error, place_error *err);

/**
 * Put an encoded chunk in its place. @param column  of form->columns  @param chunk  of the column  @param block  counted from the run's start
 * @param system_error  errno of a failed system call, else 0
 */
place_status place_draft_put(place_draft *draft, size_t column, size_t chunk, int64_t block, const void *bytes, size_t n_bytes,
                             const uint8_t digest[PLACE_DIGEST_SIZE], int *system_error, place_error *err);

/** Write what is known at the end (digests, how many replications). A draft in a file is closed by it, one in memory has its image.
 *  @param n  replications that are in it, fewer than laid out when a run ends early: a multiple of PLACE_BLOCK then */
place_status place_draft_finish(place_draft *draft, int64_t n, int *system_error, place_error *err);

/** The finished draft's bytes; they live as long as it does. */
const void *place_draft_image(const place_draft *draft, size_t *n_bytes);

/** Frees. NULL is allowed. An unfinished draft in a file empties the file first: HDF5 still writes what it has kept, and finds room. */
void place_draft_free(place_draft *draft);

#endif
