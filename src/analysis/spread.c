/* SPDX-License-Identifier: MIT */
/*
 * Spreads and chances. Percentiles are order statistics, so that a percentile of whole pupils is a whole number of pupils and
 * "never" (infinity) may be one; the mean is of finite values alone.
 */
#include <math.h>
#include <stdlib.h>

#include "place/summary.h"

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double place_spread_quantile(const double *sorted, size_t n, double p) {
    if (n == 0) return NAN;
    double rank = ceil(p * (double)n - 1e-9); /* 0.9 * 10 is 9, whatever its last bit says */
    size_t i = rank < 1 ? 0 : (size_t)rank - 1;
    return sorted[i < n ? i : n - 1];
}

place_spread place_spread_of(const double *values, size_t n, double *sorted) {
    place_spread s = { .mean = NAN, .error = NAN, .sd = NAN, .p10 = NAN, .p50 = NAN, .p90 = NAN };
    size_t n_values = 0, n_finite = 0;
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(values[i])) continue;
        sorted[n_values++] = values[i];
        if (!isfinite(values[i])) continue;
        sum += values[i];
        n_finite++;
    }
    s.n = (int64_t)n_values;
    if (n_values == 0) return s;
    qsort(sorted, n_values, sizeof *sorted, by_value);
    s.p10 = place_spread_quantile(sorted, n_values, 0.1);
    s.p50 = place_spread_quantile(sorted, n_values, 0.5);
    s.p90 = place_spread_quantile(sorted, n_values, 0.9);
    if (n_finite == 0) return s;
    s.mean = sum / (double)n_finite;
    if (n_finite == 1) return s;
    for (size_t i = 0; i < n_values; i++)
        if (isfinite(sorted[i])) squares += (sorted[i] - s.mean) * (sorted[i] - s.mean);
    s.sd = sqrt(squares / (double)(n_finite - 1));
    s.error = s.sd / sqrt((double)n_finite);
    return s;
}

place_chance place_chance_of(size_t n_held, size_t n) {
    if (n == 0) return (place_chance){ NAN, NAN };
    double p = (double)n_held / (double)n;
    return (place_chance){ p, sqrt(p * (1 - p) / (double)n) };
}
