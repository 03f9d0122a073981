/* SPDX-License-Identifier: MIT */
/*
 * Words for sentences: the nearest known word for a misspelt one, and texts made fit to be quoted. Two words are near
 * when few edits (a letter put in, taken out, changed, or two neighbours swapped) lead from one to the other: at most
 * two, and fewer than half of the word, so that `ncy` is never offered for `need`.
 */
#include "word.h"

#include <string.h>

#include "place/scenario.h"
#include "place/text.h"

#define LONGEST_WORD 64 /* names in the format are shorter; what is longer is near nothing */

/* Edits between two words (optimal string alignment), by the usual table, of which three rows are kept. There are at least as many as
 * letters by which the words differ in length, so where those are `enough` the table is not made. */
static size_t n_edits(const char *a, const char *b, size_t enough) {
    size_t rows[3][LONGEST_WORD + 1], n_a = strlen(a), n_b = strlen(b);
    if (n_a > LONGEST_WORD || n_b > LONGEST_WORD || n_a >= n_b + enough || n_b >= n_a + enough) return LONGEST_WORD;
    for (size_t j = 0; j <= n_b; j++) rows[0][j] = j;
    for (size_t i = 1; i <= n_a; i++) {
        size_t *now = rows[i % 3], *last = rows[(i - 1) % 3], *before_last = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= n_b; j++) {
            size_t least = last[j - 1] + (a[i - 1] != b[j - 1]);
            if (last[j] + 1 < least) least = last[j] + 1;
            if (now[j - 1] + 1 < least) least = now[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before_last[j - 2] + 1 < least)
                least = before_last[j - 2] + 1;
            now[j] = least;
        }
    }
    return rows[n_a % 3][n_b];
}

const char *place_nearest_word(const char *word, const char *const *known, size_t n) {
    const char *nearest = NULL;
    size_t fewest = 3, n_word = strlen(word);
    for (size_t k = 0; k < n; k++) {
        size_t edits = n_edits(word, known[k], fewest);
        if (edits < fewest && 2 * edits < n_word + (n_word == 2)) {
            fewest = edits;
            nearest = known[k];
        }
    }
    return nearest;
}

size_t place_character_bytes(const unsigned char *at, size_t n_left) {
    unsigned char lead = at[0];
    if (lead < 0x80u) return 1;
    size_t n = lead >= 0xC2u && lead <= 0xDFu ? 2
        : (lead & 0xF0u) == 0xE0u             ? 3
        : lead >= 0xF0u && lead <= 0xF4u      ? 4
                                              : 0;
    if (n == 0 || n > n_left) return 0;
    for (size_t k = 1; k < n; k++)
        if ((at[k] & 0xC0u) != 0x80u) return 0;
    if ((lead == 0xE0u && at[1] < 0xA0u) || (lead == 0xEDu && at[1] > 0x9Fu)) return 0;
    if ((lead == 0xF0u && at[1] < 0x90u) || (lead == 0xF4u && at[1] > 0x8Fu)) return 0;
    return n;
}

/* At most `most` bytes of a text into `out`, which has room for four more: three dots and the end. It could disguise the message around it:
 * what is not to be shown becomes '?', and so does what is no UTF-8. */
static void clean(const char *text, size_t most, char *out) {
    size_t n = 0;
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0';) {
        size_t n_bytes = place_character_bytes(at, 4); /* the end of the text ends a character too */
        size_t n_hidden = n_bytes > 0 ? place_text_hidden((const char *)at) : 1;
        if (n_hidden > 0) n_bytes = 1;
        if (n + n_bytes > most) {
            memcpy(out + n, "...", 4);
            return;
        }
        if (n_hidden > 0) {
            out[n++] = *at == '\n' || *at == '\t' || *at == '\r' ? ' ' : '?';
            at += n_hidden;
        } else {
            for (size_t b = 0; b < n_bytes; b++) out[n++] = (char)*at++;
        }
    }
    out[n] = '\0';
}

place_quoted place_quote(const char *text) {
    place_quoted quoted = { "" };
    clean(text != NULL ? text : "", sizeof quoted.text - 4, quoted.text);
    return quoted;
}

place_quoted_line place_quote_line(const char *text) {
    place_quoted_line quoted = { "" };
    clean(text != NULL ? text : "", sizeof quoted.text - 4, quoted.text);
    return quoted;
}
