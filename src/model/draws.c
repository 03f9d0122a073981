/* SPDX-License-Identifier: MIT */
/*
 * Inputs, correlated or not, and the years' factors.
 *
 * Years: log growth of the national path is a damped trend, g_t = m + psi (g_(t-1) - m) + eta_t, summed from the base year, where the
 * path is 1. The local effect is exp(x_t - sigma^2 / 2), x_t = phi x_(t-1) + sigma sqrt(1 - phi^2) e_t, so its mean is 1 and its
 * stationary sd is sigma in the logarithm (MODEL page, "Years").
 */
#include "draws.h"

#include <math.h>

#include "place/numeric.h"

place_draws *place_draws_create(place_arena *arena, const place_plan *plan) {
    size_t largest = 1, n_years = plan->calendar.n_years;
    for (size_t g = 0; g < plan->n_correlations; g++)
        if (plan->correlations[g].n_members > largest) largest = plan->correlations[g].n_members;
    place_draws *draws = place_arena_array(arena, 1, sizeof *draws);
    if (draws == NULL) return NULL;
    draws->plan = plan;
    draws->value = place_arena_array(arena, plan->n_inputs, sizeof *draws->value);
    draws->year_factor = place_arena_array(arena, PLACE_N_FLOWS * n_years, sizeof *draws->year_factor);
    draws->area_factor = place_arena_array(arena, PLACE_N_FLOWS * n_years * plan->areas.n, sizeof *draws->area_factor);
    draws->scratch = place_arena_array(arena, largest, sizeof *draws->scratch);
    draws->intervention_happened = place_arena_array(arena, plan->n_interventions, sizeof *draws->intervention_happened);
    draws->risk_happened = place_arena_array(arena, plan->n_logged_risks, sizeof *draws->risk_happened);
    bool enough = draws->value && draws->year_factor && draws->area_factor && draws->scratch && draws->intervention_happened && draws->risk_happened;
    return enough ? draws : NULL;
}

static place_stream input_stream(const place_draws *draws, const place_input *input, place_decision decision) {
    place_key key = place_key_with(place_draws_key(draws, input->family, decision, 0), input->word);
    place_stream stream;
    place_stream_init(&stream, &key);
    return stream;
}

static void draw_inputs(place_draws *draws) {
    const place_plan *plan = draws->plan;
    for (size_t i = 0; i < plan->n_inputs; i++) {
        const place_input *input = &plan->inputs[i];
        if (input->group != PLACE_NONE) continue;
        place_stream stream = input_stream(draws, input, DRAW_INPUT);
        draws->value[i] = place_distribution_draw(&input->distribution, &stream);
    }
    for (size_t g = 0; g < plan->n_correlations; g++) {
        const place_correlation *group = &plan->correlations[g];
        for (size_t i = 0; i < group->n_members; i++) {
            place_stream stream = input_stream(draws, &plan->inputs[group->inputs[i]], DRAW_GROUP);
            draws->scratch[i] = place_stream_normal(&stream);
        }
        for (size_t i = 0; i < group->n_members; i++) {
            double z = 0;
            for (size_t k = 0; k <= i; k++) z += group->factor[i * group->n_members + k] * draws->scratch[k];
            double p = place_normal_cdf(z);
            if (p <= 0) p = 0x1p-1022;
            if (p >= 1) p = 1 - 0x1p-53;
            draws->value[group->inputs[i]] = place_distribution_quantile(&plan->inputs[group->inputs[i]].distribution, p);
        }
    }
}

static double year_normal(const place_draws *draws, place_decision decision, int32_t year, place_flow flow, const uint32_t *area) {
    place_key key = place_key_with(place_draws_key(draws, PLACE_FAMILY_YEARS, decision, (uint32_t)year), (uint32_t)flow + 1);
    if (area != NULL) key = place_key_with(key, *area);
    place_stream stream;
    place_stream_init(&stream, &key);
    return place_stream_normal(&stream);
}

/** Logarithm of the national path in each year of the run, added to `out`. */
static void add_trend(const place_draws *draws, place_flow flow, double *out) {
    const place_trend *trend = &draws->plan->trend[flow];
    double m = place_draws_number(draws, &trend->growth), psi = place_draws_number(draws, &trend->psi);
    double sd = place_draws_number(draws, &trend->sd), last = place_draws_number(draws, &trend->last_growth);
    int first = draws->plan->calendar.first_year - trend->base_year; /* years from the base year to the run's first */
    int end = first + (int)draws->plan->calendar.n_years;
    double level = 0, growth = last;
    for (int t = first; t < 0 && t < end; t++) out[t - first] += t * last; /* before the base year: the last growth, backwards */
    for (int t = 0; t < end; t++) {
        if (t > 0) {
            growth = m + psi * (growth - m);
            if (sd > 0) growth += sd * year_normal(draws, DRAW_TREND, t, flow, NULL);
            level += growth;
        }
        if (t >= first) out[t - first] += level;
    }
}

/** Where an AR(1) stands in the first year, given its innovation e: from the last observed value, or from the stationary law. */
static double first_level(bool has_last, double last, double phi, double sigma, double e) {
    return has_last ? phi * last + sigma * sqrt(1 - phi * phi) * e : sigma * e;
}

static void draw_years(place_draws *draws) {
    const place_plan *plan = draws->plan;
    size_t n_years = plan->calendar.n_years, n_areas = plan->areas.n;
    double x[PLACE_N_FLOWS] = { 0 };
    for (size_t i = 0; i < PLACE_N_FLOWS * n_years; i++) draws->year_factor[i] = 0; /* logarithms first */
    for (int f = 0; f < PLACE_N_FLOWS; f++)
        if (plan->trend[f].used) add_trend(draws, (place_flow)f, &draws->year_factor[(size_t)f * n_years]);
    for (size_t y = 0; y < n_years; y++) {
        double z[PLACE_N_FLOWS];
        for (int f = 0; f < PLACE_N_FLOWS; f++)
            z[f] = plan->year_effect[f].used ? year_normal(draws, DRAW_EFFECT, (int32_t)y, (place_flow)f, NULL) : 0;
        for (int f = 0; f < PLACE_N_FLOWS; f++) {
            const place_year_effect *effect = &plan->year_effect[f];
            if (!effect->used) continue;
            double phi = place_draws_number(draws, &effect->phi), sigma = place_draws_number(draws, &effect->sigma), e = 0;
            for (int k = 0; k <= f; k++) e += plan->year_factor[f][k] * z[k];
            x[f] = y == 0 ? first_level(effect->has_last, effect->last_log_ratio + sigma * sigma / 2, phi, sigma, e)
                          : phi * x[f] + sigma * sqrt(1 - phi * phi) * e;
            draws->year_factor[(size_t)f * n_years + y] += x[f] - sigma * sigma / 2;
        }
    }
    for (size_t i = 0; i < PLACE_N_FLOWS * n_years; i++) draws->year_factor[i] = draws->year_factor[i] == 0 ? 1 : place_exp(draws->year_factor[i]);
    for (int f = 0; f < PLACE_N_FLOWS; f++) {
        const place_year_effect *effect = &plan->year_effect[f];
        double *factor = &draws->area_factor[(size_t)f * n_years * n_areas];
        double sigma = effect->used ? place_draws_number(draws, &effect->area_sigma) : 0;
        double phi = effect->used ? place_draws_number(draws, &effect->phi) : 0;
        for (size_t a = 0; a < n_areas; a++) {
            double level = 0;
            for (size_t y = 0; y < n_years; y++) {
                if (sigma > 0) {
                    double e = year_normal(draws, DRAW_AREA_EFFECT, (int32_t)y, (place_flow)f, &plan->areas.items[a].word);
                    level = y == 0 ? first_level(false, 0, phi, sigma, e) : phi * level + sigma * sqrt(1 - phi * phi) * e;
                }
                factor[y * n_areas + a] = sigma > 0 ? place_exp(level - sigma * sigma / 2) : 1;
            }
        }
    }
}

static bool happens(const place_draws *draws, place_key key, const place_number *probability) {
    place_stream stream;
    place_stream_init(&stream, &key);
    return place_stream_uniform(&stream) < place_draws_number(draws, probability);
}

static void draw_interventions(place_draws *draws) {
    const place_plan *plan = draws->plan;
    for (size_t i = 0; i < plan->n_interventions; i++) {
        place_key key = place_key_with(place_draws_key(draws, PLACE_FAMILY_INPUTS, DRAW_INTERVENTION, 0), plan->interventions[i].item.word);
        draws->intervention_happened[i] = happens(draws, key, &plan->interventions[i].success);
    }
}

/** Which logged risks happen; one that is a project's own risk when that one does. */
static void draw_register(place_draws *draws) {
    const place_plan *plan = draws->plan;
    for (size_t i = 0; i < plan->n_logged_risks; i++) {
        const place_logged_risk *logged = &plan->logged_risks[i];
        draws->risk_happened[i] = false;
        if (logged->effect == PLACE_LOGGED_NOTE) continue;
        if (logged->effect == PLACE_LOGGED_RISK) {
            const place_risk_event *risk = &plan->risk_events[logged->on];
            place_key key = place_key_with(place_draws_key(draws, PLACE_FAMILY_DELIVERY, DRAW_RISK, 0), plan->projects[risk->project].item.word);
            draws->risk_happened[i] = happens(draws, place_key_with(key, risk->item.word), &risk->probability);
            continue;
        }
        place_key key = place_key_with(place_draws_key(draws, place_logged_risk_family(logged), DRAW_LOGGED_RISK, 0), logged->item.word);
        draws->risk_happened[i] = happens(draws, key, &logged->probability);
    }
}

void place_draws_take(place_draws *draws, const int64_t indices[4]) {
    place_key seed = place_key_create(draws->plan->seed);
    for (int f = PLACE_FAMILY_INPUTS; f <= PLACE_FAMILY_CHANCE; f++)
        draws->family[f] = place_key_with(place_key_with(seed, (uint32_t)f), (uint32_t)indices[f - PLACE_FAMILY_INPUTS]);
    draw_inputs(draws);
    draw_years(draws);
    draw_interventions(draws);
    draw_register(draws);
}

int32_t place_draws_count(const place_draws *draws, const place_number *number) {
    double value = floor(place_draws_number(draws, number) + 0.5);
    return value <= 0 ? 0 : value >= INT32_MAX / 4 ? INT32_MAX / 4 : (int32_t)value;
}
