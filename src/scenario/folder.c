/* SPDX-License-Identifier: MIT */
/*
 * The folder of a scenario. A scenario may come from somebody else, so what it names is held inside the folder of the
 * file that the user named: first by its text, so that a path that leaves is refused though it comes back, then by what
 * the file system makes of it, so that a symbolic link is no way out either.
 */
#define _XOPEN_SOURCE 700 /* realpath */
#include "folder.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "word.h"

#define MAX_PATH_BYTES 1000

static char *join(place_arena *arena, const char *a, const char *b, const char *c) {
    size_t n = strlen(a) + strlen(b) + strlen(c) + 1;
    char *text = place_arena_array(arena, n, 1);
    if (text != NULL) snprintf(text, n, "%s%s%s", a, b, c);
    return text;
}

/* realpath into the arena; NULL with errno set. */
static const char *real_path(place_arena *arena, const char *path) {
    char *real = realpath(path, NULL);
    if (real == NULL) return NULL;
    const char *kept = place_arena_text(arena, real);
    free(real);
    if (kept == NULL) errno = ENOMEM;
    return kept;
}

static place_status not_there(const char *file, long line, const char *named, int number, place_errors *errors) {
    char why[128];
    if (strerror_r(number, why, sizeof why) != 0) why[0] = '\0';
    if (named == NULL) return place_errors_add(errors, PLACE_SYSTEM, file, line, "cannot be read: %s", why);
    return place_errors_add(errors, PLACE_SYSTEM, file, line, "'%s' cannot be read: %s", place_quote(named).text, why);
}

place_status place_folder_init(place_folder *folder, place_beside *first, const char *path, place_arena *arena,
                               place_errors *errors) {
    const char *slash = strrchr(path, '/');
    size_t n = slash != NULL ? (size_t)(slash - path) + 1 : 0;
    char *shown = place_arena_text(arena, path);
    if (shown == NULL) return not_there(path, 0, NULL, ENOMEM, errors);
    shown[n] = '\0';
    const char *real_folder = real_path(arena, n > 0 ? shown : "."), *real = NULL;
    if (real_folder != NULL) real = real_path(arena, path);
    if (real == NULL) return not_there(path, 0, NULL, errno, errors);
    *folder = (place_folder){ shown, real_folder, arena };
    *first = (place_beside){ path + n, path, real };
    return PLACE_OK;
}

/* `path`, seen from the folder of `from`, in plain steps into `out`; false when it leaves the folder or is too long. */
static bool simplify(char out[2 * MAX_PATH_BYTES], const char *from, const char *path) {
    const char *slash = strrchr(from, '/');
    int n_from = slash != NULL ? (int)(slash - from) : 0;
    char both[2 * MAX_PATH_BYTES];
    if (snprintf(both, sizeof both, "%.*s/%s", n_from, from, path) >= (int)sizeof both) return false;
    size_t n = 0;
    for (const char *at = both; *at != '\0';) {
        size_t n_step = strcspn(at, "/");
        if (n_step == 2 && at[0] == '.' && at[1] == '.') {
            if (n == 0) return false;
            while (n > 0 && out[n - 1] != '/') n--;
            if (n > 0) n--;
        } else if (n_step > 0 && !(n_step == 1 && at[0] == '.')) {
            if (n > 0) out[n++] = '/';
            memcpy(out + n, at, n_step); /* never longer than `both` */
            n += n_step;
        }
        at += n_step + (at[n_step] == '/');
    }
    out[n] = '\0';
    return n > 0;
}

place_status place_folder_find(place_beside *out, const place_folder *folder, const place_beside *from, long line,
                               const char *path, place_errors *errors) {
    char inside[2 * MAX_PATH_BYTES];
    if (*path == '\0')
        return place_errors_add(errors, PLACE_BAD_INPUT, from->shown, line, "the name of a file is missing");
    if (strlen(path) > MAX_PATH_BYTES || strlen(from->inside) > MAX_PATH_BYTES)
        return place_errors_add(errors, PLACE_BAD_INPUT, from->shown, line, "a path has at most %d bytes",
                                MAX_PATH_BYTES);
    if (*path == '/' || strchr(path, '\\') != NULL || strstr(path, "://") != NULL || (path[1] == ':' && path[0] != '.'))
        return place_errors_add(errors, PLACE_BAD_INPUT, from->shown, line,
                                "'%s' is not a plain relative path like base/rutland.xml", place_quote(path).text);
    if (!simplify(inside, from->inside, path))
        return place_errors_add(errors, PLACE_BAD_INPUT, from->shown, line,
                                "'%s' leads out of the scenario's folder; files stay inside it",
                                place_quote(path).text);
    out->inside = place_arena_text(folder->arena, inside);
    const char *shown = join(folder->arena, folder->shown, inside, "");
    const char *asked = join(folder->arena, folder->real, "/", inside);
    if (out->inside == NULL || shown == NULL || asked == NULL)
        return place_errors_add(errors, PLACE_SYSTEM, from->shown, line, "memory is out");
    out->shown = shown;
    out->real = real_path(folder->arena, asked);
    if (out->real == NULL) return not_there(from->shown, line, shown, errno, errors);
    size_t n_real = strlen(folder->real);
    bool root = strcmp(folder->real, "/") == 0;
    if (!root && (strncmp(out->real, folder->real, n_real) != 0 || out->real[n_real] != '/'))
        return place_errors_add(errors, PLACE_BAD_INPUT, from->shown, line,
                                "'%s' is a link that leads out of the scenario's folder; files stay inside it",
                                place_quote(path).text);
    return PLACE_OK;
}
