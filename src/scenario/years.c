/* SPDX-License-Identifier: MIT */
/*
 * What differs between years: national paths, local effects and their correlations, and the overflow that tells where
 * pupils went from what they wanted.
 */
#include <math.h>
#include <string.h>

#include "build.h"
#include "cholesky.h"
#include "place/numeric.h"
#include "word.h"

/* The nodes of an element that stands at most once for each flow; the flow of each, or -1. */
static xmlNode **each_flow(place_builder *b, const char *element, size_t *n, int **flows) {
    xmlNode **nodes = place_read_children(b, place_document_root(b->document), element, n);
    *flows = PLACE_TAKE(b, b->scratch, *n, int);
    const xmlNode *seen[PLACE_N_FLOWS] = { 0 };
    for (size_t i = 0; i < *n; i++) {
        int flow = (*flows)[i] = place_read_choice(b, nodes[i], "flow", place_flow_words, PLACE_N_FLOWS, -1);
        if (flow < 0) continue;
        if (seen[flow] != NULL)
            place_build_fault(b, nodes[i], "the flow '%s' has a %s at line %ld already", place_flow_words[flow],
                              element, place_document_line(b->document, seen[flow]));
        seen[flow] = nodes[i];
    }
    return nodes;
}

static void build_trends(place_builder *b) {
    size_t n;
    int *flows;
    xmlNode **nodes = each_flow(b, "trend", &n, &flows);
    for (size_t i = 0; i < n; i++) {
        if (flows[i] < 0) continue;
        place_trend trend = { .used = true,
                              .base_year = (int)place_read_whole(b, nodes[i], "base-year", 1900, 2599,
                                                                 b->plan->calendar.first_year) };
        trend.growth = place_read_number(b, nodes[i], "growth", &place_measure_growth, PLACE_FAMILY_INPUTS, 0.05);
        trend.psi = place_read_number(b, nodes[i], "psi", &place_measure_share, PLACE_FAMILY_INPUTS, 0.7);
        trend.sd = place_read_number(b, nodes[i], "sd", &place_measure_sigma, PLACE_FAMILY_INPUTS, 0.05);
        trend.last_growth = trend.growth;
        if (place_read_text(b, nodes[i], "last-growth") != NULL)
            trend.last_growth =
                place_read_number(b, nodes[i], "last-growth", &place_measure_growth, PLACE_FAMILY_INPUTS, 0);
        if (b->time_ok
            && (trend.base_year > b->plan->calendar.first_year + 50
                || trend.base_year < b->plan->calendar.first_year - 50))
            place_build_fault(
                b, nodes[i],
                "trend of '%s', base-year: the rates of a table are at most 50 years from the start of the run, %d; "
                "found %d",
                place_flow_words[flows[i]], b->plan->calendar.first_year, trend.base_year);
        b->plan->trend[flows[i]] = trend;
    }
}

static void build_effects(place_builder *b) {
    size_t n;
    int *flows;
    xmlNode **nodes = each_flow(b, "year-effect", &n, &flows);
    for (size_t i = 0; i < n; i++) {
        place_year_effect effect = { .used = true };
        effect.phi = place_read_number(b, nodes[i], "phi", &place_measure_share, PLACE_FAMILY_INPUTS, 0.57);
        effect.sigma = place_read_number(b, nodes[i], "sigma", &place_measure_sigma, PLACE_FAMILY_INPUTS, 0.27);
        effect.area_sigma = place_read_number(b, nodes[i], "area-sigma", &place_measure_sigma, PLACE_FAMILY_INPUTS, 0);
        if (place_number_is_fixed(effect.phi) && effect.phi.value >= 1)
            place_build_fault(b, nodes[i], "%s, phi: below 1, or the effect has no stationary law; found %g",
                              place_read_label(b, nodes[i]), effect.phi.value);
        if (place_read_text(b, nodes[i], "last-ratio") != NULL) {
            double ratio = place_read_decimal(b, nodes[i], "last-ratio", 0.01, 100, 1);
            effect.has_last = true;
            effect.last_log_ratio = place_log(ratio);
        }
        if (flows[i] >= 0) b->plan->year_effect[flows[i]] = effect;
    }
}

static void build_correlations(place_builder *b) {
    double matrix[PLACE_N_FLOWS * PLACE_N_FLOWS] = { 0 };
    size_t n;
    xmlNode **nodes = place_read_children(b, place_document_root(b->document), "year-correlation", &n);
    for (size_t f = 0; f < PLACE_N_FLOWS; f++) matrix[f * PLACE_N_FLOWS + f] = 1;
    for (size_t i = 0; i < n; i++) {
        int a = place_read_choice(b, nodes[i], "a", place_flow_words, PLACE_N_FLOWS, -1);
        int c = place_read_choice(b, nodes[i], "b", place_flow_words, PLACE_N_FLOWS, -1);
        double value = place_read_decimal(b, nodes[i], "correlation", -1, 1, 0);
        if (a < 0 || c < 0) continue;
        if (a == c)
            place_build_fault(b, nodes[i], "year-correlation: '%s' is correlated with itself; name two flows",
                              place_flow_words[a]);
        else if (fabs(value) >= 1)
            place_build_fault(
                b, nodes[i],
                "year-correlation of '%s' and '%s': a correlation lies between -1 and 1, without them; found %g",
                place_flow_words[a], place_flow_words[c], value);
        else if (matrix[a * PLACE_N_FLOWS + c] != 0)
            place_build_fault(b, nodes[i], "year-correlation: '%s' and '%s' have a correlation already",
                              place_flow_words[a], place_flow_words[c]);
        else matrix[a * PLACE_N_FLOWS + c] = matrix[c * PLACE_N_FLOWS + a] = value;
    }
    if (!place_cholesky(matrix, PLACE_N_FLOWS, &b->plan->year_factor[0][0])) {
        place_build_fault(
            b, nodes[n - 1],
            "the %zu year-correlations cannot all hold at once: their matrix is not positive definite; bring them "
            "nearer to 0",
            n);
        for (size_t f = 0; f < PLACE_N_FLOWS; f++)
            for (size_t g = 0; g < PLACE_N_FLOWS; g++) b->plan->year_factor[f][g] = f == g;
    }
}

#define MAX_OVERFLOWS 200

/* The lines of the overflows above one that bear on a cell of it; their sum with it into `sum`. */
static const char *overlapping_lines(place_builder *b, const place_sorted *sorted, const place_overflow *overflows, size_t n,
                                     size_t one, size_t need, int column, bool tell, double *sum) {
    const place_overflow *o = &overflows[one];
    const char *lines = "";
    size_t n_others = 0;
    long line = place_document_line(b->document, sorted[one].node);
    *sum = 0;
    for (size_t k = 0; k < n; k++) {
        if (overflows[k].provision != o->provision || !place_number_is_fixed(overflows[k].share)
            || ((o->need_mask & overflows[k].need_mask) >> need & 1) == 0
            || ((o->ncy_mask & overflows[k].ncy_mask) >> column & 1) == 0)
            continue;
        long other = place_document_line(b->document, sorted[k].node);
        if (k != one && other > line) continue;
        *sum += overflows[k].share.value;
        if (k != one && tell) lines = place_build_text(b, "%s%s%ld", lines, n_others > 0 ? ", " : "", other);
        n_others += k != one;
    }
    return n_others > 0 ? lines : NULL;
}

/* All who are seen in a provision are there once: fixed shares of one cell sum to at most 1. Each is told of once, at
 * its line, with those that stand above it. */
static void check_overflows(place_builder *b, const place_sorted *sorted, const place_overflow *overflows, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const place_overflow *o = &overflows[i];
        bool told = o->provision == PLACE_NONE;
        for (size_t d = 0; d < b->plan->needs.n && !told; d++)
            for (int c = 0; c < PLACE_N_NCY && !told; c++) {
                double sum;
                told = overlapping_lines(b, sorted, overflows, n, i, d, c, false, &sum) != NULL && sum > 1 + 1e-9;
                if (told)
                    place_build_fault(b, sorted[i].node,
                                      "overflow of '%s': the fixed shares here and at line %s sum to %.12g for need "
                                      "'%s', ncy %d; they sum to at most 1",
                                      b->plan->provisions.items[o->provision].id,
                                      overlapping_lines(b, sorted, overflows, n, i, d, c, true, &sum), sum,
                                      b->plan->needs.items[d].id, c + PLACE_NCY_FIRST);
            }
    }
}

static void build_overflows(place_builder *b) {
    place_plan *plan = b->plan;
    size_t n, n_bold = 0;
    xmlNode **nodes = place_read_children(b, place_document_root(b->document), "overflow", &n);
    if (n > MAX_OVERFLOWS) {
        place_build_fault(b, nodes[MAX_OVERFLOWS], "the scenario has %zu overflow elements; at most %d are allowed", n,
                          MAX_OVERFLOWS);
        n = MAX_OVERFLOWS;
    }
    place_sorted *sorted = place_build_sort(b, nodes, n);
    place_overflow *overflows = PLACE_TAKE(b, b->arena, n, place_overflow);
    const xmlNode *first = NULL;
    for (size_t i = 0; i < n; i++) {
        xmlNode *node = sorted[i].node;
        place_overflow *o = &overflows[i];
        if (i > 0 && strcmp(sorted[i].id, sorted[i - 1].id) == 0)
            place_build_fault(b, node, "there is an overflow of the same provision, target, needs and ncy at line %ld",
                              place_document_line(b->document, sorted[i - 1].node));
        o->provision = place_names_one(b, node, "provision", PLACE_KIND_PROVISION, PLACE_NONE);
        o->wanted = place_names_one(b, node, "wanted", PLACE_KIND_TARGET, PLACE_NONE);
        o->need_mask = place_names_mask(b, node, "needs", PLACE_KIND_NEED, place_build_all_needs(b));
        o->ncy_mask = place_read_ncy(b, node, "ncy", PLACE_ALL_NCY);
        o->share = place_read_number(b, node, "share", &place_measure_share, PLACE_FAMILY_INPUTS, 0);
        if (o->provision != PLACE_NONE && o->wanted != PLACE_NONE && plan->target_list[o->wanted][0] == o->provision)
            place_build_fault(b, node, "overflow of '%s': those who wanted '%s' are where they wanted to be",
                              plan->provisions.items[o->provision].id, plan->targets.items[o->wanted].id);
        if (!place_read_is_bold(b, node, o->share)) continue;
        n_bold++;
        if (first == NULL || node->line < first->line) first = node;
    }
    place_read_doubt_fixed(b, first, n_bold, "the share of overflow");
    check_overflows(b, sorted, overflows, n);
    plan->n_overflows = n;
    plan->overflows = overflows;
}

void place_build_years(place_builder *b) {
    build_trends(b);
    build_effects(b);
    build_correlations(b);
    build_overflows(b);
}
