/* SPDX-License-Identifier: MIT */
/**
 * Tables for people and for programs: filled once, written as aligned text, JSON (RFC 8259) or CSV (RFC 4180).
 * A report is a few facts, then sections, each a title, notes and a table. A column, or a row, may be for the eye alone
 * ("34 (28-41)") or for programs alone (mean, p10, p90), so that one description of a table serves all formats.
 * A section whose columns are all for one of the two is left out of the other.
 *
 * Nothing here can fail but for want of memory, which is remembered and told by place_tables_write.
 */
#ifndef PLACE_TABLE_H
#define PLACE_TABLE_H

#include <stdio.h>

#include "place/error.h"

typedef struct place_tables place_tables;

typedef enum place_format { PLACE_AS_TEXT, PLACE_AS_JSON, PLACE_AS_CSV } place_format;

/** Where a column or row is shown, and how a column looks in text. */
enum {
    PLACE_IN_TEXT = 1,
    PLACE_IN_DATA = 2, /**< JSON and CSV                                                                */
    PLACE_IN_ALL = 3,
    PLACE_LEFT = 4,    /**< aligned to the left, and broken between words when the table is too wide    */
    PLACE_GROUP = 8,   /**< PLACE_LEFT, and a value equal to the one above it is not repeated in text   */
};

/** Columns of text that a line may fill. */
#define PLACE_TEXT_COLUMNS 100

place_tables *place_tables_create(void); /**< NULL when memory is out */
void place_tables_free(place_tables *tables);

/** One line above the tables, a member of the JSON object. Keys and labels are borrowed, values copied; text NULL: nothing known. */
void place_tables_fact(place_tables *tables, const char *key, const char *label, const char *text);
void place_tables_fact_number(place_tables *tables, const char *key, const char *label, double value);

/** Memory was out while the values were worked out: place_tables_write will say so. */
void place_tables_fail(place_tables *tables);

/** Start a section. Key and title are borrowed. */
void place_tables_begin(place_tables *tables, const char *key, const char *title);
/** A paragraph: above the section's table, or below it once the table has rows. */
void place_tables_note(place_tables *tables, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** A column; `heading` may have lines, parted by newlines. Key and heading are copied. All columns come before the first row. */
void place_tables_column(place_tables *tables, const char *key, const char *heading, int flags);

/** Start a row, in PLACE_IN_ALL, PLACE_IN_TEXT or PLACE_IN_DATA; then one cell for each column, in order (asserted when written). */
void place_tables_row(place_tables *tables, int where);
void place_tables_text(place_tables *tables, const char *text); /**< NULL: nothing */
void place_tables_number(place_tables *tables, double value, int n_decimals); /**< NaN: nothing                       */
void place_tables_value(place_tables *tables, double value, const char *text); /**< `text` for the eye, value for programs */
void place_tables_words(place_tables *tables, const char *data, const char *text); /**< `text` for the eye, `data` for programs */
void place_tables_nothing(place_tables *tables);
/** A line of its own between the rows, in text only: what the rows below it have in common. Needs no cells. */
void place_tables_heading(place_tables *tables, const char *text);

/**
 * Write all of it, or the one section with key `only`. CSV has one table: `only`, or the first.
 * @param only  NULL: all
 * @return PLACE_BAD_INPUT when no section has the key, PLACE_SYSTEM when memory was out while the tables were filled. What goes
 *         wrong in writing is left to `out`'s own error flag.
 */
place_status place_tables_write(const place_tables *tables, place_format format, const char *only, FILE *out, place_error *err);

#endif
