/* SPDX-License-Identifier: MIT */
/*
 * merge: shards into one run file, the same bytes as one run. The scenario that stands in the first shard makes the plan, so nothing else is
 * needed on the machine that merges; that the others are of the same run is checked by their digests.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "child.h"
#include "commands.h"
#include "output.h"
#include "place/runfile.h"
#include "source.h"

enum { MOST_COMMANDS = 20 }; /* more would only scroll the reason away */

typedef struct asking {
    const place_options *options;
    const char *like; /* a shard that is there */
    const place_runfile *first;
    int n_missing;
} asking;

static void say(void *self, const char *sentence) {
    const asking *a = self;
    if (!a->options->quiet) fprintf(stderr, "%s: %s\n", a->options->output, sentence);
}

static void enter_merge(void *self, int64_t n_bytes) {
    const asking *a = self;
    place_child_merge(a->options->output, n_bytes);
}

static double size_of_all(const place_options *options) {
    struct stat at;
    double n_bytes = 0;
    for (int i = 0; i < options->n_arguments; i++)
        if (stat(options->arguments[i], &at) == 0) n_bytes += (double)at.st_size;
    return n_bytes;
}

/* What makes a missing shard: a run file stands for its scenario. */
static void say_missing(void *self, int64_t shard, int64_t n_shards, int64_t first, int64_t n, int64_t n_all) {
    asking *a = self;
    char line[4096], share[48], total[24], output[1024], from[32], to[32];
    const char *words[20], *path = a->options->output;
    size_t n_words = 0, length = strlen(path);
    unsigned detail = place_runfile_detail(a->first);
    if (a->n_missing++ >= MOST_COMMANDS) return;
    if (length > 3 && strcmp(path + length - 3, ".h5") == 0) length -= 3;
    snprintf(share, sizeof share, "%lld/%lld", (long long)shard, (long long)n_shards);
    snprintf(total, sizeof total, "%lld", (long long)n_all);
    snprintf(output, sizeof output, "%.*s.shard-%lld-of-%lld.h5", (int)length, path, (long long)shard, (long long)n_shards);
    words[n_words++] = a->options->program;
    words[n_words++] = "run";
    words[n_words++] = a->like;
    words[n_words++] = "--shard";
    words[n_words++] = share;
    words[n_words++] = "-n";
    words[n_words++] = total;
    static const char *const details[] = { "need", "ncy", "area" };
    static const unsigned bits[] = { PLACE_DETAIL_NEED, PLACE_DETAIL_NCY, PLACE_DETAIL_AREA };
    for (int d = 0; d < 3; d++)
        if ((detail & bits[d]) != 0) {
            words[n_words++] = "--detail";
            words[n_words++] = details[d];
        }
    if (place_runfile_design(a->first) == PLACE_CROSSED) {
        words[n_words++] = "--design";
        words[n_words++] = "crossed";
    }
    words[n_words++] = "-o";
    words[n_words++] = output;
    place_output_quoted(line, sizeof line, words, n_words);
    fprintf(stderr, "shard %s, replications %s to %s, is missing; this makes it:\n%s\n", share, place_output_count(first, from),
            place_output_count(first + n - 1, to), line);
}

/* The first shard that is there, whole and readable: it has the scenario. */
static place_status open_first(place_runfile **out, const char **path, const place_options *options, place_error *err) {
    struct stat at;
    for (int i = 0; i < options->n_arguments; i++)
        if (stat(options->arguments[i], &at) == 0) {
            *path = options->arguments[i];
            return place_source_file(out, *path, err);
        }
    return place_error_set(err, PLACE_SYSTEM, options->arguments[0], 0, options->n_arguments == 1 ? "it is not there" : "neither it nor any other shard is there");
}

static place_status act(const place_options *options, place_error *err) {
    place_plan *plan = NULL;
    place_runfile *first = NULL;
    const char *path = NULL;
    if (options->output == NULL)
        return place_error_set(err, PLACE_BAD_INPUT, NULL, 0, "merge: -o FILE is missing: the run file to write, such as -o output/mine.h5");
    place_status status = open_first(&first, &path, options, err);
    if (status == PLACE_OK) status = place_output_load(&plan, path, options, err);
    if (status == PLACE_OK) {
        asking a = { .options = options, .like = path, .first = first };
        const place_runfile_options how = { .force = options->force, .detail = place_runfile_detail(first), .design = place_runfile_design(first),
                                            .on_note = say, .on_missing = say_missing, .on_merge = enter_merge, .self = &a };
        place_child_enter(PLACE_CHILD_LOOKS, options->output, size_of_all(options));
        status = place_runfile_merge(options->output, plan, &how, (const char *const *)options->arguments, (size_t)options->n_arguments, err);
        place_child_leave();
        if (a.n_missing > MOST_COMMANDS) fprintf(stderr, "and %d more shards\n", a.n_missing - MOST_COMMANDS);
        if (status == PLACE_OK && !options->quiet)
            fprintf(stderr, "wrote %s from %d file%s\n", options->output, options->n_arguments, options->n_arguments == 1 ? "" : "s");
    }
    place_source_close(first);
    place_plan_free(plan);
    return status;
}

static const place_option options[] = {
    { PLACE_OPTION_OUTPUT, 'o', "output", "FILE", "the run file to write" },
    { PLACE_OPTION_FORCE, 'f', "force", NULL, "replace FILE if it exists" },
    { PLACE_OPTION_QUIET, 'q', "quiet", NULL, "say nothing but errors and what is missing" },
};

const place_command place_command_merge = {
    .name = "merge",
    .arguments = "SHARD...",
    .n_arguments_least = 1,
    .n_arguments_most = 1000000,
    .summary = "make one run file of the shards of a run",
    .description = "Makes one run file of those that `placesim run --shard I/N` wrote, on this machine or on many: the same bytes as\n"
                   "one run. Shards that are missing are named, with the command that makes each; one of another scenario, seed or\n"
                   "version is refused.",
    .examples = "  placesim merge -o mine.h5 mine.shard-*-of-4.h5\n",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .act = act,
};
