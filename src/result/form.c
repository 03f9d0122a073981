/* SPDX-License-Identifier: MIT */
/*
 * Laying out and packing. Packing a block (digest, shuffle, deflate, checksum) needs no HDF5 and runs on every thread at once.
 */
#include "form.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const place_zero_chunk *find_zero(const place_form *form, size_t n_bytes) {
    for (size_t z = 0; z < form->n_zeros; z++)
        if (form->zeros[z].n_bytes == n_bytes) return &form->zeros[z];
    return NULL;
}

/* ---- packing: any number of threads ----------------------------------------------------------------------------- */

static bool keep_bytes(const place_form *form, place_packed *packed, place_packed_chunk *chunk, const uint8_t *bytes, size_t n) {
    if (packed->room - packed->n_bytes < n) {
        size_t room = 2 * packed->room + n;
        uint8_t *grown = form->files->realloc(packed->bytes, room);
        if (grown == NULL) return false;
        packed->bytes = grown;
        packed->room = room;
    }
    memcpy(packed->bytes + packed->n_bytes, bytes, n);
    chunk->start = packed->n_bytes;
    chunk->size = n;
    packed->n_bytes += n;
    return true;
}

/* What a last, short block promises: nothing but missing values behind its replications. */
static bool is_padded(const place_form *form, const place_block *block, const place_column *at) {
    uint8_t missing[8];
    bool padded = true;
    size_t size = at->chunking.value_size;
    place_fill_missing(missing, 1, place_catalogue[at->id].type, form->layout.narrow);
    for (size_t cell = 0; cell < form->layout.n_cells[at->id]; cell++)
        for (size_t r = (size_t)block->n_replications; r < PLACE_BLOCK; r++)
            padded &= memcmp((const uint8_t *)block->data[at->id] + (cell * PLACE_BLOCK + r) * size, missing, size) == 0;
    return padded;
}

static bool pack_column(const place_form *form, const place_block *block, const place_column *at, place_encoder *encoder,
                        uint8_t *padded, place_packed *packed) {
    const place_chunking *cut = &at->chunking;
    const size_t cell_size = PLACE_BLOCK * cut->value_size;
    assert(block->data[at->id] != NULL);
    assert(is_padded(form, block, at));
    for (size_t c = 0; c < cut->n_chunks; c++) {
        place_packed_chunk *chunk = &packed->chunks[at->first_chunk + c];
        place_chunk where = place_chunk_at(cut, c);
        const uint8_t *values = (const uint8_t *)block->data[at->id] + where.first_cell * cell_size, *encoded;
        if (where.n_cells < cut->n_cells) { /* the last piece of an axis: missing values make it whole */
            size_t present = where.n_cells * cell_size;
            memcpy(padded, values, present);
            place_fill_missing(padded + present, (cut->n_bytes - present) / cut->value_size,
                               place_catalogue[at->id].type, form->layout.narrow);
            values = padded;
        }
        chunk->zero = place_all_zero(values, cut->n_bytes) ? find_zero(form, cut->n_bytes) : NULL;
        if (chunk->zero != NULL) {
            memcpy(chunk->digest, chunk->zero->digest, PLACE_DIGEST_SIZE);
            continue;
        }
        if (!place_chunk_digest(values, cut->n_bytes, chunk->digest)) return false;
        size_t size = place_encode(encoder, values, cut->n_bytes, cut->value_size, &encoded);
        if (!keep_bytes(form, packed, chunk, encoded, size)) return false;
    }
    return true;
}

place_packed *place_form_pack(const place_form *form, const place_block *block, int part, int n_parts) {
    bool good = false;
    size_t size = sizeof(place_packed) + form->n_chunks * sizeof(place_packed_chunk);
    place_encoder *encoder = place_encoder_create(form->max_bytes);
    uint8_t *padded = form->files->realloc(NULL, form->max_bytes);
    place_packed *packed = form->files->realloc(NULL, size);
    if (packed != NULL) memset(packed, 0, size);
    if (encoder == NULL || padded == NULL || packed == NULL) goto out;
    packed->index = block->index;
    packed->n_replications = block->n_replications;
    packed->part = part;
    packed->n_parts = n_parts;
    for (size_t i = (size_t)part; i < form->n_columns; i += (size_t)n_parts)
        if (!pack_column(form, block, &form->columns[i], encoder, padded, packed)) goto out;
    uint8_t *shrunk = form->files->realloc(packed->bytes, packed->n_bytes + 1); /* it may wait for its turn */
    if (shrunk != NULL) packed->bytes = shrunk;
    good = true;
out:
    if (!good) {
        place_packed_free(packed);
        packed = NULL;
    }
    free(padded);
    place_encoder_free(encoder);
    return packed;
}

void place_packed_free(place_packed *packed) {
    if (packed == NULL) return;
    free(packed->bytes);
    free(packed);
}

/* ---- laying out -------------------------------------------------------------------------------------------------- */

static int compare_names(const void *a, const void *b) {
    const place_column *left = a, *right = b;
    return strcmp(place_catalogue[left->id].name, place_catalogue[right->id].name);
}

static void lay_out(place_form *form) {
    for (int v = 0; v < PLACE_N_VARIABLES; v++) {
        const place_variable *variable = &place_catalogue[v];
        size_t length[PLACE_MAX_VARIABLE_AXES];
        if (!form->layout.kept[v]) continue;
        for (int k = 0; k < variable->n_axes; k++) length[k] = place_axis_length(form->plan, variable->axes[k]);
        place_column *at = &form->columns[form->n_columns++];
        *at = (place_column){ .id = (place_variable_id)v };
        at->chunking = place_chunking_of(variable->n_axes, length, place_type_stored_size(&form->layout, variable->type));
        if (at->chunking.n_bytes > form->max_bytes) form->max_bytes = at->chunking.n_bytes;
    }
    qsort(form->columns, form->n_columns, sizeof *form->columns, compare_names);
    for (size_t i = 0; i < form->n_columns; i++) {
        form->columns[i].first_chunk = form->n_chunks;
        form->n_chunks += form->columns[i].chunking.n_chunks;
        form->block_bytes += form->columns[i].chunking.n_chunks * form->columns[i].chunking.n_bytes;
    }
}

static bool make_zeros(place_form *form) {
    bool good = false;
    const uint8_t *encoded;
    place_encoder *encoder = place_encoder_create(form->max_bytes);
    void *zeros = place_files_take(form->files, form->max_bytes);
    if (encoder == NULL || zeros == NULL) goto out;
    for (size_t i = 0; i < form->n_columns; i++) {
        size_t n_bytes = form->columns[i].chunking.n_bytes;
        if (find_zero(form, n_bytes) != NULL) continue;
        place_zero_chunk *zero = &form->zeros[form->n_zeros++]; /* shuffled zeros are zeros, whatever the size of a value */
        zero->n_bytes = n_bytes;
        zero->encoded_size = place_encode(encoder, zeros, n_bytes, 1, &encoded);
        zero->encoded = form->files->realloc(NULL, zero->encoded_size);
        if (zero->encoded == NULL || !place_chunk_digest(zeros, n_bytes, zero->digest)) goto out;
        memcpy(zero->encoded, encoded, zero->encoded_size);
    }
    good = true;
out:
    free(zeros);
    place_encoder_free(encoder);
    return good;
}


bool place_form_init(place_form *form, const place_plan *plan, unsigned detail, place_design design, const place_files *files) {
    *form = (place_form){ .files = files, .plan = plan, .layout = place_layout_of(plan, detail), .design = design };
    lay_out(form);
    return make_zeros(form);
}

void place_form_clear(place_form *form) {
    for (size_t z = 0; z < form->n_zeros; z++) free(form->zeros[z].encoded);
    form->n_zeros = 0;
}
