/* SPDX-License-Identifier: MIT */
/**
 * Replays: a replication recomputed alone is as it was among all; a value changed in a file is found and named; the story adds up, names
 * the late project, and ranks its replication as counting over the whole run does.
 */
#include <hdf5.h>
#include <math.h>
#include <openssl/sha.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "place/date.h"
#include "place/replay.h"
#include "place/runfile.h"
#include "place/summary.h"
#include "scenarios.h"
#include "suites.h"

static char folder[64], path[100];
static char said[1 << 16]; /* both streams of the last command */

static void make_folder(void) {
    strcpy(folder, "/tmp/placesim-replay-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/x.h5", folder);
}

static void remove_folder(void) {
    char command[100];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    ck_assert_int_eq(system(command), 0);
}

/* $P: the program; $F: the run file. @return the exit code */
static int run(const char *line) {
    char command[600];
    snprintf(command, sizeof command, "P=%s F=%s; { %s; } 2>&1", getenv("PLACESIM"), path, line);
    FILE *pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    said[fread(said, 1, sizeof said - 1, pipe)] = '\0';
    int status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static void contains(const char *part) {
    ck_assert_msg(strstr(said, part) != NULL, "'%s' is not in:\n%s", part, said);
}

/* ---- a file in which some values are not those of the run -------------------------------------------------------- */

typedef struct change {
    place_variable_id variable;
    size_t cell;
    int64_t replication;
} change;

typedef struct changing_sink {
    place_sink inner;
    const change *changes;
    size_t n_changes;
} changing_sink;

static void *pack_changed(void *self, const place_block *block, int part, int n_parts, place_error *err) {
    changing_sink *c = self;
    for (size_t i = 0; i < c->n_changes; i++) {
        const change *at = &c->changes[i];
        if (at->replication / PLACE_BLOCK != block->index || part != 0) continue;
        ck_assert(block->layout->narrow); /* one more, once: part 0 of a block is packed before the others with one thread */
        ((uint16_t *)block->data[at->variable])[at->cell * PLACE_BLOCK + (size_t)(at->replication % PLACE_BLOCK)]++;
    }
    return c->inner.pack(c->inner.self, block, part, n_parts, err);
}
static place_status append_changed(void *self, void *packed, place_error *err) {
    changing_sink *c = self;
    return c->inner.append(c->inner.self, packed, err);
}
static void discard_changed(void *self, void *packed) {
    changing_sink *c = self;
    c->inner.discard(c->inner.self, packed);
}
static place_status close_changed(void *self, place_error *err) {
    changing_sink *c = self;
    return c->inner.close(c->inner.self, err);
}
static void abandon_changed(void *self) {
    changing_sink *c = self;
    c->inner.abandon(c->inner.self);
}

static void write_run(const place_plan *plan, int64_t n, const place_runfile_options *how, const change *changes, size_t n_changes) {
    place_error err = { 0 };
    changing_sink c = { .changes = changes, .n_changes = n_changes };
    place_runfile_options options = *how;
    options.n_replications = n;
    ck_assert_int_eq(place_runfile_create(&c.inner, path, plan, &options, &err), PLACE_OK);
    place_sink sink = { .pack = pack_changed, .append = append_changed, .discard = discard_changed, .close = close_changed,
                        .abandon = abandon_changed, .self = &c };
    place_status status = place_run(plan, &(place_run_options){ .n_replications = n, .n_threads = 1, .detail = how->detail, .design = how->design }, &sink, &err);
    ck_assert_msg(status == PLACE_OK, "%s", err.message);
}

START_TEST(every_replication_comes_out_as_stored) { /* a block and a part, every detail; a crossed design of 3^4 */
    place_plan *plan = scenario_load_file("scenarios/minimal.xml", NULL, 0);
    write_run(plan, 300, &(place_runfile_options){ .detail = PLACE_DETAIL_NEED | PLACE_DETAIL_NCY | PLACE_DETAIL_AREA }, NULL, 0);
    ck_assert_int_eq(run("$P replay $F --verify --all -t 2 -q"), 0);
    contains("Replications checked  300\n");
    contains("As stored             yes\n");
    ck_assert_int_eq(run("$P replay $F --verify"), 0);
    contains("Replications checked  16\n");
    ck_assert_int_eq(remove(path), 0);
    write_run(plan, 81, &(place_runfile_options){ .design = PLACE_CROSSED }, NULL, 0);
    ck_assert_int_eq(run("$P replay $F --verify --all -q"), 0);
    contains("Replications checked  81\n");
    ck_assert_int_eq(run("$P replay $F -r 80"), 0);
    contains("inputs 2, years 2, delivery 2, chance 2");
    place_plan_free(plan);
}
END_TEST

START_TEST(what_comes_of_requests_interventions_and_triggers_comes_out_as_stored) {
    int n_found = 0;
    for (uint32_t number = 0; number < 200 && n_found < 4; number++) {
        text xml = { 0 };
        scenario_random(&xml, number, 0);
        place_plan *plan = scenario_load_text(xml.at, NULL, 0);
        if (plan->pipeline.used && plan->n_interventions > 0 && plan->n_triggers > 0) {
            n_found++;
            write_run(plan, 40, &(place_runfile_options){ .force = true }, NULL, 0);
            ck_assert_int_eq(run("$P replay $F --verify --all -q"), 0);
            contains("Replications checked  40\n");
            contains("As stored             yes\n");
            ck_assert_int_eq(run("$P replay $F -r 39 --trace --csv | grep -c ',requested,1,'"), 0);
        }
        place_plan_free(plan);
        text_free(&xml);
    }
    ck_assert_int_eq(n_found, 4);
}
END_TEST

START_TEST(the_first_difference_is_by_replication_then_time_then_dataset) {
    /* Stock comes before waiting in the catalogue, but waiting's is a step earlier; what is drawn before the steps of a later replication
       comes later; 12 and 200 are not among the 16 of 300 that are 299 / 15 apart. */
    place_plan *plan = scenario_load_file("scenarios/minimal.xml", NULL, 0);
    size_t secondary = index_of(&plan->phases, "secondary"), special = index_of(&plan->provisions, "special");
    const change changes[] = {
        { PLACE_VAR_OPENING_STOCK, 0, 200 },
        { PLACE_VAR_STOCK, CELL(plan, PLACE_VAR_STOCK, 3, 0, 0, 0), 12 },
        { PLACE_VAR_WAITING, CELL(plan, PLACE_VAR_WAITING, 2, 0, secondary, special), 12 },
        { PLACE_VAR_SEPTEMBER_UNMET, CELL(plan, PLACE_VAR_SEPTEMBER_UNMET, 1, 0, secondary, special), 12 }, /* step 3 */
    };
    write_run(plan, 300, &(place_runfile_options){ 0 }, changes, 4);
    ck_assert_int_eq(run("$P replay $F --verify"), 0);
    ck_assert_int_eq(run("$P replay $F --verify --all -q"), 1);
    contains("Replications that differ  2\n");
    contains("replication 12, step 2026-09-01, waiting[area district, phase secondary,");
    ck_assert_int_eq(run("$P replay $F --verify -r 200"), 1);
    contains("replication 200, opening_stock[area district, phase");
    ck_assert_int_eq(run("$P replay $F --verify -r 12 --json"), 1);
    contains("\"dataset\": \"waiting\"");
    ck_assert_int_eq(run("$P replay $F --verify -r 13"), 0);
    ck_assert_int_eq(run("$P replay $F -r 12"), 1); /* a story that is not the file's says so */
    contains("As stored      no");
    place_plan_free(plan);
}
END_TEST

/* HDF5, which changed the file, has cut the old seal off, or left it as the last 82 bytes. */
static void seal_anew(void) {
    char line[100], hex[65];
    unsigned char digest[32];
    FILE *bytes = fopen(path, "rb+");
    static unsigned char all[1 << 22];
    size_t n = fread(all, 1, sizeof all, bytes);
    ck_assert_uint_lt(n, sizeof all);
    if (n > 82 && memcmp(all + n - 82, "\nplacesim sha256 ", 17) == 0) n -= 82;
    SHA256(all, n, digest);
    for (size_t b = 0; b < 32; b++) snprintf(hex + 2 * b, 3, "%02x", digest[b]);
    snprintf(line, sizeof line, "\nplacesim sha256 %s\n", hex);
    ck_assert_int_eq(fseek(bytes, (long)n, SEEK_SET), 0);
    ck_assert_uint_eq(fwrite(line, 1, 82, bytes), 82);
    fclose(bytes);
}

START_TEST(a_variable_of_another_version_is_told_and_the_rest_is_held_against_the_run) { /* as if `joined` had another name then */
    place_plan *plan = scenario_load_file("scenarios/minimal.xml", NULL, 0);
    write_run(plan, 5, &(place_runfile_options){ 0 }, NULL, 0);
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    ck_assert_int_ge(H5Lmove(file, "joined", file, "entered", H5P_DEFAULT, H5P_DEFAULT), 0);
    ck_assert_int_ge(H5Fclose(file), 0);
    seal_anew();
    ck_assert_int_eq(run("$P replay $F --verify"), 0);
    contains("Replications checked  5\n");
    contains("As stored             yes\n");
    contains("Not in the file       joined\n");
    ck_assert_int_eq(run("$P info $F --csv | grep -c -e ^joined, -e ^entered,"), 1); /* none: nothing could be said of it */
    ck_assert_int_eq(run("$P info $F --csv | grep -c ^ceased,"), 0);
    place_plan_free(plan);
}
END_TEST

START_TEST(a_file_of_another_number_contract_is_refused_with_the_version_that_reads_it) {
    place_plan *plan = scenario_load_file("scenarios/minimal.xml", NULL, 0);
    write_run(plan, 5, &(place_runfile_options){ 0 }, NULL, 0);
    int32_t older = PLACE_NUMBER_CONTRACT - 1;
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT), at = H5Aopen(file, "number_contract", H5P_DEFAULT);
    ck_assert_int_ge(H5Awrite(at, H5T_NATIVE_INT32, &older), 0);
    H5Aclose(at);
    ck_assert_int_ge(H5Fclose(file), 0);
    seal_anew();
    ck_assert_int_eq(run("$P replay $F --verify"), 2);
    contains("was run under number contract 0, and placesim ");
    contains(", which wrote it, can replay it\n");
    ck_assert_int_eq(run("$P replay $F -r 0"), 2);
    place_plan_free(plan);
}
END_TEST

/* ---- stories, from a run in memory ------------------------------------------------------------------------------- */

typedef struct memory {
    const place_plan *plan;
    place_results *results;
    const char *names[PLACE_N_VARIABLES];
} memory;

static place_status read_memory(void *self, const char *variable, int64_t first, int64_t n, place_difference_values *out, place_error *err) {
    const memory *m = self;
    int v = 0;
    (void)err;
    while (strcmp(place_catalogue[v].name, variable) != 0) v++;
    *out = (place_difference_values){ .n_cells = place_results_cells(m->results, (place_variable_id)v) };
    out->values = malloc(out->n_cells * (size_t)n * sizeof(double) + 1);
    ck_assert_ptr_nonnull(out->values);
    for (size_t cell = 0; cell < out->n_cells; cell++)
        for (int64_t i = 0; i < n; i++)
            out->values[cell * (size_t)n + (size_t)i] = place_results_value(m->results, (place_variable_id)v, cell, first + i);
    return PLACE_OK;
}

static const char *const *no_labels(void *self, const char *axis, size_t *n) {
    (void)self, (void)axis;
    *n = 0;
    return NULL;
}

static place_replay_source in_memory(memory *m, const place_plan *plan, int64_t n) {
    place_replay_source source = { .detail = PLACE_DETAIL_NEED | PLACE_DETAIL_NCY | PLACE_DETAIL_AREA };
    *m = (memory){ .plan = plan, .results = run_all(plan, n, 2) };
    for (int v = 0; v < PLACE_N_VARIABLES; v++)
        if (place_results_cells(m->results, (place_variable_id)v) > 0) m->names[source.values.n_variables++] = place_catalogue[v].name;
    source.values.n_replications = n;
    source.values.variables = m->names;
    source.values.read = read_memory;
    source.values.labels = no_labels;
    source.values.self = m;
    return source;
}

static place_replay *story(const place_plan *plan, const place_replay_source *source, int64_t replication) {
    place_replay *replay = NULL;
    place_error err = { 0 };
    ck_assert_int_eq(place_replay_create(&replay, plan, source, replication, &err), PLACE_OK);
    return replay;
}

/* Unmet of a September, over areas and phases, counted from the results. */
static double unmet_of(const memory *m, const place_replay_september *row, int64_t replication) {
    double sum = 0;
    for (size_t a = 0; a < m->plan->areas.n; a++)
        for (size_t p = 0; p < m->plan->phases.n; p++)
            sum += place_results_value(m->results, PLACE_VAR_SEPTEMBER_UNMET,
                                       CELL(m->plan, PLACE_VAR_SEPTEMBER_UNMET, (size_t)row->year, a, p, (size_t)row->provision), replication);
    return sum;
}

START_TEST(stories_of_random_scenarios_add_up) {
    enum { N = 30 };
    text xml = { 0 };
    memory m;
    scenario_random(&xml, (uint32_t)_i, 0);
    place_plan *plan = scenario_load_text(xml.at, NULL, 0);
    place_replay_source source = in_memory(&m, plan, N);
    place_replay_check check = { 0 };
    place_error err = { 0 };
    ck_assert_int_eq(place_replay_verify(&check, plan, &source, 0, N, NULL, &err), PLACE_OK);
    ck_assert_int_eq(check.n_differ, 0);
    ck_assert_int_eq(check.n_replications, N);
    ck_assert_ptr_null(check.not_stored);
    for (int64_t replication = 0; replication < N; replication += 13) {
        place_replay *r = story(plan, &source, replication);
        for (size_t i = 0; i < r->n_years; i++) {
            const place_replay_year *y = &r->years[i];
            ck_assert_double_eq(y->opening + y->joined + y->transferred_in, y->closing + y->ceased + y->transferred_out + y->aged_out);
            if (i > 0) ck_assert_double_eq(y->opening, r->years[i - 1].closing);
        }
        for (size_t i = 0; i < r->n_septembers; i++) {
            const place_replay_september *s = &r->septembers[i];
            double n_fewer = 0, n_same = 0;
            for (int64_t k = 0; k < N; k++) {
                n_fewer += unmet_of(&m, s, k) < s->unmet;
                n_same += unmet_of(&m, s, k) == s->unmet;
            }
            ck_assert_double_eq(s->unmet, unmet_of(&m, s, replication));
            ck_assert_double_eq_tol(s->share_fewer, n_fewer / N, 1e-12);
            ck_assert_double_eq_tol(s->share_as_many, n_same / N, 1e-12);
            ck_assert_double_ge(s->carried_in, 0);
            if (i > 0 && s->provision == s[-1].provision && s->year == s[-1].year + 1) ck_assert_double_eq(s->carried_in, s[-1].carried_out);
        }
        for (size_t i = 0; i < r->n_sites; i++) ck_assert_double_ne(r->sites[i].before, r->sites[i].after);
        place_replay_free(r);
    }
    place_results_free(m.results);
    place_plan_free(plan);
    text_free(&xml);
}
END_TEST

START_TEST(a_late_building_is_named_with_the_activity_that_held_it_up) {
    /* Five wait from the start. A site of 10 is planned for 1 September 2022: design of 2 months and building of 9 from 1 September 2021.
       Building takes 20 months, uncertain or not at all: 61 + 609 = 670 days, 3 July 2023, so it opens on 1 September 2023, 365 days late. */
    memory m;
    place_plan *plan = scenario_plan(
        "<time start='2021-09-01' steps='3' step='year' ageing='none'/>%s<stock date='2021-09-01'/>"
        "<provision id='open' kind='open'/><provision id='special' kind='limited'/>"
        "<table name='stock'><row area='a' ncy='3' need='n' setting='open' count='20'/></table>"
        "<table name='stock-waiting'><row area='a' ncy='3' need='n' setting='open' to='special' class='move' wait='1' count='5' status='waiting'/></table>"
        "<table name='waiting-setting'><row setting='open'/></table>"
        "<site id='s' area='a' provision='special' ncy='-4..20' delivered='yes'><places commissioned='0'/></site>"
        "<project id='p' start='2021-09-01' cost='365000'><activity id='design' duration='2' planned='2'/>"
        "<activity id='build' after='design' duration='20' planned='9'/><delivers site='s' places='10'/></project>",
        scenario_single);
    place_replay_source source = in_memory(&m, plan, 4);
    place_replay *r = story(plan, &source, 3);
    ck_assert_uint_eq(r->n_septembers, 3);
    static const double unmet[] = { 5, 5, 0 }, late[] = { 0, 5, 0 }, no_place[] = { 5, 0, 0 };
    for (size_t y = 0; y < 3; y++) {
        const place_replay_september *s = &r->septembers[y];
        ck_assert_double_eq(s->unmet, unmet[y]);
        ck_assert_double_eq(s->cause[PLACE_CAUSE_LATE], late[y]);
        ck_assert_double_eq(s->cause[PLACE_CAUSE_NO_PLACE], no_place[y]);
        ck_assert_int_eq(s->sufficient, y == 2);
        ck_assert_uint_eq(s->n_late, y == 1);
        ck_assert_double_eq(s->share_fewer, 0);
        ck_assert_double_eq(s->share_as_many, 1); /* nothing is left to chance */
    }
    ck_assert_double_eq(r->septembers[2].placed_own_area, 5);
    ck_assert_double_eq(r->septembers[2].carried_in, 5);
    ck_assert_uint_eq(r->n_sites, 1);
    ck_assert_uint_eq(r->sites[0].step, 2);
    ck_assert_double_eq(r->sites[0].after, 10);
    const place_replay_project *p = &r->projects[0];
    ck_assert_double_eq(p->planned, place_day(2022, 9, 1));
    ck_assert_double_eq(p->opening, place_day(2023, 9, 1));
    ck_assert_double_eq(p->slip_days, 365);
    ck_assert_double_eq(p->spend_gbp, 365000);
    ck_assert_str_eq(plan->activities[p->blamed].item.id, "build");
    ck_assert_uint_eq(r->n_activities, 2);
    ck_assert_double_eq(r->activities[1].start, r->activities[0].finish);
    ck_assert_double_eq(r->activities[1].finish - r->activities[1].start, 609); /* 608.75, up to the day */
    ck_assert(r->activities[0].critical && r->activities[1].critical);
    place_replay_free(r);
    place_results_free(m.results);
    place_plan_free(plan);
}
END_TEST

START_TEST(no_activity_is_to_blame_for_a_start_that_was_put_off) {
    /* 9 months from 1 September 2021 are 273.94 days, planned to open on 1 September 2022. A logged risk that is sure puts the start off by 6
       months, 183 days, to 3 March 2022: done on 2 December, open on 1 September 2023, and the activity took no longer than planned. */
    memory m;
    place_plan *plan = scenario_plan(
        "<time start='2021-09-01' steps='3' step='year' ageing='none'/>%s<provision id='open' kind='open'/><provision id='special' kind='limited'/>"
        "<site id='s' area='a' provision='special' ncy='-4..20' delivered='yes'><places commissioned='0'/></site>"
        "<project id='p' start='2021-09-01'><activity id='build' duration='9'/><delivers site='s' places='10'/></project>"
        "<logged-risk id='entry' probability='1' delays='p' by='6'/>", scenario_single);
    place_replay_source source = in_memory(&m, plan, 2);
    place_replay *r = story(plan, &source, 1);
    ck_assert_double_eq(r->projects[0].opening, place_day(2023, 9, 1));
    ck_assert_double_eq(r->activities[0].planned_start, place_day(2021, 9, 1));
    ck_assert_double_eq(r->activities[0].start, place_day(2022, 3, 3));
    ck_assert_double_eq(r->activities[0].finish, place_day(2022, 12, 2));
    ck_assert_double_eq(r->activities[0].over_days, 0);
    ck_assert_int_eq(r->projects[0].blamed, PLACE_NONE);
    place_summary *summary = NULL;
    place_error err = { 0 };
    place_summary_source results = { .n_replications = 2, .read = read_results, .self = m.results };
    ck_assert_int_eq(place_summary_create(&summary, plan, &results, PLACE_NONE, PLACE_NONE, PLACE_READING_SEPTEMBER, &err), PLACE_OK);
    ck_assert_double_eq(summary->projects[0].slip_days.mean, 365);
    ck_assert_int_eq(summary->projects[0].blamed, PLACE_NONE);
    place_summary_free(summary);
    place_replay_free(r);
    place_results_free(m.results);
    place_plan_free(plan);
}
END_TEST

/* Begun on 1 September 2021, 19 days: what stops it then, on the 20th, is told, and not what would have later. */
START_TEST(what_cancelled_a_project_is_told) {
    static const struct {
        const char *project, *on, *by;
    } ends[] = {
        { " cancel='1'><activity id='ask' duration='19' unit='days'/>", "2021-09-20", "its own chance of being given up" },
        { "><activity id='ask' name='The vote' duration='9' unit='days' gate='cabinet' refuse='1'/>", "2021-09-15", "refused (The vote)" },
        { "><activity id='ask' duration='19' unit='days'/><risk id='r' name='No builder' probability='1' cancels='yes'/>", "2021-09-20", "No builder" },
        { "><activity id='ask' name='The vote' duration='9' unit='days' gate='cabinet' refuse='1'/>"
          "<activity id='dig' duration='19' unit='days' after='ask'/><risk id='r' probability='1' cancels='yes' activities='dig'/>", "2021-09-15", "refused (The vote)" },
        { "><activity id='ask' duration='19' unit='days'/>", "2021-09-02", "No sponsor" },
    };
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char command[600];
        place_plan *plan = scenario_plan("<time start='2021-09-01' steps='2' step='year' ageing='none'/>%s<provision id='open' kind='open'/><provision id='special' kind='limited'/>"
            "<site id='s' area='a' provision='special' ncy='-4..20' delivered='yes'><places commissioned='0'/></site><gate id='cabinet' dates='2021-09-15'/>"
            "<project id='p' start='2021-09-01'%s<delivers site='s' places='10'/></project>%s", scenario_single, ends[i].project,
            i == 4 ? "<logged-risk id='l' name='No sponsor' probability='1' cancels='p' starts='2021-09-02'/>" : "");
        unlink(path);
        write_run(plan, 2, &(place_runfile_options){ 0 }, NULL, 0);
        place_plan_free(plan);
        ck_assert_int_eq(run("$P replay $F -r 1 --table projects --csv"), 0);
        snprintf(command, sizeof command, ",yes,%s,%s,", ends[i].on, ends[i].by);
        contains(command);
        ck_assert_int_eq(run("$P replay $F -r 1 --table activities --csv"), 0);
        contains(i == 1 || i == 3 ? ",no,yes\r\n" : i == 4 ? ",never,,no,\r\n" : "2021-09-20,0,no,\r\n");
    }
}
END_TEST

START_TEST(the_story_says_what_was_decided_once) { /* in the scenario's order; a note neither happens nor does not */
    ck_assert_int_eq(run("$P run tests/data/everything.xml -n 20 -q -o $F 2>$F.err && $P replay $F -r 3 --table decided --csv"), 0);
    const char *const ids[] = { "\r\nintervention,partnership,", "\r\nintervention,team,", "\r\nintervention,advice,advice,yes,", "\r\nlogged risk,entry-1,",
                                "\r\nlogged risk,entry-9,", "\r\nlogged risk,entry-10,entry-10,," };
    const char *at = said;
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        const char *found = strstr(at, ids[i]);
        ck_assert_msg(found != NULL, "'%s' is not there, or not in its place, in:\n%s", ids[i], said);
        at = found;
    }
    ck_assert_int_eq(run("sed 's/ capacity=.uniform(0.5, 2). would-request=.0.5. case-success=.0.6. deferred=.0.4. delay-months=.7. cost=.800. cost-unit=.case.//; "
                         "s/<change table=.requests. ncy=.-1..7./& op=\"scale\" value=\"0.9\"/' tests/data/everything.xml >$F.xml && "
                         "$P run $F.xml -n 20 -q -f -o $F 2>$F.err && $P replay $F -r 3 --table decided --csv"), 0); /* none of them a caseload */
    contains("\r\nintervention,team,team,yes,\r\n");
}
END_TEST

START_TEST(the_story_is_told_in_words_and_for_programs) {
    ck_assert_int_eq(run("$P run scenarios/minimal.xml -n 300 -q -o $F && $P replay $F -r 7"), 0);
    contains("WHAT WENT WRONG\n");
    contains("building late (Elm Academy base, planned for 1 Sep 2026, opened on 1 Sep 2027)"); /* of seed 1 */
    contains("Elm Academy base: opened on 1 Sep 2027, 365 days after its plan of 1 Sep 2026.");
    ck_assert_int_eq(run("$P replay $F -r 7 --json | python3 -m json.tool"), 0);
    contains("\"share_fewer\"");
    ck_assert_int_eq(run("$P replay $F -r 7 --table activities --csv"), 0);
    contains("elm-project,feasibility,feasibility,2025-09-01,2025-11-01,2025-09-01,2025-10-31,-1,yes,\r\n");
    ck_assert_int_eq(run("$P replay $F -r 7 --trace --csv"), 0);
    contains("step,from_date,event,count,area,phase,ncy,need,target_before,target,forward,setting,project\r\n");
    contains(",2027-09-01,site-opened,8,district,,,,,,no,elm-base,\r\n");
    ck_assert_int_eq(run("$P replay $F -r 7 --trace --table trace"), 0);
    contains("Step from 1 Sep 2027\n  site opened ");
    ck_assert_int_eq(run("$P replay $F --verify --trace"), 2);
    ck_assert_int_eq(run("$P replay $F"), 2);
    ck_assert_int_eq(run("$P replay $F --all -r 1"), 2);
    ck_assert_int_eq(run("$P replay $F -r 300"), 2);
    contains("has replications 0 to 299; -r asks for 300");
    ck_assert_int_eq(run("$P replay $F.none -r 0"), 3);
}
END_TEST

Suite *replay_suite(void) {
    Suite *suite = suite_create("replay");
    TCase *files = tcase_create("files"), *stories = tcase_create("stories");
    tcase_add_checked_fixture(files, make_folder, remove_folder);
    tcase_add_test(files, every_replication_comes_out_as_stored);
    tcase_add_test(files, what_comes_of_requests_interventions_and_triggers_comes_out_as_stored);
    tcase_add_test(files, the_first_difference_is_by_replication_then_time_then_dataset);
    tcase_add_test(files, a_variable_of_another_version_is_told_and_the_rest_is_held_against_the_run);
    tcase_add_test(files, a_file_of_another_number_contract_is_refused_with_the_version_that_reads_it);
    tcase_add_test(files, the_story_is_told_in_words_and_for_programs);
    tcase_add_loop_test(stories, stories_of_random_scenarios_add_up, 0, 12);
    tcase_add_test(stories, a_late_building_is_named_with_the_activity_that_held_it_up);
    tcase_add_test(files, the_story_says_what_was_decided_once);
    tcase_add_test(files, what_cancelled_a_project_is_told);
    tcase_add_test(stories, no_activity_is_to_blame_for_a_start_that_was_put_off);
    suite_add_tcase(suite, files);
    suite_add_tcase(suite, stories);
    return suite;
}
