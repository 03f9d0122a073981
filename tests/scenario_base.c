/* SPDX-License-Identifier: MIT */
/* The scenario that the tests of src/scenario begin with: good, small, with one of nearly everything. */
#include "scenario_base.h"

#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char scenario_base[] =
    "<scenario version=\"1\" id=\"base\" title=\"Base\" seed=\"7\" replications=\"200\">\n"
    "  <notes>A small county.</notes>\n"
    "  <time start=\"2021-09-01\" steps=\"12\" step=\"term\"/>\n"
    "  <area id=\"north\" reach=\"south\"/>\n"
    "  <area id=\"south\" reach=\"north\"/>\n"
    "  <need id=\"asd\"/>\n"
    "  <need id=\"semh\"/>\n"
    "  <provision id=\"mainstream\" kind=\"open\"/>\n"
    "  <provision id=\"independent\" kind=\"open\"/>\n"
    "  <provision id=\"special\" kind=\"limited\"/>\n"
    "  <provision id=\"unit\" kind=\"limited\"/>\n"
    "  <provision id=\"awaiting\" kind=\"no-provision\"/>\n"
    "  <target id=\"unit-or-special\" provisions=\"unit special\"/>\n"
    "  <table name=\"population\"><row value=\"1000\"/></table>\n"
    "  <table name=\"new-plans\"><row value=\"counts(36, 9000)\" ncy=\"0..10\"/></table>\n"
    "  <table name=\"joiner-target\" quality=\"observed\">\n"
    "    <row to=\"mainstream\" value=\"0.6\"/>\n"
    "    <row to=\"special\" value=\"beta(mean=0.2, sd=0.02)\"/>\n"
    "    <row to=\"unit-or-special\" residual=\"yes\"/>\n"
    "  </table>\n"
    "  <table name=\"cease\">\n"
    "    <row value=\"0.01\"/>\n"
    "    <row ncy=\"12..20\" value=\"0.2\"/>\n"
    "    <row ncy=\"9..12\" need=\"semh\" value=\"0.1\" when=\"through-year\"/>\n"
    "    <row ncy=\"12\" need=\"semh\" value=\"0.15\" when=\"through-year\"/>\n"
    "  </table>\n"
    "  <table name=\"transfer-out\"><row value=\"0.02\"/></table>\n"
    "  <table name=\"transfer-in\"><row value=\"0.01\"/></table>\n"
    "  <table name=\"move\">\n"
    "    <row from=\"mainstream\" to=\"special\" value=\"0.05\"/>\n"
    "    <row from=\"mainstream\" to=\"unit\" value=\"0.03\" need=\"asd\"/>\n"
    "  </table>\n"
    "  <table name=\"phase-transfer\" quality=\"observed\">\n"
    "    <row phase=\"secondary\" from=\"mainstream\" to=\"mainstream\" value=\"0.8\"/>\n"
    "    <row phase=\"secondary\" from=\"mainstream\" to=\"special\" value=\"0.2\"/>\n"
    "    <row ncy=\"13\" from=\"mainstream\" to=\"ceases\" value=\"0.5\"/>\n"
    "    <row ncy=\"13\" from=\"mainstream\" to=\"mainstream\" value=\"0.5\"/>\n"
    "  </table>\n"
    "  <table name=\"waiting-setting\"><row setting=\"awaiting\"/></table>\n"
    "  <table name=\"divert\"><row setting=\"independent\" at-once=\"interval(80%, 0.1, 0.25)\"/></table>\n"
    "  <stock date=\"2021-09-01\"/>\n"
    "  <table name=\"stock-by-setting\">\n"
    "    <row setting=\"mainstream\" count=\"60\"/>\n"
    "    <row setting=\"special\" count=\"33\"/>\n"
    "    <row setting=\"bay\" count=\"7\"/>\n"
    "  </table>\n"
    "  <table name=\"stock-by-ncy\"><row ncy=\"0..6\" count=\"50\"/><row ncy=\"7..11\" count=\"50\"/></table>\n"
    "  <table name=\"stock-by-need\"><row need=\"asd\" count=\"6\"/><row need=\"semh\" count=\"4\"/></table>\n"
    "  <table name=\"stock-waiting\"><row setting=\"mainstream\" to=\"special\" count=\"interval(80%, 2, "
    "6)\"/></table>\n"
    "  <site id=\"ash\" area=\"north\" provision=\"special\" ncy=\"0..11\">\n"
    "    <places commissioned=\"20\"/>\n"
    "    <event date=\"2022-09-01\" kind=\"change\" places=\"4\"/>\n"
    "  </site>\n"
    "  <site id=\"elm\" area=\"south\" provision=\"special\" ncy=\"0..11\"><places commissioned=\"15\"/><others "
    "value=\"3\"/></site>\n"
    "  <site id=\"bay\" area=\"south\" provision=\"unit\" ncy=\"0..6\" needs=\"asd\"><places "
    "commissioned=\"8\"/></site>\n"
    "  <site id=\"new\" area=\"south\" provision=\"unit\" ncy=\"7..11\" delivered=\"yes\"/>\n"
    "  <gate id=\"cabinet\" dates=\"2022-02-15 2022-07-19 2023-01-17\"/>\n"
    "  <market duration=\"lognormal(median=1, log-sd=0.1)\"/>\n"
    "  <project id=\"wing\" start=\"2021-09-01\" cost=\"2000000\">\n"
    "    <activity id=\"design\" duration=\"pert(3, 6, 12)\"/>\n"
    "    <activity id=\"build\" after=\"design\" duration=\"triangular(6, 8, 12)\" gate=\"cabinet\" defer=\"0.1\"/>\n"
    "    <risk id=\"asbestos\" probability=\"0.2\" impact=\"triangular(1, 2, 4)\" activities=\"build\"/>\n"
    "    <delivers site=\"new\" places=\"10\" years=\"0 1\"/>\n"
    "    <funding id=\"grant\" ceiling=\"1500000\" spend-by=\"2024-03-31\"/>\n"
    "  </project>\n"
    "  <correlation a=\"activity wing/design / duration\" b=\"activity wing/build / duration\" rank=\"0.5\"/>\n"
    "  <assumption id=\"made-up\" text=\"Numbers are made up\" quality=\"guess\"/>\n"
    "</scenario>\n";

/* The base with the first `from` as `to`; the caller frees. */
char *scenario_changed(const char *text, const char *from, const char *to) {
    const char *at = strstr(text, from);
    ck_assert_msg(at != NULL, "the base scenario holds no \"%s\"", from);
    size_t n = strlen(text) - strlen(from) + strlen(to) + 1;
    char *out = malloc(n);
    snprintf(out, n, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    return out;
}

long scenario_line_of(const char *text, const char *piece) {
    const char *at = strstr(text, piece);
    ck_assert_msg(at != NULL, "the scenario holds no \"%s\"", piece);
    long line = 1;
    for (const char *c = text; c < at; c++) line += *c == '\n';
    return line;
}

place_plan *scenario_load(const char *text, place_errors *errors) {
    place_plan *plan = NULL;
    memset(errors, 0, sizeof *errors);
    place_status status = place_scenario_load_text(&plan, text, strlen(text), "test.xml", NULL, errors);
    ck_assert_int_eq(status == PLACE_OK, plan != NULL);
    return plan;
}

place_plan *scenario_must_load(const char *text) {
    static place_errors errors;
    place_plan *plan = scenario_load(text, &errors);
    ck_assert_msg(plan != NULL, "line %ld: %s", errors.errors[0].line, errors.errors[0].message);
    return plan;
}

place_plan *scenario_load_changed(const char *from, const char *to) {
    char *text = scenario_changed(scenario_base, from, to);
    place_plan *plan = scenario_must_load(text);
    free(text);
    return plan;
}

int32_t scenario_find(const place_axis *axis, const char *id) {
    for (size_t i = 0; i < axis->n; i++)
        if (strcmp(axis->items[i].id, id) == 0) return (int32_t)i;
    ck_abort_msg("no item '%s'", id);
}

int32_t scenario_find_site(const place_plan *plan, const char *id) {
    for (size_t i = 0; i < plan->n_sites; i++)
        if (strcmp(plan->sites[i].item.id, id) == 0) return (int32_t)i;
    ck_abort_msg("no site '%s'", id);
}
