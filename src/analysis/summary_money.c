/* SPDX-License-Identifier: MIT */
/*
 * Revenue: what each financial year costs and brings, what is left, and what that is worth today; what diversion costs; savings that
 * are declared; and capital by year against its sources. Sums are made in each replication, in pence, and told in pounds.
 */
#include <math.h>
#include <string.h>

#include "place/date.h"
#include "summary_internal.h"

double place_present_value(const double *values, size_t n, double rate, bool at_start) {
    double value = 0;
    for (size_t i = n; i-- > 0;) value = value / (1 + rate) + values[i]; /* as the first year's money falls */
    return at_start ? value : value / (1 + rate);
}

static const place_item *line_item(const place_plan *plan, size_t i) { return &plan->budget->lines[i]; }
static const place_item *income_item(const place_plan *plan, size_t i) { return &plan->budget->incomes[i].item; }
static const place_item *saving_item(const place_plan *plan, size_t i) { return &plan->budget->savings[i].item; }
static const place_item *provision_item(const place_plan *plan, size_t i) { return &plan->provisions.items[i]; }
static const place_item *project_item(const place_plan *plan, size_t i) { return &plan->projects[i].item; }

/* Pounds of n cells from `first` on, summed in each replication, in values[which]. */
static const double *pounds(place_summing *s, place_variable_id variable, size_t first, size_t n, int which) {
    double *sum = s->values[which];
    memset(sum, 0, s->n * sizeof *sum);
    for (size_t k = 0; k < n; k++) {
        const double *pence = place_summing_cell(s, variable, first + k);
        for (size_t r = 0; r < s->n; r++) sum[r] += pence[r];
    }
    for (size_t r = 0; r < s->n; r++) sum[r] /= 100;
    return sum;
}

static place_spread spread_of(place_summing *s, place_variable_id variable, size_t first, size_t n) {
    if (!s->layout.kept[variable]) return place_spread_of(NULL, 0, s->sorted);
    return place_summing_spread(s, pounds(s, variable, first, n, 0));
}

static bool is_part(const place_plan *plan, size_t year) {
    const place_calendar *calendar = &plan->calendar;
    int named = place_first_financial_year(plan) + (int)year;
    return place_day(named, 4, 1) < calendar->start_day[0] || place_day(named + 1, 4, 1) > calendar->start_day[calendar->n_steps];
}

/* Each item of an axis in each year of the run, in the scenario's order. */
static place_status sum_lines(place_summing *s, place_variable_id variable, place_axis_id axis, const place_item *(*item)(const place_plan *, size_t),
                              const place_summary_line **out, size_t *n_out) {
    size_t n_years = place_axis_length(s->plan, PLACE_AXIS_FINANCIAL_YEAR), n = place_axis_length(s->plan, axis);
    if (n == 0) return PLACE_OK;
    int32_t *order = place_summing_order(s, axis, n, item);
    place_summary_line *rows = place_summing_array(s, n * n_years, sizeof *rows);
    if (order == NULL || rows == NULL) return PLACE_SYSTEM;
    for (size_t i = 0; i < n; i++)
        for (size_t y = 0; y < n_years; y++)
            if (place_financial_year_runs(s->plan, y))
                rows[(*n_out)++] = (place_summary_line){ .line = order[i], .year = (int32_t)y, .gbp = spread_of(s, variable, y * n + (size_t)order[i], 1) };
    *out = rows;
    return PLACE_OK;
}

static place_status sum_years(place_summing *s) {
    const place_plan *plan = s->plan;
    const place_budget *budget = plan->budget;
    size_t n_years = place_axis_length(plan, PLACE_AXIS_FINANCIAL_YEAR);
    place_summary_money *rows = place_summing_array(s, n_years, sizeof *rows);
    if (rows == NULL) return PLACE_SYSTEM;
    for (size_t y = 0; y < n_years; y++) {
        if (!place_financial_year_runs(plan, y)) continue;
        place_summary_money *row = &rows[s->out->n_money++];
        row->year = (int32_t)y;
        row->part = is_part(plan, y);
        row->cost = spread_of(s, PLACE_VAR_COST, y * budget->n_lines, budget->n_lines);
        row->income = spread_of(s, PLACE_VAR_INCOME, y * budget->n_incomes, budget->n_incomes);
        row->balance = spread_of(s, PLACE_VAR_BALANCE, y, 1);
        row->saving = spread_of(s, PLACE_VAR_DECLARED_SAVING, y * budget->n_savings, budget->n_savings);
        row->cumulative = spread_of(s, PLACE_VAR_BALANCE_CUMULATIVE, y, 1);
        size_t n_below = 0;
        for (size_t r = 0; r < s->n && row->cumulative.n > 0; r++) n_below += s->values[0][r] < 0;
        row->overdrawn = place_chance_of(n_below, (size_t)row->cumulative.n);
    }
    s->out->money = rows;
    return PLACE_OK;
}

/* Present value of a variable's yearly sums in each replication. */
static place_status sum_present(place_summing *s, place_variable_id variable, size_t n_cells, place_spread *out) {
    const place_budget *budget = s->plan->budget;
    size_t n_years = place_axis_length(s->plan, PLACE_AXIS_FINANCIAL_YEAR), n = 0;
    *out = place_spread_of(NULL, 0, s->sorted);
    if (!s->layout.kept[variable]) return PLACE_OK;
    double *yearly = place_summing_array(s, n_years * s->n, sizeof *yearly), *one = place_summing_array(s, n_years, sizeof *one);
    if (yearly == NULL || one == NULL) return PLACE_SYSTEM;
    for (size_t y = 0; y < n_years; y++)
        if (place_financial_year_runs(s->plan, y)) memcpy(&yearly[n++ * s->n], pounds(s, variable, y * n_cells, n_cells, 0), s->n * sizeof *yearly);
    for (size_t r = 0; r < s->n; r++) {
        for (size_t y = 0; y < n; y++) one[y] = yearly[y * s->n + r];
        s->values[1][r] = place_present_value(one, n, budget->discount_rate, budget->discount_at_start);
    }
    *out = place_summing_spread(s, s->values[1]);
    return PLACE_OK;
}

/* Diverted pupils of one provision in one financial year: as each step closes, for its days in the year. */
static const double *pupil_years(place_summing *s, int named, int32_t provision) {
    const place_plan *plan = s->plan;
    double *sum = s->values[1];
    size_t n_ap = plan->areas.n * plan->phases.n;
    memset(sum, 0, s->n * sizeof *sum);
    for (size_t t = 0; t < plan->calendar.n_steps; t++) {
        int32_t start = plan->calendar.start_day[t], end = plan->calendar.start_day[t + 1];
        int32_t from = place_day(named, 4, 1) > start ? place_day(named, 4, 1) : start;
        int32_t until = place_day(named + 1, 4, 1) < end ? place_day(named + 1, 4, 1) : end;
        int academic = place_day_academic_year(start);
        if (from >= until) continue;
        double share = (double)(until - from) / (double)(place_day(academic + 1, 9, 1) - place_day(academic, 9, 1));
        for (size_t k = 0; k < n_ap; k++) {
            const double *pupils = place_summing_cell(s, PLACE_VAR_DIVERTED, (t * n_ap + k) * plan->provisions.n + (size_t)provision);
            for (size_t r = 0; r < s->n; r++) sum[r] += share * pupils[r];
        }
    }
    return sum;
}

static place_status sum_diversion(place_summing *s) {
    const place_plan *plan = s->plan;
    size_t n = plan->provisions.n, n_years = place_axis_length(plan, PLACE_AXIS_FINANCIAL_YEAR);
    if (!s->layout.kept[PLACE_VAR_DIVERSION_COST]) return PLACE_OK;
    int32_t *order = place_summing_order(s, PLACE_AXIS_PROVISION, n, provision_item);
    place_summary_diversion *rows = place_summing_array(s, n * n_years, sizeof *rows);
    place_status status = order != NULL && rows != NULL ? PLACE_OK : PLACE_SYSTEM;
    if (status == PLACE_OK) status = place_summing_read(s, PLACE_VAR_DIVERTED);
    if (status != PLACE_OK) return status;
    for (size_t i = 0; i < n; i++)
        for (size_t y = 0; y < n_years; y++) {
            if (plan->provision_kind[order[i]] != PLACE_LIMITED || !place_financial_year_runs(plan, y)) continue;
            place_summary_diversion *row = &rows[s->out->n_diversions++];
            *row = (place_summary_diversion){ .provision = order[i], .year = (int32_t)y };
            row->pupil_years = place_summing_spread(s, pupil_years(s, place_first_financial_year(plan) + (int)y, order[i]));
            row->gbp = spread_of(s, PLACE_VAR_DIVERSION_COST, y * n + (size_t)order[i], 1);
        }
    s->out->diversions = rows;
    return PLACE_OK;
}

place_status place_summing_money(place_summing *s) {
    static const place_variable_id wanted[] = { PLACE_VAR_COST, PLACE_VAR_INCOME, PLACE_VAR_BALANCE, PLACE_VAR_BALANCE_CUMULATIVE,
                                                PLACE_VAR_DECLARED_SAVING, PLACE_VAR_DIVERSION_COST };
    const place_budget *budget = s->plan->budget;
    place_summary *out = s->out;
    place_status status = PLACE_OK;
    if (budget == NULL) return PLACE_OK;
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0] && status == PLACE_OK; i++) status = place_summing_read(s, wanted[i]);
    if (status == PLACE_OK) status = sum_years(s);
    if (status == PLACE_OK) status = sum_present(s, PLACE_VAR_COST, budget->n_lines, &out->present_cost);
    if (status == PLACE_OK) status = sum_present(s, PLACE_VAR_BALANCE, 1, &out->present_balance);
    if (status == PLACE_OK) status = sum_lines(s, PLACE_VAR_COST, PLACE_AXIS_LINE, line_item, &out->lines, &out->n_lines);
    if (status == PLACE_OK) status = sum_lines(s, PLACE_VAR_INCOME, PLACE_AXIS_INCOME_LINE, income_item, &out->incomes, &out->n_incomes);
    if (status == PLACE_OK) status = sum_lines(s, PLACE_VAR_DECLARED_SAVING, PLACE_AXIS_SAVING, saving_item, &out->savings, &out->n_savings);
    if (status == PLACE_OK) status = sum_diversion(s);
    return status;
}

/* ---- capital ---------------------------------------------------------------------------------------------------- */

/* Spend by financial year, up to the last in which any replication spends; sources by project, in order of use. */
place_status place_summing_capital(place_summing *s) {
    static const place_variable_id wanted[] = { PLACE_VAR_PROJECT_SPEND, PLACE_VAR_FUNDING_USED, PLACE_VAR_FUNDING_LOST };
    const place_plan *plan = s->plan;
    size_t n_years = place_axis_length(plan, PLACE_AXIS_FINANCIAL_YEAR), n_projects = plan->n_projects;
    place_status status = PLACE_OK;
    if (n_projects == 0) return PLACE_OK;
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0] && status == PLACE_OK; i++) status = place_summing_read(s, wanted[i]);
    int32_t *order = place_summing_order(s, PLACE_AXIS_PROJECT, n_projects, project_item);
    place_summary_line *years = place_summing_array(s, n_years, sizeof *years);
    place_summary_grant *grants = place_summing_array(s, plan->n_funding, sizeof *grants);
    if (status != PLACE_OK || order == NULL || years == NULL || grants == NULL) return status != PLACE_OK ? status : PLACE_SYSTEM;
    for (size_t y = 0; y < n_years; y++) {
        double *sum = s->values[0], most = 0;
        memset(sum, 0, s->n * sizeof *sum);
        for (size_t p = 0; p < n_projects; p++)
            for (size_t r = 0; r < s->n; r++) sum[r] += place_summing_cell(s, PLACE_VAR_PROJECT_SPEND, p * n_years + y)[r] / 100;
        for (size_t r = 0; r < s->n; r++) most = fmax(most, sum[r]);
        years[y] = (place_summary_line){ .line = PLACE_NONE, .year = (int32_t)y, .gbp = place_summing_spread(s, sum) };
        if (most > 0) s->out->n_capital = y + 1;
    }
    for (size_t i = 0; i < n_projects; i++)
        for (size_t f = 0; f < plan->n_funding; f++) {
            if (plan->funding[f].project != order[i]) continue;
            place_summary_grant *grant = &grants[s->out->n_grants++];
            *grant = (place_summary_grant){ .funding = (int32_t)f, .used = spread_of(s, PLACE_VAR_FUNDING_USED, f, 1) };
            grant->lost = spread_of(s, PLACE_VAR_FUNDING_LOST, f, 1);
            size_t n_lost = 0;
            for (size_t r = 0; r < s->n; r++) n_lost += s->values[0][r] > 0;
            grant->any_lost = place_chance_of(n_lost, s->n);
        }
    s->out->capital = years;
    s->out->grants = grants;
    return PLACE_OK;
}
