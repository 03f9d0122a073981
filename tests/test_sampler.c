/* SPDX-License-Identifier: MIT */
/*
 * Samplers: each law against its distribution function at 12 points and more, by the DKW bound at alpha 1e-9; each
 * branch by words chosen for it; each sampler's draws by a digest, since their order is part of the contract.
 * A group of laws ends with a sampler that is slightly wrong, planted, which the same test must refuse.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "../src/random/numeric_internal.h"
#include "laws.h"
#include "place/key.h"
#include "place/numeric.h"
#include "place/stream.h"

#define MOST 1000000 /* draws of a law, with `make laws` */
#define N_ROWS(table) (sizeof(table) / sizeof(table)[0])
#define HALF ((uint64_t)1 << 63)
#define MOST_INT32 2147483647.0

static int R = 100000;
static double samples[MOST];

static place_stream numbers(uint32_t word, uint32_t point) {
    place_key key = place_key_with(place_key_with(place_key_create(1993), word), point);
    place_stream stream;
    place_stream_init(&stream, &key);
    return stream;
}

static void assert_law(law_cdf *cdf, const void *law, double step, const char *name, int point) {
    double gap = law_gap(samples, (size_t)R, cdf, law, step, 16);
    ck_assert_msg(gap <= law_bound((size_t)R), "%s, point %d: gap %g", name, point, gap);
}

/* ---- binomial ---- */

static double binomial_cdf(const void *law, double k) {
    const double *l = law; /* n, p */
    double n = l[0], p = l[1], below, above;
    if (k < 0.0) return 0.0;
    if (k >= n || p == 0.0) return 1.0;
    if (p == 1.0) return 0.0;
    double variance = n * p * (1.0 - p); /* Berry and Esseen: past 1e8 a normal law is right to 0.48 / 1e4 */
    if (variance > 1e8) return place_normal_cdf((k + 0.5 - n * p) / sqrt(variance));
    place_beta_tails(p, 1.0 - p, k + 1.0, n - k, &below, &above); /* P(X <= k) = 1 - I_p(k + 1, n - k) */
    return above;
}

static void draw_binomials(const double *law, place_stream stream, double planted) {
    for (int i = 0; i < R; i++) samples[i] = (double)place_stream_binomial(&stream, (int64_t)law[0], law[1] * planted);
}

/* Switches: whole powers up to n = 64, mean 10, p = 1/2. */
/* clang-format off */
static const double binomials[][2] = {
    { 0, 0.3 }, { 1, 0.3 }, { 5, 0.0 }, { 5, 1.0 }, { 30, 0.1 },
    { 64, 0.15 }, { 65, 0.15 }, { 100, 0.0999 }, { 100, 0.1001 },
    { 20, 0.4999 }, { 20, 0.5 }, { 21, 0.5 }, { 100, 0.901 }, { 5000, 0.8 }, { 1000000, 0.3 }, { MOST_INT32, 1e-12 },
    { MOST_INT32, 1e-9 }, { MOST_INT32, 1e-7 }, { MOST_INT32, 0.5 }, { MOST_INT32, 1.0 - 1e-12 },
};
/* clang-format on */

START_TEST(binomial_draws_have_their_law) {
    draw_binomials(binomials[_i], numbers(1, (uint32_t)_i), 1.0);
    assert_law(binomial_cdf, binomials[_i], 1.0, "binomial", _i);
}
END_TEST

START_TEST(binomial_draws_at_another_p_are_found_out) { /* planted: p 2 % too large; 6 pupils of 300, sd 14.5 */
    static const double law[] = { 1000, 0.3 }, small[] = { 30, 0.1 };
    draw_binomials(law, numbers(2, 0), 1.02);
    ck_assert_double_gt(law_gap(samples, (size_t)R, binomial_cdf, law, 1.0, 16), law_bound((size_t)R));
    draw_binomials(small, numbers(2, 1), 1.1); /* 0.3 of sd 1.64 */
    ck_assert_double_gt(law_gap(samples, (size_t)R, binomial_cdf, small, 1.0, 16), law_bound((size_t)R));
}
END_TEST

START_TEST(binomial_of_p_and_of_1_less_p_sum_to_n) {
    static const double pairs[][2] = { { 1, 0.25 },     { 7, 0.125 },     { 40, 0.3 },          { 100, 0.0625 },
                                       { 1000, 0.375 }, { 100000, 0.01 }, { MOST_INT32, 1e-9 }, { MOST_INT32, 0.3 } };
    for (size_t i = 0; i < N_ROWS(pairs); i++)
        for (uint32_t key = 0; key < 2000; key++) {
            int64_t n = (int64_t)pairs[i][0];
            place_stream one = numbers(100 + (uint32_t)i, key), other = one;
            double p = 1.0 - (1.0 - pairs[i][1]); /* so that 1 - (1 - p) is p to the last bit */
            ck_assert_int_eq(place_stream_binomial(&one, n, p) + place_stream_binomial(&other, n, 1.0 - p), n);
            ck_assert(one.state == other.state);
        }
}
END_TEST

/* ---- Poisson ---- */

static double poisson_cdf(const void *law, double k) {
    double mean = *(const double *)law, below, above;
    if (k < 0.0) return 0.0;
    if (mean == 0.0) return 1.0;
    if (mean > 1e8) return place_normal_cdf((k + 0.5 - mean) / sqrt(mean));
    place_gamma_tails(mean, k + 1.0, &below, &above); /* P(X <= k) = Q(k + 1, mean) */
    return above;
}

static const double poissons[] = { 0.0, 1e-12, 0.05, 0.7, 3.0, 9.999, 10.0, 10.001, 12.5, 100.0, 5000.0, 1e6, 1e9 };

START_TEST(poisson_draws_have_their_law) {
    place_stream stream = numbers(3, (uint32_t)_i);
    for (int i = 0; i < R; i++) samples[i] = (double)place_stream_poisson(&stream, poissons[_i]);
    assert_law(poisson_cdf, &poissons[_i], 1.0, "Poisson", _i);
}
END_TEST

START_TEST(poisson_draws_off_by_one_are_found_out) { /* planted: 1 too many, of sd 10 and of sd 1.7 */
    for (uint32_t point = 0; point < 2; point++) {
        double mean = point == 0 ? 100.0 : 3.0;
        place_stream stream = numbers(4, point);
        for (int i = 0; i < R; i++) samples[i] = (double)place_stream_poisson(&stream, mean) + 1.0;
        ck_assert_double_gt(law_gap(samples, (size_t)R, poisson_cdf, &mean, 1.0, 16), law_bound((size_t)R));
    }
}
END_TEST

/* ---- hypergeometric: the weights are summed over the support, from log Gamma ---- */

#define MOST_SUPPORT 400000
static double hypergeometric_sums[MOST_SUPPORT];
static double hypergeometric_first;
static int n_hypergeometric;

static double log_choose(double n, double k) {
    return lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0);
}

static void prepare_hypergeometric(double good, double bad, double drawn) {
    double low = fmax(0.0, drawn - bad), high = fmin(good, drawn), all = good + bad;
    double mean = all > 0.0 ? drawn * good / all : 0.0;
    double sd = all > 1.0 ? sqrt(mean * bad / all * (all - drawn) / (all - 1.0)) : 0.0;
    low = fmax(low, floor(mean - 15.0 * sd - 5.0));
    high = fmin(high, ceil(mean + 15.0 * sd + 30.0));
    n_hypergeometric = (int)(high - low) + 1;
    ck_assert_int_le(n_hypergeometric, MOST_SUPPORT);
    hypergeometric_first = low;
    double sum = 0.0;
    for (int i = 0; i < n_hypergeometric; i++) {
        double k = low + i;
        hypergeometric_sums[i] = sum += exp(log_choose(good, k) + log_choose(bad, drawn - k) - log_choose(all, drawn));
    }
    ck_assert_double_lt(fabs(sum - 1.0), 1e-4); /* lgamma of 2^31 is right to 1e-5 */
    for (int i = 0; i < n_hypergeometric; i++) hypergeometric_sums[i] /= sum;
}

static double hypergeometric_cdf(const void *law, double k) {
    (void)law;
    double i = k - hypergeometric_first;
    return i < 0.0 ? 0.0 : i >= n_hypergeometric ? 1.0 : hypergeometric_sums[(int)i];
}

/* Switches: mean 10, up to 64 factors, each of the four turns (rarer kind, smaller part). */
/* clang-format off */
static const double hypergeometrics[][3] = {
    { 0, 10, 5 }, { 10, 0, 5 }, { 10, 20, 0 }, { 10, 20, 30 }, { 1, 1, 1 },
    { 10, 20, 5 }, { 20, 10, 5 }, { 10, 20, 25 }, { 20, 10, 25 },
    { 60, 120, 29 }, { 60, 120, 30 }, { 60, 120, 31 }, { 64, 6000, 500 }, { 65, 6000, 500 }, { 5000, 3000, 7000 },
    { 100000, 900000, 95 }, { 100000, 900000, 105 },
    { 50000, MOST_INT32 - 50000, 300000 }, { 1e9, MOST_INT32 - 1e9, 1000 },
    { 1e9, MOST_INT32 - 1e9, 1e6 }, { 1e6, 1e9, 1e9 },
};
/* clang-format on */

START_TEST(hypergeometric_draws_have_their_law) {
    const double *l = hypergeometrics[_i];
    place_stream stream = numbers(5, (uint32_t)_i);
    prepare_hypergeometric(l[0], l[1], l[2]);
    for (int i = 0; i < R; i++)
        samples[i] = (double)place_stream_hypergeometric(&stream, (int64_t)l[0], (int64_t)l[1], (int64_t)l[2]);
    assert_law(hypergeometric_cdf, l, 1.0, "hypergeometric", _i);
}
END_TEST

START_TEST(hypergeometric_draws_that_put_back_are_found_out) { /* planted: binomial; sd 16.6 for 11.4 */
    place_stream stream = numbers(6, 0);
    prepare_hypergeometric(1000, 1000, 1100);
    for (int i = 0; i < R; i++) samples[i] = (double)place_stream_binomial(&stream, 1100, 0.5);
    ck_assert_double_gt(law_gap(samples, (size_t)R, hypergeometric_cdf, NULL, 1.0, 16), law_bound((size_t)R));
}
END_TEST

/* ---- multinomial: each outcome is binomial; they sum to n ---- */

#define N_OUTCOMES 5
/* clang-format off */
static const double multinomial_shares[][N_OUTCOMES] = {
    { 0.62, 0.25, 0.10, 0.03, 0.0 }, { 0.0, 0.0, 1.0, 0.0, 0.0 }, { 1e-12, 0.5, 0.25, 0.25 - 1e-12, 0.0 },
    { 0.2, 0.2, 0.2, 0.2, 0.2 },     { 0.9, 0.05, 0.04, 0.01, 0.0 }, { 0.0, 0.1, 0.0, 0.3, 0.6 },
};
/* clang-format on */
static const int64_t multinomial_sizes[] = { 0, 1, 12, 1000, 2147483647 };
#define N_MULTINOMIAL_POINTS (N_ROWS(multinomial_shares) * N_ROWS(multinomial_sizes))

START_TEST(multinomial_outcomes_are_binomial_and_sum_to_n) {
    const double *p = multinomial_shares[(size_t)_i / N_ROWS(multinomial_sizes)];
    int64_t n = multinomial_sizes[(size_t)_i % N_ROWS(multinomial_sizes)], out[N_OUTCOMES];
    int outcome = _i % N_OUTCOMES == 0 ? 3 : _i % 4; /* one outcome a point: over all points each comes up */
    place_stream stream = numbers(7, (uint32_t)_i);
    int n_bad = 0;
    for (int i = 0; i < R; i++) {
        place_stream_multinomial(&stream, n, p, N_OUTCOMES, out);
        int64_t sum = 0;
        for (int k = 0; k < N_OUTCOMES; k++) {
            n_bad += out[k] < 0 || (p[k] == 0.0 && out[k] != 0);
            sum += out[k];
        }
        n_bad += sum != n;
        samples[i] = (double)out[outcome];
    }
    ck_assert_int_eq(n_bad, 0);
    assert_law(binomial_cdf, (double[]){ (double)n, p[outcome] }, 1.0, "multinomial", _i);
}
END_TEST

START_TEST(multinomial_outcomes_vary_together_as_they_must) {
    /* 1,000 over 0.62 0.25 0.10 0.03: cov -n p q = -155, -62, .. */
    const double *p = multinomial_shares[0];
    place_stream stream = numbers(8, 0);
    double cov[4][4] = { { 0 } };
    for (int i = 0; i < R; i++) {
        int64_t out[4];
        place_stream_multinomial(&stream, 1000, p, 4, out);
        for (int a = 0; a < 4; a++)
            for (int b = 0; b < 4; b++)
                cov[a][b] += ((double)out[a] - 1000.0 * p[a]) * ((double)out[b] - 1000.0 * p[b]) / R;
    }
    for (int a = 0; a < 4; a++)
        for (int b = 0; b < 4; b++) {
            double va = 1000.0 * p[a] * (1.0 - p[a]), vb = 1000.0 * p[b] * (1.0 - p[b]);
            double expected = a == b ? va : -1000.0 * p[a] * p[b];
            ck_assert_double_lt(fabs(cov[a][b] - expected), 6.109 * sqrt((va * vb + expected * expected) / R) * 1.02);
        }
}
END_TEST

START_TEST(chained_draws_without_conditioning_are_found_out) {
    /* planted: the second share not divided by what is left */
    const double *p = multinomial_shares[0];
    place_stream stream = numbers(9, 0);
    for (int i = 0; i < R; i++) {
        int64_t first = place_stream_binomial(&stream, 1000, p[0]);
        samples[i] = (double)place_stream_binomial(&stream, 1000 - first, p[1]);
    }
    ck_assert_double_gt(law_gap(samples, (size_t)R, binomial_cdf, (double[]){ 1000, p[1] }, 1.0, 16), law_bound((size_t)R));
}
END_TEST

/* ---- measures ---- */

static double gamma_cdf(const void *law, double x) {
    return place_gamma_cdf(x, *(const double *)law);
}

static const double gammas[] = { 0.01, 0.02, 0.3, 0.5, 0.999, 1.0, 1.001, 2.5, 10.0, 100.0, 3000.0, 1e6 };

START_TEST(gamma_draws_have_their_law) {
    place_stream stream = numbers(10, (uint32_t)_i);
    for (int i = 0; i < R; i++) samples[i] = place_stream_gamma(&stream, gammas[_i]);
    assert_law(gamma_cdf, &gammas[_i], 0.0, "gamma", _i);
}
END_TEST

static double beta_cdf(const void *law, double x) {
    const double *l = law;
    return place_beta_cdf(x, l[0], l[1]);
}

/* clang-format off */
static const double betas[][2] = { { 2, 4 }, { 1, 1 }, { 0.5, 0.5 }, { 0.02, 0.3 }, { 1, 5 }, { 5, 1 }, { 0.999, 1 },
                                   { 1.001, 1 }, { 40, 960 }, { 0.2, 7 }, { 300, 0.7 }, { 20000, 30000 } };
/* clang-format on */

START_TEST(beta_draws_have_their_law) {
    place_stream stream = numbers(11, (uint32_t)_i);
    int n_bad = 0;
    for (int i = 0; i < R; i++) {
        samples[i] = place_stream_beta(&stream, betas[_i][0], betas[_i][1]);
        n_bad += !(samples[i] >= 0.0 && samples[i] <= 1.0);
    }
    ck_assert_int_eq(n_bad, 0);
    assert_law(beta_cdf, betas[_i], 0.0, "beta", _i);
}
END_TEST

START_TEST(gamma_and_beta_draws_of_another_shape_are_found_out) {
    /* planted: shape 2 % too large; 2 of sd 10; 0.007 of 0.03 */
    place_stream stream = numbers(12, 0);
    for (int i = 0; i < R; i++) samples[i] = place_stream_gamma(&stream, 102.0);
    ck_assert_double_gt(law_gap(samples, (size_t)R, gamma_cdf, &(double){ 100.0 }, 0.0, 16), law_bound((size_t)R));
    for (int i = 0; i < R; i++) samples[i] = place_stream_beta(&stream, 102.0, 150.0);
    ck_assert_double_gt(law_gap(samples, (size_t)R, beta_cdf, (double[]){ 100.0, 150.0 }, 0.0, 16), law_bound((size_t)R));
}
END_TEST

static double normal_cdf(const void *law, double x) {
    (void)law;
    return 0.5 * erfc(-x / sqrt(2.0)); /* the C library's, as a witness */
}

static double exponential_cdf(const void *law, double x) {
    (void)law;
    return -expm1(-x);
}

static double uniform_cdf(const void *law, double x) {
    (void)law;
    return x;
}

START_TEST(normal_exponential_and_uniform_draws_have_their_law) {
    place_stream stream = numbers(13, (uint32_t)_i);
    for (int i = 0; i < R; i++) samples[i] = place_stream_normal(&stream);
    assert_law(normal_cdf, NULL, 0.0, "normal", _i);
    for (int i = 0; i < R; i++) samples[i] = place_stream_exponential(&stream);
    assert_law(exponential_cdf, NULL, 0.0, "exponential", _i);
    for (int i = 0; i < R; i++) samples[i] = place_stream_uniform(&stream);
    assert_law(uniform_cdf, NULL, 0.0, "uniform", _i);
}
END_TEST

START_TEST(whole_numbers_below_n_are_even) { /* chi-square, df 9 at alpha 1e-9: 60.7; planted: bits % 10 of 4 bits */
    place_stream stream = numbers(14, 0);
    double fair[10] = { 0 }, planted[10] = { 0 }, chi_fair = 0.0, chi_planted = 0.0;
    for (int i = 0; i < R; i++) {
        fair[place_stream_below(&stream, 10)] += 1.0;
        planted[(place_stream_bits(&stream) >> 60) % 10] += 1.0;
    }
    for (int k = 0; k < 10; k++) {
        chi_fair += (fair[k] - R / 10.0) * (fair[k] - R / 10.0) / (R / 10.0);
        chi_planted += (planted[k] - R / 10.0) * (planted[k] - R / 10.0) / (R / 10.0);
    }
    ck_assert_double_lt(chi_fair, 60.7);
    ck_assert_double_gt(chi_planted, 60.7);
}
END_TEST

/* ---- branches, by words chosen for them. u and v are the uniforms that the first and second word become. ---- */

static uint64_t word_of(double u) {
    return (uint64_t)(u * 0x1p53) << 11;
}

/* The stream after its two chosen words: a sampler that rejected them draws from here. */
static place_stream rest_of(place_stream stream) {
    place_stream_bits(&stream);
    place_stream_bits(&stream);
    return stream;
}

START_TEST(binomial_inversion_turns_at_its_weights) { /* n 1, p 1/4: 0 while u < 3/4 */
    place_stream stream = stream_giving(word_of(0.75 - 0x1p-53), word_of(0.75));
    ck_assert_int_eq(place_stream_binomial(&stream, 1, 0.25), 0);
    ck_assert_int_eq(place_stream_binomial(&stream, 1, 0.25), 1);
    stream = stream_giving(word_of(0.75 - 0x1p-53), word_of(0.75));
    ck_assert_int_eq(place_stream_binomial(&stream, 1, 0.75), 1);
    ck_assert_int_eq(place_stream_binomial(&stream, 1, 0.75), 0);
    /* u = 1 - 2^-53 is past all the weights that rounding leaves: the draw ends where they vanish, not at n */
    stream = stream_giving(UINT64_MAX, UINT64_MAX);
    int64_t k = place_stream_binomial(&stream, 2147483647, 1e-9); /* mean 2.147: P(X = 27) is the first under 2^-64 */
    ck_assert(k >= 20 && k <= 27);
}
END_TEST

START_TEST(binomial_rejection_takes_each_of_its_ways) {
    /* n 100, p 0.3: sd 4.583, b 12.744, a 0.2317, centre 30.5. u = 0: k = floor(30.5), squeezed in for v = 0. */
    place_stream stream = stream_giving(HALF, 0), rest;
    ck_assert_int_eq(place_stream_binomial(&stream, 100, 0.3), 30);
    ck_assert(stream.state == rest_of(stream_giving(HALF, 0)).state);
    stream = stream_giving(HALF, 0);
    ck_assert_int_eq(place_stream_binomial(&stream, 100, 0.7), 70);
    /* u = 0.47, edge 0.03: k = floor((2 a / 0.03 + b) 0.47 + 30.5) = 43; log v - 2.90 held against -3.9 */
    stream = stream_giving(word_of(0.97), 0);
    ck_assert_int_eq(place_stream_binomial(&stream, 100, 0.3), 43);
    stream = stream_giving(word_of(0.97), UINT64_MAX);
    rest = rest_of(stream);
    ck_assert_int_eq(place_stream_binomial(&stream, 100, 0.3), place_stream_binomial(&rest, 100, 0.3));
    for (int side = 0; side < 2; side++) { /* edge 2^-53: k some 10^15 below 0 or above n */
        stream = stream_giving(side == 0 ? 0 : UINT64_MAX, HALF);
        rest = rest_of(stream);
        ck_assert_int_eq(place_stream_binomial(&stream, 100, 0.3), place_stream_binomial(&rest, 100, 0.3));
        ck_assert(stream.state == rest.state);
    }
}
END_TEST

START_TEST(poisson_takes_each_of_its_ways) {
    place_stream stream = stream_giving(HALF, HALF),
                 rest; /* mean 1: 1/2 is above e^-1 = 0.368, 1/4 is not: one point */
    ck_assert_int_eq(place_stream_poisson(&stream, 1.0), 1);
    stream = stream_giving(0, 0); /* the first point is far off */
    ck_assert_int_eq(place_stream_poisson(&stream, 1.0), 0);
    stream = stream_giving(HALF, 0); /* u = 0: k = floor(10 + 0.43) */
    ck_assert_int_eq(place_stream_poisson(&stream, 10.0), 10);
    /* mean 100, u 0.47: b 26.23, a 0.592, k = floor((1.184 / 0.03 + 26.23) 0.47 + 100.43) = 131; f(131) is 0.0004 */
    stream = stream_giving(word_of(0.97), 0);
    ck_assert_int_eq(place_stream_poisson(&stream, 100.0), 131);
    stream = stream_giving(word_of(0.97), UINT64_MAX);
    rest = rest_of(stream);
    ck_assert_int_eq(place_stream_poisson(&stream, 100.0), place_stream_poisson(&rest, 100.0));
    for (int side = 0; side < 2; side++) { /* below 0, and at mean 1e9 past what 64 bits count to: 1.8e19 / 2 */
        stream = stream_giving(side == 0 ? 0 : UINT64_MAX, HALF);
        rest = rest_of(stream);
        ck_assert_int_eq(place_stream_poisson(&stream, 1e9), place_stream_poisson(&rest, 1e9));
    }
    /* mean 10, u -0.45, edge 0.05: k = floor((0.326 / 0.05 + 8.931) (-0.45) + 10.43) = 3; u -0.4729: k = 0, whose
       weight e^-10 has a form of its own; v = 0 takes it */
    stream = stream_giving(word_of(0.05), 0);
    ck_assert_int_eq(place_stream_poisson(&stream, 10.0), 3);
    stream = stream_giving(word_of(0.0271), 0);
    ck_assert_int_eq(place_stream_poisson(&stream, 10.0), 0);
}
END_TEST

START_TEST(gamma_takes_each_of_its_ways) {
    /* shape 1: d 2/3, c 0.40825. z = 0: v = 1, squeezed in, d. z = -8.2 makes 1 + c z negative: one word lost. */
    place_stream stream = stream_giving(HALF, HALF), rest;
    ck_assert_double_eq_tol(place_stream_gamma(&stream, 1.0), 2.0 / 3.0, 1e-12);
    stream = stream_giving(0, HALF);
    rest = stream;
    place_stream_bits(&rest);
    ck_assert(place_stream_gamma(&stream, 1.0) == place_stream_gamma(&rest, 1.0));
    /* z = 2 (u 0.977249868): v = 1.8165^3 = 5.9938, bound 2 + d (1 - v + log v) = -0.1353: 0.6 is taken, 0.95 not */
    stream = stream_giving(word_of(0.977249868051821), word_of(0.6));
    ck_assert_double_eq_tol(place_stream_gamma(&stream, 1.0), 2.0 / 3.0 * 5.9938, 1e-3);
    stream = stream_giving(word_of(0.977249868051821), word_of(0.95));
    rest = rest_of(stream);
    ck_assert(place_stream_gamma(&stream, 1.0) == place_stream_gamma(&rest, 1.0));
}
END_TEST

START_TEST(hypergeometric_takes_each_of_its_ways) {
    place_stream stream = stream_giving(word_of(1.0 / 3.0 - 0x1p-50), word_of(1.0 / 3.0 + 0x1p-50)), rest;
    ck_assert_int_eq(place_stream_hypergeometric(&stream, 2, 1, 1),
                     1); /* 1 of 3 is bad: u under 2/3 draws no bad one */
    ck_assert_int_eq(place_stream_hypergeometric(&stream, 1, 2, 1), 0);
    stream = stream_giving(word_of(2.0 / 3.0 + 0x1p-50), HALF);
    ck_assert_int_eq(place_stream_hypergeometric(&stream, 1, 2, 1), 1);
    /* 100 good, 200 bad, 60 drawn: mean 20, sd 3.34 or so with the 0.5, width 6.6. u = v = 1/2: k = floor(20.5) */
    stream = stream_giving(HALF, HALF);
    ck_assert_int_eq(place_stream_hypergeometric(&stream, 100, 200, 60), 20);
    stream = stream_giving(0, UINT64_MAX); /* u 2^-53: k is off the support on either side */
    rest = rest_of(stream);
    ck_assert_int_eq(place_stream_hypergeometric(&stream, 100, 200, 60),
                     place_stream_hypergeometric(&rest, 100, 200, 60));
    stream = stream_giving(0, 0);
    rest = rest_of(stream);
    ck_assert_int_eq(place_stream_hypergeometric(&stream, 100, 200, 60),
                     place_stream_hypergeometric(&rest, 100, 200, 60));
    /* u near 1, v near 1: k = floor(20.5 + 3.3) = 23, log weight -0.4: 2 log u is above it, so not taken */
    stream = stream_giving(UINT64_MAX, UINT64_MAX);
    rest = rest_of(stream);
    ck_assert_int_eq(place_stream_hypergeometric(&stream, 100, 200, 60),
                     place_stream_hypergeometric(&rest, 100, 200, 60));
}
END_TEST

START_TEST(nothing_is_drawn_where_nothing_is_left_to_chance) { /* no word is taken */
    place_stream stream = numbers(15, 0), before = stream;
    ck_assert_int_eq(place_stream_binomial(&stream, 0, 0.5), 0);
    ck_assert_int_eq(place_stream_binomial(&stream, 7, 0.0), 0);
    ck_assert_int_eq(place_stream_binomial(&stream, 7, 1.0), 7);
    ck_assert_int_eq(place_stream_poisson(&stream, 0.0), 0);
    ck_assert_int_eq(place_stream_hypergeometric(&stream, 4, 3, 7), 4);
    ck_assert_int_eq(place_stream_hypergeometric(&stream, 4, 0, 3), 3);
    ck_assert(stream.state == before.state);
}
END_TEST

/* 20 draws of everything, on one stream each: the order in which words are taken, and every bit. */
static uint64_t digest_of_draws(double (*normal)(place_stream *)) {
    uint64_t digest = LAW_DIGEST;
    for (uint32_t key = 0; key < 500; key++) {
        place_stream s = numbers(16, key);
        double mean = place_exp(12.0 * place_stream_uniform(&s) - 4.0), p = place_stream_uniform(&s);
        int64_t n = (int64_t)(mean * 3.0), out[4];
        place_stream_multinomial(&s, n, multinomial_shares[0], 4, out);
        double values[] = { place_stream_uniform(&s),
                            place_stream_open_uniform(&s),
                            place_stream_exponential(&s),
                            normal(&s),
                            place_stream_gamma(&s, mean),
                            place_stream_beta(&s, mean, 2.0),
                            place_stream_beta(&s, p, 0.4),
                            (double)place_stream_below(&s, 1000),
                            (double)place_stream_poisson(&s, mean),
                            (double)place_stream_binomial(&s, n, p),
                            (double)place_stream_hypergeometric(&s, n, 500, n / 2),
                            (double)out[0],
                            (double)out[1],
                            (double)out[2],
                            (double)out[3] };
        for (size_t i = 0; i < N_ROWS(values); i++) digest = digest_with(digest, values[i]);
    }
    return digest;
}

static double normal_by_two_words(place_stream *stream) { /* planted: Box and Muller takes a word more */
    double u = place_stream_open_uniform(stream), v = place_stream_uniform(stream);
    return sqrt(-2.0 * log(u)) * cos(6.283185307179586 * v);
}

START_TEST(draws_are_the_same_everywhere) {
    ck_assert_uint_eq(digest_of_draws(place_stream_normal), 623479580572222573u);
    ck_assert_uint_ne(digest_of_draws(normal_by_two_words), 623479580572222573u);
}
END_TEST

TCase *sampler_case(void) {
    if (law_in_full()) R = MOST;
    TCase *samplers = tcase_create("samplers");
    tcase_add_loop_test(samplers, binomial_draws_have_their_law, 0, (int)N_ROWS(binomials));
    tcase_add_test(samplers, binomial_draws_at_another_p_are_found_out);
    tcase_add_test(samplers, binomial_of_p_and_of_1_less_p_sum_to_n);
    tcase_add_loop_test(samplers, poisson_draws_have_their_law, 0, (int)N_ROWS(poissons));
    tcase_add_test(samplers, poisson_draws_off_by_one_are_found_out);
    tcase_add_loop_test(samplers, hypergeometric_draws_have_their_law, 0, (int)N_ROWS(hypergeometrics));
    tcase_add_test(samplers, hypergeometric_draws_that_put_back_are_found_out);
    tcase_add_loop_test(samplers, multinomial_outcomes_are_binomial_and_sum_to_n, 0, (int)N_MULTINOMIAL_POINTS);
    tcase_add_test(samplers, multinomial_outcomes_vary_together_as_they_must);
    tcase_add_test(samplers, chained_draws_without_conditioning_are_found_out);
    tcase_add_loop_test(samplers, gamma_draws_have_their_law, 0, (int)N_ROWS(gammas));
    tcase_add_loop_test(samplers, beta_draws_have_their_law, 0, (int)N_ROWS(betas));
    tcase_add_test(samplers, gamma_and_beta_draws_of_another_shape_are_found_out);
    tcase_add_loop_test(samplers, normal_exponential_and_uniform_draws_have_their_law, 0, 4);
    tcase_add_test(samplers, whole_numbers_below_n_are_even);
    tcase_add_test(samplers, binomial_inversion_turns_at_its_weights);
    tcase_add_test(samplers, binomial_rejection_takes_each_of_its_ways);
    tcase_add_test(samplers, poisson_takes_each_of_its_ways);
    tcase_add_test(samplers, gamma_takes_each_of_its_ways);
    tcase_add_test(samplers, hypergeometric_takes_each_of_its_ways);
    tcase_add_test(samplers, nothing_is_drawn_where_nothing_is_left_to_chance);
    tcase_add_test(samplers, draws_are_the_same_everywhere);
    return samplers;
}
