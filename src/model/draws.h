/* SPDX-License-Identifier: MIT */
/*
 * What a replication draws before its first step: the keys of its four families, the scenario's uncertain numbers, and the years'
 * factors. Every draw of the model is keyed by one of the decisions below; their numbers are part of the number contract.
 */
#ifndef PLACE_MODEL_DRAWS_H
#define PLACE_MODEL_DRAWS_H

#include "place/arena.h"
#include "place/plan.h"
#include "place/stream.h"

/** Second (after family and index) word of each key: seed | family, index, decision, step, ids. Jumped along ncy. */
typedef enum place_decision {
    /* family inputs */
    DRAW_INPUT = 1,        /**< input                                     */
    DRAW_GROUP = 2,        /**< input: its normal in a correlation group   */
    DRAW_STOCK = 3,        /**< setting                                   */
    DRAW_STOCK_WAITING = 4, /**< row                                      */
    DRAW_INTERVENTION = 50, /**< intervention: whether it has any effect  */
    DRAW_LOGGED_RISK = 51,  /**< logged risk; also of family delivery     */
    DRAW_SAVING = 55,      /**< declared saving: whether it happens       */
    /* family years; step: years since the base year, or the academic year of the run */
    DRAW_TREND = 10,       /**< flow        */
    DRAW_EFFECT = 11,      /**< flow        */
    DRAW_AREA_EFFECT = 12, /**< flow, area  */
    /* family delivery */
    DRAW_GATE = 20,        /**< project, activity                                    */
    DRAW_RISK = 21,        /**< project, risk                                        */
    DRAW_CANCEL = 22,      /**< project                                              */
    DRAW_WITHDRAW = 23,    /**< site; step: year                                     */
    /* family chance: area, need, jumped to ncy, unless said */
    DRAW_YEAR_END = 30,
    DRAW_LEAVE = 31,
    DRAW_MOVE = 32,
    DRAW_JOIN = 33,
    DRAW_PHASE_TRANSFER = 34,
    DRAW_TRANSFER_IN = 35, /**< area        */
    DRAW_LOT_YEAR_END = 36, /**< whom a hit of the demand layer strikes in the place layer */
    DRAW_LOT_LEAVE = 37,
    DRAW_LOT_MOVE = 38,
    DRAW_GIVE_UP = 39,
    DRAW_RETURN = 40,
    DRAW_SEAT = 41,        /**< area, need, the rest of the cohort in one word: the order in which equals choose, and take-up. Step: 2 step, and
                                2 step + 1 in the second placing of a September step; so for the next two */
    DRAW_DIRECT = 42,
    DRAW_DIVERT = 43,
    DRAW_OTHERS = 44,      /**< site, pool of the site; step: year                   */
    DRAW_REQUEST = 45,     /**< requests, and what becomes of each                   */
    DRAW_ISSUE = 46,       /**< area, need, number of the case in its row; step: of the request, -1 before the run */
    DRAW_BACKLOG = 47,     /**< row of the backlog                                   */
} place_decision;

typedef struct place_draws {
    const place_plan *plan;
    place_key family[PLACE_FAMILY_CHANCE + 1]; /**< keys up to and including the index */
    double *value;                             /**< [n_inputs]                         */
    double *year_factor;                       /**< [flow][year] national path times local effect */
    double *area_factor;                       /**< [flow][year][area] further factor   */
    double *scratch;                           /**< [largest correlation group]        */
    bool *intervention_happened;               /**< [n_interventions]                  */
    bool *risk_happened;                       /**< [n_logged_risks]; false for a note  */
} place_draws;

place_draws *place_draws_create(place_arena *arena, const place_plan *plan);

/** Draw all of it for a replication. */
void place_draws_take(place_draws *draws, const int64_t indices[4]);

static inline double place_draws_number(const place_draws *draws, const place_number *number) {
    return number->input == PLACE_NONE ? number->value : draws->value[number->input];
}
/** The same, rounded to the nearest whole number, and 0 at least. */
int32_t place_draws_count(const place_draws *draws, const place_number *number);

static inline place_key place_draws_key(const place_draws *draws, place_family family, place_decision decision, uint32_t step) {
    return place_key_with(place_key_with(draws->family[family], (uint32_t)decision), step);
}

#endif
