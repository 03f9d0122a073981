/* SPDX-License-Identifier: MIT */
/**
 * What the writing of run files asks of the system, as a table of functions: the one seam at which tests make the Nth call fail, or keep
 * a log of what would be on the disk after a loss of power. HDF5 writes the finished file's temporary by itself; all else goes through here.
 */
#ifndef PLACE_RESULT_FILES_H
#define PLACE_RESULT_FILES_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/types.h>

/** Each as the function of that name in POSIX. */
typedef struct place_files {
    int (*open)(const char *path, int flags, mode_t mode);
    ssize_t (*read)(int file, void *bytes, size_t n);
    ssize_t (*write)(int file, const void *bytes, size_t n);
    off_t (*lseek)(int file, off_t to, int from);
    int (*fsync)(int file);
    int (*close)(int file);
    int (*rename)(const char *from, const char *to);
    int (*link)(const char *from, const char *to);
    int (*unlink)(const char *path);
    int (*mkdir)(const char *path, mode_t mode);
    int (*rmdir)(const char *path);
    int (*flock)(int file, int how);
    int (*fstat)(int file, struct stat *out);
    int (*stat)(const char *path, struct stat *out);
    int (*statvfs)(const char *path, struct statvfs *out);
    DIR *(*opendir)(const char *path);
    struct dirent *(*readdir)(DIR *folder);
    void *(*realloc)(void *memory, size_t n); /**< malloc too: memory is NULL */
} place_files;

extern const place_files place_system_files;

/** n bytes of zeros; and a copy of the first n bytes of a text. NULL: memory is out. The caller frees. */
void *place_files_take(const place_files *files, size_t n);
char *place_files_copy(const place_files *files, const char *text, size_t n);

/** All n bytes, however many calls it takes, interrupted ones (EINTR) too. @return false with errno set; a file that ends before them is EIO,
 *  and EAGAIN is an error as others: a file on a disk has nothing to wait for */
bool place_files_read(const place_files *files, int file, void *bytes, size_t n);
bool place_files_write(const place_files *files, int file, const void *bytes, size_t n);

/** Does the path lead to the open file? */
bool place_files_is_at(const place_files *files, int file, const char *path);

/** Sync a folder: names in it last from then on. @return false with errno set */
bool place_files_sync_folder(const place_files *files, const char *folder);

/** Is the error one of room: a full disk, a quota, a limit on a file's size? */
bool place_files_no_room(int error);

/** Bytes free for us where the folder lies; -1 when not known. */
long long place_files_free_bytes(const place_files *files, const char *folder);

#endif
