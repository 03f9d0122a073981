/* SPDX-License-Identifier: MIT */
/*
 * A zlib stream in blocks of dynamic Huffman codes (RFC 1950, RFC 1951). The input is looked at eight bytes at a time:
 * a word of one byte grows into a run, all else is literals. A block ends when it has enough literals for its code to
 * pay, so a plane of zeros is one block of a few hundred bytes.
 *
 * On counts this is 4 to 15 times as fast as libdeflate's level 1 and the result is as small (README.md has the
 * figures).
 */
#include "deflate.h"

#include <libdeflate.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    N_LITLEN = 286,
    N_PRECODE = 19,
    END_OF_BLOCK = 256,
    FIRST_LENGTH = 257,
    LAST_LENGTH = 285,
    MAX_BITS = 12, /* of a code, so that four fit between two flushes */
    MAX_PRECODE_BITS = 7,
    MIN_MATCH = 3,
    MAX_MATCH = 258,
    BLOCK_LITERALS = 1 << 15, /* about: more, and one code must suit too many kinds of cells */
    BLOCK_PIECES = 1 << 13,
};

/* A stretch of literals, then so many more of the byte before: 0, or at least MIN_MATCH; may pass MAX_MATCH. */
typedef struct piece {
    uint32_t n_literals, run;
} piece;

typedef struct code {
    uint16_t bits[N_LITLEN];
    uint8_t length[N_LITLEN];
} code;

struct place_deflater {
    piece pieces[BLOCK_PIECES + 1];
    uint32_t counts[4][N_LITLEN];
    uint32_t literal[256]; /* code | length << 16: one look-up a literal */
    code code;
};

place_deflater *place_deflater_create(void) {
    return calloc(1, sizeof(place_deflater));
}
void place_deflater_free(place_deflater *deflater) {
    free(deflater);
}

/* Twelve bits a literal at worst, less for what is in a run; and the code of a block, below 400 bytes, for 32,768 of
   them. */
size_t place_deflate_bound(size_t n) {
    return n + n / 2 + n / 64 + 1024;
}

/* ---- bits ------------------------------------------------------------------------------------------------------- */

typedef struct bit_writer {
    uint64_t bits;
    unsigned n_bits; /* below 8 after a flush */
    uint8_t *out;
} bit_writer;

static inline void put(bit_writer *w, uint64_t bits, unsigned n_bits) {
    w->bits |= bits << w->n_bits;
    w->n_bits += n_bits;
}

static inline void flush(bit_writer *w) {
    memcpy(w->out, &w->bits, sizeof w->bits); /* writes up to 8 bytes past the end: the bound has room */
    w->out += w->n_bits >> 3;
    w->bits >>= w->n_bits & ~7u;
    w->n_bits &= 7;
}

/* ---- codes ------------------------------------------------------------------------------------------------------ */

typedef struct node {
    uint32_t count;
    uint16_t symbol;
} node;

static int compare_nodes(const void *a, const void *b) {
    const node *left = a, *right = b;
    if (left->count != right->count) return left->count < right->count ? -1 : 1;
    return (int)left->symbol - (int)right->symbol;
}

/* Lengths of a Huffman code for `counts`, none above `most`: the two lightest joined until one is left, then cut. */
static void make_lengths(const uint32_t *counts, int n, int most, uint8_t *lengths) {
    node leaves[N_LITLEN];
    uint32_t joint[N_LITLEN];
    uint16_t parent[2 * N_LITLEN];
    uint8_t depth[2 * N_LITLEN];
    int n_leaves = 0, n_at[32] = { 0 };
    memset(lengths, 0, (size_t)n);
    for (int s = 0; s < n; s++)
        if (counts[s] > 0) leaves[n_leaves++] = (node){ counts[s], (uint16_t)s };
    if (n_leaves == 0) return;
    if (n_leaves == 1) {
        lengths[leaves[0].symbol] = 1;
        return;
    }
    qsort(leaves, (size_t)n_leaves, sizeof *leaves, compare_nodes);

    /* Join the two lightest until one is left: leaves 0 .. n_leaves - 1 in order, joints behind them in order of
       making. */
    int next_leaf = 0, next_joint = 0, n_joints = 0;
    while (n_joints < n_leaves - 1) {
        uint32_t sum = 0;
        for (int half = 0; half < 2; half++) {
            bool leaf =
                next_leaf < n_leaves && (next_joint >= n_joints || leaves[next_leaf].count <= joint[next_joint]);
            sum += leaf ? leaves[next_leaf].count : joint[next_joint];
            parent[leaf ? next_leaf++ : n_leaves + next_joint++] = (uint16_t)(n_leaves + n_joints);
        }
        joint[n_joints++] = sum;
    }
    int root = n_leaves + n_joints - 1;
    depth[root] = 0;
    for (int i = root - 1; i >= 0; i--) {
        depth[i] = (uint8_t)(depth[parent[i]] + 1);
        if (depth[i] > most) depth[i] = (uint8_t)most;
        if (i < n_leaves) n_at[depth[i]]++;
    }

    /* Codes cut to `most` bits are too many for the tree: make room by sending codes of fewer bits one level down. */
    int64_t excess = -((int64_t)1 << most);
    for (int bits = 1; bits <= most; bits++) excess += (int64_t)n_at[bits] << (most - bits);
    while (excess > 0) {
        int bits = most - 1;
        while (n_at[bits] == 0) bits--;
        n_at[bits]--;
        n_at[bits + 1]++;
        excess -= (int64_t)1 << (most - bits - 1);
    }
    /* What that left over goes to the longest codes, so that the code is complete, as inflate asks. */
    while (excess < 0) {
        int bits = most;
        while (n_at[bits] == 0 || (int64_t)1 << (most - bits) > -excess) bits--;
        n_at[bits]--;
        n_at[bits - 1]++;
        excess += (int64_t)1 << (most - bits);
    }
    for (int bits = most, leaf = 0; bits > 0; bits--) /* the lightest get the longest */
        for (int i = 0; i < n_at[bits]; i++) lengths[leaves[leaf++].symbol] = (uint8_t)bits;
}

/* Canonical codes of given lengths, lowest bit first as deflate sends them. */
static void make_codes(const uint8_t *lengths, int n, uint16_t *codes) {
    unsigned next[16] = { 0 }, n_at[16] = { 0 };
    for (int s = 0; s < n; s++) n_at[lengths[s]]++;
    n_at[0] = 0;
    for (int bits = 1; bits < 16; bits++) next[bits] = (next[bits - 1] + n_at[bits - 1]) << 1;
    for (int s = 0; s < n; s++) {
        unsigned bits = next[lengths[s]]++, reversed = 0;
        for (int b = 0; b < lengths[s]; b++) reversed |= (bits >> b & 1) << (lengths[s] - 1 - b);
        codes[s] = (uint16_t)reversed;
    }
}

/* Symbol, count of extra bits and their value for a match length (RFC 1951, 3.2.5). */
typedef struct extra {
    unsigned symbol, n_bits, bits;
} extra;

static extra length_symbol(unsigned length) {
    unsigned l = length - MIN_MATCH, top = 0;
    if (length == MAX_MATCH) return (extra){ 285, 0, 0 };
    if (l < 8) return (extra){ FIRST_LENGTH + l, 0, 0 };
    while (l >> (top + 1) != 0) top++;
    return (extra){ FIRST_LENGTH + 4 * (top - 1) + (l >> (top - 2) & 3), top - 2, l & ((1u << (top - 2)) - 1) };
}

/* ---- finding ---------------------------------------------------------------------------------------------------- */

static inline uint64_t word_at(const uint8_t *bytes) {
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

/* How many bytes from `at` on equal the one before. */
static size_t run_from(const uint8_t *in, size_t at, size_t n) {
    size_t start = at;
    while (at + 8 <= n && word_at(in + at) == word_at(in + at - 1)) at += 8;
    while (at < n && in[at] == in[at - 1]) at++;
    return at - start;
}

/*
 * Cut in[start ..] into pieces, as many as a block takes. @return where the block ends
 * Looks at every eighth byte only: a run of 15 is always found, one of 8 sometimes, and shorter ones would gain
 * nothing, since what comes in runs has short codes.
 */
static size_t find_pieces(place_deflater *d, const uint8_t *in, size_t start, size_t n, size_t *n_pieces) {
    const uint64_t ones = 0x0101010101010101u;
    size_t at = start, literals_from = start, n_literals = 0, count = 0;
    while (at + 8 <= n && count < BLOCK_PIECES && n_literals + (at - literals_from) < BLOCK_LITERALS) {
        if (word_at(in + at) != in[at] * ones) {
            at += 8;
            continue;
        }
        size_t from = at;
        while (from > literals_from && in[from - 1] == in[at]) from--;
        if (from == 0 || in[from - 1] != in[at]) from++; /* the first is the literal that the run repeats */
        size_t run = run_from(in, from, n);
        d->pieces[count++] = (piece){ (uint32_t)(from - literals_from), (uint32_t)run };
        n_literals += from - literals_from;
        at = literals_from = from + run;
    }
    if (at + 8 > n) at = n;
    if (at > literals_from) d->pieces[count++] = (piece){ (uint32_t)(at - literals_from), 0 };
    *n_pieces = count;
    return at;
}

/* A long run goes out as whole matches of 258 and a rest; a rest below 3 takes from the last whole one. */
static inline unsigned next_match(size_t left) {
    if (left >= MAX_MATCH + MIN_MATCH) return MAX_MATCH;
    return (unsigned)(left > MAX_MATCH ? left - MIN_MATCH : left);
}

static void count_symbols(place_deflater *d, const uint8_t *in, size_t n_pieces) {
    memset(d->counts, 0, sizeof d->counts);
    for (size_t p = 0; p < n_pieces; p++) {
        size_t n = d->pieces[p].n_literals, left = d->pieces[p].run, i = 0;
        for (; i + 4 <= n; i += 4) { /* four tables: equal neighbours do not wait for each other */
            d->counts[0][in[i]]++;
            d->counts[1][in[i + 1]]++;
            d->counts[2][in[i + 2]]++;
            d->counts[3][in[i + 3]]++;
        }
        for (; i < n; i++) d->counts[0][in[i]]++;
        in += n + left;
        for (unsigned length; left > 0; left -= length) {
            length = next_match(left);
            d->counts[0][length_symbol(length).symbol]++;
        }
    }
    for (size_t s = 0; s < 256; s++) d->counts[0][s] += d->counts[1][s] + d->counts[2][s] + d->counts[3][s];
    d->counts[0][END_OF_BLOCK] = 1;
}

/* ---- writing ---------------------------------------------------------------------------------------------------- */

/* The code's lengths and those of the distances, of which there is one, run-length and Huffman coded (RFC 1951,
   3.2.7). */
static void put_header(bit_writer *w, bool last, const uint8_t *code_lengths) {
    static const uint8_t order[N_PRECODE] = { 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15 };
    uint8_t lengths[N_LITLEN + 1], symbols[N_LITLEN + 1], extras[N_LITLEN + 1], bits[N_PRECODE];
    uint16_t codes[N_PRECODE];
    uint32_t counts[N_PRECODE] = { 0 };
    int n_codes = N_LITLEN, n_symbols = 0, n_order = N_PRECODE;
    while (n_codes > FIRST_LENGTH && code_lengths[n_codes - 1] == 0) n_codes--;
    memcpy(lengths, code_lengths, (size_t)n_codes);
    lengths[n_codes] = 1; /* distance 1, in one bit */
    for (int i = 0, n = n_codes + 1; i < n; n_symbols++) {
        int same = 1;
        while (i + same < n && lengths[i + same] == lengths[i]) same++;
        extras[n_symbols] = 0;
        if (lengths[i] == 0 && same >= 3) {
            if (same > 138) same = 138;
            symbols[n_symbols] = same < 11 ? 17 : 18;
            extras[n_symbols] = (uint8_t)(same - (same < 11 ? 3 : 11));
            i += same;
        } else if (i > 0 && lengths[i] == lengths[i - 1] && same >= 3) {
            if (same > 6) same = 6;
            symbols[n_symbols] = 16;
            extras[n_symbols] = (uint8_t)(same - 3);
            i += same;
        } else symbols[n_symbols] = lengths[i++];
        counts[symbols[n_symbols]]++;
    }
    make_lengths(counts, N_PRECODE, MAX_PRECODE_BITS, bits);
    make_codes(bits, N_PRECODE, codes);
    while (n_order > 4 && bits[order[n_order - 1]] == 0) n_order--;
    put(w, last, 1);
    put(w, 2, 2); /* dynamic codes */
    put(w, (unsigned)(n_codes - 257), 5);
    put(w, 0, 5); /* one distance */
    put(w, (unsigned)(n_order - 4), 4);
    flush(w);
    for (int i = 0; i < n_order; i++) {
        put(w, bits[order[i]], 3);
        flush(w);
    }
    for (int i = 0; i < n_symbols; i++) {
        put(w, codes[symbols[i]], bits[symbols[i]]);
        put(w, extras[i], symbols[i] == 16 ? 2 : symbols[i] == 17 ? 3 : symbols[i] == 18 ? 7 : 0);
        flush(w);
    }
}

static void put_literals(bit_writer *w, const uint32_t *literal, const uint8_t *in, size_t n) {
    size_t i = 0;
    for (; i + 4 <= n; i += 4) { /* 7 bits left from before and four times 12 are at most 55 */
        uint32_t a = literal[in[i]], b = literal[in[i + 1]], c = literal[in[i + 2]], d = literal[in[i + 3]];
        put(w, a & 0xffff, a >> 16);
        put(w, b & 0xffff, b >> 16);
        put(w, c & 0xffff, c >> 16);
        put(w, d & 0xffff, d >> 16);
        flush(w);
    }
    for (; i < n; i++) {
        put(w, literal[in[i]] & 0xffff, literal[in[i]] >> 16);
        flush(w);
    }
}

static void put_run(bit_writer *w, const code *codes, size_t left) {
    for (unsigned length; left > 0; left -= length) {
        length = next_match(left);
        extra l = length_symbol(length);
        put(w, codes->bits[l.symbol], codes->length[l.symbol]);
        put(w, l.bits, l.n_bits);
        put(w, 0, 1); /* distance 1 */
        flush(w);
    }
}

static void put_block(place_deflater *d, bit_writer *w, const uint8_t *in, size_t n_pieces, bool last) {
    count_symbols(d, in, n_pieces);
    make_lengths(d->counts[0], N_LITLEN, MAX_BITS, d->code.length);
    make_codes(d->code.length, N_LITLEN, d->code.bits);
    for (int s = 0; s < 256; s++) d->literal[s] = (uint32_t)d->code.bits[s] | (uint32_t)d->code.length[s] << 16;
    put_header(w, last, d->code.length);
    for (size_t p = 0; p < n_pieces; p++) {
        put_literals(w, d->literal, in, d->pieces[p].n_literals);
        put_run(w, &d->code, d->pieces[p].run);
        in += d->pieces[p].n_literals + d->pieces[p].run;
    }
    put(w, d->code.bits[END_OF_BLOCK], d->code.length[END_OF_BLOCK]);
    flush(w);
}

size_t place_deflate(place_deflater *deflater, const uint8_t *in, size_t n, uint8_t *out) {
    bit_writer w = { .out = out };
    put(&w, 0x0178, 16); /* deflate with a window of 32 KB, the fastest level; no dictionary */
    flush(&w);
    for (size_t at = 0, end, n_pieces;; at = end) {
        end = find_pieces(deflater, in, at, n, &n_pieces);
        put_block(deflater, &w, in + at, n_pieces, end == n);
        if (end == n) break;
    }
    put(&w, 0, (8 - w.n_bits) & 7); /* to a whole byte */
    flush(&w);
    uint32_t sum = libdeflate_adler32(1, in, n);
    for (int b = 3; b >= 0; b--) *w.out++ = (uint8_t)(sum >> (8 * b));
    return (size_t)(w.out - out);
}
