/* SPDX-License-Identifier: MIT */
/** What the parts of a summary's tables share. */
#ifndef PLACE_REPORT_SUMMARY_TABLES_H
#define PLACE_REPORT_SUMMARY_TABLES_H

#include <stdio.h>

#include "place/summary.h"
#include "place/table.h"

/** A spread for programs: columns KEY_mean, _error, _p10, _p50, _p90 ... */
static inline void spread_columns(place_tables *t, const char *key) {
    static const char *const parts[] = { "mean", "error", "p10", "p50", "p90" };
    for (int i = 0; i < 5; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s_%s", key, parts[i]);
        place_tables_column(t, name, "", PLACE_IN_DATA);
    }
}

/** ... and their cells. */
static inline void spread_cells(place_tables *t, const place_spread *s) {
    const double values[] = { s->mean, s->error, s->p10, s->p50, s->p90 };
    for (int i = 0; i < 5; i++) place_tables_number(t, values[i], 0);
}

/** Requests and reviews by calendar year (pipeline_tables.c); nothing where the plan has no pipeline. */
void place_report_pipeline(place_tables *tables, const place_plan *plan, const place_summary *summary);

#endif
