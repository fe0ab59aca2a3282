/* protocol.h - tmux's control mode: what its lines mean, and how we say things to it (tmux(1), CONTROL MODE, PARSING
 * SYNTAX and FORMATS). Pure: no connection, no clock. */
#ifndef DISPATCH_TMUX_PROTOCOL_H
#define DISPATCH_TMUX_PROTOCOL_H
#include <stdbool.h>
#include <stddef.h>

#include "../error.h"

/* Every command that runs answers with a block, %begin … %end or %error; a command line makes as many blocks as it has
 * commands, those inside an `if` included. Between blocks stand notifications, and what a command that had to wait
 * (load-buffer) said too late for its block. */
enum tmux_line_kind {
    TMUX_TEXT,  /* inside a block */
    TMUX_END,   /* the block's commands were done; text is empty */
    TMUX_ERROR, /* the block's command was refused: its text says why */
    TMUX_NOTE,  /* a notification, "%window-add @1" */
    TMUX_STRAY, /* outside a block and no notification */
};
struct tmux_line {
    enum tmux_line_kind kind;
    const char *text; /* without the newline; valid until the next call on its stream. Not ended by NUL */
    size_t len;
};

struct tmux_stream {
    char *bytes;
    size_t used, searched, len, size; /* bytes[used..len) are unread; no newline stands before `searched` */
    bool inside;
    char guard[64]; /* what follows %begin: time, number, flags. Three integers */
};
/* Appends what was received. False: no memory. */
bool tmux_stream_add(struct tmux_stream *s, const char *bytes, size_t len);
/* The next whole line. False: there is none yet. */
bool tmux_stream_next(struct tmux_stream *s, struct tmux_line *line);
void tmux_stream_free(struct tmux_stream *s); /* empty afterwards, and fit for use */

/* One word of a command line, in quotes, whatever bytes (but NUL) it has. Caller frees; NULL: no memory. */
char *tmux_quoted(const char *text);
/* The same for arguments that tmux expands as a format: a # in it stays a #. */
char *tmux_quoted_plain(const char *text);
/* A pattern for #{m/r:…} (regex(7)): the token as a whole, with every character that a pattern or a format could take
 * for its own as a dot. A little wider than window_has_token(), so it can only be a second look. Caller frees; NULL: no
 * memory. */
char *tmux_pattern(const char *token);

/* A chord as a terminal sees it. */
struct tmux_key {
    char name[24]; /* tmux's name of the key, modifiers in front ("C-NPage"); empty: only `bytes` are sent */
    char bytes[8]; /* what a terminal without extended keys sends */
    size_t n;      /* of bytes; 0: only the name is sent */
};                 /* both, for ctrl+Return: the name where programs may ask for extended keys, else the bytes */
/* EINVAL: not a chord. EUNSUPPORTED: a chord that a terminal cannot send apart from another one. */
bool tmux_key_parse(const char *chord, struct tmux_key *key, struct error *err);
#endif
