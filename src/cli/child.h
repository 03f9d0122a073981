/* SPDX-License-Identifier: MIT */
/**
 * A command acts in a child process, so that what would end the program by a signal is told as an error: HDF5, which trusts the bytes of a
 * file, crashes on some that were made to; memory may be out; and any program has bugs. The parent does nothing but hand signals on, wait, and
 * end as the child ended.
 */
#ifndef PLACE_CLI_CHILD_H
#define PLACE_CLI_CHILD_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/** What HDF5 is at, for the sentence if it does not come back. */
typedef enum place_child_phase {
    PLACE_CHILD_ELSEWHERE,
    PLACE_CHILD_OPENS,  /**< a run file: memory is limited too                        */
    PLACE_CHILD_READS,  /**< values of one                                            */
    PLACE_CHILD_LOOKS,  /**< at what the run file is to be made of: blocks or shards   */
    PLACE_CHILD_MERGES, /**< it is being made                                         */
} place_child_phase;

/**
 * Act in a child, before there is a thread; here, where there can be no child. Signals reach the child once or twice, by the parent and by
 * themselves: see place_child_handed_on.
 * @param act  @return the exit code. All that is said and printed is its own affair, but for what a fault of it leaves to be said
 * @return the exit code; 3 after a fault. What ends a program from outside (SIGINT, SIGPIPE ...) ends the parent as it ended the child.
 */
int place_child_act(int (*act)(void *self), void *self);

/**
 * In the child: from here to place_child_leave HDF5 is at work on a file. It may take 5 s of processor time, and a second more for each MB.
 * @param path     named when it does not come back; copied
 * @param n_bytes  that it is to read, or merge
 */
void place_child_enter(place_child_phase phase, const char *path, double n_bytes);
void place_child_leave(void);

/** The same for a merge into `path`, as its two moments are told: it begins with so many bytes, and ends with 0. */
void place_child_merge(const char *path, int64_t n_bytes);

/** In the child: a run has begun. Cut short by a fault, it is gone on with by `line`, which ends in a newline. Both are copied. */
void place_child_goes_on(const char *path, const char *line);

/** Whether a signal, as a handler is told of it, was handed on by the parent: a terminal or a batch system tells both of them. */
bool place_child_handed_on(const siginfo_t *info);

#endif
