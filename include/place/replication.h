/* SPDX-License-Identifier: MIT */
/**
 * One replication: every step of a plan, with the randomness of four indices, counted into one record.
 * A replication object is the scratch of one thread: sized once for a plan, then reused without allocating.
 */
#ifndef PLACE_REPLICATION_H
#define PLACE_REPLICATION_H

#include "place/catalogue.h"
#include "place/error.h"
#include "place/plan.h"
#include "place/trace.h"

typedef struct place_replication place_replication;

/** @return scratch for replications of this plan and layout (both borrowed for its life), or NULL when memory is out */
place_replication *place_replication_create(const place_plan *plan, const place_layout *layout);
void place_replication_free(place_replication *replication); /**< NULL is allowed */

/**
 * Run one replication.
 * @param indices  [4] of the families inputs, years, delivery, chance
 * @param record   layout->record_size bytes, 64-byte aligned; overwritten whole
 * @return PLACE_OK, or PLACE_BAD_INPUT when the scenario grows past the layout's pupil limit
 */
place_status place_replication_run(place_replication *replication, const int64_t indices[4], void *record, place_error *err);

/** Check every count of the state against a full recount (conservation C1 to C4). Tests call it through `verify`: when set, after each step. */
void place_replication_set_verify(place_replication *replication, bool verify);

/** Tell a listener of every event of the replications that follow; NULL: nobody, as at first. Results are the same. */
void place_replication_set_trace(place_replication *replication, place_trace_listener *listener, void *self);

#endif
