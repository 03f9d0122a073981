/* SPDX-License-Identifier: MIT */
/* summary: the answers of a run. The run file gives the values and the scenario, the layers below do the sums and the wording. */
#include <string.h>

#include "commands.h"
#include "output.h"
#include "place/report.h"
#include "place/runfile.h"
#include "place/scenario.h"
#include "place/summary.h"
#include "source.h"

/* @param out position in the axis, or PLACE_NONE when no id is given */
static place_status find_item(const place_axis *axis, const char *id, const char *what, int32_t *out, place_error *err) {
    const char *ids[256];
    size_t n = axis->n < 256 ? axis->n : 256;
    *out = PLACE_NONE;
    if (id == NULL) return PLACE_OK;
    for (size_t i = 0; i < n; i++) {
        ids[i] = axis->items[i].id;
        if (strcmp(ids[i], id) == 0) *out = (int32_t)i;
    }
    if (*out != PLACE_NONE) return PLACE_OK;
    const char *nearest = place_nearest_word(id, ids, n);
    return place_error_set(err, PLACE_BAD_INPUT, NULL, 0, "the scenario has no %s '%.80s'%s%s%s", what, id,
                           nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
}

static void add_facts(place_tables *report, const place_runfile *file, const place_plan *plan, const place_options *options,
                      const place_summary *summary) {
    char replications[32], from[24], to[24], text[160];
    const place_calendar *calendar = &plan->calendar;
    place_tables_fact(report, "title", "Scenario", plan->title);
    place_tables_fact(report, "scenario_id", "", plan->id);
    place_report_day(calendar->start_day[0], from);
    place_report_day(calendar->start_day[calendar->n_steps] - 1, to);
    snprintf(text, sizeof text, "%s to %s, %zu steps of %d a year", from, to, calendar->n_steps, calendar->steps_per_year);
    place_tables_fact(report, "horizon", "Horizon", text);
    bool complete = strcmp(place_runfile_attribute(file, "complete"), "1") == 0;
    snprintf(text, sizeof text, "%s replications%s, seed %s, placesim %s", place_output_count(summary->n_replications, replications),
             complete ? "" : " of a run that was interrupted", place_runfile_attribute(file, "seed"), place_runfile_attribute(file, "program_version"));
    place_tables_fact(report, "run", "Run", text);
    if (options->area != NULL) place_tables_fact(report, "area", "Area", plan->areas.items[summary->area].name);
    if (options->phase != NULL) place_tables_fact(report, "phase", "Phase", plan->phases.items[summary->phase].name);
    place_tables_fact(report, "reading", options->reading == PLACE_READING_SEPTEMBER ? "" : "Reading", place_reading_names[options->reading]);
    place_tables_fact_number(report, "replications", "", (double)summary->n_replications);
    place_tables_fact(report, "complete", "", complete ? "yes" : "no");
    place_tables_fact(report, "seed", "", place_runfile_attribute(file, "seed"));
    place_tables_fact(report, "scenario_digest", "", place_runfile_attribute(file, "scenario_digest"));
    place_tables_fact(report, "result_digest", "", place_runfile_attribute(file, "result_digest"));
}

static place_status summarise(place_runfile *file, const place_plan *plan, const place_options *options, place_error *err) {
    place_summary *summary = NULL;
    int32_t area, phase;
    place_summary_source source = place_source_summary(file);
    place_status status = find_item(&plan->areas, options->area, "area", &area, err);
    if (status == PLACE_OK) status = find_item(&plan->phases, options->phase, "phase", &phase, err);
    if (status == PLACE_OK) status = place_summary_create(&summary, plan, &source, area, phase, options->reading, err);
    if (status != PLACE_OK) return status;
    place_tables *report = place_tables_create();
    if (report != NULL) {
        add_facts(report, file, plan, options, summary);
        place_report_summary(report, plan, summary);
        status = place_tables_write(report, options->json ? PLACE_AS_JSON : options->csv ? PLACE_AS_CSV : PLACE_AS_TEXT, options->table, stdout, err);
    } else
        status = place_error_set(err, PLACE_SYSTEM, NULL, 0, "out of memory");
    place_tables_free(report);
    place_summary_free(summary);
    return status;
}

static place_status act(const place_options *options, place_error *err) {
    place_runfile *file = NULL;
    place_plan *plan = NULL;
    const char *path = options->arguments[0];
    place_status status = place_source_file(&file, path, err);
    if (status == PLACE_OK) status = place_source_plan(&plan, file, path, err);
    if (status == PLACE_OK) status = summarise(file, plan, options, err);
    place_plan_free(plan);
    place_source_close(file);
    return status;
}

static const place_option options[] = {
    { PLACE_OPTION_AREA, '\0', "area", "ID", "pupils and places of one area only" },
    { PLACE_OPTION_PHASE, '\0', "phase", "ID", "of one phase only" },
    { PLACE_OPTION_READING, '\0', "reading", "september|january|mean|any",
      "when each year is read: at the September count (the default), on 1 January as SEN2 is, as the mean of its steps' closes, or at the worst "
      "of all of these; where the unmet are and how full sites are stays as of September" },
    { PLACE_OPTION_TABLE, '\0', "table", "NAME",
      "one table only: september (or january, mean, any: the reading's), needed, phases, spread, unmet, causes, projects, courses, capital, "
      "grants, money, cost-lines, diversion, savings, sites, plans, requests, reviews" },
    { PLACE_OPTION_JSON, '\0', "json", NULL, "all tables as JSON, with every phase, error and percentile" },
    { PLACE_OPTION_CSV, '\0', "csv", NULL, "one table as CSV, the reading's unless --table says otherwise" },
};

const place_command place_command_summary = {
    .name = "summary",
    .arguments = "RUNFILE",
    .n_arguments_least = 1,
    .n_arguments_most = 1,
    .summary = "the answers of a run: places, shortfalls, projects, sites",
    .description = "Says what a run shows: how many pupils seek each kind of place each September, how many places there are,\n"
                   "the chance of being short, how many places would be enough, where pupils without one are and why,\n"
                   "when projects open and what they spend, what pupils cost and what is left, how full sites are, and how many\n"
                   "plans there will be.",
    .examples = "  placesim summary mine.h5\n"
                "  placesim summary mine.h5 --phase secondary\n"
                "  placesim summary mine.h5 --reading january\n"
                "  placesim summary mine.h5 --table projects --csv >projects.csv\n",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .act = act,
};
