/* SPDX-License-Identifier: MIT */
/*
 * What the parts of a step share: one replication in progress. place_replication_run (replication.c) calls the parts in the order
 * of the model page; each part is a file: demand.c, transfer.c (the September round), sites.c, placing.c, counting.c.
 */
#ifndef PLACE_MODEL_ENGINE_H
#define PLACE_MODEL_ENGINE_H

#include "caseload.h"
#include "changes.h"
#include "delivery.h"
#include "draws.h"
#include "money.h"
#include "place/replication.h"
#include "rates.h"
#include "state.h"

/** A pupil taken out of the place layer, on the way to another cell. */
typedef struct place_mover {
    int32_t column, to; /**< columns of the row */
    int32_t setting;
    uint8_t seat, class_, wait, mark;
} place_mover;

/** One waiting cohort while places are given. */
typedef struct place_seeker {
    place_cell cell;
    int32_t setting, node; /**< the cohort: `node` is its own as long as anybody is left in it */
    int32_t group;         /**< class and wait, in order of service                       */
    int32_t remaining;     /**< pupils without a place, willing                           */
    int32_t declined;      /**< refused an offer: they wait, and are not asked again in this step */
    int32_t struck;        /**< of the remaining: by direction or diversion               */
    int32_t component;     /**< of markets that its pupils can touch (see placing.c) */
    int32_t next, next_in_market; /**< in the component, in order of service; in a market of a round */
    int32_t n_lots, n_answers; /**< words used in this placing, of the lots and of the answers to offers */
    uint8_t class_, wait;
    uint8_t mark;          /**< place_mark                                                 */
} place_seeker;

/** One pupil's lot in a market. */
typedef struct place_lot {
    uint64_t lot;
    double take_up;        /**< the offer is taken when this is below the site's take-up  */
    int32_t seeker;
} place_lot;

/** A pool with places that may explain why somebody has none. */
typedef struct place_explaining {
    int32_t pool, area;
    uint32_t ncys;         /**< taught, and of a phase of the pool                         */
    uint64_t needs;
    int32_t free, late;    /**< places left that explain                                   */
} place_explaining;

/** Places of a pool had every project opened on its planned day: for saying what is late. */
typedef struct place_track {
    bool open;
    int32_t places;
} place_track;

struct place_replication {
    place_arena *arena;
    const place_plan *plan;
    const place_layout *layout;
    place_state *state;
    place_draws *draws;
    place_changes *changes;
    place_rates *rates;
    place_caseloads *caseloads;
    place_delivery *delivery;
    struct place_cases *cases; /**< from request to plan; NULL where new plans come as they are (pipeline.c) */
    place_money *money; /**< NULL: the scenario says nothing of revenue */
    bool verify;
    place_tracer tracer; /**< used when state->tracer points to it */

    char *record;   /**< the caller's                                    */
    size_t step, year;
    double weight;  /**< of the step's season                            */
    bool transfer_round; /**< the step began with one: those who crossed make no ordinary move */

    int32_t *columns;     /**< [pupil_limit] scratch: columns or cells hit   */
    place_mover *movers;  /**< [pupil_limit] scratch                         */
    place_seeker *seekers; /**< [pupil_limit] waiting cohorts of a placing   */
    int32_t *order;       /**< [pupil_limit] positions of seekers in order of service */
    size_t n_seekers;
    place_key seat_key;   /**< of this step's lots                           */
    place_lot *lots;      /**< [pupil_limit] scratch                         */
    int32_t *group_start; /**< [classes * (wait cap + 1) + 1]                */
    int32_t *forecast_left; /**< [pool] scratch of causes                    */
    int32_t *free_used, *late_used; /**< [pool] by the newly diverted of this step's September round */
    int32_t *free_in;     /**< [area][phase][provision] free places at the level now given out */
    int32_t *explaining_first; /**< [provision + 1] where each begins in `explaining` (and one to count in) */
    place_explaining *explaining; /**< [pool] pools with a free or late place, by provision */
    int32_t *explains;    /**< [provision] such places                             */
    int32_t *causes_before; /**< [area][phase][provision][cause] scratch           */
    double *divert_hazard; /**< [divert row][2] at once; a year                    */
    double *direct_hazard; /**< [direct row]                                       */
    double divert_most[2], direct_most; /**< the largest of them                   */
    /* Markets and their components: pupils and places that touch one another (see placing.c). */
    int32_t *area_class, *phase_class, *provision_class; /**< [area], [phase], [provision] */
    int32_t n_area_classes, n_phase_classes, n_provision_classes;
    size_t n_markets;
    int32_t *markets, *market_first, *market_last; /**< [market]                   */
    int32_t *market_free, *market_pools; /**< [market] free places, pools that began with some, at the level now given out */
    int32_t *component_first, *component_last; /**< [component] its seekers           */
    int32_t *component_free; /**< [component] free places, at the level now given out */
    bool *component_vacated, *component_again; /**< [component] a seat came free in this pass, in the last one */
    int32_t *held;        /**< [pool] seats that came free in this pass: given out in the next */
    bool *reaches;        /**< [area][area] pupils of the first may be placed in the second */
    bool any_admission;   /**< some site has admission numbers                     */
    bool open_fallback;   /**< some target's list ends in an open provision        */
    int64_t *counts;      /**< [largest of the axes] scratch                 */
    int32_t class_rank[PLACE_N_CLASSES];
    bool any_take_up;     /**< some site's offers may be refused             */

    place_track *planned; /**< [pool] places may be below 0 while works take more than there is */
    double *others_mean;  /**< [pool] what was drawn for places held by others */
};

/** Start of a variable in the record, as the type it holds. NULL when not kept. */
static inline int32_t *place_record_counts(const place_replication *r, place_variable_id variable) {
    return r->layout->kept[variable] ? (int32_t *)(void *)(r->record + r->layout->offset[variable]) : NULL;
}
/** The same of a variable of money. */
static inline int64_t *place_record_pence(const place_replication *r, place_variable_id variable) {
    return r->layout->kept[variable] ? (int64_t *)(void *)(r->record + r->layout->offset[variable]) : NULL;
}
/** The part of a variable whose outermost axis is at `index`; `n` items a part. */
static inline int32_t *place_record_at(const place_replication *r, place_variable_id variable, size_t index, size_t n) {
    int32_t *counts = place_record_counts(r, variable);
    return counts == NULL ? NULL : counts + index * n;
}

/** The stream of a decision for one area and need; jump it along ncy. */
static inline place_stream place_engine_stream(const place_replication *r, const place_key *decision, size_t area, size_t need) {
    place_key key = place_key_with(place_key_with(*decision, r->plan->areas.items[area].word), r->plan->needs.items[need].word);
    place_stream stream;
    place_stream_init(&stream, &key);
    return stream;
}

/** The provision in which those who seek for a reason wait. */
int32_t place_waiting_setting(const place_replication *r, place_class class_, const place_cell *cell);
/** Book a change of target in `moved`. */
void place_book_move(const place_replication *r, const place_cell *to, int32_t from_target, int32_t k);
/** Book k pupils in a flow variable on (step, area, phase, provision). */
static inline void place_book(const place_replication *r, place_variable_id variable, const place_cell *cell, int32_t k) {
    const place_state *s = r->state;
    if (__builtin_expect(s->tracer != NULL, 0)) place_trace_tell_flow(s->tracer, variable, cell, k);
    place_record_at(r, variable, r->step, s->n_areas * s->n_phases * s->n_provisions)[place_state_apv(s, cell, s->first_of[cell->target])] += k;
}

/* demand.c */
void place_leave_year_end(place_replication *r);
void place_leave(place_replication *r);
void place_move(place_replication *r);
place_status place_join(place_replication *r, place_error *err);
void place_open_stock(place_replication *r);
/** A plan begins in a row: its start and target are drawn from the stream. */
void place_new_plan(place_replication *r, const place_cell *row, place_stream *stream);
/* pipeline.c; only where the plan has one */
struct place_cases *place_cases_create(place_arena *arena, const place_plan *plan, const place_layout *layout); /**< NULL: out of memory */
void place_cases_reset(place_replication *r);   /**< nobody has asked                                     */
void place_pipeline_ask(place_replication *r, const place_cell *row, int64_t number, place_stream *stream); /**< the number-th request of a row in the step */
place_status place_pipeline_weeks(place_replication *r, place_error *err); /**< the weeks that start in the step; first the backlog */
void place_pipeline_close(place_replication *r); /**< annual reviews and what is open as the step closes   */
/* transfer.c */
void place_transfer_round(place_replication *r);
/* sites.c */
void place_sites_open(place_replication *r);    /**< as they are before the first step, opening stock not yet seated */
void place_sites_take_up(place_replication *r); /**< of offers, as the changes of this step make it             */
void place_sites_deliver(place_replication *r); /**< events due in this step, and the year's places held by others   */
/* placing.c */
size_t place_placing_markets(place_replication *r); /**< find them, once for a plan; @return how many */
void place_placing_prepare(place_replication *r); /**< once a replication, when its inputs are drawn, and as changes move */
void place_places(place_replication *r, bool september_round);
void place_wait_on(place_replication *r);
void place_give_up_and_return(place_replication *r);
/* triggers.c */
void place_triggers_test(place_replication *r); /**< after a September count: start the projects whose trigger it meets */
/* counting.c */
void place_count_missing(place_replication *r); /**< marks the years that have no reading */
void place_count_september(place_replication *r);
void place_count_due(place_replication *r);     /**< transfers due, as known on 15 February and 31 March */
void place_count_step(place_replication *r);
void place_count_replication(place_replication *r, const int64_t indices[4]);

#endif
