/* SPDX-License-Identifier: MIT */
/** What the parts of a summary share: the source, room for one value a replication, and lists in the scenario's order. */
#ifndef PLACE_SUMMARY_INTERNAL_H
#define PLACE_SUMMARY_INTERNAL_H

#include "place/summary.h"

typedef struct place_summing {
    const place_plan *plan;
    const place_summary_source *source;
    place_summary *out;
    place_layout layout;
    size_t n;                        /**< replications                          */
    double *data[PLACE_N_VARIABLES]; /**< [cells][n] as read; NULL: not held    */
    double *values[2], *sorted;      /**< [n] each: room to work in             */
    struct place_regression *judged; /**< inputs that are judgements; NULL: there are none, or too few draws */
    place_error *err;
} place_summing;

/** Hold a variable until the next place_summing_drop. A variable that the plan does not have stays NULL. */
place_status place_summing_read(place_summing *s, place_variable_id variable);
void place_summing_drop(place_summing *s);
/** A zeroed array that lives as long as the summary; NULL after setting err. */
void *place_summing_array(place_summing *s, size_t n, size_t size);
/** An axis' items in the order of the scenario; NULL after setting err. */
int32_t *place_summing_order(place_summing *s, place_axis_id axis, size_t n, const place_item *(*item)(const place_plan *, size_t));

/** Values of one cell, [n]. */
static inline const double *place_summing_cell(const place_summing *s, place_variable_id variable, size_t cell) {
    return s->data[variable] + cell * s->n;
}
static inline place_spread place_summing_spread(const place_summing *s, const double *values) {
    return place_spread_of(values, s->n, s->sorted);
}

/** Step that starts an academic year, or PLACE_NONE. */
int32_t place_summing_september(const place_plan *plan, int32_t year);

place_status place_summing_years(place_summing *s);
/** Look at the design and the inputs, then give the shares of any figure, [n]; NULL: nothing is known. */
place_status place_summing_design(place_summing *s);
place_status place_summing_sources(place_summing *s, const double *values, place_summary_sources *out);
place_status place_summing_projects(place_summing *s);
place_status place_summing_pipeline(place_summing *s);

/** When an activity can start, given its project's start and its predecessors' finishes, all in days; infinity: never. */
double place_activity_start(const place_activity *activity, double begin, const double *finish);
/** Days by which logged risks put a project's start off in a replication. @param read  a value of that replication */
double place_project_delay(const place_plan *plan, int32_t project, double (*read)(const void *self, place_variable_id variable, size_t cell),
                           const void *self);
/** Finishes on plan from a start: planned durations, first meeting of each gate passed. @param finish [n_activities] out, of this project's */
void place_planned_finishes(const place_plan *plan, const place_project *project, double begin, double *finish);
place_status place_summing_money(place_summing *s);
place_status place_summing_capital(place_summing *s);

#endif
