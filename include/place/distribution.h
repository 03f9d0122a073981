/* SPDX-License-Identifier: MIT */
/**
 * Distributions: what a scenario may write wherever it may write a number.
 * A drawn value comes from one stream of its own, so the number of words it takes shifts nothing else. Truncation re-draws
 * (at most 10,000 times, then by inversion); values are never clamped.
 */
#ifndef PLACE_DISTRIBUTION_H
#define PLACE_DISTRIBUTION_H

#include <stdbool.h>
#include <stddef.h>

#include "place/error.h"
#include "place/stream.h"

typedef enum place_distribution_kind {
    PLACE_FIXED,       /**< a[0]                                                                 */
    PLACE_UNIFORM,     /**< a[0] low, a[1] high                                                  */
    PLACE_TRIANGULAR,  /**< a[0] low, a[1] mode, a[2] high                                       */
    PLACE_PERT,        /**< a[0] low, a[1] mode, a[2] high: beta scaled, mean (low + 4 mode + high) / 6 */
    PLACE_NORMAL,      /**< a[0] mean, a[1] sd                                                   */
    PLACE_LOGNORMAL,   /**< a[0] mean of the logarithm, a[1] sd of the logarithm                 */
    PLACE_LOGITNORMAL, /**< a[0] mean of the logit, a[1] sd of the logit                         */
    PLACE_BETA,        /**< a[0] alpha, a[1] beta, on 0..1                                       */
    PLACE_GAMMA,       /**< a[0] shape, a[1] scale                                               */
    PLACE_EXPONENTIAL, /**< a[0] mean                                                            */
    PLACE_DISCRETE,    /**< values[n], weights[n] that sum to 1                                  */
} place_distribution_kind;

typedef struct place_distribution {
    place_distribution_kind kind;
    double a[3];
    double low, high;      /**< truncation; -INFINITY and INFINITY when none  */
    size_t n_values;       /**< of a discrete distribution                    */
    const double *values;  /**< [n_values] borrowed, ascending                */
    const double *weights; /**< [n_values] borrowed                           */
} place_distribution;

/** The distribution that is always `value`, not truncated. */
place_distribution place_distribution_fixed(double value);

/** Whether the parameters make a distribution (finite, ordered, positive where they must be, some mass inside the truncation).
 *  @return PLACE_OK, or PLACE_BAD_INPUT with err's message set: the rule and the value found; err's file and line untouched */
place_status place_distribution_check(const place_distribution *d, place_error *err);

double place_distribution_draw(const place_distribution *d, place_stream *stream);

/** The value below which the truncated distribution lies with probability p, 0 < p < 1. Exact inverse of the distribution function. */
double place_distribution_quantile(const place_distribution *d, double p);

/** Mean of the truncated distribution: closed where one exists, else the mean of 4,095 equally spaced quantiles. */
double place_distribution_mean(const place_distribution *d);

/** Mode where the density has one peak inside its support, else the median: the "planned" value of an activity's duration.
 *  An exponential has its median, not 0: nobody plans for no time at all. */
double place_distribution_mode(const place_distribution *d);

/** Support after truncation. */
double place_distribution_low(const place_distribution *d);
double place_distribution_high(const place_distribution *d);

/** Parameters from moments, method of moments. @return false when no such distribution exists. */
bool place_lognormal_from_moments(double mean, double sd, double out[2]);
bool place_beta_from_moments(double mean, double sd, double out[2]);

#endif
