/* SPDX-License-Identifier: MIT */
/*
 * Rows of a table out of a CSV file: RFC 4180 and nothing looser, since a reader that guesses puts numbers in the wrong
 * column. The first line names the columns, which are attributes of <row>; each further line becomes a <row>, an empty
 * field an absent attribute. Blanks around a field do not count. Lines that start with '#' and empty lines are passed
 * over.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "document_internal.h"
#include "guard.h"
#include "word.h"

#define MAX_COLUMNS 64
#define N_ORIGINS 1024 /* taken from the arena at a time */

typedef struct csv {
    char *at, *end;
    const char *file; /* in messages, lives as long as the document */
    long line;        /* of `at`                                    */
    long row_line;    /* where the line being read began            */
    size_t n_columns;
    const xmlChar *columns[MAX_COLUMNS]; /* in the dictionary; NULL for a column that is passed over */
    const char *fields[MAX_COLUMNS];     /* of the line being read, in place                         */
    size_t n_fields;
    place_origin *origins;
    size_t n_origins; /* left */
    place_errors *errors;
} csv;

#define refuse(c, line, ...) place_errors_add((c)->errors, PLACE_BAD_INPUT, (c)->file, line, __VA_ARGS__)

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

static bool at_line_end(const csv *c) {
    return c->at >= c->end || *c->at == '\n' || (*c->at == '\r' && c->at[1] == '\n');
}

static void skip_line_end(csv *c) {
    if (c->at < c->end && *c->at == '\r') c->at++;
    if (c->at < c->end) c->at++;
    c->line++;
}

/* A field in quotes: its text, with each "" made one, moved to where the field began. */
static place_status take_quoted(csv *c, char **text, char **text_end) {
    char *to = ++c->at;
    *text = to;
    for (;; c->at++) {
        if (c->at >= c->end) return refuse(c, c->row_line, "a field that begins with '\"' is not closed by one");
        if (*c->at == '"') {
            if (c->at[1] != '"') break;
            c->at++;
        }
        if (*c->at == '\n') c->line++;
        *to++ = *c->at;
    }
    *text_end = to;
    c->at++;
    while (is_blank(*c->at)) c->at++;
    if (at_line_end(c) || *c->at == ',') return PLACE_OK;
    return refuse(c, c->line, "only ',' or the end of the line may follow a field's closing '\"'; found '%s'",
                  place_quote(c->at).text);
}

static place_status take_plain(csv *c, char **text, char **text_end) {
    *text = c->at;
    for (; !at_line_end(c) && *c->at != ','; c->at++) {
        if (*c->at == '"') return refuse(c, c->line, "a field that holds '\"' stands in quotes, and has it twice");
        if (*c->at == '\r')
            return refuse(c, c->line, "a lone carriage return stands in the line; lines end in LF or CR LF");
    }
    *text_end = c->at;
    while (*text_end > *text && is_blank((*text_end)[-1])) --*text_end;
    return PLACE_OK;
}

/* One line into c->fields. A field is ended in place, once the byte behind it was looked at. */
static place_status take_line(csv *c) {
    c->row_line = c->line;
    c->n_fields = 0;
    for (bool more = true; more;) {
        char *text = c->at, *text_end = c->at;
        while (is_blank(*c->at)) c->at++;
        place_status status = *c->at == '"' ? take_quoted(c, &text, &text_end) : take_plain(c, &text, &text_end);
        if (status != PLACE_OK) return status;
        if ((size_t)(text_end - text) > PLACE_MAX_VALUE_BYTES)
            return refuse(c, c->row_line, "a field has at most 64 KB");
        if (c->n_fields == MAX_COLUMNS) return refuse(c, c->row_line, "a table has at most %d columns", MAX_COLUMNS);
        c->fields[c->n_fields++] = text;
        more = !at_line_end(c);
        if (more) c->at++;
        else skip_line_end(c);
        *text_end = '\0';
    }
    return PLACE_OK;
}

/* Past remarks and empty lines; false at the end of the file. */
static bool find_line(csv *c) {
    for (;;) {
        char *start = c->at;
        while (c->at < c->end && is_blank(*c->at)) c->at++;
        if (c->at >= c->end) return false;
        if (*start == '#') {
            c->at += strcspn(c->at, "\n");
        } else if (!at_line_end(c)) {
            c->at = start;
            return true;
        }
        skip_line_end(c);
    }
}

static bool is_attribute_name(const char *name) {
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz-");
    return n > 0 && name[n] == '\0' && name[0] != '-';
}

/* The columns' names. One that no row knows is reported and its fields passed over. */
static place_status take_header(csv *c, place_document *document) {
    place_status worst = PLACE_OK;
    if (!find_line(c)) return refuse(c, 1, "the table is empty; its first line names the columns");
    place_status status = take_line(c);
    if (status != PLACE_OK) return status;
    c->n_columns = c->n_fields;
    for (size_t k = 0; k < c->n_columns; k++) {
        const char *name = c->fields[k], *nearest = NULL;
        if (k == 0 && c->n_columns == 1 && (strchr(name, ';') != NULL || strchr(name, '\t') != NULL))
            return refuse(c, c->row_line, "columns are separated by ','; found '%s'", place_quote(name).text);
        if (!place_schema_knows("row", name, &nearest) || !is_attribute_name(name)) {
            worst = refuse(c, c->row_line, "the column '%s' is not known%s%s%s", place_quote(name).text,
                           nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
                           nearest != NULL ? "'?" : "");
            continue;
        }
        c->columns[k] = xmlDictLookup(document->dict, (const xmlChar *)name, -1);
        for (size_t other = 0; other < k; other++)
            if (c->columns[k] != NULL && c->columns[k] == c->columns[other]) {
                worst = refuse(c, c->row_line, "the column '%s' stands twice", name);
                c->columns[k] = NULL;
            }
    }
    return worst;
}

static place_status out_of_memory(const csv *c) {
    return place_errors_add(c->errors, PLACE_SYSTEM, c->file, 0, "memory is out");
}

static place_status add_row(csv *c, place_document *document, xmlNode *table) {
    static const xmlChar name[] = "row";
    if (c->n_origins == 0) {
        c->origins = place_arena_array(document->arena, N_ORIGINS, sizeof *c->origins);
        if (c->origins == NULL) return out_of_memory(c);
        c->n_origins = N_ORIGINS;
    }
    xmlNode *row = xmlNewDocRawNode(table->doc, NULL, name, NULL);
    if (row == NULL) return out_of_memory(c);
    *c->origins = (place_origin){ c->file, c->row_line };
    row->_private = c->origins++;
    c->n_origins--;
    xmlAddChild(table, row);
    document->n_elements++;
    for (size_t k = 0; k < c->n_columns; k++) {
        if (c->columns[k] == NULL || c->fields[k][0] == '\0') continue;
        document->n_attributes++;
        if (xmlNewNsProp(row, NULL, c->columns[k], (const xmlChar *)c->fields[k]) == NULL) return out_of_memory(c);
    }
    if (document->n_elements > PLACE_MAX_ELEMENTS)
        return refuse(c, c->row_line,
                      "a scenario has at most 100,000 elements, with its tables' rows; this one has more");
    if (document->n_attributes > PLACE_MAX_ATTRIBUTES)
        return refuse(c, c->row_line, "a scenario has at most %u values in its tables; this one has more",
                      PLACE_MAX_ATTRIBUTES);
    return PLACE_OK;
}

static place_status read_rows(csv *c, place_document *document, xmlNode *table) {
    place_status worst = take_header(c, document);
    if (c->n_columns == 0) return worst;
    if (!find_line(c)) /* in a file that extends another, the other's rows would go on to hold, and nobody would know */
        place_errors_warn(c->errors, c->file, c->row_line, "the table has no rows below the line that names its columns");
    while (find_line(c)) {
        place_status status = take_line(c);
        if (status != PLACE_OK) return status; /* where the next line begins is not known */
        if (c->n_fields != c->n_columns) {
            worst = refuse(c, c->row_line, "the line has %zu field%s; the first line names %zu column%s", c->n_fields,
                           c->n_fields == 1 ? "" : "s", c->n_columns, c->n_columns == 1 ? "" : "s");
            continue;
        }
        status = add_row(c, document, table);
        if (status != PLACE_OK) return status;
    }
    return worst;
}

place_status place_rows_parse(place_document *document, xmlNode *table, char *bytes, size_t size, const char *file, place_errors *errors) {
    place_status status = place_guard_encoding(bytes, size, file, "a table", errors);
    if (status != PLACE_OK) return status;
    size_t bom = strncmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    csv c = { .at = bytes + bom, .end = bytes + size, .file = file, .line = 1, .errors = errors };
    return read_rows(&c, document, table);
}

place_status place_rows_add(place_document *document, xmlNode *table, const place_folder *folder,
                            const place_beside *from, place_errors *errors) {
    xmlAttr *file = xmlHasNsProp(table, (const xmlChar *)"file", NULL);
    long line = place_document_line(document, (xmlNode *)file);
    place_beside beside;
    place_bytes bytes = { NULL, 0 };
    place_status status = place_folder_find(&beside, folder, from, line, place_node_attribute(table, "file"), errors);
    xmlRemoveProp(file);
    if (status == PLACE_OK) status = place_document_read(&bytes, document, &beside, errors);
    if (status == PLACE_OK) status = place_rows_parse(document, table, bytes.bytes, bytes.size, beside.shown, errors);
    free(bytes.bytes);
    return status;
}
