/* SPDX-License-Identifier: MIT */
/*
 * Changes: what each op makes of a number, from when until when, in which order, on which cells; and what is refused. Where a law is known it
 * is held; where chance can be kept out, the pupils are counted.
 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "laws.h"
#include "place/date.h"
#include "place/report.h"
#include "scenario_base.h"
#include "scenarios.h"
#include "suites.h"

enum { R = 20000 };

#define YEAR "<time start='2021-09-01' steps='1' step='year' ageing='none'/>"
#define MONTHS "<time start='2021-09-01' steps='12' step='month' ageing='none'/>"
#define OPEN "<stock date='2021-09-01'/><provision id='open' kind='open'/><provision id='other' kind='open'/>"

static size_t last_cell(const place_plan *plan, place_variable_id variable, const char *provision) {
    return CELL(plan, variable, plan->calendar.n_steps - 1, 0, 0, index_of(&plan->provisions, provision));
}

/* ---- on a mean: 1,000 pupils of Year 1, 0.1 plans a pupil, so 100 in the year ---- */

static double *new_plans(const char *changes) {
    place_plan *plan = scenario_plan(YEAR "%s" OPEN "<table name='population'><row value='1000'/></table>"
                                          "<table name='new-plans'><row ncy='1' value='0.1'/></table>"
                                          "<table name='joiner-target'><row to='open' value='1'/></table>%s",
                                     scenario_single, changes);
    column c = { PLACE_VAR_JOINED, last_cell(plan, PLACE_VAR_JOINED, "open") };
    double *x = run_columns(plan, R, &c, 1);
    place_plan_free(plan);
    return x;
}

static const struct {
    const char *changes;
    double mean;
} means[] = {
    { "<change id='c' table='new-plans' op='scale' value='0.6'/>", 60 },
    { "<change id='c' table='new-plans' op='scale' value='3'/>", 300 },
    { "<change id='c' table='new-plans' op='add' value='0.02'/>", 120 },
    { "<change id='c' table='new-plans' op='set' value='0.05'/>", 50 },
    { "<change id='c' table='population' op='add' value='-400'/>", 60 },
    /* order is by start, then id: (0.1 x 2) + 0.05, and (0.1 + 0.05) x 2 */
    { "<change id='c2' table='new-plans' op='add' value='0.05'/><change id='c1' table='new-plans' op='scale' value='2'/>", 250 },
    { "<change id='c1' table='new-plans' op='add' value='0.05'/><change id='c2' table='new-plans' op='scale' value='2'/>", 300 },
    { "<change id='c2' table='new-plans' op='add' value='0.05' starts='2021-01-01'/>"
      "<change id='c1' table='new-plans' op='scale' value='2' starts='2021-02-01'/>", 300 },
    /* 152 of 365 days of September to January, at three times as many */
    { "<change id='c' table='new-plans' op='scale' value='3' ends='2022-01-31'/>", 100 * (1 + 2 * 152.0 / 365) },
    { "<change id='c' table='new-plans' op='scale' value='3' starts='2022-01-31'/>", 100 * (1 + 2 * 213.0 / 365) },
    /* a ramp over the year's 365 days of 365.25 begins at 0: the mean strength is 365 / (2 x 365.25) */
    { "<change id='c' table='new-plans' op='scale' value='3' ramp-months='12'/>", 100 * (1 + 2 * 365 / 730.5) },
    /* half way up when the year begins, at the top six months (182.625 days) later: (182.625 x 0.75 + 182.375) / 365 */
    { "<change id='c' table='new-plans' op='scale' value='3' starts='2021-03-02' ramp-months='12'/>",
      100 * (1 + 2 * ((183 + 365.25) / 730.5 * 182.25 + 182.75) / 365) },
    /* two that overlap multiply where both hold */
    { "<change id='c' table='new-plans' op='scale' value='0.5'/><change id='d' table='new-plans' op='scale' value='0.5' ncy='1'/>", 25 },
    { "<change id='c' table='new-plans' op='scale' value='0.5'/><change id='d' table='population' op='scale' value='0.5'/>", 25 },
};

START_TEST(new_plans_stay_poisson_with_the_mean_that_changes_give) {
    double *x = new_plans(means[_i].changes), mean = means[_i].mean, planted = mean * 1.05;
    ck_assert(mean_agrees(x, R, mean, mean));
    ck_assert(!mean_agrees(x, R, planted, mean));
    ck_assert_double_le(law_gap(x, R, poisson_cdf, &mean, 1, 1), law_bound(R));
    free(x);
}
END_TEST

/* A home yields half a pupil of ncy 1. Area a has 200 built in the first year and 100 in the second, b none and 40: 1,100 and 1,150 pupils, 1,000
 * and 1,020, of whom a tenth join. For the limit on pupils as many are taken to be built in a year as in each before it: 1,100 and 1,100 pupils,
 * 1,000 and 1,040, so 424 joiners, and it is four times that and 1,000. */
START_TEST(homes_built_so_far_add_pupils_who_may_join) {
    place_plan *plan = scenario_plan("<time start='2021-09-01' steps='2' step='year'/><phase id='all' from-ncy='-4' to-ncy='20'/><area id='a'/><area id='b'/><need id='n'/>" OPEN
                                     "<table name='population'><row value='1000'/></table><table name='new-plans'><row ncy='1' value='0.1'/></table>"
                                     "<table name='joiner-target'><row to='open' value='1'/></table>"
                                     "<table name='dwellings'><row area='a' year='2021' value='200'/><row area='a' year='2022' value='100'/>"
                                     "<row area='b' year='2022' value='40'/></table><table name='pupil-yield'><row ncy='1' value='0.5'/></table>");
    static const double mean[2][2] = { { 110, 100 }, { 115, 102 } };
    column c[4];
    for (size_t k = 0; k < 4; k++)
        c[k] = (column){ PLACE_VAR_JOINED, CELL(plan, PLACE_VAR_JOINED, k / 2, k % 2, 0, index_of(&plan->provisions, "open")) };
    ck_assert_int_le(llabs(place_layout_of(plan, 0).pupil_limit - 2696), 1);
    double *x = run_columns(plan, R, c, 4);
    for (size_t k = 0; k < 4; k++) ck_assert(mean_agrees(x + k * R, R, mean[k / 2][k % 2], mean[k / 2][k % 2]));
    ck_assert(!mean_agrees(x + 2 * R, R, 105, 115)); /* the second year's homes alone */
    free(x);
    place_plan_free(plan);
}
END_TEST

/* each adds 0.0001 to the 0.1 of the others before it */
START_TEST(three_hundred_changes_of_one_number_all_act) {
    text changes = { 0 };
    for (int k = 0; k < 300; k++) text_add(&changes, "<change id='c%d' table='new-plans' op='add' value='0.0001'/>", k);
    double *x = new_plans(changes.at);
    ck_assert(mean_agrees(x, R, 130, 130));
    ck_assert(!mean_agrees(x, R, 125.6, 130)); /* 256 of them */
    free(x);
    text_free(&changes);
}
END_TEST

/* 0.5 and 0.5, one of them three times: 0.75 and 0.25; a residual: 0.5 x 1.4 and 0.3. Both without any share: alike, if they are drawn so,
 * and as they were, if a change makes them so; both are counted. */
static const struct {
    const char *rows, *change;
    double share;
    bool held;
} divided[] = {
    { "<row to='open' value='0.5'/><row to='other' value='0.5'/>", "to='open' op='scale' value='3'", 0.75, false },
    { "<row to='open' value='0.5'/><row to='other' residual='yes'/>", "to='open' op='scale' value='1.4'", 0.7, false },
    { "<row to='open' value='discrete(0: 1)'/><row to='other' value='discrete(0: 1)'/>", "to='open' op='scale' value='3'", 0.75, true },
    { "<row to='open' value='0.3'/><row to='other' value='0.7'/>", "op='scale' value='0'", 0.3, true },
};

START_TEST(shares_are_divided_by_their_sum_after_all) {
    place_plan *plan = scenario_plan(YEAR "%s" OPEN "<table name='population'><row value='1000'/></table>"
                                          "<table name='new-plans'><row ncy='1' value='0.1'/></table><table name='joiner-target'>%s</table>"
                                          "<change id='c' table='joiner-target' %s/>",
                                     scenario_single, divided[_i].rows, divided[_i].change);
    column c[] = { { PLACE_VAR_JOINED, last_cell(plan, PLACE_VAR_JOINED, "open") },
                   { PLACE_VAR_JOINED, last_cell(plan, PLACE_VAR_JOINED, "other") },
                   { PLACE_VAR_PROBABILITIES_HELD, 0 } };
    double *x = run_columns(plan, R, c, 3), share = divided[_i].share;
    place_plan_free(plan);
    ck_assert(mean_agrees(x, R, 100 * share, 100 * share));
    ck_assert(mean_agrees(x + R, R, 100 * (1 - share), 100 * (1 - share)));
    ck_assert(!mean_agrees(x, R, 50, 100 * share));
    for (size_t i = 0; i < R; i++) ck_assert_int_eq(x[2 * R + i] > 0, divided[_i].held);
    free(x);
}
END_TEST

START_TEST(a_change_acts_on_one_move_after_the_years_factor) { /* 0.1 and 0.2 of 1,000; the second doubled: 0.1 and 0.4 */
    place_plan *plan = scenario_plan(YEAR "%s" OPEN "<provision id='third' kind='open'/>"
                                          "<table name='stock'><row area='a' ncy='3' need='n' setting='open' count='1000'/></table>"
                                          "<table name='move'><row from='open' to='other' value='0.1'/><row from='open' to='third' value='0.2'/></table>"
                                          "<change id='c' table='move' from='open' to='third' op='scale' value='2'/>",
                                     scenario_single);
    column c[] = { { PLACE_VAR_STOCK, last_cell(plan, PLACE_VAR_STOCK, "open") }, { PLACE_VAR_STOCK, last_cell(plan, PLACE_VAR_STOCK, "other") },
                   { PLACE_VAR_STOCK, last_cell(plan, PLACE_VAR_STOCK, "third") } };
    double *x = run_columns(plan, R, c, 3);
    place_plan_free(plan);
    ck_assert(mean_agrees(x, R, 500, 250));
    ck_assert(mean_agrees(x + R, R, 100, 90));
    ck_assert(mean_agrees(x + 2 * R, R, 400, 240));
    free(x);
}
END_TEST

/* ---- on pupils that can be counted ---- */

static double *ceased(const char *when, const char *rest) { /* [12 months] of 100 pupils, in one replication */
    place_plan *plan = scenario_plan("%s%s" OPEN "<table name='stock'><row area='a' ncy='3' need='n' setting='open' count='100'/></table>"
                                     "<table name='cease'><row value='%s' when='through-year'/></table>%s",
                                     MONTHS, scenario_single, when, rest);
    column c[12];
    for (size_t s = 0; s < 12; s++) c[s] = (column){ PLACE_VAR_STOCK, CELL(plan, PLACE_VAR_STOCK, s, 0, 0, index_of(&plan->provisions, "open")) };
    double *x = run_columns(plan, 1, c, 12);
    place_plan_free(plan);
    return x;
}

START_TEST(a_change_holds_from_its_first_day_until_the_day_it_ends) {
    double *x = ceased("0", "<change id='c' table='cease' op='set' value='1' starts='2022-01-01' ends='2022-02-01'/>");
    for (size_t s = 0; s < 12; s++) ck_assert_double_eq(x[s], s < 4 ? 100 : 0); /* the fifth month is January */
    free(x);
    x = ceased("1", "<change id='c' table='cease' op='set' value='0' ends='2022-03-01'/>");
    for (size_t s = 0; s < 12; s++) ck_assert_double_eq(x[s], s < 6 ? 100 : 0);
    free(x);
}
END_TEST

START_TEST(what_passes_its_bounds_is_held_and_counted) {
    place_plan *plan = scenario_plan(YEAR "%s" OPEN "<table name='stock'><row area='a' ncy='3' need='n' setting='open' count='100'/></table>"
                                          "<table name='cease'><row value='0.6' when='through-year'/></table>"
                                          "<change id='c' table='cease' op='scale' value='2'/>",
                                     scenario_single);
    column c[] = { { PLACE_VAR_STOCK, last_cell(plan, PLACE_VAR_STOCK, "open") }, { PLACE_VAR_PROBABILITIES_HELD, 0 } };
    double *x = run_columns(plan, 1, c, 2);
    place_plan_free(plan);
    ck_assert_double_eq(x[0], 0); /* 1.2 is 1 */
    ck_assert_double_ge(x[1], 1);
    free(x);
    x = new_plans("<change id='c' table='new-plans' op='add' value='-0.2'/>"); /* -0.1 is 0 */
    for (size_t i = 0; i < R; i++)
        if (x[i] != 0) ck_abort_msg("a rate held at 0 gave %g plans", x[i]);
    free(x);
}
END_TEST

START_TEST(a_change_acts_in_the_cells_that_it_matches_and_no_other) { /* a table that tells ncys apart, a change that tells areas apart */
    place_plan *plan = scenario_plan(
        YEAR "<phase id='all' from-ncy='-4' to-ncy='20'/><area id='a'/><area id='b'/><need id='n'/>" OPEN
             "<table name='stock'><row area='a' ncy='3' need='n' setting='open' count='10'/><row area='b' ncy='3' need='n' setting='open' count='10'/>"
             "<row area='a' ncy='4' need='n' setting='open' count='10'/></table>"
             "<table name='cease'><row value='0' when='through-year'/><row ncy='4' value='0' when='through-year'/></table>"
             "<change id='c' table='cease' area='a' ncy='3' op='add' value='1'/><change id='d' table='cease' area='b' op='scale' value='0'/>");
    for (size_t i = 0; i < plan->n_changes; i++) { /* both rows lie in what each matches, but for the ncy of the first */
        ck_assert_uint_eq(plan->changes[i].n_rows, strcmp(plan->changes[i].id, "change c") == 0 ? 1 : 2);
        ck_assert_uint_eq(plan->changes[i].n_cells, strcmp(plan->changes[i].id, "change c") == 0 ? 2 : 50);
    }
    column c[] = { { PLACE_VAR_STOCK, CELL(plan, PLACE_VAR_STOCK, 0, 0, 0, 0) }, { PLACE_VAR_STOCK, CELL(plan, PLACE_VAR_STOCK, 0, 1, 0, 0) } };
    double *x = run_columns(plan, 1, c, 2);
    place_plan_free(plan);
    ck_assert_double_eq(x[0], 10);
    ck_assert_double_eq(x[1], 10);
    free(x);
}
END_TEST

/* ---- interventions, on the same 100 plans ---- */

#define ON "<change table='new-plans' op="
#define CASES "<change table='new-plans'/>"

static const struct {
    const char *interventions;
    double mean;
} strengths[] = {
    /* two that take half: of an overlap group three quarters, whatever the op; else what scale and add compose to */
    { "<intervention id='x' group='g'>" ON "'scale' value='0.5'/></intervention><intervention id='y' group='g'>" ON "'scale' value='0.5'/></intervention>", 25 },
    { "<intervention id='x' group='g'>" ON "'add' value='-0.05'/></intervention><intervention id='y' group='g'>" ON "'add' value='-0.05'/></intervention>", 25 },
    { "<intervention id='x' group='g'>" ON "'set' value='0.05'/></intervention><intervention id='y' group='g'>" ON "'add' value='-0.05'/></intervention>", 25 },
    { "<intervention id='x'>" ON "'add' value='-0.04'/></intervention><intervention id='y'>" ON "'add' value='-0.04'/></intervention>", 20 },
    { "<intervention id='x' group='g'>" ON "'add' value='-0.04'/></intervention><intervention id='y' group='g'>" ON "'add' value='-0.04'/></intervention>", 36 },
    /* a stranger between the two, by its start and id, acts after both: (0.1 x 0.5 x 0.5) + 0.01 */
    { "<intervention id='x' group='g'>" ON "'scale' value='0.5'/></intervention><intervention id='z' group='g'>" ON "'scale' value='0.5'/></intervention>"
      "<intervention id='y'>" ON "'add' value='0.01'/></intervention>", 35 },
    /* effect x engagement x 15 of 60 schools x 3 of 5 days: 0.8 x 0.5 x 0.25 x 0.6 = 0.06 of all */
    { "<intervention id='x' effect='0.8' engagement='0.5' reach='15' reach-of='60' dose='3' dose-full='5'>" ON "'scale' value='0'/></intervention>", 94 },
    { "<intervention id='x' ends='2022-01-31'>" ON "'scale' value='0'/></intervention>", 100 * 213.0 / 365 },
    /* measured with 2 of 5 days, F 0.8: at 5 days 0.5 / 0.8; as it was; ended, 1 / 0.8; from 31 January on 5 days */
    { "<intervention id='x' measured-with='yes' dose-measured='2' dose='5' dose-full='5'>" ON "'scale' value='0.5'/></intervention>", 62.5 },
    { "<intervention id='x' measured-with='yes' dose='2' dose-full='5'>" ON "'scale' value='0.5'/></intervention>", 100 },
    { "<intervention id='x' measured-with='yes' dose='2' dose-full='5' starts='2020-01-01' ends='2021-09-01'>" ON "'scale' value='0.5'/></intervention>", 125 },
    { "<intervention id='x' measured-with='yes' dose-measured='2' dose='5' dose-full='5' starts='2022-01-31'>" ON "'scale' value='0.5'/></intervention>",
      100 * (1 - 0.5 * (0.4 * 152 / 365 + 213.0 / 365)) / 0.8 },
    { "<intervention id='x' measured-with='yes' dose='2' dose-full='5' starts='2020-01-01' ends='2021-09-01'>" ON "'add' value='-0.05'/></intervention>", 120 },
    /* 10 cases a month, 12 x 365 / 365.25 months of them, of which 0.5 would ask and 0.4 then do not */
    { "<intervention id='x' capacity='10' would-request='0.5' case-success='0.4'>" CASES "</intervention>", 100 - 24 * 365 / 365.25 },
    { "<intervention id='x' capacity='10' referrals='6' would-request='0.5' case-success='0.4'>" CASES "</intervention>", 100 - 14.4 * 365 / 365.25 },
    { "<intervention id='x' capacity='10' referrals='6' reach='0.5' would-request='0.5' case-success='0.4'>" CASES "</intervention>", 100 - 7.2 * 365 / 365.25 },
    { "<intervention id='x' capacity='10' dose='2' dose-full='5' would-request='0.5' case-success='0.4'>" CASES "</intervention>", 100 - 9.6 * 365 / 365.25 },
    { "<intervention id='x' capacity='10' effect='9' would-request='0.5' case-success='0.4'>" CASES "</intervention>", 100 - 24 * 365 / 365.25 },
    { "<intervention id='x' capacity='10' measured-with='yes' would-request='0.5' case-success='0.4'>" CASES "</intervention>", 100 },
    { "<intervention id='x' capacity='10' measured-with='yes' would-request='0.5' case-success='0.4' starts='2020-01-01' ends='2021-09-01'>" CASES
      "</intervention>", 100 + 24 * 365 / 365.25 },
    /* two that would each avert 50 (1 a case): together all, of one group three quarters */
    { "<intervention id='x' group='g' capacity='4.16952054795' would-request='1'>" CASES "</intervention>"
      "<intervention id='y' group='g' capacity='4.16952054795' would-request='1'>" CASES "</intervention>", 25 },
    { "<intervention id='x' capacity='2' would-request='1'>" CASES "</intervention><intervention id='y' capacity='3' would-request='1'>" CASES
      "</intervention>", 100 - 60 * 365 / 365.25 },
    /* cases are of what changes leave */
    { "<intervention id='x' capacity='2' would-request='1'>" CASES ON "'scale' value='0.8'/></intervention>", 80 - 24 * 365 / 365.25 },
};

START_TEST(interventions_leave_a_poisson_number_of_plans) {
    double *x = new_plans(strengths[_i].interventions), mean = strengths[_i].mean, planted = mean * 1.05;
    ck_assert(mean_agrees(x, R, mean, mean));
    ck_assert(!mean_agrees(x, R, planted, mean));
    ck_assert_double_le(law_gap(x, R, poisson_cdf, &mean, 1, 1), law_bound(R));
    free(x);
}
END_TEST

START_TEST(nothing_is_left_below_nothing) {
    static const char *const all[] = {
        "<intervention id='x' group='g' effect='5'>" ON "'scale' value='0.5'/></intervention><intervention id='y' group='g'>" ON "'scale' value='0.5'/></intervention>",
        "<intervention id='x' group='g'>" ON "'add' value='-0.3'/></intervention><intervention id='y' group='g'>" ON "'add' value='-0.3'/></intervention>",
        "<intervention id='x' capacity='1000' would-request='1'>" CASES "</intervention>",
        "<intervention id='x' capacity='9' would-request='1'>" CASES "</intervention><intervention id='y' capacity='1' would-request='1'>" CASES "</intervention>",
    };
    double *x = new_plans(all[_i]);
    for (size_t i = 0; i < R; i++)
        if (x[i] != 0) ck_abort_msg("%g plans of replication %zu are left", x[i], i);
    free(x);
}
END_TEST

static place_plan *years_plan(int n_years, const char *rest) { /* phase `first` ends with Year 1, in which all plans begin */
    return scenario_plan("<time start='2021-09-01' steps='%d' step='year'/><phase id='first' from-ncy='-4' to-ncy='1'/>"
                         "<phase id='second' from-ncy='2' to-ncy='20'/><area id='a'/><need id='n'/>" OPEN "<table name='population'><row value='1000'/></table>"
                         "<table name='new-plans'><row ncy='1' value='0.1'/></table><table name='joiner-target'><row to='open' value='1'/></table>%s",
                         n_years, rest);
}

START_TEST(a_success_is_all_or_nothing_and_recorded) { /* half the replications have 100 plans, half have 50 */
    place_plan *plan = years_plan(1, "<intervention id='x' success='0.5'>" ON "'scale' value='0.5'/></intervention>");
    column c[] = { { PLACE_VAR_JOINED, CELL(plan, PLACE_VAR_JOINED, 0, 0, 0, 0) }, { PLACE_VAR_INTERVENTION_HAPPENED, 0 } };
    double *x = run_columns(plan, R, c, 2), happened = mean_of(x + R, R), with = 0;
    place_plan_free(plan);
    ck_assert(mean_agrees(x + R, R, 0.5, 0.25));
    for (size_t i = 0; i < R; i++) with += x[R + i] * x[i];
    double mean = with / (happened * R), bound = Z * sqrt(50 / (happened * R));
    ck_assert_double_le(fabs(mean - 50), bound);
    mean = (mean_of(x, R) * R - with) / ((1 - happened) * R);
    ck_assert_double_le(fabs(mean - 100), Z * sqrt(100 / ((1 - happened) * R)));
    free(x);
}
END_TEST

START_TEST(deferred_cases_come_back_a_year_older) { /* all 100 of each year averted; all of them come back, those of 2021/22 in Year 2 of 2022/23 */
    place_plan *plan = years_plan(3, "<intervention id='x' capacity='1000' would-request='1' deferred='1' delay-months='12'>" CASES "</intervention>");
    column c[9];
    for (size_t s = 0; s < 3; s++) {
        c[3 * s] = (column){ PLACE_VAR_JOINED, CELL(plan, PLACE_VAR_JOINED, s, 0, 0, 0) };
        c[3 * s + 1] = (column){ PLACE_VAR_JOINED, CELL(plan, PLACE_VAR_JOINED, s, 0, 1, 0) };
        c[3 * s + 2] = (column){ PLACE_VAR_PLANS_DEFERRED, s };
    }
    double *x = run_columns(plan, R, c, 9);
    place_plan_free(plan);
    for (size_t s = 0; s < 3; s++) {
        ck_assert_double_eq(mean_of(x + 3 * s * R, R), 0);
        ck_assert(mean_agrees(x + (3 * s + 1) * R, R, s == 0 ? 0 : 100, s == 0 ? 0 : 100));
        ck_assert_double_eq_tol(x[(3 * s + 2) * R], s == 0 ? 0 : 100, 1e-9);
    }
    free(x);
}
END_TEST

START_TEST(a_caseload_averts_at_most_its_cases_and_books_them) { /* 1,000 rows' worth of numbers, drawn, in months; a share deferred for five */
    place_plan *plan = scenario_plan(
        MONTHS "%s" OPEN "<table name='population'><row value='1000'/></table><table name='new-plans'><row value='counts(40, 10000)'/></table>"
               "<table name='joiner-target'><row to='open' value='1'/></table>"
               "<intervention id='x' capacity='uniform(2, 60)' referrals='uniform(0, 90)' would-request='uniform(0.2, 1)' case-success='uniform(0.2, 1)' "
               "deferred='0.4' delay-months='5' ramp-months='3' ends='2022-06-15'>" CASES "</intervention>",
        scenario_single);
    size_t n_inputs = plan->n_inputs, would = 0, success = 0;
    for (size_t i = 0; i < n_inputs; i++) {
        if (strcmp(plan->inputs[i].id, "intervention x / would-request") == 0) would = i;
        if (strcmp(plan->inputs[i].id, "intervention x / case-success") == 0) success = i;
    }
    place_results *results = run_all(plan, 300, 2);
    for (int64_t i = 0; i < 300; i++) {
        double share = place_results_value(results, PLACE_VAR_INPUT_VALUE, would, i) * place_results_value(results, PLACE_VAR_INPUT_VALUE, success, i), all = 0, back = 0;
        for (size_t s = 0; s < 12; s++) {
            double cases = place_results_value(results, PLACE_VAR_CASES_HANDLED, s, i), averted = place_results_value(results, PLACE_VAR_PLANS_AVERTED, s, i);
            if (!(averted >= 0 && averted <= cases * share * (1 + 1e-12))) ck_abort_msg("%g cases averted %g plans", cases, averted);
            if (s >= 10) ck_assert_double_eq(cases, 0); /* it has ended */
            if (s < 7) all += averted; /* those of March come back in August, the last month */
            back += place_results_value(results, PLACE_VAR_PLANS_DEFERRED, s, i);
        }
        ck_assert_double_eq_tol(back, 0.4 * all, 1e-9 * (1 + all));
    }
    place_results_free(results);
    place_plan_free(plan);
}
END_TEST

START_TEST(a_service_never_brings_a_plan_that_would_not_have_been) { /* the same pupils but for those averted, row by row */
    static const char rates[] = "<table name='population'><row value='1000'/></table><table name='new-plans'><row value='0.003'/></table>"
                                "<table name='joiner-target'><row to='open' value='1'/></table>";
    place_plan *without = scenario_plan(MONTHS "%s" OPEN "%s", scenario_single, rates),
               *with = scenario_plan(MONTHS "%s" OPEN "%s<intervention id='x' success='0.7' capacity='3' would-request='0.9'>" CASES "</intervention>",
                                     scenario_single, rates),
               *failed = scenario_plan(MONTHS "%s" OPEN "%s<intervention id='x' success='0' capacity='3' would-request='0.9'>" CASES "</intervention>",
                                       scenario_single, rates);
    place_results *a = run_all(without, 200, 2), *b = run_all(with, 200, 2), *c = run_all(failed, 200, 2);
    double averted = 0;
    for (int64_t i = 0; i < 200; i++)
        for (size_t s = 0; s < 12; s++) {
            size_t cell = CELL(without, PLACE_VAR_JOINED, s, 0, 0, 0);
            double more = place_results_value(a, PLACE_VAR_JOINED, cell, i), fewer = place_results_value(b, PLACE_VAR_JOINED, cell, i);
            if (fewer > more) ck_abort_msg("replication %lld, step %zu: %g and %g", (long long)i, s, more, fewer);
            averted += more - fewer;
        }
    ck_assert_double_gt(averted, 0);
    for (int v = 0; v < PLACE_VAR_INTERVENTION_HAPPENED; v++) assert_same_variable(a, c, (place_variable_id)v, 200);
    place_results_free(a), place_results_free(b), place_results_free(c);
    place_plan_free(without), place_plan_free(with), place_plan_free(failed);
}
END_TEST

/* ---- every table ---- */

static const char *const tables[] = { "population", "new-plans",      "joiner-target' to='special", "september-start", "cease", "transfer-out", "transfer-in",
                                      "move",       "phase-transfer' to='special", "give-up", "return", "direct", "divert", "take-up" };
enum { N_TABLES = sizeof tables / sizeof tables[0], FEW = 40 };

/* The base of the tests of src/scenario, with the tables that it lacks, short of places, and something after them. */
static place_plan *base_with(const char *more) {
    char *give_up = scenario_changed(scenario_base, "<stock date=\"2021-09-01\"/>",
                                     "<stock date=\"2021-09-01\"/><table name=\"give-up\"><row value=\"0.3\"/></table>"
                                     "<table name=\"return\"><row value=\"0.4\"/></table><table name=\"direct\"><row value=\"0.2\"/></table>"),
         *lists = scenario_changed(give_up, "<row setting=\"awaiting\"/>", "<row setting=\"mainstream\"/>"),
         *few = scenario_changed(lists, "commissioned=\"20\"", "commissioned=\"18\""), *all = scenario_changed(few, "</scenario>", more);
    place_plan *plan = scenario_must_load(all);
    free(give_up), free(lists), free(few), free(all);
    return plan;
}

static bool same_results(const place_results *one, const place_results *two) {
    for (int v = 0; v < PLACE_N_VARIABLES; v++)
        for (size_t cell = 0; cell < place_results_cells(one, (place_variable_id)v); cell++)
            for (int64_t i = 0; i < FEW; i++) {
                double x = place_results_value(one, (place_variable_id)v, cell, i), y = place_results_value(two, (place_variable_id)v, cell, i);
                if (x != y && !(isnan(x) && isnan(y))) return false;
            }
    return true;
}

START_TEST(scale_by_one_changes_nothing_and_by_another_factor_something) {
    char *more = NULL;
    place_results *base, *results[2];
    place_plan *plan = base_with("</scenario>"), *with[2];
    base = run_all(plan, FEW, 2);
    for (int k = 0; k < 2; k++) {
        text t = { 0 };
        text_add(&t, "<change id='c' table='%s' op='scale' value='%s' starts='2022-02-01' ramp-months='3'/></scenario>", tables[_i], k == 0 ? "1" : "0.3");
        more = t.at;
        with[k] = base_with(more);
        results[k] = run_all(with[k], FEW, 2);
        text_free(&t);
    }
    assert_same_results(base, results[0], FEW);
    ck_assert_msg(!same_results(base, results[1]), "%s", tables[_i]);
    for (int k = 0; k < 2; k++) {
        place_results_free(results[k]);
        place_plan_free(with[k]);
    }
    place_results_free(base);
    place_plan_free(plan);
}
END_TEST

START_TEST(when_and_column_pick_one_of_two_numbers) { /* as many cells at the year's end and through it as in both; nothing diverted at once */
    size_t n_cells[3];
    static const char *const whens[] = { "", " when='year-end'", " when='through-year'" };
    for (size_t i = 0; i < 3; i++) {
        text t = { 0 };
        text_add(&t, "<change id='c' table='cease'%s op='scale' value='0.5'/></scenario>", whens[i]);
        place_plan *plan = base_with(t.at);
        n_cells[i] = plan->changes[0].n_cells;
        place_plan_free(plan);
        text_free(&t);
    }
    ck_assert_uint_gt(n_cells[1], 0);
    ck_assert_uint_gt(n_cells[2], 0);
    ck_assert_uint_eq(n_cells[0], n_cells[1] + n_cells[2]);
    static const char *const columns[] = { "at-once", "rate" };
    for (size_t i = 0; i < 2; i++) { /* the base diverts at once, and at no rate after */
        text t = { 0 };
        text_add(&t, "<change id='c' table='divert' column='%s' op='set' value='0'/></scenario>", columns[i]);
        place_plan *plan = base_with(t.at);
        place_results *results = run_all(plan, FEW, 2);
        double diverted = 0;
        for (size_t cell = 0; cell < place_results_cells(results, PLACE_VAR_NEWLY_DIVERTED); cell++)
            for (int64_t k = 0; k < FEW; k++) diverted += place_results_value(results, PLACE_VAR_NEWLY_DIVERTED, cell, k);
        ck_assert_int_eq(diverted > 0, i == 1);
        place_results_free(results);
        place_plan_free(plan);
        text_free(&t);
    }
}
END_TEST

START_TEST(steps_before_a_change_are_as_without_it) { /* by keys, not by streams: the same pupils until its first day */
    place_plan *plan = base_with("</scenario>"),
               *with = base_with("<change id='c' table='cease' op='scale' value='3' starts='2023-01-01'/>"
                                 "<change id='d' table='move' op='scale' value='0.2' starts='2023-01-01'/></scenario>");
    place_results *one = run_all(plan, FEW, 2), *two = run_all(with, FEW, 2);
    size_t n = place_results_cells(one, PLACE_VAR_STOCK), a_step = n / plan->calendar.n_steps;
    bool differs = false;
    for (size_t cell = 0; cell < n; cell++)
        for (int64_t i = 0; i < FEW; i++) {
            bool same = place_results_value(one, PLACE_VAR_STOCK, cell, i) == place_results_value(two, PLACE_VAR_STOCK, cell, i);
            if (!same && cell < 4 * a_step) ck_abort_msg("cell %zu, replication %lld", cell, (long long)i);
            differs |= !same;
        }
    ck_assert(differs);
    place_results_free(one), place_results_free(two), place_plan_free(plan), place_plan_free(with);
}
END_TEST

/* ---- the risk register ---- */

/* A site of 10 pupils, and a project of three months that opens another on the first of a month. */
static place_plan *register_plan(const char *rest) {
    return scenario_plan(MONTHS "%s<stock date='2021-09-01'/><provision id='special' kind='limited'/><provision id='home' kind='no-provision'/>"
                                "<site id='nest' area='a' provision='special' ncy='0..6'><places commissioned='10'/></site>"
                                "<site id='wing' area='a' provision='special' ncy='0..6' delivered='yes'><places commissioned='0'/></site>"
                                "<table name='stock'><row area='a' ncy='3' need='n' setting='nest' count='10'/></table>"
                                "<table name='waiting-setting'><row setting='home'/></table>"
                                "<table name='cease'><row value='0.2' when='through-year'/></table>"
                                "<project id='build' start='2021-09-01' opens='month'><activity id='design' duration='1'/>"
                                "<activity id='works' after='design' duration='2'/><risk id='asbestos' probability='0.4' impact='4' activities='works'/>"
                                "<delivers site='wing' places='10'/></project>%s",
                         scenario_single, rest);
}

enum { N_REGISTER = 4000 };

/* Openings in days from 1 September 2021: 31 and 61 days of work end on 2 December; three months more on 4 March, four on 3 April. */
enum { JANUARY = 122, APRIL = 212, MAY = 242 };

static const struct {
    const char *risk;
    double probability, opening, when_it_happens;
} courses[] = {
    { "<logged-risk id='r' probability='0.25' delays='build' by='3'/>", 0.25, JANUARY, APRIL },
    { "<logged-risk id='r' probability='0.25' delays='build/works' by='13.0446' unit='weeks'/>", 0.25, JANUARY, APRIL },
    { "<logged-risk id='r' probability='0.25' cancels='build'/>", 0.25, JANUARY, INFINITY },
    { "<logged-risk id='r' probability='0.25' cancels='build' starts='2021-12-15'/>", 0.25, JANUARY, INFINITY },
    { "<logged-risk id='r' probability='0.25' cancels='build' starts='2022-06-01'/>", 0.25, JANUARY, JANUARY }, /* open by then */
    { "<logged-risk id='r' risk='build/asbestos'/>", 0.4, JANUARY, MAY },
};

START_TEST(a_logged_risk_does_to_a_project_what_it_says) {
    place_plan *plan = register_plan(courses[_i].risk);
    place_results *results = run_all(plan, N_REGISTER, 2);
    double happened = 0, p = courses[_i].probability;
    bool own = strstr(courses[_i].risk, "asbestos") != NULL;
    size_t exact = 0;
    for (int64_t i = 0; i < N_REGISTER; i++) {
        double flag = place_results_value(results, PLACE_VAR_LOGGED_RISK_HAPPENED, 0, i), opening = place_results_value(results, PLACE_VAR_PROJECT_OPENING, 0, i);
        double wanted = flag == 1 ? courses[_i].when_it_happens : courses[_i].opening;
        happened += flag;
        exact += opening == wanted;
        if (opening < wanted || (own && opening > wanted)) ck_abort_msg("replication %lld: %g days, %g wanted", (long long)i, opening, wanted);
    }
    /* the rest had asbestos as well, but for what is cancelled in any case */
    double usual = own ? 1 : isinf(courses[_i].when_it_happens) ? 0.6 + 0.4 * p : 0.6;
    ck_assert_double_le(fabs((double)exact / N_REGISTER - usual), Z * sqrt(usual * (1 - usual) / N_REGISTER));
    ck_assert_double_le(fabs(happened / N_REGISTER - p), Z * sqrt(p * (1 - p) / N_REGISTER));
    place_results_free(results);
    place_plan_free(plan);
}
END_TEST

START_TEST(a_site_that_a_logged_risk_closes_loses_its_pupils_only_then) {
    static const char *const successors[] = { "", " successors='wing'" };
    text t = { 0 };
    text_add(&t, "<logged-risk id='r' probability='0.3' closes='nest' starts='2022-08-01'%s/>", successors[_i]);
    place_plan *plan = register_plan(t.at);
    place_results *results = run_all(plan, N_REGISTER, 2);
    size_t nest = site_index(plan, "nest"), wing = site_index(plan, "wing"), special = index_of(&plan->provisions, "special");
    double happened = 0;
    for (int64_t i = 0; i < N_REGISTER; i++) {
        double flag = place_results_value(results, PLACE_VAR_LOGGED_RISK_HAPPENED, 0, i);
        double before = place_results_value(results, PLACE_VAR_SITE_ROLL, CELL(plan, PLACE_VAR_SITE_ROLL, 10, nest), i);
        double after = place_results_value(results, PLACE_VAR_SITE_ROLL, CELL(plan, PLACE_VAR_SITE_ROLL, 11, nest), i);
        double there = place_results_value(results, PLACE_VAR_SITE_ROLL, CELL(plan, PLACE_VAR_SITE_ROLL, 11, wing), i);
        double waiting = place_results_value(results, PLACE_VAR_WAITING, CELL(plan, PLACE_VAR_WAITING, 11, 0, 0, special), i);
        double ceased = place_results_value(results, PLACE_VAR_CEASED, CELL(plan, PLACE_VAR_CEASED, 11, 0, 0, special), i);
        double late = place_results_value(results, PLACE_VAR_CAUSE_COUNT, CELL(plan, PLACE_VAR_CAUSE_COUNT, 11, 0, 0, special, PLACE_CAUSE_LATE), i);
        happened += flag;
        if (flag == 0 && (after != before - ceased || there != 0)) ck_abort_msg("replication %lld lost pupils", (long long)i);
        if (flag == 1 && (after != 0 || there + waiting != before - ceased)) ck_abort_msg("replication %lld: %g and %g", (long long)i, there, waiting);
        if (late != 0) ck_abort_msg("replication %lld calls a closed site late", (long long)i);
    }
    ck_assert_double_le(fabs(happened / N_REGISTER - 0.3), Z * sqrt(0.21 / N_REGISTER));
    place_results_free(results);
    place_plan_free(plan);
    text_free(&t);
}
END_TEST

static const struct {
    const char *xml;
    double with, without; /* mean of plans when the risk has happened, and when it has not */
} shocks[] = {
    { "<logged-risk id='r' probability='0.3'><change table='new-plans' op='scale' value='1.5'/></logged-risk>", 150, 100 },
    { "<logged-risk id='r' probability='0.3' starts='2022-01-31'><change table='new-plans' op='scale' value='2'/></logged-risk>",
      100 * (1 + 213.0 / 365), 100 },
    { "<intervention id='x'>" ON "'scale' value='0.5'/></intervention><logged-risk id='r' probability='0.3' stops='x' starts='2022-01-31'/>",
      100 * (1 - 0.5 * 152.0 / 365), 50 },
    { "<intervention id='x' ends='2022-01-31'>" ON "'scale' value='0.5'/></intervention>"
      "<logged-risk id='r' probability='0.3' stops='x' starts='2022-06-01'/>", 100 * (1 - 0.5 * 152.0 / 365), 100 * (1 - 0.5 * 152.0 / 365) },
    { "<intervention id='x'>" ON "'scale' value='0.5'/></intervention><logged-risk id='r' probability='0.3' delays='x' by='152' unit='days'/>",
      100 * (1 - 0.5 * 213.0 / 365), 50 },
    { "<intervention id='x' measured-with='yes'>" ON "'scale' value='0.5'/></intervention>"
      "<logged-risk id='r' probability='0.3' stops='x' starts='2021-09-01'/>", 200, 100 },
};

START_TEST(a_logged_risk_moves_rates_and_services_only_when_it_happens) {
    place_plan *plan = years_plan(1, shocks[_i].xml);
    column c[] = { { PLACE_VAR_JOINED, CELL(plan, PLACE_VAR_JOINED, 0, 0, 0, 0) }, { PLACE_VAR_LOGGED_RISK_HAPPENED, 0 } };
    double *x = run_columns(plan, R, c, 2), sum[2] = { 0 }, n[2] = { 0 }, wanted[2] = { shocks[_i].without, shocks[_i].with };
    place_plan_free(plan);
    for (size_t i = 0; i < R; i++) sum[x[R + i] > 0] += x[i], n[x[R + i] > 0]++;
    ck_assert_double_le(fabs(n[1] / R - 0.3), Z * sqrt(0.21 / R));
    for (int k = 0; k < 2; k++) ck_assert_double_le(fabs(sum[k] / n[k] - wanted[k]), Z * sqrt(wanted[k] / n[k]));
    free(x);
}
END_TEST

START_TEST(a_risk_that_never_happens_changes_nothing) {
    static const char *const never[] = {
        "<logged-risk id='r' probability='0' closes='ash' starts='2022-09-01'/>",
        "<logged-risk id='r' probability='0' delays='wing' by='6'/>",
        "<logged-risk id='r' probability='0' cancels='wing'/>",
        "<logged-risk id='r' risk='wing/asbestos'/>",
        "<logged-risk id='r' effect-note='a note'/>",
        "<logged-risk id='r' probability='0'><change table='take-up' setting='special' op='scale' value='0.5'/></logged-risk>",
    };
    text t = { 0 };
    text_add(&t, "%s</scenario>", never[_i]);
    place_plan *plan = base_with("</scenario>"), *with = base_with(t.at);
    place_results *one = run_all(plan, FEW, 2), *two = run_all(with, FEW, 2);
    for (int v = 0; v < PLACE_VAR_LOGGED_RISK_HAPPENED; v++) assert_same_variable(one, two, (place_variable_id)v, FEW);
    place_results_free(one), place_results_free(two), place_plan_free(plan), place_plan_free(with);
    text_free(&t);
}
END_TEST

START_TEST(scores_that_are_not_likelihood_times_impact_are_flagged_and_kept) { /* 16 entries, three of them scored 6 for 4 x 2 or 2 x 4 */
    static const struct {
        int id, likelihood, impact, score;
    } logged[] = { { 39, 2, 2, 4 },  { 40, 2, 3, 6 },  { 41, 2, 2, 4 }, { 42, 4, 2, 6 }, { 49, 3, 3, 9 },  { 52, 3, 3, 9 },  { 63, 3, 4, 12 }, { 65, 3, 4, 12 },
                   { 66, 3, 4, 12 }, { 68, 1, 3, 3 }, { 69, 2, 4, 6 }, { 70, 2, 4, 6 }, { 71, 2, 6, 12 }, { 72, 3, 6, 18 }, { 74, 2, 6, 12 }, { 77, 2, 6, 12 } };
    static place_errors errors;
    text t = { 0 };
    for (size_t i = 0; i < 16; i++)
        text_add(&t, "<logged-risk id='r%d' likelihood='%d' impact='%d' score='%d' opened='2021-05-01' status='open' effect-note='not said'/>\n", logged[i].id,
                 logged[i].likelihood, logged[i].impact, logged[i].score);
    text_add(&t, "</scenario>");
    char *xml = scenario_changed(scenario_base, "</scenario>", t.at);
    place_plan *plan = scenario_load(xml, &errors);
    ck_assert_ptr_nonnull(plan);
    ck_assert_uint_eq(plan->n_logged_risks, 16);
    for (size_t i = 0; i < 16; i++) {
        ck_assert_double_eq(plan->logged_risks[i].score, logged[i].score);
        ck_assert_int_eq(plan->logged_risks[i].score_wrong, logged[i].id == 42 || logged[i].id == 69 || logged[i].id == 70);
    }
    size_t told = 0;
    for (size_t w = 0; w < errors.n_warnings; w++)
        told += errors.warnings[w].line == scenario_line_of(xml, "id='r42'")
            && strstr(errors.warnings[w].message, "logged-risk 'r42': its score was logged as 6, and likelihood 4 x impact 2 is 8; it is kept as logged")
                   != NULL;
    ck_assert_uint_eq(told, 1);
    place_results *results = run_all(plan, 3, 1);
    ck_assert_uint_eq(place_results_cells(results, PLACE_VAR_LOGGED_RISK_HAPPENED), 16);
    ck_assert(isnan(place_results_value(results, PLACE_VAR_LOGGED_RISK_HAPPENED, 0, 0))); /* a note neither happens nor does not */
    place_results_free(results);
    place_plan_free(plan);
    free(xml);
    text_free(&t);
}
END_TEST

/* ---- in words ---- */

#define ALL_THREE                                                                                                                                    \
    "<change id='shock' name='Pandemic' table='new-plans' ncy='0..6' op='scale' value='1.5' ends='2022-09-01'/>"                                       \
    "<intervention id='eip' name='Inclusion partnership' success='0.5' capacity='10' referrals='8' would-request='0.4' case-success='0.5' "            \
    "deferred='0.25'><change table='new-plans' ncy='0..6'/></intervention>"                                                                            \
    "<intervention id='dyslexia' name='Dyslexia-friendly schools' ramp-months='24' reach='15' reach-of='60' group='g' cost='7000'>"                    \
    "<change table='move' to='special' op='scale' value='0.6'/></intervention>"                                                                        \
    "<logged-risk id='r71' name='School cannot go on' likelihood='2' impact='6' score='11' probability='0.15' closes='bay' starts='2023-09-01'/>"      \
    "<logged-risk id='r77' risk='wing/asbestos'/>"

static char *explained(const place_plan *plan) {
    char *out = NULL;
    size_t size;
    FILE *file = open_memstream(&out, &size);
    place_tables *report = place_tables_create();
    place_error err = { 0 };
    place_report_plan(report, plan);
    ck_assert_int_eq(place_tables_write(report, PLACE_AS_TEXT, NULL, file, &err), PLACE_OK);
    place_tables_free(report);
    fclose(file);
    return out;
}

/* One space stands for any, and for the end of a line. */
static bool says(const char *words, const char *sentence) {
    for (; *words != '\0'; words++) {
        const char *at = words, *wanted = sentence;
        while (*wanted != '\0') {
            if (*wanted == ' ' && strchr(" \n", *at) != NULL && *at != '\0') {
                at += strspn(at, " \n");
                wanted++;
            } else if (*at == *wanted) at++, wanted++;
            else break;
        }
        if (*wanted == '\0') return true;
    }
    return false;
}

START_TEST(explain_says_what_each_of_them_does_and_how_to_run_without_it) {
    static const char *const sentences[] = {
        "Pandemic: new-plans (ncy 0..6) times 1.5, from 1 Sep 2021 to 31 Aug 2022; 1 row. Without it: --set",
        "'change[@id=\"shock\"]/@value=1'",
        "new-plans ncy=0..10 0.004 0.006 100 0 0 0", /* counts(36, 9000), and half as many again */
        "Dyslexia-friendly schools: move (to special) times 0.6 at strength 0.25, from 1 Sep 2021, rising over 24",
        "0.05 0.045 25 75 100 100", /* 0.05 (1 - 0.25 x 0.4); means of the ramp's two years */
        "Inclusion partnership can take 10 cases a month of the 8 that come to it. Of its cases 40 % would have",
        "19.2 new plans a year", /* 8 x 12 x 0.4 x 0.5 */
        "28 cells of area, need and year", /* 7 years, two areas, two needs */
        "7000 a year",
        "Without Inclusion partnership: --set 'intervention[@id=\"eip\"]/@success=0'",
        "<remove ref=\"intervention dyslexia\"/>",
        "1 score is not likelihood x impact",
        "11 (12)",
        "closes bay on 1 Sep 2023",
        "is asbestos of wing, among the risks of capital projects",
        "--set 'logged-risk[@id=\"r71\"]/@probability=0'",
    };
    place_plan *plan = base_with(ALL_THREE "</scenario>");
    char *words = explained(plan);
    for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++) {
        ck_assert_msg(says(words, sentences[i]), "not in explain: %s\n%.2500s", sentences[i], strstr(words, "CHANGES"));
    }
    free(words);
    place_plan_free(plan);
    plan = base_with("</scenario>"); /* nothing to change, nothing said of it */
    words = explained(plan);
    ck_assert_ptr_null(strstr(words, "CHANGES"));
    ck_assert_ptr_null(strstr(words, "INTERVENTIONS"));
    ck_assert_ptr_null(strstr(words, "RISK REGISTER"));
    free(words);
    place_plan_free(plan);
}
END_TEST

/* Half of 77 births; 0.01 + 0.75 x 0.04 */
START_TEST(explain_names_the_births_that_a_change_of_population_changes_and_adds_up) {
    static const char roll[] = "<table name=\"births\"><row value=\"77\" id=\"born\"/></table>"
                               "<table name=\"population\" carry-forward=\"yes\"><row year=\"2020\" value=\"500\"/></table>"
                               "<change id=\"fewer\" table=\"population\" ncy=\"-4..-3\" op=\"scale\" value=\"0.5\"/>"
                               "<intervention id=\"y\" effect=\"0.75\"><change table=\"transfer-in\" op=\"add\" value=\"0.04\"/></intervention>";
    place_plan *plan = scenario_load_changed("<table name=\"population\"><row value=\"1000\"/></table>", roll);
    char *words = explained(plan);
    ck_assert_msg(says(words, "births born 77 38.5 100 100 100 100"), "%.2500s", strstr(words, "CHANGES"));
    ck_assert_msg(says(words, "population year=2020 500 250 100 100 100 100"), "%.2500s", strstr(words, "CHANGES"));
    ck_assert_msg(says(words, "transfer-in 0.01 0.04 100 100 100 100"), "%.2500s", strstr(words, "CHANGES"));
    free(words);
    place_plan_free(plan);
}
END_TEST

START_TEST(a_run_without_them_is_the_run_that_they_change) {
    static const char *const sets[] = { "change[@id=\"shock\"]/@value=1", "intervention[@id=\"eip\"]/@success=0",
                                        "intervention[@id=\"dyslexia\"]/@reach=0", "logged-risk[@id=\"r71\"]/@probability=0" };
    char *xml = scenario_changed(scenario_base, "</scenario>", ALL_THREE "</scenario>");
    place_plan *plan = scenario_must_load(scenario_base), *with = scenario_load_text(xml, NULL, 0), *without = scenario_load_text(xml, sets, 4);
    place_results *one = run_all(plan, FEW, 2), *two = run_all(with, FEW, 2), *three = run_all(without, FEW, 2);
    ck_assert(!same_results(one, two));
    for (int v = 0; v < PLACE_N_VARIABLES; v++) /* what they cost has a variable of its own, and so have they */
        if (place_results_cells(one, (place_variable_id)v) > 0) assert_same_variable(one, three, (place_variable_id)v, FEW);
    place_results_free(one), place_results_free(two), place_results_free(three);
    place_plan_free(plan), place_plan_free(with), place_plan_free(without);
    free(xml);
}
END_TEST

/* ---- what is refused ---- */

typedef struct bad_change {
    const char *xml;      /* put before the end of the base; the fault is in its last line */
    const char *words[3]; /* in the sentence                                               */
} bad_change;

static const bad_change bad_changes[] = {
    { "<change id='x' table='new-plans' ncy='15' op='scale' value='2'/>",
      { "change 'x' matches nothing", "table 'new-plans' has no row that covers ncy 15" } },
    { "<change id='x' table='give-up' op='scale' value='2'/>", { "matches nothing", "table 'give-up' has no row" } },
    { "<change id='x' table='requests' op='scale' value='2'/>", { "change 'x', table", "requests only with a pipeline", "table 'new-plans'" } },
    { "<change id='x' table='take-up' area='north' setting='elm' op='scale' value='2'/>", { "there is no site that covers area north, setting elm" } },
    { "<change id='x' table='joiner-target' to='unit-or-special' op='scale' value='2'/>", { "only residual rows of table 'joiner-target'" } },
    { "<change id='x' table='cease' op='set' value='0.1'/>\n<change id='y' table='cease' ncy='12' op='set' value='0.2'/>",
      { "change 'y': it sets a cell of table 'cease' that the change at line 68 sets on the same days" } },
    { "<change id='x' table='cease' op='set' value='0.1' ends='2023-01-01'/>\n"
      "<change id='y' table='cease' need='asd' op='set' value='0.2' starts='2022-12-31'/>",
      { "line 68 sets on the same days" } },
    { "<change id='x' table='ceases' op='set' value='0.1'/>", { "'ceases' is not known; did you mean 'cease'" } },
    { "<change id='x' table='cease' op='time' value='0.1'/>", { "op is scale, add or set; found 'time'" } },
    { "<change id='x' table='cease' op='set'/>", { "change 'x'", "op (scale, add or set) and value" } },
    { "<change id='x' table='cease' value='0.1'/>", { "op (scale, add or set) and value" } },
    { "<change id='x' table='cease' op='set' value='1.1'/>", { "change 'x', value", "probability", "1.1" } },
    { "<change id='x' table='cease' op='scale' value='-1'/>", { "change 'x', value", "a factor is 0 or more", "-1" } },
    { "<change id='x' table='cease' op='add' value='2'/>", { "change 'x', value", "a difference of at most 1", "2" } },
    { "<change id='x' table='cease' op='scale' value='normal(1, 0.1)'/>", { "change 'x', value", "truncated" } },
    { "<change id='x' table='cease' to='special' op='scale' value='2'/>",
      { "change 'x'", "table 'cease' does not take 'to'", "it takes area ncy phase need from when" } },
    { "<change id='x' table='give-up' area='north' op='scale' value='2'/>", { "does not take 'area'", "it takes ncy phase need from" } },
    { "<change id='x' table='cease' need='adhd' op='scale' value='2'/>", { "change 'x', need", "no need 'adhd'" } },
    { "<change id='x' table='cease' ncy='3' phase='primary' op='scale' value='2'/>", { "ncy and phase" } },
    { "<change id='x' table='divert' op='add' value='0.1'/>", { "column (at-once or rate)" } },
    { "<change id='x' table='cease' op='scale' value='2' starts='2022-09-01' ends='2022-09-01'/>",
      { "change 'x' ends on 2022-09-01 and starts on 2022-09-01", "after the start" } },
    { "<change id='x' table='cease' op='scale' value='2' starts='2020-09-01' ends='2021-09-01'/>",
      { "change 'x' ends on 2021-09-01, before the run starts" } },
    { "<change id='x' table='cease' op='scale' value='2' starts='soon'/>", { "starts", "'soon'" } },
    { "<change id='x' table='cease' op='scale' value='2' ramp-months='-1'/>", { "ramp-months", "a duration is 0 or more" } },
    { "<change table='cease' op='scale' value='2'/>", { "a change that stands by itself has an id" } },
    { "<change id='north' table='cease' op='scale' value='2'/>", { "change 'north' has the id of area 'north'" } },
    { "<change id='x' table='cease' op='scale' valeu='2'/>", { "valeu", "value" } },
};

#define DOUBLE_MOVE "<change table='move' op='scale' value='0.5'/>"

static const bad_change bad_interventions[] = {
    { "<intervention id='x'/>", { "intervention 'x' has no change" } },
    { "<intervention id='x'>" DOUBLE_MOVE "</intervention><intervention id='x'>" DOUBLE_MOVE "</intervention>", { "intervention 'x' has the id" } },
    { "<intervention id='x'><change table='give-up' op='scale' value='0.5'/></intervention>", { "change of intervention 'x' matches nothing" } },
    { "<intervention id='x'><change table='move' op='scale' value='0.5' starts='2022-09-01'/></intervention>",
      { "change of intervention 'x', starts: it is said of the intervention" } },
    { "<intervention id='x'>" DOUBLE_MOVE "\n" DOUBLE_MOVE "</intervention>", { "change x/move scale is called as the one at line 68 is" } },
    { "<intervention id='x' reach='1.2'>" DOUBLE_MOVE "</intervention>", { "intervention 'x', reach", "at most 1, or reach-of", "1.2" } },
    { "<intervention id='x' reach='uniform(10, 90)' reach-of='80'>" DOUBLE_MOVE "</intervention>", { "at most reach-of, 80", "uniform(10, 90)" } },
    { "<intervention id='x' reach-of='80'>" DOUBLE_MOVE "</intervention>", { "reach-of", "it is missing" } },
    { "<intervention id='x' success='1.5'>" DOUBLE_MOVE "</intervention>", { "intervention 'x', success", "1.5" } },
    { "<intervention id='x' engagement='2'>" DOUBLE_MOVE "</intervention>", { "engagement", "2" } },
    { "<intervention id='x' effect='-1'>" DOUBLE_MOVE "</intervention>", { "an effect is 0 or more", "-1" } },
    { "<intervention id='x' dose='2'>" DOUBLE_MOVE "</intervention>", { "dose and dose-full", "found dose alone" } },
    { "<intervention id='x' dose='6' dose-full='5'>" DOUBLE_MOVE "</intervention>", { "dose: at most the full dose, 5; found 6" } },
    { "<intervention id='x' dose='6' dose-full='0'>" DOUBLE_MOVE "</intervention>", { "a full dose is above 0" } },
    { "<intervention id='x' dose='2' dose-full='5' dose-measured='1'>" DOUBLE_MOVE "</intervention>", { "dose-measured", "measured-with" } },
    { "<intervention id='x' measured-with='yes'><change table='move' op='set' value='0.5'/></intervention>", { "set", "scale or add" } },
    { "<intervention id='x' ends='2021-09-01'>" DOUBLE_MOVE "</intervention>", { "intervention 'x' ends on 2021-09-01 and starts on 2021-09-01" } },
    { "<intervention id='x' starts='2020-09-01' ends='2021-09-01'>" DOUBLE_MOVE "</intervention>", { "before the run starts" } },
    { "<intervention id='x' referrals='4'>" DOUBLE_MOVE "</intervention>", { "referrals", "there is no capacity" } },
    { "<intervention id='x' capacity='4'><change table='new-plans'/></intervention>", { "needs would-request" } },
    { "<intervention id='x' capacity='4' would-request='0.5'>" DOUBLE_MOVE "</intervention>", { "change of table 'new-plans' without op and value" } },
    { "<intervention id='x' capacity='4' would-request='0.5'><change table='new-plans' ncy='15'/></intervention>",
      { "matches nothing: table 'new-plans' has no row that covers ncy 15" } },
    { "<intervention id='x' capacity='4' would-request='0.5'><change table='move'/></intervention>", { "op (scale, add or set) and value" } },
    { "<intervention id='x'><change table='new-plans'/></intervention>", { "op (scale, add or set) and value" } },
    { "<intervention id='x' capacity='4' would-request='0.5' delay-months='6'><change table='new-plans'/></intervention>", { "nothing is deferred" } },
    { "<intervention id='x' cost-unit='month'>" DOUBLE_MOVE "</intervention>", { "there is no cost" } },
    { "<intervention id='x' cost='100' cost-unit='case'>" DOUBLE_MOVE "</intervention>", { "a cost a case needs a caseload" } },
    { "<intervention id='x' cost='100' cost-unit='pupil'>" DOUBLE_MOVE "</intervention>", { "cost-unit is year, month, case or once" } },
};

static const bad_change bad_risks[] = {
    { "<logged-risk id='x' probability='0.1'/>", { "logged-risk 'x'", "one effect is wanted", "found 0" } },
    { "<logged-risk id='x' probability='0.1' closes='ash' starts='2022-09-01' cancels='wing'/>", { "found 2" } },
    { "<logged-risk id='x' probability='0.1' closes='ashh' starts='2022-09-01'/>", { "logged-risk 'x', closes", "no site 'ashh'", "'ash'" } },
    { "<logged-risk id='x' probability='0.1' closes='ash'/>", { "starts says on which day it closes the site" } },
    { "<logged-risk id='x' probability='0.1' closes='ash' starts='2020-09-01'/>", { "2020-09-01 lies before the start of the run", "no risk" } },
    { "<logged-risk id='x' probability='0.1' closes='ash' starts='2022-09-01' successors='ash'/>", { "its own successor" } },
    { "<logged-risk id='x' probability='0.1' cancels='wings'/>", { "cancels", "no project 'wings'", "'wing'" } },
    { "<logged-risk id='x' probability='0.1' delays='wing'/>", { "by says how long the delay is" } },
    { "<logged-risk id='x' probability='0.1' delays='wing/buidl' by='3'/>", { "delays", "no activity 'buidl'", "did you mean 'build'" } },
    { "<logged-risk id='x' probability='0.1' delays='wing' by='3' starts='2022-09-01'/>", { "starts: a delay" } },
    { "<logged-risk id='x' probability='0.1' cancels='wing' by='3'/>", { "by: it is the length of a delay" } },
    { "<logged-risk id='x' risk='wing/asbestso'/>", { "there is no 'wing/asbestso'; did you mean 'wing/asbestos'" } },
    { "<logged-risk id='x' risk='wing'/>", { "written project/risk" } },
    { "<logged-risk id='x' risk='wing/asbestos' probability='0.2'/>", { "the project's own risk has one" } },
    { "<logged-risk id='x' effect-note='none' probability='0.2'/>", { "nothing is simulated" } },
    { "<logged-risk id='x' cancels='wing'/>", { "probability", "is missing", "a logged likelihood is no probability" } },
    { "<logged-risk id='x' probability='2' cancels='wing'/>", { "a probability is between 0 and 1", "found 2" } },
    { "<logged-risk id='x' probability='0.1' stops='wing' starts='2022-09-01'/>", { "stops: a intervention is wanted", "'wing' is a project" } },
    { "<logged-risk id='x' probability='0.1' cancels='wing' ramp-months='3'/>", { "only a risk with changes of its own" } },
    { "<logged-risk id='x' probability='0.1'><change table='give-up' op='scale' value='2'/></logged-risk>", { "change of logged-risk 'x' matches nothing" } },
    { "<logged-risk id='x' probability='0.1'><change table='move' op='scale' value='2' ends='2023-01-01'/></logged-risk>",
      { "ends: it is said of the logged-risk" } },
    { "<logged-risk id='x' likelihood='-1' effect-note='none'/>", { "likelihood", "0 to 100" } },
    { "<logged-risk id='x' probability='0.1' cancels='wing' successors='elm'/>", { "only what closes a site" } },
};

static void refuse(const char *xml, const char *const words[3]) {
    static place_errors errors;
    text t = { 0 };
    text_add(&t, "%s\n</scenario>", xml);
    char *scenario = scenario_changed(scenario_base, "</scenario>", t.at);
    place_plan *plan = scenario_load(scenario, &errors);
    long line = scenario_line_of(scenario, "\n</scenario>");
    ck_assert_msg(plan == NULL, "%s", xml);
    bool found = false;
    for (size_t e = 0; e < errors.n_errors && !found; e++) {
        found = errors.errors[e].line == line && strcmp(errors.errors[e].file, "test.xml") == 0;
        for (size_t w = 0; w < 3 && words[w] != NULL; w++) found &= strstr(errors.errors[e].message, words[w]) != NULL;
    }
    ck_assert_msg(found, "line %ld of %s; found line %ld: %s", line, xml, errors.errors[0].line, errors.errors[0].message);
    free(scenario);
    text_free(&t);
}

START_TEST(a_bad_change_is_refused_at_its_line) {
    refuse(bad_changes[_i].xml, bad_changes[_i].words);
}
END_TEST

START_TEST(a_bad_intervention_is_refused_at_its_line) {
    refuse(bad_interventions[_i].xml, bad_interventions[_i].words);
}
END_TEST

START_TEST(a_bad_logged_risk_is_refused_at_its_line) {
    refuse(bad_risks[_i].xml, bad_risks[_i].words);
}
END_TEST

START_TEST(deferred_cases_need_targets_when_they_come_back) {
    static place_errors errors;
    char *one = scenario_changed(scenario_base, "<row to=\"mainstream\" value=\"0.6\"/>", "<row ncy=\"0..11\" to=\"mainstream\" value=\"0.6\"/>"),
         *two = scenario_changed(one, "<row to=\"special\" value=\"beta", "<row ncy=\"0..11\" to=\"special\" value=\"beta"),
         *three = scenario_changed(two, "<row to=\"unit-or-special\" residual", "<row ncy=\"0..11\" to=\"unit-or-special\" residual"),
         *four = scenario_changed(three, "</scenario>", "<intervention id='x' capacity='4' would-request='0.5' deferred='0.1' delay-months='20'>"
                                                        "<change table='new-plans'/></intervention></scenario>");
    place_plan *plan = scenario_load(four, &errors);
    ck_assert_ptr_null(plan);
    /* 20 months are one year or two: from 9 to 11, where some start next September */
    ck_assert_msg(strstr(errors.errors[0].message, "cases of ncy 9 that come back may begin a plan in ncy 12, for which table 'joiner-target' has no row") != NULL,
                  "%s", errors.errors[0].message);
    free(one), free(two), free(three), free(four);
}
END_TEST

/* None asks at 5, until a change makes some; whoever asks then may begin later than the one year for which there are targets. */
static const struct {
    const char *table, *rows, *change, *words;
} untargeted[] = {
    { "new-plans", "<row ncy='6' value='0'/>", "<change id='x' table='new-plans' op='add' value='0.1'/>", "ncy 6 may begin a plan in ncy 7" }, /* in September */
    { "new-plans", "<row ncy='5' value='0'/>", "<change id='x' table='new-plans' op='add' value='0.1'/>", NULL },
    { "new-plans", "<row ncy='5 9' value='0'/>", "<change id='x' table='new-plans' op='set' value='0.1'/>", "begins plans in area 'k', need 'n', ncy 9" },
    { "new-plans", "<row ncy='5' value='0.1'/>", "<change id='x' table='september-start' ncy='5' op='add' value='0.2'/>", "ncy 5 may begin a plan in ncy 6" },
    { "new-plans", "<row ncy='5' value='0.1'/>", "<change id='x' table='september-start' ncy='5' op='scale' value='2'/>", NULL }, /* twice none */
    { "requests", "<row ncy='5' value='0'/>", "<pipeline/><change id='x' table='requests' op='set' value='0.1'/>", "ncy 5 may begin a plan in ncy 6" },
};

START_TEST(a_change_that_begins_plans_needs_targets_for_them) {
    static place_errors errors;
    text t = { 0 };
    text_add(&t, "<scenario version='1' id='x' source='made up' quality='observed'><time start='2021-09-01' steps='6'/><area id='k'/><need id='n'/>"
                 "<provision id='open' kind='open'/><table name='population'><row value='100'/></table><table name='%s'>%s</table>"
                 "<table name='joiner-target'><row ncy='%s' to='open' value='1'/></table><table name='september-start'><row ncy='6' month='1..8' value='1'/>"
                 "<row ncy='5' month='1..8' value='0'/></table>%s</scenario>",
             untargeted[_i].table, untargeted[_i].rows, strstr(untargeted[_i].rows, "'6'") != NULL ? "6" : "5", untargeted[_i].change);
    place_plan *plan = scenario_load(t.at, &errors);
    if (untargeted[_i].words == NULL) ck_assert_msg(plan != NULL, "%s", errors.errors[0].message);
    else ck_assert_msg(plan == NULL && strstr(errors.errors[0].message, untargeted[_i].words) != NULL, "%s", errors.errors[0].message);
    place_plan_free(plan);
    text_free(&t);
}
END_TEST

START_TEST(with_a_pipeline_both_words_change_requests) {
    static const char *const words[] = { "new-plans", "requests" };
    place_results *results[2];
    for (int i = 0; i < 2; i++) {
        place_plan *plan = scenario_plan(YEAR "%s" OPEN "<table name='population'><row value='1000'/></table>"
                                              "<table name='requests'><row id='all' ncy='1' value='0.1'/></table><pipeline/>"
                                              "<table name='joiner-target'><row to='open' value='1'/></table>"
                                              "<change id='c' table='%s' op='scale' value='3'/>",
                                         scenario_single, words[i]);
        ck_assert_uint_eq(plan->changes[0].n_named, 1);
        ck_assert_str_eq(plan->changes[0].row_id[0], "requests all");
        ck_assert_str_eq(place_changed_name(plan, plan->changes[0].table), "requests");
        results[i] = run_all(plan, FEW, 1);
        place_plan_free(plan);
    }
    assert_same_results(results[0], results[1], FEW);
    place_results_free(results[0]), place_results_free(results[1]);
}
END_TEST

START_TEST(sets_one_after_the_other_or_in_other_cells_are_good) {
    place_plan_free(base_with("<change id='x' table='cease' op='set' value='0.1' ends='2023-01-01'/>"
                              "<change id='y' table='cease' op='set' value='0.2' starts='2023-01-01'/></scenario>"));
    place_plan_free(base_with("<change id='x' table='cease' need='asd' op='set' value='0.1'/>"
                              "<change id='y' table='cease' need='semh' op='set' value='0.2'/></scenario>"));
}
END_TEST

START_TEST(a_change_is_an_input_of_its_own) { /* its uncertain numbers, by its key */
    place_plan *plan = base_with("<change id='x' key='old' table='cease' op='scale' value='triangular(0.8, 1, 1.4)' ramp-months='uniform(3, 9)'/></scenario>");
    size_t found = 0;
    for (size_t i = 0; i < plan->n_inputs; i++)
        found += strcmp(plan->inputs[i].id, "change old / value") == 0 || strcmp(plan->inputs[i].id, "change old / ramp-months") == 0;
    ck_assert_uint_eq(found, 2);
    place_results *one = run_all(plan, FEW, 1), *two = run_all(plan, FEW, 8);
    assert_same_results(one, two, FEW); /* on any number of threads */
    place_results_free(one), place_results_free(two), place_plan_free(plan);
}
END_TEST

Suite *changes_suite(void) {
    Suite *suite = suite_create("changes");
    TCase *act = tcase_create("act"), *refused = tcase_create("refused");
    tcase_add_loop_test(act, new_plans_stay_poisson_with_the_mean_that_changes_give, 0, sizeof means / sizeof means[0]);
    tcase_add_test(act, homes_built_so_far_add_pupils_who_may_join);
    tcase_add_test(act, three_hundred_changes_of_one_number_all_act);
    tcase_add_loop_test(act, shares_are_divided_by_their_sum_after_all, 0, (int)(sizeof divided / sizeof divided[0]));
    tcase_add_test(act, a_change_acts_on_one_move_after_the_years_factor);
    tcase_add_test(act, a_change_holds_from_its_first_day_until_the_day_it_ends);
    tcase_add_test(act, what_passes_its_bounds_is_held_and_counted);
    tcase_add_test(act, a_change_acts_in_the_cells_that_it_matches_and_no_other);
    tcase_add_loop_test(act, interventions_leave_a_poisson_number_of_plans, 0, sizeof strengths / sizeof strengths[0]);
    tcase_add_loop_test(act, nothing_is_left_below_nothing, 0, 4);
    tcase_add_test(act, a_success_is_all_or_nothing_and_recorded);
    tcase_add_test(act, deferred_cases_come_back_a_year_older);
    tcase_add_test(act, a_caseload_averts_at_most_its_cases_and_books_them);
    tcase_add_test(act, a_service_never_brings_a_plan_that_would_not_have_been);
    tcase_add_loop_test(act, a_logged_risk_does_to_a_project_what_it_says, 0, sizeof courses / sizeof courses[0]);
    tcase_add_loop_test(act, a_site_that_a_logged_risk_closes_loses_its_pupils_only_then, 0, 2);
    tcase_add_loop_test(act, a_logged_risk_moves_rates_and_services_only_when_it_happens, 0, sizeof shocks / sizeof shocks[0]);
    tcase_add_loop_test(act, a_risk_that_never_happens_changes_nothing, 0, 6);
    tcase_add_test(act, scores_that_are_not_likelihood_times_impact_are_flagged_and_kept);
    tcase_add_loop_test(act, scale_by_one_changes_nothing_and_by_another_factor_something, 0, N_TABLES);
    tcase_add_test(act, when_and_column_pick_one_of_two_numbers);
    tcase_add_test(act, steps_before_a_change_are_as_without_it);
    tcase_add_test(act, a_change_is_an_input_of_its_own);
    tcase_add_test(act, with_a_pipeline_both_words_change_requests);
    tcase_add_test(act, explain_says_what_each_of_them_does_and_how_to_run_without_it);
    tcase_add_test(act, explain_names_the_births_that_a_change_of_population_changes_and_adds_up);
    tcase_add_test(act, a_run_without_them_is_the_run_that_they_change);
    tcase_add_loop_test(refused, a_bad_change_is_refused_at_its_line, 0, sizeof bad_changes / sizeof bad_changes[0]);
    tcase_add_loop_test(refused, a_bad_intervention_is_refused_at_its_line, 0, sizeof bad_interventions / sizeof bad_interventions[0]);
    tcase_add_loop_test(refused, a_bad_logged_risk_is_refused_at_its_line, 0, sizeof bad_risks / sizeof bad_risks[0]);
    tcase_add_test(refused, deferred_cases_need_targets_when_they_come_back);
    tcase_add_loop_test(refused, a_change_that_begins_plans_needs_targets_for_them, 0, sizeof untargeted / sizeof untargeted[0]);
    tcase_add_test(refused, sets_one_after_the_other_or_in_other_cells_are_good);
    suite_add_tcase(suite, act);
    suite_add_tcase(suite, refused);
    return suite;
}
