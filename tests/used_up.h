/* SPDX-License-Identifier: MIT */
/** An arena that gets no more memory, without malloc having to fail: what it has already is all there will be. */
#ifndef PLACE_TESTS_USED_UP_H
#define PLACE_TESTS_USED_UP_H

#include <stdint.h>

#include "place/arena.h"

/** struct place_arena, as arena.c has it: a next block that is larger than any object may be is never added. */
typedef struct used_up_arena {
    void *first, *current;
    size_t next_capacity, n_bytes;
} used_up_arena;

/** @param before  bytes taken first; the rest of their block is still to be had */
static inline place_arena *arena_used_up(size_t before) {
    place_arena *arena = place_arena_create();
    if (before > 0) place_arena_array(arena, before, 1);
    ((used_up_arena *)(void *)arena)->next_capacity = SIZE_MAX;
    return arena;
}

#endif
