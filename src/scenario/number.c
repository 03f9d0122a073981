/* SPDX-License-Identifier: MIT */
/*
 * Numbers as a scenario writes them. A number is a decimal, or a word with arguments in brackets; which arguments each
 * word takes, and in which spellings, is one table, so that the reader and its sentences cannot disagree. What is read
 * is held first against the limits within which the samplers are exact, then against what the number stands for.
 */
#include "number.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "place/numeric.h"
#include "place/scenario.h"
#include "word.h"

/* Limits: far outside anything a plan holds, well inside what the samplers can draw. */
#define LARGEST 1e12         /* of any number                                                   */
#define SMALLEST_SPREAD 1e-9 /* of a range or an sd, relative to the numbers beside it          */
#define LEAST_SHAPE 1e-6     /* of a gamma or beta                                              */
#define LARGEST_SHAPE 1e9
#define LARGEST_LOG_SD 10.0 /* a factor of e^10 either way in one standard deviation           */
#define N_DISCRETE 1000

#define MAX_ARGUMENTS 4
#define N_SETS 4

/* clang-format off */
typedef enum word_id {
    W_FIXED, W_UNIFORM, W_TRIANGULAR, W_PERT, W_NORMAL, W_LOGNORMAL, W_BETA, W_GAMMA, W_EXPONENTIAL, W_DISCRETE,
    W_INTERVAL, W_COUNTS, N_WORDS,
} word_id;

/* A word, an example of it for sentences, and the sets of arguments it takes. Without names they stand in this order;
 * where two sets are of one length, or the order is easily mistaken, the names must be written. */
typedef struct word_form {
    const char *name, *example;
    bool named;
    const char *sets[N_SETS][MAX_ARGUMENTS];
} word_form;

static const word_form forms[N_WORDS] = {
    [W_FIXED]       = { "fixed", "fixed(12)", false, { { "value" } } },
    [W_UNIFORM]     = { "uniform", "uniform(1, 3)", false, { { "low", "high" } } },
    [W_TRIANGULAR]  = { "triangular", "triangular(2, 3, 9)", false, { { "low", "mode", "high" } } },
    [W_PERT]        = { "pert", "pert(3, 6, 15)", false, { { "low", "mode", "high" } } },
    [W_NORMAL]      = { "normal", "normal(10, 2)", false, { { "mean", "sd" } } },
    [W_LOGNORMAL]   = { "lognormal", "lognormal(mean=70000, sd=20000) or lognormal(median=50000, log-sd=0.5)", true,
                        { { "mean", "sd" }, { "median", "log-sd" } } },
    [W_BETA]        = { "beta", "beta(mean=0.04, sd=0.006) or beta(a=40, b=960)", true,
                        { { "mean", "sd" }, { "a", "b" } } },
    [W_GAMMA]       = { "gamma", "gamma(mean=100, sd=20) or gamma(shape=25, scale=4)", true,
                        { { "mean", "sd" }, { "shape", "scale" } } },
    [W_EXPONENTIAL] = { "exponential", "exponential(2)", false, { { "mean" } } },
    [W_DISCRETE]    = { "discrete", "discrete(0: 0.3, 12: 0.7)", false, { { NULL } } },
    [W_INTERVAL]    = { "interval", "interval(80%, 10, 25)", false, { { "sure", "low", "high" } } },
    [W_COUNTS]      = { "counts", "counts(36, 900) or counts(36, 900, prior=0.05, weight=200)", false,
                        { { "events" }, { "events", "exposure" }, { "events", "exposure", "prior", "weight" },
                          { "events", "prior", "weight" } } },
};
/* clang-format on */

typedef struct reader {
    const char *at;
    const place_quantity *quantity;
    place_arena *arena;
    place_error *err;
} reader;

#define say(r, ...) place_error_set((r)->err, PLACE_BAD_INPUT, NULL, 0, __VA_ARGS__)

/* ---- decimals ---- */

static pthread_once_t c_locale_once = PTHREAD_ONCE_INIT;
static locale_t c_locale; /* the C locale, so that a decimal point is a point whatever the user's language */

static void make_c_locale(void) {
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static const char *skip_digits(const char *at) {
    while (is_digit(*at)) at++;
    return at;
}

/* The end of the decimal that begins at `text`; NULL when none does. */
static const char *decimal_end(const char *text) {
    const char *at = text + (*text == '+' || *text == '-');
    if (!is_digit(*at)) return NULL;
    at = skip_digits(at);
    if (at[0] == '.' && is_digit(at[1])) at = skip_digits(at + 1);
    if (at[0] == 'e' || at[0] == 'E') {
        const char *exponent = at + 1 + (at[1] == '+' || at[1] == '-');
        if (is_digit(*exponent)) at = skip_digits(exponent);
    }
    return at;
}

/* The value of the decimal from `text` to `end`, which decimal_end found: infinite when too large; `*lost` when
 * digits other than 0 come out as 0. */
static double decimal_value(const char *text, const char *end, bool *lost) {
    pthread_once(&c_locale_once, make_c_locale);
    locale_t theirs = uselocale(c_locale); /* which changes nothing should there be none */
    double value = strtod(text, NULL);
    uselocale(theirs);
    *lost = false;
    if (value == 0.0)
        for (const char *at = text; at < end && *at != 'e' && *at != 'E'; at++) *lost |= *at >= '1'; /* signs, point and 0 stand before it */
    return value == 0.0 ? 0.0 : value; /* no -0 */
}

bool place_decimal_read(const char *text, double *out) {
    const char *end = decimal_end(text);
    if (end == NULL || *end != '\0') return false;
    bool lost;
    double value = decimal_value(text, end, &lost);
    if (!isfinite(value) || lost) return false;
    *out = value;
    return true;
}

bool place_integer_read(const char *text, int64_t *out) {
    const char *digits = text + (*text == '+' || *text == '-');
    if (!is_digit(*digits) || *skip_digits(digits) != '\0') return false;
    errno = 0;
    long long value = strtoll(text, NULL, 10);
    if (errno != 0) return false;
    *out = (int64_t)value;
    return true;
}

bool place_unsigned_read(const char *text, uint64_t *out) {
    if (!is_digit(*text) || *skip_digits(text) != '\0') return false;
    errno = 0;
    unsigned long long value = strtoull(text, NULL, 10);
    if (errno != 0) return false;
    *out = (uint64_t)value;
    return true;
}

/* ---- the parts of a number ---- */

static void skip_blanks(reader *r) {
    while (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r') r->at++;
}

static bool take(reader *r, char c) {
    skip_blanks(r);
    if (*r->at != c) return false;
    r->at++;
    skip_blanks(r);
    return true;
}

/* A word of letters and hyphens into `word`; empty when there is none, or one too long to be known. */
static void take_word(reader *r, char word[16]) {
    size_t n = 0;
    const char *at = r->at;
    while ((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') || (n > 0 && *at == '-')) {
        if (n < 15) word[n] = *at;
        n++, at++;
    }
    word[n < 15 ? n : 15] = '\0';
    r->at = at;
}

static place_status not_a_number(reader *r, const char *text) {
    if (*text == '\0') return say(r, "a number is missing");
    const char *end = decimal_end(text);
    if (end != NULL && end[0] == '%' && end[1] == '\0') {
        bool lost;
        return say(r, "'%s' is not a number here; write %.6g", place_quote(text).text,
                   decimal_value(text, end, &lost) / 100);
    }
    if (end != NULL && *end == ',')
        return say(r, "'%s' is not a number; thousands are written without a comma", place_quote(text).text);
    return say(r, "'%s' is not a number; write one like 12 or 0.05, or a distribution like triangular(2, 3, 9)",
               place_quote(text).text);
}

static place_status take_decimal(reader *r, double *out) {
    const char *end = decimal_end(r->at);
    if (end == NULL) return not_a_number(r, r->at);
    bool lost;
    double value = decimal_value(r->at, end, &lost);
    char digits[64];
    snprintf(digits, sizeof digits, "%.*s", (int)(end - r->at < 63 ? end - r->at : 63), r->at);
    if (lost) return say(r, "%s is too small a number: it would be read as 0", place_quote(digits).text);
    if (!(fabs(value) <= LARGEST))
        return say(r, "%s is too large a number; the largest is %g", place_quote(digits).text, LARGEST);
    r->at = end;
    skip_blanks(r);
    *out = value;
    return PLACE_OK;
}

/* ---- arguments ---- */

static place_status wrong_arguments(reader *r, word_id word) {
    return say(r, "%s is written like %s", forms[word].name, forms[word].example);
}

/* One argument: its name or "", and its value. */
typedef struct argument {
    char name[16];
    double value;
} argument;

static place_status take_argument(reader *r, word_id word, bool first, argument *a) {
    a->value = 0;
    take_word(r, a->name);
    if ((a->name[0] != '\0' && !take(r, '=')) || *r->at == ')' || *r->at == ',' || *r->at == '\0')
        return wrong_arguments(r, word);
    place_status status = take_decimal(r, &a->value);
    if (status != PLACE_OK) return status;
    bool sure = word == W_INTERVAL && (strcmp(a->name, "sure") == 0 || (a->name[0] == '\0' && first));
    if (*r->at == '%') {
        if (!sure) return say(r, "'%.6g%%' is not a number here; write %.6g", a->value, a->value / 100);
        a->value /= 100;
        r->at++;
        skip_blanks(r);
    }
    return PLACE_OK;
}

/* Puts the arguments in the order of the set; false when they are not just those of the set. */
static bool arrange(const argument *given, size_t n_given, const char *const *set, double values[MAX_ARGUMENTS]) {
    size_t n_set = 0;
    bool filled[MAX_ARGUMENTS] = { false };
    while (n_set < MAX_ARGUMENTS && set[n_set] != NULL) n_set++;
    if (n_set == 0 || n_given != n_set) return false;
    for (size_t g = 0; g < n_given; g++) {
        size_t k = g;
        if (given[g].name[0] != '\0')
            for (k = 0; k < n_set && strcmp(given[g].name, set[k]) != 0;) k++;
        if (k >= n_set || filled[k]) return false;
        filled[k] = true;
        values[k] = given[g].value;
    }
    return true;
}

/* The arguments of `word` up to the closing bracket, in the order of the set that they fit. */
static place_status take_arguments(reader *r, word_id word, size_t *set, double values[MAX_ARGUMENTS]) {
    argument given[MAX_ARGUMENTS];
    size_t n = 0;
    bool nameless = false;
    do {
        if (n == MAX_ARGUMENTS) return wrong_arguments(r, word);
        place_status status = take_argument(r, word, n == 0, &given[n]);
        if (status != PLACE_OK) return status;
        nameless |= given[n].name[0] == '\0';
        n++;
    } while (take(r, ','));
    if (!take(r, ')')) return wrong_arguments(r, word);
    if (nameless && forms[word].named)
        return say(r, "%s needs the names of its arguments, as in %s", forms[word].name, forms[word].example);
    for (*set = 0; *set < N_SETS; ++*set)
        if (arrange(given, n, forms[word].sets[*set], values)) return PLACE_OK;
    return wrong_arguments(r, word);
}

/* ---- what the words mean ---- */

static place_status in_limits(reader *r, const char *word, const char *what, double value, double low, double high) {
    if (value >= low && value <= high) return PLACE_OK;
    return say(r, "the %s of %s %s is between %g and %g; found %g", what, *word == 'e' ? "an" : "a", word, low, high,
               value);
}

static bool wide_enough(double low, double high) {
    double larger = fabs(low) > fabs(high) ? fabs(low) : fabs(high);
    return high - low >= SMALLEST_SPREAD * larger && high - low >= 1e-12;
}

static place_status make_range(reader *r, word_id word, const double *v, place_distribution *out) {
    size_t n = word == W_UNIFORM ? 2 : 3;
    double low = v[0], high = v[n - 1];
    if (n == 2 && !(low <= high)) return say(r, "uniform needs low <= high; found %g, %g", low, high);
    if (n == 3 && !(low <= v[1] && v[1] <= high))
        return say(r, "%s needs low <= mode <= high; found %g, %g, %g", forms[word].name, low, v[1], high);
    *out = place_distribution_fixed(low);
    if (low == high) return PLACE_OK;
    if (!wide_enough(low, high))
        return say(r, "%s from %g to %g is too narrow to draw from; write fixed(%g)", forms[word].name, low, high, low);
    out->kind = word == W_UNIFORM ? PLACE_UNIFORM : word == W_PERT ? PLACE_PERT : PLACE_TRIANGULAR;
    for (size_t k = 0; k < n; k++) out->a[k] = v[k];
    return PLACE_OK;
}

static place_status check_sd(reader *r, const char *word, double mean, double sd) {
    if (sd == 0) return say(r, "the sd of a %s is above 0; write fixed(%g)", word, mean);
    if (!(sd > 0)) return say(r, "the sd of a %s is above 0; found %g", word, sd);
    if (sd < SMALLEST_SPREAD * fabs(mean) || sd < 1e-12)
        return say(r, "a %s with mean %g and sd %g is too narrow to draw from; write fixed(%g)", word, mean, sd, mean);
    return PLACE_OK;
}

static place_status make_lognormal(reader *r, size_t set, const double *v, place_distribution *out) {
    *out = place_distribution_fixed(0);
    out->kind = PLACE_LOGNORMAL;
    if (!(v[0] > 0)) return say(r, "the %s of a lognormal is above 0; found %g", forms[W_LOGNORMAL].sets[set][0], v[0]);
    if (set == 0) {
        place_status status = check_sd(r, "lognormal", v[0], v[1]);
        if (status != PLACE_OK) return status;
        place_lognormal_from_moments(v[0], v[1], out->a); /* there is one for any two above 0 */
    } else {
        out->a[0] = place_log(v[0]);
        out->a[1] = v[1];
    }
    return in_limits(r, "lognormal", "log-sd", out->a[1], SMALLEST_SPREAD, LARGEST_LOG_SD);
}

static place_status make_beta(reader *r, size_t set, const double *v, place_distribution *out) {
    *out = place_distribution_fixed(0);
    out->kind = PLACE_BETA;
    out->a[0] = v[0];
    out->a[1] = v[1];
    if (set == 0) {
        if (!(v[0] > 0 && v[0] < 1)) return say(r, "the mean of a beta lies between 0 and 1; found %g", v[0]);
        place_status status = check_sd(r, "beta", v[0], v[1]);
        if (status != PLACE_OK) return status;
        if (!place_beta_from_moments(v[0], v[1], out->a))
            return say(r, "there is no beta with mean %g and sd %g: the sd is below %.6g", v[0], v[1],
                       sqrt(v[0] * (1 - v[0])));
    }
    place_status status = in_limits(r, "beta", "a", out->a[0], LEAST_SHAPE, LARGEST_SHAPE);
    return status != PLACE_OK ? status : in_limits(r, "beta", "b", out->a[1], LEAST_SHAPE, LARGEST_SHAPE);
}

static place_status make_gamma(reader *r, size_t set, const double *v, place_distribution *out) {
    *out = place_distribution_fixed(0);
    out->kind = PLACE_GAMMA;
    out->a[0] = v[0];
    out->a[1] = v[1];
    if (set == 0) {
        if (!(v[0] > 0)) return say(r, "the mean of a gamma is above 0; found %g", v[0]);
        place_status status = check_sd(r, "gamma", v[0], v[1]);
        if (status != PLACE_OK) return status;
        out->a[0] = (v[0] / v[1]) * (v[0] / v[1]); /* mean = shape scale, sd = sqrt(shape) scale */
        out->a[1] = v[1] / v[0] * v[1];
    }
    place_status status = in_limits(r, "gamma", "shape", out->a[0], LEAST_SHAPE, LARGEST_SHAPE);
    if (status == PLACE_OK) status = in_limits(r, "gamma", "scale", out->a[1], 1e-12, LARGEST);
    if (status == PLACE_OK) status = in_limits(r, "gamma", "mean", out->a[0] * out->a[1], 0, LARGEST);
    return status;
}

static bool is_share(const place_quantity *quantity) {
    return quantity->low == 0 && quantity->high == 1;
}

static double logit(double p) {
    return place_log(p) - place_log1p(-p);
}

/* "I am 80 % sure that it lies between low and high": the two are taken as the 10 % and 90 % points of a
 * distribution whose shape goes with the quantity, so that no part of it lies where the quantity cannot be. */
static place_status make_interval(reader *r, const double *v, place_distribution *out) {
    double sure = v[0], low = v[1], high = v[2];
    if (!(sure >= 0.01 && sure <= 0.9999))
        return say(r, "an interval holds between 1%% and 99.99%%, written like 80%%; found %g%s",
                   sure > 1 ? sure : 100 * sure, sure > 1 ? "" : "%");
    if (!(low < high)) return say(r, "interval needs low < high; found %g, %g", low, high);
    if (!wide_enough(low, high))
        return say(r, "interval from %g to %g is too narrow to draw from; write fixed(%g)", low, high, low);
    bool share = is_share(r->quantity), positive = low > 0 && r->quantity->low >= 0;
    if (share && !(low > 0 && high < 1))
        return say(r, "an interval for %s lies inside 0 and 1, without them; found %g, %g", r->quantity->noun, low,
                   high);
    double width = 2 * place_normal_quantile(0.5 + sure / 2);
    double from = share ? logit(low) : positive ? place_log(low) : low;
    double to = share ? logit(high) : positive ? place_log(high) : high;
    *out = place_distribution_fixed(0);
    out->kind = share ? PLACE_LOGITNORMAL : positive ? PLACE_LOGNORMAL : PLACE_NORMAL;
    out->a[0] = from + (to - from) / 2;
    out->a[1] = (to - from) / width;
    if (out->kind == PLACE_NORMAL) return PLACE_OK;
    return in_limits(r, share ? "logit-normal" : "lognormal", "log-sd", out->a[1], SMALLEST_SPREAD, 5 * LARGEST_LOG_SD);
}

static place_status check_count(reader *r, const char *what, double count) {
    if (count < 0) return say(r, "%s in counts are 0 or more; found %g", what, count);
    if (count != floor(count)) return say(r, "%s in counts are whole; found %g", what, count);
    return PLACE_OK;
}

/* Events out of an exposure, as the distribution that says what they tell: Beta for a probability, Gamma for a
 * rate, and in a row of shares a Gamma whose row, divided by its sum, is Dirichlet. A prior counts as `weight` of
 * exposure seen before; of a share, as `weight` pupils seen before. */
static place_status make_counts(reader *r, size_t set, const double *v, place_distribution *out) {
    enum { ALONE, EXPOSED, EXPOSED_PRIOR, SHARE_PRIOR };
    double events = v[0], exposure = set == EXPOSED || set == EXPOSED_PRIOR ? v[1] : 0;
    double prior = set >= EXPOSED_PRIOR ? v[set == SHARE_PRIOR ? 1 : 2] : 0;
    double weight = set >= EXPOSED_PRIOR ? v[set == SHARE_PRIOR ? 2 : 3] : 0;
    place_status status = check_count(r, "events", events);
    if (status != PLACE_OK) return status;
    if (r->quantity->share_row) {
        if (set == EXPOSED || set == EXPOSED_PRIOR)
            return say(r,
                       "in a row of shares counts takes one number, as in counts(36), and a prior share at a weight "
                       "in pupils, as in counts(36, prior=0.4, weight=30)");
        if (weight < 0) return say(r, "the weight of a prior is 0 or more; found %g", weight);
        if (prior < 0 || prior > 1) return say(r, "the prior in counts is between 0 and 1; found %g", prior);
        double shape_and_scale[2] = { events + prior * weight, 1 };
        *out = place_distribution_fixed(0);
        return shape_and_scale[0] > 0 ? make_gamma(r, 1, shape_and_scale, out) : PLACE_OK;
    }
    if (set == ALONE || set == SHARE_PRIOR)
        return say(r, "counts takes the events and their exposure, as in %s", forms[W_COUNTS].example);
    if (exposure < 0) return say(r, "the exposure in counts is 0 or more; found %g", exposure);
    if (weight < 0) return say(r, "the weight of a prior is 0 or more; found %g", weight);
    bool probability = is_share(r->quantity);
    if (prior < 0 || (probability && prior > 1))
        return say(r, "the prior in counts is %s; found %g", probability ? "between 0 and 1" : "0 or more", prior);
    if (probability && events > exposure)
        return say(r, "counts of a probability have no more events than exposure; found %g of %g", events, exposure);
    double yes = events + prior * weight, no = exposure - events + (1 - prior) * weight;
    if (!(yes > 0) || (probability && !(no > 0)) || !(exposure + weight > 0))
        return say(
            r,
            "counts(%g, %g) alone cannot say how sure it is; give it a prior: counts(%g, %g, prior=0.05, weight=200)",
            events, exposure, events, exposure);
    double beta[2] = { yes, no }, gamma[2] = { yes, 1 / (exposure + weight) };
    return probability ? make_beta(r, 1, beta, out) : make_gamma(r, 1, gamma, out);
}

static place_status make(reader *r, word_id word, size_t set, const double *v, place_distribution *out) {
    place_status status = PLACE_OK;
    switch (word) {
    case W_FIXED: *out = place_distribution_fixed(v[0]); return PLACE_OK;
    case W_UNIFORM:
    case W_TRIANGULAR:
    case W_PERT: return make_range(r, word, v, out);
    case W_NORMAL:
        *out = place_distribution_fixed(0);
        out->kind = PLACE_NORMAL;
        out->a[0] = v[0];
        out->a[1] = v[1];
        return check_sd(r, "normal", v[0], v[1]);
    case W_EXPONENTIAL:
        status = in_limits(r, "exponential", "mean", v[0], 1e-12, LARGEST);
        *out = place_distribution_fixed(v[0]);
        out->kind = PLACE_EXPONENTIAL;
        return status;
    case W_LOGNORMAL: return make_lognormal(r, set, v, out);
    case W_BETA: return make_beta(r, set, v, out);
    case W_GAMMA: return make_gamma(r, set, v, out);
    case W_INTERVAL: return make_interval(r, v, out);
    default: return make_counts(r, set, v, out); /* what is left */
    }
}

static place_status take_discrete(reader *r, place_distribution *out) {
    size_t n = 1, k = 0;
    for (const char *at = r->at; *at != '\0' && *at != ')'; at++) n += *at == ',';
    if (n > N_DISCRETE) return say(r, "discrete takes at most %d values; found %zu", N_DISCRETE, n);
    double *values = place_arena_array(r->arena, 2 * n, sizeof *values), *weights = values + n;
    if (values == NULL) return place_error_set(r->err, PLACE_SYSTEM, NULL, 0, "memory is out");
    double sum = 0;
    do {
        double value = 0, weight = 0;
        place_status status = take_decimal(r, &value);
        if (status != PLACE_OK) return status;
        if (!take(r, ':')) return wrong_arguments(r, W_DISCRETE);
        status = take_decimal(r, &weight);
        if (status != PLACE_OK) return status;
        if (!(weight > 0 && weight <= 1))
            return say(r, "a weight in discrete is above 0 and at most 1; found %g", weight);
        size_t at = k++; /* values are kept ascending */
        for (; at > 0 && values[at - 1] > value; at--) {
            values[at] = values[at - 1];
            weights[at] = weights[at - 1];
        }
        if (at > 0 && values[at - 1] == value) return say(r, "discrete has the value %g twice", value);
        values[at] = value;
        weights[at] = weight;
    } while (k < n && take(r, ','));
    if (!take(r, ')')) return wrong_arguments(r, W_DISCRETE);
    for (k = 0; k < n; k++) sum += weights[k];
    if (!(fabs(sum - 1) <= 1e-9)) return say(r, "the weights in discrete sum to 1; found %.12g", sum);
    for (k = 0; k < n; k++) weights[k] /= sum;
    *out = place_distribution_fixed(0);
    out->kind = PLACE_DISCRETE;
    out->n_values = n;
    out->values = values;
    out->weights = weights;
    return PLACE_OK;
}

static place_status take_truncation(reader *r, place_distribution *out) {
    char word[16];
    take_word(r, word);
    if (strcmp(word, "truncated") != 0 || !take(r, '('))
        return say(r, "only truncated(low, high) may follow a distribution; found '%s%s'", place_quote(word).text,
                   place_quote(r->at).text);
    double ends[2] = { 0, 0 };
    place_status status = take_decimal(r, &ends[0]);
    if (status != PLACE_OK) return status;
    if (!take(r, ',')) return say(r, "truncated is written like truncated(0, 20)");
    status = take_decimal(r, &ends[1]);
    if (status != PLACE_OK) return status;
    if (!take(r, ')')) return say(r, "truncated is written like truncated(0, 20)");
    if (*r->at != '\0') return say(r, "nothing may follow truncated(...); found '%s'", place_quote(r->at).text);
    if (out->kind == PLACE_FIXED) return say(r, "a fixed number has nothing to truncate; write %g", out->a[0]);
    if (!wide_enough(ends[0], ends[1])) return say(r, "truncated needs low < high; found %g, %g", ends[0], ends[1]);
    out->low = ends[0];
    out->high = ends[1];
    return PLACE_OK;
}

/* ---- what the number stands for ---- */

static const char *kind_name(place_distribution_kind kind) {
    static const char *const names[] = {
        [PLACE_FIXED] = "fixed number",
        [PLACE_UNIFORM] = "uniform",
        [PLACE_TRIANGULAR] = "triangular",
        [PLACE_PERT] = "pert",
        [PLACE_NORMAL] = "normal",
        [PLACE_LOGNORMAL] = "lognormal",
        [PLACE_LOGITNORMAL] = "logit-normal",
        [PLACE_BETA] = "beta",
        [PLACE_GAMMA] = "gamma",
        [PLACE_EXPONENTIAL] = "exponential",
        [PLACE_DISCRETE] = "discrete",
    };
    return names[kind];
}

/* "places are 0 or more", "a probability is between 0 and 1" */
static void rule(const place_quantity *q, char out[128]) {
    const char *verb =
        strncmp(q->noun, "a ", 2) == 0 || strncmp(q->noun, "an ", 3) == 0 || strncmp(q->noun, "the ", 4) == 0 ? "is"
                                                                                                              : "are";
    if (!isfinite(q->low)) snprintf(out, 128, "%.60s %s %.12g or less", q->noun, verb, q->high);
    else if (!isfinite(q->high)) snprintf(out, 128, "%.60s %s %.12g or more", q->noun, verb, q->low);
    else snprintf(out, 128, "%.60s %s between %.12g and %.12g", q->noun, verb, q->low, q->high);
}

static place_status check_quantity(reader *r, const place_distribution *d) {
    const place_quantity *q = r->quantity;
    char text[128];
    rule(q, text);
    if (d->kind == PLACE_FIXED) {
        if (!(d->a[0] >= q->low && d->a[0] <= q->high)) return say(r, "%s; found %.12g", text, d->a[0]);
        if (q->whole && d->a[0] != floor(d->a[0]))
            return say(r, "%s %s whole; found %.12g", q->noun, strstr(text, " is ") != NULL ? "is" : "are", d->a[0]);
        return PLACE_OK;
    }
    double low = place_distribution_low(d), high = place_distribution_high(d);
    if (low >= q->low && high <= q->high) return PLACE_OK;
    bool below = !(low >= q->low);
    double end = below ? low : high;
    if (!isfinite(end))
        return say(r, "%s, and a %s has no %s end; give it one with truncated(low, high)", text, kind_name(d->kind),
                   below ? "lower" : "upper");
    return say(r, "%s; this %s goes %s to %.12g", text, kind_name(d->kind), below ? "down" : "up", end);
}

place_status place_number_read(const char *text, const place_quantity *quantity, place_arena *arena,
                               place_distribution *out, place_error *err) {
    reader r = { text, quantity, arena, err };
    place_distribution d;
    bool dirichlet = false;
    skip_blanks(&r);
    const char *start = r.at;
    char name[16];
    take_word(&r, name);
    skip_blanks(&r);
    if (name[0] == '\0' || *r.at != '(') {
        r.at = start;
        double value = 0;
        place_status status = take_decimal(&r, &value);
        if (status != PLACE_OK) return status;
        if (*r.at != '\0') return not_a_number(&r, start);
        d = place_distribution_fixed(value);
    } else {
        size_t word = 0, set = 0;
        while (word < N_WORDS && strcmp(name, forms[word].name) != 0) word++;
        if (word == N_WORDS) {
            const char *known[N_WORDS];
            for (size_t w = 0; w < N_WORDS; w++) known[w] = forms[w].name;
            const char *nearest = place_nearest_word(name, known, N_WORDS);
            return say(&r, "'%s' is no distribution that is known here%s%s%s", name,
                       nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
                       nearest != NULL ? "'?" : "");
        }
        take(&r, '(');
        double values[MAX_ARGUMENTS] = { 0 };
        place_status status;
        if (word == W_DISCRETE) {
            status = take_discrete(&r, &d);
        } else {
            status = take_arguments(&r, (word_id)word, &set, values);
            if (status == PLACE_OK) status = make(&r, (word_id)word, set, values, &d);
        }
        if (status == PLACE_OK && *r.at != '\0') status = take_truncation(&r, &d);
        if (status != PLACE_OK) return status;
        dirichlet = word == W_COUNTS && quantity->share_row;
    }
    place_status status = d.kind == PLACE_FIXED ? PLACE_OK : place_distribution_check(&d, err);
    if (status == PLACE_OK && !dirichlet) status = check_quantity(&r, &d);
    if (status == PLACE_OK) *out = d;
    return status;
}
