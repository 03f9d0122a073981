/* SPDX-License-Identifier: MIT */
/*
 * Reading run files. Opening verifies the seal first, so HDF5 only ever walks through files that are as this program
 * left them; then attributes, labels and digests are read into one arena. A variable is read chunk by chunk, each held
 * against its digest.
 */
#include <assert.h>
#include <hdf5_hl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chunk.h"
#include "describe.h"
#include "h5.h"
#include "place/arena.h"
#include "place/date.h"
#include "place/runfile.h"
#include "reader.h"
#include "target.h"

typedef struct attribute {
    const char *name, *value;
    struct attribute *next;
} attribute;

typedef struct axis {
    const char *name;
    size_t n;
    const char **labels, **names; /* [n]; names: NULL when there are none */
    const int32_t *display;       /* [n]; NULL when there is none         */
    struct axis *next;
} axis;

struct place_runfile {
    place_arena *arena;
    const char *path;
    hid_t file;
    int64_t size; /* bytes, the seal apart */
    attribute *attributes;
    axis *axes;
    const char *scenario;
    int64_t first_replication, n_replications;
    size_t n_variables;
    const char **variables; /* [n_variables]                           */
    size_t n_chunks, n_blocks;
    bool memory_out;                       /* in a visit, of which HDF5 says only that it failed */
    const char **chunk_variable;           /* [n_chunks]                  */
    uint8_t (*digests)[PLACE_DIGEST_SIZE]; /* [n_chunks][n_blocks]        */
};

static place_status damaged(const place_runfile *file, const char *what, place_error *err) {
    return place_error_set(err, PLACE_SYSTEM, file->path, 0, "damaged: %s", what);
}

static place_status out_of_memory(const place_runfile *file, place_error *err) {
    return place_error_set(err, PLACE_SYSTEM, file->path, 0, "out of memory");
}

static place_status read_failed(const place_runfile *file, place_error *err) {
    return file->memory_out ? out_of_memory(file, err) : place_h5_fail(err, file->path, "damaged", NULL);
}

/* ---- attributes ------------------------------------------------------------------------------------------------- */

/* An attribute as text into `out`; false when it is neither a text nor a whole number, or does not fit. */
static bool attribute_text(hid_t at, char *out, size_t room) {
    bool good = false;
    hid_t type = H5Aget_type(at);
    size_t size = type >= 0 ? H5Tget_size(type) : 0;
    if (type < 0 || H5Aget_storage_size(at) != size) size = room; /* one value and no more */
    if (type >= 0 && H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0 && size < room) {
        memset(out, 0, size + 1);
        good = H5Aread(at, type, out) >= 0;
    } else if (type >= 0 && H5Tget_class(type) == H5T_INTEGER && size <= sizeof(int64_t)) {
        int64_t number = 0;
        uint64_t large = 0;
        if (H5Tget_sign(type) == H5T_SGN_NONE) {
            good = H5Aread(at, H5T_NATIVE_UINT64, &large) >= 0;
            snprintf(out, room, "%llu", (unsigned long long)large);
        } else {
            good = H5Aread(at, H5T_NATIVE_INT64, &number) >= 0;
            snprintf(out, room, "%lld", (long long)number);
        }
    }
    if (type >= 0) H5Tclose(type);
    return good;
}

static herr_t take_attribute(hid_t where, const char *name, const H5A_info_t *info, void *self) {
    (void)info;
    place_runfile *file = self;
    char value[4096];
    hid_t at = H5Aopen(where, name, H5P_DEFAULT);
    if (at < 0) return -1;
    herr_t result = 0;
    if (attribute_text(at, value, sizeof value)) {
        attribute *taken = place_arena_array(file->arena, 1, sizeof *taken);
        if (taken != NULL) {
            *taken = (attribute){ place_arena_text(file->arena, name), place_arena_text(file->arena, value),
                                  file->attributes };
            if (taken->name != NULL && taken->value != NULL) file->attributes = taken;
        }
        if (taken == NULL || file->attributes != taken) file->memory_out = true, result = -1;
    }
    H5Aclose(at);
    return result;
}

static place_status read_attributes(place_runfile *file, place_error *err) {
    hsize_t from = 0;
    if (H5Aiterate_by_name(file->file, "/provenance", H5_INDEX_CRT_ORDER, H5_ITER_INC, &from, take_attribute, file,
                           H5P_DEFAULT)
        < 0)
        return read_failed(file, err);
    from = 0; /* the root's come before the group's when the list is searched */
    if (H5Aiterate2(file->file, H5_INDEX_CRT_ORDER, H5_ITER_INC, &from, take_attribute, file) < 0)
        return read_failed(file, err);
    if (strcmp(place_runfile_attribute(file, "program"), "placesim") != 0)
        return place_error_set(err, PLACE_SYSTEM, file->path, 0,
                               "not a run file: its attribute 'program' is not placesim");
    const char *replications = place_runfile_attribute(file, "replications");
    char *end;
    file->n_replications = strtoll(replications, &end, 10);
    if (replications[0] == '\0' || *end != '\0' || file->n_replications < 0 || file->n_replications > INT32_MAX)
        return damaged(file, "the attribute 'replications' is not a number of replications", err);
    const char *first = place_runfile_attribute(file, "first_replication"); /* of a file that does not begin with 0 */
    file->first_replication = strtoll(first, &end, 10);
    if (*end != '\0' || file->first_replication < 0 || file->first_replication > INT32_MAX || file->first_replication % PLACE_BLOCK != 0)
        return damaged(file, "the attribute 'first_replication' is not the number of a block's first replication", err);
    return PLACE_OK;
}

/* A dataset's text attribute into `out`; "" when absent. */
static void dataset_text(hid_t dataset, const char *name, char *out, size_t room) {
    char value[4096] = "";
    if (H5Aexists(dataset, name) > 0) {
        hid_t at = H5Aopen(dataset, name, H5P_DEFAULT);
        if (at >= 0) {
            if (!attribute_text(at, value, sizeof value)) value[0] = '\0';
            H5Aclose(at);
        }
    }
    snprintf(out, room, "%s", value);
}

/* ---- columns ---------------------------------------------------------------------------------------------------- */

/* Length of a dataset of one axis, held against what the file can hold; -1 when it is not one. */
static int64_t column_length(const place_runfile *file, hid_t dataset) {
    int64_t n = -1;
    hsize_t extent = 0;
    hid_t space = H5Dget_space(dataset);
    if (space >= 0 && H5Sget_simple_extent_ndims(space) == 1 && H5Sget_simple_extent_dims(space, &extent, NULL) == 1
        && extent <= (hsize_t)file->size)
        n = (int64_t)extent;
    if (space >= 0) H5Sclose(space);
    return n;
}

static place_status read_texts(place_runfile *file, hid_t dataset, size_t n, const char ***out, place_error *err) {
    place_status status = PLACE_OK;
    const char **texts = place_arena_array(file->arena, n, sizeof *texts);
    char **read = calloc(n + 1, sizeof *read);
    hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
    if (texts == NULL || read == NULL) status = out_of_memory(file, err);
    else if (type < 0 || space < 0 || H5Tis_variable_str(type) <= 0)
        status = damaged(file, "labels are not texts", err);
    else if (H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, read) < 0) status = read_failed(file, err);
    else {
        for (size_t i = 0; i < n && status == PLACE_OK; i++) {
            texts[i] = place_arena_text(file->arena, read[i] != NULL ? read[i] : "");
            if (texts[i] == NULL) status = out_of_memory(file, err);
        }
        H5Dvlen_reclaim(type, space, H5P_DEFAULT, read);
    }
    if (type >= 0) H5Tclose(type);
    if (space >= 0) H5Sclose(space);
    free(read);
    if (status == PLACE_OK) *out = texts;
    return status;
}

static place_status read_numbers(place_runfile *file, hid_t dataset, size_t n, int32_t **out, place_error *err) {
    int32_t *numbers = place_arena_array(file->arena, n, sizeof *numbers);
    if (numbers == NULL) return out_of_memory(file, err);
    if (H5Dread(dataset, H5T_NATIVE_INT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers) < 0) return read_failed(file, err);
    *out = numbers;
    return PLACE_OK;
}

/* Numbers as people write them: dates of steps, academic and financial years as 2021/22. */
static place_status label_numbers(place_runfile *file, hid_t dataset, axis *at, place_error *err) {
    char units[64], label[32];
    int32_t *numbers = NULL, epoch = 0;
    place_status status = read_numbers(file, dataset, at->n, &numbers, err);
    at->labels = place_arena_array(file->arena, at->n, sizeof *at->labels);
    if (status == PLACE_OK && at->labels == NULL) status = out_of_memory(file, err);
    bool is_step = strcmp(at->name, "step") == 0;
    bool is_year = strcmp(at->name, "year") == 0 || strcmp(at->name, "financial_year") == 0;
    dataset_text(dataset, "units", units, sizeof units);
    if (is_step && (strncmp(units, "days since ", 11) != 0 || !place_date_read(units + 11, &epoch)))
        return damaged(file, "the steps have no first day", err);
    for (size_t i = 0; i < at->n && status == PLACE_OK; i++) {
        if (is_step) place_day_text(epoch + numbers[i], label);
        else if (is_year) snprintf(label, sizeof label, "%d/%02d", numbers[i], (numbers[i] + 1) % 100);
        else snprintf(label, sizeof label, "%d", numbers[i]);
        at->labels[i] = place_arena_text(file->arena, label);
        if (at->labels[i] == NULL) status = out_of_memory(file, err);
    }
    return status;
}

static place_status read_axis(place_runfile *file, const char *name, hid_t dataset, place_error *err) {
    axis *at = place_arena_array(file->arena, 1, sizeof *at);
    int64_t n = column_length(file, dataset);
    if (at == NULL) return out_of_memory(file, err);
    if (n < 0) return damaged(file, "an axis is no list", err);
    at->name = place_arena_text(file->arena, name);
    if (at->name == NULL) return out_of_memory(file, err);
    at->n = (size_t)n;
    at->next = file->axes;
    file->axes = at;
    if (strcmp(name, "replication") == 0)
        return n == file->n_replications ? PLACE_OK
                                         : damaged(file, "the number of replications is said in two ways", err);
    hid_t type = H5Dget_type(dataset);
    H5T_class_t class_ = type >= 0 ? H5Tget_class(type) : H5T_NO_CLASS;
    if (type >= 0) H5Tclose(type);
    if (class_ == H5T_STRING) return read_texts(file, dataset, at->n, &at->labels, err);
    return label_numbers(file, dataset, at, err);
}

static axis *find_axis(const place_runfile *file, const char *name) {
    for (axis *at = file->axes; at != NULL; at = at->next)
        if (strcmp(at->name, name) == 0) return at;
    return NULL;
}

/* A column beside an axis: AXIS_name or AXIS_display; others are for other programs. */
static place_status read_beside(place_runfile *file, const char *name, hid_t dataset, place_error *err) {
    char of[64];
    const char *last = strrchr(name, '_');
    if (last == NULL || (size_t)(last - name) >= sizeof of) return PLACE_OK;
    snprintf(of, sizeof of, "%.*s", (int)(last - name), name);
    axis *at = find_axis(file, of);
    bool is_name = strcmp(last, "_name") == 0, is_display = strcmp(last, "_display") == 0;
    if (at == NULL || (!is_name && !is_display)) return PLACE_OK;
    if (column_length(file, dataset) != (int64_t)at->n) return damaged(file, "names and ids differ in number", err);
    if (is_name) return read_texts(file, dataset, at->n, &at->names, err);
    int32_t *display = NULL;
    place_status status = read_numbers(file, dataset, at->n, &display, err);
    at->display = display;
    return status;
}

/* ---- what is at the root ---------------------------------------------------------------------------------------- */

typedef struct name_list {
    place_runfile *file;
    char **names; /* [n], in order of creation */
    size_t n;
} name_list;

static herr_t take_name(hid_t where, const char *name, const H5L_info_t *info, void *self) {
    (void)where;
    (void)info;
    name_list *list = self;
    char **grown = realloc(list->names, (list->n + 1) * sizeof *grown), *copy = strdup(name);
    if (grown != NULL) list->names = grown;
    if (grown != NULL && copy != NULL) {
        list->names[list->n++] = copy;
        return 0;
    }
    list->file->memory_out = true;
    free(copy);
    return -1;
}

static place_status read_root(place_runfile *file, place_error *err) {
    place_status status = PLACE_OK;
    name_list list = { .file = file };
    if (H5Literate(file->file, H5_INDEX_CRT_ORDER, H5_ITER_INC, NULL, take_name, &list) < 0)
        status = read_failed(file, err);
    file->variables = place_arena_array(file->arena, list.n, sizeof *file->variables);
    if (file->variables == NULL) status = out_of_memory(file, err);
    for (size_t i = 0; i < list.n && status == PLACE_OK; i++) {
        if (strcmp(list.names[i], "provenance") == 0) continue;
        hid_t dataset = H5Dopen2(file->file, list.names[i], H5P_DEFAULT);
        if (dataset < 0) {
            status = read_failed(file, err);
            break;
        }
        hid_t creation = H5Dget_create_plist(dataset);
        if (H5DSis_scale(dataset) > 0) status = read_axis(file, list.names[i], dataset, err);
        else if (creation >= 0 && H5Pget_layout(creation) != H5D_CHUNKED)
            status = read_beside(file, list.names[i], dataset, err);
        else { /* only results are in chunks */
            file->variables[file->n_variables] = place_arena_text(file->arena, list.names[i]);
            if (file->variables[file->n_variables++] == NULL) status = out_of_memory(file, err);
        }
        if (creation >= 0) H5Pclose(creation);
        H5Dclose(dataset);
    }
    for (size_t i = 0; i < list.n; i++) free(list.names[i]);
    free(list.names);
    return status;
}

/* ---- provenance ------------------------------------------------------------------------------------------------- */

static place_status read_scenario(place_runfile *file, place_error *err) {
    uint8_t digest[PLACE_DIGEST_SIZE];
    char hex[PLACE_DIGEST_TEXT];
    const char **text = NULL;
    hid_t dataset = H5Dopen2(file->file, "/provenance/scenario", H5P_DEFAULT);
    if (dataset < 0) return read_failed(file, err);
    hid_t space = H5Dget_space(dataset);
    place_status status = space < 0 ? read_failed(file, err)
                          : H5Sget_simple_extent_npoints(space) == 1 ? read_texts(file, dataset, 1, &text, err)
                                                                     : damaged(file, "what should be the scenario is not one text", err);
    if (space >= 0) H5Sclose(space);
    H5Dclose(dataset);
    if (status != PLACE_OK) return status;
    if (!place_chunk_digest(text[0], strlen(text[0]), digest)) return out_of_memory(file, err);
    place_digest_text(digest, hex);
    if (strcmp(hex, place_runfile_attribute(file, "scenario_digest")) != 0)
        return damaged(file, "the scenario digest does not fit the scenario", err);
    file->scenario = text[0];
    return PLACE_OK;
}

static place_status read_digests(place_runfile *file, place_error *err) {
    hsize_t extent[3] = { 0 };
    uint8_t digest[PLACE_DIGEST_SIZE];
    char hex[PLACE_DIGEST_TEXT];
    place_status status = PLACE_OK;
    if (file->n_replications > 0) {
        hid_t dataset = H5Dopen2(file->file, "/provenance/chunk_digest", H5P_DEFAULT), space = H5I_INVALID_HID;
        hid_t names = H5Dopen2(file->file, "/provenance/chunk_variable", H5P_DEFAULT);
        if (dataset < 0 || names < 0 || (space = H5Dget_space(dataset)) < 0) status = read_failed(file, err);
        else if (H5Sget_simple_extent_ndims(space) != 3 || H5Sget_simple_extent_dims(space, extent, NULL) != 3
                 || extent[2] != PLACE_DIGEST_SIZE || extent[0] > (hsize_t)file->size || extent[1] > (hsize_t)file->size
                 || extent[0] * extent[1] > (hsize_t)file->size || column_length(file, names) != (int64_t)extent[0]
                 || extent[1] != ((hsize_t)file->n_replications + PLACE_BLOCK - 1) / PLACE_BLOCK)
            status = damaged(file, "the digests do not fit the results", err);
        else if ((file->digests = place_arena_array(file->arena, (size_t)(extent[0] * extent[1]), PLACE_DIGEST_SIZE))
                 == NULL)
            status = out_of_memory(file, err);
        else if (H5Dread(dataset, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, file->digests) < 0)
            status = read_failed(file, err);
        else status = read_texts(file, names, (size_t)extent[0], &file->chunk_variable, err);
        if (space >= 0) H5Sclose(space);
        if (names >= 0) H5Dclose(names);
        if (dataset >= 0) H5Dclose(dataset);
    }
    file->n_chunks = (size_t)extent[0];
    file->n_blocks = (size_t)extent[1];
    if (status != PLACE_OK) return status;
    if (!place_chunk_digest(file->digests, file->n_chunks * file->n_blocks * PLACE_DIGEST_SIZE, digest)) return out_of_memory(file, err);
    place_digest_text(digest, hex);
    if (strcmp(hex, place_runfile_attribute(file, "result_digest")) != 0)
        return damaged(file, "the result digest does not fit the chunks' digests", err);
    return PLACE_OK;
}

/* ---- opening ---------------------------------------------------------------------------------------------------- */

/* Is what HDF5 has opened the file whose seal was verified, and not one that has taken its name since? */
static bool is_the_same(hid_t file, int verified) {
    struct stat ours, theirs;
    int *descriptor = NULL;
    if (H5Fget_vfd_handle(file, H5P_DEFAULT, (void **)&descriptor) < 0 || fstat(*descriptor, &theirs) != 0 || fstat(verified, &ours) != 0) return false;
    return ours.st_ino == theirs.st_ino && ours.st_dev == theirs.st_dev;
}

static place_status open_unverified(place_runfile *file, hid_t access, place_error *err) {
    struct stat state;
    if (stat(file->path, &state) == 0) file->size = (int64_t)state.st_size - PLACE_SEAL_SIZE;
    file->file = H5Fopen(file->path, H5F_ACC_RDONLY, access);
    return file->file >= 0 ? PLACE_OK : read_failed(file, err);
}

/* A run that is done replaces the file of that name, now and then between our look and HDF5's: then once more. */
static place_status open_verified(place_runfile *file, const place_files *files, hid_t access, place_error *err) {
    for (int attempt = 0; attempt < 100; attempt++) {
        int verified = -1;
        place_status status = place_seal_verify(&verified, file->path, files, &file->size, err);
        if (status != PLACE_OK) return status;
        file->file = H5Fopen(file->path, H5F_ACC_RDONLY, access);
        if (file->file < 0) status = read_failed(file, err);
        const bool good = status != PLACE_OK || is_the_same(file->file, verified);
        close(verified);
        if (good) return status;
        H5Fclose(file->file);
        file->file = H5I_INVALID_HID;
    }
    return place_error_set(err, PLACE_SYSTEM, file->path, 0, "the run file is replaced again and again while it is opened");
}

static place_status open_file(place_runfile **out, const char *path, const place_files *verify_by, bool labels, place_error *err) {
    place_status status = PLACE_OK;
    place_arena *arena = place_arena_create();
    place_runfile *file = arena != NULL ? place_arena_array(arena, 1, sizeof *file) : NULL;
    if (file == NULL) {
        place_arena_free(arena);
        return place_error_set(err, PLACE_SYSTEM, path, 0, "out of memory");
    }
    *file = (place_runfile){ .arena = arena, .path = place_arena_text(arena, path), .file = H5I_INVALID_HID };
    place_h5_start();
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (file->path == NULL) status = out_of_memory(file, err);
    else if (access < 0 || H5Pset_file_locking(access, false, true) < 0 /* nobody writes to a file that has its name */
             || H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) < 0)
        status = read_failed(file, err);
    else status = verify_by != NULL ? open_verified(file, verify_by, access, err) : open_unverified(file, access, err);
    if (access >= 0) H5Pclose(access);
    if (status == PLACE_OK) status = read_attributes(file, err);
    if (status == PLACE_OK && labels) status = read_root(file, err);
    if (status == PLACE_OK && labels) status = read_scenario(file, err);
    if (status == PLACE_OK) status = read_digests(file, err);
    if (status == PLACE_OK) *out = file;
    else place_runfile_close(file);
    return status;
}

place_status place_runfile_open(place_runfile **out, const char *path, place_error *err) {
    place_status status = open_file(out, path, &place_system_files, true, err);
    return status == PLACE_NO ? PLACE_SYSTEM : status;
}

place_status place_runfile_open_part(place_runfile **out, const char *path, const place_files *verify_by, place_error *err) {
    return open_file(out, path, verify_by, false, err);
}

void place_runfile_close(place_runfile *file) {
    if (file == NULL) return;
    if (file->file >= 0) H5Fclose(file->file);
    place_arena_free(file->arena); /* the file's own memory too */
}

/* ---- asking ----------------------------------------------------------------------------------------------------- */

const char *place_runfile_path(const place_runfile *file) {
    return file->path;
}

const char *place_runfile_attribute(const place_runfile *file, const char *name) {
    for (const attribute *at = file->attributes; at != NULL; at = at->next)
        if (strcmp(at->name, name) == 0) return at->value;
    return "";
}

int64_t place_runfile_replications(const place_runfile *file) {
    return file->n_replications;
}

int64_t place_runfile_first(const place_runfile *file) {
    return file->first_replication;
}

int64_t place_runfile_of(const place_runfile *file) {
    const char *of = place_runfile_attribute(file, "run_replications");
    return of[0] != '\0' ? strtoll(of, NULL, 10) : file->n_replications;
}

unsigned place_runfile_detail(const place_runfile *file) {
    const char *detail = place_runfile_attribute(file, "detail");
    return (strstr(detail, "need") != NULL ? PLACE_DETAIL_NEED : 0u) | (strstr(detail, "ncy") != NULL ? PLACE_DETAIL_NCY : 0u)
           | (strstr(detail, "area") != NULL ? PLACE_DETAIL_AREA : 0u);
}

place_design place_runfile_design(const place_runfile *file) {
    return strcmp(place_runfile_attribute(file, "design"), "crossed") == 0 ? PLACE_CROSSED : PLACE_PAIRED;
}

hid_t place_runfile_h5(const place_runfile *file) {
    return file->file;
}

const uint8_t *place_runfile_chunk_digest(const place_runfile *file, const char *variable, size_t chunk, size_t block) {
    if (chunk >= file->n_chunks || block >= file->n_blocks || strcmp(file->chunk_variable[chunk], variable) != 0) return NULL;
    return file->digests[chunk * file->n_blocks + block];
}

const char *place_runfile_scenario(const place_runfile *file, size_t *size) {
    if (size != NULL) *size = strlen(file->scenario);
    return file->scenario;
}

const char *const *place_runfile_variables(const place_runfile *file, size_t *n) {
    *n = file->n_variables;
    return file->variables;
}

/* Positions are for reading only: an axis whose ids are not the file's, as after --set, keeps its own. */
static void restore_axis(const place_runfile *file, place_axis_id which, place_plan *plan) {
    size_t n = place_axis_length(plan, which), n_labels = 0, n_display = 0;
    const char *const *labels = place_runfile_labels(file, place_axis_name(which), &n_labels);
    const int32_t *display = place_runfile_display(file, place_axis_name(which), &n_display);
    if (labels == NULL || display == NULL || n_labels != n || n_display != n) return;
    for (size_t i = 0; i < n; i++)
        if (strcmp(place_describe_item(plan, which, i)->id, labels[i]) != 0) return;
    for (size_t i = 0; i < n; i++)
        ((place_item *)(uintptr_t)place_describe_item(plan, which, i))->display = display[i]; /* in the plan's arena, and the plan is the caller's */
}

void place_runfile_restore(const place_runfile *file, place_plan *plan) {
    for (int a = 0; a < PLACE_N_AXES; a++)
        if (place_describe_has_names((place_axis_id)a)) restore_axis(file, (place_axis_id)a, plan);
}

static const axis *asked_axis(const place_runfile *file, const char *name, size_t *n) {
    const axis *at = find_axis(file, name);
    *n = at != NULL && at->labels != NULL ? at->n : 0;
    return at;
}

/* Provisions before, after and at are the provisions: what stands beside those holds for them. */
static const axis *described_axis(const place_runfile *file, const axis *at) {
    return at != NULL && strncmp(at->name, "provision_", 10) == 0 ? find_axis(file, "provision") : at;
}

const char *const *place_runfile_labels(const place_runfile *file, const char *name, size_t *n) {
    const axis *at = asked_axis(file, name, n);
    return at != NULL ? at->labels : NULL;
}

const char *const *place_runfile_names(const place_runfile *file, const char *name, size_t *n) {
    const axis *at = asked_axis(file, name, n), *described = described_axis(file, at);
    if (described != NULL && described->names != NULL && described->n == at->n) return described->names;
    return at != NULL ? at->labels : NULL;
}

const int32_t *place_runfile_display(const place_runfile *file, const char *name, size_t *n) {
    const axis *at = asked_axis(file, name, n), *described = described_axis(file, at);
    if (described != NULL && described->display != NULL && described->n == at->n) return described->display;
    *n = 0;
    return NULL;
}

/* ---- variables -------------------------------------------------------------------------------------------------- */

/* How a dataset holds its values, told by its type and its missing value. */
typedef struct holding {
    place_type type;
    bool narrow;
    uint8_t missing[8];
} holding;

static bool holding_of(hid_t type, hid_t creation, holding *out) {
    static const holding all[] = { { PLACE_TYPE_COUNT, true, { 0 } },  { PLACE_TYPE_COUNT, false, { 0 } },
                                   { PLACE_TYPE_INT32, false, { 0 } }, { PLACE_TYPE_INT64, false, { 0 } },
                                   { PLACE_TYPE_FLAG, false, { 0 } },  { PLACE_TYPE_DOUBLE, false, { 0 } } };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        uint8_t missing[8] = { 0 };
        *out = all[i];
        place_fill_missing(out->missing, 1, out->type, out->narrow);
        if (H5Tequal(type, place_h5_file_type(out->type, out->narrow)) > 0
            && H5Pget_fill_value(creation, type, missing) >= 0 && memcmp(missing, out->missing, sizeof missing) == 0)
            return true;
    }
    return false;
}

static void to_doubles(double *out, const void *values, size_t n, const holding *how, size_t size) {
    for (size_t i = 0; i < n; i++) {
        const char *at = (const char *)values + i * size;
        if (how->type == PLACE_TYPE_DOUBLE) memcpy(&out[i], at, sizeof out[i]);
        else if (memcmp(at, how->missing, size) == 0) out[i] = (double)NAN;
        else if (how->type == PLACE_TYPE_FLAG) out[i] = *(const int8_t *)at;
        else if (how->type == PLACE_TYPE_INT64) out[i] = (double)*(const int64_t *)(const void *)at;
        else if (how->narrow) out[i] = *(const uint16_t *)(const void *)at;
        else out[i] = *(const int32_t *)(const void *)at;
    }
}

typedef struct open_variable {
    hid_t dataset, space;
    const char *name;
    holding how;
    place_chunking cut;
    size_t first_chunk;
} open_variable;

static herr_t take_scale_name(hid_t dataset, unsigned dim, hid_t scale, void *self) {
    (void)dataset;
    (void)dim;
    return H5Iget_name(scale, self, 64) > 0 ? 1 : -1;
}

/* Whether what names a dataset's axes is what HDF5 writes, a list of references for each: H5DSiterate_scales takes it to be, and crashes. */
static bool lists_scales(hid_t dataset, int rank) {
    hsize_t n = 0;
    if (H5Aexists(dataset, "DIMENSION_LIST") <= 0) return false;
    hid_t list = H5Aopen(dataset, "DIMENSION_LIST", H5P_DEFAULT), type = list < 0 ? list : H5Aget_type(list), space = list < 0 ? list : H5Aget_space(list);
    hid_t of = type >= 0 && H5Tget_class(type) == H5T_VLEN ? H5Tget_super(type) : H5I_INVALID_HID;
    bool good = of >= 0 && space >= 0 && H5Tequal(of, H5T_STD_REF_OBJ) > 0 && H5Sget_simple_extent_ndims(space) == 1
        && H5Sget_simple_extent_dims(space, &n, NULL) == 1 && n == (hsize_t)rank;
    if (of >= 0) H5Tclose(of);
    if (space >= 0) H5Sclose(space);
    if (type >= 0) H5Tclose(type);
    if (list >= 0) H5Aclose(list);
    return good;
}

/* The shape of a variable: held against the file's axes, its chunks and its digests before anything is allocated. */
static place_status shape_variable(const place_runfile *file, open_variable *v, place_values *out, place_error *err) {
    hsize_t extent[PLACE_MAX_VARIABLE_AXES + 1], shape[PLACE_MAX_VARIABLE_AXES + 1];
    place_status status = PLACE_OK;
    hid_t type = H5Dget_type(v->dataset), creation = H5Dget_create_plist(v->dataset);
    int rank = H5Sget_simple_extent_ndims(v->space), last = rank - 1;
    bool good = type >= 0 && creation >= 0 && holding_of(type, creation, &v->how) && rank >= 1
        && rank <= PLACE_MAX_VARIABLE_AXES + 1 && H5Sget_simple_extent_dims(v->space, extent, NULL) == rank
        && H5Pget_chunk(creation, rank, shape) == rank && (int64_t)extent[last] == file->n_replications
        && shape[last] == PLACE_BLOCK && lists_scales(v->dataset, rank);
    out->n_axes = good ? last : 0;
    out->n_cells = 1;
    for (int a = 0; good && a <= last; a++) {
        char name[64] = "";
        good = H5DSiterate_scales(v->dataset, (unsigned)a, NULL, take_scale_name, name) >= 0;
        const axis *at = name[0] == '/' ? find_axis(file, name + 1) : NULL;
        good = good && at != NULL && at->n == extent[a];
        if (good && a < last) {
            out->axis[a] = at->name;
            out->length[a] = at->n;
            good = at->n > 0 && out->n_cells <= SIZE_MAX / 16 / at->n;
            out->n_cells *= at->n;
        }
    }
    if (good) {
        v->cut = place_chunking_of(last, out->length, H5Tget_size(type));
        for (int a = 0; a < last; a++) good = good && v->cut.shape[a] == shape[a];
        while (v->first_chunk < file->n_chunks && strcmp(file->chunk_variable[v->first_chunk], v->name) != 0)
            v->first_chunk++;
        for (size_t c = 0; good && c < v->cut.n_chunks; c++)
            good =
                v->first_chunk + c < file->n_chunks && strcmp(file->chunk_variable[v->first_chunk + c], v->name) == 0;
        /* Deflate makes at most 1,032 bytes of one. */
        const double values = (double)out->n_cells * (double)file->n_replications,
                     stored = (double)H5Dget_storage_size(v->dataset);
        good = good && stored <= (double)file->size && values * (double)H5Tget_size(type) <= 1100 * stored;
    }
    if (!good)
        status = place_error_set(err, PLACE_SYSTEM, file->path, 0,
                                 "damaged: variable '%s' has not the shape that it was given", v->name);
    if (type >= 0) H5Tclose(type);
    if (creation >= 0) H5Pclose(creation);
    return status;
}

/* One chunk into `buffer`, missing values where nothing is, and held against its digest. */
static place_status read_chunk(const place_runfile *file, const open_variable *v, size_t chunk, size_t block,
                               void *buffer, place_error *err) {
    const place_chunking *cut = &v->cut;
    const int rank = cut->n_axes + 1;
    const place_chunk where = place_chunk_at(cut, chunk);
    const size_t n = (size_t)file->n_replications - block * PLACE_BLOCK;
    hsize_t origin[PLACE_MAX_VARIABLE_AXES + 1], count[PLACE_MAX_VARIABLE_AXES + 1], shape[PLACE_MAX_VARIABLE_AXES + 1];
    const hsize_t zero[PLACE_MAX_VARIABLE_AXES + 1] = { 0 };
    uint8_t digest[PLACE_DIGEST_SIZE];
    for (int a = 0; a < cut->n_axes; a++) {
        origin[a] = where.origin[a];
        count[a] = where.count[a];
        shape[a] = cut->shape[a];
    }
    origin[rank - 1] = block * PLACE_BLOCK;
    count[rank - 1] = n < PLACE_BLOCK ? n : PLACE_BLOCK;
    shape[rank - 1] = PLACE_BLOCK;
    place_fill_missing(buffer, cut->n_cells * PLACE_BLOCK, v->how.type, v->how.narrow);

    place_status status = PLACE_OK;
    hid_t type = place_h5_file_type(v->how.type, v->how.narrow), memory = H5Screate_simple(rank, shape, NULL);
    if (memory < 0 || H5Sselect_hyperslab(memory, H5S_SELECT_SET, zero, NULL, count, NULL) < 0
        || H5Sselect_hyperslab(v->space, H5S_SELECT_SET, origin, NULL, count, NULL) < 0
        || H5Dread(v->dataset, type, memory, v->space, H5P_DEFAULT, buffer) < 0)
        status = read_failed(file, err);
    if (memory >= 0) H5Sclose(memory);
    if (status != PLACE_OK) return status;
    if (!place_chunk_digest(buffer, cut->n_bytes, digest)) return out_of_memory(file, err);
    if (memcmp(digest, file->digests[(v->first_chunk + chunk) * file->n_blocks + block], sizeof digest) != 0)
        return place_error_set(err, PLACE_SYSTEM, file->path, 0,
                               "damaged: values of '%s' from replication %llu on are not those that were written",
                               v->name, (unsigned long long)origin[rank - 1]);
    return PLACE_OK;
}

static place_status read_values(const place_runfile *file, const open_variable *v, size_t from, size_t n_wanted,
                                place_values *out, place_error *err) {
    const size_t size = v->cut.value_size, end = from + n_wanted;
    place_status status = PLACE_OK;
    double *values = malloc(out->n_cells * n_wanted * sizeof *values + 1);
    uint8_t *buffer = malloc(v->cut.n_bytes);
    if (values == NULL || buffer == NULL)
        status = place_error_set(err, PLACE_SYSTEM, file->path, 0, "out of memory: the values of '%s' need %zu bytes", v->name,
                                 out->n_cells * n_wanted * sizeof *values + v->cut.n_bytes);
    for (size_t block = from / PLACE_BLOCK; block * PLACE_BLOCK < end; block++)
        for (size_t c = 0; c < v->cut.n_chunks && status == PLACE_OK; c++) {
            const place_chunk where = place_chunk_at(&v->cut, c);
            const size_t first = block * PLACE_BLOCK > from ? block * PLACE_BLOCK : from;
            const size_t n = (block + 1) * PLACE_BLOCK < end ? (block + 1) * PLACE_BLOCK - first : end - first;
            status = read_chunk(file, v, c, block, buffer, err);
            for (size_t i = 0; i < where.n_cells && status == PLACE_OK; i++)
                to_doubles(values + (where.first_cell + i) * n_wanted + (first - from),
                           buffer + (i * PLACE_BLOCK + first % PLACE_BLOCK) * size, n, &v->how, size);
        }
    free(buffer);
    if (status == PLACE_OK) out->values = values;
    else free(values);
    return status;
}

place_status place_runfile_read_some(place_runfile *file, const char *variable, int64_t first, int64_t n,
                                     place_values *out, place_error *err) {
    open_variable v = { .dataset = H5I_INVALID_HID, .space = H5I_INVALID_HID, .name = variable };
    place_values found = { .n_replications = n };
    place_status status = PLACE_OK;
    bool known = false;
    assert(first >= 0 && n >= 0 && first + n <= file->n_replications);
    for (size_t i = 0; i < file->n_variables; i++) known = known || strcmp(file->variables[i], variable) == 0;
    if (!known) return place_error_set(err, PLACE_SYSTEM, file->path, 0, "the run file has no variable '%s'", variable);
    if ((v.dataset = H5Dopen2(file->file, variable, H5P_DEFAULT)) < 0 || (v.space = H5Dget_space(v.dataset)) < 0)
        status = read_failed(file, err);
    if (status == PLACE_OK) status = shape_variable(file, &v, &found, err);
    if (status == PLACE_OK) {
        dataset_text(v.dataset, "units", found.units, sizeof found.units);
        dataset_text(v.dataset, "long_name", found.long_name, sizeof found.long_name);
        status = read_values(file, &v, (size_t)first, (size_t)n, &found, err);
    }
    if (v.space >= 0) H5Sclose(v.space);
    if (v.dataset >= 0) H5Dclose(v.dataset);
    if (status == PLACE_OK) *out = found;
    return status;
}

place_status place_runfile_read(place_runfile *file, const char *variable, place_values *out, place_error *err) {
    return place_runfile_read_some(file, variable, 0, file->n_replications, out, err);
}
