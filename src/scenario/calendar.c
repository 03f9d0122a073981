/* SPDX-License-Identifier: MIT */
/*
 * The calendar: the days on which steps start, and what academic year and season each belongs to. Steps of a month, a
 * term or a year begin on real dates, so a project that opens on 1 September acts in the step of that day whatever
 * the step's length. Tests of closed forms may cut a year into any number of steps, without Septembers.
 */
#include <math.h>
#include <string.h>

#include "build.h"
#include "place/date.h"
#include "word.h"

#define MAX_STEPS 3660
#define MAX_YEARS 305

typedef struct plan_of_steps {
    int64_t n_steps;
    int steps_per_year;
    bool real; /* steps start on the calendar's own dates */
    int32_t start;
} plan_of_steps;

static int months_a_step(int steps_per_year) {
    return 12 / steps_per_year;
}

/* First months of the steps of a year, from September: every month, or September, January, April, or September. */
static int first_month(int steps_per_year, int season) {
    static const int terms[] = { 9, 1, 4 };
    if (steps_per_year == 3) return terms[season];
    return (8 + season * months_a_step(steps_per_year)) % 12 + 1;
}

/* The season that starts on this day, or -1. */
static int season_at(int steps_per_year, int32_t day) {
    place_date date = place_day_date(day);
    for (int season = 0; season < steps_per_year && date.day == 1; season++)
        if (first_month(steps_per_year, season) == date.month) return season;
    return -1;
}

static bool read_steps(place_builder *b, xmlNode *node, place_calendar *calendar, plan_of_steps *steps) {
    static const char *const lengths[] = { "month", "term", "year" }, *const ageings[] = { "september", "none" };
    static const int per_year[] = { 12, 3, 1 };
    size_t n_before = b->errors->n_errors;
    calendar->ageing = place_read_choice(b, node, "ageing", ageings, 2, 0) == 0;
    steps->start = place_read_day(b, node, "start", INT32_MIN);
    steps->n_steps = place_read_whole(b, node, "steps", 1, MAX_STEPS, 0);
    steps->steps_per_year = per_year[place_read_choice(b, node, "step", lengths, 3, 1)];
    if (place_read_text(b, node, "steps-per-year") != NULL) {
        steps->steps_per_year = (int)place_read_whole(b, node, "steps-per-year", 1, 366, 1);
        if (place_read_text(b, node, "step") != NULL)
            place_build_fault(b, node, "time: step and steps-per-year both say how long a step is; keep one of them");
        if (calendar->ageing)
            place_build_fault(b, node,
                              "time: steps-per-year is for test scenarios with ageing=\"none\"; give step otherwise");
    }
    steps->real = steps->steps_per_year == 1 || steps->steps_per_year == 3 || steps->steps_per_year == 12;
    if (place_read_text(b, node, "start") == NULL || place_read_text(b, node, "steps") == NULL)
        place_build_fault(b, node, "time: start and steps are wanted");
    if (b->errors->n_errors > n_before) return false;

    int year = place_day_date(steps->start).year;
    if (year > 2199) {
        place_build_fault(b, place_read_where(node, "start"), "time, start: a run starts in the years 1900 to 2199; found '%s'",
                          place_quote(place_read_text(b, node, "start")).text);
        return false;
    }
    if (steps->real && season_at(steps->steps_per_year, steps->start) < 0) {
        place_build_fault(b, place_read_where(node, "start"), "time, start: %s; found '%s'",
                          steps->steps_per_year == 1 ? "a run in steps of a year starts on a 1 September"
                              : steps->steps_per_year == 3
                              ? "a run in steps of a term starts on a 1 September, 1 January or 1 April"
                              : "a run in steps of a month starts on the 1st of a month",
                          place_quote(place_read_text(b, node, "start")).text);
        return false;
    }
    return true;
}

static int32_t start_of(const plan_of_steps *steps, size_t step) {
    if (!steps->real) return steps->start + (int32_t)floor((double)step * PLACE_DAYS_PER_YEAR / steps->steps_per_year);
    size_t k = (size_t)steps->steps_per_year;
    size_t season = (size_t)season_at(steps->steps_per_year, steps->start) + step;
    int month = first_month(steps->steps_per_year, (int)(season % k));
    int year = place_day_academic_year(steps->start) + (int)(season / k) + (month < 9);
    return place_day(year, month, 1);
}

static const double *read_weights(place_builder *b, const xmlNode *node, int steps_per_year) {
    size_t k = (size_t)steps_per_year, n;
    double *weights = PLACE_TAKE(b, b->arena, k, double), sum = 0;
    for (size_t i = 0; i < k; i++) weights[i] = 1.0 / (double)k;
    const char *text = place_read_text(b, node, "weights");
    if (text == NULL) return weights;
    const char **words = place_read_words(b, text, &n);
    bool good = n == k;
    for (size_t i = 0; i < n && good; i++) {
        good = place_decimal_read(words[i], &weights[i]) && weights[i] >= 0 && weights[i] <= 1;
        if (good) sum += weights[i];
    }
    if (!good || fabs(sum - 1) > 1e-9) {
        place_build_fault(
            b, place_read_where(node, "weights"), "time, weights: %d shares of a year that sum to 1 are wanted, from September; found '%s'%s",
            steps_per_year, place_quote(text).text, good ? place_build_text(b, ", which sum to %.12g", sum) : "");
        for (size_t i = 0; i < k; i++) weights[i] = 1.0 / (double)k;
    }
    return weights;
}

static void fill(place_builder *b, place_calendar *calendar, const plan_of_steps *steps) {
    size_t n = (size_t)steps->n_steps, k = (size_t)steps->steps_per_year;
    int32_t *start_day = PLACE_TAKE(b, b->arena, n + 1, int32_t), *year = PLACE_TAKE(b, b->arena, n, int32_t);
    int32_t *season = PLACE_TAKE(b, b->arena, n, int32_t);
    bool *september = PLACE_TAKE(b, b->arena, n, bool);
    for (size_t s = 0; s <= n; s++) start_day[s] = start_of(steps, s);
    calendar->first_year = place_day_academic_year(steps->start);
    for (size_t s = 0; s < n; s++) {
        year[s] = place_day_academic_year(start_day[s]) - calendar->first_year;
        season[s] = steps->real ? season_at(steps->steps_per_year, start_day[s]) : (int32_t)(s % k);
        september[s] = steps->real && season[s] == 0;
    }
    calendar->n_steps = n;
    calendar->steps_per_year = steps->steps_per_year;
    calendar->n_years = (size_t)(place_day_academic_year(start_day[n] - 1) - calendar->first_year) + 1;
    calendar->start_day = start_day;
    calendar->year = year;
    calendar->season = season;
    calendar->september = september;
}

void place_build_calendar(place_builder *b) {
    size_t n;
    xmlNode *root = place_document_root(b->document), **nodes = place_read_children(b, root, "time", &n);
    place_calendar *calendar = &b->plan->calendar;
    plan_of_steps steps = { 0 };
    b->time_ok = n == 1 && read_steps(b, nodes[0], calendar, &steps);
    if (n == 0)
        place_build_fault(b, root,
                          "the scenario has no time element; one says when the run starts and how many steps it has");
    if (n > 1)
        place_build_fault(b, nodes[1], "the scenario has %zu time elements, the first at line %ld; one is wanted", n,
                          place_document_line(b->document, nodes[0]));
    if (b->time_ok) {
        double n_years = (double)steps.n_steps / steps.steps_per_year;
        if (n_years > MAX_YEARS) {
            place_build_fault(
                b, place_read_where(nodes[0], "steps"),
                "time, steps: a run is at most %d years long; found %lld steps of a %s, which are %.0f years",
                MAX_YEARS, (long long)steps.n_steps, steps.steps_per_year == 1 ? "year" : "part of a year", n_years);
            b->time_ok = false;
        }
    }
    if (!b->time_ok) steps = (plan_of_steps){ 1, 1, true, place_day(2000, 9, 1) };
    fill(b, calendar, &steps);
    calendar->weight = n > 0 && b->time_ok ? read_weights(b, nodes[0], steps.steps_per_year)
                                           : read_weights(b, root, steps.steps_per_year);
}
