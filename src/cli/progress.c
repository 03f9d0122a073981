/* SPDX-License-Identifier: MIT */
/* Progress is said at most five times a second on a terminal, and every ten seconds into a file or a pipe. */
#include "progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "output.h"

#define BAR_WIDTH 24
#define TERMINAL_SECONDS 0.2
#define PLAIN_SECONDS 10.0

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void place_progress_start(place_progress *progress, bool quiet) {
    double t = now();
    *progress = (place_progress){ .quiet = quiet, .terminal = isatty(STDERR_FILENO) != 0, .started = t, .said = t };
}

void place_progress_tell(void *self, int64_t n_done, int64_t n_all) {
    place_progress *progress = self;
    double t = now();
    if (progress->quiet || n_done <= 0 || t - progress->said < (progress->terminal ? TERMINAL_SECONDS : PLAIN_SECONDS)) return;
    progress->said = t;
    double rate = (double)n_done / (t - progress->started);
    char done[32], all[32], each[32];
    long left = (long)((double)(n_all - n_done) / rate + 0.5);
    place_output_count(n_done, done);
    place_output_count(n_all, all);
    place_output_count((int64_t)(rate + 0.5), each);
    if (!progress->terminal) {
        fprintf(stderr, "%s of %s replications, %s a second, %ld:%02ld left\n", done, all, each, left / 60, left % 60);
        return;
    }
    char bar[BAR_WIDTH + 1];
    for (int i = 0; i < BAR_WIDTH; i++) bar[i] = (int64_t)i * n_all < n_done * BAR_WIDTH ? '#' : '.';
    bar[BAR_WIDTH] = '\0';
    fprintf(stderr, "\r[%s] %s of %s, %s a second, %ld:%02ld left\033[K", bar, done, all, each, left / 60, left % 60);
    fflush(stderr);
    progress->shown = true;
}

double place_progress_end(place_progress *progress) {
    if (progress->shown) fprintf(stderr, "\r\033[K");
    progress->shown = false;
    return now() - progress->started;
}
