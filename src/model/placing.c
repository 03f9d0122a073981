/* SPDX-License-Identifier: MIT */
/*
 * Placing: who is served first, and at which site. What becomes of those for whom there is no place is in unplaced.c, and why there was
 * none in causes.c.
 *
 * Waiting cohorts are put in groups by class and wait. A group is served area by area: first all from their own area's sites, then the
 * first area on each area's list of reach, and so on. Equals within a group choose in the order of lots, each cohort's from its own key.
 *
 * A market is an area with the phases that some pool spans and the provisions that some target lists together; a component is the markets
 * that areas' reach ties together. What happens in one component in a pass touches no other, for a seat that its occupant leaves is given
 * out in the next pass: so each is served by itself, and most, having no free place or nobody waiting, not at all.
 */
#include "placing.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static int32_t pool_free(const place_replication *r, int32_t pool, place_level at, place_class class_) {
    const pool_now *now = &r->state->pools[pool];
    if (at == PLACE_AT_COMMISSIONED) return place_pool_free(now) - r->held[pool];
    return r->plan->pools[pool].stretch_classes >> class_ & 1u ? place_pool_free_stretched(now) - r->held[pool] : 0;
}

/** Whether a site in its present form may admit these pupils, places apart. */
static bool admits(const place_replication *r, int32_t site, const place_cell *cell) {
    const site_now *now = &r->state->sites[site];
    return now->open && now->intake && (now->ncy_mask >> cell->ncy & 1u) && (now->need_mask >> cell->need & 1u); /* the year's phase has a pool, then */
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

/** Places for which pupils of an area, phase and provision compete with one another in a round: no other pupil's choice touches them. */
static int32_t market_of(const place_replication *r, int32_t area, int32_t phase, int32_t provision) {
    return (area * r->n_phase_classes + r->phase_class[phase]) * r->n_provision_classes + r->provision_class[provision];
}

/** The markets among which a market's pupils may choose in some round. */
static int32_t component_of(const place_replication *r, int32_t area, int32_t phase, int32_t provision) {
    return (r->area_class[area] * r->n_phase_classes + r->phase_class[phase]) * r->n_provision_classes + r->provision_class[provision];
}

/** A site has n more (or fewer) free places in a pool: they are free to each of the pool's phases. */
static void add_free(place_replication *r, size_t pool, int32_t n) {
    const place_state *s = r->state;
    const site_now *site = &s->sites[s->pools[pool].site];
    int32_t first_phase = __builtin_ctz(s->pools[pool].phases);
    for (uint32_t phases = s->pools[pool].phases; phases != 0; phases &= phases - 1)
        r->free_in[free_slot(s, site->area, __builtin_ctz(phases), site->provision)] += n;
    r->market_free[market_of(r, site->area, first_phase, site->provision)] += n;
    r->component_free[component_of(r, site->area, first_phase, site->provision)] += n;
}

static void count_free(place_replication *r, place_level at) {
    place_state *s = r->state;
    memset(r->free_in, 0, s->n_areas * s->n_phases * s->n_provisions * sizeof *r->free_in);
    memset(r->market_free, 0, r->n_markets * sizeof *r->market_free);
    memset(r->market_pools, 0, r->n_markets * sizeof *r->market_pools);
    memset(r->component_free, 0, r->n_markets * sizeof *r->component_free);
    for (size_t i = 0; i < s->n_pools; i++) {
        const site_now *site = &s->sites[s->pools[i].site];
        int32_t free = (at == PLACE_AT_COMMISSIONED ? place_pool_free(&s->pools[i]) : place_pool_free_stretched(&s->pools[i])) - r->held[i];
        if (!site->open || !site->intake || free <= 0 || s->pools[i].phases == 0) continue;
        add_free(r, i, free);
        r->market_pools[market_of(r, site->area, __builtin_ctz(s->pools[i].phases), site->provision)]++;
    }
}

/** k pupils have left seats for better ones: if that makes them free, they are given out in the next pass. */
static void vacate(place_replication *r, int32_t setting, const place_cell *cell, int32_t k) {
    place_state *s = r->state;
    int32_t site = place_setting_site(s, setting);
    if (site == PLACE_NONE) return;
    int32_t pool = s->pool_of[(size_t)site * s->n_phases + (size_t)cell->phase];
    const site_now *now = &s->sites[site];
    assert(now->open && s->pools[pool].phases != 0); /* whom a site no longer fits has lost the seat */
    if (!now->intake) return;
    r->held[pool] += k;
    r->component_vacated[component_of(r, now->area, __builtin_ctz(s->pools[pool].phases), now->provision)] = true;
}

/** Take k pupils of a seeker off the list and put them somewhere else. */
void place_reseat(place_replication *r, place_seeker *seeker, int32_t setting, place_seat seat, int32_t k, place_ledger flow) {
    place_cohort_seat(r->state, &seeker->cell, seeker->node, setting, seat, k);
    place_ledger_book(r->state, &seeker->cell, flow, setting, k);
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

/**
 * Offer up to k pupils a place in one area: to all who take it up, as many as there is room for at the site that the first is offered.
 * @param takes_up  whether they take what they are offered; refusing is for one at a time
 * @return pupils placed; 0 when there is no place, or it was refused
 */
static int32_t offer(place_replication *r, place_seeker *seeker, int32_t area, place_level at, int32_t k, bool takes_up, bool september) {
    place_state *s = r->state;
    for (int i = 0; i < PLACE_MAX_TARGET_LIST; i++) {
        int32_t provision = r->plan->target_list[seeker->cell.target][i];
        if (provision == PLACE_NONE) break;
        if (r->free_in[free_slot(s, area, seeker->cell.phase, provision)] <= 0) continue;
        int32_t site = place_choose_site(r, &seeker->cell, area, provision, at, (place_class)seeker->class_, false);
        if (site == PLACE_NONE) continue;
        if (!takes_up) {
            place_trace(s, PLACE_TRACE_DECLINED, &seeker->cell, (int32_t)s->n_provisions + site, 1);
            decline(r, seeker);
            return 0;
        }
        int32_t pool = s->pool_of[(size_t)site * s->n_phases + (size_t)seeker->cell.phase], setting = seeker->setting;
        int32_t room = pool_free(r, pool, at, (place_class)seeker->class_), n = k < room ? k : room;
        place_reseat(r, seeker, (int32_t)s->n_provisions + site, PLACE_PLACED, n, area == seeker->cell.area ? LEDGER_PLACED_OWN : LEDGER_PLACED_OTHER);
        add_free(r, (size_t)pool, -n);
        vacate(r, setting, &seeker->cell, n);
        if (september) place_book_class(r, PLACE_VAR_CLASS_PLACED, seeker, n);
        return n;
    }
    return 0;
}

/* Equal lots, once in 2^64 pairs, go in the seekers' order. Without a branch, since this is most of a crowded round's work. */
static bool before_in_lots(const place_lot *x, const place_lot *y) { return (x->lot < y->lot) | ((x->lot == y->lot) & (x->seeker < y->seeker)); }

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

/** Serve one cohort alone: its pupils are exchangeable, so they need no lots. @param together  only one pool can take them */
static void serve_alone(place_replication *r, place_seeker *seeker, int32_t area, place_level at, bool together, bool september) {
    if (!r->any_take_up) {
        while (seeker->remaining > 0 && may_find(r, &seeker->cell, area)
               && offer(r, seeker, area, at, together ? seeker->remaining : 1, true, september) > 0) {}
        return;
    }
    place_stream answers = answer_stream(r, seeker);
    for (int32_t k = seeker->remaining; k > 0; k--) {
        bool takes_up = place_stream_uniform(&answers) < take_up_of(r, seeker, area, at);
        offer(r, seeker, area, at, 1, takes_up, september);
    }
}

/** Serve cohorts that compete for the same places, in the order of their pupils' lots. */
static void serve_by_lot(place_replication *r, const int32_t *members, size_t n_members, int32_t market, size_t round, place_level at, bool september) {
    size_t n_lots = 0;
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
        offer(r, seeker, area, at, 1, takes_up, september);
    }
}

/** One round of one group of a component, market by market. @param first, end  of the component's seekers */
static void serve(place_replication *r, int32_t first, int32_t end, size_t round, place_level at, bool september) {
    size_t n_markets = 0;
    for (int32_t i = first; i != end; i = r->seekers[i].next) { /* who competes, and in which market */
        place_seeker *seeker = &r->seekers[i];
        if (seeker->remaining == 0) continue;
        int32_t area = place_area_of_round(r->plan, seeker->cell.area, round);
        if (area == PLACE_NONE || !may_find(r, &seeker->cell, area)) continue;
        int32_t market = market_of(r, area, seeker->cell.phase, r->state->first_of[seeker->cell.target]);
        seeker->next_in_market = PLACE_NONE;
        if (r->market_last[market] == PLACE_NONE) {
            r->markets[n_markets++] = market;
            r->market_first[market] = i;
        } else {
            r->seekers[r->market_last[market]].next_in_market = i;
        }
        r->market_last[market] = i;
    }
    for (size_t m = 0; m < n_markets; m++) {
        int32_t market = r->markets[m], n_pupils = 0;
        size_t n_members = 0;
        r->market_last[market] = PLACE_NONE;
        for (int32_t member = r->market_first[market]; member != PLACE_NONE; member = r->seekers[member].next_in_market) {
            r->columns[n_members++] = member;
            n_pupils += r->seekers[member].remaining;
        }
        /* Where one pool has places for all of them, nobody's turn matters; nor does it in a cohort alone. */
        bool one_pool = r->market_pools[market] == 1 && !r->any_admission;
        if (n_members > 1 && (n_pupils > r->market_free[market] || !one_pool)) {
            serve_by_lot(r, r->columns, n_members, market, round, at, september);
            continue;
        }
        for (size_t i = 0; i < n_members; i++) {
            place_seeker *seeker = &r->seekers[r->columns[i]];
            serve_alone(r, seeker, place_area_of_round(r->plan, seeker->cell.area, round), at, one_pool, september);
        }
    }
}

/** All groups of one component, at one level of places. */
static void serve_component(place_replication *r, int32_t component, place_level at, size_t n_rounds, bool september) {
    for (int32_t first = r->component_first[component], end; first != PLACE_NONE && r->component_free[component] > 0; first = end) {
        for (end = r->seekers[first].next; end != PLACE_NONE && r->seekers[end].group == r->seekers[first].group;) end = r->seekers[end].next;
        for (size_t round = 0; round < n_rounds; round++) serve(r, first, end, round, at, september);
    }
}

static bool any_stretch(const place_replication *r) {
    for (size_t i = 0; i < r->state->n_pools; i++)
        if (r->state->pools[i].stretch > 0) return true;
    return false;
}

/** All waiting cohorts: r->seekers in the order of area, need, ncy, target, setting; r->order in the order of service, by class, then
 *  longest wait, then as before; and the components' chains in that order too. Stays true through a placing: everything that happens to a
 *  waiting pupil is told to its seeker. */
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
                        if (c->seat != PLACE_WAITING) break; /* they come first */
                        int32_t group = (r->class_rank[c->class_] + 1) * (int32_t)n_waits - 1 - c->wait;
                        place_cell cell = place_cell_at(s, (int32_t)area, (int32_t)need, ncy, (int32_t)g, false);
                        r->seekers[n++] = (place_seeker){ .cell = cell, .setting = c->setting, .node = node, .class_ = c->class_, .wait = c->wait,
                                                          .remaining = c->mark == MARK_DECLINED ? 0 : c->count,
                                                          .declined = c->mark == MARK_DECLINED ? c->count : 0, .group = group, .mark = c->mark,
                                                          .component = component_of(r, cell.area, cell.phase, s->first_of[g]), .next = PLACE_NONE };
                        r->group_start[group + 1]++;
                    }
            }
    for (size_t k = 0; k < n_groups && n > 0; k++) r->group_start[k + 1] += r->group_start[k];
    for (size_t i = 0; i < n; i++) r->order[r->group_start[r->seekers[i].group]++] = (int32_t)i;
    r->n_seekers = n;
    memset(r->component_first, 0xff, r->n_markets * sizeof *r->component_first); /* PLACE_NONE in every byte */
    for (size_t i = 0; i < n; i++) {
        int32_t component = r->seekers[r->order[i]].component;
        *(r->component_first[component] == PLACE_NONE ? &r->component_first[component] : &r->seekers[r->component_last[component]].next) = r->order[i];
        r->component_last[component] = r->order[i];
    }
}

/** Areas tied by reach, phases that some pool spans, and provisions that some target lists together, are of one class. */
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
    for (size_t a = 0; a < plan->areas.n; a++) r->area_class[a] = (int32_t)a;
    for (size_t a = 0; a < plan->areas.n; a++) {
        r->reaches[a * plan->areas.n + a] = true;
        for (size_t k = 0; k < plan->n_reach[a]; k++) {
            r->reaches[a * plan->areas.n + (size_t)plan->reach[a][k]] = true;
            join_classes(r->area_class, plan->areas.n, (int32_t)a, plan->reach[a][k]);
        }
    }
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
    r->n_area_classes = classes(r->area_class, plan->areas.n);
    r->n_phase_classes = classes(r->phase_class, plan->phases.n);
    r->n_provision_classes = classes(r->provision_class, plan->provisions.n);
    for (size_t g = 0; g < plan->targets.n; g++)
        for (int t = 1; t < PLACE_MAX_TARGET_LIST; t++)
            if (plan->target_list[g][t] != PLACE_NONE && plan->provision_kind[plan->target_list[g][t]] == PLACE_OPEN) r->open_fallback = true;
    return plan->areas.n * (size_t)r->n_phase_classes * (size_t)r->n_provision_classes;
}

/** Passes over the components, until none vacates a seat that somebody might want. */
static void serve_all(place_replication *r, bool september) {
    bool stretch = any_stretch(r), vacated = true;
    size_t n_rounds = 1, n_pools = r->state->n_pools;
    for (size_t a = 0; a < r->plan->areas.n; a++)
        if (r->plan->n_reach[a] + 1 > n_rounds) n_rounds = r->plan->n_reach[a] + 1;
    for (bool first = true; vacated; first = false) {
        /* After the first pass, only a seat vacated in a pass can give the next one anything to do. */
        bool *again = first ? NULL : r->component_again;
        if (!first) memcpy(again, r->component_vacated, r->n_markets * sizeof *again);
        memset(r->component_vacated, 0, r->n_markets * sizeof *r->component_vacated);
        memset(r->held, 0, n_pools * sizeof *r->held);
        for (place_level at = PLACE_AT_COMMISSIONED; at <= (stretch ? PLACE_AT_STRETCH : PLACE_AT_COMMISSIONED); at++) {
            count_free(r, at);
            for (size_t i = 0; i < r->n_markets; i++)
                if (r->component_free[i] > 0 && r->component_first[i] != PLACE_NONE && (first || again[i]))
                    serve_component(r, (int32_t)i, at, n_rounds, september);
        }
        vacated = false;
        for (size_t i = 0; i < r->n_markets; i++) vacated |= r->component_vacated[i];
    }
}

void place_places(place_replication *r, bool september_round) {
    gather(r);
    r->seat_key = place_draws_key(r->draws, PLACE_FAMILY_CHANCE, DRAW_SEAT, 2 * (uint32_t)r->step + (place_after_round(r, september_round) ? 1 : 0));
    for (size_t i = 0; i < r->n_seekers && september_round; i++) place_book_class(r, PLACE_VAR_CLASS_SOUGHT, &r->seekers[i], r->seekers[i].remaining);
    if (r->n_seekers > 0) serve_all(r, september_round);
    if (r->open_fallback) place_settle_open(r, september_round);
    place_direct(r, september_round);
    place_causes_open(r, place_after_round(r, september_round));
    place_divert(r, september_round);
    place_causes_close(r, september_round);
    for (size_t i = 0; i < r->n_seekers && september_round; i++) /* their chance has been; after the step's last placing, place_wait_on says so */
        if (r->seekers[i].mark == MARK_NEW && r->seekers[i].remaining > 0) place_cohorts_unmark(r->state, r->seekers[i].cell.index, 1u << MARK_NEW, 0, PLACE_MAX_WAIT);
}

/** Everybody who still waits has waited one step more, may be asked again, and is not new. Called after the step's last placing: all who wait
 *  are in cells of its seekers. */
void place_wait_on(place_replication *r) {
    size_t last = SIZE_MAX;
    for (size_t i = 0; i < r->n_seekers; i++) {
        size_t cell = r->seekers[i].cell.index;
        if (cell != last) place_cohorts_unmark(r->state, cell, 1u << MARK_NEW | 1u << MARK_DECLINED, 1, r->plan->wait_cap);
        last = cell;
    }
}
