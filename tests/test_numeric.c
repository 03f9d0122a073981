/* SPDX-License-Identifier: MIT */
/*
 * The elementary functions: against the C library in units in the last place (the library's own error, under 1, is part
 * of each tolerance), the distribution functions against values worked out to 50 digits, inverses by going there and
 * back, and all by a digest that shows a single changed bit on another machine or compiler.
 */
#include <check.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "../src/random/numeric_internal.h"
#include "laws.h"
#include "place/key.h"
#include "place/numeric.h"
#include "place/stream.h"

#define N_ROWS(table) (sizeof(table) / sizeof(table)[0])

static place_stream numbers(uint32_t word) {
    place_key key = place_key_with(place_key_create(53), word);
    place_stream stream;
    place_stream_init(&stream, &key);
    return stream;
}

static double between(place_stream *stream, double low, double high) {
    return low + (high - low) * place_stream_uniform(stream);
}

static double ulps(double value, double expected) {
    if (value == expected) return 0.0;
    double size = fabs(expected);
    return fabs(value - expected) / (nextafter(size, INFINITY) - size);
}

/* Largest difference in ulps over a grid of 10,001 points and 100,000 random ones. */
static double worst(double (*ours)(double), double (*theirs)(double), double low, double high) {
    place_stream stream = numbers(1);
    double most = 0.0;
    for (int i = 0; i <= 10000; i++) {
        double x = low + (high - low) * i / 10000.0;
        most = fmax(most, ulps(ours(x), theirs(x)));
    }
    for (int i = 0; i < 100000; i++) {
        double x = between(&stream, low, high);
        most = fmax(most, ulps(ours(x), theirs(x)));
    }
    return most;
}

START_TEST(exp_is_within_3_ulp_of_the_library) {
    ck_assert_double_lt(worst(place_exp, exp, -745.0, 709.78), 3.0);
    ck_assert_double_lt(worst(place_exp, exp, -1.0, 1.0), 3.0);
    ck_assert(place_exp(0.0) == 1.0 && place_exp(-746.0) == 0.0 && place_exp(710.0) == INFINITY);
    ck_assert(place_exp(-INFINITY) == 0.0 && place_exp(INFINITY) == INFINITY && isnan(place_exp(NAN)));
}
END_TEST

START_TEST(expm1_is_within_1e_15_of_the_library) { /* 1e-15 is 4.5 ulp at least */
    ck_assert_double_lt(worst(place_expm1, expm1, -2.0, 2.0), 4.5);
    ck_assert_double_lt(worst(place_expm1, expm1, -1e-5, 1e-5), 4.5);
    ck_assert_double_lt(worst(place_expm1, expm1, -50.0, 709.0), 4.5);
    ck_assert(place_expm1(0.0) == 0.0 && place_expm1(-INFINITY) == -1.0 && place_expm1(1e-300) == 1e-300);
}
END_TEST

START_TEST(log_is_within_3_ulp_of_the_library) {
    ck_assert_double_lt(worst(place_log, log, 1e-9, 3.0), 3.0);
    ck_assert_double_lt(worst(place_log, log, 0.9999, 1.0001), 3.0);
    ck_assert_double_lt(worst(place_log, log, 1e-310, 1e-306), 3.0);
    ck_assert_double_lt(worst(place_log, log, 1.0, 1e300), 3.0);
    ck_assert(place_log(1.0) == 0.0 && place_log(0.0) == -INFINITY && isnan(place_log(-1.0)));
    ck_assert(place_log(INFINITY) == INFINITY && ulps(place_log(0x1p-1074), -744.4400719213812) <= 1.0);
}
END_TEST

START_TEST(log1p_is_within_1e_15_of_the_library) {
    ck_assert_double_lt(worst(place_log1p, log1p, -0.999999, 2.0), 4.5);
    ck_assert_double_lt(worst(place_log1p, log1p, -1e-5, 1e-5), 4.5);
    ck_assert_double_lt(worst(place_log1p, log1p, 0.0, 1e17), 4.5);
    ck_assert(place_log1p(0.0) == 0.0 && place_log1p(-1.0) == -INFINITY && place_log1p(1e-300) == 1e-300);
}
END_TEST

START_TEST(pow_is_within_3_ulp_of_the_library) {
    place_stream stream = numbers(2);
    double most = 0.0;
    for (int i = 0; i < 100000; i++) {
        double x = exp(between(&stream, -20.0, 20.0)), y = between(&stream, -30.0, 30.0);
        most = fmax(most, ulps(place_pow(x, y), pow(x, y)));
        double share = place_stream_open_uniform(&stream), n = 1.0 / place_stream_open_uniform(&stream);
        if (pow(share, n) > 1e-307) most = fmax(most, ulps(place_pow(share, n), pow(share, n)));
    }
    ck_assert_double_lt(most, 3.0);
    ck_assert(place_pow(0.0, 0.0) == 1.0 && place_pow(0.0, 2.0) == 0.0 && place_pow(0.0, -2.0) == INFINITY);
    ck_assert(place_pow(1.0, INFINITY) == 1.0 && place_pow(2.0, 1e300) == INFINITY && place_pow(0.5, 1e300) == 0.0);
    ck_assert(place_pow(2.0, 10.0) == 1024.0 && place_pow(INFINITY, -1.0) == 0.0 && isnan(place_pow(-1.0, 2.0)));
}
END_TEST

START_TEST(sin_is_within_1e_15) {
    place_stream stream = numbers(3);
    double most = 0.0;
    for (int i = 0; i < 100000; i++) {
        double x = between(&stream, -PLACE_PI, PLACE_PI);
        most = fmax(most, fabs(place_sin(x) - sin(x)));
    }
    ck_assert_double_lt(most, 1e-15);
    ck_assert(place_sin(0.0) == 0.0 && place_sin(PLACE_PI / 2) == 1.0 && fabs(place_sin(PLACE_PI)) < 1e-15);
}
END_TEST

START_TEST(log_gamma_is_within_1e_13) {
    /* clang-format off */
    static const double known[][2] = {
        { 1e-05, 11.512919692895826 },   { 0.1, 2.252712651734206 },   { 0.5, 0.5723649429247001 },
        { 1.0001, -5.771334222047127e-05 }, { 1.5, -0.12078223763524522 }, { 2.5, 0.2846828704729192 },
        { 9.99, 12.779315214350193 },    { 10.0, 12.801827480081469 }, { 123.456, 469.6055471299295 },
        { 1000000.0, 12815504.569147611 },
    };
    /* clang-format on */
    for (size_t i = 0; i < N_ROWS(known); i++)
        ck_assert_double_lt(fabs(place_log_gamma(known[i][0]) - known[i][1]), 1e-13 * fmax(1.0, fabs(known[i][1])));
    place_stream stream = numbers(4);
    double most = 0.0;
    for (int i = 0; i < 100000; i++) {
        double x = exp(between(&stream, -30.0, 30.0)), expected = lgamma(x);
        most = fmax(most, fabs(place_log_gamma(x) - expected) / fmax(1.0, fabs(expected)));
    }
    ck_assert_double_lt(most, 1e-13);
}
END_TEST

START_TEST(the_stirling_rest_is_what_the_factorial_leaves) {
    /* also where the table of whole numbers ends, at 10 and 11 */
    for (int z = 1; z <= 20; z++) {
        double rest = lgamma(z) - ((z - 0.5) * log(z) - z + PLACE_HALF_LOG_2_PI);
        ck_assert_double_lt(fabs(place_numeric_stirling(z) - rest), 3e-14);
        ck_assert_double_lt(fabs(place_numeric_stirling(z + 0.5) - place_numeric_stirling(z)), 1.0 / (20.0 * z * z));
    }
}
END_TEST

START_TEST(the_normal_distribution_function_is_right_in_both_tails) {
    /* clang-format off */
    static const double known[][2] = {   /* z, Phi(z) */
        { -37.0, 5.7255712225239266e-300 }, { -8.0, 6.220960574271784e-16 }, { -6.109, 5.012866417173635e-10 },
        { -3.0, 0.0013498980316300946 },    { -2.5, 0.006209665325776135 },  { -2.4999, 0.00621141837494459 },
        { -1.0, 0.15865525393145705 },      { -0.1, 0.460172162722971 },     { 0.0, 0.5 },
        { 0.5, 0.6914624612740131 },        { 1.959963984540054, 0.975 },    { 2.6, 0.9953388119762813 },
    };
    /* clang-format on */
    for (size_t i = 0; i < N_ROWS(known); i++)
        ck_assert_double_lt(fabs(place_normal_cdf(known[i][0]) / known[i][1] - 1.0), 1e-12);
    place_stream stream = numbers(5);
    double most = 0.0;
    for (int i = 0; i < 100000; i++) {
        double z = between(&stream, -37.0, 9.0), expected = 0.5 * erfc(-z / sqrt(2.0));
        most = fmax(most, fabs(place_normal_cdf(z) / expected - 1.0));
    }
    ck_assert_double_lt(most, 1e-12); /* erfc's argument is rounded: 3e-13 of it */
    ck_assert(place_normal_cdf(-INFINITY) == 0.0 && place_normal_cdf(INFINITY) == 1.0 && isnan(place_normal_cdf(NAN)));
}
END_TEST

START_TEST(the_normal_quantile_is_the_inverse) {
    /* clang-format off */
    static const double known[][2] = {   /* p, z */
        { 1e-300, -37.0470962993612 },    { 1e-17, -8.493793224109599 },  { 1e-9, -5.9978070150076865 },
        { 0.025, -1.9599639845400545 },   { 0.3, -0.5244005127080409 },   { 0.975, 1.959963984540054 },
    };
    /* clang-format on */
    for (size_t i = 0; i < N_ROWS(known); i++)
        ck_assert_double_lt(fabs(place_normal_quantile(known[i][0]) / known[i][1] - 1.0), 1e-13);
    place_stream stream = numbers(6);
    for (int i = 0; i < 20000; i++) { /* there and back; a relative error e of z is one of e z^2 in a tail */
        double p = 0.5 * exp(between(&stream, -600.0, 0.0)), z = place_normal_quantile(p);
        ck_assert_double_lt(fabs(place_normal_cdf(z) / p - 1.0), 1e-13 * (10.0 + z * z));
        ck_assert_double_lt(fabs(place_normal_cdf(place_normal_quantile(1.0 - p)) - (1.0 - p)), 1e-15);
    }
    ck_assert(place_normal_quantile(0.5) == 0.0);
}
END_TEST

START_TEST(the_beta_distribution_function_is_right) {
    /* clang-format off */
    static const double known[][4] = {   /* x, a, b, I_x(a, b) */
        { 0.3, 2, 4, 0.47178 },                          { 0.5, 0.001, 0.001, 0.5 },
        { 1e-20, 0.01, 3, 0.6404532525146202 },          { 0.2, 1000, 3000, 8.069693549528041e-15 },
        { 0.4999, 100000, 100000, 0.4643650813520244 },  { 0.9, 100, 2, 0.00029217538776346293 },
        { 0.0001, 0.5, 2000, 0.47289525070820837 },      { 0.02, 40, 960, 4.2475449464786234e-05 },
        { 0.9, 0.5, 0.5, 0.7951672353008665 },
        { 0.9999989482198227, 2470.3121914585886, 0.0012996069225801256, 0.006966948368896962 },
    };
    /* clang-format on */
    for (size_t i = 0; i < N_ROWS(known); i++) {
        double value = place_beta_cdf(known[i][0], known[i][1], known[i][2]);
        ck_assert_double_lt(fabs(value / known[i][3] - 1.0), 1e-12);
    }
    ck_assert(place_beta_cdf(0.0, 2.0, 3.0) == 0.0 && place_beta_cdf(1.0, 2.0, 3.0) == 1.0);
    ck_assert_double_lt(fabs(place_beta_quantile(0.9, 2.0, 4.0) / 0.583890374619529 - 1.0), 1e-13);
    ck_assert_double_lt(fabs(place_beta_quantile(0.2, 0.5, 0.5) / 0.09549150281252622 - 1.0), 1e-13);
    ck_assert_double_lt(fabs(place_beta_quantile(0.99, 40.0, 960.0) / 0.05573582214384554 - 1.0), 1e-13);
}
END_TEST

START_TEST(the_gamma_distribution_function_is_right) {
    /* clang-format off */
    static const double known[][3] = {   /* x, shape, P(shape, x) */
        { 0.5, 0.5, 0.6826894921370859 },           { 1e-10, 0.001, 0.9778006565986258 },
        { 3.0, 2.5, 0.6937810815867216 },           { 120.0, 100.0, 0.9721362601094793 },
        { 80.0, 100.0, 0.017108313035133115 },      { 9000.0, 10000.0, 2.073299202433928e-25 },
        { 30.0, 0.5, 0.9999999999999906 },          { 1001000.0, 1000000.0, 0.8413447863683403 },
        { 8.0, 1.0, 0.9996645373720975 },           { 16.0, 10.0, 0.9567016840581342 },
    };
    /* clang-format on */
    for (size_t i = 0; i < N_ROWS(known); i++)
        ck_assert_double_lt(fabs(place_gamma_cdf(known[i][0], known[i][1]) / known[i][2] - 1.0), 1e-13);
    ck_assert(place_gamma_cdf(0.0, 2.0) == 0.0 && place_gamma_cdf(-1.0, 2.0) == 0.0
              && place_gamma_cdf(1e9, 2.0) == 1.0);
    ck_assert_double_lt(fabs(place_gamma_quantile(0.9, 2.5) / 4.618178449890562 - 1.0), 1e-13);
    ck_assert_double_lt(fabs(place_gamma_quantile(1e-6, 0.5) / 7.853981633978593e-13 - 1.0), 1e-13);
    ck_assert_double_lt(fabs(place_gamma_quantile(0.001, 100.0) / 71.9213974950004 - 1.0), 1e-13);
}
END_TEST

START_TEST(beta_and_gamma_quantiles_lead_back) {
    /* 5,000 laws, shapes e^-6.9 to e^9, tails down to e^-50. A quantile's error shows in the tail times its slope. */
    place_stream stream = numbers(7);
    for (int i = 0; i < 5000; i++) {
        double a = exp(between(&stream, -6.9, 9.0)), b = exp(between(&stream, -6.9, 9.0)),
               p = between(&stream, 0.001, 0.999);
        if (i % 2 == 0) p = exp(between(&stream, -50.0, 0.0));
        double x = place_beta_quantile(p, a, b), g = place_gamma_quantile(p, a), below, above;
        if (x > 1e-300 && x < 0.9) ck_assert_double_lt(fabs(place_beta_cdf(x, a, b) / p - 1.0), 1e-11);
        if (g > 1e-300) ck_assert_double_lt(fabs(place_gamma_cdf(g, a) / p - 1.0), 1e-11);
        g = place_gamma_quantile_tails(1.0 - p, p, a); /* and the other tail */
        place_gamma_tails(g, a, &below, &above);
        if (g > 1e-3) ck_assert_double_lt(fabs(above / p - 1.0), 1e-11);
    }
}
END_TEST

/* Every function at arguments from the stream; the same bits everywhere, or a run cannot be repeated elsewhere. */
static uint64_t digest_of_everything(double (*log_used)(double)) {
    place_stream stream = numbers(8);
    uint64_t digest = LAW_DIGEST;
    for (int i = 0; i < 10000; i++) {
        double u = place_stream_open_uniform(&stream), v = place_stream_open_uniform(&stream);
        double shape = place_exp(8.0 * v - 4.0), x = u * shape * 2.0;
        double values[] = { place_exp(1400.0 * u - 700.0),
                            place_expm1(4.0 * u - 2.0),
                            log_used(u * 10.0),
                            place_log1p(v - u),
                            place_pow(u, shape),
                            place_sin(3.0 * u),
                            place_log_gamma(shape),
                            place_normal_cdf(20.0 * u - 10.0),
                            place_normal_quantile(v),
                            place_gamma_cdf(x, shape) };
        for (size_t k = 0; k < N_ROWS(values); k++) digest = digest_with(digest, values[k]);
        if (i % 10 == 0) {
            digest = digest_with(digest, place_beta_cdf(u, shape, 1.0 / v));
            digest = digest_with(digest, place_beta_quantile(u, shape, 1.0 / v));
            digest = digest_with(digest, place_gamma_quantile(u, shape));
        }
    }
    return digest;
}

static double log_off_by_a_bit(double x) { /* planted: one bit of one result in ten thousand, as another libm has it */
    double y = place_log(x);
    return x < 0.001 ? nextafter(y, 0.0) : y;
}

START_TEST(the_bits_are_the_same_everywhere) { /* 103,000 results */
    ck_assert_uint_eq(digest_of_everything(place_log), 8750468852572607350u);
    ck_assert_uint_ne(digest_of_everything(log_off_by_a_bit), 8750468852572607350u);
}
END_TEST

TCase *numeric_case(void) {
    TCase *numeric = tcase_create("numeric");
    tcase_add_test(numeric, exp_is_within_3_ulp_of_the_library);
    tcase_add_test(numeric, expm1_is_within_1e_15_of_the_library);
    tcase_add_test(numeric, log_is_within_3_ulp_of_the_library);
    tcase_add_test(numeric, log1p_is_within_1e_15_of_the_library);
    tcase_add_test(numeric, pow_is_within_3_ulp_of_the_library);
    tcase_add_test(numeric, sin_is_within_1e_15);
    tcase_add_test(numeric, log_gamma_is_within_1e_13);
    tcase_add_test(numeric, the_stirling_rest_is_what_the_factorial_leaves);
    tcase_add_test(numeric, the_normal_distribution_function_is_right_in_both_tails);
    tcase_add_test(numeric, the_normal_quantile_is_the_inverse);
    tcase_add_test(numeric, the_beta_distribution_function_is_right);
    tcase_add_test(numeric, the_gamma_distribution_function_is_right);
    tcase_add_test(numeric, beta_and_gamma_quantiles_lead_back);
    tcase_add_test(numeric, the_bits_are_the_same_everywhere);
    return numeric;
}
