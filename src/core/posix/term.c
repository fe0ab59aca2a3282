#include "../term.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "../clock.h"
#include "../wait.h"

#define PAUSE (5 * CLOCK_MS) /* between two tries at an output that takes nothing now */
#define INPUT_ROOM 65536     /* bytes read ahead; whoever does not read them holds the writer up, as a pipe does */

static const char *const names[] = {"stdin", "stdout",
                                    "stderr"}; /* as enum term_stream, which is the descriptor, too */

bool term_is_tty(enum term_stream stream)
{
    return isatty((int)stream) == 1;
}

bool term_size(int *columns, int *rows)
{
    struct winsize size;
    if (ioctl(TERM_OUT, TIOCGWINSZ, &size) < 0 || size.ws_col == 0 || size.ws_row == 0)
        return false;
    *columns = size.ws_col;
    *rows = size.ws_row;
    return true;
}

/* ---- its size changes ---- */

static struct {
    struct wait_source source; /* first: the source is the whole */
    struct wait_fd *watch;
    int ends[2]; /* the handler writes into the one, the loop reads the other */
    int columns, rows;
} resized;

static void on_winch(int number)
{
    int saved = errno;
    (void)number;
    (void)!write(resized.ends[1], "", 1); /* full: then it is known already */
    errno = saved;
}

static void take_winch(void *owner)
{
    char bytes[64];
    (void)owner;
    while (read(resized.ends[0], bytes, sizeof bytes) == (ssize_t)sizeof bytes)
        continue;
    wait_mark(&resized.source);
}

static bool size_ready(struct wait_source *self, int64_t now, int64_t *again)
{
    int columns, rows;
    (void)self;
    (void)now;
    *again = CLOCK_NEVER; /* asked when it is marked */
    if (!term_size(&columns, &rows) || (columns == resized.columns && rows == resized.rows))
        return false;
    resized.columns = columns;
    resized.rows = rows;
    return true;
}

/* A pipe that neither waits nor is inherited. */
static bool open_pipe(int ends[2])
{
    if (pipe(ends) < 0)
        return false;
    for (int i = 0; i < 2; i++) {
        fcntl(ends[i], F_SETFD, FD_CLOEXEC);
        fcntl(ends[i], F_SETFL, O_NONBLOCK);
    }
    return true;
}

struct wait_source *term_resized(struct error *err)
{
    if (resized.watch)
        return &resized.source;
    if (!open_pipe(resized.ends)) {
        error_from_errno(err, errno, "SIGWINCH");
        return NULL;
    }
    resized.watch = wait_fd_open(resized.ends[0], take_winch, NULL, err);
    if (!resized.watch) {
        close(resized.ends[0]);
        close(resized.ends[1]);
        return NULL;
    }
    struct sigaction action = {.sa_handler = on_winch, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGWINCH, &action, NULL);
    resized.source.ready = size_ready;
    if (!term_size(&resized.columns, &resized.rows))
        resized.columns = resized.rows = 0;
    return &resized.source;
}

/* ---- writing ---- */

/* Nothing was taken now. Answers whether it is worth trying on. */
static bool wait_to_write(enum term_stream stream, int number, struct error *err)
{
    bool full = number == EAGAIN || number == EWOULDBLOCK; /* somebody who shares it made it non-blocking */
    if (full && wait_for(NULL, clock_now() + PAUSE, err) == WAIT_BROKEN)
        return error_prefix(err, "%s", names[stream]);
    if (full || number == EINTR)
        return !cancel_pending() ||
               error_set(err, EC_INTERRUPTED, "%s: interrupted while it took nothing", names[stream]);
    if (number == EPIPE || number == EIO || number == ENXIO)
        return error_set(err, EC_IO, "%s: its reader or its terminal is gone", names[stream]);
    return error_from_errno(err, number, names[stream]);
}

bool term_write(enum term_stream stream, const char *bytes, size_t len, struct error *err)
{
    while (len > 0) {
        ssize_t n = write((int)stream, bytes, len);
        if (n < 0) {
            if (!wait_to_write(stream, errno, err))
                return false;
            continue;
        }
        bytes += n;
        len -= (size_t)n;
        /* A signal cut it short: the terminal may be held (Ctrl-S), and the next write would not come back. */
        if (len > 0 && cancel_pending())
            return error_set(err, EC_INTERRUPTED, "%s: interrupted", names[stream]);
    }
    return true;
}

/* ---- raw input ---- */

static struct termios found;         /* what the terminal was */
static volatile sig_atomic_t is_raw; /* `found` is to be put back */
static pid_t raw_since;              /* by this process: a forked child that exits leaves the terminal alone */

/* Not while another job owns the terminal: tcsetattr(3) would stop us (SIGTTOU), and its modes are that job's. A
 * terminal that is not our controlling one has no jobs. */
static bool is_ours(void)
{
    pid_t front = tcgetpgrp(TERM_IN);
    return front < 0 || front == getpgrp();
}

void term_restore(void)
{
    int saved = errno;
    if (is_raw && raw_since == getpid() && is_ours()) {
        tcsetattr(TERM_IN, TCSANOW, &found); /* not TCSADRAIN: output may be held for ever */
        is_raw = 0;
    }
    errno = saved;
}

bool term_raw(struct error *err)
{
    static bool at_exit;
    struct termios raw;
    if (is_raw)
        return true;
    if (!term_is_tty(TERM_IN))
        return error_set(err, EC_UNSUPPORTED, "stdin: is no terminal");
    if (!is_ours())
        return error_set(err, EC_UNSUPPORTED,
                         "stdin: the terminal belongs to another job; bring this one to the front");
    if (tcgetattr(TERM_IN, &found) < 0)
        return error_from_errno(err, errno, names[TERM_IN]);
    raw = found;
    raw.c_iflag &= (tcflag_t) ~(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
    raw.c_lflag &= (tcflag_t) ~(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
    raw.c_cflag = (raw.c_cflag & (tcflag_t) ~(CSIZE | PARENB)) | CS8;
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    if (!at_exit)
        at_exit = atexit(term_restore) == 0;
    cancel_on_death(term_restore);
    raw_since = getpid();
    is_raw = 1; /* first: a signal between the two lines restores what is there anyhow */
    if (tcsetattr(TERM_IN, TCSADRAIN, &raw) == 0)
        return true;
    is_raw = 0;
    return error_from_errno(err, errno, names[TERM_IN]);
}

/* ---- reading ---- */

static struct {
    struct wait_source source; /* first: the source is the whole */
    struct wait_fd *watch;     /* NULL: at the end, full, or of a kind that is always ready */
    bool opened, direct;       /* direct: a file, a device: nothing tells when it can be read, since it always can */
    bool end;
    int failed; /* errno */
    size_t len;
    char *bytes; /* INPUT_ROOM */
} input;

static bool input_ready(struct wait_source *self, int64_t now, int64_t *again)
{
    (void)self;
    (void)now;
    *again = CLOCK_NEVER; /* asked when it is marked */
    return input.direct || input.len > 0 || input.end || input.failed;
}

static void stop_watching(void)
{
    wait_fd_close(input.watch);
    input.watch = NULL;
}

/* Once: it may be read only as often as the loop says so. */
static void take_input(void *owner)
{
    (void)owner;
    ssize_t n = read(TERM_IN, input.bytes + input.len, INPUT_ROOM - input.len);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (n > 0)
        input.len += (size_t)n;
    else if (n == 0 || errno == EIO) /* EIO: the terminal was hung up */
        input.end = true;
    else
        input.failed = errno;
    if (n <= 0 || input.len == INPUT_ROOM)
        stop_watching();
    wait_mark(&input.source);
}

/* Only these tell when they can be read; epoll(7) refuses files with EPERM. */
static bool can_watch(const struct stat *st)
{
    return S_ISFIFO(st->st_mode) || S_ISSOCK(st->st_mode) || term_is_tty(TERM_IN);
}

static bool watch_input(struct error *err)
{
    if (input.direct || input.watch || input.end || input.failed || input.len == INPUT_ROOM)
        return true;
    input.watch = wait_fd_open(TERM_IN, take_input, NULL, err);
    return input.watch || error_prefix(err, "%s", names[TERM_IN]);
}

struct wait_source *term_input(struct error *err)
{
    struct stat st;
    if (input.opened)
        return &input.source;
    if (fstat(TERM_IN, &st) < 0) {
        error_from_errno(err, errno, names[TERM_IN]);
        return NULL;
    }
    input.direct = !can_watch(&st);
    if (!input.direct && !input.bytes && !(input.bytes = malloc(INPUT_ROOM))) {
        error_set(err, EC_MEMORY, "stdin: out of memory");
        return NULL;
    }
    if (!watch_input(err))
        return NULL;
    input.source.ready = input_ready;
    input.opened = true;
    return &input.source;
}

static size_t take_bytes(char *bytes, size_t max)
{
    size_t n = input.len < max ? input.len : max;
    if (n > 0)
        memcpy(bytes, input.bytes, n);
    input.len -= n;
    if (input.len > 0)
        memmove(input.bytes, input.bytes + n, input.len);
    return n;
}

bool term_read(char *bytes, size_t max, size_t *len, bool *end, struct error *err)
{
    *len = 0;
    *end = false;
    if (input.opened && !input.direct) {
        *len = take_bytes(bytes, max);
        *end = *len == 0 && max > 0 && input.end;
        if (*len == 0 && input.failed)
            return error_from_errno(err, input.failed, names[TERM_IN]);
        return watch_input(err);
    }
    ssize_t n;
    do
        n = read(TERM_IN, bytes, max);
    while (n < 0 && errno == EINTR && !cancel_pending());
    if (n < 0 && errno != EIO)
        return error_from_errno(err, errno, names[TERM_IN]);
    *len = n > 0 ? (size_t)n : 0;
    *end = n <= 0 && max > 0;
    return true;
}
