/* SPDX-License-Identifier: MIT */
/** A folder of a test's own, and lines of shell about the program and what is in it. One test at a time, as Check runs them. */
#ifndef PLACE_TESTS_FOLDER_H
#define PLACE_TESTS_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

extern char folder[64];
extern char said[1 << 16], complained[1 << 16]; /**< standard output and standard error of the last line */

/** @param in_memory  where there is such a disk: thousands of syncs are quick there */
void folder_make(const char *suite, bool in_memory);
void folder_remove(void);

/** The path of a name in the folder; the last eight live. */
const char *in_folder(const char *name);
bool is_there(const char *name); /**< a link that leads nowhere is, too */
/** The text of a file in the folder, as much as there is room for. @return its bytes */
size_t read_back(const char *name, char *out, size_t room);

/** Run a line of shell in which $P is the program, by its whole path, and $D the folder. @return its exit code, 128 and more: a signal */
int shell(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
