/* SPDX-License-Identifier: MIT */
/*
 * Overrides, XPATH=VALUE, a line each, on the tree of tests/hostile/base.xml, without schema and plan. XPath is a language of its own, so
 * what it finds may be any node of libxml2's; what is changed afterwards is values alone, each to what its override says.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/scenario/document_internal.h"
#include "targets.h"

#define MAX_SETS 4

static xmlDoc *base;

static void read_base(void) {
    static char text[1 << 14];
    static place_errors errors;
    static char name[] = "base.xml";
    place_document document = { .name = name, .arena = place_arena_create(), .dict = xmlDictCreate() };
    FILE *file = fopen("tests/hostile/base.xml", "rb");
    if (file == NULL || document.arena == NULL || document.dict == NULL) fuzz_fail("tests/hostile/base.xml is missing: run from the top folder");
    size_t size = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    xmlDoc *tree = NULL;
    if (place_parse(&tree, &document, text, size, name, &place_guard_file, &errors) != PLACE_OK) fuzz_fail("%s", errors.errors[0].message);
    base = xmlCopyDoc(tree, 1); /* whose nodes have no origin, so that one tells of a change */
    xmlFreeDoc(tree);
    xmlDictFree(document.dict);
    place_arena_free(document.arena);
}

typedef struct heard {
    size_t n;
    const char *last; /* new value */
} heard;

static void hear(void *self, const char *file, long line, const char *xpath, const char *old_value, const char *new_value) {
    heard *h = self;
    if (file == NULL || line < 0 || xpath[0] == '\0' || old_value == NULL || new_value == NULL) fuzz_fail("a change is not told");
    h->n++;
    h->last = new_value;
}

typedef struct counted {
    size_t n_elements, n_attributes, n_changed;
} counted;

/* An override's value ends its text, behind a '='. */
static void check_value(const char *value, const char *const *sets, size_t n_sets) {
    size_t length = strlen(value);
    for (size_t s = 0; s < n_sets; s++) {
        size_t n = strlen(sets[s]);
        if (n > length && sets[s][n - length - 1] == '=' && strcmp(sets[s] + n - length, value) == 0) return;
    }
    fuzz_fail("a value is '%s', which no override says", value);
}

static void walk(const xmlNode *parent, const char *const *sets, size_t n_sets, counted *c) {
    const xmlNode *before = NULL;
    for (const xmlNode *node = parent->children; node != NULL; before = node, node = node->next) {
        if (node->parent != parent || node->prev != before) fuzz_fail("the tree is broken");
        if (node->type != XML_ELEMENT_NODE) continue;
        c->n_elements++;
        if (node->_private != NULL) {
            if (node->properties != NULL || (node->children != NULL && node->children->next != NULL)) fuzz_fail("<%s> is no single value", node->name);
            check_value(node->children != NULL ? (const char *)node->children->content : "", sets, n_sets);
            c->n_changed++;
        }
        for (const xmlAttr *attribute = node->properties; attribute != NULL; attribute = attribute->next, c->n_attributes++)
            if (attribute->_private != NULL) {
                check_value(place_node_attribute(node, (const char *)attribute->name), sets, n_sets);
                c->n_changed++;
            }
        walk(node, sets, n_sets, c);
    }
}

int fuzz_set(const uint8_t *bytes, size_t size) {
    static place_errors errors;
    static char name[] = "base.xml";
    static size_t n_elements, n_attributes;
    const char *sets[MAX_SETS];
    size_t n_sets = 0;
    heard h = { 0 };
    counted c = { 0 };
    fuzz_start_libxml();
    if (base == NULL) {
        read_base();
        walk((const xmlNode *)base, NULL, 0, &c);
        n_elements = c.n_elements;
        n_attributes = c.n_attributes;
        c = (counted){ 0 };
    }
    char *text = malloc(size + 1);
    place_document document = { .name = name, .arena = place_arena_create(), .tree = xmlCopyDoc(base, 1) };
    if (text == NULL || document.arena == NULL || document.tree == NULL) fuzz_fail("memory is out");
    if (size > 0) memcpy(text, bytes, size);
    text[size] = '\0';
    for (char *at = text, *rest = NULL; n_sets < MAX_SETS && (at = strtok_r(at, "\n", &rest)) != NULL; at = NULL) sets[n_sets++] = at;
    errors.n_errors = errors.n_warnings = 0;
    const place_scenario_options options = { .sets = sets, .n_sets = n_sets, .on_set = hear, .self = &h };
    place_status status = place_override_apply(&document, &options, &errors);
    fuzz_check_errors(status, &errors, 0); /* an override stands in no line */
    if (status == PLACE_SYSTEM && !document.memory_out) fuzz_fail("%s", errors.errors[0].message);
    if (status == PLACE_OK && h.n < n_sets) fuzz_fail("%zu overrides make %zu changes", n_sets, h.n);
    walk((const xmlNode *)document.tree, sets, n_sets, &c);
    if (c.n_elements != n_elements || c.n_attributes != n_attributes) fuzz_fail("an override makes or takes away elements");
    if (c.n_changed > h.n || (h.n > 0 && c.n_changed == 0)) fuzz_fail("%zu values are changed, and %zu told", c.n_changed, h.n);
    free(text);
    xmlFreeDoc(document.tree);
    place_arena_free(document.arena);
    return 0;
}
