/* SPDX-License-Identifier: MIT */
/*
 * The demand layer: who leaves, moves and joins. Work follows events, not pupils: the pupils of a row (area, need, ncy) are laid on a
 * line, each taking as much of it as the hazard of the event, and one unit-rate Poisson process is laid over the line. A pupil whose
 * stretch holds a point is hit: with probability 1 - exp(-h) = p exactly, and independently of the others. Most rows are shorter than
 * the first point, and cost one draw.
 *
 * Each row's line has its own key, so a change in one row, or anywhere in the place layer, re-deals no other. Whom a hit strikes among
 * the cohorts of a cell is dealt by lot under another key.
 */
#include "engine.h"

#include <math.h>
#include <string.h>

#include "place/numeric.h"

int32_t place_waiting_setting(const place_replication *r, place_class class_, const place_cell *cell) {
    const place_plan *plan = r->plan;
    return plan->waiting_setting[((size_t)class_ * plan->phases.n + (size_t)cell->phase) * plan->needs.n + (size_t)cell->need];
}

void place_book_move(const place_replication *r, const place_cell *to, int32_t from_target, int32_t k) {
    const place_state *s = r->state;
    place_trace(s, PLACE_TRACE_MOVED, to, from_target, k);
    size_t v = s->n_provisions;
    size_t pair = (size_t)s->first_of[from_target] * v + (size_t)s->first_of[to->target];
    place_record_at(r, PLACE_VAR_MOVED, r->step, s->n_phases * v * v)[(size_t)to->phase * v * v + pair] += k;
    int32_t *by_area = place_record_at(r, PLACE_VAR_MOVED_BY_AREA, r->step, s->n_areas * s->n_phases * v * v);
    if (by_area != NULL) by_area[((size_t)to->area * s->n_phases + (size_t)to->phase) * v * v + pair] += k;
}

/**
 * Lay a Poisson process over the pupils of a row.
 * @param hazard  [target] of one pupil, before the weight; infinite: certain
 * @param most    largest of them
 * @param hits    out: the column of each pupil hit, in order
 * @return pupils hit
 */
static inline size_t strike_row(const place_state *s, size_t row, const double *hazard, double most, double weight, place_stream *stream,
                                int32_t *hits) {
    if (weight <= 0) return 0; /* a season without events: what is certain in a year is not certain in it */
    /* The first point lies at -log(u) >= 1 - u, so this refuses only rows without a hit, and saves nearly all logarithms. */
    double u = place_stream_open_uniform(stream);
    if (1 - u >= most * weight * (double)s->row_n[row]) return 0;
    const int32_t *n = &s->n[row * s->n_columns];
    size_t n_hits = 0, end = s->row_forward[row] > 0 ? s->n_columns : s->n_targets;
    if (!isinf(most)) { /* the line's whole length, without a branch: most rows end here */
        double whole = 0;
        for (size_t g = 0; g < s->n_targets; g++) whole += hazard[g] * (double)n[g];
        for (size_t g = 0; g < end - s->n_targets; g++) whole += hazard[g] * (double)n[s->n_targets + g];
        if (1 - u >= whole * weight) return 0;
    }
    double x = -place_log(u);
    for (size_t column = 0; column < end; column++) {
        if (n[column] == 0) continue;
        double h = hazard[column < s->n_targets ? column : column - s->n_targets] * weight;
        if (h <= 0) continue;
        if (isinf(h)) {
            for (int32_t i = 0; i < n[column]; i++) hits[n_hits++] = (int32_t)column;
            continue;
        }
        double length = h * (double)n[column];
        while (x < length) {
            double pupil = floor(x / h); /* points that strike a pupil again are passed over: go on from the stretch's end */
            hits[n_hits++] = (int32_t)column;
            x = (pupil + 1) * h + place_stream_exponential(stream);
        }
        x -= length;
    }
    return n_hits;
}

/** The stream of one row's lots, made when first needed. */
typedef struct row_lots {
    const place_replication *r;
    const place_key *key;
    place_stream stream;
    size_t area, need;
    int32_t ncy;
    bool made;
} row_lots;

/** The cohort that holds the pupil struck, each pupil of the cell as likely. One cohort needs no draw. */
static int32_t deal(const place_state *s, const place_cell *cell, row_lots *lots, int32_t *before) {
    int32_t node = s->head[cell->index];
    *before = PLACE_NONE;
    if (s->cohorts[node].count == s->n[cell->index]) return node;
    if (!lots->made) {
        place_stream base = place_engine_stream(lots->r, lots->key, lots->area, lots->need);
        lots->stream = place_stream_jumped(&base, (unsigned)lots->ncy);
        lots->made = true;
    }
    int32_t left = (int32_t)place_stream_below(&lots->stream, (uint64_t)s->n[cell->index]);
    while (left >= s->cohorts[node].count) {
        left -= s->cohorts[node].count;
        *before = node;
        node = s->cohorts[node].next;
    }
    return node;
}

/** Take one pupil out of the state for good. */
static void remove_one(place_replication *r, const place_cell *cell, row_lots *lots, bool ceased) {
    place_state *s = r->state;
    int32_t before, node = deal(s, cell, lots, &before);
    if (s->cohorts[node].seat == PLACE_WAITING) place_ledger_book(s, cell, LEDGER_LEFT, s->cohorts[node].setting, 1);
    place_cohort_take(s, cell, before, node, 1);
    place_demand_add(s, cell, -1);
    s->area_balance[cell->area]--;
    place_book(r, ceased ? PLACE_VAR_CEASED : PLACE_VAR_TRANSFERRED_OUT, cell, 1);
}

static void leave(place_replication *r, place_decision decision, place_decision lot_decision, const double *hazard, const double *most,
                  const double *ceased_share, double weight) {
    place_state *s = r->state;
    place_key key = place_draws_key(r->draws, PLACE_FAMILY_CHANCE, decision, (uint32_t)r->step);
    place_key lot_key = place_draws_key(r->draws, PLACE_FAMILY_CHANCE, lot_decision, (uint32_t)r->step);
    size_t row = 0;
    for (size_t area = 0; area < s->n_areas; area++)
        for (size_t need = 0; need < s->n_needs; need++) {
            place_stream base = place_engine_stream(r, &key, area, need);
            for (int32_t ncy = 0; ncy < PLACE_N_NCY; ncy++, row++) {
                if (s->row_n[row] == 0 || most[row] <= 0) continue;
                place_stream stream = place_stream_jumped(&base, (unsigned)ncy);
                size_t n_hits = strike_row(s, row, &hazard[row * s->n_targets], most[row], weight, &stream, r->columns);
                if (n_hits == 0) continue;
                row_lots lots = { .r = r, .key = &lot_key, .area = area, .need = need, .ncy = ncy };
                place_cell first = place_cell_at(s, (int32_t)area, (int32_t)need, ncy, 0, false);
                for (size_t i = 0; i < n_hits; i++) {
                    place_cell cell = place_cell_column(s, &first, r->columns[i]);
                    double share = ceased_share == NULL ? 1 : ceased_share[row * s->n_targets + (size_t)cell.target];
                    bool ceased = share >= 1 || (share > 0 && place_stream_uniform(&stream) < share);
                    remove_one(r, &cell, &lots, ceased);
                }
            }
        }
}

void place_leave_year_end(place_replication *r) {
    leave(r, DRAW_YEAR_END, DRAW_LOT_YEAR_END, r->rates->year_end, r->rates->year_end_max, NULL, 1);
}

void place_leave(place_replication *r) {
    leave(r, DRAW_LEAVE, DRAW_LOT_LEAVE, r->rates->leave, r->rates->leave_max, r->rates->ceased_share, r->weight);
}

/** First entry of cumulative shares that passes u. */
static int32_t pick(const double *cumulative, size_t n, double u) {
    size_t k = 0;
    while (k + 1 < n && u >= cumulative[k]) k++;
    while (k > 0 && cumulative[k] == cumulative[k - 1]) k--; /* rounding at the end must not pick what has no share */
    return (int32_t)k;
}

/** Put a pupil whose target has changed where the change leaves it. */
static void settle(place_replication *r, const place_cell *cell, const place_mover *mover) {
    place_state *s = r->state;
    int32_t open = place_target_open(s, cell->target);
    if (cell->forward) {
        place_cohort_put(s, cell, mover->setting, PLACE_FORWARD, (place_class)mover->class_, mover->wait, 1);
    } else if (place_setting_suits(s, mover->setting, cell)) {
        place_cohort_put(s, cell, mover->setting, PLACE_PLACED, PLACE_TRANSFER, 0, 1);
    } else if (open != PLACE_NONE) {
        place_cohort_put(s, cell, open, PLACE_PLACED, PLACE_TRANSFER, 0, 1);
    } else if (mover->seat == PLACE_WAITING) { /* seeking already: keeps class and wait */
        place_cohort_wait(s, cell, mover->setting, (place_class)mover->class_, mover->wait, (place_mark)mover->mark, 1);
        place_ledger_book(s, cell, LEDGER_SOUGHT, mover->setting, 1);
    } else {
        place_begin_seeking(s, cell, mover->setting, PLACE_MOVE, 0, 1);
    }
}

void place_move(place_replication *r) {
    place_state *s = r->state;
    const place_rates *rates = r->rates;
    place_key key = place_draws_key(r->draws, PLACE_FAMILY_CHANCE, DRAW_MOVE, (uint32_t)r->step);
    place_key lot_key = place_draws_key(r->draws, PLACE_FAMILY_CHANCE, DRAW_LOT_MOVE, (uint32_t)r->step);
    size_t row = 0;
    for (size_t area = 0; area < s->n_areas; area++)
        for (size_t need = 0; need < s->n_needs; need++) {
            place_stream base = place_engine_stream(r, &key, area, need);
            for (int32_t ncy = 0; ncy < PLACE_N_NCY; ncy++, row++) {
                if (s->row_n[row] == 0 || rates->move_max[row] <= 0 || (r->transfer_round && r->plan->crosses[ncy])) continue;
                place_stream stream = place_stream_jumped(&base, (unsigned)ncy);
                size_t n_hits = strike_row(s, row, &rates->move[row * s->n_targets], rates->move_max[row], r->weight, &stream, r->columns);
                if (n_hits == 0) continue;
                row_lots lots = { .r = r, .key = &lot_key, .area = area, .need = need, .ncy = ncy };
                place_cell first = place_cell_at(s, (int32_t)area, (int32_t)need, ncy, 0, false);
                for (size_t i = 0; i < n_hits; i++) { /* all are taken out before any is put in, so nobody moves twice */
                    place_cell cell = place_cell_column(s, &first, r->columns[i]);
                    size_t from = row * s->n_targets + (size_t)cell.target;
                    int32_t to = pick(&rates->move_to[(size_t)rates->move_like[from] * s->n_targets], s->n_targets, place_stream_uniform(&stream));
                    int32_t before, node = deal(s, &cell, &lots, &before);
                    const cohort *c = &s->cohorts[node];
                    r->movers[i] = (place_mover){ .column = r->columns[i], .to = cell.forward ? to + (int32_t)s->n_targets : to,
                                                  .setting = c->setting, .seat = c->seat, .class_ = c->class_, .wait = c->wait, .mark = c->mark };
                    if (c->seat == PLACE_WAITING) place_ledger_book(s, &cell, LEDGER_LEFT, c->setting, 1);
                    place_cohort_take(s, &cell, before, node, 1);
                    place_demand_add(s, &cell, -1);
                }
                for (size_t i = 0; i < n_hits; i++) {
                    place_cell from = place_cell_column(s, &first, r->movers[i].column), cell = place_cell_column(s, &first, r->movers[i].to);
                    place_demand_add(s, &cell, 1);
                    place_book_move(r, &cell, from.target, 1);
                    settle(r, &cell, &r->movers[i]);
                }
            }
        }
}

/** A pupil comes in with a target; what is open takes effect at once, the rest seek. */
static void enter(place_replication *r, const place_cell *cell, place_variable_id flow) {
    place_state *s = r->state;
    int32_t open = place_target_open(s, cell->target);
    place_demand_add(s, cell, 1);
    s->area_balance[cell->area]++;
    place_book(r, flow, cell, 1);
    if (cell->forward) {
        int32_t setting = place_waiting_setting(r, PLACE_NEW_PLAN, cell); /* none is needed where every target is open */
        place_cohort_put(s, cell, setting != PLACE_NONE ? setting : open, PLACE_FORWARD, PLACE_NEW_PLAN, 0, 1);
    } else if (open != PLACE_NONE) place_cohort_put(s, cell, open, PLACE_PLACED, PLACE_TRANSFER, 0, 1);
    else place_begin_seeking(s, cell, place_waiting_setting(r, PLACE_NEW_PLAN, cell), PLACE_NEW_PLAN, 0, 1);
}

void place_new_plan(place_replication *r, const place_cell *row, place_stream *stream) {
    const place_state *s = r->state;
    double share = r->rates->september_start[(size_t)row->ncy * (size_t)r->plan->calendar.steps_per_year
                                             + (size_t)r->plan->calendar.season[r->step]];
    double u = place_stream_uniform(stream);
    bool forward = share > 0 && place_stream_uniform(stream) < share && row->ncy + 1 < PLACE_N_NCY;
    size_t named_for = row->row + (forward ? 1 : 0); /* those for September draw the target of the year they enter */
    int32_t target = pick(&r->rates->joiner_target[named_for * s->n_targets], s->n_targets, u);
    place_cell cell = place_cell_column(s, row, forward ? target + (int32_t)s->n_targets : target);
    enter(r, &cell, PLACE_VAR_JOINED);
}

/** Up to this mean a Poisson number is found by inversion, one word a row; above it by the sampler. */
static const double INVERSION_UP_TO = 10;
/** Where the search ends: past it lies less than 2^-53 of a Poisson law with that mean. */
enum { MOST_BY_INVERSION = 60 };

static void join_new_plans(place_replication *r) {
    place_state *s = r->state;
    bool asks = r->cases != NULL; /* what comes is a request, and a plan only later */
    place_key key = place_draws_key(r->draws, PLACE_FAMILY_CHANCE, asks ? DRAW_REQUEST : DRAW_JOIN, (uint32_t)r->step);
    size_t row = 0;
    for (size_t area = 0; area < s->n_areas; area++)
        for (size_t need = 0; need < s->n_needs; need++) {
            place_stream base = place_engine_stream(r, &key, area, need);
            for (int32_t ncy = 0; ncy < PLACE_N_NCY; ncy++, row++) {
                double mean = r->rates->join_mean[row] * r->weight;
                if (mean <= 0) continue;
                place_stream stream = place_stream_jumped(&base, (unsigned)ncy);
                int64_t n = 0;
                if (mean > INVERSION_UP_TO) {
                    n = place_stream_poisson(&stream, mean);
                } else { /* by inversion: a larger mean never gives fewer, and the joiners it adds come after the others */
                    double u = place_stream_uniform(&stream), p = r->rates->join_none[(size_t)r->plan->calendar.season[r->step] * s->n_rows + row];
                    for (double below = p; u >= below && n < MOST_BY_INVERSION; below += p) p *= mean / (double)++n;
                }
                if (n == 0) continue;
                place_cell cell = place_cell_at(s, (int32_t)area, (int32_t)need, ncy, 0, false);
                for (int64_t i = 0; i < n && s->n_pupils < r->layout->pupil_limit; i++)
                    if (asks) place_pipeline_ask(r, &cell, i, &stream);
                    else place_new_plan(r, &cell, &stream);
            }
        }
}

/** Pupils with plans who come from other authorities: alike to the area's stock as it was before they came. */
static void join_transfers(place_replication *r) {
    place_state *s = r->state;
    place_key key = place_draws_key(r->draws, PLACE_FAMILY_CHANCE, DRAW_TRANSFER_IN, (uint32_t)r->step);
    size_t rows_an_area = s->n_needs * PLACE_N_NCY;
    for (size_t area = 0; area < s->n_areas; area++) {
        int64_t stock = 0;
        if (r->rates->transfer_in[area] <= 0) continue;
        for (size_t i = area * rows_an_area; i < (area + 1) * rows_an_area; i++) stock += s->row_n[i];
        if (stock == 0) continue;
        place_key area_key = place_key_with(key, r->plan->areas.items[area].word);
        place_stream stream;
        place_stream_init(&stream, &area_key);
        int64_t n = place_stream_poisson(&stream, (double)stock * r->rates->transfer_in[area] * r->weight);
        if (n > r->layout->pupil_limit - s->n_pupils) n = r->layout->pupil_limit - s->n_pupils;
        for (int64_t i = 0; i < n; i++) {
            int64_t left = (int64_t)place_stream_below(&stream, (uint64_t)stock);
            size_t row = area * rows_an_area;
            while (left >= s->row_n[row]) left -= s->row_n[row++];
            size_t index = row * s->n_columns;
            while (left >= s->n[index]) left -= s->n[index++];
            r->columns[i] = (int32_t)index;
        }
        for (int64_t i = 0; i < n; i++) {
            size_t row = (size_t)r->columns[i] / s->n_columns, column = (size_t)r->columns[i] % s->n_columns;
            place_cell first = place_cell_at(s, (int32_t)area, (int32_t)(row / PLACE_N_NCY % s->n_needs), (int32_t)(row % PLACE_N_NCY), 0, false);
            place_cell cell = place_cell_column(s, &first, (int32_t)column);
            enter(r, &cell, PLACE_VAR_TRANSFERRED_IN);
        }
    }
}

place_status place_join(place_replication *r, place_error *err) {
    join_new_plans(r);
    place_status status = r->cases != NULL ? place_pipeline_weeks(r, err) : PLACE_OK;
    if (status != PLACE_OK) return status;
    join_transfers(r);
    if (r->state->n_pupils < r->layout->pupil_limit) return PLACE_OK;
    return place_error_set(err, PLACE_BAD_INPUT, NULL, 0,
                           "the scenario grows past %lld pupils, four times what it starts with and expects to come in; see its trends, "
                           "new plans and populations", (long long)r->layout->pupil_limit);
}

/* ---- opening stock ---------------------------------------------------------------------------------------------- */

static void seat_stock(place_replication *r, const place_stock_cell *at, int32_t k) {
    place_state *s = r->state;
    if (k == 0) return;
    place_cell cell = place_cell_at(s, at->area, at->need, at->ncy, at->target, at->seat == PLACE_FORWARD);
    place_demand_add(s, &cell, k);
    s->area_balance[cell.area] += k;
    if (at->seat == PLACE_WAITING) place_cohort_wait(s, &cell, at->setting, at->class_, at->wait, at->wait == 0 ? MARK_NEW : MARK_NONE, k);
    else if (at->seat == PLACE_PLACED) place_cohort_put(s, &cell, at->setting, PLACE_PLACED, PLACE_TRANSFER, 0, k); /* has neither class nor wait */
    else place_cohort_put(s, &cell, at->setting, at->seat, at->class_, at->wait, k);
}

/** Those who at the start are not where they should be, taken by lot from the pupils placed in a setting. */
static void open_waiting(place_replication *r, const place_stock_waiting *row) {
    place_state *s = r->state;
    place_key key = place_key_with(place_draws_key(r->draws, PLACE_FAMILY_INPUTS, DRAW_STOCK_WAITING, 0), row->word);
    place_stream stream;
    place_stream_init(&stream, &key);
    int64_t there = 0;
    for (int pass = 0, wanted = place_draws_count(r->draws, &row->count); pass < 2; pass++) /* count them, then deal */
        for (int32_t area = 0; area < (int32_t)s->n_areas; area++)
            for (int32_t need = 0; need < (int32_t)s->n_needs; need++)
                for (int32_t ncy = 0; ncy < PLACE_N_NCY; ncy++)
                    for (int32_t g = 0; g < (int32_t)s->n_targets; g++) {
                        if ((row->area != PLACE_NONE && row->area != area) || !(row->need_mask >> need & 1u) || !(row->ncy_mask >> ncy & 1u)
                            || g == row->target) continue;
                        place_cell cell = place_cell_at(s, area, need, ncy, g, false);
                        int32_t before, node = place_cohort_find(s, &cell, row->setting, PLACE_PLACED, PLACE_TRANSFER, 0, MARK_NONE, &before);
                        if (node == PLACE_NONE) continue;
                        int32_t here = s->cohorts[node].count;
                        if (pass == 0) {
                            there += here;
                            continue;
                        }
                        int32_t take = (int32_t)place_stream_hypergeometric(&stream, here, there - here, wanted < there ? wanted : there);
                        there -= here;
                        wanted -= take;
                        if (take == 0) continue;
                        place_cell waits = place_cell_column(s, &cell, row->target);
                        place_cohort_take(s, &cell, before, node, take);
                        place_demand_add(s, &cell, -take);
                        place_demand_add(s, &waits, take);
                        if (row->seat == PLACE_WAITING) /* who has not waited a step is new on the list */
                            place_cohort_wait(s, &waits, row->setting, row->class_, row->wait, row->wait == 0 ? MARK_NEW : MARK_NONE, take);
                        else
                            place_cohort_put(s, &waits, row->setting, row->seat, row->class_, 0, take);
                    }
}

void place_open_stock(place_replication *r) {
    const place_plan *plan = r->plan;
    for (size_t i = 0; i < plan->n_stock_settings; i++) {
        const place_stock_setting *setting = &plan->stock_settings[i];
        const place_stock_cell *cells = &plan->stock_cells[setting->first_cell];
        if (!plan->stock_drawn) {
            for (size_t k = 0; k < setting->n_cells; k++) seat_stock(r, &cells[k], cells[k].count);
            continue;
        }
        size_t s_index = (size_t)setting->setting;
        uint32_t word = s_index < plan->provisions.n ? plan->provisions.items[s_index].word : plan->sites[s_index - plan->provisions.n].item.word;
        place_key key = place_key_with(place_draws_key(r->draws, PLACE_FAMILY_INPUTS, DRAW_STOCK, 0), word);
        place_stream stream;
        place_stream_init(&stream, &key);
        int64_t left = setting->count;
        double share_left = 1;
        for (size_t k = 0; k < setting->n_cells; k++) { /* a multinomial, as a chain of binomials */
            double p = share_left > 0 ? cells[k].share / share_left : 1;
            int64_t n = k + 1 == setting->n_cells || p >= 1 ? left : place_stream_binomial(&stream, left, p);
            seat_stock(r, &cells[k], (int32_t)n);
            left -= n;
            share_left -= cells[k].share;
        }
    }
    for (size_t i = 0; i < plan->n_stock_waiting; i++) open_waiting(r, &plan->stock_waiting[i]);
}
