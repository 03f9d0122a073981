/* SPDX-License-Identifier: MIT */
/*
 * Sites through time: what they are before the first step, and what each event does to them. An event that ends a site moves its roll
 * to the successors first; only pupils whom none can take lose their place and seek. A cut below the roll removes nobody.
 */
#include "engine.h"

#include <math.h>

void place_sites_open(place_replication *r) {
    const place_plan *plan = r->plan;
    place_state *s = r->state;
    for (size_t i = 0; i < plan->n_sites; i++) {
        const place_site *site = &plan->sites[i];
        site_now *now = &s->sites[i];
        now->area = site->area;
        now->provision = site->provision;
        now->ncy_mask = site->ncy_mask;
        now->need_mask = site->need_mask;
        now->open = !site->delivered && site->open_day <= plan->calendar.start_day[0];
        now->intake = now->open;
        now->take_up = place_draws_number(r->draws, &site->take_up);
        if (now->take_up < 1) r->any_take_up = true;
    }
    for (size_t i = 0; i < plan->n_pools; i++) {
        const place_pool *pool = &plan->pools[i];
        pool_now *now = &s->pools[i];
        now->site = pool->site;
        now->commissioned = place_draws_count(r->draws, &pool->commissioned);
        now->stretch = place_draws_count(r->draws, &pool->stretch);
        now->physical = pool->physical_stated ? place_draws_count(r->draws, &pool->physical) : now->commissioned + now->stretch; /* as drawn */
        if (now->physical < now->commissioned) now->physical = now->commissioned; /* drawn apart, they may cross */
        now->commissioned_owed = now->commissioned;
        now->physical_owed = now->physical;
        r->others_mean[i] = place_draws_number(r->draws, &pool->others);
        r->planned[i] = (place_track){ .open = s->sites[pool->site].open, .places = now->commissioned };
    }
    place_state_index_sites(s);
}

/** Places held by others: a number, a share of what is commissioned, or a Poisson number drawn for each academic year. */
static void seat_others(place_replication *r, size_t pool_index, bool new_year) {
    const place_pool *pool = &r->plan->pools[pool_index];
    pool_now *now = &r->state->pools[pool_index];
    double mean = r->others_mean[pool_index];
    switch (pool->others_kind) {
    case PLACE_OTHERS_NUMBER: now->others = (int32_t)floor(mean + 0.5); break;
    case PLACE_OTHERS_SHARE: now->others = (int32_t)floor(mean * now->commissioned + 0.5); break;
    case PLACE_OTHERS_POISSON:
        if (new_year && mean > 0) {
            const place_site *site = &r->plan->sites[pool->site];
            place_key key = place_draws_key(r->draws, PLACE_FAMILY_CHANCE, DRAW_OTHERS, (uint32_t)r->year);
            key = place_key_with(place_key_with(key, site->item.word), (uint32_t)(pool_index - site->first_pool));
            place_stream stream;
            place_stream_init(&stream, &key);
            now->others = (int32_t)place_stream_poisson(&stream, mean);
        }
        break;
    }
}

/** Seats for pupils of a closing site at a successor: up to its physical places. */
static int32_t successor_room(const place_state *s, int32_t site, const place_cell *cell) {
    int32_t pool = s->pool_of[(size_t)site * s->n_phases + (size_t)cell->phase];
    if (pool == PLACE_NONE || !place_site_suits(s, site, cell)) return 0;
    int32_t room = s->pools[pool].physical - s->pools[pool].others - s->pools[pool].roll;
    return room > 0 ? room : 0;
}

/** Pupils of one cohort at a site that has ended, or no longer fits them: to the successors, and the rest seek. */
static void resettle(place_replication *r, const place_cell *cell, cohort c, const place_event *event) {
    place_state *s = r->state;
    int32_t left = c.count;
    for (size_t i = 0; i < event->n_successors && left > 0 && c.seat == PLACE_PLACED; i++) {
        int32_t room = successor_room(s, event->successors[i], cell), k = left < room ? left : room;
        if (k == 0) continue;
        place_cohort_put(s, cell, (int32_t)s->n_provisions + event->successors[i], PLACE_PLACED, PLACE_TRANSFER, 0, k);
        place_trace(s, PLACE_TRACE_RESETTLED, cell, (int32_t)s->n_provisions + event->successors[i], k);
        left -= k;
    }
    if (left == 0) return;
    place_trace(s, PLACE_TRACE_PLACE_LOST, cell, (int32_t)s->n_provisions + event->site, left);
    int32_t setting = place_waiting_setting(r, PLACE_PLACE_LOST, cell);
    if (c.seat == PLACE_FORWARD) place_cohort_put(s, cell, setting, PLACE_FORWARD, (place_class)c.class_, c.wait, left);
    else if (c.seat == PLACE_WAITING) place_cohort_wait(s, cell, setting, (place_class)c.class_, c.wait, (place_mark)c.mark, left); /* on the list already */
    else place_begin_seeking(s, cell, setting, PLACE_PLACE_LOST, 0, left);
}

/** Resettle the roll of a site: all of it when the site has ended, else those whom it no longer fits. */
static void clear_site(place_replication *r, const place_event *event) {
    place_state *s = r->state;
    int32_t setting = (int32_t)s->n_provisions + event->site;
    const site_now *site = &s->sites[event->site];
    for (int32_t area = 0; area < (int32_t)s->n_areas && site->roll > 0; area++)
        for (int32_t need = 0; need < (int32_t)s->n_needs; need++)
            for (int32_t ncy = 0; ncy < PLACE_N_NCY; ncy++) {
                place_cell first = place_cell_at(s, area, need, ncy, 0, false);
                if (s->row_n[first.row] == 0 || site->roll_ncy[ncy] == 0) continue;
                for (size_t column = 0; column < s->n_columns; column++) {
                    place_cell cell = place_cell_column(s, &first, (int32_t)column);
                    int32_t before = PLACE_NONE, node = s->head[cell.index];
                    while (node != PLACE_NONE) {
                        cohort c = s->cohorts[node];
                        if (c.setting == setting && c.seat == PLACE_WAITING && site->open && place_setting_suits(s, setting, &cell)) {
                            place_cohort_take(s, &cell, before, node, c.count); /* what the site now is, is what they wait for */
                            place_cohort_put(s, &cell, setting, PLACE_PLACED, PLACE_TRANSFER, 0, c.count);
                            place_ledger_book(s, &cell, site->area == area ? LEDGER_PLACED_OWN : LEDGER_PLACED_OTHER, setting, c.count);
                            node = s->head[cell.index];
                            before = PLACE_NONE;
                            continue;
                        }
                        bool fits = site->open && (c.seat == PLACE_PLACED ? place_setting_suits(s, setting, &cell) : (site->ncy_mask >> ncy & 1u) != 0);
                        if (c.setting != setting || fits) {
                            before = node;
                            node = c.next;
                            continue;
                        }
                        place_cohort_take(s, &cell, before, node, c.count);
                        resettle(r, &cell, c, event);
                        node = s->head[cell.index]; /* the list has changed: from its head */
                        before = PLACE_NONE;
                    }
                }
            }
}

/** More or fewer places, commissioned and physical alike; neither goes below 0. */
static void change_places(place_replication *r, const place_event *event) {
    pool_now *pool = &r->state->pools[event->pool];
    double value = floor(place_draws_number(r->draws, &event->places) + 0.5);
    int32_t by = event->sets_places ? (int32_t)value - pool->commissioned_owed : (int32_t)value;
    pool->commissioned_owed += by; /* below 0 while more is taken than there is: it counts when places come back */
    pool->physical_owed += by;
    pool->commissioned = pool->commissioned_owed > 0 ? pool->commissioned_owed : 0;
    pool->physical = pool->physical_owed > 0 ? pool->physical_owed : 0;
}

static void apply(place_replication *r, const place_event *event) {
    place_state *s = r->state;
    site_now *site = &s->sites[event->site];
    if (site->ended) return; /* what comes late to a site that has closed comes to nothing */
    place_event_kind kind = !event->opens_closed ? event->kind : site->open ? PLACE_EVENT_CHANGE : PLACE_EVENT_OPEN;
    int32_t provision = site->provision, before = event->pool != PLACE_NONE ? s->pools[event->pool].commissioned : 0;
    if (event->pool != PLACE_NONE) change_places(r, event);
    if (s->tracer != NULL)
        place_trace_tell_site(s->tracer, (place_trace_kind)(PLACE_TRACE_SITE_OPENED + (int)kind), site->area,
                              (int32_t)s->n_provisions + event->site, event->pool != PLACE_NONE ? s->pools[event->pool].commissioned - before : 0);
    if (event->ncy_mask != 0) site->ncy_mask = event->ncy_mask;
    if (event->ncy_intake != 0) site->ncy_mask |= event->ncy_intake;
    if (event->need_mask != 0) site->need_mask = event->need_mask;
    if (event->area != PLACE_NONE) site->area = event->area;
    switch (kind) {
    case PLACE_EVENT_OPEN:
        site->open = true;
        site->intake = !site->withdrawn;
        break;
    case PLACE_EVENT_STOP_INTAKE: site->intake = false; break;
    case PLACE_EVENT_RESUME_INTAKE: site->intake = site->open && !site->withdrawn; break;
    case PLACE_EVENT_CLOSE:
        site->open = site->intake = false;
        site->ended = true;
        break;
    case PLACE_EVENT_CHANGE: break;
    }
    if (event->provision != PLACE_NONE && event->provision != provision) {
        /* pupils are counted by their setting's provision: those on roll leave its old column and enter its new one */
        for (int32_t area = 0; area < (int32_t)s->n_areas; area++)
            for (int32_t need = 0; need < (int32_t)s->n_needs; need++)
                for (int32_t ncy = 0; ncy < PLACE_N_NCY; ncy++)
                    for (size_t column = 0; column < s->n_columns; column++) {
                        place_cell first = place_cell_at(s, area, need, ncy, 0, false), cell = place_cell_column(s, &first, (int32_t)column);
                        for (int32_t node = s->head[cell.index]; node != PLACE_NONE; node = s->cohorts[node].next)
                            if (place_setting_site(s, s->cohorts[node].setting) == event->site) {
                                s->sitting[place_state_apv(s, &cell, provision)] -= s->cohorts[node].count;
                                s->sitting[place_state_apv(s, &cell, event->provision)] += s->cohorts[node].count;
                            }
                    }
        site->provision = event->provision;
    }
    if (event->kind == PLACE_EVENT_CLOSE || event->ncy_mask != 0 || event->provision != PLACE_NONE) clear_site(r, event);
    place_state_index_sites(s);
}

/** A pool's account of the programme as it was planned. What works take and there is not, it owes, as the pool itself does. */
static void track(const place_replication *r, const place_event *event) {
    const place_site *site = &r->plan->sites[event->site];
    for (size_t i = site->first_pool; i < site->first_pool + site->n_pools; i++) {
        place_track *planned = &r->planned[i];
        if (event->kind == PLACE_EVENT_OPEN || event->opens_closed) planned->open = true;
        if (event->kind == PLACE_EVENT_CLOSE) planned->open = false;
        if (event->pool != (int32_t)i) continue;
        int32_t value = (int32_t)floor(place_draws_number(r->draws, &event->places) + 0.5);
        planned->places = event->sets_places ? value : planned->places + value;
    }
}

/** Places that are late now, and those of them that on 15 February were forecast for this September. */
static void find_late(place_replication *r) {
    const place_plan *plan = r->plan;
    place_state *s = r->state;
    for (size_t i = 0; i < plan->n_pools; i++) {
        const site_now *site = &s->sites[s->pools[i].site];
        int32_t planned = r->planned[i].open && !site->ended ? r->planned[i].places : 0, actual = site->open ? s->pools[i].commissioned : 0;
        s->pools[i].late = planned > actual ? planned - actual : 0;
        s->pools[i].forecast_late = 0;
    }
    if (!plan->calendar.september[r->step]) return;
    int32_t now = plan->calendar.start_day[r->step];
    for (size_t e = 0; e < plan->n_events; e++) {
        const place_event *event = &plan->events[e];
        if (event->project == PLACE_NONE || event->activity != PLACE_NONE || r->delivery->event_step[e] <= (int32_t)r->step) continue;
        if (place_delivery_forecast_day(r->delivery, e, r->year) > now) continue;
        const place_site *site = &plan->sites[event->site];
        for (size_t i = site->first_pool; i < site->first_pool + site->n_pools; i++) { /* an opening brings all there is to be */
            if (event->kind == PLACE_EVENT_OPEN || event->opens_closed) s->pools[i].forecast_late += s->pools[i].late;
            else if (event->pool == (int32_t)i) s->pools[i].forecast_late += (int32_t)floor(place_draws_number(r->draws, &event->places) + 0.5);
        }
    }
    for (size_t i = 0; i < plan->n_pools; i++) {
        pool_now *pool = &s->pools[i];
        if (pool->forecast_late > pool->late) pool->forecast_late = pool->late;
        if (pool->forecast_late < 0) pool->forecast_late = 0;
    }
}

/** A neighbour may take no more of our pupils: drawn once an academic year while the site is open, and for good. */
static void withdraw_allotments(place_replication *r) {
    for (size_t i = 0; i < r->plan->n_sites; i++) {
        const place_site *site = &r->plan->sites[i];
        site_now *now = &r->state->sites[i];
        if (!site->allotment || !now->open || now->withdrawn) continue;
        place_key key = place_key_with(place_draws_key(r->draws, PLACE_FAMILY_DELIVERY, DRAW_WITHDRAW, (uint32_t)r->year), site->item.word);
        place_stream stream;
        place_stream_init(&stream, &key);
        if (place_stream_uniform(&stream) >= place_draws_number(r->draws, &site->withdraw)) continue;
        if (r->state->tracer != NULL)
            place_trace_tell_site(r->state->tracer, PLACE_TRACE_ALLOTMENT_WITHDRAWN, now->area, (int32_t)(r->state->n_provisions + i), 0);
        now->withdrawn = true;
        now->intake = false;
    }
}

void place_sites_take_up(place_replication *r) {
    const place_plan *plan = r->plan;
    for (size_t i = 0; i < plan->n_sites && plan->take_up_changes != NULL; i++) {
        if (plan->take_up_changes[i] == PLACE_NONE) continue;
        double take_up = place_draws_number(r->draws, &plan->sites[i].take_up);
        r->state->sites[i].take_up = place_changes_apply(r->changes, plan->take_up_changes[i], PLACE_COLUMN_AT_ONCE, take_up, 1, &r->rates->n_held);
        r->any_take_up |= r->state->sites[i].take_up < 1;
    }
}

void place_sites_deliver(place_replication *r) {
    const place_plan *plan = r->plan;
    int32_t step = (int32_t)r->step;
    bool new_year = step == 0 || plan->calendar.year[step] != plan->calendar.year[step - 1];
    for (int closing = 0; closing < 2; closing++) /* what opens is open before the roll of what closes looks for it */
        for (size_t e = 0; e < plan->n_events; e++) {
            const place_event *event = &plan->events[e];
            if ((event->kind == PLACE_EVENT_CLOSE) != closing) continue;
            if (r->delivery->event_step[e] == step) apply(r, event);
            if (r->delivery->planned_step[e] == step) track(r, event);
        }
    if (new_year && plan->calendar.september[step]) withdraw_allotments(r);
    for (size_t i = 0; i < plan->n_pools; i++) seat_others(r, i, new_year);
    find_late(r);
}
