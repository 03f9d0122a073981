/* SPDX-License-Identifier: MIT */
/*
 * libxml2 does not always look whether it was given memory: its XPath and its schemas then crash, or go on with less than was there. Who may
 * end the process can say how, and does so before libxml2 sees that there is none. Without that, libxml2 keeps the C library's functions,
 * for it may be its caller's too.
 */
#include "memory.h"

#include <stdlib.h>
#include <string.h>

#include "place/scenario.h"

static void (*end)(size_t n_bytes);

void place_scenario_no_memory(void (*end_process)(size_t n_bytes)) { end = end_process; }

bool place_memory_is_ours(void) { return end != NULL; }

void *place_memory_get(size_t size) {
    void *memory = malloc(size);
    if (memory == NULL && size > 0) end(size);
    return memory;
}

void *place_memory_resize(void *old, size_t size) {
    void *memory = realloc(old, size);
    if (memory == NULL && size > 0) end(size);
    return memory;
}

char *place_memory_copy(const char *text) {
    size_t size = strlen(text) + 1;
    return memcpy(place_memory_get(size), text, size);
}
