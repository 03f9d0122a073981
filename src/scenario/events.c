/* SPDX-License-Identifier: MIT */
/*
 * Site events: those with a date, the opening of sites, and what projects bring. The words of the field come down to
 * five kinds: to merge, replace or split is to close with successors; to relocate is to change area.
 * In order of day, then site, then kind; those that wait for a project come last, by project.
 */
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "place/date.h"
#include "word.h"

/* Events as they are met, with the nodes they come from. */
typedef struct event_list {
    place_event *events;
    xmlNode **nodes;
    size_t n, room;
} event_list;

static const place_event blank = { .pool = PLACE_NONE,
                                   .places = { 0, PLACE_NONE },
                                   .provision = PLACE_NONE,
                                   .area = PLACE_NONE,
                                   .project = PLACE_NONE,
                                   .activity = PLACE_NONE,
                                   .risk = PLACE_NONE };

static void add(place_builder *b, event_list *list, place_event event, xmlNode *node) {
    if (list->n == list->room) {
        size_t room = list->room > 0 ? 2 * list->room : 64;
        place_event *events = PLACE_TAKE(b, b->scratch, room, place_event);
        xmlNode **nodes = PLACE_TAKE(b, b->scratch, room, xmlNode *);
        if (list->n > 0)
            memcpy(events, list->events, list->n * sizeof *events),
                memcpy(nodes, list->nodes, list->n * sizeof(xmlNode *));
        *list = (event_list){ events, nodes, list->n, room };
    }
    list->nodes[list->n] = node;
    list->events[list->n++] = event;
}

/* ---- successors ---- */

static void read_successors(place_builder *b, xmlNode *node, place_event *event, size_t at_least) {
    const int32_t *list = place_names_many(b, node, "successors", PLACE_KIND_SITE, &event->n_successors);
    event->successors = place_build_keep_list(b, list, event->n_successors);
    for (size_t i = 0; i < event->n_successors; i++)
        if (list[i] == event->site)
            place_build_fault(b, node, "%s: site '%s' is named as its own successor", place_read_label(b, node),
                              b->plan->sites[event->site].item.id);
    size_t n_words;
    const char *text = place_read_text(b, node, "successors");
    place_read_words(b, text != NULL ? text : "", &n_words);
    if (n_words < at_least)
        place_build_fault(b, node, "%s: at least %zu successor%s wanted; found %zu", place_read_label(b, node),
                          at_least, at_least == 1 ? " is" : "s are", n_words);
}

/* ---- events with a date ---- */

enum { OPEN, CLOSE, STOP_INTAKE, RESUME_INTAKE, CHANGE, MERGE, REPLACE, SPLIT, RELOCATE };
static const char *const kind_words[] = { "open",  "close",   "stop-intake", "resume-intake", "change",
                                          "merge", "replace", "split",       "relocate" };

static int32_t event_day(place_builder *b, xmlNode *node, bool *by_year) {
    bool has_date = place_read_text(b, node, "date") != NULL;
    *by_year = place_read_text(b, node, "financial-year") != NULL;
    if (has_date == *by_year) {
        place_build_fault(b, node, "%s: one of date and financial-year says when it takes effect; found %s",
                          place_read_label(b, node), has_date ? "both" : "neither");
        return INT32_MIN;
    }
    if (has_date) return place_read_day(b, node, "date", INT32_MIN);
    int64_t year = place_read_whole(b, node, "financial-year", 1900, 2599, 0);
    return year == 0 ? INT32_MIN : place_day((int)year, 9, 1);
}

static void read_places(place_builder *b, xmlNode *node, int kind, place_event *event) {
    bool adds = place_read_text(b, node, "places") != NULL, sets = place_read_text(b, node, "set-places") != NULL;
    if (!adds && !sets) return;
    if (kind != OPEN && kind != CHANGE && kind != RELOCATE)
        place_build_fault(b, node, "%s: '%s' changes no places; use a 'change' for that", place_read_label(b, node),
                          kind_words[kind]);
    if (adds && sets)
        place_build_fault(b, node, "%s: one of places and set-places is wanted; found both", place_read_label(b, node));
    event->sets_places = sets;
    event->places = place_read_number(b, node, sets ? "set-places" : "places",
                                      sets ? &place_measure_places : &place_measure_change, PLACE_FAMILY_INPUTS, 0);
    event->pool = place_sites_pool(b, node, event->site);
}

static void read_event(place_builder *b, event_list *list, event_list *past, xmlNode *node, int32_t site) {
    static const place_event_kind of[] = { PLACE_EVENT_OPEN,          PLACE_EVENT_CLOSE,  PLACE_EVENT_STOP_INTAKE,
                                           PLACE_EVENT_RESUME_INTAKE, PLACE_EVENT_CHANGE, PLACE_EVENT_CLOSE,
                                           PLACE_EVENT_CLOSE,         PLACE_EVENT_CLOSE,  PLACE_EVENT_CHANGE };
    const place_plan *plan = b->plan;
    const place_calendar *calendar = &plan->calendar;
    bool by_year, historic = place_read_yes(b, node, "historic");
    int kind = place_read_choice(b, node, "kind", kind_words, sizeof kind_words / sizeof kind_words[0], CHANGE);
    place_event event = blank;
    event.kind = of[kind];
    event.site = site;
    event.day = event_day(b, node, &by_year);
    if (by_year) event.financial_year = (int32_t)place_read_whole(b, node, "financial-year", 1900, 2599, 0);
    read_places(b, node, kind, &event);
    event.ncy_mask = place_read_ncy(b, node, "ncy", 0);
    event.need_mask = place_names_mask(b, node, "needs", PLACE_KIND_NEED, 0);
    event.provision = place_names_one(b, node, "provision", PLACE_KIND_PROVISION, PLACE_NONE);
    event.area = place_names_one(b, node, "area", PLACE_KIND_AREA, PLACE_NONE);
    if (event.provision != PLACE_NONE && plan->provision_kind[event.provision] != PLACE_LIMITED)
        place_build_fault(b, node, "%s: a site offers limited provision; '%s' is not", place_read_label(b, node),
                          plan->provisions.items[event.provision].id);
    bool ends = event.kind == PLACE_EVENT_CLOSE,
         unseats = kind == CHANGE && (event.provision != PLACE_NONE || event.ncy_mask != 0);
    if (ends || unseats) read_successors(b, node, &event, kind == SPLIT ? 2 : kind == MERGE || kind == REPLACE ? 1 : 0);
    else if (place_read_text(b, node, "successors") != NULL)
        place_build_fault(b, node,
                          "%s: '%s' does not end the site, nor change its provision or ncy, so it has no successors",
                          place_read_label(b, node), kind_words[kind]);
    if (kind == RELOCATE && event.area == PLACE_NONE)
        place_build_fault(b, node, "%s: a site relocates to an area; none is named", place_read_label(b, node));
    if (kind == CHANGE && event.pool == PLACE_NONE && event.ncy_mask == 0 && event.need_mask == 0
        && event.provision == PLACE_NONE && event.area == PLACE_NONE && place_read_text(b, node, "places") == NULL
        && place_read_text(b, node, "set-places") == NULL)
        place_build_fault(b, node,
                          "%s: a change of nothing; places, set-places, ncy, needs, provision or area say what changes",
                          place_read_label(b, node));
    if (event.day == INT32_MIN || !b->time_ok) return;

    char day[11], start[11];
    place_day_text(event.day, day);
    place_day_text(calendar->start_day[0], start);
    if (event.day < calendar->start_day[0] && !historic)
        place_build_fault(
            b, node,
            "%s, %s: it lies before the start of the run, %s; mark it historic=\"yes\" if the opening places hold it "
            "already",
            place_read_label(b, node), day, start);
    if (event.day >= calendar->start_day[0] && historic)
        place_build_fault(b, node, "%s, %s: it is marked historic and does not lie before the start of the run, %s",
                          place_read_label(b, node), day, start);
    if (event.day >= calendar->start_day[calendar->n_steps])
        place_build_doubt(b, node, "%s, %s: it lies after the end of the run and has no effect",
                          place_read_label(b, node), day);
    add(b, historic ? past : list, event, node);
}

/* ---- what projects bring ---- */

enum { BRINGS_OPEN, BRINGS_PLACES, BRINGS_CLOSE, BRINGS_STOP, BRINGS_NCY };

static int32_t site_of(place_builder *b, const xmlNode *node) {
    return place_names_one(b, node, "site", PLACE_KIND_SITE, PLACE_NONE);
}

static void read_delivery(place_builder *b, event_list *list, xmlNode *node, int32_t project) {
    static const char *const words[] = { "open", "places", "close", "stop-intake", "ncy" };
    static const place_event_kind of[] = { PLACE_EVENT_OPEN, PLACE_EVENT_CHANGE, PLACE_EVENT_CLOSE,
                                           PLACE_EVENT_STOP_INTAKE, PLACE_EVENT_CHANGE };
    int kind = place_read_choice(b, node, "kind", words, 5, BRINGS_PLACES);
    static const int32_t at_opening[] = { 0 };
    size_t n_years = 1;
    const int32_t *years = at_opening;
    if (place_read_text(b, node, "years") != NULL) years = place_read_ranges(b, node, "years", 0, 30, &n_years);
    place_event event = blank;
    event.kind = of[kind];
    event.project = project;
    event.catch_up = place_read_yes(b, node, "catch-up");
    event.site = site_of(b, node);
    event.ncy_intake = place_read_ncy(b, node, "ncy", 0);
    bool has_places = place_read_text(b, node, "places") != NULL;
    place_number places = place_read_number(b, node, "places", &place_measure_change, PLACE_FAMILY_DELIVERY, 0);
    if (has_places != (kind == BRINGS_PLACES) && kind != BRINGS_OPEN)
        place_build_fault(b, node, "%s: '%s' %s places", place_read_label(b, node), words[kind],
                          has_places ? "brings no" : "says how many");
    if ((kind == BRINGS_NCY) != (event.ncy_intake != 0) && kind > BRINGS_PLACES)
        place_build_fault(b, node, "%s: '%s' %s ncy", place_read_label(b, node), words[kind],
                          kind == BRINGS_NCY ? "says which" : "takes no");
    if (!has_places && n_years > 1)
        place_build_fault(b, node, "%s, years: what brings no places comes once; found %zu years",
                          place_read_label(b, node), n_years);
    if (event.site == PLACE_NONE || years == NULL) return;
    if (has_places) {
        event.pool = place_sites_pool(b, node, event.site);
        event.places = places;
    }
    if (kind == BRINGS_CLOSE) {
        read_successors(b, node, &event, 0);
    } else if (place_read_text(b, node, "successors") != NULL) {
        place_build_fault(b, node, "%s: '%s' does not end the site, so it has no successors", place_read_label(b, node),
                          words[kind]);
    }
    for (size_t i = 0; i < n_years; i++) {
        event.offset_years = years[i];
        if (i > 0 && kind == BRINGS_OPEN) event.kind = PLACE_EVENT_CHANGE;
        add(b, list, event, node);
        event.ncy_intake = 0; /* taught from the first on */
    }
}

/* Plain numbers, since they are given and taken again. */
static double plain_places(place_builder *b, const xmlNode *node) {
    return (double)place_read_whole(b, node, "places", 0, 1000000, 0);
}

static void read_works(place_builder *b, event_list *list, xmlNode *node, int32_t project) {
    double places = plain_places(b, node);
    place_event event = blank;
    event.kind = PLACE_EVENT_CHANGE;
    event.project = project;
    event.site = site_of(b, node);
    event.activity = place_projects_activity(b, node, "activity", project);
    if (event.site == PLACE_NONE || event.activity == PLACE_NONE) return;
    event.pool = place_sites_pool(b, node, event.site);
    event.places.value = -places;
    add(b, list, event, node);
    event.activity = PLACE_NONE;
    event.places.value = places;
    add(b, list, event, node);
}

static void read_temporary(place_builder *b, event_list *list, xmlNode *node, int32_t project) {
    double places = plain_places(b, node);
    place_event event = blank;
    event.site = site_of(b, node);
    event.day = place_read_day(b, node, "date", INT32_MIN);
    if (event.site == PLACE_NONE || event.day == INT32_MIN) return;
    const place_site *site = &b->plan->sites[event.site];
    event.kind = site->delivered ? PLACE_EVENT_OPEN : PLACE_EVENT_CHANGE;
    event.pool = place_sites_pool(b, node, event.site);
    event.places.value = places;
    if (b->time_ok && event.day < b->plan->calendar.start_day[0])
        place_build_fault(
            b, node,
            "%s: it lies before the start of the run; places that are there at the start belong in the site's places",
            place_read_label(b, node));
    add(b, list, event, node);
    event.kind = PLACE_EVENT_CHANGE;
    event.day = 0;
    event.project = project;
    event.places.value = -places;
    add(b, list, event, node);
}

static void read_project(place_builder *b, event_list *list, int32_t project) {
    for (xmlNode *c = b->lists[PLACE_KIND_PROJECT][project]->node->children; c != NULL; c = c->next) {
        if (place_read_is(c, "delivers")) read_delivery(b, list, c, project);
        if (place_read_is(c, "works")) read_works(b, list, c, project);
        if (place_read_is(c, "temporary")) read_temporary(b, list, c, project);
    }
}

/* ---- what a logged risk closes ---- */

static void read_closure(place_builder *b, event_list *list, int32_t risk) {
    const place_logged_risk *logged = &b->plan->logged_risks[risk];
    xmlNode *node = b->lists[PLACE_KIND_LOGGED_RISK][risk]->node;
    place_event event = blank;
    if (logged->effect != PLACE_LOGGED_CLOSES || logged->on == PLACE_NONE) return;
    event.kind = PLACE_EVENT_CLOSE;
    event.site = logged->on;
    event.day = logged->starts;
    event.risk = risk;
    read_successors(b, node, &event, 0);
    add(b, list, event, node);
}

/* ---- all together ---- */

typedef struct sorted_event {
    place_event event;
    const char *id;
    xmlNode *node;
} sorted_event;

static int compare_number(int64_t a, int64_t b) {
    return (a > b) - (a < b);
}

static int in_order(const void *a, const void *b) {
    const sorted_event *x = a, *y = b;
    const place_event *e = &x->event, *f = &y->event;
    int order = compare_number(e->project != PLACE_NONE, f->project != PLACE_NONE);
    if (order == 0 && e->project != PLACE_NONE) {
        order = compare_number(e->project, f->project);
        if (order == 0) order = compare_number(e->offset_years, f->offset_years);
    } else if (order == 0) {
        order = compare_number(e->day, f->day);
    }
    if (order == 0) order = compare_number(e->site, f->site);
    if (order == 0) order = compare_number(e->kind, f->kind);
    if (order == 0) order = compare_number(e->activity, f->activity);
    if (order == 0) order = compare_number(e->pool, f->pool);
    if (order == 0) order = strcmp(x->id, y->id);
    if (order == 0) order = (e->places.value > f->places.value) - (e->places.value < f->places.value);
    return order;
}

/* The first that projects bring to a site that waits to be delivered opens it: which it will be, only a replication knows. */
static void open_delivered(place_builder *b, sorted_event *events, size_t n) {
    const place_plan *plan = b->plan;
    bool *opened = PLACE_TAKE(b, b->scratch, plan->n_sites, bool), *said = PLACE_TAKE(b, b->scratch, plan->n_sites, bool);
    for (size_t s = 0; s < plan->n_sites; s++) opened[s] = said[s] = !plan->sites[s].delivered;
    for (size_t e = 0; e < n; e++)
        if (events[e].event.kind == PLACE_EVENT_OPEN) opened[events[e].event.site] = said[events[e].event.site] = true;
    for (size_t e = 0; e < n; e++) {
        place_event *event = &events[e].event;
        if (said[event->site] || event->kind != PLACE_EVENT_CHANGE || !place_read_is(events[e].node, "delivers")) continue;
        event->opens_closed = true;
        if (!opened[event->site]) event->kind = PLACE_EVENT_OPEN;
        opened[event->site] = true;
    }
    for (size_t s = 0; s < plan->n_sites; s++)
        if (!opened[s])
            place_build_fault(b, b->lists[PLACE_KIND_SITE][s]->node,
                              "site '%s' is delivered, and neither an event nor a project opens it",
                              plan->sites[s].item.id);
}

/* What a site may have taught and accepted by any of its events: what is on roll lies within. */
static void widest(const place_plan *plan, const sorted_event *events, size_t n, int32_t site, uint32_t *ncy_mask,
                   uint64_t *need_mask) {
    *ncy_mask = plan->sites[site].ncy_mask;
    *need_mask = plan->sites[site].need_mask;
    for (size_t e = 0; e < n; e++) {
        if (events[e].event.site != site) continue;
        *ncy_mask |= events[e].event.ncy_mask | events[e].event.ncy_intake;
        *need_mask |= events[e].event.need_mask;
    }
}

/* Whom an event leaves without a seat, though there be successors, which may be full, needs somewhere to wait. */
static void check_unseated(place_builder *b, const sorted_event *events, size_t n) {
    const place_plan *plan = b->plan;
    for (size_t e = 0; e < n; e++) {
        const place_event *event = &events[e].event;
        const place_site *site = &plan->sites[event->site];
        bool ends = event->kind == PLACE_EVENT_CLOSE, other_kind = event->provision != PLACE_NONE, told = false;
        uint32_t ncy_mask;
        uint64_t need_mask;
        if (!ends && !other_kind && event->ncy_mask == 0) continue;
        if (event->kind == PLACE_EVENT_OPEN && !place_sites_open_at_start(b, event->site)) continue;
        widest(plan, events, n, event->site, &ncy_mask, &need_mask);
        if (!ends && !other_kind) ncy_mask &= ~event->ncy_mask;
        for (size_t c = 0; c < PLACE_N_NCY && !told; c++)
            for (size_t d = 0; d < plan->needs.n && !told; d++) {
                size_t cell =
                    ((size_t)PLACE_PLACE_LOST * plan->phases.n + (size_t)plan->phase_of_ncy[c]) * plan->needs.n + d;
                told =
                    (ncy_mask >> c & 1) != 0 && (need_mask >> d & 1) != 0 && plan->waiting_setting[cell] == PLACE_NONE;
                if (told)
                    place_build_fault(
                        b, events[e].node,
                        "site '%s' %s, and whom no successor can take has nowhere to wait: table 'waiting-setting' has "
                        "no row for class place-lost, phase '%s', need '%s'",
                        site->item.id,
                        ends             ? "ends"
                            : other_kind ? "changes its provision"
                                         : "gives up years that it teaches",
                        plan->phases.items[plan->phase_of_ncy[c]].id, plan->needs.items[d].id);
            }
    }
}

/* Years that an event brings are of phases for which the site has places, if only 0 of them: whoever it teaches sits in a pool. */
static void check_phases(place_builder *b, const sorted_event *events, size_t n) {
    const place_plan *plan = b->plan;
    for (size_t e = 0; e < n; e++) {
        const place_event *event = &events[e].event;
        const place_site *site = &plan->sites[event->site];
        uint32_t covered = 0, taught = event->ncy_mask | event->ncy_intake;
        for (size_t p = site->first_pool; p < site->first_pool + site->n_pools; p++) covered |= plan->pools[p].phase_mask;
        for (size_t c = 0; c < PLACE_N_NCY; c++) {
            if ((taught >> c & 1) == 0 || (covered >> plan->phase_of_ncy[c] & 1) != 0) continue;
            place_build_fault(b, events[e].node, "from this day on site '%s' teaches ncy %d, of phase '%s', and it has no places for that phase",
                              site->item.id, (int)c + PLACE_NCY_FIRST, plan->phases.items[plan->phase_of_ncy[c]].id);
            break;
        }
    }
}

/* Works take places that are there at the start, or that another event may have added by then. */
static void check_works(place_builder *b, const sorted_event *events, size_t n) {
    const place_plan *plan = b->plan;
    double *added = PLACE_TAKE(b, b->scratch, plan->n_pools, double); /* by all other events, in one look at them */
    bool *unknown = PLACE_TAKE(b, b->scratch, plan->n_pools, bool);
    for (size_t e = 0; e < n; e++) {
        const place_event *other = &events[e].event;
        if (other->pool == PLACE_NONE || place_read_is(events[e].node, "works")) continue;
        unknown[other->pool] |= !place_number_is_fixed(other->places);
        if (other->places.value > 0) added[other->pool] += other->places.value;
    }
    for (size_t e = 0; e < n; e++) {
        const place_event *works = &events[e].event;
        if (works->activity == PLACE_NONE || works->pool == PLACE_NONE || !place_read_is(events[e].node, "works"))
            continue;
        const place_number commissioned = plan->pools[works->pool].commissioned;
        bool known = place_number_is_fixed(commissioned) && place_sites_open_at_start(b, works->site) && !unknown[works->pool];
        double most = commissioned.value + added[works->pool];
        if (!known || -works->places.value <= most) continue;
        place_build_fault(b, events[e].node, "%s: %g places are taken away from site '%s', which has %g",
                          place_read_label(b, events[e].node), -works->places.value, plan->sites[works->site].item.id,
                          most);
    }
}

/* A successor that has ended by the day on which it should take the roll. Events stand in order of day. */
static void check_successors(place_builder *b, const sorted_event *events, size_t n) {
    const place_plan *plan = b->plan;
    const sorted_event **ending = PLACE_TAKE(b, b->scratch, plan->n_sites, const sorted_event *);
    for (size_t e = n; e-- > 0;) /* the first of a site is kept */
        if (events[e].event.kind == PLACE_EVENT_CLOSE && events[e].event.project == PLACE_NONE && events[e].event.risk == PLACE_NONE)
            ending[events[e].event.site] = &events[e];
    for (size_t e = 0; e < n; e++) {
        const place_event *event = &events[e].event;
        for (size_t i = 0; i < event->n_successors && event->project == PLACE_NONE; i++) {
            const sorted_event *other = ending[event->successors[i]];
            if (other == NULL || event->successors[i] == event->site || other->event.day > event->day) continue;
            place_build_fault(b, events[e].node,
                              "site '%s' cannot take the roll of site '%s': it ends itself by then (line %ld)",
                              plan->sites[event->successors[i]].item.id, plan->sites[event->site].item.id,
                              place_document_line(b->document, other->node));
        }
    }
}

/* What came before the start, for the reader: how many places, where the event says a difference. */
static void keep_historic(place_builder *b, const event_list *past) {
    place_historic *historic = PLACE_TAKE(b, b->arena, past->n, place_historic);
    for (size_t e = 0; e < past->n; e++) {
        const place_event *event = &past->events[e];
        bool said = event->pool != PLACE_NONE && !event->sets_places;
        historic[e] = (place_historic){ event->site, event->day, said ? event->places.value : 0, said };
    }
    b->plan->historic = historic;
    b->plan->n_historic = past->n;
}

void place_build_events(place_builder *b) {
    place_plan *plan = b->plan;
    event_list list = { 0 }, past = { 0 };
    for (size_t s = 0; s < plan->n_sites; s++) {
        xmlNode *node = b->lists[PLACE_KIND_SITE][s]->node;
        if (plan->sites[s].open_day != INT32_MIN) {
            place_event event = blank;
            event.kind = PLACE_EVENT_OPEN;
            event.site = (int32_t)s;
            event.day = plan->sites[s].open_day;
            add(b, &list, event, node);
        }
        for (xmlNode *c = node->children; c != NULL; c = c->next)
            if (place_read_is(c, "event")) read_event(b, &list, &past, c, (int32_t)s);
    }
    keep_historic(b, &past);
    for (size_t p = 0; p < plan->n_projects; p++) read_project(b, &list, (int32_t)p);
    for (size_t r = 0; r < plan->n_logged_risks; r++) read_closure(b, &list, (int32_t)r);

    sorted_event *sorted = PLACE_TAKE(b, b->scratch, list.n, sorted_event);
    for (size_t e = 0; e < list.n; e++)
        sorted[e] = (sorted_event){ list.events[e], place_names_element(b, list.nodes[e]), list.nodes[e] };
    if (list.n > 1) qsort(sorted, list.n, sizeof *sorted, in_order);
    open_delivered(b, sorted, list.n);
    if (list.n > 1) qsort(sorted, list.n, sizeof *sorted, in_order); /* what opens a site stands first */
    check_successors(b, sorted, list.n);
    check_phases(b, sorted, list.n);
    check_unseated(b, sorted, list.n);
    check_works(b, sorted, list.n);
    place_event *events = PLACE_TAKE(b, b->arena, list.n, place_event);
    for (size_t e = 0; e < list.n; e++) events[e] = sorted[e].event;
    plan->events = events;
    plan->n_events = list.n;
}
