/* SPDX-License-Identifier: MIT */
/** A small scenario that is good; a test replaces one piece of it and loads the result. */
#ifndef PLACE_TESTS_SCENARIO_BASE_H
#define PLACE_TESTS_SCENARIO_BASE_H

#include "place/scenario.h"

extern const char scenario_base[];

/** The text with the first `from` as `to`; the caller frees. Fails the test when there is none. */
char *scenario_changed(const char *text, const char *from, const char *to);
long scenario_line_of(const char *text, const char *piece);

/** The plan of a text, or NULL; `errors` is cleared first. The caller frees the plan. */
place_plan *scenario_load(const char *text, place_errors *errors);
/** The same where the test fails without a plan: of a text, and of the base with one change. */
place_plan *scenario_must_load(const char *text);
place_plan *scenario_load_changed(const char *from, const char *to);

int32_t scenario_find(const place_axis *axis, const char *id);
int32_t scenario_find_site(const place_plan *plan, const char *id);

#endif
