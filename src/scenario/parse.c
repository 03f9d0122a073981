/* SPDX-License-Identifier: MIT */
/*
 * Parsing: guarded bytes to a tree without comments and instructions, each element and attribute of which knows its
 * file and line. libxml2 opens nothing, expands nothing and prints nothing: its messages are put into our sentences
 * here.
 */
#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <stdlib.h>
#include <string.h>

#include "document_internal.h"
#include "word.h"

/* What a parser found. Only its first fault is kept: those that follow come of it. */
typedef struct parse_fault {
    place_error error; /* status PLACE_OK: none */
} parse_fault;

/* Faults that need no more than their sentence. */
static const struct {
    int code;
    const char *sentence;
} fault_sentences[] = {
    { XML_ERR_DOCUMENT_EMPTY, "the file does not begin with '<': this is not XML" },
    { XML_ERR_DOCUMENT_END, "something follows the end of the root element" },
    { XML_ERR_LT_IN_ATTRIBUTE, "an attribute lacks its closing quote, or holds a '<', which is written &lt;" },
    { XML_ERR_ATTRIBUTE_NOT_STARTED, "the value of an attribute stands in quotes" },
    { XML_ERR_ATTRIBUTE_NOT_FINISHED, "an attribute lacks its closing quote" },
    { XML_ERR_GT_REQUIRED, "a tag is not closed by '>'" },
    { XML_ERR_COMMENT_NOT_FINISHED, "a comment is not closed by '-->'" },
    { XML_ERR_HYPHEN_IN_COMMENT, "a comment may not hold '--'" },
    { XML_ERR_CDATA_NOT_FINISHED, "a CDATA section is not closed by ']]>'" },
    { XML_ERR_MISPLACED_CDATA_END, "']]>' may not stand in a text" },
    { XML_ERR_PI_NOT_FINISHED, "an instruction is not closed by '?>'" },
    { XML_ERR_XMLDECL_NOT_FINISHED, "the declaration <?xml ...?> is not closed by '?>'" },
    { XML_ERR_RESERVED_XML_NAME, "the declaration <?xml ...?> stands at the very start of a file or nowhere" },
    { XML_ERR_SPACE_REQUIRED, "a space is missing between two attributes" },
    { XML_ERR_NAME_REQUIRED, "a name is missing after '<' or '&'; a single '&' is written &amp;" },
    { XML_ERR_ENTITYREF_SEMICOL_MISSING, "'&' begins a name that ';' must end; a single '&' is written &amp;" },
    { XML_ERR_INVALID_CHARREF, "&#...; means a character that XML does not allow" },
    { XML_ERR_INVALID_HEX_CHARREF, "&#x...; is not closed by ';' or is not a number" },
    { XML_ERR_INVALID_DEC_CHARREF, "&#...; is not closed by ';' or is not a number" },
    { XML_ERR_INVALID_CHAR, "a character stands here, or is meant by &#...;, that XML does not allow" },
    { XML_NS_ERR_UNDEFINED_NAMESPACE, "a name has a prefix before ':'; a scenario has no namespaces" },
};

/* A fault of libxml2's in our words; one that nobody meets keeps libxml2's, which name the rule. */
static void say_fault(place_error *err, const xmlError *fault) {
    place_quoted first = place_quote(fault->str1), second = place_quote(fault->str2);
    long line = fault->line;
    for (size_t k = 0; k < sizeof fault_sentences / sizeof fault_sentences[0]; k++)
        if (fault_sentences[k].code == fault->code)
            place_error_set(err, PLACE_BAD_INPUT, NULL, line, "%s", fault_sentences[k].sentence);
    if (fault->code == XML_ERR_NO_MEMORY) place_error_set(err, PLACE_SYSTEM, NULL, 0, "memory is out");
    if (fault->code == XML_ERR_TAG_NAME_MISMATCH)
        place_error_set(err, PLACE_BAD_INPUT, NULL, line, "</%s> stands where <%s> of line %d must be closed first",
                        second.text, first.text, fault->int1);
    if (fault->code == XML_ERR_TAG_NOT_FINISHED)
        place_error_set(err, PLACE_BAD_INPUT, NULL, line, "the file ends before <%s> of line %d is closed", first.text,
                        fault->int1);
    if (fault->code == XML_ERR_ATTRIBUTE_REDEFINED)
        place_error_set(err, PLACE_BAD_INPUT, NULL, line, "the attribute '%s' stands twice in one tag", first.text);
    if (fault->code == XML_ERR_ATTRIBUTE_WITHOUT_VALUE)
        place_error_set(err, PLACE_BAD_INPUT, NULL, line, "the attribute '%s' has no value", first.text);
    if (fault->code == XML_ERR_UNDECLARED_ENTITY || fault->code == XML_WAR_UNDECLARED_ENTITY)
        place_error_set(err, PLACE_BAD_INPUT, NULL, line,
                        "&%s; is not known; XML has &amp; &lt; &gt; &quot; &apos; and &#...;", first.text);
    if (err->status == PLACE_OK) {
        place_quoted_line said = place_quote_line(fault->message);
        size_t n = strlen(said.text);
        if (n > 0 && said.text[n - 1] == ' ') said.text[n - 1] = '\0'; /* its line end */
        place_error_set(err, PLACE_BAD_INPUT, NULL, line, "this is not well-formed XML: %s", said.text);
    }
}

static void on_fault(void *context, xmlErrorPtr fault) {
    parse_fault *kept = ((xmlParserCtxt *)context)->_private;
    if (kept->error.status == PLACE_OK && fault->level >= XML_ERR_ERROR) say_fault(&kept->error, fault);
}

/* Comments and instructions go; each element and attribute is told where it came from. `*next` is the next unread
 * line. */
static bool settle(place_document *document, xmlNode *parent, const char *file, const place_lines *lines, size_t *next,
                   place_origin *origins) {
    xmlNode *following;
    for (xmlNode *node = parent->children; node != NULL; node = following) {
        following = node->next;
        if (node->type == XML_COMMENT_NODE || node->type == XML_PI_NODE) {
            xmlUnlinkNode(node);
            xmlFreeNode(node);
            continue;
        }
        if (node->type != XML_ELEMENT_NODE) continue;
        size_t n_attributes = 0;
        for (xmlAttr *attribute = node->properties; attribute != NULL; attribute = attribute->next) n_attributes++;
        if (*next + 1 + n_attributes > lines->n) return false;
        origins[*next] = (place_origin){ file, lines->lines[*next] };
        node->_private = &origins[(*next)++];
        for (xmlAttr *attribute = node->properties; attribute != NULL; attribute = attribute->next) {
            origins[*next] = (place_origin){ file, lines->lines[*next] };
            attribute->_private = &origins[(*next)++];
        }
        document->n_elements++;
        document->n_attributes += n_attributes;
        if (!settle(document, node, file, lines, next, origins)) return false;
    }
    return true;
}

place_status place_parse(xmlDoc **out, place_document *document, const char *bytes, size_t size, const char *file,
                         const place_guard_limits *limits, place_errors *errors) {
    place_lines lines = { NULL, 0, 0 };
    xmlParserCtxt *context = NULL;
    xmlDoc *tree = NULL;
    parse_fault fault = { 0 };
    place_origin *origins = NULL;
    size_t next = 0;
    place_status status = place_guard_scan(bytes, size, file, limits, &lines, errors);
    if (status != PLACE_OK) goto out;
    context = xmlNewParserCtxt();
    origins = place_arena_array(document->arena, lines.n, sizeof *origins);
    if (context == NULL || origins == NULL) {
        status = place_errors_add(errors, PLACE_SYSTEM, file, 0, "memory is out");
        goto out;
    }
    xmlDictFree(context->dict);
    context->dict = document->dict;
    xmlDictReference(document->dict);
    context->_private = &fault;
    context->sax->serror = on_fault;
    tree = xmlCtxtReadMemory(context, bytes, (int)size, NULL, NULL,
                             XML_PARSE_NONET | XML_PARSE_BIG_LINES | XML_PARSE_NOCDATA);
    if (fault.error.status != PLACE_OK) {
        status = place_errors_add(errors, fault.error.status, file, fault.error.line, "%s", fault.error.message);
        goto out;
    }
    if (tree == NULL) {
        status = place_errors_add(errors, PLACE_SYSTEM, file, 0, "memory is out");
        goto out;
    }
    if (!settle(document, (xmlNode *)tree, file, &lines, &next, origins)) {
        status = place_errors_add(errors, PLACE_BAD_INPUT, file, 0, "this is not well-formed XML");
        goto out;
    }
    *out = tree;
    tree = NULL;
out:
    xmlFreeDoc(tree);
    xmlFreeParserCtxt(context);
    free(lines.lines);
    return status;
}
