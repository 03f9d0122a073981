/* SPDX-License-Identifier: MIT */
/**
 * Loss of power, played from a log: what a run asks of the system is noted, and from it the disk is made as it might be when the power fails
 * after each of these operations. Going on from there ends in the file of a run without a break.
 */
#define _DEFAULT_SOURCE /* flock */
#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../src/result/files.h"
#include "folder.h"
#include "shares.h"
#include "small_runs.h"
#include "suites.h"

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

Suite *power_suite(void) {
    Suite *suite = suite_create("power");
    TCase *failing = faults_case(suite, "faults", small_runs_setup, small_runs_teardown);
    tcase_add_test(failing, power_may_fail_at_any_moment);
    return suite;
}
