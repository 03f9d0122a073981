/* SPDX-License-Identifier: MIT */
/*
 * Delivery: when each capital project of a replication gets where, what it spends, and so on which step each site event falls.
 * Durations, market, risks and gates are drawn in the delivery family; nothing here depends on pupils.
 */
#ifndef PLACE_MODEL_DELIVERY_H
#define PLACE_MODEL_DELIVERY_H

#include "draws.h"
#include "place/arena.h"
#include "place/plan.h"

#define PLACE_NEVER INT32_MAX /**< a day, or a step, that does not come */

typedef struct place_delivery {
    const place_plan *plan;
    int32_t *start, *finish;        /**< [activity] days, or PLACE_NEVER: of a project that stops, from that day on */
    int32_t *refused;               /**< [activity] day on which its gate refused it, or PLACE_NEVER      */
    int8_t *critical;               /**< [activity] on the longest path to the opening                    */
    int8_t *project_risk_happened;  /**< [risk_event] 0 or 1; -1: its project has not started             */
    int32_t *begin;                 /**< [project] day on which it starts, or PLACE_NEVER: its triggers are not met */
    int32_t *held;                  /**< [trigger] September counts running at which it has held            */
    int32_t *planned;               /**< [project] planned opening, from the start                         */
    int32_t *opening;               /**< [project] day, or PLACE_NEVER                                    */
    int32_t *stopped;               /**< [project] day on which it was abandoned, or PLACE_NEVER          */
    int32_t *event_step;            /**< [event] first step that begins on or after its day, or PLACE_NEVER */
    int32_t *planned_step;          /**< [event] the same on plan                                         */
    int32_t *forecast;              /**< [project][year] opening as forecast on 15 February before that year's September */
    int64_t *spend;                 /**< [project][financial year] pence, within the axis                 */
    int64_t *funding_used, *funding_lost; /**< [funding] pence                                            */
    /* scratch */
    double *risk_days, *risk_pounds; /**< [activity]                                                      */
    bool *risk_stops;               /**< [activity] its start stops the project                           */
    int32_t *start_delay;           /**< [project] days by which logged risks put off its start           */
    int32_t *forecast_finish;       /**< [activity]                                                       */
    size_t n_financial_years;
    int first_financial_year;
} place_delivery;

place_delivery *place_delivery_create(place_arena *arena, const place_plan *plan);
void place_delivery_take(place_delivery *delivery, const place_draws *draws);
/** A project's trigger is met at the September count of a step: it starts, and what it brings comes in later steps. */
void place_delivery_start(place_delivery *delivery, const place_draws *draws, size_t project, int32_t lead_days, size_t step);
/** The day of an event with the opening of a project, had the project opened as forecast on 15 February before a year's September. */
int32_t place_delivery_forecast_day(const place_delivery *delivery, size_t event, size_t year);

#endif
