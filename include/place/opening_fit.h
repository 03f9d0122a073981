/* SPDX-License-Identifier: MIT */
/**
 * The opening stock from its margins: iterative proportional fitting, and rounding to whole pupils. Arrays in, arrays
 * out.
 * A cell belongs to one group of each margin. Cells that cannot hold anybody (a site that does not teach the year)
 * are not listed, so they stay empty.
 */
#ifndef PLACE_OPENING_FIT_H
#define PLACE_OPENING_FIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "place/arena.h"
#include "place/status.h"

#define PLACE_FIT_MARGINS 4

typedef struct place_fit {
    size_t n_cells, n_margins;               /**< at least 1 margin; all totals of a margin sum to the same */
    const double *weight;                    /**< [n_cells] shape, above 0                                  */
    const int32_t *group[PLACE_FIT_MARGINS]; /**< [n_cells] group of each cell                              */
    size_t n_groups[PLACE_FIT_MARGINS];
    const double *total[PLACE_FIT_MARGINS]; /**< [n_groups] 0 or more; those of margin 0 whole             */
} place_fit;

/** Which margin could not be met. */
typedef struct place_fit_failure {
    size_t margin, group;
    double wanted, reached;
} place_fit_failure;

/**
 * Scale the weights until every margin is met within 1e-10 of the grand total.
 * @param cells    out [n_cells]
 * @param sums     working memory, as many as the largest margin has groups
 * @param failure  set when the answer is false: the worst of the margins that cannot be met
 */
bool place_opening_fit(const place_fit *fit, double *cells, double *sums, place_fit_failure *failure);

/**
 * Whole pupils: margin 0 exactly, each cell rounded down or up, and the other margins within 1 of the fitted ones where
 * swaps inside a group of margin 0 can bring them there. Deterministic.
 * @param counts   out [n_cells]
 * @param scratch  working memory is taken from it
 * @param worst    out: the largest difference left in a margin other than 0; may be NULL
 * @return PLACE_SYSTEM when memory is out
 */
place_status place_opening_round(const place_fit *fit, const double *cells, int32_t *counts, place_arena *scratch,
                                 double *worst);

#endif
