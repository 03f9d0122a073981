/* SPDX-License-Identifier: MIT */
/*
 * The sink that writes a run file, and the merge of shards. Blocks that are done go into the folder of blocks as they come, so memory does
 * not grow with the number of replications but by 32 bytes a chunk, the digests, while they are merged at the end. Everything that divides a
 * run is one mechanism: a sink wants the blocks that are in none of its sources (files of blocks, a run file to be extended), and a finished
 * file is the merge of sources. Resume and extend begin with sources, a shard wants fewer blocks, a merge wants none.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"
#include "place/runfile.h"
#include "reader.h"
#include "sources.h"

#define FILE_BYTES ((size_t)128 << 20) /* of values, before they are encoded, in a file of blocks: half a second's work and more */

typedef struct writer {
    place_form form;
    place_runfile_options options;
    place_target *target;
    place_parts *parts;
    place_sources sources;
    place_stretch whole;   /* what the finished file will hold: the run, or a shard     */
    place_draft *draft;    /* the file of blocks in the making; NULL: none                */
    place_stretch stretch; /* of the draft                                                */
    int64_t n_in_draft;    /* blocks                                                      */
    bool replace;          /* what has the target's name                                  */
    bool extending;        /* it is complete as it is, with fewer replications            */
    bool done;             /* it is what this run would make                              */
} writer;

static place_status out_of_memory(const writer *w, place_error *err) {
    return place_error_set(err, PLACE_SYSTEM, place_target_path(w->target), 0, "out of memory");
}

static void note(const writer *w, const char *sentence) {
    if (w->options.on_note != NULL) w->options.on_note(w->options.self, sentence);
}

static void writer_free(writer *w) {
    place_draft_free(w->draft);
    place_parts_close(w->parts);
    place_sources_clear(&w->sources);
    place_form_clear(&w->form);
    place_target_free(w->target);
    free(w);
}

void place_runfile_shard(int64_t n_replications, int64_t shard, int64_t n_shards, int64_t *first, int64_t *n) {
    int64_t n_blocks = (n_replications + PLACE_BLOCK - 1) / PLACE_BLOCK;
    int64_t begin = n_blocks * (shard - 1) / n_shards * PLACE_BLOCK, end = n_blocks * shard / n_shards * PLACE_BLOCK;
    if (end > n_replications) end = n_replications;
    *first = begin;
    *n = end - begin;
    if (*n == 0) *first = 0; /* a shard without blocks, where there are more shards than blocks */
}

/* ---- blocks as they come ----------------------------------------------------------------------------------------- */

static bool writer_wants(void *self, int64_t block) {
    const writer *w = self;
    int64_t first = block * PLACE_BLOCK;
    return !w->done && first >= w->whole.first && first < w->whole.first + w->whole.n && !place_sources_have(&w->sources, block);
}

static void *writer_pack(void *self, const place_block *block, int part, int n_parts, place_error *err) {
    const writer *w = self;
    place_packed *packed = place_form_pack(&w->form, block, part, n_parts);
    if (packed == NULL) out_of_memory(w, err);
    return packed;
}

static void writer_discard(void *self, void *packed) {
    (void)self;
    place_packed_free(packed);
}

/* From this block on, as many as are wanted in a row and go into one file. */
static place_status begin_file(writer *w, int64_t block, place_error *err) {
    int64_t end = (block / w->options.blocks_a_file + 1) * w->options.blocks_a_file, n = 1;
    while (block + n < end && block + n < w->sources.n_blocks && writer_wants(w, block + n)) n++;
    w->stretch = w->whole;
    w->stretch.first = block * PLACE_BLOCK;
    w->stretch.n = n * PLACE_BLOCK;
    if (w->stretch.first + w->stretch.n > w->whole.of) w->stretch.n = w->whole.of - w->stretch.first;
    w->n_in_draft = 0;
    return place_draft_create(&w->draft, &w->form, &w->stretch, NULL, place_target_path(w->target), NULL, err);
}

static place_status end_file(writer *w, place_error *err) {
    size_t n_bytes = 0;
    int64_t n = w->n_in_draft * PLACE_BLOCK, block = w->stretch.first / PLACE_BLOCK;
    if (n > w->stretch.n) n = w->stretch.n;
    place_status status = place_draft_finish(w->draft, n, NULL, err);
    if (status == PLACE_OK) {
        const void *bytes = place_draft_image(w->draft, &n_bytes);
        status = place_parts_write(w->parts, block, bytes, n_bytes, err);
    }
    place_draft_free(w->draft);
    w->draft = NULL;
    if (status != PLACE_OK) return status;
    char *path = place_parts_path(w->parts, block);
    if (path == NULL) return out_of_memory(w, err);
    status = place_sources_note(&w->sources, path, w->stretch.first, n, (int64_t)n_bytes, err);
    free(path);
    return status;
}

static place_status writer_append(void *self, void *packed_, place_error *err) {
    writer *w = self;
    place_packed *packed = packed_;
    place_status status = PLACE_OK;
    if (w->draft == NULL) status = begin_file(w, packed->index, err);
    for (size_t i = (size_t)packed->part; i < w->form.n_columns && status == PLACE_OK; i += (size_t)packed->n_parts) {
        const place_column *at = &w->form.columns[i];
        for (size_t c = 0; c < at->chunking.n_chunks && status == PLACE_OK; c++) {
            const place_packed_chunk *chunk = &packed->chunks[at->first_chunk + c];
            const void *bytes = chunk->zero != NULL ? chunk->zero->encoded : packed->bytes + chunk->start;
            size_t size = chunk->zero != NULL ? chunk->zero->encoded_size : chunk->size;
            status = place_draft_put(w->draft, i, c, packed->index, bytes, size, chunk->digest, NULL, err);
        }
    }
    bool last_part = packed->part == packed->n_parts - 1;
    place_packed_free(packed);
    if (status == PLACE_OK && last_part && ++w->n_in_draft * PLACE_BLOCK >= w->stretch.n) status = end_file(w, err);
    return status;
}

static void writer_abandon(void *self) {
    writer_free(self);
}

/* ---- the end ----------------------------------------------------------------------------------------------------- */

/* Replications from the first on without a gap. */
static int64_t in_a_row(const writer *w) {
    int64_t n = 0;
    while (n < w->whole.n && place_sources_have(&w->sources, (w->whole.first + n) / PLACE_BLOCK)) n += PLACE_BLOCK;
    return n < w->whole.n ? n : w->whole.n;
}

static void tell_merge(const writer *w, bool begins) {
    int64_t n_bytes = begins; /* never 0 then */
    for (size_t i = 0; i < w->sources.n && begins; i++) n_bytes += w->sources.list[i].n_bytes;
    if (w->options.on_merge != NULL) w->options.on_merge(w->options.self, n_bytes);
}

static place_status merge(writer *w, int64_t n, place_error *err) {
    place_stretch stretch = w->whole;
    const char *temporary = place_parts_temporary(w->parts);
    stretch.n = n;
    tell_merge(w, true);
    place_status status = place_parts_begin(w->parts, err);
    if (status == PLACE_OK)
        status = place_sources_merge(&w->sources, &stretch, temporary, place_target_path(w->target), place_parts_folder(w->parts), err);
    if (status == PLACE_OK) status = place_target_publish(w->target, temporary, w->replace, err);
    tell_merge(w, false);
    return status;
}

static place_status writer_close(void *self, place_error *err) {
    writer *w = self;
    place_status status = PLACE_OK;
    if (w->draft != NULL && w->n_in_draft > 0) status = end_file(w, err); /* interrupted between two files of blocks */
    int64_t n = w->done ? w->whole.n : in_a_row(w);
    bool complete = n == w->whole.n;
    if (status == PLACE_OK && !w->done && (complete || (n > 0 && !w->extending))) status = merge(w, n, err);
    if (status == PLACE_OK && complete) {
        place_parts_remove(w->parts);
        w->parts = NULL;
    }
    writer_free(w);
    return status;
}

/* ---- the beginning ----------------------------------------------------------------------------------------------- */

/* What to make of the file that has the target's name: nothing (force), the beginning of this run, or this run. It fits. */
static place_status judge_output(writer *w, const place_runfile *file, place_error *err) {
    const char *path = place_target_path(w->target);
    char shard[48] = "";
    const int64_t n = w->options.n_replications, found = place_runfile_replications(file);
    const bool complete = strcmp(place_runfile_attribute(file, "complete"), "1") == 0;
    if (w->whole.n_shards > 0) snprintf(shard, sizeof shard, "%lld/%lld", (long long)w->whole.shard, (long long)w->whole.n_shards);
    const bool is_all = complete && w->whole.n == w->whole.of; /* a shard that is all of a run says nothing of shards */
    if (!is_all && strcmp(place_runfile_attribute(file, "shard"), shard) != 0) {
        const char *is = place_runfile_attribute(file, "shard");
        return place_error_set(err, PLACE_BAD_INPUT, path, 0, "it is %s%s, and this run's is %s%s", is[0] != '\0' ? "shard " : "all of a run", is,
                               shard[0] != '\0' ? "shard " : "all of it", shard);
    }
    if (w->whole.n_shards > 0 ? place_runfile_of(file) == n && found == w->whole.n : complete && found == n) {
        w->done = true;
        return PLACE_OK;
    }
    if (complete && found > n)
        return place_error_set(err, PLACE_BAD_INPUT, path, 0, "it has %lld replications already; -n is the total, and %lld is less", (long long)found,
                               (long long)n);
    if (complete && !w->options.extend)
        return place_error_set(err, PLACE_BAD_INPUT, path, 0, "it is complete with %lld replications; --extend makes it %lld", (long long)found,
                               (long long)n);
    w->replace = true;
    w->extending = complete;
    return PLACE_OK;
}

static place_status look_at_output(writer *w, place_error *err) {
    const char *path = place_target_path(w->target);
    place_runfile *file = NULL;
    place_error why = { .status = PLACE_OK };
    place_status status = place_runfile_open_part(&file, path, w->options.files, &why);
    if (status == PLACE_OK) status = place_sources_fit(&w->sources, file, path, &why);
    if (status == PLACE_OK) status = judge_output(w, file, &why);
    if (status == PLACE_OK && !w->done) status = place_sources_add(&w->sources, file, path, &why);
    place_runfile_close(file);
    if (status == PLACE_OK || w->options.force) return PLACE_OK;
    return place_error_set(err, why.status, path, 0, "%s", why.message);
}

/* One file of blocks: used; or damaged, which is told, and removed; or another run's, or not to be read just now, which are errors: it stays. */
static place_status look_at_part(writer *w, const char *name, place_error *err) {
    char sentence[800];
    const int64_t block = place_parts_block(name);
    char *path = place_parts_path(w->parts, block);
    place_runfile *file = NULL;
    place_error why = { .status = PLACE_OK };
    if (path == NULL) return out_of_memory(w, err);
    place_status status = place_runfile_open_part(&file, path, w->options.files, &why);
    bool damaged = status == PLACE_NO;
    if (status == PLACE_OK && place_runfile_first(file) != block * PLACE_BLOCK) {
        place_error_set(&why, PLACE_SYSTEM, path, 0, "it has the replications from %lld on", (long long)place_runfile_first(file));
        damaged = true;
    }
    const char *advice = "if it stays so, remove it: its replications are run again";
    if (status == PLACE_OK && !damaged && (status = place_sources_fit(&w->sources, file, path, &why)) != PLACE_OK) {
        advice = "--force without --resume begins anew"; /* another run's, which is not to be lost */
    } else if (status == PLACE_OK && !damaged) {
        status = place_sources_add(&w->sources, file, path, &why);
        damaged = status == PLACE_NO;
    }
    place_runfile_close(file);
    if (status != PLACE_OK && !damaged) place_error_set(err, status, path, 0, "%.400s; %s", why.message, advice);
    if (damaged) {
        snprintf(sentence, sizeof sentence, "%.250s: %.400s; its replications are run again", path, why.message);
        note(w, sentence);
        status = place_parts_drop(w->parts, block, err);
    }
    free(path);
    return status;
}

static place_status look_at_parts(writer *w, place_error *err) {
    char **names = NULL;
    size_t n = 0;
    if (place_parts_count(w->parts) == 0) return PLACE_OK;
    if (!w->options.resume && !w->options.extend) {
        if (w->options.force) return place_parts_clear(w->parts, err);
        return place_error_set(err, PLACE_SYSTEM, place_target_path(w->target), 0,
                               "blocks of a run that was stopped are in %.200s; --resume goes on with them, --force begins anew",
                               place_parts_folder(w->parts));
    }
    place_status status = place_parts_list(w->parts, &names, &n, err);
    for (size_t i = 0; i < n; i++) {
        if (status == PLACE_OK) status = look_at_part(w, names[i], err);
        free(names[i]);
    }
    free(names);
    return status;
}

static void tell_what_is_there(const writer *w) {
    char sentence[200];
    int64_t n = 0, in_all = w->whole.n;
    for (int64_t b = w->whole.first / PLACE_BLOCK; b * PLACE_BLOCK < w->whole.first + in_all; b++)
        if (place_sources_have(&w->sources, b)) {
            int64_t left = w->whole.first + in_all - b * PLACE_BLOCK;
            n += left < PLACE_BLOCK ? left : PLACE_BLOCK;
        }
    if (w->done) snprintf(sentence, sizeof sentence, "all %lld replications are there already", (long long)in_all);
    else if (n > 0) snprintf(sentence, sizeof sentence, "%lld of %lld replications are there already", (long long)n, (long long)in_all);
    else return;
    note(w, sentence);
}

/* Everything but the sources. */
static place_status writer_create(writer **out, const char *path, const place_plan *plan, const place_runfile_options *options, place_error *err) {
    if (options->n_replications > INT32_MAX)
        return place_error_set(err, PLACE_SYSTEM, path, 0, "%lld replications; a run file holds 2,147,483,647 at most",
                               (long long)options->n_replications);
    const place_files *files = options->files != NULL ? options->files : &place_system_files;
    writer *w = place_files_take(files, sizeof *w);
    if (w == NULL) return place_error_set(err, PLACE_SYSTEM, path, 0, "out of memory");
    w->options = *options;
    w->options.files = files;
    w->replace = options->force;
    w->whole = (place_stretch){ .n = options->n_replications, .of = options->n_replications, .shard = options->shard, .n_shards = options->n_shards };
    if (options->n_shards > 0)
        place_runfile_shard(options->n_replications, options->shard, options->n_shards, &w->whole.first, &w->whole.n);
    place_status status = place_target_create(&w->target, path, w->options.files, err);
    if (status == PLACE_OK && place_target_exists(w->target) && !options->force && !options->resume && !options->extend)
        status = place_error_set(err, PLACE_SYSTEM, path, 0, "output exists; %s--force replaces it",
                                 place_parts_are_left(w->target, w->options.files) ? "--resume goes on with the run that was stopped, " : "");
    if (status == PLACE_OK && options->extend && !place_target_exists(w->target))
        status = place_error_set(err, PLACE_BAD_INPUT, path, 0, "there is no such run file to extend");
    if (status == PLACE_OK
        && (!place_form_init(&w->form, plan, options->detail, options->design, w->options.files)
            || !place_sources_init(&w->sources, &w->form, options->n_replications)))
        status = out_of_memory(w, err);
    if (status == PLACE_OK && w->options.blocks_a_file <= 0) w->options.blocks_a_file = (int64_t)(FILE_BYTES / (w->form.block_bytes + 1));
    if (w->options.blocks_a_file < 1) w->options.blocks_a_file = 1;
    if (status == PLACE_OK) status = place_parts_open(&w->parts, w->target, w->options.files, err);
    if (status == PLACE_OK && place_target_exists(w->target) && !options->force && !options->resume && !options->extend)
        status = place_error_set(err, PLACE_SYSTEM, path, 0, "output exists; --force replaces it"); /* of a run that has just ended */
    if (status != PLACE_OK) writer_free(w);
    else *out = w;
    return status;
}

place_status place_runfile_create(place_sink *out, const char *path, const place_plan *plan, const place_runfile_options *options, place_error *err) {
    writer *w = NULL;
    assert(options->n_replications > 0);
    place_status status = writer_create(&w, path, plan, options, err);
    if (status != PLACE_OK) return status;
    if ((options->resume || options->extend) && place_target_exists(w->target)) status = look_at_output(w, err);
    if (status == PLACE_OK && !w->done) status = look_at_parts(w, err);
    if (status != PLACE_OK) {
        writer_free(w);
        return status;
    }
    tell_what_is_there(w);
    *out = (place_sink){ .wants = writer_wants,
                         .pack = writer_pack,
                         .append = writer_append,
                         .discard = writer_discard,
                         .close = writer_close,
                         .abandon = writer_abandon,
                         .self = w };
    return PLACE_OK;
}

/* ---- merging shards ---------------------------------------------------------------------------------------------- */

/* What the files say of the run that they are of: its length, and into how many shards it was divided (0: they differ). */
typedef struct division {
    int64_t n_replications, n_shards;
    bool mixed;
    size_t n_absent;
} division;

static place_status read_division(division *out, const writer *w, const char *const *paths, size_t n, place_error *err) {
    char sentence[400];
    for (size_t i = 0; i < n; i++) {
        place_runfile *file = NULL;
        FILE *there = fopen(paths[i], "rb");
        if (there == NULL) {
            snprintf(sentence, sizeof sentence, "%.300s is not there", paths[i]);
            note(w, sentence);
            out->n_absent++;
            continue;
        }
        fclose(there);
        place_status status = place_runfile_open_part(&file, paths[i], w->options.files, err);
        if (status != PLACE_OK) return PLACE_SYSTEM;
        const char *shard = strchr(place_runfile_attribute(file, "shard"), '/');
        int64_t of = place_runfile_of(file), n_shards = shard != NULL ? strtoll(shard + 1, NULL, 10) : 0;
        if (of > out->n_replications) out->n_replications = of;
        if (out->n_shards != 0 && n_shards != out->n_shards) out->mixed = true;
        out->n_shards = n_shards;
        place_runfile_close(file);
    }
    return PLACE_OK;
}

static place_status tell_missing(const writer *w, const division *how, place_error *err) {
    const int64_t n = w->options.n_replications;
    const int64_t n_shards = how->mixed || how->n_shards < 1 ? w->sources.n_blocks : how->n_shards; /* else a block is a shard */
    int64_t n_missing = 0, last = 0;
    for (int64_t s = 1; s <= n_shards; s++) {
        int64_t first, n_of_it;
        bool lacks = false;
        place_runfile_shard(n, s, n_shards, &first, &n_of_it);
        for (int64_t r = first; r < first + n_of_it; r += PLACE_BLOCK) lacks = lacks || !place_sources_have(&w->sources, r / PLACE_BLOCK);
        if (!lacks) continue;
        n_missing++;
        last = s;
        if (w->options.on_missing != NULL) w->options.on_missing(w->options.self, s, n_shards, first, n_of_it, n);
    }
    const place_status status = how->n_absent > 0 ? PLACE_SYSTEM : PLACE_BAD_INPUT;
    if (n_missing == 1)
        return place_error_set(err, status, place_target_path(w->target), 0, "shard %lld/%lld is missing", (long long)last, (long long)n_shards);
    return place_error_set(err, status, place_target_path(w->target), 0, "%lld of %lld shards are missing", (long long)n_missing, (long long)n_shards);
}

place_status place_runfile_merge(const char *path, const place_plan *plan, const place_runfile_options *options, const char *const *paths,
                                 size_t n, place_error *err) {
    writer *w = NULL, asking = { .options = *options };
    division how = { .n_replications = options->n_replications };
    if (asking.options.files == NULL) asking.options.files = &place_system_files;
    place_runfile_options complete = *options;
    place_status status = read_division(&how, &asking, paths, n, err);
    if (status != PLACE_OK) return status;
    complete.n_replications = how.n_replications;
    complete.n_shards = 0;
    complete.resume = complete.extend = false;
    status = writer_create(&w, path, plan, &complete, err);
    if (status == PLACE_OK) status = look_at_parts(w, err);
    for (size_t i = 0; i < n && status == PLACE_OK; i++) {
        place_runfile *file = NULL;
        FILE *there = fopen(paths[i], "rb");
        if (there == NULL) continue;
        fclose(there);
        status = place_runfile_open_part(&file, paths[i], NULL, err);
        if (status == PLACE_OK) status = place_sources_fit(&w->sources, file, paths[i], err);
        if (status == PLACE_OK && place_sources_add(&w->sources, file, paths[i], err) != PLACE_OK) status = PLACE_SYSTEM;
        place_runfile_close(file);
    }
    if (status == PLACE_OK && in_a_row(w) < w->whole.n) status = tell_missing(w, &how, err);
    if (status == PLACE_OK) status = merge(w, w->whole.n, err);
    if (w != NULL) writer_free(w);
    return status;
}
