/* SPDX-License-Identifier: MIT */
/** The opening stock while it is made: what the two ways of giving it (whole, by margins) share. */
#ifndef PLACE_SCENARIO_STOCK_H
#define PLACE_SCENARIO_STOCK_H

#include "table.h"

/** Cells as they are met; in scratch. */
typedef struct place_stock_list {
    place_stock_cell *cells;
    size_t n, room;
} place_stock_list;

void place_stock_add(place_builder *b, place_stock_list *list, place_stock_cell cell);

int32_t place_stock_provision(const place_plan *plan, int32_t setting);
const char *place_stock_id(const place_plan *plan, int32_t setting);

/** Whether a pupil of the column and need may be on roll there at the start. */
bool place_stock_may_be(const place_builder *b, int32_t setting, int32_t ncy, int32_t need);

/** Places that a site has for our pupils at the start, by their means. */
double place_stock_net_places(const place_plan *plan, const place_site *site);

/** A row's `count`: a fixed whole number, else a fault. */
int32_t place_stock_count(place_builder *b, xmlNode *row);

/** Hold the stock, once the plan has it, against sites' own rolls, places and areas (stock_check.c). */
void place_stock_check(place_builder *b);

/** Add the cells that the margins give (stock_fit.c); for a stock that is drawn, the totals of settings go to the
 * builder. */
void place_stock_fit(place_builder *b, place_stock_list *list, bool drawn);

#endif
