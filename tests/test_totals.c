/* SPDX-License-Identifier: MIT */
/**
 * Places against what sources say: the base scenario (special: 20 in the north and 4 more in September 2022, 15 in the south; unit: 8,
 * and 10 and 10 of a project on the Septembers of 2023 and 2024) beside statements whose parts are worked out by hand.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "place/report.h"
#include "scenario_base.h"
#include "suites.h"

static char *told;

static void teardown(void) {
    free(told);
    told = NULL;
}

/* Section totals of the base with one change and the statements. */
static void explain(const char *from, const char *to, const char *statements, place_format format) {
    place_error err = { 0 };
    size_t size = 0;
    teardown();
    char end[2000], *changed = scenario_changed(scenario_base, from, to);
    snprintf(end, sizeof end, "%s</scenario>", statements);
    char *text = scenario_changed(changed, "</scenario>", end);
    place_plan *plan = scenario_must_load(text);
    place_tables *tables = place_tables_create();
    FILE *out = open_memstream(&told, &size);
    place_report_plan(tables, plan);
    ck_assert_int_eq(place_tables_write(tables, format, "totals", out, &err), PLACE_OK);
    fclose(out);
    place_tables_free(tables);
    place_plan_free(plan);
    free(text);
    free(changed);
}

static void contains(const char *part) { ck_assert_msg(strstr(told, part) != NULL, "'%s' is not in:\n%s", part, told); }

#define SAME "north", "north"
#define EVENT "date=\"2022-09-01\" kind=\"change\""

/* Columns: provision, area, financial year, by, at the start, by date, by year, by project, ended, total, source's, difference. */

START_TEST(the_parts_of_a_total_sum_to_it) {
    explain(SAME, "<places-total provision=\"special\" places=\"39\" source=\"Return\"/><places-total provision=\"unit\" places=\"28\"/>"
                  "<places-total places=\"67\"/>", PLACE_AS_CSV);
    contains("\r\nspecial,,,2025-08-31,35,4,0,0,0,39,39,0,Return\r\n");
    contains("\r\nunit,,,2025-08-31,8,0,0,20,0,28,28,0,\r\n");
    contains("\r\n,,,2025-08-31,43,4,0,20,0,67,67,0,\r\n");
} END_TEST

START_TEST(a_total_ends_with_its_day_and_its_area) {   /* the event acts on the first of September itself */
    explain(SAME, "<places-total provision=\"special\" area=\"north\" by=\"2022-08-31\" places=\"20\"/>"
                  "<places-total provision=\"special\" area=\"north\" by=\"2022-09-01\" places=\"24\"/>"
                  "<places-total area=\"south\" by=\"2023-09-01\" places=\"33\"/>", PLACE_AS_CSV);
    contains("\r\nspecial,north,,2022-08-31,20,0,0,0,0,20,20,0,\r\n");
    contains("\r\nspecial,north,,2022-09-01,20,4,0,0,0,24,24,0,\r\n");
    contains("\r\n,south,,2023-09-01,23,0,0,10,0,33,33,0,\r\n");
} END_TEST

START_TEST(places_of_a_financial_year_are_those_it_adds) {   /* FY 2022: April 2022 to March 2023 */
    explain(EVENT, "financial-year=\"2022\" kind=\"change\"", "<places-total financial-year=\"2022\" places=\"4\"/>"
            "<places-total financial-year=\"2023\" provision=\"unit\" places=\"10\"/><places-total financial-year=\"2021\" places=\"0\"/>", PLACE_AS_CSV);
    contains("\r\n,,2022,,0,0,4,0,0,4,4,0,\r\n");
    contains("\r\nunit,,2023,,0,0,0,10,0,10,10,0,\r\n");
    contains("\r\n,,2021,,0,0,0,0,0,0,0,0,\r\n");
    explain(EVENT, "date=\"2023-03-31\" kind=\"change\"", "<places-total financial-year=\"2022\" places=\"4\"/>", PLACE_AS_CSV);
    contains("\r\n,,2022,,0,4,0,0,0,4,4,0,\r\n");
    explain(EVENT, "date=\"2023-04-01\" kind=\"change\"", "<places-total financial-year=\"2022\" places=\"4\"/>", PLACE_AS_CSV);
    contains("\r\n,,2022,,0,0,0,0,0,0,4,-4,\r\n");
} END_TEST

/* Opening places hold them, so a total does not add them; the financial year that brought them counts them once. */
START_TEST(historic_places_count_in_their_year_and_never_twice) {
    explain(EVENT, "date=\"2020-09-01\" historic=\"yes\" kind=\"change\"", "<places-total financial-year=\"2020\" places=\"4\"/>"
            "<places-total financial-year=\"2020\" provision=\"unit\" places=\"0\"/><places-total provision=\"special\" places=\"35\"/>", PLACE_AS_CSV);
    contains("\r\n,,2020,,4,0,0,0,0,4,4,0,\r\n");
    contains("\r\nunit,,2020,,0,0,0,0,0,0,0,0,\r\n");
    contains("\r\nspecial,,,2025-08-31,35,0,0,0,0,35,35,0,\r\n");
} END_TEST

START_TEST(what_ends_stands_apart_from_what_is_added) {   /* ash's 24 end with it in September 2023, and 6 open at elm that day */
    explain("<event " EVENT " places=\"4\"/>",
            "<event " EVENT " places=\"4\"/><event date=\"2023-09-01\" kind=\"close\"/></site>"
            "<site id=\"oak\" area=\"south\" provision=\"special\" ncy=\"0..11\" delivered=\"yes\"><places commissioned=\"6\"/>"
            "<event date=\"2023-09-01\" kind=\"open\"/>",
            "<places-total provision=\"special\" places=\"21\"/><places-total provision=\"special\" financial-year=\"2023\" places=\"6\"/>", PLACE_AS_CSV);
    contains("\r\nspecial,,,2025-08-31,35,10,0,0,-24,21,21,0,\r\n");
    contains("\r\nspecial,,2023,,0,6,0,0,-24,-18,6,-24,\r\n");
} END_TEST

/* Works and temporary places of a project are given back or taken away with it. */
START_TEST(what_a_project_takes_and_gives_is_one_sum) {
    explain("<delivers site=\"new\"", "<works site=\"ash\" places=\"5\" activity=\"build\"/><delivers site=\"new\"",
            "<places-total provision=\"special\" places=\"39\"/><places-total by=\"2022-08-31\" provision=\"special\" places=\"30\"/>", PLACE_AS_CSV);
    contains("\r\nspecial,,,2025-08-31,35,4,0,0,0,39,39,0,\r\n");
    contains("\r\nspecial,,,2022-08-31,35,0,0,-5,0,30,30,0,\r\n");
} END_TEST

START_TEST(a_difference_is_told_in_words_and_is_no_error) {   /* as Wiltshire's: 97 = 87 + 10 */
    const char *statements = "<places-total provision=\"special\" places=\"41\" source=\"Forum paper 7\"/><places-total provision=\"unit\" places=\"27\"/>";
    explain(SAME, statements, PLACE_AS_JSON);
    contains("special, by 31 Aug 2025: the scenario has 39 places and its source 41, 2 more (Forum paper 7).");
    contains("unit, by 31 Aug 2025: the scenario has 28 places and its source 27, 1 fewer.");
    ck_assert_ptr_null(strstr(told, "agrees"));
    explain(SAME, "<places-total provision=\"special\" places=\"39\"/>", PLACE_AS_JSON);
    contains("The scenario agrees with its source.");
    ck_assert_ptr_null(strstr(told, "the scenario has"));
} END_TEST

START_TEST(a_statement_changes_no_number) {   /* the plan holds the same events and draws */
    place_plan *without = scenario_must_load(scenario_base);
    place_plan *with = scenario_load_changed("</scenario>", "<places-total places=\"1\" quality=\"guess\"/></scenario>");
    ck_assert_uint_eq(with->n_places_totals, 1);
    ck_assert_uint_eq(with->n_events, without->n_events);
    ck_assert_uint_eq(with->n_inputs, without->n_inputs);
    ck_assert_uint_eq(with->n_assumptions, without->n_assumptions + 1);
    place_plan_free(with);
    place_plan_free(without);
} END_TEST

Suite *totals_suite(void) {
    Suite *suite = suite_create("totals");
    TCase *totals = tcase_create("places");
    tcase_add_checked_fixture(totals, NULL, teardown);
    tcase_add_test(totals, the_parts_of_a_total_sum_to_it);
    tcase_add_test(totals, a_total_ends_with_its_day_and_its_area);
    tcase_add_test(totals, places_of_a_financial_year_are_those_it_adds);
    tcase_add_test(totals, historic_places_count_in_their_year_and_never_twice);
    tcase_add_test(totals, what_ends_stands_apart_from_what_is_added);
    tcase_add_test(totals, what_a_project_takes_and_gives_is_one_sum);
    tcase_add_test(totals, a_difference_is_told_in_words_and_is_no_error);
    tcase_add_test(totals, a_statement_changes_no_number);
    suite_add_tcase(suite, totals);
    return suite;
}
