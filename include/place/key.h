/* SPDX-License-Identifier: MIT */
/**
 * Keys: which random draw is meant.
 * A draw is a function of (seed, family, index, decision, step, ids of what it concerns), never of what was drawn before it:
 * so one replication can be replayed alone, and adding a site re-deals nobody else's draws.
 *
 * A key is the running state of numpy's SeedSequence after the words given so far: `SeedSequence(entropy=seed,
 * spawn_key=(w1, w2, ...))`. Words are appended one by one, so the state after a common prefix is copied and reused.
 * Known answers: tests/data/kat_pcg64dxsm.json.
 */
#ifndef PLACE_KEY_H
#define PLACE_KEY_H

#include <stdint.h>

typedef struct place_key {
    uint32_t pool[4];
    uint32_t multiplier; /**< the hash constant that the next word meets */
} place_key;

/** The four families of randomness, so that a spread can be shared out between its causes. First word of each key. */
typedef enum place_family {
    PLACE_FAMILY_INPUTS = 1,   /**< what research could settle           */
    PLACE_FAMILY_YEARS = 2,    /**< good and bad years                   */
    PLACE_FAMILY_DELIVERY = 3, /**< durations, risk events, refusals     */
    PLACE_FAMILY_CHANCE = 4,   /**< the pupils' own luck                 */
} place_family;

/** The key of a scenario seed with no words yet: SeedSequence(seed, spawn_key=()) with the entropy padded to four words. */
place_key place_key_create(uint64_t seed);

/** The key with one more 32-bit word appended. Inline: each decision's own stream costs one of these a word. */
static inline place_key place_key_with(place_key key, uint32_t word) {
    /* numpy's hashmix of the word, four times with successive constants c A, c A^2, ..., each mixed into its pool word:
       written out so that the four run side by side instead of waiting for one running constant. */
    const uint32_t a = 0x931e8875u, left = 0xca01f9ddu, right = 0x4973f715u;
    uint32_t c0 = key.multiplier, c1 = c0 * a, c2 = c0 * (a * a), c3 = c0 * (a * a * a), c4 = c0 * (a * a * a * a);
    uint32_t v0 = (word ^ c0) * c1, v1 = (word ^ c1) * c2, v2 = (word ^ c2) * c3, v3 = (word ^ c3) * c4;
    uint32_t m0 = key.pool[0] * left - (v0 ^ v0 >> 16) * right, m1 = key.pool[1] * left - (v1 ^ v1 >> 16) * right;
    uint32_t m2 = key.pool[2] * left - (v2 ^ v2 >> 16) * right, m3 = key.pool[3] * left - (v3 ^ v3 >> 16) * right;
    return (place_key){ { m0 ^ m0 >> 16, m1 ^ m1 >> 16, m2 ^ m2 >> 16, m3 ^ m3 >> 16 }, c4 };
}

/** 32-bit FNV-1a of a UTF-8 id: the word by which an area, need, site, project or input enters a key. */
uint32_t place_key_word(const char *id);

/** @param out  n words as SeedSequence.generate_state(n, uint64) gives them */
void place_key_state(const place_key *key, uint64_t *out, int n);

#endif
