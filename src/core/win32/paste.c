/* paste.c - a text through the clipboard, and the proof that it arrived.
 *
 * The text is only promised (clipboard.c). We press the chord; that the pinned window's program then made us hand it
 * out is the proof. Some programs open the clipboard without a window of theirs: who they are cannot be known, so
 * nothing is proven, and nothing is pasted again. */
#include <stdlib.h>
#include <string.h>

#include "win32.h"

#define TAKE_TIME (5 * CLOCK_SECOND)    /* for the user's clipboard to be saved, and its owner to answer */
#define NAMELESS_GRACE (300 * CLOCK_MS) /* the target may still read after somebody whom we do not know */

/* From now on nobody gets it. */
static void withdraw(struct win32 *w)
{
    struct win32_clipboard *c = &w->clipboard;
    EnterCriticalSection(&c->guard);
    free(c->text);
    c->text = NULL;
    c->armed = false;
    LeaveCriticalSection(&c->guard);
}

void win32_paste_arm(struct win32 *w, bool armed)
{
    EnterCriticalSection(&w->clipboard.guard);
    w->clipboard.armed = armed;
    LeaveCriticalSection(&w->clipboard.guard);
}

static bool offer(struct win32 *w, const struct window_pin *pin, const char *text, struct error *err)
{
    struct win32_clipboard *c = &w->clipboard;
    wchar_t *wide = win32_utf16_lines(text);
    if (!wide)
        return error_set(err, EC_MEMORY, "no memory for the text");
    EnterCriticalSection(&c->guard);
    c->text = wide;
    c->target = win32_check_window(pin);
    c->foreign = 0;
    memset(c->reads, 0, sizeof c->reads);
    LeaveCriticalSection(&c->guard);
    return true;
}

struct state {
    unsigned reads[READER_FOREIGN];
    DWORD foreign;
    bool ours;
};

static struct state look(struct win32_clipboard *c)
{
    struct state s;
    EnterCriticalSection(&c->guard);
    memcpy(s.reads, c->reads, sizeof s.reads);
    s.foreign = c->foreign;
    s.ours = c->ours;
    LeaveCriticalSection(&c->guard);
    return s;
}

/* Nobody asked in time. */
static bool explain(const struct window_pin *pin, const struct state *s, const char *keys, struct error *err)
{
    struct win32_origins origins = {0};
    const struct win32_process *p = s->foreign ? win32_origin_process(&origins, s->foreign) : NULL;
    error_set(err, EC_TIMEOUT,
              "'%s': %s was pressed and the window did not ask for the text; is it the chord that pastes there "
              "(-PasteKeys)?%s%s%s",
              pin->token, keys, p ? " Another program asked, and got nothing: " : "",
              p ? (p->app ? p->app : "one that does not tell its name") : "", p ? "." : "");
    win32_origin_clear(&origins);
    return false;
}

static bool watch_taking(struct win32 *w, const struct window_pin *pin, const char *keys, int64_t until,
                         enum window_taken *taken, struct error *err)
{
    int64_t nameless = 0; /* when somebody without a name had read it */
    for (;;) {
        uint32_t heard = w->rings;
        struct state s = look(&w->clipboard);
        int64_t now = clock_now(), next = now + WIN32_LOOK * 10; /* that a window closes no ring tells */
        if (s.reads[READER_TARGET]) {
            *taken = TAKEN_WHOLE;
            return win32_focus_verify(pin, true, err);
        }
        if (s.reads[READER_NAMELESS]) {
            *taken = TAKEN_UNKNOWN;
            nameless = nameless ? nameless : now;
            if (now - nameless >= NAMELESS_GRACE)
                return win32_focus_verify(pin, true, err);
        }
        if (!win32_check_window(pin))
            return error_set(err, EC_GONE, "'%s': its window was closed before it asked for the text", pin->token);
        if (!s.ours)
            return error_set(err, EC_REFUSED, "'%s': another program took the clipboard before the window asked for it",
                             pin->token);
        if (now >= until)
            return explain(pin, &s, keys, err);
        enum wait_result result = win32_pump_wait(w, heard, next < until ? next : until, false, err);
        if (result == WAIT_INTERRUPTED || result == WAIT_BROKEN)
            return wait_refuse(result, err, "the text was not read");
    }
}

/* The text is on offer when this answers. */
static bool begin(struct win32 *w, const struct window_pin *pin, const char *text, int64_t until, struct error *err)
{
    if (!win32_check(pin, err))
        return false;
    w->pasted = true;
    withdraw(w); /* the last one's text is not for this window */
    int64_t take_by = clock_now() + TAKE_TIME;
    if (offer(w, pin, text, err) && win32_pump_order(w, ORDER_TAKE, take_by < until ? take_by : until, false, err))
        return true;
    withdraw(w);
    return false;
}

/* What failed may have been pressed all the same, and the text taken between our last look and now. */
static bool end(struct win32 *w, bool ok, enum window_taken *taken)
{
    if (ok)
        return true;
    withdraw(w);
    struct state s = look(&w->clipboard);
    if (s.reads[READER_TARGET])
        *taken = TAKEN_WHOLE;
    else if (s.reads[READER_NAMELESS])
        *taken = TAKEN_UNKNOWN;
    return false;
}

bool win32_paste(struct win32 *w, const struct window_pin *pin, const char *text, const char *keys, int64_t until,
                 enum window_taken *taken, struct error *err)
{
    struct win32_stroke stroke;
    struct win32_pressed pressed;
    *taken = TAKEN_NOT;
    if (!win32_keys_chord(pin, keys, &stroke, err) || !begin(w, pin, text, until, err))
        return false;
    bool ok = win32_keys_press(w, pin, &stroke, 1, until, true, &pressed, err) &&
              watch_taking(w, pin, keys, until, taken, err);
    return end(w, ok, taken);
}

bool win32_paste_by(struct win32 *w, const struct window_pin *pin, const char *text, struct window_press *press,
                    int64_t until, enum window_taken *taken, struct error *err)
{
    *taken = TAKEN_NOT;
    if (!begin(w, pin, text, until, err))
        return false;
    bool ok = win32_focus_stays(pin, true, until, err);
    win32_paste_arm(w, ok);
    return end(w, ok && press->now(press, err) && watch_taking(w, pin, press->keys, until, taken, err), taken);
}

void win32_paste_restore(struct win32 *w)
{
    withdraw(w);
    if (w->own && w->clipboard.kept)
        win32_pump_order(w, ORDER_RESTORE, clock_now() + 2 * CLOCK_SECOND, true, NULL);
}
