/* SPDX-License-Identifier: MIT */
/** libxml2's memory. */
#ifndef PLACE_SCENARIO_MEMORY_H
#define PLACE_SCENARIO_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/** @return whether place_scenario_no_memory was told how the process ends, so that libxml2's memory is to come from the three below */
bool place_memory_is_ours(void);

/** malloc, realloc and strdup for xmlMemSetup that do not come back without memory. */
void *place_memory_get(size_t size);
void *place_memory_resize(void *old, size_t size);
char *place_memory_copy(const char *text);

#endif
