/* SPDX-License-Identifier: MIT */
/* The list of commands, and which of them a word names. */
#include "commands.h"

#include <string.h>

#include "place/scenario.h"

const place_command *const place_commands[] = {
    &place_command_init, &place_command_schema,  &place_command_check, &place_command_explain,
    &place_command_run,  &place_command_merge,   &place_command_summary, &place_command_info,
    &place_command_replay, &place_command_diff, &place_command_verify,
};
enum { N_COMMANDS = sizeof place_commands / sizeof place_commands[0] };
const size_t place_n_commands = N_COMMANDS;

const place_command *place_command_find(const char *name, place_error *err) {
    const char *names[N_COMMANDS];
    for (size_t i = 0; i < N_COMMANDS; i++) {
        names[i] = place_commands[i]->name;
        if (strcmp(name, names[i]) == 0) return place_commands[i];
    }
    const char *nearest = place_nearest_word(name, names, N_COMMANDS);
    if (nearest != NULL)
        place_error_set(err, PLACE_BAD_INPUT, NULL, 0, "there is no command '%.80s'; did you mean '%s'?", name, nearest);
    else
        place_error_set(err, PLACE_BAD_INPUT, NULL, 0, "there is no command '%.80s'; `placesim --help` lists them", name);
    return NULL;
}
