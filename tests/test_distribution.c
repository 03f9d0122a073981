/* SPDX-License-Identifier: MIT */
/*
 * Distributions: draws and quantiles against the law, with and without truncation; means, modes and bounds against
 * values worked out by hand; every rule of the check, one at a time, with its sentence.
 * The laws' distribution functions are written here a second time, from the C library where it has them.
 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "laws.h"
#include "place/distribution.h"
#include "place/key.h"
#include "place/numeric.h"
#include "place/stream.h"
#include "suites.h"

#define MOST 1000000 /* draws of a law, with `make laws` */
#define N_ROWS(table) (sizeof(table) / sizeof(table)[0])
#define NOT_TRUNCATED .low = -INFINITY, .high = INFINITY

static int R = 100000;
static double samples[MOST];

static place_stream numbers(uint32_t word, uint32_t point) {
    place_key key = place_key_with(place_key_with(place_key_create(1922), word), point);
    place_stream stream;
    place_stream_init(&stream, &key);
    return stream;
}

static double normal_cdf(double z) {
    return 0.5 * erfc(-z / sqrt(2.0));
}

/* Chance of at most x before truncation. */
static double whole_cdf(const place_distribution *d, double x) {
    const double *a = d->a;
    switch (d->kind) {
    case PLACE_FIXED: return x >= a[0];
    case PLACE_UNIFORM: return x < a[0] ? 0.0 : x > a[1] ? 1.0 : (x - a[0]) / (a[1] - a[0]);
    case PLACE_TRIANGULAR:
        if (x <= a[0] || x >= a[2]) return x >= a[2];
        if (x < a[1]) return (x - a[0]) * (x - a[0]) / ((a[2] - a[0]) * (a[1] - a[0]));
        return 1.0 - (a[2] - x) * (a[2] - x) / ((a[2] - a[0]) * (a[2] - a[1]));
    case PLACE_PERT: {
        double width = a[2] - a[0], y = (x - a[0]) / width;
        if (y <= 0.0 || y >= 1.0) return y >= 1.0;
        return place_beta_cdf(y, 1.0 + 4.0 * (a[1] - a[0]) / width, 1.0 + 4.0 * (a[2] - a[1]) / width);
    }
    case PLACE_NORMAL: return normal_cdf((x - a[0]) / a[1]);
    case PLACE_LOGNORMAL: return x <= 0.0 ? 0.0 : normal_cdf((log(x) - a[0]) / a[1]);
    case PLACE_LOGITNORMAL: return x <= 0.0 ? 0.0 : x >= 1.0 ? 1.0 : normal_cdf((log(x / (1.0 - x)) - a[0]) / a[1]);
    case PLACE_BETA: return x <= 0.0 ? 0.0 : x >= 1.0 ? 1.0 : place_beta_cdf(x, a[0], a[1]);
    case PLACE_GAMMA: return place_gamma_cdf(x / a[1], a[0]);
    case PLACE_EXPONENTIAL: return x <= 0.0 ? 0.0 : -expm1(-x / a[0]);
    case PLACE_DISCRETE: {
        double sum = 0.0;
        for (size_t i = 0; i < d->n_values; i++)
            if (d->values[i] <= x) sum += d->weights[i];
        return sum;
    }
    }
    return NAN;
}

static double cdf(const void *law, double x) {
    const place_distribution *d = law;
    double step = d->kind == PLACE_DISCRETE ? 1e-6 : 0.0; /* a bound counts in */
    double before = whole_cdf(d, d->low - step), until = whole_cdf(d, d->high);
    return x < d->low ? 0.0 : x > d->high ? 1.0 : (whole_cdf(d, x) - before) / (until - before);
}

static const double die[] = { 1, 2, 3, 4, 5, 6 }, even[] = { 1 / 6.0, 1 / 6.0, 1 / 6.0, 1 / 6.0, 1 / 6.0, 1 / 6.0 };
static const double loaded[] = { 0.19, 0.162, 0.162, 0.162, 0.162, 0.162 };
static const double amounts[] = { -2.5, 0, 10, 1000 }, chances[] = { 0.1, 0.0, 0.6, 0.3 };
static const double rare[] = { 0, 1 }, rarely[] = { 1 - 1e-12, 1e-12 };

/* Twelve points or so of the kinds that only distributions have; gamma, beta, normal are in test_sampler.c as well. */
/* clang-format off */
static const place_distribution laws[] = {
    { .kind = PLACE_UNIFORM, .a = { 0, 1 }, NOT_TRUNCATED },
    { .kind = PLACE_UNIFORM, .a = { -1e6, 1e-3 }, NOT_TRUNCATED },
    { .kind = PLACE_UNIFORM, .a = { 2, 12 }, .low = 5, .high = 6 },
    { .kind = PLACE_TRIANGULAR, .a = { 2, 4, 9 }, NOT_TRUNCATED },
    { .kind = PLACE_TRIANGULAR, .a = { 2, 2, 9 }, NOT_TRUNCATED },   /* the mode at either end */
    { .kind = PLACE_TRIANGULAR, .a = { 2, 9, 9 }, NOT_TRUNCATED },
    { .kind = PLACE_TRIANGULAR, .a = { 0, 1e-12, 1 }, NOT_TRUNCATED },
    { .kind = PLACE_TRIANGULAR, .a = { -5, 0, 5 }, NOT_TRUNCATED },
    { .kind = PLACE_TRIANGULAR, .a = { 14, 18, 26 }, NOT_TRUNCATED },
    { .kind = PLACE_TRIANGULAR, .a = { 36, 60, 108 }, NOT_TRUNCATED },
    { .kind = PLACE_TRIANGULAR, .a = { 1e9, 1e9 + 3, 1e9 + 7 }, NOT_TRUNCATED },
    { .kind = PLACE_TRIANGULAR, .a = { 0, 1e-9, 1e-8 }, NOT_TRUNCATED },
    { .kind = PLACE_TRIANGULAR, .a = { 2, 4, 9 }, .low = 3, .high = 8 },
    { .kind = PLACE_TRIANGULAR, .a = { 2, 4, 9 }, .low = 4, .high = INFINITY },
    { .kind = PLACE_TRIANGULAR, .a = { 2, 4, 9 }, .low = -INFINITY, .high = 3.5 },
    { .kind = PLACE_PERT, .a = { 3, 6, 15 }, NOT_TRUNCATED },
    { .kind = PLACE_PERT, .a = { 3, 3, 15 }, NOT_TRUNCATED },
    { .kind = PLACE_PERT, .a = { 3, 15, 15 }, NOT_TRUNCATED },
    { .kind = PLACE_PERT, .a = { 2, 4, 8 }, NOT_TRUNCATED },
    { .kind = PLACE_PERT, .a = { 3, 5, 9 }, NOT_TRUNCATED },
    { .kind = PLACE_PERT, .a = { 2, 4, 7 }, NOT_TRUNCATED },
    { .kind = PLACE_PERT, .a = { 8, 12, 18 }, NOT_TRUNCATED },
    { .kind = PLACE_PERT, .a = { 36, 60, 108 }, NOT_TRUNCATED },
    { .kind = PLACE_PERT, .a = { -1, 0, 1 }, NOT_TRUNCATED },
    { .kind = PLACE_PERT, .a = { 0, 1e-12, 1 }, NOT_TRUNCATED },
    { .kind = PLACE_PERT, .a = { 3, 6, 15 }, .low = 5, .high = 12 },
    { .kind = PLACE_PERT, .a = { 3, 6, 15 }, .low = 10, .high = INFINITY },
    { .kind = PLACE_NORMAL, .a = { 100, 15 }, NOT_TRUNCATED },
    { .kind = PLACE_NORMAL, .a = { 0, 1 }, .low = 0, .high = INFINITY },
    { .kind = PLACE_NORMAL, .a = { 0, 1 }, .low = 1.5, .high = 2.5 },
    { .kind = PLACE_NORMAL, .a = { 10, 4 }, .low = 0, .high = 30 },
    { .kind = PLACE_LOGNORMAL, .a = { 0, 1 }, NOT_TRUNCATED },
    { .kind = PLACE_LOGNORMAL, .a = { 10.82, 0.82 }, NOT_TRUNCATED },   /* unit costs: median 50,000, mean 70,000 */
    { .kind = PLACE_LOGNORMAL, .a = { -3, 0.05 }, NOT_TRUNCATED },
    { .kind = PLACE_LOGNORMAL, .a = { 2, 5 }, NOT_TRUNCATED },
    { .kind = PLACE_LOGNORMAL, .a = { 0, 1 }, .low = 0.5, .high = 3 },
    { .kind = PLACE_LOGITNORMAL, .a = { 0, 1 }, NOT_TRUNCATED },
    { .kind = PLACE_LOGITNORMAL, .a = { -3, 0.4 }, NOT_TRUNCATED },
    { .kind = PLACE_LOGITNORMAL, .a = { 0.5, 4 }, NOT_TRUNCATED },
    { .kind = PLACE_LOGITNORMAL, .a = { -1, 1 }, .low = 0.1, .high = 0.5 },
    { .kind = PLACE_BETA, .a = { 2, 4 }, NOT_TRUNCATED },
    { .kind = PLACE_BETA, .a = { 40, 960 }, .low = 0.03, .high = 0.05 },
    { .kind = PLACE_BETA, .a = { 0.5, 0.5 }, .low = 0.2, .high = 1 },
    { .kind = PLACE_GAMMA, .a = { 25, 4 }, NOT_TRUNCATED },
    { .kind = PLACE_GAMMA, .a = { 0.5, 2 }, .low = 1, .high = 20 },
    { .kind = PLACE_EXPONENTIAL, .a = { 6 }, NOT_TRUNCATED },
    { .kind = PLACE_EXPONENTIAL, .a = { 1e-9 }, NOT_TRUNCATED },
    { .kind = PLACE_EXPONENTIAL, .a = { 6 }, .low = 3, .high = 9 },
    { .kind = PLACE_DISCRETE, .n_values = 6, .values = die, .weights = even, NOT_TRUNCATED },
    { .kind = PLACE_DISCRETE, .n_values = 4, .values = amounts, .weights = chances, NOT_TRUNCATED },
    { .kind = PLACE_DISCRETE, .n_values = 2, .values = rare, .weights = rarely, NOT_TRUNCATED },
    { .kind = PLACE_DISCRETE, .n_values = 6, .values = die, .weights = even, .low = 3, .high = 6 },
};
/* clang-format on */

static double step_of(const place_distribution *d) {
    return d->kind == PLACE_DISCRETE ? 0.5 : 0.0;
}

START_TEST(draws_have_their_law_and_keep_to_their_bounds) {
    const place_distribution *d = &laws[_i];
    place_error err = { 0 };
    place_stream stream = numbers(1, (uint32_t)_i);
    ck_assert_msg(place_distribution_check(d, &err) == PLACE_OK, "%s", err.message);
    int n_outside = 0;
    for (int i = 0; i < R; i++) {
        samples[i] = place_distribution_draw(d, &stream);
        n_outside += samples[i] < place_distribution_low(d) || samples[i] > place_distribution_high(d);
    }
    ck_assert_int_eq(n_outside, 0);
    ck_assert_double_lt(law_gap(samples, (size_t)R, cdf, d, step_of(d), 16), law_bound((size_t)R));
}
END_TEST

START_TEST(quantiles_are_where_the_law_says) { /* F(Q(p)) = p; of a discrete law Q(p) is the least value with F >= p */
    const place_distribution *d = &laws[_i];
    for (int i = 1; i < 400; i++) {
        double p = i < 200 ? i / 200.0 : exp(-0.1 * (i - 199)), x = place_distribution_quantile(d, p),
               step = step_of(d);
        if (d->kind == PLACE_DISCRETE) {
            ck_assert(cdf(d, x) > p - 1e-15 && cdf(d, x - step) < p + 1e-15);
        } else {
            double width =
                1e-15 * fmax(fabs(x), d->kind == PLACE_LOGNORMAL ? 0.0 : fabs(d->a[0])); /* half an ulp of x moves F */
            double slack = 1e-11 * p + cdf(d, x + width) - cdf(d, x - width);
            ck_assert_double_lt(fabs(cdf(d, x) - p), slack + 3e-15);
        }
    }
}
END_TEST

START_TEST(means_are_those_of_the_quantiles) {
    /* 4,000 midpoints of the quantile function: right to 1e-3 of the sd or so */
    const place_distribution *d = &laws[_i];
    double sum = 0.0, squares = 0.0;
    for (int i = 0; i < 4000; i++) {
        double x = place_distribution_quantile(d, (i + 0.5) / 4000.0);
        sum += x / 4000.0;
        squares += x * x / 4000.0;
    }
    double sd = sqrt(fmax(0.0, squares - sum * sum)),
           tolerance = d->kind == PLACE_LOGNORMAL && d->a[1] > 1.0 ? INFINITY : 2e-3;
    ck_assert_double_le(fabs(place_distribution_mean(d) - sum), tolerance * sd + 1e-10 * fabs(sum) + 1e-11);
}
END_TEST

START_TEST(laws_a_little_off_are_found_out) {
    /* planted, one a kind: a parameter moved by 2 % of the width, or of its value */
    /* clang-format off */
    static const struct {
        place_distribution drawn, law;
    } planted[] = {
        { { .kind = PLACE_UNIFORM, .a = { 0, 1.02 }, NOT_TRUNCATED },
          { .kind = PLACE_UNIFORM, .a = { 0, 1 }, NOT_TRUNCATED } },
        { { .kind = PLACE_TRIANGULAR, .a = { 2, 4.3, 9 }, NOT_TRUNCATED },
          { .kind = PLACE_TRIANGULAR, .a = { 2, 4, 9 }, NOT_TRUNCATED } },
        { { .kind = PLACE_PERT, .a = { 3, 6.3, 15 }, NOT_TRUNCATED },
          { .kind = PLACE_PERT, .a = { 3, 6, 15 }, NOT_TRUNCATED } },
        { { .kind = PLACE_NORMAL, .a = { 100.8, 15 }, NOT_TRUNCATED },
          { .kind = PLACE_NORMAL, .a = { 100, 15 }, NOT_TRUNCATED } },
        { { .kind = PLACE_LOGNORMAL, .a = { 0, 1.06 }, NOT_TRUNCATED },
          { .kind = PLACE_LOGNORMAL, .a = { 0, 1 }, NOT_TRUNCATED } },
        { { .kind = PLACE_LOGITNORMAL, .a = { 0.06, 1 }, NOT_TRUNCATED },
          { .kind = PLACE_LOGITNORMAL, .a = { 0, 1 }, NOT_TRUNCATED } },
        { { .kind = PLACE_EXPONENTIAL, .a = { 6.3 }, NOT_TRUNCATED },
          { .kind = PLACE_EXPONENTIAL, .a = { 6 }, NOT_TRUNCATED } },
        { { .kind = PLACE_DISCRETE, .n_values = 6, .values = die, .weights = loaded,
            NOT_TRUNCATED },
          { .kind = PLACE_DISCRETE, .n_values = 6, .values = die, .weights = even, NOT_TRUNCATED } },
        /* a truncation that clamps, one that is forgotten, and a discrete bound left out */
        { { .kind = PLACE_NORMAL, .a = { 10, 4 }, NOT_TRUNCATED },
          { .kind = PLACE_NORMAL, .a = { 10, 4 }, .low = 5, .high = 30 } },
        { { .kind = PLACE_DISCRETE, .n_values = 6, .values = die, .weights = even, .low = 4, .high = 6 },
          { .kind = PLACE_DISCRETE, .n_values = 6, .values = die, .weights = even, .low = 3, .high = 6 } },
    };
    /* clang-format on */
    const place_distribution *drawn = &planted[_i].drawn, *law = &planted[_i].law;
    for (int repeat = 0; repeat < (_i == 8 ? 2 : 1); repeat++) {
        place_stream stream = numbers(2, (uint32_t)_i);
        for (int i = 0; i < R; i++) {
            samples[i] = place_distribution_draw(drawn, &stream);
            if (repeat == 1) samples[i] = fmin(fmax(samples[i], law->low), law->high);
        }
        ck_assert_double_gt(law_gap(samples, (size_t)R, cdf, law, step_of(law), 16), law_bound((size_t)R));
    }
}
END_TEST

START_TEST(a_pert_of_3_6_15_is_a_beta_of_2_4) {
    /* mean 7, variance 12^2 x 2 x 4 / (36 x 7) = 4.571429, P(<= 8) 0.6912294 */
    place_distribution d = { .kind = PLACE_PERT, .a = { 3, 6, 15 }, NOT_TRUNCATED };
    ck_assert(place_distribution_mean(&d) == 7.0 && place_distribution_mode(&d) == 6.0);
    ck_assert_double_eq_tol(place_distribution_quantile(&d, 0.691229423868313), 8.0, 1e-12);
    place_stream stream = numbers(3, 0);
    int n_by_8 = 0, n_planted = 0;
    double sum = 0.0, squares = 0.0;
    for (int i = 0; i < R; i++) {
        double x = place_distribution_draw(&d, &stream);
        n_by_8 += x <= 8.0;
        n_planted += x * 1.01 <= 8.0; /* planted: 1 % too long */
        sum += x / R;
        squares += x * x / R;
    }
    double by_8 = 0.6912294 * R, within = 6.109 * sqrt(by_8 * 0.3087706); /* 892.5 of 10^5 */
    ck_assert_double_le(fabs(n_by_8 - by_8), within);
    ck_assert_double_lt(n_planted, by_8 - within);
    ck_assert_double_lt(fabs(sum - 7.0), 6.109 * sqrt(4.571429 / R));
    ck_assert_double_lt(fabs(squares - sum * sum - 4.571429), 0.028 * 4.571429);
}
END_TEST

START_TEST(a_truncation_that_keeps_next_to_nothing_falls_back_on_inversion) {
    /* normal above 5.5: 1.9e-8 of draws; 10,000 tries nearly always fail. Truncated law: mean 5.5 + 0.171 (Mills) */
    place_distribution d = { .kind = PLACE_NORMAL, .a = { 0, 1 }, .low = 5.5, .high = INFINITY };
    place_stream stream = numbers(4, 0);
    place_error err = { 0 };
    ck_assert_int_eq(place_distribution_check(&d, &err), PLACE_OK);
    for (int i = 0; i < 400; i++) samples[i] = place_distribution_draw(&d, &stream);
    /* the tail as the C library has it; a whole cdf near 1 would have lost its digits */
    double worst = 0.0;
    for (int i = 0; i < 400; i++) {
        int n_below = 0;
        for (int k = 0; k < 400; k++) n_below += samples[k] <= samples[i];
        worst = fmax(worst, fabs(n_below / 400.0 - (1.0 - erfc(samples[i] / sqrt(2.0)) / erfc(5.5 / sqrt(2.0)))));
    }
    ck_assert_double_lt(worst, law_bound(400));
    ck_assert_double_eq_tol(place_distribution_mean(&d),
                            exp(-0.5 * 5.5 * 5.5) / sqrt(8.0 * atan(1.0)) * 2.0 / erfc(5.5 / sqrt(2.0)), 1e-10);
    for (int i = 1; i < 100; i++) { /* exact out there: relative error of the tail 1e-11 */
        double x = place_distribution_quantile(&d, i / 100.0);
        ck_assert_double_lt(fabs(erfc(x / sqrt(2.0)) / erfc(5.5 / sqrt(2.0)) - (1.0 - i / 100.0)), 1e-11);
    }
}
END_TEST

START_TEST(means_of_truncated_laws_are_those_worked_out) {
    /* clang-format off */
    static const struct {
        place_distribution d;
        double mean;
    } rows[] = {
        { { .kind = PLACE_UNIFORM, .a = { 2, 12 }, .low = 5, .high = 99 }, 8.5 },
        /* half a normal: sqrt(2 / pi) */
        { { .kind = PLACE_NORMAL, .a = { 0, 1 }, .low = 0, .high = INFINITY }, 0.7978845608028654 },
        /* memoryless: 3 on */
        { { .kind = PLACE_EXPONENTIAL, .a = { 6 }, .low = 3, .high = INFINITY }, 9.0 },
        /* below the mode the density is 2 (x - 2) / 14: the mean of a rising triangle on 2 .. 4 */
        { { .kind = PLACE_TRIANGULAR, .a = { 2, 4, 9 }, .low = -INFINITY, .high = 4 }, 2.0 + 2.0 * 2.0 / 3.0 },
        { { .kind = PLACE_TRIANGULAR, .a = { 2, 4, 9 }, .low = 4, .high = 100 }, 4.0 + 5.0 / 3.0 },
        /* Beta(1, 1) is uniform; PERT as Beta(2, 4) below 1/2: x^2 (1 - x)^3 over x (1 - x)^3 is 7/640 over 13/320 */
        { { .kind = PLACE_BETA, .a = { 1, 1 }, .low = 0.25, .high = 0.75 }, 0.5 },
        { { .kind = PLACE_PERT, .a = { 0, 0.25, 1 }, .low = -INFINITY, .high = 0.5 }, 7.0 / 26.0 },
        /* gamma of shape 1 is exponential */
        { { .kind = PLACE_GAMMA, .a = { 1, 6 }, .low = 3, .high = INFINITY }, 9.0 },
        /* lognormal above its median: e^0.5 Phi(1) / Phi(0) */
        { { .kind = PLACE_LOGNORMAL, .a = { 0, 1 }, .low = 1, .high = INFINITY }, 2.77428595767001 },
        { { .kind = PLACE_DISCRETE, .n_values = 6, .values = die, .weights = even, .low = 3, .high = 6 }, 4.5 },
        { { .kind = PLACE_LOGITNORMAL, .a = { 0, 1 }, NOT_TRUNCATED }, 0.5 },
        { { .kind = PLACE_FIXED, .a = { 7 }, .low = 0, .high = 10 }, 7.0 },
    };
    /* clang-format on */
    for (size_t i = 0; i < N_ROWS(rows); i++)
        ck_assert_msg(fabs(place_distribution_mean(&rows[i].d) / rows[i].mean - 1.0) < 1e-12, "row %d: %.17g", (int)i,
                      place_distribution_mean(&rows[i].d));
}
END_TEST

START_TEST(modes_bounds_and_medians_are_those_worked_out) {
    /* clang-format off */
    static const struct {
        place_distribution d;
        double mode, low, high;
    } rows[] = {
        { { .kind = PLACE_FIXED, .a = { 7 }, NOT_TRUNCATED }, 7, 7, 7 },
        { { .kind = PLACE_UNIFORM, .a = { 2, 12 }, NOT_TRUNCATED }, 7, 2, 12 },   /* no peak: the median */
        { { .kind = PLACE_UNIFORM, .a = { 2, 12 }, .low = 4, .high = 99 }, 8, 4, 12 },
        { { .kind = PLACE_TRIANGULAR, .a = { 2, 4, 9 }, NOT_TRUNCATED }, 4, 2, 9 },
        { { .kind = PLACE_TRIANGULAR, .a = { 2, 4, 9 }, .low = 5, .high = 8 }, 5, 5, 8 },   /* highest at the bound */
        { { .kind = PLACE_PERT, .a = { 3, 3, 15 }, NOT_TRUNCATED }, 3, 3, 15 },
        { { .kind = PLACE_NORMAL, .a = { 10, 4 }, .low = 0, .high = INFINITY }, 10, 0, INFINITY },
        { { .kind = PLACE_LOGNORMAL, .a = { 1, 0.5 }, NOT_TRUNCATED }, 2.117000016612675, 0, INFINITY },   /* e^0.75 */
        { { .kind = PLACE_LOGITNORMAL, .a = { 0, 3 }, NOT_TRUNCATED }, 0.5, 0, 1 },   /* two peaks: the median */
        { { .kind = PLACE_BETA, .a = { 2, 4 }, NOT_TRUNCATED }, 0.25, 0, 1 },         /* 1 / 4 */
        { { .kind = PLACE_BETA, .a = { 1, 1 }, NOT_TRUNCATED }, 0.5, 0, 1 },
        { { .kind = PLACE_GAMMA, .a = { 3, 2 }, NOT_TRUNCATED }, 4, 0, INFINITY },    /* (3 - 1) 2 */
        { { .kind = PLACE_GAMMA, .a = { 1, 2 }, NOT_TRUNCATED }, 1.3862943611198906, 0, INFINITY },   /* 2 log 2 */
        { { .kind = PLACE_EXPONENTIAL, .a = { 2 }, NOT_TRUNCATED }, 1.3862943611198906, 0, INFINITY },
        { { .kind = PLACE_DISCRETE, .n_values = 4, .values = amounts, .weights = chances, NOT_TRUNCATED },
          10, -2.5, 1000 },
        { { .kind = PLACE_DISCRETE, .n_values = 4, .values = amounts, .weights = chances, .low = -1, .high = 999 },
          10, 10, 10 },
    };
    /* clang-format on */
    for (size_t i = 0; i < N_ROWS(rows); i++) {
        const place_distribution *d = &rows[i].d;
        ck_assert_msg(fabs(place_distribution_mode(d) / rows[i].mode - 1.0) < 1e-13, "mode, row %d: %.17g", (int)i,
                      place_distribution_mode(d));
        ck_assert_msg(place_distribution_low(d) == rows[i].low && place_distribution_high(d) == rows[i].high, "row %d",
                      (int)i);
    }
}
END_TEST

START_TEST(a_fixed_value_takes_no_words) {
    place_distribution d = place_distribution_fixed(12.5);
    place_stream stream = numbers(5, 0), before = stream;
    ck_assert(place_distribution_draw(&d, &stream) == 12.5 && stream.state == before.state);
    ck_assert(place_distribution_quantile(&d, 0.01) == 12.5 && place_distribution_mean(&d) == 12.5);
    ck_assert_int_eq(place_distribution_check(&d, NULL), PLACE_OK);
}
END_TEST

static const double far[] = { -2e15, 0 }, falling[] = { 3, 2 }, half_each[] = { 0.5, 0.5 }, too_much[] = { 0.5, 0.6 },
                    negative[] = { 1.5, -0.5 };

/* clang-format off */
static const struct {
    place_distribution d;
    const char *says;   /* part of the sentence: the rule, the value found */
} bad_ones[] = {
    { { .kind = PLACE_FIXED, .a = { NAN }, NOT_TRUNCATED }, "parameter nan is not between" },
    { { .kind = PLACE_FIXED, .a = { INFINITY }, NOT_TRUNCATED }, "parameter inf is not between" },
    { { .kind = PLACE_FIXED, .a = { 7 }, .low = 8, .high = 9 }, "truncation to 8 .. 9 keeps nothing" },
    { { .kind = PLACE_UNIFORM, .a = { 5, 5 }, NOT_TRUNCATED }, "low 5 is not below high 5" },
    { { .kind = PLACE_UNIFORM, .a = { 6, 5 }, NOT_TRUNCATED }, "low 6 is not below high 5" },
    { { .kind = PLACE_UNIFORM, .a = { 0, 1e16 }, NOT_TRUNCATED }, "parameter 1e+16 is not between" },
    { { .kind = PLACE_TRIANGULAR, .a = { 2, 1, 9 }, NOT_TRUNCATED }, "mode 1 is not between low 2 and high 9" },
    { { .kind = PLACE_TRIANGULAR, .a = { 2, 10, 9 }, NOT_TRUNCATED }, "mode 10 is not between low 2 and high 9" },
    { { .kind = PLACE_PERT, .a = { 0, 1e-301, 1e-300 }, NOT_TRUNCATED }, "too close" },
    { { .kind = PLACE_PERT, .a = { 1e12, 1e12, 1e12 + 1 }, NOT_TRUNCATED }, "too close" },
    { { .kind = PLACE_NORMAL, .a = { 5, 0 }, NOT_TRUNCATED }, "standard deviation 0 is not above 0" },
    { { .kind = PLACE_NORMAL, .a = { 5, -1 }, NOT_TRUNCATED }, "standard deviation -1 is not above 0" },
    { { .kind = PLACE_NORMAL, .a = { 0, 1 }, .low = 40, .high = INFINITY }, "keeps nothing" },
    { { .kind = PLACE_NORMAL, .a = { 0, 1 }, .low = 1, .high = 0 }, "low 1 is not at most its high 0" },
    { { .kind = PLACE_NORMAL, .a = { 0, 1 }, .low = NAN, .high = INFINITY }, "low nan" },
    { { .kind = PLACE_NORMAL, .a = { 0, 1 }, .low = -INFINITY, .high = NAN }, "high nan" },
    { { .kind = PLACE_LOGNORMAL, .a = { 51, 1 }, NOT_TRUNCATED }, "mean of the logarithm, 51" },
    { { .kind = PLACE_LOGNORMAL, .a = { 0, 0 }, NOT_TRUNCATED }, "standard deviation of the logarithm, 0" },
    { { .kind = PLACE_LOGNORMAL, .a = { 0, 11 }, NOT_TRUNCATED }, "standard deviation of the logarithm, 11" },
    { { .kind = PLACE_LOGITNORMAL, .a = { -60, 1 }, NOT_TRUNCATED }, "mean of the log-odds, -60" },
    { { .kind = PLACE_BETA, .a = { 0, 1 }, NOT_TRUNCATED }, "alpha 0 is not between" },
    { { .kind = PLACE_BETA, .a = { 1, 1e300 }, NOT_TRUNCATED }, "not between" },
    { { .kind = PLACE_BETA, .a = { 1, -2 }, NOT_TRUNCATED }, "beta -2 is not between" },
    { { .kind = PLACE_GAMMA, .a = { 1e-300, 1 }, NOT_TRUNCATED }, "shape 1e-300 is not between" },
    { { .kind = PLACE_GAMMA, .a = { 1, 0 }, NOT_TRUNCATED }, "scale 0 is not above 0" },
    { { .kind = PLACE_EXPONENTIAL, .a = { 0 }, NOT_TRUNCATED }, "mean 0 is not above 0" },
    { { .kind = PLACE_EXPONENTIAL, .a = { 6 }, .low = -5, .high = -1 }, "keeps nothing" },
    { { .kind = PLACE_DISCRETE, .n_values = 0, NOT_TRUNCATED }, "no values" },
    { { .kind = PLACE_DISCRETE, .n_values = 2, .values = far, .weights = half_each, NOT_TRUNCATED }, "value -2e+15 is not between -1e+15 and 1e+15" },
    { { .kind = PLACE_DISCRETE, .n_values = 2, .values = falling, .weights = half_each, NOT_TRUNCATED },
      "value 2 follows 3" },
    { { .kind = PLACE_DISCRETE, .n_values = 2, .values = die, .weights = too_much, NOT_TRUNCATED },
      "weights sum to 1.1" },
    { { .kind = PLACE_DISCRETE, .n_values = 2, .values = die, .weights = negative, NOT_TRUNCATED },
      "weight of value 1 is 1.5" },
    { { .kind = PLACE_DISCRETE, .n_values = 6, .values = die, .weights = even, .low = 3.5, .high = 3.9 },
      "keeps nothing" },
};
/* clang-format on */

START_TEST(a_law_that_is_none_is_refused_with_its_reason) {
    place_error err = { .file = "borough.xml", .line = 42 };
    ck_assert_int_eq(place_distribution_check(&bad_ones[_i].d, &err), PLACE_BAD_INPUT);
    ck_assert_msg(strstr(err.message, bad_ones[_i].says) != NULL, "says: %s", err.message);
    ck_assert_int_eq(err.status, PLACE_BAD_INPUT);
    ck_assert_str_eq(err.file, "borough.xml");
    ck_assert_int_eq(err.line, 42);
    ck_assert_int_eq(place_distribution_check(&bad_ones[_i].d, NULL), PLACE_BAD_INPUT);
    place_error first = { .status = PLACE_SYSTEM, .message = "kept" };
    place_distribution_check(&bad_ones[_i].d, &first);
    ck_assert_str_eq(first.message, "kept");
}
END_TEST

START_TEST(moments_lead_to_parameters_and_back) {
    double out[2];
    /* lognormal of mean 70,000, sd 69,000: mean = exp(m + s^2 / 2), variance = mean^2 (exp(s^2) - 1) */
    ck_assert(place_lognormal_from_moments(70000.0, 69000.0, out));
    ck_assert_double_eq_tol(exp(out[0] + 0.5 * out[1] * out[1]), 70000.0, 1e-8);
    ck_assert_double_eq_tol(70000.0 * sqrt(expm1(out[1] * out[1])), 69000.0, 1e-8);
    /* beta of mean 1/3, variance 2/63: (2, 4) */
    ck_assert(place_beta_from_moments(1.0 / 3.0, sqrt(2.0 / 63.0), out));
    ck_assert_double_eq_tol(out[0], 2.0, 1e-12);
    ck_assert_double_eq_tol(out[1], 4.0, 1e-12);
    out[0] = 77.0;
    ck_assert(!place_lognormal_from_moments(0.0, 1.0, out) && !place_lognormal_from_moments(1.0, 0.0, out));
    ck_assert(!place_lognormal_from_moments(NAN, 1.0, out) && !place_lognormal_from_moments(1.0, INFINITY, out));
    ck_assert(!place_beta_from_moments(0.0, 0.1, out) && !place_beta_from_moments(1.0, 0.1, out));
    ck_assert(!place_beta_from_moments(0.5, 0.5, out)); /* variance 1/4 is that of a coin: no beta reaches it */
    ck_assert(!place_beta_from_moments(0.5, 0.0, out) && !place_beta_from_moments(0.5, NAN, out));
    ck_assert(out[0] == 77.0);
}
END_TEST

static uint64_t digest_of_laws(double nudge) {
    uint64_t digest = LAW_DIGEST;
    for (size_t i = 0; i < N_ROWS(laws); i++) {
        place_stream stream = numbers(6, (uint32_t)i);
        for (int k = 0; k < 100; k++) digest = digest_with(digest, place_distribution_draw(&laws[i], &stream));
        for (int k = 1; k < 20; k++)
            digest = digest_with(digest, place_distribution_quantile(&laws[i], k / 20.0 + nudge));
        digest = digest_with(digest, place_distribution_mean(&laws[i]));
    }
    return digest;
}

START_TEST(draws_and_quantiles_are_the_same_everywhere) { /* planted: probabilities one bit off */
    ck_assert_uint_eq(digest_of_laws(0.0), 5854700416505430045u);
    ck_assert_uint_ne(digest_of_laws(0x1p-53), 5854700416505430045u);
}
END_TEST

Suite *distribution_suite(void) {
    if (law_in_full()) R = MOST;
    Suite *suite = suite_create("distribution");
    TCase *all = tcase_create("laws");
    tcase_add_loop_test(all, draws_have_their_law_and_keep_to_their_bounds, 0, (int)N_ROWS(laws));
    tcase_add_loop_test(all, quantiles_are_where_the_law_says, 0, (int)N_ROWS(laws));
    tcase_add_loop_test(all, means_are_those_of_the_quantiles, 0, (int)N_ROWS(laws));
    tcase_add_loop_test(all, laws_a_little_off_are_found_out, 0, 10);
    tcase_add_test(all, a_pert_of_3_6_15_is_a_beta_of_2_4);
    tcase_add_test(all, a_truncation_that_keeps_next_to_nothing_falls_back_on_inversion);
    tcase_add_test(all, means_of_truncated_laws_are_those_worked_out);
    tcase_add_test(all, modes_bounds_and_medians_are_those_worked_out);
    tcase_add_test(all, a_fixed_value_takes_no_words);
    tcase_add_loop_test(all, a_law_that_is_none_is_refused_with_its_reason, 0, (int)N_ROWS(bad_ones));
    tcase_add_test(all, moments_lead_to_parameters_and_back);
    tcase_add_test(all, draws_and_quantiles_are_the_same_everywhere);
    suite_add_tcase(suite, all);
    return suite;
}
