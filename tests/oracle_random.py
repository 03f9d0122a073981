#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Keys and streams as numpy has them, for tests/test_random.c to hold the C against.

Each line: seed, id, five spawn words (the last is the id's), three words of state, four outputs, a number of jumps, and
four outputs of the stream so jumped. Ends with status 77 when numpy is missing.
"""
import random
import sys

try:
    import numpy as np
except ImportError:
    sys.exit(77)


def word(text):
    """32-bit FNV-1a of the UTF-8 bytes."""
    value = 2166136261
    for byte in text.encode():
        value = (value ^ byte) * 16777619 & 0xffffffff
    return value


def main():
    rng = random.Random(20260401)
    ids = ["oakham", "uppingham", "SEMH", "site-12", "x", "Ynys-M\u00f4n", "a.much.longer.identifier.than.any.in.use"]
    cases = [(0, (1, 0, 0, 0)), (12345, (4, 17, 3, 9)), (2**64 - 1, (4, 2**32 - 1, 1, 2**32 - 1)), (2**32, (2, 1, 1, 1))]
    while len(cases) < 200:
        seed = rng.getrandbits(rng.choice([8, 32, 33, 64]))
        cases.append((seed, (rng.randint(1, 4), rng.getrandbits(rng.choice([10, 32])), rng.randint(0, 30), rng.randint(0, 200))))
    for n, (seed, spawn) in enumerate(cases):
        name = ids[n % len(ids)]
        sequence = np.random.SeedSequence(seed, spawn_key=spawn + (word(name),))
        stream, jumps = np.random.PCG64DXSM(sequence), n % 64
        jumped = stream.jumped(jumps)
        state = sequence.generate_state(3, np.uint64)
        print(seed, name, *spawn, word(name), *state, *stream.random_raw(4), jumps, *jumped.random_raw(4))


main()
