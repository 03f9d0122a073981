/* SPDX-License-Identifier: MIT */
/*
 * Placing: who is served first, and at which site. What becomes of those for whom there is no place is in unplaced.c, and why there was
 * none in causes.c.
 *
 * Waiting cohorts are put in groups by class and wait. A group is served area by area: first all from their own area's sites, then the
 * first area on each area's list of reach, and so on. Equals within a group choose in the order of lots, each cohort's from its own key.
 * Groups that can find nothing are passed over by a count of free places by area, phase and provision, so a step's work follows the
 * places given, not the length of the list.
 */
#include "placing.h"

#include <stdlib.h>
#include <string.h>

static int32_t pool_free(const place_replication *r, int32_t pool, place_level at, place_class class_) {
    const pool_now *now = &r->state->pools[pool];
    if (at == PLACE_AT_COMMISSIONED) return place_pool_free(now);
    return r->plan->pools[pool].stretch_classes >> class_ & 1u ? place_pool_free_stretched(now) : 0;
}

/** Whether a site in its present form may admit these pupils, places apart. */
static bool admits(const place_replication *r, int32_t site, const place_cell *cell) {
    const site_now *now = &r->state->sites[site];
    return now->open && now->intake && (now->ncy_mask >> cell->ncy & 1u) && (now->need_mask >> cell->need & 1u)
           && r->state->pool_of[(size_t)site * r->state->n_phases + (size_t)cell->phase] != PLACE_NONE;
}

static bool below_admission_number(const place_replication *r, int32_t site, int32_t ncy) {
    const int32_t *admission = r->plan->sites[site].admission;
    return admission == NULL || admission[ncy] == PLACE_NONE || r->state->sites[site].roll_ncy[ncy] < admission[ncy];
}

static bool same_tier(const place_replication *r, int32_t a, int32_t b) {
    const site_now *x = &r->state->sites[a], *y = &r->state->sites[b];
    return r->plan->sites[a].preference == r->plan->sites[b].preference && x->n_needs_accepted == y->n_needs_accepted
           && x->n_ncys_taught == y->n_ncys_taught;
}

/**
 * The site of one provision and area that a pupil is offered: highest preference, narrowest designation, most free places, id.
 * @param direct  any suitable site, full or not
 */
int32_t place_choose_site(const place_replication *r, const place_cell *cell, int32_t area, int32_t provision, place_level at, place_class class_, bool direct) {
    const place_state *s = r->state;
    size_t slot = (size_t)area * s->n_provisions + (size_t)provision;
    int32_t best = PLACE_NONE, most_free = 0;
    for (int32_t i = s->offer_first[slot]; i < s->offer_first[slot + 1]; i++) {
        int32_t site = s->offers[i];
        if (best != PLACE_NONE && !same_tier(r, best, site)) break;
        if (!admits(r, site, cell)) continue;
        int32_t free = pool_free(r, s->pool_of[(size_t)site * s->n_phases + (size_t)cell->phase], at, class_);
        if (!direct && (free <= 0 || !below_admission_number(r, site, cell->ncy))) continue;
        if (best == PLACE_NONE || free > most_free) {
            best = site;
            most_free = free;
        }
    }
    return best;
}

static size_t free_slot(const place_state *s, int32_t area, int32_t phase, int32_t provision) {
    return ((size_t)area * s->n_phases + (size_t)phase) * s->n_provisions + (size_t)provision;
}

/** Some place may be free for these pupils in this area. */
static bool may_find(const place_replication *r, const place_cell *cell, int32_t area) {
    const int32_t *list = r->plan->target_list[cell->target];
    for (int i = 0; i < PLACE_MAX_TARGET_LIST && list[i] != PLACE_NONE; i++)
        if (r->free_in[free_slot(r->state, area, cell->phase, list[i])] > 0) return true;
    return false;
}

/** Places for which pupils of an area, phase and provision compete with one another: no other pupil's choice touches them. */
static int32_t market_of(const place_replication *r, int32_t area, int32_t phase, int32_t provision) {
    return (area * r->n_phase_classes + r->phase_class[phase]) * r->n_provision_classes + r->provision_class[provision];
}

/** A site has n more (or fewer) free places in a pool: they are free to each of the pool's phases. */
static void add_free(place_replication *r, size_t pool, int32_t n) {
    const place_state *s = r->state;
    const site_now *site = &s->sites[s->pools[pool].site];
    for (size_t phase = 0; phase < s->n_phases; phase++)
        if (s->pools[pool].phases >> phase & 1u) r->free_in[free_slot(s, site->area, (int32_t)phase, site->provision)] += n;
    if (s->pools[pool].phases == 0) return;
    r->market_free[market_of(r, site->area, __builtin_ctz(s->pools[pool].phases), site->provision)] += n;
}

static void count_free(place_replication *r, place_level at) {
    place_state *s = r->state;
    memset(r->free_in, 0, s->n_areas * s->n_phases * s->n_provisions * sizeof *r->free_in);
    memset(r->market_free, 0, r->n_markets * sizeof *r->market_free);
    memset(r->market_pools, 0, r->n_markets * sizeof *r->market_pools);
    for (size_t i = 0; i < s->n_pools; i++) {
        const site_now *site = &s->sites[s->pools[i].site];
        int32_t free = at == PLACE_AT_COMMISSIONED ? place_pool_free(&s->pools[i]) : place_pool_free_stretched(&s->pools[i]);
        if (!site->open || !site->intake || free <= 0 || s->pools[i].phases == 0) continue;
        add_free(r, i, free);
        r->market_pools[market_of(r, site->area, __builtin_ctz(s->pools[i].phases), site->provision)]++;
    }
}

/** A pupil has left a seat: it is free again if the pool is below its limit. @return whether it was a site's */
static bool vacate(place_replication *r, int32_t setting, const place_cell *cell, place_level at) {
    place_state *s = r->state;
    int32_t site = place_setting_site(s, setting);
    if (site == PLACE_NONE) return false;
    int32_t pool = s->pool_of[(size_t)site * s->n_phases + (size_t)cell->phase];
    int32_t free = at == PLACE_AT_COMMISSIONED ? place_pool_free(&s->pools[pool]) : place_pool_free_stretched(&s->pools[pool]);
    if (free <= 0 || !s->sites[site].open || !s->sites[site].intake) return false;
    add_free(r, (size_t)pool, 1);
    return true;
}

/** Take k pupils of a seeker off the list and put them somewhere else. */
void place_reseat(place_replication *r, place_seeker *seeker, int32_t setting, place_seat seat, int32_t k, place_ledger flow) {
    place_state *s = r->state;
    int32_t before, node = place_cohort_find(s, &seeker->cell, seeker->setting, PLACE_WAITING, (place_class)seeker->class_, seeker->wait,
                                             (place_mark)seeker->mark, &before);
    place_cohort_take(s, &seeker->cell, before, node, k);
    place_cohort_put(s, &seeker->cell, setting, seat, seat == PLACE_PLACED ? PLACE_TRANSFER : (place_class)seeker->class_, 0, k);
    place_ledger_book(s, &seeker->cell, flow, k);
    seeker->remaining -= k;
}

void place_book_class(const place_replication *r, place_variable_id variable, const place_seeker *seeker, int32_t k) {
    const place_state *s = r->state;
    size_t n = s->n_phases * s->n_provisions;
    place_record_at(r, variable, r->year, PLACE_N_CLASSES * n)
        [seeker->class_ * n + (size_t)seeker->cell.phase * s->n_provisions + (size_t)s->first_of[seeker->cell.target]] += k;
}

/** One pupil refuses an offer: waits, and is not asked again in this step. */
static void decline(place_replication *r, place_seeker *seeker) {
    place_state *s = r->state;
    int32_t before, node = place_cohort_find(s, &seeker->cell, seeker->setting, PLACE_WAITING, (place_class)seeker->class_, seeker->wait,
                                             (place_mark)seeker->mark, &before);
    place_cohort_take(s, &seeker->cell, before, node, 1);
    place_cohort_wait(s, &seeker->cell, seeker->setting, (place_class)seeker->class_, seeker->wait, MARK_DECLINED, 1);
    seeker->remaining--;
    seeker->declined++;
}

/** Offer one pupil a place in one area. @return whether the pupil took one; *vacated is set when a seat came free */
static bool offer(place_replication *r, place_seeker *seeker, int32_t area, place_level at, bool takes_up, bool september, bool *vacated) {
    place_state *s = r->state;
    for (int i = 0; i < PLACE_MAX_TARGET_LIST; i++) {
        int32_t provision = r->plan->target_list[seeker->cell.target][i];
        if (provision == PLACE_NONE) break;
        if (r->free_in[free_slot(s, area, seeker->cell.phase, provision)] <= 0) continue;
        int32_t site = place_choose_site(r, &seeker->cell, area, provision, at, (place_class)seeker->class_, false);
        if (site == PLACE_NONE) continue;
        if (!takes_up) {
            decline(r, seeker);
            return false;
        }
        place_reseat(r, seeker, (int32_t)s->n_provisions + site, PLACE_PLACED, 1, area == seeker->cell.area ? LEDGER_PLACED_OWN : LEDGER_PLACED_OTHER);
        add_free(r, (size_t)s->pool_of[(size_t)site * s->n_phases + (size_t)seeker->cell.phase], -1);
        if (vacate(r, seeker->setting, &seeker->cell, at)) *vacated = true;
        if (september) place_book_class(r, PLACE_VAR_CLASS_PLACED, seeker, 1);
        return true;
    }
    return false;
}

static bool before_in_lots(const place_lot *x, const place_lot *y) { return x->lot != y->lot ? x->lot < y->lot : x->seeker < y->seeker; }

/** Let the lot at `at` sink to its place in a heap of n, smallest first. */
static void sink_lot(place_lot *lots, size_t n, size_t at) {
    place_lot lot = lots[at];
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && before_in_lots(&lots[child + 1], &lots[child])) child++;
        if (!before_in_lots(&lots[child], &lot)) break;
        lots[at] = lots[child];
    }
    lots[at] = lot;
}

/**
 * The stream of one cohort's own, for lots. Its key ends in area, need and one word that names the rest of the cohort: target, class and
 * wait, and setting, each mixed in by a multiplication; jumped to ncy.
 */
static place_stream seeker_stream(const place_replication *r, const place_seeker *seeker) {
    const place_plan *plan = r->plan;
    size_t setting = (size_t)seeker->setting;
    uint32_t word = plan->targets.items[seeker->cell.target].word;
    word = (word ^ ((uint32_t)seeker->mark << 16 | (uint32_t)seeker->class_ << 8 | seeker->wait)) * 0x01000193u;
    word = (word ^ (setting < plan->provisions.n ? plan->provisions.items[setting].word : plan->sites[setting - plan->provisions.n].item.word)) * 0x01000193u;
    place_key key = place_key_with(place_key_with(r->seat_key, plan->areas.items[seeker->cell.area].word), plan->needs.items[seeker->cell.need].word);
    key = place_key_with(key, word);
    place_stream stream;
    place_stream_init(&stream, &key);
    return place_stream_jumped(&stream, (unsigned)seeker->cell.ncy);
}

/**
 * The numbers that decide whether offers are taken up, beside the lots, so that a site with a take-up re-deals no lot elsewhere. Lots and
 * answers serve once, in whichever round: used again, they would let those who won the last round win the next.
 */
static place_stream answer_stream(const place_replication *r, place_seeker *seeker) {
    place_stream lots = seeker_stream(r, seeker), answers = place_stream_jumped(&lots, 32); /* past all years' */
    for (int32_t k = 0; k < seeker->n_answers; k++) place_stream_bits(&answers);
    seeker->n_answers += seeker->remaining;
    return answers;
}

/** Take-up of the site that would be offered: an offer is refused with the rest of the probability. */
static double take_up_of(const place_replication *r, const place_seeker *seeker, int32_t area, place_level at) {
    const int32_t *list = r->plan->target_list[seeker->cell.target];
    for (int i = 0; i < PLACE_MAX_TARGET_LIST && list[i] != PLACE_NONE; i++) {
        int32_t site = place_choose_site(r, &seeker->cell, area, list[i], at, (place_class)seeker->class_, false);
        if (site != PLACE_NONE) return r->state->sites[site].take_up;
    }
    return 1;
}

/** Serve one cohort alone: its pupils are exchangeable, so they need no lots. */
static int32_t serve_alone(place_replication *r, place_seeker *seeker, int32_t area, place_level at, bool september, bool *vacated) {
    int32_t n_placed = 0;
    if (!r->any_take_up) {
        while (seeker->remaining > 0 && may_find(r, &seeker->cell, area) && offer(r, seeker, area, at, true, september, vacated)) n_placed++;
        return n_placed;
    }
    place_stream answers = answer_stream(r, seeker);
    for (int32_t k = seeker->remaining; k > 0; k--) {
        bool takes_up = place_stream_uniform(&answers) < take_up_of(r, seeker, area, at);
        n_placed += offer(r, seeker, area, at, takes_up, september, vacated);
    }
    return n_placed;
}

/** Serve cohorts that compete for the same places, in the order of their pupils' lots. */
static int32_t serve_by_lot(place_replication *r, const int32_t *members, size_t n_members, int32_t market, size_t round, place_level at, bool september,
                            bool *vacated) {
    size_t n_lots = 0;
    int32_t n_placed = 0;
    for (size_t i = 0; i < n_members; i++) {
        place_seeker *seeker = &r->seekers[members[i]];
        place_stream lots = seeker_stream(r, seeker), answers = { 0 };
        if (r->any_take_up) answers = answer_stream(r, seeker);
        for (int32_t k = 0; k < seeker->n_lots; k++) place_stream_bits(&lots);
        for (int32_t k = 0; k < seeker->remaining; k++) {
            uint64_t lot = place_stream_bits(&lots);
            r->lots[n_lots++] = (place_lot){ .lot = lot, .seeker = members[i], .take_up = r->any_take_up ? place_stream_uniform(&answers) : 0 };
        }
        seeker->n_lots += seeker->remaining;
    }
    for (size_t i = n_lots / 2; i-- > 0;) sink_lot(r->lots, n_lots, i); /* a heap: mostly few are served before the places are gone */
    while (n_lots > 0 && r->market_free[market] > 0) {
        place_lot lot = r->lots[0];
        r->lots[0] = r->lots[--n_lots];
        sink_lot(r->lots, n_lots, 0);
        place_seeker *seeker = &r->seekers[lot.seeker];
        int32_t area = place_area_of_round(r->plan, seeker->cell.area, round);
        if (!may_find(r, &seeker->cell, area)) continue;
        bool takes_up = !r->any_take_up || lot.take_up < take_up_of(r, seeker, area, at);
        n_placed += offer(r, seeker, area, at, takes_up, september, vacated);
    }
    return n_placed;
}

/** One round of one group, market by market. @param first, end  of r->order. @return pupils placed */
static int32_t serve(place_replication *r, size_t first, size_t end, size_t round, place_level at, bool september, bool *vacated) {
    int32_t n_placed = 0;
    size_t n_markets = 0, n_members = 0;
    for (size_t i = first; i < end; i++) { /* who competes, and in which market */
        place_seeker *seeker = &r->seekers[r->order[i]];
        if (seeker->remaining == 0) continue;
        int32_t area = place_area_of_round(r->plan, seeker->cell.area, round);
        if (area == PLACE_NONE || !may_find(r, &seeker->cell, area)) continue;
        int32_t market = market_of(r, area, seeker->cell.phase, r->state->first_of[seeker->cell.target]);
        seeker->next_in_market = PLACE_NONE;
        if (r->market_last[market] == PLACE_NONE) {
            r->markets[n_markets++] = market;
            r->market_first[market] = r->order[i];
        } else {
            r->seekers[r->market_last[market]].next_in_market = r->order[i];
        }
        r->market_last[market] = r->order[i];
    }
    for (size_t m = 0; m < n_markets; m++) {
        int32_t market = r->markets[m], n_pupils = 0;
        r->market_last[market] = PLACE_NONE;
        n_members = 0;
        for (int32_t member = r->market_first[market]; member != PLACE_NONE; member = r->seekers[member].next_in_market) {
            r->columns[n_members++] = member;
            n_pupils += r->seekers[member].remaining;
        }
        /* Where one pool has places for all of them, nobody's turn matters; nor does it in a cohort alone. */
        bool contested = n_members > 1 && (n_pupils > r->market_free[market] || r->market_pools[market] > 1 || r->any_admission);
        if (contested) {
            n_placed += serve_by_lot(r, r->columns, n_members, market, round, at, september, vacated);
            continue;
        }
        for (size_t i = 0; i < n_members; i++) {
            place_seeker *seeker = &r->seekers[r->columns[i]];
            n_placed += serve_alone(r, seeker, place_area_of_round(r->plan, seeker->cell.area, round), at, september, vacated);
        }
    }
    return n_placed;
}

/** All groups, at one place_level of places. */
static int32_t serve_all(place_replication *r, place_level at, size_t n_rounds, bool september, bool *vacated) {
    int32_t n_placed = 0;
    size_t first = 0;
    while (first < r->n_seekers) {
        size_t end = first + 1;
        while (end < r->n_seekers && r->seekers[r->order[end]].group == r->seekers[r->order[first]].group) end++;
        for (size_t round = 0; round < n_rounds; round++) n_placed += serve(r, first, end, round, at, september, vacated);
        first = end;
    }
    return n_placed;
}

static bool any_stretch(const place_replication *r) {
    for (size_t i = 0; i < r->state->n_pools; i++)
        if (r->state->pools[i].stretch > 0) return true;
    return false;
}

/** All waiting cohorts: r->seekers in the order of area, need, ncy, target, setting; r->order in the order of service, by class, then
 *  longest wait, then as before. Stays true through a placing: everything that happens to a waiting pupil is told to its seeker. */
static void gather(place_replication *r) {
    const place_state *s = r->state;
    size_t n_waits = (size_t)r->plan->wait_cap + 1, n_groups = PLACE_N_CLASSES * n_waits, n = 0, row = 0;
    memset(r->group_start, 0, (n_groups + 1) * sizeof *r->group_start);
    for (size_t area = 0; area < s->n_areas; area++)
        for (size_t need = 0; need < s->n_needs; need++)
            for (int32_t ncy = 0; ncy < PLACE_N_NCY; ncy++, row++) {
                if (s->row_waiting[row] == 0) continue;
                const int32_t *head = &s->head[row * s->n_columns];
                for (size_t g = 0; g < s->n_targets; g++)
                    for (int32_t node = head[g]; node != PLACE_NONE; node = s->cohorts[node].next) {
                        const cohort *c = &s->cohorts[node];
                        if (c->seat != PLACE_WAITING) continue;
                        int32_t group = (r->class_rank[c->class_] + 1) * (int32_t)n_waits - 1 - c->wait;
                        r->seekers[n++] = (place_seeker){ .cell = place_cell_at(s, (int32_t)area, (int32_t)need, ncy, (int32_t)g, false),
                                                          .setting = c->setting, .node = node, .class_ = c->class_, .wait = c->wait,
                                                          .remaining = c->mark == MARK_DECLINED ? 0 : c->count,
                                                          .declined = c->mark == MARK_DECLINED ? c->count : 0, .group = group, .mark = c->mark };
                        r->group_start[group + 1]++;
                    }
            }
    for (size_t k = 0; k < n_groups && n > 0; k++) r->group_start[k + 1] += r->group_start[k];
    for (size_t i = 0; i < n; i++) r->order[r->group_start[r->seekers[i].group]++] = (int32_t)i;
    r->n_seekers = n;
}

/** Phases that some pool spans, and provisions that some target lists together, are of one class; r->phase_class and r->provision_class. */
static int32_t classes(int32_t *class_of, size_t n) { /* renumber representatives as 0, 1, ... */
    int32_t n_classes = 0;
    for (size_t i = 0; i < n; i++) class_of[i] = (size_t)class_of[i] == i ? n_classes++ : class_of[class_of[i]];
    return n_classes;
}

static void join_classes(int32_t *class_of, size_t n, int32_t a, int32_t b) {
    int32_t low = class_of[a] < class_of[b] ? class_of[a] : class_of[b], high = class_of[a] < class_of[b] ? class_of[b] : class_of[a];
    for (size_t i = 0; i < n; i++)
        if (class_of[i] == high) class_of[i] = low;
}

size_t place_placing_markets(place_replication *r) {
    const place_plan *plan = r->plan;
    for (size_t p = 0; p < plan->phases.n; p++) r->phase_class[p] = (int32_t)p;
    for (size_t v = 0; v < plan->provisions.n; v++) r->provision_class[v] = (int32_t)v;
    for (size_t i = 0; i < plan->n_pools; i++) {
        int32_t first = PLACE_NONE;
        uint32_t taught = plan->sites[plan->pools[i].site].ncy_mask; /* ever: events may change what a site teaches */
        for (size_t e = 0; e < plan->n_events; e++)
            if (plan->events[e].site == plan->pools[i].site) taught |= plan->events[e].ncy_mask | plan->events[e].ncy_intake;
        for (int c = 0; c < PLACE_N_NCY; c++) {
            int32_t phase = plan->phase_of_ncy[c];
            if (!(taught >> c & 1u) || !(plan->pools[i].phase_mask >> phase & 1u)) continue;
            if (first == PLACE_NONE) first = phase;
            else join_classes(r->phase_class, plan->phases.n, first, phase);
        }
    }
    for (size_t g = 0; g < plan->targets.n; g++)
        for (int t = 1; t < PLACE_MAX_TARGET_LIST && plan->target_list[g][t] != PLACE_NONE; t++)
            join_classes(r->provision_class, plan->provisions.n, plan->target_list[g][0], plan->target_list[g][t]);
    r->n_phase_classes = classes(r->phase_class, plan->phases.n);
    r->n_provision_classes = classes(r->provision_class, plan->provisions.n);
    for (size_t g = 0; g < plan->targets.n; g++)
        for (int t = 1; t < PLACE_MAX_TARGET_LIST; t++)
            if (plan->target_list[g][t] != PLACE_NONE && plan->provision_kind[plan->target_list[g][t]] == PLACE_OPEN) r->open_fallback = true;
    return plan->areas.n * (size_t)r->n_phase_classes * (size_t)r->n_provision_classes;
}

void place_places(place_replication *r, bool september_round) {
    size_t n_rounds = 1;
    bool stretch = any_stretch(r), vacated = true;
    for (size_t a = 0; a < r->plan->areas.n; a++)
        if (r->plan->n_reach[a] + 1 > n_rounds) n_rounds = r->plan->n_reach[a] + 1;
    gather(r);
    r->seat_key = place_draws_key(r->draws, PLACE_FAMILY_CHANCE, DRAW_SEAT, 2 * (uint32_t)r->step + (place_after_round(r, september_round) ? 1 : 0));
    for (size_t i = 0; i < r->n_seekers && september_round; i++) place_book_class(r, PLACE_VAR_CLASS_SOUGHT, &r->seekers[i], r->seekers[i].remaining);
    while (vacated) { /* only a seat vacated in a pass can give the next pass anything to do */
        vacated = false;
        for (place_level at = PLACE_AT_COMMISSIONED; at <= (stretch ? PLACE_AT_STRETCH : PLACE_AT_COMMISSIONED); at++) {
            count_free(r, at);
            serve_all(r, at, n_rounds, september_round, &vacated);
        }
    }
    if (r->open_fallback) place_settle_open(r, september_round);
    place_direct(r, september_round);
    place_causes_open(r, place_after_round(r, september_round));
    place_divert(r, september_round);
    place_causes_keep(r);
    place_causes_close(r, september_round);
    for (size_t i = 0; i < r->n_seekers; i++) /* their chance has been */
        if (r->seekers[i].mark == MARK_NEW && r->seekers[i].remaining > 0) place_cohorts_unmark(r->state, r->seekers[i].cell.index, MARK_NEW, 0, PLACE_MAX_WAIT);
}

/** Everybody who still waits has waited one step more, and may be asked again. Called after the step's last placing: all who wait are in
 *  cells of its seekers. */
void place_wait_on(place_replication *r) {
    size_t last = SIZE_MAX;
    for (size_t i = 0; i < r->n_seekers; i++) {
        size_t cell = r->seekers[i].cell.index;
        if (cell != last) place_cohorts_unmark(r->state, cell, MARK_DECLINED, 1, r->plan->wait_cap);
        last = cell;
    }
}
