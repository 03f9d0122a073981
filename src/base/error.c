/* SPDX-License-Identifier: MIT */
/*
 * Errors: filling in place_error and place_errors. Plain storage and vsnprintf, no allocation: reporting "out of
 * memory" must not need memory. A text that does not fit is cut between two UTF-8 characters, since an id in it may be
 * in any script.
 */
#include "place/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Drops the bytes of a last character that was cut: its lead byte promises more bytes than are left. */
static void trim_cut_character(char *text) {
    size_t end = strlen(text), start = end;
    while (start > 0 && end - start < 4) {
        unsigned char byte = (unsigned char)text[--start];
        if ((byte & 0xC0u) == 0x80u) continue; /* a continuation byte */
        size_t n_bytes = byte < 0x80u ? 1 : byte < 0xE0u ? 2 : byte < 0xF0u ? 3 : 4;
        if (end - start < n_bytes) text[start] = '\0';
        return;
    }
}

static void fill(place_error *err, place_status status, const char *file, long line, const char *format, va_list args)
    __attribute__((format(printf, 5, 0)));

static void fill(place_error *err, place_status status, const char *file, long line, const char *format, va_list args) {
    err->status = status;
    err->line = line;
    if (snprintf(err->file, sizeof err->file, "%s", file != NULL ? file : "") >= (int)sizeof err->file)
        trim_cut_character(err->file);
    /* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): every caller has started it */
    int length = vsnprintf(err->message, sizeof err->message, format, args);
    if (length < 0) err->message[0] = '\0';
    if (length >= (int)sizeof err->message) trim_cut_character(err->message);
}

place_status place_error_set(place_error *err, place_status status, const char *file, long line, const char *format,
                             ...) {
    if (err == NULL || err->status != PLACE_OK) return status;
    va_list args;
    va_start(args, format);
    fill(err, status, file, line, format, args);
    va_end(args);
    return status;
}

place_status place_errors_add(place_errors *list, place_status status, const char *file, long line, const char *format,
                              ...) {
    if (list->n_errors < PLACE_N_ERRORS) {
        va_list args;
        va_start(args, format);
        fill(&list->errors[list->n_errors], status, file, line, format, args);
        va_end(args);
    }
    list->n_errors++;
    return status;
}

void place_errors_warn(place_errors *list, const char *file, long line, const char *format, ...) {
    if (list->n_warnings < PLACE_N_ERRORS) {
        va_list args;
        va_start(args, format);
        fill(&list->warnings[list->n_warnings], PLACE_OK, file, line, format, args);
        va_end(args);
    }
    list->n_warnings++;
}
