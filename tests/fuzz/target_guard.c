/* SPDX-License-Identifier: MIT */
/*
 * The guard and the parser behind it, without schema and plan: what the guard lets through is UTF-8 without an entity or a document type,
 * and each element of the tree has the line in which its tag begins.
 */
#include <libxml/xmlerror.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/scenario/document_internal.h"
#include "targets.h"

#define MAX_LINES 4096
#define MAX_DEPTH 32

typedef struct seen {
    const char *lines[MAX_LINES + 2]; /* [n_lines + 1] where each line begins; the last is the end */
    long n_lines, last;
    size_t n_elements, n_attributes;
} seen;

static void note_lines(seen *s, const char *text, size_t size) {
    s->n_lines = 0;
    s->lines[s->n_lines++] = text;
    for (const char *at = text; (at = memchr(at, '\n', (size_t)(text + size - at))) != NULL && s->n_lines <= MAX_LINES;) s->lines[s->n_lines++] = ++at;
    s->lines[s->n_lines] = text + size;
}

/* The line that was noted for a tag or an attribute holds its name. */
static void check_origin(seen *s, const xmlNode *node, const char *before) {
    char written[80];
    const place_origin *from = node->_private;
    if (from == NULL || from->line < s->last || from->line > s->n_lines) fuzz_fail("'%s' has the line %ld", node->name, from != NULL ? from->line : -1L);
    s->last = from->line;
    if (s->n_lines > MAX_LINES) return;
    const char *line = s->lines[from->line - 1], *end = s->lines[from->line];
    int n = snprintf(written, sizeof written, "%s%.60s", before, (const char *)node->name);
    for (; line + n <= end; line++)
        if (memcmp(line, written, (size_t)n) == 0) return;
    fuzz_fail("'%s' does not stand in line %ld", written, from->line);
}

static void walk(seen *s, const xmlNode *parent, int depth) {
    if (depth > MAX_DEPTH) fuzz_fail("elements stand deeper than the guard allows");
    for (const xmlNode *node = parent->children; node != NULL; node = node->next) {
        if (node->type == XML_TEXT_NODE && !place_guard_value((const char *)node->content)) fuzz_fail("a text that the guard lets through is not one");
        if (node->type != XML_ELEMENT_NODE && node->type != XML_TEXT_NODE) fuzz_fail("a node of type %d", (int)node->type);
        if (node->type != XML_ELEMENT_NODE) continue;
        s->n_elements++;
        bool prefixed = node->ns != NULL && node->ns->prefix != NULL;
        check_origin(s, node, prefixed ? "" : "<");
        for (const xmlAttr *attribute = node->properties; attribute != NULL; attribute = attribute->next) {
            s->n_attributes++;
            check_origin(s, (const xmlNode *)attribute, "");
            for (const xmlNode *value = attribute->children; value != NULL; value = value->next)
                if (value->type != XML_TEXT_NODE && value->type != XML_ENTITY_REF_NODE) fuzz_fail("a value of type %d", (int)value->type);
        }
        walk(s, node, depth + 1);
    }
}

int fuzz_guard(const uint8_t *bytes, size_t size) {
    static place_errors errors;
    static seen s;
    static char name[] = "fuzz.xml";
    xmlDoc *tree = NULL;
    place_document document = { .name = name, .arena = place_arena_create() };
    fuzz_start_libxml();
    document.dict = xmlDictCreate();
    char *text = malloc(size + 1);
    if (document.arena == NULL || document.dict == NULL || text == NULL) fuzz_fail("memory is out");
    if (size > 0) memcpy(text, bytes, size);
    text[size] = '\0';
    errors.n_errors = errors.n_warnings = 0;
    note_lines(&s, text, size);
    place_status status = place_parse(&tree, &document, text, size, name, &place_guard_file, &errors);
    fuzz_check_errors(status, &errors, s.n_lines);
    if (errors.n_errors > 1) fuzz_fail("the guard and the parser have %zu errors", errors.n_errors);
    if (status == PLACE_SYSTEM) fuzz_fail("%s", errors.errors[0].message);
    if ((status == PLACE_OK) != (tree != NULL)) fuzz_fail("status %d, and a tree: %d", (int)status, tree != NULL);
    if (tree != NULL) {
        size_t bom = size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
        if (strlen(text) != size || !xmlCheckUTF8((const xmlChar *)text + bom)) fuzz_fail("what is parsed is not UTF-8");
        if (tree->intSubset != NULL || tree->extSubset != NULL) fuzz_fail("a document type comes through");
        s.last = 1;
        s.n_elements = s.n_attributes = 0;
        walk(&s, (const xmlNode *)tree, 0);
        if (s.n_elements != document.n_elements || s.n_attributes != document.n_attributes || s.n_elements == 0)
            fuzz_fail("%zu elements are counted as %zu", s.n_elements, document.n_elements);
    }
    free(text);
    xmlFreeDoc(tree);
    xmlDictFree(document.dict);
    place_arena_free(document.arena);
    return 0;
}
