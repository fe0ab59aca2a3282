#include "selection.h"

#include <stdlib.h>
#include <string.h>

#include <xcb/xcbext.h>

void x11_seller_start(struct x11_seller *s, xcb_connection_t *c, const struct x11_atoms *atom, xcb_window_t window,
                      uint32_t mask)
{
    *s = (struct x11_seller){.c = c, .atom = atom, .window = window, .mask = mask};
    s->sale[X11_CLIPBOARD].selection = atom->clipboard;
    s->sale[X11_PRIMARY].selection = XCB_ATOM_PRIMARY;
    /* At most a quarter of what one request may carry (ICCCM 2.5), and what a socket takes from us even while the
     * server does not read: nothing here may wait. */
    size_t most = (size_t)xcb_get_maximum_request_length(c);
    s->piece = most < 64 * 1024 ? most : 64 * 1024;
}

static void end_transfer(struct x11_transfer *t, enum x11_transfer_state state)
{
    t->state = state;
    x11_offer_drop(t->offer);
    t->offer = NULL;
    t->item = NULL;
}

void x11_seller_forget(struct x11_seller *s)
{
    for (size_t i = 0; i < X11_TRANSFERS; i++)
        if (s->transfer[i].state != X11_TRANSFER_RUNS)
            s->transfer[i].state = X11_TRANSFER_FREE;
}

void x11_seller_stop(struct x11_seller *s)
{
    for (size_t i = 0; i < X11_TRANSFERS; i++)
        end_transfer(&s->transfer[i], X11_TRANSFER_FREE);
    for (int i = 0; i < X11_SALES; i++) {
        x11_offer_drop(s->sale[i].offer);
        s->sale[i] = (struct x11_sale){.selection = s->sale[i].selection};
    }
}

void x11_seller_own(struct x11_seller *s, int which, xcb_timestamp_t time, struct x11_offer *offer)
{
    struct x11_sale *sale = &s->sale[which];
    x11_offer_hold(offer);
    x11_offer_drop(sale->offer);
    sale->offer = offer;
    sale->time = time;
    sale->lost = false;
    xcb_set_selection_owner(s->c, s->window, sale->selection, time);
}

void x11_seller_withdraw(struct x11_seller *s, int which)
{
    struct x11_sale *sale = &s->sale[which];
    for (size_t i = 0; sale->offer && i < X11_TRANSFERS; i++)
        if (s->transfer[i].state == X11_TRANSFER_RUNS && s->transfer[i].offer == sale->offer)
            end_transfer(&s->transfer[i], X11_TRANSFER_BROKEN);
    x11_offer_drop(sale->offer);
    sale->offer = NULL;
}

void x11_seller_release(struct x11_seller *s, int which)
{
    x11_seller_withdraw(s, which);
    if (x11_seller_owns(s, which))
        xcb_set_selection_owner(s->c, XCB_WINDOW_NONE, s->sale[which].selection, s->sale[which].time);
    s->sale[which].time = 0;
}

bool x11_seller_owns(const struct x11_seller *s, int which)
{
    return s->sale[which].time && !s->sale[which].lost;
}

bool x11_seller_busy(const struct x11_seller *s)
{
    for (size_t i = 0; i < X11_TRANSFERS; i++)
        if (s->transfer[i].state == X11_TRANSFER_RUNS)
            return true;
    return false;
}

void x11_seller_clear(struct x11_seller *s, const xcb_selection_clear_event_t *e)
{
    for (int i = 0; i < X11_SALES; i++)
        if (s->sale[i].selection == e->selection && e->owner == s->window)
            s->sale[i].lost = true;
}

/* Tells the requestor that its property is there; XCB_ATOM_NONE: that it gets nothing. */
static void notify(struct x11_seller *s, const xcb_selection_request_event_t *e, xcb_atom_t property)
{
    char bytes[32] = {0}; /* every event is sent as 32 bytes */
    const xcb_selection_notify_event_t answer = {
        .response_type = XCB_SELECTION_NOTIFY,
        .time = e->time,
        .requestor = e->requestor,
        .selection = e->selection,
        .target = e->target,
        .property = property,
    };
    memcpy(bytes, &answer, sizeof answer);
    xcb_send_event(s->c, false, e->requestor, XCB_EVENT_MASK_NO_EVENT, bytes);
}

static struct x11_transfer *free_transfer(struct x11_seller *s)
{
    for (size_t i = 0; i < X11_TRANSFERS; i++)
        if (s->transfer[i].state == X11_TRANSFER_FREE)
            return &s->transfer[i];
    for (size_t i = 0; i < X11_TRANSFERS; i++)
        if (s->transfer[i].state != X11_TRANSFER_RUNS)
            return &s->transfer[i];
    return NULL;
}

static bool serve_by_pieces(struct x11_seller *s, struct x11_sale *sale, const struct x11_item *item,
                            const xcb_selection_request_event_t *e, xcb_atom_t property, uint32_t sequence)
{
    for (size_t i = 0; i < X11_TRANSFERS; i++) /* asked again into the same place: the first answer is overwritten */
        if (s->transfer[i].state == X11_TRANSFER_RUNS && s->transfer[i].requestor == e->requestor &&
            s->transfer[i].property == property)
            end_transfer(&s->transfer[i], X11_TRANSFER_BROKEN);
    struct x11_transfer *t = free_transfer(s);
    if (!t)
        return false;
    *t = (struct x11_transfer){.state = X11_TRANSFER_RUNS,
                               .requestor = e->requestor,
                               .property = property,
                               .offer = x11_offer_hold(sale->offer),
                               .item = item,
                               .text = item->text,
                               .sequence = sequence,
                               .pid = -1};
    uint32_t length = item->len < UINT32_MAX ? (uint32_t)item->len : UINT32_MAX;
    /* Selected before the property is there, or its Delete could pass unseen. */
    xcb_change_window_attributes(s->c, e->requestor, XCB_CW_EVENT_MASK, &s->mask);
    xcb_change_property(s->c, XCB_PROP_MODE_REPLACE, e->requestor, property, s->atom->incr, 32, 1, &length);
    return true;
}

static bool serve_targets(struct x11_seller *s, const struct x11_sale *sale, xcb_window_t requestor,
                          xcb_atom_t property)
{
    const struct x11_offer *offer = sale->offer;
    xcb_atom_t *list = offer->n < SIZE_MAX / sizeof *list - 3 ? malloc((offer->n + 3) * sizeof *list) : NULL;
    if (!list)
        return false;
    size_t n = 0;
    list[n++] = s->atom->targets;
    list[n++] = s->atom->timestamp;
    list[n++] = s->atom->multiple;
    for (size_t i = 0; i < offer->n; i++)
        list[n++] = offer->items[i].target;
    xcb_change_property(s->c, XCB_PROP_MODE_REPLACE, requestor, property, XCB_ATOM_ATOM, 32, (uint32_t)n, list);
    free(list);
    return true;
}

static bool serve(struct x11_seller *s, struct x11_sale *sale, const xcb_selection_request_event_t *e,
                  xcb_atom_t target, xcb_atom_t property, uint32_t sequence)
{
    if (target == s->atom->targets)
        return serve_targets(s, sale, e->requestor, property);
    if (target == s->atom->timestamp) {
        xcb_change_property(s->c, XCB_PROP_MODE_REPLACE, e->requestor, property, XCB_ATOM_INTEGER, 32, 1, &sale->time);
        return true;
    }
    for (size_t i = 0; i < sale->offer->n; i++) {
        const struct x11_item *item = &sale->offer->items[i];
        if (item->target != target)
            continue;
        if ((s->always_incr && item->text) || item->len > s->piece)
            return serve_by_pieces(s, sale, item, e, property, sequence);
        xcb_change_property(s->c, XCB_PROP_MODE_REPLACE, e->requestor, property, item->type, item->format,
                            (uint32_t)(item->len / (item->format / 8u)), item->bytes);
        return true;
    }
    return false;
}

static struct x11_sale *sale_of(struct x11_seller *s, xcb_atom_t selection)
{
    for (int i = 0; i < X11_SALES; i++)
        if (s->sale[i].selection == selection && s->sale[i].offer)
            return &s->sale[i];
    return NULL;
}

void x11_seller_request(struct x11_seller *s, const xcb_selection_request_event_t *e, uint32_t sequence)
{
    struct x11_sale *sale = sale_of(s, e->selection);
    xcb_atom_t property = e->property ? e->property : e->target; /* clients from before ICCCM name none */
    if (sale && e->target == s->atom->multiple && e->property) {
        for (size_t i = 0; i < X11_MULTIPLES; i++)
            if (!s->multiple[i].sequence) {
                s->multiple[i].request = *e;
                s->multiple[i].sequence =
                    xcb_get_property(s->c, false, e->requestor, e->property, s->atom->atom_pair, 0, 2 * X11_TRANSFERS)
                        .sequence;
                return;
            }
    }
    bool served = sale && e->target != s->atom->multiple && serve(s, sale, e, e->target, property, sequence);
    notify(s, e, served ? property : XCB_ATOM_NONE);
}

/* Each pair is a target and a property; a target that we refuse becomes None (ICCCM 2.6.2). */
static void serve_pairs(struct x11_seller *s, const struct x11_multiple *m, xcb_get_property_reply_t *reply)
{
    const xcb_selection_request_event_t *e = &m->request;
    struct x11_sale *sale = sale_of(s, e->selection);
    xcb_atom_t *pair = xcb_get_property_value(reply);
    uint32_t n = (uint32_t)xcb_get_property_value_length(reply) / 4 / 2;
    bool any = sale && reply->format == 32 && n;
    for (uint32_t i = 0; any && i < n; i++)
        if (pair[2 * i] == s->atom->multiple || !pair[2 * i + 1] ||
            !serve(s, sale, e, pair[2 * i], pair[2 * i + 1], m->sequence))
            pair[2 * i] = XCB_ATOM_NONE;
    if (any)
        xcb_change_property(s->c, XCB_PROP_MODE_REPLACE, e->requestor, e->property, s->atom->atom_pair, 32, 2 * n,
                            pair);
    notify(s, e, any ? e->property : XCB_ATOM_NONE);
}

void x11_seller_poll(struct x11_seller *s)
{
    for (size_t i = 0; i < X11_MULTIPLES; i++) {
        struct x11_multiple *m = &s->multiple[i];
        void *reply = NULL;
        xcb_generic_error_t *problem = NULL;
        if (!m->sequence || !xcb_poll_for_reply(s->c, m->sequence, &reply, &problem))
            continue;
        if (reply)
            serve_pairs(s, m, reply);
        m->sequence = 0;
        free(reply);
        free(problem);
    }
}

bool x11_seller_asks(const struct x11_seller *s)
{
    for (size_t i = 0; i < X11_MULTIPLES; i++)
        if (s->multiple[i].sequence)
            return true;
    return false;
}

static void next_piece(struct x11_seller *s, struct x11_transfer *t)
{
    size_t unit = t->item->format / 8u, left = t->item->len - t->sent;
    size_t len = left < s->piece ? left : s->piece / 4 * 4;
    xcb_change_property(s->c, XCB_PROP_MODE_REPLACE, t->requestor, t->property, t->item->type, t->item->format,
                        (uint32_t)(len / unit), t->item->bytes + t->sent);
    t->sent += len;
    t->ending = len == 0;
}

void x11_seller_deleted(struct x11_seller *s, const xcb_property_notify_event_t *e)
{
    for (size_t i = 0; i < X11_TRANSFERS; i++) {
        struct x11_transfer *t = &s->transfer[i];
        if (t->state != X11_TRANSFER_RUNS || t->requestor != e->window || t->property != e->atom)
            continue;
        if (t->ending)
            end_transfer(t, X11_TRANSFER_WHOLE);
        else
            next_piece(s, t);
        return;
    }
}

void x11_seller_destroyed(struct x11_seller *s, xcb_window_t window)
{
    for (size_t i = 0; i < X11_TRANSFERS; i++)
        if (s->transfer[i].state == X11_TRANSFER_RUNS && s->transfer[i].requestor == window)
            end_transfer(&s->transfer[i], X11_TRANSFER_BROKEN);
}
