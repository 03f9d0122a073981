/* SPDX-License-Identifier: MIT */
/* A sink of arrays: each block is copied as it comes. */
#include "place/results.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct place_results {
    place_layout layout;
    int64_t n_replications;
    size_t n_blocks, n_blocks_max;
    place_block *blocks; /**< [n_blocks] with data of their own */
};

static void free_data(place_block *block) {
    for (int v = 0; v < PLACE_N_VARIABLES; v++) free(block->data[v]);
}

/** Part k holds the variables k, k + n_parts, ... */
static void *pack(void *self, const place_block *block, int part, int n_parts, place_error *err) {
    (void)self;
    place_block *copy = malloc(sizeof *copy);
    if (copy == NULL) goto fail;
    *copy = *block;
    memset(copy->data, 0, sizeof copy->data);
    for (int v = part; v < PLACE_N_VARIABLES; v += n_parts) {
        size_t size = block->layout->n_cells[v] * PLACE_BLOCK * place_type_stored_size(block->layout, place_catalogue[v].type);
        if (block->data[v] == NULL) continue;
        if ((copy->data[v] = malloc(size)) == NULL) {
            free_data(copy);
            free(copy);
            goto fail;
        }
        memcpy(copy->data[v], block->data[v], size);
    }
    return copy;
fail:
    place_error_set(err, PLACE_SYSTEM, NULL, 0, "no memory for the results of %d replications", block->n_replications);
    return NULL;
}

static place_status append(void *self, void *packed, place_error *err) {
    place_results *results = self;
    place_block *block = packed, *grown;
    if (results->n_blocks > 0 && results->blocks[results->n_blocks - 1].index == block->index) { /* another part of the last block */
        for (int v = 0; v < PLACE_N_VARIABLES; v++)
            if (block->data[v] != NULL) results->blocks[results->n_blocks - 1].data[v] = block->data[v];
        free(block);
        return PLACE_OK;
    }
    if (results->n_blocks == results->n_blocks_max) {
        size_t n = 2 * results->n_blocks_max + 8;
        if ((grown = realloc(results->blocks, n * sizeof *grown)) == NULL) {
            free_data(block);
            free(block);
            return place_error_set(err, PLACE_SYSTEM, NULL, 0, "no memory for the results");
        }
        results->blocks = grown;
        results->n_blocks_max = n;
    }
    results->n_replications += block->n_replications;
    block->layout = &results->layout; /* the run's own goes with the run */
    results->blocks[results->n_blocks++] = *block;
    free(block);
    return PLACE_OK;
}

static void discard(void *self, void *packed) {
    (void)self;
    free_data(packed);
    free(packed);
}

static place_status close_nothing(void *self, place_error *err) {
    (void)self;
    (void)err;
    return PLACE_OK;
}

static void abandon(void *self) { (void)self; }

place_status place_results_run(place_results **out, const place_plan *plan, const place_run_options *options, place_error *err) {
    place_results *results = calloc(1, sizeof *results);
    if (results == NULL) return place_error_set(err, PLACE_SYSTEM, NULL, 0, "no memory for the results");
    results->layout = place_layout_of(plan, options == NULL ? 0 : options->detail);
    place_sink sink = { .pack = pack, .append = append, .discard = discard, .close = close_nothing, .abandon = abandon, .self = results };
    place_status status = place_run(plan, options, &sink, err);
    if (status != PLACE_OK) {
        place_results_free(results);
        return status;
    }
    *out = results;
    return PLACE_OK;
}

void place_results_free(place_results *results) {
    if (results == NULL) return;
    for (size_t i = 0; i < results->n_blocks; i++) free_data(&results->blocks[i]);
    free(results->blocks);
    free(results);
}

int64_t place_results_replications(const place_results *results) { return results->n_replications; }
size_t place_results_cells(const place_results *results, place_variable_id variable) { return results->layout.n_cells[variable]; }

double place_results_value(const place_results *results, place_variable_id variable, size_t cell, int64_t replication) {
    const place_block *block = &results->blocks[replication / PLACE_BLOCK];
    size_t at = cell * PLACE_BLOCK + (size_t)(replication % PLACE_BLOCK);
    const void *data = block->data[variable];
    switch (place_catalogue[variable].type) {
    case PLACE_TYPE_COUNT:
        if (results->layout.narrow) return ((const uint16_t *)data)[at] == UINT16_MAX ? (double)NAN : ((const uint16_t *)data)[at];
        return ((const int32_t *)data)[at] == INT32_MAX ? (double)NAN : ((const int32_t *)data)[at];
    case PLACE_TYPE_INT32: return ((const int32_t *)data)[at] == INT32_MIN ? (double)NAN : ((const int32_t *)data)[at];
    case PLACE_TYPE_INT64: return ((const int64_t *)data)[at] == INT64_MIN ? (double)NAN : (double)((const int64_t *)data)[at];
    case PLACE_TYPE_DOUBLE: return ((const double *)data)[at];
    case PLACE_TYPE_FLAG: return ((const int8_t *)data)[at] < 0 ? (double)NAN : ((const int8_t *)data)[at];
    }
    return NAN;
}
