/* SPDX-License-Identifier: MIT */
/*
 * What commands share: sentences on standard error in the form that editors and people know, file:line: sentence, and the
 * loading of what may be a scenario or a run file.
 */
#include "output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "place/runfile.h"
#include "place/scenario.h"
#include "place/text.h"
#include "source.h"

/* A name or a value that may be anybody's: on one line, and nothing that steers a terminal. */
static void say(const char *text) {
    for (size_t n_hidden; *text != '\0'; text += n_hidden > 0 ? n_hidden : 1) {
        n_hidden = place_text_hidden(text);
        putc(n_hidden > 0 ? '?' : *text, stderr);
    }
}

static void say_where(const char *file, long line) {
    say(file);
    if (line > 0) fprintf(stderr, ":%ld", line);
    fputs(": ", stderr);
}

static void print_sentence(const place_error *err, const char *kind) {
    say_where(err->file[0] == '\0' ? "placesim" : err->file, err->file[0] == '\0' ? 0 : err->line);
    fputs(kind, stderr);
    say(err->message);
    putc('\n', stderr);
}

void place_output_error(const place_error *err) { print_sentence(err, ""); }

void place_output_errors(const place_errors *errors) {
    for (size_t i = 0; i < errors->n_errors && i < PLACE_N_ERRORS; i++) print_sentence(&errors->errors[i], "");
    if (errors->n_errors > PLACE_N_ERRORS) fprintf(stderr, "placesim: %zu more errors\n", errors->n_errors - PLACE_N_ERRORS);
    for (size_t i = 0; i < errors->n_warnings && i < PLACE_N_ERRORS; i++) print_sentence(&errors->warnings[i], "warning: ");
    if (errors->n_warnings > PLACE_N_ERRORS) fprintf(stderr, "placesim: %zu more warnings\n", errors->n_warnings - PLACE_N_ERRORS);
}

int place_output_code(place_status status) {
    switch (status) {
    case PLACE_OK: return 0;
    case PLACE_NO: return 1;
    case PLACE_BAD_INPUT: return 2;
    case PLACE_SYSTEM: return 3;
    case PLACE_INTERRUPTED: return 130;
    }
    return 3;
}

const char *place_output_count(int64_t n, char out[32]) {
    char digits[32];
    int length = snprintf(digits, sizeof digits, "%lld", (long long)n), used = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && digits[i - 1] != '-' && (length - i) % 3 == 0) out[used++] = ',';
        out[used++] = digits[i];
    }
    out[used] = '\0';
    return out;
}

void place_output_note(void *self, const char *sentence) {
    const place_options *options = self;
    if (!options->quiet) fprintf(stderr, "%s: %s\n", options->output, sentence);
}

void place_output_threads(void *self, int64_t n_had, int64_t n_wanted) {
    static bool said; /* all is recomputed in stretches, each with threads of its own */
    (void)self;
    if (!said) fprintf(stderr, "placesim: only %lld of %lld threads can be had; it takes longer, and the results are the same\n", (long long)n_had, (long long)n_wanted);
    said = true;
}

/* What needs no quotes; anything else goes between single ones, and those themselves as '\''. */
static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=:,./@%";

bool place_output_quoted(char *out, size_t room, const char *const *words, size_t n) {
    size_t used = 0;
    bool fits = true;
    for (size_t w = 0; w < n; w++) {
        bool quotes = words[w][0] == '\0' || strspn(words[w], plain) != strlen(words[w]);
        char piece[8];
        if (w > 0 && used + 1 < room) out[used++] = ' ';
        if (quotes && used + 1 < room) out[used++] = '\'';
        for (const char *c = words[w]; *c != '\0'; c++) {
            snprintf(piece, sizeof piece, quotes && *c == '\'' ? "'\\''" : "%c", *c);
            fits = fits && used + strlen(piece) + 2 < room;
            if (!fits) break;
            memcpy(out + used, piece, strlen(piece));
            used += strlen(piece);
        }
        if (quotes && used + 1 < room) out[used++] = '\'';
    }
    out[used] = '\0';
    return fits && used + 1 < room;
}

void place_output_change(void *self, const char *file, long line, const char *xpath, const char *old_value, const char *new_value) {
    if (self != NULL && *(const bool *)self) return;
    if (old_value[0] == '\0') old_value = "(none)";
    say_where(file != NULL ? file : "", line);
    say(xpath);
    fputs(": ", stderr);
    say(old_value);
    fputs(" -> ", stderr);
    say(new_value);
    putc('\n', stderr);
}

/* @param is_run_file  whether the file starts as HDF5 files do */
static place_status look(const char *path, bool *is_run_file, place_error *err) {
    static const char signature[8] = "\x89HDF\r\n\x1a\n";
    char start[8];
    FILE *file = fopen(path, "rb");
    if (file == NULL) return place_error_set(err, PLACE_SYSTEM, path, 0, "cannot be read: %s", strerror(errno));
    *is_run_file = fread(start, 1, sizeof start, file) == sizeof start && memcmp(start, signature, sizeof start) == 0;
    fclose(file);
    return PLACE_OK;
}

static place_status load_run_file(place_plan **out, const char *path, const place_scenario_options *options, place_errors *errors,
                                  place_error *err) {
    place_runfile *file = NULL;
    char name[300];
    size_t size = 0;
    place_status status = place_source_file(&file, path, err);
    if (status != PLACE_OK) return status;
    const char *text = place_runfile_scenario(file, &size);
    snprintf(name, sizeof name, "%s (scenario)", path);
    status = place_scenario_load_text(out, text, size, name, options, errors);
    if (status == PLACE_OK) place_runfile_restore(file, *out);
    place_source_close(file);
    return status;
}

place_status place_output_load(place_plan **out, const char *path, const place_options *options, place_error *err) {
    bool is_run_file = false, quiet = options->quiet;
    place_status status = look(path, &is_run_file, err);
    if (status != PLACE_OK) return status;
    place_errors *errors = calloc(1, sizeof *errors);
    if (errors == NULL) return place_error_set(err, PLACE_SYSTEM, NULL, 0, "out of memory");
    const place_scenario_options how = { .sets = options->sets, .n_sets = options->n_sets, .seed = options->seed, .on_set = place_output_change,
                                         .self = &quiet };
    if (is_run_file) status = load_run_file(out, path, &how, errors, err);
    else status = place_scenario_load(out, path, &how, errors);
    place_output_errors(errors);
    free(errors);
    return status;
}
