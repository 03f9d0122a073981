/* SPDX-License-Identifier: MIT */
/** What is planned, had everything its most likely course: days of activities and events, places of sites. */
#ifndef PLACE_REPORT_PLANNED_H
#define PLACE_REPORT_PLANNED_H

#include "place/plan.h"

/** Planned days of a plan: infinity where a day never comes, or not before a trigger is met. Owned by the arena it was made in. */
typedef struct place_planned {
    const place_plan *plan;
    double *start, *finish; /**< [n_activities]                                        */
    double *event_day;      /**< [n_events]                                            */
    int32_t *event_order;   /**< [n_events] by planned day, then in the plan's order   */
} place_planned;

/** @return false when memory is out */
bool place_planned_make(place_planned *out, place_arena *arena, const place_plan *plan);

/** Is the site open on a day, by plan; and its commissioned places, uncertain numbers at their means. */
bool place_planned_open(const place_planned *planned, size_t site, int32_t day);
double place_planned_places(const place_planned *planned, size_t site, int32_t day);

#endif
