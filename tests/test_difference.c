/* SPDX-License-Identifier: MIT */
/**
 * Two runs side by side: two sources in memory of 300 replications (a block and a part of one), whose values are a rule of variable,
 * labels and replication, so that equal labels have equal values wherever they stand; and single values changed by hand.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "place/difference.h"
#include "place/report.h"
#include "suites.h"

enum { R = 300 };

static const char *const steps[] = { "2021-12-31", "2022-08-31" };
static const char *const north_first[] = { "north", "south" }, *const south_first[] = { "south", "north" }, *const three[] = { "mid", "north", "south" };

typedef struct planted {
    const char *variable;
    size_t cell;
    int64_t replication;
    double value;
} planted;

typedef struct side {
    const char *const *areas;
    size_t n_areas;
    int64_t n_replications;
    size_t n_planted;
    planted planted[3];
    const char *variables[3];
    size_t n_variables;
    const char *damaged; /* a variable that cannot be read; NULL: none */
} side;

/* waiting is [step][area]; demand too; held has no axis. */
static double rule(const char *variable, const char *step, const char *area, int64_t replication) {
    return (double)(strlen(variable) + 7 * (size_t)step[3] + 31 * (size_t)area[0] + (size_t)replication);
}

static place_status read_side(void *self, const char *variable, int64_t first, int64_t n, place_difference_values *out, place_error *err) {
    const side *s = self;
    bool bare = strcmp(variable, "held") == 0;
    if (s->damaged != NULL && strcmp(s->damaged, variable) == 0) return place_error_set(err, PLACE_SYSTEM, "x.h5", 0, "damaged");
    *out = (place_difference_values){ .n_axes = bare ? 0 : 2, .axis = { "step", "area" }, .length = { 2, s->n_areas } };
    out->n_cells = bare ? 1 : 2 * s->n_areas;
    out->values = malloc(out->n_cells * (size_t)n * sizeof(double) + 1);
    for (size_t cell = 0; cell < out->n_cells; cell++)
        for (int64_t i = 0; i < n; i++) {
            double value = bare ? 1 : rule(variable, steps[cell / s->n_areas], s->areas[cell % s->n_areas], first + i);
            for (size_t k = 0; k < s->n_planted; k++)
                if (strcmp(s->planted[k].variable, variable) == 0 && s->planted[k].cell == cell && s->planted[k].replication == first + i)
                    value = s->planted[k].value;
            out->values[cell * (size_t)n + (size_t)i] = value;
        }
    return PLACE_OK;
}

static const char *const *labels_of_side(void *self, const char *axis, size_t *n) {
    const side *s = self;
    *n = strcmp(axis, "step") == 0 ? 2 : strcmp(axis, "area") == 0 ? s->n_areas : 0;
    return strcmp(axis, "step") == 0 ? steps : strcmp(axis, "area") == 0 ? s->areas : NULL;
}

static side usual(void) {
    return (side){ .areas = north_first, .n_areas = 2, .n_replications = R, .variables = { "waiting", "demand", "held" }, .n_variables = 3 };
}

static place_difference *difference;

static place_difference_source source_of(side *s) {
    return (place_difference_source){ .n_replications = s->n_replications, .n_variables = s->n_variables, .variables = s->variables,
                                      .read = read_side, .labels = labels_of_side, .self = s };
}

static void compare(side *one, side *two, bool first_only) {
    place_error err = { 0 };
    place_difference_source sources[2];
    side *sides[] = { one, two };
    for (int i = 0; i < 2; i++) sources[i] = source_of(sides[i]);
    ck_assert_int_eq(place_difference_create(&difference, &sources[0], &sources[1], first_only, &err), PLACE_OK);
}

static void teardown(void) {
    place_difference_free(difference);
    difference = NULL;
}

START_TEST(equal_runs_are_the_same) {
    side one = usual(), two = usual();
    compare(&one, &two, false);
    ck_assert(difference->same);
    ck_assert_ptr_null(difference->first);
    ck_assert_uint_eq(difference->n_variables, 3);
    ck_assert_str_eq(difference->variables[0].name, "demand"); /* by name */
    ck_assert_int_eq(difference->variables[0].n_values, 4 * R);
} END_TEST

START_TEST(one_value_is_found_and_named) {
    char text[400];
    side one = usual(), two = usual();
    two.planted[two.n_planted++] = (planted){ "waiting", 3, 299, 4 }; /* the last of all: second step, south */
    compare(&one, &two, false);
    ck_assert(!difference->same);
    const place_difference_variable *v = difference->first;
    ck_assert_str_eq(v->name, "waiting");
    ck_assert_int_eq(v->n_differ, 1);
    ck_assert_uint_eq(v->n_cells_differ, 1);
    ck_assert_double_eq(v->first.one, rule("waiting", steps[1], "south", 299));
    ck_assert_double_eq(v->first.two, 4);
    ck_assert_double_eq(v->largest, v->first.one - 4);
    ck_assert_str_eq(place_report_place(&v->first, text), "replication 299, step 2022-08-31, waiting[area south]");
} END_TEST

START_TEST(the_first_is_by_name_then_cell_then_replication) {
    side one = usual(), two = usual();
    two.planted[0] = (planted){ "waiting", 0, 0, -1 };
    two.planted[1] = (planted){ "demand", 2, 5, -1 };  /* in the first block, but a later cell */
    two.planted[2] = (planted){ "demand", 1, 280, -1 }; /* in the second */
    two.n_planted = 3;
    compare(&one, &two, true);
    ck_assert_str_eq(difference->first->first.variable, "demand");
    ck_assert_int_eq(difference->first->first.replication, 280);
    ck_assert_str_eq(difference->first->first.label[1], "south");
    ck_assert_uint_eq(difference->n_variables, 1); /* what comes behind it is not looked at */
} END_TEST

START_TEST(missing_and_never_differ_from_numbers_and_not_from_themselves) {
    side one = usual(), two = usual();
    one.planted[0] = two.planted[0] = (planted){ "demand", 0, 1, (double)NAN };
    one.planted[1] = two.planted[1] = (planted){ "demand", 0, 2, (double)INFINITY };
    one.n_planted = two.n_planted = 2;
    compare(&one, &two, false);
    ck_assert(difference->same);
    teardown();
    two.planted[2] = (planted){ "held", 0, 9, (double)NAN };
    two.n_planted = 3;
    compare(&one, &two, false);
    ck_assert_str_eq(difference->first->name, "held");
    ck_assert(isinf(difference->first->largest));
    ck_assert(isnan(difference->first->first.two));
} END_TEST

START_TEST(another_order_of_labels_is_told_and_its_values_are_matched) {
    side one = usual(), two = usual();
    two.areas = south_first;
    compare(&one, &two, false);
    ck_assert(!difference->same);
    ck_assert_ptr_null(difference->first);
    ck_assert_uint_eq(difference->n_axes, 1);
    ck_assert_str_eq(difference->axes[0].name, "area");
    ck_assert_uint_eq(difference->axes[0].n_both, 2);
} END_TEST

START_TEST(what_one_side_lacks_is_told_and_the_rest_compared) {
    side one = usual(), two = usual();
    two.areas = three;
    two.n_areas = 3;
    two.n_replications = 100;
    two.variables[2] = "later";
    compare(&one, &two, false);
    ck_assert(!difference->same);
    ck_assert_ptr_null(difference->first); /* north and south have their values */
    ck_assert_ptr_null(difference->axes[0].only_one);
    ck_assert_str_eq(difference->axes[0].only_two, "mid");
    ck_assert_int_eq(difference->n_replications, 100);
    ck_assert_uint_eq(difference->n_variables, 4); /* demand, held, later, waiting */
    ck_assert(difference->variables[1].in_one && !difference->variables[1].in_two);
    ck_assert(!difference->variables[2].in_one && difference->variables[2].in_two);
    ck_assert_int_eq(difference->variables[3].n_values, 2 * 2 * 100);
    teardown();
    compare(&two, &one, false); /* and the other way round */
    ck_assert_str_eq(difference->axes[0].only_one, "mid");
    ck_assert_ptr_null(difference->axes[0].only_two);
    ck_assert(!difference->variables[1].in_one && difference->variables[1].in_two);
    teardown();
    two.planted[two.n_planted++] = (planted){ "waiting", 4, 50, -1 }; /* second step: mid, north, south are 3, 4, 5 */
    compare(&one, &two, false);
    ck_assert_str_eq(difference->first->first.label[1], "north");
} END_TEST

START_TEST(what_cannot_be_read_of_either_side_ends_the_comparison) {
    for (int i = 0; i < 2; i++) {
        place_error err = { 0 };
        side sides[2] = { usual(), usual() };
        place_difference_source sources[2];
        sides[i].damaged = "held";
        for (int k = 0; k < 2; k++) sources[k] = source_of(&sides[k]);
        ck_assert_int_eq(place_difference_create(&difference, &sources[0], &sources[1], false, &err), PLACE_SYSTEM);
        ck_assert_str_eq(err.message, "damaged");
        ck_assert_ptr_null(difference);
    }
} END_TEST

Suite *difference_suite(void) {
    Suite *suite = suite_create("difference");
    TCase *tests = tcase_create("difference");
    tcase_add_checked_fixture(tests, NULL, teardown);
    tcase_add_test(tests, equal_runs_are_the_same);
    tcase_add_test(tests, one_value_is_found_and_named);
    tcase_add_test(tests, the_first_is_by_name_then_cell_then_replication);
    tcase_add_test(tests, missing_and_never_differ_from_numbers_and_not_from_themselves);
    tcase_add_test(tests, another_order_of_labels_is_told_and_its_values_are_matched);
    tcase_add_test(tests, what_one_side_lacks_is_told_and_the_rest_compared);
    tcase_add_test(tests, what_cannot_be_read_of_either_side_ends_the_comparison);
    suite_add_tcase(suite, tests);
    return suite;
}
