/* pump.c - the thread that owns our hidden window, and the orders that it is given. */
#include <process.h>
#include <string.h>

#include "win32.h"
#include "../wait_private.h"

static const wchar_t CLASS[] = L"dispatch.clipboard";
enum { ORDER = WM_APP };
#define CLOSE_TIME (2 * CLOCK_SECOND)
/* Beyond the deadline, for an order that is under way: what it found out says more than that time is up. */
#define GRACE (CLOCK_SECOND / 2)

static void ring(struct win32 *w)
{
    struct win32_clipboard *c = &w->clipboard;
    EnterCriticalSection(&c->guard);
    if (!c->abandoned)
        wait_post_send(&w->post);
    LeaveCriticalSection(&c->guard);
}

static LRESULT CALLBACK on_message(HWND window, UINT message, WPARAM wparam, LPARAM lparam)
{
    struct win32 *w = (struct win32 *)GetWindowLongPtrW(window, GWLP_USERDATA);
    switch (message) {
    case ORDER:
        win32_clipboard_order(w, (enum win32_order)wparam);
        ring(w);
        return 0;
    case WM_RENDERFORMAT:
        if (wparam == CF_UNICODETEXT)
            win32_clipboard_render(w);
        ring(w);
        return 0;
    case WM_DESTROYCLIPBOARD:
        win32_clipboard_destroyed(w);
        ring(w);
        return 0;
    case WM_RENDERALLFORMATS: return 0; /* we go, and the promise with us */
    case WM_CLOSE: DestroyWindow(window); return 0;
    case WM_DESTROY: PostQuitMessage(0); return 0;
    default: return DefWindowProcW(window, message, wparam, lparam);
    }
}

static unsigned __stdcall run(void *owner)
{
    struct win32 *w = owner;
    struct win32_clipboard *c = &w->clipboard;
    const WNDCLASSEXW class = {
        .cbSize = sizeof class, .lpfnWndProc = on_message, .hInstance = GetModuleHandleW(NULL), .lpszClassName = CLASS};
    RegisterClassExW(&class); /* once a process; again is refused, and harmless */
    HWND window = CreateWindowExW(0, CLASS, L"", 0, 0, 0, 0, 0, HWND_MESSAGE, NULL, class.hInstance, NULL);
    if (window)
        SetWindowLongPtrW(window, GWLP_USERDATA, (LONG_PTR)w);
    EnterCriticalSection(&c->guard);
    c->ready = true;
    w->own = window;
    LeaveCriticalSection(&c->guard);
    ring(w);
    MSG message;
    while (window && GetMessageW(&message, NULL, 0, 0) > 0)
        DispatchMessageW(&message);
    return 0;
}

static void rung(struct wait_post *post)
{
    struct win32 *w = (struct win32 *)(void *)((char *)post - offsetof(struct win32, post));
    w->rings++;
    wait_mark(&w->news);
}

static bool has_news(struct wait_source *self, int64_t now, int64_t *again)
{
    const struct win32 *w = (const struct win32 *)(const void *)((char *)self - offsetof(struct win32, news));
    (void)now;
    (void)again;
    return w->rings != w->heard;
}

enum wait_result win32_pump_wait(struct win32 *w, uint32_t heard, int64_t until, bool insist, struct error *err)
{
    w->heard = heard;
    return insist ? wait_despite_cancel(&w->news, until, err) : wait_for(&w->news, until, err);
}

static bool is(struct win32_clipboard *c, const bool *flag)
{
    EnterCriticalSection(&c->guard);
    bool set = *flag;
    LeaveCriticalSection(&c->guard);
    return set;
}

bool win32_pump_open(struct win32 *w, struct error *err)
{
    struct win32_clipboard *c = &w->clipboard;
    int64_t until = clock_now() + WIN32_PATIENCE;
    InitializeCriticalSection(&c->guard);
    w->news.ready = has_news;
    w->post.run = rung;
    uintptr_t thread = wait_post_prepare() ? _beginthreadex(NULL, 0, run, w, 0, NULL) : 0;
    w->thread = (HANDLE)thread;
    if (!thread)
        return error_set(err, EC_MEMORY, "no memory for a thread");
    for (uint32_t heard = w->rings; !is(c, &c->ready); heard = w->rings)
        if (win32_pump_wait(w, heard, until, true, err) != WAIT_READY) {
            w->stuck = true;
            return error_set(err, EC_TIMEOUT, "the thread that serves the clipboard did not start");
        }
    return w->own || error_set(err, EC_NO_DISPLAY, "no window can be made: this session has no desktop");
}

/* The thread may still be at it. */
static void give_up(struct win32 *w)
{
    struct win32_clipboard *c = &w->clipboard;
    w->stuck = true;
    EnterCriticalSection(&c->guard);
    c->given_up = true;
    LeaveCriticalSection(&c->guard);
}

static bool hand_over(struct win32 *w, enum win32_order order, int64_t until, bool insist, struct error *err)
{
    struct win32_clipboard *c = &w->clipboard;
    uint32_t heard = w->rings;
    c->done = c->given_up = false; /* the thread is idle: nobody else looks at them */
    if (!PostMessageW(w->own, ORDER, (WPARAM)order, 0))
        return error_from_windows(err, GetLastError(), "the thread that serves the clipboard");
    for (; !is(c, &c->done); heard = w->rings) {
        enum wait_result result = win32_pump_wait(w, heard, until + GRACE, insist, err);
        if (result == WAIT_READY)
            continue;
        give_up(w);
        if (result != WAIT_EXPIRED)
            return wait_refuse(result, err, "the clipboard");
        return error_set(err, EC_TIMEOUT,
                         "the program that owns the clipboard does not hand out what is in it; "
                         "end that program, or copy something else");
    }
    return true;
}

/* After Ctrl-C or a deadline the thread may have come free again. */
static bool came_free(struct win32 *w)
{
    if (w->stuck && is(&w->clipboard, &w->clipboard.done))
        w->stuck = false;
    return !w->stuck;
}

bool win32_pump_order(struct win32 *w, enum win32_order order, int64_t until, bool insist, struct error *err)
{
    struct win32_clipboard *c = &w->clipboard;
    for (;;) {
        if (!came_free(w))
            return error_set(err, EC_REFUSED, "the program that owned the clipboard still does not answer");
        if (!hand_over(w, order, until, insist, err))
            return false;
        if (!c->failed)
            return true;
        int64_t now = clock_now(), next = now + WIN32_LOOK;
        if (!c->busy || now >= until) {
            error_set(err, c->problem.code, "%s", c->problem.message ? c->problem.message : "out of memory");
            return false;
        }
        enum wait_result result = win32_pump_wait(w, w->rings, next < until ? next : until, insist, err);
        if (result == WAIT_INTERRUPTED || result == WAIT_BROKEN)
            return wait_refuse(result, err, "the clipboard");
    }
}

static bool has_ended(HANDLE thread)
{
    DWORD status = STILL_ACTIVE;
    return GetExitCodeThread(thread, &status) && status != STILL_ACTIVE;
}

/* False: it hangs in another program, and must find *w when it comes back. */
static bool join(struct win32 *w)
{
    struct win32_clipboard *c = &w->clipboard;
    int64_t until = clock_now() + CLOSE_TIME;
    if (w->own)
        PostMessageW(w->own, WM_CLOSE, 0, 0);
    while (!has_ended(w->thread) && clock_now() < until)
        wait_despite_cancel(NULL, clock_now() + CLOCK_MS, NULL); /* no ring can be its last act */
    bool ended = has_ended(w->thread);
    if (!ended) {
        EnterCriticalSection(&c->guard);
        c->abandoned = true;
        LeaveCriticalSection(&c->guard);
    }
    CloseHandle(w->thread);
    return ended;
}

bool win32_pump_close(struct win32 *w)
{
    struct win32_clipboard *c = &w->clipboard;
    bool ended = !w->thread || join(w);
    if (w->thread)
        wait_post_cancel(&w->post);
    if (ended) {
        DeleteCriticalSection(&c->guard);
        error_clear(&c->problem);
        error_clear(&c->unsaved);
    }
    return ended;
}
