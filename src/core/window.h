/* window.h - what a desktop must be able to do, and nothing about which one it is.
 *
 * x11/, win32/, tmux/ and fake/ each export one const struct window_backend. AutoHotkey and exec are NOT here: they
 * have no windows that we hold. They stand beside these four one floor up, as carriers in Lua.
 *
 * Back ends report facts. Whether a prompt was delivered is decided in lua/dispatch/receipt.lua and nowhere else.
 * Every call that can wait takes `until` (absolute, clock_now()) and waits through wait_for(): so it is cancelled,
 * timed out and served (clipboard requests!) like everything else. Strings are valid UTF-8; a title that is not is
 * repaired with U+FFFD at this border (window_utf8()). */
#ifndef DISPATCH_WINDOW_H
#define DISPATCH_WINDOW_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
struct wait_source;

enum window_flag {
    WINDOW_MINIMISED = 1 << 0,
    WINDOW_ELSEWHERE = 1 << 1, /* another workspace, cloaked, another tmux session's hidden window */
    WINDOW_ELEVATED = 1 << 2,  /* integrity level above ours: it swallows input while SendInput says success */
    WINDOW_DEAD = 1 << 3,      /* pane_dead: pasting into it has crashed tmux servers */
    WINDOW_RELAY = 1 << 4,     /* the foreground program passes text on (ssh, mosh, tmux, script, docker): that it
                                  read the text proves nothing about the agent behind it */
    WINDOW_SHELL = 1 << 5,     /* a shell without a script stands in front: a prompt would be run as commands */
    WINDOW_SELF = 1 << 6,      /* dispatch itself runs in it */
};

struct window {
    uint64_t id; /* XID, HWND, tmux pane number */
    int64_t pid; /* 0: unknown or on another host */
    unsigned flags;
    char *title, *app; /* app: WM_CLASS class, executable's file name, name of the foreground program of a pane */
    char *alias;       /* tmux: the name of a window that has one pane, a second chance for the title; else NULL */
};
struct window_list {
    struct window *items;
    size_t n;
};
void window_list_clear(struct window_list *list); /* frees all; the list is empty afterwards */
/* Appends a copy of *w, strings repaired to UTF-8. */
bool window_list_add(struct window_list *list, const struct window *w, struct error *err);

/* A pinned target: from here on the title is re-checked, never searched again. */
struct window_pin {
    uint64_t id;
    int64_t pid;       /* 0: not compared */
    const char *token; /* must stand in the title (or alias) as a whole: window_has_token() */
};

/* Contains `token` as a whole: neither the character before nor the one after is a letter, digit or underscore. Beyond
 * ASCII every character counts as a letter but those of the blocks of signs (punctuation, arrows, boxes, emoji, icons
 * of private use), and a broken byte is one too. Characters that are not drawn (emoji selectors, zero-width ones) are
 * looked through. Literal, case-sensitive: a look-alike letter is another letter. An empty token is in no title.
 * Pure. */
bool window_has_token(const char *title, const char *token);
/* A copy with each ill-formed piece of UTF-8 (Unicode 3.9, D93b: the maximal subpart) and each NUL replaced by U+FFFD.
 * Caller frees; NULL: no memory. */
char *window_utf8(const char *bytes, size_t len);

/* What is known about a pasted text or a key. Order matters: later is stronger. */
enum window_taken {
    TAKEN_UNKNOWN, /* this desktop cannot say */
    TAKEN_NOT,     /* nobody asked for it: pasting again is safe */
    TAKEN_SERVED,  /* handed out, end of it not seen: pasting again is NOT safe */
    TAKEN_WHOLE,   /* the pinned window's own client took the last byte */
};

enum window_ability {
    WINDOW_EXCLUSIVE = 1 << 0,   /* one focus, one clipboard: lock() is needed (x11, win32; not tmux) */
    WINDOW_READS_TEXT = 1 << 1,  /* screen_text() works on every window, so `confirm` can look */
    WINDOW_SAME_QUEUE = 1 << 2,  /* a key after a consumed paste cannot overtake it: no settle time */
    WINDOW_READS_FIELD = 1 << 3, /* screen_text() answers what stands in the window's field for text, and nothing around
                                    it, where that field can be read */
};

struct desktop {
    const struct window_backend *backend;
}; /* first member of each back end's own struct: its connection and its clipboard */

/* May a prompt go to a window with these flags? EREFUSED: dispatch itself runs in it, or its terminal is at a shell.
 * Pure. For back ends whose targets are windows; a pane has words of its own. */
bool window_takes_prompts(const struct window_pin *pin, unsigned flags, struct error *err);

/* Somebody else's hands. True from now(): the chord went out, or may have; false: it did not. */
struct window_press {
    const char *keys; /* the chord; NULL: the target's own is not known */
    bool (*now)(struct window_press *press, struct error *err);
};

struct window_backend {
    const char *name; /* the word after -Via */
    const char
        *paste_keys; /* default of -PasteKeys where agents.lua names none; NULL: the back end pastes without keys */
    unsigned abilities;

    /* Could open() work here? Cheap (no connection beyond one), changes nothing. where as in open(). err: the reason.
     */
    bool (*probe)(const char *where, struct error *err);
    /* where: display name, tmux socket path; NULL: the environment's. */
    struct desktop *(*open)(const char *where, struct error *err);
    /* Gives the user's clipboard back, releases our keys, drops the lock. Safe after every failure. NULL is fine. */
    void (*close)(struct desktop *d);

    /* One dispatcher per desktop, for the length of a delivery, not of a run: another run may send while this one
     * waits. Held by the desktop itself, so that a killed holder frees it: an owned selection on X11, a named mutex in
     * the session on Windows. NULL where not WINDOW_EXCLUSIVE. ELOCKED names the holder. unlock() gives the clipboard
     * back. */
    bool (*lock)(struct desktop *d, int64_t until, struct error *err);
    void (*unlock)(struct desktop *d);

    /* Ready when windows came, went, died, were renamed or changed focus since list() was last called. One a desktop,
     * owned by it. */
    struct wait_source *(*changes)(struct desktop *d);
    /* titles (NULL-terminated): the caller means windows with one of these in their title. Where each question costs
     * time, others may lack their flags, and their pid is what the desktop knows without asking them. NULL: all that
     * there is to know of all windows. */
    bool (*list)(struct desktop *d, const char *const *titles, struct window_list *list, struct error *err);

    /* Is it still the same window, and can it take a prompt now? EGONE (closed, other pid, token left the title),
     * EREFUSED (the message says which rule: dead, at a shell, our own window, elevated, locked screen). */
    bool (*check)(struct desktop *d, const struct window_pin *pin, struct error *err);
    /* True only when the active window is the pinned one and the input focus is inside it. EFOCUS, EGONE. */
    bool (*focus)(struct desktop *d, const struct window_pin *pin, int64_t until, struct error *err);
    /* keys: the chord that makes the target paste. False with *taken == TAKEN_SERVED is possible: the caller must not
     * paste again. A back end that gave up before anybody asked for the text takes its offer back and says TAKEN_NOT.
     */
    bool (*paste)(struct desktop *d, const struct window_pin *pin, const char *text, size_t len, const char *keys,
                  int64_t until, enum window_taken *taken, struct error *err);
    /* As paste(), by other hands than ours (AutoHotkey's): press->now() is called once the text is on offer. NULL: this
     * desktop cannot. */
    bool (*paste_by)(struct desktop *d, const struct window_pin *pin, const char *text, size_t len,
                     struct window_press *press, int64_t until, enum window_taken *taken, struct error *err);
    /* Could the last paste not save what the user had in the clipboard, or unlock() not give it back? *why says which
     * part and why not. Tells it once. NULL where pasting uses no clipboard. */
    bool (*unsaved)(struct desktop *d, struct error *why);
    /* Where the last paste said TAKEN_WHOLE: "window", the pinned one itself read the text; "process", its process did,
     * by a window that is not seen and that all of its windows may share. NULL, also for the function: not known. */
    const char *(*reader)(struct desktop *d);
    /* One chord ("Return", "ctrl+Return", "shift+Insert"), to the pinned window or to nobody: check() and send in one
     * step where the desktop can (tmux: one command), as close as it can otherwise. Waits for modifiers a person holds.
     * *taken: TAKEN_WHOLE where it was seen that the program read it, TAKEN_SERVED where it was seen that it did not
     * yet, else TAKEN_UNKNOWN. False: TAKEN_NOT, no key went out; TAKEN_UNKNOWN, it may have (we were stopped before we
     * heard). EINVAL: not a chord. */
    bool (*key)(struct desktop *d, const struct window_pin *pin, const char *chord, int64_t until,
                enum window_taken *taken, struct error *err);
    /* As key(), by other hands than ours: press->now() presses. NULL: this desktop cannot say what came of it. */
    bool (*key_by)(struct desktop *d, const struct window_pin *pin, struct window_press *press, int64_t until,
                   enum window_taken *taken, struct error *err);
    /* Types a short text as keys (the words of -FocusKeys, never a prompt). */
    bool (*type)(struct desktop *d, const struct window_pin *pin, const char *text, int64_t until, struct error *err);

    /* Visible text, lines joined by \n; caller frees. The title is not compared: a program that sets to work may change
     * it. EUNSUPPORTED where the target tells nothing. */
    bool (*screen_text)(struct desktop *d, const struct window_pin *pin, char **text, size_t *len, struct error *err);
    /* What the element with the focus tells of itself, as to a screen reader: it may be cut or decorated. From the
     * first answer after focus() on the same element is asked. Caller frees. EUNSUPPORTED, ETIMEOUT. NULL: nothing
     * tells. */
    bool (*told_text)(struct desktop *d, const struct window_pin *pin, char **text, size_t *len, struct error *err);
    /* PNG; pin NULL: the whole desktop. Read in strips, so that memory stays flat. EUNSUPPORTED on tmux. */
    bool (*screenshot)(struct desktop *d, const struct window_pin *pin, const char *path, struct error *err);
    /* Flashes a frame around the window for a second, for a person; only pin->id counts. EGONE; EREFUSED: it is not to
     * be seen. NULL: this desktop cannot. */
    bool (*highlight)(struct desktop *d, const struct window_pin *pin, int64_t until, struct error *err);
};

extern const struct window_backend *const window_backends[]; /* NULL-terminated; CMake decides which are in it */
const struct window_backend *window_backend_named(const char *name); /* NULL: not built in */
#endif
