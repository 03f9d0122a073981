/* SPDX-License-Identifier: MIT */
/*
 * The opening stock: cells of pupils by setting, given whole or fitted to margins; and those of them who wait or were
 * diverted. Pupils who are given by a limited provision are dealt to its sites first, since a pupil has a seat
 * somewhere.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "place/date.h"
#include "stock.h"

#define MAX_PUPILS 1e9 /* over all counts, so that no sum of them overflows */

static const place_table_shape whole_shape = { "stock",
                                               5,
                                               { PLACE_MATCH_AREA, PLACE_MATCH_NCY, PLACE_MATCH_NEED,
                                                 PLACE_MATCH_SETTING, PLACE_MATCH_TO },
                                               { "count" } },
                               waiting_shape = { "stock-waiting",
                                                 7,
                                                 { PLACE_MATCH_AREA, PLACE_MATCH_NCY, PLACE_MATCH_NEED,
                                                   PLACE_MATCH_SETTING, PLACE_MATCH_CLASS, PLACE_MATCH_WAIT,
                                                   PLACE_MATCH_TO },
                                                 { "count", "status" } };

void place_stock_add(place_builder *b, place_stock_list *list, place_stock_cell cell) {
    if (list->n == list->room) {
        size_t room = list->room > 0 ? 2 * list->room : 256;
        place_stock_cell *cells = PLACE_TAKE(b, b->scratch, room, place_stock_cell);
        if (list->n > 0) memcpy(cells, list->cells, list->n * sizeof *cells);
        list->cells = cells;
        list->room = room;
    }
    list->cells[list->n++] = cell;
}

/* ---- settings ---- */

int32_t place_stock_provision(const place_plan *plan, int32_t setting) {
    return setting < (int32_t)plan->provisions.n ? setting
                                                 : plan->sites[setting - (int32_t)plan->provisions.n].provision;
}

const char *place_stock_id(const place_plan *plan, int32_t setting) {
    return setting < (int32_t)plan->provisions.n ? plan->provisions.items[setting].id
                                                 : plan->sites[setting - (int32_t)plan->provisions.n].item.id;
}

bool place_stock_may_be(const place_builder *b, int32_t setting, int32_t ncy, int32_t need) {
    const place_plan *plan = b->plan;
    if (setting < (int32_t)plan->provisions.n) return plan->provision_kind[setting] != PLACE_LIMITED;
    const place_site *site = &plan->sites[setting - (int32_t)plan->provisions.n];
    return place_sites_open_at_start(b, setting - (int32_t)plan->provisions.n) && (site->ncy_mask >> ncy & 1) != 0
        && (site->need_mask >> need & 1) != 0;
}

/* Places that a site has for our pupils at the start, by their means. */
double place_stock_net_places(const place_plan *plan, const place_site *site) {
    double net = 0;
    for (size_t p = site->first_pool; p < site->first_pool + site->n_pools; p++) {
        const place_pool *pool = &plan->pools[p];
        double others = pool->others_kind == PLACE_OTHERS_SHARE ? pool->others.value * pool->commissioned.value
                                                                : pool->others.value;
        net += pool->commissioned.value > others ? pool->commissioned.value - others : 0;
    }
    return net;
}

int32_t place_stock_count(place_builder *b, xmlNode *row) {
    place_number count = place_read_number(b, row, "count", &place_measure_count, PLACE_FAMILY_INPUTS, 0);
    if (place_read_text(b, row, "count") == NULL)
        place_build_fault(b, row, "%s needs a count", place_read_label(b, row));
    if (!place_number_is_fixed(count))
        place_build_fault(
            b, row,
            "%s, count: the opening stock is a fixed number of pupils; what is uncertain about it belongs in table "
            "'stock-waiting'",
            place_read_label(b, row));
    b->stock_sum += count.value;
    if (b->stock_sum > MAX_PUPILS) {
        place_build_fault(b, row, "%s, count: the counts of the opening stock come to more than %g pupils",
                          place_read_label(b, row), MAX_PUPILS);
        return 0;
    }
    return (int32_t)count.value;
}

/* ---- given whole ---- */

/* Of a limited provision: pupils one by one to the site that is furthest behind its share of places, among those that
 * teach and accept them; `given` and `due` run on over the rows, so that many small rows do not all go to one site. */
typedef struct dealing {
    double *due;    /* [site] pupils by share of places */
    int32_t *given; /* [site] */
} dealing;

static void deal(place_builder *b, place_stock_list *list, place_stock_cell cell, const xmlNode *row, dealing *d) {
    const place_plan *plan = b->plan;
    int32_t n_provisions = (int32_t)plan->provisions.n, count = cell.count;
    double sum = 0;
    size_t n_fit = 0;
    bool *fits = PLACE_TAKE(b, b->scratch, plan->n_sites, bool);
    int32_t *dealt = PLACE_TAKE(b, b->scratch, plan->n_sites, int32_t);
    for (size_t s = 0; s < plan->n_sites; s++) {
        fits[s] = plan->sites[s].provision == cell.setting
            && place_stock_may_be(b, n_provisions + (int32_t)s, cell.ncy, cell.need);
        n_fit += fits[s];
        if (fits[s]) sum += place_stock_net_places(plan, &plan->sites[s]);
    }
    if (n_fit == 0) {
        place_build_fault(
            b, row,
            "table 'stock': no site of '%s' that is open at the start teaches ncy %d and accepts need '%s'; found %d "
            "pupils",
            place_stock_id(plan, cell.setting), cell.ncy + PLACE_NCY_FIRST, plan->needs.items[cell.need].id, count);
        return;
    }
    for (size_t s = 0; s < plan->n_sites; s++)
        if (fits[s])
            d->due[s] += count * (sum > 0 ? place_stock_net_places(plan, &plan->sites[s]) / sum : 1.0 / (double)n_fit);
    int32_t left = count;
    for (size_t s = 0; s < plan->n_sites; s++) { /* whole pupils that are due, then one by one */
        double behind = floor(d->due[s] - d->given[s]);
        if (!fits[s] || behind < 1 || left == 0) continue;
        dealt[s] = behind < left ? (int32_t)behind : left;
        d->given[s] += dealt[s];
        left -= dealt[s];
    }
    for (; left > 0; left--) {
        size_t best = plan->n_sites;
        for (size_t s = 0; s < plan->n_sites; s++)
            if (fits[s] && (best == plan->n_sites || d->due[s] - d->given[s] > d->due[best] - d->given[best])) best = s;
        d->given[best]++;
        dealt[best]++;
    }
    for (size_t s = 0; s < plan->n_sites; s++) {
        if (dealt[s] == 0) continue;
        cell.setting = n_provisions + (int32_t)s;
        cell.count = dealt[s];
        place_stock_add(b, list, cell);
    }
}

static bool in_list(const place_plan *plan, int32_t target, int32_t provision) {
    for (size_t i = 0; i < PLACE_MAX_TARGET_LIST; i++)
        if (plan->target_list[target][i] == provision) return true;
    return false;
}

static void read_whole(place_builder *b, const place_rows *rows, place_stock_list *list) {
    const place_plan *plan = b->plan;
    static const char *const names[] = { "area", "ncy", "need", "setting", "to" };
    dealing d = { PLACE_TAKE(b, b->scratch, plan->n_sites, double), PLACE_TAKE(b, b->scratch, plan->n_sites, int32_t) };
    for (size_t r = 0; r < rows->n; r++) {
        const place_match_row *row = &rows->rows[r];
        int32_t at[5] = { 0 };
        bool single = true;
        for (size_t a = 0; a < 5 && single; a++) {
            single = row->set[a].n == 1 || (a == 4 && row->set[a].all);
            at[a] = row->set[a].all || row->set[a].n == 0 ? 0 : row->set[a].members[0];
            if (!single && (row->set[a].all || row->set[a].n != 0)) /* a list of nothing that there is has been told */
                place_build_fault(
                    b, row->node,
                    "table 'stock': a row is one cell, with one area, ncy, need and setting; this one has %s %s",
                    place_read_text(b, row->node, names[a]) == NULL ? "no" : "several", names[a]);
        }
        int32_t count = place_stock_count(b, row->node);
        if (!single) continue;
        int32_t provision = place_stock_provision(plan, at[3]), target = b->target_of_provision[provision];
        if (place_read_text(b, row->node, "to") != NULL && !row->set[4].all) target = at[4];
        if (!in_list(plan, target, provision))
            place_build_fault(
                b, row->node,
                "table 'stock', to: a plan for '%s' is not met at '%s'; pupils who wait or were diverted are told in "
                "table 'stock-waiting'",
                plan->targets.items[target].id, place_stock_id(plan, at[3]));
        place_stock_cell cell = { .area = at[0],
                                  .ncy = at[1],
                                  .need = at[2],
                                  .setting = at[3],
                                  .target = target,
                                  .seat = PLACE_PLACED,
                                  .count = count };
        bool limited = at[3] < (int32_t)plan->provisions.n && plan->provision_kind[at[3]] == PLACE_LIMITED;
        if (limited) {
            deal(b, list, cell, row->node, &d);
        } else if (!place_stock_may_be(b, at[3], at[1], at[2])) {
            const place_site *site = &plan->sites[at[3] - (int32_t)plan->provisions.n];
            bool open = place_sites_open_at_start(b, at[3] - (int32_t)plan->provisions.n),
                 teaches = (site->ncy_mask >> at[1] & 1) != 0;
            place_build_fault(b, row->node, "table 'stock': site '%s' %s%s; found %d pupils of ncy %d, need '%s'",
                              site->item.id,
                              !open          ? "is not open at the start"
                                  : !teaches ? "does not teach this ncy"
                                             : "does not accept this need",
                              "", count, at[1] + PLACE_NCY_FIRST, plan->needs.items[at[2]].id);
        } else {
            place_stock_add(b, list, cell);
        }
    }
}

/* ---- the plan's lists ---- */

static int in_order(const void *a, const void *b) {
    const place_stock_cell *x = a, *y = b;
    const int32_t k[] = { x->setting, x->area, x->need, x->ncy, x->target },
                  l[] = { y->setting, y->area, y->need, y->ncy, y->target };
    for (size_t i = 0; i < 5; i++)
        if (k[i] != l[i]) return k[i] < l[i] ? -1 : 1;
    return 0;
}

static void keep(place_builder *b, place_stock_list *list, bool drawn) {
    place_plan *plan = b->plan;
    if (list->n > 1) qsort(list->cells, list->n, sizeof *list->cells, in_order);
    place_stock_cell *cells = PLACE_TAKE(b, b->arena, list->n, place_stock_cell);
    place_stock_setting *settings = PLACE_TAKE(b, b->arena, plan->provisions.n + plan->n_sites, place_stock_setting);
    size_t n = 0, n_settings = 0;
    for (size_t i = 0; i < list->n; i++) {
        if (n > 0 && in_order(&cells[n - 1], &list->cells[i]) == 0) { /* dealt there from two rows */
            cells[n - 1].count += list->cells[i].count;
            settings[n_settings - 1].count += drawn ? 0 : list->cells[i].count;
            continue;
        }
        if (!drawn && list->cells[i].count == 0) continue;
        cells[n] = list->cells[i];
        if (n_settings == 0 || settings[n_settings - 1].setting != cells[n].setting)
            settings[n_settings++] = (place_stock_setting){ .setting = cells[n].setting,
                                                            .first_cell = n,
                                                            .count = drawn ? b->stock_total[cells[n].setting] : 0 };
        settings[n_settings - 1].n_cells++;
        settings[n_settings - 1].count += drawn ? 0 : cells[n].count;
        n++;
    }
    for (size_t s = 0; s < n_settings && !drawn; s++)
        for (size_t c = settings[s].first_cell; c < settings[s].first_cell + settings[s].n_cells; c++)
            cells[c].share = (double)cells[c].count / settings[s].count;
    plan->n_stock_cells = n;
    plan->stock_cells = cells;
    plan->n_stock_settings = n_settings;
    plan->stock_settings = settings;
    plan->stock_drawn = drawn;
}

/* ---- those who wait or were diverted ---- */

static bool one(place_builder *b, const place_match_row *row, size_t axis, const char *name, bool wanted,
                int32_t otherwise, int32_t *out) {
    const place_match_set *set = &row->set[axis];
    bool given = place_read_text(b, row->node, name) != NULL;
    *out = !given ? otherwise : set->all || set->n == 0 ? 0 : set->members[0];
    if (given ? set->n == 1 : !wanted) return true;
    if (given && !set->all && set->n == 0) return false; /* nothing that there is, which has been told */
    place_build_fault(b, row->node, "table 'stock-waiting', %s: one is wanted; found %s", name,
                      given ? "several" : "none");
    return false;
}

static uint64_t mask_of(const place_match_set *set, uint64_t all) {
    uint64_t mask = 0;
    for (size_t i = 0; i < set->n && !set->all; i++) mask |= (uint64_t)1 << set->members[i];
    return set->all ? all : mask;
}

static void check_there(place_builder *b, const xmlNode *node, const place_stock_waiting *w) {
    const place_plan *plan = b->plan;
    double there = 0;
    for (size_t i = 0; i < plan->n_stock_cells; i++) {
        const place_stock_cell *cell = &plan->stock_cells[i];
        if (cell->setting == w->setting && (w->area == PLACE_NONE || cell->area == w->area)
            && (w->ncy_mask >> cell->ncy & 1) != 0 && (w->need_mask >> cell->need & 1) != 0)
            there += plan->stock_drawn ? cell->share * b->stock_total[cell->setting] : cell->count;
    }
    if (place_number_is_fixed(w->count) && w->count.value > there + (plan->stock_drawn ? 1 : 0))
        place_build_fault(b, node,
                          "table 'stock-waiting': %g pupils wait at '%s', where the opening stock has %.6g of them",
                          w->count.value, place_stock_id(plan, w->setting), there);
}

static void build_waiting(place_builder *b) {
    static const char *const seats[] = { "waiting", "diverted" };
    place_plan *plan = b->plan;
    place_rows rows;
    place_rows_read(b, &waiting_shape, 0, 1, &rows);
    place_stock_waiting *list = PLACE_TAKE(b, b->arena, rows.n, place_stock_waiting);
    size_t n = 0, n_bold = 0;
    const xmlNode *first_bold = NULL;
    for (size_t r = 0; r < rows.n; r++) {
        const place_match_row *row = &rows.rows[r];
        place_stock_waiting w = { .word = place_key_word(row->id),
                                  .ncy_mask = (uint32_t)mask_of(&row->set[1], PLACE_ALL_NCY),
                                  .need_mask = mask_of(&row->set[2], place_build_all_needs(b)) };
        int32_t class_;
        bool good = one(b, row, 0, "area", false, PLACE_NONE, &w.area);
        good &= one(b, row, 3, "setting", true, PLACE_NONE, &w.setting);
        good &= one(b, row, 4, "class", false, PLACE_NEW_PLAN, &class_);
        good &= one(b, row, 5, "wait", false, 0, &w.wait);
        good &= one(b, row, 6, "to", true, PLACE_NONE, &w.target);
        w.class_ = (place_class)class_;
        w.seat = place_read_choice(b, row->node, "status", seats, 2, 0) == 0 ? PLACE_WAITING : PLACE_DIVERTED;
        w.count = place_read_number(b, row->node, "count", &place_measure_count, PLACE_FAMILY_INPUTS, 0);
        if (place_read_text(b, row->node, "count") == NULL)
            place_build_fault(b, row->node, "table 'stock-waiting': a row needs a count");
        if (!good) continue;
        if (w.setting < (int32_t)plan->provisions.n && plan->provision_kind[w.setting] == PLACE_LIMITED) {
            place_build_fault(b, row->node, "table 'stock-waiting', setting: '%s' is at several sites; name the site",
                              place_stock_id(plan, w.setting));
            continue;
        }
        if (in_list(plan, w.target, place_stock_provision(plan, w.setting))
            || plan->provision_kind[plan->target_list[w.target][0]] == PLACE_NO_PROVISION)
            place_build_fault(b, row->node, "table 'stock-waiting', to: a pupil at '%s' cannot be waiting for '%s'",
                              place_stock_id(plan, w.setting), plan->targets.items[w.target].id);
        check_there(b, row->node, &w);
        if (place_read_is_bold(b, row->node, w.count)) {
            n_bold++;
            if (first_bold == NULL || row->node->line < first_bold->line) first_bold = row->node;
        }
        list[n++] = w;
    }
    place_read_doubt_fixed(b, first_bold, n_bold, "the number who wait or were diverted at the start");
    plan->n_stock_waiting = n;
    plan->stock_waiting = list;
}

/* ---- all ---- */

void place_build_stock(place_builder *b) {
    static const char *const dealings[] = { "fixed", "drawn" };
    place_plan *plan = b->plan;
    size_t n, n_before = b->errors->n_errors;
    xmlNode *root = place_document_root(b->document), **nodes = place_read_children(b, root, "stock", &n);
    bool drawn = n > 0 && place_read_choice(b, nodes[0], "dealing", dealings, 2, 0) == 1;
    place_stock_list list = { 0 };
    place_rows whole;
    b->stock_total = PLACE_TAKE(b, b->scratch, plan->provisions.n + plan->n_sites, int32_t);
    place_rows_read(b, &whole_shape, 0, 1, &whole);
    size_t n_tables;
    xmlNode **tables = place_read_children(b, root, "table", &n_tables);
    const xmlNode *margins = NULL;
    for (size_t t = 0; t < n_tables && margins == NULL; t++) {
        const char *name = place_read_text(b, tables[t], "name");
        if (name != NULL
            && (strncmp(name, "stock-by-", 9) == 0 || strcmp(name, "stock-shape") == 0 || strcmp(name, "recode") == 0))
            margins = tables[t];
    }
    if (n > 1)
        place_build_fault(b, nodes[1], "there are %zu stock elements, the first at line %ld; one is wanted", n,
                          place_document_line(b->document, nodes[0]));
    if (n == 0 && (whole.table != NULL || margins != NULL))
        place_build_fault(b, whole.table != NULL ? whole.table : margins,
                          "the opening stock has tables and no stock element, which says of which day it is");
    if (n > 0 && b->time_ok) {
        int32_t day = place_read_day(b, nodes[0], "date", plan->calendar.start_day[0]);
        char start[11];
        place_day_text(plan->calendar.start_day[0], start);
        if (day != plan->calendar.start_day[0])
            place_build_fault(b, nodes[0],
                              "stock, date: the opening stock is that of the start of the run, %s; found '%s'", start,
                              place_read_text(b, nodes[0], "date"));
    }
    if (whole.table != NULL && margins != NULL)
        place_build_fault(b, margins,
                          "the opening stock is given whole at line %ld and by margins here; keep one of them",
                          place_document_line(b->document, whole.table));
    if (whole.table != NULL && drawn)
        place_build_fault(b, nodes[0], "stock, dealing: 'drawn' deals margins; the opening stock is given whole");
    if (whole.table != NULL) read_whole(b, &whole, &list);
    else if (margins != NULL) place_stock_fit(b, &list, drawn);
    keep(b, &list, drawn);
    build_waiting(b);
    if (b->errors->n_errors == n_before) place_stock_check(b); /* else it is not the stock that was meant */
}
