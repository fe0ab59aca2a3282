/* wire.c - requests out, replies and events in, through the program's one sleeper. */
#include "x11.h"

#include <stdlib.h>

#include <xcb/xcbext.h>

#include "../wait_private.h"

/* A round trip gets at least this: when the caller's time is just up, the answer says better than ETIMEOUT what is the
 * matter. Thousands of times what it takes. */
#define GRACE (CLOCK_SECOND / 4)

static bool news_ready(struct wait_source *self, int64_t now, int64_t *again)
{
    struct x11 *x = (struct x11 *)(void *)((char *)self - offsetof(struct x11, news));
    (void)now;
    (void)again;
    return x->read;
}

static const struct error *news_broken(struct wait_source *self)
{
    const struct x11 *x = (const struct x11 *)(const void *)((const char *)self - offsetof(struct x11, news));
    return x->gone.code ? &x->gone : NULL;
}

static bool changes_ready(struct wait_source *self, int64_t now, int64_t *again)
{
    struct x11 *x = (struct x11 *)(void *)((char *)self - offsetof(struct x11, changes));
    (void)now;
    (void)again;
    x11_wire_drain(x);
    return x->changed;
}

static const struct error *changes_broken(struct wait_source *self)
{
    const struct x11 *x = (const struct x11 *)(const void *)((const char *)self - offsetof(struct x11, changes));
    return x->gone.code ? &x->gone : NULL;
}

static const char *why_lost(int number)
{
    switch (number) {
    case XCB_CONN_CLOSED_MEM_INSUFFICIENT: return "out of memory";
    case XCB_CONN_CLOSED_REQ_LEN_EXCEED: return "a request was larger than it accepts";
    case XCB_CONN_CLOSED_FDPASSING_FAILED: return "a descriptor could not be passed";
    default: return "the X server closed the connection";
    }
}

/* A descriptor that was hung up stays readable for ever: the watch ends here. */
static void notice_loss(struct x11 *x)
{
    int number = xcb_connection_has_error(x->c);
    if (!number || x->gone.code)
        return;
    const char *name = x->where ? x->where : getenv("DISPLAY");
    error_set(&x->gone, EC_NO_DISPLAY, "display '%s': %s", name ? name : "", why_lost(number));
    wait_fd_close(x->watch);
    x->watch = NULL;
    wait_mark(&x->news);
    wait_mark(&x->changes);
}

static void take_in(struct x11 *x, xcb_generic_event_t *(*next)(xcb_connection_t *c))
{
    xcb_generic_event_t *event;
    while ((event = next(x->c))) {
        x->events++;
        x11_event(x, event);
        free(event);
    }
    x11_seller_poll(&x->seller);
    if (x->changed)
        wait_mark(&x->changes);
}

static void readable(void *owner)
{
    struct x11 *x = owner;
    x->read = true;
    take_in(x, xcb_poll_for_event);
    xcb_flush(x->c);
    wait_mark(&x->news);
    notice_loss(x);
}

void x11_wire_drain(struct x11 *x)
{
    if (x->gone.code)
        return;
    take_in(x, xcb_poll_for_queued_event);
    xcb_flush(x->c);
    notice_loss(x);
}

bool x11_wire_open(struct x11 *x, struct error *err)
{
    x->news = (struct wait_source){.ready = news_ready, .broken = news_broken};
    x->changes = (struct wait_source){.ready = changes_ready, .broken = changes_broken};
    x->watch = wait_fd_open(xcb_get_file_descriptor(x->c), readable, x, err);
    return x->watch != NULL;
}

void x11_wire_close(struct x11 *x)
{
    wait_remove(&x->news);
    wait_remove(&x->changes);
    wait_fd_close(x->watch);
    x->watch = NULL;
    error_clear(&x->gone);
}

bool x11_wire_lost(struct x11 *x, struct error *err)
{
    notice_loss(x);
    if (!x->gone.code)
        return false;
    error_set(err, EC_NO_DISPLAY, "%s", x->gone.message ? x->gone.message : "the X server went away");
    return true;
}

static bool sleep_on(struct x11 *x, int64_t until, const char *what, struct error *err)
{
    if (x11_wire_lost(x, err))
        return false;
    enum wait_result result = x->insist ? wait_despite_cancel(&x->news, until, err) : wait_for(&x->news, until, err);
    return result == WAIT_READY ? !x11_wire_lost(x, err) : wait_refuse(result, err, what);
}

bool x11_wire_wait(struct x11 *x, uint32_t seen, int64_t until, const char *what, struct error *err)
{
    x11_wire_drain(x);
    if (x->events != seen)
        return true;
    x->read = false;
    return sleep_on(x, until, what, err);
}

bool x11_wire_reply(struct x11 *x, unsigned sequence, int64_t until, void *reply, struct error *err)
{
    void *answer = NULL;
    xcb_generic_error_t *problem = NULL;
    int64_t grace = clock_now() + GRACE;
    if (until < grace)
        until = grace;
    xcb_flush(x->c);
    while (x->read = false, !xcb_poll_for_reply(x->c, sequence, &answer, &problem))
        if (!sleep_on(x, until, "the X server did not answer", err)) {
            xcb_discard_reply(x->c, sequence);
            return false;
        }
    free(problem);
    *(void **)reply = answer;
    return answer || !x11_wire_lost(x, err);
}

bool x11_wire_pass(struct error *err, struct error *problem)
{
    error_set(err, problem->code, "%s", problem->message ? problem->message : "out of memory");
    error_clear(problem);
    return false;
}

bool x11_wire_sync(struct x11 *x, int64_t until, struct error *err)
{
    xcb_get_input_focus_reply_t *reply;
    if (!x11_wire_reply(x, xcb_get_input_focus(x->c).sequence, until, &reply, err))
        return false;
    free(reply);
    return true;
}

/* A property to which nothing is appended changes all the same, and the event tells when (ICCCM 2.1). */
bool x11_wire_time(struct x11 *x, int64_t until, xcb_timestamp_t *time, struct error *err)
{
    uint32_t before = x->times;
    xcb_change_property(x->c, XCB_PROP_MODE_APPEND, x->own, x->atom.clock, XCB_ATOM_INTEGER, 32, 0, NULL);
    xcb_flush(x->c);
    for (uint32_t seen = x->events; x->times == before; seen = x->events)
        if (!x11_wire_wait(x, seen, until, "the X server did not tell its time", err))
            return false;
    *time = x->time;
    return true;
}
