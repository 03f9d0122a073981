/* SPDX-License-Identifier: MIT */
/** The commands, one file each (command_NAME.c), with its table of options, its help and what it does. */
#ifndef PLACE_CLI_COMMANDS_H
#define PLACE_CLI_COMMANDS_H

#include "options.h"
#include "place/table.h"

extern const place_command place_command_init, place_command_schema, place_command_check, place_command_explain,
    place_command_run, place_command_merge, place_command_summary, place_command_info, place_command_replay, place_command_diff,
    place_command_verify;

/** `placesim --version`: not a command, since it needs no options. */
place_status place_command_version(bool json, place_error *err);
/** What decides how this program was built, as facts. */
void place_version_facts(place_tables *report);

#endif
