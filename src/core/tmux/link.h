/* link.h - a conversation with a tmux server over one control-mode client. Questions may overlap; the answers come in
 * their order. */
#ifndef DISPATCH_TMUX_LINK_H
#define DISPATCH_TMUX_LINK_H
#include <stddef.h>
#include <stdint.h>

#include "../error.h"

struct tmux_answer {
    char *text; /* what the commands printed, a \n after each line; NUL at the end; never NULL */
    size_t len;
    char *refusal; /* what tmux said against them, a \n after each line; NULL: nothing */
};
void tmux_answer_clear(struct tmux_answer *answer);

/* Both run inside a wait; they may post, but not ask. */
struct tmux_listener {
    void (*note)(void *owner, const char *line, size_t len); /* a notification, not ended by NUL */
    void (*lost)(void *owner);                               /* once: the connection is over */
    void *owner;
};

struct tmux_link;
/* Attaches to the server at `socket`. EC_NO_DISPLAY when there is none, or it has no session; EC_TIMEOUT,
 * EC_INTERRUPTED. */
struct tmux_link *tmux_link_open(const char *socket, struct tmux_listener listener, int64_t until, struct error *err);
void tmux_link_close(struct tmux_link *link); /* NULL is fine. Whoever still waits for an answer is not called */
bool tmux_link_lost(const struct tmux_link *link);
/* commands: lines, without the last newline; empty: only to and fro. They run in any case; false (EC_TIMEOUT,
 * EC_INTERRUPTED, EC_NO_DISPLAY, EC_MEMORY): it is not known whether they did. A refusal by tmux is an answer like any
 * other. */
bool tmux_link_ask(struct tmux_link *link, const char *commands, int64_t until, struct tmux_answer *answer,
                   struct error *err);
/* Does not wait for the answer: `answered` is called with it, or with NULL when there is none to come. False: not sent,
 * and `answered` is not called. */
bool tmux_link_post(struct tmux_link *link, const char *commands,
                    void (*answered)(void *owner, const struct tmux_answer *answer), void *owner);
#endif
