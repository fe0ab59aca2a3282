/* edit_history.c - a newline inside an entry is written as \n, a backslash as \\: each entry is one line of the file.
 */
#include "edit_history.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"

#define MAX_BYTES ((size_t)16 << 20) /* what is larger is not ours */

/* Caller frees; ends in a newline. */
static char *encode(const char *text, size_t *len)
{
    size_t room = strlen(text);
    char *line = room < SIZE_MAX / 2 - 1 ? malloc(room * 2 + 2) : NULL, *to = line;
    if (!line)
        return NULL;
    for (; *text; text++) {
        if (*text == '\n' || *text == '\\')
            *to++ = '\\';
        *to++ = *text == '\n' ? 'n' : *text;
    }
    *to++ = '\n';
    *to = '\0';
    *len = (size_t)(to - line);
    return line;
}

static void decode(char *line)
{
    char *to = line;
    for (; *line; line++) {
        if (*line == '\\' && line[1])
            *to++ = *++line == 'n' ? '\n' : *line;
        else
            *to++ = *line;
    }
    *to = '\0';
}

bool edit_history_add(const char *path, const char *text, struct error *err)
{
    size_t len;
    char *line = encode(text, &len);
    if (!line)
        return error_set(err, EC_MEMORY, "%s: out of memory", path);
    bool ok = edit_history_append(path, line, len, err);
    free(line);
    return ok;
}

bool edit_history_load(const char *path, void (*take)(void *owner, const char *text), void *owner, struct error *err)
{
    struct error problem = {0};
    char *bytes = NULL;
    size_t len = 0, entries = 0;
    if (!file_read(path, MAX_BYTES, &bytes, &len, &problem)) {
        bool missing = problem.code && strcmp(problem.code, EC_MISSING) == 0;
        if (!missing)
            error_set(err, problem.code, "%s", problem.message ? problem.message : path);
        error_clear(&problem);
        return missing;
    }
    for (size_t i = 0; i < len; i++)
        entries += bytes[i] == '\n';
    char *line = bytes;
    for (size_t skip = entries > EDIT_HISTORY_KEPT ? entries - EDIT_HISTORY_KEPT : 0; skip > 0; skip--)
        line = (char *)memchr(line, '\n', len - (size_t)(line - bytes)) + 1;
    if (entries > (size_t)2 * EDIT_HISTORY_KEPT)
        edit_history_shorten(path, line, len - (size_t)(line - bytes));
    for (char *end; (end = strchr(line, '\n')); line = end + 1) { /* a torn last line is dropped */
        *end = '\0';
        decode(line);
        if (*line)
            take(owner, line);
    }
    free(bytes);
    return true;
}
