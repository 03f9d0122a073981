/* SPDX-License-Identifier: MIT */
/**
 * Runs that are divided: resumed, extended, made in shards and merged. However that is done, the file in the end is the same to the byte as
 * that of a run without a break, or there is none. What does not fit, is forged, damaged or in another's hands is refused or run again.
 */
#define _DEFAULT_SOURCE /* flock */
#include <check.h>
#include <fcntl.h>
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../src/result/reader.h"
#include "../src/result/target.h"
#include "by_hand.h"
#include "folder.h"
#include "shares.h"
#include "small_runs.h"
#include "suites.h"

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

/* As a resume opens it: only what is read and no whole block is run again. */
static void is_found_damaged(const char *path, const char *how, size_t at) {
    place_runfile *file = NULL;
    place_error err = { .status = PLACE_OK };
    place_status status = place_runfile_open_part(&file, path, &place_system_files, &err);
    ck_assert_msg(status == PLACE_NO && file == NULL && err.status == PLACE_SYSTEM && err.message[0] != '\0', "%s at %zu: status %d", how, at, (int)status);
}

START_TEST(each_byte_of_a_block_and_each_length_is_guarded) { /* of which the test before this one resumes some whole */
    place_error err;
    size_t n = 0;
    long n_bytes = 0, n_lengths = 0;
    ck_assert_int_eq(run(in_folder("x.h5"), (place_runfile_options){ .n_replications = 700 }, 1, &err), PLACE_OK);
    char path[600];
    snprintf(path, sizeof path, "%s", in_folder("x.h5.parts/block-000000000.h5"));
    unsigned char *bytes = load(path, &n);
    ck_assert_uint_gt(n, 10000);
    const size_t step = (size_t)faults(331, 1); /* of 300 KB; no multiple of 8, so that each of a byte's bits has its turn */
    int file = open(path, O_RDWR);
    for (size_t at = 0; at < n; at += step) {
        if (!is_ours((long)at)) continue;
        n_bytes++;
        ck_assert_int_eq(pwrite(file, (unsigned char[]){ (unsigned char)(bytes[at] ^ 1u << at % 8) }, 1, (off_t)at), 1);
        is_found_damaged(path, "a bit", at);
        ck_assert_int_eq(pwrite(file, &bytes[at], 1, (off_t)at), 1);
    }
    place_runfile *whole = NULL;
    ck_assert_int_eq(place_runfile_open_part(&whole, path, &place_system_files, &err), PLACE_OK); /* as it was it is none */
    place_runfile_close(whole);
    for (size_t length = n; length-- > 0;) {
        if (length % step != 0 || !is_ours((long)length)) continue;
        n_lengths++;
        ck_assert_int_eq(ftruncate(file, (off_t)length), 0);
        is_found_damaged(path, "length", length);
    }
    ck_assert_int_eq(pwrite(file, bytes, n, 0), (ssize_t)n);
    for (size_t more = 1; more <= n; more += more < 200 ? 1 : n - 200) { /* bytes behind it: its own once more, at last all of them */
        ck_assert_int_eq(pwrite(file, bytes, more, (off_t)n), (ssize_t)more);
        is_found_damaged(path, "bytes more", more);
    }
    close(file);
    free(bytes);
    tell_tried(n_bytes, "bytes of a block with a bit changed");
    tell_tried(n_lengths, "lengths of a block cut short");
} END_TEST

/* A kept block, as block `as` of the run that is resumed. */
typedef struct placed {
    const char *of; /* folder of a run's blocks; NULL: no more */
    int block, as;
} placed;

static void put(const placed *block) {
    char from[60], to[60];
    size_t n = 0;
    snprintf(from, sizeof from, "%s/block-%09d.h5", block->of, block->block);
    snprintf(to, sizeof to, "x.h5.parts/block-%09d.h5", block->as);
    unsigned char *bytes = load(in_folder(from), &n);
    ck_assert_ptr_nonnull(bytes);
    save(in_folder(to), bytes, n);
    free(bytes);
}

static void keep_blocks(const char *name, int64_t n, int n_blocks) {
    place_error err;
    ck_assert_int_eq(run(in_folder("x.h5"), (place_runfile_options){ .n_replications = n }, n_blocks, &err), PLACE_OK);
    ck_assert(unlink(in_folder("x.h5")) == 0 && rename(in_folder("x.h5.parts"), in_folder(name)) == 0);
}

START_TEST(a_block_in_the_place_of_another_is_named_and_run_again_and_of_another_run_is_refused) {
#define IS_OF(name, from) "block-00000000" name ".h5: it has the replications from " from " on; its replications are run again\n"
    static const struct {
        placed blocks[3];
        const char *said[3];
    } rows[] = {
        { { { "kept", 0, 1 }, { "kept", 1, 0 } }, { IS_OF("0", "256"), IS_OF("1", "0") } }, /* changed about: none is left */
        { { { "kept", 0, 0 }, { "kept", 0, 1 } }, { IS_OF("1", "0"), "256 of 700 replications are there already\n" } },
        { { { "kept", 0, 0 }, { "kept", 1, 1 }, { "kept", 1, 2 } }, { IS_OF("2", "256"), "512 of 700 replications are there already\n" } },
        { { { "kept", 1, 1 }, { "kept", 1, 9 } }, { IS_OF("9", "256"), "256 of 700 replications are there already\n" } }, /* this run has no tenth */
        { { { "longer", 1, 1 }, { "longer", 2, 2 } }, { "256 of 700 replications are there already\n" } }, /* of 1000: the same values, but the last is too long */
    };
    const uint64_t seed = plan->seed;
    whole_run(in_folder("one.h5"), 700);
    keep_blocks("kept", 700, 2);
    keep_blocks("longer", 1000, 3);
    plan->seed = 2;
    keep_blocks("other", 700, 2);
    plan->seed = seed;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t n_said = 0;
        ck_assert_int_eq(mkdir(in_folder("x.h5.parts"), 0700), 0);
        for (int b = 0; b < 3 && rows[i].blocks[b].of != NULL; b++) put(&rows[i].blocks[b]);
        resumes(in_folder("x.h5"), 700, in_folder("one.h5"));
        for (int l = 0; l < 3 && rows[i].said[l] != NULL; l++) {
            ck_assert_msg(strstr(noted, rows[i].said[l]) != NULL, "row %zu: %s", i, noted);
            n_said++;
        }
        for (const char *at = noted; (at = strchr(at, '\n')) != NULL; at++) n_said--;
        ck_assert_msg(n_said == 0, "row %zu says more: %s", i, noted);
        ck_assert_int_eq(unlink(in_folder("x.h5")), 0);
    }
    ck_assert_int_eq(mkdir(in_folder("x.h5.parts"), 0700), 0);
    put(&(placed){ "kept", 0, 0 });
    put(&(placed){ "other", 1, 1 });
    refused((place_runfile_options){ .n_replications = 700, .resume = true }, PLACE_BAD_INPUT, "it is of seed 2, and this run is of 18446744073709551557");
    ck_assert(is_there("x.h5.parts/block-000000000.h5") && is_there("x.h5.parts/block-000000001.h5") && !is_there("x.h5"));
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
    TCase *mechanism = faults_case(suite, "mechanism", small_runs_setup, small_runs_teardown);
    TCase *failing = faults_case(suite, "faults", small_runs_setup, small_runs_teardown);
    TCase *machines = faults_case(suite, "machines", small_runs_setup, small_runs_teardown);
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
    tcase_add_test(failing, a_damaged_block_is_named_and_run_again);
    tcase_add_test(failing, each_byte_of_a_block_and_each_length_is_guarded);
    tcase_add_test(mechanism, a_block_in_the_place_of_another_is_named_and_run_again_and_of_another_run_is_refused);
    tcase_add_test(failing, a_second_writer_is_refused_and_hurts_nothing);
    tcase_add_test(machines, gnu_parallel_makes_the_file_of_one_machine);
    tcase_add_test(machines, slurm_makes_the_file_of_one_machine_though_a_task_is_killed);
    return suite;
}
