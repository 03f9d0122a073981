/* SPDX-License-Identifier: MIT */
/* Where two runs part: the place, the axes that are not the same, and how far apart each dataset is. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "place/report.h"

const char *place_report_value(double value, char out[32]) {
    if (isnan(value)) return strcpy(out, "missing");
    if (isinf(value)) return strcpy(out, value > 0 ? "never" : "-infinity");
    for (int digits = 15; digits <= 17; digits++) { /* the fewest that read back as the same number */
        snprintf(out, 32, "%.*g", digits, value);
        if (strtod(out, NULL) == value) break;
    }
    return out;
}

static bool is_time(const char *axis) { return strcmp(axis, "step") == 0 || strcmp(axis, "year") == 0; }

const char *place_report_place(const place_difference_place *place, char out[400]) {
    const size_t room = 400;
    size_t used = (size_t)snprintf(out, room, "replication %lld", (long long)place->replication);
    for (int a = 0; a < place->n_axes && used < room; a++)
        if (is_time(place->axis[a])) used += (size_t)snprintf(out + used, room - used, ", %s %s", place->axis[a], place->label[a]);
    if (used < room) used += (size_t)snprintf(out + used, room - used, ", %s", place->variable);
    const char *between = "[";
    for (int a = 0; a < place->n_axes && used < room; a++) {
        if (is_time(place->axis[a])) continue;
        used += (size_t)snprintf(out + used, room - used, "%s%s %s", between, place->axis[a], place->label[a]);
        between = ", ";
    }
    if (*between == ',' && used < room) snprintf(out + used, room - used, "]");
    return out;
}

static void add_first(place_tables *t, const place_difference *d) {
    char where[400], one[32], two[32], sentence[480];
    const place_difference_place *first = d->first != NULL ? &d->first->first : NULL;
    if (first != NULL) {
        snprintf(sentence, sizeof sentence, "%s: A %s, B %s", place_report_place(first, where), place_report_value(first->one, one),
                 place_report_value(first->two, two));
        place_tables_fact(t, "first_difference", "First difference", sentence);
    }
    place_tables_begin(t, "first", "FIRST DIFFERENCE");
    place_tables_column(t, "dataset", "", PLACE_IN_DATA);
    place_tables_column(t, "replication", "", PLACE_IN_DATA);
    place_tables_column(t, "place", "", PLACE_IN_DATA);
    place_tables_column(t, "a", "", PLACE_IN_DATA);
    place_tables_column(t, "b", "", PLACE_IN_DATA);
    if (first == NULL) return;
    place_tables_row(t, PLACE_IN_DATA);
    place_tables_text(t, first->variable);
    place_tables_number(t, (double)first->replication, 0);
    place_tables_text(t, where);
    place_tables_text(t, one);
    place_tables_text(t, two);
}

static void add_axes(place_tables *t, const place_difference *d) {
    if (d->n_axes == 0) return;
    place_tables_begin(t, "axes", "AXES THAT DIFFER");
    place_tables_note(t, "What is on both sides is compared, the rest is left out.");
    place_tables_column(t, "axis", "axis", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "n_a", "in A", PLACE_IN_ALL);
    place_tables_column(t, "n_b", "in B", PLACE_IN_ALL);
    place_tables_column(t, "n_both", "in both", PLACE_IN_ALL);
    place_tables_column(t, "only_a", "first that only A has", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "only_b", "first that only B has", PLACE_IN_ALL | PLACE_LEFT);
    for (size_t i = 0; i < d->n_axes; i++) {
        const place_difference_axis *axis = &d->axes[i];
        place_tables_row(t, PLACE_IN_ALL);
        place_tables_text(t, axis->name);
        place_tables_number(t, (double)axis->n_one, 0);
        place_tables_number(t, (double)axis->n_two, 0);
        place_tables_number(t, (double)axis->n_both, 0);
        place_tables_text(t, axis->only_one);
        place_tables_text(t, axis->only_two);
    }
}

static const char *standing(const place_difference_variable *v) {
    if (!v->in_two) return "only in A";
    if (!v->in_one) return "only in B";
    if (v->reshaped) return "has other axes";
    return v->n_differ > 0 ? "differs" : "same";
}

static void add_datasets(place_tables *t, const place_difference *d) {
    char text[32], where[400];
    size_t n_same = 0;
    for (size_t i = 0; i < d->n_variables; i++) n_same += strcmp(standing(&d->variables[i]), "same") == 0;
    const int where_shown = n_same < d->n_variables ? PLACE_IN_ALL : PLACE_IN_DATA;
    place_tables_begin(t, "datasets", "DATASETS THAT DIFFER");
    if (d->n_variables > 0)
        place_tables_note(t, "%zu of %zu are the same in all that is compared. Cells are the values of one replication; a cell differs if it does "
                             "in some replication.", n_same, d->n_variables);
    place_tables_column(t, "dataset", "dataset", where_shown | PLACE_LEFT);
    place_tables_column(t, "standing", "", where_shown | PLACE_LEFT);
    place_tables_column(t, "cells", "cells", where_shown);
    place_tables_column(t, "cells_differ", "cells\ndiffer", where_shown);
    place_tables_column(t, "values", "", PLACE_IN_DATA);
    place_tables_column(t, "values_differ", "values\ndiffer", where_shown);
    place_tables_column(t, "largest", "largest\ndifference", where_shown);
    place_tables_column(t, "first", "first", PLACE_IN_DATA);
    for (size_t i = 0; i < d->n_variables; i++) {
        const place_difference_variable *v = &d->variables[i];
        bool differs = v->n_differ > 0, compared = v->in_one && v->in_two && !v->reshaped;
        place_tables_row(t, strcmp(standing(v), "same") == 0 ? PLACE_IN_DATA : PLACE_IN_ALL);
        place_tables_text(t, v->name);
        place_tables_text(t, standing(v));
        place_tables_number(t, compared ? (double)v->n_cells : (double)NAN, 0);
        place_tables_number(t, compared ? (double)v->n_cells_differ : (double)NAN, 0);
        place_tables_number(t, compared ? (double)v->n_values : (double)NAN, 0);
        place_tables_number(t, compared ? (double)v->n_differ : (double)NAN, 0);
        if (differs && isinf(v->largest)) place_tables_text(t, "some missing or never");
        else if (differs) place_tables_value(t, v->largest, place_report_value(v->largest, text));
        else place_tables_nothing(t);
        place_tables_text(t, differs ? place_report_place(&v->first, where) : NULL);
    }
}

void place_report_difference(place_tables *tables, const place_difference *difference, bool first_only) {
    add_first(tables, difference);
    if (first_only) return;
    add_axes(tables, difference);
    add_datasets(tables, difference);
}
