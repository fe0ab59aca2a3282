/* find.c - which windows there are. All questions first, then the answers: one trip to the server, however many. */
#include <stdlib.h>
#include <string.h>

#include "x11.h"

#define MOST_WINDOWS 65536 /* 4 bytes each of _NET_CLIENT_LIST */

/* A window's property: an array of ids. */
static bool ids_of(struct x11 *x, unsigned sequence, int64_t until, xcb_window_t **ids, size_t *n, struct error *err)
{
    xcb_get_property_reply_t *p = NULL;
    *ids = NULL;
    *n = 0;
    if (!x11_wire_reply(x, sequence, until, &p, err))
        return false;
    size_t len = p && p->format == 32 ? (size_t)xcb_get_property_value_length(p) : 0;
    if (len) {
        *ids = malloc(len);
        if (*ids) {
            memcpy(*ids, xcb_get_property_value(p), len);
            *n = len / sizeof **ids;
        }
    }
    free(p);
    return !len || *ids || error_set(err, EC_MEMORY, "no memory for the list of windows");
}

static unsigned ask(struct x11 *x, xcb_window_t id, xcb_atom_t property, uint32_t words)
{
    return xcb_get_property(x->c, false, id, property, XCB_GET_PROPERTY_TYPE_ANY, 0, words).sequence;
}

/* The root names a window, and that window names itself: else a manager that died left its list behind. What was found
 * holds until that window goes or the root names another one. */
bool x11_find_manager(struct x11 *x, int64_t until, struct error *err)
{
    struct error problem = {0};
    uint32_t check = 0, again = 0;
    x11_wire_drain(x);
    if (x->manager_known && !(x->managed && x11_watch_is_gone(x, x->manager)))
        return true;
    x->manager_known = x->watching; /* unless an event says otherwise from here on */
    x->managed = x11_look_card(x, x->root, x->atom.net_supporting_wm_check, until, &check, &problem) &&
                 x11_watch_add(x, check, &problem) &&
                 x11_look_card(x, check, x->atom.net_supporting_wm_check, until, &again, &problem) && check == again;
    x->manager = check;
    if (check && !x->managed)
        x->manager_known = false; /* a dead one, or one that is about to sign */
    if (!problem.code)
        return true;
    x->manager_known = false;
    return x11_wire_pass(err, &problem);
}

struct find {
    const char *const *titles; /* that are meant; NULL: all */
    xcb_window_t *ids;
    size_t n;
    struct x11_look *looks; /* of each id; what is still to be read */
    struct x11_seen *seen;
    uint32_t workspace; /* the current one; UINT32_MAX: unknown */
};

/* Titles first: of which windows more has to be known is seen by them. */
static bool ask_titles(struct x11 *x, struct find *f, struct error *err)
{
    f->looks = f->n ? calloc(f->n, sizeof *f->looks) : NULL;
    f->seen = f->n ? calloc(f->n, sizeof *f->seen) : NULL;
    if (f->n && (!f->looks || !f->seen))
        return error_set(err, EC_MEMORY, "no memory for the list of windows");
    for (size_t i = 0; i < f->n; i++) {
        f->seen[i] = x11_look_nothing;
        if (!x11_watch_add(x, f->ids[i], err))
            return false;
        x11_look_ask_title(x, f->ids[i], &f->looks[i]);
        if (!f->titles)
            x11_look_ask_state(x, f->ids[i], &f->looks[i]);
    }
    return true;
}

static bool read_all(struct x11 *x, struct find *f, int64_t until, struct error *err)
{
    for (size_t i = 0; i < f->n; i++)
        if (!x11_look_read(x, &f->looks[i], until, &f->seen[i], err))
            return false;
    return true;
}

/* Few windows have only the old title: they are asked for it when that is known. */
static bool name_untitled(struct x11 *x, struct find *f, int64_t until, struct error *err)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->seen[i].there && !f->seen[i].title)
            x11_look_ask_name(x, f->ids[i], &f->looks[i]);
    return read_all(x, f, until, err);
}

static bool is_meant(const struct find *f, const char *title)
{
    for (const char *const *each = f->titles; title && *each; each++)
        if (strstr(title, *each))
            return true;
    return false;
}

static bool look_closer(struct x11 *x, struct find *f, int64_t until, struct error *err)
{
    for (size_t i = 0; f->titles && i < f->n; i++)
        if (is_meant(f, f->seen[i].title))
            x11_look_ask_state(x, f->ids[i], &f->looks[i]);
    return !f->titles || read_all(x, f, until, err);
}

/* EWMH managers say hidden of what is minimised; WM_STATE alone is iconic on other workspaces, too. */
static unsigned flags_of(const struct x11 *x, const struct find *f, const struct x11_seen *seen)
{
    unsigned flags = 0;
    if (x->managed ? seen->hidden : seen->iconic)
        flags |= WINDOW_MINIMISED;
    if (x->managed && seen->workspace != UINT32_MAX && f->workspace != UINT32_MAX && seen->workspace != f->workspace)
        flags |= WINDOW_ELSEWHERE;
    return flags;
}

static bool put_all(const struct x11 *x, const struct find *f, struct window_list *list, struct error *err)
{
    bool ok = true;
    for (size_t i = 0; ok && i < f->n; i++) {
        const struct x11_seen *seen = &f->seen[i];
        const struct window w = {.id = f->ids[i],
                                 .pid = seen->local ? seen->pid : -1, /* another host's: x11_look_clients() */
                                 .flags = flags_of(x, f, seen),
                                 .title = seen->title,
                                 .app = seen->app};
        ok = !seen->there || window_list_add(list, &w, err);
    }
    return ok;
}

static bool read_roots(struct x11 *x, struct find *f, int64_t until, struct error *err)
{
    unsigned clients = ask(x, x->root, x->atom.net_client_list, MOST_WINDOWS);
    unsigned workspace = ask(x, x->root, x->atom.net_current_desktop, 1);
    xcb_get_property_reply_t *p = NULL;
    if (!x11_find_manager(x, until, err)) {
        xcb_discard_reply(x->c, clients);
        xcb_discard_reply(x->c, workspace);
        return false;
    }
    if (!ids_of(x, clients, until, &f->ids, &f->n, err)) {
        xcb_discard_reply(x->c, workspace);
        return false;
    }
    if (!x11_wire_reply(x, workspace, until, &p, err))
        return false;
    bool told = p && p->format == 32 && xcb_get_property_value_length(p) >= 4;
    f->workspace = told ? *(const uint32_t *)xcb_get_property_value(p) : UINT32_MAX;
    free(p);
    if (x->managed)
        return true;
    free(f->ids);
    f->ids = NULL;
    return x11_tree_windows(x, until, &f->ids, &f->n, err);
}

bool x11_find_list(struct x11 *x, const char *const *titles, struct window_list *list, struct error *err)
{
    int64_t until = clock_now() + X11_PATIENCE;
    struct find f = {.titles = titles};
    x11_wire_drain(x);
    x->changed = false; /* what comes from here on is a change again */
    bool ok = read_roots(x, &f, until, err) && ask_titles(x, &f, err) && read_all(x, &f, until, err) &&
              name_untitled(x, &f, until, err) && look_closer(x, &f, until, err) && put_all(x, &f, list, err) &&
              x11_look_clients(x, list, until, err);
    for (size_t i = 0; !ok && f.looks && i < f.n; i++)
        x11_look_discard(x, &f.looks[i]);
    for (size_t i = 0; f.seen && i < f.n; i++)
        x11_look_clear(&f.seen[i]);
    free(f.looks);
    free(f.seen);
    free(f.ids);
    if (ok)
        x11_origin_mark(x, list->items, list->n);
    else
        window_list_clear(list);
    return ok;
}
