/* SPDX-License-Identifier: MIT */
/*
 * Keys and streams against numpy: its published known answers, and 200 keys worked out anew by tests/oracle_random.py.
 * The samplers and the elementary functions have files of their own, test_sampler.c and test_numeric.c.
 */
#include <check.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "../src/random/key_internal.h"
#include "data/kat_pcg64dxsm.h"
#include "laws.h"
#include "place/key.h"
#include "place/stream.h"
#include "suites.h"

#define N_KAT (sizeof kat_cases / sizeof kat_cases[0])

static const place_u128 one_jump = (place_u128)0x9e3779b97f4a7c15u << 64 | 0xf39cc0605cedc835u;

/* What `n_steps` steps do to a state, by doubling (Brown 1994): state -> multiplier state + factor increment. */
static void stride(place_u128 n_steps, place_u128 *multiplier, place_u128 *factor) {
    place_u128 m = PLACE_STREAM_MULTIPLIER, f = 1;
    *multiplier = 1;
    *factor = 0;
    for (; n_steps > 0; n_steps >>= 1) {
        if (n_steps & 1) {
            *multiplier *= m;
            *factor = *factor * m + f;
        }
        f *= m + 1;
        m *= m;
    }
}

static place_stream advanced(const place_stream *stream, place_u128 n_steps) {
    place_u128 multiplier, factor;
    stride(n_steps, &multiplier, &factor);
    return (place_stream){ stream->state * multiplier + stream->increment * factor, stream->increment };
}

static place_key key_of(const kat_case *kat) {
    place_key key = place_key_mixed(kat->words);
    for (int w = 4; w < kat->n_words; w++) key = place_key_with(key, kat->words[w]);
    return key;
}

static void assert_bits(place_stream stream, const uint64_t *expected, int n) {
    for (int i = 0; i < n; i++) ck_assert_uint_eq(place_stream_bits(&stream), expected[i]);
}

START_TEST(keys_mix_as_numpy_published) {
    const kat_case *kat = &kat_cases[_i];
    place_key key = key_of(kat);
    uint64_t generated[4];
    place_key_state(&key, generated, 4);
    for (int i = 0; i < 4; i++) ck_assert_uint_eq(generated[i], kat->generated[i]);
    if (kat->words[2] == 0 && kat->words[3] == 0) { /* a seed of 64 bits, as a scenario has */
        place_key same = place_key_create((uint64_t)kat->words[1] << 32 | kat->words[0]);
        for (int w = 4; w < kat->n_words; w++) same = place_key_with(same, kat->words[w]);
        ck_assert_mem_eq(&same, &key, sizeof key);
    }
}
END_TEST

START_TEST(streams_run_as_numpy_published) {
    const kat_case *kat = &kat_cases[_i];
    place_key key = key_of(kat);
    place_stream stream, drawn;
    place_stream_init(&stream, &key);
    ck_assert_uint_eq((uint64_t)(stream.state >> 64), kat->state[0]);
    ck_assert_uint_eq((uint64_t)stream.state, kat->state[1]);
    ck_assert_uint_eq((uint64_t)(stream.increment >> 64), kat->increment[0]);
    ck_assert_uint_eq((uint64_t)stream.increment, kat->increment[1]);
    assert_bits(stream, kat->bits, 8);
    assert_bits(place_stream_jumped(&stream, 0), kat->bits, 8);
    assert_bits(place_stream_jumped(&stream, 1), kat->jumped_1, 2);
    assert_bits(place_stream_jumped(&stream, 2), kat->jumped_2, 2);
    place_stream far = stream;
    for (int left = 750; left > 0; left -= left < 63 ? left : 63) /* 11 x 63 + 57 */
        far = place_stream_jumped(&far, left < 63 ? (unsigned)left : 63);
    assert_bits(far, kat->jumped_750, 2);
    assert_bits(advanced(&stream, (place_u128)1 << 64), kat->advanced_2_64, 2);
    drawn = stream;
    for (int i = 0; i < 4; i++) ck_assert(place_stream_uniform(&drawn) == kat->uniform[i]);
}
END_TEST

START_TEST(the_jump_table_holds_multiples_of_the_golden_ratio) {
    for (unsigned n = 0; n < PLACE_N_JUMPS; n++) {
        place_u128 multiplier, factor;
        stride(one_jump * n, &multiplier, &factor);
        const uint64_t *jump = place_stream_jumps[n];
        ck_assert(((place_u128)jump[0] << 64 | jump[1]) == multiplier);
        ck_assert(((place_u128)jump[2] << 64 | jump[3]) == factor);
    }
}
END_TEST

START_TEST(ids_become_words_by_fnv_1a) { /* vectors of the FNV reference: "", "a", "foobar" */
    ck_assert_uint_eq(place_key_word(""), 0x811c9dc5u);
    ck_assert_uint_eq(place_key_word("a"), 0xe40c292cu);
    ck_assert_uint_eq(place_key_word("foobar"), 0xbf9cf968u);
}
END_TEST

/* This file's folder, with another name behind it: the program may be run from anywhere the source is. */
static const char *beside(const char *name) {
    static char path[1024];
    const char *slash = strrchr(__FILE__, '/');
    int length = slash != NULL ? (int)(slash - __FILE__) + 1 : 0;
    snprintf(path, sizeof path, "%.*s%s", length, __FILE__, name);
    return path;
}

START_TEST(pcgs_own_library_jumps_to_the_same_states) { /* all 64 jumps, from 64 states */
    char command[1024], line[512];
    const char *program = getenv("PLACESIM"); /* the oracle is built beside it */
    int length = (int)(strrchr(program, '/') - program);
    snprintf(command, sizeof command, "%.*s/tests/oracle_pcg", length, program);
    FILE *oracle = popen(command, "r"); /* NOLINT(cert-env33-c): a program of ours */
    ck_assert_ptr_nonnull(oracle);
    unsigned n_cases = 0;
    for (; fgets(line, sizeof line, oracle) != NULL; n_cases++) {
        uint64_t w[6];
        unsigned n;
        /* NOLINTNEXTLINE(cert-err34-c): the oracle's numbers are in range */
        ck_assert_int_eq(sscanf(line, "%" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %u %" SCNu64 " %" SCNu64, &w[0], &w[1], &w[2],
                                &w[3], &n, &w[4], &w[5]),
                         7);
        place_stream stream = { (place_u128)w[0] << 64 | w[1], (place_u128)w[2] << 64 | w[3] };
        place_stream jumped = place_stream_jumped(&stream, n);
        ck_assert(jumped.state == ((place_u128)w[4] << 64 | w[5]) && jumped.increment == stream.increment);
    }
    ck_assert_int_eq(pclose(oracle), 0);
    ck_assert_uint_eq(n_cases, 64);
}
END_TEST

START_TEST(numpy_finds_the_same_words_for_200_keys) {
    char command[1200], line[1024];
    const char *python = getenv("PYTHON");
    snprintf(command, sizeof command, "%s %s", python != NULL ? python : "/usr/bin/python3",
             beside("oracle_random.py"));
    FILE *oracle = popen(command, "r"); /* NOLINT(cert-env33-c): a script of ours */
    ck_assert_ptr_nonnull(oracle);
    int n_cases = 0;
    while (fgets(line, sizeof line, oracle) != NULL) {
        char id[200];
        uint64_t seed, state[3], bits[4], jumped[4], ours[3];
        uint32_t w[5];
        unsigned n_jumps;
        /* NOLINTNEXTLINE(cert-err34-c): the oracle's numbers are in range */
        ck_assert_int_eq(sscanf(line,
                                "%" SCNu64 " %199s %" SCNu32 " %" SCNu32 " %" SCNu32 " %" SCNu32 " %" SCNu32 " %" SCNu64
                                " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %u %" SCNu64
                                " %" SCNu64 " %" SCNu64 " %" SCNu64,
                                &seed, id, &w[0], &w[1], &w[2], &w[3], &w[4], &state[0], &state[1], &state[2], &bits[0],
                                &bits[1], &bits[2], &bits[3], &n_jumps, &jumped[0], &jumped[1], &jumped[2], &jumped[3]),
                         19);
        ck_assert_uint_eq(place_key_word(id), w[4]);
        place_key key = place_key_create(seed);
        for (int i = 0; i < 5; i++) key = place_key_with(key, w[i]);
        place_key_state(&key, ours, 3);
        for (int i = 0; i < 3; i++) ck_assert_uint_eq(ours[i], state[i]);
        place_stream stream;
        place_stream_init(&stream, &key);
        assert_bits(stream, bits, 4);
        assert_bits(place_stream_jumped(&stream, n_jumps), jumped, 4);
        n_cases++;
    }
    int ended = pclose(oracle);
    if (WIFEXITED(ended) && WEXITSTATUS(ended) == 77 && n_cases == 0) {
        fprintf(stderr, "test_random: numpy is not installed for %s; the comparison with it is left out\n", command);
        return;
    }
    ck_assert_int_eq(ended, 0);
    ck_assert_int_eq(n_cases, 200);
}
END_TEST

START_TEST(uniforms_stay_inside_their_intervals) { /* words of all zeros and all ones */
    place_stream stream = stream_giving(0, UINT64_MAX);
    ck_assert(place_stream_uniform(&stream) == 0.0);
    ck_assert(place_stream_uniform(&stream) == 1.0 - 0x1p-53);
    stream = stream_giving(0, UINT64_MAX);
    ck_assert(place_stream_open_uniform(&stream) == 0x1p-53);
    ck_assert(place_stream_open_uniform(&stream) == 1.0 - 0x1p-53);
}
END_TEST

START_TEST(below_rejects_what_would_be_biased) {
    /* 2^64 mod 3 = 1: of the products word * 3 the one with low half 0 is too many, word 0. Then 2^63: 1.5, so 1. */
    place_stream stream = stream_giving(0, (uint64_t)1 << 63);
    ck_assert_uint_eq(place_stream_below(&stream, 3), 1);
    stream = stream_giving(0, UINT64_MAX);
    ck_assert_uint_eq(place_stream_below(&stream, 1), 0); /* one outcome, one word */
    ck_assert_uint_eq(place_stream_below(&stream, UINT64_MAX), UINT64_MAX - 1);
}
END_TEST

/* Variance of the means of 1,000 batches of 1,000 first draws, over variance / 1,000. */
static double batch_ratio(double (*draw)(uint32_t replication), double mean, double variance) {
    double sum = 0.0;
    for (uint32_t batch = 0; batch < 1000; batch++) {
        double total = 0.0;
        for (uint32_t i = 0; i < 1000; i++) total += draw(batch * 1000 + i) - mean;
        sum += total * total / 1e6;
    }
    return sum / 1000.0 / (variance / 1000.0);
}

static place_stream of_replication(uint32_t replication) {
    place_key key = place_key_with(place_key_with(place_key_create(2026), PLACE_FAMILY_YEARS), replication);
    place_stream stream;
    place_stream_init(&stream, &key);
    return stream;
}

static double keyed_uniform(uint32_t replication) {
    place_stream stream = of_replication(replication);
    return place_stream_uniform(&stream);
}

static double keyed_exponential(uint32_t replication) {
    place_stream stream = of_replication(replication);
    return place_stream_exponential(&stream);
}

static double keyed_and_jumped(uint32_t replication) { /* neighbours in the batch are national curriculum years */
    place_stream first = of_replication(replication / 20), stream = place_stream_jumped(&first, replication % 20);
    return place_stream_uniform(&stream);
}

static double raw_uniform(uint32_t replication) { /* the planted bug: the replication is the state */
    place_stream stream = { replication, 1 };
    return place_stream_uniform(&stream);
}

START_TEST(batches_on_neighbouring_keys_vary_as_independent_draws_do) {
    /* chi-square of 999, alpha 1e-9: 0.7504..1.2980 */
    double ratios[] = { batch_ratio(keyed_uniform, 0.5, 1.0 / 12.0), batch_ratio(keyed_exponential, 1.0, 1.0),
                        batch_ratio(keyed_and_jumped, 0.5, 1.0 / 12.0) };
    for (size_t i = 0; i < sizeof ratios / sizeof ratios[0]; i++) {
        ck_assert_double_gt(ratios[i], 0.7504);
        ck_assert_double_lt(ratios[i], 1.2980);
    }
}
END_TEST

START_TEST(batches_on_raw_states_are_found_out) {
    /* planted: a small state has a high word of 0, and so each first draw is 0 */
    double ratio = batch_ratio(raw_uniform, 0.5, 1.0 / 12.0);
    ck_assert(ratio < 0.7504 || ratio > 1.2980);
}
END_TEST

Suite *random_suite(void) {
    Suite *suite = suite_create("random");
    TCase *streams = tcase_create("streams");
    tcase_add_loop_test(streams, keys_mix_as_numpy_published, 0, (int)N_KAT);
    tcase_add_loop_test(streams, streams_run_as_numpy_published, 0, (int)N_KAT);
    tcase_add_test(streams, the_jump_table_holds_multiples_of_the_golden_ratio);
    tcase_add_test(streams, ids_become_words_by_fnv_1a);
    tcase_add_test(streams, numpy_finds_the_same_words_for_200_keys);
    tcase_add_test(streams, pcgs_own_library_jumps_to_the_same_states);
    tcase_add_test(streams, uniforms_stay_inside_their_intervals);
    tcase_add_test(streams, below_rejects_what_would_be_biased);
    tcase_add_test(streams, batches_on_neighbouring_keys_vary_as_independent_draws_do);
    tcase_add_test(streams, batches_on_raw_states_are_found_out);
    suite_add_tcase(suite, streams);
    suite_add_tcase(suite, numeric_case());
    suite_add_tcase(suite, sampler_case());
    return suite;
}
