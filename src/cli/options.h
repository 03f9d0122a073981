/* SPDX-License-Identifier: MIT */
/**
 * The options of a command: one table of rows says what may be given, and drives the reading of the command line and the
 * text of --help alike (and what is made from them: man pages, completions).
 */
#ifndef PLACE_CLI_OPTIONS_H
#define PLACE_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "place/error.h"
#include "place/run.h"
#include "place/summary.h"

/** Every option that some command knows. One word means one thing in all commands. */
typedef enum place_option_id {
    PLACE_OPTION_OUTPUT, PLACE_OPTION_REPLICATIONS, PLACE_OPTION_SEED, PLACE_OPTION_THREADS, PLACE_OPTION_SET,
    PLACE_OPTION_DETAIL, PLACE_OPTION_DESIGN, PLACE_OPTION_SHARD, PLACE_OPTION_RESUME, PLACE_OPTION_EXTEND, PLACE_OPTION_FORCE, PLACE_OPTION_DRY_RUN, PLACE_OPTION_QUIET,
    PLACE_OPTION_JSON, PLACE_OPTION_CSV, PLACE_OPTION_PRINT, PLACE_OPTION_AREA, PLACE_OPTION_PHASE, PLACE_OPTION_TABLE,
    PLACE_OPTION_READING, PLACE_OPTION_FIRST, PLACE_OPTION_REPLICATION, PLACE_OPTION_VERIFY, PLACE_OPTION_ALL, PLACE_OPTION_TRACE,
    PLACE_OPTION_HELP,
} place_option_id;

typedef struct place_option {
    place_option_id id;
    char letter;          /**< of the short form; '\0': none        */
    const char *name;     /**< of the long form, without dashes     */
    const char *argument; /**< what stands for it in --help; NULL: a switch */
    const char *help;     /**< one sentence, without a full stop    */
} place_option;

/** What the command line said. Texts are borrowed from it. */
typedef struct place_options {
    const char *output;              /**< NULL: not given                 */
    int64_t n_replications;          /**< 0: not given                    */
    const char *seed;                /**< digits of a 64-bit number; NULL */
    int64_t replication;             /**< -1: not given                */
    int n_threads;                   /**< 0: not given                    */
    const char **sets;               /**< [n_sets] XPATH=VALUE; owned     */
    size_t n_sets;
    unsigned detail;                 /**< PLACE_DETAIL_...                */
    place_design design;
    place_reading reading;
    int64_t shard, n_shards;         /**< I/N, from 1; 0/0: not given     */
    bool resume, extend;
    bool force, dry_run, quiet, json, csv, print, first, verify, all, trace, help;
    const char *area, *phase, *table; /**< ids; NULL: not given           */
    char *const *arguments;          /**< [n_arguments] what is no option */
    int n_arguments;
    const char *program;             /**< as it was called                */
    char *const *words;              /**< [n_words] the command's name and all after it */
    int n_words;
} place_options;

typedef struct place_command {
    const char *name;
    const char *arguments;           /**< as --help shows them: "SCENARIO..."                    */
    int n_arguments_least, n_arguments_most;
    const char *summary;             /**< half a line, for the list of commands                  */
    const char *description;         /**< a few lines                                            */
    const char *examples;            /**< lines, each a command line after two spaces            */
    const place_option *options;     /**< [n_options] without --help, which every command has    */
    size_t n_options;
    place_status (*act)(const place_options *options, place_error *err);
} place_command;

/** All commands, in the order of --help. */
extern const place_command *const place_commands[];
extern const size_t place_n_commands;
/** @return the command of that name; NULL, with a sentence in `err` that offers the nearest, when there is none */
const place_command *place_command_find(const char *name, place_error *err);

/**
 * Read the words after a command's name. Options and arguments may mix; `--` ends the options.
 * @param out  zeroed first; place_options_clear gives back what it owns, also after a failure
 * @return PLACE_BAD_INPUT with a sentence that names the nearest known option, if one is near
 */
place_status place_options_read(place_options *out, const place_command *command, int argc, char **argv, place_error *err);
void place_options_clear(place_options *options);

/** What `placesim COMMAND --help` says. */
void place_options_help(const place_command *command, FILE *out);

#endif
