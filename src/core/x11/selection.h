/* selection.h - being the owner of a selection (ICCCM 2.2 to 2.7), for our own text and for a clipboard that we keep
 * for somebody. Knows a connection and nothing else of this folder, so that the keeper runs it in a process of its own.
 * Never waits: what it needs from the server comes back by x11_seller_poll(). */
#ifndef DISPATCH_X11_SELECTION_H
#define DISPATCH_X11_SELECTION_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xcb/xcb.h>

#include "atoms.h"

/* What is offered: one entry a target. Counted, since a reader may still be at it when another offer stands. */
struct x11_item {
    xcb_atom_t target, type;
    uint8_t format;
    bool text; /* our prompt: who took it to its end has it */
    char *bytes;
    size_t len;
};
struct x11_offer {
    unsigned holders;
    size_t n, total; /* items; bytes of all */
    struct x11_item *items;
};
struct x11_offer *x11_offer_new(void);
/* Takes a copy of the bytes. */
bool x11_offer_add(struct x11_offer *offer, const struct x11_item *item);
struct x11_offer *x11_offer_hold(struct x11_offer *offer);
void x11_offer_drop(struct x11_offer *offer); /* NULL is fine */

enum { X11_CLIPBOARD, X11_PRIMARY, X11_SALES }; /* the selections that we deal in */
struct x11_sale {
    xcb_atom_t selection;
    xcb_timestamp_t time; /* since when we own it; 0: we do not */
    bool lost;            /* somebody else took it */
    struct x11_offer *offer;
};

/* Served piece by piece (INCR), since the requestor's Delete of the last, empty piece is the proof that it has all. */
enum x11_transfer_state { X11_TRANSFER_FREE, X11_TRANSFER_RUNS, X11_TRANSFER_WHOLE, X11_TRANSFER_BROKEN };
struct x11_transfer {
    enum x11_transfer_state state;
    xcb_window_t requestor;
    xcb_atom_t property;
    struct x11_offer *offer;
    const struct x11_item *item;
    size_t sent;
    bool text;         /* of the item */
    bool ending;       /* the empty piece was written */
    uint32_t sequence; /* of our last request that the server had carried out when it was asked for */
    int64_t pid;       /* paste.c: the client's process; -1: not looked up */
};

enum { X11_TRANSFERS = 64, X11_MULTIPLES = 4 };
struct x11_multiple {
    xcb_selection_request_event_t request;
    unsigned sequence; /* of the GetProperty that reads its pairs; 0: free */
};
struct x11_seller {
    xcb_connection_t *c;
    const struct x11_atoms *atom;
    xcb_window_t window;
    uint32_t mask;    /* selected on requestors */
    size_t piece;     /* bytes of one piece */
    bool always_incr; /* else only what is larger than a piece */
    struct x11_sale sale[X11_SALES];
    struct x11_transfer transfer[X11_TRANSFERS];
    struct x11_multiple multiple[X11_MULTIPLES];
};
void x11_seller_start(struct x11_seller *s, xcb_connection_t *c, const struct x11_atoms *atom, xcb_window_t window,
                      uint32_t mask);
void x11_seller_stop(struct x11_seller *s); /* frees; sends nothing */
/* Asks the server for ownership; whether it was given, its GetSelectionOwner tells. Holds the offer. */
void x11_seller_own(struct x11_seller *s, int which, xcb_timestamp_t time, struct x11_offer *offer);
/* Stays the owner, with nothing to offer: whoever asks late gets nothing. What is being read is broken off. */
void x11_seller_withdraw(struct x11_seller *s, int which);
/* Gives it up, if we still have it. */
void x11_seller_release(struct x11_seller *s, int which);
bool x11_seller_owns(const struct x11_seller *s, int which);
bool x11_seller_busy(const struct x11_seller *s); /* somebody is reading */
/* Transfers that ended are kept for whoever judges them, until this. */
void x11_seller_forget(struct x11_seller *s);
/* Events. sequence: the event's full_sequence. */
void x11_seller_request(struct x11_seller *s, const xcb_selection_request_event_t *e, uint32_t sequence);
void x11_seller_clear(struct x11_seller *s, const xcb_selection_clear_event_t *e);
void x11_seller_deleted(struct x11_seller *s, const xcb_property_notify_event_t *e);
void x11_seller_destroyed(struct x11_seller *s, xcb_window_t window);
void x11_seller_poll(struct x11_seller *s);
bool x11_seller_asks(const struct x11_seller *s); /* poll() has an answer to come */
#endif
