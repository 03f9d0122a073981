/* SPDX-License-Identifier: MIT */
/* What sources say of places in all, for `explain` to hold against what the scenario makes of them. */
#include <stdlib.h>

#include "build.h"
#include "place/date.h"

static void read_total(place_builder *b, xmlNode *node, place_places_total *out) {
    const place_plan *plan = b->plan;
    bool by_year = place_read_text(b, node, "financial-year") != NULL, by_day = place_read_text(b, node, "by") != NULL;
    int32_t start = plan->calendar.start_day[0], end = plan->calendar.start_day[plan->calendar.n_steps] - 1;
    *out = (place_places_total){
        .provision = place_names_one(b, node, "provision", PLACE_KIND_PROVISION, PLACE_NONE),
        .area = place_names_one(b, node, "area", PLACE_KIND_AREA, PLACE_NONE),
        .financial_year = (int32_t)place_read_whole(b, node, "financial-year", 1900, 2599, 0),
        .by_day = place_read_day(b, node, "by", end),
        .places = (double)place_read_whole(b, node, "places", 0, 1000000, 0),
        .source = place_build_keep(b, place_read_text(b, node, "source")),
    };
    if (by_year && by_day)
        place_build_fault(b, node, "%s: at most one of financial-year and by is wanted; found both",
                          place_read_label(b, node));
    if (out->provision != PLACE_NONE && plan->provision_kind[out->provision] != PLACE_LIMITED)
        place_build_fault(b, node, "%s: places are counted of limited provision; '%s' is not",
                          place_read_label(b, node), plan->provisions.items[out->provision].id);
    if (b->time_ok && (out->by_day < start || out->by_day > end)) {
        char day[11], from[11], to[11];
        place_day_text(out->by_day, day);
        place_day_text(start, from);
        place_day_text(end, to);
        place_build_fault(b, node, "%s, by: a day of the run, %s to %s, is wanted; found %s", place_read_label(b, node),
                          from, to, day);
    }
}

static int in_order(const void *a, const void *b) {
    const place_places_total *x = a, *y = b;
    const int32_t keys[][2] = { { x->financial_year, y->financial_year },
                                { x->by_day, y->by_day },
                                { x->provision == PLACE_NONE ? INT32_MAX : x->provision, /* the total after its parts */
                                  y->provision == PLACE_NONE ? INT32_MAX : y->provision },
                                { x->area == PLACE_NONE ? INT32_MAX : x->area,
                                  y->area == PLACE_NONE ? INT32_MAX : y->area } };
    for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++)
        if (keys[k][0] != keys[k][1]) return keys[k][0] < keys[k][1] ? -1 : 1;
    return (x->places > y->places) - (x->places < y->places);
}

void place_build_totals(place_builder *b) {
    size_t n;
    xmlNode **nodes = place_read_children(b, place_document_root(b->document), "places-total", &n);
    place_places_total *totals = PLACE_TAKE(b, b->arena, n, place_places_total);
    for (size_t i = 0; i < n; i++) read_total(b, nodes[i], &totals[i]);
    if (n > 1) qsort(totals, n, sizeof *totals, in_order);
    b->plan->places_totals = totals;
    b->plan->n_places_totals = n;
}
