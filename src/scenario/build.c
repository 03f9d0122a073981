/* SPDX-License-Identifier: MIT */
/*
 * From a document to a plan: the parts in an order in which each finds what it refers to, then the inputs, which are
 * known only when all numbers have been read. A plan with a fault is never handed out.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "place/date.h"
#include "place/scenario.h"
#include "word.h"

#define MAX_REPLICATIONS 100000000
#define MAX_CELLS 50e6

/* ---- memory and messages ---- */

void *place_build_take(place_builder *b, place_arena *arena, size_t n, size_t size) {
    void *memory = place_arena_array(arena, n, size);
    if (memory == NULL) longjmp(b->no_memory, 1);
    return memory;
}

const char *place_build_keep(place_builder *b, const char *text) {
    if (text == NULL) return NULL;
    const char *copy = place_arena_text(b->arena, text);
    if (copy == NULL) longjmp(b->no_memory, 1);
    return copy;
}

const int32_t *place_build_keep_list(place_builder *b, const int32_t *list, size_t n) {
    int32_t *copy = PLACE_TAKE(b, b->arena, n, int32_t);
    if (n > 0) memcpy(copy, list, n * sizeof *copy);
    return copy;
}

char *place_build_text(place_builder *b, const char *format, ...) {
    char first[256];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(first, sizeof first, format, args);
    va_end(args);
    if (length < 0) longjmp(b->no_memory, 1);
    char *text = PLACE_TAKE(b, b->scratch, (size_t)length + 1, char);
    if ((size_t)length < sizeof first) return memcpy(text, first, (size_t)length + 1);
    va_start(args, format);
    vsnprintf(text, (size_t)length + 1, format, args);
    va_end(args);
    return text;
}

bool place_build_is_full(place_builder *b) {
    if (b->errors->n_errors < PLACE_N_ERRORS) return false;
    b->errors->n_errors++;
    return true;
}

/* Longer than any message that is kept, so that cutting is left to place_errors_add. */
#define N_MESSAGE 1024

void place_build_fault(place_builder *b, const xmlNode *node, const char *format, ...) {
    char message[N_MESSAGE];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    place_errors_add(b->errors, PLACE_BAD_INPUT, place_document_file(b->document, node),
                     place_document_line(b->document, node), "%s", message);
}

void place_build_doubt(place_builder *b, const xmlNode *node, const char *format, ...) {
    char message[N_MESSAGE];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    place_errors_warn(b->errors, place_document_file(b->document, node), place_document_line(b->document, node), "%s",
                      message);
}

static int compare_sorted(const void *a, const void *b) {
    const place_sorted *x = a, *y = b;
    int order = strcmp(x->id, y->id);
    return order != 0 ? order : (x->node->line > y->node->line) - (x->node->line < y->node->line);
}

place_sorted *place_build_sort(place_builder *b, xmlNode **nodes, size_t n) {
    place_sorted *sorted = PLACE_TAKE(b, b->scratch, n, place_sorted);
    for (size_t i = 0; i < n; i++) sorted[i] = (place_sorted){ place_names_element(b, nodes[i]), nodes[i] };
    if (n > 1) qsort(sorted, n, sizeof *sorted, compare_sorted);
    return sorted;
}

uint64_t place_build_all_needs(const place_builder *b) {
    size_t n = b->plan->needs.n;
    return n >= 64 ? UINT64_MAX : ((uint64_t)1 << n) - 1;
}

/* ---- the scenario itself ---- */

static void build_head(place_builder *b) {
    xmlNode *root = place_document_root(b->document);
    place_plan *plan = b->plan;
    const char *id = place_read_text(b, root, "id"), *title = place_read_text(b, root, "title"),
               *seed = place_read_text(b, root, "seed");
    plan->id = place_build_keep(b, id != NULL ? id : "");
    plan->title = place_build_keep(b, title != NULL ? title : plan->id);
    plan->replications = place_read_whole(b, root, "replications", 1, MAX_REPLICATIONS, 1000);
    if (plan->replications == 1 && b->errors->n_errors == 0)
        place_build_doubt(
            b, place_read_where(root, "replications"),
            "the scenario, replications: one replication shows one possible course and no chance of another");
    plan->seed = 1;
    if (seed != NULL && !place_unsigned_read(seed, &plan->seed))
        place_build_fault(b, place_read_where(root, "seed"),
                          "the scenario, seed: a whole number from 0 to 18446744073709551615 is wanted; found '%s'",
                          place_quote(seed).text);
}

/* State by area, need, ncy and target is held several times over in a run. Asked before anything is built, of
 * elements alone. */
static bool size_is_fine(place_builder *b) {
    static const char *const elements[] = { "area", "need", "provision", "target" };
    size_t count[4] = { 0 };
    const xmlNode *root = place_document_root(b->document);
    for (const xmlNode *c = root->children; c != NULL; c = c->next)
        for (size_t e = 0; e < 4; e++) count[e] += place_read_is(c, elements[e]);
    size_t n_targets = count[2] + count[3];
    double n = (double)count[0] * (double)count[1] * PLACE_N_NCY * (double)n_targets;
    if (n <= MAX_CELLS) return true;
    place_build_fault(
        b, root,
        "%zu areas, %zu needs, %d ncys and %zu targets make %.3g cells, about %.3g GB of memory for pupils alone; at "
        "most %.3g cells are allowed",
        count[0], count[1], PLACE_N_NCY, n_targets, n, n * 16e-9, MAX_CELLS);
    return false;
}

/* Notes are for remarks. What looks like a person's data gets a reminder, not a refusal. */
static void check_notes(place_builder *b) {
    static const char *const signs[] = { "date of birth", "Date of birth", "DOB", "D.O.B",
                                         "d.o.b",         "born on",       "UPN", "pupil named" };
    size_t n;
    xmlNode **nodes = place_read_children(b, place_document_root(b->document), "notes", &n);
    for (size_t i = 0; i < n; i++)
        for (const xmlNode *c = nodes[i]->children; c != NULL; c = c->next) {
            const char *text = c->content != NULL ? (const char *)c->content : "", *sign = NULL;
            for (size_t s = 0; s < sizeof signs / sizeof signs[0] && sign == NULL; s++)
                if (strstr(text, signs[s]) != NULL) sign = signs[s];
            bool dated = false; /* 03/11/2012 */
            for (const char *at = text; *at != '\0' && !dated; at++) {
                static const char form[] = "00/00/0000";
                size_t k = 0;
                while (form[k] != '\0' && (form[k] == '0' ? at[k] >= '0' && at[k] <= '9' : at[k] == form[k])) k++;
                dated = form[k] == '\0';
            }
            if (sign != NULL || dated)
                place_build_doubt(
                    b, nodes[i],
                    "notes hold %s%s%s: scenarios are filed and shared, so keep out personal data of pupils, and "
                    "counts so small that they tell who "
                    "is meant",
                    sign != NULL ? "'" : "a day", sign != NULL ? sign : "", sign != NULL ? "'" : "");
        }
}

/* A declared target that nothing leads to. */
static void check_reached(place_builder *b) {
    const place_plan *plan = b->plan;
    bool *reached = PLACE_TAKE(b, b->scratch, plan->targets.n, bool);
    size_t n_tables;
    xmlNode **tables = place_read_children(b, place_document_root(b->document), "table", &n_tables);
    for (size_t t = 0; t < n_tables; t++)
        for (const xmlNode *c = tables[t]->children; c != NULL; c = c->next) {
            const char *text = place_read_is(c, "row") ? place_read_text(b, c, "to") : NULL;
            size_t n_words;
            const char **words = place_read_words(b, text != NULL ? text : "", &n_words);
            for (size_t w = 0; w < n_words; w++)
                for (size_t i = 0; i < plan->targets.n; i++)
                    reached[i] |= strcmp(words[w], plan->targets.items[i].id) == 0;
        }
    for (size_t i = 0; i < plan->targets.n; i++) {
        const place_named *named = place_names_find(b, plan->targets.items[i].id);
        if (named == NULL || named->kind != PLACE_KIND_TARGET || reached[i]) continue;
        place_build_doubt(b, named->node, "target '%s' is never reached: no row leads to it", named->id);
    }
}

/* One that is triggered late may find that its gate has met for the last time. */
static void check_gates(place_builder *b, const xmlNode *node, const place_project *project) {
    const place_plan *plan = b->plan;
    int32_t end = plan->calendar.start_day[plan->calendar.n_steps];
    for (size_t i = project->first_activity; i < project->first_activity + project->n_activities; i++) {
        int32_t gate = plan->activities[i].gate;
        if (gate == PLACE_NONE || plan->gates[gate].n_days == 0) continue;
        int32_t last_day = plan->gates[gate].days[plan->gates[gate].n_days - 1];
        char last[11];
        if (last_day >= end) continue;
        place_day_text(last_day, last);
        place_build_doubt(
            b, node,
            "project '%s' has a trigger and passes the gate '%s', whose last meeting is on %s: ready after it, the "
            "project waits for ever; give the gate the meetings of the whole run",
            project->item.id, plan->gates[gate].item.id, last);
        return;
    }
}

static void check_projects(place_builder *b) {
    const place_plan *plan = b->plan;
    int32_t end = plan->calendar.start_day[plan->calendar.n_steps];
    for (size_t p = 0; p < plan->n_projects; p++) {
        const xmlNode *node = b->lists[PLACE_KIND_PROJECT][p]->node;
        if (plan->projects[p].n_triggers > 0) {
            check_gates(b, node, &plan->projects[p]);
            continue;
        }
        if (plan->projects[p].planned_opening_day < end) continue;
        if (plan->projects[p].planned_opening_day == INT32_MAX) {
            place_build_doubt(
                b, node,
                "project '%s' never opens as planned: it is ready after the last meeting of a gate that it must pass",
                plan->projects[p].item.id);
            continue;
        }
        char planned[11], last[11];
        place_day_text(plan->projects[p].planned_opening_day, planned);
        place_day_text(end, last);
        place_build_doubt(b, node,
                          "project '%s' is planned to open on %s, after the end of the run on %s: no effect will show",
                          plan->projects[p].item.id, planned, last);
    }
}

static void build_parts(place_builder *b) {
    build_head(b);
    place_build_calendar(b);
    if (!size_is_fine(b)) return;
    place_build_axes(b);
    if (b->plan->areas.n == 0 || b->plan->needs.n == 0 || b->plan->provisions.n == 0) return;
    place_build_targets(b);
    place_build_wait_cap(b);
    place_build_pipeline(b);
    place_build_flows(b);
    place_build_pipeline_check(b);
    place_build_population(b);
    place_build_years(b);
    place_build_placing(b);
    place_build_sites(b);
    place_build_projects(b);
    place_build_register(b);
    place_build_events(b);
    place_build_totals(b);
    place_build_stock(b);
    place_build_waiting_check(b);
    place_build_changes(b);
    place_build_money(b);
    place_build_inputs(b);
    place_build_assumptions(b);
    check_notes(b);
    check_reached(b);
}

/* ---- loading ---- */

static int by_line(const void *a, const void *b) {
    const place_error *x = a, *y = b;
    int order = strcmp(x->file, y->file);
    if (order == 0) order = (x->line > y->line) - (x->line < y->line);
    return order != 0 ? order : strcmp(x->message, y->message);
}

static void sort_messages(place_errors *errors) {
    size_t n_errors = errors->n_errors < PLACE_N_ERRORS ? errors->n_errors : PLACE_N_ERRORS;
    size_t n_warnings = errors->n_warnings < PLACE_N_ERRORS ? errors->n_warnings : PLACE_N_ERRORS;
    if (n_errors > 1) qsort(errors->errors, n_errors, sizeof errors->errors[0], by_line);
    if (n_warnings > 1) qsort(errors->warnings, n_warnings, sizeof errors->warnings[0], by_line);
}

static place_status no_memory(place_errors *errors, const place_document *document) {
    return place_errors_add(errors, PLACE_SYSTEM, place_document_file(document, place_document_root(document)), 0,
                            "memory is out while the plan is built");
}

/* Everything between setjmp and its return may leave by longjmp: `b` is not changed by name in this function after
 * it. */
static place_status build_guarded(place_builder *b) {
    if (setjmp(b->no_memory) != 0) return PLACE_SYSTEM;
    b->plan = PLACE_TAKE(b, b->arena, 1, place_plan);
    b->plan->arena = b->arena;
    build_parts(b);
    return b->errors->n_errors > 0 ? PLACE_BAD_INPUT : PLACE_OK;
}

static place_status keep_resolved(place_builder *b) {
    size_t size;
    char *text = place_document_print(b->document, &size);
    char *copy = text != NULL ? place_arena_array(b->arena, size + 1, 1) : NULL;
    if (copy != NULL) memcpy(copy, text, size);
    free(text);
    b->plan->resolved = copy;
    b->plan->resolved_size = size;
    return copy != NULL ? PLACE_OK : PLACE_SYSTEM;
}

static bool is_blank(xmlChar c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Values with their blanks made single and none at their ends, as they are printed: the resolved scenario then makes this very plan again. */
static bool single_blanks(xmlNode *node) {
    for (xmlAttr *a = node->properties; a != NULL; a = a->next) {
        const xmlChar *value = a->children != NULL && a->ns == NULL ? a->children->content : NULL;
        bool single = true;
        for (size_t i = 0; value != NULL && value[i] != '\0'; i++)
            if (is_blank(value[i])) single = single && value[i] == ' ' && i > 0 && value[i + 1] != '\0' && !is_blank(value[i + 1]);
        if (single) continue;
        xmlChar *copy = xmlStrdup(value);
        size_t n = 0;
        if (copy == NULL) return false;
        for (size_t i = 0; value[i] != '\0'; i++) {
            if (!is_blank(value[i])) copy[n++] = value[i];
            else if (n > 0 && copy[n - 1] != ' ') copy[n++] = ' ';
        }
        if (n > 0 && copy[n - 1] == ' ') n--;
        copy[n] = '\0';
        bool set = xmlSetProp(node, a->name, copy) != NULL;
        xmlFree(copy);
        if (!set) return false;
    }
    for (xmlNode *child = node->children; child != NULL; child = child->next)
        if (child->type == XML_ELEMENT_NODE && !single_blanks(child)) return false;
    return true;
}

static place_status build(place_plan **out, place_document *document, place_errors *errors) {
    place_builder b = {
        .document = document, .errors = errors, .arena = place_arena_create(), .scratch = place_arena_create(), .brief = place_arena_create()
    };
    place_status status = PLACE_SYSTEM;
    if (b.arena == NULL || b.scratch == NULL || b.brief == NULL) {
        no_memory(errors, document);
        goto out;
    }
    if (single_blanks(place_document_root(document))) status = build_guarded(&b);
    if (status == PLACE_OK && !place_plan_finish(b.plan)) status = PLACE_SYSTEM;
    if (status == PLACE_OK) {
        check_projects(&b);
        place_arena_free(b.scratch); /* before the text is written: of long tables, it needs the room */
        b.scratch = NULL;
        status = keep_resolved(&b);
    }
    if (status == PLACE_SYSTEM) no_memory(errors, document);
    if (status != PLACE_OK) goto out;
    *out = b.plan;
    b.arena = NULL; /* the caller's from here */
out:
    sort_messages(errors);
    place_arena_free(b.brief);
    place_arena_free(b.scratch);
    place_arena_free(b.arena);
    return status;
}

place_status place_scenario_load(place_plan **out, const char *path, const place_scenario_options *options,
                                 place_errors *errors) {
    place_document *document = NULL;
    place_status status = place_document_load(&document, path, options, errors);
    if (status == PLACE_OK) status = build(out, document, errors);
    place_document_free(document);
    return status;
}

place_status place_scenario_load_text(place_plan **out, const char *text, size_t size, const char *name,
                                      const place_scenario_options *options, place_errors *errors) {
    place_document *document = NULL;
    place_status status = place_document_load_text(&document, text, size, name, options, errors);
    if (status == PLACE_OK) status = build(out, document, errors);
    place_document_free(document);
    return status;
}
