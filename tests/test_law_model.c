/* SPDX-License-Identifier: MIT */
/**
 * The program against tests/law_model.py, which plays random scenarios pupil by pupil in numpy: the same laws, figure by figure. Three
 * scenarios here, 50 of them at 20,000 replications with `make laws`; planted faults on numpy's side have to be told.
 */
#include <stdlib.h>

#include "laws.h"
#include "scenarios.h"
#include "suites.h"

START_TEST(a_model_of_single_pupils_in_numpy_has_the_same_laws) {
    text command = { 0 };
    text_add(&command, "PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 tests/law_model.py --program \"${PLACESIM:-build/placesim}\" %s >&2",
             law_in_full() ? "--number 50 -n 20000 --planted" : "--only 12 21 33 -n 3000 --planted" /* months and terms, few of them diverted at once */);
    ck_assert_int_eq(system(command.at), 0);
    text_free(&command);
}
END_TEST

Suite *laws_suite(void) {
    Suite *suite = suite_create("laws");
    TCase *t = tcase_create("laws");
    tcase_set_timeout(t, law_in_full() ? 7200 : 120);
    tcase_add_test(t, a_model_of_single_pupils_in_numpy_has_the_same_laws);
    suite_add_tcase(suite, t);
    return suite;
}
