/* event.c - what each event changes. Nothing here waits. */

#include "x11.h"

static bool tells_of_windows(const struct x11 *x, const xcb_property_notify_event_t *e)
{
    const struct x11_atoms *a = &x->atom;
    if (e->window == x->root)
        return e->atom == a->net_client_list || e->atom == a->net_active_window || e->atom == a->net_current_desktop ||
               e->atom == a->net_supporting_wm_check;
    return e->atom == a->net_wm_name || e->atom == XCB_ATOM_WM_NAME || e->atom == XCB_ATOM_WM_CLASS ||
           e->atom == a->net_wm_pid || e->atom == a->net_wm_state || e->atom == a->wm_state ||
           e->atom == a->net_wm_desktop;
}

static void property(struct x11 *x, const xcb_property_notify_event_t *e)
{
    if (e->window == x->own && e->atom == x->atom.clock) {
        x->time = e->time;
        x->times++;
    }
    if (e->window == x->asker && e->state == XCB_PROPERTY_NEW_VALUE)
        x->new_values++;
    if (e->window == x->own || e->window == x->asker)
        return;
    if (e->state == XCB_PROPERTY_DELETE)
        x11_seller_deleted(&x->seller, e);
    if (tells_of_windows(x, e))
        x->changed = true;
    if (e->window == x->root && e->atom == x->atom.net_supporting_wm_check)
        x->manager_known = false;
}

/* With a window manager its list tells who came and went; a window's own unmapping is told by the window. */
static void structure(struct x11 *x, xcb_window_t reporter, bool destroyed, xcb_window_t window)
{
    if (destroyed) {
        x11_watch_destroyed(x, window);
        x11_seller_destroyed(&x->seller, window);
    }
    if (!x->managed || reporter != x->root)
        x->changed = true;
}

static void windows(struct x11 *x, const xcb_generic_event_t *event)
{
    const void *e = event;
    switch (event->response_type & 0x7f) { /* the bit above: sent by a client */
    case XCB_DESTROY_NOTIFY: {
        const xcb_destroy_notify_event_t *destroy = e;
        structure(x, destroy->event, true, destroy->window);
        break;
    }
    case XCB_MAP_NOTIFY: structure(x, ((const xcb_map_notify_event_t *)e)->event, false, 0); break;
    case XCB_UNMAP_NOTIFY: structure(x, ((const xcb_unmap_notify_event_t *)e)->event, false, 0); break;
    case XCB_REPARENT_NOTIFY: structure(x, ((const xcb_reparent_notify_event_t *)e)->event, false, 0); break;
    case XCB_FOCUS_IN:
    case XCB_FOCUS_OUT: x->changed = true; break;
    default: break;
    }
}

void x11_event(struct x11 *x, const xcb_generic_event_t *event)
{
    const void *e = event;
    switch (event->response_type & 0x7f) { /* the bit above: sent by a client */
    case XCB_PROPERTY_NOTIFY: property(x, e); break;
    case XCB_SELECTION_REQUEST: x11_seller_request(&x->seller, e, event->full_sequence); break;
    case XCB_SELECTION_CLEAR: x11_seller_clear(&x->seller, e); break;
    case XCB_SELECTION_NOTIFY:
        x->notify = *(const xcb_selection_notify_event_t *)e;
        x->notifies++;
        break;
    case XCB_MAPPING_NOTIFY: x11_keyboard_forget(x); break;
    default: windows(x, event); break; /* errors (type 0) as well: windows vanish, and the reply or its lack tells */
    }
}
