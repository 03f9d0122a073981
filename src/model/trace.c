/* SPDX-License-Identifier: MIT */
/* Telling of events: only reached when somebody listens. */
#include "engine.h"

#include <assert.h>

static_assert(PLACE_TRACE_SOUGHT + N_LEDGERS == PLACE_TRACE_DECLINED, "events of the waiting list stand in the order of the ledger");
static_assert(PLACE_TRACE_SITE_OPENED + (int)PLACE_EVENT_CHANGE == PLACE_TRACE_SITE_CHANGED, "events of sites stand in the order of their kinds");

static void tell(const place_tracer *tracer, place_trace_event event) {
    event.step = tracer->step;
    tracer->listener(tracer->self, &event);
}

void place_trace_tell(const place_tracer *tracer, place_trace_kind kind, const place_cell *cell, int32_t other, int32_t k) {
    bool moved = kind == PLACE_TRACE_MOVED;
    tell(tracer, (place_trace_event){ .kind = kind, .area = cell->area, .phase = cell->phase, .need = cell->need, .ncy = cell->ncy,
                                      .target = cell->target, .from = moved ? other : PLACE_NONE, .setting = moved ? PLACE_NONE : other,
                                      .project = PLACE_NONE, .forward = cell->forward, .count = k });
}

void place_trace_tell_flow(const place_tracer *tracer, place_variable_id variable, const place_cell *cell, int32_t k) {
    place_trace_kind kind = PLACE_TRACE_JOINED;
    switch (variable) {
    case PLACE_VAR_TRANSFERRED_IN: kind = PLACE_TRACE_TRANSFERRED_IN; break;
    case PLACE_VAR_CEASED: kind = PLACE_TRACE_CEASED; break;
    case PLACE_VAR_TRANSFERRED_OUT: kind = PLACE_TRACE_TRANSFERRED_OUT; break;
    case PLACE_VAR_AGED_OUT: kind = PLACE_TRACE_AGED_OUT; break;
    default: assert(variable == PLACE_VAR_JOINED); break;
    }
    place_trace_tell(tracer, kind, cell, PLACE_NONE, k);
}

void place_trace_tell_site(const place_tracer *tracer, place_trace_kind kind, int32_t area, int32_t setting, int32_t places) {
    tell(tracer, (place_trace_event){ .kind = kind, .area = area, .phase = PLACE_NONE, .need = PLACE_NONE, .ncy = PLACE_NONE, .target = PLACE_NONE,
                                      .from = PLACE_NONE, .setting = setting, .project = PLACE_NONE, .count = places });
}

void place_trace_tell_case(const place_tracer *tracer, place_trace_kind kind, const place_cell *cell, int32_t k) {
    tell(tracer, (place_trace_event){ .kind = kind, .area = cell->area, .phase = cell->phase, .need = cell->need, .ncy = cell->ncy, .target = PLACE_NONE,
                                      .from = PLACE_NONE, .setting = PLACE_NONE, .project = PLACE_NONE, .count = k });
}

void place_trace_tell_cases(const place_tracer *tracer, place_trace_kind kind, int32_t area, int32_t k) {
    const place_cell anyone = { .area = area, .phase = PLACE_NONE, .need = PLACE_NONE, .ncy = PLACE_NONE };
    if (k > 0) place_trace_tell_case(tracer, kind, &anyone, k);
}

void place_trace_tell_project(const place_tracer *tracer, int32_t project) {
    tell(tracer, (place_trace_event){ .kind = PLACE_TRACE_PROJECT_TRIGGERED, .area = PLACE_NONE, .phase = PLACE_NONE, .need = PLACE_NONE,
                                      .ncy = PLACE_NONE, .target = PLACE_NONE, .from = PLACE_NONE, .setting = PLACE_NONE, .project = project, .count = 1 });
}

void place_trace_opening(const place_state *s) {
    for (size_t row = 0; row < s->n_rows; row++)
        for (size_t column = 0; column < s->n_columns; column++) {
            int32_t area = (int32_t)(row / PLACE_N_NCY / s->n_needs), need = (int32_t)(row / PLACE_N_NCY % s->n_needs);
            place_cell cell = place_cell_at(s, area, need, (int32_t)(row % PLACE_N_NCY), (int32_t)(column % s->n_targets), column >= s->n_targets);
            for (int32_t node = s->head[cell.index]; node != PLACE_NONE; node = s->cohorts[node].next) {
                const cohort *c = &s->cohorts[node];
                place_trace(s, c->seat == PLACE_WAITING ? PLACE_TRACE_OPENING_WAITING : c->seat == PLACE_DIVERTED ? PLACE_TRACE_OPENING_DIVERTED
                                                                                                                : PLACE_TRACE_OPENING, &cell, c->setting, c->count);
            }
        }
}
