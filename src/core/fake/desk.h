/* desk.h - what the files of the fake desktop share. */
#ifndef DISPATCH_FAKE_DESK_H
#define DISPATCH_FAKE_DESK_H
#include "../wait.h"
#include "fake.h"

struct fake_text { /* grows; NUL after the last byte once there is one */
    char *bytes;
    size_t len;
};

/* Lives as long as the desktop, also when it closed: something may still be on its way to it. */
struct fake_window {
    struct fake_window *next;
    const char *name; /* the record's */
    bool open;
    uint64_t id;
    int64_t pid;
    unsigned flags, traits;
    char *title, *app, *alias, *screen, *modal, *busy, *paste_keys, *submit_key;
    struct fake_text composer, shown, echo; /* shown: the composer with long pastes collapsed */
    size_t collapse;
    int64_t burst, pasted_at;
    bool palette; /* it has the keys */
};

enum fake_deed { DEED_RULE, DEED_ARRIVE, DEED_KEY };
struct fake_action {
    int64_t due;    /* clock_now() */
    uint64_t order; /* among those of one moment; fake_later() sets it */
    enum fake_deed deed;
    const struct fake_rule *rule; /* DEED_RULE */
    struct fake_window *window;   /* of the call; NULL: a rule of the clock */
    char *text;                   /* DEED_ARRIVE, DEED_KEY (the chord); owned */
    size_t len;
};

struct fake_state { /* of a rule */
    unsigned calls;
    bool fires;
    const char *window; /* the record's copy of its window's name: names are the same where pointers are */
    size_t next;        /* the next rule about this event, plus one; 0: none */
};

struct fake {
    struct desktop base;       /* .backend = &own */
    struct window_backend own; /* a copy, with this desktop's abilities */
    int64_t opened;
    struct fake_rule *rules;
    struct fake_state *states;
    size_t n;
    size_t first_on[FAKE_SCREENSHOT + 1], last_on[FAKE_SCREENSHOT + 1]; /* of the rules about an event, plus one */
    struct fake_window *windows, *newest;                               /* in order of appearance */
    struct fake_window **by_id, **by_name;                              /* index.c */
    size_t indexed;
    struct fake_window *active;
    uint64_t last_id;
    struct fake_action *actions; /* a heap: the next one first */
    size_t actions_n, actions_room;
    uint64_t queued;
    struct fake_record *record;
    struct error trouble; /* the display is gone, or a rule could not be carried out: what every call answers */
    const char *unsaved;  /* a rule's; NULL: nothing to tell */
    struct wait_source changes, ticker;
    bool changed;     /* since list() */
    bool interrupted; /* by a rule: the world that it belongs to ends with this desktop */
};

/* fake.c */
struct fake *fake_of(struct desktop *d);
/* Lets happen what is due. False: trouble. */
bool fake_enter(struct fake *f, struct error *err);
/* The open window that is pinned, or NULL: EGONE. Enters. */
struct fake_window *fake_pinned(struct fake *f, const struct window_pin *pin, struct error *err);
/* EREFUSED when a prompt must not go there. */
bool fake_takes_prompts(const struct fake_window *w, struct error *err);

/* rules.c: what a call answers, and what happens. */
bool fake_rules_copy(struct fake *f, const struct fake_rule *rules, size_t n, struct error *err);
void fake_rules_free(struct fake *f);
/* Counts the call in every rule that is about it. The first that says something of the answer, or NULL. */
const struct fake_rule *fake_asked(struct fake *f, enum fake_event on, const struct fake_window *w);
/* Then, once: what those rules do beside the answer. */
void fake_happen(struct fake *f, enum fake_event on, struct fake_window *w);
/* The refusal that a rule wants. False. */
bool fake_refusal(const struct fake_rule *rule, const char *what, struct error *err);

/* queue.c: what happens later. */
void fake_advance(struct fake *f, int64_t now);             /* everything until now */
int64_t fake_next(const struct fake *f);                    /* CLOCK_NEVER: nothing will happen by itself */
void fake_later(struct fake *f, struct fake_action action); /* takes its text over, also when it fails */
void fake_queue_free(struct fake *f);

/* apply.c: what one rule does to windows and the world. */
void fake_apply(struct fake *f, const struct fake_rule *rule, struct fake_window *w);
void fake_mark(struct fake *f); /* windows came, went, changed */
void fake_trouble(struct fake *f, const char *code, const char *message);
void fake_window_free(struct fake_window *w);

/* index.c: the open window with that id (the first) or name (the newest), or NULL */
struct fake_window *fake_with_id(const struct fake *f, uint64_t id);
struct fake_window *fake_named(const struct fake *f, const char *name);
bool fake_index_add(struct fake *f, struct fake_window *w); /* false: no memory */
void fake_index_change(struct fake *f, struct fake_window *w, uint64_t id);

/* screen.c: a composer, and what it shows. */
void fake_arrive(struct fake *f, struct fake_window *w, const char *text, size_t len);
void fake_press(struct fake *f, struct fake_window *w, const char *chord);
void fake_typed(struct fake *f, struct fake_window *w, const char *text);
bool fake_text_set(struct fake_text *t, const char *bytes, size_t len);
bool fake_shows(const struct fake_window *w, struct fake_text *text);

/* send.c: the calls that reach a window. */
bool fake_focus(struct desktop *d, const struct window_pin *pin, int64_t until, struct error *err);
bool fake_paste(struct desktop *d, const struct window_pin *pin, const char *text, size_t len, const char *keys,
                int64_t until, enum window_taken *taken, struct error *err);
bool fake_paste_by(struct desktop *d, const struct window_pin *pin, const char *text, size_t len,
                   struct window_press *press, int64_t until, enum window_taken *taken, struct error *err);
bool fake_unsaved(struct desktop *d, struct error *why);
bool fake_key(struct desktop *d, const struct window_pin *pin, const char *chord, int64_t until,
              enum window_taken *taken, struct error *err);
bool fake_type(struct desktop *d, const struct window_pin *pin, const char *text, int64_t until, struct error *err);

/* record.c */
struct fake_record *fake_record_new(void);
/* The record's own copy of a window's name. NULL: no memory. */
const char *fake_record_name(struct fake_record *r, const char *name);
void fake_note(struct fake *f, const struct fake_window *w, const char *what, const char *text, size_t len);
#endif
