/* SPDX-License-Identifier: MIT */
/* What the parts of placing share: placing.c (who and where), unplaced.c (what else becomes of them), causes.c (why). */
#ifndef PLACE_MODEL_PLACING_H
#define PLACE_MODEL_PLACING_H

#include "engine.h"

/** Which places are given out: those commissioned, or the stretch above them too. */
typedef enum place_level { PLACE_AT_COMMISSIONED, PLACE_AT_STRETCH } place_level;

/** The area of a round: 0 the pupil's own, then along the list of reach. PLACE_NONE past its end. */
static inline int32_t place_area_of_round(const place_plan *plan, int32_t area, size_t round) {
    if (round == 0) return area;
    return round <= plan->n_reach[area] ? plan->reach[area][round - 1] : PLACE_NONE;
}

/** A September step places twice: in the round, and again after its joiners and moves. */
static inline bool place_after_round(const place_replication *r, bool september_round) { return r->plan->calendar.september[r->step] && !september_round; }

/**
 * The site of one provision and area that a pupil is offered: highest preference, narrowest designation, most free places, key.
 * @param direct  any suitable site, full or not
 * @return PLACE_NONE when there is none
 */
int32_t place_choose_site(const place_replication *r, const place_cell *cell, int32_t area, int32_t provision, place_level at, place_class class_,
                          bool direct);
/** Take k pupils of a seeker off the list and put them somewhere else. */
void place_reseat(place_replication *r, place_seeker *seeker, int32_t setting, place_seat seat, int32_t k, place_ledger flow);
/** Book k pupils of a seeker in class_sought or class_placed. */
void place_book_class(const place_replication *r, place_variable_id variable, const place_seeker *seeker, int32_t k);

/* unplaced.c: after the last pass, in this order. `september`: in the September round. */
void place_settle_open(place_replication *r, bool september); /**< lists that end in an open provision */
void place_direct(place_replication *r, bool september);
void place_divert(place_replication *r, bool september);      /**< books its causes                    */

/* causes.c */
void place_causes_open(place_replication *r, bool second);    /**< `second` placing of a September step */
/** Book why k pupils of a seeker have no place, "no place" apart: that is what the other causes leave of the tallies. */
void place_causes_book(place_replication *r, const place_seeker *seeker, int32_t k, bool september_round, bool diverted);
void place_causes_close(place_replication *r, bool september_round);

#endif
