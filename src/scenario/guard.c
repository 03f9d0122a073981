/* SPDX-License-Identifier: MIT */
/*
 * The guard. A parser is the wrong place to learn that a file is hostile: libxml2 takes 2 GB for 160 KB of nested
 * entities and 11 s for 100,000 attributes. So the bytes are read once, under a cap, and scanned here first; the scan
 * knows just enough of XML to tell tags, comments, CDATA and instructions apart, and to count. What is not well-formed
 * in other ways is left to the parser, which words it better; from there on the scan only looks for what must never
 * reach it.
 */
#include "guard.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "word.h"

#define MAX_DEPTH 32u
#define MAX_TAG_ATTRIBUTES 64u
#define MAX_NAME_BYTES 1000u
#define MAX_COMMENT_BYTES ((size_t)1 << 20)

const place_guard_limits place_guard_file = { PLACE_MAX_FILE_BYTES, 65535 };
const place_guard_limits place_guard_text = { (size_t)256 << 20, UINT32_MAX };

/* ---- reading ---- */

static place_status cannot_read(const char *shown, const char *why, place_errors *errors) {
    return place_errors_add(errors, PLACE_SYSTEM, shown, 0, "cannot be read: %s", why);
}

/* With the system's reason, such as "No such file or directory". */
static place_status system_failed(const char *shown, int number, place_errors *errors) {
    char why[128];
    return cannot_read(shown, strerror_r(number, why, sizeof why) == 0 ? why : "no reason is known", errors);
}

/* All of an open file into new memory. */
static place_status read_whole(place_bytes *out, int file, const char *shown, place_errors *errors) {
    struct stat about;
    if (fstat(file, &about) != 0) return system_failed(shown, errno, errors);
    if (S_ISDIR(about.st_mode)) return cannot_read(shown, "it is a folder", errors);
    if (!S_ISREG(about.st_mode)) return cannot_read(shown, "it is not a regular file", errors);
    if (about.st_size > (off_t)PLACE_MAX_FILE_BYTES)
        return place_errors_add(errors, PLACE_BAD_INPUT, shown, 0,
                                "the file has more than 16 MB, the most that is read");
    size_t room = (size_t)about.st_size + 1, size = 0; /* one byte more, to see a file that grows meanwhile */
    char *bytes = malloc(room + 1);
    if (bytes == NULL) return cannot_read(shown, "memory is out", errors);
    while (size < room) {
        ssize_t n = read(file, bytes + size, room - size);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            int number = errno;
            free(bytes);
            return system_failed(shown, number, errors);
        }
        if (n == 0) break;
        size += (size_t)n;
    }
    if (size == room) {
        free(bytes);
        return cannot_read(shown, "it grew while it was read", errors);
    }
    bytes[size] = '\0';
    *out = (place_bytes){ bytes, size };
    return PLACE_OK;
}

place_status place_guard_read(place_bytes *out, const char *path, const char *shown, place_errors *errors) {
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY); /* never waits for a pipe's other end */
    if (file < 0) return system_failed(shown, errno, errors);
    place_status status = read_whole(out, file, shown, errors);
    close(file);
    return status;
}

/* ---- encoding ---- */

/* A character that XML 1.0 lets stand in a document: no control characters but tab and line ends, not U+FFFE or
 * U+FFFF. */
static bool is_xml_character(const unsigned char *at) {
    if (at[0] < 0x20u) return at[0] == '\t' || at[0] == '\n' || at[0] == '\r';
    return !(at[0] == 0xEFu && at[1] == 0xBFu && at[2] >= 0xBEu);
}

bool place_guard_value(const char *text) {
    size_t size = strlen(text);
    if (size > PLACE_MAX_VALUE_BYTES) return false;
    for (const unsigned char *at = (const unsigned char *)text, *end = at + size; at < end;) {
        size_t n = place_character_bytes(at, (size_t)(end - at));
        if (n == 0 || !is_xml_character(at)) return false;
        at += n;
    }
    return true;
}

static bool begins(const char *bytes, size_t size, const char *with, size_t n_with) {
    return size >= n_with && memcmp(bytes, with, n_with) == 0;
}

static bool begins_word(const char *bytes, size_t size, const char *word) {
    return size >= strlen(word) && strncasecmp(bytes, word, strlen(word)) == 0;
}

/* What a file is that is no text or no XML, when its first bytes tell. */
static const char *looks_like(const char *bytes, size_t size) {
    /* clang-format off */
    static const struct {
        const char *bytes;
        size_t n;
        const char *name;
    } magic[] = {
        { "\x1F\x8B", 2, "gzip archive" },
        { "PK\x03\x04", 4, "zip archive (an Excel workbook is one)" },
        { "PK\x05\x06", 4, "zip archive" },
        { "%PDF", 4, "PDF" },
        { "\x89HDF", 4, "HDF5 file, such as a run file" },
        { "CDF", 3, "netCDF file" },
        { "BZh", 3, "bzip2 archive" },
        { "\xFD" "7zXZ", 5, "xz archive" },
        { "7z\xBC\xAF", 4, "7-zip archive" },
        { "\x28\xB5\x2F\xFD", 4, "zstd archive" },
        { "\xD0\xCF\x11\xE0", 4, "file of an old Word or Excel" },
        { "\x89PNG", 4, "PNG image" },
        { "\xFF\xD8\xFF", 3, "JPEG image" },
    };
    /* clang-format on */
    for (size_t m = 0; m < sizeof magic / sizeof magic[0]; m++)
        if (begins(bytes, size, magic[m].bytes, magic[m].n)) return magic[m].name;
    return NULL;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t bom_bytes(const char *bytes, size_t size) {
    return begins(bytes, size, "\xEF\xBB\xBF", 3) ? 3 : 0;
}

place_status place_guard_encoding(const char *bytes, size_t size, const char *name, const char *what,
                                  place_errors *errors) {
    size_t start = bom_bytes(bytes, size), text = start;
    while (text < size && is_blank(bytes[text])) text++;
    if (text == size)
        return place_errors_add(errors, PLACE_BAD_INPUT, name, 1, "the file is %s, not %s",
                                size == 0           ? "empty"
                                    : start == size ? "empty but for a byte order mark"
                                                    : "blank",
                                what);
    const char *like = looks_like(bytes, size);
    if (like != NULL)
        return place_errors_add(errors, PLACE_BAD_INPUT, name, 1, "this looks like a %s, not %s", like, what);
    if (begins(bytes, size, "\xFF\xFE", 2) || begins(bytes, size, "\xFE\xFF", 2) || begins(bytes, size, "<\0", 2)
        || begins(bytes, size, "\0<", 2) || begins(bytes, size, "\0\0\0<", 4) || begins(bytes, size, "\0\0\xFE\xFF", 4))
        return place_errors_add(errors, PLACE_BAD_INPUT, name, 1, "the file is in UTF-16 or UTF-32; save it as UTF-8");
    long line = 1;
    for (const unsigned char *at = (const unsigned char *)bytes, *end = at + size; at < end;) {
        size_t n = place_character_bytes(at, (size_t)(end - at));
        if (n == 0)
            return place_errors_add(errors, PLACE_BAD_INPUT, name, line,
                                    "byte 0x%02X is not UTF-8; save the file as UTF-8", (unsigned)*at);
        if (!is_xml_character(at))
            return place_errors_add(errors, PLACE_BAD_INPUT, name, line, "%s may not stand in a text file",
                                    *at == 0          ? "a NUL byte"
                                        : *at < 0x20u ? "a control character"
                                                      : "U+FFFE or U+FFFF");
        if (*at == '\n') line++;
        at += n;
    }
    return PLACE_OK;
}

/* ---- the scan ---- */

typedef struct scanner {
    const char *at, *end; /* *end is NUL */
    const char *start;
    const char *name;
    long line;
    size_t depth, n_elements, n_attributes, n_text;
    place_lines *lines;
    place_errors *errors;
} scanner;

#define refuse(s, ...) place_errors_add((s)->errors, PLACE_BAD_INPUT, (s)->name, (s)->line, __VA_ARGS__)

static bool at_text(const scanner *s, const char *text) {
    return strncmp(s->at, text, strlen(text)) == 0; /* the bytes end in a NUL and hold none */
}

/* On to what follows the next `text`, or the end. */
static void skip_past(scanner *s, const char *text) {
    const char *found = strstr(s->at, text), *stop = found != NULL ? found + strlen(text) : s->end;
    for (; s->at < stop; s->at++) s->line += *s->at == '\n';
}

static void skip_blanks(scanner *s) {
    for (; is_blank(*s->at); s->at++) s->line += *s->at == '\n';
}

static size_t name_bytes(const char *at) {
    return strcspn(at, " \t\r\n=/><\"'");
}

static bool add_line(scanner *s, long line) {
    place_lines *lines = s->lines;
    if (lines->n == lines->n_room) {
        size_t n_room = lines->n_room > 0 ? 2 * lines->n_room : 1024;
        uint32_t *grown = realloc(lines->lines, n_room * sizeof *grown);
        if (grown == NULL) return false;
        lines->lines = grown;
        lines->n_room = n_room;
    }
    lines->lines[lines->n++] = (uint32_t)line;
    return true;
}

static place_status out_of_memory(const scanner *s) {
    return place_errors_add(s->errors, PLACE_SYSTEM, s->name, 0, "memory is out");
}

#define DECLARED_BYTES 80 /* more than is quoted: a character that is cut in two does not come to light */

/* The value of a pseudo-attribute of `<?xml ...?>` into `out`; false when it is not there. */
static bool declared(const char *at, const char *end, const char *word, char out[DECLARED_BYTES]) {
    for (; at < end; at++) {
        if (!is_blank(*at) || strncmp(at + 1, word, strlen(word)) != 0) continue;
        const char *value = at + 1 + strlen(word);
        while (is_blank(*value)) value++;
        if (*value++ != '=') continue;
        while (is_blank(*value)) value++;
        char quote = *value++;
        if (quote != '"' && quote != '\'') return false;
        size_t n = 0;
        for (; value < end && *value != quote; value++)
            if (n < DECLARED_BYTES - 1) out[n++] = *value;
        out[n] = '\0';
        return true;
    }
    return false;
}

static place_status scan_declaration(scanner *s, const char *end) {
    char value[DECLARED_BYTES];
    if (declared(s->at, end, "version", value) && strcmp(value, "1.0") != 0)
        return refuse(s, "this is XML %s; only XML 1.0 is read", place_quote(value).text);
    if (declared(s->at, end, "encoding", value) && strcasecmp(value, "UTF-8") != 0)
        return refuse(s, "the file says that its encoding is '%s'; only UTF-8 is read: save it so, and say so",
                      place_quote(value).text);
    return PLACE_OK;
}

static place_status scan_instruction(scanner *s) {
    const char *start = s->at, *end = strstr(s->at, "?>");
    if (end == NULL) end = s->end;
    if ((size_t)(end - start) > PLACE_MAX_VALUE_BYTES)
        return refuse(s, "an instruction <?...?> has at most 64 KB; this one has %zu bytes", (size_t)(end - start));
    if (name_bytes(start + 2) > MAX_NAME_BYTES) return refuse(s, "a name has at most 1,000 bytes");
    if (at_text(s, "<?xml-stylesheet"))
        place_errors_warn(s->errors, s->name, s->line, "the instruction xml-stylesheet is ignored");
    else if (start == s->start && begins_word(start, (size_t)(s->end - start), "<?xml") && is_blank(start[5])) {
        place_status status = scan_declaration(s, end);
        if (status != PLACE_OK) return status;
    }
    skip_past(s, "?>");
    return PLACE_OK;
}

static place_status scan_comment(scanner *s) {
    const char *end = strstr(s->at + 4, "-->");
    size_t size = (size_t)((end != NULL ? end : s->end) - s->at);
    if (size > MAX_COMMENT_BYTES) return refuse(s, "a comment has at most 1 MB; this one has %zu bytes", size);
    s->at += 4;
    skip_past(s, "-->");
    return PLACE_OK;
}

static place_status add_text(scanner *s, size_t n_bytes) {
    s->n_text += n_bytes;
    if (s->n_text <= PLACE_MAX_VALUE_BYTES) return PLACE_OK;
    return refuse(s, "a text has at most 64 KB; this one has more");
}

static place_status scan_markup(scanner *s) {
    if (at_text(s, "<!--")) return scan_comment(s);
    if (at_text(s, "<![CDATA[")) {
        const char *start = s->at;
        skip_past(s, "]]>");
        return add_text(s, (size_t)(s->at - start));
    }
    if (begins_word(s->at, (size_t)(s->end - s->at), "<!DOCTYPE html"))
        return refuse(s, "this looks like HTML, not a scenario");
    if (begins_word(s->at, (size_t)(s->end - s->at), "<!DOCTYPE"))
        return refuse(s, "a scenario has no <!DOCTYPE ...>: document types and entities are not read");
    return refuse(s, "a scenario has no declarations; found '<!%.20s'",
                  begins_word(s->at + 2, 6, "ENTITY") ? "ENTITY" : "");
}

/* Attributes up to the end of the tag. `*lost` when this is not well-formed: the parser will say how. */
static place_status scan_attributes(scanner *s, bool *lost) {
    size_t n = 0;
    for (;;) {
        skip_blanks(s);
        if (*s->at == '/' || *s->at == '>') return PLACE_OK;
        size_t n_name = name_bytes(s->at);
        if (n_name == 0) return *lost = true, PLACE_OK;
        if (n_name > MAX_NAME_BYTES) return refuse(s, "a name has at most 1,000 bytes; this one has %zu", n_name);
        if (++n > MAX_TAG_ATTRIBUTES)
            return refuse(s, "a tag has at most %u attributes; this one has more", MAX_TAG_ATTRIBUTES);
        if (++s->n_attributes > PLACE_MAX_ATTRIBUTES)
            return refuse(s, "a scenario has at most %u attributes; this one has more", PLACE_MAX_ATTRIBUTES);
        bool declares = n_name >= 5 && strncmp(s->at, "xmlns", 5) == 0 && (n_name == 5 || s->at[5] == ':');
        if (!declares && !add_line(s, s->line)) return out_of_memory(s);
        s->at += n_name;
        skip_blanks(s);
        if (*s->at != '=') return *lost = true, PLACE_OK;
        s->at++;
        skip_blanks(s);
        char quote[2] = { *s->at, '\0' };
        if (quote[0] != '"' && quote[0] != '\'') return *lost = true, PLACE_OK;
        const char *value = ++s->at, *end = value + strcspn(value, quote),
                   *less = memchr(value, '<', (size_t)(end - value));
        if (*end == '\0' || less != NULL) return *lost = true, PLACE_OK;
        if ((size_t)(end - value) > PLACE_MAX_VALUE_BYTES)
            return refuse(s, "an attribute has at most 64 KB; this one has %zu bytes", (size_t)(end - value));
        for (; s->at <= end; s->at++) s->line += *s->at == '\n'; /* the quote included */
    }
}

static place_status scan_tag(scanner *s, bool *lost) {
    size_t n_name = name_bytes(s->at + 1);
    if (n_name == 0) return *lost = true, PLACE_OK;
    if (n_name > MAX_NAME_BYTES) return refuse(s, "a name has at most 1,000 bytes; this one has %zu", n_name);
    if (s->depth == 0 && s->n_elements == 0 && n_name == 4 && strncasecmp(s->at + 1, "html", 4) == 0)
        return refuse(s, "this looks like HTML, not a scenario");
    if (++s->n_elements > PLACE_MAX_ELEMENTS)
        return refuse(s, "a scenario has at most 100,000 elements; this one has more");
    if (s->depth == MAX_DEPTH)
        return refuse(s, "elements stand at most %u deep in one another; this one is deeper", MAX_DEPTH);
    if (!add_line(s, s->line)) return out_of_memory(s);
    s->at += 1 + n_name;
    place_status status = scan_attributes(s, lost);
    if (status != PLACE_OK || *lost) return status;
    s->depth++;
    if (*s->at == '/') {
        if (s->at[1] != '>') return *lost = true, PLACE_OK;
        s->depth--;
        s->at++;
    }
    s->at++;
    return PLACE_OK;
}

/* The rest of a file that is not well-formed. The parser stops at the fault, or soon after it; what would harm it
 * on the way is refused here without regard to what it stands in. */
static place_status scan_roughly(scanner *s) {
    size_t n_equals = 0;
    for (; s->at < s->end; s->at++) {
        if (*s->at == '\n') s->line++;
        if (*s->at == '<') {
            n_equals = 0;
            if (begins_word(s->at, (size_t)(s->end - s->at), "<!DOCTYPE")
                || begins_word(s->at, (size_t)(s->end - s->at), "<!ENTITY"))
                return scan_markup(s);
        }
        if (*s->at == '=' && ++n_equals > MAX_TAG_ATTRIBUTES)
            return refuse(s, "a tag has at most %u attributes; this one has more", MAX_TAG_ATTRIBUTES);
    }
    return PLACE_OK;
}

static place_status scan(scanner *s, size_t n_max_lines) {
    bool lost = false;
    place_status status = PLACE_OK;
    while (status == PLACE_OK && !lost && s->at < s->end) {
        if (*s->at != '<') {
            const char *start = s->at;
            s->line += *s->at++ == '\n';
            while (*s->at != '<' && s->at < s->end) s->line += *s->at++ == '\n';
            status = add_text(s, (size_t)(s->at - start));
            continue;
        }
        if (s->at[1] == '!') {
            status = scan_markup(s);
        } else if (s->at[1] == '?') {
            status = scan_instruction(s);
        } else if (s->at[1] == '/') {
            s->n_text = 0;
            if (s->depth == 0) lost = true;
            else s->depth--;
            if (name_bytes(s->at + 2) > MAX_NAME_BYTES) status = refuse(s, "a name has at most 1,000 bytes");
            else skip_past(s, ">");
        } else {
            s->n_text = 0;
            status = scan_tag(s, &lost);
        }
        if ((size_t)s->line > n_max_lines + 1) break; /* the last line may end in a line end */
    }
    if (status == PLACE_OK && lost) status = scan_roughly(s);
    if (status == PLACE_OK && (size_t)s->line > n_max_lines + (s->end[-1] == '\n')) {
        s->line = (long)n_max_lines + 1;
        status =
            refuse(s, "a scenario has at most %zu lines; long tables may stand in CSV files beside it", n_max_lines);
    }
    return status;
}

place_status place_guard_scan(const char *bytes, size_t size, const char *name, const place_guard_limits *limits,
                              place_lines *lines, place_errors *errors) {
    if (size > limits->n_bytes)
        return place_errors_add(errors, PLACE_BAD_INPUT, name, 0,
                                "the scenario is larger than %zu MB, the most that is read", limits->n_bytes >> 20);
    place_status status = place_guard_encoding(bytes, size, name, "a scenario", errors);
    if (status != PLACE_OK) return status;
    size_t bom = bom_bytes(bytes, size), blank = bom;
    while (is_blank(bytes[blank])) blank++;
    if (bytes[blank] == '{' || bytes[blank] == '[')
        return place_errors_add(errors, PLACE_BAD_INPUT, name, 1, "this looks like JSON, not a scenario");
    scanner s = { .at = bytes + bom,
                  .end = bytes + size,
                  .start = bytes + bom,
                  .name = name,
                  .line = 1,
                  .lines = lines,
                  .errors = errors };
    return scan(&s, limits->n_lines);
}
