/* SPDX-License-Identifier: MIT */
/*
 * Services with a caseload: what they take from the new plans of a step, and what comes back. Expected numbers within a replication: a
 * Poisson number of plans, each averted with the same chance and independently, is Poisson again with a smaller mean.
 */
#ifndef PLACE_MODEL_CASELOAD_H
#define PLACE_MODEL_CASELOAD_H

#include "changes.h"
#include "rates.h"

typedef struct place_caseloads place_caseloads;

/** @param changes, rates  borrowed; what it does is done to the means of joiners in `rates`. @return NULL when memory is out */
place_caseloads *place_caseloads_create(place_arena *arena, const place_plan *plan, const place_changes *changes, place_rates *rates);

/** A replication begins. */
void place_caseloads_take(place_caseloads *caseloads);

/** Before rates are made: the means of joiners are again as no service had been there. */
void place_caseloads_restore(place_caseloads *caseloads);

/**
 * After rates are made, in each step.
 * @param handled, averted, deferred  [n_interventions] out: of the step; NaN for an intervention without a caseload
 */
void place_caseloads_step(place_caseloads *caseloads, size_t step, double *handled, double *averted, double *deferred);

#endif
