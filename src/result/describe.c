/* SPDX-License-Identifier: MIT */
/*
 * Root attributes, axes and provenance of a run file, in the order in which readers list them. Each axis is a
 * coordinate dataset of its own name (ids, dates or years); names, display positions and belongings stand beside it.
 * Nothing here comes from the clock, the machine, the path or the number of threads: equal runs make equal bytes.
 */
#include "describe.h"

#include <hdf5_hl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chunk.h"
#include "place/date.h"
#include "place/runfile.h"
#include "place/version.h"

/* ---- the root's attributes -------------------------------------------------------------------------------------- */

void place_describe_detail(unsigned detail, char out[PLACE_DETAIL_TEXT]) {
    snprintf(out, PLACE_DETAIL_TEXT, "%s%s%s", detail & PLACE_DETAIL_NEED ? "need " : "", detail & PLACE_DETAIL_NCY ? "ncy " : "",
             detail & PLACE_DETAIL_AREA ? "area " : "");
    if (out[0] == '\0') snprintf(out, PLACE_DETAIL_TEXT, "none ");
    out[strlen(out) - 1] = '\0';
}

bool place_describe_scenario_digest(const place_plan *plan, char out[PLACE_DIGEST_TEXT]) {
    uint8_t digest[PLACE_DIGEST_SIZE];
    if (!place_chunk_digest(plan->resolved, plan->resolved_size, digest)) return false;
    place_digest_text(digest, out);
    return true;
}

static void write_attributes(place_scribe *scribe, hid_t file, const place_plan *plan, const place_layout *layout,
                             place_design design) {
    char seed[24], detail[PLACE_DETAIL_TEXT], hex[PLACE_DIGEST_TEXT];
    const int32_t contract = PLACE_NUMBER_CONTRACT;
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)plan->seed);
    place_describe_detail(layout->detail, detail);
    if (!place_describe_scenario_digest(plan, hex)) {
        scribe->status = place_error_set(scribe->err, PLACE_SYSTEM, scribe->path, 0, "out of memory");
        return;
    }
    place_scribe_text(scribe, file, "Conventions", "CF-1.8");
    place_scribe_text(scribe, file, "title", plan->title);
    place_scribe_text(scribe, file, "program", "placesim");
    place_scribe_text(scribe, file, "program_version", PLACE_VERSION);
    place_scribe_numbers(scribe, file, "number_contract", H5T_NATIVE_INT32, &contract, 0);
    place_scribe_text(scribe, file, "scenario_id", plan->id);
    place_scribe_text(scribe, file, "scenario_digest", hex);
    place_scribe_numbers(scribe, file, "seed", H5T_NATIVE_UINT64, &plan->seed, 0);
    place_scribe_text(scribe, file, "seed_text", seed); /* R has no 64-bit integers */
    place_scribe_text(scribe, file, "design", design == PLACE_CROSSED ? "crossed" : "paired");
    place_scribe_text(scribe, file, "detail", detail);
    place_scribe_numbers(scribe, file, "pupil_limit", H5T_NATIVE_INT64, &layout->pupil_limit, 0);
}

/* ---- axes ------------------------------------------------------------------------------------------------------- */

const place_item *place_describe_item(const place_plan *plan, place_axis_id axis, size_t i) {
    switch (axis) {
    case PLACE_AXIS_AREA: return &plan->areas.items[i];
    case PLACE_AXIS_PHASE: return &plan->phases.items[i];
    case PLACE_AXIS_NEED: return &plan->needs.items[i];
    case PLACE_AXIS_PROVISION:
    case PLACE_AXIS_PROVISION_FROM:
    case PLACE_AXIS_PROVISION_TO:
    case PLACE_AXIS_PROVISION_AT: return &plan->provisions.items[i];
    case PLACE_AXIS_SITE: return &plan->sites[i].item;
    case PLACE_AXIS_PROJECT: return &plan->projects[i].item;
    case PLACE_AXIS_ACTIVITY: return &plan->activities[i].item;
    case PLACE_AXIS_FUNDING: return &plan->funding[i].item;
    case PLACE_AXIS_LINE: return &plan->budget->lines[i];
    case PLACE_AXIS_INCOME_LINE: return &plan->budget->incomes[i].item;
    case PLACE_AXIS_SAVING: return &plan->budget->savings[i].item;
    case PLACE_AXIS_INTERVENTION: return &plan->interventions[i].item;
    case PLACE_AXIS_LOGGED_RISK: return &plan->logged_risks[i].item;
    case PLACE_AXIS_PROJECT_RISK: return &plan->risk_events[i].item;
    default: return NULL;
    }
}

bool place_describe_has_names(place_axis_id axis) {
    switch (axis) {
    case PLACE_AXIS_AREA:
    case PLACE_AXIS_PHASE:
    case PLACE_AXIS_NEED:
    case PLACE_AXIS_PROVISION:
    case PLACE_AXIS_SITE:
    case PLACE_AXIS_PROJECT:
    case PLACE_AXIS_ACTIVITY:
    case PLACE_AXIS_FUNDING:
    case PLACE_AXIS_LINE:
    case PLACE_AXIS_INCOME_LINE:
    case PLACE_AXIS_SAVING:
    case PLACE_AXIS_INTERVENTION:
    case PLACE_AXIS_LOGGED_RISK:
    case PLACE_AXIS_PROJECT_RISK: return true;
    default: return false;
    }
}

static const char *const belongings[PLACE_N_AXES] = {
    [PLACE_AXIS_STEP] = "step_year",
    [PLACE_AXIS_YEAR] = "academic_year",
    [PLACE_AXIS_SITE] = "site_area site_provision",
    [PLACE_AXIS_ACTIVITY] = "activity_project",
    [PLACE_AXIS_FUNDING] = "funding_project",
    [PLACE_AXIS_PROJECT_RISK] = "project_risk_project",
};

void place_describe_coordinates(const place_variable *variable, char *out, size_t room) {
    size_t used = 0;
    out[0] = '\0';
    for (int k = 0; k < variable->n_axes; k++) {
        place_axis_id axis = variable->axes[k];
        const char *name = place_axis_name(axis), *gap = used > 0 ? " " : "";
        if (place_describe_has_names(axis)) used += (size_t)snprintf(out + used, room - used, "%s%s_name %s_display", gap, name, name);
        if (belongings[axis] != NULL)
            used += (size_t)snprintf(out + used, room - used, "%s%s", used > 0 ? " " : "", belongings[axis]);
    }
}

/* What the columns beside an axis are made of, written one after the other. */
typedef struct columns {
    place_scribe *scribe;
    hid_t file, scale;
    size_t n;
    const char **texts; /* [n] */
    int32_t *numbers;   /* [n] */
} columns;

static void write_texts(columns *at, const char *name, const char *long_name) {
    for (size_t i = 0; i < at->n; i++)
        if (at->texts[i] == NULL) at->texts[i] = ""; /* a string that is not there crashes some readers */
    hid_t dataset =
        place_scribe_column(at->scribe, at->file, name, long_name, at->scribe->text, at->n, at->texts, at->scale);
    if (at->scale < 0) at->scale = dataset;
    else if (dataset >= 0) H5Dclose(dataset);
}

static void write_numbers(columns *at, const char *name, const char *long_name, const char *units) {
    hid_t dataset =
        place_scribe_column(at->scribe, at->file, name, long_name, H5T_STD_I32LE, at->n, at->numbers, at->scale);
    if (dataset >= 0) place_scribe_text(at->scribe, dataset, "units", units);
    if (at->scale < 0) at->scale = dataset;
    else if (dataset >= 0) H5Dclose(dataset);
}

static void write_names(columns *at, const place_plan *plan, place_axis_id axis) {
    char name[64], meaning[96];
    const char *axis_name = place_axis_name(axis);
    for (size_t i = 0; i < at->n; i++) {
        at->texts[i] = place_describe_item(plan, axis, i)->name;
        at->numbers[i] = place_describe_item(plan, axis, i)->display;
    }
    snprintf(name, sizeof name, "%s_name", axis_name);
    snprintf(meaning, sizeof meaning, "name of the %s", axis_name);
    write_texts(at, name, meaning);
    snprintf(name, sizeof name, "%s_display", axis_name);
    snprintf(meaning, sizeof meaning, "position of the %s in the scenario", axis_name);
    write_numbers(at, name, meaning, "1");
}

static const char *id_or_none(const place_item *items, size_t n, int32_t i) {
    return i >= 0 && (size_t)i < n ? items[i].id : "";
}

static void write_belongings(columns *at, const place_plan *plan, place_axis_id axis) {
    char(*academic)[16] = NULL;
    switch (axis) {
    case PLACE_AXIS_STEP:
        for (size_t i = 0; i < at->n; i++) at->numbers[i] = plan->calendar.first_year + plan->calendar.year[i];
        write_numbers(at, "step_year", "academic year of the step, by the calendar year of its September", "1");
        break;
    case PLACE_AXIS_YEAR:
        academic = calloc(at->n, sizeof *academic);
        if (academic == NULL) {
            at->scribe->status = place_error_set(at->scribe->err, PLACE_SYSTEM, at->scribe->path, 0, "out of memory");
            break;
        }
        for (size_t i = 0; i < at->n; i++) {
            int year = plan->calendar.first_year + (int)i;
            snprintf(academic[i], sizeof academic[i], "%d/%02d", year, (year + 1) % 100);
            at->texts[i] = academic[i];
        }
        write_texts(at, "academic_year", "academic year");
        free(academic);
        break;
    case PLACE_AXIS_SITE:
        for (size_t i = 0; i < at->n; i++)
            at->texts[i] = id_or_none(plan->areas.items, plan->areas.n, plan->sites[i].area);
        write_texts(at, "site_area", "area in which the site stands at the start");
        for (size_t i = 0; i < at->n; i++)
            at->texts[i] = id_or_none(plan->provisions.items, plan->provisions.n, plan->sites[i].provision);
        write_texts(at, "site_provision", "provision of the site at the start");
        break;
    case PLACE_AXIS_ACTIVITY:
        for (size_t i = 0; i < at->n; i++) at->texts[i] = plan->projects[plan->activities[i].project].item.id;
        write_texts(at, "activity_project", "capital project of the activity");
        break;
    case PLACE_AXIS_FUNDING:
        for (size_t i = 0; i < at->n; i++) at->texts[i] = plan->projects[plan->funding[i].project].item.id;
        write_texts(at, "funding_project", "capital project that the source pays for");
        break;
    case PLACE_AXIS_PROJECT_RISK:
        for (size_t i = 0; i < at->n; i++) at->texts[i] = plan->projects[plan->risk_events[i].project].item.id;
        write_texts(at, "project_risk_project", "capital project of the risk");
        break;
    default: break;
    }
}

/* The axis' own values. */
static void write_labels(columns *at, const place_plan *plan, place_axis_id axis) {
    const place_calendar *calendar = &plan->calendar;
    const char *name = place_axis_name(axis), *long_name = place_axis_long_name(axis);
    for (size_t i = 0; i < at->n; i++) {
        int32_t n = (int32_t)i;
        switch (axis) {
        case PLACE_AXIS_STEP:
            at->numbers[i] = calendar->start_day[i + 1] - place_day(calendar->first_year, 9, 1);
            break;
        case PLACE_AXIS_YEAR: at->numbers[i] = calendar->first_year + n; break;
        case PLACE_AXIS_FINANCIAL_YEAR: at->numbers[i] = place_first_financial_year(plan) + n; break;
        case PLACE_AXIS_NCY: at->numbers[i] = PLACE_NCY_FIRST + n; break;
        case PLACE_AXIS_CLASS: at->texts[i] = place_class_names[i]; break;
        case PLACE_AXIS_CAUSE: at->texts[i] = place_cause_names[i]; break;
        case PLACE_AXIS_RATE: at->texts[i] = place_flow_names[i]; break;
        case PLACE_AXIS_INPUT: at->texts[i] = plan->inputs[i].id; break;
        default: at->texts[i] = place_describe_item(plan, axis, i)->id; break;
        }
    }
    char units[40];
    switch (axis) {
    case PLACE_AXIS_STEP:
        snprintf(units, sizeof units, "days since %04d-09-01", calendar->first_year);
        write_numbers(at, name, "close of the step: the first day after it, on which the next one starts", units);
        if (at->scale >= 0) {
            place_scribe_text(at->scribe, at->scale, "standard_name", "time");
            place_scribe_text(at->scribe, at->scale, "calendar", "standard");
            place_scribe_text(at->scribe, at->scale, "axis", "T");
        }
        break;
    case PLACE_AXIS_YEAR:
    case PLACE_AXIS_FINANCIAL_YEAR:
    case PLACE_AXIS_NCY: write_numbers(at, name, long_name, "1"); break;
    default: write_texts(at, name, long_name); break;
    }
}

static hid_t write_axis(place_scribe *scribe, hid_t file, const place_plan *plan, place_axis_id axis) {
    columns at = { .scribe = scribe, .file = file, .scale = H5I_INVALID_HID, .n = place_axis_length(plan, axis) };
    at.texts = calloc(at.n, sizeof *at.texts);
    at.numbers = calloc(at.n, sizeof *at.numbers);
    if (at.texts != NULL && at.numbers != NULL) {
        write_labels(&at, plan, axis);
        if (at.scale >= 0 && place_describe_has_names(axis)) write_names(&at, plan, axis);
        if (at.scale >= 0) write_belongings(&at, plan, axis);
    } else scribe->status = place_error_set(scribe->err, PLACE_SYSTEM, scribe->path, 0, "out of memory");
    free(at.texts);
    free(at.numbers);
    return at.scale;
}

/* The replications' numbers, as far as there will be any; in chunks, since only chunked axes can grow and netCDF shows
   which can. */
static hid_t write_replications(place_scribe *scribe, hid_t file, hsize_t first, hsize_t n) {
    enum { PIECE = 256 * PLACE_BLOCK };
    const hsize_t chunk = PLACE_BLOCK, most = H5S_UNLIMITED;
    hid_t dataset = H5I_INVALID_HID;
    hid_t creation = place_scribe_creation(scribe, H5P_DATASET_CREATE), space = H5Screate_simple(1, &n, &most);
    int32_t *values = malloc(PIECE * sizeof *values);
    if (values == NULL) scribe->status = place_error_set(scribe->err, PLACE_SYSTEM, scribe->path, 0, "out of memory");
    if (scribe->status != PLACE_OK || place_scribe_check(scribe, space) < 0
        || place_scribe_check(scribe, H5Pset_chunk(creation, 1, &chunk)) < 0
        || place_scribe_check(scribe, H5Pset_fletcher32(creation)) < 0)
        goto out;
    dataset = (hid_t)place_scribe_check(
        scribe, H5Dcreate2(file, "replication", H5T_STD_I32LE, space, H5P_DEFAULT, creation, H5P_DEFAULT));
    if (dataset < 0) goto out;
    place_scribe_check(scribe, H5DSset_scale(dataset, "replication"));
    place_scribe_text(scribe, dataset, "long_name", "replication: one run of every step");
    place_scribe_text(scribe, dataset, "units", "1");
    for (hsize_t start = 0; start < n && scribe->status == PLACE_OK; start += PIECE) {
        hsize_t count = n - start < PIECE ? n - start : PIECE;
        for (hsize_t i = 0; i < count; i++) values[i] = (int32_t)(first + start + i);
        hid_t memory = H5Screate_simple(1, &count, NULL);
        place_scribe_check(scribe, memory);
        place_scribe_check(scribe, H5Sselect_hyperslab(space, H5S_SELECT_SET, &start, NULL, &count, NULL));
        place_scribe_check(scribe, H5Dwrite(dataset, H5T_NATIVE_INT32, memory, space, H5P_DEFAULT, values));
        if (memory >= 0) H5Sclose(memory);
    }
out:
    free(values);
    if (space >= 0) H5Sclose(space);
    if (creation >= 0) H5Pclose(creation);
    return dataset;
}

/* ---- provenance ------------------------------------------------------------------------------------------------- */

static void write_scenario(place_scribe *scribe, hid_t group, const char *text) {
    hid_t space = H5Screate(H5S_SCALAR), dataset = H5I_INVALID_HID;
    if (place_scribe_check(scribe, space) < 0) return;
    if (scribe->status == PLACE_OK)
        dataset = (hid_t)place_scribe_check(
            scribe, H5Dcreate2(group, "scenario", scribe->text, space, H5P_DEFAULT, scribe->creation, H5P_DEFAULT));
    if (dataset >= 0) {
        place_scribe_check(scribe, H5Dwrite(dataset, scribe->text, H5S_ALL, H5S_ALL, H5P_DEFAULT, &text));
        place_scribe_text(scribe, dataset, "long_name", "the resolved scenario: enough to repeat the run");
        H5Dclose(dataset);
    }
    H5Sclose(space);
}

static void write_assumptions(place_scribe *scribe, hid_t group, const place_plan *plan) {
    static const char *const qualities[] = { "", "observed", "pooled", "national", "elicited", "guess" };
    const struct {
        const char *name, *long_name;
    } rows[] = {
        { "assumption", "what was assumed" },
        { "assumption_text", "the assumption in words" },
        { "assumption_value", "its value" },
        { "assumption_source", "where it is from" },
        { "assumption_owner", "who answers for it" },
        { "assumption_quality", "how well it is known" },
        { "assumption_reason", "why it was made so" },
        { "assumption_date", "when it was made" },
        { "assumption_review_by", "when it is to be looked at again" },
    };
    size_t n = plan->n_assumptions;
    columns at = { .scribe = scribe, .file = group, .scale = H5I_INVALID_HID, .n = n };
    char(*days)[11] = calloc(n, sizeof *days);
    at.texts = calloc(n, sizeof *at.texts);
    if (days == NULL || at.texts == NULL)
        scribe->status = place_error_set(scribe->err, PLACE_SYSTEM, scribe->path, 0, "out of memory");
    for (size_t r = 0; r < sizeof rows / sizeof rows[0] && scribe->status == PLACE_OK; r++) {
        for (size_t i = 0; i < n; i++) {
            const place_assumption *a = &plan->assumptions[i];
            const char *texts[] = { a->id, a->text, a->value, a->source, a->owner, qualities[a->quality], a->reason };
            int32_t day = r == 7 ? a->date : a->review_by;
            days[i][0] = '\0';
            if (r >= 7 && day != INT32_MIN) place_day_text(day, days[i]);
            at.texts[i] = r < 7 ? texts[r] : days[i];
        }
        write_texts(&at, rows[r].name, rows[r].long_name);
    }
    if (at.scale >= 0) H5Dclose(at.scale);
    free(at.texts);
    free(days);
}

static hid_t write_provenance(place_scribe *scribe, hid_t file, const place_plan *plan) {
    char libraries[48];
    unsigned major, minor, release;
    hid_t creation = place_scribe_creation(scribe, H5P_GROUP_CREATE), group = H5I_INVALID_HID;
    if (scribe->status == PLACE_OK)
        group = (hid_t)place_scribe_check(scribe, H5Gcreate2(file, "provenance", H5P_DEFAULT, creation, H5P_DEFAULT));
    if (creation >= 0) H5Pclose(creation);
    if (group < 0) return group;
    H5get_libversion(&major, &minor, &release);
    snprintf(libraries, sizeof libraries, "HDF5 %u.%u.%u", major, minor,
             release); /* the only one that bytes depend on */
    place_scribe_text(scribe, group, "libraries", libraries);
    write_scenario(scribe, group, plan->resolved != NULL ? plan->resolved : "");
    if (plan->n_assumptions > 0) write_assumptions(scribe, group, plan);
    return group;
}

/* ---- all of it -------------------------------------------------------------------------------------------------- */

void place_describe(place_scribe *scribe, hid_t file, const place_plan *plan, const place_layout *layout,
                    place_design design, const place_stretch *stretch, place_h5_axes *axes) {
    bool used[PLACE_N_AXES] = { [PLACE_AXIS_STEP] = true,  [PLACE_AXIS_YEAR] = true, [PLACE_AXIS_AREA] = true,
                                [PLACE_AXIS_PHASE] = true, [PLACE_AXIS_NEED] = true, [PLACE_AXIS_PROVISION] = true };
    for (int v = 0; v < PLACE_N_VARIABLES; v++)
        for (int k = 0; layout->kept[v] && k < place_catalogue[v].n_axes; k++) used[place_catalogue[v].axes[k]] = true;
    *axes = place_h5_no_axes();
    write_attributes(scribe, file, plan, layout, design);
    for (int a = 0; a < PLACE_N_AXES && scribe->status == PLACE_OK; a++)
        if (used[a] && place_axis_length(plan, (place_axis_id)a) > 0)
            axes->axis[a] = write_axis(scribe, file, plan, (place_axis_id)a);
    if (scribe->status == PLACE_OK)
        axes->replication = write_replications(scribe, file, (hsize_t)stretch->first, (hsize_t)stretch->n);
    if (scribe->status == PLACE_OK) axes->provenance = write_provenance(scribe, file, plan);
}

place_h5_axes place_h5_no_axes(void) {
    place_h5_axes axes = { .replication = H5I_INVALID_HID, .provenance = H5I_INVALID_HID };
    for (int a = 0; a < PLACE_N_AXES; a++) axes.axis[a] = H5I_INVALID_HID;
    return axes;
}

void place_h5_axes_close(place_h5_axes *axes) {
    for (int a = 0; a < PLACE_N_AXES; a++)
        if (axes->axis[a] >= 0) H5Dclose(axes->axis[a]);
    if (axes->replication >= 0) H5Dclose(axes->replication);
    if (axes->provenance >= 0) H5Gclose(axes->provenance);
}
