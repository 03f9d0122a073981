/* SPDX-License-Identifier: MIT */
/** Money in reports: the answers of a run by financial year, and what a scenario says that things cost. */
#ifndef PLACE_REPORT_MONEY_TABLES_H
#define PLACE_REPORT_MONEY_TABLES_H

#include "place/arena.h"
#include "place/summary.h"
#include "place/table.h"

/** A sentence among those in brief. */
void place_report_money_brief(place_tables *tables, const place_plan *plan, const place_summary *summary);
/** Sections money, cost-lines, diversion, savings. */
void place_report_money(place_tables *tables, const place_plan *plan, const place_summary *summary);
/** Sections capital, grants. */
void place_report_capital(place_tables *tables, const place_plan *plan, const place_summary *summary);
/** Sections prices, budget of a scenario in words. */
void place_report_budget(place_tables *tables, const place_plan *plan);

#endif
