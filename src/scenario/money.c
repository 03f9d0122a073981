/* SPDX-License-Identifier: MIT */
/*
 * Money: the cost tables, prices and their inflation, stated costs, incomes, the balance, declared savings.
 * A cost table is kept by classes, not by cells: its rows seldom tell areas, years or ages apart, and a step looks up
 * every cohort in it. A row that names a provision holds at all sites of it, whatever becomes of them: so a site is one
 * venue for each provision that it may have.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "place/date.h"
#include "table.h"
#include "word.h"

#define VENUE PLACE_MATCH_VENUE
#define AREA PLACE_MATCH_AREA
#define NCY PLACE_MATCH_NCY
#define NEED PLACE_MATCH_NEED
#define YEAR PLACE_MATCH_YEAR

static const place_table_shape
    unit_shape = { "unit-cost", 5, { VENUE, AREA, NCY, NEED, YEAR }, { "value", "borne-by-others", "price" } },
    funding_shape = { "place-funding", 2, { VENUE, YEAR }, { "value", "empty", "borne-by-others", "price" } },
    transport_shape = { "transport", 5, { VENUE, AREA, NCY, NEED, YEAR }, { "value", "borne-by-others", "price" } };
static const place_table_shape *const cost_shapes[] = { &unit_shape, &funding_shape, &transport_shape };

/* Of a pupil or place a year. */
static const place_measure measure_unit = { { "pounds a year", 0, INFINITY, false, false }, 1e7 };
static const place_measure measure_balance = { { "a balance", -INFINITY, INFINITY, false, false }, 1e11 };

/* ---- venues ---- */

static void add_once(int32_t *list, size_t *n, int32_t value) {
    bool known = value == PLACE_NONE; /* a fault there has been told of, or it stays as it was */
    for (size_t i = 0; i < *n; i++) known |= list[i] == value;
    if (!known) list[(*n)++] = value;
}

/* Events by site: those of site s stand at first[s] .. first[s + 1] - 1 of the list. */
static const int32_t *events_by_site(place_builder *b, const int32_t **first) {
    const place_plan *plan = b->plan;
    int32_t *end = PLACE_TAKE(b, b->scratch, plan->n_sites + 2, int32_t), *list = PLACE_TAKE(b, b->scratch, plan->n_events, int32_t);
    for (size_t e = 0; e < plan->n_events; e++) end[plan->events[e].site + 2]++;
    for (size_t s = 0; s < plan->n_sites; s++) end[s + 2] += end[s + 1];
    for (size_t e = 0; e < plan->n_events; e++) list[end[plan->events[e].site + 1]++] = (int32_t)e;
    *first = end; /* filling has moved each to its own start */
    return list;
}

/* The provisions and areas that a site may have in its time; mostly one of each. */
static void find_forms(const place_plan *plan, size_t site, const int32_t *first, const int32_t *events, int32_t *provisions,
                       size_t *n_provisions, int32_t *areas, size_t *n_areas) {
    *n_provisions = *n_areas = 0;
    add_once(provisions, n_provisions, plan->sites[site].provision);
    add_once(areas, n_areas, plan->sites[site].area);
    for (int32_t i = first[site]; i < first[site + 1]; i++) {
        add_once(provisions, n_provisions, plan->events[events[i]].provision);
        add_once(areas, n_areas, plan->events[events[i]].area);
    }
}

static void build_venues(place_builder *b, place_budget *budget) {
    const place_plan *plan = b->plan;
    size_t n = plan->provisions.n, n_provisions, n_areas;
    const int32_t *first_event, *events = events_by_site(b, &first_event);
    int32_t *first = PLACE_TAKE(b, b->arena, plan->n_sites, int32_t);
    int32_t *provisions = PLACE_TAKE(b, b->scratch, plan->n_events + 1, int32_t);
    int32_t *areas = PLACE_TAKE(b, b->scratch, plan->n_events + 1, int32_t);
    for (size_t s = 0; s < plan->n_sites; s++) {
        find_forms(plan, s, first_event, events, provisions, &n_provisions, areas, &n_areas);
        n += n_provisions * n_areas;
    }
    b->venues = PLACE_TAKE(b, b->arena, n, place_venue);
    b->n_venues = 0;
    for (size_t v = 0; v < plan->provisions.n; v++)
        b->venues[b->n_venues++] = (place_venue){ PLACE_NONE, (int32_t)v, PLACE_NONE };
    for (size_t s = 0; s < plan->n_sites; s++) {
        first[s] = (int32_t)b->n_venues;
        find_forms(plan, s, first_event, events, provisions, &n_provisions, areas, &n_areas);
        for (size_t i = 0; i < n_provisions * n_areas; i++)
            b->venues[b->n_venues++] = (place_venue){ (int32_t)s, provisions[i / n_areas], areas[i % n_areas] };
    }
    budget->venues = b->venues;
    budget->n_venues = b->n_venues;
    budget->first_venue = first;
}

/* ---- prices ---- */

/* In a financial year's own name: 2021, or 2021/22 as it is often written. */
static int read_financial_year(place_builder *b, const xmlNode *node, const char *name, int otherwise) {
    const char *text = place_read_text(b, node, name), *slash = text != NULL ? strchr(text, '/') : NULL;
    if (slash == NULL) return (int)place_read_whole(b, node, name, 1900, 2599, otherwise);
    int64_t year, next;
    const char *first = place_build_text(b, "%.*s", (int)(slash - text), text);
    if (strlen(slash) == 3 && place_integer_read(first, &year) && place_integer_read(slash + 1, &next) && year >= 1900
        && year <= 2599 && next == (year + 1) % 100)
        return (int)year;
    place_build_fault(b, node, "%s, %s: a financial year such as 2021 or 2021/22 is wanted; found '%s'",
                      place_read_label(b, node), name, place_quote(text).text);
    return otherwise;
}

static int first_financial_year(const place_builder *b) {
    return place_day_financial_year(b->plan->calendar.start_day[0]);
}

static place_number read_growth(place_builder *b, xmlNode *node, const char *name) {
    place_number growth = place_read_number(b, node, name, &place_measure_growth, PLACE_FAMILY_INPUTS, 0);
    if (place_number_is_fixed(growth) && growth.value <= -0.5)
        place_build_fault(b, node, "%s, %s: above -0.5 a year; found %g", place_read_label(b, node), name,
                          growth.value);
    return growth;
}

static void build_prices(place_builder *b, place_budget *budget) {
    size_t n = b->n_lists[PLACE_KIND_PRICE];
    place_price *prices = PLACE_TAKE(b, b->arena, n, place_price);
    for (size_t i = 0; i < n; i++) {
        const place_named *named = b->lists[PLACE_KIND_PRICE][i];
        prices[i] =
            (place_price){ .item = place_names_item(b, named),
                           .base_year = read_financial_year(b, named->node, "base-year", first_financial_year(b)),
                           .inflation = read_growth(b, named->node, "inflation") };
    }
    budget->prices = prices;
    budget->n_prices = n;
}

/* The price that a row names, else its table; a table's is looked up once. */
static int32_t row_price(place_builder *b, const xmlNode *row, const xmlNode **table, int32_t *of_table) {
    if (place_read_text(b, row, "price") != NULL) return place_names_one(b, row, "price", PLACE_KIND_PRICE, PLACE_NONE);
    if (*table != row->parent) *of_table = place_names_one(b, row->parent, "price", PLACE_KIND_PRICE, PLACE_NONE);
    *table = row->parent;
    return *of_table;
}

/* ---- cost tables ---- */

static const int32_t *kept_classes(place_builder *b, const place_match *match, size_t axis) {
    return place_build_keep_list(b, match->class_of[axis], match->size[axis]);
}

/* Whether a row names a site that becomes something else in its time. */
static bool names_changing(place_builder *b, const xmlNode *row) {
    const char *text = place_read_text(b, row, "setting");
    size_t n;
    const char **words = place_read_words(b, text != NULL ? text : "", &n);
    for (size_t w = 0; w < n; w++) {
        const place_named *named = place_names_find(b, words[w]);
        if (named == NULL || named->kind != PLACE_KIND_SITE || named->index == PLACE_NONE) continue;
        size_t n_forms = 0;
        for (size_t v = 0; v < b->n_venues; v++) n_forms += b->venues[v].site == named->index;
        if (n_forms > 1) return true;
    }
    return false;
}

/* Such a row is taken apart by provision and area, so that each part lies inside the rows of the provision, as a site's
 * row does that stays what it is. @param from  [out] the row that each part is of */
static place_rows take_apart(place_builder *b, const place_rows *rows, int32_t **from) {
    place_rows out = *rows;
    size_t room = 0;
    for (size_t r = 0; r < rows->n; r++) room += names_changing(b, rows->rows[r].node) ? b->n_venues : 1;
    out.rows = PLACE_TAKE(b, b->scratch, room, place_match_row);
    *from = PLACE_TAKE(b, b->scratch, room, int32_t);
    out.n = 0;
    for (size_t r = 0; r < rows->n; r++) {
        const place_match_set *set = &rows->rows[r].set[0];
        bool apart = !set->all && names_changing(b, rows->rows[r].node);
        bool *done = PLACE_TAKE(b, b->scratch, apart ? set->n : 0, bool);
        for (size_t i = 0; i < (apart ? set->n : 1); i++) {
            place_match_row *part = &out.rows[out.n];
            if (apart && done[i]) continue;
            *part = rows->rows[r];
            (*from)[out.n++] = (int32_t)r;
            if (!apart) break;
            int32_t *members = PLACE_TAKE(b, b->scratch, set->n, int32_t);
            size_t n = 0;
            for (size_t k = i; k < set->n; k++) {
                const place_venue *one = &b->venues[set->members[i]], *other = &b->venues[set->members[k]];
                if (one->provision != other->provision || one->area != other->area) continue;
                done[k] = true;
                members[n++] = set->members[k];
            }
            part->set[0] = (place_match_set){ false, n, members };
        }
    }
    return out;
}

static void keep_grid(place_builder *b, const place_table_shape *shape, const place_match *match, const int32_t *from,
                      place_cost_table *out) {
    size_t n = 1;
    for (size_t a = 0; a < shape->n_axes; a++) {
        place_match_kind kind = shape->axes[a];
        place_cost_axis axis = kind == VENUE ? PLACE_COST_BY_VENUE
            : kind == AREA                   ? PLACE_COST_BY_AREA
            : kind == NCY                    ? PLACE_COST_BY_NCY
            : kind == NEED                   ? PLACE_COST_BY_NEED
                                             : PLACE_COST_BY_YEAR;
        out->n_classes[axis] = match->n_classes[a];
        out->class_of[axis] = match->n_classes[a] > 1 ? kept_classes(b, match, a) : NULL;
        n *= match->n_classes[a];
    }
    int32_t *winner = PLACE_TAKE(b, b->arena, n, int32_t);
    for (size_t i = 0; i < n; i++) winner[i] = match->winner[i] == PLACE_NONE ? PLACE_NONE : from[match->winner[i]];
    out->winner = winner;
}

/* What a row matches, in words: its canonical id "unit-cost ncy=7..11 setting=ash,elm" is "ncy 7..11; setting ash, elm".
 */
static const char *row_text(place_builder *b, const place_table_shape *shape, const char *id) {
    size_t n = strlen(shape->name);
    char *out = PLACE_TAKE(b, b->arena, 2 * strlen(id) + 1, char), *at = out;
    for (const char *c = id[n] == ' ' ? id + n + 1 : ""; *c != '\0'; c++) {
        if (*c == ' ') *at++ = ';';
        *at++ = *c == '=' ? ' ' : *c;
        if (*c == ',') *at++ = ' ';
    }
    return out;
}

static place_cost_table read_table(place_builder *b, const place_table_shape *shape, place_rows *rows) {
    const place_calendar *calendar = &b->plan->calendar;
    place_cost_table out = { 0 };
    place_match match;
    for (int a = 0; a < PLACE_N_COST_AXES; a++) out.n_classes[a] = 1;
    place_rows_read(b, shape, calendar->first_year, calendar->n_years, rows);
    if (rows->n == 0) return out;
    int32_t *from;
    const place_rows parts = take_apart(b, rows, &from);
    place_match_build(b, &parts, &match);
    place_table values = place_rows_values(b, rows, &measure_unit);
    place_number *empty = PLACE_TAKE(b, b->arena, rows->n, place_number);
    place_number *borne = PLACE_TAKE(b, b->arena, rows->n, place_number);
    const char **text = PLACE_TAKE(b, b->arena, rows->n, const char *);
    bool *stated = PLACE_TAKE(b, b->arena, rows->n, bool);
    int32_t *price = PLACE_TAKE(b, b->arena, rows->n, int32_t);
    const xmlNode *table = NULL;
    int32_t of_table = PLACE_NONE;
    for (size_t r = 0; r < rows->n; r++) {
        xmlNode *node = rows->rows[r].node;
        text[r] = row_text(b, shape, rows->rows[r].id);
        stated[r] = place_read_text(b, node, "empty") != NULL;
        empty[r] = place_read_number(b, node, "empty", &measure_unit, PLACE_FAMILY_INPUTS, 0);
        borne[r] = place_read_number(b, node, "borne-by-others", &place_measure_share, PLACE_FAMILY_INPUTS, 0);
        price[r] = row_price(b, node, &table, &of_table);
    }
    out.n_rows = rows->n;
    out.text = text;
    out.value = values.value;
    out.borne_by_others = borne;
    out.price = price;
    if (shape == &funding_shape) out.empty = empty, out.empty_stated = stated;
    keep_grid(b, shape, &match, from, &out);
    return out;
}

/* A row in some cell of a venue and a home area; PLACE_NONE: any area. */
static bool has_row(const place_cost_table *table, int32_t venue, int32_t area) {
    const int32_t *venues = table->class_of[PLACE_COST_BY_VENUE], *areas = table->class_of[PLACE_COST_BY_AREA];
    size_t n_areas = table->n_classes[PLACE_COST_BY_AREA], n_inner = 1;
    for (int a = PLACE_COST_BY_AREA + 1; a < PLACE_N_COST_AXES; a++) n_inner *= table->n_classes[a];
    size_t v = venues != NULL ? (size_t)venues[venue] : 0,
           one = areas != NULL && area != PLACE_NONE ? (size_t)areas[area] : 0;
    size_t first = area == PLACE_NONE ? 0 : one, end = area == PLACE_NONE ? n_areas : one + 1;
    for (size_t i = (v * n_areas + first) * n_inner; i < (v * n_areas + end) * n_inner; i++)
        if (table->winner[i] != PLACE_NONE) return true;
    return false;
}

/* Pupils without a unit cost are free, which is seldom meant. */
static void doubt_free_settings(place_builder *b, const place_rows *rows, const place_cost_table *table) {
    const place_plan *plan = b->plan;
    const char *names = "";
    size_t n = 0;
    for (size_t v = 0; v < b->n_venues; v++) {
        const place_venue *venue = &b->venues[v];
        bool limited = plan->provision_kind[venue->provision] == PLACE_LIMITED;
        if (plan->provision_kind[venue->provision] == PLACE_NO_PROVISION || (limited && venue->site == PLACE_NONE)
            || has_row(table, (int32_t)v, PLACE_NONE))
            continue;
        const char *id =
            venue->site == PLACE_NONE ? plan->provisions.items[venue->provision].id : plan->sites[venue->site].item.id;
        if (n < 6) names = place_build_text(b, "%s%s'%s'", names, n > 0 ? ", " : "", id);
        n++;
    }
    if (n > 0)
        place_build_doubt(b, rows->table, "table 'unit-cost' has no row for %s%s: pupils there cost nothing", names,
                          n > 6 ? " and others" : "");
}

/* Open provision has no commissioned places. */
static void check_funded(place_builder *b, const place_rows *rows) {
    for (size_t r = 0; r < rows->n; r++) {
        const place_match_set *set = &rows->rows[r].set[0];
        bool any = set->all;
        for (size_t i = 0; i < set->n && !any; i++)
            any = b->plan->provision_kind[b->venues[set->members[i]].provision] == PLACE_LIMITED;
        if (!any)
            place_build_fault(b, rows->rows[r].node,
                              "table 'place-funding': '%s' has no commissioned places; its pupils have a unit-cost",
                              place_quote(place_read_text(b, rows->rows[r].node, "setting")).text);
    }
}

/* A price that nothing names changes nothing; a scenario that others extend may well have some. */
static void doubt_idle_prices(place_builder *b, const place_budget *budget) {
    const place_cost_table *const tables[] = { &budget->unit_cost, &budget->place_funding, &budget->transport };
    for (size_t i = 0; i < budget->n_prices; i++) {
        bool used = false;
        for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++)
            for (size_t r = 0; r < tables[t]->n_rows; r++) used |= tables[t]->price[r] == (int32_t)i;
        for (size_t k = 0; k < budget->n_cost_lines; k++) used |= budget->cost_lines[k].price == (int32_t)i;
        if (!used)
            place_build_doubt(b, b->lists[PLACE_KIND_PRICE][i]->node, "price '%s' is named by no cost",
                              budget->prices[i].item.id);
    }
}

/* Journeys are told apart by areas, or they are not: a pair of areas left out would be a free journey. */
static void check_journeys(place_builder *b, const place_rows *rows, const place_cost_table *table) {
    const place_plan *plan = b->plan;
    bool by_area = table->n_classes[PLACE_COST_BY_AREA] > 1;
    for (size_t r = 0; r < rows->n; r++) by_area |= place_read_text(b, rows->rows[r].node, "setting-area") != NULL;
    for (int32_t a = 0; by_area && a < (int32_t)plan->areas.n; a++)
        for (size_t k = 0; k <= plan->n_reach[a]; k++) {
            int32_t to = k == 0 ? a : plan->reach[a][k - 1];
            bool stands = false, priced = false;
            for (size_t v = plan->provisions.n; v < b->n_venues; v++) {
                if (b->venues[v].area != to) continue;
                stands = true;
                priced = priced || has_row(table, (int32_t)v, a);
            }
            if (!stands || priced) continue;
            place_build_fault(b, rows->table,
                              "table 'transport' has no row for pupils of area '%s' at sites in area '%s', where they "
                              "may be placed; give one, if only of 0",
                              plan->areas.items[a].id, plan->areas.items[to].id);
        }
}

static void refuse_other_prices(place_builder *b) {
    size_t n;
    xmlNode **tables = place_read_children(b, place_document_root(b->document), "table", &n);
    for (size_t t = 0; t < n; t++) {
        const char *name = place_read_text(b, tables[t], "name");
        bool costs = false;
        for (size_t k = 0; k < sizeof cost_shapes / sizeof cost_shapes[0]; k++)
            costs |= name != NULL && strcmp(name, cost_shapes[k]->name) == 0;
        if (!costs && place_read_text(b, tables[t], "price") != NULL)
            place_build_fault(b, tables[t],
                              "table '%s' does not take price; tables 'unit-cost', 'place-funding' and 'transport' do",
                              name != NULL ? name : "");
    }
}

/* ---- stated costs ---- */

/* First day, and first day it no longer holds; a fault when no day of the run lies between. */
static void read_span(place_builder *b, const xmlNode *node, int32_t *starts, int32_t *ends) {
    const place_calendar *calendar = &b->plan->calendar;
    *starts = place_read_day(b, node, "starts", INT32_MIN);
    *ends = place_read_day(b, node, "ends", INT32_MAX);
    if (*starts != INT32_MIN && *ends != INT32_MAX && *ends <= *starts)
        place_build_fault(b, node, "%s: it ends on %s, not after it starts on %s", place_read_label(b, node),
                          place_read_text(b, node, "ends"), place_read_text(b, node, "starts"));
    else if (b->time_ok && (*starts >= calendar->start_day[calendar->n_steps] || *ends <= calendar->start_day[0]))
        place_build_fault(b, node, "%s: it holds on no day of the run, so it changes nothing",
                          place_read_label(b, node));
}

/* What interventions cost, on the days on which they run: a delay, or a risk that stops one, saves it. */
static size_t add_interventions(place_builder *b, place_cost_line *lines, size_t n) {
    static const place_cost_per per[] = { [PLACE_COST_YEAR] = PLACE_PER_YEAR,
                                          [PLACE_COST_MONTH] = PLACE_PER_MONTH,
                                          [PLACE_COST_CASE] = PLACE_PER_CASE,
                                          [PLACE_COST_ONCE] = PLACE_PER_ONCE };
    for (size_t i = 0; i < b->plan->n_interventions; i++) {
        const place_intervention *s = &b->plan->interventions[i];
        if (s->cost_gbp.input == PLACE_NONE && s->cost_gbp.value <= 0) continue;
        lines[n++] = (place_cost_line){ .value = s->cost_gbp,
                                        .per = per[s->cost_unit],
                                        .starts = s->starts,
                                        .ends = s->ends,
                                        .price = PLACE_NONE,
                                        .borne_by_others = { 0, PLACE_NONE },
                                        .intervention = (int32_t)i };
    }
    return n;
}

static void build_cost_lines(place_builder *b, place_budget *budget) {
    static const char *const per_words[] = { "year", "month", "once", "plan", "new-plan", "request", "assessment" };
    size_t n = b->n_lists[PLACE_KIND_COST_LINE];
    place_cost_line *lines = PLACE_TAKE(b, b->arena, n + b->plan->n_interventions, place_cost_line);
    for (size_t i = 0; i < n; i++) {
        xmlNode *node = b->lists[PLACE_KIND_COST_LINE][i]->node;
        place_cost_line *line = &lines[i];
        line->intervention = PLACE_NONE;
        line->value = place_read_number(b, node, "value", &place_measure_pounds, PLACE_FAMILY_INPUTS, 0);
        line->per = (place_cost_per)place_read_choice(b, node, "per", per_words, sizeof per_words / sizeof per_words[0],
                                                      PLACE_PER_YEAR);
        if ((line->per == PLACE_PER_REQUEST || line->per == PLACE_PER_ASSESSMENT) && !b->plan->pipeline.used)
            place_build_fault(b, node, "%s, per: requests and assessments are those of a pipeline, and there is none",
                              place_read_label(b, node));
        line->price = place_names_one(b, node, "price", PLACE_KIND_PRICE, PLACE_NONE);
        line->borne_by_others =
            place_read_number(b, node, "borne-by-others", &place_measure_share, PLACE_FAMILY_INPUTS, 0);
        line->funder = place_build_keep(b, place_read_text(b, node, "funder"));
        read_span(b, node, &line->starts, &line->ends);
        if (place_read_text(b, node, "value") == NULL)
            place_build_fault(b, node, "%s: a value is wanted", place_read_label(b, node));
        if (line->per != PLACE_PER_ONCE) continue;
        if (place_read_text(b, node, "starts") == NULL)
            place_build_fault(b, node, "%s: what is paid once is paid on a day; give it as starts",
                              place_read_label(b, node));
        else if (b->time_ok && line->starts < b->plan->calendar.start_day[0])
            place_build_fault(b, node, "%s: it is paid on %s, before the run", place_read_label(b, node),
                              place_read_text(b, node, "starts"));
        if (place_read_text(b, node, "ends") != NULL)
            place_build_fault(b, node, "%s: what is paid once has no end", place_read_label(b, node));
    }
    budget->cost_lines = lines;
    budget->n_cost_lines = add_interventions(b, lines, n);
}

/* ---- lines ---- */

static void add_line(place_builder *b, place_item *lines, size_t *n, int32_t *number, const char *id, const char *name,
                     size_t display) {
    *number = (int32_t)*n;
    lines[*n] = (place_item){ .id = place_build_keep(b, id),
                              .name = place_build_keep(b, name),
                              .word = place_key_word(id),
                              .display = (int32_t)display };
    ++*n;
}

static bool bears(const place_number *share, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (share[i].value > 0 || share[i].input != PLACE_NONE) return true;
    return false;
}

static bool others_bear(const place_budget *budget) {
    for (size_t i = 0; i < budget->n_cost_lines; i++)
        if (bears(&budget->cost_lines[i].borne_by_others, 1)) return true;
    return bears(budget->unit_cost.borne_by_others, budget->unit_cost.n_rows)
        || bears(budget->place_funding.borne_by_others, budget->place_funding.n_rows)
        || bears(budget->transport.borne_by_others, budget->transport.n_rows);
}

/* Ids of lines that the scenario does not name have a slash, which no id has. */
static void build_lines(place_builder *b, place_budget *budget) {
    const place_plan *plan = b->plan;
    size_t n_provisions = plan->provisions.n, n = 0;
    place_item *lines = PLACE_TAKE(b, b->arena, n_provisions + budget->n_cost_lines + 4, place_item);
    int32_t *unit = PLACE_TAKE(b, b->arena, n_provisions, int32_t);
    budget->filled_line = budget->empty_line = budget->transport_line = budget->borne_line = PLACE_NONE;
    if (budget->place_funding.n_rows > 0) {
        add_line(b, lines, &n, &budget->filled_line, "place-funding/filled", "Place funding, filled places", 0);
        add_line(b, lines, &n, &budget->empty_line, "place-funding/empty", "Place funding, empty places", 1);
    }
    for (size_t v = 0; v < n_provisions; v++) {
        const place_item *item = &plan->provisions.items[v];
        bool priced = false;
        unit[v] = PLACE_NONE;
        for (size_t k = 0; k < b->n_venues && budget->unit_cost.n_rows > 0 && !priced; k++)
            priced = b->venues[k].provision == (int32_t)v && has_row(&budget->unit_cost, (int32_t)k, PLACE_NONE);
        if (priced)
            add_line(b, lines, &n, &unit[v], place_build_text(b, "unit-cost/%s", item->id),
                     place_build_text(b, "Pupils: %s", item->name), 2 + (size_t)item->display);
    }
    if (budget->transport.n_rows > 0)
        add_line(b, lines, &n, &budget->transport_line, "transport/all", "Transport", n_provisions + 2);
    budget->first_stated_line = (int32_t)n;
    for (size_t i = 0; i < budget->n_cost_lines; i++) {
        int32_t s = budget->cost_lines[i].intervention, number;
        if (s != PLACE_NONE) {
            const place_item *item = &plan->interventions[s].item;
            add_line(b, lines, &n, &number, place_build_text(b, "intervention/%s", item->id), item->name,
                     n_provisions + 3 + b->n_lists[PLACE_KIND_COST_LINE] + (size_t)item->display);
            continue;
        }
        lines[n] = place_names_item(b, b->lists[PLACE_KIND_COST_LINE][i]);
        lines[n].display += (int32_t)(n_provisions + 3);
        n++;
    }
    if (others_bear(budget)) /* last in order, as it is in the sum */
        add_line(b, lines, &n, &budget->borne_line, "borne-by-others/all", "Borne by others",
                 n_provisions + 3 + budget->n_cost_lines);
    budget->lines = lines;
    budget->unit_line = unit;
    budget->n_lines = n;
}

/* ---- amounts by year ---- */

static int by_year(const void *a, const void *b) {
    const place_amount *x = a, *y = b;
    return x->year - y->year;
}

/* The element's own value, of its financial-year, and its children `amount`; ascending. */
static const place_amount *read_amounts(place_builder *b, xmlNode *node, size_t *n_amounts) {
    size_t n, n_all = 0;
    xmlNode **nodes = place_read_children(b, node, "amount", &n);
    place_amount *amounts = PLACE_TAKE(b, b->arena, n + 1, place_amount);
    if (place_read_text(b, node, "value") != NULL)
        amounts[n_all++] =
            (place_amount){ read_financial_year(b, node, "financial-year", first_financial_year(b)),
                            place_read_number(b, node, "value", &place_measure_pounds, PLACE_FAMILY_INPUTS, 0) };
    else if (place_read_text(b, node, "financial-year") != NULL)
        place_build_fault(b, node, "%s: a financial-year is that of its value, and it has none",
                          place_read_label(b, node));
    for (size_t i = 0; i < n; i++) {
        if (place_read_text(b, nodes[i], "financial-year") == NULL || place_read_text(b, nodes[i], "value") == NULL)
            place_build_fault(b, nodes[i], "%s: financial-year and value are wanted", place_read_label(b, nodes[i]));
        amounts[n_all++] =
            (place_amount){ read_financial_year(b, nodes[i], "financial-year", 1900),
                            place_read_number(b, nodes[i], "value", &place_measure_pounds, PLACE_FAMILY_INPUTS, 0) };
    }
    if (n_all == 0) {
        place_build_fault(b, node, "%s: a value is wanted, or amounts by financial year", place_read_label(b, node));
        amounts[n_all++] = (place_amount){ first_financial_year(b), { 0, PLACE_NONE } };
    }
    qsort(amounts, n_all, sizeof *amounts, by_year);
    for (size_t i = 1; i < n_all; i++)
        if (amounts[i].year == amounts[i - 1].year)
            place_build_fault(b, node, "%s: the financial year %d has two amounts", place_read_label(b, node),
                              amounts[i].year);
    *n_amounts = n_all;
    return amounts;
}

/* Some amount of a year of which the run has a day. */
static bool any_in_run(const place_builder *b, const place_amount *amounts, size_t n) {
    const place_calendar *calendar = &b->plan->calendar;
    int first = first_financial_year(b), last = place_day_financial_year(calendar->start_day[calendar->n_steps] - 1);
    bool any = !b->time_ok;
    for (size_t i = 0; i < n; i++) any |= amounts[i].year >= first && amounts[i].year <= last;
    return any;
}

static void build_incomes(place_builder *b, place_budget *budget) {
    static const char *const per_words[] = { "year", "once" };
    size_t n = b->n_lists[PLACE_KIND_INCOME];
    place_income *incomes = PLACE_TAKE(b, b->arena, n, place_income);
    for (size_t i = 0; i < n; i++) {
        const place_named *named = b->lists[PLACE_KIND_INCOME][i];
        xmlNode *node = named->node;
        place_income *income = &incomes[i];
        income->item = place_names_item(b, named);
        income->amounts = read_amounts(b, node, &income->n_amounts);
        income->growth = read_growth(b, node, "growth");
        income->share = place_read_number(b, node, "block-transfer", &place_measure_share, PLACE_FAMILY_INPUTS, 1);
        income->once = place_read_choice(b, node, "per", per_words, 2, 0) == 1;
        read_span(b, node, &income->starts, &income->ends);
        if (!income->once) continue;
        if (!any_in_run(b, income->amounts, income->n_amounts))
            place_build_fault(b, node, "%s: none of its financial years is in the run, so it changes nothing",
                              place_read_label(b, node));
        if (place_read_text(b, node, "growth") != NULL)
            place_build_fault(b, node, "%s: what comes once does not grow", place_read_label(b, node));
    }
    budget->incomes = incomes;
    budget->n_incomes = n;
}

static void build_savings(place_builder *b, place_budget *budget) {
    size_t n = b->n_lists[PLACE_KIND_SAVING];
    place_saving *savings = PLACE_TAKE(b, b->arena, n, place_saving);
    const char **groups = PLACE_TAKE(b, b->arena, n, const char *);
    for (size_t i = 0; i < n; i++) {
        const place_named *named = b->lists[PLACE_KIND_SAVING][i];
        xmlNode *node = named->node;
        const char *group = place_read_text(b, node, "group");
        place_saving *saving = &savings[i];
        saving->item = place_names_item(b, named);
        saving->amounts = read_amounts(b, node, &saving->n_amounts);
        saving->probability =
            place_read_number(b, node, "probability", &place_measure_probability, PLACE_FAMILY_INPUTS, 1);
        saving->group = PLACE_NONE;
        if (!any_in_run(b, saving->amounts, saving->n_amounts))
            place_build_fault(b, node, "%s: none of its financial years is in the run, so it shows nowhere",
                              place_read_label(b, node));
        if (group == NULL) continue;
        size_t g = 0;
        while (g < budget->n_groups && strcmp(groups[g], group) != 0) g++;
        if (g == budget->n_groups) groups[budget->n_groups++] = place_build_keep(b, group);
        saving->group = (int32_t)g;
    }
    budget->groups = groups;
    budget->savings = savings;
    budget->n_savings = n;
}

/* ---- the balance ---- */

static void build_balance(place_builder *b, place_budget *budget, xmlNode *node) {
    static const char *const ends[] = { "end", "start" };
    const place_calendar *calendar = &b->plan->calendar;
    budget->balanced = node != NULL || budget->n_incomes > 0;
    budget->opening_gbp = (place_number){ 0, PLACE_NONE };
    budget->opening_day = calendar->start_day[0];
    budget->discount_rate = 0.035;
    if (node == NULL) return;
    budget->opening_gbp = place_read_number(b, node, "opening-balance", &measure_balance, PLACE_FAMILY_INPUTS, 0);
    budget->opening_day = place_read_day(b, node, "date", calendar->start_day[0]);
    budget->discount_rate = place_read_decimal(b, node, "discount-rate", -0.5, 1, 0.035);
    budget->discount_at_start = place_read_choice(b, node, "discount-at", ends, 2, 0) == 1;
    place_date day = place_day_date(budget->opening_day);
    bool april = day.month == 4 && day.day == 1 && budget->opening_day > calendar->start_day[0]
        && budget->opening_day < calendar->start_day[calendar->n_steps];
    if (b->time_ok && budget->opening_day != calendar->start_day[0] && !april) {
        char start[11];
        place_day_text(calendar->start_day[0], start);
        place_build_fault(b, node,
                          "budget, date: the opening balance is of the run's first day, %s, or of a 1 April "
                          "within the run; found '%s'",
                          start, place_read_text(b, node, "date"));
    }
}

void place_build_money(place_builder *b) {
    size_t n_budgets;
    xmlNode **nodes = place_read_children(b, place_document_root(b->document), "budget", &n_budgets);
    place_budget *budget = PLACE_TAKE(b, b->arena, 1, place_budget);
    place_rows unit, funding, transport;
    if (n_budgets > 1)
        place_build_fault(b, nodes[1], "there are %zu budget elements, the first at line %ld; at most one is allowed",
                          n_budgets, place_document_line(b->document, nodes[0]));
    refuse_other_prices(b);
    build_venues(b, budget);
    build_prices(b, budget);
    budget->unit_cost = read_table(b, &unit_shape, &unit);
    budget->place_funding = read_table(b, &funding_shape, &funding);
    budget->transport = read_table(b, &transport_shape, &transport);
    if (unit.n > 0) doubt_free_settings(b, &unit, &budget->unit_cost);
    if (funding.n > 0) check_funded(b, &funding);
    if (transport.n > 0) check_journeys(b, &transport, &budget->transport);
    build_cost_lines(b, budget);
    doubt_idle_prices(b, budget);
    build_lines(b, budget);
    build_incomes(b, budget);
    build_savings(b, budget);
    build_balance(b, budget, n_budgets > 0 ? nodes[0] : NULL);
    if (budget->n_lines > 0 || budget->balanced || budget->n_savings > 0) b->plan->budget = budget;
}
