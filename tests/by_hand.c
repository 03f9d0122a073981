/* SPDX-License-Identifier: MIT */
#include "by_hand.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../src/result/chunk.h"
#include "place/arena.h"
#include "place/date.h"

static place_item *make_items(place_arena *arena, const char *noun, size_t n) {
    place_item *items = place_arena_array(arena, n, sizeof *items);
    for (size_t i = 0; i < n; i++) {
        char text[64];
        snprintf(text, sizeof text, "%s-%zu", noun, i);
        items[i].id = place_arena_text(arena, text);
        snprintf(text, sizeof text, "The %s “%zu”", noun, i);
        items[i].name = place_arena_text(arena, text);
        items[i].display = (int32_t)(n - 1 - i);
    }
    return items;
}

static place_axis make_axis(place_arena *arena, const char *noun, size_t n) {
    return (place_axis){ .n = n, .items = make_items(arena, noun, n) };
}

/* Three steps a year from 1 September 2021; 3 provisions, 2 phases, 2 needs. */
place_plan *make_plan(plan_shape shape) {
    place_arena *arena = place_arena_create();
    place_plan *plan = place_arena_array(arena, 1, sizeof *plan);
    int32_t *start = place_arena_array(arena, shape.n_steps + 1, sizeof *start);
    int32_t *year = place_arena_array(arena, shape.n_steps, sizeof *year);
    for (size_t t = 0; t <= shape.n_steps; t++) {
        static const int month[3] = { 9, 1, 5 };
        int academic = 2021 + (int)(t / 3);
        start[t] = place_day(academic + (t % 3 > 0), month[t % 3], 1);
        if (t < shape.n_steps) year[t] = (int32_t)(t / 3);
    }
    plan->arena = arena;
    plan->id = "by-hand";
    plan->title = "A plan by hand: Ærø & “Møn”";
    plan->seed = 18446744073709551557u; /* the largest prime below 2^64 */
    plan->replications = 1000;
    plan->resolved = "<scenario id=\"by-hand\"/>\n";
    plan->resolved_size = strlen(plan->resolved);
    plan->calendar = (place_calendar){ .n_steps = shape.n_steps,
                                       .n_years = (shape.n_steps + 2) / 3,
                                       .steps_per_year = 3,
                                       .ageing = true,
                                       .first_year = 2021,
                                       .start_day = start,
                                       .year = year };
    plan->areas = make_axis(arena, "area", shape.n_areas);
    plan->phases = make_axis(arena, "phase", 2);
    plan->needs = make_axis(arena, "need", 2);
    plan->provisions = make_axis(arena, "provision", 3);
    if (shape.bare) return plan;

    place_site *site = place_arena_array(arena, 1, sizeof *site);
    *site = (place_site){ .item = make_items(arena, "site", 1)[0], .area = 1, .provision = 2, .n_pools = 1 };
    place_pool *pool = place_arena_array(arena, 1, sizeof *pool);
    *pool = (place_pool){ .physical = { shape.wide ? 70000 : 70, PLACE_NONE } };
    place_project *project = place_arena_array(arena, 1, sizeof *project);
    *project = (place_project){ .item = make_items(arena, "project", 1)[0], .start_day = start[0], .n_activities = 2 };
    place_activity *activities = place_arena_array(arena, 2, sizeof *activities);
    for (size_t i = 0; i < 2; i++) activities[i].item = make_items(arena, "activity", 2)[i];
    place_funding *funding = place_arena_array(arena, 1, sizeof *funding);
    funding->item = make_items(arena, "funding", 1)[0];
    place_input *input = place_arena_array(arena, 1, sizeof *input);
    input->id = "project project-0 / inflation";
    place_assumption *assumptions = place_arena_array(arena, 2, sizeof *assumptions);
    assumptions[0] = (place_assumption){ .id = "rate",
                                         .text = "as last year",
                                         .date = place_day(2021, 7, 1),
                                         .review_by = INT32_MIN,
                                         .quality = PLACE_GUESS };
    assumptions[1] =
        (place_assumption){ .id = "yield", .value = "0.3", .date = INT32_MIN, .review_by = place_day(2022, 1, 31) };
    plan->n_sites = plan->n_pools = plan->n_projects = plan->n_funding = plan->n_inputs = 1;
    plan->n_activities = plan->n_assumptions = 2;
    plan->sites = site;
    plan->pools = pool;
    plan->projects = project;
    plan->activities = activities;
    plan->funding = funding;
    plan->inputs = input;
    plan->assumptions = assumptions;
    return plan;
}

void free_plan(place_plan *plan) {
    place_arena_free(plan->arena);
}

/* ---- values by rule --------------------------------------------------------------------------------------------- */

uint64_t name_sum(const char *name) {
    uint64_t sum = 0;
    for (; *name != '\0'; name++) sum += (unsigned char)*name;
    return sum;
}

/* As a reader gives it: missing is NaN. A fifth of the variables holds nothing but zeros. h: name_sum of the
   variable's name */
double value_of(const place_variable *variable, uint64_t h, size_t cell, int64_t replication) {
    uint64_t r = (uint64_t)replication, x = (h + 3 * cell + r * r) % 11;
    if (h % 5 == 0) return 0;
    if (r % 50 == 9 && variable->type != PLACE_TYPE_COUNT) return (double)NAN;
    switch (variable->type) {
    case PLACE_TYPE_COUNT: return (double)(x * x * (r % 50 == 7 ? 300 : 1));
    case PLACE_TYPE_INT32: return -(double)x;
    case PLACE_TYPE_INT64: return 1e12 * (double)x - 7;
    case PLACE_TYPE_DOUBLE: return r % 50 == 7 ? (double)INFINITY : (double)x / 8 - 0.5;
    case PLACE_TYPE_FLAG: return (double)(x % 2);
    }
    return 0;
}

place_block make_block(const place_plan *plan, const place_layout *layout, int64_t index, int64_t n_all) {
    place_block block = { .plan = plan, .layout = layout, .index = index };
    int64_t first = index * PLACE_BLOCK;
    block.n_replications = n_all - first < PLACE_BLOCK ? (int)(n_all - first) : PLACE_BLOCK;
    for (int v = 0; v < PLACE_N_VARIABLES; v++) {
        const place_variable *variable = &place_catalogue[v];
        size_t size = place_type_stored_size(layout, variable->type), n = layout->n_cells[v] * PLACE_BLOCK;
        if (!layout->kept[v]) continue;
        uint64_t h = name_sum(variable->name);
        char *data = malloc(n * size);
        block.data[v] = data;
        place_fill_missing(data, n, variable->type, layout->narrow);
        for (size_t cell = 0; cell < layout->n_cells[v]; cell++)
            for (int r = 0; r < block.n_replications; r++) {
                double value = value_of(variable, h, cell, first + r);
                void *at = data + (cell * PLACE_BLOCK + (size_t)r) * size;
                if (isnan(value)) continue;
                if (variable->type == PLACE_TYPE_DOUBLE) memcpy(at, &value, sizeof value);
                else if (variable->type == PLACE_TYPE_FLAG) *(int8_t *)at = (int8_t)value;
                else if (variable->type == PLACE_TYPE_INT64) *(int64_t *)at = (int64_t)value;
                else if (size == 2) *(uint16_t *)at = (uint16_t)value;
                else *(int32_t *)at = (int32_t)value;
            }
    }
    return block;
}

void free_block(place_block *block) {
    for (int v = 0; v < PLACE_N_VARIABLES; v++) free(block->data[v]);
}
