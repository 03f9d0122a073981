/* SPDX-License-Identifier: MIT */
#include "shares.h"

#include <stdio.h>
#include <stdlib.h>

int faults(int few, int all) {
    return getenv("PLACE_FAULTS") != NULL ? all : few;
}

bool is_ours(long i) {
    long share = 1, n_shares = 1;
    const char *asked = getenv("PLACE_FAULTS");
    if (asked != NULL && (sscanf(asked, "%ld/%ld", &share, &n_shares) != 2 || share < 1 || n_shares < share)) ck_abort_msg("PLACE_FAULTS is I/N: %s", asked);
    return i % n_shares == share - 1;
}

void tell_tried(long n, const char *what) {
    if (getenv("PLACE_FAULTS") != NULL) fprintf(stderr, "faults %s: %ld %s, 0 bad\n", getenv("PLACE_FAULTS"), n, what);
}

TCase *faults_case(Suite *suite, const char *name, SFun set_up, SFun tear_down) {
    TCase *made = tcase_create(name);
    tcase_add_checked_fixture(made, set_up, tear_down);
    tcase_set_timeout(made, faults(300, 3600));
    suite_add_tcase(suite, made);
    return made;
}

uint64_t next_word(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 20;
}
