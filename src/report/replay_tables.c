/* SPDX-License-Identifier: MIT */
/*
 * One replication told: first what went wrong and why, in sentences; then year by year. All numbers are of this one replication, so they
 * are whole and have no error; a share of replications says how unusual they are.
 */
#include <math.h>
#include <string.h>

#include "place/date.h"
#include "place/report.h"
#include "plan_tables.h"

#define MOST_WRONG 6   /* Septembers told of in sentences             */
#define MOST_LATE 3    /* projects named in one of them               */
#define MOST_DRAWS 12  /* unusual draws shown for the eye             */
#define UNUSUAL 0.05   /* at either end                               */

static const char *const causes_eye[PLACE_N_CAUSES] = { "building late", "only places for other years", "only places for other needs",
                                                        "only places out of reach", "no place" };

/* ---- in brief --------------------------------------------------------------------------------------------------- */

static bool went_without(const place_replay_september *row) { return !row->sufficient; }

/* The pupils over what the scenario allows: which Septembers are told of. */
static double excess(const place_replay_september *row) { return row->unmet - row->allowed; }

static size_t add_text(char *out, size_t room, size_t used, const char *between, const char *text) {
    if (used >= room) return used;
    return used + (size_t)snprintf(out + used, room - used, "%s%s", used > 0 ? between : "", text);
}

/* "8 building late (Elm base, planned for 1 Sep 2026, opened 1 Sep 2027), 4 no place". */
static void why(const place_plan *plan, const place_replay *r, const place_replay_september *row, char *out, size_t room) {
    char part[400], late[300], planned[24], opened[24];
    size_t used = 0;
    out[0] = '\0';
    for (int c = 0; c < PLACE_N_CAUSES; c++) {
        size_t n_late = 0;
        if (row->cause[c] <= 0) continue;
        late[0] = '\0';
        for (size_t i = 0; i < row->n_late && i < MOST_LATE && c == PLACE_CAUSE_LATE; i++)
            for (size_t p = 0; p < r->n_projects; p++) {
                char one[140];
                if (r->projects[p].project != row->late[i]) continue;
                snprintf(one, sizeof one, "%.60s, planned for %s, %s%s", plan->projects[row->late[i]].item.name,
                         place_report_day(r->projects[p].planned, planned), isinf(r->projects[p].opening) ? "opened " : "opened on ",
                         place_report_day(r->projects[p].opening, opened));
                n_late = add_text(late, sizeof late, n_late, "; ", one);
            }
        snprintf(part, sizeof part, late[0] != '\0' ? "%.0f %s (%s)" : "%.0f %s", row->cause[c], causes_eye[c], late);
        used = add_text(out, room, used, ", ", part);
    }
}

static void brief_september(place_tables *t, const place_plan *plan, const place_replay *r, const place_replay_september *row) {
    char september[16], reasons[900], unusual[160] = "";
    place_report_september(plan, row->year, september);
    why(plan, r, row, reasons, sizeof reasons);
    if (row->share_fewer > 0)
        snprintf(unusual, sizeof unusual, "; in %.0f %% of the run's replications there are fewer (mean %.1f)", 100 * row->share_fewer, row->mean_unmet);
    else snprintf(unusual, sizeof unusual, "; no replication of the run has fewer");
    if (row->unmet > row->allowed)
        place_tables_note(t, "%s, %s: %.0f of %.0f pupils who seek it have no place, where at most %.0f may have none%s.%s%s%s", september,
                          plan->provisions.items[row->provision].name, row->unmet, row->demand, row->allowed, unusual,
                          reasons[0] != '\0' ? " By the close of that step: " : "", reasons, reasons[0] != '\0' ? "." : "");
    else
        place_tables_note(t, "%s, %s: fewer places are spare than %.3g %%.", september, plan->provisions.items[row->provision].name,
                          100 * plan->sufficiency.spare_share);
}

static bool happened(const place_replay *r, place_variable_id variable, size_t i) { return place_replay_value(r->layout, r->record, variable, i) > 0; }

/* What ended a project: who refused it; else the risks that cancel it and happened; else its own chance of being given up. */
static void stopped_by(const place_plan *plan, const place_replay *r, const place_replay_project *p, char *out, size_t room) {
    char part[200];
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < r->n_activities; i++) {
        const place_replay_activity *row = &r->activities[i];
        if (!row->refused || plan->activities[row->activity].project != p->project) continue;
        snprintf(part, sizeof part, "refused (%.160s)", plan->activities[row->activity].item.name);
        used = add_text(out, room, used, ", ", part);
    }
    for (size_t i = 0; i < plan->n_risk_events && used == 0; i++) {
        const place_risk_event *risk = &plan->risk_events[i];
        if (risk->project != p->project || !risk->cancels || !happened(r, PLACE_VAR_PROJECT_RISK_HAPPENED, i)) continue;
        used = add_text(out, room, used, ", ", risk->item.name);
    }
    for (size_t i = 0; i < plan->n_logged_risks; i++) {
        const place_logged_risk *risk = &plan->logged_risks[i];
        bool then = risk->starts == INT32_MIN ? used == 0 : risk->starts == p->stopped;
        if (risk->effect != PLACE_LOGGED_CANCELS || risk->on != p->project || !then || !happened(r, PLACE_VAR_LOGGED_RISK_HAPPENED, i)) continue;
        used = add_text(out, room, used, ", ", risk->item.name);
    }
    if (used == 0) add_text(out, room, used, "", "its own chance of being given up");
}

static void brief_project(place_tables *t, const place_plan *plan, const place_replay *r, const place_replay_project *p) {
    char planned[24], opened[24], stopped[24], by[600], blame[200] = "";
    const char *name = plan->projects[p->project].item.name;
    if (p->blamed != PLACE_NONE)
        snprintf(blame, sizeof blame, " Most of it: %.80s, which took %.0f days more than planned.", plan->activities[p->blamed].item.name, p->blamed_days);
    place_report_day(p->planned, planned);
    place_report_day(p->opening, opened);
    if (p->cancelled) {
        stopped_by(plan, r, p, by, sizeof by);
        place_tables_note(t, "%s: cancelled on %s by: %s. It was planned to open on %s.", name, place_report_day(p->stopped, stopped), by, planned);
    } else if (isinf(p->opening)) place_tables_note(t, "%s: never opens; it was planned to open on %s.", name, planned);
    else if (p->slip_days > 0)
        place_tables_note(t, "%s: opened on %s, %.0f days after its plan of %s.%s", name, opened, p->slip_days, planned, blame);
}

static void add_brief(place_tables *t, const place_plan *plan, const place_replay *r) {
    size_t n_wrong = 0;
    size_t chosen[MOST_WRONG], n_chosen = 0;
    place_tables_begin(t, "brief", "WHAT WENT WRONG");
    for (size_t i = 0; i < r->n_septembers; i++) n_wrong += went_without(&r->septembers[i]);
    for (size_t i = 0; i < r->n_septembers; i++) { /* the worst of them, kept in the order of the table */
        if (!went_without(&r->septembers[i])) continue;
        if (n_chosen < MOST_WRONG) {
            chosen[n_chosen++] = i;
            continue;
        }
        size_t least = 0;
        for (size_t k = 1; k < n_chosen; k++)
            if (excess(&r->septembers[chosen[k]]) < excess(&r->septembers[chosen[least]])) least = k;
        if (excess(&r->septembers[i]) <= excess(&r->septembers[chosen[least]])) continue;
        memmove(&chosen[least], &chosen[least + 1], (n_chosen - least - 1) * sizeof *chosen);
        chosen[n_chosen - 1] = i;
    }
    if (n_wrong == 0) place_tables_note(t, "Nothing by the scenario's rule: at each September count there were enough places.");
    for (size_t k = 0; k < n_chosen; k++) brief_september(t, plan, r, &r->septembers[chosen[k]]);
    if (n_wrong > n_chosen) place_tables_note(t, "%zu more Septembers were not sufficient; the tables have them.", n_wrong - n_chosen);
    for (size_t i = 0; i < r->n_projects; i++) brief_project(t, plan, r, &r->projects[i]);
}

/* ---- years ------------------------------------------------------------------------------------------------------ */

static void add_years(place_tables *t, const place_plan *plan, const place_replay *r) {
    static const struct {
        const char *key, *heading;
    } columns[] = { { "opening", "at the\nstart" }, { "joined", "new\nplans" }, { "transferred_in", "moved\nin" }, { "moved", "changed\ntarget" },
                    { "ceased", "ceased" }, { "transferred_out", "moved\nout" }, { "aged_out", "aged\nout" }, { "closing", "at the\nend" } };
    char year[16];
    place_tables_begin(t, "years", "PUPILS WITH PLANS, BY ACADEMIC YEAR");
    place_tables_column(t, "", "", PLACE_IN_TEXT | PLACE_LEFT);
    place_tables_column(t, "year", "", PLACE_IN_DATA);
    for (size_t k = 0; k < sizeof columns / sizeof columns[0]; k++) place_tables_column(t, columns[k].key, columns[k].heading, PLACE_IN_ALL);
    for (size_t i = 0; i < r->n_years; i++) {
        const place_replay_year *row = &r->years[i];
        const double values[] = { row->opening, row->joined, row->transferred_in, row->moved, row->ceased, row->transferred_out, row->aged_out, row->closing };
        place_tables_row(t, PLACE_IN_ALL);
        place_tables_text(t, place_report_year(plan, row->year, year));
        place_tables_number(t, plan->calendar.first_year + row->year, 0);
        for (size_t k = 0; k < sizeof values / sizeof values[0]; k++) place_tables_number(t, values[k], 0);
    }
}

/* ---- Septembers ------------------------------------------------------------------------------------------------- */

static void provision_columns(place_tables *t) {
    place_tables_column(t, "", "", PLACE_IN_TEXT | PLACE_LEFT);
    place_tables_column(t, "year", "", PLACE_IN_DATA);
    place_tables_column(t, "provision", "", PLACE_IN_DATA);
    place_tables_column(t, "provision_name", "", PLACE_IN_DATA);
}

static void provision_cells(place_tables *t, const place_plan *plan, int32_t *last, const place_replay_september *row) {
    char september[16];
    const place_item *provision = &plan->provisions.items[row->provision];
    if (*last != row->provision) place_tables_heading(t, provision->name);
    *last = row->provision;
    place_tables_row(t, PLACE_IN_ALL);
    place_tables_text(t, place_report_september(plan, row->year, september));
    place_tables_number(t, plan->calendar.first_year + row->year, 0);
    place_tables_text(t, provision->id);
    place_tables_text(t, provision->name);
}

static void add_septembers(place_tables *t, const place_plan *plan, const place_replay *r) {
    static const struct {
        const char *key, *heading;
        int where;
    } columns[] = {
        { "demand", "seek\nit", PLACE_IN_ALL },          { "available", "places", PLACE_IN_ALL },     { "shortfall", "", PLACE_IN_DATA },
        { "waiting", "wait", PLACE_IN_ALL },             { "unmet", "no\nplace", PLACE_IN_ALL },      { "allowed", "allowed", PLACE_IN_ALL },
        { "named_not_open", "", PLACE_IN_DATA },         { "carried_in", "", PLACE_IN_DATA },         { "sought", "sought", PLACE_IN_ALL },
        { "placed_own_area", "placed", PLACE_IN_ALL },   { "placed_other_area", "other\narea", PLACE_IN_ALL },
        { "directed", "di-\nrected", PLACE_IN_ALL },     { "newly_diverted", "di-\nverted", PLACE_IN_ALL },
        { "gave_up", "gave\nup", PLACE_IN_ALL },         { "left_list", "left\nlist", PLACE_IN_ALL }, { "carried_out", "wait\non", PLACE_IN_ALL },
    };
    int32_t last = PLACE_NONE;
    char share[32];
    place_tables_begin(t, "september", "PLACES, SEPTEMBER BY SEPTEMBER");
    place_tables_note(t, "At the September count: who seeks it (placed or not), places, who waits, and who has no place (waits, or is elsewhere "
                         "for want of one), with the most that the scenario allows. Through the academic year: who began to seek, was placed (in the own "
                         "area, in another), directed, diverted, gave up, left the list, and waits on. Fewer: per cent of the run's replications "
                         "with fewer pupils without a place that September.");
    provision_columns(t);
    for (size_t k = 0; k < sizeof columns / sizeof columns[0]; k++) place_tables_column(t, columns[k].key, columns[k].heading, columns[k].where);
    place_tables_column(t, "sufficient", "enough", PLACE_IN_ALL);
    place_tables_column(t, "share_fewer", "fewer,\n%", PLACE_IN_ALL);
    place_tables_column(t, "share_as_many", "", PLACE_IN_DATA);
    place_tables_column(t, "mean_unmet", "", PLACE_IN_DATA);
    for (size_t i = 0; i < r->n_septembers; i++) {
        const place_replay_september *row = &r->septembers[i];
        const double values[] = { row->demand, row->available, row->shortfall, row->waiting, row->unmet, row->allowed, row->named_not_open,
                                  row->carried_in, row->sought, row->placed_own_area, row->placed_other_area, row->directed, row->newly_diverted,
                                  row->gave_up, row->left_list, row->carried_out };
        provision_cells(t, plan, &last, row);
        for (size_t k = 0; k < sizeof values / sizeof values[0]; k++) place_tables_number(t, values[k], 0);
        place_tables_words(t, row->sufficient ? "yes" : "no", row->sufficient ? "yes" : "NO");
        snprintf(share, sizeof share, "%.0f", 100 * row->share_fewer);
        place_tables_value(t, row->share_fewer, share);
        place_tables_number(t, row->share_as_many, 0);
        place_tables_number(t, row->mean_unmet, 1);
    }
}

static void add_causes(place_tables *t, const place_plan *plan, const place_replay *r) {
    int32_t last = PLACE_NONE;
    char late[300], heading[64];
    place_tables_begin(t, "causes", "WHY THERE WAS NO PLACE");
    place_tables_note(t, "Pupils who wait as the September step closes, or were diverted in it. Late: projects planned to have opened by then.");
    provision_columns(t);
    for (int c = 0; c < PLACE_N_CAUSES; c++)
        place_tables_column(t, place_cause_names[c], place_report_heading(causes_eye[c], 14, heading, sizeof heading), PLACE_IN_ALL);
    place_tables_column(t, "late", "late", PLACE_IN_ALL | PLACE_LEFT);
    for (size_t i = 0; i < r->n_septembers; i++) {
        const place_replay_september *row = &r->septembers[i];
        size_t used = 0;
        provision_cells(t, plan, &last, row);
        for (int c = 0; c < PLACE_N_CAUSES; c++) place_tables_number(t, row->cause[c], 0);
        late[0] = '\0';
        for (size_t k = 0; k < row->n_late; k++) used = add_text(late, sizeof late, used, ", ", plan->projects[row->late[k]].item.id);
        place_tables_text(t, late);
    }
}

/* ---- sites and projects ----------------------------------------------------------------------------------------- */

static void add_places(place_tables *t, const place_plan *plan, const place_replay *r) {
    char day[24], iso[24];
    if (r->n_sites == 0) return;
    place_tables_begin(t, "places", "WHEN PLACES CHANGED");
    place_tables_column(t, "date", "from the step of", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "site", "", PLACE_IN_DATA);
    place_tables_column(t, "site_name", "site", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "before", "commissioned\nbefore", PLACE_IN_ALL);
    place_tables_column(t, "after", "after", PLACE_IN_ALL);
    for (size_t i = 0; i < r->n_sites; i++) {
        const place_replay_site *row = &r->sites[i];
        double from = plan->calendar.start_day[row->step];
        place_tables_row(t, PLACE_IN_ALL);
        place_tables_words(t, place_report_iso(from, iso), place_report_day(from, day));
        place_tables_text(t, plan->sites[row->site].item.id);
        place_tables_text(t, plan->sites[row->site].item.name);
        place_tables_number(t, row->before, 0);
        place_tables_number(t, row->after, 0);
    }
}

static void day_cell(place_tables *t, double day) {
    char eye[24], iso[24];
    place_tables_words(t, place_report_iso(day, iso), place_report_day(day, eye));
}

static void add_projects(place_tables *t, const place_plan *plan, const place_replay *r) {
    if (r->n_projects == 0) return;
    place_tables_begin(t, "projects", "CAPITAL PROJECTS");
    place_tables_column(t, "project", "", PLACE_IN_DATA);
    place_tables_column(t, "project_name", "project", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "planned", "planned", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "opened", "opened", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "slip_days", "slip,\ndays", PLACE_IN_ALL);
    place_tables_column(t, "cancelled", "", PLACE_IN_DATA);
    place_tables_column(t, "stopped", "cancelled", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "stopped_by", "", PLACE_IN_DATA);
    place_tables_column(t, "blamed", "most of it", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "blamed_days", "its days\nover plan", PLACE_IN_ALL);
    place_tables_column(t, "spend_gbp", "spent, \u00a3", PLACE_IN_ALL);
    place_tables_column(t, "lost_gbp", "grant\nlost, \u00a3", PLACE_IN_ALL);
    for (size_t i = 0; i < r->n_projects; i++) {
        const place_replay_project *row = &r->projects[i];
        char by[600];
        place_tables_row(t, PLACE_IN_ALL);
        place_tables_text(t, plan->projects[row->project].item.id);
        place_tables_text(t, plan->projects[row->project].item.name);
        day_cell(t, row->planned);
        day_cell(t, row->opening);
        place_tables_number(t, isfinite(row->slip_days) ? row->slip_days : (double)NAN, 0);
        place_tables_text(t, row->cancelled ? "yes" : "no");
        if (row->cancelled) {
            day_cell(t, row->stopped);
            stopped_by(plan, r, row, by, sizeof by);
            place_tables_text(t, by);
        } else {
            place_tables_text(t, NULL);
            place_tables_text(t, NULL);
        }
        place_tables_text(t, row->blamed != PLACE_NONE ? plan->activities[row->blamed].item.id : NULL);
        place_tables_number(t, row->blamed != PLACE_NONE ? row->blamed_days : (double)NAN, 0);
        place_tables_number(t, row->spend_gbp, 0);
        place_tables_number(t, row->lost_gbp, 0);
    }
}

static void add_activities(place_tables *t, const place_plan *plan, const place_replay *r) {
    int32_t last = PLACE_NONE;
    if (r->n_activities == 0) return;
    place_tables_begin(t, "activities", "THEIR ACTIVITIES");
    place_tables_note(t, "Critical: on the longest path, so that a day more would have been a day later. Over: days beyond the planned span, waits "
                         "for a decision included. Never: the project had ended before, or waits for a decision.");
    place_tables_column(t, "project", "", PLACE_IN_DATA);
    place_tables_column(t, "activity", "", PLACE_IN_DATA);
    place_tables_column(t, "activity_name", "", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "planned_start", "", PLACE_IN_DATA);
    place_tables_column(t, "planned_finish", "planned", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "start", "began", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "finish", "finished", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "over_days", "over,\ndays", PLACE_IN_ALL);
    place_tables_column(t, "critical", "critical", PLACE_IN_ALL);
    place_tables_column(t, "refused", "", PLACE_IN_DATA);
    for (size_t i = 0; i < r->n_activities; i++) {
        const place_replay_activity *row = &r->activities[i];
        const place_activity *activity = &plan->activities[row->activity];
        if (activity->project != last) place_tables_heading(t, plan->projects[activity->project].item.name);
        last = activity->project;
        place_tables_row(t, PLACE_IN_ALL);
        place_tables_text(t, plan->projects[activity->project].item.id);
        place_tables_text(t, activity->item.id);
        place_tables_text(t, activity->item.name);
        day_cell(t, row->planned_start);
        day_cell(t, row->planned_finish);
        day_cell(t, row->start);
        day_cell(t, row->finish);
        place_tables_number(t, row->over_days, 0);
        place_tables_words(t, row->critical ? "yes" : "no", row->critical ? "yes" : "");
        place_tables_text(t, plan->activities[row->activity].gate == PLACE_NONE ? NULL : row->refused ? "yes" : "no");
    }
}

/* A number of the scenario as this replication drew it. */
static double drawn(const place_replay *r, const place_number *number) {
    return number->input == PLACE_NONE ? number->value : place_replay_value(r->layout, r->record, PLACE_VAR_INPUT_VALUE, (size_t)number->input);
}

static void risk_row(place_tables *t, const place_plan *plan, const place_replay *r, size_t i) {
    const place_risk_event *risk = &plan->risk_events[i];
    char hits[400] = "";
    size_t used = 0;
    bool yes = happened(r, PLACE_VAR_PROJECT_RISK_HAPPENED, i);
    double days = drawn(r, &risk->impact) * risk->unit, pounds = drawn(r, &risk->cost);
    for (size_t k = 0; k < risk->n_activities; k++) used = add_text(hits, sizeof hits, used, ", ", plan->activities[risk->activities[k]].item.name);
    if (risk->cancels) used = add_text(hits, sizeof hits, used, ", ", "the whole project, which it cancels");
    place_tables_row(t, PLACE_IN_ALL);
    place_tables_text(t, plan->projects[risk->project].item.id);
    place_tables_text(t, risk->item.id);
    place_tables_text(t, risk->item.name);
    place_tables_text(t, place_replay_value(r->layout, r->record, PLACE_VAR_PROJECT_RISK_HAPPENED, i) < 0 ? NULL : yes ? "yes" : "no");
    place_tables_number(t, yes && days > 0 ? days : (double)NAN, 0);
    place_tables_text(t, yes && used > 0 ? hits : NULL);
    place_tables_number(t, yes && pounds > 0 ? pounds : (double)NAN, 0);
}

static void add_risks(place_tables *t, const place_plan *plan, const place_replay *r) {
    if (plan->n_risk_events == 0) return;
    place_tables_begin(t, "risks", "RISKS OF CAPITAL PROJECTS");
    place_tables_note(t, "Whether this replication drew them, and then what they add, unless the project had ended before.");
    place_tables_column(t, "project", "", PLACE_IN_DATA);
    place_tables_column(t, "risk", "", PLACE_IN_DATA);
    place_tables_column(t, "name", "", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "happened", "happened", PLACE_IN_ALL);
    place_tables_column(t, "impact_days", "adds,\ndays", PLACE_IN_ALL);
    place_tables_column(t, "hits", "to", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "cost_gbp", "cost, \u00a3", PLACE_IN_ALL);
    for (size_t p = 0; p < r->n_projects; p++) {
        bool headed = false;
        for (size_t i = 0; i < plan->n_risk_events; i++) {
            if (plan->risk_events[i].project != r->projects[p].project) continue;
            if (!headed) place_tables_heading(t, plan->projects[r->projects[p].project].item.name);
            headed = true;
            risk_row(t, plan, r, i);
        }
    }
}

/* ---- services and the register ---------------------------------------------------------------------------------- */

/* What was decided once for the whole replication. */
static void add_decided(place_tables *t, const place_plan *plan, const place_replay *r) {
    if (plan->n_interventions + plan->n_logged_risks == 0) return;
    place_tables_begin(t, "decided", "INTERVENTIONS AND THE RISK REGISTER");
    place_tables_note(t, "What this replication drew: whether an intervention has its effect, whether a logged risk happens; and how many new plans a "
                         "caseload averted, those only deferred included, expected.");
    place_tables_column(t, "kind", "", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "id", "", PLACE_IN_DATA);
    place_tables_column(t, "name", "", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "happened", "happened", PLACE_IN_ALL);
    place_tables_column(t, "plans_averted", "averted", PLACE_IN_ALL);
    for (size_t i = 0; i < plan->n_interventions + plan->n_logged_risks; i++) {
        bool service = i < plan->n_interventions;
        size_t at = service ? place_report_intervention_at(plan, i) : place_report_logged_risk_at(plan, i - plan->n_interventions);
        const place_item *item = service ? &plan->interventions[at].item : &plan->logged_risks[at].item;
        double happened = place_replay_value(r->layout, r->record, service ? PLACE_VAR_INTERVENTION_HAPPENED : PLACE_VAR_LOGGED_RISK_HAPPENED, at);
        double averted = 0;
        bool caseload = service && plan->interventions[at].caseload; /* without any, nothing is kept of plans averted */
        for (size_t step = 0; caseload && step < plan->calendar.n_steps; step++)
            averted += place_replay_value(r->layout, r->record, PLACE_VAR_PLANS_AVERTED, step * plan->n_interventions + at);
        place_tables_row(t, PLACE_IN_ALL);
        place_tables_text(t, service ? "intervention" : "logged risk");
        place_tables_text(t, item->id);
        place_tables_text(t, item->name);
        if (isnan(happened)) place_tables_text(t, NULL); /* a note */
        else place_tables_text(t, happened > 0 ? "yes" : "no");
        place_tables_number(t, caseload ? averted : (double)NAN, 1);
    }
}

/* ---- draws ------------------------------------------------------------------------------------------------------ */

/* How far out a draw lies: 0 in the middle, towards 1 at either end. */
static double rank(const place_replay_draw *draw) { return draw->share_below + draw->share_equal / 2; }
static double how_far(const place_replay_draw *draw) { return fabs(2 * rank(draw) - 1); }

static void add_draws(place_tables *t, const place_plan *plan, const place_replay *r) {
    char name[200], year[16], text[48];
    size_t n_unusual = 0;
    double least = 1 - 2 * UNUSUAL;
    if (r->n_draws == 0) return;
    place_tables_begin(t, "draws", "UNUSUAL DRAWS");
    for (size_t i = 0; i < r->n_draws; i++) n_unusual += how_far(&r->draws[i]) >= least;
    place_tables_note(t, "Of %zu uncertain numbers and years' factors, %zu lie in the outer tenth of the run's replications, where chance alone puts "
                         "about %.0f. Below: per cent of replications that drew less.", r->n_draws, n_unusual, 2 * UNUSUAL * (double)r->n_draws);
    place_tables_column(t, "draw", "", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "year", "", PLACE_IN_DATA);
    place_tables_column(t, "quality", "", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "mean", "mean", PLACE_IN_ALL);
    place_tables_column(t, "value", "drawn", PLACE_IN_ALL);
    place_tables_column(t, "share_below", "below,\n%", PLACE_IN_ALL);
    size_t n_shown = 0;
    for (size_t i = 0; i < r->n_draws; i++) {
        const place_replay_draw *draw = &r->draws[i];
        const place_input *input = draw->input != PLACE_NONE ? &plan->inputs[draw->input] : NULL;
        size_t n_further = 0;
        for (size_t k = 0; k < r->n_draws; k++) n_further += how_far(&r->draws[k]) > how_far(draw);
        bool eye = how_far(draw) >= least && n_further < MOST_DRAWS && n_shown < MOST_DRAWS;
        n_shown += eye;
        if (input == NULL) snprintf(name, sizeof name, "%s in %s", place_flow_names[draw->flow], place_report_year(plan, draw->year, year));
        place_tables_row(t, eye ? PLACE_IN_ALL : PLACE_IN_DATA);
        if (input != NULL) place_tables_text(t, input->id);
        else place_tables_words(t, place_flow_names[draw->flow], name);
        if (input != NULL) place_tables_nothing(t);
        else place_tables_number(t, plan->calendar.first_year + draw->year, 0);
        place_tables_text(t, input != NULL ? place_report_quality(input->quality) : "year's factor");
        double mean = input != NULL ? place_distribution_mean(&input->distribution) : (double)NAN;
        snprintf(text, sizeof text, "%.4g", mean);
        place_tables_value(t, mean, isnan(mean) ? "" : text);
        snprintf(text, sizeof text, "%.4g", draw->value);
        place_tables_value(t, draw->value, text);
        snprintf(text, sizeof text, "%.0f", 100 * draw->share_below);
        place_tables_value(t, draw->share_below, text);
    }
}

void place_report_replay(place_tables *tables, const place_plan *plan, const place_replay *replay) {
    add_brief(tables, plan, replay);
    add_years(tables, plan, replay);
    add_septembers(tables, plan, replay);
    add_causes(tables, plan, replay);
    add_places(tables, plan, replay);
    add_projects(tables, plan, replay);
    add_activities(tables, plan, replay);
    add_risks(tables, plan, replay);
    add_decided(tables, plan, replay);
    add_draws(tables, plan, replay);
}

/* ---- recomputing ------------------------------------------------------------------------------------------------ */

void place_report_check(place_tables *t, const place_replay_check *check, int64_t n_run) {
    char where[400], stored[32], recomputed[32], sentence[500];
    const bool same = check->n_differ == 0;
    place_tables_fact_number(t, "replications_checked", "Replications checked", (double)check->n_replications);
    place_tables_fact_number(t, "replications", "of", (double)n_run);
    place_tables_fact_number(t, "values_checked", "Values checked", (double)check->n_values);
    place_tables_fact(t, "verified", "As stored", same ? "yes" : "no");
    if (!same) place_tables_fact_number(t, "replications_differ", "Replications that differ", (double)check->n_differ);
    if (!same) {
        snprintf(sentence, sizeof sentence, "%s: stored %s, recomputed %s", place_report_place(&check->first, where),
                 place_report_value(check->first.one, stored), place_report_value(check->first.two, recomputed));
        place_tables_fact(t, "first_difference", "First difference", sentence);
    }
    if (check->not_stored != NULL) place_tables_fact(t, "not_stored", "Not in the file", check->not_stored);
    place_tables_begin(t, "check", "FIRST DIFFERENCE");
    place_tables_column(t, "replication", "", PLACE_IN_DATA);
    place_tables_column(t, "dataset", "", PLACE_IN_DATA);
    place_tables_column(t, "place", "", PLACE_IN_DATA);
    place_tables_column(t, "stored", "", PLACE_IN_DATA);
    place_tables_column(t, "recomputed", "", PLACE_IN_DATA);
    if (same) return;
    place_tables_row(t, PLACE_IN_DATA);
    place_tables_number(t, (double)check->first.replication, 0);
    place_tables_text(t, check->first.variable);
    place_tables_text(t, where);
    place_tables_text(t, stored);
    place_tables_text(t, recomputed);
}
