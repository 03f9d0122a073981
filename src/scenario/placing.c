/* SPDX-License-Identifier: MIT */
/*
 * Placing: who is served first, where those wait who have no seat, direction and diversion, and what counts as
 * sufficient.
 */
#include <string.h>

#include "table.h"

#define CLASS PLACE_MATCH_CLASS
#define PHASE PLACE_MATCH_PHASE
#define NEED PLACE_MATCH_NEED

static const place_table_shape waiting_shape = { "waiting-setting", 3, { CLASS, PHASE, NEED }, { "setting" } },
                               direct_shape = { "direct", 4, { CLASS, PHASE, NEED, PLACE_MATCH_TO }, { "value" } },
                               divert_shape = { "divert",
                                                5,
                                                { CLASS, PLACE_MATCH_WAIT, PHASE, NEED, PLACE_MATCH_TO },
                                                { "setting", "at-once", "rate" } };

/* ---- the element ---- */

/* The element that stands at most once, or NULL. */
static xmlNode *only(place_builder *b, const char *element) {
    size_t n;
    xmlNode **nodes = place_read_children(b, place_document_root(b->document), element, &n);
    if (n > 1)
        place_build_fault(b, nodes[1], "there are %zu %s elements, the first at line %ld; at most one is allowed", n,
                          element, place_document_line(b->document, nodes[0]));
    return n > 0 ? nodes[0] : NULL;
}

/* Before any table is read: a table may match on steps waited. */
void place_build_wait_cap(place_builder *b) {
    place_plan *plan = b->plan;
    xmlNode *node = only(b, "placing");
    plan->wait_cap = 60;
    for (int c = 0; c < PLACE_N_CLASSES; c++) plan->class_order[c] = (place_class)c;
    if (node == NULL) return;
    plan->wait_cap = (int)place_read_whole(b, node, "wait-cap", 1, PLACE_MAX_WAIT, 60);
    const char *text = place_read_text(b, node, "classes");
    if (text == NULL) return;
    size_t n;
    const char **words = place_read_words(b, text, &n);
    if (place_read_classes(b, node, "classes", 0) != PLACE_ALL_CLASSES) {
        if (n < PLACE_N_CLASSES)
            place_build_fault(
                b, node, "placing, classes: all four of transfer, place-lost, new-plan and move are wanted; found %zu",
                n);
        return;
    }
    for (size_t w = 0; w < n; w++)
        for (int c = 0; c < PLACE_N_CLASSES; c++)
            if (strcmp(words[w], place_class_words[c]) == 0) plan->class_order[w] = (place_class)c;
}

static void build_sufficiency(place_builder *b) {
    const place_calendar *calendar = &b->plan->calendar;
    xmlNode *node = only(b, "sufficient");
    int a_term = calendar->steps_per_year / 3 > 0 ? calendar->steps_per_year / 3 : 1;
    place_sufficiency s = { .unmet_share = 0.02, .max_wait_steps = a_term };
    if (node != NULL) {
        s.unmet_pupils = place_read_decimal(b, node, "unmet-pupils", 0, 1e8, 0);
        s.unmet_share = place_read_decimal(b, node, "unmet-share", 0, 1, 0.02);
        s.max_wait_steps = (int)place_read_whole(b, node, "max-wait-steps", 0, PLACE_MAX_WAIT, a_term);
        s.spare_share = place_read_decimal(b, node, "spare-share", 0, 1, 0);
    }
    b->plan->sufficiency = s;
}

/* ---- where to wait ---- */

static void build_waiting(place_builder *b) {
    place_plan *plan = b->plan;
    size_t n_cells = PLACE_N_CLASSES * plan->phases.n * plan->needs.n;
    int32_t *setting = PLACE_TAKE(b, b->arena, n_cells, int32_t);
    place_rows rows;
    place_match match;
    place_rows_read(b, &waiting_shape, 0, 1, &rows);
    place_match_build(b, &rows, &match);
    int32_t *of_row = PLACE_TAKE(b, b->scratch, rows.n, int32_t);
    for (size_t r = 0; r < rows.n; r++) {
        of_row[r] = place_names_one(b, rows.rows[r].node, "setting", PLACE_KIND_PROVISION, PLACE_NONE);
        if (place_read_text(b, rows.rows[r].node, "setting") == NULL)
            place_build_fault(b, rows.rows[r].node,
                              "table 'waiting-setting': a row needs a setting, the provision in which they wait");
        if (of_row[r] != PLACE_NONE && plan->provision_kind[of_row[r]] == PLACE_LIMITED)
            place_build_fault(b, rows.rows[r].node,
                              "table 'waiting-setting': nobody waits in limited provision; '%s' is",
                              plan->provisions.items[of_row[r]].id);
    }
    int32_t *dense = place_match_expand(b, &rows, &match);
    for (size_t i = 0; i < n_cells; i++)
        setting[i] = dense != NULL && dense[i] != PLACE_NONE ? of_row[dense[i]] : PLACE_NONE;
    plan->waiting_setting = setting;
}

/* A class that is sure to arise needs somewhere to wait in every phase and need. */
void place_build_waiting_check(place_builder *b) {
    const place_plan *plan = b->plan;
    bool limited = false;
    for (size_t p = 0; p < plan->provisions.n; p++) limited |= plan->provision_kind[p] == PLACE_LIMITED;
    bool joins = plan->new_plans.n_rows > 0 || plan->transfer_in.n_rows > 0 || plan->pipeline.n_backlogs > 0;
    bool arises[PLACE_N_CLASSES] = { 0 };
    arises[PLACE_NEW_PLAN] = limited && joins;
    arises[PLACE_TRANSFER] = limited && plan->calendar.ageing && (joins || plan->n_stock_settings > 0);
    for (size_t c = 0; c < PLACE_N_CLASSES; c++)
        for (size_t i = 0; arises[c] && i < plan->phases.n * plan->needs.n; i++) {
            if (plan->waiting_setting[c * plan->phases.n * plan->needs.n + i] != PLACE_NONE) continue;
            place_build_fault(
                b, place_document_root(b->document),
                "table 'waiting-setting' has no row for class %s, phase '%s', need '%s'; one row with a setting alone, "
                "such as the provision 'awaiting', is enough for all",
                place_class_words[c], plan->phases.items[i / plan->needs.n].id,
                plan->needs.items[i % plan->needs.n].id);
            break;
        }
}

/* ---- direction and diversion ---- */

static void count_bold(place_builder *b, const xmlNode *node, place_number number, size_t *n, const xmlNode **first) {
    if (!place_read_is_bold(b, node, number)) return;
    (*n)++;
    if (*first == NULL || node->line < (*first)->line) *first = node;
}

static void build_direct(place_builder *b) {
    place_rows rows;
    place_match match;
    place_rows_read(b, &direct_shape, 0, 1, &rows);
    if (!place_rows_fit(b, &rows)) return;
    place_match_build(b, &rows, &match);
    b->plan->direct = place_rows_table(b, &rows, &match, &place_measure_share);
    size_t n_bold = 0;
    const xmlNode *first = NULL;
    for (size_t r = 0; r < rows.n; r++) count_bold(b, rows.rows[r].node, b->plan->direct.value[r], &n_bold, &first);
    place_read_doubt_fixed(b, first, n_bold, "direction");
}

/* Diverting to a fallback that shares of basis placed lead to counts its pupils twice, unless overflow says who they
 * were. */
static void check_placed(place_builder *b, const place_divert_row *row) {
    const place_plan *plan = b->plan;
    for (size_t i = 0; i < row->n_fallbacks; i++) {
        int32_t fallback = row->fallbacks[i];
        xmlNode *placed = b->placed_at[fallback];
        bool told = false;
        for (size_t o = 0; o < plan->n_overflows; o++) told |= plan->overflows[o].provision == fallback;
        if (placed == NULL || told) continue;
        place_build_fault(
            b, placed,
            "%s: shares of basis placed lead to '%s', to which table 'divert' diverts as well; an overflow element "
            "must say which share of "
            "them was there for want of a place",
            place_read_label(b, placed), plan->provisions.items[fallback].id);
        b->placed_at[fallback] = NULL; /* once */
    }
}

static void build_divert(place_builder *b) {
    place_plan *plan = b->plan;
    place_rows rows;
    place_match match;
    place_rows_read(b, &divert_shape, 0, 1, &rows);
    if (!place_rows_fit(b, &rows)) return;
    place_match_build(b, &rows, &match);
    place_divert_row *out = PLACE_TAKE(b, b->arena, rows.n, place_divert_row);
    size_t n_bold = 0;
    const xmlNode *first = NULL;
    for (size_t r = 0; r < rows.n; r++) {
        xmlNode *node = rows.rows[r].node;
        out[r].changes = PLACE_NONE;
        out[r].at_once = place_read_number(b, node, "at-once", &place_measure_share, PLACE_FAMILY_INPUTS, 0);
        out[r].rate = place_read_number(b, node, "rate", &place_measure_probability, PLACE_FAMILY_INPUTS, 0);
        const int32_t *fallbacks = place_names_many(b, node, "setting", PLACE_KIND_PROVISION, &out[r].n_fallbacks);
        out[r].fallbacks = place_build_keep_list(b, fallbacks, out[r].n_fallbacks);
        if (place_read_text(b, node, "setting") == NULL)
            place_build_fault(b, node, "table 'divert': a row needs a setting, the fallbacks in order");
        for (size_t i = 0; i < out[r].n_fallbacks; i++)
            if (plan->provision_kind[fallbacks[i]] == PLACE_NO_PROVISION)
                place_build_fault(b, node, "table 'divert', setting: '%s' is no provision, so nobody is diverted to it",
                                  plan->provisions.items[fallbacks[i]].id);
        if (place_read_text(b, node, "at-once") == NULL && place_read_text(b, node, "rate") == NULL)
            place_build_fault(b, node, "table 'divert': a row needs at-once, rate or both");
        count_bold(b, node, out[r].at_once, &n_bold, &first);
        if (!place_read_is_bold(b, node, out[r].at_once)) count_bold(b, node, out[r].rate, &n_bold, &first);
    }
    place_read_doubt_fixed(b, first, n_bold, "diversion");
    plan->n_divert_rows = rows.n;
    plan->divert_rows = out;
    plan->divert = place_match_expand(b, &rows, &match);
    for (size_t r = 0; r < rows.n; r++) check_placed(b, &out[r]);
    for (size_t p = 0; rows.n > 0 && p < plan->provisions.n && plan->n_overflows == 0; p++) {
        if (b->placed_at[p] == NULL) continue;
        place_build_fault(
            b, b->placed_at[p],
            "%s: shares of basis placed beside table 'divert' count the diverted twice; overflow elements must say "
            "which share of each "
            "provision was there for want of a place",
            place_read_label(b, b->placed_at[p]));
        break;
    }
}

void place_build_placing(place_builder *b) {
    build_sufficiency(b);
    build_waiting(b);
    build_direct(b);
    build_divert(b);
}
