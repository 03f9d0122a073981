/* SPDX-License-Identifier: MIT */
/**
 * What cannot be tested under the address and thread sanitizers: they keep memory of their own beside the program's, in terabytes of address
 * space, and take the place of its malloc. A limit of memory, of address space or of the stack, and a malloc that is preloaded, mean nothing there.
 * Undefined behaviour's sanitizer does none of that.
 */
#ifndef PLACE_TESTS_SANITIZED_H
#define PLACE_TESTS_SANITIZED_H

#include <check.h>
#include <stdio.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SANITIZED 1
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED 0
#endif

/** Add a test n times, with _i from 0, or say that it is skipped where memory is a sanitizer's. */
static inline void add_where_memory_is_ours(TCase *tcase, const TTest *test, int n) {
    if (IS_SANITIZED) fprintf(stderr, "%s: skipped, memory is the sanitizer's\n", test->name);
    else tcase_add_loop_test(tcase, test, 0, n);
}

#endif
