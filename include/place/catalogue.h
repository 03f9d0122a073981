/* SPDX-License-Identifier: MIT */
/**
 * The catalogue of results: what is counted, on which axes, in which unit. One row of place_catalogue a variable; the model fills
 * records by it, the run gathers blocks by it, the run file describes itself by it. Each long name is the definition; src/model/README.md has the rules.
 */
#ifndef PLACE_CATALOGUE_H
#define PLACE_CATALOGUE_H

#include <stddef.h>
#include <stdint.h>

#include "place/plan.h"

/** Axes of results, replication apart: it is always the last. */
typedef enum place_axis_id {
    PLACE_AXIS_STEP, PLACE_AXIS_YEAR, PLACE_AXIS_FINANCIAL_YEAR, PLACE_AXIS_AREA, PLACE_AXIS_PHASE, PLACE_AXIS_NCY, PLACE_AXIS_NEED,
    PLACE_AXIS_PROVISION, PLACE_AXIS_PROVISION_FROM, PLACE_AXIS_PROVISION_TO, PLACE_AXIS_PROVISION_AT, PLACE_AXIS_CLASS,
    PLACE_AXIS_CAUSE, PLACE_AXIS_SITE, PLACE_AXIS_PROJECT, PLACE_AXIS_ACTIVITY, PLACE_AXIS_FUNDING, PLACE_AXIS_INPUT, PLACE_AXIS_RATE,
    PLACE_AXIS_LINE, PLACE_AXIS_INCOME_LINE, PLACE_AXIS_SAVING, PLACE_AXIS_INTERVENTION, PLACE_AXIS_LOGGED_RISK,
    PLACE_AXIS_PROJECT_RISK,
    PLACE_N_AXES
} place_axis_id;

/** Why a pupil who sought a place has none. */
typedef enum place_cause {
    PLACE_CAUSE_LATE, PLACE_CAUSE_NCY, PLACE_CAUSE_NEED, PLACE_CAUSE_AREA, PLACE_CAUSE_NO_PLACE, PLACE_N_CAUSES
} place_cause;

/** How values are held: in a record, and (in brackets) in a block and a run file. */
typedef enum place_type {
    PLACE_TYPE_COUNT,  /**< int32_t 0 or more (uint16_t when the layout is narrow, else int32_t); the largest value: missing */
    PLACE_TYPE_INT32,  /**< int32_t; INT32_MIN: missing                                                    */
    PLACE_TYPE_INT64,  /**< int64_t; INT64_MIN: missing                                                    */
    PLACE_TYPE_DOUBLE, /**< double; NaN: missing, infinity: never                                           */
    PLACE_TYPE_FLAG,   /**< int8_t 0 or 1; -1: missing                                                     */
} place_type;

/** Finer variables that are kept only when asked for. */
enum { PLACE_DETAIL_NEED = 1, PLACE_DETAIL_NCY = 2, PLACE_DETAIL_AREA = 4 };

#define PLACE_MAX_VARIABLE_AXES 5

typedef struct place_variable {
    const char *name, *long_name, *units;
    place_type type;
    unsigned detail;   /**< 0: always kept; else the PLACE_DETAIL_... that asks for it */
    int n_axes;        /**< without replication                                        */
    place_axis_id axes[PLACE_MAX_VARIABLE_AXES]; /**< outermost first                  */
} place_variable;

typedef enum place_variable_id {
    PLACE_VAR_STOCK, PLACE_VAR_DEMAND, PLACE_VAR_DEMAND_ONLY, PLACE_VAR_WAITING, PLACE_VAR_DIVERTED, PLACE_VAR_NEWLY_DIVERTED,
    PLACE_VAR_DIRECTED, PLACE_VAR_FORWARD, PLACE_VAR_UNMET, PLACE_VAR_SHORTFALL, PLACE_VAR_AVAILABLE, PLACE_VAR_SOUGHT,
    PLACE_VAR_PLACED_OWN_AREA, PLACE_VAR_PLACED_OTHER_AREA, PLACE_VAR_GAVE_UP, PLACE_VAR_LEFT_LIST, PLACE_VAR_DECLINED, PLACE_VAR_JOINED, PLACE_VAR_CEASED,
    PLACE_VAR_AGED_OUT, PLACE_VAR_TRANSFERRED_IN, PLACE_VAR_TRANSFERRED_OUT, PLACE_VAR_CAUSE_COUNT, PLACE_VAR_MOVED,
    PLACE_VAR_OPENING_STOCK,
    PLACE_VAR_SEPTEMBER_DEMAND, PLACE_VAR_SEPTEMBER_WAITING, PLACE_VAR_SEPTEMBER_UNMET, PLACE_VAR_SEPTEMBER_SHORTFALL,
    PLACE_VAR_SEPTEMBER_AVAILABLE, PLACE_VAR_SEPTEMBER_FREE,
    PLACE_VAR_SHORTFALL_AUTHORITY, PLACE_VAR_SEPTEMBER_SHORTFALL_AUTHORITY,
    PLACE_VAR_CLASS_SOUGHT, PLACE_VAR_CLASS_PLACED,
    PLACE_VAR_TRANSFER_SHEET, PLACE_VAR_TRANSFER_STAYERS, PLACE_VAR_TRANSFER_DUE_FEBRUARY, PLACE_VAR_TRANSFER_DUE_MARCH,
    PLACE_VAR_SEPTEMBER_LIST, PLACE_VAR_SEPTEMBER_STEPS_WAITED, PLACE_VAR_SEPTEMBER_WHERE, PLACE_VAR_NAMED_NOT_OPEN,
    PLACE_VAR_SITE_ROLL, PLACE_VAR_SITE_OTHERS, PLACE_VAR_SITE_COMMISSIONED, PLACE_VAR_SITE_PHYSICAL, PLACE_VAR_SITE_STRETCH_USED,
    PLACE_VAR_SITE_SPARE, PLACE_VAR_SITE_STRANDED,
    PLACE_VAR_PROJECT_PLANNED_OPENING, PLACE_VAR_PROJECT_OPENING, PLACE_VAR_PROJECT_SLIP_DAYS, PLACE_VAR_PROJECT_CANCELLED,
    PLACE_VAR_PROJECT_SPEND, PLACE_VAR_FUNDING_USED, PLACE_VAR_FUNDING_LOST,
    PLACE_VAR_ACTIVITY_FINISH, PLACE_VAR_ACTIVITY_CRITICAL,
    PLACE_VAR_COST, PLACE_VAR_COST_ACADEMIC, PLACE_VAR_COST_BY_PROVISION, PLACE_VAR_DIVERSION_COST, PLACE_VAR_INCOME,
    PLACE_VAR_BALANCE, PLACE_VAR_BALANCE_CUMULATIVE, PLACE_VAR_DECLARED_SAVING,
    PLACE_VAR_INPUT_VALUE, PLACE_VAR_YEAR_EFFECT, PLACE_VAR_PROBABILITIES_HELD,
    PLACE_VAR_REPLICATION_INPUTS, PLACE_VAR_REPLICATION_YEARS, PLACE_VAR_REPLICATION_DELIVERY, PLACE_VAR_REPLICATION_CHANCE,
    PLACE_VAR_DEMAND_BY_NEED, PLACE_VAR_WAITING_BY_NEED, PLACE_VAR_DEMAND_BY_NCY, PLACE_VAR_WAITING_BY_NCY,
    PLACE_VAR_SEPTEMBER_LIST_BY_AREA, PLACE_VAR_MOVED_BY_AREA,
    PLACE_VAR_REQUESTS, PLACE_VAR_REQUESTS_REFUSED, PLACE_VAR_ASSESSMENTS_REFUSED, PLACE_VAR_PLANS_ISSUED, PLACE_VAR_ISSUED_WITHIN_20_WEEKS,
    PLACE_VAR_REQUESTS_UNDECIDED, PLACE_VAR_IN_ASSESSMENT, PLACE_VAR_ASSESSMENT_QUEUE,
    PLACE_VAR_REVIEWS_DUE, PLACE_VAR_REVIEWS_DONE, PLACE_VAR_REVIEWS_ON_TIME, PLACE_VAR_REVIEWS_OVERDUE,
    PLACE_VAR_PROJECT_TRIGGERED, PLACE_VAR_PROJECT_START,
    PLACE_VAR_INTERVENTION_HAPPENED, PLACE_VAR_CASES_HANDLED, PLACE_VAR_PLANS_AVERTED, PLACE_VAR_PLANS_DEFERRED,
    PLACE_VAR_LOGGED_RISK_HAPPENED,
    PLACE_VAR_PROJECT_STOPPED, PLACE_VAR_ACTIVITY_REFUSED, PLACE_VAR_PROJECT_RISK_HAPPENED,
    PLACE_N_VARIABLES
} place_variable_id;

extern const place_variable place_catalogue[PLACE_N_VARIABLES];

/** Names of the values of the axes that no scenario names: classes, causes, rates (flows). */
extern const char *const place_class_names[PLACE_N_CLASSES];
extern const char *const place_cause_names[PLACE_N_CAUSES];
extern const char *const place_flow_names[PLACE_N_FLOWS];
/** Names of what changes act on: tables, and the take-up of sites. */
extern const char *const place_changed_names[PLACE_N_CHANGED];
/** The same in a plan's own words: with a pipeline, new plans come out of table "requests". */
const char *place_changed_name(const place_plan *plan, place_changed table);

/** Name and meaning of an axis: "step", "area", ... */
const char *place_axis_name(place_axis_id axis);
const char *place_axis_long_name(place_axis_id axis);
/** Length of an axis in a plan. */
size_t place_axis_length(const place_plan *plan, place_axis_id axis);
/** The first of the financial years touched by the run and by its projects. */
int place_first_financial_year(const place_plan *plan);
/** Whether a financial year, by its position on the axis, has a day of the run in it: money of the others is missing. */
bool place_financial_year_runs(const place_plan *plan, size_t year);

/** Where the variables of a plan stand in a record. */
typedef struct place_layout {
    unsigned detail;                     /**< PLACE_DETAIL_... that are kept                              */
    bool narrow;                         /**< counts are stored in 16 bits: the plan's bound is below 65,535 */
    int64_t pupil_limit;                 /**< a replication with more pupils is refused                   */
    bool kept[PLACE_N_VARIABLES];
    size_t n_cells[PLACE_N_VARIABLES];   /**< product of the axes' lengths; 0 when not kept                */
    size_t offset[PLACE_N_VARIABLES];    /**< bytes from the record's start, a multiple of 64              */
    size_t record_size;                  /**< bytes                                                        */
} place_layout;

place_layout place_layout_of(const place_plan *plan, unsigned detail);

/** Bytes of one value in a record and in a block (and file). */
size_t place_type_record_size(place_type type);
size_t place_type_stored_size(const place_layout *layout, place_type type);

#endif
