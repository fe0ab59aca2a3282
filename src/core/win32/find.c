/* find.c - which windows there are. */
#include <stdlib.h>
#include <string.h>

#include "win32.h"

#include <dwmapi.h>

#define CHANGES_LOOK (200 * CLOCK_MS) /* a new window is noticed within this time */

static bool is_cloaked(HWND window)
{
    DWORD cloaked = 0; /* DWMWA_CLOAKED: by its program, the shell (another virtual desktop), or its owner */
    return DwmGetWindowAttribute(window, DWMWA_CLOAKED, &cloaked, sizeof cloaked) == S_OK && cloaked;
}

unsigned win32_find_flags(HWND window)
{
    return (IsIconic(window) ? WINDOW_MINIMISED : 0u) | (is_cloaked(window) ? WINDOW_ELSEWHERE : 0u);
}

/* FNV-1a, for telling two looks apart. */
static uint64_t mix(uint64_t print, const void *bytes, size_t len)
{
    for (const unsigned char *p = bytes; len; p++, len--)
        print = (print ^ *p) * UINT64_C(0x100000001b3);
    return print;
}

struct find {
    struct window_list *list;  /* NULL: only the print is wanted */
    const char *const *titles; /* NULL: all are meant */
    struct win32_origins origins;
    uint64_t print; /* of all that was seen */
    struct error *err;
    bool ok;
};

static bool is_meant(const char *const *titles, const char *title)
{
    if (!titles)
        return true;
    while (*titles && !strstr(title, *titles))
        titles++;
    return *titles != NULL;
}

static bool add(struct find *f, HWND window, char *title, unsigned flags)
{
    DWORD pid = 0;
    GetWindowThreadProcessId(window, &pid);
    const struct win32_process *p = win32_origin_process(&f->origins, pid);
    if (!p)
        return error_set(f->err, EC_MEMORY, "no memory for the list of windows");
    bool meant = is_meant(f->titles, title);
    /* Behind a console stands whatever program began it: its host says better what kind of window it is. */
    const struct window w = {.id = (uint64_t)(uintptr_t)window,
                             .pid = pid,
                             .flags = flags | (p->elevated ? WINDOW_ELEVATED : 0u) |
                                      (meant ? win32_origin_flags(&f->origins, window, pid, p->app) : 0u),
                             .title = title,
                             .app = win32_origin_is_console(window) ? (char *)"conhost.exe" : p->app};
    return window_list_add(f->list, &w, f->err);
}

/* Top-level windows that a person sees or could see. Without a title one can be nobody's target. */
static BOOL CALLBACK each(HWND window, LPARAM find)
{
    struct find *f = (struct find *)find;
    if (!IsWindowVisible(window))
        return TRUE;
    char *title = win32_title(window);
    if (!title)
        f->ok = error_set(f->err, EC_MEMORY, "no memory for the list of windows");
    if (title && *title) {
        unsigned flags = win32_find_flags(window);
        f->print = mix(f->print, &window, sizeof window);
        f->print = mix(f->print, &flags, sizeof flags);
        f->print = mix(f->print, title, strlen(title));
        f->ok = !f->list || add(f, window, title, flags);
    }
    free(title);
    return f->ok;
}

/* Each window is asked once for what counts of it: that is what a look's time goes into. */
static bool look(struct find *f)
{
    HWND front = GetForegroundWindow();
    f->ok = true;
    f->print = mix(UINT64_C(0xcbf29ce484222325), &front, sizeof front);
    EnumWindows(each, (LPARAM)f);
    win32_origin_clear(&f->origins);
    return f->ok;
}

/* Events of windows (SetWinEventHook) would come from every program of the session, thousands a second; a look costs
 * less than half a millisecond. */
static bool have_changed(struct wait_source *self, int64_t now, int64_t *again)
{
    struct win32 *w = (struct win32 *)(void *)((char *)self - offsetof(struct win32, changes));
    struct win32_seen *seen = &w->seen;
    if (!seen->changed && now >= seen->next) {
        struct find f = {.list = NULL};
        seen->changed = look(&f) && f.print != seen->print;
        seen->next = now + CHANGES_LOOK;
    }
    *again = seen->changed ? CLOCK_NEVER : seen->next;
    return seen->changed;
}

struct wait_source *win32_find_changes(struct win32 *w)
{
    w->changes.ready = have_changed;
    return &w->changes;
}

bool win32_find_list(struct win32 *w, const char *const *titles, struct window_list *list, struct error *err)
{
    struct find f = {.list = list, .titles = titles, .err = err};
    if (look(&f))
        w->seen = (struct win32_seen){.print = f.print, .next = clock_now() + CHANGES_LOOK};
    return f.ok;
}
