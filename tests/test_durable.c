/* SPDX-License-Identifier: MIT */
/**
 * Runs that are stopped, and what becomes of them: however a run is divided, and whatever happens to it on the way, the file in the end is
 * the same to the byte as that of a run without a break, or there is none.
 *
 * Values are made by rule, so a run of a few hundred replications takes milliseconds and thousands of ends can be tried. PLACE_FAULTS in the
 * environment (make faults) tries all of them; without it, a part spread evenly.
 */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/sha.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../src/result/files.h"
#include "by_hand.h"
#include "place/runfile.h"
#include "suites.h"

static char folder[64];
static place_plan *plan;
static const plan_shape tiny = { .n_steps = 2, .n_areas = 1, .bare = true };

static const char *in_folder(const char *name) {
    static char paths[8][512];
    static int next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void remove_all(const char *path) {
    char command[600];
    snprintf(command, sizeof command, "rm -rf '%s'", path);
    ck_assert_int_eq(system(command), 0);
}

static void setup(void) {
    snprintf(folder, sizeof folder, "/tmp/placesim-durable-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    plan = make_plan(tiny);
}

static void teardown(void) {
    free_plan(plan);
    remove_all(folder);
}

static bool is_there(const char *name) {
    return access(in_folder(name), F_OK) == 0;
}

static unsigned char *load(const char *path, size_t *n) {
    struct stat state;
    FILE *file = fopen(path, "rb");
    if (file == NULL || fstat(fileno(file), &state) != 0) return NULL;
    unsigned char *bytes = malloc((size_t)state.st_size + 1);
    *n = fread(bytes, 1, (size_t)state.st_size, file);
    fclose(file);
    return bytes;
}

static void save(const char *path, const void *bytes, size_t n) {
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, n, file), n);
    ck_assert_int_eq(fclose(file), 0);
}

static bool same(const char *one, const char *other) {
    size_t n = 0, m = 0;
    unsigned char *a = load(one, &n), *b = load(other, &m);
    bool equal = a != NULL && b != NULL && n == m && memcmp(a, b, n) == 0;
    free(a);
    free(b);
    return equal;
}

static uint64_t next_word(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 20;
}

static int faults(int few, int all) {
    return getenv("PLACE_FAULTS") != NULL ? all : few;
}

/* ---- runs of values by rule ------------------------------------------------------------------------------------- */

static char noted[4000];

static void take_note(void *self, const char *sentence) {
    (void)self;
    size_t used = strlen(noted);
    snprintf(noted + used, sizeof noted - used, "%s\n", sentence);
}

static void take_missing(void *self, int64_t shard, int64_t n_shards, int64_t first, int64_t n, int64_t n_all) {
    char sentence[100];
    snprintf(sentence, sizeof sentence, "missing %d/%d: %d + %d of %d", (int)shard, (int)n_shards, (int)first, (int)n, (int)n_all);
    take_note(self, sentence);
}

/* As place_run: what the sink wants, up to `most` blocks. A block a file, unless said otherwise. */
static place_status run(const char *path, place_runfile_options options, int most, place_error *err) {
    place_sink sink;
    place_layout layout = place_layout_of(plan, options.detail);
    *err = (place_error){ .status = PLACE_OK };
    noted[0] = '\0';
    if (options.blocks_a_file == 0) options.blocks_a_file = 1;
    options.on_note = take_note;
    place_status status = place_runfile_create(&sink, path, plan, &options, err);
    if (status != PLACE_OK) return status;
    for (int64_t b = 0; b * PLACE_BLOCK < options.n_replications && status == PLACE_OK && most > 0; b++) {
        if (!sink.wants(sink.self, b)) continue;
        most--;
        place_block block = make_block(plan, &layout, b, options.n_replications);
        void *packed = sink.pack(sink.self, &block, 0, 1, err);
        free_block(&block);
        status = packed != NULL ? sink.append(sink.self, packed, err) : PLACE_SYSTEM;
    }
    if (status == PLACE_OK) return sink.close(sink.self, err);
    sink.abandon(sink.self);
    return status;
}

static void whole_run(const char *path, int64_t n) {
    place_error err;
    ck_assert_msg(run(path, (place_runfile_options){ .n_replications = n, .force = true }, 1000, &err) == PLACE_OK, "%s", err.message);
}

static void resumes(const char *path, int64_t n, const char *expected) {
    place_error err;
    ck_assert_msg(run(path, (place_runfile_options){ .n_replications = n, .resume = true }, 1000, &err) == PLACE_OK, "%s", err.message);
    ck_assert(same(path, expected));
    char parts[600];
    snprintf(parts, sizeof parts, "%s.parts", path);
    ck_assert_msg(access(parts, F_OK) != 0, "the folder of blocks is left");
}

static void refused(place_runfile_options options, place_status status, const char *sentence) {
    place_error err;
    ck_assert_int_eq(run(in_folder("x.h5"), options, 1000, &err), status);
    ck_assert_msg(strstr(err.message, sentence) != NULL, "%s", err.message);
}

/* ---- one mechanism ---------------------------------------------------------------------------------------------- */

START_TEST(a_run_resumed_after_each_block_is_the_run_without_a_break) { /* 700 replications: blocks of 256, 256 and 188 */
    place_error err;
    whole_run(in_folder("one.h5"), 700);
    for (int files = 1; files <= 3; files++)
        for (int done = 0; done < 3; done++) {
            place_runfile_options options = { .n_replications = 700, .blocks_a_file = files, .force = true };
            ck_assert_int_eq(run(in_folder("x.h5"), options, done, &err), PLACE_OK); /* interrupted */
            ck_assert_int_eq(is_there("x.h5"), done > 0);
            if (done > 0) {
                place_runfile *file = NULL;
                ck_assert_int_eq(place_runfile_open(&file, in_folder("x.h5"), &err), PLACE_OK);
                ck_assert_str_eq(place_runfile_attribute(file, "complete"), "0");
                ck_assert_int_eq(place_runfile_replications(file), 256 * done);
                ck_assert_int_eq(place_runfile_of(file), 700);
                place_runfile_close(file);
                refused((place_runfile_options){ .n_replications = 700 }, PLACE_SYSTEM, "output exists; --force replaces it");
            }
            resumes(in_folder("x.h5"), 700, in_folder("one.h5"));
            ck_assert_int_eq(strstr(noted, " of 700 replications are there already") != NULL, done > 0);
            ck_assert_int_eq(unlink(in_folder("x.h5")), 0);
        }
} END_TEST

START_TEST(a_run_resumed_from_its_unfinished_file_alone_is_whole) {
    place_error err;
    whole_run(in_folder("one.h5"), 700);
    ck_assert_int_eq(run(in_folder("x.h5"), (place_runfile_options){ .n_replications = 700 }, 2, &err), PLACE_OK);
    remove_all(in_folder("x.h5.parts"));
    resumes(in_folder("x.h5"), 700, in_folder("one.h5"));
    ck_assert_str_eq(noted, "512 of 700 replications are there already\n");
} END_TEST

START_TEST(extending_300_to_700_gives_700) {
    place_error err;
    place_runfile_options extend = { .n_replications = 700, .extend = true };
    whole_run(in_folder("one.h5"), 700);
    whole_run(in_folder("x.h5"), 300);
    ck_assert_int_eq(run(in_folder("x.h5"), extend, 1, &err), PLACE_OK); /* interrupted: the complete file of 300 stays */
    whole_run(in_folder("300.h5"), 300);
    ck_assert(same(in_folder("x.h5"), in_folder("300.h5")));
    ck_assert_int_eq(run(in_folder("x.h5"), extend, 1000, &err), PLACE_OK);
    ck_assert_str_eq(noted, "512 of 700 replications are there already\n"); /* 256 from the file, 256 from the block; 44 are run again */
    ck_assert(same(in_folder("x.h5"), in_folder("one.h5")));
    ck_assert(!is_there("x.h5.parts"));
    ck_assert_int_eq(run(in_folder("x.h5"), extend, 0, &err), PLACE_OK); /* once more: nothing to do */
    ck_assert(same(in_folder("x.h5"), in_folder("one.h5")));
    refused((place_runfile_options){ .n_replications = 600, .extend = true }, PLACE_BAD_INPUT, "it has 700 replications already");
    refused((place_runfile_options){ .n_replications = 900, .resume = true }, PLACE_BAD_INPUT, "--extend makes it 900");
} END_TEST

START_TEST(blocks_of_a_longer_run_serve_a_shorter_one_but_for_its_last) { /* 300: of the third block of 700, and of the second, nothing is used */
    place_error err;
    whole_run(in_folder("one.h5"), 300);
    ck_assert_int_eq(run(in_folder("x.h5"), (place_runfile_options){ .n_replications = 700, .blocks_a_file = 3 }, 2, &err), PLACE_OK);
    unlink(in_folder("x.h5"));
    resumes(in_folder("x.h5"), 300, in_folder("one.h5"));
    ck_assert_str_eq(noted, "256 of 300 replications are there already\n");
} END_TEST

START_TEST(shards_merged_are_the_run_and_a_missing_one_is_named) {
    place_error err;
    const char *paths[7];
    char names[7][600];
    whole_run(in_folder("one.h5"), 700);
    for (int n_shards = 1; n_shards <= 5; n_shards++) { /* with 5, two of them have no block */
        for (int s = 1; s <= n_shards; s++) {
            snprintf(names[s - 1], sizeof names[0], "%s/%d-of-%d.h5", folder, s, n_shards);
            paths[n_shards - s] = names[s - 1];
            place_runfile_options options = { .n_replications = 700, .shard = s, .n_shards = n_shards };
            ck_assert_int_eq(run(names[s - 1], options, s % 2, &err), PLACE_OK); /* some are interrupted, then resumed */
            options.resume = true;
            ck_assert_msg(run(names[s - 1], options, 1000, &err) == PLACE_OK, "%s", err.message);
            ck_assert_msg(run(names[s - 1], options, 0, &err) == PLACE_OK, "%s", err.message); /* queued again: nothing to do */
        }
        place_runfile_options merge = { .force = true, .on_note = take_note, .on_missing = take_missing };
        ck_assert_msg(place_runfile_merge(in_folder("x.h5"), plan, &merge, paths, (size_t)n_shards, &err) == PLACE_OK, "%s", err.message);
        ck_assert(same(in_folder("x.h5"), in_folder("one.h5")));
        ck_assert(!is_there("x.h5.parts"));
    }
    place_runfile_options merge = { .on_missing = take_missing, .on_note = take_note };
    const char *two[2] = { in_folder("3-of-3.h5"), in_folder("1-of-3.h5") };
    noted[0] = '\0';
    ck_assert_int_eq(place_runfile_merge(in_folder("y.h5"), plan, &merge, two, 2, &err), PLACE_BAD_INPUT);
    ck_assert_str_eq(noted, "missing 2/3: 256 + 256 of 700\n");
    ck_assert_str_eq(err.message, "shard 2/3 is missing");
    ck_assert(!is_there("y.h5") && !is_there("y.h5.parts"));
    const char *mixed[2] = { in_folder("2-of-2.h5"), in_folder("1-of-1.h5") }; /* blocks that two files have are held against each other */
    ck_assert_int_eq(place_runfile_merge(in_folder("y.h5"), plan, &merge, mixed, 2, &err), PLACE_OK);
    ck_assert(same(in_folder("y.h5"), in_folder("one.h5")));
} END_TEST

START_TEST(what_does_not_fit_is_refused_and_stays) {
    place_error err;
    ck_assert_int_eq(run(in_folder("x.h5"), (place_runfile_options){ .n_replications = 700 }, 1, &err), PLACE_OK);
    place_runfile_options resume = { .n_replications = 700, .resume = true };
    plan->seed = 2;
    refused(resume, PLACE_BAD_INPUT, "it is of seed 18446744073709551557, and this run is of 2");
    plan->seed = 18446744073709551557u;
    plan->resolved = "<scenario id=\"another\"/>\n";
    refused(resume, PLACE_BAD_INPUT, "it is of the scenario with digest ");
    plan->resolved = "<scenario id=\"by-hand\"/>\n";
    resume.detail = PLACE_DETAIL_NEED;
    refused(resume, PLACE_BAD_INPUT, "it is of detail none, and this run is of need");
    resume.detail = 0;
    resume.design = PLACE_CROSSED;
    refused(resume, PLACE_BAD_INPUT, "it is of design paired, and this run is of crossed");
    resume.design = PLACE_PAIRED;
    unlink(in_folder("x.h5"));
    plan->seed = 2; /* the blocks too */
    refused(resume, PLACE_BAD_INPUT, "--force without --resume begins anew");
    refused((place_runfile_options){ .n_replications = 700 }, PLACE_SYSTEM, "--resume goes on with them, --force begins anew");
    plan->seed = 18446744073709551557u;
    whole_run(in_folder("one.h5"), 700);
    resumes(in_folder("x.h5"), 700, in_folder("one.h5"));
    ck_assert_int_eq(run(in_folder("c.h5"), (place_runfile_options){ .n_replications = 1296, .design = PLACE_CROSSED }, 1, &err), PLACE_OK);
    place_runfile_options crossed = { .n_replications = 2401, .design = PLACE_CROSSED, .resume = true };
    ck_assert_int_eq(run(in_folder("c.h5"), crossed, 1, &err), PLACE_BAD_INPUT);
} END_TEST

START_TEST(a_damaged_block_is_named_and_run_again) {
    place_error err;
    uint64_t state = 7;
    size_t n = 0;
    whole_run(in_folder("one.h5"), 700);
    ck_assert_int_eq(run(in_folder("x.h5"), (place_runfile_options){ .n_replications = 700 }, 2, &err), PLACE_OK);
    unlink(in_folder("x.h5"));
    char command[600];
    snprintf(command, sizeof command, "cp -r %s/x.h5.parts %s/kept", folder, folder);
    ck_assert_int_eq(system(command), 0);
    unsigned char *bytes = load(in_folder("kept/block-000000001.h5"), &n);
    for (int i = 0; i < faults(24, 1000); i++) {
        snprintf(command, sizeof command, "rm -rf %s/x.h5*; cp -r %s/kept %s/x.h5.parts", folder, folder, folder);
        ck_assert_int_eq(system(command), 0);
        size_t at = next_word(&state) % n;
        unsigned char bit = (unsigned char)(1u << next_word(&state) % 8);
        if (i % 4 == 3) { /* cut short */
            save(in_folder("x.h5.parts/block-000000001.h5"), bytes, at);
        } else if (i % 4 == 2 && i < 3) { /* another block in its place */
            snprintf(command, sizeof command, "cp %s/kept/block-000000000.h5 %s/x.h5.parts/block-000000001.h5", folder, folder);
            ck_assert_int_eq(system(command), 0);
        } else {
            bytes[at] ^= bit;
            save(in_folder("x.h5.parts/block-000000001.h5"), bytes, n);
            bytes[at] ^= bit;
        }
        resumes(in_folder("x.h5"), 700, in_folder("one.h5"));
        ck_assert_msg(strstr(noted, "block-000000001.h5: ") != NULL && strstr(noted, "; its replications are run again\n256 of 700") != NULL, "%s", noted);
    }
    free(bytes);
} END_TEST

START_TEST(a_second_writer_is_refused_and_hurts_nothing) {
    place_error err;
    whole_run(in_folder("one.h5"), 700);
    for (int i = 0; i < faults(15, 200); i++) {
        pid_t children[2];
        int n_won = 0;
        remove_all(in_folder("x.h5"));
        for (int c = 0; c < 2; c++)
            if ((children[c] = fork()) == 0) {
                place_status status = run(in_folder("x.h5"), (place_runfile_options){ .n_replications = 700 }, 1000, &err);
                bool told = strstr(err.message, "another run is writing it") != NULL || strstr(err.message, "output exists") != NULL;
                _exit(status == PLACE_OK ? 0 : told && status == PLACE_SYSTEM ? 3 : 99);
            }
        for (int c = 0; c < 2; c++) {
            int ended = 0;
            ck_assert_int_eq(waitpid(children[c], &ended, 0), children[c]);
            ck_assert_msg(WIFEXITED(ended) && WEXITSTATUS(ended) != 99, "%x", (unsigned)ended);
            n_won += WEXITSTATUS(ended) == 0;
        }
        ck_assert_int_eq(n_won, 1);
        ck_assert(same(in_folder("x.h5"), in_folder("one.h5")));
        ck_assert(!is_there("x.h5.parts"));
    }
    ck_assert_int_eq(mkdir(in_folder("y.h5.parts"), 0700), 0); /* the lock is the folder's own: another program may hold it too */
    int held = open(in_folder("y.h5.parts"), O_RDONLY | O_DIRECTORY);
    ck_assert_int_eq(flock(held, LOCK_EX), 0);
    ck_assert_int_eq(run(in_folder("y.h5"), (place_runfile_options){ .n_replications = 300, .force = true }, 1000, &err), PLACE_SYSTEM);
    close(held);
    whole_run(in_folder("y.h5"), 300);
} END_TEST

/* FAULTS */

Suite *durable_suite(void) {
    Suite *suite = suite_create("durable");
    TCase *mechanism = tcase_create("mechanism"), *failing = tcase_create("faults");
    TCase *all[] = { mechanism, failing };
    for (int i = 0; i < 2; i++) {
        tcase_add_checked_fixture(all[i], setup, teardown);
        tcase_set_timeout(all[i], faults(120, 3600));
        suite_add_tcase(suite, all[i]);
    }
    tcase_add_test(mechanism, a_run_resumed_after_each_block_is_the_run_without_a_break);
    tcase_add_test(mechanism, a_run_resumed_from_its_unfinished_file_alone_is_whole);
    tcase_add_test(mechanism, extending_300_to_700_gives_700);
    tcase_add_test(mechanism, blocks_of_a_longer_run_serve_a_shorter_one_but_for_its_last);
    tcase_add_test(mechanism, shards_merged_are_the_run_and_a_missing_one_is_named);
    tcase_add_test(mechanism, what_does_not_fit_is_refused_and_stays);
    tcase_add_test(mechanism, a_damaged_block_is_named_and_run_again);
    tcase_add_test(mechanism, a_second_writer_is_refused_and_hurts_nothing);
    /* ADD */
    return suite;
}
