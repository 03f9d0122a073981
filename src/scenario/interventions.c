/* SPDX-License-Identifier: MIT */
/*
 * Interventions: how strong, from when until when, how many cases, at what cost. Their changes are read with the others (changes.c); a
 * change without op and value says whose plans a caseload's cases might become.
 */
#include <math.h>
#include <string.h>

#include "changes.h"
#include "place/date.h"
#include "word.h"

static const place_measure cases_measure = { { "cases a month", 0, INFINITY, false, false }, 1e6 },
                           dose_measure = { { "a dose", 0, INFINITY, false, false }, 1e6 },
                           effect_measure = { { "an effect", 0, INFINITY, false, false }, 100 };

static bool given(place_builder *b, const xmlNode *node, const char *name) {
    return place_read_text(b, node, name) != NULL;
}

static double high_of(const place_builder *b, place_number number) {
    return place_number_is_fixed(number) ? number.value : place_distribution_high(&b->met[number.input].input.distribution);
}

/* ---- strength ---- */

static void read_reach(place_builder *b, xmlNode *node, place_intervention *s) {
    s->reach_of = place_read_decimal(b, node, "reach-of", 1e-9, 1e9, 1);
    s->reach = place_read_number(b, node, "reach", &place_measure_pupils, PLACE_FAMILY_INPUTS, s->reach_of);
    if (given(b, node, "reach-of") && !given(b, node, "reach"))
        place_build_fault(b, node, "%s, reach-of: reach says how many of them take part; it is missing", place_read_label(b, node));
    if (high_of(b, s->reach) > s->reach_of)
        place_build_fault(b, node, "%s, reach: at most %s; found '%s'", place_read_label(b, node),
                          given(b, node, "reach-of") ? place_build_text(b, "reach-of, %g", s->reach_of) : "1, or reach-of where that is given",
                          place_quote(place_read_text(b, node, "reach")).text);
}

static void read_dose(place_builder *b, xmlNode *node, place_intervention *s) {
    s->measured = place_read_yes(b, node, "measured-with");
    s->dose = place_read_number(b, node, "dose", &dose_measure, PLACE_FAMILY_INPUTS, 1);
    s->dose_full = place_read_number(b, node, "dose-full", &dose_measure, PLACE_FAMILY_INPUTS, 1);
    s->dose_measured = s->dose;
    if (given(b, node, "dose-measured")) s->dose_measured = place_read_number(b, node, "dose-measured", &dose_measure, PLACE_FAMILY_INPUTS, 1);
    if (given(b, node, "dose") != given(b, node, "dose-full"))
        place_build_fault(b, node, "%s: dose and dose-full, the dose at full strength, go together; found %s alone", place_read_label(b, node),
                          given(b, node, "dose") ? "dose" : "dose-full");
    if (given(b, node, "dose-measured") && !(s->measured && given(b, node, "dose")))
        place_build_fault(b, node, "%s, dose-measured: it is the dose while base rates were measured, so measured-with=\"yes\" and a dose go with it",
                          place_read_label(b, node));
    if (place_number_is_fixed(s->dose_full) && s->dose_full.value <= 0)
        place_build_fault(b, node, "%s, dose-full: a full dose is above 0; found '%s'", place_read_label(b, node),
                          place_quote(place_read_text(b, node, "dose-full")).text);
    const struct {
        const char *name;
        place_number number;
    } doses[] = { { "dose", s->dose }, { "dose-measured", s->dose_measured } };
    for (size_t i = 0; i < 2 && given(b, node, "dose-full"); i++)
        if (given(b, node, doses[i].name) && place_number_is_fixed(doses[i].number) && place_number_is_fixed(s->dose_full)
            && doses[i].number.value > s->dose_full.value)
            place_build_fault(b, node, "%s, %s: at most the full dose, %g; found %g", place_read_label(b, node), doses[i].name, s->dose_full.value,
                              doses[i].number.value);
}

/* ---- caseload and cost ---- */

static void read_caseload(place_builder *b, xmlNode *node, place_intervention *s) {
    static const char *const parts[] = { "referrals", "would-request", "case-success", "deferred", "delay-months" };
    s->caseload = given(b, node, "capacity");
    s->capacity = place_read_number(b, node, "capacity", &cases_measure, PLACE_FAMILY_INPUTS, 0);
    s->referrals = place_read_number(b, node, "referrals", &cases_measure, PLACE_FAMILY_INPUTS, 0);
    s->referrals_stated = given(b, node, "referrals");
    s->would_request = place_read_number(b, node, "would-request", &place_measure_share, PLACE_FAMILY_INPUTS, 0);
    s->case_success = place_read_number(b, node, "case-success", &place_measure_share, PLACE_FAMILY_INPUTS, 1);
    s->deferred = place_read_number(b, node, "deferred", &place_measure_share, PLACE_FAMILY_INPUTS, 0);
    s->delay_months = place_read_decimal(b, node, "delay-months", 0, 240, 12);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && !s->caseload; i++)
        if (given(b, node, parts[i]))
            place_build_fault(b, node, "%s, %s: it belongs to a caseload, and there is no capacity, in cases a month", place_read_label(b, node),
                              parts[i]);
    if (s->caseload && !given(b, node, "would-request"))
        place_build_fault(b, node, "%s: a caseload needs would-request, the share of cases that would have asked for a plan", place_read_label(b, node));
    if (given(b, node, "delay-months") && !given(b, node, "deferred"))
        place_build_fault(b, node, "%s, delay-months: nothing is deferred", place_read_label(b, node));
    const place_calendar *calendar = &b->plan->calendar;
    bool defers = !place_number_is_fixed(s->deferred) || s->deferred.value > 0;
    for (int i = 0; i < calendar->steps_per_year && defers; i++)
        if (calendar->weight[i] <= 0) {
            place_build_fault(b, node, "%s, deferred: time, weights has a step without events, in which nobody can come back", place_read_label(b, node));
            break;
        }
}

static void read_cost(place_builder *b, xmlNode *node, place_intervention *s) {
    static const char *const units[] = { "year", "month", "case", "once" };
    s->cost_gbp = place_read_number(b, node, "cost", &place_measure_pounds, PLACE_FAMILY_INPUTS, 0);
    s->cost_unit = (place_cost_unit)place_read_choice(b, node, "cost-unit", units, 4, 0);
    if (given(b, node, "cost-unit") && !given(b, node, "cost"))
        place_build_fault(b, node, "%s, cost-unit: there is no cost", place_read_label(b, node));
    if (s->cost_unit == PLACE_COST_CASE && !s->caseload)
        place_build_fault(b, node, "%s, cost-unit: a cost a case needs a caseload, and there is no capacity", place_read_label(b, node));
}

/* ---- all of them ---- */

static int32_t overlap_group(place_builder *b, const char **groups, const char *name) {
    if (name == NULL) return PLACE_NONE;
    size_t g = 0;
    while (g < b->plan->n_overlap_groups && strcmp(groups[g], name) != 0) g++;
    if (g == b->plan->n_overlap_groups) groups[b->plan->n_overlap_groups++] = place_build_keep(b, name);
    return (int32_t)g;
}

static void check_groups(place_builder *b, const place_intervention *interventions, const char *const *groups) {
    for (size_t g = 0; g < b->plan->n_overlap_groups; g++) {
        size_t n = 0, last = 0;
        for (size_t i = 0; i < b->plan->n_interventions; i++)
            if (interventions[i].overlap == (int32_t)g) n++, last = i;
        if (n == 1)
            place_build_doubt(b, b->lists[PLACE_KIND_INTERVENTION][last]->node, "intervention '%s' is alone in its group '%s', so it overlaps with none",
                              interventions[last].item.id, groups[g]);
    }
}

void place_build_interventions(place_builder *b) {
    place_plan *plan = b->plan;
    size_t n = b->n_lists[PLACE_KIND_INTERVENTION];
    place_intervention *interventions = PLACE_TAKE(b, b->arena, n, place_intervention);
    const char **groups = PLACE_TAKE(b, b->arena, n, const char *);
    plan->n_interventions = n;
    for (size_t i = 0; i < n; i++) {
        const place_named *named = b->lists[PLACE_KIND_INTERVENTION][i];
        xmlNode *node = named->node;
        place_intervention *s = &interventions[i];
        *s = (place_intervention){ .item = place_names_item(b, named) };
        s->starts = place_read_day(b, node, "starts", plan->calendar.start_day[0]);
        s->ends = place_read_day(b, node, "ends", INT32_MAX);
        s->ramp_months = place_read_number(b, node, "ramp-months", &place_measure_duration, PLACE_FAMILY_INPUTS, 0);
        s->success = place_read_number(b, node, "success", &place_measure_probability, PLACE_FAMILY_INPUTS, 1);
        s->success_stated = given(b, node, "success");
        s->effect = place_read_number(b, node, "effect", &effect_measure, PLACE_FAMILY_INPUTS, 1);
        s->engagement = place_read_number(b, node, "engagement", &place_measure_share, PLACE_FAMILY_INPUTS, 1);
        read_reach(b, node, s);
        read_dose(b, node, s);
        read_caseload(b, node, s);
        read_cost(b, node, s);
        s->overlap = overlap_group(b, groups, place_read_text(b, node, "group"));
        place_changes_check_dates(b, node, s->starts, s->ends, s->measured);
    }
    plan->interventions = interventions;
    plan->overlap_groups = groups;
    check_groups(b, interventions, groups);
}

/* ---- whose plans the cases might become ---- */

/* Deferred cases that come back need targets then, and a year on where some start in September. */
static void check_returns(place_builder *b, const xmlNode *node, const place_intervention *s) {
    const place_plan *plan = b->plan;
    int32_t most = plan->calendar.ageing ? (int32_t)ceil(s->delay_months / 12) : 0;
    int32_t least = plan->calendar.ageing ? (int32_t)floor(s->delay_months / 12) : 0;
    if (place_number_is_fixed(s->deferred) && s->deferred.value == 0) return;
    for (size_t k = 0; k < s->n_case_rows; k++)
        for (int32_t years = least; years <= most; years++) {
            int32_t row = s->case_rows[k], ncy = row % PLACE_N_NCY + years;
            if (ncy >= PLACE_N_NCY) continue;
            int32_t oldest = (int32_t)place_build_oldest_joiner(b, plan->pipeline.used ? row % PLACE_N_NCY : ncy);
            while (ncy <= oldest && place_changes_joins(plan, (size_t)(row - row % PLACE_N_NCY + ncy))) ncy++;
            if (ncy > oldest) continue;
            place_build_fault(b, node,
                              "%s, deferred: cases of ncy %d that come back may begin a plan in ncy %d, for which table 'joiner-target' has no row (area '%s', "
                              "need '%s')",
                              place_read_label(b, node), (int)(row % PLACE_N_NCY) + PLACE_NCY_FIRST, ncy + PLACE_NCY_FIRST,
                              plan->areas.items[(size_t)row / PLACE_N_NCY / plan->needs.n].id,
                              plan->needs.items[(size_t)row / PLACE_N_NCY % plan->needs.n].id);
            return;
        }
}

void place_interventions_cases(place_builder *b, size_t intervention, const place_changing *cases, size_t n) {
    place_plan *plan = b->plan;
    place_intervention *s = (place_intervention *)(uintptr_t)&plan->interventions[intervention]; /* the plan is still ours */
    const xmlNode *node = b->lists[PLACE_KIND_INTERVENTION][intervention]->node;
    size_t n_rows = plan->areas.n * plan->needs.n * PLACE_N_NCY, n_found = 0;
    bool *in = PLACE_TAKE(b, b->scratch, n_rows, bool);
    for (size_t i = 0; i < n; i++) {
        size_t n_here = 0;
        const place_match_set *set = cases[i].set;
        for (size_t a = 0; a < set[0].n; a++)
            for (size_t d = 0; d < set[1].n; d++)
                for (size_t c = 0; c < set[2].n; c++) {
                    size_t area = set[0].all ? a : (size_t)set[0].members[a], need = set[1].all ? d : (size_t)set[1].members[d];
                    size_t row = (area * plan->needs.n + need) * PLACE_N_NCY + (set[2].all ? c : (size_t)set[2].members[c]);
                    if (plan->new_plans.row == NULL || plan->new_plans.row[row] == PLACE_NONE) continue;
                    n_here++;
                    n_found += !in[row];
                    in[row] = true;
                }
        if (n_here == 0)
            place_build_fault(b, cases[i].node, "%s matches nothing: table 'new-plans' has no row%s%s", place_read_label(b, cases[i].node),
                              *cases[i].change.where != '\0' ? " that covers " : "", cases[i].change.where);
    }
    int32_t *rows = PLACE_TAKE(b, b->arena, n_found, int32_t);
    for (size_t row = 0, k = 0; row < n_rows; row++)
        if (in[row]) rows[k++] = (int32_t)row;
    s->n_case_rows = n_found;
    s->case_rows = rows;
    if (s->caseload && n == 0)
        place_build_fault(b, node, "%s: a caseload needs a change of table 'new-plans' without op and value, to say whose plans its cases might become",
                          place_read_label(b, node));
    check_returns(b, node, s);
}
