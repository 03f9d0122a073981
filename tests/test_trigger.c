/* SPDX-License-Identifier: MIT */
/* Projects that wait for a need to show: when they start, what they spend, and what two options have in common. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "place/date.h"
#include "place/report.h"
#include "scenario_base.h"
#include "scenarios.h"
#include "suites.h"

/* Six wait for a special school from the first day of the run to its end, unless a project opens one. */
#define SIX_WAIT                                                                                                             \
    "%s<provision id='open' kind='open'/><provision id='special' kind='limited'/><provision id='none' kind='no-provision'/>" \
    "<table name='waiting-setting'><row setting='none'/></table><stock date='2021-09-01'/>"                                  \
    "<table name='stock'><row setting='open' area='a' ncy='3' need='n' count='10'/></table>"                                 \
    "<table name='stock-waiting'><row setting='open' to='special' count='6'/></table>"                                       \
    "<site id='s' area='a' provision='special' ncy='-4..20' delivered='yes'><places commissioned='0'/></site>"
#define TERMS(n) "<time start='2021-09-01' steps='" #n "' step='term' ageing='none'/>"

static double day_of(const place_plan *plan, const place_results *results, place_variable_id variable, size_t project,
                     int64_t r) {
    return place_results_value(results, variable, project, r) + place_day(plan->calendar.first_year, 9, 1);
}

static double sum_of(const place_results *results, place_variable_id variable, int64_t r) {
    double sum = 0;
    for (size_t c = 0; c < place_results_cells(results, variable); c++)
        sum += place_results_value(results, variable, c, r);
    return sum;
}

START_TEST(a_project_starts_when_its_condition_has_held_at_two_septembers_running) {
    /* Six wait at the counts of 2021 and 2022: met on 1 September 2022. Two months are 60.875 days, so it starts 61 days later, on 1 November 2022; 100
       days of work end on 9 February 2023; it opens with the next term, on 1 April 2023, as planned from that start, and all six are in. 1,000
       pounds are spent, all of it in the financial year 2022. */
    place_plan *plan = scenario_plan(
        TERMS(9) SIX_WAIT
        "<project id='p' start='2021-09-01' opens='term' cost='1000'><activity id='build' duration='100' unit='days'/>"
        "<delivers site='s' places='10'/><trigger measure='waiting' provision='special' at-least='6' lead='2'/></project>",
        scenario_single);
    place_results *results = run_all(plan, 2, 1);
    size_t n_years = place_axis_length(plan, PLACE_AXIS_FINANCIAL_YEAR),
           special = index_of(&plan->provisions, "special");
    ck_assert_double_eq(place_results_value(results, PLACE_VAR_PROJECT_TRIGGERED, 0, 1), 1);
    ck_assert_double_eq(day_of(plan, results, PLACE_VAR_PROJECT_START, 0, 1), place_day(2022, 11, 1));
    ck_assert_double_eq(day_of(plan, results, PLACE_VAR_ACTIVITY_FINISH, 0, 1), place_day(2023, 2, 9));
    ck_assert_double_eq(day_of(plan, results, PLACE_VAR_PROJECT_OPENING, 0, 1), place_day(2023, 4, 1));
    ck_assert_double_eq(day_of(plan, results, PLACE_VAR_PROJECT_PLANNED_OPENING, 0, 1), place_day(2023, 4, 1));
    ck_assert_double_eq(place_results_value(results, PLACE_VAR_PROJECT_SLIP_DAYS, 0, 1), 0);
    for (size_t t = 0; t < 9; t++) {
        ck_assert_double_eq(
            place_results_value(results, PLACE_VAR_WAITING, CELL(plan, PLACE_VAR_WAITING, t, 0, 0, special), 1),
            t < 5 ? 6 : 0);
        ck_assert_double_eq(place_results_value(results, PLACE_VAR_SITE_COMMISSIONED, t, 1), t < 5 ? 0 : 10);
    }
    for (size_t y = 0; y < n_years; y++)
        ck_assert_double_eq(place_results_value(results, PLACE_VAR_PROJECT_SPEND, y, 1),
                            (int)y + place_first_financial_year(plan) == 2022 ? 100000 : 0);
    place_results_free(results);
    place_plan_free(plan);
}
END_TEST

START_TEST(a_project_that_is_never_triggered_never_starts_and_is_not_cancelled) {
    /* Seven never wait: nothing is done, nothing is spent, nothing opens, and the grant that was to be spent by then is lost. */
    place_plan *plan = scenario_plan(
        TERMS(9) SIX_WAIT
        "<project id='p' start='2021-09-01' opens='term' cost='1000' cancel='1'><activity id='build' duration='100' unit='days'/>"
        "<delivers site='s' places='10'/><funding id='grant' ceiling='900' spend-by='2023-03-31'/>"
        "<trigger measure='waiting' provision='special' at-least='7'/></project>"
        "<project id='q' start='2021-09-01'><activity id='build' duration='1'/></project>",
        scenario_single);
    place_results *results = run_all(plan, 2, 1);
    ck_assert_double_eq(place_results_value(results, PLACE_VAR_PROJECT_TRIGGERED, 0, 0), 0);
    ck_assert_double_eq(place_results_value(results, PLACE_VAR_PROJECT_CANCELLED, 0, 0), 0);
    ck_assert(isinf(place_results_value(results, PLACE_VAR_PROJECT_START, 0, 0)));
    ck_assert(isinf(place_results_value(results, PLACE_VAR_PROJECT_OPENING, 0, 0)));
    ck_assert(isinf(place_results_value(results, PLACE_VAR_PROJECT_PLANNED_OPENING, 0, 0)));
    ck_assert(isnan(place_results_value(results, PLACE_VAR_PROJECT_SLIP_DAYS, 0, 0)));
    ck_assert(isinf(place_results_value(results, PLACE_VAR_ACTIVITY_FINISH, 0, 0)));
    ck_assert_double_eq(place_results_value(results, PLACE_VAR_ACTIVITY_CRITICAL, 0, 0), 0);
    ck_assert_double_eq(place_results_value(results, PLACE_VAR_FUNDING_LOST, 0, 0), 90000);
    ck_assert_double_eq(sum_of(results, PLACE_VAR_PROJECT_SPEND, 0), 0);
    ck_assert_double_eq(sum_of(results, PLACE_VAR_SITE_COMMISSIONED, 0), 0);
    ck_assert(
        isnan(place_results_value(results, PLACE_VAR_PROJECT_TRIGGERED, 1, 0))); /* q has none, and starts as ever */
    ck_assert_double_eq(day_of(plan, results, PLACE_VAR_PROJECT_START, 1, 0), place_day(2021, 9, 1));
    place_results_free(results);
    place_plan_free(plan);
}
END_TEST

START_TEST(counts_have_to_run_on) {
    /* Spare places at the counts of 2021 to 2025: 0, 10, 0, 0, 0, by events at another site. At most 2 hold in 2021, not in 2022, then from 2023 on:
       one count is met in 2021, two running in 2024, three in 2025, four never. */
    static const int year[] = { 0, 2021, 2024, 2025, 0 };
    for (int k = 1; k <= 4; k++) {
        place_plan *plan = scenario_plan(
            TERMS(15) SIX_WAIT
            "<site id='other' area='a' provision='special' ncy='-4..20'><places commissioned='6'/>"
            "<event date='2022-01-01' kind='change' places='10'/><event date='2023-09-01' kind='change' places='-10'/></site>"
            "<project id='p' start='2021-09-01'><activity id='build' duration='100' unit='days'/><delivers site='s' places='10'/>"
            "<trigger measure='spare' provision='special' at-most='2' septembers='%d'/></project>",
            scenario_single, k);
        place_results *results = run_all(plan, 1, 1);
        ck_assert_double_eq(place_results_value(results, PLACE_VAR_PROJECT_TRIGGERED, 0, 0), year[k] > 0);
        if (year[k] > 0)
            ck_assert_double_eq(day_of(plan, results, PLACE_VAR_PROJECT_START, 0, 0), place_day(year[k], 9, 1));
        place_results_free(results);
        place_plan_free(plan);
    }
}
END_TEST

START_TEST(what_is_ready_at_once_opens_in_the_next_step) {
    /* Met on the first day, with nothing to build: the step's own events are over, so the places come in January, and with works of the same activity. The start is not
       before `start`: from 1 March 2022 the places come in April. A cancelled project was triggered and is cancelled. */
    static const struct {
        const char *start, *cancel;
        size_t step;
    } cases[] = { { "2021-01-01", "0", 1 }, { "2022-03-01", "0", 2 }, { "2021-01-01", "1", 9 } };
    place_plan *plan = scenario_plan(
        TERMS(6) SIX_WAIT
        "<project id='p' start='%s' opens='day' cancel='%s'><activity id='build' duration='0' unit='days'/>"
        "<delivers site='s' places='10'/><trigger measure='demand' provision='special' at-least='6' septembers='1'/></project>",
        scenario_single, cases[_i].start, cases[_i].cancel);
    place_results *results = run_all(plan, 1, 1);
    for (size_t t = 0; t < 6; t++)
        ck_assert_double_eq(place_results_value(results, PLACE_VAR_SITE_COMMISSIONED, t, 0),
                            t < cases[_i].step ? 0 : 10);
    ck_assert_double_eq(place_results_value(results, PLACE_VAR_PROJECT_TRIGGERED, 0, 0), 1);
    ck_assert_double_eq(place_results_value(results, PLACE_VAR_PROJECT_CANCELLED, 0, 0), _i == 2);
    place_results_free(results);
    place_plan_free(plan);
}
END_TEST

START_TEST(of_several_triggers_the_first_that_is_met_starts_it_once) {
    /* Six wait: `at least 9` never holds, `at least 6` at 3 counts in 2023, `at least 5` at 2 in 2022, with leads of 40 and 30 days: 1 October 2022, whatever their
       order. Nothing starts it again in 2023. */
    static const char *const orders[] = {
        "<trigger measure='waiting' provision='special' at-least='9' septembers='1'/><trigger measure='waiting' provision='special' at-least='6' septembers='3'/>"
        "<trigger measure='waiting' provision='special' at-least='5' lead='40' unit='days'/><trigger measure='unmet' provision='special' at-least='5' lead='30' unit='days'/>",
        "<trigger measure='unmet' provision='special' at-least='5' lead='30' unit='days'/><trigger measure='waiting' provision='special' at-least='5' lead='40' unit='days'/>"
        "<trigger measure='waiting' provision='special' at-least='6' septembers='3'/><trigger measure='waiting' provision='special' at-least='9' septembers='1'/>",
    };
    place_plan *plan = scenario_plan(
        TERMS(12) SIX_WAIT
        "<project id='p' start='2021-01-01'><activity id='build' duration='900' unit='days'/><delivers site='s' places='10'/>%s</project>",
        scenario_single, orders[_i]);
    place_results *results = run_all(plan, 1, 1);
    ck_assert_double_eq(day_of(plan, results, PLACE_VAR_PROJECT_START, 0, 0), place_day(2022, 10, 1));
    place_results_free(results);
    place_plan_free(plan);
}
END_TEST

/* ---- against the counts, and against another option ---- */

/* Chance in everything: two areas, phases and needs, a school that fills, those who wait and those who are diverted. */
#define MANY                                                                                                                                                  \
    "<time start='2021-09-01' steps='%d' step='term'/><phase id='young' from-ncy='-4' to-ncy='6'/><phase id='old' from-ncy='7' to-ncy='20'/>"                 \
    "<area id='a' reach='b'/><area id='b'/><need id='n'/><need id='m'/>"                                                                                      \
    "<provision id='open' kind='open'/><provision id='special' kind='limited'/><provision id='indep' kind='open'/><provision id='none' kind='no-provision'/>" \
    "<table name='population'><row value='100'/></table><table name='new-plans'><row value='0.006'/></table>"                                                 \
    "<table name='joiner-target'><row to='open' value='0.4'/><row to='special' value='0.6'/></table>"                                                         \
    "<table name='cease'><row value='0.08'/></table><table name='waiting-setting'><row setting='none'/></table>"                                              \
    "<table name='divert'><row setting='indep' at-once='0.3' rate='0.2'/></table><stock date='2021-09-01'/>"                                                  \
    "<site id='first' area='a' provision='special' ncy='-4..20'><places commissioned='20'/></site>"                                                           \
    "<site id='s' area='b' provision='special' ncy='-4..20' delivered='yes'><places commissioned='0'/></site>"
#define WING                                                                                                                                         \
    "<activity id='design' duration='uniform(1, 6)'/><activity id='build' after='design' duration='pert(4, 6, 14)'/><risk id='r' probability='0.4' " \
    "activities='build' impact='3'/><delivers site='s' places='15'/>"

static place_plan *many(int n_terms, const char *project) {
    return scenario_plan(MANY "%s", n_terms, project);
}

/* What a measure stands for, from the variables of the run: in area b (or in all), phase old, need m. */
static double counted(const place_plan *plan, const place_results *results, int measure, bool in_b, size_t year,
                      int64_t r) {
    size_t special = index_of(&plan->provisions, "special"), old = index_of(&plan->phases, "old"),
           b = index_of(&plan->areas, "b"), m = index_of(&plan->needs, "m");
    double waiting = 0, unmet = 0, demand = 0, available = 0, spare = 0;
    if (measure == 5)
        return place_results_value(results, PLACE_VAR_SEPTEMBER_LIST,
                                   CELL(plan, PLACE_VAR_SEPTEMBER_LIST, year, old, m, special), r);
    for (size_t a = 0; a < 2; a++)
        for (size_t p = 0; p < 2; p++) {
            if (in_b && (a != b || p != old)) continue;
            size_t cell = CELL(plan, PLACE_VAR_SEPTEMBER_WAITING, year, a, p, special);
            waiting += place_results_value(results, PLACE_VAR_SEPTEMBER_WAITING, cell, r);
            unmet += place_results_value(results, PLACE_VAR_SEPTEMBER_UNMET, cell, r);
            demand += place_results_value(results, PLACE_VAR_SEPTEMBER_DEMAND, cell, r);
            available += place_results_value(results, PLACE_VAR_SEPTEMBER_AVAILABLE, cell, r);
            spare += place_results_value(results, PLACE_VAR_SEPTEMBER_FREE, cell, r);
        }
    return measure == 0 ? waiting
        : measure == 1  ? unmet
        : measure == 2  ? fmax(0, demand - available)
        : measure == 3  ? demand
                        : spare;
}

START_TEST(a_trigger_measures_what_the_september_variables_hold) {
    static const struct {
        const char *trigger;
        int measure, running;
        double threshold;
        bool in_b;
    } cases[] = {
        { "measure='waiting' provision='special' at-least='5'", 0, 2, 5, false },
        { "measure='unmet' provision='special' at-least='12' septembers='3'", 1, 3, 12, false },
        { "measure='shortfall' provision='special' at-least='8'", 2, 2, 8, false },
        { "measure='demand' provision='special' at-least='40' septembers='1'", 3, 1, 40, false },
        { "measure='spare' provision='special' at-most='1'", 4, 2, 1, false },
        { "measure='unmet' provision='special' area='b' phase='old' at-least='3'", 1, 2, 3, true },
        { "measure='demand' provision='special' area='b' phase='old' at-least='8'", 3, 2, 8, true },
        { "measure='shortfall' provision='special' area='b' phase='old' at-least='6'", 2, 2, 6, true },
        { "measure='waiting' provision='special' phase='old' need='m' at-least='2'", 5, 2, 2, false },
    };
    enum { N = 100, YEARS = 6 };
    text project = { 0 };
    text_add(&project, "<project id='p' start='2021-01-01'>" WING "<trigger %s/></project>", cases[_i].trigger);
    place_plan *plan = many(18, project.at);
    text_free(&project);
    place_results *results = run_all(plan, N, 2);
    int n_met = 0, n_late = 0;
    for (int64_t r = 0; r < N; r++) {
        int running = 0, met = -1;
        for (size_t y = 0; y < YEARS && met < 0; y++) {
            double found = counted(plan, results, cases[_i].measure, cases[_i].in_b, y, r);
            bool holds = cases[_i].measure == 4 ? found <= cases[_i].threshold : found >= cases[_i].threshold;
            running = holds ? running + 1 : 0;
            if (running == cases[_i].running) met = (int)y;
        }
        ck_assert_double_eq(place_results_value(results, PLACE_VAR_PROJECT_TRIGGERED, 0, r), met >= 0);
        if (met >= 0)
            ck_assert_double_eq(day_of(plan, results, PLACE_VAR_PROJECT_START, 0, r), place_day(2021 + met, 9, 1));
        n_met += met >= 0;
        n_late += met >= cases[_i].running;
    }
    ck_assert_int_gt(n_met, N / 10); /* else nothing has been tested */
    ck_assert_int_gt(n_late, 0);
    place_results_free(results);
    place_plan_free(plan);
}
END_TEST

START_TEST(a_trigger_that_is_sure_is_a_start_on_that_day) {
    /* Nobody has a plan at the count of 2021; demand is above 0 at those of 2022 and 2023: the same run as with start 2023-09-01 and no trigger, to the last
       number. */
    place_plan *now = many(18, "<project id='p' start='2023-09-01' cost='100'>" WING "</project>");
    place_plan *needed = many(18,
                              "<project id='p' start='2021-09-01' cost='100'>" WING
                              "<trigger measure='demand' provision='special' at-least='1'/></project>");
    enum { N = 40 };
    place_results *one = run_all(now, N, 2), *two = run_all(needed, N, 2);
    for (int v = 0; v < PLACE_N_VARIABLES; v++)
        if (v != PLACE_VAR_PROJECT_TRIGGERED && v != PLACE_VAR_PROJECT_START)
            assert_same_variable(one, two, (place_variable_id)v, N);
    ck_assert_uint_eq(place_results_cells(one, PLACE_VAR_PROJECT_TRIGGERED), 0); /* no trigger, nothing kept */
    place_results_free(one);
    place_results_free(two);
    place_plan_free(now);
    place_plan_free(needed);
}
END_TEST

START_TEST(build_now_and_build_when_needed_meet_the_same_pupils) {
    /* The same demand in each replication, the same durations from the start, and nothing spent before the trigger: of what is spent at all, only the when differs. */
    place_plan *now = many(24, "<project id='p' start='2021-09-01' cost='100'>" WING "</project>");
    place_plan *needed = many(24,
                              "<project id='p' start='2021-09-01' cost='100'>" WING
                              "<trigger measure='unmet' provision='special' at-least='130'/></project>");
    enum { N = 100 };
    place_results *one = run_all(now, N, 2), *two = run_all(needed, N, 2);
    static const place_variable_id demand[] = { PLACE_VAR_DEMAND,     PLACE_VAR_JOINED,           PLACE_VAR_CEASED,
                                                PLACE_VAR_AGED_OUT,   PLACE_VAR_SEPTEMBER_DEMAND, PLACE_VAR_MOVED,
                                                PLACE_VAR_INPUT_VALUE };
    for (size_t i = 0; i < sizeof demand / sizeof demand[0]; i++) assert_same_variable(one, two, demand[i], N);
    int n_met = 0, n_later = 0;
    size_t n_years = place_axis_length(needed, PLACE_AXIS_FINANCIAL_YEAR);
    for (int64_t r = 0; r < N; r++) {
        double start = day_of(needed, two, PLACE_VAR_PROJECT_START, 0, r);
        for (size_t y = 0; y < n_years; y++)
            if (place_day(place_first_financial_year(needed) + (int)y + 1, 4, 1) <= start)
                ck_assert_double_eq(place_results_value(two, PLACE_VAR_PROJECT_SPEND, y, r), 0);
        if (!isfinite(start)) {
            ck_assert_double_eq(sum_of(two, PLACE_VAR_PROJECT_SPEND, r), 0);
            continue;
        }
        n_met++;
        n_later += start > place_day(2021, 9, 1);
        for (size_t a = 0; a < 2;
             a++) { /* design, build: in order of id, build first; its start is design's finish. Rounded up to days */
            double x = day_of(now, one, PLACE_VAR_ACTIVITY_FINISH, a, r) - place_day(2021, 9, 1),
                   y = day_of(needed, two, PLACE_VAR_ACTIVITY_FINISH, a, r) - start;
            ck_assert_double_eq(x, y);
        }
        if (start < place_day(2026, 9, 1))
            ck_assert_double_eq(sum_of(one, PLACE_VAR_PROJECT_SPEND, r), sum_of(two, PLACE_VAR_PROJECT_SPEND, r));
    }
    ck_assert_int_gt(n_met, 20);
    ck_assert_int_gt(n_later, 20);
    ck_assert_int_lt(n_met, N);
    place_results_free(one);
    place_results_free(two);
    place_plan_free(now);
    place_plan_free(needed);
}
END_TEST

/* ---- words ---- */

START_TEST(explain_says_when_a_project_starts) {
    place_plan *plan = scenario_load_changed(
        "    <funding id=\"grant\"",
        "    <trigger measure=\"unmet\" provision=\"special\" area=\"south\" phase=\"secondary\" at-least=\"4\" lead=\"10\" unit=\"days\"/>\n    <funding id=\"grant\"");
    char *said = NULL;
    size_t size = 0, n = 0;
    FILE *out = open_memstream(&said, &size);
    place_error err = { 0 };
    place_tables *tables = place_tables_create();
    place_report_plan(tables, plan);
    ck_assert_int_eq(place_tables_write(tables, PLACE_AS_TEXT, "projects", out, &err), PLACE_OK);
    fclose(out);
    char *flat = malloc(size + 1); /* without the breaks of lines */
    for (const char *c = said; *c != '\0'; c++)
        if (*c != '\n' && (*c != ' ' || (n > 0 && flat[n - 1] != ' '))) flat[n++] = *c;
        else if (*c == '\n' && n > 0 && flat[n - 1] != ' ') flat[n++] = ' ';
    flat[n] = '\0';
    ck_assert_msg(
        strstr(
            flat,
            "wing starts when at 2 September counts running at least 4 pupils wait for or are diverted from special in south, secondary, and then 10 days "
            "later. Until then it does and spends nothing")
            != NULL,
        "%s", said);
    free(flat);
    free(said);
    place_tables_free(tables);
    place_plan_free(plan);
}
END_TEST

static const struct {
    const char *from, *to, *says;
} faults[] = {
    { "", "<trigger measure='waiting' provision='special'/>", "found neither" },
    { "", "<trigger measure='waiting' provision='special' at-least='3' at-most='4'/>", "found both" },
    { "", "<trigger measure='waiting' provision='special' at-least='0'/>", "above 0" },
    { "", "<trigger measure='waiting' provision='special' at-least='-1'/>", "from 0 to 1e+06" },
    { "", "<trigger measure='shortfall' provision='special' need='asd' at-least='3'/>", "not kept by need" },
    { "", "<trigger measure='spare' provision='mainstream' at-most='3'/>", "no places that are counted" },
    { "", "<trigger measure='waiting' provision='awaiting' at-least='3'/>", "is no provision" },
    { "", "<trigger measure='waiting' provision='specal' at-least='3'/>", "did you mean 'special'" },
    { "", "<trigger measure='waiting' provision='special' phase='sixth' at-least='3'/>", "no phase 'sixth'" },
    { "", "<trigger measure='waiting' provision='special' at-least='3' septembers='5'/>", "has 4 September counts" },
    { "", "<trigger measure='hope' provision='special' at-least='3'/>", "measure" },
    { "start=\"2021-09-01\" cost", "start=\"2021-09-01\" planned-opening=\"2024-09-01\" cost",
      "trigger and a planned-opening" },
};

START_TEST(what_a_trigger_may_not_say_is_said) {
    static place_errors errors;
    text with = { 0 };
    text_add(&with, "    %s\n    <funding id=\"grant\"",
             faults[_i].from[0] == '\0' ? faults[_i].to
                                        : "<trigger measure='waiting' provision='special' at-least='3'/>");
    char *xml = scenario_changed(scenario_base, "    <funding id=\"grant\"", with.at),
         *more = faults[_i].from[0] == '\0' ? NULL : scenario_changed(xml, faults[_i].from, faults[_i].to);
    place_plan *plan = scenario_load(more != NULL ? more : xml, &errors);
    long line = scenario_line_of(xml, faults[_i].from[0] == '\0' ? "<trigger" : "<project");
    bool found = false;
    for (size_t e = 0; e < errors.n_errors && e < PLACE_N_ERRORS; e++)
        found |= errors.errors[e].line == line && strstr(errors.errors[e].message, faults[_i].says) != NULL;
    ck_assert_msg(plan == NULL && found, "expected \"%s\" at line %ld; first of %zu: line %ld: %s", faults[_i].says,
                  line, errors.n_errors, errors.errors[0].line, errors.errors[0].message);
    place_plan_free(plan);
    free(more);
    free(xml);
    text_free(&with);
}
END_TEST

START_TEST(a_gate_that_stops_meeting_is_doubted) {
    /* The base's cabinet last meets on 17 January 2023, and the run ends in 2025. */
    static place_errors errors;
    char *xml = scenario_changed(
        scenario_base, "    <funding id=\"grant\"",
        "    <trigger measure='waiting' provision='special' at-least='3'/>\n    <funding id=\"grant\"");
    place_plan *plan = scenario_load(xml, &errors);
    bool found = false;
    ck_assert_ptr_nonnull(plan);
    for (size_t e = 0; e < errors.n_warnings && e < PLACE_N_ERRORS; e++)
        found |= strstr(errors.warnings[e].message, "whose last meeting is on 2023-01-17") != NULL;
    ck_assert(found);
    place_plan_free(plan);
    free(xml);
}
END_TEST

Suite *trigger_suite(void) {
    Suite *suite = suite_create("trigger");
    TCase *starts = tcase_create("starts"), *options = tcase_create("options"), *words = tcase_create("words");
    tcase_add_test(starts, a_project_starts_when_its_condition_has_held_at_two_septembers_running);
    tcase_add_test(starts, a_project_that_is_never_triggered_never_starts_and_is_not_cancelled);
    tcase_add_test(starts, counts_have_to_run_on);
    tcase_add_loop_test(starts, what_is_ready_at_once_opens_in_the_next_step, 0, 3);
    tcase_add_loop_test(starts, of_several_triggers_the_first_that_is_met_starts_it_once, 0, 2);
    tcase_add_loop_test(options, a_trigger_measures_what_the_september_variables_hold, 0, 9);
    tcase_add_test(options, a_trigger_that_is_sure_is_a_start_on_that_day);
    tcase_add_test(options, build_now_and_build_when_needed_meet_the_same_pupils);
    tcase_add_test(words, explain_says_when_a_project_starts);
    tcase_add_test(words, a_gate_that_stops_meeting_is_doubted);
    tcase_add_loop_test(words, what_a_trigger_may_not_say_is_said, 0, (int)(sizeof faults / sizeof faults[0]));
    suite_add_tcase(suite, starts);
    suite_add_tcase(suite, options);
    suite_add_tcase(suite, words);
    return suite;
}
