#include "../path.h"

#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "system.h"

bool path_is_separator(char c)
{
    return c == '/' || c == '\\';
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* A name and the separator behind it, if there is one. */
static size_t part_length(const char *path)
{
    size_t n = 0;
    while (path[n] && !path_is_separator(path[n]))
        n++;
    return n + (path[n] != '\0');
}

size_t path_root(const char *path)
{
    if (is_letter(path[0]) && path[1] == ':' && path_is_separator(path[2]))
        return 3;
    if (!path_is_separator(path[0]) || !path_is_separator(path[1]))
        return 0; /* "\folder" too: on which drive? */
    size_t server = part_length(path + 2);
    return 2 + server + part_length(path + 2 + server);
}

char *path_absolute(const char *path, struct error *err)
{
    char *out = NULL;
    wchar_t *given = wide_from_utf8(path), *whole = NULL;
    DWORD room = given ? GetFullPathNameW(given[0] ? given : L".", 0, NULL, NULL) : 0;
    if (room && (whole = malloc((size_t)room * sizeof *whole))) {
        GetFullPathNameW(given[0] ? given : L".", room, whole, NULL);
        out = wide_to_utf8(wcsncmp(whole, L"\\\\?\\", 4) == 0 ? whole + 4 : whole);
    }
    if (!out && given && !room)
        error_from_windows(err, GetLastError(), path);
    else if (!out)
        error_set(err, EC_MEMORY, "%s: out of memory", path);
    free(given);
    free(whole);
    if (!out)
        return NULL;
    path_from_system(out);
    size_t len = strlen(out);
    while (len > path_root(out) && out[len - 1] == '/')
        out[--len] = '\0';
    return out;
}

void path_from_system(char *path)
{
    for (; *path; path++)
        if (*path == '\\')
            *path = '/';
}

bool path_same_name(const char *a, const char *b)
{
    wchar_t *x = wide_from_utf8(a), *y = wide_from_utf8(b);
    bool same = x && y && CompareStringOrdinal(x, -1, y, -1, TRUE) == CSTR_EQUAL;
    free(x);
    free(y);
    return same;
}
