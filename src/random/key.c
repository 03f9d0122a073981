/* SPDX-License-Identifier: MIT */
/*
 * Keys: numpy's SeedSequence with a pool of four words, kept as its running state. The algorithm is O'Neill's,
 * "Developing a seed_seq alternative" (2015), as numpy.random.SeedSequence fixes it. numpy gathers all words first and
 * mixes then; since every word after the fourth is mixed in by itself, the state after a prefix can be kept and the
 * next word added (place_key_with, inline in the header).
 */
#include "place/key.h"

#include <assert.h>
#include <stddef.h>

#include "key_internal.h"

/* numpy's hashmix: hash one word and move the running constant on. */
static uint32_t hash_word(uint32_t word, uint32_t *constant) {
    word ^= *constant;
    *constant *= 0x931e8875u;
    word *= *constant;
    return word ^ word >> 16;
}

static uint32_t mix_words(uint32_t a, uint32_t b) {
    uint32_t mixed = 0xca01f9ddu * a - 0x4973f715u * b;
    return mixed ^ mixed >> 16;
}

place_key place_key_mixed(const uint32_t entropy[4]) {
    place_key key = { .multiplier = 0x43b0d7e5u };
    for (int i = 0; i < 4; i++) key.pool[i] = hash_word(entropy[i], &key.multiplier);
    for (int from = 0; from < 4; from++) /* late words get to early ones too */
        for (int to = 0; to < 4; to++)
            if (from != to) key.pool[to] = mix_words(key.pool[to], hash_word(key.pool[from], &key.multiplier));
    return key;
}

place_key place_key_create(uint64_t seed) {
    return place_key_mixed((uint32_t[4]){ (uint32_t)seed, (uint32_t)(seed >> 32), 0, 0 });
}

/* Fowler, Noll and Vo, FNV-1a with 32 bits: offset basis 2166136261, prime 16777619. */
uint32_t place_key_word(const char *id) {
    uint32_t hash = 2166136261u;
    for (const unsigned char *byte = (const unsigned char *)id; *byte != 0; byte++) hash = (hash ^ *byte) * 16777619u;
    return hash;
}

void place_key_state(const place_key *key, uint64_t *out, int n) {
    assert(n >= 0);
    uint32_t constant = 0x8b51f9ddu;
    for (int i = 0; i < n; i++) {
        uint64_t value = 0;
        for (int half = 0; half < 2; half++) { /* least significant word first */
            uint32_t word = key->pool[(2 * i + half) % 4] ^ constant;
            constant *= 0x58f38dedu;
            word *= constant;
            value |= (uint64_t)(word ^ word >> 16) << (32 * half);
        }
        out[i] = value;
    }
}
