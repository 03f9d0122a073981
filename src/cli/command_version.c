/* SPDX-License-Identifier: MIT */
/* --version: one line, or as JSON all that decides how this program was built. */
#include "commands.h"
#include "place/runfile.h"
#include "place/scenario.h"
#include "place/table.h"
#include "place/version.h"

#if defined __SANITIZE_ADDRESS__
#define SANITIZER "address"
#elif defined __SANITIZE_THREAD__
#define SANITIZER "thread"
#else
#define SANITIZER "none"
#endif

void place_version_facts(place_tables *report) {
    place_tables_fact(report, "version", "Version", PLACE_VERSION);
    place_tables_fact_number(report, "number_contract", "Number contract", PLACE_NUMBER_CONTRACT);
    place_tables_fact(report, "scenario_libraries", "Libraries", place_scenario_libraries());
    place_tables_fact(report, "result_libraries", "Libraries", place_runfile_libraries());
#ifdef __clang__
    place_tables_fact(report, "compiler", "Compiler", __VERSION__);
#else
    place_tables_fact(report, "compiler", "Compiler", "gcc " __VERSION__);
#endif
    place_tables_fact_number(report, "c_standard", "", (double)__STDC_VERSION__);
#ifdef __OPTIMIZE__
    place_tables_fact(report, "optimised", "Optimised", "yes");
#else
    place_tables_fact(report, "optimised", "Optimised", "no");
#endif
#ifdef NDEBUG
    place_tables_fact(report, "assertions", "Assertions", "no");
#else
    place_tables_fact(report, "assertions", "Assertions", "yes");
#endif
    place_tables_fact(report, "sanitizer", "Sanitizer", SANITIZER);
}

place_status place_command_version(bool json, place_error *err) {
    if (!json) {
        puts("placesim " PLACE_VERSION);
        return PLACE_OK;
    }
    place_tables *report = place_tables_create();
    if (report == NULL) return place_error_set(err, PLACE_SYSTEM, NULL, 0, "out of memory");
    place_version_facts(report);
    place_status status = place_tables_write(report, PLACE_AS_JSON, NULL, stdout, err);
    place_tables_free(report);
    return status;
}
