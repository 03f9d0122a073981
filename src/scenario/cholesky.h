/* SPDX-License-Identifier: MIT */
/** The Cholesky factor of a small symmetric matrix. */
#ifndef PLACE_SCENARIO_CHOLESKY_H
#define PLACE_SCENARIO_CHOLESKY_H

#include <stdbool.h>
#include <stddef.h>

/**
 * @param matrix  [n][n] symmetric, unit diagonal
 * @param out     [n][n] lower triangle L with L L' = matrix, zeros above it; untouched above n * n
 * @return false when the matrix is not positive definite (a pivot below 1e-9)
 */
bool place_cholesky(const double *matrix, size_t n, double *out);

#endif
