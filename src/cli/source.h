/* SPDX-License-Identifier: MIT */
/** A run file as the layers below take it: they know no files. */
#ifndef PLACE_CLI_SOURCE_H
#define PLACE_CLI_SOURCE_H

#include "place/difference.h"
#include "place/plan.h"
#include "place/replay.h"
#include "place/runfile.h"
#include "place/summary.h"

/** All borrow the file. */
place_summary_source place_source_summary(place_runfile *file);
place_difference_source place_source_difference(place_runfile *file);
place_replay_source place_source_replay(place_runfile *file);

/** place_runfile_open and place_runfile_close, of which the parent knows if HDF5 does not come back from them. */
place_status place_source_file(place_runfile **out, const char *path, place_error *err);
void place_source_close(place_runfile *file); /**< NULL is allowed */

/** The plan of the scenario that is kept in a run file. What is wrong with it is said on standard error. @param path  for messages */
place_status place_source_plan(place_plan **out, const place_runfile *file, const char *path, place_error *err);

/** Opens a run file of this program's number contract: one of another, or of a program that kept none, is refused with a sentence
 *  that names the version which can read it. */
place_status place_source_open(place_runfile **out, const char *path, place_error *err);

#endif
