/* SPDX-License-Identifier: MIT */
/* The end of a plan: all of it, the struct itself too, lives in its arena. */
#include "place/plan.h"

void place_plan_free(place_plan *plan) {
    if (plan != NULL) place_arena_free(plan->arena);
}
