/* SPDX-License-Identifier: MIT */
/*
 * A file that appears under its name only when it is whole: written under a temporary name in the same folder, sealed,
 * fsync, rename, fsync of the folder. A crash at any point leaves the old file or the new one, and at worst a temporary
 * file.
 *
 * The seal is a line behind the end of what HDF5 wrote (readers of HDF5 ignore bytes there) with the SHA-256 of all
 * bytes before it. Fletcher32 guards the chunks alone; the seal also guards labels, attributes and HDF5's own
 * structure, which its library would walk into on trust: a damaged file is refused before HDF5 sees it.
 */
#define _XOPEN_SOURCE 700 /* realpath */
#include "target.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "digest.h"

struct place_target {
    char *path, *folder, *temporary;
    bool force;
};

static const char seal_start[] = "\nplacesim sha256 "; /* then 64 hexadecimal digits and a newline */
static_assert(sizeof seal_start - 1 + 64 + 1 == PLACE_SEAL_SIZE, "the seal's size is part of the format");

static place_status fail(place_error *err, const char *path, const char *what) {
    return place_error_set(err, PLACE_SYSTEM, path, 0, "%s: %s", what, strerror(errno));
}

static place_status out_of_memory(place_error *err, const char *path) {
    return place_error_set(err, PLACE_SYSTEM, path, 0, "out of memory");
}

static void target_free(place_target *target) {
    if (target == NULL) return;
    free(target->path);
    free(target->folder);
    free(target->temporary);
    free(target);
}

/* ---- before the run --------------------------------------------------------------------------------------------- */

static place_status refuse(const char *path, bool force, place_error *err) {
    struct stat at, to;
    if (path[0] == '\0' || path[strlen(path) - 1] == '/')
        return place_error_set(err, PLACE_SYSTEM, path, 0, "the output is a folder, not the name of a file");
    if (lstat(path, &at) != 0) return errno == ENOENT ? PLACE_OK : fail(err, path, "cannot write the output");
    if (stat(path, &to) != 0)
        return place_error_set(err, PLACE_SYSTEM, path, 0, "the output is a link that leads nowhere");
    if (S_ISDIR(to.st_mode))
        return place_error_set(err, PLACE_SYSTEM, path, 0, "the output is a folder, not the name of a file");
    if (!S_ISREG(to.st_mode)) return place_error_set(err, PLACE_SYSTEM, path, 0, "the output exists and is not a file");
    if (!force) return place_error_set(err, PLACE_SYSTEM, path, 0, "output exists; --force replaces it");
    return PLACE_OK;
}

/* The file that a link leads to is the one to replace, so that the link still leads there. */
static char *followed(const char *path) {
    char *real = realpath(path, NULL);
    return real != NULL ? real : strdup(path);
}

static char *folder_of(const char *path) {
    const char *slash = strrchr(path, '/');
    if (slash == NULL) return strdup(".");
    return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

/* A name nobody has: ".NAME.tmp-PID" or, where several runs of one process write one name, ".NAME.tmp-PID-1" ... */
static place_status make_temporary(place_target *target, place_error *err) {
    const char *slash = strrchr(target->path, '/'), *name = slash == NULL ? target->path : slash + 1;
    size_t room = strlen(target->folder) + NAME_MAX + 2;
    target->temporary = malloc(room);
    if (target->temporary == NULL) return out_of_memory(err, target->path);
    for (int attempt = 0; attempt < 100; attempt++) {
        char suffix[48];
        if (attempt == 0) snprintf(suffix, sizeof suffix, ".tmp-%ld", (long)getpid());
        else snprintf(suffix, sizeof suffix, ".tmp-%ld-%d", (long)getpid(), attempt);
        int kept = (int)(NAME_MAX - 1 - strlen(suffix)); /* of a name that is as long as names can be */
        snprintf(target->temporary, room, "%s/.%.*s%s", target->folder, kept, name, suffix);
        int file = open(target->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file >= 0) {
            close(file);
            return PLACE_OK;
        }
        if (errno != EEXIST) break;
    }
    place_status status = fail(err, target->path, "cannot write in the output's folder");
    free(target->temporary); /* not ours to remove */
    target->temporary = NULL;
    return status;
}

place_status place_target_create(place_target **out, const char *path, bool force, place_error *err) {
    place_status status = refuse(path, force, err);
    if (status != PLACE_OK) return status;
    place_target *target = calloc(1, sizeof *target);
    if (target == NULL) return out_of_memory(err, path);
    target->force = force;
    target->path = followed(path);
    if (target->path != NULL) target->folder = folder_of(target->path);
    if (target->folder == NULL) status = out_of_memory(err, path);
    if (status == PLACE_OK) status = make_temporary(target, err);
    if (status != PLACE_OK) target_free(target);
    else *out = target;
    return status;
}

const char *place_target_path(const place_target *target) {
    return target->path;
}
const char *place_target_temporary(const place_target *target) {
    return target->temporary;
}

int64_t place_target_free_bytes(const place_target *target) {
    struct statvfs space;
    if (statvfs(target->folder, &space) != 0) return -1;
    return (int64_t)space.f_bavail * (int64_t)space.f_frsize;
}

/* ---- the seal --------------------------------------------------------------------------------------------------- */

static ssize_t read_some(int file, void *bytes, size_t n) {
    ssize_t got;
    do got = read(file, bytes, n);
    while (got < 0 && errno == EINTR);
    return got;
}

static bool write_all(int file, const char *bytes, size_t n) {
    while (n > 0) {
        ssize_t put = write(file, bytes, n);
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return false;
        bytes += put;
        n -= (size_t)put;
    }
    return true;
}

/* The line that seals the next n bytes of the file. */
static bool seal_of(int file, int64_t n, char line[PLACE_SEAL_SIZE + 1]) {
    enum { ROOM = 1 << 18 };
    uint8_t digest[PLACE_DIGEST_SIZE];
    char hex[PLACE_DIGEST_TEXT];
    bool good = false;
    uint8_t *bytes = malloc(ROOM);
    EVP_MD_CTX *sum = EVP_MD_CTX_new();
    errno = ENOMEM;
    if (bytes == NULL || sum == NULL || EVP_DigestInit_ex(sum, EVP_sha256(), NULL) != 1) goto out;
    while (n > 0) {
        ssize_t got = read_some(file, bytes, n < ROOM ? (size_t)n : (size_t)ROOM);
        if (got == 0) errno = EIO; /* shorter than it was a moment ago */
        if (got <= 0) goto out;
        EVP_DigestUpdate(sum, bytes, (size_t)got);
        n -= got;
    }
    EVP_DigestFinal_ex(sum, digest, NULL);
    place_digest_text(digest, hex);
    snprintf(line, PLACE_SEAL_SIZE + 1, "%s%s\n", seal_start, hex);
    good = true;
out:
    EVP_MD_CTX_free(sum);
    free(bytes);
    return good;
}

place_status place_seal_verify(const char *path, int64_t *size, place_error *err) {
    char start[8], found[PLACE_SEAL_SIZE], expected[PLACE_SEAL_SIZE + 1];
    struct stat state;
    place_status status = PLACE_OK;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* not to wait for ever on a pipe */
    if (file < 0 || fstat(file, &state) != 0) {
        status = fail(err, path, "cannot read the run file");
        goto out;
    }
    int64_t end = (int64_t)state.st_size - PLACE_SEAL_SIZE;
    if (!S_ISREG(state.st_mode) || read_some(file, start, sizeof start) != (ssize_t)sizeof start
        || memcmp(start, "\x89HDF\r\n\x1a\n", sizeof start) != 0)
        status = place_error_set(err, PLACE_SYSTEM, path, 0, "not a run file");
    else if (end < (int64_t)sizeof start || pread(file, found, sizeof found, end) != (ssize_t)sizeof found
             || memcmp(found, seal_start, sizeof seal_start - 1) != 0)
        status = place_error_set(
            err, PLACE_SYSTEM, path, 0,
            "not a whole run file: it has no seal at its end, so it is cut short, changed, or of another program");
    else if (lseek(file, 0, SEEK_SET) != 0 || !seal_of(file, end, expected))
        status = fail(err, path, "cannot read the run file");
    else if (memcmp(found, expected, sizeof found) != 0)
        status = place_error_set(err, PLACE_SYSTEM, path, 0,
                                 "damaged or changed since it was written: its seal does not hold");
    else *size = end;
out:
    if (file >= 0) close(file);
    return status;
}

/* ---- after the run ---------------------------------------------------------------------------------------------- */

static place_status sync_folder(const place_target *target, place_error *err) {
    int folder = open(target->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return fail(err, target->path, "cannot sync the output's folder");
    place_status status = PLACE_OK;
    if (fsync(folder) != 0 && errno != EINVAL) /* a file system that has no fsync of folders says EINVAL */
        status = fail(err, target->path, "cannot sync the output's folder");
    close(folder);
    return status;
}

static place_status seal(const place_target *target, place_error *err) {
    char line[PLACE_SEAL_SIZE + 1];
    struct stat state;
    int file = open(target->temporary, O_RDWR | O_CLOEXEC);
    if (file < 0) return fail(err, target->path, "cannot finish the output");
    place_status status = PLACE_OK;
    if (fstat(file, &state) != 0 || !seal_of(file, state.st_size, line) || !write_all(file, line, PLACE_SEAL_SIZE)
        || fsync(file) != 0)
        status = fail(err, target->path, "cannot finish the output");
    if (close(file) != 0 && status == PLACE_OK) status = fail(err, target->path, "cannot finish the output");
    return status;
}

/* Without force nothing may be replaced, not even what came after we looked: link() fails where rename() would
   replace. */
static place_status take_name(place_target *target, place_error *err) {
    if (!target->force && link(target->temporary, target->path) == 0) {
        unlink(target->temporary);
        return PLACE_OK;
    }
    struct stat state;
    if (!target->force && (errno == EEXIST || lstat(target->path, &state) == 0))
        return place_error_set(err, PLACE_SYSTEM, target->path, 0,
                               "output exists since the run began; --force replaces it");
    if (rename(target->temporary, target->path) != 0) return fail(err, target->path, "cannot give the output its name");
    return PLACE_OK;
}

place_status place_target_publish(place_target *target, place_error *err) {
    place_status status = seal(target, err);
    if (status == PLACE_OK) status = take_name(target, err);
    if (status != PLACE_OK) {
        place_target_discard(target);
        return status;
    }
    status = sync_folder(target, err);
    target_free(target);
    return status;
}

void place_target_empty(place_target *target) {
    if (truncate(target->temporary, 0) != 0) return; /* it is removed soon: room is all this was to make */
}

void place_target_discard(place_target *target) {
    if (target == NULL) return;
    if (target->temporary != NULL) unlink(target->temporary);
    target_free(target);
}
