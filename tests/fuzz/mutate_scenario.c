/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer's mutator of scenarios: it works on the tree, so that most of what comes out is XML, and much of it within the schema.
 * Elements are doubled, taken away, swapped, moved or taken over from the base; attributes get a word of the schema's, an id that stands
 * in the file, a number with a history, or libFuzzer's own mutation of their value. One in eight is left to libFuzzer, byte by byte.
 */
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdio.h>
#include <string.h>

#include "place/embedded.h"
#include "targets.h"

#define MAX_NODES 4000
#define MAX_WORDS 800

size_t LLVMFuzzerMutate(uint8_t *bytes, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t max_size, unsigned seed);

static char words[MAX_WORDS][48];
static size_t n_words;

static void add_word(const char *at, size_t n) {
    if (n_words < MAX_WORDS && n > 0 && n < sizeof words[0]) snprintf(words[n_words++], sizeof words[0], "%.*s", (int)n, at);
}

/* Names of attributes and words of enumerations, from the schema's text. */
static void read_words(void) {
    static const char *const told[] = {
        "0", "1", "-1", "1e12", "1e-9", "0.5", "0.9999999999", "12.5", "NaN", "2147483647", "-4..20", "7", "..", "2025-09-01", "2026-01-13",
        "2028-02-29", "2599-12-31", "uniform(0, 1)", "triangular(1, 2, 4)", "pert(1, 2, 30)", "normal(1, 0.5) truncated(0, 3)",
        "lognormal(median=1, log-sd=0.3)", "gamma(shape=2, scale=3)", "beta(2, 3)", "counts(3, 100)", "counts(0)", "interval(80%, 0.1, 0.4)",
        "discrete(0: 0.5, 1: 0.5)", "poisson(3)", "empirical(1, 2, 2)", "district", "oak-base", "ash-school", "special base", "mainstream",
        "ceases", "primary secondary", "transfer move", "", " ", "&lt;", "activity elm-project/design / duration",
    };
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) add_word(told[i], strlen(told[i]));
    const char *text = (const char *)place_embedded_schema;
    static const char *const before[] = { " name=\"", " value=\"" };
    for (size_t b = 0; b < 2; b++)
        for (const char *at = text; (at = strstr(at, before[b])) != NULL;) {
            at += strlen(before[b]);
            add_word(at, strcspn(at, "\""));
        }
}

static unsigned state;
static unsigned below(unsigned n) {
    state = state * 1664525u + 1013904223u;
    return n > 0 ? (state >> 8) % n : 0;
}

static xmlNode *nodes[MAX_NODES];
static size_t n_nodes;

static void gather(xmlNode *node) {
    for (xmlNode *child = node->children; child != NULL; child = child->next) {
        if (child->type != XML_ELEMENT_NODE || n_nodes == MAX_NODES) continue;
        nodes[n_nodes++] = child;
        gather(child);
    }
}

static xmlNode *any(void) { return nodes[below((unsigned)n_nodes)]; }

/* A value of some attribute of the file, or a word. */
static void pick_value(char out[200]) {
    const xmlNode *from = any();
    unsigned skip = below(5);
    const xmlAttr *attribute = from->properties;
    while (attribute != NULL && skip-- > 0) attribute = attribute->next;
    if (attribute != NULL && below(3) > 0 && attribute->children != NULL && attribute->children->content != NULL)
        snprintf(out, 200, "%s", (const char *)attribute->children->content);
    else snprintf(out, 200, "%s", words[below((unsigned)n_words)]);
}

static void change_attribute(xmlNode *node) {
    char value[200];
    unsigned skip = below(6);
    xmlAttr *attribute = node->properties;
    while (attribute != NULL && attribute->next != NULL && skip-- > 0) attribute = attribute->next;
    pick_value(value);
    if (attribute == NULL || below(6) == 0) {
        const char *name = words[below((unsigned)n_words)];
        if (xmlValidateNCName((const xmlChar *)name, 0) == 0) xmlSetProp(node, (const xmlChar *)name, (const xmlChar *)value);
    } else if (below(8) == 0) {
        xmlRemoveProp(attribute);
    } else if (below(3) == 0 && attribute->children != NULL && attribute->children->content != NULL) {
        snprintf(value, sizeof value, "%s", (const char *)attribute->children->content);
        size_t n = LLVMFuzzerMutate((uint8_t *)value, strlen(value), sizeof value - 1);
        for (size_t i = 0; i < n; i++)
            if ((unsigned char)value[i] < 0x20 || (unsigned char)value[i] > 0x7e) value[i] = '7';
        value[n] = '\0';
        xmlSetProp(node, attribute->name, (const xmlChar *)value);
    } else {
        xmlSetProp(node, attribute->name, (const xmlChar *)value);
    }
}

static int is_within(const xmlNode *node, const xmlNode *of) {
    for (; node != NULL; node = node->parent)
        if (node == of) return 1;
    return 0;
}

static void change(xmlNode *root) {
    xmlNode *one = any(), *two = any();
    switch (below(10)) {
    case 0: xmlAddNextSibling(one, xmlCopyNode(one, 1)); break;
    case 1:
        xmlUnlinkNode(one);
        xmlFreeNode(one);
        break;
    case 2:
        if (!is_within(two, one)) {
            xmlUnlinkNode(one);
            xmlAddPrevSibling(two, one);
        }
        break;
    case 3:
        if (!is_within(two, one) && below(4) == 0) {
            xmlUnlinkNode(one);
            xmlAddChild(two, one);
        }
        break;
    case 4: xmlAddChild(below(2) ? root : one->parent, xmlCopyNode(one, 1)); break;
    default: change_attribute(one);
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t max_size, unsigned seed) {
    xmlChar *text = NULL;
    int n = 0;
    size_t new_size = 0;
    if (n_words == 0) read_words();
    state = seed;
    xmlDoc *tree = below(8) == 0 ? NULL : xmlReadMemory((const char *)bytes, (int)size, NULL, NULL,
                                                        XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    xmlNode *root = tree != NULL ? xmlDocGetRootElement(tree) : NULL;
    if (root != NULL) {
        for (unsigned i = 1 + below(3); i > 0; i--) {
            n_nodes = 0;
            gather(root);
            if (n_nodes > 0) change(root);
        }
        xmlDocDumpMemory(tree, &text, &n);
    }
    if (text != NULL && (size_t)n <= max_size) memcpy(bytes, text, new_size = (size_t)n);
    xmlFree(text);
    xmlFreeDoc(tree);
    return new_size > 0 ? new_size : LLVMFuzzerMutate(bytes, size, max_size);
}
