/* SPDX-License-Identifier: MIT */
/*
 * A file that appears under its name only when it is whole: written under a temporary name, sealed,
 * fsync, rename, fsync of the folder. A crash at any point leaves the old file or the new one, and at worst a temporary
 * file, which lies among the run's blocks.
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
#include <unistd.h>

#include "digest.h"

struct place_target {
    const place_files *files;
    char *path, *folder;
};

static const char seal_start[] = "\nplacesim sha256 "; /* then 64 hexadecimal digits and a newline */
static_assert(sizeof seal_start - 1 + 64 + 1 == PLACE_SEAL_SIZE, "the seal's size is part of the format");

static place_status fail(place_error *err, const char *path, const char *what) {
    return place_error_set(err, PLACE_SYSTEM, path, 0, "%s: %s", what, strerror(errno));
}

static place_status out_of_memory(place_error *err, const char *path) {
    return place_error_set(err, PLACE_SYSTEM, path, 0, "out of memory");
}

void place_target_free(place_target *target) {
    if (target == NULL) return;
    free(target->path);
    free(target->folder);
    free(target);
}

/* ---- before the run --------------------------------------------------------------------------------------------- */

static place_status refuse(const char *path, place_error *err) {
    struct stat at, to;
    if (path[0] == '\0' || path[strlen(path) - 1] == '/')
        return place_error_set(err, PLACE_SYSTEM, path, 0, "the output is a folder, not the name of a file");
    if (lstat(path, &at) != 0) return errno == ENOENT ? PLACE_OK : fail(err, path, "cannot write the output");
    if (stat(path, &to) != 0)
        return place_error_set(err, PLACE_SYSTEM, path, 0, "the output is a link that leads nowhere");
    if (S_ISDIR(to.st_mode))
        return place_error_set(err, PLACE_SYSTEM, path, 0, "the output is a folder, not the name of a file");
    if (!S_ISREG(to.st_mode)) return place_error_set(err, PLACE_SYSTEM, path, 0, "the output exists and is not a file");
    return PLACE_OK;
}

/* The file that a link leads to is the one to replace, so that the link still leads there. */
static char *followed(const place_files *files, const char *path) {
    char *real = realpath(path, NULL);
    return real != NULL ? real : place_files_copy(files, path, strlen(path));
}

static char *folder_of(const place_files *files, const char *path) {
    const char *slash = strrchr(path, '/');
    if (slash == NULL) return place_files_copy(files, ".", 1);
    return place_files_copy(files, path, slash == path ? 1 : (size_t)(slash - path));
}

place_status place_target_create(place_target **out, const char *path, const place_files *files, place_error *err) {
    place_status status = refuse(path, err);
    if (status != PLACE_OK) return status;
    place_target *target = place_files_take(files, sizeof *target);
    if (target == NULL) return out_of_memory(err, path);
    target->files = files;
    target->path = followed(files, path);
    if (target->path != NULL) target->folder = folder_of(files, target->path);
    if (target->folder == NULL) {
        place_target_free(target);
        return out_of_memory(err, path);
    }
    *out = target;
    return PLACE_OK;
}

const char *place_target_path(const place_target *target) {
    return target->path;
}
const char *place_target_folder(const place_target *target) {
    return target->folder;
}

bool place_target_exists(const place_target *target) {
    struct stat at;
    return lstat(target->path, &at) == 0;
}

/* ---- the seal --------------------------------------------------------------------------------------------------- */

static void write_seal(const uint8_t digest[PLACE_DIGEST_SIZE], char line[PLACE_SEAL_SIZE + 1]) {
    char hex[PLACE_DIGEST_TEXT];
    place_digest_text(digest, hex);
    snprintf(line, PLACE_SEAL_SIZE + 1, "%s%s\n", seal_start, hex);
}

bool place_seal_of(const void *bytes, size_t n, char line[PLACE_SEAL_SIZE + 1]) {
    uint8_t digest[PLACE_DIGEST_SIZE];
    if (EVP_Digest(bytes, n, digest, NULL, EVP_sha256(), NULL) != 1) return false;
    write_seal(digest, line);
    return true;
}

/* The line that seals the next n bytes of the file. @return false with errno set */
static bool seal_of_file(const place_files *files, int file, int64_t n, char line[PLACE_SEAL_SIZE + 1]) {
    const int64_t room = 1 << 18;
    uint8_t digest[PLACE_DIGEST_SIZE];
    bool good = false;
    uint8_t *bytes = files->realloc(NULL, (size_t)room);
    EVP_MD_CTX *sum = EVP_MD_CTX_new();
    int reason = ENOMEM; /* libcrypto fails for nothing else here */
    if (bytes == NULL || sum == NULL || EVP_DigestInit_ex(sum, EVP_sha256(), NULL) != 1) goto out;
    for (int64_t now; n > 0; n -= now) {
        now = n < room ? n : room;
        if (!place_files_read(files, file, bytes, (size_t)now)) {
            reason = errno;
            goto out;
        }
        if (EVP_DigestUpdate(sum, bytes, (size_t)now) != 1) goto out;
    }
    if (EVP_DigestFinal_ex(sum, digest, NULL) != 1) goto out;
    write_seal(digest, line);
    good = true;
out:
    EVP_MD_CTX_free(sum);
    free(bytes);
    errno = reason;
    return good;
}

static bool read_at(const place_files *files, int file, int64_t at, void *bytes, size_t n) {
    return files->lseek(file, at, SEEK_SET) == at && place_files_read(files, file, bytes, n);
}

static const char unreadable[] = "cannot read the run file"; /* the system's reason stands behind it */
static const char not_ours[] = "not a run file";
static const char no_seal[] = "not a whole run file: it has no seal at its end, so it is cut short, changed, or of another program";

/* What is wrong with an open file; NULL: the seal holds. */
static const char *judge(const place_files *files, int file, int64_t *size) {
    char start[8], found[PLACE_SEAL_SIZE], expected[PLACE_SEAL_SIZE + 1];
    struct stat state;
    if (files->fstat(file, &state) != 0) return unreadable;
    const int64_t end = (int64_t)state.st_size - PLACE_SEAL_SIZE;
    if (!S_ISREG(state.st_mode) || state.st_size < (off_t)sizeof start) return not_ours;
    if (!read_at(files, file, 0, start, sizeof start)) return unreadable;
    if (memcmp(start, "\x89HDF\r\n\x1a\n", sizeof start) != 0) return not_ours;
    if (end < (int64_t)sizeof start) return no_seal;
    if (!read_at(files, file, end, found, sizeof found)) return unreadable;
    if (memcmp(found, seal_start, sizeof seal_start - 1) != 0) return no_seal;
    if (files->lseek(file, 0, SEEK_SET) != 0 || !seal_of_file(files, file, end, expected)) return unreadable;
    if (memcmp(found, expected, sizeof found) != 0) return "damaged or changed since it was written: its seal does not hold";
    *size = end;
    return NULL;
}

place_status place_seal_verify(int *out, const char *path, const place_files *files, int64_t *size, place_error *err) {
    int file = files->open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0); /* not to wait for ever on a pipe */
    const char *wrong = file < 0 ? unreadable : judge(files, file, size);
    if (wrong == NULL) {
        *out = file;
        return PLACE_OK;
    }
    int reason = errno;
    if (file >= 0) close(file);
    errno = reason;
    if (wrong == unreadable) return fail(err, path, unreadable);
    place_error_set(err, PLACE_SYSTEM, path, 0, "%s", wrong);
    return PLACE_NO;
}

/* ---- after the run ---------------------------------------------------------------------------------------------- */

static place_status seal_failed(const place_target *target, place_error *err) {
    int reason = errno;
    if (!place_files_no_room(reason)) return fail(err, target->path, "cannot finish the output");
    return place_error_set(err, PLACE_SYSTEM, target->path, 0,
                           "cannot finish the output: %s; %d bytes are needed; --resume goes on when there is room", strerror(reason), PLACE_SEAL_SIZE);
}

static place_status seal(const place_target *target, const char *temporary, place_error *err) {
    char line[PLACE_SEAL_SIZE + 1];
    struct stat state;
    const place_files *files = target->files;
    int file = files->open(temporary, O_RDWR | O_CLOEXEC, 0);
    if (file < 0) return seal_failed(target, err);
    place_status status = PLACE_OK;
    if (files->fstat(file, &state) != 0 || !seal_of_file(files, file, state.st_size, line) || !place_files_write(files, file, line, PLACE_SEAL_SIZE)
        || files->fsync(file) != 0)
        status = seal_failed(target, err);
    if (files->close(file) != 0 && status == PLACE_OK) status = seal_failed(target, err);
    return status;
}

/* What came after we looked may not be replaced: link() fails where rename() would replace. */
static place_status take_name(const place_target *target, const char *temporary, bool replace, place_error *err) {
    const place_files *files = target->files;
    struct stat state;
    if (!replace && files->link(temporary, target->path) == 0) {
        files->unlink(temporary);
        return PLACE_OK;
    }
    if (!replace && (errno == EEXIST || lstat(target->path, &state) == 0))
        return place_error_set(err, PLACE_SYSTEM, target->path, 0, "output exists since the run began; --force replaces it");
    if (files->rename(temporary, target->path) != 0) return fail(err, target->path, "cannot give the output its name");
    return PLACE_OK;
}

place_status place_target_publish(const place_target *target, const char *temporary, bool replace, place_error *err) {
    place_status status = seal(target, temporary, err);
    if (status == PLACE_OK) status = take_name(target, temporary, replace, err);
    if (status == PLACE_OK && !place_files_sync_folder(target->files, target->folder))
        status = fail(err, target->path, "cannot sync the output's folder");
    return status;
}
