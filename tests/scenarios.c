/* SPDX-License-Identifier: MIT */
/* The sink of run_columns keeps a few cells a replication, so that a million replications fit in memory. */
#include "scenarios.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "place/key.h"
#include "place/numeric.h"
#include "place/report.h"
#include "place/scenario.h"
#include "place/stream.h"

/* ---- text ---- */

static void text_add_va(text *t, const char *format, va_list args) {
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, again);
    va_end(again);
    ck_assert_int_ge(n, 0);
    if (t->n + (size_t)n + 1 > t->room) {
        t->room = 2 * (t->n + (size_t)n + 1);
        t->at = realloc(t->at, t->room);
        ck_assert_ptr_nonnull(t->at);
    }
    vsnprintf(t->at + t->n, (size_t)n + 1, format, args);
    t->n += (size_t)n;
}

void text_add(text *t, const char *format, ...) {
    va_list args;
    va_start(args, format);
    text_add_va(t, format, args);
    va_end(args);
}

void text_free(text *t) {
    free(t->at);
    *t = (text){ 0 };
}

/* ---- scenarios ---- */

const char *const scenario_single = "<phase id='all' from-ncy='-4' to-ncy='20'/><area id='a'/><need id='n'/>";

static place_plan *checked(place_plan *plan, place_status status, const place_errors *errors, const char *xml) {
    if (status == PLACE_OK) return plan;
    text all = { 0 };
    for (size_t i = 0; i < errors->n_errors && i < PLACE_N_ERRORS; i++)
        text_add(&all, "%s:%ld: %s\n", errors->errors[i].file, errors->errors[i].line, errors->errors[i].message);
    ck_abort_msg("a test's scenario does not load:\n%.1500s%.1500s", all.at != NULL ? all.at : "", xml);
    return NULL;
}

place_plan *scenario_load_text(const char *xml, const char *const *sets, size_t n_sets) {
    static place_errors errors; /* large */
    place_plan *plan = NULL;
    errors = (place_errors){ 0 };
    place_status status = place_scenario_load_text(
        &plan, xml, strlen(xml), "test.xml", &(place_scenario_options){ .sets = sets, .n_sets = n_sets }, &errors);
    return checked(plan, status, &errors, xml);
}

place_plan *scenario_load_file(const char *path, const char *const *sets, size_t n_sets) {
    static place_errors errors;
    place_plan *plan = NULL;
    errors = (place_errors){ 0 };
    place_status status =
        place_scenario_load(&plan, path, &(place_scenario_options){ .sets = sets, .n_sets = n_sets }, &errors);
    return checked(plan, status, &errors, path);
}

place_plan *scenario_plan(const char *format, ...) {
    text xml = { 0 };
    va_list args;
    text_add(&xml, "<scenario version='1' id='test' title='A test' seed='20211' source='made up' quality='guess'>\n");
    va_start(args, format);
    text_add_va(&xml, format, args);
    va_end(args);
    text_add(&xml, "\n</scenario>\n");
    place_plan *plan = scenario_load_text(xml.at, NULL, 0);
    text_free(&xml);
    return plan;
}

size_t index_of(const place_axis *axis, const char *id) {
    for (size_t i = 0; i < axis->n; i++)
        if (strcmp(axis->items[i].id, id) == 0) return i;
    ck_abort_msg("no item '%s'", id);
    return 0;
}

size_t site_index(const place_plan *plan, const char *id) {
    for (size_t i = 0; i < plan->n_sites; i++)
        if (strcmp(plan->sites[i].item.id, id) == 0) return i;
    ck_abort_msg("no site '%s'", id);
    return 0;
}

size_t project_index(const place_plan *plan, const char *id) {
    for (size_t i = 0; i < plan->n_projects; i++)
        if (strcmp(plan->projects[i].item.id, id) == 0) return i;
    ck_abort_msg("no project '%s'", id);
    return 0;
}

size_t cell_at(const place_plan *plan, place_variable_id variable, const size_t *indices) {
    const place_variable *v = &place_catalogue[variable];
    size_t cell = 0;
    for (int i = 0; i < v->n_axes; i++) {
        size_t n = place_axis_length(plan, v->axes[i]);
        ck_assert_msg(indices[i] < n, "%s: index %zu on its axis %d of %zu", v->name, indices[i], i, n);
        cell = cell * n + indices[i];
    }
    return cell;
}

/* ---- runs ---- */

typedef struct keeper {
    const column *columns;
    size_t n_columns;
    int64_t n;
    double *out;
} keeper;

static double value_of(const place_block *block, column c, int i) {
    const void *data = block->data[c.variable];
    size_t at = c.cell * PLACE_BLOCK + (size_t)i;
    switch (place_catalogue[c.variable].type) {
    case PLACE_TYPE_COUNT:
        if (block->layout->narrow)
            return ((const uint16_t *)data)[at] == UINT16_MAX ? (double)NAN : ((const uint16_t *)data)[at];
        return ((const int32_t *)data)[at] == INT32_MAX ? (double)NAN : ((const int32_t *)data)[at];
    case PLACE_TYPE_INT32: return ((const int32_t *)data)[at] == INT32_MIN ? (double)NAN : ((const int32_t *)data)[at];
    case PLACE_TYPE_INT64:
        return ((const int64_t *)data)[at] == INT64_MIN ? (double)NAN : (double)((const int64_t *)data)[at];
    case PLACE_TYPE_DOUBLE: return ((const double *)data)[at];
    case PLACE_TYPE_FLAG: return ((const int8_t *)data)[at] < 0 ? (double)NAN : ((const int8_t *)data)[at];
    }
    return (double)NAN;
}

/* Parts of blocks write to columns of their own, so many threads may at once. */
static void *keep(void *self, const place_block *block, int part, int n_parts, place_error *err) {
    keeper *k = self;
    (void)err;
    for (size_t c = (size_t)part; c < k->n_columns; c += (size_t)n_parts)
        for (int i = 0; i < block->n_replications; i++)
            k->out[c * (size_t)k->n + (size_t)(block->index * PLACE_BLOCK + i)] = value_of(block, k->columns[c], i);
    return k;
}

static place_status take_packed(void *self, void *packed, place_error *err) {
    (void)self, (void)packed, (void)err;
    return PLACE_OK;
}
static void discard_packed(void *self, void *packed) {
    (void)self, (void)packed;
}
static place_status close_keeper(void *self, place_error *err) {
    (void)self, (void)err;
    return PLACE_OK;
}
static void abandon_keeper(void *self) {
    (void)self;
}

double *run_columns(const place_plan *plan, int64_t n, const column *columns, size_t n_columns) {
    keeper k = {
        .columns = columns, .n_columns = n_columns, .n = n, .out = malloc(n_columns * (size_t)n * sizeof(double))
    };
    ck_assert_ptr_nonnull(k.out);
    place_sink sink = { .pack = keep,
                        .append = take_packed,
                        .discard = discard_packed,
                        .close = close_keeper,
                        .abandon = abandon_keeper,
                        .self = &k };
    place_error err = { 0 };
    place_status status = place_run(plan, &(place_run_options){ .n_replications = n, .n_threads = 2 }, &sink, &err);
    ck_assert_msg(status == PLACE_OK, "%s", err.message);
    return k.out;
}

place_results *run_all(const place_plan *plan, int64_t n, int n_threads) {
    place_results *results = NULL;
    place_error err = { 0 };
    place_status status =
        place_results_run(&results, plan,
                          &(place_run_options){ .n_replications = n,
                                                .n_threads = n_threads,
                                                .detail = PLACE_DETAIL_NEED | PLACE_DETAIL_NCY | PLACE_DETAIL_AREA },
                          &err);
    ck_assert_msg(status == PLACE_OK, "%s", err.message);
    return results;
}

place_status read_results(void *self, place_variable_id variable, size_t n_cells, double **out, place_error *err) {
    const place_results *results = self;
    size_t n = (size_t)place_results_replications(results);
    (void)err;
    ck_assert_uint_eq(n_cells, place_results_cells(results, variable));
    *out = malloc(n_cells * n * sizeof **out);
    ck_assert_ptr_nonnull(*out);
    for (size_t i = 0; i < n_cells * n; i++)
        (*out)[i] = place_results_value(results, variable, i / n, (int64_t)(i % n));
    return PLACE_OK;
}

world world_of(const char *format, ...) {
    char xml[20000];
    va_list args;
    va_start(args, format);
    ck_assert_int_lt(vsnprintf(xml, sizeof xml, format, args), (int)sizeof xml);
    va_end(args);
    world w = { .plan = scenario_plan("%s", xml) };
    w.results = run_all(w.plan, 1, 1);
    w.special = index_of(&w.plan->provisions, "special");
    w.base = index_of(&w.plan->provisions, "base");
    w.open = index_of(&w.plan->provisions, "open");
    return w;
}

void free_world(world *w) {
    place_results_free(w->results);
    place_plan_free(w->plan);
}

void assert_same_variable(const place_results *one, const place_results *two, place_variable_id variable, int64_t n) {
    size_t n_cells = place_results_cells(one, variable);
    ck_assert_uint_eq(n_cells, place_results_cells(two, variable));
    for (size_t cell = 0; cell < n_cells; cell++)
        for (int64_t i = 0; i < n; i++) {
            double x = place_results_value(one, variable, cell, i), y = place_results_value(two, variable, cell, i);
            if (x == y || (isnan(x) && isnan(y))) continue; /* each ck_assert writes a mark, which is slow */
            ck_abort_msg("%s, cell %zu, replication %lld: %.17g and %.17g", place_catalogue[variable].name, cell,
                         (long long)i, x, y);
        }
}

void assert_same_results(const place_results *one, const place_results *two, int64_t n) {
    for (int v = 0; v < PLACE_N_VARIABLES; v++) assert_same_variable(one, two, (place_variable_id)v, n);
}

/* ---- statistics ---- */

double mean_of(const double *x, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += x[i];
    return sum / (double)n;
}

double covariance_of(const double *x, const double *y, size_t n) {
    double mx = mean_of(x, n), my = mean_of(y, n), sum = 0;
    for (size_t i = 0; i < n; i++) sum += (x[i] - mx) * (y[i] - my);
    return sum / (double)(n - 1);
}

double variance_of(const double *x, size_t n) {
    return covariance_of(x, x, n);
}

size_t count_at_least(const double *x, size_t n, double low) {
    size_t count = 0;
    for (size_t i = 0; i < n; i++) count += x[i] >= low;
    return count;
}

bool mean_agrees(const double *x, size_t n, double mean, double variance) {
    return fabs(mean_of(x, n) - mean) <= Z * sqrt(variance / (double)n);
}

bool variance_agrees(const double *x, size_t n, double variance, double share) {
    return fabs(variance_of(x, n) / variance - 1) <= share;
}

bool covariance_agrees(const double *x, const double *y, size_t n, double covariance, double vx, double vy) {
    return fabs(covariance_of(x, y, n) - covariance) <= Z * sqrt((vx * vy + covariance * covariance) / (double)n);
}

double poisson_cdf(const void *mean, double k) {
    return k < 0 ? 0 : 1 - place_gamma_cdf(*(const double *)mean, floor(k) + 1);
}

double binomial_law_cdf(const void *n_and_p, double k) {
    const double *law = n_and_p;
    if (k < 0) return 0;
    return k >= law[0] ? 1 : 1 - place_beta_cdf(law[1], floor(k) + 1, law[0] - floor(k));
}

double chi_square_ratio(const double *x, size_t n, double (*cdf)(const void *, double), const void *law, double low,
                        double high) {
    double statistic = 0, below = 0, from = -INFINITY;
    int n_classes = 0;
    for (double k = low; k <= high;
         k++) { /* a class ends where 25 are expected in it and 25 are left; the last takes the rest */
        double at = cdf(law, k), expected = (at - below) * (double)n;
        bool last = k >= high || (1 - at) * (double)n < 25;
        if (!last && expected < 25) continue;
        if (last) expected = (1 - below) * (double)n;
        size_t seen = 0;
        for (size_t i = 0; i < n; i++) seen += x[i] > from && (last || x[i] <= k);
        statistic += ((double)seen - expected) * ((double)seen - expected) / expected;
        n_classes++;
        below = at;
        from = k;
        if (last) break;
    }
    ck_assert_int_gt(n_classes, 2);
    double df = n_classes - 1;
    return statistic / (2 * place_gamma_quantile(1 - 1e-9, df / 2));
}

/* ---- random scenarios ---- */

/*
 * Elements are collected as texts and put together in the end, so that they can be shuffled by a stream of its own: the
 * draws that make a scenario are the same with and without. Names go through id(), which writes them under another id with
 * the usual one as key where WITH_KEYS asks for it.
 */
enum { MAX_PIECES = 400, MAX_SITES = 6, MAX_PROVISIONS = 6 };

typedef struct maker {
    place_stream stream, order;
    place_stream later; /* for what was added later, so that older parts stay as they are */
    unsigned flags;
    char *pieces[MAX_PIECES];
    size_t n_pieces;
    int n_areas, n_needs, n_provisions, n_sites, start_year, start_month, n_years, steps_per_year;
    int last_month; /* the first after the run, counted from January of its first year */
    bool base, ap, awaiting, both, wide;
    struct {
        int provision, low, high, area;
        bool delivered, ends, one_pool, in_use;
        int places;
    } sites[MAX_SITES];
} maker;

static const char *const provisions[MAX_PROVISIONS] = {
    "mainstream", "special", "independent", "base", "ap", "awaiting"
};

static int below(maker *m, int n) {
    return (int)place_stream_below(&m->stream, (uint64_t)n);
}
static int between(maker *m, int low, int high) {
    return low + below(m, high - low + 1);
}
static bool chance(maker *m, double p) {
    return place_stream_uniform(&m->stream) < p;
}

static void piece(maker *m, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void piece(maker *m, const char *format, ...) {
    text t = { 0 };
    va_list args;
    va_start(args, format);
    text_add_va(&t, format, args);
    va_end(args);
    ck_assert_uint_lt(m->n_pieces, MAX_PIECES);
    m->pieces[m->n_pieces++] = t.at;
}

static void shuffle(maker *m, char **pieces, size_t n) {
    if (!(m->flags & SHUFFLED)) return;
    for (size_t i = n; i > 1; i--) {
        size_t k = place_stream_below(&m->order, i);
        char *swap = pieces[k];
        pieces[k] = pieces[i - 1];
        pieces[i - 1] = swap;
    }
}

/* The pieces from `first` on become one: the children of an element, shuffled. */
static char *join(maker *m, size_t first) {
    text t = { 0 };
    shuffle(m, m->pieces + first, m->n_pieces - first);
    text_add(&t, "%s", "");
    for (size_t i = first; i < m->n_pieces; i++) {
        text_add(&t, "%s", m->pieces[i]);
        free(m->pieces[i]);
    }
    m->n_pieces = first;
    return t.at;
}

/* Names, in a ring of buffers so that several stand in one call. "x" in references, id='x' in elements. */
static const char *ref(const maker *m, const char *usual, int number) {
    static _Thread_local char ring[16][48];
    static _Thread_local int at;
    char *out = ring[at++ % 16];
    bool keys = m->flags & WITH_KEYS; /* such that the order of ids is not that of keys */
    if (number < 0) snprintf(out, 48, "%s%s", keys ? "z-" : "", usual);
    else if (keys) snprintf(out, 48, "q%d-%s", 97 - number, usual);
    else snprintf(out, 48, "%s%d", usual, number);
    return out;
}

static const char *named(const maker *m, const char *usual, int number) {
    static _Thread_local char ring[4][128];
    static _Thread_local int at;
    char *out = ring[at++ % 4], key[48];
    if (number >= 0) snprintf(key, sizeof key, "%s%d", usual, number);
    else snprintf(key, sizeof key, "%s", usual);
    if (m->flags & WITH_KEYS) snprintf(out, 128, "id='%s' key='%s'", ref(m, usual, number), key);
    else snprintf(out, 128, "id='%s'", key);
    return out;
}

static const char *provision_ref(const maker *m, int provision) {
    return ref(m, provisions[provision], -1);
}

/* A probability: mostly small, sometimes uncertain; 0 or 1 without chance. */
static const char *probability(maker *m, double most) {
    static _Thread_local char ring[8][64];
    static _Thread_local int at;
    char *out = ring[at++ % 8];
    double p = most * place_stream_uniform(&m->stream);
    bool uncertain = chance(m, 0.2), one = chance(m, 0.3);
    if (m->flags & WITHOUT_CHANCE) snprintf(out, 64, "%d", one);
    else if (uncertain) snprintf(out, 64, "uniform(0, %.4f)", fmin(p + 0.001, 1));
    else snprintf(out, 64, "%.4f", p);
    return out;
}

static const char *places(maker *m, int low, int high) {
    static _Thread_local char ring[8][64];
    static _Thread_local int at;
    char *out = ring[at++ % 8];
    int n = between(m, low, high), more = between(m, 1, 3);
    bool uncertain = chance(m, 0.15);
    if (uncertain && !(m->flags & WITHOUT_CHANCE)) snprintf(out, 64, "uniform(%d, %d)", n, n + more);
    else snprintf(out, 64, "%d", n);
    return out;
}

static const char *date(maker *m, int low_year, int high_year) {
    static _Thread_local char ring[8][16];
    static _Thread_local int at;
    char *out = ring[at++ % 8];
    int year = between(m, low_year, high_year), month = between(m, 1, 12);
    snprintf(out, 16, "%d-%02d-%02d", year % 10000, month % 100, chance(m, 0.7) ? 1 : 15);
    return out;
}

static void make_axes(maker *m) {
    static const char *const steps[] = { "month", "term", "year" };
    static const int per_year[] = { 12, 3, 1 }, most[] = { 26, 12, 6 }, months[] = { 9, 1, 4 };
    int kind = below(m, 3), n_steps = between(m, most[kind] / 2, most[kind]);
    m->steps_per_year = per_year[kind];
    m->start_year = 2021;
    m->start_month = kind == 2 ? 9 : months[below(m, 3)];
    m->n_years = n_steps / per_year[kind] + 1;
    m->last_month = m->start_month + n_steps * 12 / per_year[kind];
    piece(m, "<time start='%d-%02d-01' steps='%d' step='%s'/><stock date='%d-%02d-01'/>", m->start_year, m->start_month,
          n_steps, steps[kind], m->start_year, m->start_month);
    if (chance(m, 0.4)) {
        piece(m, "<phase %s from-ncy='-4' to-ncy='6'/>", named(m, "lower", -1));
        piece(m, "<phase %s from-ncy='7' to-ncy='13'/>", named(m, "middle", -1));
        piece(m, "<phase %s from-ncy='14' to-ncy='20'/>", named(m, "upper", -1));
    }
    m->n_areas = between(m, 1, 3);
    m->n_needs = between(m, 1, 3);
    for (int a = 0; a < m->n_areas; a++) {
        int other = (a + 1 + below(m, 2)) % m->n_areas, third = 3 - a - other;
        bool one = chance(m, 0.6) && other != a, two = chance(m, 0.4) && m->n_areas == 3 && one;
        piece(m, "<area %s reach='%s%s%s'/>", named(m, "area", a), one ? ref(m, "area", other) : "", two ? " " : "",
              two ? ref(m, "area", third) : "");
    }
    for (int d = 0; d < m->n_needs; d++) piece(m, "<need %s/>", named(m, "need", d));
    m->base = chance(m, 0.6);
    m->ap = chance(m, 0.4);
    m->awaiting = chance(m, 0.3);
    m->both = m->base && chance(m, 0.6);
    m->wide = chance(m, 0.3);
    piece(m, "<provision %s kind='open'/>", named(m, provisions[0], -1));
    piece(m, "<provision %s kind='limited'/>", named(m, provisions[1], -1));
    piece(m, "<provision %s kind='open'/>", named(m, provisions[2], -1));
    if (m->base) piece(m, "<provision %s kind='limited'/>", named(m, provisions[3], -1));
    if (m->ap) piece(m, "<provision %s kind='limited'/>", named(m, provisions[4], -1));
    if (m->awaiting) piece(m, "<provision %s kind='no-provision'/>", named(m, provisions[5], -1));
    if (m->both)
        piece(m, "<target %s provisions='%s %s'/>", named(m, "both", -1), provision_ref(m, 3), provision_ref(m, 1));
    if (m->wide)
        piece(m, "<target %s provisions='%s %s'/>", named(m, "wide", -1), provision_ref(m, 1), provision_ref(m, 2));
}

static void make_event(maker *m, int s) {
    bool successor = m->sites[s].in_use;
    int other = below(m, m->n_sites), third = below(m, m->n_sites), low = between(m, -4, 7), kind = below(m, 9);
    const char *when = date(m, m->start_year + 1, m->start_year + m->n_years);
    const char *number = places(m, 1, 6);
    int need = below(m, m->n_needs), area = below(m, m->n_areas), provision = chance(m, 0.5) ? 1 : 3;
    bool can_end = s > 0 && !m->sites[s].delivered && !successor && m->sites[s].one_pool && !m->sites[s].ends;
    bool heir = other != s && !m->sites[other].ends && !m->sites[other].delivered;
    bool second = heir && third != other && third != s && !m->sites[third].ends && !m->sites[third].delivered;
    switch (kind) {
    case 0:
        if (!can_end) return;
        m->sites[s].ends = true;
        if (heir) m->sites[other].in_use = true;
        if (second) m->sites[third].in_use = true;
        piece(m, "<event date='%s' kind='%s'%s%s%s%s%s/>", when,
              !heir        ? "close"
                  : second ? "split"
                           : "replace",
              heir ? " successors='" : "", heir ? ref(m, "site", other) : "", second ? " " : "",
              second ? ref(m, "site", third) : "", heir ? "'" : "");
        return;
    case 1: piece(m, "<event date='%s' kind='stop-intake'/>", when); return;
    case 2: piece(m, "<event date='%s' kind='resume-intake'/>", when); return;
    case 3:
        if (m->sites[s].one_pool) piece(m, "<event date='%s' kind='change' places='%s'/>", when, number);
        return;
    case 4:
        if (m->sites[s].one_pool) piece(m, "<event date='%s' kind='change' set-places='%s'/>", when, number);
        return;
    case 5: piece(m, "<event date='%s' kind='change' needs='%s'/>", when, ref(m, "need", need)); return;
    case 6: piece(m, "<event date='%s' kind='relocate' area='%s'/>", when, ref(m, "area", area)); return;
    case 7:
        if (m->sites[s].one_pool) piece(m, "<event date='%s' kind='change' ncy='%d..%d'/>", when, low, low + 8);
        return;
    default:
        if (provision == 1 || m->base)
            piece(m, "<event date='%s' kind='change' provision='%s'/>", when, provision_ref(m, provision));
        return;
    }
}

static void make_sites(maker *m) {
    static const int ranges[][2] = { { -4, 20 }, { 0, 6 }, { 7, 11 }, { 0, 11 }, { 7, 14 } };
    m->n_sites = between(m, 1, MAX_SITES - 1);
    for (int s = 0; s < m->n_sites; s++) {
        int range = below(m, 5), kind = below(m, 4);
        m->sites[s].provision = s == 0 || kind < 2 ? 1 : kind == 2 && m->base ? 3 : m->ap ? 4 : 1;
        m->sites[s].low = ranges[range][0];
        m->sites[s].high = ranges[range][1];
        m->sites[s].area = below(m, m->n_areas);
        m->sites[s].delivered = s > 0 && chance(m, 0.25);
        m->sites[s].one_pool = chance(m, 0.8);
        m->sites[s].places = between(m, 3, 18);
    }
    for (int s = 0; s < m->n_sites; s++) {
        size_t first = m->n_pieces;
        bool stretches = chance(m, 0.5), physical = chance(m, 0.3), some = chance(m, 0.2), narrow = chance(m, 0.3),
             allotment = chance(m, 0.2);
        int need = below(m, m->n_needs), number = m->sites[s].places;
        const char *stretch = stretches ? places(m, 0, 4) : "0";
        if (m->sites[s].one_pool) {
            piece(m, "<places commissioned='%d' stretch='%s'%s%s/>", m->sites[s].delivered ? 0 : number, stretch,
                  physical ? m->sites[s].delivered ? " physical='4'" : " physical='19'" : "",
                  some ? " stretch-classes='transfer place-lost'" : "");
        } else { /* one pool for the phases that hold -4..6 in both cuts, one for the rest */
            bool usual = true;
            for (size_t i = 0; i < first; i++) usual &= strstr(m->pieces[i], "<phase ") == NULL;
            piece(m, "<places phases='%s' commissioned='%d' stretch='%s'/>", usual ? "primary" : ref(m, "lower", -1),
                  m->sites[s].delivered ? 0 : number / 2, stretch);
            piece(m, "<places commissioned='%d'/>", m->sites[s].delivered ? 0 : number - number / 2);
        }
        int others = below(m, 6), n_others = between(m, 0, 3);
        if (m->sites[s].one_pool && others == 0) piece(m, "<others value='%d'/>", m->sites[s].delivered ? 0 : n_others);
        if (m->sites[s].one_pool && others == 1) piece(m, "<others kind='share' value='0.%d'/>", n_others);
        if (m->sites[s].one_pool && others == 2 && !(m->flags & WITHOUT_CHANCE))
            piece(m, "<others kind='poisson' value='%d.5'/>", n_others);
        int ncy = between(m, m->sites[s].low, m->sites[s].high), admission = between(m, 0, 3);
        if (chance(m, 0.25)) piece(m, "<admission ncy='%d' number='%d'/>", ncy, admission);
        for (int n = below(m, 3); n > 0; n--) make_event(m, s);
        const char *take_up = chance(m, 0.25) ? probability(m, 1) : "1", *withdraw = probability(m, 0.3);
        int preference = between(m, 0, 2);
        char *inside = join(m, first), needs[80] = "";
        if (narrow) snprintf(needs, sizeof needs, " needs='%s'", ref(m, "need", need));
        piece(m, "<site %s area='%s' provision='%s' ncy='%d..%d'%s preference='%d' take-up='%s'%s%s%s>%s</site>",
              named(m, "site", s), ref(m, "area", m->sites[s].area), provision_ref(m, m->sites[s].provision),
              m->sites[s].low, m->sites[s].high, needs, preference, take_up,
              m->sites[s].delivered ? " delivered='yes'" : "", allotment ? " allotment='yes' withdraw='" : "",
              allotment ? withdraw : "", inside);
        if (allotment) { /* the attribute's closing quote */
            char *at = strstr(m->pieces[m->n_pieces - 1], inside), *whole = m->pieces[m->n_pieces - 1];
            text t = { 0 };
            text_add(&t, "%.*s'>%s</site>", (int)(at - whole - 1), whole, inside);
            free(whole);
            m->pieces[m->n_pieces - 1] = t.at;
        }
        free(inside);
    }
}

static int later_below(maker *m, int n) {
    return (int)place_stream_below(&m->later, (uint64_t)n);
}

static void make_trigger(maker *m) {
    static const char *const measures[] = { "waiting", "unmet", "shortfall", "demand", "spare" };
    int measure = later_below(m, 5), level = 1 + later_below(m, 5), area = later_below(m, m->n_areas),
        need = later_below(m, m->n_needs), september = 1 + later_below(m, m->n_years > 2 ? 2 : 1),
        lead = later_below(m, 4);
    bool in_area = later_below(m, 3) == 0, of_need = later_below(m, 3) == 0 && measure != 2 && measure != 4;
    if ((m->flags & WITHOUT_SERVICES) || later_below(m, 3) > 0) return;
    text where = { 0 };
    text_add(&where, "%s", "");
    if (in_area) text_add(&where, " area='%s'", ref(m, "area", area));
    if (of_need) text_add(&where, " need='%s'", ref(m, "need", need));
    piece(m, "<trigger measure='%s' provision='%s'%s at-%s='%d' septembers='%d' lead='%d'/>", measures[measure],
          ref(m, "special", -1), where.at, measure == 4 ? "most" : "least", level, september, lead);
    text_free(&where);
}

static void make_projects(maker *m) {
    bool gate = false;
    for (int s = 0; s < m->n_sites; s++) {
        if (!m->sites[s].delivered && !chance(m, 0.2)) continue;
        if (!m->sites[s].one_pool && !m->sites[s].delivered) continue;
        size_t first = m->n_pieces;
        bool sure = m->flags & WITHOUT_CHANCE, decides = chance(m, 0.4), risk = chance(m, 0.5),
             cancels = chance(m, 0.2), works = chance(m, 0.2), temporary = chance(m, 0.2);
        int length = between(m, 2, 9), profile = below(m, 3);
        gate |= decides;
        piece(m,
              sure ? "<activity id='design' duration='%d'/>"
                   : "<activity id='design' duration='triangular(1, %d, 14)'/>",
              length);
        piece(m, "<activity id='build' after='design' duration='%s' unit='weeks'%s/>", sure ? "20" : "pert(10, 20, 60)",
              decides ? sure ? " gate='cabinet'" : " gate='cabinet' refuse='0.1' defer='0.3'" : "");
        if (risk && !sure)
            piece(m, "<risk id='ground' probability='0.4' impact='triangular(1, 4, 12)' activities='build'%s/>",
                  cancels ? " cancels='yes'" : "");
        if (m->sites[s].one_pool) {
            piece(m, "<delivers site='%s' places='%s' years='%s'/>", ref(m, "site", s), places(m, 2, 6),
                  profile == 0       ? "0"
                      : profile == 1 ? "0 1 2"
                                     : "0..3");
            if (works && !m->sites[s].delivered)
                piece(m, "<works site='%s' places='2' activity='build'/>", ref(m, "site", s));
            if (temporary && !m->sites[s].delivered)
                piece(m, "<temporary site='%s' places='2' date='%s'/>", ref(m, "site", s),
                      date(m, m->start_year + 1, m->start_year + 2));
        } else {
            piece(m, "<delivers site='%s' kind='open'/>", ref(m, "site", s));
        }
        if (chance(m, 0.5)) piece(m, "<funding id='grant' ceiling='200000' spend-by='2024-03-31'/>");
        make_trigger(m);
        const char *cancel = chance(m, 0.3) ? probability(m, 0.3) : "0";
        int rule = below(m, 4);
        static const char *const opens[] = { "september", "term", "month", "day" };
        char *inside = join(m, first);
        piece(m, "<project %s start='2021-10-01' opens='%s' cost='350000' cancel='%s'>%s</project>",
              named(m, "project", s), opens[rule], cancel, inside);
        free(inside);
    }
    if (gate)
        piece(m, "<gate id='cabinet' dates='2022-03-01 2022-09-06 2023-01-10 2023-06-20 2024-02-01 2025-02-01'/>");
}

static void table(maker *m, const char *name, size_t first) {
    if (m->n_pieces == first) return;
    char *rows = join(m, first);
    piece(m, "<table name='%s'>%s</table>", name, rows);
    free(rows);
}

/* Shares over targets of each kind a scenario has, the last taking the rest. */
static void shares(maker *m, const char *where, bool ceases, bool placed_nowhere) {
    double left = 1;
    const char *to[8];
    int n = 0, chosen;
    to[n++] = ref(m, "special", -1);
    to[n++] = ref(m, "independent", -1);
    if (m->base) to[n++] = ref(m, "base", -1);
    if (m->ap) to[n++] = ref(m, "ap", -1);
    if (m->both) to[n++] = ref(m, "both", -1);
    if (m->wide) to[n++] = ref(m, "wide", -1);
    if (ceases) to[n++] = "ceases";
    if (placed_nowhere && m->awaiting) to[n++] = ref(m, "awaiting", -1);
    chosen = below(m, n);
    for (int i = 0; i < n; i++) {
        double share = left * place_stream_uniform(&m->stream) * 0.6;
        if (m->flags & WITHOUT_CHANCE) share = i == chosen ? left : 0;
        left -= share;
        piece(m, "<row %s to='%s' value='%.17g'/>", where, to[i], share);
    }
    piece(m, "<row %s to='%s' residual='yes'/>", where, ref(m, "mainstream", -1));
}

static void make_stock(maker *m) {
    size_t first = m->n_pieces;
    int here[MAX_SITES][PLACE_N_NCY] = { { 0 } };
    for (int a = 0; a < m->n_areas; a++)
        for (int i = 0; i < 6; i++) {
            int ncy = between(m, -4, 20);
            piece(m, "<row area='%s' ncy='%d' need='%s' setting='%s' count='%d'/>", ref(m, "area", a), ncy,
                  ref(m, "need", i % m->n_needs), ref(m, i / m->n_needs ? "mainstream" : "independent", -1),
                  between(m, 4, 12));
            /* cells are distinct by ncy within a need: the reader refuses the same cell twice, so a second draw of it is dropped */
            for (size_t k = first; k + 1 < m->n_pieces; k++) {
                size_t same = (size_t)(strstr(m->pieces[k], " count=") - m->pieces[k]);
                if (strncmp(m->pieces[k], m->pieces[m->n_pieces - 1], same) != 0) continue;
                free(m->pieces[--m->n_pieces]);
                break;
            }
        }
    size_t n_open = m->n_pieces;
    for (int s = 0; s < m->n_sites; s++) {
        int left = m->sites[s].places, low = m->sites[s].low, high = m->sites[s].high;
        if (m->sites[s].delivered || !m->sites[s].one_pool) continue;
        for (int i = 0; i < 4 && left > 0; i++) {
            int ncy = between(m, low, high), k = between(m, 1, left < 5 ? left : 5), area = below(m, m->n_areas);
            if (here[s][ncy + 4]) continue;
            here[s][ncy + 4] = 1;
            left -= k;
            /* only sites without narrow needs are sure to accept: need 0 may be refused, so it is tried where no needs= stands */
            bool narrow = false;
            for (size_t p = 0; p < m->n_pieces; p++) {
                char id[64];
                snprintf(id, sizeof id, "<site %s ", named(m, "site", s));
                if (strncmp(m->pieces[p], id, strlen(id)) == 0)
                    narrow = strstr(m->pieces[p], " needs='") != NULL
                        && strstr(m->pieces[p], " needs='") < strchr(m->pieces[p], '>');
            }
            if (narrow) continue;
            piece(m, "<row area='%s' ncy='%d' need='%s' setting='%s' count='%d'/>", ref(m, "area", area), ncy,
                  ref(m, "need", 0), ref(m, "site", s), k);
        }
    }
    /* some of those in mainstream wait, or were diverted there; counts are small, each row in a cell of its own */
    char waiting[2][400];
    int n_waiting = 0;
    for (size_t k = first; k < n_open && n_waiting < 2; k++) {
        const char *row = m->pieces[k], *end = strstr(row, " setting=");
        if (strstr(row, ref(m, "mainstream", -1)) == NULL) continue;
        snprintf(waiting[n_waiting], sizeof waiting[0],
                 "%.*s setting='%s' to='%s' class='%s' wait='%d' count='%d' status='%s'/>", (int)(end - row), row,
                 ref(m, "mainstream", -1), ref(m, "special", -1), n_waiting ? "move" : "new-plan", between(m, 0, 3),
                 between(m, 1, 3), n_waiting ? "diverted" : "waiting");
        n_waiting++;
    }
    table(m, "stock", first);
    first = m->n_pieces;
    for (int i = 0; i < n_waiting; i++) piece(m, "%s", waiting[i]);
    table(m, "stock-waiting", first);
}

/* @return whether plans come out of a pipeline */
static bool make_pipeline(maker *m) {
    size_t first = m->n_pieces;
    int area = later_below(m, m->n_areas), need = later_below(m, m->n_needs), count = later_below(m, 9),
        weeks = 1 + later_below(m, 30), a_week = later_below(m, 40), reviews = later_below(m, 200),
        delay = later_below(m, 3);
    static const char *const delays[] = { "", " delay='0'", " delay='gamma(mean=6, sd=6)'" };
    if ((m->flags & (WITHOUT_CHANCE | WITHOUT_SERVICES)) || later_below(m, 3) > 0) return false;
    piece(m, "<backlog area='%s' need='%s' count='%d' weeks='1..%d'/>", ref(m, "area", area), ref(m, "need", need),
          count, weeks);
    piece(m, "<backlog ncy='-2..4 9' count='interval(80%%, 2, 8)'/>");
    if (later_below(m, 3) > 0) piece(m, "<throughput cases-per-week='%d.%d'/>", a_week / 10, a_week % 10);
    if (later_below(m, 2) > 0) /* 14: the run ends with January 2022 */
        piece(m, "<throughput starts='2022-%02d-10' cases-per-week='uniform(0.5, 2)'/>", m->last_month > 14 ? 2 : 1);
    if (later_below(m, 3) == 0) piece(m, "<reviews starts='2022-05-01'/>");
    char *inside = join(m, first);
    piece(m, "<pipeline agree='beta(mean=0.7, sd=0.1)' issue='0.9'%s review-capacity='%d'>%s</pipeline>", delays[delay],
          reviews, inside);
    free(inside);
    return true;
}

static void make_flows(maker *m) {
    bool sure = m->flags & WITHOUT_CHANCE, asks = make_pipeline(m);
    size_t first = m->n_pieces;
    piece(m, "<row value='%d'/>", between(m, 50, 200));
    table(m, "population", first);
    first = m->n_pieces;
    if (!sure) {
        piece(m, "<row ncy='-4..10' value='%s'/>", chance(m, 0.5) ? "0.002" : "counts(20, 10000)");
        piece(m, "<row ncy='11..20' value='0.001'/>");
        table(m, asks ? "requests" : "new-plans", first);
        first = m->n_pieces;
        shares(m, "ncy='-4..11'", false, false);
        piece(m, "<row ncy='12..20' to='%s' value='1'/>", ref(m, "mainstream", -1));
        table(m, "joiner-target", first);
        first = m->n_pieces;
        if (chance(m, 0.5))
            piece(m, "<row ncy='-1' value='0.8'/>"), piece(m, "<row ncy='6' value='0.5'/>"),
                piece(m, "<row ncy='0..5' value='0.2'/>");
        table(m, "september-start", first);
        first = m->n_pieces;
        if (chance(m, 0.5)) piece(m, "<row value='0.05'/>");
        table(m, "transfer-in", first);
        if (chance(m, 0.4)) piece(m, "<year-effect flow='new-plans'/>");
        if (chance(m, 0.3)) piece(m, "<year-effect flow='move' sigma='0.4' phi='0.3' area-sigma='0.2'/>");
        if (chance(m, 0.3)) piece(m, "<year-effect flow='phase-transfer' sigma='0.3' phi='0.3'/>");
        if (chance(m, 0.3))
            piece(
                m,
                "<trend flow='new-plans' base-year='2020' growth='normal(0.05, 0.02)' psi='0.7' sd='0.05' last-growth='0.08'/>");
    }
    first = m->n_pieces;
    piece(m, "<row ncy='-4..10' value='%s'/>", sure ? "0" : probability(m, 0.1));
    piece(m, "<row ncy='11..20' value='%s'/>", probability(m, 0.5));
    piece(m, "<row ncy='20' from='%s' value='1'/>", ref(m, "mainstream", -1));
    if (chance(m, 0.5))
        piece(m, "<row ncy='11..19' from='%s' value='%s' when='through-year'/>", ref(m, "special", -1),
              probability(m, 0.2));
    table(m, "cease", first);
    first = m->n_pieces;
    if (!sure && chance(m, 0.6)) piece(m, "<row value='%s'/>", probability(m, 0.08));
    table(m, "transfer-out", first);
    first = m->n_pieces;
    piece(m, "<row from='%s' to='%s' ncy='0..13' value='%s'/>", ref(m, "mainstream", -1), ref(m, "special", -1),
          probability(m, 0.2));
    if (m->base && !sure)
        piece(m, "<row from='%s' to='%s' value='%s'/>", ref(m, "mainstream", -1), ref(m, "base", -1),
              probability(m, 0.1));
    if (m->both && !sure)
        piece(m, "<row from='%s' to='%s' value='%s'/>", ref(m, "both", -1), ref(m, "special", -1), probability(m, 0.2));
    if (!sure)
        piece(m, "<row from='%s' to='%s' value='%s'/>", ref(m, "special", -1), ref(m, "mainstream", -1),
              probability(m, 0.1));
    table(m, "move", first);
    first = m->n_pieces;
    char where[120];
    if (chance(m, 0.8)) {
        snprintf(where, sizeof where, "ncy='7' from='%s'", ref(m, "mainstream", -1));
        shares(m, where, false, true);
        snprintf(where, sizeof where, "ncy='12' from='%s %s'", ref(m, "mainstream", -1), ref(m, "special", -1));
        if (chance(m, 0.7)) shares(m, where, true, true);
    }
    table(m, "phase-transfer", first);
}

static void make_placing(maker *m) {
    static const char *const orders[] = { "transfer place-lost new-plan move", "move new-plan transfer place-lost",
                                          "new-plan move place-lost transfer" };
    if (chance(m, 0.5)) piece(m, "<placing classes='%s' wait-cap='%d'/>", orders[below(m, 3)], between(m, 3, 8));
    size_t first = m->n_pieces;
    piece(m, "<row setting='%s'/>", ref(m, "mainstream", -1));
    if (m->awaiting && chance(m, 0.5)) piece(m, "<row class='new-plan' setting='%s'/>", ref(m, "awaiting", -1));
    table(m, "waiting-setting", first);
    first = m->n_pieces;
    if (chance(m, 0.5))
        piece(m, "<row class='transfer' to='%s' value='%s'/>", ref(m, "special", -1), probability(m, 0.6));
    if (chance(m, 0.2)) piece(m, "<row class='place-lost' value='%s'/>", probability(m, 0.6));
    table(m, "direct", first);
    first = m->n_pieces;
    if (chance(m, 0.8)) {
        piece(m, "<row to='%s' setting='%s%s%s' at-once='%s' rate='%s'/>", ref(m, "special", -1),
              m->ap ? ref(m, "ap", -1) : "", m->ap ? " " : "", ref(m, "independent", -1), probability(m, 0.8),
              probability(m, 0.8));
        if (m->base)
            piece(m, "<row to='%s' setting='%s' at-once='%s' rate='%s'/>", ref(m, "base", -1), ref(m, "mainstream", -1),
                  probability(m, 0.8), probability(m, 0.8));
        if (m->both)
            piece(m, "<row to='%s' setting='%s' rate='%s'/>", ref(m, "both", -1), ref(m, "independent", -1),
                  probability(m, 0.8));
    }
    table(m, "divert", first);
    first = m->n_pieces;
    bool gives_up = chance(m, 0.4), returns = chance(m, 0.4);
    const char *up = probability(m, 0.5), *back = probability(m, 0.8);
    if (gives_up && !(m->flags & WITHOUT_FEEDBACK)) piece(m, "<row value='%s'/>", up);
    table(m, "give-up", first);
    first = m->n_pieces;
    if (returns) piece(m, "<row value='%s'/>", back);
    table(m, "return", first);
}

/* Every kind of money, from a stream of its own: what else a scenario has does not depend on it. */
static void make_money(maker *m) {
    bool sure = m->flags & WITHOUT_CHANCE;
    size_t first;
    if (chance(m, 0.3) || m->flags & WITHOUT_MONEY) return;
    piece(m, "<price %s base-year='%d' inflation='%s'/>", named(m, "fees", -1), m->start_year - below(m, 3),
          sure ? "0.03" : "normal(0.05, 0.01)");
    piece(m, "<budget opening-balance='-%d' date='%d-%02d-01'/>", between(m, 0, 900000), m->start_year,
          m->start_month);
    first = m->n_pieces;
    piece(m, "<row value='1000'/>");
    piece(m, "<row setting='%s' value='%s' price='%s'/>", ref(m, "special", -1),
          sure ? "19999.99" : "lognormal(mean=20000, sd=2000)", ref(m, "fees", -1));
    if (chance(m, 0.5))
        piece(m, "<row setting='%s' ncy='7..20' need='%s' value='23456.78'/>", ref(m, "special", -1),
              ref(m, "need", 0));
    piece(m, "<row setting='%s' value='61500' borne-by-others='0.2' price='%s'/>", ref(m, "independent", -1),
          ref(m, "fees", -1));
    if (m->awaiting) piece(m, "<row setting='%s' value='0'/>", ref(m, "awaiting", -1));
    table(m, "unit-cost", first);
    first = m->n_pieces;
    piece(m, "<row value='10000'/>");
    if (m->base) piece(m, "<row setting='%s' value='6000' empty='10000'/>", ref(m, "base", -1));
    if (chance(m, 0.3)) piece(m, "<row setting='%s' value='12345.67'/>", ref(m, "site", 0));
    table(m, "place-funding", first);
    first = m->n_pieces;
    if (chance(m, 0.6)) {
        piece(m, "<row value='4000.01' borne-by-others='1'/>");
        piece(m, "<row area='%s' setting-area='%s' value='1500'/>", ref(m, "area", 0), ref(m, "area", m->sites[0].area));
    }
    table(m, "transport", first);
    piece(m, "<income %s value='2000000' growth='0.05'/>", named(m, "high-needs", -1));
    piece(m, "<income %s value='9000000' block-transfer='0.005'/>", named(m, "transfer", -1));
    piece(m, "<cost-line %s value='357000' ends='%d-08-01' borne-by-others='0.5'/>", named(m, "recovery", -1),
          m->start_year + 1);
    piece(m, "<cost-line %s value='1234.56' per='new-plan'/>", named(m, "assessment", -1));
    piece(m, "<cost-line %s value='321' per='plan' price='%s'/>", named(m, "casework", -1), ref(m, "fees", -1));
    piece(m, "<saving %s group='top-ups' probability='%s' value='500000'/>", named(m, "banding", -1),
          sure ? "1" : "0.4");
    piece(m, "<saving %s group='top-ups' probability='%s' value='300000'/>", named(m, "moderation", -1),
          sure ? "1" : "uniform(0.5, 1)");
}

/* Days, and a ramp, of something that changes. */
static const char *days(maker *m) {
    static _Thread_local char out[120];
    const char *from = date(m, m->start_year - 1, m->start_year + 2), *until = date(m, m->start_year + 3, m->start_year + 5);
    bool ends = chance(m, 0.4), ramp = chance(m, 0.5);
    snprintf(out, sizeof out, "starts='%s'%s%s%s%s", from, ends ? " ends='" : "", ends ? until : "", ends ? "'" : "", ramp ? " ramp-months='7'" : "");
    return out;
}

/* What is not certain to happen, or not wholly, so none of it without chance. */
static void make_changes(maker *m) {
    const char *special = ref(m, "special", -1), *mainstream = ref(m, "mainstream", -1);
    if (m->flags & (WITHOUT_CHANCE | WITHOUT_SERVICES)) return;
    if (chance(m, 0.5)) piece(m, "<change %s table='new-plans' ncy='0..10' op='scale' value='uniform(0.5, 2)' %s/>", named(m, "shock", -1), days(m));
    if (chance(m, 0.4)) piece(m, "<change %s table='cease' need='%s' op='add' value='0.05' %s/>", named(m, "drift", -1), ref(m, "need", 0), days(m));
    if (chance(m, 0.4)) piece(m, "<change %s table='joiner-target' ncy='-4..8' to='%s' op='scale' value='1.6' %s/>", named(m, "push", -1), special, days(m));
    if (chance(m, 0.3))
        piece(m, "<change %s table='take-up' setting='%s' op='scale' value='uniform(0.6, 1)' %s/>", named(m, "offers", -1), special, days(m));
    if (chance(m, 0.5))
        piece(m, "<intervention %s success='0.6' effect='uniform(0.5, 1.2)' group='early' %s><change table='move' from='%s' to='%s' op='add' value='-0.05'/>"
                 "<change table='new-plans' area='%s' op='scale' value='0.7'/></intervention>",
              named(m, "service", 0), days(m), mainstream, special, ref(m, "area", 0));
    if (chance(m, 0.5))
        piece(m, "<intervention %s group='early' dose='2' dose-full='5' capacity='uniform(0.5, 3)' would-request='0.6' deferred='0.4' delay-months='%d' %s>"
                 "<change table='new-plans' ncy='-1..7'/></intervention>",
              named(m, "service", 1), between(m, 3, 20), days(m));
    int s = below(m, m->n_sites);
    if (chance(m, 0.3) && !m->sites[s].delivered && !m->sites[s].ends)
        piece(m, "<logged-risk %s likelihood='2' impact='6' score='12' probability='0.4' closes='%s' starts='%s'/>", named(m, "entry", 0), ref(m, "site", s),
              date(m, m->start_year + 1, m->start_year + 2));
    if (chance(m, 0.3))
        piece(m, "<logged-risk %s probability='0.5'><change table='cease' ncy='11..20' op='scale' value='1.5'/></logged-risk>", named(m, "entry", 1));
}

void scenario_random(text *out, uint32_t number, unsigned flags) {
    maker *m = calloc(1, sizeof *m);
    ck_assert_ptr_nonnull(m);
    m->flags = flags;
    place_key key = place_key_with(place_key_create(77), number), order = place_key_with(key, 1);
    place_stream_init(&m->stream, &key);
    place_stream_init(&m->order, &order);
    place_key later = place_key_with(key, 2);
    place_stream_init(&m->later, &later);
    make_axes(m);
    make_sites(m);
    make_projects(m);
    make_stock(m);
    make_flows(m);
    make_placing(m);
    make_changes(m);
    place_key money = place_key_with(key, 55);
    place_stream_init(&m->stream, &money);
    make_money(m);
    char *inside = join(m, 0);
    text_add(
        out,
        "<scenario version='1' id='random' title='Random scenario %u' seed='%u' source='made up' quality='guess'>\n%s\n</scenario>\n",
        number, number, inside);
    free(inside);
    free(m);
}

char *report_text(const place_plan *plan, const place_summary *summary) {
    char *out = NULL;
    size_t n;
    place_error err = { 0 };
    place_tables *tables = place_tables_create();
    FILE *file = open_memstream(&out, &n);
    ck_assert(tables != NULL && file != NULL);
    if (summary != NULL) place_report_summary(tables, plan, summary);
    else place_report_plan(tables, plan);
    ck_assert_int_eq(place_tables_write(tables, PLACE_AS_TEXT, NULL, file, &err), PLACE_OK);
    fclose(file);
    place_tables_free(tables);
    return out;
}
