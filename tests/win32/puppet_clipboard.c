/* puppet_clipboard.c - other people at the clipboard. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "puppet.h"

static wchar_t *promised;
static const char *owner_manner;
static UINT html, private_format;
static bool takes, is_slow;

static HGLOBAL memory(const void *bytes, size_t len)
{
    HGLOBAL copy = GlobalAlloc(GMEM_MOVEABLE, len);
    memcpy(GlobalLock(copy), bytes, len);
    GlobalUnlock(copy);
    return copy;
}

static HWND window_of(const wchar_t *name, WNDPROC proc)
{
    const WNDCLASSEXW class = {.cbSize = sizeof class, .lpfnWndProc = proc, .lpszClassName = name};
    RegisterClassExW(&class);
    return CreateWindowExW(0, name, L"", 0, 0, 0, 0, 0, HWND_MESSAGE, NULL, NULL, NULL);
}

static void put(UINT format)
{
    static const char markup[] = "<b>bold</b>", bytes[] = "\1\2\3\0\4";
    if (format == CF_UNICODETEXT)
        SetClipboardData(format, memory(promised, (wcslen(promised) + 1) * sizeof *promised));
    else if (format == html)
        SetClipboardData(format, memory(markup, sizeof markup));
    else if (format == private_format)
        SetClipboardData(format, memory(bytes, sizeof bytes));
}

static LRESULT CALLBACK on_owner(HWND window, UINT message, WPARAM wparam, LPARAM lparam)
{
    if (message == WM_RENDERFORMAT && !strcmp(owner_manner, "hang")) {
        say("asked");
        Sleep(INFINITE);
    } else if (message == WM_RENDERFORMAT) {
        if (!strcmp(owner_manner, "slow"))
            Sleep(600);
        put((UINT)wparam);
        if (wparam == CF_UNICODETEXT)
            say("answered");
    } else if (message == WM_DESTROYCLIPBOARD) {
        say("lost");
    }
    return DefWindowProcW(window, message, wparam, lparam);
}

static bool open_patiently(HWND window)
{
    for (int i = 0; i < 500; i++, Sleep(10))
        if (OpenClipboard(window))
            return true;
    return false;
}

int own(const char *text, const char *manner)
{
    owner_manner = manner;
    promised = utf16(text);
    html = RegisterClipboardFormatW(L"HTML Format");
    private_format = RegisterClipboardFormatW(L"a format of my own");
    HWND window = window_of(L"puppet.owner", on_owner);
    if (!open_patiently(window) || !EmptyClipboard())
        return 1;
    const UINT formats[] = {private_format, html, CF_UNICODETEXT};
    for (int i = 0; i < 3; i++)
        if (*manner && strcmp(manner, "big") != 0)
            SetClipboardData(formats[i], NULL);
        else
            put(formats[i]);
    if (!strcmp(manner, "big")) { /* beside the others */
        HGLOBAL much = GlobalAlloc(GMEM_MOVEABLE | GMEM_ZEROINIT, (SIZE_T)70 << 20);
        SetClipboardData(RegisterClipboardFormatW(L"a big format"), much);
    }
    CloseClipboard();
    say("owned");
    return loop();
}

int print_text(bool nameless)
{
    if (!open_patiently(nameless ? NULL : window_of(L"puppet.reader", DefWindowProcW)))
        return 2;
    HANDLE data = GetClipboardData(CF_UNICODETEXT);
    const wchar_t *text = data ? GlobalLock(data) : NULL;
    char *bytes = text ? utf8(text) : NULL;
    if (bytes)
        fputs(bytes, stdout);
    CloseClipboard();
    return bytes ? 0 : 1;
}

int print_formats(void)
{
    if (!open_patiently(window_of(L"puppet.reader", DefWindowProcW)))
        return 2;
    for (UINT id = 0; (id = EnumClipboardFormats(id));) {
        char name[100] = "";
        HANDLE data = GetClipboardData(id);
        SIZE_T len = data ? GlobalSize(data) : 0;
        const unsigned char *bytes = len ? GlobalLock(data) : NULL;
        uint32_t sum = 0;
        for (SIZE_T i = 0; bytes && i < len; i++)
            sum = sum * 31 + bytes[i];
        if (bytes)
            GlobalUnlock(data);
        if (!GetClipboardFormatNameA(id, name, sizeof name))
            snprintf(name, sizeof name, "%u", id);
        say("%s %u %u", name, (unsigned)len, (unsigned)sum);
    }
    CloseClipboard();
    return 0;
}

static void on_change(HWND window)
{
    if (GetClipboardOwner() == window || !open_patiently(window))
        return;
    if (takes) {
        EmptyClipboard();
        SetClipboardData(CF_UNICODETEXT, memory(L"stolen", 14));
        CloseClipboard();
        say("took");
        return;
    }
    HANDLE data = GetClipboardData(CF_UNICODETEXT);
    const wchar_t *text = data ? GlobalLock(data) : NULL;
    unsigned units = text ? (unsigned)wcslen(text) : 0;
    if (is_slow)
        Sleep(30);
    CloseClipboard();
    say("read %u", units);
}

static LRESULT CALLBACK on_listener(HWND window, UINT message, WPARAM wparam, LPARAM lparam)
{
    if (message == WM_CLIPBOARDUPDATE)
        on_change(window);
    return DefWindowProcW(window, message, wparam, lparam);
}

int watch(bool thief, bool slow)
{
    takes = thief;
    is_slow = slow;
    AddClipboardFormatListener(window_of(L"puppet.listener", on_listener));
    say("listens");
    return loop();
}

int empty(void)
{
    if (!open_patiently(window_of(L"puppet.holder", DefWindowProcW)))
        return 1;
    EmptyClipboard();
    CloseClipboard();
    return 0;
}

int hold(void)
{
    if (!open_patiently(window_of(L"puppet.holder", DefWindowProcW)))
        return 1;
    say("held");
    return loop();
}
