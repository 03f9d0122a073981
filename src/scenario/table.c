/* SPDX-License-Identifier: MIT */
/*
 * Matching: from rows to the winner in each cell.
 * Members of an axis that no row tells apart are first put in one class, so a table that never mentions areas is
 * worked out once and not for each of 153. On the grid of classes rows are painted from the largest box to the
 * smallest: what is on top in the end is inside every other row of the cell if any row is. A second pass over each
 * row's box checks just that; each pair of a row and a winner is compared once. Cost: the sum of the boxes, not rows
 * squared.
 */
#include "table.h"

#include <stdlib.h>
#include <string.h>

#define MAX_CELLS 50e6
#define MAX_VISITS 2e9

/* A row on the grid of classes. */
typedef struct box {
    double n_cells; /* of the dense grid */
    size_t n[PLACE_MATCH_AXES];
    const int32_t *classes[PLACE_MATCH_AXES];
    const uint64_t *bits[PLACE_MATCH_AXES];
    int32_t row;
} box;

/* ---- classes ---- */

/* Splits each class that a row cuts, row after row. Exact, in time proportional to the members that rows list. */
static void find_classes(place_builder *b, const place_rows *rows, size_t axis, place_match *out) {
    size_t size = rows->size[axis], n_free = 0, n_ids = 1;
    int32_t *class_of = PLACE_TAKE(b, b->scratch, size, int32_t), *n_in = PLACE_TAKE(b, b->scratch, size + 2, int32_t);
    int32_t *moved_to = PLACE_TAKE(b, b->scratch, size + 2, int32_t),
            *free_ids = PLACE_TAKE(b, b->scratch, size + 2, int32_t);
    size_t *moved_by = PLACE_TAKE(b, b->scratch, size + 2, size_t);
    n_in[0] = (int32_t)size;
    for (size_t r = 0; r < rows->n; r++) {
        const place_match_set *set = &rows->rows[r].set[axis];
        for (size_t i = 0; !set->all && i < set->n; i++) {
            int32_t member = set->members[i], old = class_of[member];
            if (moved_by[old] != r + 1) {
                moved_by[old] = r + 1;
                moved_to[old] = n_free > 0 ? free_ids[--n_free] : (int32_t)n_ids++;
                moved_by[moved_to[old]] = 0;
                n_in[moved_to[old]] = 0;
            }
            class_of[member] = moved_to[old];
            n_in[moved_to[old]]++;
            if (--n_in[old] == 0) free_ids[n_free++] = old;
        }
    }
    /* Numbered anew in order of their first members. */
    int32_t *new_id = PLACE_TAKE(b, b->scratch, size + 2, int32_t), *first = PLACE_TAKE(b, b->scratch, size, int32_t);
    int32_t *n_members = PLACE_TAKE(b, b->scratch, size, int32_t);
    size_t n = 0;
    for (size_t i = 0; i < size + 2; i++) new_id[i] = PLACE_NONE;
    for (size_t i = 0; i < size; i++) {
        if (new_id[class_of[i]] == PLACE_NONE) {
            new_id[class_of[i]] = (int32_t)n;
            first[n++] = (int32_t)i;
        }
        class_of[i] = new_id[class_of[i]];
        n_members[class_of[i]]++;
    }
    out->n_classes[axis] = n;
    out->class_of[axis] = class_of;
    out->first[axis] = first;
    out->n_members[axis] = n_members;
}

/* All classes of an axis, as a list and as bits: what boxes of rows that say nothing of the axis share. */
typedef struct every {
    int32_t *classes;
    uint64_t *bits;
} every;

static every every_class(place_builder *b, size_t n) {
    every all = { PLACE_TAKE(b, b->scratch, n, int32_t), PLACE_TAKE(b, b->scratch, (n + 63) / 64, uint64_t) };
    for (size_t c = 0; c < n; c++) {
        all.classes[c] = (int32_t)c;
        all.bits[c / 64] |= (uint64_t)1 << c % 64;
    }
    return all;
}

static void make_box(place_builder *b, const place_rows *rows, const place_match *match, size_t r, const every all[],
                     box *out) {
    *out = (box){ .n_cells = 1, .row = (int32_t)r };
    for (size_t a = 0; a < match->n_axes; a++) {
        const place_match_set *set = &rows->rows[r].set[a];
        size_t n_classes = match->n_classes[a];
        if (set->all) {
            out->n[a] = n_classes;
            out->classes[a] = all[a].classes;
            out->bits[a] = all[a].bits;
        } else {
            uint64_t *bits = PLACE_TAKE(b, b->scratch, (n_classes + 63) / 64, uint64_t);
            int32_t *classes = PLACE_TAKE(b, b->scratch, set->n, int32_t);
            for (size_t i = 0; i < set->n; i++) {
                int32_t c = match->class_of[a][set->members[i]];
                if ((bits[c / 64] >> c % 64 & 1) == 0) classes[out->n[a]++] = c;
                bits[c / 64] |= (uint64_t)1 << c % 64;
            }
            out->classes[a] = classes;
            out->bits[a] = bits;
        }
        out->n_cells *= (double)(set->all ? rows->size[a] : set->n);
    }
}

static bool is_inside(const place_match *match, const box *inner, const box *outer) {
    for (size_t a = 0; a < match->n_axes; a++)
        for (size_t w = 0; w < (match->n_classes[a] + 63) / 64; w++)
            if ((inner->bits[a][w] & ~outer->bits[a][w]) != 0) return false;
    return true;
}

/* ---- walking a box ---- */

/* Whether a list of the row named nothing that there is, which has been told: it has no cell to walk to. */
static bool is_empty(const place_match *match, const box *of) {
    for (size_t a = 0; a < match->n_axes; a++)
        if (of->n[a] == 0) return true;
    return false;
}

typedef struct walk {
    const place_match *match;
    const box *box;
    size_t at[PLACE_MATCH_AXES]; /* position in the list of classes of each axis but the last */
} walk;

/* Offset of the first cell of the run along the last axis. */
static size_t run_start(const walk *w) {
    size_t offset = 0;
    for (size_t a = 0; a < w->match->n_axes; a++)
        offset =
            offset * w->match->n_classes[a] + (a + 1 < w->match->n_axes ? (size_t)w->box->classes[a][w->at[a]] : 0);
    return offset;
}

static bool next_run(walk *w) {
    for (size_t a = w->match->n_axes - 1; a-- > 0;) {
        if (++w->at[a] < w->box->n[a]) return true;
        w->at[a] = 0;
    }
    return false;
}

static int larger_first(const void *a, const void *b) {
    const box *x = a, *y = b;
    if (x->n_cells != y->n_cells) return x->n_cells > y->n_cells ? -1 : 1;
    return x->row - y->row;
}

static const char *cell_text(place_builder *b, const place_rows *rows, const place_match *match, size_t cell) {
    const char *text = "";
    size_t place[PLACE_MATCH_AXES];
    for (size_t a = match->n_axes; a-- > 0; cell /= match->n_classes[a]) place[a] = cell % match->n_classes[a];
    for (size_t a = 0; a < match->n_axes; a++) {
        if (match->n_classes[a] == 1) continue;
        const char *member = place_rows_member(b, rows, a, match->first[a][place[a]]);
        text = place_build_text(b, "%s%s%s", text, *text != '\0' ? ", " : "", member);
    }
    return *text != '\0' ? text : "every cell";
}

static void note_clash(place_builder *b, const place_rows *rows, const place_match *match, int32_t one, int32_t two,
                       size_t cell, bool same) {
    if (place_build_is_full(b)) return;
    const xmlNode *x = rows->rows[one].node, *y = rows->rows[two].node;
    if (place_document_line(b->document, x) > place_document_line(b->document, y)) {
        const xmlNode *later = x;
        x = y;
        y = later;
    }
    if (same)
        place_build_fault(b, y, "table '%s': this row matches the same cells as the row at line %ld; keep one of them",
                          rows->shape->name, place_document_line(b->document, x));
    else
        place_build_fault(
            b, y,
            "table '%s': this row and the row at line %ld both match %s, and neither lies inside the other; make one "
            "more "
            "specific, or add a row for what they share",
            rows->shape->name, place_document_line(b->document, x), cell_text(b, rows, match, cell));
}

/* ---- winners ---- */

static void paint(const place_match *match, const box *boxes, size_t n, int32_t *winner) {
    for (size_t i = 0; i < n; i++) {
        size_t last = match->n_axes - 1;
        walk w = { match, &boxes[i], { 0 } };
        if (is_empty(match, &boxes[i])) continue;
        do {
            size_t start = run_start(&w);
            for (size_t k = 0; k < boxes[i].n[last]; k++)
                winner[start + (size_t)boxes[i].classes[last][k]] = (int32_t)i;
        } while (next_run(&w));
    }
}

/* Every row must have, in each of its cells, a winner inside it. */
static void check(place_builder *b, const place_rows *rows, const place_match *match, const box *boxes,
                  const int32_t *winner) {
    size_t n = rows->n, last = match->n_axes - 1;
    size_t *compared = PLACE_TAKE(b, b->scratch, n, size_t);
    bool *holds = PLACE_TAKE(b, b->scratch, n, bool), *faulty = PLACE_TAKE(b, b->scratch, n, bool);
    for (size_t i = 0; i < n; i++) {
        walk w = { match, &boxes[i], { 0 } };
        faulty[i] = is_empty(match, &boxes[i]);
        if (faulty[i]) continue;
        do {
            size_t start = run_start(&w);
            for (size_t k = 0; k < boxes[i].n[last]; k++) {
                size_t cell = start + (size_t)boxes[i].classes[last][k];
                size_t top = (size_t)winner[cell];
                if (top == i) holds[i] = true;
                if (top == i || compared[top] == i + 1) continue;
                compared[top] = i + 1;
                bool inside = is_inside(match, &boxes[top], &boxes[i]);
                if (inside && boxes[top].n_cells < boxes[i].n_cells) continue;
                faulty[i] = faulty[top] = true;
                note_clash(b, rows, match, boxes[i].row, boxes[top].row, cell, inside);
            }
        } while (next_run(&w));
    }
    for (size_t i = 0; i < n; i++)
        if (!holds[i] && !faulty[i])
            place_build_doubt(b, rows->rows[boxes[i].row].node,
                              "table '%s': this row never holds; more specific rows take all its cells",
                              rows->shape->name);
}

void place_match_build(place_builder *b, const place_rows *rows, place_match *out) {
    *out = (place_match){ .n_axes = rows->shape->n_axes };
    every all[PLACE_MATCH_AXES] = { 0 };
    size_t n_cells = 1;
    for (size_t a = 0; a < out->n_axes; a++) {
        out->size[a] = rows->size[a];
        find_classes(b, rows, a, out);
        all[a] = every_class(b, out->n_classes[a]);
        n_cells *= out->n_classes[a];
    }
    int32_t *winner = PLACE_TAKE(b, b->scratch, n_cells, int32_t);
    for (size_t c = 0; c < n_cells; c++) winner[c] = PLACE_NONE;
    out->winner = winner;
    if (rows->n == 0) return;

    box *boxes = PLACE_TAKE(b, b->scratch, rows->n, box);
    double visits = 0;
    for (size_t r = 0; r < rows->n; r++) {
        make_box(b, rows, out, r, all, &boxes[r]);
        double box_cells = 1;
        for (size_t a = 0; a < out->n_axes; a++) box_cells *= (double)boxes[r].n[a];
        visits += box_cells;
    }
    if (visits > MAX_VISITS) {
        place_build_fault(b, rows->table,
                          "table '%s' has %zu rows that match %.3g cells in all; at most %.3g can be worked out",
                          rows->shape->name, rows->n, visits, MAX_VISITS);
        return;
    }
    qsort(boxes, rows->n, sizeof *boxes, larger_first);
    paint(out, boxes, rows->n, winner);
    check(b, rows, out, boxes, winner);
    for (size_t c = 0; c < n_cells; c++)
        if (winner[c] != PLACE_NONE) winner[c] = boxes[winner[c]].row;
}

int32_t place_match_at(const place_match *match, const int32_t cell[]) {
    size_t offset = 0;
    for (size_t a = 0; a < match->n_axes; a++)
        offset = offset * match->n_classes[a] + (size_t)match->class_of[a][cell[a]];
    return match->winner[offset];
}

/* ---- the dense grid ---- */

static double dense_cells(const place_rows *rows) {
    double n = 1;
    for (size_t a = 0; a < rows->shape->n_axes; a++) n *= (double)rows->size[a];
    return n;
}

bool place_rows_fit(place_builder *b, const place_rows *rows) {
    double n = dense_cells(rows);
    if (rows->n == 0 || n <= MAX_CELLS) return true;
    place_build_fault(
        b, rows->table,
        "table '%s' would have %.3g cells, about %.3g GB of memory; at most %.3g cells are allowed: use fewer areas, "
        "needs or "
        "targets",
        rows->shape->name, n, n * (double)sizeof(int32_t) * 1e-9, MAX_CELLS);
    return false;
}

int32_t *place_match_expand(place_builder *b, const place_rows *rows, const place_match *match) {
    if (rows->n == 0) return NULL;
    size_t n = (size_t)dense_cells(rows);
    int32_t *dense = PLACE_TAKE(b, b->arena, n, int32_t), cell[PLACE_MATCH_AXES] = { 0 };
    for (size_t i = 0; i < n; i++) {
        dense[i] = place_match_at(match, cell);
        for (size_t a = match->n_axes; a-- > 0;) {
            if ((size_t)++cell[a] < match->size[a]) break;
            cell[a] = 0;
        }
    }
    return dense;
}

/* Of a row of shares; 0 when it has none. */
static double concentration_of(place_builder *b, const xmlNode *row) {
    return place_read_decimal(b, row, "concentration", 1e-3, 1e9, 0);
}

place_table place_rows_values(place_builder *b, const place_rows *rows, const place_measure *measure) {
    place_number *value = PLACE_TAKE(b, b->arena, rows->n, place_number);
    uint8_t *flags = PLACE_TAKE(b, b->arena, rows->n, uint8_t);
    for (size_t r = 0; r < rows->n; r++) {
        xmlNode *node = rows->rows[r].node;
        const char *basis = place_read_text(b, node, "basis");
        if (basis != NULL && strcmp(basis, "placed") == 0) flags[r] |= PLACE_ROW_PLACED;
        if (place_read_yes(b, node, "residual")) flags[r] |= PLACE_ROW_RESIDUAL;
        value[r].input = PLACE_NONE;
        if ((flags[r] & PLACE_ROW_RESIDUAL) != 0) {
            if (place_read_text(b, node, "value") != NULL)
                place_build_fault(b, node,
                                  "table '%s': a residual row takes what the others leave; found a value as well",
                                  rows->shape->name);
            if (place_read_text(b, node, "concentration") != NULL)
                place_build_fault(b, node,
                                  "table '%s': a residual row takes what the others leave; found a concentration as "
                                  "well",
                                  rows->shape->name);
        } else if (place_read_text(b, node, "value") == NULL) {
            place_build_fault(b, node, "table '%s': a row needs a value", rows->shape->name);
        } else {
            double concentration = concentration_of(b, node);
            value[r] = place_read_number(b, node, "value", measure, PLACE_FAMILY_INPUTS, 0);
            if (concentration > 0) value[r] = place_read_concentrated(b, node, "value", value[r], concentration);
        }
    }
    return (place_table){ .n_rows = rows->n, .value = value, .flags = flags };
}

place_table place_rows_table(place_builder *b, const place_rows *rows, const place_match *match,
                             const place_measure *measure) {
    place_table table = place_rows_values(b, rows, measure);
    table.row = place_match_expand(b, rows, match);
    return table;
}
