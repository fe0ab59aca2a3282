/* turn.c - one dispatcher at a time: who owns the selection _DISPATCH_SENDING. The server frees it when its owner dies.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <xcb/xfixes.h>

#include "x11.h"

static void sign(struct x11 *x)
{
    char text[512], when[32] = "";
    time_t now = (time_t)(clock_wall_ms() / 1000);
    struct tm local;
    if (localtime_r(&now, &local))
        strftime(when, sizeof when, "%H:%M:%S", &local);
    int len = snprintf(text, sizeof text, "process %ld on %s, since %s", (long)getpid(), x->host ? x->host : "?", when);
    uint32_t bytes = len < 0 ? 0 : (size_t)len < sizeof text ? (uint32_t)len : (uint32_t)sizeof text - 1;
    xcb_change_property(x->c, XCB_PROP_MODE_REPLACE, x->own, x->atom.holder, x->atom.utf8_string, 8, bytes, text);
}

static bool refuse(struct x11 *x, xcb_window_t owner, int64_t until, struct error *err)
{
    xcb_get_property_reply_t *p = NULL;
    unsigned asked = xcb_get_property(x->c, false, owner, x->atom.holder, XCB_GET_PROPERTY_TYPE_ANY, 0, 128).sequence;
    if (!x11_wire_reply(x, asked, until, &p, err))
        return false;
    size_t len = p && p->format == 8 ? (size_t)xcb_get_property_value_length(p) : 0;
    char *holder = len ? window_utf8(xcb_get_property_value(p), len) : NULL;
    free(p);
    error_set(err, EC_LOCKED, "another dispatch is sending on this display (%s); wait for it, or end it",
              holder ? holder : "it does not tell its process");
    free(holder);
    return false;
}

/* Looked at and taken under a server grab, so that of two only one can have seen it free. */
static bool try_once(struct x11 *x, int64_t until, xcb_window_t *owner, struct error *err)
{
    xcb_get_selection_owner_reply_t *reply = NULL;
    xcb_grab_server(x->c);
    bool ok = x11_wire_reply(x, xcb_get_selection_owner(x->c, x->atom.sending).sequence, until, &reply, err);
    *owner = reply ? reply->owner : XCB_WINDOW_NONE;
    free(reply);
    if (ok && *owner == XCB_WINDOW_NONE)
        xcb_set_selection_owner(x->c, x->own, x->atom.sending, XCB_CURRENT_TIME);
    xcb_ungrab_server(x->c);
    xcb_flush(x->c);
    return ok;
}

bool x11_turn_take(struct x11 *x, int64_t until, struct error *err)
{
    struct error late = {0};
    if (x->locked)
        return true;
    sign(x);
    for (;;) {
        xcb_window_t owner;
        uint32_t events = x->events;
        if (!try_once(x, until, &owner, err))
            return false;
        if (owner == XCB_WINDOW_NONE) {
            x->locked = true;
            return true;
        }
        if (x11_wire_wait(x, events, until, "the other one did not finish", &late)) /* XFixes tells of its end */
            continue;
        if (strcmp(late.code, EC_TIMEOUT) != 0)
            return x11_wire_pass(err, &late);
        error_clear(&late);
        return refuse(x, owner, until, err);
    }
}

void x11_turn_give(struct x11 *x)
{
    if (!x->locked)
        return;
    x->locked = false;
    xcb_set_selection_owner(x->c, XCB_WINDOW_NONE, x->atom.sending, XCB_CURRENT_TIME);
    xcb_flush(x->c);
}
