/* SPDX-License-Identifier: MIT */
/**
 * The path a run file is to have, which it takes only when it is whole, sealed and synced. Knows files and folders; nothing of what is in
 * them.
 */
#ifndef PLACE_RESULT_TARGET_H
#define PLACE_RESULT_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "files.h"
#include "place/error.h"

/** The seal: the last bytes of a run file, a line with the SHA-256 of all bytes before it. */
#define PLACE_SEAL_SIZE 82

typedef struct place_target place_target;

/**
 * Refuse what cannot be a file's path (PLACE_SYSTEM): a folder or device, a dangling link, a name too long, a path whose folder is a file.
 */
place_status place_target_create(place_target **out, const char *path, const place_files *files, place_error *err);
void place_target_free(place_target *target); /**< NULL is allowed */

/** The path, links followed, and its folder; they live as long as the target. */
const char *place_target_path(const place_target *target);
const char *place_target_folder(const place_target *target);
/** Whether a file has the path now. */
bool place_target_exists(const place_target *target);

/**
 * Seal a temporary file on the same file system, sync it, give it the target's name, sync the folder. On failure the temporary stays, and
 * what had the name has it still.
 * @param replace  else what has the name by now is kept, and that is a failure
 */
place_status place_target_publish(const place_target *target, const char *temporary, bool replace, place_error *err);

/** The seal of bytes in memory. @return false: out of memory */
bool place_seal_of(const void *bytes, size_t n, char line[PLACE_SEAL_SIZE + 1]);

/**
 * Does the file end in a seal, and does the seal hold?
 * @return PLACE_OK; else with a sentence, which is an error of the system: PLACE_NO when it was read and is no whole run file, PLACE_SYSTEM when
 *   it could not be read, and may be one
 * @param out   the open file, which the caller closes: its path may be another's by now
 * @param size  bytes before the seal
 */
place_status place_seal_verify(int *out, const char *path, const place_files *files, int64_t *size, place_error *err);

#endif
