/* SPDX-License-Identifier: MIT */
/*
 * What durability costs: runs of a scenario on one thread into a run file, by way of files of blocks as `placesim run` does it, and into a
 * draft of the finished file at once, sealed and synced as well, that a kill would lose. One after the other, in rounds.
 * usage: durability SCENARIO REPLICATIONS ROUNDS FOLDER    prints, for each round, seconds: processor durable, at once; clock durable, at once
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "../../src/result/draft.h"
#include "../../src/result/form.h"
#include "../../src/result/target.h"
#include "place/run.h"
#include "place/runfile.h"
#include "place/scenario.h"

static void die(const place_error *err) {
    fprintf(stderr, "durability: %s\n", err->message);
    exit(3);
}

/* ---- a sink without blocks --------------------------------------------------------------------------------------- */

typedef struct at_once {
    place_form form;
    place_target *target;
    place_draft *draft;
    int64_t n;
    char temporary[4096];
} at_once;

static void *pack(void *self, const place_block *block, int part, int n_parts, place_error *err) {
    at_once *sink = self;
    place_packed *packed = place_form_pack(&sink->form, block, part, n_parts);
    if (packed == NULL) place_error_set(err, PLACE_SYSTEM, NULL, 0, "out of memory");
    return packed;
}

static void discard(void *self, void *packed) {
    (void)self;
    place_packed_free(packed);
}

static place_status append(void *self, void *packed_, place_error *err) {
    at_once *sink = self;
    place_packed *packed = packed_;
    place_status status = PLACE_OK;
    int reason = 0;
    for (size_t i = (size_t)packed->part; i < sink->form.n_columns && status == PLACE_OK; i += (size_t)packed->n_parts) {
        const place_column *column = &sink->form.columns[i];
        for (size_t c = 0; c < column->chunking.n_chunks && status == PLACE_OK; c++) {
            const place_packed_chunk *chunk = &packed->chunks[column->first_chunk + c];
            status = place_draft_put(sink->draft, i, c, packed->index, chunk->zero != NULL ? chunk->zero->encoded : packed->bytes + chunk->start,
                                     chunk->zero != NULL ? chunk->zero->encoded_size : chunk->size, chunk->digest, &reason, err);
        }
    }
    place_packed_free(packed);
    return status;
}

static void abandon(void *self) {
    at_once *sink = self;
    place_draft_free(sink->draft);
    place_target_free(sink->target);
    place_form_clear(&sink->form);
}

static place_status finish(void *self, place_error *err) {
    at_once *sink = self;
    int reason = 0;
    place_status status = place_draft_finish(sink->draft, sink->n, &reason, err);
    if (status == PLACE_OK) status = place_target_publish(sink->target, sink->temporary, true, err);
    abandon(sink);
    return status;
}

static place_status begin(at_once *sink, const place_plan *plan, const char *path, int64_t n, place_error *err) {
    const place_stretch whole = { .n = n, .of = n };
    int reason = 0;
    sink->n = n;
    snprintf(sink->temporary, sizeof sink->temporary, "%s.tmp", path);
    FILE *empty = fopen(sink->temporary, "wb");
    if (empty == NULL || fclose(empty) != 0 || !place_form_init(&sink->form, plan, 0, PLACE_PAIRED, &place_system_files))
        return place_error_set(err, PLACE_SYSTEM, path, 0, "cannot begin %s", sink->temporary);
    place_status status = place_target_create(&sink->target, path, &place_system_files, err);
    return status == PLACE_OK ? place_draft_create(&sink->draft, &sink->form, &whole, sink->temporary, path, &reason, err) : status;
}

/* ---- rounds ------------------------------------------------------------------------------------------------------ */

static double seconds(bool processor) {
    struct timespec now;
    struct rusage used;
    if (!processor) return clock_gettime(CLOCK_MONOTONIC, &now), (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + 1e-6 * (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

static void measure(const place_plan *plan, const char *path, int64_t n, bool durable, double out[2]) {
    place_error err = { 0 };
    place_sink sink;
    at_once once = { 0 };
    const double processor = seconds(true), clock = seconds(false);
    place_status status = durable ? place_runfile_create(&sink, path, plan, &(place_runfile_options){ .n_replications = n, .force = true }, &err)
                                  : begin(&once, plan, path, n, &err);
    if (status != PLACE_OK) die(&err);
    if (!durable) sink = (place_sink){ .pack = pack, .append = append, .discard = discard, .close = finish, .abandon = abandon, .self = &once };
    if (place_run(plan, &(place_run_options){ .n_replications = n, .n_threads = 1 }, &sink, &err) != PLACE_OK) die(&err);
    out[0] = seconds(true) - processor;
    out[1] = seconds(false) - clock;
}

/* Of the results: where in the file chunks stand depends on the order in which they come. */
static void digest(const char *path, char out[80]) {
    place_runfile *file = NULL;
    place_error err = { 0 };
    if (place_runfile_open(&file, path, &err) != PLACE_OK) die(&err);
    snprintf(out, 80, "%s", place_runfile_attribute(file, "result_digest"));
    place_runfile_close(file);
}

int main(int argc, char **argv) {
    static place_errors errors;
    char paths[2][4000], digests[2][80];
    place_plan *plan = NULL;
    if (argc != 5) return fprintf(stderr, "usage: durability SCENARIO REPLICATIONS ROUNDS FOLDER\n"), 2;
    if (place_scenario_load(&plan, argv[1], NULL, &errors) != PLACE_OK) return fprintf(stderr, "durability: %s\n", errors.errors[0].message), 2;
    const int64_t n = atoll(argv[2]);
    for (int i = 0; i < 2; i++) snprintf(paths[i], sizeof paths[i], "%s/%s.h5", argv[4], i == 0 ? "durable" : "at-once");
    for (int round = 0; round < atoi(argv[3]); round++) {
        double used[2][2];
        for (int i = 0; i < 2; i++) { /* each first in turn */
            int which = (i + round) % 2;
            measure(plan, paths[which], n, which == 0, used[which]);
        }
        for (int i = 0; i < 2; i++) digest(paths[i], digests[i]);
        if (strcmp(digests[0], digests[1]) != 0) return fprintf(stderr, "durability: the results differ\n"), 1;
        printf("%.4f %.4f %.4f %.4f\n", used[0][0], used[1][0], used[0][1], used[1][1]);
        fflush(stdout);
    }
    place_plan_free(plan);
    return 0;
}
