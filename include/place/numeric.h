/* SPDX-License-Identifier: MIT */
/**
 * Elementary functions with the same bits on every x86-64 and every C library: only + - * / and sqrt, compiled with
 * -ffp-contract=off. The C library's exp and log differ between processors in about one argument in ten thousand, and a
 * draw that turns on such a bit would make a run irreproducible; so nothing that decides an integer may call <math.h>
 * beyond sqrt, fabs, floor, ceil, ldexp, frexp and isfinite. Errors stated are relative, in units in the last place.
 */
#ifndef PLACE_NUMERIC_H
#define PLACE_NUMERIC_H

double place_exp(double x);            /**< e^x, error under 2 ulp; 0 below -745, infinity above 709.78                   */
double place_expm1(double x);          /**< e^x - 1, relative error under 1e-15 near 0 too                                */
double place_log(double x);            /**< natural logarithm, x > 0, error under 2 ulp                                   */
double place_log1p(double x);          /**< log(1 + x), x > -1, relative error under 1e-15 near 0 too                     */
double place_pow(double x, double y);  /**< x^y for x >= 0                                                                */
double place_sin(double x);            /**< sine for |x| <= pi, absolute error under 1e-15                                */
double place_log_gamma(double x);      /**< log Gamma(x), x > 0, relative or absolute error under 1e-13                   */
double place_normal_cdf(double z);     /**< standard normal distribution function, relative error under 1e-12 in the tails */
double place_normal_quantile(double p);/**< its inverse, 0 < p < 1, relative error under 1e-13                            */
double place_beta_cdf(double x, double a, double b);       /**< regularised incomplete beta I_x(a, b)                     */
double place_beta_quantile(double p, double a, double b);
double place_gamma_cdf(double x, double shape);            /**< regularised lower incomplete gamma P(shape, x), scale 1   */
double place_gamma_quantile(double p, double shape);

#endif
