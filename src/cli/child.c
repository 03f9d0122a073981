/* SPDX-License-Identifier: MIT */
/*
 * The parent and the child share one page or three of notes: what the child was at, and the line that goes on with it. Two more limits of the
 * child make a fault of what never ends: processor time (ITIMER_PROF, whose signal ends a process) and, while a run file is opened, memory.
 * Time that passes without work is no fault: a disk may be slow, and a process be stopped for a night.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "child.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "output.h"

#define SECONDS 5.0      /* of processor time, whatever the size */
#define SECONDS_A_MB 1.0 /* a tenth of it would do on a slow machine */
#define GIVEN_UP 255     /* exit(-1), by HDF5 when it finds no memory to note an object in; no command ends so */
#define MEMORY 400e6     /* bytes for opening, besides the file's size */

typedef struct note {
    place_child_phase phase;
    double seconds;
    char path[256], other[256], run[256], line[8192]; /* other: another file that was read, whose damage may show only now */
} note;

static note alone, *shared = &alone;
static pid_t child, parent; /* of each other; 0: there is none */
static struct rlimit memory_before;
static bool memory_is_limited;

/* ---- in the child ------------------------------------------------------------------------------------------------ */

/* Bytes of memory, used or not, that the process has been given. */
static double memory_size(void) {
    long n_pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL) return -1;
    if (fscanf(file, "%ld", &n_pages) != 1) n_pages = 0;
    fclose(file);
    return n_pages > 0 ? (double)n_pages * (double)sysconf(_SC_PAGESIZE) : -1;
}

static void limit_memory(double n_bytes) {
    const double size = memory_size(), most = size + MEMORY + n_bytes;
    if (size < 0 || getrlimit(RLIMIT_AS, &memory_before) != 0) return;
    if (memory_before.rlim_cur != RLIM_INFINITY && (double)memory_before.rlim_cur < most) return;
    const struct rlimit limit = { (rlim_t)most, memory_before.rlim_max };
    memory_is_limited = setrlimit(RLIMIT_AS, &limit) == 0;
}

static void free_memory(void) {
    if (memory_is_limited) setrlimit(RLIMIT_AS, &memory_before);
    memory_is_limited = false;
}

static void limit_time(double seconds) {
    const struct itimerval timer = { .it_value = { .tv_sec = (time_t)seconds } };
    setitimer(ITIMER_PROF, &timer, NULL);
}

void place_child_enter(place_child_phase phase, const char *path, double n_bytes) {
    if (parent == 0) return; /* nobody would say why it ended */
    if (shared->path[0] != '\0' && strncmp(shared->path, path, sizeof shared->path - 1) != 0) memcpy(shared->other, shared->path, sizeof shared->other);
    snprintf(shared->path, sizeof shared->path, "%s", path);
    shared->seconds = SECONDS + (double)(long)(n_bytes / 1e6 * SECONDS_A_MB);
    shared->phase = phase;
    if (phase == PLACE_CHILD_OPENS) limit_memory(n_bytes);
    limit_time(shared->seconds);
}

void place_child_leave(void) {
    if (parent == 0) return;
    limit_time(0);
    free_memory();
    shared->phase = PLACE_CHILD_ELSEWHERE;
}

void place_child_merge(const char *path, int64_t n_bytes) {
    if (n_bytes > 0) place_child_enter(PLACE_CHILD_MERGES, path, (double)n_bytes);
    else place_child_leave();
}

void place_child_goes_on(const char *path, const char *line) {
    snprintf(shared->run, sizeof shared->run, "%s", path);
    snprintf(shared->line, sizeof shared->line, "%s", line);
}

bool place_child_handed_on(const siginfo_t *info) {
    return parent != 0 && info->si_code == SI_USER && info->si_pid == parent;
}

/* It goes when its parent does, however that ends, so that the lock on a run's blocks goes too; and it leaves no image of its memory. */
static void begin_child(pid_t of) {
    const struct rlimit none = { 0, 0 };
    parent = of;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != of) _exit(3); /* it went before that */
    setrlimit(RLIMIT_CORE, &none);
}

/* ---- in the parent ----------------------------------------------------------------------------------------------- */

static const int handed_on[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
enum { N_HANDED_ON = sizeof handed_on / sizeof handed_on[0] };

static void hand_on(int signal_number) {
    const int before = errno;
    kill(child, signal_number);
    errno = before;
}

/* Stopped from the keyboard, or by kill: the child first, then this. Gone on with, the other way round. */
static void stop_both(int signal_number) {
    const int before = errno;
    struct sigaction stop = { .sa_handler = SIG_DFL }, ours;
    sigset_t this_one;
    kill(child, signal_number);
    sigaction(signal_number, &stop, &ours);
    sigemptyset(&this_one);
    sigaddset(&this_one, signal_number);
    raise(signal_number);
    sigprocmask(SIG_UNBLOCK, &this_one, NULL); /* here it stops */
    sigprocmask(SIG_BLOCK, &this_one, NULL);
    sigaction(signal_number, &ours, NULL);
    kill(child, SIGCONT);
    errno = before;
}

static void hand_signals_on(void) {
    struct sigaction how = { .sa_flags = 0 }, before; /* the wait begins again by itself: ThreadSanitizer runs handlers between two calls */
    sigfillset(&how.sa_mask);
    how.sa_handler = hand_on;
    for (int i = 0; i < N_HANDED_ON; i++)
        if (sigaction(handed_on[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN) sigaction(handed_on[i], &how, NULL);
    if (sigaction(SIGTSTP, NULL, &before) != 0 || before.sa_handler == SIG_IGN) return;
    how.sa_handler = stop_both;
    sigaction(SIGTSTP, &how, NULL);
}

/* The child's end: its signal, 0 when it exited with *code. While it can still be told of signals it is not yet gone for good. */
static int wait_for_child(const sigset_t *all, int *code) {
    siginfo_t ended;
    int status = 0;
    while (waitid(P_PID, (id_t)child, &ended, WEXITED | WNOWAIT) != 0 && errno == EINTR) continue;
    sigprocmask(SIG_BLOCK, all, NULL);
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return SIGKILL; /* cannot be: it is ours and nobody else waits for it */
    *code = WIFEXITED(status) ? WEXITSTATUS(status) : 3;
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

/* Signals that a process brings on itself, and those of limits. */
static bool is_fault(int signal_number) {
    static const int faults[] = { SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGSYS, SIGTRAP, SIGKILL, SIGPROF, SIGXCPU };
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
        if (signal_number == faults[i]) return true;
    return false;
}

static int end_by(int signal_number) {
    sigset_t this_one;
    sigemptyset(&this_one);
    sigaddset(&this_one, signal_number);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
    sigprocmask(SIG_UNBLOCK, &this_one, NULL);
    return 128 + signal_number;
}

/* How it ended, as the end of a sentence that begins with who. */
static void describe_end(int signal_number, char out[160]) {
    if (signal_number == 0) snprintf(out, 160, "gave up (was memory out?)");
    else if (signal_number == SIGPROF) snprintf(out, 160, "took more than %.0f seconds of processor time", shared->seconds);
    else if (signal_number == SIGKILL) snprintf(out, 160, "was killed (signal %d: was memory out?)", signal_number);
    else snprintf(out, 160, "ended with signal %d (%s)", signal_number, strsignal(signal_number));
}

static void say_fault(int signal_number) {
    place_error err = { .status = PLACE_OK };
    char end[160], which[300] = "";
    const bool blamed = signal_number != SIGKILL && signal_number != 0; /* memory that was out is not the file's */
    const char *run = shared->run, *line = shared->line;
    describe_end(signal_number, end);
    switch (shared->phase) {
    case PLACE_CHILD_OPENS:
    case PLACE_CHILD_READS:
        if (blamed && shared->other[0] != '\0') snprintf(which, sizeof which, "this or %s is damaged: ", shared->other);
        else if (blamed) snprintf(which, sizeof which, "damaged: ");
        place_error_set(&err, PLACE_SYSTEM, shared->path, 0, "%sthe HDF5 library %s while reading it; nothing was changed", which, end);
        break;
    case PLACE_CHILD_LOOKS:
        place_error_set(&err, PLACE_SYSTEM, shared->path, 0, "the HDF5 library %s while reading what it is to be made of; nothing was changed", end);
        break;
    case PLACE_CHILD_MERGES:
        place_error_set(&err, PLACE_SYSTEM, shared->path, 0, "the HDF5 library %s while making it; all that it is made of is kept%s", end,
                        line[0] != '\0' ? "; this goes on:" : "");
        break;
    case PLACE_CHILD_ELSEWHERE:
        if (line[0] == '\0') place_error_set(&err, PLACE_SYSTEM, NULL, 0, "the program %s; that is a fault of it, or of the machine", end);
        else place_error_set(&err, PLACE_SYSTEM, run, 0, "the run %s; all blocks that were done are kept; this goes on:", end);
        break;
    }
    if (isatty(STDERR_FILENO) != 0) fputs("\r\033[K", stderr); /* a bar of progress may stand there */
    place_output_error(&err);
    if (shared->phase == PLACE_CHILD_ELSEWHERE || shared->phase == PLACE_CHILD_MERGES) fputs(line, stderr);
}

int place_child_act(int (*act)(void *self), void *self) {
    sigset_t all, before;
    int code = 3;
    const pid_t self_id = getpid();
    void *notes = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (notes == MAP_FAILED) return act(self);
    shared = notes;
    signal(SIGCHLD, SIG_DFL); /* ignored, as by some that start programs, it would keep the child's end from us */
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    child = fork();
    if (child == 0) {
        begin_child(self_id);
        sigprocmask(SIG_SETMASK, &before, NULL);
        exit(act(self));
    }
    if (child < 0) { /* no room for another process: then without */
        sigprocmask(SIG_SETMASK, &before, NULL);
        return act(self);
    }
    hand_signals_on();
    sigprocmask(SIG_SETMASK, &before, NULL);
    const int signal_number = wait_for_child(&all, &code);
    if (signal_number == 0 && code != GIVEN_UP) return code;
    if (signal_number != 0 && !is_fault(signal_number)) return end_by(signal_number);
    signal(SIGPIPE, SIG_IGN);
    say_fault(signal_number);
    return 3;
}
