/* SPDX-License-Identifier: MIT */
/*
 * One replication from its first draw to its record: the order of a step, and nothing else. The parts are in the files that
 * engine.h names.
 */
#include "engine.h"

#include <string.h>

static void *take(place_replication *r, size_t n, size_t size, bool *ok) {
    void *p = place_arena_array(r->arena, n, size);
    if (p == NULL) *ok = false;
    return p;
}

place_replication *place_replication_create(const place_plan *plan, const place_layout *layout) {
    place_arena *arena = place_arena_create();
    if (arena == NULL) return NULL;
    bool ok = true;
    place_replication *r = place_arena_array(arena, 1, sizeof *r);
    if (r == NULL) goto fail;
    r->arena = arena;
    r->plan = plan;
    r->layout = layout;
    size_t n_pupils = (size_t)layout->pupil_limit + 1, n_slots = plan->areas.n * plan->phases.n * plan->provisions.n;
    r->state = place_state_create(arena, plan, layout);
    r->draws = place_draws_create(arena, plan);
    r->changes = place_changes_create(arena, plan);
    r->rates = r->changes == NULL ? NULL : place_rates_create(arena, plan, r->changes);
    r->caseloads = r->rates == NULL ? NULL : place_caseloads_create(arena, plan, r->changes, r->rates);
    r->delivery = place_delivery_create(arena, plan);
    if (plan->pipeline.used && (r->cases = place_cases_create(arena, plan, layout)) == NULL) goto fail;
    r->money = plan->budget == NULL ? NULL : place_money_create(arena, plan);
    r->columns = take(r, n_pupils, sizeof *r->columns, &ok);
    r->movers = take(r, n_pupils, sizeof *r->movers, &ok);
    r->seekers = take(r, n_pupils, sizeof *r->seekers, &ok);
    r->order = take(r, n_pupils, sizeof *r->order, &ok);
    r->lots = take(r, n_pupils, sizeof *r->lots, &ok);
    r->group_start = take(r, PLACE_N_CLASSES * ((size_t)plan->wait_cap + 1) + 1, sizeof *r->group_start, &ok);
    r->forecast_left = take(r, plan->n_pools, sizeof *r->forecast_left, &ok);
    r->free_used = take(r, plan->n_pools, sizeof *r->free_used, &ok);
    r->late_used = take(r, plan->n_pools, sizeof *r->late_used, &ok);
    r->free_in = take(r, n_slots, sizeof *r->free_in, &ok);
    r->explaining_first = take(r, plan->provisions.n + 2, sizeof *r->explaining_first, &ok);
    r->explaining = take(r, plan->n_pools, sizeof *r->explaining, &ok);
    r->explains = take(r, plan->provisions.n, sizeof *r->explains, &ok);
    r->causes_before = take(r, n_slots * PLACE_N_CAUSES, sizeof *r->causes_before, &ok);
    r->divert_hazard = take(r, 2 * plan->n_divert_rows, sizeof *r->divert_hazard, &ok);
    r->direct_hazard = take(r, plan->direct.n_rows, sizeof *r->direct_hazard, &ok);
    r->area_class = take(r, plan->areas.n, sizeof *r->area_class, &ok);
    r->phase_class = take(r, plan->phases.n, sizeof *r->phase_class, &ok);
    r->provision_class = take(r, plan->provisions.n, sizeof *r->provision_class, &ok);
    r->counts = take(r, plan->targets.n + 1, sizeof *r->counts, &ok);
    r->planned = take(r, plan->n_pools, sizeof *r->planned, &ok);
    r->others_mean = take(r, plan->n_pools, sizeof *r->others_mean, &ok);
    r->reaches = take(r, plan->areas.n * plan->areas.n, sizeof *r->reaches, &ok);
    size_t n_markets = ok ? place_placing_markets(r) : 0;
    r->markets = take(r, n_markets, sizeof *r->markets, &ok);
    r->market_first = take(r, n_markets, sizeof *r->market_first, &ok);
    r->market_last = take(r, n_markets, sizeof *r->market_last, &ok);
    r->market_free = take(r, n_markets, sizeof *r->market_free, &ok);
    r->market_pools = take(r, n_markets, sizeof *r->market_pools, &ok);
    r->n_markets = n_markets; /* and no more components than markets */
    r->component_first = take(r, n_markets, sizeof *r->component_first, &ok);
    r->component_last = take(r, n_markets, sizeof *r->component_last, &ok);
    r->component_free = take(r, n_markets, sizeof *r->component_free, &ok);
    r->component_vacated = take(r, n_markets, sizeof *r->component_vacated, &ok);
    r->component_again = take(r, n_markets, sizeof *r->component_again, &ok);
    r->held = take(r, plan->n_pools, sizeof *r->held, &ok);
    for (size_t i = 0; ok && i < n_markets; i++) r->market_last[i] = PLACE_NONE;
    for (size_t i = 0; i < plan->n_sites; i++) r->any_admission |= plan->sites[i].admission != NULL;
    if (!ok || r->state == NULL || r->draws == NULL || r->caseloads == NULL || r->delivery == NULL || (r->money == NULL && plan->budget != NULL)) goto fail;
    for (int rank = 0; rank < PLACE_N_CLASSES; rank++) r->class_rank[plan->class_order[rank]] = rank;
    return r;
fail:
    place_arena_free(arena);
    return NULL;
}

void place_replication_free(place_replication *replication) {
    if (replication != NULL) place_arena_free(replication->arena);
}

void place_replication_set_verify(place_replication *replication, bool verify) { replication->verify = verify; }

void place_replication_set_trace(place_replication *replication, place_trace_listener *listener, void *self) {
    replication->tracer = (place_tracer){ .listener = listener, .self = self };
    replication->state->tracer = listener != NULL ? &replication->tracer : NULL;
}

/** Point the ledger's flows at this step's rows of the record. */
static void open_step(place_replication *r) {
    static const place_variable_id variables[N_LEDGERS] = {
        [LEDGER_SOUGHT] = PLACE_VAR_SOUGHT,     [LEDGER_PLACED_OWN] = PLACE_VAR_PLACED_OWN_AREA, [LEDGER_PLACED_OTHER] = PLACE_VAR_PLACED_OTHER_AREA,
        [LEDGER_DIRECTED] = PLACE_VAR_DIRECTED, [LEDGER_DIVERTED] = PLACE_VAR_NEWLY_DIVERTED,    [LEDGER_GAVE_UP] = PLACE_VAR_GAVE_UP,
        [LEDGER_LEFT] = PLACE_VAR_LEFT_LIST,
    };
    place_state *s = r->state;
    const place_calendar *calendar = &r->plan->calendar;
    size_t n_list = s->n_areas * s->n_phases * s->n_needs * s->n_targets;
    for (int i = 0; i < N_LEDGERS; i++) s->flow[i] = place_record_at(r, variables[i], r->step, s->n_areas * s->n_phases * s->n_provisions);
    memcpy(s->waiting_before, s->waiting, n_list * sizeof *s->waiting);
    memset(s->balance, 0, n_list * sizeof *s->balance);
    r->year = (size_t)calendar->year[r->step];
    r->tracer.step = r->step;
    r->weight = calendar->weight[calendar->season[r->step]];
    r->transfer_round = calendar->ageing && calendar->september[r->step];
}

/** The first step ages pupils only if it begins a later academic year than that of the opening stock: the stock's ncys are those of its date. */
static bool ages(const place_replication *r) { return r->transfer_round && r->step > 0; }

/** This step's row of a variable by intervention. */
static double *doubles_of(const place_replication *r, place_variable_id variable) {
    return (double *)(void *)(r->record + r->layout->offset[variable]) + r->step * r->plan->n_interventions;
}

/** Rates hold for an academic year, or until a change grows stronger or weaker; services with a caseload act on each step's means. */
static void make_rates(place_replication *r) {
    const place_plan *plan = r->plan;
    const int32_t *year = plan->calendar.year;
    bool new_year = r->step == 0 || year[r->step] != year[r->step - 1];
    bool moved = plan->n_changes > 0 && place_changes_step(r->changes, r->step);
    if (plan->n_caseloads > 0) place_caseloads_restore(r->caseloads);
    if (new_year || moved) place_rates_make(r->rates, r->draws, r->year, new_year);
    if (plan->n_caseloads > 0) {
        double *const variables[] = { doubles_of(r, PLACE_VAR_CASES_HANDLED), doubles_of(r, PLACE_VAR_PLANS_AVERTED), doubles_of(r, PLACE_VAR_PLANS_DEFERRED) };
        place_caseloads_step(r->caseloads, r->step, variables[0], variables[1], variables[2]);
    }
    if (!moved) return;
    place_placing_prepare(r);
    place_sites_take_up(r);
}

place_status place_replication_run(place_replication *r, const int64_t indices[4], void *record, place_error *err) {
    const place_plan *plan = r->plan;
    place_state *s = r->state;
    memset(record, 0, r->layout->record_size);
    r->record = record;
    place_count_missing(r);
    r->any_take_up = false;
    r->rates->n_held = 0;
    place_draws_take(r->draws, indices);
    place_changes_take(r->changes, r->draws);
    place_caseloads_take(r->caseloads);
    place_delivery_take(r->delivery, r->draws);
    place_placing_prepare(r);
    if (r->money != NULL) place_money_open(r);
    place_state_reset(s);
    if (r->cases != NULL) place_cases_reset(r);
    place_sites_open(r);
    place_open_stock(r);
    r->tracer.step = 0;
    if (s->tracer != NULL) place_trace_opening(s);
    memcpy(place_record_counts(r, PLACE_VAR_OPENING_STOCK), s->sitting, s->n_areas * s->n_phases * s->n_provisions * sizeof *s->sitting);
    for (r->step = 0; r->step < plan->calendar.n_steps; r->step++) {
        open_step(r);
        make_rates(r);
        place_count_due(r);
        place_sites_deliver(r);
        if (ages(r)) {
            place_leave_year_end(r);
            place_transfer_round(r);
        } else {
            r->transfer_round = false;
        }
        if (plan->calendar.september[r->step]) {
            place_places(r, true);
            place_count_september(r);
            if (plan->n_triggers > 0) place_triggers_test(r);
        }
        place_leave(r);
        place_move(r);
        place_give_up_and_return(r);
        place_status status = place_join(r, err);
        if (status != PLACE_OK) return status;
        place_places(r, false);
        place_count_step(r);
        if (r->cases != NULL) place_pipeline_close(r);
        if (r->money != NULL) place_money_step(r);
        place_wait_on(r);
        place_state_verify(s, r->verify);
    }
    place_count_replication(r, indices);
    if (r->money != NULL) place_money_close(r);
    return PLACE_OK;
}
