/* SPDX-License-Identifier: MIT */
/*
 * The program: finds the command, reads its options, lets it act, says what went wrong, and turns a status into the exit code.
 * Results go to standard output, everything else to standard error.
 */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "commands.h"
#include "options.h"
#include "output.h"
#include "place/scenario.h"

#define LARGE (1 << 20) /* bytes */

static void print_help(FILE *out) {
    fprintf(out, "placesim: will there be enough places for pupils with an education, health and care plan?\n\n"
                 "It plays a scenario (pupils, places, building projects, and how sure you are of each) forward many times\n"
                 "and counts: who seeks which place each September, how many there are, and the chance of being short.\n\n"
                 "usage: placesim COMMAND [OPTIONS] ARGUMENTS\n\ncommands:\n");
    for (size_t i = 0; i < place_n_commands; i++) fprintf(out, "  %-9s %s\n", place_commands[i]->name, place_commands[i]->summary);
    fprintf(out, "\n  placesim COMMAND --help    what a command does, its options, examples\n"
                 "  placesim --version         version; with --json also libraries and how it was built\n\n"
                 "a first hour:\n"
                 "  placesim init -o mine.xml          a small scenario to change\n"
                 "  placesim check mine.xml            is it sound? each mistake with its line\n"
                 "  placesim explain mine.xml          what it says, in words\n"
                 "  placesim run mine.xml -o mine.h5   play it 1,000 times\n"
                 "  placesim summary mine.h5           the answers\n\n"
                 "exit: 0 done, 1 the answer is no, 2 bad input, 3 file or system trouble, 130 interrupted\n");
}

/* A command and its options; what needs no more than the command line is done at once, and leaves no command. */
typedef struct asked {
    const place_command *command;
    place_options options;
} asked;

static place_status read_command(asked *out, int argc, char **argv, place_error *err) {
    const place_command *command = place_command_find(argv[1], err);
    if (command == NULL) return PLACE_BAD_INPUT;
    place_status status = place_options_read(&out->options, command, argc - 1, argv + 1, err);
    out->options.program = argv[0];
    if (status == PLACE_OK && out->options.help) place_options_help(command, stdout);
    else if (status == PLACE_OK) out->command = command;
    return status;
}

static place_status start(asked *out, int argc, char **argv, place_error *err) {
    const char *first = argc > 1 ? argv[1] : "";
    bool json = argc > 2 && strcmp(argv[2], "--json") == 0;
    if (strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0 || strcmp(first, "help") == 0) {
        const place_command *command = argc > 2 ? place_command_find(argv[2], err) : NULL;
        if (argc > 2 && command == NULL) return PLACE_BAD_INPUT;
        if (command != NULL) place_options_help(command, stdout);
        else print_help(stdout);
        return PLACE_OK;
    }
    if (strcmp(first, "--version") == 0) {
        if (argc > (json ? 3 : 2))
            return place_error_set(err, PLACE_BAD_INPUT, NULL, 0, "--version takes --json and nothing else; found '%.80s'", argv[json ? 3 : 2]);
        return place_command_version(json, err);
    }
    if (first[0] == '\0') {
        print_help(stderr);
        return PLACE_BAD_INPUT;
    }
    if (first[0] == '-')
        return place_error_set(err, PLACE_BAD_INPUT, NULL, 0, "'%.80s' comes before the command; `placesim --help` shows the order", first);
    return read_command(out, argc, argv, err);
}

/*
 * A descriptor that is closed would be given to the next file that is opened, and what is said would be written into it:
 * each gets a stand-in. Standard output's cannot be written to, so that losing results is noticed.
 */
static void fill_descriptors(void) {
    static const int modes[] = { O_WRONLY, O_RDONLY, O_RDWR };
    for (int d = 0; d < 3; d++)
        if (fcntl(d, F_GETFD) < 0 && errno == EBADF && open("/dev/null", modes[d]) < 0) exit(3);
}

/* Results that were not written are no results. A reader that has had enough (`| head`) ends the program by SIGPIPE, quietly. */
static place_status close_output(place_error *err) {
    errno = 0;
    bool failed = ferror(stdout) != 0;
    int reason = errno;
    if (fflush(stdout) != 0) failed = true, reason = errno;
    if (fclose(stdout) != 0 && !failed) failed = true, reason = errno;
    if (!failed) return PLACE_OK;
    return place_error_set(err, PLACE_SYSTEM, NULL, 0, "cannot write to standard output%s%s", reason != 0 ? ": " : "",
                           reason != 0 ? strerror(reason) : "");
}

static int finish(place_status status, place_error *err) {
    place_status closed = close_output(err);
    if (closed != PLACE_OK) status = closed;
    if (err->status != PLACE_OK) place_output_error(err);
    return place_output_code(status);
}

static int act(void *self) {
    const asked *what = self;
    place_error err = { 0 };
    place_status status = what->command->act(&what->options, &err);
    return finish(status, &err);
}

/* Nothing is being written while a scenario is read, so that nothing is half done here. */
static void end_without_memory(size_t n_bytes) {
    char sentence[120];
    int n = snprintf(sentence, sizeof sentence, "placesim: out of memory: %zu bytes more are needed to read the scenario\n", n_bytes);
    ssize_t written = write(STDERR_FILENO, sentence, (size_t)n);
    (void)written; /* there is nobody else to tell */
    _exit(place_output_code(PLACE_SYSTEM));
}

int main(int argc, char **argv) {
    place_error err = { 0 };
    asked what = { .command = NULL };
    mallopt(M_MMAP_THRESHOLD, LARGE); /* else glibc raises it as it sees fit, and large pieces that come and go leave holes in memory */
    mallopt(M_TRIM_THRESHOLD, 8 * LARGE);
    fill_descriptors();
    place_scenario_no_memory(end_without_memory);
    place_status status = start(&what, argc, argv, &err);
    int code = what.command != NULL ? place_child_act(act, &what) : finish(status, &err);
    place_options_clear(&what.options);
    return code;
}
