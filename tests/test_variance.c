/* SPDX-License-Identifier: MIT */
/** Shares of a variance: figures made so that their shares are known exactly, and errors held against what many draws show. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "place/key.h"
#include "place/stream.h"
#include "place/variance.h"
#include "suites.h"

enum { INPUTS, YEARS, DELIVERY, CHANCE, TOGETHER };

static place_stream stream_of(uint32_t word) {
    place_stream stream;
    place_key key = place_key_with(place_key_create(20260901), word);
    place_stream_init(&stream, &key);
    return stream;
}

/* [m^4] of a figure that is a sum of what each family adds, effects[f][index], and a product of the first two. */
static double *crossed(size_t m, const double *const effects[4], double product) {
    double *values = malloc(m * m * m * m * sizeof *values);
    ck_assert_ptr_nonnull(values);
    for (size_t r = 0; r < m * m * m * m; r++) {
        size_t at[4] = { r / (m * m * m), r / (m * m) % m, r / m % m, r % m };
        values[r] = 100;
        for (int f = 0; f < 4; f++) values[r] += effects[f][at[f]];
        values[r] += product * effects[0][at[0]] * effects[1][at[1]];
    }
    return values;
}

static void shares_of(place_chance out[PLACE_N_SOURCES], double *values, size_t m) {
    place_error err = { 0 };
    ck_assert_int_eq(place_variance_crossed(out, values, m, &err), PLACE_OK);
    free(values);
}

/* ---- crossed designs -------------------------------------------------------------------------------------------- */

START_TEST(families_that_add_share_a_variance_by_their_squares) {   /* 0, 1, 4 and 9 times the same: of 14 */
    static const double none[4], one[] = { 0, 1, 2, 3 }, two[] = { 0, 2, 4, 6 }, three[] = { 9, 6, 3, 0 };
    place_chance out[PLACE_N_SOURCES];
    shares_of(out, crossed(4, (const double *const[]){ none, one, two, three }, 0), 4);
    ck_assert_double_eq(out[INPUTS].share, 0);
    ck_assert_double_eq(out[INPUTS].error, 0);
    ck_assert_double_eq_tol(out[YEARS].share, 1.0 / 14, 1e-12);
    ck_assert_double_eq_tol(out[DELIVERY].share, 4.0 / 14, 1e-12);
    ck_assert_double_eq_tol(out[CHANCE].share, 9.0 / 14, 1e-12);
    ck_assert_double_eq(out[TOGETHER].share, 0);
} END_TEST

START_TEST(a_product_of_two_families_is_neither_alone) {   /* sums to 0 along both: sums of squares of one family are 0 */
    static const double none[4], up[] = { -1, -1, 1, 1 };
    double *values = crossed(4, (const double *const[]){ up, up, none, none }, 1);
    for (size_t r = 0; r < 256; r++) values[r] -= up[r / 64] + up[r / 16 % 4];   /* the product alone is left */
    place_chance out[PLACE_N_SOURCES];
    shares_of(out, values, 4);
    ck_assert_double_eq(out[INPUTS].share, 0);
    ck_assert_double_eq(out[YEARS].share, 0);
    ck_assert_double_eq_tol(out[TOGETHER].share, 1, 1e-12);
} END_TEST

/* Main effects of +-1 in families of 4 have variance 4/3 each, the product (4/3)^2 as a component of its own: of a mean square of
 * 16 x 16 / 9, less that of three families, 0, over 16. From each main effect the product takes (4/3)^2 / 4: 4/3 - 4/9 = 8/9. */
START_TEST(an_interaction_is_taken_out_of_the_families_that_make_it) {
    static const double none[4], up[] = { -1, -1, 1, 1 };
    place_chance out[PLACE_N_SOURCES];
    shares_of(out, crossed(4, (const double *const[]){ up, up, none, none }, 1), 4);
    double main_effect = 4.0 / 3 - 16.0 / 9 / 4, product = 16.0 / 9, total = 2 * main_effect + product;
    ck_assert_double_eq_tol(out[INPUTS].share, main_effect / total, 1e-12);
    ck_assert_double_eq_tol(out[YEARS].share, main_effect / total, 1e-12);
    ck_assert_double_eq_tol(out[TOGETHER].share, product / total, 1e-12);
} END_TEST

START_TEST(a_figure_that_never_varies_has_no_shares) {
    static const double none[4];
    place_chance out[PLACE_N_SOURCES];
    shares_of(out, crossed(4, (const double *const[]){ none, none, none, none }, 0), 4);
    for (int f = 0; f < PLACE_N_SOURCES; f++) ck_assert(isnan(out[f].share) && isnan(out[f].error));
} END_TEST

/* 200 designs of 8 indices with sd 1 and 1 normal effects: means of shares are a half by symmetry, and the errors printed are what
 * the shares scatter by. Catches a jackknife without its factor m - 1, or over one family alone. */
START_TEST(errors_of_a_crossed_design_are_what_its_shares_scatter_by) {
    enum { M = 8, N = 200 };
    double sum = 0, squares = 0, errors = 0;
    place_stream stream = stream_of(1);
    for (int k = 0; k < N; k++) {
        double effects[2][M], none[M] = { 0 };
        for (int i = 0; i < 2 * M; i++) effects[i / M][i % M] = place_stream_normal(&stream);
        place_chance out[PLACE_N_SOURCES];
        shares_of(out, crossed(M, (const double *const[]){ effects[0], none, none, effects[1] }, 0), M);
        sum += out[INPUTS].share;
        squares += out[INPUTS].share * out[INPUTS].share;
        errors += out[INPUTS].error * out[INPUTS].error / N;
    }
    double sd = sqrt(squares / N - sum / N * sum / N);
    ck_assert_double_eq_tol(sum / N, 0.5, 4 * sd / sqrt(N));
    ck_assert_double_eq_tol(sqrt(errors) / sd, 1, 0.25);
} END_TEST

/* ---- regression ------------------------------------------------------------------------------------------------- */

enum { N = 512 };
static double bits[4][N]; /* columns of +-1, each orthogonal to the others and to 1 */
static const double constant[N];

static void setup(void) {
    for (int b = 0; b < 4; b++)
        for (size_t r = 0; r < N; r++) bits[b][r] = r >> b & 1 ? 1 : -1;
}

static place_chance explained(const double *const *inputs, size_t n_inputs, size_t n, const double *values) {
    place_regression *regression = NULL;
    place_error err = { 0 };
    ck_assert_int_eq(place_regression_create(&regression, inputs, n_inputs, n, &err), PLACE_OK);
    place_chance out = place_regression_share(regression, values);
    place_regression_free(regression);
    return out;
}

/* y = 3 a + 4 b + 5 noise: of 50, 25 is explained; adjusted for two inputs, 1 - 0.5 x 511 / 509 */
START_TEST(inputs_explain_their_squares_of_a_sum) {
    double values[N];
    for (size_t r = 0; r < N; r++) values[r] = 1000 + 3 * bits[0][r] + 4 * bits[1][r] + 5 * bits[2][r];
    place_chance both = explained((const double *const[]){ bits[0], bits[1] }, 2, N, values);
    ck_assert_double_eq_tol(both.share, 1 - 0.5 * 511 / 509, 1e-12);
    ck_assert_double_eq_tol(explained((const double *const[]){ bits[0] }, 1, N, values).share, 1 - 0.82 * 511 / 510, 1e-12);
    /* a constant, and an input that says what others say, are not counted */
    double again[N];
    for (size_t r = 0; r < N; r++) again[r] = 7 - 2 * bits[0][r] + bits[1][r];
    ck_assert_double_eq_tol(explained((const double *const[]){ bits[0], constant, bits[1], again }, 4, N, values).share, both.share, 1e-9);
    ck_assert_double_eq_tol(explained((const double *const[]){ bits[0], bits[1], bits[2] }, 3, N, values).share, 1, 1e-12);
} END_TEST

START_TEST(inputs_that_say_nothing_explain_nothing) {   /* R squared is 0, adjusted it is below: held there */
    ck_assert_double_eq(explained((const double *const[]){ bits[0], bits[1] }, 2, N, bits[3]).share, 0);
    ck_assert_double_eq(explained(NULL, 0, N, bits[3]).share, 0);
    ck_assert(isnan(explained((const double *const[]){ bits[0] }, 1, N, constant).share));
} END_TEST

START_TEST(too_few_replications_tell_nothing) {
    ck_assert_int_eq((int)place_regression_least(3), 200);
    ck_assert_int_eq((int)place_regression_least(67), 670);
    ck_assert(isnan(explained((const double *const[]){ bits[0] }, 1, 199, bits[0]).share));
    ck_assert(!isnan(explained((const double *const[]){ bits[0] }, 1, 200, bits[0]).share));
} END_TEST

/* An input that rises from replication to replication differs from group to group: each jackknife has means of its own. */
START_TEST(a_straight_line_is_explained_whole_without_error) {
    double x[N], values[N];
    for (size_t r = 0; r < N; r++) {
        x[r] = (double)r;
        values[r] = 5 + 2 * x[r];
    }
    place_chance out = explained((const double *const[]){ x }, 1, N, values);
    ck_assert_double_eq_tol(out.share, 1, 1e-12);
    ck_assert_double_eq_tol(out.error, 0, 1e-9);
} END_TEST

/* y = x + noise, both of sd 1, 300 replications, 300 times: a half, and the error is the scatter (about 0.04). Catches a jackknife
 * that scales by the replications instead of the groups, or not at all. */
START_TEST(the_error_of_a_regression_is_what_its_share_scatters_by) {
    enum { TIMES = 300, EACH = 300 };
    static double x[EACH], y[EACH];
    double sum = 0, squares = 0, errors = 0;
    place_stream stream = stream_of(2);
    for (int k = 0; k < TIMES; k++) {
        for (int r = 0; r < EACH; r++) {
            x[r] = place_stream_normal(&stream);
            y[r] = x[r] + place_stream_normal(&stream);
        }
        place_chance out = explained((const double *const[]){ x }, 1, EACH, y);
        sum += out.share;
        squares += out.share * out.share;
        errors += out.error * out.error / TIMES;
    }
    double sd = sqrt(squares / TIMES - sum / TIMES * sum / TIMES);
    ck_assert_double_eq_tol(sum / TIMES, 0.5, 0.01);
    ck_assert_double_eq_tol(sqrt(errors) / sd, 1, 0.2);
} END_TEST

/* Ten inputs of pure noise and 200 replications: unadjusted they would explain 10/199 of anything. */
START_TEST(many_inputs_explain_no_more_by_their_number) {
    enum { P = 10, TIMES = 100, EACH = 200 };
    static double x[P][EACH], y[EACH];
    double sum = 0;
    place_stream stream = stream_of(3);
    for (int k = 0; k < TIMES; k++) {
        const double *inputs[P];
        for (int i = 0; i < P; i++) {
            inputs[i] = x[i];
            for (int r = 0; r < EACH; r++) x[i][r] = place_stream_normal(&stream);
        }
        for (int r = 0; r < EACH; r++) y[r] = x[0][r] + place_stream_normal(&stream);
        sum += explained(inputs, P, EACH, y).share / TIMES;
    }
    ck_assert_double_eq_tol(sum, 0.5, 0.015);   /* sd of one about 0.05 */
} END_TEST

/* ---- in a summary ----------------------------------------------------------------------------------------------- */

enum { MOST = 256 };
static double unmet[MOST], drawn[3][MOST], indices[4][MOST];
static size_t n_replications;

static place_status read_given(void *self, place_variable_id variable, size_t n_cells, double **out, place_error *err) {
    (void)self;
    (void)err;
    double *values = calloc(n_cells * n_replications, sizeof *values);
    ck_assert_ptr_nonnull(values);
    for (size_t r = 0; r < n_replications; r++) {
        if (variable == PLACE_VAR_SEPTEMBER_UNMET) values[r] = unmet[r];
        for (size_t i = 0; i < 3 && variable == PLACE_VAR_INPUT_VALUE; i++) values[i * n_replications + r] = drawn[i][r];
        if (variable >= PLACE_VAR_REPLICATION_INPUTS && variable <= PLACE_VAR_REPLICATION_CHANCE)
            values[r] = indices[variable - PLACE_VAR_REPLICATION_INPUTS][r];
    }
    *out = values;
    return PLACE_OK;
}

/* One September, area, phase and provision; inputs elicited, observed and guessed. */
static place_summary *summarise(size_t n) {
    static place_item items[] = { { "one", "One", 1, 0 } };
    static const place_provision_kind kinds[] = { PLACE_LIMITED };
    static const int32_t start_day[] = { 18871, 19236 }, years[] = { 0 };   /* 1 September 2021, and 2022 */
    static const bool september[] = { true };
    static const place_input inputs[] = { { .id = "a", .quality = PLACE_ELICITED }, { .id = "b", .quality = PLACE_OBSERVED }, { .id = "c", .quality = PLACE_GUESS } };
    static const place_plan plan = {
        .calendar = { .n_steps = 1, .n_years = 1, .steps_per_year = 1, .first_year = 2021, .start_day = start_day, .year = years, .september = september },
        .areas = { 1, items }, .phases = { 1, items }, .needs = { 1, items }, .provisions = { 1, items }, .provision_kind = kinds,
        .n_inputs = 3, .inputs = inputs,
    };
    place_summary *summary = NULL;
    place_error err = { 0 };
    place_summary_source source = { .n_replications = (int64_t)n, .read = read_given };
    n_replications = n;
    ck_assert_int_eq(place_summary_create(&summary, &plan, &source, PLACE_NONE, PLACE_NONE, PLACE_READING_SEPTEMBER, &err), PLACE_OK);
    return summary;
}

/* Unmet 3 a + 4 c + 5 b, with b observed: of 50, 25 is judged; of 256 replications and two inputs, 1 - 0.5 x 255 / 253. */
START_TEST(what_is_judged_goes_by_the_quality_of_inputs) {
    for (size_t r = 0; r < MOST; r++) {
        for (size_t i = 0; i < 3; i++) drawn[i][r] = r >> i & 1 ? 1 : -1;
        unmet[r] = 20 + 3 * drawn[0][r] + 5 * drawn[1][r] + 4 * drawn[2][r];
        for (int f = 0; f < 4; f++) indices[f][r] = (double)r;
    }
    place_summary *summary = summarise(MOST);
    ck_assert_uint_eq(summary->n_levels, 0);   /* 256 is a fourth power, and the design is paired all the same */
    ck_assert_uint_eq(summary->n_judged, 2);
    ck_assert_double_eq_tol(summary->years[0].sources.judged.share, 1 - 0.5 * 255 / 253, 1e-12);
    ck_assert(isnan(summary->years[0].sources.family[INPUTS].share));
    place_summary_free(summary);
} END_TEST

START_TEST(a_crossed_design_is_known_by_its_indices) {   /* delivery alone decides: its index is the third digit to the base 4 */
    for (size_t r = 0; r < MOST; r++) {
        for (int f = 0; f < 4; f++) indices[f][r] = (double)(r >> (6 - 2 * f) & 3);
        unmet[r] = 10 * indices[DELIVERY][r];
    }
    place_summary *summary = summarise(MOST);
    ck_assert_uint_eq(summary->n_levels, 4);
    ck_assert_double_eq_tol(summary->years[0].sources.family[DELIVERY].share, 1, 1e-12);
    ck_assert_double_eq(summary->years[0].sources.family[YEARS].share, 0);
    ck_assert(isnan(summary->years[0].sources.judged.share));   /* four draws of two inputs */
    place_summary_free(summary);
} END_TEST

Suite *variance_suite(void) {
    Suite *suite = suite_create("variance");
    TCase *families = tcase_create("families"), *judged = tcase_create("regression"), *answers = tcase_create("summary");
    tcase_add_test(families, families_that_add_share_a_variance_by_their_squares);
    tcase_add_test(families, a_product_of_two_families_is_neither_alone);
    tcase_add_test(families, an_interaction_is_taken_out_of_the_families_that_make_it);
    tcase_add_test(families, a_figure_that_never_varies_has_no_shares);
    tcase_add_test(families, errors_of_a_crossed_design_are_what_its_shares_scatter_by);
    tcase_add_checked_fixture(judged, setup, NULL);
    tcase_add_test(judged, inputs_explain_their_squares_of_a_sum);
    tcase_add_test(judged, inputs_that_say_nothing_explain_nothing);
    tcase_add_test(judged, too_few_replications_tell_nothing);
    tcase_add_test(judged, a_straight_line_is_explained_whole_without_error);
    tcase_add_test(judged, the_error_of_a_regression_is_what_its_share_scatters_by);
    tcase_add_test(judged, many_inputs_explain_no_more_by_their_number);
    suite_add_tcase(suite, families);
    tcase_add_test(answers, what_is_judged_goes_by_the_quality_of_inputs);
    tcase_add_test(answers, a_crossed_design_is_known_by_its_indices);
    suite_add_tcase(suite, judged);
    suite_add_tcase(suite, answers);
    return suite;
}
