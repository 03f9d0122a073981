/* SPDX-License-Identifier: MIT */
/**
 * Fuzz targets: what each makes of any bytes at all. A target ends the process by abort() where the program breaks a promise; a crash,
 * a leak or a hang is for the sanitizer, or the test that replays the corpus, to see. tests/test_fuzz.c plays the corpus in every test;
 * `make fuzz` goes on from it with libFuzzer.
 */
#ifndef PLACE_TESTS_FUZZ_TARGETS_H
#define PLACE_TESTS_FUZZ_TARGETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "place/error.h"

/** The bytes are a scenario: it is refused with errors, or its resolved text loads to the same text, and a small one plays. */
int fuzz_scenario(const uint8_t *bytes, size_t size);
/** The bytes are what may be a scenario's XML: guard and parser refuse it in one sentence, or make a tree whose nodes know their lines. */
int fuzz_guard(const uint8_t *bytes, size_t size);
/** The bytes after the first are the text of an attribute; the first says what it is read as. */
int fuzz_number(const uint8_t *bytes, size_t size);
/** The bytes after the first are a CSV file; the first says of which table of tests/hostile/base.xml. */
int fuzz_csv(const uint8_t *bytes, size_t size);
/** The bytes are changes of a run file, four bytes each (what, which, how, with what), made through HDF5 so that the file stays sound as
 *  HDF5 and its seal holds: it is refused, or all of it reads. Under an odd first byte they are changes of bytes, and the seal refuses. */
int fuzz_run_file(const uint8_t *bytes, size_t size);
/** The lines are overrides, XPATH=VALUE, of tests/hostile/base.xml: each is refused, or changes values, and only to its own. */
int fuzz_set(const uint8_t *bytes, size_t size);
/** The bytes after the first are what lies before a run file's seal, or under an odd first byte a whole file: the seal holds or refuses. */
int fuzz_seal(const uint8_t *bytes, size_t size);
/** The lines are the words of a command line, without any '/': it is read, what was read is written as words and read again, and the
 *  program itself is given it in a folder of its own. */
int fuzz_command_line(const uint8_t *bytes, size_t size);

/** End the process, saying why. */
void fuzz_fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
/** A new folder, the same for the whole process, that is removed at its end. */
const char *fuzz_folder(void);
/** Write a file whole; its path is `folder`/`name`, into `path`. */
void fuzz_write(char path[200], const char *folder, const char *name, const void *bytes, size_t size);


/** Start libxml2 as src/scenario does, and close its channels for messages. */
void fuzz_start_libxml(void);

/** A hash of the bytes. Whatever is done for a share of the inputs goes by it, so that an input is always treated alike. */
unsigned fuzz_hash(const uint8_t *bytes, size_t size);
/** Whether what takes long is due for these bytes: for one in `share` where PLACE_FUZZ_SELDOM is set, as `make fuzz` does, else for all. */
bool fuzz_is_turn(const uint8_t *bytes, size_t size, unsigned share);

/** Make a text what the guard lets through: bytes that are no UTF-8, and control characters, become '?'. */
void fuzz_make_text(char *text);

/** Status and errors agree, and each error is a sentence about a line of the file, of which there are `n_lines`. */
void fuzz_check_errors(place_status status, const place_errors *errors, long n_lines);
/** A sentence, or none at all where there must be none: UTF-8 on one line, without control characters. */
void fuzz_check_sentence(const char *message, bool none);

#endif
