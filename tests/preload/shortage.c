/* SPDX-License-Identifier: MIT */
/**
 * Memory that runs out inside a library: preloaded (LD_PRELOAD), so that every malloc of the process comes through here, and those of one
 * shared library can be refused, told by the address that they return to.
 *
 *   SHORTAGE_IN=LIBRARY/N/once   request N of the library with this in its file's name, from 1, is refused; /ever: that one and each after it
 *   SHORTAGE_IN_COUNT=FILE       the number of requests, as the program ends
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static char library[40];
static long refused_from, refused_to;
static atomic_long n_asked;

__attribute__((constructor)) static void start(void) {
    const char *shortage = getenv("SHORTAGE_IN");
    char name[40], how[20];
    if (shortage == NULL || sscanf(shortage, "%39[a-z0-9]/%ld/%19s", name, &refused_from, how) != 3) return;
    refused_to = strcmp(how, "ever") == 0 ? LONG_MAX : refused_from;
    strcpy(library, name); /* from here on requests are counted */
}

__attribute__((destructor)) static void end(void) {
    const char *path = getenv("SHORTAGE_IN_COUNT");
    char text[40];
    if (path == NULL || library[0] == '\0' || access(path, F_OK) == 0) return; /* a command acts in a child, which ends first */
    int n = snprintf(text, sizeof text, "%ld 0\n", atomic_load(&n_asked)), file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (file < 0 || write(file, text, (size_t)n) != n || close(file) != 0) _exit(99);
}

static bool refused(const void *caller) {
    Dl_info from;
    if (library[0] == '\0' || dladdr(caller, &from) == 0 || from.dli_fname == NULL || strstr(from.dli_fname, library) == NULL) return false;
    long n = atomic_fetch_add(&n_asked, 1) + 1;
    if (refused_from == 0 || n < refused_from || n > refused_to) return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size) { return refused(__builtin_return_address(0)) ? NULL : __libc_malloc(size); }
void *calloc(size_t n, size_t size) { return refused(__builtin_return_address(0)) ? NULL : __libc_calloc(n, size); }
void *realloc(void *old, size_t size) { return refused(__builtin_return_address(0)) ? NULL : __libc_realloc(old, size); }
void *aligned_alloc(size_t alignment, size_t size) { return refused(__builtin_return_address(0)) ? NULL : __libc_memalign(alignment, size); }
void *memalign(size_t alignment, size_t size) { return refused(__builtin_return_address(0)) ? NULL : __libc_memalign(alignment, size); }

int posix_memalign(void **out, size_t alignment, size_t size) {
    void *memory = refused(__builtin_return_address(0)) ? NULL : __libc_memalign(alignment, size);
    if (memory != NULL) *out = memory;
    return memory != NULL ? 0 : ENOMEM;
}
