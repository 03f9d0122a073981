/* SPDX-License-Identifier: MIT */
/**
 * Scenarios: XML in, a plan out. All that is wrong with a file is reported in one reading, each as file, line and sentence.
 * Order: read bytes, guard, parse, resolve `extends`, apply overrides, validate against the schema, check meaning, build.
 */
#ifndef PLACE_SCENARIO_H
#define PLACE_SCENARIO_H

#include <stddef.h>

#include "place/error.h"
#include "place/plan.h"

typedef struct place_scenario_options {
    const char *const *sets; /**< [n_sets] "XPATH=VALUE", applied in order */
    size_t n_sets;
    const char *seed; /**< digits that replace the scenario's seed, also where it states none; NULL: its own */
    /** Told of each value that an override changes; may be NULL. */
    void (*on_set)(void *self, const char *file, long line, const char *xpath, const char *old_value, const char *new_value);
    void *self;
} place_scenario_options;

/**
 * Read a scenario file and what it extends, and build its plan.
 * @param out      untouched on failure; the caller frees the plan
 * @param options  may be NULL
 * @param errors   all errors and warnings found; zero-initialised by the caller
 * @return PLACE_OK, PLACE_BAD_INPUT, or PLACE_SYSTEM when a file cannot be read or memory is out
 */
place_status place_scenario_load(place_plan **out, const char *path, const place_scenario_options *options, place_errors *errors);

/** The same from `size` bytes in memory (a resolved scenario out of a run file); `name` stands in messages. Files beside it are not read. */
place_status place_scenario_load_text(place_plan **out, const char *text, size_t size, const char *name,
                                      const place_scenario_options *options, place_errors *errors);

/**
 * Say how the process ends when libxml2 is refused memory: without this, libxml2 itself may crash (its XPath does). Once, before the first
 * scenario is read, by a program that uses libxml2 for nothing else.
 * @param end_process  is told how many bytes were wanted, and does not return. What was being read is all that is lost.
 */
void place_scenario_no_memory(void (*end_process)(size_t n_bytes));

/** The nearest of n known words within two edits, or NULL: for "did you mean". */
const char *place_nearest_word(const char *word, const char *const *known, size_t n);

/** Name and version of the XML library of this build. */
const char *place_scenario_libraries(void);

#endif
