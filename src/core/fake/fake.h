/* fake.h - a desktop made of rules, on simulated time: every stop condition is a test of a millisecond.
 *
 * It is a real back end. Who uses it calls the same functions, waits in the same wait.c and gets the same refusals;
 * only the windows are ours. A rule says when (a moment, or a call of the back end) and what happens then. Rules are
 * data, in the order of their table; the Lua binding makes them from a table (src/bind/window_rules.c), unit tests
 * write them down.
 *
 * A window has a composer, as an agent's has: what is pasted stands behind the prompt, the submit key empties it. */
#ifndef DISPATCH_FAKE_H
#define DISPATCH_FAKE_H
#include "../window.h"

enum fake_event {
    FAKE_TIME, /* at `at`; all others: a call, the nth of those that the rule is about */
    FAKE_LIST,
    FAKE_LOCK,
    FAKE_CHECK,
    FAKE_FOCUS,
    FAKE_PASTE,
    FAKE_KEY,
    FAKE_TYPE,
    FAKE_SUBMIT, /* a window took what was in its composer */
    FAKE_SCREEN_TEXT,
    FAKE_SCREENSHOT,
};

/* What becomes of a paste (or a key), and what is said of it unless `taken` says something else. */
enum fake_answer {
    FAKE_USUAL,   /* all arrives; whole */
    FAKE_LOSE,    /* nothing arrives; whole: a target that lies */
    FAKE_CUT,     /* `keep` bytes arrive; whole */
    FAKE_SERVED,  /* all arrives; served */
    FAKE_UNKNOWN, /* all arrives; unknown */
    FAKE_NOT,     /* nobody asks for it until the deadline; not, ETIMEOUT */
    FAKE_SWALLOW, /* a key: the target reads it and does nothing */
};

enum fake_trait {
    FAKE_BLIND = 1 << 0,      /* its text cannot be read */
    FAKE_WORKING = 1 << 1,    /* `busy` shows */
    FAKE_ECHO = 1 << 2,       /* what was submitted stays on the screen above */
    FAKE_NO_CHAT = 1 << 3,    /* the cursor is not in the chat until a command of the palette was given (ctrl+shift+p,
                                 words, Return): what is pasted before is lost */
    FAKE_UNBRACKETED = 1 << 4 /* each newline of a paste submits */
};

/* NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): ordered for who writes rules */
struct fake_rule {
    /* When. Times are nanoseconds. */
    enum fake_event on;
    int64_t at;         /* FAKE_TIME: since the desktop was opened */
    const char *window; /* calls: about this window; NULL: about any */
    unsigned nth;       /* calls: the nth; 0: each */
    int64_t after; /* calls: what happens to windows and the world happens this much later, unless the window of the
                      call closed meanwhile; 0: with the call, before it answers */

    /* What the call answers: the first rule that fits and says something decides. */
    enum fake_answer answer;
    const char *code, *message; /* it fails with this; without an answer before anything arrives */
    size_t keep;                /* FAKE_CUT */
    bool says_taken;
    enum window_taken taken;
    int64_t takes; /* the call lasts that long, and fails with ETIMEOUT when its deadline is nearer */
    int64_t late;  /* the call answers at once; the text shows, or the key works, that much later */

    /* What becomes of a window: of `of`, else of `window`, else of the one that the call was about. A window that is
     * not there appears and must have a title. NULL, 0: as it was. */
    const char *of;
    bool close;
    uint64_t id; /* else: numbered from 1 in order of appearance */
    bool says_pid;
    int64_t pid; /* else: 1000 + id */
    const char *title, *app, *alias;
    unsigned flags_on, flags_off;   /* enum window_flag */
    unsigned traits_on, traits_off; /* enum fake_trait */
    const char *screen;             /* what stands before the composer's text; else "> " */
    const char *composer;           /* somebody's draft */
    const char *modal;              /* shown in place of all else, and takes the keys; "": none */
    const char *busy;               /* shown after a submit, above the prompt; "": none */
    const char *paste_keys;         /* the only chord that makes it paste */
    const char *submit_key;         /* the only chord that submits; else Return and ctrl+Return */
    size_t collapse;                /* a paste of more characters shows as [Pasted Content N chars] */
    int64_t burst;                  /* Return so soon after a paste is a newline */

    /* What happens in the world. */
    const char *focus;        /* this window becomes the active one; "": none */
    const char *write, *text; /* a file, with its folders */
    size_t text_len;          /* 0: as long as text is */
    const char *remove;       /* a file or folder */
    int interrupt;            /* a signal: cancel_request() */
    bool killed;              /* dispatch dies as by kill -9 */
    const char *unsaved;      /* what the user had in the clipboard will not come back, and why */
    bool display_gone;        /* from now on everything is ENODISPLAY */
    bool says_abilities;      /* this rule only says what the desktop can do, from the start */
    unsigned abilities;       /* enum window_ability; else WINDOW_EXCLUSIVE and WINDOW_READS_TEXT */
};

extern const struct window_backend window_fake; /* its open() is refused: it needs rules */

/* The rules are copied. EINVAL names the rule by its number, from 1. Simulated time begins; close() ends it. */
struct desktop *fake_open(const struct fake_rule *rules, size_t n, struct error *err);
bool fake_is(const struct desktop *d);

/* What reached the windows, in order. */
struct fake_entry {
    int64_t at;         /* since the desktop was opened */
    const char *window; /* its name in the rules; "": the desktop */
    const char *what; /* focus, paste (offered), arrive (the part that reached the composer), key, type, submit, consent
                         (Return, or a text, went into the modal that is named), lock, unlock */
    char *text;
    size_t len;
};
struct fake_record; /* outlives its desktop */
struct fake_record *fake_record_keep(struct desktop *d);
void fake_record_drop(struct fake_record *r); /* NULL is fine */
size_t fake_record_count(const struct fake_record *r);
const struct fake_entry *fake_record_entry(const struct fake_record *r, size_t i);
/* Names of the windows in the rules; NULL after the last. */
const char *fake_record_window(const struct fake_record *r, size_t i);
#endif
