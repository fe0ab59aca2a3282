/* accessible.c - what the element with the focus tells of itself to screen readers (Microsoft Active Accessibility).
 *
 * Each question is a call into another program, which may never answer, and cannot be taken back. So a thread of its
 * own asks, and is left alone when it takes too long: until it comes back nobody is asked. What it tells may be cut or
 * decorated; lua/dispatch/echo.lua says what it may be taken for.
 *
 * Chromium, and so Electron and VS Code, is not asked: it would switch on its accessibility, which makes it slow; VS
 * Code then asks its user about a screen reader; and its editors tell a page or a line of what they hold. */
#define COBJMACROS
#include "win32.h"

#include <oleacc.h>
#include <process.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_TIME (300 * CLOCK_MS)
enum { DEPTH = 8 }; /* elements inside each other */

static const GUID ACCESSIBLE = {0x618736e0, 0x3c3d, 0x11cf, {0x81, 0x0c, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71}};

/* Of the thread. Main looks at what stands above `object` while `answered` is set, and writes there only then. */
struct win32_accessible {
    HANDLE thread, question, answered; /* question: reset by who waits for it, so that none is lost */
    LONG owners;                       /* main and the thread: the last one frees */
    HWND focus;                        /* who has it; NULL: the object that was asked last */
    bool end;
    wchar_t *text; /* what it told; NULL: nothing */
    size_t units;
    IAccessible *object;
    VARIANT child;
};

static void let_go(struct win32_accessible *a)
{
    if (a->object)
        IAccessible_Release(a->object);
    a->object = NULL;
}

static IAccessible *accessible_of(IDispatch *dispatch)
{
    void *found = NULL;
    if (dispatch && FAILED(IDispatch_QueryInterface(dispatch, &ACCESSIBLE, &found)))
        found = NULL;
    return found;
}

/* Down from a window's object to the element that has the focus. */
static void descend(struct win32_accessible *a)
{
    for (int depth = 0; a->object && depth < DEPTH; depth++) {
        VARIANT focus = {.vt = VT_EMPTY};
        IDispatch *dispatch = NULL;
        if (IAccessible_get_accFocus(a->object, &focus) != S_OK || (focus.vt != VT_I4 && focus.vt != VT_DISPATCH)) {
            VariantClear(&focus);
            let_go(a);
            return;
        }
        a->child = (VARIANT){.vt = VT_I4, .lVal = focus.vt == VT_I4 ? focus.lVal : CHILDID_SELF};
        if (focus.vt == VT_I4 && focus.lVal != CHILDID_SELF)
            IAccessible_get_accChild(a->object, a->child, &dispatch);
        else if (focus.vt == VT_DISPATCH)
            dispatch = focus.pdispVal;
        else
            return;
        IAccessible *inner = accessible_of(dispatch);
        if (dispatch)
            IDispatch_Release(dispatch);
        if (!inner && focus.vt == VT_I4)
            return; /* an element without an object of its own */
        let_go(a);
        a->object = inner;
        a->child.lVal = CHILDID_SELF;
    }
}

static void find(struct win32_accessible *a)
{
    DWORD_PTR answer = 0;
    void *object = NULL;
    let_go(a);
    if (SendMessageTimeoutW(a->focus, WM_GETOBJECT, 0, (LPARAM)OBJID_CLIENT, SMTO_ABORTIFHUNG,
                            (UINT)(ANSWER_TIME / CLOCK_MS), &answer) &&
        (LRESULT)answer > 0 && SUCCEEDED(ObjectFromLresult((LRESULT)answer, &ACCESSIBLE, 0, &object)))
        a->object = object;
    descend(a);
}

static LONG number(HRESULT status, const VARIANT *value)
{
    return status == S_OK && value->vt == VT_I4 ? value->lVal : 0;
}

/* A field for text that shows what is written there. */
static bool is_field(struct win32_accessible *a)
{
    VARIANT role = {.vt = VT_EMPTY}, state = {.vt = VT_EMPTY};
    bool text = number(IAccessible_get_accRole(a->object, a->child, &role), &role) == ROLE_SYSTEM_TEXT;
    LONG is = text ? number(IAccessible_get_accState(a->object, a->child, &state), &state) : 0;
    VariantClear(&role);
    VariantClear(&state);
    return text && !(is & (STATE_SYSTEM_READONLY | STATE_SYSTEM_PROTECTED | STATE_SYSTEM_UNAVAILABLE));
}

static void answer(struct win32_accessible *a)
{
    BSTR value = NULL;
    if (a->focus)
        find(a);
    if (!a->object || !is_field(a) || FAILED(IAccessible_get_accValue(a->object, a->child, &value)))
        return;
    a->units = SysStringLen(value); /* of NULL: 0 */
    a->text = malloc((a->units + 1) * sizeof *a->text);
    if (a->text && a->units)
        memcpy(a->text, value, a->units * sizeof *a->text);
    SysFreeString(value);
}

static void leave(struct win32_accessible *a)
{
    if (InterlockedDecrement(&a->owners) > 0)
        return;
    free(a->text);
    CloseHandle(a->question);
    CloseHandle(a->answered);
    free(a);
}

static unsigned __stdcall run(void *owner)
{
    struct win32_accessible *a = owner;
    HRESULT ready = CoInitializeEx(NULL, COINIT_MULTITHREADED);
    while (WaitForSingleObject(a->question, INFINITE) == WAIT_OBJECT_0 && !a->end) {
        if (SUCCEEDED(ready))
            answer(a);
        SetEvent(a->answered);
    }
    let_go(a);
    if (SUCCEEDED(ready))
        CoUninitialize();
    leave(a);
    return 0;
}

static struct win32_accessible *start(void)
{
    struct win32_accessible *a = calloc(1, sizeof *a);
    if (!a)
        return NULL;
    a->owners = 2;
    a->question = CreateEventW(NULL, FALSE, FALSE, NULL);
    a->answered = CreateEventW(NULL, TRUE, TRUE, NULL);
    a->thread = a->question && a->answered ? (HANDLE)_beginthreadex(NULL, 0, run, a, 0, NULL) : NULL;
    if (a->thread)
        return a;
    if (a->question)
        CloseHandle(a->question);
    if (a->answered)
        CloseHandle(a->answered);
    free(a);
    return NULL;
}

static bool is_free(const struct win32_accessible *a)
{
    return WaitForSingleObject(a->answered, 0) == WAIT_OBJECT_0;
}

/* False: it did not answer in time, or we were interrupted. */
static bool question(struct win32_accessible *a, HWND focus)
{
    int64_t until = clock_now() + ANSWER_TIME;
    free(a->text);
    a->text = NULL;
    a->focus = focus;
    ResetEvent(a->answered);
    SetEvent(a->question);
    while (!is_free(a))
        if (clock_now() >= until || wait_for(NULL, clock_now() + CLOCK_MS / 2, NULL) == WAIT_INTERRUPTED)
            return is_free(a);
    return true;
}

/* The control with the focus, where the window has it, is none that is read otherwise, and may be asked. */
static HWND who_may_be_asked(HWND window)
{
    GUITHREADINFO info = {.cbSize = sizeof info};
    if (!GetGUIThreadInfo(GetWindowThreadProcessId(window, NULL), &info) || !info.hwndFocus ||
        (info.hwndFocus != window && !IsChild(window, info.hwndFocus)) || IsHungAppWindow(info.hwndFocus))
        return NULL;
    char *names[] = {win32_class(window), win32_class(info.hwndFocus)};
    bool may = names[0] && names[1] && strncmp(names[0], "Chrome_", 7) != 0 && strncmp(names[1], "Chrome_", 7) != 0;
    free(names[0]);
    free(names[1]);
    enum win32_field_kind kind = win32_field_kind(window, info.hwndFocus);
    return may && (kind == FIELD_OTHER || kind == FIELD_FRAME) ? info.hwndFocus : NULL;
}

bool win32_accessible_text(struct win32 *w, const struct window_pin *pin, char **text, size_t *len, struct error *err)
{
    *text = NULL;
    if (!win32_check_there(pin, err))
        return false;
    bool again = w->asked == pin->id; /* the same element, whoever has the focus by now */
    HWND focus = again ? NULL : who_may_be_asked(win32_check_window(pin));
    if (!w->accessible && focus)
        w->accessible = start();
    struct win32_accessible *a = w->accessible;
    if (!a || !is_free(a) || (!focus && !again))
        return error_set(err, EC_UNSUPPORTED, "'%s': what its field tells of itself cannot be asked for", pin->token);
    if (!question(a, focus))
        return error_set(err, EC_TIMEOUT, "'%s': its field does not tell what stands in it", pin->token);
    if (a->text)
        w->asked = pin->id;
    else
        return error_set(err, EC_UNSUPPORTED, "'%s': its field does not tell what stands in it", pin->token);
    *text = win32_utf8_lines(a->text, a->units);
    *len = *text ? strlen(*text) : 0;
    return *text || error_set(err, EC_MEMORY, "no memory for what the window tells");
}

void win32_accessible_close(struct win32 *w)
{
    struct win32_accessible *a = w->accessible;
    if (!a)
        return;
    w->accessible = NULL;
    a->end = true;
    SetEvent(a->question);
    CloseHandle(a->thread);
    leave(a); /* where it hangs it frees what it has when it comes back, or the process ends */
}
