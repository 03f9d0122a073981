/* SPDX-License-Identifier: MIT */
/* The system's own functions, and the small things that everyone does with them. */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static int system_open(const char *path, int flags, mode_t mode) {
    return open(path, flags, mode);
}

const place_files place_system_files = {
    .open = system_open,
    .read = read,
    .write = write,
    .lseek = lseek,
    .fsync = fsync,
    .close = close,
    .rename = rename,
    .link = link,
    .unlink = unlink,
    .mkdir = mkdir,
    .rmdir = rmdir,
    .flock = flock,
    .fstat = fstat,
    .stat = stat,
    .statvfs = statvfs,
    .opendir = opendir,
    .readdir = readdir,
    .realloc = realloc,
};

void *place_files_take(const place_files *files, size_t n) {
    void *memory = files->realloc(NULL, n);
    if (memory != NULL) memset(memory, 0, n);
    return memory;
}

char *place_files_copy(const place_files *files, const char *text, size_t n) {
    char *copy = place_files_take(files, n + 1);
    if (copy != NULL) memcpy(copy, text, n);
    return copy;
}

bool place_files_read(const place_files *files, int file, void *bytes, size_t n) {
    char *at = bytes;
    while (n > 0) {
        ssize_t got = files->read(file, at, n);
        if (got < 0 && errno == EINTR) continue;
        if (got == 0) errno = EIO; /* shorter than it was a moment ago */
        if (got <= 0) return false;
        at += got;
        n -= (size_t)got;
    }
    return true;
}

bool place_files_write(const place_files *files, int file, const void *bytes, size_t n) {
    const char *at = bytes;
    while (n > 0) {
        ssize_t put = files->write(file, at, n);
        if (put < 0 && errno == EINTR) continue;
        if (put == 0) errno = EIO; /* a file that takes nothing and gives no reason */
        if (put <= 0) return false;
        at += put;
        n -= (size_t)put;
    }
    return true;
}

bool place_files_is_at(const place_files *files, int file, const char *path) {
    struct stat ours, named;
    return files->fstat(file, &ours) == 0 && files->stat(path, &named) == 0 && ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
}

bool place_files_sync_folder(const place_files *files, const char *folder) {
    int file = files->open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (file < 0) return false;
    bool good = files->fsync(file) == 0 || errno == EINVAL; /* a file system that has no fsync of folders says EINVAL */
    int reason = errno;
    files->close(file);
    errno = reason;
    return good;
}

bool place_files_no_room(int error) {
    return error == ENOSPC || error == EDQUOT || error == EFBIG;
}

long long place_files_free_bytes(const place_files *files, const char *folder) {
    struct statvfs space;
    if (files->statvfs(folder, &space) != 0) return -1;
    return (long long)space.f_bavail * (long long)space.f_frsize;
}
