/* SPDX-License-Identifier: MIT */
/**
 * Streams: PCG64-DXSM seeded from a key, and samplers on it. numpy.random.PCG64DXSM with the same key gives the same words.
 * Published algorithm: O'Neill, "PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms for Random Number
 * Generation" (2014), with the DXSM output of numpy 1.21. No sampler decides an integer by the C library's <math.h>.
 */
#ifndef PLACE_STREAM_H
#define PLACE_STREAM_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "place/key.h"

/** 128 bits, without a murmur from -Wpedantic. */
__extension__ typedef unsigned __int128 place_u128;

typedef struct place_stream {
    place_u128 state;
    place_u128 increment; /**< odd */
} place_stream;

/** The 64-bit multiplier of DXSM: it drives the state and scrambles the output. */
#define PLACE_STREAM_MULTIPLIER 0xda942042e4dd58b5u

/** Sub-streams that place_stream_jumped reaches. */
#define PLACE_N_JUMPS 64

/** What n jumps do to a state: state * multiplier[n] + increment * factor[n], each as (high, low) words. */
extern const uint64_t place_stream_jumps[PLACE_N_JUMPS][4];

/** Seed a stream from a key, as numpy's PCG64DXSM(SeedSequence) does. */
static inline void place_stream_init(place_stream *stream, const place_key *key) {
    /* SeedSequence.generate_state: output word i hashes pool word i mod 4 with the constants B m^i and B m^(i+1). */
    const uint32_t m = 0x58f38dedu, m2 = m * m, m4 = m2 * m2;
    const uint32_t b0 = 0x8b51f9ddu, b1 = b0 * m, b2 = b0 * m2, b3 = b1 * m2, b4 = b0 * m4;
    const uint32_t b5 = b1 * m4, b6 = b2 * m4, b7 = b3 * m4, b8 = b4 * m4;
    uint32_t p0 = key->pool[0], p1 = key->pool[1], p2 = key->pool[2], p3 = key->pool[3];
    uint32_t w0 = (p0 ^ b0) * b1, w1 = (p1 ^ b1) * b2, w2 = (p2 ^ b2) * b3, w3 = (p3 ^ b3) * b4;
    uint32_t w4 = (p0 ^ b4) * b5, w5 = (p1 ^ b5) * b6, w6 = (p2 ^ b6) * b7, w7 = (p3 ^ b7) * b8;
    uint64_t seed_high = (uint64_t)(w1 ^ w1 >> 16) << 32 | (w0 ^ w0 >> 16);
    uint64_t seed_low = (uint64_t)(w3 ^ w3 >> 16) << 32 | (w2 ^ w2 >> 16);
    uint64_t sequence_high = (uint64_t)(w5 ^ w5 >> 16) << 32 | (w4 ^ w4 >> 16);
    uint64_t sequence_low = (uint64_t)(w7 ^ w7 >> 16) << 32 | (w6 ^ w6 >> 16);
    /* The trap: numpy steps with the 64-bit multiplier but seeds with the 128-bit one of plain PCG64. */
    const place_u128 seeding = (place_u128)0x2360ed051fc65da4u << 64 | 0x4385df649fccf645u;
    stream->increment = ((place_u128)sequence_high << 64 | sequence_low) << 1 | 1u;
    stream->state = (stream->increment + ((place_u128)seed_high << 64 | seed_low)) * seeding + stream->increment;
}

/** The stream `n_jumps` sub-streams on (numpy's `jumped(n)`), 0 .. 63 from a table: used along national curriculum years only. */
static inline place_stream place_stream_jumped(const place_stream *stream, unsigned n_jumps) {
    assert(n_jumps < PLACE_N_JUMPS);
    const uint64_t *jump = place_stream_jumps[n_jumps];
    place_u128 multiplier = (place_u128)jump[0] << 64 | jump[1], factor = (place_u128)jump[2] << 64 | jump[3];
    return (place_stream){ stream->state * multiplier + stream->increment * factor, stream->increment };
}

/** Next 64 random bits. The output is taken before the step. */
static inline uint64_t place_stream_bits(place_stream *stream) {
    uint64_t high = (uint64_t)(stream->state >> 64), low = (uint64_t)stream->state | 1u;
    high ^= high >> 32;
    high *= PLACE_STREAM_MULTIPLIER;
    high ^= high >> 48;
    high *= low;
    stream->state = stream->state * PLACE_STREAM_MULTIPLIER + stream->increment;
    return high;
}

/** Uniform on [0, 1) with 53 bits: bits >> 11 times 2^-53. */
static inline double place_stream_uniform(place_stream *stream) {
    return (double)(place_stream_bits(stream) >> 11) * 0x1p-53;
}

/** Uniform on (0, 1): (bits >> 12) + 0.5, times 2^-52. Never 0 or 1; for logarithms and quantiles. */
static inline double place_stream_open_uniform(place_stream *stream) {
    return ((double)(place_stream_bits(stream) >> 12) + 0.5) * 0x1p-52;
}

/** Uniform on 0 .. n - 1, without bias (Lemire's multiply and reject); n >= 1. */
uint64_t place_stream_below(place_stream *stream, uint64_t n);

/** Exponential with mean 1: -log(open uniform). */
double place_stream_exponential(place_stream *stream);

/** Standard normal, by inversion: one word a draw. */
double place_stream_normal(place_stream *stream);

/** Gamma with the given shape (> 0) and scale 1. Marsaglia and Tsang (2000). */
double place_stream_gamma(place_stream *stream, double shape);

/** Beta(a, b), a and b > 0. */
double place_stream_beta(place_stream *stream, double a, double b);

/** Poisson, 0 <= mean <= 1e9: below 10 the points of a unit-rate process on [0, mean]; else Hoermann's PTRS (1993). */
int64_t place_stream_poisson(place_stream *stream, double mean);

/** Binomial, 0 <= n, 0 <= p <= 1: inversion while n min(p, 1-p) < 10; else Hoermann's BTRS (1993).
 *  binomial(n, p) + binomial(n, 1 - p) = n on equal streams, for p other than 1/2. */
int64_t place_stream_binomial(place_stream *stream, int64_t n, double p);

/** Good ones among `n_drawn` taken without replacement from n_good + n_bad. Exact for all arguments with n_drawn <= n_good + n_bad. */
int64_t place_stream_hypergeometric(place_stream *stream, int64_t n_good, int64_t n_bad, int64_t n_drawn);

/** Shares n over k outcomes with probabilities p[k] that sum to 1 (the last takes what is left): a chain of binomials. */
void place_stream_multinomial(place_stream *stream, int64_t n, const double *p, size_t k, int64_t *out);

#endif
