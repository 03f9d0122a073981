/* SPDX-License-Identifier: MIT */
#include "small_runs.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "by_hand.h"
#include "folder.h"

place_plan *plan;
char noted[4000];

static const plan_shape tiny = { .n_steps = 2, .n_areas = 1, .bare = true };

void small_runs_setup(void) {
    folder_make("small-runs", true);
    plan = make_plan(tiny);
}

void small_runs_teardown(void) {
    free_plan(plan);
    folder_remove();
}

unsigned char *load(const char *path, size_t *n) {
    struct stat state;
    FILE *file = fopen(path, "rb");
    if (file == NULL || fstat(fileno(file), &state) != 0) return NULL;
    unsigned char *bytes = malloc((size_t)state.st_size + 1);
    *n = fread(bytes, 1, (size_t)state.st_size, file);
    fclose(file);
    return bytes;
}

void save(const char *path, const void *bytes, size_t n) {
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, n, file), n);
    ck_assert_int_eq(fclose(file), 0);
}

bool same(const char *one, const char *other) {
    size_t n = 0, m = 0;
    unsigned char *a = load(one, &n), *b = load(other, &m);
    bool equal = a != NULL && b != NULL && n == m && memcmp(a, b, n) == 0;
    free(a);
    free(b);
    return equal;
}

void remove_all(const char *path) {
    char command[600];
    snprintf(command, sizeof command, "rm -rf '%s'", path);
    ck_assert_int_eq(system(command), 0);
}

void take_note(void *self, const char *sentence) {
    (void)self;
    size_t used = strlen(noted);
    snprintf(noted + used, sizeof noted - used, "%s\n", sentence);
}

void take_missing(void *self, int64_t shard, int64_t n_shards, int64_t first, int64_t n, int64_t n_all) {
    char sentence[100];
    snprintf(sentence, sizeof sentence, "missing %d/%d: %d + %d of %d", (int)shard, (int)n_shards, (int)first, (int)n, (int)n_all);
    take_note(self, sentence);
}

place_status run(const char *path, place_runfile_options options, int most, place_error *err) {
    place_sink sink;
    place_layout layout = place_layout_of(plan, options.detail);
    *err = (place_error){ .status = PLACE_OK };
    noted[0] = '\0';
    if (options.blocks_a_file == 0) options.blocks_a_file = 1;
    if (options.on_note == NULL) options.on_note = take_note;
    place_status status = place_runfile_create(&sink, path, plan, &options, err);
    if (status != PLACE_OK) return status;
    for (int64_t b = 0; b * PLACE_BLOCK < options.n_replications && status == PLACE_OK && most > 0; b++) {
        if (!sink.wants(sink.self, b)) continue;
        most--;
        place_block block = make_block(plan, &layout, b, options.n_replications);
        void *packed = sink.pack(sink.self, &block, 0, 1, err);
        free_block(&block);
        status = packed != NULL ? sink.append(sink.self, packed, err) : PLACE_SYSTEM;
    }
    if (status == PLACE_OK) return sink.close(sink.self, err);
    sink.abandon(sink.self);
    return status;
}

void whole_run(const char *path, int64_t n) {
    place_error err;
    ck_assert_msg(run(path, (place_runfile_options){ .n_replications = n, .force = true }, 1000, &err) == PLACE_OK, "%s", err.message);
}

void resumes(const char *path, int64_t n, const char *expected) {
    place_error err;
    ck_assert_msg(run(path, (place_runfile_options){ .n_replications = n, .resume = true }, 1000, &err) == PLACE_OK, "%s", err.message);
    ck_assert(same(path, expected));
    char parts[600];
    snprintf(parts, sizeof parts, "%s.parts", path);
    ck_assert_msg(access(parts, F_OK) != 0, "the folder of blocks is left");
}

void refused(place_runfile_options options, place_status status, const char *sentence) {
    place_error err;
    ck_assert_msg(run(in_folder("x.h5"), options, 1000, &err) == status, "not refused: %s: %s", sentence, err.message);
    ck_assert_msg(strstr(err.message, sentence) != NULL, "%s", err.message);
}
