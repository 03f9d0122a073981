/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "place/scenario.h"
#include "targets.h"

static const char *const tables[] = { "population",    "new-plans", "cease",        "move",   "phase-transfer", "joiner-target",
                                      "stock-by-ncy",  "recode",    "stock",        "divert", "waiting-setting", "stock-waiting",
                                      "stock-by-setting", "direct", "stock-shape",  "transfer-out" };

int fuzz_csv(const uint8_t *bytes, size_t size) {
    static char base[1 << 14];
    static size_t base_size;
    static place_errors errors;
    char path[200], text[300];
    place_plan *plan = NULL;
    if (size == 0) return 0;
    if (base_size == 0) {
        FILE *file = fopen("tests/hostile/base.xml", "rb");
        if (file == NULL) fuzz_fail("tests/hostile/base.xml is missing: run from the top folder");
        base_size = fread(base, 1, sizeof base, file);
        fclose(file);
    }
    fuzz_write(path, fuzz_folder(), "base.xml", base, base_size);
    fuzz_write(path, fuzz_folder(), "rows.csv", bytes + 1, size - 1);
    int n = snprintf(text, sizeof text, "<scenario version='1' id='csv' extends='base.xml'><table name='%s' file='rows.csv'/></scenario>",
                     tables[bytes[0] % (sizeof tables / sizeof tables[0])]);
    fuzz_write(path, fuzz_folder(), "csv.xml", text, (size_t)n);
    errors.n_errors = errors.n_warnings = 0;
    place_status status = place_scenario_load(&plan, path, NULL, &errors);
    if ((status == PLACE_OK) != (errors.n_errors == 0)) fuzz_fail("status %d with %zu errors", (int)status, errors.n_errors);
    if (status == PLACE_SYSTEM) fuzz_fail("%s", errors.errors[0].message);
    place_plan_free(plan);
    return 0;
}
