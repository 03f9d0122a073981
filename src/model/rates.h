/* SPDX-License-Identifier: MIT */
/*
 * Rates: the scenario's tables turned into what a step uses, for one replication and year. Probabilities become hazards,
 * h = -log(1 - p), because a hazard times a season's weight is the season's share of the year, and because pupils laid on a line in
 * proportion to their hazards are hit by the points of one Poisson process with exactly their probabilities.
 */
#ifndef PLACE_MODEL_RATES_H
#define PLACE_MODEL_RATES_H

#include "changes.h"
#include "draws.h"
#include "place/arena.h"
#include "place/plan.h"

typedef struct place_rates {
    const place_plan *plan;
    const place_changes *changes;
    size_t n_rows, n_targets; /**< rows are (area, need, ncy), as in the state */
    /* Annual hazards, [row][target], and the largest of each row. */
    double *leave, *leave_max;
    double *ceased_share;     /**< of those who leave: the plan ceases; the others transfer out */
    double *year_end, *year_end_max;
    double *move, *move_max;
    double *move_to;          /**< [row][from][to] cumulative shares of those who move, at the cells that move_like names */
    int32_t *move_like;       /**< [row][from] the first of the cells before it that fall under the same rows, itself if none */
    bool *transfer_kept;      /**< [row][from] no row says what becomes of those who cross: the target is kept */
    double *join_mean;        /**< [row] new plans a year                                                 */
    double *join_none;        /**< [season][row] probability that a season brings none                    */
    double *joiner_target;    /**< [row][target] cumulative shares                                        */
    double *phase_transfer;   /**< [row][from][to], to = n_targets: ceases; cumulative; columns that cross */
    double *transfer_in;      /**< [area] expected share of stock a year                                  */
    double *september_start;  /**< [ncy][season]                                                          */
    double *give_up;          /**< [need][ncy][target] annual hazard                                      */
    double *return_;          /**< [need][ncy][target] annual hazard                                      */
    double *shares;           /**< [n_targets + 1] scratch                                                */
    bool *placed;             /**< [n_targets + 1] scratch                                                */
    int64_t n_held;           /**< composed probabilities held at a bound in this replication             */
    /* [area] Whether the rows that hold in the area are those of the first area: with equal factors its rates are copies. */
    bool *alike_leave, *alike_joiner_target, *alike_phase_transfer;
    /* What need not be made anew: nothing uncertain in it. */
    bool fixed_leave, fixed_move, fixed_join, fixed_joiner_target, fixed_phase_transfer, fixed_rest, made;
} place_rates;

/** @param changes  borrowed: their strengths are read whenever rates are made */
place_rates *place_rates_create(place_arena *arena, const place_plan *plan, const place_changes *changes);

/**
 * Make the rates of one academic year of the run. Year 0 is made first in each replication.
 * @param new_year  false: of the year made last; only what the changes of this step move
 */
void place_rates_make(place_rates *rates, const place_draws *draws, size_t year, bool new_year);

#endif
