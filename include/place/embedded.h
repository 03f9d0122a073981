/* SPDX-License-Identifier: MIT */
/**
 * Files that the program carries: the schema that every scenario is held against, the scenario to start from, and the
 * scenarios of the closed forms. Made from scenarios/placesim.xsd, scenarios/minimal.xml and scenarios/verify when the
 * program is built. Each is followed by a NUL, so it may be read as a string; its size does not count the NUL.
 */
#ifndef PLACE_EMBEDDED_H
#define PLACE_EMBEDDED_H

#include <stddef.h>

extern const unsigned char place_embedded_schema[]; /**< UTF-8 */
extern const size_t place_embedded_schema_size;     /**< bytes */

extern const unsigned char place_embedded_starter[]; /**< UTF-8 */
extern const size_t place_embedded_starter_size;     /**< bytes */

typedef struct place_embedded_file {
    const char *name;           /**< without folder and suffix: "v17" */
    const unsigned char *bytes; /**< UTF-8                             */
    size_t size;                /**< bytes                             */
} place_embedded_file;

extern const place_embedded_file place_embedded_closed_forms[]; /**< by name */
extern const size_t place_embedded_closed_forms_n;

#endif
