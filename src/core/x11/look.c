/* look.c - what a window says of itself: titles (ICCCM 4.1.2, EWMH), class, process, state. */
#include <stdlib.h>
#include <string.h>

#include <xcb/res.h>

#include "titles.h"
#include "x11.h"

#define TITLE_WORDS 1024 /* 4 KiB of a title are enough to be matched */

enum look { NET_NAME, NAME, CLASS, PID, MACHINE, NET_STATE, STATE, WORKSPACE };

const struct x11_seen x11_look_nothing = {.there = true, .local = true, .workspace = UINT32_MAX};

static unsigned ask(struct x11 *x, xcb_window_t id, xcb_atom_t property, uint32_t words)
{
    return xcb_get_property(x->c, false, id, property, XCB_GET_PROPERTY_TYPE_ANY, 0, words).sequence;
}

void x11_look_ask_title(struct x11 *x, xcb_window_t id, struct x11_look *look)
{
    look->sequence[NET_NAME] = ask(x, id, x->atom.net_wm_name, TITLE_WORDS);
    look->sequence[CLASS] = ask(x, id, XCB_ATOM_WM_CLASS, 64);
}

void x11_look_ask_name(struct x11 *x, xcb_window_t id, struct x11_look *look)
{
    look->sequence[NAME] = ask(x, id, XCB_ATOM_WM_NAME, TITLE_WORDS);
}

void x11_look_ask_state(struct x11 *x, xcb_window_t id, struct x11_look *look)
{
    const struct x11_atoms *a = &x->atom;
    look->sequence[PID] = ask(x, id, a->net_wm_pid, 1);
    look->sequence[MACHINE] = ask(x, id, XCB_ATOM_WM_CLIENT_MACHINE, 64);
    if (x->managed) {
        look->sequence[NET_STATE] = ask(x, id, a->net_wm_state, 32);
        look->sequence[WORKSPACE] = ask(x, id, a->net_wm_desktop, 1);
    } else {
        look->sequence[STATE] = ask(x, id, a->wm_state, 1);
    }
}

void x11_look_ask(struct x11 *x, xcb_window_t id, struct x11_look *look)
{
    *look = (struct x11_look){0};
    x11_look_ask_title(x, id, look);
    x11_look_ask_name(x, id, look);
    x11_look_ask_state(x, id, look);
}

void x11_look_discard(struct x11 *x, struct x11_look *look)
{
    for (int i = 0; i < X11_LOOKS; i++)
        if (look->sequence[i])
            xcb_discard_reply(x->c, look->sequence[i]);
}

static size_t length_of(const xcb_get_property_reply_t *p)
{
    return (size_t)xcb_get_property_value_length(p);
}

static bool card(const xcb_get_property_reply_t *p, uint32_t *value)
{
    if (p->format != 32 || length_of(p) < 4)
        return false;
    memcpy(value, xcb_get_property_value(p), sizeof *value);
    return true;
}

/* Caller frees; NULL: not set, or no memory (the window then has no title, which matches nothing). */
static char *title_of(const struct x11 *x, const xcb_get_property_reply_t *p)
{
    const char *bytes = xcb_get_property_value(p);
    size_t len = length_of(p);
    if (p->format != 8 || len == 0)
        return NULL;
    if (p->type == XCB_ATOM_STRING)
        return x11_titles_latin1(bytes, len);
    if (p->type == x->atom.compound_text)
        return x11_titles_compound(bytes, len);
    while (len && !bytes[len - 1]) /* some count their NUL */
        len--;
    return window_utf8(bytes, len);
}

/* WM_CLASS is instance, NUL, class, NUL. */
static char *class_of(const xcb_get_property_reply_t *p)
{
    const char *bytes = xcb_get_property_value(p);
    size_t len = length_of(p);
    const char *end = len ? memchr(bytes, '\0', len) : NULL;
    if (p->format != 8 || !end)
        return NULL;
    const char *class = end + 1;
    size_t rest = len - (size_t)(class - bytes);
    const char *stop = rest ? memchr(class, '\0', rest) : NULL;
    return x11_titles_latin1(class, stop ? (size_t)(stop - class) : rest);
}

static bool hidden(const struct x11 *x, const xcb_get_property_reply_t *p)
{
    const xcb_atom_t *states = xcb_get_property_value(p);
    for (size_t i = 0; p->format == 32 && i < length_of(p) / 4; i++)
        if (states[i] == x->atom.net_wm_state_hidden)
            return true;
    return false;
}

static bool is_local(const struct x11 *x, const xcb_get_property_reply_t *p)
{
    size_t len = length_of(p);
    return len == 0 || (x->host && strlen(x->host) == len && memcmp(x->host, xcb_get_property_value(p), len) == 0);
}

static void fold(const struct x11 *x, enum look what, const xcb_get_property_reply_t *p, struct x11_seen *seen)
{
    uint32_t value;
    switch (what) {
    case NET_NAME: seen->title = title_of(x, p); break;
    case NAME:
        if (!seen->title)
            seen->title = title_of(x, p);
        break;
    case CLASS: seen->app = class_of(p); break;
    case PID: seen->pid = card(p, &value) ? (int64_t)value : 0; break;
    case MACHINE: seen->local = is_local(x, p); break;
    case NET_STATE: seen->hidden = hidden(x, p); break;
    case STATE: seen->iconic = card(p, &value) && value == 3; break; /* IconicState, ICCCM 4.1.3.1 */
    case WORKSPACE: seen->workspace = card(p, &value) ? value : UINT32_MAX; break;
    }
}

bool x11_look_read(struct x11 *x, struct x11_look *look, int64_t until, struct x11_seen *seen, struct error *err)
{
    for (int i = 0; i < X11_LOOKS; i++) {
        xcb_get_property_reply_t *p = NULL;
        unsigned sequence = look->sequence[i];
        look->sequence[i] = 0;
        if (!sequence)
            continue;
        if (!x11_wire_reply(x, sequence, until, &p, err)) {
            x11_look_discard(x, look);
            x11_look_clear(seen);
            return false;
        }
        if (p)
            fold(x, (enum look)i, p, seen);
        else
            seen->there = false;
        free(p);
    }
    if (!seen->local)
        seen->pid = 0;
    return true;
}

bool x11_look_at(struct x11 *x, xcb_window_t id, int64_t until, struct x11_seen *seen, struct error *err)
{
    struct x11_look look;
    *seen = x11_look_nothing;
    x11_look_ask(x, id, &look);
    return x11_look_read(x, &look, until, seen, err);
}

void x11_look_clear(struct x11_seen *seen)
{
    free(seen->title);
    free(seen->app);
    seen->title = seen->app = NULL;
}

/* id None (0): all clients. */
unsigned x11_look_ask_client(struct x11 *x, xcb_window_t id)
{
    const xcb_res_client_id_spec_t spec = {.client = id, .mask = XCB_RES_CLIENT_ID_MASK_LOCAL_CLIENT_PID};
    return x->res_there ? xcb_res_query_client_ids(x->c, 1, &spec).sequence : 0;
}

/* Of one value of a reply; 0: it is another thing that a client is known by. */
static int64_t pid_of(const xcb_res_client_id_value_t *value)
{
    if (!(value->spec.mask & XCB_RES_CLIENT_ID_MASK_LOCAL_CLIENT_PID) || value->length < 4)
        return 0;
    return *xcb_res_client_id_value_value(value);
}

bool x11_look_client(struct x11 *x, unsigned sequence, int64_t until, int64_t *pid, struct error *err)
{
    xcb_res_query_client_ids_reply_t *reply = NULL;
    *pid = 0;
    if (!sequence)
        return true;
    if (!x11_wire_reply(x, sequence, until, &reply, err))
        return false;
    if (reply) {
        xcb_res_client_id_value_iterator_t i = xcb_res_query_client_ids_ids_iterator(reply);
        for (; i.rem; xcb_res_client_id_value_next(&i))
            *pid = pid_of(i.data) ? pid_of(i.data) : *pid;
    }
    free(reply);
    return true;
}

/* The windows of one client, by the range of ids that the server gave it. */
static void fill(const struct x11 *x, struct window_list *list, const xcb_res_client_id_value_t *value)
{
    uint32_t mask = xcb_get_setup(x->c)->resource_id_mask;
    for (size_t i = 0; pid_of(value) && i < list->n; i++)
        if (list->items[i].pid == 0 && x11_paste_same_client(mask, value->spec.client, (xcb_window_t)list->items[i].id))
            list->items[i].pid = pid_of(value);
}

bool x11_look_clients(struct x11 *x, struct window_list *list, int64_t until, struct error *err)
{
    xcb_res_query_client_ids_reply_t *reply = NULL;
    bool silent = false;
    for (size_t i = 0; i < list->n; i++)
        silent = silent || list->items[i].pid == 0;
    unsigned asked = silent ? x11_look_ask_client(x, XCB_NONE) : 0;
    if (asked && !x11_wire_reply(x, asked, until, &reply, err))
        return false;
    if (reply) {
        xcb_res_client_id_value_iterator_t i = xcb_res_query_client_ids_ids_iterator(reply);
        for (; i.rem; xcb_res_client_id_value_next(&i))
            fill(x, list, i.data);
    }
    free(reply);
    for (size_t i = 0; i < list->n; i++)
        if (list->items[i].pid < 0)
            list->items[i].pid = 0;
    return true;
}

bool x11_look_card(struct x11 *x, xcb_window_t id, xcb_atom_t property, int64_t until, uint32_t *value,
                   struct error *err)
{
    xcb_get_property_reply_t *p = NULL;
    unsigned sequence = xcb_get_property(x->c, false, id, property, XCB_GET_PROPERTY_TYPE_ANY, 0, 1).sequence;
    bool found = x11_wire_reply(x, sequence, until, &p, err) && p && card(p, value);
    free(p);
    return found;
}
