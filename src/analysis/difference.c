/* SPDX-License-Identifier: MIT */
/*
 * Two runs side by side. One variable is in work at a time, a block of replications of it in memory, so that files of any size can be
 * compared. Axes are matched by label once; a cell is compared where each of its labels has a partner.
 */
#include "place/difference.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "place/run.h"

/** Where the labels of one side's axis are on the other side. */
typedef struct axis_match {
    const char *name;
    size_t n_one, n_two;
    const char *const *labels; /**< of side one                             */
    int32_t *to;               /**< [n_one] position on side two, PLACE_NONE */
    struct axis_match *next;
} axis_match;

typedef struct comparison {
    const place_difference_source *one, *two;
    place_difference *out;
    axis_match *matches;
    place_error *err;
} comparison;

static void *take(comparison *c, size_t n, size_t size) {
    void *array = place_arena_array(c->out->arena, n, size);
    if (array == NULL) place_error_set(c->err, PLACE_SYSTEM, NULL, 0, "out of memory");
    return array;
}

/* ---- axes ------------------------------------------------------------------------------------------------------- */

/* Labels may come twice (two projects with a "design"): the k-th of one side is the k-th of the other. */
static bool match_labels(comparison *c, axis_match *m, const char *const *two, place_difference_axis *told) {
    bool *taken = take(c, m->n_two, sizeof *taken);
    m->to = take(c, m->n_one, sizeof *m->to);
    if (taken == NULL || m->to == NULL) return false;
    *told = (place_difference_axis){ .name = m->name, .n_one = m->n_one, .n_two = m->n_two };
    for (size_t i = 0; i < m->n_one; i++) {
        size_t k = i; /* mostly it is at its own position */
        if (k >= m->n_two || taken[k] || strcmp(m->labels[i], two[k]) != 0)
            for (k = 0; k < m->n_two && (taken[k] || strcmp(m->labels[i], two[k]) != 0);) k++;
        m->to[i] = k < m->n_two ? (int32_t)k : PLACE_NONE;
        if (k < m->n_two) taken[k] = true, told->n_both++;
        else if (told->only_one == NULL) told->only_one = m->labels[i];
    }
    for (size_t k = 0; k < m->n_two && told->only_two == NULL; k++)
        if (!taken[k]) told->only_two = two[k];
    return true;
}

static place_status match_axis(comparison *c, const char *name, place_difference_axis *differing) {
    axis_match *m = take(c, 1, sizeof *m);
    place_difference_axis told;
    if (m == NULL) return PLACE_SYSTEM;
    const char *const *two = c->two->labels(c->two->self, name, &m->n_two);
    m->name = name;
    m->labels = c->one->labels(c->one->self, name, &m->n_one);
    if (m->labels == NULL && two == NULL) return PLACE_OK;
    if (m->labels == NULL) m->n_one = 0;
    if (two == NULL) m->n_two = 0;
    if (!match_labels(c, m, two, &told)) return PLACE_SYSTEM;
    m->next = c->matches;
    c->matches = m;
    bool same = told.n_both == m->n_one && told.n_both == m->n_two;
    for (size_t i = 0; i < m->n_one && same; i++) same = m->to[i] == (int32_t)i;
    if (!same) differing[c->out->n_axes++] = told;
    return PLACE_OK;
}

static const axis_match *find_match(const comparison *c, const char *name) {
    const axis_match *m = c->matches;
    while (m != NULL && strcmp(m->name, name) != 0) m = m->next;
    return m;
}

/* ---- one variable ----------------------------------------------------------------------------------------------- */

/* For each cell of side one the cell of side two, or -1; false when the axes are not the same ones. */
static place_status match_cells(comparison *c, const place_difference_values *one, const place_difference_values *two, int64_t *to,
                                bool *reshaped) {
    const axis_match *match[PLACE_MAX_VARIABLE_AXES];
    *reshaped = one->n_axes != two->n_axes;
    for (int a = 0; a < one->n_axes && !*reshaped; a++) {
        match[a] = find_match(c, one->axis[a]);
        *reshaped = strcmp(one->axis[a], two->axis[a]) != 0 || match[a] == NULL || match[a]->n_one != one->length[a]
                    || match[a]->n_two != two->length[a];
    }
    if (*reshaped) return PLACE_OK;
    for (size_t cell = 0; cell < one->n_cells; cell++) {
        size_t rest = cell, stride = 1;
        to[cell] = 0;
        for (int a = one->n_axes; a-- > 0 && to[cell] >= 0;) {
            int32_t partner = match[a]->to[rest % one->length[a]];
            to[cell] = partner == PLACE_NONE ? -1 : to[cell] + (int64_t)((size_t)partner * stride);
            rest /= one->length[a];
            stride *= two->length[a];
        }
    }
    return PLACE_OK;
}

static void name_place(const comparison *c, const place_difference_values *shape, size_t cell, place_difference_place *out) {
    out->n_axes = shape->n_axes;
    for (int a = shape->n_axes; a-- > 0;) {
        const axis_match *match = find_match(c, shape->axis[a]);
        out->axis[a] = shape->axis[a];
        out->label[a] = match->labels[cell % shape->length[a]];
        cell /= shape->length[a];
    }
}

static double distance(double one, double two) {
    double d = fabs(one - two);
    return isnan(d) ? (double)INFINITY : d;
}

/* One block of replications. @param at  [n_cells] the first replication in which a cell differs, or -1 */
static void compare_block(place_difference_variable *v, const place_difference_values *one, const place_difference_values *two,
                          const int64_t *to, int64_t *at, int64_t first, size_t n) {
    for (size_t cell = 0; cell < one->n_cells; cell++) {
        if (to[cell] < 0) continue;
        const double *x = one->values + cell * n, *y = two->values + (size_t)to[cell] * n;
        for (size_t i = 0; i < n; i++) {
            if (place_difference_alike(x[i], y[i])) continue;
            v->n_differ++;
            v->largest = fmax(v->largest, distance(x[i], y[i]));
            if (at[cell] < 0) {
                at[cell] = first + (int64_t)i;
                v->n_cells_differ++;
            }
        }
    }
}

static place_status compare_values(comparison *c, place_difference_variable *v, const place_difference_values *shape, const int64_t *to,
                                   int64_t *at) {
    place_status status = PLACE_OK;
    for (int64_t first = 0; first < c->out->n_replications && status == PLACE_OK; first += PLACE_BLOCK) {
        int64_t left = c->out->n_replications - first, n = left < PLACE_BLOCK ? left : PLACE_BLOCK;
        place_difference_values one = { 0 }, two = { 0 };
        status = c->one->read(c->one->self, v->name, first, n, &one, c->err);
        if (status == PLACE_OK) status = c->two->read(c->two->self, v->name, first, n, &two, c->err);
        if (status == PLACE_OK) compare_block(v, &one, &two, to, at, first, (size_t)n);
        free(one.values);
        free(two.values);
    }
    for (size_t cell = 0; cell < shape->n_cells && status == PLACE_OK; cell++) {
        if (to[cell] >= 0) v->n_cells++;
        if (v->first.variable != NULL || at[cell] < 0) continue;
        place_difference_values one = { 0 }, two = { 0 };
        v->first = (place_difference_place){ .variable = v->name, .replication = at[cell] };
        name_place(c, shape, cell, &v->first);
        status = c->one->read(c->one->self, v->name, at[cell], 1, &one, c->err);
        if (status == PLACE_OK) status = c->two->read(c->two->self, v->name, at[cell], 1, &two, c->err);
        if (status == PLACE_OK) v->first.one = one.values[cell], v->first.two = two.values[to[cell]];
        free(one.values);
        free(two.values);
    }
    v->n_values = (int64_t)v->n_cells * c->out->n_replications;
    return status;
}

static place_status compare_variable(comparison *c, place_difference_variable *v) {
    place_difference_values one = { 0 }, two = { 0 };
    int64_t *to = NULL, *at = NULL;
    place_status status = c->one->read(c->one->self, v->name, 0, 0, &one, c->err);
    if (status == PLACE_OK) status = c->two->read(c->two->self, v->name, 0, 0, &two, c->err);
    if (status != PLACE_OK) goto out;
    to = malloc(one.n_cells * sizeof *to + 1);
    at = malloc(one.n_cells * sizeof *at + 1);
    if (to == NULL || at == NULL) {
        status = place_error_set(c->err, PLACE_SYSTEM, NULL, 0, "out of memory");
        goto out;
    }
    for (size_t cell = 0; cell < one.n_cells; cell++) at[cell] = -1;
    status = match_cells(c, &one, &two, to, &v->reshaped);
    if (status == PLACE_OK && !v->reshaped) status = compare_values(c, v, &one, to, at);
out:
    free(one.values);
    free(two.values);
    free(to);
    free(at);
    return status;
}

/* ---- all of it -------------------------------------------------------------------------------------------------- */

static bool holds(const place_difference_source *source, const char *name) {
    for (size_t i = 0; i < source->n_variables; i++)
        if (strcmp(source->variables[i], name) == 0) return true;
    return false;
}

/* The variables of both sides, by name. @return how many */
static size_t list_variables(const comparison *c, place_difference_variable *list) {
    size_t n = 0;
    for (int side = 0; side < 2; side++) {
        const place_difference_source *from = side == 0 ? c->one : c->two;
        for (size_t i = 0; i < from->n_variables; i++) {
            const char *name = from->variables[i];
            size_t k = n;
            if (side == 1 && holds(c->one, name)) continue;
            for (; k > 0 && strcmp(list[k - 1].name, name) > 0; k--) list[k] = list[k - 1];
            list[k] = (place_difference_variable){ .name = name, .in_one = side == 0, .in_two = side == 1 || holds(c->two, name) };
            n++;
        }
    }
    return n;
}

static place_status compare(comparison *c, bool first_only) {
    place_difference *out = c->out;
    place_difference_axis *axes = take(c, PLACE_N_AXES, sizeof *axes);
    place_difference_variable *variables = take(c, c->one->n_variables + c->two->n_variables, sizeof *variables);
    place_status status = axes != NULL && variables != NULL ? PLACE_OK : PLACE_SYSTEM;
    for (int a = 0; a < PLACE_N_AXES && status == PLACE_OK; a++) status = match_axis(c, place_axis_name((place_axis_id)a), axes);
    if (status != PLACE_OK) return status;
    size_t n = list_variables(c, variables);
    out->axes = axes;
    out->variables = variables;
    out->same = out->n_axes == 0 && c->one->n_replications == c->two->n_replications;
    for (size_t i = 0; i < n && status == PLACE_OK; i++) {
        place_difference_variable *v = &variables[i];
        out->n_variables = i + 1;
        if (v->in_one && v->in_two) status = compare_variable(c, v);
        if (!v->in_one || !v->in_two || v->reshaped || v->n_differ > 0) out->same = false;
        if (v->n_differ > 0 && out->first == NULL) out->first = v;
        if (out->first != NULL && first_only) break;
    }
    return status;
}

place_status place_difference_create(place_difference **out, const place_difference_source *one, const place_difference_source *two,
                                     bool first_only, place_error *err) {
    place_arena *arena = place_arena_create();
    place_difference *difference = arena != NULL ? place_arena_array(arena, 1, sizeof *difference) : NULL;
    if (difference == NULL) {
        place_arena_free(arena);
        return place_error_set(err, PLACE_SYSTEM, NULL, 0, "out of memory");
    }
    *difference = (place_difference){ .arena = arena };
    difference->n_replications = one->n_replications < two->n_replications ? one->n_replications : two->n_replications;
    comparison c = { .one = one, .two = two, .out = difference, .err = err };
    place_status status = compare(&c, first_only);
    if (status == PLACE_OK) *out = difference;
    else place_difference_free(difference);
    return status;
}

void place_difference_free(place_difference *difference) {
    if (difference != NULL) place_arena_free(difference->arena);
}
