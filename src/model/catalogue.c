/* SPDX-License-Identifier: MIT */
/*
 * The catalogue of results, as one table, and where its variables stand in a record. To add a result: a row here, an id in the
 * header, and the place in src/model that counts it; records, blocks and run files follow.
 */
#include "place/catalogue.h"

#include <math.h>

#include "changes.h"
#include "place/date.h"

#define STEP PLACE_AXIS_STEP
#define YEAR PLACE_AXIS_YEAR
#define AREA PLACE_AXIS_AREA
#define PHASE PLACE_AXIS_PHASE
#define NCY PLACE_AXIS_NCY
#define NEED PLACE_AXIS_NEED
#define PROVISION PLACE_AXIS_PROVISION
#define SITE PLACE_AXIS_SITE
#define PROJECT PLACE_AXIS_PROJECT
#define BY_STEP 4, { STEP, AREA, PHASE, PROVISION }
#define BY_YEAR 4, { YEAR, AREA, PHASE, PROVISION }
#define BY_YEAR_NEED 4, { YEAR, PHASE, NEED, PROVISION }
#define INTERVENTION PLACE_AXIS_INTERVENTION
#define BY_INTERVENTION 2, { STEP, INTERVENTION }
#define BY_SITE 2, { STEP, SITE }
#define BY_AREA 2, { STEP, AREA }
#define BY_FINANCIAL_YEAR(axis) 2, { PLACE_AXIS_FINANCIAL_YEAR, axis }
#define PENCE "0.01 GBP"
#define PUPILS "pupil"
#define CASES "case"
#define REVIEWS "review"
#define PLACES "place"

const place_variable place_catalogue[PLACE_N_VARIABLES] = {
    [PLACE_VAR_STOCK] = { "stock", "pupils by the provision of the setting they are on roll in", PUPILS, PLACE_TYPE_COUNT, 0, BY_STEP },
    [PLACE_VAR_DEMAND] = { "demand", "pupils whose target is this provision, or this one first", PUPILS, PLACE_TYPE_COUNT, 0, BY_STEP },
    [PLACE_VAR_DEMAND_ONLY] = { "demand_only", "pupils whose target is this provision and no other", PUPILS, PLACE_TYPE_COUNT, 0, BY_STEP },
    [PLACE_VAR_WAITING] = { "waiting", "pupils waiting for a place, by target's first provision", PUPILS, PLACE_TYPE_COUNT, 0, BY_STEP },
    [PLACE_VAR_DIVERTED] = { "diverted", "pupils in a fallback for want of a place, by target's first provision", PUPILS, PLACE_TYPE_COUNT, 0, BY_STEP },
    [PLACE_VAR_NEWLY_DIVERTED] = { "newly_diverted", "pupils diverted in the step, by target's first provision", PUPILS, PLACE_TYPE_COUNT, 0, BY_STEP },
    [PLACE_VAR_DIRECTED] = { "directed", "pupils admitted by direction in the step, even above physical places", PUPILS, PLACE_TYPE_COUNT, 0, BY_STEP },
    [PLACE_VAR_FORWARD] = { "forward", "pupils named for next September, by target's first provision", PUPILS, PLACE_TYPE_COUNT, 0, BY_STEP },
    [PLACE_VAR_UNMET] = { "unmet", "pupils waiting or diverted, by target's first provision", PUPILS, PLACE_TYPE_COUNT, 0, BY_STEP },
    [PLACE_VAR_SHORTFALL] = { "shortfall", "places lacking: demand less available, in the area and phase, not below 0", PLACES, PLACE_TYPE_COUNT, 0, BY_STEP },
    [PLACE_VAR_AVAILABLE] = { "available", "commissioned places less those held by others, by area of the site", PLACES, PLACE_TYPE_COUNT, 0, BY_STEP },
    [PLACE_VAR_SOUGHT] = { "sought", "pupils who began to seek a place in the step", PUPILS, PLACE_TYPE_COUNT, 0, BY_STEP },
    [PLACE_VAR_PLACED_OWN_AREA] = { "placed_own_area", "seekers placed in their own area in the step", PUPILS, PLACE_TYPE_COUNT, 0, BY_STEP },
    [PLACE_VAR_PLACED_OTHER_AREA] = { "placed_other_area", "seekers placed in another area in the step", PUPILS, PLACE_TYPE_COUNT, 0, BY_STEP },
    [PLACE_VAR_GAVE_UP] = { "gave_up", "waiting pupils who settled for the setting they are in", PUPILS, PLACE_TYPE_COUNT, 0, BY_STEP },
    [PLACE_VAR_LEFT_LIST] = { "left_list", "waiting pupils who ceased, transferred out, aged out, or changed target or phase", PUPILS, PLACE_TYPE_COUNT, 0, BY_STEP },
    [PLACE_VAR_DECLINED] = { "declined", "waiting pupils who refused an offer in the step: they have no cause", PUPILS, PLACE_TYPE_COUNT, 0, BY_STEP },
    [PLACE_VAR_JOINED] = { "joined", "new plans in the step", PUPILS, PLACE_TYPE_COUNT, 0, BY_STEP },
    [PLACE_VAR_CEASED] = { "ceased", "plans ceased in the step", PUPILS, PLACE_TYPE_COUNT, 0, BY_STEP },
    [PLACE_VAR_AGED_OUT] = { "aged_out", "pupils past national curriculum year 20", PUPILS, PLACE_TYPE_COUNT, 0, BY_STEP },
    [PLACE_VAR_TRANSFERRED_IN] = { "transferred_in", "pupils with plans who came from another authority", PUPILS, PLACE_TYPE_COUNT, 0, BY_STEP },
    [PLACE_VAR_TRANSFERRED_OUT] = { "transferred_out", "pupils with plans who went to another authority", PUPILS, PLACE_TYPE_COUNT, 0, BY_STEP },
    [PLACE_VAR_CAUSE_COUNT] = { "cause_count", "pupils unplaced at the end of the step (waiting, or newly diverted in it) by the cause", PUPILS, PLACE_TYPE_COUNT, 0,
                                5, { STEP, AREA, PHASE, PROVISION, PLACE_AXIS_CAUSE } },
    [PLACE_VAR_MOVED] = { "moved", "pupils whose target changed in the step, phase transfers included", PUPILS, PLACE_TYPE_COUNT, 0,
                          4, { STEP, PHASE, PLACE_AXIS_PROVISION_FROM, PLACE_AXIS_PROVISION_TO } },
    [PLACE_VAR_OPENING_STOCK] = { "opening_stock", "pupils at the start by the provision of their setting", PUPILS, PLACE_TYPE_COUNT, 0, 3, { AREA, PHASE, PROVISION } },
    [PLACE_VAR_SEPTEMBER_DEMAND] = { "september_demand", "demand at the September count", PUPILS, PLACE_TYPE_COUNT, 0, BY_YEAR },
    [PLACE_VAR_SEPTEMBER_WAITING] = { "september_waiting", "pupils waiting at the September count", PUPILS, PLACE_TYPE_COUNT, 0, BY_YEAR },
    [PLACE_VAR_SEPTEMBER_UNMET] = { "september_unmet", "pupils waiting or diverted at the September count", PUPILS, PLACE_TYPE_COUNT, 0, BY_YEAR },
    [PLACE_VAR_SEPTEMBER_SHORTFALL] = { "september_shortfall", "places lacking at the September count, in the area and phase", PLACES, PLACE_TYPE_COUNT, 0, BY_YEAR },
    [PLACE_VAR_SEPTEMBER_AVAILABLE] = { "september_available", "commissioned places less those held by others at the September count", PLACES, PLACE_TYPE_COUNT, 0, BY_YEAR },
    [PLACE_VAR_SEPTEMBER_FREE] = { "september_free", "commissioned places without a pupil after the September round", PLACES, PLACE_TYPE_COUNT, 0, BY_YEAR },
    [PLACE_VAR_SHORTFALL_AUTHORITY] = { "shortfall_authority", "places lacking with all the authority's places within reach", PLACES, PLACE_TYPE_COUNT, 0, 3, { STEP, PHASE, PROVISION } },
    [PLACE_VAR_SEPTEMBER_SHORTFALL_AUTHORITY] = { "september_shortfall_authority", "the same at the September count", PLACES, PLACE_TYPE_COUNT, 0, 3, { YEAR, PHASE, PROVISION } },
    [PLACE_VAR_CLASS_SOUGHT] = { "class_sought", "pupils who sought a place for 1 September, by why they began to seek", PUPILS, PLACE_TYPE_COUNT, 0, 4, { YEAR, PLACE_AXIS_CLASS, PHASE, PROVISION } },
    [PLACE_VAR_CLASS_PLACED] = { "class_placed", "of those, pupils placed or directed in the September round", PUPILS, PLACE_TYPE_COUNT, 0, 4, { YEAR, PLACE_AXIS_CLASS, PHASE, PROVISION } },
    [PLACE_VAR_TRANSFER_SHEET] = { "transfer_sheet", "phase transfers as they turned out in September, by phase entered and new target", PUPILS, PLACE_TYPE_COUNT, 0, BY_YEAR_NEED },
    [PLACE_VAR_TRANSFER_STAYERS] = { "transfer_stayers", "phase transfers of pupils who stay at their all-through site, apart from the sheet", PUPILS, PLACE_TYPE_COUNT, 0, BY_YEAR_NEED },
    [PLACE_VAR_TRANSFER_DUE_FEBRUARY] = { "transfer_due_february", "pupils due to transfer next September as known at the last boundary of steps up to 16 February, by phase entered and present target", PUPILS, PLACE_TYPE_COUNT, 0, BY_YEAR_NEED },
    [PLACE_VAR_TRANSFER_DUE_MARCH] = { "transfer_due_march", "pupils due to transfer next September as known at the last boundary of steps up to 1 April, by phase entered and present target", PUPILS, PLACE_TYPE_COUNT, 0, BY_YEAR_NEED },
    [PLACE_VAR_SEPTEMBER_LIST] = { "september_list", "pupils waiting at the September count", PUPILS, PLACE_TYPE_COUNT, 0, BY_YEAR_NEED },
    [PLACE_VAR_SEPTEMBER_STEPS_WAITED] = { "september_steps_waited", "steps waited so far, summed over those waiting at the September count", "pupil step", PLACE_TYPE_INT32, 0, BY_YEAR_NEED },
    [PLACE_VAR_SEPTEMBER_WHERE] = { "september_where", "pupils unmet at the September count, by target and by the provision they are in", PUPILS, PLACE_TYPE_COUNT, 0, 4, { YEAR, PHASE, PROVISION, PLACE_AXIS_PROVISION_AT } },
    [PLACE_VAR_NAMED_NOT_OPEN] = { "named_not_open", "pupils without a place in September that rested on an opening forecast on 15 February that slipped", PUPILS, PLACE_TYPE_COUNT, 0, 3, { YEAR, PHASE, PROVISION } },
    [PLACE_VAR_SITE_ROLL] = { "site_roll", "pupils on roll", PUPILS, PLACE_TYPE_COUNT, 0, BY_SITE },
    [PLACE_VAR_SITE_OTHERS] = { "site_others", "places held by others", PLACES, PLACE_TYPE_COUNT, 0, BY_SITE },
    [PLACE_VAR_SITE_COMMISSIONED] = { "site_commissioned", "commissioned places", PLACES, PLACE_TYPE_COUNT, 0, BY_SITE },
    [PLACE_VAR_SITE_PHYSICAL] = { "site_physical", "physical places", PLACES, PLACE_TYPE_COUNT, 0, BY_SITE },
    [PLACE_VAR_SITE_STRETCH_USED] = { "site_stretch_used", "pupils, others' included, above the commissioned places", PUPILS, PLACE_TYPE_COUNT, 0, BY_SITE },
    [PLACE_VAR_SITE_SPARE] = { "site_spare", "commissioned places without a pupil", PLACES, PLACE_TYPE_COUNT, 0, BY_SITE },
    [PLACE_VAR_SITE_STRANDED] = { "site_stranded", "spare places while pupils of the area wait for the provision", PLACES, PLACE_TYPE_COUNT, 0, BY_SITE },
    [PLACE_VAR_PROJECT_PLANNED_OPENING] = { "project_planned_opening", "planned opening, days after the axis' epoch", "d", PLACE_TYPE_DOUBLE, 0, 1, { PROJECT } },
    [PLACE_VAR_PROJECT_OPENING] = { "project_opening", "opening, days after the axis' epoch; infinity: never", "d", PLACE_TYPE_DOUBLE, 0, 1, { PROJECT } },
    [PLACE_VAR_PROJECT_SLIP_DAYS] = { "project_slip_days", "opening less planned opening; infinity: never opens; missing: never triggered", "d", PLACE_TYPE_DOUBLE, 0, 1, { PROJECT } },
    [PLACE_VAR_PROJECT_CANCELLED] = { "project_cancelled", "the project was cancelled or refused", "1", PLACE_TYPE_FLAG, 0, 1, { PROJECT } },
    [PLACE_VAR_PROJECT_SPEND] = { "project_spend", "capital spend", "0.01 GBP", PLACE_TYPE_INT64, 0, 2, { PROJECT, PLACE_AXIS_FINANCIAL_YEAR } },
    [PLACE_VAR_FUNDING_USED] = { "funding_used", "spend met from the source", "0.01 GBP", PLACE_TYPE_INT64, 0, 1, { PLACE_AXIS_FUNDING } },
    [PLACE_VAR_FUNDING_LOST] = { "funding_lost", "of the source, unspent at its date", "0.01 GBP", PLACE_TYPE_INT64, 0, 1, { PLACE_AXIS_FUNDING } },
    [PLACE_VAR_ACTIVITY_FINISH] = { "activity_finish", "finish, days after the axis' epoch; infinity: never, or not before its project was cancelled", "d", PLACE_TYPE_DOUBLE, 0, 1, { PLACE_AXIS_ACTIVITY } },
    [PLACE_VAR_ACTIVITY_CRITICAL] = { "activity_critical", "the activity is on the longest path to the opening", "1", PLACE_TYPE_FLAG, 0, 1, { PLACE_AXIS_ACTIVITY } },
    [PLACE_VAR_COST] = { "cost", "revenue cost, nominal; what others bear is a line below 0, so the lines sum to the net cost", PENCE, PLACE_TYPE_INT64, 0, BY_FINANCIAL_YEAR(PLACE_AXIS_LINE) },
    [PLACE_VAR_COST_ACADEMIC] = { "cost_academic", "the same by academic year", PENCE, PLACE_TYPE_INT64, 0, 2, { YEAR, PLACE_AXIS_LINE } },
    [PLACE_VAR_COST_BY_PROVISION] = { "cost_by_provision", "place funding, unit costs and transport of the provision, before what others bear", PENCE, PLACE_TYPE_INT64, 0, BY_FINANCIAL_YEAR(PROVISION) },
    [PLACE_VAR_DIVERSION_COST] = { "diversion_cost", "what pupils in a fallback for want of a place cost there, less what they would where they should be, by target's first provision", PENCE, PLACE_TYPE_INT64, 0, BY_FINANCIAL_YEAR(PROVISION) },
    [PLACE_VAR_INCOME] = { "income", "revenue income, nominal", PENCE, PLACE_TYPE_INT64, 0, BY_FINANCIAL_YEAR(PLACE_AXIS_INCOME_LINE) },
    [PLACE_VAR_BALANCE] = { "balance", "income less cost in the financial year, of the days that are in the run", PENCE, PLACE_TYPE_INT64, 0, 1, { PLACE_AXIS_FINANCIAL_YEAR } },
    [PLACE_VAR_BALANCE_CUMULATIVE] = { "balance_cumulative", "opening balance and all balances since, as the financial year, or the run in it, closes", PENCE, PLACE_TYPE_INT64, 0, 1, { PLACE_AXIS_FINANCIAL_YEAR } },
    [PLACE_VAR_DECLARED_SAVING] = { "declared_saving", "saving that somebody has declared, where it happens; no part of cost or balance", PENCE, PLACE_TYPE_INT64, 0, BY_FINANCIAL_YEAR(PLACE_AXIS_SAVING) },
    [PLACE_VAR_INPUT_VALUE] = { "input_value", "value drawn for an uncertain number of the scenario", "1", PLACE_TYPE_DOUBLE, 0, 1, { PLACE_AXIS_INPUT } },
    [PLACE_VAR_YEAR_EFFECT] = { "year_effect", "factor of the year on a rate: national path times local effect", "1", PLACE_TYPE_DOUBLE, 0, 2, { PLACE_AXIS_RATE, YEAR } },
    [PLACE_VAR_PROBABILITIES_HELD] = { "probabilities_held", "composed probabilities that were held at 0 or 1", "1", PLACE_TYPE_INT32, 0, 0, { 0 } },
    [PLACE_VAR_REPLICATION_INPUTS] = { "replication_inputs", "index of the replication in the family inputs", "1", PLACE_TYPE_INT64, 0, 0, { 0 } },
    [PLACE_VAR_REPLICATION_YEARS] = { "replication_years", "index in the family years", "1", PLACE_TYPE_INT64, 0, 0, { 0 } },
    [PLACE_VAR_REPLICATION_DELIVERY] = { "replication_delivery", "index in the family delivery", "1", PLACE_TYPE_INT64, 0, 0, { 0 } },
    [PLACE_VAR_REPLICATION_CHANCE] = { "replication_chance", "index in the family chance", "1", PLACE_TYPE_INT64, 0, 0, { 0 } },
    [PLACE_VAR_DEMAND_BY_NEED] = { "demand_by_need", "demand, by need", PUPILS, PLACE_TYPE_COUNT, PLACE_DETAIL_NEED, 5, { STEP, AREA, PHASE, NEED, PROVISION } },
    [PLACE_VAR_WAITING_BY_NEED] = { "waiting_by_need", "pupils waiting, by need", PUPILS, PLACE_TYPE_COUNT, PLACE_DETAIL_NEED, 5, { STEP, AREA, PHASE, NEED, PROVISION } },
    [PLACE_VAR_DEMAND_BY_NCY] = { "demand_by_ncy", "demand, by national curriculum year", PUPILS, PLACE_TYPE_COUNT, PLACE_DETAIL_NCY, 4, { STEP, AREA, NCY, PROVISION } },
    [PLACE_VAR_WAITING_BY_NCY] = { "waiting_by_ncy", "pupils waiting, by national curriculum year", PUPILS, PLACE_TYPE_COUNT, PLACE_DETAIL_NCY, 4, { STEP, AREA, NCY, PROVISION } },
    [PLACE_VAR_SEPTEMBER_LIST_BY_AREA] = { "september_list_by_area", "pupils waiting at the September count, by area", PUPILS, PLACE_TYPE_COUNT, PLACE_DETAIL_AREA, 5, { YEAR, AREA, PHASE, NEED, PROVISION } },
    [PLACE_VAR_MOVED_BY_AREA] = { "moved_by_area", "pupils whose target changed in the step, by area", PUPILS, PLACE_TYPE_COUNT, PLACE_DETAIL_AREA, 5, { STEP, AREA, PHASE, PLACE_AXIS_PROVISION_FROM, PLACE_AXIS_PROVISION_TO } },
    [PLACE_VAR_REQUESTS] = { "requests", "requests for an assessment in the step", CASES, PLACE_TYPE_COUNT, 0, BY_AREA },
    [PLACE_VAR_REQUESTS_REFUSED] = { "requests_refused", "requests for which no assessment was agreed, by the step of the decision", CASES, PLACE_TYPE_COUNT, 0, BY_AREA },
    [PLACE_VAR_ASSESSMENTS_REFUSED] = { "assessments_refused", "assessments that ended without a plan in the step", CASES, PLACE_TYPE_COUNT, 0, BY_AREA },
    [PLACE_VAR_PLANS_ISSUED] = { "plans_issued", "plans issued in the step out of an assessment", CASES, PLACE_TYPE_COUNT, 0, BY_AREA },
    [PLACE_VAR_ISSUED_WITHIN_20_WEEKS] = { "issued_within_20_weeks", "of those issued, plans within the weeks in which they are due (20, unless the scenario says otherwise)", CASES, PLACE_TYPE_COUNT, 0, BY_AREA },
    [PLACE_VAR_REQUESTS_UNDECIDED] = { "requests_undecided", "requests on which nothing is decided yet", CASES, PLACE_TYPE_COUNT, 0, BY_AREA },
    [PLACE_VAR_IN_ASSESSMENT] = { "in_assessment", "assessments agreed and not over, those ready and waiting for the team included", CASES, PLACE_TYPE_COUNT, 0, BY_AREA },
    [PLACE_VAR_ASSESSMENT_QUEUE] = { "assessment_queue", "of those in assessment, plans that are ready and wait for the team", CASES, PLACE_TYPE_COUNT, 0, BY_AREA },
    [PLACE_VAR_REVIEWS_DUE] = { "reviews_due", "annual reviews that fell due in the step", REVIEWS, PLACE_TYPE_COUNT, 0, BY_AREA },
    [PLACE_VAR_REVIEWS_DONE] = { "reviews_done", "annual reviews done in the step", REVIEWS, PLACE_TYPE_COUNT, 0, BY_AREA },
    [PLACE_VAR_REVIEWS_ON_TIME] = { "reviews_on_time", "of those done, annual reviews that fell due in the step: within 12 months", REVIEWS, PLACE_TYPE_COUNT, 0, BY_AREA },
    [PLACE_VAR_REVIEWS_OVERDUE] = { "reviews_overdue", "annual reviews due and not done", REVIEWS, PLACE_TYPE_COUNT, 0, BY_AREA },
    [PLACE_VAR_PROJECT_TRIGGERED] = { "project_triggered", "a trigger of the project was met; missing: it has none", "1", PLACE_TYPE_FLAG, 0, 1, { PROJECT } },
    [PLACE_VAR_PROJECT_START] = { "project_start", "start, days after the axis' epoch; infinity: never triggered", "d", PLACE_TYPE_DOUBLE, 0, 1, { PROJECT } },
    [PLACE_VAR_INTERVENTION_HAPPENED] = { "intervention_happened", "the intervention had its effect", "1", PLACE_TYPE_FLAG, 0, 1, { INTERVENTION } },
    [PLACE_VAR_CASES_HANDLED] = { "cases_handled", "cases that the intervention handled in the step, expected; missing: it has no caseload", "1", PLACE_TYPE_DOUBLE, 0, BY_INTERVENTION },
    [PLACE_VAR_PLANS_AVERTED] = { "plans_averted", "new plans (or requests, where there is a pipeline) that its cases averted in the step, expected", PUPILS, PLACE_TYPE_DOUBLE, 0, BY_INTERVENTION },
    [PLACE_VAR_PLANS_DEFERRED] = { "plans_deferred", "of those averted earlier, plans that came back in the step, expected", PUPILS, PLACE_TYPE_DOUBLE, 0, BY_INTERVENTION },
    [PLACE_VAR_LOGGED_RISK_HAPPENED] = { "logged_risk_happened", "the risk of the register happened; missing: it is a note", "1", PLACE_TYPE_FLAG, 0, 1, { PLACE_AXIS_LOGGED_RISK } },
    [PLACE_VAR_PROJECT_STOPPED] = { "project_stopped", "day on which it was cancelled or refused, days after the axis' epoch; infinity: never", "d", PLACE_TYPE_DOUBLE, 0, 1, { PROJECT } },
    [PLACE_VAR_ACTIVITY_REFUSED] = { "activity_refused", "a meeting of its gate refused it; missing: it has no gate", "1", PLACE_TYPE_FLAG, 0, 1, { PLACE_AXIS_ACTIVITY } },
    [PLACE_VAR_PROJECT_RISK_HAPPENED] = { "project_risk_happened", "the risk of the project was drawn to happen; missing: the project was never triggered", "1", PLACE_TYPE_FLAG, 0, 1, { PLACE_AXIS_PROJECT_RISK } },
};

const char *const place_class_names[PLACE_N_CLASSES] = { "transfer", "place-lost", "new-plan", "move" };
const char *const place_cause_names[PLACE_N_CAUSES] = { "building-late", "wrong-ncy", "wrong-need", "wrong-area", "no-place" };
const char *const place_flow_names[PLACE_N_FLOWS] = { "new-plans", "leave", "transfer-out", "transfer-in", "move", "phase-transfer" };

const char *const place_changed_names[PLACE_N_CHANGED] = { "population", "new-plans", "joiner-target", "september-start", "cease", "transfer-out", "transfer-in",
                                                           "move", "phase-transfer", "give-up", "return", "direct", "divert", "take-up" };

const char *place_changed_name(const place_plan *plan, place_changed table) {
    return table == PLACE_CHANGED_NEW_PLANS && plan->pipeline.used ? "requests" : place_changed_names[table];
}

static const struct {
    const char *name, *long_name;
} axes[PLACE_N_AXES] = {
    [PLACE_AXIS_STEP] = { "step", "close of the step" },
    [PLACE_AXIS_YEAR] = { "year", "academic year, by the calendar year of its September" },
    [PLACE_AXIS_FINANCIAL_YEAR] = { "financial_year", "financial year, by the calendar year of its April" },
    [PLACE_AXIS_AREA] = { "area", "home area of pupils; area in which a site stands" },
    [PLACE_AXIS_PHASE] = { "phase", "school phase" },
    [PLACE_AXIS_NCY] = { "ncy", "national curriculum year; 0 is Reception" },
    [PLACE_AXIS_NEED] = { "need", "primary need" },
    [PLACE_AXIS_PROVISION] = { "provision", "kind of provision" },
    [PLACE_AXIS_PROVISION_FROM] = { "provision_from", "provision before" },
    [PLACE_AXIS_PROVISION_TO] = { "provision_to", "provision after" },
    [PLACE_AXIS_PROVISION_AT] = { "provision_at", "provision of the setting the pupil is in" },
    [PLACE_AXIS_CLASS] = { "class", "why the pupil began to seek" },
    [PLACE_AXIS_CAUSE] = { "cause", "why there was no place" },
    [PLACE_AXIS_SITE] = { "site", "site" },
    [PLACE_AXIS_PROJECT] = { "project", "capital project" },
    [PLACE_AXIS_ACTIVITY] = { "activity", "activity of a capital project" },
    [PLACE_AXIS_FUNDING] = { "funding", "source of capital" },
    [PLACE_AXIS_INPUT] = { "input", "uncertain number of the scenario" },
    [PLACE_AXIS_RATE] = { "rate", "flow that has good and bad years" },
    [PLACE_AXIS_LINE] = { "line", "kind of revenue cost" },
    [PLACE_AXIS_INCOME_LINE] = { "income_line", "kind of revenue income" },
    [PLACE_AXIS_SAVING] = { "saving", "declared saving" },
    [PLACE_AXIS_INTERVENTION] = { "intervention", "intervention" },
    [PLACE_AXIS_LOGGED_RISK] = { "logged_risk", "risk of the register" },
    [PLACE_AXIS_PROJECT_RISK] = { "project_risk", "risk of a capital project" },
};

const char *place_axis_name(place_axis_id axis) { return axes[axis].name; }
const char *place_axis_long_name(place_axis_id axis) { return axes[axis].long_name; }

/** Longest course of a project that spend is kept for, beyond the end of the run. */
enum { FINANCIAL_YEARS_AFTER = 1 };

int place_first_financial_year(const place_plan *plan) {
    int32_t first = plan->calendar.start_day[0];
    for (size_t i = 0; i < plan->n_projects; i++)
        if (plan->projects[i].start_day < first) first = plan->projects[i].start_day;
    return place_day_financial_year(first);
}

bool place_financial_year_runs(const place_plan *plan, size_t year) {
    const place_calendar *calendar = &plan->calendar;
    int named = place_first_financial_year(plan) + (int)year;
    return place_day(named, 4, 1) < calendar->start_day[calendar->n_steps] && place_day(named + 1, 4, 1) > calendar->start_day[0];
}

size_t place_axis_length(const place_plan *plan, place_axis_id axis) {
    switch (axis) {
    case PLACE_AXIS_STEP: return plan->calendar.n_steps;
    case PLACE_AXIS_YEAR: return plan->calendar.n_years;
    case PLACE_AXIS_FINANCIAL_YEAR:
        return (size_t)(place_day_financial_year(plan->calendar.start_day[plan->calendar.n_steps]) + FINANCIAL_YEARS_AFTER
                        - place_first_financial_year(plan) + 1);
    case PLACE_AXIS_AREA: return plan->areas.n;
    case PLACE_AXIS_PHASE: return plan->phases.n;
    case PLACE_AXIS_NCY: return PLACE_N_NCY;
    case PLACE_AXIS_NEED: return plan->needs.n;
    case PLACE_AXIS_PROVISION:
    case PLACE_AXIS_PROVISION_FROM:
    case PLACE_AXIS_PROVISION_TO:
    case PLACE_AXIS_PROVISION_AT: return plan->provisions.n;
    case PLACE_AXIS_CLASS: return PLACE_N_CLASSES;
    case PLACE_AXIS_CAUSE: return PLACE_N_CAUSES;
    case PLACE_AXIS_SITE: return plan->n_sites;
    case PLACE_AXIS_PROJECT: return plan->n_projects;
    case PLACE_AXIS_ACTIVITY: return plan->n_activities;
    case PLACE_AXIS_FUNDING: return plan->n_funding;
    case PLACE_AXIS_INPUT: return plan->n_inputs;
    case PLACE_AXIS_RATE: return PLACE_N_FLOWS;
    case PLACE_AXIS_LINE: return plan->budget == NULL ? 0 : plan->budget->n_lines;
    case PLACE_AXIS_INCOME_LINE: return plan->budget == NULL ? 0 : plan->budget->n_incomes;
    case PLACE_AXIS_SAVING: return plan->budget == NULL ? 0 : plan->budget->n_savings;
    case PLACE_AXIS_INTERVENTION: return plan->n_interventions;
    case PLACE_AXIS_LOGGED_RISK: return plan->n_logged_risks;
    case PLACE_AXIS_PROJECT_RISK: return plan->n_risk_events;
    case PLACE_N_AXES: break;
    }
    return 0;
}

size_t place_type_record_size(place_type type) {
    switch (type) {
    case PLACE_TYPE_COUNT:
    case PLACE_TYPE_INT32: return 4;
    case PLACE_TYPE_INT64:
    case PLACE_TYPE_DOUBLE: return 8;
    case PLACE_TYPE_FLAG: return 1;
    }
    return 0;
}

size_t place_type_stored_size(const place_layout *layout, place_type type) {
    return type == PLACE_TYPE_COUNT && layout->narrow ? 2 : place_type_record_size(type);
}

/*
 * No replication may hold more pupils than four times what the scenario starts with and expects to come in, and 1,000 more: growth
 * beyond that is a mistake in the scenario, and the bound is what lets counts be stored in 16 bits.
 */
static int64_t pupil_limit(const place_plan *plan) {
    double expected = 0;
    for (size_t i = 0; i < plan->n_stock_settings; i++) expected += plan->stock_settings[i].count;
    for (size_t i = 0; i < plan->pipeline.n_backlogs; i++) expected += plan->pipeline.backlogs[i].count.value;
    double a_year = 0, opening = expected;
    if (plan->new_plans.row != NULL && plan->population.row != NULL)
        for (size_t y = 0; y < plan->calendar.n_years; y++)
            for (size_t a = 0; a < plan->areas.n; a++)
                for (size_t d = 0; d < plan->needs.n; d++)
                    for (size_t c = 0; c < PLACE_N_NCY; c++) {
                        int32_t rate = plan->new_plans.row[(a * plan->needs.n + d) * PLACE_N_NCY + c];
                        int32_t pupils = plan->population.row[(y * plan->areas.n + a) * PLACE_N_NCY + c];
                        double here = pupils == PLACE_NONE ? 0 : plan->population.value[pupils].value;
                        if (plan->dwellings.row != NULL && plan->pupil_yield.row != NULL && plan->pupil_yield.row[c] != PLACE_NONE
                            && plan->dwellings.row[y * plan->areas.n + a] != PLACE_NONE)
                            here += plan->dwellings.value[plan->dwellings.row[y * plan->areas.n + a]].value
                                    * plan->pupil_yield.value[plan->pupil_yield.row[c]].value * (double)(y + 1);
                        if (pupils != PLACE_NONE && plan->population.changes != NULL && plan->population.changes[pupils] != PLACE_NONE)
                            here = place_changes_most(plan, plan->population.changes[pupils], here);
                        if (rate == PLACE_NONE) continue;
                        double a_pupil = plan->new_plans.value[rate].value;
                        if (plan->new_plans.changes != NULL && plan->new_plans.changes[rate] != PLACE_NONE)
                            a_pupil = place_changes_most(plan, plan->new_plans.changes[rate], a_pupil);
                        a_year += here * a_pupil;
                    }
    /* a_year is summed over the years touched; a run of closed-form tests may have thousands of short years, which is the same sum */
    expected += a_year;
    for (size_t i = 0; i < plan->n_caseloads; i++) { /* plans come back, and more come when a service ends */
        const place_intervention *service = &plan->interventions[plan->caseloads[i]];
        expected += 12 * service->capacity.value * (double)plan->calendar.n_years;
    }
    if (plan->transfer_in.row != NULL) expected += opening * 0.25 * (double)plan->calendar.n_years;
    double limit = 4 * expected + 1000;
    return limit > 500e6 ? 500000000 : (int64_t)ceil(limit);
}

/** Whether a plan has what a variable counts, where its axes do not say so. */
static bool is_meant(const place_plan *plan, int v) {
    const place_budget *budget = plan->budget;
    if (v >= PLACE_VAR_REQUESTS && v <= PLACE_VAR_REVIEWS_OVERDUE) return plan->pipeline.used;
    if (v >= PLACE_VAR_CASES_HANDLED && v <= PLACE_VAR_PLANS_DEFERRED) return plan->n_caseloads > 0;
    switch (v) {
    case PLACE_VAR_PROJECT_TRIGGERED:
    case PLACE_VAR_PROJECT_START: return plan->n_triggers > 0;
    case PLACE_VAR_BALANCE:
    case PLACE_VAR_BALANCE_CUMULATIVE: return budget != NULL && budget->balanced;
    case PLACE_VAR_COST_BY_PROVISION:
        return budget != NULL && (budget->unit_cost.n_rows > 0 || budget->place_funding.n_rows > 0 || budget->transport.n_rows > 0);
    case PLACE_VAR_DIVERSION_COST: return budget != NULL && budget->unit_cost.n_rows > 0;
    default: return true;
    }
}

place_layout place_layout_of(const place_plan *plan, unsigned detail) {
    place_layout layout = { .detail = detail, .pupil_limit = pupil_limit(plan) };
    double places = 0;
    for (size_t i = 0; i < plan->n_pools; i++) places += plan->pools[i].physical.value + plan->pools[i].commissioned.value;
    for (size_t i = 0; i < plan->n_events; i++) places += fabs(plan->events[i].places.value);
    layout.narrow = layout.pupil_limit < 65535 && 4 * places < 65535;
    for (int v = 0; v < PLACE_N_VARIABLES; v++) {
        const place_variable *variable = &place_catalogue[v];
        if ((variable->detail != 0 && !(detail & variable->detail)) || !is_meant(plan, v)) continue;
        size_t n = 1;
        for (int k = 0; k < variable->n_axes; k++) n *= place_axis_length(plan, variable->axes[k]);
        if (n == 0) continue;
        layout.kept[v] = true;
        layout.n_cells[v] = n;
        layout.offset[v] = layout.record_size;
        layout.record_size += (n * place_type_record_size(variable->type) + 63) / 64 * 64;
    }
    return layout;
}
