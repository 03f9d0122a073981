/* SPDX-License-Identifier: MIT */
/*
 * From request to plan, in weeks. What becomes of a case (its week, whether an assessment is agreed, whether it ends in a plan, how long
 * the plan takes) is drawn when the request is made, from the stream of its row; the weeks that follow only carry it out. So a team
 * with more people meets the same children, and issues the same plans sooner.
 *
 * A case that will come to nothing is a number: so many requests of an area end in such a week, kept on a ring of the weeks that a step
 * and a notice span. A case that will be a plan is a node: on the list of the week in which it is ready, then on the queue of the week
 * in which it was asked for. Queues are served in that order, equals by lot. Memory is bounded by the plan: weeks of the run, ring
 * times areas, and as many cases as the limit on pupils.
 */
#include "engine.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "place/date.h"

/** A case that will be a plan. 24 bytes. */
typedef struct open_case {
    int32_t next;   /**< on its list, or the free list; PLACE_NONE ends it  */
    int32_t row;    /**< area, need and ncy, as it was asked for             */
    int32_t asked;  /**< week of the request; below 0: before the run        */
    int32_t step;   /**< of the request; -1: before the run                  */
    int32_t number; /**< in its row and step                                 */
    uint32_t lot;   /**< least first among those asked for in one week       */
} open_case;

struct place_cases {
    size_t n_areas;
    int32_t n_weeks;      /**< that start within the run; week 0 starts on its first day   */
    int32_t *first_week;  /**< [n_steps + 1] weeks that start before the step              */
    int32_t n_ring;
    int32_t *agreed, *refused, *ended; /**< [n_ring][area] in that week: assessments agreed; requests refused; assessments without a plan */
    int32_t *ready;       /**< [n_weeks] cases whose plan is ready in that week            */
    int32_t *queue;       /**< [most_backlog_weeks + n_weeks + 1] ready, by week of the request, in order of lots */
    int32_t oldest;       /**< no queue before this one has a case                         */
    open_case *cases;
    int32_t n_used, n_max, first_free;
    int32_t *undecided, *in_assessment, *queued; /**< [area] open now                       */
    int64_t *balance;     /**< [area] cases in less cases out: what is open must sum to     */
    int64_t n_open, n_queued;
    bool full;
    size_t throughput;    /**< rows that hold by now; the last of them counts              */
    double credit;        /**< parts of a case that the team has done                      */
    /* Annual reviews. */
    double *review_part;  /**< [area] part of a review that is due                         */
    double review_credit;
    int32_t *overdue, *due, *done; /**< [area]                                              */
    double *remainder;    /**< [area] scratch                                              */
};

struct place_cases *place_cases_create(place_arena *arena, const place_plan *plan, const place_layout *layout) {
    const place_calendar *calendar = &plan->calendar;
    const place_pipeline *pipeline = &plan->pipeline;
    struct place_cases *c = place_arena_array(arena, 1, sizeof *c);
    if (c == NULL || (c->first_week = place_arena_array(arena, calendar->n_steps + 1, sizeof *c->first_week)) == NULL) return NULL;
    int32_t longest = 1;
    for (size_t t = 0; t <= calendar->n_steps; t++) {
        c->first_week[t] = (calendar->start_day[t] - calendar->start_day[0] + 6) / 7;
        if (t > 0 && c->first_week[t] - c->first_week[t - 1] > longest) longest = c->first_week[t] - c->first_week[t - 1];
    }
    c->n_areas = plan->areas.n;
    c->n_weeks = c->first_week[calendar->n_steps];
    c->n_ring = longest + pipeline->notice_weeks + 1;
    c->n_max = (int32_t)layout->pupil_limit;
    size_t n_ring = (size_t)c->n_ring * c->n_areas, n_queues = (size_t)(pipeline->most_backlog_weeks + c->n_weeks + 1);
    c->agreed = place_arena_array(arena, n_ring, sizeof *c->agreed);
    c->refused = place_arena_array(arena, n_ring, sizeof *c->refused);
    c->ended = place_arena_array(arena, n_ring, sizeof *c->ended);
    c->ready = place_arena_array(arena, (size_t)c->n_weeks, sizeof *c->ready);
    c->queue = place_arena_array(arena, n_queues, sizeof *c->queue);
    c->cases = place_arena_array(arena, (size_t)c->n_max, sizeof *c->cases);
    c->undecided = place_arena_array(arena, c->n_areas, sizeof *c->undecided);
    c->in_assessment = place_arena_array(arena, c->n_areas, sizeof *c->in_assessment);
    c->queued = place_arena_array(arena, c->n_areas, sizeof *c->queued);
    c->balance = place_arena_array(arena, c->n_areas, sizeof *c->balance);
    c->review_part = place_arena_array(arena, c->n_areas, sizeof *c->review_part);
    c->overdue = place_arena_array(arena, c->n_areas, sizeof *c->overdue);
    c->due = place_arena_array(arena, c->n_areas, sizeof *c->due);
    c->done = place_arena_array(arena, c->n_areas, sizeof *c->done);
    c->remainder = place_arena_array(arena, c->n_areas, sizeof *c->remainder);
    return c->agreed && c->refused && c->ended && c->ready && c->queue && c->cases && c->undecided && c->in_assessment && c->queued && c->balance
                   && c->review_part && c->overdue && c->due && c->done && c->remainder
               ? c : NULL;
}

void place_cases_reset(place_replication *r) {
    struct place_cases *c = r->cases;
    size_t n_ring = (size_t)c->n_ring * c->n_areas, n_queues = (size_t)(r->plan->pipeline.most_backlog_weeks + c->n_weeks + 1);
    memset(c->agreed, 0, n_ring * sizeof *c->agreed);
    memset(c->refused, 0, n_ring * sizeof *c->refused);
    memset(c->ended, 0, n_ring * sizeof *c->ended);
    for (int32_t w = 0; w < c->n_weeks; w++) c->ready[w] = PLACE_NONE;
    for (size_t q = 0; q < n_queues; q++) c->queue[q] = PLACE_NONE;
    for (size_t a = 0; a < c->n_areas; a++) {
        c->undecided[a] = c->in_assessment[a] = c->queued[a] = c->overdue[a] = 0;
        c->balance[a] = 0;
        c->review_part[a] = 0;
    }
    c->oldest = c->n_used = 0;
    c->first_free = PLACE_NONE;
    c->n_open = c->n_queued = 0;
    c->full = false;
    c->throughput = 0;
    c->credit = c->review_credit = 0;
}

static void book(const place_replication *r, place_variable_id variable, size_t area, int32_t k) {
    place_record_at(r, variable, r->step, r->cases->n_areas)[area] += k;
}

/* ---- a request -------------------------------------------------------------------------------------------------- */

/** What becomes of a case, drawn when it comes. The draws are the same in number whatever they lead to. */
typedef struct fate {
    double when, agree, issue, delay; /**< uniform                          */
    uint32_t lot;
} fate;

static fate draw_fate(place_stream *stream) {
    fate f;
    f.when = place_stream_uniform(stream);
    f.agree = place_stream_uniform(stream);
    f.issue = place_stream_uniform(stream);
    f.delay = place_stream_open_uniform(stream);
    f.lot = (uint32_t)(place_stream_bits(stream) >> 32);
    return f;
}

static int32_t *on_ring(const struct place_cases *c, int32_t *ring, int32_t week, size_t area) {
    return &ring[(size_t)(week % c->n_ring) * c->n_areas + area];
}

/** A case that is open from now on. What lies before the run has gone well, or it would not be open. */
static void add_case(place_replication *r, const place_cell *row, open_case added, const fate *f) {
    struct place_cases *c = r->cases;
    const place_pipeline *pipeline = &r->plan->pipeline;
    size_t area = (size_t)row->area;
    int32_t decided = added.asked + pipeline->decision_weeks, noticed = added.asked + pipeline->notice_weeks;
    if (c->n_open >= c->n_max) {
        c->full = true;
        return;
    }
    c->n_open++;
    c->balance[area]++;
    if (r->state->tracer != NULL)
        place_trace_tell_case(r->state->tracer, added.step >= 0 ? PLACE_TRACE_REQUESTED : decided < 0 ? PLACE_TRACE_OPENING_IN_ASSESSMENT
                                                                                                      : PLACE_TRACE_OPENING_UNDECIDED, row, 1);
    if (decided < 0) c->in_assessment[area]++;
    else {
        bool agrees = f->agree < place_draws_number(r->draws, &pipeline->agree);
        c->undecided[area]++;
        ++*on_ring(c, agrees ? c->agreed : c->refused, decided, area);
        if (!agrees) return;
    }
    if (noticed >= 0 && f->issue >= place_draws_number(r->draws, &pipeline->issue)) {
        ++*on_ring(c, c->ended, noticed, area);
        return;
    }
    double delay = pipeline->delay.kind == PLACE_FIXED ? pipeline->delay.a[0] : place_distribution_quantile(&pipeline->delay, f->delay);
    if (delay > c->n_weeks + pipeline->most_backlog_weeks) return; /* open to the end of the run */
    int32_t ready = noticed + (int32_t)ceil(delay - 1e-9);         /* a billionth of a week is rounding, not work */
    if (ready < 0) ready = 0;
    if (ready >= c->n_weeks) return;
    int32_t node = c->first_free;
    if (node != PLACE_NONE) c->first_free = c->cases[node].next;
    else node = c->n_used++;
    added.row = (int32_t)row->row;
    added.lot = f->lot;
    added.next = c->ready[ready];
    c->cases[node] = added;
    c->ready[ready] = node;
}

void place_pipeline_ask(place_replication *r, const place_cell *row, int64_t number, place_stream *stream) {
    struct place_cases *c = r->cases;
    int32_t first = c->first_week[r->step], n = c->first_week[r->step + 1] - first;
    fate f = draw_fate(stream);
    int32_t asked = first + (n > 0 ? (int32_t)(f.when * n) : 0); /* a step shorter than a week: the next week */
    add_case(r, row, (open_case){ .asked = asked, .step = (int32_t)r->step, .number = (int32_t)number }, &f);
    book(r, PLACE_VAR_REQUESTS, (size_t)row->area, 1);
}

/* ---- the backlog ------------------------------------------------------------------------------------------------ */

static bool in_backlog(const place_backlog *backlog, size_t area, size_t need, size_t ncy) {
    return (backlog->area == PLACE_NONE || backlog->area == (int32_t)area) && (backlog->need_mask >> need & 1u) && (backlog->ncy_mask >> ncy & 1u);
}

/** Requests a year of the cells that a row of the backlog meets; where there are none, 1 for each cell. */
static double weight_of(const place_replication *r, const place_backlog *backlog, size_t row, bool alike) {
    size_t n_needs = r->plan->needs.n;
    if (!in_backlog(backlog, row / PLACE_N_NCY / n_needs, row / PLACE_N_NCY % n_needs, row % PLACE_N_NCY)) return 0;
    return alike ? 1 : r->rates->join_mean[row];
}

static void open_backlog(place_replication *r) {
    const place_plan *plan = r->plan;
    place_state *s = r->state;
    for (size_t b = 0; b < plan->pipeline.n_backlogs; b++) {
        const place_backlog *backlog = &plan->pipeline.backlogs[b];
        int32_t n = place_draws_count(r->draws, &backlog->count);
        place_key key = place_key_with(place_draws_key(r->draws, PLACE_FAMILY_CHANCE, DRAW_BACKLOG, 0), backlog->word);
        place_stream stream;
        place_stream_init(&stream, &key);
        double total = 0;
        bool alike = false;
        for (int pass = 0; pass < 2 && total <= 0; pass++) {
            alike = pass > 0;
            for (size_t row = 0; row < s->n_rows; row++) total += weight_of(r, backlog, row, alike);
        }
        for (int32_t i = 0; i < n && total > 0; i++) {
            double left = place_stream_uniform(&stream) * total;
            size_t row = 0, last = 0;
            for (; row < s->n_rows; row++) { /* once a replication, for some tens of cases */
                double weight = weight_of(r, backlog, row, alike);
                if (weight <= 0) continue;
                last = row;
                if (left < weight) break;
                left -= weight;
            }
            place_cell cell = place_cell_at(s, (int32_t)(last / PLACE_N_NCY / s->n_needs), (int32_t)(last / PLACE_N_NCY % s->n_needs),
                                            (int32_t)(last % PLACE_N_NCY), 0, false);
            fate f = draw_fate(&stream);
            int32_t weeks = backlog->weeks[(size_t)(f.when * (double)backlog->n_weeks)];
            add_case(r, &cell, (open_case){ .asked = -weeks, .step = -1, .number = (int32_t)(backlog->word + (uint32_t)i) }, &f);
        }
    }
}

/* ---- a week ----------------------------------------------------------------------------------------------------- */

/** One case less. */
static void end_cases(place_replication *r, size_t area, place_variable_id outcome, int32_t k) {
    if (k == 0) return;
    r->cases->n_open -= k;
    r->cases->balance[area] -= k;
    book(r, outcome, area, k);
}

static void decide(place_replication *r, int32_t week) {
    struct place_cases *c = r->cases;
    for (size_t a = 0; a < c->n_areas; a++) {
        int32_t *agreed = on_ring(c, c->agreed, week, a), *refused = on_ring(c, c->refused, week, a), *ended = on_ring(c, c->ended, week, a);
        if (r->state->tracer != NULL) {
            place_trace_tell_cases(r->state->tracer, PLACE_TRACE_AGREED, (int32_t)a, *agreed);
            place_trace_tell_cases(r->state->tracer, PLACE_TRACE_REFUSED, (int32_t)a, *refused);
            place_trace_tell_cases(r->state->tracer, PLACE_TRACE_NO_PLAN, (int32_t)a, *ended);
        }
        c->undecided[a] -= *agreed + *refused;
        c->in_assessment[a] += *agreed - *ended;
        end_cases(r, a, PLACE_VAR_REQUESTS_REFUSED, *refused);
        end_cases(r, a, PLACE_VAR_ASSESSMENTS_REFUSED, *ended);
        *agreed = *refused = *ended = 0;
    }
}

static size_t area_of(const place_replication *r, const open_case *one) {
    return (size_t)one->row / PLACE_N_NCY / r->state->n_needs;
}

/** What is ready this week stands in line: by week of the request, then by lot. */
static void stand_in_line(place_replication *r, int32_t week) {
    struct place_cases *c = r->cases;
    for (int32_t node = c->ready[week], next; node != PLACE_NONE; node = next) {
        int32_t at = c->cases[node].asked + r->plan->pipeline.most_backlog_weeks, *link = &c->queue[at];
        next = c->cases[node].next;
        while (*link != PLACE_NONE && c->cases[*link].lot <= c->cases[node].lot) link = &c->cases[*link].next;
        c->cases[node].next = *link;
        *link = node;
        if (at < c->oldest) c->oldest = at;
        c->queued[area_of(r, &c->cases[node])]++;
        c->n_queued++;
    }
    c->ready[week] = PLACE_NONE;
}

/** The plan of a case begins, in the year group that the child is in by now. */
static void issue(place_replication *r, const open_case *one, int32_t week) {
    place_state *s = r->state;
    const place_calendar *calendar = &r->plan->calendar;
    size_t area = area_of(r, one), need = (size_t)one->row / PLACE_N_NCY % s->n_needs;
    int32_t asked_in = one->step < 0 ? 0 : calendar->year[one->step], ncy = one->row % PLACE_N_NCY;
    int32_t now = ncy + (calendar->ageing ? (int32_t)r->year - asked_in : 0);
    r->cases->in_assessment[area]--;
    if (now >= PLACE_N_NCY) { /* too old for a plan by now */
        if (s->tracer != NULL) place_trace_tell_cases(s->tracer, PLACE_TRACE_NO_PLAN, (int32_t)area, 1);
        end_cases(r, area, PLACE_VAR_ASSESSMENTS_REFUSED, 1);
        return;
    }
    place_key key = place_draws_key(r->draws, PLACE_FAMILY_CHANCE, DRAW_ISSUE, (uint32_t)one->step);
    key = place_key_with(place_key_with(key, r->plan->areas.items[area].word), r->plan->needs.items[need].word);
    key = place_key_with(key, (uint32_t)one->number);
    place_stream base, stream;
    place_stream_init(&base, &key);
    stream = place_stream_jumped(&base, (unsigned)ncy);
    place_cell cell = place_cell_at(s, (int32_t)area, (int32_t)need, now, 0, false);
    if (s->tracer != NULL) place_trace_tell_case(s->tracer, PLACE_TRACE_ISSUED, &cell, 1);
    place_new_plan(r, &cell, &stream);
    end_cases(r, area, PLACE_VAR_PLANS_ISSUED, 1);
    if (week - one->asked <= r->plan->pipeline.due_weeks) book(r, PLACE_VAR_ISSUED_WITHIN_20_WEEKS, area, 1);
}

/** Plans that the team can finish in a week. Time without a case to finish is lost; part of a case is not. */
static int64_t can_finish(place_replication *r, int32_t week) {
    struct place_cases *c = r->cases;
    const place_pipeline *pipeline = &r->plan->pipeline;
    int32_t day = r->plan->calendar.start_day[0] + 7 * week;
    while (c->throughput < pipeline->n_throughputs && pipeline->throughputs[c->throughput].day <= day) c->throughput++;
    if (c->throughput == 0 || !pipeline->throughputs[c->throughput - 1].limited) return INT64_MAX;
    c->credit += place_draws_number(r->draws, &pipeline->throughputs[c->throughput - 1].amount);
    double whole = floor(c->credit + 1e-9);
    c->credit -= whole;
    return (int64_t)whole;
}

static void finish(place_replication *r, int32_t week) {
    struct place_cases *c = r->cases;
    int64_t left = can_finish(r, week);
    while (left-- > 0 && c->n_queued > 0 && r->state->n_pupils < r->layout->pupil_limit) {
        while (c->queue[c->oldest] == PLACE_NONE) c->oldest++;
        int32_t node = c->queue[c->oldest];
        open_case one = c->cases[node];
        c->queue[c->oldest] = one.next;
        c->cases[node].next = c->first_free;
        c->first_free = node;
        c->queued[area_of(r, &one)]--;
        c->n_queued--;
        issue(r, &one, week);
    }
}

place_status place_pipeline_weeks(place_replication *r, place_error *err) {
    struct place_cases *c = r->cases;
    if (r->step == 0) open_backlog(r);
    for (int32_t week = c->first_week[r->step]; week < c->first_week[r->step + 1]; week++) {
        decide(r, week);
        stand_in_line(r, week);
        finish(r, week);
    }
    if (!c->full) return PLACE_OK;
    return place_error_set(err, PLACE_BAD_INPUT, NULL, 0,
                           "more than %lld cases are open at once, four times the pupils that the scenario starts with and expects to come in; "
                           "see its requests, and what its pipeline can finish", (long long)c->n_max);
}

/* ---- annual reviews --------------------------------------------------------------------------------------------- */

/** Divide n, at most the sum of weights, among areas in proportion to whole weights: none gets more than its own. Largest remainders first. */
static void divide(int64_t n, const int32_t *weight, size_t n_areas, double *remainder, int32_t *out) {
    int64_t total = 0, given = 0;
    for (size_t a = 0; a < n_areas; a++) total += weight[a];
    for (size_t a = 0; a < n_areas; a++) {
        int64_t product = n * weight[a];
        out[a] = total > 0 ? (int32_t)(product / total) : 0;
        remainder[a] = total > 0 ? (double)(product % total) : 0;
        given += out[a];
    }
    while (given < n) {
        size_t best = 0;
        for (size_t a = 1; a < n_areas; a++)
            if (remainder[a] > remainder[best]) best = a;
        out[best]++;
        remainder[best] = -1;
        given++;
    }
}

/** Reviews that can be done in the step, or infinity: each row by its days. */
static double can_review(const place_replication *r) {
    const place_pipeline *pipeline = &r->plan->pipeline;
    const place_calendar *calendar = &r->plan->calendar;
    int32_t day = calendar->start_day[r->step], end = calendar->start_day[r->step + 1];
    int september = calendar->first_year + (int)r->year;
    double in_year = place_day(september + 1, 9, 1) - place_day(september, 9, 1), sum = 0;
    for (size_t i = 0; day < end; i++) { /* row i - 1 holds up to the day of row i */
        int32_t until = i < pipeline->n_reviews && pipeline->reviews[i].day < end ? pipeline->reviews[i].day : end;
        if (until <= day) continue;
        if (i == 0 || !pipeline->reviews[i - 1].limited) return INFINITY;
        sum += place_draws_number(r->draws, &pipeline->reviews[i - 1].amount) * (double)(until - day) / in_year;
        day = until;
    }
    return sum;
}

/** A plan is reviewed once a year: a step's days of the year make that share of the plans due. Overdue ones are done first. */
static void review(place_replication *r) {
    struct place_cases *c = r->cases;
    const place_calendar *calendar = &r->plan->calendar;
    int september = calendar->first_year + (int)r->year;
    double in_step = can_review(r), share = (double)(calendar->start_day[r->step + 1] - calendar->start_day[r->step])
                   / (double)(place_day(september + 1, 9, 1) - place_day(september, 9, 1));
    int64_t n_overdue = 0, n_due = 0, can = INT64_MAX;
    for (size_t a = 0; a < c->n_areas; a++) {
        int64_t plans = r->state->area_balance[a];
        if (c->overdue[a] > plans) c->overdue[a] = (int32_t)plans; /* with the plans that have gone */
        c->review_part[a] += (double)plans * share;
        c->due[a] = (int32_t)floor(c->review_part[a] + 1e-9);
        c->review_part[a] -= c->due[a];
        n_overdue += c->overdue[a];
        n_due += c->due[a];
        book(r, PLACE_VAR_REVIEWS_DUE, a, c->due[a]);
    }
    if (isfinite(in_step)) {
        c->review_credit += in_step;
        can = (int64_t)floor(c->review_credit + 1e-9);
        c->review_credit -= (double)can;
    }
    int64_t late = can < n_overdue ? can : n_overdue, on_time = can - late < n_due ? can - late : n_due;
    divide(late, c->overdue, c->n_areas, c->remainder, c->done);
    for (size_t a = 0; a < c->n_areas; a++) {
        c->overdue[a] -= c->done[a];
        book(r, PLACE_VAR_REVIEWS_DONE, a, c->done[a]);
    }
    divide(on_time, c->due, c->n_areas, c->remainder, c->done);
    for (size_t a = 0; a < c->n_areas; a++) {
        int64_t plans = r->state->area_balance[a];
        c->overdue[a] += c->due[a] - c->done[a];
        if (c->overdue[a] > plans) c->overdue[a] = (int32_t)plans; /* one that falls due again before it was done is one */
        book(r, PLACE_VAR_REVIEWS_DONE, a, c->done[a]);
        book(r, PLACE_VAR_REVIEWS_ON_TIME, a, c->done[a]);
        book(r, PLACE_VAR_REVIEWS_OVERDUE, a, c->overdue[a]);
    }
}

void place_pipeline_close(place_replication *r) {
    const struct place_cases *c = r->cases;
    int64_t n_open = 0, n_queued = 0;
    review(r);
    for (size_t a = 0; a < c->n_areas; a++) {
        /* cases in = refused + no plan + issued + still in */
        assert(c->balance[a] == c->undecided[a] + c->in_assessment[a]);
        assert(c->undecided[a] >= 0 && c->in_assessment[a] >= c->queued[a] && c->queued[a] >= 0);
        n_open += c->balance[a];
        n_queued += c->queued[a];
        book(r, PLACE_VAR_REQUESTS_UNDECIDED, a, c->undecided[a]);
        book(r, PLACE_VAR_IN_ASSESSMENT, a, c->in_assessment[a]);
        book(r, PLACE_VAR_ASSESSMENT_QUEUE, a, c->queued[a]);
    }
    assert(n_open == c->n_open && n_queued == c->n_queued);
    (void)n_open, (void)n_queued;
}
