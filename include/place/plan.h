/* SPDX-License-Identifier: MIT */
/**
 * The plan: a scenario in the form that is run. Built once (src/scenario), then only read, by any number of threads.
 *
 * Every list is in the order of its items' keys (an item's `key`, else its id), so that neither the order of a file nor
 * the renaming of an item that keeps its key changes a number. All memory belongs to the plan's arena.
 *
 * Index spaces used throughout:
 *   area, phase (in order of year), need, provision, target, site, pool, project, activity, input: 0 .. n - 1
 *   ncy       column 0 (national curriculum year -4) .. PLACE_N_NCY - 1 (year 20)
 *   setting   0 .. n_provisions - 1: an open or no-provision provision; n_provisions + site: a site
 *   day       days since 1970-01-01 (place/date.h)
 *   year      academic years touched by the run, 0 .. n_years - 1
 *   venue     0 .. n_provisions - 1: a provision; then each site in each provision and area that it may have (place_venue)
 */
#ifndef PLACE_PLAN_H
#define PLACE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "place/arena.h"
#include "place/distribution.h"
#include "place/key.h"

#define PLACE_N_NCY 25
#define PLACE_NCY_FIRST (-4)
#define PLACE_NONE (-1)            /**< no index: no row, no project, no input ...      */
#define PLACE_MAX_TARGET_LIST 4    /**< provisions in one target's list                 */
#define PLACE_MAX_WAIT 250         /**< largest cap on steps waited                     */

/** A number of the scenario: fixed, or drawn once a replication. Read by place_draws_number (place/draws.h). */
typedef struct place_number {
    double value;  /**< the fixed value; for an input, its mean */
    int32_t input; /**< PLACE_NONE: fixed                      */
} place_number;

typedef enum place_quality {
    PLACE_QUALITY_NONE, PLACE_OBSERVED, PLACE_POOLED, PLACE_NATIONAL, PLACE_ELICITED, PLACE_GUESS,
} place_quality;

/** An uncertain number. Its draw is keyed by its id (or key), so inputs may be added and removed freely. */
typedef struct place_input {
    const char *id;        /**< of the element, then the attribute: "site college-base / commissioned" */
    uint32_t word;         /**< place_key_word of the id                                                */
    place_family family;   /**< inputs, or delivery for what belongs to one project's course            */
    place_quality quality;
    place_distribution distribution;
    int32_t group;         /**< correlation group, or PLACE_NONE                                        */
    int32_t member;        /**< position in the group                                                   */
} place_input;

/** Inputs drawn together by a Gaussian copula: z = factor * independent normals; member i takes quantile(Phi(z_i)). */
typedef struct place_correlation {
    size_t n_members;
    const int32_t *inputs; /**< [n_members]                                               */
    const double *factor;  /**< [n_members][n_members] lower triangle, Cholesky of 2 sin(pi rho / 6) */
} place_correlation;

/** One item of an axis. */
typedef struct place_item {
    const char *id, *name; /**< name: the id where the scenario gives none */
    uint32_t word;         /**< enters the keys of draws                   */
    int32_t display;       /**< its position in the scenario file          */
} place_item;

typedef struct place_axis {
    size_t n;
    const place_item *items; /**< [n] */
} place_axis;

typedef enum place_provision_kind { PLACE_OPEN, PLACE_LIMITED, PLACE_NO_PROVISION } place_provision_kind;

/** What is said of one row of a table of shares. */
enum { PLACE_ROW_PLACED = 1, /**< its basis is where pupils went, not what they wanted */
       PLACE_ROW_RESIDUAL = 2, /**< takes what the other rows of its group leave */
       PLACE_ROW_PART = 4 /**< cells of an earlier row that other changes act on than on the rest of it */ };

/** A compiled table: for each dense cell the row that holds there. Axes are named at each member of the plan. */
typedef struct place_table {
    size_t n_rows;
    const place_number *value; /**< [n_rows]                                               */
    const uint8_t *flags;      /**< [n_rows] PLACE_ROW_...                                 */
    const int32_t *row;        /**< [cells] index of the winning row, or PLACE_NONE; NULL when the table has no rows */
    const int32_t *changes;    /**< [n_rows] list of changes that act on the row's cells, or PLACE_NONE; NULL when none acts on the table */
} place_table;

/* ---- time ------------------------------------------------------------------------------------------------------- */

typedef struct place_calendar {
    size_t n_steps, n_years;
    int steps_per_year;
    bool ageing;              /**< false: nobody ages and there is no transfer round (tests of closed forms)    */
    int first_year;           /**< calendar year of the September of year 0                                     */
    const int32_t *start_day; /**< [n_steps + 1] first day of each step; the last is the end of the run         */
    const int32_t *year;      /**< [n_steps] academic year                                                      */
    const int32_t *season;    /**< [n_steps] 0 .. steps_per_year - 1, 0 starts in September                     */
    const bool *september;    /**< [n_steps] the step starts an academic year: transfer round, September count  */
    const double *weight;     /**< [steps_per_year] share of a year's events in each season, sums to 1          */
} place_calendar;

/* ---- pupils ----------------------------------------------------------------------------------------------------- */

/** Why a pupil began to seek. The order of service is plan.class_order. */
typedef enum place_class { PLACE_TRANSFER, PLACE_PLACE_LOST, PLACE_NEW_PLAN, PLACE_MOVE, PLACE_N_CLASSES } place_class;
typedef enum place_seat { PLACE_PLACED, PLACE_WAITING, PLACE_DIVERTED, PLACE_FORWARD } place_seat; /**< a pupil's status */

/** One cell of the opening stock. */
typedef struct place_stock_cell {
    int32_t area, ncy, need, target, setting;
    place_seat seat;
    place_class class_; /**< of those not placed                                       */
    int32_t wait;       /**< steps waited so far                                       */
    int32_t count;      /**< fixed stock: pupils                                       */
    double share;       /**< drawn stock: of its setting's pupils; shares of a setting sum to 1 */
} place_stock_cell;

/** The pupils on roll in one setting at the start. */
typedef struct place_stock_setting {
    int32_t setting;
    int32_t count;
    size_t first_cell, n_cells;
} place_stock_setting;

/** Pupils of the opening stock who are not where they should be: taken by lot from those placed in `setting`. */
typedef struct place_stock_waiting {
    uint32_t word; /**< key of the draw           */
    int32_t area;  /**< PLACE_NONE: any           */
    uint32_t ncy_mask; uint64_t need_mask;
    int32_t setting, target;
    place_seat seat; /**< PLACE_WAITING or PLACE_DIVERTED */
    place_class class_;
    int32_t wait;
    place_number count; /**< rounded to the nearest whole pupil, at most those there */
} place_stock_waiting;

/* ---- sites ------------------------------------------------------------------------------------------------------ */

typedef enum place_others_kind { PLACE_OTHERS_NUMBER, PLACE_OTHERS_SHARE, PLACE_OTHERS_POISSON } place_others_kind;

/** Places at a site for a set of phases. A site whose phases share their places has one pool. */
typedef struct place_pool {
    int32_t site;
    uint32_t phase_mask;
    place_number commissioned, physical, stretch; /**< places; stretch: how far above commissioned the council goes */
    bool physical_stated;                         /**< false: physical is commissioned plus stretch, as drawn; its value that of their means */
    uint32_t stretch_classes;                     /**< bit of each class for which it does                          */
    place_others_kind others_kind;
    place_number others;                          /**< held by others: places, share of commissioned, or Poisson mean */
} place_pool;

typedef struct place_site {
    place_item item;
    int32_t area, provision;
    uint32_t ncy_mask;       /**< bit c: teaches column c            */
    uint64_t need_mask;      /**< bit d: accepts need d; all: default */
    double preference;       /**< higher first                       */
    place_number take_up;    /**< probability that an offer is taken  */
    int32_t open_day;        /**< INT32_MIN: open at the start        */
    bool delivered;          /**< not open until an event opens it    */
    bool allotment;          /**< a neighbour's site: commissioned is our allotment */
    place_number withdraw;   /**< probability a year that an allotment takes no more of ours */
    size_t first_pool, n_pools;
    int32_t roll;            /**< ours on roll at the start by the site's own records; PLACE_NONE: not stated */
    const int32_t *admission; /**< [PLACE_N_NCY] admission number, PLACE_NONE where there is none; NULL when none at all */
} place_site;

typedef enum place_event_kind {
    PLACE_EVENT_OPEN, PLACE_EVENT_CLOSE, PLACE_EVENT_STOP_INTAKE, PLACE_EVENT_RESUME_INTAKE, PLACE_EVENT_CHANGE,
} place_event_kind;

/** What happens to a site, and when. CHANGE adds `places` and puts what is set; OPEN may add places too. */
typedef struct place_event {
    place_event_kind kind;
    int32_t site;
    int32_t pool;             /**< index of the pool whose places change; PLACE_NONE: no places change                   */
    place_number places;      /**< added to commissioned and physical (may be negative)                                  */
    bool sets_places;         /**< `places` replaces commissioned, physical moves by as much                             */
    uint32_t ncy_mask;        /**< 0: unchanged                                                                          */
    uint64_t need_mask;       /**< 0: unchanged                                                                          */
    int32_t provision, area;  /**< PLACE_NONE: unchanged                                                                 */
    size_t n_successors;
    const int32_t *successors; /**< [n_successors] sites that take those whom an end or a change leaves without a seat, in order */
    int32_t day;              /**< when `project` is PLACE_NONE                                                          */
    int32_t financial_year;   /**< given by financial year, opening on the September within it; 0: by date or project    */
    int32_t project;          /**< else: with the opening of this project ...                                            */
    int32_t activity;         /**< ... or, when not PLACE_NONE, with the start of this activity                          */
    bool opens_closed;        /**< of a site that waits to be delivered: opens it, if nothing before it has                */
    int32_t offset_years;     /**< and as many years on (intake profiles)                                                */
    bool catch_up;            /**< profile years count from the planned opening; what is overdue comes at the opening    */
    int32_t risk;             /**< of the register, without which it does not come, or PLACE_NONE                         */
    uint32_t ncy_intake;      /**< not used when 0; else columns taught from this event on are added to the site's       */
} place_event;

/** What happened to a site before the start: part of the opening places, told to the reader, never computed with. */
typedef struct place_historic {
    int32_t site, day;
    double places;            /**< it brought so many (mean); 0 when `said` is false           */
    bool said;                /**< how many is stated as a difference                           */
} place_historic;

/** What a source says of places, for the reader to hold the scenario against; nothing is computed from it. */
typedef struct place_places_total {
    int32_t provision, area;  /**< PLACE_NONE: all limited provision, all areas                                           */
    int32_t financial_year;   /**< places added in the year; 0: places there at the end of by_day                         */
    int32_t by_day;
    double places;
    const char *source;       /**< NULL: not stated */
} place_places_total;

/* ---- projects --------------------------------------------------------------------------------------------------- */

typedef struct place_activity {
    place_item item;
    int32_t project;
    place_number duration;    /**< in `unit` days */
    double unit;              /**< days of one unit of the duration                                           */
    double planned_days;      /**< mode of the duration (else median) in days, or as stated                    */
    int32_t earliest_day;     /**< INT32_MIN: none                                                             */
    int32_t gate;             /**< PLACE_NONE: none                                                            */
    place_number refuse, defer; /**< at each meeting: probability that it refuses; that it defers to the next  */
    bool market_duration, market_cost; /**< the market factor applies                                          */
    double cost_share;        /**< of the project's base cost; a project's sum to 1                            */
    size_t n_before;
    const int32_t *before;    /**< [n_before] activities that must have finished                               */
} place_activity;

typedef struct place_gate {
    place_item item;
    size_t n_days;
    const int32_t *days;      /**< [n_days] meetings, ascending; past the last there is none: the project waits for ever */
} place_gate;

typedef struct place_risk_event {
    place_item item;
    int32_t project;
    place_number probability; /**< mitigation applied       */
    place_number impact;      /**< in `unit` days           */
    double unit;
    place_number cost;        /**< pounds                   */
    bool cancels;             /**< the project is abandoned */
    size_t n_activities;
    const int32_t *activities; /**< [n_activities] made longer by the impact, each */
} place_risk_event;

typedef struct place_funding {
    place_item item;
    int32_t project;
    double ceiling_gbp;
    int32_t spend_by_day;     /**< INT32_MAX: none */
} place_funding;

typedef enum place_trigger_measure {
    PLACE_TRIGGER_WAITING, PLACE_TRIGGER_UNMET, PLACE_TRIGGER_SHORTFALL, PLACE_TRIGGER_DEMAND, PLACE_TRIGGER_SPARE,
} place_trigger_measure;

/** What is to hold, at September counts running, before a project starts. Of several any one will do. */
typedef struct place_trigger {
    int32_t project;
    place_trigger_measure measure;
    int32_t provision;        /**< pupils whose target it is, or is first; for shortfall and spare its places */
    int32_t area;             /**< PLACE_NONE: all together                                                  */
    uint32_t phase_mask; uint64_t need_mask;
    double threshold;
    bool at_most;             /**< else at least                                                             */
    int septembers;           /**< counts running                                                            */
    int32_t lead_days;        /**< from the last of them to the start                                        */
} place_trigger;

typedef enum place_opening_rule { PLACE_OPENS_SEPTEMBER, PLACE_OPENS_TERM, PLACE_OPENS_MONTH, PLACE_OPENS_ANY_DAY } place_opening_rule;

typedef struct place_project {
    place_item item;
    int32_t start_day;                 /**< activities without predecessors start here; with triggers, not before; prices are of this day */
    place_opening_rule opening;
    int32_t planned_opening_day;       /**< stated, else computed when the plan is built; INT32_MAX: never, or not until it is triggered */
    bool planned_stated;
    place_number cost_gbp;             /**< base cost                                                     */
    place_number inflation;            /**< a year, from start_day                                        */
    place_number uplift_duration, uplift_cost; /**< optimism bias: 0.04 makes everything 4 % longer        */
    place_number mitigation;           /**< share of both uplifts that management has taken away          */
    place_number cancel;               /**< probability that it is abandoned, beyond gates and risks      */
    size_t first_activity, n_activities;
    const int32_t *order;              /**< [n_activities] activities of the project, predecessors first  */
    size_t first_trigger, n_triggers;  /**< none: it starts on start_day                                  */
} place_project;

/* ---- years ------------------------------------------------------------------------------------------------------ */

typedef enum place_flow {
    PLACE_FLOW_NEW_PLANS, PLACE_FLOW_LEAVE, PLACE_FLOW_TRANSFER_OUT, PLACE_FLOW_TRANSFER_IN, PLACE_FLOW_MOVE,
    PLACE_FLOW_PHASE_TRANSFER, PLACE_N_FLOWS,
} place_flow;

/** National path of a rate: log growth g_t = m + psi (g_(t-1) - m) + eta_t; 1 in the base year. */
typedef struct place_trend {
    bool used;
    int base_year;                     /**< calendar year of the September of the academic year in which it is 1 */
    place_number growth, psi, sd, last_growth;
} place_trend;

/** Local effect of a flow: exp(x_t - sigma^2/2), x an AR(1) with stationary sd sigma. */
typedef struct place_year_effect {
    bool used;
    place_number phi, sigma;
    place_number area_sigma;           /**< sd of a further effect for each area; 0: none                  */
    bool has_last;                     /**< start from the last observed year's ratio to its fitted level ... */
    double last_log_ratio;             /**< ... its logarithm, in the year before year 0; else stationary  */
} place_year_effect;

/** Share of a provision's placements that are there for want of a place elsewhere (rows counted from where pupils went). */
typedef struct place_overflow {
    int32_t provision;                 /**< where they are seen: "independent", or "mainstream" (hidden demand) */
    int32_t wanted;                    /**< target that they wanted                                             */
    uint64_t need_mask; uint32_t ncy_mask;
    place_number share;
} place_overflow;

/* ---- from request to plan --------------------------------------------------------------------------------------- */

/** What the team can do from a day on, until the next row's day. */
typedef struct place_capacity {
    int32_t day;                       /**< INT32_MIN: from the start                                       */
    bool limited;                      /**< false: without a limit                                          */
    place_number amount;               /**< plans finished a week, or annual reviews a year                 */
} place_capacity;

/** Cases that are open when the run starts. */
typedef struct place_backlog {
    uint32_t word;                     /**< key of the draw                                                 */
    int32_t area;                      /**< PLACE_NONE: any                                                 */
    uint32_t ncy_mask; uint64_t need_mask;
    place_number count;                /**< rounded to the nearest whole case                               */
    size_t n_weeks;
    const int32_t *weeks;              /**< [n_weeks] weeks since the request, each as likely; 1 or more, ascending */
} place_backlog;

/** Requests for an assessment, what becomes of them and when. Weeks are counted from the request. */
typedef struct place_pipeline {
    bool used;                         /**< false: table new-plans says what begins, and the rest is nothing */
    place_number agree, issue;         /**< probability that an assessment is agreed; that it ends in a plan */
    int decision_weeks, notice_weeks, due_weeks;
    place_distribution delay;          /**< weeks from notice_weeks to a plan that is ready; drawn for each case */
    size_t n_throughputs, n_reviews;   /**< before the first row: no limit                                  */
    const place_capacity *throughputs; /**< by day: plans a week; parts of a case add up from week to week   */
    const place_capacity *reviews;     /**< by day: annual reviews a year                                   */
    size_t n_backlogs;
    const place_backlog *backlogs;     /**< in order of canonical id                                        */
    int32_t most_backlog_weeks;        /**< of all rows                                                     */
} place_pipeline;

/* ---- changes ---------------------------------------------------------------------------------------------------- */

typedef enum place_change_op { PLACE_CHANGE_SCALE, PLACE_CHANGE_ADD, PLACE_CHANGE_SET } place_change_op;

/** What a change may act on: a table of the scenario, or the take-up of offers at sites. */
typedef enum place_changed {
    PLACE_CHANGED_POPULATION, PLACE_CHANGED_NEW_PLANS, PLACE_CHANGED_JOINER_TARGET, PLACE_CHANGED_SEPTEMBER_START, PLACE_CHANGED_CEASE,
    PLACE_CHANGED_TRANSFER_OUT, PLACE_CHANGED_TRANSFER_IN, PLACE_CHANGED_MOVE, PLACE_CHANGED_PHASE_TRANSFER, PLACE_CHANGED_GIVE_UP,
    PLACE_CHANGED_RETURN, PLACE_CHANGED_DIRECT, PLACE_CHANGED_DIVERT, PLACE_CHANGED_TAKE_UP, PLACE_N_CHANGED,
} place_changed;

/** The columns of a row of diversion; a row of another table has one, and both bits stand for it. */
enum { PLACE_COLUMN_AT_ONCE = 1, PLACE_COLUMN_RATE = 2 };

/**
 * A change of some cells of a table, from a day until a day. With strength w in a step, the mean over the step's days of a ramp from 0 to 1,
 * a value x becomes x (1 + w (value - 1)), x + w value, or x + w (value - x). Which cells: the lists that hold it (place_table.changes).
 */
typedef struct place_change {
    const char *id;           /**< canonical: "change pandemic"                      */
    const char *own_id, *name; /**< as given, NULL: none; name: the id where there is none */
    place_changed table;
    place_change_op op;
    place_number value;
    unsigned columns;         /**< PLACE_COLUMN_...                                   */
    int32_t starts, ends;     /**< first day of the ramp; first day it holds no longer, INT32_MAX: never */
    place_number ramp_months;
    int32_t intervention;     /**< whose strength, days and ramp it has, or PLACE_NONE: its own */
    int32_t risk;             /**< of the register, without which it does not act, or PLACE_NONE */
    int32_t overlap;          /**< its intervention's overlap group, or PLACE_NONE   */
    const char *where;        /**< its match in words, "" for all                     */
    size_t n_rows;            /**< rows of the table in which it acts ...             */
    size_t n_cells;           /**< ... and cells                                      */
    size_t n_named;           /**< of those rows, the first few ...                   */
    const char *const *row_id; /**< ... [n_named] by their ids                         */
    const double *row_value;  /**< [n_named] value, or mean, before any change; NaN: not a single number */
} place_change;

/** Changes that act on the same cells, in order of (starts, id), those of one overlap group together where its first stands. */
typedef struct place_change_list {
    size_t n;
    const int32_t *changes; /**< [n] */
} place_change_list;

/* ---- interventions ---------------------------------------------------------------------------------------------- */

/** What an intervention's cost is for: a year or a month of its running, a case handled, or all of it. */
typedef enum place_cost_unit { PLACE_COST_YEAR, PLACE_COST_MONTH, PLACE_COST_CASE, PLACE_COST_ONCE } place_cost_unit;

/**
 * A service or programme: a set of changes with one strength,
 *     s = happened x effect x engagement x reach / reach_of x dose / dose_full x ramp,
 * each at most as strong as its dose is full. When base rates were measured while it ran (`measured`), a value is multiplied by
 * F(s now) / F(s as measured), F(s) = 1 + s (value - 1): nothing changes until its dose does, or until it ends, which makes things worse.
 *
 * With a caseload it handles min(referrals x reach / reach_of, capacity x dose / dose_full) cases a month, and averts at most
 * cases x would_request x case_success new plans of the case rows, never more than there are; the share deferred of those comes back
 * after the delay.
 */
typedef struct place_intervention {
    place_item item;
    int32_t starts, ends;          /**< as of a change; of one that is measured: days of its dose */
    place_number ramp_months;
    place_number success;          /**< probability that it has any effect in a replication        */
    bool success_stated;
    place_number effect;           /**< factor on the strength                                     */
    place_number engagement;       /**< share of those reached who take part                       */
    place_number reach;            /**< share, or number of schools of reach_of                    */
    double reach_of;
    place_number dose, dose_full;  /**< in any one unit, such as staffed days a week                */
    bool measured;
    place_number dose_measured;
    int32_t overlap;               /**< overlap group, or PLACE_NONE                               */
    bool caseload;
    place_number referrals, capacity; /**< cases a month; without referrals: as many as capacity    */
    bool referrals_stated;
    place_number would_request, case_success, deferred; /**< shares                                */
    double delay_months;
    size_t n_case_rows;
    const int32_t *case_rows;      /**< [n_case_rows] (area, need, ncy) whose new plans the cases might be, ascending */
    place_number cost_gbp;         /**< pounds a `cost_unit`                                       */
    place_cost_unit cost_unit;
} place_intervention;

/* ---- the risk register ------------------------------------------------------------------------------------------ */

/** What a logged risk does when it happens: nothing that can be simulated; its changes; a site closes; a project is cancelled, or starts
 *  later; an activity takes longer; an intervention stops, or starts later; it is one of a project's own risks. */
typedef enum place_logged_effect {
    PLACE_LOGGED_NOTE, PLACE_LOGGED_CHANGES, PLACE_LOGGED_CLOSES, PLACE_LOGGED_CANCELS, PLACE_LOGGED_DELAYS_PROJECT, PLACE_LOGGED_DELAYS_ACTIVITY,
    PLACE_LOGGED_STOPS, PLACE_LOGGED_DELAYS_INTERVENTION, PLACE_LOGGED_RISK,
} place_logged_effect;

/** One entry of a risk register. */
typedef struct place_logged_risk {
    place_item item;
    double likelihood, impact, score; /**< as logged; NaN: not stated                      */
    bool score_wrong;                 /**< the score is not likelihood x impact            */
    int32_t opened;                   /**< day, INT32_MIN: not stated                      */
    const char *status, *note;        /**< NULL: none; note: why it is not simulated       */
    place_logged_effect effect;
    int32_t on;                       /**< index of the site, project, activity, intervention or risk event */
    place_number probability;         /**< that it happens in a replication                */
    int32_t starts, ends;             /**< day on which it acts; of changes, first day it acts no longer. Of a cancelling one INT32_MIN: at
                                           the project's first decision                     */
    place_number ramp_months;         /**< of its changes                                  */
    place_number by;                  /**< a delay, in `unit` days                         */
    double unit;
} place_logged_risk;

/** Family of its draws: inputs for changes and interventions, delivery for sites and projects. */
static inline place_family place_logged_risk_family(const place_logged_risk *risk) {
    bool inputs = risk->effect == PLACE_LOGGED_CHANGES || risk->effect == PLACE_LOGGED_STOPS || risk->effect == PLACE_LOGGED_DELAYS_INTERVENTION;
    return inputs ? PLACE_FAMILY_INPUTS : PLACE_FAMILY_DELIVERY;
}

/* ---- placing ---------------------------------------------------------------------------------------------------- */

typedef struct place_divert_row {
    place_number at_once;              /**< share of those newly seeking                        */
    place_number rate;                 /**< probability a year after that                       */
    int32_t changes;                   /**< list of changes, or PLACE_NONE                      */
    size_t n_fallbacks;
    const int32_t *fallbacks;          /**< [n_fallbacks] provisions, in order                  */
} place_divert_row;

/** When is a year sufficient? */
typedef struct place_sufficiency {
    double unmet_pupils;               /**< at most so many unmet, or ...            */
    double unmet_share;                /**< ... this share of demand (whichever is larger) */
    int max_wait_steps;                /**< nobody waiting longer; PLACE_NONE: no rule */
    double spare_share;                /**< of places, at least                       */
} place_sufficiency;

/* ---- money ------------------------------------------------------------------------------------------------------ */

/** How prices grow: stated in those of a financial year, times 1 + inflation on each 1 April after it (divided before it). */
typedef struct place_price {
    place_item item;
    int base_year;                     /**< calendar year of its April */
    place_number inflation;            /**< a year                     */
} place_price;

/** Where pupils and places are priced. */
typedef struct place_venue {
    int32_t site;                      /**< PLACE_NONE: the provision itself, which stands nowhere */
    int32_t provision, area;
} place_venue;

/** What a row of a cost table may depend on. */
typedef enum place_cost_axis {
    PLACE_COST_BY_VENUE, PLACE_COST_BY_AREA, PLACE_COST_BY_NCY, PLACE_COST_BY_NEED, PLACE_COST_BY_YEAR, PLACE_N_COST_AXES,
} place_cost_axis;

/**
 * A table of prices: pounds a year for a pupil on roll, or for a commissioned place. Held by classes, which are the members of an axis
 * that no row tells apart, so it is only as fine as its rows are. Axes in the order of place_cost_axis.
 */
typedef struct place_cost_table {
    size_t n_rows;                     /**< 0: the scenario has no such table            */
    const char *const *text;           /**< [n_rows] what a row matches: "need asd; setting special", "" for all */
    const place_number *value;         /**< [n_rows] pounds a year                       */
    const place_number *empty;         /**< [n_rows] place-funding: of a place without a pupil; NULL: no such thing */
    const bool *empty_stated;          /**< [n_rows] false: as value                     */
    const place_number *borne_by_others; /**< [n_rows] share that another budget bears   */
    const int32_t *price;              /**< [n_rows] or PLACE_NONE: prices stay as they are */
    size_t n_classes[PLACE_N_COST_AXES];
    const int32_t *class_of[PLACE_N_COST_AXES]; /**< [members of the axis]; NULL: one class */
    const int32_t *winner;             /**< [classes of the axes, the first slowest] row, or PLACE_NONE */
} place_cost_table;

/** What a stated cost is counted by. */
typedef enum place_cost_per {
    PLACE_PER_YEAR, PLACE_PER_MONTH, PLACE_PER_ONCE, PLACE_PER_PLAN, PLACE_PER_NEW_PLAN, PLACE_PER_REQUEST, PLACE_PER_ASSESSMENT, PLACE_PER_CASE,
} place_cost_per;

/** A cost that the scenario states: a contract, a team, a budget of its own. Years and months go by days. */
typedef struct place_cost_line {
    place_number value;                /**< pounds each                                       */
    place_cost_per per;
    int32_t starts, ends;              /**< first day; first day it no longer holds           */
    int32_t price;                     /**< or PLACE_NONE                                     */
    place_number borne_by_others;      /**< share that another budget bears ...               */
    const char *funder;                /**< ... and whose, for the reader; NULL: not said     */
    int32_t intervention;              /**< whose cost it is, while it runs in a replication; PLACE_NONE: stated apart */
} place_cost_line;

/** Pounds of one financial year. */
typedef struct place_amount {
    int year;                          /**< calendar year of its April */
    place_number gbp;
} place_amount;

/** Money that comes in. A year without an amount has that of the last year with one, grown; before the first, shrunk. */
typedef struct place_income {
    place_item item;
    size_t n_amounts;
    const place_amount *amounts;       /**< [n_amounts] ascending by year, one at least       */
    place_number growth;               /**< a year                                            */
    place_number share;                /**< of the amount that comes in: a block transfer's; 1 otherwise */
    bool once;                         /**< each amount comes in its own year and no other    */
    int32_t starts, ends;              /**< first day; first day it no longer comes           */
} place_income;

/** A saving that somebody has declared: recorded beside the simulated money, never part of it. */
typedef struct place_saving {
    place_item item;
    place_number probability;
    int32_t group;                     /**< savings of one group claim the same money; PLACE_NONE: none */
    size_t n_amounts;
    const place_amount *amounts;       /**< [n_amounts] ascending by year                     */
} place_saving;

/** Revenue: what pupils and places cost, what comes in. Variables on the axes `line` and `income_line` are by `lines` and `incomes`. */
typedef struct place_budget {
    size_t n_prices, n_venues, n_lines, n_cost_lines, n_incomes, n_savings, n_groups;
    const place_price *prices;
    const place_venue *venues;         /**< [n_venues] the provisions, then by site                   */
    const int32_t *first_venue;        /**< [site] its first; the others follow                       */
    place_cost_table unit_cost;        /**< a pupil-year on roll                              */
    place_cost_table place_funding;    /**< a commissioned place a year; by venue and year alone                  */
    place_cost_table transport;        /**< a pupil-year on roll                              */
    const place_item *lines;           /**< [n_lines] kinds of cost                           */
    int32_t filled_line, empty_line;   /**< place funding; PLACE_NONE: no such line, here and below */
    const int32_t *unit_line;          /**< [provision]                                       */
    int32_t transport_line, first_stated_line, borne_line; /**< borne: what others bear, as a cost below 0 */
    const place_cost_line *cost_lines; /**< lines first_stated_line ...; those of interventions last */
    const place_income *incomes;
    const place_saving *savings;
    const char *const *groups;         /**< [n_groups] names                                  */
    bool balanced;                     /**< incomes or an opening balance are stated          */
    place_number opening_gbp;          /**< cumulative balance as opening_day begins          */
    int32_t opening_day;               /**< the run's first day, or a 1 April within it       */
    double discount_rate;              /**< a year, for present values                        */
    bool discount_at_start;            /**< a year's money falls at its start; else at its end */
} place_budget;

/** An assumption that is recorded for the reader; nothing is computed from it. */
typedef struct place_assumption {
    const char *id, *text, *value, *source, *owner, *reason;
    int32_t date, review_by;           /**< days; INT32_MIN when not given */
    place_quality quality;
    long line;
} place_assumption;

typedef struct place_plan {
    place_arena *arena;
    const char *id, *title;
    uint64_t seed;
    int64_t replications;
    const char *resolved;              /**< the resolved scenario as canonical XML: enough to build this plan again */
    size_t resolved_size;

    place_calendar calendar;
    place_axis areas, phases, needs, provisions, targets;
    const place_provision_kind *provision_kind; /**< [provision]                                            */
    const int32_t *phase_of_ncy;       /**< [PLACE_N_NCY]                                                    */
    const bool *crosses;               /**< [PLACE_N_NCY] column is the first of a phase, or the transfer table has rows for it */
    const int32_t (*target_list)[PLACE_MAX_TARGET_LIST]; /**< [target] provisions in order, then PLACE_NONE  */
    const size_t *n_reach;             /**< [area]                                                           */
    const int32_t *const *reach;       /**< [area][n_reach] other areas in which its pupils may be placed, nearest first */

    size_t n_inputs;
    const place_input *inputs;
    size_t n_correlations;
    const place_correlation *correlations;

    size_t n_stock_cells, n_stock_settings, n_stock_waiting;
    const place_stock_cell *stock_cells;          /**< grouped by setting */
    const place_stock_setting *stock_settings;
    const place_stock_waiting *stock_waiting;
    bool stock_drawn;

    /* The demand layer. Columns are the ncy after ageing, but for leave_year_end: the year just ended. Annual. */
    place_table population;            /**< [year][area][ncy] pupils, without those of new dwellings */
    place_table dwellings;             /**< [year][area] new dwellings in the year                */
    place_table pupil_yield;           /**< [ncy] pupils a dwelling                               */
    place_number population_growth_error; /**< factor on all of population, mean 1                */
    place_table new_plans;             /**< [area][need][ncy] plans (with a pipeline: requests) a pupil of the population a year */
    place_pipeline pipeline;
    place_table joiner_target;         /**< [area][need][ncy][target] shares                      */
    place_table september_start;       /**< [ncy][season] share of joiners who start next September */
    place_table cease;                 /**< [area][need][ncy][target] probability, through the year */
    place_table cease_year_end;        /**< [area][need][ncy][target] probability, at the year's end */
    place_table transfer_out;          /**< [area][need][ncy][target] probability                 */
    place_table transfer_in;           /**< [area] share of stock                                 */
    place_table move;                  /**< [area][need][ncy][from][to] probability               */
    place_table phase_transfer;        /**< [area][need][ncy][from][to], to = n_targets: ceases; shares */
    place_table give_up;               /**< [need][ncy][target] probability a year of a waiting pupil */
    place_table return_;               /**< [need][ncy][target] rate a year at which a diverted pupil takes a place that is free */
    place_trend trend[PLACE_N_FLOWS];
    place_year_effect year_effect[PLACE_N_FLOWS];
    double year_factor[PLACE_N_FLOWS][PLACE_N_FLOWS]; /**< Cholesky factor of the flows' correlations  */
    size_t n_overflows;
    const place_overflow *overflows;

    size_t n_changes, n_change_lists;
    const place_change *changes;       /**< in the order in which they act                       */
    const place_change_list *change_lists;
    size_t n_interventions, n_caseloads, n_overlap_groups;
    const place_intervention *interventions;
    const int32_t *caseloads;          /**< [n_caseloads] interventions with one, in the order in which they act */
    const char *const *overlap_groups; /**< [n_overlap_groups] names                             */
    size_t n_logged_risks;
    const place_logged_risk *logged_risks;

    /* The place layer. */
    place_class class_order[PLACE_N_CLASSES]; /**< first served first                           */
    int wait_cap;                      /**< steps waited are counted up to here; at most PLACE_MAX_WAIT */
    const int32_t *waiting_setting;    /**< [class][phase][need] provision, or PLACE_NONE       */
    place_table direct;                /**< [class][phase][need][target] share                  */
    size_t n_divert_rows;
    const place_divert_row *divert_rows;
    const int32_t *divert;             /**< [class][wait_cap + 1][phase][need][target] row, or PLACE_NONE; NULL when nobody is diverted */
    size_t n_sites, n_pools;
    const place_site *sites;
    const int32_t *take_up_changes;    /**< [n_sites] list of changes, or PLACE_NONE; NULL when none acts on take-up */
    const place_pool *pools;           /**< grouped by site */
    size_t n_events;
    const place_event *events;         /**< in order of day, then site key, then kind */
    size_t n_historic, n_places_totals;
    const place_historic *historic;    /**< grouped by site            */
    const place_places_total *places_totals; /**< by financial year, provision, area */

    size_t n_projects, n_activities, n_gates, n_risk_events, n_funding, n_triggers;
    const place_project *projects;
    const place_activity *activities;  /**< grouped by project */
    const place_gate *gates;
    const place_risk_event *risk_events; /**< grouped by project */
    const place_funding *funding;      /**< grouped by project, in order of use */
    const place_trigger *triggers;     /**< grouped by project */
    place_number market_duration, market_cost; /**< factors, mean about 1 */

    const place_budget *budget;        /**< NULL: the scenario says nothing of revenue */

    place_sufficiency sufficiency;
    size_t n_assumptions;
    const place_assumption *assumptions;
} place_plan;

/** What follows from the rest, once all of it is built: planned openings of projects that state none. @return false when memory is out */
bool place_plan_finish(place_plan *plan);

/** The row of a cost table that holds for a pupil of an academic year in a venue, or PLACE_NONE. */
int32_t place_cost_table_row(const place_cost_table *table, size_t venue, size_t area, size_t ncy, size_t need, size_t year);

/** Mean over the days from `from` up to `to` of a ramp that rises from 0 to 1 over `ramp_days` from `starts` and ends at `ends`. */
double place_plan_ramp(int32_t starts, int32_t ends, double ramp_days, int32_t from, int32_t to);

/** Frees the plan and all in it; NULL is allowed. */
void place_plan_free(place_plan *plan);

#endif
