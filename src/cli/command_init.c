/* SPDX-License-Identifier: MIT */
/* init and schema: the two files that the program carries, on standard output or in a file of their own. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "place/embedded.h"

/* A file that exists is kept unless `force`, even when it appears between looking and writing. */
static place_status write_file(const char *path, bool force, const unsigned char *bytes, size_t n, place_error *err) {
    int descriptor = open(path, O_WRONLY | O_CREAT | (force ? O_TRUNC : O_EXCL), 0666);
    if (descriptor < 0 && errno == EEXIST)
        return place_error_set(err, PLACE_SYSTEM, path, 0, "output exists; --force replaces it");
    FILE *file = descriptor >= 0 ? fdopen(descriptor, "wb") : NULL;
    if (file == NULL) {
        place_error_set(err, PLACE_SYSTEM, path, 0, "cannot be written: %s", strerror(errno));
        if (descriptor >= 0) close(descriptor);
        return PLACE_SYSTEM;
    }
    bool good = fwrite(bytes, 1, n, file) == n && fflush(file) == 0;
    int reason = errno;
    if (fclose(file) != 0 && good) good = false, reason = errno;
    if (!good) return place_error_set(err, PLACE_SYSTEM, path, 0, "cannot be written: %s", strerror(reason));
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
