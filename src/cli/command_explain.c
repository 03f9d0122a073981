/* SPDX-License-Identifier: MIT */
/* explain: a scenario in words, and its first twelve months played in memory to see whether its rows do what they say. */
#include "commands.h"
#include "output.h"
#include "place/report.h"
#include "place/results.h"

#define REPLICATIONS 200

/* The same plan, cut after twelve months: what comes later does not change them. */
static place_plan first_year_of(const place_plan *plan) {
    place_plan cut = *plan;
    size_t n = (size_t)plan->calendar.steps_per_year;
    if (cut.calendar.n_steps > n) cut.calendar.n_steps = n;
    cut.calendar.n_years = (size_t)plan->calendar.year[cut.calendar.n_steps - 1] + 1;
    return cut;
}

static place_status explain(const place_plan *plan, const place_options *options, place_error *err) {
    place_results *results = NULL;
    place_tables *report = place_tables_create();
    if (report == NULL) return place_error_set(err, PLACE_SYSTEM, NULL, 0, "out of memory");
    place_tables_fact(report, "title", "Scenario", plan->title);
    place_tables_fact(report, "scenario_id", "Id", plan->id);
    place_report_plan(report, plan);
    const place_plan first = first_year_of(plan);
    place_status status = place_results_run(&results, &first, &(place_run_options){ .n_replications = REPLICATIONS }, err);
    if (status == PLACE_OK) {
        place_report_first_year(report, &first, results);
        status = place_tables_write(report, options->json ? PLACE_AS_JSON : options->csv ? PLACE_AS_CSV : PLACE_AS_TEXT, options->table, stdout, err);
    }
    place_results_free(results);
    place_tables_free(report);
    return status;
}

static place_status act(const place_options *options, place_error *err) {
    place_plan *plan = NULL;
    place_status status = place_output_load(&plan, options->arguments[0], options, err);
    if (status == PLACE_OK) status = explain(plan, options, err);
    place_plan_free(plan);
    return status;
}

static const place_option options[] = {
    { PLACE_OPTION_SET, '\0', "set", "XPATH=VALUE", "change one value before explaining; may be given more than once" },
    { PLACE_OPTION_TABLE, '\0', "table", "NAME",
      "one table only: stock, places, totals, by-financial-year, projects, risks, changes, interventions, register, pipeline, prices, budget, flows, "
      "tables, overflow, inputs, assumptions, first-year, first-targets" },
    { PLACE_OPTION_JSON, '\0', "json", NULL, "all of it as JSON" },
    { PLACE_OPTION_CSV, '\0', "csv", NULL, "one table as CSV, stock unless --table says otherwise" },
};

const place_command place_command_explain = {
    .name = "explain",
    .arguments = "SCENARIO|RUNFILE",
    .n_arguments_least = 1,
    .n_arguments_most = 1,
    .summary = "a scenario in words: places, projects, assumptions",
    .description = "Says what a scenario holds, for reading it through with the people whose figures it uses: pupils and places at\n"
                   "the start, places by site and September as planned, projects with their dates, what each change, intervention and\n"
                   "logged risk does and how to run without it, trends, what is uncertain and how sure it is, assumptions with those past their review first; and whether the first year does what the rows say.",
    .examples = "  placesim explain mine.xml\n"
                "  placesim explain mine.xml --table assumptions\n"
                "  placesim explain mine.xml --table inputs --csv >inputs.csv\n",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .act = act,
};
