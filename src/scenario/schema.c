/* SPDX-License-Identifier: MIT */
/*
 * The schema. libxml2 holds the tree against it, but says what is wrong in the schema's words, and after the first
 * unknown element it looks at none of that element's siblings. So the names are looked at first, with a vocabulary read
 * from the same schema: which attributes and children each element may have. What is not known is reported with the
 * nearest word that is, and taken out; libxml2 then finds what is wrong with values and what is missing, and its
 * messages are put into sentences with the schema's own documentation. Schema and vocabulary are made once a process
 * and only read afterwards.
 */
#include <libxml/parser.h>
#include <libxml/xmlmemory.h>
#include <libxml/xmlschemas.h>
#include <libxml/xmlschemastypes.h>
#include <libxml/xpath.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "document_internal.h"
#include "memory.h"
#include "number.h"
#include "place/embedded.h"
#include "word.h"

#define MAX_NAMES 64 /* attributes or children that one element may have */

/* What one element may hold. Names point into the schema's tree. */
typedef struct element_rule {
    const xmlNode *declaration;
    const char *name;
    size_t n_attributes, n_children;
    const char *attributes[MAX_NAMES];
    const xmlNode *attribute_declarations[MAX_NAMES];
    const char *children[MAX_NAMES];
    struct element_rule *child_rules[MAX_NAMES];
    struct element_rule *next;
} element_rule;

static struct {
    xmlDoc *tree;
    xmlSchema *schema;
    element_rule *rules; /* a list of all */
    element_rule *root;
    place_arena *arena;
    bool memory_out; /* some rules are missing */
    bool sound;
} known;

/* ---- the vocabulary ---- */

static const char *text_of(const xmlNode *node, const char *attribute) {
    const char *text = place_node_attribute(node, attribute);
    return text != NULL ? text : "";
}

/* The declaration at the top of the schema of this kind ("element", "simpleType") and name; NULL when there is none. */
static const xmlNode *top_level(const char *kind, const char *name) {
    const xmlNode *schema = xmlDocGetRootElement(known.tree);
    for (const xmlNode *node = place_node_child(schema, NULL); node != NULL; node = place_node_child(schema, node))
        if (place_node_is(node, kind) && strcmp(text_of(node, "name"), name) == 0) return node;
    return NULL;
}

static element_rule *rule_of(const xmlNode *declaration);

/* What stands in a type, however deep in choices, groups and extensions. */
static void gather(element_rule *rule, const xmlNode *part) {
    for (const xmlNode *node = place_node_child(part, NULL); node != NULL; node = place_node_child(part, node)) {
        const char *ref = text_of(node, "ref"), *name = text_of(node, "name");
        if (place_node_is(node, "attribute") && rule->n_attributes < MAX_NAMES) {
            rule->attribute_declarations[rule->n_attributes] = node;
            rule->attributes[rule->n_attributes++] = name;
        } else if (place_node_is(node, "element") && rule->n_children < MAX_NAMES) {
            const xmlNode *declaration = *ref != '\0' ? top_level("element", ref) : node;
            element_rule *child = declaration != NULL ? rule_of(declaration) : NULL;
            if (child == NULL) continue;
            rule->child_rules[rule->n_children] = child;
            rule->children[rule->n_children++] = child->name;
        } else if ((place_node_is(node, "attributeGroup") || place_node_is(node, "group")) && *ref != '\0') {
            const xmlNode *group = top_level((const char *)node->name, ref);
            if (group != NULL) gather(rule, group);
        } else if (!place_node_is(node, "annotation") && !place_node_is(node, "attribute")
                   && !place_node_is(node, "element")) {
            const xmlNode *base =
                place_node_is(node, "extension") ? top_level("complexType", text_of(node, "base")) : NULL;
            if (base != NULL) gather(rule, base);
            gather(rule, node);
        }
    }
}

static element_rule *rule_of(const xmlNode *declaration) {
    for (element_rule *rule = known.rules; rule != NULL; rule = rule->next)
        if (rule->declaration == declaration) return rule;
    element_rule *rule = place_arena_array(known.arena, 1, sizeof *rule);
    if (rule == NULL) {
        known.memory_out = true;
        return NULL;
    }
    rule->declaration = declaration;
    rule->name = text_of(declaration, "name");
    rule->next = known.rules;
    known.rules = rule; /* before its type is read: a type may hold itself */
    const xmlNode *type = top_level("complexType", text_of(declaration, "type"));
    gather(rule, type != NULL ? type : declaration);
    return rule;
}

static size_t position(const char *const *names, size_t n, const char *name) {
    size_t k = 0;
    while (k < n && strcmp(names[k], name) != 0) k++;
    return k;
}

/* The first sentence of a declaration's documentation, to stand in a sentence of ours, into `out`; "" when it has
 * none. */
static void documentation(const xmlNode *declaration, char out[200]) {
    out[0] = '\0';
    const xmlNode *annotation = place_node_child(declaration, NULL);
    if (annotation == NULL || !place_node_is(annotation, "annotation")) return;
    const xmlNode *text = place_node_child(annotation, NULL);
    if (text == NULL || text->children == NULL || text->children->content == NULL) return;
    size_t n = 0;
    for (const char *at = (const char *)text->children->content; *at != '\0' && n < 190; at++) {
        bool blank = strchr(" \t\r\n", *at) != NULL;
        if (blank && (n == 0 || out[n - 1] == ' ')) continue;
        if (blank && out[n - 1] == '.') break;
        out[n++] = blank ? ' ' : *at;
    }
    while (n > 0 && (out[n - 1] == ' ' || out[n - 1] == '.')) n--;
    out[n] = '\0';
    if (out[0] >= 'A' && out[0] <= 'Z' && (out[1] == ' ' || (out[1] >= 'a' && out[1] <= 'z')))
        out[0] = (char)(out[0] - 'A' + 'a');
}

/* ---- once ---- */

static xmlParserInputPtr deny_entity(const char *url, const char *id, xmlParserCtxtPtr context) {
    (void)url;
    (void)id;
    (void)context;
    return NULL;
}

static void ignore_fault(void *self, xmlErrorPtr fault) {
    (void)self;
    (void)fault;
}

static void init(void) {
    if (place_memory_is_ours()) xmlMemSetup(free, place_memory_get, place_memory_resize, place_memory_copy);
    xmlInitParser();
    xmlXPathInit();
    xmlSchemaInitTypes();
    xmlSetExternalEntityLoader(deny_entity); /* nothing that is read may make libxml2 open a file or a socket */
    xmlStructuredErrorFunc their_handler = xmlStructuredError;
    void *their_context = xmlStructuredErrorContext;
    xmlSetStructuredErrorFunc(NULL, ignore_fault);
    known.arena = place_arena_create();
    known.tree = xmlReadMemory((const char *)place_embedded_schema, (int)place_embedded_schema_size, NULL, NULL,
                               XML_PARSE_NONET | XML_PARSE_NOCDATA);
    xmlSchemaParserCtxt *parser = known.tree != NULL ? xmlSchemaNewDocParserCtxt(known.tree) : NULL;
    if (parser != NULL) {
        xmlSchemaSetParserStructuredErrors(parser, ignore_fault, NULL);
        known.schema = xmlSchemaParse(parser);
        xmlSchemaFreeParserCtxt(parser);
    }
    xmlSetStructuredErrorFunc(their_context, their_handler);
    if (known.arena == NULL || known.schema == NULL) return;
    const xmlNode *root = top_level("element", "scenario");
    known.root = root != NULL ? rule_of(root) : NULL;
    known.sound = known.root != NULL && !known.memory_out;
}

bool place_schema_init(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, init);
    return known.sound;
}

bool place_schema_knows(const char *element, const char *attribute, const char **nearest) {
    *nearest = NULL;
    for (const element_rule *rule = known.rules; rule != NULL; rule = rule->next) {
        if (strcmp(rule->name, element) != 0) continue;
        if (position(rule->attributes, rule->n_attributes, attribute) < rule->n_attributes) return true;
        if (*nearest == NULL) *nearest = place_nearest_word(attribute, rule->attributes, rule->n_attributes);
    }
    return false;
}

/* Counts one more error where there are as many as are kept: a long table may be wrong in every row, and then
 * sentences that nobody will see take most of the time. */
static bool is_full(place_errors *errors) {
    if (errors->n_errors < PLACE_N_ERRORS) return false;
    errors->n_errors++;
    return true;
}

/* ---- names ---- */

/* Where an element that is known, but not where it stands, belongs; NULL when it is not known at all. */
static const char *belongs_in(const char *name) {
    for (const element_rule *rule = known.rules; rule != NULL; rule = rule->next)
        if (position(rule->children, rule->n_children, name) < rule->n_children) return rule->name;
    return NULL;
}

static place_status check_attribute_names(const place_document *document, xmlNode *node, const element_rule *rule,
                                          place_errors *errors) {
    place_status status = PLACE_OK;
    xmlAttr *following;
    for (xmlAttr *attribute = node->properties; attribute != NULL; attribute = following) {
        following = attribute->next;
        const char *name = (const char *)attribute->name;
        if (position(rule->attributes, rule->n_attributes, name) < rule->n_attributes) continue;
        const xmlNode *at = (const xmlNode *)attribute;
        if (is_full(errors)) {
            status = PLACE_BAD_INPUT;
            xmlRemoveProp(attribute);
            continue;
        }
        const char *nearest = place_nearest_word(name, rule->attributes, rule->n_attributes), *of = NULL;
        for (size_t k = 0; nearest == NULL && k < rule->n_children; k++) {
            const element_rule *below = rule->child_rules[k];
            nearest = place_nearest_word(name, below->attributes, below->n_attributes);
            if (nearest != NULL) of = below->name;
        }
        status = place_errors_add(errors, PLACE_BAD_INPUT, place_document_file(document, at),
                                  place_document_line(document, at), "%s: attribute '%s' is not known%s%s%s%s%s%s",
                                  rule->name, place_quote(name).text, nearest != NULL ? "; did you mean '" : "",
                                  nearest != NULL ? nearest : "", nearest != NULL ? "'" : "", of != NULL ? " of <" : "",
                                  of != NULL ? of : "",
                                  of != NULL            ? ">?"
                                      : nearest != NULL ? "?"
                                                        : "");
        xmlRemoveProp(attribute);
    }
    return status;
}

static void say_unknown_element(const place_document *document, const xmlNode *node, const element_rule *above,
                                place_errors *errors) {
    const char *file = place_document_file(document, node), *name = (const char *)node->name;
    long line = place_document_line(document, node);
    const char *nearest = place_nearest_word(name, above->children, above->n_children), *elsewhere = belongs_in(name);
    if (elsewhere != NULL)
        place_errors_add(errors, PLACE_BAD_INPUT, file, line, "<%s> stands in <%s>, not in <%s>", name, elsewhere,
                         above->name);
    else
        place_errors_add(errors, PLACE_BAD_INPUT, file, line, "%s: element <%s> is not known%s%s%s", above->name,
                         place_quote(name).text, nearest != NULL ? "; did you mean <" : "",
                         nearest != NULL ? nearest : "", nearest != NULL ? ">?" : "");
}

static place_status check_names(const place_document *document, xmlNode *node, const element_rule *rule,
                                place_errors *errors) {
    place_status status = check_attribute_names(document, node, rule, errors);
    xmlNode *following;
    for (xmlNode *child = node->children; child != NULL; child = following) {
        following = child->next;
        if (child->type != XML_ELEMENT_NODE) continue;
        const char *name = (const char *)child->name;
        size_t k = position(rule->children, rule->n_children, name);
        if (k < rule->n_children) {
            if (check_names(document, child, rule->child_rules[k], errors) != PLACE_OK) status = PLACE_BAD_INPUT;
            continue;
        }
        status = PLACE_BAD_INPUT;
        if (!is_full(errors)) say_unknown_element(document, child, rule, errors);
        xmlUnlinkNode(child);
        xmlFreeNode(child);
    }
    return status;
}

/* ---- values ---- */

/* While libxml2 validates: where its messages go, and the last one, for it may say one thing twice. */
typedef struct validation {
    place_document *document;
    place_errors *errors;
    place_arena *arena;
    size_t n_found;
    const xmlNode *last_node;
    char last_attribute[64];
} validation;

/* The rule for an element, found from the root down. */
static const element_rule *rule_at(const xmlNode *node) {
    if (node->parent == NULL || node->parent->type == XML_DOCUMENT_NODE) return known.root;
    const element_rule *above = rule_at(node->parent);
    size_t k = above != NULL ? position(above->children, above->n_children, (const char *)node->name) : 0;
    return above != NULL && k < above->n_children ? above->child_rules[k] : NULL;
}

/* The words of a type that is a list of words, or a list of such words; `*of` is the type of one. */
static size_t words_of(const xmlNode *type, const char *words[MAX_NAMES]) {
    size_t n = 0;
    const xmlNode *body = type != NULL ? place_node_child(type, NULL) : NULL;
    if (body != NULL && place_node_is(body, "annotation")) body = place_node_child(type, body);
    if (body == NULL) return 0;
    if (place_node_is(body, "list")) return words_of(top_level("simpleType", text_of(body, "itemType")), words);
    for (const xmlNode *node = place_node_child(body, NULL); node != NULL && n < MAX_NAMES;
         node = place_node_child(body, node))
        if (place_node_is(node, "enumeration")) words[n++] = text_of(node, "value");
    return n;
}

/* "month, term or year", as much of it as fits */
static void list_words(const char *const *words, size_t n, char out[240]) {
    size_t length = 0;
    out[0] = '\0';
    for (size_t k = 0; k < n; k++) {
        int added = snprintf(out + length, 240 - length, "%s%s", k == 0 ? "" : k + 1 < n ? ", " : " or ", words[k]);
        if (added < 0 || length + (size_t)added >= 230) {
            snprintf(out + length, 240 - length, " ...");
            return;
        }
        length += (size_t)added;
    }
}

/* The first word of a list of words that is none of the known; the whole value when there is no such. */
static const char *wrong_word(const char *value, const char *const *words, size_t n, place_arena *arena) {
    char *copy = place_arena_text(arena, value), *rest = NULL;
    if (copy == NULL) return value;
    for (char *word = strtok_r(copy, " \t\r\n", &rest); word != NULL; word = strtok_r(NULL, " \t\r\n", &rest))
        if (position(words, n, word) == n) return word;
    return value;
}

/* A value that its type does not allow. */
static void say_value(validation *v, const xmlNode *node, const char *attribute, const char *value) {
    const element_rule *rule = rule_at(node);
    size_t k = rule != NULL ? position(rule->attributes, rule->n_attributes, attribute) : 0;
    const xmlNode *declaration = rule != NULL && k < rule->n_attributes ? rule->attribute_declarations[k] : NULL;
    const char *type_name = declaration != NULL ? text_of(declaration, "type") : "";
    const xmlNode *type = top_level("simpleType", type_name);
    const xmlNode *at = (const xmlNode *)xmlHasNsProp(node, (const xmlChar *)attribute, NULL);
    const char *file = place_document_file(v->document, at != NULL ? at : node), *element = (const char *)node->name;
    long line = place_document_line(v->document, at != NULL ? at : node);
    const char *words[MAX_NAMES];
    size_t n = words_of(type, words);
    if (n > 0) {
        const char *wrong = wrong_word(value, words, n, v->arena), *nearest = place_nearest_word(wrong, words, n);
        char all[240];
        list_words(words, n, all);
        if (nearest != NULL)
            place_errors_add(v->errors, PLACE_BAD_INPUT, file, line, "%s: %s '%s' is not known; did you mean '%s'?",
                             element, attribute, place_quote(wrong).text, nearest);
        else
            place_errors_add(v->errors, PLACE_BAD_INPUT, file, line, "%s: %s is %s; found '%s'", element, attribute,
                             all, place_quote(wrong).text);
        return;
    }
    if (strcmp(type_name, "number") == 0) { /* our own reader knows better what is wrong with a number */
        static const place_quantity any = { .noun = "numbers", .low = -1e300, .high = 1e300 };
        place_error err = { 0 };
        place_distribution unused;
        if (place_number_read(value, &any, v->arena, &unused, &err) != PLACE_OK) {
            place_errors_add(v->errors, PLACE_BAD_INPUT, file, line, "%s: %s: %s", element, attribute, err.message);
            return;
        }
    }
    char meaning[200];
    documentation(type != NULL ? type : declaration, meaning);
    place_errors_add(v->errors, PLACE_BAD_INPUT, file, line, "%s: %s '%s' is not allowed%s%s", element, attribute,
                     place_quote(value).text, meaning[0] != '\0' ? "; it takes: " : "", meaning);
}

/* The attribute of which a message of libxml2's speaks ("Element 'x', attribute 'y': ..."); "" when of none. */
static void attribute_of(const char *message, char out[64]) {
    static const char marker[] = "', attribute '";
    const char *start = strstr(message, marker);
    out[0] = '\0';
    if (start == NULL || strchr(message, ':') == NULL || strchr(message, ':') < start) return;
    start += sizeof marker - 1;
    size_t n = strcspn(start, "'");
    if (n < 64) {
        memcpy(out, start, n);
        out[n] = '\0';
    }
}

static void on_invalid(void *self, xmlErrorPtr fault) {
    validation *v = self;
    const xmlNode *node = fault->node;
    const char *message = fault->message != NULL ? fault->message : "";
    char attribute[64];
    if (fault->code == XML_ERR_NO_MEMORY) {
        v->document->memory_out = true;
        return;
    }
    v->n_found++;
    if (node == NULL || node->type != XML_ELEMENT_NODE) node = place_document_root(v->document);
    attribute_of(message, attribute);
    if (attribute[0] != '\0' && node == v->last_node && strcmp(attribute, v->last_attribute) == 0)
        return; /* the same, in other words */
    v->last_node = node;
    memcpy(v->last_attribute, attribute, sizeof attribute);
    if (is_full(v->errors)) return;
    const char *file = place_document_file(v->document, node), *element = (const char *)node->name;
    long line = place_document_line(v->document, node);
    if (attribute[0] != '\0') {
        const char *value = place_node_attribute(node, attribute);
        say_value(v, node, attribute, value != NULL ? value : "");
        return;
    }
    switch (fault->code) {
    case XML_SCHEMAV_CVC_COMPLEX_TYPE_4:
        place_errors_add(v->errors, PLACE_BAD_INPUT, file, line, "%s: attribute '%s' is missing", element,
                         place_quote(fault->str1).text);
        return;
    case XML_SCHEMAV_CVC_COMPLEX_TYPE_2_1:
    case XML_SCHEMAV_CVC_COMPLEX_TYPE_2_3:
        place_errors_add(v->errors, PLACE_BAD_INPUT, file, line, "%s: no text may stand in this element; found '%s'", element,
                         place_quote(place_node_stray(node)).text);
        return;
    default: {
        const char *start = strstr(message, "': ");
        start = start != NULL ? start + 3 : message;
        int n = (int)strcspn(start, "\n");
        place_errors_add(v->errors, PLACE_BAD_INPUT, file, line, "%s: %.*s", element, n < 300 ? n : 300, start);
    }
    }
}

place_status place_schema_check(place_document *document, place_errors *errors) {
    validation v = { .document = document, .errors = errors, .arena = place_arena_create() };
    xmlSchemaValidCtxt *context = xmlSchemaNewValidCtxt(known.schema);
    place_status status = check_names(document, place_document_root(document), known.root, errors);
    if (context == NULL || v.arena == NULL) {
        status = place_errors_add(errors, PLACE_SYSTEM, document->name, 0, "memory is out");
    } else {
        xmlSchemaSetValidStructuredErrors(context, on_invalid, &v);
        int result = xmlSchemaValidateDoc(context, document->tree);
        if (result > 0 || v.n_found > 0) status = PLACE_BAD_INPUT;
        if (result > 0 && v.n_found == 0)
            place_errors_add(errors, PLACE_BAD_INPUT, document->name, 0,
                             "this is not a scenario as the schema describes it");
        if (result < 0)
            status = place_errors_add(errors, PLACE_SYSTEM, document->name, 0, "the schema could not be applied");
    }
    place_arena_free(v.arena);
    xmlSchemaFreeValidCtxt(context);
    return status;
}
