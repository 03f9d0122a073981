/* SPDX-License-Identifier: MIT */
/**
 * Runs that are stopped, and what becomes of them: however a run is divided, and whatever happens to it on the way, the file in the end is
 * the same to the byte as that of a run without a break, or there is none.
 *
 * Values are made by rule, so a run of a few hundred replications takes milliseconds and thousands of ends can be tried. PLACE_FAULTS=I/N in
 * the environment (make faults) tries the I-th of N shares of all of them and says how many; without it, a part spread evenly.
 */
#define _DEFAULT_SOURCE /* mount, flock */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../src/result/target.h"
#include "by_hand.h"
#include "folder.h"
#include "place/runfile.h"
#include "refusal.h"
#include "suites.h"

static place_plan *plan;
static const plan_shape tiny = { .n_steps = 2, .n_areas = 1, .bare = true };

static void remove_all(const char *path) {
    char command[600];
    snprintf(command, sizeof command, "rm -rf '%s'", path);
    ck_assert_int_eq(system(command), 0);
}

static void setup(void) {
    folder_make("durable", true); /* loss of power is played there, not waited for */
    plan = make_plan(tiny);
}

static void teardown(void) {
    umount2(in_folder("disk"), MNT_DETACH); /* left by a test that failed */
    free_plan(plan);
    folder_remove();
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

/* Every Nth is of our share, so that what has been tried when a share is done is spread evenly. */
static bool is_ours(long i) {
    long share = 1, n_shares = 1;
    const char *asked = getenv("PLACE_FAULTS");
    if (asked != NULL && (sscanf(asked, "%ld/%ld", &share, &n_shares) != 2 || share < 1 || n_shares < share)) ck_abort_msg("PLACE_FAULTS is I/N: %s", asked);
    return i % n_shares == share - 1;
}

/* Said when all of them have ended well: the first that does not ends the test. */
static void tell_tried(long n, const char *what) {
    if (getenv("PLACE_FAULTS") != NULL) fprintf(stderr, "faults %s: %ld %s, 0 bad\n", getenv("PLACE_FAULTS"), n, what);
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
    if (options.on_note == NULL) options.on_note = take_note;
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
    ck_assert_msg(run(in_folder("x.h5"), options, 1000, &err) == status, "not refused: %s: %s", sentence, err.message);
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
                refused((place_runfile_options){ .n_replications = 700 }, PLACE_SYSTEM,
                        "output exists; --resume goes on with the run that was stopped, --force replaces it");
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
    ck_assert_int_eq(unlink(in_folder("x.h5")), 0);
    refused(extend, PLACE_BAD_INPUT, "there is no such run file to extend");
} END_TEST

START_TEST(a_file_of_blocks_stops_before_what_is_there) { /* the first of three blocks is damaged; files have three */
    place_error err;
    whole_run(in_folder("one.h5"), 700);
    ck_assert_int_eq(run(in_folder("x.h5"), (place_runfile_options){ .n_replications = 700 }, 2, &err), PLACE_OK);
    ck_assert_int_eq(unlink(in_folder("x.h5")), 0);
    save(in_folder("x.h5.parts/block-000000000.h5"), "no", 2);
    ck_assert_int_eq(run(in_folder("x.h5"), (place_runfile_options){ .n_replications = 700, .blocks_a_file = 3, .resume = true }, 1000, &err), PLACE_OK);
    ck_assert(same(in_folder("x.h5"), in_folder("one.h5")));
} END_TEST

START_TEST(blocks_of_a_longer_run_serve_a_shorter_one_but_for_its_last) { /* 300: of the third block of 1000, and of the second, nothing is used */
    place_error err;
    whole_run(in_folder("one.h5"), 300);
    ck_assert_int_eq(run(in_folder("x.h5"), (place_runfile_options){ .n_replications = 1000, .blocks_a_file = 3 }, 3, &err), PLACE_OK);
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

START_TEST(shards_are_told_apart_from_runs_and_from_shards_that_contradict_them) {
    place_error err;
    place_runfile_options shard = { .n_replications = 700, .shard = 1, .n_shards = 3 }, merge = { .n_replications = 0 };
    ck_assert_int_eq(run(in_folder("x.h5"), shard, 1000, &err), PLACE_OK);
    refused((place_runfile_options){ .n_replications = 700, .resume = true }, PLACE_BAD_INPUT, "it is shard 1/3, and this run's is all of it");
    shard.shard = 2;
    shard.resume = true;
    refused(shard, PLACE_BAD_INPUT, "it is shard 1/3, and this run's is shard 2/3");
    whole_run(in_folder("whole.h5"), 700);
    ck_assert_int_eq(run(in_folder("whole.h5"), shard, 1000, &err), PLACE_BAD_INPUT);
    ck_assert_str_eq(err.message, "it is all of a run, and this run's is shard 2/3");
    refused((place_runfile_options){ .n_replications = INT64_C(1) << 31, .force = true }, PLACE_SYSTEM, "a run file holds 2,147,483,647 at most");

    err = (place_error){ 0 };
    const char *one[2] = { in_folder("x.h5"), in_folder("none.h5") }; /* nobody listens, and two are missing; one of them is not there */
    ck_assert_int_eq(place_runfile_merge(in_folder("m.h5"), plan, &merge, one, 2, &err), PLACE_SYSTEM);
    ck_assert_str_eq(err.message, "2 of 3 shards are missing");
    shard = (place_runfile_options){ .n_replications = 700, .shard = 1, .n_shards = 2 };
    ck_assert_int_eq(run(in_folder("half.h5"), shard, 1000, &err), PLACE_OK); /* of another division: told by blocks */
    const char *mixed[2] = { in_folder("x.h5"), in_folder("half.h5") };
    err = (place_error){ 0 };
    ck_assert_int_eq(place_runfile_merge(in_folder("m.h5"), plan, &merge, mixed, 2, &err), PLACE_BAD_INPUT);
    ck_assert_str_eq(err.message, "2 of 3 shards are missing");
    save(in_folder("bad.h5"), "\x89HDF\r\n\x1a\n", 8);
    const char *bad[2] = { in_folder("x.h5"), in_folder("bad.h5") };
    err = (place_error){ 0 };
    ck_assert_int_eq(place_runfile_merge(in_folder("m.h5"), plan, &merge, bad, 2, &err), PLACE_SYSTEM);
    ck_assert_msg(strstr(err.message, "not a whole run file: it has no seal") != NULL, "%s", err.message);

    shard = (place_runfile_options){ .n_replications = 256, .shard = 2, .n_shards = 2 }; /* one block: the second shard is all of the run */
    ck_assert_int_eq(run(in_folder("all.h5"), shard, 1000, &err), PLACE_OK);
    shard.resume = true;
    ck_assert_int_eq(run(in_folder("all.h5"), shard, 0, &err), PLACE_OK);
    ck_assert_str_eq(noted, "all 256 replications are there already\n");
    shard = (place_runfile_options){ .n_replications = 1400, .shard = 1, .n_shards = 3, .resume = true }; /* 512 now, the first 256 of them there */
    ck_assert_int_eq(run(in_folder("x.h5"), shard, 1000, &err), PLACE_OK);
    ck_assert_str_eq(noted, "256 of 512 replications are there already\n");
    const char *third[1] = { in_folder("x.h5") };
    merge.on_missing = take_missing;
    ck_assert_int_eq(place_runfile_merge(in_folder("m.h5"), plan, &merge, third, 1, &err), PLACE_BAD_INPUT);
    ck_assert_str_eq(noted, "256 of 512 replications are there already\nmissing 2/3: 512 + 512 of 1400\nmissing 3/3: 1024 + 376 of 1400\n");
    ck_assert_int_eq(run(in_folder("stopped.h5"), (place_runfile_options){ .n_replications = 700 }, 2, &err), PLACE_OK); /* no shard: told by blocks */
    const char *stopped[1] = { in_folder("stopped.h5") };
    err = (place_error){ 0 };
    ck_assert_int_eq(place_runfile_merge(in_folder("m.h5"), plan, &merge, stopped, 1, &err), PLACE_BAD_INPUT);
    ck_assert_str_eq(err.message, "shard 3/3 is missing");
    err = (place_error){ 0 };
    ck_assert_int_eq(place_runfile_merge(in_folder("whole.h5"), plan, &merge, stopped, 1, &err), PLACE_SYSTEM); /* not over what is there */
    ck_assert_str_eq(err.message, "output exists; --force replaces it");
    whole_run(in_folder("300.h5"), 300); /* its short last block is not held against the longer run's */
    const char *short_too[3] = { in_folder("whole.h5"), in_folder("300.h5"), in_folder("whole.h5") };
    ck_assert_int_eq(place_runfile_merge(in_folder("m.h5"), plan, &merge, short_too, 3, &err), PLACE_OK);
    ck_assert(same(in_folder("m.h5"), in_folder("whole.h5")) && unlink(in_folder("m.h5")) == 0);
    plan->seed = 2;
    const char *whole_twice[2] = { in_folder("whole.h5"), in_folder("whole.h5") };
    err = (place_error){ 0 };
    ck_assert_int_eq(place_runfile_merge(in_folder("m.h5"), plan, &merge, whole_twice, 2, &err), PLACE_BAD_INPUT);
    ck_assert_msg(strncmp(err.message, "it is of seed ", 14) == 0, "%s", err.message);
    plan->seed = 18446744073709551557u;

    place_layout layout = place_layout_of(plan, 0); /* the third block of a run, as that of the first 256 replications of another */
    place_sink sink;
    place_runfile_options other = { .n_replications = 700, .force = true };
    ck_assert_int_eq(place_runfile_create(&sink, in_folder("other.h5"), plan, &other, &err), PLACE_OK);
    for (int64_t b = 0; b < 3; b++) {
        place_block block = make_block(plan, &layout, b < 2 ? 1 - b : b, 700);
        block.index = b;
        ck_assert_int_eq(sink.append(sink.self, sink.pack(sink.self, &block, 0, 1, &err), &err), PLACE_OK);
        free_block(&block);
    }
    ck_assert_int_eq(sink.close(sink.self, &err), PLACE_OK);
    const char *two[2] = { in_folder("whole.h5"), in_folder("other.h5") };
    err = (place_error){ 0 };
    ck_assert_int_eq(place_runfile_merge(in_folder("m.h5"), plan, &merge, two, 2, &err), PLACE_SYSTEM);
    ck_assert_msg(strstr(err.message, "from replication 0 on are not those of ") != NULL, "%s", err.message);
    ck_assert(!is_there("m.h5") && !is_there("m.h5.parts"));
} END_TEST

START_TEST(an_output_is_in_the_folder_that_its_path_says) {
    static const char *const paths[][2] = { { "run.h5", "." }, { "/run-of-nobody.h5", "/" }, { "/tmp/run-of-nobody.h5", "/tmp" } };
    for (int i = 0; i < 3; i++) {
        place_target *target = NULL;
        place_error err = { 0 };
        ck_assert_int_eq(place_target_create(&target, paths[i][0], &place_system_files, &err), PLACE_OK);
        ck_assert_str_eq(place_target_folder(target), paths[i][1]);
        place_target_free(target);
    }
    place_error err;
    int top = open(".", O_RDONLY | O_DIRECTORY);
    whole_run(in_folder("one.h5"), 300);
    ck_assert_int_eq(chdir(folder), 0);
    ck_assert_int_eq(run("x.h5", (place_runfile_options){ .n_replications = 300 }, 1000, &err), PLACE_OK); /* beside us, its blocks too */
    ck_assert(same(in_folder("x.h5"), in_folder("one.h5")) && !is_there("x.h5.parts"));
    ck_assert_int_eq(fchdir(top), 0);
    close(top);
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
    crossed.n_replications = 1296; /* the number that it was begun with */
    ck_assert_int_eq(run(in_folder("c.h5"), crossed, 1, &err), PLACE_OK);
    ck_assert_str_eq(noted, "256 of 1296 replications are there already\n");
    save(in_folder("x.h5"), "not a run file", 14);
    refused((place_runfile_options){ .n_replications = 700, .resume = true }, PLACE_SYSTEM, "not a run file");
    ck_assert_int_eq(run(in_folder("x.h5"), (place_runfile_options){ .n_replications = 700, .resume = true, .force = true }, 1000, &err), PLACE_OK);
    ck_assert(same(in_folder("x.h5"), in_folder("one.h5"))); /* both asked for: what is no run of this is replaced */
} END_TEST

START_TEST(a_block_of_which_a_part_is_lacking_is_not_kept) { /* stopped between its two parts */
    place_error err = { 0 };
    place_sink sink;
    place_layout layout = place_layout_of(plan, 0);
    place_runfile_options options = { .n_replications = 700 };
    ck_assert_int_eq(place_runfile_create(&sink, in_folder("x.h5"), plan, &options, &err), PLACE_OK);
    place_block block = make_block(plan, &layout, 0, 700);
    ck_assert_int_eq(sink.append(sink.self, sink.pack(sink.self, &block, 0, 2, &err), &err), PLACE_OK);
    free_block(&block);
    ck_assert_int_eq(sink.close(sink.self, &err), PLACE_OK);
    ck_assert(!is_there("x.h5") && !is_there("x.h5.parts"));
} END_TEST

/* ---- files that hold together and are not what this program writes ------------------------------------------------ */

/* Change a file as whoever can use HDF5 might, and seal it again. */
static void forge(const char *path, void (*change)(hid_t file)) {
    size_t n = 0;
    unsigned char *bytes = load(path, &n);
    save(path, bytes, n - PLACE_SEAL_SIZE);
    free(bytes);
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    ck_assert_int_ge(file, 0);
    change(file);
    ck_assert_int_ge(H5Fclose(file), 0);
    bytes = load(path, &n);
    bytes = realloc(bytes, n + PLACE_SEAL_SIZE + 1);
    ck_assert(place_seal_of(bytes, n, (char *)bytes + n));
    save(path, bytes, n + PLACE_SEAL_SIZE);
    free(bytes);
}

static void by_another_version(hid_t file) {
    hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
    H5Tset_size(type, 5);
    H5Adelete(file, "program_version");
    hid_t at = H5Acreate2(file, "program_version", type, space, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert_int_ge(H5Awrite(at, type, "0.0.1"), 0);
    H5Aclose(at);
    H5Sclose(space);
    H5Tclose(type);
}

static void without_the_first_variable(hid_t file) { /* its chunks are another's */
    char *names[1000] = { NULL };
    hid_t dataset = H5Dopen2(file, "/provenance/chunk_variable", H5P_DEFAULT), type = H5Dget_type(dataset), space = H5Dget_space(dataset);
    ck_assert_int_le(H5Sget_simple_extent_npoints(space), 1000);
    ck_assert_int_ge(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, names), 0);
    ck_assert_ptr_nonnull(names[0]);
    names[0][0] = '-';
    ck_assert_int_ge(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, names), 0);
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, names);
    H5Sclose(space);
    H5Tclose(type);
    H5Dclose(dataset);
}

static void past_a_filter(hid_t file) { /* a chunk that says that it was not shuffled */
    static unsigned char bytes[1 << 20];
    const hsize_t origin[PLACE_MAX_VARIABLE_AXES + 1] = { 0 };
    hsize_t n = 0;
    uint32_t mask = 0;
    hid_t dataset = H5Dopen2(file, "stock", H5P_DEFAULT);
    ck_assert_int_ge(H5Dget_chunk_storage_size(dataset, origin, &n), 0);
    ck_assert(n > 0 && n < sizeof bytes && H5Dread_chunk(dataset, H5P_DEFAULT, origin, &mask, bytes) >= 0);
    ck_assert_int_ge(H5Dwrite_chunk(dataset, H5P_DEFAULT, 1, origin, (size_t)n + 1, bytes), 0); /* HDF5 notes it for another length alone */
    H5Dclose(dataset);
}

static void emptied(hid_t file) { /* the same dataset, without a chunk */
    hid_t dataset = H5Dopen2(file, "stock", H5P_DEFAULT), type = H5Dget_type(dataset), space = H5Dget_space(dataset);
    hid_t creation = H5Dget_create_plist(dataset);
    H5Dclose(dataset);
    ck_assert_int_ge(H5Ldelete(file, "stock", H5P_DEFAULT), 0);
    dataset = H5Dcreate2(file, "stock", type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    ck_assert_int_ge(dataset, 0);
    H5Dclose(dataset);
    H5Pclose(creation);
    H5Sclose(space);
    H5Tclose(type);
}

static void stopped_and_forged(void (*change)(hid_t file)) { /* the first two blocks of three are in a file */
    place_error err;
    remove_all(in_folder("x.h5"));
    ck_assert_int_eq(run(in_folder("x.h5"), (place_runfile_options){ .n_replications = 700 }, 2, &err), PLACE_OK);
    remove_all(in_folder("x.h5.parts"));
    forge(in_folder("x.h5"), change);
}

static void replace_by_forged(void *self, const char *sentence) {
    take_note(self, sentence);
    rename(in_folder("forged.h5"), in_folder("x.h5")); /* once: then there is none */
}

START_TEST(what_is_sealed_and_not_what_this_program_wrote_is_refused_and_stays) {
    const place_runfile_options resume = { .n_replications = 700, .resume = true };
    place_error err;
    stopped_and_forged(by_another_version);
    refused(resume, PLACE_BAD_INPUT, "it is written by placesim 0.0.1, and this run would be by ");
    stopped_and_forged(without_the_first_variable);
    refused(resume, PLACE_SYSTEM, "damaged: it has not the chunks of '");
    stopped_and_forged(past_a_filter);
    refused(resume, PLACE_SYSTEM, "damaged: a chunk of 'stock' is not stored as it was written");
    remove_all(in_folder("x.h5.parts"));
    stopped_and_forged(emptied);
    refused(resume, PLACE_SYSTEM, "damaged: a chunk of 'stock' is not stored as it was written");
    remove_all(in_folder("x.h5.parts"));

    stopped_and_forged(without_the_first_variable); /* changed by another program while it is being looked at: blocks of both are held together */
    ck_assert_int_eq(rename(in_folder("x.h5"), in_folder("forged.h5")), 0);
    ck_assert_int_eq(run(in_folder("x.h5"), (place_runfile_options){ .n_replications = 700 }, 2, &err), PLACE_OK);
    save(in_folder("x.h5.parts/block-000000000.h5"), "no", 2);
    refused((place_runfile_options){ .n_replications = 700, .resume = true, .on_note = replace_by_forged }, PLACE_SYSTEM, "damaged: it has not the chunks of '");
    ck_assert_msg(strstr(noted, "block-000000001.h5: its values of '") != NULL, "%s", noted);
    remove_all(in_folder("x.h5"));
    whole_run(in_folder("one.h5"), 700);
    resumes(in_folder("x.h5"), 700, in_folder("one.h5"));
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
    long n_tried = 0;
    for (int i = 0; i < faults(24, 1000); i++) {
        size_t at = next_word(&state) % n;
        unsigned char bit = (unsigned char)(1u << next_word(&state) % 8);
        if (!is_ours(i)) continue;
        n_tried++;
        snprintf(command, sizeof command, "rm -rf %s/x.h5*; cp -r %s/kept %s/x.h5.parts", folder, folder, folder);
        ck_assert_int_eq(system(command), 0);
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
    tell_tried(n_tried, "damaged blocks");
    free(bytes);
} END_TEST

START_TEST(a_second_writer_is_refused_and_hurts_nothing) {
    place_error err;
    whole_run(in_folder("one.h5"), 700);
    long n_tried = 0;
    for (int i = 0; i < faults(15, 200); i++) {
        if (!is_ours(i)) continue;
        n_tried++;
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
    tell_tried(n_tried, "pairs of writers");
    ck_assert_int_eq(mkdir(in_folder("y.h5.parts"), 0700), 0); /* the lock is the folder's own: another program may hold it too */
    int held = open(in_folder("y.h5.parts"), O_RDONLY | O_DIRECTORY);
    ck_assert_int_eq(flock(held, LOCK_EX), 0);
    ck_assert_int_eq(run(in_folder("y.h5"), (place_runfile_options){ .n_replications = 300, .force = true }, 1000, &err), PLACE_SYSTEM);
    close(held);
    whole_run(in_folder("y.h5"), 300);
} END_TEST

/* ---- calls that fail -------------------------------------------------------------------------------------------- */

/* The nth call of those that can fail does, or all from it on; a log of what was done is kept if there is one. */
static struct {
    long n_calls, fail_at; /* 0: none fails */
    bool for_ever;
    int reason;
} trouble;

static bool fails(void) {
    trouble.n_calls++;
    bool now = trouble.fail_at > 0 && (trouble.n_calls == trouble.fail_at || (trouble.for_ever && trouble.n_calls > trouble.fail_at));
    if (now) errno = trouble.reason;
    return now;
}

static int bad_open(const char *path, int flags, mode_t mode) {
    return fails() ? -1 : open(path, flags, mode);
}
static ssize_t bad_write(int file, const void *bytes, size_t n) {
    if (!fails()) return write(file, bytes, n);
    if (n > 1 && write(file, bytes, n / 2) < 0) return -1; /* half of it is on the disk all the same */
    errno = trouble.reason;
    return -1;
}
static int bad_fsync(int file) {
    return fails() ? -1 : fsync(file);
}
static int bad_close(int file) {
    bool bad = fails();
    int answer = close(file), reason = trouble.reason;
    if (bad) errno = reason;
    return bad ? -1 : answer;
}
static int bad_rename(const char *from, const char *to) {
    return fails() ? -1 : rename(from, to);
}
static int bad_link(const char *from, const char *to) {
    return fails() ? -1 : link(from, to);
}
static int bad_unlink(const char *path) {
    return fails() ? -1 : unlink(path);
}
static int bad_mkdir(const char *path, mode_t mode) {
    return fails() ? -1 : mkdir(path, mode);
}
static int bad_rmdir(const char *path) {
    return fails() ? -1 : rmdir(path);
}
static ssize_t bad_read(int file, void *bytes, size_t n) {
    return fails() ? -1 : read(file, bytes, n);
}
static off_t bad_lseek(int file, off_t to, int from) {
    return fails() ? -1 : lseek(file, to, from);
}
static int bad_fstat(int file, struct stat *out) {
    return fails() ? -1 : fstat(file, out);
}
static int bad_stat(const char *path, struct stat *out) {
    return fails() ? -1 : stat(path, out);
}
static int bad_statvfs(const char *path, struct statvfs *out) {
    return fails() ? -1 : statvfs(path, out);
}
static DIR *bad_opendir(const char *path) {
    return fails() ? NULL : opendir(path);
}
static struct dirent *bad_readdir(DIR *of) {
    return fails() ? NULL : readdir(of);
}

static const place_files bad_files = {
    .open = bad_open, .read = bad_read, .write = bad_write, .lseek = bad_lseek, .fsync = bad_fsync, .close = bad_close,
    .rename = bad_rename, .link = bad_link, .unlink = bad_unlink, .mkdir = bad_mkdir, .rmdir = bad_rmdir, .flock = flock,
    .fstat = bad_fstat, .stat = bad_stat, .statvfs = bad_statvfs, .opendir = bad_opendir, .readdir = bad_readdir, .realloc = realloc,
};

static void *bad_realloc(void *memory, size_t n) {
    return fails() ? NULL : realloc(memory, n);
}

/* After a failure: no file under the run's name, or the whole one; then a run that goes on makes it whole. */
static void ends_well(place_status status, const place_error *err, long at) {
    if (status != PLACE_OK) {
        ck_assert_msg(status == PLACE_SYSTEM && err->status == PLACE_SYSTEM && err->message[0] != '\0', "call %ld: status %d", at, (int)status);
        ck_assert_msg(!is_there("x.h5") || same(in_folder("x.h5"), in_folder("one.h5")), "call %ld: half a file", at);
    }
    resumes(in_folder("x.h5"), 300, in_folder("one.h5"));
}

START_TEST(each_call_that_fails_once_or_for_ever_ends_well) {
    static const int reasons[] = { EIO, ENOSPC, EDQUOT, EFBIG };
    place_error err;
    whole_run(in_folder("one.h5"), 300);
    trouble.fail_at = 0;
    trouble.n_calls = 0;
    place_runfile_options options = { .n_replications = 300, .files = &bad_files };
    ck_assert_int_eq(run(in_folder("x.h5"), options, 1000, &err), PLACE_OK);
    const long n_calls = trouble.n_calls, step = faults(2, 1); /* every second one here, for ever at those, once at the others too */
    long n_tried = 0;
    ck_assert_int_gt(n_calls, 30);
    for (long i = 0; i < 2 * n_calls; i += step) {
        if (!is_ours(i / 2)) continue;
        n_tried++;
        unlink(in_folder("x.h5"));
        trouble.n_calls = 0;
        trouble.fail_at = i / 2 + 1;
        trouble.for_ever = (i / step) % 2 == 1;
        trouble.reason = reasons[i / 2 % 4];
        ends_well(run(in_folder("x.h5"), options, 1000, &err), &err, trouble.fail_at);
    }
    tell_tried(n_tried, "failing calls, once or for ever");
} END_TEST

START_TEST(memory_that_runs_out_at_any_call_ends_well) {
    place_error err;
    place_files files = place_system_files;
    files.realloc = bad_realloc;
    whole_run(in_folder("one.h5"), 300);
    trouble.fail_at = 0;
    trouble.n_calls = 0;
    place_runfile_options options = { .n_replications = 300, .files = &files };
    ck_assert_int_eq(run(in_folder("x.h5"), options, 1000, &err), PLACE_OK);
    const long n_calls = trouble.n_calls;
    long n_tried = 0;
    const long step = faults(2, 1);
    for (long i = 0; i < 2 * n_calls; i += step) {
        if (!is_ours(i / 2)) continue;
        n_tried++;
        unlink(in_folder("x.h5"));
        trouble.n_calls = 0;
        trouble.fail_at = i / 2 + 1;
        trouble.for_ever = (i / step) % 2 == 1;
        place_status status = run(in_folder("x.h5"), options, 1000, &err); /* good where only tidying up, when it is done, went without */
        ck_assert_msg(status == PLACE_OK || strstr(err.message, "out of memory") != NULL || strstr(err.message, "Cannot allocate memory") != NULL, "%s",
                      err.message);
        ends_well(status, &err, trouble.fail_at);
    }
    tell_tried(n_tried, "failing calls for memory, once or for ever");
} END_TEST

static ssize_t read_none(int file, void *bytes, size_t n) {
    (void)file, (void)bytes, (void)n;
    errno = EIO;
    return -1;
}
static int open_none_to_read(const char *path, int flags, mode_t mode) {
    if ((flags & O_ACCMODE) != O_RDONLY || (flags & O_DIRECTORY) != 0) return open(path, flags, mode);
    errno = EACCES;
    return -1;
}

START_TEST(who_has_the_lock_is_told_as_far_as_can_be) {
    place_error err;
    place_files files = place_system_files;
    place_runfile_options options = { .n_replications = 300, .files = &files };
    const char *named = "another run is writing it, process 4242; wait for it, or write elsewhere";
    const char *nameless = "another run is writing it; wait for it, or write elsewhere";
    ck_assert_int_eq(mkdir(in_folder("x.h5.parts"), 0700), 0);
    save(in_folder("x.h5.parts/writer"), "process 4242\n process 17\n", 25);
    int held = open(in_folder("x.h5.parts"), O_RDONLY | O_DIRECTORY);
    ck_assert_int_eq(flock(held, LOCK_EX), 0);
    ck_assert_int_eq(run(in_folder("x.h5"), options, 1000, &err), PLACE_SYSTEM);
    ck_assert_str_eq(err.message, named);
    files.read = read_none;
    ck_assert_int_eq(run(in_folder("x.h5"), options, 1000, &err), PLACE_SYSTEM);
    ck_assert_str_eq(err.message, nameless);
    files = place_system_files;
    files.open = open_none_to_read;
    ck_assert_int_eq(run(in_folder("x.h5"), options, 1000, &err), PLACE_SYSTEM);
    ck_assert_str_eq(err.message, nameless);
    files = place_system_files;
    files.realloc = bad_realloc;
    int n_nameless = 0;
    for (trouble.fail_at = 1, trouble.for_ever = false; strcmp(err.message, named) != 0; trouble.fail_at++) { /* without memory to say it in */
        trouble.n_calls = 0;
        ck_assert_int_eq(run(in_folder("x.h5"), options, 1000, &err), PLACE_SYSTEM);
        n_nameless += strcmp(err.message, nameless) == 0;
        ck_assert_msg(strstr(err.message, "out of memory") != NULL || strstr(err.message, "another run is writing it") != NULL, "%s", err.message);
    }
    ck_assert_int_eq(n_nameless, 1);
    close(held);
    save(in_folder("x.h5.parts/writer"), "", 0); /* nobody's */
    ck_assert_int_eq(run(in_folder("x.h5"), (place_runfile_options){ .n_replications = 300 }, 1000, &err), PLACE_OK);
} END_TEST

START_TEST(a_seal_that_cannot_be_read_is_an_error_and_never_a_seal) {
    place_error err;
    int64_t size = -1;
    int file = -1;
    whole_run(in_folder("one.h5"), 300);
    trouble.for_ever = false;
    trouble.reason = EIO;
    for (long at = 0;; at++) { /* 0: no call fails */
        trouble.n_calls = 0;
        trouble.fail_at = at;
        err = (place_error){ 0 };
        place_status status = place_seal_verify(&file, in_folder("one.h5"), &bad_files, &size, &err);
        if (status == PLACE_OK) close(file);
        ck_assert_int_eq(status, at == 0 || at > trouble.n_calls ? PLACE_OK : PLACE_SYSTEM);
        ck_assert_str_eq(err.message, status == PLACE_OK ? "" : "cannot read the run file: Input/output error");
        if (at > trouble.n_calls) break;
    }
    ck_assert_int_ge(trouble.n_calls, 8); /* open, fstat, three times lseek and read */
    place_files files = place_system_files;
    files.realloc = bad_realloc;
    trouble.n_calls = 0;
    trouble.fail_at = 1;
    ck_assert_int_eq(place_seal_verify(&file, in_folder("one.h5"), &files, &size, &err), PLACE_SYSTEM);
    ck_assert_str_eq(err.message, "cannot read the run file: Cannot allocate memory");
} END_TEST

START_TEST(a_run_that_goes_on_with_blocks_survives_each_call_that_fails) { /* three blocks there, the second and third damaged; or --force, which removes them */
    place_error err;
    place_files memory = place_system_files;
    memory.realloc = bad_realloc;
    const place_files *const tables[] = { &bad_files, &memory };
    whole_run(in_folder("one.h5"), 700);
    ck_assert_int_eq(run(in_folder("x.h5"), (place_runfile_options){ .n_replications = 700 }, 2, &err), PLACE_OK);
    char command[600];
    snprintf(command, sizeof command, "cp -r %s/x.h5.parts %s/kept; cp %s/x.h5 %s/kept.h5", folder, folder, folder, folder);
    ck_assert_int_eq(system(command), 0);
    save(in_folder("kept/block-000000001.h5"), "no", 2);
    save(in_folder("kept/block-000000002.h5"), "no", 2);
    long n_tried = 0;
    for (int k = 0; k < 4; k++) { /* system calls or memory; resumed or forced */
        for (long at = 0, n_calls = 0; at <= n_calls; at++) { /* 0: no call fails, and how many there are */
            if (at > 0 && (getenv("PLACE_FAULTS") == NULL ? at % 12 != 3 * k : !is_ours(at))) continue;
            n_tried++;
            snprintf(command, sizeof command, "rm -rf %s/x.h5*; cp -r %s/kept %s/x.h5.parts; [ %d = 1 ] || cp %s/kept.h5 %s/x.h5", folder, folder, folder, k / 2,
                     folder, folder);
            ck_assert_int_eq(system(command), 0);
            trouble.fail_at = at;
            trouble.n_calls = 0;
            trouble.for_ever = false;
            trouble.reason = EIO;
            place_status status = run(in_folder("x.h5"), (place_runfile_options){ .n_replications = 700, .files = tables[k % 2], .resume = k / 2 == 0, .force = k / 2 == 1 },
                                      1000, &err);
            if (at == 0) n_calls = trouble.n_calls;
            ck_assert_msg(status == PLACE_OK || (status == PLACE_SYSTEM && err.message[0] != '\0'), "call %ld: %s", at, err.message);
            if (status != PLACE_OK) resumes(in_folder("x.h5"), 700, in_folder("one.h5"));
            else ck_assert(same(in_folder("x.h5"), in_folder("one.h5")));
        }
    }
    tell_tried(n_tried, "failing calls of runs that go on");
} END_TEST

/* ---- libraries that fail ---------------------------------------------------------------------------------------- */

/* All that happens to a run file: a run that is stopped with its file of blocks half full, one that goes on, one that makes it longer; and
 * it is merged. */
__attribute__((noinline)) static place_status live(place_error *err) {
    const place_runfile_options stopped = { .n_replications = 300, .blocks_a_file = 2 }, resumed = { .n_replications = 300, .resume = true },
                                extended = { .n_replications = 520, .extend = true };
    place_status status = run(in_folder("x.h5"), stopped, 1, err);
    if (status == PLACE_OK) status = run(in_folder("x.h5"), resumed, 1000, err);
    if (status == PLACE_OK) status = run(in_folder("x.h5"), extended, 1000, err);
    if (status == PLACE_OK) status = place_runfile_merge(in_folder("m.h5"), plan, &(place_runfile_options){ .force = true }, (const char *[]){ in_folder("x.h5") }, 1, err);
    return status;
}

START_TEST(each_place_that_calls_a_library_in_vain_ends_well) { /* HDF5, libdeflate, libcrypto: its first call, and its last */
    place_error err;
    whole_run(in_folder("one.h5"), 520);
    refusal_learn(faults(2, 4)); /* callers, of which -O0, that `make coverage` builds with, has more */
    ck_assert_int_eq(live(&err), PLACE_OK);
    ck_assert(same(in_folder("x.h5"), in_folder("one.h5")));
    const size_t n_places = refusal_places();
    ck_assert_uint_gt(n_places, 100);
    long n_tried = 0, n_ended = 0, n_called = 0, n_failed = 0;
    for (size_t p = 0; p < n_places; p++)
        for (int last = 0; last <= (refusal_calls(p) > 1); last++) {
            n_tried++;
            if (getenv("PLACE_FAULTS") == NULL ? n_tried % 16 != 0 : !is_ours(n_tried)) continue;
            n_ended++;
            remove_all(in_folder("x.h5"));
            remove_all(in_folder("x.h5.parts"));
            unlink(in_folder("m.h5"));
            refusal_of(p, last ? refusal_calls(p) : 1);
            place_status status = live(&err);
            n_called += refusal_end();
            ck_assert_msg(status == PLACE_OK || (status == PLACE_SYSTEM && err.status == PLACE_SYSTEM && err.message[0] != '\0'), "%s: status %d",
                          refusal_name(p), (int)status);
            n_failed += status != PLACE_OK;
            if (status != PLACE_OK && is_there("x.h5")) { /* what has the name is whole, be it the run of 300 or what was there when it was stopped */
                place_runfile *file = NULL;
                ck_assert_msg(place_runfile_open(&file, in_folder("x.h5"), &err) == PLACE_OK, "%s: %s", refusal_name(p), err.message);
                place_runfile_close(file);
            }
            place_runfile_options again = { .n_replications = 520, .resume = !is_there("x.h5"), .extend = is_there("x.h5") };
            ck_assert_msg(run(in_folder("x.h5"), again, 1000, &err) == PLACE_OK, "%s: %s", refusal_name(p), err.message);
            ck_assert_msg(same(in_folder("x.h5"), in_folder("one.h5")) && !is_there("x.h5.parts"), "%s", refusal_name(p));
            ck_assert_msg(!is_there("m.h5") || same(in_folder("m.h5"), in_folder("one.h5")), "%s", refusal_name(p));
        }
    ck_assert_int_ge(20 * n_called, 19 * n_ended); /* what went before in this process may save HDF5 a call, seldom */
    ck_assert_int_gt(n_failed, n_ended / 3);
    tell_tried(n_ended, "calls of libraries in vain");
} END_TEST

/* ---- file systems that are odd ---------------------------------------------------------------------------------- */

static int n_locks, n_opens;

static int lock_no_folder(int file, int how) { /* NFS locks files open for writing, and no folder */
    struct stat state;
    fstat(file, &state);
    if (!S_ISDIR(state.st_mode)) return flock(file, how);
    errno = EBADF;
    return -1;
}
static int lock_nothing(int file, int how) {
    (void)file, (void)how;
    errno = ENOLCK;
    return -1;
}
static int lock_of_another(int file, int how) { /* no folder is locked here, and another has the file */
    (void)how;
    struct stat state;
    fstat(file, &state);
    errno = S_ISDIR(state.st_mode) ? EBADF : EWOULDBLOCK;
    return -1;
}
static int lock_that_comes_late(int file, int how) { /* the first time, the run that had the lock has finished, and its folder is gone; then anew */
    char away[600];
    n_locks++;
    snprintf(away, sizeof away, "%s.%d", in_folder("gone"), n_locks);
    if (n_locks <= 2) ck_assert_int_eq(rename(in_folder("x.h5.parts"), away), 0);
    if (n_locks == 2) ck_assert_int_eq(mkdir(in_folder("x.h5.parts"), 0700), 0);
    return flock(file, how);
}
static int open_no_folder(const char *path, int flags, mode_t mode) {
    n_opens++;
    if (flags & O_DIRECTORY) errno = ENOENT;
    return flags & O_DIRECTORY ? -1 : open(path, flags, mode);
}
static int open_no_writer(const char *path, int flags, mode_t mode) {
    bool is_writer = strcmp(path + strlen(path) - 6, "writer") == 0;
    if (is_writer) errno = EACCES;
    return is_writer ? -1 : open(path, flags, mode);
}
static int open_without_room(const char *path, int flags, mode_t mode) { /* for the merged file; then for its seal */
    const char *name = strrchr(path, '/');
    if (name == NULL || strcmp(name, "/merged.tmp") != 0 || (n_opens == 0) != ((flags & O_CREAT) != 0)) return open(path, flags, mode);
    errno = ENOSPC;
    return -1;
}
static int sync_no_folder(int file) { /* some file systems do not know fsync of a folder */
    struct stat state;
    fstat(file, &state);
    if (!S_ISDIR(state.st_mode)) return fsync(file);
    errno = EINVAL;
    return -1;
}
static int stat_elsewhere(const char *path, struct stat *out) { /* another device has a file of that number */
    int answer = stat(path, out);
    out->st_dev++;
    return answer;
}
static int stat_folders_alone(const char *path, struct stat *out) {
    int answer = stat(path, out);
    if (answer != 0 || S_ISDIR(out->st_mode)) return answer;
    errno = EIO;
    return -1;
}
static DIR *opendir_none(const char *path) {
    (void)path;
    errno = EACCES;
    return NULL;
}
static struct dirent *readdir_half(DIR *of) { /* the folder breaks off */
    struct dirent *entry = readdir(of);
    if (entry != NULL && entry->d_name[0] == '.') return entry;
    errno = EIO;
    return NULL;
}
static int n_unfinished;
static int statvfs_of_what_is_left(const char *path, struct statvfs *out) {
    DIR *at = opendir(path);
    n_unfinished = 0;
    for (const struct dirent *entry; at != NULL && (entry = readdir(at)) != NULL;) n_unfinished += strstr(entry->d_name, ".tmp") != NULL;
    if (at != NULL) closedir(at);
    return statvfs(path, out);
}
static int statvfs_none(const char *path, struct statvfs *out) {
    (void)path, (void)out;
    errno = ENOSYS;
    return -1;
}
static ssize_t write_without_room(int file, const void *bytes, size_t n) {
    (void)file, (void)bytes, (void)n;
    errno = ENOSPC;
    return -1;
}
static ssize_t read_nothing(int file, void *bytes, size_t n) { /* cut off since its size was asked */
    (void)file, (void)bytes, (void)n;
    return 0;
}
static ssize_t write_nothing(int file, const void *bytes, size_t n) {
    (void)file, (void)bytes, (void)n;
    return 0;
}
static int link_none(const char *from, const char *to) { /* FAT has no second names */
    (void)from, (void)to;
    errno = EPERM;
    return -1;
}
static int link_none_and_late(const char *from, const char *to) {
    (void)from;
    save(to, "mine", 4);
    errno = EPERM;
    return -1;
}
static int rename_no_result(const char *from, const char *to) {
    if (strcmp(to, in_folder("x.h5")) != 0) return rename(from, to);
    errno = EACCES;
    return -1;
}
static int unlink_no_block(const char *path) {
    if (strstr(path, "block-") == NULL) return unlink(path);
    errno = EACCES;
    return -1;
}

static place_status run_with(place_files files, bool force, place_error *err) {
    remove_all(in_folder("x.h5"));
    remove_all(in_folder("x.h5.parts"));
    return run(in_folder("x.h5"), (place_runfile_options){ .n_replications = 300, .files = &files, .force = force }, 1000, err);
}

#define WITH(member, function, force) run_with((files = place_system_files, files.member = (function), files), (force), &err)

START_TEST(odd_file_systems_are_written_to_or_named) {
    place_error err;
    place_files files;
    whole_run(in_folder("one.h5"), 300);
    ck_assert_int_eq(WITH(flock, lock_no_folder, false), PLACE_OK);
    ck_assert(same(in_folder("x.h5"), in_folder("one.h5")));
    ck_assert_int_eq(WITH(flock, lock_that_comes_late, false), PLACE_OK);
    ck_assert(same(in_folder("x.h5"), in_folder("one.h5")) && n_locks == 3);
    ck_assert_int_eq(WITH(fsync, sync_no_folder, false), PLACE_OK);
    ck_assert_int_eq(WITH(link, link_none, false), PLACE_OK);
    ck_assert(same(in_folder("x.h5"), in_folder("one.h5")));
    ck_assert_int_eq(WITH(flock, lock_nothing, false), PLACE_SYSTEM);
    ck_assert_str_eq(err.message, "cannot lock the folder of blocks: No locks available");
    ck_assert_int_eq(WITH(flock, lock_of_another, false), PLACE_SYSTEM);
    ck_assert_str_eq(err.message, "another run is writing it; wait for it, or write elsewhere");
    ck_assert_int_eq(WITH(open, open_no_folder, false), PLACE_SYSTEM);
    ck_assert_str_eq(err.message, "the folder of blocks comes and goes; is another run at work?");
    ck_assert_int_eq(WITH(open, open_no_writer, false), PLACE_SYSTEM);
    ck_assert_str_eq(err.message, "cannot write in the folder of blocks: Permission denied");
    ck_assert_int_eq(WITH(write, write_nothing, false), PLACE_SYSTEM);
    ck_assert_str_eq(err.message, "cannot write a block: Input/output error");
    ck_assert_int_eq(WITH(link, link_none_and_late, false), PLACE_SYSTEM);
    ck_assert_str_eq(err.message, "output exists since the run began; --force replaces it");
    ck_assert_int_eq(WITH(rename, rename_no_result, true), PLACE_SYSTEM);
    ck_assert_str_eq(err.message, "cannot give the output its name: Permission denied");
    ck_assert_int_eq(n_opens, 100); /* so often it is tried */
    ck_assert_int_eq(WITH(stat, stat_elsewhere, false), PLACE_SYSTEM); /* the folder that we locked is not the one that has the name */
    ck_assert_str_eq(err.message, "the folder of blocks comes and goes; is another run at work?");
    ck_assert_int_eq(WITH(stat, stat_folders_alone, false), PLACE_OK); /* sizes are asked for only to say how much room there should be */
    ck_assert_int_eq(WITH(opendir, opendir_none, false), PLACE_SYSTEM);
    ck_assert_str_eq(err.message, "cannot read the folder of blocks: Permission denied");
    ck_assert_int_eq(WITH(readdir, readdir_half, false), PLACE_SYSTEM);
    ck_assert_str_eq(err.message, "cannot read the folder of blocks: Input/output error");
    ck_assert_int_eq(WITH(read, read_nothing, false), PLACE_SYSTEM);
    ck_assert_str_eq(err.message, "cannot finish the output: Input/output error");
    files = place_system_files;
    files.write = write_without_room;
    ck_assert_int_eq(run_with(files, false, &err), PLACE_SYSTEM);
    ck_assert_msg(strstr(err.message, "cannot write a block: No space left on device; ") == err.message && strstr(err.message, " are free; ") != NULL, "%s", err.message);
    files.statvfs = statvfs_of_what_is_left; /* what could not be written takes no room any more when room is asked for */
    n_unfinished = -1;
    ck_assert_int_eq(run_with(files, false, &err), PLACE_SYSTEM);
    ck_assert_int_eq(n_unfinished, 0);
    files.statvfs = statvfs_none; /* how much is free is not known */
    ck_assert_int_eq(run_with(files, false, &err), PLACE_SYSTEM);
    ck_assert_str_eq(err.message, "cannot write a block: No space left on device");
    struct stat state; /* files may be as long as a block's, and not as long as the run's, which HDF5 writes */
    struct rlimit before, limit;
    ck_assert(stat(in_folder("one.h5"), &state) == 0 && getrlimit(RLIMIT_FSIZE, &before) == 0);
    limit = (struct rlimit){ .rlim_cur = (rlim_t)state.st_size - 200, .rlim_max = before.rlim_max };
    signal(SIGXFSZ, SIG_IGN);
    for (int known = 0; known <= 1; known++) {
        files = place_system_files;
        if (!known) files.statvfs = statvfs_none;
        ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
        place_status status = run_with(files, false, &err);
        ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
        ck_assert_int_eq(status, PLACE_SYSTEM);
        ck_assert_msg(strstr(err.message, "cannot write the output: File too large") == err.message, "%s", err.message);
        ck_assert_int_eq(strstr(err.message, " bytes are needed besides the blocks, ") != NULL, known);
    }
    for (n_opens = 0; n_opens < 2; n_opens++) {
        ck_assert_int_eq(WITH(open, open_without_room, false), PLACE_SYSTEM);
        ck_assert_msg(strstr(err.message, n_opens == 0 ? "cannot write the output: No space" : "cannot finish the output: No space") != NULL
                          && strstr(err.message, " bytes are needed") != NULL && strstr(err.message, "; --resume goes on") != NULL, "%s", err.message);
    }
    ck_assert(place_files_free_bytes(&place_system_files, "/nowhere/at/all") == -1 && place_files_free_bytes(&place_system_files, "/") >= 0);
} END_TEST

START_TEST(a_damaged_block_that_cannot_be_removed_is_an_error_and_force_removes_all) {
    place_error err;
    place_files files = place_system_files;
    ck_assert_int_eq(run(in_folder("x.h5"), (place_runfile_options){ .n_replications = 700 }, 2, &err), PLACE_OK);
    ck_assert_int_eq(unlink(in_folder("x.h5")), 0);
    save(in_folder("x.h5.parts/block-000000000.h5"), "no", 2);
    save(in_folder("x.h5.parts/block-000000001.h5"), "no", 2);
    save(in_folder("x.h5.parts/block-x.h5"), "somebody's own", 14);
    save(in_folder("x.h5.parts/block-:.h5"), "somebody's own", 14);
    save(in_folder("x.h5.parts/block-+00000001.h5"), "somebody's own", 14);
    save(in_folder("x.h5.parts/block-1.h5"), "somebody's own", 14);
    save(in_folder("x.h5.parts/block-999999999999.h5"), "somebody's own", 14);
    files.unlink = unlink_no_block;
    place_runfile_options options = { .n_replications = 700, .resume = true, .files = &files };
    ck_assert_int_eq(run(in_folder("x.h5"), options, 1000, &err), PLACE_SYSTEM);
    ck_assert_str_eq(err.message, "cannot remove a damaged block: Permission denied");
    options.resume = false;
    options.force = true;
    ck_assert_int_eq(run(in_folder("x.h5"), options, 1000, &err), PLACE_SYSTEM);
    ck_assert_str_eq(err.message, "cannot remove a block: Permission denied");
    whole_run(in_folder("x.h5"), 700);
    ck_assert(is_there("x.h5.parts/block-x.h5") && is_there("x.h5.parts/block-:.h5") && is_there("x.h5.parts/block-1.h5")); /* not ours */
    ck_assert(is_there("x.h5.parts/block-999999999999.h5") && !is_there("x.h5.parts/block-000000000.h5"));
} END_TEST

static int interruptions;

static ssize_t odd_write(int file, const void *bytes, size_t n) {
    if (++interruptions % 3 == 1) {
        errno = EINTR;
        return -1;
    }
    return write(file, bytes, n > 4096 ? n / 3 + 1 : n);
}
static ssize_t odd_read(int file, void *bytes, size_t n) {
    if (++interruptions % 3 == 1) {
        errno = EINTR;
        return -1;
    }
    return read(file, bytes, n > 4096 ? n / 3 + 1 : n);
}

START_TEST(interrupted_and_short_reads_and_writes_are_gone_on_with) {
    place_error err;
    place_files files = place_system_files;
    files.write = odd_write;
    files.read = odd_read;
    whole_run(in_folder("one.h5"), 300);
    ck_assert_int_eq(run(in_folder("x.h5"), (place_runfile_options){ .n_replications = 300, .files = &files }, 1000, &err), PLACE_OK);
    ck_assert(same(in_folder("x.h5"), in_folder("one.h5")));
    ck_assert_int_gt(interruptions, 20);
} END_TEST

/* ---- power ------------------------------------------------------------------------------------------------------ */

/*
 * The log of a run: what was asked of the system, in order. A file's bytes last once it is synced, a name once its folder is. What the power
 * failed before was in any state: none of it, some of it, in any order.
 */
typedef enum operation_kind { WRITE, SYNC, SYNC_FOLDER, CREATE, RENAME, LINK, UNLINK, MKDIR, RMDIR } operation_kind;

typedef struct operation {
    operation_kind kind;
    char path[200], to[200]; /* below the test's folder */
    unsigned char *bytes;
    size_t n;
} operation;

static operation log_of[4000];
static size_t n_logged;
static char open_paths[1024][200];

static operation *note_operation(operation_kind kind, const char *path) {
    ck_assert_uint_lt(n_logged, sizeof log_of / sizeof log_of[0]);
    operation *op = &log_of[n_logged++];
    *op = (operation){ .kind = kind };
    snprintf(op->path, sizeof op->path, "%s", path + strlen(folder));
    return op;
}

static int logged_open(const char *path, int flags, mode_t mode) {
    bool is_new = (flags & O_CREAT) != 0;
    int file = open(path, flags, mode);
    if (file < 0) return file;
    snprintf(open_paths[file], sizeof open_paths[0], "%s", path);
    if (is_new) note_operation(CREATE, path);
    return file;
}
static ssize_t logged_write(int file, const void *bytes, size_t n) {
    if (strstr(open_paths[file], "/writer") != NULL) return write(file, bytes, n); /* for people: nothing hangs on it */
    operation *op = note_operation(WRITE, open_paths[file]);
    op->bytes = malloc(n);
    op->n = n;
    memcpy(op->bytes, bytes, n);
    return write(file, bytes, n);
}
static int logged_fsync(int file) {
    struct stat state;
    fstat(file, &state);
    if (S_ISDIR(state.st_mode)) {
        note_operation(SYNC_FOLDER, open_paths[file]);
    } else {
        operation *op = note_operation(SYNC, open_paths[file]); /* with all its bytes: HDF5 writes the merged file past this log */
        op->bytes = load(open_paths[file], &op->n);
    }
    return fsync(file);
}
static int logged_rename(const char *from, const char *to) {
    operation *op = note_operation(RENAME, from);
    snprintf(op->to, sizeof op->to, "%s", to + strlen(folder));
    return rename(from, to);
}
static int logged_link(const char *from, const char *to) {
    operation *op = note_operation(LINK, from);
    snprintf(op->to, sizeof op->to, "%s", to + strlen(folder));
    return link(from, to);
}
static int logged_unlink(const char *path) {
    note_operation(UNLINK, path);
    return unlink(path);
}
static int logged_mkdir(const char *path, mode_t mode) {
    note_operation(MKDIR, path);
    return mkdir(path, mode);
}
static int logged_rmdir(const char *path) {
    note_operation(RMDIR, path);
    return rmdir(path);
}

static const place_files logged_files = {
    .open = logged_open, .read = read, .write = logged_write, .lseek = lseek, .fsync = logged_fsync, .close = close,
    .rename = logged_rename, .link = logged_link, .unlink = logged_unlink, .mkdir = logged_mkdir, .rmdir = logged_rmdir, .flock = flock,
    .fstat = fstat, .stat = stat, .statvfs = statvfs, .opendir = opendir, .readdir = readdir, .realloc = realloc,
};

/* The disk as it might be: a few names, each with its bytes. Folders are names without. */
typedef struct entry {
    char path[200];
    bool is_folder, is_there;
    const operation *pieces[8]; /* of the file: writes, or the last sync */
    int n_pieces;
    bool torn; /* the last piece is on the disk by half */
} entry;

typedef struct disk {
    entry entries[64];
    size_t n;
} disk;

static entry *find(disk *d, const char *path, bool make) {
    for (size_t i = 0; i < d->n; i++)
        if (strcmp(d->entries[i].path, path) == 0) return &d->entries[i];
    if (!make) return NULL;
    ck_assert_uint_lt(d->n, 64);
    entry *e = &d->entries[d->n++];
    *e = (entry){ .n_pieces = 0 };
    snprintf(e->path, sizeof e->path, "%s", path);
    return e;
}

static void move(disk *d, const char *from, const char *to, bool keep) {
    entry *source = find(d, from, false);
    if (source == NULL || !source->is_there) return;
    entry copy = *source;
    if (!keep) source->is_there = false;
    entry *target = find(d, to, true);
    snprintf(copy.path, sizeof copy.path, "%s", to);
    *target = copy;
}

static void make(disk *d, const char *path, bool is_folder) {
    entry *e = find(d, path, true);
    e->is_there = true;
    e->is_folder = is_folder;
    e->n_pieces = 0;
}

static void apply(disk *d, const operation *op) {
    entry *e = find(d, op->path, op->kind == WRITE || op->kind == SYNC);
    switch (op->kind) {
    case CREATE:
    case MKDIR: make(d, op->path, op->kind == MKDIR); break;
    case SYNC: e->n_pieces = 0; /* fall through */
    case WRITE: e->pieces[e->n_pieces < 8 ? e->n_pieces++ : 7] = op; break;
    case RENAME:
    case LINK: move(d, op->path, op->to, op->kind == LINK); break;
    case UNLINK:
    case RMDIR:
        if (e != NULL) e->is_there = false;
        break;
    case SYNC_FOLDER: break;
    }
}

static const char *parent(const char *path, char out[200]) {
    snprintf(out, 200, "%s", path);
    char *slash = strrchr(out, '/');
    if (slash != NULL) *slash = '\0';
    return out;
}

/* Has what `op` did lasted by the time of the first `n` operations? Bytes: the file was synced after; names: the folder. */
static bool lasts(const operation *op, size_t n) {
    char of[200];
    for (const operation *later = op + 1; later < log_of + n; later++) {
        if (op->kind == WRITE && later->kind == SYNC && strcmp(later->path, op->path) == 0) return true;
        if (op->kind != WRITE && op->kind != SYNC && later->kind == SYNC_FOLDER
            && strcmp(later->path, parent(op->kind == RENAME || op->kind == LINK ? op->to : op->path, of)) == 0)
            return true;
    }
    return op->kind == SYNC;
}

/* How the disk may be when the power fails after n operations. @param how  0: all was written; 1: nothing that was not synced; else by chance */
static disk fail_power(size_t n, int how, uint64_t *state) {
    disk d = { .n = 0 };
    const operation *held[64];
    size_t n_held = 0;
    static bool kept[sizeof log_of / sizeof log_of[0]];
    for (size_t i = 0; i < n; i++) kept[i] = how == 0 || lasts(&log_of[i], n) || (how > 1 && next_word(state) % 2 == 0);
    for (size_t i = 0; i < n; i++) /* a file that has its second name is a file, though its first may be lost */
        for (size_t j = i + 1; j < n && log_of[i].kind == CREATE && !kept[i]; j++)
            kept[i] = kept[j] && (log_of[j].kind == RENAME || log_of[j].kind == LINK) && strcmp(log_of[j].path, log_of[i].path) == 0;
    for (size_t i = 0; i < n; i++) {
        const operation *op = &log_of[i];
        if (!kept[i]) continue;
        const bool may_be_late = how > 2 && !lasts(op, n) && op->kind != WRITE && op->kind != CREATE && n_held < 64;
        if (may_be_late && next_word(state) % 3 == 0) held[n_held++] = op;
        else apply(&d, op);
    }
    while (n_held > 0) apply(&d, held[--n_held]); /* the other way round, too */
    for (size_t i = 0; i < d.n; i++) {
        entry *e = &d.entries[i];
        e->torn = how > 1 && e->n_pieces > 0 && e->pieces[e->n_pieces - 1]->kind == WRITE && next_word(state) % 2 == 0;
    }
    return d;
}

static void lay_down(const disk *d) {
    char path[600];
    remove_all(in_folder("x.h5.parts"));
    unlink(in_folder("x.h5"));
    for (int folders = 1; folders >= 0; folders--)
        for (size_t i = 0; i < d->n; i++) {
            const entry *e = &d->entries[i];
            snprintf(path, sizeof path, "%s%s", folder, e->path);
            if (!e->is_there || e->is_folder != (folders == 1)) continue;
            if (e->is_folder) {
                ck_assert_int_eq(mkdir(path, 0700), 0);
                continue;
            }
            FILE *file = fopen(path, "wb");
            if (file == NULL) continue; /* its folder is not there: neither is it */
            for (int p = 0; p < e->n_pieces; p++) {
                size_t bytes = e->pieces[p]->n;
                if (e->torn && p == e->n_pieces - 1) bytes /= 2;
                fwrite(e->pieces[p]->bytes, 1, bytes, file);
            }
            fclose(file);
        }
}

/* What of a disk matters, in one word: two equal disks need not be tried twice. Bytes of temporary files do not matter. */
static uint64_t word_of(const disk *d) {
    uint64_t sum = 0;
    for (size_t i = 0; i < d->n; i++) {
        const entry *e = &d->entries[i];
        size_t length = strlen(e->path);
        uint64_t h = 1469598103934665603u;
        if (!e->is_there) continue;
        for (const char *c = e->path; *c != '\0'; c++) h = (h ^ (unsigned char)*c) * 1099511628211u;
        if (length < 4 || strcmp(e->path + length - 4, ".tmp") != 0)
            for (int p = 0; p < e->n_pieces; p++) h = (h ^ (uint64_t)(e->pieces[p] - log_of)) * 1099511628211u;
        sum += h * (e->torn ? 3 : 1);
    }
    return sum;
}

START_TEST(power_may_fail_at_any_moment) { /* each state of the disk that differs is resumed from; whole blocks that were acknowledged are there */
    place_error err;
    uint64_t state = 20210901, tried[10000];
    size_t n_tried = 0;
    long n_resumed = 0;
    const int64_t of = faults(700, 1948); /* 3 blocks, or 8: the more, the more disks differ */
    whole_run(in_folder("one.h5"), of);
    n_logged = 0;
    ck_assert_int_eq(run(in_folder("x.h5"), (place_runfile_options){ .n_replications = of, .files = &logged_files }, 1000, &err), PLACE_OK);
    ck_assert_uint_gt(n_logged, 25);
    const int n_images = faults(2000, 10000);
    const size_t most = (size_t)faults(120, 10000);
    for (int i = 0; i < n_images; i++) {
        size_t n = (size_t)i % (n_logged + 1);
        disk d = fail_power(n, i / (int)(n_logged + 1), &state);
        uint64_t word = word_of(&d);
        bool known = false;
        for (size_t t = 0; t < n_tried; t++) known = known || tried[t] == word;
        if (known || n_tried == most) continue;
        tried[n_tried++] = word;
        if (!is_ours((long)n_tried - 1)) continue;
        n_resumed++;
        int64_t n_synced = 0; /* blocks whose folder was synced after their name came */
        bool finished = false;
        for (size_t o = 0; o < n; o++) {
            const operation *op = &log_of[o];
            if (op->kind == RENAME && lasts(op, n) && strstr(op->to, "block-") != NULL) n_synced += 256;
            if (op->kind == UNLINK && strstr(op->path, "block-") != NULL && strstr(op->path, ".tmp") == NULL) finished = true;
        }
        lay_down(&d);
        ck_assert_msg(!is_there("x.h5") || same(in_folder("x.h5"), in_folder("one.h5")), "half a file after %zu operations, image %d", n, i);
        ck_assert_msg(!finished || is_there("x.h5"), "blocks are gone and the file is not there: image %d", i);
        resumes(in_folder("x.h5"), of, in_folder("one.h5"));
        long there = n_synced > 0 && !finished ? (noted[0] == 'a' ? (long)of : strtol(noted, NULL, 10)) : (long)n_synced;
        ck_assert_msg(there >= (n_synced > of ? of : n_synced), "%ld of %ld synced are there: image %d\n%s", there, (long)n_synced, i, noted);
        unlink(in_folder("x.h5"));
    }
    ck_assert_uint_gt(n_tried, 30);
    if (getenv("PLACE_FAULTS") != NULL) fprintf(stderr, "faults: %d images of the disk, %zu that differ\n", n_images, n_tried);
    tell_tried(n_resumed, "losses of power resumed from");
    for (size_t i = 0; i < n_logged; i++) free(log_of[i].bytes);
} END_TEST

START_TEST(a_run_that_is_killed_goes_on) {
    place_error err;
    uint64_t state = 99;
    struct timespec from, to;
    whole_run(in_folder("one.h5"), 700);
    clock_gettime(CLOCK_MONOTONIC, &from);
    whole_run(in_folder("x.h5"), 700);
    clock_gettime(CLOCK_MONOTONIC, &to);
    const uint64_t takes = (uint64_t)((to.tv_sec - from.tv_sec) * 1000000000 + to.tv_nsec - from.tv_nsec);
    long n_tried = 0;
    for (int i = 0; i < faults(20, 1000); i++) {
        long after = (long)(next_word(&state) % (takes + takes / 4) % 1000000000);
        if (!is_ours(i)) continue;
        n_tried++;
        unlink(in_folder("x.h5"));
        pid_t child = fork();
        ck_assert_int_ge(child, 0);
        if (child == 0) _exit(run(in_folder("x.h5"), (place_runfile_options){ .n_replications = 700, .resume = true }, 1000, &err) != PLACE_OK);
        nanosleep(&(struct timespec){ .tv_nsec = after }, NULL);
        kill(child, SIGKILL);
        ck_assert_int_eq(waitpid(child, NULL, 0), child);
        ck_assert(!is_there("x.h5") || same(in_folder("x.h5"), in_folder("one.h5")));
        if (i % 3 != 2) resumes(in_folder("x.h5"), 700, in_folder("one.h5")); /* now and then killed again while it resumes */
    }
    tell_tried(n_tried, "kills");
    resumes(in_folder("x.h5"), 700, in_folder("one.h5"));
} END_TEST

/* A disk of so many kilobytes; @return false where we may not have one. */
static bool mount_disk(int kilobytes, bool again) {
    char options[64];
    snprintf(options, sizeof options, "size=%dk", kilobytes);
    if (!again) mkdir(in_folder("disk"), 0700);
    return mount("none", in_folder("disk"), "tmpfs", again ? MS_REMOUNT : 0, options) == 0;
}

START_TEST(a_full_disk_is_told_with_its_room_and_gone_on_with) {
    place_error err;
    if (!mount_disk(100, false)) return; /* limits of file sizes stand for it then: test_result.c */
    whole_run(in_folder("one.h5"), 700);
    size_t n = 0;
    free(load(in_folder("one.h5"), &n));
    int n_full = 0, n_disks = 0;
    for (int kilobytes = 100; kilobytes < (int)(n / 1024) * 5; kilobytes += (int)(n / 1024) / faults(4, 40)) {
        if (!is_ours(n_disks++)) continue;
        ck_assert(mount_disk(kilobytes, true));
        place_status status = run(in_folder("disk/x.h5"), (place_runfile_options){ .n_replications = 700 }, 1000, &err);
        if (status != PLACE_OK) {
            n_full++;
            ck_assert_int_eq(status, PLACE_SYSTEM);
            ck_assert_msg(strstr(err.message, "No space left on device") != NULL && strstr(err.message, " needed") != NULL
                              && strstr(err.message, "; --resume goes on when there is room") != NULL, "%d KB: %s", kilobytes, err.message);
            ck_assert(!is_there("disk/x.h5"));
            ck_assert(mount_disk(65536, true));
            resumes(in_folder("disk/x.h5"), 700, in_folder("one.h5"));
        }
        ck_assert(same(in_folder("disk/x.h5"), in_folder("one.h5")));
        ck_assert_int_eq(unlink(in_folder("disk/x.h5")), 0);
    }
    tell_tried(n_full, "full disks");
    ck_assert_int_ge(n_full, getenv("PLACE_FAULTS") != NULL ? 1 : 4);
    ck_assert_int_eq(umount(in_folder("disk")), 0);
} END_TEST

/* ---- many machines ---------------------------------------------------------------------------------------------- */

/* Scripts that say 77 have not what they need: Slurm, GNU parallel, or to be root. */
static void engine(const char *script) {
    char command[600];
    snprintf(command, sizeof command, "%s >%s/output 2>&1", script, folder);
    int status = system(command);
    size_t n = 0;
    unsigned char *output = load(in_folder("output"), &n);
    ck_assert_ptr_nonnull(output);
    output[n] = '\0';
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) fprintf(stderr, "%s: skipped, its engine is not here\n", script);
    else ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s: %s", script, (char *)output);
    free(output);
}

START_TEST(gnu_parallel_makes_the_file_of_one_machine) { engine("tests/check_parallel.sh"); } END_TEST

START_TEST(slurm_makes_the_file_of_one_machine_though_a_task_is_killed) { engine("tests/check_slurm.sh"); } END_TEST

Suite *durable_suite(void) {
    Suite *suite = suite_create("durable");
    TCase *mechanism = tcase_create("mechanism"), *failing = tcase_create("faults"), *machines = tcase_create("machines");
    TCase *calls = tcase_create("calls");
    TCase *all[] = { mechanism, failing, machines, calls };
    for (int i = 0; i < 4; i++) {
        tcase_add_checked_fixture(all[i], setup, teardown);
        tcase_set_timeout(all[i], faults(300, 3600));
        suite_add_tcase(suite, all[i]);
    }
    tcase_add_test(mechanism, a_run_resumed_after_each_block_is_the_run_without_a_break);
    tcase_add_test(mechanism, a_run_resumed_from_its_unfinished_file_alone_is_whole);
    tcase_add_test(mechanism, extending_300_to_700_gives_700);
    tcase_add_test(mechanism, a_file_of_blocks_stops_before_what_is_there);
    tcase_add_test(mechanism, blocks_of_a_longer_run_serve_a_shorter_one_but_for_its_last);
    tcase_add_test(mechanism, shards_merged_are_the_run_and_a_missing_one_is_named);
    tcase_add_test(mechanism, shards_are_told_apart_from_runs_and_from_shards_that_contradict_them);
    tcase_add_test(mechanism, an_output_is_in_the_folder_that_its_path_says);
    tcase_add_test(mechanism, what_does_not_fit_is_refused_and_stays);
    tcase_add_test(mechanism, a_block_of_which_a_part_is_lacking_is_not_kept);
    tcase_add_test(mechanism, what_is_sealed_and_not_what_this_program_wrote_is_refused_and_stays);
    tcase_add_test(mechanism, odd_file_systems_are_written_to_or_named);
    tcase_add_test(mechanism, a_damaged_block_that_cannot_be_removed_is_an_error_and_force_removes_all);
    tcase_add_test(failing, a_damaged_block_is_named_and_run_again);
    tcase_add_test(failing, a_second_writer_is_refused_and_hurts_nothing);
    tcase_add_test(failing, each_call_that_fails_once_or_for_ever_ends_well);
    tcase_add_test(failing, memory_that_runs_out_at_any_call_ends_well);
    tcase_add_test(failing, who_has_the_lock_is_told_as_far_as_can_be);
    tcase_add_test(failing, a_seal_that_cannot_be_read_is_an_error_and_never_a_seal);
    tcase_add_test(calls, a_run_that_goes_on_with_blocks_survives_each_call_that_fails);
    tcase_add_test(calls, each_place_that_calls_a_library_in_vain_ends_well);
    tcase_add_test(failing, interrupted_and_short_reads_and_writes_are_gone_on_with);
    tcase_add_test(failing, power_may_fail_at_any_moment);
    tcase_add_test(failing, a_run_that_is_killed_goes_on);
    tcase_add_test(failing, a_full_disk_is_told_with_its_room_and_gone_on_with);
    tcase_add_test(machines, gnu_parallel_makes_the_file_of_one_machine);
    tcase_add_test(machines, slurm_makes_the_file_of_one_machine_though_a_task_is_killed);
    return suite;
}
