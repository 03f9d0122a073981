/* SPDX-License-Identifier: MIT */
/*
 * The closed forms, as a table. Each scenario's file says what it is; here stands what must come of it, with the formula where the figure is
 * not plain. Positions along axes are in the order of ids (provisions), of years (phases) and of keys (sites, activities).
 */
#include "place/closed_forms.h"

#define YEAR 365.25 /* days */
#define LENGTH(list) (sizeof(list) / sizeof(list)[0])

/* A cell [step][area][phase][provision] of scenarios with one phase. */
#define AT(name, step, area, provision) { PLACE_VAR_##name, { step, area, 0, provision } }
#define ONE(...) .n_cells = 1, .cells = { __VA_ARGS__ }
#define TWO(...) .n_cells = 2, .cells = { __VA_ARGS__ }
#define THREE(...) .n_cells = 3, .cells = { __VA_ARGS__ }
#define MEAN(words, value, variance, ...) { .kind = PLACE_CLOSED_MEAN, .what = words, .exact = value, .a = variance, __VA_ARGS__ }
#define VARIANCE(words, value, kurtosis, ...) { .kind = PLACE_CLOSED_VARIANCE, .what = words, .exact = value, .a = kurtosis, __VA_ARGS__ }
#define COVARIANCE(words, value, one, two, x, y) \
    { .kind = PLACE_CLOSED_COVARIANCE, .what = words, .exact = value, .a = one, .b = two, .n_cells = 1, .cells = { x }, .other = y }
#define AT_LEAST(words, share, low, ...) { .kind = PLACE_CLOSED_AT_LEAST, .what = words, .exact = share, .a = low, __VA_ARGS__ }
#define AT_MOST(words, share, high, ...) { .kind = PLACE_CLOSED_AT_MOST, .what = words, .exact = share, .a = high, __VA_ARGS__ }
#define POISSON(words, mean, ...) { .kind = PLACE_CLOSED_POISSON, .what = words, .exact = 0, .a = mean, __VA_ARGS__ }
#define BINOMIAL(words, trials, p, ...) { .kind = PLACE_CLOSED_BINOMIAL, .what = words, .exact = 0, .a = trials, .b = p, __VA_ARGS__ }
#define EVERY(words, value, ...) { .kind = PLACE_CLOSED_EVERY, .what = words, .exact = value, __VA_ARGS__ }
#define BATCHES(words, n, ...) { .kind = PLACE_CLOSED_BATCHES, .what = words, .exact = 1, .a = n, __VA_ARGS__ }

/* ---- who comes, leaves and moves -------------------------------------------------------------------------------- */

static const place_closed_check v1[] = {
    MEAN("new plans, mean", 100, 100, ONE(AT(JOINED, 0, 0, 0))),
    POISSON("gap to the law Poisson(100)", 100, ONE(AT(JOINED, 0, 0, 0))),
};

#define STAY7 0.8079828447811298 /* 0.97^7 */
static const place_closed_check v2[] = {
    MEAN("plans after 7 years, mean", 5000 * STAY7, 5000 * STAY7 * (1 - STAY7), ONE(AT(STOCK, 6, 0, 0))),
    VARIANCE("variance", 5000 * STAY7 * (1 - STAY7), 0, ONE(AT(STOCK, 6, 0, 0))),
    BINOMIAL("gap to the law Binomial(5000, 0.97^7)", 5000, STAY7, ONE(AT(STOCK, 6, 0, 0))),
};

/* Whatever a plan's length, if it is ten years on average: 40 a year for ten years. */
static const place_closed_check v4[] = {
    MEAN("plans in the 20th year, mean", 400, 400, ONE(AT(STOCK, 19, 0, 0))),
    POISSON("gap to the law Poisson(400)", 400, ONE(AT(STOCK, 19, 0, 0))),
};

static const place_closed_check v5[] = {
    BINOMIAL("stay: gap to the law Binomial(1000, 0.62)", 1000, 0.62, ONE(AT(DEMAND, 0, 0, 0))),
    BINOMIAL("one move: Binomial(1000, 0.25)", 1000, 0.25, ONE(AT(DEMAND, 0, 0, 1))),
    BINOMIAL("another: Binomial(1000, 0.10)", 1000, 0.10, ONE(AT(DEMAND, 0, 0, 2))),
    BINOMIAL("a third: Binomial(1000, 0.03)", 1000, 0.03, ONE(AT(DEMAND, 0, 0, 3))),
    COVARIANCE("covariance of stay and one, -N p q", -155, 235.6, 187.5, AT(DEMAND, 0, 0, 0), AT(DEMAND, 0, 0, 1)),
    COVARIANCE("of stay and another", -62, 235.6, 90, AT(DEMAND, 0, 0, 0), AT(DEMAND, 0, 0, 2)),
    COVARIANCE("of one and another", -25, 187.5, 90, AT(DEMAND, 0, 0, 1), AT(DEMAND, 0, 0, 2)),
};

/* m' = Q'm + joiners, V' = Q'VQ + sum of m (diag q - q q') + joiners; ten years */
static const place_closed_check v6[] = {
    MEAN("first kind, mean", 642.8763507, 484.1839114, ONE(AT(DEMAND, 9, 0, 0))),
    MEAN("second kind, mean", 355.4866580, 299.3866553, ONE(AT(DEMAND, 9, 0, 1))),
    MEAN("third kind, mean", 209.7410708, 188.0396355, ONE(AT(DEMAND, 9, 0, 2))),
    VARIANCE("first kind, variance", 484.1839114, 0, ONE(AT(DEMAND, 9, 0, 0))),
    VARIANCE("second kind, variance", 299.3866553, 0, ONE(AT(DEMAND, 9, 0, 1))),
    VARIANCE("third kind, variance", 188.0396355, 0, ONE(AT(DEMAND, 9, 0, 2))),
    COVARIANCE("first and second, covariance", -80.2456154, 484.1839114, 299.3866553, AT(DEMAND, 9, 0, 0), AT(DEMAND, 9, 0, 1)),
    COVARIANCE("first and third, covariance", -46.5255106, 484.1839114, 188.0396355, AT(DEMAND, 9, 0, 0), AT(DEMAND, 9, 0, 2)),
    COVARIANCE("second and third, covariance", -31.2334566, 299.3866553, 188.0396355, AT(DEMAND, 9, 0, 1), AT(DEMAND, 9, 0, 2)),
    /* V7: each leaves with 0.04 whatever it is, so that all together are 1250 x 0.96^10 + 45 (1 - 0.96^10) / 0.04 */
    MEAN("all kinds, mean", 1208.1040795, 655.6010371, THREE(AT(DEMAND, 9, 0, 0), AT(DEMAND, 9, 0, 1), AT(DEMAND, 9, 0, 2))),
    VARIANCE("all kinds, variance", 655.6010371, 0, THREE(AT(DEMAND, 9, 0, 0), AT(DEMAND, 9, 0, 1), AT(DEMAND, 9, 0, 2))),
};

/* Phases by default: 1 is primary, to Year 6; 2 secondary, to Year 11. */
static const place_closed_check v9[] = {
    EVERY("in primary three Septembers on", 30, ONE({ PLACE_VAR_STOCK, { 3, 0, 1, 0 } })),
    EVERY("in secondary four Septembers on", 30, ONE({ PLACE_VAR_STOCK, { 4, 0, 2, 0 } })),
    EVERY("in secondary eight Septembers on", 30, ONE({ PLACE_VAR_STOCK, { 8, 0, 2, 0 } })),
    EVERY("ceased when Year 11 has ended", 30, ONE({ PLACE_VAR_CEASED, { 9, 0, 2, 0 } })),
};

/* n a / (a + b), and n a b (a + b + n) / (a + b)^2 (a + b + 1); a binomial's would be 34.56 */
static const place_closed_check v10[] = {
    MEAN("plans that cease, mean", 36, 65.5984016, ONE(AT(CEASED, 0, 0, 0))),
    VARIANCE("variance", 65.5984016, 0.15, ONE(AT(CEASED, 0, 0, 0))),
};

/* 100 + 25 x 4^2; excess kurtosis 6 / 25 + 1 / 500 */
static const place_closed_check v11[] = {
    MEAN("new plans, mean", 100, 500, ONE(AT(JOINED, 0, 0, 0))),
    VARIANCE("variance", 500, 0.242, ONE(AT(JOINED, 0, 0, 0))),
};

/* ---- who finds a place: provision 1 is special, 2 where there is `away` ------------------------------------------- */

static const place_closed_check v12[] = {
    MEAN("places lacking, mean", 2.004105186, 18.122314, ONE(AT(SHORTFALL, 0, 0, 1))),
    AT_LEAST("chance of lacking any", 0.287192118, 1, ONE(AT(SHORTFALL, 0, 0, 1))),
    MEAN("pupils without a place, mean", 2.004105186, 18.122314, ONE(AT(UNMET, 0, 0, 1))),
};

/* Sums over the two Poisson laws. */
static const place_closed_check v15[] = {
    MEAN("pupils without a place, mean", 2.101427245, 16.510476, TWO(AT(WAITING, 0, 0, 1), AT(WAITING, 0, 1, 1))),
    AT_LEAST("chance of any", 0.338691431, 1, TWO(AT(WAITING, 0, 0, 1), AT(WAITING, 0, 1, 1))),
    MEAN("placed in the other area, mean", 1.521679163, 7.278129, ONE(AT(PLACED_OTHER_AREA, 0, 0, 1))),
    EVERY("from the area that reaches no other", 0, ONE(AT(PLACED_OTHER_AREA, 0, 1, 1))),
};

/* The chain of 31 states after 60 steps; 6 - 0.645414 in is 0.2 x 26.772930 out. */
static const place_closed_check v17[] = {
    AT_LEAST("chance that the school is full", 0.315518101, 30, ONE({ PLACE_VAR_SITE_ROLL, { 59, 0 } })),
    MEAN("pupils on roll, mean", 26.772929851, 10.965335, ONE({ PLACE_VAR_SITE_ROLL, { 59, 0 } })),
    MEAN("turned away in a step, mean", 0.645414029, 2.170555, ONE(AT(NEWLY_DIVERTED, 59, 0, 2))),
    EVERY("waiting", 0, ONE(AT(WAITING, 59, 0, 2))),
};

/* Poisson of 8.406665556, above 10. */
static const place_closed_check v20[] = {
    MEAN("pupils on the list, mean", 0.5515187655, 1.6328062690, ONE(AT(WAITING, 149, 0, 1))),
    AT_LEAST("chance of a list", 0.2264214298, 1, ONE(AT(WAITING, 149, 0, 1))),
};

static const place_closed_check v21[] = {
    EVERY("list at the first close", 10, ONE(AT(WAITING, 0, 0, 1))),
    EVERY("at the second", 7, ONE(AT(WAITING, 1, 0, 1))),
    EVERY("at the third", 4, ONE(AT(WAITING, 2, 0, 1))),
    EVERY("at the fourth", 1, ONE(AT(WAITING, 3, 0, 1))),
    EVERY("at the fifth", 0, ONE(AT(WAITING, 4, 0, 1))),
    EVERY("terms waited by the one left in September 2022", 3, ONE(AT(SEPTEMBER_STEPS_WAITED, 1, 0, 1))),
};

/* ---- when projects open: activities c, c, c, a; days after the start ----------------------------------------------- */

static const place_closed_check v23[] = {
    MEAN("days to the last finish, mean", 14.5, 149.0 / 12, ONE({ PLACE_VAR_ACTIVITY_FINISH, { 2 } })),
    VARIANCE("variance, 149 / 12", 149.0 / 12, 0, ONE({ PLACE_VAR_ACTIVITY_FINISH, { 2 } })),
    AT_MOST("chance of 15 days at most", 0.6, 15, ONE({ PLACE_VAR_PROJECT_OPENING, { 0 } })),
};

static const place_closed_check v25[] = {
    MEAN("days to the last finish, mean", 12, 36, ONE({ PLACE_VAR_ACTIVITY_FINISH, { 2 } })),
    VARIANCE("variance", 36, 2.1, ONE({ PLACE_VAR_ACTIVITY_FINISH, { 2 } })),
    AT_MOST("chance of 12 days at most", 0.6093250, 12, ONE({ PLACE_VAR_PROJECT_OPENING, { 0 } })),
};

/* Each finish is rounded up to the day: half a day later on average, three times. */
static const place_closed_check v26[] = {
    MEAN("days, mean of 7 years", 7 * YEAR + 1.5, 21 * YEAR * YEAR, ONE({ PLACE_VAR_ACTIVITY_FINISH, { 2 } })),
    AT_MOST("chance of 8 years at most", 0.6756254, 8 * YEAR + 1.5, ONE({ PLACE_VAR_PROJECT_OPENING, { 0 } })),
};

/* 4.571429 = 12^2 x 2 x 4 / (6^2 x 7) */
static const place_closed_check v27[] = {
    MEAN("days, mean of 7 years", 7 * YEAR + 0.5, 32.0 / 7 * YEAR * YEAR, ONE({ PLACE_VAR_ACTIVITY_FINISH, { 0 } })),
    VARIANCE("variance of 32 / 7 years^2", 32.0 / 7 * YEAR * YEAR, 0, ONE({ PLACE_VAR_ACTIVITY_FINISH, { 0 } })),
    AT_MOST("chance of 8 years at most", 0.6912294, 8 * YEAR + 0.5, ONE({ PLACE_VAR_PROJECT_OPENING, { 0 } })),
};

/* Days after 1 September 2021. */
static const place_closed_check v28[] = {
    EVERY("opens on 1 September 2023", 730, ONE({ PLACE_VAR_PROJECT_OPENING, { 0 } })),
    EVERY("by the term: 1 January 2023", 487, ONE({ PLACE_VAR_PROJECT_OPENING, { 1 } })),
    EVERY("by the month: 1 October 2022", 395, ONE({ PLACE_VAR_PROJECT_OPENING, { 2 } })),
    EVERY("on any day: 3 September 2022", 367, ONE({ PLACE_VAR_PROJECT_OPENING, { 3 } })),
    EVERY("planned for 1 September 2023", 730, ONE({ PLACE_VAR_PROJECT_PLANNED_OPENING, { 0 } })),
};

/* In pence. 44,800,000 and 110 / 153 of 67,200,000 of them by 1 April. */
static const place_closed_check v30[] = {
    EVERY("days to the first finish", 102, ONE({ PLACE_VAR_ACTIVITY_FINISH, { 1 } })),
    EVERY("days to the second", 255, ONE({ PLACE_VAR_ACTIVITY_FINISH, { 0 } })),
    EVERY("days late", 5, ONE({ PLACE_VAR_PROJECT_SLIP_DAYS, { 0 } })),
    EVERY("pence spent in 2021-22", 93113725, ONE({ PLACE_VAR_PROJECT_SPEND, { 0, 0 } })),
    EVERY("pence spent in all", 112000000, TWO({ PLACE_VAR_PROJECT_SPEND, { 0, 0 } }, { PLACE_VAR_PROJECT_SPEND, { 0, 1 } })),
};

static const place_closed_check v31[] = {
    MEAN("projects that open, mean", 7, 2.1, ONE({ PLACE_VAR_SITE_COMMISSIONED, { 1, 0 } })),
    BINOMIAL("gap to the law Binomial(10, 0.7)", 10, 0.7, ONE({ PLACE_VAR_SITE_COMMISSIONED, { 1, 0 } })),
};

/* ---- what it costs, in pence ------------------------------------------------------------------------------------- */

/* 120 x 1,000,000 x 122, 90 and 153 / 365 are 40,109,589.04, 29,589,041.10 and 50,301,369.86. */
static const place_closed_check v34[] = {
    EVERY("pence in the financial year 2021-22", 69698630, ONE({ PLACE_VAR_COST, { 0, 0 } })),
    EVERY("pence in 2022-23", 50301370, ONE({ PLACE_VAR_COST, { 1, 0 } })),
    EVERY("pence in the academic year", 120000000, ONE({ PLACE_VAR_COST_ACADEMIC, { 0, 0 } })),
};

/* ---- chance itself ----------------------------------------------------------------------------------------------- */

/* 1 + e^-2 of 2 wait; 1,000 batches. Repeated or related replications would pass 1.3. */
static const place_closed_check v36[] = {
    MEAN("pupils waiting, mean", 1.135335283, 1.575679, ONE(AT(WAITING, 0, 0, 1))),
    BATCHES("variance of batch means, as a share", 1000, ONE(AT(WAITING, 0, 0, 1))),
};

#define FORM(name, words, n, list) { .id = "V" #name, .title = words, .scenario = #list, .n_replications = n, .n_checks = LENGTH(list), .checks = list }
const place_closed_form place_closed_forms[] = {
    FORM(1, "new plans are Poisson", 100000, v1),
    FORM(2, "those who stay are binomial", 50000, v2),
    FORM(4, "only the mean length of plans matters to their number", 20000, v4),
    FORM(5, "moves are multinomial", 50000, v5),
    FORM(6, "three kinds that change into one another", 50000, v6),
    FORM(9, "a year group ages whole and leaves on time", 100, v9),
    FORM(10, "an uncertain chance of leaving", 100000, v10),
    FORM(11, "an uncertain rate of new plans", 100000, v11),
    FORM(12, "short of places", 100000, v12),
    FORM(15, "overflow goes to the next area", 100000, v15),
    FORM(17, "a full school turns away what the chain says", 50000, v17),
    FORM(20, "a list that nobody is turned away from", 10000, v20),
    FORM(21, "first come, first served, and waits add up", 100, v21),
    FORM(23, "three uniform stages", 100000, v23),
    FORM(25, "three geometric stages", 100000, v25),
    FORM(26, "three exponential stages", 100000, v26),
    FORM(27, "a PERT stage", 100000, v27),
    FORM(28, "stages without chance open on one date", 100, v28),
    FORM(30, "uplifts act once, on cost and on time", 100, v30),
    FORM(31, "cancelled projects are binomial", 100000, v31),
    FORM(34, "unit cost times pupil-years, to the penny", 100, v34),
    FORM(36, "replications are independent", 200000, v36),
};
const size_t place_n_closed_forms = LENGTH(place_closed_forms);
