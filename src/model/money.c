/* SPDX-License-Identifier: MIT */
/*
 * Money in whole pence. Pupils (and places) of a step are first counted by the row of the table that prices them and the provision
 * they are in; each such count then meets its price once for each financial year that the step touches, and that product is rounded
 * half up, once. So a sum of costs is exact, and can be worked out again from the counts that a run keeps.
 *
 * pupil-years = pupils as the step closes x days / days of the academic year; what is stated by the year goes by days of the financial
 * year, in differences of rounded sums, so that a whole year has the whole amount.
 */
#include "money.h"

#include <math.h>
#include <string.h>

#include "engine.h"
#include "place/date.h"

#define MAX_PARTS 3   /* financial years that a step, a year long at most, can touch                 */
#define MOST_PENCE 1e14 /* of one product: a trillion pounds, so that no sum of them leaves 64 bits */

/** A cost table with the prices of this replication, and what is counted by its rows in this step. */
typedef struct priced_table {
    const place_cost_table *table;
    double *value, *empty, *borne; /**< [row]                                                   */
    int64_t *n, *n_empty;          /**< [row][provision] pupils, or places filled and empty      */
    int32_t *outer;                /**< [setting] its venue's part of a cell, in this step       */
    size_t n_inner;                /**< classes of the axes after the venue, multiplied          */
} priced_table;

/** The days of a step that lie in one financial year. */
typedef struct step_part {
    size_t year;       /**< position on the axis                */
    double year_share; /**< of the academic year                */
    double step_share; /**< of the step                         */
} step_part;

struct place_money {
    const place_budget *budget;
    size_t n_provisions, n_years;
    int first_year;                /**< financial                               */
    priced_table unit_cost, place_funding, transport;
    double *factor;                /**< [price][financial year]                 */
    int64_t *largest;              /**< [group] scratch of savings              */
    size_t *largest_at;
    step_part parts[MAX_PARTS];
    size_t n_parts;
};

/* ---- which row prices what -------------------------------------------------------------------------------------- */

static size_t class_of(const place_cost_table *table, place_cost_axis axis, size_t member) {
    return table->class_of[axis] == NULL ? 0 : (size_t)table->class_of[axis][member];
}

/** The axes after the venue: the same part of a cell for all who share a row of the state. */
static size_t inner_of(const place_cost_table *table, size_t area, size_t ncy, size_t need, size_t year) {
    size_t at = class_of(table, PLACE_COST_BY_AREA, area);
    at = at * table->n_classes[PLACE_COST_BY_NCY] + class_of(table, PLACE_COST_BY_NCY, ncy);
    at = at * table->n_classes[PLACE_COST_BY_NEED] + class_of(table, PLACE_COST_BY_NEED, need);
    return at * table->n_classes[PLACE_COST_BY_YEAR] + class_of(table, PLACE_COST_BY_YEAR, year);
}

static size_t n_inner(const place_cost_table *table) {
    size_t n = 1;
    for (int a = PLACE_COST_BY_VENUE + 1; a < PLACE_N_COST_AXES; a++) n *= table->n_classes[a];
    return n;
}

int32_t place_cost_table_row(const place_cost_table *table, size_t venue, size_t area, size_t ncy, size_t need, size_t year) {
    if (table->n_rows == 0) return PLACE_NONE;
    return table->winner[class_of(table, PLACE_COST_BY_VENUE, venue) * n_inner(table) + inner_of(table, area, ncy, need, year)];
}

/* ---- making ----------------------------------------------------------------------------------------------------- */

static bool make_table(priced_table *out, place_arena *arena, const place_cost_table *table, size_t n_provisions, size_t n_settings) {
    out->table = table;
    out->outer = place_arena_array(arena, n_settings, sizeof *out->outer);
    out->value = place_arena_array(arena, table->n_rows, sizeof *out->value);
    out->empty = place_arena_array(arena, table->n_rows, sizeof *out->empty);
    out->borne = place_arena_array(arena, table->n_rows, sizeof *out->borne);
    out->n = place_arena_array(arena, table->n_rows * n_provisions, sizeof *out->n);
    out->n_empty = place_arena_array(arena, table->empty != NULL ? table->n_rows * n_provisions : 0, sizeof *out->n_empty);
    out->n_inner = n_inner(table);
    return out->outer && out->value && out->empty && out->borne && out->n && out->n_empty;
}

place_money *place_money_create(place_arena *arena, const place_plan *plan) {
    const place_budget *budget = plan->budget;
    place_money *m = place_arena_array(arena, 1, sizeof *m);
    if (m == NULL) return NULL;
    size_t n_settings = plan->provisions.n + plan->n_sites;
    m->budget = budget;
    m->n_provisions = plan->provisions.n;
    m->n_years = place_axis_length(plan, PLACE_AXIS_FINANCIAL_YEAR);
    m->first_year = place_first_financial_year(plan);
    m->factor = place_arena_array(arena, budget->n_prices * m->n_years, sizeof *m->factor);
    m->largest = place_arena_array(arena, budget->n_groups, sizeof *m->largest);
    m->largest_at = place_arena_array(arena, budget->n_groups, sizeof *m->largest_at);
    return m->factor && m->largest && m->largest_at && make_table(&m->unit_cost, arena, &budget->unit_cost, m->n_provisions, n_settings)
                   && make_table(&m->place_funding, arena, &budget->place_funding, m->n_provisions, n_settings)
                   && make_table(&m->transport, arena, &budget->transport, m->n_provisions, n_settings)
               ? m : NULL;
}

static void take_prices(priced_table *p, const place_draws *draws) {
    const place_cost_table *table = p->table;
    for (size_t row = 0; row < table->n_rows; row++) {
        p->value[row] = place_draws_number(draws, &table->value[row]);
        p->empty[row] = table->empty != NULL && table->empty_stated[row] ? place_draws_number(draws, &table->empty[row]) : p->value[row];
        p->borne[row] = place_draws_number(draws, &table->borne_by_others[row]);
    }
}

/** base to the power of n years, which may be negative: by multiplication alone, so that 1.05 twice is 1.05 x 1.05 on any machine. */
static double grown(double rate, int n_years) {
    double factor = 1;
    for (int i = 0; i < (n_years < 0 ? -n_years : n_years); i++) factor *= 1 + rate;
    return n_years < 0 ? 1 / factor : factor;
}

void place_money_open(place_replication *r) {
    place_money *m = r->money;
    const place_budget *budget = m->budget;
    take_prices(&m->unit_cost, r->draws);
    take_prices(&m->place_funding, r->draws);
    take_prices(&m->transport, r->draws);
    for (size_t i = 0; i < budget->n_prices; i++)
        for (size_t y = 0; y < m->n_years; y++)
            m->factor[i * m->n_years + y] = grown(place_draws_number(r->draws, &budget->prices[i].inflation), m->first_year + (int)y - budget->prices[i].base_year);
}

/* ---- pence ------------------------------------------------------------------------------------------------------ */

static int64_t pence_of(double gbp) {
    double pence = floor(gbp * 100 + 0.5);
    return pence > MOST_PENCE ? (int64_t)MOST_PENCE : pence < -MOST_PENCE ? -(int64_t)MOST_PENCE : (int64_t)pence;
}

static double factor_of(const place_money *m, int32_t price, size_t year) { return price == PLACE_NONE ? 1 : m->factor[(size_t)price * m->n_years + year]; }

/** Pence into a line, with what others bear of it, by financial and academic year. */
static void book_line(place_replication *r, int32_t line, size_t year, size_t academic, int64_t pence, int64_t borne) {
    const place_budget *budget = r->money->budget;
    int64_t *cost = place_record_pence(r, PLACE_VAR_COST) + year * budget->n_lines;
    int64_t *by_academic = place_record_pence(r, PLACE_VAR_COST_ACADEMIC) + academic * budget->n_lines;
    cost[line] += pence;
    by_academic[line] += pence;
    if (borne == 0) return;
    cost[budget->borne_line] -= borne;
    by_academic[budget->borne_line] -= borne;
}

/** One product of a count and its price, of a provision's line. */
static void book_count(place_replication *r, int32_t line, size_t provision, const step_part *part, double gbp, double borne_share) {
    int64_t pence = pence_of(gbp);
    book_line(r, line, part->year, r->year, pence, borne_share > 0 ? pence_of(gbp * borne_share) : 0);
    place_record_pence(r, PLACE_VAR_COST_BY_PROVISION)[part->year * r->money->n_provisions + provision] += pence;
}

/* ---- settings as they are in this step -------------------------------------------------------------------------- */

/** The row that prices a setting. */
static int32_t row_of(const priced_table *p, size_t setting, size_t inner) {
    return p->table->n_rows == 0 ? PLACE_NONE : p->table->winner[(size_t)p->outer[setting] + inner];
}

/** Pounds a year by the row, or nothing without one. */
static double yearly(const place_money *m, const priced_table *p, int32_t row, size_t year) {
    return row == PLACE_NONE ? 0 : p->value[row] * factor_of(m, p->table->price[row], year);
}

/** What each setting is in this step; a site has few venues, mostly one. */
static void find_venues(place_replication *r) {
    const place_state *s = r->state;
    place_money *m = r->money;
    priced_table *const tables[] = { &m->unit_cost, &m->place_funding, &m->transport };
    for (size_t setting = 0; setting < s->n_provisions + s->n_sites; setting++) {
        int32_t site = place_setting_site(s, (int32_t)setting);
        size_t k = site == PLACE_NONE ? setting : (size_t)m->budget->first_venue[site];
        while (site != PLACE_NONE && (m->budget->venues[k].provision != s->sites[site].provision || m->budget->venues[k].area != s->sites[site].area)) k++;
        for (size_t t = 0; t < sizeof tables / sizeof *tables; t++)
            tables[t]->outer[setting] = (int32_t)(class_of(tables[t]->table, PLACE_COST_BY_VENUE, k) * tables[t]->n_inner);
    }
}

/* ---- what diversion costs --------------------------------------------------------------------------------------- */

/** Unit cost, and place funding where places are commissioned, of a pupil-year in a setting; *known: some row prices a pupil there. */
static double full_cost(const place_replication *r, size_t setting, size_t unit_inner, size_t place_inner, size_t year, bool *known) {
    const place_money *m = r->money;
    int32_t unit = row_of(&m->unit_cost, setting, unit_inner);
    bool limited = r->plan->provision_kind[place_setting_provision(r->state, (int32_t)setting)] == PLACE_LIMITED;
    *known = unit != PLACE_NONE;
    return yearly(m, &m->unit_cost, unit, year) + (limited ? yearly(m, &m->place_funding, row_of(&m->place_funding, setting, place_inner), year) : 0);
}

/** The same where the pupil should be: by the provision's own row, else the mean of its open sites. */
static double wanted_cost(const place_replication *r, size_t provision, size_t unit_inner, size_t place_inner, size_t year, bool *known) {
    const place_state *s = r->state;
    double cost = full_cost(r, provision, unit_inner, place_inner, year, known), sum = 0;
    size_t n = 0;
    if (*known) return cost;
    for (size_t site = 0; site < s->n_sites; site++) {
        if (!s->sites[site].open || (size_t)s->sites[site].provision != provision) continue;
        cost = full_cost(r, s->n_provisions + site, unit_inner, place_inner, year, known);
        if (*known) {
            sum += cost;
            n++;
        }
    }
    *known = n > 0;
    return n > 0 ? sum / (double)n : 0;
}

static void book_diverted(place_replication *r, const cohort *c, size_t wanted, size_t unit_inner) {
    const place_money *m = r->money;
    size_t place_inner = inner_of(m->place_funding.table, 0, 0, 0, r->year);
    for (size_t i = 0; i < m->n_parts; i++) {
        bool there, here;
        double cost = full_cost(r, (size_t)c->setting, unit_inner, place_inner, m->parts[i].year, &here);
        double instead = wanted_cost(r, wanted, unit_inner, place_inner, m->parts[i].year, &there);
        if (!here || !there) continue; /* nothing to compare */
        place_record_pence(r, PLACE_VAR_DIVERSION_COST)[m->parts[i].year * m->n_provisions + wanted] +=
            pence_of((cost - instead) * c->count * m->parts[i].year_share);
    }
}

/* ---- a step ----------------------------------------------------------------------------------------------------- */

/** The financial years that the step touches. */
static void find_parts(place_replication *r) {
    place_money *m = r->money;
    int32_t start = r->plan->calendar.start_day[r->step], end = r->plan->calendar.start_day[r->step + 1], from = start;
    int academic = place_day_academic_year(start);
    double year_days = place_day(academic + 1, 9, 1) - place_day(academic, 9, 1);
    m->n_parts = 0;
    do { /* a step of a test's calendar may have no day of its own: its pupils cost nothing, its new plans do */
        int year = place_day_financial_year(from);
        int32_t until = place_day(year + 1, 4, 1) < end ? place_day(year + 1, 4, 1) : end;
        m->parts[m->n_parts++] = (step_part){ .year = (size_t)(year - m->first_year), .year_share = (double)(until - from) / year_days,
                                              .step_share = end > start ? (double)(until - from) / (double)(end - start) : 1 };
        from = until;
    } while (from < end && m->n_parts < MAX_PARTS);
}

static void count_pupils(place_replication *r) {
    const place_state *s = r->state;
    place_money *m = r->money;
    priced_table *unit = &m->unit_cost, *transport = &m->transport;
    memset(unit->n, 0, unit->table->n_rows * m->n_provisions * sizeof *unit->n);
    memset(transport->n, 0, transport->table->n_rows * m->n_provisions * sizeof *transport->n);
    for (size_t row = 0; row < s->n_rows; row++) {
        if (s->row_n[row] == 0) continue;
        size_t area = row / PLACE_N_NCY / s->n_needs, need = row / PLACE_N_NCY % s->n_needs, ncy = row % PLACE_N_NCY;
        size_t unit_inner = inner_of(unit->table, area, ncy, need, r->year), transport_inner = inner_of(transport->table, area, ncy, need, r->year);
        for (size_t column = 0; column < s->n_columns; column++)
            for (int32_t node = s->head[row * s->n_columns + column]; node != PLACE_NONE; node = s->cohorts[node].next) {
                const cohort *c = &s->cohorts[node];
                size_t provision = (size_t)place_setting_provision(s, c->setting);
                int32_t priced = row_of(unit, (size_t)c->setting, unit_inner), carried = row_of(transport, (size_t)c->setting, transport_inner);
                if (priced != PLACE_NONE) unit->n[(size_t)priced * m->n_provisions + provision] += c->count;
                if (carried != PLACE_NONE) transport->n[(size_t)carried * m->n_provisions + provision] += c->count;
                if (c->seat == PLACE_DIVERTED && unit->table->n_rows > 0)
                    book_diverted(r, c, (size_t)s->first_of[column % s->n_targets], unit_inner);
            }
    }
}

/** Commissioned places: filled by ours or others' pupils, or empty. An allotment that is withdrawn is paid for while it is filled. */
static void count_places(place_replication *r) {
    const place_state *s = r->state;
    place_money *m = r->money;
    priced_table *places = &m->place_funding;
    size_t inner = inner_of(places->table, 0, 0, 0, r->year);
    memset(places->n, 0, places->table->n_rows * m->n_provisions * sizeof *places->n);
    memset(places->n_empty, 0, places->table->n_rows * m->n_provisions * sizeof *places->n_empty);
    for (size_t i = 0; i < s->n_pools; i++) {
        const pool_now *pool = &s->pools[i];
        const site_now *site = &s->sites[pool->site];
        int32_t row = row_of(places, s->n_provisions + (size_t)pool->site, inner), taken = pool->roll + pool->others;
        if (!site->open || row == PLACE_NONE) continue;
        size_t at = (size_t)row * m->n_provisions + (size_t)site->provision;
        int32_t filled = taken < pool->commissioned ? taken : pool->commissioned;
        places->n[at] += filled;
        places->n_empty[at] += site->withdrawn ? 0 : pool->commissioned - filled;
    }
}

/** Each count of a table meets its price. @param line of provision v: lines[v], or `one` when lines is NULL */
static void book_table(place_replication *r, const priced_table *p, const int64_t *n, const double *value, const int32_t *lines, int32_t one) {
    const place_money *m = r->money;
    for (size_t row = 0; row < p->table->n_rows; row++)
        for (size_t v = 0; v < m->n_provisions; v++) {
            int64_t count = n[row * m->n_provisions + v];
            if (count == 0) continue;
            for (size_t i = 0; i < m->n_parts; i++) {
                double gbp = (double)count * value[row] * factor_of(m, p->table->price[row], m->parts[i].year) * m->parts[i].year_share;
                book_count(r, lines != NULL ? lines[v] : one, v, &m->parts[i], gbp, p->borne[row]);
            }
        }
}

/** A count of this step, over its n cells. */
static double counted(const place_replication *r, place_variable_id variable, size_t n) {
    const int32_t *counts = place_record_at(r, variable, r->step, n);
    int64_t sum = 0;
    for (size_t i = 0; i < n; i++) sum += counts[i];
    return (double)sum;
}

/** Cases that a service handled in this step. */
static double cases_handled(const place_replication *r, int32_t intervention) {
    const double *cases = (const double *)(const void *)(r->record + r->layout->offset[PLACE_VAR_CASES_HANDLED]);
    return cases[r->step * r->plan->n_interventions + (size_t)intervention];
}

/** First day of a line, and the first that is no longer one: of an intervention, as it runs in this replication. */
static void line_days(const place_replication *r, const place_cost_line *line, int32_t *starts, int32_t *ends) {
    *starts = line->intervention == PLACE_NONE ? line->starts : r->changes->starts[line->intervention];
    *ends = line->intervention == PLACE_NONE ? line->ends : r->changes->ends[line->intervention];
}

/** What a step has of that by which a line is counted, and the share of the step, or of a year, that it is spread over; false: by days. */
static bool line_count(const place_replication *r, const place_cost_line *line, const step_part *part, double *out) {
    size_t n_areas = r->state->n_areas, n_slots = n_areas * r->state->n_phases * r->state->n_provisions;
    switch (line->per) {
    case PLACE_PER_PLAN: return *out = (double)r->state->n_pupils * part->year_share, true;
    case PLACE_PER_NEW_PLAN: return *out = counted(r, PLACE_VAR_JOINED, n_slots) * part->step_share, true;
    case PLACE_PER_REQUEST: return *out = counted(r, PLACE_VAR_REQUESTS, n_areas) * part->step_share, true;
    case PLACE_PER_ASSESSMENT: /* as it ends, with a plan or without */
        return *out = (counted(r, PLACE_VAR_ASSESSMENTS_REFUSED, n_areas) + counted(r, PLACE_VAR_PLANS_ISSUED, n_areas)) * part->step_share, true;
    case PLACE_PER_CASE: return *out = cases_handled(r, line->intervention) * part->step_share, true;
    case PLACE_PER_YEAR:
    case PLACE_PER_MONTH:
    case PLACE_PER_ONCE: break;
    }
    return false;
}

/** Lines by plans and cases: of a step whose first day is one of the line's. */
static void book_counted_lines(place_replication *r) {
    const place_money *m = r->money;
    int32_t day = r->plan->calendar.start_day[r->step];
    for (size_t k = 0; k < m->budget->n_cost_lines; k++) {
        const place_cost_line *line = &m->budget->cost_lines[k];
        if (line->intervention == PLACE_NONE && (day < line->starts || day >= line->ends)) continue; /* cases are handled when it runs */
        for (size_t i = 0; i < m->n_parts; i++) {
            double n;
            if (!line_count(r, line, &m->parts[i], &n)) break;
            double gbp = n * place_draws_number(r->draws, &line->value) * factor_of(m, line->price, m->parts[i].year);
            double borne = place_draws_number(r->draws, &line->borne_by_others);
            book_line(r, m->budget->first_stated_line + (int32_t)k, m->parts[i].year, r->year, pence_of(gbp), borne > 0 ? pence_of(gbp * borne) : 0);
        }
    }
}

void place_money_step(place_replication *r) {
    const place_money *m = r->money;
    const place_budget *budget = m->budget;
    find_parts(r);
    find_venues(r);
    if (budget->unit_cost.n_rows > 0 || budget->transport.n_rows > 0) {
        count_pupils(r);
        book_table(r, &m->unit_cost, m->unit_cost.n, m->unit_cost.value, budget->unit_line, PLACE_NONE);
        book_table(r, &m->transport, m->transport.n, m->transport.value, NULL, budget->transport_line);
    }
    if (budget->place_funding.n_rows > 0) {
        count_places(r);
        book_table(r, &m->place_funding, m->place_funding.n, m->place_funding.value, NULL, budget->filled_line);
        book_table(r, &m->place_funding, m->place_funding.n_empty, m->place_funding.empty, NULL, budget->empty_line);
    }
    if (budget->n_cost_lines > 0) book_counted_lines(r);
}

/* ---- by the year ------------------------------------------------------------------------------------------------ */

static int32_t later(int32_t a, int32_t b) { return a > b ? a : b; }
static int32_t earlier(int32_t a, int32_t b) { return a < b ? a : b; }

/** Pence of a yearly amount from one day of a financial year to another: a difference of rounded sums, so that parts make the whole. */
static int64_t pence_between(double gbp_a_year, int named, int32_t from, int32_t until) {
    int32_t first = place_day(named, 4, 1);
    double days = place_day(named + 1, 4, 1) - first;
    return pence_of(gbp_a_year * ((double)(until - first) / days)) - pence_of(gbp_a_year * ((double)(from - first) / days));
}

static void book_dated_line(place_replication *r, size_t k) {
    const place_money *m = r->money;
    const place_cost_line *line = &m->budget->cost_lines[k];
    const place_calendar *calendar = &r->plan->calendar;
    int32_t starts, ends, run_start = calendar->start_day[0], run_end = calendar->start_day[calendar->n_steps], number = m->budget->first_stated_line + (int32_t)k;
    double value = place_draws_number(r->draws, &line->value) * (line->per == PLACE_PER_MONTH ? 12 : 1);
    double borne = place_draws_number(r->draws, &line->borne_by_others);
    line_days(r, line, &starts, &ends);
    for (size_t y = 0; y < m->n_years; y++) {
        int named = m->first_year + (int)y;
        double gbp = value * factor_of(m, line->price, y);
        int32_t from = later(later(starts, run_start), place_day(named, 4, 1)), until = earlier(earlier(ends, run_end), place_day(named + 1, 4, 1));
        if (line->per == PLACE_PER_ONCE) {
            if (starts >= ends /* stopped before it began */ || starts < run_start || starts >= run_end || place_day_financial_year(starts) != named) continue;
            size_t academic = (size_t)(place_day_academic_year(starts) - calendar->first_year);
            book_line(r, number, y, academic, pence_of(gbp), pence_of(gbp * borne));
            continue;
        }
        while (from < until) {
            int academic = place_day_academic_year(from);
            int32_t stop = earlier(until, place_day(academic + 1, 9, 1));
            book_line(r, number, y, (size_t)(academic - calendar->first_year), pence_between(gbp, named, from, stop), pence_between(gbp * borne, named, from, stop));
            from = stop;
        }
    }
}

/** The amount of a financial year: the last stated up to it, grown, else the first, shrunk. @param own  whether that year itself has one */
static double income_of(const place_replication *r, const place_income *income, int named, bool *own) {
    const place_amount *amount = &income->amounts[0];
    for (size_t i = 1; i < income->n_amounts && income->amounts[i].year <= named; i++) amount = &income->amounts[i];
    *own = amount->year == named;
    return place_draws_number(r->draws, &amount->gbp) * place_draws_number(r->draws, &income->share)
           * grown(place_draws_number(r->draws, &income->growth), named - amount->year);
}

static void book_incomes(place_replication *r) {
    const place_money *m = r->money;
    const place_calendar *calendar = &r->plan->calendar;
    int64_t *out = place_record_pence(r, PLACE_VAR_INCOME);
    for (size_t k = 0; k < m->budget->n_incomes; k++) {
        const place_income *income = &m->budget->incomes[k];
        for (size_t y = 0; y < m->n_years; y++) {
            int named = m->first_year + (int)y;
            bool own;
            double gbp = income_of(r, income, named, &own);
            int32_t from = later(later(income->starts, calendar->start_day[0]), place_day(named, 4, 1));
            int32_t until = earlier(earlier(income->ends, calendar->start_day[calendar->n_steps]), place_day(named + 1, 4, 1));
            if (from >= until) continue;
            if (!income->once) out[y * m->budget->n_incomes + k] = pence_between(gbp, named, from, until);
            else if (own) out[y * m->budget->n_incomes + k] = pence_of(gbp);
        }
    }
}

static void balance(place_replication *r) {
    const place_money *m = r->money;
    const place_budget *budget = m->budget;
    int64_t *in_year = place_record_pence(r, PLACE_VAR_BALANCE), *cumulative = place_record_pence(r, PLACE_VAR_BALANCE_CUMULATIVE);
    const int64_t *cost = place_record_pence(r, PLACE_VAR_COST), *income = place_record_pence(r, PLACE_VAR_INCOME);
    int64_t sum = pence_of(place_draws_number(r->draws, &budget->opening_gbp));
    for (size_t y = 0; y < m->n_years; y++) {
        int64_t left = 0;
        for (size_t k = 0; k < budget->n_incomes; k++) left += income[y * budget->n_incomes + k];
        for (size_t k = 0; k < budget->n_lines; k++) left -= cost[y * budget->n_lines + k];
        in_year[y] = left;
        bool opened = place_day(m->first_year + (int)y + 1, 4, 1) > budget->opening_day; /* years that closed before are in the opening balance */
        if (opened) sum += left;
        cumulative[y] = opened ? sum : INT64_MIN;
    }
}

/** Of one group's savings, which claim the same money, only the largest that happens counts in a year; of equals the first. */
static void declare_savings(place_replication *r) {
    const place_money *m = r->money;
    const place_budget *budget = m->budget;
    int64_t *out = place_record_pence(r, PLACE_VAR_DECLARED_SAVING);
    for (size_t k = 0; k < budget->n_savings; k++) {
        const place_saving *saving = &budget->savings[k];
        place_key key = place_key_with(place_draws_key(r->draws, PLACE_FAMILY_INPUTS, DRAW_SAVING, 0), saving->item.word);
        place_stream stream;
        place_stream_init(&stream, &key);
        if (place_stream_uniform(&stream) >= place_draws_number(r->draws, &saving->probability)) continue;
        for (size_t i = 0; i < saving->n_amounts; i++) {
            int y = saving->amounts[i].year - m->first_year;
            if (y >= 0 && y < (int)m->n_years) out[(size_t)y * budget->n_savings + k] = pence_of(place_draws_number(r->draws, &saving->amounts[i].gbp));
        }
    }
    for (size_t y = 0; y < m->n_years && budget->n_groups > 0; y++) {
        int64_t *row = &out[y * budget->n_savings];
        for (size_t g = 0; g < budget->n_groups; g++) m->largest[g] = 0;
        for (size_t k = 0; k < budget->n_savings; k++) {
            int32_t g = budget->savings[k].group;
            if (g == PLACE_NONE) continue;
            if (row[k] > m->largest[g]) {
                if (m->largest[g] > 0) row[m->largest_at[g]] = 0;
                m->largest[g] = row[k];
                m->largest_at[g] = k;
            } else {
                row[k] = 0;
            }
        }
    }
}

/** Years of which the run has no day have no money to tell of. */
static void mark_missing(place_replication *r) {
    static const place_variable_id variables[] = { PLACE_VAR_COST, PLACE_VAR_COST_BY_PROVISION, PLACE_VAR_DIVERSION_COST, PLACE_VAR_INCOME,
                                                   PLACE_VAR_BALANCE, PLACE_VAR_BALANCE_CUMULATIVE, PLACE_VAR_DECLARED_SAVING };
    for (size_t y = 0; y < r->money->n_years; y++) {
        if (place_financial_year_runs(r->plan, y)) continue;
        for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
            int64_t *out = place_record_pence(r, variables[i]);
            size_t n = r->layout->n_cells[variables[i]] / r->money->n_years;
            for (size_t k = 0; out != NULL && k < n; k++) out[y * n + k] = INT64_MIN;
        }
    }
}

void place_money_close(place_replication *r) {
    const place_budget *budget = r->money->budget;
    for (size_t k = 0; k < budget->n_cost_lines; k++) {
        place_cost_per per = budget->cost_lines[k].per;
        if (per == PLACE_PER_YEAR || per == PLACE_PER_MONTH || per == PLACE_PER_ONCE) book_dated_line(r, k);
    }
    if (budget->n_incomes > 0) book_incomes(r);
    if (budget->balanced) balance(r);
    if (budget->n_savings > 0) declare_savings(r);
    mark_missing(r);
}
