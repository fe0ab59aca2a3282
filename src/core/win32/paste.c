/* paste.c - a text through the clipboard, and the proof that it arrived.
 *
 * The text is only promised (clipboard.c). We press the chord; that the pinned window, or at least its process, then
 * made us hand it out is the proof. Some programs open the clipboard without a window of theirs: who they are cannot be
 * known, so nothing is proven, and nothing is pasted again. */
#include <stdlib.h>
#include <string.h>

#include "win32.h"

#define TAKE_TIME (5 * CLOCK_SECOND)    /* for the user's clipboard to be saved, and its owner to answer */
#define NAMELESS_GRACE (300 * CLOCK_MS) /* the target may still read after somebody whom we do not know */
#define RENEW_TIME (200 * CLOCK_MS)     /* for who has the clipboard open to close it */
#define LOOK_TIME (50 * CLOCK_MS)       /* for a program that looks whenever the clipboard changes to begin with it */
#define RESTORE_TIME (2 * CLOCK_SECOND)

/* From now on nobody gets it from us. True: there was one. */
static bool withdraw(struct win32 *w)
{
    struct win32_clipboard *c = &w->clipboard;
    EnterCriticalSection(&c->guard);
    bool was = win32_clipboard_forget(c);
    LeaveCriticalSection(&c->guard);
    return was;
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
    c->target_pid = 0;
    GetWindowThreadProcessId(c->target, &c->target_pid);
    c->foreign = NULL;
    memset(c->reads, 0, sizeof c->reads);
    LeaveCriticalSection(&c->guard);
    return true;
}

struct state {
    unsigned reads[READER_FOREIGN];
    HWND foreign;
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

/* Who asked last and got nothing, as a sentence. The caller frees. NULL: nobody, or no memory. */
static char *name_foreign(const struct window_pin *pin, HWND foreign)
{
    struct win32_origins origins = {0};
    DWORD pid = 0, target = 0;
    GetWindowThreadProcessId(foreign, &pid);
    GetWindowThreadProcessId(win32_check_window(pin), &target);
    const struct win32_process *p = pid && pid != target ? win32_origin_process(&origins, pid) : NULL;
    char *title = pid && pid == target ? win32_title(GetAncestor(foreign, GA_ROOT)) : NULL;
    struct error text = {0};
    if (title)
        error_set(&text, EC_REFUSED, " Another window of its program asked, and got nothing: '%s'.", title);
    else if (foreign)
        error_set(&text, EC_REFUSED, " Another program asked, and got nothing: %s.",
                  p && p->app ? p->app : "one that does not tell its name");
    free(title);
    win32_origin_clear(&origins);
    return text.message;
}

/* Nobody asked in time. */
static bool explain(const struct window_pin *pin, const struct state *s, const char *keys, struct error *err)
{
    char *foreign = name_foreign(pin, s->foreign);
    error_set(err, EC_TIMEOUT,
              "'%s': %s was pressed and the window did not ask for the text; is it the chord that pastes there "
              "(-PasteKeys)?%s",
              pin->token, keys, foreign ? foreign : "");
    free(foreign);
    return false;
}

/* It cannot ask any more. */
static bool explain_end(const struct window_pin *pin, const struct state *s, struct error *err)
{
    bool nameless = s->reads[READER_NAMELESS] > 0;
    const char *read = nameless ? "somebody who does not tell who it is had read the text" : "";
    if (!win32_check_window(pin))
        return error_set(err, EC_GONE, "'%s': its window was closed%s%s", pin->token,
                         nameless ? "; before that " : " before it asked for the text", read);
    return error_set(err, EC_REFUSED, "'%s': another program took the clipboard%s%s", pin->token,
                     nameless ? "; before that " : " before the window asked for it", read);
}

/* What is proven by those who read it; *taken stays where nobody did. */
static enum window_taken judge(struct win32 *w, const struct state *s, enum window_taken *taken)
{
    bool window = s->reads[READER_WINDOW] > 0, process = s->reads[READER_PROCESS] > 0;
    if (window || process)
        *taken = TAKEN_WHOLE;
    else if (s->reads[READER_NAMELESS])
        *taken = TAKEN_UNKNOWN;
    if (s->foreign)
        w->watch = WATCHED;
    w->reader = window ? "window" : process ? "process" : NULL;
    return *taken;
}

static bool watch_taking(struct win32 *w, const struct window_pin *pin, const char *keys, int64_t until,
                         enum window_taken *taken, struct error *err)
{
    int64_t nameless = 0; /* when somebody without a name had read it */
    for (;;) {
        uint32_t heard = w->rings;
        struct state s = look(&w->clipboard);
        int64_t now = clock_now(), next = now + WIN32_LOOK * 10; /* that a window closes no ring tells */
        if (judge(w, &s, taken) == TAKEN_WHOLE)
            return win32_focus_verify(pin, true, err);
        if (s.reads[READER_NAMELESS]) {
            nameless = nameless ? nameless : now;
            if (now - nameless >= NAMELESS_GRACE || now >= until)
                return win32_focus_verify(pin, true, err);
        }
        if (!win32_check_window(pin) || !s.ours)
            return explain_end(pin, &s, err);
        if (now >= until)
            return explain(pin, &s, keys, err);
        enum wait_result result = win32_pump_wait(w, heard, next < until ? next : until, false, err);
        if (result == WAIT_INTERRUPTED || result == WAIT_BROKEN)
            return wait_refuse(result, err, "the text was not read");
    }
}

/* A window that wants to paste while somebody else has the clipboard open gets nothing, and few try again. So who looks
 * at each change (a clipboard's history) may look first. Whether there is somebody is learned from the first paste. */
static void let_others_look(struct win32 *w, int64_t until)
{
    int64_t begun = clock_now(), look_by = begun + LOOK_TIME, close_by = begun + RENEW_TIME;
    for (uint32_t heard = w->rings; w->watch != UNWATCHED && !look(&w->clipboard).foreign; heard = w->rings)
        if (win32_pump_wait(w, heard, look_by < until ? look_by : until, false, NULL) != WAIT_READY)
            break;
    if (w->watch == WATCH_UNKNOWN)
        w->watch = look(&w->clipboard).foreign ? WATCHED : UNWATCHED;
    while (GetOpenClipboardWindow() && clock_now() < close_by && clock_now() < until)
        if (wait_for(NULL, clock_now() + CLOCK_MS, NULL) != WAIT_EXPIRED)
            return;
}

/* The text is on offer when this answers. */
static bool begin(struct win32 *w, const struct window_pin *pin, const char *text, int64_t until, struct error *err)
{
    if (!win32_check(pin, err))
        return false;
    w->pasted = true;
    w->reader = NULL;
    withdraw(w); /* the last one's text is not for this window */
    int64_t take_by = clock_now() + TAKE_TIME;
    if (!offer(w, pin, text, err) || !win32_pump_order(w, ORDER_TAKE, take_by < until ? take_by : until, false, err)) {
        withdraw(w);
        return false;
    }
    let_others_look(w, until);
    return true;
}

/* What failed may have been pressed all the same, and the text taken between our last look and now. */
static bool end(struct win32 *w, bool ok, enum window_taken *taken)
{
    if (ok)
        return true;
    withdraw(w);
    struct state s = look(&w->clipboard);
    judge(w, &s, taken);
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

void win32_paste_done(struct win32 *w)
{
    if (withdraw(w)) /* where it fails the next paste or win32_paste_restore() takes it away */
        win32_pump_order(w, ORDER_RENEW, clock_now() + RENEW_TIME, false, NULL);
}

void win32_paste_restore(struct win32 *w)
{
    struct win32_clipboard *c = &w->clipboard;
    struct error why = {0};
    withdraw(w);
    EnterCriticalSection(&c->guard);
    bool kept = c->kept;
    LeaveCriticalSection(&c->guard);
    if (w->own && kept && !win32_pump_order(w, ORDER_RESTORE, clock_now() + RESTORE_TIME, true, &why))
        error_set(&w->lost, why.code, "what was in the clipboard did not come back: %s",
                  why.message ? why.message : "out of memory");
    error_clear(&why);
}
