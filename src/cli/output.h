/* SPDX-License-Identifier: MIT */
/** What every command says to the person on standard error, and how a scenario or a run file becomes a plan. */
#ifndef PLACE_CLI_OUTPUT_H
#define PLACE_CLI_OUTPUT_H

#include "options.h"
#include "place/error.h"
#include "place/plan.h"

/** "FILE:LINE: SENTENCE", without what is not known; "placesim: SENTENCE" when no file is. */
void place_output_error(const place_error *err);

/** All errors, then all warnings; and how many there are beyond those that are kept. */
void place_output_errors(const place_errors *errors);

/** A value that --set or --seed changes, as place_scenario_options.on_set. @param self  bool: say nothing; may be NULL */
void place_output_change(void *self, const char *file, long line, const char *xpath, const char *old_value, const char *new_value);

/** The exit code of a status. */
int place_output_code(place_status status);

/** Digits in groups of three: 1,234,567. @return out */
const char *place_output_count(int64_t n, char out[32]);

/** A sentence on standard error, as place_runfile_options.on_note. @param self  place_options: nothing is said if they are quiet */
void place_output_note(void *self, const char *sentence);

/** That threads are missing, said once, as place_run_options.on_threads. @param self  not used */
void place_output_threads(void *self, int64_t n_had, int64_t n_wanted);

/** Words as a shell takes them for just these, with a space before each but the first. @return false when they did not all fit */
bool place_output_quoted(char *out, size_t room, const char *const *words, size_t n);

/**
 * A plan from a scenario, or from the scenario in a run file, told apart by the file's first bytes. Overrides (--set, --seed)
 * are applied, and each is said on standard error unless options->quiet. Errors and warnings are said too.
 * @param err  stays empty after bad input, all of which has been said
 */
place_status place_output_load(place_plan **out, const char *path, const place_options *options, place_error *err);

#endif
