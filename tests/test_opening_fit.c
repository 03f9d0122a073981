/* SPDX-License-Identifier: MIT */
/* Fitting the opening stock to margins, and rounding it: closed forms, zeros, what cannot be met, laws of rounding. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "place/opening_fit.h"
#include "suites.h"

/* 3 x 4 cells in two margins, weights `zero` apart 1. */
static void grid(place_fit *fit, const double *rows, const double *columns, size_t zero, double weight[12],
                 int32_t group[2][12]) {
    size_t n = 0;
    for (int32_t i = 0; i < 12; i++) {
        if ((size_t)i == zero) continue;
        weight[n] = 1;
        group[0][n] = i / 4;
        group[1][n++] = i % 4;
    }
    *fit = (place_fit){ .n_cells = n,
                        .n_margins = 2,
                        .weight = weight,
                        .group = { group[0], group[1] },
                        .n_groups = { 3, 4 },
                        .total = { rows, columns } };
}

START_TEST(a_flat_fit_is_the_product_of_its_margins) {
    const double rows[] = { 50, 30, 20 }, columns[] = { 10, 20, 30, 40 };
    double weight[12], cells[12], sums[4], worst;
    int32_t group[2][12], counts[12];
    place_fit fit;
    place_fit_failure failure;
    grid(&fit, rows, columns, 12, weight, group);
    ck_assert(place_opening_fit(&fit, cells, sums, &failure));
    for (int i = 0; i < 12; i++) ck_assert_double_eq_tol(cells[i], rows[i / 4] * columns[i % 4] / 100, 1e-9);
    place_arena *arena = place_arena_create();
    ck_assert_int_eq(place_opening_round(&fit, cells, counts, arena, &worst), PLACE_OK);
    for (int i = 0; i < 12; i++) ck_assert_int_eq(counts[i], (int32_t)lround(cells[i])); /* all whole already */
    place_arena_free(arena);
}
END_TEST

START_TEST(a_fit_keeps_zeros_and_meets_margins) {
    const double rows[] = { 50, 30, 20 }, columns[] = { 10, 20, 30, 40 };
    double weight[12], cells[12], sums[4], of_row[3] = { 0 }, of_column[4] = { 0 };
    int32_t group[2][12];
    place_fit fit;
    place_fit_failure failure;
    grid(&fit, rows, columns, 5, weight, group);
    ck_assert(place_opening_fit(&fit, cells, sums, &failure));
    for (size_t c = 0; c < fit.n_cells; c++) of_row[group[0][c]] += cells[c], of_column[group[1][c]] += cells[c];
    for (int i = 0; i < 3; i++) ck_assert_double_eq_tol(of_row[i], rows[i], 1e-8);
    for (int i = 0; i < 4; i++) ck_assert_double_eq_tol(of_column[i], columns[i], 1e-8);
}
END_TEST

START_TEST(a_fit_that_cannot_be_says_which_margin) { /* one column has no cell in the only row with pupils */
    const double rows[] = { 10 }, columns[] = { 4, 6 };
    const double weight[] = { 1 };
    const int32_t row[] = { 0 }, column[] = { 0 };
    double cells[1], sums[2];
    place_fit fit = { .n_cells = 1,
                      .n_margins = 2,
                      .weight = weight,
                      .group = { row, column },
                      .n_groups = { 1, 2 },
                      .total = { rows, columns } };
    place_fit_failure failure;
    ck_assert(!place_opening_fit(&fit, cells, sums, &failure));
    ck_assert_uint_eq(failure.margin, 1);
}
END_TEST

/* 200 seeded grids of 6 settings, 5 needs, 4 areas */
START_TEST(rounding_keeps_the_first_margin_and_the_others_within_one) {
    uint32_t state = 1;
    for (int trial = 0; trial < 200; trial++) {
        enum { S = 6, D = 5, A = 4, N = S * D * A };
        double weight[N], cells[N], sums[S], total[3][S] = { { 0 } }, worst;
        int32_t group[3][N], counts[N], whole[S] = { 0 };
        for (int32_t i = 0; i < N; i++) {
            state = state * 1664525u + 1013904223u;
            weight[i] = 0.1 + (double)(state >> 8) / 16777216.0 * 3;
            group[0][i] = i / (D * A), group[1][i] = i / A % D, group[2][i] = i % A;
        }
        for (int32_t i = 0; i < N; i++) total[0][group[0][i]] += weight[i];
        double grand = 0;
        for (int s = 0; s < S; s++) grand += total[0][s] = floor(total[0][s]);
        for (int d = 0; d < D; d++) total[1][d] = grand * (d + 1) / 15;
        for (int a = 0; a < A; a++) total[2][a] = grand * (a + 1) / 10;
        place_fit fit = { .n_cells = N,
                          .n_margins = 3,
                          .weight = weight,
                          .group = { group[0], group[1], group[2] },
                          .n_groups = { S, D, A },
                          .total = { total[0], total[1], total[2] } };
        place_fit_failure failure;
        ck_assert(place_opening_fit(&fit, cells, sums, &failure));
        place_arena *arena = place_arena_create();
        ck_assert_int_eq(place_opening_round(&fit, cells, counts, arena, &worst), PLACE_OK);
        for (int32_t i = 0; i < N; i++) {
            ck_assert_double_lt(fabs(counts[i] - cells[i]), 1 + 1e-9);
            whole[group[0][i]] += counts[i];
        }
        for (int s = 0; s < S; s++) ck_assert_double_eq(whole[s], total[0][s]);
        ck_assert_msg(worst <= 1 + 1e-9, "trial %d: a margin is off by %g", trial, worst);
        place_arena_free(arena);
    }
}
END_TEST

Suite *opening_fit_suite(void) {
    Suite *suite = suite_create("opening-fit");
    TCase *fit = tcase_create("fit");
    tcase_add_test(fit, a_flat_fit_is_the_product_of_its_margins);
    tcase_add_test(fit, a_fit_keeps_zeros_and_meets_margins);
    tcase_add_test(fit, a_fit_that_cannot_be_says_which_margin);
    tcase_add_test(fit, rounding_keeps_the_first_margin_and_the_others_within_one);
    suite_add_tcase(suite, fit);
    return suite;
}
