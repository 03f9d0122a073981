/* SPDX-License-Identifier: MIT */
/**
 * Tables: rows that each match some cells of a grid, and which row holds in each cell.
 * A row's cells are a box: a set on every axis. A row beats another where its box is a proper subset of the other's.
 * So a cell has one winner if, of all rows there, one lies inside all others; where none does, two rows overlap and
 * neither is inside the other, which is an error.
 */
#ifndef PLACE_SCENARIO_TABLE_H
#define PLACE_SCENARIO_TABLE_H

#include "build.h"

#define PLACE_MATCH_AXES 7

typedef enum place_match_kind {
    PLACE_MATCH_AREA,
    PLACE_MATCH_NCY,
    PLACE_MATCH_PHASE,
    PLACE_MATCH_NEED,
    PLACE_MATCH_FROM,
    PLACE_MATCH_TO,
    PLACE_MATCH_TO_OR_CEASES,
    PLACE_MATCH_SETTING,
    PLACE_MATCH_FROM_SETTING,
    PLACE_MATCH_TO_SETTING,
    PLACE_MATCH_CLASS,
    PLACE_MATCH_YEAR,
    PLACE_MATCH_MONTH,
    PLACE_MATCH_WAIT,
    PLACE_MATCH_WHEN,
    PLACE_MATCH_VENUE, /**< by setting, where a provision stands for its sites too, and by setting-area */
} place_match_kind;

/** What a row says of one axis. */
typedef struct place_match_set {
    bool all; /**< nothing: every member                  */
    size_t n;
    const int32_t *members; /**< [n] ascending, once each; NULL when the row names none, which is all */
} place_match_set;

typedef struct place_match_row {
    xmlNode *node;
    const char *id; /**< canonical */
    place_match_set set[PLACE_MATCH_AXES];
} place_match_row;

/** What a table looks like: its axes, slowest first, and the attributes that are values. */
typedef struct place_table_shape {
    const char *name;
    size_t n_axes;
    place_match_kind axes[PLACE_MATCH_AXES];
    const char *values[5]; /**< up to a NULL */
} place_table_shape;

/** The rows of one table, in order of canonical id. Rows with a fault are left out. */
typedef struct place_rows {
    const place_table_shape *shape;
    xmlNode *table; /**< the first table element; NULL when there is none */
    size_t n;
    place_match_row *rows;
    size_t size[PLACE_MATCH_AXES];
    int first_year; /**< of a year axis */
} place_rows;

/** The winners, on a grid in which members of an axis that no row tells apart are one class. */
typedef struct place_match {
    size_t n_axes;
    size_t size[PLACE_MATCH_AXES], n_classes[PLACE_MATCH_AXES];
    const int32_t *class_of[PLACE_MATCH_AXES];  /**< [size]                              */
    const int32_t *first[PLACE_MATCH_AXES];     /**< [n_classes] first member of a class */
    const int32_t *n_members[PLACE_MATCH_AXES]; /**< [n_classes]                         */
    const int32_t *winner;                      /**< [n_classes ...] row, or PLACE_NONE  */
} place_match;

/**
 * Read the rows of a table (match_rows.c). A year axis covers first_year .. first_year + n_years - 1; rows of other
 * years only are left out, which is a fault.
 */
void place_rows_read(place_builder *b, const place_table_shape *shape, int first_year, size_t n_years, place_rows *out);

/** What an element says of an axis of the rows; everything where it says nothing. */
place_match_set place_rows_set(place_builder *b, xmlNode *node, const place_rows *rows, size_t axis);
/** The attribute that matches on an axis of the kind, and how many members such an axis has. */
const char *place_rows_attribute(place_match_kind kind);
size_t place_rows_size(const place_builder *b, place_match_kind kind, size_t n_years);

/** Name of a member of an axis, for sentences. */
const char *place_rows_member(place_builder *b, const place_rows *rows, size_t axis, int32_t member);

/** Find the winners; notes overlaps, rows given twice, rows that never hold. */
void place_match_build(place_builder *b, const place_rows *rows, place_match *out);

/** Winner in a cell of the dense grid. */
int32_t place_match_at(const place_match *match, const int32_t cell[]);

/** The dense grid, in the plan's arena; NULL when the table has no rows. Refuses a grid that is too large with a
 * fault. */
int32_t *place_match_expand(place_builder *b, const place_rows *rows, const place_match *match);

/** Whether the dense grid of the shape is within the limit; notes a fault when it is not. */
bool place_rows_fit(place_builder *b, const place_rows *rows);

/** The numbers of a table whose rows have one each, the attribute `value`: without the grid, and with it. */
place_table place_rows_values(place_builder *b, const place_rows *rows, const place_measure *measure);
place_table place_rows_table(place_builder *b, const place_rows *rows, const place_match *match,
                             const place_measure *measure);

#endif
