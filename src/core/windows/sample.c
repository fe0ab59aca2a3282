/* sample.c - a field for text in a frame, on Windows' desktop. */
#include "../sample.h"

#include <stdlib.h>
#include <windows.h>

#include "system.h"

enum { LINE = 24, ROOM = 8 << 20 }; /* pixels; characters that the field takes */

/* One a process, so that the procedures of its windows find it. */
static struct {
    HWND frame, line, field;
    WNDPROC field_proc;
    const char *(*submitted)(void *owner, const char *text);
    void *owner;
} sample;

static void show_line(const char *text)
{
    wchar_t *wide = wide_from_utf8(text);
    if (wide)
        SetWindowTextW(sample.line, wide);
    free(wide);
}

/* The field's text with \n alone; NULL: no memory. */
static char *field_text(void)
{
    int room = GetWindowTextLengthW(sample.field) + 1;
    wchar_t *wide = calloc((size_t)room, sizeof *wide), *to = wide;
    char *text = NULL;
    if (!wide)
        return NULL;
    GetWindowTextW(sample.field, wide, room);
    for (const wchar_t *from = wide; *from; from++)
        if (from[0] != L'\r' || from[1] != L'\n')
            *to++ = *from;
    *to = L'\0';
    text = wide_to_utf8(wide);
    free(wide);
    return text;
}

static void submit(void)
{
    char *text = field_text();
    SetWindowTextW(sample.field, L"");
    const char *line = text ? sample.submitted(sample.owner, text) : NULL;
    if (line)
        show_line(line);
    else
        DestroyWindow(sample.frame);
    free(text);
}

static LRESULT CALLBACK on_field(HWND window, UINT message, WPARAM wparam, LPARAM lparam)
{
    if (message == WM_KEYDOWN && wparam == VK_RETURN) {
        submit();
        return 0;
    }
    if (message == WM_CHAR && wparam == L'\r') /* what the same key would write */
        return 0;
    return CallWindowProcW(sample.field_proc, window, message, wparam, lparam);
}

static LRESULT CALLBACK on_frame(HWND window, UINT message, WPARAM wparam, LPARAM lparam)
{
    switch (message) {
    case WM_SIZE:
        MoveWindow(sample.line, 4, 4, LOWORD(lparam) - 8, LINE - 4, TRUE);
        MoveWindow(sample.field, 0, LINE, LOWORD(lparam), HIWORD(lparam) - LINE, TRUE);
        return 0;
    case WM_SETFOCUS: SetFocus(sample.field); return 0;
    case WM_DESTROY: PostQuitMessage(0); return 0;
    default: return DefWindowProcW(window, message, wparam, lparam);
    }
}

static bool make(const struct sample_place *at, const wchar_t *title)
{
    const WNDCLASSEXW class = {.cbSize = sizeof class,
                               .lpfnWndProc = on_frame,
                               .hCursor = LoadCursorW(NULL, (const wchar_t *)IDC_ARROW),
                               .hbrBackground = (HBRUSH)(COLOR_WINDOW + 1),
                               .lpszClassName = L"dispatch.sample"};
    const DWORD style = WS_CHILD | WS_VISIBLE | WS_VSCROLL | ES_MULTILINE | ES_AUTOVSCROLL | ES_WANTRETURN;
    RegisterClassExW(&class);
    sample.frame = CreateWindowExW(0, class.lpszClassName, title, WS_OVERLAPPEDWINDOW, at->x, at->y, at->width,
                                   at->height, NULL, NULL, NULL, NULL);
    if (!sample.frame)
        return false;
    sample.line = CreateWindowExW(0, L"STATIC", L"", WS_CHILD | WS_VISIBLE | SS_NOPREFIX | SS_ENDELLIPSIS, 0, 0, 0, 0,
                                  sample.frame, NULL, NULL, NULL);
    sample.field = CreateWindowExW(0, L"EDIT", L"", style, 0, 0, 0, 0, sample.frame, NULL, NULL, NULL);
    if (!sample.line || !sample.field)
        return false;
    SendMessageW(sample.field, EM_SETLIMITTEXT, ROOM, 0);
    sample.field_proc = (WNDPROC)SetWindowLongPtrW(sample.field, GWLP_WNDPROC, (LONG_PTR)on_field);
    return true;
}

bool sample_window(const struct sample_place *at, const char *title, const char *line,
                   const char *(*submitted)(void *owner, const char *text), void *owner, struct error *err)
{
    wchar_t *wide = wide_from_utf8(title);
    MSG message;
    if (!wide)
        return error_set(err, EC_MEMORY, "%s: out of memory", title);
    sample.submitted = submitted;
    sample.owner = owner;
    bool made = make(at, wide);
    free(wide);
    if (!made)
        return error_from_windows(err, GetLastError(), title);
    show_line(line);
    ShowWindow(sample.frame, SW_SHOW);
    while (GetMessageW(&message, NULL, 0, 0) > 0) {
        TranslateMessage(&message);
        DispatchMessageW(&message);
    }
    return true;
}
