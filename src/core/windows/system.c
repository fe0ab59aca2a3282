#include "system.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "../path.h"

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

wchar_t *wide_path(const char *path, struct error *err)
{
    char *longer;
    wchar_t *wide = wide_from_utf8(path_for_system(path, &longer));
    free(longer);
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
