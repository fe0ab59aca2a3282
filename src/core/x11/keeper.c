/* keeper.c - giving the user's clipboard back. What is in a selection lives in a process, so one that does nothing else
 * keeps it: until somebody takes the selection, or for ten minutes. It has a connection of its own and nothing of ours:
 * no terminal, no descriptor, no lock. It survives us. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../posix/descriptors.h"
#include "x11.h"

#define KEPT_SECONDS 600
#define HANDOVER CLOCK_SECOND

static void detach(void)
{
    static const int ours[] = {SIGINT, SIGTERM, SIGCHLD, SIGWINCH, SIGALRM};
    sigset_t none;
    setsid();
    descriptors_close(-1);
    if (chdir("/") != 0)
        _exit(1);
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        signal(ours[i], SIG_DFL);
    signal(SIGHUP, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    alarm(KEPT_SECONDS); /* ends the process */
}

static void on_event(struct x11_seller *s, const xcb_generic_event_t *event)
{
    const void *e = event;
    switch (event->response_type & 0x7f) { /* the bit above: sent by a client */
    case XCB_SELECTION_REQUEST: x11_seller_request(s, e, event->full_sequence); break;
    case XCB_SELECTION_CLEAR: x11_seller_clear(s, e); break;
    case XCB_DESTROY_NOTIFY: x11_seller_destroyed(s, ((const xcb_destroy_notify_event_t *)e)->window); break;
    case XCB_PROPERTY_NOTIFY:
        if (((const xcb_property_notify_event_t *)e)->state == XCB_PROPERTY_DELETE)
            x11_seller_deleted(s, e);
        break;
    default: break;
    }
}

static bool has_any(const struct x11_seller *s)
{
    for (int i = 0; i < X11_SALES; i++)
        if (x11_seller_owns(s, i))
            return true;
    return x11_seller_busy(s);
}

/* The time is the one since when the parent owns it: the server refuses it if somebody took it since, so that a newer
 * clipboard is never written over (ICCCM 2.1). */
static void take(struct x11_seller *s, int which, xcb_timestamp_t time, struct x11_offer *offer)
{
    x11_seller_own(s, which, time, offer);
    xcb_get_selection_owner_reply_t *owner =
        xcb_get_selection_owner_reply(s->c, xcb_get_selection_owner(s->c, s->sale[which].selection), NULL);
    if (!owner || owner->owner != s->window)
        s->sale[which].lost = true;
    free(owner);
}

static void keep(const struct x11 *x)
{
    struct x11_seller s;
    int number;
    xcb_connection_t *c = xcb_connect(x->where, &number);
    if (xcb_connection_has_error(c))
        _exit(1);
    xcb_screen_iterator_t screen = xcb_setup_roots_iterator(xcb_get_setup(c));
    while (number-- > 0 && screen.rem > 1)
        xcb_screen_next(&screen);
    xcb_window_t window = xcb_generate_id(c);
    xcb_create_window(c, 0, window, screen.data->root, 0, 0, 1, 1, 0, XCB_WINDOW_CLASS_INPUT_ONLY, XCB_COPY_FROM_PARENT,
                      0, NULL);
    x11_seller_start(&s, c, &x->atom, window, X11_WATCH_MASK);
    for (int i = 0; i < X11_SALES; i++)
        if (x->saved[i] && x11_seller_owns(&x->seller, i))
            take(&s, i, x->seller.sale[i].time, x->saved[i]);
    xcb_flush(c);
    xcb_generic_event_t *event;
    while (has_any(&s) && (event = xcb_wait_for_event(c))) {
        on_event(&s, event);
        free(event);
        if (x11_seller_asks(&s)) { /* answers come in order: after this one all are there */
            free(xcb_get_input_focus_reply(c, xcb_get_input_focus(c), NULL));
            x11_seller_poll(&s);
        }
        xcb_flush(c);
    }
    _exit(0);
}

/* Twice, so that nobody has to wait for the keeper when it ends. */
static bool start(const struct x11 *x)
{
    pid_t between = fork();
    if (between == 0) {
        pid_t keeper = fork();
        if (keeper == 0) {
            detach();
            keep(x);
        }
        _exit(keeper < 0);
    }
    int status = 1;
    while (between > 0 && waitpid(between, &status, 0) < 0 && errno == EINTR) /* by Ctrl-C */
        ;
    return between > 0 && status == 0;
}

static bool owes(const struct x11 *x)
{
    for (int i = 0; i < X11_SALES; i++)
        if (x->saved[i] && x11_seller_owns(&x->seller, i))
            return true;
    return false;
}

void x11_keeper_restore(struct x11 *x)
{
    bool insisted = x->insist;
    x->insist = true; /* also after Ctrl-C */
    x11_wire_drain(x);
    if (!x->gone.code && owes(x) && start(x)) {
        int64_t until = clock_now() + HANDOVER;
        while (owes(x) && x11_wire_wait(x, x->events, until, "", NULL))
            ;
    }
    for (int i = 0; i < X11_SALES; i++) {
        x11_seller_release(&x->seller, i);
        x11_offer_drop(x->saved[i]);
        x->saved[i] = NULL;
    }
    xcb_flush(x->c);
    x->insist = insisted;
}
