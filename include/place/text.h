/* SPDX-License-Identifier: MIT */
/** Text of others, on a terminal: what would steer it, or disguise the words around it, is not to be written there. */
#ifndef PLACE_TEXT_H
#define PLACE_TEXT_H

#include <stddef.h>

/**
 * @param at  UTF-8 that a NUL ends
 * @return bytes of the character at `at` when it is a control character (a line end and a tab are) or a mark that turns the direction of
 *         writing or has no width; 0 when it may be shown
 */
size_t place_text_hidden(const char *at);

#endif
