/* SPDX-License-Identifier: MIT */
/** Words for sentences: a text from a file made fit to be quoted. (`place_nearest_word` is in place/scenario.h.) */
#ifndef PLACE_SCENARIO_WORD_H
#define PLACE_SCENARIO_WORD_H

/** A text as it may stand in a message: at most 60 bytes of it, on one line, without control or direction marks. */
typedef struct place_quoted {
    char text[64];
} place_quoted;

/** @param text  UTF-8, may be NULL (quoted as nothing). Cannot fail. */
place_quoted place_quote(const char *text);

/** The same of at most 200 bytes: another program's message, in which words of a file may stand. */
typedef struct place_quoted_line {
    char text[204];
} place_quoted_line;

place_quoted_line place_quote_line(const char *text);

#endif
