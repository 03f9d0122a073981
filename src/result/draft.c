/* SPDX-License-Identifier: MIT */
/*
 * Making run files through HDF5. A draft in memory is HDF5's core driver without a file behind it; its image is read where the driver keeps
 * it, after a flush, so that a block is in memory once.
 */
#include "draft.h"

#include <assert.h>
#include <hdf5_hl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "describe.h"
#include "h5.h"

#define GROWTH ((size_t)1 << 20) /* bytes that a draft in memory grows by */

struct place_draft {
    const place_form *form;
    place_stretch stretch;
    const char *path, *named;
    place_scribe scribe;
    hid_t file;
    place_h5_axes axes;
    hid_t datasets[PLACE_N_VARIABLES];     /* [n_columns] */
    size_t n_blocks;                       /* laid out    */
    uint8_t (*digests)[PLACE_DIGEST_SIZE]; /* [n_chunks][n_blocks] */
    const void *image;
    size_t image_size;
};

static place_status out_of_memory(const place_draft *draft, place_error *err) {
    return place_error_set(err, PLACE_SYSTEM, draft->named, 0, "out of memory");
}

/* ---- laying out -------------------------------------------------------------------------------------------------- */

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

static void create_dataset(place_draft *draft, size_t column) {
    place_scribe *scribe = &draft->scribe;
    const place_column *at = &draft->form->columns[column];
    const place_variable *variable = &place_catalogue[at->id];
    const place_chunking *cut = &at->chunking;
    const hid_t type = place_h5_file_type(variable->type, draft->form->layout.narrow);
    const int rank = cut->n_axes + 1;
    hsize_t extent[PLACE_MAX_VARIABLE_AXES + 1], most[PLACE_MAX_VARIABLE_AXES + 1], shape[PLACE_MAX_VARIABLE_AXES + 1];
    uint8_t missing[8];
    for (int a = 0; a < cut->n_axes; a++) {
        extent[a] = most[a] = cut->length[a];
        shape[a] = cut->shape[a];
    }
    extent[cut->n_axes] = (hsize_t)draft->stretch.n;
    most[cut->n_axes] = H5S_UNLIMITED;
    shape[cut->n_axes] = PLACE_BLOCK;
    place_fill_missing(missing, 1, variable->type, draft->form->layout.narrow);

    hid_t creation = place_scribe_creation(scribe, H5P_DATASET_CREATE), space = H5Screate_simple(rank, extent, most);
    if (scribe->status == PLACE_OK && place_scribe_check(scribe, space) >= 0
        && place_scribe_check(scribe, H5Pset_chunk(creation, rank, shape)) >= 0
        && place_scribe_check(scribe, H5Pset_fill_value(creation, type, missing)) >= 0
        && place_scribe_check(scribe, H5Pset_shuffle(creation)) >= 0
        && place_scribe_check(scribe, H5Pset_deflate(creation, 1)) >= 0
        && place_scribe_check(scribe, H5Pset_fletcher32(creation)) >= 0)
        draft->datasets[column] = (hid_t)place_scribe_check(
            scribe, H5Dcreate2(draft->file, variable->name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT));
    if (draft->datasets[column] >= 0) {
        for (int a = 0; a < rank; a++) {
            hid_t scale = a < cut->n_axes ? draft->axes.axis[variable->axes[a]] : draft->axes.replication;
            place_scribe_check(scribe, H5DSattach_scale(draft->datasets[column], scale, (unsigned)a));
        }
        describe_values(scribe, draft->datasets[column], variable, type, missing);
    }
    if (space >= 0) H5Sclose(space);
    if (creation >= 0) H5Pclose(creation);
}

static void open_file(place_draft *draft) {
    place_scribe *scribe = &draft->scribe;
    hid_t creation = place_scribe_creation(scribe, H5P_FILE_CREATE), access = H5Pcreate(H5P_FILE_ACCESS);
    if (scribe->status == PLACE_OK && place_scribe_check(scribe, access) >= 0
        && place_scribe_check(scribe, H5Pset_file_locking(access, false, true)) >= 0 /* the name is ours alone */
        && place_scribe_check(scribe, H5Pset_fclose_degree(access, H5F_CLOSE_STRONG)) >= 0
        && place_scribe_check(scribe, H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST)) >= 0
        && (draft->path != NULL || place_scribe_check(scribe, H5Pset_fapl_core(access, GROWTH, false)) >= 0))
        draft->file = (hid_t)place_scribe_check(
            scribe, H5Fcreate(draft->path != NULL ? draft->path : "block", H5F_ACC_TRUNC, creation, access));
    if (access >= 0) H5Pclose(access);
    if (creation >= 0) H5Pclose(creation);
}

place_status place_draft_create(place_draft **out, const place_form *form, const place_stretch *stretch, const char *path, const char *named,
                                int *system_error, place_error *err) {
    assert(stretch->first % PLACE_BLOCK == 0);
    place_draft *draft = form->files->realloc(NULL, sizeof *draft);
    if (draft == NULL) return place_error_set(err, PLACE_SYSTEM, named, 0, "out of memory");
    *draft = (place_draft){ .form = form, .stretch = *stretch, .path = path, .named = named, .file = H5I_INVALID_HID };
    draft->n_blocks = ((size_t)stretch->n + PLACE_BLOCK - 1) / PLACE_BLOCK;
    draft->axes = place_h5_no_axes();
    for (size_t i = 0; i < form->n_columns; i++) draft->datasets[i] = H5I_INVALID_HID;
    place_h5_start();
    place_scribe_init(&draft->scribe, named, err);
    draft->digests = form->files->realloc(NULL, form->n_chunks * draft->n_blocks * PLACE_DIGEST_SIZE + 1);
    if (draft->digests == NULL) draft->scribe.status = out_of_memory(draft, err);
    open_file(draft);
    if (draft->file >= 0) place_describe(&draft->scribe, draft->file, form->plan, &form->layout, form->design, stretch, &draft->axes);
    for (int v = 0; v < PLACE_N_VARIABLES && draft->scribe.status == PLACE_OK; v++) /* listed as the catalogue has them */
        for (size_t i = 0; i < form->n_columns; i++)
            if ((int)form->columns[i].id == v) create_dataset(draft, i);
    place_status status = draft->scribe.status;
    if (system_error != NULL) *system_error = draft->scribe.system_error;
    if (status != PLACE_OK) place_draft_free(draft);
    else *out = draft;
    return status;
}

/* ---- chunks ------------------------------------------------------------------------------------------------------ */

place_status place_draft_put(place_draft *draft, size_t column, size_t chunk, int64_t block, const void *bytes, size_t n_bytes,
                             const uint8_t digest[PLACE_DIGEST_SIZE], int *system_error, place_error *err) {
    const place_column *at = &draft->form->columns[column];
    const size_t row = (size_t)(block - draft->stretch.first / PLACE_BLOCK);
    place_chunk where = place_chunk_at(&at->chunking, chunk);
    hsize_t origin[PLACE_MAX_VARIABLE_AXES + 1];
    assert(row < draft->n_blocks);
    for (int a = 0; a < at->chunking.n_axes; a++) origin[a] = where.origin[a];
    origin[at->chunking.n_axes] = row * PLACE_BLOCK;
    memcpy(draft->digests[(at->first_chunk + chunk) * draft->n_blocks + row], digest, PLACE_DIGEST_SIZE);
    if (H5Dwrite_chunk(draft->datasets[column], H5P_DEFAULT, 0, origin, n_bytes, bytes) < 0)
        return place_h5_fail(err, draft->named, "cannot write the output", system_error);
    return PLACE_OK;
}

/* ---- the end ----------------------------------------------------------------------------------------------------- */

/* A run that ended early: the extents are what was written. A dataset's replications are its last axis. */
static void shorten(place_draft *draft, int64_t replications) {
    const hsize_t n = (hsize_t)replications;
    const size_t n_blocks = (size_t)replications / PLACE_BLOCK;
    place_scribe_check(&draft->scribe, H5Dset_extent(draft->axes.replication, &n));
    for (size_t i = 0; i < draft->form->n_columns; i++) {
        const place_chunking *cut = &draft->form->columns[i].chunking;
        hsize_t extent[PLACE_MAX_VARIABLE_AXES + 1];
        for (int a = 0; a < cut->n_axes; a++) extent[a] = cut->length[a];
        extent[cut->n_axes] = n;
        place_scribe_check(&draft->scribe, H5Dset_extent(draft->datasets[i], extent));
    }
    for (size_t c = 1; c < draft->form->n_chunks; c++)
        memmove(draft->digests[c * n_blocks], draft->digests[c * draft->n_blocks], n_blocks * PLACE_DIGEST_SIZE);
    draft->n_blocks = n_blocks;
}

static hid_t write_counter(const place_draft *draft, place_scribe *scribe, hid_t group, const char *name, const char *long_name, size_t n) {
    hid_t scale = H5I_INVALID_HID;
    int32_t *values = place_files_take(draft->form->files, (n + 1) * sizeof *values);
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
static void write_chunk_names(place_draft *draft, hid_t scale) {
    place_scribe *scribe = &draft->scribe;
    const place_files *files = draft->form->files;
    const char **names = place_files_take(files, draft->form->n_chunks * sizeof *names);
    int32_t *numbers = place_files_take(files, draft->form->n_chunks * sizeof *numbers);
    if (names != NULL && numbers != NULL) {
        for (size_t i = 0; i < draft->form->n_columns; i++)
            for (size_t c = 0; c < draft->form->columns[i].chunking.n_chunks; c++) {
                names[draft->form->columns[i].first_chunk + c] = place_catalogue[draft->form->columns[i].id].name;
                numbers[draft->form->columns[i].first_chunk + c] = (int32_t)c;
            }
        hid_t variable = place_scribe_column(scribe, draft->axes.provenance, "chunk_variable", "variable of the chunk",
                                             scribe->text, draft->form->n_chunks, names, scale);
        hid_t number =
            place_scribe_column(scribe, draft->axes.provenance, "chunk_number", "chunk of the variable, row-major",
                                H5T_STD_I32LE, draft->form->n_chunks, numbers, scale);
        if (number >= 0) place_scribe_text(scribe, number, "units", "1");
        if (number >= 0) H5Dclose(number);
        if (variable >= 0) H5Dclose(variable);
    } else scribe->status = out_of_memory(draft, scribe->err);
    free(names);
    free(numbers);
}

/* The digests in the order of the result digest, which is the digest of this dataset's bytes. */
static void write_digests(place_draft *draft) {
    place_scribe *scribe = &draft->scribe;
    hid_t group = draft->axes.provenance, space = H5I_INVALID_HID, dataset = H5I_INVALID_HID;
    const hsize_t extent[3] = { draft->form->n_chunks, (hsize_t)draft->n_blocks, PLACE_DIGEST_SIZE };
    if (extent[1] == 0) return;
    hid_t scales[3] = { write_counter(draft, scribe, group, "chunk", "chunk of a block of replications", draft->form->n_chunks),
                        write_counter(draft, scribe, group, "block", "block of 256 replications", (size_t)draft->n_blocks),
                        write_counter(draft, scribe, group, "digest_byte", "byte of a SHA-256", PLACE_DIGEST_SIZE) };
    if (scribe->status == PLACE_OK) write_chunk_names(draft, scales[0]);
    if (scribe->status == PLACE_OK && place_scribe_check(scribe, space = H5Screate_simple(3, extent, NULL)) >= 0)
        dataset = (hid_t)place_scribe_check(
            scribe, H5Dcreate2(group, "chunk_digest", H5T_STD_U8LE, space, H5P_DEFAULT, scribe->creation, H5P_DEFAULT));
    if (dataset >= 0) {
        for (unsigned a = 0; a < 3; a++) place_scribe_check(scribe, H5DSattach_scale(dataset, scales[a], a));
        place_scribe_check(scribe, H5Dwrite(dataset, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, draft->digests));
        place_scribe_text(scribe, dataset, "long_name", "SHA-256 of the chunk's uncompressed little-endian values");
        place_scribe_text(scribe, dataset, "units", "1");
        H5Dclose(dataset);
    }
    if (space >= 0) H5Sclose(space);
    for (int a = 0; a < 3; a++)
        if (scales[a] >= 0) H5Dclose(scales[a]);
}

/* Where the core driver has the file. */
static void find_image(place_draft *draft) {
    void **memory = NULL;
    ssize_t size = -1;
    place_scribe *scribe = &draft->scribe;
    if (scribe->status == PLACE_OK && place_scribe_check(scribe, H5Fflush(draft->file, H5F_SCOPE_GLOBAL)) >= 0
        && place_scribe_check(scribe, size = H5Fget_file_image(draft->file, NULL, 0)) >= 0
        && place_scribe_check(scribe, H5Fget_vfd_handle(draft->file, H5P_DEFAULT, (void **)&memory)) >= 0) {
        draft->image = *memory;
        draft->image_size = (size_t)size;
    }
}

/* Gives all that is HDF5's back to it; the file is closed strongly, that is with whatever is still open in it. */
static place_status close_file(place_draft *draft, int *system_error, place_error *err) {
    for (size_t i = 0; i < draft->form->n_columns; i++)
        if (draft->datasets[i] >= 0) H5Dclose(draft->datasets[i]);
    place_h5_axes_close(&draft->axes);
    place_scribe_clear(&draft->scribe);
    hid_t file = draft->file;
    draft->file = H5I_INVALID_HID;
    if (H5Fclose(file) < 0) return place_h5_fail(err, draft->named, "cannot write the output", system_error);
    return PLACE_OK;
}

place_status place_draft_finish(place_draft *draft, int64_t n, int *system_error, place_error *err) {
    uint8_t digest[PLACE_DIGEST_SIZE];
    char hex[PLACE_DIGEST_TEXT], shard[48];
    place_scribe *scribe = &draft->scribe;
    const place_stretch *stretch = &draft->stretch;
    const int32_t complete = stretch->first == 0 && n == stretch->of;
    scribe->err = err;
    if (n < stretch->n) shorten(draft, n);
    if (!place_chunk_digest(draft->digests, draft->form->n_chunks * draft->n_blocks * PLACE_DIGEST_SIZE, digest)) return out_of_memory(draft, err);
    place_digest_text(digest, hex);
    write_digests(draft);
    place_scribe_numbers(scribe, draft->file, "replications", H5T_NATIVE_INT64, &n, 0);
    place_scribe_numbers(scribe, draft->file, "complete", H5T_NATIVE_INT32, &complete, 0);
    if (!complete) { /* which of which run's */
        place_scribe_numbers(scribe, draft->file, "first_replication", H5T_NATIVE_INT64, &stretch->first, 0);
        place_scribe_numbers(scribe, draft->file, "run_replications", H5T_NATIVE_INT64, &stretch->of, 0);
        snprintf(shard, sizeof shard, "%lld/%lld", (long long)stretch->shard, (long long)stretch->n_shards);
        if (stretch->n_shards > 0) place_scribe_text(scribe, draft->file, "shard", shard);
    }
    place_scribe_text(scribe, draft->file, "result_digest", hex);
    if (draft->path == NULL) find_image(draft);
    if (system_error != NULL) *system_error = scribe->system_error;
    if (scribe->status != PLACE_OK || draft->path == NULL) return scribe->status;
    return close_file(draft, system_error, err);
}

const void *place_draft_image(const place_draft *draft, size_t *n_bytes) {
    *n_bytes = draft->image_size;
    return draft->image;
}

void place_draft_free(place_draft *draft) {
    if (draft == NULL) return;
    if (draft->file >= 0) {
        int emptied = draft->path != NULL ? truncate(draft->path, 0) : 0; /* it goes soon: room is all this was to make */
        (void)emptied;
        close_file(draft, NULL, NULL);
    }
    place_scribe_clear(&draft->scribe); /* of a file that could not be made */
    free(draft->digests);
    free(draft);
}
