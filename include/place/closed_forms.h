/* SPDX-License-Identifier: MIT */
/**
 * Closed forms: scenarios small enough that their laws are known exactly, and what a run of them must show. Each limit is passed by a true
 * law with chance 1 - 1e-9, so that a failure is a fault of the program, its libraries or the machine, and not of luck.
 * The scenarios are in scenarios/verify; whoever runs a case brings its plan.
 */
#ifndef PLACE_CLOSED_FORMS_H
#define PLACE_CLOSED_FORMS_H

#include "place/catalogue.h"
#include "place/error.h"
#include "place/plan.h"

/** What is held against the exact value. R is the number of replications, z 6.109. */
typedef enum place_closed_kind {
    PLACE_CLOSED_MEAN,       /**< mean; within z sqrt(a / R), a the variance                                              */
    PLACE_CLOSED_VARIANCE,   /**< variance; within z sqrt((2 + a) / R) of it as a share, a the excess kurtosis            */
    PLACE_CLOSED_COVARIANCE, /**< with `other`; within z sqrt((a b + exact^2) / R), a and b the variances                 */
    PLACE_CLOSED_AT_LEAST,   /**< share of replications at a or above; within z sqrt(p (1 - p) / R)                       */
    PLACE_CLOSED_AT_MOST,    /**< share at a or below                                                                     */
    PLACE_CLOSED_POISSON,    /**< largest gap between distribution functions, exactly 0; mean a; within sqrt(ln(2e9) / 2 R) */
    PLACE_CLOSED_BINOMIAL,   /**< the same, a trials of probability b                                                     */
    PLACE_CLOSED_EVERY,      /**< the value furthest from the exact one; no limit: each replication must have it          */
    PLACE_CLOSED_BATCHES,    /**< variance of the means of a batches of R / a, over sd^2 / (R / a); exactly 1; by chi-square */
} place_closed_kind;

/** A cell of a variable, by positions along its axes. */
typedef struct place_closed_cell {
    place_variable_id variable;
    size_t at[PLACE_MAX_VARIABLE_AXES];
} place_closed_cell;

#define PLACE_CLOSED_CELLS 3

typedef struct place_closed_check {
    place_closed_kind kind;
    const char *what;          /**< "pupils on roll, mean"                */
    double exact, a, b;
    size_t n_cells;            /**< 1 to 3: their sum is looked at         */
    place_closed_cell cells[PLACE_CLOSED_CELLS], other;
} place_closed_check;

typedef struct place_closed_form {
    const char *id, *title;    /**< "V17", "a full school turns away what the chain says" */
    const char *scenario;      /**< "v17"                                  */
    int64_t n_replications;
    size_t n_checks;
    const place_closed_check *checks;
} place_closed_form;

typedef struct place_closed_result {
    const place_closed_form *form;
    const place_closed_check *check;
    double measured, limit;    /**< passed when measured is within limit of exact */
    bool passed;
    char scenario_digest[65];  /**< SHA-256 of the scenario's file; "" until the caller of place_closed_form_run puts it in */
} place_closed_result;

extern const place_closed_form place_closed_forms[];
extern const size_t place_n_closed_forms;

/**
 * Run one case.
 * @param plan       of its scenario; borrowed
 * @param n_threads  0: one for each processor
 * @param results    out: [form->n_checks]
 */
place_status place_closed_form_run(place_closed_result *results, const place_closed_form *form, const place_plan *plan, int n_threads,
                                   place_error *err);

#endif
