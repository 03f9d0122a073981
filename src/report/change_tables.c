/* SPDX-License-Identifier: MIT */
/*
 * What is meant to change, in words: each change with the rows it acts on and what it makes of them, each intervention with its strength and
 * caseload, each logged risk with what it does; and for all of them the command line of a run without it. Uncertain numbers are at their means.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "place/catalogue.h"
#include "place/date.h"
#include "place/report.h"
#include "plan_tables.h"

#define MOST_YEARS 8
#define MOST_ROWS 12 /* of one change, for the eye */

/* A number with three significant digits, and never 1e-05. */
static const char *number_text(double value, char out[32]) {
    double size = fabs(value);
    int decimals = size >= 100 || size == 0 ? 0 : 2 - (int)floor(log10(size));
    snprintf(out, 32, "%.*f", decimals < 0 ? 0 : decimals > 8 ? 8 : decimals, value);
    char *end = strchr(out, '.') != NULL ? out + strlen(out) : NULL;
    while (end != NULL && end[-1] == '0') *--end = '\0';
    if (end != NULL && end[-1] == '.') end[-1] = '\0';
    return out;
}

static void add_number(place_tables *t, double value) {
    char text[32];
    if (isnan(value)) place_tables_nothing(t);
    else place_tables_value(t, value, number_text(value, text));
}

/* "--set 'intervention[@id="x"]/@success=0'", or how to remove the element. */
static void without(char *out, size_t room, const char *element, const char *id, const char *attribute, const char *value) {
    if (attribute != NULL) snprintf(out, room, "--set '%s[@id=\"%s\"]/@%s=%s'", element, id, attribute, value);
    else snprintf(out, room, "a scenario that extends this one with <remove ref=\"%s %s\"/>", element, id);
}

static void without_intervention(const place_plan *plan, const place_intervention *s, char *out, size_t room) {
    char start[16];
    place_day_text(plan->calendar.start_day[0], start);
    if (s->measured) snprintf(out, room, "the tables hold its effect: let it start before the run and end on %s", start);
    else without(out, room, "intervention", s->item.id, s->success_stated ? "success" : NULL, "0");
}

/* ---- changes ---------------------------------------------------------------------------------------------------- */

/* Strength of an intervention at the top of its ramp, when it has its effect, at a dose. */
static double strength_at(const place_intervention *s, const place_number *dose) {
    double share = dose->value < s->dose_full.value ? dose->value / s->dose_full.value : 1;
    double reach = s->reach.value / s->reach_of;
    return s->effect.value * s->engagement.value * (reach < 1 ? reach : 1) * share;
}

static double left_by(double strength, double value) {
    double left = 1 + strength * (value - 1);
    return left > 0 ? left : 0;
}

/* What the change by itself, at full strength, makes of a number. */
static double full_effect(const place_plan *plan, const place_change *change, double x) {
    const place_intervention *service = change->intervention == PLACE_NONE ? NULL : &plan->interventions[change->intervention];
    double s = service == NULL ? 1 : strength_at(service, &service->dose), value = change->value.value;
    double measured = service != NULL && service->measured ? strength_at(service, &service->dose_measured) : 0;
    switch (change->op) {
    case PLACE_CHANGE_SCALE: return service == NULL ? x * value : x * left_by(s, value) / fmax(left_by(measured, value), 0.01);
    case PLACE_CHANGE_ADD: return fmax(0, x + (s - measured) * value);
    case PLACE_CHANGE_SET: break;
    }
    return x + s * (value - x);
}

static const char *who(const place_plan *plan, const place_change *change) {
    if (change->intervention != PLACE_NONE) return plan->interventions[change->intervention].item.name;
    if (change->risk != PLACE_NONE) return plan->logged_risks[change->risk].item.name;
    return change->name;
}

static void days_text(int32_t starts, int32_t ends, double ramp_months, char out[120]) {
    char from[24], to[24], ramp[40] = "", text[32];
    if (ramp_months > 0) snprintf(ramp, sizeof ramp, ", rising over %s months", number_text(ramp_months, text));
    if (ends == INT32_MAX) snprintf(out, 120, "from %s%s", place_report_day(starts, from), ramp);
    else snprintf(out, 120, "from %s to %s%s", place_report_day(starts, from), place_report_day(ends - 1, to), ramp);
}

static void change_heading(place_tables *t, const place_plan *plan, const place_change *change) {
    static const char *const ops[] = { "times", "plus", "set to" };
    char text[700], days[120], value[32], hint[300] = "", strength[64] = "";
    int32_t service = change->intervention;
    double ramp = service != PLACE_NONE ? plan->interventions[service].ramp_months.value : change->ramp_months.value;
    if (service == PLACE_NONE && change->risk == PLACE_NONE) {
        char more[260];
        without(more, sizeof more, "change", change->own_id, change->op == PLACE_CHANGE_SET ? NULL : "value", change->op == PLACE_CHANGE_SCALE ? "1" : "0");
        snprintf(hint, sizeof hint, ". Without it: %s", more);
    }
    if (service != PLACE_NONE) {
        const place_intervention *s = &plan->interventions[service];
        snprintf(strength, sizeof strength, " at strength %s", number_text(strength_at(s, &s->dose), value));
    }
    days_text(change->starts, change->ends, ramp, days);
    bool some = *change->where != '\0';
    snprintf(text, sizeof text, "%s: %s%s%s%s %s %s%s, %s; %zu row%s%s", who(plan, change), place_changed_name(plan, change->table), some ? " (" : "",
             change->where, some ? ")" : "", ops[change->op], number_text(change->value.value, value), strength, days, change->n_rows,
             change->n_rows == 1 ? "" : "s", hint);
    place_tables_heading(t, text);
}

/* Share of its full strength in each academic year. */
static void add_years(place_tables *t, const place_plan *plan, const place_change *change, size_t n_years) {
    const place_calendar *calendar = &plan->calendar;
    double months = change->intervention != PLACE_NONE ? plan->interventions[change->intervention].ramp_months.value : change->ramp_months.value;
    for (size_t y = 0; y < n_years; y++) {
        size_t first = 0, last;
        while (first < calendar->n_steps && calendar->year[first] != (int32_t)y) first++;
        for (last = first; last < calendar->n_steps && calendar->year[last] == (int32_t)y;) last++;
        double share = place_plan_ramp(change->starts, change->ends, months * PLACE_DAYS_PER_MONTH, calendar->start_day[first], calendar->start_day[last]);
        char text[16];
        snprintf(text, sizeof text, "%.0f", 100 * share);
        place_tables_value(t, share, text);
    }
}

static void add_changes(place_tables *t, const place_plan *plan) {
    static const char *const ops[] = { "scale", "add", "set" };
    size_t n_years = plan->calendar.n_years < MOST_YEARS ? plan->calendar.n_years : MOST_YEARS;
    if (plan->n_changes == 0) return;
    place_tables_begin(t, "changes", "CHANGES, BY THE ROWS THEY ACT ON");
    place_tables_note(t, "Each by itself, uncertain numbers at their means: a row's number before it and at its full strength (of an intervention, when it "
                         "succeeds), and how much of that strength holds in each academic year, %%. In this order they act.");
    place_tables_column(t, "change", "", PLACE_IN_DATA);
    place_tables_column(t, "table", "", PLACE_IN_DATA);
    place_tables_column(t, "where", "", PLACE_IN_DATA);
    place_tables_column(t, "op", "", PLACE_IN_DATA);
    place_tables_column(t, "value", "", PLACE_IN_DATA);
    place_tables_column(t, "row", "row", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "before", "before", PLACE_IN_ALL);
    place_tables_column(t, "at_full_strength", "at full\nstrength", PLACE_IN_ALL);
    for (size_t y = 0; y < n_years; y++) {
        char key[32], heading[16];
        place_report_year(plan, (int32_t)y, heading);
        snprintf(key, sizeof key, "strength_%d", plan->calendar.first_year + (int)y);
        place_tables_column(t, key, heading, PLACE_IN_ALL);
    }
    for (size_t i = 0; i < plan->n_changes; i++) {
        const place_change *change = &plan->changes[i];
        change_heading(t, plan, change);
        for (size_t r = 0; r < change->n_named; r++) {
            double before = change->row_value[r];
            place_tables_row(t, r < MOST_ROWS ? PLACE_IN_ALL : PLACE_IN_DATA);
            place_tables_text(t, change->id);
            place_tables_text(t, place_changed_name(plan, change->table));
            place_tables_text(t, change->where);
            place_tables_text(t, ops[change->op]);
            place_tables_number(t, change->value.value, 6);
            place_tables_text(t, change->row_id[r]);
            add_number(t, before);
            add_number(t, isnan(before) ? before : full_effect(plan, change, before));
            add_years(t, plan, change, n_years);
        }
        char more[64];
        if (change->n_rows > MOST_ROWS) {
            snprintf(more, sizeof more, "  and %zu rows more", change->n_rows - MOST_ROWS);
            place_tables_heading(t, more);
        }
    }
}

size_t place_report_intervention_at(const place_plan *plan, size_t place) {
    size_t i = 0;
    while (i + 1 < plan->n_interventions && plan->interventions[i].item.display != (int32_t)place) i++;
    return i;
}

size_t place_report_logged_risk_at(const place_plan *plan, size_t place) {
    size_t i = 0;
    while (i + 1 < plan->n_logged_risks && plan->logged_risks[i].item.display != (int32_t)place) i++;
    return i;
}

/* ---- interventions ---------------------------------------------------------------------------------------------- */

static void say_caseload(place_tables *t, const place_plan *plan, const place_intervention *s) {
    bool asks = plan->pipeline.used;
    char capacity[32], referrals[32], averted[32], deferred[32], delay[32], back[120] = "", of[80] = "";
    double share = s->dose.value < s->dose_full.value ? s->dose.value / s->dose_full.value : 1, cases = s->capacity.value * share;
    double come = s->referrals.value * s->reach.value / s->reach_of, effect = s->effect.value * s->engagement.value;
    number_text(cases, capacity);
    if (s->referrals_stated) {
        snprintf(of, sizeof of, " of the %s that come to it", number_text(come, referrals));
        if (come < cases) cases = come;
    }
    if (s->deferred.value > 0)
        snprintf(back, sizeof back, "; %s %% of these come back after %s months", number_text(100 * s->deferred.value, deferred),
                 number_text(s->delay_months, delay));
    place_tables_note(t, "%s can take %s cases a month%s. Of its cases %.0f %% would %s, and %.0f %% of those then do not: it averts up to "
                         "%s %s a year, never more than there are in the %zu cells of area, need and year that it serves%s.",
                      s->item.name, capacity, of, 100 * s->would_request.value, asks ? "have asked for an assessment" : "have had a new plan",
                      100 * s->case_success.value,
                      number_text(12 * cases * s->would_request.value * s->case_success.value * (effect < 1 ? effect : 1), averted),
                      asks ? "requests" : "new plans", s->n_case_rows, back);
}

static void add_interventions(place_tables *t, const place_plan *plan) {
    static const char *const units[] = { "a year", "a month", "a case", "once" };
    if (plan->n_interventions == 0) return;
    place_tables_begin(t, "interventions", "INTERVENTIONS");
    place_tables_note(t, "Strength: effect x engagement x reach x dose, at the top of the ramp and when it succeeds; uncertain numbers at their means.");
    for (size_t g = 0; g < plan->n_overlap_groups; g++) {
        char names[600] = "";
        for (size_t i = 0, n = 0; i < plan->n_interventions; i++) {
            size_t used = strlen(names);
            if (plan->interventions[i].overlap != (int32_t)g) continue;
            snprintf(names + used, sizeof names - used, "%s%s", n++ > 0 ? "; " : "", plan->interventions[i].item.name);
        }
        place_tables_note(t, "Of group %s each acts on what the others leave: %s.", plan->overlap_groups[g], names);
    }
    place_tables_column(t, "intervention", "", PLACE_IN_DATA);
    place_tables_column(t, "name", "intervention", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "runs", "runs", PLACE_IN_TEXT | PLACE_LEFT);
    place_tables_column(t, "starts", "", PLACE_IN_DATA);
    place_tables_column(t, "ends", "", PLACE_IN_DATA);
    place_tables_column(t, "success", "chance,\n%", PLACE_IN_ALL);
    place_tables_column(t, "strength", "strength", PLACE_IN_ALL);
    place_tables_column(t, "group", "", PLACE_IN_DATA);
    place_tables_column(t, "cost_gbp", "cost, pounds", PLACE_IN_ALL);
    place_tables_column(t, "cost_unit", "", PLACE_IN_DATA);
    place_tables_column(t, "without", "", PLACE_IN_DATA);
    for (size_t k = 0; k < plan->n_interventions; k++) {
        const place_intervention *s = &plan->interventions[place_report_intervention_at(plan, k)];
        char days[120], iso[24], chance[16], cost[64], hint[300];
        days_text(s->starts, s->ends, s->ramp_months.value, days);
        snprintf(chance, sizeof chance, "%.0f", 100 * s->success.value);
        snprintf(cost, sizeof cost, "%.0f %s", s->cost_gbp.value, units[s->cost_unit]);
        without_intervention(plan, s, hint, sizeof hint);
        place_tables_row(t, PLACE_IN_ALL);
        place_tables_text(t, s->item.id);
        place_tables_text(t, s->item.name);
        place_tables_text(t, days);
        place_tables_text(t, place_report_iso(s->starts, iso));
        place_tables_text(t, s->ends == INT32_MAX ? NULL : place_report_iso(s->ends, iso));
        place_tables_value(t, s->success.value, chance);
        add_number(t, strength_at(s, &s->dose));
        place_tables_text(t, s->overlap == PLACE_NONE ? NULL : plan->overlap_groups[s->overlap]);
        if (s->cost_gbp.value > 0) place_tables_value(t, s->cost_gbp.value, cost);
        else place_tables_nothing(t);
        place_tables_text(t, s->cost_gbp.value > 0 ? units[s->cost_unit] : NULL);
        place_tables_text(t, hint);
    }
    for (size_t i = 0; i < plan->n_caseloads; i++) say_caseload(t, plan, &plan->interventions[plan->caseloads[i]]);
    for (size_t k = 0; k < plan->n_interventions; k++) {
        const place_intervention *s = &plan->interventions[place_report_intervention_at(plan, k)];
        char hint[300];
        without_intervention(plan, s, hint, sizeof hint);
        place_tables_note(t, "Without %s: %s", s->item.name, hint);
    }
}

/* ---- the register ----------------------------------------------------------------------------------------------- */

static void effect_text(const place_plan *plan, size_t i, char *out, size_t room) {
    const place_logged_risk *risk = &plan->logged_risks[i];
    char day[24], by[32];
    size_t n = 0;
    const char *unit = risk->unit == 1 ? "days" : risk->unit == PLACE_DAYS_PER_WEEK ? "weeks" : risk->unit == PLACE_DAYS_PER_MONTH ? "months" : "years";
    number_text(risk->by.value, by);
    place_report_day(risk->starts, day);
    switch (risk->effect) {
    case PLACE_LOGGED_NOTE: snprintf(out, room, "not simulated: %s", risk->note != NULL ? risk->note : ""); break;
    case PLACE_LOGGED_CHANGES:
        for (size_t k = 0; k < plan->n_changes; k++) n += plan->changes[k].risk == (int32_t)i;
        snprintf(out, room, "%zu change%s, which stand%s among the changes", n, n == 1 ? "" : "s", n == 1 ? "s" : "");
        break;
    case PLACE_LOGGED_CLOSES: snprintf(out, room, "closes %s on %s", plan->sites[risk->on].item.name, day); break;
    case PLACE_LOGGED_CANCELS:
        snprintf(out, room, "abandons %s %s%s", plan->projects[risk->on].item.name, risk->starts == INT32_MIN ? "at its first decision" : "on ",
                 risk->starts == INT32_MIN ? "" : day);
        break;
    case PLACE_LOGGED_DELAYS_PROJECT: snprintf(out, room, "%s starts %s %s later", plan->projects[risk->on].item.name, by, unit); break;
    case PLACE_LOGGED_DELAYS_ACTIVITY:
        snprintf(out, room, "%s of %s takes %s %s longer", plan->activities[risk->on].item.name, plan->projects[plan->activities[risk->on].project].item.name,
                 by, unit);
        break;
    case PLACE_LOGGED_STOPS: snprintf(out, room, "ends %s on %s", plan->interventions[risk->on].item.name, day); break;
    case PLACE_LOGGED_DELAYS_INTERVENTION: snprintf(out, room, "%s starts %s %s later", plan->interventions[risk->on].item.name, by, unit); break;
    case PLACE_LOGGED_RISK:
        snprintf(out, room, "is %s of %s, among the risks of capital projects", plan->risk_events[risk->on].item.name,
                 plan->projects[plan->risk_events[risk->on].project].item.name);
        break;
    }
}

static void add_register(place_tables *t, const place_plan *plan) {
    size_t n_wrong = 0;
    char example[300] = "";
    if (plan->n_logged_risks == 0) return;
    for (size_t i = 0; i < plan->n_logged_risks; i++) n_wrong += plan->logged_risks[i].score_wrong;
    place_tables_begin(t, "register", "RISK REGISTER");
    place_tables_note(t, "Likelihood, impact and score as logged; the chance, with which it happens in a replication, is the scenario's.");
    if (n_wrong > 0)
        place_tables_note(t, "%zu score%s not likelihood x impact: marked, with what it would be.", n_wrong, n_wrong == 1 ? " is" : "s are");
    place_tables_column(t, "risk", "", PLACE_IN_DATA);
    place_tables_column(t, "name", "risk", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "likelihood", "likeli-\nhood", PLACE_IN_ALL);
    place_tables_column(t, "impact", "impact", PLACE_IN_ALL);
    place_tables_column(t, "score", "score", PLACE_IN_ALL);
    place_tables_column(t, "score_wrong", "", PLACE_IN_DATA);
    place_tables_column(t, "opened", "", PLACE_IN_DATA);
    place_tables_column(t, "status", "", PLACE_IN_DATA);
    place_tables_column(t, "probability", "chance,\n%", PLACE_IN_ALL);
    place_tables_column(t, "effect", "what it does", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "without", "", PLACE_IN_DATA);
    for (size_t k = 0; k < plan->n_logged_risks; k++) {
        size_t i = place_report_logged_risk_at(plan, k);
        const place_logged_risk *risk = &plan->logged_risks[i];
        char score[64], text[32], product[32], effect[1200], hint[300] = "", chance[16], iso[24];
        bool own = risk->effect == PLACE_LOGGED_RISK, decides = !own && risk->effect != PLACE_LOGGED_NOTE;
        double probability = own ? plan->risk_events[risk->on].probability.value : risk->probability.value;
        effect_text(plan, i, effect, sizeof effect);
        if (decides) without(hint, sizeof hint, "logged-risk", risk->item.id, "probability", "0");
        if (own)
            snprintf(hint, sizeof hint, "--set 'project[@id=\"%s\"]/risk[@id=\"%s\"]/@probability=0'",
                     plan->projects[plan->risk_events[risk->on].project].item.id, plan->risk_events[risk->on].item.id);
        place_tables_row(t, PLACE_IN_ALL);
        place_tables_text(t, risk->item.id);
        place_tables_text(t, risk->item.name);
        add_number(t, risk->likelihood);
        add_number(t, risk->impact);
        if (risk->score_wrong)
            snprintf(score, sizeof score, "%s (%s)", number_text(risk->score, text), number_text(risk->likelihood * risk->impact, product));
        if (risk->score_wrong) place_tables_value(t, risk->score, score);
        else add_number(t, risk->score);
        place_tables_number(t, risk->score_wrong, 0);
        place_tables_text(t, risk->opened == INT32_MIN ? NULL : place_report_iso(risk->opened, iso));
        place_tables_text(t, risk->status);
        snprintf(chance, sizeof chance, "%.0f", 100 * probability);
        if (own || decides) place_tables_value(t, probability, chance);
        else place_tables_nothing(t);
        place_tables_text(t, effect);
        place_tables_text(t, hint[0] != '\0' ? hint : NULL);
        if (hint[0] != '\0' && example[0] == '\0') snprintf(example, sizeof example, "%s", hint);
    }
    if (example[0] != '\0') place_tables_note(t, "Without one of them: %s, and so for the others.", example);
}

void place_report_changes(place_tables *tables, const place_plan *plan) {
    add_changes(tables, plan);
    add_interventions(tables, plan);
    add_register(tables, plan);
}
