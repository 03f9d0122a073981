// SPDX-License-Identifier: MIT
// PCG's own C++ library (Debian's libpcg-cpp-dev) stepping with the 64-bit multiplier of DXSM: where a state stands after n jumps. The
// library has no DXSM output, so it is the oracle for steps and jumps; for the words drawn numpy is (oracle_random.py).
// Prints lines "state increment n result", 128-bit numbers as two words, high then low.
#include <cstdint>
#include <cstdio>

#include <pcg_random.hpp>

using word = pcg_extras::pcg128_t;
using base = pcg_detail::engine<uint64_t, word, pcg_detail::xsl_rr_mixin<uint64_t, word>, true, pcg_detail::specific_stream<word>>;

struct stepper : base {
    static word after(word state, word increment, word n_steps) {
        return base::advance(state, n_steps, word(0xda942042e4dd58b5u), increment);
    }
};

static void print(word w) { std::printf("%llu %llu ", (unsigned long long)(w >> 64), (unsigned long long)w); }

int main() {
    const word jump = word(0x9e3779b97f4a7c15u) << 64 | 0xf39cc0605cedc835u;
    pcg64 numbers(12345);
    for (unsigned n = 0; n < 64; n++) {
        word state = word(numbers()) << 64 | numbers(), increment = word(numbers()) << 64 | numbers() | 1u;
        print(state);
        print(increment);
        std::printf("%u ", n);
        print(stepper::after(state, increment, jump * n));
        std::printf("\n");
    }
}
