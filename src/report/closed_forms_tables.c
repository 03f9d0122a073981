/* SPDX-License-Identifier: MIT */
/* Closed forms on this machine, as a page that can be filed: each exact value, what was measured, and how far apart they may be. */
#include <math.h>
#include <stdio.h>

#include "place/report.h"

static void columns(place_tables *t) {
    place_tables_column(t, "case", "", PLACE_IN_DATA);
    place_tables_column(t, "title", "", PLACE_IN_DATA);
    place_tables_column(t, "quantity", "", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "replications", "", PLACE_IN_DATA);
    place_tables_column(t, "scenario_sha256", "", PLACE_IN_DATA);
    place_tables_column(t, "exact", "exact", PLACE_IN_ALL);
    place_tables_column(t, "measured", "measured", PLACE_IN_ALL);
    place_tables_column(t, "limit", "limit", PLACE_IN_ALL);
    place_tables_column(t, "verdict", "verdict", PLACE_IN_ALL);
}

static void figure(place_tables *t, double value) {
    char text[32];
    snprintf(text, sizeof text, value == floor(value) && fabs(value) < 1e15 ? "%.0f" : "%.7g", value);
    place_tables_value(t, value, text);
}

static void add_row(place_tables *t, const place_closed_result *result) {
    char limit[32];
    place_tables_row(t, PLACE_IN_ALL);
    place_tables_text(t, result->form->id);
    place_tables_text(t, result->form->title);
    place_tables_text(t, result->check->what);
    place_tables_number(t, (double)result->form->n_replications, 0);
    place_tables_text(t, result->scenario_digest);
    figure(t, result->check->exact);
    figure(t, result->measured);
    snprintf(limit, sizeof limit, "\u00b1%.3g", result->limit);
    place_tables_value(t, result->limit, result->limit > 0 ? limit : "equal");
    place_tables_words(t, result->passed ? "pass" : "fail", result->passed ? "pass" : "FAIL");
}

void place_report_closed_forms(place_tables *tables, const place_closed_result *results, size_t n_results) {
    const place_closed_form *last = NULL;
    size_t n_failed = 0, n_forms = 0;
    char verdict[96], heading[300];
    for (size_t i = 0; i < n_results; i++) {
        n_failed += !results[i].passed;
        n_forms += i == 0 || results[i].form != results[i - 1].form;
    }
    if (n_failed == 0) snprintf(verdict, sizeof verdict, "verified: all %zu checks of %zu cases pass", n_results, n_forms);
    else snprintf(verdict, sizeof verdict, "NOT VERIFIED: %zu of %zu checks fail", n_failed, n_results);
    place_tables_fact(tables, "verdict", "Verdict", verdict);
    place_tables_begin(tables, "cases", "CLOSED FORMS");
    place_tables_note(tables, "Scenarios whose answer is known exactly, played on this machine. A measured figure may be as far from the exact one as "
                              "the limit says, which chance alone passes once in 1,000,000,000 times; a gap is the largest distance between what "
                              "was found and a law's distribution function. The numbers of the cases are those of the project's verification plan. "
                              "Beside each stand the first digits of its scenario's SHA-256, as `sha256sum` gives it.");
    columns(tables);
    for (size_t i = 0; i < n_results; i++) {
        if (results[i].form != last) {
            snprintf(heading, sizeof heading, "%s: %s\n%lld replications of scenarios/verify/%s.xml, %.16s...", results[i].form->id,
                     results[i].form->title, (long long)results[i].form->n_replications, results[i].form->scenario, results[i].scenario_digest);
            place_tables_heading(tables, heading);
        }
        last = results[i].form;
        add_row(tables, &results[i]);
    }
    if (n_failed == 0) return;
    place_tables_begin(tables, "failed", "FAILED");
    columns(tables);
    for (size_t i = 0; i < n_results; i++)
        if (!results[i].passed) add_row(tables, &results[i]);
}
