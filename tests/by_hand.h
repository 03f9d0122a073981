/* SPDX-License-Identifier: MIT */
/** Plans made by hand and values by a rule of name, cell and replication (tests/check_runfile.py knows it too), for tests of run files. */
#ifndef PLACE_TESTS_BY_HAND_H
#define PLACE_TESTS_BY_HAND_H

#include "place/run.h"

typedef struct plan_shape {
    size_t n_steps, n_areas;
    bool wide; /* so many places that counts need 32 bits    */
    bool bare; /* no sites, projects, inputs, assumptions    */
} plan_shape;

/** Three steps a year from 1 September 2021; 3 provisions, 2 phases, 2 needs. */
place_plan *make_plan(plan_shape shape);
void free_plan(place_plan *plan);

uint64_t name_sum(const char *name);
/** As a reader gives it: missing is NaN. A fifth of the variables holds nothing but zeros. h: name_sum of the variable's name */
double value_of(const place_variable *variable, uint64_t h, size_t cell, int64_t replication);

/** A block of a run of n_all replications. */
place_block make_block(const place_plan *plan, const place_layout *layout, int64_t index, int64_t n_all);
void free_block(place_block *block);

#endif
