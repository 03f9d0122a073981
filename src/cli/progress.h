/* SPDX-License-Identifier: MIT */
/** How far a run is, on standard error: a bar on a terminal, a plain line every ten seconds elsewhere. */
#ifndef PLACE_CLI_PROGRESS_H
#define PLACE_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct place_progress {
    bool quiet, terminal;
    bool shown;           /**< a bar stands on the terminal's line */
    double started, said; /**< seconds of a clock that never jumps */
} place_progress;

void place_progress_start(place_progress *progress, bool quiet);
/** Fits place_run_options.on_progress, with the progress as `self`. */
void place_progress_tell(void *self, int64_t n_done, int64_t n_all);
/** Takes the bar away. @return seconds since the start */
double place_progress_end(place_progress *progress);

#endif
