/* SPDX-License-Identifier: MIT */
/*
 * The answers of a run as a head of place planning reads them: first in a few sentences, then year by year at the reading asked
 * for, places needed, where the unmet are and why, projects, sites and total plans. Programs get every year, phase, site and project, and every error.
 */
#include <math.h>
#include <string.h>

#include "place/date.h"
#include "money_tables.h"
#include "place/report.h"
#include "place/variance.h"
#include "summary_tables.h"

#define MOST_ROWS 12   /* sites and projects shown for the eye                        */
#define MOST_BRIEF 3    /* projects told of in sentences                               */
#define MOST_YEARS 7   /* Septembers side by side                                     */
#define SHORT_SHARE 0.2 /* a year counts as short when this share of replications is */

static const char *provision_name(const place_plan *plan, int32_t provision) { return plan->provisions.items[provision].name; }

static void chance_columns(place_tables *t, const char *key) {
    char name[64];
    place_tables_column(t, key, "", PLACE_IN_DATA);
    snprintf(name, sizeof name, "%s_error", key);
    place_tables_column(t, name, "", PLACE_IN_DATA);
}

static void chance_cells(place_tables *t, const place_chance *c) {
    place_tables_number(t, c->share, 0);
    place_tables_number(t, c->error, 0);
}

static void spread_eye(place_tables *t, const place_spread *s) {
    char text[80];
    place_tables_text(t, place_report_spread(s, 1, text));
}

static void chance_eye(place_tables *t, const place_chance *c) {
    char text[48];
    place_tables_text(t, place_report_chance(c, text));
}

/* Which row, for programs: year, academic year, provision by id and name. */
static void provision_columns(place_tables *t) {
    place_tables_column(t, "year", "", PLACE_IN_DATA);
    place_tables_column(t, "provision", "", PLACE_IN_DATA);
    place_tables_column(t, "provision_name", "", PLACE_IN_DATA);
}

static void provision_cells(place_tables *t, const place_plan *plan, int32_t year, int32_t provision) {
    place_tables_number(t, plan->calendar.first_year + year, 0);
    place_tables_text(t, plan->provisions.items[provision].id);
    place_tables_text(t, plan->provisions.items[provision].name);
}

static void september_eye(place_tables *t, const place_plan *plan, int32_t year) {
    char text[16];
    place_tables_text(t, place_report_september(plan, year, text));
}

static void reading_eye(place_tables *t, const place_plan *plan, const place_summary *s, const place_summary_year *row) {
    char text[48];
    place_tables_text(t, place_report_reading_short(plan, s->reading, row->year, row->interpolated, text));
}

static void reading_cell(place_tables *t, const place_plan *plan, const place_summary *s, const place_summary_year *row) {
    char text[48];
    place_tables_text(t, place_report_reading(plan, s->reading, row->year, row->interpolated, text));
}

/* ---- in brief --------------------------------------------------------------------------------------------------- */

static void brief_provision(place_tables *t, const place_plan *plan, const place_summary *s, size_t first, size_t end) {
    const char *name = provision_name(plan, s->years[first].provision);
    const place_summary_year *found = NULL, *worst = NULL;
    static const char *const none[PLACE_N_READINGS] = { "September", "January", "academic year", "academic year" };
    char chance[48], unmet[80], when[48];
    for (size_t i = first; i < end; i++) {
        const place_summary_year *row = &s->years[i];
        if (row->phase != s->phase) continue;
        if (found == NULL && row->short_by[0].share > SHORT_SHARE) found = row;
        if (worst == NULL || row->unmet.mean > worst->unmet.mean) worst = row;
    }
    if (worst == NULL) return;
    char first_short[160], most_unmet[240] = "Nobody goes without.";
    if (found != NULL)
        snprintf(first_short, sizeof first_short, "the risk of being short first passes %.0f %% in %s, at %s", 100 * SHORT_SHARE,
                 place_report_reading(plan, s->reading, found->year, found->interpolated, when), place_report_share(&found->short_by[0], chance));
    else
        snprintf(first_short, sizeof first_short, "in no %s does the risk of being short pass %.0f %%", none[s->reading], 100 * SHORT_SHARE);
    if (worst->any_unmet.share > 0)
        snprintf(most_unmet, sizeof most_unmet,
                 "Most go without in %s: on average %s of %.0f pupils who seek it, at least one in %s of replications.",
                 place_report_reading(plan, s->reading, worst->year, worst->interpolated, when), place_report_spread(&worst->unmet, 1, unmet), worst->demand.mean,
                 place_report_share(&worst->any_unmet, chance));
    place_tables_note(t, "%s: %s. %s", name, first_short, most_unmet);
}

static void brief_project(place_tables *t, const place_plan *plan, const place_summary_project *p) {
    char planned[24], half[24], chance[48], never[48];
    const char *name = plan->projects[p->project].item.name;
    if (!isnan(p->triggered.share)) {
        place_tables_note(t, "%s: triggered in %s of replications; half of the time open by %s; never in %s.", name, place_report_share(&p->triggered, chance),
                          place_report_day(p->opening.p50, half), place_report_share(&p->never, never));
        return;
    }
    if (isnan(p->planned)) return;
    place_tables_note(t, "%s: planned to open %s, and open by then in %s of replications; half of the time by %s; never in %s.", name,
                      place_report_day(p->planned, planned), place_report_share(&p->on_time, chance), place_report_day(p->opening.p50, half),
                      place_report_share(&p->never, never));
}

static void brief_trust(place_tables *t, const place_plan *plan, const place_summary *s) {
    size_t counts[PLACE_GUESS + 1] = { 0 }, n_guessed = 0, n_stale = 0;
    for (size_t i = 0; i < plan->n_inputs; i++) counts[plan->inputs[i].quality]++;
    for (size_t i = 0; i < plan->n_assumptions; i++) {
        const place_assumption *a = &plan->assumptions[i];
        n_guessed += a->quality == PLACE_GUESS;
        n_stale += a->review_by != INT32_MIN && a->review_by < plan->calendar.start_day[0];
    }
    if (plan->n_inputs > 0) {
        char unsaid[60] = "";
        if (counts[PLACE_QUALITY_NONE] > 0) snprintf(unsaid, sizeof unsaid, ", %zu of no stated quality", counts[PLACE_QUALITY_NONE]);
        place_tables_note(t, "Rests on %zu uncertain numbers: %zu observed or pooled, %zu national, %zu elicited, %zu guesses%s. "
                             "`placesim explain` lists them.", plan->n_inputs, counts[PLACE_OBSERVED] + counts[PLACE_POOLED],
                          counts[PLACE_NATIONAL], counts[PLACE_ELICITED], counts[PLACE_GUESS], unsaid);
    }
    if (n_guessed + n_stale > 0)
        place_tables_note(t, "Of %zu recorded assumptions %zu are guesses and %zu were due for review before the run starts.",
                          plan->n_assumptions, n_guessed, n_stale);
    if (s->probabilities_held > 0)
        place_tables_note(t, "Warning: in a replication on average %.1f probabilities passed 0 or 1 and were held there.", s->probabilities_held);
}

static void add_brief(place_tables *t, const place_plan *plan, const place_summary *s) {
    place_tables_begin(t, "brief", "IN BRIEF");
    for (size_t i = 0, end; i < s->n_years; i = end) {
        for (end = i; end < s->n_years && s->years[end].provision == s->years[i].provision;) end++;
        brief_provision(t, plan, s, i, end);
    }
    for (size_t i = 0; i < s->n_projects && i < MOST_BRIEF; i++) brief_project(t, plan, &s->projects[i]);
    if (s->n_projects > MOST_BRIEF) place_tables_note(t, "%zu more capital projects are in the table below.", s->n_projects - MOST_BRIEF);
    place_report_money_brief(t, plan, s);
    brief_trust(t, plan, s);
}

/* ---- year by year ----------------------------------------------------------------------------------------------- */

/* Whether anywhere places lack only because they are in other areas than the pupils. */
static bool any_misplaced(const place_summary *s) {
    for (size_t i = 0; i < s->n_years; i++)
        if (s->years[i].misplaced.mean > 0) return true;
    return false;
}

static void year_row(place_tables *t, const place_plan *plan, const place_summary *s, const place_summary_year *row, int where) {
    char misplaced[32];
    place_tables_row(t, where);
    reading_eye(t, plan, s, row);
    provision_cells(t, plan, row->year, row->provision);
    reading_cell(t, plan, s, row);
    place_tables_text(t, row->phase == PLACE_NONE ? "all" : plan->phases.items[row->phase].id);
    spread_eye(t, &row->demand);
    spread_cells(t, &row->demand);
    spread_eye(t, &row->available);
    spread_cells(t, &row->available);
    for (int k = 0; k < PLACE_N_SHORT; k++) {
        chance_eye(t, &row->short_by[k]);
        chance_cells(t, &row->short_by[k]);
    }
    spread_cells(t, &row->shortfall);
    if (row->misplaced.n == 0) place_tables_nothing(t);
    else place_tables_text(t, place_report_mean(row->misplaced.mean, row->misplaced.error, 1, misplaced));
    spread_cells(t, &row->misplaced);
    spread_eye(t, &row->unmet);
    spread_cells(t, &row->unmet);
    chance_eye(t, &row->any_unmet);
    chance_cells(t, &row->any_unmet);
}

/* A heading before the first row of each provision, for the eye. */
static void provision_heading(place_tables *t, const place_plan *plan, int32_t *last, int32_t provision) {
    if (*last != provision) place_tables_heading(t, provision_name(plan, provision));
    *last = provision;
}

/* When is a year read, for the eye; the section's key is the reading's name, so that no program takes one for another. */
static void begin_years(place_tables *t, const place_summary *s) {
    static const char *const titles[PLACE_N_READINGS] = {
        "PUPILS SEEKING PLACES EACH SEPTEMBER", "PUPILS SEEKING PLACES EACH JANUARY", "PUPILS SEEKING PLACES, MEAN OF EACH ACADEMIC YEAR",
        "PUPILS SEEKING PLACES, WORST OF EACH ACADEMIC YEAR" };
    static const char *const when[PLACE_N_READINGS] = {
        "Counted after the September round.",
        "Counted at 1 January, as the step that ends there closes (the SEN2 reading).",
        "Means over the closes of the year's steps, worked out in each replication; so many lacking means on average. Academic years that are not "
        "whole in the run are left out.",
        "The worst of the September count and the closes of the year's steps: most pupils, fewest places. Academic years that are not whole in the "
        "run are left out." };
    bool interpolated = false;
    for (size_t i = 0; i < s->n_years; i++) interpolated = interpolated || s->years[i].interpolated;
    place_tables_begin(t, place_reading_names[s->reading], titles[s->reading]);
    place_tables_note(t, "%s Seek: all whose plan calls for the provision, placed or not. Places: commissioned, "
                         "less those held by others. Short: more seek it than there are places, phase by phase, %s. "
                         "No place: waiting for it or settled elsewhere for want of it. %sMeans with P10-P90; chances in per cent with their "
                         "Monte Carlo standard error.", interpolated ? "Interpolated to 1 January, by days, between the closes of the steps before "
                         "and after it: not a count, and not to be scored against one." : when[s->reading],
                      s->area == PLACE_NONE ? "all places in reach" : "the area's own alone",
                      any_misplaced(s) ? "In the wrong place: further places lacking if each area had to do with its own. " : "");
}

static void add_years(place_tables *t, const place_plan *plan, const place_summary *s) {
    int32_t last = PLACE_NONE;
    begin_years(t, s);
    if (s->n_years == 0) place_tables_note(t, "No academic year of this run has such a reading of a limited provision.");
    place_tables_column(t, "", "", PLACE_IN_TEXT | PLACE_LEFT);
    provision_columns(t);
    place_tables_column(t, "reading", "", PLACE_IN_DATA);
    place_tables_column(t, "phase", "", PLACE_IN_DATA);
    place_tables_column(t, "", "seek,\nmean", PLACE_IN_TEXT);
    spread_columns(t, "demand");
    place_tables_column(t, "", "places,\nmean", PLACE_IN_TEXT);
    spread_columns(t, "available");
    for (int k = 0; k < PLACE_N_SHORT; k++) {
        char heading[48], key[32];
        snprintf(heading, sizeof heading, "short by\n%d+, %%", place_short_by[k]);
        snprintf(key, sizeof key, "short_by_%d", place_short_by[k]);
        place_tables_column(t, "", heading, PLACE_IN_TEXT);
        chance_columns(t, key);
    }
    spread_columns(t, "shortfall");
    place_tables_column(t, "", "in wrong\nplace", any_misplaced(s) ? PLACE_IN_TEXT : 0);
    spread_columns(t, "misplaced");
    place_tables_column(t, "", "no place,\nmean", PLACE_IN_TEXT);
    spread_columns(t, "unmet");
    place_tables_column(t, "", "at least\none, %", PLACE_IN_TEXT);
    chance_columns(t, "any_unmet");
    for (size_t i = 0; i < s->n_years; i++) {
        const place_summary_year *row = &s->years[i];
        provision_heading(t, plan, &last, row->provision);
        year_row(t, plan, s, row, row->phase == s->phase ? PLACE_IN_ALL : PLACE_IN_DATA);
    }
}

static void sufficiency_note(place_tables *t, const place_plan *plan) {
    const place_sufficiency *rule = &plan->sufficiency;
    char unmet[80], spare[80] = "";
    if (rule->unmet_share > 0)
        snprintf(unmet, sizeof unmet, "at most %.3g %% of those who seek it (or %.0f)", 100 * rule->unmet_share, rule->unmet_pupils);
    else snprintf(unmet, sizeof unmet, "at most %.0f pupils", rule->unmet_pupils);
    if (rule->spare_share > 0) snprintf(spare, sizeof spare, ", and at least %.3g %% of places spare", 100 * rule->spare_share);
    place_tables_note(t, "Places that would be enough in so many of 100 replications, and how many more than there are (below 0: to spare). "
                         "Sufficient: %s without a place%s; how long they wait is not part of this test.", unmet, spare);
}

/* Whole places, but for means over a year. */
static void places_cell(place_tables *t, double places) { place_tables_number(t, places, places == floor(places) ? 0 : 1); }

static void add_needed(place_tables *t, const place_plan *plan, const place_summary *s) {
    int32_t last = PLACE_NONE;
    place_tables_begin(t, "needed", "PLACES NEEDED");
    sufficiency_note(t, plan);
    place_tables_column(t, "", "", PLACE_IN_TEXT | PLACE_LEFT);
    provision_columns(t);
    place_tables_column(t, "reading", "", PLACE_IN_DATA);
    place_tables_column(t, "phase", "", PLACE_IN_DATA);
    place_tables_column(t, "available_mean", "places,\nmean", PLACE_IN_ALL);
    for (int k = 0; k < PLACE_N_ENOUGH; k++) {
        char key[32], heading[32];
        snprintf(key, sizeof key, "needed_%.0f", 100 * place_enough_share[k]);
        snprintf(heading, sizeof heading, "enough\nin %.0f %%", 100 * place_enough_share[k]);
        place_tables_column(t, key, heading, PLACE_IN_ALL);
    }
    for (int k = 0; k < PLACE_N_ENOUGH; k++) {
        char key[32], heading[32];
        snprintf(key, sizeof key, "lacking_%.0f", 100 * place_enough_share[k]);
        snprintf(heading, sizeof heading, "lacking\nat %.0f %%", 100 * place_enough_share[k]);
        place_tables_column(t, key, heading, k == 1 || k == 2 ? PLACE_IN_ALL : PLACE_IN_DATA);
    }
    place_tables_column(t, "", "sufficient,\n%", PLACE_IN_TEXT);
    chance_columns(t, "sufficient");
    for (size_t i = 0; i < s->n_years; i++) {
        const place_summary_year *row = &s->years[i];
        char mean[32];
        provision_heading(t, plan, &last, row->provision);
        place_tables_row(t, row->phase == s->phase ? PLACE_IN_ALL : PLACE_IN_DATA);
        reading_eye(t, plan, s, row);
        provision_cells(t, plan, row->year, row->provision);
        reading_cell(t, plan, s, row);
        place_tables_text(t, row->phase == PLACE_NONE ? "all" : plan->phases.items[row->phase].id);
        place_tables_value(t, row->available.mean, place_report_mean(row->available.mean, row->available.error, 1, mean));
        for (int k = 0; k < PLACE_N_ENOUGH; k++) places_cell(t, row->needed[k]);
        for (int k = 0; k < PLACE_N_ENOUGH; k++) places_cell(t, row->lacking[k]);
        chance_eye(t, &row->sufficient);
        chance_cells(t, &row->sufficient);
    }
}

/* ---- by phase: for the eye, rows of years, columns of phases ---- */

static const place_summary_year *find_row(const place_summary *s, int32_t provision, int32_t year, int32_t phase) {
    for (size_t i = 0; i < s->n_years; i++)
        if (s->years[i].provision == provision && s->years[i].year == year && s->years[i].phase == phase) return &s->years[i];
    return NULL;
}

static void add_phases(place_tables *t, const place_plan *plan, const place_summary *s) {
    int32_t phases[MOST_YEARS], last = PLACE_NONE;
    size_t n_phases = 0;
    for (size_t i = 0; i < s->n_years; i++) { /* the first year of the first provision has all phases in the scenario's order */
        const place_summary_year *row = &s->years[i];
        bool sought = false;
        if (row->phase == PLACE_NONE || row->year != s->years[0].year || row->provision != s->years[0].provision) continue;
        for (size_t k = 0; k < s->n_years && !sought; k++)
            sought = s->years[k].phase == row->phase && s->years[k].demand.mean >= 0.05;
        if (sought && n_phases < MOST_YEARS) phases[n_phases++] = row->phase;
    }
    if (s->phase != PLACE_NONE || n_phases < 2) return;
    place_tables_begin(t, "phases", "BY PHASE");
    place_tables_note(t, "Mean pupils without the place they should have, and the chance of being short of at least one place.");
    place_tables_column(t, "", "", PLACE_IN_TEXT | PLACE_LEFT);
    for (size_t p = 0; p < n_phases; p++) place_tables_column(t, "", plan->phases.items[phases[p]].name, PLACE_IN_TEXT);
    for (size_t i = 0; i < s->n_years; i++) {
        const place_summary_year *all = &s->years[i];
        if (all->phase != PLACE_NONE) continue;
        provision_heading(t, plan, &last, all->provision);
        place_tables_row(t, PLACE_IN_TEXT);
        reading_eye(t, plan, s, all);
        for (size_t p = 0; p < n_phases; p++) {
            const place_summary_year *row = find_row(s, all->provision, all->year, phases[p]);
            char text[96], mean[32], chance[48];
            if (row == NULL || (row->demand.mean < 0.05 && row->available.mean < 0.05)) {
                place_tables_nothing(t);
                continue;
            }
            snprintf(text, sizeof text, "%s  %5s", place_report_mean(row->unmet.mean, row->unmet.error, 1, mean),
                     place_report_share(&row->short_by[0], chance));
            place_tables_text(t, text);
        }
    }
}

/* ---- where the spread comes from -------------------------------------------------------------------------------- */

static void say_sources(place_tables *t, const place_summary *s) {
    char wanted[32];
    place_tables_note(t, "Shares, in per cent, of the variance over replications of pupils without the place they should have. A judgement that the "
                         "scenario gives as a fixed number adds nothing to it, however unsure it is.");
    if (s->n_levels >= PLACE_LEAST_LEVELS)
        place_tables_note(t, "By family, from the crossed design of %zu indices each, by analysis of variance: for a set S of families, replications in a "
                             "cell of S times var_S = sum of (-1)^(|T|-|S|) MS_T over all sets T that hold S, negative estimates as 0 (random "
                             "effects, balanced: Searle, Casella and McCulloch, Variance Components, 1992, ch. 4); errors leave out one index at a "
                             "time. Together: what comes of two or more families at once.", s->n_levels);
    else if (s->n_levels > 0)
        place_tables_note(t, "A crossed design of %zu indices each is too small to share it out among inputs, years, delivery and chance; -n %d is the "
                             "least.", s->n_levels, PLACE_LEAST_LEVELS * PLACE_LEAST_LEVELS * PLACE_LEAST_LEVELS * PLACE_LEAST_LEVELS);
    else
        place_tables_note(t, "`placesim run --design crossed` shares it out among inputs, years, delivery and chance.");
    snprintf(wanted, sizeof wanted, "%lld", (long long)s->n_judged_least);
    if (s->n_judged == 0) place_tables_note(t, "No uncertain number is elicited or a guess, so none of it is known to come from judgement.");
    else if (s->n_levels > 0)
        place_tables_note(t, "%zu inputs are elicited or guesses; their share wants %s draws of them, and a crossed design has %zu: run paired for it.",
                          s->n_judged, wanted, s->n_levels);
    else if (s->n_replications < s->n_judged_least)
        place_tables_note(t, "%zu inputs are elicited or guesses; their share wants %s replications, and here are fewer, %lld.", s->n_judged, wanted,
                          (long long)s->n_replications);
    else
        place_tables_note(t, "Judged: explained by a linear regression on the %zu inputs that are elicited or guesses, R squared adjusted for their "
                             "number, 1 - (1 - R2)(n - 1)/(n - p - 1), not below 0 (Ezekiel, 1930; error by a jackknife of twenty groups). What they "
                             "cause in other than straight lines comes on top.", s->n_judged);
}

static void source_columns(place_tables *t, const char *key, const char *heading, bool known) {
    char name[48];
    place_tables_column(t, "", heading, known ? PLACE_IN_TEXT : 0);
    snprintf(name, sizeof name, "%s_share", key);
    chance_columns(t, name);
}

static void add_sources(place_tables *t, const place_plan *plan, const place_summary *s) {
    static const char *const keys[PLACE_N_SOURCES] = { "inputs", "years", "delivery", "chance", "together" };
    bool crossed = s->n_levels >= PLACE_LEAST_LEVELS, judged = s->n_levels == 0 && s->n_judged > 0 && s->n_replications >= s->n_judged_least;
    int32_t last = PLACE_NONE;
    if (s->n_years == 0) return;
    place_tables_begin(t, "spread", "WHERE THE SPREAD COMES FROM");
    say_sources(t, s);
    place_tables_column(t, "", "", PLACE_IN_TEXT | PLACE_LEFT);
    provision_columns(t);
    place_tables_column(t, "reading", "", PLACE_IN_DATA);
    place_tables_column(t, "unmet_sd", "no place,\nsd", crossed || judged ? PLACE_IN_ALL : PLACE_IN_DATA);
    source_columns(t, "judged", "judged", judged);
    for (int f = 0; f < PLACE_N_SOURCES; f++) source_columns(t, keys[f], keys[f], crossed);
    for (size_t i = 0; i < s->n_years; i++) {
        const place_summary_year *row = &s->years[i];
        if (row->phase != s->phase) continue;
        if (crossed || judged) provision_heading(t, plan, &last, row->provision);
        place_tables_row(t, crossed || judged ? PLACE_IN_ALL : PLACE_IN_DATA);
        reading_eye(t, plan, s, row);
        provision_cells(t, plan, row->year, row->provision);
        reading_cell(t, plan, s, row);
        place_tables_number(t, row->unmet.sd, 1);
        chance_eye(t, &row->sources.judged);
        chance_cells(t, &row->sources.judged);
        for (int f = 0; f < PLACE_N_SOURCES; f++) {
            chance_eye(t, &row->sources.family[f]);
            chance_cells(t, &row->sources.family[f]);
        }
    }
}

/* ---- the unmet -------------------------------------------------------------------------------------------------- */

static void add_unmet(place_tables *t, const place_plan *plan, const place_summary *s) {
    enum { MOST = 5 };
    int32_t shown[MOST], last = PLACE_NONE;
    size_t n_shown = 0;
    if (s->n_unmet == 0) return;
    double totals[256] = { 0 };
    for (size_t i = 0; i < s->n_unmet; i++)
        for (size_t at = 0; at < plan->provisions.n && at < 256; at++) totals[at] += s->unmet[i].where[at];
    while (n_shown < MOST) {
        size_t most = 0;
        for (size_t at = 0; at < plan->provisions.n && at < 256; at++)
            if (totals[at] > totals[most]) most = at;
        if (totals[most] < 0.05) break;
        totals[most] = 0;
        shown[n_shown++] = (int32_t)most;
    }
    if (n_shown == 0) return;
    place_tables_begin(t, "unmet", "WHERE THOSE WITHOUT THE PLACE THEY SHOULD HAVE ARE IN SEPTEMBER");
    place_tables_note(t, "Mean pupils, waiting or settled there for want of a place%s; columns in order of size.",
                      s->reading == PLACE_READING_SEPTEMBER ? "" : ", at the September count (it is told of no other reading)");
    place_tables_column(t, "", "", PLACE_IN_TEXT | PLACE_LEFT);
    provision_columns(t);
    place_tables_column(t, "unmet_mean", "all", PLACE_IN_ALL);
    for (size_t k = 0; k < n_shown; k++) {
        char heading[120];
        place_tables_column(t, "", place_report_heading(provision_name(plan, shown[k]), 16, heading, sizeof heading), PLACE_IN_TEXT);
    }
    for (size_t at = 0; at < plan->provisions.n && at < 20; at++) {
        char key[160];
        snprintf(key, sizeof key, "in_%s", plan->provisions.items[at].id);
        place_tables_column(t, key, "", PLACE_IN_DATA);
    }
    for (size_t i = 0; i < s->n_unmet; i++) {
        const place_summary_unmet *row = &s->unmet[i];
        provision_heading(t, plan, &last, row->provision);
        place_tables_row(t, PLACE_IN_ALL);
        september_eye(t, plan, row->year);
        provision_cells(t, plan, row->year, row->provision);
        place_tables_number(t, row->unmet, 1);
        for (size_t k = 0; k < n_shown; k++) place_tables_number(t, row->where[shown[k]], 1);
        for (size_t at = 0; at < plan->provisions.n && at < 20; at++) place_tables_number(t, row->where[at], 1);
    }
}

static void add_causes(place_tables *t, const place_plan *plan, const place_summary *s) {
    static const char *const headings[PLACE_N_CAUSES] = { "building\nlate", "wrong\nyear group", "wrong\nneed", "wrong\narea", "no\nplace" };
    int32_t last = PLACE_NONE;
    double total = 0;
    for (size_t i = 0; i < s->n_unmet; i++)
        for (int c = 0; c < PLACE_N_CAUSES; c++) total += s->unmet[i].cause[c];
    if (total < 0.05) return;
    place_tables_begin(t, "causes", "WHY");
    place_tables_note(t, "Mean pupils waiting, or newly settled elsewhere, as the September step closes, by the first that applies: a place that a "
                         "project was planned to have open; a free place that does not teach their year, take their need, or lie in reach; none.");
    place_tables_column(t, "", "", PLACE_IN_TEXT | PLACE_LEFT);
    provision_columns(t);
    for (int c = 0; c < PLACE_N_CAUSES; c++) place_tables_column(t, place_cause_names[c], headings[c], PLACE_IN_ALL);
    for (size_t i = 0; i < s->n_unmet; i++) {
        provision_heading(t, plan, &last, s->unmet[i].provision);
        place_tables_row(t, PLACE_IN_ALL);
        september_eye(t, plan, s->unmet[i].year);
        provision_cells(t, plan, s->unmet[i].year, s->unmet[i].provision);
        for (int c = 0; c < PLACE_N_CAUSES; c++) place_tables_number(t, s->unmet[i].cause[c], 1);
    }
}

/* ---- projects --------------------------------------------------------------------------------------------------- */

static void day_columns(place_tables *t, const char *key, const char *heading) { place_tables_column(t, key, heading, PLACE_IN_ALL); }

static void day_cell(place_tables *t, double day) {
    char eye[24], iso[24];
    if (isnan(day)) place_tables_nothing(t);
    else place_tables_words(t, place_report_iso(day, iso), place_report_day(day, eye));
}

static void say_how_many_more(place_tables *t, size_t n, const char *what, const char *key) {
    if (n > MOST_ROWS) place_tables_note(t, "and %zu more %s: `--table %s --csv` gives all", n - MOST_ROWS, what, key);
}

static void add_projects(place_tables *t, const place_plan *plan, const place_summary *s) {
    bool differ = false, triggers = plan->n_triggers > 0; /* a project that is planned for September is in time for it or not as planned */
    for (size_t i = 0; i < s->n_projects; i++) differ = differ || s->projects[i].planned < s->projects[i].open_by_planned;
    if (s->n_projects == 0) return;
    place_tables_begin(t, "projects", "CAPITAL PROJECTS");
    place_tables_note(t, "Opening dates by which it is open in 10, 50 and 90 %% of replications; \"never\" counts as later than any date.%s",
                      triggers ? " A project with a trigger is planned from the start that it gives; open as planned is then of those triggered." : "");
    place_tables_column(t, "project", "", PLACE_IN_DATA);
    place_tables_column(t, "name", "", PLACE_IN_ALL | PLACE_LEFT);
    if (triggers) {
        place_tables_column(t, "", "triggered,\n%", PLACE_IN_TEXT);
        chance_columns(t, "triggered");
        day_columns(t, "start_p50", "start,\nP50");
    }
    day_columns(t, "planned", "planned");
    day_columns(t, "opening_p10", "P10");
    day_columns(t, "opening_p50", "P50");
    day_columns(t, "opening_p90", "P90");
    place_tables_column(t, "", "open as\nplanned, %", PLACE_IN_TEXT);
    chance_columns(t, "on_time");
    place_tables_column(t, "by_september_of", "", PLACE_IN_DATA);
    place_tables_column(t, "", "by that\nSep, %", differ ? PLACE_IN_TEXT : 0);
    chance_columns(t, "by_september");
    place_tables_column(t, "", "never,\n%", PLACE_IN_TEXT);
    chance_columns(t, "never");
    chance_columns(t, "cancelled");
    for (size_t i = 0; i < s->n_projects; i++) {
        const place_summary_project *p = &s->projects[i];
        place_tables_row(t, i < MOST_ROWS ? PLACE_IN_ALL : PLACE_IN_DATA);
        place_tables_text(t, plan->projects[p->project].item.id);
        place_tables_text(t, plan->projects[p->project].item.name);
        if (triggers) {
            chance_eye(t, &p->triggered);
            chance_cells(t, &p->triggered);
            day_cell(t, p->start.p50);
        }
        day_cell(t, p->planned);
        day_cell(t, p->opening.p10);
        day_cell(t, p->opening.p50);
        day_cell(t, p->opening.p90);
        chance_eye(t, &p->on_time);
        chance_cells(t, &p->on_time);
        day_cell(t, p->open_by_planned);
        chance_eye(t, &p->by_september);
        chance_cells(t, &p->by_september);
        chance_eye(t, &p->never);
        chance_cells(t, &p->never);
        chance_cells(t, &p->cancelled);
    }
    say_how_many_more(t, s->n_projects, "projects", "projects");
}

static void activity_cells(place_tables *t, const place_plan *plan, int32_t activity) {
    if (activity == PLACE_NONE) place_tables_nothing(t);
    else place_tables_words(t, plan->activities[activity].item.id, plan->activities[activity].item.name);
}

static void money_cells(place_tables *t, const place_spread *s) {
    char text[32];
    if (s->n == 0) place_tables_nothing(t);
    else {
        place_report_mean(s->mean, fmax(s->error, 1), 0, text);
        place_tables_value(t, s->mean, text);
    }
    place_tables_number(t, s->error, 0);
}

static void add_courses(place_tables *t, const place_plan *plan, const place_summary *s) {
    if (s->n_projects == 0) return;
    place_tables_begin(t, "courses", "WHAT HOLDS PROJECTS UP, AND WHAT THEY COST");
    place_tables_note(t, "To blame: the activity on the longest path that overruns its plan most, gates' waits included, when the project is late. "
                         "Money in thousands of pounds; lost: grant unspent at its date.");
    place_tables_column(t, "project", "", PLACE_IN_DATA);
    place_tables_column(t, "name", "", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "slip_mean_days", "mean slip,\ndays", PLACE_IN_ALL);
    place_tables_column(t, "slip_error_days", "", PLACE_IN_DATA);
    place_tables_column(t, "blamed", "to blame", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "blamed_days", "days over", PLACE_IN_ALL);
    place_tables_column(t, "critical", "", PLACE_IN_DATA);
    place_tables_column(t, "critical_share", "", PLACE_IN_DATA);
    place_tables_column(t, "", "spend,\nP50 (P90)", PLACE_IN_TEXT);
    spread_columns(t, "spend_gbp");
    place_tables_column(t, "", "grant lost,\nmean", PLACE_IN_TEXT);
    place_tables_column(t, "grant_lost_mean_gbp", "", PLACE_IN_DATA);
    place_tables_column(t, "grant_lost_error_gbp", "", PLACE_IN_DATA);
    for (size_t i = 0; i < s->n_projects; i++) {
        const place_summary_project *p = &s->projects[i];
        char text[80];
        place_tables_row(t, i < MOST_ROWS ? PLACE_IN_ALL : PLACE_IN_DATA);
        place_tables_text(t, plan->projects[p->project].item.id);
        place_tables_text(t, plan->projects[p->project].item.name);
        place_tables_value(t, p->slip_days.mean, place_report_mean(p->slip_days.mean, p->slip_days.error, 0, text));
        place_tables_number(t, p->slip_days.error, 0);
        activity_cells(t, plan, p->blamed);
        place_tables_number(t, p->blamed == PLACE_NONE ? (double)NAN : p->blamed_days, 0);
        activity_cells(t, plan, p->critical);
        place_tables_number(t, p->critical == PLACE_NONE ? (double)NAN : p->critical_share, 2);
        snprintf(text, sizeof text, "%.0f (%.0f)", p->spend_gbp.p50 / 1e3, p->spend_gbp.p90 / 1e3);
        place_tables_text(t, p->spend_gbp.n > 0 ? text : NULL);
        spread_cells(t, &p->spend_gbp);
        snprintf(text, sizeof text, "%.0f", p->lost_gbp.mean / 1e3);
        place_tables_text(t, p->lost_gbp.n > 0 ? text : NULL);
        money_cells(t, &p->lost_gbp);
    }
    say_how_many_more(t, s->n_projects, "projects", "courses");
}

/* ---- sites ------------------------------------------------------------------------------------------------------ */

static double fullest(const place_summary *s, size_t first, size_t n_years) {
    double most = 0;
    for (size_t y = 0; y < n_years; y++)
        if (s->sites[first + y].occupancy.n > 0 && s->sites[first + y].occupancy.p90 > most) most = s->sites[first + y].occupancy.p90;
    return most;
}

/* Is this site among the fullest that are shown? Ties go to the scenario's order. */
static bool is_shown(const place_summary *s, size_t first, size_t n_years) {
    size_t n_fuller = 0;
    double own = fullest(s, first, n_years);
    for (size_t i = 0; i < s->n_sites; i += n_years) {
        double other = fullest(s, i, n_years);
        n_fuller += other > own || (other == own && i < first);
    }
    return n_fuller < MOST_ROWS;
}

static void site_eye(place_tables *t, const place_summary_site *row) {
    char text[80], mean[32];
    if (row->occupancy.n == 0 || row->commissioned.mean < 0.005) place_tables_nothing(t);
    else {
        place_report_mean(100 * row->occupancy.mean, 100 * row->occupancy.error, 0, mean);
        snprintf(text, sizeof text, "%s (%.0f)", mean, 100 * row->occupancy.p90);
        place_tables_text(t, text);
    }
}

static void add_sites(place_tables *t, const place_plan *plan, const place_summary *s) {
    if (s->n_sites == 0) return;
    size_t n_years = 0;
    while (n_years < s->n_sites && s->sites[n_years].site == s->sites[0].site) n_years++;
    size_t n_shown = n_years < MOST_YEARS ? n_years : MOST_YEARS;
    place_tables_begin(t, "sites", "HOW FULL EACH SITE IS");
    place_tables_note(t, "Pupils on roll and places held by others over commissioned places, per cent, as the September step closes: mean (P90). "
                         "Above 100: stretched, or over-full from the start.%s",
                      n_years > n_shown ? " The first seven Septembers; --csv gives all." : "");
    place_tables_column(t, "", "", PLACE_IN_TEXT | PLACE_LEFT);
    char last[32];
    snprintf(last, sizeof last, "places,\n%s", place_report_september(plan, s->sites[n_shown - 1].year, (char[16]){ 0 }));
    place_tables_column(t, "", last, PLACE_IN_TEXT);
    for (size_t y = 0; y < n_shown; y++) {
        char heading[16];
        place_tables_column(t, "", place_report_september(plan, s->sites[y].year, heading), PLACE_IN_TEXT);
    }
    place_tables_column(t, "site", "", PLACE_IN_DATA);
    place_tables_column(t, "name", "", PLACE_IN_DATA);
    place_tables_column(t, "year", "", PLACE_IN_DATA);
    spread_columns(t, "roll");
    spread_columns(t, "commissioned");
    spread_columns(t, "spare");
    spread_columns(t, "occupancy");
    chance_columns(t, "over");
    for (size_t i = 0; i < s->n_sites; i += n_years) {
        const place_item *item = &plan->sites[s->sites[i].site].item;
        if (is_shown(s, i, n_years)) {
            char mean[32];
            const place_spread *places = &s->sites[i + n_shown - 1].commissioned;
            place_tables_row(t, PLACE_IN_TEXT);
            place_tables_text(t, item->name);
            place_tables_text(t, place_report_mean(places->mean, places->error, 1, mean));
            for (size_t y = 0; y < n_shown; y++) site_eye(t, &s->sites[i + y]);
            for (size_t k = 0; k < 3 + 4 * 5 + 2; k++) place_tables_nothing(t);
        }
        for (size_t y = 0; y < n_years; y++) {
            const place_summary_site *row = &s->sites[i + y];
            place_tables_row(t, PLACE_IN_DATA);
            for (size_t k = 0; k < 2 + n_shown; k++) place_tables_nothing(t);
            place_tables_text(t, item->id);
            place_tables_text(t, item->name);
            place_tables_number(t, plan->calendar.first_year + row->year, 0);
            spread_cells(t, &row->roll);
            spread_cells(t, &row->commissioned);
            spread_cells(t, &row->spare);
            spread_cells(t, &row->occupancy);
            chance_cells(t, &row->over);
        }
    }
    if (s->n_sites / n_years > MOST_ROWS)
        place_tables_note(t, "The twelve that are fullest; %zu more: `--table sites --csv` gives all.", s->n_sites / n_years - MOST_ROWS);
}

/* ---- all plans -------------------------------------------------------------------------------------------------- */

static void add_plans(place_tables *t, const place_summary *s) {
    if (s->n_januaries == 0) return;
    place_tables_begin(t, "plans", "ALL PLANS EACH JANUARY");
    place_tables_note(t, "Plans kept at 1 January (the SEN2 reading), and plans new and ceased in the twelve months before.");
    place_tables_column(t, "january", "January", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "", "mean", PLACE_IN_TEXT);
    place_tables_column(t, "", "P10", PLACE_IN_TEXT);
    place_tables_column(t, "", "P50", PLACE_IN_TEXT);
    place_tables_column(t, "", "P90", PLACE_IN_TEXT);
    spread_columns(t, "plans");
    place_tables_column(t, "", "new, mean (P10-P90)", PLACE_IN_TEXT);
    spread_columns(t, "joined");
    place_tables_column(t, "", "ceased, mean (P10-P90)", PLACE_IN_TEXT);
    spread_columns(t, "ceased");
    for (size_t i = 0; i < s->n_januaries; i++) {
        const place_summary_january *row = &s->januaries[i];
        char text[80];
        place_tables_row(t, PLACE_IN_ALL);
        snprintf(text, sizeof text, "%d", row->year);
        place_tables_value(t, row->year, text);
        place_tables_value(t, row->plans.mean, place_report_mean(row->plans.mean, row->plans.error, 1, text));
        place_tables_number(t, row->plans.p10, 0);
        place_tables_number(t, row->plans.p50, 0);
        place_tables_number(t, row->plans.p90, 0);
        spread_cells(t, &row->plans);
        spread_eye(t, &row->joined);
        spread_cells(t, &row->joined);
        spread_eye(t, &row->ceased);
        spread_cells(t, &row->ceased);
    }
}

void place_report_summary(place_tables *tables, const place_plan *plan, const place_summary *summary) {
    add_brief(tables, plan, summary);
    add_years(tables, plan, summary);
    add_needed(tables, plan, summary);
    add_phases(tables, plan, summary);
    add_sources(tables, plan, summary);
    add_unmet(tables, plan, summary);
    add_causes(tables, plan, summary);
    add_projects(tables, plan, summary);
    add_courses(tables, plan, summary);
    place_report_capital(tables, plan, summary);
    place_report_money(tables, plan, summary);
    add_sites(tables, plan, summary);
    add_plans(tables, summary);
    place_report_pipeline(tables, plan, summary);
}
