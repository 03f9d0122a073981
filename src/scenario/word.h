/* SPDX-License-Identifier: MIT */
/** Words for sentences: a text from a file made fit to be quoted. (`place_nearest_word` is in place/scenario.h.) */
#ifndef PLACE_SCENARIO_WORD_H
#define PLACE_SCENARIO_WORD_H

#include <stddef.h>

/** Bytes of the character at `at`, or 0 when it is not UTF-8: overlong forms, surrogates and what lies past U+10FFFF are not.
 *  @param n_left  bytes that may be looked at; a NUL ends them too */
size_t place_character_bytes(const unsigned char *at, size_t n_left);

/** A text as it may stand in a message: at most 60 bytes of it, on one line, without control or direction marks. */
typedef struct place_quoted {
    char text[64];
} place_quoted;

/** @param text  may be NULL (quoted as nothing); a byte that is not UTF-8 becomes '?'. Cannot fail. */
place_quoted place_quote(const char *text);

/** The same of at most 200 bytes: another program's message, in which words of a file may stand. */
typedef struct place_quoted_line {
    char text[204];
} place_quoted_line;

place_quoted_line place_quote_line(const char *text);

#endif
