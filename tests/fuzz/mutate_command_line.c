/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer's mutator of command lines: it works on words. They are swapped, doubled, dropped; options come from the commands' own tables,
 * whole, as a letter, cut short, with a value behind '=' or as the next word; one word in eight gets libFuzzer's own mutation. One line in
 * sixteen is left to libFuzzer as a whole.
 */
#include <stdio.h>
#include <string.h>

#include "../../src/cli/commands.h"
#include "targets.h"

#define MAX_WORDS 30
#define WORD 200

size_t LLVMFuzzerMutate(uint8_t *bytes, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t max_size, unsigned seed);

static const char *const values[] = {
    "a.xml", "b.h5", "none.h5", "a.xml", "7", "0", "1", "-1", "100000000", "100000001", "18446744073709551615", "18446744073709551616", "1024",
    "1025", "1/4", "4/4", "5/4", "0/3", "need", "ncy", "area", "paired", "crossed", "september", "january", "mean", "any", "septembr", "time/@steps=2",
    "time/@steps", "//site[@id='ash-school']/@id=x", "=", "", " ", "--", "-", "stock", "datasets", "axes", "north", "%n%s", "\xC3\xA9", "9e9", "0x10", "+3",
};

static unsigned state;
static unsigned below(unsigned n) {
    state = state * 1664525u + 1013904223u;
    return n > 0 ? (state >> 8) % n : 0;
}

static char words[MAX_WORDS + 2][WORD];
static unsigned n_words;

static void insert(unsigned at, const char *word) {
    if (n_words == MAX_WORDS) return;
    memmove(words[at + 1], words[at], (n_words - at) * sizeof words[0]);
    snprintf(words[at], WORD, "%s", word);
    n_words++;
}

static void drop(unsigned at) {
    memmove(words[at], words[at + 1], (n_words - at - 1) * sizeof words[0]);
    n_words--;
}

static const char *any_value(void) {
    return values[below(sizeof values / sizeof values[0])];
}

/* An option, of the command that the line begins with or of any. */
static void insert_option(void) {
    char word[WORD];
    const place_command *command = place_commands[below((unsigned)place_n_commands)];
    for (size_t c = 0; below(8) > 0 && c < place_n_commands; c++)
        if (n_words > 0 && strcmp(words[0], place_commands[c]->name) == 0) command = place_commands[c];
    const place_option *option = &command->options[below((unsigned)command->n_options)];
    unsigned at = n_words > 0 ? 1 + below(n_words) : 0, length = (unsigned)strlen(option->name);
    bool has_value = option->argument != NULL ? below(16) > 0 : below(16) == 0;
    if (below(6) == 0) length = 1 + below(length); /* cut short: as long as it is the only one, it is that option */
    if (option->letter != '\0' && below(3) == 0) snprintf(word, WORD, "-%c%s", option->letter, has_value && below(2) ? any_value() : "");
    else if (has_value && below(2)) snprintf(word, WORD, "--%.*s=%s", (int)length, option->name, any_value());
    else {
        snprintf(word, WORD, "--%.*s", (int)length, option->name);
        if (has_value) insert(at, any_value());
    }
    insert(at, word);
}

static void change(void) {
    unsigned one = below(n_words), two = below(n_words);
    char word[WORD];
    switch (below(12)) {
    case 0:
        memcpy(word, words[one], WORD);
        memcpy(words[one], words[two], WORD);
        memcpy(words[two], word, WORD);
        break;
    case 1:
        memcpy(word, words[one], WORD);
        insert(two, word);
        break;
    case 2: drop(one); break;
    case 3: insert(below(n_words + 1), any_value()); break;
    case 4: snprintf(words[one], WORD, "%s", any_value()); break;
    case 5: snprintf(words[0], WORD, "%s", place_commands[below((unsigned)place_n_commands)]->name); break;
    case 6: { /* two words become one, or one is parted at its '=' */
        char *equals = strchr(words[one], '=');
        if (equals != NULL && words[one][0] == '-') {
            snprintf(word, WORD, "%s", equals + 1);
            *equals = '\0';
            insert(one + 1, word);
        } else if (one + 1 < n_words && strlen(words[one]) + strlen(words[one + 1]) + 2 < WORD) {
            strcat(strcat(words[one], "="), words[one + 1]);
            drop(one + 1);
        }
        break;
    }
    case 7: {
        size_t n = LLVMFuzzerMutate((uint8_t *)words[one], strlen(words[one]), WORD - 1);
        for (size_t i = 0; i < n; i++)
            if (words[one][i] == '\0' || words[one][i] == '\n') words[one][i] = '7';
        words[one][n] = '\0';
        break;
    }
    default: insert_option();
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t max_size, unsigned seed) {
    char text[MAX_WORDS * WORD + 1] = "";
    size_t n = 0;
    state = seed;
    if (below(16) == 0) return LLVMFuzzerMutate(bytes, size, max_size);
    n_words = 0;
    for (size_t at = 0; at < size && n_words < MAX_WORDS; n_words++) {
        const uint8_t *end = memchr(bytes + at, '\n', size - at);
        size_t length = end != NULL ? (size_t)(end - bytes) - at : size - at;
        snprintf(words[n_words], WORD, "%.*s", (int)length, (const char *)bytes + at);
        at += length + 1;
    }
    for (unsigned i = 1 + below(4); i > 0; i--) {
        if (n_words == 0) insert(0, place_commands[below((unsigned)place_n_commands)]->name);
        else change();
    }
    for (unsigned w = 0; w < n_words; w++) n += (size_t)snprintf(text + n, sizeof text - n, "%s\n", words[w]);
    if (n == 0 || n > max_size) return LLVMFuzzerMutate(bytes, size, max_size);
    memcpy(bytes, text, n);
    return n;
}
