/* SPDX-License-Identifier: MIT */
/**
 * What tests of the model share: scenarios put together from pieces of XML, runs of them on two threads that keep only the
 * cells asked for, and the statistics of what comes out, with bounds that a true value passes with chance 1e-9
 * (z 6.109). Whatever cannot go wrong in a test (memory, a scenario that will not load) aborts it with the reason.
 */
#ifndef PLACE_TESTS_SCENARIOS_H
#define PLACE_TESTS_SCENARIOS_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "place/plan.h"
#include "place/results.h"
#include "place/run.h"
#include "place/summary.h"

#define Z 6.109 /**< two-sided alpha 1e-9 */

/* ---- text ---- */

/** A growing text. Zero-initialise; text_free. */
typedef struct text {
    char *at;
    size_t n, room;
} text;

void text_add(text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_free(text *t);

/* ---- scenarios ---- */

/** The children of a <scenario>, made as printf makes them, to a plan that the caller frees. Aborts with the errors, if any. */
place_plan *scenario_plan(const char *format, ...) __attribute__((format(printf, 1, 2)));
/** A whole document to a plan. @param sets  [n_sets] "XPATH=VALUE" */
place_plan *scenario_load_text(const char *xml, const char *const *sets, size_t n_sets);
place_plan *scenario_load_file(const char *path, const char *const *sets, size_t n_sets);

/** One phase, area ("a"), need ("n"): what a test of one idea needs besides. */
extern const char *const scenario_single;

/** Index of an item by its id; aborts when there is none. */
size_t index_of(const place_axis *axis, const char *id);
size_t site_index(const place_plan *plan, const char *id);
size_t project_index(const place_plan *plan, const char *id);

/** Cell of a variable by the indices of its axes, outermost first. */
size_t cell_at(const place_plan *plan, place_variable_id variable, const size_t *indices);
#define CELL(plan, variable, ...) cell_at((plan), (variable), (const size_t[]){ __VA_ARGS__ })

/* ---- random scenarios ---- */

/** What a random scenario leaves out, so that a law of the model holds for it. */
enum {
    WITHOUT_CHANCE = 1,   /**< every number fixed, every probability 0 or 1, no Poisson joiners                  */
    WITHOUT_FEEDBACK = 2, /**< no giving up: the one way by which places reach demand                            */
    WITH_KEYS = 4,        /**< ids are other than usual; each thing's key is its usual id                        */
    SHUFFLED = 8,         /**< the same scenario, its elements, rows and sites' children in another order         */
    WITHOUT_MONEY = 16,   /**< no budget, cost or income                                                         */
    WITHOUT_SERVICES = 32, /**< no pipeline, trigger, change, intervention or logged risk                         */
};

/** A valid scenario of one to three areas with everything a scenario may hold, a function of its number and flags. */
void scenario_random(text *out, uint32_t number, unsigned flags);

/* ---- one replication of a small scenario ---- */

/** What a test of one idea works out by hand: a scenario without chance, and what came of it; free_world. */
typedef struct world {
    place_plan *plan;
    place_results *results;
    size_t special, base, open; /**< provisions of these ids, which it has */
} world;

/** Load and run the children of a <scenario>, made as printf makes them. */
world world_of(const char *format, ...) __attribute__((format(printf, 1, 2)));
void free_world(world *w);

/* ---- runs ---- */

typedef struct column {
    place_variable_id variable;
    size_t cell;
} column;

/** Run n replications on two threads and keep some cells. @return [n_columns][n] values, missing NaN; the caller frees */
double *run_columns(const place_plan *plan, int64_t n, const column *columns, size_t n_columns);
/** All values, in memory. */
place_results *run_all(const place_plan *plan, int64_t n, int n_threads);
/** Such results as the source of a summary: place_summary_source.read, self being them. */
place_status read_results(void *self, place_variable_id variable, size_t n_cells, double **out, place_error *err);

/** Aborts unless two runs kept the same values of a variable, in each replication below n. */
void assert_same_variable(const place_results *one, const place_results *two, place_variable_id variable, int64_t n);
/** The same of every variable. */
void assert_same_results(const place_results *one, const place_results *two, int64_t n);

/* ---- statistics ---- */

double mean_of(const double *x, size_t n);
double variance_of(const double *x, size_t n);
double covariance_of(const double *x, const double *y, size_t n);
size_t count_at_least(const double *x, size_t n, double low); /**< values at `low` or above */

bool mean_agrees(const double *x, size_t n, double mean, double variance);
/** Variance within the share of the stated one (0.028 at 10^5 for nearly normal values). */
bool variance_agrees(const double *x, size_t n, double variance, double share);
/** sqrt((v_x v_y + c^2) / n) is the standard error of a covariance of nearly normal values. */
bool covariance_agrees(const double *x, const double *y, size_t n, double covariance, double vx, double vy);

double poisson_cdf(const void *mean, double k);
/** Law: double[2], n and p. */
double binomial_law_cdf(const void *n_and_p, double k);

/** Chi-square of whole values against a law, classes of at least 25 expected. @return statistic over its 1 - 1e-9 quantile */
double chi_square_ratio(const double *x, size_t n, double (*cdf)(const void *, double), const void *law, double low,
                        double high);

/** What summary says of a run, or with a NULL `summary` explain of its plan, as text. @return the caller frees */
char *report_text(const place_plan *plan, const place_summary *summary);

#endif
