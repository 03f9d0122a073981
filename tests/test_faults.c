/* SPDX-License-Identifier: MIT */
/**
 * Calls that fail while a run is written: of the system (by the table src/result/files.h), for memory, of libraries (refusal.h), once or for
 * ever; and the run that is killed. The file is whole or is not there, what is said is a sentence, and going on makes the bytes of a run
 * without a break.
 */
#define _DEFAULT_SOURCE /* flock */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../src/result/target.h"
#include "by_hand.h"
#include "folder.h"
#include "refusal.h"
#include "shares.h"
#include "small_runs.h"
#include "suites.h"

/* ---- calls that fail -------------------------------------------------------------------------------------------- */

/* The nth call of those that can fail does, or all from it on; a log of what was done is kept if there is one. */
static struct {
    long n_calls, fail_at; /* 0: none fails */
    bool for_ever, at_lock; /* at_lock: it was a lock that failed */
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

static int bad_flock(int file, int how) {
    if (!fails()) return flock(file, how);
    trouble.at_lock = true;
    return -1;
}

static const place_files bad_files = {
    .open = bad_open, .read = bad_read, .write = bad_write, .lseek = bad_lseek, .fsync = bad_fsync, .close = bad_close,
    .rename = bad_rename, .link = bad_link, .unlink = bad_unlink, .mkdir = bad_mkdir, .rmdir = bad_rmdir, .flock = bad_flock,
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

/* Of a run by these functions each call that can fail does, once and for ever: every second one here, for ever at those, once at the others too. */
static void each_ends_well(const place_files *files, bool of_memory, const char *what) {
    static const int reasons[] = { EIO, ENOSPC, EDQUOT, EFBIG };
    place_error err;
    whole_run(in_folder("one.h5"), 300);
    trouble.fail_at = 0;
    trouble.n_calls = 0;
    place_runfile_options options = { .n_replications = 300, .files = files };
    ck_assert_int_eq(run(in_folder("x.h5"), options, 1000, &err), PLACE_OK);
    const long n_calls = trouble.n_calls, step = faults(2, 1);
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
        place_status status = run(in_folder("x.h5"), options, 1000, &err); /* good where only tidying up, when it is done, went without memory */
        if (of_memory && status != PLACE_OK)
            ck_assert_msg(strstr(err.message, "out of memory") != NULL || strstr(err.message, "Cannot allocate memory") != NULL, "%s", err.message);
        ends_well(status, &err, trouble.fail_at);
    }
    tell_tried(n_tried, what);
}

START_TEST(each_call_that_fails_once_or_for_ever_ends_well) {
    each_ends_well(&bad_files, false, "failing calls, once or for ever");
} END_TEST

START_TEST(memory_that_runs_out_at_any_call_ends_well) {
    place_files files = place_system_files;
    files.realloc = bad_realloc;
    each_ends_well(&files, true, "failing calls for memory, once or for ever");
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

/* ---- going on, and failing again --------------------------------------------------------------------------------- */

/* What is there before, as lines of shell in the test's folder lay it down; what is asked for, and asked again after it failed. */
typedef struct situation {
    const char *name, *laid;
    place_runfile_options how;
    bool merge;           /* of three shards                                                        */
    const char *is_there; /* the replications that it goes on with, as it says; NULL: it says nothing */
    int good[3], n_good;  /* blocks that nothing may cost                                           */
} situation;

static const situation situations[] = {
    { "begun", ":", .how = { .force = false } },
    { "resumed with its file", "cp -r two x.h5.parts; cp two.h5 x.h5", .how = { .resume = true }, .is_there = "512 of 700 ", .n_good = 1 },
    { "resumed from blocks, two of three damaged", "cp -r two x.h5.parts", .how = { .resume = true }, .is_there = "256 of 700 ", .n_good = 1 },
    { "begun anew over blocks", "cp -r two x.h5.parts", .how = { .force = true } },
    { "resumed when its merge was broken off", "cp -r all x.h5.parts", .how = { .resume = true }, .is_there = "700 of 700 ", .good = { 0, 1, 2 }, .n_good = 3 },
    { "extended on", "cp -r longer x.h5.parts; cp 300.h5 x.h5", .how = { .extend = true }, .is_there = "512 of 700 ", .good = { 1 }, .n_good = 1 },
    { "merged when a merge was broken off", "cp -r none x.h5.parts", .how = { .force = true }, .merge = true },
};
enum { N_SITUATIONS = sizeof situations / sizeof situations[0] };

static int open_no_merged(const char *path, int flags, mode_t mode) {
    const char *name = strrchr(path, '/');
    if (name == NULL || strcmp(name, "/merged.tmp") != 0) return open(path, flags, mode);
    errno = ENOSPC;
    return -1;
}

static void in_the_folder(const char *line) {
    char command[1200];
    snprintf(command, sizeof command, "cd %s && { rm -rf x.h5 x.h5.parts; %s; }", folder, line);
    ck_assert_int_eq(system(command), 0);
}

static void make_situations(void) {
    place_error err;
    place_files files = place_system_files;
    size_t n = 0;
    whole_run(in_folder("one.h5"), 700);
    unsigned char *bytes = load(in_folder("one.h5"), &n);
    ck_assert_int_eq(run(in_folder("x.h5"), (place_runfile_options){ .n_replications = 700 }, 2, &err), PLACE_OK);
    save(in_folder("x.h5.parts/block-000000001.h5"), "no", 2);
    save(in_folder("x.h5.parts/block-000000002.h5"), "no", 2);
    ck_assert(rename(in_folder("x.h5"), in_folder("two.h5")) == 0 && rename(in_folder("x.h5.parts"), in_folder("two")) == 0);
    files.open = open_no_merged;
    ck_assert_int_eq(run(in_folder("x.h5"), (place_runfile_options){ .n_replications = 700, .files = &files }, 1000, &err), PLACE_SYSTEM);
    ck_assert_int_eq(rename(in_folder("x.h5.parts"), in_folder("all")), 0);
    save(in_folder("all/merged.tmp"), bytes, n / 2);
    whole_run(in_folder("300.h5"), 300);
    whole_run(in_folder("x.h5"), 300);
    ck_assert_int_eq(run(in_folder("x.h5"), (place_runfile_options){ .n_replications = 700, .extend = true }, 1, &err), PLACE_OK);
    ck_assert_int_eq(rename(in_folder("x.h5.parts"), in_folder("longer")), 0);
    ck_assert_int_eq(mkdir(in_folder("none"), 0700), 0);
    save(in_folder("none/merged.tmp"), bytes, n / 2);
    free(bytes);
    for (int s = 1; s <= 3; s++) {
        char name[20];
        snprintf(name, sizeof name, "%d-of-3.h5", s);
        ck_assert_int_eq(run(in_folder(name), (place_runfile_options){ .n_replications = 700, .shard = s, .n_shards = 3 }, 1000, &err), PLACE_OK);
    }
    in_the_folder("mkdir shards; cp *-of-3.h5 shards");
}

static place_status act(const situation *is, const place_files *files, place_error *err) {
    place_runfile_options options = is->how;
    options.files = files;
    options.n_replications = is->merge ? 0 : 700;
    if (files == NULL && !options.force && !options.extend) options.resume = true; /* once more, of what was begun */
    if (!is->merge) return run(in_folder("x.h5"), options, 1000, err);
    const char *shards[3] = { in_folder("3-of-3.h5"), in_folder("1-of-3.h5"), in_folder("2-of-3.h5") };
    *err = (place_error){ .status = PLACE_OK };
    return place_runfile_merge(in_folder("x.h5"), plan, &options, shards, 3, err);
}

/* Whoever failed says why in a sentence, and has cost no block that was good. */
static void says_why_and_keeps(const situation *is, const place_error *err, bool of_memory, long at) {
    const bool tried_lock = strstr(err->message, "another run is writing it") != NULL;
    ck_assert_msg(err->status == PLACE_SYSTEM && (tried_lock || strstr(err->message, strerror(of_memory ? ENOMEM : trouble.reason)) != NULL
                  || strstr(err->message, of_memory ? "out of memory" : "the folder of blocks comes and goes") != NULL),
                  "%s, call %ld: %s", is->name, at, err->message);
    ck_assert_msg(tried_lock == (!of_memory && trouble.at_lock && trouble.for_ever && trouble.reason == EAGAIN), "%s, call %ld: %s", is->name, at, err->message);
    if (is_there("x.h5") && same(in_folder("x.h5"), in_folder("one.h5"))) return;
    ck_assert_msg(!is_there("x.h5") || same(in_folder("x.h5"), in_folder("two.h5")) || same(in_folder("x.h5"), in_folder("300.h5")), "%s, call %ld", is->name, at);
    for (int g = 0; g < is->n_good; g++) {
        char before[60], now[60];
        snprintf(before, sizeof before, "%s/block-%09d.h5", strstr(is->laid, "all") != NULL ? "all" : strstr(is->laid, "longer") != NULL ? "longer" : "two", is->good[g]);
        snprintf(now, sizeof now, "x.h5.parts/block-%09d.h5", is->good[g]);
        ck_assert_msg(same(in_folder(now), in_folder(before)), "%s, call %ld: %s cost block %d", is->name, at, err->message, is->good[g]);
    }
}

/* Each call by one table of functions fails, once or from it on, in each situation; a run without faults then ends as one without a break. */
static void each_fails(const place_files *files, bool of_memory, int reason, const char *what) {
    place_error err;
    long n_tried = 0, n_all = 0, n_failed = 0;
    make_situations();
    for (int s = 0; s < N_SITUATIONS; s++) {
        const situation *is = &situations[s];
        for (long i = 0, n_calls = 0; i <= 2 * n_calls; i++) { /* 0: no call fails, and how many there are */
            n_all += i > 0;
            if (i > 0 && (getenv("PLACE_FAULTS") == NULL ? n_all % 67 != 0 : !is_ours(n_all))) continue;
            in_the_folder(is->laid);
            const long at = (i + 1) / 2;
            trouble.n_calls = 0;
            trouble.fail_at = at;
            trouble.for_ever = i % 2 == 0;
            trouble.reason = reason;
            trouble.at_lock = false;
            place_status status = act(is, files, &err);
            if (i == 0) n_calls = trouble.n_calls;
            else n_tried++;
            if (i == 0) ck_assert_msg(status == PLACE_OK && n_calls > 30, "%s: %s", is->name, err.message);
            if (status == PLACE_OK && is->is_there != NULL) ck_assert_msg(strstr(noted, is->is_there) != NULL, "%s, call %ld: %s", is->name, at, noted);
            if (status != PLACE_OK) {
                n_failed++;
                says_why_and_keeps(is, &err, of_memory, at);
                ck_assert_msg(act(is, NULL, &err) == PLACE_OK, "%s, after call %ld: %s", is->name, at, err.message);
                ck_assert_msg(!is_there("x.h5.parts"), "%s, after call %ld", is->name, at);
            }
            ck_assert_msg(same(in_folder("x.h5"), in_folder("one.h5")), "%s, after call %ld", is->name, at);
        }
    }
    ck_assert_int_gt(n_failed, n_tried / 3);
    for (int i = 1; i <= 3; i++) {
        char shard[20], before[30];
        snprintf(shard, sizeof shard, "%d-of-3.h5", i);
        snprintf(before, sizeof before, "shards/%s", shard);
        ck_assert(same(in_folder(shard), in_folder(before)));
    }
    tell_tried(n_tried, what);
}

START_TEST(what_goes_on_survives_each_call_that_fails) {
    each_fails(&bad_files, false, EIO, "failing calls where a run goes on");
} END_TEST

START_TEST(what_goes_on_survives_memory_that_runs_out_at_any_call) {
    place_files files = place_system_files;
    files.realloc = bad_realloc;
    each_fails(&files, true, 0, "failing calls for memory where a run goes on");
} END_TEST

START_TEST(a_call_that_would_have_to_wait_is_told_and_of_a_lock_it_means_another_run) { /* EAGAIN: of files, which have nothing to wait for, a fault as others */
    each_fails(&bad_files, false, EAGAIN, "calls that would have to wait");
} END_TEST

/* ---- libraries that fail ---------------------------------------------------------------------------------------- */

static place_status read_all(const char *path, place_error *err) {
    place_runfile *file = NULL;
    size_t n = 0;
    place_status status = place_runfile_open(&file, path, err);
    const char *const *names = status == PLACE_OK ? place_runfile_variables(file, &n) : NULL;
    for (size_t i = 0; i < n && status == PLACE_OK; i++) {
        place_values values = { .n_replications = 0 };
        status = place_runfile_read(file, names[i], &values, err);
        if (status == PLACE_OK) free(values.values);
    }
    place_runfile_close(file);
    return status;
}

/* All that happens to a run file: a run that is stopped with its file of blocks half full, one that goes on, one that makes it longer;
 * it is merged, and read. */
__attribute__((noinline)) static place_status live(place_error *err) {
    const place_runfile_options stopped = { .n_replications = 300, .blocks_a_file = 2 }, resumed = { .n_replications = 300, .resume = true },
                                extended = { .n_replications = 520, .extend = true };
    place_status status = run(in_folder("x.h5"), stopped, 1, err);
    if (status == PLACE_OK) status = run(in_folder("x.h5"), resumed, 1000, err);
    if (status == PLACE_OK) status = run(in_folder("x.h5"), extended, 1000, err);
    if (status == PLACE_OK) status = place_runfile_merge(in_folder("m.h5"), plan, &(place_runfile_options){ .force = true }, (const char *[]){ in_folder("x.h5") }, 1, err);
    if (status == PLACE_OK) status = read_all(in_folder("m.h5"), err);
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
    refusal_left_open();
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
            const long n_open = refusal_left_open();
            ck_assert_msg(n_open == 0, "%s: %ld handles are left open", refusal_name(p), n_open);
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

/* 41 steps and 9 areas cut a variable's block into two chunks: each chunk of a block in turn cannot be written, the first of such two too. */
START_TEST(a_block_of_which_a_chunk_cannot_be_written_is_run_again) {
    place_error err;
    const place_runfile_options all = { .n_replications = 100 }, rest = { .n_replications = 100, .resume = true };
    free_plan(plan);
    plan = make_plan((plan_shape){ .n_steps = 41, .n_areas = 9, .bare = true });
    refusal_learn(faults(2, 4));
    ck_assert_int_eq(run(in_folder("one.h5"), all, 1000, &err), PLACE_OK);
    size_t p = 0;
    while (p < refusal_places() && strcmp(refusal_name(p), "H5Dwrite_chunk") != 0) p++;
    ck_assert_uint_lt(p, refusal_places());
    const long n_chunks = refusal_calls(p);
    ck_assert_int_gt(n_chunks, 60);
    long n_tried = 0;
    for (long nth = 1; nth <= n_chunks; nth++) {
        if (getenv("PLACE_FAULTS") == NULL ? nth % 16 != 0 : !is_ours(nth)) continue;
        n_tried++;
        unlink(in_folder("x.h5"));
        refusal_of(p, nth);
        ck_assert_int_eq(run(in_folder("x.h5"), all, 1000, &err), PLACE_SYSTEM);
        ck_assert(refusal_end() && !is_there("x.h5"));
        ck_assert_msg(run(in_folder("x.h5"), rest, 1000, &err) == PLACE_OK && same(in_folder("x.h5"), in_folder("one.h5")), "chunk %ld: %s", nth, err.message);
    }
    tell_tried(n_tried, "chunks that cannot be written");
} END_TEST

/* ---- kills ------------------------------------------------------------------------------------------------------ */

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

Suite *faults_suite(void) {
    Suite *suite = suite_create("faults");
    TCase *failing = faults_case(suite, "faults", small_runs_setup, small_runs_teardown);
    TCase *calls = faults_case(suite, "calls", small_runs_setup, small_runs_teardown);
    tcase_add_test(failing, each_call_that_fails_once_or_for_ever_ends_well);
    tcase_add_test(failing, memory_that_runs_out_at_any_call_ends_well);
    tcase_add_test(failing, who_has_the_lock_is_told_as_far_as_can_be);
    tcase_add_test(failing, a_seal_that_cannot_be_read_is_an_error_and_never_a_seal);
    tcase_add_test(failing, a_run_that_is_killed_goes_on);
    tcase_add_test(calls, what_goes_on_survives_each_call_that_fails);
    tcase_add_test(calls, what_goes_on_survives_memory_that_runs_out_at_any_call);
    tcase_add_test(calls, a_call_that_would_have_to_wait_is_told_and_of_a_lock_it_means_another_run);
    tcase_add_test(calls, each_place_that_calls_a_library_in_vain_ends_well);
    tcase_add_test(calls, a_block_of_which_a_chunk_cannot_be_written_is_run_again);
    return suite;
}
