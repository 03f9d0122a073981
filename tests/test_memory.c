/* SPDX-License-Identifier: MIT */
/**
 * Memory and threads that run out. Each command is run in the program of tests/shortage, which counts its requests and refuses one of them, or
 * one and all after it, and then: exit code 3 with a sentence, or the same bytes as ever if it could do without; no crash; no file under its
 * name that is not whole; nothing left but the blocks of a run, which --resume makes the same file of. In a build with -fsanitize=address a
 * piece of memory that was lost is seen as well.
 *
 * `make test` refuses a few, spread evenly. SHORT=ways in the environment (make short-of-memory) refuses each that comes by a way of its own, told
 * by the calls behind it, once and for ever, in the first command that has that way, and a thirtieth of them in the others; the ways tried are
 * noted in the file SHORT_WAYS, so that what was broken off goes on. SHORT=I/N refuses the I-th of N shares of all requests.
 */
#define _XOPEN_SOURCE 700 /* realpath */
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sanitized.h"
#include "folder.h"
#include "suites.h"

enum { FEW = 2, MAX_BAD = 20, SECONDS = 120, MAX_WAYS = 1 << 14 };

/* What the commands find is in D/before; each is run in a copy of it, D/now. */
static char program[512], short_program[600], preloaded[600];

typedef struct result {
    int code;                      /* 128 + the signal that ended it; 142: it hung */
    char *out, *said, *file;       /* standard output and error; the file it writes, NULL: there is none */
    size_t n_out, n_said, n_file;
} result;

typedef struct command {
    const char *words;   /* blanks part them */
    const char *file;    /* that it writes; NULL: none   */
    const char *go_on;   /* after a failure; NULL: as before */
    int code;            /* that it exits with when all is well */
    bool always;         /* also when a few are tried                       */
    bool any_output;     /* it says when and where it was run, for seconds: a few are tried of all */
} command;

static const command commands[] = {
    { "init", NULL, NULL, 0, false, false },
    { "init -o new.xml", "new.xml", NULL, 0, true, false },
    { "schema -o new.xsd", "new.xsd", NULL, 0, false, false },
    { "schema --help", NULL, NULL, 0, false, false },
    { "--version --json", NULL, NULL, 0, false, false },
    { "check e.xml", NULL, NULL, 0, false, false },
    { "check e.xml --print --set @seed=8 --set //site[1]/places[1]/@commissioned=30", NULL, NULL, 0, true, false },
    { "check --json bad.xml e.xml", NULL, NULL, 2, true, false },
    { "check --csv bad.xml", NULL, NULL, 2, false, false },
    { "check rutland-2021-do-nothing.xml --print", NULL, NULL, 0, false, false },
    { "check rutland-2019-requests.xml", NULL, NULL, 0, false, false },
    { "explain e.xml", NULL, NULL, 0, false, false },
    { "explain rutland-2021.xml --json", NULL, NULL, 0, false, false },
    { "explain e.h5 --csv --table projects", NULL, NULL, 0, true, false },
    { "run e.xml -n 4 -t 1 -o new.h5 --set @seed=8 --detail need", "new.h5",
      "run --resume e.xml -n 4 -t 1 -o new.h5 --set @seed=8 --detail need", 0, true, false },
    { "run v1.xml -n 600 -t 2 -o new.h5", "new.h5", "run --resume v1.xml -n 600 -t 2 -o new.h5", 0, true, false },
    { "run v1.xml -n 600 -t 1 -o new.h5 --shard 1/2", "new.h5", "run --resume v1.xml -n 600 -t 1 -o new.h5 --shard 1/2", 0, false, false },
    { "run --resume v1.xml -n 1300 -t 1 -o stopped.h5", "stopped.h5", NULL, 0, true, false },
    { "run v1.xml -n 600 -t 1 -o v1.h5 --extend", "v1.h5", "run --resume v1.xml -n 600 -t 1 -o v1.h5 --extend", 0, true, false },
    { "run e.xml -n 16 -t 1 -o crossed.h5 --design crossed --force", "crossed.h5",
      "run --resume e.xml -n 16 -t 1 -o crossed.h5 --design crossed --force", 0, false, false },
    { "run e.h5 -n 8 -t 1 -o new.h5 -q", "new.h5", "run --resume e.h5 -n 8 -t 1 -o new.h5 -q", 0, false, false },
    { "run e.xml --dry-run -o new.h5", NULL, NULL, 0, false, false },
    { "merge one.h5 two.h5 -o new.h5", "new.h5", NULL, 0, true, false },
    { "summary e.h5", NULL, NULL, 0, false, false },
    { "summary e.h5 --json --phase primary --reading january", NULL, NULL, 0, false, false },
    { "summary e.h5 --csv --table projects", NULL, NULL, 0, true, false },
    { "summary crossed.h5", NULL, NULL, 0, false, false },
    { "info e.h5", NULL, NULL, 0, true, false },
    { "info e.h5 --json", NULL, NULL, 0, false, false },
    { "info e.h5 --csv --table axes", NULL, NULL, 0, false, false },
    { "diff e.h5 other.h5", NULL, NULL, 1, true, false },
    { "diff e.h5 crossed.h5 --json", NULL, NULL, 1, false, false },
    { "replay e.h5 -r 3 --trace", NULL, NULL, 0, true, false },
    { "replay e.h5 -r 3 --json", NULL, NULL, 0, false, false },
    { "replay e.h5 --verify -q", NULL, NULL, 0, false, false },
    { "replay v1.h5 --verify --all -t 2 -q --csv", NULL, NULL, 0, true, false },
    { "verify -q -n 10000 -t 1 --csv", NULL, NULL, 0, false, true },
};
enum { N_COMMANDS = sizeof commands / sizeof commands[0] };

static bool tries_all(void) { return getenv("SHORT") != NULL; }
static bool tries_each(void) { return tries_all() && strcmp(getenv("SHORT"), "ways") != 0; }

/* ---- the folder ------------------------------------------------------------------------------------------------- */

/* A shell line in which $P is the program, $S the one that runs short, in D/before. */
static void prepare(const char *line) {
    char full[3000];
    snprintf(full, sizeof full, "P=%s S=%s; cd %s/before && { %s\n} >/dev/null 2>&1", program, short_program, folder, line);
    ck_assert_msg(system(full) == 0, "%s", line);
}

static void setup(void) {
    folder_make("memory", true);
    ck_assert_ptr_nonnull(realpath(getenv("PLACESIM"), program));
    snprintf(preloaded, sizeof preloaded, "%.*s/tests/shortage.so", (int)(strrchr(program, '/') - program), program);
    snprintf(short_program, sizeof short_program, "%.*s/tests/placesim-short", (int)(strrchr(program, '/') - program), program);
    char line[400];
    snprintf(line, sizeof line, "mkdir %s/before && cp tests/data/everything.xml %s/before/e.xml && cp scenarios/verify/v1.xml %s %s/before", folder,
             folder, tries_all() ? "scenarios/rutland-20* scenarios/backcast-rutland-2019* scenarios/england-rates*" : "", folder);
    ck_assert_int_eq(system(line), 0);
    prepare("sed 's/<site /<sight /; s/version=\"1\"/version=\"1\" no=\"1\"/' e.xml >bad.xml");
    prepare("$P run e.xml -n 4 -q -o e.h5 && $P run e.xml -n 4 -q --seed 5 -o other.h5");
    prepare("$P run e.xml -n 16 --design crossed -q -o crossed.h5 && $P run v1.xml -n 256 -q -o v1.h5");
    prepare("$P run v1.xml -n 600 --shard 1/2 -q -o one.h5 && $P run v1.xml -n 600 --shard 2/2 -q -o two.h5");
    /* a run that memory ended when a block had been written: the first such, going back from its end */
    prepare("SHORTAGE_COUNT=n $S run v1.xml -n 1300 -t 1 -q -o stopped.h5; rm stopped.h5; read n rest <n; rm n; n=$((n - 3))\n"
          "until test -e stopped.h5.parts/block-000000000.h5; do n=$((n - 4)); test $n -gt 1 || exit 1\n"
          "rm -rf stopped.h5*; ASAN_OPTIONS=detect_leaks=0 SHORTAGE=ours/$n/ever $S run v1.xml -n 1300 -t 1 -q -o stopped.h5; done; true");
}

static char *load(const char *path, size_t *n) {
    struct stat state;
    FILE *file = fopen(path, "rb");
    *n = 0;
    if (file == NULL) return NULL;
    ck_assert_int_eq(fstat(fileno(file), &state), 0);
    char *bytes = malloc((size_t)state.st_size + 1);
    *n = fread(bytes, 1, (size_t)state.st_size, file);
    bytes[*n] = '\0';
    fclose(file);
    return bytes;
}

static char *load_now(const char *name, size_t *n) {
    char path[200];
    snprintf(path, sizeof path, "now/%s", name);
    return load(in_folder(path), n);
}

static void begin_anew(void) {
    char line[300];
    snprintf(line, sizeof line, "rm -rf %s/now && cp -rp %s/before %s/now", folder, folder, folder);
    ck_assert_int_eq(system(line), 0);
}

static void clear(result *r) {
    free(r->out);
    free(r->said);
    free(r->file);
    *r = (result){ 0 };
}

static bool same(const char *a, size_t n, const char *b, size_t m) {
    return (a == NULL) == (b == NULL) && n == m && (a == NULL || memcmp(a, b, n) == 0);
}

/* Run a command in D/now, in the program that runs short as `shortage` says; NULL: it does not; "@hdf5/7/once": inside a library. */
static result run(const char *words, const char *file, const char *shortage) {
    char copy[400], *argv[40];
    int n = 0, status = 0;
    snprintf(copy, sizeof copy, "placesim %s", words);
    for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " ")) argv[n++] = word;
    argv[n] = NULL;
    unlink(in_folder("count"));
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        int out = open(in_folder("out"), O_WRONLY | O_CREAT | O_TRUNC, 0600), errors = open(in_folder("said"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        if (shortage != NULL && shortage[0] == '@') {
            setenv("SHORTAGE_IN", shortage + 1, 1);
            setenv("LD_PRELOAD", preloaded, 1);
        } else if (shortage != NULL) {
            setenv("SHORTAGE", shortage, 1);
        }
        if (shortage == NULL) setenv("SHORTAGE_COUNT", in_folder("count"), 1);
        else if (strstr(shortage, "/0/") != NULL) setenv("SHORTAGE_IN_COUNT", in_folder("count"), 1);
        if (dup2(out, 1) < 0 || dup2(errors, 2) < 0 || chdir(in_folder("now")) != 0) _exit(98);
        alarm(SECONDS);
        execv(short_program, argv);
        _exit(98);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    result r = { .code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status) };
    r.out = load(in_folder("out"), &r.n_out);
    r.said = load(in_folder("said"), &r.n_said);
    if (file != NULL) r.file = load_now(file, &r.n_file);
    return r;
}

/* A request that came by a new way. */
typedef struct way {
    long request;
    char word[20]; /* which way, in any command */
} way;

/* Of kind k: how many requests there were, and into `ways` those of them that came by a new way. */
static long read_counts(int k, way *ways, long *n_ways) {
    long n = 0;
    FILE *file = fopen(in_folder("count"), "r");
    ck_assert_ptr_nonnull(file);
    for (int line = 0; line <= k; line++) {
        ck_assert_int_eq(fscanf(file, "%ld %ld", &n, n_ways), 2);
        ck_assert_int_lt(*n_ways, MAX_WAYS);
        for (long w = 0; w < *n_ways; w++) ck_assert_int_eq(fscanf(file, "%ld:%19s", &ways[w].request, ways[w].word), 2);
    }
    fclose(file);
    return n;
}

/* The first name in D/now that is neither in D/before nor may be there; "" when there is none. */
static const char *left_behind(const char *file) {
    static char name[300];
    char parts[100] = "", there[600];
    name[0] = '\0';
    if (file != NULL) snprintf(parts, sizeof parts, "%s.parts", file);
    DIR *now = opendir(in_folder("now"));
    ck_assert_ptr_nonnull(now);
    for (struct dirent *entry; (entry = readdir(now)) != NULL && name[0] == '\0';) {
        snprintf(there, sizeof there, "%s/before/%s", folder, entry->d_name);
        if (access(there, F_OK) == 0 || (file != NULL && (strcmp(entry->d_name, file) == 0 || strcmp(entry->d_name, parts) == 0))) continue;
        snprintf(name, sizeof name, "%s", entry->d_name);
    }
    closedir(now);
    return name;
}

/* ---- what is refused -------------------------------------------------------------------------------------------- */

static bool is_tried(const command *c) { return tries_all() || c->always; }

static bool is_ours(long i) {
    long share = 1, n_shares = 1;
    if (!tries_all()) return true;
    if (sscanf(getenv("SHORT"), "%ld/%ld", &share, &n_shares) != 2 || share < 1 || n_shares < share) ck_abort_msg("SHORT is I/N or ways: %s", getenv("SHORT"));
    return i % n_shares == share - 1;
}

/* What acts is a child of the program, whose fault it tells. */
static bool crashed(const result *r) { return r->code > 128 || strstr(r->said, " ended with signal ") != NULL || strstr(r->said, " gave up ") != NULL; }

/* What is wrong with how the command ended; NULL: nothing. */
static const char *judge(const command *c, const result *good, const result *before, const result *r) {
    static char text[400];
    bool whole = same(r->file, r->n_file, good->file, good->n_file), as_before = same(r->file, r->n_file, before->file, before->n_file);
    const char *left = left_behind(c->file);
    if (crashed(r)) snprintf(text, sizeof text, "a crash");
    else if (r->code != 3 && r->code != good->code) snprintf(text, sizeof text, "exit code %d", r->code);
    else if (r->code != 3 && !c->any_output && !same(r->out, r->n_out, good->out, good->n_out)) snprintf(text, sizeof text, "another output");
    else if (r->code != 3 && !whole) snprintf(text, sizeof text, "another file");
    else if (!whole && !as_before) snprintf(text, sizeof text, "a file that is not whole");
    else if (r->code == 3 && strstr(r->said, "memory") == NULL && strstr(r->out, "memory") == NULL) snprintf(text, sizeof text, "no sentence about memory");
    else if (left[0] != '\0') snprintf(text, sizeof text, "%s is left behind", left);
    else return NULL;
    return text;
}

/* Refuse request i of this kind; @return what came of it that ought not to, in words, or NULL */
static const char *refuse(const command *c, const result *good, const result *before, const char *kind, long i, const char *how) {
    static char text[3000];
    char shortage[60];
    snprintf(shortage, sizeof shortage, "%s/%ld/%s", kind, i, how);
    if (c->file != NULL) begin_anew();
    result r = run(c->words, c->file, shortage);
    const char *bad = judge(c, good, before, &r);
    if (bad != NULL) snprintf(text, sizeof text, "SHORTAGE=%s placesim %s: %s\n%.2000s", shortage, c->words, bad, r.said);
    else if (c->file != NULL && r.code == 3) {
        result again = run(c->go_on != NULL && !same(r.file, r.n_file, good->file, good->n_file) ? c->go_on : c->words, c->file, NULL);
        bool there = again.code == 3 && same(again.file, again.n_file, good->file, good->n_file); /* it was whole, and is not replaced */
        if ((again.code != good->code && !there) || !same(again.file, again.n_file, good->file, good->n_file))
            snprintf(text, sizeof text, "SHORTAGE=%s placesim %s, and then %s: exit code %d, %s file\n%.500s%.500s", shortage, c->words,
                     c->go_on != NULL ? c->go_on : "again", again.code, again.file == NULL ? "no" : "another", r.said, again.said);
        else
            again.n_out = 0;
        bad = again.n_out == 0 && same(again.file, again.n_file, good->file, good->n_file) ? NULL : text;
        clear(&again);
    }
    clear(&r);
    return bad != NULL ? text : NULL;
}

/* The ways of a kind that were tried: "KIND WORD" a line of SHORT_WAYS. */
static bool was_tried(const char *kind, const char *word) {
    static char *lines;
    static size_t n;
    char line[40];
    if (lines == NULL) lines = load(getenv("SHORT_WAYS"), &n);
    snprintf(line, sizeof line, "%s %s\n", kind, word);
    return lines != NULL && strstr(lines, line) != NULL;
}

static void note_tried(const char *kind, const char *word) {
    FILE *file = fopen(getenv("SHORT_WAYS"), "a");
    ck_assert_ptr_nonnull(file);
    fprintf(file, "%s %s\n", kind, word);
    ck_assert_int_eq(fclose(file), 0);
}

static void refuse_each(const command *c, const char *kind, int k, const char *what) {
    static way ways[MAX_WAYS];
    long n_ways = 0, n_tried = 0, n_bad = 0, n_new = 0;
    if (!is_tried(c)) return;
    begin_anew();
    result before = { 0 };
    if (c->file != NULL) before.file = load_now(c->file, &before.n_file);
    result good = run(c->words, c->file, NULL);
    ck_assert_msg(good.code == c->code, "placesim %s: exit code %d\n%s", c->words, good.code, good.said);
    const long n = read_counts(k, ways, &n_ways);
    const bool each = tries_each() && !c->any_output, few = !tries_all() || c->any_output, by_ways = !each && !few;
    const long n_there = each ? n : n_ways, n_wanted = few && n_there > FEW ? FEW : n_there;
    for (long t = 0; t < 2 * n_wanted; t++) {
        const long at = few ? (2 * (t / 2) + 1) * n_there / (2 * n_wanted) : t / 2; /* few: in the middle of as many stretches ... */
        const bool for_ever = t % 2 != 0, is_new = by_ways && !was_tried(kind, ways[at].word);
        if (few && t % 2 != t / 2 % 2) continue; /* ... once and ever in turn */
        if (each && !is_ours(t)) continue;
        if (by_ways && !is_new && at % 30 != 0) continue;
        const char *bad = refuse(c, &good, &before, kind, each ? at + 1 : ways[at].request, for_ever ? "ever" : "once");
        n_tried++;
        if (is_new && for_ever) {
            note_tried(kind, ways[at].word);
            n_new++;
        }
        if (bad != NULL && ++n_bad <= MAX_BAD) fprintf(stderr, "%s\n", bad);
    }
    if (tries_all()) fprintf(stderr, "short: %ld\t%ld\t%s: placesim %s, %ld bad\n", n_tried, n_new, what, c->words, n_bad);
    clear(&good);
    clear(&before);
    ck_assert_msg(n_bad == 0, "placesim %s: %ld of %ld end badly when %s are refused", c->words, n_bad, n_tried, what);
}

START_TEST(a_refused_malloc_ends_each_command_in_order_or_does_no_harm) {
    refuse_each(&commands[_i], "ours", 0, "calls of malloc");
} END_TEST

START_TEST(a_refused_piece_of_an_arena_ends_each_command_in_order_or_does_no_harm) {
    refuse_each(&commands[_i], "pieces", 1, "pieces of arenas");
} END_TEST

START_TEST(libxml2_without_memory_ends_the_command_in_order) {
    refuse_each(&commands[_i], "xml", 2, "mallocs of libxml2");
} END_TEST

/* A library that is refused memory may crash: HDF5 does. What is ours is that nothing is lost or half done. */
static const struct {
    const char *name;
    bool may_crash;
} libraries[] = { { "hdf5", true }, { "xml2", false }, { "deflate", false }, { "crypto", false }, { "libc", true } }; /* the C library for others: HDF5 */

static const struct {
    const char *words, *file, *go_on;
} in_libraries[] = {
    { "check e.xml --set //site[1]/places[1]/@commissioned=30", NULL, NULL },
    { "run e.xml -n 4 -t 1 -o new.h5", "new.h5", "run --resume e.xml -n 4 -t 1 -o new.h5" },
    { "run v1.xml -n 600 -t 1 -o v1.h5 --extend", "v1.h5", "run --resume v1.xml -n 600 -t 1 -o v1.h5 --extend" },
    { "merge one.h5 two.h5 -o new.h5", "new.h5", NULL },
    { "summary e.h5", NULL, NULL },
    { "replay e.h5 -r 3 --trace", NULL, NULL },
};
enum { N_LIBRARIES = sizeof libraries / sizeof libraries[0], N_IN_LIBRARIES = sizeof in_libraries / sizeof in_libraries[0], A_FEW_DOZEN = 36 };

START_TEST(memory_refused_inside_a_library_loses_nothing_and_leaves_no_half_file) {
    if (!tries_all() && _i != N_LIBRARIES && _i != 3 * N_LIBRARIES && _i != 1) return; /* HDF5 in run and merge, libxml2 in check */
    const char *name = libraries[_i % N_LIBRARIES].name;
    const command c = { in_libraries[_i / N_LIBRARIES].words, in_libraries[_i / N_LIBRARIES].file, in_libraries[_i / N_LIBRARIES].go_on, 0, true, false };
    char shortage[60], bad[400];
    way none[1];
    long n_ways = 0, n_crashed = 0, n_bad = 0, n_tried = tries_all() ? A_FEW_DOZEN : 1;
    begin_anew();
    result before = { 0 };
    if (c.file != NULL) before.file = load_now(c.file, &before.n_file);
    snprintf(shortage, sizeof shortage, "@%s/0/once", name);
    result good = run(c.words, c.file, shortage);
    ck_assert_msg(good.code == 0, "placesim %s: exit code %d\n%s", c.words, good.code, good.said);
    const long n = read_counts(0, none, &n_ways);
    if (n_tried > 2 * n) n_tried = 2 * n;
    for (long t = 0; t < n_tried; t++) {
        begin_anew();
        bad[0] = '\0';
        snprintf(shortage, sizeof shortage, "@%s/%ld/%s", name, 1 + (2 * t + 1) * (n - 1) / (2 * n_tried), t % 2 == 0 ? "once" : "ever");
        result r = run(c.words, c.file, shortage);
        n_crashed += crashed(&r);
        const bool whole = same(r.file, r.n_file, good.file, good.n_file), as_before = same(r.file, r.n_file, before.file, before.n_file);
        if ((r.code != 0 && r.code != 3) || (crashed(&r) && !libraries[_i % N_LIBRARIES].may_crash)) snprintf(bad, sizeof bad, "exit code %d", r.code);
        if (r.code == 0 && (!whole || !same(r.out, r.n_out, good.out, good.n_out))) snprintf(bad, sizeof bad, "another output or file");
        if (!whole && !as_before) snprintf(bad, sizeof bad, "a file that is not whole");
        if (r.code == 3 && r.n_said == 0) snprintf(bad, sizeof bad, "nothing said");
        if (!crashed(&r) && left_behind(c.file)[0] != '\0') snprintf(bad, sizeof bad, "%s is left behind", left_behind(c.file));
        if (bad[0] == '\0' && c.file != NULL && r.code != 0 && !whole) {
            result again = run(c.go_on != NULL ? c.go_on : c.words, c.file, NULL);
            if (again.code != 0 || !same(again.file, again.n_file, good.file, good.n_file))
                snprintf(bad, sizeof bad, "and then again: exit code %d, %.300s", again.code, again.said);
            clear(&again);
        }
        if (bad[0] != '\0') fprintf(stderr, "SHORTAGE_IN=%s placesim %s: %s\n%.600s\n", shortage + 1, c.words, bad, r.said);
        n_bad += bad[0] != '\0';
        clear(&r);
    }
    if (tries_all())
        fprintf(stderr, "short in %s: %ld\t%ld\t%ld\tplacesim %s: %ld crashed, %ld bad\n", name, n_tried, n, n_crashed, c.words, n_crashed, n_bad);
    clear(&good);
    clear(&before);
    ck_assert_msg(n_bad == 0, "placesim %s: %ld of %ld end badly when %s is refused memory", c.words, n_bad, n_tried, name);
} END_TEST

/* Threads work together without order, but what they make is the same however many there are. */
START_TEST(threads_that_cannot_be_had_are_said_once_and_change_nothing) {
    static const char *const words[] = { "run v1.xml -n 600 -t 4 -o new.h5", "replay v1.h5 --verify --all -t 4" };
    begin_anew();
    result good = run(words[_i], _i == 0 ? "new.h5" : NULL, NULL);
    ck_assert_int_eq(good.code, 0);
    ck_assert_ptr_null(strstr(good.said, "thread"));
    for (int from = 1; from <= 3; from++) {
        char shortage[40], sentence[100];
        snprintf(shortage, sizeof shortage, "threads/%d/ever", from);
        snprintf(sentence, sizeof sentence, "only %d of 4 threads can be had", from);
        begin_anew();
        result r = run(words[_i], _i == 0 ? "new.h5" : NULL, shortage);
        ck_assert_int_eq(r.code, 0);
        ck_assert(same(r.out, r.n_out, good.out, good.n_out) && same(r.file, r.n_file, good.file, good.n_file));
        const char *at = strstr(r.said, sentence);
        ck_assert_msg(at != NULL && strstr(at + strlen(sentence), "threads can be had") == NULL, "%s: %s", shortage, r.said);
        clear(&r);
    }
    clear(&good);
} END_TEST

/* The county's block, in all detail, has some 152 million bytes. */
START_TEST(a_limit_of_address_space_ends_a_run_with_the_bytes_that_it_needs) {
    char line[1000];
    snprintf(line, sizeof line, "cd %s && ulimit -v 150000 && %s run $OLDPWD/scenarios/wiltshire-2020.xml -n 20 -t 1 -q -o x.h5 --detail need --detail ncy "
             "--detail area 2>said; test $? -eq 3 && test ! -e x.h5 && tail -n 1 said | grep -Eq 'no memory for 1 block of 256 replications: "
             "[0-9]{9} bytes are needed'", folder, program);
    ck_assert_int_eq(system(line), 0);
} END_TEST

START_TEST(a_stack_of_64_kilobytes_is_enough) {
    prepare("ulimit -s 64 && $P run e.xml -n 4 -t 2 -q -o stack.h5 && cmp stack.h5 e.h5 && $P check e.xml --print && $P explain e.xml && $P summary stack.h5 &&"
          "$P replay stack.h5 -r 3 --trace && $P replay stack.h5 --verify -q && $P diff stack.h5 e.h5 && $P merge one.h5 two.h5 -o stack-2.h5; n=$?\n"
          "rm -f stack.h5 stack-2.h5; test $n -eq 0");
} END_TEST

/* The C library's sort takes memory, and where there is none is another, that keeps no order among equals: there must be none. */
START_TEST(nothing_rests_on_the_order_of_what_a_sort_finds_equal) {
    const command *c = &commands[_i];
    if (!is_tried(c)) return;
    begin_anew();
    result good = run(c->words, c->file, NULL);
    begin_anew();
    setenv("SHORTAGE_SORT", "1", 1);
    result r = run(c->words, c->file, NULL);
    unsetenv("SHORTAGE_SORT");
    ck_assert_int_eq(r.code, good.code);
    ck_assert_msg(c->any_output || same(r.out, r.n_out, good.out, good.n_out), "placesim %s: another output", c->words);
    ck_assert_msg(same(r.file, r.n_file, good.file, good.n_file), "placesim %s: another file", c->words);
    clear(&good);
    clear(&r);
} END_TEST

Suite *memory_suite(void) {
    Suite *suite = suite_create("memory");
    TCase *refused = tcase_create("refused"), *rest = tcase_create("rest");
    tcase_add_unchecked_fixture(refused, setup, folder_remove);
    tcase_set_timeout(refused, tries_all() ? 7200 : 60);
    tcase_add_loop_test(refused, a_refused_malloc_ends_each_command_in_order_or_does_no_harm, 0, N_COMMANDS);
    tcase_add_loop_test(refused, a_refused_piece_of_an_arena_ends_each_command_in_order_or_does_no_harm, 0, N_COMMANDS);
    tcase_add_loop_test(refused, libxml2_without_memory_ends_the_command_in_order, 0, N_COMMANDS);
    suite_add_tcase(suite, refused);
    tcase_add_unchecked_fixture(rest, setup, folder_remove);
    tcase_set_timeout(rest, tries_all() ? 7200 : 60);
    add_where_memory_is_ours(rest, memory_refused_inside_a_library_loses_nothing_and_leaves_no_half_file, N_LIBRARIES * N_IN_LIBRARIES);
    tcase_add_loop_test(rest, threads_that_cannot_be_had_are_said_once_and_change_nothing, 0, 2);
    add_where_memory_is_ours(rest, a_limit_of_address_space_ends_a_run_with_the_bytes_that_it_needs, 1);
    add_where_memory_is_ours(rest, a_stack_of_64_kilobytes_is_enough, 1);
    tcase_add_loop_test(rest, nothing_rests_on_the_order_of_what_a_sort_finds_equal, 0, N_COMMANDS);
    suite_add_tcase(suite, rest);
    return suite;
}
