/* SPDX-License-Identifier: MIT */
/*
 * Activity networks. An activity starts when its predecessors have finished, not before its earliest date; it takes its drawn
 * duration, longer by market factor, uplift and the risks that happen; a gate then decides on its next meeting days. A finish is
 * rounded up to the day. The project opens on the first opening date on or after its last finish.
 *
 * A cancelled project stops on the first day of: where a gate refuses; where a cancelling risk's first activity would start; and, for a
 * cancellation that names no activity, where its first gated activity, or without one its first activity, finishes. What had been spent by
 * then is spent.
 */
#include "delivery.h"

#include <math.h>

#include "place/catalogue.h"
#include "place/date.h"
#include "place/numeric.h"

place_delivery *place_delivery_create(place_arena *arena, const place_plan *plan) {
    place_delivery *d = place_arena_array(arena, 1, sizeof *d);
    if (d == NULL) return NULL;
    d->plan = plan;
    d->n_financial_years = place_axis_length(plan, PLACE_AXIS_FINANCIAL_YEAR);
    d->first_financial_year = place_first_financial_year(plan);
    d->start = place_arena_array(arena, plan->n_activities, sizeof *d->start);
    d->finish = place_arena_array(arena, plan->n_activities, sizeof *d->finish);
    d->refused = place_arena_array(arena, plan->n_activities, sizeof *d->refused);
    d->critical = place_arena_array(arena, plan->n_activities, sizeof *d->critical);
    d->project_risk_happened = place_arena_array(arena, plan->n_risk_events, sizeof *d->project_risk_happened);
    d->begin = place_arena_array(arena, plan->n_projects, sizeof *d->begin);
    d->held = place_arena_array(arena, plan->n_triggers, sizeof *d->held);
    d->planned = place_arena_array(arena, plan->n_projects, sizeof *d->planned);
    d->opening = place_arena_array(arena, plan->n_projects, sizeof *d->opening);
    d->stopped = place_arena_array(arena, plan->n_projects, sizeof *d->stopped);
    d->event_step = place_arena_array(arena, plan->n_events, sizeof *d->event_step);
    d->planned_step = place_arena_array(arena, plan->n_events, sizeof *d->planned_step);
    d->forecast = place_arena_array(arena, plan->n_projects * plan->calendar.n_years, sizeof *d->forecast);
    d->spend = place_arena_array(arena, plan->n_projects * d->n_financial_years, sizeof *d->spend);
    d->funding_used = place_arena_array(arena, plan->n_funding, sizeof *d->funding_used);
    d->funding_lost = place_arena_array(arena, plan->n_funding, sizeof *d->funding_lost);
    d->risk_days = place_arena_array(arena, plan->n_activities, sizeof *d->risk_days);
    d->risk_pounds = place_arena_array(arena, plan->n_activities, sizeof *d->risk_pounds);
    d->risk_stops = place_arena_array(arena, plan->n_activities, sizeof *d->risk_stops);
    d->forecast_finish = place_arena_array(arena, plan->n_activities, sizeof *d->forecast_finish);
    d->start_delay = place_arena_array(arena, plan->n_projects, sizeof *d->start_delay);
    return d->start && d->finish && d->refused && d->critical && d->project_risk_happened && d->begin && d->held && d->planned && d->opening && d->stopped
                   && d->event_step && d->planned_step && d->forecast && d->spend && d->funding_used && d->funding_lost && d->risk_days
                   && d->risk_pounds && d->risk_stops && d->forecast_finish && d->start_delay
               ? d : NULL;
}

/** The first day on or after `day` on which a project may open. */
static int32_t opening_on_or_after(place_opening_rule rule, int32_t day) {
    static const int terms[] = { 1, 4, 9 };
    place_date date = place_day_date(day);
    switch (rule) {
    case PLACE_OPENS_ANY_DAY: return day;
    case PLACE_OPENS_MONTH:
        if (date.day == 1) return day;
        return date.month == 12 ? place_day(date.year + 1, 1, 1) : place_day(date.year, date.month + 1, 1);
    case PLACE_OPENS_TERM:
        for (int i = 0; i < 3; i++)
            if (place_day(date.year, terms[i], 1) >= day) return place_day(date.year, terms[i], 1);
        return place_day(date.year + 1, 1, 1);
    case PLACE_OPENS_SEPTEMBER: break;
    }
    int32_t september = place_day(date.year, 9, 1);
    return september >= day ? september : place_day(date.year + 1, 9, 1);
}

/** The first meeting on or after a day, or PLACE_NEVER. @param from  position to search from, moved to the meeting found */
static int32_t meeting_on_or_after(const place_gate *gate, int32_t day, size_t *from) {
    while (*from < gate->n_days && gate->days[*from] < day) ++*from;
    return *from < gate->n_days ? gate->days[*from] : PLACE_NEVER;
}

/** When an activity can start, given its project's start and its predecessors' finishes. */
static int32_t start_of(const place_activity *activity, int32_t begin, const int32_t *finish) {
    int32_t start = begin;
    if (activity->earliest_day > start) start = activity->earliest_day;
    for (size_t k = 0; k < activity->n_before; k++)
        if (finish[activity->before[k]] > start) start = finish[activity->before[k]];
    return start;
}

static int32_t days_after(int32_t start, double days) {
    return days > 2e6 ? PLACE_NEVER : start + (int32_t)ceil(days - 1e-9); /* a billionth of a day is rounding, not work */
}

static int32_t project_opening(const place_plan *plan, size_t project, int32_t begin, const int32_t *finish) {
    const place_project *p = &plan->projects[project];
    if (p->n_activities == 0) return p->planned_opening_day; /* a third party's, known by its dates alone */
    int32_t last = begin;
    for (size_t i = p->first_activity; i < p->first_activity + p->n_activities; i++)
        if (finish[i] > last) last = finish[i];
    return last == PLACE_NEVER ? PLACE_NEVER : opening_on_or_after(p->opening, last);
}

/** Opening of a project that starts on a day, had everything its planned duration and passed the first gate. @param finish scratch */
static int32_t planned_opening(const place_plan *plan, size_t project, int32_t begin, int32_t *finish) {
    const place_project *p = &plan->projects[project];
    for (size_t k = 0; k < p->n_activities; k++) {
        const place_activity *activity = &plan->activities[p->order[k]];
        int32_t start = start_of(activity, begin, finish);
        finish[p->order[k]] = start == PLACE_NEVER ? PLACE_NEVER : days_after(start, activity->planned_days);
        size_t at = 0;
        if (activity->gate != PLACE_NONE && finish[p->order[k]] != PLACE_NEVER)
            finish[p->order[k]] = meeting_on_or_after(&plan->gates[activity->gate], finish[p->order[k]], &at);
    }
    return project_opening(plan, project, begin, finish);
}

bool place_plan_finish(place_plan *plan) {
    place_arena *scratch = place_arena_create();
    int32_t *finish = scratch == NULL ? NULL : place_arena_array(scratch, plan->n_activities, sizeof *finish);
    for (size_t i = 0; i < plan->n_projects && finish != NULL; i++) {
        place_project *p = (place_project *)&plan->projects[i]; /* the plan is still being built */
        if (p->planned_stated) continue;
        p->planned_opening_day = p->n_triggers > 0 ? PLACE_NEVER : planned_opening(plan, i, p->start_day, finish);
    }
    place_arena_free(scratch);
    return finish != NULL;
}

static double chance_of(const place_draws *draws, place_decision decision, uint32_t a, const uint32_t *b) {
    place_key key = place_key_with(place_draws_key(draws, PLACE_FAMILY_DELIVERY, decision, 0), a);
    if (b != NULL) key = place_key_with(key, *b);
    place_stream stream;
    place_stream_init(&stream, &key);
    return place_stream_uniform(&stream);
}

/** Which risks happen, what they add, with the start of which activities they stop the project. @return whether one cancels at its first decision */
static bool take_risks(place_delivery *d, const place_draws *draws, size_t project) {
    const place_plan *plan = d->plan;
    const place_project *p = &plan->projects[project];
    bool cancelled = false;
    for (size_t i = p->first_activity; i < p->first_activity + p->n_activities; i++) {
        d->risk_days[i] = d->risk_pounds[i] = 0;
        d->risk_stops[i] = false;
    }
    for (size_t r = 0; r < plan->n_risk_events; r++) {
        const place_risk_event *risk = &plan->risk_events[r];
        if (risk->project != (int32_t)project) continue;
        d->project_risk_happened[r] = chance_of(draws, DRAW_RISK, p->item.word, &risk->item.word) < place_draws_number(draws, &risk->probability);
        if (!d->project_risk_happened[r]) continue;
        for (size_t k = 0; k < risk->n_activities; k++)
            d->risk_days[risk->activities[k]] += place_draws_number(draws, &risk->impact) * risk->unit;
        if (p->n_activities > 0)
            d->risk_pounds[risk->n_activities > 0 ? risk->activities[0] : (int32_t)p->first_activity] += place_draws_number(draws, &risk->cost);
        cancelled |= risk->cancels && risk->n_activities == 0;
        for (size_t k = 0; k < risk->n_activities && risk->cancels; k++) d->risk_stops[risk->activities[k]] = true;
    }
    return cancelled;
}

/** What is left of an uplift when it has been mitigated. */
static double uplift_of(const place_draws *draws, const place_project *p, const place_number *uplift) {
    return place_draws_number(draws, uplift) * (1 - place_draws_number(draws, &p->mitigation));
}

/**
 * What the risks of the register do to a project: they put off its start, make activities longer, abandon it at its first decision.
 * @param stop  out: the day on which one of them abandons it, or PLACE_NEVER
 */
static bool take_register(place_delivery *d, const place_draws *draws, size_t project, int32_t *stop) {
    const place_plan *plan = d->plan;
    bool cancelled = false;
    d->start_delay[project] = 0;
    *stop = PLACE_NEVER;
    for (size_t i = 0; i < plan->n_logged_risks; i++) {
        const place_logged_risk *risk = &plan->logged_risks[i];
        if (!draws->risk_happened[i]) continue;
        double days = place_draws_number(draws, &risk->by) * risk->unit;
        if (risk->effect == PLACE_LOGGED_DELAYS_ACTIVITY && plan->activities[risk->on].project == (int32_t)project) d->risk_days[risk->on] += days;
        if (risk->on != (int32_t)project) continue;
        if (risk->effect == PLACE_LOGGED_DELAYS_PROJECT) d->start_delay[project] += (int32_t)ceil(days - 1e-9);
        if (risk->effect != PLACE_LOGGED_CANCELS) continue;
        if (risk->starts == INT32_MIN) cancelled = true;
        else if (risk->starts < *stop) *stop = risk->starts;
    }
    return cancelled;
}

/** Course of one project: starts, finishes, and the day it stopped, if it did. */
static void run_project(place_delivery *d, const place_draws *draws, size_t project) {
    const place_plan *plan = d->plan;
    const place_project *p = &plan->projects[project];
    int32_t register_stop;
    bool cancelled = take_risks(d, draws, project);
    if (take_register(d, draws, project, &register_stop)) cancelled = true;
    if (chance_of(draws, DRAW_CANCEL, p->item.word, NULL) < place_draws_number(draws, &p->cancel)) cancelled = true;
    double uplift = 1 + uplift_of(draws, p, &p->uplift_duration), market = place_draws_number(draws, &plan->market_duration);
    int32_t stopped = PLACE_NEVER, first_gate_finish = PLACE_NEVER, first_finish = PLACE_NEVER;
    for (size_t k = 0; k < p->n_activities; k++) {
        int32_t i = p->order[k];
        const place_activity *activity = &plan->activities[i];
        int32_t start = start_of(activity, d->begin[project] + d->start_delay[project], d->finish);
        d->start[i] = start;
        d->finish[i] = d->refused[i] = PLACE_NEVER;
        if (start == PLACE_NEVER) continue;
        if (d->risk_stops[i] && start < stopped) stopped = start;
        double days = place_draws_number(draws, &activity->duration) * activity->unit * uplift;
        if (activity->market_duration) days *= market;
        int32_t finish = days_after(start, days + d->risk_days[i]);
        if (activity->gate != PLACE_NONE && finish != PLACE_NEVER) {
            const place_gate *gate = &plan->gates[activity->gate];
            place_key key = place_key_with(place_key_with(place_draws_key(draws, PLACE_FAMILY_DELIVERY, DRAW_GATE, 0), p->item.word), activity->item.word);
            place_stream stream;
            place_stream_init(&stream, &key);
            double refuse = place_draws_number(draws, &activity->refuse), defer = place_draws_number(draws, &activity->defer);
            size_t at = 0;
            finish = meeting_on_or_after(gate, finish, &at);
            while (finish != PLACE_NEVER) {
                double u = place_stream_uniform(&stream);
                if (u < refuse) {
                    if (finish < stopped) stopped = finish;
                    d->refused[i] = finish;
                    finish = PLACE_NEVER;
                } else if (u < refuse + defer) {
                    finish = ++at < gate->n_days ? gate->days[at] : PLACE_NEVER;
                } else break;
            }
            if (finish < first_gate_finish) first_gate_finish = finish;
        }
        d->finish[i] = finish;
        if (finish < first_finish) first_finish = finish;
    }
    if (cancelled) {
        int32_t day = first_gate_finish != PLACE_NEVER ? first_gate_finish : first_finish != PLACE_NEVER ? first_finish : d->begin[project];
        if (day < stopped) stopped = day;
    }
    int32_t opening = stopped == PLACE_NEVER ? project_opening(plan, project, d->begin[project], d->finish) : PLACE_NEVER;
    if (p->n_activities == 0 && opening != PLACE_NEVER && d->start_delay[project] > 0)
        opening = opening_on_or_after(p->opening, opening + d->start_delay[project]);
    if (register_stop < opening && register_stop < stopped) { /* what is open by then is open */
        stopped = register_stop;
        opening = PLACE_NEVER;
    }
    d->stopped[project] = stopped;
    d->opening[project] = opening;
}

/** Activities on a longest path: the last to finish, and whatever each of those waited for. */
static void mark_critical(place_delivery *d, size_t project) {
    const place_plan *plan = d->plan;
    const place_project *p = &plan->projects[project];
    int32_t last = INT32_MIN;
    for (size_t i = p->first_activity; i < p->first_activity + p->n_activities; i++) {
        d->critical[i] = 0;
        if (d->finish[i] > last) last = d->finish[i];
    }
    for (size_t i = p->first_activity; i < p->first_activity + p->n_activities; i++)
        if (d->finish[i] == last) d->critical[i] = 1;
    for (size_t k = p->n_activities; k-- > 0;) {
        const place_activity *activity = &plan->activities[p->order[k]];
        if (!d->critical[p->order[k]]) continue;
        for (size_t b = 0; b < activity->n_before; b++)
            if (d->finish[activity->before[b]] == d->start[p->order[k]]) d->critical[activity->before[b]] = 1;
    }
}

/** Opening as it looks on `day`: what has begun or finished is known; the rest takes its planned time, and is not over before `day`. */
static int32_t forecast_opening(place_delivery *d, size_t project, int32_t day) {
    const place_plan *plan = d->plan;
    const place_project *p = &plan->projects[project];
    if (d->stopped[project] <= day) return PLACE_NEVER;
    if (p->n_activities == 0) return day < p->planned_opening_day ? p->planned_opening_day : d->opening[project]; /* late: nobody says before */
    for (size_t k = 0; k < p->n_activities; k++) {
        int32_t i = p->order[k];
        const place_activity *activity = &plan->activities[i];
        if (d->finish[i] <= day) {
            d->forecast_finish[i] = d->finish[i];
            continue;
        }
        int32_t start = d->start[i] <= day ? d->start[i] : start_of(activity, d->begin[project], d->forecast_finish);
        int32_t finish = start == PLACE_NEVER ? PLACE_NEVER : days_after(start, activity->planned_days);
        if (finish < day) finish = day;
        size_t at = 0;
        if (activity->gate != PLACE_NONE && finish != PLACE_NEVER) finish = meeting_on_or_after(&plan->gates[activity->gate], finish, &at);
        d->forecast_finish[i] = finish;
    }
    return project_opening(plan, project, d->begin[project], d->forecast_finish);
}

/** Pence of `total` spent before `day`, evenly over the days of the activity; of one that takes none, on its day. */
static int64_t spent_by(int64_t total, int32_t start, int32_t finish, int32_t day) {
    if (day <= start) return 0;
    if (day >= finish) return total;
    return (int64_t)floor((double)total * ((double)(day - start) / (double)(finish - start)) + 0.5); /* to the nearest penny */
}

static void take_money(place_delivery *d, const place_draws *draws, size_t project) {
    const place_plan *plan = d->plan;
    const place_project *p = &plan->projects[project];
    int64_t *spend = &d->spend[project * d->n_financial_years];
    double base = place_draws_number(draws, &p->cost_gbp) * (1 + uplift_of(draws, p, &p->uplift_cost));
    double inflation = place_log1p(place_draws_number(draws, &p->inflation)), market = place_draws_number(draws, &plan->market_cost);
    int32_t axis_end = place_day(d->first_financial_year + (int)d->n_financial_years, 4, 1);
    for (size_t y = 0; y < d->n_financial_years; y++) spend[y] = 0;
    for (size_t i = p->first_activity; i < p->first_activity + p->n_activities; i++) {
        const place_activity *activity = &plan->activities[i];
        int32_t start = d->start[i], stop = d->stopped[project];
        if (start == PLACE_NEVER || start >= stop) continue;
        int32_t finish = d->finish[i];
        if (finish == PLACE_NEVER) finish = stop != PLACE_NEVER ? stop : axis_end; /* refused at the gate, or waiting for a meeting */
        double years = ((double)(start - p->start_day) + 0.5 * (double)(finish - start)) / PLACE_DAYS_PER_YEAR;
        double pounds = base * activity->cost_share * (activity->market_cost ? market : 1) * place_exp(inflation * years) + d->risk_pounds[i];
        int64_t total = (int64_t)floor(pounds * 100 + 0.5), before = 0;
        for (size_t y = 0; y < d->n_financial_years; y++) {
            int32_t year_end = place_day(d->first_financial_year + (int)y + 1, 4, 1);
            int64_t by = spent_by(total, start, finish, year_end < stop ? year_end : stop);
            spend[y] += by - before;
            before = by;
        }
    }
    for (size_t f = 0; f < plan->n_funding; f++) { /* in order of use; a source meets what is spent up to its date and not met yet */
        const place_funding *source = &plan->funding[f];
        if (source->project != (int32_t)project) continue;
        int64_t spent = 0, met = 0, ceiling = (int64_t)floor(source->ceiling_gbp * 100 + 0.5);
        for (size_t y = 0; y < d->n_financial_years; y++) {
            int32_t year_start = place_day(d->first_financial_year + (int)y, 4, 1), year_end = place_day(d->first_financial_year + (int)y + 1, 4, 1);
            spent += spent_by(spend[y], year_start, year_end, source->spend_by_day == INT32_MAX ? year_end : source->spend_by_day + 1);
        }
        for (size_t e = 0; e < f; e++)
            if (plan->funding[e].project == (int32_t)project) met += d->funding_used[e];
        int64_t open = spent - met;
        d->funding_used[f] = open < 0 ? 0 : open < ceiling ? open : ceiling;
        d->funding_lost[f] = source->spend_by_day == INT32_MAX || source->spend_by_day >= axis_end ? 0 : ceiling - d->funding_used[f];
    }
}

static int32_t step_on_or_after(const place_calendar *calendar, int32_t day) {
    size_t low = 0, high = calendar->n_steps;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (calendar->start_day[middle] >= day) high = middle;
        else low = middle + 1;
    }
    return low < calendar->n_steps ? (int32_t)low : PLACE_NEVER;
}

/** The day of an event, given its project's opening and (for works) the start of its activity. */
static int32_t event_day(const place_event *event, int32_t opening, int32_t planned, int32_t activity_start) {
    if (event->project == PLACE_NONE) return event->day;
    if (event->activity != PLACE_NONE) return activity_start;
    if (opening == PLACE_NEVER) return PLACE_NEVER;
    int32_t from = event->catch_up && planned != PLACE_NEVER ? planned : opening;
    int32_t due = event->offset_years == 0 ? from : place_day(place_day_academic_year(from) + event->offset_years, 9, 1);
    return due > opening ? due : opening; /* later batches come on the Septembers after */
}

/** What would have come after a project was abandoned does not come: what was under way is not finished, and nothing leads to an opening. */
static void cut_short(place_delivery *d, size_t project) {
    const place_project *p = &d->plan->projects[project];
    for (size_t i = p->first_activity; i < p->first_activity + p->n_activities; i++) {
        if (d->start[i] >= d->stopped[project]) d->start[i] = PLACE_NEVER;
        if (d->finish[i] > d->stopped[project]) d->finish[i] = PLACE_NEVER;
        if (d->refused[i] > d->stopped[project]) d->refused[i] = PLACE_NEVER;
        d->critical[i] = 0;
    }
}

int32_t place_delivery_forecast_day(const place_delivery *d, size_t event, size_t year) {
    size_t project = (size_t)d->plan->events[event].project, n_years = d->plan->calendar.n_years;
    return event_day(&d->plan->events[event], d->forecast[project * n_years + year], d->planned[project], PLACE_NEVER);
}

/** Course, dates and money of a project, from its start. */
static void take_project(place_delivery *d, const place_draws *draws, size_t project) {
    const place_project *p = &d->plan->projects[project];
    size_t n_years = d->plan->calendar.n_years;
    if (d->begin[project] != PLACE_NEVER) {
        run_project(d, draws, project);
        mark_critical(d, project);
    } else { /* nothing is done, and nothing was given up */
        for (size_t i = p->first_activity; i < p->first_activity + p->n_activities; i++) {
            d->start[i] = d->finish[i] = d->refused[i] = PLACE_NEVER;
            d->critical[i] = 0;
        }
        for (size_t r = 0; r < d->plan->n_risk_events; r++)
            if (d->plan->risk_events[r].project == (int32_t)project) d->project_risk_happened[r] = -1;
        d->opening[project] = d->stopped[project] = PLACE_NEVER;
    }
    for (size_t y = 0; y < n_years; y++)
        d->forecast[project * n_years + y] = forecast_opening(d, project, place_day(d->plan->calendar.first_year + (int)y, 2, 15));
    take_money(d, draws, project);
    if (d->stopped[project] != PLACE_NEVER) cut_short(d, project);
}

/** Step of a day that is not before `earliest`. */
static int32_t step_of(const place_calendar *calendar, int32_t day, int32_t earliest) {
    int32_t step = day == PLACE_NEVER ? PLACE_NEVER : step_on_or_after(calendar, day);
    if (step == PLACE_NEVER || step >= earliest) return step;
    return earliest < (int32_t)calendar->n_steps ? earliest : PLACE_NEVER;
}

/** When an event falls, as it is and as planned. @param earliest  steps before it are over */
static void time_event(place_delivery *d, const place_draws *draws, size_t e, int32_t earliest) {
    const place_plan *plan = d->plan;
    const place_event *event = &plan->events[e];
    int32_t opening = event->project == PLACE_NONE ? PLACE_NEVER : d->opening[event->project];
    int32_t planned = event->project == PLACE_NONE ? PLACE_NEVER : d->planned[event->project];
    int32_t start = event->activity == PLACE_NONE ? PLACE_NEVER : d->start[event->activity];
    d->event_step[e] = step_of(&plan->calendar, event_day(event, opening, planned, start), earliest);
    d->planned_step[e] = step_of(&plan->calendar, event_day(event, planned, planned, start), earliest); /* without a project: the same */
    if (event->risk != PLACE_NONE && !draws->risk_happened[event->risk]) d->event_step[e] = d->planned_step[e] = PLACE_NEVER;
}

void place_delivery_take(place_delivery *d, const place_draws *draws) {
    const place_plan *plan = d->plan;
    for (size_t i = 0; i < plan->n_triggers; i++) d->held[i] = 0;
    for (size_t i = 0; i < plan->n_projects; i++) {
        const place_project *p = &plan->projects[i];
        d->begin[i] = p->n_triggers > 0 ? PLACE_NEVER : p->start_day;
        d->planned[i] = p->planned_opening_day;
        take_project(d, draws, i);
    }
    for (size_t e = 0; e < plan->n_events; e++) time_event(d, draws, e, 0);
}

void place_delivery_start(place_delivery *d, const place_draws *draws, size_t project, int32_t lead_days, size_t step) {
    const place_plan *plan = d->plan;
    int32_t begin = plan->calendar.start_day[step] + lead_days;
    d->begin[project] = begin > plan->projects[project].start_day ? begin : plan->projects[project].start_day;
    d->planned[project] = planned_opening(plan, project, d->begin[project], d->forecast_finish);
    take_project(d, draws, project);
    for (size_t e = 0; e < plan->n_events; e++)
        if (plan->events[e].project == (int32_t)project) time_event(d, draws, e, (int32_t)step + 1); /* this step's events are over */
}
