/* SPDX-License-Identifier: MIT */
/*
 * Shares of variance. Sums of a crossed design stand in one cube of (m + 1)^4, in which the index m of a family means its sum: a cell
 * then belongs to the set of families whose index is below m, and leaving out one index is a subtraction along one axis. A regression
 * keeps the factors of the inputs' cross-products, whole and without each group, so that a figure costs no more than substitution.
 */
#include "place/variance.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N_FAMILIES = PLACE_N_SOURCES - 1, N_SETS = 1 << N_FAMILIES, N_GROUPS = 20 };

/* ---- a crossed design ------------------------------------------------------------------------------------------- */

/* Sums with margins, [m + 1]^4, of values less their mean. */
static void fill_cube(double *cube, const double *values, size_t m) {
    const size_t side = m + 1;
    double mean = 0;
    for (size_t r = 0; r < m * m * m * m; r++) mean += values[r] / (double)(m * m * m * m);
    for (size_t r = 0; r < m * m * m * m; r++) {
        size_t at[N_FAMILIES] = { r / (m * m * m), r / (m * m) % m, r / m % m, r % m };
        for (int set = 0; set < N_SETS; set++) {
            size_t cell = 0;
            for (int f = 0; f < N_FAMILIES; f++) cell = cell * side + (set >> f & 1 ? at[f] : m);
            cube[cell] += values[r] - mean;
        }
    }
}

/* Shares, given for each set of families the sum of squares of its cells' sums. @return false when there is no spread */
static bool shares_of(const double squares[N_SETS], const size_t n[N_FAMILIES], double out[PLACE_N_SOURCES]) {
    double mean_square[N_SETS], in_cell[N_SETS], total = 0;
    for (int set = 0; set < N_SETS; set++) {
        double freedom = 1;
        in_cell[set] = 1;
        mean_square[set] = 0;
        for (int f = 0; f < N_FAMILIES; f++) {
            if (set >> f & 1) freedom *= (double)(n[f] - 1);
            else in_cell[set] *= (double)n[f];
        }
        for (int within = 0; within <= set; within++)
            if ((within & ~set) == 0) mean_square[set] += (__builtin_popcount((unsigned)(set ^ within)) % 2 ? -1 : 1) * squares[within] / in_cell[within];
        mean_square[set] /= freedom;
    }
    memset(out, 0, PLACE_N_SOURCES * sizeof *out);
    for (int set = 1; set < N_SETS; set++) {
        double variance = 0;
        for (int above = set; above < N_SETS; above++)
            if ((set & ~above) == 0) variance += (__builtin_popcount((unsigned)(set ^ above)) % 2 ? -1 : 1) * mean_square[above];
        out[__builtin_popcount((unsigned)set) == 1 ? __builtin_ctz((unsigned)set) : N_FAMILIES] += variance / in_cell[set];
    }
    for (int p = 0; p < PLACE_N_SOURCES; p++) total += out[p] = fmax(out[p], 0);
    for (int p = 0; p < PLACE_N_SOURCES; p++) out[p] = out[p] > 1e-9 * total ? out[p] / total : 0; /* rounding is no share */
    return total > 0;
}

/* The shares without index `left` of family `without` (-1: with all). */
static bool shares_without(const double *cube, size_t m, int without, size_t left, double out[PLACE_N_SOURCES]) {
    const size_t side = m + 1, stride[N_FAMILIES] = { side * side * side, side * side, side, 1 };
    double squares[N_SETS] = { 0 };
    size_t n[N_FAMILIES];
    for (int f = 0; f < N_FAMILIES; f++) n[f] = f == without ? m - 1 : m;
    for (size_t cell = 0; cell < side * side * side * side; cell++) {
        int set = 0;
        for (int f = 0; f < N_FAMILIES; f++) set |= (cell / stride[f] % side < m) << f;
        double sum = cube[cell];
        if (without >= 0 && set >> without & 1) {
            if (cell / stride[without] % side == left) continue;
        } else if (without >= 0) sum -= cube[cell - (m - left) * stride[without]];
        squares[set] += sum * sum;
    }
    return shares_of(squares, n, out);
}

place_status place_variance_crossed(place_chance out[PLACE_N_SOURCES], const double *values, size_t m, place_error *err) {
    assert(m >= PLACE_LEAST_LEVELS);
    double *cube = calloc((m + 1) * (m + 1) * (m + 1) * (m + 1), sizeof *cube), *shares = calloc(m * PLACE_N_SOURCES, sizeof *shares);
    double whole[PLACE_N_SOURCES];
    place_status status = PLACE_OK;
    if (cube == NULL || shares == NULL) {
        status = place_error_set(err, PLACE_SYSTEM, NULL, 0, "out of memory");
        goto out;
    }
    fill_cube(cube, values, m);
    bool varies = shares_without(cube, m, -1, 0, whole);
    for (int p = 0; p < PLACE_N_SOURCES; p++) out[p] = (place_chance){ varies ? whole[p] : (double)NAN, varies ? 0 : (double)NAN };
    for (int f = 0; f < N_FAMILIES && varies; f++) {
        for (size_t i = 0; i < m; i++) /* what does not vary without one index has no shares: those of the whole stand in */
            if (!shares_without(cube, m, f, i, &shares[i * PLACE_N_SOURCES])) memcpy(&shares[i * PLACE_N_SOURCES], whole, sizeof whole);
        for (int p = 0; p < PLACE_N_SOURCES; p++) {
            double mean = 0;
            for (size_t i = 0; i < m; i++) mean += shares[i * PLACE_N_SOURCES + (size_t)p] / (double)m;
            for (size_t i = 0; i < m; i++) out[p].error += pow(shares[i * PLACE_N_SOURCES + (size_t)p] - mean, 2) * (double)(m - 1) / (double)m;
        }
    }
    for (int p = 0; p < PLACE_N_SOURCES; p++) out[p].error = sqrt(out[p].error);
out:
    free(cube);
    free(shares);
    return status;
}

/* ---- regression ------------------------------------------------------------------------------------------------- */

/* Replications of one part: all, or all but a group. */
typedef struct run_part {
    size_t n, n_used;  /* replications; inputs that are not constant and do not follow from others */
    double *sum;       /* [p] of the standardised inputs                                            */
    double *factor;    /* [p][p] lower triangle of the cross-products about the mean; a row not used is 0 */
} run_part;

struct place_regression {
    size_t n, p;
    double *inputs;    /* [p][n] standardised */
    run_part parts[N_GROUPS + 1];
    double *memory;    /* of the parts                                               */
    double *products;  /* [N_GROUPS + 1][p] of the inputs and the figure in hand, then [p] of its substitution */
};

int64_t place_regression_least(size_t n_inputs) { return n_inputs < 20 ? 200 : (int64_t)n_inputs * 10; }

static size_t group_of(const place_regression *g, size_t r) { return r * N_GROUPS / g->n; }

static void standardise(double *out, const double *in, size_t n) {
    double mean = 0, squares = 0;
    for (size_t r = 0; r < n; r++) mean += in[r] / (double)n;
    for (size_t r = 0; r < n; r++) squares += (in[r] - mean) * (in[r] - mean);
    double sd = sqrt(squares / (double)n);
    for (size_t r = 0; r < n; r++) out[r] = sd > 1e-12 * fabs(mean) && isfinite(sd) ? (in[r] - mean) / sd : 0;
}

/* Cholesky, in place; a column that the ones before it explain but for rounding is left out. */
static void factorise(run_part *part, size_t p) {
    double *a = part->factor;
    for (size_t i = 0; i < p; i++) {
        for (size_t j = 0; j <= i; j++) {
            double sum = a[i * p + j];
            for (size_t k = 0; k < j; k++) sum -= a[i * p + k] * a[j * p + k];
            if (j < i) a[i * p + j] = a[j * p + j] > 0 ? sum / a[j * p + j] : 0;
            else a[i * p + i] = sum > 1e-9 * (double)part->n ? sqrt(sum) : 0;
        }
        part->n_used += a[i * p + i] > 0;
    }
}

static void add_products(place_regression *g) {
    const size_t p = g->p;
    run_part *whole = &g->parts[N_GROUPS];
    for (size_t r = 0; r < g->n; r++) g->parts[group_of(g, r)].n++;
    for (size_t i = 0; i < p; i++) {
        const double *x = g->inputs + i * g->n;
        for (size_t r = 0; r < g->n; r++) g->parts[group_of(g, r)].sum[i] += x[r];
        for (size_t j = 0; j <= i; j++) {
            const double *y = g->inputs + j * g->n;
            for (size_t r = 0, group = 0; r < g->n; group++) {
                double sum = 0;
                for (size_t end = r + g->parts[group].n; r < end; r++) sum += x[r] * y[r];
                g->parts[group].factor[i * p + j] = sum;
                whole->factor[i * p + j] += sum;
            }
        }
    }
    whole->n = g->n; /* its sums are 0 */
    for (int k = 0; k < N_GROUPS; k++) { /* from the group to all but the group */
        run_part *part = &g->parts[k];
        part->n = g->n - part->n;
        for (size_t i = 0; i < p; i++) part->sum[i] = -part->sum[i];
        for (size_t i = 0; i < p; i++)
            for (size_t j = 0; j <= i; j++)
                part->factor[i * p + j] = whole->factor[i * p + j] - part->factor[i * p + j] - part->sum[i] * part->sum[j] / (double)part->n;
    }
}

place_status place_regression_create(place_regression **out, const double *const *inputs, size_t n_inputs, size_t n, place_error *err) {
    const size_t p = n_inputs, n_parts = N_GROUPS + 1;
    place_regression *g = calloc(1, sizeof *g);
    if (g != NULL) {
        *g = (place_regression){ .n = n, .p = p, .inputs = calloc(p * n + 1, sizeof *g->inputs), .memory = calloc(n_parts * (p + 1) * p + 1, sizeof *g->memory),
                                 .products = calloc((n_parts + 1) * p + 1, sizeof *g->products) };
    }
    if (g == NULL || g->inputs == NULL || g->memory == NULL || g->products == NULL) {
        place_regression_free(g);
        return place_error_set(err, PLACE_SYSTEM, NULL, 0, "out of memory");
    }
    for (size_t k = 0; k < n_parts; k++) {
        g->parts[k].sum = g->memory + k * (p + 1) * p;
        g->parts[k].factor = g->parts[k].sum + p;
    }
    for (size_t i = 0; i < p; i++) standardise(g->inputs + i * n, inputs[i], n);
    if (n >= N_GROUPS) {
        add_products(g);
        for (size_t k = 0; k < n_parts; k++) factorise(&g->parts[k], p);
    }
    *out = g;
    return PLACE_OK;
}

void place_regression_free(place_regression *regression) {
    if (regression == NULL) return;
    free(regression->inputs);
    free(regression->memory);
    free(regression->products);
    free(regression);
}

/* Adjusted R squared of a part, given sums over it; `work` [p] is overwritten with the substitution. NaN: the figure does not vary */
static double adjusted(const run_part *part, size_t p, const double *products, double sum, double squares, double *work) {
    double n = (double)part->n, left = squares - sum * sum / n, explained = 0;
    if (left <= 1e-12 * squares || left <= 0) return NAN;
    for (size_t i = 0; i < p; i++) {
        double value = products[i] - part->sum[i] * sum / n;
        for (size_t k = 0; k < i; k++) value -= part->factor[i * p + k] * work[k];
        work[i] = part->factor[i * p + i] > 0 ? value / part->factor[i * p + i] : 0;
        explained += work[i] * work[i];
    }
    return 1 - (1 - explained / left) * (n - 1) / (n - (double)part->n_used - 1);
}

place_chance place_regression_share(place_regression *g, const double *values) {
    const size_t p = g->p;
    double sum[N_GROUPS + 1] = { 0 }, squares[N_GROUPS + 1] = { 0 }, share[N_GROUPS + 1], mean = 0, error = 0, centre = 0;
    double *products = g->products, *work = products + (N_GROUPS + 1) * p;
    if ((int64_t)g->n < place_regression_least(p)) return (place_chance){ NAN, NAN };
    memset(products, 0, (N_GROUPS + 1) * p * sizeof *products);
    for (size_t r = 0; r < g->n; r++) centre += values[r] / (double)g->n;
    for (size_t r = 0; r < g->n; r++) {
        sum[group_of(g, r)] += values[r] - centre;
        squares[group_of(g, r)] += (values[r] - centre) * (values[r] - centre);
    }
    for (size_t i = 0; i < p; i++)
        for (size_t r = 0; r < g->n; r++) products[group_of(g, r) * p + i] += g->inputs[i * g->n + r] * (values[r] - centre);
    for (size_t k = 0; k < N_GROUPS; k++) {
        sum[N_GROUPS] += sum[k];
        squares[N_GROUPS] += squares[k];
        for (size_t i = 0; i < p; i++) products[N_GROUPS * p + i] += products[k * p + i];
    }
    share[N_GROUPS] = adjusted(&g->parts[N_GROUPS], p, products + N_GROUPS * p, sum[N_GROUPS], squares[N_GROUPS], work);
    for (size_t k = 0; k < N_GROUPS; k++) {
        for (size_t i = 0; i < p; i++) products[k * p + i] = products[N_GROUPS * p + i] - products[k * p + i];
        share[k] = adjusted(&g->parts[k], p, products + k * p, sum[N_GROUPS] - sum[k], squares[N_GROUPS] - squares[k], work);
        if (isnan(share[k])) share[k] = share[N_GROUPS]; /* only one group varies: nothing to compare with */
        mean += share[k] / N_GROUPS;
    }
    for (size_t k = 0; k < N_GROUPS; k++) error += (share[k] - mean) * (share[k] - mean) * (N_GROUPS - 1) / N_GROUPS;
    if (isnan(share[N_GROUPS])) return (place_chance){ NAN, NAN };
    return (place_chance){ fmax(share[N_GROUPS], 0), sqrt(error) };
}
