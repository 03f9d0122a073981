/* SPDX-License-Identifier: MIT */
/**
 * Summaries of four replications whose values are written here by hand: two areas, two phases, a limited provision and an open
 * one, four terms from January 2021 with one September, one site, one project of two activities.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "place/date.h"
#include "place/summary.h"
#include "suites.h"

enum { R = 4, BASE = 0, MAIN = 1 };

typedef struct given {
    place_variable_id variable;
    size_t cell;
    double values[R];
} given;

/* [year][area][phase][provision] with year 1 of 2; [year][phase][provision]; [step 2 of 4][site] ... */
#define APV(year, area, phase, provision) (((((year) * 2u) + (area)) * 2u + (phase)) * 2u + (provision))
#define PV(year, phase, provision) ((((year) * 2u) + (phase)) * 2u + (provision))

static const given values_given[] = {
    { PLACE_VAR_SEPTEMBER_DEMAND, APV(1, 0, 0, BASE), { 10, 20, 30, 40 } },
    { PLACE_VAR_SEPTEMBER_DEMAND, APV(1, 1, 1, BASE), { 1, 1, 1, 1 } },
    { PLACE_VAR_SEPTEMBER_AVAILABLE, APV(1, 0, 0, BASE), { 15, 15, 15, 15 } },
    { PLACE_VAR_SEPTEMBER_UNMET, APV(1, 0, 0, BASE), { 0, 1, 2, 3 } },
    { PLACE_VAR_SEPTEMBER_SHORTFALL, APV(1, 0, 0, BASE), { 2, 7, 17, 27 } },
    { PLACE_VAR_SEPTEMBER_SHORTFALL, APV(1, 1, 1, BASE), { 1, 1, 1, 1 } },
    { PLACE_VAR_SEPTEMBER_SHORTFALL_AUTHORITY, PV(1, 0, BASE), { 0, 5, 15, 25 } },
    { PLACE_VAR_SEPTEMBER_SHORTFALL_AUTHORITY, PV(1, 1, BASE), { 1, 1, 1, 1 } },
    { PLACE_VAR_SEPTEMBER_WHERE, ((1 * 2 + 0) * 2 + BASE) * 2 + MAIN, { 0, 1, 2, 3 } },
    { PLACE_VAR_CAUSE_COUNT, APV(2, 0, 0, BASE) * PLACE_N_CAUSES + PLACE_CAUSE_LATE, { 0, 0, 2, 2 } },
    { PLACE_VAR_SITE_ROLL, 2, { 8, 9, 11, 12 } },
    { PLACE_VAR_SITE_OTHERS, 2, { 1, 1, 1, 1 } },
    { PLACE_VAR_SITE_COMMISSIONED, 2, { 10, 10, 10, 0 } },
    /* planned for 1 September 2021: in time, 122 days late, 122 days late, never; days from 1 September 2020 */
    { PLACE_VAR_PROJECT_OPENING, 0, { 365, 487, 487, INFINITY } },
    { PLACE_VAR_PROJECT_CANCELLED, 0, { 0, 0, 0, 1 } },
    { PLACE_VAR_PROJECT_SPEND, 0, { 100000, 200000, 300000, 0 } },
    { PLACE_VAR_PROJECT_SPEND, 1, { 100000, 0, 0, 0 } },
    /* both planned to take 100 days from 1 January 2021 (day 122) */
    { PLACE_VAR_ACTIVITY_FINISH, 0, { 222, 232, 222, 222 } },
    { PLACE_VAR_ACTIVITY_FINISH, 1, { 322, 372, 402, INFINITY } },
    { PLACE_VAR_ACTIVITY_CRITICAL, 0, { 1, 1, 1, 0 } },
    { PLACE_VAR_ACTIVITY_CRITICAL, 1, { 1, 1, 1, 0 } },
    { PLACE_VAR_OPENING_STOCK, 0, { 100, 100, 100, 100 } },
    { PLACE_VAR_STOCK, APV(2, 0, 0, MAIN), { 100, 110, 120, 130 } },
    { PLACE_VAR_STOCK, APV(2, 1, 1, BASE), { 1, 1, 1, 1 } },
    { PLACE_VAR_STOCK, APV(3, 0, 0, MAIN), { 999, 999, 999, 999 } },   /* at the close of the spring term: not a January */
    { PLACE_VAR_JOINED, APV(0, 0, 0, MAIN), { 3, 3, 3, 3 } },
    { PLACE_VAR_JOINED, APV(1, 0, 0, MAIN), { 0, 1, 2, 3 } },
    { PLACE_VAR_JOINED, APV(2, 0, 0, MAIN), { 1, 1, 1, 1 } },
    { PLACE_VAR_JOINED, APV(3, 0, 0, MAIN), { 50, 50, 50, 50 } },
};

/* ---- the plan --------------------------------------------------------------------------------------------------- */

static place_item provisions[] = { { "base", "Resource base", 1, 0 }, { "main", "Mainstream", 2, 1 } };
static place_item areas[] = { { "east", "East", 1, 0 }, { "west", "West", 2, 1 } };
static place_item phases[] = { { "first", "First", 1, 1 }, { "second", "Second", 2, 0 } };   /* shown in the other order */
static place_item needs[] = { { "any", "Any", 1, 0 } };
static const place_provision_kind kinds[] = { PLACE_LIMITED, PLACE_OPEN };
static int32_t start_day[5];
static const int32_t years[] = { 0, 0, 1, 1 };
static const bool september[] = { false, false, true, false };
static const int32_t order[] = { 0, 1 }, before[] = { 0 };
static place_site site = { .item = { "ash", "Ash", 1, 0 } };
static place_activity activities[2];
static place_project project;
static place_plan plan;

static place_summary *summary;
static const given *damage; /* a variable that cannot be read; NULL: none */

static place_status read_given(void *self, place_variable_id variable, size_t n_cells, double **out, place_error *err) {
    (void)self;
    if (damage != NULL && damage->variable == variable) return place_error_set(err, PLACE_SYSTEM, "x.h5", 0, "damaged");
    double *values = calloc(n_cells * R, sizeof *values);
    ck_assert_ptr_nonnull(values);
    for (size_t i = 0; i < sizeof values_given / sizeof values_given[0]; i++) {
        if (values_given[i].variable != variable) continue;
        ck_assert_uint_lt(values_given[i].cell, n_cells);
        memcpy(values + values_given[i].cell * R, values_given[i].values, sizeof values_given[i].values);
    }
    *out = values;
    return PLACE_OK;
}

static void make_plan(void) {
    const int32_t days[] = { place_day(2021, 1, 1), place_day(2021, 4, 1), place_day(2021, 9, 1), place_day(2022, 1, 1), place_day(2022, 4, 1) };
    memcpy(start_day, days, sizeof days);
    for (int i = 0; i < 2; i++)
        activities[i] = (place_activity){ .item = { i == 0 ? "design" : "build", i == 0 ? "Design" : "Build", 1, i }, .planned_days = 100,
                                          .earliest_day = INT32_MIN, .gate = PLACE_NONE, .n_before = (size_t)i, .before = before };
    project = (place_project){ .item = { "wing", "Wing", 1, 0 }, .start_day = days[0], .planned_opening_day = days[2], .n_activities = 2,
                               .order = order };
    plan = (place_plan){
        .calendar = { .n_steps = 4, .n_years = 2, .steps_per_year = 3, .first_year = 2020, .start_day = start_day, .year = years,
                      .september = september },
        .areas = { 2, areas }, .phases = { 2, phases }, .needs = { 1, needs }, .provisions = { 2, provisions }, .provision_kind = kinds,
        .n_sites = 1, .sites = &site, .n_projects = 1, .projects = &project, .n_activities = 2, .activities = activities,
        .sufficiency = { .unmet_share = 0.05, .max_wait_steps = PLACE_NONE },
    };
}

static place_status summarise(int32_t area, int32_t phase, place_error *err) {
    place_summary_source source = { .n_replications = R, .read = read_given };
    return place_summary_create(&summary, &plan, &source, area, phase, PLACE_READING_SEPTEMBER, err);
}

static void setup(void) {
    place_error err = { 0 };
    make_plan();
    ck_assert_int_eq(summarise(PLACE_NONE, PLACE_NONE, &err), PLACE_OK);
}

static void teardown(void) {
    place_summary_free(summary);
    summary = NULL;
    damage = NULL;
}

/* ---- tests ------------------------------------------------------------------------------------------------------ */

START_TEST(percentiles_are_order_statistics) {   /* of ten: the first, the fifth, the ninth */
    const double values[] = { 9, 3, 7, 1, 5, 10, 2, 8, 6, 4 };
    double sorted[10];
    place_spread s = place_spread_of(values, 10, sorted);
    ck_assert_double_eq(s.p10, 1);
    ck_assert_double_eq(s.p50, 5);
    ck_assert_double_eq(s.p90, 9);
    ck_assert_double_eq(s.mean, 5.5);
    ck_assert_double_eq_tol(s.error, sqrt(82.5 / 9 / 10), 1e-12);   /* squares about 5.5 sum to 82.5 */
    ck_assert_double_eq(place_spread_quantile(sorted, 10, 0.95), 10);
} END_TEST

START_TEST(never_counts_in_percentiles_and_missing_does_not) {
    const double values[] = { INFINITY, 1, NAN, 2, INFINITY };
    double sorted[5];
    place_spread s = place_spread_of(values, 5, sorted);
    ck_assert_int_eq(s.n, 4);
    ck_assert_double_eq(s.p50, 2);
    ck_assert(isinf(s.p90));
    ck_assert_double_eq(s.mean, 1.5);
} END_TEST

START_TEST(a_chance_has_its_binomial_error) {   /* sqrt(0.25 x 0.75 / 4) */
    place_chance c = place_chance_of(1, 4);
    ck_assert_double_eq(c.share, 0.25);
    ck_assert_double_eq_tol(c.error, sqrt(0.046875), 1e-12);
    ck_assert(isnan(place_chance_of(0, 0).share));
} END_TEST

START_TEST(septembers_sum_areas_and_phases_before_they_are_spread) {
    const place_summary_year *all = &summary->years[0];
    ck_assert_uint_eq(summary->n_years, 3);   /* one September, one limited provision: all phases, then each */
    ck_assert_int_eq(all->year, 1);
    ck_assert_int_eq(all->phase, PLACE_NONE);
    ck_assert_int_eq(summary->years[1].phase, 1);   /* in the order of display */
    ck_assert_double_eq(all->demand.mean, 26);           /* 11, 21, 31, 41          */
    ck_assert_double_eq(all->demand.p50, 21);
    ck_assert_double_eq(all->shortfall.mean, 12.25);     /* 1, 6, 16, 26            */
    ck_assert_double_eq(all->misplaced.mean, 2);         /* 3, 8, 18, 28 by area    */
    ck_assert_double_eq(all->short_by[0].share, 1);
    ck_assert_double_eq(all->short_by[1].share, 0.5);
    ck_assert_double_eq(all->short_by[2].share, 0.25);
    ck_assert_double_eq(all->any_unmet.share, 0.75);
} END_TEST

START_TEST(places_needed_are_quantiles_of_demand) {
    const place_summary_year *all = &summary->years[0];
    ck_assert_double_eq(all->needed[0], 21);
    ck_assert_double_eq(all->needed[3], 41);
    ck_assert_double_eq(all->lacking[0], 6);   /* -4, 6, 16, 26 */
    ck_assert_double_eq(all->lacking[1], 26);
} END_TEST

START_TEST(sufficient_allows_the_stated_share_unmet) {   /* 5 % of 11, 21, 31, 41 is 0.55, 1.05, 1.55, 2.05: 0 and 1 pass, 2 and 3 do not */
    ck_assert_double_eq(summary->years[0].sufficient.share, 0.5);
} END_TEST

START_TEST(one_area_has_its_own_shortfall_alone) {
    place_error err = { 0 };
    place_summary_free(summary);
    ck_assert_int_eq(summarise(1, PLACE_NONE, &err), PLACE_OK);
    ck_assert_double_eq(summary->years[0].demand.mean, 1);
    ck_assert_double_eq(summary->years[0].shortfall.mean, 1);
    ck_assert_uint_eq(summary->n_unmet, 0);   /* where they are is not kept by area */
} END_TEST

START_TEST(the_unmet_are_told_by_where_and_why) {
    ck_assert_uint_eq(summary->n_unmet, 1);
    ck_assert_double_eq(summary->unmet[0].where[MAIN], 1.5);
    ck_assert_double_eq(summary->unmet[0].unmet, 1.5);
    ck_assert_double_eq(summary->unmet[0].cause[PLACE_CAUSE_LATE], 1);
} END_TEST

START_TEST(a_project_opens_late_or_never) {
    const place_summary_project *p = &summary->projects[0];
    ck_assert_double_eq(p->planned, place_day(2021, 9, 1));
    ck_assert_double_eq(p->opening.p50, place_day(2022, 1, 1));
    ck_assert(isinf(p->opening.p90));
    ck_assert_double_eq(p->on_time.share, 0.25);
    ck_assert_double_eq(p->by_september.share, 0.25);
    ck_assert_double_eq(p->never.share, 0.25);
    ck_assert_double_eq(p->cancelled.share, 0.25);
    ck_assert_double_eq_tol(p->slip_days.mean, 244.0 / 3, 1e-9);   /* 0, 122, 122 of the three that open */
    ck_assert_double_eq(p->spend_gbp.mean, 1750);                  /* 2,000, 2,000, 3,000, 0             */
    ck_assert_int_eq((int)p->lost_gbp.n, 0);                       /* no funding                         */
} END_TEST

START_TEST(the_activity_that_overruns_most_is_to_blame) {
    /* late in two: design takes 110 and 100 days, 5 over on average; building 140 and 180, 60 over */
    ck_assert_int_eq(summary->projects[0].blamed, 1);
    ck_assert_double_eq(summary->projects[0].blamed_days, 60);
    ck_assert_double_eq(summary->projects[0].critical_share, 1);
} END_TEST

START_TEST(occupancy_leaves_out_a_site_without_places) {
    const place_summary_site *s = &summary->sites[0];
    ck_assert_uint_eq(summary->n_sites, 1);
    ck_assert_int_eq((int)s->occupancy.n, 3);
    ck_assert_double_eq_tol(s->occupancy.mean, 3.1 / 3, 1e-12);   /* 0.9, 1.0, 1.2; the fourth has none */
    ck_assert_double_eq(s->over.share, 0.5);                      /* 12 in 10, and 13 in none           */
} END_TEST

START_TEST(januaries_are_boundaries_with_the_year_before) {
    ck_assert_uint_eq(summary->n_januaries, 2);
    ck_assert_int_eq(summary->januaries[0].year, 2021);
    ck_assert_double_eq(summary->januaries[0].plans.mean, 100);
    ck_assert_int_eq((int)summary->januaries[0].joined.n, 0);
    ck_assert_int_eq(summary->januaries[1].year, 2022);
    ck_assert_double_eq(summary->januaries[1].plans.mean, 116);
    ck_assert_double_eq(summary->januaries[1].joined.mean, 5.5);   /* 3 + (0, 1, 2, 3) + 1 */
} END_TEST

START_TEST(what_cannot_be_read_ends_the_summary) {
    static const given site_roll = { .variable = PLACE_VAR_SITE_ROLL };
    place_error err = { 0 };
    place_summary_free(summary);
    summary = NULL;
    damage = &site_roll;
    ck_assert_int_eq(summarise(PLACE_NONE, PLACE_NONE, &err), PLACE_SYSTEM);
    ck_assert_str_eq(err.message, "damaged");
    ck_assert_ptr_null(summary);
} END_TEST

Suite *summary_suite(void) {
    Suite *suite = suite_create("summary");
    TCase *spread = tcase_create("spread"), *whole = tcase_create("summary");
    tcase_add_test(spread, percentiles_are_order_statistics);
    tcase_add_test(spread, never_counts_in_percentiles_and_missing_does_not);
    tcase_add_test(spread, a_chance_has_its_binomial_error);
    tcase_add_checked_fixture(whole, setup, teardown);
    tcase_add_test(whole, septembers_sum_areas_and_phases_before_they_are_spread);
    tcase_add_test(whole, places_needed_are_quantiles_of_demand);
    tcase_add_test(whole, sufficient_allows_the_stated_share_unmet);
    tcase_add_test(whole, one_area_has_its_own_shortfall_alone);
    tcase_add_test(whole, the_unmet_are_told_by_where_and_why);
    tcase_add_test(whole, a_project_opens_late_or_never);
    tcase_add_test(whole, the_activity_that_overruns_most_is_to_blame);
    tcase_add_test(whole, occupancy_leaves_out_a_site_without_places);
    tcase_add_test(whole, januaries_are_boundaries_with_the_year_before);
    tcase_add_test(whole, what_cannot_be_read_ends_the_summary);
    suite_add_tcase(suite, spread);
    suite_add_tcase(suite, whole);
    return suite;
}
