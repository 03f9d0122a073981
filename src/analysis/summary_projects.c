/* SPDX-License-Identifier: MIT */
/*
 * Capital projects: when they open, how often in time, and which activity is to blame. In a chain every activity is on the
 * longest path, so "most often critical" alone names the whole chain; blame goes to the activity on the longest path that took
 * longest beyond its planned span, gates' waits included, in the replications that open late or never.
 */
#include <math.h>
#include <string.h>

#include "place/date.h"
#include "summary_internal.h"

static const place_item *project_item(const place_plan *plan, size_t i) { return &plan->projects[i].item; }

double place_activity_start(const place_activity *activity, double begin, const double *finish) {
    double start = begin;
    if (activity->earliest_day > start) start = activity->earliest_day;
    for (size_t k = 0; k < activity->n_before; k++) start = fmax(start, finish[activity->before[k]]);
    return start;
}

double place_project_delay(const place_plan *plan, int32_t project, double (*read)(const void *self, place_variable_id variable, size_t cell),
                           const void *self) {
    double days = 0;
    for (size_t i = 0; i < plan->n_logged_risks; i++) {
        const place_logged_risk *risk = &plan->logged_risks[i];
        if (risk->effect != PLACE_LOGGED_DELAYS_PROJECT || risk->on != project || !(read(self, PLACE_VAR_LOGGED_RISK_HAPPENED, i) > 0)) continue;
        double by = risk->by.input == PLACE_NONE ? risk->by.value : read(self, PLACE_VAR_INPUT_VALUE, (size_t)risk->by.input);
        days += ceil(by * risk->unit - 1e-9);
    }
    return days;
}

void place_planned_finishes(const place_plan *plan, const place_project *project, double begin, double *finish) {
    for (size_t k = 0; k < project->n_activities; k++) {
        int32_t i = project->order[k];
        const place_activity *activity = &plan->activities[i];
        double day = place_activity_start(activity, begin, finish) + ceil(activity->planned_days - 1e-9);
        if (activity->gate != PLACE_NONE) {
            const place_gate *gate = &plan->gates[activity->gate];
            size_t m = 0;
            while (m < gate->n_days && gate->days[m] < day) m++;
            day = m < gate->n_days ? gate->days[m] : (double)INFINITY;
        }
        finish[i] = day;
    }
}

static void find_critical(place_summing *s, place_summary_project *out, const double *opening) {
    const place_project *project = &s->plan->projects[out->project];
    size_t most = 0, n_open = 0;
    for (size_t r = 0; r < s->n; r++) n_open += isfinite(opening[r]) != 0;
    out->critical = PLACE_NONE;
    for (size_t i = project->first_activity; i < project->first_activity + project->n_activities; i++) {
        const double *flags = place_summing_cell(s, PLACE_VAR_ACTIVITY_CRITICAL, i);
        size_t n_critical = 0;
        for (size_t r = 0; r < s->n; r++) n_critical += isfinite(opening[r]) && flags[r] > 0;
        if (n_critical > most) {
            most = n_critical;
            out->critical = (int32_t)i;
        }
    }
    out->critical_share = n_open > 0 ? (double)most / (double)n_open : 0;
}

/* Start and planned opening of a project in a replication: fixed, or from the trigger that was met; infinity: never. */
static double begin_of(const place_summing *s, const place_project *project, int32_t index, size_t r) {
    return project->n_triggers == 0 ? project->start_day
                                    : place_summing_cell(s, PLACE_VAR_PROJECT_START, (size_t)index)[r] + place_day(s->plan->calendar.first_year, 9, 1);
}

static double planned_of(const place_summing *s, const place_project *project, const place_summary_project *out, size_t r) {
    return project->n_triggers == 0 ? out->planned
                                    : place_summing_cell(s, PLACE_VAR_PROJECT_PLANNED_OPENING, (size_t)out->project)[r] + place_day(s->plan->calendar.first_year, 9, 1);
}

typedef struct one_replication {
    const place_summing *s;
    size_t r;
} one_replication;

static double read_one(const void *self, place_variable_id variable, size_t cell) {
    const one_replication *one = self;
    return place_summing_cell(one->s, variable, cell)[one->r];
}

/* Days beyond the planned span, as mean over late replications (0 where not on the longest path): the largest is to blame. */
static place_status find_blamed(place_summing *s, place_summary_project *out, const double *opening) {
    const place_plan *plan = s->plan;
    const place_project *project = &plan->projects[out->project];
    const double epoch = place_day(plan->calendar.first_year, 9, 1);
    size_t n_late = 0;
    double *planned = place_summing_array(s, plan->n_activities, sizeof *planned);
    double *actual = place_summing_array(s, plan->n_activities, sizeof *actual);
    double *excess = place_summing_array(s, plan->n_activities, sizeof *excess);
    if (planned == NULL || actual == NULL || excess == NULL) return PLACE_SYSTEM;
    for (size_t r = 0; r < s->n; r++) {
        double begin = begin_of(s, project, out->project, r);
        if (!isfinite(opening[r]) || opening[r] <= planned_of(s, project, out, r)) continue;
        n_late++;
        double put_off = place_project_delay(plan, out->project, read_one, &(one_replication){ s, r }); /* no activity is to blame for that */
        if (n_late == 1 || project->n_triggers > 0) place_planned_finishes(plan, project, begin, planned);
        for (size_t k = 0; k < project->n_activities; k++) {
            int32_t i = project->order[k];
            actual[i] = place_summing_cell(s, PLACE_VAR_ACTIVITY_FINISH, (size_t)i)[r] + epoch;
            if (!(place_summing_cell(s, PLACE_VAR_ACTIVITY_CRITICAL, (size_t)i)[r] > 0)) continue;
            double span = actual[i] - place_activity_start(&plan->activities[i], begin + put_off, actual);
            double on_plan = planned[i] - place_activity_start(&plan->activities[i], begin, planned);
            if (isfinite(span) && isfinite(on_plan)) excess[i] += span - on_plan;
        }
    }
    out->blamed = PLACE_NONE;
    for (size_t i = project->first_activity; i < project->first_activity + project->n_activities && n_late > 0; i++) {
        double days = excess[i] / (double)n_late;
        if (days <= 0 || (out->blamed != PLACE_NONE && days <= out->blamed_days)) continue;
        out->blamed = (int32_t)i;
        out->blamed_days = days;
    }
    return PLACE_OK;
}

static void sum_money(place_summing *s, place_summary_project *out) {
    const place_plan *plan = s->plan;
    const size_t n_years = place_axis_length(plan, PLACE_AXIS_FINANCIAL_YEAR);
    double *sum = s->values[1];
    memset(sum, 0, s->n * sizeof *sum);
    for (size_t y = 0; y < n_years; y++) {
        const double *pence = place_summing_cell(s, PLACE_VAR_PROJECT_SPEND, (size_t)out->project * n_years + y);
        for (size_t r = 0; r < s->n; r++) sum[r] += pence[r] / 100;
    }
    out->spend_gbp = place_summing_spread(s, sum);
    memset(sum, 0, s->n * sizeof *sum);
    bool funded = false;
    for (size_t f = 0; f < plan->n_funding; f++) {
        if (plan->funding[f].project != out->project) continue;
        funded = true;
        for (size_t r = 0; r < s->n; r++) sum[r] += place_summing_cell(s, PLACE_VAR_FUNDING_LOST, f)[r] / 100;
    }
    out->lost_gbp = funded ? place_summing_spread(s, sum) : place_spread_of(NULL, 0, s->sorted);
}

static place_status sum_project(place_summing *s, place_summary_project *out) {
    const place_project *project = &s->plan->projects[out->project];
    const double epoch = place_day(s->plan->calendar.first_year, 9, 1);
    size_t n_on_time = 0, n_by_september = 0, n_cancelled = 0, n_never = 0, n_started = 0;
    bool known = project->planned_opening_day != INT32_MAX && project->planned_opening_day != INT32_MIN;
    out->planned = known ? project->planned_opening_day : (double)NAN;
    out->open_by_planned = NAN;
    if (known) {
        place_date planned = place_day_date(project->planned_opening_day);
        int32_t september = place_day(planned.year, 9, 1);
        out->open_by_planned = september >= project->planned_opening_day ? september : place_day(planned.year + 1, 9, 1);
    }
    double *opening = s->values[0], *slip = s->values[1];
    const double *cancelled = place_summing_cell(s, PLACE_VAR_PROJECT_CANCELLED, (size_t)out->project);
    for (size_t r = 0; r < s->n; r++) {
        opening[r] = place_summing_cell(s, PLACE_VAR_PROJECT_OPENING, (size_t)out->project)[r] + epoch;
        double planned = planned_of(s, project, out, r);
        slip[r] = isfinite(opening[r]) ? opening[r] - planned : (double)NAN;
        n_on_time += isfinite(opening[r]) && opening[r] <= planned;
        n_started += isfinite(begin_of(s, project, out->project, r)) != 0;
        n_by_september += opening[r] <= out->open_by_planned;
        n_cancelled += cancelled[r] > 0;
        n_never += isinf(opening[r]) != 0;
    }
    out->opening = place_summing_spread(s, opening);
    out->slip_days = place_summing_spread(s, slip);
    out->on_time = place_chance_of(n_on_time, project->n_triggers > 0 ? n_started : s->n);
    out->by_september = place_chance_of(n_by_september, project->n_triggers > 0 ? 0 : s->n);
    out->triggered = place_chance_of(n_started, project->n_triggers > 0 ? s->n : 0);
    for (size_t r = 0; r < s->n; r++) slip[r] = begin_of(s, project, out->project, r);
    out->start = place_summing_spread(s, slip);
    out->cancelled = place_chance_of(n_cancelled, s->n);
    out->never = place_chance_of(n_never, s->n);
    out->blamed = out->critical = PLACE_NONE;
    if (project->n_activities > 0) find_critical(s, out, opening);
    place_status status = project->n_activities > 0 ? find_blamed(s, out, opening) : PLACE_OK;
    sum_money(s, out);
    return status;
}

place_status place_summing_projects(place_summing *s) {
    static const place_variable_id wanted[] = { PLACE_VAR_PROJECT_OPENING, PLACE_VAR_PROJECT_CANCELLED, PLACE_VAR_PROJECT_SPEND,
                                                PLACE_VAR_ACTIVITY_FINISH, PLACE_VAR_ACTIVITY_CRITICAL, PLACE_VAR_FUNDING_LOST };
    static const place_variable_id with_triggers[] = { PLACE_VAR_PROJECT_START, PLACE_VAR_PROJECT_PLANNED_OPENING };
    size_t n_projects = s->plan->n_projects;
    if (n_projects == 0) return PLACE_OK;
    int32_t *order = place_summing_order(s, PLACE_AXIS_PROJECT, n_projects, project_item);
    place_summary_project *rows = place_summing_array(s, n_projects, sizeof *rows);
    place_status status = order != NULL && rows != NULL ? PLACE_OK : PLACE_SYSTEM;
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0] && status == PLACE_OK; i++) status = place_summing_read(s, wanted[i]);
    for (size_t i = 0; i < 2 && s->plan->n_triggers > 0 && status == PLACE_OK; i++) status = place_summing_read(s, with_triggers[i]);
    for (size_t i = 0; i < s->plan->n_logged_risks && status == PLACE_OK; i++) {
        const place_logged_risk *risk = &s->plan->logged_risks[i];
        if (risk->effect != PLACE_LOGGED_DELAYS_PROJECT) continue;
        status = place_summing_read(s, PLACE_VAR_LOGGED_RISK_HAPPENED);
        if (status == PLACE_OK && risk->by.input != PLACE_NONE) status = place_summing_read(s, PLACE_VAR_INPUT_VALUE);
    }
    if (status != PLACE_OK) return status;
    for (size_t i = 0; i < n_projects && status == PLACE_OK; i++) {
        rows[i].project = order[i];
        status = sum_project(s, &rows[i]);
    }
    s->out->projects = rows;
    s->out->n_projects = n_projects;
    return status;
}
