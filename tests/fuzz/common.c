/* SPDX-License-Identifier: MIT */
/* What the targets share. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "targets.h"

void fuzz_fail(const char *format, ...) {
    va_list values;
    va_start(values, format);
    vfprintf(stderr, format, values);
    va_end(values);
    fputc('\n', stderr);
    abort();
}

static char folder[64];
static pid_t owner;

static void remove_folder(void) {
    char command[100];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    if (owner == getpid() && system(command) != 0) fprintf(stderr, "%s is left\n", folder);
}

const char *fuzz_folder(void) {
    if (owner == getpid()) return folder;
    snprintf(folder, sizeof folder, "/tmp/placesim-fuzz-XXXXXX");
    if (mkdtemp(folder) == NULL) fuzz_fail("no folder in /tmp");
    if (owner == 0) atexit(remove_folder);
    owner = getpid();
    return folder;
}

void fuzz_write(char path[200], const char *in, const char *name, const void *bytes, size_t size) {
    snprintf(path, 200, "%s/%s", in, name);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes, 1, size, file) != size || fclose(file) != 0) fuzz_fail("%s cannot be written", path);
}
