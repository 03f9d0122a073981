/* SPDX-License-Identifier: MIT */
/**
 * An arena: memory that is taken piece by piece and given back all at once.
 * A plan lives in one arena; so does a replication's scratch, which is sized once and then reused.
 */
#ifndef PLACE_ARENA_H
#define PLACE_ARENA_H

#include <stddef.h>

typedef struct place_arena place_arena;

/** @return a new empty arena, or NULL when memory is out */
place_arena *place_arena_create(void);

/** Frees the arena and all that was taken from it; NULL is allowed. */
void place_arena_free(place_arena *arena);

/** @return `n` zeroed items of `size` bytes, aligned to 64 bytes (fewer than 64 bytes in all: to 16), owned by the arena; NULL when
 *  memory is out or n * size overflows.
 *  n = 0 gives a valid pointer to no items. */
void *place_arena_array(place_arena *arena, size_t n, size_t size);

/** @return a copy of `text` that lives in the arena; NULL when memory is out */
char *place_arena_text(place_arena *arena, const char *text);

/** Bytes handed out since creation or the last reset. */
size_t place_arena_bytes(const place_arena *arena);

/** Blocks are kept, contents are gone. */
void place_arena_reset(place_arena *arena);

#endif
