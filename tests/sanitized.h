/* SPDX-License-Identifier: MIT */
/**
 * What cannot be tested under the address and thread sanitizers: they keep memory of their own beside the program's, in terabytes of address
 * space, and take the place of its malloc. A limit of memory, of address space or of the stack, and a malloc that is preloaded, mean nothing there.
 * Undefined behaviour's sanitizer does none of that. The thread sanitizer besides keeps a signal until a call that it knows returns: told just before
 * it waits for its child, a parent hands it on when the child has ended.
 */
#ifndef PLACE_TESTS_SANITIZED_H
#define PLACE_TESTS_SANITIZED_H

#include <check.h>
#include <stdio.h>

#if defined(__has_feature)
#define HAS_SANITIZER(name) __has_feature(name##_sanitizer)
#else
#define HAS_SANITIZER(name) 0
#endif
#if defined(__SANITIZE_THREAD__) || HAS_SANITIZER(thread)
#define SIGNALS_WAIT 1
#else
#define SIGNALS_WAIT 0
#endif
#if defined(__SANITIZE_ADDRESS__) || HAS_SANITIZER(address)
#define IS_SANITIZED 1
#else
#define IS_SANITIZED SIGNALS_WAIT
#endif

/** Add a test n times, with _i from 0, or say that it is skipped where memory is a sanitizer's. */
static inline void add_where_memory_is_ours(TCase *tcase, const TTest *test, int n) {
    if (IS_SANITIZED) fprintf(stderr, "%s: skipped, memory is the sanitizer's\n", test->name);
    else tcase_add_loop_test(tcase, test, 0, n);
}

/** Add a test that tells a process of a signal at any time, or say that it is skipped where signals may wait. */
static inline void add_where_signals_come_at_once(TCase *tcase, const TTest *test) {
    if (SIGNALS_WAIT) fprintf(stderr, "%s: skipped, the sanitizer keeps signals back\n", test->name);
    else tcase_add_test(tcase, test);
}

#endif
