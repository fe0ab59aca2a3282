/* puppet_field.c - a field for text as small as one can be: a buffer, the keys that write into it, its last lines on
 * the screen. What a program does with a text is up to it: Wine's Edit control breaks each paste into lines, which
 * takes longer than all that dispatch does for a send. */
#include <stdlib.h>
#include <string.h>

#include "puppet.h"

static wchar_t *text;
static size_t units, room; /* text: of `room` units, ended by a NUL */
static const char *spoken; /* the manner of a field that tells of itself; NULL: it answers WM_GETTEXT */

static void append(const wchar_t *more)
{
    size_t n = wcslen(more);
    if (units + n >= room) {
        room = (units + n + 1) * 2;
        text = realloc(text, room * sizeof *text);
    }
    memcpy(text + units, more, (n + 1) * sizeof *text);
    units += n;
}

static void paste(HWND window)
{
    if (!OpenClipboard(window))
        return;
    HANDLE data = GetClipboardData(CF_UNICODETEXT);
    const wchar_t *pasted = data ? GlobalLock(data) : NULL;
    if (pasted) {
        append(pasted);
        GlobalUnlock(data);
    }
    CloseClipboard();
}

static void type(HWND window, wchar_t character)
{
    const wchar_t one[] = {character, 0};
    if (character == 0x16) /* Ctrl+V */
        paste(window);
    else if (character == L'\r')
        append(L"\r\n");
    else if (character >= L' ' || character == L'\t')
        append(one);
}

static void paint(HWND window)
{
    enum { LINES = 8 };
    PAINTSTRUCT p;
    RECT all;
    const wchar_t *from = text + units;
    for (int lines = 0; from > text && (lines += from[-1] == L'\n') < LINES;)
        from--;
    BeginPaint(window, &p);
    GetClientRect(window, &all);
    DrawTextW(p.hdc, from, -1, &all, DT_NOPREFIX);
    EndPaint(window, &p);
}

static LRESULT get(wchar_t *to, size_t size)
{
    size_t n = size ? (units < size - 1 ? units : size - 1) : 0;
    memcpy(to, text, n * sizeof *to);
    if (size)
        to[n] = L'\0';
    return (LRESULT)n;
}

static const wchar_t *whole(void)
{
    return text;
}

static LRESULT CALLBACK on_message(HWND window, UINT message, WPARAM wparam, LPARAM lparam)
{
    switch (message) {
    case WM_GETTEXTLENGTH: return (LRESULT)units;
    case WM_GETTEXT: return get((wchar_t *)lparam, wparam);
    case WM_GETOBJECT:
        if (spoken && (DWORD)lparam == (DWORD)OBJID_CLIENT)
            return accessible_object(wparam, whole, spoken);
        return DefWindowProcW(window, message, wparam, lparam);
    case WM_PAINT: paint(window); return 0;
    case WM_SETTEXT:
        units = 0;
        append((const wchar_t *)lparam);
        break;
    case WM_PASTE: paste(window); break;
    case WM_CHAR: type(window, (wchar_t)wparam); break;
    case EM_REPLACESEL: append((const wchar_t *)lparam); break;
    default: return DefWindowProcW(window, message, wparam, lparam);
    }
    InvalidateRect(window, NULL, TRUE);
    return TRUE;
}

const wchar_t *own_field(const char *manner)
{
    static WNDCLASSEXW class = {.cbSize = sizeof class,
                                .lpfnWndProc = on_message,
                                .hbrBackground = (HBRUSH)(COLOR_WINDOW + 1),
                                .lpszClassName = L"dispatch.puppet.edit"};
    append(L"");
    if (strstr(manner, "spoken")) {
        spoken = manner;
        class.lpszClassName = L"dispatch.puppet.canvas";
    }
    RegisterClassExW(&class);
    return class.lpszClassName;
}
