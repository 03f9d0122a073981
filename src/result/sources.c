/* SPDX-License-Identifier: MIT */
/*
 * Merging copies chunks as they are encoded, together with their digests, so it costs reading and writing and no more; and since all that a
 * run file says besides comes from the plan, the merge of any blocks that fit is, byte for byte, the file of a run without a break.
 */
#include "sources.h"

#include <assert.h>
#include <errno.h>
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "describe.h"
#include "h5.h"
#include "place/version.h"
#include "reader.h"

static place_status out_of_memory(const char *path, place_error *err) {
    return place_error_set(err, PLACE_SYSTEM, path, 0, "out of memory");
}

bool place_sources_init(place_sources *sources, const place_form *form, int64_t n_replications) {
    *sources = (place_sources){ .form = form, .n_replications = n_replications };
    sources->n_blocks = (n_replications + PLACE_BLOCK - 1) / PLACE_BLOCK;
    sources->of = form->files->realloc(NULL, ((size_t)sources->n_blocks + 1) * sizeof *sources->of);
    for (int64_t b = 0; sources->of != NULL && b < sources->n_blocks; b++) sources->of[b] = -1;
    return sources->of != NULL;
}

void place_sources_clear(place_sources *sources) {
    for (size_t i = 0; i < sources->n; i++) free(sources->list[i].path);
    free(sources->list);
    free(sources->of);
    *sources = (place_sources){ .form = NULL };
}

/* ---- what fits --------------------------------------------------------------------------------------------------- */

place_status place_sources_fit(const place_sources *sources, const place_runfile *file, const char *path, place_error *err) {
    const place_form *form = sources->form;
    char contract[16], seed[24], detail[PLACE_DETAIL_TEXT], digest[PLACE_DIGEST_TEXT], limit[24];
    snprintf(contract, sizeof contract, "%d", PLACE_NUMBER_CONTRACT);
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)form->plan->seed);
    snprintf(limit, sizeof limit, "%lld", (long long)form->layout.pupil_limit);
    place_describe_detail(form->layout.detail, detail);
    if (!place_describe_scenario_digest(form->plan, digest)) return out_of_memory(path, err);
    const struct {
        const char *attribute, *what, *expected;
    } rows[] = {
        { "program_version", "written by placesim", PLACE_VERSION },
        { "number_contract", "of number contract", contract },
        { "seed", "of seed", seed },
        { "design", "of design", form->design == PLACE_CROSSED ? "crossed" : "paired" },
        { "detail", "of detail", detail },
        { "scenario_digest", "of the scenario with digest", digest },
        { "pupil_limit", "of pupil limit", limit },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *found = place_runfile_attribute(file, rows[i].attribute);
        if (strcmp(found, rows[i].expected) == 0) continue;
        int shown = strcmp(rows[i].attribute, "scenario_digest") == 0 ? 12 : 40;
        return place_error_set(err, PLACE_BAD_INPUT, path, 0, "it is %s %.*s, and this run %s %.*s", rows[i].what, shown, found,
                               strcmp(rows[i].attribute, "program_version") == 0 ? "would be by" : "is of", shown, rows[i].expected);
    }
    if (form->design == PLACE_CROSSED && place_runfile_of(file) != sources->n_replications)
        return place_error_set(err, PLACE_BAD_INPUT, path, 0,
                               "it is of a crossed run of %lld replications, and this one has %lld: all of a crossed run depends on their number",
                               (long long)place_runfile_of(file), (long long)sources->n_replications);
    return PLACE_OK;
}

/* ---- which blocks are where -------------------------------------------------------------------------------------- */

/* Whole chunks are the same in a run of any length; this run's last, short one is only in what ends where it does. */
static bool is_usable(const place_sources *sources, const place_source *source, int64_t block) {
    int64_t end = source->first + source->n, block_end = (block + 1) * PLACE_BLOCK;
    return block_end <= sources->n_replications ? block_end <= end : end == sources->n_replications;
}

static place_status add(place_sources *sources, const char *path, int64_t first, int64_t n, int64_t n_bytes, place_error *err) {
    place_source *grown = sources->form->files->realloc(sources->list, (sources->n + 1) * sizeof *grown);
    if (grown == NULL) return out_of_memory(path, err);
    sources->list = grown;
    place_source *source = &grown[sources->n];
    *source = (place_source){ .path = place_files_copy(sources->form->files, path, strlen(path)), .first = first, .n = n, .n_bytes = n_bytes };
    if (source->path == NULL) return out_of_memory(path, err);
    sources->n++;
    for (int64_t b = first / PLACE_BLOCK; b * PLACE_BLOCK < first + n && b < sources->n_blocks; b++)
        if (sources->of[b] < 0 && is_usable(sources, source, b)) sources->of[b] = (int32_t)(sources->n - 1);
    return PLACE_OK;
}

place_status place_sources_note(place_sources *sources, const char *path, int64_t first, int64_t n, int64_t n_bytes, place_error *err) {
    return add(sources, path, first, n, n_bytes, err);
}

static const uint8_t *digest_at(const place_runfile *file, const place_column *column, size_t chunk, int64_t block) {
    size_t row = (size_t)(block - place_runfile_first(file) / PLACE_BLOCK);
    return place_runfile_chunk_digest(file, place_catalogue[column->id].name, column->first_chunk + chunk, row);
}

/* Its bytes are at fault: an error of the system to the person, PLACE_NO to who may do without the file. */
static place_status lacks_chunks(const place_column *column, const char *path, place_error *err) {
    place_error_set(err, PLACE_SYSTEM, path, 0, "damaged: it has not the chunks of '%s'", place_catalogue[column->id].name);
    return PLACE_NO;
}

/* A block that two files have must be one block. */
static place_status hold_together(const place_sources *sources, const place_runfile *file, const char *path, int64_t block, place_error *err) {
    const place_form *form = sources->form;
    const char *other_path = sources->list[sources->of[block]].path;
    place_runfile *other = NULL;
    place_status status = place_runfile_open_part(&other, other_path, NULL, err);
    for (size_t i = 0; status == PLACE_OK && i < form->n_columns; i++)
        for (size_t c = 0; status == PLACE_OK && c < form->columns[i].chunking.n_chunks; c++) {
            const uint8_t *one = digest_at(file, &form->columns[i], c, block), *two = digest_at(other, &form->columns[i], c, block);
            assert(one != NULL); /* place_sources_add has looked */
            if (two != NULL && memcmp(one, two, PLACE_DIGEST_SIZE) == 0) continue;
            place_error_set(err, PLACE_SYSTEM, path, 0, "its values of '%s' from replication %lld on are not those of %.200s",
                            place_catalogue[form->columns[i].id].name, (long long)block * PLACE_BLOCK, other_path);
            status = PLACE_NO;
        }
    place_runfile_close(other);
    return status;
}

place_status place_sources_add(place_sources *sources, const place_runfile *file, const char *path, place_error *err) {
    const place_form *form = sources->form;
    struct stat state = { .st_size = 0 };
    const int64_t first = place_runfile_first(file), n = place_runfile_replications(file);
    const place_source source = { .first = first, .n = n };
    for (size_t i = 0; n > 0 && i < form->n_columns; i++)
        for (size_t c = 0; c < form->columns[i].chunking.n_chunks; c++)
            if (digest_at(file, &form->columns[i], c, first / PLACE_BLOCK) == NULL) return lacks_chunks(&form->columns[i], path, err);
    for (int64_t b = first / PLACE_BLOCK; b * PLACE_BLOCK < first + n && b < sources->n_blocks; b++)
        if (sources->of[b] >= 0 && is_usable(sources, &source, b)) {
            place_status status = hold_together(sources, file, path, b, err);
            if (status != PLACE_OK) return status;
        }
    if (form->files->stat(path, &state) != 0) state.st_size = 0;
    return add(sources, path, first, n, (int64_t)state.st_size, err);
}

/* ---- merging ----------------------------------------------------------------------------------------------------- */

/* The source that blocks are being copied from. */
typedef struct reading {
    int32_t source; /* -1: none */
    place_runfile *file;
    hid_t datasets[PLACE_N_VARIABLES];
    uint8_t *bytes;
    size_t room;
} reading;

static void stop_reading(const place_sources *sources, reading *from) {
    for (size_t i = 0; from->source >= 0 && i < sources->form->n_columns; i++)
        if (from->datasets[i] >= 0) H5Dclose(from->datasets[i]);
    place_runfile_close(from->file);
    from->file = NULL;
    from->source = -1;
}

static place_status start_reading(const place_sources *sources, reading *from, int32_t source, place_error *err) {
    const place_form *form = sources->form;
    if (from->source == source) return PLACE_OK;
    stop_reading(sources, from);
    const char *path = sources->list[source].path;
    place_status status = place_runfile_open_part(&from->file, path, NULL, err);
    if (status != PLACE_OK) return status;
    from->source = source;
    for (size_t i = 0; i < form->n_columns; i++) from->datasets[i] = H5I_INVALID_HID;
    for (size_t i = 0; i < form->n_columns; i++)
        if ((from->datasets[i] = H5Dopen2(place_runfile_h5(from->file), place_catalogue[form->columns[i].id].name, H5P_DEFAULT)) < 0)
            return place_h5_fail(err, path, "cannot read a block", NULL);
    return PLACE_OK;
}

static place_status read_chunk(const place_sources *sources, reading *from, size_t column, size_t chunk, int64_t block, size_t *n, place_error *err) {
    const place_column *at = &sources->form->columns[column];
    const char *path = sources->list[from->source].path;
    place_chunk where = place_chunk_at(&at->chunking, chunk);
    hsize_t origin[PLACE_MAX_VARIABLE_AXES + 1], size = 0;
    uint32_t mask = 0;
    for (int a = 0; a < at->chunking.n_axes; a++) origin[a] = where.origin[a];
    origin[at->chunking.n_axes] = (hsize_t)(block * PLACE_BLOCK - place_runfile_first(from->file));
    if (H5Dget_chunk_storage_size(from->datasets[column], origin, &size) < 0) return place_h5_fail(err, path, "cannot read a block", NULL);
    if (size > from->room) {
        uint8_t *grown = sources->form->files->realloc(from->bytes, (size_t)size);
        if (grown == NULL) return out_of_memory(path, err);
        from->bytes = grown;
        from->room = (size_t)size;
    }
    if (size > 0 && H5Dread_chunk(from->datasets[column], H5P_DEFAULT, origin, &mask, from->bytes) < 0)
        return place_h5_fail(err, path, "cannot read a block", NULL);
    if (size == 0 || mask != 0)
        return place_error_set(err, PLACE_SYSTEM, path, 0, "damaged: a chunk of '%s' is not stored as it was written", place_catalogue[at->id].name);
    *n = (size_t)size;
    return PLACE_OK;
}

static place_status copy_block(const place_sources *sources, reading *from, place_draft *draft, int64_t block, int *system_error, place_error *err) {
    const place_form *form = sources->form;
    place_status status = start_reading(sources, from, sources->of[block], err);
    for (size_t i = 0; i < form->n_columns; i++)
        for (size_t c = 0; c < form->columns[i].chunking.n_chunks && status == PLACE_OK; c++) {
            size_t n = 0;
            const uint8_t *digest = digest_at(from->file, &form->columns[i], c, block);
            if (digest == NULL) { /* another file than we looked at */
                lacks_chunks(&form->columns[i], sources->list[from->source].path, err);
                return PLACE_SYSTEM;
            }
            status = read_chunk(sources, from, i, c, block, &n, err);
            if (status == PLACE_OK) status = place_draft_put(draft, i, c, block, from->bytes, n, digest, system_error, err);
        }
    return status;
}

/* Bytes of a merged stretch, from above: each source's, as far as it is used, with all that it says besides its chunks. */
static long long estimate(const place_sources *sources, const place_stretch *stretch) {
    double bytes = 0;
    for (int64_t b = stretch->first / PLACE_BLOCK; b * PLACE_BLOCK < stretch->first + stretch->n; b++) {
        const place_source *source = &sources->list[sources->of[b]];
        bytes += (double)source->n_bytes / (double)((source->n + PLACE_BLOCK - 1) / PLACE_BLOCK);
    }
    return (long long)bytes;
}

place_status place_sources_merge(const place_sources *sources, const place_stretch *stretch, const char *path, const char *named, const char *folder,
                                 place_error *err) {
    place_draft *draft = NULL;
    reading from = { .source = -1 };
    int reason = 0;
    place_error why = { .status = PLACE_OK };
    place_status status = place_draft_create(&draft, sources->form, stretch, path, named, &reason, &why);
    for (int64_t b = stretch->first / PLACE_BLOCK; status == PLACE_OK && b * PLACE_BLOCK < stretch->first + stretch->n; b++)
        status = copy_block(sources, &from, draft, b, &reason, &why);
    if (status == PLACE_OK) status = place_draft_finish(draft, stretch->n, &reason, &why);
    stop_reading(sources, &from);
    free(from.bytes);
    long long at_hand = status != PLACE_OK ? place_files_free_bytes(sources->form->files, folder) : 0;
    place_draft_free(draft);
    if (status == PLACE_OK) return status;
    if (!place_files_no_room(reason) || at_hand < 0) return place_error_set(err, status, why.file, 0, "%s", why.message);
    return place_error_set(err, status, why.file, 0, "%s; roughly %lld bytes are needed besides the blocks, %lld were left; --resume goes on when there is room",
                           why.message, estimate(sources, stretch), at_hand);
}
