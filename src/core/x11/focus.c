/* focus.c - where keys go, and making them go to the pinned window. */
#include <stdlib.h>
#include <string.h>

#include "x11.h"

#define DEPTH 32 /* of windows inside windows, before we give up */

void x11_focus_ask(struct x11 *x, struct x11_focus_asked *asked)
{
    asked->active = xcb_get_property(x->c, false, x->root, x->atom.net_active_window, XCB_ATOM_WINDOW, 0, 1).sequence;
    asked->input = xcb_get_input_focus(x->c).sequence;
}

static bool read_focus(struct x11 *x, const struct x11_focus_asked *asked, int64_t until, xcb_window_t *active,
                       xcb_window_t *input, struct error *err)
{
    xcb_get_property_reply_t *p = NULL;
    xcb_get_input_focus_reply_t *focus = NULL;
    *active = *input = XCB_WINDOW_NONE;
    if (!x11_wire_reply(x, asked->active, until, &p, err)) {
        xcb_discard_reply(x->c, asked->input);
        return false;
    }
    if (p && p->format == 32 && xcb_get_property_value_length(p) >= 4)
        *active = *(const xcb_window_t *)xcb_get_property_value(p);
    free(p);
    if (!x11_wire_reply(x, asked->input, until, &focus, err))
        return false;
    if (focus)
        *input = focus->focus;
    free(focus);
    return true;
}

/* inner is outer, or inside it. None and PointerRoot are inside nothing. */
static bool is_inside(struct x11 *x, xcb_window_t inner, xcb_window_t outer, int64_t until, bool *inside,
                      struct error *err)
{
    *inside = inner == outer;
    for (int depth = 0; !*inside && depth < DEPTH && inner > XCB_INPUT_FOCUS_POINTER_ROOT && inner != x->root;
         depth++) {
        xcb_query_tree_reply_t *tree = NULL;
        if (!x11_wire_reply(x, xcb_query_tree(x->c, inner).sequence, until, &tree, err))
            return false;
        inner = tree ? tree->parent : XCB_WINDOW_NONE;
        free(tree);
        *inside = inner == outer;
    }
    return true;
}

static bool say_who(struct x11 *x, const struct window_pin *pin, xcb_window_t other, int64_t until, struct error *err)
{
    struct x11_seen seen = {0};
    if (other > XCB_INPUT_FOCUS_POINTER_ROOT && !x11_look_at(x, other, until, &seen, err))
        return false;
    if (seen.title)
        error_set(err, EC_FOCUS, "'%s': the keys go to another window, '%s'", pin->token, seen.title);
    else
        error_set(err, EC_FOCUS, "'%s': the keys go to %s", pin->token,
                  seen.there ? "another window, which has no title" : "no window");
    x11_look_clear(&seen);
    return false;
}

bool x11_focus_is(struct x11 *x, const struct window_pin *pin, const struct x11_focus_asked *asked, int64_t until,
                  struct error *err)
{
    xcb_window_t active, input, id = (xcb_window_t)pin->id;
    bool inside;
    if (!read_focus(x, asked, until, &active, &input, err) || !is_inside(x, input, id, until, &inside, err))
        return false;
    if (x11_watch_is_gone(x, id))
        return error_set(err, EC_GONE, "'%s': its window was closed", pin->token);
    if (inside && (!x->managed || active == id))
        return true;
    return say_who(x, pin, x->managed && active != id ? active : input, until, err);
}

bool x11_focus_verify(struct x11 *x, const struct window_pin *pin, int64_t until, struct error *err)
{
    struct x11_focus_asked asked;
    x11_focus_ask(x, &asked);
    return x11_focus_is(x, pin, &asked, until, err);
}

static void tell_manager(struct x11 *x, xcb_window_t window, xcb_atom_t type, const uint32_t data[3])
{
    char bytes[32] = {0};
    const xcb_client_message_event_t message = {
        .response_type = XCB_CLIENT_MESSAGE,
        .format = 32,
        .window = window,
        .type = type,
        .data.data32 = {data[0], data[1], data[2]},
    };
    memcpy(bytes, &message, sizeof message);
    xcb_send_event(x->c, false, x->root, XCB_EVENT_MASK_SUBSTRUCTURE_NOTIFY | XCB_EVENT_MASK_SUBSTRUCTURE_REDIRECT,
                   bytes);
}

/* The one way to know is to try. A grab for a window that is not to be seen cannot succeed, and whether somebody else
 * holds the keyboard is looked at first (GrabDevice(), dix/events.c of X.Org), so nobody is told of a change of focus.
 */
unsigned x11_focus_ask_grab(struct x11 *x)
{
    unsigned asked =
        xcb_grab_keyboard(x->c, true, x->own, XCB_CURRENT_TIME, XCB_GRAB_MODE_ASYNC, XCB_GRAB_MODE_ASYNC).sequence;
    xcb_ungrab_keyboard(x->c, XCB_CURRENT_TIME); /* for a server that looks in another order */
    return asked;
}

bool x11_focus_read_grab(struct x11 *x, unsigned asked, int64_t until, bool *held, struct error *err)
{
    xcb_grab_keyboard_reply_t *grab = NULL;
    if (!x11_wire_reply(x, asked, until, &grab, err))
        return false;
    *held = grab && (grab->status == XCB_GRAB_STATUS_ALREADY_GRABBED || grab->status == XCB_GRAB_STATUS_FROZEN);
    free(grab);
    return true;
}

bool x11_focus_await_grab(const struct window_pin *pin, int64_t until, struct error *err)
{
    int64_t now = clock_now(), next = now + 20 * CLOCK_MS; /* nothing tells of its release */
    if (now >= until)
        return error_set(err, EC_REFUSED, "'%s': another program holds the keyboard: an open menu, or a locked screen",
                         pin->token);
    enum wait_result result = wait_for(NULL, next < until ? next : until, err);
    return result == WAIT_EXPIRED || wait_refuse(result, err, "the keyboard was not released");
}

/* A menu or a locked screen has the keys. Waits until the keyboard is free. */
static bool keyboard_free(struct x11 *x, const struct window_pin *pin, int64_t until, struct error *err)
{
    for (;;) {
        bool held;
        if (!x11_focus_read_grab(x, x11_focus_ask_grab(x), until, &held, err))
            return false;
        if (!held)
            return true;
        if (!x11_focus_await_grab(pin, until, err))
            return false;
    }
}

/* Openbox ignores a request for a window on another workspace: the workspace first. */
static bool go_to_workspace(struct x11 *x, const struct x11_seen *seen, int64_t until, struct error *err)
{
    struct error problem = {0};
    uint32_t current = UINT32_MAX;
    xcb_timestamp_t now;
    if (seen->workspace == UINT32_MAX)
        return true;
    for (bool asked = false;; asked = true) {
        uint32_t events = x->events;
        if (!x11_look_card(x, x->root, x->atom.net_current_desktop, until, &current, &problem) && problem.code)
            return x11_wire_pass(err, &problem);
        if (current == seen->workspace || current == UINT32_MAX)
            return true;
        if (!asked) {
            if (!x11_wire_time(x, until, &now, err))
                return false;
            tell_manager(x, x->root, x->atom.net_current_desktop, (uint32_t[3]){seen->workspace, now, 0});
        }
        if (!x11_wire_wait(x, events, until, "its workspace did not come to the front", err))
            return false;
    }
}

static bool ask_manager(struct x11 *x, xcb_window_t id, const struct x11_seen *seen, int64_t until, struct error *err)
{
    xcb_timestamp_t now;
    if (!go_to_workspace(x, seen, until, err) || !x11_wire_time(x, until, &now, err))
        return false;
    if (seen->hidden)
        xcb_map_window(x->c, id);                                             /* ICCCM 4.1.4: back from its icon */
    tell_manager(x, id, x->atom.net_active_window, (uint32_t[3]){2, now, 0}); /* 2: a pager, an order of the user */
    return true;
}

/* SetInputFocus on a window that is not to be seen yet is an error. */
static bool focus_alone(struct x11 *x, xcb_window_t id, int64_t until, struct error *err)
{
    const uint32_t above = XCB_STACK_MODE_ABOVE;
    xcb_timestamp_t now;
    xcb_map_window(x->c, id);
    xcb_configure_window(x->c, id, XCB_CONFIG_WINDOW_STACK_MODE, &above);
    for (bool viewable = false; !viewable;) {
        xcb_get_window_attributes_reply_t *attributes = NULL;
        uint32_t events = x->events;
        if (!x11_wire_reply(x, xcb_get_window_attributes(x->c, id).sequence, until, &attributes, err))
            return false;
        viewable = !attributes || attributes->map_state == XCB_MAP_STATE_VIEWABLE; /* gone: found out soon enough */
        free(attributes);
        if (!viewable && !x11_wire_wait(x, events, until, "the window did not come to be seen", err))
            return false;
    }
    if (!x11_wire_time(x, until, &now, err))
        return false;
    xcb_set_input_focus(x->c, XCB_INPUT_FOCUS_PARENT, id, now);
    return true;
}

/* Until it is there. When time is up, the refusal is the one that names who has the keys. */
static bool settle(struct x11 *x, const struct window_pin *pin, int64_t until, struct error *err)
{
    struct error problem = {0}, late = {0};
    for (;;) {
        uint32_t events = x->events;
        if (x11_focus_verify(x, pin, until, &problem)) {
            error_clear(&problem);
            return true;
        }
        if (strcmp(problem.code, EC_FOCUS) != 0)
            return x11_wire_pass(err, &problem);
        if (!x11_wire_wait(x, events, until, "the focus did not come", &late)) {
            bool timed_out = strcmp(late.code, EC_TIMEOUT) == 0;
            x11_wire_pass(err, timed_out ? &problem : &late);
            error_clear(timed_out ? &late : &problem);
            return false;
        }
    }
}

bool x11_focus(struct x11 *x, const struct window_pin *pin, int64_t until, struct error *err)
{
    xcb_window_t id = (xcb_window_t)pin->id;
    struct x11_seen seen;
    struct error problem = {0};
    if (!x11_check_seen(x, pin, until, &seen, err) || !keyboard_free(x, pin, until, err))
        return false;
    if (x11_focus_verify(x, pin, until, &problem))
        return true;
    if (strcmp(problem.code, EC_FOCUS) != 0)
        return x11_wire_pass(err, &problem);
    error_clear(&problem);
    if (!(x->managed ? ask_manager(x, id, &seen, until, err) : focus_alone(x, id, until, err)))
        return false;
    return settle(x, pin, until, err);
}
