/* SPDX-License-Identifier: MIT */
/*
 * Exponentials, logarithms, powers, the sine and log Gamma, from + - * / and sqrt alone. Each is the textbook way:
 * reduce the argument exactly, sum a Taylor series short enough to be exact there, and carry the rounding error of the
 * reduction along. Series in place of fitted polynomials: their coefficients can be read off and checked by eye, and
 * cost two or three terms more. Sums run in the Estrin pattern (pairs, then pairs of pairs), which a processor
 * evaluates side by side; -ffp-contract=off keeps each operation's rounding where it is written.
 */
#include "place/numeric.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "numeric_internal.h"

/* log 2 in two parts: the first has 42 bits, so that its product with an exponent of 11 bits is exact. */
#define LN2_HIGH 0x1.62e42fefa3800p-1
#define LN2_LOW 0x1.ef35793c76730p-45
#define ONE_OVER_LN2 0x1.71547652b82fep+0

static uint64_t bits_of(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double from_bits(uint64_t bits) {
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static double power_of_two(int k) { /* -1022 .. 1023 */
    return from_bits((uint64_t)(k + 1023) << 52);
}

/* x 2^k, rounded once, for x in 0.5 .. 2 and every k that an exponential meets. */
static double scale(double x, int k) {
    if (k > 1023) return x * power_of_two(k - 1) * 2.0;
    if (k < -1021) return x * power_of_two(k + 200) * 0x1p-200;
    return x * power_of_two(k);
}

/* x = k log 2 + r + c with |r| at most 0.35 and c the rounding error of r. */
static int reduce(double x, double *r, double *c) {
    int k = (int)(x * ONE_OVER_LN2 + (x < 0.0 ? -0.5 : 0.5));
    double high = x - k * LN2_HIGH, low = k * LN2_LOW;
    *r = high - low;
    *c = (high - *r) - low;
    return k;
}

/* (e^r - 1 - r) / r^2 = 1/2! + r/3! + r^2/4! + ..., |r| <= 0.35; the first term left out is under 1e-17 of the sum. */
static double exp_series(double r) {
    double r2 = r * r, r4 = r2 * r2;
    double low = (1.0 / 2 + r * (1.0 / 6)) + r2 * (1.0 / 24 + r * (1.0 / 120));
    double middle = (1.0 / 720 + r * (1.0 / 5040)) + r2 * (1.0 / 40320 + r * (1.0 / 362880));
    double high = (1.0 / 3628800 + r * (1.0 / 39916800)) + r2 * (1.0 / 479001600 + r * (1.0 / 6227020800));
    return low + r4 * (middle + r4 * high);
}

double place_exp(double x) {
    if (!(x < 709.782712893384)) return isnan(x) ? x : INFINITY;
    if (x < -745.1332191019412) return 0.0;
    double r, c;
    int k = reduce(x, &r, &c);
    return scale(1.0 + (r + (r * r * exp_series(r) + c)), k);
}

double place_expm1(double x) {
    if (!(x < 709.782712893384)) return isnan(x) ? x : INFINITY;
    if (x < -40.0) return -1.0; /* e^-40 is under half a unit in the last place of 1 */
    double r, c;
    int k = reduce(x, &r, &c);
    double e = r * r * exp_series(r) + c * (1.0 + r);
    if (k == 0) return r + e;
    if (k > 60) return scale(1.0 + (r + e), k) - 1.0;
    double unit = power_of_two(-k); /* 2^k (e^r - 1 + 1 - 2^-k) */
    return power_of_two(k) * ((1.0 - unit) + (r + e));
}

/* x = 2^k (1 + f) with 1 + f between sqrt(1/2) and sqrt(2), all exact; x > 0 and finite. */
static int split(double x, double *f) {
    int k = 0;
    if (x < 0x1p-1022) {
        x *= 0x1p54;
        k = -54;
    }
    const uint64_t sqrt_half = 0x3fe6a09e667f3bcdu, exponent_of_one = (uint64_t)1023 << 52;
    uint64_t bits = bits_of(x);
    uint64_t exponent = (bits - sqrt_half + exponent_of_one) >> 52; /* biased by 1023 */
    *f = from_bits(bits - (exponent << 52) + exponent_of_one) - 1.0;
    return k + (int)exponent - 1023;
}

/*
 * log(1 + f) = 2 artanh s, s = f / (2 + f), = 2 s + s R with R = 2 (s^2/3 + s^4/5 + ...) (Abramowitz and Stegun
 * 4.1.27). With h = f^2 / 2 the definition of s gives 2 s = f - s f and s f = h - s h, so log(1 + f) = f - (h - s (h +
 * R)): f is exact and the rest is small beside it. Returns s (h + R); |s| <= 0.172, and the series ends where a term
 * is under 1e-18.
 */
static double log_series(double f) {
    double s = f / (2.0 + f), z = s * s, z2 = z * z, z4 = z2 * z2;
    double low = (2.0 / 3 + z * (2.0 / 5)) + z2 * (2.0 / 7 + z * (2.0 / 9));
    double middle = (2.0 / 11 + z * (2.0 / 13)) + z2 * (2.0 / 15 + z * (2.0 / 17));
    double high = 2.0 / 19 + z * (2.0 / 21);
    return s * (0.5 * f * f + z * (low + z4 * (middle + z4 * high)));
}

double place_log(double x) {
    if (!(x > 0.0)) return x == 0.0 ? -INFINITY : NAN;
    if (x == INFINITY) return x;
    double f;
    int k = split(x, &f);
    double rest = log_series(f);
    return k * LN2_HIGH - ((0.5 * f * f - (rest + k * LN2_LOW)) - f);
}

double place_log1p(double x) {
    if (!(x > -1.0)) return x == -1.0 ? -INFINITY : NAN;
    if (x == INFINITY) return x;
    if (x > -0.29 && x < 0.41) return x - (0.5 * x * x - log_series(x));
    double u = 1.0 + x;
    double lost = x > 1.0 ? 1.0 - (u - x) : x - (u - 1.0); /* what the rounding of u took away */
    double f;
    int k = split(u, &f);
    double rest = log_series(f) + (k * LN2_LOW + lost / u);
    return k * LN2_HIGH - ((0.5 * f * f - rest) - f);
}

/* A number as an unevaluated sum: Dekker, "A floating-point technique for extending the available precision" (1971). */
typedef struct pair {
    double high, low;
} pair;

static pair exact_sum(double a, double b) {
    double sum = a + b, part = sum - a;
    return (pair){ sum, (a - (sum - part)) + (b - part) };
}

static pair exact_product(double a, double b) { /* Veltkamp's halves: 2^27 + 1 */
    double ta = 134217729.0 * a, tb = 134217729.0 * b;
    double a1 = ta - (ta - a), a2 = a - a1, b1 = tb - (tb - b), b2 = b - b1;
    double product = a * b;
    return (pair){ product, ((a1 * b1 - product) + a1 * b2 + a2 * b1) + a2 * b2 };
}

/* log x to about 62 bits: the series of log_series with 2 s and 2/3 s^3 carried as pairs. */
static pair log_pair(double x) {
    double f;
    int k = split(x, &f);
    double t = 2.0 + f, t_low = f - (t - 2.0);
    double s = f / t;
    pair st = exact_product(s, t);
    double s_low = (((f - st.high) - st.low) - s * t_low) / t;
    pair z = exact_product(s, s);
    z.low += 2.0 * s * s_low;
    pair cube = exact_product(s, z.high);
    cube.low += s * z.low + s_low * z.high;
    pair third = exact_product(cube.high, 0x1.5555555555555p-1);
    third.low += cube.high * 0x1.5555555555555p-55 + cube.low * (2.0 / 3);
    double w = z.high, series = 0.0;
    for (int j = 27; j >= 5; j -= 2) series = series * w + 2.0 / j;
    double tail = s * w * w * series;
    pair sum = exact_sum(k * LN2_HIGH, 2.0 * s);
    pair with_third = exact_sum(sum.high, third.high);
    pair with_ln2 = exact_sum(with_third.high, k * LN2_LOW);
    double low = sum.low + with_third.low + with_ln2.low + 2.0 * s_low + third.low + tail;
    return exact_sum(with_ln2.high, low);
}

double place_pow(double x, double y) {
    if (y == 0.0 || x == 1.0) return 1.0;
    if (isnan(x) || isnan(y) || x < 0.0) return NAN;
    if (x == 0.0) return y > 0.0 ? 0.0 : INFINITY;
    if (x == INFINITY) return y > 0.0 ? INFINITY : 0.0;
    if (fabs(y) > 0x1p80) y = y > 0.0 ? 0x1p80 : -0x1p80; /* |log x| >= 2^-53: out of range either way */
    pair l = log_pair(x), product = exact_product(y, l.high);
    product.low += y * l.low;
    if (product.high > 710.0) return INFINITY;
    if (product.high < -746.0) return 0.0;
    double r, c;
    int k = reduce(product.high, &r, &c);
    double curve = r * r * exp_series(r), low = (c + product.low) * (1.0 + (r + curve));
    return scale(1.0 + (r + (curve + low)), k);
}

/* The sine's Taylor series to y^21, |y| <= pi / 2; farther out by sin(pi - y) = sin y, pi in two parts. */
double place_sin(double x) {
    double y = fabs(x);
    if (y > PLACE_PI / 2) y = (PLACE_PI - y) + 0x1.1a62633145c07p-53;
    double z = y * y, series = 0.0, factor = 51090942171709440000.0; /* 21! */
    for (int j = 21; j >= 3; j -= 2) {
        series = (j % 4 == 1 ? 1.0 / factor : -1.0 / factor) + z * series;
        factor /= (double)j * (j - 1);
    }
    y += y * z * series;
    return x < 0.0 ? -y : y;
}

/*
 * Stirling's series, B(2k) / (2k (2k - 1) z^(2k-1)) (Abramowitz and Stegun 6.1.40), to the term in z^-15: the next is
 * under 2e-18 at z = 10. Below 10, log Gamma(z) is that of z + n less log(z (z + 1) ... (z + n - 1)) (6.1.16).
 */
static double stirling_series(double z) {
    double w = 1.0 / (z * z);
    double series = 1.0 / 156 - w * (3617.0 / 122400);
    series = 1.0 / 1188 - w * (691.0 / 360360 - w * series);
    series = 1.0 / 1260 - w * (1.0 / 1680 - w * series);
    return (1.0 / 12 - w * (1.0 / 360 - w * series)) / z;
}

double place_log_gamma(double x) {
    if (!(x > 0.0)) return x == 0.0 ? INFINITY : NAN;
    double product = 1.0, z = x;
    while (z < 10.0) {
        product *= z;
        z += 1.0;
    }
    double value = (z - 0.5) * place_log(z) - z + PLACE_HALF_LOG_2_PI + stirling_series(z);
    return product == 1.0 ? value : value - place_log(product);
}

double place_numeric_stirling(double z) {
    /* At the whole numbers 1 .. 10, for factorials: log (z - 1)! - (z - 1/2) log z + z - log(2 pi) / 2. */
    static const double at_whole[] = {
        0x1.4c071bcda0a5bp-4, 0x1.52a9b923ea649p-5, 0x1.c579a268d80b3p-6, 0x1.54a2662fd78a9p-6, 0x1.10b4e513fcbedp-6,
        0x1.c6b167bebdf36p-7, 0x1.85d4d612e4a86p-7, 0x1.552805e7b3076p-7, 0x1.2f4871b12ab64p-7, 0x1.10f9d4c0743a7p-7,
    };
    if (z >= 10.0) return stirling_series(z);
    if (z >= 1.0 && z == (double)(int)z) return at_whole[(int)z - 1];
    return place_log_gamma(z) - ((z - 0.5) * place_log(z) - z + PLACE_HALF_LOG_2_PI);
}

/*
 * Loader, "Fast and accurate computation of binomial probabilities" (2000): with v = (x - m) / (x + m), log(x / m) is
 * 2 artanh v, so the deviance is (x - m) v + 2 x (v^3/3 + v^5/5 + ...): no cancellation when x is near m.
 */
double place_numeric_deviance(double x, double m) {
    if (x == 0.0) return m;
    double v = (x - m) / (x + m);
    if (fabs(v) > 0.1) return x * place_log(x / m) + m - x;
    double z = v * v, power = 2.0 * x * v, sum = (x - m) * v;
    for (int j = 3;; j += 2) {
        power *= z;
        double next = sum + power / j;
        if (next == sum) return sum;
        sum = next;
    }
}
