/* SPDX-License-Identifier: MIT */
/*
 * Changes at work: how strongly each holds in a step, and what becomes of a value on which a list of them acts.
 */
#ifndef PLACE_MODEL_CHANGES_H
#define PLACE_MODEL_CHANGES_H

#include "draws.h"
#include "place/arena.h"
#include "place/plan.h"

typedef struct place_changes {
    const place_plan *plan;
    const place_draws *draws;
    double *strength;             /**< [n_changes] in this step                                            */
    double *measured;             /**< [n_changes] with which the scenario's numbers were measured; 0: none */
    double *value;                /**< [n_changes] as drawn                                                */
    int32_t *starts, *ends;       /**< [n_interventions] in this replication                               */
    bool acts[PLACE_N_CHANGED];   /**< some change acts on the table                                       */
    bool moved[PLACE_N_CHANGED];  /**< of those, in this step otherwise than when its rates were last made */
    bool begins;                  /**< a replication does: nothing is known of the last strengths          */
} place_changes;

/** How an intervention runs on the days from `from` up to `to`: shares of them, so that an amount is before x measured + ramp x now +
 *  (runs - ramp) x measured, `measured` being 0 for one that base rates do not hold. */
typedef struct place_running {
    double before, runs, ramp; /**< not started yet; started and not ended; mean of the ramp */
} place_running;

/** @return NULL when memory is out; for a plan without changes one that does nothing */
place_changes *place_changes_create(place_arena *arena, const place_plan *plan);

/** A replication begins; `draws` (borrowed) have been taken. */
void place_changes_take(place_changes *changes, const place_draws *draws);

/** The strengths of a step, and which tables they move. @return whether they move any */
bool place_changes_step(place_changes *changes, size_t step);

/**
 * What a list of changes makes of a value.
 * @param list    index of a list of the plan
 * @param column  PLACE_COLUMN_... of a row of diversion; else either
 * @param most    largest value allowed; the smallest is 0
 * @param n_held  counts the values that were held at a bound
 */
double place_changes_apply(const place_changes *changes, int32_t list, unsigned column, double x, double most, int64_t *n_held);

/** Parts of the days that an intervention has and has not run, in the replication now under way. */
place_running place_changes_running(const place_changes *changes, size_t intervention, int32_t from, int32_t to);
/** Mean over those days of a quantity that is `measured` before the intervention starts, `now` at its full strength, and 0 when it has ended. */
double place_running_mean(const place_running *running, bool is_measured, double measured, double now);
/** reach / reach_of as drawn, 0 .. 1; and a dose as a share of the full one. */
double place_changes_reach(const place_changes *changes, size_t intervention);
double place_changes_dose(const place_changes *changes, size_t intervention, const place_number *dose);

/** The largest that a list of changes, each at its mean and at any strength, may make of a value: for bounds, not for answers. */
double place_changes_most(const place_plan *plan, int32_t list, double x);

#endif
