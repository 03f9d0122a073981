/* SPDX-License-Identifier: MIT */
/*
 * Cutting variables into chunks and encoding them: SHA-256 of the values, then byte shuffle, deflate and Fletcher32
 * exactly as HDF5's own filters leave them, so that every reader of HDF5 decodes them. Done here, because HDF5 would do
 * it on one thread and several times slower.
 */
#include "chunk.h"

#include <assert.h>
#include <libdeflate.h>
#include <math.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "place/run.h"

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "values are digested and stored as they stand in memory");

/* ---- cutting ---------------------------------------------------------------------------------------------------- */

place_chunking place_chunking_of(int n_axes, const size_t *length, size_t value_size) {
    place_chunking chunking = { .n_axes = n_axes, .n_chunks = 1, .n_cells = 1, .value_size = value_size };
    size_t inner = 1, limit = PLACE_CHUNK_LIMIT / (PLACE_BLOCK * value_size); /* cells in a chunk */
    int axis = n_axes - 1;
    for (; axis > 0 && inner * length[axis] <= limit; axis--) inner *= length[axis];
    chunking.split = axis > 0 ? axis : 0;
    for (int a = 0; a < n_axes; a++) {
        size_t most = limit / inner > 0 ? limit / inner : 1, n_pieces = 1;
        if (a < chunking.split) n_pieces = length[a];
        if (a == chunking.split) n_pieces = (length[a] + most - 1) / most;
        chunking.length[a] = length[a];
        chunking.shape[a] = (length[a] + n_pieces - 1) / n_pieces;
        chunking.n_chunks *= (length[a] + chunking.shape[a] - 1) / chunking.shape[a];
        chunking.n_cells *= chunking.shape[a];
    }
    chunking.n_bytes = chunking.n_cells * PLACE_BLOCK * value_size;
    return chunking;
}

place_chunk place_chunk_at(const place_chunking *chunking, size_t chunk) {
    place_chunk at = { .n_cells = 1 };
    size_t stride = 1;
    for (int a = chunking->n_axes - 1; a >= 0; a--) {
        size_t n_pieces = (chunking->length[a] + chunking->shape[a] - 1) / chunking->shape[a];
        at.origin[a] = chunk % n_pieces * chunking->shape[a];
        at.count[a] = chunking->length[a] - at.origin[a];
        if (at.count[a] > chunking->shape[a]) at.count[a] = chunking->shape[a];
        at.first_cell += at.origin[a] * stride;
        at.n_cells *= at.count[a];
        stride *= chunking->length[a];
        chunk /= n_pieces;
    }
    return at;
}

/* ---- values ----------------------------------------------------------------------------------------------------- */

void place_fill_missing(void *values, size_t n, place_type type, bool narrow) {
    const uint16_t u16 = UINT16_MAX;
    const int32_t i32 = type == PLACE_TYPE_COUNT ? INT32_MAX : INT32_MIN;
    const int64_t i64 = INT64_MIN;
    const double f64 = (double)NAN;
    const int8_t i8 = -1;
    const void *missing = &i8;
    size_t size = sizeof i8;
    if (type == PLACE_TYPE_COUNT && narrow) missing = &u16, size = sizeof u16;
    else if (type == PLACE_TYPE_COUNT || type == PLACE_TYPE_INT32) missing = &i32, size = sizeof i32;
    else if (type == PLACE_TYPE_INT64) missing = &i64, size = sizeof i64;
    else if (type == PLACE_TYPE_DOUBLE) missing = &f64, size = sizeof f64;
    for (size_t i = 0; i < n; i++) memcpy((char *)values + i * size, missing, size);
}

bool place_chunk_digest(const void *values, size_t n_bytes, uint8_t digest[PLACE_DIGEST_SIZE]) {
    return SHA256(values, n_bytes, digest) != NULL;
}

bool place_all_zero(const void *bytes, size_t n_bytes) {
    const unsigned char *b = bytes;
    return n_bytes == 0 || (b[0] == 0 && memcmp(b, b + 1, n_bytes - 1) == 0);
}

/* ---- encoding --------------------------------------------------------------------------------------------------- */

struct place_encoder {
    struct libdeflate_compressor *deflater;
    size_t max_encoded; /**< bytes in `encoded`, the checksum apart */
    uint8_t *shuffled, *encoded;
};

place_encoder *place_encoder_create(size_t max_bytes) {
    place_encoder *encoder = calloc(1, sizeof *encoder);
    if (encoder == NULL) return NULL;
    encoder->deflater = libdeflate_alloc_compressor(1); /* level 4 gains almost nothing on counts */
    encoder->shuffled = malloc(max_bytes);
    encoder->max_encoded = libdeflate_zlib_compress_bound(encoder->deflater, max_bytes);
    encoder->encoded = malloc(encoder->max_encoded + sizeof(uint32_t));
    if (encoder->deflater != NULL && encoder->shuffled != NULL && encoder->encoded != NULL) return encoder;
    place_encoder_free(encoder);
    return NULL;
}

void place_encoder_free(place_encoder *encoder) {
    if (encoder == NULL) return;
    if (encoder->deflater != NULL) libdeflate_free_compressor(encoder->deflater);
    free(encoder->shuffled);
    free(encoder->encoded);
    free(encoder);
}

/* HDF5's shuffle: all first bytes of the values, then all second bytes ... Two-byte values are most of what is
   written. */
static void shuffle(uint8_t *out, const uint8_t *in, size_t n, size_t value_size) {
    if (value_size == 2)
        for (size_t i = 0; i < n; i++) {
            out[i] = in[2 * i];
            out[n + i] = in[2 * i + 1];
        }
    else
        for (size_t byte = 0; byte < value_size; byte++)
            for (size_t i = 0; i < n; i++) out[byte * n + i] = in[value_size * i + byte];
}

/* Fletcher's checksum over big-endian 16-bit words, an odd last byte as the high half of one more, as HDF5's filter
   reckons it. (J. G. Fletcher, An arithmetic checksum for serial transmissions, IEEE Trans. Commun. 30, 1982.) */
static uint32_t fletcher32(const uint8_t *bytes, size_t n_bytes) {
    uint32_t low = 0, high = 0;
    size_t n_words = n_bytes / 2;
    while (n_words > 0) { /* 360 words keep both sums below 2^32 */
        size_t n = n_words < 360 ? n_words : 360;
        n_words -= n;
        for (; n > 0; n--, bytes += 2) {
            low += (uint32_t)bytes[0] << 8 | bytes[1];
            high += low;
        }
        low = (low & 0xffff) + (low >> 16);
        high = (high & 0xffff) + (high >> 16);
    }
    if (n_bytes % 2 != 0) {
        low += (uint32_t)bytes[0] << 8;
        high += low;
        low = (low & 0xffff) + (low >> 16);
        high = (high & 0xffff) + (high >> 16);
    }
    low = (low & 0xffff) + (low >> 16);
    high = (high & 0xffff) + (high >> 16);
    return high << 16 | low;
}

size_t place_encode(place_encoder *encoder, const void *values, size_t n_bytes, size_t value_size,
                    const uint8_t **out) {
    const uint8_t *plain = values;
    if (value_size > 1) {
        shuffle(encoder->shuffled, values, n_bytes / value_size, value_size);
        plain = encoder->shuffled;
    }
    size_t size = libdeflate_zlib_compress(encoder->deflater, plain, n_bytes, encoder->encoded, encoder->max_encoded);
    uint32_t sum = fletcher32(encoder->encoded, size);
    memcpy(encoder->encoded + size, &sum, sizeof sum);
    *out = encoder->encoded;
    return size + sizeof sum;
}
