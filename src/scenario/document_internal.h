/* SPDX-License-Identifier: MIT */
/** What the parts of the document share: the tree with where each node came from, and the passes made over it. */
#ifndef PLACE_SCENARIO_DOCUMENT_INTERNAL_H
#define PLACE_SCENARIO_DOCUMENT_INTERNAL_H

#include <libxml/parser.h>

#include "document.h"
#include "folder.h"
#include "guard.h"
#include "place/arena.h"

/** Where a node was written. A node's `_private` points to one; where it is NULL, its parent's holds. */
typedef struct place_origin {
    const char *file;
    long line;
} place_origin;

/** Names of all trees are in one dictionary, so that nodes may go from one tree to another. */
struct place_document {
    const char *name;   /**< of the first file                  */
    place_arena *arena; /**< of file names and origins           */
    xmlDict *dict;
    xmlDoc *tree;                    /**< comments and instructions are gone */
    bool memory_out;                 /**< libxml2 said so: what it said besides is not to be trusted */
    size_t n_elements, n_attributes; /**< of all files, rows of CSV files included */
    size_t n_bytes;                  /**< of all files */
};

/** @return the text of an attribute without a namespace, or NULL; borrowed until the attribute changes */
const char *place_node_attribute(const xmlNode *element, const char *name);
bool place_node_is(const xmlNode *node, const char *name);
const xmlNode *place_node_child(const xmlNode *parent,
                                const xmlNode *after); /**< next element; from the first with NULL */

/** @return the first text that stands among an element's children and is not blank, without what is blank before it; NULL when there is none */
const char *place_node_stray(const xmlNode *element);

/** What tells an element from others of its name (its id; a table's name; a trend's flow; the pair of a
 *  correlation): into the arena. "" for an element that stands alone or in a set, such as time or row. NULL when
 *  memory is out. */
const char *place_node_identity(const xmlNode *element, place_arena *arena);

/** The tree of `size` bytes, which a NUL follows, after the guard has looked at them. The caller frees it. */
place_status place_parse(xmlDoc **out, place_document *document, const char *bytes, size_t size, const char *file,
                         const place_guard_limits *limits, place_errors *errors);

/** Read one more file of the scenario. Together they have at most PLACE_MAX_FILE_BYTES. */
place_status place_document_read(place_bytes *out, place_document *document, const place_beside *from,
                                 place_errors *errors);

/** Merge the tree of a file into the tree that it extends. `child` is emptied. */
place_status place_merge(place_document *document, xmlNode *base, xmlNode *child, place_errors *errors);

/** Put the rows of a table's CSV file behind its own, and take away its `file`. */
place_status place_rows_add(place_document *document, xmlNode *table, const place_folder *folder,
                            const place_beside *from, place_errors *errors);

/** The same from the bytes of a CSV file, which a NUL follows; they are changed. @param file  lives as long as the document */
place_status place_rows_parse(place_document *document, xmlNode *table, char *bytes, size_t size, const char *file, place_errors *errors);

place_status place_override_apply(place_document *document, const place_scenario_options *options,
                                  place_errors *errors);

/** Once a process, by whoever comes first: start libxml2, compile the schema. @return whether the schema is sound. */
bool place_schema_init(void);
/** Hold the tree against the schema. What the schema does not know is taken out of the tree once it is reported. */
place_status place_schema_check(place_document *document, place_errors *errors);
/** @return whether an element of this name may have the attribute; if not, `*nearest` is a known word or NULL */
bool place_schema_knows(const char *element, const char *attribute, const char **nearest);

#endif
