/* SPDX-License-Identifier: MIT */
/*
 * Tables as lists in an arena: they are filled in order, written once and then freed together. In text, a column is as wide
 * as its widest cell; when all of them pass 100 columns, the widest of those that hold words are broken between words.
 */
#include "place/table.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "place/arena.h"
#include "place/text.h"

#define MAX_COLUMNS 64
#define LEAST_WIDTH 14
#define GAP 2 /* between columns, or 1 where that does not do */

typedef enum cell_kind { NOTHING, TEXT, NUMBER } cell_kind;

typedef struct cell {
    cell_kind kind;
    const char *text; /* for the eye                                  */
    const char *data; /* of TEXT, for programs; NULL: the same        */
    double value;     /* of NUMBER                                    */
} cell;

typedef struct row {
    struct row *next;
    int where;
    const char *heading; /* NULL: a row of cells */
    size_t n_cells;
    cell cells[]; /* [n_columns] */
} row;

typedef struct note {
    struct note *next;
    const char *text;
    bool below;
} note;

typedef struct column {
    const char *key, *heading;
    int flags;
} column;

typedef struct section {
    struct section *next;
    const char *key, *title;
    size_t n_columns;
    column columns[MAX_COLUMNS];
    note *notes, **notes_end;
    row *rows, *last_row;
} section;

typedef struct fact {
    struct fact *next;
    const char *key, *label;
    cell value;
} fact;

struct place_tables {
    place_arena *arena;
    bool failed;
    fact *facts, **facts_end;
    section *sections, *last;
};

/* ---- filling ---------------------------------------------------------------------------------------------------- */

place_tables *place_tables_create(void) {
    place_arena *arena = place_arena_create();
    place_tables *tables = arena != NULL ? place_arena_array(arena, 1, sizeof *tables) : NULL;
    if (tables == NULL) {
        place_arena_free(arena);
        return NULL;
    }
    tables->arena = arena;
    tables->facts_end = &tables->facts;
    return tables;
}

void place_tables_free(place_tables *tables) {
    if (tables != NULL) place_arena_free(tables->arena);
}

void place_tables_fail(place_tables *tables) { tables->failed = true; }

static void *take(place_tables *tables, size_t size) {
    void *memory = tables->failed ? NULL : place_arena_array(tables->arena, 1, size);
    if (memory == NULL) tables->failed = true;
    return memory;
}

static const char *copy(place_tables *tables, const char *text) {
    const char *kept = tables->failed ? NULL : place_arena_text(tables->arena, text);
    if (kept == NULL) tables->failed = true;
    return kept;
}

static void add_fact(place_tables *tables, const char *key, const char *label, cell value) {
    fact *f = take(tables, sizeof *f);
    if (f == NULL) return;
    *f = (fact){ NULL, key, label, value };
    *tables->facts_end = f;
    tables->facts_end = &f->next;
}

void place_tables_fact(place_tables *tables, const char *key, const char *label, const char *text) {
    add_fact(tables, key, label, text == NULL ? (cell){ .kind = NOTHING } : (cell){ .kind = TEXT, .text = copy(tables, text) });
}

/* Digits in groups of three before the point. */
static void group_digits(const char *plain, char *out) {
    size_t used = 0, n_digits = strspn(plain + (plain[0] == '-'), "0123456789");
    if (*plain == '-') out[used++] = *plain++;
    for (size_t i = 0; i < n_digits; i++) {
        if (i > 0 && (n_digits - i) % 3 == 0) out[used++] = ',';
        out[used++] = plain[i];
    }
    memcpy(out + used, plain + n_digits, strlen(plain + n_digits) + 1);
}

static cell number_cell(place_tables *tables, double value, int n_decimals) {
    char plain[400], grouped[540];
    if (isnan(value)) return (cell){ .kind = NOTHING };
    snprintf(plain, sizeof plain, "%.*f", n_decimals, value);
    if (strspn(plain, "-0.") == strlen(plain) && plain[0] == '-') memmove(plain, plain + 1, strlen(plain)); /* no minus nought */
    group_digits(plain, grouped);
    return (cell){ .kind = NUMBER, .text = copy(tables, grouped), .value = value };
}

void place_tables_fact_number(place_tables *tables, const char *key, const char *label, double value) {
    add_fact(tables, key, label, number_cell(tables, value, 0));
}

void place_tables_begin(place_tables *tables, const char *key, const char *title) {
    section *s = take(tables, sizeof *s);
    if (s == NULL) return;
    *s = (section){ .key = key, .title = title };
    s->notes_end = &s->notes;
    if (tables->last != NULL) tables->last->next = s;
    else tables->sections = s;
    tables->last = s;
}

void place_tables_note(place_tables *tables, const char *format, ...) {
    char text[2000];
    va_list values;
    va_start(values, format);
    vsnprintf(text, sizeof text, format, values);
    va_end(values);
    note *n = take(tables, sizeof *n);
    if (n == NULL) return;
    *n = (note){ NULL, copy(tables, text), tables->last->rows != NULL };
    *tables->last->notes_end = n;
    tables->last->notes_end = &n->next;
}

void place_tables_column(place_tables *tables, const char *key, const char *heading, int flags) {
    if (tables->failed) return;
    section *s = tables->last;
    assert(s->n_columns < MAX_COLUMNS && s->rows == NULL);
    s->columns[s->n_columns++] = (column){ copy(tables, key), copy(tables, heading), flags & PLACE_GROUP ? flags | PLACE_LEFT : flags };
}

void place_tables_row(place_tables *tables, int where) {
    row *r = take(tables, sizeof *r + (tables->failed ? 0 : tables->last->n_columns) * sizeof(cell));
    if (r == NULL) return;
    r->where = where;
    if (tables->last->last_row != NULL) tables->last->last_row->next = r;
    else tables->last->rows = r;
    tables->last->last_row = r;
}

static void add_cell(place_tables *tables, cell c) {
    if (tables->failed) return;
    row *r = tables->last->last_row;
    assert(r != NULL && r->n_cells < tables->last->n_columns);
    r->cells[r->n_cells++] = c;
}

void place_tables_text(place_tables *tables, const char *text) {
    add_cell(tables, text == NULL ? (cell){ .kind = NOTHING } : (cell){ .kind = TEXT, .text = copy(tables, text) });
}

void place_tables_number(place_tables *tables, double value, int n_decimals) {
    add_cell(tables, number_cell(tables, value, n_decimals));
}

void place_tables_value(place_tables *tables, double value, const char *text) {
    add_cell(tables, (cell){ .kind = NUMBER, .text = copy(tables, text), .value = value });
}

void place_tables_words(place_tables *tables, const char *data, const char *text) {
    add_cell(tables, (cell){ .kind = TEXT, .text = copy(tables, text), .data = copy(tables, data) });
}

void place_tables_nothing(place_tables *tables) { add_cell(tables, (cell){ .kind = NOTHING }); }

void place_tables_heading(place_tables *tables, const char *text) {
    place_tables_row(tables, PLACE_IN_TEXT);
    if (!tables->failed) tables->last->last_row->heading = copy(tables, text);
}

/* Is any column of the section for this reader? Sections of notes alone are for everybody. */
static bool is_for(const section *s, int where) {
    bool found = s->n_columns == 0;
    for (size_t k = 0; k < s->n_columns; k++) found = found || (s->columns[k].flags & where) != 0;
    return found;
}

/* ---- as text ---------------------------------------------------------------------------------------------------- */

/* Width of n bytes of UTF-8 on a line: each character is taken to fill one column. */
static size_t width_of(const char *text, size_t n) {
    size_t width = 0;
    for (size_t i = 0; i < n; i++) width += ((unsigned char)text[i] & 0xC0u) != 0x80u;
    return width;
}

/* Bytes of the next line of a text that may fill `width` columns: up to a newline, else to the last space that fits. */
static size_t line_of(const char *text, size_t width) {
    size_t newline = strcspn(text, "\n"), fits = 0, i = 0;
    if (width_of(text, newline) <= width) return newline;
    while (i < newline) {
        size_t word = i + strcspn(text + i, " \n");
        if (width_of(text, word) > width) break;
        if (text[word] != ' ' || text[word + 1] != '%') fits = word; /* "20 %" stays together */
        i = word + 1;
    }
    if (fits > 0) return fits;
    while (fits < newline && width_of(text, fits + 1) <= width) fits++; /* one long word is cut */
    while (fits > 0 && ((unsigned char)text[fits] & 0xC0u) == 0x80u) fits--;
    size_t hyphen = fits;
    while (hyphen > 0 && text[hyphen - 1] != '-') hyphen--;
    return hyphen > fits / 2 ? hyphen : fits > 0 ? fits : newline;
}

static const char *after_line(const char *text, size_t n) {
    text += n;
    return *text == ' ' || *text == '\n' ? text + 1 : text;
}

/* n bytes that somebody's scenario may have named, on what may be a terminal. */
static void write_shown(FILE *out, const char *text, size_t n) {
    for (const char *at = text; at < text + n;) {
        size_t n_hidden = place_text_hidden(at);
        putc(n_hidden > 0 ? '?' : *at, out);
        at += n_hidden > 0 ? n_hidden : 1;
    }
}

static void write_paragraph(FILE *out, const char *text, const char *start, const char *indent) {
    size_t width = PLACE_TEXT_COLUMNS - strlen(indent);
    do {
        size_t n = line_of(text, width);
        fputs(start, out);
        write_shown(out, text, n);
        putc('\n', out);
        start = indent;
        text = after_line(text, n);
    } while (*text != '\0');
}

static size_t widest_line(const char *text) {
    size_t widest = 0;
    for (;;) {
        size_t n = strcspn(text, "\n"), width = width_of(text, n);
        if (width > widest) widest = width;
        if (text[n] == '\0') return widest;
        text += n + 1;
    }
}

static const char *eye_text(const cell *c) { return c->kind == NOTHING || c->text == NULL ? "" : c->text; }
static const char *data_text(const cell *c) { return c->data != NULL ? c->data : eye_text(c); }

/* @return the gap between columns */
static size_t measure(const section *s, size_t *widths) {
    size_t total = 0;
    for (size_t k = 0; k < s->n_columns; k++) {
        widths[k] = 0;
        if (!(s->columns[k].flags & PLACE_IN_TEXT)) continue;
        widths[k] = widest_line(s->columns[k].heading);
        for (const row *r = s->rows; r != NULL; r = r->next) {
            size_t width = r->where & PLACE_IN_TEXT && r->heading == NULL ? widest_line(eye_text(&r->cells[k])) : 0;
            if (width > widths[k]) widths[k] = width;
        }
        total += widths[k] + GAP;
    }
    while (total > PLACE_TEXT_COLUMNS) { /* take from the widest column of words */
        size_t widest = MAX_COLUMNS;
        for (size_t k = 0; k < s->n_columns; k++)
            if (s->columns[k].flags & PLACE_LEFT && s->columns[k].flags & PLACE_IN_TEXT && widths[k] > LEAST_WIDTH
                && (widest == MAX_COLUMNS || widths[k] > widths[widest]))
                widest = k;
        if (widest == MAX_COLUMNS) return 1;
        widths[widest]--;
        total--;
    }
    return GAP;
}

/* One row's texts, line by line, until all of them are used up. Right-aligned headings stand at the bottom of their cell. */
static void write_lines(FILE *out, const section *s, const size_t *widths, size_t gap, const char **texts) {
    bool more = true;
    while (more) {
        size_t pending = 2; /* spaces owed before the next text: none stand at the end of a line */
        more = false;
        for (size_t k = 0; k < s->n_columns; k++) {
            if (!(s->columns[k].flags & PLACE_IN_TEXT)) continue;
            size_t n = line_of(texts[k], widths[k]), width = width_of(texts[k], n);
            bool left = s->columns[k].flags & PLACE_LEFT;
            if (!left) pending += widths[k] - width;
            if (n > 0) {
                fprintf(out, "%*s", (int)pending, "");
                write_shown(out, texts[k], n);
                pending = 0;
            }
            pending += (left ? widths[k] - width : 0) + gap;
            texts[k] = after_line(texts[k], n);
            more = more || *texts[k] != '\0';
        }
        putc('\n', out);
    }
}

static void write_headings(FILE *out, const section *s, const size_t *widths, size_t gap) {
    const char *texts[MAX_COLUMNS];
    char padded[MAX_COLUMNS][200];
    size_t most = 0, n_lines[MAX_COLUMNS];
    for (size_t k = 0; k < s->n_columns; k++) {
        n_lines[k] = 1;
        for (const char *at = s->columns[k].heading; *at != '\0'; at++) n_lines[k] += *at == '\n';
        if (s->columns[k].flags & PLACE_IN_TEXT && n_lines[k] > most) most = n_lines[k];
    }
    for (size_t k = 0; k < s->n_columns; k++) {
        size_t used = 0;
        for (size_t i = n_lines[k]; i < most; i++) padded[k][used++] = '\n';
        snprintf(padded[k] + used, sizeof padded[k] - used, "%s", s->columns[k].heading);
        texts[k] = padded[k];
    }
    write_lines(out, s, widths, gap, texts);
}

static void write_rows(FILE *out, const section *s, const size_t *widths, size_t gap) {
    const row *above = NULL;
    for (const row *r = s->rows; r != NULL; r = r->next) {
        const char *texts[MAX_COLUMNS];
        bool same = above != NULL;
        if (!(r->where & PLACE_IN_TEXT)) continue;
        if (r->heading != NULL) {
            if (r != s->rows) putc('\n', out);
            write_paragraph(out, r->heading, "  ", "  ");
            above = NULL;
            continue;
        }
        assert(r->n_cells == s->n_columns);
        for (size_t k = 0; k < s->n_columns; k++) {
            texts[k] = eye_text(&r->cells[k]);
            if (!(s->columns[k].flags & PLACE_IN_TEXT) || !(s->columns[k].flags & PLACE_GROUP)) continue;
            same = same && strcmp(texts[k], eye_text(&above->cells[k])) == 0;
            if (same) texts[k] = "";
        }
        write_lines(out, s, widths, gap, texts);
        above = r;
    }
}

static void write_text(const place_tables *tables, const char *only, FILE *out) {
    size_t widest = 0;
    for (const fact *f = tables->facts; f != NULL; f = f->next)
        if (strlen(f->label) > widest) widest = strlen(f->label);
    char indent[64];
    snprintf(indent, sizeof indent, "%*s", (int)(widest + GAP < 60 ? widest + GAP : 60), "");
    for (const fact *f = tables->facts; f != NULL; f = f->next) {
        char start[80];
        if (only != NULL || f->value.kind == NOTHING || f->label[0] == '\0') continue;
        snprintf(start, sizeof start, "%-*s", (int)strlen(indent), f->label);
        write_paragraph(out, eye_text(&f->value), start, indent);
    }
    for (const section *s = tables->sections; s != NULL; s = s->next) {
        size_t widths[MAX_COLUMNS];
        if ((only != NULL && strcmp(only, s->key) != 0) || !is_for(s, PLACE_IN_TEXT)) continue;
        if (only == NULL && (s != tables->sections || tables->facts != NULL)) putc('\n', out);
        write_shown(out, s->title, strlen(s->title));
        putc('\n', out);
        for (const note *n = s->notes; n != NULL; n = n->next)
            if (!n->below) write_paragraph(out, n->text, "  ", "  ");
        size_t gap = measure(s, widths);
        if (s->rows != NULL) {
            write_headings(out, s, widths, gap);
            write_rows(out, s, widths, gap);
        }
        for (const note *n = s->notes; n != NULL; n = n->next)
            if (n->below) write_paragraph(out, n->text, "  ", "  ");
    }
}

/* ---- as JSON ---------------------------------------------------------------------------------------------------- */

static void write_string(FILE *out, const char *text) {
    putc('"', out);
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\') fprintf(out, "\\%c", *at);
        else if (*at == '\n') fputs("\\n", out);
        else if (*at < 0x20u || *at == 0x7Fu) fprintf(out, "\\u%04x", *at);
        else putc(*at, out);
    }
    putc('"', out);
}

/* The shortest of 15 to 17 digits that reads back as the same number. */
static void number_text(double value, char out[32]) {
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(out, 32, "%.*g", digits, value);
        if (strtod(out, NULL) == value) return;
    }
}

static void write_json_cell(FILE *out, const cell *c) {
    char number[32];
    if (c->kind == TEXT) write_string(out, data_text(c));
    else if (c->kind == NUMBER && isfinite(c->value)) {
        number_text(c->value, number);
        fputs(number, out);
    } else
        fputs("null", out);
}

static void write_json_section(FILE *out, const section *s) {
    const char *comma = "";
    fputs("{\n    \"title\": ", out);
    write_string(out, s->title);
    fputs(",\n    \"notes\": [", out);
    for (const note *n = s->notes; n != NULL; n = n->next, comma = ",") {
        fprintf(out, "%s\n      ", comma);
        write_string(out, n->text);
    }
    fprintf(out, "%s],\n    \"rows\": [", s->notes != NULL ? "\n    " : "");
    comma = "";
    for (const row *r = s->rows; r != NULL; r = r->next) {
        const char *between = "";
        if (!(r->where & PLACE_IN_DATA)) continue;
        assert(r->n_cells == s->n_columns);
        fprintf(out, "%s\n      {", comma);
        for (size_t k = 0; k < s->n_columns; k++) {
            if (!(s->columns[k].flags & PLACE_IN_DATA)) continue;
            fputs(between, out);
            write_string(out, s->columns[k].key);
            fputs(": ", out);
            write_json_cell(out, &r->cells[k]);
            between = ", ";
        }
        putc('}', out);
        comma = ",";
    }
    fprintf(out, "%s]\n  }", *comma != '\0' ? "\n    " : "");
}

static void write_json(const place_tables *tables, const char *only, FILE *out) {
    const char *comma = "";
    putc('{', out);
    for (const fact *f = tables->facts; f != NULL; f = f->next, comma = ",") {
        fprintf(out, "%s\n  ", comma);
        write_string(out, f->key);
        fputs(": ", out);
        write_json_cell(out, &f->value);
    }
    for (const section *s = tables->sections; s != NULL; s = s->next) {
        if ((only != NULL && strcmp(only, s->key) != 0) || !is_for(s, PLACE_IN_DATA)) continue;
        fprintf(out, "%s\n  ", comma);
        write_string(out, s->key);
        fputs(": ", out);
        write_json_section(out, s);
        comma = ",";
    }
    fputs("\n}\n", out);
}

/* ---- as CSV ----------------------------------------------------------------------------------------------------- */

static void write_csv_text(FILE *out, const char *text) {
    if (strpbrk(text, ",\"\r\n") == NULL) {
        fputs(text, out);
        return;
    }
    putc('"', out);
    for (; *text != '\0'; text++) {
        if (*text == '"') putc('"', out);
        putc(*text, out);
    }
    putc('"', out);
}

static void write_csv(const section *s, FILE *out) {
    const char *comma = "";
    for (size_t k = 0; k < s->n_columns; k++)
        if (s->columns[k].flags & PLACE_IN_DATA) {
            fputs(comma, out);
            write_csv_text(out, s->columns[k].key);
            comma = ",";
        }
    fputs("\r\n", out);
    for (const row *r = s->rows; r != NULL; r = r->next) {
        if (!(r->where & PLACE_IN_DATA)) continue;
        assert(r->n_cells == s->n_columns);
        comma = "";
        for (size_t k = 0; k < s->n_columns; k++) {
            char number[32] = "";
            if (!(s->columns[k].flags & PLACE_IN_DATA)) continue;
            if (r->cells[k].kind == NUMBER && isfinite(r->cells[k].value)) number_text(r->cells[k].value, number);
            fputs(comma, out);
            write_csv_text(out, r->cells[k].kind == TEXT ? data_text(&r->cells[k]) : number);
            comma = ",";
        }
        fputs("\r\n", out);
    }
}

/* ---- all of it -------------------------------------------------------------------------------------------------- */

/* Can the section be asked for by its key? A CSV file of no columns would be none. */
static bool is_table(const section *s, place_format format) {
    if (format == PLACE_AS_CSV && s->n_columns == 0) return false;
    return is_for(s, format == PLACE_AS_TEXT ? PLACE_IN_TEXT : PLACE_IN_DATA);
}

place_status place_tables_write(const place_tables *tables, place_format format, const char *only, FILE *out, place_error *err) {
    if (tables->failed) return place_error_set(err, PLACE_SYSTEM, NULL, 0, "out of memory");
    const section *found = tables->sections;
    while (found != NULL && !is_table(found, format)) found = found->next;
    char known[300] = "";
    if (only != NULL) {
        for (const section *s = tables->sections; s != NULL; s = s->next) {
            size_t used = strlen(known);
            if (is_table(s, format) && used < sizeof known) snprintf(known + used, sizeof known - used, "%s%s", used > 0 ? ", " : "", s->key);
        }
        found = tables->sections;
        while (found != NULL && (strcmp(found->key, only) != 0 || !is_table(found, format))) found = found->next;
        if (found == NULL)
            return place_error_set(err, PLACE_BAD_INPUT, NULL, 0, "there is no table '%.60s' here; there are %s", only, known);
    }
    if (format == PLACE_AS_TEXT) write_text(tables, only, out);
    else if (format == PLACE_AS_JSON) write_json(tables, only, out);
    else if (found != NULL) write_csv(found, out);
    return PLACE_OK;
}
