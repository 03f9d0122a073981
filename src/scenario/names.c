/* SPDX-License-Identifier: MIT */
/*
 * Names: which thing an id means. All ids are in one table, since a row's `setting` may be a site or a provision, and a
 * person who reads "ash" should not have to guess which ash. Lists are sorted by key, so that neither the order of the
 * file nor a new id for an old key changes a number.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "word.h"

static const char *const nouns[PLACE_N_KINDS] = { "area",   "phase",     "need",   "provision",  "target",
                                                  "site",   "project",   "gate",   "assumption", "price",
                                                  "income", "cost-line", "saving", "change",     "intervention",
                                                  "logged-risk" };

/* ---- the table ---- */

static size_t slot_of(const place_named *const *slots, size_t n_slots, const char *id) {
    size_t slot = place_key_word(id) & (n_slots - 1);
    while (slots[slot] != NULL && strcmp(slots[slot]->id, id) != 0) slot = (slot + 1) & (n_slots - 1);
    return slot;
}

const place_named *place_names_find(const place_builder *b, const char *id) {
    if (b->names.n_slots == 0) return NULL;
    return b->names.slots[slot_of((const place_named *const *)b->names.slots, b->names.n_slots, id)];
}

static void make_room(place_builder *b) {
    place_names *names = &b->names;
    if (2 * (names->n + 1) <= names->n_slots) return;
    size_t n_slots = names->n_slots > 0 ? 2 * names->n_slots : 256;
    place_named **slots = PLACE_TAKE(b, b->scratch, n_slots, place_named *);
    for (size_t s = 0; s < names->n_slots; s++)
        if (names->slots[s] != NULL)
            slots[slot_of((const place_named *const *)slots, n_slots, names->slots[s]->id)] = names->slots[s];
    names->slots = slots;
    names->n_slots = n_slots;
}

static place_named *named_of(place_builder *b, place_kind kind, xmlNode *node) {
    place_named *named = PLACE_TAKE(b, b->scratch, 1, place_named);
    const char *id = place_read_text(b, node, "id"), *key = place_read_text(b, node, "key"),
               *name = place_read_text(b, node, "name");
    if (id == NULL) id = "";
    *named = (place_named){ .id = id,
                            .key = key != NULL ? key : id,
                            .name = name != NULL ? name : id,
                            .kind = kind,
                            .node = node,
                            .index = PLACE_NONE };
    return named;
}

static bool add(place_builder *b, place_named *named) {
    make_room(b);
    size_t slot = slot_of((const place_named *const *)b->names.slots, b->names.n_slots, named->id);
    const place_named *other = b->names.slots[slot];
    if (other != NULL) {
        place_build_fault(
            b, place_read_where(named->node, "id"),
            "%s '%s' has the id of %s '%s' at line %ld; an id is used once in a scenario, whatever it names",
            nouns[named->kind], place_quote(named->id).text, nouns[other->kind], place_quote(other->id).text,
            place_document_line(b->document, other->node));
        return false;
    }
    b->names.slots[slot] = named;
    b->names.n++;
    return true;
}

place_named *place_names_add_usual(place_builder *b, place_kind kind, const char *id) {
    place_named *named = PLACE_TAKE(b, b->scratch, 1, place_named);
    *named = (place_named){
        .id = id, .key = id, .name = id, .kind = kind, .node = place_document_root(b->document), .index = PLACE_NONE
    };
    add(b, named);
    return named;
}

static int by_key(const void *a, const void *b) {
    const place_named *x = *(place_named *const *)a, *y = *(place_named *const *)b;
    int order = strcmp(x->key, y->key);
    return order != 0 ? order : strcmp(x->id, y->id);
}

typedef struct worded {
    uint32_t word;
    const place_named *named;
} worded;

static int by_word(const void *a, const void *b) {
    const worded *x = a, *y = b;
    return x->word != y->word ? (x->word < y->word ? -1 : 1) : strcmp(x->named->id, y->named->id);
}

void place_names_sort(place_builder *b, place_named **list, size_t n, const char *noun) {
    if (n == 0) return;
    qsort(list, n, sizeof *list, by_key);
    worded *words = PLACE_TAKE(b, b->scratch, n, worded);
    for (size_t i = 0; i < n; i++) {
        list[i]->index = (int32_t)i;
        words[i] = (worded){ place_key_word(list[i]->key), list[i] };
    }
    qsort(words, n, sizeof *words, by_word);
    for (size_t i = 1; i < n; i++) {
        if (words[i].word != words[i - 1].word) continue;
        const place_named *one = words[i - 1].named, *two = words[i].named;
        bool same = strcmp(one->key, two->key) == 0;
        place_build_fault(b, two->node, "%s '%s' and '%s' (line %ld) %s; give one of them another key", noun,
                          place_quote(two->id).text, place_quote(one->id).text,
                          place_document_line(b->document, one->node),
                          same ? "have the same key" : "have keys that give the same word in the keys of random draws");
    }
}

void place_names_collect(place_builder *b, place_kind kind, const char *element) {
    size_t n, n_good = 0;
    xmlNode **nodes = place_read_children(b, place_document_root(b->document), element, &n);
    place_named **list = PLACE_TAKE(b, b->scratch, n, place_named *);
    for (size_t i = 0; i < n; i++) {
        place_named *named = named_of(b, kind, nodes[i]);
        if (!add(b, named)) continue; /* the id is known already */
        named->display = (int32_t)i;
        list[n_good++] = named;
    }
    place_names_sort(b, list, n_good, nouns[kind]);
    b->lists[kind] = list;
    b->n_lists[kind] = n_good;
}

place_item place_names_item(place_builder *b, const place_named *named) {
    const char *id = place_build_keep(b, named->id);
    return (place_item){ .id = id,
                         .name = named->name == named->id ? id : place_build_keep(b, named->name),
                         .word = place_key_word(named->key),
                         .display = named->display };
}

/* ---- references ---- */

static bool is_kind(place_kind wanted, place_kind found) {
    return found == wanted || (wanted == PLACE_KIND_TARGET && found == PLACE_KIND_PROVISION);
}

/* The known word of either kind that is nearest to one that is not known. */
static const char *nearest(place_builder *b, const char *word, place_kind one, place_kind two) {
    const char **known = PLACE_TAKE(b, b->scratch, b->names.n, const char *);
    size_t n = 0;
    for (int kind = 0; kind < PLACE_N_KINDS; kind++)
        for (size_t i = 0; i < b->n_lists[kind]; i++)
            if (is_kind(one, (place_kind)kind) || is_kind(two, (place_kind)kind)) known[n++] = b->lists[kind][i]->id;
    return place_nearest_word(word, known, n);
}

static int32_t index_of(const place_builder *b, place_kind kind, const place_named *named) {
    if (named == NULL || !is_kind(kind, named->kind)) return PLACE_NONE;
    if (named->kind == PLACE_KIND_PROVISION && kind == PLACE_KIND_TARGET)
        return b->target_of_provision != NULL && named->index >= 0 ? b->target_of_provision[named->index] : PLACE_NONE;
    return named->index;
}

static void fault_unknown(place_builder *b, const xmlNode *node, const char *attribute, const char *word,
                          const char *noun, place_kind one, place_kind two) {
    if (place_build_is_full(b)) return;
    const place_named *other = place_names_find(b, word);
    const char *near = nearest(b, word, one, two);
    if (other != NULL)
        place_build_fault(b, place_read_where(node, attribute), "%s, %s: a %s is wanted; '%s' is a %s (line %ld)",
                          place_read_label(b, node), attribute, noun, place_quote(word).text, nouns[other->kind],
                          place_document_line(b->document, other->node));
    else
        place_build_fault(b, place_read_where(node, attribute), "%s, %s: there is no %s '%s'%s%s%s",
                          place_read_label(b, node), attribute, noun,
                          place_quote(word).text, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

int32_t place_names_refer(place_builder *b, const xmlNode *node, const char *attribute, place_kind kind,
                          const char *word) {
    int32_t index = index_of(b, kind, place_names_find(b, word));
    if (index == PLACE_NONE) fault_unknown(b, node, attribute, word, nouns[kind], kind, kind);
    return index;
}

int32_t place_names_setting(place_builder *b, const xmlNode *node, const char *attribute, const char *word) {
    const place_named *named = place_names_find(b, word);
    if (named != NULL && named->index >= 0 && named->kind == PLACE_KIND_PROVISION) return named->index;
    if (named != NULL && named->index >= 0 && named->kind == PLACE_KIND_SITE)
        return (int32_t)b->n_lists[PLACE_KIND_PROVISION] + named->index;
    fault_unknown(b, node, attribute, word, "site or provision", PLACE_KIND_SITE, PLACE_KIND_PROVISION);
    return PLACE_NONE;
}

const int32_t *place_names_many(place_builder *b, const xmlNode *node, const char *attribute, place_kind kind,
                                size_t *n) {
    const char *text = place_read_text(b, node, attribute);
    size_t n_words;
    const char **words = place_read_words_briefly(b, text != NULL ? text : "", &n_words);
    int32_t *list = PLACE_TAKE(b, b->scratch, n_words, int32_t);
    *n = 0;
    for (size_t w = 0; w < n_words; w++) {
        int32_t index = place_names_refer(b, node, attribute, kind, words[w]);
        bool again = false;
        for (size_t i = 0; i < *n; i++) again |= list[i] == index;
        if (index == PLACE_NONE) continue;
        if (!again) list[(*n)++] = index;
        else if (!place_build_is_full(b))
            place_build_fault(b, place_read_where(node, attribute), "%s, %s: '%s' stands there twice",
                              place_read_label(b, node), attribute, place_quote(words[w]).text);
    }
    return list;
}

int32_t place_names_one(place_builder *b, const xmlNode *node, const char *attribute, place_kind kind,
                        int32_t otherwise) {
    const char *text = place_read_text(b, node, attribute);
    if (text == NULL) return otherwise;
    size_t n;
    const char **words = place_read_words(b, text, &n);
    if (n == 1) return place_names_refer(b, node, attribute, kind, words[0]);
    place_build_fault(b, place_read_where(node, attribute), "%s, %s: one %s is wanted; found '%s'", place_read_label(b, node), attribute,
                      nouns[kind], place_quote(text).text);
    return PLACE_NONE;
}

uint64_t place_names_mask(place_builder *b, const xmlNode *node, const char *attribute, place_kind kind,
                          uint64_t otherwise) {
    if (place_read_text(b, node, attribute) == NULL) return otherwise;
    size_t n;
    const int32_t *list = place_names_many(b, node, attribute, kind, &n);
    uint64_t mask = 0;
    for (size_t i = 0; i < n; i++) mask |= (uint64_t)1 << list[i];
    if (n == 0)
        place_build_fault(b, place_read_where(node, attribute), "%s, %s: at least one %s is wanted", place_read_label(b, node), attribute,
                          nouns[kind]);
    return mask;
}

/* ---- canonical ids of elements ---- */

static int by_text(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *key_of(const place_builder *b, const char *word) {
    const place_named *named = place_names_find(b, word);
    return named != NULL ? named->key : word;
}

/* "asd,semh": the keys of what a list names, sorted unless their order matters. */
static const char *keys_of(place_builder *b, const char *text, bool sorted) {
    size_t n;
    const char **words = place_read_words_briefly(b, text, &n);
    for (size_t w = 0; w < n; w++) words[w] = key_of(b, words[w]);
    size_t n_in_order = 1; /* as most lists are */
    while (n_in_order < n && strcmp(words[n_in_order - 1], words[n_in_order]) <= 0) n_in_order++;
    if (sorted && n_in_order < n) qsort(words, n, sizeof *words, by_text);
    size_t n_bytes = 1;
    for (size_t w = 0; w < n; w++) n_bytes += strlen(words[w]) + 1;
    char *out = PLACE_TAKE(b, b->scratch, n_bytes, char), *at = out;
    for (size_t w = 0; w < n; w++) {
        size_t length = strlen(words[w]);
        if (w > 0) *at++ = ',';
        memcpy(at, words[w], length);
        at += length;
    }
    return out;
}

/* "-4..-1,7": ranges as written, but for spaces; the same years in other words are another row, and seldom met. */
static const char *attribute_key(place_builder *b, const xmlNode *node, const char *name) {
    const char *text = place_read_text(b, node, name);
    if (text == NULL) return NULL;
    bool in_order = strcmp(name, "setting") == 0 || strcmp(name, "class") == 0;
    return keys_of(b, text, !in_order);
}

static const char *with(place_builder *b, const char *so_far, const xmlNode *node, const char *name, bool say_name) {
    const char *value = attribute_key(b, node, name);
    if (value == NULL) return so_far;
    return say_name ? place_build_text(b, "%s %s=%s", so_far, name, value)
                    : place_build_text(b, "%s %s", so_far, value);
}

/* "cease area=north ncy=0..6": what it is and what it matches, in one piece, for there are many rows. */
static const char *matching(place_builder *b, const char *so_far, const xmlNode *node) {
    static const char *const match[] = { "area",  "ncy",  "phase", "need", "from", "to",     "setting", "setting-area",
                                         "class", "year", "month", "wait", "when", "status", "column" };
    enum { N_MATCH = sizeof match / sizeof match[0] };
    const char *values[N_MATCH];
    size_t n_bytes = strlen(so_far) + 1;
    for (size_t m = 0; m < N_MATCH; m++) {
        values[m] = attribute_key(b, node, match[m]);
        if (values[m] != NULL) n_bytes += strlen(match[m]) + strlen(values[m]) + 2;
    }
    char *text = PLACE_TAKE(b, b->scratch, n_bytes, char), *at = stpcpy(text, so_far);
    for (size_t m = 0; m < N_MATCH; m++) {
        if (values[m] == NULL) continue;
        *at++ = ' ';
        at = stpcpy(at, match[m]);
        *at++ = '=';
        at = stpcpy(at, values[m]);
    }
    return text;
}

/* A change by its id, within what it is part of; without an id by what it does and matches. */
static const char *change_element(place_builder *b, const xmlNode *node) {
    const char *id = place_read_text(b, node, "id"), *key = place_read_text(b, node, "key"), *text = "change";
    const xmlNode *parent = node->parent;
    if (parent != NULL && !place_read_is(parent, "scenario")) {
        const char *whole = place_read_text(b, parent, "id");
        text = place_build_text(b, "change %s/", key_of(b, whole != NULL ? whole : ""));
    } else if (id != NULL) text = "change ";
    if (id != NULL) return place_build_text(b, "%s%s", text, key != NULL ? key : id);
    const char *table = place_read_text(b, node, "table"), *op = place_read_text(b, node, "op");
    return matching(b, place_build_text(b, "%s%s %s", text, table != NULL ? table : "", op != NULL ? op : ""), node);
}

const char *place_names_element(place_builder *b, const xmlNode *node) {
    static const char *const told[] = { "site", "flow",  "kind",     "provision", "wanted", "a",
                                        "b",    "years", "activity", "phases",    "needs",  "ncy" };
    const char *element = (const char *)node->name, *id = place_read_text(b, node, "id");
    const xmlNode *parent = node->parent;
    if (place_read_is(node, "row")) {
        const char *text = place_read_table_name(b, node);
        if (id != NULL) return place_build_text(b, "%s %s", text, id);
        return matching(b, text, node);
    }
    if (place_read_is(node, "change")) return change_element(b, node);
    if (place_read_is(node, "table")) return place_build_text(b, "table %s", place_read_text(b, node, "name"));
    if (parent != NULL && place_read_is(parent, "site")) {
        const char *site = place_read_text(b, parent, "id");
        bool is_event = place_read_is(node, "event"),
             is_places = place_read_is(node, "places") || place_read_is(node, "others");
        const char *text =
            place_build_text(b, "%s %s", is_places ? "site" : element, key_of(b, site != NULL ? site : ""));
        if (is_event)
            text = with(b, with(b, with(b, text, node, "date", false), node, "financial-year", false), node, "kind", false);
        if (place_read_is(node, "admission")) return with(b, text, node, "ncy", false);
        return with(b, text, node, "phases", false);
    }
    const char *text = element;
    if (parent != NULL && place_read_is(parent, "project")) {
        const char *project = place_read_text(b, parent, "id"), *key = place_read_text(b, node, "key");
        text = place_build_text(b, "%s %s", element, key_of(b, project != NULL ? project : ""));
        if (id != NULL) return place_build_text(b, "%s/%s", text, key != NULL ? key : id);
    } else if (id != NULL && !place_read_is(node, "scenario")) {
        return place_build_text(b, "%s %s", element, key_of(b, id));
    }
    if (place_read_is(node, "amount") && parent != NULL) {
        const char *owner = place_names_element(b, parent);
        return with(b, place_build_text(b, "amount %s", owner), node, "financial-year", false);
    }
    if (place_read_is(node, "temporary")) text = with(b, text, node, "date", false);
    if (place_read_is(node, "places-total"))
        text = with(b, with(b, with(b, text, node, "financial-year", false), node, "by", false), node, "area", false);
    if (place_read_is(node, "throughput") || place_read_is(node, "reviews"))
        return with(b, text, node, "starts", false);
    if (place_read_is(node, "backlog"))
        return with(b, with(b, with(b, with(b, text, node, "area", true), node, "need", true), node, "ncy", true), node,
                    "weeks", true);
    for (size_t t = 0; t < sizeof told / sizeof told[0]; t++) text = with(b, text, node, told[t], false);
    return text;
}
