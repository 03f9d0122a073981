/* SPDX-License-Identifier: MIT */
/*
 * The axes: areas and their reach, phases, needs, provisions, targets. Phases stand in order of year, all else in
 * order of key. Targets are the provisions, each alone, and the lists that the scenario declares, in one order of
 * key.
 */
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "word.h"

static place_axis axis_of(place_builder *b, place_kind kind) {
    size_t n = b->n_lists[kind];
    place_item *items = PLACE_TAKE(b, b->arena, n, place_item);
    for (size_t i = 0; i < n; i++) items[i] = place_names_item(b, b->lists[kind][i]);
    return (place_axis){ n, items };
}

/* ---- phases ---- */

typedef struct phase_row {
    place_named *named;
    int from, to;
} phase_row;

static int by_first_year(const void *a, const void *b) {
    const phase_row *x = a, *y = b;
    return x->from != y->from ? (x->from < y->from ? -1 : 1) : strcmp(x->named->id, y->named->id);
}

static const struct {
    const char *id;
    int from, to;
} usual_phases[] = {
    { "early-years", -4, -1 }, { "primary", 0, 6 },   { "secondary", 7, 11 },
    { "post-16", 12, 14 },     { "post-19", 15, 20 },
};

/* The usual phases, as if they stood in the file at its root. */
static size_t take_usual(place_builder *b, phase_row *rows) {
    size_t n = sizeof usual_phases / sizeof usual_phases[0];
    b->lists[PLACE_KIND_PHASE] = PLACE_TAKE(b, b->scratch, n, place_named *);
    b->n_lists[PLACE_KIND_PHASE] = n;
    for (size_t i = 0; i < n; i++) {
        place_named *named = place_names_add_usual(b, PLACE_KIND_PHASE, usual_phases[i].id);
        named->display = (int32_t)i;
        rows[i] = (phase_row){ named, usual_phases[i].from, usual_phases[i].to };
    }
    return n;
}

static void check_partition(place_builder *b, const phase_row *rows, size_t n) {
    const int last = PLACE_NCY_FIRST + PLACE_N_NCY - 1;
    int next = PLACE_NCY_FIRST;
    for (size_t i = 0; i < n; i++) {
        if (rows[i].from != next)
            place_build_fault(
                b, rows[i].named->node,
                "phase '%s' starts at ncy %d; phases follow one another, and the next ncy without a phase is %d",
                place_quote(rows[i].named->id).text, rows[i].from, next);
        next = rows[i].to + 1;
    }
    if (next != last + 1)
        place_build_fault(b, rows[n - 1].named->node,
                          "phase '%s' is the last and ends at ncy %d; the phases together go from %d to %d",
                          place_quote(rows[n - 1].named->id).text, next - 1, PLACE_NCY_FIRST, last);
}

static void build_phases(place_builder *b) {
    size_t n_before = b->errors->n_errors;
    place_names_collect(b, PLACE_KIND_PHASE, "phase");
    size_t n = b->n_lists[PLACE_KIND_PHASE];
    phase_row *rows = PLACE_TAKE(b, b->scratch, n > 0 ? n : sizeof usual_phases / sizeof usual_phases[0], phase_row);
    for (size_t i = 0; i < n; i++) {
        place_named *named = b->lists[PLACE_KIND_PHASE][i];
        int from = (int)place_read_whole(b, named->node, "from-ncy", PLACE_NCY_FIRST, PLACE_NCY_FIRST + PLACE_N_NCY - 1,
                                         PLACE_NCY_FIRST);
        rows[i] = (phase_row){
            named, from, (int)place_read_whole(b, named->node, "to-ncy", from, PLACE_NCY_FIRST + PLACE_N_NCY - 1, from)
        };
    }
    if (n == 0) n = take_usual(b, rows);
    qsort(rows, n, sizeof *rows, by_first_year);
    if (b->errors->n_errors == n_before) check_partition(b, rows, n);
    b->phases_ok = b->errors->n_errors == n_before;

    place_item *items = PLACE_TAKE(b, b->arena, n, place_item);
    int32_t *phase_of_ncy = PLACE_TAKE(b, b->arena, PLACE_N_NCY, int32_t);
    for (size_t i = 0; i < n; i++) {
        rows[i].named->index = (int32_t)i;
        b->lists[PLACE_KIND_PHASE][i] = rows[i].named;
        items[i] = place_names_item(b, rows[i].named);
        for (int ncy = rows[i].from; ncy <= rows[i].to; ncy++) phase_of_ncy[ncy - PLACE_NCY_FIRST] = (int32_t)i;
    }
    b->plan->phases = (place_axis){ n, items };
    b->plan->phase_of_ncy = phase_of_ncy;
}

/* ---- the others ---- */

#define MAX_TARGETS 500
#define MAX_AREAS 1000  /* England has some 150 councils */
#define MAX_SITES 10000 /* more than it has special schools, units and bases */

static void limit(place_builder *b, place_kind kind, const char *noun, size_t most) {
    size_t n = b->n_lists[kind];
    if (n > most) {
        place_build_fault(b, b->lists[kind][most]->node, "the scenario has %zu %ss; at most %zu are allowed", n, noun,
                          most);
        for (size_t i = most; i < n; i++) b->lists[kind][i]->index = 0; /* whoever names them finds something */
        b->n_lists[kind] = most;
    }
}

static void require(place_builder *b, place_kind kind, const char *noun, size_t most) {
    xmlNode *root = place_document_root(b->document);
    if (b->n_lists[kind] == 0) place_build_fault(b, root, "the scenario has no %s; at least one is wanted", noun);
    limit(b, kind, noun, most);
}

void place_build_axes(place_builder *b) {
    static const char *const kinds[] = { "open", "limited", "no-provision" };
    place_plan *plan = b->plan;
    build_phases(b);
    place_names_collect(b, PLACE_KIND_AREA, "area");
    place_names_collect(b, PLACE_KIND_NEED, "need");
    place_names_collect(b, PLACE_KIND_PROVISION, "provision");
    place_names_collect(b, PLACE_KIND_SITE, "site");
    place_names_collect(b, PLACE_KIND_PROJECT, "project");
    place_names_collect(b, PLACE_KIND_GATE, "gate");
    place_names_collect(b, PLACE_KIND_ASSUMPTION, "assumption");
    place_names_collect(b, PLACE_KIND_PRICE, "price");
    place_names_collect(b, PLACE_KIND_INCOME, "income");
    place_names_collect(b, PLACE_KIND_COST_LINE, "cost-line");
    place_names_collect(b, PLACE_KIND_SAVING, "saving");
    place_names_collect(b, PLACE_KIND_CHANGE, "change");
    place_names_collect(b, PLACE_KIND_INTERVENTION, "intervention");
    place_names_collect(b, PLACE_KIND_LOGGED_RISK, "logged-risk");
    require(b, PLACE_KIND_AREA, "area", MAX_AREAS);
    require(b, PLACE_KIND_NEED, "need", 64);
    require(b, PLACE_KIND_PROVISION, "provision", 64);
    limit(b, PLACE_KIND_SITE, "site", MAX_SITES);
    plan->areas = axis_of(b, PLACE_KIND_AREA);
    plan->needs = axis_of(b, PLACE_KIND_NEED);
    plan->provisions = axis_of(b, PLACE_KIND_PROVISION);

    size_t n = plan->provisions.n;
    place_provision_kind *kind = PLACE_TAKE(b, b->arena, n, place_provision_kind);
    for (size_t p = 0; p < n; p++)
        kind[p] =
            (place_provision_kind)place_read_choice(b, b->lists[PLACE_KIND_PROVISION][p]->node, "kind", kinds, 3, 0);
    plan->provision_kind = kind;

    size_t *n_reach = PLACE_TAKE(b, b->arena, plan->areas.n, size_t);
    const int32_t **reach = PLACE_TAKE(b, b->arena, plan->areas.n, const int32_t *);
    for (size_t a = 0; a < plan->areas.n; a++) {
        const place_named *area = b->lists[PLACE_KIND_AREA][a];
        const int32_t *list = place_names_many(b, area->node, "reach", PLACE_KIND_AREA, &n_reach[a]);
        reach[a] = place_build_keep_list(b, list, n_reach[a]);
        for (size_t i = 0; i < n_reach[a]; i++)
            if (reach[a][i] == (int32_t)a)
                place_build_fault(b, place_read_where(area->node, "reach"),
                                  "area '%s' is in its own reach; reach names the other areas, nearest first",
                                  place_quote(area->id).text);
    }
    plan->n_reach = n_reach;
    plan->reach = reach;
}

/* ---- targets ---- */

static void fill_list(place_builder *b, const place_named *named, int32_t list[PLACE_MAX_TARGET_LIST]) {
    size_t n;
    const int32_t *provisions = place_names_many(b, named->node, "provisions", PLACE_KIND_PROVISION, &n);
    size_t n_words;
    const char *text = place_read_text(b, named->node, "provisions");
    place_read_words(b, text != NULL ? text : "", &n_words);
    if (n_words < 2 || n_words > PLACE_MAX_TARGET_LIST)
        place_build_fault(
            b, named->node,
            "target '%s' lists %zu provisions; 2 to %d are wanted, and a provision alone is a target without being "
            "declared",
            place_quote(named->id).text, n_words, PLACE_MAX_TARGET_LIST);
    for (size_t i = 0; i < n && i < PLACE_MAX_TARGET_LIST; i++) {
        place_provision_kind kind = b->plan->provision_kind[provisions[i]];
        const char *id = b->plan->provisions.items[provisions[i]].id;
        if (kind == PLACE_NO_PROVISION)
            place_build_fault(b, named->node,
                              "target '%s' lists '%s', which is no provision: a plan cannot be met there",
                              place_quote(named->id).text, place_quote(id).text);
        if (kind == PLACE_OPEN && i + 1 < n)
            place_build_fault(
                b, named->node,
                "target '%s' lists '%s' before others; it is open, so those after it would never be reached",
                place_quote(named->id).text, place_quote(id).text);
        list[i] = provisions[i];
    }
}

void place_build_targets(place_builder *b) {
    place_plan *plan = b->plan;
    place_names_collect(b, PLACE_KIND_TARGET, "target");
    limit(b, PLACE_KIND_TARGET, "target", MAX_TARGETS);
    size_t n_provisions = plan->provisions.n, n_declared = b->n_lists[PLACE_KIND_TARGET], n = n_provisions + n_declared;
    place_named **all = PLACE_TAKE(b, b->scratch, n, place_named *);
    place_named *copies = PLACE_TAKE(b, b->scratch, n_provisions, place_named);
    for (size_t p = 0; p < n_provisions; p++) { /* a provision sorts among targets by itself, and keeps its own index */
        copies[p] = *b->lists[PLACE_KIND_PROVISION][p];
        all[p] = &copies[p];
    }
    for (size_t t = 0; t < n_declared; t++) {
        all[n_provisions + t] = b->lists[PLACE_KIND_TARGET][t];
        all[n_provisions + t]->display += (int32_t)n_provisions;
    }
    place_names_sort(b, all, n, "target");

    place_item *items = PLACE_TAKE(b, b->arena, n, place_item);
    int32_t(*lists)[PLACE_MAX_TARGET_LIST] = place_build_take(b, b->arena, n, sizeof *lists);
    int32_t *of_provision = PLACE_TAKE(b, b->scratch, n_provisions, int32_t);
    for (size_t p = 0; p < n_provisions; p++) of_provision[p] = copies[p].index;
    b->target_of_provision = of_provision;
    for (size_t t = 0; t < n; t++) {
        items[t] = place_names_item(b, all[t]);
        for (size_t i = 0; i < PLACE_MAX_TARGET_LIST; i++) lists[t][i] = PLACE_NONE;
        if (all[t]->kind == PLACE_KIND_PROVISION) lists[t][0] = b->lists[PLACE_KIND_PROVISION][all[t] - copies]->index;
        else fill_list(b, all[t], lists[t]);
        if (strcmp(all[t]->id, "ceases") == 0)
            place_build_fault(b, all[t]->node, "'ceases' is the word for a plan that ends; call the %s something else",
                              all[t]->kind == PLACE_KIND_PROVISION ? "provision" : "target");
    }
    plan->targets = (place_axis){ n, items };
    plan->target_list = (const int32_t(*)[PLACE_MAX_TARGET_LIST])lists;
}
