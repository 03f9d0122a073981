/* SPDX-License-Identifier: MIT */
/*
 * Assumptions for the reader: the elements so called, and every element that is a judgement or is to be looked at
 * again.
 */
#include <string.h>

#include "build.h"
#include "place/date.h"

static bool is_listed(place_builder *b, const xmlNode *node) {
    if (place_read_is(node, "assumption") || place_read_text(b, node, "review-by") != NULL) return true;
    place_quality quality = place_read_quality(b, node, false);
    return quality == PLACE_ELICITED || quality == PLACE_GUESS;
}

static void collect(place_builder *b, xmlNode *node, xmlNode **list, size_t *n) {
    for (xmlNode *c = node->children; c != NULL; c = c->next) {
        if (c->type != XML_ELEMENT_NODE) continue;
        if (is_listed(b, c)) {
            if (list != NULL) list[*n] = c;
            (*n)++;
        }
        collect(b, c, list, n);
    }
}

/* The attribute that comes after `last` by name; NULL: none. Order in a file means nothing, so it is not kept. */
static const xmlAttr *next_by_name(const xmlNode *node, const xmlAttr *last) {
    const xmlAttr *next = NULL;
    for (const xmlAttr *a = node->properties; a != NULL; a = a->next)
        if ((last == NULL || xmlStrcmp(a->name, last->name) > 0) && (next == NULL || xmlStrcmp(a->name, next->name) < 0)) next = a;
    return next;
}

/* What the element says, its names, matches and provenance apart: `value="0.05"` alone, else "commissioned=60 "
                                                            "stretch=4". */
static const char *value_of(place_builder *b, const xmlNode *node) {
    static const char *const apart[] = { "id",      "name",   "key",  "source", "owner", "date", "review-by",
                                         "quality", "reason", "area", "ncy",    "phase", "need", "from",
                                         "to",      "class",  "year", "month",  "wait",  "text", "file" };
    if (place_read_is(node, "assumption")) return place_read_text(b, node, "value");
    const char *text = "", *only = NULL;
    size_t n = 0;
    for (const xmlAttr *a = next_by_name(node, NULL); a != NULL; a = next_by_name(node, a)) {
        bool skip = a->ns != NULL;
        for (size_t i = 0; i < sizeof apart / sizeof apart[0]; i++)
            skip |= strcmp((const char *)a->name, apart[i]) == 0;
        if (skip) continue;
        only = place_read_text(b, node, (const char *)a->name);
        text = place_build_text(b, "%s%s%s=%s", text, n++ > 0 ? " " : "", (const char *)a->name, only);
    }
    if (place_read_is(node, "table")) return "its rows";
    return n == 1 && place_read_text(b, node, "value") != NULL ? only : n > 0 ? text : NULL;
}

void place_build_assumptions(place_builder *b) {
    size_t n = 0;
    xmlNode *root = place_document_root(b->document);
    collect(b, root, NULL, &n);
    xmlNode **nodes = PLACE_TAKE(b, b->scratch, n, xmlNode *);
    n = 0;
    collect(b, root, nodes, &n);
    place_sorted *sorted = place_build_sort(b, nodes, n);
    place_assumption *list = PLACE_TAKE(b, b->arena, n, place_assumption);
    int32_t start = b->plan->calendar.start_day[0];
    for (size_t i = 0; i < n; i++) {
        xmlNode *node = sorted[i].node;
        bool has_own_date =
            place_read_is(node, "event") || place_read_is(node, "stock") || place_read_is(node, "temporary")
            || place_read_is(node, "budget");
        const char *text =
            place_read_is(node, "assumption") ? place_read_text(b, node, "text") : place_read_label(b, node);
        list[i] = (place_assumption){
            .id = place_build_keep(b, sorted[i].id),
            .text = place_build_keep(b, text != NULL ? text : ""),
            .value = place_build_keep(b, value_of(b, node)),
            .source = place_build_keep(b, place_read_text(b, node, "source")),
            .owner = place_build_keep(b, place_read_text(b, node, "owner")),
            .reason = place_build_keep(b, place_read_text(b, node, "reason")),
            .date = has_own_date ? INT32_MIN : place_read_day(b, node, "date", INT32_MIN),
            .review_by = place_read_day(b, node, "review-by", INT32_MIN),
            .quality = place_read_quality(b, node, false),
            .line = place_document_line(b->document, node),
        };
        if (b->time_ok && list[i].review_by != INT32_MIN && list[i].review_by < start) {
            char due[11], began[11];
            place_day_text(list[i].review_by, due);
            place_day_text(start, began);
            place_build_doubt(
                b, place_read_where(node, "review-by"),
                "%s: its review was due by %s, before the start of the run on %s (there is no clock: the start is "
                "what it is held against)",
                list[i].id, due, began);
        }
    }
    b->plan->n_assumptions = n;
    b->plan->assumptions = list;
}
