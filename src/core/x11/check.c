/* check.c - is it still the window that was pinned, and may a prompt go there? */
#include "x11.h"

static bool same(const struct window_pin *pin, const struct x11_seen *seen, int64_t pid, struct error *err)
{
    if (!seen->there)
        return error_set(err, EC_GONE, "'%s': its window was closed", pin->token);
    if (!seen->title || !window_has_token(seen->title, pin->token))
        return error_set(err, EC_GONE, "'%s': the title of its window is now '%s'", pin->token,
                         seen->title ? seen->title : "");
    if (pin->pid && pid && pin->pid != pid)
        return error_set(err, EC_GONE, "'%s': its window now belongs to process %lld, not %lld any more", pin->token,
                         (long long)pid, (long long)pin->pid);
    return true;
}

/* The table of processes is made by list(): a pin that somebody wrote down elsewhere needs one look. */
static bool known_origins(struct x11 *x, struct error *err)
{
    struct window_list list = {0};
    if (x->terminals || x->own_listed)
        return true;
    bool changed = x->changed;
    bool ok = x11_find_list(x, NULL, &list, err);
    x->changed = x->changed || changed;
    window_list_clear(&list);
    return ok;
}

bool x11_check_seen(struct x11 *x, const struct window_pin *pin, int64_t until, struct x11_seen *seen,
                    struct error *err)
{
    struct x11_look look;
    xcb_window_t id = (xcb_window_t)pin->id;
    int64_t client = 0;
    if (pin->id == 0 || pin->id > UINT32_MAX)
        return error_set(err, EC_GONE, "'%s': %llu is no X11 window", pin->token, (unsigned long long)pin->id);
    x11_watch_start(x);
    if (!x11_find_manager(x, until, err) || !known_origins(x, err) || !x11_watch_add(x, id, err))
        return false;
    *seen = x11_look_nothing;
    x11_look_ask(x, id, &look);
    unsigned asked = x11_look_ask_client(x, id);
    if (!x11_look_read(x, &look, until, seen, err)) {
        if (asked)
            xcb_discard_reply(x->c, asked);
        return false;
    }
    bool ok = x11_look_client(x, asked, until, &client, err);
    x11_wire_drain(x);
    int64_t pid = seen->pid ? seen->pid : seen->local ? client : 0;
    if (ok && x11_watch_is_gone(x, id))
        seen->there = false;
    ok = ok && same(pin, seen, pid, err) && window_takes_prompts(pin, x11_origin_flags(x, pin->id), err);
    x11_look_clear(seen);
    return ok;
}

bool x11_check(struct x11 *x, const struct window_pin *pin, int64_t until, struct error *err)
{
    struct x11_seen seen;
    return x11_check_seen(x, pin, until, &seen, err);
}
