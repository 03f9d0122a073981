/* SPDX-License-Identifier: MIT */
/** Changes while they are built: what reads them, alone or as parts of something else. */
#ifndef PLACE_SCENARIO_CHANGES_H
#define PLACE_SCENARIO_CHANGES_H

#include "build.h"
#include "table.h"

/** A change as met in the file. */
typedef struct place_changing {
    xmlNode *node;
    place_change change;
    place_rows rows;                       /**< its table's shape and the sizes of the axes */
    place_match_set set[PLACE_MATCH_AXES]; /**< what it matches on each                     */
    size_t n_residual;                     /**< cells that it matches in vain               */
    bool told;                             /**< a fault with another change has been noted  */
    size_t rank;                           /**< of the first of its overlap group           */
} place_changing;

/** Faults for an end that is not after the start, or not after the run's start unless what it ends `outlives` it. */
void place_changes_check_dates(place_builder *b, const xmlNode *node, int32_t starts, int32_t ends, bool outlives);

/** interventions.c: their own attributes; then, changes being known, whose plans the cases of a caseload might become. */
void place_build_interventions(place_builder *b);
void place_interventions_cases(place_builder *b, size_t intervention, const place_changing *cases, size_t n);

/** Whether a joiner of the row (area, need, ncy) has a target. */
bool place_changes_joins(const place_plan *plan, size_t row);

#endif
