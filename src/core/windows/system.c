#include "system.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "../path.h"

/* CreateFileW takes 259 characters, CreateDirectoryW leaves room for a name of 12 (MAX_PATH in Microsoft's "Maximum
 * Path Length Limitation"). */
#define PLAIN_PATH 247
#define ELEVATION_REQUIRED 740 /* ERROR_ELEVATION_REQUIRED, which MinGW does not have */

wchar_t *wide_from_utf8(const char *text)
{
    int n = MultiByteToWideChar(CP_UTF8, 0, text, -1, NULL, 0);
    wchar_t *wide = n > 0 ? malloc((size_t)n * sizeof *wide) : NULL;
    if (wide)
        MultiByteToWideChar(CP_UTF8, 0, text, -1, wide, n);
    return wide;
}

char *wide_to_utf8_n(const wchar_t *text, size_t len, size_t *bytes)
{
    int units = len < INT_MAX ? (int)len : INT_MAX;
    int n = units ? WideCharToMultiByte(CP_UTF8, 0, text, units, NULL, 0, NULL, NULL) : 0;
    char *utf8 = malloc((size_t)n + 1);
    if (!utf8)
        return NULL;
    if (n)
        WideCharToMultiByte(CP_UTF8, 0, text, units, utf8, n, NULL, NULL);
    utf8[n] = '\0';
    if (bytes)
        *bytes = (size_t)n;
    return utf8;
}

char *wide_to_utf8(const wchar_t *text)
{
    return wide_to_utf8_n(text, wcslen(text), NULL);
}

/* \\?\C:\… and \\?\UNC\server\…: the system takes such a path as it is, so it must be absolute and have no `/`. */
static wchar_t *unlimited(const wchar_t *absolute)
{
    bool share = absolute[0] == L'/' && absolute[1] == L'/';
    const wchar_t *prefix = share ? L"\\\\?\\UNC" : L"\\\\?\\", *rest = share ? absolute + 1 : absolute;
    size_t room = wcslen(prefix) + wcslen(rest) + 1;
    wchar_t *out = malloc(room * sizeof *out);
    if (!out)
        return NULL;
    wcscpy(out, prefix);
    wcscat(out, rest);
    for (wchar_t *at = out + wcslen(prefix); *at; at++)
        if (*at == L'/')
            *at = L'\\';
    return out;
}

wchar_t *wide_path(const char *path, struct error *err)
{
    wchar_t *wide = wide_from_utf8(path);
    if (wide && wcslen(wide) > PLAIN_PATH && wcsncmp(wide, L"\\\\?\\", 4) != 0) {
        free(wide);
        char *absolute = path_absolute(path, err);
        if (!absolute)
            return NULL;
        wchar_t *whole = wide_from_utf8(absolute);
        wide = whole ? unlimited(whole) : NULL;
        free(whole);
        free(absolute);
    }
    if (!wide)
        error_set(err, EC_MEMORY, "%s: out of memory", path);
    return wide;
}

static const char *code_of(DWORD number)
{
    switch (number) {
    case ERROR_FILE_EXISTS:
    case ERROR_ALREADY_EXISTS: return EC_EXISTS;
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    case ERROR_BAD_NETPATH:
    case ERROR_INVALID_DRIVE: return EC_MISSING;
    case ERROR_INVALID_PARAMETER:
    case ERROR_INVALID_NAME:
    case ERROR_BAD_PATHNAME: return EC_INVALID;
    case ERROR_ACCESS_DENIED:
    case ERROR_SHARING_VIOLATION:
    case ELEVATION_REQUIRED:
    case ERROR_WRITE_PROTECT: return EC_DENIED;
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY: return EC_MEMORY;
    case ERROR_TIMEOUT: return EC_TIMEOUT;
    case ERROR_NOT_SUPPORTED:
    case ERROR_CALL_NOT_IMPLEMENTED: return EC_UNSUPPORTED;
    default: return EC_IO;
    }
}

bool error_from_windows(struct error *err, unsigned long number, const char *what)
{
    wchar_t said[512];
    DWORD n = FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL, number, 0, said,
                             sizeof said / sizeof *said, NULL);
    while (n > 0 && (said[n - 1] == L'\n' || said[n - 1] == L'\r' || said[n - 1] == L'.' || said[n - 1] == L' '))
        n--;
    char *text = wide_to_utf8_n(said, n, NULL);
    if (text && n > 0)
        error_set(err, code_of(number), "%s: %s (Windows error %lu)", what, text, number);
    else
        error_set(err, code_of(number), "%s: Windows error %lu", what, number);
    free(text);
    return false;
}
