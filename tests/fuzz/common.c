/* SPDX-License-Identifier: MIT */
/* What the targets share. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
    snprintf(folder, sizeof folder, "/dev/shm/placesim-fuzz-XXXXXX"); /* in memory, where there is such a place */
    bool made = mkdtemp(folder) != NULL;
    if (!made) snprintf(folder, sizeof folder, "/tmp/placesim-fuzz-XXXXXX");
    if (!made && mkdtemp(folder) == NULL) fuzz_fail("no folder in /tmp");
    if (owner == 0) atexit(remove_folder);
    owner = getpid();
    return folder;
}

void fuzz_write(char path[200], const char *in, const char *name, const void *bytes, size_t size) {
    snprintf(path, 200, "%s/%s", in, name);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes, 1, size, file) != size || fclose(file) != 0) fuzz_fail("%s cannot be written", path);
}

unsigned fuzz_hash(const uint8_t *bytes, size_t size) {
    unsigned hash = 2166136261u;
    for (size_t i = 0; i < size; i++) hash = (hash ^ bytes[i]) * 16777619u;
    return hash ^ hash >> 15;
}

bool fuzz_is_turn(const uint8_t *bytes, size_t size, unsigned share) {
    static int seldom = -1;
    if (seldom < 0) seldom = getenv("PLACE_FUZZ_SELDOM") != NULL;
    return seldom == 0 || fuzz_hash(bytes, size) % share == 0;
}

/* Bytes of the character at `at`, 0 when it is not UTF-8; written anew here, so that it may judge the program's own. */
static size_t character_bytes(const unsigned char *at) {
    static const unsigned long least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    size_t n = at[0] < 0x80 ? 1 : at[0] >> 5 == 6 ? 2 : at[0] >> 4 == 14 ? 3 : at[0] >> 3 == 30 ? 4 : 0;
    unsigned long point = n == 1 ? at[0] : n > 1 ? at[0] & (0x7fu >> n) : 0;
    for (size_t i = 1; i < n; i++) {
        if (at[i] >> 6 != 2) return 0; /* the end of the text too */
        point = point << 6 | (at[i] & 0x3fu);
    }
    return n == 0 || point < least[n] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000) ? 0 : n;
}

void fuzz_make_text(char *text) {
    for (unsigned char *at = (unsigned char *)text; *at != '\0';) {
        size_t n = character_bytes(at);
        bool odd = n == 0 || (*at < 0x20 && strchr("\t\n\r", *at) == NULL) || (*at == 0xef && at[1] == 0xbf && at[2] >= 0xbe);
        if (odd) *at = '?';
        at += odd ? 1 : n;
    }
}

void fuzz_check_sentence(const char *message, bool none) {
    if (none != (message[0] == '\0')) fuzz_fail(none ? "there is nothing to say, and it is said: %s" : "what is wrong is not said%s", message);
    for (const unsigned char *at = (const unsigned char *)message; *at != '\0';) {
        size_t n = character_bytes(at);
        if (n == 0 || *at < 0x20 || *at == 0x7f) fuzz_fail("a sentence has the byte 0x%02x: %s", *at, message);
        at += n;
    }
}

void fuzz_check_errors(place_status status, const place_errors *errors, long n_lines) {
    if ((status == PLACE_OK) != (errors->n_errors == 0)) fuzz_fail("status %d with %zu errors", (int)status, errors->n_errors);
    for (size_t e = 0; e < errors->n_errors && e < PLACE_N_ERRORS; e++) {
        fuzz_check_sentence(errors->errors[e].message, false);
        if (errors->errors[e].line < 0 || errors->errors[e].line > n_lines)
            fuzz_fail("line %ld of %ld: %s", errors->errors[e].line, n_lines, errors->errors[e].message);
    }
    for (size_t w = 0; w < errors->n_warnings && w < PLACE_N_ERRORS; w++) fuzz_check_sentence(errors->warnings[w].message, false);
}
