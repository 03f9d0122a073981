/* SPDX-License-Identifier: MIT */
/** SHA-256 digests, as bytes and as text. */
#ifndef PLACE_RESULT_DIGEST_H
#define PLACE_RESULT_DIGEST_H

#include <stdint.h>

#define PLACE_DIGEST_SIZE 32
#define PLACE_DIGEST_TEXT 65 /**< 64 hexadecimal digits and the end */

static inline void place_digest_text(const uint8_t digest[PLACE_DIGEST_SIZE], char out[PLACE_DIGEST_TEXT]) {
    static const char digits[] = "0123456789abcdef";
    for (int b = 0; b < PLACE_DIGEST_SIZE; b++) {
        out[2 * b] = digits[digest[b] >> 4];
        out[2 * b + 1] = digits[digest[b] & 15];
    }
    out[2 * PLACE_DIGEST_SIZE] = '\0';
}

#endif
