/* check.c - is it still the window that was pinned, and may a prompt go there? */
#include <stdlib.h>

#include "win32.h"

HWND win32_check_window(const struct window_pin *pin)
{
    HWND window = pin->id <= UINTPTR_MAX ? (HWND)(uintptr_t)pin->id : NULL;
    return window && IsWindow(window) ? window : NULL;
}

bool win32_check_there(const struct window_pin *pin, struct error *err)
{
    HWND window = win32_check_window(pin);
    DWORD pid = 0;
    if (!window || !GetWindowThreadProcessId(window, &pid))
        return error_set(err, EC_GONE, "'%s': its window was closed", pin->token);
    if (pin->pid && pin->pid != (int64_t)pid)
        return error_set(err, EC_GONE, "'%s': its window now belongs to process %lu, not %lld any more", pin->token,
                         (unsigned long)pid, (long long)pin->pid);
    return true;
}

static bool same_title(const struct window_pin *pin, HWND window, struct error *err)
{
    char *title = win32_title(window);
    bool same = title && window_has_token(title, pin->token);
    if (!title)
        error_set(err, EC_MEMORY, "no memory for a title");
    else if (!same)
        error_set(err, EC_GONE, "'%s': the title of its window is now '%s'", pin->token, title);
    free(title);
    return same;
}

static bool refuse_dialog(const struct window_pin *pin, HWND window, struct error *err)
{
    HWND dialog = GetLastActivePopup(window);
    char *title = dialog != window ? win32_title(dialog) : NULL;
    error_set(err, EC_REFUSED, "'%s': its program waits for an answer in another window%s%s%s", pin->token,
              title && *title ? ", '" : "", title ? title : "", title && *title ? "'" : "");
    free(title);
    return false;
}

static bool refuse_flags(const struct window_pin *pin, HWND window, struct error *err)
{
    DWORD pid = 0;
    struct win32_origins origins = {0};
    GetWindowThreadProcessId(window, &pid);
    const struct win32_process *p = win32_origin_process(&origins, pid);
    unsigned flags = p ? win32_origin_flags(&origins, window, pid, p->app) : 0;
    bool elevated = p && p->elevated;
    win32_origin_clear(&origins);
    if (elevated)
        return error_set(err, EC_REFUSED,
                         "'%s': its program runs with higher rights (as administrator) and would not get our keys; "
                         "start it without, or dispatch with them",
                         pin->token);
    return window_takes_prompts(pin, flags, err);
}

bool win32_check(const struct window_pin *pin, struct error *err)
{
    if (!win32_session_open(pin->token, err) || !win32_check_there(pin, err))
        return false;
    HWND window = win32_check_window(pin);
    if (!same_title(pin, window, err) || !refuse_flags(pin, window, err))
        return false;
    if (win32_find_flags(window) & WINDOW_ELSEWHERE)
        return error_set(err, EC_REFUSED, "'%s': it is on another virtual desktop; bring it to this one", pin->token);
    if (!IsWindowVisible(window))
        return error_set(err, EC_REFUSED, "'%s': its window is hidden; show it", pin->token);
    return IsWindowEnabled(window) || refuse_dialog(pin, window, err);
}
