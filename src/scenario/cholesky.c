/* SPDX-License-Identifier: MIT */
/*
 * Cholesky, row by row. A correlation matrix that is singular to nine digits is refused with those that are not
 * positive: two numbers that move as one should be one number.
 */
#include "cholesky.h"

#include <math.h>

bool place_cholesky(const double *matrix, size_t n, double *out) {
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            double sum = matrix[i * n + j];
            for (size_t k = 0; k < j && j <= i; k++) sum -= out[i * n + k] * out[j * n + k];
            if (j > i) out[i * n + j] = 0;
            else if (j < i) out[i * n + j] = sum / out[j * n + j];
            else if (!(sum > 1e-9)) return false;
            else out[i * n + i] = sqrt(sum);
        }
    return true;
}
