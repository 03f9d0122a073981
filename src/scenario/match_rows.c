/* SPDX-License-Identifier: MIT */
/*
 * Reading the rows of a table: match attributes become sets of indices, one for each axis of the table's shape. A row
 * with an attribute that its table does not take is refused here: the schema has one kind of row for all tables.
 */
#include <stdlib.h>
#include <string.h>

#include "table.h"
#include "word.h"

static const char *const attribute_of[] = {
    [PLACE_MATCH_AREA] = "area",       [PLACE_MATCH_NCY] = "ncy",         [PLACE_MATCH_PHASE] = "phase",
    [PLACE_MATCH_NEED] = "need",       [PLACE_MATCH_FROM] = "from",       [PLACE_MATCH_TO] = "to",
    [PLACE_MATCH_TO_OR_CEASES] = "to", [PLACE_MATCH_SETTING] = "setting", [PLACE_MATCH_FROM_SETTING] = "from",
    [PLACE_MATCH_TO_SETTING] = "to",   [PLACE_MATCH_CLASS] = "class",     [PLACE_MATCH_YEAR] = "year",
    [PLACE_MATCH_MONTH] = "month",     [PLACE_MATCH_WAIT] = "wait",       [PLACE_MATCH_WHEN] = "when",
    [PLACE_MATCH_VENUE] = "setting",
};

static const char *const when_words[] = { "year-end", "through-year" };

const char *place_rows_attribute(place_match_kind kind) {
    return attribute_of[kind];
}

size_t place_rows_size(const place_builder *b, place_match_kind kind, size_t n_years) {
    const place_plan *plan = b->plan;
    switch (kind) {
    case PLACE_MATCH_AREA: return plan->areas.n;
    case PLACE_MATCH_NCY: return PLACE_N_NCY;
    case PLACE_MATCH_PHASE: return plan->phases.n;
    case PLACE_MATCH_NEED: return plan->needs.n;
    case PLACE_MATCH_FROM:
    case PLACE_MATCH_TO: return plan->targets.n;
    case PLACE_MATCH_TO_OR_CEASES: return plan->targets.n + 1;
    case PLACE_MATCH_SETTING:
    case PLACE_MATCH_FROM_SETTING:
    case PLACE_MATCH_TO_SETTING: return plan->provisions.n + b->n_lists[PLACE_KIND_SITE];
    case PLACE_MATCH_CLASS: return PLACE_N_CLASSES;
    case PLACE_MATCH_YEAR: return n_years;
    case PLACE_MATCH_MONTH: return 12;
    case PLACE_MATCH_WAIT: return (size_t)plan->wait_cap + 1;
    case PLACE_MATCH_WHEN: return 2;
    case PLACE_MATCH_VENUE: return b->n_venues;
    }
    return 0;
}

const char *place_rows_member(place_builder *b, const place_rows *rows, size_t axis, int32_t member) {
    const place_plan *plan = b->plan;
    size_t m = (size_t)member;
    switch (rows->shape->axes[axis]) {
    case PLACE_MATCH_AREA: return place_build_text(b, "area %s", plan->areas.items[m].id);
    case PLACE_MATCH_NCY: return place_build_text(b, "ncy %d", member + PLACE_NCY_FIRST);
    case PLACE_MATCH_PHASE: return place_build_text(b, "phase %s", plan->phases.items[m].id);
    case PLACE_MATCH_NEED: return place_build_text(b, "need %s", plan->needs.items[m].id);
    case PLACE_MATCH_FROM: return place_build_text(b, "from %s", plan->targets.items[m].id);
    case PLACE_MATCH_TO:
    case PLACE_MATCH_TO_OR_CEASES:
        return place_build_text(b, "to %s", m < plan->targets.n ? plan->targets.items[m].id : "ceases");
    case PLACE_MATCH_SETTING:
    case PLACE_MATCH_FROM_SETTING:
    case PLACE_MATCH_TO_SETTING:
        return place_build_text(b, "setting %s",
                                m < plan->provisions.n ? plan->provisions.items[m].id
                                                       : b->lists[PLACE_KIND_SITE][m - plan->provisions.n]->id);
    case PLACE_MATCH_CLASS: return place_build_text(b, "class %s", place_class_words[m]);
    case PLACE_MATCH_YEAR: return place_build_text(b, "year %d", rows->first_year + member);
    case PLACE_MATCH_MONTH: return place_build_text(b, "month %d", member + 1);
    case PLACE_MATCH_WAIT: return place_build_text(b, "wait %d", member);
    case PLACE_MATCH_WHEN: return place_build_text(b, "when %s", when_words[m]);
    case PLACE_MATCH_VENUE:
        return place_build_text(b, "setting %s",
                                b->venues[m].site == PLACE_NONE ? plan->provisions.items[b->venues[m].provision].id
                                                                : b->lists[PLACE_KIND_SITE][b->venues[m].site]->id);
    }
    return "";
}

/* ---- sets ---- */

static int by_number(const void *a, const void *b) {
    return *(const int32_t *)a - *(const int32_t *)b;
}

/* Of members that last as briefly as the words that named them. */
static place_match_set set_of(place_builder *b, int32_t *members, size_t n) {
    if (n > 1) qsort(members, n, sizeof *members, by_number);
    size_t n_once = 0;
    for (size_t i = 0; i < n; i++)
        if (i == 0 || members[i] != members[n_once - 1]) members[n_once++] = members[i];
    int32_t *kept = PLACE_TAKE(b, b->scratch, n_once, int32_t);
    if (n_once > 0) memcpy(kept, members, n_once * sizeof *kept);
    return (place_match_set){ false, n_once, kept };
}

static place_match_set from_mask(place_builder *b, uint32_t mask) {
    size_t n = 0;
    for (uint32_t left = mask; left != 0; left &= left - 1) n++;
    int32_t *members = PLACE_TAKE(b, b->scratch, n, int32_t);
    n = 0;
    for (int32_t i = 0; i < 32; i++)
        if ((mask >> i & 1) != 0) members[n++] = i;
    return (place_match_set){ false, n, members };
}

static place_match_set read_names(place_builder *b, xmlNode *row, const char *attribute, place_match_kind kind) {
    size_t n_words, n = 0;
    const char **words = place_read_words_briefly(b, place_read_text(b, row, attribute), &n_words);
    int32_t *members = PLACE_TAKE(b, b->brief, n_words, int32_t);
    for (size_t w = 0; w < n_words; w++) {
        int32_t index = PLACE_NONE;
        switch (kind) {
        case PLACE_MATCH_AREA: index = place_names_refer(b, row, attribute, PLACE_KIND_AREA, words[w]); break;
        case PLACE_MATCH_PHASE: index = place_names_refer(b, row, attribute, PLACE_KIND_PHASE, words[w]); break;
        case PLACE_MATCH_NEED: index = place_names_refer(b, row, attribute, PLACE_KIND_NEED, words[w]); break;
        case PLACE_MATCH_TO_OR_CEASES:
            index = strcmp(words[w], "ceases") == 0 ? (int32_t)b->plan->targets.n
                                                    : place_names_refer(b, row, attribute, PLACE_KIND_TARGET, words[w]);
            break;
        case PLACE_MATCH_FROM:
        case PLACE_MATCH_TO: index = place_names_refer(b, row, attribute, PLACE_KIND_TARGET, words[w]); break;
        default: index = place_names_setting(b, row, attribute, words[w]); break;
        }
        if (index != PLACE_NONE) members[n++] = index;
    }
    if (n_words == 0 && !place_build_is_full(b))
        place_build_fault(b, place_read_where(row, attribute), "%s, %s: an empty list matches nothing; leave the attribute out to match all",
                          place_read_label(b, row), attribute);
    return set_of(b, members, n);
}

static bool is_member(const place_match_set *set, int32_t member) {
    for (size_t i = 0; i < set->n; i++)
        if (set->members[i] == member) return true;
    return set->all;
}

/* A provision is itself and all sites in it; a site is itself whatever provision it has. A provision itself stands in no area. */
static place_match_set read_venues(place_builder *b, xmlNode *row) {
    place_match_set settings = { .all = true }, areas = { .all = true };
    int32_t n_provisions = (int32_t)b->plan->provisions.n, *members = PLACE_TAKE(b, b->scratch, b->n_venues, int32_t);
    size_t n = 0, n_before = b->errors->n_errors;
    if (place_read_text(b, row, "setting") != NULL) settings = read_names(b, row, "setting", PLACE_MATCH_VENUE);
    if (place_read_text(b, row, "setting-area") != NULL) areas = read_names(b, row, "setting-area", PLACE_MATCH_AREA);
    for (size_t v = 0; v < b->n_venues; v++) {
        const place_venue *venue = &b->venues[v];
        bool named = is_member(&settings, venue->provision)
            || (venue->site != PLACE_NONE && is_member(&settings, n_provisions + venue->site));
        if (named && is_member(&areas, venue->area)) members[n++] = (int32_t)v;
    }
    if (n == 0 && place_read_text(b, row, "setting-area") != NULL && b->errors->n_errors == n_before)
        place_build_fault(b, row, "%s: none of its sites stands in '%s', so it matches nothing",
                          place_read_label(b, row), place_quote(place_read_text(b, row, "setting-area")).text);
    return (place_match_set){ false, n, members };
}

static place_match_set read_numbers(place_builder *b, xmlNode *row, const char *attribute, int low, int high, int first,
                                    size_t size) {
    size_t n, n_in = 0;
    const int32_t *values = place_read_ranges(b, row, attribute, low, high, &n);
    int32_t *members = PLACE_TAKE(b, b->scratch, n, int32_t);
    for (size_t i = 0; i < n; i++)
        if (values[i] >= first && values[i] - first < (int32_t)size) members[n_in++] = values[i] - first;
    return (place_match_set){ false, n_in, members };
}

/* ncy, or phase as short for its ncys */
static place_match_set read_ages(place_builder *b, xmlNode *row) {
    if (place_read_text(b, row, "ncy") != NULL && place_read_text(b, row, "phase") != NULL)
        place_build_fault(b, row, "%s: ncy and phase both say which years are meant; keep one of them",
                          place_read_label(b, row));
    if (place_read_text(b, row, "phase") == NULL) return from_mask(b, place_read_ncy(b, row, "ncy", PLACE_ALL_NCY));
    place_match_set phases = read_names(b, row, "phase", PLACE_MATCH_PHASE);
    uint32_t mask = 0;
    for (size_t i = 0; i < phases.n; i++)
        for (int32_t c = 0; c < PLACE_N_NCY; c++)
            if (b->plan->phase_of_ncy[c] == phases.members[i]) mask |= 1u << c;
    return from_mask(b, mask);
}

place_match_set place_rows_set(place_builder *b, xmlNode *row, const place_rows *rows, size_t axis) {
    place_match_kind kind = rows->shape->axes[axis];
    const char *attribute = attribute_of[kind];
    bool given = place_read_text(b, row, attribute) != NULL
        || (kind == PLACE_MATCH_NCY && place_read_text(b, row, "phase") != NULL)
        || (kind == PLACE_MATCH_VENUE && place_read_text(b, row, "setting-area") != NULL);
    if (!given) return (place_match_set){ .all = true, .n = rows->size[axis] };
    place_match_set set;
    switch (kind) {
    case PLACE_MATCH_NCY: set = read_ages(b, row); break;
    case PLACE_MATCH_CLASS: set = from_mask(b, place_read_classes(b, row, "class", PLACE_ALL_CLASSES)); break;
    case PLACE_MATCH_YEAR: set = read_numbers(b, row, "year", 1900, 2599, rows->first_year, rows->size[axis]); break;
    case PLACE_MATCH_MONTH: set = read_numbers(b, row, "month", 1, 12, 1, 12); break;
    case PLACE_MATCH_WHEN: set = from_mask(b, 1u << place_read_choice(b, row, "when", when_words, 2, 0)); break;
    case PLACE_MATCH_VENUE: set = read_venues(b, row); break;
    case PLACE_MATCH_WAIT: set = read_numbers(b, row, "wait", 0, b->plan->wait_cap, 0, rows->size[axis]); break;
    default: set = read_names(b, row, attribute, kind); break;
    }
    if (set.n == rows->size[axis]) set.all = true; /* every member named is no condition */
    return set;
}

/* ---- rows ---- */

static bool takes(const place_table_shape *shape, const char *attribute) {
    static const char *const always[] = { "id", "source", "owner", "date", "review-by", "quality", "reason" };
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
        if (strcmp(attribute, always[i]) == 0) return true;
    for (size_t i = 0; i < 5 && shape->values[i] != NULL; i++)
        if (strcmp(attribute, shape->values[i]) == 0) return true;
    for (size_t a = 0; a < shape->n_axes; a++)
        if (strcmp(attribute, attribute_of[shape->axes[a]]) == 0
            || (shape->axes[a] == PLACE_MATCH_NCY && strcmp(attribute, "phase") == 0)
            || (shape->axes[a] == PLACE_MATCH_VENUE && strcmp(attribute, "setting-area") == 0))
            return true;
    return false;
}

static const char *taken(place_builder *b, const place_table_shape *shape) {
    const char *text = "";
    for (size_t a = 0; a < shape->n_axes; a++)
        text = place_build_text(b, "%s%s%s%s", text, a > 0 ? " " : "", attribute_of[shape->axes[a]],
                                shape->axes[a] == PLACE_MATCH_VENUE ? " setting-area" : "");
    for (size_t i = 0; i < 5 && shape->values[i] != NULL; i++)
        text = place_build_text(b, "%s %s", text, shape->values[i]);
    return text;
}

static int by_id(const void *a, const void *b) {
    const place_match_row *x = a, *y = b;
    int order = strcmp(x->id, y->id);
    if (order != 0) return order;
    return x->node->line < y->node->line
        ? -1
        : x->node->line > y->node->line; /* the same cells twice: refused in any case */
}

static bool read_row(place_builder *b, const place_rows *rows, xmlNode *node, place_match_row *out, bool *in_years) {
    size_t n_before = b->errors->n_errors;
    *out = (place_match_row){ .node = node, .id = place_names_element(b, node) };
    for (const xmlAttr *a = node->properties; a != NULL; a = a->next)
        if (a->ns == NULL && !takes(rows->shape, (const char *)a->name))
            place_build_fault(b, node, "table '%s' does not take '%s'; its rows take %s", rows->shape->name,
                              (const char *)a->name, taken(b, rows->shape));
    *in_years = true;
    for (size_t a = 0; a < rows->shape->n_axes; a++) {
        out->set[a] = place_rows_set(b, node, rows, a);
        if (rows->shape->axes[a] == PLACE_MATCH_YEAR && out->set[a].n == 0 && b->errors->n_errors == n_before)
            *in_years = false;
    }
    return *in_years && b->errors->n_errors == n_before;
}

/* Rows of other years than those of the axis match nothing: an error, or, past the end of the run, a doubt, for a long table must not
   stand in the way of a shorter run. Told of once a table, so that a long CSV says it once. */
static void fault_years(place_builder *b, const place_rows *rows, const xmlNode *first, size_t n, bool past_end) {
    const place_calendar *calendar = &b->plan->calendar;
    const char *others = n > 1 ? place_build_text(b, ", as do %zu more of its rows", n - 1) : "";
    if (n == 0 || !b->time_ok) return;
    const char *sentence = place_build_text(b, "table '%s': year '%s' matches no year of the run, %d to %d%s", rows->shape->name,
                                            place_quote(place_read_text(b, first, "year")).text, calendar->first_year,
                                            calendar->first_year + (int)calendar->n_years - 1, others);
    if (past_end) place_build_doubt(b, first, "%s", sentence);
    else place_build_fault(b, first, "%s", sentence);
}

void place_rows_read(place_builder *b, const place_table_shape *shape, int first_year, size_t n_years,
                     place_rows *out) {
    *out = (place_rows){ .shape = shape, .first_year = first_year };
    for (size_t a = 0; a < shape->n_axes; a++) out->size[a] = place_rows_size(b, shape->axes[a], n_years);
    size_t n_tables, n_rows = 0;
    xmlNode **tables = place_read_children(b, place_document_root(b->document), "table", &n_tables);
    for (size_t t = 0; t < n_tables; t++) {
        const char *name = place_read_text(b, tables[t], "name");
        if (name == NULL || strcmp(name, shape->name) != 0) {
            tables[t] = NULL;
            continue;
        }
        if (out->table == NULL) out->table = tables[t];
        for (const xmlNode *c = tables[t]->children; c != NULL; c = c->next) n_rows += place_read_is(c, "row");
    }
    out->rows = PLACE_TAKE(b, b->scratch, n_rows, place_match_row);
    size_t n_outside = 0;
    bool past_end = true; /* all of them */
    const xmlNode *first_outside = NULL;
    for (size_t t = 0; t < n_tables; t++)
        for (xmlNode *c = tables[t] != NULL ? tables[t]->children : NULL; c != NULL; c = c->next) {
            bool in_years;
            if (!place_read_is(c, "row")) continue;
            if (read_row(b, out, c, &out->rows[out->n], &in_years)) out->n++;
            if (in_years) continue;
            n_outside++;
            past_end &= atoi(place_read_text(b, c, "year")) >= first_year + (int)n_years; /* read as a year already */
            if (first_outside == NULL
                || place_document_line(b->document, c) < place_document_line(b->document, first_outside))
                first_outside = c;
        }
    fault_years(b, out, first_outside, n_outside, past_end);
    if (out->n > 1) qsort(out->rows, out->n, sizeof *out->rows, by_id);
    if (b->n_tables_read < sizeof b->tables_read / sizeof b->tables_read[0])
        b->tables_read[b->n_tables_read++] = (place_rows_known){ shape->name, out->n, out->rows };
}
