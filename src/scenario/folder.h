/* SPDX-License-Identifier: MIT */
/** The folder of a scenario: which files a scenario may name, and where they are. */
#ifndef PLACE_SCENARIO_FOLDER_H
#define PLACE_SCENARIO_FOLDER_H

#include "place/arena.h"
#include "place/error.h"

/** The folder of the first file. All texts live in the arena given to init. */
typedef struct place_folder {
    const char *shown; /**< as the user wrote it, with its slash; "" for the current folder */
    const char *real;  /**< without symbolic links, no slash at its end but for the root    */
    place_arena *arena;
} place_folder;

/** A file inside the folder. */
typedef struct place_beside {
    const char *inside; /**< relative to the folder, in plain steps: "base/rutland.xml"      */
    const char *shown;  /**< for messages: folder and name                                   */
    const char *real;   /**< to be opened: no symbolic link is left in it                    */
} place_beside;

/** The folder of `path`, and `path` itself as a file of it. @return PLACE_SYSTEM, reported, when there is no such
 *  file */
place_status place_folder_init(place_folder *folder, place_beside *first, const char *path, place_arena *arena,
                               place_errors *errors);

/**
 * The file that `path` means when a file of the folder names it.
 * @param from  the file that names it; its own folder is where a relative path starts
 * @param line  where it is named
 * @return PLACE_BAD_INPUT when it is absolute or leads out of the folder, by itself or by a symbolic link; PLACE_SYSTEM
 * when it does not exist
 */
place_status place_folder_find(place_beside *out, const place_folder *folder, const place_beside *from, long line,
                               const char *path, place_errors *errors);

#endif
