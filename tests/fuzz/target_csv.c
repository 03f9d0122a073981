/* SPDX-License-Identifier: MIT */
/*
 * A table's CSV. Every one is read from memory into rows, and what is read is written as CSV and read again; one in 1,024 (all of them
 * when the corpus is played) is also put beside tests/hostile/base.xml as a file, and the scenario loaded with it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/scenario/document_internal.h"
#include "place/scenario.h"
#include "targets.h"

static const char *const tables[] = { "population",    "new-plans", "cease",        "move",   "phase-transfer", "joiner-target",
                                      "stock-by-ncy",  "recode",    "stock",        "divert", "waiting-setting", "stock-waiting",
                                      "stock-by-setting", "direct", "stock-shape",  "transfer-out" };

/* ---- the whole way, through files ---- */

static void load(const uint8_t *bytes, size_t size) {
    static char base[1 << 14];
    static size_t base_size;
    static place_errors errors;
    char path[200], text[300];
    place_plan *plan = NULL;
    if (base_size == 0) {
        FILE *file = fopen("tests/hostile/base.xml", "rb");
        if (file == NULL) fuzz_fail("tests/hostile/base.xml is missing: run from the top folder");
        base_size = fread(base, 1, sizeof base, file);
        fclose(file);
    }
    fuzz_write(path, fuzz_folder(), "base.xml", base, base_size);
    fuzz_write(path, fuzz_folder(), "rows.csv", bytes + 1, size - 1);
    int n = snprintf(text, sizeof text, "<scenario version='1' id='csv' extends='base.xml'><table name='%s' file='rows.csv'/></scenario>",
                     tables[bytes[0] % (sizeof tables / sizeof tables[0])]);
    fuzz_write(path, fuzz_folder(), "csv.xml", text, (size_t)n);
    errors.n_errors = errors.n_warnings = 0;
    place_status status = place_scenario_load(&plan, path, NULL, &errors);
    fuzz_check_errors(status, &errors, 100000);
    if (status == PLACE_SYSTEM) fuzz_fail("%s", errors.errors[0].message);
    place_plan_free(plan);
}

/* ---- the reader alone ---- */

/* A document that is one table. */
typedef struct held {
    place_document document;
    place_errors *errors;
    xmlNode *table;
} held;

static void open_table(held *at, place_errors *errors) {
    *at = (held){ .document = { .name = "rows.csv", .arena = place_arena_create(), .dict = xmlDictCreate() }, .errors = errors };
    at->document.tree = xmlNewDoc((const xmlChar *)"1.0");
    if (at->document.arena == NULL || at->document.dict == NULL || at->document.tree == NULL) fuzz_fail("memory is out");
    at->document.tree->dict = at->document.dict;
    xmlDictReference(at->document.dict);
    at->table = xmlNewDocNode(at->document.tree, NULL, (const xmlChar *)"table", NULL);
    xmlDocSetRootElement(at->document.tree, at->table);
    errors->n_errors = errors->n_warnings = 0;
}

static void close_table(held *at) {
    xmlFreeDoc(at->document.tree);
    xmlDictFree(at->document.dict);
    place_arena_free(at->document.arena);
}

static void check_rows(const held *at, long n_lines) {
    size_t n_elements = 0, n_attributes = 0;
    long last = 1;
    const char *nearest;
    for (const xmlNode *row = at->table->children; row != NULL; row = row->next, n_elements++) {
        long line = place_document_line(&at->document, row);
        if (!place_node_is(row, "row") || line <= last || line > n_lines) fuzz_fail("a row of line %ld", line); /* the names are before it */
        last = line;
        for (const xmlAttr *attribute = row->properties; attribute != NULL; attribute = attribute->next, n_attributes++) {
            const char *value = place_node_attribute(row, (const char *)attribute->name);
            if (value == NULL || value[0] == '\0' || !place_guard_value(value)) fuzz_fail("a row has a value that is none");
            if (!place_schema_knows("row", (const char *)attribute->name, &nearest)) fuzz_fail("a row has '%s'", attribute->name);
        }
    }
    if (n_elements != at->document.n_elements || n_attributes != at->document.n_attributes) fuzz_fail("rows are miscounted");
}

/* The rows as CSV, every field in quotes. @return NULL: there are none, or none with a value; the caller frees */
static char *write_rows(const held *at, size_t *size) {
    const xmlChar *columns[64];
    size_t n_columns = 0, room = 1;
    for (const xmlNode *row = at->table->children; row != NULL; row = row->next) {
        for (const xmlAttr *attribute = row->properties; attribute != NULL; attribute = attribute->next) {
            size_t c = 0;
            while (c < n_columns && columns[c] != attribute->name) c++; /* names are in one dictionary */
            if (c == n_columns) columns[n_columns++] = attribute->name;
            room += 2 * strlen(place_node_attribute(row, (const char *)attribute->name));
        }
        room += 64 * 3 + 1;
    }
    if (n_columns == 0) return NULL;
    for (size_t c = 0; c < n_columns; c++) room += strlen((const char *)columns[c]) + 3;
    char *text = malloc(room), *to = text;
    if (text == NULL) fuzz_fail("memory is out");
    for (size_t c = 0; c < n_columns; c++) to += sprintf(to, "%s\"%s\"", c > 0 ? "," : "", (const char *)columns[c]);
    for (const xmlNode *row = at->table->children; row != NULL; row = row->next) {
        *to++ = '\n';
        for (size_t c = 0; c < n_columns; c++) {
            const char *value = place_node_attribute(row, (const char *)columns[c]);
            if (c > 0) *to++ = ',';
            *to++ = '"';
            for (; value != NULL && *value != '\0'; value++) {
                if (*value == '"') *to++ = '"';
                *to++ = *value;
            }
            *to++ = '"';
        }
    }
    *to = '\0';
    *size = (size_t)(to - text);
    return text;
}

static void compare(const held *one, const held *two) {
    const xmlNode *a = one->table->children, *b = two->table->children;
    for (; a != NULL && b != NULL; a = a->next, b = b->next) {
        size_t n_a = 0, n_b = 0;
        for (const xmlAttr *attribute = b->properties; attribute != NULL; attribute = attribute->next) n_b++;
        for (const xmlAttr *attribute = a->properties; attribute != NULL; attribute = attribute->next, n_a++) {
            const char *name = (const char *)attribute->name, *value = place_node_attribute(b, name);
            if (value == NULL || strcmp(value, place_node_attribute(a, name)) != 0) fuzz_fail("'%s' is written and read as another", name);
        }
        if (n_a != n_b) fuzz_fail("a row is written with %zu values and read with %zu", n_a, n_b);
    }
    if (a != NULL || b != NULL) fuzz_fail("rows are written and not read");
}

static void read_rows(const uint8_t *bytes, size_t size) {
    static place_errors errors;
    held one, two;
    fuzz_start_libxml();
    long n_lines = 1;
    char *text = malloc(size + 1);
    if (text == NULL) fuzz_fail("memory is out");
    if (size > 0) memcpy(text, bytes, size);
    text[size] = '\0';
    for (size_t i = 0; i < size; i++) n_lines += text[i] == '\n';
    open_table(&one, &errors);
    place_status status = place_rows_parse(&one.document, one.table, text, size, "rows.csv", &errors);
    free(text);
    fuzz_check_errors(status, &errors, n_lines);
    if (status == PLACE_SYSTEM) fuzz_fail("%s", errors.errors[0].message);
    check_rows(&one, n_lines);
    if (status == PLACE_OK && (text = write_rows(&one, &size)) != NULL) {
        open_table(&two, &errors);
        if (place_rows_parse(&two.document, two.table, text, size, "again.csv", &errors) != PLACE_OK)
            fuzz_fail("rows as written are refused: line %ld: %s", errors.errors[0].line, errors.errors[0].message);
        compare(&one, &two);
        close_table(&two);
        free(text);
    }
    close_table(&one);
}

int fuzz_csv(const uint8_t *bytes, size_t size) {
    if (size == 0) return 0;
    read_rows(bytes + 1, size - 1);
    if (fuzz_is_turn(bytes, size, 1024)) load(bytes, size);
    return 0;
}
