/* desktop.c - the Windows back end: struct window_backend in terms of the files beside it. */
#include <stdlib.h>
#include <string.h>

#include "win32.h"

static struct win32 *of(struct desktop *d)
{
    return (struct win32 *)(void *)d;
}

static void win32_close(struct desktop *d)
{
    struct win32 *w = of(d);
    if (!w)
        return;
    win32_paste_restore(w);
    win32_turn_give(w);
    win32_accessible_close(w);
    wait_remove(&w->changes);
    error_clear(&w->lost);
    if (win32_pump_close(w)) /* else its thread hangs in another program, and may yet come back to what is here */
        free(w);
}

extern const struct window_backend window_win32;

static struct desktop *win32_open(const char *where, struct error *err)
{
    if (where) {
        error_set(err, EC_INVALID, "'%s': there is one desktop in a session; it has no name", where);
        return NULL;
    }
    struct win32 *w = calloc(1, sizeof *w);
    if (!w) {
        error_set(err, EC_MEMORY, "no memory for a desktop");
        return NULL;
    }
    w->base.backend = &window_win32;
    w->seen.changed = true; /* nobody has looked yet */
    if (win32_pump_open(w, err))
        return &w->base;
    win32_close(&w->base);
    return NULL;
}

/* A session without a desktop (a service's) has no foreground and no screen. */
static bool win32_probe(const char *where, struct error *err)
{
    (void)where;
    return GetDesktopWindow() != NULL && GetSystemMetrics(SM_CXVIRTUALSCREEN) > 0
               ? true
               : error_set(err, EC_NO_DISPLAY, "this session has no desktop");
}

static bool win32_lock(struct desktop *d, int64_t until, struct error *err)
{
    return win32_turn_take(of(d), until, err);
}

static void win32_unlock(struct desktop *d)
{
    win32_paste_restore(of(d));
    win32_turn_give(of(d));
}

static struct wait_source *win32_changes(struct desktop *d)
{
    return win32_find_changes(of(d));
}

static bool win32_list(struct desktop *d, const char *const *titles, struct window_list *list, struct error *err)
{
    return win32_find_list(of(d), titles, list, err);
}

static bool win32_is_same(struct desktop *d, const struct window_pin *pin, struct error *err)
{
    (void)d;
    return win32_check(pin, err);
}

static bool win32_take_focus(struct desktop *d, const struct window_pin *pin, int64_t until, struct error *err)
{
    return win32_focus(of(d), pin, until, err);
}

static bool is_text(const char *text, size_t len, enum window_taken *taken, struct error *err)
{
    *taken = TAKEN_NOT;
    return strlen(text) == len || error_set(err, EC_INVALID, "a text for the clipboard has no NUL in it");
}

static bool win32_give_text(struct desktop *d, const struct window_pin *pin, const char *text, size_t len,
                            const char *keys, int64_t until, enum window_taken *taken, struct error *err)
{
    return is_text(text, len, taken, err) && win32_paste(of(d), pin, text, keys, until, taken, err);
}

static bool win32_give_text_by(struct desktop *d, const struct window_pin *pin, const char *text, size_t len,
                               struct window_press *press, int64_t until, enum window_taken *taken, struct error *err)
{
    return is_text(text, len, taken, err) && win32_paste_by(of(d), pin, text, press, until, taken, err);
}

static bool win32_unsaved(struct desktop *d, struct error *why)
{
    struct win32 *w = of(d);
    struct error *from = w->lost.code || w->stuck ? &w->lost : &w->clipboard.unsaved; /* a stuck thread may be at it */
    *why = *from;
    *from = (struct error){0};
    return why->code != NULL;
}

static const char *win32_reader(struct desktop *d)
{
    return of(d)->reader;
}

static bool win32_key(struct desktop *d, const struct window_pin *pin, const char *chord, int64_t until,
                      enum window_taken *taken, struct error *err)
{
    return win32_keys_send(of(d), pin, chord, until, taken, err);
}

static bool win32_key_by(struct desktop *d, const struct window_pin *pin, struct window_press *press, int64_t until,
                         enum window_taken *taken, struct error *err)
{
    return win32_keys_by(of(d), pin, press, until, taken, err);
}

static bool win32_type_text(struct desktop *d, const struct window_pin *pin, const char *text, int64_t until,
                            struct error *err)
{
    return win32_keys_type(of(d), pin, text, until, err);
}

static bool win32_screen_text(struct desktop *d, const struct window_pin *pin, char **text, size_t *len,
                              struct error *err)
{
    (void)d;
    return win32_field_text(pin, text, len, err);
}

static bool win32_told_text(struct desktop *d, const struct window_pin *pin, char **text, size_t *len,
                            struct error *err)
{
    return win32_accessible_text(of(d), pin, text, len, err);
}

static bool win32_screenshot(struct desktop *d, const struct window_pin *pin, const char *path, struct error *err)
{
    (void)d;
    return win32_picture(pin, path, err);
}

static bool win32_flash(struct desktop *d, const struct window_pin *pin, int64_t until, struct error *err)
{
    (void)d;
    return win32_highlight(pin, until, err);
}

const struct window_backend window_win32 = {
    .name = "win32",
    .paste_keys = "ctrl+v",
    .abilities = WINDOW_EXCLUSIVE | WINDOW_READS_FIELD,
    .probe = win32_probe,
    .open = win32_open,
    .close = win32_close,
    .lock = win32_lock,
    .unlock = win32_unlock,
    .changes = win32_changes,
    .list = win32_list,
    .check = win32_is_same,
    .focus = win32_take_focus,
    .paste = win32_give_text,
    .paste_by = win32_give_text_by,
    .unsaved = win32_unsaved,
    .reader = win32_reader,
    .key = win32_key,
    .key_by = win32_key_by,
    .type = win32_type_text,
    .screen_text = win32_screen_text,
    .told_text = win32_told_text,
    .screenshot = win32_screenshot,
    .highlight = win32_flash,
};
