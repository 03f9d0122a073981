/* SPDX-License-Identifier: MIT */
/**
 * The program against tests/reference/, which was written from src/model/README.md without a look at the model's code: the same
 * integers in every replication, step and cell, on random scenarios. REFERENCE_FROM and REFERENCE_NUMBER choose them (`make
 * reference` takes 1 to 240). A difference names its scenario, replication, step, variable, place and both values. A variable that the
 * reference does not count is one too, unless compare.py says why.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios.h"
#include "suites.h"

static long setting(const char *name, long usual) {
    const char *value = getenv(name);
    return value != NULL ? strtol(value, NULL, 10) : usual;
}

static void write_random(const char *folder, long number) {
    text xml = { 0 }, path = { 0 };
    text_add(&path, "%s/random-%ld.xml", folder, number);
    scenario_random(&xml, (uint32_t)number, number % 3 == 0 ? WITH_KEYS | SHUFFLED : 0); /* names and order mean nothing, here as there */
    FILE *file = fopen(path.at, "w");
    ck_assert_msg(file != NULL, "%s cannot be written", path.at);
    fputs(xml.at, file);
    ck_assert_int_eq(fclose(file), 0);
    text_free(&xml);
    text_free(&path);
}

static void remove_folder(const char *folder) {
    DIR *open = opendir(folder);
    ck_assert_ptr_nonnull(open);
    for (struct dirent *entry; (entry = readdir(open)) != NULL;) {
        text path = { 0 };
        text_add(&path, "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] != '.') unlink(path.at);
        text_free(&path);
    }
    closedir(open);
    rmdir(folder);
}

/* Holds the reference against the program on files, the folder's XML files where none are named; the folder goes. */
static int compare_in(const char *folder, const char *files, const char *more) {
    text command = { 0 };
    text_add(&command,
             "PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 tests/reference/compare.py --program \"${PLACESIM:-build/placesim}\" -n 2 "
             "--folder %s %s%s %s >&2",
             folder, files != NULL ? files : folder, files != NULL ? "" : "/*.xml", more);
    int status = system(command.at);
    text_free(&command);
    remove_folder(folder);
    return status;
}

START_TEST(the_reference_has_the_same_integers_on_random_scenarios) {
    char folder[] = "/tmp/placesim-reference-XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(folder));
    long from = setting("REFERENCE_FROM", 1), n = setting("REFERENCE_NUMBER", 8);
    for (long i = from; i < from + n; i++) write_random(folder, i);
    ck_assert_int_eq(compare_in(folder, NULL, ""), 0);
}
END_TEST

/* What the random ones have not is said at the head of each. */
START_TEST(the_reference_has_the_same_integers_on_scenarios_by_hand) {
    char folder[] = "/tmp/placesim-reference-XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(compare_in(folder, "tests/data/reference/*.xml", ""), 0);
}
END_TEST

/* As one would be that a run file has from now on; the test before shows that the same file passes with it. */
START_TEST(a_variable_that_the_reference_has_not_is_a_difference) {
    char folder[] = "/tmp/placesim-reference-XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_ne(compare_in(folder, "tests/data/reference/by-lot-and-years.xml", "--forget site_stranded"), 0);
}
END_TEST

/* An allotment that a neighbour is sure to withdraw opens in January: ours until the next September, and never again. Drawn while
   it is closed, as it once was, the withdrawal would be used up before the opening, and the 10 places would stay for good. */
START_TEST(an_allotment_is_withdrawn_only_once_it_is_open) {
    place_plan *plan = scenario_plan(
        "<time start='2021-09-01' steps='7' step='term'/><phase id='all' from-ncy='-4' to-ncy='20'/><area id='a'/><need id='n'/>"
        "<provision id='special' kind='limited'/>"
        "<site id='s' area='a' provision='special' ncy='-4..20' opens='2022-01-01' allotment='yes' withdraw='1'><places commissioned='10'/></site>");
    place_results *results = run_all(plan, 1, 1);
    static const int available[] = { 0, 10, 10, 0, 0, 0, 0 };
    for (size_t step = 0; step < 7; step++)
        ck_assert_double_eq(place_results_value(results, PLACE_VAR_AVAILABLE, CELL(plan, PLACE_VAR_AVAILABLE, step, 0, 0, 0), 0), available[step]);
    place_results_free(results);
    place_plan_free(plan);
}
END_TEST

Suite *reference_suite(void) {
    Suite *s = suite_create("reference");
    TCase *t = tcase_create("reference");
    tcase_set_timeout(t, setting("REFERENCE_NUMBER", 8) > 20 ? 7200 : 600);
    tcase_add_test(t, the_reference_has_the_same_integers_on_random_scenarios);
    tcase_add_test(t, the_reference_has_the_same_integers_on_scenarios_by_hand);
    tcase_add_test(t, a_variable_that_the_reference_has_not_is_a_difference);
    tcase_add_test(t, an_allotment_is_withdrawn_only_once_it_is_open);
    suite_add_tcase(s, t);
    return s;
}
