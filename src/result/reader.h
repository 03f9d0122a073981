/* SPDX-License-Identifier: MIT */
/** A run file as merging reads it: without labels, its chunks as they are encoded. */
#ifndef PLACE_RESULT_READER_H
#define PLACE_RESULT_READER_H

#include <hdf5.h>

#include "files.h"
#include "place/runfile.h"

/** As place_runfile_open, but only attributes and digests are read.
 *  @param verify_by  whose functions read the file for its seal; NULL for what this process has verified or written
 *  @return as place_runfile_open, and PLACE_NO, with an error of PLACE_SYSTEM, when its seal was read and does not hold */
place_status place_runfile_open_part(place_runfile **out, const char *path, const place_files *verify_by, place_error *err);

/** The open file, the run file's own. */
hid_t place_runfile_h5(const place_runfile *file);

/** Digest of a chunk, numbered among all of a block, in the file's so-manieth block. NULL: it is not there, or not the variable's */
const uint8_t *place_runfile_chunk_digest(const place_runfile *file, const char *variable, size_t chunk, size_t block);

#endif
