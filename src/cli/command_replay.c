/* SPDX-License-Identifier: MIT */
/*
 * replay: from the run file alone, one replication again and its story; or replications recomputed and held against what is stored.
 */
#include <stdlib.h>

#include "commands.h"
#include "output.h"
#include "place/report.h"
#include "place/runfile.h"
#include "progress.h"
#include "source.h"

#define N_CHECKED 16 /* replications that --verify looks at without --all, evenly spaced, first and last among them */

static place_status write_tables(place_tables *tables, const place_options *options, const char *csv, place_error *err) {
    place_format format = options->json ? PLACE_AS_JSON : options->csv ? PLACE_AS_CSV : PLACE_AS_TEXT;
    return place_tables_write(tables, format, options->table == NULL && options->csv ? csv : options->table, stdout, err);
}

static void add_file(place_tables *tables, const place_runfile *file, const place_plan *plan, const char *path) {
    place_tables_fact(tables, "file", "File", path);
    place_tables_fact(tables, "title", "Scenario", plan->title);
    place_tables_fact(tables, "scenario_id", "Id", plan->id);
    place_tables_fact(tables, "seed", "Seed", place_runfile_attribute(file, "seed"));
    place_tables_fact(tables, "result_digest", "Result digest", place_runfile_attribute(file, "result_digest"));
}

/* ---- recomputing ------------------------------------------------------------------------------------------------ */

static place_status check_spread(place_replay_check *check, const place_plan *plan, const place_replay_source *source, place_error *err) {
    const int64_t n_run = source->values.n_replications, n = n_run < N_CHECKED ? n_run : N_CHECKED;
    place_status status = PLACE_OK;
    for (int64_t i = 0; i < n && status == PLACE_OK; i++)
        status = place_replay_verify(check, plan, source, n > 1 ? i * (n_run - 1) / (n - 1) : 0, 1, NULL, err);
    return status;
}

static place_status check_all(place_replay_check *check, const place_plan *plan, const place_replay_source *source, const place_options *options,
                              place_error *err) {
    place_progress progress;
    place_progress_start(&progress, options->quiet);
    place_status status = place_replay_verify(check, plan, source, 0, source->values.n_replications,
        &(place_run_options){ .n_threads = options->n_threads, .on_progress = place_progress_tell, .on_threads = place_output_threads,
                              .self = &progress }, err);
    place_progress_end(&progress);
    return status;
}

static place_status verify(place_runfile *file, const place_plan *plan, const place_options *options, place_error *err) {
    place_replay_source source = place_source_replay(file);
    place_replay_check check = { 0 };
    place_status status;
    if (options->replication >= 0) status = place_replay_verify(&check, plan, &source, options->replication, 1, NULL, err);
    else if (options->all) status = check_all(&check, plan, &source, options, err);
    else status = check_spread(&check, plan, &source, err);
    if (status != PLACE_OK) return status;
    place_tables *tables = place_tables_create();
    if (tables == NULL) return place_error_set(err, PLACE_SYSTEM, NULL, 0, "out of memory");
    add_file(tables, file, plan, options->arguments[0]);
    place_report_check(tables, &check, source.values.n_replications);
    status = write_tables(tables, options, "check", err);
    place_tables_free(tables);
    return status == PLACE_OK && check.n_differ > 0 ? PLACE_NO : status;
}

/* ---- the story -------------------------------------------------------------------------------------------------- */

static void add_replication(place_tables *tables, const place_replay *replay, const place_replay_check *check) {
    char text[160], all[32];
    place_tables_fact_number(tables, "replication", "Replication", (double)replay->replication);
    snprintf(text, sizeof text, "0 to %s", place_output_count(replay->n_replications - 1, all));
    place_tables_fact(tables, "of", "of", text);
    if (replay->indices[0] != replay->replication || replay->indices[3] != replay->replication) {
        snprintf(text, sizeof text, "inputs %lld, years %lld, delivery %lld, chance %lld", (long long)replay->indices[0],
                 (long long)replay->indices[1], (long long)replay->indices[2], (long long)replay->indices[3]);
        place_tables_fact(tables, "indices", "Draws", text);
    }
    place_tables_fact(tables, "as_stored", "As stored", check->n_differ == 0 ? "yes" : "no: `replay --verify` names the first difference");
}

static place_status tell(place_runfile *file, const place_plan *plan, const place_options *options, place_error *err) {
    place_replay_source source = place_source_replay(file);
    place_replay_check check = { 0 };
    place_replay *replay = NULL;
    place_tables *tables = NULL;
    place_status status = place_replay_verify(&check, plan, &source, options->replication, 1, NULL, err);
    if (status == PLACE_OK) status = place_replay_create(&replay, plan, &source, options->replication, err);
    if (status == PLACE_OK && (tables = place_tables_create()) == NULL) status = place_error_set(err, PLACE_SYSTEM, NULL, 0, "out of memory");
    if (status == PLACE_OK) {
        add_file(tables, file, plan, options->arguments[0]);
        add_replication(tables, replay, &check);
        place_report_replay(tables, plan, replay);
    }
    if (status == PLACE_OK && options->trace) {
        place_report_trace trace = place_report_trace_begin(tables, plan);
        status = place_replay_trace(plan, &source, options->replication, place_report_trace_event, &trace, err);
    }
    if (status == PLACE_OK) {
        status = write_tables(tables, options, options->trace ? "trace" : "september", err);
    }
    if (status == PLACE_OK && check.n_differ > 0) status = PLACE_NO;
    place_tables_free(tables);
    place_replay_free(replay);
    return status;
}

static place_status check_options(const place_options *options, place_error *err) {
    if (options->replication < 0 && !options->verify)
        return place_error_set(err, PLACE_BAD_INPUT, NULL, 0, "replay: -r N, the replication to tell, or --verify is missing");
    if (options->all && !options->verify) return place_error_set(err, PLACE_BAD_INPUT, NULL, 0, "replay: --all goes with --verify");
    if (options->trace && options->verify)
        return place_error_set(err, PLACE_BAD_INPUT, NULL, 0, "replay: --trace goes with a story, not with --verify");
    if (options->all && options->replication >= 0)
        return place_error_set(err, PLACE_BAD_INPUT, NULL, 0, "replay: --all or -r, not both");
    return PLACE_OK;
}

static place_status act(const place_options *options, place_error *err) {
    place_runfile *file = NULL;
    place_plan *plan = NULL;
    const char *path = options->arguments[0];
    place_status status = check_options(options, err);
    if (status == PLACE_OK) status = place_source_open(&file, path, err);
    if (status == PLACE_OK && options->replication >= place_runfile_replications(file)) {
        char last[32];
        status = place_error_set(err, PLACE_BAD_INPUT, path, 0, "has replications 0 to %s; -r asks for %lld",
                                 place_output_count(place_runfile_replications(file) - 1, last), (long long)options->replication);
    }
    if (status == PLACE_OK) status = place_source_plan(&plan, file, path, err);
    if (status == PLACE_OK) status = options->verify ? verify(file, plan, options, err) : tell(file, plan, options, err);
    if (status == PLACE_SYSTEM && err->status != PLACE_OK && err->file[0] == '\0') snprintf(err->file, sizeof err->file, "%s", path);
    place_plan_free(plan);
    place_source_close(file);
    return status;
}

static const place_option options[] = {
    { PLACE_OPTION_REPLICATION, 'r', "replication", "N", "the replication to tell, or with --verify to recompute; the first is 0" },
    { PLACE_OPTION_TRACE, '\0', "trace", NULL, "every event as well: who joined, left, moved, was placed where, what became of requests, sites and projects" },
    { PLACE_OPTION_VERIFY, '\0', "verify", NULL, "recompute 16 replications, evenly spaced from the first to the last, and compare each value with the file" },
    { PLACE_OPTION_ALL, '\0', "all", NULL, "with --verify: every replication" },
    { PLACE_OPTION_THREADS, 't', "threads", "T", "threads for --all, by default one for each processor" },
    { PLACE_OPTION_QUIET, 'q', "quiet", NULL, "no progress" },
    { PLACE_OPTION_TABLE, '\0', "table", "NAME",
      "one table only: brief, years, september, causes, places, projects, activities, decided, draws; trace; or check" },
    { PLACE_OPTION_JSON, '\0', "json", NULL, "all of it as JSON" },
    { PLACE_OPTION_CSV, '\0', "csv", NULL, "one table as CSV: september, with --trace the events, with --verify the first difference" },
};

const place_command place_command_replay = {
    .name = "replay",
    .arguments = "RUNFILE",
    .n_arguments_least = 1,
    .n_arguments_most = 1,
    .summary = "one replication's story; or do the stored numbers come out again?",
    .description = "Plays one replication again from the run file alone and tells what happened in it: what went wrong and why, who joined,\n"
                   "left and moved, who found a place, when projects opened and what held them up, which draws were unusual, and\n"
                   "how each September compares with the run's other replications.\n"
                   "With --verify it recomputes replications and compares every value with what is stored.\n"
                   "Exit code 0: as stored; 1: not, and the first difference is named.",
    .examples = "  placesim replay mine.h5 -r 12\n"
                "  placesim replay mine.h5 -r 12 --table activities\n"
                "  placesim replay mine.h5 -r 12 --trace --csv >events.csv\n"
                "  placesim replay mine.h5 --verify\n"
                "  placesim replay mine.h5 --verify --all --threads 2\n",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .act = act,
};
