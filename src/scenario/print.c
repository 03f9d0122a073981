/* SPDX-License-Identifier: MIT */
/*
 * Canonical text: what `check --print` shows, what a run file keeps, and what is hashed. Two scenarios that say the
 * same give the same bytes, so attributes stand by name, blanks in them are single, and siblings stand in an order that
 * does not depend on the file: by element name, then by what tells them apart, then by their own text.
 */
#include <stdlib.h>
#include <string.h>

#include "document_internal.h"

/* Text that grows; `failed` once memory was out, and then nothing more is added. */
typedef struct text {
    char *bytes;
    size_t n, n_room;
    bool failed;
} text;

static void add_bytes(text *t, const char *bytes, size_t n) {
    if (t->failed) return;
    if (n > t->n_room - t->n) {
        size_t n_room = 2 * (t->n + n) + 256;
        char *grown = realloc(t->bytes, n_room);
        if (grown == NULL) {
            t->failed = true;
            return;
        }
        t->bytes = grown;
        t->n_room = n_room;
    }
    if (n > 0) memcpy(t->bytes + t->n, bytes, n);
    t->n += n;
}

static void add(text *t, const char *words) {
    add_bytes(t, words, strlen(words));
}

static void add_indent(text *t, size_t depth) {
    for (size_t d = 0; d < depth; d++) add(t, "  ");
}

static void add_escaped(text *t, char c) {
    switch (c) {
    case '&': add(t, "&amp;"); break;
    case '<': add(t, "&lt;"); break;
    case '>': add(t, "&gt;"); break;
    case '"': add(t, "&quot;"); break;
    case '\r': add(t, "&#13;"); break; /* a bare one would be read back as a line feed */
    default: add_bytes(t, &c, 1);
    }
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* A value with its blanks made single and none at its ends. */
static void add_value(text *t, const char *value) {
    bool started = false, blank = false;
    for (; *value != '\0'; value++) {
        if (is_blank(*value)) {
            blank = started;
            continue;
        }
        if (blank) add(t, " ");
        blank = false;
        started = true;
        add_escaped(t, *value);
    }
}

static int by_name(const void *a, const void *b) {
    const xmlAttr *const *first = a, *const *second = b;
    return strcmp((const char *)(*first)->name, (const char *)(*second)->name);
}

static void add_attributes(text *t, const xmlNode *element) {
    size_t n = 0, k = 0;
    for (const xmlAttr *attribute = element->properties; attribute != NULL; attribute = attribute->next) n++;
    if (n == 0) return;
    const xmlAttr **sorted = malloc(n * sizeof *sorted);
    if (sorted == NULL) {
        t->failed = true;
        return;
    }
    for (const xmlAttr *attribute = element->properties; attribute != NULL; attribute = attribute->next)
        sorted[k++] = attribute;
    qsort(sorted, n, sizeof *sorted, by_name);
    for (k = 0; k < n; k++) {
        add(t, " ");
        add(t, (const char *)sorted[k]->name);
        add(t, "=\"");
        const xmlNode *value = sorted[k]->children;
        if (value != NULL && value->content != NULL) add_value(t, (const char *)value->content);
        add(t, "\"");
    }
    free(sorted);
}

/* Text without blanks at its ends; in between it stays as written, for notes may have paragraphs. */
static void add_content(text *t, const xmlNode *element) {
    add(t, ">");
    if (element->children == NULL) return;
    xmlChar *content = xmlNodeGetContent(element);
    if (content == NULL) {
        t->failed = true;
        return;
    }
    const char *start = (const char *)content, *end = start + strlen(start);
    while (is_blank(*start)) start++;
    while (end > start && is_blank(end[-1])) end--;
    for (; start < end; start++) add_escaped(t, *start);
    xmlFree(content);
}

/* One child as text: bytes start .. start + n of the text all children were written to. */
typedef struct piece {
    const char *name, *identity;
    const char *bytes;
    size_t start, n;
} piece;

static int by_place(const void *a, const void *b) {
    const piece *first = a, *second = b;
    int order = strcmp(first->name, second->name);
    if (order == 0) order = strcmp(first->identity, second->identity);
    if (order == 0) order = memcmp(first->bytes, second->bytes, first->n < second->n ? first->n : second->n);
    if (order == 0) order = (first->n > second->n) - (first->n < second->n);
    return order;
}

static void add_element(text *t, const xmlNode *element, size_t depth, place_arena *arena);

static void add_children(text *t, const xmlNode *element, size_t depth, place_arena *arena) {
    text all = { NULL, 0, 0, false };
    size_t n = 0, k = 0;
    for (const xmlNode *child = place_node_child(element, NULL); child != NULL;
         child = place_node_child(element, child))
        n++;
    piece *pieces = calloc(n, sizeof *pieces);
    all.failed = pieces == NULL;
    for (const xmlNode *child = place_node_child(element, NULL); !all.failed && child != NULL;
         child = place_node_child(element, child)) {
        const char *key = place_node_attribute(child, "key");
        pieces[k] =
            (piece){ (const char *)child->name, key != NULL ? key : place_node_identity(child, arena), NULL, all.n, 0 };
        all.failed |= pieces[k].identity == NULL;
        add_element(&all, child, depth, arena);
        pieces[k].n = all.n - pieces[k].start;
        k++;
    }
    if (!all.failed) {
        for (k = 0; k < n; k++) pieces[k].bytes = all.bytes + pieces[k].start;
        qsort(pieces, n, sizeof *pieces, by_place);
        for (k = 0; k < n; k++) add_bytes(t, pieces[k].bytes, pieces[k].n);
    }
    t->failed |= all.failed;
    free(pieces);
    free(all.bytes);
}

static void add_element(text *t, const xmlNode *element, size_t depth, place_arena *arena) {
    const char *name = (const char *)element->name;
    add_indent(t, depth);
    add(t, "<");
    add(t, name);
    add_attributes(t, element);
    if (place_node_child(element, NULL) != NULL) {
        add(t, ">\n");
        add_children(t, element, depth + 1, arena);
        add_indent(t, depth);
    } else {
        size_t before = t->n;
        add_content(t, element);
        if (t->n == before + 1) { /* only the '>' */
            t->n = before;
            add(t, "/>\n");
            return;
        }
    }
    add(t, "</");
    add(t, name);
    add(t, ">\n");
}

char *place_document_print(const place_document *document, size_t *size) {
    text t = { NULL, 0, 0, false };
    place_arena *arena = place_arena_create();
    if (arena == NULL) return NULL;
    add(&t, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    add_element(&t, place_document_root(document), 0, arena);
    place_arena_free(arena);
    add_bytes(&t, "", 1);
    if (t.failed) {
        free(t.bytes);
        return NULL;
    }
    *size = t.n - 1;
    return t.bytes;
}
