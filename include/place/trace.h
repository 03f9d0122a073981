/* SPDX-License-Identifier: MIT */
/**
 * What happens in a replication, event by event, for whoever asks: enough to count every flow, who waits, what is demanded and which
 * cases are open anew from nothing (tests do). Nobody listens in a run, and then an event costs one branch that is never taken.
 */
#ifndef PLACE_TRACE_H
#define PLACE_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum place_trace_kind {
    PLACE_TRACE_OPENING, PLACE_TRACE_OPENING_WAITING, PLACE_TRACE_OPENING_DIVERTED, /**< pupils of the opening stock, by how they are */
    PLACE_TRACE_JOINED, PLACE_TRACE_TRANSFERRED_IN, PLACE_TRACE_CEASED, PLACE_TRACE_TRANSFERRED_OUT, PLACE_TRACE_AGED_OUT,
    PLACE_TRACE_MOVED,       /**< the target changed: from `from` to `target`; phase transfers and giving up included        */
    PLACE_TRACE_CROSSED,     /**< entered a phase, under the target that they had before: a change of it comes as MOVED      */
    /* The waiting list, in the order of its ledger. */
    PLACE_TRACE_SOUGHT,      /**< began to seek; setting: where they wait                                                   */
    PLACE_TRACE_PLACED_OWN_AREA, PLACE_TRACE_PLACED_OTHER_AREA, PLACE_TRACE_DIRECTED, PLACE_TRACE_DIVERTED, /**< setting: where they go */
    PLACE_TRACE_GAVE_UP, PLACE_TRACE_LEFT_LIST, /**< setting: where they waited                                             */
    PLACE_TRACE_DECLINED,    /**< refused the site's offer, and wait on                                                     */
    PLACE_TRACE_RETURNED,    /**< came back from the fallback `setting`: sought and placed as well                          */
    PLACE_TRACE_PLACE_LOST,  /**< the site does not fit them any more: sought as well, if they were not on the list         */
    PLACE_TRACE_RESETTLED,   /**< taken by a successor                                                                      */
    /* Sites, in the order of place_event_kind; count: commissioned places more or fewer. */
    PLACE_TRACE_SITE_OPENED, PLACE_TRACE_SITE_CLOSED, PLACE_TRACE_INTAKE_STOPPED, PLACE_TRACE_INTAKE_RESUMED, PLACE_TRACE_SITE_CHANGED,
    PLACE_TRACE_ALLOTMENT_WITHDRAWN,
    PLACE_TRACE_PROJECT_TRIGGERED, /**< a trigger was met at the September count: `project` starts                          */
    /* From request to plan, in cases. */
    PLACE_TRACE_OPENING_UNDECIDED, PLACE_TRACE_OPENING_IN_ASSESSMENT, /**< open when the run starts, by how they are         */
    PLACE_TRACE_REQUESTED,   /**< an assessment was asked for                                                               */
    PLACE_TRACE_AGREED, PLACE_TRACE_REFUSED, /**< decided: an assessment, or none; of an area alone                         */
    PLACE_TRACE_NO_PLAN,     /**< an assessment ended without a plan; of an area alone                                      */
    PLACE_TRACE_ISSUED,      /**< it ended in a plan: joined as well                                                        */
    PLACE_N_TRACES
} place_trace_kind;

/** One event. Positions are the plan's, PLACE_NONE where there is none. */
typedef struct place_trace_event {
    place_trace_kind kind;
    size_t step;                 /**< the opening stock comes in step 0          */
    int32_t area, phase, need, ncy, target; /**< ncy: column. Of a site's event: its area alone; of a case's: no target */
    int32_t from;                /**< of MOVED: the target before                 */
    int32_t setting;             /**< provision, or n_provisions + site           */
    int32_t project;             /**< of PROJECT_TRIGGERED, and of no other       */
    bool forward;                /**< named for next September                    */
    int32_t count;               /**< pupils, places, cases, or 1 project         */
} place_trace_event;

typedef void place_trace_listener(void *self, const place_trace_event *event);

#endif
