/* SPDX-License-Identifier: MIT */
/*
 * The opening stock held against what else the scenario says of the same pupils: the sites' own rolls, the places there
 * are, those who are nowhere, and where they live. Published counts re-label bases, so that stock and rolls differ by
 * whole classes; nothing is mended here, since only the reader knows which of the two is right.
 */
#include <math.h>
#include <string.h>

#include "stock.h"

/* A difference that dates and rounding explain: 3 pupils, or 2 %. */
static bool is_small(double difference, double of) {
    return difference <= fmax(3, 0.02 * of) + 1e-9;
}

static const xmlNode *table_of(place_builder *b, const char *name) {
    size_t n;
    xmlNode **tables = place_read_children(b, place_document_root(b->document), "table", &n);
    for (size_t t = 0; t < n; t++) {
        const char *text = place_read_text(b, tables[t], "name");
        if (text != NULL && strcmp(text, name) == 0) return tables[t];
    }
    return NULL;
}

/* Where the pupils of a setting are given: the first row that names it, else the table. */
static const xmlNode *stock_node(place_builder *b, const char *setting) {
    size_t n, n_words;
    xmlNode **tables = place_read_children(b, place_document_root(b->document), "table", &n);
    for (size_t t = 0; t < n; t++) {
        const char *name = place_read_text(b, tables[t], "name");
        if (name == NULL || (strcmp(name, "stock") != 0 && strcmp(name, "stock-by-setting") != 0)) continue;
        for (const xmlNode *c = tables[t]->children; c != NULL; c = c->next) {
            const char *text = place_read_is(c, "row") ? place_read_text(b, c, "setting") : NULL;
            const char **words = place_read_words(b, text != NULL ? text : "", &n_words);
            if (n_words == 1 && strcmp(words[0], setting) == 0) return c;
        }
    }
    const xmlNode *whole = table_of(b, "stock"), *margin = table_of(b, "stock-by-setting");
    return whole != NULL ? whole : margin != NULL ? margin : place_document_root(b->document);
}

static int32_t pupils_at(const place_plan *plan, int32_t setting) {
    for (size_t s = 0; s < plan->n_stock_settings; s++)
        if (plan->stock_settings[s].setting == setting) return plan->stock_settings[s].count;
    return 0;
}

/* ---- rolls and places ---- */

static void check_rolls(place_builder *b, int32_t provision) {
    const place_plan *plan = b->plan;
    double stock = pupils_at(plan, provision), rolls = 0, places = 0;
    const xmlNode *first = NULL;
    for (size_t s = 0; s < plan->n_sites; s++) {
        const place_site *site = &plan->sites[s];
        if (site->provision != provision) continue;
        double there = pupils_at(plan, (int32_t)(plan->provisions.n + s));
        stock += there;
        rolls += site->roll != PLACE_NONE ? site->roll : there;
        if (place_sites_open_at_start(b, (int32_t)s)) places += place_stock_net_places(plan, site);
        const xmlNode *node = b->lists[PLACE_KIND_SITE][s]->node;
        if (site->roll != PLACE_NONE
            && (first == NULL || place_document_line(b->document, node) < place_document_line(b->document, first)))
            first = node;
    }
    const char *id = plan->provisions.items[provision].id;
    if (first != NULL && !is_small(fabs(stock - rolls), rolls))
        place_build_fault(b, first,
                          "the opening stock has %.0f pupils in '%s', and the rolls of its sites come to %.0f: more "
                          "than 3 pupils and 2 %% apart; %s, or correct the roll",
                          stock, id, rolls,
                          table_of(b, "stock") != NULL ? "correct table 'stock'"
                                                       : "reconcile them by a row of table 'recode' (from, to, count, "
                                                         "source)");
    if (first == NULL && stock > places && !is_small(stock - places, places))
        place_build_doubt(
            b, stock_node(b, id),
            "the opening stock has %.0f pupils in '%s', %.3g more than the places commissioned for ours; if "
            "pupils are counted there who sit elsewhere, table 'recode' moves them; if they do sit there, "
            "say so by the roll of its sites",
            stock, id, stock - places);
}

/* ---- those who are nowhere ---- */

static void check_nowhere(place_builder *b, int32_t setting) {
    const place_plan *plan = b->plan;
    double left = pupils_at(plan, setting);
    for (size_t w = 0; w < plan->n_stock_waiting; w++) {
        if (plan->stock_waiting[w].setting != setting) continue;
        if (!place_number_is_fixed(plan->stock_waiting[w].count)) return; /* as many as are drawn */
        left -= plan->stock_waiting[w].count.value;
    }
    if (left < 0.5) return;
    const char *id = plan->provisions.items[setting].id;
    place_build_doubt(b, stock_node(b, id),
                      "%g pupils start in '%s', which is no place, and count as seeking nothing; rows of table "
                      "'stock-waiting' say what they wait for",
                      left, id);
}

/* ---- areas ---- */

static bool any_row_names(place_builder *b, const char *name, const char *attribute) {
    size_t n;
    xmlNode **tables = place_read_children(b, place_document_root(b->document), "table", &n);
    for (size_t t = 0; t < n; t++) {
        const char *text = place_read_text(b, tables[t], "name");
        if (text == NULL || strcmp(text, name) != 0) continue;
        for (const xmlNode *c = tables[t]->children; c != NULL; c = c->next)
            if (place_read_is(c, "row") && place_read_text(b, c, attribute) != NULL) return true;
    }
    return false;
}

static void check_areas(place_builder *b) {
    const xmlNode *population = table_of(b, "population");
    if (b->plan->areas.n < 2 || population == NULL || any_row_names(b, "population", "area")
        || table_of(b, "stock-by-setting") == NULL || table_of(b, "stock-by-area") != NULL
        || any_row_names(b, "stock-shape", "area"))
        return;
    place_build_doubt(b, population,
                      "neither table 'population' nor a table 'stock-by-area' tells areas apart: pupils at the start "
                      "and new plans are spread over all %zu areas alike; an area that only offers places is given "
                      "the value 0 in both",
                      b->plan->areas.n);
}

void place_stock_check(place_builder *b) {
    const place_plan *plan = b->plan;
    for (size_t p = 0; p < plan->provisions.n; p++) {
        if (plan->provision_kind[p] == PLACE_LIMITED) check_rolls(b, (int32_t)p);
        if (plan->provision_kind[p] == PLACE_NO_PROVISION) check_nowhere(b, (int32_t)p);
    }
    check_areas(b);
}
