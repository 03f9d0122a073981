/* SPDX-License-Identifier: MIT */
/*
 * From request to plan, by calendar year, as the returns have it: a step belongs to the year in which it starts. Shares are worked out in
 * each replication, of those that have any of what they are shares of.
 */
#include <math.h>

#include "place/date.h"
#include "summary_internal.h"

static int year_of(const place_plan *plan, size_t step) { return place_day_date(plan->calendar.start_day[step]).year; }

/* Sum of a variable [step][area] over the steps first .. end - 1 and the areas asked for. */
static const double *summed(place_summing *s, place_variable_id variable, size_t first, size_t end, int which) {
    double *sum = s->values[which];
    for (size_t r = 0; r < s->n; r++) sum[r] = 0;
    for (size_t t = first; t < end; t++)
        for (size_t a = 0; a < s->plan->areas.n; a++) {
            if (s->out->area != PLACE_NONE && s->out->area != (int32_t)a) continue;
            const double *values = place_summing_cell(s, variable, t * s->plan->areas.n + a);
            for (size_t r = 0; r < s->n; r++) sum[r] += values[r];
        }
    return sum;
}

static place_spread spread_of(place_summing *s, place_variable_id variable, size_t first, size_t end) {
    return place_summing_spread(s, summed(s, variable, first, end, 0));
}

static place_spread share_of(place_summing *s, place_variable_id part, place_variable_id whole, size_t first, size_t end) {
    const double *some = summed(s, part, first, end, 0), *all = summed(s, whole, first, end, 1);
    double *share = s->values[0]; /* in the place of some */
    for (size_t r = 0; r < s->n; r++) share[r] = all[r] > 0 ? some[r] / all[r] : (double)NAN;
    return place_summing_spread(s, share);
}

place_status place_summing_pipeline(place_summing *s) {
    const place_calendar *calendar = &s->plan->calendar;
    if (!s->plan->pipeline.used) return PLACE_OK;
    place_summary_pipeline *rows = place_summing_array(s, calendar->n_steps, sizeof *rows);
    place_status status = rows != NULL ? PLACE_OK : PLACE_SYSTEM;
    for (int v = PLACE_VAR_REQUESTS; v <= PLACE_VAR_REVIEWS_OVERDUE && status == PLACE_OK; v++) status = place_summing_read(s, (place_variable_id)v);
    if (status != PLACE_OK) return status;
    for (size_t first = 0, end; first < calendar->n_steps; first = end) {
        for (end = first + 1; end < calendar->n_steps && year_of(s->plan, end) == year_of(s->plan, first);) end++;
        rows[s->out->n_pipeline++] = (place_summary_pipeline){
            .year = year_of(s->plan, first),
            .first_day = calendar->start_day[first],
            .end_day = calendar->start_day[end],
            .requests = spread_of(s, PLACE_VAR_REQUESTS, first, end),
            .refused = spread_of(s, PLACE_VAR_REQUESTS_REFUSED, first, end),
            .no_plan = spread_of(s, PLACE_VAR_ASSESSMENTS_REFUSED, first, end),
            .issued = spread_of(s, PLACE_VAR_PLANS_ISSUED, first, end),
            .in_time = share_of(s, PLACE_VAR_ISSUED_WITHIN_20_WEEKS, PLACE_VAR_PLANS_ISSUED, first, end),
            .undecided = spread_of(s, PLACE_VAR_REQUESTS_UNDECIDED, end - 1, end),
            .in_assessment = spread_of(s, PLACE_VAR_IN_ASSESSMENT, end - 1, end),
            .queue = spread_of(s, PLACE_VAR_ASSESSMENT_QUEUE, end - 1, end),
            .reviews_due = spread_of(s, PLACE_VAR_REVIEWS_DUE, first, end),
            .reviews_done = spread_of(s, PLACE_VAR_REVIEWS_DONE, first, end),
            .reviews_in_time = share_of(s, PLACE_VAR_REVIEWS_ON_TIME, PLACE_VAR_REVIEWS_DUE, first, end),
            .reviews_overdue = spread_of(s, PLACE_VAR_REVIEWS_OVERDUE, end - 1, end),
        };
    }
    s->out->pipeline = rows;
    return PLACE_OK;
}
