/* SPDX-License-Identifier: MIT */
/**
 * HDF5 in our habits: quiet, one sentence for a failure, and a scribe that writes attributes and small datasets and
 * remembers its first failure, so that describing a file reads as a list of what is in it. HDF5 is not thread-safe: one
 * caller at a time.
 */
#ifndef PLACE_RESULT_H5_H
#define PLACE_RESULT_H5_H

#include <hdf5.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "place/catalogue.h"
#include "place/error.h"

/**
 * Before any other call: HDF5 prints nothing, and does nothing when the program ends (after a failed write it may crash
 * there).
 */
void place_h5_start(void);

/** The cause of the last failure, from HDF5's error stack, which the next HDF5 call clears: call this first.
 *  @param system_error  errno of the failed system call, 0 when there was none; may be NULL */
place_status place_h5_fail(place_error *err, const char *path, const char *doing, int *system_error);

typedef struct place_scribe {
    const char *path; /**< named in errors                                                        */
    place_error *err;
    place_status status; /**< the first failure's: everything after it does nothing                  */
    hid_t creation;      /**< of datasets: no times, attributes in order of creation                 */
    hid_t text;          /**< variable-length UTF-8 strings                                          */
    int system_error;    /**< errno of the first failure, 0 when it was no system call's             */
} place_scribe;

void place_scribe_init(place_scribe *scribe, const char *path, place_error *err);
void place_scribe_clear(place_scribe *scribe); /**< also twice */
/** Take HDF5's answer: records a failure when it is negative. @return it */
int64_t place_scribe_check(place_scribe *scribe, int64_t answer);

/** Attributes. A text that is NULL or empty is left out. n = 0: a scalar. */
void place_scribe_text(place_scribe *scribe, hid_t at, const char *name, const char *text);
void place_scribe_numbers(place_scribe *scribe, hid_t at, const char *name, hid_t type, const void *values, hsize_t n);

/**
 * Creation properties of an object in a file: no times; links and attributes in order of creation. @param class_
 * H5P_...
 */
hid_t place_scribe_creation(place_scribe *scribe, hid_t class_);

/**
 * A dataset of one axis, its values written unless `values` is NULL.
 * @param scale  the axis' scale, or H5I_INVALID_HID: the dataset becomes the scale of the axis of its name
 * @return open dataset, invalid after a failure
 */
hid_t place_scribe_column(place_scribe *scribe, hid_t where, const char *name, const char *long_name, hid_t type,
                          hsize_t n, const void *values, hid_t scale);

/** HDF5's type of a stored type, the same in file and memory. */
hid_t place_h5_file_type(place_type type, bool narrow);

#endif
