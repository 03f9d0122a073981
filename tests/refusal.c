/* SPDX-License-Identifier: MIT */
#include "refusal.h"

#include <execinfo.h>
#include <hdf5.h>
#include <hdf5_hl.h>
#include <libdeflate.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdint.h>
#include <string.h>

#define MAX_DEPTH 64
#define MAX_PLACES 4000

static enum { RESTING, LEARNING, REFUSING } mood;

static struct {
    const char *name;
    uint64_t chain;
    long n_calls;
} places[MAX_PLACES];

static size_t n_places;
static int depth, n_callers; /* of the test's own function: it and its callers tell no places apart; how many do */
static struct {
    size_t place;
    long nth, n_calls;
} wanted;

/* The return addresses from this one on; before it there may be a frame of a sanitizer's, whose backtrace() is one of its own. */
static int frames_from(const void *first, void *frames[MAX_DEPTH]) {
    int n = backtrace(frames, MAX_DEPTH), n_before = 0;
    while (n_before < n && frames[n_before] != first) n_before++;
    memmove(frames, frames + n_before, (size_t)(n - n_before) * sizeof frames[0]);
    return n - n_before;
}

/* A word for who calls: the return addresses. */
__attribute__((noinline)) static uint64_t chain_of(const char *name) {
    void *frames[MAX_DEPTH];
    int n = frames_from(__builtin_return_address(0), frames) - depth;
    if (n > 2 + n_callers) n = 2 + n_callers;
    uint64_t word = (uint64_t)(uintptr_t)name;
    for (int i = 2; i < n; i++) word = (word ^ (uint64_t)(uintptr_t)frames[i]) * 1099511628211u; /* is_refused and the wrapper are first */
    return word;
}

__attribute__((noinline)) static bool is_refused(const char *name) {
    if (mood == RESTING || (mood == REFUSING && strcmp(name, places[wanted.place].name) != 0)) return false;
    const uint64_t chain = chain_of(name);
    if (mood == REFUSING) return chain == places[wanted.place].chain && ++wanted.n_calls == wanted.nth;
    size_t p = 0;
    while (p < n_places && places[p].chain != chain) p++;
    if (p == MAX_PLACES) return false;
    if (p == n_places) {
        places[n_places].name = name;
        places[n_places].chain = chain;
        places[n_places++].n_calls = 0;
    }
    places[p].n_calls++;
    return false;
}

__attribute__((noinline)) void refusal_learn(int callers) {
    void *frames[MAX_DEPTH];
    n_callers = callers;
    depth = frames_from(__builtin_return_address(0), frames);
    n_places = 0;
    mood = LEARNING;
}

size_t refusal_places(void) {
    return n_places;
}
long refusal_calls(size_t place) {
    return places[place].n_calls;
}
const char *refusal_name(size_t place) {
    return places[place].name;
}

void refusal_of(size_t place, long nth) {
    wanted.place = place;
    wanted.nth = nth;
    wanted.n_calls = 0;
    mood = REFUSING;
}

bool refusal_end(void) {
    mood = RESTING;
    return wanted.n_calls >= wanted.nth;
}

/* HDF5 numbers the handles of a kind one after the other, and says of each whether it is one; it counts those alone that have to do with a file. */
long refusal_left_open(void) {
    static hid_t last[3];
    const hid_t now[3] = { H5Screate(H5S_SCALAR), H5Pcreate(H5P_DATASET_CREATE), H5Tcopy(H5T_NATIVE_INT) };
    long n = (long)H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_FILE | H5F_OBJ_DATASET | H5F_OBJ_GROUP | H5F_OBJ_ATTR);
    for (int k = 0; k < 3; k++) {
        for (hid_t id = last[k] + 1; last[k] != 0 && id < now[k]; id++) n += H5Iis_valid(id) > 0;
        last[k] = now[k];
    }
    H5Sclose(now[0]);
    H5Pclose(now[1]);
    H5Tclose(now[2]);
    return n;
}

/* What closes, closes all the same: as with close(), only what it says is bad. */
#define WRAP(type, name, parameters, arguments, failed) \
    type __real_##name parameters; \
    type __wrap_##name parameters; \
    type __wrap_##name parameters { \
        if (!is_refused(#name)) return __real_##name arguments; \
        if (strcmp(#name, "H5Fclose") == 0) __real_##name arguments; \
        return failed; \
    }
REFUSABLE(WRAP)
