/* SPDX-License-Identifier: MIT */
/*
 * What one file says on top of the file that it extends. An element that is told apart (by its id, or by being the only
 * one) merges with its like, attribute by attribute; elements that come as a set (rows, places, events) replace the
 * set. `remove` acts before anything merges, so a file may take an element away and write it anew. Each moved node
 * keeps its origin: a message about an overridden value names the file that overrode it.
 */
#include <libxml/hash.h>
#include <stdio.h>
#include <string.h>

#include "document_internal.h"
#include "word.h"

/* Elements of which there is one, and those told apart by something other than an id. */
static const struct {
    const char *name;
    const char *by[2]; /* attributes that together tell one from another */
} identities[] = {
    { "time", { NULL } },
    { "stock", { NULL } },
    { "placing", { NULL } },
    { "sufficient", { NULL } },
    { "market", { NULL } },
    { "growth-error", { NULL } },
    { "pipeline", { NULL } },
    { "budget", { NULL } },
    { "table", { "name" } },
    { "amount", { "financial-year" } },
    { "trend", { "flow" } },
    { "year-effect", { "flow" } },
    { "correlation", { "a", "b" } },
    { "year-correlation", { "a", "b" } },
};
static const size_t n_identities = sizeof identities / sizeof identities[0];

static size_t identity_row(const xmlNode *element) {
    size_t k = 0;
    while (k < n_identities && !place_node_is(element, identities[k].name)) k++;
    return k;
}

/* Whether elements of this name stand once (time) or are told apart by an identity (site); false for members of a set (row). */
static bool merges(const xmlNode *element) {
    if (place_node_is(element, "row")) return false; /* its id names an input, not the row */
    return identity_row(element) < n_identities || place_node_attribute(element, "id") != NULL;
}

const char *place_node_identity(const xmlNode *element, place_arena *arena) {
    if (!merges(element)) return "";
    size_t k = identity_row(element);
    const char *first = place_node_attribute(
        element, k < n_identities ? (identities[k].by[0] != NULL ? identities[k].by[0] : "") : "id");
    const char *second =
        k < n_identities && identities[k].by[1] != NULL ? place_node_attribute(element, identities[k].by[1]) : NULL;
    if (first == NULL) first = "";
    if (second == NULL) return first;
    size_t n = strlen(first) + strlen(second) + 2;
    char *both = place_arena_array(arena, n, 1);
    if (both != NULL) snprintf(both, n, "%s %s", first, second);
    return both;
}

static place_status out_of_memory(const place_document *document, place_errors *errors) {
    return place_errors_add(errors, PLACE_SYSTEM, document->name, 0, "memory is out");
}

static void drop(xmlNode *node) {
    xmlUnlinkNode(node);
    xmlFreeNode(node);
}

/* ---- remove ---- */

/* Takes away the children that `ref` names: "site ash", and further down "project annexe activity permit".
 * @return how many, or -1 when memory is out */
static int remove_named(xmlNode *parent, const char *ref, place_arena *arena) {
    size_t n_kind = strcspn(ref, " ");
    const char *rest = ref + n_kind + (ref[n_kind] == ' ');
    int n_removed = 0;
    xmlNode *following;
    for (xmlNode *child = parent->children; child != NULL; child = following) {
        following = child->next;
        if (child->type != XML_ELEMENT_NODE || strlen((const char *)child->name) != n_kind
            || strncmp((const char *)child->name, ref, n_kind) != 0)
            continue;
        const char *identity = place_node_identity(child, arena);
        if (identity == NULL) return -1;
        size_t n = strlen(identity);
        if (strcmp(identity, rest) == 0) {
            drop(child);
            n_removed++;
        } else if (n > 0 && strncmp(identity, rest, n) == 0 && rest[n] == ' ') {
            int n_below = remove_named(child, rest + n + 1, arena);
            if (n_below < 0) return -1;
            n_removed += n_below;
        }
    }
    return n_removed;
}

/* The nearest reference to one that removes nothing; NULL when there is none. */
static const char *nearest_reference(const xmlNode *parent, const char *ref, place_arena *arena) {
    size_t n_kind = strcspn(ref, " "), n = 0, k = 0;
    for (const xmlNode *child = place_node_child(parent, NULL); child != NULL; child = place_node_child(parent, child))
        n++;
    const char **known = place_arena_array(arena, n, sizeof *known);
    if (known == NULL || ref[n_kind] == '\0') return NULL;
    for (const xmlNode *child = place_node_child(parent, NULL); child != NULL;
         child = place_node_child(parent, child)) {
        if (strlen((const char *)child->name) != n_kind || strncmp((const char *)child->name, ref, n_kind) != 0)
            continue;
        known[k] = place_node_identity(child, arena);
        k += known[k] != NULL;
    }
    return place_nearest_word(ref + n_kind + 1, known, k);
}

static place_status apply_removes(place_document *document, xmlNode *base, xmlNode *child, place_arena *arena,
                                  place_errors *errors) {
    place_status worst = PLACE_OK;
    xmlNode *following;
    for (xmlNode *node = child->children; node != NULL; node = following) {
        following = node->next;
        if (!place_node_is(node, "remove")) continue;
        const char *file = place_document_file(document, node), *ref = place_node_attribute(node, "ref");
        long line = place_document_line(document, node);
        int n_removed = ref != NULL ? remove_named(base, ref, arena) : 0;
        if (n_removed < 0) return out_of_memory(document, errors);
        if (ref == NULL) {
            worst = place_errors_add(errors, PLACE_BAD_INPUT, file, line,
                                     "remove: the attribute 'ref' is missing, as in ref=\"site ash\"");
        } else if (n_removed == 0) {
            const char *nearest = nearest_reference(base, ref, arena);
            worst = place_errors_add(errors, PLACE_BAD_INPUT, file, line, "remove: '%s' removes nothing%s%.*s%s%s%s",
                                     place_quote(ref).text, nearest != NULL ? "; did you mean '" : "",
                                     nearest != NULL ? (int)strcspn(ref, " ") : 0, ref, nearest != NULL ? " " : "",
                                     nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
        }
        drop(node);
    }
    return worst;
}

/* ---- merge ---- */

/* What is known of two elements while their children merge. */
typedef struct merger {
    xmlHashTable *base;    /* (name, identity) of a child of the base: the child                             */
    xmlHashTable *seen;    /* (name, identity) of a child of the child: its origin                           */
    xmlHashTable *sets;    /* name of a set of which the child has members                                   */
    xmlHashTable *tables;  /* name of a table of the child                                                   */
    xmlHashTable *several; /* name of a table whose rows stand in several elements, in the base or the child */
    place_arena *arena;
} merger;

static const xmlChar *identity_of(const xmlNode *element, place_arena *arena) {
    const char *identity = place_node_identity(element, arena);
    return (const xmlChar *)(identity != NULL ? identity : "");
}

static bool is_in(xmlHashTable *names, const xmlChar *name) {
    return xmlHashLookup(names, name) != NULL;
}

/* Adding a name that is there already is refused by libxml2 and does no harm. */
static bool put(xmlHashTable *names, const xmlChar *name) {
    static char there;
    return xmlHashAddEntry(names, name, &there) == 0;
}

/* Names of the tables of which `parent` has several elements, into m->several. */
static bool find_several(merger *m, const xmlNode *parent, xmlHashTable *tables) {
    if (tables == NULL) return false;
    for (const xmlNode *node = place_node_child(parent, NULL); node != NULL; node = place_node_child(parent, node))
        if (place_node_is(node, "table") && !put(tables, identity_of(node, m->arena)))
            put(m->several, identity_of(node, m->arena));
    return true;
}

/* Takes from the base what the child replaces whole: sets, and tables of several elements. */
static void drop_replaced(merger *m, xmlNode *base) {
    xmlNode *following;
    for (xmlNode *node = base->children; node != NULL; node = following) {
        following = node->next;
        if (node->type != XML_ELEMENT_NODE) continue;
        const xmlChar *identity = identity_of(node, m->arena);
        if (!merges(node)) {
            if (is_in(m->sets, node->name)) drop(node);
        } else if (place_node_is(node, "table") && is_in(m->several, identity) && is_in(m->tables, identity)) {
            drop(node);
        } else {
            xmlHashAddEntry2(m->base, node->name, identity, node); /* a second one is the base's error, found later */
        }
    }
}

static void move(xmlNode *parent, xmlNode *node) {
    xmlUnlinkNode(node);
    xmlAddChild(parent, node);
}

static place_status merge(place_document *document, xmlNode *base, xmlNode *child, place_arena *arena,
                          place_errors *errors);

/* One child of the child: into its like in the base, or under the base as it is. */
static place_status merge_child(merger *m, place_document *document, xmlNode *base, xmlNode *node,
                                place_errors *errors) {
    const xmlChar *identity = identity_of(node, m->arena);
    bool table = place_node_is(node, "table") && is_in(m->several, identity);
    if (!merges(node) || table) {
        if (table && place_node_child(node, NULL) == NULL)
            return place_errors_add(
                errors, PLACE_BAD_INPUT, place_document_file(document, node), place_document_line(document, node),
                "table: the rows of '%s' stand in several elements, so what changes it gives its rows too",
                place_quote((const char *)identity).text);
        move(base, node);
        return PLACE_OK;
    }
    const place_origin *earlier = xmlHashLookup2(m->seen, node->name, identity);
    if (earlier != NULL)
        return place_errors_add(errors, PLACE_BAD_INPUT, place_document_file(document, node),
                                place_document_line(document, node),
                                "%s%s%s%s stands twice in this file: in line %ld too",
                                place_quote((const char *)node->name).text, *identity != '\0' ? " '" : "",
                                place_quote((const char *)identity).text, *identity != '\0' ? "'" : "", earlier->line);
    if (xmlHashAddEntry2(m->seen, node->name, identity, node->_private) != 0) return out_of_memory(document, errors);
    xmlNode *like = xmlHashLookup2(m->base, node->name, identity);
    if (like != NULL) return merge(document, like, node, m->arena, errors);
    move(base, node);
    return PLACE_OK;
}

static place_status merge(place_document *document, xmlNode *base, xmlNode *child, place_arena *arena,
                          place_errors *errors) {
    place_status worst = PLACE_OK;
    merger m = { xmlHashCreate(64), xmlHashCreate(64), xmlHashCreate(16), xmlHashCreate(16), xmlHashCreate(16), arena };
    xmlHashTable *base_tables = xmlHashCreate(16);
    if (m.base == NULL || m.seen == NULL || m.sets == NULL || m.several == NULL || !find_several(&m, base, base_tables)
        || !find_several(&m, child, m.tables)) {
        worst = out_of_memory(document, errors);
        goto out;
    }
    const char *stray = place_node_stray(child); /* it would be lost here: what moves on are attributes and elements */
    if (stray != NULL)
        worst = place_errors_add(errors, PLACE_BAD_INPUT, place_document_file(document, child), place_document_line(document, child),
                                 "%s: no text may stand in this element; found '%s'", (const char *)child->name, place_quote(stray).text);
    xmlAttr *next_attribute;
    for (xmlAttr *attribute = child->properties; attribute != NULL; attribute = next_attribute) {
        next_attribute = attribute->next;
        xmlUnsetProp(base, attribute->name);
        move(base, (xmlNode *)attribute);
    }
    for (const xmlNode *node = place_node_child(child, NULL); node != NULL; node = place_node_child(child, node))
        if (!merges(node)) put(m.sets, node->name);
    drop_replaced(&m, base);
    xmlNode *following;
    for (xmlNode *node = child->children; node != NULL; node = following) {
        following = node->next;
        if (node->type != XML_ELEMENT_NODE) continue;
        place_status status = merge_child(&m, document, base, node, errors);
        if (status > worst) worst = status;
    }
out:
    xmlHashFree(base_tables, NULL);
    xmlHashFree(m.base, NULL);
    xmlHashFree(m.seen, NULL);
    xmlHashFree(m.sets, NULL);
    xmlHashFree(m.tables, NULL);
    xmlHashFree(m.several, NULL);
    return worst;
}

place_status place_merge(place_document *document, xmlNode *base, xmlNode *child, place_errors *errors) {
    place_arena *arena = place_arena_create();
    if (arena == NULL) return out_of_memory(document, errors);
    place_status removed = apply_removes(document, base, child, arena, errors);
    place_status merged = merge(document, base, child, arena, errors);
    place_arena_free(arena);
    return removed > merged ? removed : merged;
}
