/* SPDX-License-Identifier: MIT */
/*
 * Revenue: what the pupils and places of each step cost, what comes in, what is left. Money reads what a step has counted as it
 * closes and changes none of it; a scenario without a budget has no place_money at all.
 */
#ifndef PLACE_MODEL_MONEY_H
#define PLACE_MODEL_MONEY_H

#include "place/arena.h"
#include "place/plan.h"

typedef struct place_money place_money;
struct place_replication;

/** @return scratch for a plan that has a budget, NULL when memory is out */
place_money *place_money_create(place_arena *arena, const place_plan *plan);
/** Take this replication's prices, once its inputs are drawn. */
void place_money_open(struct place_replication *r);
/** Cost of the pupils and places as the step closes. */
void place_money_step(struct place_replication *r);
/** What is stated by the year, incomes, balances, declared savings. */
void place_money_close(struct place_replication *r);

#endif
