/* SPDX-License-Identifier: MIT */
/**
 * Answers and scenarios put into tables and sentences. Rounding and wording are decided here: a number shows no more digits
 * than its Monte Carlo error supports, a mean is called a mean, provisions are called by their names.
 */
#ifndef PLACE_REPORT_H
#define PLACE_REPORT_H

#include "place/closed_forms.h"
#include "place/difference.h"
#include "place/plan.h"
#include "place/replay.h"
#include "place/results.h"
#include "place/summary.h"
#include "place/table.h"

/** The answers of a run: sections brief, september (or january, mean, any: by the name of the reading), needed, phases, spread, unmet, causes, projects, courses,
 *  capital, grants, sites, plans; with a budget: money, cost-lines, diversion, savings; with a pipeline: requests, reviews. */
void place_report_summary(place_tables *tables, const place_plan *plan, const place_summary *summary);

/** A scenario in words: sections outline, stock, places, totals, projects, risks, changes, interventions, register, pipeline, prices, budget, rates, tables,
 *  overflow, inputs, assumptions. */
void place_report_plan(place_tables *tables, const place_plan *plan);

/** The first simulated year against what the scenario's rows say of it: section first-year. */
void place_report_first_year(place_tables *tables, const place_plan *plan, const place_results *results);

/** How two runs differ: sections first, axes, datasets. @param first_only  the first place and nothing else */
void place_report_difference(place_tables *tables, const place_difference *difference, bool first_only);

/** The story of one replication: sections brief, years, september, causes, places, projects, activities, draws. */
void place_report_replay(place_tables *tables, const place_plan *plan, const place_replay *replay);

/** Every event of a replication: section trace, begun once; then a row for each event, as a place_trace_listener. */
typedef struct place_report_trace {
    place_tables *tables;
    const place_plan *plan;
    size_t step; /**< of the last heading */
} place_report_trace;
place_report_trace place_report_trace_begin(place_tables *tables, const place_plan *plan);
void place_report_trace_event(void *trace, const place_trace_event *event);

/** What recomputing found: section check. @param n_run  replications of the run */
void place_report_check(place_tables *tables, const place_replay_check *check, int64_t n_run);

/** Closed forms against what was measured: sections cases and, where there are any, failed. */
void place_report_closed_forms(place_tables *tables, const place_closed_result *results, size_t n_results);

/* ---- wording that reports share ---- */

/** "replication 12, step 2022-12-31, waiting[area north, phase secondary, provision special]". @return out */
const char *place_report_place(const place_difference_place *place, char out[400]);
/** A value to its last digit: "3", "missing", "never". */
const char *place_report_value(double value, char out[32]);

/** A mean with the digits that its error supports, "34.2"; at most `most` decimals. @return out */
const char *place_report_mean(double mean, double error, int most, char out[32]);
/** "34 (28-41)": mean with P10 and P90. */
const char *place_report_spread(const place_spread *spread, int most, char out[80]);
/** "63 ±1": a chance with its error, per cent. */
const char *place_report_chance(const place_chance *chance, char out[48]);
/** "63 %" of a share with its error, for sentences. */
const char *place_report_share(const place_chance *chance, char out[48]);
/** "1 Sep 2022"; "never" for infinity, "" for NaN. */
const char *place_report_day(double day, char out[24]);
/** The same for programs: "2022-09-01", "never", "". */
const char *place_report_iso(double day, char out[24]);
/** "2022/23" of the academic year at a position of the plan. */
const char *place_report_year(const place_plan *plan, int32_t year, char out[16]);
/** "Sep 2022". */
const char *place_report_september(const place_plan *plan, int32_t year, char out[16]);
/** What a figure of an academic year is a figure of, in full: "September 2022", "January 2023", "January 2023 (interpolated)",
 *  "2022/23 (mean of its closes)", "2022/23 (worst of its readings)"; and for a row's head: "Sep 2022", "Jan 2023",
 *  "Jan 2023, interpolated", "2022/23". */
const char *place_report_reading(const place_plan *plan, place_reading reading, int32_t year, bool interpolated, char out[48]);
const char *place_report_reading_short(const place_plan *plan, place_reading reading, int32_t year, bool interpolated, char out[48]);
/** observed, pooled, national, elicited, guess; "" for none. */
const char *place_report_quality(place_quality quality);
/** Words broken into lines of at most `width` columns, for a column's heading. */
const char *place_report_heading(const char *words, size_t width, char *out, size_t room);

#endif
