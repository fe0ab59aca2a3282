/* wait.h - the only place of the program that sleeps.
 *
 * Files, children, windows and timers are sources; a set is what somebody waits for. A source is level-triggered: it
 * stays ready until its owner has looked, so nothing is lost between two waits or while a back end waits for a focus.
 * Only sources that something happened to are asked (a queue, no scan): 500 workers cost 100 times five.
 * No source ever calls Lua. A ctest greps that poll, select, uv_run, Sleep, nanosleep and MsgWait* are in wait.c alone.
 */
#ifndef DISPATCH_WAIT_H
#define DISPATCH_WAIT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

struct wait_set;
struct wait_entry; /* wait.c's: what a set keeps about a source */

struct wait_source {
    /* Is it ready? Never blocks; drains what is pending. Sets *again to the moment (clock_now()) at which it wants to
     * be asked without any event (a slow poll, a message pump, the next rule of a fake desktop); CLOCK_NEVER, which
     * *again holds when it is called: not before it is marked. */
    bool (*ready)(struct wait_source *self, int64_t now, int64_t *again);
    /* Not NULL: nothing will make it ready any more (its display is gone). Asked when ready() says no. */
    const struct error *(*broken)(struct wait_source *self);
    struct wait_entry *entry; /* wait.c's: NULL when in no set */
};
/* "Ask me": for callbacks inside core. Nothing happens when the source is in no set. */
void wait_mark(struct wait_source *source);

enum wait_result { WAIT_READY, WAIT_EXPIRED, WAIT_INTERRUPTED, WAIT_BROKEN };

struct wait_set *wait_set_new(struct error *err);
void wait_set_free(struct wait_set *set); /* takes its sources out; they stay alive. NULL is fine */
/* A source sits in one set at most (EC_EXISTS). It is asked at the next wait whatever happened to it before. */
bool wait_set_add(struct wait_set *set, struct wait_source *s, struct error *err);
/* From whatever set it is in; fine when in none. Every close of something that has a source calls this. */
void wait_remove(struct wait_source *s);
struct wait_set *wait_set_of(const struct wait_source *s);
/* The next ready source, in the order in which they were marked. until: absolute, clock_now(); a last look at all of
 * them is taken at it before WAIT_EXPIRED. An `until` in the past only looks. WAIT_INTERRUPTED: cancel_pending(), also
 * when something is ready. WAIT_BROKEN: *err says which source broke. */
enum wait_result wait_set_next(struct wait_set *set, int64_t until, struct wait_source **ready, struct error *err);
/* The same without the last look: for a pause while others are waited for, hundreds of them perhaps. Who was not marked
 * by then, and is not due to be asked, is not asked. */
enum wait_result wait_set_pause(struct wait_set *set, int64_t until, struct wait_source **ready, struct error *err);
/* For back ends: one source alone (in no set), while the events of all others are still taken in and queued.
 * s NULL: a pause. */
enum wait_result wait_for(struct wait_source *s, int64_t until, struct error *err);
/* For the fake desktop: a source that every wait of the program asks, whatever is waited for, and never answers as
 * ready; its *again bounds how far simulated time skips. So its rules happen while somebody waits for a file, or
 * pauses. It sits in no other set; wait_remove() ends it. */
bool wait_always(struct wait_source *s, struct error *err);
/* The refusal that belongs to a result: EC_TIMEOUT "… within N s", EC_INTERRUPTED, or the set's own. Answers false. */
bool wait_refuse(enum wait_result result, struct error *err, const char *what);

/* A descriptor of a back end (X11, tmux): `readable` runs inside every wait of the program for as long as there is
 * something to read, whatever is waited for; it must read and mark its sources. One watch a descriptor. */
struct wait_fd;
struct wait_fd *wait_fd_open(int fd, void (*readable)(void *owner), void *owner, struct error *err);
void wait_fd_close(struct wait_fd *watch); /* before the descriptor is closed. NULL is fine */
/* Can it be read now? Never waits. Asking a terminal also makes its kernel take in what was written at the other end
 * (Linux, n_tty_poll()), so that FIONREAD straight after it misses nothing. */
bool wait_readable(int fd);

/* A file's state changed since it was last found ready (first: since it was opened; a file that is there is a change).
 * Watches the directory, or its nearest parent until it appears, and looks itself every 2 s (network file systems have
 * no events). State: existence, inode, size, modification time. Says nothing about content: the caller reads and
 * judges. */
struct wait_file;
struct wait_file *wait_file_open(const char *path, struct error *err);
struct wait_source *wait_file_source(struct wait_file *file);
void wait_file_close(struct wait_file *file); /* NULL is fine */

/* For process.c and file.c: libuv's loop, made on first use; NULL and ENOMEM or EIO when it cannot be had. */
struct uv_loop_s *wait_loop(struct error *err);
/* A refusal from a libuv status: "WHAT: what libuv says", with the code that fits. Answers false. */
bool wait_uv_error(struct error *err, int status, const char *what);
/* For process.c: a child lives (+1) or was reaped (-1). While one lives, simulated time does not skip. */
void wait_children(int change);
#endif
