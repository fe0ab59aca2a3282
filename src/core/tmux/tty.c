/* tty.c - what the kernel still holds for the programs of a pane, and when they have read all that we sent.
 *
 * A text on its way passes three queues: tmux's own memory, the pseudo terminal's buffer, and the line discipline,
 * whose count FIONREAD tells. tmux tells nobody about the first, and the second moves into the third by a worker of the
 * kernel, a little later. So a count of 0 seen once proves nothing. What does:
 *
 * 1. poll(2) on the terminal moves all that has room from the second queue into the third before it answers
 *    (n_tty_poll(), drivers/tty/n_tty.c). A count of 0 straight after it: the kernel holds nothing.
 * 2. With the kernel empty, tmux's end can be written to, and each turn of tmux's event loop writes what it has for the
 *    pane, as much as fits, before it runs the commands that arrived in that turn. libevent would write 16384 bytes
 *    (MAX_TO_WRITE_EVER), but the kernel takes no more than its buffer holds: 8192 (drivers/tty/pty.c,
 *    pty_common_install()) and what is moved on meanwhile, less the piece that is still in use. 9728 were the fewest
 *    in 200,000 writes; 4096 are counted on. So a question that was asked after the kernel was seen empty, and was
 *    answered since, tells that one such turn has passed.
 * 3. After n/4096 rounds, rounded up, of "seen empty, asked, answered" none of n bytes is left in tmux, and if the
 *    kernel is then seen empty, the program has read them all. One round more is done, for a reader that was stopped
 *    between its last read and its waking the writer, or a writer whom a signal cut short.
 *
 * In canonical mode (a program that reads lines, and lets the kernel edit them) the count knows whole lines only: the
 * rest of a text waits in the kernel for its line's end, usually the submit key, and is proven with that key. */
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "../clock.h"
#include "desktop.h"

#define TURN_BYTES 4096

void tmux_tty_open(struct tmux_tty *tty, const char *path)
{
    *tty = (struct tmux_tty){.fd = open(path, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)};
    if (tty->fd >= 0 && !isatty(tty->fd))
        tmux_tty_close(tty);
}

void tmux_tty_close(struct tmux_tty *tty)
{
    if (tty->fd >= 0)
        close(tty->fd);
    tty->fd = -1;
}

bool tmux_tty_look(struct tmux_tty *tty)
{
    struct termios mode;
    if (tty->fd < 0 || tcgetattr(tty->fd, &mode) < 0)
        return false;
    wait_readable(tty->fd); /* see above: for its side effect */
    if (ioctl(tty->fd, FIONREAD, &tty->unread) < 0)
        return false;
    tty->canonical = mode.c_lflag & ICANON;
    tty->returns = (mode.c_iflag & (ICRNL | IGNCR)) == ICRNL;
    tty->turned = mode.c_iflag & INLCR;
    return true;
}

/* To tmux and back. */
static enum tmux_seen round_trip(struct tmux_desktop *d, int64_t until, struct error *err)
{
    struct tmux_answer answer;
    struct error why = {0};
    bool ok = tmux_ask(d, "", until, &answer, &why);
    bool late = why.code && strcmp(why.code, EC_TIMEOUT) == 0;
    if (!ok && !late)
        error_set(err, why.code, "%s", why.message ? why.message : "out of memory");
    error_clear(&why);
    tmux_answer_clear(&answer);
    return ok ? TMUX_SEEN : late ? TMUX_LATE : TMUX_STOPPED;
}

/* Nothing tells when a program reads. Asking tmux takes less than a timer's millisecond, so the first looks are paced
 * by that; a reader that takes longer is looked at each 10 ms at last. */
static enum tmux_seen pause_a_little(struct tmux_desktop *d, int looks, int64_t until, struct error *err)
{
    if (looks < 20)
        return round_trip(d, until, err);
    int64_t ms = looks < 30 ? 1 : looks < 40 ? 3 : 10;
    int64_t next = clock_now() + ms * CLOCK_MS;
    enum wait_result result = wait_for(NULL, next < until ? next : until, err);
    if (result == WAIT_EXPIRED)
        return TMUX_SEEN;
    wait_refuse(result, err, "tmux");
    return TMUX_STOPPED;
}

enum tmux_seen tmux_tty_empty(struct tmux_desktop *d, struct tmux_tty *tty, int64_t until, struct error *err)
{
    for (int looks = 0; tmux_tty_look(tty); looks += looks < 40) {
        if (tty->unread == 0)
            return TMUX_SEEN;
        if (clock_now() >= until)
            return TMUX_LATE;
        enum tmux_seen paused = pause_a_little(d, looks, until, err);
        if (paused == TMUX_STOPPED)
            return paused;
    }
    return TMUX_BLIND;
}

enum tmux_seen tmux_tty_drained(struct tmux_desktop *d, struct tmux_tty *tty, uint64_t bytes, int64_t until,
                                struct error *err)
{
    enum tmux_seen seen = TMUX_SEEN;
    for (uint64_t rounds = bytes / TURN_BYTES + 2; rounds && seen == TMUX_SEEN; rounds--) {
        seen = tmux_tty_empty(d, tty, until, err);
        if (seen == TMUX_SEEN)
            seen = round_trip(d, until, err);
    }
    return seen == TMUX_SEEN ? tmux_tty_empty(d, tty, until, err) : seen;
}
