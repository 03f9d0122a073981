/* SPDX-License-Identifier: MIT */
/* What drives demand and how sure it is: trends and good or bad years, tables, overflow, uncertain numbers, assumptions. */
#include <math.h>
#include <string.h>

#include "place/catalogue.h"
#include "place/report.h"
#include "plan_tables.h"

/* ---- flows ------------------------------------------------------------------------------------------------------ */

/* The trend's factor in each year at its mean growth: where last-growth starts it, or a steady m. */
static void trend_text(const place_plan *plan, const place_trend *trend, char out[200]) {
    if (!trend->used) {
        snprintf(out, 200, "none");
        return;
    }
    double growth = trend->last_growth.value, log_factor = 0, m = trend->growth.value, psi = trend->psi.value;
    int last = plan->calendar.first_year + (int)plan->calendar.n_years - 1;
    for (int year = trend->base_year + 1; year <= last; year++) {
        growth = m + psi * (growth - m);
        log_factor += growth;
    }
    snprintf(out, 200, "grows by %.3g %% a year in the long run from 1 in %d; about %.2f by %d", 100 * (exp(m) - 1), trend->base_year,
             exp(log_factor), last);
}

static void add_flows(place_tables *t, const place_plan *plan) {
    static const char *const names[PLACE_N_FLOWS] = { "new plans", "plans ceasing", "to another authority", "from another authority",
                                                      "moves in the year", "moves at phase transfer" };
    place_tables_begin(t, "flows", "TRENDS, AND GOOD AND BAD YEARS");
    place_tables_column(t, "flow", "", PLACE_IN_DATA);
    place_tables_column(t, "name", "", PLACE_IN_TEXT | PLACE_LEFT);
    place_tables_column(t, "trend", "trend", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "year_sd", "sd of a year,\nlog", PLACE_IN_ALL);
    place_tables_column(t, "year_memory", "of it kept\nnext year", PLACE_IN_ALL);
    place_tables_column(t, "last_ratio", "last year\nto fitted", PLACE_IN_ALL);
    for (int f = 0; f < PLACE_N_FLOWS; f++) {
        char trend[200];
        const place_year_effect *effect = &plan->year_effect[f];
        trend_text(plan, &plan->trend[f], trend);
        place_tables_row(t, PLACE_IN_ALL);
        place_tables_text(t, place_flow_names[f]);
        place_tables_text(t, names[f]);
        place_tables_text(t, trend);
        place_tables_number(t, effect->used ? effect->sigma.value : (double)NAN, 2);
        place_tables_number(t, effect->used ? effect->phi.value : (double)NAN, 2);
        place_tables_number(t, effect->used && effect->has_last ? exp(effect->last_log_ratio) : (double)NAN, 2);
    }
}

/* ---- tables and overflow ---------------------------------------------------------------------------------------- */

static void add_sizes(place_tables *t, const place_plan *plan) {
    const struct {
        const char *key, *what;
        const place_table *table;
    } tables[] = {
        { "population", "pupils of the population, by area, year group and year", &plan->population },
        { "dwellings", "new dwellings a year", &plan->dwellings },
        { "pupil-yield", "pupils a new dwelling, by year group", &plan->pupil_yield },
        { plan->pipeline.used ? "requests" : "new-plans",
          plan->pipeline.used ? "requests a pupil of the population a year" : "new plans a pupil of the population a year", &plan->new_plans },
        { "joiner-target", "the provision that a new plan calls for", &plan->joiner_target },
        { "september-start", "share of new plans that start next September", &plan->september_start },
        { "cease", "chance in a year that a plan ceases", &plan->cease },
        { "cease-year-end", "the same at the end of the academic year", &plan->cease_year_end },
        { "transfer-out", "chance in a year of going to another authority", &plan->transfer_out },
        { "transfer-in", "pupils from other authorities, a share of stock", &plan->transfer_in },
        { "move", "chance in a year that a plan calls for another provision", &plan->move },
        { "phase-transfer", "the provision called for on entering a phase", &plan->phase_transfer },
        { "give-up", "chance in a year of giving up waiting", &plan->give_up },
        { "return", "rate a year of taking the place once meant", &plan->return_ },
        { "direct", "share placed by direction where none is free", &plan->direct },
    };
    place_tables_begin(t, "tables", "TABLES");
    place_tables_column(t, "table", "table", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "what", "says", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "rows", "rows", PLACE_IN_ALL);
    place_tables_column(t, "uncertain_rows", "uncertain", PLACE_IN_ALL);
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        size_t n_uncertain = 0, n_rows = 0;
        for (size_t r = 0; r < tables[i].table->n_rows; r++) {
            if (tables[i].table->flags[r] & PLACE_ROW_PART) continue; /* a part of a row that changes act on */
            n_rows++;
            n_uncertain += tables[i].table->value[r].input != PLACE_NONE;
        }
        if (n_rows == 0) continue;
        place_tables_row(t, PLACE_IN_ALL);
        place_tables_text(t, tables[i].key);
        place_tables_text(t, tables[i].what);
        place_tables_number(t, (double)n_rows, 0);
        place_tables_number(t, (double)n_uncertain, 0);
    }
    size_t n_divert = 0;
    for (size_t r = 0; r < plan->n_divert_rows; r++) n_divert += plan->divert_rows[r].changes == PLACE_NONE;
    if (n_divert > 0) {
        place_tables_row(t, PLACE_IN_ALL);
        place_tables_text(t, "divert");
        place_tables_text(t, "settled elsewhere for want of a place");
        place_tables_number(t, (double)n_divert, 0);
        place_tables_nothing(t);
    }
}

/* "0 to 11" of the years in a mask. */
static void years_text(uint32_t mask, char out[40]) {
    int first = -1, last = -1;
    for (int c = 0; c < PLACE_N_NCY; c++)
        if (mask >> c & 1u) {
            if (first < 0) first = c;
            last = c;
        }
    if (first < 0) snprintf(out, 40, "none");
    else snprintf(out, 40, "%d to %d", first + PLACE_NCY_FIRST, last + PLACE_NCY_FIRST);
}

static void add_overflow(place_tables *t, const place_plan *plan) {
    if (plan->n_overflows == 0) return;
    place_tables_begin(t, "overflow", "OVERFLOW: TAKEN OUT OF RATES THAT WERE COUNTED FROM WHERE PUPILS WENT");
    place_tables_note(t, "Of pupils placed in the first provision, the share who are there for want of a place in the second.");
    place_tables_column(t, "provision", "placed in", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "wanted", "wanted", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "ncy", "years", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "share_mean", "share,\nmean", PLACE_IN_ALL);
    place_tables_column(t, "share_p10", "P10", PLACE_IN_ALL);
    place_tables_column(t, "share_p90", "P90", PLACE_IN_ALL);
    for (size_t i = 0; i < plan->n_overflows; i++) {
        const place_overflow *o = &plan->overflows[i];
        const place_item *placed = &plan->provisions.items[o->provision], *wanted = &plan->targets.items[o->wanted];
        double low = o->share.value, high = o->share.value;
        char years[40];
        if (o->share.input != PLACE_NONE) {
            low = place_distribution_quantile(&plan->inputs[o->share.input].distribution, 0.1);
            high = place_distribution_quantile(&plan->inputs[o->share.input].distribution, 0.9);
        }
        years_text(o->ncy_mask, years);
        place_tables_row(t, PLACE_IN_ALL);
        place_tables_words(t, placed->id, placed->name);
        place_tables_words(t, wanted->id, wanted->name);
        place_tables_text(t, years);
        place_tables_number(t, o->share.value, 3);
        place_tables_number(t, low, 3);
        place_tables_number(t, high, 3);
    }
}

void place_report_rates(place_tables *tables, const place_plan *plan) {
    add_flows(tables, plan);
    add_sizes(tables, plan);
    add_overflow(tables, plan);
}

/* ---- uncertain numbers ------------------------------------------------------------------------------------------ */

/* Three significant digits, and never 1e-05 or 9e+05. */
static void add_value(place_tables *t, double value) {
    char text[64];
    double size = fabs(value);
    int decimals = size >= 100 || size == 0 ? 0 : 2 - (int)floor(log10(size));
    snprintf(text, sizeof text, "%.*f", decimals < 0 ? 0 : decimals > 8 ? 8 : decimals, value);
    place_tables_value(t, value, text);
}

void place_report_inputs(place_tables *t, place_arena *arena, const place_plan *plan) {
    static const place_quality worst_first[] = { PLACE_GUESS, PLACE_QUALITY_NONE, PLACE_ELICITED, PLACE_NATIONAL, PLACE_POOLED, PLACE_OBSERVED };
    (void)arena;
    if (plan->n_inputs == 0) return;
    place_tables_begin(t, "inputs", "UNCERTAIN NUMBERS, THE LEAST SURE FIRST");
    place_tables_note(t, "Drawn once a replication. A row of a share given as counts, or with a concentration, is drawn as a gamma variate, and divided by its group's sum.");
    place_tables_column(t, "quality", "", PLACE_IN_ALL | PLACE_GROUP);
    place_tables_column(t, "input", "number", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "p10", "P10", PLACE_IN_ALL);
    place_tables_column(t, "p50", "P50", PLACE_IN_ALL);
    place_tables_column(t, "p90", "P90", PLACE_IN_ALL);
    for (size_t q = 0; q < sizeof worst_first / sizeof worst_first[0]; q++)
        for (size_t i = 0; i < plan->n_inputs; i++) {
            const place_input *input = &plan->inputs[i];
            if (input->quality != worst_first[q]) continue;
            place_tables_row(t, PLACE_IN_ALL);
            place_tables_text(t, input->quality == PLACE_QUALITY_NONE ? "not stated" : place_report_quality(input->quality));
            place_tables_text(t, input->id);
            add_value(t, place_distribution_quantile(&input->distribution, 0.1));
            add_value(t, place_distribution_quantile(&input->distribution, 0.5));
            add_value(t, place_distribution_quantile(&input->distribution, 0.9));
        }
}

/* ---- assumptions ------------------------------------------------------------------------------------------------ */

static bool is_stale(const place_plan *plan, const place_assumption *a) {
    return a->review_by != INT32_MIN && a->review_by < plan->calendar.start_day[0];
}

static void add_assumption(place_tables *t, const place_plan *plan, const place_assumption *a) {
    const char *what = a->text != NULL && a->text[0] != '\0' ? a->text : a->id, *value = a->value != NULL ? a->value : "";
    char text[900], eye[24] = "", iso[24] = "";
    snprintf(text, sizeof text, "%s%s%s", what != NULL ? what : "", value[0] != '\0' ? ": " : "", value);
    place_tables_row(t, PLACE_IN_ALL);
    place_tables_text(t, is_stale(plan, a) ? "stale" : a->quality == PLACE_QUALITY_NONE ? "unsaid" : place_report_quality(a->quality));
    place_tables_text(t, place_report_quality(a->quality));
    place_tables_text(t, a->id);
    place_tables_text(t, text);
    place_tables_text(t, a->source);
    place_tables_text(t, a->owner);
    if (a->review_by == INT32_MIN) place_tables_nothing(t);
    else place_tables_words(t, place_report_iso(a->review_by, iso), place_report_day(a->review_by, eye));
    place_tables_text(t, a->reason);
}

void place_report_assumptions(place_tables *t, const place_plan *plan) {
    if (plan->n_assumptions == 0) return;
    place_tables_begin(t, "assumptions", "ASSUMPTIONS: PAST THEIR REVIEW FIRST, THEN GUESSES");
    place_tables_note(t, "Stale: due for review before the run starts.");
    place_tables_column(t, "status", "", PLACE_IN_ALL | PLACE_GROUP);
    place_tables_column(t, "quality", "", PLACE_IN_DATA);
    place_tables_column(t, "assumption", "", PLACE_IN_DATA);
    place_tables_column(t, "text", "assumed", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "source", "source", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "owner", "", PLACE_IN_DATA);
    bool reviewed = false;
    for (size_t i = 0; i < plan->n_assumptions; i++) reviewed = reviewed || plan->assumptions[i].review_by != INT32_MIN;
    place_tables_column(t, "review_by", "review by", (reviewed ? PLACE_IN_TEXT : 0) | PLACE_IN_DATA | PLACE_LEFT);
    place_tables_column(t, "reason", "", PLACE_IN_DATA);
    for (int pass = 0; pass < 3; pass++)
        for (size_t i = 0; i < plan->n_assumptions; i++) {
            const place_assumption *a = &plan->assumptions[i];
            int own = is_stale(plan, a) ? 0 : a->quality == PLACE_GUESS ? 1 : 2;
            if (own == pass) add_assumption(t, plan, a);
        }
}
