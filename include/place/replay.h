/* SPDX-License-Identifier: MIT */
/**
 * Replications again, from what a run file keeps: recomputed and held against the stored values, or told as a story. Draws are keyed, so one
 * replication alone gives the numbers that it gave among all.
 */
#ifndef PLACE_REPLAY_H
#define PLACE_REPLAY_H

#include "place/difference.h"
#include "place/plan.h"
#include "place/run.h"
#include "place/trace.h"

/** A run as its file keeps it. */
typedef struct place_replay_source {
    place_difference_source values; /**< n_replications: of the run */
    place_design design;
    unsigned detail;                /**< PLACE_DETAIL_... that the file has */
    /** Positions for display of an axis' n items, or NULL for the plan's own; as in place_summary_source. May be NULL. */
    const int32_t *(*display)(void *self, place_axis_id axis, size_t n);
    void *self;
} place_replay_source;

/** One value of a record. Missing: NaN. @param cell  below layout->n_cells[variable], asserted */
double place_replay_value(const place_layout *layout, const void *record, place_variable_id variable, size_t cell);

/* ---- recomputing ------------------------------------------------------------------------------------------------ */

/** What recomputing found so far. Zero-initialise. */
typedef struct place_replay_check {
    int64_t n_replications, n_values; /**< held against what is stored            */
    int64_t n_differ;                 /**< replications that are not as stored     */
    const char *not_stored;           /**< the first variable that the plan has and the file has not; NULL: none. It is not compared */
    place_difference_place first;     /**< by replication, step (what is drawn before the steps comes first; a year stands at its first
                                           step), dataset in the catalogue's order, cell. one: stored, two: recomputed */
    int first_time;                   /**< of `first`: its step, -1 before the steps */
} place_replay_check;

/**
 * Recompute replications first .. first + n - 1, on threads, and add what is found to `check`.
 * @param options  n_threads, on_progress, on_threads and self are used; n_done counts from 0 in each call
 * @return PLACE_OK, differences or not; PLACE_SYSTEM when the source cannot be read or does not fit the plan
 */
place_status place_replay_verify(place_replay_check *check, const place_plan *plan, const place_replay_source *source, int64_t first, int64_t n,
                                 const place_run_options *options, place_error *err);

/* ---- the story of one replication ------------------------------------------------------------------------------- */

/** An academic year, all provisions together. Pupils. */
typedef struct place_replay_year {
    int32_t year;
    double opening, joined, transferred_in, moved, ceased, transferred_out, aged_out, closing;
} place_replay_year;

/** A limited provision in an academic year that has a September count. Pupils, but for places. */
typedef struct place_replay_september {
    int32_t year, provision;
    double demand, available, shortfall, waiting, unmet; /**< at the September count; shortfall with all places in reach */
    double allowed;                   /**< unmet pupils at which the year still is sufficient             */
    bool sufficient;                  /**< by the scenario's test of unmet pupils and spare places         */
    double carried_in, sought, placed_own_area, placed_other_area, directed, newly_diverted, gave_up, left_list, carried_out; /**< the year's list */
    double cause[PLACE_N_CAUSES];     /**< as the September step closes                                    */
    double named_not_open;
    double share_fewer, share_as_many; /**< of all replications of the run: with fewer unmet; with as many  */
    double mean_unmet;                /**< of all replications                                             */
    size_t n_late;
    const int32_t *late;              /**< [n_late] projects that were planned to have opened places of it by then and had not */
} place_replay_september;

typedef struct place_replay_site {
    int32_t site;
    size_t step;                      /**< in which the places change */
    double before, after;             /**< commissioned places         */
} place_replay_site;

/** Days (place/date.h); infinity: never; NaN: not known. */
typedef struct place_replay_project {
    int32_t project;
    double planned, opening, slip_days;
    bool cancelled;
    double stopped;                   /**< day on which it was cancelled or refused */
    double spend_gbp, lost_gbp;       /**< lost: NaN without funding that has a date */
    int32_t blamed;                   /**< critical activity that took longest beyond its planned span; PLACE_NONE: none, or not late */
    double blamed_days;
} place_replay_project;

typedef struct place_replay_activity {
    int32_t activity;
    double planned_start, planned_finish, start, finish;
    bool critical, refused;           /**< refused: by a meeting of its gate */
    double over_days;                 /**< its span, waits for a gate included, beyond the planned one */
} place_replay_activity;

/** A draw, and how many of the run's replications drew less. */
typedef struct place_replay_draw {
    int32_t input;                    /**< of an uncertain number; PLACE_NONE: of a year's factor       */
    int32_t flow, year;               /**< of a year's factor                                           */
    double value, share_below, share_equal;
} place_replay_draw;

typedef struct place_replay {
    place_arena *arena;
    int64_t replication, n_replications;
    int64_t indices[4];               /**< of the families inputs, years, delivery, chance              */
    const place_layout *layout;
    const void *record;               /**< the whole record                                             */
    size_t n_years, n_septembers, n_sites, n_projects, n_activities, n_draws;
    const place_replay_year *years;
    const place_replay_september *septembers; /**< by provision in the scenario's order, year           */
    const place_replay_site *sites;           /**< by step, site                                        */
    const place_replay_project *projects;     /**< in the scenario's order                              */
    const place_replay_activity *activities;  /**< by project in that order, then as they follow one another */
    const place_replay_draw *draws;           /**< inputs, then years' factors of flows that have one    */
} place_replay;

/** @param plan  borrowed, must outlive the story. @param replication  0 .. n_replications - 1, asserted */
place_status place_replay_create(place_replay **out, const place_plan *plan, const place_replay_source *source, int64_t replication,
                                 place_error *err);
void place_replay_free(place_replay *replay); /**< NULL is allowed */

/** Play one replication and tell the listener of each event. */
place_status place_replay_trace(const place_plan *plan, const place_replay_source *source, int64_t replication, place_trace_listener *listener,
                                void *self, place_error *err);

#endif
