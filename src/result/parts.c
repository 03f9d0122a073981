/* SPDX-License-Identifier: MIT */
/*
 * Blocks on disk. A file here is never changed: it is written whole under a temporary name and renamed, so what has a block's name has been
 * synced. After a crash at any point there are blocks and at worst one temporary file, which the next run removes.
 *
 * The lock (flock) is the operating system's: it ends with the process that has it, however that ends. The file `writer` in the folder only
 * says whose it is. File systems that lock nothing but files open for writing (NFS) have that file locked instead of the folder.
 */
#include "parts.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SUFFIX ".parts"

/* A run that was killed may take a moment to be gone, with its lock: a disk has to answer first. So often, so many nanoseconds. */
enum { N_PATIENCE = 50, PATIENCE = 10000000 };

struct place_parts {
    const place_target *target;
    const place_files *files;
    char *folder, *temporary;
    int lock, writer; /* descriptors: the folder; the file that says who has it */
    size_t n;         /* files of blocks */
};

static place_status fail(const place_parts *parts, const char *what, place_error *err) {
    return place_error_set(err, PLACE_SYSTEM, place_target_path(parts->target), 0, "%s: %s", what, strerror(errno));
}

static place_status out_of_memory(const place_parts *parts, place_error *err) {
    return place_error_set(err, PLACE_SYSTEM, place_target_path(parts->target), 0, "out of memory");
}

/* ---- names ------------------------------------------------------------------------------------------------------- */

static char *join(const place_files *files, const char *folder, const char *name) {
    size_t room = strlen(folder) + strlen(name) + 2;
    char *path = files->realloc(NULL, room);
    if (path != NULL) snprintf(path, room, "%s/%s", folder, name);
    return path;
}

/* The target's path with a suffix; of a name as long as names can be, the beginning. */
static char *name_folder(const place_files *files, const place_target *target) {
    const char *path = place_target_path(target), *slash = strrchr(path, '/'), *name = slash == NULL ? path : slash + 1;
    size_t room = strlen(path) + sizeof SUFFIX;
    int before = (int)(name - path), kept = (int)(NAME_MAX + 1 - sizeof SUFFIX);
    char *folder = files->realloc(NULL, room);
    if (folder != NULL) snprintf(folder, room, "%.*s%.*s%s", before, path, kept, name, SUFFIX);
    return folder;
}

bool place_parts_are_left(const place_target *target, const place_files *files) {
    struct stat state;
    char *folder = name_folder(files, target);
    const bool there = folder != NULL && files->stat(folder, &state) == 0 && S_ISDIR(state.st_mode);
    free(folder);
    return there;
}

static void block_name(int64_t block, char out[40]) {
    snprintf(out, 40, "block-%09lld.h5", (long long)block);
}

int64_t place_parts_block(const char *name) {
    char again[40], *end;
    if (strncmp(name, "block-", 6) != 0 || name[6] < '0' || name[6] > '9') return -1;
    int64_t block = strtoll(name + 6, &end, 10);
    if (block > INT32_MAX) return -1;
    block_name(block, again);
    return strcmp(again, name) == 0 ? block : -1;
}

char *place_parts_path(const place_parts *parts, int64_t block) {
    char name[40];
    block_name(block, name);
    return join(parts->files, parts->folder, name);
}

size_t place_parts_count(const place_parts *parts) {
    return parts->n;
}
const char *place_parts_folder(const place_parts *parts) {
    return parts->folder;
}
const char *place_parts_temporary(const place_parts *parts) {
    return parts->temporary;
}

static int compare(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names of blocks, or (unfinished) of what a run that was killed was writing. */
static place_status list(const place_parts *parts, bool unfinished, char ***out, size_t *n_out, place_error *err) {
    char **names = NULL;
    size_t n = 0;
    place_status status = PLACE_OK;
    DIR *folder = parts->files->opendir(parts->folder);
    if (folder == NULL) return fail(parts, "cannot read the folder of blocks", err);
    while (status == PLACE_OK) {
        errno = 0; /* what tells the end from a failure */
        struct dirent *entry = parts->files->readdir(folder);
        if (entry == NULL && errno != 0) status = fail(parts, "cannot read the folder of blocks", err);
        if (entry == NULL) break;
        size_t length = strlen(entry->d_name);
        bool is_temporary = length > 4 && strcmp(entry->d_name + length - 4, ".tmp") == 0;
        if (unfinished ? !is_temporary : place_parts_block(entry->d_name) < 0) continue;
        char **grown = parts->files->realloc(names, (n + 1) * sizeof *grown);
        if (grown != NULL) names = grown;
        if (grown == NULL || (names[n] = place_files_copy(parts->files, entry->d_name, strlen(entry->d_name))) == NULL) status = out_of_memory(parts, err);
        else n++;
    }
    closedir(folder);
    if (status != PLACE_OK) {
        for (size_t i = 0; i < n; i++) free(names[i]);
        free(names);
        return status;
    }
    if (n > 0) qsort(names, n, sizeof *names, compare);
    *out = names;
    *n_out = n;
    return PLACE_OK;
}

place_status place_parts_list(const place_parts *parts, char ***names, size_t *n, place_error *err) {
    return list(parts, false, names, n, err);
}

static place_status remove_all(const place_parts *parts, bool unfinished, place_error *err) {
    char **names = NULL;
    size_t n = 0;
    place_status status = list(parts, unfinished, &names, &n, err);
    for (size_t i = 0; i < n; i++) {
        char *path = join(parts->files, parts->folder, names[i]);
        if (status == PLACE_OK && path == NULL) status = out_of_memory(parts, err);
        if (status == PLACE_OK && parts->files->unlink(path) != 0) status = fail(parts, "cannot remove a block", err);
        free(path);
        free(names[i]);
    }
    free(names);
    return status;
}

/* ---- the folder and its lock ------------------------------------------------------------------------------------- */

static place_status refuse_second(const place_parts *parts, place_error *err) {
    char who[80] = "";
    char *path = join(parts->files, parts->folder, "writer");
    int file = path != NULL ? parts->files->open(path, O_RDONLY | O_CLOEXEC, 0) : -1;
    if (file >= 0) {
        ssize_t n = parts->files->read(file, who, sizeof who - 1);
        who[n > 0 ? n : 0] = '\0';
        who[strcspn(who, "\n")] = '\0';
        close(file);
    }
    free(path);
    return place_error_set(err, PLACE_SYSTEM, place_target_path(parts->target), 0, "another run is writing it%s%s; wait for it, or write elsewhere",
                           who[0] != '\0' ? ", " : "", who);
}

/* It only helps people, so it may fail. Blanks to a fixed length cover what the last writer said. */
static void say_who(const place_parts *parts) {
    char who[40], line[41];
    snprintf(who, sizeof who, "process %ld\n", (long)getpid());
    snprintf(line, sizeof line, "%-40s", who);
    place_files_write(parts->files, parts->writer, line, sizeof line - 1);
}

/* @return 0 or what flock says. */
static int lock_patiently(const place_parts *parts, int file) {
    int answer = parts->files->flock(file, LOCK_EX | LOCK_NB);
    for (int i = 0; answer != 0 && errno == EWOULDBLOCK && i < N_PATIENCE; i++) {
        nanosleep(&(struct timespec){ .tv_nsec = PATIENCE }, NULL);
        answer = parts->files->flock(file, LOCK_EX | LOCK_NB);
    }
    return answer;
}

/* @return PLACE_OK; PLACE_NO: the folder went while we were at it, its run being done */
static place_status take_lock(place_parts *parts, place_error *err) {
    char *path = join(parts->files, parts->folder, "writer");
    if (path == NULL) return out_of_memory(parts, err);
    parts->lock = parts->files->open(parts->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    int reason = errno;
    if (parts->lock >= 0) parts->writer = parts->files->open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (parts->lock >= 0 && parts->writer < 0) reason = errno;
    free(path);
    errno = reason;
    if (parts->lock < 0 || parts->writer < 0)
        return reason == ENOENT ? PLACE_NO : fail(parts, "cannot write in the folder of blocks", err);
    if (lock_patiently(parts, parts->lock) != 0) {
        if (errno == EWOULDBLOCK) return refuse_second(parts, err);
        if (lock_patiently(parts, parts->writer) != 0) {
            if (errno == EWOULDBLOCK) return refuse_second(parts, err);
            return fail(parts, "cannot lock the folder of blocks", err);
        }
    }
    if (!place_files_is_at(parts->files, parts->lock, parts->folder)) return PLACE_NO;
    say_who(parts);
    return PLACE_OK;
}

static void give_up_lock(place_parts *parts) {
    if (parts->writer >= 0) close(parts->writer);
    if (parts->lock >= 0) close(parts->lock);
    parts->lock = parts->writer = -1;
}

static void parts_free(place_parts *parts) {
    give_up_lock(parts);
    free(parts->folder);
    free(parts->temporary);
    free(parts);
}

static void remove_folder(const place_parts *parts) {
    char *path = join(parts->files, parts->folder, "writer");
    if (path != NULL) parts->files->unlink(path);
    free(path);
    parts->files->rmdir(parts->folder); /* fails where someone keeps files of his own there: they stay */
}

static place_status lock_folder(place_parts *parts, place_error *err) {
    const place_files *files = parts->files;
    for (int attempt = 0; attempt < 100; attempt++) {
        bool made = files->mkdir(parts->folder, 0777) == 0;
        if (!made && errno != EEXIST) return fail(parts, "cannot write in the output's folder", err);
        place_status status = take_lock(parts, err);
        if (status == PLACE_OK && made && !place_files_sync_folder(files, place_target_folder(parts->target))) {
            status = fail(parts, "cannot sync the output's folder", err);
            remove_folder(parts);
        }
        if (status != PLACE_NO) return status;
        give_up_lock(parts);
    }
    return place_error_set(err, PLACE_SYSTEM, place_target_path(parts->target), 0, "the folder of blocks comes and goes; is another run at work?");
}

place_status place_parts_open(place_parts **out, const place_target *target, const place_files *files, place_error *err) {
    char **names = NULL;
    place_parts *parts = place_files_take(files, sizeof *parts);
    if (parts == NULL) return place_error_set(err, PLACE_SYSTEM, place_target_path(target), 0, "out of memory");
    *parts = (place_parts){ .target = target, .files = files, .lock = -1, .writer = -1 };
    parts->folder = name_folder(files, target);
    if (parts->folder != NULL) parts->temporary = join(files, parts->folder, "merged.tmp");
    if (parts->temporary == NULL) {
        parts_free(parts);
        return place_error_set(err, PLACE_SYSTEM, place_target_path(target), 0, "out of memory");
    }
    place_status status = lock_folder(parts, err);
    if (status != PLACE_OK) { /* the folder is another's, or empty at most */
        parts_free(parts);
        return status;
    }
    status = remove_all(parts, true, err);
    if (status == PLACE_OK) status = list(parts, false, &names, &parts->n, err);
    for (size_t i = 0; status == PLACE_OK && i < parts->n; i++) free(names[i]);
    free(names);
    if (status != PLACE_OK) place_parts_close(parts);
    else *out = parts;
    return status;
}

place_status place_parts_clear(place_parts *parts, place_error *err) {
    place_status status = remove_all(parts, false, err);
    if (status == PLACE_OK) parts->n = 0;
    return status;
}

void place_parts_close(place_parts *parts) {
    if (parts == NULL) return;
    parts->files->unlink(parts->temporary);
    if (parts->n == 0) remove_folder(parts);
    parts_free(parts);
}

void place_parts_remove(place_parts *parts) {
    remove_all(parts, false, NULL); /* the run is done: what cannot be removed is only in the way */
    parts->n = 0;
    place_parts_close(parts);
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static place_status write_failed(const place_parts *parts, const char *what, size_t n, place_error *err) {
    int reason = errno;
    long long at_hand = place_files_free_bytes(parts->files, parts->folder);
    errno = reason;
    if (!place_files_no_room(reason) || at_hand < 0) return fail(parts, what, err);
    return place_error_set(err, PLACE_SYSTEM, place_target_path(parts->target), 0,
                           "%s: %s; %lld bytes are needed, %lld are free; --resume goes on when there is room", what,
                           strerror(reason), (long long)n, at_hand);
}

/* @return false with errno set, and nothing left of it */
static bool put(const place_files *files, const char *temporary, const char *path, const void *bytes, size_t n, const char *seal) {
    int file = files->open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666), reason = 0;
    if (file < 0) return false;
    if (!place_files_write(files, file, bytes, n) || !place_files_write(files, file, seal, PLACE_SEAL_SIZE) || files->fsync(file) != 0) reason = errno;
    if (files->close(file) != 0 && reason == 0) reason = errno;
    if (reason == 0 && files->rename(temporary, path) == 0) return true;
    if (reason == 0) reason = errno;
    files->unlink(temporary);
    errno = reason;
    return false;
}

place_status place_parts_write(place_parts *parts, int64_t block, const void *bytes, size_t n, place_error *err) {
    const place_files *files = parts->files;
    char seal[PLACE_SEAL_SIZE + 1], name[40], temporary_name[48];
    place_status status = PLACE_OK;
    block_name(block, name);
    snprintf(temporary_name, sizeof temporary_name, "%s.tmp", name);
    char *path = join(files, parts->folder, name), *temporary = join(files, parts->folder, temporary_name);
    if (path == NULL || temporary == NULL || !place_seal_of(bytes, n, seal)) status = out_of_memory(parts, err);
    else if (!put(files, temporary, path, bytes, n, seal)) status = write_failed(parts, "cannot write a block", n + PLACE_SEAL_SIZE, err);
    else {
        parts->n++;
        if (!place_files_sync_folder(files, parts->folder)) status = fail(parts, "cannot sync the folder of blocks", err);
    }
    free(path);
    free(temporary);
    return status;
}

place_status place_parts_drop(place_parts *parts, int64_t block, place_error *err) {
    char *path = place_parts_path(parts, block);
    if (path == NULL) return out_of_memory(parts, err);
    place_status status = parts->files->unlink(path) == 0 ? PLACE_OK : fail(parts, "cannot remove a damaged block", err);
    if (status == PLACE_OK) parts->n--;
    free(path);
    return status;
}

place_status place_parts_begin(const place_parts *parts, place_error *err) {
    int file = parts->files->open(parts->temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0) return write_failed(parts, "cannot write the output", 1, err);
    if (parts->files->close(file) != 0) return write_failed(parts, "cannot write the output", 1, err);
    return PLACE_OK;
}
