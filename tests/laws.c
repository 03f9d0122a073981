/* SPDX-License-Identifier: MIT */
/* Helpers for tests of random draws; laws.h says what for. */
#include "laws.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Heap sort (Williams 1964): in place, where qsort would take and return memory for each of some hundred sorts. */
static void sink_down(double *heap, size_t root, size_t n) {
    double value = heap[root];
    for (size_t child; (child = 2 * root + 1) < n; root = child) {
        if (child + 1 < n && heap[child + 1] > heap[child]) child++;
        if (heap[child] <= value) break;
        heap[root] = heap[child];
    }
    heap[root] = value;
}

void law_sort(double *values, size_t n) {
    for (size_t root = n / 2; root > 0; root--) sink_down(values, root - 1, n);
    for (size_t end = n; end > 1; end--) {
        double largest = values[0];
        values[0] = values[end - 1];
        values[end - 1] = largest;
        sink_down(values, 0, end - 1);
    }
}

double law_gap(double *samples, size_t n, law_cdf *cdf, const void *law, double step, size_t stride) {
    double gap = 0.0, count = (double)n;
    size_t seen = 0;
    law_sort(samples, n);
    for (size_t i = 0; i < n;) {
        size_t end = i;
        while (end < n && samples[end] == samples[i]) end++;
        if (end - seen >= stride || end == n) {
            double upper = cdf(law, samples[i]), lower = step > 0.0 ? cdf(law, samples[i] - step) : upper;
            gap = fmax(gap, fmax(fabs((double)end / count - upper), fabs((double)i / count - lower)));
            seen = end;
        }
        i = end;
    }
    return gap;
}

bool law_in_full(void) {
    return getenv("LAWS_IN_FULL") != NULL;
}

double law_bound(size_t n) {
    return sqrt(log(2.0 / 1e-9) / (2.0 * (double)n));
}

static uint64_t inverse_of_odd(uint64_t odd) { /* Newton modulo 2^64: each step doubles the bits that are right */
    uint64_t inverse = odd;
    for (int i = 0; i < 6; i++) inverse *= 2 - odd * inverse;
    return inverse;
}

/* The state with this low word whose output is `word`: DXSM undone from its last step to its first. */
static place_u128 state_giving(uint64_t word, uint64_t low) {
    uint64_t high = word * inverse_of_odd(low | 1);
    high ^= high >> 48;
    high *= inverse_of_odd(PLACE_STREAM_MULTIPLIER);
    high ^= high >> 32;
    return (place_u128)high << 64 | low;
}

place_stream stream_giving(uint64_t first, uint64_t second) {
    place_u128 one = state_giving(first, 2), two = state_giving(second, 1); /* so that the increment is odd */
    return (place_stream){ one, two - one * PLACE_STREAM_MULTIPLIER };
}

uint64_t digest_with(uint64_t digest, double value) {
    unsigned char bytes[sizeof value];
    memcpy(bytes, &value, sizeof value);
    for (size_t i = 0; i < sizeof bytes; i++) digest = (digest ^ bytes[i]) * 1099511628211u;
    return digest;
}
