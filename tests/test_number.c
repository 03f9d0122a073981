/* SPDX-License-Identifier: MIT */
/*
 * Numbers as scenarios write them: each form with its parameters worked out beside it, each rule with its sentence; and
 * the words that are offered for misspelt ones.
 */
#include <check.h>
#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../src/scenario/document.h"
#include "../src/scenario/number.h"
#include "suites.h"
#include "used_up.h"

static const place_quantity probability = { .noun = "a probability", .low = 0, .high = 1 };
static const place_quantity rate = { .noun = "a rate", .low = 0, .high = INFINITY };
static const place_quantity places = { .noun = "places", .low = 0, .high = INFINITY, .whole = true };
static const place_quantity growth = { .noun = "growth", .low = -INFINITY, .high = INFINITY };
static const place_quantity age = { .noun = "an age", .low = 0, .high = 20, .whole = true };
static const place_quantity total = { .noun = "the total", .low = -INFINITY, .high = 5 };
static const place_quantity share = { .noun = "a share", .low = 0, .high = 1, .share_row = true };

static const struct {
    const char *text;
    const place_quantity *quantity;
    place_distribution_kind kind;
    double a[3];
} numbers[] = {
    { "12", &places, PLACE_FIXED, { 12 } },
    { " 0.05 ", &probability, PLACE_FIXED, { 0.05 } },
    { "+1.5e2", &growth, PLACE_FIXED, { 150 } },
    { "-0.25E-1", &growth, PLACE_FIXED, { -0.025 } },
    { "-0.0E5", &growth, PLACE_FIXED, { 0 } },
    { "\t\n\r12\r\n\t", &places, PLACE_FIXED, { 12 } },
    { "7", &age, PLACE_FIXED, { 7 } },
    { "fixed(12)", &places, PLACE_FIXED, { 12 } },
    { "uniform(1, 3)", &rate, PLACE_UNIFORM, { 1, 3 } },
    { "uniform(high = 3 , low = 1)", &rate, PLACE_UNIFORM, { 1, 3 } },
    { "triangular(2,3,9)", &rate, PLACE_TRIANGULAR, { 2, 3, 9 } },
    { "pert(3, 6, 15)", &rate, PLACE_PERT, { 3, 6, 15 } },
    { "pert(3, 3, 3)", &rate, PLACE_FIXED, { 3 } },
    { "uniform(4, 4)", &rate, PLACE_FIXED, { 4 } },
    { "normal(10, 2)", &growth, PLACE_NORMAL, { 10, 2 } },
    { "normal(mean=10, sd=2)", &growth, PLACE_NORMAL, { 10, 2 } },
    /* s^2 = ln(1 + (2/7)^2) = 0.0784716; ln 70000 - s^2/2 = 11.1562505 - 0.0392358 */
    { "lognormal(mean=70000, sd=20000)", &rate, PLACE_LOGNORMAL, { 11.1170147, 0.2801279 } },
    { "lognormal(median=50000, log-sd=0.5)", &rate, PLACE_LOGNORMAL, { 10.8197783, 0.5 } }, /* ln 50000 */
    /* n = m (1 - m) / s^2 - 1 = 0.0384 / 0.000036 - 1 = 1065.6667; a = 0.04 n, b = 0.96 n */
    { "beta(mean=0.04, sd=0.006)", &probability, PLACE_BETA, { 42.6266667, 1023.04 } },
    { "beta(a=40, b=960)", &probability, PLACE_BETA, { 40, 960 } },
    { "gamma(mean=100, sd=20)", &rate, PLACE_GAMMA, { 25, 4 } }, /* (100/20)^2, 20^2/100 */
    { "gamma(shape=25, scale=4)", &rate, PLACE_GAMMA, { 25, 4 } },
    { "exponential(2)", &rate, PLACE_EXPONENTIAL, { 2 } },
    { "exponential(mean=2)", &rate, PLACE_EXPONENTIAL, { 2 } },
    /* z(0.9) = 1.2815516; logit 0.1 = -2.1972246, logit 0.25 = -1.0986123; the sd is their distance / 2z */
    { "interval(80%, 0.1, 0.25)", &probability, PLACE_LOGITNORMAL, { -1.6479184, 0.4286259 } },
    { "interval(80%, 10, 25)", &rate, PLACE_LOGNORMAL, { 2.7607305, 0.3574927 } }, /* ln 250 / 2, ln 2.5 / 2z */
    { "interval(0.8, 10, 25)", &rate, PLACE_LOGNORMAL, { 2.7607305, 0.3574927 } },
    { "interval(sure=80%, low=-1, high=3)", &growth, PLACE_NORMAL, { 1, 1.5606083 } }, /* 4 / 2z */
    { "interval(80%, 1, 3)", &growth, PLACE_NORMAL, { 2, 0.7803042 } },
    { "counts(36, 900)", &probability, PLACE_BETA, { 36, 864 } },
    { "counts(36, 900, prior=0.05, weight=200)", &probability, PLACE_BETA, { 46, 1054 } }, /* 36 + 10, 864 + 190 */
    { "counts(0, 900, prior=0.05, weight=200)", &probability, PLACE_BETA, { 10, 1090 } },
    { "counts(36, 900)", &rate, PLACE_GAMMA, { 36, 1.0 / 900 } },
    { "counts(36, 900, prior=0.05, weight=200)", &rate, PLACE_GAMMA, { 46, 1.0 / 1100 } },
    { "counts(36)", &share, PLACE_GAMMA, { 36, 1 } },
    { "counts(0)", &share, PLACE_FIXED, { 0 } },
    { "counts(12, prior=0.4, weight=30)", &share, PLACE_GAMMA, { 24, 1 } }, /* 12 + 0.4 x 30 */
    { "counts(0, prior=0.4, weight=30)", &share, PLACE_GAMMA, { 12, 1 } },
    { "counts(0, prior=0, weight=30)", &share, PLACE_FIXED, { 0 } },
};

START_TEST(reads_each_form_of_number) {
    place_arena *arena = place_arena_create();
    place_distribution d;
    place_error err = { 0 };
    place_status status = place_number_read(numbers[_i].text, numbers[_i].quantity, arena, &d, &err);
    ck_assert_msg(status == PLACE_OK, "%s: %s", numbers[_i].text, err.message);
    ck_assert_int_eq(d.kind, numbers[_i].kind);
    for (int k = 0; k < 3; k++) ck_assert_double_eq_tol(d.a[k], numbers[_i].a[k], 1e-7 * (1 + fabs(numbers[_i].a[k])));
    ck_assert(d.low == -INFINITY && d.high == INFINITY);
    place_arena_free(arena);
}
END_TEST

START_TEST(reads_truncated_and_discrete_numbers) {
    place_arena *arena = place_arena_create();
    place_distribution d;
    ck_assert_int_eq(place_number_read("normal(10, 2) truncated(0, 20)", &places, arena, &d, NULL), PLACE_OK);
    ck_assert(d.kind == PLACE_NORMAL && d.low == 0 && d.high == 20);
    ck_assert_int_eq(place_number_read("discrete(12: 0.7, 0:0.3)", &places, arena, &d, NULL), PLACE_OK);
    ck_assert(d.kind == PLACE_DISCRETE && d.n_values == 2);
    ck_assert(d.values[0] == 0 && d.weights[0] == 0.3 && d.values[1] == 12 && d.weights[1] == 0.7); /* ascending */
    ck_assert_int_eq(place_number_read("-0", &growth, arena, &d, NULL), PLACE_OK);
    ck_assert(!signbit(d.a[0]));
    place_arena_free(arena);
}
END_TEST

START_TEST(keeps_the_limits_of_an_interval_as_its_quantiles) { /* 80 %: the 10 % and 90 % points */
    static const struct {
        const char *text;
        const place_quantity *quantity;
        double low, high;
    } cases[] = { { "interval(80%, 0.1, 0.25)", &probability, 0.1, 0.25 },
                  { "interval(80%, 10, 25)", &rate, 10, 25 },
                  { "interval(80%, -1, 3)", &growth, -1, 3 } };
    place_arena *arena = place_arena_create();
    for (size_t k = 0; k < 3; k++) {
        place_distribution d;
        ck_assert_int_eq(place_number_read(cases[k].text, cases[k].quantity, arena, &d, NULL), PLACE_OK);
        ck_assert_double_eq_tol(place_distribution_quantile(&d, 0.1), cases[k].low, 1e-9);
        ck_assert_double_eq_tol(place_distribution_quantile(&d, 0.9), cases[k].high, 1e-9);
    }
    place_arena_free(arena);
}
END_TEST

static const struct {
    const char *text;
    const place_quantity *quantity;
    const char *words;
} bad_numbers[] = {
    { "", &rate, "a number is missing" },
    { "  ", &rate, "a number is missing" },
    { "NaN", &rate, "'NaN' is not a number" },
    { "INF", &rate, "'INF' is not a number" },
    { "-INF", &rate, "'-INF' is not a number" },
    { "0x10", &rate, "'0x10' is not a number" },
    { ".5", &rate, "'.5' is not a number" },
    { "5.", &rate, "'5.' is not a number" },
    { "1 2", &rate, "'1 2' is not a number" },
    { "1,000", &rate, "thousands are written without a comma" },
    { "5%", &probability, "'5%' is not a number here; write 0.05" },
    { "1e400", &rate, "1e400 is too large a number" },
    { "1e308", &rate, "1e308 is too large a number; the largest is 1e+12" },
    { "1e-400", &rate, "1e-400 is too small a number: it would be read as 0" },
    { "10000000000000000000000000000000000000000", &places, "is too large a number" },
    { "-5", &places, "places are 0 or more; found -5" },
    { "12.5", &places, "places are whole; found 12.5" },
    { "1.2", &probability, "a probability is between 0 and 1; found 1.2" },
    { "trianglar(1, 2, 3)", &rate, "'trianglar' is no distribution that is known here; did you mean 'triangular'?" },
    { "poisson(3)", &rate, "'poisson' is no distribution that is known here" },
    { "normal", &growth, "'normal' is not a number" },
    { "normal()", &growth, "normal is written like normal(10, 2)" },
    { "normal(1)", &growth, "normal is written like normal(10, 2)" },
    { "normal(1, 2, 3)", &growth, "normal is written like normal(10, 2)" },
    { "normal(1, 2", &growth, "normal is written like normal(10, 2)" },
    { "normal(1 2)", &growth, "normal is written like normal(10, 2)" },
    { "normal(mean=1, mean=2)", &growth, "normal is written like normal(10, 2)" },
    { "normal(mean=1, std=2)", &growth, "normal is written like normal(10, 2)" },
    { "normal(10, 0)", &growth, "the sd of a normal is above 0; write fixed(10)" },
    { "normal(10, -1)", &growth, "the sd of a normal is above 0; found -1" },
    { "normal(10, 1e-300)", &growth, "is too narrow to draw from" },
    { "normal(10, 2)", &places,
      "places are 0 or more, and a normal has no lower end; give it one with truncated(low, high)" },
    { "lognormal(mean=0.1, sd=0.1)", &probability,
      "a probability is between 0 and 1, and a lognormal has no upper end" },
    { "gamma(mean=0.1, sd=0.1)", &probability, "a gamma has no upper end" },
    { "normal(0.5, 1) truncated(-1, 1)", &probability,
      "a probability is between 0 and 1; this normal goes down to -1" },
    { "uniform(0.5, 1.5)", &probability, "this uniform goes up to 1.5" },
    { "triangular(-1, 2, 3)", &places, "places are 0 or more; this triangular goes down to -1" },
    { "discrete(0: 0.5, 2: 0.5)", &probability, "this discrete goes up to 2" },
    { "uniform(3, 1)", &rate, "uniform needs low <= high; found 3, 1" },
    { "triangular(9, 3, 2)", &rate, "triangular needs low <= mode <= high; found 9, 3, 2" },
    { "pert(0, 0, 1e-300)", &rate, "pert from 0 to 1e-300 is too narrow to draw from" },
    { "gamma(shape=1e-300, scale=1)", &rate, "the shape of a gamma is between 1e-06 and 1e+09; found 1e-300" },
    { "gamma(mean=1, sd=1e6)", &rate, "the shape of a gamma" },
    { "gamma(25, 4)", &rate, "gamma needs the names of its arguments" },
    { "beta(40, 960)", &probability, "beta needs the names of its arguments" },
    { "lognormal(1, 2)", &rate, "lognormal needs the names of its arguments" },
    { "lognormal(mean=1, log-sd=2)", &rate, "lognormal is written like" },
    { "lognormal(median=1, log-sd=11)", &rate, "the log-sd of a lognormal is between" },
    { "lognormal(mean=-1, sd=2)", &rate, "the mean of a lognormal is above 0; found -1" },
    { "beta(mean=0.5, sd=0.5)", &probability, "there is no beta with mean 0.5 and sd 0.5: the sd is below 0.5" },
    { "beta(mean=1, sd=0.5)", &probability, "the mean of a beta lies between 0 and 1; found 1" },
    { "exponential(0)", &rate, "the mean of an exponential" },
    { "discrete(0: 0.5, 1: 0.4)", &rate, "the weights in discrete sum to 1; found 0.9" },
    { "discrete(1: 0.5, 1: 0.5)", &rate, "discrete has the value 1 twice" },
    { "discrete(1: 1.5, 2: -0.5)", &rate, "a weight in discrete is above 0 and at most 1; found 1.5" },
    { "discrete(1, 2)", &rate, "discrete is written like discrete(0: 0.3, 12: 0.7)" },
    { "interval(80, 10, 25)", &rate, "written like 80%; found 80" },
    { "interval(80%, 25, 10)", &rate, "interval needs low < high; found 25, 10" },
    { "interval(80%, 0, 0.5)", &probability, "an interval for a probability lies inside 0 and 1" },
    { "interval(80%, 0, 5)", &places, "a normal has no lower end" },
    { "interval(80%, 5%, 6%)", &probability, "'5%' is not a number here; write 0.05" },
    { "counts(36)", &rate, "counts takes the events and their exposure" },
    { "counts(36, 900)", &share, "in a row of shares counts takes one number" },
    { "counts(36, prior=1.2, weight=30)", &share, "the prior in counts is between 0 and 1; found 1.2" },
    { "counts(36, prior=0.4, weight=-1)", &share, "the weight of a prior is 0 or more; found -1" },
    { "counts(36, prior=0.4, weight=30)", &rate, "counts takes the events and their exposure" },
    { "counts(0, 900)", &probability, "alone cannot say how sure it is; give it a prior" },
    { "counts(900, 900)", &probability, "give it a prior" },
    { "counts(901, 900)", &probability, "no more events than exposure; found 901 of 900" },
    { "counts(2.5, 900)", &probability, "events in counts are whole; found 2.5" },
    { "counts(-1, 900)", &rate, "events in counts are 0 or more; found -1" },
    { "counts(1, 900, prior=2, weight=5)", &probability, "the prior in counts is between 0 and 1; found 2" },
    { "counts(1, 900, prior=0.5)", &probability, "counts is written like" },
    { "fixed(3) truncated(1, 2)", &rate, "a fixed number has nothing to truncate" },
    { "normal(1, 2) truncated(3, 1)", &growth, "truncated needs low < high; found 3, 1" },
    { "normal(1, 2) truncated(3)", &growth, "truncated is written like truncated(0, 20)" },
    { "normal(1, 2) cut(3, 4)", &growth, "only truncated(low, high) may follow a distribution" },
    { "normal(1, 2) truncated(3, 4) x", &growth, "nothing may follow truncated(...); found 'x'" },
    { "%n%s%n", &rate, "'%n%s%n' is not a number" },
    { "beta(mean=0, sd=0.1)", &probability, "the mean of a beta lies between 0 and 1; found 0" },
    { "beta(mean=1, sd=0.1)", &probability, "between 0 and 1; found 1" },
    { "beta(mean=0.5, sd=-1)", &probability, "the sd of a beta is above 0" },
    { "gamma(mean=0, sd=1)", &rate, "the mean of a gamma is above 0" },
    { "gamma(mean=1, sd=0)", &rate, "write fixed(1)" },
    { "lognormal(mean=-1, sd=1)", &rate, "the mean of a lognormal is above 0" },
    { "lognormal(mean=1, sd=0)", &rate, "write fixed(1)" },
    { "interval(0.5%, 1, 2)", &rate, "found 0.5%" },
    { "interval(99.999%, 1, 2)", &rate, "found 99.999%" },
    { "interval(80%, 1, 1.0000000000000002)", &rate, "too narrow to draw from; write fixed(1)" },
    { "interval(80%, 0, 0.5)", &probability, "lies inside 0 and 1" },
    { "interval(80%, 0.5, 1)", &probability, "lies inside 0 and 1" },
    { "counts(1, -2)", &rate, "the exposure in counts is 0 or more; found -2" },
    { "counts(1, 9, prior=-1, weight=2)", &rate, "the prior in counts is 0 or more" },
    { "counts(1, 9, prior=0.5, weight=-2)", &rate, "the weight of a prior is 0 or more" },
    { "counts(1, 0)", &rate, "give it a prior" },
    { "discrete(1: 0.5, 2 0.5)", &rate, "discrete is written like" },
    { "discrete(1: 0.5, 2: 0.5", &rate, "discrete is written like" },
    { "discrete(1: 0, 2: 1)", &rate, "a weight in discrete is above 0 and at most 1; found 0" },
    { "discrete(x: 1)", &rate, "is not a number" },
    { "discrete(1: y)", &rate, "is not a number" },
    { "discrete()", &rate, "is not a number" },
    { "normal(1, 1) truncated 0, 2", &rate, "only truncated(low, high) may follow" },
    { "normal(1, 1) truncated(x, 2)", &rate, "is not a number" },
    { "normal(1, 1) truncated(0, y)", &rate, "is not a number" },
    { "normal(1, 1) truncated(0, 2", &rate, "truncated is written like" },
    { "uniform(1, 2, 3, 4, 5, 6, 7)", &rate, "uniform is written like" },
    { "uniform(low=)", &rate, "uniform is written like" },
    { "uniform(low 1, high 2)", &rate, "uniform is written like" },
    { "uniform(1, )", &rate, "uniform is written like" },
    { "averyveryverylongwordindeed(1)", &rate, "'averyveryverylo' is no distribution" },
    { "0x10", &rate, "'0x10' is not a number" },
    { "-1", &age, "an age is between 0 and 20; found -1" },
    { "1.5", &age, "an age is whole; found 1.5" },
    { "6", &total, "the total is 5 or less; found 6" },
    { "5%x", &rate, "'5%x' is not a number; write one like 12" },
    { "uniform(1,", &rate, "uniform is written like" },
    { "uniform(,2)", &rate, "uniform is written like" },
    { "uniform(1, -)", &rate, "'-)' is not a number" },
    { "triangular(2, 9, 3)", &rate, "triangular needs low <= mode <= high; found 2, 9, 3" },
    { "normal(0, 1e-13)", &growth, "a normal with mean 0 and sd 1e-13 is too narrow to draw from" },
    { "lognormal(mean=1e-200, sd=1e12)", &rate, "the log-sd of a lognormal is between 1e-09 and 10; found inf" }, /* ln(1 + 1e424) */
    { "beta(a=1e-300, b=1)", &probability, "the a of a beta is between 1e-06 and 1e+09; found 1e-300" },
    { "counts(36, 900, prior=0.1, weight=3)", &share, "in a row of shares counts takes one number" },
    { "counts(36, prior=-1, weight=30)", &share, "the prior in counts is between 0 and 1; found -1" },
    { "discrete(1: 0.5 x, 2: 0.5)", &rate, "discrete is written like" },
    { "normal(0, 1) truncated(50, 60)", &growth, "the truncation to 50 .. 60 keeps nothing of the distribution" },
    { "12345678901234567890123456789012345678901234567890123456789012345678901", &rate, "is too large a number" },
};

START_TEST(refuses_bad_numbers) {
    place_arena *arena = place_arena_create();
    place_distribution d = place_distribution_fixed(77);
    place_error err = { 0 };
    ck_assert_int_eq(place_number_read(bad_numbers[_i].text, bad_numbers[_i].quantity, arena, &d, &err),
                     PLACE_BAD_INPUT);
    ck_assert_msg(strstr(err.message, bad_numbers[_i].words) != NULL, "'%s' does not hold '%s'", err.message,
                  bad_numbers[_i].words);
    ck_assert(d.kind == PLACE_FIXED && d.a[0] == 77); /* untouched */
    place_arena_free(arena);
}
END_TEST

START_TEST(reads_strict_decimals_and_whole_numbers) {
    double d = 0;
    int64_t i = 0;
    uint64_t u = 0;
    ck_assert(place_decimal_read("0.1", &d) && d == 0.1);
    ck_assert(place_decimal_read("1e-5", &d) && d == 1e-5);
    ck_assert(place_decimal_read("0e-999", &d) && d == 0);
    const char *no[] = { "",      " 1",     "1 ",  "1e",  "1.",  ".1",  "--1", "+",
                         "1e400", "1e-400", "nan", "0x1", "1,5", "1_0", "1d3" };
    for (size_t k = 0; k < sizeof no / sizeof no[0]; k++) ck_assert_msg(!place_decimal_read(no[k], &d), "'%s'", no[k]);
    ck_assert(place_integer_read("-9223372036854775808", &i) && i == INT64_MIN);
    ck_assert(place_integer_read("+7", &i) && i == 7);
    ck_assert(!place_integer_read("9223372036854775808", &i) && !place_integer_read("1.0", &i)
              && !place_integer_read("", &i));
    ck_assert(!place_integer_read(" 1", &i) && !place_integer_read("1e3", &i) && i == 7);
    ck_assert(place_unsigned_read("18446744073709551615", &u) && u == UINT64_MAX);
    ck_assert(!place_unsigned_read("18446744073709551616", &u) && !place_unsigned_read("-1", &u)
              && !place_unsigned_read("+1", &u));
    ck_assert(!place_unsigned_read("random", &u) && !place_unsigned_read("12x", &u));
}
END_TEST

START_TEST(reads_numbers_whatever_the_language) { /* where a comma is the decimal point */
    static const char *const languages[] = { "de_DE.UTF-8", "de_DE", "fr_FR.UTF-8", "nl_NL.UTF-8" };
    for (size_t k = 0; k < 4 && setlocale(LC_ALL, languages[k]) == NULL;) k++;
    double d = 0;
    ck_assert(place_decimal_read("0.5", &d) && d == 0.5);
    ck_assert(!place_decimal_read("0,5", &d));
    setlocale(LC_ALL, "C");
}
END_TEST

START_TEST(a_discrete_number_has_at_most_1000_values) { /* "0:0.001, 1:0.001, ..." */
    char many[20000], *at = many + sprintf(many, "discrete(");
    place_arena *arena = place_arena_create();
    place_distribution d;
    place_error err = { 0 };
    for (int k = 0; k < 1000; k++) at += sprintf(at, "%s%d:0.001", k == 0 ? "" : ",", k);
    strcpy(at, ")");
    ck_assert_int_eq(place_number_read(many, &rate, arena, &d, &err), PLACE_OK);
    ck_assert(d.n_values == 1000 && d.values[999] == 999);
    strcpy(at, ",1000:0.001)");
    ck_assert_int_eq(place_number_read(many, &rate, arena, &d, &err), PLACE_BAD_INPUT);
    ck_assert_str_eq(err.message, "discrete takes at most 1000 values; found 1001");
    place_arena_free(arena);
}
END_TEST

START_TEST(memory_that_is_out_is_said) {
    place_distribution d = place_distribution_fixed(77);
    place_error err = { 0 };
    place_arena *arena = arena_used_up(0);
    ck_assert_int_eq(place_number_read("discrete(0: 0.3, 12: 0.7)", &places, arena, &d, &err), PLACE_SYSTEM);
    ck_assert_str_eq(err.message, "memory is out");
    ck_assert_double_eq(d.a[0], 77);
    place_arena_free(arena);
}
END_TEST

START_TEST(finds_the_nearest_word) {
    const char *known[] = { "commissioned", "ncy", "needs", "need", "site" };
    ck_assert_str_eq(place_nearest_word("commisioned", known, 5), "commissioned");
    ck_assert_str_eq(place_nearest_word("comissionned", known, 5), "commissioned");
    ck_assert_str_eq(place_nearest_word("nyc", known, 5), "ncy");
    ck_assert_str_eq(place_nearest_word("siet", known, 5), "site");
    ck_assert_str_eq(place_nearest_word("neds", known, 5), "needs"); /* both are one edit away: the first */
    ck_assert_ptr_null(place_nearest_word("capacity", known, 5));
    ck_assert_ptr_null(place_nearest_word("x", known, 5));
    ck_assert_ptr_null(place_nearest_word("", known, 5));
    ck_assert_ptr_null(place_nearest_word("need", NULL, 0));
}
END_TEST

#define N(table) (int)(sizeof table / sizeof table[0])

Suite *number_suite(void) {
    Suite *suite = suite_create("number");
    TCase *number = tcase_create("number");
    tcase_add_loop_test(number, reads_each_form_of_number, 0, N(numbers));
    tcase_add_test(number, reads_truncated_and_discrete_numbers);
    tcase_add_test(number, keeps_the_limits_of_an_interval_as_its_quantiles);
    tcase_add_loop_test(number, refuses_bad_numbers, 0, N(bad_numbers));
    tcase_add_test(number, reads_strict_decimals_and_whole_numbers);
    tcase_add_test(number, reads_numbers_whatever_the_language);
    tcase_add_test(number, a_discrete_number_has_at_most_1000_values);
    tcase_add_test(number, memory_that_is_out_is_said);
    tcase_add_test(number, finds_the_nearest_word);
    suite_add_tcase(suite, number);
    return suite;
}
