/* SPDX-License-Identifier: MIT */
/**
 * Fuzz targets: what each makes of any bytes at all. A target ends the process by abort() where the program breaks a promise; a crash,
 * a leak or a hang is for the sanitizer, or the test that replays the corpus, to see. tests/test_fuzz.c plays the corpus in every test;
 * `make fuzz` goes on from it with libFuzzer.
 */
#ifndef PLACE_TESTS_FUZZ_TARGETS_H
#define PLACE_TESTS_FUZZ_TARGETS_H

#include <stddef.h>
#include <stdint.h>

/** The bytes are a scenario: it is refused with errors, or its resolved text loads to the same text, and a small one plays. */
int fuzz_scenario(const uint8_t *bytes, size_t size);
/** The bytes after the first are a CSV file; the first says of which table of tests/hostile/base.xml. */
int fuzz_csv(const uint8_t *bytes, size_t size);
/** The bytes are changes of a run file, four bytes each (what, which, how, with what), made through HDF5 so that the file stays sound as
 *  HDF5 and its seal holds: it is refused, or all of it reads. Under an odd first byte they are changes of bytes, and the seal refuses. */
int fuzz_run_file(const uint8_t *bytes, size_t size);
/** The lines are the words of a command line, without any '/': it is read, and the program itself given it in a folder of its own. */
int fuzz_command_line(const uint8_t *bytes, size_t size);

/** End the process, saying why. */
void fuzz_fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
/** A new folder, the same for the whole process, that is removed at its end. */
const char *fuzz_folder(void);
/** Write a file whole; its path is `folder`/`name`, into `path`. */
void fuzz_write(char path[200], const char *folder, const char *name, const void *bytes, size_t size);

#endif
