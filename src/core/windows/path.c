#include "../path.h"

#include <stdio.h>
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

/* Without the prefix that says "take it as it is" ("Naming Files, Win32 File Namespaces"): \\?\UNC\server\share is
 * \\server\share. Changes *path; answers a part of it. */
static wchar_t *plain(wchar_t *path)
{
    if (wcsncmp(path, L"\\\\?\\", 4) != 0)
        return path;
    if (_wcsnicmp(path + 4, L"UNC\\", 4) != 0)
        return path + 4;
    path[6] = L'\\';
    return path + 6;
}

char *path_absolute(const char *path, struct error *err)
{
    char *out = NULL;
    wchar_t *given = wide_from_utf8(path), *whole = NULL;
    DWORD room = given ? GetFullPathNameW(given[0] ? given : L".", 0, NULL, NULL) : 0;
    if (room && (whole = malloc((size_t)room * sizeof *whole))) {
        GetFullPathNameW(given[0] ? given : L".", room, whole, NULL);
        out = wide_to_utf8(plain(whole));
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

/* CreateFileW takes 259 characters, CreateDirectoryW leaves room for a name of 12 (MAX_PATH in Microsoft's "Maximum
 * Path Length Limitation"); what is longer depends on a setting of the machine. A byte of UTF-8 is at most one unit. */
#define PLAIN_PATH 247

const char *path_for_system(const char *path, char **longer)
{
    *longer = NULL;
    if (strncmp(path, "\\\\?\\", 4) == 0 || (path_root(path) && strlen(path) <= PLAIN_PATH))
        return path;
    char *absolute = path_absolute(path, NULL);
    if (!absolute || strlen(absolute) <= PLAIN_PATH) {
        free(absolute);
        return path;
    }
    bool share = path_is_separator(absolute[1]); /* //server/share */
    const char *rest = share ? absolute + 1 : absolute, *prefix = share ? "\\\\?\\UNC" : "\\\\?\\";
    size_t room = strlen(prefix) + strlen(rest) + 1;
    *longer = malloc(room);
    if (*longer) {
        snprintf(*longer, room, "%s%s", prefix, rest);
        for (char *at = *longer; *at; at++) /* the system takes such a path as it is */
            if (*at == '/')
                *at = '\\';
    }
    free(absolute);
    return *longer ? *longer : path;
}

bool path_same_name(const char *a, const char *b)
{
    wchar_t *x = wide_from_utf8(a), *y = wide_from_utf8(b);
    bool same = x && y && CompareStringOrdinal(x, -1, y, -1, TRUE) == CSTR_EQUAL;
    free(x);
    free(y);
    return same;
}
