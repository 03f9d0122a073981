/* SPDX-License-Identifier: MIT */
/*
 * Fitting: Deming and Stephan's iterative proportional fitting. Rounding: largest remainders within each group of
 * margin 0, then swaps of one pupil between two cells of such a group while they lower the sum of squares of what the
 * other margins are off; each swap lowers it, so it ends.
 */
#include "place/opening_fit.h"

#include <math.h>
#include <stdlib.h>

#define TOLERANCE 1e-10
#define MAX_ROUNDS 20000
#define MAX_WORK 2e9 /* cell visits, of fitting and of swapping: a bound on time that does not depend on the machine */

/* ---- fitting ---- */

static void sum_groups(const place_fit *fit, size_t margin, const double *cells, double *sums) {
    for (size_t g = 0; g < fit->n_groups[margin]; g++) sums[g] = 0;
    for (size_t c = 0; c < fit->n_cells; c++) sums[fit->group[margin][c]] += cells[c];
}

/* The largest miss of any margin; its place in `failure`. */
static double largest_miss(const place_fit *fit, const double *cells, double *sums, place_fit_failure *failure) {
    double worst = -1;
    for (size_t m = 0; m < fit->n_margins; m++) {
        sum_groups(fit, m, cells, sums);
        for (size_t g = 0; g < fit->n_groups[m]; g++) {
            double miss = fabs(sums[g] - fit->total[m][g]);
            if (miss <= worst) continue;
            worst = miss;
            *failure = (place_fit_failure){ m, g, fit->total[m][g], sums[g] };
        }
    }
    return worst;
}

bool place_opening_fit(const place_fit *fit, double *cells, double *sums, place_fit_failure *failure) {
    double grand = 0, work = 0;
    for (size_t g = 0; g < fit->n_groups[0]; g++) grand += fit->total[0][g];
    for (size_t c = 0; c < fit->n_cells; c++) cells[c] = fit->weight[c];
    for (int round = 0; round < MAX_ROUNDS && work <= MAX_WORK; round++) {
        for (size_t m = fit->n_margins; m-- > 0;) { /* margin 0 last: met exactly */
            sum_groups(fit, m, cells, sums);
            for (size_t c = 0; c < fit->n_cells; c++) {
                int32_t g = fit->group[m][c];
                cells[c] = sums[g] > 0 ? cells[c] * (fit->total[m][g] / sums[g]) : 0;
            }
        }
        work += 2.0 * (double)(fit->n_margins * fit->n_cells);
        if (largest_miss(fit, cells, sums, failure) <= TOLERANCE * (grand > 1 ? grand : 1)) return true;
    }
    return false;
}

/* ---- rounding ---- */

typedef struct remainder {
    double part;
    int32_t group;
    size_t cell;
} remainder_of;

static int by_group_then_part(const void *a, const void *b) {
    const remainder_of *x = a, *y = b;
    if (x->group != y->group) return x->group < y->group ? -1 : 1;
    if (x->part != y->part) return x->part > y->part ? -1 : 1;
    return (x->cell > y->cell) - (x->cell < y->cell);
}

static void round_down_then_up(const place_fit *fit, const double *cells, int32_t *counts, remainder_of *parts) {
    for (size_t c = 0; c < fit->n_cells; c++) {
        counts[c] = (int32_t)floor(cells[c]);
        parts[c] = (remainder_of){ cells[c] - floor(cells[c]), fit->group[0][c], c };
    }
    qsort(parts, fit->n_cells, sizeof *parts, by_group_then_part);
    for (size_t first = 0, end; first < fit->n_cells; first = end) {
        int32_t group = parts[first].group;
        double left = fit->total[0][group];
        for (end = first; end < fit->n_cells && parts[end].group == group; end++) left -= counts[parts[end].cell];
        for (size_t i = first; i < end && left > 0.5; i++, left -= 1) counts[parts[i].cell]++;
    }
}

typedef struct swapping {
    const place_fit *fit;
    const double *cells;
    int32_t *counts;
    double *off[PLACE_FIT_MARGINS]; /* [n_groups] whole sum less fitted sum, of margins 1 and up */
} swapping;

/* Change in the sum of squares when a pupil goes from one cell to another. */
static double gain(const swapping *s, size_t from, size_t to) {
    double change = 0;
    for (size_t m = 1; m < s->fit->n_margins; m++) {
        int32_t g = s->fit->group[m][from], h = s->fit->group[m][to];
        if (g != h) change += 2 - 2 * s->off[m][g] + 2 * s->off[m][h];
    }
    return change;
}

/* The best swap that takes a pupil out of a group that has too many, or brings one into a group that has too few.
 * Cells stay within 1 of what was fitted, so a giver was rounded up and a taker down. */
static bool mend(swapping *s, size_t margin, int32_t group, const size_t *first, const size_t *members, double *work) {
    const place_fit *fit = s->fit;
    bool gives = s->off[margin][group] > 0;
    double best = -1e-9;
    size_t best_from = 0, best_to = 0;
    for (size_t c = 0; c < fit->n_cells; c++) {
        bool movable = gives ? s->counts[c] > s->cells[c] : s->counts[c] < s->cells[c];
        if (fit->group[margin][c] != group || !movable) continue;
        int32_t own = fit->group[0][c];
        for (size_t i = first[own]; i < first[own + 1]; i++) {
            size_t d = members[i];
            *work += 1;
            if (fit->group[margin][d] == group || !(gives ? s->counts[d] < s->cells[d] : s->counts[d] > s->cells[d]))
                continue;
            double change = gives ? gain(s, c, d) : gain(s, d, c);
            if (change >= best) continue;
            best = change;
            best_from = gives ? c : d;
            best_to = gives ? d : c;
        }
    }
    *work += (double)fit->n_cells;
    if (best >= -1e-9) return false;
    s->counts[best_from]--;
    s->counts[best_to]++;
    for (size_t m = 1; m < fit->n_margins; m++) {
        s->off[m][fit->group[m][best_from]] -= 1;
        s->off[m][fit->group[m][best_to]] += 1;
    }
    return true;
}

static double largest_off(const swapping *s) {
    double worst = 0;
    for (size_t m = 1; m < s->fit->n_margins; m++)
        for (size_t g = 0; g < s->fit->n_groups[m]; g++)
            if (fabs(s->off[m][g]) > worst) worst = fabs(s->off[m][g]);
    return worst;
}

place_status place_opening_round(const place_fit *fit, const double *cells, int32_t *counts, place_arena *scratch,
                                 double *worst) {
    size_t n = fit->n_cells;
    swapping s = { .fit = fit, .cells = cells, .counts = counts };
    remainder_of *parts = place_arena_array(scratch, n, sizeof *parts);
    size_t *first = place_arena_array(scratch, fit->n_groups[0] + 1, sizeof *first),
           *members = place_arena_array(scratch, n, sizeof *members);
    if (parts == NULL || first == NULL || members == NULL) return PLACE_SYSTEM;
    for (size_t m = 1; m < fit->n_margins; m++) {
        s.off[m] = place_arena_array(scratch, fit->n_groups[m], sizeof *s.off[m]);
        if (s.off[m] == NULL) return PLACE_SYSTEM;
    }
    round_down_then_up(fit, cells, counts, parts);
    for (size_t i = 0; i < n; i++) {
        members[i] = parts[i].cell; /* sorted by group */
        first[parts[i].group + 1]++;
    }
    for (size_t g = 0; g < fit->n_groups[0]; g++) first[g + 1] += first[g];
    for (size_t m = 1; m < fit->n_margins; m++)
        for (size_t c = 0; c < n; c++) s.off[m][fit->group[m][c]] += counts[c] - cells[c];

    double work = 0;
    for (bool swapped = true; swapped && work <= MAX_WORK;) {
        swapped = false;
        for (size_t m = 1; m < fit->n_margins; m++)
            for (size_t g = 0; g < fit->n_groups[m]; g++)
                while (fabs(s.off[m][g]) > 1 - 1e-9 && work <= MAX_WORK
                       && mend(&s, m, (int32_t)g, first, members, &work))
                    swapped = true;
    }
    if (worst != NULL) *worst = largest_off(&s);
    return PLACE_OK;
}
