/* SPDX-License-Identifier: MIT */
/**
 * What a run file says of itself before its results: root attributes, axes with their labels, the scenario and its
 * assumptions.
 */
#ifndef PLACE_RESULT_DESCRIBE_H
#define PLACE_RESULT_DESCRIBE_H

#include "draft.h"
#include "h5.h"

/** The open scales of the axes that are in the file (invalid: not in it) and the group of provenance. */
typedef struct place_h5_axes {
    hid_t axis[PLACE_N_AXES], replication, provenance;
} place_h5_axes;

/** Write all that is known before the run. Failures are the scribe's; `axes` is to be closed in any case. */
void place_describe(place_scribe *scribe, hid_t file, const place_plan *plan, const place_layout *layout,
                    place_design design, const place_stretch *stretch, place_h5_axes *axes);
/** No axes yet: all invalid. */
place_h5_axes place_h5_no_axes(void);
void place_h5_axes_close(place_h5_axes *axes);

#define PLACE_DETAIL_TEXT 32
/** The attribute `detail`. */
void place_describe_detail(unsigned detail, char out[PLACE_DETAIL_TEXT]);
/** The attribute `scenario_digest`. @return false: out of memory */
bool place_describe_scenario_digest(const place_plan *plan, char out[PLACE_DIGEST_TEXT]);

/** The named thing at a position of an axis; NULL for the axes whose values are dates, years or fixed words. */
const place_item *place_describe_item(const place_plan *plan, place_axis_id axis, size_t i);
/** Whether names and display positions stand beside an axis: beside the provisions once, not again for those before, after and at. */
bool place_describe_has_names(place_axis_id axis);

/** The `coordinates` attribute of a variable: the datasets beside its axes' own. */
void place_describe_coordinates(const place_variable *variable, char *out, size_t room);

#endif
