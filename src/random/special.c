/* SPDX-License-Identifier: MIT */
/*
 * Distribution functions of the normal, gamma and beta laws, and their inverses. Both tails are carried everywhere, so
 * that a small probability is never a difference from 1. Inverses are Newton's on the logarithm of the smaller tail,
 * over log x (gamma) or log(x / (1 - x)) (beta): on those axes both densities are log-concave for all parameters,
 * hence both tails too, hence Newton cannot cycle; a bracket guards against underflow. Formula numbers are those of
 * the NIST Digital Library of Mathematical Functions (DLMF).
 */
#include "place/numeric.h"

#include <math.h>
#include <stdbool.h>

#include "numeric_internal.h"

#define ONE_OVER_SQRT_2_PI 0x1.9884533d43651p-2
#define N_TERMS_MOST 10000000 /* a series that needs more has stopped improving long before */

/*
 * Near the middle 1/2 + phi(z) (z + z^3/3 + z^5/(3 5) + ...) (Abramowitz and Stegun 26.2.11); beyond 2.5 the continued
 * fraction 1/(z + 1/(z + 2/(z + 3/(z + ...)))) of Mills' ratio (26.2.14), from a term so far in that the rest no
 * longer shows.
 */
double place_normal_cdf(double z) {
    double size = fabs(z);
    if (size < 2.5) {
        double sum = 0.0, term = z, w = z * z;
        for (int j = 3;; j += 2) {
            double next = sum + term;
            if (next == sum) break;
            sum = next;
            term *= w / j;
        }
        return 0.5 + ONE_OVER_SQRT_2_PI * place_exp(-0.5 * w) * sum;
    }
    if (isnan(z)) return z;
    double mills = size;
    for (int j = (int)(12.0 + 500.0 / (size * size)); j > 0; j--) mills = size + j / mills;
    /* z^2 / 2 in two parts, the first exact: in the far tail its rounding would cost digits */
    double head = (double)(float)size;
    double tail = place_exp(-0.5 * head * head) * place_exp(-0.5 * (size - head) * (size + head));
    tail *= ONE_OVER_SQRT_2_PI / mills;
    if (size > 40.0) tail = 0.0;
    return z < 0.0 ? tail : 1.0 - tail;
}

/* Wichura, "Algorithm AS 241: the percentage points of the normal distribution" (1988), PPND16. */
static double quotient(const double over[8], const double under[8], double r) {
    double top = over[7], bottom = under[7];
    for (int i = 6; i >= 0; i--) {
        top = top * r + over[i];
        bottom = bottom * r + under[i];
    }
    return top / bottom;
}

double place_normal_quantile_tails(double below, double above) {
    /* clang-format off */
    static const double middle_over[8] = {
        3.3871328727963666080e0, 1.3314166789178437745e+2, 1.9715909503065514427e+3, 1.3731693765509461125e+4,
        4.5921953931549871457e+4, 6.7265770927008700853e+4, 3.3430575583588128105e+4, 2.5090809287301226727e+3,
    };
    static const double middle_under[8] = {
        1.0, 4.2313330701600911252e+1, 6.8718700749205790830e+2, 5.3941960214247511077e+3,
        2.1213794301586595867e+4, 3.9307895800092710610e+4, 2.8729085735721942674e+4, 5.2264952788528545610e+3,
    };
    static const double near_over[8] = {
        1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
        1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4,
    };
    static const double near_under[8] = {
        1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
        1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9,
    };
    static const double far_over[8] = {
        6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
        2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
    };
    static const double far_under[8] = {
        1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
        7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15,
    };
    /* clang-format on */
    double smaller = below < above ? below : above;
    if (!(smaller > 0.0)) return isnan(below) || isnan(above) ? NAN : below < above ? -INFINITY : INFINITY;
    if (smaller >= 0.075) {
        double q = below < above ? below - 0.5 : 0.5 - above;
        return q * quotient(middle_over, middle_under, 0.180625 - q * q);
    }
    double r = sqrt(-place_log(smaller));
    double z = r <= 5.0 ? quotient(near_over, near_under, r - 1.6) : quotient(far_over, far_under, r - 5.0);
    return below < above ? -z : z;
}

double place_normal_quantile(double p) {
    return place_normal_quantile_tails(p, 1.0 - p);
}

/*
 * x^a e^-x / Gamma(a) by way of the deviance (Loader 2000): the powers would lose the digits that a large a needs.
 * Gamma(a) = sqrt(2 pi / a) a^a e^-a e^stirling(a).
 */
static double gamma_weight(double x, double a) {
    return sqrt(a / (2.0 * PLACE_PI)) * place_exp(-place_numeric_deviance(a, x) - place_numeric_stirling(a));
}

void place_gamma_tails(double x, double shape, double *below, double *above) {
    double a = shape, weight = x > 0.0 && x < INFINITY ? gamma_weight(x, a) : 0.0;
    if (!(weight > 0.0) || x < 0x1p-1000) { /* so far out that one tail is all; for a tiny shape x^a still counts */
        double small = x > 0.0 && x < a + 1.0 ? place_exp(a * place_log(x) - place_log_gamma(a + 1.0)) : 0.0;
        *below = x < a + 1.0 ? small : 1.0;
        *above = x < a + 1.0 ? 1.0 - small : 0.0;
        return;
    }
    if (x < a + 1.0) { /* DLMF 8.11.4: x^a e^-x / Gamma(a + 1) (1 + x / (a + 1) + x^2 / ((a + 1) (a + 2)) + ...) */
        double term = 1.0, sum = 1.0;
        for (int k = 1; k < N_TERMS_MOST && term > sum * 0x1p-56; k++) {
            term *= x / (a + k);
            sum += term;
        }
        *below = weight / a * sum;
        if (*below > 1.0) *below = 1.0;
        *above = 1.0 - *below;
        return;
    }
    /* DLMF 8.9.2 contracted, by the modified Lentz method: weight / (x + 1 - a - 1 (1 - a) / (x + 3 - a - ...)) */
    double b = x + 1.0 - a, c = 0x1p1000, d = 1.0 / b, value = d;
    for (int k = 1; k < N_TERMS_MOST; k++) {
        double an = -k * (k - a);
        b += 2.0;
        d = an * d + b;
        c = b + an / c;
        if (fabs(d) < 0x1p-1000) d = 0x1p-1000;
        if (fabs(c) < 0x1p-1000) c = 0x1p-1000;
        d = 1.0 / d;
        value *= c * d;
        if (fabs(c * d - 1.0) < 0x1p-52) break;
    }
    *above = weight * value;
    if (*above > 1.0) *above = 1.0;
    *below = 1.0 - *above;
}

double place_gamma_cdf(double x, double shape) {
    double below, above;
    if (!(x > 0.0)) return isnan(x) ? x : 0.0;
    place_gamma_tails(x, shape, &below, &above);
    return below;
}

/* x^a y^b / B(a, b) with x + y = 1, again by deviances: of a from n x and of b from n y, n = a + b. */
static double beta_weight(double x, double y, double a, double b) {
    double n = a + b;
    double exponent = place_numeric_stirling(n) - place_numeric_stirling(a) - place_numeric_stirling(b);
    exponent -= place_numeric_deviance(a, n * x) + place_numeric_deviance(b, n * y);
    return sqrt(a / n * b / (2.0 * PLACE_PI)) * place_exp(exponent);
}

/* log B(a, b): Stirling's formula three times, the large parts taken together. */
static double log_beta(double a, double b) {
    double small = a < b ? a : b, large = a < b ? b : a, n = a + b;
    double rest = place_numeric_stirling(a) + place_numeric_stirling(b) - place_numeric_stirling(n);
    return rest + PLACE_HALF_LOG_2_PI + 0.5 * (place_log(n / large) - place_log(small)) + small * place_log(small / n)
        - large * place_log1p(small / large);
}

/* The continued fraction DLMF 8.17.22 by the modified Lentz method: B(a, b) I / (x^a y^b) times a. */
static double beta_fraction(double x, double a, double b) {
    double c = 1.0, d = 1.0 - (a + b) * x / (a + 1.0);
    if (fabs(d) < 0x1p-1000) d = 0x1p-1000;
    d = 1.0 / d;
    double value = d;
    for (int m = 1; m < N_TERMS_MOST; m++) {
        double even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        double odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        double change = 1.0;
        for (int half = 0; half < 2; half++) {
            double coefficient = half == 0 ? even : odd;
            d = 1.0 + coefficient * d;
            c = 1.0 + coefficient / c;
            if (fabs(d) < 0x1p-1000) d = 0x1p-1000;
            if (fabs(c) < 0x1p-1000) c = 0x1p-1000;
            d = 1.0 / d;
            change = c * d;
            value *= change;
        }
        if (fabs(change - 1.0) < 0x1p-52) break;
    }
    return value;
}

void place_beta_tails(double x, double y, double a, double b, double *below, double *above) {
    if (!(x > 0.0) || !(y > 0.0)) {
        *below = x > 0.0 ? 1.0 : 0.0;
        *above = 1.0 - *below;
        return;
    }
    double weight = beta_weight(x, y, a, b);
    bool low_side = x * (a + b + 2.0) < a + 1.0; /* DLMF 8.17(v): the side on which the fraction converges fast */
    double tail = 0.0;
    if (weight > 0.0) tail = low_side ? weight / a * beta_fraction(x, a, b) : weight / b * beta_fraction(y, b, a);
    if (tail > 1.0) tail = 1.0;
    *below = low_side ? tail : 1.0 - tail;
    *above = low_side ? 1.0 - tail : tail;
}

double place_beta_cdf(double x, double a, double b) {
    double below, above;
    if (isnan(x)) return x;
    place_beta_tails(x, 1.0 - x, a, b, &below, &above);
    return below;
}

/* A law on an axis t where its density is log-concave: x = e^t for the gamma, x = 1 / (1 + e^-t) for the beta. */
typedef struct law {
    bool is_beta;
    double a, b;
} law;

static void law_at(const law *l, double t, double *below, double *above, double *density) {
    if (l->is_beta) {
        double x = 1.0 / (1.0 + place_exp(-t)), y = 1.0 / (1.0 + place_exp(t));
        place_beta_tails(x, y, l->a, l->b, below, above);
        *density = x > 0.0 && y > 0.0 ? beta_weight(x, y, l->a, l->b) : 0.0;
        return;
    }
    double x = place_exp(t);
    place_gamma_tails(x, l->a, below, above);
    *density = x > 0.0 && x < INFINITY ? gamma_weight(x, l->a) : 0.0;
}

/* The t at which the smaller of the two tails is as given. `t` is the first guess. */
static double solve(const law *l, double below, double above, double t) {
    bool is_lower = below <= above;
    double wanted = is_lower ? below : above, low = -INFINITY, high = INFINITY;
    for (int i = 0; i < 300; i++) {
        double p, q, density;
        law_at(l, t, &p, &q, &density);
        double tail = is_lower ? p : q;
        bool too_far_right = is_lower ? tail > wanted : tail < wanted;
        if (tail == wanted) return t;
        if (too_far_right) high = t;
        else low = t;
        double step = NAN;
        if (tail > 0.0 && density > 0.0) step = (is_lower ? -1.0 : 1.0) * place_log(tail / wanted) * tail / density;
        if (fabs(step) < 1e-9) return t + step; /* Newton squares the error: what is left is under 1e-15 */
        double next = t + step;
        if (!(next > low && next < high) || fabs(step) > 1e3) {
            if (isfinite(low) && isfinite(high)) next = 0.5 * (low + high);
            else next = too_far_right ? t - (1.0 + 0.5 * fabs(t)) : t + (1.0 + 0.5 * fabs(t));
        }
        if (next == low || next == high || fabs(next) > 800.0) return next; /* no double between; or 0, or infinite */
        t = next;
    }
    return t;
}

double place_gamma_quantile_tails(double below, double above, double shape) {
    if (!(below > 0.0)) return isnan(below) ? below : 0.0;
    if (!(above > 0.0)) return INFINITY;
    /* P(a, x) is at most x^a / Gamma(a + 1), and equal to within x: for a tiny x that is the answer. */
    double start = (place_log(below) + place_log_gamma(shape + 1.0)) / shape;
    if (start < -40.0) return place_exp(start);
    if (shape >= 1.0) { /* Wilson and Hilferty (1931): the cube root of a gamma is nearly normal */
        double root = 1.0 - 1.0 / (9.0 * shape) + place_normal_quantile_tails(below, above) / (3.0 * sqrt(shape));
        if (root > 0.1) start = place_log(shape) + 3.0 * place_log(root);
    }
    return place_exp(solve(&(law){ .a = shape }, below, above, start));
}

double place_gamma_quantile(double p, double shape) {
    return place_gamma_quantile_tails(p, 1.0 - p, shape);
}

double place_beta_quantile_tails(double below, double above, double a, double b) {
    if (!(below > 0.0)) return isnan(below) ? below : 0.0;
    if (!(above > 0.0)) return 1.0;
    /* Near an end I_x(a, b) is x^a / (a B(a, b)) to within x (b + 1). */
    double beta = log_beta(a, b);
    double left = (place_log(below) + place_log(a) + beta) / a, right = (place_log(above) + place_log(b) + beta) / b;
    if (left + place_log1p(b) < -40.0) return place_exp(left);
    if (right + place_log1p(a) < -40.0) return 1.0 - place_exp(right);
    double start;
    if (a >= 1.0 && b >= 1.0) /* the log-odds of a beta are nearly normal */
        start = place_log(a / b) + place_normal_quantile_tails(below, above) * sqrt(1.0 / a + 1.0 / b);
    else start = below <= above ? left : -right;
    if (start < -60.0) start = -60.0;
    if (start > 60.0) start = 60.0;
    double t = solve(&(law){ .is_beta = true, .a = a, .b = b }, below, above, start);
    return 1.0 / (1.0 + place_exp(-t));
}

double place_beta_quantile(double p, double a, double b) {
    return place_beta_quantile_tails(p, 1.0 - p, a, b);
}
