/* SPDX-License-Identifier: MIT */
/* Preloaded into the program, it puts the file PLACE_SWAP_WITH in the place of PLACE_SWAP once that has been opened for the PLACE_SWAP_AT-th time. */
#undef _FILE_OFFSET_BITS /* both names of each function are made here */
#define _GNU_SOURCE      /* RTLD_NEXT */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void swap(const char *path) {
    static long n_opened;
    const char *file = getenv("PLACE_SWAP"), *with = getenv("PLACE_SWAP_WITH"), *at = getenv("PLACE_SWAP_AT");
    if (file == NULL || with == NULL || at == NULL || strcmp(path, file) != 0) return;
    if (++n_opened == strtol(at, NULL, 10) && rename(with, file) != 0) _exit(77);
}

static void *next(const char *name) {
    void *function = dlsym(RTLD_NEXT, name);
    if (function == NULL) _exit(77);
    return function;
}

FILE *fopen(const char *restrict path, const char *restrict mode) {
    FILE *(*real)(const char *, const char *);
    void *found = next("fopen");
    memcpy(&real, &found, sizeof real);
    FILE *file = real(path, mode);
    swap(path);
    return file;
}

FILE *fopen64(const char *restrict path, const char *restrict mode) { return fopen(path, mode); }

static int open_next(const char *path, int flags, unsigned mode) {
    int (*real)(const char *, int, ...);
    void *found = next("open64");
    memcpy(&real, &found, sizeof real);
    int file = real(path, flags, mode);
    swap(path);
    return file;
}

#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        unsigned mode = 0; \
        va_list values; \
        va_start(values, flags); \
        if ((flags & O_CREAT) != 0) mode = va_arg(values, unsigned); \
        va_end(values); \
        return open_next(path, flags, mode); \
    }

OPEN(open)
OPEN(open64)
