/* SPDX-License-Identifier: MIT */
/* Which XML library reads scenarios, for whoever has to tell one build from another. */
#include <libxml/xmlversion.h>

#include "place/scenario.h"

const char *place_scenario_libraries(void) { return "libxml2 " LIBXML_DOTTED_VERSION; }
