/* SPDX-License-Identifier: MIT */
/*
 * Each word list is read in this process by every command's own table, so that libFuzzer sees its way; and in one of sixteen (all of
 * them when the corpus is played) the program itself gets it, in a folder inside a folder, in which alone it may write.
 */
#define _XOPEN_SOURCE 700 /* realpath */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
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

static const place_command *const commands[] = { &place_command_init, &place_command_schema,  &place_command_check, &place_command_explain,
                                                 &place_command_run,  &place_command_summary, &place_command_info };

static void read_by_each(int n, char **words) {
    for (size_t c = 0; c < sizeof commands / sizeof commands[0]; c++) {
        place_options options;
        place_error err = { 0 };
        place_status status = place_options_read(&options, commands[c], n, words, &err);
        if ((status == PLACE_OK) != (err.message[0] == '\0')) fuzz_fail("%s: status %d, '%s'", commands[c]->name, (int)status, err.message);
        if (status == PLACE_OK && !options.help
            && (options.n_arguments < commands[c]->n_arguments_least || options.n_arguments > commands[c]->n_arguments_most))
            fuzz_fail("%s takes %d arguments", commands[c]->name, options.n_arguments);
        place_options_clear(&options);
    }
}

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
    unsigned hash = 0;
    if (size >= sizeof text) return 0;
    for (size_t i = 0; i < size; i++) {
        text[i] = bytes[i] == '/' ? '_' : (char)bytes[i];
        hash = hash * 31 + bytes[i];
    }
    text[size] = '\0';
    for (char *at = text; n < MAX_WORDS && at < text + size; at += strlen(at) + 1) {
        at[strcspn(at, "\n")] = '\0';
        words[n++] = at;
    }
    words[n] = NULL;
    char *copy[MAX_WORDS + 1];
    memcpy(copy, words, sizeof copy); /* reading them may order them anew */
    read_by_each(n, copy);
    if (getenv("PLACE_FUZZ_SELDOM") == NULL || hash % 16 == 0) run(n, words);
    return 0;
}
