/* win32.h - what the files of this folder share. Nobody else includes it.
 *
 * Two threads. The program's own finds windows, focuses them and presses keys. The other one (pump.c) owns a hidden
 * window, and through it the clipboard: whoever reads that waits for our answer, so it comes at once, whatever the
 * program does meanwhile. The first gives it orders and waits for them with a deadline, since the owner of what is
 * saved may hang. What both touch stands in struct win32_clipboard, under its guard.
 *
 * Names of functions and messages are those of the Microsoft documentation, Win32 API reference. */
#ifndef DISPATCH_WIN32_H
#define DISPATCH_WIN32_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <windows.h>

#include "../chord.h"
#include "../clock.h"
#include "../error.h"
#include "../wait.h"
#include "../window.h"
#include "../windows/system.h"
#include "../windows/wait_post.h"

/* Calls of window.h without a deadline still must not wait for ever on a program that hangs. */
#define WIN32_PATIENCE (10 * CLOCK_SECOND)
/* Between two looks at what no event tells of. */
#define WIN32_LOOK (2 * CLOCK_MS)

struct win32_format { /* save.c: one of the user's, as it was on the clipboard */
    UINT id;
    HANDLE data; /* ours to free, until the system takes it */
};
struct win32_saved {
    struct win32_format *items; /* in the order in which they were offered: the best first */
    size_t n;
};

enum win32_reader {
    READER_WINDOW,   /* the pinned window, a part of it, or a window that it owns */
    READER_PROCESS,  /* its process, by a window that nobody sees: which of its windows wants the text is not known */
    READER_NAMELESS, /* somebody who opened the clipboard without a window */
    READER_FOREIGN,  /* anybody else; gets nothing */
};
struct win32_clipboard {
    CRITICAL_SECTION guard; /* of all below */
    bool ready, ended;      /* the thread has made its window, or could not; it is about to return */
    bool done, failed;      /* the order given last was carried out; `problem` says why it could not be */
    bool busy;              /* then: another program had the clipboard open; it may be free soon */
    struct error problem;
    bool abandoned; /* nobody listens any more */
    bool given_up;  /* nobody waits for the order any more: it must not be begun late */
    bool ours;      /* the promise on the clipboard is ours */
    bool taking;    /* we empty it ourselves just now */
    bool kept;      /* `saved` is what the user had there (possibly nothing) */
    struct win32_saved saved;
    struct error unsaved;           /* code set: what of it will not come back, not told yet */
    wchar_t *text;                  /* what is promised, lines ended by CR LF; NULL: nothing */
    HWND target;                    /* the pinned window */
    DWORD target_pid;               /* its process */
    bool armed;                     /* the chord goes out: from now on it may be read */
    unsigned reads[READER_FOREIGN]; /* by whom it is handed to */
    HWND foreign;                   /* window that asked last and got nothing */
};

struct win32_seen { /* changes: what the windows looked like */
    uint64_t print; /* hash over all; as of the last list() */
    bool changed;
    int64_t next; /* when to look again */
};

struct win32 {
    struct desktop base;
    HWND own; /* the thread's, never shown */
    HANDLE thread;
    struct wait_post post; /* by which it rings */
    bool pasted;           /* since the last focus: from now on a button must not get our keys */
    bool stuck;            /* an order was not carried out in time: the thread hangs in another program */
    enum { WATCH_UNKNOWN, WATCHED, UNWATCHED } watch; /* do other programs look whenever the clipboard changes? */
    const char *reader; /* who took the last paste: "window" or "process"; NULL: not known */
    struct error lost;  /* code set: why the user's clipboard did not come back, not told yet */
    struct win32_clipboard clipboard;
    struct wait_source news, changes;
    uint32_t rings, heard; /* how often the thread rang; as of when `news` is waited for */
    struct win32_seen seen;
    HANDLE turn;                         /* turn.c; NULL: not ours */
    struct win32_accessible *accessible; /* NULL: nobody was asked yet */
    uint64_t asked; /* id of the window whose element told something since the last focus: it is asked again; 0: none */
};

/* text.c. All answer NULL without memory; the caller frees. */
char *win32_utf8_lines(const wchar_t *text, size_t len); /* CR LF and CR become \n */
wchar_t *win32_utf16_lines(const char *text);            /* \n becomes CR LF, as CF_UNICODETEXT has it */
char *win32_title(HWND window);                          /* "" when it has none */
char *win32_class(HWND window);
bool win32_is_class(HWND window, const char *const *classes); /* a NULL-terminated list; case counts for nothing */

/* origin.c: the processes behind windows */
struct win32_process {
    DWORD pid;
    char *app;     /* file name of the executable; NULL: not to be had */
    bool elevated; /* its integrity level is above ours, or it does not let us look */
};
struct win32_origins { /* what is the same for all windows of one look */
    struct win32_process *items;
    size_t n;
    struct win32_table *table; /* of all processes; NULL: not read yet, since nobody needed it */
};
/* NULL: no memory. Good until the next call. */
const struct win32_process *win32_origin_process(struct win32_origins *origins, DWORD pid);
void win32_origin_clear(struct win32_origins *origins);
bool win32_origin_is_console(HWND window);
/* WINDOW_SELF, WINDOW_SHELL and WINDOW_RELAY where they hold. */
unsigned win32_origin_flags(struct win32_origins *origins, HWND window, DWORD pid, const char *app);

/* find.c */
bool win32_find_list(struct win32 *w, const char *const *titles, struct window_list *list, struct error *err);
/* WINDOW_MINIMISED, WINDOW_ELSEWHERE */
unsigned win32_find_flags(HWND window);
struct wait_source *win32_find_changes(struct win32 *w);

/* check.c */
HWND win32_check_window(const struct window_pin *pin);                   /* NULL: its id is no window's */
bool win32_check_there(const struct window_pin *pin, struct error *err); /* only whether it is still the same */
bool win32_check(const struct window_pin *pin, struct error *err);

/* focus.c */
bool win32_focus(struct win32 *w, const struct window_pin *pin, int64_t until, struct error *err);
/* Do keys go to the pinned window now, and there not to its frame where it has a field for text? EFOCUS, naming who
 * has them; EREFUSED: an open menu. for_text: nor to a control that takes none. */
bool win32_focus_verify(const struct window_pin *pin, bool for_text, struct error *err);
/* The same, but a moment in which they do not is waited out. */
bool win32_focus_stays(const struct window_pin *pin, bool for_text, int64_t until, struct error *err);

/* field.c: where a window takes text */
enum win32_field_kind {
    FIELD_FRAME, /* the window itself: it draws its own fields, or its field has not got the focus yet */
    FIELD_TEXT,  /* an edit control that can be written into and read */
    FIELD_NO,    /* a control that takes no text, or no text of ours: a button, a list, a password */
    FIELD_OTHER, /* of a class that we do not know */
};
enum win32_field_kind win32_field_kind(HWND window, HWND control);
/* The one that has the focus; else the only one that could have it. NULL: none, or several. */
HWND win32_field_of(HWND window);
bool win32_field_text(const struct window_pin *pin, char **text, size_t *len, struct error *err);

/* accessible.c. EUNSUPPORTED: it tells nothing, or may not be asked; ETIMEOUT: it does not answer. */
bool win32_accessible_text(struct win32 *w, const struct window_pin *pin, char **text, size_t *len, struct error *err);
void win32_accessible_close(struct win32 *w);

/* keys.c */
struct win32_stroke {
    WORD key; /* virtual key; 0: the character itself (KEYEVENTF_UNICODE) */
    uint32_t character;
    unsigned mods; /* enum chord_mod */
};
/* Of a keysym (chord.h) on this keyboard. False: no key of this keyboard does it with such modifiers. */
bool win32_keys_plan(const struct chord *chord, HKL keyboard, struct win32_stroke *stroke);
struct win32_pressed {
    bool went; /* the target may have got some of them */
    bool read; /* its thread took the last one */
};
/* Waits for keys that a person holds, sees that the focus is where it should be, and presses all of them in one go, so
 * that nobody's keys come in between and none of ours stays down. arm: the clipboard's text may be read from then on.
 */
bool win32_keys_press(struct win32 *w, const struct window_pin *pin, const struct win32_stroke *strokes, size_t n,
                      int64_t until, bool arm, struct win32_pressed *pressed, struct error *err);
bool win32_keys_send(struct win32 *w, const struct window_pin *pin, const char *chord, int64_t until,
                     enum window_taken *taken, struct error *err);
bool win32_keys_by(struct win32 *w, const struct window_pin *pin, struct window_press *press, int64_t until,
                   enum window_taken *taken, struct error *err);
bool win32_keys_chord(const struct window_pin *pin, const char *chord, struct win32_stroke *stroke, struct error *err);
bool win32_keys_type(struct win32 *w, const struct window_pin *pin, const char *text, int64_t until, struct error *err);

/* pump.c */
enum win32_order { ORDER_TAKE = 1, ORDER_RENEW, ORDER_RESTORE };
bool win32_pump_open(struct win32 *w, struct error *err);
/* insist: Ctrl-C does not end it. EREFUSED: the clipboard is not to be had; ETIMEOUT: a program that owns it hangs. */
bool win32_pump_order(struct win32 *w, enum win32_order order, int64_t until, bool insist, struct error *err);
/* True when the thread has ended, and with it all that could touch *w. */
bool win32_pump_close(struct win32 *w);
/* Sleeps until the thread rang after `heard` (w->rings when the caller last looked), `until`, or Ctrl-C. */
enum wait_result win32_pump_wait(struct win32 *w, uint32_t heard, int64_t until, bool insist, struct error *err);

/* clipboard.c: runs in the thread */
void win32_clipboard_order(struct win32 *w, enum win32_order order);
void win32_clipboard_render(struct win32 *w);
void win32_clipboard_destroyed(struct win32 *w);
/* The text that is promised; from any thread, under the guard. True: there was one. */
bool win32_clipboard_forget(struct win32_clipboard *c);
/* save.c: the clipboard is open */
/* Into an empty *saved. *lost: code set when something will not come back. */
void win32_save_read(struct win32_saved *saved, struct error *lost);
/* Empties it; the data are the system's afterwards. Answers how many formats it did not take. */
size_t win32_save_write(struct win32_saved *saved);
void win32_save_clear(struct win32_saved *saved);

/* paste.c */
bool win32_paste(struct win32 *w, const struct window_pin *pin, const char *text, const char *keys, int64_t until,
                 enum window_taken *taken, struct error *err);
bool win32_paste_by(struct win32 *w, const struct window_pin *pin, const char *text, struct window_press *press,
                    int64_t until, enum window_taken *taken, struct error *err);
void win32_paste_arm(struct win32 *w, bool armed); /* the chord goes out now: the text may be read */
/* The target took a key behind the paste, so it has read what it wanted: the text leaves the clipboard. Not before: a
 * program may read twice, and Chromium drops what it read when the clipboard's number changed meanwhile. */
void win32_paste_done(struct win32 *w);
/* The user's clipboard, unless there is a newer one. What does not come back is in w->lost. */
void win32_paste_restore(struct win32 *w);

/* turn.c: one dispatcher at a time in this session */
bool win32_turn_take(struct win32 *w, int64_t until, struct error *err);
void win32_turn_give(struct win32 *w);

/* session.c: EREFUSED when nobody's keys reach this session's windows now, saying why */
bool win32_session_open(const char *token, struct error *err);

/* picture.c, highlight.c */
bool win32_picture(const struct window_pin *pin, const char *path, struct error *err);
bool win32_picture_aim(const struct window_pin *pin, RECT *where, struct error *err);
bool win32_highlight(const struct window_pin *pin, int64_t until, struct error *err);
#endif
