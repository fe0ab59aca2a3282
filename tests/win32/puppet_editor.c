/* puppet_editor.c - a chat's window: a field in a frame. MANNER, several joined by a comma:
 *
 *     own              the field is our own (puppet_field.c), not an Edit
 *     spoken           the same, and it tells of itself to screen readers alone (puppet_accessible.c)
 *     rich             the field is a RichEdit
 *     deaf             Enter does nothing
 *     ctrl             Ctrl+Enter submits, Enter makes a new line
 *     twice            only the second Enter submits
 *     dies | vanishes  closes on Enter | on Ctrl+V, before it reads
 *     renames          its title is another one from Ctrl+V on
 *     leaves           Ctrl+V pastes, and brings up another window of its own
 *     shy              whenever it comes to the front it brings up that other window
 *     nameless         reads the clipboard without telling who it is; with vanishes: before it closes
 *     helper           reads it by a window for messages, as Chromium does
 *     second           Ctrl+V makes another window of its own read it, "notes"
 *     again            reads it twice, with a pause, and drops both when the clipboard changed meanwhile
 *     hogs             has it open from then on
 *     sleepy           pastes, and looks at nothing for a while
 *     blind            Ctrl+V does nothing
 *     slow             the frame hands the focus to the field only after a while
 *     button           a button has the focus; F6 gives it to the field
 *     dialog           a modal dialog stands before it
 *     drawn            no field: the frame takes the keys itself
 */
#include <richedit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "puppet.h"

enum { HAND_ON = 1, READ_AGAIN }; /* timers */

static const char *manner;
static const wchar_t *log_path;
static HWND frame, field, button;
static WNDPROC field_proc, button_proc;
static int enters;
static DWORD number; /* of the clipboard when it was first read */

static bool is(const char *word)
{
    return strstr(manner, word) != NULL;
}

static void submit(void)
{
    int room = GetWindowTextLengthW(field) + 2;
    wchar_t *text = malloc((size_t)room * sizeof *text);
    GetWindowTextW(field, text, room);
    char *bytes = utf8(text);
    FILE *log = _wfopen(log_path, L"ab");
    fprintf(log, "%s\x1e", bytes);
    fclose(log);
    SetWindowTextW(field, L"");
    free(bytes);
    free(text);
    say("submitted");
}

static void on_enter(void)
{
    if (is("dies"))
        DestroyWindow(frame);
    else if (!is("deaf") && (!is("twice") || ++enters % 2 == 0))
        submit();
    else
        say("enter");
}

/* reader: NULL, nameless. */
static void paste_by(HWND reader, bool keeps)
{
    while (!OpenClipboard(reader))
        Sleep(1);
    HANDLE data = GetClipboardData(CF_UNICODETEXT);
    const wchar_t *text = data ? GlobalLock(data) : NULL;
    if (text) {
        if (keeps)
            SendMessageW(field, EM_REPLACESEL, TRUE, (LPARAM)text);
        GlobalUnlock(data);
    }
    CloseClipboard();
    say("read %d", text != NULL);
}

static HWND another(const wchar_t *title)
{
    return CreateWindowExW(0, L"dispatch.puppet", title, WS_OVERLAPPEDWINDOW | WS_VISIBLE, 300, 300, 200, 100, NULL,
                           NULL, NULL, NULL);
}

static void read_as_told(void)
{
    if (is("nameless"))
        paste_by(NULL, true);
    if (is("helper"))
        paste_by(CreateWindowExW(0, L"STATIC", L"", 0, 0, 0, 0, 0, HWND_MESSAGE, NULL, NULL, NULL), true);
    if (is("second"))
        paste_by(another(L"notes"), false);
    if (is("again")) {
        paste_by(field, false);
        number = GetClipboardSequenceNumber();
        SetTimer(frame, READ_AGAIN, 100, NULL);
    }
    if (is("hogs") || is("sleepy"))
        SendMessageW(field, WM_PASTE, 0, 0);
    if (is("hogs"))
        OpenClipboard(frame);
    if (is("sleepy"))
        Sleep(300);
}

/* It reads the clipboard itself, or nobody does. */
static bool has_hands(void)
{
    return is("nameless") || is("leaves") || is("blind") || is("helper") || is("second") || is("again") || is("hogs") ||
           is("sleepy");
}

/* A window of its own that takes the foreground. */
static void hand_on(void)
{
    static HWND other;
    if (!other)
        other = another(L"in the way");
    SetForegroundWindow(other);
}

/* Answers true when the field must not see it. */
static bool on_paste(void)
{
    say("paste");
    read_as_told();
    if (is("vanishes"))
        DestroyWindow(frame);
    if (is("renames"))
        SetWindowTextW(frame, L"something else");
    if (is("leaves")) {
        SendMessageW(field, WM_PASTE, 0, 0);
        hand_on();
    }
    return is("vanishes") || has_hands();
}

static LRESULT CALLBACK on_field(HWND window, UINT message, WPARAM wparam, LPARAM lparam)
{
    bool ctrl = GetKeyState(VK_CONTROL) < 0;
    if (message == WM_KEYDOWN && wparam == VK_RETURN && ctrl == is("ctrl")) {
        on_enter();
        return 0;
    }
    if (message == WM_KEYDOWN && wparam == VK_RETURN)
        say("other enter");
    if (message == WM_KEYDOWN && wparam == 'V' && ctrl && on_paste())
        return 0;
    /* what the same keys would do as characters */
    if (message == WM_CHAR && ((wparam == '\r' && ctrl == is("ctrl")) || wparam == '\n'))
        return 0;
    if (message == WM_CHAR && wparam == 0x16 && has_hands())
        return 0;
    return CallWindowProcW(field_proc, window, message, wparam, lparam);
}

static LRESULT CALLBACK on_button(HWND window, UINT message, WPARAM wparam, LPARAM lparam)
{
    if (message == WM_KEYDOWN && wparam == VK_F6)
        SetFocus(field);
    return CallWindowProcW(button_proc, window, message, wparam, lparam);
}

static void take_focus(void)
{
    if (is("slow"))
        SetTimer(frame, HAND_ON, 150, NULL);
    else
        SetFocus(is("button") ? button : field);
}

static LRESULT CALLBACK on_frame(HWND window, UINT message, WPARAM wparam, LPARAM lparam)
{
    if (window != frame)
        return DefWindowProcW(window, message, wparam, lparam);
    switch (message) {
    case WM_SIZE: MoveWindow(field, 0, 0, LOWORD(lparam), HIWORD(lparam) - (button ? 30 : 0), TRUE); return 0;
    case WM_SETFOCUS:
        if (!is("drawn"))
            take_focus();
        return 0;
    case WM_TIMER:
        KillTimer(window, wparam);
        if (wparam == HAND_ON)
            SetFocus(field);
        else
            paste_by(field, GetClipboardSequenceNumber() == number);
        return 0;
    case WM_ACTIVATE:
        if (LOWORD(wparam) != WA_INACTIVE && is("shy")) {
            hand_on();
            return 0;
        }
        return DefWindowProcW(window, message, wparam, lparam);
    case WM_KEYDOWN: return on_field(window, message, wparam, lparam);
    case WM_DESTROY: PostQuitMessage(0); return 0;
    default: return DefWindowProcW(window, message, wparam, lparam);
    }
}

static void make_field(void)
{
    DWORD style = WS_CHILD | WS_VISIBLE | WS_VSCROLL | ES_MULTILINE | ES_AUTOVSCROLL | ES_WANTRETURN;
    if (is("rich"))
        LoadLibraryW(L"msftedit.dll");
    const wchar_t *class = is("own") || is("spoken") ? own_field(manner) : is("rich") ? L"RICHEDIT50W" : L"EDIT";
    field = CreateWindowExW(0, class, L"", style, 0, 0, 380, 150, frame, NULL, NULL, NULL);
    SendMessageW(field, EM_SETLIMITTEXT, 8 << 20, 0);
    SendMessageW(field, EM_EXLIMITTEXT, 0, 8 << 20);
    field_proc = (WNDPROC)SetWindowLongPtrW(field, GWLP_WNDPROC, (LONG_PTR)on_field);
    if (!is("button"))
        return;
    button = CreateWindowExW(0, L"BUTTON", L"OK", WS_CHILD | WS_VISIBLE, 0, 150, 60, 24, frame, NULL, NULL, NULL);
    button_proc = (WNDPROC)SetWindowLongPtrW(button, GWLP_WNDPROC, (LONG_PTR)on_button);
}

static void make_frame(const wchar_t *title)
{
    static int place;
    const WNDCLASSEXW class = {.cbSize = sizeof class,
                               .lpfnWndProc = on_frame,
                               .hCursor = LoadCursorW(NULL, (const wchar_t *)IDC_ARROW),
                               .hbrBackground = (HBRUSH)(COLOR_WINDOW + 1),
                               .lpszClassName = L"dispatch.puppet"};
    place = (int)(GetCurrentProcessId() % 400);
    RegisterClassExW(&class);
    frame = CreateWindowExW(0, class.lpszClassName, title, WS_OVERLAPPEDWINDOW, place, place / 2, 400, 220, NULL, NULL,
                            NULL, NULL);
    field_proc = DefWindowProcW;
    if (!is("drawn"))
        make_field();
    ShowWindow(frame, SW_SHOW);
    UpdateWindow(frame);
}

int edit(const wchar_t *title, const wchar_t *log, const char *manners)
{
    manner = manners;
    log_path = log;
    make_frame(title);
    SetForegroundWindow(frame);
    say("shown");
    if (is("dialog"))
        MessageBoxW(frame, L"Overwrite it?", L"a question", MB_YESNO);
    return loop();
}

static double now_ms(void)
{
    LARGE_INTEGER ticks, second;
    QueryPerformanceCounter(&ticks);
    QueryPerformanceFrequency(&second);
    return (double)ticks.QuadPart * 1e3 / (double)second.QuadPart;
}

int edit_alone(const char *text)
{
    enum { TIMES = 20 };
    wchar_t *wide = utf16(text);
    manner = "";
    make_frame(L"alone");
    double begin = 0;
    for (int i = 0; i <= TIMES; i++) {
        begin = i == 1 ? now_ms() : begin; /* the first one reads the fonts */
        SetWindowTextW(field, L"");
        SendMessageW(field, EM_REPLACESEL, TRUE, (LPARAM)wide);
    }
    say("%.1f", (now_ms() - begin) / TIMES);
    free(wide);
    return 0;
}
