/* process_pipe.c - what goes into a child and what comes out of it. Pipes of our own, not libuv's socket pairs: a
 * script may open /dev/stderr, and what is left in a pipe can be asked. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "process_private.h"

#define LINE_MAX_BYTES ((size_t)16 << 20)
#define CAPTURE_DEFAULT ((size_t)16 << 20)
#define LOOK_AT_INPUT (5 * CLOCK_MS) /* nobody tells when a reader takes bytes out of a pipe */

static void buffer_for(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    static char shared[65536]; /* read at once, in on_output(): one thread, one loop */
    (void)handle;
    (void)suggested;
    *buf = uv_buf_init(shared, sizeof shared);
}

/* How many of n bytes there is room for now. */
static size_t make_room(struct process_output *o, size_t n)
{
    size_t keep = o->max - o->len < n ? o->max - o->len : n;
    if (keep == 0 || o->room - o->len > keep)
        return keep;
    size_t room = o->room ? o->room : 4096;
    while (room - o->len <= keep) /* max is at most SIZE_MAX / 4 */
        room *= 2;
    char *bigger = realloc(o->bytes, room);
    o->lost = !bigger;
    if (!bigger)
        return 0;
    o->bytes = bigger;
    o->room = room;
    return keep;
}

static void keep_bytes(struct process_output *o, const char *bytes, size_t n)
{
    size_t kept = o->lost ? 0 : make_room(o, n);
    if (kept) {
        memcpy(o->bytes + o->len, bytes, kept);
        o->len += kept;
        o->bytes[o->len] = '\0';
    }
    o->dropped += n - kept;
}

static void on_output(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct process *p = stream->data;
    struct process_output *o = stream == (uv_stream_t *)&p->out.pipe ? &p->out : &p->err;
    wait_stir();
    if (n > 0) {
        keep_bytes(o, buf->base, (size_t)n);
        if (o->lines && o->len - o->taken >= LINE_MAX_BYTES) {
            o->paused = true;
            uv_read_stop(stream);
        }
    } else if (n < 0) {
        process_output_close(o);
        wait_mark(&p->source);
    }
    if (o->lines && n != 0) {
        wait_mark(&p->news);
        if (p->arrived)
            p->arrived(p->arrived_owner);
    }
}

void process_fd_close(uv_file fd)
{
    uv_fs_t req;
    uv_fs_close(NULL, &req, fd, NULL);
    uv_fs_req_cleanup(&req);
}

/* The pipe's end that we keep goes into *pipe, the child's is answered. */
static uv_file open_pipe(struct process *p, uv_pipe_t *pipe, bool we_read, struct error *err)
{
    uv_file ends[2];
    int status = uv_pipe(ends, we_read ? UV_NONBLOCK_PIPE : 0, we_read ? 0 : UV_NONBLOCK_PIPE);
    if (status < 0) {
        wait_uv_error(err, status, "pipe");
        return -1;
    }
    uv_file ours = ends[we_read ? 0 : 1], theirs = ends[we_read ? 1 : 0];
    uv_pipe_init(wait_loop(NULL), pipe, 0);
    pipe->data = p;
    process_handle_opened(p);
    status = uv_pipe_open(pipe, ours);
    if (status == 0)
        return theirs;
    wait_uv_error(err, status, "pipe");
    uv_close((uv_handle_t *)pipe, process_handle_closed);
    process_fd_close(ours);
    process_fd_close(theirs);
    return -1;
}

uv_file process_output_open(struct process *p, struct process_output *o, size_t max, bool lines, struct error *err)
{
    size_t limit = SIZE_MAX / 4;
    o->lines = lines;
    o->max = lines ? limit : !max ? CAPTURE_DEFAULT : max < limit ? max : limit;
    uv_file theirs = open_pipe(p, &o->pipe, true, err);
    o->open = theirs >= 0;
    return theirs;
}

bool process_output_start(struct process_output *o, struct error *err)
{
    if (!o->open)
        return true;
    int status = uv_read_start((uv_stream_t *)&o->pipe, buffer_for, on_output);
    return status == 0 || wait_uv_error(err, status, "pipe");
}

void process_output_close(struct process_output *o)
{
    if (!o->open)
        return;
    o->open = false;
    uv_close((uv_handle_t *)&o->pipe, process_handle_closed);
}

struct write_request {
    uv_write_t req; /* first */
    struct process *p;
    size_t n;
    char bytes[];
};

void process_input_stop(struct process *p)
{
    if (!p->in.open)
        return;
    p->in.open = false;
    uv_close((uv_handle_t *)&p->in.pipe, process_handle_closed);
}

static void on_written(uv_write_t *req, int status)
{
    struct write_request *w = (struct write_request *)req;
    struct process *p = w->p;
    p->in.unwritten -= w->n;
    if (status < 0)
        p->in.failed = true;
    if (p->in.unwritten == 0 || p->in.failed) {
        p->in.whole = !p->in.failed;
        if (!p->in.conversation)
            process_input_finish(p);
        wait_mark(&p->input_source);
        wait_mark(&p->written);
    }
    wait_stir();
    free(w);
}

/* Copies the bytes; they are written as the child reads. */
static bool write_later(struct process *p, const char *bytes, size_t n, struct error *err)
{
    struct write_request *w = n < INT_MAX ? malloc(sizeof *w + n) : NULL;
    if (!w)
        return error_set(err, EC_MEMORY, "%s: no memory for its input", p->name);
    memcpy(w->bytes, bytes, n);
    w->p = p;
    w->n = n;
    uv_buf_t buf = uv_buf_init(w->bytes, (unsigned)n);
    int status = uv_write(&w->req, (uv_stream_t *)&p->in.pipe, &buf, 1, on_written);
    if (status < 0) {
        free(w);
        return wait_uv_error(err, status, p->name);
    }
    p->in.unwritten += n;
    return true;
}

uv_file process_input_open(struct process *p, struct error *err)
{
    uv_file theirs = open_pipe(p, &p->in.pipe, false, err);
    p->in.open = theirs >= 0;
    return theirs;
}

bool process_input_start(struct process *p, const char *bytes, size_t n, struct error *err)
{
    if (n)
        return write_later(p, bytes, n, err);
    p->in.whole = true;
    if (!p->in.conversation)
        process_input_finish(p);
    return true;
}

static void close_reader(struct process *p)
{
    if (p->in.reader >= 0)
        process_fd_close(p->in.reader);
    p->in.reader = -1;
}

void process_input_close(struct process *p)
{
    process_input_settled(p); /* the last chance to see that all was read */
    process_input_stop(p);
    if (p->closed)
        close_reader(p);
}

bool process_input_is_taken(const struct process *p)
{
    return p->in.taken || (p->in.whole && process_input_is_read(p));
}

bool process_input_is_settling(const struct process *p)
{
    return p->in.settling && clock_now() < p->ended + PROCESS_GRACE;
}

bool process_input_settled(struct process *p)
{
    p->in.taken = process_input_is_taken(p);
    bool settled = p->in.taken || (p->exited && !process_input_is_settling(p));
    if (settled)
        close_reader(p);
    return settled;
}

static bool input_ready(struct wait_source *self, int64_t now, int64_t *again)
{
    struct process *p = WAIT_OWNER(self, struct process, input_source);
    bool settled = process_input_settled(p);
    if (!settled && (p->in.whole || p->exited))
        *again = now + LOOK_AT_INPUT;
    return settled;
}

static bool written_ready(struct wait_source *self, int64_t now, int64_t *again)
{
    struct process *p = WAIT_OWNER(self, struct process, written);
    (void)now;
    (void)again;
    return p->in.unwritten == 0 || !p->in.open || p->in.failed;
}

bool process_write(struct process *p, const char *bytes, size_t n, int64_t until, struct error *err)
{
    if (!p->in.conversation)
        return error_set(err, EC_INVALID, "%s: was not started for a conversation (out: PROCESS_PIPE)", p->name);
    if (p->in.open && n) {
        uv_buf_t buf = uv_buf_init((char *)bytes, n < INT_MAX ? (unsigned)n : INT_MAX);
        int done = uv_try_write((uv_stream_t *)&p->in.pipe, &buf, 1);
        if (done > 0) {
            bytes += done;
            n -= (size_t)done;
        }
    }
    if (p->in.open && n && !write_later(p, bytes, n, err))
        return false;
    enum wait_result result = n || p->in.unwritten ? wait_for(&p->written, until, err) : WAIT_READY;
    if (result != WAIT_READY)
        return wait_refuse(result, err, "its input was not read") || error_prefix(err, "%s", p->name);
    if (!p->in.open || p->in.failed)
        return error_set(err, EC_IO, "%s: ended, or closed its input", p->name);
    return true;
}

/* Where the next line ends, or NULL. */
static const char *line_end(struct process_output *o)
{
    size_t from = o->searched > o->taken ? o->searched : o->taken;
    const char *end = o->len > from ? memchr(o->bytes + from, '\n', o->len - from) : NULL;
    if (!end)
        o->searched = o->len;
    return end;
}

static bool news_ready(struct wait_source *self, int64_t now, int64_t *again)
{
    struct process *p = WAIT_OWNER(self, struct process, news);
    (void)now;
    (void)again;
    return line_end(&p->out) || !p->out.open || p->out.paused || p->out.lost;
}

/* Copies it, since the next bytes may move the buffer. */
static bool give_line(struct process *p, size_t len, size_t used, const char **line, size_t *out_len, struct error *err)
{
    struct process_output *o = &p->out;
    if (len + 1 > p->line_room) {
        char *bigger = realloc(p->line, len + 1);
        if (!bigger)
            return error_set(err, EC_MEMORY, "%s: no memory for a line", p->name);
        p->line = bigger;
        p->line_room = len + 1;
    }
    memcpy(p->line, o->bytes + o->taken, len);
    p->line[len] = '\0';
    *line = p->line;
    *out_len = len;
    o->taken += used;
    if (o->taken >= o->len / 2) { /* moves each byte at most twice */
        o->len -= o->taken;
        memmove(o->bytes, o->bytes + o->taken, o->len);
        o->searched -= o->searched > o->taken ? o->taken : o->searched;
        o->taken = 0;
    }
    if (o->paused && o->open && o->len - o->taken < LINE_MAX_BYTES) {
        o->paused = false;
        uv_read_start((uv_stream_t *)&o->pipe, buffer_for, on_output);
    }
    return true;
}

bool process_line(struct process *p, const char **line, size_t *len, int64_t until, struct error *err)
{
    struct process_output *o = &p->out;
    if (!o->lines)
        return error_set(err, EC_INVALID, "%s: was not started for a conversation (out: PROCESS_PIPE)", p->name);
    for (;;) {
        const char *end = line_end(o);
        size_t left = o->len - o->taken;
        if (end) {
            size_t n = (size_t)(end - o->bytes) - o->taken;
            return give_line(p, n, n + 1, line, len, err);
        }
        if (o->lost)
            return error_set(err, EC_MEMORY, "%s: no memory for what it writes", p->name);
        if (o->paused)
            return error_set(err, EC_INVALID, "%s: a line of more than %zu MiB", p->name, LINE_MAX_BYTES >> 20);
        if (!o->open && left)
            return give_line(p, left, left, line, len, err);
        if (!o->open)
            return error_set(err, EC_IO, "%s: ended", p->name);
        if (until <= clock_now())
            return error_set(err, EC_TIMEOUT, "%s: no line came in time", p->name);
        enum wait_result result = wait_for(&p->news, until, err);
        if (result != WAIT_READY)
            return wait_refuse(result, err, "no line came") || error_prefix(err, "%s", p->name);
    }
}

void process_on_line(struct process *p, void (*arrived)(void *owner), void *owner)
{
    p->arrived = arrived;
    p->arrived_owner = owner;
}

void process_line_sources(struct process *p)
{
    p->input_source.ready = input_ready;
    p->written.ready = written_ready;
    p->news.ready = news_ready;
}
