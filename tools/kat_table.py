#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes tests/data/kat_pcg64dxsm.h, a C table, from tests/data/kat_pcg64dxsm.json, numpy's known answers.

    tools/kat_table.py tests/data/kat_pcg64dxsm.json >tests/data/kat_pcg64dxsm.h
"""
import json
import sys


def words_of(entropy, spawn_key):
    """The 32-bit words SeedSequence mixes: the entropy, least significant first, padded to 4; then the spawn key."""
    words = []
    while entropy:
        words.append(entropy & 0xffffffff)
        entropy >>= 32
    words += [0] * (4 - len(words))
    return words + list(spawn_key)


def row(values, bits=64):
    values = [f"0x{v:0{bits // 4}x}u" for v in values]
    lines = [", ".join(values[i:i + 5]) for i in range(0, len(values), 5)]
    return "{ " + ",\n          ".join(lines) + " }"


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        cases = json.load(f)["cases"]
    print("/* SPDX-License-Identifier: MIT */")
    print("/** Known answers of numpy's SeedSequence and PCG64DXSM, written by tools/kat_table.py from the .json beside. */")
    print("#ifndef PLACE_TESTS_KAT_H\n#define PLACE_TESTS_KAT_H\n\n#include <stdint.h>\n")
    print("/* clang-format off */")
    print("typedef struct kat_case {")
    print("    int n_words;                 /* entropy padded to 4 words, then the spawn key */")
    print("    uint32_t words[12];")
    print("    uint64_t generated[4], state[2], increment[2];   /* 128 bits as high and low word */")
    print("    uint64_t bits[8], jumped_1[2], jumped_2[2], jumped_750[2], advanced_2_64[2];")
    print("    double uniform[4];")
    print("} kat_case;\n\nstatic const kat_case kat_cases[] = {")
    for case in cases:
        words = words_of(int(case["entropy"]), [int(w) for w in case["spawn_key"]])
        halves = lambda text: [int(text) >> 64, int(text) & (2**64 - 1)]
        print("    { .n_words = %d, .words = %s," % (len(words), row(words, 32)))
        print("      .generated = %s," % row(map(int, case["generate_state_u64"])))
        print("      .state = %s, .increment = %s," % (row(halves(case["state"])), row(halves(case["inc"]))))
        print("      .bits = %s," % row(map(int, case["u64"])))
        for name, key in (("jumped_1", "jumped_1_u64"), ("jumped_2", "jumped_2_u64"), ("jumped_750", "jumped_750_u64"),
                          ("advanced_2_64", "advance_2pow64_u64")):
            print("      .%s = %s," % (name, row(map(int, case[key]))))
        print("      .uniform = { %s } }," % ", ".join(case["doubles"]))
    print("};\n/* clang-format on */\n\n#endif")


main()
