/* SPDX-License-Identifier: MIT */
/*
 * The scenario's places against what sources say of them. Events are played in the order of their planned days over all sites, and
 * what each changes of the places meant is booked under how it is dated, so that opening places and bookings sum to the total.
 */
#include <math.h>
#include <string.h>

#include "place/date.h"
#include "place/report.h"
#include "plan_tables.h"

enum { OPENING, DATED, BY_YEAR, BY_PROJECT, ENDED, N_PARTS };

/* Sites as they are while events are played. */
typedef struct course {
    bool *open;                /* [site] */
    int32_t *provision, *area; /* [site] */
    double *places;            /* [pool] */
} course;

static bool create_course(course *c, place_arena *arena, const place_plan *plan) {
    c->open = place_arena_array(arena, plan->n_sites, sizeof *c->open);
    c->provision = place_arena_array(arena, plan->n_sites, sizeof *c->provision);
    c->area = place_arena_array(arena, plan->n_sites, sizeof *c->area);
    c->places = place_arena_array(arena, plan->n_pools, sizeof *c->places);
    return c->open != NULL && c->provision != NULL && c->area != NULL && c->places != NULL;
}

static void start_course(course *c, const place_plan *plan) {
    for (size_t s = 0; s < plan->n_sites; s++) {
        const place_site *site = &plan->sites[s];
        c->open[s] = !site->delivered && site->open_day <= plan->calendar.start_day[0];
        c->provision[s] = site->provision;
        c->area[s] = site->area;
    }
    for (size_t i = 0; i < plan->n_pools; i++) c->places[i] = plan->pools[i].commissioned.value;
}

/* A site's places, where they are among those that the source speaks of. */
static double places_meant(const course *c, const place_plan *plan, const place_places_total *total, int32_t s) {
    double places = 0;
    if (!c->open[s] || (total->provision != PLACE_NONE && c->provision[s] != total->provision)
        || (total->area != PLACE_NONE && c->area[s] != total->area))
        return 0;
    for (size_t k = 0; k < plan->sites[s].n_pools; k++) places += c->places[plan->sites[s].first_pool + k];
    return places;
}

static void play(course *c, const place_event *event) {
    if (event->kind == PLACE_EVENT_OPEN) c->open[event->site] = true;
    if (event->kind == PLACE_EVENT_CLOSE) c->open[event->site] = false;
    if (event->provision != PLACE_NONE) c->provision[event->site] = event->provision;
    if (event->area != PLACE_NONE) c->area[event->site] = event->area;
    if (event->pool == PLACE_NONE) return;
    double *places = &c->places[event->pool];
    *places = fmax(0, event->sets_places ? event->places.value : *places + event->places.value);
}

/* What a project gives and takes is one sum; what others take stands apart from what others give. */
static int part_of(const place_event *event, double change) {
    if (event->project != PLACE_NONE) return BY_PROJECT;
    if (change < 0) return ENDED;
    return event->financial_year != 0 ? BY_YEAR : DATED;
}

/* @return how many historic events of the financial year do not say how many places they brought */
static size_t reconcile(course *c, const place_plan *plan, const place_planned *planned, const place_places_total *total, double parts[N_PARTS]) {
    size_t n_unsaid = 0;
    bool of_year = total->financial_year != 0;
    start_course(c, plan);
    memset(parts, 0, N_PARTS * sizeof *parts);
    for (size_t s = 0; s < plan->n_sites && !of_year; s++) parts[OPENING] += places_meant(c, plan, total, (int32_t)s);
    for (size_t h = 0; h < plan->n_historic && of_year; h++) {
        const place_historic *past = &plan->historic[h];
        if (place_day_financial_year(past->day) != total->financial_year
            || (total->provision != PLACE_NONE && plan->sites[past->site].provision != total->provision)
            || (total->area != PLACE_NONE && plan->sites[past->site].area != total->area))
            continue;
        parts[OPENING] += past->places;
        n_unsaid += !past->said;
    }
    for (size_t k = 0; k < plan->n_events; k++) {
        const place_event *event = &plan->events[planned->event_order[k]];
        double day = planned->event_day[planned->event_order[k]];
        if (!isfinite(day) || (!of_year && day > total->by_day)) break;
        double before = places_meant(c, plan, total, event->site);
        play(c, event);
        double change = places_meant(c, plan, total, event->site) - before;
        if (!of_year || place_day_financial_year((int32_t)day) == total->financial_year) parts[part_of(event, change)] += change;
    }
    return n_unsaid;
}

/* ---- the table -------------------------------------------------------------------------------------------------- */

static const char *meant(const place_plan *plan, const place_places_total *total, char out[300]) {
    snprintf(out, 300, "%.140s%s%.140s", total->provision == PLACE_NONE ? "All limited provision" : plan->provisions.items[total->provision].name,
             total->area == PLACE_NONE ? "" : ", ", total->area == PLACE_NONE ? "" : plan->areas.items[total->area].name);
    return out;
}

static const char *when(const place_places_total *total, char out[48]) {
    char day[24];
    if (total->financial_year != 0) snprintf(out, 48, "new in %d-%02d", total->financial_year, (total->financial_year + 1) % 100);
    else snprintf(out, 48, "by %s", place_report_day(total->by_day, day));
    return out;
}

static void places_cell(place_tables *t, double places) { place_tables_number(t, places, fabs(places - round(places)) < 1e-9 ? 0 : 1); }

static void total_row(place_tables *t, const place_plan *plan, const place_places_total *total, const double parts[N_PARTS], double sum) {
    char text[300], time[48], iso[24];
    place_tables_row(t, PLACE_IN_ALL);
    place_tables_text(t, meant(plan, total, text));
    place_tables_text(t, when(total, time));
    place_tables_text(t, total->provision == PLACE_NONE ? NULL : plan->provisions.items[total->provision].id);
    place_tables_text(t, total->area == PLACE_NONE ? NULL : plan->areas.items[total->area].id);
    place_tables_number(t, total->financial_year != 0 ? total->financial_year : (double)NAN, 0);
    place_tables_text(t, total->financial_year != 0 ? NULL : place_report_iso(total->by_day, iso));
    for (int p = 0; p < N_PARTS; p++) places_cell(t, parts[p]);
    places_cell(t, sum);
    places_cell(t, total->places);
    places_cell(t, sum - total->places);
    place_tables_text(t, total->source);
}

static void say_difference(place_tables *t, const place_plan *plan, const place_places_total *total, double sum) {
    char text[300], time[48];
    double apart = sum - total->places;
    place_tables_note(t, "%s, %s: the scenario has %.4g places and its source %.4g, %.4g %s%s%.200s%s. Where sources contradict each other, say which "
                         "is followed in an assumption.", meant(plan, total, text), when(total, time), sum, total->places, fabs(apart),
                      apart < 0 ? "more" : "fewer", total->source != NULL ? " (" : "", total->source != NULL ? total->source : "",
                      total->source != NULL ? ")" : "");
}

void place_report_totals(place_tables *t, place_arena *arena, const place_plan *plan, const place_planned *planned) {
    static const char *const keys[N_PARTS] = { "opening", "dated", "by_year", "by_project", "ended" };
    static const char *const headings[N_PARTS] = { "at the\nstart", "by\ndate", "by fin.\nyear", "by\nproject", "ended\nor cut" };
    course c;
    size_t n_agree = 0, n_unsaid = 0;
    if (plan->n_places_totals == 0) return;
    if (!create_course(&c, arena, plan)) {
        place_tables_fail(t);
        return;
    }
    place_tables_begin(t, "totals", "PLACES AGAINST WHAT SOURCES SAY");
    place_tables_note(t, "As planned: projects, whose places have no date until they open, on their planned day; uncertain numbers at their means. Of a "
                         "financial year (from April): what it adds, with those that were there at the start because it lay before. Else: all places "
                         "as the day ends. Ended or cut: by dated events; what a project takes is within its own.");
    place_tables_column(t, "", "", PLACE_IN_TEXT | PLACE_GROUP);
    place_tables_column(t, "", "", PLACE_IN_TEXT | PLACE_LEFT);
    place_tables_column(t, "provision", "", PLACE_IN_DATA);
    place_tables_column(t, "area", "", PLACE_IN_DATA);
    place_tables_column(t, "financial_year", "", PLACE_IN_DATA);
    place_tables_column(t, "by", "", PLACE_IN_DATA);
    for (int p = 0; p < N_PARTS; p++) place_tables_column(t, keys[p], headings[p], PLACE_IN_ALL);
    place_tables_column(t, "total", "total", PLACE_IN_ALL);
    place_tables_column(t, "source_places", "by the\nsource", PLACE_IN_ALL);
    place_tables_column(t, "difference", "differ-\nence", PLACE_IN_ALL);
    place_tables_column(t, "source", "", PLACE_IN_DATA);
    for (size_t i = 0; i < plan->n_places_totals; i++) {
        double parts[N_PARTS], sum = 0;
        n_unsaid += reconcile(&c, plan, planned, &plan->places_totals[i], parts);
        for (int p = 0; p < N_PARTS; p++) sum += parts[p];
        total_row(t, plan, &plan->places_totals[i], parts, sum);
        n_agree += fabs(sum - plan->places_totals[i].places) < 1e-9;
    }
    if (n_agree == plan->n_places_totals) place_tables_note(t, "The scenario agrees with %s.", n_agree == 1 ? "its source" : "all of them");
    for (size_t i = 0; i < plan->n_places_totals; i++) {
        double parts[N_PARTS], sum = 0;
        reconcile(&c, plan, planned, &plan->places_totals[i], parts);
        for (int p = 0; p < N_PARTS; p++) sum += parts[p];
        if (fabs(sum - plan->places_totals[i].places) >= 1e-9) say_difference(t, plan, &plan->places_totals[i], sum);
    }
    if (n_unsaid > 0) place_tables_note(t, "Historic events that do not say how many places they brought count as none above.");
}
