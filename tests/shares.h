/* SPDX-License-Identifier: MIT */
/**
 * How much of a long test is tried. PLACE_FAULTS=I/N in the environment (make faults) tries the I-th of N shares of all and says how many;
 * without it (make test), a part spread evenly.
 */
#ifndef PLACE_TESTS_SHARES_H
#define PLACE_TESTS_SHARES_H

#include <check.h>
#include <stdbool.h>
#include <stdint.h>

/** @return `few` in make test, `all` in make faults */
int faults(int few, int all);
/** Is the i-th of ours? Every Nth is of a share, so that what has been tried when a share is done is spread evenly. */
bool is_ours(long i);
/** Said when all of them have ended well: the first that does not ends the test. Nothing in make test. */
void tell_tried(long n, const char *what);

/** A case of a suite whose tests have a fixture of their own each, and the time that the whole takes in make faults. */
TCase *faults_case(Suite *suite, const char *name, SFun set_up, SFun tear_down);

/** Chance that is the same each time. @return 44 bits */
uint64_t next_word(uint64_t *state);

#endif
