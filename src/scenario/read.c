/* SPDX-License-Identifier: MIT */
/*
 * Reading attributes. Each kind of value has one reader here, which notes a fault with the node's name, the
 * attribute, the rule and the value found, and then returns a harmless stand-in; so the builders read like a list of
 * what they want. Attributes are looked at in place: nothing libxml2 allocates outlives a call, which longjmp would
 * leak.
 */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "build.h"
#include "place/date.h"
#include "word.h"

const char *const place_class_words[PLACE_N_CLASSES] = { "transfer", "place-lost", "new-plan", "move" };
const char *const place_flow_words[PLACE_N_FLOWS] = { "new-plans",   "leave", "transfer-out",
                                                      "transfer-in", "move",  "phase-transfer" };

const place_measure place_measure_places = { { "places", 0, INFINITY, true, false }, 1e6 };
const place_measure place_measure_change = { { "a change of places", -INFINITY, INFINITY, true, false }, 1e6 };
const place_measure place_measure_probability = { { "a probability", 0, 1, false, false }, 1 };
const place_measure place_measure_share = { { "a share", 0, 1, false, false }, 1 };
const place_measure place_measure_share_row = { { "a share", 0, 1, false, true }, 1e9 };
const place_measure place_measure_pupils = { { "pupils", 0, INFINITY, false, false }, 1e8 };
const place_measure place_measure_count = { { "pupils", 0, INFINITY, true, false }, 1e8 };
const place_measure place_measure_rate = { { "a rate", 0, INFINITY, false, false }, 10 };
const place_measure place_measure_factor = { { "a factor", 0, INFINITY, false, false }, 100 };
const place_measure place_measure_duration = { { "a duration", 0, INFINITY, false, false }, 40000 };
const place_measure place_measure_pounds = { { "pounds", 0, INFINITY, false, false }, 1e11 };
const place_measure place_measure_growth = { { "a growth rate", -INFINITY, INFINITY, false, false }, 1 };
const place_measure place_measure_uplift = { { "an uplift", -0.9, INFINITY, false, false }, 10 };
const place_measure place_measure_sigma = { { "a standard deviation", 0, INFINITY, false, false }, 2 };

/* ---- nodes and texts ---- */

bool place_read_is(const xmlNode *node, const char *element) {
    return node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, element) == 0;
}

static const xmlAttr *find(const xmlNode *node, const char *name) {
    for (const xmlAttr *a = node->properties; a != NULL; a = a->next)
        if (a->ns == NULL && strcmp((const char *)a->name, name) == 0) return a;
    return NULL;
}

const xmlNode *place_read_where(const xmlNode *node, const char *name) {
    const xmlAttr *a = find(node, name);
    return a != NULL ? (const xmlNode *)a : node;
}

const char *place_read_text(place_builder *b, const xmlNode *node, const char *name) {
    const xmlAttr *a = find(node, name);
    if (a == NULL) return NULL;
    const xmlNode *value = a->children;
    if (value == NULL) return "";
    if (value->next == NULL && value->type == XML_TEXT_NODE)
        return value->content != NULL ? (const char *)value->content : "";
    size_t n_bytes = 1; /* pieces: text and the five entities of XML */
    for (const xmlNode *v = value; v != NULL; v = v->next)
        n_bytes += v->content != NULL ? strlen((const char *)v->content) : 0;
    char *text = PLACE_TAKE(b, b->scratch, n_bytes, char);
    for (const xmlNode *v = value; v != NULL; v = v->next)
        if (v->content != NULL) strcat(text, (const char *)v->content);
    return text;
}

xmlNode **place_read_children(place_builder *b, const xmlNode *parent, const char *element, size_t *n) {
    *n = 0;
    for (xmlNode *c = parent->children; c != NULL; c = c->next) *n += place_read_is(c, element);
    xmlNode **list = PLACE_TAKE(b, b->scratch, *n, xmlNode *);
    size_t i = 0;
    for (xmlNode *c = parent->children; c != NULL; c = c->next)
        if (place_read_is(c, element)) list[i++] = c;
    return list;
}

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static const char **split(place_builder *b, place_arena *arena, const char *text, size_t *n) {
    size_t length = strlen(text), n_words = 0;
    for (size_t i = 0; i < length; i++) n_words += !is_space(text[i]) && (i == 0 || is_space(text[i - 1]));
    const char **words = PLACE_TAKE(b, arena, n_words, const char *);
    char *copy = PLACE_TAKE(b, arena, length + 1, char);
    size_t w = 0;
    for (size_t i = 0; i < length; i++) {
        copy[i] = is_space(text[i]) ? '\0' : text[i];
        if (copy[i] != '\0' && (i == 0 || copy[i - 1] == '\0')) words[w++] = copy + i;
    }
    *n = n_words;
    return words;
}

const char **place_read_words(place_builder *b, const char *text, size_t *n) {
    return split(b, b->scratch, text, n);
}

const char **place_read_words_briefly(place_builder *b, const char *text, size_t *n) {
    place_arena_reset(b->brief);
    return split(b, b->brief, text, n);
}

const char *place_read_table_name(place_builder *b, const xmlNode *row) {
    const char *name = row->parent != NULL ? place_read_text(b, row->parent, "name") : NULL;
    return name != NULL ? name : "";
}

const char *place_read_label(place_builder *b, const xmlNode *node) {
    const char *element = (const char *)node->name, *id = place_read_text(b, node, "id");
    if (place_read_is(node, "row")) return place_build_text(b, "a row of table '%s'", place_read_table_name(b, node));
    if (place_read_is(node, "table"))
        return place_build_text(b, "table '%s'", place_quote(place_read_text(b, node, "name")).text);
    if (place_read_is(node, "scenario")) return "the scenario";
    const char *own = id != NULL ? place_build_text(b, "%s '%s'", element, place_quote(id).text) : element;
    const xmlNode *parent = node->parent;
    if (parent == NULL || parent->type != XML_ELEMENT_NODE || place_read_is(parent, "scenario")) {
        const char *flow = place_read_text(b, node, "flow");
        return flow != NULL ? place_build_text(b, "%s of '%s'", own, place_quote(flow).text) : own;
    }
    return place_build_text(b, "%s of %s", own, place_read_label(b, parent));
}

/* ---- plain values ---- */

int place_read_choice(place_builder *b, const xmlNode *node, const char *name, const char *const *words, size_t n,
                      int otherwise) {
    const char *text = place_read_text(b, node, name);
    if (text == NULL) return otherwise;
    size_t n_found;
    const char **found = place_read_words(b, text, &n_found);
    for (size_t w = 0; w < n; w++)
        if (n_found == 1 && strcmp(found[0], words[w]) == 0) return (int)w;
    const char *nearest = place_nearest_word(text, words, n);
    place_build_fault(b, place_read_where(node, name), "%s, %s: '%s' is not one of its words%s%s%s", place_read_label(b, node), name,
                      place_quote(text).text, nearest ? "; did you mean '" : "", nearest ? nearest : "",
                      nearest ? "'?" : "");
    return otherwise;
}

bool place_read_yes(place_builder *b, const xmlNode *node, const char *name) {
    static const char *const words[] = { "no", "yes" };
    return place_read_choice(b, node, name, words, 2, 0) == 1;
}

/* The text without the spaces around it, in scratch. */
static const char *trimmed(place_builder *b, const char *text) {
    size_t end = strlen(text);
    while (is_space(*text)) text++, end--;
    while (end > 0 && is_space(text[end - 1])) end--;
    return place_build_text(b, "%.*s", (int)(end < 100000 ? end : 100000), text);
}

int64_t place_read_whole(place_builder *b, const xmlNode *node, const char *name, int64_t low, int64_t high,
                         int64_t otherwise) {
    const char *text = place_read_text(b, node, name);
    int64_t value;
    if (text == NULL) return otherwise;
    if (place_integer_read(trimmed(b, text), &value) && value >= low && value <= high) return value;
    place_build_fault(b, place_read_where(node, name), "%s, %s: a whole number from %lld to %lld is wanted; found '%s'",
                      place_read_label(b, node), name, (long long)low, (long long)high, place_quote(text).text);
    return otherwise;
}

double place_read_decimal(place_builder *b, const xmlNode *node, const char *name, double low, double high,
                          double otherwise) {
    const char *text = place_read_text(b, node, name);
    double value;
    if (text == NULL) return otherwise;
    if (place_decimal_read(trimmed(b, text), &value) && value >= low && value <= high) return value;
    place_build_fault(b, place_read_where(node, name), "%s, %s: a number from %g to %g is wanted; found '%s'", place_read_label(b, node), name,
                      low, high, place_quote(text).text);
    return otherwise;
}

int32_t place_read_day(place_builder *b, const xmlNode *node, const char *name, int32_t otherwise) {
    const char *text = place_read_text(b, node, name);
    int32_t day;
    if (text == NULL) return otherwise;
    if (place_date_read(trimmed(b, text), &day) && day >= place_day(1900, 1, 1) && day <= place_day(2599, 12, 31))
        return day;
    place_build_fault(b, place_read_where(node, name), "%s, %s: a day such as 2021-09-01, in the years 1900 to 2599, is wanted; found '%s'",
                      place_read_label(b, node), name, place_quote(text).text);
    return otherwise;
}

/* ---- ranges ---- */

#define MAX_RANGE 1000 /* numbers from the lowest to the highest: the years 1900 to 2599 are most */

/* One "7", "0..6" or "3..", the last up to `high`. */
static bool read_range(place_builder *b, const char *word, int high, int64_t *from, int64_t *to) {
    const char *dots = strchr(word, '.');
    if (dots == NULL || dots[1] != '.') return place_integer_read(word, from) && (*to = *from, true);
    if (!place_integer_read(place_build_text(b, "%.*s", (int)(dots - word), word), from)) return false;
    if (dots[2] == '\0') return *to = high, true;
    return place_integer_read(dots + 2, to);
}

const int32_t *place_read_ranges(place_builder *b, const xmlNode *node, const char *name, int low, int high,
                                 size_t *n) {
    const char *text = place_read_text(b, node, name);
    size_t n_words;
    const char **words = place_read_words_briefly(b, text != NULL ? text : "", &n_words);
    bool in[MAX_RANGE] = { false }, good = n_words > 0;
    assert(high - low < MAX_RANGE);
    for (size_t w = 0; w < n_words && good; w++) {
        int64_t from, to;
        good = read_range(b, words[w], high, &from, &to) && from >= low && to <= high && from <= to;
        for (int64_t v = from; good && v <= to; v++) in[v - low] = true;
    }
    *n = 0;
    if (!good) {
        place_build_fault(b, place_read_where(node, name),
                          "%s, %s: numbers or ranges from %d to %d, such as '%d..%d', are wanted; found '%s'",
                          place_read_label(b, node), name, low, high, low, high, place_quote(text).text);
        return NULL;
    }
    for (int v = low; v <= high; v++) *n += in[v - low];
    int32_t *values = PLACE_TAKE(b, b->scratch, *n, int32_t);
    size_t i = 0;
    for (int v = low; v <= high; v++)
        if (in[v - low]) values[i++] = v;
    return values;
}

uint32_t place_read_ncy(place_builder *b, const xmlNode *node, const char *name, uint32_t otherwise) {
    if (find(node, name) == NULL) return otherwise;
    size_t n;
    const int32_t *years = place_read_ranges(b, node, name, PLACE_NCY_FIRST, PLACE_NCY_FIRST + PLACE_N_NCY - 1, &n);
    uint32_t mask = 0;
    for (size_t i = 0; i < n; i++) mask |= 1u << (years[i] - PLACE_NCY_FIRST);
    return mask;
}

uint32_t place_read_classes(place_builder *b, const xmlNode *node, const char *name, uint32_t otherwise) {
    const char *text = place_read_text(b, node, name);
    if (text == NULL) return otherwise;
    size_t n;
    const char **words = place_read_words(b, text, &n);
    uint32_t mask = 0;
    for (size_t w = 0; w < n; w++) {
        uint32_t bit = 0;
        for (size_t c = 0; c < PLACE_N_CLASSES; c++)
            if (strcmp(words[w], place_class_words[c]) == 0) bit = 1u << c;
        if (bit == 0 || (mask & bit) != 0) {
            place_build_fault(b, place_read_where(node, name),
                              "%s, %s: each of transfer, place-lost, new-plan and move may stand once; found '%s'",
                              place_read_label(b, node), name, place_quote(text).text);
            return otherwise;
        }
        mask |= bit;
    }
    if (mask == 0)
        place_build_fault(b, place_read_where(node, name), "%s, %s: at least one class is wanted; found none", place_read_label(b, node), name);
    return mask;
}

place_quality place_read_quality(place_builder *b, const xmlNode *node, bool inherit) {
    static const char *const words[] = { "", "observed", "pooled", "national", "elicited", "guess" };
    for (const xmlNode *n = node; n != NULL && n->type == XML_ELEMENT_NODE; n = inherit ? n->parent : NULL) {
        const char *text = place_read_text(b, n, "quality");
        for (size_t w = 1; text != NULL && w < sizeof words / sizeof words[0]; w++)
            if (strcmp(text, words[w]) == 0) return (place_quality)w;
    }
    return PLACE_QUALITY_NONE;
}

/* ---- numbers ---- */

bool place_number_is_fixed(place_number number) {
    return number.input == PLACE_NONE;
}

static int32_t register_input(place_builder *b, xmlNode *node, const char *name, const place_distribution *d,
                              place_family family) {
    if (b->n_met == b->n_met_room) {
        size_t room = b->n_met_room > 0 ? 2 * b->n_met_room : 64;
        place_met *more = PLACE_TAKE(b, b->scratch, room, place_met);
        if (b->n_met > 0) memcpy(more, b->met, b->n_met * sizeof *more);
        b->met = more;
        b->n_met_room = room;
    }
    const char *id = place_build_text(b, "%s / %s", place_names_element(b, node), name);
    b->met[b->n_met] = (place_met){
        .input = { .id = place_build_keep(b, id),
                   .word = place_key_word(id),
                   .family = family,
                   .quality = place_read_quality(b, node, true),
                   .distribution = *d,
                   .group = PLACE_NONE,
                   .member = PLACE_NONE },
        .node = node,
        .row_id = place_read_is(node, "row") ? place_read_text(b, node, "id") : NULL,
    };
    return (int32_t)b->n_met++;
}

place_number place_read_number(place_builder *b, xmlNode *node, const char *name, const place_measure *measure,
                               place_family family, double otherwise) {
    const char *text = place_read_text(b, node, name);
    place_number number = { otherwise, PLACE_NONE };
    if (text == NULL) return number;
    place_distribution d;
    place_error err = { 0 };
    place_status status = place_number_read(text, &measure->quantity, b->arena, &d, &err);
    if (status == PLACE_SYSTEM) longjmp(b->no_memory, 1);
    if (status != PLACE_OK) {
        place_build_fault(b, place_read_where(node, name), "%s, %s: %s", place_read_label(b, node), name, err.message);
        return number;
    }
    double mean = d.kind == PLACE_FIXED ? d.a[0] : place_distribution_mean(&d);
    if (!(fabs(mean) <= measure->most)) {
        place_build_fault(b, place_read_where(node, name), "%s, %s: %s of at most %g is taken for real; found '%s', which has mean %g",
                          place_read_label(b, node), name, measure->quantity.noun, measure->most,
                          place_quote(text).text, mean);
        return number;
    }
    if (measure == &place_measure_factor && !(mean > 0)) {
        place_build_fault(b, place_read_where(node, name), "%s, %s: a factor is above 0; found '%s'", place_read_label(b, node), name,
                          place_quote(text).text);
        return number;
    }
    number.value = mean;
    if (d.kind != PLACE_FIXED) number.input = register_input(b, node, name, &d, family);
    return number;
}

/* As counts of a share: divided by the sum of its group, gammas of such shapes and one scale are Dirichlet. */
place_number place_read_concentrated(place_builder *b, xmlNode *node, const char *name, place_number share,
                                     double concentration) {
    place_distribution d = place_distribution_fixed(share.value * concentration);
    place_error err = { 0 };
    if (!place_number_is_fixed(share)) {
        place_build_fault(b, place_read_where(node, "concentration"), "%s: a concentration spreads a fixed share; its %s is a distribution already",
                          place_read_label(b, node), name);
        return share;
    }
    if (d.a[0] == 0) return share;
    d.kind = PLACE_GAMMA;
    d.a[1] = 1;
    if (place_distribution_check(&d, &err) != PLACE_OK) {
        place_build_fault(b, place_read_where(node, "concentration"), "%s, concentration: with %s %g it makes a gamma distribution whose %s",
                          place_read_label(b, node), name, share.value, err.message);
        return share;
    }
    return (place_number){ d.a[0], register_input(b, node, name, &d, PLACE_FAMILY_INPUTS) };
}

bool place_read_is_bold(place_builder *b, const xmlNode *node, place_number number) {
    if (!place_number_is_fixed(number) || number.value == 0) return false;
    place_quality quality = place_read_quality(b, node, true);
    return quality != PLACE_OBSERVED && quality != PLACE_POOLED;
}

void place_read_doubt_fixed(place_builder *b, const xmlNode *first, size_t n, const char *what) {
    if (n > 0)
        place_build_doubt(
            b, first,
            "%s cannot be observed, yet %zu of its numbers %s fixed (this is the first); give a distribution, "
            "or quality=\"observed\" with its source",
            what, n, n == 1 ? "is" : "are");
}
