/* SPDX-License-Identifier: MIT */
/*
 * The document: from bytes to one tree that is resolved and valid, in this order: guard, parse, look at the root, read
 * table files, merge along `extends`, apply overrides, hold against the schema. A step that finds errors lets the next
 * one run where that can only find more of the person's own errors, so that one reading reports as much as it can.
 * libxml2 is never let print: while a document is read, its messages go into sentences or nowhere.
 */
#include "document.h"

#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "document_internal.h"
#include "guard.h"
#include "word.h"

#define MAX_EXTENDS 8
#define MAX_PARTS (MAX_EXTENDS + 2) /* the first file, those behind it, and one that is never read */
#define XSI "http://www.w3.org/2001/XMLSchema-instance"
#define XINCLUDE "http://www.w3.org/2001/XInclude"

static place_status out_of_memory(const char *name, place_errors *errors) {
    return place_errors_add(errors, PLACE_SYSTEM, name, 0, "memory is out");
}

/* ---- what others ask of a document ---- */

xmlNode *place_document_root(const place_document *document) {
    return xmlDocGetRootElement(document->tree);
}

static const place_origin *origin(const xmlNode *node) {
    while (node != NULL && node->type != XML_DOCUMENT_NODE && node->_private == NULL) node = node->parent;
    return node != NULL ? node->_private : NULL;
}

const char *place_document_file(const place_document *document, const xmlNode *node) {
    const place_origin *from = origin(node);
    return from != NULL ? from->file : document->name;
}

long place_document_line(const place_document *document, const xmlNode *node) {
    (void)document;
    const place_origin *from = origin(node);
    return from != NULL ? from->line : 0;
}

const char *place_node_attribute(const xmlNode *element, const char *name) {
    const xmlAttr *attribute = xmlHasNsProp(element, (const xmlChar *)name, NULL);
    if (attribute == NULL) return NULL;
    return attribute->children != NULL && attribute->children->content != NULL
        ? (const char *)attribute->children->content
        : "";
}

bool place_node_is(const xmlNode *node, const char *name) {
    return node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0;
}

const xmlNode *place_node_child(const xmlNode *parent, const xmlNode *after) {
    const xmlNode *node = after != NULL ? after->next : parent->children;
    while (node != NULL && node->type != XML_ELEMENT_NODE) node = node->next;
    return node;
}

const char *place_node_stray(const xmlNode *element) {
    for (const xmlNode *node = element->children; node != NULL; node = node->next) {
        if (node->type != XML_TEXT_NODE || xmlIsBlankNode(node)) continue;
        return (const char *)node->content + strspn((const char *)node->content, " \t\r\n");
    }
    return NULL;
}

/* ---- the root ---- */

/* The first use of a namespace in the tree; what schema-aware editors need (xsi:...Location) is taken away. */
static place_status drop_namespaces(const place_document *document, xmlNode *node, const char *file,
                                    place_errors *errors) {
    long line = place_document_line(document, node);
    for (const xmlNs *ns = node->nsDef; ns != NULL; ns = ns->next) {
        const char *href = (const char *)ns->href;
        if (href != NULL && strcmp(href, XINCLUDE) == 0)
            return place_errors_add(errors, PLACE_BAD_INPUT, file, line,
                                    "XInclude is not read; a scenario may extend one other");
        if (href == NULL || strcmp(href, XSI) != 0)
            return place_errors_add(
                errors, PLACE_BAD_INPUT, file, line,
                "a scenario has no namespace: remove xmlns%s%s=\"%s\", it makes every path match nothing",
                ns->prefix != NULL ? ":" : "", place_quote((const char *)ns->prefix).text, place_quote(href).text);
    }
    if (node->ns != NULL)
        return place_errors_add(errors, PLACE_BAD_INPUT, file, line, "a scenario has no namespace: <%s> stands in one",
                                place_quote((const char *)node->name).text);
    xmlAttr *following;
    for (xmlAttr *attribute = node->properties; attribute != NULL; attribute = following) {
        following = attribute->next;
        if (attribute->ns == NULL) continue;
        const char *prefix = attribute->ns->prefix != NULL ? (const char *)attribute->ns->prefix : "";
        const char *name = (const char *)attribute->name;
        bool editors = attribute->ns->href != NULL && strcmp((const char *)attribute->ns->href, XSI) == 0
            && (strcmp(name, "noNamespaceSchemaLocation") == 0 || strcmp(name, "schemaLocation") == 0);
        if (!editors)
            return place_errors_add(errors, PLACE_BAD_INPUT, file, place_document_line(document, (xmlNode *)attribute),
                                    "%s: the attribute '%s:%s' is not known",
                                    place_quote((const char *)node->name).text, place_quote(prefix).text,
                                    place_quote(name).text);
        xmlRemoveProp(attribute);
    }
    for (xmlNode *child = node->children; child != NULL; child = child->next)
        if (child->type == XML_ELEMENT_NODE) {
            place_status status = drop_namespaces(document, child, file, errors);
            if (status != PLACE_OK) return status;
        }
    xmlFreeNsList(node->nsDef); /* nothing below refers to them any more */
    node->nsDef = NULL;
    return PLACE_OK;
}

static place_status check_root(const place_document *document, xmlNode *root, const char *file, place_errors *errors) {
    if (strcmp((const char *)root->name, "scenario") != 0)
        return place_errors_add(errors, PLACE_BAD_INPUT, file, place_document_line(document, root),
                                "the root of a scenario is <scenario>; found <%s>",
                                place_quote((const char *)root->name).text);
    place_status status = drop_namespaces(document, root, file, errors);
    if (status != PLACE_OK) return status;
    const char *version = place_node_attribute(root, "version");
    long line = place_document_line(document, root);
    if (version == NULL)
        return place_errors_add(
            errors, PLACE_BAD_INPUT, file, line,
            "scenario: the version of the format is missing; write version=\"1\" and mend what is then refused");
    if (strcmp(version, "1") != 0)
        return place_errors_add(
            errors, PLACE_BAD_INPUT, file, line,
            "scenario: version '%s' is not read here, version 1 is; to convert it, write version=\"1\" and "
            "mend what is then refused (`placesim schema` prints the format)",
            place_quote(version).text);
    return PLACE_OK;
}

/* ---- files ---- */

/* A scenario's file and tree. */
typedef struct part {
    place_beside beside;
    xmlDoc *tree;
} part;

static place_status worse(place_status a, place_status b) {
    return a > b ? a : b;
}

/* The rows of its tables' files into one tree; a scenario in memory (`folder` is NULL) has none. */
static place_status read_tables(place_document *document, const part *p, const place_folder *folder,
                                place_errors *errors) {
    place_status worst = PLACE_OK;
    for (xmlNode *node = xmlDocGetRootElement(p->tree)->children; node != NULL; node = node->next) {
        if (!place_node_is(node, "table") || place_node_attribute(node, "file") == NULL) continue;
        if (folder != NULL) worst = worse(worst, place_rows_add(document, node, folder, &p->beside, errors));
        else
            worst =
                worse(worst,
                      place_errors_add(errors, PLACE_BAD_INPUT, p->beside.shown, place_document_line(document, node),
                                       "table: a scenario in memory has its rows in it, and no file"));
    }
    return worst;
}

static place_status read_bytes(part *p, place_document *document, const char *bytes, size_t size,
                               const place_guard_limits *limits, const place_folder *folder, place_errors *errors) {
    place_status status = place_parse(&p->tree, document, bytes, size, p->beside.shown, limits, errors);
    if (status == PLACE_OK && document->n_elements > PLACE_MAX_ELEMENTS)
        status = place_errors_add(errors, PLACE_BAD_INPUT, p->beside.shown, 0,
                                  "a scenario has at most 100,000 elements; with what was read before there are %zu",
                                  document->n_elements);
    if (status == PLACE_OK) status = check_root(document, xmlDocGetRootElement(p->tree), p->beside.shown, errors);
    if (status != PLACE_OK) {
        xmlFreeDoc(p->tree);
        p->tree = NULL;
        return status;
    }
    return read_tables(document, p, folder, errors);
}

place_status place_document_read(place_bytes *out, place_document *document, const place_beside *from,
                                 place_errors *errors) {
    place_bytes bytes = { NULL, 0 };
    if (document->n_bytes > PLACE_MAX_FILE_BYTES) return PLACE_BAD_INPUT; /* told of already; to read on would only take time */
    place_status status = place_guard_read(&bytes, from->real, from->shown, errors);
    document->n_bytes += bytes.size;
    if (status == PLACE_OK && document->n_bytes > PLACE_MAX_FILE_BYTES)
        status = place_errors_add(errors, PLACE_BAD_INPUT, from->shown, 0,
                                  "a scenario's files together have at most 16 MB; up to here they have more");
    if (status == PLACE_OK) *out = bytes;
    else free(bytes.bytes);
    return status;
}

static place_status read_file(part *p, place_document *document, const place_folder *folder, place_errors *errors) {
    place_bytes file = { NULL, 0 };
    place_status status = place_document_read(&file, document, &p->beside, errors);
    if (status == PLACE_OK) status = read_bytes(p, document, file.bytes, file.size, &place_guard_file, folder, errors);
    free(file.bytes);
    return status;
}

/* That the file which the last of `n` parts extends is not one of them. */
static place_status check_circle(const part *parts, size_t n, const place_beside *found, long line,
                                 place_errors *errors) {
    for (size_t k = 0; k < n; k++) {
        if (strcmp(parts[k].beside.real, found->real) != 0) continue;
        char circle[360] = "";
        for (size_t c = k; c < n; c++) {
            size_t length = strlen(circle);
            snprintf(circle + length, sizeof circle - length, "%s extends ", place_quote(parts[c].beside.inside).text);
        }
        return place_errors_add(errors, PLACE_BAD_INPUT, parts[n - 1].beside.shown, line,
                                "extends goes round in a circle: %s%s", circle,
                                place_quote(parts[k].beside.inside).text);
    }
    return PLACE_OK;
}

/* What part n - 1 extends becomes part n; PLACE_NO when it extends nothing. */
static place_status read_extended(part *parts, size_t n, place_document *document, const place_folder *folder,
                                  place_errors *errors) {
    xmlNode *root = xmlDocGetRootElement(parts[n - 1].tree);
    xmlAttr *extends = xmlHasNsProp(root, (const xmlChar *)"extends", NULL);
    if (extends == NULL) return PLACE_NO;
    const place_beside *from = &parts[n - 1].beside;
    long line = place_document_line(document, (xmlNode *)extends);
    if (folder == NULL)
        return place_errors_add(errors, PLACE_BAD_INPUT, from->shown, line, "scenario: one in memory extends no file");
    if (n > MAX_EXTENDS)
        return place_errors_add(errors, PLACE_BAD_INPUT, from->shown, line,
                                "at most %d files extend one another in a row; this is one more", MAX_EXTENDS);
    place_status status =
        place_folder_find(&parts[n].beside, folder, from, line, place_node_attribute(root, "extends"), errors);
    if (status == PLACE_OK) status = check_circle(parts, n, &parts[n].beside, line, errors);
    return status == PLACE_OK ? read_file(&parts[n], document, folder, errors) : status;
}

/* ---- the document ---- */

static void free_parts(part parts[MAX_PARTS]) {
    for (size_t k = 0; k < MAX_PARTS; k++) xmlFreeDoc(parts[k].tree);
}

static place_status check_no_remove(const place_document *document, const xmlNode *root, place_errors *errors) {
    place_status status = PLACE_OK;
    for (const xmlNode *node = place_node_child(root, NULL); node != NULL; node = place_node_child(root, node))
        if (place_node_is(node, "remove"))
            status = place_errors_add(errors, PLACE_BAD_INPUT, place_document_file(document, node),
                                      place_document_line(document, node),
                                      "remove: this file extends no other, so there is nothing to remove");
    return status;
}

/* From the chain of parts to one tree: the furthest is the base, and each nearer one is merged into it. */
static place_status resolve(place_document *document, part *parts, size_t n, place_errors *errors) {
    place_status worst = PLACE_OK;
    xmlNode *base = xmlDocGetRootElement(parts[n - 1].tree);
    worst = check_no_remove(document, base, errors);
    for (size_t k = n - 1; k-- > 0;)
        worst = worse(worst, place_merge(document, base, xmlDocGetRootElement(parts[k].tree), errors));
    xmlUnsetProp(base, (const xmlChar *)"extends");
    document->tree = parts[n - 1].tree;
    parts[n - 1].tree = NULL;
    return worst;
}

static void note_fault(void *self, xmlErrorPtr fault) {
    place_document *document = self;
    if (fault->code == XML_ERR_NO_MEMORY) document->memory_out = true;
}

static void ignore_message(void *self, const char *format, ...) {
    (void)self;
    (void)format;
}

/* libxml2's channels for messages, which belong to the thread: both are closed while a document is read, for it has
 * errors that go to one and errors that go to the other, and then they are the caller's again. */
typedef struct channels {
    xmlStructuredErrorFunc structured;
    void *structured_context;
    xmlGenericErrorFunc generic;
    void *generic_context;
} channels;

static channels close_channels(place_document *document) {
    channels theirs = { xmlStructuredError, xmlStructuredErrorContext, xmlGenericError, xmlGenericErrorContext };
    xmlSetStructuredErrorFunc(document, note_fault);
    xmlSetGenericErrorFunc(NULL, ignore_message);
    return theirs;
}

static void reopen_channels(const channels *theirs) {
    xmlSetStructuredErrorFunc(theirs->structured_context, theirs->structured);
    xmlSetGenericErrorFunc(theirs->generic_context, theirs->generic);
}

/* All but memory and libxml2's messages, which the callers see to. `text` is NULL when `path` is to be read. */
static place_status load(place_document *document, const char *path, const char *text, size_t size,
                         const place_scenario_options *options, place_errors *errors) {
    part parts[MAX_PARTS] = { { { path, path, path }, NULL } };
    place_folder folder;
    place_status status;
    if (text != NULL) {
        status = read_bytes(&parts[0], document, text, size, &place_guard_text, NULL, errors);
    } else {
        status = place_folder_init(&folder, &parts[0].beside, path, document->arena, errors);
        if (status == PLACE_OK) status = read_file(&parts[0], document, &folder, errors);
    }
    size_t n = 1;
    for (; parts[n - 1].tree != NULL; n++) {
        place_status next = read_extended(parts, n, document, text != NULL ? NULL : &folder, errors);
        if (next == PLACE_NO) break;
        status = worse(status, next);
        if (parts[n].tree == NULL) goto out; /* merging without it would make up errors */
    }
    if (parts[0].tree == NULL) goto out;
    status = worse(status, resolve(document, parts, n, errors));
    status = worse(status, place_override_apply(document, options, errors));
    status = worse(status, place_schema_check(document, errors));
out:
    free_parts(parts);
    return status;
}

static place_status create(place_document **out, const char *path, const char *text, size_t size,
                           const place_scenario_options *options, place_errors *errors) {
    place_document *document = calloc(1, sizeof *document);
    place_status status = PLACE_SYSTEM;
    if (document == NULL) return out_of_memory(path, errors);
    if (!place_schema_init()) { /* before anything else of libxml2 is touched, since it starts libxml2 */
        free(document);
        return place_errors_add(errors, PLACE_SYSTEM, path, 0,
                                "the schema inside this program is faulty, or memory is out");
    }
    channels theirs = close_channels(document);
    size_t n_before = errors->n_errors;
    document->arena = place_arena_create();
    document->dict = xmlDictCreate();
    document->name = document->arena != NULL ? place_arena_text(document->arena, path) : NULL;
    if (document->name == NULL || document->dict == NULL) {
        out_of_memory(path, errors);
        goto out;
    }
    status = load(document, document->name, text, size, options, errors);
    if (document->memory_out) {
        errors->n_errors = n_before;
        status = out_of_memory(path, errors);
    }
    if (status != PLACE_OK) goto out;
    *out = document;
    document = NULL;
out:
    place_document_free(document);
    reopen_channels(&theirs);
    return status;
}

place_status place_document_load(place_document **out, const char *path, const place_scenario_options *options,
                                 place_errors *errors) {
    return create(out, path, NULL, 0, options, errors);
}

place_status place_document_load_text(place_document **out, const char *text, size_t size, const char *name,
                                      const place_scenario_options *options, place_errors *errors) {
    if (size > place_guard_text.n_bytes)
        return place_errors_add(errors, PLACE_BAD_INPUT, name, 0,
                                "the scenario has more than %zu MB, the most that is read",
                                place_guard_text.n_bytes >> 20);
    char *copy = malloc(size + 1); /* the guard wants a NUL behind the text */
    if (copy == NULL) return out_of_memory(name, errors);
    if (size > 0) memcpy(copy, text, size);
    copy[size] = '\0';
    place_status status = create(out, name, copy, size, options, errors);
    free(copy);
    return status;
}

void place_document_free(place_document *document) {
    if (document == NULL) return;
    xmlFreeDoc(document->tree);
    if (document->dict != NULL) xmlDictFree(document->dict);
    place_arena_free(document->arena);
    free(document);
}
