/* SPDX-License-Identifier: MIT */
/*
 * HDF5's failures as sentences, and the scribe. HDF5's own messages hold clocks and pointers ("time = Sat Nov 22, buf =
 * 0x55..") so of a failed system call only errno is taken from them.
 */
#include "h5.h"

#include <hdf5_hl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void place_h5_start(void) {
    H5dont_atexit(); /* fails, harmlessly, when HDF5 is at work already */
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

/* ---- failures --------------------------------------------------------------------------------------------------- */

typedef struct cause {
    char sentence[200];
    int system_error;
    bool memory_out;
} cause;

/* From the failed call inward: the last that is told is the cause. */
static herr_t note_cause(unsigned n, const H5E_error2_t *failure, void *self) {
    (void)n;
    cause *found = self;
    if (failure->maj_num == H5E_RESOURCE && failure->min_num == H5E_NOSPACE) found->memory_out = true;
    if (failure->desc == NULL) return 0;
    snprintf(found->sentence, sizeof found->sentence, "%s", failure->desc);
    const char *number = strstr(failure->desc, "errno = ");
    if (number != NULL) found->system_error = (int)strtol(number + strlen("errno = "), NULL, 10);
    return 0;
}

place_status place_h5_fail(place_error *err, const char *path, const char *doing, int *system_error) {
    cause found = { .sentence = "HDF5 does not say why" };
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, note_cause, &found);
    if (system_error != NULL) *system_error = found.system_error;
    if (found.memory_out) return place_error_set(err, PLACE_SYSTEM, path, 0, "out of memory");
    return place_error_set(err, PLACE_SYSTEM, path, 0, "%s: %s", doing,
                           found.system_error != 0 ? strerror(found.system_error) : found.sentence);
}

/* ---- the scribe ------------------------------------------------------------------------------------------------- */

int64_t place_scribe_check(place_scribe *scribe, int64_t answer) {
    if (answer < 0 && scribe->status == PLACE_OK)
        scribe->status = place_h5_fail(scribe->err, scribe->path, "cannot write the output", &scribe->system_error);
    return answer;
}

hid_t place_scribe_creation(place_scribe *scribe, hid_t class_) {
    const unsigned ordered = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;
    hid_t creation = H5Pcreate(class_);
    place_scribe_check(scribe, creation);
    if (scribe->status != PLACE_OK) return creation;
    place_scribe_check(scribe, H5Pset_obj_track_times(creation, false));
    place_scribe_check(scribe, H5Pset_attr_creation_order(creation, ordered));
    if (class_ != H5P_DATASET_CREATE) place_scribe_check(scribe, H5Pset_link_creation_order(creation, ordered));
    return creation;
}

void place_scribe_init(place_scribe *scribe, const char *path, place_error *err) {
    *scribe = (place_scribe){ .path = path, .err = err };
    scribe->creation = place_scribe_creation(scribe, H5P_DATASET_CREATE);
    scribe->text = H5Tcopy(H5T_C_S1);
    place_scribe_check(scribe, H5Tset_size(scribe->text, H5T_VARIABLE));
    place_scribe_check(scribe, H5Tset_cset(scribe->text, H5T_CSET_UTF8));
}

void place_scribe_clear(place_scribe *scribe) {
    if (scribe->creation >= 0) H5Pclose(scribe->creation);
    if (scribe->text >= 0) H5Tclose(scribe->text);
    scribe->creation = scribe->text = H5I_INVALID_HID;
}

static void write_attribute(place_scribe *scribe, hid_t at, const char *name, hid_t type, const void *values,
                            hsize_t n) {
    hid_t space = n == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &n, NULL), attribute = H5I_INVALID_HID;
    if (place_scribe_check(scribe, space) >= 0)
        attribute = (hid_t)place_scribe_check(scribe, H5Acreate2(at, name, type, space, H5P_DEFAULT, H5P_DEFAULT));
    if (attribute >= 0) {
        place_scribe_check(scribe, H5Awrite(attribute, type, values));
        H5Aclose(attribute);
    }
    if (space >= 0) H5Sclose(space);
}

void place_scribe_numbers(place_scribe *scribe, hid_t at, const char *name, hid_t type, const void *values, hsize_t n) {
    if (scribe->status == PLACE_OK) write_attribute(scribe, at, name, type, values, n);
}

void place_scribe_text(place_scribe *scribe, hid_t at, const char *name, const char *text) {
    if (scribe->status != PLACE_OK || text == NULL || text[0] == '\0') return;
    hid_t type = H5Tcopy(H5T_C_S1);
    if (place_scribe_check(scribe, type) < 0) return;
    if (place_scribe_check(scribe, H5Tset_size(type, strlen(text))) >= 0
        && place_scribe_check(scribe, H5Tset_strpad(type, H5T_STR_NULLPAD)) >= 0
        && place_scribe_check(scribe, H5Tset_cset(type, H5T_CSET_UTF8)) >= 0)
        write_attribute(scribe, at, name, type, text, 0);
    H5Tclose(type);
}

hid_t place_scribe_column(place_scribe *scribe, hid_t where, const char *name, const char *long_name, hid_t type,
                          hsize_t n, const void *values, hid_t scale) {
    hid_t dataset = H5I_INVALID_HID;
    if (scribe->status != PLACE_OK) return dataset;
    hid_t space = H5Screate_simple(1, &n, NULL);
    if (place_scribe_check(scribe, space) < 0) return dataset;
    dataset = (hid_t)place_scribe_check(
        scribe, H5Dcreate2(where, name, type, space, H5P_DEFAULT, scribe->creation, H5P_DEFAULT));
    if (dataset >= 0) {
        if (scale < 0) place_scribe_check(scribe, H5DSset_scale(dataset, name));
        else place_scribe_check(scribe, H5DSattach_scale(dataset, scale, 0));
        place_scribe_text(scribe, dataset, "long_name", long_name);
    }
    if (dataset >= 0 && values != NULL)
        place_scribe_check(scribe, H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values));
    H5Sclose(space);
    return dataset;
}

hid_t place_h5_file_type(place_type type, bool narrow) {
    switch (type) {
    case PLACE_TYPE_COUNT: return narrow ? H5T_STD_U16LE : H5T_STD_I32LE;
    case PLACE_TYPE_INT32: return H5T_STD_I32LE;
    case PLACE_TYPE_INT64: return H5T_STD_I64LE;
    case PLACE_TYPE_DOUBLE: return H5T_IEEE_F64LE;
    case PLACE_TYPE_FLAG: return H5T_STD_I8LE;
    }
    return H5I_INVALID_HID;
}
