/* SPDX-License-Identifier: MIT */
/**
 * The program with memory that runs out. It is linked from the program's own objects with -Wl,--wrap, so that each request for memory in src/
 * comes through here; those inside the C library and other shared libraries do not. Three variables of the environment say what happens:
 *
 *   SHORTAGE=KIND/N/once    request N of this kind, from 1, is refused; KIND/N/ever: that one and each after it
 *   SHORTAGE_COUNT=FILE     as the program ends: a line for each kind, in the order of `kinds`, of how many requests there were, how many came by
 *                           a new way (no other had the same calls behind it, WAY_DEPTH of them), and of each such its number and a word
 *                           for its way, N:WORD, which is the same wherever the program is loaded
 *   SHORTAGE_SORT=1         qsort is one that keeps no order of what is equal: glibc's takes memory, and does so when there is none
 *
 * `ours` is malloc and its like, and what the C library takes for a call of ours (a FILE, a folder, a path). `pieces` is each piece of an
 * arena, whose own malloc serves thousands of them. `xml` is libxml2's malloc, which is ours to give; `threads` is pthread_create.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "place/arena.h"

enum { WAY_DEPTH = 8, MAX_WAYS = 1 << 14 };

typedef enum kind { OURS, PIECES, XML, THREADS, N_KINDS } kind;

static const char *const kinds[N_KINDS] = { "ours", "pieces", "xml", "threads" };
static atomic_long n_asked[N_KINDS];
static long refused_from[N_KINDS], refused_to[N_KINDS]; /* 1-based, the last is refused too; 0: none */
FILE *__real_fopen(const char *path, const char *mode);
static const char *count_file;
static bool sorts_anyhow;
static _Thread_local bool for_xml;

static struct {
    uint64_t hashes[2 * MAX_WAYS]; /* by hash, 0: free */
    long requests[MAX_WAYS];       /* the first of each */
    uint64_t words[MAX_WAYS];
    size_t n;
} ways[N_KINDS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* A command acts in a child, which is the first to end and has made all requests. */
static void tell_counts(void) {
    if (access(count_file, F_OK) == 0) return;
    FILE *file = __real_fopen(count_file, "w");
    if (file == NULL) _exit(99);
    for (int k = 0; k < N_KINDS; k++) {
        fprintf(file, "%ld %zu", atomic_load(&n_asked[k]), ways[k].n);
        for (size_t w = 0; w < ways[k].n; w++) fprintf(file, " %ld:%016" PRIx64, ways[k].requests[w], ways[k].words[w]);
        fprintf(file, "\n");
    }
    if (fclose(file) != 0) _exit(99);
}

/* Registered first, so called last: what then takes memory is what measures the tests, which notes what was reached. */
static void refuse_no_more(void) {
    for (int k = 0; k < N_KINDS; k++) refused_from[k] = 0;
}

/* Where a call is in what was loaded: the same in each process. */
static uint64_t place_of(void *call) {
    Dl_info in;
    return dladdr(call, &in) != 0 ? (uint64_t)((uintptr_t)call - (uintptr_t)in.dli_fbase) : 0;
}

/* Request i goes to the ways if none before it came from where it comes from. */
static void note_way(kind of, long i) {
    void *calls[WAY_DEPTH];
    uint64_t hash = 14695981039346656037u;
    int n = backtrace(calls, WAY_DEPTH);
    for (int c = 0; c < n; c++) hash = (hash ^ place_of(calls[c])) * 1099511628211u;
    if (hash == 0) hash = 1;
    pthread_mutex_lock(&lock);
    size_t at = (hash >> 20) % (2 * MAX_WAYS);
    while (ways[of].hashes[at] != 0 && ways[of].hashes[at] != hash) at = (at + 1) % (2 * MAX_WAYS);
    if (ways[of].hashes[at] == 0 && ways[of].n < MAX_WAYS) {
        ways[of].hashes[at] = hash;
        ways[of].words[ways[of].n] = hash;
        ways[of].requests[ways[of].n++] = i;
    }
    pthread_mutex_unlock(&lock);
}

__attribute__((constructor)) static void start(void) {
    const char *shortage = getenv("SHORTAGE"), *sort = getenv("SHORTAGE_SORT");
    char which[20], how[20];
    long n;
    sorts_anyhow = sort != NULL;
    count_file = getenv("SHORTAGE_COUNT");
    if (atexit(refuse_no_more) != 0 || (count_file != NULL && atexit(tell_counts) != 0)) _exit(99);
    if (shortage == NULL) return;
    if (sscanf(shortage, "%19[a-z]/%ld/%19s", which, &n, how) != 3) _exit(99);
    for (int k = 0; k < N_KINDS; k++)
        if (strcmp(which, kinds[k]) == 0) refused_from[k] = n, refused_to[k] = strcmp(how, "ever") == 0 ? LONG_MAX : n;
}

static bool refused(kind of) {
    long n = atomic_fetch_add(&n_asked[of], 1) + 1;
    if (count_file != NULL) note_way(of, n);
    bool refuse = refused_from[of] > 0 && n >= refused_from[of] && n <= refused_to[of];
    if (refuse) errno = of == THREADS ? EAGAIN : ENOMEM;
    return refuse;
}

static bool malloc_refused(void) { return refused(for_xml ? XML : OURS); }

/* The linker sends f to __wrap_f, and __real_f to f. */
#define WRAP(type, name, parameters, arguments, none, refused)                                                                                       \
    type __real_##name parameters;                                                                                                                   \
    type __wrap_##name parameters;                                                                                                                   \
    type __wrap_##name parameters { return refused ? none : __real_##name arguments; }

WRAP(void *, malloc, (size_t size), (size), NULL, malloc_refused())
WRAP(void *, calloc, (size_t n, size_t size), (n, size), NULL, malloc_refused())
WRAP(void *, realloc, (void *old, size_t size), (old, size), NULL, malloc_refused())
WRAP(void *, aligned_alloc, (size_t alignment, size_t size), (alignment, size), NULL, malloc_refused())
WRAP(char *, strdup, (const char *text), (text), NULL, malloc_refused())
WRAP(char *, strndup, (const char *text, size_t n), (text, n), NULL, malloc_refused())
WRAP(char *, realpath, (const char *path, char *out), (path, out), NULL, out == NULL && malloc_refused())
WRAP(FILE *, fopen, (const char *path, const char *mode), (path, mode), NULL, malloc_refused())
WRAP(FILE *, fdopen, (int file, const char *mode), (file, mode), NULL, malloc_refused())
WRAP(DIR *, opendir, (const char *path), (path), NULL, malloc_refused())
WRAP(void *, place_arena_array, (place_arena *arena, size_t n, size_t size), (arena, n, size), NULL, refused(PIECES))
WRAP(char *, place_arena_text, (place_arena *arena, const char *text), (arena, text), NULL, refused(PIECES))
WRAP(int, pthread_create, (pthread_t *out, const pthread_attr_t *attributes, void *(*act)(void *), void *self), (out, attributes, act, self), EAGAIN,
     refused(THREADS))

#define WRAP_XML(type, name, parameters, arguments)                                                                                                  \
    type __real_##name parameters;                                                                                                                   \
    type __wrap_##name parameters;                                                                                                                   \
    type __wrap_##name parameters {                                                                                                                  \
        for_xml = true;                                                                                                                              \
        type got = __real_##name arguments;                                                                                                          \
        for_xml = false;                                                                                                                             \
        return got;                                                                                                                                  \
    }

WRAP_XML(void *, place_memory_get, (size_t size), (size))
WRAP_XML(void *, place_memory_resize, (void *old, size_t size), (old, size))
WRAP_XML(char *, place_memory_copy, (const char *text), (text))

/* Heapsort: no memory, and equals end up in another order than they came. */
typedef int comparison(const void *, const void *);

static void swap(char *a, char *b, size_t size) {
    for (size_t i = 0; i < size; i++) {
        char byte = a[i];
        a[i] = b[i];
        b[i] = byte;
    }
}

static void sink(char *list, size_t from, size_t n, size_t size, comparison *compare) {
    for (size_t child; (child = 2 * from + 1) < n; from = child) {
        if (child + 1 < n && compare(list + child * size, list + (child + 1) * size) < 0) child++;
        if (compare(list + from * size, list + child * size) >= 0) return;
        swap(list + from * size, list + child * size, size);
    }
}

void __real_qsort(void *list, size_t n, size_t size, comparison *compare);
void __wrap_qsort(void *list, size_t n, size_t size, comparison *compare);
void __wrap_qsort(void *list, size_t n, size_t size, comparison *compare) {
    if (!sorts_anyhow) {
        __real_qsort(list, n, size, compare);
        return;
    }
    for (size_t i = n / 2; i-- > 0;) sink(list, i, n, size, compare);
    for (size_t end = n; end-- > 1;) {
        swap(list, (char *)list + end * size, size);
        sink(list, 0, end, size, compare);
    }
}
