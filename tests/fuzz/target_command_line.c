/* SPDX-License-Identifier: MIT */
/*
 * Each word list is read in this process by the table of the command that its first word names, and by that of another, which the words
 * themselves choose; what was read is written as words again, in full, and read back. In one of 65,536 (all of them when the corpus is
 * played) every table reads it, and the program itself gets it, in a folder inside a folder, in which alone it may write.
 */
#define _XOPEN_SOURCE 700 /* realpath */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../src/cli/commands.h"
#include "targets.h"

#define MAX_WORDS 30
#define SHARE 65536

#define MAX_SPELT 4000 /* bytes of the options that were read, written out */

/* ---- in this process ---- */

/* Words as they are added one by one. */
typedef struct spelt {
    char text[MAX_SPELT];
    char *words[3 * MAX_WORDS + 60];
    int n;
    size_t used;
} spelt;

static void add(spelt *to, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(spelt *to, const char *format, ...) {
    va_list values;
    va_start(values, format);
    int n = vsnprintf(to->text + to->used, sizeof to->text - to->used, format, values);
    va_end(values);
    if (n < 0 || (size_t)n >= sizeof to->text - to->used) fuzz_fail("the words do not fit");
    to->words[to->n++] = to->text + to->used;
    to->used += (size_t)n + 1;
}

/* What was read for one option, as a word or more. */
static void spell(spelt *to, const place_options *o, const place_option *option) {
    static const char *const details[] = { "need", "ncy", "area" }, *const designs[] = { "paired", "crossed" };
    const unsigned bits[] = { PLACE_DETAIL_NEED, PLACE_DETAIL_NCY, PLACE_DETAIL_AREA };
    const char *text = NULL;
    bool on = false;
    switch (option->id) {
    case PLACE_OPTION_OUTPUT: text = o->output; break;
    case PLACE_OPTION_SEED: text = o->seed; break;
    case PLACE_OPTION_AREA: text = o->area; break;
    case PLACE_OPTION_PHASE: text = o->phase; break;
    case PLACE_OPTION_TABLE: text = o->table; break;
    case PLACE_OPTION_DESIGN: text = designs[o->design]; break;
    case PLACE_OPTION_READING: text = place_reading_names[o->reading]; break;
    case PLACE_OPTION_REPLICATIONS:
        if (o->n_replications != 0) add(to, "--%s=%lld", option->name, (long long)o->n_replications);
        break;
    case PLACE_OPTION_REPLICATION:
        if (o->replication >= 0) add(to, "--%s=%lld", option->name, (long long)o->replication);
        break;
    case PLACE_OPTION_THREADS:
        if (o->n_threads != 0) add(to, "--%s=%d", option->name, o->n_threads);
        break;
    case PLACE_OPTION_SHARD:
        if (o->n_shards != 0) add(to, "--%s=%lld/%lld", option->name, (long long)o->shard, (long long)o->n_shards);
        break;
    case PLACE_OPTION_SET:
        for (size_t i = 0; i < o->n_sets; i++) add(to, "--%s=%s", option->name, o->sets[i]);
        break;
    case PLACE_OPTION_DETAIL:
        for (int d = 0; d < 3; d++)
            if ((o->detail & bits[d]) != 0) add(to, "--%s=%s", option->name, details[d]);
        break;
    case PLACE_OPTION_RESUME: on = o->resume; break;
    case PLACE_OPTION_EXTEND: on = o->extend; break;
    case PLACE_OPTION_FORCE: on = o->force; break;
    case PLACE_OPTION_DRY_RUN: on = o->dry_run; break;
    case PLACE_OPTION_QUIET: on = o->quiet; break;
    case PLACE_OPTION_JSON: on = o->json; break;
    case PLACE_OPTION_CSV: on = o->csv; break;
    case PLACE_OPTION_PRINT: on = o->print; break;
    case PLACE_OPTION_FIRST: on = o->first; break;
    case PLACE_OPTION_VERIFY: on = o->verify; break;
    case PLACE_OPTION_ALL: on = o->all; break;
    case PLACE_OPTION_TRACE: on = o->trace; break;
    case PLACE_OPTION_HELP: on = o->help; break;
    }
    if (text != NULL) add(to, "--%s=%s", option->name, text);
    if (on) add(to, "--%s", option->name);
}

static bool same_text(const char *one, const char *two) {
    return one == NULL || two == NULL ? one == two : strcmp(one, two) == 0;
}

static bool are_equal(const place_options *a, const place_options *b) {
    for (size_t i = 0; i < a->n_sets && a->n_sets == b->n_sets; i++)
        if (strcmp(a->sets[i], b->sets[i]) != 0) return false;
    for (int i = 0; i < a->n_arguments && a->n_arguments == b->n_arguments; i++)
        if (strcmp(a->arguments[i], b->arguments[i]) != 0) return false;
    return same_text(a->output, b->output) && same_text(a->seed, b->seed) && same_text(a->area, b->area) && same_text(a->phase, b->phase)
        && same_text(a->table, b->table) && a->n_replications == b->n_replications && a->replication == b->replication
        && a->n_threads == b->n_threads && a->n_sets == b->n_sets && a->detail == b->detail && a->design == b->design
        && a->reading == b->reading && a->shard == b->shard && a->n_shards == b->n_shards && a->resume == b->resume && a->extend == b->extend
        && a->force == b->force && a->dry_run == b->dry_run && a->quiet == b->quiet && a->json == b->json && a->csv == b->csv
        && a->print == b->print && a->first == b->first && a->verify == b->verify && a->all == b->all && a->trace == b->trace
        && a->help == b->help && a->n_arguments == b->n_arguments;
}

static void check_values(const place_options *o, const char *name) {
    bool good = o->n_replications >= 0 && o->n_replications <= 100000000 && o->replication >= -1 && o->replication < 100000000
        && o->n_threads >= 0 && o->n_threads <= 1024 && o->n_shards >= 0 && o->n_shards <= 1000000 && o->shard <= o->n_shards
        && (o->shard > 0) == (o->n_shards > 0) && (unsigned)o->design <= PLACE_CROSSED && (unsigned)o->reading < PLACE_N_READINGS
        && (o->seed == NULL || (o->seed[0] != '\0' && o->seed[strspn(o->seed, "0123456789")] == '\0'));
    if (!good) fuzz_fail("%s: a value is none that its option allows", name);
}

/* A command's options as read, in full words, are read as the same. */
static void write_and_read(const place_options *o, const place_command *command) {
    static spelt to;
    static const place_option help = { PLACE_OPTION_HELP, 'h', "help", NULL, "" };
    place_options again;
    place_error err = { 0 };
    to.n = 0;
    to.used = 0;
    add(&to, "%s", command->name);
    for (size_t i = 0; i <= command->n_options; i++) spell(&to, o, i < command->n_options ? &command->options[i] : &help);
    add(&to, "--");
    for (int i = 0; i < o->n_arguments; i++) add(&to, "%s", o->arguments[i]);
    to.words[to.n] = NULL;
    if (place_options_read(&again, command, to.n, to.words, &err) != PLACE_OK) fuzz_fail("%s: as written it is refused: %s", command->name, err.message);
    if (!are_equal(o, &again)) fuzz_fail("%s: as written it is another command line", command->name);
    place_options_clear(&again);
}

static void read_by(const place_command *command, int n, char **words) {
    char *copy[MAX_WORDS + 1];
    place_options options;
    place_error err = { 0 };
    memcpy(copy, words, sizeof copy); /* reading orders them anew */
    place_status status = place_options_read(&options, command, n, copy, &err);
    if ((status == PLACE_OK) != (err.message[0] == '\0') || (status != PLACE_OK && status != PLACE_BAD_INPUT))
        fuzz_fail("%s: status %d, '%s'", command->name, (int)status, err.message);
    if (status == PLACE_OK && !options.help
        && (options.n_arguments < command->n_arguments_least || options.n_arguments > command->n_arguments_most))
        fuzz_fail("%s takes %d arguments", command->name, options.n_arguments);
    if (status == PLACE_OK) {
        check_values(&options, command->name);
        write_and_read(&options, command);
    }
    place_options_clear(&options);
}

static void read_words(int n, char **words, unsigned hash) {
    place_error err = { 0 };
    const char *first = n > 0 ? words[0] : "";
    const place_command *command = place_command_find(first, &err), *other = place_commands[hash / 16 % place_n_commands];
    if ((command == NULL) != (err.message[0] != '\0') || (command != NULL && strcmp(command->name, first) != 0)) fuzz_fail("the command '%s'", first);
    if (n > 0 && command != NULL) read_by(command, n, words);
    if (n > 0 && other != command) read_by(other, n, words);
}

/* ---- the program ---- */

static size_t n_entries(const char *path) {
    size_t n = 0;
    DIR *folder = opendir(path);
    if (folder == NULL) fuzz_fail("%s is gone", path);
    while (readdir(folder) != NULL) n++;
    closedir(folder);
    return n;
}

static void run(int n, char **words) {
    char inner[100], program[4097], command[400], *arguments[MAX_WORDS + 2] = { "placesim" };
    const char *outer = fuzz_folder(), *named = getenv("PLACESIM");
    if (realpath(named != NULL ? named : "build/placesim", program) == NULL) fuzz_fail("there is no program to run");
    snprintf(inner, sizeof inner, "%s/in", outer);
    snprintf(command, sizeof command, "rm -rf %s && mkdir %s && cp tests/hostile/base.xml %s/a.xml", inner, inner, inner);
    if (system(command) != 0) fuzz_fail("%s cannot be made", inner);
    for (int w = 0; w < n; w++) arguments[w + 1] = words[w];
    size_t n_before = n_entries(outer);
    pid_t child = fork();
    if (child == 0) {
        const struct rlimit seconds = { 2, 2 }, bytes = { 20 << 20, 20 << 20 };
        int nothing = open("/dev/null", O_RDWR);
        for (int d = 0; d < 3; d++) dup2(nothing, d);
        setrlimit(RLIMIT_CPU, &seconds);
        setrlimit(RLIMIT_FSIZE, &bytes);
        if (chdir(inner) != 0) _exit(98);
        execv(program, arguments);
        _exit(99);
    }
    int status = 0;
    pid_t ended = child;
    while (child > 0 && (ended = waitpid(child, &status, 0)) < 0 && errno == EINTR) {} /* libFuzzer has a timer */
    if (child < 0 || ended != child) fuzz_fail("no child");
    if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL && WTERMSIG(status) != SIGXCPU) /* a long run is stopped */
        fuzz_fail("the program ends by signal %d", WTERMSIG(status));
    if (WIFEXITED(status) && WEXITSTATUS(status) > 3) fuzz_fail("the program exits %d", WEXITSTATUS(status));
    if (n_entries(outer) != n_before) fuzz_fail("the program writes beside its folder");
}

int fuzz_command_line(const uint8_t *bytes, size_t size) {
    char text[2000], *words[MAX_WORDS + 1];
    int n = 0;
    if (size >= sizeof text) return 0;
    for (size_t i = 0; i < size; i++) text[i] = bytes[i] == '/' ? '_' : (char)bytes[i];
    text[size] = '\0';
    for (char *at = text; n < MAX_WORDS && at < text + size; at += strlen(at) + 1) {
        at[strcspn(at, "\n")] = '\0';
        words[n++] = at;
    }
    for (int w = n; w <= MAX_WORDS; w++) words[w] = NULL;
    if (fuzz_is_turn(bytes, size, SHARE)) {
        for (size_t c = 0; n > 0 && c < place_n_commands; c++) read_by(place_commands[c], n, words);
        run(n, words);
    } else {
        for (int w = 0; w < n; w++) /* here nothing is written, so a path may stand, and I/N of N shards */
            for (char *at = words[w]; *at != '\0'; at++)
                if (*at == '_' && bytes[at - text] == '/') *at = '/';
        read_words(n, words, fuzz_hash(bytes, size));
    }
    return 0;
}
