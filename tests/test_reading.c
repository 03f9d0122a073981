/* SPDX-License-Identifier: MIT */
/**
 * When a year is read: two replications whose values are written here by hand, of two provisions at two sites, by terms from
 * September 2021 (two academic years, the second without its summer term) and, where a test says so, by years or months.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "place/date.h"
#include "place/summary.h"
#include "suites.h"

enum { R = 2, BASE = 0, OTHER = 1, MOST_STEPS = 12 };

typedef struct given {
    place_variable_id variable;
    size_t cell;
    double values[R];
} given;

/* [step or year][provision], with one area and one phase; [step][site] */
#define AT(step, provision) ((step) * 2u + (provision))

static const given by_terms[] = {
    { PLACE_VAR_SEPTEMBER_DEMAND, AT(0, BASE), { 15, 10 } },
    { PLACE_VAR_SEPTEMBER_AVAILABLE, AT(0, BASE), { 12, 12 } },
    { PLACE_VAR_SEPTEMBER_FREE, AT(0, BASE), { 3, 3 } },
    { PLACE_VAR_DEMAND, AT(0, BASE), { 12, 14 } },
    { PLACE_VAR_DEMAND, AT(1, BASE), { 13, 16 } },
    { PLACE_VAR_DEMAND, AT(2, BASE), { 14, 9 } },
    { PLACE_VAR_DEMAND, AT(3, BASE), { 20, 20 } },
    { PLACE_VAR_AVAILABLE, AT(0, BASE), { 12, 12 } },
    { PLACE_VAR_AVAILABLE, AT(1, BASE), { 11, 12 } },
    { PLACE_VAR_AVAILABLE, AT(2, BASE), { 10, 8 } },
    { PLACE_VAR_UNMET, AT(0, BASE), { 0, 2 } },
    { PLACE_VAR_UNMET, AT(1, BASE), { 1, 5 } },
    { PLACE_VAR_UNMET, AT(2, BASE), { 2, 0 } },
    { PLACE_VAR_SHORTFALL, AT(0, BASE), { 0, 2 } },
    { PLACE_VAR_SHORTFALL, AT(1, BASE), { 2, 4 } },
    { PLACE_VAR_SHORTFALL, AT(2, BASE), { 4, 1 } },
    { PLACE_VAR_SHORTFALL_AUTHORITY, AT(0, BASE), { 0, 2 } },
    { PLACE_VAR_SHORTFALL_AUTHORITY, AT(1, BASE), { 1, 4 } },
    { PLACE_VAR_SHORTFALL_AUTHORITY, AT(2, BASE), { 4, 1 } },
    { PLACE_VAR_SITE_SPARE, AT(0, 0), { 3, 2 } },   /* of 12 places: a quarter, and less */
    { PLACE_VAR_SITE_SPARE, AT(0, 1), { 9, 9 } },   /* of the other provision until April 2022 */
    { PLACE_VAR_SITE_SPARE, AT(1, 1), { 9, 9 } },
    { PLACE_VAR_SITE_SPARE, AT(2, 1), { 9, 9 } },
};
/* 1 September 2022 and 2023: a pupil a day */
static const given by_years[] = { { PLACE_VAR_DEMAND, AT(0, BASE), { 100, 0 } }, { PLACE_VAR_DEMAND, AT(1, BASE), { 465, 0 } },
                                  { PLACE_VAR_UNMET, AT(0, BASE), { 7, 0 } }, { PLACE_VAR_UNMET, AT(1, BASE), { 7, 1 } } };
static const given by_months[] = { { PLACE_VAR_DEMAND, AT(3, BASE), { 4, 4 } }, { PLACE_VAR_DEMAND, AT(4, BASE), { 9, 9 } } };

static place_item provisions[] = { { "base", "Base", 1, 0 }, { "other", "Other", 2, 1 } };
static place_item areas[] = { { "all", "All", 1, 0 } }, phases[] = { { "one", "One", 1, 0 } }, needs[] = { { "any", "Any", 1, 0 } };
static const place_provision_kind kinds[] = { PLACE_LIMITED, PLACE_LIMITED };
static int32_t start_day[MOST_STEPS + 1], years[MOST_STEPS];
static bool september[MOST_STEPS];
static place_site sites[2];
static place_event event;
static place_plan plan;
static const given *values_given;
static size_t n_given;
static place_summary *summary;

static place_status read_given(void *self, place_variable_id variable, size_t n_cells, double **out, place_error *err) {
    (void)self;
    (void)err;
    double *values = calloc(n_cells * R, sizeof *values);
    ck_assert_ptr_nonnull(values);
    for (size_t i = 0; i < n_given; i++) {
        if (values_given[i].variable != variable) continue;
        ck_assert_uint_lt(values_given[i].cell, n_cells);
        memcpy(values + values_given[i].cell * R, values_given[i].values, sizeof values_given[i].values);
    }
    *out = values;
    return PLACE_OK;
}

/* Steps from September 2021, each beginning in the month (1 .. 12) that stands in `months`, over and over. */
static void make_plan(size_t n_steps, int steps_per_year, const int *months) {
    for (size_t t = 0; t <= n_steps; t++) {
        int month = months[t % (size_t)steps_per_year], year = (int)(t / (size_t)steps_per_year);
        start_day[t] = place_day(2021 + year + (month < 9), month, 1);
        if (t == n_steps) break;
        years[t] = year;
        september[t] = month == 9;
    }
    for (int i = 0; i < 2; i++) sites[i] = (place_site){ .item = { i == 0 ? "ash" : "elm", "Site", 1, i }, .provision = i == 0 ? BASE : OTHER };
    event = (place_event){ .kind = PLACE_EVENT_CHANGE, .site = 1, .pool = PLACE_NONE, .provision = BASE, .area = PLACE_NONE,
                           .day = place_day(2022, 4, 1), .project = PLACE_NONE, .activity = PLACE_NONE };
    plan = (place_plan){
        .calendar = { .n_steps = n_steps, .n_years = (size_t)years[n_steps - 1] + 1, .steps_per_year = steps_per_year, .first_year = 2021,
                      .start_day = start_day, .year = years, .september = september },
        .areas = { 1, areas }, .phases = { 1, phases }, .needs = { 1, needs }, .provisions = { 2, provisions }, .provision_kind = kinds,
        .n_sites = 2, .sites = sites, .n_events = 1, .events = &event,
        .sufficiency = { .unmet_share = 0.1, .max_wait_steps = PLACE_NONE },
    };
}

/* The first row of the reading asked for: provision base, the first year that has it. */
static const place_summary_year *read_at(place_reading reading) {
    place_error err = { 0 };
    place_summary_source source = { .n_replications = R, .read = read_given };
    place_summary_free(summary);
    summary = NULL;
    ck_assert_int_eq(place_summary_create(&summary, &plan, &source, PLACE_NONE, PLACE_NONE, reading, &err), PLACE_OK);
    ck_assert_int_eq(summary->reading, reading);
    return summary->years;
}

static void setup(void) {
    make_plan(5, 3, (const int[]){ 9, 1, 4 });
    values_given = by_terms;
    n_given = sizeof by_terms / sizeof by_terms[0];
}

static void teardown(void) {
    place_summary_free(summary);
    summary = NULL;
}

START_TEST(january_is_the_close_of_the_autumn_term_and_belongs_to_the_year_before_it) {
    const place_summary_year *row = read_at(PLACE_READING_JANUARY);
    ck_assert_uint_eq(summary->n_years, 4);   /* two provisions, January 2022 and 2023 */
    ck_assert_int_eq(row[0].year, 0);
    ck_assert_double_eq(row[0].demand.mean, 13);
    ck_assert_double_eq(row[0].unmet.mean, 1);
    ck_assert_double_eq(row[0].short_by[0].share, 0.5);
    ck_assert(!row[0].interpolated);
    ck_assert_double_eq(row[1].demand.mean, 20);
} END_TEST

START_TEST(a_mean_keeps_its_fractions_and_leaves_out_a_part_of_a_year) {
    const place_summary_year *row = read_at(PLACE_READING_MEAN);
    ck_assert_uint_eq(summary->n_years, 2);   /* two provisions, 2021/22 alone: 2022/23 has no summer term */
    ck_assert_double_eq(row->demand.mean, 13);                         /* 39 / 3 and 39 / 3 */
    ck_assert_double_eq_tol(row->unmet.p90, 7.0 / 3, 1e-15);           /* 1, and (2 + 5) / 3 */
    ck_assert_double_eq_tol(row->shortfall.p10, 5.0 / 3, 1e-15);       /* (0 + 1 + 4) / 3, and 7 / 3 */
    ck_assert_double_eq_tol(row->misplaced.mean, 1.0 / 6, 1e-15);      /* 1 / 3, and 0 */
    ck_assert_double_eq_tol(row->lacking[3], 7.0 / 3, 1e-15);          /* 2, and 39 / 3 - 32 / 3 */
    ck_assert_double_eq(row->sufficient.share, 0.5);                   /* 1 of 13 is within a tenth, 7/3 is not */
} END_TEST

START_TEST(the_worst_of_a_year_is_taken_moment_by_moment) {
    const place_summary_year *row = read_at(PLACE_READING_ANY);
    ck_assert_uint_eq(summary->n_years, 2);
    ck_assert_double_eq(row->demand.mean, 15.5);      /* 15 in September, 16 in spring */
    ck_assert_double_eq(row->available.mean, 9);      /* 10 and 8 in summer */
    ck_assert_double_eq(row->lacking[3], 4);          /* 14 - 10, and 16 - 12: not 16 - 8, which were never there together */
    ck_assert_double_eq(row->unmet.mean, 3.5);        /* 2 and 5 */
    ck_assert_double_eq(row->shortfall.mean, 4);
    ck_assert_double_eq(row->misplaced.mean, 0.5);    /* 1 in spring, and 0 */
    ck_assert_double_eq(row->sufficient.share, 0);    /* 2 of 14 in summer; 2 of 14 in autumn: the mean hid the first */
} END_TEST

START_TEST(a_january_within_a_step_lies_between_its_closes_by_days) {
    make_plan(2, 1, (const int[]){ 9 });
    values_given = by_years;
    n_given = sizeof by_years / sizeof by_years[0];
    const place_summary_year *row = read_at(PLACE_READING_JANUARY);
    ck_assert_uint_eq(summary->n_years, 2);           /* January 2022 has no close before it */
    ck_assert_int_eq(row->year, 1);
    ck_assert(row->interpolated);
    ck_assert_double_eq(row->demand.p90, 222);        /* 122 days from September to January */
    ck_assert_double_eq(row->unmet.p90, 7);           /* 7 on both sides is 7, to the last bit */
    ck_assert_double_eq_tol(row->unmet.p10, 122.0 / 365, 1e-15);
} END_TEST

START_TEST(january_of_months_is_the_close_of_december) {
    make_plan(12, 12, (const int[]){ 9, 10, 11, 12, 1, 2, 3, 4, 5, 6, 7, 8 });
    values_given = by_months;
    n_given = sizeof by_months / sizeof by_months[0];
    ck_assert_double_eq(read_at(PLACE_READING_JANUARY)->demand.mean, 4);
    ck_assert(!summary->years->interpolated);
} END_TEST

START_TEST(spare_places_at_a_close_follow_a_site_to_its_new_provision) {
    plan.sufficiency = (place_sufficiency){ .unmet_pupils = 100, .spare_share = 0.25 };
    ck_assert_double_eq(read_at(PLACE_READING_JANUARY)->sufficient.share, 0.5);   /* 3 and 2 of 12; the other site's 9 are not base's */
    ck_assert_double_eq(read_at(PLACE_READING_MEAN)->sufficient.share, 1);        /* (3 + 9 + 9) / 3 of 11: elm is a base from April on */
    event.day = place_day(2022, 9, 1);
    ck_assert_double_eq(read_at(PLACE_READING_MEAN)->sufficient.share, 0);        /* 1 of 11 */
} END_TEST

Suite *reading_suite(void) {
    Suite *suite = suite_create("reading");
    TCase *readings = tcase_create("readings");
    tcase_add_checked_fixture(readings, setup, teardown);
    tcase_add_test(readings, january_is_the_close_of_the_autumn_term_and_belongs_to_the_year_before_it);
    tcase_add_test(readings, a_mean_keeps_its_fractions_and_leaves_out_a_part_of_a_year);
    tcase_add_test(readings, the_worst_of_a_year_is_taken_moment_by_moment);
    tcase_add_test(readings, a_january_within_a_step_lies_between_its_closes_by_days);
    tcase_add_test(readings, january_of_months_is_the_close_of_december);
    tcase_add_test(readings, spare_places_at_a_close_follow_a_site_to_its_new_provision);
    suite_add_tcase(suite, readings);
    return suite;
}
