/* SPDX-License-Identifier: MIT */
/*
 * run: a scenario, or the scenario in a run file, played many times into a new run file. All that can be refused is refused
 * before the first replication. Ctrl-C lets the blocks in hand finish; a second one ends the program at once. Either way the line that
 * goes on with the run is the last that is said.
 */
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "commands.h"
#include "output.h"
#include "place/runfile.h"
#include "progress.h"

static atomic_int stop; /* told by one thread, read by others */
static char resume_line[8192]; /* with its end of line: a handler only writes it */
static size_t resume_size;
static atomic_int n_told[2], n_signals; /* by the parent, by anyone else; the larger: who tells both of us has told us once */

static void on_signal(int signal_number, siginfo_t *info, void *context) {
    static const char said[] = "\nstopping: the replications in hand are finished first; once more stops at once\n";
    (void)signal_number;
    (void)context;
    const int errno_before = errno;
    const int n = atomic_fetch_add(&n_told[place_child_handed_on(info)], 1) + 1;
    int before = atomic_load(&n_signals); /* two threads may be told at the same time: one of them takes the step from 0 to 1 */
    while (n > before && !atomic_compare_exchange_weak(&n_signals, &before, n)) continue;
    if (n <= before) return;
    ssize_t put = n > 1 ? write(STDERR_FILENO, resume_line, resume_size) : write(STDERR_FILENO, said, sizeof said - 1); /* stdio may not be used here */
    (void)put;
    if (n > 1) _exit(130); /* finished blocks are on the disk, and the lock ends with the process */
    stop = 1;
    errno = errno_before;
}

/* What nohup, or a shell that runs it in the background, has it ignore stays ignored: the run outlives the terminal. */
static void catch_signals(void) {
    static const int stops[] = { SIGINT, SIGTERM, SIGHUP };
    struct sigaction how = { .sa_flags = SA_RESTART | SA_SIGINFO }, before;
    how.sa_sigaction = on_signal;
    sigfillset(&how.sa_mask);
    for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++)
        if (sigaction(stops[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN) sigaction(stops[i], &how, NULL);
    signal(SIGPIPE, SIG_IGN); /* nobody left to read the progress is no reason to lose the run */
    signal(SIGXFSZ, SIG_IGN); /* a file that may grow no more is an error of writing, and told as one */
}

/* The line that was given, and --resume. */
static place_status make_resume_line(const place_options *options, place_error *err) {
    size_t n = 0;
    const char **words = calloc((size_t)options->n_words + 2, sizeof *words);
    if (words == NULL) return place_error_set(err, PLACE_SYSTEM, NULL, 0, "out of memory");
    words[n++] = options->program;
    words[n++] = options->words[0];
    if (!options->resume) words[n++] = "--resume";
    for (int w = 1; w < options->n_words; w++) words[n++] = options->words[w];
    if (!place_output_quoted(resume_line, sizeof resume_line - 1, words, n))
        snprintf(resume_line, sizeof resume_line, "the same line with --resume");
    free(words);
    strcat(resume_line, "\n");
    resume_size = strlen(resume_line);
    return PLACE_OK;
}

/* A crossed design has m indices for each of the four families, so n is m^4. */
static place_status check_design(place_design design, int64_t n, place_error *err) {
    if (design != PLACE_CROSSED) return PLACE_OK;
    int64_t m = 1;
    while ((m + 1) * (m + 1) * (m + 1) * (m + 1) <= n) m++;
    int64_t below = m * m * m * m, above = (m + 1) * (m + 1) * (m + 1) * (m + 1);
    char texts[3][32];
    if (below == n) return PLACE_OK;
    return place_error_set(err, PLACE_BAD_INPUT, NULL, 0,
                           "a crossed design wants a fourth power of replications, such as -n %s or -n %s; found %s",
                           place_output_count(below, texts[0]), place_output_count(above, texts[1]), place_output_count(n, texts[2]));
}

/* Of one replication, before compression. */
static double bytes_of(const place_layout *layout) {
    double bytes = 0;
    for (int v = 0; v < PLACE_N_VARIABLES; v++) bytes += (double)(layout->n_cells[v] * place_type_stored_size(layout, place_catalogue[v].type));
    return bytes;
}

/* Bytes before compression are known; what is left of them is experience: a fortieth for small councils, a quarter at most. */
static void print_estimate(const place_plan *plan, const place_options *options, int64_t n) {
    place_layout layout = place_layout_of(plan, options->detail);
    double cells = 0;
    const double bytes = bytes_of(&layout);
    for (int v = 0; v < PLACE_N_VARIABLES; v++) cells += (double)layout.n_cells[v];
    long n_threads = options->n_threads > 0 ? options->n_threads : sysconf(_SC_NPROCESSORS_ONLN);
    char text[4][32];
    printf("scenario      %s\n", plan->id);
    printf("replications  %s\n", place_output_count(n, text[0]));
    printf("steps         %zu of %d a year\n", plan->calendar.n_steps, plan->calendar.steps_per_year);
    printf("values        %s a replication, %s in all\n", place_output_count((int64_t)cells, text[1]),
           place_output_count((int64_t)(cells * (double)n), text[2]));
    printf("file          %.2g to %.2g MB, from %.3g MB before compression\n", bytes * (double)n / 40e6, bytes * (double)n / 4e6,
           bytes * (double)n / 1e6);
    printf("memory        roughly %.3g MB for each of %ld threads\n",
           (bytes * PLACE_BLOCK + (double)layout.record_size) * 1.5 / 1e6, n_threads);
    printf("output        %s (nothing is written: --dry-run)\n", options->output);
}

/* Progress, and how much of the run was done this time. */
typedef struct told {
    place_progress progress;
    int64_t n_done;
} told;

static void tell(void *self, int64_t n_done, int64_t n_all) {
    told *so_far = self;
    so_far->n_done = n_done;
    place_progress_tell(&so_far->progress, n_done, n_all);
}

static void enter_merge(void *self, int64_t n_bytes) {
    const place_options *options = self;
    place_child_merge(options->output, n_bytes);
}

/* All that can be refused is; of what is there already, HDF5 reads what it is. */
static place_status begin(place_sink *sink, const place_plan *plan, const place_options *options, int64_t n, place_error *err) {
    const place_layout layout = place_layout_of(plan, options->detail);
    place_child_enter(PLACE_CHILD_LOOKS, options->output, bytes_of(&layout) * (double)n);
    place_status status = place_runfile_create(sink, options->output, plan,
        &(place_runfile_options){ .force = options->force, .resume = options->resume, .extend = options->extend, .n_replications = n,
                                  .detail = options->detail, .design = options->design, .shard = options->shard, .n_shards = options->n_shards,
                                  .on_note = place_output_note, .on_merge = enter_merge, .self = (void *)options }, err);
    place_child_leave();
    if (status == PLACE_OK) place_child_goes_on(options->output, resume_line);
    return status;
}

static void say_written(const place_options *options, int64_t n, int64_t n_done, double seconds) {
    char all[32], each[32], shard[64] = "";
    if (options->n_shards > 0) {
        int64_t first = 0;
        place_runfile_shard(n, options->shard, options->n_shards, &first, &n);
        snprintf(shard, sizeof shard, "shard %lld/%lld, ", (long long)options->shard, (long long)options->n_shards);
    }
    place_output_count(n, all);
    if (n_done == 0) fprintf(stderr, "%s is whole: %s%s replications\n", options->output, shard, all);
    else
        fprintf(stderr, "wrote %s: %s%s replications, %.*f s, %s a second\n", options->output, shard, all, seconds < 10 ? 1 : 0, seconds,
                place_output_count((int64_t)round((double)n_done / fmax(seconds, 1e-3)), each));
}

static place_status simulate(const place_plan *plan, const place_options *options, int64_t n, place_error *err) {
    place_sink sink;
    told so_far = { .n_done = 0 };
    place_status status = make_resume_line(options, err);
    if (status != PLACE_OK) return status;
    catch_signals(); /* before there is a folder of blocks */
    status = begin(&sink, plan, options, n, err);
    if (status != PLACE_OK) return status;
    place_progress_start(&so_far.progress, options->quiet);
    status = place_run(plan,
        &(place_run_options){ .n_replications = n, .n_threads = options->n_threads, .detail = options->detail, .design = options->design,
                              .on_progress = tell, .on_threads = place_output_threads, .self = &so_far, .stop = &stop }, &sink, err);
    double seconds = place_progress_end(&so_far.progress);
    if (status == PLACE_OK && !options->quiet) say_written(options, n, so_far.n_done, seconds);
    if (status == PLACE_INTERRUPTED) {
        fprintf(stderr, "%s: %s; this goes on:\n%s", options->output, err->message, resume_line);
        err->status = PLACE_OK; /* all is said */
    }
    if (status == PLACE_OK && !options->quiet && options->reading != PLACE_READING_SEPTEMBER)
        fprintf(stderr, "all readings are in it: placesim summary %s --reading %s\n", options->output, place_reading_names[options->reading]);
    return status;
}

static place_status act(const place_options *options, place_error *err) {
    place_plan *plan = NULL;
    const char *path = options->arguments[0];
    if (options->output == NULL)
        return place_error_set(err, PLACE_BAD_INPUT, NULL, 0, "run: -o FILE is missing: the run file to write, such as -o output/mine.h5");
    if (options->extend && options->n_shards > 0)
        return place_error_set(err, PLACE_BAD_INPUT, NULL, 0,
                               "run: --extend and --shard do not go together; make shards of the larger run, and merge them with the run file");
    if (options->extend && options->design == PLACE_CROSSED)
        return place_error_set(err, PLACE_BAD_INPUT, NULL, 0, "run: a crossed run cannot be extended, since its number of replications is in all of it");
    place_status status = place_output_load(&plan, path, options, err);
    if (status != PLACE_OK) return status;
    int64_t n = options->n_replications > 0 ? options->n_replications : plan->replications;
    status = check_design(options->design, n, err);
    if (status == PLACE_OK && options->dry_run) print_estimate(plan, options, n);
    else if (status == PLACE_OK) status = simulate(plan, options, n, err);
    if (status == PLACE_BAD_INPUT && err->file[0] == '\0') snprintf(err->file, sizeof err->file, "%s", path);
    place_plan_free(plan);
    return status;
}

static const place_option options[] = {
    { PLACE_OPTION_OUTPUT, 'o', "output", "FILE", "the run file to write (HDF5, opens in Python, R and ncdump)" },
    { PLACE_OPTION_REPLICATIONS, 'n', "replications", "N", "how many times to play it; otherwise as the scenario says, else 1,000" },
    { PLACE_OPTION_SEED, 's', "seed", "S", "seed of all chance instead of the scenario's; equal seeds give equal results" },
    { PLACE_OPTION_THREADS, 't', "threads", "T", "threads to use, by default one for each processor; the results are the same" },
    { PLACE_OPTION_SET, '\0', "set", "XPATH=VALUE",
      "change one value for this run, said with its old value and kept in the run file; may be given more than once" },
    { PLACE_OPTION_DETAIL, '\0', "detail", "need|ncy|area",
      "keep finer counts too: by need, by national curriculum year, by area; may be given more than once" },
    { PLACE_OPTION_DESIGN, '\0', "design", "paired|crossed",
      "how inputs, years, delivery and chance go together: all new in each replication (paired), or every combination of them "
      "(crossed, N a fourth power), which shows how much of the spread each causes" },
    { PLACE_OPTION_READING, '\0', "reading", "september|january|mean|any",
      "the reading that its answers are wanted at; a run file holds them all, so this changes nothing in it and names the summary to ask for" },
    { PLACE_OPTION_SHARD, '\0', "shard", "I/N", "run only the I-th of N shares of the replications; `placesim merge` makes one file of all" },
    { PLACE_OPTION_RESUME, '\0', "resume", NULL, "go on with a run that was stopped, if there is one: what is done is kept" },
    { PLACE_OPTION_EXTEND, '\0', "extend", NULL, "add replications to FILE until there are N in all; those that it has are kept" },
    { PLACE_OPTION_FORCE, 'f', "force", NULL, "replace FILE if it exists; without --resume, begin anew" },
    { PLACE_OPTION_DRY_RUN, '\0', "dry-run", NULL, "check everything, say how large the run would be, write nothing" },
    { PLACE_OPTION_QUIET, 'q', "quiet", NULL, "say nothing but errors and warnings" },
};

const place_command place_command_run = {
    .name = "run",
    .arguments = "SCENARIO|RUNFILE",
    .n_arguments_least = 1,
    .n_arguments_most = 1,
    .summary = "play a scenario many times into a run file",
    .description = "Plays the scenario forward N times, each time with other chance, and keeps every count in FILE.\n"
                   "Given a run file, it plays the scenario that is kept in it: the same seed gives the same results.\n"
                   "An existing FILE is kept unless --force. While it runs, what is done is kept in the folder FILE.parts.\n"
                   "Ctrl-C finishes the replications in hand and writes what there is; a second one stops at once; after either,\n"
                   "as after a crash or a full disk, the same line with --resume goes on, and the file is the same in the end.",
    .examples = "  placesim run mine.xml -o mine.h5\n"
                "  placesim run mine.xml -o ten-more.h5 --set \"site[@id='ash-school']/places/@commissioned=52\"\n"
                "  placesim run mine.xml -o large.h5 -n 20000 --threads 2\n"
                "  placesim run mine.h5 -o again.h5\n"
                "  placesim run mine.xml -o large.h5 -n 50000 --extend\n"
                "  placesim run mine.xml -o mine.shard-1-of-4.h5 -n 50000 --shard 1/4\n",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .act = act,
};
