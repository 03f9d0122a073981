/* SPDX-License-Identifier: MIT */
/*
 * From request to plan: the element pipeline, with what the team can finish and the cases open at the start. Where it
 * stands, table requests takes the place of table new-plans (flows.c).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "place/date.h"
#include "word.h"

#define MAX_WEEKS 520 /* ten years: beyond any real clock */

static const place_measure measure_weeks = { { "weeks", 0, INFINITY, false, false }, MAX_WEEKS },
                           measure_cases = { { "cases a week", 0, INFINITY, false, false }, 1e5 },
                           measure_reviews = { { "reviews a year", 0, INFINITY, false, false }, 1e7 };

/* A distribution over cases, not over replications: it is no input. */
static place_distribution read_delay(place_builder *b, const xmlNode *node, double otherwise) {
    const char *text = place_read_text(b, node, "delay");
    place_distribution d = place_distribution_fixed(otherwise);
    place_error err = { 0 };
    if (text == NULL) return d;
    place_status status = place_number_read(text, &measure_weeks.quantity, b->arena, &d, &err);
    if (status == PLACE_SYSTEM) longjmp(b->no_memory, 1);
    if (status != PLACE_OK) {
        place_build_fault(b, node, "pipeline, delay: %s", err.message);
        return place_distribution_fixed(otherwise);
    }
    double mean = d.kind == PLACE_FIXED ? d.a[0] : place_distribution_mean(&d);
    if (!(mean <= measure_weeks.most))
        place_build_fault(b, node,
                          "pipeline, delay: weeks of at most %d are taken for real; found '%s', which has mean %g",
                          MAX_WEEKS, place_quote(text).text, mean);
    return d;
}

/* ---- what the team can do ---- */

/* Rows of one kind by day; `node` itself may give the first, as its attribute `attribute`. */
static const place_capacity *build_capacities(place_builder *b, xmlNode *node, const char *attribute,
                                              const char *element, const char *amount, const place_measure *measure,
                                              size_t *n_rows) {
    size_t n_children, n = 0;
    xmlNode **children = place_read_children(b, node, element, &n_children);
    place_capacity *rows = PLACE_TAKE(b, b->arena, n_children + 1, place_capacity);
    xmlNode **of = PLACE_TAKE(b, b->scratch, n_children + 1, xmlNode *);
    if (attribute != NULL && place_read_text(b, node, attribute) != NULL) {
        place_number number = place_read_number(b, node, attribute, measure, PLACE_FAMILY_INPUTS, 0);
        rows[n] = (place_capacity){ .day = INT32_MIN, .limited = true, .amount = number };
        of[n++] = node;
    }
    for (size_t i = 0; i < n_children; i++) {
        place_capacity row = { .day = place_read_day(b, children[i], "starts", INT32_MIN) };
        row.limited = place_read_text(b, children[i], amount) != NULL;
        row.amount = place_read_number(b, children[i], amount, measure, PLACE_FAMILY_INPUTS, 0);
        size_t k = n++;
        for (; k > 0 && rows[k - 1].day > row.day; k--) rows[k] = rows[k - 1], of[k] = of[k - 1];
        rows[k] = row;
        of[k] = children[i];
    }
    for (size_t i = 1; i < n; i++)
        if (rows[i].day == rows[i - 1].day)
            place_build_fault(b, of[i], "%s: another starts on the same day at line %ld; one holds at a time",
                              place_read_label(b, of[i]), place_document_line(b->document, of[i - 1]));
    if (b->time_ok && n > 0 && rows[0].day >= b->plan->calendar.start_day[b->plan->calendar.n_steps])
        place_build_fault(b, of[0], "%s: none starts before the end of the run, so none has an effect",
                          place_read_label(b, of[0]));
    *n_rows = n;
    return rows;
}

/* ---- backlog ---- */

static void build_backlogs(place_builder *b, const xmlNode *node) {
    place_pipeline *pipeline = &b->plan->pipeline;
    size_t n;
    xmlNode **nodes = place_read_children(b, node, "backlog", &n);
    place_sorted *sorted = place_build_sort(b, nodes, n);
    place_backlog *rows = PLACE_TAKE(b, b->arena, n, place_backlog);
    for (size_t i = 0; i < n; i++) {
        xmlNode *at = sorted[i].node;
        place_backlog *row = &rows[i];
        if (i > 0 && strcmp(sorted[i].id, sorted[i - 1].id) == 0)
            place_build_fault(b, at, "pipeline: there is a backlog of the same area, needs, ncy and weeks at line %ld",
                              place_document_line(b->document, sorted[i - 1].node));
        row->word = place_key_word(sorted[i].id);
        row->area = place_names_one(b, at, "area", PLACE_KIND_AREA, PLACE_NONE);
        row->need_mask = place_names_mask(b, at, "need", PLACE_KIND_NEED, place_build_all_needs(b));
        row->ncy_mask = place_read_ncy(b, at, "ncy", PLACE_ALL_NCY);
        row->count = place_read_number(b, at, "count", &place_measure_count, PLACE_FAMILY_INPUTS, 0);
        if (place_read_text(b, at, "count") == NULL) place_build_fault(b, at, "backlog of pipeline: a count is wanted");
        int32_t *usual = PLACE_TAKE(b, b->arena, (size_t)pipeline->due_weeks, int32_t);
        for (int w = 0; w < pipeline->due_weeks; w++) usual[w] = w + 1;
        row->weeks = usual;
        row->n_weeks = (size_t)pipeline->due_weeks;
        if (place_read_text(b, at, "weeks") != NULL) {
            size_t n_weeks;
            const int32_t *weeks = place_read_ranges(b, at, "weeks", 1, MAX_WEEKS, &n_weeks);
            if (weeks != NULL && n_weeks > 0) {
                row->weeks = place_build_keep_list(b, weeks, n_weeks);
                row->n_weeks = n_weeks;
            }
        }
        if (row->weeks[row->n_weeks - 1] > pipeline->most_backlog_weeks)
            pipeline->most_backlog_weeks = row->weeks[row->n_weeks - 1];
    }
    pipeline->n_backlogs = n;
    pipeline->backlogs = rows;
}

static bool has_targets(const place_plan *plan, size_t area, size_t need, size_t ncy) {
    const int32_t *rows = plan->joiner_target.row;
    size_t first = ((area * plan->needs.n + need) * PLACE_N_NCY + ncy) * plan->targets.n;
    for (size_t g = 0; rows != NULL && g < plan->targets.n; g++)
        if (rows[first + g] != PLACE_NONE) return true;
    return false;
}

void place_build_pipeline_check(place_builder *b) {
    const place_plan *plan = b->plan;
    const place_pipeline *pipeline = &plan->pipeline;
    size_t n, n_pipelines;
    if (pipeline->n_backlogs == 0 || !b->time_ok) return;
    xmlNode **parents = place_read_children(b, place_document_root(b->document), "pipeline", &n_pipelines);
    xmlNode **nodes = place_read_children(b, parents[0], "backlog", &n);
    place_sorted *sorted = place_build_sort(b, nodes, n);
    for (size_t i = 0; i < pipeline->n_backlogs; i++) {
        const place_backlog *row = &pipeline->backlogs[i];
        bool told = false;
        for (size_t a = 0; a < plan->areas.n && !told; a++)
            for (size_t d = 0; d < plan->needs.n && !told; d++)
                for (size_t c = 0; c < PLACE_N_NCY && !told; c++) {
                    bool in = (row->area == PLACE_NONE || row->area == (int32_t)a) && (row->need_mask >> d & 1u) != 0
                        && (row->ncy_mask >> c & 1u) != 0;
                    if (!in) continue;
                    for (size_t k = c; k <= place_build_oldest_joiner(b, (int32_t)c) && !told; k++) {
                        told = !has_targets(plan, a, d, k);
                        if (told)
                            place_build_fault(
                                b, sorted[i].node,
                                "backlog of pipeline: a case in area '%s', need '%s', ncy %d may become a plan in "
                                "ncy %d, for which table 'joiner-target' has no row",
                                plan->areas.items[a].id, plan->needs.items[d].id, (int)c + PLACE_NCY_FIRST,
                                (int)k + PLACE_NCY_FIRST);
                    }
                }
    }
}

/* ---- all of it ---- */

void place_build_pipeline(place_builder *b) {
    size_t n;
    xmlNode **nodes = place_read_children(b, place_document_root(b->document), "pipeline", &n);
    place_pipeline *pipeline = &b->plan->pipeline;
    if (n == 0) return;
    if (n > 1)
        place_build_fault(b, nodes[1], "there are %zu pipeline elements, the first at line %ld; at most one is allowed",
                          n, place_document_line(b->document, nodes[0]));
    xmlNode *node = nodes[0];
    pipeline->used = true;
    pipeline->agree = place_read_number(b, node, "agree", &place_measure_probability, PLACE_FAMILY_INPUTS, 1);
    pipeline->issue = place_read_number(b, node, "issue", &place_measure_probability, PLACE_FAMILY_INPUTS, 1);
    pipeline->decision_weeks = (int)place_read_whole(b, node, "decision-weeks", 0, MAX_WEEKS, 6);
    pipeline->notice_weeks = (int)place_read_whole(b, node, "notice-weeks", 0, MAX_WEEKS, 16);
    pipeline->due_weeks = (int)place_read_whole(b, node, "due-weeks", 1, MAX_WEEKS, 20);
    if (pipeline->decision_weeks > pipeline->notice_weeks || pipeline->notice_weeks > pipeline->due_weeks)
        place_build_fault(
            b, node,
            "pipeline: decision, notice and plan come in that order; found decision-weeks %d, notice-weeks "
            "%d, due-weeks %d",
            pipeline->decision_weeks, pipeline->notice_weeks, pipeline->due_weeks);
    pipeline->delay = read_delay(b, node, pipeline->due_weeks - pipeline->notice_weeks);
    pipeline->throughputs =
        build_capacities(b, node, NULL, "throughput", "cases-per-week", &measure_cases, &pipeline->n_throughputs);
    pipeline->reviews =
        build_capacities(b, node, "review-capacity", "reviews", "per-year", &measure_reviews, &pipeline->n_reviews);
    build_backlogs(b, node);
}
