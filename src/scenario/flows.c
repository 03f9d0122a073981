/* SPDX-License-Identifier: MIT */
/*
 * The demand layer's tables: new plans, targets, leaving, moves, the transfer table. Each is read by its shape,
 * matched, and held against the rules for shares and probabilities; checks run on the grid of classes, where equal
 * cells are one.
 */
#include <math.h>
#include <string.h>

#include "table.h"

#define AREA PLACE_MATCH_AREA
#define NEED PLACE_MATCH_NEED
#define NCY PLACE_MATCH_NCY
#define FROM PLACE_MATCH_FROM

static const place_table_shape new_plans_shape = { "new-plans", 3, { AREA, NEED, NCY }, { "value" } },
                               requests_shape = { "requests", 3, { AREA, NEED, NCY }, { "value" } },
                               joiner_shape = { "joiner-target",
                                                4,
                                                { AREA, NEED, NCY, PLACE_MATCH_TO },
                                                { "value", "basis", "residual", "concentration" } },
                               september_shape = { "september-start", 2, { NCY, PLACE_MATCH_MONTH }, { "value" } },
                               cease_shape = { "cease", 5, { AREA, NEED, NCY, FROM, PLACE_MATCH_WHEN }, { "value" } },
                               transfer_out_shape = { "transfer-out", 4, { AREA, NEED, NCY, FROM }, { "value" } },
                               transfer_in_shape = { "transfer-in", 1, { AREA }, { "value" } },
                               move_shape = { "move", 5, { AREA, NEED, NCY, FROM, PLACE_MATCH_TO }, { "value" } },
                               phase_transfer_shape = { "phase-transfer",
                                                        5,
                                                        { AREA, NEED, NCY, FROM, PLACE_MATCH_TO_OR_CEASES },
                                                        { "value", "basis", "residual", "concentration" } },
                               give_up_shape = { "give-up", 3, { NEED, NCY, FROM }, { "value" } },
                               return_shape = { "return", 3, { NEED, NCY, FROM }, { "value" } };

/* ---- rows of shares ---- */

typedef struct share_group {
    double sum; /* of fixed shares, each cell counted */
    size_t n_cells, n_uncertain, n_counts, n_concentrated, n_residual, n_plain;
    size_t n_nought, n_may_be_nought; /* cells that are 0, or may be */
    double concentration;             /* of its rows; -1: they differ */
    int32_t first_row, residual_row;
} share_group;

static bool is_counts(place_builder *b, const xmlNode *node) {
    const char *text = place_read_text(b, node, "value");
    return text != NULL && strncmp(text + strspn(text, " \t\r\n"), "counts", 6) == 0;
}

/* Of a row whose values have been read: what is wrong with it has been said. */
static double concentration_of(place_builder *b, const xmlNode *node) {
    const char *text = place_read_text(b, node, "concentration");
    double value = 0;
    size_t n;
    if (text == NULL) return 0;
    const char **words = place_read_words(b, text, &n);
    return n == 1 && place_decimal_read(words[0], &value) && value > 0 ? value : 0;
}

/* Whether a share has 0 among its values with a chance above 0: a fixed 0, or one of a discrete distribution. */
static bool may_be_nought(const place_builder *b, place_number share) {
    if (place_number_is_fixed(share)) return share.value == 0;
    const place_distribution *d = &b->met[share.input].input.distribution;
    return d->kind == PLACE_DISCRETE && place_distribution_low(d) == 0;
}

static share_group sum_group(place_builder *b, const place_rows *rows, const place_match *match,
                             const place_table *table, size_t group) {
    size_t last = match->n_axes - 1, n = match->n_classes[last];
    share_group g = { .first_row = PLACE_NONE, .residual_row = PLACE_NONE };
    for (size_t c = 0; c < n; c++) {
        int32_t r = match->winner[group * n + c];
        if (r == PLACE_NONE) continue;
        size_t times = (size_t)match->n_members[last][c];
        g.n_cells += times;
        if (g.first_row == PLACE_NONE
            || place_document_line(b->document, rows->rows[r].node)
                < place_document_line(b->document, rows->rows[g.first_row].node))
            g.first_row = r;
        if ((table->flags[r] & PLACE_ROW_RESIDUAL) != 0) {
            g.n_residual += times;
            g.residual_row = r;
            continue;
        }
        double concentration = concentration_of(b, rows->rows[r].node);
        if (place_number_is_fixed(table->value[r]) && table->value[r].value == 0) g.n_nought += times;
        if (may_be_nought(b, table->value[r])) g.n_may_be_nought += times;
        if (concentration > 0) {
            bool drawn = !place_number_is_fixed(table->value[r]); /* else it is 0 */
            g.concentration = g.n_concentrated > 0 && g.concentration != concentration ? -1 : concentration;
            g.n_concentrated += times;
            g.sum += drawn ? (double)times * table->value[r].value / concentration : 0;
        } else if (is_counts(b, rows->rows[r].node)) {
            g.n_counts += times;
        } else if (!place_number_is_fixed(table->value[r])) {
            g.n_uncertain += times;
        } else {
            g.n_plain += times;
            g.sum += (double)times * table->value[r].value;
        }
    }
    return g;
}

/* Where a group stands, from the first cell of its classes: "need asd, ncy 7, from special". */
static const char *group_text(place_builder *b, const place_rows *rows, const place_match *match, size_t group) {
    const char *text = "";
    size_t place[PLACE_MATCH_AXES];
    for (size_t a = match->n_axes - 1; a-- > 0; group /= match->n_classes[a]) place[a] = group % match->n_classes[a];
    for (size_t a = 0; a + 1 < match->n_axes; a++) {
        if (match->n_classes[a] == 1) continue;
        const char *member = place_rows_member(b, rows, a, match->first[a][place[a]]);
        text = place_build_text(b, "%s%s%s", text, *text != '\0' ? ", " : " for ", member);
    }
    return text;
}

/* Each combination of rows is reported once: at its first row, which is then done. */
static void check_shares(place_builder *b, const place_rows *rows, const place_match *match, const place_table *table) {
    if (rows->n == 0) return;
    size_t n_groups = 1;
    for (size_t a = 0; a + 1 < match->n_axes; a++) n_groups *= match->n_classes[a];
    bool *done = PLACE_TAKE(b, b->scratch, rows->n, bool);
    for (size_t group = 0; group < n_groups; group++) {
        share_group g = sum_group(b, rows, match, table, group);
        if (g.first_row == PLACE_NONE || done[g.first_row]) continue;
        const xmlNode *node = rows->rows[g.first_row].node;
        const char *name = rows->shape->name, *where = group_text(b, rows, match, group);
        size_t n_before = b->errors->n_errors + b->errors->n_warnings;
        if (g.n_residual > 1)
            place_build_fault(b, rows->rows[g.residual_row].node,
                              "table '%s'%s: %zu cells are residual; one cell of a group may be", name, where,
                              g.n_residual);
        else if (g.n_counts > 0 && g.n_counts < g.n_cells)
            place_build_fault(b, node, "table '%s'%s: %zu of %zu shares are counts; all of a group are, or none", name,
                              where, g.n_counts, g.n_cells);
        else if (g.n_concentrated > 0 && g.n_concentrated < g.n_cells)
            place_build_fault(b, node,
                              "table '%s'%s: %zu of %zu shares have a concentration; all of a group have it, or none",
                              name, where, g.n_concentrated, g.n_cells);
        else if (g.n_concentrated > 0 && g.concentration < 0)
            place_build_fault(b, node, "table '%s'%s: the shares of a group have one concentration; these differ", name,
                              where);
        else if (g.n_nought == g.n_cells)
            place_build_fault(b, node, "table '%s'%s: all shares are 0; they sum to 1", name, where);
        else if (g.n_residual == 1 && g.sum > 1 + 1e-9)
            place_build_fault(
                b, node, "table '%s'%s: shares sum to %.12g and leave nothing for the residual; they sum to at most 1",
                name, where, g.sum);
        else if (g.n_plain + g.n_concentrated == g.n_cells && !(fabs(g.sum - 1) <= 1e-9))
            place_build_fault(b, node, "table '%s'%s: shares sum to %.12g; they sum to 1", name, where, g.sum);
        else if (g.n_uncertain > 0 && g.n_residual == 0 && g.sum > 1 + 1e-9)
            place_build_fault(b, node,
                              "table '%s'%s: the fixed shares alone sum to %.12g; all shares together sum to 1", name,
                              where, g.sum);
        else if (g.n_may_be_nought == g.n_cells)
            place_build_doubt(b, node,
                              "table '%s'%s: every share may be drawn as 0, and then none says where pupils go; give "
                              "one of them values above 0",
                              name, where);
        done[g.first_row] = b->errors->n_errors + b->errors->n_warnings > n_before;
    }
}

/* ---- probabilities ---- */

/* Fixed probabilities of moving away from one target sum to at most 1. */
static void check_moves(place_builder *b, const place_rows *rows, const place_match *match, const place_table *table) {
    size_t n_targets = b->plan->targets.n, n_groups = match->n_classes[0] * match->n_classes[1] * match->n_classes[2];
    bool *done = PLACE_TAKE(b, b->scratch, rows->n, bool);
    for (size_t group = 0; rows->n > 0 && group < n_groups; group++)
        for (size_t from = 0; from < n_targets; from++) {
            double sum = 0;
            int32_t last_row = PLACE_NONE;
            for (size_t to = 0; to < n_targets; to++) {
                size_t cell = (group * match->n_classes[3] + (size_t)match->class_of[3][from]) * match->n_classes[4]
                    + (size_t)match->class_of[4][to];
                int32_t r = match->winner[cell];
                if (r == PLACE_NONE || to == from || !place_number_is_fixed(table->value[r])) continue;
                sum += table->value[r].value;
                last_row = r;
            }
            if (sum <= 1 + 1e-9 || done[last_row]) continue;
            done[last_row] = true;
            place_build_fault(b, rows->rows[last_row].node,
                              "table 'move': the probabilities of a move from '%s' sum to %.12g; they sum to at most 1",
                              b->plan->targets.items[from].id, sum);
        }
}

/* Nobody moves to where he is: such cells are emptied, and a row of nothing else is refused. */
static void check_move_targets(place_builder *b, const place_rows *rows) {
    for (size_t r = 0; r < rows->n; r++) {
        const place_match_set *from = &rows->rows[r].set[3], *to = &rows->rows[r].set[4];
        if (!from->all && !to->all && from->n == 1 && to->n == 1 && from->members[0] == to->members[0])
            place_build_fault(b, rows->rows[r].node, "table 'move': a row from '%s' to itself moves nobody",
                              b->plan->targets.items[from->members[0]].id);
    }
}

static void clear_diagonal(place_builder *b, int32_t *row) {
    const place_plan *plan = b->plan;
    size_t n = plan->targets.n, n_groups = plan->areas.n * plan->needs.n * PLACE_N_NCY;
    for (size_t g = 0; row != NULL && g < n_groups; g++)
        for (size_t t = 0; t < n; t++) row[(g * n + t) * n + t] = PLACE_NONE;
}

/* Of rows given for joiners and moves: nobody wants to be nowhere. */
static void refuse_no_provision(place_builder *b, const place_rows *rows, size_t axis) {
    const place_plan *plan = b->plan;
    for (size_t r = 0; r < rows->n; r++) {
        const place_match_set *to = &rows->rows[r].set[axis];
        if (to->members == NULL) {
            place_build_fault(b, rows->rows[r].node,
                              "table '%s': a row names the target to which it leads; this one has no 'to'",
                              rows->shape->name);
            continue;
        }
        for (size_t i = 0; i < to->n; i++) {
            int32_t t = to->members[i];
            if (t < (int32_t)plan->targets.n && plan->provision_kind[plan->target_list[t][0]] == PLACE_NO_PROVISION)
                place_build_fault(b, rows->rows[r].node,
                                  "table '%s', to: '%s' is no provision, so it is no target of a plan",
                                  rows->shape->name, plan->targets.items[t].id);
        }
    }
}

static void check_leaving(place_builder *b, const place_rows *cease, const place_rows *out) {
    const place_plan *plan = b->plan;
    if (plan->cease.row == NULL || plan->transfer_out.row == NULL) return;
    size_t n = plan->areas.n * plan->needs.n * PLACE_N_NCY * plan->targets.n;
    bool *done = PLACE_TAKE(b, b->scratch, plan->cease.n_rows, bool);
    for (size_t i = 0; i < n; i++) {
        int32_t c = plan->cease.row[i], t = plan->transfer_out.row[i];
        if (c == PLACE_NONE || t == PLACE_NONE || done[c]) continue;
        place_number x = plan->cease.value[c], y = plan->transfer_out.value[t];
        if (!place_number_is_fixed(x) || !place_number_is_fixed(y) || x.value + y.value <= 1 + 1e-9) continue;
        done[c] = true;
        place_build_fault(
            b, cease->rows[c].node,
            "tables 'cease' and 'transfer-out' (line %ld): the probabilities of leaving one cell sum to %.12g; they "
            "sum to at most 1",
            place_document_line(b->document, out->rows[t].node), x.value + y.value);
    }
}

/* ---- each table ---- */

static place_table simple(place_builder *b, const place_table_shape *shape, const place_measure *measure,
                          place_rows *rows) {
    place_match match;
    place_rows_read(b, shape, 0, 1, rows);
    if (!place_rows_fit(b, rows)) return (place_table){ 0 };
    place_match_build(b, rows, &match);
    return place_rows_table(b, rows, &match, measure);
}

static place_table shares(place_builder *b, place_rows *rows, const place_measure *measure) {
    place_match match;
    if (!place_rows_fit(b, rows)) return (place_table){ 0 };
    place_match_build(b, rows, &match);
    place_table table = place_rows_table(b, rows, &match, measure);
    check_shares(b, rows, &match, &table);
    return table;
}

static void doubt_fixed_rows(place_builder *b, const place_rows *rows, const place_table *table, const char *what) {
    size_t n = 0;
    const xmlNode *first = NULL;
    for (size_t r = 0; r < table->n_rows; r++) {
        if (table->flags[r] != 0 || !place_read_is_bold(b, rows->rows[r].node, table->value[r])) continue;
        n++;
        if (first == NULL || rows->rows[r].node->line < first->line) first = rows->rows[r].node;
    }
    place_read_doubt_fixed(b, first, n, what);
}

/* Rows counted from where pupils went: where they lead, for the check against table divert. */
static void note_placed(place_builder *b, const place_rows *rows, const place_table *table) {
    const place_plan *plan = b->plan;
    for (size_t r = 0; r < table->n_rows; r++) {
        const place_match_set *to = &rows->rows[r].set[rows->shape->n_axes - 1];
        if ((table->flags[r] & PLACE_ROW_PLACED) == 0 || to->members == NULL) continue;
        for (size_t i = 0; i < to->n; i++) {
            if (to->members[i] >= (int32_t)plan->targets.n) continue;
            xmlNode **at = &b->placed_at[plan->target_list[to->members[i]][0]];
            if (*at == NULL || rows->rows[r].node->line < (*at)->line) *at = rows->rows[r].node;
        }
    }
}

/* cease: `when` is an axis of its own. A row that does not say acts at the year's end from ncy 11 up and through the
 * year below, but has one set of cells, so that it gives way to every row inside it. */
static void build_cease(place_builder *b, place_rows *rows) {
    place_plan *plan = b->plan;
    place_match match;
    place_rows_read(b, &cease_shape, 0, 1, rows);
    if (!place_rows_fit(b, rows) || rows->n == 0) return;
    place_match_build(b, rows, &match);
    plan->cease_year_end = plan->cease = place_rows_values(b, rows, &place_measure_probability);
    size_t n_cells = plan->areas.n * plan->needs.n * PLACE_N_NCY * plan->targets.n;
    int32_t *at_end = PLACE_TAKE(b, b->arena, n_cells, int32_t), *through = PLACE_TAKE(b, b->arena, n_cells, int32_t);
    for (size_t i = 0; i < n_cells; i++) {
        size_t target = i % plan->targets.n, ncy = i / plan->targets.n % PLACE_N_NCY,
               rest = i / plan->targets.n / PLACE_N_NCY;
        for (int32_t when = 0; when < 2; when++) {
            int32_t cell[5] = { (int32_t)(rest / plan->needs.n), (int32_t)(rest % plan->needs.n), (int32_t)ncy,
                                (int32_t)target, when };
            int32_t r = place_match_at(&match, cell), usual = ncy >= 11 - PLACE_NCY_FIRST ? 0 : 1;
            cell[4] = 1 - when; /* a row inside it may hold at the other time, and takes its place all the same */
            if (r != PLACE_NONE && rows->rows[r].set[4].all && (when != usual || place_match_at(&match, cell) != r)) r = PLACE_NONE;
            *(when == 0 ? &at_end[i] : &through[i]) = r;
        }
    }
    plan->cease_year_end.row = at_end;
    plan->cease.row = through;
}

/* A range of ncy is easily meant for a phase, and makes a transfer year of each of its years from 11 up. */
static void doubt_ranges(place_builder *b, const xmlNode *first, uint32_t columns) {
    const char *years = "";
    for (int c = 0; c < PLACE_N_NCY; c++)
        if ((columns >> c & 1) != 0)
            years = place_build_text(b, "%s%s%d", years, *years != '\0' ? ", " : "", c + PLACE_NCY_FIRST);
    if (first != NULL && b->phases_ok)
        place_build_doubt(b, first,
                          "table 'phase-transfer', ncy: ranges make transfer years of ncy %s, which are no phase's "
                          "first: everybody there is asked anew, and nobody makes an ordinary move; give a phase, or "
                          "each such year by itself if that is meant",
                          years);
}

/* phase-transfer: rows given by ncy hold at a phase's first year, and at any year from 11 up that they name; others
 * at first years. */
static void build_phase_transfer(place_builder *b, place_rows *rows) {
    place_plan *plan = b->plan;
    uint32_t first_columns = 0, named = 0, in_ranges = 0;
    const xmlNode *first_range = NULL;
    for (int c = 1; c < PLACE_N_NCY; c++)
        if (plan->phase_of_ncy[c] != plan->phase_of_ncy[c - 1]) first_columns |= 1u << c;
    place_rows_read(b, &phase_transfer_shape, 0, 1, rows);
    for (size_t r = 0; r < rows->n; r++) {
        place_match_set *set = &rows->rows[r].set[2];
        bool by_ncy = place_read_text(b, rows->rows[r].node, "ncy") != NULL;
        int32_t *members = PLACE_TAKE(b, b->scratch, PLACE_N_NCY, int32_t);
        size_t n = 0;
        uint32_t late_columns = 0;
        for (int32_t c = 0; c < PLACE_N_NCY; c++) {
            bool in = set->all;
            for (size_t i = 0; !set->all && i < set->n; i++) in |= set->members[i] == c;
            bool late = by_ncy && c >= 11 - PLACE_NCY_FIRST;
            if (!in || ((first_columns >> c & 1) == 0 && !late)) continue;
            members[n++] = c;
            if (late) late_columns |= 1u << c;
        }
        if (n == 0 && b->phases_ok)
            place_build_fault(
                b, rows->rows[r].node,
                "table 'phase-transfer': this row matches nothing; transfers are at the first ncy of a phase other "
                "than the "
                "youngest, and at any ncy from 11 up that a row names");
        *set = (place_match_set){ false, n, members };
        named |= late_columns;
        if ((late_columns & ~first_columns) == 0 || strstr(place_read_text(b, rows->rows[r].node, "ncy"), "..") == NULL)
            continue;
        in_ranges |= late_columns & ~first_columns;
        if (first_range == NULL
            || place_document_line(b->document, rows->rows[r].node) < place_document_line(b->document, first_range))
            first_range = rows->rows[r].node;
    }
    doubt_ranges(b, first_range, in_ranges);
    bool *crosses = PLACE_TAKE(b, b->arena, PLACE_N_NCY, bool);
    for (int c = 0; c < PLACE_N_NCY; c++) crosses[c] = ((first_columns | named) >> c & 1) != 0;
    plan->crosses = crosses;
    for (size_t r = 0; r < rows->n; r++)
        if (rows->rows[r].set[4].members == NULL)
            place_build_fault(
                b, rows->rows[r].node,
                "table 'phase-transfer': a row names the target to which it leads, or 'ceases'; this one has no 'to'");
    plan->phase_transfer = shares(b, rows, &place_measure_share_row);
    doubt_fixed_rows(b, rows, &plan->phase_transfer, "the target wanted at a phase transfer");
    note_placed(b, rows, &plan->phase_transfer);
}

/* ---- joiners who start next September ---- */

static bool in_season(int steps_per_year, int season, int month) {
    int since_september = (month + 3) % 12;
    if (steps_per_year == 3)
        return season == 0 ? since_september < 4
            : season == 1  ? since_september >= 4 && since_september < 7
                           : since_september >= 7;
    return since_september / (12 / steps_per_year) == season;
}

/* A season takes its months' rows: one row for all of them, else the mean of fixed numbers. */
static void build_september_start(place_builder *b) {
    place_plan *plan = b->plan;
    const place_calendar *calendar = &plan->calendar;
    place_rows rows;
    place_match match;
    place_rows_read(b, &september_shape, 0, 1, &rows);
    bool real = calendar->steps_per_year == 1 || calendar->steps_per_year == 3 || calendar->steps_per_year == 12;
    if (!calendar->ageing && rows.table != NULL)
        place_build_fault(b, rows.table, "table 'september-start' needs Septembers; the run has ageing=\"none\"");
    if (!calendar->ageing || !real) return;
    place_match_build(b, &rows, &match);
    place_table given = place_rows_table(b, &rows, &match, &place_measure_share);
    size_t n_seasons = (size_t)calendar->steps_per_year, n_cells = PLACE_N_NCY * n_seasons;
    place_number *value = PLACE_TAKE(b, b->arena, n_cells, place_number);
    int32_t *row = PLACE_TAKE(b, b->arena, n_cells, int32_t);
    for (int32_t c = 0; c < PLACE_N_NCY; c++)
        for (size_t season = 0; season < n_seasons; season++) {
            size_t cell = (size_t)c * n_seasons + season;
            double sum = 0;
            int n_months = 0;
            int32_t first = PLACE_NONE;
            bool uncertain = false, one = true;
            for (int month = 1; month <= 12; month++) {
                if (!in_season((int)n_seasons, (int)season, month)) continue;
                int ncy = c + PLACE_NCY_FIRST;
                int32_t r = rows.n > 0 ? place_match_at(&match, (const int32_t[]){ c, month - 1 }) : PLACE_NONE;
                if (n_months++ == 0) first = r;
                one &= r == first;
                if (r != PLACE_NONE) uncertain |= !place_number_is_fixed(given.value[r]);
                if (rows.table == NULL)
                    sum += ((ncy == -1 || ncy == 6) && month <= 8) || (ncy == 11 && month >= 3 && month <= 8);
                else if (r != PLACE_NONE) sum += given.value[r].value;
            }
            row[cell] = (int32_t)cell;
            value[cell] = (place_number){ sum / n_months, PLACE_NONE };
            if (one && first != PLACE_NONE) value[cell] = given.value[first];
            else if (uncertain)
                place_build_fault(b, rows.rows[first != PLACE_NONE ? first : 0].node,
                                  "table 'september-start': months of one step differ, so their shares are "
                                  "averaged, and must be fixed numbers");
        }
    plan->september_start = (place_table){
        .n_rows = n_cells, .value = value, .flags = PLACE_TAKE(b, b->arena, n_cells, uint8_t), .row = row
    };
}

/* ---- joiners ---- */

static bool has_targets(const place_rows *joiners, const place_match *targets, const int32_t at[3]) {
    bool found = false;
    for (size_t k = 0; joiners->n > 0 && k < targets->n_classes[3] && !found; k++)
        found = place_match_at(targets, (const int32_t[]){ at[0], at[1], at[2], targets->first[3][k] }) != PLACE_NONE;
    return found;
}

/* Whether a row of shares may come to more than none, changes of it, once they are known, included. */
static bool may_pass_zero(const place_plan *plan, const place_table *table, int32_t row) {
    bool may = table->value[row].value > 0 || !place_number_is_fixed(table->value[row]);
    const place_change_list *list = table->changes != NULL && table->changes[row] != PLACE_NONE ? &plan->change_lists[table->changes[row]] : NULL;
    for (size_t i = 0; list != NULL && i < list->n; i++) may |= plan->changes[list->changes[i]].op != PLACE_CHANGE_SCALE;
    return may;
}

/* Whether some who join in this column may start next September, a year older. */
static bool may_start_later(const place_builder *b, int32_t ncy) {
    const place_plan *plan = b->plan;
    const place_table *start = &plan->september_start;
    bool may = false;
    for (size_t s = 0; start->row != NULL && s < (size_t)plan->calendar.steps_per_year; s++)
        may |= may_pass_zero(plan, start, start->row[(size_t)ncy * (size_t)plan->calendar.steps_per_year + s]);
    return may && ncy + 1 < PLACE_N_NCY && b->time_ok;
}

size_t place_build_oldest_joiner(const place_builder *b, int32_t ncy) {
    size_t oldest = (size_t)ncy;
    if (b->plan->pipeline.used && b->plan->calendar.ageing) oldest += b->plan->calendar.n_years - 1;
    if (oldest >= PLACE_N_NCY) oldest = PLACE_N_NCY - 1;
    return oldest + may_start_later(b, (int32_t)oldest);
}

/* A cell in which plans begin needs shares of targets, and so does the next ncy where some start in September. Where
 * plans come out of a pipeline, a case may be open to the end of the run, and its child grows older. */
static void check_joiners(place_builder *b, const place_rows *new_plans, const place_match *plans,
                          const place_rows *joiners, const place_match *targets) {
    place_plan *plan = b->plan;
    for (size_t r = 0; r < new_plans->n; r++) {
        const place_match_set *sets = new_plans->rows[r].set;
        place_number rate = plan->new_plans.value[r];
        if (place_number_is_fixed(rate) && rate.value == 0) continue;
        bool missing = false, later = false;
        int32_t cell[3] = { 0 }, at = 0;
        for (size_t a = 0; a < (sets[0].all ? plan->areas.n : sets[0].n) && !missing; a++)
            for (size_t d = 0; d < (sets[1].all ? plan->needs.n : sets[1].n) && !missing; d++)
                for (size_t c = 0; c < (sets[2].all ? (size_t)PLACE_N_NCY : sets[2].n) && !missing; c++) {
                    cell[0] = sets[0].all ? (int32_t)a : sets[0].members[a];
                    cell[1] = sets[1].all ? (int32_t)d : sets[1].members[d];
                    cell[2] = sets[2].all ? (int32_t)c : sets[2].members[c];
                    if (place_match_at(plans, cell) != (int32_t)r) continue;
                    int32_t oldest = (int32_t)place_build_oldest_joiner(b, cell[2]);
                    for (at = cell[2]; at <= oldest && !missing; at++)
                        missing = !has_targets(joiners, targets, (const int32_t[]){ cell[0], cell[1], at });
                    later = --at > cell[2];
                }
        if (missing && later && plan->pipeline.used)
            place_build_fault(
                b, new_plans->rows[r].node,
                "table 'requests': a request in area '%s', need '%s', ncy %d may become a plan in ncy %d, for which "
                "table 'joiner-target' has no row",
                plan->areas.items[cell[0]].id, plan->needs.items[cell[1]].id, cell[2] + PLACE_NCY_FIRST,
                at + PLACE_NCY_FIRST);
        else if (missing && later)
            place_build_fault(
                b, new_plans->rows[r].node,
                "table 'new-plans' begins plans in area '%s', need '%s', ncy %d, some of which start next September "
                "in ncy %d, for which table 'joiner-target' has no row",
                plan->areas.items[cell[0]].id, plan->needs.items[cell[1]].id, cell[2] + PLACE_NCY_FIRST,
                at + PLACE_NCY_FIRST);
        else if (missing)
            place_build_fault(
                b, new_plans->rows[r].node,
                "table '%s' begins plans in area '%s', need '%s', ncy %d, for which table 'joiner-target' has no row",
                new_plans->shape->name, plan->areas.items[cell[0]].id, plan->needs.items[cell[1]].id,
                cell[2] + PLACE_NCY_FIRST);
    }
}

/* Who comes: new plans, or with a pipeline the requests that it makes plans of. */
static void read_coming(place_builder *b, place_rows *coming) {
    place_rows other;
    bool asks = b->plan->pipeline.used;
    place_rows_read(b, asks ? &requests_shape : &new_plans_shape, 0, 1, coming);
    place_rows_read(b, asks ? &new_plans_shape : &requests_shape, 0, 1, &other);
    if (other.table != NULL)
        place_build_fault(
            b, other.table,
            asks ? "table 'new-plans': new plans come out of the pipeline here; give table 'requests' alone, "
                   "or no pipeline"
                 : "table 'requests': requests become plans in a pipeline, and there is none; give the "
                   "element, or table 'new-plans' instead");
}

static void build_joiners(place_builder *b, place_rows *joiners) {
    place_plan *plan = b->plan;
    place_rows new_plans;
    place_match plans, targets;
    read_coming(b, &new_plans);
    place_rows_read(b, &joiner_shape, 0, 1, joiners);
    bool fit = place_rows_fit(b, &new_plans);
    if (!place_rows_fit(b, joiners) || !fit) return;
    refuse_no_provision(b, joiners, 3);
    place_match_build(b, &new_plans, &plans);
    plan->new_plans = place_rows_table(b, &new_plans, &plans, &place_measure_rate);
    place_match_build(b, joiners, &targets);
    plan->joiner_target = place_rows_table(b, joiners, &targets, &place_measure_share_row);
    check_shares(b, joiners, &targets, &plan->joiner_target);
    check_joiners(b, &new_plans, &plans, joiners, &targets);
    doubt_fixed_rows(b, joiners, &plan->joiner_target, "the target wanted by a joiner");
    note_placed(b, joiners, &plan->joiner_target);
}

void place_build_flows(place_builder *b) {
    place_plan *plan = b->plan;
    place_rows joiners, cease, out, moves, transfers, rows;
    build_september_start(b);
    build_joiners(b, &joiners);
    build_cease(b, &cease);
    plan->transfer_out = simple(b, &transfer_out_shape, &place_measure_probability, &out);
    check_leaving(b, &cease, &out);
    plan->transfer_in = simple(b, &transfer_in_shape, &place_measure_rate, &rows);

    place_match match;
    place_rows_read(b, &move_shape, 0, 1, &moves);
    refuse_no_provision(b, &moves, 4);
    check_move_targets(b, &moves);
    if (place_rows_fit(b, &moves)) {
        place_match_build(b, &moves, &match);
        plan->move = place_rows_values(b, &moves, &place_measure_probability);
        check_moves(b, &moves, &match, &plan->move);
        int32_t *dense = place_match_expand(b, &moves, &match);
        clear_diagonal(b, dense);
        plan->move.row = dense;
    }
    build_phase_transfer(b, &transfers);
    plan->give_up = simple(b, &give_up_shape, &place_measure_probability, &rows);
    doubt_fixed_rows(b, &rows, &plan->give_up, "giving up");
    plan->return_ = simple(b, &return_shape, &place_measure_rate, &rows);
}
