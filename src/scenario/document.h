/* SPDX-License-Identifier: MIT */
/**
 * A scenario document: one resolved XML tree, guarded, with its overrides applied and valid against the schema; each node
 * knows the file and line it came from. Only src/scenario sees libxml2.
 */
#ifndef PLACE_SCENARIO_DOCUMENT_H
#define PLACE_SCENARIO_DOCUMENT_H

#include <libxml/tree.h>

#include "place/error.h"
#include "place/scenario.h"

typedef struct place_document place_document;

/** Read, guard, parse, resolve `extends` and table files (rows of a CSV become <row> elements), apply overrides, validate. */
place_status place_document_load(place_document **out, const char *path, const place_scenario_options *options,
                                 place_errors *errors);
place_status place_document_load_text(place_document **out, const char *text, size_t size, const char *name,
                                      const place_scenario_options *options, place_errors *errors);
void place_document_free(place_document *document);

xmlNode *place_document_root(const place_document *document);

/** Where a node was written: for a row of a CSV, its file and line there. */
const char *place_document_file(const place_document *document, const xmlNode *node);
long place_document_line(const place_document *document, const xmlNode *node);

/** The resolved scenario as canonical text: no `extends`, no `file`, attributes by name, siblings in a canonical order (by element
 *  name, then key or id, then content), comments dropped; equal scenarios give equal bytes. Loading it gives an equal document.
 *  Caller frees with free(). */
char *place_document_print(const place_document *document, size_t *size);

#endif
