/* SPDX-License-Identifier: MIT */
/* The planned course: the arithmetic of the model's deliveries with every duration as planned, no risk and no market. */
#include "planned.h"

#include <math.h>

#include "place/date.h"

static double later(double a, double b) { return a > b ? a : b; }

static void plan_project(place_planned *p, const place_project *project) {
    const place_plan *plan = p->plan;
    for (size_t k = 0; k < project->n_activities; k++) {
        int32_t i = project->order[k];
        const place_activity *activity = &plan->activities[i];
        double start = project->n_triggers > 0 ? (double)INFINITY : later(project->start_day, activity->earliest_day);
        for (size_t b = 0; b < activity->n_before; b++) start = later(start, p->finish[activity->before[b]]);
        double finish = start + ceil(activity->planned_days - 1e-9);
        if (activity->gate != PLACE_NONE) {
            const place_gate *gate = &plan->gates[activity->gate];
            size_t m = 0;
            while (m < gate->n_days && gate->days[m] < finish) m++;
            finish = m < gate->n_days ? gate->days[m] : (double)INFINITY;
        }
        p->start[i] = start;
        p->finish[i] = finish;
    }
}

static double event_day(const place_planned *p, const place_event *event) {
    double day = event->day;
    if (event->risk != PLACE_NONE) return INFINITY; /* no risk happens on plan */
    if (event->project == PLACE_NONE) return day;
    if (event->activity != PLACE_NONE) day = p->start[event->activity];
    else day = p->plan->projects[event->project].planned_opening_day;
    if (!isfinite(day) || day >= INT32_MAX || day <= INT32_MIN) return INFINITY;
    place_date date = place_day_date((int32_t)day);
    bool leap_day = event->offset_years != 0 && date.month == 2 && date.day == 29;
    return leap_day ? place_day(date.year + event->offset_years, 3, 1) : place_day(date.year + event->offset_years, date.month, date.day);
}

bool place_planned_make(place_planned *out, place_arena *arena, const place_plan *plan) {
    *out = (place_planned){ .plan = plan };
    out->start = place_arena_array(arena, plan->n_activities, sizeof *out->start);
    out->finish = place_arena_array(arena, plan->n_activities, sizeof *out->finish);
    out->event_day = place_arena_array(arena, plan->n_events, sizeof *out->event_day);
    out->event_order = place_arena_array(arena, plan->n_events, sizeof *out->event_order);
    if (out->start == NULL || out->finish == NULL || out->event_day == NULL || out->event_order == NULL) return false;
    for (size_t i = 0; i < plan->n_projects; i++) plan_project(out, &plan->projects[i]);
    for (size_t e = 0; e < plan->n_events; e++) {
        size_t k = e;
        out->event_day[e] = event_day(out, &plan->events[e]);
        for (; k > 0 && out->event_day[out->event_order[k - 1]] > out->event_day[e]; k--) out->event_order[k] = out->event_order[k - 1];
        out->event_order[k] = (int32_t)e;
    }
    return true;
}

bool place_planned_open(const place_planned *planned, size_t site, int32_t day) {
    const place_plan *plan = planned->plan;
    bool open = !plan->sites[site].delivered && plan->sites[site].open_day <= plan->calendar.start_day[0];
    for (size_t k = 0; k < plan->n_events; k++) {
        const place_event *event = &plan->events[planned->event_order[k]];
        if (event->site != (int32_t)site || planned->event_day[planned->event_order[k]] > day) continue;
        if (event->kind == PLACE_EVENT_OPEN || event->opens_closed) open = true;
        else if (event->kind == PLACE_EVENT_CLOSE) open = false;
    }
    return open;
}

double place_planned_places(const place_planned *planned, size_t site, int32_t day) {
    const place_plan *plan = planned->plan;
    double total = 0;
    if (!place_planned_open(planned, site, day)) return 0;
    for (size_t i = plan->sites[site].first_pool; i < plan->sites[site].first_pool + plan->sites[site].n_pools; i++) {
        double places = plan->pools[i].commissioned.value;
        for (size_t k = 0; k < plan->n_events; k++) {
            const place_event *event = &plan->events[planned->event_order[k]];
            if (event->pool != (int32_t)i || planned->event_day[planned->event_order[k]] > day) continue;
            places = event->sets_places ? event->places.value : places + event->places.value;
            if (places < 0) places = 0;
        }
        total += places;
    }
    return total;
}
