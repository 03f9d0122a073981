/* SPDX-License-Identifier: MIT */
/* init and schema: the two files that the program carries, on standard output or in a file of their own. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands.h"
#include "place/embedded.h"

/* All of it into a file that is open, and closed. 0, or errno. */
static int fill(int file, const unsigned char *bytes, size_t n) {
    int reason = 0;
    while (n > 0 && reason == 0) {
        ssize_t written = write(file, bytes, n);
        if (written < 0 && errno != EINTR) reason = errno;
        if (written > 0) bytes += written, n -= (size_t)written;
    }
    if (close(file) != 0 && reason == 0) reason = errno;
    return reason;
}

/* A file that exists is kept unless `force`, even when it appears between looking and writing. A new one is whole or is not there; one that
 * is replaced is so by a whole one beside it, unless it is no file of its own (a link, /dev/stdout). */
static place_status write_file(const char *path, bool force, const unsigned char *bytes, size_t n, place_error *err) {
    char beside[PATH_MAX];
    struct stat state;
    bool there = force && lstat(path, &state) == 0, replaces = there && S_ISREG(state.st_mode);
    if (replaces && snprintf(beside, sizeof beside, "%s.new", path) >= (int)sizeof beside)
        return place_error_set(err, PLACE_SYSTEM, path, 0, "cannot be written: %s", strerror(ENAMETOOLONG));
    const char *name = replaces ? beside : path;
    int file = open(name, O_WRONLY | O_CREAT | (there && !replaces ? O_TRUNC : O_EXCL), replaces ? state.st_mode & 0777 : 0666);
    if (file < 0 && errno == EEXIST && !replaces)
        return place_error_set(err, PLACE_SYSTEM, path, 0, "output exists; --force replaces it");
    int reason = file < 0 ? errno : fill(file, bytes, n);
    if (reason == 0 && replaces && rename(beside, path) != 0) reason = errno;
    if (reason != 0 && file >= 0 && (replaces || !there)) unlink(name);
    if (reason != 0) return place_error_set(err, PLACE_SYSTEM, name, 0, "cannot be written: %s", strerror(reason));
    fprintf(stderr, "wrote %s\n", path);
    return PLACE_OK;
}

static place_status give(const place_options *options, const unsigned char *bytes, size_t n, place_error *err) {
    if (options->output != NULL) return write_file(options->output, options->force, bytes, n, err);
    fwrite(bytes, 1, n, stdout); /* what fails is seen when standard output is closed */
    return PLACE_OK;
}

static place_status give_starter(const place_options *options, place_error *err) {
    return give(options, place_embedded_starter, place_embedded_starter_size, err);
}

static place_status give_schema(const place_options *options, place_error *err) {
    return give(options, place_embedded_schema, place_embedded_schema_size, err);
}

static const place_option init_options[] = {
    { PLACE_OPTION_OUTPUT, 'o', "output", "FILE", "write to FILE instead of standard output" },
    { PLACE_OPTION_FORCE, 'f', "force", NULL, "replace FILE if it exists" },
};

const place_command place_command_init = {
    .name = "init",
    .arguments = "",
    .summary = "a small commented scenario to start from",
    .description = "Gives a complete scenario of a made-up district, on one page, each part explained by a comment:\n"
                   "areas, provisions, sites, a building project, pupils, new plans, and what happens without a place.\n"
                   "Copy it, put your own figures in, and `placesim check` it as you go.",
    .examples = "  placesim init -o mine.xml\n",
    .options = init_options,
    .n_options = sizeof init_options / sizeof init_options[0],
    .act = give_starter,
};

const place_command place_command_schema = {
    .name = "schema",
    .arguments = "",
    .summary = "the XML schema, with every element and attribute explained",
    .description = "Gives the XML schema (XSD 1.0) of scenarios: units, ranges and meaning of every element and attribute.\n"
                   "Keep it as placesim.xsd beside a scenario, and an XML editor offers and checks words as you type.",
    .examples = "  placesim schema -o placesim.xsd\n",
    .options = init_options,
    .n_options = sizeof init_options / sizeof init_options[0],
    .act = give_schema,
};
