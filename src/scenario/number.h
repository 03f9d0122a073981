/* SPDX-License-Identifier: MIT */
/** Numbers as a scenario writes them: a strict decimal, or a distribution such as `triangular(2, 3, 9)`. */
#ifndef PLACE_SCENARIO_NUMBER_H
#define PLACE_SCENARIO_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "place/arena.h"
#include "place/distribution.h"
#include "place/error.h"

/** What a number stands for: decides its allowed range, and how an interval or counts become a distribution. */
typedef struct place_quantity {
    const char *noun; /**< "places", "a probability": stands in the sentence "places are 0 or more" */
    double low, high; /**< allowed, inclusive; may be infinite                                      */
    bool whole;       /**< a fixed value must be a whole number                                     */
    bool share_row;   /**< counts(n) means a Dirichlet share: Gamma(n, 1)                           */
} place_quantity;

/** Read a number. @return PLACE_OK, or PLACE_BAD_INPUT with the sentence (rule and value found) in err->message; file and line are the caller's. */
place_status place_number_read(const char *text, const place_quantity *quantity, place_arena *arena,
                               place_distribution *out, place_error *err);

/** Strict decimal: [+-]digits[.digits][e[+-]digits], nothing else, finite, not underflowing to 0. Independent of locale. */
bool place_decimal_read(const char *text, double *out);
/** Strict unsigned and signed whole numbers; false on anything else or overflow. */
bool place_integer_read(const char *text, int64_t *out);
bool place_unsigned_read(const char *text, uint64_t *out);

#endif
