/* SPDX-License-Identifier: MIT */
/**
 * Runs of a tiny plan, the values of which are made by rule: some hundred replications take milliseconds, so that thousands of ends can be
 * tried. They are written in the test's folder (folder.h), and the file in the end is to be, to the byte, that of a run without a break.
 */
#ifndef PLACE_TESTS_SMALL_RUNS_H
#define PLACE_TESTS_SMALL_RUNS_H

#include <stdbool.h>
#include <stddef.h>

#include "place/runfile.h"

extern place_plan *plan; /**< two steps, one area: a block of 256 replications is 300 KB, most of it labels */
extern char noted[4000]; /**< what was told while the last run went on, a line a sentence */

/** A test's fixture: its folder, in memory (loss of power is played there, not waited for), and the plan. */
void small_runs_setup(void);
void small_runs_teardown(void);

/** A file as bytes, which the caller frees, with room for one more; NULL: it is not there. And the other way. */
unsigned char *load(const char *path, size_t *n);
void save(const char *path, const void *bytes, size_t n);
bool same(const char *one, const char *other); /**< both are there and equal */
/** Remove a file, or a folder with what is in it, if it is there. */
void remove_all(const char *path);

/** For options: they add to `noted`. */
void take_note(void *self, const char *sentence);
void take_missing(void *self, int64_t shard, int64_t n_shards, int64_t first, int64_t n, int64_t n_all);

/**
 * As place_run does: what the sink wants, and then it is closed, or abandoned after a failure.
 * @param options  a file of blocks has one, and notes go to `noted`, unless they say otherwise
 * @param most     so many blocks are run: fewer than are wanted, the run is interrupted
 * @return of the first that failed, with *err
 */
place_status run(const char *path, place_runfile_options options, int most, place_error *err);
/** A run of n replications without a break, over what is there; it ends well. */
void whole_run(const char *path, int64_t n);
/** Going on ends well, with the bytes of another file, and leaves no folder of blocks. */
void resumes(const char *path, int64_t n, const char *expected);
/** The run of x.h5 ends so, with a message that has these words. */
void refused(place_runfile_options options, place_status status, const char *sentence);

#endif
