/* SPDX-License-Identifier: MIT */
/*
 * Closed forms: whole scenarios small enough that their laws are known exactly. The numbers V1, V2, ... are those of the
 * verification plan; R is 10^5 unless said (some are at full length only in `make laws`), seeds are fixed, and each bound is passed by a true law with chance 1 - 1e-9.
 * Every test ends with a planted bug: the same statistic, held against a slightly wrong figure, must refuse it.
 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "laws.h"
#include "place/date.h"
#include "place/numeric.h"
#include "scenarios.h"
#include "suites.h"

enum { R = 100000, MILLION = 1000000 };

#define ONE_YEAR "<time start='2021-09-01' steps='1' step='year' ageing='none'/>"
#define NOBODY "<stock date='2021-09-01'/>"

static double *run_and_free(place_plan *plan, int64_t n, const column *columns, size_t n_columns) {
    double *x = run_columns(plan, n, columns, n_columns);
    place_plan_free(plan);
    return x;
}

/* DKW over sorted copies: the samples stay in order. */
static double gap_of(const double *x, size_t n, law_cdf *cdf, const void *law, double step) {
    double *copy = malloc(n * sizeof *copy);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, x, n * sizeof *copy);
    double gap = law_gap(copy, n, cdf, law, step, 1);
    free(copy);
    return gap;
}

/* A scenario that `placesim verify` runs too: one file in scenarios/verify. */
static place_plan *shared(const char *name) {
    char path[64];
    snprintf(path, sizeof path, "scenarios/verify/%s.xml", name);
    return scenario_load_file(path, NULL, 0);
}

static column of(const place_plan *plan, place_variable_id variable, size_t step, size_t area, size_t provision) {
    return (column){ variable, CELL(plan, variable, step, area, 0, provision) };
}

/* ---- V1, V11: who comes ---- */

/* 100 a year: 1,000 pupils of Year 1 at 0.1 a pupil; or 25 years and two needs at 0.002, 50 cells of 2. */
static const char *const entrants[] = {
    "<area id='a'/><need id='n'/><table name='new-plans'><row ncy='1' value='0.1'/></table>",
    "<area id='a'/><need id='n'/><need id='m'/><table name='new-plans'><row value='0.002'/></table>",
};

static double *joined(const char *who, const char *time, int64_t n) {
    place_plan *plan = scenario_plan("%s<phase id='all' from-ncy='-4' to-ncy='20'/>" NOBODY
                                     "%s<provision id='open' kind='open'/><provision id='other' kind='open'/>"
                                     "<table name='population'><row value='1000'/></table>"
                                     "<table name='joiner-target'><row to='open' value='1'/></table>",
                                     time, who);
    column c = of(plan, PLACE_VAR_STOCK, plan->calendar.n_steps - 1, 0, 0);
    return run_and_free(plan, n, &c, 1);
}

START_TEST(v1_entrants_are_poisson) {
    const double mean = 100, planted = 101.5; /* 0.15 of sd 10 */
    double *x = joined(entrants[_i], ONE_YEAR, R);
    ck_assert_double_le(gap_of(x, R, poisson_cdf, &mean, 1), law_bound(R));
    ck_assert(mean_agrees(x, R, mean, mean)); /* +- 0.193 */
    ck_assert_double_gt(gap_of(x, R, poisson_cdf, &planted, 1), law_bound(R));
    ck_assert(!mean_agrees(x, R, 100.4, mean));
    free(x);
}
END_TEST

START_TEST(v1_entrants_of_twelve_uneven_months_are_poisson) {
    const double mean = 100;
    double *x = joined(entrants[0],
                       "<time start='2021-09-01' steps='12' step='month' ageing='none' "
                       "weights='0.3 0.1 0 0 0.05 0.05 0.1 0.1 0.1 0.1 0.05 0.05'/>",
                       R);
    ck_assert_double_le(gap_of(x, R, poisson_cdf, &mean, 1), law_bound(R));
    ck_assert(!mean_agrees(x, R, 99.6, mean)); /* planted */
    free(x);
}
END_TEST

START_TEST(v11_an_uncertain_rate_gives_a_negative_binomial) {
    /* Rate gamma, shape 25 and scale 0.004, times 1,000 pupils: mean 100, var 100 + 25 x 4^2 = 500. R = 10^6.
       The square of one value less the mean has sd var sqrt(2 + 6 / 25 + 1 / 500): the variance is known to 0.92 %. */
    place_plan *plan = shared("v11");
    column c = of(plan, PLACE_VAR_STOCK, 0, 0, 0);
    double *x = run_and_free(plan, MILLION, &c, 1);
    ck_assert(mean_agrees(x, MILLION, 100, 500));
    ck_assert(variance_agrees(x, MILLION, 500, Z * sqrt(2.242 / MILLION)));
    ck_assert(
        !variance_agrees(x, MILLION, 100, Z * sqrt(2.242 / MILLION))); /* planted: the mean rate, without its spread */
    free(x);
}
END_TEST

/* ---- V2, V5, V6: who leaves and who moves ---- */

START_TEST(v4_only_the_mean_stay_matters_to_the_stock) {
    /* 40 a year come at Year 1. All stay 10 years; or half of them (one need of two) 1 year and half 19: the mean is 10 both ways, and
       from the 19th year on the stock is Poisson(400). */
    static const char *const stays[] = {
        "<need id='n'/><table name='new-plans'><row ncy='1' value='0.04'/></table><table name='cease'><row ncy='10' value='1' when='year-end'/></table>",
        "<need id='n'/><need id='m'/><table name='new-plans'><row ncy='1' value='0.02'/></table>"
        "<table name='cease'><row ncy='1' need='n' value='1' when='year-end'/><row ncy='19' need='m' value='1' when='year-end'/></table>",
    };
    const double mean = 400, planted = 403; /* 0.15 of sd 20 */
    const size_t n = law_in_full() ? R : 25000;
    place_plan *plan = scenario_plan(
        "<time start='2001-09-01' steps='20' step='year'/><area id='a'/><phase id='all' from-ncy='-4' to-ncy='20'/><stock date='2001-09-01'/>"
        "%s<provision id='open' kind='open'/><table name='population'><row value='1000'/></table>"
        "<table name='joiner-target'><row to='open' value='1'/></table><table name='september-start'><row value='0'/></table>",
        stays[_i]);
    column c = of(plan, PLACE_VAR_STOCK, 19, 0, 0);
    double *x = run_and_free(plan, (int64_t)n, &c, 1);
    ck_assert_double_le(gap_of(x, n, poisson_cdf, &mean, 1), law_bound(n));
    ck_assert_double_gt(gap_of(x, n, poisson_cdf, &planted, 1), law_bound(n));
    free(x);
}
END_TEST

START_TEST(v10_a_drawn_probability_spreads_those_who_leave) {
    /* 900 plans, probability Beta(40, 960): mean 36, var n m (1 - m) (1 + (n - 1) / (a + b + 1)) = 65.598; a binomial has 34.56. R = 10^6. */
    place_plan *plan = scenario_plan(
        ONE_YEAR "%s" NOBODY "<provision id='open' kind='open'/><table name='stock'><row area='a' ncy='3' need='n' setting='open' count='900'/></table>"
        "<table name='cease'><row value='beta(a=40, b=960)' when='through-year'/></table>",
        scenario_single);
    double variance = 900 * .04 * .96 * (1 + 899 / 1001.0);
    ck_assert_double_eq_tol(variance, 65.598, 5e-4);
    column c = of(plan, PLACE_VAR_CEASED, 0, 0, 0);
    double *x = run_and_free(plan, MILLION, &c, 1);
    ck_assert(mean_agrees(x, MILLION, 36, variance)); /* +- 0.0495 */
    ck_assert(variance_agrees(x, MILLION, variance, .009));
    ck_assert(!variance_agrees(x, MILLION, 34.56, .009)); /* planted: the mean probability, without its spread */
    ck_assert(!mean_agrees(x, MILLION, 36.06, variance));
    free(x);
}
END_TEST

START_TEST(v2_those_who_stay_are_binomial) {
    place_plan *plan = shared("v2");
    column c = of(plan, PLACE_VAR_STOCK, 6, 0, 0);
    double *x = run_and_free(plan, R, &c, 1), law[] = { 5000, pow(0.97, 7) }, planted[] = { 5000, pow(0.9702, 7) };
    ck_assert_double_eq_tol(law[0] * law[1], 4039.914, 5e-4);
    ck_assert(mean_agrees(x, R, 4039.914, 775.733)); /* +- 0.538 */
    ck_assert(variance_agrees(x, R, 775.733, 0.028));
    ck_assert_double_le(gap_of(x, R, binomial_law_cdf, law, 1), law_bound(R));
    ck_assert(!mean_agrees(x, R, planted[0] * planted[1], 775.733));
    ck_assert_double_gt(gap_of(x, R, binomial_law_cdf, planted, 1), law_bound(R));
    free(x);
}
END_TEST

START_TEST(v2_monthly_steps_keep_the_yearly_probability) { /* 0.97^(w_i) over uneven months; one month without events */
    place_plan *plan = scenario_plan(
        "<time start='2021-09-01' steps='12' step='month' ageing='none' weights='0.3 0.1 0 0.1 0.05 0 0.1 0.1 0.1 0.1 0.05 0'/>"
        "%s<stock date='2021-09-01'/><provision id='open' kind='open'/>"
        "<table name='stock'><row area='a' ncy='3' need='n' setting='open' count='1000'/></table>"
        "<table name='cease'><row value='0.3' when='through-year'/></table>",
        scenario_single);
    column c[] = { of(plan, PLACE_VAR_STOCK, 11, 0, 0), of(plan, PLACE_VAR_CEASED, 2, 0, 0) };
    double *x = run_and_free(plan, R, c, 2), law[] = { 1000, 0.7 }, planted[] = { 1000, 0.702 };
    ck_assert_double_le(gap_of(x, R, binomial_law_cdf, law, 1), law_bound(R));
    ck_assert_double_gt(gap_of(x, R, binomial_law_cdf, planted, 1), law_bound(R));
    ck_assert_double_eq(mean_of(x + R, R), 0);
    free(x);
}
END_TEST

START_TEST(v5_moves_are_multinomial) {
    static const double p[] = { 0.62, 0.25, 0.10, 0.03 };
    place_plan *plan = shared("v5");
    column c[4];
    for (size_t i = 0; i < 4; i++) c[i] = of(plan, PLACE_VAR_DEMAND, 0, 0, i);
    double *x = run_and_free(plan, R, c, 4);
    for (size_t i = 0; i < 4; i++) {
        double law[] = { 1000, p[i] }, planted[] = { 1000, p[i] * 1.01 };
        ck_assert_double_le(chi_square_ratio(x + i * R, R, binomial_law_cdf, law, 0, 1000), 1);
        if (p[i] > 0.2) ck_assert_double_gt(chi_square_ratio(x + i * R, R, binomial_law_cdf, planted, 0, 1000), 1);
        for (size_t k = 0; k < i; k++) {
            double covariance = -1000 * p[i] * p[k], vi = 1000 * p[i] * (1 - p[i]), vk = 1000 * p[k] * (1 - p[k]);
            ck_assert(covariance_agrees(x + i * R, x + k * R, R, covariance, vi, vk));
            if (p[i] * p[k] > 0.02)
                ck_assert(!covariance_agrees(x + i * R, x + k * R, R, 0, vi, vk)); /* planted: binomials apart */
        }
    }
    free(x);
}
END_TEST

START_TEST(v6_a_multitype_process_has_its_moments) {
    /* Stay rows (.90 .04 .02) (.05 .88 .03) (0 .06 .90): each leaves with chance 0.04 first, so a move of 0.04 in all is
       0.04 / 0.96 of those who did not leave. Joiners Poisson 30, 10, 5; 10 years; V' = Q'VQ + sum m (diag q - q q') + joiners. */
    static const double q[3][3] = { { .90, .04, .02 }, { .05, .88, .03 }, { 0, .06, .90 } }, joiners[] = { 30, 10, 5 };
    double m[] = { 1000, 200, 50 }, v[3][3] = { { 0 } };
    for (int year = 0; year < 10; year++) {
        double next[3] = { 0 }, w[3][3] = { { 0 } };
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < 3; j++) {
                next[j] += m[i] * q[i][j];
                w[j][j] += m[i] * q[i][j];
                for (int k = 0; k < 3; k++) {
                    w[j][k] -= m[i] * q[i][j] * q[i][k];
                    for (int l = 0; l < 3; l++) w[j][k] += q[i][j] * v[i][l] * q[l][k];
                }
            }
        for (int j = 0; j < 3; j++) next[j] += joiners[j], w[j][j] += joiners[j];
        memcpy(m, next, sizeof m);
        memcpy(v, w, sizeof v);
    }
    ck_assert_double_eq_tol(m[0], 642.876, 5e-4); /* the figures of the verification plan */
    ck_assert_double_eq_tol(m[1], 355.487, 5e-4);
    ck_assert_double_eq_tol(m[2], 209.741, 5e-4);
    ck_assert_double_eq_tol(v[0][0], 484.184, 5e-4);
    ck_assert_double_eq_tol(v[0][1], -80.246, 5e-4);
    place_plan *plan = shared("v6");
    column c[3];
    for (size_t i = 0; i < 3; i++) c[i] = of(plan, PLACE_VAR_DEMAND, 9, 0, i);
    double *x = run_and_free(plan, R, c, 3);
    for (int i = 0; i < 3; i++) {
        ck_assert(mean_agrees(x + i * R, R, m[i], v[i][i])); /* +- 0.425, 0.334, 0.265 */
        ck_assert(variance_agrees(x + i * R, R, v[i][i], 0.028));
        for (int k = 0; k < i; k++) ck_assert(covariance_agrees(x + i * R, x + k * R, R, v[i][k], v[i][i], v[k][k]));
    }
    ck_assert(!mean_agrees(x, R, m[0] + 0.5, v[0][0]));              /* planted: half a pupil in 643 */
    ck_assert(!covariance_agrees(x, x + R, R, 0, v[0][0], v[1][1])); /* planted: types apart         */
    ck_assert(!variance_agrees(x, R, m[0], 0.028));                  /* planted: Poisson             */
    /* V7: every exit hazard is 0.04, so the total is Binomial(1250, 0.96^10) and, apart from it, Poisson of 45 (1 - 0.96^10) / 0.04. */
    double stay = pow(.96, 10), total = 1250 * stay + 45 * (1 - stay) / .04, of_total = total - 1250 * stay * stay;
    ck_assert_double_eq_tol(total, 1208.1041, 5e-5);
    for (int i = 0; i < R; i++) x[i] += x[R + i] + x[2 * R + i];
    ck_assert(mean_agrees(x, R, total, of_total));
    ck_assert(variance_agrees(x, R, of_total, 0.028));
    ck_assert(!variance_agrees(x, R, total, 0.028)); /* planted: Poisson */
    free(x);
}
END_TEST

START_TEST(v9_a_year_group_ages_whole_and_leaves_on_time) {
    /* 30 in Year 3; in Year 7 four Septembers later; gone after Year 11 */
    place_plan *plan = shared("v9");
    place_results *results = run_all(plan, 10, 1);
    for (size_t t = 0; t < 11; t++)
        for (size_t ncy = 0; ncy < PLACE_N_NCY; ncy++)
            for (int64_t i = 0; i < 10; i++)
                ck_assert_double_eq(place_results_value(results, PLACE_VAR_DEMAND_BY_NCY,
                                                        CELL(plan, PLACE_VAR_DEMAND_BY_NCY, t, 0, ncy, 0), i),
                                    t <= 8 && ncy == 7 + t ? 30 : 0); /* column 7 is Year 3 */
    /* The year-end rate is by the year just ended: Year 11 ends with the step of 2030, so they leave on 1 September 2030. */
    ck_assert_double_eq(place_results_value(results, PLACE_VAR_CEASED,
                                            CELL(plan, PLACE_VAR_CEASED, 9, 0, index_of(&plan->phases, "secondary"), 0),
                                            0),
                        30);
    place_results_free(results);
    place_plan_free(plan);
}
END_TEST

/* ---- V12, V15, V17: who finds a place ---- */

#define SPECIAL                                                                                                                             \
    "<provision id='open' kind='open'/><provision id='special' kind='limited'/><table name='waiting-setting'><row setting='open'/></table>" \
    "<table name='joiner-target'><row to='special' value='1'/></table>"

START_TEST(v12_shortfall_of_poisson_demand) {
    place_plan *plan = shared("v12");
    size_t special = index_of(&plan->provisions, "special");
    column c[] = { of(plan, PLACE_VAR_SHORTFALL, 0, 0, special), of(plan, PLACE_VAR_UNMET, 0, 0, special),
                   of(plan, PLACE_VAR_WAITING, 0, 0, special) };
    double *x = run_and_free(plan, R, c, 3), variance = 0, mean = 0, hundred = 100, below = poisson_cdf(&hundred, 105);
    for (int k = 106; k < 300; k++) {
        double p = poisson_cdf(&hundred, k) - poisson_cdf(&hundred, k - 1);
        mean += p * (k - 105);
        variance += p * (k - 105) * (k - 105);
    }
    variance -= mean * mean;
    ck_assert_double_eq_tol(mean, 2.004105, 1e-6);
    ck_assert_double_eq_tol(1 - below, 0.287192, 1e-6);
    ck_assert(mean_agrees(x, R, 2.004105, variance)); /* +- 0.0822 */
    size_t n_short = count_at_least(x, R, 1);
    ck_assert_uint_ge(n_short, 27847); /* 28,719.2 +- 6.109 sqrt(R p (1 - p)) = 874.1 */
    ck_assert_uint_le(n_short, 29593);
    ck_assert_mem_eq(x, x + R,
                     R * sizeof *x); /* with one site and no fallback, who waits is unmet and is the shortfall */
    ck_assert_mem_eq(x, x + 2 * R, R * sizeof *x);
    ck_assert(!mean_agrees(x, R, 2.3196, variance)); /* planted: 104 places: 2.004105 + P(more than 104) */
    free(x);
}
END_TEST

START_TEST(v15_overflow_goes_to_the_next_area) {
    place_plan *plan = shared("v15");
    size_t special = index_of(&plan->provisions, "special"), one = index_of(&plan->areas, "one"),
           two = index_of(&plan->areas, "two");
    column c[] = { of(plan, PLACE_VAR_WAITING, 0, one, special), of(plan, PLACE_VAR_WAITING, 0, two, special),
                   of(plan, PLACE_VAR_PLACED_OTHER_AREA, 0, one, special),
                   of(plan, PLACE_VAR_PLACED_OTHER_AREA, 0, two, special),
                   of(plan, PLACE_VAR_JOINED, 0, one, special) };
    double *x = run_and_free(plan, R, c, 5), *unplaced = malloc(R * sizeof *unplaced),
           *turned_away = malloc(R * sizeof *unplaced);
    ck_assert(unplaced != NULL && turned_away != NULL);
    for (size_t i = 0; i < R; i++) {
        unplaced[i] = x[i] + x[R + i];
        turned_away[i] = x[4 * (size_t)R + i] > 50 ? x[4 * (size_t)R + i] - 50 : 0;
    }
    size_t n_short = count_at_least(unplaced, R, 1);
    ck_assert_uint_ge(n_short, 32957); /* P 0.3386914 */
    ck_assert_uint_le(n_short, 34785);
    double v_unplaced = variance_of(unplaced, R), v_other = variance_of(x + 2 * R, R),
           v_away = variance_of(turned_away, R);
    ck_assert(mean_agrees(unplaced, R, 2.101427, v_unplaced));
    ck_assert(mean_agrees(x + 2 * R, R, 1.521679, v_other));
    ck_assert(mean_agrees(turned_away, R, 2.816250, v_away));
    ck_assert_double_eq(mean_of(x + 3 * R, R), 0);       /* two does not reach one */
    ck_assert(!mean_agrees(x + 2 * R, R, 1.6, v_other)); /* planted: own pupils last at site two would give more */
    ck_assert(!mean_agrees(unplaced, R, 2.816250, v_unplaced)); /* planted: no reach */
    free(x), free(unplaced), free(turned_away);
}
END_TEST

/* The chain of V17: 30 places, each pupil stays with chance 0.8, then Poisson(6) arrive; those turned away leave. */
typedef struct loss {
    double on_roll[31], refused, refused_square;
} loss;

static loss loss_after(int n_steps) {
    static double stay[31][31], arrive[60];
    loss now = { .on_roll = { [0] = 1 } };
    double six = 6;
    for (int k = 0; k < 60; k++) arrive[k] = poisson_cdf(&six, k) - poisson_cdf(&six, k - 1);
    for (int n = 0; n <= 30; n++)
        for (int k = 0; k <= n; k++) {
            double law[] = { n, 0.8 };
            stay[n][k] = binomial_law_cdf(law, k) - binomial_law_cdf(law, k - 1);
        }
    for (int t = 0; t < n_steps; t++) {
        loss next = { .refused = 0 };
        double left[31] = { 0 };
        for (int n = 0; n <= 30; n++)
            for (int k = 0; k <= n; k++) left[k] += now.on_roll[n] * stay[n][k];
        for (int k = 0; k <= 30; k++)
            for (int a = 0; a < 60; a++) {
                int refused = k + a > 30 ? k + a - 30 : 0;
                next.on_roll[k + a - refused] += left[k] * arrive[a];
                next.refused += left[k] * arrive[a] * refused;
                next.refused_square += left[k] * arrive[a] * refused * refused;
            }
        now = next;
    }
    return now;
}

static double mean_roll(const loss *at) {
    double mean = 0;
    for (int n = 0; n <= 30; n++) mean += n * at->on_roll[n];
    return mean;
}

START_TEST(v17_a_full_school_turns_away_what_the_chain_says) {
    /* Half-yearly steps: an annual probability of 1 - 0.8^2 of leaving, 12 new plans a year. At once 1 into an open
       provision: those turned away are the newly diverted. 60 steps are within 1e-5 of the stationary figures. */
    loss far = loss_after(400), at = loss_after(60);
    ck_assert_double_eq_tol(far.on_roll[30], 0.3155181, 1e-7);
    ck_assert_double_eq_tol(mean_roll(&far), 26.772930, 1e-6);
    ck_assert_double_eq_tol(far.refused, 0.645414, 1e-6);
    ck_assert_double_eq_tol(6 - far.refused, 0.2 * mean_roll(&far), 1e-9); /* flow in = flow out, of the chain */
    ck_assert_double_eq_tol(at.on_roll[30], far.on_roll[30], 1e-5);
    place_plan *plan = shared("v17");
    size_t special = index_of(&plan->provisions, "special");
    column c[] = { { PLACE_VAR_SITE_ROLL, CELL(plan, PLACE_VAR_SITE_ROLL, 59, 0) },
                   of(plan, PLACE_VAR_NEWLY_DIVERTED, 59, 0, special),
                   of(plan, PLACE_VAR_WAITING, 59, 0, special) };
    double *x = run_and_free(plan, R, c, 3), square = 0, mean = mean_roll(&at);
    for (int n = 0; n <= 30; n++) square += n * n * at.on_roll[n];
    size_t n_full = count_at_least(x, R, 30);
    ck_assert_uint_ge(n_full, 30656);
    ck_assert_uint_le(n_full, 32452);
    ck_assert(mean_agrees(x, R, mean, square - mean * mean));
    ck_assert(mean_agrees(x + R, R, at.refused, at.refused_square - at.refused * at.refused));
    ck_assert_double_eq(mean_of(x + 2 * R, R), 0);
    ck_assert(!mean_agrees(x, R, mean + 0.1, square - mean * mean)); /* planted: a tenth of a pupil, 3 % of the sd */
    ck_assert(!mean_agrees(x + R, R, 0.7, at.refused_square - at.refused * at.refused));
    free(x);
}
END_TEST

/* Erlang's loss system in steps of a share of a year: 10 places, each pupil stays with chance e^-step, Poisson(8 step) come, and those who
   find no place are lost. The share lost, from the chain's stationary law. */
static double lost_share(double step) {
    static double stay[11][11], arrive[80];
    double on_roll[11] = { [8] = 1 }, mean = 8 * step, lost = 0;
    for (int k = 0; k < 80; k++) arrive[k] = poisson_cdf(&mean, k) - (k > 0 ? poisson_cdf(&mean, k - 1) : 0);
    for (int n = 0; n <= 10; n++)
        for (int k = 0; k <= n; k++) {
            double law[] = { n, exp(-step) };
            stay[n][k] = binomial_law_cdf(law, k) - (k > 0 ? binomial_law_cdf(law, k - 1) : 0);
        }
    for (int t = 0; t < (int)(30 / step); t++) {
        double left[11] = { 0 }, next[11] = { 0 };
        lost = 0;
        for (int n = 0; n <= 10; n++)
            for (int k = 0; k <= n; k++) left[k] += on_roll[n] * stay[n][k];
        for (int k = 0; k <= 10; k++)
            for (int a = 0; a < 80 && arrive[a] > 0; a++) {
                int refused = k + a > 10 ? k + a - 10 : 0;
                next[k + a - refused] += left[k] * arrive[a];
                lost += left[k] * arrive[a] * refused;
            }
        memcpy(on_roll, next, sizeof next);
    }
    return lost / mean;
}

/* 10 places and as many steps a year as asked; five years to settle, then five that count. @return [n] sums over steps of one variable */
static double *erlang(int steps_a_year, const char *divert, place_variable_id variable, int64_t n) {
    enum { SETTLE = 5, COUNT = 5 };
    place_plan *plan = scenario_plan(
        "<time start='2021-09-01' steps='%d' steps-per-year='%d' ageing='none'/>%s<stock date='2021-09-01'/>" SPECIAL
        "<provision id='away' kind='open'/><site id='s' area='a' provision='special' ncy='-4..20'><places commissioned='10'/></site>"
        "<table name='population'><row value='1000'/></table><table name='new-plans'><row ncy='1' value='0.008'/></table>"
        "<table name='cease'><row value='%.17g' when='through-year'/></table>%s",
        (SETTLE + COUNT) * steps_a_year, steps_a_year, scenario_single, 1 - exp(-1), divert);
    size_t special = index_of(&plan->provisions, "special"), n_columns = (size_t)COUNT * (size_t)steps_a_year;
    column *c = calloc(n_columns, sizeof *c);
    ck_assert_ptr_nonnull(c);
    for (size_t t = 0; t < n_columns; t++) c[t] = of(plan, variable, SETTLE * (size_t)steps_a_year + t, 0, special);
    double *x = run_and_free(plan, n, c, n_columns);
    for (size_t t = 1; t < n_columns; t++)
        for (int64_t i = 0; i < n; i++) x[i] += x[(int64_t)t * n + i];
    free(c);
    return x;
}

START_TEST(v19_shorter_steps_come_nearer_to_erlangs_loss_formula) {
    double blocked = 1; /* Erlang B by its recursion: 10 places, load 8 */
    for (int k = 1; k <= 10; k++) blocked = 8 * blocked / (k + 8 * blocked);
    ck_assert_double_eq_tol(blocked, .1216611, 5e-8);
    ck_assert_double_eq_tol(lost_share(.1), .1247132, 5e-8);
    ck_assert_double_eq_tol(lost_share(.01), .1216932, 5e-8); /* nearer with each, from above */
    if (law_in_full()) ck_assert_double_eq_tol(lost_share(.001), .1216614, 5e-8);
    for (double step = .4, last = lost_share(.8); step > .02; step /= 2) {
        double now = lost_share(step);
        ck_assert(now < last && now > blocked);
        last = now;
    }
    static const int steps_a_year[] = { 10, 100, 366 };
    for (int k = 0; k < (law_in_full() ? 3 : 2); k++) {
        int64_t n = (law_in_full() ? 50000 : 8000) / (k == 0 ? 1 : k == 1 ? 10 : 100);
        double share = lost_share(1.0 / steps_a_year[k]);
        double *x = erlang(steps_a_year[k], "<table name='divert'><row to='special' setting='away' at-once='1' rate='0'/></table>",
                           PLACE_VAR_NEWLY_DIVERTED, n);
        double variance = variance_of(x, (size_t)n);
        ck_assert(mean_agrees(x, (size_t)n, 40 * share, variance)); /* 8 a year for five years */
        ck_assert(!mean_agrees(x, (size_t)n, 40 * share * (k == 0 ? 1.1 : k == 1 ? 1.3 : 1.8), variance)); /* planted */
        free(x);
    }
}
END_TEST

START_TEST(v20_a_list_that_is_left_as_seats_are_is_that_of_a_school_without_limit) {
    /* Nobody is lost: those without a place wait, and leave the list as others leave their seats. Then seats and list together are what a school
       without limit would hold: N is Poisson of 8 step / (1 - e^-step), and the list is what N has above 10. Ten steps a year. */
    double mean = .8 / (1 - exp(-.1)), list = 0, square = 0, away = 0;
    for (int n = 11; n < 60; n++) {
        double p = poisson_cdf(&mean, n) - poisson_cdf(&mean, n - 1);
        list += p * (n - 10);
        square += p * (n - 10) * (n - 10);
        away += p;
    }
    place_plan *plan = scenario_plan(
        "<time start='2021-09-01' steps='150' steps-per-year='10' ageing='none'/>%s<stock date='2021-09-01'/>" SPECIAL
        "<site id='s' area='a' provision='special' ncy='-4..20'><places commissioned='10'/></site>"
        "<table name='population'><row value='1000'/></table><table name='new-plans'><row ncy='1' value='0.008'/></table>"
        "<table name='cease'><row value='%.17g' when='through-year'/></table>",
        scenario_single, 1 - exp(-1));
    column c = of(plan, PLACE_VAR_WAITING, 149, 0, index_of(&plan->provisions, "special")); /* 15 years on: 3e-7 from the limit */
    enum { N_LISTS = 8000 };
    double *x = run_and_free(plan, N_LISTS, &c, 1);
    ck_assert(mean_agrees(x, N_LISTS, list, square - list * list));
    ck_assert(fabs((double)count_at_least(x, N_LISTS, 1) / N_LISTS - away) < Z * sqrt(away * (1 - away) / N_LISTS));
    ck_assert(!mean_agrees(x, N_LISTS, 1.6367206, square - list * list)); /* planted: Erlang's list, which nobody leaves */
    free(x);
}
END_TEST

/* ---- V23 to V31: capital projects ---- */

/* Activities in series: the days on which one finishes, and on which the project opens and was planned to. Stages with a
   density are given in years, so that rounding each finish up to a day is a thousandth of the spread. */
static double *finishes(const char *name, const char *last, int64_t n) {
    place_plan *plan = shared(name);
    size_t activity = 0;
    while (strcmp(plan->activities[activity].item.id, last) != 0) activity++;
    column c[] = { { PLACE_VAR_ACTIVITY_FINISH, activity },
                   { PLACE_VAR_PROJECT_OPENING, 0 },
                   { PLACE_VAR_PROJECT_PLANNED_OPENING, 0 } };
    return run_and_free(plan, n, c, 3);
}

static const double YEAR = PLACE_DAYS_PER_YEAR;

static size_t count_up_to(const double *x, size_t n, double high) {
    size_t count = 0;
    for (size_t i = 0; i < n; i++) count += x[i] <= high;
    return count;
}

START_TEST(v23_three_uniform_stages) { /* var (6^2 - 1 + 4^2 - 1 + 10^2 - 1) / 12 = 149 / 12 */
    double *x = finishes("v23", "c", R);
    ck_assert(mean_agrees(x, R, 14.5, 12.41667));
    ck_assert(variance_agrees(x, R, 12.41667, 0.028));
    size_t n = count_up_to(x, R, 15); /* P 0.6 */
    ck_assert_uint_ge(n, 59052);
    ck_assert_uint_le(n, 60945);
    ck_assert_mem_eq(x, x + R, R * sizeof *x);         /* it opens on the day */
    ck_assert(!mean_agrees(x, R, 14.6, 12.41667));     /* planted: 3 % of the sd      */
    ck_assert(!variance_agrees(x, R, 9.58333, 0.028)); /* planted: continuous uniform */
    free(x);
}
END_TEST

START_TEST(v25_three_geometric_stages) { /* each ends with chance 0.25 a day, as a discrete law of 1 .. 80 days */
    double *x = finishes("v25", "c", R);
    ck_assert(mean_agrees(x, R, 12, 36));
    ck_assert(
        variance_agrees(x, R, 36, Z * sqrt((2 + 8.0 / 3) / R))); /* kurtosis of three geometrics: 2 + 1/36 at most */
    size_t n = count_up_to(x, R, 12);                            /* P 0.6093250 */
    ck_assert_uint_ge(n, 59989);
    ck_assert_uint_le(n, 61874);
    n = count_up_to(x, R, 11); /* planted: counted a day early */
    ck_assert(n < 59989 || n > 61874);
    ck_assert(!mean_agrees(x, R, 12.2, 36));
    free(x);
}
END_TEST

START_TEST(v26_exponential_stages) {
    double *x = finishes("v26", "c", R);
    ck_assert(mean_agrees(x, R, 7 * YEAR + 1.5, 21 * YEAR * YEAR));
    size_t n = count_up_to(x, R, 8 * YEAR + 1.5); /* F(8) 0.6756254 */
    ck_assert_uint_ge(n, 66656);
    ck_assert_uint_le(n, 68465);
    ck_assert(!mean_agrees(x, R, 7.15 * YEAR, 21 * YEAR * YEAR)); /* planted: 3 % of the sd */
    n = count_up_to(x, R, 7.7 * YEAR);
    ck_assert(n < 66656 || n > 68465);
    free(x);
}
END_TEST

START_TEST(v27_a_pert_stage) {
    double *x = finishes("v27", "a", R);
    ck_assert(mean_agrees(x, R, 7 * YEAR + 0.5, 4.571429 * YEAR * YEAR));
    ck_assert(variance_agrees(x, R, 4.571429 * YEAR * YEAR, 0.028));
    size_t n = count_up_to(x, R, 8 * YEAR + 0.5); /* 0.6912294 */
    ck_assert_uint_ge(n, 68228);
    ck_assert_uint_le(n, 70013);
    ck_assert(
        !mean_agrees(x, R, 8 * YEAR, 4.571429 * YEAR * YEAR)); /* planted: a triangular of the same three, mean 8 */
    free(x);
}
END_TEST

START_TEST(v28_fixed_stages_open_on_one_date) {
    /* 3 months: 91.3 days, so 92, 2 December 2021. A week, 9 December; the cabinet next meets on 18 January 2022.
       7 months: 213.06, so 214 days, 20 August 2022. 2 weeks: 3 September, which misses 1 September: opens 1 September 2023.
       Planned the same way. A term would be 1 January 2023, a month 1 October 2022. */
    static const struct {
        const char *project, *site;
        int year, month, day;
    } openings[] = {
        { "p-a", "s-a", 2023, 9, 1 },
        { "p-b", "s-b", 2023, 1, 1 },
        { "p-c", "s-c", 2022, 10, 1 },
        { "p-d", "s-d", 2022, 9, 3 },
    };
    for (size_t k = 0; k < sizeof openings / sizeof *openings; k++) {
        place_plan *plan = shared("v28");
        size_t project = project_index(plan, openings[k].project), site = site_index(plan, openings[k].site);
        column c[] = { { PLACE_VAR_PROJECT_OPENING, project },
                       { PLACE_VAR_PROJECT_PLANNED_OPENING, project },
                       { PLACE_VAR_PROJECT_SLIP_DAYS, project },
                       { PLACE_VAR_SITE_COMMISSIONED, CELL(plan, PLACE_VAR_SITE_COMMISSIONED, 1, site) },
                       { PLACE_VAR_SITE_COMMISSIONED, CELL(plan, PLACE_VAR_SITE_COMMISSIONED, 2, site) } };
        double *x = run_and_free(plan, 100, c, 5);
        double day = place_day(openings[k].year, openings[k].month, openings[k].day) - place_day(2021, 9, 1);
        for (size_t i = 0; i < 100; i++) {
            ck_assert_double_eq(x[i], day);
            ck_assert_double_eq(x[100 + i], day);
            ck_assert_double_eq(x[200 + i], 0);
            ck_assert_double_eq(x[300 + i], 0);  /* 1 September 2022: not yet, under any rule */
            ck_assert_double_eq(x[400 + i], 10); /* 1 September 2023 */
        }
        free(x);
    }
}
END_TEST

START_TEST(v31_cancelled_projects_are_binomial) {
    place_plan *plan = shared("v31");
    column c[11];
    for (size_t i = 0; i < 10; i++) c[i] = (column){ PLACE_VAR_PROJECT_CANCELLED, i };
    c[10] = (column){ PLACE_VAR_SITE_COMMISSIONED, CELL(plan, PLACE_VAR_SITE_COMMISSIONED, 1, 0) };
    double *x = run_and_free(plan, R, c, 11), law[] = { 10, 0.7 }, planted[] = { 10, 0.71 };
    for (size_t i = 0; i < R; i++) {
        double n_cancelled = 0;
        for (size_t k = 0; k < 10; k++) n_cancelled += x[k * R + i];
        ck_assert_double_eq(x[10 * (size_t)R + i], 10 - n_cancelled); /* each that is not brings its place */
    }
    ck_assert_double_le(chi_square_ratio(x + 10 * (size_t)R, R, binomial_law_cdf, law, 0, 10), 1);
    ck_assert_double_gt(chi_square_ratio(x + 10 * (size_t)R, R, binomial_law_cdf, planted, 0, 10), 1);
    free(x);
}
END_TEST

/* ---- V36: replications are independent ---- */

START_TEST(v36_batch_means_vary_as_independent_ones_do) {
    /* 1,000 batches of 1,000 of two new plans a year, some of whom find the one place: variance of the batch mean over
       sd^2 / 1,000 is chi-square 999 / 999. Planted: every second replication repeats the first, as poor seeding does. */
    place_plan *plan = shared("v36");
    column c = of(plan, PLACE_VAR_WAITING, 0, 0, index_of(&plan->provisions, "special"));
    double *x = run_and_free(plan, MILLION, &c, 1), sd2 = variance_of(x, MILLION), means[1000], twins[1000];
    double two = 2, none = poisson_cdf(&two, 0);
    for (size_t k = 0; k < 1000; k++) {
        means[k] = mean_of(x + 1000 * k, 1000);
        twins[k] = mean_of(x + 500 * k, 500);
    }
    double ratio = variance_of(means, 1000) / (sd2 / 1000), planted = variance_of(twins, 1000) / (sd2 / 1000);
    ck_assert_double_ge(ratio, 0.7504);
    ck_assert_double_le(ratio, 1.2980);
    ck_assert_double_gt(planted, 1.2980);
    ck_assert(mean_agrees(x, MILLION, 1 + none, sd2)); /* E max(0, N - 1) = 2 - 1 + P(N = 0) */
    free(x);
}
END_TEST

Suite *closed_forms_suite(void) {
    Suite *suite = suite_create("closed forms");
    TCase *demand = tcase_create("demand"), *places = tcase_create("places"), *projects = tcase_create("projects");
    tcase_add_loop_test(demand, v1_entrants_are_poisson, 0, 2);
    tcase_add_test(demand, v1_entrants_of_twelve_uneven_months_are_poisson);
    tcase_add_loop_test(demand, v4_only_the_mean_stay_matters_to_the_stock, 0, 2);
    tcase_add_test(demand, v10_a_drawn_probability_spreads_those_who_leave);
    tcase_add_test(demand, v2_those_who_stay_are_binomial);
    tcase_add_test(demand, v2_monthly_steps_keep_the_yearly_probability);
    tcase_add_test(demand, v5_moves_are_multinomial);
    tcase_add_test(demand, v6_a_multitype_process_has_its_moments);
    tcase_add_test(demand, v9_a_year_group_ages_whole_and_leaves_on_time);
    tcase_add_test(demand, v11_an_uncertain_rate_gives_a_negative_binomial);
    tcase_add_test(demand, v36_batch_means_vary_as_independent_ones_do);
    tcase_add_test(places, v12_shortfall_of_poisson_demand);
    tcase_add_test(places, v15_overflow_goes_to_the_next_area);
    tcase_add_test(places, v17_a_full_school_turns_away_what_the_chain_says);
    tcase_add_test(places, v19_shorter_steps_come_nearer_to_erlangs_loss_formula);
    tcase_add_test(places, v20_a_list_that_is_left_as_seats_are_is_that_of_a_school_without_limit);
    tcase_add_test(projects, v23_three_uniform_stages);
    tcase_add_test(projects, v25_three_geometric_stages);
    tcase_add_test(projects, v26_exponential_stages);
    tcase_add_test(projects, v27_a_pert_stage);
    tcase_add_test(projects, v28_fixed_stages_open_on_one_date);
    tcase_add_test(projects, v31_cancelled_projects_are_binomial);
    suite_add_tcase(suite, demand);
    suite_add_tcase(suite, places);
    suite_add_tcase(suite, projects);
    return suite;
}
