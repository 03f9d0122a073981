/* SPDX-License-Identifier: MIT */
/*
 * Inputs: the uncertain numbers, put in the order of their ids when all are known, and their correlations. Numbers
 * were given the order in which they were met; every place in the plan that holds a number is visited once here to
 * give it the order of ids.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "cholesky.h"
#include "place/numeric.h"
#include "word.h"

/* ---- order ---- */

typedef struct ordered {
    const place_met *met;
    int32_t from;
} ordered;

static int by_id(const void *a, const void *b) {
    const ordered *x = a, *y = b;
    int order = strcmp(x->met->input.id, y->met->input.id);
    return order != 0 ? order : x->from - y->from;
}

static int by_word(const void *a, const void *b) {
    const ordered *x = a, *y = b;
    if (x->met->input.word != y->met->input.word) return x->met->input.word < y->met->input.word ? -1 : 1;
    return by_id(a, b);
}

static void change(const place_number *number, const int32_t *to) {
    if (number->input != PLACE_NONE)
        ((place_number *)(uintptr_t)number)->input = to[number->input]; /* the plan is still ours */
}

static void change_table(const place_table *table, const int32_t *to) {
    for (size_t r = 0; r < table->n_rows; r++) change(&table->value[r], to);
}

static void change_prices(const place_cost_table *table, const int32_t *to) {
    for (size_t r = 0; r < table->n_rows; r++) {
        change(&table->value[r], to), change(&table->borne_by_others[r], to);
        if (table->empty != NULL) change(&table->empty[r], to);
    }
}

static void change_amounts(const place_amount *amounts, size_t n, const int32_t *to) {
    for (size_t i = 0; i < n; i++) change(&amounts[i].gbp, to);
}

static void change_budget(const place_budget *budget, const int32_t *to) {
    change_prices(&budget->unit_cost, to);
    change_prices(&budget->place_funding, to);
    change_prices(&budget->transport, to);
    change(&budget->opening_gbp, to);
    for (size_t i = 0; i < budget->n_prices; i++) change(&budget->prices[i].inflation, to);
    for (size_t i = 0; i < budget->n_cost_lines; i++)
        change(&budget->cost_lines[i].value, to), change(&budget->cost_lines[i].borne_by_others, to);
    for (size_t i = 0; i < budget->n_incomes; i++) {
        const place_income *income = &budget->incomes[i];
        change(&income->growth, to), change(&income->share, to);
        change_amounts(income->amounts, income->n_amounts, to);
    }
    for (size_t i = 0; i < budget->n_savings; i++) {
        change(&budget->savings[i].probability, to);
        change_amounts(budget->savings[i].amounts, budget->savings[i].n_amounts, to);
    }
}

static void change_all(const place_plan *plan, const int32_t *to) {
    /* cease shares its numbers with cease_year_end, so it is not among these */
    const place_table *const tables[] = { &plan->population,     &plan->dwellings,      &plan->pupil_yield,
                                          &plan->new_plans,      &plan->joiner_target,  &plan->september_start,
                                          &plan->cease_year_end, &plan->transfer_out,   &plan->transfer_in,
                                          &plan->move,           &plan->phase_transfer, &plan->give_up,
                                          &plan->return_,        &plan->direct };
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) change_table(tables[t], to);
    const place_number *const single[] = { &plan->population_growth_error, &plan->market_duration, &plan->market_cost };
    const place_pipeline *pipeline = &plan->pipeline;
    if (pipeline->used) change(&pipeline->agree, to), change(&pipeline->issue, to);
    for (size_t i = 0; i < pipeline->n_throughputs; i++) change(&pipeline->throughputs[i].amount, to);
    for (size_t i = 0; i < pipeline->n_reviews; i++) change(&pipeline->reviews[i].amount, to);
    for (size_t i = 0; i < pipeline->n_backlogs; i++) change(&pipeline->backlogs[i].count, to);
    for (size_t i = 0; i < sizeof single / sizeof single[0]; i++) change(single[i], to);
    for (size_t f = 0; f < PLACE_N_FLOWS; f++) {
        const place_trend *t = &plan->trend[f];
        const place_year_effect *e = &plan->year_effect[f];
        const place_number *const numbers[] = { &t->growth, &t->psi,   &t->sd,        &t->last_growth,
                                                &e->phi,    &e->sigma, &e->area_sigma };
        for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
            if (i < 4 ? t->used : e->used) change(numbers[i], to);
    }
    for (size_t i = 0; i < plan->n_stock_waiting; i++) change(&plan->stock_waiting[i].count, to);
    for (size_t i = 0; i < plan->n_overflows; i++) change(&plan->overflows[i].share, to);
    for (size_t i = 0; i < plan->n_divert_rows; i++)
        change(&plan->divert_rows[i].at_once, to), change(&plan->divert_rows[i].rate, to);
    for (size_t i = 0; i < plan->n_sites; i++)
        change(&plan->sites[i].take_up, to), change(&plan->sites[i].withdraw, to);
    for (size_t i = 0; i < plan->n_pools; i++) {
        const place_pool *p = &plan->pools[i];
        change(&p->commissioned, to), change(&p->physical, to), change(&p->stretch, to), change(&p->others, to);
    }
    for (size_t i = 0; i < plan->n_events; i++) change(&plan->events[i].places, to);
    for (size_t i = 0; i < plan->n_logged_risks; i++) {
        const place_logged_risk *r = &plan->logged_risks[i];
        change(&r->probability, to), change(&r->ramp_months, to), change(&r->by, to);
    }
    for (size_t i = 0; i < plan->n_interventions; i++) {
        const place_intervention *s = &plan->interventions[i];
        const place_number *const numbers[] = { &s->ramp_months, &s->success, &s->effect, &s->engagement, &s->reach, &s->dose, &s->dose_full, &s->dose_measured,
                                                &s->referrals, &s->capacity, &s->would_request, &s->case_success, &s->deferred, &s->cost_gbp };
        for (size_t k = 0; k < sizeof numbers / sizeof numbers[0]; k++) change(numbers[k], to);
    }
    for (size_t i = 0; i < plan->n_changes; i++)
        change(&plan->changes[i].value, to), change(&plan->changes[i].ramp_months, to);
    for (size_t i = 0; i < plan->n_activities; i++) {
        const place_activity *a = &plan->activities[i];
        change(&a->duration, to), change(&a->refuse, to), change(&a->defer, to);
    }
    for (size_t i = 0; i < plan->n_risk_events; i++) {
        const place_risk_event *r = &plan->risk_events[i];
        change(&r->probability, to), change(&r->impact, to), change(&r->cost, to);
    }
    for (size_t i = 0; i < plan->n_projects; i++) {
        const place_project *p = &plan->projects[i];
        change(&p->cost_gbp, to), change(&p->inflation, to), change(&p->uplift_duration, to),
            change(&p->uplift_cost, to), change(&p->mitigation, to), change(&p->cancel, to);
    }
    if (plan->budget != NULL) change_budget(plan->budget, to);
}

/* ---- correlations ---- */

#define MAX_CORRELATIONS 1000

typedef struct pair {
    int32_t a, b;
    double rank;
    xmlNode *node;
} pair;

/* The input that the text names: its whole id, or the id of a row that has one input. */
static int32_t find_input(place_builder *b, const ordered *list, const xmlNode *node, const char *attribute) {
    const char *text = place_read_text(b, node, attribute);
    int32_t by_row = PLACE_NONE;
    size_t n_by_row = 0;
    if (text == NULL) return PLACE_NONE;
    for (size_t i = 0; i < b->n_met; i++) {
        if (strcmp(list[i].met->input.id, text) == 0) return (int32_t)i;
        if (list[i].met->row_id == NULL || strcmp(list[i].met->row_id, text) != 0) continue;
        by_row = (int32_t)i;
        n_by_row++;
    }
    if (n_by_row == 1) return by_row;
    if (n_by_row > 1) {
        place_build_fault(b, node, "correlation, %s: '%s' names %zu uncertain numbers; write the whole id of one",
                          attribute, place_quote(text).text, n_by_row);
        return PLACE_NONE;
    }
    if (place_build_is_full(b)) return PLACE_NONE;
    const char **known = PLACE_TAKE(b, b->scratch, b->n_met, const char *);
    for (size_t i = 0; i < b->n_met; i++) known[i] = list[i].met->input.id;
    const char *near = place_nearest_word(text, known, b->n_met);
    place_build_fault(b, node, "correlation, %s: no number that is a distribution has the id '%s'%s%s%s", attribute,
                      place_quote(text).text, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    return PLACE_NONE;
}

static pair *read_pairs(place_builder *b, const ordered *list, size_t *n) {
    size_t n_nodes;
    xmlNode **nodes = place_read_children(b, place_document_root(b->document), "correlation", &n_nodes);
    if (n_nodes > MAX_CORRELATIONS) {
        place_build_fault(b, nodes[MAX_CORRELATIONS], "the scenario has %zu correlation elements; at most %d are allowed",
                          n_nodes, MAX_CORRELATIONS);
        n_nodes = MAX_CORRELATIONS;
    }
    pair *pairs = PLACE_TAKE(b, b->scratch, n_nodes, pair);
    *n = 0;
    for (size_t i = 0; i < n_nodes; i++) {
        pair p = { find_input(b, list, nodes[i], "a"), find_input(b, list, nodes[i], "b"),
                   place_read_decimal(b, nodes[i], "rank", -1, 1, 0), nodes[i] };
        if (p.a == PLACE_NONE || p.b == PLACE_NONE) continue;
        const pair *same = NULL;
        for (size_t k = 0; k < *n; k++)
            if ((pairs[k].a == p.a && pairs[k].b == p.b) || (pairs[k].a == p.b && pairs[k].b == p.a)) same = &pairs[k];
        if (p.a == p.b) place_build_fault(b, nodes[i], "correlation: a number is correlated with itself; name two");
        else if (fabs(p.rank) >= 1)
            place_build_fault(b, nodes[i], "correlation, rank: between -1 and 1, without them; found %g", p.rank);
        else if (same != NULL)
            place_build_fault(b, nodes[i], "correlation: the two numbers have one at line %ld already",
                              place_document_line(b->document, same->node));
        else if (list[p.a].met->input.family != list[p.b].met->input.family)
            place_build_fault(
                b, nodes[i],
                "correlation: one of the numbers belongs to a project's course and is drawn with delivery, the other "
                "is not; both must be of one sort");
        else pairs[(*n)++] = p;
    }
    return pairs;
}

static int32_t root_of(int32_t *parent, int32_t i) {
    while (parent[i] != i) i = parent[i] = parent[parent[i]];
    return i;
}

/* Connected inputs make a group; members stand in order of id. */
static void build_groups(place_builder *b, const ordered *list, place_input *inputs) {
    size_t n_pairs, n = b->n_met, n_groups = 0;
    pair *pairs = read_pairs(b, list, &n_pairs);
    int32_t *parent = PLACE_TAKE(b, b->scratch, n, int32_t), *n_members = PLACE_TAKE(b, b->scratch, n, int32_t);
    for (size_t i = 0; i < n; i++) parent[i] = (int32_t)i;
    for (size_t p = 0; p < n_pairs; p++) {
        int32_t x = root_of(parent, pairs[p].a), y = root_of(parent, pairs[p].b);
        parent[x > y ? x : y] = x > y ? y : x; /* the root is the least member */
    }
    for (size_t i = 0; i < n; i++) n_members[root_of(parent, (int32_t)i)]++;
    for (size_t i = 0; i < n; i++) n_groups += n_members[i] > 1;
    place_correlation *groups = PLACE_TAKE(b, b->arena, n_groups, place_correlation);
    size_t g = 0;
    for (size_t root = 0; root < n; root++) {
        size_t size = (size_t)n_members[root];
        if (size < 2) continue;
        int32_t *members = PLACE_TAKE(b, b->arena, size, int32_t);
        size_t k = 0;
        for (size_t i = root; i < n; i++) {
            if (root_of(parent, (int32_t)i) != (int32_t)root) continue;
            inputs[i].group = (int32_t)g;
            inputs[i].member = (int32_t)k;
            members[k++] = (int32_t)i;
        }
        double *matrix = PLACE_TAKE(b, b->scratch, size * size, double),
               *factor = PLACE_TAKE(b, b->arena, size * size, double);
        const xmlNode *node = NULL;
        for (size_t i = 0; i < size; i++) matrix[i * size + i] = 1;
        for (size_t p = 0; p < n_pairs; p++) {
            if (inputs[pairs[p].a].group != (int32_t)g || root_of(parent, pairs[p].a) != (int32_t)root) continue;
            size_t i = (size_t)inputs[pairs[p].a].member, j = (size_t)inputs[pairs[p].b].member;
            /* Pearson's correlation of normals whose ranks correlate so: Pearson 1907 */
            matrix[i * size + j] = matrix[j * size + i] = 2 * place_sin(3.14159265358979323846 * pairs[p].rank / 6);
            if (node == NULL || pairs[p].node->line > node->line) node = pairs[p].node;
        }
        if (!place_cholesky(matrix, size, factor))
            place_build_fault(
                b, node,
                "correlation: those of '%s' and %zu other numbers cannot all hold at once, as their matrix is not "
                "positive definite; bring them "
                "nearer to 0",
                inputs[members[0]].id, size - 1);
        groups[g++] = (place_correlation){ size, members, factor };
    }
    b->plan->n_correlations = n_groups;
    b->plan->correlations = groups;
}

void place_build_inputs(place_builder *b) {
    size_t n = b->n_met;
    ordered *list = PLACE_TAKE(b, b->scratch, n, ordered);
    for (size_t i = 0; i < n; i++) list[i] = (ordered){ &b->met[i], (int32_t)i };
    if (n > 1) qsort(list, n, sizeof *list, by_word);
    for (size_t i = 1; i < n; i++) {
        const place_met *one = list[i - 1].met, *two = list[i].met;
        if (one->input.word != two->input.word) continue;
        bool same = strcmp(one->input.id, two->input.id) == 0;
        if (same)
            place_build_fault(
                b, two->node,
                "two uncertain numbers are called '%s' (the other at line %ld), so they would be drawn alike; join "
                "the elements, or give a row an id",
                two->input.id, place_document_line(b->document, one->node));
        else
            place_build_fault(
                b, two->node,
                "the ids '%s' and '%s' give the same word in the keys of random draws; give one of them another key",
                one->input.id, two->input.id);
    }
    if (n > 1) qsort(list, n, sizeof *list, by_id);
    place_input *inputs = PLACE_TAKE(b, b->arena, n, place_input);
    int32_t *to = PLACE_TAKE(b, b->scratch, n, int32_t);
    for (size_t i = 0; i < n; i++) {
        inputs[i] = list[i].met->input;
        to[list[i].from] = (int32_t)i;
    }
    build_groups(b, list, inputs);
    change_all(b->plan, to);
    b->plan->n_inputs = n;
    b->plan->inputs = inputs;
}
