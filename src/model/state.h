/* SPDX-License-Identifier: MIT */
/*
 * The state of one replication, in two layers.
 *
 * Demand layer: pupils by (area, need, ncy, cell), where the cells of a row (area, need, ncy) are the targets, followed by the
 * same targets for forward pupils (named for next September). It ages, leaves, moves and joins without knowing any site.
 *
 * Place layer: which settings those pupils sit in. Each demand cell owns a short list of cohorts, sorted by (seat, setting,
 * class, wait, mark), so that equal states have equal lists whatever their history. Cohorts live in one pool of nodes.
 *
 * Beside the lists run tallies (who waits where, rolls, pupils by setting), kept at every change and checked at every step:
 * the sum over the place layer equals the demand layer.
 */
#ifndef PLACE_MODEL_STATE_H
#define PLACE_MODEL_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "place/arena.h"
#include "place/catalogue.h"
#include "place/plan.h"
#include "place/trace.h"

/** Pupils alike in all that the model knows. 16 bytes. */
typedef struct cohort {
    int32_t next; /**< in the cell's list, or the free list; PLACE_NONE ends it */
    int32_t count;
    int32_t setting;
    uint8_t seat, class_, wait, mark;
} cohort;

/** What has just happened to waiting pupils; part of what makes a cohort. */
typedef enum place_mark {
    MARK_NONE,
    MARK_NEW,      /**< new on the list: the next placing is their chance of direction and of diversion "at once" */
    MARK_DECLINED, /**< refused an offer in this step: not asked again in it                                      */
} place_mark;

/** A demand cell by its coordinates. */
typedef struct place_cell {
    int32_t area, need, ncy, phase;
    int32_t target;  /**< 0 .. n_targets - 1 */
    bool forward;
    size_t row;      /**< (area * n_needs + need) * PLACE_N_NCY + ncy */
    size_t index;    /**< row * n_columns + target (+ n_targets when forward) */
} place_cell;

/** What a site is now: events have been applied, uncertain numbers drawn. */
typedef struct site_now {
    int32_t area, provision;
    uint32_t ncy_mask;
    uint64_t need_mask;
    int32_t n_needs_accepted, n_ncys_taught; /**< how narrow its designation is */
    bool open, intake, withdrawn, ended; /**< what has ended does not open again */
    double take_up;
    int32_t roll;
    int32_t roll_ncy[PLACE_N_NCY];
} site_now;

typedef struct pool_now {
    int32_t site;
    uint32_t phases;                         /**< of the pool's, those of which the site teaches some year */
    int32_t commissioned, physical, stretch; /**< places                               */
    int32_t commissioned_owed, physical_owed; /**< the same, below 0 while works take more than there is */
    int32_t others;                          /**< seated before ours                   */
    int32_t roll;
    int32_t late;                            /**< places that a project was planned to have open by now and has not */
    int32_t forecast_late;                   /**< of those, forecast on 15 February for this September            */
} pool_now;

/** Flows of the waiting list, in the order in which the ledger's columns are kept. */
typedef enum place_ledger {
    LEDGER_SOUGHT, LEDGER_PLACED_OWN, LEDGER_PLACED_OTHER, LEDGER_DIRECTED, LEDGER_DIVERTED, LEDGER_GAVE_UP, LEDGER_LEFT, N_LEDGERS
} place_ledger;

/** Who listens to events, and the step they happen in. */
typedef struct place_tracer {
    place_trace_listener *listener;
    void *self;
    size_t step;
} place_tracer;

typedef struct place_state {
    const place_tracer *tracer; /**< NULL: nobody listens */
    const place_plan *plan;
    const place_layout *layout;
    size_t n_areas, n_needs, n_targets, n_phases, n_provisions;
    size_t n_columns; /**< cells of a row: 2 * n_targets                      */
    size_t n_rows;    /**< n_areas * n_needs * PLACE_N_NCY                    */

    int32_t *n;           /**< [row][column] pupils                            */
    int32_t *row_n;       /**< [row] pupils, forward ones included             */
    int32_t *row_forward; /**< [row]                                           */
    int32_t *row_waiting; /**< [row]                                           */
    int32_t *row_diverted; /**< [row]                                          */
    int32_t *head;        /**< [row][column] first cohort                      */
    cohort *cohorts;
    int32_t n_cohorts_used, n_cohorts_max, free_cohort;

    /* Tallies. */
    int32_t *demand;   /**< [area][phase][target] pupils                       */
    int32_t *sitting;  /**< [area][phase][provision] pupils by setting's provision */
    int32_t *waiting;  /**< [area][phase][need][target]                        */
    int32_t *waiting_any_need; /**< [area][phase][target]                      */
    int32_t *waiting_before; /**< the same at the step's start                 */
    int32_t *balance;  /**< [area][phase][need][target] net flow of the waiting list in this step */
    int32_t *diverted, *forward; /**< [area][phase][target]                    */
    int64_t n_pupils;
    int64_t *area_balance; /**< [area] opening + in - out: what demand must sum to */

    size_t n_sites, n_pools;
    site_now *sites;
    pool_now *pools;
    int32_t *pool_of;     /**< [site][phase]                                    */
    int32_t *offer_first; /**< [area * n_provisions + provision] first in offers */
    int32_t *offers;      /**< sites by (area, provision), in order of preference, narrowness, index */
    const int32_t *first_of; /**< [target] first provision of its list          */

    /* Where this step's flows are counted: rows of the record, [area][phase][provision]. */
    int32_t *flow[N_LEDGERS];
} place_state;

place_state *place_state_create(place_arena *arena, const place_plan *plan, const place_layout *layout);

/** Empty: nobody, no site open, no tallies. */
void place_state_reset(place_state *state);

static inline int32_t place_setting_provision(const place_state *state, int32_t setting) {
    size_t s = (size_t)setting;
    return s < state->n_provisions ? setting : state->sites[s - state->n_provisions].provision;
}
/** The site of a setting, or PLACE_NONE. */
static inline int32_t place_setting_site(const place_state *state, int32_t setting) {
    return setting - (int32_t)state->n_provisions >= 0 ? setting - (int32_t)state->n_provisions : PLACE_NONE;
}

static inline place_cell place_cell_at(const place_state *s, int32_t area, int32_t need, int32_t ncy, int32_t target, bool forward) {
    place_cell cell = { .area = area, .need = need, .ncy = ncy, .phase = s->plan->phase_of_ncy[ncy], .target = target,
                        .forward = forward };
    cell.row = ((size_t)area * s->n_needs + (size_t)need) * PLACE_N_NCY + (size_t)ncy;
    cell.index = cell.row * s->n_columns + (size_t)target + (forward ? s->n_targets : 0);
    return cell;
}

/** The same row's cell of another column. */
static inline place_cell place_cell_column(const place_state *s, const place_cell *cell, int32_t column) {
    place_cell other = *cell;
    other.forward = (size_t)column >= s->n_targets;
    other.target = other.forward ? column - (int32_t)s->n_targets : column;
    other.index = cell->row * s->n_columns + (size_t)column;
    return other;
}

static inline size_t place_state_apt(const place_state *state, const place_cell *cell) { /**< [area][phase][target] */
    return ((size_t)cell->area * state->n_phases + (size_t)cell->phase) * state->n_targets + (size_t)cell->target;
}
static inline size_t place_state_apnt(const place_state *state, const place_cell *cell) { /**< [area][phase][need][target] */
    return (((size_t)cell->area * state->n_phases + (size_t)cell->phase) * state->n_needs + (size_t)cell->need)
             * state->n_targets + (size_t)cell->target;
}
static inline size_t place_state_apv(const place_state *state, const place_cell *cell, int32_t provision) { /**< [area][phase][provision] */
    return ((size_t)cell->area * state->n_phases + (size_t)cell->phase) * state->n_provisions + (size_t)provision;
}

/** Demand layer: k more (or fewer) pupils in a cell. The place layer must follow within the same act. */
void place_demand_add(place_state *state, const place_cell *cell, int32_t k);

/** Place layer: put k pupils of a cell into a setting. */
void place_cohort_put(place_state *state, const place_cell *cell, int32_t setting, place_seat seat, place_class class_, int wait, int32_t k);
/** Place layer: take k pupils out of the cohort `node`, whose predecessor in the list is `before` (PLACE_NONE: it is the head). */
void place_cohort_take(place_state *state, const place_cell *cell, int32_t before, int32_t node, int32_t k);
/** Place layer: put k pupils on a waiting list with a mark. */
void place_cohort_wait(place_state *state, const place_cell *cell, int32_t setting, place_class class_, int wait, place_mark mark, int32_t k);
/** Find a cohort. @param before its predecessor, out. @return PLACE_NONE when there is none */
int32_t place_cohort_find(const place_state *state, const place_cell *cell, int32_t setting, place_seat seat, place_class class_, int wait,
                          place_mark mark, int32_t *before);
/** Place layer: k pupils of the waiting cohort `node` go to a setting, placed or diverted. */
void place_cohort_seat(place_state *state, const place_cell *cell, int32_t node, int32_t setting, place_seat seat, int32_t k);
/** Take marks (a bit each) off the waiting cohorts of a cell and let them all have waited `more` steps, up to the cap; those alike become one. */
void place_cohorts_unmark(place_state *state, size_t cell_index, unsigned marks, int more, int cap);

/* trace.c: telling, for those below. Cold: kept out of the way of the code that books. */
void place_trace_tell(const place_tracer *tracer, place_trace_kind kind, const place_cell *cell, int32_t other, int32_t k) __attribute__((cold));
void place_trace_tell_flow(const place_tracer *tracer, place_variable_id variable, const place_cell *cell, int32_t k) __attribute__((cold));
void place_trace_tell_site(const place_tracer *tracer, place_trace_kind kind, int32_t area, int32_t setting, int32_t places) __attribute__((cold));
void place_trace_tell_case(const place_tracer *tracer, place_trace_kind kind, const place_cell *cell, int32_t k) __attribute__((cold));
void place_trace_tell_cases(const place_tracer *tracer, place_trace_kind kind, int32_t area, int32_t k) __attribute__((cold)); /**< none: nothing */
void place_trace_tell_project(const place_tracer *tracer, int32_t project) __attribute__((cold));
void place_trace_opening(const place_state *state) __attribute__((cold)); /**< of all who are there */

/** Tell of k pupils, if anybody listens. @param other  the setting; of a move, the target before */
static inline void place_trace(const place_state *state, place_trace_kind kind, const place_cell *cell, int32_t other, int32_t k) {
    if (__builtin_expect(state->tracer != NULL, 0)) place_trace_tell(state->tracer, kind, cell, other, k);
}

/** Book k pupils in the waiting list's ledger. @param setting  where they go, or are; for the trace alone */
static inline void place_ledger_book(place_state *state, const place_cell *cell, place_ledger flow, int32_t setting, int32_t k) {
    place_trace(state, (place_trace_kind)(PLACE_TRACE_SOUGHT + (int)flow), cell, setting, k);
    state->flow[flow][place_state_apv(state, cell, state->first_of[cell->target])] += k;
    state->balance[place_state_apnt(state, cell)] += flow == LEDGER_SOUGHT ? k : -k;
}

/** k pupils begin to seek: they are put in `setting`, waiting and new on the list, and booked. */
void place_begin_seeking(place_state *state, const place_cell *cell, int32_t setting, place_class class_, int wait, int32_t k);

/** Whether a site in its present form can teach these pupils under this target. */
bool place_site_suits(const place_state *state, int32_t site, const place_cell *cell);
/** Whether a setting's provision is in the target's list (and, for a site, it teaches the ncy). */
bool place_setting_suits(const place_state *state, int32_t setting, const place_cell *cell);

/** The open provision that a target takes effect in at once, or PLACE_NONE: its first entry when that is not limited. */
int32_t place_target_open(const place_state *state, int32_t target);

static inline int32_t place_pool_free(const pool_now *pool) { return pool->commissioned - pool->others - pool->roll; }
static inline int32_t place_pool_free_stretched(const pool_now *pool) {
    int32_t top = pool->commissioned + pool->stretch;
    return (top < pool->physical ? top : pool->physical) - pool->others - pool->roll;
}

/** Re-make the offer lists after a site has changed what it is. */
void place_state_index_sites(place_state *state);

/** Abort (assert) unless the tallies balance; with `full`, recount everything from the cohorts. */
void place_state_verify(const place_state *state, bool full);

#endif
