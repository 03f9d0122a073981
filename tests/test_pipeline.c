/* SPDX-License-Identifier: MIT */
/*
 * From request to plan. Queues are worked out by hand from backlogs, whose cases and weeks are exact; what requests become
 * has the laws of a thinned Poisson number. In steps of 1/52 year the first 41 steps own one week each: step i starts
 * floor(7.024 i) days after the start, which is 7 i up to i = 41. Statistical tests end with a planted bug, as elsewhere.
 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "laws.h"
#include "place/report.h"
#include "place/summary.h"
#include "scenario_base.h"
#include "scenarios.h"
#include "suites.h"

#define WEEKS(n) "<time start='2021-09-01' steps='" #n "' steps-per-year='52' ageing='none'/>"
#define ONE_YEAR "<time start='2021-09-01' steps='1' step='year' ageing='none'/>"
#define OPEN                                                                                                           \
    "<provision id='open' kind='open'/><provision id='other' kind='open'/><table name='joiner-target'><row to='open' value='1'/></table>"
#define NOBODY "<stock date='2021-09-01'/>"
#define PEOPLE "<table name='population'><row value='1000'/></table>"
#define ALL_AT_ONCE "decision-weeks='0' notice-weeks='0' delay='0'"

/* Value of a variable on (step, area) in a replication. */
static double at(const place_results *results, place_variable_id variable, size_t n_areas, size_t step, size_t area,
                 int64_t r) {
    return place_results_value(results, variable, step * n_areas + area, r);
}

static place_results *run_plan(place_plan *plan, int64_t n) {
    place_results *results = run_all(plan, n, 2);
    return results;
}

/* Totals of a variable over all steps, [n]; freed by the caller. */
static double *totals(const place_results *results, place_variable_id variable, size_t n) {
    double *x = calloc(n, sizeof *x);
    ck_assert_ptr_nonnull(x);
    for (size_t cell = 0; cell < place_results_cells(results, variable); cell++)
        for (size_t r = 0; r < n; r++) x[r] += place_results_value(results, variable, cell, (int64_t)r);
    return x;
}

/* ---- what requests become --------------------------------------------------------------------------------------- */

START_TEST(a_scenario_without_a_pipeline_keeps_none_of_its_variables) {
    place_plan *plan = scenario_plan(
        ONE_YEAR "%s" NOBODY OPEN PEOPLE "<table name='new-plans'><row ncy='1' value='0.1'/></table>", scenario_single);
    place_layout layout = place_layout_of(plan, 0);
    for (int v = PLACE_VAR_REQUESTS; v <= PLACE_VAR_REVIEWS_OVERDUE; v++) ck_assert(!layout.kept[v]);
    place_plan_free(plan);
}
END_TEST

START_TEST(outcomes_are_a_thinned_poisson_number) {
    /* 100 requests a year, all over at once; an assessment is agreed for 0.65, a plan is issued after 0.9 of them: Poisson numbers with means
       58.5 issued, 35 refused and 6.5 without a plan, independent of one another. Planted: a mean 0.08 sd away. */
    enum { N = 20000 };
    place_plan *plan =
        scenario_plan(ONE_YEAR "%s" NOBODY OPEN PEOPLE "<table name='requests'><row ncy='1' value='0.1'/></table>"
                               "<pipeline agree='0.65' issue='0.9' " ALL_AT_ONCE "/>",
                      scenario_single);
    column columns[] = { { PLACE_VAR_PLANS_ISSUED, 0 },
                         { PLACE_VAR_REQUESTS_REFUSED, 0 },
                         { PLACE_VAR_ASSESSMENTS_REFUSED, 0 },
                         { PLACE_VAR_REQUESTS, 0 } };
    const double means[] = { 58.5, 35, 6.5, 100 };
    double *x = run_columns(plan, N, columns, 4);
    for (size_t k = 0; k < 4; k++) {
        ck_assert(mean_agrees(x + k * N, N, means[k], means[k]));
        ck_assert(!mean_agrees(x + k * N, N, means[k] + 0.6 * sqrt(means[k] / 58.5), means[k]));
        ck_assert(variance_agrees(x + k * N, N, means[k], 0.07)); /* 6.109 sqrt(2 / N) is 0.061 */
        ck_assert_double_le(chi_square_ratio(x + k * N, N, poisson_cdf, &means[k], 0, 200), 1);
    }
    for (size_t k = 0; k < 3; k++)
        ck_assert(covariance_agrees(x + k * N, x + (k + 1) % 3 * N, N, 0, means[k], means[(k + 1) % 3]));
    for (size_t r = 0; r < N; r++) ck_assert_double_eq(x[r] + x[N + r] + x[2 * N + r], x[3 * N + r]);
    free(x);
    place_plan_free(plan);
}
END_TEST

START_TEST(the_clock_lets_out_those_who_asked_twenty_weeks_before_the_end) {
    /* A year owns 53 weeks (days 0, 7, ... 364). Asked in weeks 0 to 32 of 53, plans are issued by week 52: Poisson with mean 106 x 33/53 x
       0.5 = 33. Refused at 6 weeks: weeks 0 to 46, 106 x 47/53 x 0.5 = 47. Every plan is within 20 weeks. */
    enum { N = 20000 };
    place_plan *plan =
        scenario_plan(ONE_YEAR "%s" NOBODY OPEN PEOPLE "<table name='requests'><row ncy='1' value='0.106'/></table>"
                               "<pipeline agree='0.5'/>",
                      scenario_single);
    column columns[] = { { PLACE_VAR_PLANS_ISSUED, 0 },
                         { PLACE_VAR_REQUESTS_REFUSED, 0 },
                         { PLACE_VAR_ISSUED_WITHIN_20_WEEKS, 0 },
                         { PLACE_VAR_REQUESTS_UNDECIDED, 0 },
                         { PLACE_VAR_IN_ASSESSMENT, 0 } };
    const double means[] = { 33, 47, 33, 106 * 6 / 53.0, 106 * 14 / 53.0 * 0.5 };
    double *x = run_columns(plan, N, columns, 5);
    for (size_t k = 0; k < 5; k++) {
        ck_assert(mean_agrees(x + k * N, N, means[k], means[k]));
        ck_assert(!mean_agrees(x + k * N, N, means[k] + 0.45 * sqrt(means[k] / 33), means[k]));
    }
    for (size_t r = 0; r < N; r++) ck_assert_double_eq(x[r], x[2 * N + r]);
    free(x);
    place_plan_free(plan);
}
END_TEST

START_TEST(a_delay_decides_who_is_within_twenty_weeks) {
    /* Ready 4 weeks after the notice, in week 20: within. In week 21: not. Two values at evens, drawn for each case: half, as a binomial share of what is
       issued, and not all or nothing. Rounded up: 4.2 weeks are 5. */
    static const struct {
        const char *delay;
        double share;
    } cases[] = { { "0", 1 }, { "4", 1 }, { "4.2", 0 }, { "5", 0 }, { "discrete(0: 0.5, 5: 0.5)", 0.5 } };
    place_plan *plan =
        scenario_plan(WEEKS(41) "%s" NOBODY OPEN PEOPLE "<table name='requests'><row ncy='1' value='0.5'/></table>"
                                "<pipeline delay='%s'/>",
                      scenario_single, cases[_i].delay);
    enum { N = 400 };
    place_results *results = run_plan(plan, N);
    double *issued = totals(results, PLACE_VAR_PLANS_ISSUED, N),
           *within = totals(results, PLACE_VAR_ISSUED_WITHIN_20_WEEKS, N), sum = 0, all = 0, mixed = 0;
    for (size_t r = 0; r < N; r++) {
        sum += within[r];
        all += issued[r];
        mixed += within[r] > 0 && within[r] < issued[r];
    }
    ck_assert_double_gt(all, 50000);
    if (cases[_i].share == 0.5) { /* weeks 0 to 24 of requests can be within, 0 to 19 late */
        ck_assert_double_le(fabs(sum / all - 25 / 45.0), 6.109 * 0.5 / sqrt(all));
        ck_assert_double_eq(mixed, N);
    } else ck_assert_double_eq(sum, cases[_i].share * all);
    free(issued);
    free(within);
    place_results_free(results);
    place_plan_free(plan);
}
END_TEST

START_TEST(requests_follow_the_trend_of_new_plans) {
    /* Without a pipeline the trend acts on new plans; with one that lets all through, on requests: the same mean in the second year, 100 e^0.5 = 164.87. */
    enum { N = 4000 };
    place_plan *plan = scenario_plan(
        "<time start='2021-09-01' steps='2' step='year' ageing='none'/>%s" NOBODY OPEN PEOPLE
        "<table name='requests'><row ncy='1' value='0.1'/></table><trend flow='new-plans' base-year='2021' growth='0.5' psi='1' sd='0'/>"
        "<pipeline " ALL_AT_ONCE "/>",
        scenario_single);
    column c = { PLACE_VAR_PLANS_ISSUED, 1 };
    double *x = run_columns(plan, N, &c, 1);
    ck_assert(mean_agrees(x, N, 164.872, 164.872));
    ck_assert(!mean_agrees(x, N, 163, 164.872));
    free(x);
    place_plan_free(plan);
}
END_TEST

/* ---- the queue -------------------------------------------------------------------------------------------------- */

START_TEST(one_queue_by_hand_week_by_week) {
    /* 6 cases each asked 16, 15, 14, 13 and 12 weeks before the start are ready, and due, in weeks 4 to 8. The team finishes 4 a week.
       week        4  5  6  7  8  9 10 11
       ready       6  6  6  6  6  0  0  0
       issued      4  4  4  4  4  4  4  2
       in time     4  2  0  0  0  0  0  0     week 5 finishes the 2 left of week 4, late, and 2 of its own
       queue       2  4  6  8 10  6  2  0
       So 6 of 30 are within 20 weeks: 20 %. Without a limit all 30 are. */
    static const double issued[] = { 4, 4, 4, 4, 4, 4, 4, 2 }, within[] = { 4, 2, 0, 0, 0, 0, 0, 0 },
                        queue[] = { 2, 4, 6, 8, 10, 6, 2, 0 };
    place_plan *plan = scenario_plan(
        WEEKS(
            20) "%s" NOBODY OPEN
                "<pipeline>%s<backlog count='6' weeks='16'/><backlog count='6' weeks='15'/><backlog count='6' weeks='14'/>"
                "<backlog count='6' weeks='13'/><backlog count='6' weeks='12'/></pipeline>",
        scenario_single, _i == 0 ? "<throughput cases-per-week='4'/>" : "");
    place_results *results = run_plan(plan, 3);
    for (int64_t r = 0; r < 3; r++) {
        double sum = 0;
        for (size_t w = 0; w < 20; w++) {
            bool busy = w >= 4 && w < 12;
            if (_i == 0) {
                ck_assert_double_eq(at(results, PLACE_VAR_PLANS_ISSUED, 1, w, 0, r), busy ? issued[w - 4] : 0);
                ck_assert_double_eq(at(results, PLACE_VAR_ISSUED_WITHIN_20_WEEKS, 1, w, 0, r),
                                    busy ? within[w - 4] : 0);
                ck_assert_double_eq(at(results, PLACE_VAR_ASSESSMENT_QUEUE, 1, w, 0, r), busy ? queue[w - 4] : 0);
            }
            sum += at(results, PLACE_VAR_ISSUED_WITHIN_20_WEEKS, 1, w, 0, r);
        }
        ck_assert_double_eq(sum, _i == 0 ? 6 : 30);
    }
    place_results_free(results);
    place_plan_free(plan);
}
END_TEST

START_TEST(v21_ten_in_line_three_a_week_first_come_first_served) {
    /* All ten are ready in week 0, asked for 39, 38, ... 30 weeks ago. The k-th is finished in week ceil(k / 3) - 1: 3, 3, 3, 1. V22: those left at the
       close of each week, 7 + 4 + 1, are the weeks that they wait beyond the first, 0 0 0 1 1 1 2 2 2 3. Due-weeks of 39, 40, 41, 42 in turn tell the
       order: within due-weeks are those with (k-th asked 40 - k weeks ago, finished after f more) 40 - k + f of them or less. */
    for (int due = 31; due <= 39; due++) {
        text rows = { 0 };
        for (int k = 10; k >= 1; k--)
            text_add(&rows, "<backlog count='1' weeks='%d'/>", 40 - k); /* out of order in the file */
        place_plan *plan =
            scenario_plan(WEEKS(6) "%s" NOBODY OPEN
                                   "<pipeline due-weeks='%d' delay='0'><throughput cases-per-week='3'/>%s</pipeline>",
                          scenario_single, due, rows.at);
        text_free(&rows);
        place_results *results = run_plan(plan, 2);
        static const double issued[] = { 3, 3, 3, 1, 0, 0 }, queue[] = { 7, 4, 1, 0, 0, 0 };
        double within = 0, by_hand = 0;
        for (int k = 1; k <= 10; k++) by_hand += 40 - k + (k + 2) / 3 - 1 <= due;
        for (size_t w = 0; w < 6; w++) {
            ck_assert_double_eq(at(results, PLACE_VAR_PLANS_ISSUED, 1, w, 0, 1), issued[w]);
            ck_assert_double_eq(at(results, PLACE_VAR_ASSESSMENT_QUEUE, 1, w, 0, 1), queue[w]);
            within += at(results, PLACE_VAR_ISSUED_WITHIN_20_WEEKS, 1, w, 0, 1);
        }
        ck_assert_double_eq(within, by_hand);
        place_results_free(results);
        place_plan_free(plan);
    }
}
END_TEST

START_TEST(a_queue_is_what_was_there_and_came_less_what_the_team_can_do) {
    /* Lindley: queue(w) = max(0, queue(w - 1) + requests(w) - c), exactly, in each replication and week. c of 1.5 is 1 and 2 in turn. With 12 requests
       a week and c = 4 nobody is idle after the first weeks and the queue grows by 8 a week: after 40 weeks 320 on average. */
    static const double rates[] = { 0.026, 0.08, 0.624 }, capacity[] = { 1, 1.5, 4 };
    enum { N = 600, WEEKS_RUN = 40 };
    place_plan *plan =
        scenario_plan(WEEKS(40) "%s" NOBODY OPEN PEOPLE "<table name='requests'><row ncy='1' value='%g'/></table>"
                                "<pipeline " ALL_AT_ONCE "><throughput cases-per-week='%g'/></pipeline>",
                      scenario_single, rates[_i], capacity[_i]);
    place_results *results = run_plan(plan, N);
    double *last = calloc(N, sizeof *last), busy = 0;
    for (int64_t r = 0; r < N; r++) {
        double queue = 0, credit = 0;
        for (size_t w = 0; w < WEEKS_RUN; w++) {
            credit += capacity[_i];
            double can = floor(credit);
            credit -= can;
            queue = fmax(0, queue + at(results, PLACE_VAR_REQUESTS, 1, w, 0, r) - can);
            busy += queue > 0;
            ck_assert_double_eq(at(results, PLACE_VAR_ASSESSMENT_QUEUE, 1, w, 0, r), queue);
            ck_assert_double_eq(at(results, PLACE_VAR_IN_ASSESSMENT, 1, w, 0, r), queue);
        }
        last[r] = queue;
    }
    ck_assert_double_gt(busy, 0);
    if (_i == 2) {
        ck_assert(mean_agrees(last, N, 320, 480)); /* variance: that of 480 requests */
        ck_assert(!mean_agrees(last, N, 327, 480));
    }
    free(last);
    place_results_free(results);
    place_plan_free(plan);
}
END_TEST

START_TEST(v20_a_queue_with_one_a_week_has_the_length_of_m_d_1) {
    /* One finished a week, Poisson(1/2) asked: the stationary queue after service has mean rho^2 / (2 (1 - rho)) = 0.25, and is empty with chance
       (1 - rho) e^rho = 0.824361. Starting from none it is there after 40 weeks to within e^-10. */
    enum { N = 100000 };
    place_plan *plan =
        scenario_plan(WEEKS(40) "%s" NOBODY OPEN PEOPLE "<table name='requests'><row ncy='1' value='0.026'/></table>"
                                "<pipeline " ALL_AT_ONCE "><throughput cases-per-week='1'/></pipeline>",
                      scenario_single);
    column c = { PLACE_VAR_ASSESSMENT_QUEUE, 39 };
    double *x = run_columns(plan, N, &c, 1), variance = variance_of(x, N);
    double none = (double)N - (double)count_at_least(x, N, 1), p = 0.5 * exp(0.5);
    ck_assert(mean_agrees(x, N, 0.25, variance));
    ck_assert(!mean_agrees(x, N, 0.265, variance));
    ck_assert_double_le(fabs(none / N - p), 6.109 * sqrt(p * (1 - p) / N));
    free(x);
    place_plan_free(plan);
}
END_TEST

START_TEST(equals_are_served_by_lot_and_draw_for_themselves) {
    /* 200 cases of two areas and one week, of which the team finishes 100 in the first: of one area Hypergeometric(200, 100, 100), mean 50, variance 12.563. Each plan
       draws its own target at evens: of the 200 Binomial(200, 1/2), mean 100, variance 50; one draw for all would have 10,000. */
    enum { N = 2000 };
    place_plan *plan = scenario_plan(WEEKS(
        3) "<phase id='all' from-ncy='-4' to-ncy='20'/><area id='a'/><area id='b'/><need id='n'/>" NOBODY
           "<provision id='open' kind='open'/><provision id='other' kind='open'/>"
           "<table name='joiner-target'><row to='open' value='0.5'/><row to='other' value='0.5'/></table>"
           "<pipeline><throughput cases-per-week='100'/><backlog area='a' ncy='3' count='100' weeks='20'/><backlog area='b' ncy='3' count='100' weeks='20'/></pipeline>");
    place_results *results = run_plan(plan, N);
    double *one = calloc(N, sizeof *one), *target = calloc(N, sizeof *target);
    for (int64_t r = 0; r < N; r++) {
        one[r] = at(results, PLACE_VAR_PLANS_ISSUED, 2, 0, 0, r);
        for (size_t a = 0; a < 2; a++)
            target[r] += place_results_value(results, PLACE_VAR_DEMAND, CELL(plan, PLACE_VAR_DEMAND, 2, a, 0, 0), r);
        ck_assert_double_eq(one[r] + at(results, PLACE_VAR_PLANS_ISSUED, 2, 0, 1, r), 100);
    }
    ck_assert(mean_agrees(one, N, 50, 12.563));
    ck_assert(variance_agrees(one, N, 12.563, 0.2)); /* 6.109 sqrt(2 / N) is 0.193 */
    ck_assert(mean_agrees(target, N, 100, 50));
    ck_assert(variance_agrees(target, N, 50, 0.2));
    ck_assert(!mean_agrees(one, N, 50.6, 12.563)); /* planted */
    free(one);
    free(target);
    place_results_free(results);
    place_plan_free(plan);
}
END_TEST

START_TEST(staff_come_and_go) {
    /* 40 ready in week 0. 2 a week; from the day of week 3 none; from week 5 on 10; from week 7 no limit: 2 2 2 0 0 10 10 14. */
    static const double issued[] = { 2, 2, 2, 0, 0, 10, 10, 14, 0 };
    place_plan *plan = scenario_plan(
        WEEKS(
            9) "%s" NOBODY OPEN "<pipeline><throughput starts='2021-10-20'/><throughput cases-per-week='2'/>"
               "<throughput starts='2021-10-05' cases-per-week='10'/><throughput starts='2021-09-22' cases-per-week='0'/>"
               "<backlog count='40' weeks='20'/></pipeline>",
        scenario_single);
    place_results *results = run_plan(plan, 1);
    for (size_t w = 0; w < 9; w++) ck_assert_double_eq(at(results, PLACE_VAR_PLANS_ISSUED, 1, w, 0, 0), issued[w]);
    place_results_free(results);
    place_plan_free(plan);
}
END_TEST

/* ---- the backlog, and age --------------------------------------------------------------------------------------- */

START_TEST(a_backlog_is_where_its_weeks_say) {
    /* Nobody is agreed, nobody gets a plan: 3 weeks old are refused in week 3; 10 weeks old were agreed, and end without a plan in week 6; 18 weeks old will be plans,
       in week 2; 60 weeks old are ready at the start. Weeks of 6 and 16 are decided in week 0. */
    static const struct {
        int weeks;
        place_variable_id outcome;
        size_t week;
        bool agreed;
    } cases[] = {
        { 3, PLACE_VAR_REQUESTS_REFUSED, 3, false },    { 6, PLACE_VAR_REQUESTS_REFUSED, 0, false },
        { 7, PLACE_VAR_ASSESSMENTS_REFUSED, 9, true },  { 10, PLACE_VAR_ASSESSMENTS_REFUSED, 6, true },
        { 16, PLACE_VAR_ASSESSMENTS_REFUSED, 0, true }, { 17, PLACE_VAR_PLANS_ISSUED, 3, true },
        { 18, PLACE_VAR_PLANS_ISSUED, 2, true },        { 20, PLACE_VAR_PLANS_ISSUED, 0, true },
        { 60, PLACE_VAR_PLANS_ISSUED, 0, true },
    };
    place_plan *plan = scenario_plan(
        WEEKS(12) "%s" NOBODY OPEN "<pipeline agree='0' issue='0'><backlog count='5' weeks='%d'/></pipeline>",
        scenario_single, cases[_i].weeks);
    place_results *results = run_plan(plan, 1);
    for (size_t w = 0; w < 12; w++) {
        for (place_variable_id v = PLACE_VAR_REQUESTS_REFUSED; v <= PLACE_VAR_PLANS_ISSUED; v++)
            ck_assert_double_eq(at(results, v, 1, w, 0, 0), v == cases[_i].outcome && w == cases[_i].week ? 5 : 0);
        ck_assert_double_eq(at(results, PLACE_VAR_IN_ASSESSMENT, 1, w, 0, 0),
                            cases[_i].agreed && w < cases[_i].week ? 5 : 0);
        ck_assert_double_eq(at(results, PLACE_VAR_REQUESTS_UNDECIDED, 1, w, 0, 0),
                            !cases[_i].agreed && w < cases[_i].week ? 5 : 0);
        ck_assert_double_eq(at(results, PLACE_VAR_REQUESTS, 1, w, 0, 0), 0);
    }
    place_results_free(results);
    place_plan_free(plan);
}
END_TEST

START_TEST(a_backlog_without_weeks_is_spread_over_twenty) {
    /* 2,000 cases that will all be plans: those 20 to 1 weeks old are ready in weeks 0 to 19, each with 1/20: 100 a week, variance 95. Two needs that ask in the
       ratio 1 to 3 have them in that ratio. */
    place_plan *plan = scenario_plan(WEEKS(
        20) "<phase id='all' from-ncy='-4' to-ncy='20'/><area id='a'/><need id='few'/><need id='many'/>" NOBODY OPEN
            "<table name='population'><row value='0.001'/></table><table name='requests'><row ncy='1' need='few' value='0.5'/>"
            "<row ncy='1' need='many' value='1.5'/></table><pipeline><backlog count='2000'/></pipeline>");
    enum { N = 100 };
    place_results *results = run_plan(plan, N);
    double few = 0;
    for (size_t w = 0; w < 20; w++) {
        double sum = 0;
        for (int64_t r = 0; r < N; r++) sum += at(results, PLACE_VAR_PLANS_ISSUED, 1, w, 0, r);
        ck_assert_double_le(fabs(sum / N - 100), 6.109 * sqrt(95.0 / N));
        ck_assert_double_gt(sum, 0);
    }
    for (int64_t r = 0; r < N; r++)
        few += place_results_value(results, PLACE_VAR_DEMAND_BY_NEED,
                                   CELL(plan, PLACE_VAR_DEMAND_BY_NEED, 19, 0, 0, index_of(&plan->needs, "few"), 0), r);
    ck_assert_double_le(fabs(few / N - 500), 6.109 * sqrt(375.0 / N) + 0.01); /* 0.001 x 2 requests a year besides */
    place_results_free(results);
    place_plan_free(plan);
}
END_TEST

START_TEST(a_child_grows_older_while_the_case_is_open) {
    /* Asked for in Year 6, ten weeks before April: due in June, in Year 6, for which the plan calls for `six`. With nobody to finish it until September it calls for
       `seven`, and after a second September for `eight`. One who is 20 is too old by then, and has no plan. */
    static const struct {
        const char *from;
        int ncy;
        const char *provision;
        size_t step;
    } cases[] = { { "2022-04-01", 6, "six", 0 },
                  { "2022-09-20", 6, "seven", 1 },
                  { "2023-09-05", 6, "eight", 4 },
                  { "2022-09-20", 20, NULL, 1 },
                  { "2022-04-01", 20, "eight", 0 } };
    place_plan *plan = scenario_plan(
        "<time start='2022-04-01' steps='6' step='term'/>%s<stock date='2022-04-01'/>"
        "<provision id='six' kind='open'/><provision id='seven' kind='open'/><provision id='eight' kind='open'/>"
        "<table name='joiner-target'><row ncy='-4..6' to='six' value='1'/><row ncy='7' to='seven' value='1'/><row ncy='8..20' to='eight' value='1'/></table>"
        "<table name='september-start'><row value='0'/></table>"
        "<pipeline><throughput cases-per-week='0'/><throughput starts='%s'/><backlog count='3' ncy='%d' weeks='10'/></pipeline>",
        scenario_single, strcmp(cases[_i].from, "2022-04-01") == 0 ? "2022-04-08" : cases[_i].from, cases[_i].ncy);
    place_results *results = run_plan(plan, 2);
    for (size_t t = 0; t < 6; t++)
        for (size_t v = 0; v < 3; v++) {
            bool here = cases[_i].provision != NULL && t == cases[_i].step
                && strcmp(plan->provisions.items[v].id, cases[_i].provision) == 0;
            ck_assert_double_eq(
                place_results_value(results, PLACE_VAR_JOINED, CELL(plan, PLACE_VAR_JOINED, t, 0, 0, v), 1),
                here ? 3 : 0);
        }
    ck_assert_double_eq(at(results,
                           cases[_i].provision != NULL ? PLACE_VAR_PLANS_ISSUED : PLACE_VAR_ASSESSMENTS_REFUSED, 1,
                           cases[_i].step, 0, 1),
                        3);
    place_results_free(results);
    place_plan_free(plan);
}
END_TEST

/* ---- laws ------------------------------------------------------------------------------------------------------- */

/* A pipeline with one of everything, with a piece more. */
static place_plan *everything(const char *time, const char *more, const char *pipeline) {
    return scenario_plan(
        "%s<phase id='young' from-ncy='-4' to-ncy='6'/><phase id='old' from-ncy='7' to-ncy='20'/><area id='a'/><area id='b'/><need id='n'/><need id='m'/>"
        "<provision id='open' kind='open'/><provision id='special' kind='limited'/><provision id='none' kind='no-provision'/>"
        "<table name='waiting-setting'><row setting='none'/></table>"
        "<table name='joiner-target'><row to='open' value='0.6'/><row to='special' value='0.4'/></table>"
        "<site id='s' area='a' provision='special' ncy='-4..20'><places commissioned='20'/></site>"
        "<table name='population'><row value='600'/></table><table name='cease'><row value='0.1'/></table><table name='transfer-in'><row value='0.02'/></table>"
        "<table name='requests'><row value='0.0015'/><row need='m' area='b' value='0.004'/>%s</table>"
        "<stock date='2021-09-01'/><table name='stock'><row setting='open' area='a' ncy='3' need='n' count='100'/></table>%s",
        time, more, pipeline);
}

#define RICH                                                                                                                                   \
    "<pipeline agree='beta(mean=0.6, sd=0.1)' issue='0.9' delay='gamma(mean=6, sd=5)' review-capacity='60'><throughput cases-per-week='1.3'/>" \
    "<throughput starts='2022-03-07' cases-per-week='0.4'/><throughput starts='2022-11-01' cases-per-week='triangular(1, 2, 4)'/>"             \
    "<backlog area='a' need='n m' ncy='0..9' count='interval(80%, 8, 20)' weeks='2..30'/><backlog area='b' count='7'/></pipeline>"

START_TEST(cases_are_conserved) {
    /* Cases in = refused + no plan + issued + still in, by area, in every step of every replication; new plans are what is issued; the reviews due are done or overdue. */
    static const char *const times[] = { "<time start='2021-09-01' steps='9' step='term'/>",
                                         "<time start='2021-09-01' steps='30' step='month'/>",
                                         "<time start='2021-09-01' steps='400' steps-per-year='366' ageing='none'/>",
                                         "<time start='2021-09-01' steps='3' step='year'/>" };
    place_plan *plan = everything(times[_i], "", RICH);
    enum { N = 60 };
    place_results *results = run_plan(plan, N);
    double issued_in_all = 0, queued = 0, late = 0;
    for (int64_t r = 0; r < N; r++)
        for (size_t a = 0; a < 2; a++) {
            double opening = NAN, balance = 0, overdue = 0, joined = 0, issued = 0;
            for (size_t t = 0; t < plan->calendar.n_steps; t++) {
                double out = at(results, PLACE_VAR_REQUESTS_REFUSED, 2, t, a, r)
                    + at(results, PLACE_VAR_ASSESSMENTS_REFUSED, 2, t, a, r)
                    + at(results, PLACE_VAR_PLANS_ISSUED, 2, t, a, r);
                double now = at(results, PLACE_VAR_REQUESTS_UNDECIDED, 2, t, a, r)
                    + at(results, PLACE_VAR_IN_ASSESSMENT, 2, t, a, r);
                balance += at(results, PLACE_VAR_REQUESTS, 2, t, a, r) - out;
                if (t == 0) opening = now - balance; /* the backlog, the same ever after */
                ck_assert_double_eq(opening + balance, now);
                double done = at(results, PLACE_VAR_REVIEWS_DONE, 2, t, a, r),
                       in_time = at(results, PLACE_VAR_REVIEWS_ON_TIME, 2, t, a, r);
                double was = overdue + at(results, PLACE_VAR_REVIEWS_DUE, 2, t, a, r) - done;
                overdue = at(results, PLACE_VAR_REVIEWS_OVERDUE, 2, t, a, r);
                ck_assert_double_ge(was, overdue); /* less those whose plan is over */
                ck_assert_double_le(in_time, done);
                for (size_t p = 0; p < 2; p++)
                    for (size_t v = 0; v < 3; v++)
                        joined +=
                            place_results_value(results, PLACE_VAR_JOINED, CELL(plan, PLACE_VAR_JOINED, t, a, p, v), r);
                issued += at(results, PLACE_VAR_PLANS_ISSUED, 2, t, a, r);
                queued += at(results, PLACE_VAR_ASSESSMENT_QUEUE, 2, t, a, r);
                late += overdue;
            }
            ck_assert_double_eq(joined, issued);
            ck_assert_double_ge(opening, a == 0 ? 1 : 7);
            issued_in_all += issued;
        }
    ck_assert_double_gt(issued_in_all, 500);
    ck_assert_double_gt(queued, 100);
    ck_assert_double_gt(late, 100);
    place_results_free(results);
    place_plan_free(plan);
}
END_TEST

START_TEST(threads_give_the_same_cases) {
    place_plan *plan = everything("<time start='2021-09-01' steps='9' step='term'/>", "", RICH);
    place_results *one = run_all(plan, 600, 1), *two = run_all(plan, 600, 2);
    assert_same_results(one, two, 600);
    place_results_free(one);
    place_results_free(two);
    place_plan_free(plan);
}
END_TEST

static place_plan *of_areas(const char *more) {
    return scenario_plan(
        "<time start='2021-09-01' steps='9' step='term'/><phase id='all' from-ncy='-4' to-ncy='20'/><area id='k'/><need id='n'/>%s" NOBODY
            OPEN PEOPLE
        "<table name='requests'><row value='0.002'/></table><pipeline agree='0.6' issue='0.9' delay='exponential(6)'><backlog area='k' need='n' count='9'/></pipeline>",
        more);
}

START_TEST(another_area_or_need_deals_nobody_else_anew) {
    place_plan *small = of_areas(""), *large = of_areas("<area id='b'/><area id='z'/><need id='m'/>");
    enum { N = 50 };
    place_results *one = run_plan(small, N), *two = run_plan(large, N);
    size_t k = index_of(&large->areas, "k"), n = index_of(&large->needs, "n");
    double sum = 0;
    for (int64_t r = 0; r < N; r++)
        for (size_t t = 0; t < 9; t++) {
            double x = place_results_value(one, PLACE_VAR_DEMAND_BY_NEED,
                                           CELL(small, PLACE_VAR_DEMAND_BY_NEED, t, 0, 0, 0, 0), r);
            double y = place_results_value(two, PLACE_VAR_DEMAND_BY_NEED,
                                           CELL(large, PLACE_VAR_DEMAND_BY_NEED, t, k, 0, n, 0), r);
            ck_assert_double_eq(x, y);
            sum += x;
        }
    ck_assert_double_gt(sum, N);
    place_results_free(one);
    place_results_free(two);
    place_plan_free(small);
    place_plan_free(large);
}
END_TEST

static place_plan *of_team(const char *pipeline) {
    return scenario_plan(
        "<time start='2021-09-01' steps='9' step='term' ageing='none'/>%s" NOBODY
        "<provision id='open' kind='open'/><provision id='other' kind='open'/>" PEOPLE
        "<table name='joiner-target'><row to='open' value='0.7'/><row to='other' value='0.3'/></table><table name='requests'><row value='0.002'/></table>%s",
        scenario_single, pipeline);
}

START_TEST(a_larger_team_issues_the_same_plans_sooner) {
    /* The same requests, refusals and notices in each replication; by each step no fewer issued; and the same children: where one run has issued as many as
       the other, they call for the same. */
    place_plan *few = of_team(
        "<pipeline agree='0.6' issue='0.9'><throughput cases-per-week='0.3'/><throughput starts='2023-09-01'/></pipeline>");
    place_plan *many = of_team(
        "<pipeline agree='0.6' issue='0.9'><throughput cases-per-week='0.8'/><throughput starts='2023-09-01'/></pipeline>");
    enum { N = 100 };
    place_results *one = run_plan(few, N), *two = run_plan(many, N);
    double ahead = 0;
    assert_same_variable(one, two, PLACE_VAR_REQUESTS, N);
    assert_same_variable(one, two, PLACE_VAR_REQUESTS_REFUSED, N);
    assert_same_variable(one, two, PLACE_VAR_ASSESSMENTS_REFUSED, N);
    for (int64_t r = 0; r < N; r++) {
        double x = 0, y = 0;
        for (size_t t = 0; t < 9; t++) {
            x += at(one, PLACE_VAR_PLANS_ISSUED, 1, t, 0, r);
            y += at(two, PLACE_VAR_PLANS_ISSUED, 1, t, 0, r);
            ck_assert_double_le(x, y);
            ahead += y - x;
        }
        ck_assert_double_eq(x, y); /* by then both are through */
        for (size_t v = 0; v < 2; v++)
            ck_assert_double_eq(place_results_value(one, PLACE_VAR_DEMAND, CELL(few, PLACE_VAR_DEMAND, 8, 0, 0, v), r),
                                place_results_value(two, PLACE_VAR_DEMAND, CELL(few, PLACE_VAR_DEMAND, 8, 0, 0, v), r));
    }
    ck_assert_double_gt(ahead, N);
    place_results_free(one);
    place_results_free(two);
    place_plan_free(few);
    place_plan_free(many);
}
END_TEST

/* ---- reviews ---------------------------------------------------------------------------------------------------- */

START_TEST(annual_reviews_by_hand) {
    /* 175 plans for ever. A year makes 175 due. 145 can be done: 145 in time, 30 overdue; the next year the 30 first, then 115 in time, 60 overdue; then 85 in time, 90
       overdue. In terms, of 122, 90 and 153 days of 365, the year's due sum to 175 as well. Without a limit all are in time. */
    static const double done[] = { 145, 145, 145 }, in_time[] = { 145, 115, 85 }, overdue[] = { 30, 60, 90 };
    place_plan *plan = scenario_plan(
        "<time start='2021-09-01' steps='%d' step='%s' ageing='none'/>%s<provision id='open' kind='open'/>"
        "<stock date='2021-09-01'/><table name='stock'><row setting='open' area='a' ncy='3' need='n' count='175'/></table><pipeline %s/>",
        _i == 1 ? 9 : 3, _i == 1 ? "term" : "year", scenario_single, _i == 2 ? "" : "review-capacity='145'");
    place_results *results = run_plan(plan, 1);
    size_t per_year = _i == 1 ? 3 : 1;
    for (size_t y = 0; y < 3; y++) {
        double due = 0, did = 0, good = 0;
        for (size_t t = y * per_year; t < (y + 1) * per_year; t++) {
            due += at(results, PLACE_VAR_REVIEWS_DUE, 1, t, 0, 0);
            did += at(results, PLACE_VAR_REVIEWS_DONE, 1, t, 0, 0);
            good += at(results, PLACE_VAR_REVIEWS_ON_TIME, 1, t, 0, 0);
        }
        ck_assert_double_eq(due, 175);
        ck_assert_double_eq(did, _i == 2 ? 175 : done[y]);
        if (_i != 1) ck_assert_double_eq(good, _i == 2 ? 175 : in_time[y]);
        ck_assert_double_eq(at(results, PLACE_VAR_REVIEWS_OVERDUE, 1, (y + 1) * per_year - 1, 0, 0),
                            _i == 2 ? 0 : overdue[y]);
    }
    place_results_free(results);
    place_plan_free(plan);
}
END_TEST

/* 175 fall due each year and 45 are done, those overdue first: 130 are left; then of these 85, and 175 fall due again, some of them of the 85: no more than all
   175 can be overdue. */
START_TEST(a_plan_has_one_review_overdue_at_most) {
    static const double in_time[] = { 45, 0, 0 }, overdue[] = { 130, 175, 175 };
    place_plan *plan = scenario_plan(
        "<time start='2021-09-01' steps='3' step='year' ageing='none'/>%s<provision id='open' kind='open'/>"
        "<stock date='2021-09-01'/><table name='stock'><row setting='open' area='a' ncy='3' need='n' count='175'/></table><pipeline review-capacity='45'/>",
        scenario_single);
    place_results *results = run_plan(plan, 1);
    for (size_t y = 0; y < 3; y++) {
        ck_assert_double_eq(at(results, PLACE_VAR_REVIEWS_DUE, 1, y, 0, 0), 175);
        ck_assert_double_eq(at(results, PLACE_VAR_REVIEWS_DONE, 1, y, 0, 0), 45);
        ck_assert_double_eq(at(results, PLACE_VAR_REVIEWS_ON_TIME, 1, y, 0, 0), in_time[y]);
        ck_assert_double_eq(at(results, PLACE_VAR_REVIEWS_OVERDUE, 1, y, 0, 0), overdue[y]);
    }
    place_results_free(results);
    place_plan_free(plan);
}
END_TEST

START_TEST(reviewers_come_and_go) {
    /* 365 plans make 365 due a year. Nobody can do any for 100 days, then 365 a year: in 265 of 365 days 265 are done, 100 are overdue. Then there is no limit:
       all 365 and the 100. */
    place_plan *plan = scenario_plan(
        "<time start='2021-09-01' steps='2' step='year' ageing='none'/>%s<provision id='open' kind='open'/>"
        "<stock date='2021-09-01'/><table name='stock'><row setting='open' area='a' ncy='3' need='n' count='365'/></table>"
        "<pipeline review-capacity='0'><reviews starts='2021-12-10' per-year='365'/><reviews starts='2022-09-01'/></pipeline>",
        scenario_single);
    place_results *results = run_plan(plan, 1);
    static const double done[] = { 265, 465 }, overdue[] = { 100, 0 };
    for (size_t y = 0; y < 2; y++) {
        ck_assert_double_eq(at(results, PLACE_VAR_REVIEWS_DONE, 1, y, 0, 0), done[y]);
        ck_assert_double_eq(at(results, PLACE_VAR_REVIEWS_OVERDUE, 1, y, 0, 0), overdue[y]);
    }
    place_results_free(results);
    place_plan_free(plan);
}
END_TEST

/* ---- what came of it -------------------------------------------------------------------------------------------- */

START_TEST(explain_tells_what_a_team_can_do_before_its_first_capacity_starts) {
    place_plan *plan = scenario_plan("<time start='2021-09-01' steps='6' step='month' ageing='none'/>%s" NOBODY OPEN
                                     "<pipeline><throughput starts='2021-11-01' cases-per-week='4'/><throughput starts='2022-01-01' cases-per-week='6'/></pipeline>",
                                     scenario_single);
    char *words = report_text(plan, NULL);
    ck_assert_msg(strstr(words, "\n  plans a week  1 Sep 2021  no limit\n                1 Nov 2021      4.00  4.00  4.00\n"
                                "                1 Jan 2022      6.00  6.00  6.00\n") != NULL, "%s", words);
    free(words);
    place_plan_free(plan);
}
END_TEST

START_TEST(a_summary_has_the_queue_worked_by_hand) {
    /* The queue of one_queue_by_hand_week_by_week, in months from September: week 4 starts on 29 September, weeks 5 to 8 in October, 9 to 11 in November. In
       2021 all 30 are issued, 6 within 20 weeks; 2022 has two months and nothing. */
    place_plan *plan = scenario_plan(
        "<time start='2021-09-01' steps='6' step='month' ageing='none'/>%s" NOBODY OPEN
        "<pipeline review-capacity='10'><throughput cases-per-week='4'/><backlog count='6' weeks='16'/>"
        "<backlog count='6' weeks='15'/><backlog count='6' weeks='14'/><backlog count='6' weeks='13'/><backlog count='6' weeks='12'/></pipeline>",
        scenario_single);
    place_results *results = run_plan(plan, 2);
    place_summary_source source = { .n_replications = 2, .read = read_results, .self = results };
    place_summary *summary = NULL;
    place_error err = { 0 };
    ck_assert_int_eq(place_summary_create(&summary, plan, &source, PLACE_NONE, PLACE_NONE, PLACE_READING_SEPTEMBER, &err), PLACE_OK);
    ck_assert_uint_eq(summary->n_pipeline, 2);
    const place_summary_pipeline *first = &summary->pipeline[0], *second = &summary->pipeline[1];
    ck_assert_int_eq(first->year, 2021);
    ck_assert_int_eq(second->year, 2022);
    ck_assert_double_eq(first->issued.mean, 30);
    ck_assert_double_eq(first->in_time.mean, 0.2);
    ck_assert_double_eq(first->queue.mean, 0);
    ck_assert_double_eq(second->issued.mean, 0);
    ck_assert_int_eq((int)second->in_time.n, 0); /* a share of none */
    ck_assert_double_gt(second->reviews_due.mean, 0);
    char *words = report_text(plan, summary);
    ck_assert_msg(strstr(words, "\n  2021         0        0        0      30        20          0 ") != NULL, "%s", words);
    ck_assert_msg(strstr(words, "\n  2022         0        0        0       0                    0 ") != NULL, "%s", words); /* and not 0 % */
    free(words);
    place_summary_free(summary);
    place_results_free(results);
    place_plan_free(plan);
}
END_TEST

/* ---- what a scenario may not say -------------------------------------------------------------------------------- */

#define NEW_PLANS "  <table name=\"new-plans\"><row value=\"counts(36, 9000)\" ncy=\"0..10\"/></table>\n"
#define REQUESTS "  <table name=\"requests\"><row value=\"0.004\" ncy=\"0..10\"/></table>\n"

static const struct {
    const char *put, *at, *says;
} faults[] = {
    { REQUESTS, "<table name=\"requests\"", "there is none" },
    { NEW_PLANS "  <pipeline/>\n", "<table name=\"new-plans\"", "give table 'requests' alone" },
    { REQUESTS "  <pipeline/>\n  <pipeline agree=\"0.5\"/>\n", "<pipeline agree", "at most one" },
    { REQUESTS "  <pipeline agree=\"1.5\"/>\n", "<pipeline agree", "agree" },
    { REQUESTS "  <pipeline delay=\"normal(4, 1)\"/>\n", "<pipeline delay", "delay" },
    { REQUESTS "  <pipeline delay=\"9000\"/>\n", "<pipeline delay", "at most 520" },
    { REQUESTS "  <pipeline decision-weeks=\"17\"/>\n", "<pipeline decision",
      "found decision-weeks 17, notice-weeks 16" },
    { REQUESTS "  <pipeline due-weeks=\"0\"/>\n", "<pipeline due", "1 to 520" },
    { REQUESTS "  <pipeline review-capacity=\"-3\"/>\n", "<pipeline review", "reviews a year" },
    { REQUESTS "  <pipeline><throughput cases-per-week=\"-1\"/></pipeline>\n", "<pipeline>", "cases a week" },
    { REQUESTS "  <pipeline><throughput cases-per-week=\"3\"/>\n<throughput cases-per-week=\"4\"/></pipeline>\n",
      "<throughput cases-per-week=\"4", "same day" },
    { REQUESTS "  <pipeline><throughput starts=\"2090-01-01\" cases-per-week=\"3\"/></pipeline>\n", "<pipeline>",
      "none starts before" },
    { REQUESTS "  <pipeline><backlog count=\"3\" area=\"east\"/></pipeline>\n", "<pipeline>", "no area 'east'" },
    { REQUESTS "  <pipeline><backlog count=\"2.5\"/></pipeline>\n", "<pipeline>", "count" },
    { REQUESTS "  <pipeline><backlog count=\"3\" weeks=\"0..4\"/></pipeline>\n", "<pipeline>", "from 1 to 520" },
    { REQUESTS "  <pipeline><backlog count=\"3\"/>\n<backlog count=\"4\"/></pipeline>\n", "<backlog count=\"4",
      "same area" },
};

START_TEST(what_a_pipeline_may_not_say_is_said_with_its_line) {
    static place_errors errors;
    char *xml = scenario_changed(scenario_base, NEW_PLANS, faults[_i].put);
    place_plan *plan = scenario_load(xml, &errors);
    bool found = false;
    long line = scenario_line_of(xml, faults[_i].at);
    for (size_t e = 0; e < errors.n_errors && e < PLACE_N_ERRORS; e++)
        found |= errors.errors[e].line == line && strstr(errors.errors[e].message, faults[_i].says) != NULL;
    ck_assert_msg(plan == NULL && found, "expected \"%s\" at line %ld; first of %zu: line %ld: %s", faults[_i].says,
                  line, errors.n_errors, errors.errors[0].line, errors.errors[0].message);
    place_plan_free(plan);
    free(xml);
}
END_TEST

#define BACKLOG "<pipeline><backlog count='2' ncy='3' weeks='4'/></pipeline>"

START_TEST(a_case_needs_a_target_for_every_year_that_it_may_reach) {
    /* Four years of terms cross three Septembers: asked in ncy 0, a plan may begin in 0 to 3, and 6 would start in September at 7. */
    static place_errors errors;
    static const struct {
        const char *targets;
        int oldest;
        const char *pipeline, *says;
    } rows[] = { { "0..3", 0, "<pipeline/>", NULL },
                 { "0..2", 0, "<pipeline/>", "may become a plan in ncy 3" },
                 { "0..6", 3, "<pipeline/>", "may become a plan in ncy 7" },
                 { "0..7", 3, "<pipeline/>", NULL },
                 { "0..6", 0, BACKLOG, "backlog of pipeline: a case in area 'a', need 'n', ncy 3 may become a plan in ncy 7, for which table 'joiner-target' has no row" },
                 { "0..7", 0, BACKLOG, NULL } };
    text xml = { 0 };
    text_add(
        &xml,
        "<scenario version='1' id='t' seed='1'><time start='2021-09-01' steps='12' step='term'/>%s<provision id='open' kind='open'/><provision id='other' kind='open'/><stock date='2021-09-01'/>"
        "<table name='population'><row value='10'/></table>\n<table name='joiner-target' quality='observed'><row ncy='%s' to='open' value='1'/></table>"
        "<table name='requests'><row ncy='0..%d' value='0.1'/></table>%s</scenario>",
        scenario_single, rows[_i].targets, rows[_i].oldest, rows[_i].pipeline);
    place_plan *plan = scenario_load(xml.at, &errors);
    if (rows[_i].says == NULL) ck_assert_ptr_nonnull(plan);
    else
        ck_assert_msg(plan == NULL && strstr(errors.errors[0].message, rows[_i].says) != NULL, "%s",
                      errors.errors[0].message);
    place_plan_free(plan);
    text_free(&xml);
}
END_TEST

START_TEST(uncertain_numbers_of_a_pipeline_are_inputs) {
    /* `all_inputs_are_used` is the plan suite's; here: their names, and that each run draws them. */
    static const char *const ids[] = { "backlog area=a need=m,n ncy=0..9 weeks=2..30 / count", "pipeline / agree",
                                       "throughput 2022-11-01 / cases-per-week" };
    place_plan *plan = everything("<time start='2021-09-01' steps='9' step='term'/>", "", RICH);
    ck_assert_uint_eq(plan->n_inputs, 3);
    for (size_t i = 0; i < 3; i++) ck_assert_str_eq(plan->inputs[i].id, ids[i]);
    ck_assert_int_eq(plan->pipeline.agree.input, 1);
    ck_assert_int_eq(plan->pipeline.throughputs[2].amount.input, 2);
    ck_assert_int_eq(plan->pipeline.backlogs[0].count.input, 0);
    ck_assert_int_eq(plan->pipeline.most_backlog_weeks, 30);
    place_plan_free(plan);
}
END_TEST

START_TEST(too_many_open_cases_stop_the_run_with_a_sentence) {
    /* The growth error's mean is 1 and its draws up to 50: far above four times what is expected. */
    place_plan *plan = scenario_plan(
        ONE_YEAR
        "%s" NOBODY OPEN
        "<table name='population'><row value='20000'/></table><table name='requests'><row ncy='1' value='0.5'/></table>"
        "<growth-error value='discrete(0.02: 0.98, 50: 0.02)'/><pipeline><throughput cases-per-week='0'/></pipeline>",
        scenario_single);
    place_results *results = NULL;
    place_error err = { 0 };
    ck_assert_int_eq(place_results_run(&results, plan, &(place_run_options){ .n_replications = 600 }, &err),
                     PLACE_BAD_INPUT);
    ck_assert_msg(strstr(err.message, "cases are open at once") != NULL, "%s", err.message);
    place_plan_free(plan);
}
END_TEST

Suite *pipeline_suite(void) {
    Suite *suite = suite_create("pipeline");
    TCase *outcomes = tcase_create("outcomes"), *queue = tcase_create("queue"), *laws = tcase_create("laws"),
          *scenario = tcase_create("scenario");
    tcase_add_test(outcomes, a_scenario_without_a_pipeline_keeps_none_of_its_variables);
    tcase_add_test(outcomes, outcomes_are_a_thinned_poisson_number);
    tcase_add_test(outcomes, the_clock_lets_out_those_who_asked_twenty_weeks_before_the_end);
    tcase_add_loop_test(outcomes, a_delay_decides_who_is_within_twenty_weeks, 0, 5);
    tcase_add_test(outcomes, requests_follow_the_trend_of_new_plans);
    tcase_add_loop_test(queue, one_queue_by_hand_week_by_week, 0, 2);
    tcase_add_test(queue, v21_ten_in_line_three_a_week_first_come_first_served);
    tcase_add_loop_test(queue, a_queue_is_what_was_there_and_came_less_what_the_team_can_do, 0, 3);
    tcase_add_test(queue, v20_a_queue_with_one_a_week_has_the_length_of_m_d_1);
    tcase_add_test(queue, equals_are_served_by_lot_and_draw_for_themselves);
    tcase_add_test(queue, staff_come_and_go);
    tcase_add_loop_test(queue, a_backlog_is_where_its_weeks_say, 0, 9);
    tcase_add_test(queue, a_backlog_without_weeks_is_spread_over_twenty);
    tcase_add_loop_test(queue, a_child_grows_older_while_the_case_is_open, 0, 5);
    tcase_add_loop_test(queue, annual_reviews_by_hand, 0, 3);
    tcase_add_test(queue, a_plan_has_one_review_overdue_at_most);
    tcase_add_test(queue, reviewers_come_and_go);
    tcase_add_test(laws, explain_tells_what_a_team_can_do_before_its_first_capacity_starts);
    tcase_add_test(laws, a_summary_has_the_queue_worked_by_hand);
    tcase_add_loop_test(laws, cases_are_conserved, 0, 4);
    tcase_add_test(laws, threads_give_the_same_cases);
    tcase_add_test(laws, another_area_or_need_deals_nobody_else_anew);
    tcase_add_test(laws, a_larger_team_issues_the_same_plans_sooner);
    tcase_add_loop_test(scenario, what_a_pipeline_may_not_say_is_said_with_its_line, 0,
                        (int)(sizeof faults / sizeof faults[0]));
    tcase_add_loop_test(scenario, a_case_needs_a_target_for_every_year_that_it_may_reach, 0, 6);
    tcase_add_test(scenario, uncertain_numbers_of_a_pipeline_are_inputs);
    tcase_add_test(scenario, too_many_open_cases_stop_the_run_with_a_sentence);
    suite_add_tcase(suite, outcomes);
    suite_add_tcase(suite, queue);
    suite_add_tcase(suite, laws);
    suite_add_tcase(suite, scenario);
    return suite;
}
