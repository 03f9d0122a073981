/* SPDX-License-Identifier: MIT */
/*
 * run: a scenario, or the scenario in a run file, played many times into a new run file. All that can be refused is refused
 * before the first replication. Ctrl-C lets the blocks in hand finish; a second one ends the program at once.
 */
#include <math.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "output.h"
#include "place/runfile.h"
#include "progress.h"

static volatile int stop;

static void on_signal(int signal_number) {
    static const char said[] = "\nstopping: the replications in hand are finished first; once more stops at once\n";
    (void)signal_number;
    stop = 1;
    ssize_t n = write(STDERR_FILENO, said, sizeof said - 1); /* stdio may not be used here */
    (void)n;
}

static void catch_signals(void) {
    struct sigaction how = { .sa_flags = (int)SA_RESETHAND }; /* the second one finds the default: the end */
    how.sa_handler = on_signal;
    sigemptyset(&how.sa_mask);
    sigaction(SIGINT, &how, NULL);
    sigaction(SIGTERM, &how, NULL);
    sigaction(SIGHUP, &how, NULL);
    signal(SIGPIPE, SIG_IGN); /* nobody left to read the progress is no reason to lose the run */
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

/* Bytes before compression are known; what is left of them is experience: a fortieth for small councils, a quarter at most. */
static void print_estimate(const place_plan *plan, const place_options *options, int64_t n) {
    place_layout layout = place_layout_of(plan, options->detail);
    double cells = 0, bytes = 0;
    for (int v = 0; v < PLACE_N_VARIABLES; v++) {
        cells += (double)layout.n_cells[v];
        bytes += (double)(layout.n_cells[v] * place_type_stored_size(&layout, place_catalogue[v].type));
    }
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

static place_status simulate(const place_plan *plan, const place_options *options, int64_t n, place_error *err) {
    place_sink sink;
    place_progress progress;
    char all[32], each[32];
    catch_signals(); /* before there is a temporary file to take away */
    place_status status = place_runfile_create(&sink, options->output, plan,
        &(place_runfile_options){ .force = options->force, .n_replications = n, .detail = options->detail, .design = options->design }, err);
    if (status != PLACE_OK) return status;
    place_progress_start(&progress, options->quiet);
    status = place_run(plan,
        &(place_run_options){ .n_replications = n, .n_threads = options->n_threads, .detail = options->detail, .design = options->design,
                              .on_progress = place_progress_tell, .self = &progress, .stop = &stop }, &sink, err);
    double seconds = place_progress_end(&progress);
    if (status == PLACE_INTERRUPTED) {
        char sentence[sizeof err->message];
        snprintf(sentence, sizeof sentence, "%s", err->message);
        snprintf(err->message, sizeof err->message, "%.300s; %.150s was not written, run it again", sentence, options->output);
    }
    if (status == PLACE_OK && !options->quiet)
        fprintf(stderr, "wrote %s: %s replications, %.*f s, %s a second\n", options->output, place_output_count(n, all),
                seconds < 10 ? 1 : 0, seconds, place_output_count((int64_t)round((double)n / fmax(seconds, 1e-3)), each));
    if (status == PLACE_OK && !options->quiet && options->reading != PLACE_READING_SEPTEMBER)
        fprintf(stderr, "all readings are in it: placesim summary %s --reading %s\n", options->output, place_reading_names[options->reading]);
    return status;
}

static place_status act(const place_options *options, place_error *err) {
    place_plan *plan = NULL;
    const char *path = options->arguments[0];
    if (options->output == NULL)
        return place_error_set(err, PLACE_BAD_INPUT, NULL, 0, "run: -o FILE is missing: the run file to write, such as -o output/mine.h5");
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
    { PLACE_OPTION_FORCE, 'f', "force", NULL, "replace FILE if it exists" },
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
                   "An existing FILE is kept unless --force. Ctrl-C stops; the file then is not written.",
    .examples = "  placesim run mine.xml -o mine.h5\n"
                "  placesim run mine.xml -o ten-more.h5 --set \"site[@id='ash-school']/places/@commissioned=52\"\n"
                "  placesim run mine.xml -o large.h5 -n 20000 --threads 2\n"
                "  placesim run mine.h5 -o again.h5\n",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .act = act,
};
