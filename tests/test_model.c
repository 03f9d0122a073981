/* SPDX-License-Identifier: MIT */
/*
 * The model by small scenarios worked out by hand: ageing, placing, what happens to sites, projects, causes and the ledger.
 * Nothing in them is left to chance but where a test says so, so that one replication is enough: pupils begin to seek
 * because they wait in the opening stock, because a move or a transfer is certain, or because their site closes.
 */
#include <check.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../src/model/draws.h"
#include "../src/model/state.h"
#include "place/date.h"
#include "scenarios.h"
#include "suites.h"
#include "used_up.h"

/* ---- a scenario and its results ---- */

#define TERMS "<stock date='2021-09-01'/><time start='2021-09-01' step='term' steps='" /* the number, "3'/>", follows */
#define YEARS "<stock date='2021-09-01'/><time start='2021-09-01' step='year' steps='"
#define PLACE_KINDS                                                                                                    \
    "<provision id='open' kind='open'/><provision id='special' kind='limited'/><provision id='base' kind='limited'/>"  \
    "<provision id='private' kind='open'/><table name='waiting-setting'><row setting='open'/></table>"
#define BASICS                                                                                                         \
    "<phase id='primary' from-ncy='-4' to-ncy='6'/><phase id='secondary' from-ncy='7' to-ncy='20'/><need id='n'/>" PLACE_KINDS
#define PRIMARY 0
#define SECONDARY 1

static double at(const world *w, place_variable_id variable, const size_t *indices) {
    return place_results_value(w->results, variable, cell_at(w->plan, variable, indices), 0);
}
#define AT(w, variable, ...) at(&(w), PLACE_VAR_##variable, (const size_t[]){ __VA_ARGS__ })
#define SITE(w, variable, t, id) AT(w, variable, (t), site_index((w).plan, (id)))
#define IS(value, number) ck_assert_double_eq((value), (number))

/* ---- state ---- */

START_TEST(a_state_that_memory_is_out_for_is_none) { /* at the first byte, and once 5 KB are gone: of 64, 60,000 are taken */
    place_plan *plan = scenario_plan("%s", TERMS "1'/><area id='a'/>" BASICS);
    place_layout layout = place_layout_of(plan, 0);
    for (size_t before = 0; before <= 60000; before += 60000) {
        place_arena *arena = arena_used_up(before);
        ck_assert_ptr_null(place_state_create(arena, plan, &layout));
        place_arena_free(arena);
    }
    place_plan_free(plan);
}
END_TEST

START_TEST(cohorts_stand_in_one_order_and_merge) {
    place_plan *plan =
        scenario_plan(YEARS "1'/><area id='a'/>" BASICS
                            "<site id='s' area='a' provision='special' ncy='0..11'><places commissioned='8'/></site>");
    place_layout layout = place_layout_of(plan, 0);
    place_arena *arena = place_arena_create();
    place_state *s = place_state_create(arena, plan, &layout);
    place_cell cell = place_cell_at(s, 0, 0, 7, (int32_t)index_of(&plan->targets, "special"), false);
    int32_t open = (int32_t)index_of(&plan->provisions, "open"), site = (int32_t)plan->provisions.n, before;
    int32_t flows[64] = { 0 }; /* where the ledger books: one step's [area][phase][provision] */
    for (int i = 0; i < N_LEDGERS; i++) s->flow[i] = flows;
    s->area_balance[0] = 12;
    place_demand_add(s, &cell, 12);
    place_cohort_put(s, &cell, site, PLACE_PLACED, PLACE_TRANSFER, 0, 4);
    place_begin_seeking(s, &cell, open, PLACE_MOVE, 2, 3);
    place_begin_seeking(s, &cell, open, PLACE_NEW_PLAN, 5, 1);
    place_begin_seeking(s, &cell, open, PLACE_MOVE, 1, 2);
    place_begin_seeking(s, &cell, open, PLACE_MOVE, 2, 2); /* 3 + 2 in one cohort */
    place_state_verify(s, true);
    int32_t node = place_cohort_find(s, &cell, open, PLACE_WAITING, PLACE_MOVE, 2, MARK_NEW, &before);
    ck_assert_int_eq(s->cohorts[node].count, 5);
    ck_assert_int_eq(s->cohorts[before].wait, 1); /* setting, seat, class, wait: class new plan comes first of all */
    ck_assert_int_eq(s->cohorts[s->head[cell.index]].class_, PLACE_NEW_PLAN);
    ck_assert_int_eq(s->waiting[place_state_apnt(s, &cell)], 8);
    ck_assert_int_eq(s->sites[0].roll, 4);
    ck_assert_int_eq(s->sites[0].roll_ncy[7], 4);
    place_cohort_take(s, &cell, before, node, 5); /* the whole of it: its node is free for the next */
    place_ledger_book(s, &cell, LEDGER_LEFT, 0, 5);
    place_demand_add(s, &cell, -5);
    s->area_balance[0] = 7;
    place_state_verify(s, true);
    ck_assert_int_eq(s->free_cohort, node);
    ck_assert_int_eq(place_cohort_find(s, &cell, open, PLACE_WAITING, PLACE_MOVE, 2, MARK_NEW, &before), PLACE_NONE);
    place_arena_free(arena);
    place_plan_free(plan);
}
END_TEST

/* ---- ageing and the September round ---- */

START_TEST(the_first_september_ages_nobody_and_year_20_ages_out) {
    /* 5 of Year 19: there in 2021, Year 20 in 2022, out in 2023 */
    world w = world_of(YEARS "3'/><area id='a'/>" BASICS
                             "<table name='stock'><row area='a' ncy='19' need='n' setting='open' count='5'/></table>");
    IS(AT(w, DEMAND_BY_NCY, 0, 0, 23, w.open), 5);
    IS(AT(w, DEMAND_BY_NCY, 1, 0, 24, w.open), 5);
    IS(AT(w, DEMAND, 2, 0, SECONDARY, w.open), 0);
    IS(AT(w, AGED_OUT, 2, 0, SECONDARY, w.open), 5);
    free_world(&w);
}
END_TEST

START_TEST(a_run_from_january_ages_in_its_first_september) {
    /* January, April, September: no September count in 2020 */
    world w = world_of("<time start='2021-01-01' steps='3' step='term'/><stock date='2021-01-01'/><area id='a'/>" BASICS
                       "<table name='stock'><row area='a' ncy='3' need='n' setting='open' count='5'/></table>");
    IS(AT(w, DEMAND_BY_NCY, 1, 0, 7, w.open), 5);
    IS(AT(w, DEMAND_BY_NCY, 2, 0, 8, w.open), 5);
    ck_assert(isnan(AT(w, SEPTEMBER_DEMAND, 0, 0, PRIMARY, w.open)));
    IS(AT(w, SEPTEMBER_DEMAND, 1, 0, PRIMARY, w.open), 5);
    free_world(&w);
}
END_TEST

START_TEST(who_crosses_a_boundary_draws_a_target_and_seeks) {
    /* 12 of Year 6 in 2021: 2022 enters Year 7 with target special, 9 places at the secondary, 3 wait in class transfer.
       5 in the primary special school, which does not teach Year 7, seek too: 17 seek, 9 get in, 8 wait. */
    world w = world_of(
        YEARS
        "2'/><area id='a'/>" BASICS
        "<site id='p' area='a' provision='special' ncy='0..6'><places commissioned='5'/></site>"
        "<site id='s' area='a' provision='special' ncy='7..11'><places commissioned='9'/></site>"
        "<table name='stock'><row area='a' ncy='6' need='n' setting='open' count='12'/><row area='a' ncy='6' need='n' setting='p' count='5'/></table>"
        "<table name='phase-transfer'><row ncy='7' from='open' to='special' value='1'/></table>");
    IS(AT(w, CLASS_SOUGHT, 1, PLACE_TRANSFER, SECONDARY, w.special), 17);
    IS(AT(w, CLASS_PLACED, 1, PLACE_TRANSFER, SECONDARY, w.special), 9);
    IS(AT(w, SEPTEMBER_WAITING, 1, 0, SECONDARY, w.special), 8);
    IS(AT(w, SITE_ROLL, 1, site_index(w.plan, "p")), 0);
    IS(AT(w, MOVED, 1, SECONDARY, w.open, w.special), 12);
    IS(AT(w, TRANSFER_SHEET, 1, SECONDARY, 0, w.special), 17);
    IS(AT(w, TRANSFER_DUE_FEBRUARY, 1, SECONDARY, 0, w.special), 5); /* by present target: 5 special, 12 open */
    IS(AT(w, TRANSFER_DUE_MARCH, 1, SECONDARY, 0, w.open), 12);
    IS(AT(w, STOCK, 1, 0, SECONDARY, w.open), 8); /* where they wait */
    free_world(&w);
}
END_TEST

START_TEST(an_all_through_school_keeps_the_seat_and_a_ceasing_share_leaves) {
    world w = world_of(
        YEARS
        "2'/><area id='a'/>" BASICS
        "<site id='s' area='a' provision='special' ncy='0..11'><places commissioned='5'/></site>"
        "<table name='stock'><row area='a' ncy='6' need='n' setting='s' count='5'/><row area='a' ncy='6' need='n' setting='open' count='7'/></table>"
        "<table name='phase-transfer'><row ncy='7' from='open' to='ceases' value='1'/></table>");
    IS(SITE(w, SITE_ROLL, 1, "s"), 5);
    IS(AT(w, CLASS_SOUGHT, 1, PLACE_TRANSFER, SECONDARY, w.special), 0);
    IS(AT(w, SOUGHT, 1, 0, SECONDARY, w.special), 0);
    IS(AT(w, CEASED, 1, 0, PRIMARY, w.open), 7); /* in the phase they leave */
    free_world(&w);
}
END_TEST

START_TEST(a_site_is_outgrown_within_a_phase) {
    /* taught to Year 3: 4 pupils enter Year 4, in class transfer, and find the other site */
    world w = world_of(YEARS "2'/><area id='a'/>" BASICS
                             "<site id='s' area='a' provision='special' ncy='0..3'><places commissioned='5'/></site>"
                             "<site id='t' area='a' provision='special' ncy='4..6'><places commissioned='3'/></site>"
                             "<table name='stock'><row area='a' ncy='3' need='n' setting='s' count='4'/></table>");
    IS(SITE(w, SITE_ROLL, 0, "s"), 4);
    IS(SITE(w, SITE_ROLL, 1, "s"), 0);
    IS(SITE(w, SITE_ROLL, 1, "t"), 3);
    IS(AT(w, WAITING, 1, 0, PRIMARY, w.special), 1);
    IS(AT(w, CLASS_SOUGHT, 1, PLACE_TRANSFER, PRIMARY, w.special), 4);
    free_world(&w);
}
END_TEST

START_TEST(who_is_named_for_september_waits_for_it) {
    /* All new plans of Year 6 start next September, with the target of Year 7, special; they come in the year 2021 (100 x
       0.5 expected, number by chance), are forward, not waiting, and the next September all find a place. */
    world w = world_of(
        TERMS
        "4'/><area id='a'/>" BASICS
        "<site id='s' area='a' provision='special' ncy='7..11'><places commissioned='500'/></site>"
        "<table name='population'><row value='100'/></table><table name='new-plans'><row ncy='6' value='0.5'/></table>"
        "<table name='september-start'><row value='1'/></table>"
        "<table name='joiner-target'><row ncy='-4..6' to='open' value='1'/><row ncy='7..20' to='special' value='1'/></table>");
    double n = AT(w, JOINED, 0, 0, PRIMARY, w.special) + AT(w, JOINED, 1, 0, PRIMARY, w.special)
        + AT(w, JOINED, 2, 0, PRIMARY, w.special);
    ck_assert_double_gt(n, 20);
    IS(AT(w, FORWARD, 2, 0, PRIMARY, w.special), n);
    IS(AT(w, DEMAND, 2, 0, PRIMARY, w.special), n);
    IS(AT(w, WAITING, 2, 0, PRIMARY, w.special), 0);
    IS(AT(w, CLASS_SOUGHT, 1, PLACE_TRANSFER, SECONDARY, w.special), n);
    IS(AT(w, SITE_ROLL, 3, 0), n);
    IS(AT(w, FORWARD, 3, 0, SECONDARY, w.special), 0);
    free_world(&w);
}
END_TEST

START_TEST(stayers_of_an_all_through_school_are_apart_from_the_sheet_and_a_first_september_has_neither) {
    /* 2022: 5 at the all-through school stay in it; 4 of the primary special school must change; 7 of open want special:
       stayers 5, sheet 4 + 7. The run starts on 1 September 2021, when nobody crosses: no reading. */
    world w = world_of(
        YEARS
        "2'/><area id='a'/>" BASICS
        "<site id='p' area='a' provision='special' ncy='0..6'><places commissioned='4'/></site>"
        "<site id='s' area='a' provision='special' ncy='0..11'><places commissioned='30'/></site>"
        "<table name='stock'><row area='a' ncy='6' need='n' setting='s' count='5'/><row area='a' ncy='6' need='n' setting='p' count='4'/>"
        "<row area='a' ncy='6' need='n' setting='open' count='7'/></table>"
        "<table name='phase-transfer'><row ncy='7' from='open' to='special' value='1'/></table>");
    IS(AT(w, TRANSFER_STAYERS, 1, SECONDARY, 0, w.special), 5);
    IS(AT(w, TRANSFER_SHEET, 1, SECONDARY, 0, w.special), 11);
    IS(SITE(w, SITE_ROLL, 1, "s"), 16);
    ck_assert(isnan(AT(w, TRANSFER_SHEET, 0, SECONDARY, 0, w.special)));
    ck_assert(isnan(AT(w, TRANSFER_STAYERS, 0, SECONDARY, 0, w.special)));
    free_world(&w);
}
END_TEST

START_TEST(transfers_due_in_march_are_read_on_1_april_after_those_of_the_spring_term_have_joined) {
    /* All new plans come between January and April, about 50 in Year 6. February's reading, of 1 January, has the 7 of the
       stock; March's, of 1 April, has the new ones too. */
    world w = world_of(
        "<time start='2021-09-01' steps='4' step='term' weights='0 1 0'/><stock date='2021-09-01'/><area id='a'/>" BASICS
        "<table name='stock'><row area='a' ncy='6' need='n' setting='open' count='7'/></table>"
        "<table name='population'><row value='100'/></table><table name='new-plans'><row ncy='6' value='0.5'/></table>"
        "<table name='joiner-target'><row to='special' value='1'/></table>");
    double n = AT(w, JOINED, 1, 0, PRIMARY, w.special);
    ck_assert_double_gt(n, 15);
    IS(AT(w, JOINED, 0, 0, PRIMARY, w.special), 0);
    IS(AT(w, TRANSFER_DUE_FEBRUARY, 1, SECONDARY, 0, w.special), 0);
    IS(AT(w, TRANSFER_DUE_FEBRUARY, 1, SECONDARY, 0, w.open), 7);
    IS(AT(w, TRANSFER_DUE_MARCH, 1, SECONDARY, 0, w.special), n);
    IS(AT(w, TRANSFER_DUE_MARCH, 1, SECONDARY, 0, w.open), 7);
    free_world(&w);
}
END_TEST

/* ---- placing ---- */

/* So many wait at the start, by class and steps waited: rows of stock and of stock-waiting, from 40 in Year 3. */
#define WAITERS(rows)                                                                                                         \
    "<table name='stock'><row area='a' ncy='3' need='n' setting='open' count='40'/></table><table name='stock-waiting'>" rows \
    "</table>"
#define WAITER(class, wait, count)                                                                                     \
    "<row area='a' ncy='3' need='n' setting='open' to='special' class='" class "' wait='" #wait "' count='" #count     \
                                                                               "' status='waiting'/>"

START_TEST(classes_and_then_waits_are_served_in_order) {
    /* 6 places; 3 in class move who waited 9 steps, 2 new plans who waited 1, 2 new plans who waited 4, 2 in class
       transfer: transfer 2, new plans of 4 steps 2, of 1 step 2; the three movers wait on. */
    static const char *const waiters =
        WAITERS(WAITER("move", 9, 3) WAITER("new-plan", 1, 2) WAITER("new-plan", 4, 2) WAITER("transfer", 0, 2));
    world w = world_of(TERMS "1'/><area id='a'/>" BASICS
                             "<site id='s' area='a' provision='special' ncy='0..6'><places commissioned='6'/></site>%s",
                       waiters);
    IS(AT(w, CLASS_PLACED, 0, PLACE_TRANSFER, PRIMARY, w.special), 2);
    IS(AT(w, CLASS_PLACED, 0, PLACE_NEW_PLAN, PRIMARY, w.special), 4);
    IS(AT(w, CLASS_PLACED, 0, PLACE_MOVE, PRIMARY, w.special), 0);
    IS(AT(w, SEPTEMBER_STEPS_WAITED, 0, PRIMARY, 0, w.special), 27);
    free_world(&w);
    w = world_of(
        TERMS
        "1'/><area id='a'/>" BASICS
        "<placing classes='move transfer place-lost new-plan'/><site id='s' area='a' provision='special' ncy='0..6'>"
        "<places commissioned='6'/></site>%s",
        waiters);
    IS(AT(w, CLASS_PLACED, 0, PLACE_MOVE, PRIMARY, w.special), 3); /* the scenario's own order */
    IS(AT(w, CLASS_PLACED, 0, PLACE_TRANSFER, PRIMARY, w.special), 2);
    IS(AT(w, SEPTEMBER_STEPS_WAITED, 0, PRIMARY, 0, w.special),
       6); /* of the new plans the longest wait got in: 1 + 1 + 4 left */
    free_world(&w);
}
END_TEST

START_TEST(stretch_comes_after_all_commissioned_places_and_by_class) {
    /* Sites of 2, one with stretch 3 for class transfer: 4 new plans and 3 transfers seek. Transfers 3 and 1 new plan take
       the 4 commissioned; stretch is not for new plans: 3 wait. With stretch for all, nobody does. */
    static const char *const waiters = WAITERS(WAITER("new-plan", 1, 4) WAITER("transfer", 0, 3));
    world w = world_of(
        TERMS
        "1'/><area id='a'/>" BASICS
        "<site id='s' area='a' provision='special' ncy='0..6'><places commissioned='2' stretch='3' stretch-classes='transfer'/></site>"
        "<site id='t' area='a' provision='special' ncy='0..6'><places commissioned='2'/></site>%s",
        waiters);
    IS(AT(w, WAITING, 0, 0, PRIMARY, w.special), 3);
    IS(SITE(w, SITE_STRETCH_USED, 0, "s"), 0);
    free_world(&w);
    w = world_of(TERMS
                 "1'/><area id='a'/>" BASICS
                 "<site id='s' area='a' provision='special' ncy='0..6'><places commissioned='2' stretch='3'/></site>"
                 "<site id='t' area='a' provision='special' ncy='0..6'><places commissioned='2'/></site>%s",
                 waiters);
    IS(AT(w, WAITING, 0, 0, PRIMARY, w.special), 0);
    IS(SITE(w, SITE_STRETCH_USED, 0, "s"), 3);
    IS(SITE(w, SITE_PHYSICAL, 0, "s"), 5);
    free_world(&w);
}
END_TEST

START_TEST(physical_places_follow_the_stretch_as_drawn) {
    /* stretch 0 .. 6 uniform: rounded draws, each with as many physical places */
    place_plan *plan = scenario_plan(
        TERMS
        "1'/><area id='a'/>" BASICS
        "<site id='s' area='a' provision='special' ncy='0..6'><places commissioned='2' stretch='uniform(0, 6)'/></site>" WAITERS(
            WAITER("new-plan", 1, 20)));
    column c[] = { { PLACE_VAR_SITE_ROLL, 0 }, { PLACE_VAR_INPUT_VALUE, 0 } };
    double *x = run_columns(plan, 500, c, 2);
    for (size_t i = 0; i < 500; i++) ck_assert_double_eq(x[i], 2 + floor(x[500 + i] + 0.5));
    free(x);
    place_plan_free(plan);
}
END_TEST

START_TEST(admission_numbers_needs_and_years_bind) {
    /* Admission number 2 for Year 3; the second site takes other years, the third another need, the fourth has no intake. */
    world w = world_of(
        TERMS
        "1'/><area id='a'/><need id='other'/>" BASICS
        "<site id='s' area='a' provision='special' ncy='0..6'><places commissioned='9'/><admission ncy='3' number='2'/></site>"
        "<site id='t' area='a' provision='special' ncy='4..6'><places commissioned='9'/></site><site id='u' area='a' provision='special' ncy='0..6' needs='other'>"
        "<places commissioned='9'/></site><site id='v' area='a' provision='special' ncy='0..6'><places commissioned='9'/><event date='2021-09-01' kind='stop-intake'/></site>" WAITERS(
            WAITER("new-plan", 1, 5)));
    IS(SITE(w, SITE_ROLL, 0, "s"), 2);
    IS(AT(w, WAITING, 0, 0, PRIMARY, w.special), 3);
    IS(SITE(w, SITE_ROLL, 0, "t") + SITE(w, SITE_ROLL, 0, "u") + SITE(w, SITE_ROLL, 0, "v"), 0);
    free_world(&w);
}
END_TEST

#define FIVE_SITES                                                                                                     \
    "<need id='other'/><site id='z' area='a' provision='special' ncy='0..6' preference='1'><places commissioned='1'/>" \
    "</site><site id='q' area='a' provision='special' ncy='2..4' needs='n'><places commissioned='1'/></site>"          \
    "<site id='r' area='a' provision='special' ncy='0..6' needs='n'><places commissioned='2'/></site>"                 \
    "<site id='y' area='a' provision='special' ncy='0..6'><places commissioned='5'/></site>"                           \
    "<site id='x' area='a' provision='special' ncy='0..6'><places commissioned='2'/></site>"

START_TEST(sites_are_offered_by_preference_narrowness_and_free_places) {
    /* Preferred z of 1; then, of those that take one need, q of 1 (3 years) before r of 2 (7 years); then of the wide
       twins x of 2 and y of 5 the one with most free, by id when level: of 8 pupils z gets 1, q 1, r 2; y 3 (from 5 free
       down to 2), and x 1. Of 1 pupil z, of 2 z and q get one each. */
    static const char *const sites = FIVE_SITES;
    world w = world_of(TERMS "1'/><area id='a'/>" BASICS "%s" WAITERS(WAITER("new-plan", 1, 8)), sites);
    IS(SITE(w, SITE_ROLL, 0, "z"), 1);
    IS(SITE(w, SITE_ROLL, 0, "q"), 1);
    IS(SITE(w, SITE_ROLL, 0, "r"), 2);
    IS(SITE(w, SITE_ROLL, 0, "y"), 3);
    IS(SITE(w, SITE_ROLL, 0, "x"), 1);
    free_world(&w);
    w = world_of(TERMS "1'/><area id='a'/>" BASICS "%s" WAITERS(WAITER("new-plan", 1, 1)), sites);
    IS(SITE(w, SITE_ROLL, 0, "z"), 1);
    free_world(&w);
    w = world_of(TERMS "1'/><area id='a'/>" BASICS "%s" WAITERS(WAITER("new-plan", 1, 2)), sites);
    IS(SITE(w, SITE_ROLL, 0, "q"), 1);
    free_world(&w);
}
END_TEST

START_TEST(a_targets_list_is_tried_in_order_within_an_area_then_by_reach) {
    /* Target base, then special; area a reaches b, then c. 9 seek: base of a 1, special of a 2, then base of b 1, special of b 0, base of c 2; 3 wait. */
    world w = world_of(
        TERMS
        "1'/><area id='a' reach='b c'/><area id='b'/><area id='c'/>" BASICS
        "<target id='both' provisions='base special'/>"
        "<site id='s1' area='a' provision='base' ncy='0..6'><places commissioned='1'/></site><site id='s2' area='a' provision='special' ncy='0..6'><places commissioned='2'/></site>"
        "<site id='s3' area='b' provision='base' ncy='0..6'><places commissioned='1'/></site><site id='s4' area='c' provision='base' ncy='0..6'><places commissioned='2'/></site>"
        "<table name='stock'><row area='a' ncy='3' need='n' setting='open' count='40'/></table><table name='stock-waiting'>"
        "<row area='a' ncy='3' need='n' setting='open' to='both' class='new-plan' wait='1' count='9' status='waiting'/></table>");
    size_t b = index_of(&w.plan->areas, "b");
    IS(AT(w, PLACED_OWN_AREA, 0, 0, PRIMARY, w.base), 3);
    IS(AT(w, PLACED_OTHER_AREA, 0, 0, PRIMARY, w.base), 3);
    IS(AT(w, WAITING, 0, 0, PRIMARY, w.base), 3); /* demand of a list counts at its first provision */
    IS(AT(w, DEMAND_ONLY, 0, 0, PRIMARY, w.base), 0);
    IS(AT(w, DEMAND, 0, b, PRIMARY, w.base), 0);
    IS(AT(w, AVAILABLE, 0, b, PRIMARY, w.base), 1);
    IS(AT(w, STOCK, 0, 0, PRIMARY, w.special), 2);
    free_world(&w);
}
END_TEST

START_TEST(a_vacated_seat_is_given_in_the_same_step) {
    /* 4 in the base move to special, where 4 are free: 4 base seats come free, and 4 who wait for a base take them in the
       next pass, though served first (longer wait) when there was nothing. */
    world w = world_of(
        TERMS
        "1'/><area id='a'/>" BASICS
        "<site id='b' area='a' provision='base' ncy='0..6'><places commissioned='4'/></site>"
        "<site id='s' area='a' provision='special' ncy='0..6'><places commissioned='4'/></site><table name='stock'><row area='a' ncy='3' need='n' setting='b' count='4'/>"
        "<row area='a' ncy='3' need='n' setting='open' count='20'/></table><table name='stock-waiting'>"
        "<row area='a' ncy='3' need='n' setting='b' to='special' class='move' wait='0' count='4' status='waiting'/>"
        "<row area='a' ncy='3' need='n' setting='open' to='base' class='move' wait='3' count='5' status='waiting'/></table>");
    IS(SITE(w, SITE_ROLL, 0, "s"), 4);
    IS(SITE(w, SITE_ROLL, 0, "b"), 4);
    IS(AT(w, WAITING, 0, 0, PRIMARY, w.special), 0);
    IS(AT(w, WAITING, 0, 0, PRIMARY, w.base), 1);
    free_world(&w);
}
END_TEST

START_TEST(a_vacated_seat_goes_to_whoever_is_first_in_line_not_to_whoever_is_next) {
    /* Groups in order: a transfer and a move want the base's one seat; between them, the new plan who sits in it gets a special place. The
       transfer was served when the seat was taken, and the move after it came free: it waits for the next pass, and the transfer has it. */
    world w = world_of(
        TERMS
        "1'/><area id='a'/>" BASICS
        "<site id='b' area='a' provision='base' ncy='0..6'><places commissioned='1'/></site>"
        "<site id='s' area='a' provision='special' ncy='0..6'><places commissioned='1'/></site><table name='stock'><row area='a' ncy='3' need='n' setting='b' count='1'/>"
        "<row area='a' ncy='3' need='n' setting='open' count='2'/></table><table name='stock-waiting'>"
        "<row area='a' ncy='3' need='n' setting='b' to='special' class='new-plan' wait='0' count='1' status='waiting'/>"
        "<row area='a' ncy='3' need='n' setting='open' to='base' class='transfer' wait='3' count='1' status='waiting'/>"
        "<row area='a' ncy='3' need='n' setting='open' to='base' class='move' wait='5' count='1' status='waiting'/></table>");
    IS(SITE(w, SITE_ROLL, 0, "b"), 1);
    IS(AT(w, WAITING, 0, 0, PRIMARY, w.base), 1);
    IS(AT(w, SEPTEMBER_STEPS_WAITED, 0, PRIMARY, 0, w.base), 5);
    free_world(&w);
}
END_TEST

START_TEST(places_held_by_others_are_seated_first) {
    /* 10 places: 3 held; of 20, 0.25 held: 5; a Poisson number is drawn once a year */
    world w = world_of(
        TERMS
        "5'/><area id='a'/>" BASICS
        "<site id='s' area='a' provision='special' ncy='0..6'><places commissioned='10'/><others value='3'/></site>"
        "<site id='t' area='a' provision='base' ncy='0..6'><places commissioned='20'/><others kind='share' value='0.25'/></site>"
        "<site id='u' area='a' provision='base' ncy='7..11'><places commissioned='20'/><others kind='poisson' value='6'/></site>" WAITERS(
            WAITER("new-plan", 1, 9)));
    IS(SITE(w, SITE_ROLL, 0, "s"), 7);
    IS(SITE(w, SITE_OTHERS, 0, "s"), 3);
    IS(SITE(w, SITE_OTHERS, 0, "t"), 5);
    IS(AT(w, AVAILABLE, 0, 0, PRIMARY, w.special), 7);
    IS(AT(w, SHORTFALL, 0, 0, PRIMARY, w.special), 2);
    IS(SITE(w, SITE_OTHERS, 0, "u"), SITE(w, SITE_OTHERS, 2, "u"));
    IS(AT(w, AVAILABLE, 0, 0, SECONDARY, w.base), 20 - SITE(w, SITE_OTHERS, 0, "u"));
    free_world(&w);
}
END_TEST

START_TEST(direction_fills_above_physical_places_and_counts_apart) {
    /* 5 of Year 6 cross to special: 2 places, the other 3 directed. New plans are not: the row is of class transfer. */
    world w = world_of(
        YEARS
        "2'/><area id='a'/>" BASICS
        "<site id='s' area='a' provision='special' ncy='0..11'><places commissioned='2'/></site>"
        "<table name='stock'><row area='a' ncy='6' need='n' setting='open' count='5'/><row area='a' ncy='3' need='n' setting='open' count='4'/></table>"
        "<table name='stock-waiting'><row area='a' ncy='3' need='n' setting='open' to='special' class='new-plan' wait='0' count='1' status='waiting'/></table>"
        "<table name='direct'><row class='transfer' to='special' value='1'/></table><table name='phase-transfer'><row ncy='7' from='open' to='special' value='1'/></table>");
    IS(AT(w, DIRECTED, 1, 0, SECONDARY, w.special), 4); /* one place went to the one who waited */
    IS(SITE(w, SITE_ROLL, 1, "s"), 6);
    IS(SITE(w, SITE_STRETCH_USED, 1, "s"), 4);
    IS(AT(w, CLASS_PLACED, 1, PLACE_TRANSFER, SECONDARY, w.special), 5);
    IS(AT(w, WAITING, 1, 0, SECONDARY, w.special), 0);
    free_world(&w);
}
END_TEST

START_TEST(diversion_fills_limited_fallbacks_and_then_open_ones) {
    /* At once 1: the base has 3 places, the rest go private; the target stays, and they stop seeking. In the next round of
       transfers they seek again. */
    world w = world_of(
        YEARS
        "5'/><area id='a'/>" BASICS
        "<site id='s' area='a' provision='special' ncy='0..6'><places commissioned='2'/></site>"
        "<site id='b' area='a' provision='base' ncy='0..6'><places commissioned='3'/></site><site id='t' area='a' provision='special' ncy='7..11'><places commissioned='20' /></site>"
        "<table name='divert'><row to='special' setting='base private' at-once='1'/></table>" WAITERS(
            WAITER("new-plan", 0, 9)));
    IS(AT(w, NEWLY_DIVERTED, 0, 0, PRIMARY, w.special), 7);
    IS(SITE(w, SITE_ROLL, 0, "b"), 3);
    IS(AT(w, STOCK, 0, 0, PRIMARY, index_of(&w.plan->provisions, "private")), 4);
    IS(AT(w, DEMAND, 0, 0, PRIMARY, w.special), 9);
    IS(AT(w, UNMET, 3, 0, PRIMARY, w.special), 7);
    IS(AT(w, SOUGHT, 3, 0, PRIMARY, w.special), 0);
    IS(AT(w, SOUGHT, 4, 0, SECONDARY, w.special), 9); /* Year 7: the two in the primary, the seven diverted */
    IS(SITE(w, SITE_ROLL, 4, "t"), 9);
    IS(AT(w, DIVERTED, 4, 0, SECONDARY, w.special), 0);
    free_world(&w);
}
END_TEST

START_TEST(who_waits_may_give_up_and_who_was_diverted_may_return) {
    world w = world_of(YEARS "2'/><area id='a'/>" BASICS
                             "<site id='s' area='a' provision='special' ncy='0..6'><places commissioned='0'/></site>"
                             "<table name='give-up'><row value='1'/></table>" WAITERS(WAITER("new-plan", 2, 6)));
    IS(AT(w, GAVE_UP, 0, 0, PRIMARY, w.special), 6); /* the target becomes the setting's provision */
    IS(AT(w, DEMAND, 0, 0, PRIMARY, w.special), 0);
    IS(AT(w, DEMAND, 0, 0, PRIMARY, w.open), 40);
    IS(AT(w, MOVED, 0, PRIMARY, w.special, w.open), 6);
    free_world(&w);
    w = world_of(
        YEARS
        "2'/><area id='a'/>" BASICS
        "<site id='s' area='a' provision='special' ncy='0..6'><places commissioned='0'/><event date='2022-09-01' kind='change' places='4'/></site>"
        "<table name='return'><row value='1'/></table><table name='stock'><row area='a' ncy='3' need='n' setting='open' count='40'/></table><table name='stock-waiting'>"
        "<row area='a' ncy='3' need='n' setting='open' to='special' class='new-plan' wait='0' count='6' status='diverted'/></table>");
    IS(AT(w, DIVERTED, 0, 0, PRIMARY, w.special), 6);
    IS(AT(w, DIVERTED, 1, 0, PRIMARY, w.special), 2); /* 4 places came */
    IS(AT(w, SOUGHT, 1, 0, PRIMARY, w.special), 4);
    IS(AT(w, PLACED_OWN_AREA, 1, 0, PRIMARY, w.special), 4);
    free_world(&w);
}
END_TEST

/* A target that lists all four provisions that a list may have, and what one with four and an open one lack. */
#define FOUR                                                                                                           \
    "<phase id='primary' from-ncy='-4' to-ncy='6'/><phase id='secondary' from-ncy='7' to-ncy='20'/><need id='n'/><need id='m'/>" PLACE_KINDS \
    "<provision id='unit' kind='limited'/><provision id='hub' kind='limited'/><target id='all' provisions='base special unit hub'/>"      \
    "<target id='last' provisions='special private'/>"

START_TEST(a_list_of_four_without_a_suitable_place_leaves_its_pupils_waiting_for_the_need) {
    /* 3 of need n wait for any of four. Their own area has nothing; the next has 5 places in the base, for need m alone; all are to be
       directed, and no site is suitable. With a take-up, which then decides for nobody, the same. */
    static const char *const take_ups[] = { "", " take-up='0.5'" };
    for (int k = 0; k < 2; k++) {
        world w = world_of(
            TERMS
            "1'/><area id='a' reach='b'/><area id='b'/>" FOUR
            "<site id='s' area='b' provision='base' ncy='0..6' needs='m'%s><places commissioned='5'/></site>"
            "<table name='direct'><row to='all' value='1'/></table><table name='stock'><row area='a' ncy='3' need='n' setting='open' count='40'/></table>"
            "<table name='stock-waiting'><row area='a' ncy='3' need='n' setting='open' to='all' class='new-plan' wait='0' count='3' status='waiting'/></table>",
            take_ups[k]);
        IS(AT(w, WAITING, 0, 0, PRIMARY, w.base), 3);
        IS(AT(w, DIRECTED, 0, 0, PRIMARY, w.base), 0);
        IS(AT(w, CAUSE_COUNT, 0, 0, PRIMARY, w.base, PLACE_CAUSE_NEED), 3);
        IS(AT(w, CAUSE_COUNT, 0, 0, PRIMARY, w.base, PLACE_CAUSE_NO_PLACE), 0);
        free_world(&w);
    }
}
END_TEST

START_TEST(who_was_diverted_returns_to_limited_places_of_the_list_alone) {
    /* All of a year's would return. Four full provisions: none of 2 does. Special with 4 places, or private, which is open: 4 of 6 do, to
       special; the open end of a list is for those who seek. */
    world w = world_of(
        YEARS
        "1'/><area id='a'/>" FOUR
        "<site id='s' area='a' provision='special' ncy='7..11'><places commissioned='4'/></site><table name='return'><row value='1'/></table>"
        "<table name='stock'><row area='a' ncy='3' need='n' setting='open' count='40'/><row area='a' ncy='8' need='n' setting='open' count='40'/></table>"
        "<table name='stock-waiting'><row area='a' ncy='3' need='n' setting='open' to='all' class='new-plan' wait='0' count='2' status='diverted'/>"
        "<row area='a' ncy='8' need='n' setting='open' to='last' class='new-plan' wait='0' count='6' status='diverted'/></table>");
    IS(AT(w, DIVERTED, 0, 0, PRIMARY, w.base), 2);
    IS(AT(w, SOUGHT, 0, 0, PRIMARY, w.base), 0);
    IS(AT(w, DIVERTED, 0, 0, SECONDARY, w.special), 2);
    IS(AT(w, PLACED_OWN_AREA, 0, 0, SECONDARY, w.special), 4);
    IS(AT(w, STOCK, 0, 0, SECONDARY, index_of(&w.plan->provisions, "private")), 0);
    free_world(&w);
}
END_TEST

START_TEST(who_finds_no_room_in_a_limited_fallback_waits_on) { /* at once 1: of 3 the base's places take that many; there is no other */
    for (int room = 0; room < 2; room++) {
        world w = world_of(
            TERMS
            "1'/><area id='a'/>" BASICS "<site id='b' area='a' provision='base' ncy='0..6'><places commissioned='%d'/></site>"
            "<table name='divert'><row to='special' setting='base' at-once='1'/></table>" WAITERS(WAITER("new-plan", 0, 3)), room);
        IS(AT(w, NEWLY_DIVERTED, 0, 0, PRIMARY, w.special), room);
        IS(AT(w, WAITING, 0, 0, PRIMARY, w.special), 3 - room);
        IS(AT(w, CAUSE_COUNT, 0, 0, PRIMARY, w.special, PLACE_CAUSE_NO_PLACE), 3);
        free_world(&w);
    }
}
END_TEST

START_TEST(of_64_needs_a_site_for_63_is_offered_before_one_for_all) { /* 2 seek; both have 2 places, and the narrower is first */
    char needs[3000] = "", *need = needs, but_one[600] = "", *id = but_one;
    for (int k = 0; k < 64; k++) {
        need += sprintf(need, "<need id='n%02d'/>", k);
        if (k > 0) id += sprintf(id, "n%02d ", k - 1);
    }
    world w = world_of(
        TERMS
        "1'/><area id='a'/><phase id='primary' from-ncy='-4' to-ncy='6'/><phase id='secondary' from-ncy='7' to-ncy='20'/>%s" PLACE_KINDS
        "<site id='all' area='a' provision='special' ncy='0..6'><places commissioned='2'/></site>"
        "<site id='some' area='a' provision='special' ncy='0..6' needs='%s'><places commissioned='2'/></site>"
        "<table name='stock'><row area='a' ncy='3' need='n62' setting='open' count='9'/><row area='a' ncy='3' need='n63' setting='open' count='9'/></table>"
        "<table name='stock-waiting'><row area='a' ncy='3' need='n62' setting='open' to='special' class='new-plan' wait='1' count='2' status='waiting'/>"
        "<row area='a' ncy='3' need='n63' setting='open' to='special' class='new-plan' wait='1' count='1' status='waiting'/></table>", needs, but_one);
    IS(SITE(w, SITE_ROLL, 0, "some"), 2);
    IS(SITE(w, SITE_ROLL, 0, "all"), 1); /* the last need's, for whom there is no other */
    free_world(&w);
}
END_TEST

START_TEST(who_waits_across_a_boundary_is_new_on_the_list_for_diversion_at_once) {
    /* 100 of Year 6 wait as new plans who waited 3 steps; the row is for transfers. In 2022 they enter Year 7 as transfers, with 4
       steps of waiting, and yet new on the list: all are diverted at once. Judged by their wait none would be. */
    world w = world_of(
        YEARS
        "2'/><area id='a'/>" BASICS
        "<table name='stock'><row area='a' ncy='6' need='n' setting='open' count='100'/></table><table name='stock-waiting'>"
        "<row area='a' ncy='6' need='n' setting='open' to='special' class='new-plan' wait='3' count='100' status='waiting'/></table>"
        "<table name='divert'><row class='transfer' to='special' setting='private' at-once='1' rate='0'/></table>");
    IS(AT(w, NEWLY_DIVERTED, 0, 0, PRIMARY, w.special), 0);
    IS(AT(w, SEPTEMBER_STEPS_WAITED, 0, PRIMARY, 0, w.special), 300);
    IS(AT(w, CLASS_SOUGHT, 1, PLACE_TRANSFER, SECONDARY, w.special), 100);
    IS(AT(w, SEPTEMBER_WAITING, 1, 0, SECONDARY, w.special), 0);
    IS(AT(w, NEWLY_DIVERTED, 1, 0, SECONDARY, w.special), 100);
    free_world(&w);
}
END_TEST

START_TEST(the_share_diverted_at_once_acts_once_in_a_september_step) {
    /* 100 wait and are new: the step places twice, and half go at once: Binomial(100, 0.5). A second chance would make it 0.75.
       R 5,000; planted: 0.53. */
    place_plan *plan = scenario_plan(
        YEARS
        "1'/><area id='a'/>" BASICS
        "<table name='stock'><row area='a' ncy='3' need='n' setting='open' count='100'/></table><table name='stock-waiting'>"
        "<row area='a' ncy='3' need='n' setting='open' to='special' class='new-plan' wait='0' count='100' status='waiting'/></table>"
        "<table name='divert'><row to='special' setting='private' at-once='0.5' rate='0'/></table>");
    size_t special = index_of(&plan->provisions, "special");
    column c = { PLACE_VAR_NEWLY_DIVERTED, CELL(plan, PLACE_VAR_NEWLY_DIVERTED, 0, 0, PRIMARY, special) };
    double *x = run_columns(plan, 5000, &c, 1), law[] = { 100, 0.5 }, planted[] = { 100, 0.53 };
    ck_assert_double_le(chi_square_ratio(x, 5000, binomial_law_cdf, law, 0, 100), 1);
    ck_assert_double_gt(chi_square_ratio(x, 5000, binomial_law_cdf, planted, 0, 100), 1);
    free(x);
    place_plan_free(plan);
}
END_TEST

START_TEST(a_list_that_ends_in_open_provision_leaves_nobody_waiting) {
    world w = world_of(
        TERMS
        "1'/><area id='a'/>" BASICS
        "<target id='wide' provisions='special private'/><site id='s' area='a' provision='special' ncy='0..6'><places commissioned='2'/></site>"
        "<table name='stock'><row area='a' ncy='3' need='n' setting='open' count='40'/></table><table name='stock-waiting'>"
        "<row area='a' ncy='3' need='n' setting='open' to='wide' class='new-plan' wait='1' count='9' status='waiting'/></table>");
    IS(SITE(w, SITE_ROLL, 0, "s"), 2);
    IS(AT(w, STOCK, 0, 0, PRIMARY, index_of(&w.plan->provisions, "private")), 7);
    IS(AT(w, UNMET, 0, 0, PRIMARY, w.special), 0);
    free_world(&w);
}
END_TEST

START_TEST(an_offer_is_taken_up_with_its_probability) {
    /* 40 wait, 110 places at take-up 0.5 in two areas within reach: an offer refused is the only one in a step, however often
       the step places, so Binomial(40, 0.5) wait. R 20,000; planted: 0.51. */
    place_plan *plan = scenario_plan(
        "<time start='2021-09-01' steps='1' step='year'/><stock date='2021-09-01'/><area id='a' reach='b'/><area id='b'/>" BASICS
        "<site id='s' area='a' provision='special' ncy='0..6' take-up='0.5'><places commissioned='10'/></site>"
        "<site id='t' area='b' provision='special' ncy='0..6' take-up='0.5'><places commissioned='100'/></site>" WAITERS(
            WAITER("new-plan", 1, 40)));
    size_t special = index_of(&plan->provisions, "special");
    column c = { PLACE_VAR_WAITING, CELL(plan, PLACE_VAR_WAITING, 0, 0, PRIMARY, special) };
    double *x = run_columns(plan, 20000, &c, 1), law[] = { 40, 0.5 }, planted[] = { 40, 0.51 };
    ck_assert_double_le(chi_square_ratio(x, 20000, binomial_law_cdf, law, 0, 40), 1);
    ck_assert_double_gt(chi_square_ratio(x, 20000, binomial_law_cdf, planted, 0, 40), 1);
    free(x);
    place_plan_free(plan);
}
END_TEST

START_TEST(lots_are_drawn_anew_in_every_round) {
    /* Areas a and b, 2 pupils each, reach c and then d, with one place each. By lot the first place goes to a with chance
       1/2; the second then to a with chance 1/3: both to one area with 1/3. Lots used twice would make it 2/3.
       R 20,000: 6,667 +- 6.109 x 66.7 = 407. */
    place_plan *plan = scenario_plan(
        TERMS
        "1'/><area id='a' reach='c d'/><area id='b' reach='c d'/><area id='c'/><area id='d'/>" BASICS
        "<site id='s' area='c' provision='special' ncy='0..6'><places commissioned='1'/></site><site id='t' area='d' provision='special' ncy='0..6'><places commissioned='1'/></site>"
        "<table name='stock'><row area='a' ncy='3' need='n' setting='open' count='2'/><row area='b' ncy='3' need='n' setting='open' count='2'/></table>"
        "<table name='stock-waiting'><row area='a' setting='open' to='special' class='new-plan' wait='1' count='2' status='waiting'/>"
        "<row area='b' setting='open' to='special' class='new-plan' wait='1' count='2' status='waiting'/></table>");
    column c = { PLACE_VAR_WAITING,
                 CELL(plan, PLACE_VAR_WAITING, 0, 0, PRIMARY, index_of(&plan->provisions, "special")) };
    double *x = run_columns(plan, 20000, &c, 1);
    size_t n_one = 0;
    for (size_t i = 0; i < 20000; i++) n_one += x[i] != 1; /* 0 or 2 of a wait on */
    ck_assert_uint_ge(n_one, 6667 - 408);
    ck_assert_uint_le(n_one, 6667 + 408);
    free(x);
    place_plan_free(plan);
}
END_TEST

START_TEST(v21_first_come_first_served_and_v22_waits_add_up) {
    /* 10 wait; 3 places come each term: the k-th gets in after ceil(k / 3) terms. The list at the closes is 10, 7, 4, 1, 0;
       waits completed are 3 x 1 + 3 x 2 + 3 x 3 + 4: sum of the list = 22 = 3 + 6 + 9 + 4. */
    world w = world_of(
        TERMS
        "5'/><area id='a'/>" BASICS
        "<site id='s' area='a' provision='special' ncy='0..11'><places commissioned='0'/><event date='2022-01-01' kind='change' places='3'/>"
        "<event date='2022-04-01' kind='change' places='3'/><event date='2022-09-01' kind='change' places='3'/><event date='2023-01-01' kind='change' places='3'/></site>" WAITERS(
            WAITER("new-plan", 0, 10)));
    static const double list[] = { 10, 7, 4, 1, 0 };
    double sum = 0;
    for (size_t t = 0; t < 5; t++) {
        IS(AT(w, WAITING, t, 0, PRIMARY, w.special), list[t]);
        sum += AT(w, WAITING, t, 0, PRIMARY, w.special);
    }
    IS(sum, 3 * 1 + 3 * 2 + 3 * 3 + 4);
    IS(AT(w, SEPTEMBER_STEPS_WAITED, 1, PRIMARY, 0, w.special),
       3); /* one waits in September 2022: three steps so far */
    free_world(&w);
}
END_TEST

/* ---- sites' events ---- */

#define ROLL(n) "<table name='stock'><row area='a' ncy='3' need='n' setting='s' count='" #n "'/></table>"

START_TEST(a_closing_site_hands_its_roll_to_successors_and_the_rest_lose_their_place) {
    /* 9 on roll; successors of 4 and (physical) 3: 7 move without waiting, 2 in class place lost wait. */
    world w = world_of(
        TERMS
        "2'/><area id='a'/>" BASICS "<site id='s' area='a' provision='special' ncy='0..6'><places commissioned='9'/>"
        "<event date='2022-01-01' kind='split' successors='t u'/></site><site id='t' area='a' provision='special' ncy='0..6'><places commissioned='4'/></site>"
        "<site id='u' area='a' provision='special' ncy='0..6'><places commissioned='1' physical='3'/></site>" ROLL(9));
    IS(SITE(w, SITE_ROLL, 1, "s"), 0);
    IS(SITE(w, SITE_ROLL, 1, "t"), 4);
    IS(SITE(w, SITE_ROLL, 1, "u"), 3);
    IS(SITE(w, SITE_COMMISSIONED, 1, "s"), 0);
    IS(AT(w, SOUGHT, 1, 0, PRIMARY, w.special), 2);
    IS(AT(w, WAITING, 1, 0, PRIMARY, w.special), 2);
    IS(AT(w, AVAILABLE, 1, 0, PRIMARY, w.special), 5);
    free_world(&w);
}
END_TEST

START_TEST(a_successor_for_another_need_or_of_another_provision_takes_nobody) { /* 9 on roll, of need n and in special: all lose their place */
    world w = world_of(
        TERMS
        "2'/><area id='a'/>" FOUR "<site id='s' area='a' provision='special' ncy='0..6'><places commissioned='9'/>"
        "<event date='2022-01-01' kind='split' successors='t u'/></site><site id='t' area='a' provision='special' ncy='0..6' needs='m'>"
        "<places commissioned='9'/></site><site id='u' area='a' provision='base' ncy='0..6'><places commissioned='9'/></site>" ROLL(9));
    IS(SITE(w, SITE_ROLL, 1, "t"), 0);
    IS(SITE(w, SITE_ROLL, 1, "u"), 0);
    IS(AT(w, WAITING, 1, 0, PRIMARY, w.special), 9);
    free_world(&w);
}
END_TEST

START_TEST(a_successor_takes_no_more_than_others_leave_it) { /* 9 on roll; 4 places, of which others hold 3: 1 moves, 8 wait */
    world w = world_of(
        TERMS
        "2'/><area id='a'/>" BASICS "<site id='s' area='a' provision='special' ncy='0..6'><places commissioned='9'/>"
        "<event date='2022-01-01' kind='replace' successors='t'/></site><site id='t' area='a' provision='special' ncy='0..6'>"
        "<places commissioned='4'/><others value='3'/></site>" ROLL(9));
    IS(SITE(w, SITE_ROLL, 1, "t"), 1);
    IS(AT(w, WAITING, 1, 0, PRIMARY, w.special), 8);
    free_world(&w);
}
END_TEST

/* Three at base b; two of them have waited two years for special. When b closes they wait on, a year longer, in their class; the third
 * loses the place. */
START_TEST(who_waits_at_a_closing_site_keeps_class_and_wait) {
    world w = world_of(
        YEARS
        "2'/><area id='a'/>" BASICS "<site id='b' area='a' provision='base' ncy='0..6'><places commissioned='3'/>"
        "<event date='2022-09-01' kind='close'/></site><site id='z' area='a' provision='special' ncy='0..6'><places commissioned='0'/></site>"
        "<table name='stock'><row area='a' ncy='2' need='n' setting='b' count='3'/></table>"
        "<table name='stock-waiting'><row setting='b' to='special' class='new-plan' wait='2' count='2'/></table>");
    IS(AT(w, SEPTEMBER_WAITING, 1, 0, PRIMARY, w.special), 2);
    IS(AT(w, SEPTEMBER_STEPS_WAITED, 1, PRIMARY, 0, w.special) - AT(w, SEPTEMBER_STEPS_WAITED, 0, PRIMARY, 0, w.special), 2);
    IS(AT(w, CLASS_SOUGHT, 1, PLACE_PLACE_LOST, PRIMARY, w.special), 0);
    IS(AT(w, CLASS_SOUGHT, 1, PLACE_PLACE_LOST, PRIMARY, w.base), 1);
    free_world(&w);
}
END_TEST

/* 2 in Year 10, 3 in Year 11, 4 in Year 12: the plans of the year just ended end on 1 September 2022, before anyone ages. */
START_TEST(plans_end_with_the_year_before_pupils_age) {
    world w = world_of(
        YEARS
        "2'/><area id='a'/>" BASICS "<site id='z' area='a' provision='special' ncy='0..6'><places commissioned='0'/></site>"
        "<site id='y' area='a' provision='base' ncy='0..6'><places commissioned='0'/></site>"
        "<table name='stock'><row area='a' ncy='10' need='n' setting='open' count='2'/><row area='a' ncy='11' need='n' setting='open' count='3'/>"
        "<row area='a' ncy='12' need='n' setting='open' count='4'/></table>"
        "<table name='cease'><row ncy='11' value='1' when='year-end'/></table>");
    IS(AT(w, CEASED, 1, 0, SECONDARY, w.open), 3);
    free_world(&w);
}
END_TEST

START_TEST(a_successor_that_opens_the_same_day_is_open_first) {
    world w = world_of(
        TERMS
        "2'/><area id='a'/>" BASICS "<site id='s' area='a' provision='special' ncy='0..6'><places commissioned='9'/>"
        "<event date='2022-01-01' kind='replace' successors='b'/></site><site id='b' area='a' provision='special' ncy='0..6' opens='2022-01-01'><places commissioned='12'/></site>" ROLL(
            9));
    IS(SITE(w, SITE_ROLL, 1, "b"), 9);
    IS(AT(w, SOUGHT, 1, 0, PRIMARY, w.special), 0);
    free_world(&w);
}
END_TEST

START_TEST(a_cut_below_the_roll_removes_nobody_and_stops_intake) { /* 8 on roll, cut to 5; in 2022, 4 leave: 1 free */
    world w = world_of(
        YEARS
        "3'/><area id='a'/>" BASICS
        "<site id='s' area='a' provision='special' ncy='0..6'><places commissioned='8'/><event date='2022-09-01' kind='change' set-places='5'/></site>"
        "<table name='stock'><row area='a' ncy='3' need='n' setting='s' count='4'/><row area='a' ncy='5' need='n' setting='s' count='4'/><row area='a' ncy='0' need='n' setting='open' count='9'/></table>"
        "<table name='stock-waiting'><row area='a' ncy='0' need='n' setting='open' to='special' class='new-plan' wait='1' count='3' status='waiting'/></table>");
    IS(SITE(w, SITE_ROLL, 0, "s"), 8);
    IS(SITE(w, SITE_ROLL, 1, "s"), 8); /* over by 3; Year 6 now */
    IS(SITE(w, SITE_STRETCH_USED, 1, "s"), 3);
    IS(AT(w, WAITING, 1, 0, PRIMARY, w.special), 3);
    IS(SITE(w, SITE_ROLL, 2, "s"), 5); /* 4 went to Year 7, 1 came */
    IS(AT(w, WAITING, 2, 0, PRIMARY, w.special), 2);
    free_world(&w);
}
END_TEST

START_TEST(sites_change_their_years_provision_area_and_intake) {
    world w = world_of(
        TERMS
        "4'/><area id='a'/><area id='b'/>" BASICS
        "<site id='s' area='a' provision='special' ncy='0..6'><places commissioned='9'/>"
        "<event date='2022-01-01' kind='stop-intake'/><event date='2022-04-01' kind='resume-intake'/><event date='2022-09-01' kind='relocate' area='b'/></site>"
        "<site id='t' area='a' provision='base' ncy='0..6'><places commissioned='5'/><event date='2022-01-01' kind='change' ncy='0..2'/></site>"
        "<site id='u' area='a' provision='base' ncy='7..11'><places commissioned='5'/><event date='2022-01-01' kind='change' provision='special'/></site>"
        "<table name='stock'><row area='a' ncy='3' need='n' setting='t' count='2'/><row area='a' ncy='8' need='n' setting='u' count='3'/></table>");
    IS(AT(w, AVAILABLE, 1, 0, PRIMARY, w.special), 0); /* closed to intake: nobody can be sent to its 9 places ... */
    IS(AT(w, AVAILABLE, 2, 0, PRIMARY, w.special), 9); /* ... until it takes pupils again */
    IS(AT(w, AVAILABLE, 3, 0, PRIMARY, w.special), 0);
    IS(AT(w, AVAILABLE, 3, index_of(&w.plan->areas, "b"), PRIMARY, w.special), 9);
    IS(SITE(w, SITE_ROLL, 1, "t"), 0); /* Year 3 is taught no more: they seek a base */
    IS(AT(w, WAITING, 1, 0, PRIMARY, w.base), 2);
    IS(SITE(w, SITE_ROLL, 1, "u"), 0); /* a special school now: their target is a base */
    IS(AT(w, WAITING, 1, 0, SECONDARY, w.base), 3);
    IS(AT(w, STOCK, 1, 0, SECONDARY, w.open), 3);
    IS(AT(w, AVAILABLE, 1, 0, SECONDARY, w.special), 5);
    free_world(&w);
}
END_TEST

START_TEST(a_site_that_changes_seats_those_on_its_roll_who_wait_for_what_it_now_is) {
    /* 5 at a base, of whom 3 wait for special. In January it is a special school of 3 places: the 3 are where they wanted to be;
       the 2 who want a base seek one. Over-full till they are gone, it could place none of the 3 by offers. */
    world w = world_of(
        TERMS
        "2'/><area id='a'/>" BASICS
        "<site id='u' area='a' provision='base' ncy='0..6'><places commissioned='5'/><event date='2022-01-01' kind='change' provision='special' set-places='3'/></site>"
        "<table name='stock'><row area='a' ncy='3' need='n' setting='u' count='5'/></table><table name='stock-waiting'>"
        "<row area='a' ncy='3' need='n' setting='u' to='special' class='move' wait='1' count='3' status='waiting'/></table>");
    IS(AT(w, WAITING, 0, 0, PRIMARY, w.special), 3);
    IS(SITE(w, SITE_ROLL, 0, "u"), 5);
    IS(AT(w, PLACED_OWN_AREA, 1, 0, PRIMARY, w.special), 3);
    IS(AT(w, WAITING, 1, 0, PRIMARY, w.special), 0);
    IS(SITE(w, SITE_ROLL, 1, "u"), 3);
    IS(AT(w, STOCK, 1, 0, PRIMARY, w.special), 3);
    IS(AT(w, SOUGHT, 1, 0, PRIMARY, w.base), 2);
    IS(AT(w, WAITING, 1, 0, PRIMARY, w.base), 2);
    free_world(&w);
}
END_TEST

START_TEST(a_withdrawn_allotment_keeps_its_pupils_and_takes_no_more) {
    world w = world_of(
        YEARS
        "1'/><area id='a'/>" BASICS
        "<site id='s' area='a' provision='special' ncy='0..6' allotment='yes' withdraw='1'><places commissioned='9'/></site>"
        "<table name='stock'><row area='a' ncy='3' need='n' setting='s' count='4'/><row area='a' ncy='3' need='n' setting='open' count='4'/></table><table name='stock-waiting'>"
        "<row area='a' ncy='3' need='n' setting='open' to='special' class='new-plan' wait='1' count='2' status='waiting'/></table>");
    IS(SITE(w, SITE_ROLL, 0, "s"), 4);
    IS(AT(w, WAITING, 0, 0, PRIMARY, w.special), 2);
    free_world(&w);
}
END_TEST

START_TEST(a_withdrawn_allotment_takes_no_more_when_intake_resumes) {
    world w = world_of(
        TERMS
        "2'/><area id='a'/>" BASICS
        "<site id='s' area='a' provision='special' ncy='0..6' allotment='yes' withdraw='1'><places commissioned='9'/>"
        "<event date='2022-01-01' kind='resume-intake'/></site>"
        "<table name='stock'><row area='a' ncy='3' need='n' setting='open' count='4'/></table><table name='stock-waiting'>"
        "<row area='a' ncy='3' need='n' setting='open' to='special' class='new-plan' wait='1' count='2' status='waiting'/></table>");
    IS(SITE(w, SITE_ROLL, 1, "s"), 0);
    free_world(&w);
}
END_TEST

START_TEST(a_withdrawn_allotment_counts_its_roll_as_available_and_nothing_as_spare) {
    /* 9 places, 4 on roll, 2 of ours wait: nobody can be sent to the other 5. Lacking: 6 wanted less 4. */
    world w = world_of(
        YEARS
        "1'/><area id='a'/>" BASICS
        "<site id='s' area='a' provision='special' ncy='0..6' allotment='yes' withdraw='1'><places commissioned='9'/></site>"
        "<table name='stock'><row area='a' ncy='3' need='n' setting='s' count='4'/><row area='a' ncy='3' need='n' setting='open' count='4'/></table><table name='stock-waiting'>"
        "<row area='a' ncy='3' need='n' setting='open' to='special' class='new-plan' wait='1' count='2' status='waiting'/></table>");
    IS(AT(w, AVAILABLE, 0, 0, PRIMARY, w.special), 4);
    IS(AT(w, SEPTEMBER_AVAILABLE, 0, 0, PRIMARY, w.special), 4);
    IS(AT(w, SEPTEMBER_FREE, 0, 0, PRIMARY, w.special), 0);
    IS(AT(w, SHORTFALL, 0, 0, PRIMARY, w.special), 2);
    IS(SITE(w, SITE_SPARE, 0, "s"), 0);
    IS(SITE(w, SITE_STRANDED, 0, "s"), 0);
    IS(SITE(w, SITE_COMMISSIONED, 0, "s"), 9);
    free_world(&w);
}
END_TEST

/* ---- projects ---- */

START_TEST(an_intake_profile_works_and_temporary_places_keep_step) {
    /* Building starts 1 September 2021 and takes a year of 365 days: opens 1 September 2022. Places 10, then 5 more in 2023;
       works take 3 of s away meanwhile; 4 temporary ones at s from January are exchanged at the hand-over. */
    world w = world_of(
        TERMS
        "8'/><area id='a'/>" BASICS
        "<site id='s' area='a' provision='special' ncy='0..6'><places commissioned='8'/></site>"
        "<site id='t' area='a' provision='special' ncy='0..6' delivered='yes'><places commissioned='0'/></site>"
        "<project id='p' start='2021-09-01' cost='365000'><activity id='build' unit='days' duration='365'/><delivers site='t' places='5' years='0 1'/>"
        "<works site='s' places='3' activity='build'/><temporary site='s' places='4' date='2022-01-01'/><funding id='grant' ceiling='300000' spend-by='2022-03-31'/></project>");
    static const double s[] = { 5, 9, 9, 8, 8, 8, 8, 8 }, t[] = { 0, 0, 0, 5, 5, 5, 10, 10 };
    for (size_t k = 0; k < 8; k++) {
        IS(SITE(w, SITE_COMMISSIONED, k, "s"), s[k]);
        IS(SITE(w, SITE_COMMISSIONED, k, "t"), t[k]);
    }
    IS(AT(w, PROJECT_SLIP_DAYS, 0), 0);
    /* 1,000 pounds a day: 212 days to 1 April 2022, 153 after; the grant pays what falls before and loses the rest. */
    IS(AT(w, PROJECT_SPEND, 0, 0), 21200000);
    IS(AT(w, PROJECT_SPEND, 0, 1), 15300000);
    IS(AT(w, FUNDING_USED, 0), 21200000);
    IS(AT(w, FUNDING_LOST, 0), 8800000);
    free_world(&w);
}
END_TEST

START_TEST(gates_refuse_defer_and_run_out_of_meetings) {
    static const char *const world_text =
        "<site id='t' area='a' provision='special' ncy='0..6' delivered='yes'><places commissioned='0'/></site>"
        "<project id='p' start='2021-09-01' opens='day'><activity id='ask' unit='days' duration='10' gate='cabinet' %s/>"
        "<activity id='build' after='ask' unit='days' duration='20'/><delivers site='t' places='5'/></project><gate id='cabinet' dates='%s'/>";
    char xml[1000];
    snprintf(xml, sizeof xml, world_text, "", "2021-09-05 2021-09-20 2021-10-20");
    world w = world_of(TERMS "2'/><area id='a'/>" BASICS "%s", xml);
    IS(AT(w, PROJECT_OPENING, 0), 39); /* 11 September, meeting of the 20th, 20 days: 10 October */
    free_world(&w);
    snprintf(xml, sizeof xml, world_text, "refuse='1'", "2021-09-20 2021-10-20");
    w = world_of(TERMS "2'/><area id='a'/>" BASICS "%s", xml);
    ck_assert(isinf(AT(w, PROJECT_OPENING, 0)));
    IS(AT(w, PROJECT_CANCELLED, 0), 1);
    IS(SITE(w, SITE_COMMISSIONED, 1, "t"), 0);
    free_world(&w);
    snprintf(xml, sizeof xml, world_text, "defer='1'", "2021-09-20 2021-10-20");
    w = world_of(TERMS "2'/><area id='a'/>" BASICS "%s", xml);
    ck_assert(isinf(AT(w, PROJECT_OPENING, 0)));
    IS(AT(w, PROJECT_CANCELLED, 0), 0); /* nobody refused: it waits for ever */
    free_world(&w);
}
END_TEST

/* Growth of log 2 in the year from 2020 doubles the odds of leaving, 9 to 18 in 1: 18/19, still a probability. Doubled itself it would be
 * 1.8, and held at 1. */
START_TEST(a_factor_acts_on_the_odds_of_a_probability) {
    world w = world_of(YEARS "1'/><area id='a'/>" BASICS "<site id='z' area='a' provision='special' ncy='0..6'><places commissioned='0'/></site>"
                             "<site id='y' area='a' provision='base' ncy='0..6'><places commissioned='0'/></site>"
                             "<table name='stock'><row area='a' ncy='3' need='n' setting='open' count='9'/></table>"
                             "<table name='cease'><row value='0.9'/></table>"
                             "<trend flow='leave' base-year='2020' growth='0.693147' sd='0' psi='0' last-growth='0.693147'/>");
    IS(place_results_value(w.results, PLACE_VAR_PROBABILITIES_HELD, 0, 0), 0);
    free_world(&w);
}
END_TEST

/* Two flows whose years vary alike and apart: a year that is high for one is no higher for the other. */
START_TEST(each_flow_has_years_of_its_own) {
    place_plan *plan = scenario_plan(YEARS "3'/><area id='a'/>" BASICS
                                           "<site id='z' area='a' provision='special' ncy='0..6'><places commissioned='0'/></site>"
                                           "<site id='y' area='a' provision='base' ncy='0..6'><places commissioned='0'/></site>"
                                           "<year-effect flow='leave' phi='0.5' sigma='0.2'/><year-effect flow='move' phi='0.5' sigma='0.2'/>");
    place_arena *arena = place_arena_create();
    place_draws *draws = place_draws_create(arena, plan);
    place_draws_take(draws, (int64_t[4]){ 0, 0, 0, 0 });
    for (size_t y = 0; y < 3; y++)
        ck_assert_double_ne(draws->year_factor[PLACE_FLOW_LEAVE * 3 + y], draws->year_factor[PLACE_FLOW_MOVE * 3 + y]);
    place_arena_free(arena);
    place_plan_free(plan);
}
END_TEST

/* Two durations that go together: each has a value of its own in each replication. */
START_TEST(correlated_inputs_are_drawn_anew_each) {
    place_plan *plan = scenario_plan(YEARS "1'/><area id='a'/>" BASICS
                                           "<site id='z' area='a' provision='special' ncy='0..6'><places commissioned='0'/></site>"
                                           "<site id='y' area='a' provision='base' ncy='0..6'><places commissioned='0'/></site>"
                                           "<project id='p' start='2021-09-01'><activity id='d' duration='uniform(1, 9)'/>"
                                           "<activity id='b' after='d' duration='uniform(1, 9)'/></project>"
                                           "<correlation a='activity p/d / duration' b='activity p/b / duration' rank='0.5'/>");
    place_arena *arena = place_arena_create();
    place_draws *draws = place_draws_create(arena, plan);
    ck_assert_uint_eq(plan->n_inputs, 2);
    place_draws_take(draws, (int64_t[4]){ 0, 0, 0, 0 });
    double first = draws->value[0], second = draws->value[1];
    place_draws_take(draws, (int64_t[4]){ 1, 1, 1, 1 });
    ck_assert_double_ne(draws->value[0], first);
    ck_assert_double_ne(draws->value[1], second);
    place_arena_free(arena);
    place_plan_free(plan);
}
END_TEST

/* 400 in Year 3 and 400 in Year 5, alike in all but that: by chance each loses its own number, by one stream they would lose the same. */
START_TEST(each_year_group_leaves_by_a_stream_of_its_own) {
    world w = world_of(YEARS "1'/><area id='a'/>" BASICS "<site id='z' area='a' provision='special' ncy='0..6'><places commissioned='0'/></site>"
                             "<site id='y' area='a' provision='base' ncy='0..6'><places commissioned='0'/></site>"
                             "<table name='stock'><row area='a' ncy='3' need='n' setting='open' count='400'/>"
                             "<row area='a' ncy='5' need='n' setting='open' count='400'/></table><table name='cease'><row value='0.5'/></table>");
    double three = AT(w, DEMAND_BY_NCY, 0, 0, 3 - PLACE_NCY_FIRST, w.open), five = AT(w, DEMAND_BY_NCY, 0, 0, 5 - PLACE_NCY_FIRST, w.open);
    ck_assert_double_lt(fabs(three - 200), 60); /* six standard deviations of 10 */
    ck_assert_double_ne(three, five);
    free_world(&w);
}
END_TEST

#define ONE_SITE "<site id='t' area='a' provision='special' ncy='0..6' delivered='yes'><places commissioned='0'/></site>"

/* 19 days from 1 September end on the 20th, the day of a meeting, which decides: 20 days more. */
START_TEST(a_meeting_on_the_day_of_a_finish_decides) {
    world w = world_of(TERMS "2'/><area id='a'/>" BASICS ONE_SITE
                             "<project id='p' start='2021-09-01' opens='day'><activity id='ask' unit='days' duration='19' gate='cabinet'/>"
                             "<activity id='build' after='ask' unit='days' duration='20'/><delivers site='t' places='5'/></project>"
                             "<gate id='cabinet' dates='2021-09-20 2021-10-20'/>");
    IS(AT(w, PROJECT_OPENING, 0), 39);
    free_world(&w);
}
END_TEST

/* Done on 2 September 2021: too late for that September's first, so 1 September 2022, 365 days on. Done on the day itself: that day. */
START_TEST(a_project_opens_on_the_september_after_its_last_finish) {
    world w = world_of(TERMS "4'/><area id='a'/>" BASICS ONE_SITE
                             "<project id='p' start='2021-09-01'><activity id='build' unit='days' duration='1'/><delivers site='t' places='5'/></project>"
                             "<project id='q' start='2021-09-01'><activity id='build' unit='days' duration='0'/><delivers site='t' places='1'/></project>");
    IS(AT(w, PROJECT_OPENING, project_index(w.plan, "p")), 365);
    IS(AT(w, PROJECT_OPENING, project_index(w.plan, "q")), 0);
    free_world(&w);
}
END_TEST

START_TEST(a_cancelled_project_never_opens) {
    world w = world_of(TERMS "4'/><area id='a'/>" BASICS ONE_SITE
                             "<project id='p' start='2021-09-01' opens='day' cancel='1'><activity id='build' unit='days' duration='1'/>"
                             "<delivers site='t' places='5'/></project>");
    ck_assert(isinf(AT(w, PROJECT_OPENING, 0)));
    IS(SITE(w, SITE_COMMISSIONED, 3, "t"), 0);
    free_world(&w);
}
END_TEST

/* 365 days at 1,000 pounds a day, uplifted by 24 %; refused on 20 September, when 19 days are spent. */
START_TEST(a_project_that_stops_spends_no_more_and_is_uplifted_once) {
    world w = world_of(TERMS "4'/><area id='a'/>" BASICS ONE_SITE
                             "<project id='p' start='2021-09-01' opens='day' cost='365000' uplift-cost='0.24'>"
                             "<activity id='ask' unit='days' duration='10' gate='cabinet' refuse='1' cost-share='0'/>"
                             "<activity id='dig' unit='days' duration='365' cost-share='1'/><delivers site='t' places='5'/></project>"
                             "<gate id='cabinet' dates='2021-09-20'/>");
    IS(AT(w, PROJECT_SPEND, 0, 0), 2356000); /* 19 x 1,240 pounds */
    IS(AT(w, PROJECT_STOPPED, 0), 19);
    IS(AT(w, ACTIVITY_REFUSED, 0), 1);
    ck_assert(isinf(AT(w, ACTIVITY_FINISH, 1))); /* digging was under way, and ends there */
    free_world(&w);
}
END_TEST

/* Design ends on 11 September, digging would start then: the risk that cancels it there lets design end, and nothing after it be. Asked on
 * 1 September with 19 days, a refusal on the 20th comes too late to be one. */
START_TEST(nothing_is_done_once_a_project_has_stopped) {
    world w = world_of(TERMS "4'/><area id='a'/>" BASICS ONE_SITE
                             "<project id='p' start='2021-09-01' opens='day' cost='365000'><activity id='ask' unit='days' duration='19' gate='cabinet' refuse='1'/>"
                             "<activity id='design' unit='days' duration='10'/><activity id='dig' after='design' unit='days' duration='5'/>"
                             "<risk id='no-builder' probability='1' cancels='yes' activities='dig'/><risk id='snow' probability='0' impact='9' unit='days' activities='dig'/>"
                             "<delivers site='t' places='5'/></project><gate id='cabinet' dates='2021-09-20'/>");
    size_t ask = 0, design = 1, dig = 2; /* in order of id */
    IS(AT(w, PROJECT_STOPPED, 0), 10);
    IS(AT(w, ACTIVITY_FINISH, design), 10);
    ck_assert(isinf(AT(w, ACTIVITY_FINISH, ask)));
    ck_assert(isinf(AT(w, ACTIVITY_FINISH, dig)));
    IS(AT(w, ACTIVITY_REFUSED, ask), 0);
    ck_assert(isnan(AT(w, ACTIVITY_REFUSED, dig)));
    IS(AT(w, PROJECT_RISK_HAPPENED, 0), 1);
    IS(AT(w, PROJECT_RISK_HAPPENED, 1), 0);
    for (size_t i = 0; i < 3; i++) IS(AT(w, ACTIVITY_CRITICAL, i), 0);
    free_world(&w);
}
END_TEST

START_TEST(risks_uplift_and_market_lengthen_and_the_longest_path_is_critical) {
    /* a 100 days x 1.1 x 1.2 = 132, and 30 by the risk: 162. b beside it 150 x 1.1, no market: 165. c after both 10 x 1.1 x
       1.2 = 13.2: 14. 179 days. Planned: 100 and 150 side by side, then 10: 160. Slip 19. */
    world w = world_of(
        TERMS
        "3'/><area id='a'/>" BASICS
        "<market duration='1.2'/><site id='t' area='a' provision='special' ncy='0..6' delivered='yes'><places commissioned='0'/></site>"
        "<project id='p' start='2021-09-01' opens='day' uplift-duration='0.1'><activity id='a1' unit='days' duration='100'/><activity id='b1' unit='days' duration='150' market='none'/>"
        "<activity id='c1' after='a1 b1' unit='days' duration='10'/><risk id='r' probability='1' impact='30' unit='days' activities='a1'/><delivers site='t' places='5'/></project>");
    IS(AT(w, ACTIVITY_FINISH, 0), 162);
    IS(AT(w, ACTIVITY_FINISH, 1), 165);
    IS(AT(w, PROJECT_OPENING, 0), 179);
    IS(AT(w, PROJECT_SLIP_DAYS, 0), 19);
    IS(AT(w, ACTIVITY_CRITICAL, 0), 0);
    IS(AT(w, ACTIVITY_CRITICAL, 1), 1);
    IS(AT(w, ACTIVITY_CRITICAL, 2), 1);
    free_world(&w);
}
END_TEST

START_TEST(a_third_partys_project_opens_when_it_says) {
    world w = world_of(
        TERMS
        "4'/><area id='a'/>" BASICS
        "<site id='t' area='a' provision='special' ncy='0..6' delivered='yes'><places commissioned='0'/></site>"
        "<project id='p' start='2021-09-01' third-party='yes' planned-opening='2022-04-01'><delivers site='t' places='5'/></project>");
    IS(AT(w, PROJECT_OPENING, 0), place_day(2022, 4, 1) - place_day(2021, 9, 1));
    IS(SITE(w, SITE_COMMISSIONED, 1, "t"), 0);
    IS(SITE(w, SITE_COMMISSIONED, 2, "t"), 5);
    free_world(&w);
}
END_TEST

START_TEST(works_that_take_more_than_there_is_owe_the_rest) {
    /* 10 places are cut to 6 at the start; works from January (243 days, to 1 September) take the 10 that they were planned for:
       0 places, not -4. At the opening 10 come back, which is the 6 again, not 10. With 4 delivered there are 10. */
    static const double places[2][4] = { { 6, 0, 0, 6 }, { 6, 0, 0, 10 } };
    static const char *const delivered[] = { "0", "4" };
    for (int i = 0; i < 2; i++) {
        world w = world_of(
            TERMS
            "4'/><area id='a'/>" BASICS
            "<site id='s' area='a' provision='special' ncy='0..6'><places commissioned='10'/><event date='2021-09-01' kind='change' places='-4'/></site>"
            "<project id='p' start='2022-01-01'><activity id='build' unit='days' duration='243'/>"
            "<works site='s' places='10' activity='build'/><delivers site='s' places='%s'/></project>",
            delivered[i]);
        for (size_t t = 0; t < 4; t++) {
            IS(SITE(w, SITE_COMMISSIONED, t, "s"), places[i][t]);
            IS(SITE(w, SITE_PHYSICAL, t, "s"), places[i][t]);
        }
        free_world(&w);
    }
}
END_TEST

START_TEST(batches_of_an_intake_come_on_septembers_and_catch_up_counts_from_the_plan) {
    /* 573 days from 1 June 2021: 26 December 2022, so it opens with the term on 1 January 2023, in the academic year 2022. Batches of
       10 in years 0, 1, 2 come then, in September 2023 and in September 2024, not in the Januaries. Planned for September 2022, of the
       same academic year, catching up changes nothing. Planned for September 2021, batches 0 and 1 (due September 2021 and 2022)
       come with the opening, and batch 2 in September 2023. Without catching up the plan does not matter. */
    static const struct {
        const char *planned, *catch_up;
        double places[10];
    } cases[] = {
        { "2023-01-01", "no", { 0, 0, 0, 0, 10, 10, 20, 20, 20, 30 } },
        { "2022-09-01", "yes", { 0, 0, 0, 0, 10, 10, 20, 20, 20, 30 } },
        { "2021-09-01", "yes", { 0, 0, 0, 0, 20, 20, 30, 30, 30, 30 } },
        { "2021-09-01", "no", { 0, 0, 0, 0, 10, 10, 20, 20, 20, 30 } },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        world w = world_of(
            TERMS
            "10'/><area id='a'/>" BASICS
            "<site id='t' area='a' provision='special' ncy='0..6' delivered='yes'><places commissioned='0'/></site>"
            "<project id='p' start='2021-06-01' opens='term' planned-opening='%s'><activity id='build' unit='days' duration='573'/>"
            "<delivers site='t' places='10' years='0 1 2' catch-up='%s'/></project>",
            cases[i].planned, cases[i].catch_up);
        IS(AT(w, PROJECT_OPENING, 0), place_day(2023, 1, 1) - place_day(2021, 9, 1));
        for (size_t t = 0; t < 10; t++) IS(SITE(w, SITE_COMMISSIONED, t, "t"), cases[i].places[t]);
        free_world(&w);
    }
}
END_TEST

START_TEST(of_two_risks_that_cancel_the_earlier_stops_the_project) {
    /* Both happen. 'b', second by name, stops it at the start of the design, on its first day: nothing of the 1,000 pounds is spent, where
       'a' alone would have let the design's half go. */
    world w = world_of(
        YEARS
        "2'/><area id='a'/>" BASICS
        "<site id='s' area='a' provision='special' ncy='0..6'><places commissioned='1'/></site><project id='p' start='2021-09-01' cost='1000'>"
        "<activity id='design' unit='days' duration='100'/><activity id='build' after='design' unit='days' duration='100'/>"
        "<risk id='a' probability='1' cancels='yes' activities='build'/><risk id='b' probability='1' cancels='yes' activities='design'/>"
        "<delivers site='s' places='3'/></project>");
    IS(AT(w, PROJECT_CANCELLED, 0), 1);
    for (size_t y = 0; y < place_axis_length(w.plan, PLACE_AXIS_FINANCIAL_YEAR); y++) IS(AT(w, PROJECT_SPEND, 0, y), 0);
    free_world(&w);
}
END_TEST

START_TEST(what_comes_first_opens_a_site_and_nothing_opens_one_that_has_ended) {
    /* Two third parties bring 5 and 4 places; the one that is second by name comes first, in September 2022, and opens the site. When it
       closes in September 2023, what comes in 2024 comes to nothing. */
    world w = world_of(
        YEARS
        "4'/><area id='a'/>" BASICS
        "<site id='t' area='a' provision='special' ncy='0..6' delivered='yes'><places commissioned='0'/><event date='2023-09-01' kind='close'/></site>"
        "<project id='p' start='2021-09-01' third-party='yes' planned-opening='2024-09-01'><delivers site='t' places='4'/></project>"
        "<project id='q' start='2021-09-01' third-party='yes' planned-opening='2022-09-01'><delivers site='t' places='5'/></project>");
    static const double places[] = { 0, 5, 0, 0 };
    for (size_t t = 0; t < 4; t++) IS(SITE(w, SITE_COMMISSIONED, t, "t"), places[t]);
    free_world(&w);
}
END_TEST

/* ---- causes and the ledger ---- */

START_TEST(what_a_project_closes_sooner_than_planned_is_not_late) {
    /* 15 seek 10 places. Planned for September 2023, the project closes the site in September 2022: 15 with no place anywhere, and none
       of them for want of the 10 that there would still be on plan. */
    world w = world_of(
        YEARS
        "2'/><area id='a'/>" BASICS
        "<site id='s' area='a' provision='special' ncy='0..6'><places commissioned='10'/></site>"
        "<project id='p' start='2021-09-01' planned-opening='2023-09-01'><activity id='build' unit='days' duration='300'/><delivers site='s' kind='close'/></project>" WAITERS(
            WAITER("new-plan", 1, 15)));
    IS(AT(w, WAITING, 0, 0, PRIMARY, w.special), 5);
    IS(AT(w, CAUSE_COUNT, 1, 0, PRIMARY, w.special, PLACE_CAUSE_LATE), 0);
    IS(AT(w, CAUSE_COUNT, 1, 0, PRIMARY, w.special, PLACE_CAUSE_NO_PLACE), 15);
    free_world(&w);
}
END_TEST

START_TEST(named_for_places_that_slipped_are_those_of_every_project) {
    /* 3 and 2 places were both forecast in February 2022 for that September, 365 days from the start, and take 500: of 10 who wait 5
       rested on them. In September 2023 they are there. */
    world w = world_of(
        YEARS
        "3'/><area id='a'/>" BASICS
        "<site id='s' area='a' provision='special' ncy='0..6'><places commissioned='0'/></site>"
        "<project id='p' start='2021-09-01'><activity id='build' unit='days' planned='365' duration='500'/><delivers site='s' places='3'/></project>"
        "<project id='q' start='2021-09-01'><activity id='build' unit='days' planned='365' duration='500'/><delivers site='s' places='2'/></project>" WAITERS(
            WAITER("new-plan", 1, 10)));
    static const double rested[] = { 0, 5, 0 };
    for (size_t y = 0; y < 3; y++) IS(AT(w, NAMED_NOT_OPEN, y, PRIMARY, w.special), rested[y]);
    IS(AT(w, CAUSE_COUNT, 1, 0, PRIMARY, w.special, PLACE_CAUSE_LATE), 5);
    free_world(&w);
}
END_TEST

START_TEST(a_start_that_was_put_off_is_known_in_february) {
    /* 340 days from 1 September 2021 end in August 2022, but the start was put off by 90 days: begun on 30 November, and forecast in
       February for November, so for September 2023. Nobody is named for 2022, though 5 wait for places that are late. */
    world w = world_of(
        YEARS
        "3'/><area id='a'/>" BASICS
        "<site id='s' area='a' provision='special' ncy='0..6'><places commissioned='0'/></site>"
        "<project id='p' start='2021-09-01'><activity id='build' unit='days' duration='340'/><delivers site='s' places='5'/></project>"
        "<logged-risk id='slow' probability='1' delays='p' by='90' unit='days'/>" WAITERS(WAITER("new-plan", 1, 10)));
    IS(AT(w, PROJECT_OPENING, 0), place_day(2023, 9, 1) - place_day(2021, 9, 1));
    IS(AT(w, CAUSE_COUNT, 1, 0, PRIMARY, w.special, PLACE_CAUSE_LATE), 5);
    IS(AT(w, NAMED_NOT_OPEN, 1, PRIMARY, w.special), 0);
    free_world(&w);
}
END_TEST

START_TEST(a_late_place_explains_one_pupil_in_the_two_placings_of_a_september) {
    /* 20 seek. 2 places are offered at take-up 0.5; who declines waits without a cause. Of the rest half are diverted at once, in
       the first placing of the step, and half wait on: the 10 places that a project owes explain 10 of both together. */
    enum { R = 500 };
    place_plan *plan = scenario_plan(
        YEARS
        "1'/><area id='a'/>" BASICS
        "<site id='s' area='a' provision='special' ncy='0..6' delivered='yes'><places commissioned='0'/></site>"
        "<site id='t' area='a' provision='special' ncy='0..6' take-up='0.5'><places commissioned='2'/></site>"
        "<project id='p' start='2021-06-01' planned-opening='2021-09-01'><activity id='build' unit='days' duration='400'/><delivers site='s' places='10'/></project>"
        "<table name='divert'><row to='special' setting='private' at-once='0.5' rate='0'/></table>" WAITERS(
            WAITER("new-plan", 0, 20)));
    size_t v = index_of(&plan->provisions, "special");
    enum { WAITS, DIVERTS, DECLINES, PLACED, CAUSE };
    column c[CAUSE + PLACE_N_CAUSES] = {
        [WAITS] = { PLACE_VAR_WAITING, CELL(plan, PLACE_VAR_WAITING, 0, 0, PRIMARY, v) },
        [DIVERTS] = { PLACE_VAR_NEWLY_DIVERTED, CELL(plan, PLACE_VAR_NEWLY_DIVERTED, 0, 0, PRIMARY, v) },
        [DECLINES] = { PLACE_VAR_DECLINED, CELL(plan, PLACE_VAR_DECLINED, 0, 0, PRIMARY, v) },
        [PLACED] = { PLACE_VAR_PLACED_OWN_AREA, CELL(plan, PLACE_VAR_PLACED_OWN_AREA, 0, 0, PRIMARY, v) },
    };
    for (size_t k = 0; k < PLACE_N_CAUSES; k++)
        c[CAUSE + k] = (column){ PLACE_VAR_CAUSE_COUNT, CELL(plan, PLACE_VAR_CAUSE_COUNT, 0, 0, PRIMARY, v, k) };
    double *x = run_columns(plan, R, c, CAUSE + PLACE_N_CAUSES), n_diverted = 0, n_declined = 0;
    for (size_t i = 0; i < R; i++) {
        double seeking = 20 - x[PLACED * R + i] - x[DECLINES * R + i], sum = 0;
        for (size_t k = 0; k < PLACE_N_CAUSES; k++) sum += x[(CAUSE + k) * R + i];
        ck_assert_double_le(x[(CAUSE + PLACE_CAUSE_LATE) * R + i], 10);
        ck_assert_double_eq(x[(CAUSE + PLACE_CAUSE_LATE) * R + i], seeking < 10 ? seeking : 10);
        ck_assert_double_eq(sum, x[WAITS * R + i] + x[DIVERTS * R + i] - x[DECLINES * R + i]);
        ck_assert_double_eq(sum, seeking);
        n_diverted += x[DIVERTS * R + i];
        n_declined += x[DECLINES * R + i];
    }
    ck_assert_double_gt(n_diverted, 5 * R); /* some 8 a replication, or nothing was tried */
    ck_assert_double_gt(n_declined, R);     /* some 2 */
    free(x);
    place_plan_free(plan);
}
END_TEST

START_TEST(a_free_place_for_another_phase_is_of_the_wrong_year_and_explains_one) {
    /* 5 of Year 8 wait for a base; the primary's base has 2 places free: 2 wrong year, 3 without a place anywhere. */
    world w = world_of(
        TERMS
        "1'/><area id='a'/>" BASICS
        "<site id='b' area='a' provision='base' ncy='0..6'><places commissioned='2'/></site>"
        "<table name='stock'><row area='a' ncy='8' need='n' setting='open' count='9'/></table><table name='stock-waiting'>"
        "<row area='a' ncy='8' need='n' setting='open' to='base' class='new-plan' wait='1' count='5' status='waiting'/></table>");
    static const double counts[] = { [PLACE_CAUSE_NCY] = 2, [PLACE_CAUSE_NO_PLACE] = 3 };
    for (size_t c = 0; c < PLACE_N_CAUSES; c++) IS(AT(w, CAUSE_COUNT, 0, 0, SECONDARY, w.base, c), counts[c]);
    free_world(&w);
}
END_TEST

START_TEST(each_cause_is_found_in_its_order_and_each_place_explains_one) {
    /* 20 wait. A project planned for 1 September 2021 (3 places) opens a year late: 3 building late. Free all the same: 2 at a site for
       Years 4-6 (wrong ncy), 4 for another need (wrong need), 5 in an area out of reach (wrong area). 6 have no place anywhere. */
    world w = world_of(
        TERMS
        "2'/><area id='a'/><area id='far'/><need id='other'/>" BASICS
        "<site id='s' area='a' provision='special' ncy='0..6' delivered='yes'><places commissioned='0'/></site>"
        "<site id='t' area='a' provision='special' ncy='4..6'><places commissioned='2'/></site><site id='u' area='a' provision='special' ncy='0..6' needs='other'><places commissioned='4'/></site>"
        "<site id='v' area='far' provision='special' ncy='0..6'><places commissioned='5'/></site>"
        "<project id='p' start='2021-06-01' planned-opening='2021-09-01'><activity id='build' unit='days' duration='400'/><delivers site='s' places='3'/></project>" WAITERS(
            WAITER("new-plan", 1, 20)));
    static const double counts[] = { [PLACE_CAUSE_LATE] = 3,
                                     [PLACE_CAUSE_NCY] = 2,
                                     [PLACE_CAUSE_NEED] = 4,
                                     [PLACE_CAUSE_AREA] = 5,
                                     [PLACE_CAUSE_NO_PLACE] = 6 };
    for (size_t c = 0; c < PLACE_N_CAUSES; c++) IS(AT(w, CAUSE_COUNT, 0, 0, PRIMARY, w.special, c), counts[c]);
    IS(SITE(w, SITE_STRANDED, 0, "t"), 2);
    IS(SITE(w, SITE_STRANDED, 0, "u"), 4);
    IS(SITE(w, SITE_STRANDED, 0, "v"), 0); /* nobody of its own area waits */
    free_world(&w);
}
END_TEST

START_TEST(the_ledger_follows_each_pupil_once) {
    /* 10 wait. 3 places; at once and rate 0. In 2022 they are of Year 4, and moves from special to open are certain: those
       who wait leave the list; the three placed keep their seat's demand as open too. */
    world w = world_of(YEARS "2'/><area id='a'/>" BASICS
                             "<site id='s' area='a' provision='special' ncy='0..6'><places commissioned='3'/></site>"
                             "<table name='move'><row ncy='4' from='special' to='open' value='1'/></table>" WAITERS(
                                 WAITER("new-plan", 1, 10)));
    IS(AT(w, PLACED_OWN_AREA, 0, 0, PRIMARY, w.special), 3);
    IS(AT(w, WAITING, 0, 0, PRIMARY, w.special), 7);
    IS(AT(w, LEFT_LIST, 1, 0, PRIMARY, w.special), 7);
    IS(AT(w, MOVED, 1, PRIMARY, w.special, w.open), 10);
    IS(AT(w, WAITING, 1, 0, PRIMARY, w.special), 0);
    IS(SITE(w, SITE_ROLL, 1, "s"), 0);
    IS(AT(w, STOCK, 1, 0, PRIMARY, w.open), 40);
    free_world(&w);
}
END_TEST

START_TEST(a_season_without_events_has_none_even_of_certain_ones) { /* all of a year's events in the third term */
    world w = world_of(
        "<time start='2021-09-01' steps='3' step='term' weights='0 0 1'/><stock date='2021-09-01'/><area id='a'/>" BASICS
        "<site id='s' area='a' provision='special' ncy='0..6'><places commissioned='0'/></site><table name='cease'><row from='open' value='1' when='through-year'/></table>"
        "<table name='divert'><row to='special' setting='private' at-once='0' rate='1'/></table>" WAITERS(
            WAITER("new-plan", 1, 10)));
    IS(AT(w, CEASED, 0, 0, PRIMARY, w.open), 0);
    IS(AT(w, WAITING, 1, 0, PRIMARY, w.special), 10);
    IS(AT(w, CEASED, 2, 0, PRIMARY, w.open), 30);
    IS(AT(w, NEWLY_DIVERTED, 2, 0, PRIMARY, w.special), 10);
    free_world(&w);
    w = world_of("<time start='2021-09-01' steps='3' step='term' weights='0 0 1'/><stock date='2021-09-01'/><area id='a'/>" BASICS
                 "<site id='s' area='a' provision='special' ncy='0..6'><places commissioned='0'/></site><table name='give-up'><row value='1'/></table>" WAITERS(
                     WAITER("new-plan", 1, 10)));
    IS(AT(w, WAITING, 1, 0, PRIMARY, w.special), 10);
    IS(AT(w, GAVE_UP, 1, 0, PRIMARY, w.special), 0);
    IS(AT(w, GAVE_UP, 2, 0, PRIMARY, w.special), 10);
    free_world(&w);
}
END_TEST

/* ---- rates ---- */

START_TEST(shares_that_round_above_1_are_not_held) {
    /* 0.01 + 0.2 + 0.68 + 0.11 passes 1 in the last bit. Fixed shares are made in a thread's first replication only: counted there, the
       others would differ from it, and a replay from the file. */
    place_plan *plan = scenario_plan(
        YEARS
        "1'/><area id='a'/>" BASICS
        "<provision id='p0' kind='open'/><provision id='p1' kind='open'/><provision id='p2' kind='open'/><provision id='p3' kind='open'/>"
        "<table name='population'><row value='100'/></table><table name='new-plans'><row ncy='3' value='1'/></table><table name='joiner-target'>"
        "<row to='p0' value='0.01'/><row to='p1' value='0.20'/><row to='p2' value='0.68'/><row to='p3' value='0.11'/><row to='open' residual='yes'/></table>");
    double sum = 0.01;
    sum += 0.2, sum += 0.68, sum += 0.11;
    ck_assert_double_gt(sum, 1);
    place_results *results = run_all(plan, 2, 1);
    for (int64_t i = 0; i < 2; i++) ck_assert_double_eq(place_results_value(results, PLACE_VAR_PROBABILITIES_HELD, 0, i), 0);
    place_results_free(results);
    place_plan_free(plan);
}
END_TEST

START_TEST(two_overflows_of_one_provision_are_parts_of_the_share_as_it_was_seen) {
    /* All joiners are seen at private; 0.4 of that wanted special, 0.4 a base: of Poisson(100) joiners Poisson(40) each, and 20
       private. Planted: the second taken of what the first left, 40, 24 and 36 (or 24, 40). R 2,000: 40 +- 0.9. */
    enum { R = 2000 };
    place_plan *plan = scenario_plan(
        YEARS
        "1'/><area id='a'/>" BASICS
        "<table name='population'><row value='100'/></table><table name='new-plans'><row ncy='3' value='1'/></table>"
        "<table name='joiner-target'><row to='private' value='1' basis='placed'/></table>"
        "<overflow provision='private' wanted='special' share='0.4'/><overflow provision='private' wanted='base' share='0.4'/>");
    size_t special = index_of(&plan->provisions, "special"), base = index_of(&plan->provisions, "base"),
           private_ = index_of(&plan->provisions, "private");
    column c[] = { { PLACE_VAR_JOINED, CELL(plan, PLACE_VAR_JOINED, 0, 0, PRIMARY, special) },
                   { PLACE_VAR_JOINED, CELL(plan, PLACE_VAR_JOINED, 0, 0, PRIMARY, base) },
                   { PLACE_VAR_JOINED, CELL(plan, PLACE_VAR_JOINED, 0, 0, PRIMARY, private_) } };
    double *x = run_columns(plan, R, c, 3);
    static const double means[] = { 40, 40, 20 };
    for (size_t k = 0; k < 3; k++) ck_assert(mean_agrees(&x[k * R], R, means[k], means[k]));
    for (size_t k = 0; k < 2; k++) ck_assert(!mean_agrees(&x[k * R], R, 24, 24));
    ck_assert(!mean_agrees(&x[2 * R], R, 36, 36));
    free(x);
    place_plan_free(plan);
}
END_TEST

START_TEST(a_last_ratio_is_last_years_factor_and_the_effect_forgets_it) {
    /* Factor exp(x - s^2 / 2), 1 in the year before the run: x began at s^2 / 2. After k years x is normal with mean p^k s^2 / 2 and
       variance s^2 (1 - p^2k), so the factor's mean is exp(s^2 / 2 (p^k - p^2k)): with s = p = 0.5 that is 1.032, 1.024, 1.014, and
       tends to 1. Planted: without the s^2 / 2, exp(-s^2 / 2 p^2k): 0.969 in the first year. R 20,000. */
    enum { R = 20000, N_YEARS = 8 };
    place_plan *plan =
        scenario_plan("<time start='2021-09-01' steps='8' step='year'/><stock date='2021-09-01'/><area id='a'/>" BASICS
                      "<year-effect flow='new-plans' phi='0.5' sigma='0.5' last-ratio='1'/>");
    column c[N_YEARS];
    for (size_t y = 0; y < N_YEARS; y++)
        c[y] = (column){ PLACE_VAR_YEAR_EFFECT, CELL(plan, PLACE_VAR_YEAR_EFFECT, PLACE_FLOW_NEW_PLANS, y) };
    double *x = run_columns(plan, R, c, N_YEARS), half = 0.5 * 0.5 / 2;
    for (size_t y = 0; y < N_YEARS; y++) {
        double kept = pow(0.5, (double)y + 1), spread = 2 * half * (1 - kept * kept);
        double mean = exp(half * (kept - kept * kept)), planted = exp(-half * kept * kept);
        ck_assert(mean_agrees(&x[y * R], R, mean, mean * mean * (exp(spread) - 1)));
        if (y == 0) ck_assert(!mean_agrees(&x[y * R], R, planted, planted * planted * (exp(spread) - 1)));
        if (y == 0) ck_assert(!mean_agrees(&x[y * R], R, 1, exp(spread) - 1)); /* nor is it 1 from the first year on */
    }
    free(x);
    place_plan_free(plan);
}
END_TEST

Suite *model_suite(void) {
    Suite *suite = suite_create("model");
    TCase *ageing = tcase_create("ageing"), *placing = tcase_create("placing"), *sites = tcase_create("sites"),
          *projects = tcase_create("projects"), *rates = tcase_create("rates");
    tcase_add_test(ageing, a_state_that_memory_is_out_for_is_none);
    tcase_add_test(ageing, cohorts_stand_in_one_order_and_merge);
    tcase_add_test(ageing, the_first_september_ages_nobody_and_year_20_ages_out);
    tcase_add_test(ageing, a_run_from_january_ages_in_its_first_september);
    tcase_add_test(ageing, who_crosses_a_boundary_draws_a_target_and_seeks);
    tcase_add_test(ageing, an_all_through_school_keeps_the_seat_and_a_ceasing_share_leaves);
    tcase_add_test(ageing, a_site_is_outgrown_within_a_phase);
    tcase_add_test(ageing, who_is_named_for_september_waits_for_it);
    tcase_add_test(ageing, stayers_of_an_all_through_school_are_apart_from_the_sheet_and_a_first_september_has_neither);
    tcase_add_test(ageing, transfers_due_in_march_are_read_on_1_april_after_those_of_the_spring_term_have_joined);
    tcase_add_test(placing, classes_and_then_waits_are_served_in_order);
    tcase_add_test(placing, stretch_comes_after_all_commissioned_places_and_by_class);
    tcase_add_test(placing, physical_places_follow_the_stretch_as_drawn);
    tcase_add_test(placing, admission_numbers_needs_and_years_bind);
    tcase_add_test(placing, sites_are_offered_by_preference_narrowness_and_free_places);
    tcase_add_test(placing, a_targets_list_is_tried_in_order_within_an_area_then_by_reach);
    tcase_add_test(placing, a_vacated_seat_is_given_in_the_same_step);
    tcase_add_test(placing, a_vacated_seat_goes_to_whoever_is_first_in_line_not_to_whoever_is_next);
    tcase_add_test(placing, places_held_by_others_are_seated_first);
    tcase_add_test(placing, direction_fills_above_physical_places_and_counts_apart);
    tcase_add_test(placing, diversion_fills_limited_fallbacks_and_then_open_ones);
    tcase_add_test(placing, who_waits_may_give_up_and_who_was_diverted_may_return);
    tcase_add_test(placing, a_list_of_four_without_a_suitable_place_leaves_its_pupils_waiting_for_the_need);
    tcase_add_test(placing, who_was_diverted_returns_to_limited_places_of_the_list_alone);
    tcase_add_test(placing, who_finds_no_room_in_a_limited_fallback_waits_on);
    tcase_add_test(placing, of_64_needs_a_site_for_63_is_offered_before_one_for_all);
    tcase_add_test(placing, who_waits_across_a_boundary_is_new_on_the_list_for_diversion_at_once);
    tcase_add_test(placing, the_share_diverted_at_once_acts_once_in_a_september_step);
    tcase_add_test(placing, a_list_that_ends_in_open_provision_leaves_nobody_waiting);
    tcase_add_test(placing, an_offer_is_taken_up_with_its_probability);
    tcase_add_test(placing, lots_are_drawn_anew_in_every_round);
    tcase_add_test(placing, v21_first_come_first_served_and_v22_waits_add_up);
    tcase_add_test(sites, a_closing_site_hands_its_roll_to_successors_and_the_rest_lose_their_place);
    tcase_add_test(sites, a_successor_for_another_need_or_of_another_provision_takes_nobody);
    tcase_add_test(sites, a_successor_takes_no_more_than_others_leave_it);
    tcase_add_test(sites, who_waits_at_a_closing_site_keeps_class_and_wait);
    tcase_add_test(sites, plans_end_with_the_year_before_pupils_age);
    tcase_add_test(sites, a_successor_that_opens_the_same_day_is_open_first);
    tcase_add_test(sites, a_cut_below_the_roll_removes_nobody_and_stops_intake);
    tcase_add_test(sites, sites_change_their_years_provision_area_and_intake);
    tcase_add_test(sites, a_site_that_changes_seats_those_on_its_roll_who_wait_for_what_it_now_is);
    tcase_add_test(sites, a_withdrawn_allotment_keeps_its_pupils_and_takes_no_more);
    tcase_add_test(sites, a_withdrawn_allotment_takes_no_more_when_intake_resumes);
    tcase_add_test(sites, a_withdrawn_allotment_counts_its_roll_as_available_and_nothing_as_spare);
    tcase_add_test(projects, an_intake_profile_works_and_temporary_places_keep_step);
    tcase_add_test(projects, gates_refuse_defer_and_run_out_of_meetings);
    tcase_add_test(projects, each_flow_has_years_of_its_own);
    tcase_add_test(projects, correlated_inputs_are_drawn_anew_each);
    tcase_add_test(projects, each_year_group_leaves_by_a_stream_of_its_own);
    tcase_add_test(projects, a_factor_acts_on_the_odds_of_a_probability);
    tcase_add_test(projects, a_meeting_on_the_day_of_a_finish_decides);
    tcase_add_test(projects, a_project_opens_on_the_september_after_its_last_finish);
    tcase_add_test(projects, a_cancelled_project_never_opens);
    tcase_add_test(projects, a_project_that_stops_spends_no_more_and_is_uplifted_once);
    tcase_add_test(projects, nothing_is_done_once_a_project_has_stopped);
    tcase_add_test(projects, risks_uplift_and_market_lengthen_and_the_longest_path_is_critical);
    tcase_add_test(projects, a_third_partys_project_opens_when_it_says);
    tcase_add_test(projects, works_that_take_more_than_there_is_owe_the_rest);
    tcase_add_test(projects, batches_of_an_intake_come_on_septembers_and_catch_up_counts_from_the_plan);
    tcase_add_test(projects, of_two_risks_that_cancel_the_earlier_stops_the_project);
    tcase_add_test(projects, what_comes_first_opens_a_site_and_nothing_opens_one_that_has_ended);
    tcase_add_test(projects, what_a_project_closes_sooner_than_planned_is_not_late);
    tcase_add_test(projects, named_for_places_that_slipped_are_those_of_every_project);
    tcase_add_test(projects, a_start_that_was_put_off_is_known_in_february);
    tcase_add_test(projects, a_late_place_explains_one_pupil_in_the_two_placings_of_a_september);
    tcase_add_test(projects, a_free_place_for_another_phase_is_of_the_wrong_year_and_explains_one);
    tcase_add_test(projects, each_cause_is_found_in_its_order_and_each_place_explains_one);
    tcase_add_test(projects, the_ledger_follows_each_pupil_once);
    tcase_add_test(projects, a_season_without_events_has_none_even_of_certain_ones);
    tcase_add_test(rates, shares_that_round_above_1_are_not_held);
    tcase_add_test(rates, two_overflows_of_one_provision_are_parts_of_the_share_as_it_was_seen);
    tcase_add_test(rates, a_last_ratio_is_last_years_factor_and_the_effect_forgets_it);
    suite_add_tcase(suite, ageing);
    suite_add_tcase(suite, placing);
    suite_add_tcase(suite, sites);
    suite_add_tcase(suite, projects);
    suite_add_tcase(suite, rates);
    return suite;
}
