/* SPDX-License-Identifier: MIT */
/*
 * Where a spread comes from, for the figures of a summary: is the design crossed, which inputs are judgements, and are there draws
 * enough to tell. In a crossed design an input has as many draws as its family has indices, however many replications there are:
 * never enough for a regression.
 */
#include <math.h>

#include "place/run.h"
#include "place/variance.h"
#include "summary_internal.h"

/* Indices of each family when replications are every combination of them, in the order of a crossed design; else 0. */
static place_status find_levels(place_summing *s, size_t *out) {
    static const place_variable_id wanted[] = { PLACE_VAR_REPLICATION_INPUTS, PLACE_VAR_REPLICATION_YEARS, PLACE_VAR_REPLICATION_DELIVERY,
                                                PLACE_VAR_REPLICATION_CHANCE };
    size_t m = 1;
    *out = 0;
    while ((m + 1) * (m + 1) * (m + 1) * (m + 1) <= s->n) m++;
    if (m < 2 || m * m * m * m != s->n) return PLACE_OK;
    for (int f = 0; f < 4; f++) {
        place_status status = place_summing_read(s, wanted[f]);
        if (status != PLACE_OK) return status;
    }
    for (size_t r = 0; r < s->n; r++) {
        int64_t indices[4];
        place_run_indices(PLACE_CROSSED, (int64_t)s->n, (int64_t)r, indices);
        for (int f = 0; f < 4; f++)
            if (place_summing_cell(s, wanted[f], 0)[r] != (double)indices[f]) return PLACE_OK;
    }
    *out = m;
    return PLACE_OK;
}

static place_status read_judged(place_summing *s) {
    const place_plan *plan = s->plan;
    const double **inputs = place_summing_array(s, plan->n_inputs, sizeof *inputs);
    size_t n = 0;
    place_status status = inputs != NULL ? place_summing_read(s, PLACE_VAR_INPUT_VALUE) : PLACE_SYSTEM;
    if (status != PLACE_OK) return status;
    for (size_t i = 0; i < plan->n_inputs; i++)
        if (plan->inputs[i].quality == PLACE_ELICITED || plan->inputs[i].quality == PLACE_GUESS) inputs[n++] = place_summing_cell(s, PLACE_VAR_INPUT_VALUE, i);
    return place_regression_create(&s->judged, inputs, n, s->n, s->err);
}

place_status place_summing_design(place_summing *s) {
    place_summary *out = s->out;
    place_status status = find_levels(s, &out->n_levels);
    for (size_t i = 0; i < s->plan->n_inputs; i++)
        out->n_judged += s->plan->inputs[i].quality == PLACE_ELICITED || s->plan->inputs[i].quality == PLACE_GUESS;
    out->n_judged_least = place_regression_least(out->n_judged);
    int64_t n_draws = out->n_levels > 0 ? (int64_t)out->n_levels : out->n_replications;
    if (status == PLACE_OK && out->n_judged > 0 && n_draws >= out->n_judged_least) status = read_judged(s);
    return status;
}

place_status place_summing_sources(place_summing *s, const double *values, place_summary_sources *out) {
    *out = (place_summary_sources){ .judged = { NAN, NAN } };
    for (int f = 0; f < PLACE_N_SOURCES; f++) out->family[f] = out->judged;
    if (values == NULL) return PLACE_OK;
    if (s->judged != NULL) out->judged = place_regression_share(s->judged, values);
    return s->out->n_levels >= PLACE_LEAST_LEVELS ? place_variance_crossed(out->family, values, s->out->n_levels, s->err) : PLACE_OK;
}
