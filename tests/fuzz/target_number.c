/* SPDX-License-Identifier: MIT */
/*
 * Values as a scenario's attributes hold them. The first byte says which reader gets the rest as its text: one of the numbers of
 * src/scenario/read.c, or a plain value (a whole number, a decimal, a day, ranges, words ...). Each is held against another way to the
 * same answer: what is accepted is written out and read again, decimals are strtod's, whole numbers are added up here digit by digit.
 */
#include <libxml/tree.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/scenario/build.h"
#include "../../src/scenario/document_internal.h"
#include "../../src/scenario/word.h"
#include "place/date.h"
#include "targets.h"

#define MAX_TEXT 4000
#define STAND_IN (-7.25) /* no reader's own answer to a text */

static const place_measure *const measures[] = {
    &place_measure_places, &place_measure_change, &place_measure_probability, &place_measure_share,  &place_measure_share_row,
    &place_measure_pupils, &place_measure_count,  &place_measure_rate,        &place_measure_factor, &place_measure_duration,
    &place_measure_pounds, &place_measure_growth, &place_measure_uplift,      &place_measure_sigma,
};
enum { N_MEASURES = sizeof measures / sizeof measures[0], PLAIN = N_MEASURES, DAY, RANGES, WORDS, CLASSES, N_KINDS };

/* ---- an attribute without a document ---- */

static place_arena *kept, *scratch, *brief; /* reset for each text: taking them anew would be most of the work */

/* <table name='cease'><row value='TEXT'/></table>, and a builder to read it with. */
typedef struct bench {
    xmlNode text, row, table_name, table;
    xmlAttr value, name;
    place_origin origin;
    place_document document;
    place_errors errors;
    place_builder builder;
} bench;

static place_builder *set_up(bench *at, char *text) {
    static const char value[] = "value", row[] = "row", name[] = "name", table[] = "table";
    at->origin = (place_origin){ "fuzz.xml", 7 };
    at->table_name = (xmlNode){ .type = XML_TEXT_NODE, .content = (xmlChar *)(uintptr_t)"cease" };
    at->name = (xmlAttr){ .type = XML_ATTRIBUTE_NODE, .name = (const xmlChar *)name, .children = &at->table_name, .parent = &at->table };
    at->table = (xmlNode){ .type = XML_ELEMENT_NODE, .name = (const xmlChar *)table, .properties = &at->name, .children = &at->row };
    at->text = (xmlNode){ .type = XML_TEXT_NODE, .content = (xmlChar *)text };
    at->value = (xmlAttr){ .type = XML_ATTRIBUTE_NODE, .name = (const xmlChar *)value, .children = &at->text, .parent = &at->row };
    at->row = (xmlNode){ .type = XML_ELEMENT_NODE, .name = (const xmlChar *)row, .properties = &at->value, .parent = &at->table,
                         ._private = &at->origin };
    at->document = (place_document){ .name = "fuzz.xml", .arena = kept };
    at->errors.n_errors = at->errors.n_warnings = 0;
    memset(&at->builder, 0, sizeof at->builder);
    at->builder.document = &at->document;
    at->builder.errors = &at->errors;
    at->builder.arena = kept;
    at->builder.scratch = scratch;
    at->builder.brief = brief;
    return &at->builder;
}

/* A fault was noted exactly when a stand-in came back, and it says where. */
static void check_faults(const bench *at, bool refused, const char *text) {
    if (refused != (at->errors.n_errors > 0)) fuzz_fail("'%s' is refused: %d, with %zu errors", text, (int)refused, at->errors.n_errors);
    fuzz_check_errors(refused ? PLACE_BAD_INPUT : PLACE_OK, &at->errors, 7);
    if (refused && (at->errors.errors[0].line != 7 || strstr(at->errors.errors[0].message, "value: ") == NULL))
        fuzz_fail("'%s': the sentence does not say where: %s", text, at->errors.errors[0].message);
}

/* ---- decimals and whole numbers ---- */

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* By the grammar alone: [+-]digits[.digits][e[+-]digits]. */
static bool is_decimal(const char *text) {
    const char *at = text + (*text == '+' || *text == '-'), *start = at;
    while (is_digit(*at)) at++;
    if (at == start) return false;
    if (*at == '.') {
        start = ++at;
        while (is_digit(*at)) at++;
        if (at == start) return false;
    }
    if (*at == 'e' || *at == 'E') {
        at += 1 + (at[1] == '+' || at[1] == '-');
        start = at;
        while (is_digit(*at)) at++;
        if (at == start) return false;
    }
    return *at == '\0';
}

static void check_decimal(const char *text) {
    double value = STAND_IN, again = STAND_IN;
    char *end, printed[40];
    bool accepted = place_decimal_read(text, &value);
    double theirs = strtod(text, &end); /* this process has the C locale */
    bool lost = theirs == 0 && strcspn(text, "123456789") < strcspn(text, "eE");
    bool expected = is_decimal(text) && isfinite(theirs) && !lost;
    if (accepted != expected) fuzz_fail("the decimal '%s' is accepted: %d", text, (int)accepted);
    if (!accepted && value != STAND_IN) fuzz_fail("'%s' is refused, and its value set", text);
    if (!accepted) return;
    if (*end != '\0' || value != theirs || signbit(value) != (theirs < 0)) fuzz_fail("the decimal '%s' is read as %.17g", text, value);
    snprintf(printed, sizeof printed, "%.17g", value);
    if (!place_decimal_read(printed, &again) || memcmp(&again, &value, sizeof value) != 0)
        fuzz_fail("'%s' is printed as %s and read back as %.17g", text, printed, again);
}

__extension__ typedef unsigned __int128 wide;

/* Digit by digit, above UINT64_MAX stopped. @return whether it is [sign]digits */
static bool add_up(const char *text, bool sign, bool *negative, wide *sum) {
    *sum = 0;
    *negative = sign && *text == '-';
    const char *at = text + (sign && (*text == '+' || *text == '-'));
    if (!is_digit(*at)) return false;
    for (; is_digit(*at); at++)
        if (*sum <= UINT64_MAX) *sum = *sum * 10 + (unsigned)(*at - '0');
    return *at == '\0';
}

static void check_whole(const char *text) {
    wide sum;
    bool negative;
    int64_t value = 0;
    uint64_t large = 0;
    bool whole = add_up(text, true, &negative, &sum);
    uint64_t most = (uint64_t)INT64_MAX + (negative ? 1 : 0);
    if (place_integer_read(text, &value) != (whole && sum <= most)) fuzz_fail("the whole number '%s'", text);
    if (whole && sum <= most && (uint64_t)value != (negative ? 0 - (uint64_t)sum : (uint64_t)sum)) fuzz_fail("'%s' is read as %lld", text, (long long)value);
    whole = add_up(text, false, &negative, &sum);
    if (place_unsigned_read(text, &large) != (whole && sum <= UINT64_MAX)) fuzz_fail("the number '%s'", text);
    if (whole && sum <= UINT64_MAX && large != (uint64_t)sum) fuzz_fail("'%s' is read as %llu", text, (unsigned long long)large);
}

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void read_plain(char *text) {
    bench at;
    place_builder *b = set_up(&at, text);
    check_decimal(text);
    check_whole(text);
    int64_t whole = place_read_whole(b, &at.row, "value", -1000, 1000000, INT64_MIN);
    if (whole != INT64_MIN && (whole < -1000 || whole > 1000000)) fuzz_fail("'%s' is read as %lld", text, (long long)whole);
    check_faults(&at, whole == INT64_MIN, text);
    b = set_up(&at, text);
    double decimal = place_read_decimal(b, &at.row, "value", -5, 5, STAND_IN);
    if (decimal != STAND_IN && !(decimal >= -5 && decimal <= 5)) fuzz_fail("'%s' is read as %g", text, decimal);
    check_faults(&at, decimal == STAND_IN, text);
    if (whole != INT64_MIN && decimal != STAND_IN && (double)whole != decimal) fuzz_fail("'%s' is two numbers", text);
}

/* ---- numbers ---- */

/* The distribution as a scenario would write it. @return false when nothing that may be written is read as this very one */
static bool spell(const place_distribution *d, char *out, size_t room) {
    const double *a = d->a;
    int n = 0;
    switch (d->kind) {
    case PLACE_FIXED: n = snprintf(out, room, "%.17g", a[0]); break;
    case PLACE_UNIFORM: n = snprintf(out, room, "uniform(%.17g, %.17g)", a[0], a[1]); break;
    case PLACE_TRIANGULAR: n = snprintf(out, room, "triangular(%.17g, %.17g, %.17g)", a[0], a[1], a[2]); break;
    case PLACE_PERT: n = snprintf(out, room, "pert(%.17g,%.17g,%.17g)", a[0], a[1], a[2]); break;
    case PLACE_NORMAL: /* an interval may make a narrower one than may be written */
        if (a[1] < 1e-9 * fabs(a[0]) || a[1] < 1e-12) return false;
        n = snprintf(out, room, "normal(sd=%.17g, mean=%.17g)", a[1], a[0]);
        break;
    case PLACE_BETA: n = snprintf(out, room, "beta(a=%.17g, b=%.17g)", a[0], a[1]); break;
    case PLACE_GAMMA: n = snprintf(out, room, "gamma( shape = %.17g , scale = %.17g )", a[0], a[1]); break;
    case PLACE_EXPONENTIAL: n = snprintf(out, room, "exponential(mean=%.17g)", a[0]); break;
    case PLACE_DISCRETE:
        n = snprintf(out, room, "discrete(");
        for (size_t i = 0; i < d->n_values && n > 0 && (size_t)n < room; i++)
            n += snprintf(out + n, room - (size_t)n, "%s%.17g: %.17g", i > 0 ? ", " : "", d->values[i], d->weights[i]);
        if (n > 0 && (size_t)n < room) n += snprintf(out + n, room - (size_t)n, ")");
        break;
    case PLACE_LOGNORMAL:
    case PLACE_LOGITNORMAL: return false;
    }
    if (n > 0 && (size_t)n < room && (isfinite(d->low) || isfinite(d->high)))
        n += snprintf(out + n, room - (size_t)n, " truncated(%.17g, %.17g)", d->low, d->high);
    return n > 0 && (size_t)n < room;
}

static bool are_equal(const place_distribution *one, const place_distribution *two, double tolerance) {
    if (one->kind != two->kind || one->low != two->low || one->high != two->high || one->n_values != two->n_values) return false;
    for (int k = 0; k < 3; k++)
        if (one->a[k] != two->a[k]) return false;
    for (size_t i = 0; i < one->n_values; i++)
        if (one->values[i] != two->values[i] || fabs(one->weights[i] - two->weights[i]) > tolerance) return false;
    return true;
}

static void check_written(const char *text, const place_distribution *d) {
    static const place_quantity any = { "a number", -INFINITY, INFINITY, false, false };
    char written[MAX_TEXT * 14];
    place_distribution again;
    place_error err = { 0 };
    if (!spell(d, written, sizeof written)) return;
    if (place_number_read(written, &any, scratch, &again, &err) != PLACE_OK) fuzz_fail("'%s' is '%s', which is refused: %s", text, written, err.message);
    if (!are_equal(d, &again, 1e-12)) fuzz_fail("'%s' is '%s', which is another", text, written); /* weights are divided by their sum again */
}

/* Every 16th by the process's own numeric locale, if the machine has one with a decimal comma. */
static void check_locale(const char *text, const place_quantity *quantity, place_status status, const place_distribution *d) {
    static const char *const names[] = { "de_DE.utf8", "fr_FR.utf8", "nl_NL.utf8", "pl_PL.utf8" };
    static locale_t comma = (locale_t)0;
    static bool asked;
    for (size_t i = 0; !asked && comma == (locale_t)0 && i < sizeof names / sizeof names[0]; i++) comma = newlocale(LC_NUMERIC_MASK, names[i], (locale_t)0);
    asked = true;
    if (comma == (locale_t)0) return;
    place_distribution other;
    place_error err = { 0 };
    locale_t ours = uselocale(comma);
    place_status as_german = place_number_read(text, quantity, scratch, &other, &err);
    uselocale(ours);
    if (as_german != status || (status == PLACE_OK && !are_equal(d, &other, 0))) fuzz_fail("'%s' depends on the locale", text);
}

static bool has_closed_mean(const place_distribution *d) {
    return d->kind != PLACE_LOGITNORMAL && !isfinite(d->low) && !isfinite(d->high);
}

static void read_number(char *text, const place_measure *measure, unsigned hash) {
    static const char *const never[] = { "nan", "inf", "0x", "0X", "NaN", "INF", "Inf" };
    place_distribution d = { .kind = PLACE_DISCRETE, .n_values = SIZE_MAX };
    place_error err = { 0 };
    place_status status = place_number_read(text, &measure->quantity, kept, &d, &err);
    if (status == PLACE_SYSTEM) fuzz_fail("'%s': %s", text, err.message);
    if ((status == PLACE_OK) != (err.message[0] == '\0')) fuzz_fail("'%s': status %d, '%s'", text, (int)status, err.message);
    fuzz_check_sentence(err.message, status == PLACE_OK);
    if (hash % 16 == 1) check_locale(text, &measure->quantity, status, &d);
    if (status != PLACE_OK && d.n_values != SIZE_MAX) fuzz_fail("'%s' is refused, and its number set", text);
    if (status == PLACE_OK) {
        for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
            if (strstr(text, never[i]) != NULL) fuzz_fail("'%s' is accepted", text);
        if (d.kind != PLACE_FIXED && place_distribution_check(&d, &err) != PLACE_OK) fuzz_fail("'%s' is no distribution: %s", text, err.message);
        double low = place_distribution_low(&d), high = place_distribution_high(&d);
        if (!(low <= high)) fuzz_fail("'%s' goes from %g to %g", text, low, high);
        if (!measure->quantity.share_row && !(low >= measure->quantity.low && high <= measure->quantity.high))
            fuzz_fail("'%s' goes from %g to %g, and is %s", text, low, high, measure->quantity.noun);
        check_written(text, &d);
    }
    if (status == PLACE_OK && !has_closed_mean(&d) && hash % 64 != 0) return; /* its mean takes 4,095 quantiles */
    bench at;
    place_builder *b = set_up(&at, text);
    place_number number = place_read_number(b, &at.row, "value", measure, PLACE_FAMILY_INPUTS, STAND_IN);
    bool refused = at.errors.n_errors > 0;
    if (status != PLACE_OK && !refused) fuzz_fail("'%s' is no number, and is read as %g", text, number.value);
    if (refused && (number.value != STAND_IN || number.input != PLACE_NONE)) fuzz_fail("'%s' is refused and read", text);
    check_faults(&at, refused, text);
    if (refused) return;
    if (!(fabs(number.value) <= measure->most)) fuzz_fail("'%s' has the mean %g", text, number.value);
    if ((d.kind == PLACE_FIXED) != place_number_is_fixed(number)) fuzz_fail("'%s' is fixed or not", text);
    if (d.kind == PLACE_FIXED ? number.value != d.a[0] : b->n_met != 1 || !are_equal(&d, &b->met[0].input.distribution, 0))
        fuzz_fail("'%s' is read in two ways", text);
    double low = place_distribution_low(&d), high = place_distribution_high(&d), room = 1e-9 * (fabs(number.value) + 1e-300);
    if (!(number.value >= low - room && number.value <= high + room)) fuzz_fail("the mean %g of '%s' is not from %g to %g", number.value, text, low, high);
}

/* ---- days, ranges, words ---- */

static void read_day(char *text) {
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int32_t day = 0, again = 0;
    int y = 0, m = 0, d = 0;
    char written[11];
    bool form = strlen(text) == 10;
    for (int i = 0; form && i < 10; i++) form = i == 4 || i == 7 ? text[i] == '-' : is_digit(text[i]);
    if (form) sscanf(text, "%4d-%2d-%2d", &y, &m, &d);
    bool leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
    bool expected = form && y >= 1 && m >= 1 && m <= 12 && d >= 1 && d <= days[m - 1] + (m == 2 && leap);
    if (place_date_read(text, &day) != expected) fuzz_fail("the day '%s'", text);
    if (expected) {
        place_day_text(day, written);
        if (strcmp(written, text) != 0) fuzz_fail("'%s' is written as %s", text, written);
        place_day_text(day + 1, written);
        if (day < 2932896 && (!place_date_read(written, &again) || again != day + 1)) fuzz_fail("'%s' is followed by %s", text, written); /* 9999-12-31 */
        int september = place_day_academic_year(day), april = place_day_financial_year(day);
        if (september != y - (m < 9) || april != y - (m < 4)) fuzz_fail("'%s' is of the years %d and %d", text, september, april);
    }
    bench at;
    place_builder *b = set_up(&at, text);
    int32_t read = place_read_day(b, &at.row, "value", INT32_MIN);
    if (expected && y >= 1900 && y <= 2599 && read != day) fuzz_fail("'%s' is read as %d", text, read);
    check_faults(&at, read == INT32_MIN, text);
}

static void read_ranges(char *text, unsigned hash) {
    const int low = hash % 2 == 0 ? PLACE_NCY_FIRST : 1900, high = hash % 2 == 0 ? PLACE_NCY_FIRST + PLACE_N_NCY - 1 : 2599;
    bench at;
    size_t n = 0, n_again = 0;
    place_builder *b = set_up(&at, text);
    const int32_t *years = place_read_ranges(b, &at.row, "value", low, high, &n);
    check_faults(&at, years == NULL, text);
    if (years == NULL) return;
    char written[6000];
    int length = 0;
    if (n == 0) fuzz_fail("'%s' is no years and accepted", text);
    for (size_t i = 0; i < n; i++) {
        if (years[i] < low || years[i] > high || (i > 0 && years[i] <= years[i - 1])) fuzz_fail("'%s' has %d", text, years[i]);
        length += snprintf(written + length, sizeof written - (size_t)length, "%s%d", i > 0 ? " " : "", years[i]);
    }
    b = set_up(&at, written);
    const int32_t *again = place_read_ranges(b, &at.row, "value", low, high, &n_again);
    if (again == NULL || n_again != n || memcmp(again, years, n * sizeof *years) != 0) fuzz_fail("'%s' is not '%s'", text, written);
}

static void read_words(char *text) {
    bench at;
    size_t n = 0, n_letters = 0, n_read = 0;
    place_builder *b = set_up(&at, text);
    const char **words = place_read_words(b, text, &n);
    for (const char *c = text; *c != '\0'; c++) n_letters += !is_space(*c);
    for (size_t w = 0; w < n; w++) {
        if (words[w][0] == '\0' || strpbrk(words[w], " \t\r\n") != NULL) fuzz_fail("'%s' is no word", words[w]);
        n_read += strlen(words[w]);
    }
    if (n_read != n_letters) fuzz_fail("%zu letters of '%s' are lost", n_letters - n_read, text);
    int choice = place_read_choice(b, &at.row, "value", place_class_words, PLACE_N_CLASSES, INT_MAX);
    if (choice != INT_MAX && (n != 1 || strcmp(words[0], place_class_words[choice]) != 0)) fuzz_fail("'%s' is choice %d", text, choice);
    check_faults(&at, choice == INT_MAX, text);
    place_quoted quoted = place_quote(text);
    if (memchr(quoted.text, '\0', sizeof quoted.text) == NULL) fuzz_fail("the quoted text has no end");
    if (!place_guard_value(text)) fuzz_fail("the guard refuses '%s'", text);
    fuzz_check_sentence(quoted.text, text[0] == '\0');
    if (strlen(text) <= 60 && strlen(quoted.text) > strlen(text)) fuzz_fail("'%s' grows", text);
}

static void read_classes(char *text) {
    bench at;
    char written[80] = "";
    place_builder *b = set_up(&at, text);
    uint32_t classes = place_read_classes(b, &at.row, "value", 1u << 31);
    bool refused = at.errors.n_errors > 0;
    check_faults(&at, refused, text);
    if (refused) return;
    if (classes == 0 || (classes & ~PLACE_ALL_CLASSES) != 0) fuzz_fail("'%s' is the classes %x", text, classes);
    for (int c = 0; c < PLACE_N_CLASSES; c++)
        if ((classes >> c & 1u) != 0) snprintf(written + strlen(written), sizeof written - strlen(written), " %s", place_class_words[c]);
    b = set_up(&at, written);
    if (place_read_classes(b, &at.row, "value", 0) != classes || at.errors.n_errors > 0) fuzz_fail("'%s' is not '%s'", text, written);
}

int fuzz_number(const uint8_t *bytes, size_t size) {
    if (size == 0 || size > MAX_TEXT) return 0;
    unsigned hash = fuzz_hash(bytes, size), kind = bytes[0] % N_KINDS;
    if (kept == NULL) kept = place_arena_create();
    if (scratch == NULL) scratch = place_arena_create();
    if (brief == NULL) brief = place_arena_create();
    char *text = malloc(size); /* of its own, so that reading past its end is seen */
    if (kept == NULL || scratch == NULL || brief == NULL || text == NULL) fuzz_fail("memory is out");
    memcpy(text, bytes + 1, size - 1);
    text[size - 1] = '\0';
    fuzz_make_text(text);
    if (kind < N_MEASURES) read_number(text, measures[kind], hash);
    else if (kind == PLAIN) read_plain(text);
    else if (kind == DAY) read_day(text);
    else if (kind == RANGES) read_ranges(text, hash);
    else if (kind == WORDS) read_words(text);
    else read_classes(text);
    free(text);
    place_arena_reset(kept);
    place_arena_reset(scratch);
    return 0;
}
