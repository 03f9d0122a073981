/* SPDX-License-Identifier: MIT */
/**
 * From a run to answers: what a head of place planning asks of it. Everything derived (a sum over areas, demand less places) is
 * worked out in each replication first and only then summed up over replications, since medians do not add.
 *
 * Percentiles are order statistics: the value below or at which at least p of the replications lie. Each share and mean has its
 * Monte Carlo standard error, sqrt(p (1 - p) / R) and sd / sqrt(R).
 */
#ifndef PLACE_SUMMARY_H
#define PLACE_SUMMARY_H

#include "place/catalogue.h"
#include "place/error.h"
#include "place/plan.h"

/** Where values come from: a run file in the program, arrays in tests. */
typedef struct place_summary_source {
    int64_t n_replications;
    /** Read a whole variable. @param out [cells][n_replications], missing NaN; freed by the caller with free()
     *  @param n_cells product of the axes' lengths in the plan: anything else in the source is damage */
    place_status (*read)(void *self, place_variable_id variable, size_t n_cells, double **out, place_error *err);
    /** Positions for display of an axis' n items, or NULL for the plan's own: a resolved scenario has its items in order of id, a run
     *  file remembers the order of the scenario. May be NULL. */
    const int32_t *(*display)(void *self, place_axis_id axis, size_t n);
    void *self;
} place_summary_source;

typedef struct place_spread {
    int64_t n;                 /**< replications that have a value; 0: the rest is NaN */
    double mean, error, sd;    /**< error: Monte Carlo standard error of the mean      */
    double p10, p50, p90;
} place_spread;

typedef struct place_chance {
    double share, error;
} place_chance;

/** When in an academic year its headline is read: pupils, places, who goes without, whether that is sufficient. */
typedef enum place_reading {
    PLACE_READING_SEPTEMBER, /**< the September count, after the September round                                    */
    PLACE_READING_JANUARY,   /**< the stock at 1 January within the year (the SEN2 reading): the close of the step that ends there; of
                                  steps that run across it, between the closes on either side, by days              */
    PLACE_READING_MEAN,      /**< mean over the closes of the year's steps; fractions are kept                       */
    PLACE_READING_ANY,       /**< the worst of the September count and the closes of the year's steps                */
    PLACE_N_READINGS
} place_reading;

extern const char *const place_reading_names[PLACE_N_READINGS]; /**< "september", "january", "mean", "any" */

/** Places lacking that a chance is given for: at least so many. */
#define PLACE_N_SHORT 3
extern const int place_short_by[PLACE_N_SHORT];         /**< 1, 10, 25 */
/** Shares of replications for which places are asked to be enough. */
#define PLACE_N_ENOUGH 4
extern const double place_enough_share[PLACE_N_ENOUGH]; /**< 0.5, 0.8, 0.9, 0.95 */

/** Families of randomness in the order of place_family, and last what two or more of them do together. */
#define PLACE_N_SOURCES 5

/** Where the spread of a figure comes from, as shares of its variance (place/variance.h); NaN what is not known. */
typedef struct place_summary_sources {
    place_chance family[PLACE_N_SOURCES]; /**< of a crossed design                                              */
    place_chance judged;                  /**< explained linearly by inputs of quality elicited or guess          */
} place_summary_sources;

/** One provision in one academic year at the reading asked for, in one phase or in all. */
typedef struct place_summary_year {
    int32_t year;              /**< position of the academic year in the plan         */
    int32_t provision;
    int32_t phase;             /**< PLACE_NONE: all of those asked for                */
    bool interpolated;         /**< a January between the closes of steps: never to be scored against what was counted */
    place_spread demand;       /**< pupils whose target it is, or is first            */
    place_spread available;    /**< commissioned places less those held by others     */
    place_spread unmet;        /**< of demand, waiting or diverted                    */
    place_spread shortfall;    /**< places lacking in the phases: with all places in reach, or in the one area asked for */
    place_spread misplaced;    /**< further places lacking when each area has to do with its own */
    place_chance short_by[PLACE_N_SHORT]; /**< by shortfall                           */
    place_chance any_unmet;
    place_chance sufficient;   /**< by the scenario's test of unmet pupils and spare places; of one phase: the same test there.
                                    NaN where the test asks for spare places that are not kept (of a phase at a close)  */
    place_summary_sources sources; /**< of unmet; only of the phase asked for (all: of all) */
    double needed[PLACE_N_ENOUGH];  /**< places that would do in so many replications: quantiles of demand         */
    double lacking[PLACE_N_ENOUGH]; /**< quantiles of demand less available, below 0: to spare                     */
} place_summary_year;

/** Where those unmet at the September count are, and why at the close of that step. Means, pupils. */
typedef struct place_summary_unmet {
    int32_t year, provision;
    double unmet;
    double *where;             /**< [n_provisions] by the provision of the setting they are in */
    double cause[PLACE_N_CAUSES]; /**< those waiting or newly diverted as the September step closes */
} place_summary_unmet;

typedef struct place_summary_project {
    int32_t project;
    place_chance triggered;    /**< a trigger was met; NaN: it has none. Those below are of all replications ...  */
    place_spread start;        /**< days; infinity: never triggered                                              */
    double planned;            /**< day; NaN: none, or counted from a start that a trigger gives                 */
    double open_by_planned;    /**< day of the planned opening's September: the 1 September on or after it       */
    place_spread opening;      /**< days; infinity: never (percentiles keep it, the mean is of those that open)   */
    place_spread slip_days;    /**< of those that open                                                           */
    place_chance on_time, by_september, cancelled, never; /**< opened by the planned day; by open_by_planned; given up; not by any day.
                                    ... but on_time, with triggers of those that were triggered                   */
    int32_t critical;          /**< activity that is most often on the longest path, of those that open; PLACE_NONE */
    double critical_share;
    int32_t blamed;            /**< of the activities on the longest path in replications that are late, the one whose finish is
                                    furthest behind plan on average, against the one before it; PLACE_NONE: none      */
    double blamed_days;
    place_spread spend_gbp, lost_gbp; /**< of all financial years; unspent grant that is lost                       */
} place_summary_project;

/** One site at the close of the September step. */
typedef struct place_summary_site {
    int32_t site, year;
    place_spread roll, commissioned, spare;
    place_spread occupancy;    /**< (roll + others) / commissioned, of replications with places                   */
    place_chance over;         /**< more pupils than commissioned places                                          */
} place_summary_site;

/** All plans at a boundary of 1 January. */
typedef struct place_summary_january {
    int32_t year;              /**< calendar year of the January                     */
    place_spread plans, joined, ceased; /**< joined and ceased (with those aged out) in the year before, NaN in its first part */
} place_summary_january;

/** From request to plan in a calendar year (a step belongs to the year in which it starts), all areas or the one asked for. */
typedef struct place_summary_pipeline {
    int year;
    int32_t first_day, end_day; /**< of its steps: the first day of the first, and the day after the last     */
    place_spread requests, refused, no_plan, issued;
    place_spread in_time;      /**< share of those issued, of replications with any                          */
    place_spread undecided, in_assessment, queue; /**< as the last step closes                               */
    place_spread reviews_due, reviews_done, reviews_overdue; /**< overdue: as the last step closes           */
    place_spread reviews_in_time; /**< share of those that fell due, of replications with any                */
} place_summary_pipeline;
/** Revenue of one financial year, in pounds: of its days that are in the run. */
typedef struct place_summary_money {
    int32_t year;              /**< position on the axis                            */
    bool part;                 /**< the run has only a part of the year             */
    place_spread cost;         /**< n 0 here and below: there is none               */
    place_spread income, balance, cumulative;
    place_chance overdrawn;    /**< the cumulative balance is below 0               */
    place_spread saving;       /**< declared, all of them; no part of the others    */
} place_summary_money;

/** One line of cost, one income or one declared saving in one financial year, in pounds. */
typedef struct place_summary_line {
    int32_t line, year;
    place_spread gbp;
} place_summary_line;

/** What the want of places of one provision costs: pupils who are in a fallback, in a financial year. */
typedef struct place_summary_diversion {
    int32_t provision, year;
    place_spread pupil_years;
    place_spread gbp;          /**< what they cost there, less what they would where they should be */
} place_summary_diversion;

/** One source of capital, in pounds. */
typedef struct place_summary_grant {
    int32_t funding;
    place_spread used, lost;
    place_chance any_lost;
} place_summary_grant;

typedef struct place_summary {
    place_arena *arena;
    int64_t n_replications;
    int32_t area, phase;       /**< asked for; PLACE_NONE: all        */
    place_reading reading;     /**< of `years`; the rest is read as it says */
    size_t n_levels;           /**< indices of each family in a crossed design; 0: it is not crossed   */
    size_t n_judged;           /**< inputs of quality elicited or guess                                */
    int64_t n_judged_least;    /**< draws of the inputs that their share of a spread wants; n_levels is as many in a crossed design */
    size_t n_years, n_unmet, n_projects, n_sites, n_januaries;
    const place_summary_year *years;       /**< by provision in the scenario's order, year, phase (all first); years with the reading */
    const place_summary_unmet *unmet;      /**< by provision, year                                               */
    const place_summary_project *projects; /**< in the scenario's order                                          */
    const place_summary_site *sites;       /**< by site in the scenario's order, year                            */
    const place_summary_january *januaries;
    size_t n_pipeline;         /**< 0 where the plan has no pipeline                                               */
    const place_summary_pipeline *pipeline;    /**< by year                                                      */
    size_t n_money, n_lines, n_incomes, n_savings, n_diversions, n_capital, n_grants;
    const place_summary_money *money;           /**< by financial year; none when the scenario has no budget  */
    const place_summary_line *lines, *incomes, *savings; /**< by line in the scenario's order, year           */
    const place_summary_diversion *diversions;  /**< by provision in the scenario's order, year               */
    const place_summary_line *capital;          /**< spend of all projects by financial year; line: none      */
    const place_summary_grant *grants;          /**< by project, in order of use                              */
    place_spread present_cost, present_balance; /**< of all years of the run, as the first of them begins     */
    double probabilities_held; /**< mean number of probabilities held at 0 or 1 in a replication                  */
} place_summary;

/**
 * @param plan         of the run; borrowed, and must outlive the summary
 * @param area, phase  positions in the plan, or PLACE_NONE for all. Projects, sites and Januaries are always whole.
 * @param reading      of each academic year. A January is missing where the run starts on it or after it; a mean and the worst where
 *                     the year is not whole in the run. Where the unmet are, why, and how full sites are is told of September alone.
 */
place_status place_summary_create(place_summary **out, const place_plan *plan, const place_summary_source *source, int32_t area,
                                  int32_t phase, place_reading reading, place_error *err);
void place_summary_free(place_summary *summary); /**< NULL is allowed */

/**
 * Present value of yearly amounts at a rate a year.
 * @param at_start  each falls at the start of its year, the first not discounted; else at its end
 */
double place_present_value(const double *values, size_t n, double rate, bool at_start);

/** Spread of n values, NaN left out; for whoever has values of his own. @param sorted [n] room to work in */
place_spread place_spread_of(const double *values, size_t n, double *sorted);
/** Order statistic of n ascending values: the least of them with at least p of all at or below it. */
double place_spread_quantile(const double *sorted, size_t n, double p);
/** Share of n replications in which something held. */
place_chance place_chance_of(size_t n_held, size_t n);

#endif
