/* SPDX-License-Identifier: MIT */
/*
 * Composing rates: base from the table, times trend and local effect (on probabilities: on the odds), then changes, held within 0..1.
 * Groups of shares are completed (residual), corrected for what shortage did to them (basis `placed`), and divided by their sum.
 */
#include "rates.h"

#include <math.h>
#include <string.h>

#include "place/numeric.h"

/** Whether any row's number is drawn. */
static bool uncertain(const place_table *table) {
    for (size_t i = 0; i < table->n_rows; i++)
        if (table->value[i].input != PLACE_NONE) return true;
    return false;
}

static bool varies(const place_plan *plan, place_flow flow) { return plan->trend[flow].used || plan->year_effect[flow].used; }

/** Take away what an area's rows of a table, `n` a dense block, do not share with the first area's. @param alike  [n_areas] */
static void compare_areas(const place_plan *plan, const place_table *table, size_t n, bool *alike) {
    for (size_t a = 0; a < plan->areas.n && table->row != NULL; a++)
        alike[a] &= memcmp(table->row, table->row + a * n, n * sizeof *table->row) == 0;
}

/** What about the plan's rows is the same in every replication: which areas and cells are alike, and where no row is. */
static void find_alike(place_rates *rates) {
    const place_plan *plan = rates->plan;
    size_t g_n = rates->n_targets, rows_an_area = plan->needs.n * PLACE_N_NCY;
    const int32_t *moves = plan->move.row, *transfers = plan->phase_transfer.row;
    for (size_t a = 0; a < plan->areas.n; a++) rates->alike_leave[a] = rates->alike_joiner_target[a] = rates->alike_phase_transfer[a] = a > 0;
    compare_areas(plan, &plan->cease, rows_an_area * g_n, rates->alike_leave);
    compare_areas(plan, &plan->cease_year_end, rows_an_area * g_n, rates->alike_leave);
    compare_areas(plan, &plan->transfer_out, rows_an_area * g_n, rates->alike_leave);
    compare_areas(plan, &plan->joiner_target, rows_an_area * g_n, rates->alike_joiner_target);
    compare_areas(plan, &plan->phase_transfer, rows_an_area * g_n * (g_n + 1), rates->alike_phase_transfer);
    for (size_t cell = 0; cell < rates->n_rows * g_n; cell++) {
        bool first = cell / g_n % rows_an_area == 0; /* of an area: areas have factors of their own */
        bool alike = moves != NULL && !first && memcmp(&moves[cell * g_n], &moves[(cell - g_n) * g_n], g_n * sizeof *moves) == 0;
        rates->move_like[cell] = alike ? rates->move_like[cell - g_n] : (int32_t)cell;
        rates->transfer_kept[cell] = true;
        for (size_t k = 0; k <= g_n && transfers != NULL; k++) rates->transfer_kept[cell] &= transfers[cell * (g_n + 1) + k] == PLACE_NONE;
        for (size_t k = 0; k <= g_n; k++) rates->phase_transfer[cell * (g_n + 1) + k] = k >= cell % g_n ? 1 : 0;
    }
}

place_rates *place_rates_create(place_arena *arena, const place_plan *plan, const place_changes *changes) {
    size_t n_rows = plan->areas.n * plan->needs.n * PLACE_N_NCY, g = plan->targets.n, n_cells = n_rows * g;
    place_rates *rates = place_arena_array(arena, 1, sizeof *rates);
    if (rates == NULL) return NULL;
    rates->plan = plan;
    rates->changes = changes;
    rates->n_rows = n_rows;
    rates->n_targets = g;
    struct { double **at; size_t n; } parts[] = {
        { &rates->leave, n_cells }, { &rates->leave_max, n_rows }, { &rates->ceased_share, n_cells },
        { &rates->year_end, n_cells }, { &rates->year_end_max, n_rows },
        { &rates->move, n_cells }, { &rates->move_max, n_rows }, { &rates->move_to, n_cells * g },
        { &rates->join_mean, n_rows }, { &rates->join_none, n_rows * (size_t)plan->calendar.steps_per_year }, { &rates->joiner_target, n_cells }, { &rates->phase_transfer, n_cells * (g + 1) },
        { &rates->transfer_in, plan->areas.n }, { &rates->september_start, PLACE_N_NCY * (size_t)plan->calendar.steps_per_year },
        { &rates->give_up, plan->needs.n * PLACE_N_NCY * g }, { &rates->return_, plan->needs.n * PLACE_N_NCY * g },
        { &rates->shares, g + 1 },
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if ((*parts[i].at = place_arena_array(arena, parts[i].n, sizeof(double))) == NULL) return NULL;
    if ((rates->placed = place_arena_array(arena, g + 1, sizeof *rates->placed)) == NULL) return NULL;
    if ((rates->move_like = place_arena_array(arena, n_cells, sizeof *rates->move_like)) == NULL) return NULL;
    if ((rates->transfer_kept = place_arena_array(arena, n_cells, sizeof *rates->transfer_kept)) == NULL) return NULL;
    bool **alike[] = { &rates->alike_leave, &rates->alike_joiner_target, &rates->alike_phase_transfer };
    for (size_t i = 0; i < sizeof alike / sizeof *alike; i++)
        if ((*alike[i] = place_arena_array(arena, plan->areas.n, sizeof(bool))) == NULL) return NULL;
    find_alike(rates);
    bool overflow = false;
    for (size_t i = 0; i < plan->n_overflows; i++) overflow |= plan->overflows[i].share.input != PLACE_NONE;
    rates->fixed_leave = !uncertain(&plan->cease) && !uncertain(&plan->cease_year_end) && !uncertain(&plan->transfer_out)
                         && !varies(plan, PLACE_FLOW_LEAVE) && !varies(plan, PLACE_FLOW_TRANSFER_OUT);
    rates->fixed_move = !uncertain(&plan->move) && !varies(plan, PLACE_FLOW_MOVE);
    rates->fixed_join = !uncertain(&plan->new_plans) && !uncertain(&plan->population) && plan->dwellings.row == NULL
                        && plan->population_growth_error.input == PLACE_NONE && !varies(plan, PLACE_FLOW_NEW_PLANS);
    size_t n_year = plan->areas.n * PLACE_N_NCY; /* and every year has the population of the first */
    for (size_t y = 1; y < plan->calendar.n_years && plan->population.row != NULL; y++)
        rates->fixed_join &= memcmp(plan->population.row, plan->population.row + y * n_year, n_year * sizeof *plan->population.row) == 0;
    rates->fixed_joiner_target = !uncertain(&plan->joiner_target) && !overflow;
    rates->fixed_phase_transfer = !uncertain(&plan->phase_transfer) && !overflow && !varies(plan, PLACE_FLOW_PHASE_TRANSFER);
    rates->fixed_rest = !uncertain(&plan->september_start) && !uncertain(&plan->give_up) && !uncertain(&plan->return_);
    return rates;
}

/** The number of the row that holds in a dense cell, or 0 where there is none. */
static double value_at(const place_draws *draws, const place_table *table, size_t cell) {
    int32_t row = table->row == NULL ? PLACE_NONE : table->row[cell];
    return row == PLACE_NONE ? 0 : place_draws_number(draws, &table->value[row]);
}

static double factor_of(const place_draws *draws, place_flow flow, size_t year, size_t area) {
    const place_plan *plan = draws->plan;
    size_t i = (size_t)flow * plan->calendar.n_years + year;
    return draws->year_factor[i] * draws->area_factor[i * plan->areas.n + area];
}

/** A factor on a probability acts on its odds, so the result stays within 0..1. */
static double scale_odds(double p, double factor) { return factor == 1 || p <= 0 || p >= 1 ? p : p * factor / (1 - p + p * factor); }

/** What a sum of a scenario's own numbers may pass 1 by: nothing that is fixed is ever held, so that what is made once need not count. */
static const double ROUNDING = 2e-9;

static double hazard(place_rates *rates, double p) {
    if (p >= 1) {
        if (p > 1 + ROUNDING) rates->n_held++;
        return INFINITY;
    }
    return p <= 0 ? 0 : -place_log1p(-p);
}

/** Index of the row of a table that holds in a dense cell. */
static int32_t row_at(const place_table *table, size_t cell) { return table->row == NULL ? PLACE_NONE : table->row[cell]; }

/** What the changes of a step make of a value of a row, trend and effect applied. */
static double changed(place_rates *rates, const place_table *table, int32_t row, double x, double most) {
    if (table->changes == NULL || row == PLACE_NONE || table->changes[row] == PLACE_NONE) return x;
    return place_changes_apply(rates->changes, table->changes[row], PLACE_COLUMN_AT_ONCE, x, most, &rates->n_held);
}

/** Numbers of all areas, one block of `an_area` of them after the other. */
typedef struct blocks {
    double *at;
    size_t an_area;
} blocks;

typedef void make_area(place_rates *, const place_draws *, size_t year, size_t area);

/**
 * Make the rates of each area, or copy those of the first where they are the same, held probabilities counted as if made.
 * @param alike   [n_areas] whether the rows are
 * @param flows   [2] whose factors have to be the same too; PLACE_N_FLOWS: none
 */
static void make_areas(place_rates *rates, const place_draws *draws, size_t year, make_area *make, const bool *alike, const place_flow flows[2],
                       const blocks *parts, size_t n_parts) {
    int64_t before = rates->n_held, held_in_first = 0;
    for (size_t a = 0; a < rates->plan->areas.n; a++) {
        bool copied = alike[a];
        for (size_t f = 0; f < 2 && copied; f++)
            if (flows[f] != PLACE_N_FLOWS) copied = factor_of(draws, flows[f], year, a) == factor_of(draws, flows[f], year, 0);
        if (copied) {
            for (size_t i = 0; i < n_parts; i++) memcpy(parts[i].at + a * parts[i].an_area, parts[i].at, parts[i].an_area * sizeof *parts[i].at);
            rates->n_held += held_in_first;
        } else make(rates, draws, year, a);
        if (a == 0) held_in_first = rates->n_held - before;
    }
}

/** Neighbouring cells mostly fall under the same rows of the tables, and hazards are dear: each is made once for a stretch of them. */
static void make_leave(place_rates *rates, const place_draws *draws, size_t year, size_t area) {
    const place_plan *plan = rates->plan;
    size_t g_n = rates->n_targets, rows_an_area = plan->needs.n * PLACE_N_NCY, last = SIZE_MAX;
    double ceasing = factor_of(draws, PLACE_FLOW_LEAVE, year, area), transferring = factor_of(draws, PLACE_FLOW_TRANSFER_OUT, year, area);
    for (size_t row = area * rows_an_area; row < (area + 1) * rows_an_area; row++) {
        double most = 0, most_at_end = 0;
        for (size_t g = 0, cell = row * g_n; g < g_n; g++, cell++) {
            if (last != SIZE_MAX && row_at(&plan->cease, cell) == row_at(&plan->cease, last)
                && row_at(&plan->cease_year_end, cell) == row_at(&plan->cease_year_end, last)
                && row_at(&plan->transfer_out, cell) == row_at(&plan->transfer_out, last)) {
                rates->leave[cell] = rates->leave[last];
                rates->ceased_share[cell] = rates->ceased_share[last];
                rates->year_end[cell] = rates->year_end[last];
            } else {
                double ceased = scale_odds(value_at(draws, &plan->cease, cell), ceasing);
                double out = scale_odds(value_at(draws, &plan->transfer_out, cell), transferring);
                double at_end = scale_odds(value_at(draws, &plan->cease_year_end, cell), ceasing);
                ceased = changed(rates, &plan->cease, row_at(&plan->cease, cell), ceased, 1);
                out = changed(rates, &plan->transfer_out, row_at(&plan->transfer_out, cell), out, 1);
                at_end = changed(rates, &plan->cease_year_end, row_at(&plan->cease_year_end, cell), at_end, 1);
                rates->leave[cell] = hazard(rates, ceased + out);
                rates->ceased_share[cell] = ceased + out > 0 ? ceased / (ceased + out) : 1;
                rates->year_end[cell] = hazard(rates, at_end);
                last = cell;
            }
            if (rates->leave[cell] > most) most = rates->leave[cell];
            if (rates->year_end[cell] > most_at_end) most_at_end = rates->year_end[cell];
        }
        rates->leave_max[row] = most;
        rates->year_end_max[row] = most_at_end;
    }
}

/** Whether any of n cells is under a row that changes. */
static bool any_changes(const place_table *table, size_t first, size_t n) {
    if (table->changes == NULL || table->row == NULL) return false;
    for (size_t k = 0; k < n; k++)
        if (table->row[first + k] != PLACE_NONE && table->changes[table->row[first + k]] != PLACE_NONE) return true;
    return false;
}

/**
 * The moves from one target, changed one by one, each having its part of the probability of moving.
 * @param first  dense cell of the move to the first target
 * @param to     cumulative values; changed in place
 * @param total  the last of them
 * @param p      probability of moving, the year's factor applied
 * @return the new one, which may pass 1
 */
static double change_moves(place_rates *rates, const place_draws *draws, size_t first, double *to, double *total, double p) {
    const place_table *table = &rates->plan->move;
    bool differs = false;
    double sum = 0;
    for (size_t k = 0; k < rates->n_targets; k++) {
        double part = *total > 0 ? value_at(draws, table, first + k) * (p / *total) : 0;
        rates->shares[k] = changed(rates, table, row_at(table, first + k), part, 1);
        differs |= rates->shares[k] != part;
    }
    if (!differs) return p;
    for (size_t k = 0; k < rates->n_targets; k++) to[k] = sum += rates->shares[k];
    *total = sum;
    return sum;
}

/** As make_leave: cells under the same rows are alike. */
static void make_move(place_rates *rates, const place_draws *draws, size_t year) {
    const place_plan *plan = rates->plan;
    size_t g_n = rates->n_targets, rows_an_area = plan->needs.n * PLACE_N_NCY;
    if (plan->move.row == NULL) return;
    for (size_t row = 0; row < rates->n_rows; row++) {
        double factor = factor_of(draws, PLACE_FLOW_MOVE, year, row / rows_an_area), most = 0;
        for (size_t from = 0, cell = row * g_n; from < g_n; from++, cell++) {
            double *to = &rates->move_to[cell * g_n], total = 0;
            if (rates->move_like[cell] != (int32_t)cell) {
                rates->move[cell] = rates->move[rates->move_like[cell]];
            } else {
                for (size_t k = 0; k < g_n; k++) {
                    if (k != from) total += value_at(draws, &plan->move, cell * g_n + k);
                    to[k] = total;
                }
                double p = scale_odds(total, factor);
                if (any_changes(&plan->move, cell * g_n, g_n)) p = change_moves(rates, draws, cell * g_n, to, &total, p);
                for (size_t k = 0; k < g_n && total > 0; k++) to[k] /= total;
                rates->move[cell] = hazard(rates, p);
            }
            if (rates->move[cell] > most) most = rates->move[cell];
        }
        rates->move_max[row] = most;
    }
}

static void make_join(place_rates *rates, const place_draws *draws, size_t year) {
    const place_plan *plan = rates->plan;
    size_t n_areas = plan->areas.n;
    if (plan->new_plans.row == NULL) return;
    double growth = place_draws_number(draws, &plan->population_growth_error);
    for (size_t a = 0; a < n_areas; a++) {
        double effect = factor_of(draws, PLACE_FLOW_NEW_PLANS, year, a), factor = effect * growth, dwellings = 0;
        for (size_t y = 0; y <= year; y++) dwellings += value_at(draws, &plan->dwellings, y * n_areas + a); /* all built so far */
        for (size_t c = 0; c < PLACE_N_NCY; c++) {
            size_t cell = (year * n_areas + a) * PLACE_N_NCY + c;
            double pupils = changed(rates, &plan->population, row_at(&plan->population, cell), value_at(draws, &plan->population, cell), INFINITY);
            if (dwellings > 0) pupils += dwellings * value_at(draws, &plan->pupil_yield, c);
            for (size_t d = 0; d < plan->needs.n; d++) {
                size_t row = (a * plan->needs.n + d) * PLACE_N_NCY + c;
                double rate = value_at(draws, &plan->new_plans, row), mean = pupils * factor * rate;
                double now = changed(rates, &plan->new_plans, row_at(&plan->new_plans, row), effect * rate, INFINITY);
                if (now != effect * rate) mean = pupils * growth * now;
                if (mean == rates->join_mean[row]) continue;
                rates->join_mean[row] = mean;
                for (size_t season = 0; season < (size_t)plan->calendar.steps_per_year; season++)
                    rates->join_none[season * rates->n_rows + row] = place_exp(-mean * plan->calendar.weight[season]);
            }
        }
    }
}

/** Move what is there for want of a place back to what was wanted: parts of the share as it was seen at the provision. */
static void undo_overflow(place_rates *rates, const place_draws *draws, size_t need, size_t ncy, const bool *placed, double *shares) {
    const place_plan *plan = rates->plan;
    for (size_t g = 0; g < rates->n_targets; g++) {
        if (!placed[g] || plan->target_list[g][1] != PLACE_NONE) continue;
        double seen = shares[g], left = seen;
        for (size_t i = 0; i < plan->n_overflows; i++) {
            const place_overflow *overflow = &plan->overflows[i];
            if (plan->target_list[g][0] != overflow->provision || !(overflow->need_mask >> need & 1u) || !(overflow->ncy_mask >> ncy & 1u)) continue;
            double part = seen * place_draws_number(draws, &overflow->share);
            if (part > left) {
                if (part > left + ROUNDING) rates->n_held++;
                part = left;
            }
            left -= part;
            shares[overflow->wanted] += part;
        }
        shares[g] -= seen - left;
    }
}

/**
 * One group of shares, made cumulative.
 * @param first  dense cell of its first outcome
 * @param n      outcomes: targets, and past them "ceases"
 */
static void make_shares(place_rates *rates, const place_draws *draws, const place_table *table, size_t first, size_t n, size_t need, size_t ncy,
                        double *out) {
    double *shares = rates->shares, sum = 0;
    bool *placed = rates->placed;
    size_t residual = n;
    for (size_t k = 0; k < n; k++) {
        int32_t row = table->row == NULL ? PLACE_NONE : table->row[first + k];
        shares[k] = row == PLACE_NONE ? 0 : place_draws_number(draws, &table->value[row]);
        placed[k] = row != PLACE_NONE && (table->flags[row] & PLACE_ROW_PLACED);
        if (row != PLACE_NONE && (table->flags[row] & PLACE_ROW_RESIDUAL)) residual = k;
        else sum += shares[k];
    }
    if (residual < n) {
        shares[residual] = sum < 1 ? 1 - sum : 0;
        if (sum > 1 + ROUNDING) rates->n_held++;
    }
    if (rates->plan->n_overflows > 0) undo_overflow(rates, draws, need, ncy, placed, shares);
    sum = 0;
    for (size_t k = 0; k < n; k++) sum += shares[k];
    if (sum <= 0) /* every share was drawn as 0: held alike for all outcomes that have a row */
        for (size_t k = 0; k < n; k++)
            if (table->row != NULL && table->row[first + k] != PLACE_NONE) {
                shares[k] = 1;
                rates->n_held++;
            }
    sum = 0;
    for (size_t k = 0; k < n; k++) out[k] = sum += shares[k];
    for (size_t k = 0; k < n && sum > 0; k++) out[k] /= sum;
}

/**
 * A group of shares, changed one by one, then divided by their sum; a residual takes what the others leave. Changes that make nothing
 * of a group leave it as it was.
 * @param out  [n] cumulative, changed in place
 */
static void change_shares(place_rates *rates, const place_table *table, size_t first, size_t n, double *out) {
    double *shares = rates->shares, before = 0, sum = 0;
    size_t residual = n;
    bool differs = false;
    if (!any_changes(table, first, n)) return;
    for (size_t k = 0; k < n; k++) {
        int32_t row = table->row[first + k];
        double share = out[k] - before;
        before = out[k];
        shares[k] = changed(rates, table, row, share, INFINITY);
        differs |= shares[k] != share;
        if (row != PLACE_NONE && (table->flags[row] & PLACE_ROW_RESIDUAL)) residual = k;
        else sum += shares[k];
    }
    if (!differs) return;
    if (residual < n) {
        shares[residual] = sum < 1 ? 1 - sum : 0;
        if (sum > 1 + ROUNDING) rates->n_held++;
        sum += shares[residual];
    }
    if (sum <= 0) {
        rates->n_held++;
        return;
    }
    double so_far = 0;
    for (size_t k = 0; k < n; k++) out[k] = so_far += shares[k];
    for (size_t k = 0; k < n; k++) out[k] /= so_far;
}

static void make_joiner_targets(place_rates *rates, const place_draws *draws, size_t year, size_t area) {
    size_t rows_an_area = rates->plan->needs.n * PLACE_N_NCY;
    (void)year;
    for (size_t row = area * rows_an_area; row < (area + 1) * rows_an_area; row++) {
        double *out = &rates->joiner_target[row * rates->n_targets];
        make_shares(rates, draws, &rates->plan->joiner_target, row * rates->n_targets, rates->n_targets, row / PLACE_N_NCY % rates->plan->needs.n,
                    row % PLACE_N_NCY, out);
        change_shares(rates, &rates->plan->joiner_target, row * rates->n_targets, rates->n_targets, out);
    }
}

/** A year's effect acts on the odds of changing target. @param out  [n_targets + 1] cumulative shares of one target's pupils */
static void scale_transfers(size_t g_n, size_t from, double factor, double *out) {
    double ceases = out[g_n] - out[g_n - 1], keeps = out[from] - (from > 0 ? out[from - 1] : 0), changes = 1 - ceases - keeps;
    if (factor == 1 || changes <= 0 || keeps <= 0) return;
    double stays = keeps + changes, scaled = stays * scale_odds(changes / stays, factor), sum = 0, before = 0;
    for (size_t k = 0; k < g_n; k++) {
        double share = out[k] - before;
        before = out[k];
        out[k] = sum += k == from ? stays - scaled : share * scaled / changes;
    }
    out[g_n] = 1;
}

/** Cumulative shares of what becomes of one who crosses. */
static void make_phase_transfer(place_rates *rates, const place_draws *draws, size_t year, size_t area) {
    const place_plan *plan = rates->plan;
    size_t g_n = rates->n_targets, rows_an_area = plan->needs.n * PLACE_N_NCY;
    double factor = factor_of(draws, PLACE_FLOW_PHASE_TRANSFER, year, area);
    for (size_t row = area * rows_an_area; row < (area + 1) * rows_an_area; row++) {
        if (!plan->crosses[row % PLACE_N_NCY]) continue;
        for (size_t from = 0, cell = row * g_n; from < g_n; from++, cell++) {
            if (rates->transfer_kept[cell]) continue;
            double *out = &rates->phase_transfer[cell * (g_n + 1)];
            make_shares(rates, draws, &plan->phase_transfer, cell * (g_n + 1), g_n + 1, row / PLACE_N_NCY % plan->needs.n, row % PLACE_N_NCY, out);
            scale_transfers(g_n, from, factor, out);
            change_shares(rates, &plan->phase_transfer, cell * (g_n + 1), g_n + 1, out);
        }
    }
}

static void make_rest(place_rates *rates, const place_draws *draws) {
    const place_plan *plan = rates->plan;
    size_t seasons = (size_t)plan->calendar.steps_per_year;
    for (size_t i = 0; i < PLACE_N_NCY * seasons; i++)
        rates->september_start[i] = changed(rates, &plan->september_start, row_at(&plan->september_start, i), value_at(draws, &plan->september_start, i), 1);
    for (size_t i = 0; i < plan->needs.n * PLACE_N_NCY * rates->n_targets; i++) {
        rates->give_up[i] = hazard(rates, changed(rates, &plan->give_up, row_at(&plan->give_up, i), value_at(draws, &plan->give_up, i), 1));
        rates->return_[i] = hazard(rates, changed(rates, &plan->return_, row_at(&plan->return_, i), value_at(draws, &plan->return_, i), 1));
    }
}

void place_rates_make(place_rates *rates, const place_draws *draws, size_t year, bool new_year) {
    const place_plan *plan = rates->plan;
    const bool *moved = rates->changes->moved;
    bool first = !rates->made, begins = new_year && year == 0;
    rates->made = true;
    size_t g = rates->n_targets, n_rows = plan->needs.n * PLACE_N_NCY;
    if (first || (new_year && !rates->fixed_leave) || moved[PLACE_CHANGED_CEASE] || moved[PLACE_CHANGED_TRANSFER_OUT]) {
        const blocks parts[] = { { rates->leave, n_rows * g }, { rates->leave_max, n_rows }, { rates->ceased_share, n_rows * g },
                                 { rates->year_end, n_rows * g }, { rates->year_end_max, n_rows } };
        make_areas(rates, draws, year, make_leave, rates->alike_leave, (place_flow[]){ PLACE_FLOW_LEAVE, PLACE_FLOW_TRANSFER_OUT }, parts, 5);
    }
    if (first || (new_year && !rates->fixed_move) || moved[PLACE_CHANGED_MOVE]) make_move(rates, draws, year);
    if (first || (begins && !rates->fixed_joiner_target) || moved[PLACE_CHANGED_JOINER_TARGET]) {
        const blocks parts[] = { { rates->joiner_target, n_rows * g } };
        make_areas(rates, draws, year, make_joiner_targets, rates->alike_joiner_target, (place_flow[]){ PLACE_N_FLOWS, PLACE_N_FLOWS }, parts, 1);
    }
    if (first || (new_year && !rates->fixed_phase_transfer) || moved[PLACE_CHANGED_PHASE_TRANSFER]) {
        const blocks parts[] = { { rates->phase_transfer, n_rows * g * (g + 1) } };
        make_areas(rates, draws, year, make_phase_transfer, rates->alike_phase_transfer, (place_flow[]){ PLACE_FLOW_PHASE_TRANSFER, PLACE_N_FLOWS }, parts, 1);
    }
    if (first || (begins && !rates->fixed_rest) || moved[PLACE_CHANGED_SEPTEMBER_START] || moved[PLACE_CHANGED_GIVE_UP] || moved[PLACE_CHANGED_RETURN])
        make_rest(rates, draws);
    if (first || (new_year && !rates->fixed_join) || moved[PLACE_CHANGED_NEW_PLANS] || moved[PLACE_CHANGED_POPULATION]) make_join(rates, draws, year);
    for (size_t a = 0; a < plan->areas.n; a++) {
        double share = value_at(draws, &plan->transfer_in, a) * factor_of(draws, PLACE_FLOW_TRANSFER_IN, year, a);
        rates->transfer_in[a] = changed(rates, &plan->transfer_in, row_at(&plan->transfer_in, a), share, INFINITY);
    }
}
