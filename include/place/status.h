/* SPDX-License-Identifier: MIT */
/** How a call ended. The status decides the exit code; the sentence for the person is in place_error. */
#ifndef PLACE_STATUS_H
#define PLACE_STATUS_H

typedef enum place_status {
    PLACE_OK = 0,
    PLACE_NO,          /**< the answer is no: differs, unreachable, precision not reached; exit 1 */
    PLACE_BAD_INPUT,   /**< usage or bad input: the person can mend it;                     exit 2 */
    PLACE_SYSTEM,      /**< a file, the memory or the system failed;                        exit 3 */
    PLACE_INTERRUPTED, /**< stopped by a signal;                                          exit 130 */
} place_status;

#endif
