/* SPDX-License-Identifier: MIT */
/** The guard: which files are read, and which bytes are let near the XML parser. */
#ifndef PLACE_SCENARIO_GUARD_H
#define PLACE_SCENARIO_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "place/error.h"

#define PLACE_MAX_FILE_BYTES ((size_t)16 << 20) /**< of one file, and of all files of a scenario       */
#define PLACE_MAX_ELEMENTS 100000u /**< of one scenario, rows of CSV files included: 1 to 2 KB of memory each */
#define PLACE_MAX_ATTRIBUTES 400000u
#define PLACE_MAX_VALUE_BYTES ((size_t)64 << 10) /**< one attribute value, or one run of text        */

/** The bytes of one file, read once. `bytes` ends in a NUL that `size` does not count. */
typedef struct place_bytes {
    char *bytes; /**< owned; free() */
    size_t size;
} place_bytes;

/** Where each tag and each attribute begins, in the order of the file: of each start tag its line, then the lines
 *  of its attributes, those that declare namespaces left out. libxml2 knows only where a tag ends, and that up to
 *  65,535. */
typedef struct place_lines {
    uint32_t *lines; /**< [n] owned; free() */
    size_t n, n_room;
} place_lines;

typedef struct place_guard_limits {
    size_t n_bytes, n_lines;
} place_guard_limits;

/** Of a file. */
extern const place_guard_limits place_guard_file;
/** Of a resolved scenario out of a run file, which holds the rows of all its tables. */
extern const place_guard_limits place_guard_text;

/**
 * Read a regular file of at most PLACE_MAX_FILE_BYTES.
 * @param path   opened
 * @param shown  the file's name in messages
 * @return PLACE_OK; PLACE_SYSTEM when there is no such file or it cannot be read; PLACE_BAD_INPUT when it is too large
 */
place_status place_guard_read(place_bytes *out, const char *path, const char *shown, place_errors *errors);

/** Whether the bytes are UTF-8 text and nothing else: not empty, no NUL or control character, not an archive or the
 *  like.
 *  @param what  "a scenario", "a table": stands in "this is a PDF, not a scenario" */
place_status place_guard_encoding(const char *bytes, size_t size, const char *name, const char *what,
                                  place_errors *errors);

/** Whether the bytes may be parsed as a scenario: place_guard_encoding, then limits and banned parts of XML. One
 *  error at most.
 *  @param lines  filled; the caller frees `lines->lines`, on failure too */
place_status place_guard_scan(const char *bytes, size_t size, const char *name, const place_guard_limits *limits,
                              place_lines *lines, place_errors *errors);

/** Whether a value may stand in a scenario: UTF-8, no control character but tab and line end, at most
 *  PLACE_MAX_VALUE_BYTES. */
bool place_guard_value(const char *text);

#endif
