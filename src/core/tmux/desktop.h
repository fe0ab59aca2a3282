/* desktop.h - what the files of this back end share. */
#ifndef DISPATCH_TMUX_DESKTOP_H
#define DISPATCH_TMUX_DESKTOP_H
#include <sys/types.h>

#include "../wait.h"
#include "../window.h"
#include "link.h"

struct tmux_front { /* a pane whose foreground program is looked at, since no server tells when it changes */
    int64_t pid;
    uint64_t hash;
};

struct tmux_pane { /* that was checked or sent to */
    uint64_t id;
    char *token, *tty; /* of the pin that check() found in order, and its terminal; NULL: none */
    int64_t pid;       /* of that pin */
    bool extended;     /* programs may ask for extended keys */
    uint64_t bytes;    /* handed to tmux, and may still be in tmux's own memory: paste.c */
};

struct tmux_desktop {
    struct desktop base; /* first */
    char *socket;
    uid_t owner;            /* whose server it is */
    struct tmux_link *link; /* NULL or lost: to be opened again */
    struct error gone;      /* set: it could not be opened again */
    char session[32];       /* "$3": the one we are attached to, whose client count includes us */
    uint64_t own_pane;      /* $TMUX_PANE, where its server is this one; else UINT64_MAX */
    int64_t ancestors[64];  /* our own, to know our pane by where the environment was cleared (sudo) */
    size_t ancestor_count;

    struct wait_source changes;
    uint64_t told;             /* hash of the panes as list() last told them */
    struct tmux_front *fronts; /* the same for their programs */
    size_t front_count;
    int64_t next_look;
    bool changed, asking, ask_again;

    bool raw_paste;   /* paste-buffer has -S, and escapes control characters without it (tmux 3.7) */
    unsigned buffers; /* how many were named */
    struct tmux_pane *panes;
    size_t pane_count;
    int64_t heard; /* when the server last answered */
};

/* desktop.c: the connection, opened again when somebody detached us (`tmux attach -d`) or our session ended while the
 * server lives. ENODISPLAY when it cannot be had; from then on always. */
bool tmux_connect(struct tmux_desktop *d, int64_t until, struct error *err);
/* Connects and asks; once more when the connection is lost meanwhile, so only for what changes nothing. */
bool tmux_ask(struct tmux_desktop *d, const char *question, int64_t until, struct tmux_answer *answer,
              struct error *err);

/* panes.c */
struct tmux_row { /* strings point into the answer */
    uint64_t id;
    int64_t pid;
    unsigned panes, attached; /* of its window; clients of its session */
    bool dead, active, in_mode, input_off, synchronized, extended;
    const char *session, *tty, *title, *name;
};
extern const char tmux_row_format[];
/* The next row of an answer; lines that are none are skipped. *at moves on. */
bool tmux_row_next(char **at, struct tmux_row *row);
/* Into a list that is empty; remembers what was told. */
bool tmux_rows_list(struct tmux_desktop *d, char *text, struct window_list *list, struct error *err);
uint64_t tmux_rows_hash(char *text);
bool tmux_fronts_changed(struct tmux_desktop *d);

/* The back end's check(). Remembers the pane. */
bool tmux_check(struct tmux_desktop *d, const struct window_pin *pin, int64_t until, struct error *err);

/* target.c: a pinned pane that something is to be sent to */
struct tmux_pane *tmux_pane_of(const struct tmux_desktop *d, uint64_t id); /* NULL: never seen */
/* Before something is done to it; what was never seen is remembered now. NULL: no memory. */
struct tmux_pane *tmux_pane_add(struct tmux_desktop *d, uint64_t id, struct error *err);
void tmux_panes_clear(struct tmux_desktop *d);
/* Checked already with this pin, by a server that just answered: then it needs not be asked once more, since
 * tmux_still() goes with what is done; only its program is looked at. Else asks. NULL: as tmux_check(). Valid until
 * another pane is added. */
struct tmux_pane *tmux_aim(struct tmux_desktop *d, const struct window_pin *pin, int64_t until, struct error *err);
/* A shell or a suspended program in front of that process: EREFUSED. */
bool tmux_program_takes(uint64_t pane, int64_t pid, struct error *err);
/* A format that is 1 as long as the pane is the pinned one on that terminal, takes input and is in no mode, for the
 * same command list as what is to be done to it. In quotes. Caller frees; NULL: no memory. */
char *tmux_still(const struct window_pin *pin, const char *tty);

/* paste.c: the back end's functions of these names */
bool tmux_paste(struct desktop *base, const struct window_pin *pin, const char *text, size_t len, const char *keys,
                int64_t until, enum window_taken *taken, struct error *err);
bool tmux_key(struct desktop *base, const struct window_pin *pin, const char *chord, int64_t until,
              enum window_taken *taken, struct error *err);
bool tmux_type(struct desktop *base, const struct window_pin *pin, const char *text, int64_t until, struct error *err);

/* tty.c: a pane's terminal, seen from the side of its programs. */
struct tmux_tty {
    int fd;         /* -1: it cannot be looked at */
    int unread;     /* bytes that the kernel holds for the program. Canonical mode: in whole lines */
    bool canonical; /* the kernel collects lines; what has no end yet is in no count */
    bool returns;   /* the byte that Return sends ends a line; newlines do in any case, but where `turned` */
    bool turned;    /* newlines are turned into carriage returns */
};
void tmux_tty_open(struct tmux_tty *tty, const char *path);
bool tmux_tty_look(struct tmux_tty *tty); /* False: it cannot be looked at (any more) */
void tmux_tty_close(struct tmux_tty *tty);

enum tmux_seen {
    TMUX_SEEN,    /* it is so */
    TMUX_LATE,    /* not so when `until` came */
    TMUX_BLIND,   /* the terminal cannot be looked at (any more) */
    TMUX_STOPPED, /* *err: EC_INTERRUPTED, EC_NO_DISPLAY */
};
/* Waits until nothing is unread. */
enum tmux_seen tmux_tty_empty(struct tmux_desktop *d, struct tmux_tty *tty, int64_t until, struct error *err);
/* Waits until the program has read the last of `bytes` that tmux was handed: tty.c says why that is known. */
enum tmux_seen tmux_tty_drained(struct tmux_desktop *d, struct tmux_tty *tty, uint64_t bytes, int64_t until,
                                struct error *err);

/* spool.c: a text in a file that only its reader and we can read. Caller frees the path; removed by
 * tmux_spool_remove(). */
char *tmux_spool(const char *text, size_t len, uid_t reader, struct error *err);
void tmux_spool_remove(char *path); /* and frees it. NULL is fine */
#endif
