/* SPDX-License-Identifier: MIT */
/*
 * Changes: which cells of which table each acts on, from when until when. A change matches as a row does, but acts only in cells that a row
 * of the table covers. Cells under the same changes share a list of them; a row whose cells are under several lists is parted, so that
 * the model need only look at a cell's row to know what acts on it, and a table without changes is as it was.
 */
#include "changes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "place/catalogue.h"
#include "place/date.h"
#include "word.h"

#define AREA PLACE_MATCH_AREA
#define NEED PLACE_MATCH_NEED
#define NCY PLACE_MATCH_NCY
#define FROM PLACE_MATCH_FROM
#define TO PLACE_MATCH_TO
#define CLASS PLACE_MATCH_CLASS
#define PHASE PLACE_MATCH_PHASE

#define MOST_NAMED 200 /* rows that a change keeps the ids of */

/* Axes as the plan holds the tables; of september-start the second stands for the steps of a year, of cease the last for its two tables. */
static const place_table_shape shapes[PLACE_N_CHANGED] = {
    [PLACE_CHANGED_POPULATION] = { "population", 3, { PLACE_MATCH_YEAR, AREA, NCY }, { NULL } },
    [PLACE_CHANGED_NEW_PLANS] = { "new-plans", 3, { AREA, NEED, NCY }, { NULL } },
    [PLACE_CHANGED_JOINER_TARGET] = { "joiner-target", 4, { AREA, NEED, NCY, TO }, { NULL } },
    [PLACE_CHANGED_SEPTEMBER_START] = { "september-start", 2, { NCY, PLACE_MATCH_MONTH }, { NULL } },
    [PLACE_CHANGED_CEASE] = { "cease", 5, { AREA, NEED, NCY, FROM, PLACE_MATCH_WHEN }, { NULL } },
    [PLACE_CHANGED_TRANSFER_OUT] = { "transfer-out", 4, { AREA, NEED, NCY, FROM }, { NULL } },
    [PLACE_CHANGED_TRANSFER_IN] = { "transfer-in", 1, { AREA }, { NULL } },
    [PLACE_CHANGED_MOVE] = { "move", 5, { AREA, NEED, NCY, FROM, TO }, { NULL } },
    [PLACE_CHANGED_PHASE_TRANSFER] = { "phase-transfer", 5, { AREA, NEED, NCY, FROM, PLACE_MATCH_TO_OR_CEASES }, { NULL } },
    [PLACE_CHANGED_GIVE_UP] = { "give-up", 3, { NEED, NCY, FROM }, { NULL } },
    [PLACE_CHANGED_RETURN] = { "return", 3, { NEED, NCY, FROM }, { NULL } },
    [PLACE_CHANGED_DIRECT] = { "direct", 4, { CLASS, PHASE, NEED, TO }, { NULL } },
    [PLACE_CHANGED_DIVERT] = { "divert", 5, { CLASS, PLACE_MATCH_WAIT, PHASE, NEED, TO }, { "column", NULL } },
    [PLACE_CHANGED_TAKE_UP] = { "take-up", 2, { AREA, PLACE_MATCH_SETTING }, { NULL } },
};

/* ---- reading one ---- */

/* Where new plans come out of requests, either word stands for what is asked for. @return place_changed, or -1 */
static int read_table(place_builder *b, const xmlNode *node) {
    const char *text = place_read_text(b, node, "table");
    if (text == NULL || strcmp(text, "requests") != 0) return place_read_choice(b, node, "table", place_changed_names, PLACE_N_CHANGED, -1);
    if (!b->plan->pipeline.used)
        place_build_fault(b, node, "%s, table: there are requests only with a pipeline, and there is none; new plans are of table 'new-plans'",
                          place_read_label(b, node));
    return PLACE_CHANGED_NEW_PLANS;
}

static bool takes(const place_table_shape *shape, const char *attribute) {
    bool found = shape->values[0] != NULL && strcmp(shape->values[0], attribute) == 0;
    for (size_t a = 0; a < shape->n_axes; a++) {
        bool ages = shape->axes[a] == NCY && strcmp(attribute, "phase") == 0;
        found |= ages || strcmp(attribute, place_rows_attribute(shape->axes[a])) == 0;
    }
    return found;
}

static const char *const matching[] = { "area", "ncy", "phase", "need", "from", "to", "class", "setting", "when", "column" };
enum { N_MATCHING = sizeof matching / sizeof matching[0] };

static void check_attributes(place_builder *b, const xmlNode *node, place_changed table) {
    const place_table_shape *shape = &shapes[table];
    const char *taken = "";
    for (size_t i = 0; i < N_MATCHING; i++)
        if (takes(shape, matching[i])) taken = place_build_text(b, "%s %s", taken, matching[i]);
    for (size_t i = 0; i < N_MATCHING; i++)
        if (place_read_text(b, node, matching[i]) != NULL && !takes(shape, matching[i]))
            place_build_fault(b, node, "%s: a change of table '%s' does not take '%s'; it takes%s", place_read_label(b, node), place_changed_name(b->plan, table),
                              matching[i], taken);
}

/* "area north, ncy 0..6" */
static const char *where_of(place_builder *b, const xmlNode *node) {
    const char *text = "";
    for (size_t i = 0; i < N_MATCHING; i++) {
        const char *value = place_read_text(b, node, matching[i]);
        if (value != NULL) text = place_build_text(b, "%s%s%s %s", text, *text != '\0' ? ", " : "", matching[i], value);
    }
    return place_build_keep(b, text);
}

/* What may be set or added: as the table's own numbers. */
static place_number read_value(place_builder *b, xmlNode *node, place_changed table, place_change_op op) {
    static const place_measure factor = { { "a factor", 0, INFINITY, false, false }, 100 },
                               difference = { { "a difference", -INFINITY, INFINITY, false, false }, 1 },
                               more_pupils = { { "a difference", -INFINITY, INFINITY, false, false }, 1e8 };
    bool pupils = table == PLACE_CHANGED_POPULATION, rate = table == PLACE_CHANGED_NEW_PLANS || table == PLACE_CHANGED_TRANSFER_IN;
    const place_measure *whole = pupils ? &place_measure_pupils : rate ? &place_measure_rate : &place_measure_probability;
    const place_measure *measure = op == PLACE_CHANGE_SCALE ? &factor : op == PLACE_CHANGE_SET ? whole : pupils ? &more_pupils : &difference;
    return place_read_number(b, node, "value", measure, PLACE_FAMILY_INPUTS, 0);
}

/* @param says_cases  out: it has neither op nor value, and says whose plans a caseload's cases might become; NULL where it may not */
static bool read_change(place_builder *b, xmlNode *node, place_changing *out, bool *says_cases) {
    static const char *const ops[] = { "scale", "add", "set" }, *const columns[] = { "at-once", "rate" };
    size_t n_before = b->errors->n_errors;
    *out = (place_changing){ .node = node, .change = { .id = place_build_keep(b, place_names_element(b, node)) } };
    place_change *change = &out->change;
    const char *name = place_read_text(b, node, "name");
    change->own_id = place_build_keep(b, place_read_text(b, node, "id"));
    change->name = name != NULL ? place_build_keep(b, name) : change->own_id;
    int table = read_table(b, node), op = place_read_choice(b, node, "op", ops, 3, -1);
    bool no_op = place_read_text(b, node, "op") == NULL, no_value = place_read_text(b, node, "value") == NULL;
    if (says_cases != NULL) *says_cases = no_op && no_value && table == PLACE_CHANGED_NEW_PLANS;
    if (says_cases != NULL && *says_cases) op = PLACE_CHANGE_SCALE;
    else if (no_op || no_value)
        place_build_fault(b, node, "%s: op (scale, add or set) and value say what becomes of the numbers it matches", place_read_label(b, node));
    if (table < 0 || op < 0) return false;
    change->table = (place_changed)table;
    change->op = (place_change_op)op;
    if (!no_value) change->value = read_value(b, node, change->table, change->op);
    check_attributes(b, node, (place_changed)table);
    change->columns = PLACE_COLUMN_AT_ONCE | PLACE_COLUMN_RATE;
    if (table == PLACE_CHANGED_DIVERT && place_read_text(b, node, "column") != NULL)
        change->columns = 1u << place_read_choice(b, node, "column", columns, 2, 0);
    else if (table == PLACE_CHANGED_DIVERT && op != PLACE_CHANGE_SCALE)
        place_build_fault(b, node, "%s: column (at-once or rate) says which of the two numbers of table 'divert' is meant",
                          place_read_label(b, node));
    change->where = where_of(b, node);
    change->starts = b->plan->calendar.start_day[0];
    change->ends = INT32_MAX;
    change->ramp_months = (place_number){ 0, PLACE_NONE };
    change->intervention = change->overlap = change->risk = PLACE_NONE;
    out->rows = (place_rows){ .shape = &shapes[table], .first_year = b->plan->calendar.first_year };
    for (size_t a = 0; a < shapes[table].n_axes && b->errors->n_errors == n_before; a++) {
        out->rows.size[a] = place_rows_size(b, shapes[table].axes[a], b->plan->calendar.n_years);
        if (table == PLACE_CHANGED_SEPTEMBER_START && a == 1) out->rows.size[a] = (size_t)b->plan->calendar.steps_per_year;
        out->set[a] = place_rows_set(b, node, &out->rows, a);
    }
    return b->errors->n_errors == n_before;
}

static void read_dates(place_builder *b, xmlNode *node, place_change *change) {
    change->starts = place_read_day(b, node, "starts", change->starts);
    change->ends = place_read_day(b, node, "ends", change->ends);
    change->ramp_months = place_read_number(b, node, "ramp-months", &place_measure_duration, PLACE_FAMILY_INPUTS, 0);
    place_changes_check_dates(b, node, change->starts, change->ends, false);
}

void place_changes_check_dates(place_builder *b, const xmlNode *node, int32_t starts, int32_t ends, bool outlives) {
    const place_calendar *calendar = &b->plan->calendar;
    char first[11], last[11], bound[11];
    if (!b->time_ok) return;
    place_day_text(starts, first);
    if (ends != INT32_MAX) place_day_text(ends, last);
    place_day_text(calendar->start_day[0], bound);
    if (ends <= starts)
        place_build_fault(b, node, "%s ends on %s and starts on %s; the end is the first day on which it no longer holds, after the start",
                          place_read_label(b, node), last, first);
    else if (ends <= calendar->start_day[0] && !outlives)
        place_build_fault(b, node, "%s ends on %s, before the run starts on %s: it would act on nothing", place_read_label(b, node), last, bound);
    place_day_text(calendar->start_day[calendar->n_steps], bound);
    if (starts >= calendar->start_day[calendar->n_steps])
        place_build_doubt(b, node, "%s starts on %s, after the end of the run on %s: no effect will show", place_read_label(b, node), first, bound);
}

/* ---- cells and their lists ---- */

/* A list is one that was before and a change more. */
typedef struct list_node {
    int32_t before, change;
    int32_t index; /* in the plan, once a cell has it */
} list_node;

typedef struct lists {
    list_node *nodes;
    size_t n, room;
    int32_t *extended; /* [room] the list that is this one and the change now looked at */
    place_change_list *made;
    size_t n_made, made_room; /* those that some cell has */
} lists;

static int32_t extend(place_builder *b, lists *all, int32_t list, int32_t change) {
    int32_t *known = &all->extended[list + 1]; /* the empty list stands first */
    if (*known != PLACE_NONE && all->nodes[*known].change == change) return *known;
    if (all->n + 2 > all->room) {
        size_t room = 2 * all->room;
        list_node *nodes = PLACE_TAKE(b, b->scratch, room, list_node);
        int32_t *extended = PLACE_TAKE(b, b->scratch, room, int32_t);
        memcpy(nodes, all->nodes, all->n * sizeof *nodes);
        memcpy(extended, all->extended, all->room * sizeof *extended);
        for (size_t i = all->room; i < room; i++) extended[i] = PLACE_NONE;
        all->nodes = nodes;
        all->extended = extended;
        all->room = room;
        known = &all->extended[list + 1];
    }
    all->nodes[all->n] = (list_node){ list, change, PLACE_NONE };
    return *known = (int32_t)all->n++;
}

/* One dense table: the row of each cell, and the list that grows there. */
typedef struct grid {
    int32_t *row, *list; /* [n] */
    size_t n;
} grid;

static grid grid_of(place_builder *b, const int32_t *row, size_t n) {
    grid g = { (int32_t *)(uintptr_t)row, NULL, row != NULL ? n : 0 }; /* the plan is still ours */
    g.list = PLACE_TAKE(b, b->scratch, g.n, int32_t);
    for (size_t i = 0; i < g.n; i++) g.list[i] = PLACE_NONE;
    return g;
}

static void note_row(place_builder *b, place_changing *c, const place_table *table, int32_t row, bool *seen) {
    const place_rows_known *known = NULL, *births = NULL;
    if (seen[row]) return;
    seen[row] = true;
    if (c->change.n_rows++ >= MOST_NAMED) return;
    for (size_t t = 0; t < b->n_tables_read; t++) {
        if (strcmp(b->tables_read[t].name, place_changed_name(b->plan, c->change.table)) == 0) known = &b->tables_read[t];
        if (strcmp(b->tables_read[t].name, "births") == 0) births = &b->tables_read[t];
    }
    const char *id = place_changed_name(b->plan, c->change.table);
    size_t r = (size_t)row;
    if (known != NULL && r < known->n && c->change.table != PLACE_CHANGED_SEPTEMBER_START) id = known->rows[r].id;
    else if (births != NULL && known != NULL && r - known->n < births->n && c->change.table == PLACE_CHANGED_POPULATION)
        id = births->rows[r - known->n].id;
    ((const char **)(uintptr_t)c->change.row_id)[c->change.n_named] = place_build_keep(b, id);
    ((double *)(uintptr_t)c->change.row_value)[c->change.n_named++] = table != NULL ? table->value[row].value : (double)NAN;
}

/* Every cell of the change's box, in order. @param last_is_grid  the last axis picks the grid, and is no part of the cell */
static void hit(place_builder *b, lists *all, place_changing *c, int32_t index, grid *grids, const place_table *table, bool last_is_grid) {
    size_t n_axes = c->rows.shape->n_axes - (last_is_grid ? 1 : 0), at[PLACE_MATCH_AXES] = { 0 };
    size_t n_seen = table != NULL ? table->n_rows : b->plan->n_divert_rows;
    bool *seen = PLACE_TAKE(b, b->scratch, n_seen, bool);
    c->change.row_id = PLACE_TAKE(b, b->arena, n_seen < MOST_NAMED ? n_seen : MOST_NAMED, const char *);
    c->change.row_value = PLACE_TAKE(b, b->arena, n_seen < MOST_NAMED ? n_seen : MOST_NAMED, double);
    for (size_t a = 0; a < n_axes; a++)
        if (c->set[a].n == 0) return;
    if (last_is_grid && !c->set[n_axes].all && c->set[n_axes].n == 0) return;
    for (;;) {
        size_t cell = 0;
        for (size_t a = 0; a < n_axes; a++) cell = cell * c->rows.size[a] + (c->set[a].all ? at[a] : (size_t)c->set[a].members[at[a]]);
        for (size_t g = 0; g < (last_is_grid ? 2u : 1u); g++) {
            bool here = !last_is_grid || c->set[n_axes].all || (size_t)c->set[n_axes].members[0] == g;
            int32_t row = here && grids[g].n > 0 ? grids[g].row[cell] : PLACE_NONE;
            if (row == PLACE_NONE) continue;
            if (table != NULL && (table->flags[row] & PLACE_ROW_RESIDUAL)) {
                c->n_residual++;
                continue;
            }
            note_row(b, c, table, row, seen);
            c->change.n_cells++;
            grids[g].list[cell] = extend(b, all, grids[g].list[cell], index);
        }
        size_t a = n_axes;
        while (a-- > 0) {
            if (++at[a] < c->set[a].n) break;
            at[a] = 0;
        }
        if (a == SIZE_MAX) return;
    }
}

/* Parts rows by the lists of their cells. @return [*n] for each new row the row it is of, and its list into `list_of` */
static int32_t *part_rows(place_builder *b, grid *grids, size_t n_grids, size_t n_rows, int32_t **list_of, size_t *n) {
    size_t room = 64;
    int32_t *first = PLACE_TAKE(b, b->scratch, n_rows, int32_t); /* [row] its newest part */
    int32_t *of = PLACE_TAKE(b, b->scratch, room, int32_t), *list = PLACE_TAKE(b, b->scratch, room, int32_t),
            *next = PLACE_TAKE(b, b->scratch, room, int32_t);
    *n = 0;
    for (size_t r = 0; r < n_rows; r++) first[r] = PLACE_NONE;
    for (size_t g = 0; g < n_grids; g++)
        for (size_t i = 0; i < grids[g].n; i++) {
            int32_t row = grids[g].row[i];
            if (grids[g].list[i] == PLACE_NONE) continue;
            int32_t part = first[row];
            while (part != PLACE_NONE && list[part] != grids[g].list[i]) part = next[part];
            if (part == PLACE_NONE) {
                if (*n == room) {
                    int32_t **const columns[] = { &of, &list, &next };
                    for (size_t k = 0; k < 3; k++) {
                        int32_t *more = PLACE_TAKE(b, b->scratch, 2 * room, int32_t);
                        memcpy(more, *columns[k], room * sizeof *more);
                        *columns[k] = more;
                    }
                    room *= 2;
                }
                part = (int32_t)(*n)++;
                of[part] = row;
                list[part] = grids[g].list[i];
                next[part] = first[row];
                first[row] = part;
            }
            grids[g].row[i] = (int32_t)n_rows + part;
        }
    *list_of = list;
    return of;
}

/* Sets that overlap leave open which holds. Told of once for each change. */
static void check_sets(place_builder *b, place_changing *one, place_changing *two) {
    const place_change *x = &one->change, *y = &two->change;
    if (x->op != PLACE_CHANGE_SET || y->op != PLACE_CHANGE_SET || !(x->columns & y->columns) || x->starts >= y->ends || y->starts >= x->ends) return;
    long line = place_document_line(b->document, one->node), other = place_document_line(b->document, two->node);
    place_changing *later = line > other ? one : two;
    if (later->told) return;
    later->told = true;
    place_build_fault(b, later->node,
                      "%s: it sets a cell of table '%s' that the change at line %ld sets on the same days; let one end before the other "
                      "starts, or scale or add",
                      place_read_label(b, later->node), place_changed_name(b->plan, x->table), line > other ? other : line);
}

/* The list of the plan that a node stands for; its changes in order. */
static int32_t list_index(place_builder *b, lists *all, int32_t node, place_changing *changing) {
    if (node == PLACE_NONE) return PLACE_NONE;
    if (all->nodes[node].index != PLACE_NONE) return all->nodes[node].index;
    size_t n = 0;
    for (int32_t i = node; i != PLACE_NONE; i = all->nodes[i].before) n++;
    int32_t *changes = PLACE_TAKE(b, b->arena, n, int32_t);
    for (int32_t i = node, k = (int32_t)n; i != PLACE_NONE; i = all->nodes[i].before) changes[--k] = all->nodes[i].change;
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n; k++) check_sets(b, &changing[changes[i]], &changing[changes[k]]);
    if (all->n_made == all->made_room) {
        size_t room = all->made_room > 0 ? 2 * all->made_room : 64;
        place_change_list *made = PLACE_TAKE(b, b->scratch, room, place_change_list);
        if (all->n_made > 0) memcpy(made, all->made, all->n_made * sizeof *made);
        all->made = made;
        all->made_room = room;
    }
    all->made[all->n_made] = (place_change_list){ n, changes };
    return all->nodes[node].index = (int32_t)all->n_made++;
}

static void part_table(place_builder *b, lists *all, place_changing *changing, grid *grids, size_t n_grids, place_table *table, place_table *twin) {
    size_t n_parts, n_before = table->n_rows;
    int32_t *list_of, *of = part_rows(b, grids, n_grids, n_before, &list_of, &n_parts);
    if (n_parts == 0) return;
    place_number *value = PLACE_TAKE(b, b->arena, n_before + n_parts, place_number);
    uint8_t *flags = PLACE_TAKE(b, b->arena, n_before + n_parts, uint8_t);
    int32_t *lists_of = PLACE_TAKE(b, b->arena, n_before + n_parts, int32_t);
    for (size_t r = 0; r < n_before + n_parts; r++) {
        bool part = r >= n_before;
        size_t from = part ? (size_t)of[r - n_before] : r;
        value[r] = table->value[from];
        flags[r] = (uint8_t)(table->flags[from] | (part ? PLACE_ROW_PART : 0));
        lists_of[r] = part ? list_index(b, all, list_of[r - n_before], changing) : PLACE_NONE;
    }
    for (int k = 0; k < 2; k++) {
        place_table *t = k == 0 ? table : twin;
        if (t == NULL) continue;
        t->n_rows = n_before + n_parts;
        t->value = value;
        t->flags = flags;
        t->changes = lists_of;
    }
}

static void part_divert(place_builder *b, lists *all, place_changing *changing, grid *g) {
    place_plan *plan = b->plan;
    size_t n_parts, n_before = plan->n_divert_rows;
    int32_t *list_of, *of = part_rows(b, g, 1, n_before, &list_of, &n_parts);
    place_divert_row *rows = PLACE_TAKE(b, b->arena, n_before + n_parts, place_divert_row);
    for (size_t r = 0; r < n_before + n_parts; r++) {
        rows[r] = plan->divert_rows[r < n_before ? r : (size_t)of[r - n_before]];
        if (r >= n_before) rows[r].changes = list_index(b, all, list_of[r - n_before], changing);
    }
    plan->divert_rows = rows;
    plan->n_divert_rows = n_before + n_parts;
}

/* Take-up: sites of the areas and settings named; a provision stands for all its sites. */
static void hit_sites(place_builder *b, lists *all, place_changing *changing, size_t n) {
    place_plan *plan = b->plan;
    int32_t *list = PLACE_TAKE(b, b->arena, plan->n_sites, int32_t);
    for (size_t s = 0; s < plan->n_sites; s++) list[s] = PLACE_NONE;
    for (size_t i = 0; i < n; i++) {
        place_changing *c = &changing[i];
        if (c->change.table != PLACE_CHANGED_TAKE_UP) continue;
        const char **ids = PLACE_TAKE(b, b->arena, plan->n_sites, const char *);
        double *values = PLACE_TAKE(b, b->arena, plan->n_sites, double);
        for (size_t s = 0; s < plan->n_sites; s++) {
            bool area = c->set[0].all, setting = c->set[1].all;
            for (size_t k = 0; k < c->set[0].n && !area; k++) area = c->set[0].members[k] == plan->sites[s].area;
            for (size_t k = 0; k < c->set[1].n && !setting; k++)
                setting = c->set[1].members[k] == plan->sites[s].provision || c->set[1].members[k] == (int32_t)(plan->provisions.n + s);
            if (!area || !setting) continue;
            list[s] = extend(b, all, list[s], (int32_t)i);
            ids[c->change.n_named] = plan->sites[s].item.id;
            values[c->change.n_named++] = plan->sites[s].take_up.value;
            c->change.n_rows++;
            c->change.n_cells++;
        }
        c->change.row_id = ids;
        c->change.row_value = values;
    }
    for (size_t s = 0; s < plan->n_sites; s++) list[s] = list_index(b, all, list[s], changing);
    plan->take_up_changes = list;
}

/* Tables in the plan, by what is changed; cease has a twin for the year's end. */
static place_table *table_of(place_plan *plan, place_changed changed) {
    switch (changed) {
    case PLACE_CHANGED_POPULATION: return &plan->population;
    case PLACE_CHANGED_NEW_PLANS: return &plan->new_plans;
    case PLACE_CHANGED_JOINER_TARGET: return &plan->joiner_target;
    case PLACE_CHANGED_SEPTEMBER_START: return &plan->september_start;
    case PLACE_CHANGED_CEASE: return &plan->cease_year_end;
    case PLACE_CHANGED_TRANSFER_OUT: return &plan->transfer_out;
    case PLACE_CHANGED_TRANSFER_IN: return &plan->transfer_in;
    case PLACE_CHANGED_MOVE: return &plan->move;
    case PLACE_CHANGED_PHASE_TRANSFER: return &plan->phase_transfer;
    case PLACE_CHANGED_GIVE_UP: return &plan->give_up;
    case PLACE_CHANGED_RETURN: return &plan->return_;
    case PLACE_CHANGED_DIRECT: return &plan->direct;
    case PLACE_CHANGED_DIVERT:
    case PLACE_CHANGED_TAKE_UP:
    case PLACE_N_CHANGED: break;
    }
    return NULL;
}

static void act_on(place_builder *b, lists *all, place_changing *changing, size_t n, place_changed what) {
    place_plan *plan = b->plan;
    place_table *table = table_of(plan, what), *twin = what == PLACE_CHANGED_CEASE ? &plan->cease : NULL;
    const place_changing *any = NULL;
    for (size_t i = 0; i < n && any == NULL; i++)
        if (changing[i].change.table == what) any = &changing[i];
    if (any == NULL) return;
    if (what == PLACE_CHANGED_TAKE_UP) {
        hit_sites(b, all, changing, n);
        return;
    }
    size_t n_cells = 1, n_axes = any->rows.shape->n_axes - (twin != NULL ? 1 : 0);
    for (size_t a = 0; a < n_axes; a++) n_cells *= any->rows.size[a];
    grid grids[2] = { grid_of(b, table != NULL ? table->row : plan->divert, n_cells), { NULL, NULL, 0 } };
    if (twin != NULL) grids[1] = grid_of(b, twin->row, n_cells);
    for (size_t i = 0; i < n; i++)
        if (changing[i].change.table == what) hit(b, all, &changing[i], (int32_t)i, grids, table, twin != NULL);
    if (table != NULL) part_table(b, all, changing, grids, twin != NULL ? 2 : 1, table, twin);
    else part_divert(b, all, changing, grids);
}

static void check_hits(place_builder *b, const place_changing *changing, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const place_changing *c = &changing[i];
        const char *label = place_read_label(b, c->node), *table = place_changed_name(b->plan, c->change.table), *where = c->change.where;
        const char *covers = *where != '\0' ? " that covers " : "";
        if (c->change.n_cells > 0) continue;
        if (c->n_residual > 0)
            place_build_fault(b, c->node, "%s matches only residual rows of table '%s', which take what the others leave; change the others", label,
                              table);
        else if (c->change.table == PLACE_CHANGED_TAKE_UP)
            place_build_fault(b, c->node, "%s matches nothing: there is no site%s%s", label, covers, where);
        else place_build_fault(b, c->node, "%s matches nothing: table '%s' has no row%s%s", label, table, covers, where);
    }
}

bool place_changes_joins(const place_plan *plan, size_t row) {
    bool found = false;
    for (size_t g = 0; g < plan->targets.n && plan->joiner_target.row != NULL; g++)
        found |= plan->joiner_target.row[row * plan->targets.n + g] != PLACE_NONE;
    return found;
}

/* The first of the changes of a row that is no scale, so that it makes something of nothing; PLACE_NONE: none. */
static int32_t from_nothing(const place_plan *plan, const place_table *table, int32_t row) {
    if (table->changes == NULL || table->changes[row] == PLACE_NONE) return PLACE_NONE;
    const place_change_list *list = &plan->change_lists[table->changes[row]];
    for (size_t i = 0; i < list->n; i++)
        if (plan->changes[list->changes[i]].op != PLACE_CHANGE_SCALE) return list->changes[i];
    return PLACE_NONE;
}

/* A rate of 0 needs no targets, until a change makes it another; nor does the next ncy, until some start in September there. */
static void check_joiners(place_builder *b, const place_changing *changing) {
    const place_plan *plan = b->plan;
    const place_table *rate = &plan->new_plans, *start = &plan->september_start;
    size_t n_rows = plan->areas.n * plan->needs.n * PLACE_N_NCY, n_steps = (size_t)plan->calendar.steps_per_year;
    int32_t later = PLACE_NONE;
    for (size_t s = 0; start->changes != NULL && s < PLACE_N_NCY * n_steps && later == PLACE_NONE; s++) later = from_nothing(plan, start, start->row[s]);
    if (rate->changes == NULL && later == PLACE_NONE) return;
    for (size_t row = 0; row < n_rows && rate->row != NULL; row++) {
        int32_t r = rate->row[row], ncy = (int32_t)(row % PLACE_N_NCY), at = ncy;
        if (r == PLACE_NONE) continue;
        bool begins = rate->value[r].value > 0 || !place_number_is_fixed(rate->value[r]);
        int32_t change = from_nothing(plan, rate, r) != PLACE_NONE ? from_nothing(plan, rate, r) : begins ? later : PLACE_NONE;
        if (change == PLACE_NONE) continue;
        int32_t oldest = (int32_t)place_build_oldest_joiner(b, ncy);
        while (at <= oldest && place_changes_joins(plan, row + (size_t)(at - ncy))) at++;
        if (at > oldest) continue;
        const char *label = place_read_label(b, changing[change].node), *area = plan->areas.items[row / PLACE_N_NCY / plan->needs.n].id,
                   *need = plan->needs.items[row / PLACE_N_NCY % plan->needs.n].id;
        if (at == ncy)
            place_build_fault(b, changing[change].node,
                              "%s begins plans in area '%s', need '%s', ncy %d, for which table 'joiner-target' has no row", label, area, need,
                              ncy + PLACE_NCY_FIRST);
        else
            place_build_fault(b, changing[change].node,
                              "%s: who is asked for in area '%s', need '%s', ncy %d may begin a plan in ncy %d, for which table 'joiner-target' "
                              "has no row",
                              label, area, need, ncy + PLACE_NCY_FIRST, at + PLACE_NCY_FIRST);
        return;
    }
}

static int in_order(const void *a, const void *b) {
    const place_changing *x = a, *y = b;
    if (x->change.starts != y->change.starts) return x->change.starts < y->change.starts ? -1 : 1;
    return strcmp(x->change.id, y->change.id);
}

/* The changes of an overlap group stand together, where its first does. */
static void gather_groups(place_builder *b, place_changing *changing, size_t n) {
    size_t *first = PLACE_TAKE(b, b->scratch, b->plan->n_overlap_groups, size_t);
    for (size_t i = n; i-- > 0;)
        if (changing[i].change.overlap != PLACE_NONE) first[changing[i].change.overlap] = i;
    for (size_t i = 0; i < n; i++) changing[i].rank = changing[i].change.overlap != PLACE_NONE ? first[changing[i].change.overlap] : i;
}

static int by_rank(const void *a, const void *b) {
    const place_changing *x = a, *y = b;
    return x->rank != y->rank ? (x->rank < y->rank ? -1 : 1) : in_order(a, b);
}

/* Changes as they are met; parts of an intervention or a logged risk have its days. */
typedef struct change_list {
    place_changing *changing;
    size_t n, room;
} change_list;

static place_changing *next_change(place_builder *b, change_list *list) {
    if (list->n == list->room) {
        size_t room = list->room > 0 ? 2 * list->room : 32;
        place_changing *changing = PLACE_TAKE(b, b->scratch, room, place_changing);
        if (list->n > 0) memcpy(changing, list->changing, list->n * sizeof *changing);
        list->changing = changing;
        list->room = room;
    }
    return &list->changing[list->n];
}

static void read_alone(place_builder *b, change_list *list) {
    size_t n;
    xmlNode **nodes = place_read_children(b, place_document_root(b->document), "change", &n);
    for (size_t i = 0; i < n; i++) {
        place_changing *c = next_change(b, list);
        if (place_read_text(b, nodes[i], "id") == NULL)
            place_build_fault(b, nodes[i], "change: a change that stands by itself has an id, for reports and for removing it");
        if (!read_change(b, nodes[i], c, NULL)) continue;
        read_dates(b, nodes[i], &c->change);
        list->n++;
    }
}

static void refuse_dates(place_builder *b, const xmlNode *node) {
    static const char *const own[] = { "starts", "ends", "ramp-months" };
    for (size_t i = 0; i < 3; i++)
        if (place_read_text(b, node, own[i]) != NULL)
            place_build_fault(b, node, "%s, %s: it is said of the %s, for all its changes alike", place_read_label(b, node), own[i],
                              (const char *)node->parent->name);
}

static void read_interventions(place_builder *b, change_list *list) {
    for (size_t i = 0; i < b->plan->n_interventions; i++) {
        const place_intervention *service = &b->plan->interventions[i];
        xmlNode *node = b->lists[PLACE_KIND_INTERVENTION][i]->node;
        size_t n, n_cases = 0;
        xmlNode **nodes = place_read_children(b, node, "change", &n);
        place_changing *cases = PLACE_TAKE(b, b->scratch, n, place_changing);
        for (size_t k = 0; k < n; k++) {
            place_changing *c = next_change(b, list);
            bool says_cases = false;
            refuse_dates(b, nodes[k]);
            if (!read_change(b, nodes[k], c, service->caseload ? &says_cases : NULL)) continue;
            if (says_cases) {
                cases[n_cases++] = *c;
                continue;
            }
            if (service->measured && c->change.op == PLACE_CHANGE_SET)
                place_build_fault(b, nodes[k], "%s: what a set has replaced cannot be told from rates measured with it; scale or add",
                                  place_read_label(b, nodes[k]));
            c->change.intervention = (int32_t)i;
            c->change.overlap = service->overlap;
            c->change.starts = service->starts;
            c->change.ends = service->ends;
            list->n++;
        }
        if (n == 0) place_build_fault(b, node, "%s has no change: nothing would come of it", place_read_label(b, node));
        place_interventions_cases(b, i, cases, n_cases);
    }
}

static void read_risks(place_builder *b, change_list *list) {
    for (size_t i = 0; i < b->plan->n_logged_risks; i++) {
        const place_logged_risk *risk = &b->plan->logged_risks[i];
        size_t n;
        xmlNode **nodes = place_read_children(b, b->lists[PLACE_KIND_LOGGED_RISK][i]->node, "change", &n);
        for (size_t k = 0; k < n; k++) {
            place_changing *c = next_change(b, list);
            refuse_dates(b, nodes[k]);
            if (!read_change(b, nodes[k], c, NULL)) continue;
            c->change.risk = (int32_t)i;
            c->change.starts = risk->starts;
            c->change.ends = risk->ends;
            c->change.ramp_months = risk->ramp_months;
            list->n++;
        }
    }
}

static void check_alike(place_builder *b, place_changing *changing, size_t n) {
    for (size_t i = 1; i < n; i++) {
        if (strcmp(changing[i].change.id, changing[i - 1].change.id) != 0) continue;
        place_changing *one = &changing[i - 1], *two = &changing[i];
        long line = place_document_line(b->document, one->node), other = place_document_line(b->document, two->node);
        place_build_fault(b, line > other ? one->node : two->node,
                          "%s is called as the one at line %ld is, and would be drawn with it; give each an id", two->change.id,
                          line > other ? other : line);
    }
}

static int by_id(const void *a, const void *b) {
    return strcmp(((const place_changing *)a)->change.id, ((const place_changing *)b)->change.id);
}

/* Interventions with a caseload, in the order in which changes act. */
static void order_caseloads(place_builder *b) {
    place_plan *plan = b->plan;
    size_t n = 0;
    place_changing *order = PLACE_TAKE(b, b->scratch, plan->n_interventions, place_changing);
    for (size_t i = 0; i < plan->n_interventions; i++) {
        const place_intervention *s = &plan->interventions[i];
        if (!s->caseload) continue;
        order[n].change = (place_change){ .id = s->item.id, .starts = s->starts, .overlap = s->overlap, .intervention = (int32_t)i };
        order[n++].node = b->lists[PLACE_KIND_INTERVENTION][i]->node;
    }
    for (size_t i = 0; i < n; i++) order[i].change.id = place_names_element(b, order[i].node);
    if (n > 1) qsort(order, n, sizeof *order, in_order);
    gather_groups(b, order, n);
    if (n > 1) qsort(order, n, sizeof *order, by_rank);
    int32_t *caseloads = PLACE_TAKE(b, b->arena, n, int32_t);
    for (size_t i = 0; i < n; i++) caseloads[i] = order[i].change.intervention;
    plan->n_caseloads = n;
    plan->caseloads = caseloads;
}

void place_build_changes(place_builder *b) {
    place_plan *plan = b->plan;
    change_list list = { 0 };
    place_build_interventions(b);
    read_alone(b, &list);
    read_interventions(b, &list);
    read_risks(b, &list);
    place_changing *changing = list.changing;
    size_t n = list.n;
    if (n > 1) qsort(changing, n, sizeof *changing, by_id);
    check_alike(b, changing, n);
    if (n > 1) qsort(changing, n, sizeof *changing, in_order);
    gather_groups(b, changing, n);
    if (n > 1) qsort(changing, n, sizeof *changing, by_rank);
    lists all = { .room = 256 };
    all.nodes = PLACE_TAKE(b, b->scratch, all.room, list_node);
    all.extended = PLACE_TAKE(b, b->scratch, all.room, int32_t);
    for (size_t i = 0; i < all.room; i++) all.extended[i] = PLACE_NONE;
    for (int what = 0; what < PLACE_N_CHANGED; what++) act_on(b, &all, changing, n, (place_changed)what);
    place_change *changes = PLACE_TAKE(b, b->arena, n, place_change);
    for (size_t i = 0; i < n; i++) changes[i] = changing[i].change;
    place_change_list *made = PLACE_TAKE(b, b->arena, all.n_made, place_change_list);
    if (all.n_made > 0) memcpy(made, all.made, all.n_made * sizeof *made);
    plan->n_changes = n;
    plan->changes = changes;
    plan->n_change_lists = all.n_made;
    plan->change_lists = made;
    check_hits(b, changing, n);
    check_joiners(b, changing);
    order_caseloads(b);
}
