/* desktop.c - the X11 back end: struct window_backend in terms of the files beside it. */
#include <stdlib.h>
#include <string.h>

#include <xcb/res.h>
#include <xcb/xfixes.h>
#include <xcb/xkb.h>
#include <xcb/xtest.h>

#include "../program.h"
#include "x11.h"

static struct x11 *of(struct desktop *d)
{
    return (struct x11 *)(void *)d;
}

/* Every call ends here: events that came with its replies are looked at, and a server that went away explains all. */
static bool done(struct x11 *x, bool ok, struct error *err)
{
    x11_wire_drain(x);
    return x11_wire_lost(x, err) ? false : ok;
}

static const char *why_not(int number)
{
    switch (number) {
    case XCB_CONN_CLOSED_PARSE_ERR: return "this is no display's name";
    case XCB_CONN_CLOSED_INVALID_SCREEN: return "it has no such screen";
    case XCB_CONN_CLOSED_MEM_INSUFFICIENT: return "out of memory";
    default: return "no X server answers there, or it does not let us in (xauth)";
    }
}

static bool connect_to(struct x11 *x, const char *where, struct error *err)
{
    int number = 0;
    const char *display = where ? where : getenv("DISPLAY");
    if (!display || !*display)
        return error_set(err, EC_NO_DISPLAY, "DISPLAY is not set: there is no X11 desktop here");
    x->where = where ? strdup(where) : NULL;
    x->host = program_host();
    if ((where && !x->where) || !x->host)
        return error_set(err, EC_MEMORY, "no memory for a display");
    x->c = xcb_connect(where, &number);
    int problem = xcb_connection_has_error(x->c);
    if (problem)
        return error_set(err, EC_NO_DISPLAY, "display '%s': %s", display, why_not(problem));
    xcb_screen_iterator_t screen = xcb_setup_roots_iterator(xcb_get_setup(x->c));
    while (number-- > 0 && screen.rem > 1)
        xcb_screen_next(&screen);
    x->screen = screen.data;
    x->root = screen.data->root;
    return true;
}

/* What the server can do, in one round trip: the answers are waited for one by one further on. */
static void ask_extensions(xcb_connection_t *c)
{
    xcb_extension_t *const wanted[] = {&xcb_test_id, &xcb_xkb_id, &xcb_res_id, &xcb_xfixes_id};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        xcb_prefetch_extension_data(c, wanted[i]);
    xcb_prefetch_maximum_request_length(c);
}

static bool has_keyboard(struct x11 *x)
{
    const xcb_query_extension_reply_t *test = xcb_get_extension_data(x->c, &xcb_test_id);
    const xcb_query_extension_reply_t *xkb = xcb_get_extension_data(x->c, &xcb_xkb_id);
    if (!test || !test->present || !xkb || !xkb->present)
        return false;
    xcb_xkb_use_extension_reply_t *use = xcb_xkb_use_extension_reply(x->c, xcb_xkb_use_extension(x->c, 1, 0), NULL);
    bool supported = use && use->supported;
    free(use);
    xcb_xkb_select_events(x->c, XCB_XKB_ID_USE_CORE_KBD, XCB_XKB_EVENT_TYPE_STATE_NOTIFY, 0,
                          XCB_XKB_EVENT_TYPE_STATE_NOTIFY, 0, 0, NULL);
    return supported;
}

static bool has_res(struct x11 *x)
{
    const xcb_query_extension_reply_t *there = xcb_get_extension_data(x->c, &xcb_res_id);
    if (!there || !there->present)
        return false;
    xcb_res_query_version_reply_t *version = xcb_res_query_version_reply(x->c, xcb_res_query_version(x->c, 1, 2), NULL);
    bool asks_clients = version && (version->server_major > 1 || version->server_minor >= 2);
    free(version);
    return asks_clients;
}

/* To be told when the other dispatch is done. Where it is missing, whoever is refused has to come again. */
static void select_turn(struct x11 *x)
{
    const xcb_query_extension_reply_t *there = xcb_get_extension_data(x->c, &xcb_xfixes_id);
    if (!there || !there->present)
        return;
    free(xcb_xfixes_query_version_reply(x->c, xcb_xfixes_query_version(x->c, 5, 0), NULL));
    xcb_xfixes_select_selection_input(x->c, x->own, x->atom.sending,
                                      XCB_XFIXES_SELECTION_EVENT_MASK_SET_SELECTION_OWNER |
                                          XCB_XFIXES_SELECTION_EVENT_MASK_SELECTION_WINDOW_DESTROY |
                                          XCB_XFIXES_SELECTION_EVENT_MASK_SELECTION_CLIENT_CLOSE);
}

static bool set_up(struct x11 *x, struct error *err)
{
    const uint32_t own = XCB_EVENT_MASK_PROPERTY_CHANGE;
    ask_extensions(x->c);
    bool keyboard = has_keyboard(x), atoms = x11_atoms_read(x->c, &x->atom);
    x->res_there = has_res(x);
    if (x11_wire_lost(x, err))
        return false;
    if (!keyboard || !atoms)
        return error_set(err, EC_UNSUPPORTED, "this X server lacks the extension XTEST or XKB: keys cannot be pressed");
    x->own = xcb_generate_id(x->c);
    xcb_create_window(x->c, 0, x->own, x->root, 0, 0, 1, 1, 0, XCB_WINDOW_CLASS_INPUT_ONLY, XCB_COPY_FROM_PARENT,
                      XCB_CW_EVENT_MASK, &own);
    select_turn(x);
    x11_seller_start(&x->seller, x->c, &x->atom, x->own, X11_WATCH_MASK);
    x->changed = true; /* nobody has looked yet */
    return x11_wire_open(x, err);
}

static void x11_close(struct desktop *d)
{
    struct x11 *x = of(d);
    if (!x)
        return;
    if (x->own && x->c) {
        x11_keeper_restore(x);
        x11_keyboard_give_back(x);
        x11_turn_give(x);
        /* A connection that is closed with events unread may take our last requests with it. */
        x->insist = true;
        x11_wire_sync(x, clock_now() + CLOCK_SECOND, NULL);
        x11_seller_stop(&x->seller);
    }
    x11_wire_close(x);
    xcb_disconnect(x->c); /* NULL is fine */
    x11_keyboard_forget(x);
    error_clear(&x->unsaved);
    free(x->watched);
    free(x->terminals);
    free(x->host);
    free(x->where);
    free(x);
}

extern const struct window_backend window_x11;

static struct desktop *x11_open(const char *where, struct error *err)
{
    struct x11 *x = calloc(1, sizeof *x);
    if (!x) {
        error_set(err, EC_MEMORY, "no memory for a display");
        return NULL;
    }
    x->base.backend = &window_x11;
    if (connect_to(x, where, err) && set_up(x, err) && done(x, true, err))
        return &x->base;
    x11_close(&x->base);
    return NULL;
}

static bool x11_probe(const char *where, struct error *err)
{
    struct desktop *d = x11_open(where, err);
    x11_close(d);
    return d != NULL;
}

static bool x11_lock(struct desktop *d, int64_t until, struct error *err)
{
    return done(of(d), x11_turn_take(of(d), until, err), err);
}

static void x11_unlock(struct desktop *d)
{
    x11_keeper_restore(of(d));
    x11_keyboard_give_back(of(d));
    x11_turn_give(of(d));
    done(of(d), true, NULL);
}

static struct wait_source *x11_changes(struct desktop *d)
{
    x11_watch_start(of(d));
    return &of(d)->changes;
}

static bool x11_list(struct desktop *d, const char *const *titles, struct window_list *list, struct error *err)
{
    return done(of(d), x11_find_list(of(d), titles, list, err), err);
}

static bool x11_is_same(struct desktop *d, const struct window_pin *pin, struct error *err)
{
    return done(of(d), x11_check(of(d), pin, clock_now() + X11_PATIENCE, err), err);
}

static bool x11_take_focus(struct desktop *d, const struct window_pin *pin, int64_t until, struct error *err)
{
    return done(of(d), x11_focus(of(d), pin, until, err), err);
}

static bool x11_give_text(struct desktop *d, const struct window_pin *pin, const char *text, size_t len,
                          const char *keys, int64_t until, enum window_taken *taken, struct error *err)
{
    return done(of(d), x11_paste(of(d), pin, text, len, keys, until, taken, err), err);
}

static bool x11_unsaved(struct desktop *d, struct error *why)
{
    *why = of(d)->unsaved;
    of(d)->unsaved = (struct error){0};
    return why->code != NULL;
}

static bool x11_key(struct desktop *d, const struct window_pin *pin, const char *chord, int64_t until,
                    enum window_taken *taken, struct error *err)
{
    return done(of(d), x11_keys_send(of(d), pin, chord, until, taken, err), err);
}

static bool x11_type_text(struct desktop *d, const struct window_pin *pin, const char *text, int64_t until,
                          struct error *err)
{
    return done(of(d), x11_type(of(d), pin, text, until, err), err);
}

static bool x11_screen_text(struct desktop *d, const struct window_pin *pin, char **text, size_t *len,
                            struct error *err)
{
    (void)d;
    *text = NULL;
    *len = 0;
    return error_set(err, EC_UNSUPPORTED, "'%s': X11 windows do not tell what they show", pin->token);
}

static bool x11_screenshot(struct desktop *d, const struct window_pin *pin, const char *path, struct error *err)
{
    return done(of(d), x11_picture(of(d), pin, path, err), err);
}

static bool x11_flash(struct desktop *d, const struct window_pin *pin, int64_t until, struct error *err)
{
    return done(of(d), x11_highlight(of(d), pin, until, err), err);
}

const struct window_backend window_x11 = {
    .name = "x11",
    .paste_keys = "ctrl+v",
    .abilities = WINDOW_EXCLUSIVE | WINDOW_SAME_QUEUE,
    .probe = x11_probe,
    .open = x11_open,
    .close = x11_close,
    .lock = x11_lock,
    .unlock = x11_unlock,
    .changes = x11_changes,
    .list = x11_list,
    .check = x11_is_same,
    .focus = x11_take_focus,
    .paste = x11_give_text,
    .unsaved = x11_unsaved,
    .key = x11_key,
    .type = x11_type_text,
    .screen_text = x11_screen_text,
    .screenshot = x11_screenshot,
    .highlight = x11_flash,
};
