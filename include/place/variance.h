/* SPDX-License-Identifier: MIT */
/**
 * Where a spread comes from: shares of the variance of one figure over replications, by the families of randomness in a crossed
 * design, and by the inputs that are judgements in any design.
 */
#ifndef PLACE_VARIANCE_H
#define PLACE_VARIANCE_H

#include "place/error.h"
#include "place/key.h"
#include "place/summary.h"

/**
 * Analysis of variance of a crossed design: every combination of m indices of each of the four families, one replication each.
 * Families are random effects. With MS_S the mean square of a set S of families and c_S the replications that one cell of S is the
 * mean of, E[MS_S] is the sum over all T that hold S of c_T var_T, so that
 *     c_S var_S = sum over all T that hold S of (-1)^(|T| - |S|) MS_T
 * (Searle, Casella and McCulloch, Variance Components, 1992, chapter 4: balanced data). An estimate below 0 counts as 0.
 * Errors are jackknives that leave out one index of one family at a time, their variances added up over families.
 * @param values  [m^4] in the order of replications: inputs slowest, chance fastest
 * @param m       PLACE_LEAST_LEVELS or more (asserted)
 * @param out     shares of the families in the order of place_family, then of what comes of two or more together; they sum to 1,
 *                and are NaN when there is no spread
 * @return PLACE_SYSTEM when memory is out
 */
place_status place_variance_crossed(place_chance out[PLACE_N_SOURCES], const double *values, size_t m, place_error *err);

/** Fewest indices of a family: with fewer, leaving one out leaves nothing to compare. */
#define PLACE_LEAST_LEVELS 4

/** Inputs of a linear regression, made ready for any number of figures, one after the other. */
typedef struct place_regression place_regression;

/**
 * @param inputs  [n_inputs][n] values drawn, borrowed during the call. Inputs that are constant or follow from others are left out.
 */
place_status place_regression_create(place_regression **out, const double *const *inputs, size_t n_inputs, size_t n, place_error *err);
void place_regression_free(place_regression *regression); /**< NULL is allowed */

/**
 * Share of a figure's variance that the inputs explain linearly: R squared adjusted for their number p,
 *     1 - (1 - R^2) (n - 1) / (n - p - 1)
 * (Ezekiel, Methods of Correlation Analysis, 1930), not below 0. What they cause in other than straight lines is not in it.
 * Its error is a jackknife of twenty groups of replications.
 * @param values  [n]; NaN shares when they do not vary, or when n is below place_regression_least
 */
place_chance place_regression_share(place_regression *regression, const double *values);

/** Replications that a regression on so many inputs wants: ten for each, and never fewer than 200. */
int64_t place_regression_least(size_t n_inputs);

#endif
