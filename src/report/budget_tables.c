/* SPDX-License-Identifier: MIT */
/* What a scenario says that things cost and what it says comes in: each row of the cost tables with whom it hits at the start, then what is stated. */
#include <math.h>
#include <string.h>

#include "money_tables.h"
#include "place/catalogue.h"
#include "place/date.h"
#include "place/report.h"

#define MOST_ROWS 20

/* Four digits, or all of those before the point. */
static const char *digits(double x, char out[24]) {
    snprintf(out, 24, fabs(x) >= 1000 ? "%.0f" : "%.4g", x);
    return out;
}

/* "61500 (57708 to 65389)": a number at its mean, with P10 and P90 where it is uncertain. */
static const char *number_text(const place_plan *plan, const place_number *number, double scale, char out[80]) {
    char mean[24], low[24], high[24];
    if (number->input == PLACE_NONE) snprintf(out, 80, "%.10g", number->value * scale);
    else {
        const place_distribution *d = &plan->inputs[number->input].distribution;
        snprintf(out, 80, "%s (%s to %s)", digits(number->value * scale, mean), digits(place_distribution_quantile(d, 0.1) * scale, low),
                 digits(place_distribution_quantile(d, 0.9) * scale, high));
    }
    return out;
}

static const char *growth_text(const place_plan *plan, int32_t price, char out[160]) {
    if (price == PLACE_NONE) return NULL;
    const place_price *p = &plan->budget->prices[price];
    char rate[80];
    snprintf(out, 160, "%s, %s %% a year from %d/%02d", p->item.name, number_text(plan, &p->inflation, 100, rate), p->base_year, (p->base_year + 1) % 100);
    return out;
}

/* Pupils of the opening stock whom each row prices; of a site as it is at the start. */
static void count_pupils(const place_plan *plan, const place_cost_table *table, double *out) {
    for (size_t k = 0; k < plan->n_stock_settings; k++) {
        const place_stock_setting *setting = &plan->stock_settings[k];
        int32_t site = setting->setting - (int32_t)plan->provisions.n;
        size_t venue = site < 0 ? (size_t)setting->setting : (size_t)plan->budget->first_venue[site];
        for (size_t i = setting->first_cell; i < setting->first_cell + setting->n_cells; i++) {
            const place_stock_cell *cell = &plan->stock_cells[i];
            int32_t row = place_cost_table_row(table, venue, (size_t)cell->area, (size_t)cell->ncy, (size_t)cell->need, 0);
            if (row != PLACE_NONE) out[row] += plan->stock_drawn ? cell->share * setting->count : cell->count;
        }
    }
}

/* Commissioned places at the start that each row pays for. */
static void count_places(const place_plan *plan, const place_cost_table *table, double *out) {
    for (size_t i = 0; i < plan->n_pools; i++) {
        const place_site *site = &plan->sites[plan->pools[i].site];
        int32_t row = place_cost_table_row(table, (size_t)plan->budget->first_venue[plan->pools[i].site], 0, 0, 0, 0);
        if (row != PLACE_NONE && !site->delivered && site->open_day <= plan->calendar.start_day[0]) out[row] += plan->pools[i].commissioned.value;
    }
}

static void add_rows(place_tables *t, place_arena *arena, const place_plan *plan, const char *name, const char *what, const char *heading,
                     const place_cost_table *table) {
    double *units = place_arena_array(arena, table->n_rows, sizeof *units);
    if (table->n_rows == 0) return;
    if (units == NULL) {
        place_tables_fail(t);
        return;
    }
    if (table->empty != NULL) count_places(plan, table, units);
    else count_pupils(plan, table, units);
    place_tables_heading(t, heading);
    for (size_t r = 0; r < table->n_rows; r++) {
        char value[80], growth[160], borne[80], cost[32];
        bool bears = table->borne_by_others[r].value > 0;
        place_tables_row(t, r < MOST_ROWS ? PLACE_IN_ALL : PLACE_IN_DATA);
        place_tables_text(t, name);
        place_tables_text(t, table->text[r][0] != '\0' ? table->text[r] : "all");
        place_tables_value(t, table->value[r].value, number_text(plan, &table->value[r], 1, value));
        if (table->empty != NULL && table->empty_stated[r]) place_tables_value(t, table->empty[r].value, number_text(plan, &table->empty[r], 1, value));
        else place_tables_nothing(t);
        place_tables_text(t, growth_text(plan, table->price[r], growth));
        if (bears) place_tables_value(t, table->borne_by_others[r].value, number_text(plan, &table->borne_by_others[r], 100, borne));
        else place_tables_nothing(t);
        place_tables_number(t, units[r], units[r] == floor(units[r]) ? 0 : 1);
        snprintf(cost, sizeof cost, "%.0f", units[r] * table->value[r].value / 1e3);
        place_tables_value(t, units[r] * table->value[r].value, cost);
    }
    if (table->n_rows > MOST_ROWS) place_tables_note(t, "and %zu more rows of %s: `--table prices --csv` gives all", table->n_rows - MOST_ROWS, what);
}

static void add_prices(place_tables *t, place_arena *arena, const place_plan *plan) {
    const place_budget *budget = plan->budget;
    if (budget->unit_cost.n_rows + budget->place_funding.n_rows + budget->transport.n_rows == 0) return;
    place_tables_begin(t, "prices", "WHAT PUPILS AND PLACES COST");
    place_tables_note(t, "Each row of the cost tables, at its mean (P10 to P90), with the pupils or commissioned places that it prices at the start, and what "
                         "they cost in a year at that price. A row without any prices what may come later.");
    place_tables_column(t, "table", "", PLACE_IN_DATA);
    place_tables_column(t, "row", "row", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "gbp", "pounds\na year", PLACE_IN_ALL);
    place_tables_column(t, "empty_gbp", "when\nempty", budget->place_funding.n_rows > 0 ? PLACE_IN_ALL : PLACE_IN_DATA);
    place_tables_column(t, "growth", "grows with", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "borne_by_others", "borne by\nothers, %", PLACE_IN_ALL);
    place_tables_column(t, "units", "at the\nstart", PLACE_IN_ALL);
    place_tables_column(t, "gbp_a_year", "thousand\na year", PLACE_IN_ALL);
    add_rows(t, arena, plan, "unit-cost", "unit-cost", "Pupils on roll", &budget->unit_cost);
    add_rows(t, arena, plan, "place-funding", "place-funding", "Commissioned places", &budget->place_funding);
    add_rows(t, arena, plan, "transport", "transport", "Transport, by pupils on roll", &budget->transport);
}

/* ---- what is stated --------------------------------------------------------------------------------------------- */

static void span_cells(place_tables *t, int32_t starts, int32_t ends) {
    char eye[24], iso[24];
    if (starts == INT32_MIN) place_tables_nothing(t);
    else place_tables_words(t, place_report_iso(starts, iso), place_report_day(starts, eye));
    if (ends == INT32_MAX) place_tables_nothing(t);
    else place_tables_words(t, place_report_iso(ends, iso), place_report_day(ends, eye));
}

static void item_row(place_tables *t, const char *kind, const place_item *item) {
    place_tables_row(t, PLACE_IN_ALL);
    place_tables_text(t, kind);
    place_tables_text(t, item->id);
    place_tables_text(t, item->name);
}

static void amount_cells(place_tables *t, const place_plan *plan, const place_number *gbp, const char *per) {
    char value[80];
    place_tables_value(t, gbp->value, number_text(plan, gbp, 1, value));
    place_tables_text(t, per);
}

static void add_cost_lines(place_tables *t, const place_plan *plan) {
    static const char *const per[] = { "a year", "a month", "once", "a plan kept, a year", "a new plan", "a request", "an assessment", "a case" };
    const place_budget *budget = plan->budget;
    if (budget->n_cost_lines > 0) place_tables_heading(t, "Costs");
    for (size_t i = 0; i < budget->n_cost_lines; i++) {
        const place_cost_line *line = &budget->cost_lines[i];
        char growth[160], borne[80], share[80];
        item_row(t, "cost", &budget->lines[budget->first_stated_line + (int32_t)i]);
        amount_cells(t, plan, &line->value, per[line->per]);
        span_cells(t, line->starts, line->ends);
        growth_text(plan, line->price, growth);
        bool bears = line->borne_by_others.value > 0;
        if (bears)
            snprintf(borne, sizeof borne, "%s %% borne by %.40s", number_text(plan, &line->borne_by_others, 100, share), line->funder != NULL ? line->funder : "others");
        char note[260];
        snprintf(note, sizeof note, "%s%s%s", line->price != PLACE_NONE ? growth : "", line->price != PLACE_NONE && bears ? "; " : "", bears ? borne : "");
        place_tables_text(t, note[0] != '\0' ? note : NULL);
    }
}

static void add_incomes(place_tables *t, const place_plan *plan) {
    const place_budget *budget = plan->budget;
    if (budget->n_incomes > 0) place_tables_heading(t, "Incomes");
    for (size_t i = 0; i < budget->n_incomes; i++) {
        const place_income *income = &budget->incomes[i];
        for (size_t k = 0; k < income->n_amounts; k++) {
            char per[80], note[260], growth[80], share[80];
            bool grows = !income->once && k + 1 == income->n_amounts && (income->growth.value < 0 || income->growth.value > 0);
            bool shared = income->share.input != PLACE_NONE || income->share.value < 1;
            item_row(t, "income", &income->item);
            snprintf(per, sizeof per, "%s %d/%02d", income->once ? "once, in" : "a year, from", income->amounts[k].year, (income->amounts[k].year + 1) % 100);
            amount_cells(t, plan, &income->amounts[k].gbp, per);
            span_cells(t, income->starts, income->ends);
            snprintf(note, sizeof note, "%s%s%s%s%s%s", shared ? "of which " : "", shared ? number_text(plan, &income->share, 100, share) : "", shared ? " % comes in" : "",
                     shared && grows ? "; " : "", grows ? "grows, % a year: " : "", grows ? number_text(plan, &income->growth, 100, growth) : "");
            place_tables_text(t, note[0] != '\0' ? note : NULL);
        }
    }
}

static void add_savings(place_tables *t, const place_plan *plan) {
    const place_budget *budget = plan->budget;
    if (budget->n_savings > 0) place_tables_heading(t, "Declared savings, which are not simulated");
    for (size_t i = 0; i < budget->n_savings; i++) {
        const place_saving *saving = &budget->savings[i];
        for (size_t k = 0; k < saving->n_amounts; k++) {
            char per[80], note[260], chance[80];
            bool grouped = saving->group != PLACE_NONE;
            item_row(t, "saving", &saving->item);
            snprintf(per, sizeof per, "in %d/%02d", saving->amounts[k].year, (saving->amounts[k].year + 1) % 100);
            amount_cells(t, plan, &saving->amounts[k].gbp, per);
            span_cells(t, INT32_MIN, INT32_MAX);
            snprintf(note, sizeof note, "made with a chance of %s %%%s%.64s%s", number_text(plan, &saving->probability, 100, chance),
                     grouped ? "; claims the same money as others of '" : "", grouped ? budget->groups[saving->group] : "", grouped ? "'" : "");
            place_tables_text(t, note);
        }
    }
}

static void add_stated(place_tables *t, const place_plan *plan) {
    const place_budget *budget = plan->budget;
    char opening[80], day[24];
    if (budget->n_cost_lines + budget->n_incomes + budget->n_savings == 0 && !budget->balanced) return;
    place_tables_begin(t, "budget", "COSTS AND INCOMES THAT ARE STATED");
    if (budget->balanced)
        place_tables_note(t, "The balance as %s begins is %s pounds.", place_report_day(budget->opening_day, day), number_text(plan, &budget->opening_gbp, 1, opening));
    place_tables_column(t, "kind", "", PLACE_IN_DATA);
    place_tables_column(t, "id", "", PLACE_IN_DATA);
    place_tables_column(t, "name", "", PLACE_IN_ALL | PLACE_GROUP);
    place_tables_column(t, "gbp", "pounds", PLACE_IN_ALL);
    place_tables_column(t, "per", "", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "starts", "starts", PLACE_IN_ALL);
    place_tables_column(t, "ends", "ends", PLACE_IN_ALL);
    place_tables_column(t, "note", "", PLACE_IN_ALL | PLACE_LEFT);
    add_cost_lines(t, plan);
    add_incomes(t, plan);
    add_savings(t, plan);
}

void place_report_budget(place_tables *t, const place_plan *plan) {
    if (plan->budget == NULL) return;
    place_arena *arena = place_arena_create();
    if (arena == NULL) {
        place_tables_fail(t);
        return;
    }
    add_prices(t, arena, plan);
    add_stated(t, plan);
    place_arena_free(arena);
}
