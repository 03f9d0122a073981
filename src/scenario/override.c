/* SPDX-License-Identifier: MIT */
/*
 * Overrides: `XPATH=VALUE`, for one run. A path may hold '=' in its conditions and a value may hold it too, so the two
 * part at the first '=' that stands outside brackets and quotes. Paths start at <scenario>; `/scenario/time/@steps`,
 * `time/@steps` and `//time/@steps` are the same. A changed value's origin is the override: what is wrong with it is
 * not the file's fault.
 */
#include <libxml/xpath.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "document_internal.h"
#include "guard.h"
#include "word.h"

#define MAX_XPATH_BYTES 2000
#define MAX_XPATH_STEPS 20000000ul /* about a second; a path over a full scenario takes a tenth of it */

/* Where the '=' between path and value stands, or NULL. */
static const char *split(const char *set) {
    int depth = 0;
    char quote = '\0';
    for (const char *at = set; *at != '\0'; at++) {
        if (quote != '\0') {
            if (*at == quote) quote = '\0';
        } else if (*at == '"' || *at == '\'') {
            quote = *at;
        } else if (*at == '[' || *at == '(') {
            depth++;
        } else if (*at == ']' || *at == ')') {
            depth--;
        } else if (*at == '=' && depth == 0) {
            return at;
        }
    }
    return NULL;
}

static void ignore_fault(void *self, xmlErrorPtr fault) {
    *(int *)self = fault->code;
}

/* The old value is gone, the new one stands in its place. */
static bool change(xmlNode *node, const char *value) {
    if (node->type == XML_ATTRIBUTE_NODE) return xmlSetProp(node->parent, node->name, (const xmlChar *)value) != NULL;
    xmlNode *text = xmlNewDocText(node->doc, (const xmlChar *)value);
    if (text == NULL) return false;
    while (node->children != NULL) {
        xmlNode *child = node->children;
        xmlUnlinkNode(child);
        xmlFreeNode(child);
    }
    return xmlAddChild(node, text) != NULL;
}

typedef struct override {
    const char *file; /* "--set XPATH", for messages */
    const char *xpath, *value;
} override;

static place_status apply_to_node(place_document *document, const override *o, xmlNode *node,
                                  const place_scenario_options *options, place_errors *errors) {
    if (node->type != XML_ATTRIBUTE_NODE && node->type != XML_ELEMENT_NODE)
        return place_errors_add(errors, PLACE_BAD_INPUT, o->file, 0,
                                "the path must lead to an attribute or to an element's text");
    if (node->type == XML_ELEMENT_NODE && (place_node_child(node, NULL) != NULL || node->properties != NULL))
        return place_errors_add(
            errors, PLACE_BAD_INPUT, o->file, 0,
            "the path leads to <%s>, which is no single value; name one of its attributes, as in %s/@...",
            place_quote((const char *)node->name).text, place_quote(o->xpath).text);
    place_origin *origin = place_arena_array(document->arena, 1, sizeof *origin);
    xmlChar *old = xmlNodeGetContent(node);
    place_status status = PLACE_OK;
    if (options->on_set != NULL && old != NULL)
        options->on_set(options->self, place_document_file(document, node), place_document_line(document, node),
                        o->xpath, (const char *)old, o->value);
    if (origin == NULL || old == NULL || !change(node, o->value)) {
        status = place_errors_add(errors, PLACE_SYSTEM, document->name, 0, "memory is out");
    } else {
        *origin = (place_origin){ o->file, 0 };
        node->_private = origin;
    }
    xmlFree(old);
    return status;
}

static place_status apply_path(place_document *document, const override *o, const place_scenario_options *options,
                               place_errors *errors) {
    int fault = XML_ERR_OK;
    place_status worst = PLACE_OK;
    xmlXPathObject *found = NULL;
    xmlXPathContext *context = xmlXPathNewContext(document->tree);
    if (context == NULL) return place_errors_add(errors, PLACE_SYSTEM, document->name, 0, "memory is out");
    context->error = ignore_fault;
    context->userData = &fault;
    context->opLimit = MAX_XPATH_STEPS;
    context->node = place_document_root(document);
    found = xmlXPathEvalExpression((const xmlChar *)o->xpath, context);
    if (fault == XML_ERR_NO_MEMORY || fault == (int)XML_XPATH_EXPRESSION_OK + (int)XPATH_MEMORY_ERROR)
        document->memory_out = true;
    if (found == NULL) {
        bool endless = fault == (int)XML_XPATH_EXPRESSION_OK + (int)XPATH_OP_LIMIT_EXCEEDED;
        worst = place_errors_add(errors, PLACE_BAD_INPUT, o->file, 0,
                                 endless ? "the path takes too long to follow" : "this is no path of XPath 1.0");
    } else if (found->type != XPATH_NODESET) {
        worst = place_errors_add(errors, PLACE_BAD_INPUT, o->file, 0,
                                 "the path gives a value and leads to no place in the scenario");
    } else if (found->nodesetval == NULL || found->nodesetval->nodeNr == 0) {
        worst =
            place_errors_add(errors, PLACE_BAD_INPUT, o->file, 0,
                             "the path leads to nothing in this scenario; a path looks like site[@id='ash']/@take-up");
    } else {
        xmlNode **nodes = found->nodesetval->nodeTab;
        for (int k = 0; k < found->nodesetval->nodeNr; k++) /* before any text is freed */
            if (nodes[k]->type == XML_TEXT_NODE) nodes[k] = nodes[k]->parent;
        for (int k = 0; k < found->nodesetval->nodeNr; k++) {
            place_status status = apply_to_node(document, o, nodes[k], options, errors);
            if (status > worst) worst = status;
        }
    }
    xmlXPathFreeObject(found);
    xmlXPathFreeContext(context);
    return worst;
}

static place_status apply_one(place_document *document, const char *set, const place_scenario_options *options,
                              place_errors *errors) {
    char shown[90];
    const char *equals = split(set);
    if (equals == NULL || equals == set) {
        snprintf(shown, sizeof shown, "--set %s", place_quote(set).text);
        return place_errors_add(errors, PLACE_BAD_INPUT, shown, 0,
                                "an override is written XPATH=VALUE, as in time/@steps=30");
    }
    if (!place_guard_value(set))
        return place_errors_add(errors, PLACE_BAD_INPUT, "--set", 0,
                                "an override is UTF-8 without control characters, at most 64 KB; '%s' is not",
                                place_quote(set).text);
    char *xpath = place_arena_text(document->arena, set);
    if (xpath == NULL) return place_errors_add(errors, PLACE_SYSTEM, document->name, 0, "memory is out");
    xpath[equals - set] = '\0';
    snprintf(shown, sizeof shown, "--set %s", place_quote(xpath).text);
    override o = { place_arena_text(document->arena, shown), xpath, equals + 1 };
    if (o.file == NULL) return place_errors_add(errors, PLACE_SYSTEM, document->name, 0, "memory is out");
    if (strlen(xpath) > MAX_XPATH_BYTES)
        return place_errors_add(errors, PLACE_BAD_INPUT, o.file, 0, "a path has at most %d bytes", MAX_XPATH_BYTES);
    return apply_path(document, &o, options, errors);
}

/* The seed may be left out of a scenario, so the attribute may have to be made before it can be changed. */
static place_status apply_seed(place_document *document, const place_scenario_options *options, place_errors *errors) {
    const override o = { "--seed", "/scenario/@seed", options->seed };
    xmlNode *root = place_document_root(document);
    xmlAttr *seed = xmlHasProp(root, (const xmlChar *)"seed");
    if (seed == NULL) seed = xmlNewProp(root, (const xmlChar *)"seed", (const xmlChar *)"");
    if (seed == NULL) return place_errors_add(errors, PLACE_SYSTEM, document->name, 0, "memory is out");
    return apply_to_node(document, &o, (xmlNode *)seed, options, errors);
}

place_status place_override_apply(place_document *document, const place_scenario_options *options,
                                  place_errors *errors) {
    place_status worst = PLACE_OK;
    for (size_t s = 0; options != NULL && s < options->n_sets; s++) {
        place_status status = apply_one(document, options->sets[s], options, errors);
        if (status > worst) worst = status;
    }
    if (options != NULL && options->seed != NULL) {
        place_status status = apply_seed(document, options, errors);
        if (status > worst) worst = status;
    }
    return worst;
}
