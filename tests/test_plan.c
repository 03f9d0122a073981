/* SPDX-License-Identifier: MIT */
/*
 * The plan that a scenario is built into: calendar, tables, inputs, projects, opening stock; and that neither the
 * order of the file nor new ids for old keys change it. Known answers are worked out beside the assertions.
 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "place/date.h"
#include "scenario_base.h"
#include "suites.h"

#define P_ASH "<places commissioned=\"20\"/>"

/* ---- the calendar ---- */

START_TEST(terms_start_in_september_january_and_april) {
    place_plan *plan = scenario_must_load(scenario_base);
    const place_calendar *c = &plan->calendar;
    static const int32_t months[] = { 9, 1, 4 };
    ck_assert_uint_eq(c->n_steps, 12);
    ck_assert_uint_eq(c->n_years, 4);
    ck_assert_int_eq(c->first_year, 2021);
    for (size_t s = 0; s < 12; s++) {
        place_date date = place_day_date(c->start_day[s]);
        ck_assert_int_eq(date.month, months[s % 3]);
        ck_assert_int_eq(date.day, 1);
        ck_assert_int_eq(c->season[s], (int)(s % 3));
        ck_assert_int_eq(c->year[s], (int)(s / 3));
        ck_assert_int_eq(c->september[s], s % 3 == 0);
    }
    ck_assert_int_eq(c->start_day[12], place_day(2025, 9, 1));
    place_plan_free(plan);
}
END_TEST

START_TEST(a_january_start_is_in_the_academic_year_before) {
    char *text = scenario_changed(scenario_base, "start=\"2021-09-01\" steps", "start=\"2022-01-01\" steps"),
         *stock = scenario_changed(text, "<stock date=\"2021-09-01\"/>", "<stock date=\"2022-01-01\"/>");
    place_plan *plan = scenario_must_load(stock);
    ck_assert_int_eq(plan->calendar.first_year, 2021);
    ck_assert_int_eq(plan->calendar.season[0], 1);
    ck_assert_uint_eq(plan->calendar.n_years, 5); /* 2021/22 from January to 2025/26 to December */
    place_plan_free(plan);
    free(text), free(stock);
}
END_TEST

START_TEST(steps_of_a_closed_form_test_have_no_september) {
    place_plan *plan =
        scenario_load_changed("steps=\"12\" step=\"term\"/>", "steps=\"10\" steps-per-year=\"4\" ageing=\"none\"/>");
    ck_assert_int_eq(plan->calendar.steps_per_year, 4);
    for (size_t s = 0; s < 10; s++) {
        ck_assert(!plan->calendar.september[s]);
        ck_assert_int_eq(plan->calendar.start_day[s],
                         plan->calendar.start_day[0] + (int32_t)floor((double)s * 365.25 / 4));
    }
    ck_assert_ptr_null(plan->september_start.row);
    place_plan_free(plan);
}
END_TEST

/* ncy 11 from March: a third of January to March, all of summer */
START_TEST(september_starts_are_shares_of_the_months_of_a_step) {
    place_plan *plan = scenario_must_load(scenario_base);
    const place_table *t = &plan->september_start;
    static const double wanted[][3] = {
        [3] = { 0, 1, 1 }, [4] = { 0, 0, 0 }, [10] = { 0, 1, 1 }, [15] = { 0, 1.0 / 3, 1 }
    };
    static const size_t columns[] = { 3, 4, 10, 15 };
    for (size_t i = 0; i < 4; i++)
        for (size_t s = 0; s < 3; s++)
            ck_assert_double_eq_tol(t->value[t->row[columns[i] * 3 + s]].value, wanted[columns[i]][s], 1e-15);
    place_plan_free(plan);
}
END_TEST

/* ---- tables ---- */

static double cease_at(const place_plan *plan, const place_table *t, const char *need, int ncy) {
    size_t d = (size_t)scenario_find(&plan->needs, need),
           cell = (d * PLACE_N_NCY + (size_t)(ncy + 4)) * plan->targets.n;
    return t->row[cell] == PLACE_NONE ? -1 : t->value[t->row[cell]].value;
}

/* A row that does not say when acts at its usual time, at the year's end from Year 11 up; one inside it that acts through the year takes its
   place there too, so that nobody ceases by both. */
START_TEST(a_row_of_cease_without_when_gives_way_to_every_row_inside_it) {
    char *text = scenario_changed(scenario_base, "<table name=\"cease\">", "<table name=\"cease\"><row ncy=\"15..16\" need=\"asd\" when=\"through-year\" value=\"0.07\"/>");
    place_plan *plan = scenario_must_load(text);
    ck_assert_double_eq(cease_at(plan, &plan->cease, "asd", 15), 0.07);
    ck_assert_double_eq(cease_at(plan, &plan->cease_year_end, "asd", 15), -1);
    ck_assert_double_eq(cease_at(plan, &plan->cease_year_end, "asd", 14), 0.2);
    ck_assert_double_eq(cease_at(plan, &plan->cease_year_end, "semh", 15), 0.2);
    place_plan_free(plan);
    free(text);
}
END_TEST

START_TEST(the_more_specific_row_holds_and_a_third_covers_an_overlap) {
    place_plan *plan =
        scenario_must_load(scenario_base); /* ncy 12 semh is in 12..20 and in 9..12 semh: the row of both holds */
    ck_assert_double_eq(cease_at(plan, &plan->cease, "asd", 5), 0.01);
    ck_assert_double_eq(cease_at(plan, &plan->cease_year_end, "asd", 5), -1);
    ck_assert_double_eq(cease_at(plan, &plan->cease, "asd", 11), -1);
    ck_assert_double_eq(cease_at(plan, &plan->cease_year_end, "asd", 11), 0.01);
    ck_assert_double_eq(cease_at(plan, &plan->cease_year_end, "asd", 12), 0.2);
    ck_assert_double_eq(cease_at(plan, &plan->cease, "semh", 9), 0.1);
    ck_assert_double_eq(cease_at(plan, &plan->cease, "semh", 12), 0.15);
    ck_assert_double_eq(cease_at(plan, &plan->cease_year_end, "semh", 13), 0.2);
    place_plan_free(plan);
}
END_TEST

START_TEST(ten_tenths_make_a_whole) {
    char rows[1024] = "", *at = rows;
    for (int i = 0; i < 8; i++) at += sprintf(at, "<provision id=\"p%d\" kind=\"open\"/>", i);
    char *axes = scenario_changed(scenario_base, "<provision id=\"mainstream\" kind=\"open\"/>",
                                  strcat(rows, "<provision id=\"mainstream\" kind=\"open\"/>"));
    char shares[2048] = "", *s = shares;
    for (int i = 0; i < 8; i++) s += sprintf(s, "<row to=\"p%d\" value=\"0.1\"/>", i);
    strcat(shares, "<row to=\"mainstream\" value=\"0.1\"/><row to=\"special\" value=\"0.1\"/>");
    char *one = scenario_changed(axes, "<row to=\"mainstream\" value=\"0.6\"/>", shares),
         *two = scenario_changed(one, "<row to=\"special\" value=\"beta(mean=0.2, sd=0.02)\"/>", "");
    char *three = scenario_changed(two, "<row to=\"unit-or-special\" residual=\"yes\"/>", "");
    place_plan_free(scenario_must_load(three));
    free(axes), free(one), free(two), free(three);
}
END_TEST

START_TEST(transfers_are_at_first_years_of_phases_and_at_late_years_that_are_named) {
    place_plan *plan = scenario_must_load(scenario_base);
    for (int c = 0; c < PLACE_N_NCY; c++) {
        int ncy = c - 4;
        ck_assert_int_eq(plan->crosses[c], ncy == 0 || ncy == 7 || ncy == 12 || ncy == 15 || ncy == 13);
    }
    size_t n = plan->targets.n, from = (size_t)scenario_find(&plan->targets, "mainstream"),
           at_13 = ((size_t)(13 + 4) * n + from) * (n + 1);
    ck_assert_double_eq(plan->phase_transfer.value[plan->phase_transfer.row[at_13 + n]].value,
                        0.5); /* ceases is the last column */
    place_plan_free(plan);
}
END_TEST

START_TEST(nobody_moves_to_where_he_is) {
    place_plan *plan = scenario_load_changed("<row from=\"mainstream\" to=\"special\" value=\"0.05\"/>",
                                             "<row to=\"special\" value=\"0.05\"/>");
    size_t n = plan->targets.n, special = (size_t)scenario_find(&plan->targets, "special"),
           other = (size_t)scenario_find(&plan->targets, "independent");
    ck_assert_int_eq(plan->move.row[special * n + special], PLACE_NONE);
    ck_assert_int_ne(plan->move.row[other * n + special], PLACE_NONE);
    place_plan_free(plan);
}
END_TEST

/* pupils of ncy c in 2021 are of ncy c + 1 in 2022; births enter at -4 */
START_TEST(a_roll_is_carried_forward_a_year_group_a_year) {
    char rows[4096] =
        "<table name=\"births\"><row value=\"77\"/></table><table name=\"population\" carry-forward=\"yes\">";
    for (int ncy = -4; ncy <= 20; ncy++)
        sprintf(rows + strlen(rows), "<row year=\"2020\" ncy=\"%d\" value=\"%d\"/>", ncy, 100 + ncy);
    strcat(rows, "</table>");
    place_plan *plan = scenario_load_changed("<table name=\"population\"><row value=\"1000\"/></table>", rows);
    const place_table *t = &plan->population;
    for (int y = 0; y < 4; y++)
        for (int c = 0; c < PLACE_N_NCY; c++) { /* year 2021 + y, so y + 1 years after the roll */
            int32_t r = t->row[(y * 2) * PLACE_N_NCY + c];
            ck_assert_double_eq(t->value[r].value, c <= y ? 77 : 100 + (c - 4) - (y + 1));
        }
    place_plan_free(plan);
}
END_TEST

/* ---- numbers ---- */

static void check_number(const place_plan *plan, const place_number *number, bool *met) {
    if (number->input == PLACE_NONE) return;
    ck_assert_int_lt(number->input, (int32_t)plan->n_inputs);
    ck_assert_double_eq(number->value, place_distribution_mean(&plan->inputs[number->input].distribution));
    met[number->input] = true;
}

START_TEST(every_number_points_at_its_input) { /* its value is that input's mean, and no input is left over */
    char *text = scenario_changed(scenario_base, P_ASH,
                                  "<places commissioned=\"triangular(18, 20, 25)\" stretch=\"uniform(0, 4)\"/>");
    place_plan *plan = scenario_must_load(text);
    bool met[256] = { 0 };
    ck_assert_uint_lt(plan->n_inputs, 256);
    const place_table *const tables[] = { &plan->new_plans, &plan->joiner_target, &plan->move, &plan->phase_transfer };
    for (size_t t = 0; t < 4; t++)
        for (size_t r = 0; r < tables[t]->n_rows; r++) check_number(plan, &tables[t]->value[r], met);
    for (size_t p = 0; p < plan->n_pools; p++) {
        check_number(plan, &plan->pools[p].commissioned, met);
        check_number(plan, &plan->pools[p].stretch, met);
        check_number(plan, &plan->pools[p].physical, met);
    }
    for (size_t a = 0; a < plan->n_activities; a++) check_number(plan, &plan->activities[a].duration, met);
    for (size_t r = 0; r < plan->n_risk_events; r++) check_number(plan, &plan->risk_events[r].impact, met);
    for (size_t r = 0; r < plan->n_divert_rows; r++) check_number(plan, &plan->divert_rows[r].at_once, met);
    for (size_t w = 0; w < plan->n_stock_waiting; w++) check_number(plan, &plan->stock_waiting[w].count, met);
    check_number(plan, &plan->market_duration, met);
    for (size_t i = 0; i < plan->n_inputs; i++) {
        ck_assert_msg(met[i], "no number is '%s'", plan->inputs[i].id);
        ck_assert_uint_eq(plan->inputs[i].word, place_key_word(plan->inputs[i].id));
        if (i > 0) ck_assert_int_lt(strcmp(plan->inputs[i - 1].id, plan->inputs[i].id), 0);
    }
    const place_pool *ash = &plan->pools[plan->sites[scenario_find_site(plan, "ash")].first_pool];
    ck_assert(!ash->physical_stated);
    ck_assert_double_eq_tol(ash->physical.value, 21 + 2, 1e-12); /* means 21 and 2 */
    place_plan_free(plan);
    free(text);
}
END_TEST

/* 0.8 and 0.2 of 50 pupils; drawn so and divided by their sum they are Dirichlet(40, 10) */
START_TEST(a_concentration_makes_gammas_of_shares) {
    char *text = scenario_changed(scenario_base, "to=\"mainstream\" value=\"0.8\"",
                                  "to=\"mainstream\" value=\"0.8\" concentration=\"50\""),
         *both = scenario_changed(text, "to=\"special\" value=\"0.2\"",
                                  "to=\"special\" value=\"0.2\" concentration=\"50\"");
    place_plan *plan = scenario_must_load(both);
    static const char *const ids[] = { "phase-transfer phase=secondary from=mainstream to=mainstream / value",
                                       "phase-transfer phase=secondary from=mainstream to=special / value" };
    for (size_t k = 0; k < 2; k++) {
        const place_input *input = NULL;
        for (size_t i = 0; i < plan->n_inputs; i++)
            if (strcmp(plan->inputs[i].id, ids[k]) == 0) input = &plan->inputs[i];
        ck_assert_ptr_nonnull(input);
        ck_assert_int_eq(input->distribution.kind, PLACE_GAMMA);
        ck_assert_double_eq_tol(input->distribution.a[0], k == 0 ? 40 : 10, 1e-12);
        ck_assert_double_eq(input->distribution.a[1], 1);
        ck_assert_int_eq(input->quality, PLACE_OBSERVED);
    }
    place_plan_free(plan);
    free(text), free(both);
}
END_TEST

START_TEST(where_a_number_comes_from_is_no_part_of_its_id) {
    place_plan *plan = scenario_load_changed(
        "  <gate id=",
        "  <overflow provision=\"independent\" wanted=\"special\" needs=\"semh asd\" "
        "ncy=\"-4..11\" share=\"interval(80%, 0.1, 0.3)\" date=\"2021-09-16\" source=\"a paper\" "
        "owner=\"somebody\" reason=\"none\" review-by=\"2030-01-01\" quality=\"elicited\"/>\n  <gate id=");
    bool found = false;
    for (size_t i = 0; i < plan->n_inputs; i++)
        found |= strcmp(plan->inputs[i].id, "overflow independent special asd,semh -4..11 / share") == 0;
    ck_assert(found);
    place_plan_free(plan);
}
END_TEST

/* rank 0.5: r = 2 sin(pi / 12) = 0.5176380902; factor rows (1, 0), (r, sqrt(1 - r^2)) */
START_TEST(a_correlated_pair_has_its_cholesky_factor) {
    place_plan *plan = scenario_must_load(scenario_base);
    ck_assert_uint_eq(plan->n_correlations, 1);
    const place_correlation *c = &plan->correlations[0];
    ck_assert_uint_eq(c->n_members, 2);
    ck_assert_str_eq(plan->inputs[c->inputs[0]].id, "activity wing/build / duration");
    ck_assert_int_eq(plan->inputs[c->inputs[1]].member, 1);
    ck_assert_double_eq_tol(c->factor[2], 0.5176380902050415, 1e-15);
    ck_assert_double_eq_tol(c->factor[3], 0.8555996771673521, 1e-15);
    place_plan_free(plan);
}
END_TEST

START_TEST(a_row_with_one_uncertain_number_is_correlated_by_its_id) {
    place_plan *plan = scenario_load_changed("<table name=\"transfer-out\"><row value=\"0.02\"/>",
                                             "<correlation a=\"rich\" b=\"poor\" rank=\"0.5\"/><table name=\"transfer-out\">"
                                             "<row id=\"rich\" ncy=\"0\" value=\"uniform(0.01, 0.02)\"/>"
                                             "<row id=\"poor\" ncy=\"1\" value=\"uniform(0.02, 0.03)\"/><row id=\"usual\" value=\"0.02\"/>");
    ck_assert_uint_eq(plan->n_correlations, 2);
    size_t k = plan->inputs[plan->correlations[0].inputs[0]].distribution.kind == PLACE_UNIFORM ? 0 : 1;
    const place_correlation *c = &plan->correlations[k];
    ck_assert_uint_eq(c->n_members, 2);
    ck_assert_str_eq(plan->inputs[c->inputs[0]].id, "transfer-out poor / value");
    ck_assert_str_eq(plan->inputs[c->inputs[1]].id, "transfer-out rich / value");
    place_plan_free(plan);
}
END_TEST

/* ---- projects ---- */

START_TEST(a_project_opens_the_site_that_it_delivers) {
    place_plan *plan = scenario_must_load(scenario_base);
    int32_t site = scenario_find_site(plan, "new");
    const place_event *events = plan->events;
    ck_assert_uint_eq(plan->n_events, 3); /* ash grows; new opens with 10, and grows by 10 a year after */
    ck_assert_int_eq(events[0].kind, PLACE_EVENT_CHANGE);
    ck_assert_int_eq(events[0].day, place_day(2022, 9, 1));
    ck_assert_int_eq(events[1].kind, PLACE_EVENT_OPEN);
    ck_assert_int_eq(events[1].site, site);
    ck_assert_int_eq(events[1].project, 0);
    ck_assert_double_eq(events[1].places.value, 10);
    ck_assert_int_eq(events[2].kind, PLACE_EVENT_CHANGE);
    ck_assert_int_eq(events[2].offset_years, 1);
    ck_assert_str_eq(plan->activities[plan->projects[0].order[0]].item.id, "design");
    ck_assert_str_eq(plan->activities[plan->projects[0].order[1]].item.id, "build");
    /* cost in proportion to planned days, the modes 6 and 8 months */
    ck_assert_double_eq_tol(plan->activities[0].cost_share, 8.0 / 14, 1e-12);
    ck_assert_double_eq_tol(plan->activities[1].planned_days, 6 * PLACE_DAYS_PER_MONTH, 1e-9);
    place_plan_free(plan);
}
END_TEST

START_TEST(a_risk_keeps_its_id_and_name) {
    place_plan *plan =
        scenario_load_changed("<risk id=\"asbestos\"", "<risk id=\"asbestos\" name=\"Asbestos is found\"");
    ck_assert_str_eq(plan->risk_events[0].item.id, "asbestos");
    ck_assert_str_eq(plan->risk_events[0].item.name, "Asbestos is found");
    ck_assert_uint_eq(plan->risk_events[0].item.word, place_key_word("wing/asbestos"));
    place_plan_free(plan);
    plan = scenario_must_load(scenario_base);
    ck_assert_str_eq(plan->risk_events[0].item.name, "asbestos");
    place_plan_free(plan);
}
END_TEST

START_TEST(a_change_of_provision_names_who_takes_the_rest) {
    place_plan *plan =
        scenario_load_changed("kind=\"change\" places=\"4\"", "kind=\"change\" provision=\"unit\" successors=\"elm\"");
    ck_assert_int_eq(plan->events[0].kind, PLACE_EVENT_CHANGE);
    ck_assert_uint_eq(plan->events[0].n_successors, 1);
    ck_assert_int_eq(plan->events[0].successors[0], scenario_find_site(plan, "elm"));
    place_plan_free(plan);
}
END_TEST

START_TEST(works_may_take_all_that_will_be_there) { /* 20, and 4 from September 2022 */
    place_plan *plan = scenario_load_changed(
        "<delivers site=\"new\"", "<works site=\"ash\" places=\"24\" activity=\"build\"/><delivers site=\"new\"");
    ck_assert_uint_eq(plan->n_events, 5);
    place_plan_free(plan);
}
END_TEST

START_TEST(what_came_before_the_start_is_not_added) {
    place_plan *plan = scenario_load_changed("date=\"2022-09-01\" kind=\"change\"",
                                             "date=\"2020-09-01\" historic=\"yes\" kind=\"change\"");
    ck_assert_uint_eq(plan->n_events, 2);
    place_plan_free(plan);
    plan = scenario_load_changed("date=\"2022-09-01\" kind=\"change\"", "financial-year=\"2023\" kind=\"change\"");
    ck_assert_int_eq(plan->events[0].day, place_day(2023, 9, 1));
    ck_assert_int_eq(plan->events[0].financial_year, 2023);
    place_plan_free(plan);
    place_plan_free(
        scenario_load_changed("date=\"2022-09-01\" kind=\"change\"", "date=\"2024-02-29\" kind=\"change\""));
}
END_TEST

/* ---- the opening stock ---- */

static int32_t stock_at(const place_plan *plan, int32_t setting, int32_t need, uint32_t ncy_mask) {
    int32_t sum = 0;
    for (size_t i = 0; i < plan->n_stock_cells; i++) {
        const place_stock_cell *c = &plan->stock_cells[i];
        if ((setting == PLACE_NONE || c->setting == setting) && (need == PLACE_NONE || c->need == need)
            && (ncy_mask >> c->ncy & 1) != 0)
            sum += c->count;
    }
    return sum;
}

START_TEST(pupils_of_one_cell_from_two_rows_are_one_cell) {
    static const char rows[] = "  <table name=\"stock\"><row area=\"north\" ncy=\"3\" need=\"asd\" setting=\"ash\" count=\"2\"/>"
                               "<row area=\"north\" ncy=\"3\" need=\"asd\" setting=\"special\" count=\"16\"/>"
                               "<row area=\"north\" ncy=\"3\" need=\"asd\" setting=\"mainstream\" count=\"60\"/></table>\n";
    const char *margins = strstr(scenario_base, "  <table name=\"stock-by-setting\">"), *after = strstr(scenario_base, "  <table name=\"stock-waiting\">");
    char *text = malloc(strlen(scenario_base) + sizeof rows);
    sprintf(text, "%.*s%s%s", (int)(margins - scenario_base), scenario_base, rows, after);
    place_plan *plan = scenario_must_load(text);
    int32_t n = (int32_t)plan->provisions.n, ash = n + scenario_find_site(plan, "ash"), elm = n + scenario_find_site(plan, "elm");
    ck_assert_uint_eq(plan->n_stock_cells, 3);
    /* 16 of special over 20 places and 15 less 3: 10 and 6; 2 are at ash by the first row */
    ck_assert_int_eq(stock_at(plan, ash, PLACE_NONE, (1u << PLACE_N_NCY) - 1), 12);
    ck_assert_int_eq(stock_at(plan, elm, PLACE_NONE, (1u << PLACE_N_NCY) - 1), 6);
    for (size_t s = 0; s < plan->n_stock_settings; s++) {
        const place_stock_setting *setting = &plan->stock_settings[s];
        ck_assert_int_eq(setting->count, setting->setting == ash ? 12 : setting->setting == elm ? 6 : 60);
        ck_assert_double_eq(plan->stock_cells[setting->first_cell].share, 1);
    }
    place_plan_free(plan);
    free(text);
}
END_TEST

START_TEST(margins_become_whole_pupils) {
    place_plan *plan = scenario_must_load(scenario_base);
    const uint32_t all = (1u << PLACE_N_NCY) - 1;
    int32_t n = (int32_t)plan->provisions.n, bay = n + scenario_find_site(plan, "bay");
    ck_assert_int_eq(stock_at(plan, scenario_find(&plan->provisions, "mainstream"), PLACE_NONE, all), 60);
    /* 33 of special over 20 places and 15 less 3 held by others: 33 x 20/32 = 20.625, 12.375, so 21 and 12 */
    ck_assert_int_eq(stock_at(plan, n + scenario_find_site(plan, "ash"), PLACE_NONE, all), 21);
    ck_assert_int_eq(stock_at(plan, n + scenario_find_site(plan, "elm"), PLACE_NONE, all), 12);
    ck_assert_int_eq(stock_at(plan, bay, PLACE_NONE, all), 7);
    ck_assert_int_eq(stock_at(plan, bay, scenario_find(&plan->needs, "semh"), all), 0); /* accepts asd alone      */
    ck_assert_int_eq(stock_at(plan, bay, PLACE_NONE, all & ~0x7f0u), 0);                /* teaches ncy 0..6 alone */
    ck_assert_int_le(abs(stock_at(plan, PLACE_NONE, PLACE_NONE, 0x7f0u) - 50), 1);
    ck_assert_int_le(abs(stock_at(plan, PLACE_NONE, scenario_find(&plan->needs, "asd"), all) - 60), 1);
    place_plan_free(plan);
}
END_TEST

/* Two rows, 24 and 7 pupils of 'special', 20 places at ash and 15 less 3 at elm: 15 and 9 of the first, 4.375 and 2.625 of the second, due
 * 19.375 and 11.625 in all: 4 and 2 whole ones, and the last goes where most is due, to elm. */
START_TEST(stock_given_whole_is_dealt_to_sites_by_places_over_all_rows) {
    const char *margins = strstr(scenario_base, "  <table name=\"stock-by-setting\">"), *after = strstr(scenario_base, "  <table name=\"stock-waiting\">");
    char *from = strndup(margins, (size_t)(after - margins));
    place_plan *plan = scenario_load_changed(from, "  <table name=\"stock\">\n"
                                                   "    <row area=\"north\" ncy=\"3\" need=\"asd\" setting=\"mainstream\" count=\"60\"/>\n"
                                                   "    <row area=\"north\" ncy=\"3\" need=\"asd\" setting=\"special\" count=\"24\"/>\n"
                                                   "    <row area=\"north\" ncy=\"4\" need=\"asd\" setting=\"special\" count=\"7\"/>\n  </table>\n");
    const int32_t n = (int32_t)plan->provisions.n, ash = n + scenario_find_site(plan, "ash"), elm = n + scenario_find_site(plan, "elm");
    ck_assert_int_eq(stock_at(plan, ash, PLACE_NONE, 1u << 7), 15);
    ck_assert_int_eq(stock_at(plan, elm, PLACE_NONE, 1u << 7), 9);
    ck_assert_int_eq(stock_at(plan, ash, PLACE_NONE, 1u << 8), 4);
    ck_assert_int_eq(stock_at(plan, elm, PLACE_NONE, 1u << 8), 3);
    ck_assert_int_eq(stock_at(plan, scenario_find(&plan->provisions, "special"), PLACE_NONE, (1u << PLACE_N_NCY) - 1), 0);
    place_plan_free(plan);
    free(from);
}
END_TEST

START_TEST(drawn_stock_has_shares_that_sum_to_one) {
    place_plan *plan =
        scenario_load_changed("<stock date=\"2021-09-01\"/>", "<stock date=\"2021-09-01\" dealing=\"drawn\"/>");
    int32_t total = 0;
    ck_assert(plan->stock_drawn);
    for (size_t s = 0; s < plan->n_stock_settings; s++) {
        const place_stock_setting *setting = &plan->stock_settings[s];
        double sum = 0;
        for (size_t c = 0; c < setting->n_cells; c++) {
            ck_assert_int_eq(plan->stock_cells[setting->first_cell + c].setting, setting->setting);
            sum += plan->stock_cells[setting->first_cell + c].share;
        }
        ck_assert_double_eq_tol(sum, 1, 1e-9);
        total += setting->count;
    }
    ck_assert_int_eq(total, 100);
    place_plan_free(plan);
}
END_TEST

START_TEST(recoding_moves_pupils_before_the_fit) {
    place_plan *plan = scenario_load_changed(
        "<stock date=\"2021-09-01\"/>",
        "<stock date=\"2021-09-01\"/><table name=\"recode\"><row from=\"bay\" to=\"mainstream\" count=\"3\"/></table>");
    const uint32_t all = (1u << PLACE_N_NCY) - 1;
    ck_assert_int_eq(stock_at(plan, scenario_find(&plan->provisions, "mainstream"), PLACE_NONE, all), 63);
    ck_assert_int_eq(stock_at(plan, (int32_t)plan->provisions.n + scenario_find_site(plan, "bay"), PLACE_NONE, all), 4);
    place_plan_free(plan);
}
END_TEST

/* ---- order and names ---- */

typedef struct digest {
    uint64_t state;
} digest;

static void mix(digest *d, const void *bytes, size_t n) {
    for (size_t i = 0; i < n; i++) d->state = (d->state ^ ((const unsigned char *)bytes)[i]) * 1099511628211u;
}
static void mix_int(digest *d, int64_t value) {
    mix(d, &value, sizeof value);
}
static void mix_number(digest *d, const place_number *number) {
    mix(d, &number->value, sizeof number->value);
    mix_int(d, number->input);
}
static void mix_table(digest *d, const place_table *t, size_t n_cells) {
    for (size_t r = 0; r < t->n_rows; r++) mix_number(d, &t->value[r]), mix_int(d, t->flags[r]);
    for (size_t i = 0; t->row != NULL && i < n_cells; i++) mix_int(d, t->row[i]);
}

/* All that a run reads: words, not ids; no display order, no line. */
static uint64_t plan_digest(const place_plan *p) {
    digest d = { 14695981039346656037u };
    size_t A = p->areas.n, D = p->needs.n, N = PLACE_N_NCY, T = p->targets.n;
    const place_axis *const axes[] = { &p->areas, &p->phases, &p->needs, &p->provisions, &p->targets };
    for (size_t x = 0; x < 5; x++)
        for (size_t i = 0; i < axes[x]->n; i++) mix_int(&d, axes[x]->items[i].word);
    for (size_t t = 0; t < T; t++)
        for (size_t i = 0; i < PLACE_MAX_TARGET_LIST; i++) mix_int(&d, p->target_list[t][i]);
    for (size_t a = 0; a < A; a++)
        for (size_t i = 0; i < p->n_reach[a]; i++) mix_int(&d, p->reach[a][i]);
    for (size_t i = 0; i < p->n_inputs; i++) {
        mix_int(&d, p->inputs[i].word), mix_int(&d, p->inputs[i].family), mix_int(&d, p->inputs[i].group),
            mix_int(&d, p->inputs[i].member);
        mix_int(&d, p->inputs[i].distribution.kind);
        mix(&d, p->inputs[i].distribution.a, sizeof p->inputs[i].distribution.a);
    }
    for (size_t i = 0; i < p->n_stock_cells; i++) {
        const place_stock_cell *c = &p->stock_cells[i];
        mix_int(&d, c->area), mix_int(&d, c->ncy), mix_int(&d, c->need), mix_int(&d, c->target),
            mix_int(&d, c->setting), mix_int(&d, c->count);
    }
    for (size_t i = 0; i < p->n_stock_waiting; i++)
        mix_int(&d, p->stock_waiting[i].word), mix_number(&d, &p->stock_waiting[i].count);
    mix_table(&d, &p->population, p->calendar.n_years * A * N);
    mix_table(&d, &p->new_plans, A * D * N);
    mix_table(&d, &p->joiner_target, A * D * N * T);
    mix_table(&d, &p->cease, A * D * N * T);
    mix_table(&d, &p->cease_year_end, A * D * N * T);
    mix_table(&d, &p->transfer_out, A * D * N * T);
    mix_table(&d, &p->move, A * D * N * T * T);
    mix_table(&d, &p->phase_transfer, A * D * N * T * (T + 1));
    for (size_t i = 0; i < PLACE_N_CLASSES * p->phases.n * D; i++) mix_int(&d, p->waiting_setting[i]);
    for (size_t i = 0; i < p->n_divert_rows; i++) mix_number(&d, &p->divert_rows[i].at_once);
    for (size_t i = 0; i < p->n_sites; i++) {
        const place_site *s = &p->sites[i];
        mix_int(&d, s->item.word), mix_int(&d, s->area), mix_int(&d, s->provision), mix_int(&d, s->ncy_mask),
            mix_int(&d, (int64_t)s->need_mask);
    }
    for (size_t i = 0; i < p->n_pools; i++)
        mix_int(&d, p->pools[i].site), mix_number(&d, &p->pools[i].commissioned), mix_number(&d, &p->pools[i].others);
    for (size_t i = 0; i < p->n_events; i++) {
        const place_event *e = &p->events[i];
        mix_int(&d, e->kind), mix_int(&d, e->site), mix_int(&d, e->pool), mix_int(&d, e->day), mix_int(&d, e->project),
            mix_number(&d, &e->places);
    }
    for (size_t i = 0; i < p->n_activities; i++)
        mix_int(&d, p->activities[i].item.word), mix_number(&d, &p->activities[i].duration);
    for (size_t i = 0; i < p->n_projects; i++)
        mix_int(&d, p->projects[i].item.word), mix_int(&d, p->projects[i].planned_opening_day);
    return d.state;
}

/* The base's lines between the first and the last, the elements of more than one line kept together, in another
 * order. */
static char *shuffled(uint32_t seed) {
    size_t n_bytes = strlen(scenario_base) + 1;
    char *text = malloc(n_bytes), *out = calloc(1, n_bytes + 8);
    memcpy(text, scenario_base, n_bytes);
    char *blocks[128];
    size_t n = 0;
    char *first = strchr(text, '\n') + 1, *last = strstr(text, "</scenario>");
    for (char *at = first; at < last;) {
        blocks[n++] = at;
        char *end = strchr(at, '\n');
        while (end + 1 < last && (strncmp(end + 1, "    ", 4) == 0 || strncmp(end + 1, "  </", 4) == 0))
            end = strchr(end + 1, '\n');
        *end = '\0';
        at = end + 1;
    }
    for (size_t i = n - 1; i > 0; i--) {
        seed = seed * 1664525u + 1013904223u;
        size_t k = (seed >> 8) % (i + 1);
        char *swap = blocks[i];
        blocks[i] = blocks[k];
        blocks[k] = swap;
    }
    strncat(out, scenario_base, (size_t)(first - text));
    for (size_t i = 0; i < n; i++) strcat(strcat(out, blocks[i]), "\n");
    strcat(out, "</scenario>\n");
    free(text);
    return out;
}

START_TEST(the_order_of_elements_means_nothing) {
    place_plan *plan = scenario_must_load(scenario_base);
    uint64_t wanted = plan_digest(plan);
    for (uint32_t seed = 1; seed <= 20; seed++) {
        char *text = shuffled(seed);
        place_plan *other = scenario_must_load(text);
        ck_assert_uint_eq(other->resolved_size, plan->resolved_size);
        ck_assert_msg(memcmp(other->resolved, plan->resolved, plan->resolved_size) == 0,
                      "seed %u: the resolved scenario differs", seed);
        ck_assert_msg(plan_digest(other) == wanted, "seed %u: the plan differs", seed);
        place_plan_free(other);
        free(text);
    }
    place_plan_free(plan);
}
END_TEST

START_TEST(the_order_of_rows_means_nothing) {
    place_plan *plan = scenario_must_load(scenario_base);
    char *text = scenario_changed(scenario_base, "    <row value=\"0.01\"/>\n    <row ncy=\"12..20\" value=\"0.2\"/>\n",
                                  "    <row ncy=\"12..20\" value=\"0.2\"/>\n    <row value=\"0.01\"/>\n");
    place_plan *other = scenario_must_load(text);
    ck_assert_uint_eq(plan_digest(other), plan_digest(plan));
    place_plan_free(other), place_plan_free(plan);
    free(text);
}
END_TEST

START_TEST(the_resolved_scenario_builds_the_same_plan) {
    place_plan *plan = scenario_must_load(scenario_base);
    place_plan *again = scenario_must_load(plan->resolved);
    ck_assert_uint_eq(plan_digest(again), plan_digest(plan));
    ck_assert_str_eq(again->resolved, plan->resolved);
    place_plan_free(again), place_plan_free(plan);
}
END_TEST

START_TEST(a_new_id_with_the_old_as_key_changes_nothing) { /* ash becomes zoo, which would sort last */
    place_plan *plan = scenario_must_load(scenario_base);
    char *text = scenario_changed(scenario_base, "<site id=\"ash\"", "<site id=\"zoo\" key=\"ash\""),
         *places = scenario_changed(text, P_ASH, "<places commissioned=\"uniform(18, 22)\"/>");
    char *before = scenario_changed(scenario_base, P_ASH, "<places commissioned=\"uniform(18, 22)\"/>");
    place_plan *renamed = scenario_must_load(text), *one = scenario_must_load(before),
               *two = scenario_must_load(places);
    ck_assert_str_eq(renamed->sites[0].item.id, "zoo");
    ck_assert_uint_eq(plan_digest(renamed), plan_digest(plan));
    ck_assert_uint_eq(plan_digest(two), plan_digest(one));
    ck_assert_uint_ne(plan_digest(one), plan_digest(plan));
    place_plan_free(plan), place_plan_free(renamed), place_plan_free(one), place_plan_free(two);
    free(text), free(places), free(before);
}
END_TEST

START_TEST(an_empty_county_is_a_plan) { /* nobody, nothing planned: zero outputs, not an error */
    static const char text[] =
        "<scenario version=\"1\" id=\"empty\"><time start=\"2021-09-01\" steps=\"3\"/><area id=\"a\"/><need id=\"n\"/>"
        "<provision id=\"p\" kind=\"open\"/></scenario>";
    place_plan *plan = scenario_must_load(text);
    ck_assert_uint_eq(plan->n_stock_cells, 0);
    ck_assert_uint_eq(plan->seed, 1);
    ck_assert_int_eq(plan->replications, 1000);
    ck_assert_uint_eq(plan->phases.n, 5);
    ck_assert_str_eq(plan->phases.items[2].id, "secondary");
    ck_assert_int_eq(plan->sufficiency.max_wait_steps, 1);
    place_plan_free(plan);
    place_plan_free(NULL);
}
END_TEST

Suite *plan_suite(void) {
    Suite *suite = suite_create("plan");
    TCase *built = tcase_create("built"), *order = tcase_create("order");
    tcase_add_test(built, terms_start_in_september_january_and_april);
    tcase_add_test(built, a_january_start_is_in_the_academic_year_before);
    tcase_add_test(built, steps_of_a_closed_form_test_have_no_september);
    tcase_add_test(built, september_starts_are_shares_of_the_months_of_a_step);
    tcase_add_test(built, the_more_specific_row_holds_and_a_third_covers_an_overlap);
    tcase_add_test(built, a_row_of_cease_without_when_gives_way_to_every_row_inside_it);
    tcase_add_test(built, ten_tenths_make_a_whole);
    tcase_add_test(built, transfers_are_at_first_years_of_phases_and_at_late_years_that_are_named);
    tcase_add_test(built, nobody_moves_to_where_he_is);
    tcase_add_test(built, a_roll_is_carried_forward_a_year_group_a_year);
    tcase_add_test(built, every_number_points_at_its_input);
    tcase_add_test(built, a_correlated_pair_has_its_cholesky_factor);
    tcase_add_test(built, a_row_with_one_uncertain_number_is_correlated_by_its_id);
    tcase_add_test(built, a_project_opens_the_site_that_it_delivers);
    tcase_add_test(built, a_concentration_makes_gammas_of_shares);
    tcase_add_test(built, where_a_number_comes_from_is_no_part_of_its_id);
    tcase_add_test(built, a_risk_keeps_its_id_and_name);
    tcase_add_test(built, a_change_of_provision_names_who_takes_the_rest);
    tcase_add_test(built, works_may_take_all_that_will_be_there);
    tcase_add_test(built, what_came_before_the_start_is_not_added);
    tcase_add_test(built, pupils_of_one_cell_from_two_rows_are_one_cell);
    tcase_add_test(built, margins_become_whole_pupils);
    tcase_add_test(built, stock_given_whole_is_dealt_to_sites_by_places_over_all_rows);
    tcase_add_test(built, drawn_stock_has_shares_that_sum_to_one);
    tcase_add_test(built, recoding_moves_pupils_before_the_fit);
    suite_add_tcase(suite, built);
    tcase_add_test(order, the_order_of_elements_means_nothing);
    tcase_add_test(order, the_order_of_rows_means_nothing);
    tcase_add_test(order, the_resolved_scenario_builds_the_same_plan);
    tcase_add_test(order, a_new_id_with_the_old_as_key_changes_nothing);
    tcase_add_test(order, an_empty_county_is_a_plan);
    suite_add_tcase(suite, order);
    return suite;
}
