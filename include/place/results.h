/* SPDX-License-Identifier: MIT */
/** Results in memory: a run's values as arrays, for tests, for `explain`, and for whoever links the library. */
#ifndef PLACE_RESULTS_H
#define PLACE_RESULTS_H

#include "place/run.h"

typedef struct place_results place_results;

/** Run a plan and keep all of its values. @param options may be NULL */
place_status place_results_run(place_results **out, const place_plan *plan, const place_run_options *options, place_error *err);
void place_results_free(place_results *results); /**< NULL is allowed */

int64_t place_results_replications(const place_results *results);
/** Cells of a variable: product of its axes' lengths, outermost first; 0 when it is not kept. */
size_t place_results_cells(const place_results *results, place_variable_id variable);
/** One value. Missing: NaN. */
double place_results_value(const place_results *results, place_variable_id variable, size_t cell, int64_t replication);

#endif
