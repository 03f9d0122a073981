/* SPDX-License-Identifier: MIT */
/**
 * Disks and file systems as they are: those that lock, link or sync no folder, reads and writes that are interrupted or short, and disks that
 * are full. They are written to, or what they lack is named.
 */
#define _GNU_SOURCE /* unshare, mount, flock */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../src/result/files.h"
#include "folder.h"
#include "shares.h"
#include "small_runs.h"
#include "suites.h"

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
static int lock_of_one_that_ends(int file, int how) { /* who had it gives it up when his run file has its name */
    if (!is_there("x.h5")) ck_assert_int_eq(link(in_folder("one.h5"), in_folder("x.h5")), 0);
    return flock(file, how);
}
static int n_requests, no_memory_at;
static void *no_memory_once(void *memory, size_t n) {
    return ++n_requests == no_memory_at ? NULL : realloc(memory, n);
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
    ck_assert_int_eq(WITH(flock, lock_of_one_that_ends, false), PLACE_SYSTEM);
    ck_assert_str_eq(err.message, "output exists; --force replaces it");
    ck_assert(same(in_folder("x.h5"), in_folder("one.h5")));
    files = place_system_files; /* whether blocks were left cannot be asked: then --resume is not offered */
    files.realloc = no_memory_once;
    ck_assert_int_eq(mkdir(in_folder("one.h5.parts"), 0700), 0);
    save(in_folder("one.h5.parts/writer"), "", 0);
    int n_offered = 0, n_not = 0;
    for (no_memory_at = 1; no_memory_at <= 12; no_memory_at++) {
        n_requests = 0;
        ck_assert_int_eq(run(in_folder("one.h5"), (place_runfile_options){ .n_replications = 300, .files = &files }, 1000, &err), PLACE_SYSTEM);
        n_offered += strstr(err.message, "--resume goes on") != NULL;
        n_not += strcmp(err.message, "output exists; --force replaces it") == 0;
    }
    ck_assert_msg(n_offered > 0 && n_not == 1, "%d offered, %d not", n_offered, n_not); /* requests before it are others', and so it ends without any */
    remove_all(in_folder("one.h5.parts"));
    save(in_folder("one.h5.parts"), "", 0); /* somebody's file, with no blocks in it */
    ck_assert_int_eq(run(in_folder("one.h5"), (place_runfile_options){ .n_replications = 300 }, 1000, &err), PLACE_SYSTEM);
    ck_assert_str_eq(err.message, "output exists; --force replaces it");
    remove_all(in_folder("one.h5.parts"));
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

static int open_no_block(const char *path, int flags, mode_t mode) { /* another program has a lease on it, say */
    if (strstr(path, "/block-000000001.h5") == NULL || (flags & O_ACCMODE) != O_RDONLY) return open(path, flags, mode);
    errno = EAGAIN;
    return -1;
}
static ssize_t read_fails(int file, void *bytes, size_t n) {
    (void)file, (void)bytes, (void)n;
    errno = EIO;
    return -1;
}
static void *memory_for_no_buffer(void *memory, size_t n) { /* a file is read a quarter of a MB at a time */
    return n == 1 << 18 ? NULL : realloc(memory, n);
}

START_TEST(a_block_that_cannot_be_read_just_now_is_an_error_and_stays) { /* hours of work may be in it */
    static const char *const reasons[] = { "Resource temporarily unavailable", "Input/output error", "Cannot allocate memory" };
    place_error err;
    whole_run(in_folder("one.h5"), 700);
    ck_assert_int_eq(run(in_folder("x.h5"), (place_runfile_options){ .n_replications = 700 }, 2, &err), PLACE_OK);
    ck_assert_int_eq(unlink(in_folder("x.h5")), 0);
    for (int i = 0; i < 3; i++) {
        char sentence[200];
        place_files files = place_system_files;
        if (i == 0) files.open = open_no_block;
        if (i == 1) files.read = read_fails;
        if (i == 2) files.realloc = memory_for_no_buffer;
        snprintf(sentence, sizeof sentence, "cannot read the run file: %s; if it stays so, remove it: its replications are run again", reasons[i]);
        ck_assert_int_eq(run(in_folder("x.h5"), (place_runfile_options){ .n_replications = 700, .resume = true, .files = &files }, 1000, &err), PLACE_SYSTEM);
        ck_assert_str_eq(err.message, sentence);
        ck_assert_str_eq(err.file, in_folder(i == 0 ? "x.h5.parts/block-000000001.h5" : "x.h5.parts/block-000000000.h5"));
        ck_assert_str_eq(noted, "");
        ck_assert(is_there("x.h5.parts/block-000000000.h5") && is_there("x.h5.parts/block-000000001.h5") && !is_there("x.h5"));
    }
    resumes(in_folder("x.h5"), 700, in_folder("one.h5"));
    ck_assert_str_eq(noted, "512 of 700 replications are there already\n");
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

/* ---- full disks ------------------------------------------------------------------------------------------------- */

/* Mounts of this process alone: they, and the loop device behind one, are gone when it ends, however that is. false: we may not have any */
static bool has_mounts_of_its_own(void) {
    return unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

typedef struct disk {
    const char *name;
    bool (*make)(void);                /* mounted at the folder "disk"; false: not to be had here */
    void (*leave_room)(int kilobytes); /* -1: plenty                                              */
} disk;

static bool mount_memory(void) { return mount("none", in_folder("disk"), "tmpfs", 0, "size=64m") == 0; }

static void resize_memory(int kilobytes) {
    char options[64];
    snprintf(options, sizeof options, "size=%dk", kilobytes < 0 ? 65536 : kilobytes);
    ck_assert_int_eq(mount("none", in_folder("disk"), "tmpfs", MS_REMOUNT, options), 0);
}

static bool mount_ext4(void) { /* with a journal, as disks have one */
    char command[600];
    snprintf(command, sizeof command,
             "{ PATH=$PATH:/usr/sbin:/sbin; cd %s && truncate -s 8M image && mkfs.ext4 -q -F -b 1024 -m 0 image && mount -o loop image disk; } >/dev/null 2>&1",
             folder);
    return system(command) == 0;
}

/* A file takes what is not to be left; it is changed in steps, as the file system needs room for its own. */
static void fill_ext4(int kilobytes) {
    struct statvfs room;
    off_t size = 0;
    ck_assert(unlink(in_folder("disk/ballast")) == 0 || errno == ENOENT);
    int top = open(in_folder("disk"), O_RDONLY | O_DIRECTORY);
    ck_assert_int_eq(syncfs(top), 0); /* what was removed is free when the journal says so */
    close(top);
    if (kilobytes < 0) return;
    int file = open(in_folder("disk/ballast"), O_WRONLY | O_CREAT, 0600);
    for (int i = 0; i < 5; i++) {
        ck_assert_int_eq(fstatvfs(file, &room), 0);
        size += (off_t)(room.f_bavail * room.f_frsize) - (off_t)kilobytes * 1024;
        ck_assert_int_eq(ftruncate(file, size), 0);
        posix_fallocate(file, 0, size); /* short of a block, it is next time */
        ck_assert_int_eq(fsync(file), 0);
    }
    close(file);
    ck_assert_int_eq(statvfs(in_folder("disk"), &room), 0);
    ck_assert_msg(labs((long)(room.f_bavail * room.f_frsize / 1024) - kilobytes) < 8, "%ld KB are left for %d", (long)(room.f_bavail * room.f_frsize / 1024), kilobytes);
}

static const disk disks[] = { { "tmpfs", mount_memory, resize_memory }, { "ext4", mount_ext4, fill_ext4 } };

START_TEST(a_full_disk_is_told_with_its_room_and_gone_on_with) {
    const disk *d = &disks[_i];
    place_error err;
    ck_assert_int_eq(mkdir(in_folder("disk"), 0700), 0);
    if (!has_mounts_of_its_own() || !d->make()) { /* limits of file sizes stand for it then: test_result.c */
        fprintf(stderr, "a full disk: skipped, %s cannot be mounted here\n", d->name);
        return;
    }
    whole_run(in_folder("one.h5"), 700);
    size_t n = 0;
    free(load(in_folder("one.h5"), &n));
    int n_full = 0, n_disks = 0;
    for (int kilobytes = 100; kilobytes < (int)(n / 1024) * 5; kilobytes += (int)(n / 1024) / faults(4, 40)) {
        if (!is_ours(n_disks++)) continue;
        d->leave_room(kilobytes);
        place_status status = run(in_folder("disk/x.h5"), (place_runfile_options){ .n_replications = 700 }, 1000, &err);
        if (status != PLACE_OK) {
            n_full++;
            ck_assert_int_eq(status, PLACE_SYSTEM);
            ck_assert_msg(strstr(err.message, "No space left on device") != NULL && strstr(err.message, " needed") != NULL
                              && strstr(err.message, "; --resume goes on when there is room") != NULL, "%s, %d KB: %s", d->name, kilobytes, err.message);
            ck_assert(!is_there("disk/x.h5"));
            d->leave_room(-1);
            resumes(in_folder("disk/x.h5"), 700, in_folder("one.h5"));
        }
        ck_assert(same(in_folder("disk/x.h5"), in_folder("one.h5")));
        ck_assert_int_eq(unlink(in_folder("disk/x.h5")), 0);
    }
    tell_tried(n_full, _i == 0 ? "full disks" : "full disks of ext4");
    ck_assert_int_ge(n_full, getenv("PLACE_FAULTS") != NULL ? 1 : 4);
    ck_assert_int_eq(umount(in_folder("disk")), 0);
} END_TEST

Suite *disks_suite(void) {
    Suite *suite = suite_create("disks");
    TCase *odd = faults_case(suite, "odd", small_runs_setup, small_runs_teardown);
    TCase *failing = faults_case(suite, "faults", small_runs_setup, small_runs_teardown);
    tcase_add_test(odd, odd_file_systems_are_written_to_or_named);
    tcase_add_test(odd, a_damaged_block_that_cannot_be_removed_is_an_error_and_force_removes_all);
    tcase_add_test(odd, a_block_that_cannot_be_read_just_now_is_an_error_and_stays);
    tcase_add_test(failing, interrupted_and_short_reads_and_writes_are_gone_on_with);
    tcase_add_loop_test(failing, a_full_disk_is_told_with_its_room_and_gone_on_with, 0, 2);
    return suite;
}
