/* SPDX-License-Identifier: MIT */
/*
 * The opening stock from margins: pupils by setting, recoded and dealt to sites; then, with what is known by ncy,
 * need and area, fitted over all cells that may hold anybody, and made whole or left as shares.
 */
#include <math.h>

#include "place/opening_fit.h"
#include "stock.h"

static const place_table_shape by_setting_shape = { "stock-by-setting", 1, { PLACE_MATCH_SETTING }, { "count" } },
                               by_ncy_shape = { "stock-by-ncy", 1, { PLACE_MATCH_NCY }, { "count" } },
                               by_need_shape = { "stock-by-need", 1, { PLACE_MATCH_NEED }, { "count" } },
                               by_area_shape = { "stock-by-area", 1, { PLACE_MATCH_AREA }, { "count" } },
                               shape_shape = { "stock-shape",
                                               4,
                                               { PLACE_MATCH_SETTING, PLACE_MATCH_NCY, PLACE_MATCH_NEED,
                                                 PLACE_MATCH_AREA },
                                               { "value" } },
                               recode_shape = {
                                   "recode", 2, { PLACE_MATCH_FROM_SETTING, PLACE_MATCH_TO_SETTING }, { "count" }
                               };

/* ---- margins ---- */

typedef struct margin {
    place_rows rows;
    int32_t *group; /* [members of the axis] row, or PLACE_NONE: nobody there */
    double *total;  /* [rows] */
    double sum;
} margin;

static margin read_margin(place_builder *b, const place_table_shape *shape) {
    margin m;
    place_rows_read(b, shape, 0, 1, &m.rows);
    m.group = PLACE_TAKE(b, b->scratch, m.rows.size[0], int32_t);
    m.total = PLACE_TAKE(b, b->scratch, m.rows.n, double);
    m.sum = 0;
    for (size_t i = 0; i < m.rows.size[0]; i++) m.group[i] = PLACE_NONE;
    for (size_t r = 0; r < m.rows.n; r++) {
        const place_match_set *set = &m.rows.rows[r].set[0];
        for (size_t i = 0; i < set->n; i++) {
            int32_t member = set->all ? (int32_t)i : set->members[i];
            if (m.group[member] != PLACE_NONE)
                place_build_fault(
                    b, m.rows.rows[r].node,
                    "table '%s': %s stands in the row at line %ld already; the rows of a margin do not overlap",
                    shape->name, place_rows_member(b, &m.rows, 0, member),
                    place_document_line(b->document, m.rows.rows[m.group[member]].node));
            m.group[member] = (int32_t)r;
        }
        m.total[r] = place_stock_count(b, m.rows.rows[r].node);
        m.sum += m.total[r];
    }
    return m;
}

/* Pupils by setting, recoded, and those of limited provisions dealt to their sites by largest remainders. */
static double *setting_totals(place_builder *b, const margin *by_setting) {
    const place_plan *plan = b->plan;
    size_t n_provisions = plan->provisions.n;
    double *total = PLACE_TAKE(b, b->scratch, n_provisions + plan->n_sites, double);
    for (size_t r = 0; r < by_setting->rows.n; r++) {
        const place_match_set *set = &by_setting->rows.rows[r].set[0];
        if (set->all || set->n != 1)
            place_build_fault(b, by_setting->rows.rows[r].node,
                              "table 'stock-by-setting': a row is one setting; found %s",
                              set->all ? "none" : "several");
        else total[set->members[0]] += by_setting->total[r];
    }
    place_rows recodes;
    place_rows_read(b, &recode_shape, 0, 1, &recodes);
    for (size_t r = 0; r < recodes.n; r++) {
        const place_match_set *from = &recodes.rows[r].set[0], *to = &recodes.rows[r].set[1];
        xmlNode *node = recodes.rows[r].node;
        int32_t count = place_stock_count(b, node);
        if (from->all || to->all || from->n != 1 || to->n != 1 || from->members[0] == to->members[0]) {
            place_build_fault(b, node, "table 'recode': a row goes from one setting to another");
            continue;
        }
        if (total[from->members[0]] < count)
            place_build_fault(b, node, "table 'recode': %d pupils cannot be recoded from '%s', which has %g", count,
                              place_stock_id(plan, from->members[0]), total[from->members[0]]);
        total[from->members[0]] -= count;
        total[to->members[0]] += count;
    }
    const xmlNode *table = by_setting->rows.table;
    for (size_t p = 0; p < n_provisions; p++) {
        if (plan->provision_kind[p] != PLACE_LIMITED || total[p] <= 0) continue;
        double net = 0, given = 0;
        size_t n_open = 0;
        for (size_t s = 0; s < plan->n_sites; s++)
            if (plan->sites[s].provision == (int32_t)p && place_sites_open_at_start(b, (int32_t)s))
                net += place_stock_net_places(plan, &plan->sites[s]), n_open++;
        if (n_open == 0) {
            place_build_fault(b, table,
                              "table 'stock-by-setting': '%s' has %g pupils and no site that is open at the start",
                              plan->provisions.items[p].id, total[p]);
            continue;
        }
        double *due = PLACE_TAKE(b, b->scratch, plan->n_sites, double);
        for (size_t s = 0; s < plan->n_sites; s++) {
            if (plan->sites[s].provision != (int32_t)p || !place_sites_open_at_start(b, (int32_t)s)) continue;
            double share =
                total[p] * (net > 0 ? place_stock_net_places(plan, &plan->sites[s]) / net : 1.0 / (double)n_open);
            total[n_provisions + s] += floor(share);
            given += floor(share);
            due[s] = share - floor(share);
        }
        for (; given < total[p]; given += 1) {
            size_t best = plan->n_sites;
            for (size_t s = 0; s < plan->n_sites; s++)
                if (plan->sites[s].provision == (int32_t)p && place_sites_open_at_start(b, (int32_t)s)
                    && (best == plan->n_sites || due[s] > due[best]))
                    best = s;
            total[n_provisions + best] += 1;
            due[best] -= 1;
        }
        total[p] = 0;
    }
    return total;
}

/* Rows that name a limited provision mean its sites. */
static void name_sites(place_builder *b, place_rows *rows) {
    const place_plan *plan = b->plan;
    for (size_t r = 0; r < rows->n; r++) {
        place_match_set *set = &rows->rows[r].set[0];
        if (set->all) continue;
        int32_t *members = PLACE_TAKE(b, b->scratch, rows->size[0], int32_t);
        size_t n = 0;
        for (int32_t i = 0; i < (int32_t)rows->size[0]; i++) {
            bool in = false;
            for (size_t k = 0; k < set->n; k++)
                in |= set->members[k] == i
                    || (i >= (int32_t)plan->provisions.n && set->members[k] == place_stock_provision(plan, i));
            if (in) members[n++] = i;
        }
        *set = (place_match_set){ n == rows->size[0], n, members };
    }
}

typedef struct fitting {
    place_fit fit;
    place_stock_cell *cells; /* what each cell of the fit is */
    margin margins[4];       /* setting, ncy, need, area     */
} fitting;

/* The cells that may hold anybody: of a setting with pupils, at a site that teaches and accepts them, of a group that
 * has some. */
static bool make_cells(place_builder *b, fitting *f, const double *total) {
    const place_plan *plan = b->plan;
    size_t n_settings = plan->provisions.n + plan->n_sites, n = 0;
    place_rows rows;
    place_match match;
    place_rows_read(b, &shape_shape, 0, 1, &rows);
    if (!place_rows_fit(b, &rows)) return false;
    name_sites(b, &rows);
    place_match_build(b, &rows, &match);
    double *shape = PLACE_TAKE(b, b->scratch, rows.n, double);
    for (size_t r = 0; r < rows.n; r++) shape[r] = place_read_decimal(b, rows.rows[r].node, "value", 0, 1e12, 1);
    double most = (double)n_settings * PLACE_N_NCY * (double)plan->needs.n * (double)plan->areas.n;
    if (most > 20e6) {
        place_build_fault(
            b, f->margins[0].rows.table,
            "the fit of the opening stock would have %.3g cells, about %.3g GB of memory; at most 2e+07 are allowed",
            most, most * 100e-9);
        return false;
    }
    const int32_t *groups[4] = { NULL, f->margins[1].group, f->margins[2].group, f->margins[3].group };
    for (int pass = 0; pass < 2; pass++) {
        place_stock_cell *cells = pass == 1 ? PLACE_TAKE(b, b->scratch, n, place_stock_cell) : NULL;
        double *weight = pass == 1 ? PLACE_TAKE(b, b->scratch, n, double) : NULL;
        int32_t *group[4] = { 0 };
        for (size_t m = 0; pass == 1 && m < 4; m++) group[m] = PLACE_TAKE(b, b->scratch, n, int32_t);
        n = 0;
        for (int32_t s = 0; s < (int32_t)n_settings; s++)
            for (int32_t a = 0; total[s] > 0 && a < (int32_t)plan->areas.n; a++)
                for (int32_t d = 0; d < (int32_t)plan->needs.n; d++)
                    for (int32_t c = 0; c < PLACE_N_NCY; c++) {
                        const int32_t in[4] = { s, c, d, a };
                        bool possible = place_stock_may_be(b, s, c, d);
                        for (size_t m = 1; m < 4; m++)
                            possible &= f->margins[m].rows.n == 0
                                || (groups[m][in[m]] != PLACE_NONE && f->margins[m].total[groups[m][in[m]]] > 0);
                        int32_t r = possible && rows.n > 0 ? place_match_at(&match, in) : PLACE_NONE;
                        if (!possible || (r != PLACE_NONE && shape[r] == 0)) continue;
                        if (pass == 1) {
                            int32_t target = b->target_of_provision[place_stock_provision(plan, s)];
                            cells[n] = (place_stock_cell){
                                .area = a, .ncy = c, .need = d, .target = target, .setting = s, .seat = PLACE_PLACED
                            };
                            weight[n] = r == PLACE_NONE ? 1 : shape[r];
                            group[0][n] = s;
                            for (size_t m = 1; m < 4; m++)
                                group[m][n] = f->margins[m].rows.n > 0 ? groups[m][in[m]] : 0;
                        }
                        n++;
                    }
        f->cells = cells;
        f->fit = (place_fit){ .n_cells = n,
                              .n_margins = 1,
                              .weight = weight,
                              .n_groups = { n_settings },
                              .total = { total },
                              .group = { group[0] } };
        for (size_t m = 1; pass == 1 && m < 4; m++) {
            if (f->margins[m].rows.n == 0) continue;
            f->fit.group[f->fit.n_margins] = group[m];
            f->fit.n_groups[f->fit.n_margins] = f->margins[m].rows.n;
            f->fit.total[f->fit.n_margins++] = f->margins[m].total;
        }
    }
    return true;
}

static void fault_fit(place_builder *b, const fitting *f, const place_fit_failure *failure) {
    if (failure->margin == 0) {
        place_build_fault(
            b, f->margins[0].rows.table,
            "the opening stock cannot be fitted: '%s' has %g pupils, and the other margins and the ncys and needs it "
            "takes leave it %g",
            place_stock_id(b->plan, (int32_t)failure->group), failure->wanted, failure->reached);
        return;
    }
    size_t k = 0;
    for (size_t m = 1; m < 4; m++) {
        if (f->margins[m].rows.n == 0 || ++k != failure->margin) continue;
        const xmlNode *node = f->margins[m].rows.rows[failure->group].node;
        place_build_fault(
            b, node,
            "the opening stock cannot be fitted: this row of table '%s' wants %g pupils, scaled to the total of the "
            "settings, and the settings that can hold "
            "them leave it %g",
            f->margins[m].rows.shape->name, failure->wanted, failure->reached);
    }
}

void place_stock_fit(place_builder *b, place_stock_list *list, bool drawn) {
    static const place_table_shape *const shapes[] = { &by_setting_shape, &by_ncy_shape, &by_need_shape,
                                                       &by_area_shape };
    fitting f = { 0 };
    double grand = 0;
    for (size_t m = 0; m < 4; m++) f.margins[m] = read_margin(b, shapes[m]);
    if (f.margins[0].rows.table == NULL) {
        for (size_t m = 1; m < 4; m++)
            if (f.margins[m].rows.table != NULL)
                place_build_fault(
                    b, f.margins[m].rows.table,
                    "table '%s' is a margin of the opening stock, and table 'stock-by-setting', which gives its "
                    "total, is missing",
                    shapes[m]->name);
        return;
    }
    double *total = setting_totals(b, &f.margins[0]);
    for (size_t s = 0; s < b->plan->provisions.n + b->plan->n_sites; s++) grand += total[s];
    for (size_t m = 1; m < 4; m++) {
        if (f.margins[m].rows.n > 0 && f.margins[m].sum <= 0 && grand > 0)
            place_build_fault(b, f.margins[m].rows.table, "table '%s' sums to 0, and the settings hold %g pupils",
                              shapes[m]->name, grand);
        for (size_t r = 0; r < f.margins[m].rows.n && f.margins[m].sum > 0; r++)
            f.margins[m].total[r] *= grand / f.margins[m].sum;
    }
    /* After a fault, here or before, a stock that cannot be fitted would say nothing, and fitting takes the longest. */
    if (b->errors->n_errors > 0 || grand <= 0 || !make_cells(b, &f, total) || b->errors->n_errors > 0) return;

    size_t n = f.fit.n_cells, n_sums = f.fit.n_groups[0] + PLACE_N_NCY + b->plan->needs.n + b->plan->areas.n;
    double *cells = PLACE_TAKE(b, b->scratch, n, double), *sums = PLACE_TAKE(b, b->scratch, n_sums, double);
    int32_t *counts = PLACE_TAKE(b, b->scratch, n, int32_t);
    place_fit_failure failure;
    if (!place_opening_fit(&f.fit, cells, sums, &failure)) {
        fault_fit(b, &f, &failure);
        return;
    }
    if (!drawn && place_opening_round(&f.fit, cells, counts, b->scratch, NULL) != PLACE_OK) longjmp(b->no_memory, 1);
    for (size_t c = 0; c < n; c++) {
        place_stock_cell cell = f.cells[c];
        cell.count = counts[c];
        cell.share = cells[c] / total[cell.setting];
        if (drawn ? cells[c] > 0 : counts[c] > 0) place_stock_add(b, list, cell);
    }
    for (size_t s = 0; drawn && s < b->plan->provisions.n + b->plan->n_sites; s++)
        b->stock_total[s] = (int32_t)total[s];
}
