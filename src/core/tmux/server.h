/* server.h - which tmux server, and a client of it as our child. */
#ifndef DISPATCH_TMUX_SERVER_H
#define DISPATCH_TMUX_SERVER_H
#include <stdbool.h>
#include <sys/types.h>

#include "../error.h"

/* The socket that `where` means: a path; a name without a slash, as tmux -L takes it; NULL or empty: that of $TMUX,
 * else tmux's own default. Caller frees; NULL: no memory. */
char *tmux_socket(const char *where, struct error *err);
/* Does a server listen there, and is there a tmux to talk to it with? Connects and hangs up. EC_NO_DISPLAY. */
bool tmux_socket_answers(const char *socket, struct error *err);
/* The user whose server it is; ours when that is unknown. */
uid_t tmux_socket_owner(const char *socket);

struct tmux_client {
    int fd; /* both ways, its stderr included; close on exec */
    pid_t pid;
};
/* `tmux -C attach-session`: attached to a session that is there, or refused. Starts no server and no session, resizes
 * nothing (a control client has no size until it says one), takes no output of panes, leaves the session's
 * environment. False: *client is untouched. */
bool tmux_client_start(const char *socket, struct tmux_client *client, struct error *err);
void tmux_client_stop(struct tmux_client *client); /* hangs up; no child is left */
#endif
