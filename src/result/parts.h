/* SPDX-License-Identifier: MIT */
/**
 * The folder of a run in progress, NAME.h5.parts/: its finished blocks, each a whole file that was written under a temporary name, synced
 * and renamed. The folder is locked while a run writes in it. Knows names and bytes; nothing of what is in them.
 */
#ifndef PLACE_RESULT_PARTS_H
#define PLACE_RESULT_PARTS_H

#include "target.h"

typedef struct place_parts place_parts;

/**
 * Make the folder, or take the one that is there, and lock it. PLACE_SYSTEM when another process has the lock (it is named), or when the
 * folder cannot be made or locked. What is there of unfinished writing is removed.
 */
place_status place_parts_open(place_parts **out, const place_target *target, const place_files *files, place_error *err);

/** Gives up the lock; blocks stay. A folder without any goes. NULL is allowed. */
void place_parts_close(place_parts *parts);
/** Removes blocks and folder, then as place_parts_close. */
void place_parts_remove(place_parts *parts);
/** Removes all blocks. */
place_status place_parts_clear(place_parts *parts, place_error *err);

/** Is there a folder of blocks, as a run leaves that was stopped? None is made. */
bool place_parts_are_left(const place_target *target, const place_files *files);

size_t place_parts_count(const place_parts *parts);
const char *place_parts_folder(const place_parts *parts);

/**
 * Names of the files of blocks, sorted. They are the caller's: free each, then the list.
 */
place_status place_parts_list(const place_parts *parts, char ***names, size_t *n, place_error *err);
/** The path of the file of blocks that begins with `block`; caller frees, NULL: out of memory. */
char *place_parts_path(const place_parts *parts, int64_t block);
/** The block that a name is of; -1 when it is no file of blocks'. */
int64_t place_parts_block(const char *name);

/** A path in the folder for the finished run while it is made, on the same file system as the target. */
const char *place_parts_temporary(const place_parts *parts);
/** Makes that file anew, empty. */
place_status place_parts_begin(const place_parts *parts, place_error *err);

/** Write a file of blocks: bytes and seal under a temporary name, fsync, rename, fsync of the folder. When this returns PLACE_OK, it lasts. */
place_status place_parts_write(place_parts *parts, int64_t block, const void *bytes, size_t n, place_error *err);
/** Remove a file of blocks (one that is damaged). */
place_status place_parts_drop(place_parts *parts, int64_t block, place_error *err);

#endif
