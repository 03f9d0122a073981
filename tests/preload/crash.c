/* SPDX-License-Identifier: MIT */
/*
 * Preloaded into the program (LD_PRELOAD), it counts the calls of HDF5 that touch a file, and at the one that PLACE_CRASH_AT names brings about
 * what PLACE_CRASH says: abort, segv, hang, hurry (a hang whose limit of time is found in place, and shortened), memory (all that there is),
 * killed, orphan (the parent is killed and the call goes on). With PLACE_CRASH=count the number of calls goes to the file PLACE_CRASH_COUNT.
 */
#define _GNU_SOURCE /* RTLD_NEXT */
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <hdf5.h>

static long n_calls;

static void count(void) {
    const char *path = getenv("PLACE_CRASH_COUNT");
    FILE *file = path != NULL ? fopen(path, "w") : NULL;
    if (file == NULL) return;
    fprintf(file, "%ld\n", n_calls);
    fclose(file);
}

static void hang(void) {
    for (volatile long i = 0; i >= 0;) i = (i + 1) % 1000;
}

/* A limit of at most 10 s of processor time stands; the rest of the wait need not be waited for. */
static void hurry(void) {
    struct itimerval left;
    if (getitimer(ITIMER_PROF, &left) != 0 || left.it_value.tv_sec > 10 || (left.it_value.tv_sec == 0 && left.it_value.tv_usec == 0)) _exit(77);
    left.it_value.tv_sec = 0;
    left.it_value.tv_usec = 50000;
    setitimer(ITIMER_PROF, &left, NULL);
    hang();
}

/* A limit stands, at whose end malloc gives no more: HDF5 may crash then. */
static void take_memory(void) {
    const size_t n = (size_t)16 << 20;
    for (int i = 0; i < 256; i++) {
        char *piece = malloc(n);
        if (piece == NULL) abort();
        memset(piece, 1, n);
    }
    _exit(77);
}

static void call(void) {
    const char *how = getenv("PLACE_CRASH"), *at = getenv("PLACE_CRASH_AT");
    n_calls++;
    if (how == NULL) return;
    if (strcmp(how, "count") == 0) count();
    if (at == NULL || n_calls != strtol(at, NULL, 10)) return;
    if (strcmp(how, "abort") == 0) abort();
    if (strcmp(how, "segv") == 0) raise(SIGSEGV);
    if (strcmp(how, "killed") == 0) raise(SIGKILL);
    if (strcmp(how, "hang") == 0) hang();
    if (strcmp(how, "hurry") == 0) hurry();
    if (strcmp(how, "memory") == 0) take_memory();
    if (strcmp(how, "orphan") == 0) kill(getppid(), SIGKILL);
}

/* The function behind ours of the same name. */
static void *next(const char *name) {
    void *function = dlsym(RTLD_NEXT, name);
    if (function == NULL) _exit(77);
    return function;
}

#define WRAP(result, name, parameters, arguments) \
    result name parameters { \
        result(*real) parameters; \
        void *found = next(#name); \
        memcpy(&real, &found, sizeof real); \
        call(); \
        return real arguments; \
    }

WRAP(hid_t, H5Fopen, (const char *path, unsigned flags, hid_t access), (path, flags, access))
WRAP(hid_t, H5Fcreate, (const char *path, unsigned flags, hid_t creation, hid_t access), (path, flags, creation, access))
WRAP(herr_t, H5Fclose, (hid_t file), (file))
WRAP(herr_t, H5Aread, (hid_t attribute, hid_t type, void *out), (attribute, type, out))
WRAP(herr_t, H5Awrite, (hid_t attribute, hid_t type, const void *in), (attribute, type, in))
WRAP(hid_t, H5Dopen2, (hid_t at, const char *name, hid_t access), (at, name, access))
WRAP(herr_t, H5Dread, (hid_t dataset, hid_t type, hid_t memory, hid_t space, hid_t how, void *out), (dataset, type, memory, space, how, out))
WRAP(herr_t, H5Dwrite, (hid_t dataset, hid_t type, hid_t memory, hid_t space, hid_t how, const void *in), (dataset, type, memory, space, how, in))
WRAP(herr_t, H5Dread_chunk, (hid_t dataset, hid_t how, const hsize_t *at, uint32_t *filters, void *out), (dataset, how, at, filters, out))
WRAP(herr_t, H5Dwrite_chunk, (hid_t dataset, hid_t how, uint32_t filters, const hsize_t *at, size_t n, const void *in), (dataset, how, filters, at, n, in))
