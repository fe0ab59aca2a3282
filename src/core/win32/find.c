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

/* A top-level window that a person sees or could see. Without a title it can be nobody's target. */
static bool counts(HWND window)
{
    return IsWindowVisible(window) && GetWindowTextLengthW(window) > 0;
}

struct find {
    struct window_list *list;
    const char *const *titles; /* NULL: all are meant */
    struct win32_origins origins;
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

static bool add(struct find *f, HWND window)
{
    DWORD pid = 0;
    GetWindowThreadProcessId(window, &pid);
    char *title = win32_title(window);
    const struct win32_process *p = win32_origin_process(&f->origins, pid);
    if (!title || !p) {
        free(title);
        return error_set(f->err, EC_MEMORY, "no memory for the list of windows");
    }
    bool meant = is_meant(f->titles, title);
    bool terminal = win32_origin_is_terminal(window, NULL);
    /* Behind a console stands whatever program began it: its host says better what kind of window it is. */
    const struct window w = {.id = (uint64_t)(uintptr_t)window,
                             .pid = pid,
                             .flags = win32_find_flags(window) | (p->elevated ? WINDOW_ELEVATED : 0u) |
                                      (meant ? win32_origin_flags(&f->origins, window, pid, p->app) : 0u),
                             .title = title,
                             .app = terminal ? (char *)"conhost.exe" : p->app};
    bool ok = window_list_add(f->list, &w, f->err);
    free(title);
    return ok;
}

static BOOL CALLBACK each(HWND window, LPARAM find)
{
    struct find *f = (struct find *)find;
    if (counts(window))
        f->ok = add(f, window);
    return f->ok;
}

/* FNV-1a, for telling two looks apart. */
static uint64_t mix(uint64_t print, const void *bytes, size_t len)
{
    for (const unsigned char *p = bytes; len; p++, len--)
        print = (print ^ *p) * UINT64_C(0x100000001b3);
    return print;
}

static BOOL CALLBACK each_print(HWND window, LPARAM print_of)
{
    uint64_t *print = (uint64_t *)print_of;
    if (!counts(window))
        return TRUE;
    char *title = win32_title(window);
    unsigned flags = win32_find_flags(window);
    *print = mix(*print, &window, sizeof window);
    *print = mix(*print, &flags, sizeof flags);
    *print = mix(*print, title ? title : "", title ? strlen(title) : 0);
    free(title);
    return TRUE;
}

static uint64_t print_of_all(void)
{
    HWND front = GetForegroundWindow();
    uint64_t print = mix(UINT64_C(0xcbf29ce484222325), &front, sizeof front);
    EnumWindows(each_print, (LPARAM)&print);
    return print;
}

/* Events of windows (SetWinEventHook) would come from every program of the session, thousands a second; a look costs
 * less than half a millisecond. */
static bool have_changed(struct wait_source *self, int64_t now, int64_t *again)
{
    struct win32 *w = (struct win32 *)(void *)((char *)self - offsetof(struct win32, changes));
    struct win32_seen *seen = &w->seen;
    if (!seen->changed && now >= seen->next) {
        seen->changed = print_of_all() != seen->print;
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
    struct find f = {.list = list, .titles = titles, .err = err, .ok = true};
    const struct win32_seen seen = {.print = print_of_all(), .next = clock_now() + CHANGES_LOOK};
    EnumWindows(each, (LPARAM)&f);
    win32_origin_clear(&f.origins);
    if (f.ok)
        w->seen = seen;
    return f.ok;
}
