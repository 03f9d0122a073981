/* SPDX-License-Identifier: MIT */
/*
 * Capital projects: activities and their order, gates, risks, funding, the market. What they bring to sites is in
 * events.c. Ids of activities, risks and funding are of their project: "design" may stand in each.
 */
#include <math.h>
#include <string.h>

#include "build.h"
#include "place/date.h"
#include "word.h"

static const char *const unit_words[] = { "days", "weeks", "months", "years" };
static const double unit_days[] = { 1, PLACE_DAYS_PER_WEEK, PLACE_DAYS_PER_MONTH, PLACE_DAYS_PER_YEAR };

static double read_unit(place_builder *b, const xmlNode *node) {
    return unit_days[place_read_choice(b, node, "unit", unit_words, 4, 2)];
}

/* ---- things within a project ---- */

#define MAX_PARTS 2000

typedef struct part_list {
    size_t n;
    place_named **parts; /* sorted by key */
} part_list;

/* Children of one element name; the words by which they enter draws are of "project/part", so that two designs
 * differ. */
static part_list read_parts(place_builder *b, const place_named *project, const char *element, part_list others) {
    part_list list;
    xmlNode **nodes = place_read_children(b, project->node, element, &list.n);
    if (list.n > MAX_PARTS) {
        place_build_fault(b, nodes[MAX_PARTS], "project '%s' has %zu elements %s; at most %d are allowed", project->id,
                          list.n, element, MAX_PARTS);
        list.n = MAX_PARTS;
    }
    list.parts = PLACE_TAKE(b, b->scratch, list.n, place_named *);
    size_t n = 0;
    for (size_t i = 0; i < list.n; i++) {
        const char *id = place_read_text(b, nodes[i], "id"), *key = place_read_text(b, nodes[i], "key"),
                   *name = place_read_text(b, nodes[i], "name");
        place_named *part = PLACE_TAKE(b, b->scratch, 1, place_named);
        *part = (place_named){ .id = id != NULL ? id : "", .node = nodes[i], .display = (int32_t)i };
        part->name = name != NULL ? name : part->id;
        part->key = place_build_text(b, "%s/%s", project->key, key != NULL ? key : part->id);
        const place_named *same = NULL;
        for (size_t k = 0; k < n && same == NULL; k++)
            if (strcmp(list.parts[k]->id, part->id) == 0) same = list.parts[k];
        for (size_t k = 0; k < others.n && same == NULL; k++)
            if (strcmp(others.parts[k]->id, part->id) == 0) same = others.parts[k];
        if (same != NULL)
            place_build_fault(b, nodes[i],
                              "%s '%s' has an id that stands at line %ld already; ids are used once in a project",
                              element, place_quote(part->id).text, place_document_line(b->document, same->node));
        else list.parts[n++] = part;
    }
    list.n = n;
    place_names_sort(b, list.parts, n, element);
    return list;
}

static int32_t find_part(place_builder *b, const xmlNode *node, const char *attribute, const char *word,
                         const part_list *list) {
    for (size_t i = 0; i < list->n; i++)
        if (strcmp(list->parts[i]->id, word) == 0) return (int32_t)i;
    const char **known = PLACE_TAKE(b, b->scratch, list->n, const char *);
    for (size_t i = 0; i < list->n; i++) known[i] = list->parts[i]->id;
    const char *near = place_nearest_word(word, known, list->n);
    place_build_fault(b, place_read_where(node, attribute), "%s, %s: the project has no activity '%s'%s%s%s",
                      place_read_label(b, node), attribute,
                      place_quote(word).text, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    return PLACE_NONE;
}

/* Activities that an attribute names, as indices of the plan. */
static const int32_t *find_parts(place_builder *b, const xmlNode *node, const char *attribute, const part_list *list,
                                 size_t first, size_t *n) {
    const char *text = place_read_text(b, node, attribute);
    size_t n_words;
    const char **words = place_read_words(b, text != NULL ? text : "", &n_words);
    int32_t *found = PLACE_TAKE(b, b->arena, n_words, int32_t);
    *n = 0;
    for (size_t w = 0; w < n_words; w++) {
        int32_t part = find_part(b, node, attribute, words[w], list);
        if (part == PLACE_NONE) continue;
        bool again = false;
        for (size_t i = 0; i < *n; i++) again |= found[i] == part + (int32_t)first;
        if (again)
            place_build_fault(b, node, "%s, %s: '%s' stands there twice", place_read_label(b, node), attribute,
                              place_quote(words[w]).text);
        else found[(*n)++] = part + (int32_t)first;
    }
    return found;
}

int32_t place_projects_activity(place_builder *b, const xmlNode *node, const char *attribute, int32_t project) {
    const char *word = place_read_text(b, node, attribute);
    return place_projects_part(b, node, attribute, word != NULL ? word : "", project);
}

int32_t place_projects_part(place_builder *b, const xmlNode *node, const char *attribute, const char *word, int32_t project) {
    const place_project *p = &b->plan->projects[project];
    part_list list = { p->n_activities, PLACE_TAKE(b, b->scratch, p->n_activities, place_named *) };
    for (size_t i = 0; i < list.n; i++) {
        list.parts[i] = PLACE_TAKE(b, b->scratch, 1, place_named);
        list.parts[i]->id = b->plan->activities[p->first_activity + i].item.id;
    }
    int32_t part = find_part(b, node, attribute, word, &list);
    return part == PLACE_NONE ? PLACE_NONE : part + (int32_t)p->first_activity;
}

/* ---- activities ---- */

static place_activity build_activity(place_builder *b, const place_named *named, int32_t project) {
    static const char *const markets[] = { "none", "duration", "cost", "both" };
    xmlNode *node = named->node;
    place_activity a = {
        .item = place_names_item(b, named), .project = project, .unit = read_unit(b, node), .earliest_day = INT32_MIN
    };
    size_t n_met = b->n_met;
    a.duration = place_read_number(b, node, "duration", &place_measure_duration, PLACE_FAMILY_DELIVERY, 0);
    double usual = b->n_met > n_met ? place_distribution_mode(&b->met[n_met].input.distribution) : a.duration.value;
    a.planned_days = a.unit * place_read_decimal(b, node, "planned", 0, 40000, usual);
    if (a.planned_days > 40000 || a.duration.value * a.unit > 40000)
        place_build_fault(b, place_read_where(node, a.planned_days > 40000 && a.duration.value * a.unit <= 40000 ? "planned" : "duration"),
                          "%s: %g days, or more than a hundred years, is too long for an activity",
                          place_read_label(b, node),
                          a.planned_days > 40000 ? a.planned_days : a.duration.value * a.unit);
    a.earliest_day = place_read_day(b, node, "earliest", INT32_MIN);
    a.gate = place_names_one(b, node, "gate", PLACE_KIND_GATE, PLACE_NONE);
    a.refuse = place_read_number(b, node, "refuse", &place_measure_probability, PLACE_FAMILY_DELIVERY, 0);
    a.defer = place_read_number(b, node, "defer", &place_measure_probability, PLACE_FAMILY_DELIVERY, 0);
    bool decides = place_read_text(b, node, "refuse") != NULL || place_read_text(b, node, "defer") != NULL;
    if (decides && place_read_text(b, node, "gate") == NULL)
        place_build_fault(b, node, "%s: refuse and defer are what a gate does, and it has none",
                          place_read_label(b, node));
    if (place_number_is_fixed(a.refuse) && place_number_is_fixed(a.defer) && a.refuse.value + a.defer.value > 1 + 1e-9)
        place_build_fault(b, node, "%s: refuse and defer sum to %g; they sum to at most 1", place_read_label(b, node),
                          a.refuse.value + a.defer.value);
    int market = place_read_choice(b, node, "market", markets, 4, 3);
    a.market_duration = market == 1 || market == 3;
    a.market_cost = market == 2 || market == 3;
    a.cost_share = place_read_decimal(b, node, "cost-share", 0, 1, -1);
    return a;
}

static void share_costs(place_builder *b, const place_named *project, place_activity *activities, size_t n) {
    size_t n_stated = 0;
    double sum = 0, days = 0;
    for (size_t i = 0; i < n; i++) {
        n_stated += activities[i].cost_share >= 0;
        sum += activities[i].cost_share >= 0 ? activities[i].cost_share : 0;
        days += activities[i].planned_days;
    }
    if (n_stated > 0 && n_stated < n)
        place_build_fault(b, project->node,
                          "project '%s': %zu of its %zu activities have a cost-share; all have one, or none",
                          project->id, n_stated, n);
    else if (n_stated > 0 && fabs(sum - 1) > 1e-9)
        place_build_fault(b, project->node,
                          "project '%s': the cost-shares of its activities sum to %.12g; they sum to 1", project->id,
                          sum);
    if (n_stated == n) return;
    for (size_t i = 0; i < n; i++)
        activities[i].cost_share = days > 0 ? activities[i].planned_days / days : 1.0 / (double)n;
}

/* A predecessor of an activity that is not done: one of a circle has one. */
static size_t undone_before(const place_activity *activity, size_t first, const bool *done) {
    size_t i = 0;
    while (done[(size_t)activity->before[i] - first]) i++;
    return (size_t)activity->before[i] - first;
}

/* "design after build after design", cut short where it is long. */
static void fault_cycle(place_builder *b, const place_named *project, const place_activity *activities, size_t first,
                        size_t start, const bool *done) {
    size_t n = b->plan->projects[project->index].n_activities, at = start, length = 0;
    bool *seen = PLACE_TAKE(b, b->scratch, n, bool);
    while (!seen[at]) { /* back along predecessors that are not done: sure to come round */
        seen[at] = true;
        at = undone_before(&activities[first + at], first, done);
    }
    size_t begin = at;
    const char *text = activities[first + at].item.id;
    do {
        at = undone_before(&activities[first + at], first, done);
        length++;
        if (strlen(text) < 250) text = place_build_text(b, "%s after %s", text, activities[first + at].item.id);
        else if (at == begin) text = place_build_text(b, "%s after ... after %s", text, activities[first + at].item.id);
    } while (at != begin);
    place_build_fault(b, project->node, "project '%s': %zu of its activities wait for one another: %s", project->id,
                      length, text);
}

static const int32_t *find_order(place_builder *b, const place_named *project, const place_activity *activities,
                                 size_t first, size_t n) {
    int32_t *order = PLACE_TAKE(b, b->arena, n, int32_t);
    bool *done = PLACE_TAKE(b, b->scratch, n, bool);
    size_t n_done = 0;
    bool went = true;
    while (n_done < n && went) {
        went = false;
        for (size_t i = 0; i < n; i++) {
            const place_activity *a = &activities[first + i];
            bool ready = !done[i];
            for (size_t k = 0; k < a->n_before && ready; k++) ready = done[(size_t)a->before[k] - first];
            if (!ready) continue;
            done[i] = went = true;
            order[n_done++] = (int32_t)(first + i);
        }
    }
    for (size_t i = 0; i < n; i++) {
        if (done[i]) continue;
        fault_cycle(b, project, activities, first, i, done);
        break;
    }
    return order;
}

/* ---- risks and funding ---- */

static place_risk_event build_risk(place_builder *b, const place_named *named, int32_t project,
                                   const part_list *activities, size_t first) {
    xmlNode *node = named->node;
    place_risk_event risk = { .item = place_names_item(b, named), .project = project, .unit = read_unit(b, node) };
    risk.probability = place_read_number(b, node, "probability", &place_measure_probability, PLACE_FAMILY_DELIVERY, 0);
    risk.impact = place_read_number(b, node, "impact", &place_measure_duration, PLACE_FAMILY_DELIVERY, 0);
    risk.cost = place_read_number(b, node, "cost", &place_measure_pounds, PLACE_FAMILY_DELIVERY, 0);
    risk.cancels = place_read_yes(b, node, "cancels");
    risk.activities = find_parts(b, node, "activities", activities, first, &risk.n_activities);
    if (place_read_text(b, node, "impact") != NULL && place_read_text(b, node, "activities") == NULL)
        place_build_fault(b, node, "%s: an impact makes activities longer, and it names none",
                          place_read_label(b, node));
    if (place_read_text(b, node, "impact") == NULL && place_read_text(b, node, "cost") == NULL && !risk.cancels)
        place_build_doubt(b, node, "%s: it has neither impact nor cost and cancels nothing, so it changes nothing",
                          place_read_label(b, node));
    return risk;
}

/* ---- triggers ---- */

static place_trigger build_trigger(place_builder *b, xmlNode *node, int32_t project) {
    static const char *const measures[] = { "waiting", "unmet", "shortfall", "demand", "spare" };
    place_plan *plan = b->plan;
    place_trigger t = { .project = project, .phase_mask = UINT32_MAX };
    t.measure = (place_trigger_measure)place_read_choice(b, node, "measure", measures, 5, 0);
    t.provision = place_names_one(b, node, "provision", PLACE_KIND_PROVISION, PLACE_NONE);
    t.area = place_names_one(b, node, "area", PLACE_KIND_AREA, PLACE_NONE);
    t.phase_mask = (uint32_t)place_names_mask(b, node, "phase", PLACE_KIND_PHASE, UINT32_MAX);
    t.need_mask = place_names_mask(b, node, "need", PLACE_KIND_NEED, UINT64_MAX);
    bool at_least = place_read_text(b, node, "at-least") != NULL, at_most = place_read_text(b, node, "at-most") != NULL;
    t.at_most = at_most;
    t.threshold = place_read_decimal(b, node, at_most ? "at-most" : "at-least", 0, 1e6, 0);
    t.septembers = (int)place_read_whole(b, node, "septembers", 1, 300, 2);
    t.lead_days = (int32_t)ceil(place_read_decimal(b, node, "lead", 0, 1000, 0) * read_unit(b, node) - 1e-9);
    bool of_places = t.measure == PLACE_TRIGGER_SHORTFALL || t.measure == PLACE_TRIGGER_SPARE;
    if (at_least == at_most)
        place_build_fault(b, node, "%s: one of at-least and at-most says when it is met; found %s",
                          place_read_label(b, node), at_least ? "both" : "neither");
    if (at_least && t.threshold <= 0)
        place_build_fault(b, node, "%s, at-least: above 0, or it is met by nothing at all; found %g",
                          place_read_label(b, node), t.threshold);
    if (of_places && place_read_text(b, node, "need") != NULL)
        place_build_fault(b, node, "%s: places are not kept by need, so %s has none; measure waiting, unmet or demand",
                          place_read_label(b, node), measures[t.measure]);
    if (of_places && t.provision != PLACE_NONE && plan->provision_kind[t.provision] != PLACE_LIMITED)
        place_build_fault(b, node, "%s: provision '%s' has no places that are counted, so no %s",
                          place_read_label(b, node), plan->provisions.items[t.provision].id, measures[t.measure]);
    if (t.provision != PLACE_NONE && plan->provision_kind[t.provision] == PLACE_NO_PROVISION)
        place_build_fault(b, node, "%s: '%s' is no provision; nobody seeks it", place_read_label(b, node),
                          plan->provisions.items[t.provision].id);
    int32_t n_counts = 0;
    for (size_t s = 0; s < plan->calendar.n_steps; s++) n_counts += plan->calendar.september[s];
    if (b->time_ok && n_counts < t.septembers)
        place_build_fault(b, node, "%s, septembers: the run has %d September count%s, so it is never met; found %d",
                          place_read_label(b, node), n_counts, n_counts == 1 ? "" : "s", t.septembers);
    return t;
}

static void build_triggers(place_builder *b, const place_named *named, place_project *project, place_trigger *triggers,
                           size_t *at) {
    xmlNode **nodes = place_read_children(b, named->node, "trigger", &project->n_triggers);
    project->first_trigger = *at;
    for (size_t i = 0; i < project->n_triggers; i++) triggers[(*at)++] = build_trigger(b, nodes[i], named->index);
    if (project->n_triggers == 0) return;
    if (project->planned_stated)
        place_build_fault(
            b, named->node,
            "project '%s' has a trigger and a planned-opening; what waits for a trigger is planned from the "
            "start that it gives",
            named->id);
    else if (project->n_activities == 0)
        place_build_fault(b, nodes[0], "project '%s' has no activities that a trigger could start", named->id);
}

static void build_gates(place_builder *b) {
    place_plan *plan = b->plan;
    size_t n = b->n_lists[PLACE_KIND_GATE];
    place_gate *gates = PLACE_TAKE(b, b->arena, n, place_gate);
    for (size_t g = 0; g < n; g++) {
        const place_named *named = b->lists[PLACE_KIND_GATE][g];
        const char *text = place_read_text(b, named->node, "dates");
        size_t n_words;
        const char **words = place_read_words(b, text != NULL ? text : "", &n_words);
        int32_t *days = PLACE_TAKE(b, b->arena, n_words, int32_t);
        gates[g] = (place_gate){ .item = place_names_item(b, named), .days = days };
        for (size_t w = 0; w < n_words; w++) {
            int32_t day;
            if (!place_date_read(words[w], &day)) {
                place_build_fault(b, named->node, "gate '%s', dates: days such as 2021-11-16 are wanted; found '%s'",
                                  named->id, place_quote(words[w]).text);
                continue;
            }
            if (gates[g].n_days > 0 && day <= days[gates[g].n_days - 1])
                place_build_fault(
                    b, place_read_where(named->node, "dates"),
                    "gate '%s', dates: meetings stand in order of day; found '%s' after a later or equal one",
                    named->id, place_quote(words[w]).text);
            days[gates[g].n_days++] = day;
        }
        if (n_words == 0)
            place_build_fault(b, place_read_where(named->node, "dates"), "gate '%s' has no dates; at least one meeting is wanted", named->id);
    }
    plan->gates = gates;
    plan->n_gates = n;
}

/* ---- projects ---- */

typedef struct project_parts {
    part_list activities, risks, funding;
} project_parts;

static place_project build_project(place_builder *b, const place_named *named, size_t n_activities) {
    static const char *const rules[] = { "september", "term", "month", "day" };
    xmlNode *node = named->node;
    place_project p = { .item = place_names_item(b, named), .n_activities = n_activities };
    p.start_day = place_read_day(b, node, "start", 0);
    p.opening = (place_opening_rule)place_read_choice(b, node, "opens", rules, 4, 0);
    p.planned_opening_day = place_read_day(b, node, "planned-opening", 0);
    p.planned_stated = place_read_text(b, node, "planned-opening") != NULL;
    p.cost_gbp = place_read_number(b, node, "cost", &place_measure_pounds, PLACE_FAMILY_DELIVERY, 0);
    p.inflation = place_read_number(b, node, "inflation", &place_measure_growth, PLACE_FAMILY_DELIVERY, 0);
    p.uplift_duration = place_read_number(b, node, "uplift-duration", &place_measure_uplift, PLACE_FAMILY_DELIVERY, 0);
    p.uplift_cost = place_read_number(b, node, "uplift-cost", &place_measure_uplift, PLACE_FAMILY_DELIVERY, 0);
    p.mitigation = place_read_number(b, node, "mitigation", &place_measure_share, PLACE_FAMILY_DELIVERY, 0);
    if (place_read_text(b, node, "mitigation") != NULL && place_read_text(b, node, "uplift-duration") == NULL
        && place_read_text(b, node, "uplift-cost") == NULL)
        place_build_fault(b, node, "%s: mitigation takes away part of an uplift, and it has none",
                          place_read_label(b, node));
    p.cancel = place_read_number(b, node, "cancel", &place_measure_probability, PLACE_FAMILY_DELIVERY, 0);
    if (place_number_is_fixed(p.inflation) && p.inflation.value <= -0.5)
        place_build_fault(b, node, "%s, inflation: above -0.5 a year; found %g", place_read_label(b, node),
                          p.inflation.value);
    if (n_activities == 0 && !(place_read_yes(b, node, "third-party") && p.planned_stated))
        place_build_fault(
            b, node,
            "project '%s' has no activities; only a third-party project with a planned-opening may have its dates "
            "alone",
            named->id);
    if (n_activities == 0 && p.planned_stated)
        p.start_day = p.planned_opening_day; /* with nothing to do it finishes when it starts */
    if (p.planned_stated && p.planned_opening_day < p.start_day)
        place_build_fault(b, node, "project '%s' starts on %s, after its planned opening on %s", named->id,
                          place_read_text(b, node, "start"), place_read_text(b, node, "planned-opening"));
    return p;
}

static void build_market(place_builder *b) {
    size_t n;
    xmlNode **nodes = place_read_children(b, place_document_root(b->document), "market", &n);
    b->plan->market_duration = b->plan->market_cost = (place_number){ 1, PLACE_NONE };
    if (n > 1) place_build_fault(b, nodes[1], "there are %zu market elements; at most one is allowed", n);
    if (n == 0) return;
    b->plan->market_duration =
        place_read_number(b, nodes[0], "duration", &place_measure_factor, PLACE_FAMILY_DELIVERY, 1);
    b->plan->market_cost = place_read_number(b, nodes[0], "cost", &place_measure_factor, PLACE_FAMILY_DELIVERY, 1);
}

void place_build_projects(place_builder *b) {
    place_plan *plan = b->plan;
    size_t n = b->n_lists[PLACE_KIND_PROJECT], at = 0, at_risk = 0, at_funding = 0, at_trigger = 0;
    build_gates(b);
    build_market(b);
    place_project *projects = PLACE_TAKE(b, b->arena, n, place_project);
    project_parts *parts = PLACE_TAKE(b, b->scratch, n, project_parts);
    for (size_t p = 0; p < n; p++) {
        const place_named *named = b->lists[PLACE_KIND_PROJECT][p];
        parts[p].activities = read_parts(b, named, "activity", (part_list){ 0, NULL });
        parts[p].risks = read_parts(b, named, "risk", parts[p].activities);
        parts[p].funding = read_parts(b, named, "funding", parts[p].activities);
        plan->n_activities += parts[p].activities.n;
        plan->n_risk_events += parts[p].risks.n;
        plan->n_funding += parts[p].funding.n;
        size_t n_triggers;
        place_read_children(b, named->node, "trigger", &n_triggers);
        plan->n_triggers += n_triggers;
    }
    place_activity *activities = PLACE_TAKE(b, b->arena, plan->n_activities, place_activity);
    place_risk_event *risks = PLACE_TAKE(b, b->arena, plan->n_risk_events, place_risk_event);
    place_funding *funding = PLACE_TAKE(b, b->arena, plan->n_funding, place_funding);
    place_trigger *triggers = PLACE_TAKE(b, b->arena, plan->n_triggers, place_trigger);
    plan->projects = projects;
    plan->n_projects = n;
    plan->triggers = triggers;
    plan->activities = activities;
    plan->risk_events = risks;
    plan->funding = funding;
    for (size_t p = 0; p < n; p++) {
        const place_named *named = b->lists[PLACE_KIND_PROJECT][p];
        const part_list *list = &parts[p].activities;
        projects[p] = build_project(b, named, list->n);
        projects[p].first_activity = at;
        for (size_t i = 0; i < list->n; i++) {
            activities[at + i] = build_activity(b, list->parts[i], (int32_t)p);
            activities[at + i].before =
                find_parts(b, list->parts[i]->node, "after", list, at, &activities[at + i].n_before);
        }
        build_triggers(b, named, &projects[p], triggers, &at_trigger);
        share_costs(b, named, activities + at, list->n);
        projects[p].order = find_order(b, named, activities, at, list->n);
        for (size_t i = 0; i < parts[p].risks.n; i++)
            risks[at_risk++] = build_risk(b, parts[p].risks.parts[i], (int32_t)p, list, at);
        for (size_t i = 0; i < parts[p].funding.n; i++) {
            const place_named *source = parts[p].funding.parts[i];
            funding[at_funding++] =
                (place_funding){ .item = place_names_item(b, source),
                                 .project = (int32_t)p,
                                 .ceiling_gbp = place_read_decimal(b, source->node, "ceiling", 0, 1e11, 0),
                                 .spend_by_day = place_read_day(b, source->node, "spend-by", INT32_MAX) };
        }
        at += list->n;
    }
}
