/* x11.h - what the files of this folder share. Nobody else includes it.
 *
 * One connection, one thread. Events are taken in by x11_wire_drain() wherever the program waits; they change the state
 * below and count in `events`, and whoever waits for something looks at it again. Handlers of events never wait.
 * Round trips go through x11_wire_reply(), so that a server that hangs costs a deadline and not the program. */
#ifndef DISPATCH_X11_H
#define DISPATCH_X11_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xcb/xcb.h>

#include "../clock.h"
#include "../error.h"
#include "../wait.h"
#include "../window.h"
#include "atoms.h"
#include "../chord.h"
#include "selection.h"

/* Calls of window.h without a deadline still must not wait for ever on a server that hangs. */
#define X11_PATIENCE (10 * CLOCK_SECOND)
/* The same mask wherever a foreign window is watched: a second selection by us replaces the first. */
#define X11_WATCH_MASK (XCB_EVENT_MASK_PROPERTY_CHANGE | XCB_EVENT_MASK_STRUCTURE_NOTIFY | XCB_EVENT_MASK_FOCUS_CHANGE)

#define X11_ANCESTORS 64

struct x11_watched {
    xcb_window_t id;
    bool gone; /* destroyed since it was last listed: its id may come back as another window's */
};

struct x11_keyboard { /* keyboard.c; syms NULL: to be read again */
    xcb_keysym_t *syms;
    uint8_t first, columns; /* the first keycode; keysyms of each */
    unsigned count;
    uint8_t modifier[8][8];     /* keycodes of Shift, Lock, Control, Mod1 to Mod5; 0 fills up */
    xcb_keysym_t borrowed[256]; /* what we gave to keycodes without a meaning; 0: nothing */
    int64_t borrowed_used;      /* when one of them was last pressed; 0: none is borrowed */
};

struct x11_terminal { /* origin.c: a listed window, and the program in it if it is a terminal */
    uint64_t id;
    int64_t pid, child; /* child 0: none; -1: several */
    int64_t since;      /* clock_now() when it was first seen */
    bool named;         /* its class says that it is a terminal */
};

struct x11 {
    struct desktop base;
    char *where; /* display name; NULL: the environment's */
    xcb_connection_t *c;
    xcb_screen_t *screen;
    xcb_window_t root, own; /* own: never mapped; it owns selections and has properties */
    struct x11_atoms atom;
    uint8_t xkb_event, xfixes_event, res_there;
    char *host; /* WM_CLIENT_MACHINE of windows whose pid is one of ours */

    struct wait_fd *watch;
    struct wait_source news, changes;
    bool insist;       /* cleaning up: Ctrl-C does not end a wait (each is short) */
    bool read;         /* something came since somebody began to wait */
    uint32_t events;   /* how many were taken in; wraps */
    struct error gone; /* code set: the server went away, and why */
    xcb_timestamp_t time;
    uint32_t times; /* how often `time` was answered */

    bool manager_known, managed; /* managed: a window manager is there, */
    xcb_window_t manager;        /* and this window is its sign */
    bool watching;               /* events of windows are selected: watch.c */
    bool changed;                /* since list() */
    struct x11_watched *watched;
    size_t n_watched;
    struct x11_terminal *terminals;
    size_t n_terminals;
    int64_t ancestors[X11_ANCESTORS]; /* processes that started us, at the last list() */
    size_t n_ancestors;
    bool own_listed; /* the window that WINDOWID names was listed */

    struct x11_seller seller;
    struct x11_offer *saved[X11_SALES];  /* what the user had there, while we own it; NULL: nothing */
    struct error unsaved;                /* code set: what of it will not come back, not told yet */
    xcb_selection_notify_event_t notify; /* the last one */
    uint32_t notifies, new_values;       /* SelectionNotify events; new values of a property on `asker` */
    xcb_window_t asker;                  /* save.c: who asks for what the user has */

    struct x11_keyboard keyboard;
    bool locked;
};

/* wire.c: requests, replies, events, and the end of the connection */
bool x11_wire_open(struct x11 *x, struct error *err);
void x11_wire_close(struct x11 *x);
/* Takes in what was already read. Every call of window.h ends with it: nothing else would look at it. */
void x11_wire_drain(struct x11 *x);
bool x11_wire_lost(struct x11 *x, struct error *err); /* true, with *err, once the server went away */
/* Sleeps until an event came after `seen` (x->events when the caller last looked), `until`, or Ctrl-C. what: what then
 * did not happen, as a clause. */
bool x11_wire_wait(struct x11 *x, uint32_t seen, int64_t until, const char *what, struct error *err);
/* The reply to a request, in *reply (a void **; caller frees). True with NULL: the server refused it (the window went).
 * False: deadline, Ctrl-C, server gone. */
bool x11_wire_reply(struct x11 *x, unsigned sequence, int64_t until, void *reply, struct error *err);
bool x11_wire_pass(struct error *err, struct error *problem);        /* moves *problem to *err; answers false */
bool x11_wire_sync(struct x11 *x, int64_t until, struct error *err); /* all before it was carried out */
bool x11_wire_time(struct x11 *x, int64_t until, xcb_timestamp_t *time, struct error *err);
void x11_event(struct x11 *x, const xcb_generic_event_t *event); /* event.c */

/* watch.c: whose events we get, and what became of them. Whoever only lists does not start it: selecting the root's
 * events makes the server walk all windows, and each window costs a request more. */
void x11_watch_start(struct x11 *x);
/* Nothing, until it was started. */
bool x11_watch_add(struct x11 *x, xcb_window_t id, struct error *err);
void x11_watch_destroyed(struct x11 *x, xcb_window_t id);
bool x11_watch_is_gone(const struct x11 *x, xcb_window_t id);

/* look.c: the properties of one window. Ask all, then read all. */
enum { X11_LOOKS = 8 };
struct x11_look {
    unsigned sequence[X11_LOOKS]; /* 0: not asked */
};
struct x11_seen {
    bool there, local;
    bool hidden, iconic; /* what a manager with EWMH, or one without it, says of what is minimised */
    uint32_t workspace;  /* 0xFFFFFFFF: on all, or there is no manager that tells */
    int64_t pid;
    char *title, *app; /* NULL: none */
};
/* Among a thousand windows each question counts: a server answers each with a system call or two of its own. */
void x11_look_ask_title(struct x11 *x, xcb_window_t id, struct x11_look *look); /* and its class */
void x11_look_ask_name(struct x11 *x, xcb_window_t id, struct x11_look *look);  /* the title where that set none */
void x11_look_ask_state(struct x11 *x, xcb_window_t id, struct x11_look *look); /* and its process */
void x11_look_ask(struct x11 *x, xcb_window_t id, struct x11_look *look);       /* everything; *look may be garbage */
void x11_look_discard(struct x11 *x, struct x11_look *look);
extern const struct x11_seen x11_look_nothing; /* known of a window that is there */
/* Folds what was asked into *seen, which starts as x11_look_nothing. False: *seen is cleared, the rest discarded. */
bool x11_look_read(struct x11 *x, struct x11_look *look, int64_t until, struct x11_seen *seen, struct error *err);
bool x11_look_at(struct x11 *x, xcb_window_t id, int64_t until, struct x11_seen *seen, struct error *err);
void x11_look_clear(struct x11_seen *seen); /* its strings; the rest stays */
/* Process of the client that made `id`, by the server's own knowledge; 0: it does not know. Ask, then read. */
unsigned x11_look_ask_client(struct x11 *x, xcb_window_t id);
bool x11_look_client(struct x11 *x, unsigned sequence, int64_t until, int64_t *pid, struct error *err);
/* The same for each window of the list that tells no process (0), in one question; -1 becomes 0. */
bool x11_look_clients(struct x11 *x, struct window_list *list, int64_t until, struct error *err);
/* A 32-bit property's first value; false and no error where there is none. */
bool x11_look_card(struct x11 *x, xcb_window_t id, xcb_atom_t property, int64_t until, uint32_t *value,
                   struct error *err);

/* find.c */
bool x11_find_list(struct x11 *x, const char *const *titles, struct window_list *list, struct error *err);
/* Is there a window manager (EWMH)? Fills x->managed. */
bool x11_find_manager(struct x11 *x, int64_t until, struct error *err);
/* tree.c: without a manager's list. *ids: caller frees. */
bool x11_tree_windows(struct x11 *x, int64_t until, xcb_window_t **ids, size_t *n, struct error *err);

/* origin.c: the processes behind windows. Flags among WINDOW_SELF, WINDOW_SHELL and WINDOW_RELAY. */
void x11_origin_mark(struct x11 *x, struct window *windows, size_t n);
unsigned x11_origin_flags(struct x11 *x, uint64_t id); /* of one that was listed, as it is now */

/* check.c, focus.c */
bool x11_check(struct x11 *x, const struct window_pin *pin, int64_t until, struct error *err);
/* The same, and what it saw, but for the strings. */
bool x11_check_seen(struct x11 *x, const struct window_pin *pin, int64_t until, struct x11_seen *seen,
                    struct error *err);
bool x11_focus(struct x11 *x, const struct window_pin *pin, int64_t until, struct error *err);
struct x11_focus_asked {
    unsigned active, input;
};
void x11_focus_ask(struct x11 *x, struct x11_focus_asked *asked);
/* Where keys would go now: to the pinned window or what is inside it? Else EFOCUS, naming who has them. */
bool x11_focus_is(struct x11 *x, const struct window_pin *pin, const struct x11_focus_asked *asked, int64_t until,
                  struct error *err);
/* Does another client hold the keyboard: an open menu, a locked screen? Keys would go there whatever has the focus. */
unsigned x11_focus_ask_grab(struct x11 *x);
bool x11_focus_read_grab(struct x11 *x, unsigned asked, int64_t until, bool *held, struct error *err);
/* Before another look at it. False: EREFUSED when `until` came. */
bool x11_focus_await_grab(const struct window_pin *pin, int64_t until, struct error *err);
bool x11_focus_verify(struct x11 *x, const struct window_pin *pin, int64_t until, struct error *err);

/* keyboard.c */
struct x11_stroke {
    uint8_t keycode, group;
    unsigned mods; /* enum chord_mod: of the chord, and shift where the key needs it for its keysym */
};
bool x11_keyboard_read(struct x11 *x, int64_t until, struct error *err); /* unless it is known */
void x11_keyboard_forget(struct x11 *x);                                 /* MappingNotify */
/* Pure. False: no key has it in its first two groups and levels. */
bool x11_keyboard_find(const struct x11_keyboard *k, xcb_keysym_t sym, struct x11_stroke *stroke);
xcb_keysym_t x11_keyboard_sym(const struct x11_keyboard *k, unsigned keycode, unsigned column);
/* Bit of the modifier (Shift 1, Lock 2, … Mod5 128) that a key with this keysym sets; 0: none. */
unsigned x11_keyboard_mask(const struct x11_keyboard *k, xcb_keysym_t sym);
uint8_t x11_keyboard_modifier(const struct x11_keyboard *k, enum chord_mod mod); /* a keycode; 0: none */
/* Gives keys without a meaning one, in as few changes as there are runs of such keys. EC_UNSUPPORTED: not enough such
 * keys. */
bool x11_keyboard_borrow(struct x11 *x, const xcb_keysym_t *syms, size_t n, int64_t until, struct error *err);
void x11_keyboard_give_back(struct x11 *x);

/* keys.c */
struct x11_state { /* what stands in the keyboard when we press, to be put back */
    uint8_t locked_mods, latched_mods, locked_group;
    uint8_t group; /* that is locked now */
    bool changed;
};
/* From begin to end nobody else's requests are carried out (server grab): what was verified stays true. Waits for keys
 * that a person holds. After false nothing is grabbed. */
bool x11_keys_begin(struct x11 *x, const struct window_pin *pin, int64_t until, struct x11_state *state,
                    struct error *err);
/* Presses and releases it, whatever is locked. Answers the sequence number of the first request. */
unsigned x11_keys_press(struct x11 *x, struct x11_state *state, const struct x11_stroke *stroke);
void x11_keys_end(struct x11 *x, struct x11_state *state);
/* The key for a chord, borrowed if need be. */
bool x11_keys_plan(struct x11 *x, const char *chord, int64_t until, struct x11_stroke *stroke, struct error *err);
bool x11_keys_send(struct x11 *x, const struct window_pin *pin, const char *chord, int64_t until,
                   enum window_taken *taken, struct error *err);
/* type.c */
bool x11_type(struct x11 *x, const struct window_pin *pin, const char *text, int64_t until, struct error *err);

/* save.c, keeper.c, paste.c */
bool x11_save(struct x11 *x, int which, int64_t until, struct error *err);
void x11_keeper_restore(struct x11 *x);
bool x11_paste(struct x11 *x, const struct window_pin *pin, const char *text, size_t len, const char *keys,
               int64_t until, enum window_taken *taken, struct error *err);

/* Were both made by one client? The server gives each a range of ids. Pure. */
bool x11_paste_same_client(uint32_t resource_id_mask, xcb_window_t a, xcb_window_t b);

/* turn.c: one dispatcher at a time */
bool x11_turn_take(struct x11 *x, int64_t until, struct error *err);
void x11_turn_give(struct x11 *x);

/* picture.c */
struct x11_rect {
    int x, y, width, height;
};
/* The part of `r` that is on a screen of this size, relative to `r`; false: none. Pure. */
bool x11_picture_clip(struct x11_rect r, int width, int height, struct x11_rect *part);
/* Where the window is on the screen, and its visual. EGONE; EREFUSED: it is not to be seen. */
bool x11_picture_aim(struct x11 *x, const struct window_pin *pin, int64_t until, xcb_visualid_t *visual,
                     struct x11_rect *where, struct error *err);
bool x11_picture(struct x11 *x, const struct window_pin *pin, const char *path, struct error *err);
/* highlight.c */
bool x11_highlight(struct x11 *x, const struct window_pin *pin, int64_t until, struct error *err);
#endif
