/* SPDX-License-Identifier: MIT */
/*
 * The population that gives new plans: pupils by academic year, area and ncy, carried forward with births where
 * asked, and new dwellings with the pupils that each yields.
 * A year carried forward holds no numbers of its own: its cells point at the rows of the year before, one ncy down.
 * So an uncertain roll stays one input however far it is carried.
 */
#include <string.h>

#include "table.h"

static const place_table_shape
    population_shape = { "population", 3, { PLACE_MATCH_YEAR, PLACE_MATCH_AREA, PLACE_MATCH_NCY }, { "value" } },
    births_shape = { "births", 2, { PLACE_MATCH_YEAR, PLACE_MATCH_AREA }, { "value" } },
    dwellings_shape = { "dwellings", 2, { PLACE_MATCH_YEAR, PLACE_MATCH_AREA }, { "value" } },
    yield_shape = { "pupil-yield", 1, { PLACE_MATCH_NCY }, { "value" } };

#define EARLIEST_YEAR 1900

/* The first year that any row names, at most `first_year`: only rolls that are carried forward may be of past years. */
static int earliest_year(place_builder *b, int first_year) {
    size_t n_tables, n_years;
    xmlNode **tables = place_read_children(b, place_document_root(b->document), "table", &n_tables);
    int earliest = first_year;
    for (size_t t = 0; t < n_tables; t++) {
        const char *name = place_read_text(b, tables[t], "name");
        if (name == NULL || strcmp(name, population_shape.name) != 0) continue;
        for (const xmlNode *c = tables[t]->children; c != NULL; c = c->next) {
            const char *text = place_read_is(c, "row") ? place_read_text(b, c, "year") : NULL;
            const char **words = place_read_words(b, text != NULL ? text : "", &n_years);
            for (size_t w = 0; w < n_years; w++) {
                int year = 0;
                for (const char *at = words[w]; *at >= '0' && *at <= '9' && year < 3000; at++)
                    year = 10 * year + (*at - '0');
                if (year >= EARLIEST_YEAR && year < earliest) earliest = year;
            }
        }
    }
    return earliest;
}

static bool carries_forward(place_builder *b) {
    size_t n_tables;
    xmlNode **tables = place_read_children(b, place_document_root(b->document), "table", &n_tables);
    bool carries = false;
    for (size_t t = 0; t < n_tables; t++) {
        if (place_read_text(b, tables[t], "carry-forward") == NULL) continue;
        const char *name = place_read_text(b, tables[t], "name");
        if (name != NULL && strcmp(name, population_shape.name) == 0)
            carries |= place_read_yes(b, tables[t], "carry-forward");
        else
            place_build_fault(b, tables[t], "table '%s' does not take carry-forward; table 'population' does",
                              name != NULL ? name : "");
    }
    return carries;
}

/* Both tables' numbers in one list, population first. */
static place_table joined(place_builder *b, const place_table *one, const place_table *two) {
    size_t n = one->n_rows + two->n_rows;
    place_number *value = PLACE_TAKE(b, b->arena, n, place_number);
    for (size_t r = 0; r < n; r++) value[r] = r < one->n_rows ? one->value[r] : two->value[r - one->n_rows];
    return (place_table){ .n_rows = n, .value = value, .flags = PLACE_TAKE(b, b->arena, n, uint8_t) };
}

/* New plans are population times rate: where there is a rate, a population must be said, if only to be 0. */
static void check_cover(place_builder *b, const place_rows *rows) {
    const place_plan *plan = b->plan;
    size_t n_areas = plan->areas.n, n_needs = plan->needs.n;
    const xmlNode *node = rows->table != NULL ? rows->table : place_document_root(b->document);
    if (plan->new_plans.row == NULL || !b->time_ok) return;
    for (size_t a = 0; a < n_areas; a++)
        for (size_t c = 0; c < PLACE_N_NCY; c++) {
            bool wanted = false;
            for (size_t d = 0; d < n_needs && !wanted; d++) {
                int32_t r = plan->new_plans.row[(a * n_needs + d) * PLACE_N_NCY + c];
                wanted = r != PLACE_NONE
                    && (plan->new_plans.value[r].value > 0 || !place_number_is_fixed(plan->new_plans.value[r]));
            }
            for (size_t y = 0; wanted && y < plan->calendar.n_years; y++) {
                if (plan->population.row != NULL
                    && plan->population.row[(y * n_areas + a) * PLACE_N_NCY + c] != PLACE_NONE)
                    continue;
                place_build_fault(
                    b, node,
                    "table 'population' has no row for area '%s', ncy %d in the academic year %d, for which table "
                    "'%s' has a rate; "
                    "give one, if only of 0, or carry-forward=\"yes\"%s",
                    plan->areas.items[a].id, (int)c + PLACE_NCY_FIRST, plan->calendar.first_year + (int)y,
                    plan->pipeline.used ? "requests" : "new-plans", c == 0 ? " with table 'births'" : "");
                return;
            }
        }
}

static void build_population(place_builder *b) {
    place_plan *plan = b->plan;
    bool carries = carries_forward(b);
    int first_year = plan->calendar.first_year, earliest = carries ? earliest_year(b, first_year) : first_year;
    size_t n_before = (size_t)(first_year - earliest), n_years = n_before + plan->calendar.n_years,
           a_year = plan->areas.n * PLACE_N_NCY;
    place_rows rows, births;
    place_match match, born;
    place_rows_read(b, &population_shape, earliest, n_years, &rows);
    place_rows_read(b, &births_shape, earliest, n_years, &births);
    if (births.table != NULL && !carries)
        place_build_fault(b, births.table,
                          "table 'births' acts only where table 'population' has carry-forward=\"yes\"");
    if (!place_rows_fit(b, &rows)) return;
    place_match_build(b, &rows, &match);
    place_match_build(b, &births, &born);
    place_table given = place_rows_values(b, &rows, &place_measure_pupils),
                babies = place_rows_values(b, &births, &place_measure_pupils);
    if (rows.n == 0) {
        check_cover(b, &rows);
        return;
    }
    int32_t *all = place_build_take(b, b->scratch, n_years * a_year, sizeof *all), *before = NULL;
    for (size_t y = 0; y < n_years; y++) {
        int32_t *year = all + y * a_year;
        for (size_t a = 0; a < plan->areas.n; a++)
            for (size_t c = 0; c < PLACE_N_NCY; c++) {
                size_t i = a * PLACE_N_NCY + c;
                int32_t baby = births.n > 0 && c == 0
                    ? place_match_at(&born, (const int32_t[]){ (int32_t)y, (int32_t)a })
                    : PLACE_NONE;
                year[i] = place_match_at(&match, (const int32_t[]){ (int32_t)y, (int32_t)a, (int32_t)c });
                if (year[i] != PLACE_NONE || !carries) continue;
                if (baby != PLACE_NONE) year[i] = (int32_t)rows.n + baby;
                else if (c > 0 && before != NULL) year[i] = before[i - 1];
            }
        before = year;
    }
    plan->population = joined(b, &given, &babies);
    plan->population.row = place_build_keep_list(b, all + n_before * a_year, plan->calendar.n_years * a_year);
    check_cover(b, &rows);
}

void place_build_population(place_builder *b) {
    place_plan *plan = b->plan;
    place_rows rows;
    place_match match;
    build_population(b);
    place_rows_read(b, &dwellings_shape, plan->calendar.first_year, plan->calendar.n_years, &rows);
    if (place_rows_fit(b, &rows)) {
        place_match_build(b, &rows, &match);
        plan->dwellings = place_rows_table(b, &rows, &match, &place_measure_pupils);
    }
    place_rows_read(b, &yield_shape, 0, 1, &rows);
    place_match_build(b, &rows, &match);
    plan->pupil_yield = place_rows_table(b, &rows, &match, &place_measure_rate);

    size_t n;
    xmlNode **nodes = place_read_children(b, place_document_root(b->document), "growth-error", &n);
    plan->population_growth_error = (place_number){ 1, PLACE_NONE };
    if (n > 0)
        plan->population_growth_error =
            place_read_number(b, nodes[0], "value", &place_measure_factor, PLACE_FAMILY_INPUTS, 1);
    if (n > 1) place_build_fault(b, nodes[1], "there are %zu growth-error elements; at most one is allowed", n);
}
