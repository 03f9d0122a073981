/* SPDX-License-Identifier: MIT */
/* A target as libFuzzer wants it; FUZZ_TARGET names it. */
#include "targets.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    return FUZZ_TARGET(bytes, size);
}
