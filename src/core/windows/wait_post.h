/* wait_post.h - the way in for a thread. Windows calls back on threads of its own (an exit, a read, a hook), and the
 * program has one: what they have to say is run inside its waits. */
#ifndef DISPATCH_WINDOWS_WAIT_POST_H
#define DISPATCH_WINDOWS_WAIT_POST_H
#include <stdbool.h>

struct wait_post {
    void (*run)(struct wait_post *post); /* as a callback of wait.c: marks sources, never waits */
    struct wait_post *next;
    bool sent; /* and not run yet */
};

/* From any thread. Sent again before it ran: it runs once. Nothing happens after the program's last wait. */
void wait_post_send(struct wait_post *post);
/* From the program's thread: it is not run any more, unless somebody sends it again. */
void wait_post_cancel(struct wait_post *post);
/* Before the first thread starts. False: there is no event loop. */
bool wait_post_prepare(void);
#endif
