/* SPDX-License-Identifier: MIT */
/*
 * Recomputing: a stretch of replications is played by threads into records, then held, variable by variable, against what is stored.
 * A stretch is as long as 64 MB of records allow, so that a chunk of the file is read as seldom as can be.
 */
#include <assert.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "place/replay.h"
#include "place/replication.h"

#define MOST_BYTES ((size_t)64 << 20)

double place_replay_value(const place_layout *layout, const void *record, place_variable_id variable, size_t cell) {
    const char *at = (const char *)record + layout->offset[variable];
    assert(cell < layout->n_cells[variable]);
    switch (place_catalogue[variable].type) {
    case PLACE_TYPE_COUNT: return ((const int32_t *)(const void *)at)[cell] == INT32_MAX ? (double)NAN : ((const int32_t *)(const void *)at)[cell];
    case PLACE_TYPE_INT32: return ((const int32_t *)(const void *)at)[cell] == INT32_MIN ? (double)NAN : ((const int32_t *)(const void *)at)[cell];
    case PLACE_TYPE_INT64:
        return ((const int64_t *)(const void *)at)[cell] == INT64_MIN ? (double)NAN : (double)((const int64_t *)(const void *)at)[cell];
    case PLACE_TYPE_DOUBLE: return ((const double *)(const void *)at)[cell];
    case PLACE_TYPE_FLAG: return ((const int8_t *)at)[cell] < 0 ? (double)NAN : ((const int8_t *)at)[cell];
    }
    return NAN;
}

/* ---- playing a stretch ------------------------------------------------------------------------------------------ */

typedef struct crew {
    const place_plan *plan;
    const place_replay_source *source;
    const place_layout *layout;
    const place_run_options *options;
    char *records;               /**< [n][record_size]                    */
    int64_t first, n;
    int64_t n_before, n_all;     /**< of the whole call, for the progress  */
    pthread_mutex_t lock;
    int64_t next, n_done;
    place_status status;
    place_error error;
} crew;

static void *work(void *self) {
    crew *c = self;
    place_error err = { 0 };
    place_replication *replication = place_replication_create(c->plan, c->layout);
    place_status status = replication != NULL ? PLACE_OK : place_error_set(&err, PLACE_SYSTEM, NULL, 0, "no memory for a replication");
    pthread_mutex_lock(&c->lock);
    while (status == PLACE_OK && c->status == PLACE_OK && c->next < c->n) {
        int64_t i = c->next++, indices[4];
        pthread_mutex_unlock(&c->lock);
        place_run_indices(c->source->design, c->source->values.n_replications, c->first + i, indices);
        status = place_replication_run(replication, indices, c->records + (size_t)i * c->layout->record_size, &err);
        pthread_mutex_lock(&c->lock);
        c->n_done++;
        if (c->options->on_progress != NULL) c->options->on_progress(c->options->self, c->n_before + c->n_done, c->n_all);
    }
    if (status != PLACE_OK && c->status == PLACE_OK) {
        c->status = status;
        c->error = err;
    }
    pthread_mutex_unlock(&c->lock);
    place_replication_free(replication);
    return NULL;
}

static place_status play(crew *c, place_error *err) {
    int64_t n_threads = c->options->n_threads > 0 ? c->options->n_threads : sysconf(_SC_NPROCESSORS_ONLN);
    if (n_threads > c->n) n_threads = c->n;
    pthread_t *threads = n_threads > 1 ? calloc((size_t)n_threads - 1, sizeof *threads) : NULL;
    int64_t n_started = 0;
    c->next = c->n_done = 0;
    while (threads != NULL && n_started < n_threads - 1 && pthread_create(&threads[n_started], NULL, work, c) == 0) n_started++;
    if (n_started + 1 < n_threads && c->options->on_threads != NULL) {
        pthread_mutex_lock(&c->lock);
        c->options->on_threads(c->options->self, n_started + 1, n_threads);
        pthread_mutex_unlock(&c->lock);
    }
    work(c);
    for (int64_t i = 0; i < n_started; i++) pthread_join(threads[i], NULL);
    free(threads);
    if (c->status != PLACE_OK && err != NULL && err->status == PLACE_OK) *err = c->error;
    return c->status;
}

/* ---- comparing it ----------------------------------------------------------------------------------------------- */

/* Where a cell stands in time: its step, the first step of its year, or -1 for what is drawn before the steps. */
static int time_of(const place_plan *plan, const place_variable *v, size_t cell) {
    for (int a = v->n_axes; a-- > 0;) {
        size_t n = place_axis_length(plan, v->axes[a]), at = cell % n;
        cell /= n;
        if (v->axes[a] == PLACE_AXIS_STEP) return (int)at;
        for (size_t t = 0; v->axes[a] == PLACE_AXIS_YEAR && t < plan->calendar.n_steps; t++)
            if (plan->calendar.year[t] == (int32_t)at) return (int)t;
    }
    return -1;
}

static void name_place(const crew *c, place_variable_id variable, size_t cell, place_difference_place *out) {
    const place_variable *v = &place_catalogue[variable];
    out->variable = v->name;
    out->n_axes = v->n_axes;
    for (int a = v->n_axes; a-- > 0;) {
        size_t n = place_axis_length(c->plan, v->axes[a]), n_labels = 0;
        const char *const *labels = c->source->values.labels(c->source->values.self, place_axis_name(v->axes[a]), &n_labels);
        out->axis[a] = place_axis_name(v->axes[a]);
        out->label[a] = labels != NULL && n_labels == n ? labels[cell % n] : "?";
        cell /= n;
    }
}

/* Variables come in the catalogue's order and cells ascending, so only an earlier replication or time takes the first place. */
static void note(const crew *c, place_replay_check *check, place_variable_id variable, size_t cell, int64_t replication, double stored,
                 double recomputed) {
    int time = time_of(c->plan, &place_catalogue[variable], cell);
    place_difference_place *first = &check->first;
    if (first->variable != NULL && (replication > first->replication || (replication == first->replication && time >= check->first_time))) return;
    *first = (place_difference_place){ .replication = replication, .one = stored, .two = recomputed };
    check->first_time = time;
    name_place(c, variable, cell, first);
}

static bool is_stored(const crew *c, const char *name) {
    for (size_t i = 0; i < c->source->values.n_variables; i++)
        if (strcmp(c->source->values.variables[i], name) == 0) return true;
    return false;
}

/* @param differs  [n] replications of the stretch that are not as stored */
static place_status compare_variable(const crew *c, place_replay_check *check, place_variable_id variable, bool *differs, place_error *err) {
    const size_t n_cells = c->layout->n_cells[variable], n = (size_t)c->n;
    const char *name = place_catalogue[variable].name;
    place_difference_values stored = { 0 };
    if (!is_stored(c, name)) {
        if (check->not_stored == NULL) check->not_stored = name;
        return PLACE_OK;
    }
    place_status status = c->source->values.read(c->source->values.self, name, c->first, c->n, &stored, err);
    if (status == PLACE_OK && stored.n_cells != n_cells)
        status = place_error_set(err, PLACE_SYSTEM, NULL, 0, "the run file's variable '%s' does not fit the scenario in it", name);
    for (size_t cell = 0; cell < n_cells && status == PLACE_OK; cell++)
        for (size_t i = 0; i < n; i++) {
            double is = stored.values[cell * n + i], should = place_replay_value(c->layout, c->records + i * c->layout->record_size, variable, cell);
            if (place_difference_alike(is, should)) continue;
            differs[i] = true;
            note(c, check, variable, cell, c->first + (int64_t)i, is, should);
        }
    if (status == PLACE_OK) check->n_values += (int64_t)(n_cells * n);
    free(stored.values);
    return status;
}

static place_status verify_stretch(crew *c, place_replay_check *check, place_error *err) {
    bool differs[PLACE_BLOCK] = { false };
    place_status status = play(c, err);
    for (int v = 0; v < PLACE_N_VARIABLES && status == PLACE_OK; v++)
        if (c->layout->kept[v]) status = compare_variable(c, check, (place_variable_id)v, differs, err);
    for (int64_t i = 0; i < c->n && status == PLACE_OK; i++) check->n_differ += differs[i];
    if (status == PLACE_OK) check->n_replications += c->n;
    return status;
}

place_status place_replay_verify(place_replay_check *check, const place_plan *plan, const place_replay_source *source, int64_t first, int64_t n,
                                 const place_run_options *options, place_error *err) {
    static const place_run_options defaults = { 0 };
    place_layout layout = place_layout_of(plan, source->detail);
    crew c = { .plan = plan, .source = source, .layout = &layout, .options = options != NULL ? options : &defaults, .n_all = n };
    assert(first >= 0 && n >= 0 && first + n <= source->values.n_replications);
    size_t stretch = MOST_BYTES / (layout.record_size + 1);
    if (stretch > PLACE_BLOCK) stretch = PLACE_BLOCK;
    if (stretch > (size_t)n) stretch = (size_t)n;
    if (stretch < 1) stretch = 1;
    c.records = aligned_alloc(64, stretch * layout.record_size + 64 - stretch * layout.record_size % 64);
    if (c.records == NULL) return place_error_set(err, PLACE_SYSTEM, NULL, 0, "out of memory");
    pthread_mutex_init(&c.lock, NULL);
    place_status status = PLACE_OK;
    for (int64_t end = first + n; first < end && status == PLACE_OK; first += c.n) { /* stretches end where blocks end */
        int64_t left = end - first, in_block = PLACE_BLOCK - first % PLACE_BLOCK;
        c.first = first;
        c.n = left < (int64_t)stretch ? left : (int64_t)stretch;
        if (c.n > in_block) c.n = in_block;
        status = verify_stretch(&c, check, err);
        c.n_before += c.n;
    }
    pthread_mutex_destroy(&c.lock);
    free(c.records);
    return status;
}
