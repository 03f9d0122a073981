/* SPDX-License-Identifier: MIT */
/**
 * Are the results of two runs the same, and where do they first part? Values are held against one another dataset by dataset, replication
 * by replication. Where an axis differs (a site more, another id), the labels that both runs have are compared, and the rest is told.
 */
#ifndef PLACE_DIFFERENCE_H
#define PLACE_DIFFERENCE_H

#include "place/catalogue.h"
#include "place/error.h"

/** Some replications of a variable, as a comparison needs them. */
typedef struct place_difference_values {
    int n_axes;                                /**< without replication                                    */
    const char *axis[PLACE_MAX_VARIABLE_AXES]; /**< names, the source's                                    */
    size_t length[PLACE_MAX_VARIABLE_AXES];
    size_t n_cells;
    double *values;                            /**< [n_cells][n], missing NaN; freed by the caller with free() */
} place_difference_values;

/** One of the two runs: a run file in the program, arrays in tests. */
typedef struct place_difference_source {
    int64_t n_replications;
    size_t n_variables;
    const char *const *variables; /**< [n_variables] names */
    /** Replications first .. first + n - 1 of a variable; n = 0 gives its shape. */
    place_status (*read)(void *self, const char *variable, int64_t first, int64_t n, place_difference_values *out, place_error *err);
    /** Labels of an axis, borrowed. @param n  out: how many */
    const char *const *(*labels)(void *self, const char *axis, size_t *n);
    void *self;
} place_difference_source;

/** One value that is not the same on both sides. */
typedef struct place_difference_place {
    const char *variable;      /**< NULL: there is no such place */
    int64_t replication;
    int n_axes;
    const char *axis[PLACE_MAX_VARIABLE_AXES], *label[PLACE_MAX_VARIABLE_AXES];
    double one, two;           /**< NaN: missing; infinity: never */
} place_difference_place;

/** An axis whose labels are not the same on both sides. */
typedef struct place_difference_axis {
    const char *name;
    size_t n_one, n_two, n_both;          /**< labels, and those found on both sides */
    const char *only_one, *only_two;      /**< the first that is on one side only; NULL: none */
} place_difference_axis;

typedef struct place_difference_variable {
    const char *name;
    bool in_one, in_two;
    bool reshaped;             /**< its axes are other ones: not compared                        */
    size_t n_cells, n_cells_differ; /**< values of a replication compared, and those that differ in some replication */
    int64_t n_values, n_differ; /**< cells times replications                                     */
    double largest;            /**< largest difference of two numbers; infinity: one of them is missing or never */
    place_difference_place first; /**< by cell, then by replication                               */
} place_difference_variable;

typedef struct place_difference {
    place_arena *arena;
    int64_t n_replications;    /**< compared: as many as both have                                */
    bool same;                 /**< equal axes, variables and numbers of replications, and no value differs */
    size_t n_axes, n_variables;
    const place_difference_axis *axes;           /**< those that differ                         */
    const place_difference_variable *variables;  /**< of either side, by name                    */
    const place_difference_variable *first;      /**< the first of them with a value that differs; NULL: none */
} place_difference;

/**
 * @param first_only  stop after the first variable that differs: those behind it are not compared, and not listed
 * Labels in the result are the sources', which must outlive it.
 */
place_status place_difference_create(place_difference **out, const place_difference_source *one, const place_difference_source *two,
                                     bool first_only, place_error *err);
void place_difference_free(place_difference *difference); /**< NULL is allowed */

/** Two values that count as the same: equal, or both missing. */
static inline bool place_difference_alike(double one, double two) { return one == two || (one != one && two != two); }

#endif
