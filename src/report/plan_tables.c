/* SPDX-License-Identifier: MIT */
/* A scenario in words: its outline, the pupils at the start against the places, places by site and September, projects. */
#include <math.h>
#include <string.h>

#include "money_tables.h"
#include "place/date.h"
#include "place/report.h"
#include "plan_tables.h"
#include "planned.h"

#define MOST_SEPTEMBERS 8

/* Items in the order of the scenario: [n] of an arena; NULL, and the tables have failed, when memory is out. */
static int32_t *display_order(place_tables *t, place_arena *arena, size_t n, const place_item *(*item)(const place_plan *, size_t), const place_plan *plan) {
    int32_t *order = place_arena_array(arena, n, sizeof *order);
    if (order == NULL) place_tables_fail(t);
    for (size_t i = 0; i < n && order != NULL; i++) {
        size_t k = i;
        for (; k > 0 && item(plan, (size_t)order[k - 1])->display > item(plan, i)->display; k--) order[k] = order[k - 1];
        order[k] = (int32_t)i;
    }
    return order;
}

static const place_item *area_item(const place_plan *plan, size_t i) { return &plan->areas.items[i]; }
static const place_item *need_item(const place_plan *plan, size_t i) { return &plan->needs.items[i]; }
static const place_item *provision_item(const place_plan *plan, size_t i) { return &plan->provisions.items[i]; }
static const place_item *site_item(const place_plan *plan, size_t i) { return &plan->sites[i].item; }
static const place_item *project_item(const place_plan *plan, size_t i) { return &plan->projects[i].item; }

/* "a; b; c" into a text: names have commas in them. */
static void join(char *out, size_t room, const char *word, size_t i) {
    size_t used = strlen(out);
    if (used < room) snprintf(out + used, room - used, "%s%s", i == 0 ? "" : "; ", word);
}

/* ---- outline ---------------------------------------------------------------------------------------------------- */

static void say_names(place_tables *t, place_arena *arena, const place_plan *plan, const char *what, size_t n,
                      const place_item *(*item)(const place_plan *, size_t)) {
    char text[1500] = "";
    int32_t *order = display_order(t, arena, n, item, plan);
    for (size_t i = 0; i < n && order != NULL; i++) join(text, sizeof text, item(plan, (size_t)order[i])->name, i);
    place_tables_note(t, "%s: %s.", what, text);
}

static void say_provisions(place_tables *t, place_arena *arena, const place_plan *plan, place_provision_kind kind, const char *what) {
    char text[1500] = "";
    size_t n = 0, met = 0;
    int32_t *order = display_order(t, arena, plan->provisions.n, provision_item, plan);
    for (size_t i = 0; i < plan->provisions.n; i++) n += plan->provision_kind[i] == kind;
    for (size_t i = 0; i < plan->provisions.n && order != NULL; i++)
        if (plan->provision_kind[order[i]] == kind) join(text, sizeof text, provision_item(plan, (size_t)order[i])->name, met++);
    if (n > 0) place_tables_note(t, "%s: %s.", what, text);
}

static void add_outline(place_tables *t, place_arena *arena, const place_plan *plan) {
    const place_calendar *calendar = &plan->calendar;
    char from[24], to[24], phases[800] = "";
    const char *step = calendar->steps_per_year == 12 ? "month" : calendar->steps_per_year == 3 ? "term"
                       : calendar->steps_per_year == 1 ? "year" : "part of a year";
    place_tables_begin(t, "outline", "OUTLINE");
    place_tables_note(t, "From %s to %s in %zu steps of a %s. %lld replications unless -n says otherwise, seed %llu.",
                      place_report_day(calendar->start_day[0], from), place_report_day(calendar->start_day[calendar->n_steps] - 1, to),
                      calendar->n_steps, step, (long long)plan->replications, (unsigned long long)plan->seed);
    say_names(t, arena, plan, plan->areas.n == 1 ? "Area" : "Areas", plan->areas.n, area_item);
    for (size_t a = 0; a < plan->areas.n; a++) {
        char text[800] = "";
        for (size_t k = 0; k < plan->n_reach[a]; k++) join(text, sizeof text, area_item(plan, (size_t)plan->reach[a][k])->name, k);
        if (plan->n_reach[a] > 0) place_tables_note(t, "Pupils of %s may also be placed in %s, nearest first.", area_item(plan, a)->name, text);
    }
    for (size_t p = 0; p < plan->phases.n; p++) {
        int first = PLACE_N_NCY, last = -1;
        char text[160];
        for (int c = 0; c < PLACE_N_NCY; c++)
            if (plan->phase_of_ncy[c] == (int32_t)p) {
                if (c < first) first = c;
                last = c;
            }
        snprintf(text, sizeof text, "%s (%d to %d)", plan->phases.items[p].name, first + PLACE_NCY_FIRST, last + PLACE_NCY_FIRST);
        join(phases, sizeof phases, text, p);
    }
    place_tables_note(t, "Phases, by national curriculum year: %s.", phases);
    say_names(t, arena, plan, "Needs", plan->needs.n, need_item);
    say_provisions(t, arena, plan, PLACE_LIMITED, "Provision whose places are counted");
    say_provisions(t, arena, plan, PLACE_OPEN, "Provision without a limit");
    say_provisions(t, arena, plan, PLACE_NO_PROVISION, "No provision");
    const place_sufficiency *rule = &plan->sufficiency;
    char wait[80] = "", spare[80] = "";
    if (rule->max_wait_steps != PLACE_NONE) snprintf(wait, sizeof wait, ", nobody waiting beyond %d step%s", rule->max_wait_steps,
                                                         rule->max_wait_steps == 1 ? "" : "s");
    if (rule->spare_share > 0) snprintf(spare, sizeof spare, ", at least %.3g %% of places spare", 100 * rule->spare_share);
    place_tables_note(t, "Sufficient, at a September count: at most %.0f pupils or %.3g %% of demand without a place%s%s.", rule->unmet_pupils,
                      100 * rule->unmet_share, wait, spare);
}

/* ---- pupils at the start ---------------------------------------------------------------------------------------- */

static double others_of(const place_pool *pool) {
    return pool->others_kind == PLACE_OTHERS_SHARE ? pool->others.value * pool->commissioned.value : pool->others.value;
}

static double pupils_at(const place_plan *plan, int32_t setting) {
    for (size_t k = 0; k < plan->n_stock_settings; k++)
        if (plan->stock_settings[k].setting == setting) return plan->stock_settings[k].count;
    return 0;
}

/* A dash for the eye where a figure could have been stated; nothing for programs. */
static void not_stated(place_tables *t, bool could_be) {
    if (could_be) place_tables_value(t, (double)NAN, "-");
    else place_tables_nothing(t);
}

static void add_stock(place_tables *t, place_arena *arena, const place_plan *plan, const place_planned *planned) {
    int32_t *order = display_order(t, arena, plan->provisions.n, provision_item, plan);
    double total = 0, waiting = 0;
    if (order == NULL) return;
    place_tables_begin(t, "stock", "PUPILS WITH A PLAN AT THE START");
    place_tables_note(t, "By the provision they are in; for limited provision against its commissioned places at the start (uncertain numbers at "
                         "their means) and those held by others. Site rolls: by the sites' own records, where stated; the pupils above of other "
                         "sites. Difference: pupils less site rolls.");
    place_tables_column(t, "provision", "", PLACE_IN_DATA);
    place_tables_column(t, "name", "", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "pupils", "pupils", PLACE_IN_ALL);
    place_tables_column(t, "roll", "site\nrolls", PLACE_IN_ALL);
    place_tables_column(t, "commissioned", "places", PLACE_IN_ALL);
    place_tables_column(t, "others", "held by\nothers", PLACE_IN_ALL);
    place_tables_column(t, "spare", "spare", PLACE_IN_ALL);
    place_tables_column(t, "difference", "difference", PLACE_IN_ALL);
    for (size_t i = 0; i < plan->provisions.n; i++) {
        int32_t v = order[i];
        double pupils = pupils_at(plan, v), rolls = 0, places = 0, others = 0;
        bool stated = false;
        for (size_t s = 0; s < plan->n_sites; s++) {
            if (plan->sites[s].provision != v) continue;
            double there = pupils_at(plan, (int32_t)(plan->provisions.n + s));
            pupils += there;
            rolls += plan->sites[s].roll != PLACE_NONE ? plan->sites[s].roll : there;
            stated = stated || plan->sites[s].roll != PLACE_NONE;
        }
        for (size_t s = 0; s < plan->n_sites; s++) {
            if (plan->sites[s].provision != v || !place_planned_open(planned, s, plan->calendar.start_day[0])) continue;
            places += place_planned_places(planned, s, plan->calendar.start_day[0]);
            for (size_t k = 0; k < plan->sites[s].n_pools; k++) others += others_of(&plan->pools[plan->sites[s].first_pool + k]);
        }
        bool limited = plan->provision_kind[v] == PLACE_LIMITED;
        total += pupils;
        place_tables_row(t, PLACE_IN_ALL);
        place_tables_text(t, plan->provisions.items[v].id);
        place_tables_text(t, plan->provisions.items[v].name);
        place_tables_number(t, pupils, 0);
        if (stated) place_tables_number(t, rolls, 0);
        else not_stated(t, limited);
        place_tables_number(t, limited ? places : (double)NAN, places == floor(places) ? 0 : 1);
        place_tables_number(t, limited ? others : (double)NAN, others == floor(others) ? 0 : 1);
        place_tables_number(t, limited ? places - others - pupils : (double)NAN, 1);
        if (stated) place_tables_number(t, pupils - rolls, 0);
        else not_stated(t, limited);
    }
    for (size_t k = 0; k < plan->n_stock_waiting; k++) waiting += plan->stock_waiting[k].count.value;
    place_tables_note(t, "%.0f plans in all. Of these %.3g are taken to be waiting or settled elsewhere for want of a place.", total, waiting);
}

/* ---- sites that end --------------------------------------------------------------------------------------------- */

static bool takes_roll(const place_event *event, int32_t site) {
    for (size_t i = 0; i < event->n_successors; i++)
        if (event->successors[i] == site) return true;
    return false;
}

static bool share_successor(const place_event *a, const place_event *b) {
    for (size_t i = 0; i < a->n_successors; i++)
        if (takes_roll(b, a->successors[i])) return true;
    return false;
}

/* One line for each site that ends: what its successors gain on that day, gross and less what ends. Sites that merge end into
 * the same successors on the same day, so that the gain is set against all of them. */
static void add_endings(place_tables *t, const place_plan *plan, const place_planned *planned) {
    for (size_t k = 0; k < plan->n_events; k++) {
        int32_t e = planned->event_order[k];
        const place_event *event = &plan->events[e];
        double day = planned->event_day[e], gross = 0, ended = 0;
        char names[600] = "", eye[24];
        size_t n_ended = 0;
        if (event->kind != PLACE_EVENT_CLOSE || !isfinite(day)) continue;
        for (size_t i = 0; i < event->n_successors; i++) {
            size_t s = (size_t)event->successors[i];
            join(names, sizeof names, plan->sites[s].item.name, i);
            gross += place_planned_places(planned, s, (int32_t)day) - place_planned_places(planned, s, (int32_t)day - 1);
        }
        for (size_t o = 0; o < plan->n_events; o++) {
            const place_event *other = &plan->events[o];
            if (other->kind != PLACE_EVENT_CLOSE || planned->event_day[o] != day || ((int32_t)o != e && !share_successor(event, other))) continue;
            ended += place_planned_places(planned, (size_t)other->site, (int32_t)day - 1);
            n_ended++;
        }
        const char *own = plan->sites[event->site].item.name;
        place_report_day(day, eye);
        if (event->n_successors == 0) place_tables_note(t, "%s ends on %s without a successor: %.3g places fewer.", own, eye, ended);
        else
            place_tables_note(t, "%s ends on %s; its pupils go to %s, where %.3g places open or are added that day: %.3g net of the %.3g that end%s.",
                              own, eye, names, gross, gross - ended, ended, n_ended > 1 ? " there with those of the sites that join it" : "");
    }
}

/* ---- places by site and September ------------------------------------------------------------------------------- */

static void add_places(place_tables *t, place_arena *arena, const place_plan *plan, const place_planned *planned) {
    int32_t *provisions = display_order(t, arena, plan->provisions.n, provision_item, plan);
    int32_t *sites = display_order(t, arena, plan->n_sites, site_item, plan), last = PLACE_NONE;
    int32_t days[1 + MOST_SEPTEMBERS] = { plan->calendar.start_day[0] };
    size_t n_days = 1;
    if (provisions == NULL || sites == NULL || plan->n_sites == 0) return;
    for (size_t s = 1; s < plan->calendar.n_steps && n_days < 1 + MOST_SEPTEMBERS; s++)
        if (plan->calendar.september[s]) days[n_days++] = plan->calendar.start_day[s];
    place_tables_begin(t, "places", "COMMISSIONED PLACES BY SITE, AS PLANNED");
    place_tables_note(t, "Projects open as planned and uncertain numbers are at their means; places held by others included.");
    place_tables_column(t, "site", "", PLACE_IN_DATA);
    place_tables_column(t, "name", "", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "provision", "", PLACE_IN_DATA);
    for (size_t d = 0; d < n_days; d++) {
        char heading[32], key[32], iso[16];
        place_date date = place_day_date(days[d]);
        snprintf(heading, sizeof heading, d == 0 ? "at the\nstart" : "Sep\n%d", date.year);
        place_day_text(days[d], iso);
        snprintf(key, sizeof key, "places_%s", iso);
        place_tables_column(t, key, heading, PLACE_IN_ALL);
    }
    for (size_t v = 0; v < plan->provisions.n; v++) {
        double totals[1 + MOST_SEPTEMBERS] = { 0 };
        size_t n_here = 0;
        for (size_t i = 0; i < plan->n_sites; i++) {
            size_t s = (size_t)sites[i];
            if (plan->sites[s].provision != provisions[v]) continue;
            if (last != provisions[v]) place_tables_heading(t, plan->provisions.items[provisions[v]].name);
            last = provisions[v];
            n_here++;
            place_tables_row(t, PLACE_IN_ALL);
            place_tables_text(t, plan->sites[s].item.id);
            place_tables_text(t, plan->sites[s].item.name);
            place_tables_text(t, plan->provisions.items[provisions[v]].id);
            for (size_t d = 0; d < n_days; d++) {
                double places = place_planned_places(planned, s, days[d]);
                totals[d] += places;
                place_tables_number(t, places, places == floor(places) ? 0 : 1);
            }
        }
        if (n_here < 2) continue;
        place_tables_row(t, PLACE_IN_TEXT);
        place_tables_nothing(t);
        place_tables_text(t, "all");
        place_tables_nothing(t);
        for (size_t d = 0; d < n_days; d++) place_tables_number(t, totals[d], totals[d] == floor(totals[d]) ? 0 : 1);
    }
    add_endings(t, plan, planned);
}

/* ---- projects --------------------------------------------------------------------------------------------------- */

static const char *unit_of(double days) {
    return days == 1 ? "days" : days == PLACE_DAYS_PER_WEEK ? "weeks" : days == PLACE_DAYS_PER_MONTH ? "months" : "years";
}

/* "3 (2-6) months": mode and P10-P90 of a duration. */
static void duration_text(const place_plan *plan, const place_activity *activity, char out[80]) {
    const char *unit = unit_of(activity->unit);
    if (activity->duration.input == PLACE_NONE) snprintf(out, 80, "%.3g %s", activity->duration.value, unit);
    else {
        const place_distribution *d = &plan->inputs[activity->duration.input].distribution;
        snprintf(out, 80, "%.2g (%.2g-%.2g) %s", place_distribution_mode(d), place_distribution_quantile(d, 0.1),
                 place_distribution_quantile(d, 0.9), unit);
    }
}

/* "at two September counts running at least 8 pupils wait for Special school in North (primary); then 3 months on". */
static void trigger_text(const place_plan *plan, const place_trigger *trigger, char *out, size_t room) {
    static const char *const what[] = { "pupils wait for", "pupils wait for or are diverted from", "places are lacking of", "pupils call for",
                                        "places are free of" };
    char where[500] = "", phases[300] = "", needs[300] = "", counts[40], lead[60] = "";
    size_t n_phases = 0, n_needs = 0;
    for (size_t i = 0; i < plan->phases.n; i++)
        if (trigger->phase_mask >> i & 1u) join(phases, sizeof phases, plan->phases.items[i].name, n_phases++);
    for (size_t i = 0; i < plan->needs.n; i++)
        if (trigger->need_mask >> i & 1u) join(needs, sizeof needs, plan->needs.items[i].name, n_needs++);
    if (trigger->area != PLACE_NONE) snprintf(where, sizeof where, " in %.100s", plan->areas.items[trigger->area].name);
    if (n_phases < plan->phases.n) snprintf(where + strlen(where), sizeof where - strlen(where), ", %.150s", phases);
    if (n_needs < plan->needs.n) snprintf(where + strlen(where), sizeof where - strlen(where), ", %.150s", needs);
    if (trigger->septembers == 1) snprintf(counts, sizeof counts, "at a September count");
    else snprintf(counts, sizeof counts, "at %d September counts running", trigger->septembers);
    if (trigger->lead_days > 0) snprintf(lead, sizeof lead, ", and then %d days later", trigger->lead_days);
    snprintf(out, room, "%s %s %.6g %s %s%s%s", counts, trigger->at_most ? "at most" : "at least", trigger->threshold, what[trigger->measure],
             plan->provisions.items[trigger->provision].name, where, lead);
}

static void project_heading(place_tables *t, const place_plan *plan, size_t project) {
    const place_project *p = &plan->projects[project];
    char planned[24], text[400], cost[80] = "";
    double funding = 0;
    bool never = p->planned_opening_day == INT32_MAX;
    for (size_t f = 0; f < plan->n_funding; f++)
        if (plan->funding[f].project == (int32_t)project) funding += plan->funding[f].ceiling_gbp;
    place_report_day(never ? (double)INFINITY : p->planned_opening_day, planned);
    if (p->cost_gbp.value > 0)
        snprintf(cost, sizeof cost, "; cost %.0f thousand pounds on average, funded %.0f", p->cost_gbp.value / 1e3, funding / 1e3);
    if (p->n_triggers > 0) {
        char start[24];
        snprintf(text, sizeof text, "%s: starts when its trigger is met, not before %s%s", p->item.name, place_report_day(p->start_day, start), cost);
    } else
        snprintf(text, sizeof text, "%s: planned to open %s%s%s", p->item.name, planned, p->planned_stated ? " (as stated)" : " (from its activities)", cost);
    place_tables_heading(t, text);
}

static void add_projects(place_tables *t, place_arena *arena, const place_plan *plan, const place_planned *planned) {
    int32_t *order = display_order(t, arena, plan->n_projects, project_item, plan);
    if (plan->n_projects == 0 || order == NULL) return;
    place_tables_begin(t, "projects", "CAPITAL PROJECTS");
    place_tables_note(t, "Durations: likeliest (P10-P90), before risks, market and uplift. A gate decides on its meeting days alone.");
    place_tables_column(t, "project", "", PLACE_IN_DATA);
    place_tables_column(t, "activity", "", PLACE_IN_DATA);
    place_tables_column(t, "name", "activity", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "after", "after", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "duration", "takes", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "gate", "gate", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "risks", "risks", PLACE_IN_ALL);
    place_tables_column(t, "planned_finish", "planned finish", PLACE_IN_ALL);
    for (size_t i = 0; i < plan->n_projects; i++) {
        const place_project *p = &plan->projects[order[i]];
        project_heading(t, plan, (size_t)order[i]);
        for (size_t k = 0; k < p->n_activities; k++) {
            const place_activity *activity = &plan->activities[p->order[k]];
            char after[400] = "", duration[80], eye[24], iso[24];
            size_t n_risks = 0;
            for (size_t b = 0; b < activity->n_before; b++)
                join(after, sizeof after, plan->activities[activity->before[b]].item.id, b);
            for (size_t r = 0; r < plan->n_risk_events; r++)
                for (size_t h = 0; h < plan->risk_events[r].n_activities; h++) n_risks += plan->risk_events[r].activities[h] == p->order[k];
            duration_text(plan, activity, duration);
            place_tables_row(t, PLACE_IN_ALL);
            place_tables_text(t, p->item.id);
            place_tables_text(t, activity->item.id);
            place_tables_text(t, activity->item.name);
            place_tables_text(t, after);
            place_tables_text(t, duration);
            place_tables_text(t, activity->gate == PLACE_NONE ? NULL : plan->gates[activity->gate].item.name);
            if (n_risks > 0) place_tables_number(t, (double)n_risks, 0);
            else place_tables_nothing(t);
            if (p->n_triggers > 0) place_tables_nothing(t);
            else place_tables_words(t, place_report_iso(planned->finish[p->order[k]], iso), place_report_day(planned->finish[p->order[k]], eye));
        }
    }
    for (size_t i = 0; i < plan->n_projects; i++) /* below the table */
        for (size_t k = 0; k < plan->projects[order[i]].n_triggers; k++) {
            const place_project *p = &plan->projects[order[i]];
            char when[1200];
            trigger_text(plan, &plan->triggers[p->first_trigger + k], when, sizeof when);
            place_tables_note(t, "%s %s when %s. Until then it does and spends nothing; the places it brings are in no table here.", p->item.name,
                              k == 0 ? "starts" : "starts as well", when);
        }
}

static void risk_row(place_tables *t, const place_plan *plan, const place_risk_event *risk) {
    char hits[600] = "", impact[48], chance[32], cost[32];
    for (size_t k = 0; k < risk->n_activities; k++) join(hits, sizeof hits, plan->activities[risk->activities[k]].item.name, k);
    if (risk->cancels) join(hits, sizeof hits, "the whole project, which it cancels", risk->n_activities);
    snprintf(impact, sizeof impact, "%.2g %s", risk->impact.value, unit_of(risk->unit));
    place_tables_row(t, PLACE_IN_ALL);
    place_tables_text(t, plan->projects[risk->project].item.id);
    place_tables_text(t, risk->item.id);
    place_tables_text(t, risk->item.name);
    snprintf(chance, sizeof chance, "%.0f", 100 * risk->probability.value);
    place_tables_value(t, risk->probability.value, chance);
    if (risk->impact.value > 0) place_tables_value(t, risk->impact.value * risk->unit, impact);
    else place_tables_nothing(t);
    place_tables_text(t, hits[0] != '\0' ? hits : NULL);
    snprintf(cost, sizeof cost, "%.0f", risk->cost.value / 1e3);
    if (risk->cost.value > 0) place_tables_value(t, risk->cost.value, cost);
    else place_tables_nothing(t);
}

static void add_risks(place_tables *t, place_arena *arena, const place_plan *plan) {
    int32_t *order = display_order(t, arena, plan->n_projects, project_item, plan);
    if (plan->n_risk_events == 0 || order == NULL) return;
    place_tables_begin(t, "risks", "RISKS OF CAPITAL PROJECTS");
    place_tables_note(t, "At their means; spreads stand among the uncertain numbers.");
    place_tables_column(t, "project", "", PLACE_IN_DATA);
    place_tables_column(t, "risk", "", PLACE_IN_DATA);
    place_tables_column(t, "name", "risk", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "probability", "chance,\n%", PLACE_IN_ALL);
    place_tables_column(t, "impact_days", "adds", PLACE_IN_ALL);
    place_tables_column(t, "hits", "to", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "cost_gbp", "cost, thousand\npounds", PLACE_IN_ALL);
    for (size_t i = 0; i < plan->n_projects; i++) {
        bool headed = false;
        for (size_t r = 0; r < plan->n_risk_events; r++) {
            if (plan->risk_events[r].project != order[i]) continue;
            if (!headed) place_tables_heading(t, plan->projects[order[i]].item.name);
            headed = true;
            risk_row(t, plan, &plan->risk_events[r]);
        }
    }
}

void place_report_plan(place_tables *tables, const place_plan *plan) {
    place_arena *arena = place_arena_create();
    place_planned planned;
    if (arena != NULL && place_planned_make(&planned, arena, plan)) {
        add_outline(tables, arena, plan);
        add_stock(tables, arena, plan, &planned);
        add_places(tables, arena, plan, &planned);
        place_report_totals(tables, arena, plan, &planned);
        place_report_places_by_year(tables, arena, &planned);
        add_projects(tables, arena, plan, &planned);
        add_risks(tables, arena, plan);
        place_report_changes(tables, plan);
        place_report_plan_pipeline(tables, plan);
        place_report_budget(tables, plan);
        place_report_rates(tables, plan);
        place_report_inputs(tables, arena, plan);
        place_report_assumptions(tables, plan);
    } else
        place_tables_fail(tables);
    place_arena_free(arena);
}
