/* SPDX-License-Identifier: MIT */
/**
 * Chunks: how a variable is cut, and how a chunk becomes the bytes that HDF5's filters shuffle, deflate and Fletcher32
 * would make of it. No HDF5 here, so any number of threads may encode at once.
 */
#ifndef PLACE_RESULT_CHUNK_H
#define PLACE_RESULT_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "digest.h"
#include "place/catalogue.h"

#define PLACE_CHUNK_LIMIT ((size_t)1 << 20) /**< bytes: as much as HDF5's chunk cache holds unless told otherwise */

/**
 * The chunks of one variable in one block. Axes before `split` are cut into single values, axis `split` into pieces as
 * even as can be, those behind it and the block's replications not at all: a chunk is one stretch of the block's
 * memory.
 */
typedef struct place_chunking {
    int n_axes, split;                      /**< split: 0 when there are no axes              */
    size_t length[PLACE_MAX_VARIABLE_AXES]; /**< of the variable, replication apart           */
    size_t shape[PLACE_MAX_VARIABLE_AXES];  /**< of a chunk                                   */
    size_t n_chunks;
    size_t n_cells;             /**< in a chunk, those past the axis' end included */
    size_t value_size, n_bytes; /**< of a value; of a chunk                        */
} place_chunking;

/** One chunk's place: cells first_cell ... of the variable, n_cells of which exist. */
typedef struct place_chunk {
    size_t origin[PLACE_MAX_VARIABLE_AXES];
    size_t count[PLACE_MAX_VARIABLE_AXES]; /**< values along each axis that exist */
    size_t first_cell, n_cells;
} place_chunk;

place_chunking place_chunking_of(int n_axes, const size_t *length, size_t value_size);
place_chunk place_chunk_at(const place_chunking *chunking, size_t chunk);

/** Set n values to the missing value of a stored type. @param narrow  counts are uint16 */
void place_fill_missing(void *values, size_t n, place_type type, bool narrow);

/** SHA-256 of the values as they stand in memory (little-endian: asserted when the program is built). @return false: out of memory */
bool place_chunk_digest(const void *values, size_t n_bytes, uint8_t digest[PLACE_DIGEST_SIZE]);

/** Room for encoding chunks of at most max_bytes; one for each thread at work. NULL: out of memory. */
typedef struct place_encoder place_encoder;
place_encoder *place_encoder_create(size_t max_bytes);
void place_encoder_free(place_encoder *encoder); /**< NULL is allowed */

/** Encode a chunk. @param out  the encoded bytes, the encoder's until its next call. @return how many */
size_t place_encode(place_encoder *encoder, const void *values, size_t n_bytes, size_t value_size, const uint8_t **out);

bool place_all_zero(const void *bytes, size_t n_bytes);

#endif
