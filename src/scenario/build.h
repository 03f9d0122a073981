/* SPDX-License-Identifier: MIT */
/**
 * What the files that build a plan share: the builder, and how they read attributes, find names and report faults.
 *
 * A scenario is read whole: a fault is noted and building goes on with a harmless stand-in, so that one reading reports
 * all faults. Out of memory is different: nothing sensible can follow, so place_build_take leaves for place_build by
 * longjmp. That leaks nothing, because between the two all memory belongs to one of the builder's arenas.
 */
#ifndef PLACE_SCENARIO_BUILD_H
#define PLACE_SCENARIO_BUILD_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "document.h"
#include "number.h"
#include "place/plan.h"

typedef enum place_kind {
    PLACE_KIND_AREA,
    PLACE_KIND_PHASE,
    PLACE_KIND_NEED,
    PLACE_KIND_PROVISION,
    PLACE_KIND_TARGET,
    PLACE_KIND_SITE,
    PLACE_KIND_PROJECT,
    PLACE_KIND_GATE,
    PLACE_KIND_ASSUMPTION,
    PLACE_KIND_PRICE,
    PLACE_KIND_INCOME,
    PLACE_KIND_COST_LINE,
    PLACE_KIND_SAVING,
    PLACE_KIND_CHANGE,
    PLACE_KIND_INTERVENTION,
    PLACE_KIND_LOGGED_RISK,
    PLACE_N_KINDS,
} place_kind;

/** A thing with an id. */
typedef struct place_named {
    const char *id, *key, *name;
    place_kind kind;
    xmlNode *node;
    int32_t index;   /**< in its list of the plan, once that is sorted */
    int32_t display; /**< position in the file                        */
} place_named;

/** An uncertain number as met in the file: becomes a place_input when all are known. */
typedef struct place_met {
    place_input input;
    xmlNode *node;
    const char *row_id; /**< the `id` of a table's row, NULL when none */
} place_met;

/** The rows of a table as they were read, in the order in which the plan holds their numbers. */
typedef struct place_rows_known {
    const char *name;
    size_t n;
    const struct place_match_row *rows;
} place_rows_known;

typedef struct place_names {
    place_named **slots; /**< open addressing by hash of the id */
    size_t n_slots, n;
} place_names;

typedef struct place_builder {
    place_document *document;
    place_errors *errors;
    place_plan *plan;
    place_arena *arena;   /**< the plan's             */
    place_arena *scratch; /**< gone when it is built  */
    place_arena *brief;   /**< of one list of words: gone at the next */
    jmp_buf no_memory;

    place_names names;
    place_named **lists[PLACE_N_KINDS]; /**< each sorted as in the plan */
    size_t n_lists[PLACE_N_KINDS];
    const int32_t *target_of_provision; /**< [provision]                */
    bool time_ok, phases_ok;            /**< false: a stand-in, checks against it say nothing */
    xmlNode *placed_at[64];             /**< [provision] first row of basis placed that leads there */
    double stock_sum;                   /**< of all counts met */
    place_venue *venues;                /**< [n_venues] provisions first; once sites and events are known */
    size_t n_venues;
    int32_t *stock_total;               /**< [setting] pupils of a stock that is drawn                    */

    place_met *met;
    size_t n_met, n_met_room;
    place_rows_known tables_read[40];
    size_t n_tables_read;
} place_builder;

/* ---- build.c ---------------------------------------------------------------------------------------------------- */

/** @return zeroed memory of the plan or of scratch; never NULL */
void *place_build_take(place_builder *b, place_arena *arena, size_t n, size_t size);
#define PLACE_TAKE(b, arena, n, type) ((type *)place_build_take((b), (arena), (n), sizeof(type)))
/** @return a copy in the plan's arena, NULL for NULL */
const char *place_build_keep(place_builder *b, const char *text);
const int32_t *place_build_keep_list(place_builder *b, const int32_t *list, size_t n);
/** @return a new text in scratch */
char *place_build_text(place_builder *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Elements in the order of their canonical ids. */
typedef struct place_sorted {
    const char *id;
    xmlNode *node;
} place_sorted;
place_sorted *place_build_sort(place_builder *b, xmlNode **nodes, size_t n);
/** A bit for each need of the scenario. */
uint64_t place_build_all_needs(const place_builder *b);

/** Count one more fault where there are as many as are kept: a long table may be wrong in every row, and then sentences
 *  that nobody will see take the time and the memory. Asked where rows, or words in them, are at fault. */
bool place_build_is_full(place_builder *b);
/** Note what is wrong, or doubtful, at a node. */
void place_build_fault(place_builder *b, const xmlNode *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void place_build_doubt(place_builder *b, const xmlNode *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- read.c: attributes ----------------------------------------------------------------------------------------- */

const char *place_read_text(place_builder *b, const xmlNode *node, const char *name); /**< NULL when absent */
/** The attribute, else the element that lacks it: for faults, since a file that extends another may give one attribute
 *  of an element that stands in the other. */
const xmlNode *place_read_where(const xmlNode *node, const char *name);
const char *place_read_table_name(place_builder *b, const xmlNode *row);
bool place_read_is(const xmlNode *node, const char *element);
/** Children of the name, in file order. */
xmlNode **place_read_children(place_builder *b, const xmlNode *parent, const char *element, size_t *n);
const char **place_read_words(place_builder *b, const char *text, size_t *n); /**< split at spaces */
/** The same, until the next call: a row may list thousands of words, and there may be thousands of rows. */
const char **place_read_words_briefly(place_builder *b, const char *text, size_t *n);
/** How messages call a node: "site 'ash'", "places of site 'ash'", "a row of table 'cease'". */
const char *place_read_label(place_builder *b, const xmlNode *node);

bool place_read_yes(place_builder *b, const xmlNode *node, const char *name);
int64_t place_read_whole(place_builder *b, const xmlNode *node, const char *name, int64_t low, int64_t high,
                         int64_t otherwise);
double place_read_decimal(place_builder *b, const xmlNode *node, const char *name, double low, double high,
                          double otherwise);
int32_t place_read_day(place_builder *b, const xmlNode *node, const char *name, int32_t otherwise);
/** Position of the attribute's word in `words`, or `otherwise` when it is absent; a fault for another word. */
int place_read_choice(place_builder *b, const xmlNode *node, const char *name, const char *const *words, size_t n,
                      int otherwise);
/** Whole numbers of a list of ranges, ascending and once each, low .. high. NULL after a fault. */
const int32_t *place_read_ranges(place_builder *b, const xmlNode *node, const char *name, int low, int high, size_t *n);
/** The same of national curriculum years, as bits of columns; `otherwise` when absent, 0 after a fault. */
uint32_t place_read_ncy(place_builder *b, const xmlNode *node, const char *name, uint32_t otherwise);
uint32_t place_read_classes(place_builder *b, const xmlNode *node, const char *name, uint32_t otherwise);
place_quality place_read_quality(place_builder *b, const xmlNode *node, bool inherit);

extern const char *const place_class_words[PLACE_N_CLASSES];
extern const char *const place_flow_words[PLACE_N_FLOWS];
#define PLACE_ALL_NCY ((uint32_t)((1u << PLACE_N_NCY) - 1u))
#define PLACE_ALL_CLASSES ((uint32_t)((1u << PLACE_N_CLASSES) - 1u))

/** What a number stands for, and how large its mean may be: limits beyond any real figure. */
typedef struct place_measure {
    place_quantity quantity;
    double most;
} place_measure;
extern const place_measure place_measure_places, place_measure_change, place_measure_probability, place_measure_share,
    place_measure_share_row, place_measure_pupils, place_measure_count, place_measure_rate, place_measure_factor,
    place_measure_duration, place_measure_pounds, place_measure_growth, place_measure_uplift, place_measure_sigma;

/** A number or an input of the family; `otherwise` when the attribute is absent. */
place_number place_read_number(place_builder *b, xmlNode *node, const char *name, const place_measure *measure,
                               place_family family, double otherwise);
bool place_number_is_fixed(place_number number);
/** A fixed share as read from the attribute, drawn as Gamma(share x concentration, 1): a row's part of a Dirichlet. */
place_number place_read_concentrated(place_builder *b, xmlNode *node, const char *name, place_number share,
                                     double concentration);
/** Say once for several fixed numbers at `first` that they should be distributions. */
void place_read_doubt_fixed(place_builder *b, const xmlNode *first, size_t n, const char *what);
/** Whether a fixed number there calls for that doubt: not 0, and neither observed nor pooled. */
bool place_read_is_bold(place_builder *b, const xmlNode *node, place_number number);

/* ---- names.c: ids, keys and references -------------------------------------------------------------------------- */

/** All children of the root of the name as things with ids, sorted by key; faults for ids, keys and words met twice. */
void place_names_collect(place_builder *b, place_kind kind, const char *element);
/** A thing that stands in every scenario that does not replace it (the usual phases). */
place_named *place_names_add_usual(place_builder *b, place_kind kind, const char *id);
place_item place_names_item(place_builder *b, const place_named *named);
/** Sort by key; note keys and words met twice. */
void place_names_sort(place_builder *b, place_named **list, size_t n, const char *noun);
const place_named *place_names_find(const place_builder *b, const char *id);

/** Index of the thing of the kind that the word names, else PLACE_NONE and a fault that offers the nearest. For
 *  targets a provision's id is one too. */
int32_t place_names_refer(place_builder *b, const xmlNode *node, const char *attribute, place_kind kind,
                          const char *word);
/** The one thing that the attribute names; `otherwise` when absent. */
int32_t place_names_one(place_builder *b, const xmlNode *node, const char *attribute, place_kind kind,
                        int32_t otherwise);
/** All that it names, in order, once each (else a fault). In scratch. */
const int32_t *place_names_many(place_builder *b, const xmlNode *node, const char *attribute, place_kind kind,
                                size_t *n);
uint64_t place_names_mask(place_builder *b, const xmlNode *node, const char *attribute, place_kind kind,
                          uint64_t otherwise);
/** A setting: a site, or a provision; PLACE_NONE after a fault. A limited provision is its own index. */
int32_t place_names_setting(place_builder *b, const xmlNode *node, const char *attribute, const char *word);

/** Canonical id of an element: from keys, whatever its place in the file. In scratch. */
const char *place_names_element(place_builder *b, const xmlNode *node);

/* ---- the parts of the plan -------------------------------------------------------------------------------------- */

void place_build_calendar(place_builder *b);
void place_build_axes(place_builder *b);
void place_build_targets(place_builder *b);
void place_build_population(place_builder *b);
void place_build_pipeline(place_builder *b);       /**< before the flows: it says which table tells who comes */
void place_build_pipeline_check(place_builder *b); /**< when flows are known                                 */
void place_build_flows(place_builder *b);
/** The oldest column in which one who asks in a column can join, were it at the end of the run; its target's column included. */
size_t place_build_oldest_joiner(const place_builder *b, int32_t ncy);
void place_build_years(place_builder *b);
void place_build_wait_cap(place_builder *b); /**< and the order of classes: before any table */
void place_build_placing(place_builder *b);
void place_build_waiting_check(place_builder *b); /**< when flows and stock are known             */
void place_build_sites(place_builder *b);
void place_build_projects(place_builder *b);
void place_build_register(place_builder *b); /**< when projects are known                        */
void place_build_events(place_builder *b);
void place_build_totals(place_builder *b);
void place_build_stock(place_builder *b);
void place_build_changes(place_builder *b); /**< when all that they act on is known                */
void place_build_money(place_builder *b); /**< when sites and events are known */
void place_build_inputs(place_builder *b);
void place_build_assumptions(place_builder *b);

/** The project's children of the names `delivers`, `works` and `temporary` as events (events.c). */
int32_t place_projects_activity(place_builder *b, const xmlNode *node, const char *attribute, int32_t project);
/** The activity of a project that a word of the attribute names, or PLACE_NONE after a fault. */
int32_t place_projects_part(place_builder *b, const xmlNode *node, const char *attribute, const char *word, int32_t project);
/** Index of the pool of a site that the attribute `phases` of a node means, PLACE_NONE after a fault. */
int32_t place_sites_pool(place_builder *b, const xmlNode *node, int32_t site);
bool place_sites_open_at_start(const place_builder *b, int32_t site);

#endif
