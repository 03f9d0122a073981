/* SPDX-License-Identifier: MIT */
/*
 * Metamorphic relations: what must not change, or only one way, when a scenario is changed. Shared keys make them hold
 * replication by replication, so most are equalities. Each relation is also put where it must fail (planted), so that it
 * cannot hold for want of anything to compare.
 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "place/replication.h"
#include "scenarios.h"
#include "suites.h"

enum { N_SCENARIOS = 40, N = 24 };

static place_results *results_of(uint32_t number, unsigned flags, int64_t n, place_plan **plan) {
    text xml = { 0 };
    scenario_random(&xml, number, flags);
    *plan = scenario_load_text(xml.at, NULL, 0);
    text_free(&xml);
    return run_all(*plan, n, 2);
}

static bool differ(const place_results *one, const place_results *two, place_variable_id variable, int64_t n) {
    for (size_t cell = 0; cell < place_results_cells(one, variable); cell++)
        for (int64_t i = 0; i < n; i++) {
            double x = place_results_value(one, variable, cell, i), y = place_results_value(two, variable, cell, i);
            if (x != y && !(isnan(x) && isnan(y))) return true;
        }
    return false;
}

/* ---- rates by area ---- */

/** Rows for both areas ("") or for each its own; a change makes a probability of moving pass 1, which is held and counted. */
static place_results *two_areas(const char *const areas[2], const char *last_move, place_plan **plan) {
    static const char *const tables[][3] = { { "cease", "value='0.3' when='through-year'", "ncy='11' value='0.5' when='year-end'" },
                                             { "move", "from='mainstream' to='special' value='0.05'", NULL },
                                             { "joiner-target", "to='special' value='0.3'", "to='mainstream' value='0.7'" },
                                             { "phase-transfer", "ncy='7' from='mainstream' to='special' value='0.2'",
                                               "ncy='7' from='mainstream' to='mainstream' value='0.8'" } };
    char rates[2000] = "";
    size_t used = 0;
    for (size_t k = 0; k < 4; k++) {
        used += (size_t)snprintf(rates + used, sizeof rates - used, "<table name='%s'>", tables[k][0]);
        for (size_t a = 0; a < 2 && areas[a] != NULL; a++)
            for (size_t i = 1; i < 3 && tables[k][i] != NULL; i++)
                used += (size_t)snprintf(rates + used, sizeof rates - used, "<row %s %s/>", areas[a], k == 1 && a == 1 ? last_move : tables[k][i]);
        used += (size_t)snprintf(rates + used, sizeof rates - used, "</table>");
    }
    *plan = scenario_plan("<time start='2021-09-01' steps='12' step='term'/><area id='north' reach='south'/><area id='south'/><need id='n'/>"
                          "<phase id='primary' from-ncy='-4' to-ncy='6'/><phase id='later' from-ncy='7' to-ncy='20'/><stock date='2021-09-01'/>"
                          "<provision id='mainstream' kind='open'/><provision id='special' kind='limited'/><provision id='independent' kind='open'/>"
                          "<table name='population'><row value='400'/></table><table name='new-plans'><row ncy='-1..10' value='0.006'/></table>"
                          "<table name='waiting-setting'><row setting='mainstream'/></table>"
                          "<table name='divert'><row to='special' setting='independent' at-once='0.1' rate='0.2'/></table>"
                          "<site id='school' area='north' provision='special' ncy='-4..20'><places commissioned='20'/></site>"
                          "<year-effect flow='move' sigma='0.4' phi='0.3'/><year-effect flow='leave' sigma='0.2' phi='0.3'/>"
                          "<change id='push' table='move' op='scale' value='40' starts='2022-09-01'/>%s",
                          rates);
    return run_all(*plan, N, 2);
}

START_TEST(areas_under_the_same_rows_have_the_rates_of_areas_with_equal_rows_of_their_own) {
    static const char *const both[] = { "", NULL }, *const each[] = { "area='north'", "area='south'" };
    static const char alike[] = "from='mainstream' to='special' value='0.05'", more[] = "from='mainstream' to='special' value='0.06'";
    place_plan *plans[3];
    place_results *one = two_areas(both, alike, &plans[0]), *two = two_areas(each, alike, &plans[1]), *three = two_areas(each, more, &plans[2]);
    assert_same_results(one, two, N);
    ck_assert_double_gt(place_results_value(one, PLACE_VAR_PROBABILITIES_HELD, 0, 0), 0);
    ck_assert(differ(one, three, PLACE_VAR_STOCK, N)); /* planted: rows that differ must be seen to */
    place_results_free(one), place_results_free(two), place_results_free(three);
    for (int k = 0; k < 3; k++) place_plan_free(plans[k]);
}
END_TEST

/* ---- M3, M4: names and order ---- */

START_TEST(m3_order_in_the_file_changes_nothing) {
    int n_moved = 0;
    for (uint32_t number = 0; number < N_SCENARIOS; number++) {
        place_plan *plan, *shuffled;
        place_results *one = results_of(number, 0, N, &plan), *two = results_of(number, SHUFFLED, N, &shuffled);
        assert_same_results(one, two, N);
        for (size_t v = 0; v < plan->provisions.n; v++)
            n_moved += plan->provisions.items[v].display != shuffled->provisions.items[v].display;
        place_results_free(one), place_results_free(two);
        place_plan_free(plan), place_plan_free(shuffled);
    }
    ck_assert_int_gt(n_moved, N_SCENARIOS); /* planted: had nothing been shuffled, nothing would have been tested */
}
END_TEST

START_TEST(m3_order_in_the_file_changes_no_digest_of_a_run_file) { /* of the scenario as of the results; another scenario has others */
    char folder[] = "/tmp/placesim-order-XXXXXX", command[600];
    static const struct {
        uint32_t number;
        unsigned flags;
    } files[] = { { 5, 0 }, { 5, SHUFFLED }, { 6, 0 } };
    ck_assert_ptr_nonnull(mkdtemp(folder));
    for (int k = 0; k < 3; k++) {
        char path[80];
        text xml = { 0 };
        scenario_random(&xml, files[k].number, files[k].flags);
        snprintf(path, sizeof path, "%s/%d.xml", folder, k);
        FILE *file = fopen(path, "w");
        ck_assert_ptr_nonnull(file);
        fputs(xml.at, file);
        ck_assert_int_eq(fclose(file), 0);
        text_free(&xml);
        snprintf(command, sizeof command, "cd %s && %s%s run %d.xml -n 300 -q -o %d.h5 2>warned && %s%s info %d.h5 | grep digest >%d", folder,
                 getenv("PLACESIM")[0] == '/' ? "" : "$OLDPWD/", getenv("PLACESIM"), k, k, getenv("PLACESIM")[0] == '/' ? "" : "$OLDPWD/",
                 getenv("PLACESIM"), k, k);
        ck_assert_int_eq(system(command), 0);
    }
    snprintf(command, sizeof command, "cd %s && cmp -s 0.xml 1.xml", folder);
    ck_assert_int_ne(system(command), 0); /* it is in another order */
    snprintf(command, sizeof command, "cd %s && test $(wc -l <0) -eq 2 && cmp 0 1 && ! cmp -s 0 2", folder);
    ck_assert_int_eq(system(command), 0);
    snprintf(command, sizeof command, "rm -r %s", folder);
    ck_assert_int_eq(system(command), 0);
}
END_TEST

START_TEST(m4_new_ids_that_keep_their_keys_change_nothing) {
    for (uint32_t number = 0; number < N_SCENARIOS; number++) {
        place_plan *plan, *renamed;
        place_results *one = results_of(number, 0, N, &plan), *two = results_of(number, WITH_KEYS, N, &renamed);
        ck_assert_str_ne(plan->needs.items[0].id, renamed->needs.items[0].id);
        assert_same_results(one, two, N);
        place_results_free(one), place_results_free(two);
        place_plan_free(plan), place_plan_free(renamed);
    }
}
END_TEST

/* Two areas that run short. */
#define WORLD                                                                                                                                          \
    "<time start='2021-09-01' steps='12' step='term'/><area id='north' reach='south'/><area id='south'/><need id='n'/><stock date='2021-09-01'/>"      \
    "<provision id='mainstream' kind='open'/><provision id='special' kind='limited'/><provision id='independent' kind='open'/>"                        \
    "<table name='population'><row value='400'/></table><table name='new-plans'><row ncy='-1..10' value='0.006'/></table>"                             \
    "<table name='joiner-target'><row to='special' value='0.3'/><row to='mainstream' residual='yes'/></table>"                                         \
    "<table name='move'><row from='mainstream' to='special' value='0.05'/></table><table name='cease'><row value='0.05' when='through-year'/></table>" \
    "<table name='waiting-setting'><row setting='mainstream'/></table>"                                                                                \
    "<table name='divert'><row to='special' setting='independent' at-once='0.1' rate='0.2'/></table>"

START_TEST(m4_new_ids_without_keys_change_the_draws) { /* planted for M4: another id is another key, and other luck */
    static const char *const needs[] = { "n", "m" };
    place_results *results[2];
    for (int k = 0; k < 2; k++) {
        place_plan *plan = scenario_plan(
            "<time start='2021-09-01' steps='3' step='term'/><area id='a'/><need id='%s'/><stock date='2021-09-01'/><provision id='open' kind='open'/>"
            "<provision id='other' kind='open'/><table name='population'><row value='400'/></table><table name='new-plans'><row value='0.006'/></table>"
            "<table name='joiner-target'><row to='open' value='1'/></table>",
            needs[k]);
        results[k] = run_all(plan, N, 1);
        place_plan_free(plan);
    }
    ck_assert(differ(results[0], results[1], PLACE_VAR_JOINED, N));
    place_results_free(results[0]), place_results_free(results[1]);
}
END_TEST

/* ---- M1, M2: more places, sooner ---- */

static double total(const place_results *results, place_variable_id variable, int64_t i) {
    double sum = 0;
    for (size_t cell = 0; cell < place_results_cells(results, variable); cell++)
        sum += place_results_value(results, variable, cell, i);
    return sum;
}

#define ONE_AREA                                                                                                                                       \
    "<time start='2021-09-01' steps='12' step='term'/><area id='a'/><need id='n'/><need id='m'/><stock date='2021-09-01'/>"                            \
    "<provision id='mainstream' kind='open'/><provision id='special' kind='limited'/>"                                                                 \
    "<table name='population'><row value='400'/></table><table name='new-plans'><row ncy='-1..10' value='0.003'/></table>"                             \
    "<table name='joiner-target'><row to='special' value='0.3'/><row to='mainstream' residual='yes'/></table>"                                         \
    "<table name='move'><row from='mainstream' to='special' value='0.05'/></table><table name='cease'><row value='0.05' when='through-year'/></table>" \
    "<table name='waiting-setting'><row setting='mainstream'/></table>"

START_TEST(m1_one_place_more_never_adds_to_the_shortfall) { /* one school: in each replication, shortfall and waiting */
    int64_t n_fewer = 0;
    place_results *before = NULL;
    for (int places = 18; places <= 22; places++) {
        place_plan *plan = scenario_plan(
            ONE_AREA "<site id='s' area='a' provision='special' ncy='-4..20'><places commissioned='%d'/></site>",
            places);
        place_results *now = run_all(plan, 200, 2);
        for (int64_t i = 0; before != NULL && i < 200; i++) {
            ck_assert_double_le(total(now, PLACE_VAR_SHORTFALL, i), total(before, PLACE_VAR_SHORTFALL, i));
            ck_assert_double_le(total(now, PLACE_VAR_SHORTFALL_AUTHORITY, i),
                                total(before, PLACE_VAR_SHORTFALL_AUTHORITY, i));
            n_fewer += total(now, PLACE_VAR_SHORTFALL_AUTHORITY, i) < total(before, PLACE_VAR_SHORTFALL_AUTHORITY, i);
        }
        if (before != NULL) assert_same_variable(now, before, PLACE_VAR_DEMAND, 200);
        place_results_free(before);
        before = now;
        place_plan_free(plan);
    }
    ck_assert_int_gt(n_fewer, 400); /* and it does less, mostly: of 800 pairs */
    place_results_free(before);
}
END_TEST

START_TEST(m6_one_school_of_all_places_lacks_no_more_than_two) {
    /* Two schools alike but for their areas, within reach of each other, or one school with the places of both. In each replication the
       lack of places is not greater at either level, and as large for the authority; by area it is less, mostly. */
    static const char *const schools[] = {
        "<site id='s' area='south' provision='special' ncy='-4..20'><places commissioned='12'/></site>"
        "<site id='t' area='south' provision='special' ncy='-4..20'><places commissioned='9'/></site>",
        "<site id='s' area='south' provision='special' ncy='-4..20'><places commissioned='21'/></site>",
    };
    place_results *results[2];
    for (int k = 0; k < 2; k++) {
        place_plan *plan = scenario_plan(WORLD "<phase id='all' from-ncy='-4' to-ncy='20'/>%s", schools[k]);
        results[k] = run_all(plan, 200, 2);
        place_plan_free(plan);
    }
    int64_t n_short = 0;
    for (int64_t i = 0; i < 200; i++) {
        ck_assert_double_le(total(results[1], PLACE_VAR_SHORTFALL, i), total(results[0], PLACE_VAR_SHORTFALL, i));
        ck_assert_double_eq(total(results[1], PLACE_VAR_SHORTFALL_AUTHORITY, i), total(results[0], PLACE_VAR_SHORTFALL_AUTHORITY, i));
        n_short += total(results[0], PLACE_VAR_SHORTFALL_AUTHORITY, i) > 0;
    }
    ck_assert_int_gt(n_short, 50); /* else nothing would have been compared */
    assert_same_variable(results[0], results[1], PLACE_VAR_DEMAND, 200);
    place_results_free(results[0]), place_results_free(results[1]);
}
END_TEST

START_TEST(m8_the_same_four_years_later_gives_the_same) {
    /* Every date, year and base year moved by four years, which is one leap cycle: the numbers are equal. By one year they are not: a term, or the
       course of a project, then has another number of days (planted). */
    static const int by[] = { 0, 4, 1 };
    place_results *results[3];
    for (int k = 0; k < 3; k++) {
        int y = 2021 + by[k];
        place_plan *plan = scenario_plan(
            "<time start='%d-09-01' steps='12' step='term'/><area id='a'/><need id='n'/><stock date='%d-09-01'/>"
            "<provision id='mainstream' kind='open'/><provision id='special' kind='limited'/>"
            "<table name='population'><row value='400'/><row year='%d' value='500'/></table><table name='new-plans'><row ncy='-1..10' value='0.004'/></table>"
            "<trend flow='new-plans' base-year='%d' growth='0.05' psi='0.7' sd='0.05' last-growth='0.05'/><year-effect flow='new-plans' phi='0.5' sigma='0.3'/>"
            "<table name='joiner-target'><row to='special' value='0.4'/><row to='mainstream' residual='yes'/></table>"
            "<table name='cease'><row value='0.05' when='through-year'/></table><table name='waiting-setting'><row setting='mainstream'/></table>"
            "<site id='s' area='a' provision='special' ncy='-4..20'><places commissioned='8'/><event date='%d-03-14' kind='change' places='3'/></site>"
            "<site id='t' area='a' provision='special' ncy='-4..20' delivered='yes'><places commissioned='0'/></site>"
            "<gate id='cabinet' dates='%d-02-29 %d-06-10 %d-11-10'/>"
            "<project id='p' start='%d-10-11' opens='term' cost='1000000' inflation='0.03'><activity id='plan' duration='pert(2, 4, 9)' unit='months' gate='cabinet' defer='0.3'/>"
            "<activity id='build' after='plan' duration='pert(4, 8, 14)' unit='months'/><delivers site='t' places='6'/></project>",
            y, y, y + 1, y, y + 2, (y + 3) / 4 * 4, y + 3, y + 3, y);
        results[k] = run_all(plan, 50, 2);
        place_plan_free(plan);
    }
    assert_same_results(results[0], results[1], 50);
    ck_assert(differ(results[0], results[2], PLACE_VAR_PROJECT_OPENING, 50));
    for (int k = 0; k < 3; k++) place_results_free(results[k]);
}
END_TEST

START_TEST(m2_opening_sooner_never_adds_to_those_without) {
    /* The school of 12 opens with term 1, 4, 7, 10 or never. Who sits there is the lot's, so pupils leave it at other
       times: in mean, by a paired test; demand is the same to the pupil. */
    static const char *const opens[] = { "2021-09-01", "2022-09-01", "2023-09-01", "2024-09-01", "2031-09-01" };
    double *last = NULL;
    for (int k = 0; k < 5; k++) {
        place_plan *plan = scenario_plan(
            ONE_AREA
            "<site id='s' area='a' provision='special' ncy='-4..20' opens='%s'><places commissioned='12'/></site>",
            opens[k]);
        place_results *results = run_all(plan, 400, 2);
        double *now = malloc(400 * sizeof *now);
        ck_assert_ptr_nonnull(now);
        for (int64_t i = 0; i < 400; i++) now[i] = total(results, PLACE_VAR_UNMET, i);
        if (last != NULL) {
            for (int i = 0; i < 400; i++) last[i] = now[i] - last[i]; /* later less sooner */
            double mean = mean_of(last, 400), error = sqrt(variance_of(last, 400) / 400);
            ck_assert_double_gt(mean, Z * error); /* a year of 12 places: some 36 pupil-terms, far from none */
        }
        free(last);
        last = now;
        place_results_free(results);
        place_plan_free(plan);
    }
    free(last);
}
END_TEST

/* ---- M10, threads ---- */

START_TEST(m10_more_replications_keep_the_first) {
    for (uint32_t number = 0; number < 4; number++) {
        place_plan *plan, *again;
        place_results *one = results_of(number, 0, 300, &plan), *two = results_of(number, 0, 600, &again);
        assert_same_results(one, two, 300);
        ck_assert(isnan(place_results_value(one, PLACE_VAR_DEMAND, 0, 299)) == false);
        bool repeats = true; /* planted: replications 300 to 599 are not the first again */
        for (size_t cell = 0; cell < place_results_cells(two, PLACE_VAR_DEMAND); cell++)
            for (int64_t i = 0; i < 300 && repeats; i++)
                repeats = place_results_value(two, PLACE_VAR_DEMAND, cell, i)
                    == place_results_value(two, PLACE_VAR_DEMAND, cell, i + 300);
        ck_assert(!repeats);
        place_results_free(one), place_results_free(two);
        place_plan_free(plan), place_plan_free(again);
    }
}
END_TEST

START_TEST(any_number_of_threads_gives_the_same_results) {
    static const int threads[] = { 2, 3, 8, 64 };
    for (uint32_t number = 10; number < 13; number++) {
        text xml = { 0 };
        scenario_random(&xml, number, 0);
        place_plan *plan = scenario_load_text(xml.at, NULL, 0);
        place_results *one = run_all(plan, 1100, 1); /* five blocks, the last of 76 */
        for (int k = 0; k < 4; k++) {
            place_results *two = run_all(plan, 1100, threads[k]);
            assert_same_results(one, two, 1100);
            place_results_free(two);
        }
        place_results_free(one);
        place_plan_free(plan);
        text_free(&xml);
    }
}
END_TEST

START_TEST(a_replication_alone_is_what_it_was_among_others) {
    for (uint32_t number = 20; number < 30; number++) {
        place_plan *plan;
        place_results *all = results_of(number, 0, 40, &plan);
        place_layout layout = place_layout_of(plan, PLACE_DETAIL_NEED | PLACE_DETAIL_NCY | PLACE_DETAIL_AREA);
        place_replication *replication = place_replication_create(plan, &layout);
        char *record = aligned_alloc(64, layout.record_size);
        place_error err = { 0 };
        static const int64_t order[] = { 39, 7, 23 };
        for (int k = 0; k < 3; k++) { /* backwards, in one scratch: nothing is left over */
            int64_t i = order[k];
            ck_assert_int_eq(place_replication_run(replication, (const int64_t[]){ i, i, i, i }, record, &err),
                             PLACE_OK);
            const int32_t *demand = (const int32_t *)(const void *)(record + layout.offset[PLACE_VAR_DEMAND]),
                          *waiting = (const int32_t *)(const void *)(record + layout.offset[PLACE_VAR_WAITING]);
            for (size_t cell = 0; cell < layout.n_cells[PLACE_VAR_DEMAND]; cell++)
                if (demand[cell] != place_results_value(all, PLACE_VAR_DEMAND, cell, i)
                    || waiting[cell] != place_results_value(all, PLACE_VAR_WAITING, cell, i))
                    ck_abort_msg("scenario %u, replication %lld, cell %zu", number, (long long)i, cell);
        }
        free(record);
        place_replication_free(replication);
        place_results_free(all);
        place_plan_free(plan);
    }
}
END_TEST

/* ---- M11: without chance ---- */

START_TEST(m11_without_chance_all_replications_are_one) {
    /* Who of a year group sits in a full school is still the lot's, so what hangs on single seats is left out: demand
       (P10 = P50 = P90) and all of the projects, in each of 40 random scenarios. */
    static const place_variable_id same[] = { PLACE_VAR_DEMAND,
                                              PLACE_VAR_CEASED,
                                              PLACE_VAR_AGED_OUT,
                                              PLACE_VAR_MOVED,
                                              PLACE_VAR_SITE_COMMISSIONED,
                                              PLACE_VAR_PROJECT_OPENING,
                                              PLACE_VAR_PROJECT_SPEND,
                                              PLACE_VAR_ACTIVITY_FINISH,
                                              PLACE_VAR_DEMAND_BY_NCY };
    int n_flows = 0;
    for (uint32_t number = 0; number < N_SCENARIOS; number++) {
        place_plan *plan;
        place_results *results = results_of(number, WITHOUT_CHANCE | WITHOUT_FEEDBACK, N, &plan);
        ck_assert_uint_eq(plan->n_inputs, 0);
        for (size_t k = 0; k < sizeof same / sizeof *same; k++)
            for (size_t cell = 0; cell < place_results_cells(results, same[k]); cell++) {
                double first = place_results_value(results, same[k], cell, 0);
                n_flows += same[k] == PLACE_VAR_MOVED && first > 0;
                for (int64_t i = 1; i < N; i++) {
                    double x = place_results_value(results, same[k], cell, i);
                    if (x != first && !(isnan(x) && isnan(first)))
                        ck_abort_msg("scenario %u, %s", number, place_catalogue[same[k]].name);
                }
            }
        place_results_free(results);
        place_plan_free(plan);
    }
    ck_assert_int_gt(n_flows, N_SCENARIOS); /* something happened */
    place_plan *plan;                       /* planted: with chance, replications differ */
    place_results *results = results_of(0, 0, N, &plan);
    bool all_one = true;
    for (size_t cell = 0; cell < place_results_cells(results, PLACE_VAR_DEMAND); cell++)
        for (int64_t i = 1; i < N; i++)
            all_one &= place_results_value(results, PLACE_VAR_DEMAND, cell, i)
                == place_results_value(results, PLACE_VAR_DEMAND, cell, 0);
    ck_assert(!all_one);
    place_results_free(results);
    place_plan_free(plan);
}
END_TEST

START_TEST(m11_one_school_one_target_is_a_deterministic_run) {
    /* 12 Year 6 pupils: 9 to the school of 9, 3 wait, each run */
    place_plan *plan = scenario_plan(
        "<time start='2021-09-01' steps='3' step='year'/><area id='a'/><need id='n'/><stock date='2021-09-01'/><provision id='mainstream' kind='open'/>"
        "<provision id='special' kind='limited'/><site id='s' area='a' provision='special' ncy='7..11'><places commissioned='9'/></site>"
        "<table name='stock'><row area='a' ncy='6' need='n' setting='mainstream' count='12'/></table><table name='waiting-setting'><row setting='mainstream'/></table>"
        "<table name='phase-transfer'><row ncy='7' from='mainstream' to='special' value='1'/></table>");
    place_results *results = run_all(plan, 100, 2);
    size_t secondary = index_of(&plan->phases, "secondary"), special = index_of(&plan->provisions, "special");
    for (int64_t i = 0; i < 100; i++)
        for (size_t t = 1; t < 3; t++) {
            ck_assert_double_eq(place_results_value(results, PLACE_VAR_WAITING,
                                                    CELL(plan, PLACE_VAR_WAITING, t, 0, secondary, special), i),
                                3);
            ck_assert_double_eq(
                place_results_value(results, PLACE_VAR_SITE_ROLL, CELL(plan, PLACE_VAR_SITE_ROLL, t, 0), i), 9);
        }
    place_results_free(results);
    place_plan_free(plan);
}
END_TEST

/* ---- M13: places do not touch demand ---- */

static void replace_all(text *out, const char *xml, const char *from, const char *to) {
    for (const char *at; (at = strstr(xml, from)) != NULL; xml = at + strlen(from))
        text_add(out, "%.*s%s", (int)(at - xml), xml, to);
    text_add(out, "%s", xml);
}

static const place_variable_id demand_outputs[] = { PLACE_VAR_DEMAND,
                                                    PLACE_VAR_DEMAND_ONLY,
                                                    PLACE_VAR_DEMAND_BY_NEED,
                                                    PLACE_VAR_DEMAND_BY_NCY,
                                                    PLACE_VAR_JOINED,
                                                    PLACE_VAR_CEASED,
                                                    PLACE_VAR_AGED_OUT,
                                                    PLACE_VAR_TRANSFERRED_IN,
                                                    PLACE_VAR_TRANSFERRED_OUT,
                                                    PLACE_VAR_MOVED,
                                                    PLACE_VAR_MOVED_BY_AREA,
                                                    PLACE_VAR_FORWARD,
                                                    PLACE_VAR_TRANSFER_DUE_FEBRUARY,
                                                    PLACE_VAR_TRANSFER_DUE_MARCH };

START_TEST(m13_places_leave_demand_as_it_is_to_the_pupil) { /* no giving up, by which places do reach demand */
    int n_differ = 0;
    for (uint32_t number = 0; number < N_SCENARIOS; number++) {
        text xml = { 0 }, many = { 0 }, none = { 0 };
        scenario_random(&xml, number, WITHOUT_FEEDBACK);
        replace_all(&many, xml.at, " commissioned='", " commissioned='5000"); /* 8 becomes 50008 */
        replace_all(&none, xml.at, "kind='stop-intake'", "kind='resume-intake'");
        text other = { 0 };
        replace_all(&other, none.at, " take-up='", " take-up='0.3' quality='guess' reason='");
        place_plan *plans[] = { scenario_load_text(xml.at, NULL, 0), scenario_load_text(many.at, NULL, 0),
                                scenario_load_text(other.at, NULL, 0) };
        place_results *results[3];
        for (int k = 0; k < 3; k++) results[k] = run_all(plans[k], N, 2);
        for (size_t v = 0; v < sizeof demand_outputs / sizeof *demand_outputs; v++)
            for (int k = 1; k < 3; k++) assert_same_variable(results[0], results[k], demand_outputs[v], N);
        n_differ +=
            differ(results[0], results[1], PLACE_VAR_WAITING, N) + differ(results[0], results[2], PLACE_VAR_WAITING, N);
        for (int k = 0; k < 3; k++) place_results_free(results[k]), place_plan_free(plans[k]);
        text_free(&xml), text_free(&many), text_free(&none), text_free(&other);
    }
    ck_assert_int_gt(n_differ, N_SCENARIOS / 2); /* planted: the place layers do differ */
}
END_TEST

START_TEST(m13_giving_up_is_the_one_way_back) { /* planted for M13: with giving up, places reach demand */
    const char *give_up = "<table name='give-up'><row value='0.5'/></table>";
    place_plan *one = scenario_plan(
        WORLD "<site id='s' area='north' provision='special' ncy='-4..20'><places commissioned='10'/></site>%s",
        give_up);
    place_plan *two = scenario_plan(
        WORLD "<site id='s' area='north' provision='special' ncy='-4..20'><places commissioned='500'/></site>%s",
        give_up);
    place_results *few = run_all(one, N, 2), *many = run_all(two, N, 2);
    ck_assert(differ(few, many, PLACE_VAR_DEMAND, N));
    place_results_free(few), place_results_free(many);
    place_plan_free(one), place_plan_free(two);
}
END_TEST

START_TEST(another_site_re_deals_nobody_elses_draws) {
    /* A site that teaches other years than anybody has changes no value of any variable without a site axis; nor does a
       project of its own shift another project's dates. */
    static const char both_areas[] = WORLD
        "<site id='s' area='north' provision='special' ncy='-4..20'><places commissioned='10'/></site>"
        "<site id='t' area='south' provision='special' ncy='-4..20' delivered='yes'><places commissioned='0'/></site>"
        "<project id='p' start='2021-09-01'><activity id='build' duration='triangular(2, 5, 20)'/><delivers site='t' places='6'/></project>%s";
    place_plan *
        one = scenario_plan(both_areas, ""),
       *two = scenario_plan(
           both_areas,
           "<site id='aa' area='north' provision='special' ncy='20' take-up='0.5'><places commissioned='uniform(3, 9)'/></site>"
           "<project id='b' start='2021-09-01'><activity id='build' duration='triangular(2, 5, 20)'/><delivers site='aa' places='6'/></project>");
    place_results *without = run_all(one, N, 2), *with = run_all(two, N, 2);
    static const place_variable_id same[] = {
        PLACE_VAR_STOCK,  PLACE_VAR_DEMAND,          PLACE_VAR_WAITING,           PLACE_VAR_DIVERTED,
        PLACE_VAR_SOUGHT, PLACE_VAR_PLACED_OWN_AREA, PLACE_VAR_PLACED_OTHER_AREA, PLACE_VAR_LEFT_LIST,
        PLACE_VAR_JOINED, PLACE_VAR_CEASED,          PLACE_VAR_SEPTEMBER_LIST
    };
    for (size_t v = 0; v < sizeof same / sizeof *same; v++) assert_same_variable(without, with, same[v], N);
    for (int64_t i = 0; i < N; i++)
        ck_assert_double_eq(place_results_value(without, PLACE_VAR_PROJECT_OPENING, project_index(one, "p"), i),
                            place_results_value(with, PLACE_VAR_PROJECT_OPENING, project_index(two, "p"), i));
    place_results_free(without), place_results_free(with);
    place_plan_free(one), place_plan_free(two);
}
END_TEST

/* ---- shared keys ---- */

static double *unmet_and_demand(const char *const *sets, size_t n_sets, int64_t n, size_t *n_demand) {
    place_plan *plan = scenario_load_file("scenarios/county-benchmark.xml", sets, n_sets);
    size_t n_cells = plan->areas.n * plan->phases.n * plan->provisions.n, last = (plan->calendar.n_steps - 1) * n_cells;
    column *columns = malloc(2 * n_cells * sizeof *columns);
    ck_assert_ptr_nonnull(columns);
    for (size_t i = 0; i < n_cells; i++) {
        columns[i] = (column){ PLACE_VAR_DEMAND, last + i };
        columns[n_cells + i] = (column){ PLACE_VAR_UNMET, last + i };
    }
    double *x = run_columns(plan, n, columns, 2 * n_cells);
    for (size_t i = 1; i < n_cells; i++)
        for (int64_t k = 0; k < n; k++)
            x[(int64_t)n_cells * n + k] += x[(int64_t)(n_cells + i) * n + k]; /* total unmet after demand */
    free(columns);
    place_plan_free(plan);
    *n_demand = n_cells;
    return x;
}

START_TEST(shared_keys_leave_only_the_difference) {
    /* 10 % more special places in area 2 of the county (81, 128 and 36 become 89, 141 and 40), 300 replications: demand is
       equal to the pupil, and the difference in total unmet at the last step has a variance at least 100 times smaller than
       that of independent runs, which is the sum of the two runs' own. PLACESIM_SHARED_KEYS=1500 prints the figure. */
    static const char *const sets[] = { "//site[@id='area-2-special-primary']/places/@commissioned=89",
                                        "//site[@id='area-2-special-secondary']/places/@commissioned=141",
                                        "//site[@id='area-2-special-post-16']/places/@commissioned=40" };
    const char *asked = getenv("PLACESIM_SHARED_KEYS");
    size_t n = asked != NULL ? (size_t)strtoul(asked, NULL, 10) : 300, n_demand;
    double *one = unmet_and_demand(NULL, 0, (int64_t)n, &n_demand),
           *two = unmet_and_demand(sets, 3, (int64_t)n, &n_demand);
    ck_assert_mem_eq(one, two, n_demand * n * sizeof *one);
    double *unmet = one + n_demand * n, *with = two + n_demand * n,
           apart = variance_of(unmet, n) + variance_of(with, n);
    for (size_t i = 0; i < n; i++) with[i] -= unmet[i];
    double paired = variance_of(with, n), mean = mean_of(with, n);
    if (asked != NULL)
        printf("shared keys, %zu replications: mean difference %.2f, variance %.3f, independent %.1f, ratio %.0f\n", n,
               mean, paired, apart, apart / paired);
    ck_assert_double_lt(mean, -1); /* 25 places more are not nothing */
    ck_assert_double_ge(apart / paired, 100);
    double shifted = 0; /* planted: replication i against i + 1, as if keys were not shared */
    for (size_t i = 0; i + 1 < n; i++)
        shifted +=
            (with[i] + unmet[i] - unmet[i + 1] - mean) * (with[i] + unmet[i] - unmet[i + 1] - mean) / (double)(n - 1);
    ck_assert_double_lt(apart / shifted, 2);
    free(one), free(two);
}
END_TEST

Suite *metamorphic_suite(void) {
    Suite *suite = suite_create("metamorphic");
    TCase *relations = tcase_create("relations"), *keys = tcase_create("shared keys");
    tcase_add_test(relations, m1_one_place_more_never_adds_to_the_shortfall);
    tcase_add_test(relations, m6_one_school_of_all_places_lacks_no_more_than_two);
    tcase_add_test(relations, m8_the_same_four_years_later_gives_the_same);
    tcase_add_test(relations, m2_opening_sooner_never_adds_to_those_without);
    tcase_add_test(relations, areas_under_the_same_rows_have_the_rates_of_areas_with_equal_rows_of_their_own);
    tcase_add_test(relations, m3_order_in_the_file_changes_nothing);
    tcase_add_test(relations, m3_order_in_the_file_changes_no_digest_of_a_run_file);
    tcase_add_test(relations, m4_new_ids_that_keep_their_keys_change_nothing);
    tcase_add_test(relations, m4_new_ids_without_keys_change_the_draws);
    tcase_add_test(relations, m10_more_replications_keep_the_first);
    tcase_add_test(relations, m11_without_chance_all_replications_are_one);
    tcase_add_test(relations, m11_one_school_one_target_is_a_deterministic_run);
    tcase_add_test(relations, m13_places_leave_demand_as_it_is_to_the_pupil);
    tcase_add_test(relations, m13_giving_up_is_the_one_way_back);
    tcase_add_test(relations, any_number_of_threads_gives_the_same_results);
    tcase_add_test(relations, a_replication_alone_is_what_it_was_among_others);
    tcase_add_test(relations, another_site_re_deals_nobody_elses_draws);
    tcase_add_test(keys, shared_keys_leave_only_the_difference);
    suite_add_tcase(suite, relations);
    suite_add_tcase(suite, keys);
    return suite;
}
