/* SPDX-License-Identifier: MIT */
/*
 * The September round up to placing: pupils age, cross phases, and start to seek. Ageing is a relabelling of the year columns of each
 * (area, need); only pupils who cross a boundary, are named for this September, or have outgrown their site are looked at.
 */
#include "engine.h"

#include <string.h>

/** Take a whole cohort off a cell whose tallies still stand under `cell->phase`. @return a copy of it */
static cohort take_first(place_state *s, const place_cell *cell) {
    cohort copy = s->cohorts[s->head[cell->index]];
    if (copy.seat == PLACE_WAITING) place_ledger_book(s, cell, LEDGER_LEFT, copy.setting, copy.count);
    place_cohort_take(s, cell, PLACE_NONE, s->head[cell->index], copy.count);
    place_demand_add(s, cell, -copy.count);
    return copy;
}

/** Past national curriculum year 20 a plan ends. */
static void age_out(place_replication *r, int32_t area, int32_t need) {
    place_state *s = r->state;
    place_cell first = place_cell_at(s, area, need, PLACE_N_NCY - 1, 0, false);
    for (size_t column = 0; column < s->n_columns && s->row_n[first.row] > 0; column++) {
        place_cell cell = place_cell_column(s, &first, (int32_t)column);
        while (s->head[cell.index] != PLACE_NONE) {
            int32_t k = take_first(s, &cell).count;
            s->area_balance[area] -= k;
            place_book(r, PLACE_VAR_AGED_OUT, &cell, k);
        }
    }
}

/** Move every year column of one (area, need) up by one. */
static void relabel(place_state *s, size_t area, size_t need) {
    size_t row = (area * s->n_needs + need) * PLACE_N_NCY, c = s->n_columns, n_moved = PLACE_N_NCY - 1;
    memmove(&s->n[(row + 1) * c], &s->n[row * c], n_moved * c * sizeof *s->n);
    memmove(&s->head[(row + 1) * c], &s->head[row * c], n_moved * c * sizeof *s->head);
    memmove(&s->row_n[row + 1], &s->row_n[row], n_moved * sizeof *s->row_n);
    memmove(&s->row_forward[row + 1], &s->row_forward[row], n_moved * sizeof *s->row_forward);
    memmove(&s->row_waiting[row + 1], &s->row_waiting[row], n_moved * sizeof *s->row_waiting);
    memmove(&s->row_diverted[row + 1], &s->row_diverted[row], n_moved * sizeof *s->row_diverted);
    memset(&s->n[row * c], 0, c * sizeof *s->n);
    memset(&s->head[row * c], 0xff, c * sizeof *s->head);
    s->row_n[row] = s->row_forward[row] = s->row_waiting[row] = s->row_diverted[row] = 0;
}

/** Book k pupils who transfer into a phase in the sheet, or apart, as stayers at an all-through site. */
static void book_sheet(const place_replication *r, place_variable_id variable, const place_cell *cell, int32_t k) {
    const place_state *s = r->state;
    place_record_at(r, variable, r->year, s->n_phases * s->n_needs * s->n_provisions)
        [((size_t)cell->phase * s->n_needs + (size_t)cell->need) * s->n_provisions + (size_t)s->first_of[cell->target]] += k;
}

/** k pupils who were in `was` begin the year under the target of `cell`: in their seat, in an open provision, or seeking as transfers. */
static void begin_year(place_replication *r, const place_cell *cell, const cohort *was, int32_t k) {
    place_state *s = r->state;
    int32_t open = place_target_open(s, cell->target), site = place_setting_site(s, was->setting);
    place_demand_add(s, cell, k);
    if (was->seat != PLACE_FORWARD && place_setting_suits(s, was->setting, cell)) {
        place_cohort_put(s, cell, was->setting, PLACE_PLACED, PLACE_TRANSFER, 0, k);
    } else if (open != PLACE_NONE) {
        place_cohort_put(s, cell, open, PLACE_PLACED, PLACE_TRANSFER, 0, k);
    } else {
        bool stays = was->seat == PLACE_DIVERTED; /* one in a fallback stays there meanwhile; so does one whose site still teaches */
        if (site != PLACE_NONE) stays = s->sites[site].open && (s->sites[site].ncy_mask >> cell->ncy & 1u);
        int32_t setting = stays ? was->setting : place_waiting_setting(r, PLACE_TRANSFER, cell);
        place_begin_seeking(s, cell, setting, PLACE_TRANSFER, was->seat == PLACE_WAITING ? was->wait : 0, k);
    }
}

/** Those of one row who cross a boundary draw their new target, pupil by pupil. */
static void cross(place_replication *r, const place_cell *row, int32_t old_phase, place_stream *stream) {
    place_state *s = r->state;
    size_t g_n = s->n_targets, n_taken = 0;
    cohort *taken = (cohort *)(void *)r->movers; /* scratch: at most one entry a pupil */
    int32_t *from = r->columns;
    for (size_t g = 0; g < g_n; g++) { /* all leave their cells before any enters one */
        place_cell cell = place_cell_column(s, row, (int32_t)g);
        cell.phase = old_phase;
        while (s->head[cell.index] != PLACE_NONE) {
            from[n_taken] = (int32_t)g;
            taken[n_taken++] = take_first(s, &cell);
        }
    }
    for (size_t i = 0; i < n_taken; i++) {
        const double *cumulative = &r->rates->phase_transfer[(row->row * g_n + (size_t)from[i]) * (g_n + 1)];
        for (size_t k = 0; k <= g_n; k++) r->counts[k] = 0;
        for (int32_t pupil = 0; pupil < taken[i].count; pupil++) {
            double u = place_stream_uniform(stream);
            size_t to = 0;
            while (to < g_n && u >= cumulative[to]) to++;
            r->counts[to]++;
        }
        for (size_t to = 0; to < g_n; to++) {
            int32_t k = (int32_t)r->counts[to];
            if (k == 0) continue;
            place_cell cell = place_cell_column(s, row, (int32_t)to), before = place_cell_column(s, row, from[i]);
            place_trace(s, PLACE_TRACE_CROSSED, &before, taken[i].setting, k);
            if ((int32_t)to != from[i]) place_book_move(r, &cell, from[i], k);
            bool stays = place_setting_site(s, taken[i].setting) != PLACE_NONE && taken[i].seat == PLACE_PLACED
                         && place_setting_suits(s, taken[i].setting, &cell);
            book_sheet(r, stays ? PLACE_VAR_TRANSFER_STAYERS : PLACE_VAR_TRANSFER_SHEET, &cell, k);
            begin_year(r, &cell, &taken[i], k);
        }
        if (r->counts[g_n] > 0) { /* the plan ceases instead */
            place_cell cell = place_cell_column(s, row, from[i]);
            cell.phase = old_phase;
            s->area_balance[cell.area] -= r->counts[g_n];
            place_book(r, PLACE_VAR_CEASED, &cell, (int32_t)r->counts[g_n]);
        }
    }
}

/** Pupils named for this September enter the year they were named for. */
static void call_forward(place_replication *r, const place_cell *row, int32_t old_phase) {
    place_state *s = r->state;
    for (size_t g = 0; g < s->n_targets; g++) {
        place_cell was = place_cell_column(s, row, (int32_t)(g + s->n_targets)), cell = place_cell_column(s, row, (int32_t)g);
        was.phase = old_phase;
        while (s->head[was.index] != PLACE_NONE) {
            cohort c = take_first(s, &was);
            if (r->plan->crosses[cell.ncy]) place_trace(s, PLACE_TRACE_CROSSED, &cell, c.setting, c.count);
            if (r->plan->crosses[cell.ncy]) book_sheet(r, PLACE_VAR_TRANSFER_SHEET, &cell, c.count);
            begin_year(r, &cell, &c, c.count);
        }
    }
}

/** Pupils on roll at a site that does not teach their new year. */
static void outgrow(place_replication *r, const place_cell *row) {
    place_state *s = r->state;
    for (size_t g = 0; g < s->n_targets; g++) {
        place_cell cell = place_cell_column(s, row, (int32_t)g);
        for (int32_t node = s->head[cell.index], before = PLACE_NONE; node != PLACE_NONE;) {
            cohort c = s->cohorts[node];
            int32_t site = place_setting_site(s, c.setting);
            if (site == PLACE_NONE || (s->sites[site].ncy_mask >> cell.ncy & 1u)) {
                before = node;
                node = c.next;
                continue;
            }
            /* The list changes under the walk: take the cohort out, put it back as seeking, and start again from the head. */
            if (c.seat == PLACE_WAITING) place_ledger_book(s, &cell, LEDGER_LEFT, c.setting, c.count);
            place_cohort_take(s, &cell, before, node, c.count);
            place_demand_add(s, &cell, -c.count);
            begin_year(r, &cell, &c, c.count);
            node = s->head[cell.index];
            before = PLACE_NONE;
        }
    }
}

void place_transfer_round(place_replication *r) {
    place_state *s = r->state;
    const place_plan *plan = r->plan;
    for (size_t area = 0; area < s->n_areas; area++)
        for (size_t need = 0; need < s->n_needs; need++) age_out(r, (int32_t)area, (int32_t)need);
    uint32_t outgrown = 0; /* columns that some site does not teach although it teaches the one before */
    for (size_t i = 0; i < s->n_sites; i++) {
        outgrown |= (s->sites[i].ncy_mask << 1) & ~s->sites[i].ncy_mask;
        memmove(&s->sites[i].roll_ncy[1], &s->sites[i].roll_ncy[0], (PLACE_N_NCY - 1) * sizeof s->sites[i].roll_ncy[0]);
        s->sites[i].roll_ncy[0] = 0;
    }
    place_key key = place_draws_key(r->draws, PLACE_FAMILY_CHANCE, DRAW_PHASE_TRANSFER, (uint32_t)r->step);
    for (size_t area = 0; area < s->n_areas; area++)
        for (size_t need = 0; need < s->n_needs; need++) {
            relabel(s, area, need);
            place_stream base = place_engine_stream(r, &key, area, need);
            for (int32_t ncy = PLACE_N_NCY - 1; ncy > 0; ncy--) {
                place_cell row = place_cell_at(s, (int32_t)area, (int32_t)need, ncy, 0, false);
                if (s->row_n[row.row] == 0) continue;
                int32_t old_phase = plan->phase_of_ncy[ncy - 1];
                if (plan->crosses[ncy]) {
                    place_stream stream = place_stream_jumped(&base, (unsigned)ncy);
                    cross(r, &row, old_phase, &stream);
                } else if (outgrown >> ncy & 1u) {
                    outgrow(r, &row);
                }
                if (s->row_forward[row.row] > 0) call_forward(r, &row, old_phase);
            }
        }
}
