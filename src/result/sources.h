/* SPDX-License-Identifier: MIT */
/** Where the finished blocks of a run are: in files of blocks, in shards, in the run file that is to be extended. And their merge. */
#ifndef PLACE_RESULT_SOURCES_H
#define PLACE_RESULT_SOURCES_H

#include "draft.h"
#include "place/runfile.h"

typedef struct place_source {
    char *path;
    int64_t first, n; /* replications; n 0: of no use any more */
    int64_t n_bytes;
} place_source;

typedef struct place_sources {
    const place_form *form;
    int64_t n_replications, n_blocks; /* of the whole run                      */
    place_source *list;               /* [n]                                   */
    size_t n;
    int32_t *of;                      /* [n_blocks] the source that has a block; -1: none */
} place_sources;

bool place_sources_init(place_sources *sources, const place_form *form, int64_t n_replications); /**< false: out of memory */
void place_sources_clear(place_sources *sources);

/**
 * Does the file hold blocks of this very run? Compared: program version, number contract, scenario, seed, design, detail, and the number of
 * replications where a crossed design depends on it.
 * @return PLACE_OK, or PLACE_BAD_INPUT with a sentence that says what differs
 */
place_status place_sources_fit(const place_sources *sources, const place_runfile *file, const char *path, place_error *err);

/** Take a file that was opened and fits. Blocks that another source has too must be the same.
 *  @return PLACE_OK; PLACE_NO, with an error of PLACE_SYSTEM: it is damaged, or contradicts the other; PLACE_SYSTEM: it could not be looked at */
place_status place_sources_add(place_sources *sources, const place_runfile *file, const char *path, place_error *err);
/** Take a file that this process has just written. */
place_status place_sources_note(place_sources *sources, const char *path, int64_t first, int64_t n, int64_t n_bytes, place_error *err);

static inline bool place_sources_have(const place_sources *sources, int64_t block) {
    return sources->of[block] >= 0;
}

/** Copy a stretch, all of whose blocks are there, into a new run file. @param path  an empty file  @param folder  of it */
place_status place_sources_merge(const place_sources *sources, const place_stretch *stretch, const char *path, const char *named, const char *folder,
                                 place_error *err);

#endif
