/* SPDX-License-Identifier: MIT */
/**
 * Files that the program carries: the schema that every scenario is held against, and the scenario to start from.
 * Made from scenarios/placesim.xsd and scenarios/minimal.xml when the program is built. Each is followed by a NUL, so it
 * may be read as a string; its size does not count the NUL.
 */
#ifndef PLACE_EMBEDDED_H
#define PLACE_EMBEDDED_H

#include <stddef.h>

extern const unsigned char place_embedded_schema[]; /**< UTF-8 */
extern const size_t place_embedded_schema_size;     /**< bytes */

extern const unsigned char place_embedded_starter[]; /**< UTF-8 */
extern const size_t place_embedded_starter_size;     /**< bytes */

#endif
