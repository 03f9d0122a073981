/* SPDX-License-Identifier: MIT */
/**
 * `verify` and its table of closed forms: each case passes on the scenario that the program carries, and fails when something is wrong:
 * another number in its scenario, or another exact value in the table.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "place/closed_forms.h"
#include "place/embedded.h"
#include "place/report.h"
#include "place/runfile.h"
#include "scenarios.h"
#include "suites.h"

enum { N = 10000, MOST = 16 };

static const place_closed_form *form_of(const char *id) {
    for (size_t i = 0; i < place_n_closed_forms; i++)
        if (strcmp(place_closed_forms[i].id, id) == 0) return &place_closed_forms[i];
    ck_abort_msg("no case '%s'", id);
    return NULL;
}

static const place_embedded_file *carried(const char *name) {
    for (size_t i = 0; i < place_embedded_closed_forms_n; i++)
        if (strcmp(place_embedded_closed_forms[i].name, name) == 0) return &place_embedded_closed_forms[i];
    ck_abort_msg("the program carries no '%s'", name);
    return NULL;
}

/* Run a case of at most N replications, with a change or none. @return checks that fail */
static size_t failures(place_closed_result *results, const place_closed_form *form, const char *set) {
    place_error err = { 0 };
    size_t n_failed = 0;
    place_plan *plan = scenario_load_text((const char *)carried(form->scenario)->bytes, &set, set != NULL ? 1 : 0);
    ck_assert_uint_le(form->n_checks, MOST);
    ck_assert_int_eq(place_closed_form_run(results, form, plan, 2, &err), PLACE_OK);
    for (size_t i = 0; i < form->n_checks; i++) n_failed += !results[i].passed;
    place_plan_free(plan);
    return n_failed;
}

START_TEST(each_case_passes_on_the_scenario_that_the_program_carries) {
    char path[64];
    static char bytes[1 << 16];
    place_closed_result results[MOST];
    place_closed_form form = place_closed_forms[_i];
    snprintf(path, sizeof path, "scenarios/verify/%s.xml", form.scenario);
    FILE *file = fopen(path, "rb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fread(bytes, 1, sizeof bytes, file), carried(form.scenario)->size);
    ck_assert_mem_eq(bytes, carried(form.scenario)->bytes, carried(form.scenario)->size);
    fclose(file);
    if (form.n_replications > N) form.n_replications = N;
    ck_assert_uint_eq(failures(results, &form, NULL), 0);
}
END_TEST

static const struct {
    const char *id, *set;
} faults[] = {
    { "V1", "table[@name='new-plans']/row/@value=0.102" },
    { "V2", "table[@name='cease']/row/@value=0.031" },
    { "V4", "table[@name='cease']/row[@need='m']/@ncy=18" },  /* the mean is 9.5 years */
    { "V5", "table[@name='move']/row[@to='x']/@value=0.26" },
    { "V6", "table[@name='move']/row[@to='z'][1]/@value=0.03" },
    { "V9", "table[@name='cease']/row/@ncy=10" },
    { "V10", "table[@name='cease']/row/@value=0.04" },     /* the mean, without its spread */
    { "V11", "table[@name='new-plans']/row/@value=0.1" },  /* the same                     */
    { "V12", "site/places/@commissioned=104" },
    { "V15", "site[@id='t']/places/@commissioned=46" },
    { "V17", "site/places/@commissioned=31" },
    { "V20", "site/places/@commissioned=11" },
    { "V21", "site/event[2]/@places=2" },
    { "V23", "project/activity[@id='b']/@duration=3.5" },  /* the mean, without its spread */
    { "V25", "project/activity[@id='b']/@duration=4" },    /* the same                     */
    { "V26", "project/activity[@id='c']/@duration=exponential(4.4)" },
    { "V27", "project/activity/@duration=triangular(3, 6, 15)" },
    { "V28", "project[@id='p-b']/activity[@id='building']/@duration=12" },
    { "V30", "project/@mitigation=0.4" },
    { "V31", "project[@id='p3']/@cancel=0.6" },
    { "V34", "table[@name='unit-cost']/row/@value=10000.01" },
    { "V36", "table[@name='new-plans']/row/@value=0.0022" },
};

START_TEST(each_case_fails_on_a_scenario_with_a_fault) {
    place_closed_result results[MOST];
    place_closed_form form = *form_of(faults[_i].id);
    if (form.n_replications > N) form.n_replications = N;
    ck_assert_msg(failures(results, &form, faults[_i].set) > 0, "%s passes with %s", faults[_i].id, faults[_i].set);
}
END_TEST

START_TEST(a_wrong_exact_value_fails_and_is_told) { /* with 104 places 2.004105 + P(more than 104) = 2.3196 would lack */
    char written[4096];
    place_error err = { 0 };
    place_closed_result results[MOST];
    place_closed_form form = *form_of("V12");
    place_closed_check checks[MOST];
    memcpy(checks, form.checks, form.n_checks * sizeof *checks);
    ck_assert_double_eq_tol(checks[0].exact, 2.004105, 1e-6);
    checks[0].exact = 2.3196;
    form.checks = checks;
    ck_assert_uint_eq(failures(results, &form, NULL), 1);
    ck_assert(!results[0].passed);
    place_tables *tables = place_tables_create();
    FILE *out = fmemopen(written, sizeof written, "w");
    place_report_closed_forms(tables, results, form.n_checks);
    ck_assert_int_eq(place_tables_write(tables, PLACE_AS_TEXT, NULL, out, &err), PLACE_OK);
    fclose(out);
    ck_assert_ptr_nonnull(strstr(written, "NOT VERIFIED: 1 of 3 checks fail"));
    ck_assert_ptr_nonnull(strstr(written, "FAIL"));
    place_tables_free(tables);
}
END_TEST

START_TEST(the_page_names_program_machine_and_verdict) {
    static char said[1 << 16];
    char command[200];
    snprintf(command, sizeof command, "%s verify -n 10000 -q --seed 3 --json", getenv("PLACESIM"));
    FILE *pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    said[fread(said, 1, sizeof said - 1, pipe)] = '\0';
    int status = pclose(pipe);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 0);
    static const char *const parts[] = { "\"version\"", "\"compiler\"", "\"machine\": \"Linux", "\"date\"", "\"verdict\": \"verified: all ",
                                         "{\"case\": \"V17\"", "\"exact\": 2.004105186", "\"seed\": \"3\"", "\"program_sha256\"", "\"figures_sha256\"", "\"c_library\"",
                                         "\"replications\": 10000, \"scenario_sha256\": \"" };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) ck_assert_msg(strstr(said, parts[i]) != NULL, "'%s' is not in:\n%s", parts[i], said);
    snprintf(command, sizeof command, "%s verify -n 9999 2>/dev/null", getenv("PLACESIM"));
    status = system(command);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 2);
}
END_TEST

/* The digest of the figures on a page. */
static void figures_of(const char *arguments, char out[65]) {
    static char said[1 << 16];
    char command[200];
    snprintf(command, sizeof command, "%s verify -n 10000 -q --json %s", getenv("PLACESIM"), arguments);
    FILE *pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    said[fread(said, 1, sizeof said - 1, pipe)] = '\0';
    ck_assert_int_eq(pclose(pipe), 0);
    const char *at = strstr(said, "\"figures_sha256\": \"");
    ck_assert_ptr_nonnull(at);
    ck_assert_int_eq(sscanf(at, "\"figures_sha256\": \"%64[0-9a-f]", out), 1);
    ck_assert_uint_eq(strlen(out), 64);
}

START_TEST(the_figures_have_one_digest_whatever_the_threads) { /* and another with another seed */
    char one[65], three[65], other[65];
    figures_of("-t 2", one);
    figures_of("-t 3", three);
    figures_of("--seed 4", other);
    ck_assert_str_eq(one, three);
    ck_assert_str_ne(one, other);
}
END_TEST

START_TEST(a_digest_is_that_of_the_standard) { /* FIPS 180-4: "abc" */
    char digest[65];
    place_runfile_sha256(digest, "abc", 3);
    ck_assert_str_eq(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
END_TEST

Suite *verify_suite(void) {
    Suite *suite = suite_create("verify");
    TCase *tests = tcase_create("verify");
    tcase_set_timeout(tests, 300); /* seconds: a page takes five on a machine that nobody else uses */
    tcase_add_loop_test(tests, each_case_passes_on_the_scenario_that_the_program_carries, 0, (int)place_n_closed_forms);
    tcase_add_loop_test(tests, each_case_fails_on_a_scenario_with_a_fault, 0, (int)(sizeof faults / sizeof faults[0]));
    tcase_add_test(tests, a_wrong_exact_value_fails_and_is_told);
    tcase_add_test(tests, the_page_names_program_machine_and_verdict);
    tcase_add_test(tests, the_figures_have_one_digest_whatever_the_threads);
    tcase_add_test(tests, a_digest_is_that_of_the_standard);
    suite_add_tcase(suite, tests);
    return suite;
}
