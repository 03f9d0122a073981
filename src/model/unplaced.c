/* SPDX-License-Identifier: MIT */
/*
 * Those for whom there is no place: direction, diversion to a fallback, an open provision at a list's end; and, later, giving up and coming
 * back. Who is struck is drawn like the demand layer's events: the waiting pupils of a row lie on a line.
 */
#include "placing.h"

#include <math.h>

#include "place/numeric.h"

/**
 * Strike waiting pupils: those of a row are laid on a line like the demand layer's rows. Sets each seeker's `struck`.
 * @param hazard  of one pupil of a seeker
 * @param most    no hazard is larger
 * @return whether anybody is struck
 */
static bool strike_waiting(place_replication *r, place_decision decision, bool second, double most,
                           double (*hazard)(const place_replication *, const place_seeker *, bool)) {
    const place_state *s = r->state;
    place_key key = place_draws_key(r->draws, PLACE_FAMILY_CHANCE, decision, 2 * (uint32_t)r->step + (second ? 1 : 0));
    size_t block = SIZE_MAX, end;
    place_stream base = { 0, 1 };
    bool any = false;
    if (most <= 0) return false;
    for (size_t first = 0; first < r->n_seekers; first = end) {
        size_t row = r->seekers[first].cell.row;
        for (end = first; end < r->n_seekers && r->seekers[end].cell.row == row; end++) r->seekers[end].struck = 0;
        if (s->row_waiting[row] == 0) continue;
        if (row / PLACE_N_NCY != block) {
            block = row / PLACE_N_NCY;
            base = place_engine_stream(r, &key, block / s->n_needs, block % s->n_needs);
        }
        place_stream stream = place_stream_jumped(&base, (unsigned)(row % PLACE_N_NCY));
        double u = place_stream_open_uniform(&stream);
        if (1 - u >= most * s->row_waiting[row]) continue; /* as in strike_row of demand.c */
        double whole = 0; /* the line's length, before the dear logarithm */
        for (size_t i = first; i < end; i++)
            if (r->seekers[i].remaining > 0) whole += hazard(r, &r->seekers[i], second) * r->seekers[i].remaining;
        if (1 - u >= whole) continue;
        double x = -place_log(u);
        for (size_t i = first; i < end; i++) {
            place_seeker *seeker = &r->seekers[i];
            double h = seeker->remaining == 0 ? 0 : hazard(r, seeker, second);
            if (h <= 0) continue;
            if (isinf(h)) {
                seeker->struck = seeker->remaining;
            } else {
                double length = h * seeker->remaining;
                while (x < length) {
                    double pupil = floor(x / h);
                    seeker->struck++;
                    x = (pupil + 1) * h + place_stream_exponential(&stream);
                }
                x -= length;
            }
            any |= seeker->struck > 0;
        }
    }
    return any;
}

static double hazard_of_share(double p) { return p <= 0 ? 0 : p >= 1 ? INFINITY : -place_log1p(-p); }

static double direct_hazard(const place_replication *r, const place_seeker *seeker, bool second) {
    const place_state *s = r->state;
    (void)second;
    if (seeker->mark != MARK_NEW) return 0;
    size_t at = (((size_t)seeker->class_ * s->n_phases + (size_t)seeker->cell.phase) * s->n_needs + (size_t)seeker->cell.need) * s->n_targets
                + (size_t)seeker->cell.target;
    int32_t row = r->plan->direct.row[at];
    return row == PLACE_NONE ? 0 : r->direct_hazard[row];
}

/** A share of those who find no place must be admitted all the same, at the nearest suitable site. */
void place_direct(place_replication *r, bool september) {
    const place_plan *plan = r->plan;
    const place_state *s = r->state;
    if (plan->direct.row == NULL) return;
    if (!strike_waiting(r, DRAW_DIRECT, place_after_round(r, september), r->direct_most, direct_hazard)) return;
    for (size_t i = 0; i < r->n_seekers; i++) {
        place_seeker *seeker = &r->seekers[r->order[i]];
        for (; seeker->struck > 0; seeker->struck--) {
            int32_t site = PLACE_NONE;
            for (size_t round = 0; site == PLACE_NONE && place_area_of_round(plan, seeker->cell.area, round) != PLACE_NONE; round++)
                for (int t = 0; t < PLACE_MAX_TARGET_LIST && site == PLACE_NONE && plan->target_list[seeker->cell.target][t] != PLACE_NONE; t++)
                    site = place_choose_site(r, &seeker->cell, place_area_of_round(plan, seeker->cell.area, round), plan->target_list[seeker->cell.target][t],
                                       PLACE_AT_COMMISSIONED, (place_class)seeker->class_, true);
            if (site == PLACE_NONE) break;
            place_reseat(r, seeker, (int32_t)s->n_provisions + site, PLACE_PLACED, 1, LEDGER_DIRECTED);
            if (september) place_book_class(r, PLACE_VAR_CLASS_PLACED, seeker, 1);
        }
    }
}

/** A setting in a fallback provision for one pupil: itself when it is open, else a site with a free place within reach. */
static int32_t fallback_setting(const place_replication *r, const place_seeker *seeker, int32_t provision) {
    const place_plan *plan = r->plan;
    if (plan->provision_kind[provision] != PLACE_LIMITED) return provision;
    for (size_t round = 0; place_area_of_round(plan, seeker->cell.area, round) != PLACE_NONE; round++) {
        int32_t site = place_choose_site(r, &seeker->cell, place_area_of_round(plan, seeker->cell.area, round), provision, PLACE_AT_COMMISSIONED, (place_class)seeker->class_, false);
        if (site != PLACE_NONE) return (int32_t)r->state->n_provisions + site;
    }
    return PLACE_NONE;
}

static const place_divert_row *divert_row(const place_replication *r, const place_seeker *seeker) {
    const place_plan *plan = r->plan;
    const place_state *s = r->state;
    size_t at = (size_t)seeker->class_ * ((size_t)plan->wait_cap + 1) + seeker->wait;
    at = ((at * s->n_phases + (size_t)seeker->cell.phase) * s->n_needs + (size_t)seeker->cell.need) * s->n_targets + (size_t)seeker->cell.target;
    return plan->divert[at] == PLACE_NONE ? NULL : &plan->divert_rows[plan->divert[at]];
}

static double divert_hazard(const place_replication *r, const place_seeker *seeker, bool second) {
    const place_divert_row *row = divert_row(r, seeker);
    bool fresh = seeker->mark == MARK_NEW;
    if (row == NULL || (second && !fresh)) return 0; /* a year's rate acts once a step */
    const double *hazards = &r->divert_hazard[2 * (row - r->plan->divert_rows)];
    return fresh ? hazards[0] : hazards[1] * r->weight;
}

/** Some of those without a place go to a fallback, keep their target, and stop seeking. */
void place_divert(place_replication *r, bool september) {
    double most = place_after_round(r, september) ? 0 : r->divert_most[1] * r->weight;
    if (most < r->divert_most[0]) most = r->divert_most[0];
    if (r->plan->divert == NULL || !strike_waiting(r, DRAW_DIVERT, place_after_round(r, september), most, divert_hazard)) return;
    for (size_t i = 0; i < r->n_seekers; i++) {
        place_seeker *seeker = &r->seekers[r->order[i]];
        if (seeker->struck == 0) continue;
        const place_divert_row *row = divert_row(r, seeker);
        int32_t before = seeker->remaining;
        for (; seeker->struck > 0; seeker->struck--) {
            int32_t setting = PLACE_NONE;
            for (size_t f = 0; f < row->n_fallbacks && setting == PLACE_NONE; f++) setting = fallback_setting(r, seeker, row->fallbacks[f]);
            if (setting == PLACE_NONE) break;
            place_reseat(r, seeker, setting, PLACE_DIVERTED, 1, LEDGER_DIVERTED);
        }
        if (before > seeker->remaining) place_causes_book(r, seeker, before - seeker->remaining, september, true);
    }
}

/** The changes of a step on a number of a row of diversion or direction. */
static double changed(place_replication *r, int32_t list, unsigned column, const place_number *number) {
    double x = place_draws_number(r->draws, number);
    return r->plan->n_changes == 0 || list == PLACE_NONE ? x : place_changes_apply(r->changes, list, column, x, 1, &r->rates->n_held);
}

void place_placing_prepare(place_replication *r) {
    const place_plan *plan = r->plan;
    r->divert_most[0] = r->divert_most[1] = r->direct_most = 0;
    for (size_t i = 0; i < plan->n_divert_rows; i++) {
        double *hazards = &r->divert_hazard[2 * i];
        const place_divert_row *row = &plan->divert_rows[i];
        hazards[0] = hazard_of_share(changed(r, row->changes, PLACE_COLUMN_AT_ONCE, &row->at_once));
        hazards[1] = hazard_of_share(changed(r, row->changes, PLACE_COLUMN_RATE, &row->rate));
        for (int k = 0; k < 2; k++)
            if (hazards[k] > r->divert_most[k]) r->divert_most[k] = hazards[k];
    }
    for (size_t i = 0; i < plan->direct.n_rows; i++) {
        int32_t list = plan->direct.changes == NULL ? PLACE_NONE : plan->direct.changes[i];
        r->direct_hazard[i] = hazard_of_share(changed(r, list, PLACE_COLUMN_AT_ONCE, &plan->direct.value[i]));
        if (r->direct_hazard[i] > r->direct_most) r->direct_most = r->direct_hazard[i];
    }
}

/** Those whose list ends in an open provision take that when no site had a place. */
void place_settle_open(place_replication *r, bool september) {
    const place_plan *plan = r->plan;
    for (size_t i = 0; i < r->n_seekers; i++) {
        place_seeker *seeker = &r->seekers[r->order[i]];
        for (int t = 1; t < PLACE_MAX_TARGET_LIST && seeker->remaining > 0; t++) {
            int32_t provision = plan->target_list[seeker->cell.target][t];
            if (provision == PLACE_NONE || plan->provision_kind[provision] != PLACE_OPEN) continue;
            int32_t k = seeker->remaining;
            place_reseat(r, seeker, provision, PLACE_PLACED, k, LEDGER_PLACED_OWN);
            if (september) place_book_class(r, PLACE_VAR_CLASS_PLACED, seeker, k);
        }
    }
}

/* ---- giving up and coming back ---------------------------------------------------------------------------------- */

/** k pupils of a waiting cohort settle for the setting they are in. */
static void give_up(place_replication *r, const place_cell *cell, cohort c, int32_t k) {
    place_state *s = r->state;
    int32_t provision = place_setting_provision(s, c.setting), before;
    place_cell settled = *cell;
    for (int32_t g = 0; g < (int32_t)s->n_targets; g++)
        if (s->first_of[g] == provision && r->plan->target_list[g][1] == PLACE_NONE) settled = place_cell_column(s, cell, g); /* each provision is a target of its own */
    int32_t node = place_cohort_find(s, cell, c.setting, PLACE_WAITING, (place_class)c.class_, c.wait, (place_mark)c.mark, &before);
    place_ledger_book(s, cell, LEDGER_GAVE_UP, c.setting, k);
    place_cohort_take(s, cell, before, node, k);
    place_demand_add(s, cell, -k);
    place_demand_add(s, &settled, k);
    place_cohort_put(s, &settled, c.setting, PLACE_PLACED, PLACE_TRANSFER, 0, k);
    place_book_move(r, &settled, cell->target, k);
}

/** k diverted pupils come back to a place of their target, as far as there is room. */
static void come_back(place_replication *r, const place_cell *cell, cohort c, int32_t k) {
    place_state *s = r->state;
    place_seeker seeker = { .cell = *cell, .setting = c.setting, .class_ = c.class_, .wait = c.wait };
    for (; k > 0; k--) {
        int32_t setting = PLACE_NONE, before;
        for (int t = 0; t < PLACE_MAX_TARGET_LIST && setting == PLACE_NONE && r->plan->target_list[cell->target][t] != PLACE_NONE; t++)
            if (r->plan->provision_kind[r->plan->target_list[cell->target][t]] == PLACE_LIMITED)
                setting = fallback_setting(r, &seeker, r->plan->target_list[cell->target][t]);
        if (setting == PLACE_NONE) return;
        int32_t node = place_cohort_find(s, cell, c.setting, PLACE_DIVERTED, (place_class)c.class_, c.wait, MARK_NONE, &before);
        place_cohort_take(s, cell, before, node, 1);
        place_cohort_put(s, cell, setting, PLACE_PLACED, PLACE_TRANSFER, 0, 1);
        place_trace(s, PLACE_TRACE_RETURNED, cell, c.setting, 1);
        place_ledger_book(s, cell, LEDGER_SOUGHT, c.setting, 1);
        place_ledger_book(s, cell, s->sites[place_setting_site(s, setting)].area == cell->area ? LEDGER_PLACED_OWN : LEDGER_PLACED_OTHER, setting, 1);
    }
}

/** One pass over the cohorts of one seat (waiting or diverted) with a hazard by need, ncy and target. */
static void visit(place_replication *r, place_seat seat, const double *hazard, place_decision decision,
                  void (*act)(place_replication *, const place_cell *, cohort, int32_t)) {
    place_state *s = r->state;
    if (r->weight <= 0) return; /* a season without events, even of certain ones */
    place_key key = place_draws_key(r->draws, PLACE_FAMILY_CHANCE, decision, (uint32_t)r->step);
    for (size_t area = 0; area < s->n_areas; area++)
        for (size_t need = 0; need < s->n_needs; need++) {
            place_stream base = place_engine_stream(r, &key, area, need);
            for (int32_t ncy = 0; ncy < PLACE_N_NCY; ncy++) {
                place_cell first = place_cell_at(s, (int32_t)area, (int32_t)need, ncy, 0, false);
                if ((seat == PLACE_WAITING ? s->row_waiting : s->row_diverted)[first.row] == 0) continue;
                place_stream stream = place_stream_jumped(&base, (unsigned)ncy);
                size_t n_found = 0;
                cohort *found = (cohort *)(void *)r->movers; /* scratch; acting changes the lists, so cohorts are copied first */
                for (size_t g = 0; g < s->n_targets; g++) {
                    place_cell cell = place_cell_column(s, &first, (int32_t)g);
                    double h = hazard[(need * PLACE_N_NCY + (size_t)ncy) * s->n_targets + g] * r->weight;
                    if (h <= 0) continue;
                    for (int32_t node = s->head[cell.index]; node != PLACE_NONE; node = s->cohorts[node].next) {
                        cohort c = s->cohorts[node];
                        if (c.seat != seat) continue;
                        if (seat == PLACE_WAITING && r->plan->provision_kind[place_setting_provision(s, c.setting)] == PLACE_NO_PROVISION) continue;
                        c.next = (int32_t)g;
                        int64_t k = place_stream_binomial(&stream, c.count, isinf(h) ? 1 : -place_expm1(-h));
                        if (k == 0) continue;
                        c.count = (int32_t)k;
                        found[n_found++] = c;
                    }
                }
                for (size_t i = 0; i < n_found; i++) {
                    place_cell cell = place_cell_column(s, &first, found[i].next);
                    act(r, &cell, found[i], found[i].count);
                }
            }
        }
}

void place_give_up_and_return(place_replication *r) {
    if (r->plan->give_up.row != NULL) visit(r, PLACE_WAITING, r->rates->give_up, DRAW_GIVE_UP, give_up);
    if (r->plan->return_.row != NULL) visit(r, PLACE_DIVERTED, r->rates->return_, DRAW_RETURN, come_back);
}
