/* SPDX-License-Identifier: MIT */
/** What the samplers and distributions need of numeric.c and special.c beyond the public functions. */
#ifndef PLACE_NUMERIC_INTERNAL_H
#define PLACE_NUMERIC_INTERNAL_H

#define PLACE_PI 0x1.921fb54442d18p+1
#define PLACE_HALF_LOG_2_PI 0x1.d67f1c864beb5p-1 /* log(2 pi) / 2 */

/** What Stirling's formula leaves out: log Gamma(z) - ((z - 1/2) log z - z + log(2 pi) / 2), z > 0; to 1e-14 */
double place_numeric_stirling(double z);

/** x log(x / m) + m - x, x >= 0, m > 0: at least 0, and accurate when x and m are close. */
double place_numeric_deviance(double x, double m);

/** Both tails of a law at once, so that neither is a difference from 1. For the beta law y is 1 - x, as exact as x. */
void place_beta_tails(double x, double y, double a, double b, double *below, double *above);
void place_gamma_tails(double x, double shape, double *below, double *above);

/** Quantiles from both tails, below + above = 1: the smaller one is the one that counts. */
double place_normal_quantile_tails(double below, double above);
double place_beta_quantile_tails(double below, double above, double a, double b);
double place_gamma_quantile_tails(double below, double above, double shape);

#endif
