/* SPDX-License-Identifier: MIT */
/*
 * Places as councils plan them: so many in a financial year. What opened before the start, what is given a financial year or a
 * date, and what projects bring, each apart, so that a paper's totals can be found again. Gross: what sites that end take
 * away stands with the places by site.
 */
#include <math.h>
#include <stdio.h>

#include "place/date.h"
#include "place/report.h"
#include "plan_tables.h"

enum { BEFORE, BY_YEAR, BY_DATE, BY_PROJECT, N_WAYS };

/* Places of one financial year, by way and provision. */
typedef struct year_places {
    int first_year, n_years;
    size_t n_provisions;
    double *places; /* [n_years][N_WAYS][n_provisions] */
    bool *any;      /* [n_years][N_WAYS]               */
} year_places;

static int financial_year(int32_t day) {
    place_date date = place_day_date(day);
    return date.month >= 4 ? date.year : date.year - 1;
}

static void put(year_places *out, int32_t day, int way, int32_t provision, double places) {
    int year = financial_year(day) - out->first_year;
    if (places == 0 || year < 0 || year >= out->n_years) return;
    out->places[((size_t)year * N_WAYS + (size_t)way) * out->n_provisions + (size_t)provision] += places;
    out->any[year * N_WAYS + way] = true;
}

/* What an event adds: its places; those stated at a site that opens; for places that are set, what they change. */
static double added(const place_planned *planned, const place_event *event, int32_t day) {
    const place_plan *plan = planned->plan;
    size_t site = (size_t)event->site;
    double places = 0;
    if (event->kind == PLACE_EVENT_OPEN)
        for (size_t i = plan->sites[site].first_pool; i < plan->sites[site].first_pool + plan->sites[site].n_pools; i++)
            places += plan->pools[i].commissioned.value;
    if (event->pool == PLACE_NONE) return places;
    if (event->sets_places)
        return place_planned_places(planned, site, day) - place_planned_places(planned, site, day - 1);
    return places + event->places.value;
}

static void collect(year_places *out, const place_planned *planned) {
    const place_plan *plan = planned->plan;
    for (size_t i = 0; i < plan->n_historic; i++)
        if (plan->historic[i].said) put(out, plan->historic[i].day, BEFORE, plan->sites[plan->historic[i].site].provision,
            plan->historic[i].places);
    for (size_t e = 0; e < plan->n_events; e++) {
        const place_event *event = &plan->events[e];
        double day = planned->event_day[e];
        if (!isfinite(day) || (event->kind != PLACE_EVENT_OPEN && event->kind != PLACE_EVENT_CHANGE)) continue;
        int way = event->project != PLACE_NONE ? BY_PROJECT : event->financial_year != 0 ? BY_YEAR : BY_DATE;
        put(out, (int32_t)day, way, plan->sites[event->site].provision, added(planned, event, (int32_t)day));
    }
}

/* First and last financial year of anything; the run's own where a later date has no effect. */
static bool find_years(year_places *out, const place_plan *plan) {
    int first = financial_year(plan->calendar.start_day[0]),
        last = financial_year(plan->calendar.start_day[plan->calendar.n_steps] - 1);
    for (size_t i = 0; i < plan->n_historic; i++)
        if (financial_year(plan->historic[i].day) < first) first = financial_year(plan->historic[i].day);
    out->first_year = first;
    out->n_years = last - first + 1;
    return out->n_years > 0;
}

static void add_row(place_tables *t, const year_places *places, const place_plan *plan, int year, int way) {
    static const char *const ways[] = { "before the start", "by financial year", "by date", "by projects" };
    static const char *const keys[] = { "historic", "financial-year", "date", "project" };
    const double *row = &places->places[((size_t)year * N_WAYS + (size_t)way) * places->n_provisions];
    char name[16];
    double all = 0;
    int from = places->first_year + year;
    snprintf(name, sizeof name, "%d/%02d", from, (from + 1) % 100);
    place_tables_row(t, PLACE_IN_ALL);
    place_tables_text(t, name);
    place_tables_text(t, keys[way]);
    place_tables_text(t, ways[way]);
    for (size_t v = 0; v < plan->provisions.n; v++) {
        if (plan->provision_kind[v] != PLACE_LIMITED) continue;
        all += row[v];
        place_tables_number(t, row[v], row[v] == floor(row[v]) ? 0 : 1);
    }
    place_tables_number(t, all, all == floor(all) ? 0 : 1);
}

void place_report_places_by_year(place_tables *tables, place_arena *arena, const place_planned *planned) {
    const place_plan *plan = planned->plan;
    year_places places = { .n_provisions = plan->provisions.n };
    if (!find_years(&places, plan)) return;
    size_t n = (size_t)places.n_years * N_WAYS, n_filled = 0;
    places.places = place_arena_array(arena, n * places.n_provisions, sizeof *places.places);
    places.any = place_arena_array(arena, n, sizeof *places.any);
    if (places.places == NULL || places.any == NULL) {
        place_tables_fail(tables);
        return;
    }
    collect(&places, planned);
    for (size_t i = 0; i < n; i++) n_filled += places.any[i];
    if (n_filled == 0) return;
    place_tables_begin(tables, "by-financial-year", "PLACES ADDED BY FINANCIAL YEAR, AS PLANNED");
    place_tables_note(
        tables,
        "A place that is given a financial year opens on the September within it; those of before the start are part of the "
        "opening places. Projects open as planned, uncertain numbers are at their means; what ends is not taken off.");
    place_tables_column(tables, "financial_year", "year", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(tables, "given", "", PLACE_IN_DATA);
    place_tables_column(tables, "way", "", PLACE_IN_ALL | PLACE_LEFT);
    for (size_t v = 0; v < plan->provisions.n; v++) {
        char heading[120];
        if (plan->provision_kind[v] != PLACE_LIMITED) continue;
        place_tables_column(tables, plan->provisions.items[v].id,
                            place_report_heading(plan->provisions.items[v].name, 16, heading, sizeof heading),
                            PLACE_IN_ALL);
    }
    place_tables_column(tables, "all", "all", PLACE_IN_ALL);
    for (int year = 0; year < places.n_years; year++)
        for (int way = 0; way < N_WAYS; way++)
            if (places.any[year * N_WAYS + way]) add_row(tables, &places, plan, year, way);
}
