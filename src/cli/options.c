/* SPDX-License-Identifier: MIT */
/*
 * Reading options by a command's table, through getopt_long, so that short forms, `--name=value`, unambiguous beginnings of
 * names and `--` work as everywhere. Values are read strictly here, so that a command sees numbers that make sense.
 */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "place/scenario.h"

#define MAX_OPTIONS 32
#define MAX_THREADS 1024
#define COLUMNS 100

static const place_option help_option = { PLACE_OPTION_HELP, 'h', "help", NULL, "show this help" };

static const place_option *option_at(const place_command *command, size_t i) {
    return i < command->n_options ? &command->options[i] : &help_option;
}

/* ---- values ----------------------------------------------------------------------------------------------------- */

/* Digits alone: no sign, no spaces, no exponent. */
static bool read_whole(const char *text, uint64_t least, uint64_t most, uint64_t *out) {
    char *end;
    if (text[0] == '\0' || strspn(text, "0123456789") != strlen(text)) return false;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno != 0 || *end != '\0' || value < least || value > most) return false;
    *out = value;
    return true;
}

/* I/N, 1 <= I <= N. */
static bool read_shard(const char *text, int64_t *shard, int64_t *n_shards) {
    char first[24];
    uint64_t i = 0, n = 0;
    const char *slash = strchr(text, '/');
    if (slash == NULL || slash - text >= (long)sizeof first) return false;
    snprintf(first, sizeof first, "%.*s", (int)(slash - text), text);
    if (!read_whole(slash + 1, 1, 1000000, &n) || !read_whole(first, 1, n, &i)) return false;
    *shard = (int64_t)i;
    *n_shards = (int64_t)n;
    return true;
}

static place_status bad_value(place_error *err, const place_option *option, const char *wanted, const char *found) {
    return place_error_set(err, PLACE_BAD_INPUT, NULL, 0, "--%s: %s is wanted; found '%.80s'", option->name, wanted, found);
}

/* One of a few words, the nearest of which is offered for a misspelt one. @return its position, or -1 after setting err */
static int read_word(const char *text, const char *const *words, size_t n, const place_option *option, place_error *err) {
    for (size_t w = 0; w < n; w++)
        if (strcmp(text, words[w]) == 0) return (int)w;
    const char *nearest = place_nearest_word(text, words, n);
    bad_value(err, option, option->argument, text);
    if (nearest != NULL && err != NULL) {
        size_t used = strlen(err->message);
        snprintf(err->message + used, sizeof err->message - used, "; did you mean '%s'?", nearest);
    }
    return -1;
}

static place_status take_value(place_options *o, const place_option *option, const char *text, place_error *err) {
    static const char *const details[] = { "need", "ncy", "area" }, *const designs[] = { "paired", "crossed" };
    uint64_t number = 0;
    int word;
    switch (option->id) {
    case PLACE_OPTION_OUTPUT: o->output = text; break;
    case PLACE_OPTION_REPLICATIONS:
        if (!read_whole(text, 1, 100000000, &number)) return bad_value(err, option, "a whole number from 1 to 100,000,000", text);
        o->n_replications = (int64_t)number;
        break;
    case PLACE_OPTION_SEED:
        if (!read_whole(text, 0, UINT64_MAX, &number))
            return bad_value(err, option, "a whole number from 0 to 18446744073709551615", text);
        o->seed = text;
        break;
    case PLACE_OPTION_THREADS:
        if (!read_whole(text, 1, MAX_THREADS, &number)) return bad_value(err, option, "a whole number from 1 to 1024", text);
        o->n_threads = (int)number;
        break;
    case PLACE_OPTION_SET: o->sets[o->n_sets++] = text; break;
    case PLACE_OPTION_DETAIL:
        if ((word = read_word(text, details, 3, option, err)) < 0) return PLACE_BAD_INPUT;
        o->detail |= (unsigned[]){ PLACE_DETAIL_NEED, PLACE_DETAIL_NCY, PLACE_DETAIL_AREA }[word];
        break;
    case PLACE_OPTION_DESIGN:
        if ((word = read_word(text, designs, 2, option, err)) < 0) return PLACE_BAD_INPUT;
        o->design = (place_design)word;
        break;
    case PLACE_OPTION_READING:
        if ((word = read_word(text, place_reading_names, PLACE_N_READINGS, option, err)) < 0) return PLACE_BAD_INPUT;
        o->reading = (place_reading)word;
        break;
    case PLACE_OPTION_SHARD:
        if (!read_shard(text, &o->shard, &o->n_shards))
            return bad_value(err, option, "I/N, the I-th of N shards, I from 1 to N and N up to 1,000,000,", text);
        break;
    case PLACE_OPTION_RESUME: o->resume = true; break;
    case PLACE_OPTION_EXTEND: o->extend = true; break;
    case PLACE_OPTION_FORCE: o->force = true; break;
    case PLACE_OPTION_DRY_RUN: o->dry_run = true; break;
    case PLACE_OPTION_QUIET: o->quiet = true; break;
    case PLACE_OPTION_JSON: o->json = true; break;
    case PLACE_OPTION_CSV: o->csv = true; break;
    case PLACE_OPTION_PRINT: o->print = true; break;
    case PLACE_OPTION_AREA: o->area = text; break;
    case PLACE_OPTION_PHASE: o->phase = text; break;
    case PLACE_OPTION_TABLE: o->table = text; break;
    case PLACE_OPTION_FIRST: o->first = true; break;
    case PLACE_OPTION_REPLICATION:
        if (!read_whole(text, 0, 99999999, &number)) return bad_value(err, option, "the number of a replication, counted from 0,", text);
        o->replication = (int64_t)number;
        break;
    case PLACE_OPTION_VERIFY: o->verify = true; break;
    case PLACE_OPTION_ALL: o->all = true; break;
    case PLACE_OPTION_TRACE: o->trace = true; break;
    case PLACE_OPTION_HELP: o->help = true; break;
    }
    return PLACE_OK;
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

/* What getopt_long stumbled on: a long name, or one letter. */
static place_status unknown_option(const place_command *command, char **argv, place_error *err) {
    const char *word = optind > 0 ? argv[optind - 1] : "";
    if (strncmp(word, "--", 2) != 0 || (optopt != 0 && strchr(word, '=') == NULL))
        return place_error_set(err, PLACE_BAD_INPUT, NULL, 0, "%s: there is no option -%c; `placesim %s --help` lists them",
                               command->name, optopt != 0 ? optopt : '?', command->name);
    char name[64];
    const char *names[MAX_OPTIONS];
    size_t n = 0;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(word + 2, "="), word + 2);
    for (size_t i = 0; i <= command->n_options; i++) {
        names[n++] = option_at(command, i)->name;
        if (strcmp(names[n - 1], name) == 0)
            return place_error_set(err, PLACE_BAD_INPUT, NULL, 0, "%s: --%s takes no value", command->name, name);
    }
    const char *nearest = place_nearest_word(name, names, n);
    if (nearest != NULL)
        return place_error_set(err, PLACE_BAD_INPUT, NULL, 0, "%s: there is no option --%s; did you mean --%s?", command->name, name, nearest);
    return place_error_set(err, PLACE_BAD_INPUT, NULL, 0, "%s: there is no option --%s; `placesim %s --help` lists them",
                           command->name, name, command->name);
}

static place_status read_options(place_options *out, const place_command *command, int argc, char **argv, place_error *err) {
    struct option longs[MAX_OPTIONS + 1] = { 0 };
    char shorts[2 * MAX_OPTIONS + 2] = ":"; /* a missing value is told from an unknown option */
    size_t used = 1;
    for (size_t i = 0; i <= command->n_options; i++) {
        const place_option *option = option_at(command, i);
        longs[i] = (struct option){ option->name, option->argument != NULL ? required_argument : no_argument, NULL, (int)(256 + i) };
        if (option->letter != '\0') shorts[used++] = option->letter;
        if (option->letter != '\0' && option->argument != NULL) shorts[used++] = ':';
    }
    opterr = 0;
    optind = 0; /* glibc: start anew */
    for (int c; (c = getopt_long(argc, argv, shorts, longs, NULL)) != -1;) {
        const place_option *option = NULL;
        int seen = c == ':' || c == '?' ? optopt : c;
        for (size_t i = 0; i <= command->n_options && option == NULL; i++)
            if (seen == (int)(256 + i) || (seen != 0 && seen == option_at(command, i)->letter)) option = option_at(command, i);
        if (c == '?') return unknown_option(command, argv, err);
        if (c == ':')
            return place_error_set(err, PLACE_BAD_INPUT, NULL, 0, "%s: --%s wants a value, %s", command->name, option->name, option->argument);
        place_status status = take_value(out, option, optarg, err);
        if (status != PLACE_OK) return status;
    }
    out->arguments = argv + optind;
    out->n_arguments = argc - optind;
    return PLACE_OK;
}

place_status place_options_read(place_options *out, const place_command *command, int argc, char **argv, place_error *err) {
    *out = (place_options){ .replication = -1, .sets = calloc((size_t)argc + 1, sizeof *out->sets), .program = "placesim", .words = argv, .n_words = argc };
    if (out->sets == NULL) return place_error_set(err, PLACE_SYSTEM, NULL, 0, "out of memory");
    place_status status = read_options(out, command, argc, argv, err);
    if (status != PLACE_OK || out->help) return status;
    if (out->n_arguments < command->n_arguments_least)
        return place_error_set(err, PLACE_BAD_INPUT, NULL, 0, "%s: %s is missing; `placesim %s --help` says more", command->name,
                               command->arguments, command->name);
    if (out->n_arguments > command->n_arguments_most)
        return place_error_set(err, PLACE_BAD_INPUT, NULL, 0, "%s: '%.80s' is one argument too many", command->name,
                               out->arguments[command->n_arguments_most]);
    if (out->json && out->csv) return place_error_set(err, PLACE_BAD_INPUT, NULL, 0, "%s: --json or --csv, not both", command->name);
    return PLACE_OK;
}

void place_options_clear(place_options *options) {
    free(options->sets);
    options->sets = NULL;
}

/* ---- help ------------------------------------------------------------------------------------------------------- */

/* A text broken between words, its lines after the first indented. */
static void print_wrapped(FILE *out, const char *text, int indent) {
    int column = indent;
    while (*text != '\0') {
        int n = (int)strcspn(text, " ");
        fprintf(out, "%.*s", n, text);
        column += n;
        text += n;
        if (*text == ' ') {
            text++;
            if (column + 1 + (int)strcspn(text, " ") <= COLUMNS) putc(' ', out), column++;
            else if (*text != '\0') {
                fprintf(out, "\n%*s", indent, "");
                column = indent;
            }
        }
    }
    putc('\n', out);
}

void place_options_help(const place_command *command, FILE *out) {
    char left[80];
    int widest = 0;
    fprintf(out, "usage: placesim %s [OPTIONS]%s%s\n\n%s\n\noptions:\n", command->name, command->arguments[0] != '\0' ? " " : "",
            command->arguments, command->description);
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i <= command->n_options; i++) {
            const place_option *option = option_at(command, i);
            char letter[8] = "    ";
            if (option->letter != '\0') snprintf(letter, sizeof letter, "-%c, ", option->letter);
            int n = snprintf(left, sizeof left, "  %s--%s%s%s", letter, option->name, option->argument != NULL ? " " : "",
                             option->argument != NULL ? option->argument : "");
            if (pass == 0 && n > widest && n <= 34) widest = n;
            if (pass == 0) continue;
            fprintf(out, "%-*s", widest, left);
            if (n > widest) fprintf(out, "\n%*s", widest, "");
            fprintf(out, "  ");
            print_wrapped(out, option->help, widest + 2);
        }
    fprintf(out, "\nexamples:\n%s", command->examples);
}
