/* SPDX-License-Identifier: MIT */
/**
 * The form of a run's files: which variables, how each is cut into chunks, and the chunks of nothing but zeros. It is a function of plan
 * and detail, so every file of a run has it, be it a block, a shard or the whole.
 */
#ifndef PLACE_RESULT_FORM_H
#define PLACE_RESULT_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chunk.h"
#include "files.h"
#include "place/run.h"

/** One variable. Variables stand in order of name, the order of the result digest. */
typedef struct place_column {
    place_variable_id id;
    place_chunking chunking;
    size_t first_chunk; /**< number of its first chunk among all chunks of a block */
} place_column;

/** A chunk of nothing but zeros, which is most of what some variables have: encoded once for each size, then shared. */
typedef struct place_zero_chunk {
    size_t n_bytes, encoded_size;
    uint8_t *encoded;
    uint8_t digest[PLACE_DIGEST_SIZE];
} place_zero_chunk;

typedef struct place_form {
    const place_files *files;
    const place_plan *plan;
    place_layout layout;
    place_design design;
    place_column columns[PLACE_N_VARIABLES];
    place_zero_chunk zeros[PLACE_N_VARIABLES];
    size_t n_columns, n_zeros;
    size_t n_chunks, max_bytes; /**< in a block of replications; of a chunk, before it is encoded */
    size_t block_bytes;         /**< of a block of replications, before it is encoded             */
} place_form;

/** @return false when out of memory; place_form_clear is due in any case */
bool place_form_init(place_form *form, const place_plan *plan, unsigned detail, place_design design, const place_files *files);
void place_form_clear(place_form *form);

typedef struct place_packed_chunk {
    const place_zero_chunk *zero; /**< NULL: of its own ...  */
    size_t start, size;           /**< ... bytes of the block */
    uint8_t digest[PLACE_DIGEST_SIZE];
} place_packed_chunk;

/** Part of a block, encoded: the columns part, part + n_parts, ... */
typedef struct place_packed {
    int64_t index;
    int n_replications;
    int part, n_parts;
    uint8_t *bytes;
    size_t n_bytes, room;
    place_packed_chunk chunks[]; /**< [n_chunks] of the form; those of other parts' columns are not set */
} place_packed;

/** Encode a part of a block. Any number of threads may pack at once. @return NULL: out of memory */
place_packed *place_form_pack(const place_form *form, const place_block *block, int part, int n_parts);
void place_packed_free(place_packed *packed); /**< NULL is allowed */

#endif
