/* wait.c - the one loop: what came in, who is ready, how long may we sleep. */
#include "wait.h"

#include <stdlib.h>
#include <uv.h>

#include "clock.h"
#include "program.h"
#include "wait_private.h"

static uv_loop_t loop;
static uv_async_t wake; /* a signal handler's way in */
static uv_timer_t bell; /* the end of the present sleep */
static bool loop_open;
static int64_t loop_owner; /* a process */
static bool in_callback;   /* uv_run() cannot be entered twice */

static struct wait_set always; /* wait_always() */
static int children;           /* that live */
static uint64_t stirred;       /* events from outside, ever */
static int64_t last_span;      /* ns that the last wait was given: for wait_refuse() */

static void close_handle(uv_handle_t *handle, void *unused)
{
    (void)unused;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

static void close_loop(void)
{
    if (!loop_open || program_pid() != loop_owner) /* a fork shares the poll with us: it must not take it down */
        return;
    cancel_on_wake(NULL);
    uv_walk(&loop, close_handle, NULL);
    uv_run(&loop, UV_RUN_DEFAULT); /* the closing callbacks */
    uv_loop_close(&loop);
    loop_open = false;
}

static void wake_loop(void)
{
    uv_async_send(&wake); /* async-signal-safe */
}

static void woken(uv_async_t *unused)
{
    (void)unused; /* that the sleep ended is all */
}

/* uv_run() looks at its timers before it polls: one that is due by then would leave nothing to end the poll. */
static void rung(uv_timer_t *unused)
{
    (void)unused;
    uv_stop(&loop);
}

static bool open_loop(struct error *err)
{
    static bool at_exit;
    if (loop_open)
        return true;
    int status = uv_loop_init(&loop);
    if (status < 0)
        return wait_uv_error(err, status, "event loop");
    loop_open = true;
    loop_owner = program_pid();
    wait_set_init(&always);
    uv_timer_init(&loop, &bell);
    status = uv_async_init(&loop, &wake, woken);
    if (status < 0) {
        close_loop();
        return wait_uv_error(err, status, "event loop");
    }
    cancel_on_wake(wake_loop);
    if (!at_exit)
        at_exit = atexit(close_loop) == 0;
    return true;
}

struct uv_loop_s *wait_loop(struct error *err)
{
    return open_loop(err) ? &loop : NULL;
}

void wait_children(int change)
{
    children += change;
}

void wait_stir(void)
{
    stirred++;
}

static void run_loop(uv_run_mode mode)
{
    in_callback = true;
    uv_run(&loop, mode);
    in_callback = false;
}

static bool time_skips(void)
{
    return clock_simulated() && children == 0;
}

/* Takes in what is there. Before time may skip, until nothing more comes; the bound is for an owner of a descriptor
 * that never reads it empty. */
static void take_in(void)
{
    uint64_t before;
    int rounds = 100;
    do {
        before = stirred;
        run_loop(UV_RUN_NOWAIT);
    } while (stirred != before && time_skips() && --rounds > 0);
}

static void sleep_until(int64_t until)
{
    int64_t now = clock_now();
    if (until <= now)
        return;
    int64_t left = until - now;
    if (until != CLOCK_NEVER) {
        uv_update_time(&loop);
        uv_timer_start(&bell, rung, (uint64_t)((left - 1) / CLOCK_MS + 1), 0);
    }
    run_loop(UV_RUN_ONCE);
    uv_timer_stop(&bell);
}

/* Nobody is ready: lets time pass until something comes in, or until the earliest moment that anybody named. */
static void pass_time(int64_t until)
{
    int64_t next = wait_agenda_next();
    int64_t end = next < until ? next : until;
    if (!time_skips() || end == CLOCK_NEVER) {
        sleep_until(end);
        return;
    }
    uint64_t before = stirred; /* a rule of the fake desktop may have written a file just now */
    run_loop(UV_RUN_NOWAIT);
    if (stirred == before && !cancel_pending())
        clock_skip_to(end);
}

static bool ask(struct wait_entry *entry, int64_t now)
{
    int64_t again = CLOCK_NEVER;
    bool ready = entry->source->ready(entry->source, now, &again);
    wait_agenda_put(entry, again);
    return ready;
}

static void ask_always(int64_t now)
{
    struct wait_entry *entry;
    wait_set_queue_all(&always);
    while ((entry = wait_set_pop(&always)))
        ask(entry, now);
}

/* Asks the queue in order. Who is ready or broken goes to its end: it stays so until its owner has looked, and the
 * others have their turn. WAIT_EXPIRED: nobody. */
static enum wait_result ask_queue(struct wait_set *set, int64_t now, struct wait_source **ready, struct error *err)
{
    struct wait_entry *entry;
    while ((entry = wait_set_pop(set))) {
        struct wait_source *s = entry->source;
        bool is_ready = ask(entry, now);
        const struct error *broken = is_ready || !s->broken ? NULL : s->broken(s);
        if (!is_ready && !broken)
            continue;
        wait_set_queue(entry);
        *ready = s;
        if (is_ready)
            return WAIT_READY;
        error_set(err, broken->code, "%s", broken->message ? broken->message : "out of memory");
        return WAIT_BROKEN;
    }
    return WAIT_EXPIRED;
}

enum { CANCELLABLE = 1, LAST_LOOK = 2 };

static enum wait_result next(struct wait_set *set, int64_t until, int how, struct wait_source **ready,
                             struct error *err)
{
    if (!open_loop(err))
        return WAIT_BROKEN;
    if (in_callback) {
        error_set(err, EC_INVALID, "a callback may mark sources, but not wait");
        return WAIT_BROKEN;
    }
    int64_t now = clock_now();
    last_span = until > now ? until - now : 0;
    for (bool over = false;; pass_time(until)) {
        take_in();
        if ((how & CANCELLABLE) && cancel_pending())
            return WAIT_INTERRUPTED;
        now = clock_now();
        if ((how & CANCELLABLE) && cancel_hurried() && until > now)
            until = now;
        ask_always(now);
        wait_agenda_due(now);
        over = now >= until;
        if (over && (how & LAST_LOOK))
            wait_set_queue_all(set);
        enum wait_result result = ask_queue(set, now, ready, err);
        if (result != WAIT_EXPIRED || over)
            return result;
    }
}

enum wait_result wait_set_next(struct wait_set *set, int64_t until, struct wait_source **ready, struct error *err)
{
    return next(set, until, CANCELLABLE | LAST_LOOK, ready, err);
}

enum wait_result wait_set_pause(struct wait_set *set, int64_t until, struct wait_source **ready, struct error *err)
{
    return next(set, until, CANCELLABLE, ready, err);
}

/* A set for one, on the stack. */
static enum wait_result alone(struct wait_source *s, int64_t until, bool cancellable, struct error *err)
{
    struct wait_set set;
    struct wait_entry entry;
    struct wait_source *ready;
    wait_set_init(&set);
    if (s && !wait_set_enter(&set, &entry, s, err))
        return WAIT_BROKEN;
    enum wait_result result = next(&set, until, LAST_LOOK | (cancellable ? CANCELLABLE : 0), &ready, err);
    if (s)
        wait_set_leave(&entry);
    return result;
}

enum wait_result wait_for(struct wait_source *s, int64_t until, struct error *err)
{
    return alone(s, until, true, err);
}

enum wait_result wait_despite_cancel(struct wait_source *s, int64_t until, struct error *err)
{
    return alone(s, until, false, err);
}

bool wait_always(struct wait_source *s, struct error *err)
{
    return open_loop(err) && wait_set_add(&always, s, err);
}

bool wait_refuse(enum wait_result result, struct error *err, const char *what)
{
    double seconds = (double)last_span / (double)CLOCK_SECOND;
    switch (result) {
    case WAIT_READY: return true;
    case WAIT_EXPIRED: return error_set(err, EC_TIMEOUT, "%s within %.*g s", what, seconds < 1000 ? 3 : 9, seconds);
    case WAIT_INTERRUPTED: return error_set(err, EC_INTERRUPTED, "interrupted");
    case WAIT_BROKEN: break;
    }
    return error_prefix(err, "%s", what);
}

static const char *code_of_status(int status)
{
    switch (status) {
    case UV_EEXIST: return EC_EXISTS;
    case UV_ENOENT:
    case UV_ENOTDIR: return EC_MISSING;
    case UV_EINVAL:
    case UV_ENAMETOOLONG:
    case UV_EILSEQ: return EC_INVALID;
    case UV_EACCES:
    case UV_EPERM:
    case UV_EROFS: return EC_DENIED;
    case UV_ENOMEM: return EC_MEMORY;
    case UV_ETIMEDOUT: return EC_TIMEOUT;
    case UV_EINTR: return EC_INTERRUPTED;
    case UV_ENOSYS: return EC_UNSUPPORTED;
    default: return EC_IO;
    }
}

bool wait_uv_error(struct error *err, int status, const char *what)
{
    return error_set(err, code_of_status(status), "%s: %s", what, uv_strerror(status));
}
