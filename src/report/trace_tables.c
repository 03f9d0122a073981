/* SPDX-License-Identifier: MIT */
/* Every event of a replication as a row: what, where, whose, how many. */
#include <stdio.h>

#include "place/report.h"

static const struct {
    const char *data, *eye;
} kinds[PLACE_N_TRACES] = {
    [PLACE_TRACE_OPENING] = { "opening", "at the start" },
    [PLACE_TRACE_OPENING_WAITING] = { "opening-waiting", "at the start, waiting" },
    [PLACE_TRACE_OPENING_DIVERTED] = { "opening-diverted", "at the start, diverted" },
    [PLACE_TRACE_JOINED] = { "joined", "new plan" },
    [PLACE_TRACE_TRANSFERRED_IN] = { "transferred-in", "moved in" },
    [PLACE_TRACE_CEASED] = { "ceased", "plan ceased" },
    [PLACE_TRACE_TRANSFERRED_OUT] = { "transferred-out", "moved out" },
    [PLACE_TRACE_AGED_OUT] = { "aged-out", "aged out" },
    [PLACE_TRACE_MOVED] = { "moved", "target changed" },
    [PLACE_TRACE_CROSSED] = { "crossed", "entered a phase" },
    [PLACE_TRACE_SOUGHT] = { "sought", "began to seek" },
    [PLACE_TRACE_PLACED_OWN_AREA] = { "placed-own-area", "placed" },
    [PLACE_TRACE_PLACED_OTHER_AREA] = { "placed-other-area", "placed in another area" },
    [PLACE_TRACE_DIRECTED] = { "directed", "directed" },
    [PLACE_TRACE_DIVERTED] = { "diverted", "diverted" },
    [PLACE_TRACE_GAVE_UP] = { "gave-up", "gave up" },
    [PLACE_TRACE_LEFT_LIST] = { "left-list", "left the list" },
    [PLACE_TRACE_DECLINED] = { "declined", "declined an offer" },
    [PLACE_TRACE_RETURNED] = { "returned", "came back from" },
    [PLACE_TRACE_PLACE_LOST] = { "place-lost", "lost the place" },
    [PLACE_TRACE_RESETTLED] = { "resettled", "taken by a successor" },
    [PLACE_TRACE_SITE_OPENED] = { "site-opened", "site opened" },
    [PLACE_TRACE_SITE_CLOSED] = { "site-closed", "site closed" },
    [PLACE_TRACE_INTAKE_STOPPED] = { "intake-stopped", "intake stopped" },
    [PLACE_TRACE_INTAKE_RESUMED] = { "intake-resumed", "intake resumed" },
    [PLACE_TRACE_SITE_CHANGED] = { "site-changed", "site changed" },
    [PLACE_TRACE_ALLOTMENT_WITHDRAWN] = { "allotment-withdrawn", "allotment withdrawn" },
    [PLACE_TRACE_PROJECT_TRIGGERED] = { "project-triggered", "project triggered" },
    [PLACE_TRACE_OPENING_UNDECIDED] = { "opening-undecided", "at the start, undecided" },
    [PLACE_TRACE_OPENING_IN_ASSESSMENT] = { "opening-in-assessment", "at the start, in assessment" },
    [PLACE_TRACE_REQUESTED] = { "requested", "assessment asked for" },
    [PLACE_TRACE_AGREED] = { "agreed", "assessments agreed" },
    [PLACE_TRACE_REFUSED] = { "refused", "assessments refused" },
    [PLACE_TRACE_NO_PLAN] = { "no-plan", "assessed, no plan" },
    [PLACE_TRACE_ISSUED] = { "issued", "plan issued" },
};

place_report_trace place_report_trace_begin(place_tables *t, const place_plan *plan) {
    place_tables_begin(t, "trace", "EVERY EVENT");
    place_tables_note(t, "In the order of the model: sites, the September round, triggers, leaving, moving, joining (cases week by week), placing. Entered a phase: under the target "
                         "of before. Year: national curriculum year. Where: the setting they wait in, go to or come from; the project that starts.");
    place_tables_column(t, "step", "", PLACE_IN_DATA);
    place_tables_column(t, "from_date", "", PLACE_IN_DATA);
    place_tables_column(t, "event", "", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "count", "number", PLACE_IN_ALL);
    place_tables_column(t, "area", "area", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "phase", "", PLACE_IN_DATA);
    place_tables_column(t, "ncy", "year", PLACE_IN_ALL);
    place_tables_column(t, "need", "need", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "target_before", "from", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "target", "target", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "forward", "", PLACE_IN_DATA);
    place_tables_column(t, "setting", "where", PLACE_IN_ALL | PLACE_LEFT);
    place_tables_column(t, "project", "", PLACE_IN_DATA);
    return (place_report_trace){ .tables = t, .plan = plan, .step = SIZE_MAX };
}

static const char *id_of(const place_axis *axis, int32_t i) { return i != PLACE_NONE ? axis->items[i].id : NULL; }

void place_report_trace_event(void *self, const place_trace_event *event) {
    place_report_trace *trace = self;
    const place_plan *plan = trace->plan;
    place_tables *t = trace->tables;
    const int32_t day = plan->calendar.start_day[event->step], n_provisions = (int32_t)plan->provisions.n;
    char heading[48], date[24];
    if (event->step != trace->step) {
        snprintf(heading, sizeof heading, "Step from %s", place_report_day(day, date));
        place_tables_heading(t, heading);
        trace->step = event->step;
    }
    const char *setting = NULL, *project = NULL;
    if (event->setting >= n_provisions) setting = plan->sites[event->setting - n_provisions].item.id;
    else if (event->setting != PLACE_NONE) setting = plan->provisions.items[event->setting].id;
    if (event->project != PLACE_NONE) project = plan->projects[event->project].item.id;
    place_tables_row(t, PLACE_IN_ALL);
    place_tables_number(t, (double)event->step, 0);
    place_tables_text(t, place_report_iso(day, date));
    snprintf(heading, sizeof heading, "%s%s", kinds[event->kind].eye, event->forward && event->kind == PLACE_TRACE_JOINED ? ", for September" : "");
    place_tables_words(t, kinds[event->kind].data, heading);
    place_tables_number(t, event->count, 0);
    place_tables_text(t, id_of(&plan->areas, event->area));
    place_tables_text(t, id_of(&plan->phases, event->phase));
    if (event->ncy != PLACE_NONE) place_tables_number(t, event->ncy + PLACE_NCY_FIRST, 0);
    else place_tables_nothing(t);
    place_tables_text(t, id_of(&plan->needs, event->need));
    place_tables_text(t, id_of(&plan->targets, event->from));
    place_tables_text(t, id_of(&plan->targets, event->target));
    place_tables_text(t, event->forward ? "yes" : "no");
    if (project != NULL) place_tables_words(t, "", project);
    else place_tables_text(t, setting);
    place_tables_text(t, project);
}
