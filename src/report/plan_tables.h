/* SPDX-License-Identifier: MIT */
/** Further parts of a scenario in words: places against their sources and by financial year, rates, uncertain numbers, assumptions. */
#ifndef PLACE_REPORT_PLAN_TABLES_H
#define PLACE_REPORT_PLAN_TABLES_H

#include "place/arena.h"
#include "place/plan.h"
#include "place/table.h"
#include "planned.h"

void place_report_totals(place_tables *tables, place_arena *arena, const place_plan *plan, const place_planned *planned);
void place_report_changes(place_tables *tables, const place_plan *plan); /**< changes, interventions, the register */
/** From request to plan (pipeline_tables.c); nothing where the plan has no pipeline. */
void place_report_plan_pipeline(place_tables *tables, const place_plan *plan);
void place_report_places_by_year(place_tables *tables, place_arena *arena, const place_planned *planned);
void place_report_rates(place_tables *tables, const place_plan *plan);
void place_report_inputs(place_tables *tables, place_arena *arena, const place_plan *plan);
void place_report_assumptions(place_tables *tables, const place_plan *plan);

/** The item that stands at a place of the scenario's own order. */
size_t place_report_intervention_at(const place_plan *plan, size_t place);
size_t place_report_logged_risk_at(const place_plan *plan, size_t place);

#endif
