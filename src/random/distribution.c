/* SPDX-License-Identifier: MIT */
/*
 * Distributions: one switch over the kind for each thing that is asked of a law (check, tails, quantile, draw, mean,
 * mode), each written for the law before truncation; truncation is then the same few lines for all. A probability is
 * carried as the pair (below, above), so that a truncation far out in either tail keeps its digits. Discrete laws,
 * whose bounds count in, have a path of their own where that matters.
 */
#include "place/distribution.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include "numeric_internal.h"
#include "place/numeric.h"

#define MOST_REDRAWS 10000
#define N_MEAN_QUANTILES 4095
#define LEAST_MASS 1e-12   /* that a truncation may leave of a law */
#define LARGEST_VALUE 1e15 /* of a parameter in the unit of the value */
#define LEAST_WIDTH 1e-9   /* high - low, relative to the larger of them */
#define LEAST_SHAPE 1e-3   /* of a gamma or beta: below, most draws are exactly 0 or 1 */
#define LARGEST_SHAPE 1e7  /* of a gamma or beta: above, its distribution function takes too long */

place_distribution place_distribution_fixed(double value) {
    return (place_distribution){ .kind = PLACE_FIXED, .a = { value }, .low = -INFINITY, .high = INFINITY };
}

static double within(double x, double low, double high) { /* against rounding only */
    return x < low ? low : x > high ? high : x;
}

static bool is_truncated(const place_distribution *d) {
    return d->low > -INFINITY || d->high < INFINITY;
}

static double logistic(double x) {
    return 1.0 / (1.0 + place_exp(-x));
}

/* PERT is a beta on low .. high with a + b = 6 (Clark 1962). */
static double pert_alpha(const double a[3]) {
    return 1.0 + 4.0 * ((a[1] - a[0]) / (a[2] - a[0]));
}

static double pert_beta(const double a[3]) {
    return 1.0 + 4.0 * ((a[2] - a[1]) / (a[2] - a[0]));
}

/* --- check --- */

static place_status bad(place_error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

static place_status bad(place_error *err, const char *format, ...) { /* place_error_set would clear file and line */
    if (err == NULL || err->status != PLACE_OK) return PLACE_BAD_INPUT;
    va_list args;
    va_start(args, format);
    vsnprintf(err->message, sizeof err->message, format, args);
    va_end(args);
    err->status = PLACE_BAD_INPUT;
    return PLACE_BAD_INPUT;
}

static place_status check_range(const double *a, int n, place_error *err) {
    double low = a[0], high = a[n - 1];
    if (!(low < high))
        return bad(err, "low %.10g is not below high %.10g; a single value is written as a fixed number", low, high);
    if (n == 3 && !(low <= a[1] && a[1] <= high))
        return bad(err, "mode %.10g is not between low %.10g and high %.10g", a[1], low, high);
    if (high - low < LEAST_WIDTH * fmax(fabs(low), fabs(high)) || high - low < LEAST_WIDTH / LARGEST_VALUE)
        return bad(err, "low %.10g and high %.10g are too close to tell apart; write a fixed number", low, high);
    return PLACE_OK;
}

static place_status check_shape(const char *name, double value, place_error *err) {
    if (value >= LEAST_SHAPE && value <= LARGEST_SHAPE) return PLACE_OK;
    return bad(err, "%s %.10g is not between %g and %g", name, value, LEAST_SHAPE, LARGEST_SHAPE);
}

static place_status check_positive(const char *name, double value, place_error *err) {
    return value >= 1.0 / LARGEST_VALUE ? PLACE_OK : bad(err, "%s %.10g is not above 0", name, value);
}

static place_status check_log_scale(const char *name, const double *a, double largest_sd, place_error *err) {
    if (fabs(a[0]) > 50.0) return bad(err, "the mean of the %s, %.10g, is not between -50 and 50", name, a[0]);
    if (!(a[1] > 0.0 && a[1] <= largest_sd))
        return bad(err, "the standard deviation of the %s, %.10g, is not above 0 and at most %g", name, a[1],
                   largest_sd);
    return PLACE_OK;
}

static place_status check_discrete(const place_distribution *d, place_error *err) {
    if (d->n_values == 0) return bad(err, "a discrete distribution has no values; it takes at least 1");
    double sum = 0.0;
    for (size_t i = 0; i < d->n_values; i++) {
        if (!(fabs(d->values[i]) <= LARGEST_VALUE))
            return bad(err, "value %.10g is not between -%g and %g", d->values[i], LARGEST_VALUE, LARGEST_VALUE);
        if (i > 0 && !(d->values[i] > d->values[i - 1]))
            return bad(err, "value %.10g follows %.10g; values ascend", d->values[i], d->values[i - 1]);
        if (!(d->weights[i] >= 0.0 && d->weights[i] <= 1.0 + 1e-9))
            return bad(err, "the weight of value %.10g is %.10g; a weight is 0 to 1", d->values[i], d->weights[i]);
        sum += d->weights[i];
    }
    if (!(fabs(sum - 1.0) <= 1e-9)) return bad(err, "the weights sum to %.12g; they sum to 1", sum);
    return PLACE_OK;
}

static place_status check_parameters(const place_distribution *d, place_error *err) {
    /* clang-format off */
    static const int n_parameters[] = {
        [PLACE_FIXED] = 1,     [PLACE_UNIFORM] = 2,     [PLACE_TRIANGULAR] = 3, [PLACE_PERT] = 3,
        [PLACE_NORMAL] = 2,    [PLACE_LOGNORMAL] = 2,   [PLACE_LOGITNORMAL] = 2, [PLACE_BETA] = 2,
        [PLACE_GAMMA] = 2,     [PLACE_EXPONENTIAL] = 1, [PLACE_DISCRETE] = 0,
    };
    /* clang-format on */
    for (int i = 0; i < n_parameters[d->kind]; i++)
        if (!(fabs(d->a[i]) <= LARGEST_VALUE))
            return bad(err, "parameter %.10g is not between -%g and %g", d->a[i], LARGEST_VALUE, LARGEST_VALUE);
    place_status status = PLACE_OK;
    switch (d->kind) {
    case PLACE_FIXED: break;
    case PLACE_UNIFORM: status = check_range(d->a, 2, err); break;
    case PLACE_TRIANGULAR:
    case PLACE_PERT: status = check_range(d->a, 3, err); break;
    case PLACE_NORMAL: status = check_positive("standard deviation", d->a[1], err); break;
    case PLACE_LOGNORMAL: status = check_log_scale("logarithm", d->a, 10.0, err); break;
    case PLACE_LOGITNORMAL: status = check_log_scale("log-odds", d->a, 50.0, err); break;
    case PLACE_BETA:
        status = check_shape("alpha", d->a[0], err);
        if (status == PLACE_OK) status = check_shape("beta", d->a[1], err);
        break;
    case PLACE_GAMMA:
        status = check_shape("shape", d->a[0], err);
        if (status == PLACE_OK) status = check_positive("scale", d->a[1], err);
        break;
    case PLACE_EXPONENTIAL: status = check_positive("mean", d->a[0], err); break;
    case PLACE_DISCRETE: status = check_discrete(d, err); break;
    }
    return status;
}

/* --- the law before truncation --- */

static void normal_tails(double z, double *below, double *above) {
    *below = place_normal_cdf(z);
    *above = place_normal_cdf(-z);
}

/* Chances of at most x and of more than x, for the continuous kinds; x may be infinite. */
static void law_tails(const place_distribution *d, double x, double *below, double *above) {
    const double *a = d->a;
    double support_low = 0.0, support_high = INFINITY; /* of most kinds */
    if (d->kind == PLACE_NORMAL) support_low = -INFINITY;
    if (d->kind == PLACE_BETA || d->kind == PLACE_LOGITNORMAL) support_high = 1.0;
    if (d->kind == PLACE_UNIFORM || d->kind == PLACE_TRIANGULAR || d->kind == PLACE_PERT) {
        support_low = a[0];
        support_high = d->kind == PLACE_UNIFORM ? a[1] : a[2];
    }
    if (x <= support_low || x >= support_high) {
        *below = x >= support_high ? 1.0 : 0.0;
        *above = 1.0 - *below;
        return;
    }
    double width = support_high - support_low, from_low = x - support_low, to_high = support_high - x;
    switch (d->kind) {
    case PLACE_UNIFORM:
        *below = from_low / width;
        *above = to_high / width;
        return;
    case PLACE_TRIANGULAR:
        if (x <= a[1]) {
            *below = from_low / width * (from_low / (a[1] - a[0]));
            *above = 1.0 - *below;
        } else {
            *above = to_high / width * (to_high / (a[2] - a[1]));
            *below = 1.0 - *above;
        }
        return;
    case PLACE_PERT:
        place_beta_tails(from_low / width, to_high / width, pert_alpha(a), pert_beta(a), below, above);
        return;
    case PLACE_NORMAL: normal_tails((x - a[0]) / a[1], below, above); return;
    case PLACE_LOGNORMAL: normal_tails((place_log(x) - a[0]) / a[1], below, above); return;
    case PLACE_LOGITNORMAL: normal_tails((place_log(x) - place_log1p(-x) - a[0]) / a[1], below, above); return;
    case PLACE_BETA: place_beta_tails(x, 1.0 - x, a[0], a[1], below, above); return;
    case PLACE_GAMMA: place_gamma_tails(x / a[1], a[0], below, above); return;
    case PLACE_EXPONENTIAL:
        *below = -place_expm1(-x / a[0]);
        *above = place_exp(-x / a[0]);
        return;
    case PLACE_FIXED:
    case PLACE_DISCRETE: break;
    }
    assert(0 && "a law with a density");
}

static double discrete_quantile(const place_distribution *d, double p, double low, double high) {
    double sum = 0.0, inside = 0.0, value = NAN;
    for (size_t i = 0; i < d->n_values; i++)
        if (d->values[i] >= low && d->values[i] <= high) inside += d->weights[i];
    for (size_t i = 0; i < d->n_values; i++) {
        if (d->values[i] < low || d->values[i] > high || d->weights[i] == 0.0) continue;
        sum += d->weights[i];
        value = d->values[i];
        if (sum >= p * inside) break;
    }
    return value;
}

/* The value with these tails, below + above = 1 and both above 0. */
static double law_quantile(const place_distribution *d, double below, double above) {
    const double *a = d->a;
    switch (d->kind) {
    case PLACE_FIXED: return a[0];
    case PLACE_UNIFORM: {
        double width = a[1] - a[0];
        return within(below < above ? a[0] + width * below : a[1] - width * above, a[0], a[1]);
    }
    case PLACE_TRIANGULAR: {
        double width = a[2] - a[0], rise = a[1] - a[0], fall = a[2] - a[1];
        bool rises = below * width < rise;
        double x = rises ? a[0] + sqrt(below * width) * sqrt(rise) : a[2] - sqrt(above * width) * sqrt(fall);
        return within(x, a[0], a[2]);
    }
    case PLACE_PERT: {
        double share = place_beta_quantile_tails(below, above, pert_alpha(a), pert_beta(a));
        return within(a[0] + (a[2] - a[0]) * share, a[0], a[2]);
    }
    case PLACE_NORMAL: return a[0] + a[1] * place_normal_quantile_tails(below, above);
    case PLACE_LOGNORMAL: return place_exp(a[0] + a[1] * place_normal_quantile_tails(below, above));
    case PLACE_LOGITNORMAL: return logistic(a[0] + a[1] * place_normal_quantile_tails(below, above));
    case PLACE_BETA: return place_beta_quantile_tails(below, above, a[0], a[1]);
    case PLACE_GAMMA: return a[1] * place_gamma_quantile_tails(below, above, a[0]);
    case PLACE_EXPONENTIAL: return -a[0] * (below < above ? place_log1p(-below) : place_log(above));
    case PLACE_DISCRETE: return discrete_quantile(d, below, -INFINITY, INFINITY);
    }
    assert(0 && "a kind of distribution");
    return NAN;
}

static double law_draw(const place_distribution *d, place_stream *stream) {
    const double *a = d->a;
    switch (d->kind) {
    case PLACE_FIXED: return a[0];
    case PLACE_PERT: {
        double share = place_stream_beta(stream, pert_alpha(a), pert_beta(a));
        return within(a[0] + (a[2] - a[0]) * share, a[0], a[2]);
    }
    case PLACE_BETA: return place_stream_beta(stream, a[0], a[1]);
    case PLACE_GAMMA: return a[1] * place_stream_gamma(stream, a[0]);
    case PLACE_UNIFORM:
    case PLACE_TRIANGULAR:
    case PLACE_NORMAL:
    case PLACE_LOGNORMAL:
    case PLACE_LOGITNORMAL:
    case PLACE_EXPONENTIAL:
    case PLACE_DISCRETE: break;
    }
    double u = place_stream_open_uniform(stream); /* the rest by inversion, one word */
    return law_quantile(d, u, 1.0 - u);
}

/* --- truncation --- */

static double mass_between(double below_low, double above_low, double below_high, double above_high) {
    if (below_high <= 0.5) return below_high - below_low;
    if (above_low <= 0.5) return above_low - above_high;
    return 1.0 - below_low - above_high;
}

static double mass_inside(const place_distribution *d) {
    double below_low, above_low, below_high, above_high;
    law_tails(d, d->low, &below_low, &above_low);
    law_tails(d, d->high, &below_high, &above_high);
    return mass_between(below_low, above_low, below_high, above_high);
}

place_status place_distribution_check(const place_distribution *d, place_error *err) {
    place_status status = check_parameters(d, err);
    if (status != PLACE_OK) return status;
    if (!(d->low <= d->high))
        return bad(err, "the truncation's low %.10g is not at most its high %.10g", d->low, d->high);
    if (!is_truncated(d)) return PLACE_OK;
    bool is_kept;
    if (d->kind == PLACE_FIXED) {
        is_kept = d->a[0] >= d->low && d->a[0] <= d->high;
    } else if (d->kind == PLACE_DISCRETE) {
        is_kept = !isnan(discrete_quantile(d, 0.5, d->low, d->high));
    } else {
        is_kept = mass_inside(d) >= LEAST_MASS;
    }
    if (is_kept) return PLACE_OK;
    return bad(err, "the truncation to %.10g .. %.10g keeps nothing of the distribution", d->low, d->high);
}

double place_distribution_quantile(const place_distribution *d, double p) {
    assert(p > 0.0 && p < 1.0);
    if (!is_truncated(d) || d->kind == PLACE_FIXED) return law_quantile(d, p, 1.0 - p);
    if (d->kind == PLACE_DISCRETE) return discrete_quantile(d, p, d->low, d->high);
    double below_low, above_low, below_high, above_high;
    law_tails(d, d->low, &below_low, &above_low);
    law_tails(d, d->high, &below_high, &above_high);
    double mass = mass_between(below_low, above_low, below_high, above_high);
    return within(law_quantile(d, below_low + p * mass, above_high + (1.0 - p) * mass), d->low, d->high);
}

double place_distribution_draw(const place_distribution *d, place_stream *stream) {
    if (!is_truncated(d)) return law_draw(d, stream);
    for (int i = 0; i < MOST_REDRAWS; i++) {
        double x = law_draw(d, stream);
        if (x >= d->low && x <= d->high) return x;
    }
    return place_distribution_quantile(d, place_stream_open_uniform(stream));
}

/* --- summaries --- */

static double mean_of_quantiles(const place_distribution *d) {
    double sum = 0.0;
    for (int i = 1; i <= N_MEAN_QUANTILES; i++) sum += place_distribution_quantile(d, i / (N_MEAN_QUANTILES + 1.0));
    return sum / N_MEAN_QUANTILES;
}

static double discrete_mean(const place_distribution *d) {
    double sum = 0.0, inside = 0.0;
    for (size_t i = 0; i < d->n_values; i++) {
        if (d->values[i] < d->low || d->values[i] > d->high) continue;
        inside += d->weights[i];
        sum += d->weights[i] * d->values[i];
    }
    return sum / inside;
}

static double untruncated_mean(const place_distribution *d) {
    const double *a = d->a;
    switch (d->kind) {
    case PLACE_FIXED:
    case PLACE_NORMAL:
    case PLACE_EXPONENTIAL: return a[0];
    case PLACE_UNIFORM: return a[0] + 0.5 * (a[1] - a[0]);
    case PLACE_TRIANGULAR: return (a[0] + a[1] + a[2]) / 3.0;
    case PLACE_PERT: return (a[0] + 4.0 * a[1] + a[2]) / 6.0;
    case PLACE_LOGNORMAL: return place_exp(a[0] + 0.5 * a[1] * a[1]);
    case PLACE_BETA: return a[0] / (a[0] + a[1]);
    case PLACE_GAMMA: return a[0] * a[1];
    case PLACE_DISCRETE: return discrete_mean(d);
    case PLACE_LOGITNORMAL: return mean_of_quantiles(d); /* has no closed mean */
    }
    assert(0 && "a kind of distribution");
    return NAN;
}

/* Integral of x f(x) over low .. high by the antiderivative on each side of the mode, over the mass. */
static double triangular_mean(const place_distribution *d, double low, double high) {
    const double *a = d->a;
    double width = a[2] - a[0], rise = a[1] - a[0], fall = a[2] - a[1], moment = 0.0, mass = 0.0;
    if (low < a[1]) {
        double from = low - a[0], to = (high < a[1] ? high : a[1]) - a[0];
        moment += (a[0] * (to * to - from * from) + 2.0 / 3.0 * (to * to * to - from * from * from)) / (width * rise);
        mass += (to * to - from * from) / (width * rise);
    }
    if (high > a[1]) {
        double from = a[2] - high, to = a[2] - (low > a[1] ? low : a[1]);
        moment += (a[2] * (to * to - from * from) - 2.0 / 3.0 * (to * to * to - from * from * from)) / (width * fall);
        mass += (to * to - from * from) / (width * fall);
    }
    return moment / mass;
}

/*
 * The mean of the law inside its truncation. For the lognormal, beta and gamma x f(x) is the mean times a density of
 * the same family (log-mean + sd^2, a + 1, shape + 1), so the answer is a quotient of masses.
 */
static double truncated_mean(const place_distribution *d, double low, double high) {
    const double *a = d->a;
    place_distribution shifted = *d;
    switch (d->kind) {
    case PLACE_FIXED: return a[0];
    case PLACE_UNIFORM: return low + 0.5 * (high - low);
    case PLACE_TRIANGULAR: return triangular_mean(d, low, high);
    case PLACE_NORMAL: {
        double from = (low - a[0]) / a[1], to = (high - a[0]) / a[1];
        double heights = place_exp(-0.5 * from * from) - place_exp(-0.5 * to * to);
        return a[0] + a[1] * heights / sqrt(2.0 * PLACE_PI) / mass_inside(d);
    }
    case PLACE_EXPONENTIAL:
        return high < INFINITY ? low + (a[0] - (high - low) / place_expm1((high - low) / a[0])) : low + a[0];
    case PLACE_LOGNORMAL: shifted.a[0] += a[1] * a[1]; break;
    case PLACE_BETA:
    case PLACE_GAMMA: shifted.a[0] += 1.0; break;
    case PLACE_PERT: { /* as a beta on 0 .. 1 */
        double width = a[2] - a[0];
        place_distribution beta = { .kind = PLACE_BETA, .a = { pert_alpha(a), pert_beta(a) } };
        beta.low = (low - a[0]) / width;
        beta.high = (high - a[0]) / width;
        return a[0] + width * truncated_mean(&beta, beta.low, beta.high);
    }
    case PLACE_DISCRETE: return discrete_mean(d);
    case PLACE_LOGITNORMAL: return mean_of_quantiles(d);
    }
    return untruncated_mean(d) * (mass_inside(&shifted) / mass_inside(d));
}

double place_distribution_mean(const place_distribution *d) {
    if (!is_truncated(d)) return untruncated_mean(d);
    double low = place_distribution_low(d), high = place_distribution_high(d);
    return within(truncated_mean(d, low, high), low, high);
}

double place_distribution_mode(const place_distribution *d) {
    const double *a = d->a;
    double mode = NAN;
    switch (d->kind) {
    case PLACE_FIXED:
    case PLACE_NORMAL: mode = a[0]; break;
    case PLACE_TRIANGULAR:
    case PLACE_PERT: mode = a[1]; break;
    case PLACE_LOGNORMAL: mode = place_exp(a[0] - a[1] * a[1]); break;
    case PLACE_BETA:
        if (a[0] > 1.0 && a[1] > 1.0) mode = (a[0] - 1.0) / (a[0] + a[1] - 2.0);
        break;
    case PLACE_GAMMA:
        if (a[0] > 1.0) mode = (a[0] - 1.0) * a[1];
        break;
    case PLACE_DISCRETE: {
        double most = 0.0;
        for (size_t i = 0; i < d->n_values; i++) {
            if (d->values[i] < d->low || d->values[i] > d->high || d->weights[i] <= most) continue;
            most = d->weights[i];
            mode = d->values[i];
        }
        return mode;
    }
    case PLACE_UNIFORM:
    case PLACE_LOGITNORMAL: /* may have two peaks */
    case PLACE_EXPONENTIAL: break;
    }
    /* One peak: what a truncation leaves is highest at the peak or at the bound nearest to it. */
    return isnan(mode) ? place_distribution_quantile(d, 0.5) : within(mode, d->low, d->high);
}

double place_distribution_low(const place_distribution *d) {
    double low = 0.0;
    switch (d->kind) {
    case PLACE_FIXED: return d->a[0];
    case PLACE_UNIFORM:
    case PLACE_TRIANGULAR:
    case PLACE_PERT: low = d->a[0]; break;
    case PLACE_NORMAL: low = -INFINITY; break;
    case PLACE_LOGNORMAL:
    case PLACE_LOGITNORMAL:
    case PLACE_BETA:
    case PLACE_GAMMA:
    case PLACE_EXPONENTIAL: break;
    case PLACE_DISCRETE:
        for (size_t i = 0; i < d->n_values; i++)
            if (d->weights[i] > 0.0 && d->values[i] >= d->low) return d->values[i];
        return NAN;
    }
    return d->low > low ? d->low : low;
}

double place_distribution_high(const place_distribution *d) {
    double high = INFINITY;
    switch (d->kind) {
    case PLACE_FIXED: return d->a[0];
    case PLACE_UNIFORM: high = d->a[1]; break;
    case PLACE_TRIANGULAR:
    case PLACE_PERT: high = d->a[2]; break;
    case PLACE_LOGITNORMAL:
    case PLACE_BETA: high = 1.0; break;
    case PLACE_NORMAL:
    case PLACE_LOGNORMAL:
    case PLACE_GAMMA:
    case PLACE_EXPONENTIAL: break;
    case PLACE_DISCRETE:
        for (size_t i = d->n_values; i > 0; i--)
            if (d->weights[i - 1] > 0.0 && d->values[i - 1] <= d->high) return d->values[i - 1];
        return NAN;
    }
    return d->high < high ? d->high : high;
}

/* --- from moments --- */

bool place_lognormal_from_moments(double mean, double sd, double out[2]) {
    if (!(mean > 0.0 && sd > 0.0 && mean < INFINITY && sd < INFINITY)) return false;
    double ratio = sd / mean, variance = place_log1p(ratio * ratio);
    out[0] = place_log(mean) - 0.5 * variance;
    out[1] = sqrt(variance);
    return true;
}

bool place_beta_from_moments(double mean, double sd, double out[2]) {
    if (!(mean > 0.0 && mean < 1.0 && sd > 0.0 && sd * sd < mean * (1.0 - mean))) return false;
    double total = mean * (1.0 - mean) / (sd * sd) - 1.0; /* a + b */
    out[0] = mean * total;
    out[1] = (1.0 - mean) * total;
    return true;
}
