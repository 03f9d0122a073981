/* SPDX-License-Identifier: MIT */
/* Running a closed form: a sink that keeps the cells asked for, and the statistics of what it kept. The cases are in closed_forms_table.c. */
#include "place/closed_forms.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "place/numeric.h"
#include "place/run.h"

#define Z 6.109    /* two-sided alpha 1e-9 */
#define ALPHA 1e-9

/* ---- keeping ---------------------------------------------------------------------------------------------------- */

typedef struct column {
    place_variable_id variable;
    size_t cell;
    double *values; /* [n] */
} column;

typedef struct keeper {
    column *columns;
    size_t n_columns;
} keeper;

static double value_of(const place_block *block, const column *c, int i) {
    const void *data = block->data[c->variable];
    size_t at = c->cell * PLACE_BLOCK + (size_t)i;
    switch (place_catalogue[c->variable].type) {
    case PLACE_TYPE_COUNT: return block->layout->narrow ? ((const uint16_t *)data)[at] : ((const int32_t *)data)[at];
    case PLACE_TYPE_INT32: return ((const int32_t *)data)[at];
    case PLACE_TYPE_INT64: return (double)((const int64_t *)data)[at];
    case PLACE_TYPE_DOUBLE: return ((const double *)data)[at];
    case PLACE_TYPE_FLAG: return ((const int8_t *)data)[at];
    }
    return NAN;
}

/* Parts keep columns of their own, so threads may at once. */
static void *keep(void *self, const place_block *block, int part, int n_parts, place_error *err) {
    keeper *k = self;
    (void)err;
    for (size_t c = (size_t)part; c < k->n_columns; c += (size_t)n_parts)
        for (int i = 0; i < block->n_replications; i++)
            k->columns[c].values[block->index * PLACE_BLOCK + i] = value_of(block, &k->columns[c], i);
    return k;
}

static place_status append_nothing(void *self, void *packed, place_error *err) {
    (void)self, (void)packed, (void)err;
    return PLACE_OK;
}
static void discard_nothing(void *self, void *packed) { (void)self, (void)packed; }
static place_status close_nothing(void *self, place_error *err) {
    (void)self, (void)err;
    return PLACE_OK;
}
static void abandon_nothing(void *self) { (void)self; }

static size_t cell_of(const place_plan *plan, const place_closed_cell *where) {
    const place_variable *v = &place_catalogue[where->variable];
    size_t cell = 0;
    for (int a = 0; a < v->n_axes; a++) {
        size_t n = place_axis_length(plan, v->axes[a]);
        assert(where->at[a] < n);
        cell = cell * n + where->at[a];
    }
    return cell;
}

/* ---- statistics ------------------------------------------------------------------------------------------------- */

static double mean_of(const double *x, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += x[i];
    return sum / (double)n;
}

static double covariance_of(const double *x, const double *y, size_t n) {
    double mx = mean_of(x, n), my = mean_of(y, n), sum = 0;
    for (size_t i = 0; i < n; i++) sum += (x[i] - mx) * (y[i] - my);
    return sum / (double)(n - 1);
}

static double share_of(const double *x, size_t n, double low, double high) {
    size_t held = 0;
    for (size_t i = 0; i < n; i++) held += x[i] >= low && x[i] <= high;
    return (double)held / (double)n;
}

static double law_cdf(const place_closed_check *check, double k) {
    if (k < 0) return 0;
    if (check->kind == PLACE_CLOSED_POISSON) return 1 - place_gamma_cdf(check->a, floor(k) + 1);
    return k >= check->a ? 1 : 1 - place_beta_cdf(check->b, floor(k) + 1, check->a - floor(k));
}

/* Largest distance between the distribution functions of whole values 0 or more and of a law of whole numbers; NaN: out of memory. */
static double law_gap(const double *x, size_t n, const place_closed_check *check) {
    size_t most = 0;
    for (size_t i = 0; i < n; i++) most = x[i] > (double)most ? (size_t)x[i] : most;
    size_t *counts = calloc(most + 1, sizeof *counts), seen = 0;
    double gap = 0;
    if (counts == NULL) return NAN;
    for (size_t i = 0; i < n; i++) counts[(size_t)x[i]]++;
    for (size_t k = 0; k <= most; k++) {
        seen += counts[k];
        gap = fmax(gap, fabs((double)seen / (double)n - law_cdf(check, (double)k)));
    }
    free(counts);
    return gap;
}

static double furthest(const double *x, size_t n, double exact) {
    double far = x[0];
    for (size_t i = 1; i < n; i++)
        if (!(fabs(x[i] - exact) <= fabs(far - exact))) far = x[i];
    return far;
}

/* Variance of the means of batches, over that of means of independent values. */
static double batch_ratio(const double *x, size_t n, size_t n_batches) {
    const size_t size = n / n_batches;
    double square = 0, mean = mean_of(x, n_batches * size);
    for (size_t k = 0; k < n_batches; k++) {
        double d = mean_of(x + k * size, size) - mean;
        square += d * d;
    }
    return square / (double)(n_batches - 1) / (covariance_of(x, x, n) / (double)size);
}

static double limit_of(const place_closed_check *check, double n) {
    switch (check->kind) {
    case PLACE_CLOSED_MEAN: return Z * sqrt(check->a / n);
    case PLACE_CLOSED_VARIANCE: return Z * sqrt((2 + check->a) / n) * check->exact;
    case PLACE_CLOSED_COVARIANCE: return Z * sqrt((check->a * check->b + check->exact * check->exact) / n);
    case PLACE_CLOSED_AT_LEAST:
    case PLACE_CLOSED_AT_MOST: return Z * sqrt(check->exact * (1 - check->exact) / n);
    case PLACE_CLOSED_POISSON:
    case PLACE_CLOSED_BINOMIAL: return sqrt(log(2 / ALPHA) / (2 * n));
    case PLACE_CLOSED_EVERY: return 0;
    case PLACE_CLOSED_BATCHES: return 2 * place_gamma_quantile(1 - ALPHA / 2, (check->a - 1) / 2) / (check->a - 1) - 1;
    }
    return 0;
}

static double measure(const place_closed_check *check, const double *x, const double *other, size_t n) {
    switch (check->kind) {
    case PLACE_CLOSED_MEAN: return mean_of(x, n);
    case PLACE_CLOSED_VARIANCE: return covariance_of(x, x, n);
    case PLACE_CLOSED_COVARIANCE: return covariance_of(x, other, n);
    case PLACE_CLOSED_AT_LEAST: return share_of(x, n, check->a, INFINITY);
    case PLACE_CLOSED_AT_MOST: return share_of(x, n, -(double)INFINITY, check->a);
    case PLACE_CLOSED_POISSON:
    case PLACE_CLOSED_BINOMIAL: return law_gap(x, n, check);
    case PLACE_CLOSED_EVERY: return furthest(x, n, check->exact);
    case PLACE_CLOSED_BATCHES: return batch_ratio(x, n, (size_t)check->a);
    }
    return NAN;
}

/* ---- one case --------------------------------------------------------------------------------------------------- */

/* Columns for each check: its cells, then the other one of a covariance. */
enum { COLUMNS = PLACE_CLOSED_CELLS + 1 };

static place_status keep_run(const place_closed_form *form, const place_plan *plan, int n_threads, column *columns, double *values,
                             place_error *err) {
    keeper k = { .columns = columns };
    for (size_t i = 0; i < form->n_checks; i++) {
        const place_closed_check *check = &form->checks[i];
        for (size_t c = 0; c < COLUMNS; c++) { /* cells that a check has not are kept as its first one */
            const place_closed_cell *cell = c < check->n_cells ? &check->cells[c] : &check->cells[0];
            if (c == COLUMNS - 1 && check->kind == PLACE_CLOSED_COVARIANCE) cell = &check->other;
            columns[k.n_columns] = (column){ cell->variable, cell_of(plan, cell), values + k.n_columns * (size_t)form->n_replications };
            k.n_columns++;
        }
    }
    place_sink sink = { .pack = keep, .append = append_nothing, .discard = discard_nothing, .close = close_nothing, .abandon = abandon_nothing,
                        .self = &k };
    return place_run(plan, &(place_run_options){ .n_replications = form->n_replications, .n_threads = n_threads }, &sink, err);
}

place_status place_closed_form_run(place_closed_result *results, const place_closed_form *form, const place_plan *plan, int n_threads,
                                   place_error *err) {
    const size_t n = (size_t)form->n_replications;
    column *columns = calloc(form->n_checks * COLUMNS + 1, sizeof *columns);
    double *values = malloc(form->n_checks * COLUMNS * n * sizeof *values + 1);
    place_status status = columns != NULL && values != NULL ? keep_run(form, plan, n_threads, columns, values, err)
                                                            : place_error_set(err, PLACE_SYSTEM, NULL, 0, "out of memory");
    for (size_t i = 0; i < form->n_checks && status == PLACE_OK; i++) {
        const place_closed_check *check = &form->checks[i];
        double *x = columns[COLUMNS * i].values, *other = columns[COLUMNS * i + COLUMNS - 1].values;
        for (size_t c = 1; c < check->n_cells; c++)
            for (size_t k = 0; k < n; k++) x[k] += columns[COLUMNS * i + c].values[k];
        results[i] = (place_closed_result){ .form = form, .check = check, .measured = measure(check, x, other, n),
                                            .limit = limit_of(check, (double)n) };
        results[i].passed = fabs(results[i].measured - check->exact) <= results[i].limit;
        if (isnan(results[i].measured)) status = place_error_set(err, PLACE_SYSTEM, NULL, 0, "out of memory");
    }
    free(columns);
    free(values);
    return status;
}
