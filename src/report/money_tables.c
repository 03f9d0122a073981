/* SPDX-License-Identifier: MIT */
/*
 * Money as a finance officer reads it: thousands of pounds by financial year, nominal, means with P10 to P90. Declared savings stand in
 * a table of their own; nothing of theirs is in costs or balances.
 */
#include "money_tables.h"

#include <math.h>
#include <string.h>

#include "place/date.h"
#include "place/report.h"

#define MOST_YEARS 7 /* financial years side by side */

/* "2021/22" of a financial year by its position on the axis. */
static const char *year_text(const place_plan *plan, int32_t year, char out[16]) {
    int named = place_first_financial_year(plan) + year;
    snprintf(out, 16, "%d/%02d", named, (named + 1) % 100);
    return out;
}

/* ---- cells ------------------------------------------------------------------------------------------------------ */

/* To the nearest whole, never -0. */
static double whole(double x) {
    double nearest = round(x);
    return nearest == 0 ? 0 : nearest;
}

static const char *thousands(const place_spread *s, char out[80]) {
    char mean[32];
    if (s->n == 0) return strcpy(out, "");
    place_report_mean(s->mean / 1e3, s->error / 1e3, 0, mean);
    if (s->p10 == s->p90) snprintf(out, 80, "%s", mean);
    else snprintf(out, 80, "%s (%.0f to %.0f)", mean, whole(s->p10 / 1e3), whole(s->p90 / 1e3));
    return out;
}

static const char *thousands_mean(const place_spread *s, char out[32]) {
    return s->n == 0 ? strcpy(out, "") : place_report_mean(s->mean / 1e3, s->error / 1e3, 0, out);
}

static void spread_columns(place_tables *t, const char *key, const char *heading) {
    static const char *const parts[] = { "mean", "error", "p10", "p50", "p90" };
    if (heading != NULL) place_tables_column(t, "", heading, PLACE_IN_TEXT);
    for (int i = 0; i < 5; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s_%s", key, parts[i]);
        place_tables_column(t, name, "", PLACE_IN_DATA);
    }
}

static void spread_data(place_tables *t, const place_spread *s) {
    const double values[] = { s->mean, s->error, s->p10, s->p50, s->p90 };
    for (int i = 0; i < 5; i++) place_tables_number(t, values[i], 0);
}

static void money_cells(place_tables *t, const place_spread *s) {
    char eye[80];
    place_tables_text(t, thousands(s, eye));
    spread_data(t, s);
}

static void year_columns(place_tables *t) {
    place_tables_column(t, "", "", PLACE_IN_TEXT | PLACE_LEFT);
    place_tables_column(t, "financial_year", "", PLACE_IN_DATA);
}

static void year_cells(place_tables *t, const place_plan *plan, int32_t year) {
    char eye[16];
    place_tables_text(t, year_text(plan, year, eye));
    place_tables_number(t, place_first_financial_year(plan) + year, 0);
}

/* ---- years ------------------------------------------------------------------------------------------------------ */

void place_report_money_brief(place_tables *t, const place_plan *plan, const place_summary *s) {
    char year[16], balance[80], cumulative[80], chance[48];
    const place_summary_money *last = NULL;
    for (size_t i = 0; i < s->n_money; i++)
        if (!s->money[i].part && s->money[i].balance.n > 0) last = &s->money[i];
    if (last == NULL || last->cumulative.n == 0) return;
    place_tables_note(t, "Revenue, thousand pounds: in %s income less cost is on average %s; the balance at its end %s, below 0 in %s of replications.",
                      year_text(plan, last->year, year), thousands(&last->balance, balance), thousands(&last->cumulative, cumulative),
                      place_report_share(&last->overdrawn, chance));
}

static void present_note(place_tables *t, const place_plan *plan, const place_summary *s) {
    const place_budget *budget = plan->budget;
    char cost[80], balance[80], first[16];
    bool has_cost = s->present_cost.n > 0, has_balance = s->present_balance.n > 0;
    if (s->n_money == 0 || (!has_cost && !has_balance)) return;
    place_tables_note(t, "Present value as %s begins, at %.3g %% a year, a year's money falling at its %s: %s%s%s%s%s.",
                      year_text(plan, s->money[0].year, first), 100 * budget->discount_rate, budget->discount_at_start ? "start" : "end",
                      has_cost ? "cost " : "", has_cost ? thousands(&s->present_cost, cost) : "", has_cost && has_balance ? "; " : "",
                      has_balance ? "income less cost " : "", has_balance ? thousands(&s->present_balance, balance) : "");
}

static void add_years(place_tables *t, const place_plan *plan, const place_summary *s) {
    bool parts = false;
    place_tables_begin(t, "money", "REVENUE BY FINANCIAL YEAR");
    for (size_t i = 0; i < s->n_money; i++) parts = parts || s->money[i].part;
    place_tables_note(t, "Thousands of pounds, nominal: mean (P10 to P90). Cost: net of what other budgets bear. Balance: income less cost; at the end: with the "
                         "opening balance and all years since.%s Capital is apart.",
                      parts ? " Of a year that is marked * the run has only a part." : "");
    year_columns(t);
    place_tables_column(t, "part_of_year", "", PLACE_IN_DATA);
    spread_columns(t, "cost_gbp", "cost");
    spread_columns(t, "income_gbp", "income");
    spread_columns(t, "balance_gbp", "balance");
    spread_columns(t, "cumulative_gbp", "at the end");
    place_tables_column(t, "", "below 0,\n%", PLACE_IN_TEXT);
    place_tables_column(t, "overdrawn", "", PLACE_IN_DATA);
    place_tables_column(t, "overdrawn_error", "", PLACE_IN_DATA);
    for (size_t i = 0; i < s->n_money; i++) {
        const place_summary_money *row = &s->money[i];
        char eye[24], chance[48], year[16];
        place_tables_row(t, PLACE_IN_ALL);
        snprintf(eye, sizeof eye, "%s%s", year_text(plan, row->year, year), row->part ? "*" : "");
        place_tables_text(t, eye);
        place_tables_number(t, place_first_financial_year(plan) + row->year, 0);
        place_tables_number(t, row->part, 0);
        money_cells(t, &row->cost);
        money_cells(t, &row->income);
        money_cells(t, &row->balance);
        money_cells(t, &row->cumulative);
        place_tables_text(t, row->cumulative.n > 0 ? place_report_chance(&row->overdrawn, chance) : NULL);
        place_tables_number(t, row->overdrawn.share, 0);
        place_tables_number(t, row->overdrawn.error, 0);
    }
    present_note(t, plan, s);
}

/* ---- lines ------------------------------------------------------------------------------------------------------ */

/* Items down, years across for the eye; a row each for programs. */
static void line_rows(place_tables *t, const place_plan *plan, const place_summary *s, const place_summary_line *lines, size_t n, const char *kind,
                      const place_item *items, size_t n_shown) {
    char eye[32];
    for (size_t i = 0; i < n; i += s->n_money) {
        const place_item *item = &items[lines[i].line];
        place_tables_row(t, PLACE_IN_TEXT);
        place_tables_text(t, item->name);
        for (size_t y = 0; y < n_shown; y++) place_tables_text(t, thousands_mean(&lines[i + y].gbp, eye));
        for (int k = 0; k < 4 + 5; k++) place_tables_nothing(t);
        for (size_t y = 0; y < s->n_money; y++) {
            place_tables_row(t, PLACE_IN_DATA);
            for (size_t k = 0; k < 1 + n_shown; k++) place_tables_nothing(t);
            place_tables_text(t, kind);
            place_tables_text(t, item->id);
            place_tables_text(t, item->name);
            place_tables_number(t, place_first_financial_year(plan) + lines[i + y].year, 0);
            spread_data(t, &lines[i + y].gbp);
        }
    }
}

static void line_columns(place_tables *t, const place_plan *plan, const place_summary *s, size_t n_shown) {
    place_tables_column(t, "", "", PLACE_IN_TEXT | PLACE_LEFT);
    for (size_t y = 0; y < n_shown; y++) {
        char year[16];
        place_tables_column(t, "", year_text(plan, s->money[y].year, year), PLACE_IN_TEXT);
    }
    place_tables_column(t, "kind", "", PLACE_IN_DATA);
    place_tables_column(t, "line", "", PLACE_IN_DATA);
    place_tables_column(t, "name", "", PLACE_IN_DATA);
    place_tables_column(t, "financial_year", "", PLACE_IN_DATA);
    spread_columns(t, "gbp", NULL);
}

static const place_item *items_of(place_arena *arena, const place_plan *plan, bool savings) {
    const place_budget *budget = plan->budget;
    size_t n = savings ? budget->n_savings : budget->n_incomes;
    place_item *items = place_arena_array(arena, n, sizeof *items);
    for (size_t i = 0; i < n && items != NULL; i++) items[i] = savings ? budget->savings[i].item : budget->incomes[i].item;
    return items;
}

static void add_lines(place_tables *t, place_arena *arena, const place_plan *plan, const place_summary *s) {
    size_t n_shown = s->n_money < MOST_YEARS ? s->n_money : MOST_YEARS;
    const place_item *incomes = items_of(arena, plan, false);
    if (incomes == NULL) {
        place_tables_fail(t);
        return;
    }
    if (s->n_lines + s->n_incomes == 0) return;
    place_tables_begin(t, "cost-lines", "WHAT IT IS SPENT ON, AND WHERE IT COMES FROM");
    place_tables_note(t, "Thousands of pounds, means.%s", n_shown < s->n_money ? " The first seven years; --csv gives all, with their spread." : "");
    line_columns(t, plan, s, n_shown);
    line_rows(t, plan, s, s->lines, s->n_lines, "cost", plan->budget->lines, n_shown);
    if (s->n_incomes > 0) place_tables_heading(t, "Income");
    line_rows(t, plan, s, s->incomes, s->n_incomes, "income", incomes, n_shown);
}

static void add_savings(place_tables *t, place_arena *arena, const place_plan *plan, const place_summary *s) {
    size_t n_shown = s->n_money < MOST_YEARS ? s->n_money : MOST_YEARS;
    const place_item *items = items_of(arena, plan, true);
    if (items == NULL) {
        place_tables_fail(t);
        return;
    }
    if (s->n_savings == 0) return;
    place_tables_begin(t, "savings", "DECLARED SAVINGS, WHICH ARE NOT SIMULATED");
    place_tables_note(t, "Thousands of pounds that plans and papers claim, means over their chance of being made; of those that claim the same money only the "
                         "largest that is made counts. No part of costs and balances above: what changes save there is simulated, and must not be counted twice.");
    line_columns(t, plan, s, n_shown);
    line_rows(t, plan, s, s->savings, s->n_savings, "saving", items, n_shown);
    place_tables_row(t, PLACE_IN_TEXT);
    place_tables_text(t, "all");
    for (size_t y = 0; y < n_shown; y++) {
        char eye[32];
        place_tables_text(t, thousands_mean(&s->money[y].saving, eye));
    }
    for (int k = 0; k < 4 + 5; k++) place_tables_nothing(t);
}

/* ---- what want of places costs ---------------------------------------------------------------------------------- */

static void add_diversion(place_tables *t, const place_plan *plan, const place_summary *s) {
    double total = 0, some = 0;
    int32_t last = PLACE_NONE;
    for (size_t i = 0; i < s->n_diversions; i++) total += s->diversions[i].pupil_years.mean;
    if (total < 0.005) return;
    place_tables_begin(t, "diversion", "WHAT WANT OF PLACES COSTS");
    place_tables_note(t, "Pupils settled elsewhere for want of a place: pupil-years, and what they cost there above what they would cost, with a place commissioned "
                         "for them, where they should be. Thousands of pounds, mean (P10 to P90); it is in the costs above, "
                         "before what others bear.");
    year_columns(t);
    place_tables_column(t, "provision", "", PLACE_IN_DATA);
    place_tables_column(t, "provision_name", "", PLACE_IN_DATA);
    spread_columns(t, "pupil_years", "pupil-years");
    spread_columns(t, "extra_gbp", "extra cost");
    for (size_t i = 0; i < s->n_diversions; i++) {
        const place_summary_diversion *row = &s->diversions[i];
        const place_item *item = &plan->provisions.items[row->provision];
        char eye[80];
        if (row->provision != last) {
            some = 0;
            for (size_t k = i; k < s->n_diversions && s->diversions[k].provision == row->provision; k++) some += s->diversions[k].pupil_years.mean;
            if (some >= 0.05) place_tables_heading(t, item->name);
        }
        last = row->provision;
        place_tables_row(t, some >= 0.05 ? PLACE_IN_ALL : PLACE_IN_DATA);
        year_cells(t, plan, row->year);
        place_tables_text(t, item->id);
        place_tables_text(t, item->name);
        place_tables_text(t, place_report_spread(&row->pupil_years, 1, eye));
        spread_data(t, &row->pupil_years);
        money_cells(t, &row->gbp);
    }
}

void place_report_money(place_tables *t, const place_plan *plan, const place_summary *s) {
    if (s->n_money == 0) return;
    place_arena *arena = place_arena_create();
    if (arena == NULL) {
        place_tables_fail(t);
        return;
    }
    add_years(t, plan, s);
    add_lines(t, arena, plan, s);
    add_diversion(t, plan, s);
    add_savings(t, arena, plan, s);
    place_arena_free(arena);
}

/* ---- capital ---------------------------------------------------------------------------------------------------- */

void place_report_capital(place_tables *t, const place_plan *plan, const place_summary *s) {
    if (s->n_capital > 0) {
        place_tables_begin(t, "capital", "CAPITAL SPEND BY FINANCIAL YEAR");
        place_tables_note(t, "Thousands of pounds of all projects, mean (P10 to P90).");
        year_columns(t);
        spread_columns(t, "spend_gbp", "spend");
        for (size_t i = 0; i < s->n_capital; i++) {
            place_tables_row(t, PLACE_IN_ALL);
            year_cells(t, plan, s->capital[i].year);
            money_cells(t, &s->capital[i].gbp);
        }
    }
    if (s->n_grants == 0) return;
    place_tables_begin(t, "grants", "WHAT PAYS FOR IT");
    place_tables_note(t, "Thousands of pounds, mean (P10 to P90). Lost: unspent on the day by which it is to be spent. What no source pays is the authority's own.");
    place_tables_column(t, "project", "", PLACE_IN_DATA);
    place_tables_column(t, "project_name", "project", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "funding", "", PLACE_IN_DATA);
    place_tables_column(t, "name", "source", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "ceiling_gbp", "up to", PLACE_IN_ALL);
    place_tables_column(t, "spend_by", "spend by", PLACE_IN_ALL);
    spread_columns(t, "used_gbp", "used");
    spread_columns(t, "lost_gbp", "lost");
    place_tables_column(t, "", "some lost,\n%", PLACE_IN_TEXT);
    place_tables_column(t, "any_lost", "", PLACE_IN_DATA);
    place_tables_column(t, "any_lost_error", "", PLACE_IN_DATA);
    for (size_t i = 0; i < s->n_grants; i++) {
        const place_summary_grant *grant = &s->grants[i];
        const place_funding *funding = &plan->funding[grant->funding];
        const place_item *project = &plan->projects[funding->project].item;
        char ceiling[32], eye[24], iso[24], chance[48];
        bool dated = funding->spend_by_day != INT32_MAX;
        place_tables_row(t, PLACE_IN_ALL);
        place_tables_text(t, project->id);
        place_tables_text(t, project->name);
        place_tables_text(t, funding->item.id);
        place_tables_text(t, funding->item.name);
        snprintf(ceiling, sizeof ceiling, "%.0f", funding->ceiling_gbp / 1e3);
        place_tables_value(t, funding->ceiling_gbp, ceiling);
        if (dated) place_tables_words(t, place_report_iso(funding->spend_by_day, iso), place_report_day(funding->spend_by_day, eye));
        else place_tables_nothing(t);
        money_cells(t, &grant->used);
        money_cells(t, &grant->lost);
        place_tables_text(t, dated ? place_report_chance(&grant->any_lost, chance) : NULL);
        place_tables_number(t, grant->any_lost.share, 0);
        place_tables_number(t, grant->any_lost.error, 0);
    }
}
