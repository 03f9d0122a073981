/* SPDX-License-Identifier: MIT */
/**
 * The program and what happens to it: HDF5 that crashes, hangs or takes all memory, files that were made to bring that about, signals, folders
 * and files that change under it. Faults are planted in the program as it is, by what is preloaded into it (preload/).
 * `make test` tries a part of them, `make faults` all in shares (shares.h).
 */
#define _DEFAULT_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <limits.h>
#include <openssl/sha.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "folder.h"
#include "place/runfile.h"
#include "sanitized.h"
#include "shares.h"
#include "suites.h"

#define SMALL "tests/hostile/base.xml" /* of 3 steps it is a file of 400 KB, and is run in a blink */
#define SHORT SMALL " --set time/@steps=3"
#define SEAL_SIZE 82

static char program[PATH_MAX];

static void setup(void) {
    char *slash, preload[PATH_MAX + 8];
    folder_make("child", true);
    ck_assert_ptr_nonnull(realpath(getenv("PLACESIM"), program));
    slash = strrchr(program, '/');
    snprintf(preload, sizeof preload, "%.*s/tests", (int)(slash - program), program);
    setenv("P", program, 1); /* for the lines that are run */
    setenv("D", folder, 1);
    setenv("L", preload, 1);
    /* sanitizers: what is preloaded comes before them, and a signal is left to be one */
    setenv("ASAN_OPTIONS", "verify_asan_link_order=0:handle_segv=0:handle_sigbus=0:abort_on_error=1", 0);
    setenv("TSAN_OPTIONS", "handle_segv=0:abort_on_error=1", 0);
}

/* The program with a fault at the Nth call of HDF5; $L is the folder of what may be preloaded. */
#define CRASH "env LD_PRELOAD=$L/crash.so PLACE_CRASH=%s PLACE_CRASH_AT=%ld $P "

static void is_said(const char *part) { ck_assert_msg(strstr(complained, part) != NULL, "'%s' is not in:\n%.2000s", part, complained); }

static bool same(const char *one, const char *other) {
    char command[300];
    snprintf(command, sizeof command, "cmp -s %s/%s %s/%s", folder, one, folder, other);
    return system(command) == 0;
}

static unsigned char *load(const char *name, size_t *n) {
    struct stat at;
    FILE *file = fopen(in_folder(name), "rb");
    ck_assert(file != NULL && fstat(fileno(file), &at) == 0);
    unsigned char *bytes = malloc((size_t)at.st_size + 1);
    *n = fread(bytes, 1, (size_t)at.st_size, file);
    fclose(file);
    return bytes;
}

static void save(const char *name, const void *bytes, size_t n) {
    FILE *file = fopen(in_folder(name), "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, n, file), n);
    ck_assert_int_eq(fclose(file), 0);
}

static void seal(unsigned char *bytes, size_t n) {
    unsigned char digest[32];
    SHA256(bytes, n - SEAL_SIZE, digest);
    for (size_t b = 0; b < 32; b++) {
        char hex[3];
        snprintf(hex, sizeof hex, "%02x", digest[b]);
        memcpy(bytes + n - SEAL_SIZE + 17 + 2 * b, hex, 2);
    }
}

static void wait_ms(long ms) { nanosleep(&(struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 }, NULL); }

/* Calls of HDF5 that a line of the program makes. */
static long n_calls_of(const char *arguments) {
    char n[32];
    ck_assert_msg(shell("LD_PRELOAD=$L/crash.so PLACE_CRASH=count PLACE_CRASH_COUNT=$D/count $P %s", arguments) == 0, "%s", complained);
    read_back("count", n, sizeof n);
    return strtol(n, NULL, 10);
}

/* ---- HDF5 that does not come back -------------------------------------------------------------------------------- */

static const struct {
    const char *how, *end;
} ends[] = {
    { "abort", "ended with signal 6 (Aborted)" },
    { "segv", "ended with signal 11 (Segmentation fault)" },
    { "killed", "was killed (signal 9: was memory out?)" },
    { "hurry", "took more than 5 seconds of processor time" },
};
enum { N_ENDS = sizeof ends / sizeof ends[0] };

static const char *const readers[] = {
    "info $D/a.h5",    "summary $D/a.h5",     "diff $D/b.h5 $D/a.h5",  "replay $D/a.h5 -r 2", "replay $D/a.h5 --verify",
    "explain $D/a.h5", "run $D/a.h5 -o $D/c.h5", "merge -o $D/c.h5 $D/a.h5",
};
enum { N_READERS = sizeof readers / sizeof readers[0] };

START_TEST(a_crash_while_a_run_file_is_read_is_told_with_its_name) {
    char sentence[200], line[160];
    long n_tried = 0;
    ck_assert_int_eq(shell("$P run " SHORT " -n 3 -q -o $D/a.h5 && cp $D/a.h5 $D/b.h5 && cp $D/a.h5 $D/kept.h5"), 0);
    for (int r = 0; r < N_READERS; r++) {
        const long n_calls = n_calls_of(readers[r]);
        ck_assert_int_gt(n_calls, 10);
        remove(in_folder("c.h5"));
        for (int e = 0; e < faults(1, N_ENDS); e++) {
            const int end = (r + e) % N_ENDS;
            const long at = strncmp(readers[r], "run", 3) == 0 || strncmp(readers[r], "merge", 5) == 0 ? 5 : n_calls - 2 * e; /* those write too */
            if (getenv("PLACE_FAULTS") != NULL && !is_ours(r * N_ENDS + e)) continue;
            n_tried++;
            snprintf(line, sizeof line, CRASH "%s", ends[end].how, at, readers[r]);
            ck_assert_msg(shell("%s", line) == 3, "%s: %s", line, complained);
            snprintf(sentence, sizeof sentence, "%sthe HDF5 library %s while reading it; nothing was changed\n",
                     strcmp(ends[end].how, "killed") == 0 ? ".h5: " : "damaged: ", ends[end].end); /* this, or "this or b.h5 is" */
            is_said(sentence);
            ck_assert_msg(strncmp(complained, folder, strlen(folder)) == 0 && strchr(complained, '\n')[1] == '\0', "%s", complained); /* one line, the file first */
            ck_assert(same("a.h5", "kept.h5") && !is_there("c.h5") && !is_there("c.h5.parts"));
        }
    }
    tell_tried(n_tried, "crashes while reading");
} END_TEST

/* Blocks are written first and merged then: half of the calls are of each, but for what a file of 256 replications has once. */
START_TEST(a_crash_at_any_call_of_a_run_keeps_its_blocks_and_resuming_makes_the_file) {
    const long n_calls = n_calls_of("run " SHORT " -n 300 -q -o $D/one.h5");
    const long n = faults(8, 200);
    long n_tried = 0;
    int n_merging = 0, n_before = 0;
    ck_assert_int_gt(n_calls, 1000);
    for (long i = 0; i < n; i++) {
        const int end = (int)(i % 3); /* a hang is looked for where there is a limit: below */
        const long at = 1 + (2 * i + 1) * (n_calls - 1) / (2 * n);
        if (!is_ours(i)) continue;
        n_tried++;
        ck_assert_int_eq(shell("cd $D && " CRASH "run $OLDPWD/" SHORT " -n 300 -q -o $D/x.h5", ends[end].how, at), 3);
        const bool merging = strstr(complained, "while making it; all that it is made of is kept; this goes on:\n") != NULL;
        is_said(ends[end].end);
        if (!merging) is_said("; all blocks that were done are kept; this goes on:\n");
        ck_assert(!is_there("x.h5") && is_there("x.h5.parts"));
        ck_assert_int_eq(is_there("x.h5.parts/block-000000000.h5"), merging);
        n_merging += merging;
        n_before += !merging;
        char *line = strstr(complained, "goes on:\n"), *again; /* and that line does */
        ck_assert_ptr_nonnull(line);
        again = strdup(line + strlen("goes on:\n"));
        if (i % 4 == 3) { /* a second crash, while it goes on */
            ck_assert_int_eq(shell("cd $D && LD_PRELOAD=$L/crash.so PLACE_CRASH=segv PLACE_CRASH_AT=%ld %s", 20 + at / 3, again), 3);
            ck_assert(!is_there("x.h5") && is_there("x.h5.parts"));
        }
        again[strcspn(again, "\n")] = '\0';
        char *quiet = strstr(again, " -q "); /* what is there is told */
        if (quiet != NULL) memset(quiet, ' ', 3);
        ck_assert_msg(shell("cd $D && %s", again) == 0, "%s: %s", again, complained);
        ck_assert_int_eq(strstr(complained, "300 of 300 replications are there already") != NULL || strstr(complained, "all 300") != NULL, merging);
        ck_assert(same("x.h5", "one.h5") && !is_there("x.h5.parts"));
        remove(in_folder("x.h5"));
        free(again);
    }
    ck_assert_msg(getenv("PLACE_FAULTS") != NULL || (n_merging > 2 && n_before > 2), "%d %d", n_merging, n_before);
    tell_tried(n_tried, "crashes of runs");
} END_TEST

START_TEST(a_run_whose_parent_is_killed_while_it_merges_is_gone_on_with_at_once) {
    const long n_calls = n_calls_of("run " SHORT " -n 300 -q -o $D/one.h5"), n = faults(2, 50);
    long n_tried = 0;
    for (long i = 0; i < n; i++) {
        if (!is_ours(i)) continue;
        n_tried++;
        ck_assert_int_eq(shell(CRASH "run " SHORT " -n 300 -q -o $D/x.h5", "orphan", n_calls - 5 - i * (n_calls / 3) / n), 137);
        ck_assert(!is_there("x.h5") || same("x.h5", "one.h5"));
        ck_assert_msg(shell("$P run " SHORT " -n 300 -o $D/x.h5 --resume") == 0, "%s", complained);
        is_said(" replications are there already");
        ck_assert(same("x.h5", "one.h5") && !is_there("x.h5.parts"));
        remove(in_folder("x.h5"));
    }
    tell_tried(n_tried, "parents killed in a merge");
} END_TEST

START_TEST(a_crash_in_a_merge_of_shards_keeps_them) {
    ck_assert_int_eq(shell("for s in 1 2; do $P run " SHORT " -n 300 -q --shard $s/2 -o $D/s$s.h5; done; $P run " SHORT " -n 300 -q -o $D/one.h5; cd $D; "
                         "sha256sum s1.h5 s2.h5 >sums"), 0);
    const long n_calls = n_calls_of("merge -q -o $D/m.h5 $D/s1.h5 $D/s2.h5");
    for (int e = 0; e < N_ENDS; e++) {
        remove(in_folder("m.h5"));
        ck_assert_int_eq(shell(CRASH "merge -o $D/m.h5 $D/s1.h5 $D/s2.h5", ends[e].how, n_calls - 20 - 100 * e), 3);
        is_said("m.h5: the HDF5 library ");
        is_said(" while making it; all that it is made of is kept\n");
        ck_assert(!is_there("m.h5"));
        ck_assert_int_eq(shell("cd $D; sha256sum --quiet -c sums && $P merge -q -o m.h5 s2.h5 s1.h5 && cmp m.h5 one.h5"), 0);
    }
} END_TEST

START_TEST(what_hangs_is_ended_and_told) { /* the whole wait, once; elsewhere it is cut short */
    ck_assert_int_eq(shell("$P run " SHORT " -n 300 -q -o $D/one.h5"), 0);
    ck_assert_int_eq(shell(CRASH "info $D/one.h5", faults(0, 1) == 1 ? "hang" : "hurry", 9L), 3);
    is_said("one.h5: damaged: the HDF5 library took more than 5 seconds of processor time while reading it; nothing was changed\n");
    const long n_calls = n_calls_of("run " SHORT " -n 300 -q -o $D/x.h5");
    ck_assert_int_eq(unlink(in_folder("x.h5")), 0);
    ck_assert_int_eq(shell(CRASH "run " SHORT " -n 300 -q -o $D/x.h5", "hurry", n_calls - 9), 3);
    is_said("x.h5: the HDF5 library took more than 5 seconds of processor time while making it; all that it is made of is kept; this goes on:\n");
    ck_assert_int_eq(shell(CRASH "run " SHORT " -n 300 -q -o $D/x.h5 --resume", "hurry", 9L), 3); /* while it looks at the blocks */
    is_said(" while reading what it is to be made of; nothing was changed\n");
    ck_assert_int_eq(shell("$P run " SHORT " -n 300 -q -o $D/x.h5 --resume"), 0);
    ck_assert(same("x.h5", "one.h5"));
} END_TEST

START_TEST(what_takes_memory_without_end_is_ended_below_512_mb) {
    struct rusage used;
    ck_assert_int_eq(shell("$P run " SHORT " -n 3 -q -o $D/a.h5"), 0);
    ck_assert_int_eq(shell(CRASH "info $D/a.h5", "memory", 9L), 3);
    is_said("a.h5: damaged: the HDF5 library ended with signal 6 (Aborted) while reading it; nothing was changed\n");
    ck_assert_int_eq(getrusage(RUSAGE_CHILDREN, &used), 0);
    ck_assert_msg(used.ru_maxrss < 512L << 10, "%ld KB", used.ru_maxrss);
    ck_assert_int_gt(used.ru_maxrss, 256L << 10); /* it did take what there was */
} END_TEST

/* ---- files ------------------------------------------------------------------------------------------------------- */

/* Bytes changed and the seal made to hold: HDF5 crashes on some, and others read as what they say now. */
START_TEST(a_file_that_is_damaged_and_sealed_again_is_read_or_refused_and_never_a_signal) {
    static const char *const lines[] = { "info $D/bad.h5", "summary $D/bad.h5", "diff $D/good.h5 $D/bad.h5", "explain $D/bad.h5", "replay $D/bad.h5 -r 0" };
    uint64_t state = 20210901;
    size_t n = 0;
    long n_tried = 0, n_signals = 0;
    ck_assert_int_eq(shell("$P run " SHORT " -n 3 -q -o $D/good.h5"), 0);
    unsigned char *bytes = load("good.h5", &n);
    for (int i = 0; i < faults(25, 2000); i++) {
        size_t at[4];
        unsigned char kept[4];
        const int n_bytes = i % 3 == 2 ? 4 : 1;
        for (int b = 0; b < n_bytes; b++) {
            const uint64_t word = next_word(&state);
            at[b] = 8 + word % (n - SEAL_SIZE - 8);
            kept[b] = bytes[at[b]];
            bytes[at[b]] = (unsigned char)(word >> 30 & 1 ? 0xFF : kept[b] ^ 1u << (word >> 32) % 8);
        }
        if (is_ours(i)) {
            n_tried++;
            seal(bytes, n);
            save("bad.h5", bytes, n);
            const int code = shell("$P %s", lines[i % 5]);
            ck_assert_msg(code == 0 || code == 3 || (code == 1 && i % 5 == 2) || (code == 1 && i % 5 == 4), "file %d, %s: %d %s", i, lines[i % 5], code, complained);
            const bool by_signal = strstr(complained, "ended with signal") != NULL; /* the C library may have said why before it */
            ck_assert_msg(code != 3 || (strstr(complained, i % 5 == 2 ? "bad.h5" : "bad.h5: ") != NULL && (IS_SANITIZED || by_signal || strchr(complained, '\n')[1] == '\0')), "%s",
                          complained);
            n_signals += by_signal;
        }
        for (int b = n_bytes; b-- > 0;) bytes[at[b]] = kept[b];
    }
    free(bytes);
    if (getenv("PLACE_FAULTS") != NULL) fprintf(stderr, "faults: of %ld sealed files HDF5 crashed on %ld\n", n_tried, n_signals);
    tell_tried(n_tried, "damaged files that were sealed again");
} END_TEST

static void not_opened(const char *what, size_t at) {
    place_runfile *file = NULL;
    place_error err = { .status = PLACE_OK };
    ck_assert_msg(place_runfile_open(&file, in_folder("bad.h5"), &err) == PLACE_SYSTEM && file == NULL, "%s %zu", what, at);
    ck_assert_msg(strncmp(err.message, "not a ", 6) == 0 || strncmp(err.message, "damaged", 7) == 0, "%s %zu: %s", what, at, err.message);
}

START_TEST(a_file_that_is_cut_short_or_has_a_bit_flipped_is_refused_before_hdf5_sees_it) { /* 389 KB: 1,000 lengths, 10,000 bits */
    uint64_t state = 7;
    size_t n = 0;
    long n_tried = 0;
    const int n_lengths = faults(20, 1000), n_bits = faults(60, 10000);
    ck_assert_int_eq(shell("$P run " SHORT " -n 3 -q -o $D/bad.h5"), 0);
    unsigned char *bytes = load("bad.h5", &n);
    for (int i = 0; i < n_lengths; i++) {
        if (!is_ours(i)) continue;
        n_tried++;
        save("bad.h5", bytes, n * (size_t)i / (size_t)n_lengths);
        not_opened("cut to", n * (size_t)i / (size_t)n_lengths);
    }
    save("bad.h5", bytes, n);
    int file = open(in_folder("bad.h5"), O_WRONLY);
    for (int i = 0; i < n_bits; i++) {
        const size_t at = next_word(&state) % n;
        const unsigned char flipped = (unsigned char)(bytes[at] ^ 1u << next_word(&state) % 8);
        if (!is_ours(i)) continue;
        n_tried++;
        ck_assert_int_eq(pwrite(file, &flipped, 1, (off_t)at), 1);
        not_opened("flipped at", at);
        ck_assert_int_eq(pwrite(file, &bytes[at], 1, (off_t)at), 1);
    }
    close(file);
    free(bytes);
    ck_assert_int_eq(shell("head -c 1000 $D/bad.h5 >$D/cut.h5; $P summary $D/cut.h5"), 3);
    is_said("cut.h5: not a whole run file: it has no seal at its end");
    tell_tried(n_tried, "files cut short or with a bit flipped");
} END_TEST

START_TEST(a_reader_sees_a_file_before_or_after_and_nothing_between) { /* 256 replications, extended to 3,000 while they are read */
    int n_before = 0, n_after = 0;
    ck_assert_int_eq(shell("$P run " SHORT " -n 256 -q -o $D/x.h5"), 0);
    pid_t writer = fork();
    if (writer == 0) {
        execl(program, "placesim", "run", SMALL, "--set", "time/@steps=3", "-n", "3000", "-q", "--extend", "-o", in_folder("x.h5"), (char *)NULL);
        _exit(99);
    }
    for (int status = 0, done = 0; done < 2;) {
        if (done == 1 || waitpid(writer, &status, WNOHANG) == writer) done++;
        ck_assert_msg(shell("$P info $D/x.h5 && $P summary $D/x.h5 >$D/said") == 0, "%s", complained);
        if (strstr(said, "Replications         256\n") != NULL) n_before++;
        else if (strstr(said, "Replications         3000\n") != NULL) n_after++;
        else ck_abort_msg("%.600s", said);
        ck_assert_msg(strstr(said, "Complete             yes") != NULL, "%.600s", said);
        ck_assert_msg(done == 0 || (WIFEXITED(status) && WEXITSTATUS(status) == 0), "%d", status);
    }
    ck_assert_msg(n_before > 0 && n_after > 0, "%d %d", n_before, n_after);
} END_TEST

START_TEST(a_run_file_that_is_replaced_while_it_is_opened_is_one_or_the_other) { /* opened twice: to see that its seal holds, and by HDF5 */
    char expected[40];
    ck_assert_int_eq(shell("$P run " SHORT " -n 3 -q -o $D/a.h5 && $P run " SHORT " -n 4000 -q -o $D/b.h5"), 0);
    for (int at = 1; at <= 2; at++) {
        ck_assert_msg(shell("cp $D/a.h5 $D/x.h5; cp $D/b.h5 $D/y.h5; LD_PRELOAD=$L/swap.so PLACE_SWAP=$D/x.h5 PLACE_SWAP_WITH=$D/y.h5 PLACE_SWAP_AT=%d "
                          "$P summary $D/x.h5 --json", at) == 0, "%s", complained);
        snprintf(expected, sizeof expected, "\"replications\": %d", at == 1 ? 4000 : 3);
        ck_assert_msg(strstr(said, expected) != NULL, "%d: %.600s", at, said);
        ck_assert(!is_there("y.h5"));
    }
} END_TEST

START_TEST(a_folder_that_goes_while_it_is_written_to_ends_the_run) {
    ck_assert_int_eq(shell("mkdir $D/there && { $P run " SHORT " -n 100000000 -q -o $D/there/x.h5 2>$D/told & } && p=$! && "
                         "for i in $(seq 500); do [ -e $D/there/x.h5.parts/block-000000000.h5 ] && break; sleep 0.02; done; rm -rf $D/there; wait $p"), 3);
    ck_assert_int_eq(shell("cat $D/told >&2"), 0);
    is_said("there/x.h5: cannot write a block: No such file or directory\n");
    ck_assert(!is_there("there"));
} END_TEST

START_TEST(who_has_a_lock_is_the_kernels_to_say) { /* a file that names process 1, from before a reboot or of another machine, locks nothing */
    ck_assert_int_eq(shell("mkdir $D/x.h5.parts && echo process 1 >$D/x.h5.parts/writer && touch $D/x.h5.parts/merged.tmp && "
                         "$P run " SHORT " -n 3 -q -o $D/x.h5 && [ ! -e $D/x.h5.parts ]"), 0);
    ck_assert_int_eq(shell("mkdir $D/y.h5.parts && echo process 1 >$D/y.h5.parts/writer && exec 9<$D/y.h5.parts && flock 9 && "
                         "$P run " SHORT " -n 3 -q -o $D/y.h5 9<&-"), 3);
    is_said("y.h5: another run is writing it, process 1; wait for it, or write elsewhere\n");
} END_TEST

/* An attribute of a run file changed as HDF5 changes it, and sealed again. */
static void change_text(const char *name, const char *attribute, const char *text) {
    size_t n = 0;
    unsigned char *bytes = load(name, &n), line[SEAL_SIZE];
    memcpy(line, bytes + n - SEAL_SIZE, SEAL_SIZE);
    save("changed.h5", bytes, n - SEAL_SIZE);
    free(bytes);
    hid_t file = H5Fopen(in_folder("changed.h5"), H5F_ACC_RDWR, H5P_DEFAULT), at = H5Aopen(file, attribute, H5P_DEFAULT), type = H5Aget_type(at);
    char value[64] = "";
    ck_assert_uint_lt(H5Tget_size(type), sizeof value);
    strcpy(value, text); /* as long as what was there */
    ck_assert(H5Awrite(at, type, value) >= 0);
    H5Tclose(type);
    H5Aclose(at);
    ck_assert(H5Fclose(file) >= 0);
    bytes = load("changed.h5", &n);
    bytes = realloc(bytes, n + SEAL_SIZE);
    memcpy(bytes + n, line, SEAL_SIZE);
    seal(bytes, n + SEAL_SIZE);
    save(name, bytes, n + SEAL_SIZE);
    free(bytes);
}

START_TEST(a_block_of_another_version_or_contract_is_not_gone_on_with) {
    static const char *const attributes[] = { "program_version", "number_contract" };
    const long n_calls = n_calls_of("run " SHORT " -n 300 -q -o $D/x.h5");
    ck_assert_int_eq(unlink(in_folder("x.h5")), 0);
    for (int a = 0; a < 2; a++) {
        ck_assert_int_eq(shell(CRASH "run " SHORT " -n 300 -q -o $D/x.h5", "abort", n_calls - 9), 3); /* in the merge: the block is there */
        ck_assert_int_eq(shell("cp $D/x.h5.parts/block-000000000.h5 $D/block.h5"), 0);
        change_text("block.h5", attributes[a], "9");
        ck_assert_int_eq(shell("cp $D/block.h5 $D/x.h5.parts/block-000000000.h5; $P run " SHORT " -n 300 -q -o $D/x.h5 --resume"), 2);
        is_said(a == 0 ? "it is written by placesim 9, and this run would be by " : "it is of number contract 57, and this run is of "); /* a number: the byte '9' */
        is_said("; --force without --resume begins anew\n");
        ck_assert(is_there("x.h5.parts/block-000000000.h5") && !is_there("x.h5"));
        ck_assert_int_eq(shell("rm -r $D/x.h5.parts"), 0);
    }
    ck_assert_int_eq(shell("echo mine >$D/x.h5; for how in '' --resume --extend; do $P run " SHORT " -n 300 -q -o $D/x.h5 $how; [ $? = 3 ] || exit 9; done; "
                         "[ \"$(cat $D/x.h5)\" = mine ]"), 0); /* nor is a file of another program */
    is_said("x.h5: output exists; --force replaces it\n");
    is_said("x.h5: not a run file");
} END_TEST

START_TEST(a_file_that_may_not_grow_while_a_run_goes_on_keeps_its_blocks) { /* limits of 512 bytes each: of the merge, too */
    ck_assert_int_eq(shell("$P run " SHORT " -n 300 -q -o $D/one.h5"), 0);
    for (int i = 0; i < faults(2, 150); i++) {
        if (!is_ours(i)) continue;
        const int most = 100 + i * 700 / faults(2, 150); /* the file has 800 KB: it would need 1,600 */
        ck_assert_int_eq(shell("$P run " SHORT " -n 300 -q -o $D/x.h5 --resume --threads 1; (ulimit -f %d; $P run " SHORT " -n 301 -q -o $D/x.h5 --extend)", most), 3);
        is_said("File too large");
        is_said("--resume goes on when there is room");
        ck_assert(same("x.h5", "one.h5"));
        ck_assert_int_eq(shell("rm $D/x.h5; $P run " SHORT " -n 300 -q -o $D/x.h5 --resume"), 0);
        ck_assert(same("x.h5", "one.h5"));
    }
} END_TEST

START_TEST(a_scenario_that_changes_while_it_is_read_is_one_or_the_other) { /* opened twice: to see what it is, and to read all of it at once */
    ck_assert_int_eq(shell("cp " SMALL " $D/a.xml; cp " SMALL " $D/b.xml; sed -i 's/seed=\"[0-9]*\"/seed=\"77\"/' $D/b.xml; ! cmp -s $D/a.xml $D/b.xml"), 0);
    ck_assert_int_eq(shell("for s in a b; do $P run $D/$s.xml -n 3 -q -o $D/$s.h5; done; ! cmp -s $D/a.h5 $D/b.h5"), 0);
    for (int at = 1; at <= 3; at++) {
        ck_assert_int_eq(shell("cp $D/a.xml $D/x.xml; cp $D/b.xml $D/y.xml; rm -f $D/x.h5; LD_PRELOAD=$L/swap.so PLACE_SWAP=$D/x.xml PLACE_SWAP_WITH=$D/y.xml "
                             "PLACE_SWAP_AT=%d $P run $D/x.xml -n 3 -q -o $D/x.h5", at), 0);
        ck_assert_int_eq(is_there("y.xml"), at == 3); /* it is not opened a third time */
        ck_assert(same("x.h5", at == 1 ? "b.h5" : "a.h5"));
    }
} END_TEST

START_TEST(what_the_clock_says_is_in_no_result) { /* 1970, the last second of 32 bits, 29 February 2028; each time back by an hour */
    static const long long starts[] = { 0, 2147483647, 1835395200 };
    ck_assert_int_eq(shell("$P run " SHORT " -n 40 -q -o $D/one.h5"), 0);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(shell("rm -f $D/x.h5; export LD_PRELOAD=$L/clock.so PLACE_CLOCK=%lld; $P run " SHORT " -n 40 -o $D/x.h5 && $P replay $D/x.h5 -r 7", starts[i]), 0);
        ck_assert(same("x.h5", "one.h5"));
    }
} END_TEST

/* ---- signals ----------------------------------------------------------------------------------------------------- */

static pid_t start_run(const char *output, bool group) {
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (group) setpgid(pid, pid); /* both do it: whoever is first, a signal to the group finds it */
    if (pid != 0) return pid;
    int errors = open(in_folder("err"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(errors, STDERR_FILENO);
    execl(program, "placesim", "run", SMALL, "--set", "time/@steps=3", "-n", "1000000", "-q", "-o", in_folder(output), (char *)NULL);
    _exit(99);
}

static void wait_for(const char *name) {
    for (int i = 0; i < 3000 && !is_there(name); i++) wait_ms(10);
    ck_assert(is_there(name));
}

/* @return its exit code, or a signal's number, negative */
static int end_of(pid_t pid) {
    int status = 0;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    read_back("err", complained, sizeof complained);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* A terminal's Ctrl-C, and a batch system, tell every process of the group; the parent hands it on besides. */
START_TEST(a_signal_to_all_of_a_runs_processes_counts_once) {
    pid_t pid = start_run("x.h5", true);
    wait_for("x.h5.parts/block-000000000.h5");
    kill(-pid, SIGINT);
    ck_assert_int_eq(end_of(pid), 130);
    is_said("\nstopping: the replications in hand are finished first; once more stops at once\n");
    is_said(" of 1000000 replications; this goes on:\n");
    ck_assert(is_there("x.h5")); /* which a second one would not have let it write */
    remove(in_folder("x.h5"));
    ck_assert_int_eq(shell("rm -r $D/x.h5.parts"), 0);
    pid = start_run("x.h5", true);
    wait_for("x.h5.parts/block-000000000.h5");
    kill(-pid, SIGTERM);
    wait_ms(5);
    kill(-pid, SIGTERM);
    ck_assert_int_eq(end_of(pid), 130);
    is_said("placesim run --resume --set time/@steps=3 -n 1000000 -q -o ");
} END_TEST

/* Once at any time, in any way: what is done is kept, 130 is the code, and the same file comes of it. */
START_TEST(a_signal_at_any_time_ends_a_run_well) {
    static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
    uint64_t state = 5;
    long n_tried = 0;
    const int n = faults(3, 300);
    ck_assert_int_eq(shell("$P run " SHORT " -n 3000 -q -o $D/one.h5"), 0);
    for (int i = 0; i < n; i++) {
        const long after = 1 + (long)(next_word(&state) % 400);
        const bool twice = next_word(&state) % 3 == 0, all = next_word(&state) % 2 == 0;
        if (!is_ours(i)) continue;
        n_tried++;
        pid_t pid = start_run("x.h5", true);
        wait_ms(after);
        for (int t = 0; t <= twice; t++) kill(all ? -pid : pid, signals[i % 3]);
        const int code = end_of(pid);
        ck_assert_msg(code == 130 || code == -signals[i % 3], "%d after %ld ms: %d %s", i, after, code, complained); /* before it catches them, as any program */
        if (code == 130) is_said("run --resume ");
        ck_assert_msg(shell("rm -f $D/x.h5; $P run " SHORT " -n 3000 -q -o $D/x.h5 --resume") == 0, "%s", complained);
        ck_assert(same("x.h5", "one.h5"));
        remove(in_folder("x.h5"));
    }
    tell_tried(n_tried, "signals at any time");
} END_TEST

/* nohup has SIGHUP ignored, a shell SIGINT in what it runs in the background: the run is not to end when its terminal does. */
START_TEST(a_signal_that_was_ignored_before_the_run_stays_so) {
    static const int ignored[] = { SIGHUP, SIGINT, SIGTERM };
    ck_assert_int_eq(shell("$P run " SHORT " -n 600 -q -o $D/one.h5"), 0);
    for (int i = 0; i < 3; i++) {
        int status = 0;
        signal(ignored[i], SIG_IGN);
        pid_t pid = fork();
        ck_assert_int_ge(pid, 0);
        setpgid(pid, pid);
        if (pid == 0) {
            execl(program, "placesim", "run", SMALL, "--set", "time/@steps=3", "-n", "600", "-q", "-f", "-o", in_folder("x.h5"), (char *)NULL);
            _exit(99);
        }
        while (waitpid(pid, &status, WNOHANG) == 0) {
            kill(-pid, ignored[i]);
            wait_ms(1);
        }
        signal(ignored[i], SIG_DFL);
        ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "signal %d: status %d", ignored[i], status);
        ck_assert(same("x.h5", "one.h5"));
    }
} END_TEST

/* State of a process in /proc: T is stopped. */
static char state_of(long pid) {
    char path[64], text[400] = "";
    snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    FILE *file = fopen(path, "r");
    if (file == NULL) return '-';
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    const char *end = strrchr(text, ')');
    return end != NULL ? end[2] : '-';
}

static bool comes_to(long pid, const char *states) {
    for (int i = 0; i < 500; i++, wait_ms(10))
        if (strchr(states, state_of(pid)) != NULL) return true;
    return false;
}

START_TEST(a_run_that_is_told_to_stop_stops_with_its_child_and_both_go_on) {
    char text[64] = "", path[64];
    pid_t pid = start_run("x.h5", false); /* of this group, which has a parent elsewhere: else the kernel lets nobody stop it from a terminal */
    wait_for("x.h5.parts/block-000000000.h5");
    snprintf(path, sizeof path, "/proc/%ld/task/%ld/children", (long)pid, (long)pid);
    FILE *file = fopen(path, "r");
    if (file == NULL) { /* a kernel that does not tell */
        kill(pid, SIGKILL);
        end_of(pid);
        return;
    }
    ck_assert(fgets(text, sizeof text, file) != NULL);
    fclose(file);
    const long child = strtol(text, NULL, 10);
    ck_assert(child > 0 && comes_to(child, "RSD"));
    kill(pid, SIGTSTP);
    if (comes_to(pid, "T")) ck_assert(comes_to(child, "T")); /* an orphaned group is not stopped, as none of its processes is */
    kill(pid, SIGCONT);
    ck_assert(comes_to(pid, "SRD") && comes_to(child, "SRD"));
    kill(pid, SIGKILL);
    ck_assert_int_eq(end_of(pid), -SIGKILL);
    ck_assert(comes_to(child, "-Z")); /* with its parent, and with it the lock */
    ck_assert_int_eq(shell("$P run " SHORT " -n 300 -q -o $D/x.h5 --resume"), 0);
} END_TEST

START_TEST(what_ends_other_commands_from_outside_ends_them_as_any_program) {
    ck_assert_int_eq(shell("$P run " SHORT " -n 300 -q -o $D/a.h5"), 0);
    ck_assert_int_eq(shell("bash -c \"$P replay $D/a.h5 -r 1 --trace --csv | true; exit \\${PIPESTATUS[0]}\""), 128 + SIGPIPE);
    ck_assert_str_eq(complained, "");
    ck_assert_int_eq(shell("$P replay $D/a.h5 --verify --all -q & sleep 0.02; kill -TERM $!; wait $!; [ $? = 143 ] || [ $? = 0 ]"), 0);
    ck_assert_int_eq(shell("$P info $D/a.h5 <&- >/dev/full"), 3);
    is_said("placesim: cannot write to standard output: No space left on device\n");
    ck_assert_int_eq(shell("$P summary $D/a.h5 >&-"), 3);
    is_said("placesim: cannot write to standard output");
    ck_assert_int_eq(shell("$P run " SHORT " -n 3 -o $D/b.h5 <&- >&- 2>&- && $P info $D/b.h5 <&-"), 0);
} END_TEST

Suite *child_suite(void) {
    Suite *suite = suite_create("child");
    TCase *failing = faults_case(suite, "faults", setup, folder_remove);
    TCase *system_ = faults_case(suite, "system", setup, folder_remove);
    tcase_add_test(failing, a_crash_while_a_run_file_is_read_is_told_with_its_name);
    tcase_add_test(failing, a_crash_at_any_call_of_a_run_keeps_its_blocks_and_resuming_makes_the_file);
    tcase_add_test(failing, a_run_whose_parent_is_killed_while_it_merges_is_gone_on_with_at_once);
    tcase_add_test(failing, what_hangs_is_ended_and_told);
    tcase_add_test(failing, a_file_that_is_damaged_and_sealed_again_is_read_or_refused_and_never_a_signal);
    tcase_add_test(failing, a_file_that_is_cut_short_or_has_a_bit_flipped_is_refused_before_hdf5_sees_it);
    tcase_add_test(failing, a_file_that_may_not_grow_while_a_run_goes_on_keeps_its_blocks);
    add_where_signals_come_at_once(failing, a_signal_at_any_time_ends_a_run_well);
    tcase_add_test(system_, a_block_of_another_version_or_contract_is_not_gone_on_with);
    tcase_add_test(system_, a_crash_in_a_merge_of_shards_keeps_them);
    add_where_memory_is_ours(system_, what_takes_memory_without_end_is_ended_below_512_mb, 1);
    tcase_add_test(system_, a_reader_sees_a_file_before_or_after_and_nothing_between);
    tcase_add_test(system_, a_run_file_that_is_replaced_while_it_is_opened_is_one_or_the_other);
    tcase_add_test(system_, a_folder_that_goes_while_it_is_written_to_ends_the_run);
    tcase_add_test(system_, who_has_a_lock_is_the_kernels_to_say);
    tcase_add_test(system_, a_scenario_that_changes_while_it_is_read_is_one_or_the_other);
    tcase_add_test(system_, what_the_clock_says_is_in_no_result);
    tcase_add_test(system_, a_signal_to_all_of_a_runs_processes_counts_once);
    tcase_add_test(system_, a_signal_that_was_ignored_before_the_run_stays_so);
    tcase_add_test(system_, a_run_that_is_told_to_stop_stops_with_its_child_and_both_go_on);
    tcase_add_test(system_, what_ends_other_commands_from_outside_ends_them_as_any_program);
    return suite;
}
