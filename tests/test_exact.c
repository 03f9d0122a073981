/* SPDX-License-Identifier: MIT */
/**
 * Chains small enough to solve: at most 4 pupils, each wanting mainstream, waiting for special, or seated in it, through 5 steps of
 * ceasing, moving, giving up and placing at one site that may be refused. The exact law of the whole path is held against the
 * program's, by chi-square at 1e-9, in 100 random scenarios. A transition is worked out from the laws alone: no draw, no cohort, no order of
 * service. The planted fault asks only as many as there are places, so that a refusal leaves one empty.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "place/key.h"
#include "place/numeric.h"
#include "place/stream.h"
#include "scenarios.h"
#include "suites.h"

enum { MOST = 4, SIDE = MOST + 1, N_STATES = SIDE * SIDE * SIDE, N_STEPS = 5, N_REPLICATIONS = 8000, N_SCENARIOS = 100 };

typedef struct chain {
    int wanting, waiting, seated, places; /* at the start */
    double cease, to_special, to_mainstream, give_up, take_up; /* a year of 5 steps; take_up: an offer */
    bool asks_again; /* the law: a refused place is offered to the next; false: the planted fault */
} chain;

static int state_of(int wanting, int waiting, int seated) {
    return (wanting * SIDE + waiting) * SIDE + seated;
}

static double binomial(int n, int k, double p) {
    double weight = 1;
    for (int i = 0; i < k; i++) weight *= (double)(n - i) / (i + 1);
    return weight * pow(p, k) * pow(1 - p, n - k);
}

static double in_step(double a_year) {
    return 1 - pow(1 - a_year, 1.0 / N_STEPS);
}

/* Chance that `k` of those who wait are seated: offers go round until the places are gone or everybody was asked. */
static double seated_chance(const chain *c, int waiting, int free, int k) {
    if (free < 0) free = 0;
    int asked = c->asks_again || waiting < free ? waiting : free;
    if (k < free) return k <= asked ? binomial(asked, k, c->take_up) : 0;
    double below = 0;
    for (int j = 0; j < free; j++) below += j <= asked ? binomial(asked, j, c->take_up) : 0;
    return k == free ? 1 - below : 0;
}

/* Where a state goes in a step: leave, move, give up, place, each pupil by itself but for the places. */
static void step_law(const chain *c, int m, int w, int s, double *to) {
    double cease = in_step(c->cease), up = in_step(c->to_special), down = in_step(c->to_mainstream), settle = in_step(c->give_up);
    for (int lm = 0; lm <= m; lm++) for (int lw = 0; lw <= w; lw++) for (int ls = 0; ls <= s; ls++) {
        double p = binomial(m, lm, cease) * binomial(w, lw, cease) * binomial(s, ls, cease);
        int m1 = m - lm, w1 = w - lw, s1 = s - ls;
        for (int mm = 0; mm <= m1; mm++) for (int mw = 0; mw <= w1; mw++) for (int ms = 0; ms <= s1; ms++) {
            double q = p * binomial(m1, mm, up) * binomial(w1, mw, down) * binomial(s1, ms, down);
            int w2 = w1 - mw + mm, s2 = s1 - ms;
            for (int g = 0; g <= w2; g++) {
                double r = q * binomial(w2, g, settle);
                int w3 = w2 - g, m3 = m1 - mm + mw + ms + g;
                for (int k = 0; k <= w3; k++) to[state_of(m3, w3 - k, s2 + k)] += r * seated_chance(c, w3, c->places - s2, k);
            }
        }
    }
}

static double *law_of(const chain *c) {
    double *law = calloc((size_t)N_STATES * N_STATES, sizeof *law);
    ck_assert_ptr_nonnull(law);
    for (int m = 0; m <= MOST; m++)
        for (int w = 0; m + w <= MOST; w++)
            for (int s = 0; m + w + s <= MOST; s++) step_law(c, m, w, s, law + state_of(m, w, s) * N_STATES);
    return law;
}

static place_plan *plan_of(const chain *c) {
    text stock = { 0 };
    if (c->wanting + c->waiting > 0)
        text_add(&stock, "<row area='a' ncy='3' need='n' setting='mainstream' count='%d'/>", c->wanting + c->waiting);
    if (c->seated > 0) text_add(&stock, "<row area='a' ncy='3' need='n' setting='s' count='%d'/>", c->seated);
    text waiting = { 0 };
    text_add(&waiting, "%s", "");
    if (c->waiting > 0)
        text_add(&waiting, "<table name='stock-waiting'><row setting='mainstream' to='special' class='new-plan' wait='1' count='%d'/></table>", c->waiting);
    place_plan *plan = scenario_plan(
        "<time start='2021-09-01' steps='%d' steps-per-year='%d' ageing='none'/><stock date='2021-09-01'/>"
        "%s<provision id='mainstream' kind='open'/><provision id='special' kind='limited'/>"
        "<site id='s' area='a' provision='special' ncy='-4..20' take-up='%.17g'><places commissioned='%d'/></site>"
        "<table name='stock'>%s</table>%s<table name='cease'><row value='%.17g' when='through-year'/></table>"
        "<table name='move'><row from='mainstream' to='special' value='%.17g'/><row from='special' to='mainstream' value='%.17g'/></table>"
        "<table name='give-up'><row value='%.17g'/></table><table name='waiting-setting'><row setting='mainstream'/></table>",
        N_STEPS, N_STEPS, scenario_single, c->take_up, c->places, stock.at, waiting.at, c->cease, c->to_special, c->to_mainstream, c->give_up);
    text_free(&stock);
    text_free(&waiting);
    return plan;
}

typedef struct path {
    unsigned char state[N_STEPS];
} path;

static int by_path(const void *a, const void *b) {
    return memcmp(a, b, sizeof(path));
}

/* The states that each replication passed through, sorted. */
static path *run_paths(const place_plan *plan) {
    size_t mainstream = index_of(&plan->provisions, "mainstream"), special = index_of(&plan->provisions, "special");
    column columns[3 * N_STEPS];
    for (size_t i = 0; i < N_STEPS; i++) {
        columns[i] = (column){ PLACE_VAR_DEMAND, CELL(plan, PLACE_VAR_DEMAND, i, 0, 0, mainstream) };
        columns[N_STEPS + i] = (column){ PLACE_VAR_WAITING, CELL(plan, PLACE_VAR_WAITING, i, 0, 0, special) };
        columns[2 * N_STEPS + i] = (column){ PLACE_VAR_SITE_ROLL, CELL(plan, PLACE_VAR_SITE_ROLL, i, 0) };
    }
    double *x = run_columns(plan, N_REPLICATIONS, columns, 3 * N_STEPS);
    path *paths = malloc(N_REPLICATIONS * sizeof *paths);
    ck_assert_ptr_nonnull(paths);
    for (size_t r = 0; r < N_REPLICATIONS; r++)
        for (size_t i = 0; i < N_STEPS; i++) {
            const double *at = x + i * N_REPLICATIONS + r;
            paths[r].state[i] = (unsigned char)state_of((int)at[0], (int)at[N_STEPS * N_REPLICATIONS], (int)at[2 * N_STEPS * N_REPLICATIONS]);
        }
    free(x);
    qsort(paths, N_REPLICATIONS, sizeof *paths, by_path);
    return paths;
}

/* Chi-square of whole paths over its 1 - 1e-9 quantile. A path with 25 expected is a class; what is left, seen or not, is one more, and
   takes the least class with it where it is smaller than that. */
static double path_ratio(const chain *c, const path *paths) {
    double *law = law_of(c), statistic = 0, rest = N_REPLICATIONS, least = INFINITY, least_seen = 0;
    size_t rest_seen = N_REPLICATIONS;
    int n_classes = 0;
    for (size_t i = 0; i < N_REPLICATIONS;) {
        size_t end = i;
        while (end < N_REPLICATIONS && by_path(&paths[i], &paths[end]) == 0) end++;
        double expected = N_REPLICATIONS, seen = (double)(end - i);
        int from = state_of(c->wanting, c->waiting, c->seated);
        for (int k = 0; k < N_STEPS; from = paths[i].state[k++]) expected *= law[from * N_STATES + paths[i].state[k]];
        if (expected == 0) {
            statistic = INFINITY; /* seen, and impossible */
        } else if (expected >= 25) {
            statistic += (seen - expected) * (seen - expected) / expected;
            n_classes++;
            rest -= expected;
            rest_seen -= end - i;
            if (expected < least) least = expected, least_seen = seen;
        }
        i = end;
    }
    free(law);
    if (rest < 25 && n_classes > 0) {
        statistic -= (least_seen - least) * (least_seen - least) / least;
        rest += least;
        rest_seen += (size_t)least_seen;
        n_classes--;
    }
    if (rest > 1e-6) {
        statistic += ((double)rest_seen - rest) * ((double)rest_seen - rest) / rest;
        n_classes++;
    }
    if (n_classes < 2) return statistic < INFINITY ? 0 : INFINITY;
    return statistic / (2 * place_gamma_quantile(1 - 1e-9, (n_classes - 1) / 2.0));
}

static chain random_chain(uint32_t number) {
    place_key key = place_key_with(place_key_create(3), number);
    place_stream stream;
    place_stream_init(&stream, &key);
    chain c = { .asks_again = true, .places = (int)place_stream_below(&stream, 4) };
    int n = 1 + (int)place_stream_below(&stream, MOST);
    c.seated = (int)place_stream_below(&stream, (uint64_t)(c.places < n ? c.places : n) + 1);
    c.waiting = (int)place_stream_below(&stream, (uint64_t)(n - c.seated) + 1);
    c.wanting = n - c.seated - c.waiting;
    c.cease = 0.6 * place_stream_uniform(&stream);
    c.to_special = 0.9 * place_stream_uniform(&stream);
    c.to_mainstream = 0.6 * place_stream_uniform(&stream);
    c.give_up = 0.6 * place_stream_uniform(&stream);
    c.take_up = place_stream_uniform(&stream) < 0.3 ? 1 : place_stream_uniform(&stream);
    return c;
}

START_TEST(whole_paths_follow_the_exact_law) {
    int n_caught = 0;
    for (uint32_t i = 0; i < N_SCENARIOS; i++) {
        chain c = random_chain(i);
        place_plan *plan = plan_of(&c);
        path *paths = run_paths(plan);
        double ratio = path_ratio(&c, paths);
        ck_assert_msg(ratio < 1, "chain %u: chi-square is %.3f of its bound", i, ratio);
        c.asks_again = false; /* the law with the fault is no law of this program, where it differs */
        n_caught += path_ratio(&c, paths) > 1;
        free(paths);
        place_plan_free(plan);
    }
    ck_assert_int_ge(n_caught, 5);
}
END_TEST

Suite *exact_suite(void) {
    Suite *s = suite_create("exact");
    TCase *t = tcase_create("exact");
    tcase_add_test(t, whole_paths_follow_the_exact_law);
    suite_add_tcase(s, t);
    return s;
}
