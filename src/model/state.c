/* SPDX-License-Identifier: MIT */
/*
 * Changes of the state, each keeping its tallies. Everything that moves a pupil goes through place_demand_add,
 * place_cohort_put and place_cohort_take, so a broken identity is found at the end of the step in which it broke.
 */
/* Conservation is asserted in every build: a wrong number is worse than a stopped run. */
#undef NDEBUG
#include <assert.h>

#include "state.h"

#include <stdlib.h>
#include <string.h>

static void *take(place_arena *arena, size_t n, size_t size, bool *ok) {
    void *p = place_arena_array(arena, n, size);
    if (p == NULL) *ok = false;
    return p;
}

place_state *place_state_create(place_arena *arena, const place_plan *plan, const place_layout *layout) {
    bool ok = true;
    place_state *s = take(arena, 1, sizeof *s, &ok);
    if (!ok) return NULL;
    s->plan = plan;
    s->layout = layout;
    s->n_areas = plan->areas.n;
    s->n_needs = plan->needs.n;
    s->n_targets = plan->targets.n;
    s->n_phases = plan->phases.n;
    s->n_provisions = plan->provisions.n;
    s->n_columns = 2 * s->n_targets;
    s->n_rows = s->n_areas * s->n_needs * PLACE_N_NCY;
    s->n_sites = plan->n_sites;
    s->n_pools = plan->n_pools;
    size_t n_cells = s->n_rows * s->n_columns, n_ap = s->n_areas * s->n_phases;
    s->n = take(arena, n_cells, sizeof *s->n, &ok);
    s->head = take(arena, n_cells, sizeof *s->head, &ok);
    s->row_n = take(arena, s->n_rows, sizeof *s->row_n, &ok);
    s->row_forward = take(arena, s->n_rows, sizeof *s->row_forward, &ok);
    s->row_waiting = take(arena, s->n_rows, sizeof *s->row_waiting, &ok);
    s->row_diverted = take(arena, s->n_rows, sizeof *s->row_diverted, &ok);
    s->waiting_any_need = take(arena, n_ap * s->n_targets, sizeof *s->waiting_any_need, &ok);
    s->n_cohorts_max = (int32_t)(layout->pupil_limit + 64);
    s->cohorts = take(arena, (size_t)s->n_cohorts_max, sizeof *s->cohorts, &ok);
    s->demand = take(arena, n_ap * s->n_targets, sizeof *s->demand, &ok);
    s->sitting = take(arena, n_ap * s->n_provisions, sizeof *s->sitting, &ok);
    s->waiting = take(arena, n_ap * s->n_needs * s->n_targets, sizeof *s->waiting, &ok);
    s->waiting_before = take(arena, n_ap * s->n_needs * s->n_targets, sizeof *s->waiting_before, &ok);
    s->balance = take(arena, n_ap * s->n_needs * s->n_targets, sizeof *s->balance, &ok);
    s->diverted = take(arena, n_ap * s->n_targets, sizeof *s->diverted, &ok);
    s->forward = take(arena, n_ap * s->n_targets, sizeof *s->forward, &ok);
    s->area_balance = take(arena, s->n_areas, sizeof *s->area_balance, &ok);
    s->sites = take(arena, s->n_sites, sizeof *s->sites, &ok);
    s->pools = take(arena, s->n_pools, sizeof *s->pools, &ok);
    s->pool_of = take(arena, s->n_sites * s->n_phases, sizeof *s->pool_of, &ok);
    s->offer_first = take(arena, s->n_areas * s->n_provisions + 1, sizeof *s->offer_first, &ok);
    s->offers = take(arena, s->n_sites, sizeof *s->offers, &ok);
    int32_t *first_of = take(arena, s->n_targets, sizeof *first_of, &ok);
    if (!ok) return NULL;
    for (size_t g = 0; g < s->n_targets; g++) first_of[g] = plan->target_list[g][0];
    s->first_of = first_of;
    for (size_t site = 0; site < s->n_sites; site++)
        for (size_t phase = 0; phase < s->n_phases; phase++) {
            s->pool_of[site * s->n_phases + phase] = PLACE_NONE;
            for (size_t k = 0; k < plan->sites[site].n_pools; k++)
                if (plan->pools[plan->sites[site].first_pool + k].phase_mask >> phase & 1u)
                    s->pool_of[site * s->n_phases + phase] = (int32_t)(plan->sites[site].first_pool + k);
        }
    place_state_reset(s);
    return s;
}

void place_state_reset(place_state *s) {
    size_t n_cells = s->n_rows * s->n_columns, n_ap = s->n_areas * s->n_phases;
    memset(s->n, 0, n_cells * sizeof *s->n);
    memset(s->head, 0xff, n_cells * sizeof *s->head); /* PLACE_NONE in every byte */
    memset(s->row_n, 0, s->n_rows * sizeof *s->row_n);
    memset(s->row_forward, 0, s->n_rows * sizeof *s->row_forward);
    memset(s->row_waiting, 0, s->n_rows * sizeof *s->row_waiting);
    memset(s->row_diverted, 0, s->n_rows * sizeof *s->row_diverted);
    memset(s->waiting_any_need, 0, n_ap * s->n_targets * sizeof *s->waiting_any_need);
    memset(s->demand, 0, n_ap * s->n_targets * sizeof *s->demand);
    memset(s->sitting, 0, n_ap * s->n_provisions * sizeof *s->sitting);
    memset(s->waiting, 0, n_ap * s->n_needs * s->n_targets * sizeof *s->waiting);
    memset(s->balance, 0, n_ap * s->n_needs * s->n_targets * sizeof *s->balance);
    memset(s->diverted, 0, n_ap * s->n_targets * sizeof *s->diverted);
    memset(s->forward, 0, n_ap * s->n_targets * sizeof *s->forward);
    memset(s->area_balance, 0, s->n_areas * sizeof *s->area_balance);
    memset(s->sites, 0, s->n_sites * sizeof *s->sites);
    memset(s->pools, 0, s->n_pools * sizeof *s->pools);
    s->n_pupils = 0;
    s->n_cohorts_used = 0;
    s->free_cohort = PLACE_NONE;
}

void place_demand_add(place_state *s, const place_cell *cell, int32_t k) {
    s->n[cell->index] += k;
    s->row_n[cell->row] += k;
    if (cell->forward) s->row_forward[cell->row] += k;
    s->demand[place_state_apt(s, cell)] += k;
    s->n_pupils += k;
}

/** Those who wait come first in a list, then those diverted, so that a walk over the unmet ends with them. */
static uint64_t order_of(int32_t setting, unsigned seat, unsigned class_, unsigned wait, unsigned mark) {
    static const uint8_t rank[] = { [PLACE_WAITING] = 0, [PLACE_DIVERTED] = 1, [PLACE_PLACED] = 2, [PLACE_FORWARD] = 3 };
    return (uint64_t)rank[seat] << 56 | (uint64_t)(uint32_t)setting << 24 | class_ << 16 | wait << 8 | mark;
}
static uint64_t order_of_cohort(const cohort *c) { return order_of(c->setting, c->seat, c->class_, c->wait, c->mark); }

/** The tallies of k pupils (or -k) in one cohort. */
static void tally(place_state *s, const place_cell *cell, int32_t setting, unsigned seat, int32_t k) {
    int32_t site = place_setting_site(s, setting);
    s->sitting[place_state_apv(s, cell, place_setting_provision(s, setting))] += k;
    if (site != PLACE_NONE) {
        s->sites[site].roll += k;
        s->sites[site].roll_ncy[cell->ncy] += k;
        s->pools[s->pool_of[(size_t)site * s->n_phases + (size_t)cell->phase]].roll += k;
    }
    if (seat == PLACE_PLACED) return;
    if (seat == PLACE_WAITING) {
        s->row_waiting[cell->row] += k;
        s->waiting[place_state_apnt(s, cell)] += k;
        s->waiting_any_need[place_state_apt(s, cell)] += k;
    } else if (seat == PLACE_DIVERTED) {
        s->row_diverted[cell->row] += k;
        s->diverted[place_state_apt(s, cell)] += k;
    } else {
        s->forward[place_state_apt(s, cell)] += k;
    }
}

static void put(place_state *s, const place_cell *cell, int32_t setting, place_seat seat, place_class class_, int wait, place_mark mark, int32_t k) {
    assert(setting >= 0);
    uint64_t order = order_of(setting, seat, class_, (unsigned)wait, mark);
    int32_t *link = &s->head[cell->index];
    while (*link != PLACE_NONE) {
        cohort *c = &s->cohorts[*link];
        uint64_t at = order_of_cohort(c);
        if (at == order) {
            c->count += k;
            tally(s, cell, setting, seat, k);
            return;
        }
        if (at > order) break;
        link = &c->next;
    }
    int32_t node = s->free_cohort;
    if (node != PLACE_NONE) {
        s->free_cohort = s->cohorts[node].next;
    } else {
        assert(s->n_cohorts_used < s->n_cohorts_max); /* a cohort has a pupil, and pupils are limited */
        node = s->n_cohorts_used++;
    }
    s->cohorts[node] = (cohort){ .next = *link, .count = k, .setting = setting, .seat = (uint8_t)seat, .class_ = (uint8_t)class_,
                                 .wait = (uint8_t)wait, .mark = (uint8_t)mark };
    *link = node;
    tally(s, cell, setting, seat, k);
}

void place_cohort_put(place_state *s, const place_cell *cell, int32_t setting, place_seat seat, place_class class_, int wait, int32_t k) {
    put(s, cell, setting, seat, class_, wait, MARK_NONE, k);
}

void place_cohort_wait(place_state *s, const place_cell *cell, int32_t setting, place_class class_, int wait, place_mark mark, int32_t k) {
    put(s, cell, setting, PLACE_WAITING, class_, wait, mark, k);
}

void place_cohort_take(place_state *s, const place_cell *cell, int32_t before, int32_t node, int32_t k) {
    cohort *c = &s->cohorts[node];
    c->count -= k;
    tally(s, cell, c->setting, c->seat, -k);
    if (c->count > 0) return;
    *(before == PLACE_NONE ? &s->head[cell->index] : &s->cohorts[before].next) = c->next;
    c->next = s->free_cohort;
    s->free_cohort = node;
}

void place_cohort_seat(place_state *s, const place_cell *cell, int32_t node, int32_t setting, place_seat seat, int32_t k) {
    int32_t before = PLACE_NONE;
    for (int32_t at = s->head[cell->index]; at != node; at = s->cohorts[at].next) before = at;
    place_class class_ = seat == PLACE_PLACED ? PLACE_TRANSFER : (place_class)s->cohorts[node].class_;
    place_cohort_take(s, cell, before, node, k);
    put(s, cell, setting, seat, class_, 0, MARK_NONE, k);
}

int32_t place_cohort_find(const place_state *s, const place_cell *cell, int32_t setting, place_seat seat, place_class class_, int wait,
                          place_mark mark, int32_t *before) {
    uint64_t order = order_of(setting, seat, class_, (unsigned)wait, mark);
    *before = PLACE_NONE;
    for (int32_t node = s->head[cell->index]; node != PLACE_NONE; node = s->cohorts[node].next) {
        const cohort *c = &s->cohorts[node];
        if (order_of_cohort(c) == order) return node;
        *before = node;
    }
    return PLACE_NONE;
}

void place_begin_seeking(place_state *s, const place_cell *cell, int32_t setting, place_class class_, int wait, int32_t k) {
    place_cohort_wait(s, cell, setting, class_, wait, MARK_NEW, k);
    place_ledger_book(s, cell, LEDGER_SOUGHT, setting, k);
}

void place_cohorts_unmark(place_state *s, size_t cell_index, unsigned marks, int more, int cap) {
    int32_t before = PLACE_NONE, next;
    for (int32_t node = s->head[cell_index]; node != PLACE_NONE; node = next) {
        cohort *c = &s->cohorts[node], *last = before == PLACE_NONE ? NULL : &s->cohorts[before];
        if (c->seat != PLACE_WAITING) break; /* they come first */
        next = c->next;
        if (marks >> c->mark & 1u) c->mark = MARK_NONE;
        c->wait = (uint8_t)(c->wait + more < cap ? c->wait + more : cap);
        if (last != NULL && order_of_cohort(last) == order_of_cohort(c)) { /* order is kept, so those alike are neighbours */
            last->count += c->count;
            last->next = next;
            c->next = s->free_cohort;
            s->free_cohort = node;
            continue;
        }
        before = node;
    }
}

bool place_site_suits(const place_state *s, int32_t site, const place_cell *cell) {
    const site_now *now = &s->sites[site];
    if (!now->open || !(now->ncy_mask >> cell->ncy & 1u) || !(now->need_mask >> cell->need & 1u)) return false;
    for (int i = 0; i < PLACE_MAX_TARGET_LIST; i++)
        if (s->plan->target_list[cell->target][i] == now->provision) return true;
    return false;
}

bool place_setting_suits(const place_state *s, int32_t setting, const place_cell *cell) {
    int32_t site = place_setting_site(s, setting);
    assert(site == PLACE_NONE || s->sites[site].open); /* a site that closes is cleared, those who wait there included */
    if (site != PLACE_NONE && !(s->sites[site].ncy_mask >> cell->ncy & 1u)) return false;
    int32_t provision = place_setting_provision(s, setting);
    for (int i = 0; i < PLACE_MAX_TARGET_LIST; i++)
        if (s->plan->target_list[cell->target][i] == provision) return true;
    return false;
}

int32_t place_target_open(const place_state *s, int32_t target) {
    int32_t first = s->first_of[target];
    return s->plan->provision_kind[first] == PLACE_LIMITED ? PLACE_NONE : first;
}

static int before_in_offers(const place_state *s, int32_t a, int32_t b) {
    const site_now *x = &s->sites[a], *y = &s->sites[b];
    double px = s->plan->sites[a].preference, py = s->plan->sites[b].preference;
    if (x->area != y->area) return x->area < y->area;
    if (x->provision != y->provision) return x->provision < y->provision;
    if (px != py) return px > py;
    if (x->n_needs_accepted != y->n_needs_accepted) return x->n_needs_accepted < y->n_needs_accepted;
    if (x->n_ncys_taught != y->n_ncys_taught) return x->n_ncys_taught < y->n_ncys_taught;
    return a < b;
}

void place_state_index_sites(place_state *s) {
    uint64_t all_needs = s->n_needs >= 64 ? UINT64_MAX : (UINT64_C(1) << s->n_needs) - 1;
    for (size_t i = 0; i < s->n_sites; i++) {
        s->sites[i].n_needs_accepted = __builtin_popcountll(s->sites[i].need_mask & all_needs);
        s->sites[i].n_ncys_taught = __builtin_popcount(s->sites[i].ncy_mask);
        size_t k = i; /* insertion keeps equal sites in order of index; sites change rarely */
        while (k > 0 && before_in_offers(s, (int32_t)i, s->offers[k - 1])) {
            s->offers[k] = s->offers[k - 1];
            k--;
        }
        s->offers[k] = (int32_t)i;
    }
    for (size_t i = 0; i < s->n_pools; i++) {
        s->pools[i].phases = 0;
        for (int c = 0; c < PLACE_N_NCY; c++)
            if (s->sites[s->plan->pools[i].site].ncy_mask >> c & 1u) s->pools[i].phases |= UINT32_C(1) << s->plan->phase_of_ncy[c];
        s->pools[i].phases &= s->plan->pools[i].phase_mask;
    }
    size_t k = 0;
    for (size_t slot = 0; slot < s->n_areas * s->n_provisions; slot++) {
        s->offer_first[slot] = (int32_t)k;
        while (k < s->n_sites && (size_t)s->sites[s->offers[k]].area * s->n_provisions + (size_t)s->sites[s->offers[k]].provision == slot) k++;
    }
    s->offer_first[s->n_areas * s->n_provisions] = (int32_t)k;
}

/** Recount every tally from the cohorts. Without memory to count in it stops too: a check that is passed over would look like one that held. */
static void recount(const place_state *s) {
    size_t n_ap = s->n_areas * s->n_phases, n_sitting = n_ap * s->n_provisions, n_waiting = n_ap * s->n_needs * s->n_targets;
    size_t n_apt = n_ap * s->n_targets;
    int32_t *tallies = calloc(n_sitting + n_waiting + 3 * n_apt + s->n_sites, sizeof *tallies);
    assert(tallies != NULL);
    int32_t *sitting = tallies, *waiting = sitting + n_sitting;
    int32_t *demand = waiting + n_waiting, *diverted = demand + n_apt, *forward = diverted + n_apt, *roll = forward + n_apt;
    for (size_t row = 0; row < s->n_rows; row++) {
        int32_t area = (int32_t)(row / PLACE_N_NCY / s->n_needs), need = (int32_t)(row / PLACE_N_NCY % s->n_needs);
        int32_t in_row = 0, waiting_in_row = 0, forward_in_row = 0;
        for (size_t column = 0; column < s->n_columns; column++) {
            place_cell cell = place_cell_at(s, area, need, (int32_t)(row % PLACE_N_NCY), (int32_t)(column % s->n_targets), column >= s->n_targets);
            int32_t total = 0;
            uint64_t last = 0;
            for (int32_t node = s->head[cell.index]; node != PLACE_NONE; node = s->cohorts[node].next) {
                const cohort *c = &s->cohorts[node];
                uint64_t order = order_of_cohort(c);
                assert(c->count > 0 && (total == 0 || order > last));
                assert((c->seat == PLACE_FORWARD) == cell.forward);
                last = order;
                total += c->count;
                sitting[place_state_apv(s, &cell, place_setting_provision(s, c->setting))] += c->count;
                if (place_setting_site(s, c->setting) != PLACE_NONE) roll[place_setting_site(s, c->setting)] += c->count;
                if (c->seat == PLACE_DIVERTED) diverted[place_state_apt(s, &cell)] += c->count;
                if (c->seat == PLACE_WAITING) {
                    waiting[place_state_apnt(s, &cell)] += c->count;
                    waiting_in_row += c->count;
                }
            }
            assert(total == s->n[cell.index]);
            demand[place_state_apt(s, &cell)] += total;
            in_row += total;
            if (!cell.forward) continue;
            forward[place_state_apt(s, &cell)] += total;
            forward_in_row += total;
        }
        assert(in_row == s->row_n[row] && waiting_in_row == s->row_waiting[row] && forward_in_row == s->row_forward[row]);
    }
    assert(memcmp(sitting, s->sitting, n_sitting * sizeof *sitting) == 0);
    assert(memcmp(waiting, s->waiting, n_waiting * sizeof *waiting) == 0);
    assert(memcmp(demand, s->demand, n_apt * sizeof *demand) == 0);
    assert(memcmp(diverted, s->diverted, n_apt * sizeof *diverted) == 0);
    assert(memcmp(forward, s->forward, n_apt * sizeof *forward) == 0);
    for (size_t i = 0; i < s->n_sites; i++) {
        int32_t by_ncy = 0, by_pool = 0;
        for (size_t c = 0; c < PLACE_N_NCY; c++) by_ncy += s->sites[i].roll_ncy[c];
        for (size_t k = 0; k < s->plan->sites[i].n_pools; k++) by_pool += s->pools[s->plan->sites[i].first_pool + k].roll;
        assert(roll[i] == s->sites[i].roll && roll[i] == by_ncy && roll[i] == by_pool);
    }
    free(tallies);
}

void place_state_verify(const place_state *s, bool full) {
    int64_t total = 0;
    for (size_t area = 0; area < s->n_areas; area++) { /* C1 by area, C2 */
        int64_t demand = 0, sitting = 0;
        for (size_t i = area * s->n_phases * s->n_targets; i < (area + 1) * s->n_phases * s->n_targets; i++) demand += s->demand[i];
        for (size_t i = area * s->n_phases * s->n_provisions; i < (area + 1) * s->n_phases * s->n_provisions; i++) sitting += s->sitting[i];
        assert(demand == sitting && demand == s->area_balance[area]);
        total += demand;
    }
    assert(total == s->n_pupils);
    int32_t off = 0; /* C4: carried in + net flow = carried out, cell by cell */
    for (size_t i = 0; i < s->n_areas * s->n_phases * s->n_needs * s->n_targets; i++)
        off |= (s->waiting_before[i] + s->balance[i] - s->waiting[i]) | (s->waiting[i] & INT32_MIN);
    assert(off == 0);
    if (full) recount(s);
}
