/* SPDX-License-Identifier: MIT */
/** Tables as text, JSON and CSV: alignment, escapes, and who sees what. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "place/report.h"
#include "place/table.h"
#include "suites.h"

static place_tables *tables;
static char written[8192];

static void setup(void) {
    tables = place_tables_create();
    ck_assert_ptr_nonnull(tables);
}

static void teardown(void) { place_tables_free(tables); }

static const char *as(place_format format, const char *only) {
    FILE *out = fmemopen(written, sizeof written, "w");
    place_error err = { 0 };
    ck_assert_ptr_nonnull(out);
    ck_assert_int_eq(place_tables_write(tables, format, only, out, &err), PLACE_OK);
    fclose(out);
    return written;
}

/* One table: a name for all, a spread for the eye, its mean for programs. */
static void fill(void) {
    place_tables_fact(tables, "title", "Title", "A \"b\"\n\x01");
    place_tables_begin(tables, "t", "T");
    place_tables_column(tables, "name", "name", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(tables, "", "seen", PLACE_IN_TEXT);
    place_tables_column(tables, "mean", "", PLACE_IN_DATA);
    place_tables_row(tables, PLACE_IN_ALL);
    place_tables_text(tables, "ash, \"elm\"");
    place_tables_text(tables, "3 (1-5)");
    place_tables_number(tables, 0.1, 1);
    place_tables_row(tables, PLACE_IN_DATA);
    place_tables_text(tables, "oak");
    place_tables_nothing(tables);
    place_tables_number(tables, NAN, 1);
}

START_TEST(text_is_aligned_and_shows_what_is_for_the_eye) {
    fill();
    ck_assert_str_eq(as(PLACE_AS_TEXT, "t"), "T\n  name           seen\n  ash, \"elm\"  3 (1-5)\n");
} END_TEST

START_TEST(json_escapes_and_has_null_for_what_is_missing) {
    fill();
    ck_assert_str_eq(as(PLACE_AS_JSON, NULL),
                     "{\n  \"title\": \"A \\\"b\\\"\\n\\u0001\",\n  \"t\": {\n    \"title\": \"T\",\n    \"notes\": [],\n    \"rows\": [\n"
                     "      {\"name\": \"ash, \\\"elm\\\"\", \"mean\": 0.1},\n      {\"name\": \"oak\", \"mean\": null}\n    ]\n  }\n}\n");
} END_TEST

START_TEST(csv_quotes_and_ends_lines_as_rfc_4180_says) {
    fill();
    ck_assert_str_eq(as(PLACE_AS_CSV, NULL), "name,mean\r\n\"ash, \"\"elm\"\"\",0.1\r\noak,\r\n");
} END_TEST

START_TEST(infinity_is_never_written_as_a_number) {
    place_tables_begin(tables, "t", "T");
    place_tables_column(tables, "x", "x", PLACE_IN_ALL);
    place_tables_row(tables, PLACE_IN_ALL);
    place_tables_number(tables, INFINITY, 0);
    ck_assert_ptr_nonnull(strstr(as(PLACE_AS_JSON, NULL), "{\"x\": null}"));
    ck_assert_str_eq(as(PLACE_AS_CSV, NULL), "x\r\n\r\n");
} END_TEST

START_TEST(words_are_broken_to_keep_within_100_columns) {
    char longest[401] = "", *line;
    for (int i = 0; i < 40; i++) strcat(longest, "ninechars ");
    place_tables_begin(tables, "t", "T");
    place_tables_note(tables, "%s", longest);
    place_tables_column(tables, "x", "x", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(tables, "n", "n", PLACE_IN_ALL);
    place_tables_row(tables, PLACE_IN_ALL);
    place_tables_text(tables, longest);
    place_tables_number(tables, 1234567, 0);
    as(PLACE_AS_TEXT, NULL);
    ck_assert_ptr_nonnull(strstr(written, "1,234,567"));
    for (line = strtok(written, "\n"); line != NULL; line = strtok(NULL, "\n")) ck_assert_uint_le(strlen(line), PLACE_TEXT_COLUMNS);
} END_TEST

START_TEST(an_unknown_table_is_refused_with_those_there_are) {
    place_error err = { 0 };
    fill();
    ck_assert_int_eq(place_tables_write(tables, PLACE_AS_TEXT, "u", stdout, &err), PLACE_BAD_INPUT);
    ck_assert_str_eq(err.message, "there is no table 'u' here; there are t");
} END_TEST

START_TEST(numbers_have_the_digits_that_their_error_supports) {
    char text[48];
    ck_assert_str_eq(place_report_mean(34.249, 0.05, 1, text), "34.2");
    ck_assert_str_eq(place_report_mean(34.249, 1.5, 1, text), "34");    /* a unit is more than half of 1.5 */
    ck_assert_str_eq(place_report_mean(1234, 15, 1, text), "1230");
    ck_assert_str_eq(place_report_mean(10, 0, 1, text), "10");          /* the same in every replication   */
    ck_assert_str_eq(place_report_mean(-0.001, 0.5, 1, text), "0");
    ck_assert_str_eq(place_report_chance(&(place_chance){ 0.254, 0.01 }, text), "25 \u00b11");
    ck_assert_str_eq(place_report_share(&(place_chance){ 0.9995, 0.002 }, text), ">99 %");
    ck_assert_str_eq(place_report_share(&(place_chance){ 0.001, 0.002 }, text), "<1 %");
    ck_assert_str_eq(place_report_share(&(place_chance){ 0, 0 }, text), "0 %");
} END_TEST

Suite *table_suite(void) {
    Suite *suite = suite_create("table");
    TCase *tests = tcase_create("table");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, text_is_aligned_and_shows_what_is_for_the_eye);
    tcase_add_test(tests, json_escapes_and_has_null_for_what_is_missing);
    tcase_add_test(tests, csv_quotes_and_ends_lines_as_rfc_4180_says);
    tcase_add_test(tests, infinity_is_never_written_as_a_number);
    tcase_add_test(tests, words_are_broken_to_keep_within_100_columns);
    tcase_add_test(tests, an_unknown_table_is_refused_with_those_there_are);
    tcase_add_test(tests, numbers_have_the_digits_that_their_error_supports);
    suite_add_tcase(suite, tests);
    return suite;
}
