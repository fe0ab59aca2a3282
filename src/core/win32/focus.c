/* focus.c - where keys go, and making them go to the pinned window.
 *
 * The system lets a program take the foreground only now and then ("SetForegroundWindow, Remarks"), and says yes when
 * it did not. So the order is AutoHotkey's: ask; then lift an Alt that is not down, which makes us the last who gave
 * input, share the input state of the threads before and behind, ask again; and look what came of it each time. */
#include <stdlib.h>
#include <string.h>

#include "win32.h"

enum { TRIES = 6 };
#define TRY_TIME (300 * CLOCK_MS)
/* A frame or a button that has the focus may be about to hand it on to the field. */
#define STEADY (100 * CLOCK_MS)
/* A window that just came to the front may lose the focus while the one before it hears of that. */
#define STAY_TIME (300 * CLOCK_MS)

static bool say_who(const struct window_pin *pin, HWND other, struct error *err)
{
    char *title = other ? win32_title(other) : NULL;
    if (title && *title)
        error_set(err, EC_FOCUS, "'%s': the keys go to another window, '%s'", pin->token, title);
    else
        error_set(err, EC_FOCUS, "'%s': the keys go to %s", pin->token,
                  other ? "another window, which has no title" : "no window");
    free(title);
    return false;
}

static bool judge_field(const struct window_pin *pin, HWND window, HWND focus, bool for_text, struct error *err)
{
    enum win32_field_kind kind = win32_field_kind(window, focus);
    if ((kind == FIELD_NO && !for_text) || kind == FIELD_TEXT || kind == FIELD_OTHER ||
        (kind == FIELD_FRAME && !win32_field_of(window)))
        return true;
    if (kind == FIELD_FRAME)
        return error_set(err, EC_FOCUS, "'%s': the keys go to the window's frame and not to its field", pin->token);
    char *name = win32_class(focus);
    error_set(err, EC_FOCUS, "'%s': the keys go to a control that takes no text (%s); click into the chat", pin->token,
              name ? name : "?");
    free(name);
    return false;
}

static bool verify(const struct window_pin *pin, bool for_text, HWND *focus, struct error *err)
{
    GUITHREADINFO info = {.cbSize = sizeof info};
    if (!win32_check_there(pin, err))
        return false;
    HWND window = win32_check_window(pin), front = GetForegroundWindow();
    *focus = NULL;
    if (front != window)
        return say_who(pin, front, err);
    if (IsIconic(window))
        return error_set(err, EC_FOCUS, "'%s': its window is minimised", pin->token);
    if (!GetGUIThreadInfo(0, &info)) /* 0: the thread in the foreground, whatever it has joined with */
        return say_who(pin, NULL, err);
    if (info.flags & (GUI_INMENUMODE | GUI_POPUPMENUMODE | GUI_SYSTEMMENUMODE | GUI_INMOVESIZE))
        return error_set(err, EC_REFUSED, "'%s': an open menu holds the keyboard, or its window is being moved",
                         pin->token);
    if (!info.hwndFocus || (info.hwndFocus != window && !IsChild(window, info.hwndFocus)))
        return say_who(pin, info.hwndFocus, err);
    *focus = info.hwndFocus;
    return judge_field(pin, window, info.hwndFocus, for_text, err);
}

bool win32_focus_verify(const struct window_pin *pin, bool for_text, struct error *err)
{
    HWND focus;
    return verify(pin, for_text, &focus, err);
}

bool win32_focus_stays(const struct window_pin *pin, bool for_text, int64_t until, struct error *err)
{
    int64_t end = clock_now() + STAY_TIME < until ? clock_now() + STAY_TIME : until;
    struct error why = {0};
    while (!win32_focus_verify(pin, for_text, &why)) {
        bool moment = strcmp(why.code, EC_FOCUS) == 0 && clock_now() < end;
        if (moment && wait_for(NULL, clock_now() + WIN32_LOOK, NULL) != WAIT_INTERRUPTED)
            continue;
        error_clear(err);
        *err = why;
        return false;
    }
    error_clear(&why);
    return true;
}

/* 0: it hangs, and who is joined with it hangs as well. */
static DWORD thread_of(HWND window)
{
    return window && !IsHungAppWindow(window) ? GetWindowThreadProcessId(window, NULL) : 0;
}

static void join(DWORD a, DWORD b, BOOL joined)
{
    if (a && b && a != b)
        AttachThreadInput(a, b, joined);
}

static void insist(HWND window)
{
    INPUT lift = {.type = INPUT_KEYBOARD, .ki = {.wVk = VK_MENU, .dwFlags = KEYEVENTF_KEYUP}};
    MSG message;
    DWORD own = GetCurrentThreadId(), theirs = thread_of(window), before = thread_of(GetForegroundWindow());
    PeekMessageW(&message, NULL, WM_USER, WM_USER, PM_NOREMOVE); /* only a thread with a queue can be joined */
    SendInput(1, &lift, sizeof lift);
    join(own, before, TRUE);
    join(before, theirs, TRUE);
    SetForegroundWindow(window);
    BringWindowToTop(window);
    join(before, theirs, FALSE);
    join(own, before, FALSE);
}

static void activate(HWND window, int attempt)
{
    if (IsIconic(window))
        ShowWindowAsync(window, SW_RESTORE); /* does not wait for a program that hangs */
    if (attempt == 0)
        SetForegroundWindow(window);
    else
        insist(window);
}

/* Will it keep the focus? A frame may hand it on to a child of its, a button to the field; -FocusKeys may be what does
 * it. */
static bool is_last(HWND window, HWND focus)
{
    enum win32_field_kind kind = win32_field_kind(window, focus);
    return kind == FIELD_TEXT || kind == FIELD_OTHER || (kind == FIELD_FRAME && !GetWindow(focus, GW_CHILD));
}

/* Looks until the keys go where they should, or until `until`; *why is then the reason. What may hand them on must keep
 * them a moment. */
static bool settle(const struct window_pin *pin, int64_t until, struct error *why)
{
    int64_t since = 0;
    for (;;) {
        HWND focus;
        int64_t now = clock_now();
        bool ok = verify(pin, false, &focus, why);
        if (ok && is_last(win32_check_window(pin), focus))
            return true;
        since = !ok ? 0 : since ? since : now;
        if (ok && now - since >= STEADY)
            return true;
        if (!ok && strcmp(why->code, EC_FOCUS) != 0 && strcmp(why->code, EC_REFUSED) != 0)
            return false;
        if (now >= until)
            return ok;
        int64_t next = now + WIN32_LOOK;
        enum wait_result result = wait_for(NULL, next < until ? next : until, why);
        if (result != WAIT_EXPIRED)
            return wait_refuse(result, why, "the focus did not come");
    }
}

static bool is_worth_waiting(const struct error *why)
{
    return strcmp(why->code, EC_FOCUS) == 0 || strcmp(why->code, EC_REFUSED) == 0;
}

bool win32_focus(struct win32 *w, const struct window_pin *pin, int64_t until, struct error *err)
{
    struct error why = {0};
    w->pasted = false;
    w->asked = 0;
    if (!win32_check(pin, err))
        return false;
    if (win32_focus_verify(pin, true, &why)) {
        error_clear(&why);
        return true;
    }
    for (int attempt = 0; is_worth_waiting(&why); attempt++) {
        HWND window = win32_check_window(pin);
        int64_t now = clock_now(), end = now + TRY_TIME;
        if (window && attempt < TRIES && (GetForegroundWindow() != window || IsIconic(window)))
            activate(window, attempt);
        if (settle(pin, attempt < TRIES && end < until ? end : until, &why)) {
            error_clear(&why);
            return true;
        }
        if (clock_now() >= until)
            break;
    }
    error_clear(err);
    *err = why;
    return false;
}
