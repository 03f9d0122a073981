/* SPDX-License-Identifier: MIT */
/*
 * Revenue by small scenarios worked out by hand, in pence; then its identities in random scenarios, replication by replication: costs
 * worked out again from the stored stock, lines against provisions and academic years, balances against costs and incomes.
 */
#include <check.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "place/date.h"
#include "place/report.h"
#include "place/summary.h"
#include "scenario_base.h"
#include "scenarios.h"
#include "suites.h"

/* 1 September 2021: 212 days to 1 April 2022, then 153 to the year's end; the axis begins with the financial year 2021. */
#define YEARS "<stock date='2021-09-01'/><time start='2021-09-01' step='year' steps='"
#define BASICS                                                                                                                              \
    "<phase id='all' from-ncy='-4' to-ncy='20'/><need id='n'/><provision id='open' kind='open'/><provision id='private' kind='open'/>"      \
    "<provision id='special' kind='limited'/><provision id='base' kind='limited'/><table name='waiting-setting'><row setting='open'/></table>"

static size_t item_index(const place_item *items, size_t n, const char *id) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(items[i].id, id) == 0) return i;
    ck_abort_msg("no line '%s'", id);
    return 0;
}

/* One line's cost, or one income, in a year. */
static double cost(const world *w, place_variable_id variable, size_t year, const char *id) {
    size_t line = item_index(w->plan->budget->lines, w->plan->budget->n_lines, id);
    return place_results_value(w->results, variable, CELL(w->plan, variable, year, line), 0);
}

static double income(const world *w, size_t year, const char *id) {
    for (size_t i = 0; i < w->plan->budget->n_incomes; i++)
        if (strcmp(w->plan->budget->incomes[i].item.id, id) == 0)
            return place_results_value(w->results, PLACE_VAR_INCOME, CELL(w->plan, PLACE_VAR_INCOME, year, i), 0);
    ck_abort_msg("no income '%s'", id);
    return 0;
}

static double of_provision(const world *w, place_variable_id variable, size_t year, const char *id) {
    return place_results_value(w->results, variable, CELL(w->plan, variable, year, index_of(&w->plan->provisions, id)), 0);
}

static double yearly(const world *w, place_variable_id variable, size_t year) {
    return place_results_value(w->results, variable, CELL(w->plan, variable, year), 0);
}

#define COST(w, year, id) cost(&(w), PLACE_VAR_COST, (year), (id))
#define ACADEMIC(w, year, id) cost(&(w), PLACE_VAR_COST_ACADEMIC, (year), (id))
#define IS(value, number) ck_assert_double_eq((value), (number))

/* ---- pupils and places ------------------------------------------------------------------------------------------ */

#define EIGHT_AT_S                                                                                                                     \
    "<site id='s' area='a' provision='special' ncy='-4..20'><places commissioned='10'/></site>"                                            \
    "<table name='stock'><row area='a' ncy='3' need='n' setting='s' count='8'/><row area='a' ncy='3' need='n' setting='open' count='12'/></table>"

START_TEST(a_pupil_year_costs_its_unit_cost_split_by_days_at_1_april) {
    /* 8 x 20,000 = 160,000.00 a year: x 212/365 = 92,931.506..., x 153/365 = 67,068.493...; 12 x 5,000 = 60,000.00: 34,849.315..., 25,150.684... */
    world w = world_of(YEARS "1'/><area id='a'/>" BASICS EIGHT_AT_S
                             "<table name='unit-cost'><row setting='special' value='20000'/><row setting='open' value='5000'/></table>");
    IS(COST(w, 0, "unit-cost/special"), 9293151);
    IS(COST(w, 1, "unit-cost/special"), 6706849);
    IS(ACADEMIC(w, 0, "unit-cost/special"), 16000000);
    IS(COST(w, 0, "unit-cost/open"), 3484932);
    IS(COST(w, 1, "unit-cost/open"), 2515068);
    IS(of_provision(&w, PLACE_VAR_COST_BY_PROVISION, 0, "special"), 9293151);
    ck_assert_uint_eq(w.plan->budget->n_lines, 2);                       /* no row, no line */
    ck_assert(isnan(COST(w, 2, "unit-cost/open")));                      /* no day of the run: missing, not 0 */
    ck_assert_uint_eq(place_results_cells(w.results, PLACE_VAR_BALANCE), 0); /* nothing comes in, so there is none */
    free_world(&w);
}
END_TEST

START_TEST(the_most_specific_row_prices_a_pupil) {
    /* s in area a, t in area b, both special; u is special, then a base from September 2022, with pupils who may be in either.
       Year 1: 8 at s x 20,000; 3 at t x 25,000 (in b) but one of them of Year 10 x 31,000; 5 at u x 22,000 (named). Year 2: u still as named. */
    world w = world_of(
        YEARS "2'/><area id='a' reach='b'/><area id='b'/>" BASICS "<target id='both' provisions='special base'/>"
              "<site id='s' area='a' provision='special' ncy='-4..20'><places commissioned='10'/></site>"
              "<site id='t' area='b' provision='special' ncy='-4..20'><places commissioned='10'/></site>"
              "<site id='u' area='a' provision='special' ncy='-4..20'><places commissioned='10'/><event date='2022-09-01' kind='change' provision='base'/></site>"
              "<site id='v' area='a' provision='special' ncy='-4..20'><places commissioned='10'/><event date='2022-09-01' kind='change' provision='base'/></site>"
              "<table name='stock'><row area='a' ncy='3' need='n' setting='s' count='8'/><row area='a' ncy='3' need='n' setting='t' count='2'/>"
              "<row area='a' ncy='10' need='n' setting='t' count='1'/><row area='a' ncy='3' need='n' setting='u' to='both' count='5'/>"
              "<row area='a' ncy='3' need='n' setting='v' to='both' count='2'/></table>"
              "<table name='unit-cost'><row setting='special' value='20000'/><row setting='special' setting-area='b' value='25000'/>"
              "<row setting='special' setting-area='b' ncy='10' value='31000'/><row setting='u' value='22000'/><row setting='base' value='7000'/>"
              "</table>");
    /* v is no row's own: 2 x 20,000 as a special school, 2 x 7,000 as a base */
    IS(ACADEMIC(w, 0, "unit-cost/special"), 100 * (8 * 20000 + 2 * 25000 + 31000 + 5 * 22000 + 2 * 20000));
    IS(ACADEMIC(w, 0, "unit-cost/base"), 0);
    IS(ACADEMIC(w, 1, "unit-cost/special"), 100 * (8 * 20000 + 3 * 25000)); /* that one is in Year 11 now */
    IS(ACADEMIC(w, 1, "unit-cost/base"), 100 * (5 * 22000 + 2 * 7000));
    free_world(&w);
}
END_TEST

START_TEST(commissioned_places_are_paid_for_filled_or_empty) {
    /* s: 10 places, 6 of ours and 1 of others: 7 filled at 10,000, 3 empty at 6,000. t: 4 of ours in 3 places, one above them: 3 filled.
       Year 2: s keeps its 10 places; t has ended, its pupils are in the 3 free ones of s and one waits. 9 + 1 filled at s. */
    world w = world_of(YEARS
                       "2'/><area id='a'/>" BASICS
                       "<site id='s' area='a' provision='special' ncy='-4..20'><places commissioned='10'/><others value='1'/></site>"
                       "<site id='t' area='a' provision='special' ncy='-4..20'><places commissioned='3'/><event date='2022-09-01' kind='close' successors='s'/></site>"
                       "<table name='stock'><row area='a' ncy='3' need='n' setting='s' count='6'/><row area='a' ncy='3' need='n' setting='t' count='4'/></table>"
                       "<table name='place-funding'><row setting='special' value='10000' empty='6000' borne-by-others='0.1'/></table>");
    IS(ACADEMIC(w, 0, "place-funding/filled"), 100 * 10 * 10000);
    IS(ACADEMIC(w, 0, "place-funding/empty"), 100 * 3 * 6000);
    IS(ACADEMIC(w, 0, "borne-by-others/all"), -10 * (10 * 10000 + 3 * 6000));
    IS(ACADEMIC(w, 1, "place-funding/filled"), 100 * 10 * 10000);
    IS(ACADEMIC(w, 1, "place-funding/empty"), 0);
    free_world(&w);
}
END_TEST

START_TEST(transport_goes_by_the_pair_of_areas) {
    /* of a: 4 at s in a x 1,500, 3 at t in b x 6,000; 12 in open provision, which stands nowhere: by the row without a place, 100 */
    world w = world_of(YEARS "1'/><area id='a' reach='b'/><area id='b'/>" BASICS
                             "<site id='s' area='a' provision='special' ncy='-4..20'><places commissioned='10'/></site>"
                             "<site id='t' area='b' provision='special' ncy='-4..20'><places commissioned='10'/></site>"
                             "<table name='stock'><row area='a' ncy='3' need='n' setting='s' count='4'/><row area='a' ncy='3' need='n' setting='t' count='3'/>"
                             "<row area='a' ncy='3' need='n' setting='open' count='12'/></table>"
                             "<table name='transport'><row value='100'/><row area='a' setting-area='a' value='1500'/>"
                             "<row area='a' setting-area='b' value='6000' borne-by-others='1'/></table>");
    IS(ACADEMIC(w, 0, "transport/all"), 100 * (4 * 1500 + 3 * 6000 + 12 * 100));
    IS(ACADEMIC(w, 0, "borne-by-others/all"), -100 * 3 * 6000);
    free_world(&w);
}
END_TEST

START_TEST(prices_grow_on_each_1_april_from_their_base_year) {
    /* 160,000 a year at 10 %: in prices of 2021, x 1.1 from April 2022: 67,068.493... x 1.1 = 73,775.342...; in prices of 2022 the first part is
       divided: 92,931.506... / 1.1 = 84,483.188... */
    static const char *const bases[] = { "2021", "2022/23" };
    static const double first[] = { 9293151, 8448319 }, second[] = { 7377534, 6706849 };
    for (int k = 0; k < 2; k++) {
        world w = world_of(YEARS "1'/><area id='a'/>" BASICS EIGHT_AT_S
                                 "<price id='fees' base-year='%s' inflation='0.1'/>"
                                 "<table name='unit-cost' price='fees'><row setting='special' value='20000'/></table>",
                           bases[k]);
        IS(COST(w, 0, "unit-cost/special"), first[k]);
        IS(COST(w, 1, "unit-cost/special"), second[k]);
        free_world(&w);
    }
}
END_TEST

START_TEST(rows_by_year_change_a_price_in_september) { /* a new banding: 8 x 20,000, then 8 x 18,000 */
    world w = world_of(YEARS "2'/><area id='a'/>" BASICS EIGHT_AT_S "<table name='unit-cost'><row setting='special' value='20000'/>"
                                                                    "<row setting='special' year='2022' value='18000'/></table>");
    IS(ACADEMIC(w, 0, "unit-cost/special"), 16000000);
    IS(ACADEMIC(w, 1, "unit-cost/special"), 14400000);
    free_world(&w);
}
END_TEST

START_TEST(diversion_costs_the_difference) {
    /* 3 of 5 in private provision (60,000) are there for want of a special school (20,000 and a place of 10,000): 3 x 30,000 a year; 52,273.97... of it
       by April. With rows for the school alone, the school stands for its provision. */
    static const char *const wanted[] = { "special", "s" };
    for (int k = 0; k < 2; k++) {
        world w = world_of(
            YEARS "1'/><area id='a'/>" BASICS "<site id='s' area='a' provision='special' ncy='-4..20'><places commissioned='0'/></site>"
                  "<table name='stock'><row area='a' ncy='3' need='n' setting='private' count='5'/></table>"
                  "<table name='stock-waiting'><row setting='private' to='special' status='diverted' count='3'/></table>"
                  "<table name='unit-cost'><row setting='private' value='60000'/><row setting='%s' value='20000'/></table>"
                  "<table name='place-funding'><row value='10000'/></table>",
            wanted[k]);
        IS(of_provision(&w, PLACE_VAR_DIVERSION_COST, 0, "special"), 5227397);
        IS(of_provision(&w, PLACE_VAR_DIVERSION_COST, 1, "special"), 3772603); /* 90,000 x 153/365 = 37,726.027... */
        IS(of_provision(&w, PLACE_VAR_DIVERSION_COST, 0, "private"), 0);
        free_world(&w);
    }
}
END_TEST

/* ---- what is stated --------------------------------------------------------------------------------------------- */

START_TEST(stated_costs_are_paid_by_the_day_once_or_by_the_plan) {
    /* 357,000 a year until April 2023: 212/365 of it is 207,353.42, the rest of the academic year makes up the whole. 1,000 a month from April to
       October 2022: 12,000 x 183/365 = 6,016.438... 25,000 in January 2022. 20 plans at 100 a year. */
    world w = world_of(YEARS "2'/><area id='a'/>" BASICS EIGHT_AT_S
                             "<cost-line id='recovery' value='357000' ends='2023-04-01' borne-by-others='0.5' funder='general fund'/>"
                             "<cost-line id='contract' value='1000' per='month' starts='2022-04-01' ends='2022-10-01'/>"
                             "<cost-line id='digital' value='25000' per='once' starts='2022-01-15'/><cost-line id='casework' value='100' per='plan'/>");
    IS(COST(w, 0, "recovery"), 20735342);
    IS(COST(w, 1, "recovery"), 35700000);
    IS(COST(w, 2, "recovery"), 0);
    IS(ACADEMIC(w, 0, "recovery"), 35700000);
    IS(ACADEMIC(w, 1, "recovery"), 20735342);
    IS(COST(w, 1, "borne-by-others/all"), -17850000);
    IS(COST(w, 1, "contract"), 601644);
    IS(COST(w, 0, "contract"), 0);
    IS(ACADEMIC(w, 0, "contract") + ACADEMIC(w, 1, "contract"), 601644);
    IS(COST(w, 0, "digital"), 2500000);
    IS(COST(w, 1, "digital"), 0);
    IS(ACADEMIC(w, 0, "digital"), 2500000);
    IS(ACADEMIC(w, 1, "casework"), 200000);
    free_world(&w);
}
END_TEST

START_TEST(a_cost_by_new_plan_is_their_number_times_it) { /* in each of 50 replications of 12 terms, none of which crosses 1 April */
    place_plan *plan = scenario_plan(
        "%s<time start='2021-09-01' step='term' steps='12'/><stock date='2021-09-01'/><provision id='open' kind='open'/><provision id='other' kind='open'/>"
        "<table name='population'><row value='300'/></table><table name='new-plans'><row value='0.01'/></table>"
        "<table name='joiner-target'><row to='open' value='1'/></table><cost-line id='assessment' per='new-plan' value='3456.78' starts='2022-09-01'/>",
        scenario_single);
    place_results *results = run_all(plan, 50, 2);
    double most = 0;
    for (int64_t i = 0; i < 50; i++)
        for (size_t year = 0; year < 4; year++) {
            double joined = 0;
            for (size_t t = 3 * year; t < 3 * year + 3; t++) joined += place_results_value(results, PLACE_VAR_JOINED, CELL(plan, PLACE_VAR_JOINED, t, 0, 0, index_of(&plan->provisions, "open")), i);
            IS(place_results_value(results, PLACE_VAR_COST_ACADEMIC, CELL(plan, PLACE_VAR_COST_ACADEMIC, year, 0), i), year == 0 ? 0 : joined * 345678);
            if (joined > most) most = joined;
        }
    ck_assert_double_gt(most, 50);
    place_results_free(results);
    place_plan_free(plan);
}
END_TEST

START_TEST(a_cost_by_request_or_assessment_is_their_number_times_it) { /* of 20 replications of nine terms, none of which crosses 1 April */
    place_plan *plan = scenario_plan(
        "%s<time start='2021-09-01' step='term' steps='9'/><stock date='2021-09-01'/><provision id='open' kind='open'/><provision id='other' kind='open'/>"
        "<table name='population'><row value='300'/></table><table name='requests'><row value='0.02'/></table><pipeline agree='0.6' issue='0.8'/>"
        "<table name='joiner-target'><row to='open' value='1'/></table><cost-line id='panel' per='request' value='123.45'/>"
        "<cost-line id='psychology' per='assessment' value='1000'/>",
        scenario_single);
    place_results *results = run_all(plan, 20, 2);
    double most = 0;
    for (int64_t i = 0; i < 20; i++)
        for (size_t year = 0; year < 3; year++) {
            double requests = 0, assessments = 0;
            for (size_t t = 3 * year; t < 3 * year + 3; t++) {
                requests += place_results_value(results, PLACE_VAR_REQUESTS, t, i);
                assessments += place_results_value(results, PLACE_VAR_ASSESSMENTS_REFUSED, t, i) + place_results_value(results, PLACE_VAR_PLANS_ISSUED, t, i);
            }
            IS(place_results_value(results, PLACE_VAR_COST_ACADEMIC, CELL(plan, PLACE_VAR_COST_ACADEMIC, year, 0), i), requests * 12345);
            IS(place_results_value(results, PLACE_VAR_COST_ACADEMIC, CELL(plan, PLACE_VAR_COST_ACADEMIC, year, 1), i), assessments * 100000);
            if (assessments > most) most = assessments;
        }
    ck_assert_double_gt(most, 50);
    place_results_free(results);
    place_plan_free(plan);
}
END_TEST

START_TEST(incomes_grow_end_and_come_once) {
    /* 4,000,000 in 2021 at 5 %: of 2021 what is left after 153 of 365 days; 4,200,000 in 2022; 4,410,000 x 153/366 in 2023 (a leap year), or with an
       amount of 5,000,000 for it, 2,090,163.93. Half a per cent of 20 million until April 2023. A grant of 2022. */
    world w = world_of(YEARS "2'/><area id='a'/>" BASICS EIGHT_AT_S
                             "<income id='high-needs' value='4000000' growth='0.05'/>"
                             "<income id='announced' value='4000000' growth='0.05'><amount financial-year='2023' value='5000000'/></income>"
                             "<income id='transfer' value='20000000' block-transfer='0.005' ends='2023-04-01'/>"
                             "<income id='grant' per='once' financial-year='2022/23' value='1000000'/>");
    IS(income(&w, 0, "high-needs"), 232328767);
    IS(income(&w, 1, "high-needs"), 420000000);
    IS(income(&w, 2, "high-needs"), 184352459);
    IS(income(&w, 1, "announced"), 420000000);
    IS(income(&w, 2, "announced"), 209016393);
    IS(income(&w, 1, "transfer"), 10000000);
    IS(income(&w, 2, "transfer"), 0);
    IS(income(&w, 0, "grant"), 0);
    IS(income(&w, 1, "grant"), 100000000);
    ck_assert(isnan(income(&w, 3, "high-needs")));
    free_world(&w);
}
END_TEST

START_TEST(the_balance_is_carried_from_its_opening) {
    /* as April 2022 begins 1,000,000 short; 4,000,000 comes in a year; 8 x 20,000 + 12 x 5,000 = 220,000 goes out: 3,780,000 more in 2022.
       Both years of pupils meet in 2022: 153 and 212 days of 365. */
    world w = world_of(YEARS "2'/><area id='a'/>" BASICS EIGHT_AT_S
                             "<table name='unit-cost'><row setting='special' value='20000'/><row setting='open' value='5000'/></table>"
                             "<budget opening-balance='-1000000' date='2022-04-01'/><income id='high-needs' value='4000000'/>");
    IS(yearly(&w, PLACE_VAR_BALANCE, 1), 378000000);
    ck_assert(isnan(yearly(&w, PLACE_VAR_BALANCE_CUMULATIVE, 0)));
    IS(yearly(&w, PLACE_VAR_BALANCE_CUMULATIVE, 1), 278000000);
    IS(yearly(&w, PLACE_VAR_BALANCE_CUMULATIVE, 2), 278000000 + yearly(&w, PLACE_VAR_BALANCE, 2));
    free_world(&w);
}
END_TEST

START_TEST(declared_savings_happen_by_chance_and_claim_the_same_money_once) {
    /* of a group the larger counts: 500,000 of 2021, and where it does not happen (0.7) the 300,000; apart, 100,000 of 2022. None touches the balance. */
    enum { R = 4000 };
    place_plan *plan = scenario_plan(YEARS "1'/><area id='a'/>" BASICS EIGHT_AT_S
                                           "<saving id='banding' group='top-ups' probability='0.3' value='500000'/>"
                                           "<saving id='moderation' group='top-ups' value='300000'/>"
                                           "<saving id='routes'><amount financial-year='2022' value='100000'/></saving><income id='high-needs' value='365'/>");
    column columns[5];
    for (size_t i = 0; i < 5; i++)
        columns[i] = (column){ PLACE_VAR_DECLARED_SAVING, CELL(plan, PLACE_VAR_DECLARED_SAVING, i / 3, i % 3) };
    columns[3] = (column){ PLACE_VAR_DECLARED_SAVING, CELL(plan, PLACE_VAR_DECLARED_SAVING, 1, 2) };
    columns[4] = (column){ PLACE_VAR_BALANCE, CELL(plan, PLACE_VAR_BALANCE, 0) };
    double *x = run_columns(plan, R, columns, 5);
    double happened = 0;
    for (size_t i = 0; i < R; i++) {
        bool banding = x[i] == 50000000;
        happened += banding;
        ck_assert(banding || x[i] == 0);
        IS(x[R + i], banding ? 0 : 30000000);
        IS(x[2 * R + i], 0);
        IS(x[3 * R + i], 10000000);
        IS(x[4 * R + i], 21200);
    }
    ck_assert_double_le(fabs(happened / R - 0.3), Z * sqrt(0.3 * 0.7 / R));
    free(x);
    place_plan_free(plan);
}
END_TEST

START_TEST(interventions_cost_while_they_run) {
    /* 36,500 a year from 1 December 2021 to 1 December 2022: 121 days of 100 pounds to April, 244 after. A risk that is sure puts another's start off by
       30 days, and not its end: 91 and 244. 12,000 once, on 1 February 2022; of one that is stopped before it begins, nothing. 10 cases a month at
       50 pounds: as many as are handled. */
    world w = world_of(
        YEARS "2'/><area id='a'/>" BASICS EIGHT_AT_S
              "<table name='population'><row value='1000'/></table><table name='new-plans'><row ncy='1' value='0.1'/></table><table name='joiner-target'><row to='open' value='1'/></table>"
              "<intervention id='x' cost='36500' starts='2021-12-01' ends='2022-12-01'><change table='new-plans' op='scale' value='0.9'/></intervention>"
              "<intervention id='y' cost='36500' starts='2021-12-01' ends='2022-12-01'><change table='new-plans' op='scale' value='0.9'/></intervention>"
              "<intervention id='z' cost='12000' cost-unit='once' starts='2022-02-01'><change table='new-plans' op='scale' value='0.9'/></intervention>"
              "<intervention id='c' cost='50' cost-unit='case' capacity='10' would-request='0.5'><change table='new-plans'/></intervention>"
              "<intervention id='free'><change table='new-plans' op='scale' value='0.9'/></intervention>"
              "<intervention id='none' cost='7000' cost-unit='once' starts='2022-02-01'><change table='new-plans' op='scale' value='0.9'/></intervention>"
              "<logged-risk id='late' likelihood='1' impact='1' score='1' probability='1' delays='y' by='30' unit='days'/>"
              "<logged-risk id='sure' likelihood='1' impact='1' score='1' probability='1' stops='none' starts='2022-01-01'/>");
    IS(COST(w, 0, "intervention/none"), 0);
    IS(COST(w, 0, "intervention/x"), 1210000);
    IS(COST(w, 1, "intervention/x"), 2440000);
    IS(COST(w, 0, "intervention/y"), 910000);
    IS(COST(w, 1, "intervention/y"), 2440000);
    IS(COST(w, 0, "intervention/z"), 1200000);
    IS(COST(w, 1, "intervention/z"), 0);
    for (size_t year = 0; year < 2; year++) {
        double cases = place_results_value(w.results, PLACE_VAR_CASES_HANDLED, CELL(w.plan, PLACE_VAR_CASES_HANDLED, year, 0), 0); /* c is the first by key */
        ck_assert_double_gt(cases, 100);
        ck_assert_double_le(fabs(ACADEMIC(w, year, "intervention/c") - cases * 5000), 1.001);
    }
    ck_assert_uint_eq(w.plan->budget->n_cost_lines, 5);
    free_world(&w);
}
END_TEST

START_TEST(what_takes_no_days_is_spent_on_its_day) { /* on 1 April 2022: in the year that begins then */
    world w = world_of(YEARS "2'/><area id='a'/>" BASICS EIGHT_AT_S
                             "<project id='p' start='2022-04-01' cost='1000'><activity id='buy' duration='0'/><delivers site='s' places='1'/></project>");
    IS(place_results_value(w.results, PLACE_VAR_PROJECT_SPEND, CELL(w.plan, PLACE_VAR_PROJECT_SPEND, 0, 0), 0), 0);
    IS(place_results_value(w.results, PLACE_VAR_PROJECT_SPEND, CELL(w.plan, PLACE_VAR_PROJECT_SPEND, 0, 1), 0), 100000);
    free_world(&w);
}
END_TEST

START_TEST(v33_present_value_of_a_hundred_pounds_a_year) { /* 100 a year for 10 years at 3.5 %: an annuity, (1 - 1.035^-10) / 0.035 */
    static const double hundreds[10] = { 100, 100, 100, 100, 100, 100, 100, 100, 100, 100 };
    double annuity = (1 - pow(1.035, -10)) / 0.035;
    ck_assert_double_eq_tol(place_present_value(hundreds, 10, 0.035, false), 100 * annuity, 1e-12 * 831);
    ck_assert_double_eq_tol(place_present_value(hundreds, 10, 0.035, true), 100 * annuity * 1.035, 1e-12 * 860);
    ck_assert_double_eq_tol(place_present_value(hundreds, 10, 0.035, false), 831.660532, 5e-7);
    ck_assert_double_eq_tol(place_present_value(hundreds, 10, 0.035, true), 860.768651, 5e-7);
    IS(place_present_value(hundreds, 10, 0, false), 1000);
    IS(place_present_value(NULL, 0, 0.035, false), 0);
}
END_TEST

START_TEST(v30_a_mitigated_uplift_acts_once_on_cost_and_time) {
    /* 24 % on cost and 4 % on time, half of each managed away: x 1.12 and x 1.02. 100 and 150 days become 102 and 153, so it is ready on day 255 where 250
       was planned; 1,000,000 becomes 1,120,000, 40 and 60 % of it in the two. */
    world w = world_of(YEARS "2'/><area id='a'/>" BASICS
                             "<project id='p' start='2021-09-01' opens='day' cost='1000000' uplift-cost='0.24' uplift-duration='0.04' mitigation='0.5'>"
                             "<activity id='design' unit='days' duration='100' cost-share='0.4'/>"
                             "<activity id='build' unit='days' duration='150' after='design' cost-share='0.6'/></project>");
    IS(place_results_value(w.results, PLACE_VAR_ACTIVITY_FINISH, 1, 0), 102); /* in order of id: build, design */
    IS(place_results_value(w.results, PLACE_VAR_ACTIVITY_FINISH, 0, 0), 255);
    IS(place_results_value(w.results, PLACE_VAR_PROJECT_SLIP_DAYS, 0, 0), 5);
    /* to 1 April 2022: all of the first part, 110 of 153 days of the second: 448,000 + 672,000 x 110/153 = 931,137.25 */
    IS(place_results_value(w.results, PLACE_VAR_PROJECT_SPEND, CELL(w.plan, PLACE_VAR_PROJECT_SPEND, 0, 0), 0), 93113725);
    IS(place_results_value(w.results, PLACE_VAR_PROJECT_SPEND, CELL(w.plan, PLACE_VAR_PROJECT_SPEND, 0, 1), 0), 112000000 - 93113725);
    free_world(&w);
}
END_TEST

/* ---- what is told ----------------------------------------------------------------------------------------------- */

#define HAS(out, part) ck_assert_msg(strstr(out, part) != NULL, "'%s' is not told", part)

START_TEST(a_summary_and_an_explanation_tell_of_money) {
    /* 8 x 20,000 and 5 x 60,000 = 460,000 a year, of which others bear a fifth of the 300,000: 400,000 net, 232,329 and 167,671. 1,000,000 comes
       in a year: 580,822 and 419,178 (153/365). Balances 348,493 and 251,507; from 500,000 short: -151,507 and 100,000. 3 of the 5 are diverted:
       3 x 212/365 = 1.742 pupil-years at 40,000 more: 69,699. At 3.5 %, ends of years: 348,493/1.035 + 251,507/1.071225 = 571,493. */
    world w = world_of(YEARS "1'/><area id='a'/>" BASICS
                             "<site id='s' area='a' provision='special' ncy='-4..20'><places commissioned='8'/></site>"
                             "<table name='stock'><row area='a' ncy='3' need='n' setting='s' count='8'/><row area='a' ncy='3' need='n' setting='private' count='5'/></table>"
                             "<table name='stock-waiting'><row setting='private' to='special' status='diverted' count='3'/></table>"
                             "<table name='unit-cost'><row setting='special' value='20000'/><row setting='private' value='60000' borne-by-others='0.2'/></table>"
                             "<income id='high-needs' name='High-needs block' value='1000000'/><budget opening-balance='-500000'/>"
                             "<saving id='routes' name='Transport routes' probability='1' value='7000' financial-year='2022'/>"
                             "<project id='p' start='2021-09-01' cost='365000'><activity id='build' unit='days' duration='365'/>"
                             "<funding id='grant' name='Capital grant' ceiling='300000' spend-by='2022-03-31'/></project>");
    place_summary *s = NULL;
    place_error err = { 0 };
    place_summary_source source = { .n_replications = 1, .read = read_results, .self = w.results };
    ck_assert_int_eq(place_summary_create(&s, w.plan, &source, PLACE_NONE, PLACE_NONE, PLACE_READING_SEPTEMBER, &err), PLACE_OK);
    ck_assert_uint_eq(s->n_money, 2);
    ck_assert(s->money[0].part && s->money[1].part);
    ck_assert_double_eq_tol(s->money[0].cost.mean, 232328.77, 0.011);
    ck_assert_double_eq_tol(s->money[1].income.mean, 419178.08, 0.011);
    ck_assert_double_eq_tol(s->money[0].cumulative.mean, -151506.85, 0.011);
    ck_assert_double_eq_tol(s->money[1].cumulative.mean, 100000, 0.011);
    IS(s->money[0].overdrawn.share, 1);
    IS(s->money[1].overdrawn.share, 0);
    IS(s->money[1].saving.mean, 7000);
    ck_assert_double_eq_tol(s->present_balance.mean, 348493.15 / 1.035 + 251506.85 / 1.071225, 0.02);
    ck_assert_uint_eq(s->n_diversions, 4); /* special and base, in two years */
    const place_summary_diversion *diversion = &s->diversions[w.plan->provisions.items[s->diversions[0].provision].id[0] == 's' ? 0 : 2];
    ck_assert_double_eq_tol(diversion->pupil_years.mean, 3 * 212.0 / 365, 1e-12);
    ck_assert_double_eq_tol(diversion->gbp.mean, 69698.63, 0.006);
    /* 1,000 pounds a day: 212,000 in 2021/22, all of it paid by the grant, which loses 88,000 */
    IS(s->capital[0].gbp.mean, 212000);
    IS(s->grants[0].used.mean, 212000);
    IS(s->grants[0].lost.mean, 88000);
    IS(s->grants[0].any_lost.share, 1);
    char *summary = report_text(w.plan, s), *explanation = report_text(w.plan, NULL);
    HAS(summary, "REVENUE BY FINANCIAL YEAR");
    HAS(summary, "2021/22*   232     581      348        -152       100");
    HAS(summary, "Present value as 2021/22 begins, at 3.5 % a year, a year's money falling at its end:");
    HAS(summary, "Borne by others       -35      -25");
    HAS(summary, "High-needs block      581      419");
    HAS(summary, "2021/22          1.7          70");
    HAS(summary, "Transport routes        0        7\n  all                     0        7");
    HAS(summary, "Capital grant    300  31 Mar 2022   212    88         100");
    HAS(explanation, "WHAT PUPILS AND PLACES COST");
    HAS(explanation, "setting private   60000                     20       5       300");
    HAS(explanation, "The balance as 1 Sep 2021 begins is -500000 pounds.");
    HAS(explanation, "made with a chance of 100 %");
    free(summary), free(explanation);
    place_summary_free(s);
    free_world(&w);
}
END_TEST

/* ---- identities ------------------------------------------------------------------------------------------------- */

enum { N_SCENARIOS = 40, N = 8 };

/* A random scenario with a text put before its end. */
static place_plan *random_plan(uint32_t number, unsigned flags, const char *more) {
    text xml = { 0 };
    scenario_random(&xml, number, flags);
    char *end = strstr(xml.at, "</scenario>");
    ck_assert_ptr_nonnull(end);
    *end = '\0';
    text whole = { 0 };
    text_add(&whole, "%s%s</scenario>", xml.at, more);
    place_plan *plan = scenario_load_text(whole.at, NULL, 0);
    text_free(&xml), text_free(&whole);
    return plan;
}

/* Pence of n pupils at a yearly price, for some days of an academic year, half up: in whole numbers. */
static int64_t product(int64_t n, int64_t pence, int64_t days, int64_t year_days) {
    return (2 * n * pence * days + year_days) / (2 * year_days);
}

START_TEST(v34_cost_is_unit_cost_times_pupil_years) {
    /* of every provision at a price of its own, an even number of pence (so that no product is half a penny), from the stored stock alone */
    int64_t n_compared = 0;
    for (uint32_t number = 0; number < N_SCENARIOS; number++) {
        text table = { 0 };
        place_plan *bare = random_plan(number, WITHOUT_MONEY, "");
        text_add(&table, "<table name='unit-cost'>");
        for (size_t v = 0; v < bare->provisions.n; v++)
            text_add(&table, "<row setting='%s' value='%zu.02'/>", bare->provisions.items[v].id, 7000 + 9001 * v);
        text_add(&table, "</table>");
        place_plan_free(bare);
        place_plan *plan = random_plan(number, WITHOUT_MONEY, table.at);
        place_results *results = run_all(plan, N, 2);
        size_t n_ap = plan->areas.n * plan->phases.n, n_provisions = plan->provisions.n, n_years = place_axis_length(plan, PLACE_AXIS_FINANCIAL_YEAR);
        for (int64_t i = 0; i < N; i++)
            for (size_t v = 0; v < n_provisions; v++) {
                int64_t expected[64] = { 0 }, price = (int64_t)(7000 + 9001 * v) * 100 + 2;
                for (size_t t = 0; t < plan->calendar.n_steps; t++) {
                    int64_t stock = 0;
                    for (size_t k = 0; k < n_ap; k++) stock += (int64_t)place_results_value(results, PLACE_VAR_STOCK, (t * n_ap + k) * n_provisions + v, i);
                    int32_t start = plan->calendar.start_day[t], end = plan->calendar.start_day[t + 1];
                    int academic = place_day_academic_year(start), financial = place_day_financial_year(start);
                    int32_t april = place_day(financial + 1, 4, 1), year_days = place_day(academic + 1, 9, 1) - place_day(academic, 9, 1);
                    size_t y = (size_t)(financial - place_first_financial_year(plan));
                    expected[y] += product(stock, price, (april < end ? april : end) - start, year_days);
                    if (april < end) expected[y + 1] += product(stock, price, end - april, year_days);
                    n_compared += stock > 0;
                }
                size_t line = (size_t)plan->budget->unit_line[v];
                for (size_t y = 0; y < n_years; y++) {
                    if (!place_financial_year_runs(plan, y)) continue;
                    double found = place_results_value(results, PLACE_VAR_COST, CELL(plan, PLACE_VAR_COST, y, line), i);
                    if (found != (double)expected[y])
                        ck_abort_msg("scenario %u, replication %lld, %s, year %zu: %.0f, expected %lld", number, (long long)i, plan->provisions.items[v].id, y, found,
                                     (long long)expected[y]);
                }
            }
        place_results_free(results);
        place_plan_free(plan);
        text_free(&table);
    }
    ck_assert_int_gt(n_compared, 10000);
}
END_TEST

static double sum_of(const place_results *results, place_variable_id variable, size_t first, size_t n, int64_t i) {
    double sum = 0;
    for (size_t k = 0; k < n; k++) sum += place_results_value(results, variable, first + k, i);
    return sum;
}

START_TEST(lines_provisions_years_and_balances_agree) {
    int n_with_money = 0;
    for (uint32_t number = 0; number < N_SCENARIOS; number++) {
        place_plan *plan = random_plan(number, 0, "");
        const place_budget *budget = plan->budget;
        if (budget == NULL) {
            place_plan_free(plan);
            continue;
        }
        n_with_money++;
        place_results *results = run_all(plan, N, 2);
        size_t n_lines = budget->n_lines, n_years = place_axis_length(plan, PLACE_AXIS_FINANCIAL_YEAR), n_provisions = plan->provisions.n;
        for (int64_t i = 0; i < N; i++) {
            double cumulative = place_results_value(results, PLACE_VAR_BALANCE_CUMULATIVE, 0, i);
            double *by_line = calloc(n_lines, sizeof *by_line);
            for (size_t y = 0; y < n_years; y++) {
                double balance = place_results_value(results, PLACE_VAR_BALANCE, y, i);
                if (!place_financial_year_runs(plan, y)) {
                    ck_assert(isnan(balance));
                    continue;
                }
                IS(balance, sum_of(results, PLACE_VAR_INCOME, y * budget->n_incomes, budget->n_incomes, i) - sum_of(results, PLACE_VAR_COST, y * n_lines, n_lines, i));
                double now = place_results_value(results, PLACE_VAR_BALANCE_CUMULATIVE, y, i);
                if (!isnan(cumulative) && y > 0) IS(now, cumulative + balance);
                cumulative = now;
                /* what is priced by setting is in lines before those stated, and again by provision */
                IS(sum_of(results, PLACE_VAR_COST, y * n_lines, (size_t)budget->first_stated_line, i),
                   sum_of(results, PLACE_VAR_COST_BY_PROVISION, y * n_provisions, n_provisions, i));
                for (size_t k = 0; k < n_lines; k++) by_line[k] += place_results_value(results, PLACE_VAR_COST, y * n_lines + k, i);
                size_t n_counted = 0; /* two savings of one group */
                for (size_t k = 0; k < budget->n_savings; k++) n_counted += place_results_value(results, PLACE_VAR_DECLARED_SAVING, y * budget->n_savings + k, i) > 0;
                ck_assert_uint_le(n_counted, 1);
            }
            for (size_t k = 0; k < n_lines; k++) {
                double academic = 0;
                for (size_t y = 0; y < plan->calendar.n_years; y++) academic += place_results_value(results, PLACE_VAR_COST_ACADEMIC, y * n_lines + k, i);
                IS(academic, by_line[k]);
            }
            free(by_line);
        }
        place_results_free(results);
        place_plan_free(plan);
    }
    ck_assert_int_gt(n_with_money, N_SCENARIOS / 2);
}
END_TEST

static bool is_money(int variable) {
    return (variable >= PLACE_VAR_COST && variable <= PLACE_VAR_DECLARED_SAVING);
}

START_TEST(money_moves_no_pupil) { /* the same scenario without it has the same values in all other variables, and no variable of money */
    for (uint32_t number = 0; number < N_SCENARIOS / 2; number++) {
        place_plan *plan = random_plan(number, 0, ""), *bare = random_plan(number, WITHOUT_MONEY, "");
        place_results *one = run_all(plan, N, 2), *two = run_all(bare, N, 2);
        ck_assert_ptr_null(bare->budget);
        for (int v = 0; v < PLACE_N_VARIABLES; v++) {
            if (is_money(v)) ck_assert_uint_eq(place_results_cells(two, (place_variable_id)v), 0);
            else if (v != PLACE_VAR_INPUT_VALUE) assert_same_variable(one, two, (place_variable_id)v, N); /* prices are inputs too */
        }
        place_results_free(one), place_results_free(two);
        place_plan_free(plan), place_plan_free(bare);
    }
}
END_TEST

START_TEST(m7_three_times_the_money_is_three_times_the_cost_within_a_penny_a_product) {
    /* Three times a rounded product and the product of three times the price differ by a penny at most. Terms end where financial years do, three to a
       year; lines have two rows at most, place funding as many and incomes and stated costs one product, or two where September splits them. */
    place_results *results[2];
    place_plan *plans[2];
    double ratio = 3, most = 0;
    for (int k = 0; k < 2; k++) {
        double x = k == 0 ? 1 : ratio;
        plans[k] = scenario_plan(
            "<time start='2021-09-01' steps='9' step='term'/><area id='north' reach='south'/><area id='south'/><need id='n'/><need id='m'/><stock date='2021-09-01'/>"
            "<provision id='mainstream' kind='open'/><provision id='special' kind='limited'/><provision id='independent' kind='open'/>"
            "<table name='population'><row value='400'/></table><table name='new-plans'><row ncy='-1..10' value='0.006'/></table>"
            "<table name='joiner-target'><row to='special' value='0.3'/><row to='mainstream' residual='yes'/></table>"
            "<table name='waiting-setting'><row setting='mainstream'/></table>"
            "<table name='divert'><row to='special' setting='independent' at-once='0.3' rate='0.2'/></table>"
            "<site id='s' area='north' provision='special' ncy='-4..20'><places commissioned='7'/></site>"
            "<table name='unit-cost'><row value='%.2f'/><row setting='special' value='%.2f'/><row setting='special' need='m' value='%.2f'/>"
            "<row setting='independent' value='%.2f' borne-by-others='0.2'/></table>"
            "<table name='place-funding'><row value='%.2f'/></table><table name='transport'><row value='%.2f'/></table>"
            "<cost-line id='team' value='%.2f'/><cost-line id='panel' per='new-plan' value='%.2f'/><income id='high-needs' value='%.2f' growth='0.03'/>"
            "<budget opening-balance='-%.2f'/>",
            1234.57 * x, 19876.54 * x, 23456.78 * x, 61500.03 * x, 10000.01 * x, 4321.09 * x, 357000.01 * x, 3456.79 * x, 2000000.03 * x, 500000.01 * x);
        results[k] = run_all(plans[k], N, 2);
    }
    for (int v = 0; v < PLACE_N_VARIABLES; v++) {
        if (!is_money(v)) {
            assert_same_variable(results[0], results[1], (place_variable_id)v, N); /* nothing else moves */
            continue;
        }
        for (size_t cell = 0; cell < place_results_cells(results[0], (place_variable_id)v); cell++)
            for (int64_t i = 0; i < N; i++) {
                double once = place_results_value(results[0], (place_variable_id)v, cell, i), thrice = place_results_value(results[1], (place_variable_id)v, cell, i);
                if (isnan(once) && isnan(thrice)) continue;
                if (v == PLACE_VAR_COST) ck_assert_double_le(fabs(thrice - ratio * once), 3 * 2);
                if (v == PLACE_VAR_INCOME) ck_assert_double_le(fabs(thrice - ratio * once), 2);
                ck_assert_double_le(fabs(thrice - ratio * once), 1e-5 * fabs(once) + 2000);
                if (v == PLACE_VAR_COST && once > most) most = once;
            }
    }
    ck_assert_double_gt(most, 10000000);
    for (int k = 0; k < 2; k++) place_results_free(results[k]), place_plan_free(plans[k]);
}
END_TEST

/* ---- what is refused -------------------------------------------------------------------------------------------- */

/* What stands on line 2 of the base, and the sentence it earns there. */
static const struct {
    const char *text, *sentence;
} refused[] = {
    { "<table name=\"unit-cost\"><row setting=\"speciall\" value=\"1\"/></table>", "there is no site or provision 'speciall'; did you mean 'special'?" },
    { "<table name=\"unit-cost\"><row setting=\"special\" value=\"-1\"/></table>", "-1" },
    { "<table name=\"unit-cost\"><row setting=\"special\" value=\"1\" borne-by-others=\"1.2\"/></table>", "1.2" },
    { "<table name=\"unit-cost\"><row setting=\"special\" value=\"20000000\"/></table>", "of at most 1e+07 is taken for real" },
    { "<table name=\"unit-cost\"><row setting=\"special\" value=\"1\"/><row setting=\"ash\" need=\"asd\" value=\"2\"/><row setting=\"special\" area=\"north\" value=\"3\"/></table>",
      "neither lies inside the other" },
    { "<table name=\"unit-cost\"><row setting=\"special\" value=\"1\" empty=\"2\"/></table>", "table 'unit-cost' does not take 'empty'" },
    { "<table name=\"unit-cost\"><row setting=\"special\" value=\"1\" price=\"fees\"/></table>", "there is no price 'fees'" },
    { "<table name=\"unit-cost\"><row setting=\"special\" value=\"1\" year=\"1999\"/></table>", "matches no year of the run" },
    { "<table name=\"place-funding\"><row setting=\"mainstream\" value=\"1\"/></table>", "'mainstream' has no commissioned places" },
    { "<table name=\"transport\"><row area=\"north\" setting-area=\"north\" value=\"1\"/></table>",
      "table 'transport' has no row for pupils of area 'north' at sites in area 'south', where they may be placed; give one, if only of 0" },
    { "<table name=\"transport\"><row setting-area=\"west\" value=\"1\"/></table>", "there is no area 'west'" },
    { "<table name=\"transport\"><row value=\"1\"/><row setting=\"ash\" setting-area=\"south\" value=\"1\"/></table>", "none of its sites stands in 'south'" },
    { "<table name=\"recode\" price=\"fees\"/>", "table 'recode' does not take price" },
    { "<price id=\"fees\" inflation=\"-0.6\"/>", "above -0.5 a year; found -0.6" },
    { "<price id=\"fees\" base-year=\"2021/23\"/>", "a financial year such as 2021 or 2021/22 is wanted; found '2021/23'" },
    { "<price id=\"ash\"/>", "price 'ash' has the id of site 'ash' at line" },
    { "<cost-line id=\"c\" value=\"1\" starts=\"2030-01-01\"/>", "it holds on no day of the run, so it changes nothing" },
    { "<cost-line id=\"c\" value=\"1\" starts=\"2022-01-01\" ends=\"2022-01-01\"/>", "it ends on 2022-01-01, not after it starts on 2022-01-01" },
    { "<cost-line id=\"c\" value=\"1\" per=\"request\"/>", "requests and assessments are those of a pipeline, and there is none" },
    { "<cost-line id=\"c\" value=\"1\" per=\"once\"/>", "what is paid once is paid on a day" },
    { "<cost-line id=\"c\" value=\"1\" per=\"once\" starts=\"2020-01-01\"/>", "it is paid on 2020-01-01, before the run" },
    { "<cost-line id=\"c\" value=\"1\" per=\"once\" starts=\"2022-01-01\" ends=\"2022-04-01\"/>", "cost-line 'c': what is paid once has no end" },
    { "<income id=\"i\"/>", "a value is wanted, or amounts by financial year" },
    { "<income id=\"i\" financial-year=\"2021\"><amount financial-year=\"2021\" value=\"1\"/></income>", "a financial-year is that of its value" },
    { "<income id=\"i\" value=\"1\"><amount financial-year=\"2021\" value=\"1\"/></income>", "the financial year 2021 has two amounts" },
    { "<income id=\"i\" per=\"once\" value=\"1\" financial-year=\"2035\"/>", "none of its financial years is in the run" },
    { "<income id=\"i\" per=\"once\" value=\"1\" growth=\"0.1\"/>", "what comes once does not grow" },
    { "<income id=\"i\" value=\"1\" block-transfer=\"2\"/>", "2" },
    { "<saving id=\"x\" value=\"1\" financial-year=\"2019\"/>", "none of its financial years is in the run, so it shows nowhere" },
    { "<saving id=\"x\" value=\"1\" probability=\"1.5\"/>", "1.5" },
    { "<budget date=\"2021-04-01\"/>", "the opening balance is of the run's first day, 2021-09-01, or of a 1 April within the run; found '2021-04-01'" },
    { "<project id=\"x\" start=\"2021-09-01\" mitigation=\"0.5\"><activity id=\"y\" duration=\"1\"/></project>", "mitigation takes away part of an uplift, and it has none" },
    { "<budget/><budget/>", "there are 2 budget elements" },
};

START_TEST(what_is_wrong_is_said_at_its_line) {
    static place_errors errors;
    char *xml = scenario_changed(scenario_base, "  <notes>A small county.</notes>", refused[_i].text);
    place_plan *plan = scenario_load(xml, &errors);
    bool found = false;
    ck_assert_msg(plan == NULL, "accepted: %s", refused[_i].text);
    for (size_t e = 0; e < errors.n_errors; e++) found |= strstr(errors.errors[e].message, refused[_i].sentence) != NULL;
    ck_assert_msg(found, "'%s' is not what is said of %s, but: %s", refused[_i].sentence, refused[_i].text, errors.errors[0].message);
    ck_assert_uint_eq(errors.n_errors, strstr(refused[_i].sentence, "may be placed") != NULL ? 3 : 1); /* a pair of areas each */
    for (size_t e = 0; e < errors.n_errors; e++) ck_assert_int_eq(errors.errors[e].line, 2);
    free(xml);
}
END_TEST

START_TEST(what_is_doubtful_is_said_but_accepted) {
    static const char *const doubts[][2] = {
        { "<table name=\"unit-cost\"><row setting=\"ash independent\" value=\"1\"/></table>", "table 'unit-cost' has no row for 'mainstream', 'bay', 'elm', 'new': pupils there cost nothing" },
        { "<price id=\"fees\" inflation=\"0.1\"/>", "price 'fees' is named by no cost" },
    };
    static place_errors errors;
    for (size_t k = 0; k < 2; k++) {
        char *xml = scenario_changed(scenario_base, "  <notes>A small county.</notes>", doubts[k][0]);
        place_plan *plan = scenario_load(xml, &errors);
        bool found = false;
        ck_assert_ptr_nonnull(plan);
        for (size_t e = 0; e < errors.n_warnings; e++) found |= strcmp(errors.warnings[e].message, doubts[k][1]) == 0;
        ck_assert_msg(found, "not said: %s", doubts[k][1]);
        ck_assert_int_eq(plan->budget != NULL, k == 0); /* a price alone is no money */
        place_plan_free(plan);
        free(xml);
    }
}
END_TEST

Suite *money_suite(void) {
    Suite *suite = suite_create("money");
    TCase *costs = tcase_create("costs"), *stated = tcase_create("stated"), *identities = tcase_create("identities"), *reading = tcase_create("reading");
    tcase_add_test(costs, a_pupil_year_costs_its_unit_cost_split_by_days_at_1_april);
    tcase_add_test(costs, the_most_specific_row_prices_a_pupil);
    tcase_add_test(costs, commissioned_places_are_paid_for_filled_or_empty);
    tcase_add_test(costs, transport_goes_by_the_pair_of_areas);
    tcase_add_test(costs, prices_grow_on_each_1_april_from_their_base_year);
    tcase_add_test(costs, rows_by_year_change_a_price_in_september);
    tcase_add_test(costs, diversion_costs_the_difference);
    tcase_add_test(stated, stated_costs_are_paid_by_the_day_once_or_by_the_plan);
    tcase_add_test(stated, a_cost_by_new_plan_is_their_number_times_it);
    tcase_add_test(stated, a_cost_by_request_or_assessment_is_their_number_times_it);
    tcase_add_test(stated, incomes_grow_end_and_come_once);
    tcase_add_test(stated, the_balance_is_carried_from_its_opening);
    tcase_add_test(stated, declared_savings_happen_by_chance_and_claim_the_same_money_once);
    tcase_add_test(stated, interventions_cost_while_they_run);
    tcase_add_test(stated, what_takes_no_days_is_spent_on_its_day);
    tcase_add_test(stated, v33_present_value_of_a_hundred_pounds_a_year);
    tcase_add_test(stated, v30_a_mitigated_uplift_acts_once_on_cost_and_time);
    tcase_add_test(stated, a_summary_and_an_explanation_tell_of_money);
    tcase_add_test(identities, v34_cost_is_unit_cost_times_pupil_years);
    tcase_add_test(identities, lines_provisions_years_and_balances_agree);
    tcase_add_test(identities, money_moves_no_pupil);
    tcase_add_test(identities, m7_three_times_the_money_is_three_times_the_cost_within_a_penny_a_product);
    tcase_add_loop_test(reading, what_is_wrong_is_said_at_its_line, 0, (int)(sizeof refused / sizeof *refused));
    tcase_add_test(reading, what_is_doubtful_is_said_but_accepted);
    suite_add_tcase(suite, costs);
    suite_add_tcase(suite, stated);
    suite_add_tcase(suite, identities);
    suite_add_tcase(suite, reading);
    return suite;
}
