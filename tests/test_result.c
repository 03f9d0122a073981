/* SPDX-License-Identifier: MIT */
/**
 * Run files: what is written is read back, by us and (tests/check_runfile.py) by h5py, xarray and ncdump; equal runs
 * make equal bytes; what would end badly is refused at once; a damaged file is an error and never a wrong number.
 *
 * Plans are made by hand and values by a rule of name, cell and replication, which the Python check knows too.
 */
#include <check.h>
#include <fcntl.h>
#include <hdf5.h>
#include <math.h>
#include <openssl/sha.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../src/result/chunk.h"
#include "by_hand.h"
#include "place/date.h"
#include "folder.h"
#include "place/runfile.h"
#include "suites.h"

#define SEAL_SIZE 82

static void make_folder(void) { folder_make("result", false); }

/* ---- writing --------------------------------------------------------------------------------------------------- */

static void *pack(place_sink *sink, const place_plan *plan, unsigned detail, int64_t index, int64_t n_all) {
    place_error err = { .status = PLACE_OK };
    place_layout layout = place_layout_of(plan, detail);
    place_block block = make_block(plan, &layout, index, n_all);
    void *packed = sink->pack(sink->self, &block, 0, 1, &err);
    free_block(&block);
    ck_assert_msg(packed != NULL, "%s", err.message);
    return packed;
}

static void write_file(const char *path, const place_plan *plan, unsigned detail, int64_t n, bool backwards) {
    place_error err = { .status = PLACE_OK };
    place_sink sink;
    place_runfile_options options = { .force = true, .n_replications = n, .detail = detail };
    ck_assert_msg(place_runfile_create(&sink, path, plan, &options, &err) == PLACE_OK, "%s", err.message);
    int64_t n_blocks = (n + PLACE_BLOCK - 1) / PLACE_BLOCK;
    void *packed[16];
    for (int64_t i = 0; i < n_blocks; i++) {
        int64_t b = backwards ? n_blocks - 1 - i : i;
        packed[b] = pack(&sink, plan, detail, b, n);
    }
    for (int64_t b = 0; b < n_blocks; b++) ck_assert_int_eq(sink.append(sink.self, packed[b], &err), PLACE_OK);
    ck_assert_msg(sink.close(sink.self, &err) == PLACE_OK, "%s", err.message);
}

/* ---- files as bytes --------------------------------------------------------------------------------------------- */

static unsigned char *load(const char *path, size_t *n) {
    struct stat state;
    ck_assert_int_eq(stat(path, &state), 0);
    unsigned char *bytes = malloc((size_t)state.st_size + 1);
    FILE *file = fopen(path, "rb");
    ck_assert_ptr_nonnull(file);
    *n = fread(bytes, 1, (size_t)state.st_size, file);
    fclose(file);
    ck_assert_uint_eq(*n, (size_t)state.st_size);
    return bytes;
}

static void save(const char *path, const unsigned char *bytes, size_t n) {
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, n, file), n);
    ck_assert_int_eq(fclose(file), 0);
}

/* Make the seal hold again, as someone who damages a file on purpose would. */
static void reseal(unsigned char *bytes, size_t n) {
    unsigned char digest[32];
    SHA256(bytes, n - SEAL_SIZE, digest);
    for (size_t b = 0; b < 32; b++) {
        char hex[3];
        snprintf(hex, sizeof hex, "%02x", digest[b]);
        memcpy(bytes + n - SEAL_SIZE + 17 + 2 * b, hex, 2);
    }
}

/* Names in the folder; a temporary file left behind is one too many. */
static int n_files(void) {
    char command[128], answer[16] = "";
    snprintf(command, sizeof command, "ls -A '%s' | wc -l", folder);
    FILE *pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    ck_assert_ptr_nonnull(fgets(answer, sizeof answer, pipe));
    pclose(pipe);
    return (int)strtol(answer, NULL, 10);
}

static place_runfile *open_file(const char *path) {
    place_runfile *file = NULL;
    place_error err = { .status = PLACE_OK };
    ck_assert_msg(place_runfile_open(&file, path, &err) == PLACE_OK, "%s", err.message);
    return file;
}

static void check_labels(place_runfile *file, const char *axis, size_t n, const char *first, const char *first_name) {
    size_t n_labels = 0, n_names = 0;
    const char *const *labels = place_runfile_labels(file, axis, &n_labels);
    const char *const *names = place_runfile_names(file, axis, &n_names);
    ck_assert_msg(labels != NULL && names != NULL, "axis %s", axis);
    ck_assert_uint_eq(n_labels, n);
    ck_assert_uint_eq(n_names, n);
    ck_assert_str_eq(labels[0], first);
    ck_assert_str_eq(names[0], first_name);
}

/* Every variable, every value: equal to the rule, or (when damage is looked for) an error. @return variables that
   were refused */
static int check_values(place_runfile *file, const place_plan *plan, unsigned detail, bool may_fail) {
    place_layout layout = place_layout_of(plan, detail);
    int n_refused = 0;
    for (int v = 0; v < PLACE_N_VARIABLES; v++) {
        const place_variable *variable = &place_catalogue[v];
        place_values values;
        place_error err = { .status = PLACE_OK };
        if (!layout.kept[v]) continue;
        place_status status = place_runfile_read(file, variable->name, &values, &err);
        if (may_fail && status != PLACE_OK) {
            ck_assert_int_eq(status, PLACE_SYSTEM);
            ck_assert_msg(strncmp(err.message, "damaged", 7) == 0, "%s", err.message);
            n_refused++;
            continue;
        }
        ck_assert_msg(status == PLACE_OK, "%s", err.message);
        ck_assert_int_eq(values.n_axes, variable->n_axes);
        ck_assert_uint_eq(values.n_cells, layout.n_cells[v]);
        ck_assert_str_eq(values.units, variable->units);
        ck_assert_str_eq(values.long_name, variable->long_name);
        for (int k = 0; k < values.n_axes; k++) {
            ck_assert_str_eq(values.axis[k], place_axis_name(variable->axes[k]));
            ck_assert_uint_eq(values.length[k], place_axis_length(plan, variable->axes[k]));
        }
        uint64_t h = name_sum(variable->name);
        for (size_t cell = 0; cell < values.n_cells; cell++)
            for (int64_t r = 0; r < values.n_replications; r++) {
                double expected = value_of(variable, h, cell, r),
                       found = values.values[(int64_t)cell * values.n_replications + r];
                if (isnan(expected) ? !isnan(found) : found != expected)
                    ck_abort_msg("%s cell %zu replication %d: %g, not %g", variable->name, cell, (int)r, found,
                                 expected);
            }
        free(values.values);
    }
    return n_refused;
}

static uint64_t next_word(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 20;
}

/* ---- tests ------------------------------------------------------------------------------------------------------ */

static const plan_shape small = { .n_steps = 4, .n_areas = 2 };
static const plan_shape large = { .n_steps = 41,
                                  .n_areas = 9 }; /* 2,214 cells of stock: two chunks of 21 steps, one cut short */

START_TEST(chunks_cover_every_cell_once) {
    static const size_t shapes[][5] = {
        { 30, 5, 3, 8, 5 }, { 41, 9, 2, 3, 1 }, { 7, 300, 40, 1, 1 }, { 3, 2, 1, 5000, 2 }, { 1, 1, 1, 1, 1 }
    };
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++)
        for (int n_axes = 0; n_axes <= 5; n_axes++)
            for (size_t size = 1; size <= 8; size *= 2) {
                place_chunking cut = place_chunking_of(n_axes, shapes[s], size);
                size_t next = 0, n_cells = 1;
                for (int a = 0; a < n_axes; a++) n_cells *= shapes[s][a];
                ck_assert_uint_le(cut.n_bytes, PLACE_CHUNK_LIMIT);
                for (size_t c = 0; c < cut.n_chunks; c++) {
                    place_chunk at = place_chunk_at(&cut, c);
                    ck_assert_uint_eq(at.first_cell, next);
                    ck_assert(at.n_cells > 0 && at.n_cells <= cut.n_cells);
                    next += at.n_cells;
                }
                ck_assert_uint_eq(next, n_cells);
            }
}
END_TEST

START_TEST(values_come_back_as_written) { /* 300 replications: a block of 256 and one of 44 */
    place_plan *plan = make_plan(small);
    const char *path = in_folder("small.h5");
    write_file(path, plan, PLACE_DETAIL_NEED | PLACE_DETAIL_NCY | PLACE_DETAIL_AREA, 300, false);
    place_runfile *file = open_file(path);
    check_values(file, plan, PLACE_DETAIL_NEED | PLACE_DETAIL_NCY | PLACE_DETAIL_AREA, false);
    ck_assert_int_eq(place_runfile_replications(file), 300);
    ck_assert_int_eq(n_files(), 1);
    place_runfile_close(file);
    free_plan(plan);
}
END_TEST

START_TEST(large_axes_and_wide_counts_come_back) {
    static const plan_shape shapes[] = { { .n_steps = 41, .n_areas = 9 },
                                         { .n_steps = 41, .n_areas = 9, .wide = true },
                                         { .n_steps = 2, .n_areas = 1, .bare = true } };
    for (size_t s = 0; s < 3; s++) {
        place_plan *plan = make_plan(shapes[s]);
        const char *path = in_folder("shape.h5");
        ck_assert_int_eq(place_layout_of(plan, 0).narrow, !shapes[s].wide);
        write_file(path, plan, 0, 257, false);
        place_runfile *file = open_file(path);
        check_values(file, plan, 0, false);
        place_runfile_close(file);
        free_plan(plan);
    }
}
END_TEST

START_TEST(a_file_tells_what_it_is) {
    static const char *const expected[][2] = {
        { "Conventions", "CF-1.8" },
        { "title", "A plan by hand: Ærø & “Møn”" },
        { "program", "placesim" },
        { "scenario_id", "by-hand" },
        { "seed", "18446744073709551557" },
        { "seed_text", "18446744073709551557" },
        { "replications", "300" },
        { "complete", "1" },
        { "design", "paired" },
        { "detail", "none" },
        { "number_contract", "1" },
        /* printf '<scenario id="by-hand"/>\n' | sha256sum */
        { "scenario_digest", "eb8325b5cc15e9a9de5c6c8e725c41a639fca2b61ce0a0961b20b347f2e01c52" },
        { "colour", "" },
    };
    size_t n = 0, size = 0;
    place_plan *plan = make_plan(small);
    const char *path = in_folder("small.h5");
    write_file(path, plan, 0, 300, false);
    place_runfile *file = open_file(path);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        ck_assert_str_eq(place_runfile_attribute(file, expected[i][0]), expected[i][1]);
    ck_assert_ptr_nonnull(strstr(place_runfile_attribute(file, "libraries"), "HDF5 1."));
    ck_assert_uint_eq(strlen(place_runfile_attribute(file, "result_digest")), 64);
    ck_assert_str_eq(place_runfile_scenario(file, &size), plan->resolved);
    ck_assert_uint_eq(size, plan->resolved_size);

    check_labels(file, "area", 2, "area-0", "The area “0”");
    check_labels(file, "provision", 3, "provision-0", "The provision “0”");
    check_labels(file, "provision_to", 3, "provision-0", "The provision “0”");
    check_labels(file, "site", 1, "site-0", "The site “0”");
    check_labels(file, "activity", 2, "activity-0", "The activity “0”");
    check_labels(file, "step", 4, "2022-01-01", "2022-01-01"); /* the first step is closed by the start of the second */
    check_labels(file, "year", 2, "2021/22", "2021/22");
    check_labels(file, "class", PLACE_N_CLASSES, place_class_names[0], place_class_names[0]);
    check_labels(file, "input", 1, "project project-0 / inflation", "project project-0 / inflation");
    ck_assert_int_eq(place_runfile_display(file, "area", &n)[0], 1);
    ck_assert_uint_eq(n, 2);
    ck_assert_ptr_null(place_runfile_display(file, "step", &n));
    ck_assert_ptr_null(place_runfile_labels(file, "colour", &n));
    ck_assert_uint_eq(n, 0);
    const char *const *variables = place_runfile_variables(file, &n);
    ck_assert_str_eq(variables[0], "stock");
    size_t n_kept = 0;
    place_layout layout = place_layout_of(plan, 0);
    for (int v = 0; v < PLACE_N_VARIABLES; v++) n_kept += layout.kept[v];
    ck_assert_uint_eq(n, n_kept);
    place_values values;
    place_error err = { .status = PLACE_OK };
    ck_assert_int_eq(place_runfile_read(file, "colour", &values, &err), PLACE_SYSTEM);
    ck_assert_str_eq(err.message, "the run file has no variable 'colour'");
    place_runfile_close(file);
    free_plan(plan);
}
END_TEST

START_TEST(axes_without_values_are_left_out) {
    size_t n = 0;
    plan_shape shape = { .n_steps = 2, .n_areas = 1, .bare = true };
    place_plan *plan = make_plan(shape);
    const char *path = in_folder("bare.h5");
    write_file(path, plan, 0, 10, false);
    place_runfile *file = open_file(path);
    ck_assert_ptr_null(place_runfile_labels(file, "site", &n));
    ck_assert_ptr_null(place_runfile_labels(file, "project", &n));
    ck_assert_ptr_null(place_runfile_labels(file, "input", &n));
    place_runfile_close(file);
    free_plan(plan);
}
END_TEST

static herr_t has_no_times(hid_t file, const char *name, const H5O_info_t *info, void *self) {
    (void)file;
    (void)self;
    ck_assert_msg(info->atime == 0 && info->mtime == 0 && info->ctime == 0 && info->btime == 0, "%s has times", name);
    return 0;
}

START_TEST(equal_runs_make_equal_bytes_in_any_order_of_packing) {
    size_t n_once = 0, n_again = 0;
    place_plan *plan = make_plan(large);
    write_file(in_folder("once.h5"), plan, 0, 600, false);
    setenv("TZ", "Asia/Kathmandu", 1);
    write_file(in_folder("again.h5"), plan, 0, 600, true);
    unsigned char *once = load(in_folder("once.h5"), &n_once), *again = load(in_folder("again.h5"), &n_again);
    ck_assert_uint_eq(n_once, n_again);
    ck_assert_mem_eq(once, again, n_once);
    hid_t file = H5Fopen(in_folder("once.h5"), H5F_ACC_RDONLY, H5P_DEFAULT);
    ck_assert(H5Ovisit(file, H5_INDEX_NAME, H5_ITER_INC, has_no_times, NULL) >= 0);
    H5Fclose(file);
    free(once);
    free(again);
    free_plan(plan);
}
END_TEST

START_TEST(other_programs_read_the_same) {
    char command[1024];
    place_plan *plan = make_plan(small), *wide = make_plan((plan_shape){ .n_steps = 41, .n_areas = 9, .wide = true });
    place_plan *bare = make_plan((plan_shape){ .n_steps = 2, .n_areas = 1, .bare = true });
    const char *first = in_folder("small.h5"), *second = in_folder("wide.h5"), *third = in_folder("bare.h5");
    write_file(first, plan, PLACE_DETAIL_NEED, 300, false);
    write_file(second, wide, 0, 256, false);
    write_file(third, bare, 0, 1, false);
    snprintf(command, sizeof command, "/usr/bin/python3 tests/check_runfile.py '%s' '%s' '%s'", first, second, third);
    ck_assert_int_eq(system(command), 0);
    free_plan(plan);
    free_plan(wide);
    free_plan(bare);
}
END_TEST

/* ---- refused before anything is simulated ------------------------------------------------------------------------ */

static void refused(const char *path, bool force, const char *sentence) {
    place_plan *plan = make_plan(small);
    place_error err = { .status = PLACE_OK };
    place_sink sink = { .self = NULL };
    place_runfile_options options = { .force = force, .n_replications = 300 };
    ck_assert_int_eq(place_runfile_create(&sink, path, plan, &options, &err), PLACE_SYSTEM);
    ck_assert_msg(strcmp(err.message, sentence) == 0, "%s: %s", path, err.message);
    ck_assert_ptr_null(sink.self);
    ck_assert(strncmp(err.file, path, sizeof err.file - 1) == 0);
    free_plan(plan);
}

START_TEST(bad_outputs_are_refused_at_once) {
    char name[300], long_path[5000];
    save(in_folder("kept"), (const unsigned char *)"kept", 4);
    refused(in_folder("kept"), false, "output exists; --force replaces it");
    refused(folder, true, "the output is a folder, not the name of a file");
    refused(in_folder("new/"), true, "the output is a folder, not the name of a file");
    refused("", true, "the output is a folder, not the name of a file");
    refused(in_folder("missing/run.h5"), true, "cannot write in the output's folder: No such file or directory");
    refused(in_folder("kept/run.h5"), true, "cannot write the output: Not a directory");
    refused("/dev/null", true, "the output exists and is not a file");
    refused("/proc/run.h5", false, "cannot write in the output's folder: No such file or directory");
    ck_assert_int_eq(symlink("nowhere", in_folder("link")), 0);
    refused(in_folder("link"), true, "the output is a link that leads nowhere");
    memset(name, 'n', sizeof name);
    name[256] = '\0';
    refused(in_folder(name), true, "cannot write the output: File name too long");
    memset(long_path, 'n', sizeof long_path);
    long_path[4096] = '\0';
    refused(long_path, true, "cannot write the output: File name too long");
    if (geteuid() != 0) { /* root may write anywhere */
        ck_assert_int_eq(mkdir(in_folder("closed"), 0500), 0);
        refused(in_folder("closed/run.h5"), true, "cannot write in the output's folder: Permission denied");
        ck_assert_int_eq(rmdir(in_folder("closed")), 0);
    }
    ck_assert_int_eq(n_files(), 2); /* kept and link: nothing was left behind */
}
END_TEST

START_TEST(force_replaces_a_file_and_names_may_be_255_bytes) {
    char name[256];
    size_t n = 0;
    place_plan *plan = make_plan(small);
    memset(name, 'n', 255);
    name[255] = '\0';
    save(in_folder(name), (const unsigned char *)"kept", 4);
    ck_assert_int_eq(symlink(name, in_folder("link")), 0);
    write_file(in_folder(name), plan, 0, 10, false);
    write_file(in_folder("link"), plan, 0, 20, false); /* the file that the link leads to is replaced, not the link */
    place_runfile *file = open_file(in_folder(name));
    ck_assert_int_eq(place_runfile_replications(file), 20);
    place_runfile_close(file);
    ck_assert_int_eq(n_files(), 2);
    free(load(in_folder("link"), &n));
    free_plan(plan);
}
END_TEST

START_TEST(what_came_during_the_run_is_not_replaced) {
    place_error err = { .status = PLACE_OK };
    place_sink sink;
    place_plan *plan = make_plan(small);
    const char *path = in_folder("run.h5");
    ck_assert_int_eq(place_runfile_create(&sink, path, plan, &(place_runfile_options){ .n_replications = 10 }, &err),
                     PLACE_OK);
    ck_assert_int_eq(sink.append(sink.self, pack(&sink, plan, 0, 0, 10), &err), PLACE_OK);
    save(path, (const unsigned char *)"kept", 4);
    ck_assert_int_eq(sink.close(sink.self, &err), PLACE_SYSTEM);
    ck_assert_str_eq(err.message, "output exists since the run began; --force replaces it");
    ck_assert_int_eq(n_files(), 2); /* and the blocks, for whoever looks what that file is */
    free_plan(plan);
}
END_TEST

START_TEST(a_run_that_ends_early_says_so_and_keeps_its_blocks) {
    place_error err = { .status = PLACE_OK };
    place_sink sink;
    place_plan *plan = make_plan(large);
    const char *path = in_folder("run.h5");
    place_runfile_options options = { .n_replications = 600, .blocks_a_file = 1 };
    ck_assert_int_eq(place_runfile_create(&sink, path, plan, &options, &err), PLACE_OK);
    sink.discard(sink.self, pack(&sink, plan, 0, 0, 600));
    sink.abandon(sink.self);
    ck_assert_int_eq(n_files(), 0);

    ck_assert_int_eq(place_runfile_create(&sink, path, plan, &options, &err), PLACE_OK);
    for (int64_t b = 0; b < 2; b++)
        ck_assert_int_eq(sink.append(sink.self, pack(&sink, plan, 0, b, 600), &err), PLACE_OK);
    ck_assert_int_eq(sink.close(sink.self, &err), PLACE_OK);
    ck_assert_int_eq(n_files(), 2); /* the file and the folder of blocks */
    place_runfile *file = open_file(path);
    ck_assert_str_eq(place_runfile_attribute(file, "complete"), "0");
    ck_assert_str_eq(place_runfile_attribute(file, "run_replications"), "600");
    ck_assert_int_eq(place_runfile_replications(file), 512);
    check_values(file, plan, 0, false);
    place_runfile_close(file);
    free_plan(plan);
}
END_TEST

/* A file that may not grow past a limit stands for a full disk: at every limit an error and nothing left behind. */
START_TEST(a_full_disk_is_an_error_at_every_length) {
    size_t n_whole = 0;
    place_plan *plan = make_plan(small);
    write_file(in_folder("whole.h5"), plan, 0, 300, false);
    free(load(in_folder("whole.h5"), &n_whole));
    for (size_t i = 0; i < 60; i++) {
        pid_t child = fork();
        if (child == 0) {
            struct rlimit limit = { n_whole * i / 60, n_whole * i / 60 };
            place_error err = { .status = PLACE_OK };
            place_sink sink;
            place_runfile_options options = { .force = true, .n_replications = 300 };
            signal(SIGXFSZ, SIG_IGN);
            setrlimit(RLIMIT_FSIZE, &limit);
            place_status status = place_runfile_create(&sink, in_folder("whole.h5"), plan, &options, &err);
            bool created = status == PLACE_OK;
            for (int64_t b = 0; b < 2 && status == PLACE_OK; b++)
                status = sink.append(sink.self, pack(&sink, plan, 0, b, 300), &err);
            if (status == PLACE_OK) status = sink.close(sink.self, &err);
            else if (created) sink.abandon(sink.self);
            _exit(status == PLACE_SYSTEM && strstr(err.message, "File too large") != NULL ? 0 : 1);
        }
        int ended = 0;
        ck_assert_int_eq(waitpid(child, &ended, 0), child);
        ck_assert_msg(WIFEXITED(ended) && WEXITSTATUS(ended) == 0, "limit %zu: %s %d", n_whole * i / 60,
                      WIFEXITED(ended) ? "exit" : "signal", WIFEXITED(ended) ? WEXITSTATUS(ended) : WTERMSIG(ended));
        ck_assert_int_eq(n_files(), 1);
    }
    place_runfile *file = open_file(in_folder("whole.h5")); /* the old file stands */
    check_values(file, plan, 0, false);
    place_runfile_close(file);
    free_plan(plan);
}
END_TEST

/* ---- damage ------------------------------------------------------------------------------------------------------ */

static void not_opened(const char *path, const char *sentence) {
    place_runfile *file = NULL;
    place_error err = { .status = PLACE_OK };
    ck_assert_int_eq(place_runfile_open(&file, path, &err), PLACE_SYSTEM);
    ck_assert_ptr_null(file);
    ck_assert_msg(strncmp(err.message, sentence, strlen(sentence)) == 0, "%s", err.message);
}

START_TEST(what_is_no_run_file_is_refused) {
    hid_t other = H5Fcreate(in_folder("other.h5"), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert(other >= 0 && H5Fclose(other) >= 0);
    save(in_folder("empty.h5"), (const unsigned char *)"", 0);
    save(in_folder("text.h5"), (const unsigned char *)"step,area,stock\n", 16);
    not_opened(in_folder("missing.h5"), "cannot read the run file: No such file or directory");
    not_opened(in_folder("empty.h5"), "not a run file");
    not_opened(in_folder("text.h5"), "not a run file");
    not_opened(in_folder("other.h5"), "not a whole run file");
    not_opened(folder, "not a run file");
    ck_assert_int_eq(mkfifo(in_folder("pipe"), 0600), 0);
    not_opened(in_folder("pipe"), "not a run file");
}
END_TEST

START_TEST(a_file_cut_short_or_with_a_flipped_bit_is_refused) {
    size_t n = 0;
    uint64_t state = 20210901;
    place_plan *plan = make_plan(small);
    const char *path = in_folder("small.h5"), *bad = in_folder("bad.h5");
    write_file(path, plan, 0, 300, false);
    unsigned char *bytes = load(path, &n);
    for (size_t i = 0; i < 200; i++) {
        save(bad, bytes, n * i / 200);
        not_opened(bad, "not a");
    }
    for (int i = 0; i < 300; i++) {
        size_t at = next_word(&state) % n;
        unsigned char bit = (unsigned char)(1u << next_word(&state) % 8);
        bytes[at] ^= bit;
        save(bad, bytes, n);
        not_opened(bad,
                   at < 8                                               ? "not a run file"
                       : at >= n - SEAL_SIZE && at < n - SEAL_SIZE + 17 ? "not a whole"
                                                                        : "damaged");
        bytes[at] ^= bit;
    }
    free(bytes);
    free_plan(plan);
}
END_TEST

/* Where the chunks of a variable stand in the file. */
static void chunk_place(const char *path, const char *variable, hsize_t index, haddr_t *address, hsize_t *size) {
    hsize_t origin[8];
    unsigned mask;
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT), dataset = H5Dopen2(file, variable, H5P_DEFAULT);
    hid_t space = H5Dget_space(dataset);
    ck_assert(H5Dget_chunk_info(dataset, space, index, origin, &mask, address, size) >= 0);
    H5Sclose(space);
    H5Dclose(dataset);
    H5Fclose(file);
}

START_TEST(a_damaged_chunk_is_an_error_even_when_the_seal_is_made_to_hold) {
    size_t n = 0;
    haddr_t at = 0, from = 0;
    hsize_t size = 0, from_size = 0;
    place_plan *plan = make_plan(small);
    const char *path = in_folder("small.h5"), *bad = in_folder("bad.h5");
    write_file(path, plan, 0, 300, false);
    unsigned char *bytes = load(path, &n);
    chunk_place(path, "demand", 0, &at, &size);
    for (hsize_t i = 0; i < 40; i++) { /* Fletcher32 tells */
        hsize_t byte = at + i * (size - 1) / 39;
        bytes[byte] ^= 0x10;
        reseal(bytes, n);
        save(bad, bytes, n);
        place_runfile *file = open_file(bad);
        ck_assert_int_eq(check_values(file, plan, 0, true), 1);
        place_runfile_close(file);
        bytes[byte] ^= 0x10;
    }
    /* another variable's chunk in the place of one of equal size, whole and with its own checksum: only the digest
       tells */
    bool swapped = false;
    for (int v = 0; v < PLACE_N_VARIABLES; v++)
        for (int w = 0; w < v && !swapped; w++) {
            const place_variable *one = &place_catalogue[v], *other = &place_catalogue[w];
            if (one->detail != 0 || other->detail != 0 || one->type != PLACE_TYPE_COUNT
                || other->type != PLACE_TYPE_COUNT)
                continue;
            if (one->n_axes != 4 || other->n_axes != 4 || one->axes[0] != PLACE_AXIS_STEP
                || other->axes[0] != PLACE_AXIS_STEP)
                continue;
            chunk_place(path, one->name, 0, &at, &size);
            chunk_place(path, other->name, 0, &from, &from_size);
            if (from_size != size || memcmp(bytes + from, bytes + at, size) == 0) continue;
            memcpy(bytes + at, bytes + from, size);
            swapped = true;
        }
    ck_assert(swapped);
    reseal(bytes, n);
    save(bad, bytes, n);
    place_runfile *file = open_file(bad);
    ck_assert_int_eq(check_values(file, plan, 0, true), 1);
    place_runfile_close(file);
    free(bytes);
    free_plan(plan);
}
END_TEST

Suite *result_suite(void) {
    Suite *suite = suite_create("result");
    TCase *files = tcase_create("files"), *refusals = tcase_create("refusals"), *damage = tcase_create("damage");
    tcase_add_checked_fixture(files, make_folder, folder_remove);
    tcase_add_checked_fixture(refusals, make_folder, folder_remove);
    tcase_add_checked_fixture(damage, make_folder, folder_remove);
    tcase_add_test(files, chunks_cover_every_cell_once);
    tcase_add_test(files, values_come_back_as_written);
    tcase_add_test(files, large_axes_and_wide_counts_come_back);
    tcase_add_test(files, a_file_tells_what_it_is);
    tcase_add_test(files, axes_without_values_are_left_out);
    tcase_add_test(files, equal_runs_make_equal_bytes_in_any_order_of_packing);
    tcase_add_test(files, other_programs_read_the_same);
    tcase_add_test(refusals, bad_outputs_are_refused_at_once);
    tcase_add_test(refusals, force_replaces_a_file_and_names_may_be_255_bytes);
    tcase_add_test(refusals, what_came_during_the_run_is_not_replaced);
    tcase_add_test(refusals, a_run_that_ends_early_says_so_and_keeps_its_blocks);
    tcase_add_test(refusals, a_full_disk_is_an_error_at_every_length);
    tcase_add_test(damage, what_is_no_run_file_is_refused);
    tcase_add_test(damage, a_file_cut_short_or_with_a_flipped_bit_is_refused);
    tcase_add_test(damage, a_damaged_chunk_is_an_error_even_when_the_seal_is_made_to_hold);
    suite_add_tcase(suite, files);
    suite_add_tcase(suite, refusals);
    suite_add_tcase(suite, damage);
    return suite;
}
