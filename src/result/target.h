/* SPDX-License-Identifier: MIT */
/**
 * Where a run file goes: a temporary file beside the path asked for, which takes that name only when it is whole,
 * sealed and synced. Knows files and folders; nothing of what is in them.
 */
#ifndef PLACE_RESULT_TARGET_H
#define PLACE_RESULT_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "place/error.h"

/** The seal: the last bytes of a run file, a line with the SHA-256 of all bytes before it. */
#define PLACE_SEAL_SIZE 82

typedef struct place_target place_target;

/**
 * Refuse what cannot end well, and make the temporary file.
 * Refused (PLACE_SYSTEM): a path that exists without `force`, a folder or device, a dangling link, a folder that is
 * missing or not writable, a name too long.
 */
place_status place_target_create(place_target **out, const char *path, bool force, place_error *err);

/** The path asked for, and the temporary file's; both live as long as the target. */
const char *place_target_path(const place_target *target);
const char *place_target_temporary(const place_target *target);
/** Bytes free for us where the target lies; -1 when not known. */
int64_t place_target_free_bytes(const place_target *target);

/**
 * Seal the temporary file, sync it, give it its name, sync the folder. Frees the target; on failure nothing is left
 * behind.
 */
place_status place_target_publish(place_target *target, place_error *err);

/** Empties the temporary file, so that what a library still means to write to it finds room. */
void place_target_empty(place_target *target);
/** Removes the temporary file and frees the target; NULL is allowed. */
void place_target_discard(place_target *target);

/**
 * Does the file end in a seal, and does the seal hold? PLACE_SYSTEM with a sentence when not. @param size  bytes before
 * the seal
 */
place_status place_seal_verify(const char *path, int64_t *size, place_error *err);

#endif
