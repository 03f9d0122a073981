/* SPDX-License-Identifier: MIT */
/*
 * The sink that writes a run file. Packing a block (digest, shuffle, deflate, checksum) needs no HDF5 and runs on every
 * thread at once; appending hands the finished chunks to HDF5 one block after the other. A packed block is freed when
 * it is written, so memory grows with the number of replications only by 32 bytes a chunk, their digests.
 *
 * The whole file is laid out before the first block, its extents included, so what HDF5 writes where depends on the
 * plan and on the order of blocks alone.
 */
#include <assert.h>
#include <errno.h>
#include <hdf5_hl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chunk.h"
#include "describe.h"
#include "h5.h"
#include "place/runfile.h"
#include "target.h"

/* One variable of the file. Variables stand in order of name, the order of the result digest. */
typedef struct column {
    place_variable_id id;
    hid_t dataset;
    place_chunking chunking;
    size_t first_chunk; /* number of its first chunk among all chunks of a block */
} column;

/* A chunk of nothing but zeros, which is most of what some variables have: encoded once for each size, then shared. */
typedef struct zero_chunk {
    size_t n_bytes, encoded_size;
    uint8_t *encoded;
    uint8_t digest[PLACE_DIGEST_SIZE];
} zero_chunk;

typedef struct writer {
    const place_plan *plan;
    place_layout layout;
    place_runfile_options options;
    place_target *target;
    place_scribe scribe;
    hid_t file;
    place_h5_axes axes;
    column columns[PLACE_N_VARIABLES];
    zero_chunk zeros[PLACE_N_VARIABLES];
    size_t n_columns, n_zeros;
    size_t n_chunks, max_bytes; /* in a block; of a chunk */
    size_t n_blocks;
    int64_t n_appended, n_replications;    /* blocks and replications so far */
    uint8_t (*digests)[PLACE_DIGEST_SIZE]; /* [n_chunks][n_blocks] */
} writer;

typedef struct packed_chunk {
    const zero_chunk *zero; /* NULL: of its own ... */
    size_t start, size;     /* ... bytes of the block */
    uint8_t digest[PLACE_DIGEST_SIZE];
} packed_chunk;

typedef struct packed_block {
    int64_t index;
    int n_replications;
    int part, n_parts; /* holds the columns part, part + n_parts, ... */
    uint8_t *bytes;
    size_t n_bytes, room;
    packed_chunk chunks[]; /* [n_chunks] */
} packed_block;

static place_status out_of_memory(const writer *w, place_error *err) {
    return place_error_set(err, PLACE_SYSTEM, place_target_path(w->target), 0, "out of memory");
}

/* ---- packing: any number of threads ----------------------------------------------------------------------------- */

static void writer_discard(void *self, void *packed) {
    (void)self;
    packed_block *block = packed;
    if (block == NULL) return;
    free(block->bytes);
    free(block);
}

static bool keep_bytes(packed_block *packed, packed_chunk *chunk, const uint8_t *bytes, size_t n) {
    if (packed->room - packed->n_bytes < n) {
        size_t room = 2 * packed->room + n;
        uint8_t *grown = realloc(packed->bytes, room);
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

static const zero_chunk *find_zero(const writer *w, size_t n_bytes) {
    for (size_t z = 0; z < w->n_zeros; z++)
        if (w->zeros[z].n_bytes == n_bytes) return &w->zeros[z];
    return NULL;
}

/* What a last, short block promises: nothing but missing values behind its replications. */
static bool is_padded(const writer *w, const place_block *block, const column *at) {
    uint8_t missing[8];
    size_t size = at->chunking.value_size;
    place_fill_missing(missing, 1, place_catalogue[at->id].type, w->layout.narrow);
    for (size_t cell = 0; cell < w->layout.n_cells[at->id]; cell++)
        for (size_t r = (size_t)block->n_replications; r < PLACE_BLOCK; r++)
            if (memcmp((const uint8_t *)block->data[at->id] + (cell * PLACE_BLOCK + r) * size, missing, size) != 0)
                return false;
    return true;
}

static bool pack_column(const writer *w, const place_block *block, const column *at, place_encoder *encoder,
                        uint8_t *padded, packed_block *packed) {
    const place_chunking *cut = &at->chunking;
    const size_t cell_size = PLACE_BLOCK * cut->value_size;
    assert(block->data[at->id] != NULL);
    assert(is_padded(w, block, at));
    for (size_t c = 0; c < cut->n_chunks; c++) {
        packed_chunk *chunk = &packed->chunks[at->first_chunk + c];
        place_chunk where = place_chunk_at(cut, c);
        const uint8_t *values = (const uint8_t *)block->data[at->id] + where.first_cell * cell_size, *encoded;
        if (where.n_cells < cut->n_cells) { /* the last piece of an axis: missing values make it whole */
            size_t present = where.n_cells * cell_size;
            memcpy(padded, values, present);
            place_fill_missing(padded + present, (cut->n_bytes - present) / cut->value_size,
                               place_catalogue[at->id].type, w->layout.narrow);
            values = padded;
        }
        chunk->zero = place_all_zero(values, cut->n_bytes) ? find_zero(w, cut->n_bytes) : NULL;
        if (chunk->zero != NULL) {
            memcpy(chunk->digest, chunk->zero->digest, PLACE_DIGEST_SIZE);
            continue;
        }
        place_chunk_digest(values, cut->n_bytes, chunk->digest);
        size_t size = place_encode(encoder, values, cut->n_bytes, cut->value_size, &encoded);
        if (!keep_bytes(packed, chunk, encoded, size)) return false;
    }
    return true;
}

static void *writer_pack(void *self, const place_block *block, int part, int n_parts, place_error *err) {
    const writer *w = self;
    bool good = false;
    place_encoder *encoder = place_encoder_create(w->max_bytes);
    uint8_t *padded = malloc(w->max_bytes);
    packed_block *packed = calloc(1, sizeof *packed + w->n_chunks * sizeof *packed->chunks);
    if (encoder == NULL || padded == NULL || packed == NULL) goto out;
    packed->index = block->index;
    packed->n_replications = block->n_replications;
    packed->part = part;
    packed->n_parts = n_parts;
    for (size_t i = (size_t)part; i < w->n_columns; i += (size_t)n_parts)
        if (!pack_column(w, block, &w->columns[i], encoder, padded, packed)) goto out;
    uint8_t *shrunk = realloc(packed->bytes, packed->n_bytes + 1); /* it may wait for its turn */
    if (shrunk != NULL) packed->bytes = shrunk;
    good = true;
out:
    if (!good) {
        out_of_memory(w, err);
        writer_discard(self, packed);
        packed = NULL;
    }
    free(padded);
    place_encoder_free(encoder);
    return packed;
}

/* ---- appending: one block after the other ------------------------------------------------------------------------ */

static place_status write_failed(const writer *w, const packed_block *packed, place_error *err) {
    int cause = 0;
    place_error why = { .status = PLACE_OK };
    place_status status = place_h5_fail(&why, place_target_path(w->target), "cannot write the output", &cause);
    long long needed = (long long)packed->n_bytes, at_hand = (long long)place_target_free_bytes(w->target);
    if ((cause == ENOSPC || cause == EDQUOT || cause == EFBIG) && at_hand >= 0)
        return place_error_set(err, status, why.file, 0, "%s; this block needs about %lld bytes, %lld are free",
                               why.message, needed, at_hand);
    return place_error_set(err, status, why.file, 0, "%s", why.message);
}

static place_status writer_append(void *self, void *packed_, place_error *err) {
    writer *w = self;
    packed_block *packed = packed_;
    place_status status = PLACE_OK;
    assert(packed->index == w->n_appended && (size_t)packed->index < w->n_blocks);
    for (size_t i = (size_t)packed->part; i < w->n_columns && status == PLACE_OK; i += (size_t)packed->n_parts) {
        const column *at = &w->columns[i];
        for (size_t c = 0; c < at->chunking.n_chunks && status == PLACE_OK; c++) {
            const packed_chunk *chunk = &packed->chunks[at->first_chunk + c];
            const void *bytes = chunk->zero != NULL ? chunk->zero->encoded : packed->bytes + chunk->start;
            size_t size = chunk->zero != NULL ? chunk->zero->encoded_size : chunk->size;
            place_chunk where = place_chunk_at(&at->chunking, c);
            hsize_t origin[PLACE_MAX_VARIABLE_AXES + 1];
            for (int a = 0; a < at->chunking.n_axes; a++) origin[a] = where.origin[a];
            origin[at->chunking.n_axes] = (hsize_t)packed->index * PLACE_BLOCK;
            if (H5Dwrite_chunk(at->dataset, H5P_DEFAULT, 0, origin, size, bytes) < 0)
                status = write_failed(w, packed, err);
            memcpy(w->digests[(at->first_chunk + c) * w->n_blocks + (size_t)packed->index], chunk->digest,
                   PLACE_DIGEST_SIZE);
        }
    }
    if (packed->part == packed->n_parts - 1) {
        w->n_appended++;
        w->n_replications += packed->n_replications;
    }
    writer_discard(self, packed);
    return status;
}

/* ---- the end ---------------------------------------------------------------------------------------------------- */

static void writer_free(writer *w) {
    for (size_t z = 0; z < w->n_zeros; z++) free(w->zeros[z].encoded);
    free(w->digests);
    free(w);
}

/* Gives all that is HDF5's back to it; the file is closed strongly, that is with whatever is still open in it. */
static place_status close_file(writer *w, place_error *err) {
    for (size_t i = 0; i < w->n_columns; i++)
        if (w->columns[i].dataset >= 0) H5Dclose(w->columns[i].dataset);
    place_h5_axes_close(&w->axes);
    place_scribe_clear(&w->scribe);
    if (w->file >= 0 && H5Fclose(w->file) < 0)
        return place_h5_fail(err, place_target_path(w->target), "cannot write the output", NULL);
    return PLACE_OK;
}

static void writer_abandon(void *self) {
    writer *w = self;
    if (w->file >= 0)
        place_target_empty(w->target); /* HDF5 writes what it has kept in mind: on a full disk, here is room */
    close_file(w, NULL);
    place_target_discard(w->target);
    writer_free(w);
}

/* A run that ended early: the extents are what was written. A dataset's replications are its last axis. */
static void shorten(writer *w) {
    const hsize_t n = (hsize_t)w->n_replications;
    place_scribe_check(&w->scribe, H5Dset_extent(w->axes.replication, &n));
    for (size_t i = 0; i < w->n_columns; i++) {
        const place_chunking *cut = &w->columns[i].chunking;
        hsize_t extent[PLACE_MAX_VARIABLE_AXES + 1];
        for (int a = 0; a < cut->n_axes; a++) extent[a] = cut->length[a];
        extent[cut->n_axes] = n;
        place_scribe_check(&w->scribe, H5Dset_extent(w->columns[i].dataset, extent));
    }
    for (size_t c = 1; c < w->n_chunks; c++)
        memmove(w->digests[c * (size_t)w->n_appended], w->digests[c * w->n_blocks],
                (size_t)w->n_appended * PLACE_DIGEST_SIZE);
}

static hid_t write_counter(place_scribe *scribe, hid_t group, const char *name, const char *long_name, size_t n) {
    hid_t scale = H5I_INVALID_HID;
    int32_t *values = calloc(n + 1, sizeof *values);
    if (values == NULL) {
        scribe->status = place_error_set(scribe->err, PLACE_SYSTEM, scribe->path, 0, "out of memory");
        return scale;
    }
    for (size_t i = 0; i < n; i++) values[i] = (int32_t)i;
    scale = place_scribe_column(scribe, group, name, long_name, H5T_STD_I32LE, n, values, H5I_INVALID_HID);
    if (scale >= 0) place_scribe_text(scribe, scale, "units", "1");
    free(values);
    return scale;
}

/* Which chunk of which variable each row of the digests is of. */
static void write_chunk_names(writer *w, hid_t scale) {
    place_scribe *scribe = &w->scribe;
    const char **names = calloc(w->n_chunks, sizeof *names);
    int32_t *numbers = calloc(w->n_chunks, sizeof *numbers);
    if (names != NULL && numbers != NULL) {
        for (size_t i = 0; i < w->n_columns; i++)
            for (size_t c = 0; c < w->columns[i].chunking.n_chunks; c++) {
                names[w->columns[i].first_chunk + c] = place_catalogue[w->columns[i].id].name;
                numbers[w->columns[i].first_chunk + c] = (int32_t)c;
            }
        hid_t variable = place_scribe_column(scribe, w->axes.provenance, "chunk_variable", "variable of the chunk",
                                             scribe->text, w->n_chunks, names, scale);
        hid_t number =
            place_scribe_column(scribe, w->axes.provenance, "chunk_number", "chunk of the variable, row-major",
                                H5T_STD_I32LE, w->n_chunks, numbers, scale);
        if (number >= 0) place_scribe_text(scribe, number, "units", "1");
        if (number >= 0) H5Dclose(number);
        if (variable >= 0) H5Dclose(variable);
    } else scribe->status = out_of_memory(w, scribe->err);
    free(names);
    free(numbers);
}

/* The digests in the order of the result digest, which is the digest of this dataset's bytes. */
static void write_digests(writer *w) {
    place_scribe *scribe = &w->scribe;
    hid_t group = w->axes.provenance, space = H5I_INVALID_HID, dataset = H5I_INVALID_HID;
    const hsize_t extent[3] = { w->n_chunks, (hsize_t)w->n_appended, PLACE_DIGEST_SIZE };
    if (extent[1] == 0) return;
    hid_t scales[3] = { write_counter(scribe, group, "chunk", "chunk of a block of replications", w->n_chunks),
                        write_counter(scribe, group, "block", "block of 256 replications", (size_t)w->n_appended),
                        write_counter(scribe, group, "digest_byte", "byte of a SHA-256", PLACE_DIGEST_SIZE) };
    if (scribe->status == PLACE_OK) write_chunk_names(w, scales[0]);
    if (scribe->status == PLACE_OK && place_scribe_check(scribe, space = H5Screate_simple(3, extent, NULL)) >= 0)
        dataset = (hid_t)place_scribe_check(
            scribe, H5Dcreate2(group, "chunk_digest", H5T_STD_U8LE, space, H5P_DEFAULT, scribe->creation, H5P_DEFAULT));
    if (dataset >= 0) {
        for (unsigned a = 0; a < 3; a++) place_scribe_check(scribe, H5DSattach_scale(dataset, scales[a], a));
        place_scribe_check(scribe, H5Dwrite(dataset, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, w->digests));
        place_scribe_text(scribe, dataset, "long_name", "SHA-256 of the chunk's uncompressed little-endian values");
        place_scribe_text(scribe, dataset, "units", "1");
        H5Dclose(dataset);
    }
    if (space >= 0) H5Sclose(space);
    for (int a = 0; a < 3; a++)
        if (scales[a] >= 0) H5Dclose(scales[a]);
}

static place_status writer_close(void *self, place_error *err) {
    writer *w = self;
    uint8_t digest[PLACE_DIGEST_SIZE];
    char hex[PLACE_DIGEST_TEXT];
    const int32_t complete = w->n_replications == w->options.n_replications;
    w->scribe.err = err;
    if (!complete) shorten(w);
    place_chunk_digest(w->digests, w->n_chunks * (size_t)w->n_appended * PLACE_DIGEST_SIZE, digest);
    place_digest_text(digest, hex);
    write_digests(w);
    place_scribe_numbers(&w->scribe, w->file, "replications", H5T_NATIVE_INT64, &w->n_replications, 0);
    place_scribe_numbers(&w->scribe, w->file, "complete", H5T_NATIVE_INT32, &complete, 0);
    place_scribe_text(&w->scribe, w->file, "result_digest", hex);
    place_status status = w->scribe.status;
    if (status != PLACE_OK) {
        writer_abandon(w);
        return status;
    }
    status = close_file(w, err);
    if (status == PLACE_OK) status = place_target_publish(w->target, err);
    else place_target_discard(w->target);
    writer_free(w);
    return status;
}

/* ---- the beginning ---------------------------------------------------------------------------------------------- */

static void describe_values(place_scribe *scribe, hid_t dataset, const place_variable *variable, hid_t type,
                            const void *missing) {
    char coordinates[512];
    static const int8_t flags[2] = { 0, 1 };
    place_scribe_text(scribe, dataset, "long_name", variable->long_name);
    place_scribe_text(scribe, dataset, "units", variable->units);
    place_scribe_numbers(scribe, dataset, "_FillValue", type, missing, 1);
    if (variable->type == PLACE_TYPE_FLAG) {
        place_scribe_numbers(scribe, dataset, "flag_values", type, flags, 2);
        place_scribe_text(scribe, dataset, "flag_meanings", "no yes");
    }
    place_describe_coordinates(variable, coordinates, sizeof coordinates);
    place_scribe_text(scribe, dataset, "coordinates", coordinates);
}

static void create_dataset(writer *w, column *at) {
    place_scribe *scribe = &w->scribe;
    const place_variable *variable = &place_catalogue[at->id];
    const place_chunking *cut = &at->chunking;
    const hid_t type = place_h5_file_type(variable->type, w->layout.narrow);
    const int rank = cut->n_axes + 1;
    hsize_t extent[PLACE_MAX_VARIABLE_AXES + 1], most[PLACE_MAX_VARIABLE_AXES + 1], shape[PLACE_MAX_VARIABLE_AXES + 1];
    uint8_t missing[8];
    for (int a = 0; a < cut->n_axes; a++) {
        extent[a] = most[a] = cut->length[a];
        shape[a] = cut->shape[a];
    }
    extent[cut->n_axes] = (hsize_t)w->options.n_replications;
    most[cut->n_axes] = H5S_UNLIMITED;
    shape[cut->n_axes] = PLACE_BLOCK;
    place_fill_missing(missing, 1, variable->type, w->layout.narrow);

    hid_t creation = place_scribe_creation(scribe, H5P_DATASET_CREATE), space = H5Screate_simple(rank, extent, most);
    if (scribe->status == PLACE_OK && place_scribe_check(scribe, space) >= 0
        && place_scribe_check(scribe, H5Pset_chunk(creation, rank, shape)) >= 0
        && place_scribe_check(scribe, H5Pset_fill_value(creation, type, missing)) >= 0
        && place_scribe_check(scribe, H5Pset_shuffle(creation)) >= 0
        && place_scribe_check(scribe, H5Pset_deflate(creation, 1)) >= 0
        && place_scribe_check(scribe, H5Pset_fletcher32(creation)) >= 0)
        at->dataset = (hid_t)place_scribe_check(
            scribe, H5Dcreate2(w->file, variable->name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT));
    if (at->dataset >= 0) {
        for (int a = 0; a < rank; a++) {
            hid_t scale = a < cut->n_axes ? w->axes.axis[variable->axes[a]] : w->axes.replication;
            place_scribe_check(scribe, H5DSattach_scale(at->dataset, scale, (unsigned)a));
        }
        describe_values(scribe, at->dataset, variable, type, missing);
    }
    if (space >= 0) H5Sclose(space);
    if (creation >= 0) H5Pclose(creation);
}

static int compare_names(const void *a, const void *b) {
    const column *left = a, *right = b;
    return strcmp(place_catalogue[left->id].name, place_catalogue[right->id].name);
}

static void lay_out(writer *w) {
    for (int v = 0; v < PLACE_N_VARIABLES; v++) {
        const place_variable *variable = &place_catalogue[v];
        size_t length[PLACE_MAX_VARIABLE_AXES];
        if (!w->layout.kept[v]) continue;
        for (int k = 0; k < variable->n_axes; k++) length[k] = place_axis_length(w->plan, variable->axes[k]);
        column *at = &w->columns[w->n_columns++];
        *at = (column){ .id = (place_variable_id)v, .dataset = H5I_INVALID_HID };
        at->chunking = place_chunking_of(variable->n_axes, length, place_type_stored_size(&w->layout, variable->type));
        if (at->chunking.n_bytes > w->max_bytes) w->max_bytes = at->chunking.n_bytes;
    }
    qsort(w->columns, w->n_columns, sizeof *w->columns, compare_names);
    for (size_t i = 0; i < w->n_columns; i++) {
        w->columns[i].first_chunk = w->n_chunks;
        w->n_chunks += w->columns[i].chunking.n_chunks;
    }
    w->n_blocks = ((size_t)w->options.n_replications + PLACE_BLOCK - 1) / PLACE_BLOCK;
}

static bool make_zeros(writer *w) {
    bool good = false;
    const uint8_t *encoded;
    place_encoder *encoder = place_encoder_create(w->max_bytes);
    void *zeros = calloc(1, w->max_bytes);
    if (encoder == NULL || zeros == NULL) goto out;
    for (size_t i = 0; i < w->n_columns; i++) {
        size_t n_bytes = w->columns[i].chunking.n_bytes;
        if (find_zero(w, n_bytes) != NULL) continue;
        zero_chunk *zero = &w->zeros[w->n_zeros++]; /* shuffled zeros are zeros, whatever the size of a value */
        zero->n_bytes = n_bytes;
        zero->encoded_size = place_encode(encoder, zeros, n_bytes, 1, &encoded);
        place_chunk_digest(zeros, n_bytes, zero->digest);
        zero->encoded = malloc(zero->encoded_size);
        if (zero->encoded == NULL) goto out;
        memcpy(zero->encoded, encoded, zero->encoded_size);
    }
    good = true;
out:
    free(zeros);
    place_encoder_free(encoder);
    return good;
}

static void create_file(writer *w) {
    place_scribe *scribe = &w->scribe;
    hid_t creation = place_scribe_creation(scribe, H5P_FILE_CREATE), access = H5Pcreate(H5P_FILE_ACCESS);
    if (scribe->status == PLACE_OK && place_scribe_check(scribe, access) >= 0
        && place_scribe_check(scribe, H5Pset_file_locking(access, false, true)) >= 0 /* the name is ours alone */
        && place_scribe_check(scribe, H5Pset_fclose_degree(access, H5F_CLOSE_STRONG)) >= 0
        && place_scribe_check(scribe, H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST)) >= 0)
        w->file = (hid_t)place_scribe_check(
            scribe, H5Fcreate(place_target_temporary(w->target), H5F_ACC_TRUNC, creation, access));
    if (access >= 0) H5Pclose(access);
    if (creation >= 0) H5Pclose(creation);
}

place_status place_runfile_create(place_sink *out, const char *path, const place_plan *plan,
                                  const place_runfile_options *options, place_error *err) {
    place_target *target = NULL;
    place_status status = PLACE_OK;
    assert(options->n_replications > 0);
    if (options->n_replications > INT32_MAX)
        return place_error_set(err, PLACE_SYSTEM, path, 0, "%lld replications; a run file holds 2,147,483,647 at most",
                               (long long)options->n_replications);
    status = place_target_create(&target, path, options->force, err);
    if (status != PLACE_OK) return status;
    writer *w = calloc(1, sizeof *w);
    if (w == NULL) {
        place_target_discard(target);
        return place_error_set(err, PLACE_SYSTEM, path, 0, "out of memory");
    }
    *w = (writer){ .plan = plan,
                   .options = *options,
                   .target = target,
                   .file = H5I_INVALID_HID,
                   .layout = place_layout_of(plan, options->detail) };
    place_h5_start();
    place_scribe_init(&w->scribe, place_target_path(target), err);
    lay_out(w);
    w->digests = calloc(w->n_chunks * w->n_blocks, sizeof *w->digests);
    if (w->digests == NULL || !make_zeros(w)) w->scribe.status = out_of_memory(w, err);
    create_file(w);
    if (w->file >= 0) place_describe(&w->scribe, w->file, plan, &w->layout, options, &w->axes);
    else w->axes = place_h5_no_axes();
    for (int v = 0; v < PLACE_N_VARIABLES && w->scribe.status == PLACE_OK; v++) /* listed as the catalogue has them */
        for (size_t i = 0; i < w->n_columns; i++)
            if ((int)w->columns[i].id == v) create_dataset(w, &w->columns[i]);
    status = w->scribe.status;
    if (status != PLACE_OK) {
        writer_abandon(w);
        return status;
    }
    *out = (place_sink){ .pack = writer_pack,
                         .append = writer_append,
                         .discard = writer_discard,
                         .close = writer_close,
                         .abandon = writer_abandon,
                         .self = w };
    return PLACE_OK;
}
