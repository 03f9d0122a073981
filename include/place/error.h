/* SPDX-License-Identifier: MIT */
/**
 * What went wrong, as one sentence for the person, and a list of such sentences for an input that is read whole.
 * The first failure is kept: it is nearest the cause. Only src/cli prints.
 */
#ifndef PLACE_ERROR_H
#define PLACE_ERROR_H

#include <stddef.h>

#include "place/status.h"

typedef struct place_error {
    place_status status;
    char file[256];    /**< the input or output at fault, "" when none       */
    long line;         /**< 1-based; 0 when not known                        */
    char message[512]; /**< one sentence: the rule broken and the value found */
} place_error;

/**
 * Record a failure unless one is recorded already.
 * @param err   may be NULL: then only the status is returned
 * @param file  may be NULL; cut to the field's size, never overrun
 * @return status, so that a caller can `return place_error_set(...)`
 */
place_status place_error_set(place_error *err, place_status status, const char *file, long line, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/** Most messages shown for one input; what comes after is counted and not kept. */
#define PLACE_N_ERRORS 20

/** All that is wrong with one input, and what is doubtful in it. Plain storage: zero-initialise, nothing to free. */
typedef struct place_errors {
    size_t n_errors;   /**< found, of which at most PLACE_N_ERRORS are kept   */
    size_t n_warnings; /**< found, of which at most PLACE_N_ERRORS are kept   */
    place_error errors[PLACE_N_ERRORS];
    place_error warnings[PLACE_N_ERRORS];
} place_errors;

/** Add one error (status PLACE_BAD_INPUT unless the sentence is about the system). Returns `status`. */
place_status place_errors_add(place_errors *list, place_status status, const char *file, long line, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/** Add one warning: the input is accepted. */
void place_errors_warn(place_errors *list, const char *file, long line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
