/* SPDX-License-Identifier: MIT */
/** The program as people and scripts use it: each command run in a shell, its exit code and what it says on which stream. */
#define _XOPEN_SOURCE 700 /* pseudo-terminals */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "folder.h"
#include "suites.h"

#define STARTER "scenarios/minimal.xml"

static void setup(void) { folder_make("cli", false); }

static void contains(const char *text, const char *part) {
    ck_assert_msg(strstr(text, part) != NULL, "'%s' is not in:\n%.2000s", part, text); /* Check takes no message of any length */
}

/* What stands after the first `label` in the last output, up to the end of its line. */
static void value_of(const char *label, char *out, size_t room) {
    const char *at = strstr(said, label);
    ck_assert_msg(at != NULL, "'%s' is not in:\n%s", label, said);
    at += strlen(label);
    at += strspn(at, " ");
    snprintf(out, room, "%.*s", (int)strcspn(at, "\n"), at);
}

static size_t n_files_like(const char *part) {
    size_t n = 0;
    DIR *open_folder = opendir(folder);
    ck_assert_ptr_nonnull(open_folder);
    for (struct dirent *entry; (entry = readdir(open_folder)) != NULL;) n += strstr(entry->d_name, part) != NULL;
    closedir(open_folder);
    return n;
}

/* ---- help and usage --------------------------------------------------------------------------------------------- */

static const struct {
    const char *command, *options; /* names, each with a space after it */
} commands[] = {
    { "init", "output force help " },
    { "schema", "output force help " },
    { "check", "print set json csv help " },
    { "explain", "set table json csv help " },
    { "run", "output replications seed threads set detail design reading force dry-run quiet help " },
    { "summary", "area phase reading table json csv help " },
    { "run", "output replications seed threads set detail design shard resume extend force dry-run quiet help " },
    { "merge", "output force quiet help " },
    { "summary", "area phase table json csv help " },
    { "info", "json csv table help " },
    { "replay", "replication trace verify all threads quiet table json csv help " },
    { "verify", "seed replications threads quiet json csv help " },
    { "diff", "first table json csv help " },
};

START_TEST(help_names_each_option_and_gives_examples) {
    char option[40];
    ck_assert_int_eq(shell("$P %s --help", commands[_i].command), 0);
    ck_assert_str_eq(complained, "");
    contains(said, "examples:\n  placesim ");
    for (const char *at = commands[_i].options; *at != '\0'; at += strcspn(at, " ") + 1) {
        snprintf(option, sizeof option, "--%.*s", (int)strcspn(at, " "), at);
        contains(said, option);
    }
} END_TEST

START_TEST(help_lists_every_command) {
    ck_assert_int_eq(shell("$P --help"), 0);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) contains(said, commands[i].command);
    ck_assert_int_eq(shell("$P"), 2);   /* without a command it goes to standard error */
    ck_assert_str_eq(said, "");
} END_TEST

START_TEST(versions_are_told) {
    ck_assert_int_eq(shell("$P --version"), 0);
    contains(said, "placesim ");
    ck_assert_int_eq(shell("$P --version --json | python3 -m json.tool"), 0);
    contains(said, "libxml2");
    contains(said, "HDF5");
} END_TEST

static const struct {
    const char *line, *sentence;
} mistakes[] = {
    { "$P rum", "there is no command 'rum'; did you mean 'run'?" },
    { "$P zzzzzzz", "there is no command 'zzzzzzz'; `placesim --help` lists them" },
    { "$P run --thread-s 1 x.xml", "there is no option --thread-s; did you mean --threads?" },
    { "$P run -z x.xml", "there is no option -z" },
    { "$P run --quiet=yes x.xml", "--quiet takes no value" },
    { "$P run x.xml -o", "--output wants a value, FILE" },
    { "$P run", "SCENARIO|RUNFILE is missing" },
    { "$P run " STARTER, "-o FILE is missing" },
    { "$P info a b", "'b' is one argument too many" },
    { "$P run -n 1e3 -o x " STARTER, "--replications: a whole number from 1 to 100,000,000 is wanted; found '1e3'" },
    { "$P run -n 0 -o x " STARTER, "--replications: a whole number from 1 to 100,000,000 is wanted; found '0'" },
    { "$P run --seed -1 -o x " STARTER, "--seed: a whole number" },
    { "$P run --seed 18446744073709551616 -o x " STARTER, "--seed: a whole number" },
    { "$P run --detail ned -o x " STARTER, "did you mean 'need'?" },
    { "$P run --shard 0/3 -o x " STARTER, "--shard: I/N" },
    { "$P run --shard 4/3 -o x " STARTER, "--shard: I/N" },
    { "$P run --shard 1 -o x " STARTER, "--shard: I/N" },
    { "$P run --shard 1/2 --extend -o x " STARTER, "--extend and --shard do not go together" },
    { "$P run --extend --design crossed -n 81 -o x " STARTER, "a crossed run cannot be extended" },
    { "$P run --extend -n 81 -o $D/x " STARTER, "there is no such run file to extend" },
    { "$P merge a b", "-o FILE is missing" },
    { "$P run --design crossed -n 100 -o x " STARTER, "fourth power of replications, such as -n 81 or -n 256; found 100" },
    { "$P summary --reading januray x", "--reading: september|january|mean|any is wanted; found 'januray'; did you mean 'january'?" },
    { "$P run --reading june -o x " STARTER, "--reading: september|january|mean|any is wanted; found 'june'" },
    { "$P summary --json --csv x", "--json or --csv, not both" },
    { "$P check --print --json " STARTER, "--print gives XML, so it does not go with --json or --csv" },
    { "$P replay --all -r 3 x", "--all goes with --verify" },
    { "$P replay --all x --verify -r 3", "--all or -r, not both" },
    { "$P --version --jso", "--version takes --json and nothing else; found '--jso'" },
    { "$P --quiet run x.xml", "'--quiet' comes before the command" },
    { "$P run --zzzzzzzzz x.xml", "there is no option --zzzzzzzzz; `placesim run --help` lists them" },
};

START_TEST(mistakes_of_usage_are_told_and_exit_2) {
    ck_assert_int_eq(shell("%s", mistakes[_i].line), 2);
    contains(complained, mistakes[_i].sentence);
    ck_assert_str_eq(said, "");
} END_TEST

/* ---- scenarios -------------------------------------------------------------------------------------------------- */

START_TEST(init_gives_a_scenario_that_is_sound) {
    ck_assert_int_eq(shell("$P init -o $D/mine.xml && $P check $D/mine.xml"), 0);
    contains(complained, "0 errors");
    ck_assert_int_eq(shell("$P init -o $D/mine.xml"), 3);
    contains(complained, "output exists; --force replaces it");
    ck_assert_int_eq(shell("$P init -o $D/mine.xml --force && $P init | cmp - $D/mine.xml && cmp $D/mine.xml " STARTER), 0);
    /* 4,095 bytes are the longest path; a file to be replaced is written beside itself first, with .new behind its name */
    ck_assert_int_eq(shell("cd $D && echo mine >m && $P init --force -o \"$(printf './%%.0s' $(seq 2046))m\" 2>told; echo $? && grep -c 'cannot be written: File name too long$' told && cat m"), 0);
    ck_assert_str_eq(said, "3\n1\nmine\n");
    ck_assert_int_eq(shell("cd $D && $P init --force -o \"$(printf './%%.0s' $(seq 2045))m\" && $P init | cmp - m"), 0);
    ck_assert_int_eq(shell("$P schema | cmp - scenarios/placesim.xsd"), 0);
} END_TEST

START_TEST(check_names_file_and_line_of_each_mistake) {
    char line[32];
    ck_assert_int_eq(shell("sed 's/commissioned=\"10\"/commissioned=\"-5\"/' " STARTER " >$D/broken.xml; grep -n 'commissioned=.-5' $D/broken.xml"), 0);
    snprintf(line, sizeof line, "broken.xml:%ld: ", strtol(said, NULL, 10));
    ck_assert_int_eq(shell("$P check $D/broken.xml"), 2);
    contains(complained, line);
    contains(complained, "-5");
    ck_assert_int_eq(shell("$P check $D/broken.xml " STARTER " --json | python3 -m json.tool"), 0);
    contains(said, "\"severity\": \"error\"");
    ck_assert_int_eq(shell("$P run $D/broken.xml -o $D/x.h5"), 2);
    ck_assert_uint_eq(n_files_like("x.h5"), 0);
    ck_assert_int_eq(shell("$P check $D/missing.xml"), 3);
} END_TEST

START_TEST(check_prints_a_scenario_that_checks_and_prints_the_same) {
    ck_assert_int_eq(shell("$P check --print " STARTER " >$D/a.xml && $P check --print $D/a.xml >$D/b.xml && cmp $D/a.xml $D/b.xml"), 0);
} END_TEST

START_TEST(set_is_told_with_old_and_new_and_stands_in_the_print) {
    ck_assert_int_eq(shell("$P check --print --set \"site[@id='ash-school']/places/@commissioned=52\" " STARTER), 0);
    contains(complained, "minimal.xml:");
    contains(complained, "42 -> 52");
    contains(said, "commissioned=\"52\"");
    ck_assert_int_eq(shell("$P check --set 'sight/@id=1' " STARTER), 2);
} END_TEST

START_TEST(explain_tells_places_inputs_and_the_first_year) {
    ck_assert_int_eq(shell("$P explain " STARTER), 0);
    contains(said, "Ash special school");
    contains(said, "FIRST YEAR CHECK");
    ck_assert_int_eq(shell("$P explain " STARTER " --json | python3 -m json.tool"), 0);
    ck_assert_int_eq(shell("$P explain " STARTER " --table stock --csv"), 0);
    contains(said, "special,State special school,41,,42,0,1,\r\n");
    ck_assert_int_eq(shell("sed 's/<site id=\"ash-school\"/& roll=\"43\"/' " STARTER " >$D/roll.xml; $P explain $D/roll.xml --table stock --csv"), 0);
    contains(said, "special,State special school,41,43,42,0,1,-2\r\n");
    ck_assert_int_eq(shell("$P explain " STARTER " --table risks --csv"), 0);
    contains(said, "elm-project,contractor,Contractor fails,0.0");
    contains(said, ",building,");
} END_TEST

/* Elm opens with 8 on 1 September 2026, when oak, which has 10, ends. */
START_TEST(explain_tells_what_successors_gain_gross_and_net) {
    ck_assert_int_eq(shell("sed 's|commissioned=\"10\"/>|&<event date=\"2026-09-01\" kind=\"merge\" successors=\"elm-base ash-school\"/>|' " STARTER
                         " >$D/ends.xml; $P explain $D/ends.xml --table places | tr -s ' \n' ' '"), 0);
    contains(said, "Oak Primary base ends on 1 Sep 2026; its pupils go to Elm Academy base; Ash special school, where 8 places open "
                   "or are added that day: -2 net of the 10 that end.");
    /* what goes elsewhere on that day, or nowhere, ends by itself */
    ck_assert_int_eq(shell("sed 's|commissioned=\"10\"/>|&<event date=\"2026-09-01\" kind=\"close\" successors=\"elm-base\"/>|; "
                         "s|asked for a range\"/>|&<event date=\"2026-09-01\" kind=\"close\"/>|' " STARTER
                         " >$D/ends.xml; $P explain $D/ends.xml --table places | tr -s ' \n' ' '"), 0);
    contains(said, "Oak Primary base ends on 1 Sep 2026; its pupils go to Elm Academy base, where 8 places open or are added that day: -2 net of the 10 that end.");
    contains(said, "Ash special school ends on 1 Sep 2026 without a successor: 42 places fewer.");
} END_TEST

/* But for Rutland's log, which has three scores that are not what it multiplies, and is shipped as it was logged. */
START_TEST(every_scenario_that_is_shipped_checks_without_a_doubt_and_runs) {
    ck_assert_int_eq(shell("for s in scenarios/*.xml; do doubts=0; case $s in */rutland-2021*) doubts=3;; esac; "
                         "$P check $s 2>$D/said && $P run $s -n 3 -q -o $D/shipped.h5 --force 2>$D/run && $P summary $D/shipped.h5 >$D/out && "
                         "[ $(grep -c warning: $D/said) = $doubts ] || exit 9; "
                         "grep warning: $D/said | grep -v \"logged-risk 'sendcp-\\(42\\|69\\|70\\)': its score was logged as 6, \" && exit 8; done; true"),
                     0);
}
END_TEST

START_TEST(the_county_is_what_its_closed_forms_say) { ck_assert_int_eq(shell("/usr/bin/python3 tests/check_county.py >$D/out"), 0); }
END_TEST

/* Four of six Januaries inside the 80 % band: what 80 % gives with a chance of 90 %. The tool prints bands and widths. */
START_TEST(what_was_known_two_years_before_forecast_the_plans_that_followed) {
    ck_assert_int_eq(shell("/usr/bin/python3 tools/backcast.py --program $P -n 500"), 0);
    contains(said, " of 6 inside; 4 needed.");
} END_TEST

/* 53 requests, 36 plans, 43.2 % of them in time, 279 plans: all later than the start, and none used. */
START_TEST(rutland_has_what_was_counted_after_its_start_inside_its_bands) {
    ck_assert_int_eq(shell("$P run scenarios/rutland-2021.xml -n 1000 -q -o $D/r.h5 && /usr/bin/python3 tests/check_rutland.py $D/r.h5"), 0);
    ck_assert_int_eq(shell("$P explain scenarios/rutland-2021.xml --table register | grep -c '6 (8) '"), 0);
    ck_assert_str_eq(said, "3\n");
    ck_assert_int_eq(shell("$P explain scenarios/rutland-2021.xml | tr -s ' \\n' ' '"), 0); /* with a pipeline it is requests that are averted */
    contains(said, " would have asked for an assessment, and 45 % of those then do not");
    contains(said, "1.05, from 1 Jan 2021; 7 rows requests ncy=0 ");
} END_TEST

/* 62, 63 and 53 requests, 31, 44 and 36 new plans in 2019 to 2021: inside the bands; in time falls with the team's throughput. */
START_TEST(rutlands_requests_and_plans_of_three_years_come_back_through_its_pipeline) {
    ck_assert_int_eq(shell("$P run scenarios/rutland-2019-requests.xml -n 1000 -q -o $D/q.h5 && /usr/bin/python3 tests/check_requests.py $D/q.h5"), 0);
} END_TEST

/* High needs budget 2020: 97 = 87 + 10 in 2019/20, which opened before the start, 66 = 56 + 10 in 2020/21; its list has Downlands
   at 16 where its tables have 5 and 16. */
START_TEST(wiltshire_has_the_papers_planned_places_by_financial_year) {
    ck_assert_int_eq(shell("$P explain scenarios/wiltshire-2020.xml --table by-financial-year --csv"), 0);
    contains(said, "2019/20,historic,before the start,10,87,97\r\n2020/21,financial-year,by financial year,10,56,66\r\n");
    ck_assert_int_eq(shell("$P run scenarios/wiltshire-2020.xml -n 20 -q -o $D/w.h5 && /usr/bin/python3 tests/check_wiltshire.py $D/w.h5"), 0);
    ck_assert_int_eq(shell("$P explain scenarios/wiltshire-2020.xml --table totals | tr -s ' \\n' ' '"), 0);
    contains(said, "All limited new in 2019-20 97 0 0 0 0 97 97 0 provision");
    contains(said, "All limited new in 2020-21 0 0 66 0 0 66 66 0 provision");
    contains(said, "Maintained or academy special school, new in 2019-20: the scenario has 87 places and its source 82, 5 fewer");
    ck_assert_int_eq(shell("$P explain scenarios/wiltshire-2020.xml --table assumptions --csv | grep -o '138 special by the list.*143 by the tables. The tables are used'"), 0);
} END_TEST

/* Elm's 8 come with its project in the September of 2026; a place that is set counts for what it changes: 12 from 10. */
START_TEST(places_are_told_by_financial_year_and_by_how_they_come) {
    ck_assert_int_eq(shell("sed 's|commissioned=\"10\"/>|&<event date=\"2027-03-31\" kind=\"change\" set-places=\"12\"/>"
                         "<event financial-year=\"2024\" kind=\"change\" places=\"4\" historic=\"yes\"/>|' " STARTER " >$D/years.xml; "
                         "$P explain $D/years.xml --table by-financial-year --csv"), 0);
    contains(said, "2024/25,historic,before the start,4,0,4\r\n2026/27,date,by date,2,0,2\r\n2026/27,project,by projects,8,0,8\r\n");
} END_TEST

START_TEST(places_in_the_wrong_area_are_told_where_there_are_any) {
    ck_assert_int_eq(shell("$P run scenarios/rutland-2021.xml -n 20 -q -o $D/r.h5 && $P summary $D/r.h5 --table september"), 0);
    contains(said, "in wrong");
    ck_assert_int_eq(shell("$P run " STARTER " -n 20 -q -o $D/m.h5 && $P summary $D/m.h5 --table september"), 0);
    ck_assert_ptr_null(strstr(said, "in wrong"));
} END_TEST

/* ---- running ---------------------------------------------------------------------------------------------------- */

START_TEST(a_run_is_kept_unless_forced) {
    ck_assert_int_eq(shell("$P run " STARTER " -n 50 -o $D/x.h5"), 0);
    ck_assert_str_eq(said, "");
    contains(complained, "50 replications");
    ck_assert_int_eq(shell("cp $D/x.h5 $D/y; $P run " STARTER " -n 60 -o $D/x.h5"), 3);
    contains(complained, "output exists; --force replaces it");
    ck_assert_int_eq(shell("cmp $D/x.h5 $D/y"), 0);
    ck_assert_int_eq(shell("$P run " STARTER " -n 60 -o $D/x.h5 --force --quiet"), 0);
    ck_assert_str_eq(complained, "");
    ck_assert_int_eq(shell("$P run " STARTER " -n 5 -o $D/none/x.h5"), 3);
} END_TEST

START_TEST(shipped_scenarios_give_the_numbers_that_they_gave) { /* kept in tests/data/golden.tsv; `make golden` says what moved */
    ck_assert_int_eq(shell("/usr/bin/python3 tools/golden.py --program $P"), 0);
}
END_TEST

START_TEST(a_run_file_replays_its_scenario_with_an_equal_digest) {
    char first[80], second[80], other[80];
    ck_assert_int_eq(shell("$P run " STARTER " -n 300 --seed 7 -q -o $D/a.h5 && $P info $D/a.h5"), 0);
    value_of("Result digest", first, sizeof first);
    ck_assert_int_eq(shell("$P run $D/a.h5 -n 300 -q --threads 1 -o $D/b.h5 && $P info $D/b.h5"), 0);
    value_of("Result digest", second, sizeof second);
    ck_assert_str_eq(first, second);
    ck_assert_int_eq(shell("$P run $D/a.h5 -n 300 -q --seed 8 -o $D/c.h5 && $P info $D/c.h5"), 0);
    value_of("Result digest", other, sizeof other);
    ck_assert_str_ne(first, other);
    value_of("Seed", other, sizeof other);
    ck_assert_str_eq(other, "8");
} END_TEST

START_TEST(changes_of_a_run_are_told_and_recorded) {
    ck_assert_int_eq(shell("$P run " STARTER " -n 20 -o $D/x.h5 --set 'project/@cost=600000' --seed 3"), 0);
    contains(complained, "560000 -> 600000");
    contains(complained, "@seed: 1 -> 3");
    ck_assert_int_eq(shell("$P run $D/x.h5 -n 20 -o $D/y.h5 --set 'project/@cost=1'"), 0);
    contains(complained, "600000 -> 1");
    ck_assert_int_eq(shell("sed 's/ seed=\"1\"//' " STARTER " >$D/no-seed.xml; $P run $D/no-seed.xml -n 5 --seed 9 -o $D/z.h5"), 0);
    contains(complained, "(none) -> 9");
} END_TEST

START_TEST(a_dry_run_writes_nothing) {
    ck_assert_int_eq(shell("$P run " STARTER " -n 20 -o $D/x.h5 --dry-run"), 0);
    contains(said, "replications  20\n");
    ck_assert_uint_eq(n_files_like("x.h5"), 0);
} END_TEST

START_TEST(answers_are_text_json_and_csv) {
    ck_assert_int_eq(shell("$P run " STARTER " -n 100 -q -o $D/x.h5 && $P summary $D/x.h5"), 0);
    contains(said, "State special school");
    contains(said, "ALL PLANS EACH JANUARY");
    ck_assert_int_eq(shell("$P summary $D/x.h5 --json | python3 -m json.tool"), 0);
    contains(said, "\"short_by_10_error\"");
    ck_assert_int_eq(shell("$P info $D/x.h5 --json | python3 -m json.tool"), 0);
    contains(said, "\"september_demand\"");
    ck_assert_int_eq(shell("$P summary $D/x.h5 --table projects --csv"), 0);
    contains(said, "elm-project,Elm Academy base,2026-09-01,");
    ck_assert_int_eq(shell("$P summary $D/x.h5 --phase secundary"), 2);
    contains(complained, "did you mean 'secondary'?");
    ck_assert_int_eq(shell("$P summary " STARTER), 3);   /* not a run file */
} END_TEST

/* Leaving in a year, 0.35 at 15 and more, is three times as likely: 1.05. No pupil may be without a place, and nine in ten places are to be spare. */
START_TEST(what_was_held_and_what_is_enough_are_told) {
    ck_assert_int_eq(shell("$P run " STARTER " -n 20 -q -o $D/x.h5 && $P summary $D/x.h5"), 0);
    ck_assert_ptr_null(strstr(said, "Warning"));
    ck_assert_int_eq(shell("sed 's|<sufficient unmet-share=\"0.02\"|<sufficient unmet-share=\"0\" spare-share=\"0.9\"|; "
                         "s|</scenario>|<change id=\"c\" table=\"cease\" op=\"scale\" value=\"3\"/>&|' " STARTER " >$D/held.xml; "
                         "$P run $D/held.xml -n 20 -q -o $D/held.h5 && $P summary $D/held.h5 | tr -s ' \n' ' '"), 0);
    contains(said, "Warning: in a replication on average ");
    contains(said, " probabilities passed 0 or 1 and were held there.");
    contains(said, "Sufficient: at most 0 pupils without a place, and at least 90 % of places spare;");
    ck_assert_int_eq(shell("$P replay $D/held.h5 -r 0"), 0);
    contains(said, "Sep 2025, Resource base: fewer places are spare than 90 %.\n"); /* 9 of 10 are taken at the start */
} END_TEST

START_TEST(a_reading_is_named_for_what_it_is) {
    ck_assert_int_eq(shell("$P run " STARTER " -n 100 -o $D/x.h5 --reading any"), 0);
    contains(complained, "--reading any");
    ck_assert_int_eq(shell("$P summary $D/x.h5 --table january --csv --reading january"), 0);
    contains(said, ",January 2026,");
    ck_assert_ptr_null(strstr(said, "September"));
    ck_assert_int_eq(shell("$P summary $D/x.h5 --table needed --reading mean"), 0);
    contains(said, "\n  2026/27 ");
    ck_assert_ptr_null(strstr(said, "Sep"));
    ck_assert_int_eq(shell("$P summary $D/x.h5 --table september --reading january"), 2);
    contains(complained, "there is no table 'september'");
    ck_assert_int_eq(shell("$P summary $D/x.h5 --json --reading any"), 0);
    contains(said, "\"reading\": \"any\"");
    contains(said, "\"reading\": \"2029/30 (worst of its readings)\"");
} END_TEST

/* The closes of December and of the whole year, and the September count, as the run file has them. */
START_TEST(readings_are_what_the_run_file_holds) {
    ck_assert_int_eq(shell("$P run " STARTER " -n 60 -q -o $D/x.h5 && for r in january mean any; do "
                         "$P summary $D/x.h5 --reading $r --table $r --csv >$D/$r.csv || exit 9; done; "
                         "/usr/bin/python3 tests/check_reading.py $D/x.h5 $D"), 0);
} END_TEST

START_TEST(a_spread_is_shared_out_as_far_as_the_design_allows) {
    ck_assert_int_eq(shell("$P run " STARTER " -n 256 --design crossed -q -o $D/c.h5 && $P summary $D/c.h5 --table spread"), 0);
    contains(said, "crossed design of 4 indices each");
    contains(said, "together");
    contains(said, "run paired for");
    ck_assert_int_eq(shell("$P run " STARTER " -n 81 --design crossed -q -o $D/few.h5 && $P summary $D/few.h5 --table spread | tr -s ' \n' ' '"), 0);
    contains(said, "A crossed design of 3 indices each is too small to share it out among inputs, years, delivery and chance; -n 256 is the least.");
    ck_assert_int_eq(shell("$P run " STARTER " -n 210 -q -o $D/p.h5 && $P summary $D/p.h5 --table spread | tr -s ' \n' ' '"), 0);
    contains(said, "on the 21 inputs that are elicited or guesses");
    ck_assert_int_eq(shell("$P run " STARTER " -n 209 -q -o $D/q.h5 && $P summary $D/q.h5 --table spread | tr -s ' \n' ' '"), 0);
    contains(said, "their share wants 210 replications, and here are fewer, 209.");
} END_TEST

/* 52 places instead of 42 at a special school that opens with 41 pupils: replication 0 has 10 places more from the first step on. */
START_TEST(diff_names_the_first_place_where_two_runs_part) {
    ck_assert_int_eq(shell("$P run " STARTER " -n 300 -q -o $D/a.h5 && $P run $D/a.h5 -n 300 -q -t 1 -o $D/b.h5 && $P diff $D/a.h5 $D/b.h5"), 0);
    contains(said, "Same results           yes\n");
    ck_assert_int_eq(shell("$P run " STARTER " -n 20 -q -o $D/c.h5 --set \"site[@id='ash-school']/places/@commissioned=52\"; "
                         "$P diff $D/a.h5 $D/c.h5"), 1);
    contains(said, "First difference       replication 0, step 2026-01-01, available[area district, phase primary,");
    contains(said, "scenario digest");
    ck_assert_int_eq(shell("$P diff $D/a.h5 $D/c.h5 --csv | grep ^site_commissioned"), 0);
    contains(said, "site_commissioned,differs,45,15,900,300,10,\"replication 0, step 2026-01-01, site_commissioned[site ash-school]\"\r\n");
    ck_assert_int_eq(shell("$P diff $D/a.h5 $D/c.h5 --first --json | python3 -m json.tool"), 0);
    contains(said, "\"dataset\": \"available\"");
    ck_assert_int_eq(shell("$P run " STARTER " -n 20 -q -o $D/d.h5 && $P diff $D/a.h5 $D/d.h5"), 1); /* fewer replications, else equal */
    contains(said, "those that both have are equal");
    ck_assert_int_eq(shell("$P run " STARTER " -n 20 -q --detail need -o $D/n.h5 && $P diff $D/d.h5 $D/n.h5"), 1);
    contains(said, "no: one has datasets that the other has not; those that both have are equal\n");
    ck_assert_int_eq(shell("$P diff $D/a.h5 $D/nothing.h5"), 3);
    ck_assert_int_eq(shell("$P diff $D/a.h5"), 2);
} END_TEST

/* 15 terms from September 2025 and 9 of them: equal to the end of 2027/28. A need of another name is another need, and what it draws is, too. */
START_TEST(diff_tells_on_which_axes_two_runs_part) {
    ck_assert_int_eq(shell("$P run " STARTER " -n 20 -q -o $D/a.h5 && sed 's/steps=\"15\"/steps=\"9\"/' " STARTER " >$D/short.xml && $P run $D/short.xml "
                           "-n 20 -q -o $D/e.h5 && $P diff $D/a.h5 $D/e.h5 | tr -s ' \n' ' '"), 0);
    contains(said, "no: the values that both have are equal, but not what they are the values of");
    contains(said, " step 15 9 9 2029-01-01 year 5 3 3 2028/29 ");
    ck_assert_int_eq(shell("sed 's/other-need/the-rest/' " STARTER " >$D/named.xml && $P run $D/named.xml -n 20 -q -o $D/f.h5; "
                           "$P diff $D/a.h5 $D/f.h5 --csv --table axes"), 1);
    contains(said, "axis,n_a,n_b,n_both,only_a,only_b\r\nneed,2,2,1,other-need,the-rest\r\n");
} END_TEST

START_TEST(results_that_cannot_be_written_exit_3) {
    ck_assert_int_eq(shell("$P schema >/dev/full"), 3);
    contains(complained, "cannot write to standard output");
    ck_assert_int_eq(shell("$P --help >/dev/full"), 3);
    ck_assert_int_eq(shell("$P --version >&-"), 3);
    ck_assert_int_eq(shell("$P schema | head -n 1"), 0);
    ck_assert_str_eq(complained, "");
} END_TEST

/* Start a run of a million replications; wait for its temporary file. */
/* @param set  given with --set, so many times (at most 8) */
static pid_t start_long_run(const char *set, int times) {
    char output[100];
    snprintf(output, sizeof output, "%s/x.h5", folder);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        char errors[100];
        snprintf(errors, sizeof errors, "%s/err", folder);
        int descriptor = open(errors, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        if (descriptor >= 0) dup2(descriptor, STDERR_FILENO);
        const char *words[7 + 2 * 8 + 1] = { "placesim", "run", STARTER, "-n", "1000000", "-o", output };
        for (int k = 0; k < times; k++) words[7 + 2 * k] = "--set", words[8 + 2 * k] = set;
        execv(getenv("PLACESIM"), (char *const *)(uintptr_t)words);
        _exit(99);
    }
    snprintf(output, sizeof output, "%s/x.h5.parts/block-000000000.h5", folder); /* stopped before it, a run would have nothing to keep */
    for (int i = 0; i < 2500 && access(output, F_OK) != 0; i++) nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
    ck_assert_int_eq(access(output, F_OK), 0);
    return child;
}

/* The run is ended when it has drawn its bar, which is then taken away. The terminal is 80 columns of nobody's. */
START_TEST(a_terminal_is_shown_a_bar_that_is_taken_away) {
    char output[100], drawn[16000] = "";
    size_t n = 0;
    int status = 0, controller = posix_openpt(O_RDWR | O_NOCTTY);
    if (controller < 0) { /* a root without /dev/pts */
        fprintf(stderr, "there are no terminals here, so no bar is tried: %s\n", strerror(errno));
        return;
    }
    ck_assert(grantpt(controller) == 0 && unlockpt(controller) == 0);
    snprintf(output, sizeof output, "%s/x.h5", folder);
    int terminal = open(ptsname(controller), O_RDWR | O_NOCTTY);
    ck_assert_int_ge(terminal, 0);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        dup2(terminal, STDERR_FILENO);
        execl(getenv("PLACESIM"), "placesim", "run", STARTER, "-n", "1000000", "-t", "1", "-o", output, (char *)NULL);
        _exit(99);
    }
    close(terminal);
    for (bool stopped = false; n < sizeof drawn - 1;) {
        ssize_t more = read(controller, drawn + n, sizeof drawn - 1 - n);
        if (more <= 0) break; /* nobody has the terminal open any more */
        n += (size_t)more;
        drawn[n] = '\0';
        if (!stopped && strstr(drawn, " left\033[K") != NULL) stopped = kill(child, SIGINT) == 0;
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 130);
    contains(drawn, "\r[#.......................] "); /* of 24, one: less than a twenty-fourth is done */
    contains(drawn, " of 1,000,000, ");
    const char *gone = strstr(drawn, "\r\033[K");
    ck_assert_msg(gone != NULL && strstr(gone, " a second, ") == NULL && strstr(gone, "this goes on:") != NULL, "%s", drawn);
    close(controller);
} END_TEST

/* The plan of a merge is made from the resolved scenario in a shard: display positions and blanks must survive that. */
START_TEST(shards_are_merged_to_the_bytes_of_one_run) {
    ck_assert_int_eq(shell("for s in minimal rutland-2021; do rm -f $D/*.h5; S=scenarios/$s.xml; $P run $S -n 300 -q -o $D/one.h5 && "
                         "$P run $S -n 300 -q --shard 1/2 -o $D/s1.h5 && $P run $S -n 300 -q --shard 2/2 -o $D/s2.h5 && "
                         "$P merge -q -o $D/m.h5 $D/s2.h5 $D/s1.h5 && cmp $D/m.h5 $D/one.h5 && $P run $D/one.h5 -n 300 -q -o $D/again.h5 && "
                         "cmp $D/one.h5 $D/again.h5 || exit 9; done"), 0);
    ck_assert_int_eq(shell("S=scenarios/wiltshire-2020.xml; $P run $S -n 20 -q -o $D/w1.h5 && $P run $D/w1.h5 -n 20 -q -o $D/w2.h5 && cmp $D/w1.h5 $D/w2.h5"), 0);
    ck_assert_int_eq(shell("$P merge -o $D/n.h5 $D/s1.h5"), 2);
    contains(complained, "shard 2/2, replications 256 to 299, is missing; this makes it:\n");
    ck_assert_int_eq(shell("cd $D && $P merge -o n.h5 s1.h5 s3.h5 2>told; tail -2 told | head -1 >line; sh -e line && "
                         "$P merge -o n.h5 s1.h5 n.shard-2-of-2.h5 && cmp n.h5 one.h5"), 0); /* and that line does make it */
    /* a crossed run with details: 625 = 5^4 in three blocks, one to a shard */
    ck_assert_int_eq(shell("S=$PWD/scenarios/minimal.xml; H='-n 625 -q --design crossed --detail area --detail need'; cd $D && rm -f *.h5 && $P run $S $H -o one.h5 && "
                         "$P run $S $H --shard 1/3 -o s1.h5 && $P run $S $H --shard 3/3 -o s3.h5 && ! $P merge -o n.h5 s3.h5 s1.h5 2>told && "
                         "tail -2 told | head -1 >line; sh -e line && $P merge -o n.h5 s1.h5 n.shard-2-of-3.h5 s3.h5 && cmp n.h5 one.h5 && cat line"), 0);
    contains(said, " --design crossed ");
    ck_assert_int_eq(shell("$P merge -o $D/n2.h5 $D/none.h5"), 3);
    contains(complained, "none.h5: it is not there\n");
    ck_assert_int_eq(shell("$P merge -o $D/n2.h5 $D/none.h5 $D/neither.h5"), 3);
    contains(complained, "none.h5: neither it nor any other shard is there\n");
    ck_assert_int_eq(shell("$P run scenarios/minimal.xml -n 300 -q --shard 1/2 -o $D/s1.h5 --force"), 0);
    ck_assert_int_eq(shell("$P run scenarios/minimal.xml --seed 7 -n 300 -q --shard 2/2 -o $D/other.h5 && $P merge -o $D/o.h5 $D/s1.h5 $D/other.h5"), 2);
} END_TEST

/* tests/data/everything.xml has each feature beside every other. Of what --print and a run file keep, only where things stand is not in it. */
START_TEST(everything_at_once_runs_merges_replays_and_prints_the_same) {
    char once[80], again[80];
    ck_assert_int_eq(shell("S=$PWD/tests/data/everything.xml; cd $D && $P run $S -n 300 -q -t 1 -o one.h5 && "
                         "$P run $S -n 300 -q -t 3 -o three.h5 && cmp one.h5 three.h5 && "
                         "$P run $S -n 300 -q --shard 1/2 -o s1.h5 && $P run $S -n 300 -q --shard 2/2 -o s2.h5 && "
                         "$P merge -q -o m.h5 s1.h5 s2.h5 && cmp m.h5 one.h5 && $P run one.h5 -n 300 -q -o a.h5 && cmp a.h5 one.h5 && "
                         "$P run $S -n 40 -q -o x.h5 && $P run $S -n 300 -q --extend -o x.h5 && cmp x.h5 one.h5 && "
                         "$P replay one.h5 --verify --all -q >/dev/null && $P diff one.h5 three.h5 >/dev/null"), 0);
    ck_assert_int_eq(shell("T=$PWD; cd $D && $P check $T/tests/data/everything.xml --print >p.xml && $P check p.xml --print >q.xml && cmp p.xml q.xml"), 0);
    ck_assert_int_eq(shell("$P info $D/one.h5"), 0);
    value_of("Scenario digest", once, sizeof once);
    ck_assert_int_eq(shell("$P run $D/p.xml -n 1 -q -o $D/p.h5 && $P info $D/p.h5"), 0);
    value_of("Scenario digest", again, sizeof again);
    ck_assert_str_eq(once, again);
    ck_assert_int_eq(shell("for r in september january mean any; do $P summary $D/one.h5 --reading $r --json | python3 -m json.tool || exit 9; done"), 0);
    ck_assert_int_eq(shell("$P run tests/data/everything.xml -n 81 --design crossed -q -o $D/c.h5 && $P replay $D/c.h5 --verify --all -q"), 0);
} END_TEST

START_TEST(an_interrupted_run_writes_what_is_done_and_tells_how_to_go_on) {
    int status = 0;
    pid_t child = start_long_run(NULL, 0);
    kill(child, SIGINT);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 130);
    ck_assert_uint_eq(n_files_like("x.h5.parts"), 1);
    read_back("err", complained, sizeof complained);
    contains(complained, " of 1000000 replications; this goes on:\nplacesim run --resume -n 1000000 -o ");
    ck_assert_int_eq(shell("$P info $D/x.h5"), 0);
    contains(said, "Complete             no");
    ck_assert_int_eq(shell("$P summary $D/x.h5 2>&1 && $P summary $D/x.h5 --json | python3 -m json.tool"), 0);
    contains(said, " replications of a run that was interrupted, seed 1, ");
    contains(said, "\"complete\": \"no\"");
    ck_assert_int_eq(shell("$P run " STARTER " -n 20 -o $D/x.h5 --force --quiet && $P info $D/x.h5"), 0); /* and begins anew only when told */
    contains(said, "Complete             yes");
    ck_assert_uint_eq(n_files_like("x.h5.parts"), 0);
} END_TEST

/* 8 KB are kept for the line that goes on; this one has five times 1,817. */
START_TEST(a_line_too_long_to_repeat_is_not_repeated) {
    int status = 0;
    char set[2000];
    snprintf(set, sizeof set, "assumption/%900s@text=%0900d", "", 0);
    pid_t child = start_long_run(set, 5);
    kill(child, SIGINT);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 130);
    read_back("err", complained, sizeof complained);
    contains(complained, " of 1000000 replications; this goes on:\nthe same line with --resume\n");
} END_TEST

START_TEST(a_second_interrupt_stops_at_once_and_tells_how_to_go_on) {
    int status = 0;
    pid_t child = start_long_run(NULL, 0);
    kill(child, SIGTERM);
    kill(child, SIGINT);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 130);
    read_back("err", complained, sizeof complained);
    contains(complained, "placesim run --resume -n 1000000 -o ");
    ck_assert_int_eq(shell("test -e $D/x.h5 || $P run " STARTER " -n 3000 -o $D/x.h5"), 3);
    contains(complained, "blocks of a run that was stopped are in ");
    ck_assert_int_eq(shell("$P run " STARTER " -n 3000 -o $D/x.h5 --resume"), 0); /* whole blocks are the same in a run of any length */
    contains(complained, " replications are there already");
    ck_assert_int_eq(shell("$P run " STARTER " -n 3000 -q -o $D/y.h5 && cmp $D/x.h5 $D/y.h5"), 0);
} END_TEST

Suite *cli_suite(void) {
    Suite *suite = suite_create("cli");
    TCase *usage = tcase_create("usage"), *scenario = tcase_create("scenario"), *running = tcase_create("run"), *terminal = tcase_create("terminal");
    TCase *all[] = { usage, scenario, running };
    for (int i = 0; i < 3; i++) {
        tcase_add_checked_fixture(all[i], setup, folder_remove);
        suite_add_tcase(suite, all[i]);
    }
    tcase_add_loop_test(usage, help_names_each_option_and_gives_examples, 0, (int)(sizeof commands / sizeof commands[0]));
    tcase_add_test(usage, help_lists_every_command);
    tcase_add_test(usage, every_scenario_that_is_shipped_checks_without_a_doubt_and_runs);
    tcase_add_test(usage, shipped_scenarios_give_the_numbers_that_they_gave);
    tcase_add_test(usage, the_county_is_what_its_closed_forms_say);
    tcase_add_test(usage, rutland_has_what_was_counted_after_its_start_inside_its_bands);
    tcase_add_test(usage, rutlands_requests_and_plans_of_three_years_come_back_through_its_pipeline);
    tcase_add_test(usage, wiltshire_has_the_papers_planned_places_by_financial_year);
    tcase_add_test(usage, places_are_told_by_financial_year_and_by_how_they_come);
    tcase_add_test(usage, what_was_known_two_years_before_forecast_the_plans_that_followed);
    tcase_add_test(usage, versions_are_told);
    tcase_add_loop_test(usage, mistakes_of_usage_are_told_and_exit_2, 0, (int)(sizeof mistakes / sizeof mistakes[0]));
    tcase_add_test(scenario, init_gives_a_scenario_that_is_sound);
    tcase_add_test(scenario, check_names_file_and_line_of_each_mistake);
    tcase_add_test(scenario, check_prints_a_scenario_that_checks_and_prints_the_same);
    tcase_add_test(scenario, set_is_told_with_old_and_new_and_stands_in_the_print);
    tcase_add_test(scenario, explain_tells_places_inputs_and_the_first_year);
    tcase_add_test(scenario, explain_tells_what_successors_gain_gross_and_net);
    tcase_add_test(running, places_in_the_wrong_area_are_told_where_there_are_any);
    tcase_add_test(running, a_run_is_kept_unless_forced);
    tcase_add_test(running, a_run_file_replays_its_scenario_with_an_equal_digest);
    tcase_add_test(running, changes_of_a_run_are_told_and_recorded);
    tcase_add_test(running, a_dry_run_writes_nothing);
    tcase_add_test(running, answers_are_text_json_and_csv);
    tcase_add_test(running, what_was_held_and_what_is_enough_are_told);
    tcase_add_test(running, a_reading_is_named_for_what_it_is);
    tcase_add_test(running, readings_are_what_the_run_file_holds);
    tcase_add_test(running, a_spread_is_shared_out_as_far_as_the_design_allows);
    tcase_add_test(running, diff_names_the_first_place_where_two_runs_part);
    tcase_add_test(running, diff_tells_on_which_axes_two_runs_part);
    tcase_add_test(running, results_that_cannot_be_written_exit_3);
    tcase_add_test(running, shards_are_merged_to_the_bytes_of_one_run);
    tcase_add_test(running, everything_at_once_runs_merges_replays_and_prints_the_same);
    tcase_add_test(running, an_interrupted_run_writes_what_is_done_and_tells_how_to_go_on);
    tcase_add_test(running, a_line_too_long_to_repeat_is_not_repeated);
    tcase_add_test(running, a_second_interrupt_stops_at_once_and_tells_how_to_go_on);
    tcase_add_checked_fixture(terminal, setup, folder_remove);
    tcase_add_test(terminal, a_terminal_is_shown_a_bar_that_is_taken_away);
    suite_add_tcase(suite, terminal);
    return suite;
}
