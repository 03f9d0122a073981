/* SPDX-License-Identifier: MIT */
/*
 * The corpus of the fuzz targets, played once: what libFuzzer found worth keeping, and every input that once broke something (their
 * names begin with `was-`). A test for each file, so that a crash names it. `make fuzz` goes on from here.
 */
#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/targets.h"
#include "suites.h"

#define CORPUS "tests/fuzz/corpus"
#define MAX_FILES 1500
#define MAX_BYTES ((size_t)1 << 17)

static const struct {
    const char *name;
    int (*play)(const uint8_t *bytes, size_t size);
} targets[] = {
    { "command_line", fuzz_command_line },
    { "csv", fuzz_csv },
    { "guard", fuzz_guard },
    { "number", fuzz_number },
    { "run_file", fuzz_run_file },
    { "scenario", fuzz_scenario },
    { "seal", fuzz_seal },
    { "set", fuzz_set },
};
enum { N_TARGETS = sizeof targets / sizeof targets[0] };

static char files[MAX_FILES][128];
static size_t target_of[MAX_FILES], n_files, n_of[N_TARGETS];

static void list_corpus(void) {
    n_files = 0;
    for (size_t t = 0; t < N_TARGETS; t++) {
        char path[80];
        snprintf(path, sizeof path, CORPUS "/%s", targets[t].name);
        struct dirent **entries = NULL;
        int n = scandir(path, &entries, NULL, alphasort);
        n_of[t] = 0;
        for (int e = 0; e < n; e++) {
            if (entries[e]->d_name[0] != '.' && n_files < MAX_FILES && strlen(entries[e]->d_name) < 48) {
                snprintf(files[n_files], sizeof files[0], "%s/%.47s", path, entries[e]->d_name);
                target_of[n_files++] = t;
                n_of[t]++;
            }
            free(entries[e]);
        }
        free(entries);
    }
}

START_TEST(the_corpus_is_there) {
    for (size_t t = 0; t < N_TARGETS; t++) ck_assert_msg(n_of[t] >= 10, "%s has %zu files", targets[t].name, n_of[t]);
    ck_assert_uint_lt(n_files, MAX_FILES);
} END_TEST

START_TEST(plays) {
    static uint8_t bytes[MAX_BYTES];
    FILE *file = fopen(files[_i], "rb");
    ck_assert_ptr_nonnull(file);
    size_t n = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    mark_point(); /* a signal from here on is the target's; the test's number is the file's, from 0 in order of name */
    targets[target_of[_i]].play(bytes, n);
} END_TEST

Suite *fuzz_suite(void) {
    Suite *suite = suite_create("fuzz");
    TCase *corpus = tcase_create("corpus");
    list_corpus();
    tcase_add_test(corpus, the_corpus_is_there);
    tcase_add_loop_test(corpus, plays, 0, (int)n_files);
    suite_add_tcase(suite, corpus);
    return suite;
}
