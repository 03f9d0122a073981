/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* realpath */
#include "folder.h"

#include <check.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

char folder[64];
char said[1 << 16], complained[1 << 16];

void folder_make(const char *suite, bool in_memory) {
    snprintf(folder, sizeof folder, "%s/placesim-%s-XXXXXX", in_memory && access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", suite);
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

void folder_remove(void) {
    char command[100];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    ck_assert_int_eq(system(command), 0);
}

const char *in_folder(const char *name) {
    static char paths[8][512];
    static int next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

bool is_there(const char *name) {
    struct stat at;
    return lstat(in_folder(name), &at) == 0;
}

size_t read_back(const char *name, char *out, size_t room) {
    FILE *file = fopen(in_folder(name), "rb");
    ck_assert_ptr_nonnull(file);
    size_t n = fread(out, 1, room - 1, file);
    out[n] = '\0';
    fclose(file);
    return n;
}

int shell(const char *format, ...) {
    char line[2000], program[PATH_MAX], command[2 * PATH_MAX];
    va_list values;
    va_start(values, format);
    vsnprintf(line, sizeof line, format, values);
    va_end(values);
    ck_assert_ptr_nonnull(realpath(getenv("PLACESIM"), program));
    snprintf(command, sizeof command, "P=%s D=%s; { %s\n} >%s/out 2>%s/err", program, folder, line, folder, folder);
    int status = system(command);
    read_back("out", said, sizeof said);
    read_back("err", complained, sizeof complained);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
