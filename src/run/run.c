/* SPDX-License-Identifier: MIT */
/*
 * Threads work together on one block of replications after another: each takes tiles of a few replications, and when all are done,
 * parts of the block to pack; parts go to the sink in the order of blocks and parts. So one block is in memory, however many
 * replications there are (a second one for every sixteen threads), and nothing that is computed depends on who computed it.
 */
#include "place/run.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "place/replication.h"

enum {
    TILE = 8,                           /**< replications that one thread takes at a time          */
    N_TILES = PLACE_BLOCK / TILE,
    TILES_A_LINE = 64 / (TILE * 2),     /**< neighbouring tiles whose counts share a cache line     */
    N_PARTS = 16,                       /**< of a block, to be packed by different threads          */
    THREADS_A_SLOT = 16,
};

/** A block in work. */
typedef struct slot {
    place_block block;
    bool open;
    int n_taken, n_done;               /**< tiles                          */
    int n_parts_taken, n_parts_packed;
    void *packed[N_PARTS];             /**< waiting for their turn         */
} slot;

typedef struct job {
    const place_plan *plan;
    place_layout layout;
    const place_run_options *options;
    place_sink *sink;
    int64_t n_replications, n_blocks;
    int64_t n_wanted;     /**< replications that the sink wants                  */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t n_slots;
    slot *slots;
    int64_t next_block;   /**< wanted and not yet opened; n_blocks: none     */
    int64_t next_append;  /**< block whose turn it is at the sink ...        */
    int next_part;        /**< ... and part                                  */
    bool appending;       /**< a thread is at the sink                       */
    int64_t n_done;       /**< replications computed                         */
    int64_t n_kept;       /**< replications that the sink has taken          */
    place_status status;  /**< the first failure                             */
    place_error error;
} job;

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

static size_t bytes_of_block(const place_layout *layout) {
    size_t n = 0;
    for (int v = 0; v < PLACE_N_VARIABLES; v++)
        if (layout->kept[v]) n += block_bytes(layout, v);
    return n;
}

static void free_block(place_block *block) {
    for (int v = 0; v < PLACE_N_VARIABLES; v++) free(block->data[v]);
}

/** @return false when memory is out; what there is of the block is freed with the slots */
static bool create_block(place_block *block, const job *run) {
    *block = (place_block){ .plan = run->plan, .layout = &run->layout };
    for (int v = 0; v < PLACE_N_VARIABLES; v++)
        if (run->layout.kept[v] && (block->data[v] = malloc(block_bytes(&run->layout, v))) == NULL) return false;
    return true;
}

/** Fill the columns from `first` on with what stands for "missing". */
static void fill_missing(const place_block *block, int v, int first) {
    size_t n = block->layout->n_cells[v];
    bool narrow = block->layout->narrow;
    for (size_t cell = 0; cell < n; cell++)
        for (size_t at = cell * PLACE_BLOCK + (size_t)first; at < (cell + 1) * PLACE_BLOCK; at++)
            switch (place_catalogue[v].type) {
            case PLACE_TYPE_COUNT:
                if (narrow) ((uint16_t *)block->data[v])[at] = UINT16_MAX;
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
        if (block->n_replications < PLACE_BLOCK) fill_missing(block, v, block->n_replications);
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

/** Note a failure; the lock is held. */
static void fail(job *run, place_status status, const place_error *err) {
    if (run->status == PLACE_OK) {
        run->status = status;
        run->error = *err;
    }
    pthread_cond_broadcast(&run->changed);
}

/** One tile, without the lock. Neighbouring tiles share cache lines, so they are not taken one after the other. */
static place_status fill_tile(const job *run, place_block *block, int taken, place_replication *replication, char *record, int *n_filled,
                              place_error *err) {
    int tile = taken % (N_TILES / TILES_A_LINE) * TILES_A_LINE + taken / (N_TILES / TILES_A_LINE);
    int end = (tile + 1) * TILE < block->n_replications ? (tile + 1) * TILE : block->n_replications;
    place_status status = PLACE_OK;
    *n_filled = end > tile * TILE ? end - tile * TILE : 0;
    for (int i = tile * TILE; i < end && status == PLACE_OK; i++) {
        int64_t indices[4];
        place_run_indices(run->options->design, run->n_replications, block->index * PLACE_BLOCK + i, indices);
        status = place_replication_run(replication, indices, record, err);
        if (status == PLACE_OK) status = scatter(block, i, record, err);
    }
    return status;
}

/** The first wanted block from this one on; n_blocks when there is none. */
static int64_t wanted_from(const job *run, int64_t block) {
    if (run->sink->wants != NULL)
        while (block < run->n_blocks && !run->sink->wants(run->sink->self, block)) block++;
    return block;
}

/** Hand on what is packed and whose turn it is. The lock is held, but not while the sink works. */
static void append_in_turn(job *run) {
    while (!run->appending && run->status == PLACE_OK) {
        slot *at = NULL;
        for (size_t i = 0; i < run->n_slots; i++)
            if (run->slots[i].open && run->slots[i].block.index == run->next_append) at = &run->slots[i];
        if (at == NULL || at->packed[run->next_part] == NULL) return;
        void *packed = at->packed[run->next_part];
        place_error err = { 0 };
        at->packed[run->next_part] = NULL;
        run->appending = true;
        pthread_mutex_unlock(&run->lock);
        place_status status = run->sink->append(run->sink->self, packed, &err);
        pthread_mutex_lock(&run->lock);
        run->appending = false;
        if (status != PLACE_OK) fail(run, status, &err);
        if (++run->next_part < N_PARTS) continue;
        run->next_part = 0;
        run->next_append = wanted_from(run, run->next_append + 1);
        run->n_kept += at->block.n_replications;
        at->open = false;
        pthread_cond_broadcast(&run->changed);
    }
}

/** The next tile to fill, part to pack, or block to open; the lock is held. @return false when there is nothing to do just now */
static bool take_work(job *run, slot **out, int *tile, int *part) {
    bool stopped = run->options->stop != NULL && *run->options->stop != 0;
    slot *oldest = NULL;
    *tile = *part = -1;
    for (size_t i = 0; i < run->n_slots; i++) { /* the oldest block first: others may be waiting behind it */
        slot *at = &run->slots[i];
        bool work = at->open && (at->n_taken < N_TILES || (at->n_done == N_TILES && at->n_parts_taken < N_PARTS));
        if (work && (oldest == NULL || at->block.index < oldest->block.index)) oldest = at;
    }
    for (size_t i = 0; i < run->n_slots && oldest == NULL; i++) {
        slot *at = &run->slots[i];
        if (at->open || stopped || run->next_block == run->n_blocks) continue;
        at->open = true;
        at->n_taken = at->n_done = at->n_parts_taken = at->n_parts_packed = 0;
        open_block(&at->block, run->next_block, run->n_replications);
        run->next_block = wanted_from(run, run->next_block + 1);
        oldest = at;
    }
    if (oldest == NULL) return false;
    *out = oldest;
    if (oldest->n_taken < N_TILES) *tile = oldest->n_taken++;
    else *part = oldest->n_parts_taken++;
    return true;
}

/** Whether anything may still come: a block is open, or can be opened. */
static bool unfinished(const job *run) {
    bool stopped = run->options->stop != NULL && *run->options->stop != 0;
    for (size_t i = 0; i < run->n_slots; i++)
        if (run->slots[i].open) return true;
    return !stopped && run->next_block < run->n_blocks;
}

static void *work(void *self) {
    job *run = self;
    place_error err = { 0 };
    place_replication *replication = place_replication_create(run->plan, &run->layout);
    char *record = aligned_alloc(64, run->layout.record_size > 0 ? run->layout.record_size : 64);
    pthread_mutex_lock(&run->lock);
    if (replication == NULL || record == NULL)
        fail(run, place_error_set(&err, PLACE_SYSTEM, NULL, 0, "no memory for a replication, whose values alone have %zu bytes",
                                  run->layout.record_size), &err);
    while (run->status == PLACE_OK && unfinished(run)) {
        slot *at;
        int tile, part, n_filled = 0;
        if (!take_work(run, &at, &tile, &part)) {
            pthread_cond_wait(&run->changed, &run->lock);
            continue;
        }
        pthread_mutex_unlock(&run->lock);
        void *packed = NULL;
        place_status status = PLACE_OK;
        if (tile >= 0) {
            status = fill_tile(run, &at->block, tile, replication, record, &n_filled, &err);
        } else if ((packed = run->sink->pack(run->sink->self, &at->block, part, N_PARTS, &err)) == NULL) {
            status = PLACE_SYSTEM;
        }
        pthread_mutex_lock(&run->lock);
        if (status != PLACE_OK) {
            fail(run, status, &err);
        } else if (tile >= 0) {
            run->n_done += n_filled;
            if (run->options->on_progress != NULL && n_filled > 0) run->options->on_progress(run->options->self, run->n_done, run->n_wanted);
            if (++at->n_done == N_TILES) pthread_cond_broadcast(&run->changed);
        } else {
            at->packed[part] = packed;
            append_in_turn(run);
        }
    }
    pthread_cond_broadcast(&run->changed);
    pthread_mutex_unlock(&run->lock);
    free(record);
    place_replication_free(replication);
    return NULL;
}

/** Work with as many threads as can be had, this one among them. */
static void work_on_threads(job *run, int n_threads) {
    pthread_t *threads = n_threads > 1 ? calloc((size_t)n_threads - 1, sizeof *threads) : NULL;
    int n_started = 0;
    while (threads != NULL && n_started < n_threads - 1 && pthread_create(&threads[n_started], NULL, work, run) == 0) n_started++;
    if (n_started + 1 < n_threads && run->options->on_threads != NULL) {
        pthread_mutex_lock(&run->lock);
        run->options->on_threads(run->options->self, n_started + 1, n_threads);
        pthread_mutex_unlock(&run->lock);
    }
    work(run);
    for (int i = 0; i < n_started; i++) pthread_join(threads[i], NULL);
    free(threads);
}

/** Blocks to work in, for this many threads. */
static bool create_slots(job *run, int64_t n_threads) {
    run->n_slots = (size_t)((n_threads + THREADS_A_SLOT - 1) / THREADS_A_SLOT);
    if ((int64_t)run->n_slots > run->n_wanted / PLACE_BLOCK + 1) run->n_slots = (size_t)(run->n_wanted / PLACE_BLOCK + 1);
    run->slots = calloc(run->n_slots, sizeof *run->slots);
    for (size_t i = 0; run->slots != NULL && i < run->n_slots; i++)
        if (!create_block(&run->slots[i].block, run)) return false;
    return run->slots != NULL;
}

static void free_slots(job *run) {
    for (size_t i = 0; run->slots != NULL && i < run->n_slots; i++) {
        for (int part = 0; part < N_PARTS; part++)
            if (run->slots[i].packed[part] != NULL) run->sink->discard(run->sink->self, run->slots[i].packed[part]);
        free_block(&run->slots[i].block);
    }
    free(run->slots);
}

place_status place_run(const place_plan *plan, const place_run_options *options, place_sink *sink, place_error *err) {
    static const place_run_options defaults = { 0 };
    job run = { .plan = plan, .options = options == NULL ? &defaults : options, .sink = sink };
    run.n_replications = run.options->n_replications > 0 ? run.options->n_replications : plan->replications;
    run.n_blocks = (run.n_replications + PLACE_BLOCK - 1) / PLACE_BLOCK;
    run.layout = place_layout_of(plan, run.options->detail);
    for (int64_t b = wanted_from(&run, 0); b < run.n_blocks; b = wanted_from(&run, b + 1))
        run.n_wanted += b + 1 < run.n_blocks ? PLACE_BLOCK : run.n_replications - b * PLACE_BLOCK;
    run.next_block = run.next_append = wanted_from(&run, 0);
    int64_t n_threads = run.options->n_threads;
    if (n_threads <= 0) n_threads = sysconf(_SC_NPROCESSORS_ONLN);
    if (n_threads > (run.n_wanted + TILE - 1) / TILE) n_threads = (run.n_wanted + TILE - 1) / TILE;
    if (n_threads < 1) n_threads = 1;
    pthread_mutex_init(&run.lock, NULL);
    pthread_cond_init(&run.changed, NULL);
    if (run.n_wanted > 0) {
        if (create_slots(&run, n_threads)) work_on_threads(&run, (int)n_threads);
        else run.status = place_error_set(&run.error, PLACE_SYSTEM, NULL, 0, "no memory for %zu block%s of %d replications: %zu bytes are needed",
                                          run.n_slots, run.n_slots == 1 ? "" : "s", PLACE_BLOCK, run.n_slots * bytes_of_block(&run.layout));
        free_slots(&run);
    }
    pthread_cond_destroy(&run.changed);
    pthread_mutex_destroy(&run.lock);
    if (run.status != PLACE_OK) {
        sink->abandon(sink->self);
        if (err != NULL && err->status == PLACE_OK) *err = run.error;
        return run.status;
    }
    place_status status = sink->close(sink->self, err);
    if (status == PLACE_OK && run.n_kept < run.n_wanted)
        status = place_error_set(err, PLACE_INTERRUPTED, NULL, 0, "interrupted after %lld of %lld replications", (long long)run.n_kept,
                                 (long long)run.n_wanted);
    return status;
}
