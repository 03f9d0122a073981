/* SPDX-License-Identifier: MIT */
/*
 * The risk register as a board keeps it: likelihood, impact and score as they were logged, and what each risk would do to the model. A
 * score that is not likelihood x impact is kept and flagged: registers hold such scores, and the run must not hide it.
 */
#include <math.h>
#include <string.h>

#include "changes.h"
#include "place/date.h"
#include "word.h"

static bool given(place_builder *b, const xmlNode *node, const char *name) {
    return place_read_text(b, node, name) != NULL;
}

/* ---- what it would do ---- */

/* Attributes that say so; children are another way. */
static const char *const effects[] = { "closes", "cancels", "delays", "stops", "risk", "effect-note" };
enum { CLOSES, CANCELS, DELAYS, STOPS, RISK, NOTE, N_EFFECTS };

/* "wing/asbestos": the project, and the part after the stroke into `part`; NULL after a fault. */
static const place_named *project_of(place_builder *b, const xmlNode *node, const char *attribute, const char *text, const char **part) {
    const char *stroke = strchr(text, '/');
    const char *id = stroke != NULL ? place_build_text(b, "%.*s", (int)(stroke - text), text) : text;
    *part = stroke != NULL ? stroke + 1 : NULL;
    int32_t project = place_names_refer(b, node, attribute, PLACE_KIND_PROJECT, id);
    return project != PLACE_NONE ? b->lists[PLACE_KIND_PROJECT][project] : NULL;
}

static void read_project_risk(place_builder *b, const xmlNode *node, place_logged_risk *risk) {
    const char *text = place_read_text(b, node, "risk"), *part;
    const place_named *project = project_of(b, node, "risk", text, &part);
    if (project == NULL) return;
    const place_plan *plan = b->plan;
    const char **known = PLACE_TAKE(b, b->scratch, plan->n_risk_events, const char *);
    size_t n = 0;
    for (size_t r = 0; r < plan->n_risk_events; r++) {
        if (plan->risk_events[r].project != project->index) continue;
        known[n++] = plan->risk_events[r].item.id;
        if (part != NULL && strcmp(plan->risk_events[r].item.id, part) == 0) risk->on = (int32_t)r;
    }
    const char *near = part != NULL ? place_nearest_word(part, known, n) : NULL;
    if (risk->on == PLACE_NONE)
        place_build_fault(b, node, "%s, risk: a risk of a project is written project/risk; there is no '%s'%s%s%s%s%s", place_read_label(b, node),
                          place_quote(text).text, near ? "; did you mean '" : "", near ? project->id : "", near ? "/" : "", near ? near : "",
                          near ? "'?" : "");
}

static void read_delay(place_builder *b, xmlNode *node, place_logged_risk *risk) {
    static const char *const units[] = { "days", "weeks", "months", "years" };
    static const double days[] = { 1, PLACE_DAYS_PER_WEEK, PLACE_DAYS_PER_MONTH, PLACE_DAYS_PER_YEAR };
    const char *text = place_read_text(b, node, "delays"), *part;
    const place_named *named = place_names_find(b, text);
    risk->unit = days[place_read_choice(b, node, "unit", units, 4, 2)];
    if (named != NULL && named->kind == PLACE_KIND_INTERVENTION) {
        risk->effect = PLACE_LOGGED_DELAYS_INTERVENTION;
        risk->on = named->index;
    } else {
        const place_named *project = project_of(b, node, "delays", text, &part);
        risk->effect = part != NULL ? PLACE_LOGGED_DELAYS_ACTIVITY : PLACE_LOGGED_DELAYS_PROJECT;
        if (project != NULL) risk->on = part != NULL ? place_projects_part(b, node, "delays", part, project->index) : project->index;
    }
    place_family family = risk->effect == PLACE_LOGGED_DELAYS_INTERVENTION ? PLACE_FAMILY_INPUTS : PLACE_FAMILY_DELIVERY;
    risk->by = place_read_number(b, node, "by", &place_measure_duration, family, 0);
    if (!given(b, node, "by")) place_build_fault(b, node, "%s: by says how long the delay is; it is missing", place_read_label(b, node));
}

static void read_effect(place_builder *b, xmlNode *node, place_logged_risk *risk) {
    size_t n_changes, n = 0;
    place_read_children(b, node, "change", &n_changes);
    int which = N_EFFECTS;
    for (int i = 0; i < N_EFFECTS; i++)
        if (given(b, node, effects[i])) which = i, n++;
    n += n_changes > 0;
    risk->effect = PLACE_LOGGED_NOTE;
    if (n != 1) {
        place_build_fault(b, node,
                          "%s: one effect is wanted, of closes, cancels, delays, stops, risk, its own changes, or effect-note, which says why "
                          "none can be simulated; found %zu",
                          place_read_label(b, node), n);
        return;
    }
    switch (which) {
    case CLOSES:
        risk->effect = PLACE_LOGGED_CLOSES;
        risk->on = place_names_one(b, node, "closes", PLACE_KIND_SITE, PLACE_NONE);
        break;
    case CANCELS:
        risk->effect = PLACE_LOGGED_CANCELS;
        risk->on = place_names_one(b, node, "cancels", PLACE_KIND_PROJECT, PLACE_NONE);
        break;
    case DELAYS: read_delay(b, node, risk); break;
    case STOPS:
        risk->effect = PLACE_LOGGED_STOPS;
        risk->on = place_names_one(b, node, "stops", PLACE_KIND_INTERVENTION, PLACE_NONE);
        break;
    case RISK:
        risk->effect = PLACE_LOGGED_RISK;
        read_project_risk(b, node, risk);
        break;
    case NOTE: break;
    default: risk->effect = PLACE_LOGGED_CHANGES; break;
    }
}

/* ---- when, and how likely ---- */

static void check_whens(place_builder *b, const xmlNode *node, const place_logged_risk *risk) {
    const place_calendar *calendar = &b->plan->calendar;
    bool changes = risk->effect == PLACE_LOGGED_CHANGES;
    bool dated = changes || risk->effect == PLACE_LOGGED_CLOSES || risk->effect == PLACE_LOGGED_STOPS || risk->effect == PLACE_LOGGED_CANCELS;
    static const char *const of_changes[] = { "ends", "ramp-months" };
    for (size_t i = 0; i < 2 && !changes; i++)
        if (given(b, node, of_changes[i]))
            place_build_fault(b, node, "%s, %s: only a risk with changes of its own has one", place_read_label(b, node), of_changes[i]);
    if (given(b, node, "starts") && !dated)
        place_build_fault(b, node, "%s, starts: a delay, a project's own risk and a note have no day of their own", place_read_label(b, node));
    if ((risk->effect == PLACE_LOGGED_CLOSES || risk->effect == PLACE_LOGGED_STOPS) && !given(b, node, "starts"))
        place_build_fault(b, node, "%s: starts says on which day it %s; it is missing", place_read_label(b, node),
                          risk->effect == PLACE_LOGGED_CLOSES ? "closes the site" : "stops the intervention");
    if (given(b, node, "by") && !given(b, node, "delays"))
        place_build_fault(b, node, "%s, by: it is the length of a delay, and delays names nothing", place_read_label(b, node));
    if (given(b, node, "successors") && risk->effect != PLACE_LOGGED_CLOSES)
        place_build_fault(b, node, "%s, successors: only what closes a site has any", place_read_label(b, node));
    if (!dated || !given(b, node, "starts") || !b->time_ok) return;
    place_changes_check_dates(b, node, risk->starts, risk->ends, false);
    char day[11], start[11];
    place_day_text(risk->starts, day);
    place_day_text(calendar->start_day[0], start);
    if (risk->starts < calendar->start_day[0] && !changes)
        place_build_fault(b, node, "%s, starts: %s lies before the start of the run, %s: what has happened is no risk", place_read_label(b, node), day, start);
}

static void read_score(place_builder *b, const xmlNode *node, place_logged_risk *risk) {
    risk->likelihood = place_read_decimal(b, node, "likelihood", 0, 100, (double)NAN);
    risk->impact = place_read_decimal(b, node, "impact", 0, 100, (double)NAN);
    risk->score = place_read_decimal(b, node, "score", 0, 10000, (double)NAN);
    risk->score_wrong = fabs(risk->score - risk->likelihood * risk->impact) > 1e-9;
    if (risk->score_wrong)
        place_build_doubt(b, node, "%s: its score was logged as %g, and likelihood %g x impact %g is %g; it is kept as logged", place_read_label(b, node),
                          risk->score, risk->likelihood, risk->impact, risk->likelihood * risk->impact);
}

void place_build_register(place_builder *b) {
    place_plan *plan = b->plan;
    size_t n = b->n_lists[PLACE_KIND_LOGGED_RISK];
    place_logged_risk *risks = PLACE_TAKE(b, b->arena, n, place_logged_risk);
    for (size_t i = 0; i < n; i++) {
        const place_named *named = b->lists[PLACE_KIND_LOGGED_RISK][i];
        xmlNode *node = named->node;
        place_logged_risk *risk = &risks[i];
        *risk = (place_logged_risk){ .item = place_names_item(b, named), .on = PLACE_NONE, .unit = 1 };
        risk->by = risk->ramp_months = (place_number){ 0, PLACE_NONE };
        read_score(b, node, risk);
        risk->opened = place_read_day(b, node, "opened", INT32_MIN);
        risk->status = place_build_keep(b, place_read_text(b, node, "status"));
        risk->note = place_build_keep(b, place_read_text(b, node, "effect-note"));
        read_effect(b, node, risk);
        risk->starts = place_read_day(b, node, "starts", risk->effect == PLACE_LOGGED_CANCELS ? INT32_MIN : plan->calendar.start_day[0]);
        risk->ends = place_read_day(b, node, "ends", INT32_MAX);
        risk->ramp_months = place_read_number(b, node, "ramp-months", &place_measure_duration, PLACE_FAMILY_INPUTS, 0);
        bool decides = risk->effect != PLACE_LOGGED_NOTE && risk->effect != PLACE_LOGGED_RISK;
        risk->probability = place_read_number(b, node, "probability", &place_measure_probability, place_logged_risk_family(risk), 0);
        if (decides && !given(b, node, "probability"))
            place_build_fault(b, node, "%s: probability, that it happens in the run, is missing; a logged likelihood is no probability",
                              place_read_label(b, node));
        if (!decides && given(b, node, "probability"))
            place_build_fault(b, node, "%s, probability: %s", place_read_label(b, node),
                              risk->effect == PLACE_LOGGED_RISK ? "the project's own risk has one" : "nothing is simulated, so nothing is drawn");
        check_whens(b, node, risk);
    }
    plan->n_logged_risks = n;
    plan->logged_risks = risks;
}
