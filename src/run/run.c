/* SPDX-License-Identifier: MIT */
/*
 * Threads take whole blocks of replications, one after another, and hand them to the sink in the order of block numbers. A thread's
 * memory is one block and one replication's scratch, so the number of replications costs no memory, and nothing that a thread
 * computes depends on another.
 */
#include "place/run.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "place/replication.h"

typedef struct job {
    const place_plan *plan;
    place_layout layout;
    const place_run_options *options;
    place_sink *sink;
    int64_t n_replications, n_blocks;
    pthread_mutex_t lock;
    pthread_cond_t turn;
    int64_t next_block;   /**< not yet taken                          */
    int64_t next_append;  /**< the block whose turn it is at the sink */
    int64_t n_done;       /**< replications                           */
    place_status status;  /**< the first failure, of the lowest block that saw one */
    place_error error;
} job;

/** Replications between two words to the person watching. */
enum { PROGRESS_EVERY = 16 };

void place_run_indices(place_design design, int64_t n_replications, int64_t replication, int64_t out[4]) {
    for (int f = 0; f < 4; f++) out[f] = replication;
    if (design == PLACE_PAIRED) return;
    int64_t m = 1;
    while ((m + 1) * (m + 1) * (m + 1) * (m + 1) <= n_replications) m++;
    for (int f = 3; f >= 0; f--) { /* chance varies fastest */
        out[f] = replication % m;
        replication /= m;
    }
}

static size_t block_bytes(const place_layout *layout, int v) {
    return layout->n_cells[v] * place_type_stored_size(layout, place_catalogue[v].type) * PLACE_BLOCK;
}

static void free_block(place_block *block) {
    for (int v = 0; v < PLACE_N_VARIABLES; v++) free(block->data[v]);
}

static bool create_block(place_block *block, const job *run) {
    *block = (place_block){ .plan = run->plan, .layout = &run->layout };
    for (int v = 0; v < PLACE_N_VARIABLES; v++)
        if (run->layout.kept[v] && (block->data[v] = malloc(block_bytes(&run->layout, v))) == NULL) {
            free_block(block);
            return false;
        }
    return true;
}

/** The value that stands for "missing" in a stored column. */
static void fill_missing(const place_block *block, int v, size_t cell, int column) {
    size_t at = cell * PLACE_BLOCK + (size_t)column;
    switch (place_catalogue[v].type) {
    case PLACE_TYPE_COUNT:
        if (block->layout->narrow) ((uint16_t *)block->data[v])[at] = UINT16_MAX;
        else ((int32_t *)block->data[v])[at] = INT32_MAX;
        break;
    case PLACE_TYPE_INT32: ((int32_t *)block->data[v])[at] = INT32_MIN; break;
    case PLACE_TYPE_INT64: ((int64_t *)block->data[v])[at] = INT64_MIN; break;
    case PLACE_TYPE_DOUBLE: ((double *)block->data[v])[at] = (double)NAN; break;
    case PLACE_TYPE_FLAG: ((int8_t *)block->data[v])[at] = -1; break;
    }
}

static void open_block(place_block *block, int64_t index, int64_t n_replications) {
    int64_t left = n_replications - index * PLACE_BLOCK;
    block->index = index;
    block->n_replications = left < PLACE_BLOCK ? (int)left : PLACE_BLOCK;
    for (int v = 0; v < PLACE_N_VARIABLES; v++) {
        if (!block->layout->kept[v]) continue;
        memset(block->data[v], 0, block_bytes(block->layout, v));
        for (size_t cell = 0; cell < block->layout->n_cells[v] && block->n_replications < PLACE_BLOCK; cell++)
            for (int column = block->n_replications; column < PLACE_BLOCK; column++) fill_missing(block, v, cell, column);
    }
}

/** Put a record into a column of the block. Most values are 0, which is there already: the rest are few scattered writes. */
static place_status scatter(place_block *block, int column, const char *record, place_error *err) {
    const place_layout *layout = block->layout;
    for (int v = 0; v < PLACE_N_VARIABLES; v++) {
        if (!layout->kept[v]) continue;
        size_t n = layout->n_cells[v];
        const void *from = record + layout->offset[v];
        size_t at = (size_t)column;
        switch (place_catalogue[v].type) {
        case PLACE_TYPE_COUNT:
            if (!layout->narrow) {
                for (size_t i = 0; i < n; i++, at += PLACE_BLOCK) ((int32_t *)block->data[v])[at] = ((const int32_t *)from)[i];
                break;
            }
            for (size_t i = 0; i < n; i++, at += PLACE_BLOCK) {
                int32_t value = ((const int32_t *)from)[i];
                if (value == 0) continue;
                if ((uint32_t)value >= UINT16_MAX && value != INT32_MAX)
                    return place_error_set(err, PLACE_BAD_INPUT, NULL, 0, "%s reaches %d, past the 65,534 that the scenario's size allows for",
                                           place_catalogue[v].name, value);
                ((uint16_t *)block->data[v])[at] = (uint16_t)value;
            }
            break;
        case PLACE_TYPE_INT32:
            for (size_t i = 0; i < n; i++, at += PLACE_BLOCK) ((int32_t *)block->data[v])[at] = ((const int32_t *)from)[i];
            break;
        case PLACE_TYPE_INT64:
            for (size_t i = 0; i < n; i++, at += PLACE_BLOCK) ((int64_t *)block->data[v])[at] = ((const int64_t *)from)[i];
            break;
        case PLACE_TYPE_DOUBLE:
            for (size_t i = 0; i < n; i++, at += PLACE_BLOCK) ((double *)block->data[v])[at] = ((const double *)from)[i];
            break;
        case PLACE_TYPE_FLAG:
            for (size_t i = 0; i < n; i++, at += PLACE_BLOCK) ((int8_t *)block->data[v])[at] = ((const int8_t *)from)[i];
            break;
        }
    }
    return PLACE_OK;
}

static void fail(job *run, place_status status, const place_error *err) {
    pthread_mutex_lock(&run->lock);
    if (run->status == PLACE_OK) {
        run->status = status;
        run->error = *err;
    }
    pthread_cond_broadcast(&run->turn);
    pthread_mutex_unlock(&run->lock);
}

static void tell(job *run, int64_t n) {
    pthread_mutex_lock(&run->lock);
    run->n_done += n;
    if (run->options->on_progress != NULL) run->options->on_progress(run->options->self, run->n_done, run->n_replications);
    pthread_mutex_unlock(&run->lock);
}

static place_status fill_block(job *run, place_block *block, place_replication *replication, char *record, place_error *err) {
    place_status status = PLACE_OK;
    for (int i = 0; i < block->n_replications && status == PLACE_OK; i++) {
        int64_t indices[4];
        place_run_indices(run->options->design, run->n_replications, block->index * PLACE_BLOCK + i, indices);
        status = place_replication_run(replication, indices, record, err);
        if (status == PLACE_OK) status = scatter(block, i, record, err);
        if ((i + 1) % PROGRESS_EVERY == 0) tell(run, PROGRESS_EVERY);
    }
    tell(run, block->n_replications % PROGRESS_EVERY);
    return status;
}

/** Hand a packed block to the sink when all blocks before it have been. */
static void append_in_turn(job *run, int64_t index, void *packed) {
    pthread_mutex_lock(&run->lock);
    while (run->next_append != index && run->status == PLACE_OK) pthread_cond_wait(&run->turn, &run->lock);
    bool mine = run->next_append == index && run->status == PLACE_OK;
    pthread_mutex_unlock(&run->lock);
    if (!mine) {
        run->sink->discard(run->sink->self, packed);
        return;
    }
    place_error err = { 0 };
    place_status status = run->sink->append(run->sink->self, packed, &err);
    if (status != PLACE_OK) {
        fail(run, status, &err);
        return;
    }
    pthread_mutex_lock(&run->lock);
    run->next_append++;
    pthread_cond_broadcast(&run->turn);
    pthread_mutex_unlock(&run->lock);
}

/** The next block to work on, or -1: all taken, something failed, or the person wants to stop. */
static int64_t take_block(job *run) {
    pthread_mutex_lock(&run->lock);
    bool stopped = run->options->stop != NULL && *run->options->stop != 0;
    int64_t index = run->status == PLACE_OK && !stopped && run->next_block < run->n_blocks ? run->next_block++ : -1;
    pthread_mutex_unlock(&run->lock);
    return index;
}

static void *work(void *self) {
    job *run = self;
    place_error err = { 0 };
    place_block block = { 0 };
    place_replication *replication = place_replication_create(run->plan, &run->layout);
    char *record = aligned_alloc(64, run->layout.record_size > 0 ? run->layout.record_size : 64);
    if (replication == NULL || record == NULL || !create_block(&block, run)) {
        fail(run, place_error_set(&err, PLACE_SYSTEM, NULL, 0, "no memory for a block of %d replications", PLACE_BLOCK), &err);
        goto out;
    }
    for (int64_t index; (index = take_block(run)) >= 0;) {
        open_block(&block, index, run->n_replications);
        place_status status = fill_block(run, &block, replication, record, &err);
        void *packed = status == PLACE_OK ? run->sink->pack(run->sink->self, &block, &err) : NULL;
        if (packed == NULL) {
            fail(run, status == PLACE_OK ? PLACE_SYSTEM : status, &err);
            break;
        }
        append_in_turn(run, index, packed);
    }
out:
    free_block(&block);
    free(record);
    place_replication_free(replication);
    return NULL;
}

/** Work with as many threads as can be had, this one among them. */
static void work_on_threads(job *run, int n_threads) {
    pthread_t *threads = n_threads > 1 ? calloc((size_t)n_threads - 1, sizeof *threads) : NULL;
    int n_started = 0;
    while (threads != NULL && n_started < n_threads - 1 && pthread_create(&threads[n_started], NULL, work, run) == 0) n_started++;
    work(run);
    for (int i = 0; i < n_started; i++) pthread_join(threads[i], NULL);
    free(threads);
}

place_status place_run(const place_plan *plan, const place_run_options *options, place_sink *sink, place_error *err) {
    static const place_run_options defaults = { 0 };
    job run = { .plan = plan, .options = options == NULL ? &defaults : options, .sink = sink };
    run.n_replications = run.options->n_replications > 0 ? run.options->n_replications : plan->replications;
    run.n_blocks = (run.n_replications + PLACE_BLOCK - 1) / PLACE_BLOCK;
    run.layout = place_layout_of(plan, run.options->detail);
    int64_t n_threads = run.options->n_threads;
    if (n_threads <= 0) n_threads = sysconf(_SC_NPROCESSORS_ONLN);
    if (n_threads > run.n_blocks) n_threads = run.n_blocks;
    pthread_mutex_init(&run.lock, NULL);
    pthread_cond_init(&run.turn, NULL);
    work_on_threads(&run, n_threads < 1 ? 1 : (int)n_threads);
    pthread_cond_destroy(&run.turn);
    pthread_mutex_destroy(&run.lock);
    if (run.status == PLACE_OK && run.next_append < run.n_blocks)
        run.status = place_error_set(&run.error, PLACE_INTERRUPTED, NULL, 0, "interrupted after %lld of %lld replications",
                                     (long long)(run.next_append * PLACE_BLOCK), (long long)run.n_replications);
    if (run.status == PLACE_OK) return sink->close(sink->self, err);
    sink->abandon(sink->self);
    if (err != NULL && err->status == PLACE_OK) *err = run.error;
    return run.status;
}
