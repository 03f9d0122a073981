/* SPDX-License-Identifier: MIT */
/* Errors keep the first failure and never overrun; the arena hands out zeroed, aligned memory and keeps its blocks. */
#include <check.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "place/arena.h"
#include "place/date.h"
#include "place/error.h"
#include "place/text.h"
#include "suites.h"

START_TEST(keeps_the_first_error) {
    place_error err = { 0 };
    place_status first = place_error_set(&err, PLACE_BAD_INPUT, "a.xml", 42, "site '%s' opens %d places", "ash", -5);
    ck_assert_int_eq(first, PLACE_BAD_INPUT);
    ck_assert_int_eq(place_error_set(&err, PLACE_SYSTEM, "b.xml", 7, "later"), PLACE_SYSTEM);
    ck_assert_int_eq(err.status, PLACE_BAD_INPUT);
    ck_assert_str_eq(err.file, "a.xml");
    ck_assert_int_eq(err.line, 42);
    ck_assert_str_eq(err.message, "site 'ash' opens -5 places");
}
END_TEST

START_TEST(takes_no_error_and_no_file) {
    ck_assert_int_eq(place_error_set(NULL, PLACE_NO, "a.xml", 1, "unseen"), PLACE_NO);
    place_error err = { 0 };
    place_error_set(&err, PLACE_SYSTEM, NULL, 0, "out of memory");
    ck_assert_str_eq(err.file, "");
}
END_TEST

START_TEST(cuts_long_texts_to_their_fields) { /* 300 into 256 and 600 into 512, each with its end */
    char file[301], text[601];
    memset(file, 'f', 300);
    memset(text, 't', 600);
    file[300] = text[600] = '\0';
    place_error err = { 0 };
    place_error_set(&err, PLACE_BAD_INPUT, file, 1, "%s", text);
    ck_assert_uint_eq(strlen(err.file), 255);
    ck_assert_uint_eq(strlen(err.message), 511);
}
END_TEST

START_TEST(cuts_between_characters) {
    /* 510 bytes, then e-acute in two: 511 fit, so the second byte and then the first go */
    char text[515];
    memset(text, 't', 510);
    memcpy(text + 510, "\xc3\xa9!", 4);
    place_error err = { 0 };
    place_error_set(&err, PLACE_BAD_INPUT, NULL, 1, "%s", text);
    ck_assert_uint_eq(strlen(err.message), 510);
    memset(text, 't', 509); /* one less: the character fits, the exclamation mark does not */
    memcpy(text + 509, "\xc3\xa9!", 4);
    place_error again = { 0 };
    place_error_set(&again, PLACE_BAD_INPUT, NULL, 1, "%s", text);
    ck_assert_uint_eq(strlen(again.message), 511);
    ck_assert_str_eq(again.message + 509, "\xc3\xa9");
}
END_TEST

START_TEST(counts_past_the_errors_it_keeps) {
    static place_errors list;
    for (int i = 0; i < 25; i++) {
        ck_assert_int_eq(place_errors_add(&list, PLACE_BAD_INPUT, "a.xml", i, "error %d", i), PLACE_BAD_INPUT);
        if (i % 2 == 0) place_errors_warn(&list, "a.xml", i, "warning %d", i);
    }
    ck_assert_uint_eq(list.n_errors, 25);
    ck_assert_uint_eq(list.n_warnings, 13); /* 0, 2, .. 24 */
    ck_assert_str_eq(list.errors[PLACE_N_ERRORS - 1].message, "error 19");
    ck_assert_str_eq(list.warnings[12].message, "warning 24");
    ck_assert_int_eq(list.warnings[12].status, PLACE_OK);
    ck_assert_int_eq(list.errors[3].line, 3);
}
END_TEST

static int is_zero(const unsigned char *bytes, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (bytes[i] != 0) return 0;
    return 1;
}

START_TEST(hands_out_zeroed_aligned_pieces_that_do_not_meet) { /* sizes 0 .. 100,000, dirtied, over three resets */
    place_arena *arena = place_arena_create();
    for (int round = 0; round < 4; round++) {
        unsigned char *pieces[200];
        size_t sizes[200], n_bytes = 0;
        for (size_t i = 0; i < 200; i++) {
            sizes[i] = i % 50 == 0 ? 100000 : i * 7 % 130;
            pieces[i] = place_arena_array(arena, sizes[i], 1);
            n_bytes += sizes[i];
            ck_assert_ptr_nonnull(pieces[i]);
            ck_assert_uint_eq((uintptr_t)pieces[i] % (sizes[i] < 64 ? 16 : 64), 0);
            ck_assert(is_zero(pieces[i], sizes[i]));
            memset(pieces[i], (int)(1 + i), sizes[i]);
        }
        for (size_t i = 0; i < 200; i++)
            for (size_t k = 0; k < sizes[i]; k += 13) ck_assert_uint_eq(pieces[i][k], (1 + i) % 256);
        ck_assert_uint_eq(place_arena_bytes(arena), n_bytes);
        place_arena_reset(arena);
        ck_assert_uint_eq(place_arena_bytes(arena), 0);
    }
    place_arena_free(arena);
}
END_TEST

START_TEST(gives_the_same_pieces_after_a_reset) { /* so a replication's scratch is malloc'ed once */
    place_arena *arena = place_arena_create();
    void *first[40];
    for (size_t i = 0; i < 40; i++) first[i] = place_arena_array(arena, 1 + i * i * 300, sizeof(double));
    for (int round = 0; round < 3; round++) {
        place_arena_reset(arena);
        for (size_t i = 0; i < 40; i++)
            ck_assert_ptr_eq(place_arena_array(arena, 1 + i * i * 300, sizeof(double)), first[i]);
    }
    place_arena_free(arena);
}
END_TEST

START_TEST(refuses_what_overflows) {
    /* 2^63 items of 2 bytes are 2^64 bytes; 2^64 - 1 bytes leave no room for the block */
    place_arena *arena = place_arena_create();
    ck_assert_ptr_null(place_arena_array(arena, SIZE_MAX / 2 + 1, 2));
    ck_assert_ptr_null(place_arena_array(arena, SIZE_MAX, 1));
    ck_assert_ptr_null(place_arena_array(arena, SIZE_MAX - 128, 1));
    ck_assert_uint_eq(place_arena_bytes(arena), 0);
    ck_assert_ptr_nonnull(place_arena_array(arena, 3, 8)); /* and goes on */
    ck_assert_ptr_nonnull(place_arena_array(arena, 0, 8));
    ck_assert_ptr_nonnull(place_arena_array(arena, 8, 0));
    place_arena_free(arena);
    place_arena_free(NULL);
}
END_TEST

START_TEST(copies_texts) {
    place_arena *arena = place_arena_create();
    char text[] = "oakham";
    char *copy = place_arena_text(arena, text);
    text[0] = 'x';
    ck_assert_str_eq(copy, "oakham");
    ck_assert_str_eq(place_arena_text(arena, ""), "");
    ck_assert_uint_eq(place_arena_bytes(arena), 8); /* 7 and 1 */
    place_arena_free(arena);
}
END_TEST

START_TEST(what_steers_a_terminal_is_not_shown_and_all_else_is) {
    static const struct {
        const char *text;
        size_t n_bytes;
    } characters[] = {
        { "\x1b", 1 },     { "\n", 1 },           { "\x7f", 1 },         { "\xc2\x80", 2 },     { "\xc2\x9b", 2 },     { "\xd8\x9c", 2 },
        { "\xe2\x80\x8b", 3 }, { "\xe2\x80\xae", 3 }, { "\xe2\x81\xa6", 3 }, { "\xef\xbb\xbf", 3 }, /* U+200B, 202E, 2066, FEFF */
        { "", 0 },         { " ", 0 },            { "~", 0 },            { "\xc2\xa0", 0 },     { "\xc3\xa9", 0 },     { "\xd8\x9b", 0 },
        { "\xe2\x80\x90", 0 }, { "\xe2\x80\xaf", 0 }, { "\xe2\x81\x9f", 0 }, { "\xef\xbb\xbe", 0 }, { "\xf0\x9f\x98\x80", 0 }, { "\xe2\x82\xac", 0 },
    };
    for (size_t i = 0; i < sizeof characters / sizeof characters[0]; i++)
        ck_assert_msg(place_text_hidden(characters[i].text) == characters[i].n_bytes, "character %zu", i);
}
END_TEST

/* The Gregorian rule: 2000 and 2028 are leap years, 1900 and 2027 are not. */
START_TEST(reads_days_that_exist_and_no_others) {
    static const char *const bad[] = { "2027-02-29", "1900-02-29", "2021-04-31", "2021-13-01", "2021-00-10", "2021-01-00", "2021-1-01",
                                       "2021-01-011", "2021/01/01", "0000-01-01", "", " 2021-01-01" };
    int32_t day = 77;
    ck_assert(place_date_read("1970-01-01", &day));
    ck_assert_int_eq(day, 0);
    ck_assert(place_date_read("2000-02-29", &day) && place_date_read("2028-02-29", &day));
    ck_assert_int_eq(place_day(2028, 3, 1) - day, 1);
    day = 77;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) ck_assert_msg(!place_date_read(bad[i], &day) && day == 77, "%s", bad[i]);
}
END_TEST

Suite *base_suite(void) {
    Suite *suite = suite_create("base");
    TCase *errors = tcase_create("error"), *arena = tcase_create("arena");
    tcase_add_test(errors, keeps_the_first_error);
    tcase_add_test(errors, takes_no_error_and_no_file);
    tcase_add_test(errors, cuts_long_texts_to_their_fields);
    tcase_add_test(errors, cuts_between_characters);
    tcase_add_test(errors, counts_past_the_errors_it_keeps);
    tcase_add_test(arena, hands_out_zeroed_aligned_pieces_that_do_not_meet);
    tcase_add_test(arena, gives_the_same_pieces_after_a_reset);
    tcase_add_test(arena, refuses_what_overflows);
    tcase_add_test(arena, copies_texts);
    tcase_add_test(errors, what_steers_a_terminal_is_not_shown_and_all_else_is);
    tcase_add_test(errors, reads_days_that_exist_and_no_others);
    suite_add_tcase(suite, errors);
    suite_add_tcase(suite, arena);
    return suite;
}
