/* SPDX-License-Identifier: MIT */
/*
 * Samplers: from words to counts and measures. Small means go by inversion, one word a draw, so that two runs on the
 * same key differ as little as their parameters do; large ones by rejection from a hat of bounded cost. A weight is
 * compared as a logarithm made of deviances (numeric_internal.h), exact for counts of any size, and only when the
 * cheap squeeze has not decided. Words are taken in the order written; that order is part of the contract.
 */
#include "place/stream.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>

#include "numeric_internal.h"
#include "place/numeric.h"

#define MOST_COUNT ((int64_t)1 << 53) /* above, a double no longer tells neighbours apart */
#define INVERSION_MEAN 10.0           /* the algorithm switch of all three counts */
#define NO_WEIGHT 0x1p-64             /* past the mean, a chance that no 53-bit uniform can tell from none */

uint64_t place_stream_below(place_stream *stream, uint64_t n) {
    /* Lemire, "Fast random integer generation in an interval" (2019) */
    assert(n >= 1);
    place_u128 product = (place_u128)place_stream_bits(stream) * n;
    if ((uint64_t)product < n)
        for (uint64_t biased = (0 - n) % n; (uint64_t)product < biased;)
            product = (place_u128)place_stream_bits(stream) * n;
    return (uint64_t)(product >> 64);
}

double place_stream_exponential(place_stream *stream) {
    return -place_log(place_stream_open_uniform(stream));
}

double place_stream_normal(place_stream *stream) {
    double u = place_stream_open_uniform(stream);
    return place_normal_quantile_tails(u, 1.0 - u);
}

/* Marsaglia and Tsang, "A simple method for generating gamma variables" (2000), for shape >= 1. */
static double gamma_from_one(place_stream *stream, double shape) {
    double d = shape - 1.0 / 3.0, c = 1.0 / (3.0 * sqrt(d));
    for (;;) {
        double x = place_stream_normal(stream), v = 1.0 + c * x;
        if (v <= 0.0) continue;
        v = v * v * v;
        double u = place_stream_open_uniform(stream), x2 = x * x;
        if (u < 1.0 - 0.0331 * x2 * x2) return d * v;
        if (place_log(u) < 0.5 * x2 + d * (1.0 - v + place_log(v))) return d * v;
    }
}

/* Their section 6: below 1, a gamma of shape + 1 times U^(1 / shape). As a logarithm, since the power may underflow. */
static double log_gamma_below_one(place_stream *stream, double shape) {
    double larger = gamma_from_one(stream, shape + 1.0);
    return place_log(larger) + place_log(place_stream_open_uniform(stream)) / shape;
}

double place_stream_gamma(place_stream *stream, double shape) {
    assert(shape > 0.0);
    return shape >= 1.0 ? gamma_from_one(stream, shape) : place_exp(log_gamma_below_one(stream, shape));
}

double place_stream_beta(place_stream *stream, double a, double b) {
    assert(a > 0.0 && b > 0.0);
    if (a >= 1.0 && b >= 1.0) {
        double of_a = gamma_from_one(stream, a), of_b = gamma_from_one(stream, b);
        return of_a / (of_a + of_b);
    }
    double log_a = a >= 1.0 ? place_log(gamma_from_one(stream, a)) : log_gamma_below_one(stream, a);
    double log_b = b >= 1.0 ? place_log(gamma_from_one(stream, b)) : log_gamma_below_one(stream, b);
    return 1.0 / (1.0 + place_exp(log_b - log_a));
}

/* log of e^-mean mean^k / k! (Loader 2000) */
static double poisson_log_weight(double k, double mean) {
    if (k == 0.0) return -mean;
    return -place_numeric_stirling(k) - place_numeric_deviance(k, mean) - 0.5 * place_log(2.0 * PLACE_PI * k);
}

/* log of the binomial weight of k in n at p, 0 < p < 1, q = 1 - p (Loader 2000) */
static double binomial_log_weight(double k, double n, double p, double q) {
    if (k == 0.0) return n * (p < 0.5 ? place_log1p(-p) : place_log(q));
    if (k == n) return n * (q < 0.5 ? place_log1p(-q) : place_log(p));
    double others = n - k;
    double stirling = place_numeric_stirling(n) - place_numeric_stirling(k) - place_numeric_stirling(others);
    return stirling - place_numeric_deviance(k, n * p) - place_numeric_deviance(others, n * q)
        + 0.5 * place_log(n / (2.0 * PLACE_PI * k * others));
}

/*
 * Hoermann's hats, "The transformed rejection method for generating Poisson random variables" (1993, PTRS) and "The
 * generation of binomial random variates" (1993, BTRS): k = floor((2 a / (1/2 - |u|) + b) u + c), u uniform on -1/2 ..
 * 1/2. While 1/2 - |u| >= 0.07 and v is at most `squeeze`, k is accepted unseen; else by v alpha / (a / (1/2 - |u|)^2
 * + b) <= f(k).
 */
typedef struct hat {
    double a, b, centre, squeeze, log_alpha;
} hat;

/* One candidate. Returns whether it is accepted at once; if not, *log_height is to be held against the weight of *k. */
static bool hat_draw(place_stream *stream, const hat *h, double *k, double *log_height) {
    double u = place_stream_open_uniform(stream) - 0.5, v = place_stream_open_uniform(stream);
    double edge = 0.5 - fabs(u);
    *k = floor((2.0 * h->a / edge + h->b) * u + h->centre);
    if (edge >= 0.07 && v <= h->squeeze) return true;
    *log_height = place_log(v / (h->a / (edge * edge) + h->b)) + h->log_alpha;
    return false;
}

int64_t place_stream_poisson(place_stream *stream, double mean) {
    assert(mean >= 0.0 && mean <= 1e9);
    if (mean == 0.0) return 0;
    if (mean < INVERSION_MEAN) { /* points -log u1, -log u1 u2, ... of a unit-rate process, counted up to the mean */
        double limit = place_exp(-mean), product = place_stream_open_uniform(stream);
        int64_t k = 0;
        for (; product > limit; k++) product *= place_stream_open_uniform(stream);
        return k;
    }
    double b = 0.931 + 2.53 * sqrt(mean), k, log_height;
    hat h = { .a = -0.059 + 0.02483 * b,
              .b = b,
              .centre = mean + 0.43,
              .squeeze = 0.9277 - 3.6224 / (b - 2.0),
              .log_alpha = place_log(1.1239 + 1.1328 / (b - 3.4)) };
    for (;;) {
        if (hat_draw(stream, &h, &k, &log_height)) return (int64_t)k;
        if (k >= 0.0 && k < 0x1p53 && log_height <= poisson_log_weight(k, mean)) return (int64_t)k;
    }
}

static double whole_power(double x, int64_t n) {
    double power = 1.0;
    for (; n > 0; n >>= 1) {
        if (n & 1) power *= x;
        x *= x;
    }
    return power;
}

/* 0 < p <= 1/2, n >= 1 */
static int64_t binomial_up_to_half(place_stream *stream, int64_t n, double p) {
    double count = (double)n, mean = count * p, q = 1.0 - p;
    if (mean < INVERSION_MEAN) {
        double u = place_stream_uniform(stream);
        double weight = n <= 64 ? whole_power(q, n) : place_exp(count * place_log1p(-p)), odds = p / q;
        int64_t k = 0;
        while (u >= weight && k < n && (weight > NO_WEIGHT || (double)k < mean)) {
            u -= weight;
            weight *= (double)(n - k) / (double)(k + 1) * odds;
            k++;
        }
        return k;
    }
    double sd = sqrt(mean * q), b = 1.15 + 2.53 * sd, k, log_height;
    hat h = { .a = -0.0873 + 0.0248 * b + 0.01 * p, .b = b, .centre = mean + 0.5, .squeeze = 0.92 - 4.2 / b };
    double mode = floor((count + 1.0) * p), log_weight_of_mode = NAN, log_alpha = NAN;
    for (;;) {
        bool accepted = hat_draw(stream, &h, &k, &log_height);
        if (k < 0.0 || k > count) continue;
        if (accepted) return (int64_t)k;
        if (isnan(log_alpha)) { /* only now, since most draws never come here */
            log_alpha = place_log((2.83 + 5.1 / b) * sd);
            log_weight_of_mode = binomial_log_weight(mode, count, p, q);
        }
        if (log_height + log_alpha <= binomial_log_weight(k, count, p, q) - log_weight_of_mode) return (int64_t)k;
    }
}

int64_t place_stream_binomial(place_stream *stream, int64_t n, double p) {
    assert(n >= 0 && n <= MOST_COUNT && p >= 0.0 && p <= 1.0);
    if (n == 0 || p == 0.0) return 0;
    if (p == 1.0) return n;
    return p <= 0.5 ? binomial_up_to_half(stream, n, p) : n - binomial_up_to_half(stream, n, 1.0 - p);
}

/* Good ones among the drawn; good and drawn, in order 1 <= smaller <= larger, are at most half of `all`. */
static int64_t hypergeometric_up_to_half(place_stream *stream, double smaller, double larger, double all) {
    double mean = smaller * (larger / all), rest = all - larger;
    if (mean < INVERSION_MEAN) {
        double u = place_stream_uniform(stream), weight = 1.0, p = smaller / all, q = (all - smaller) / all, k = 0.0;
        if (smaller <= 64.0)
            for (int i = 0; i < (int)smaller; i++) weight *= (rest - i) / (all - i);
        else
            weight = place_exp(binomial_log_weight(0.0, larger, p, q) + binomial_log_weight(smaller, rest, p, q)
                               - binomial_log_weight(smaller, all, p, q));
        while (u >= weight && k < smaller && (weight > NO_WEIGHT || k < mean)) {
            u -= weight;
            weight *= (smaller - k) / (k + 1.0) * ((larger - k) / (rest - smaller + k + 1.0));
            k += 1.0;
        }
        return (int64_t)k;
    }
    /* Stadlober, "The ratio of uniforms approach for generating discrete random variates" (1990): a table
       mountain round the mean. The hypergeometric weight is a product of two binomial ones over a third, free of k. */
    double share = larger / all, p = smaller / all, q = (all - smaller) / all;
    double centre = mean + 0.5, sd = sqrt((all - smaller) * smaller / (all - 1.0) * share * (1.0 - share) + 0.5);
    double width = 1.7155277699214135 * sd + 0.8989161620588988; /* 2 sqrt(2/e), 3 - 2 sqrt(3/e) */
    double mode = floor((smaller + 1.0) * ((larger + 1.0) / (all + 2.0)));
    double of_mode = binomial_log_weight(mode, larger, p, q) + binomial_log_weight(smaller - mode, rest, p, q);
    for (;;) {
        double u = place_stream_open_uniform(stream), v = place_stream_open_uniform(stream);
        double k = floor(centre + width * (v - 0.5) / u);
        if (k < 0.0 || k > smaller) continue;
        double weight = binomial_log_weight(k, larger, p, q) + binomial_log_weight(smaller - k, rest, p, q) - of_mode;
        if (u * (4.0 - u) - 3.0 <= weight) return (int64_t)k; /* two squeezes on 2 log u <= weight */
        if (u * (u - weight) >= 1.0) continue;
        if (2.0 * place_log(u) <= weight) return (int64_t)k;
    }
}

int64_t place_stream_hypergeometric(place_stream *stream, int64_t n_good, int64_t n_bad, int64_t n_drawn) {
    assert(n_good >= 0 && n_bad >= 0 && n_drawn >= 0 && n_good <= MOST_COUNT - n_bad && n_drawn <= n_good + n_bad);
    int64_t n_all = n_good + n_bad;
    if (n_drawn == 0 || n_good == 0) return 0;
    if (n_bad == 0) return n_drawn;
    if (n_drawn == n_all) return n_good;
    /* Count the rarer kind in the smaller of what is drawn and what is left; then turn back. */
    int64_t rarer = n_good <= n_bad ? n_good : n_bad, fewer = n_drawn <= n_all - n_drawn ? n_drawn : n_all - n_drawn;
    int64_t smaller = rarer < fewer ? rarer : fewer, larger = rarer < fewer ? fewer : rarer;
    int64_t k = hypergeometric_up_to_half(stream, (double)smaller, (double)larger, (double)n_all);
    if (fewer != n_drawn) k = rarer - k;
    return rarer == n_good ? k : n_drawn - k;
}

void place_stream_multinomial(place_stream *stream, int64_t n, const double *p, size_t k, int64_t *out) {
    assert(k >= 1);
    size_t last = k - 1; /* that can take what is left: an outcome of probability 0 may not */
    while (last > 0 && p[last] == 0.0) last--;
    double left = 1.0;
    for (size_t i = 0; i < last; i++) {
        out[i] = p[i] < left ? place_stream_binomial(stream, n, p[i] / left) : n;
        n -= out[i];
        left -= p[i];
    }
    out[last] = n;
    for (size_t i = last + 1; i < k; i++) out[i] = 0;
}
