/* SPDX-License-Identifier: MIT */
/*
 * Scenario documents: what is refused, at which line and in which words; how files extend one another, take rows from
 * CSV files and are overridden; that canonical text is canonical; that no cut or flipped byte brings the reader down.
 * Files are written to a folder of their own for each test.
 */
#include <check.h>
#include <libxml/parser.h>
#include <libxml/xmlIO.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../src/scenario/document.h"
#include "suites.h"

/* ---- files and loading ---- */

static char folder[64];
static char *made[64]; /* paths below the folder, to be removed last first */
static size_t n_made;
static place_errors errors;
static place_document *document;

static void make_folder(void) {
    snprintf(folder, sizeof folder, "/tmp/placesim-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    n_made = 0;
}

static void remove_folder(void) {
    place_document_free(document);
    document = NULL;
    while (n_made > 0) {
        remove(made[--n_made]);
        free(made[n_made]);
    }
    rmdir(folder);
}

static const char *path_of(const char *name) {
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void note_made(const char *name) {
    ck_assert_uint_lt(n_made, sizeof made / sizeof made[0]);
    made[n_made] = strdup(path_of(name));
    ck_assert_ptr_nonnull(made[n_made++]);
}

static void write_bytes(const char *name, const char *bytes, size_t size) {
    FILE *file = fopen(path_of(name), "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
    ck_assert_int_eq(fclose(file), 0);
    note_made(name);
}

static void write_text(const char *name, const char *text) {
    write_bytes(name, text, strlen(text));
}

static void make_subfolder(const char *name) {
    ck_assert_int_eq(mkdir(path_of(name), 0700), 0);
    note_made(name);
}

static place_status load_with(const char *name, const place_scenario_options *options) {
    place_document_free(document);
    document = NULL;
    errors = (place_errors){ 0 };
    return place_document_load(&document, path_of(name), options, &errors);
}

static place_status load(const char *name) {
    return load_with(name, NULL);
}

static place_status load_bytes(const char *text, size_t size) {
    place_document_free(document);
    document = NULL;
    errors = (place_errors){ 0 };
    return place_document_load_text(&document, text, size, "text.xml", NULL, &errors);
}

/* The error number `k` is at file:line (the file's end is enough) and holds the words. */
static void expect_error(size_t k, const char *file, long line, const char *words) {
    ck_assert_msg(errors.n_errors > k, "error %zu is missing: '%s'", k, words);
    const place_error *e = &errors.errors[k];
    size_t n = strlen(e->file), n_file = strlen(file);
    ck_assert_msg(n >= n_file && strcmp(e->file + n - n_file, file) == 0, "file '%s', not '%s': %s", e->file, file,
                  e->message);
    ck_assert_msg(strstr(e->message, words) != NULL, "'%s' does not hold '%s'", e->message, words);
    ck_assert_msg(e->line == line, "line %ld, not %ld: %s", e->line, line, e->message);
    ck_assert_ptr_null(strchr(e->message, '\n'));
}

static void expect_only_error(const char *file, long line, const char *words) {
    expect_error(0, file, line, words);
    ck_assert_msg(errors.n_errors == 1, "one error more: %s", errors.errors[1].message);
}

static void expect_loaded(place_status status) {
    ck_assert_msg(status == PLACE_OK, "%s:%ld: %s", errors.errors[0].file, errors.errors[0].line,
                  errors.errors[0].message);
    ck_assert_ptr_nonnull(document);
    ck_assert_uint_eq(errors.n_errors, 0);
}

static char *printed(void) {
    size_t size = 0;
    char *text = place_document_print(document, &size);
    ck_assert_ptr_nonnull(text);
    ck_assert_uint_eq(strlen(text), size);
    return text;
}

static void expect_printed(const char *words) {
    char *text = printed();
    ck_assert_msg(strstr(text, words) != NULL, "'%s' is not in\n%s", words, text);
    free(text);
}

static void expect_not_printed(const char *words) {
    char *text = printed();
    ck_assert_msg(strstr(text, words) == NULL, "'%s' is in\n%s", words, text);
    free(text);
}

#define HEAD "<scenario version=\"1\" id=\"t\">\n"
#define TAIL "</scenario>\n"
#define XSI "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "

static const char small[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<!-- a remark -->\n"
    "<scenario id=\"small\" version=\"1\" title=\"A &amp; B\">\n"
    "  <notes>  first &lt;line&gt; \xC3\xA9\n\n  second <![CDATA[<raw>]]> </notes>\n"
    "  <time start=\"2021-09-01\"\n"
    "        steps=\"6\" step=\"term\"/>\n"
    "  <area id=\"b\" reach=\" a\n c\"/><area id=\"c\"/>\n"
    "  <area id=\"a\" name='say \"&#233;\"'/>\n"
    "  <table name=\"cease\"><row ncy=\"3\" value=\"beta(mean=0.1,  sd=0.01)\"/><row value=\"0.1\"/></table>\n"
    "</scenario>";

/* ---- what is accepted ---- */

START_TEST(accepts_a_valid_file) { /* the check that the tests of refusals are worth something */
    write_text("small.xml", small);
    expect_loaded(load("small.xml"));
    ck_assert_uint_eq(errors.n_warnings, 0);
    ck_assert_str_eq((const char *)place_document_root(document)->name, "scenario");
}
END_TEST

START_TEST(prints_canonical_text) {
    expect_loaded(load_bytes(small, strlen(small)));
    char *text = printed();
    ck_assert_str_eq(text,
                     "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                     "<scenario id=\"small\" title=\"A &amp; B\" version=\"1\">\n"
                     "  <area id=\"a\" name=\"say &quot;\xC3\xA9&quot;\"/>\n"
                     "  <area id=\"b\" reach=\"a c\"/>\n"
                     "  <area id=\"c\"/>\n"
                     "  <notes>first &lt;line&gt; \xC3\xA9\n\n  second &lt;raw&gt;</notes>\n"
                     "  <table name=\"cease\">\n"
                     "    <row ncy=\"3\" value=\"beta(mean=0.1, sd=0.01)\"/>\n"
                     "    <row value=\"0.1\"/>\n"
                     "  </table>\n"
                     "  <time start=\"2021-09-01\" step=\"term\" steps=\"6\"/>\n"
                     "</scenario>\n");
    expect_loaded(load_bytes(text, strlen(text)));
    char *again = printed();
    ck_assert_str_eq(text, again);
    free(text);
    free(again);
}
END_TEST

/* A bare one is a line's end, and read as a line feed. */
START_TEST(prints_a_carriage_return_as_a_reference) {
    const char *text = HEAD "<notes>one&#13;two\rthree</notes>" TAIL;
    for (int time = 0; time < 2; time++) { /* as written, and as printed */
        expect_loaded(load_bytes(text, strlen(text)));
        expect_printed("<notes>one&#13;two\nthree</notes>");
        if (time == 0) text = printed();
    }
    free((char *)(uintptr_t)text);
}
END_TEST

START_TEST(prints_the_same_whatever_the_order) {
    const char *one = HEAD "<area id='a' name='x'/><area id='b' key='Z'/><time steps='1' start='2021-09-01'/>"
                           "<table name='cease'><row ncy='1' value='1'/><row value='0'/></table>" TAIL;
    const char *two = "<scenario id='t' version='1'><time start='2021-09-01' steps=' 1 '/><table name='cease'>"
                      "<row value='0'/><!-- x -->"
                      "<row value='1' ncy='1'/></table><area key='Z' id='b'/><area name='x' id='a'/>" TAIL;
    expect_loaded(load_bytes(one, strlen(one)));
    char *first = printed();
    expect_loaded(load_bytes(two, strlen(two)));
    char *second = printed();
    ck_assert_str_eq(first, second);
    ck_assert(strstr(first, "id=\"b\"") < strstr(first, "id=\"a\"")); /* by key: Z before a */
    free(first);
    free(second);
}
END_TEST

START_TEST(knows_the_line_of_each_tag_and_attribute) { /* not the line where the tag ends, which libxml2 tells */
    expect_loaded(load_bytes(small, strlen(small)));
    xmlNode *node = place_document_root(document)->children;
    while (node->type != XML_ELEMENT_NODE || strcmp((const char *)node->name, "time") != 0) node = node->next;
    ck_assert_int_eq(place_document_line(document, node), 7);
    ck_assert_int_eq(place_document_line(document, (xmlNode *)xmlHasProp(node, (const xmlChar *)"start")), 7);
    ck_assert_int_eq(place_document_line(document, (xmlNode *)xmlHasProp(node, (const xmlChar *)"steps")), 8);
    ck_assert_str_eq(place_document_file(document, node), "text.xml");
}
END_TEST

START_TEST(ignores_what_editors_need_and_warns_of_style_sheets) {
    const char *text =
        "<?xml-stylesheet href=\"x.css\"?>\n<scenario " XSI "xsi:noNamespaceSchemaLocation=\"http://localhost/no.xsd\" "
        "xsi:schemaLocation=\"urn:x no.xsd\" version=\"1\" id=\"t\"/>";
    expect_loaded(load_bytes(text, strlen(text)));
    ck_assert_uint_eq(errors.n_warnings, 1);
    ck_assert_int_eq(errors.warnings[0].line, 1);
    ck_assert_ptr_nonnull(strstr(errors.warnings[0].message, "xml-stylesheet"));
    expect_not_printed("xsi");
}
END_TEST

START_TEST(accepts_a_byte_order_mark_and_crlf) {
    const char *text = "\xEF\xBB\xBF<?xml version='1.0' encoding='utf-8'?>\r\n<scenario version='1'\r\n id='t'/>\r\n";
    expect_loaded(load_bytes(text, strlen(text)));
}
END_TEST

START_TEST(takes_markup_and_formats_in_texts_as_text) { /* row 85 */
    const char *text = HEAD "<area id=\"a\" name=\"&lt;script>alert('%s%n')&lt;/script>\"/>" TAIL;
    expect_loaded(load_bytes(text, strlen(text)));
    expect_printed("name=\"&lt;script&gt;alert('%s%n')&lt;/script&gt;\"");
}
END_TEST

/* ---- what is refused: one text a rule ---- */

static const struct {
    const char *text;
    long line;
    const char *words;
} refusals[] = {
    /* not a scenario at all */
    { "", 1, "the file is empty, not a scenario" },
    { "\xEF\xBB\xBF", 1, "empty but for a byte order mark" },
    { " \n\n\t ", 1, "the file is blank" },
    { "\x1F\x8B\x08garbage", 1, "looks like a gzip archive" },
    { "PK\x03\x04garbage", 1, "looks like a zip archive (an Excel workbook is one)" },
    { "%PDF-1.7\n", 1, "looks like a PDF" },
    { "\x89HDF\r\n\x1A\n", 1, "looks like a HDF5 file, such as a run file" },
    { " {\"scenario\": 1}", 1, "looks like JSON" },
    { "<!doctype html>\n<html></html>", 1, "looks like HTML" },
    { "<html><body/></html>", 1, "looks like HTML" },
    { "hello", 1, "does not begin with '<'" },
    /* encodings */
    { "\xFF\xFE<", 1, "UTF-16" },
    { "\xFE\xFF", 1, "UTF-16" },
    { "<?xml version='1.0' encoding='ISO-8859-1'?>\n" HEAD TAIL, 1,
      "its encoding is 'ISO-8859-1'; only UTF-8 is read" },
    { HEAD "<notes>\n\xE9</notes>" TAIL, 3, "byte 0xE9 is not UTF-8" },
    { HEAD "<notes>\xC0\xAF</notes>" TAIL, 2, "byte 0xC0 is not UTF-8" },
    { HEAD "<notes>\xED\xA0\x80</notes>" TAIL, 2, "byte 0xED is not UTF-8" },
    { HEAD "<notes>\xF4\x90\x80\x80</notes>" TAIL, 2, "byte 0xF4 is not UTF-8" },
    { HEAD "<notes>\x1B[31m</notes>" TAIL, 2, "a control character may not stand" },
    { HEAD "\n<notes>\xEF\xBF\xBF</notes>" TAIL, 3, "U+FFFE or U+FFFF may not stand" },
    { HEAD "<notes>&#0;</notes>" TAIL, 2, "that XML does not allow" },
    { HEAD "<notes>&#x1;</notes>" TAIL, 2, "that XML does not allow" },
    { "<?xml version=\"1.1\"?>\n" HEAD TAIL, 1, "this is XML 1.1; only XML 1.0 is read" },
    /* document types, entities, inclusion */
    { "<!DOCTYPE scenario [<!ENTITY x SYSTEM \"file:///nonexistent/secret\">]>\n" HEAD "<notes>&x;</notes>" TAIL, 1,
      "<!DOCTYPE" },
    { "<!DOCTYPE scenario SYSTEM \"http://127.0.0.1:1/x.dtd\">\n" HEAD TAIL, 1, "<!DOCTYPE" },
    { "\n<!DOCTYPE s [<!ENTITY % p SYSTEM \"http://127.0.0.1:1/\"> %p;]>\n" HEAD TAIL, 2, "<!DOCTYPE" },
    { "<!DOCTYPE s [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]>" HEAD "<notes>&b;</notes>" TAIL, 1, "<!DOCTYPE" },
    { "<!DOCTYPE scenario>\n" HEAD TAIL, 1, "<!DOCTYPE" },
    { HEAD "<!ENTITY a \"b\">" TAIL, 2, "a scenario has no declarations; found '<!ENTITY'" },
    { HEAD "<area <!DOCTYPE x>" TAIL, 2, "<!DOCTYPE" },
    { HEAD "<notes>&secret;</notes>" TAIL, 2, "&secret; is not known" },
    { "<scenario version='1' id='t' xmlns:xi='http://www.w3.org/2001/XInclude'>\n<xi:include href='/etc/passwd'/>" TAIL,
      1, "XInclude is not read" },
    /* not well-formed */
    { HEAD "<area id='a'>\n</site>" TAIL, 3, "</site> stands where <area> of line 2 must be closed first" },
    { HEAD "<area id='a'>\n", 3, "the file ends before <area> of line 2 is closed" },
    { HEAD "<area id='a' id='b'/>" TAIL, 2, "the attribute 'id' stands twice" },
    { HEAD "<area id=a/>" TAIL, 2, "stands in quotes" },
    { HEAD "<area id/>" TAIL, 2, "the attribute 'id' has no value" },
    { HEAD "<area id='a/>\n<area id='b'/>" TAIL, 3, "lacks its closing quote" },
    { HEAD "<area id='a'name='b'/>" TAIL, 2, "a space is missing" },
    { HEAD "<notes>fish & chips</notes>" TAIL, 2, "a single '&' is written &amp;" },
    { HEAD "<notes><!-- a -- b --></notes>" TAIL, 2, "a comment may not hold '--'" },
    { HEAD "<notes><!-- a", 2, "a comment is not closed" },
    { HEAD TAIL "<area id='a'/>", 3, "something follows the end of the root element" },
    { "\n<?xml version='1.0'?>\n" HEAD TAIL, 2, "stands at the very start of a file" },
    { HEAD "<q:area id='a'/>" TAIL, 2, "no namespaces" },
    /* the root */
    { "<senario/>", 1, "the root of a scenario is <scenario>; found <senario>" },
    { "\n<scenario xmlns=\"urn:x\" version=\"1\" id=\"t\"/>", 2,
      "remove xmlns=\"urn:x\", it makes every path match nothing" },
    { HEAD "\n<area xmlns='urn:y' id='a'/>" TAIL, 3, "remove xmlns=\"urn:y\"" },
    { "<scenario version='1' id='t' xml:lang='en'/>", 1, "'xml:lang' is not known" },
    { "<scenario " XSI "xsi:type='x' version='1' id='t'/>", 1, "'xsi:type' is not known" },
    { "<scenario version='0.9' id='t'/>", 1, "version '0.9' is not read here, version 1 is; to convert it" },
    { "<scenario id='t'/>", 1, "the version of the format is missing" },
    /* the schema */
    { HEAD "<site id='ash' area='a' provision='p' ncy='0..6'\n commisioned='3'/>" TAIL, 3,
      "site: attribute 'commisioned' is not known; did you mean 'commissioned' of <places>?" },
    { HEAD "<site id='ash' area='a' provison='p' provision='p' ncy='0..6'/>" TAIL, 2, "did you mean 'provision'?" },
    { HEAD "<siet id='ash'/>" TAIL, 2, "scenario: element <siet> is not known; did you mean <site>?" },
    { HEAD "<row value='1'/>" TAIL, 2, "<row> stands in <table>, not in <scenario>" },
    { HEAD "<area/>" TAIL, 2, "area: attribute 'id' is missing" },
    { HEAD "<area id='..'/>" TAIL, 2, "area: id '..' is not allowed; it takes: name of a thing" },
    { HEAD "<area id='/etc'/>" TAIL, 2, "area: id '/etc' is not allowed" },
    { HEAD "<area id='%n%s'/>" TAIL, 2, "area: id '%n%s' is not allowed" },
    { HEAD "<area id=''/>" TAIL, 2, "area: id '' is not allowed" },
    { HEAD "<area id='a&#10;b'/>" TAIL, 2, "area: id 'a b' is not allowed" },
    { HEAD "<area id='a\xE2\x80\xAE"
           "b'/>" TAIL,
      2, "area: id 'a?b' is not allowed" },
    { HEAD "<time start='2021-09-01' steps='3' step='monthly'/>" TAIL, 2,
      "time: step 'monthly' is not known; did you mean 'month'?" },
    { HEAD "<time start='2021-09-01' steps='3' step='week'/>" TAIL, 2,
      "time: step is month, term or year; found 'week'" },
    { HEAD "<time start='1.9.2021' steps='3'/>" TAIL, 2,
      "time: start '1.9.2021' is not allowed; it takes: a real day" },
    { HEAD "<area id='a'>text</area>" TAIL, 2, "area: no text may stand in this element" },
    { HEAD "<growth-error value='5%'/>" TAIL, 2, "growth-error: value: '5%' is not a number here; write 0.05" },
    { HEAD "<remove ref='site ash'/>" TAIL, 2, "this file extends no other" },
};

START_TEST(refuses) {
    const char *text = refusals[_i].text;
    ck_assert_int_eq(load_bytes(text, strlen(text)), PLACE_BAD_INPUT);
    ck_assert_ptr_null(document);
    expect_only_error("text.xml", refusals[_i].line, refusals[_i].words);
}
END_TEST

static const struct {
    const char *set, *words;
} bad_sets[] = {
    { "time/@steps", "an override is written XPATH=VALUE" },
    { "=9", "an override is written XPATH=VALUE" },
    { "time[@steps='6']", "an override is written XPATH=VALUE" },
    { "time/@stepz=9", "leads to nothing in this scenario" },
    { "time/@[=9", "an override is written XPATH=VALUE" },
    { "time/@@steps=9", "this is no path of XPath 1.0" },
    { "document('/etc/passwd')=9", "this is no path of XPath 1.0" },
    { "$x=9", "this is no path of XPath 1.0" },
    { "exsl:node-set(time)=9", "this is no path of XPath 1.0" },
    { "count(area)=9", "the path gives a value" },
    { "/scenario=9", "leads to <scenario>, which is no single value" },
    { "time=9", "leads to <time>, which is no single value" },
    { "/=9", "must lead to an attribute" },
    { "namespace::*=9", "must lead to an attribute" },
    { "time/@steps=\x01", "without control characters" },
    { "time/@steps=\xC0", "is UTF-8" },
    { "time/@step=9", "leads to nothing" },
};

START_TEST(refuses_nul_bytes) {
    static const char text[] = HEAD "<area id='a\0'/>" TAIL;
    ck_assert_int_eq(load_bytes(text, sizeof text - 1), PLACE_BAD_INPUT);
    expect_only_error("text.xml", 2, "a NUL byte");
}
END_TEST

START_TEST(reports_every_error_of_a_file) { /* after an unknown element libxml2 alone would say no more */
    const char *text =
        HEAD "<arae id='x'/>\n<area/>\n<aera id='y'/>\n<time steps='3' start='now'/>\n<area id='1'/>\n" TAIL;
    ck_assert_int_eq(load_bytes(text, strlen(text)), PLACE_BAD_INPUT);
    ck_assert_uint_eq(errors.n_errors, 5);
    expect_error(0, "text.xml", 2, "<arae> is not known; did you mean <area>?");
    expect_error(1, "text.xml", 4, "<aera> is not known");
    expect_error(2, "text.xml", 3, "area: attribute 'id' is missing");
    expect_error(3, "text.xml", 5, "time: start 'now' is not allowed");
    expect_error(4, "text.xml", 6, "area: id '1' is not allowed");
}
END_TEST

START_TEST(keeps_twenty_errors_and_counts_the_rest) {
    char text[4096] = HEAD;
    for (int k = 0; k < 50; k++) strcat(text, "<area/>\n");
    strcat(text, TAIL);
    ck_assert_int_eq(load_bytes(text, strlen(text)), PLACE_BAD_INPUT);
    ck_assert_uint_eq(errors.n_errors, 50);
    ck_assert_int_eq(errors.errors[19].line, 21);
}
END_TEST

START_TEST(prints_nothing_itself) {
    write_text("out.txt", "");
    fflush(stderr);
    int saved = dup(2);
    ck_assert_ptr_nonnull(freopen(path_of("out.txt"), "w", stderr));
    for (size_t k = 0; k < sizeof refusals / sizeof refusals[0]; k++)
        load_bytes(refusals[k].text, strlen(refusals[k].text));
    write_text("small.xml", small);
    for (size_t k = 0; k < sizeof bad_sets / sizeof bad_sets[0]; k++)
        load_with("small.xml", &(place_scenario_options){ .sets = &bad_sets[k].set, .n_sets = 1 });
    fflush(stderr);
    dup2(saved, 2);
    close(saved);
    struct stat about;
    ck_assert_int_eq(stat(path_of("out.txt"), &about), 0);
    ck_assert_int_eq(about.st_size, 0);
}
END_TEST

/* libxml2 asks every handler of input whether it knows a name before it opens it: this one only counts. */
static int n_opened;
static int count_opening(const char *name) {
    (void)name;
    n_opened++;
    return 0;
}

START_TEST(opens_nothing_that_a_scenario_names) {
    ck_assert_int_ge(xmlRegisterInputCallbacks(count_opening, NULL, NULL, NULL), 0);
    n_opened = 0;
    xmlFreeParserInputBuffer(xmlParserInputBufferCreateFilename("/nonexistent", XML_CHAR_ENCODING_NONE));
    ck_assert_int_eq(n_opened, 1); /* planted: the counter works */
    for (size_t k = 0; k < sizeof refusals / sizeof refusals[0]; k++)
        load_bytes(refusals[k].text, strlen(refusals[k].text));
    const char *located = "<scenario " XSI "xsi:noNamespaceSchemaLocation='/nonexistent/x.xsd' version='1' id='t'/>";
    expect_loaded(load_bytes(located, strlen(located)));
    ck_assert_int_eq(n_opened, 1);
    /* and with the guard out of the way, the entity loader still says no */
    static const char entity[] = "<!DOCTYPE s [<!ENTITY x SYSTEM 'file:///nonexistent'>]><s>&x;</s>";
    xmlFreeDoc(xmlReadMemory(entity, (int)strlen(entity), NULL, NULL,
                             XML_PARSE_NOENT | XML_PARSE_DTDLOAD | XML_PARSE_NOERROR | XML_PARSE_NOWARNING));
    ck_assert_int_eq(n_opened, 1);
}
END_TEST

/* ---- limits ---- */

/* A text that is built up; `n` bytes, a NUL behind them. */
typedef struct builder {
    char *bytes;
    size_t n;
} builder;

static builder begin(size_t room) {
    builder b = { malloc(room + 1), 0 };
    ck_assert_ptr_nonnull(b.bytes);
    return b;
}

static void add(builder *b, const char *text, size_t times) {
    size_t n = strlen(text);
    for (size_t k = 0; k < times; k++, b->n += n) memcpy(b->bytes + b->n, text, n);
    b->bytes[b->n] = '\0';
}

static place_status load_built(builder *b) {
    place_status status = load_bytes(b->bytes, b->n);
    free(b->bytes);
    return status;
}

START_TEST(limits_depth) { /* <scenario> and 32 more are one too deep; with 31 more only the name is wrong */
    builder b = begin(100000);
    add(&b, HEAD, 1), add(&b, "<a>", 32), add(&b, "</a>", 32), add(&b, TAIL, 1);
    ck_assert_int_eq(load_built(&b), PLACE_BAD_INPUT);
    expect_only_error("text.xml", 2, "at most 32 deep");
    b = begin(100000);
    add(&b, HEAD, 1), add(&b, "<a>", 31), add(&b, "</a>", 31), add(&b, TAIL, 1);
    ck_assert_int_eq(load_built(&b), PLACE_BAD_INPUT);
    expect_only_error("text.xml", 2, "element <a> is not known");
    b = begin(3000000);
    add(&b, "<a>", 1000000);
    ck_assert_int_eq(load_built(&b), PLACE_BAD_INPUT);
    expect_only_error("text.xml", 1, "at most 32 deep");
}
END_TEST

static void add_attributes(builder *b, int n) {
    char text[32];
    for (int k = 0; k < n; k++) {
        snprintf(text, sizeof text, " a%d=''", k);
        add(b, text, 1);
    }
}

START_TEST(limits_attributes_of_a_tag) {
    static const struct {
        int n;
        const char *before, *words;
    } cases[] = {
        { 64, "<area", "attribute 'a0' is not known" },
        { 65, "<area", "a tag has at most 64 attributes" },
        { 100000, "<area", "a tag has at most 64 attributes" },
        { 100000, "<a b><area",
          "a tag has at most 64 attributes" }, /* behind a fault, where the scan has lost its way */
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        builder b = begin(2000000);
        add(&b, HEAD, 1), add(&b, cases[k].before, 1), add_attributes(&b, cases[k].n), add(&b, "/>" TAIL, 1);
        ck_assert_int_eq(load_built(&b), PLACE_BAD_INPUT);
        expect_error(0, "text.xml", 2, cases[k].words);
    }
}
END_TEST

START_TEST(limits_sizes) {
    static const struct {
        const char *before, *unit, *after, *words;
        size_t n;
    } cases[] = {
        { HEAD "<", "n", "/>" TAIL, "a name has at most 1,000 bytes; this one has 60000", 60000 },
        { HEAD "<area ", "n", "='1'/>" TAIL, "a name has at most 1,000 bytes; this one has 60000", 60000 },
        { HEAD "</", "n", ">" TAIL, "a name has at most 1,000 bytes", 60000 },
        { HEAD "<!--", "c", "-->" TAIL, "a comment has at most 1 MB", 10000000 },
        { HEAD "<!--", "c", "", "a comment has at most 1 MB", 10000000 },
        { HEAD "<?pi ", "p", "?>" TAIL, "an instruction <?...?> has at most 64 KB", 70000 },
        { HEAD "<notes>", "t", "</notes>" TAIL, "a text has at most 64 KB", 65537 },
        { HEAD "<notes><![CDATA[", "t", "]]></notes>" TAIL, "a text has at most 64 KB", 65537 },
        { HEAD "<area id='", "t", "'/>" TAIL, "an attribute has at most 64 KB; this one has 65537 bytes", 65537 },
        { HEAD, "<area/>", TAIL, "a scenario has at most 100,000 elements", 100001 },
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        builder b = begin(strlen(cases[k].unit) * cases[k].n + 1000);
        add(&b, cases[k].before, 1), add(&b, cases[k].unit, cases[k].n), add(&b, cases[k].after, 1);
        ck_assert_int_eq(load_built(&b), PLACE_BAD_INPUT);
        expect_only_error("text.xml", 2, cases[k].words);
    }
    builder b = begin(70000); /* 64 KB to the byte are let through */
    add(&b, HEAD "<notes>", 1), add(&b, "t", 65536), add(&b, "</notes>" TAIL, 1);
    expect_loaded(load_built(&b));
}
END_TEST

START_TEST(limits_the_lines_and_bytes_of_a_file) {
    builder b = begin((size_t)17 << 20);
    add(&b, HEAD, 1), add(&b, "\n", 65533), add(&b, TAIL, 1); /* 65,535 lines, the last with its line end */
    write_bytes("lines.xml", b.bytes, b.n);
    expect_loaded(load("lines.xml"));
    b.n = 0;
    add(&b, HEAD, 1), add(&b, "\n", 65534), add(&b, TAIL, 1);
    write_bytes("more.xml", b.bytes, b.n);
    ck_assert_int_eq(load("more.xml"), PLACE_BAD_INPUT);
    expect_only_error("more.xml", 65536, "a scenario has at most 65535 lines");
    expect_loaded(load_bytes(b.bytes, b.n)); /* a resolved scenario holds long tables */
    b.n = 0;
    add(&b, HEAD, 1), add(&b, " ", ((size_t)16 << 20) + 1 - strlen(HEAD)); /* 16 MB and one byte */
    write_bytes("bytes.xml", b.bytes, b.n);
    free(b.bytes);
    ck_assert_int_eq(load("bytes.xml"), PLACE_BAD_INPUT);
    expect_only_error("bytes.xml", 0, "more than 16 MB");
}
END_TEST

START_TEST(says_when_a_file_cannot_be_read) {
    ck_assert_int_eq(load("nowhere.xml"), PLACE_SYSTEM);
    expect_only_error("nowhere.xml", 0, "cannot be read: No such file");
    make_subfolder("sub");
    ck_assert_int_eq(load("sub"), PLACE_SYSTEM);
    expect_only_error("sub", 0, "cannot be read: it is a folder");
    ck_assert_int_eq(mkfifo(path_of("pipe"), 0600), 0); /* and does not wait for a writer */
    note_made("pipe");
    ck_assert_int_eq(load("pipe"), PLACE_SYSTEM);
    expect_only_error("pipe", 0, "it is not a regular file");
    ck_assert_int_eq(load("small.xml/x"), PLACE_SYSTEM);
}
END_TEST

/* ---- cut and flipped bytes ---- */

START_TEST(refuses_a_file_cut_anywhere) { /* only the whole is a scenario: it ends in its last '>' */
    for (size_t n = 0; n < strlen(small); n++) {
        ck_assert_msg(load_bytes(small, n) == PLACE_BAD_INPUT, "cut to %zu bytes", n);
        ck_assert_uint_ge(errors.n_errors, 1);
    }
    expect_loaded(load_bytes(small, strlen(small)));
}
END_TEST

START_TEST(
    survives_flipped_bytes) { /* 20,000 files, each with 1 to 4 bytes changed; what still loads prints canonically */
    uint64_t state = 20211;
    char text[sizeof small];
    for (int k = 0; k < 20000; k++) {
        memcpy(text, small, sizeof small);
        state = state * 6364136223846793005u + 1442695040888963407u;
        int n_flips = 1 + (int)(state >> 62);
        for (int f = 0; f < n_flips; f++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            size_t at = (size_t)(state >> 33) % strlen(small);
            static const char likely[] = "<>&\"'/=!?-[]x0 \n#;";
            text[at] = (state >> 20) & 1 ? likely[(state >> 24) % (sizeof likely - 1)] : (char)(state >> 8);
        }
        place_status status = load_bytes(text, strlen(small));
        ck_assert_msg((status == PLACE_OK) == (errors.n_errors == 0), "case %d", k);
        ck_assert_msg(status == PLACE_OK || status == PLACE_BAD_INPUT, "case %d", k);
        if (status != PLACE_OK) continue;
        char *first = printed();
        expect_loaded(load_bytes(first, strlen(first)));
        char *second = printed();
        ck_assert_msg(strcmp(first, second) == 0, "case %d:\n%s%s", k, first, second);
        free(first);
        free(second);
    }
}
END_TEST

static void *load_often(void *unused) {
    (void)unused;
    for (int k = 0; k < 200; k++) {
        place_errors found = { 0 };
        place_document *mine = NULL;
        size_t n = strlen(small) - (k % 4 == 0);
        place_status status = place_document_load_text(&mine, small, n, "thread.xml", NULL, &found);
        if ((status == PLACE_OK) != (k % 4 != 0)) return "a thread got another answer";
        place_document_free(mine);
    }
    return NULL;
}

START_TEST(loads_in_many_threads_at_once) {
    pthread_t threads[4];
    for (int k = 0; k < 4; k++) ck_assert_int_eq(pthread_create(&threads[k], NULL, load_often, NULL), 0);
    for (int k = 0; k < 4; k++) {
        void *failure = NULL;
        pthread_join(threads[k], &failure);
        ck_assert_ptr_null(failure);
    }
}
END_TEST

/* ---- extends ---- */

static const char base_file[] = "<scenario version='1' id='base' title='Base' seed='7'>\n"
                                "<time start='2021-09-01' steps='6' step='term'/>\n"
                                "<area id='a' name='Area A'/>\n"
                                "<site id='ash' area='a' provision='p' ncy='0..6' name='Ash'>\n"
                                "  <places commissioned='10' phases='x'/><places commissioned='20' phases='y'/>"
                                "<others kind='number' value='3'/></site>\n"
                                "<site id='oak' area='a' provision='p' ncy='0..6'/>\n"
                                "<project id='annexe' start='2022-01-01'><activity id='permit' duration='3'/>"
                                "<activity id='build' duration='9' after='permit'/></project>\n"
                                "<table name='cease'><row value='0.1'/><row ncy='3' value='0.2'/></table>\n"
                                "<trend flow='leave' base-year='2020' growth='0.1'/>\n"
                                "<notes>base</notes>\n"
                                "</scenario>\n";

START_TEST(merges_what_a_file_extends) {
    write_text("base.xml", base_file);
    write_text("child.xml",
               "<scenario version='1' id='child' extends='base.xml'>\n"
               "<time steps='9'/>\n"
               "<site id='ash' name='Ash Hill'><places commissioned='40'/></site>\n"
               "<site id='elm' area='a' provision='p' ncy='7..11'/>\n"
               "<project id='annexe'><activity id='build' duration='12'/>"
               "<activity id='fit' duration='1' after='build'/></project>\n"
               "<table name='cease'><row value='0.3'/></table>\n"
               "<trend flow='leave' sd='0'/><trend flow='move' base-year='2020'/>\n"
               "<remove ref='site oak'/>\n"
               "</scenario>\n");
    expect_loaded(load("child.xml"));
    char *text = printed();
    ck_assert_str_eq(text,
                     "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                     "<scenario id=\"child\" seed=\"7\" title=\"Base\" version=\"1\">\n"
                     "  <area id=\"a\" name=\"Area A\"/>\n"
                     "  <notes>base</notes>\n"
                     "  <project id=\"annexe\" start=\"2022-01-01\">\n"
                     "    <activity after=\"permit\" duration=\"12\" id=\"build\"/>\n"
                     "    <activity after=\"build\" duration=\"1\" id=\"fit\"/>\n"
                     "    <activity duration=\"3\" id=\"permit\"/>\n"
                     "  </project>\n"
                     "  <site area=\"a\" id=\"ash\" name=\"Ash Hill\" ncy=\"0..6\" provision=\"p\">\n"
                     "    <others kind=\"number\" value=\"3\"/>\n"
                     "    <places commissioned=\"40\"/>\n"
                     "  </site>\n"
                     "  <site area=\"a\" id=\"elm\" ncy=\"7..11\" provision=\"p\"/>\n"
                     "  <table name=\"cease\">\n"
                     "    <row value=\"0.3\"/>\n"
                     "  </table>\n"
                     "  <time start=\"2021-09-01\" step=\"term\" steps=\"9\"/>\n"
                     "  <trend base-year=\"2020\" flow=\"leave\" growth=\"0.1\" sd=\"0\"/>\n"
                     "  <trend base-year=\"2020\" flow=\"move\"/>\n"
                     "</scenario>\n");
    free(text);
    /* each part knows its file and line */
    for (const xmlNode *node = place_document_root(document)->children; node != NULL; node = node->next) {
        if (node->type != XML_ELEMENT_NODE || strcmp((const char *)node->name, "time") != 0) continue;
        const xmlNode *steps = (const xmlNode *)xmlHasProp((xmlNode *)(uintptr_t)node, (const xmlChar *)"steps");
        ck_assert_ptr_nonnull(strstr(place_document_file(document, node), "base.xml"));
        ck_assert_ptr_nonnull(strstr(place_document_file(document, steps), "child.xml"));
        ck_assert_int_eq(place_document_line(document, steps), 2);
    }
}
END_TEST

START_TEST(removes_before_it_merges_and_reaches_below) {
    write_text("base.xml", base_file);
    write_text(
        "child.xml",
        "<scenario version='1' id='child' extends='base.xml'>\n"
        "<site id='ash' area='a' provision='q' ncy='1'/>\n"
        "<remove ref='site ash'/><remove ref='project annexe activity permit'/><remove ref='time'/></scenario>\n");
    expect_loaded(load("child.xml"));
    expect_printed("<site area=\"a\" id=\"ash\" ncy=\"1\" provision=\"q\"/>");
    expect_not_printed("\"permit\"/>");
    expect_not_printed("<time");
}
END_TEST

START_TEST(refuses_to_remove_nothing) {
    write_text("base.xml", base_file);
    write_text("child.xml",
               "<scenario version='1' id='child' extends='base.xml'>\n<remove ref='site oka'/>\n"
               "<remove ref='site'/>\n<remove ref='area nowhere'/>\n<remove/>\n</scenario>\n");
    ck_assert_int_eq(load("child.xml"), PLACE_BAD_INPUT);
    expect_error(0, "child.xml", 2, "remove: 'site oka' removes nothing; did you mean 'site oak'?");
    expect_error(1, "child.xml", 3, "remove: 'site' removes nothing");
    expect_error(2, "child.xml", 4, "remove: 'area nowhere' removes nothing");
    expect_error(3, "child.xml", 5, "remove: the attribute 'ref' is missing, as in ref=\"site ash\"");
    ck_assert_uint_eq(errors.n_errors, 4);
}
END_TEST

/* <scenario> and its areas twice: 50,001 elements of the file that extends, and as many or fewer of what it extends */
START_TEST(limits_the_elements_of_files_together) {
    for (size_t fewer = 0; fewer < 3; fewer++) {
        builder b = begin(1000000), c = begin(1000000);
        add(&b, HEAD, 1), add(&b, "<area/>", 50000 - fewer), add(&b, TAIL, 1);
        add(&c, "<scenario version='1' id='c' extends='base.xml'>", 1), add(&c, "<area/>", 50000), add(&c, TAIL, 1);
        write_bytes("base.xml", b.bytes, b.n), write_bytes("child.xml", c.bytes, c.n);
        free(b.bytes), free(c.bytes);
        ck_assert_int_eq(load("child.xml"), PLACE_BAD_INPUT); /* areas have ids, or else the limit */
        if (fewer < 2) expect_only_error("base.xml", 0, "a scenario has at most 100,000 elements; with what was read before there are");
        else expect_error(0, "child.xml", 1, "area: attribute 'id' is missing");
        if (fewer == 0) expect_only_error("base.xml", 0, "there are 100002");
    }
}
END_TEST

START_TEST(refuses_an_element_twice_in_the_file_that_extends) { /* merging both would hide one of them */
    write_text("base.xml", base_file);
    write_text(
        "child.xml",
        "<scenario version='1' id='child' extends='base.xml'>\n<site id='ash' name='x'/>\n<site id='ash' name='y'/>\n"
        "</scenario>\n");
    ck_assert_int_eq(load("child.xml"), PLACE_BAD_INPUT);
    expect_only_error("child.xml", 3, "site 'ash' stands twice in this file: in line 2 too");
}
END_TEST

START_TEST(replaces_a_table_of_several_elements_whole) {
    write_text("base.xml",
               HEAD "<table name='cease' owner='x'><row value='0.1'/></table>"
                    "<table name='cease'><row ncy='3' value='0.2'/></table>" TAIL);
    write_text(
        "child.xml",
        "<scenario version='1' id='c' extends='base.xml'><table name='cease'><row value='0.3'/></table></scenario>");
    expect_loaded(load("child.xml"));
    expect_printed("  <table name=\"cease\">\n    <row value=\"0.3\"/>\n  </table>\n</scenario>");
    expect_not_printed("0.2");
    write_text("bad.xml",
               "<scenario version='1' id='c' extends='base.xml'>\n<table name='cease' owner='y'/></scenario>");
    ck_assert_int_eq(load("bad.xml"), PLACE_BAD_INPUT);
    expect_only_error("bad.xml", 2, "the rows of 'cease' stand in several elements");
}
END_TEST

START_TEST(finds_extended_files_from_the_folder_of_the_file_that_names_them) {
    make_subfolder("sub");
    write_text("root.xml", HEAD "<area id='a'/>" TAIL);
    write_text("sub/middle.xml", "<scenario version='1' id='m' extends='../root.xml'><area id='b'/></scenario>");
    write_text("child.xml", "<scenario version='1' id='c' extends='./sub//middle.xml'><area id='c'/></scenario>");
    expect_loaded(load("child.xml"));
    expect_printed("  <area id=\"a\"/>\n  <area id=\"b\"/>\n  <area id=\"c\"/>\n");
}
END_TEST

START_TEST(reports_what_is_wrong_in_an_extended_file_there) {
    write_text("base.xml", HEAD "\n<area id='1'/>" TAIL);
    write_text("child.xml", "<scenario version='1' id='c' extends='base.xml'>\n<area id='a'>\n</scenario>");
    ck_assert_int_eq(load("child.xml"), PLACE_BAD_INPUT);
    expect_only_error("child.xml", 3, "must be closed first");
    write_text("child2.xml", "<scenario version='1' id='c' extends='base.xml'>\n<arae id='a'/>\n</scenario>");
    ck_assert_int_eq(load("child2.xml"), PLACE_BAD_INPUT);
    expect_error(0, "child2.xml", 2, "<arae> is not known");
    expect_error(1, "base.xml", 3, "area: id '1' is not allowed");
}
END_TEST

START_TEST(stays_inside_the_folder) {
    make_subfolder("in");
    write_text("outside.xml", HEAD TAIL);
    write_text("rows.csv", "value\n1\n");
    static const struct {
        const char *path, *words;
    } cases[] = {
        { "/etc/passwd", "is not a plain relative path" },
        { "file:///etc/passwd", "is not a plain relative path" },
        { "C:x.xml", "is not a plain relative path" },
        { "..\\outside.xml", "is not a plain relative path" },
        { "../outside.xml", "leads out of the scenario's folder" },
        { "../in/a.xml", "leads out of the scenario's folder" },
        { "x/../../outside.xml", "leads out of the scenario's folder" },
        { "link.xml", "is a link that leads out of the scenario's folder" },
        { "way/outside.xml", "is a link that leads out of the scenario's folder" },
        { "", "the name of a file is missing" },
    };
    ck_assert_int_eq(symlink("../outside.xml", path_of("in/link.xml")), 0);
    note_made("in/link.xml");
    ck_assert_int_eq(symlink("..", path_of("in/way")), 0);
    note_made("in/way");
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        char text[300], name[32];
        snprintf(name, sizeof name, "in/extends%zu.xml", k);
        snprintf(text, sizeof text, "<scenario version='1' id='c'\n extends='%s'/>", cases[k].path);
        write_text(name, text);
        ck_assert_int_eq(load(name), PLACE_BAD_INPUT);
        expect_only_error(name, 2, cases[k].words);
        snprintf(name, sizeof name, "in/table%zu.xml", k);
        snprintf(text, sizeof text, HEAD "<table name='cease'\n\n file='%s'/>" TAIL, cases[k].path);
        write_text(name, text);
        ck_assert_int_eq(load(name), PLACE_BAD_INPUT);
        expect_only_error(name, 4, cases[k].words);
    }
    write_text("in/gone.xml", "<scenario version='1' id='c' extends='gone2.xml'/>");
    ck_assert_int_eq(load("in/gone.xml"), PLACE_SYSTEM);
    expect_only_error("in/gone.xml", 1, "gone2.xml' cannot be read: No such file");
}
END_TEST

START_TEST(refuses_circles_and_long_chains) {
    write_text("a.xml", "<scenario version='1' id='a' extends='b.xml'/>");
    write_text("b.xml", "<scenario version='1' id='b'\n extends='c.xml'/>");
    write_text("c.xml", "<scenario version='1' id='c'\n extends='./b.xml'/>");
    write_text("self.xml", "<scenario version='1' id='s' extends='self.xml'/>");
    ck_assert_int_eq(load("a.xml"), PLACE_BAD_INPUT);
    expect_only_error("c.xml", 2, "extends goes round in a circle: b.xml extends c.xml extends b.xml");
    ck_assert_int_eq(load("self.xml"), PLACE_BAD_INPUT);
    expect_only_error("self.xml", 1, "a circle: self.xml extends self.xml");
    for (int k = 0; k <= 9; k++) { /* 1.xml has 8 behind it, 0.xml 9 */
        char name[16], text[100];
        snprintf(name, sizeof name, "%d.xml", k);
        if (k < 9) snprintf(text, sizeof text, "<scenario version='1' id='x' extends='%d.xml'/>", k + 1);
        else snprintf(text, sizeof text, "<scenario version='1' id='x'/>");
        write_text(name, text);
    }
    expect_loaded(load("1.xml"));
    ck_assert_int_eq(load("0.xml"), PLACE_BAD_INPUT);
    expect_only_error("8.xml", 1, "at most 8 files extend one another");
}
END_TEST

START_TEST(reads_no_file_for_a_scenario_in_memory) {
    const char *text = "<scenario version='1' id='c'\n extends='base.xml'/>";
    ck_assert_int_eq(load_bytes(text, strlen(text)), PLACE_BAD_INPUT);
    expect_only_error("text.xml", 2, "extends no file");
    text = HEAD "<table name='cease' file='x.csv'/>" TAIL;
    ck_assert_int_eq(load_bytes(text, strlen(text)), PLACE_BAD_INPUT);
    expect_only_error("text.xml", 2, "has its rows in it");
}
END_TEST

/* ---- tables in CSV files ---- */

static place_status load_csv(const char *rows, size_t size) {
    static int n_files;
    char name[32], text[200];
    snprintf(name, sizeof name, "rows%d.csv", ++n_files);
    write_bytes(name, rows, size);
    snprintf(text, sizeof text, HEAD "<table name='cease' file='%s'><row value='0.5'/></table>" TAIL, name);
    snprintf(name, sizeof name, "rows%d.xml", n_files);
    write_text(name, text);
    return load(name);
}

START_TEST(reads_rows_from_a_csv_file) {
    const char *rows =
        "\xEF\xBB\xBF# a remark, \"with a quote\r\n\r\nncy , from,value,reason\r\n0..6,,0.1,\"a \"\"b\"\",\r\nc\"\r\n"
        "# another\n7, base ,\"beta(mean=0.1, sd=0.01)\" ,\r\n8,,0.2,";
    expect_loaded(load_csv(rows, strlen(rows)));
    expect_printed("  <table name=\"cease\">\n"
                   "    <row from=\"base\" ncy=\"7\" value=\"beta(mean=0.1, sd=0.01)\"/>\n"
                   "    <row ncy=\"0..6\" reason=\"a &quot;b&quot;, c\" value=\"0.1\"/>\n"
                   "    <row ncy=\"8\" value=\"0.2\"/>\n"
                   "    <row value=\"0.5\"/>\n"
                   "  </table>\n");
    const xmlNode *row = place_document_root(document)->children->next->children; /* the table's first: its own */
    while (row->next != NULL) row = row->next;
    ck_assert_int_eq(place_document_line(document, row),
                     8); /* remark 1, empty 2, names 3, row 4 and 5, remark 6, row 7 */
    ck_assert_ptr_nonnull(strstr(place_document_file(document, row), ".csv"));
}
END_TEST

static const struct {
    const char *rows;
    long line;
    const char *words;
} bad_tables[] = {
    { "", 1, "the file is empty, not a table" },
    { "# only remarks\n", 1, "the table is empty" },
    { "PK\x03\x04", 1, "looks like a zip archive (an Excel workbook is one), not a table" },
    { "ncy,value\n1,\xE9\n", 2, "byte 0xE9 is not UTF-8" },
    { "ncy;value\n1;2\n", 1, "columns are separated by ','" },
    { "ncy,valeu\n1,2\n", 1, "the column 'valeu' is not known; did you mean 'value'?" },
    { "ncy,\n1,2\n", 1, "the column '' is not known" },
    { "ncy,value,ncy\n1,2,3\n", 1, "the column 'ncy' stands twice" },
    { "ncy,value\n1,0.1\n\n# x\n2\n", 5, "the line has 1 field; the first line names 2 columns" },
    { "ncy,value\n1,0.1,\n", 2, "the line has 3 fields; the first line names 2 columns" },
    { "ncy,value\n1,\"0.1\n\n", 2, "a field that begins with '\"' is not closed" },
    { "ncy,value\n1,\"0.1\"x\n", 2, "may follow a field's closing '\"'; found 'x" },
    { "ncy,value\n1,0\"1\n", 2, "a field that holds '\"' stands in quotes" },
    { "ncy,value\r1,0.1\r", 1, "a lone carriage return" },
    { "ncy,value\n1,0.1\n2,5%\n", 3, "row: value: '5%' is not a number here; write 0.05" },
};

START_TEST(refuses_bad_tables) {
    ck_assert_int_eq(load_csv(bad_tables[_i].rows, strlen(bad_tables[_i].rows)), PLACE_BAD_INPUT);
    expect_only_error(".csv", bad_tables[_i].line, bad_tables[_i].words);
}
END_TEST

START_TEST(refuses_tables_cut_anywhere_or_reads_them) { /* never a crash, never an answer without a reason */
    const char *rows = "ncy,value,reason\n1,\"0.1\",\"a\"\"b\nc\"\r\n2,0.2,\n";
    for (size_t n = 0; n <= strlen(rows); n++) {
        place_status status = load_csv(rows, n);
        ck_assert_int_eq(status == PLACE_OK, errors.n_errors == 0);
        remove_folder();
        make_folder();
    }
}
END_TEST

START_TEST(reports_many_tables_at_once) {
    write_text("one.csv", "ncy,value\n1\n");
    write_text("two.csv", "ncy,value\n1,2,3\n");
    write_text("both.xml",
               HEAD "<table name='cease' file='one.csv'/><table name='move' file='two.csv'/>\n<arae/>" TAIL);
    ck_assert_int_eq(load("both.xml"), PLACE_BAD_INPUT);
    expect_error(0, "one.csv", 2, "the line has 1 field");
    expect_error(1, "two.csv", 2, "the line has 3 fields");
    expect_error(2, "both.xml", 3, "<arae> is not known");
}
END_TEST

START_TEST(prints_and_reloads_more_rows_than_a_file_has_lines) {
    builder b = begin(1000000);
    add(&b, "ncy,value\n", 1), add(&b, "3,0.1\n", 70000);
    expect_loaded(load_csv(b.bytes, b.n));
    free(b.bytes);
    char *first = printed();
    expect_loaded(load_bytes(first, strlen(first)));
    char *second = printed();
    ck_assert_int_eq(strcmp(first, second), 0);
    free(first);
    free(second);
}
END_TEST

/* ---- overrides ---- */

static char told[1000];

static void tell(void *self, const char *file, long line, const char *xpath, const char *old_value,
                 const char *new_value) {
    size_t n = strlen(told);
    ck_assert_ptr_eq(self, told);
    const char *name = strrchr(file, '/');
    snprintf(told + n, sizeof told - n, "%s:%ld %s: %s -> %s\n", name != NULL ? name + 1 : file, line, xpath, old_value,
             new_value);
}

static place_status load_set(const char *set) {
    write_text("set.xml",
               "<scenario version='1' id='s'>\n<time start='2021-09-01' steps='6'/>\n<notes>old</notes>\n"
               "<area id='a' name='x'/><area id='b'\n name='y'/>\n"
               "<growth-error value='normal(1, 0.1) truncated(0, 2)'/></scenario>\n");
    told[0] = '\0';
    return load_with("set.xml", &(place_scenario_options){ .sets = &set, .n_sets = 1, .on_set = tell, .self = told });
}

START_TEST(overrides_attributes_and_texts) {
    expect_loaded(load_set("/scenario/time/@steps=9"));
    ck_assert_str_eq(told, "set.xml:2 /scenario/time/@steps: 6 -> 9\n");
    expect_printed("steps=\"9\"");
    expect_loaded(
        load_set("area[@id='b' and @name=\"y\"]/@name=a=b & <c>")); /* relative to <scenario>; '=' in both halves */
    ck_assert_str_eq(told, "set.xml:5 area[@id='b' and @name=\"y\"]/@name: y -> a=b & <c>\n");
    expect_printed("<area id=\"b\" name=\"a=b &amp; &lt;c&gt;\"/>");
    expect_loaded(load_set("growth-error/@value=normal(mean=1, sd=0.2) truncated(0, 2)"));
    expect_printed("value=\"normal(mean=1, sd=0.2) truncated(0, 2)\"");
    expect_loaded(load_set("//area/@name="));
    ck_assert_str_eq(told, "set.xml:4 //area/@name: x -> \nset.xml:5 //area/@name: y -> \n");
    expect_loaded(load_set("notes=new"));
    expect_printed("<notes>new</notes>");
    expect_loaded(load_set("notes | notes/text()=new"));
    expect_printed("<notes>new</notes>");
}
END_TEST

START_TEST(refuses_bad_overrides) {
    ck_assert_int_eq(load_set(bad_sets[_i].set), PLACE_BAD_INPUT);
    expect_only_error("", 0, bad_sets[_i].words);
    ck_assert_int_eq(strncmp(errors.errors[0].file, "--set", 5), 0);
}
END_TEST

START_TEST(blames_the_override_for_a_bad_value) {
    ck_assert_int_eq(load_set("area[@id='a']/@id=9"), PLACE_BAD_INPUT);
    expect_only_error("--set area[@id='a']/@id", 0, "area: id '9' is not allowed");
}
END_TEST

START_TEST(limits_the_bytes_of_a_path) {
    for (int more = 0; more < 2; more++) {
        builder b = begin(3000);
        add(&b, "time/", 1), add(&b, " ", 2000 - strlen("time/@steps") + (size_t)more), add(&b, "@steps=9", 1);
        place_status status = load_set(b.bytes);
        free(b.bytes);
        if (more == 0) expect_loaded(status);
        else {
            ck_assert_int_eq(status, PLACE_BAD_INPUT);
            expect_only_error("", 0, "a path has at most 2000 bytes");
        }
    }
}
END_TEST

START_TEST(stops_a_path_that_takes_too_long) {
    builder b = begin(1000000);
    add(&b, HEAD, 1), add(&b, "<area id='a'/>", 20000), add(&b, TAIL, 1);
    write_bytes("wide.xml", b.bytes, b.n);
    free(b.bytes);
    const char *set = "//*[count(//*[count(//*) > 1]) > 1]/@x=3";
    ck_assert_int_eq(load_with("wide.xml", &(place_scenario_options){ .sets = &set, .n_sets = 1 }), PLACE_BAD_INPUT);
    expect_only_error("", 0, "takes too long");
}
END_TEST

#define N(table) (int)(sizeof table / sizeof table[0])

Suite *document_suite(void) {
    Suite *suite = suite_create("document");
    TCase *accepted = tcase_create("accepted"), *refused = tcase_create("refused"), *files = tcase_create("files");
    tcase_add_test(accepted, accepts_a_valid_file);
    tcase_add_test(accepted, prints_canonical_text);
    tcase_add_test(accepted, prints_a_carriage_return_as_a_reference);
    tcase_add_test(accepted, prints_the_same_whatever_the_order);
    tcase_add_test(accepted, knows_the_line_of_each_tag_and_attribute);
    tcase_add_test(accepted, ignores_what_editors_need_and_warns_of_style_sheets);
    tcase_add_test(accepted, accepts_a_byte_order_mark_and_crlf);
    tcase_add_test(accepted, takes_markup_and_formats_in_texts_as_text);
    tcase_add_loop_test(refused, refuses, 0, N(refusals));
    tcase_add_test(refused, refuses_nul_bytes);
    tcase_add_test(refused, reports_every_error_of_a_file);
    tcase_add_test(refused, keeps_twenty_errors_and_counts_the_rest);
    tcase_add_test(refused, prints_nothing_itself);
    tcase_add_test(refused, opens_nothing_that_a_scenario_names);
    tcase_add_test(refused, limits_depth);
    tcase_add_test(refused, limits_attributes_of_a_tag);
    tcase_add_test(refused, limits_sizes);
    tcase_add_test(refused, limits_the_lines_and_bytes_of_a_file);
    tcase_add_test(refused, says_when_a_file_cannot_be_read);
    tcase_add_test(refused, refuses_a_file_cut_anywhere);
    tcase_add_test(refused, survives_flipped_bytes);
    tcase_add_test(refused, loads_in_many_threads_at_once);
    tcase_add_test(files, merges_what_a_file_extends);
    tcase_add_test(files, removes_before_it_merges_and_reaches_below);
    tcase_add_test(files, refuses_to_remove_nothing);
    tcase_add_test(files, limits_the_elements_of_files_together);
    tcase_add_test(files, refuses_an_element_twice_in_the_file_that_extends);
    tcase_add_test(files, replaces_a_table_of_several_elements_whole);
    tcase_add_test(files, finds_extended_files_from_the_folder_of_the_file_that_names_them);
    tcase_add_test(files, reports_what_is_wrong_in_an_extended_file_there);
    tcase_add_test(files, stays_inside_the_folder);
    tcase_add_test(files, refuses_circles_and_long_chains);
    tcase_add_test(files, reads_no_file_for_a_scenario_in_memory);
    tcase_add_test(files, reads_rows_from_a_csv_file);
    tcase_add_loop_test(files, refuses_bad_tables, 0, N(bad_tables));
    tcase_add_test(files, refuses_tables_cut_anywhere_or_reads_them);
    tcase_add_test(files, reports_many_tables_at_once);
    tcase_add_test(files, prints_and_reloads_more_rows_than_a_file_has_lines);
    tcase_add_test(files, overrides_attributes_and_texts);
    tcase_add_loop_test(files, refuses_bad_overrides, 0, N(bad_sets));
    tcase_add_test(files, blames_the_override_for_a_bad_value);
    tcase_add_test(files, limits_the_bytes_of_a_path);
    tcase_add_test(files, stops_a_path_that_takes_too_long);
    tcase_add_checked_fixture(accepted, make_folder, remove_folder);
    tcase_add_checked_fixture(refused, make_folder, remove_folder);
    tcase_add_checked_fixture(files, make_folder, remove_folder);
    suite_add_tcase(suite, accepted);
    suite_add_tcase(suite, refused);
    suite_add_tcase(suite, files);
    return suite;
}
