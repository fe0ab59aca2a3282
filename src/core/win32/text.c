/* text.c - between UTF-16 and UTF-8, and the names of windows. */
#include <stdlib.h>
#include <string.h>

#include "win32.h"

char *win32_utf8_lines(const wchar_t *text, size_t len)
{
    char *copy = wide_to_utf8_n(text, len, NULL);
    char *to = copy;
    for (const char *from = copy; from && *from; from++) {
        if (*from == '\r' && from[1] == '\n')
            continue;
        *to++ = *from == '\r' ? '\n' : *from;
    }
    if (to)
        *to = '\0';
    return copy;
}

wchar_t *win32_utf16_lines(const char *text)
{
    size_t lines = 0;
    for (const char *p = text; (p = strchr(p, '\n')); p++)
        lines++;
    wchar_t *plain = wide_from_utf8(text);
    wchar_t *copy = plain ? malloc((wcslen(plain) + lines + 1) * sizeof *copy) : NULL;
    wchar_t *to = copy;
    for (const wchar_t *from = plain; to && *from; from++) {
        if (*from == L'\n' && (from == plain || from[-1] != L'\r'))
            *to++ = L'\r';
        *to++ = *from;
    }
    if (to)
        *to = L'\0';
    free(plain);
    return copy;
}

/* GetWindowText asks no other program: a title is kept by the system. */
char *win32_title(HWND window)
{
    for (int room = 256;; room *= 2) {
        wchar_t *title = malloc((size_t)room * sizeof *title);
        int len = title ? GetWindowTextW(window, title, room) : 0;
        char *copy = title && len < room - 1 ? wide_to_utf8_n(title, (size_t)len, NULL) : NULL;
        free(title);
        if (!title || len < room - 1 || room > 1 << 20)
            return copy;
    }
}

char *win32_class(HWND window)
{
    wchar_t name[257]; /* WNDCLASSEXW: at most 256 */
    int len = GetClassNameW(window, name, 257);
    return wide_to_utf8_n(name, (size_t)len, NULL);
}

bool win32_is_class(HWND window, const char *const *classes)
{
    char *name = win32_class(window);
    bool is = false;
    for (; name && !is && *classes; classes++)
        is = _stricmp(name, *classes) == 0;
    free(name);
    return is;
}
