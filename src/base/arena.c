/* SPDX-License-Identifier: MIT */
/*
 * The arena: a list of malloc'ed blocks, filled from the first to the last. A reset goes back to the first block and
 * keeps them all, so the same sequence of requests is met from the same blocks again and a replication allocates
 * nothing after the first. Memory is zeroed when it is handed out, not when it is given back: a block just malloc'ed
 * and one used before then look alike. Pieces start at multiples of 64 bytes, a cache line; those that are smaller
 * than one at multiples of 16, since a scenario of many rows is millions of short texts and lists.
 */
#include "place/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT ((size_t)64)
#define SMALL_ALIGNMENT ((size_t)16) /* of a piece of less than ALIGNMENT bytes */
#define FIRST_BLOCK ((size_t)1 << 16)
#define LARGEST_BLOCK ((size_t)1 << 24) /* each block is twice the one before, up to here; more on demand */

typedef struct block {
    struct block *next;
    unsigned char *start; /* aligned, inside the same malloc */
    size_t capacity;      /* multiple of ALIGNMENT, from start */
    size_t used;          /* multiple of SMALL_ALIGNMENT, at most capacity */
} block;

/* Blocks before `current` are full enough; those after it are empty. Both NULL when no block was needed yet. */
struct place_arena {
    block *first, *current;
    size_t next_capacity;
    size_t n_bytes;
};

place_arena *place_arena_create(void) {
    place_arena *arena = malloc(sizeof *arena);
    if (arena == NULL) return NULL;
    *arena = (place_arena){ .next_capacity = FIRST_BLOCK };
    return arena;
}

void place_arena_free(place_arena *arena) {
    if (arena == NULL) return;
    for (block *b = arena->first; b != NULL;) {
        block *next = b->next;
        free(b);
        b = next;
    }
    free(arena);
}

/* Puts a block of at least `n_bytes` behind the current one, before any that are left over from an earlier use. */
static block *add_block(place_arena *arena, size_t n_bytes) {
    size_t capacity = n_bytes > arena->next_capacity ? n_bytes : arena->next_capacity;
    if (capacity > PTRDIFF_MAX - sizeof(block) - ALIGNMENT) return NULL; /* no object may be larger */
    block *b = malloc(sizeof *b + ALIGNMENT + capacity);
    if (b == NULL) return NULL;
    unsigned char *after = (unsigned char *)(b + 1);
    b->start = after + (ALIGNMENT - (uintptr_t)after % ALIGNMENT) % ALIGNMENT;
    b->capacity = capacity;
    b->used = 0;
    block **link = arena->current != NULL ? &arena->current->next : &arena->first;
    b->next = *link;
    *link = b;
    if (arena->next_capacity < LARGEST_BLOCK) arena->next_capacity *= 2;
    return b;
}

static size_t round_up(size_t n_bytes, size_t alignment) {
    return (n_bytes + alignment - 1) / alignment * alignment;
}

void *place_arena_array(place_arena *arena, size_t n, size_t size) {
    if (size != 0 && n > (SIZE_MAX - ALIGNMENT) / size) return NULL;
    size_t n_bytes = n * size, alignment = n_bytes < ALIGNMENT ? SMALL_ALIGNMENT : ALIGNMENT;
    size_t taken = round_up(n_bytes, alignment);
    block *b = arena->current;
    while (b != NULL && b->capacity < round_up(b->used, alignment) + taken) b = b->next;
    if (b == NULL) b = add_block(arena, round_up(taken, ALIGNMENT));
    if (b == NULL) return NULL;
    arena->current = b;
    size_t start = round_up(b->used, alignment);
    unsigned char *piece = b->start + start;
    b->used = start + taken;
    arena->n_bytes += n_bytes;
    memset(piece, 0, n_bytes);
    return piece;
}

char *place_arena_text(place_arena *arena, const char *text) {
    size_t n_bytes = strlen(text) + 1;
    char *copy = place_arena_array(arena, n_bytes, 1);
    if (copy != NULL) memcpy(copy, text, n_bytes);
    return copy;
}

size_t place_arena_bytes(const place_arena *arena) {
    return arena->n_bytes;
}

void place_arena_reset(place_arena *arena) {
    for (block *b = arena->first; b != NULL; b = b->next) b->used = 0;
    arena->current = arena->first;
    arena->n_bytes = 0;
}
