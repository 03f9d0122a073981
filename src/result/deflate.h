/* SPDX-License-Identifier: MIT */
/**
 * Deflate for planes of counts: runs of one byte and Huffman codes. With the replications innermost, neighbours are
 * independent draws: there is next to nothing else to find, and looking for it takes most of an ordinary compressor's
 * time.
 */
#ifndef PLACE_RESULT_DEFLATE_H
#define PLACE_RESULT_DEFLATE_H

#include <stddef.h>
#include <stdint.h>

/** Room for compressing; one for each thread at work. NULL: out of memory. */
typedef struct place_deflater place_deflater;
place_deflater *place_deflater_create(void);
void place_deflater_free(place_deflater *deflater); /**< NULL is allowed */

/** Bytes that n bytes never grow beyond. */
size_t place_deflate_bound(size_t n);

/**
 * Compress to a zlib stream (RFC 1950), which any inflate reads.
 * @param out  room for place_deflate_bound(n) bytes
 * @return bytes written
 */
size_t place_deflate(place_deflater *deflater, const uint8_t *in, size_t n, uint8_t *out);

#endif
