/* SPDX-License-Identifier: MIT */
/**
 * What tests of random draws share: the Dvoretzky-Kiefer-Wolfowitz bound, a digest of bit patterns, and a stream whose
 * first two words are chosen, for branches that chance takes too rarely.
 */
#ifndef PLACE_TESTS_LAWS_H
#define PLACE_TESTS_LAWS_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "place/stream.h"

/** Chance of at most x under the law that `law` describes. */
typedef double law_cdf(const void *law, double x);

/**
 * Largest distance between the empirical distribution function of the samples and the law.
 * @param samples  sorted by the call
 * @param step     0 for a law with a density; else the distance of a lattice: less than x is at most x - step
 * @return the gap; runs of less than `stride` samples are passed over, so that it may be too small by stride / n
 */
double law_gap(double *samples, size_t n, law_cdf *cdf, const void *law, double step, size_t stride);

/** A gap that a true law exceeds with chance at most 1e-9: sqrt(ln(2 / 1e-9) / 2 n) (Massart 1990). 0.01035 at 10^5. */
double law_bound(size_t n);

/** Ascending, in place. */
void law_sort(double *values, size_t n);

/** Whether laws are to be tested at full length (`make laws`); a test is then given an hour. */
bool law_in_full(void);

/** A stream that gives these two words and then goes on. */
place_stream stream_giving(uint64_t first, uint64_t second);

/** FNV-1a of 64 bits, over the bit pattern of a number; begin with LAW_DIGEST. */
#define LAW_DIGEST 14695981039346656037u
uint64_t digest_with(uint64_t digest, double value);

/** Tests of the other files that random_suite takes in. */
TCase *numeric_case(void);
TCase *sampler_case(void);

#endif
