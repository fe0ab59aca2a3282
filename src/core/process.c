/* process.c - from a spec to a child, and from a child to its status. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "process_private.h"

#define DRAIN_GRACE (200 * CLOCK_MS) /* a grandchild may hold the pipes for as long as it lives */

static struct wait_link all; /* next NULL: no child yet */
static pid_t we;

/* Where one of our own streams is closed, the next pipe would take its number and be mistaken for it. */
static void fill_standard_streams(void)
{
    int fd;
    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= 2);
    if (fd > 2)
        close(fd);
}

/* Async-signal-safe. A fork of ours that exits is not us. */
static void kill_all(void)
{
    if (getpid() != we)
        return;
    for (struct wait_link *link = all.next; link && link != &all; link = link->next) {
        struct process *p = WAIT_OWNER(link, struct process, link);
        if (!p->outlives_us)
            process_group_signal(p, SIGKILL);
    }
}

/* Safety net: every orderly end has closed them before. */
static void end_all(void)
{
    kill_all();
    for (struct wait_link *link = all.next; getpid() == we && link != &all; link = link->next) {
        struct process *p = WAIT_OWNER(link, struct process, link);
        if (p->closed && !p->exited) /* nobody waits for it: freed with the loop, which is closed after this */
            uv_close((uv_handle_t *)&p->handle, process_handle_closed);
    }
}

static bool prepare(struct error *err)
{
    if (!wait_loop()) /* before atexit() below: its end comes after ours */
        return error_set(err, EC_IO, "no event loop: too many open files?");
    if (all.next)
        return true;
    struct sigaction old;
    if (sigaction(SIGPIPE, NULL, &old) == 0 && old.sa_handler == SIG_DFL)
        signal(SIGPIPE, SIG_IGN); /* a child that closes its input is no reason to die */
    fill_standard_streams();
    wait_link_init(&all);
    we = getpid();
    atexit(end_all);
    cancel_on_death(kill_all);
    return true;
}

void process_handle_opened(struct process *p)
{
    p->handles++;
}

static void free_process(struct process *p)
{
    wait_link_remove(&p->link);
    free(p->out.bytes);
    free(p->err.bytes);
    free(p->line);
    free(p->name);
    free(p);
}

void process_handle_closed(uv_handle_t *handle)
{
    struct process *p = handle->data;
    if (--p->handles == 0 && p->closed)
        free_process(p);
}

static void uncount(struct process *p)
{
    if (p->counted)
        wait_children(-1);
    p->counted = false;
}

static void on_exit_of_child(uv_process_t *handle, int64_t status, int number)
{
    struct process *p = handle->data;
    p->exited = true;
    p->exit_status = status;
    p->signal = number;
    p->ended = clock_now();
    p->group_gone = kill((pid_t)-p->pid, 0) < 0 && errno == ESRCH;
    uncount(p);
    wait_stir();
    uv_close((uv_handle_t *)handle, process_handle_closed);
    if (p->closed)
        return;
    process_input_close(p);
    wait_mark(&p->source);
    wait_mark(&p->input_source);
    wait_mark(&p->written);
    wait_mark(&p->gone);
}

static bool source_ready(struct wait_source *self, int64_t now, int64_t *again)
{
    struct process *p = WAIT_OWNER(self, struct process, source);
    if (!p->exited || p->frozen)
        return p->frozen;
    if ((p->out.open || p->err.open) && now < p->ended + DRAIN_GRACE) {
        *again = p->ended + DRAIN_GRACE;
        return false;
    }
    p->frozen = true; /* what is captured stays as it is from here on */
    if (p->out.open && !p->out.lines)
        uv_read_stop((uv_stream_t *)&p->out.pipe);
    if (p->err.open)
        uv_read_stop((uv_stream_t *)&p->err.pipe);
    return true;
}

/* The child's ends of what it inherits; -1: the null device, 0 to 2: ours. */
struct ends {
    int fd[3];
};

static void close_ends(struct ends *ends, const struct process *p)
{
    for (int i = 0; i < 3; i++) {
        bool shared = i == 2 && ends->fd[2] == ends->fd[1];
        bool kept = i == 0 && ends->fd[0] == p->in.reader;
        if (ends->fd[i] > 2 && !shared && !kept)
            close(ends->fd[i]);
    }
}

static int open_file(const char *path, struct error *err)
{
    if (!path) {
        error_set(err, EC_INVALID, "PROCESS_FILE needs a path");
        return -1;
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0644);
    if (fd < 0)
        error_from_errno(err, errno, path);
    return fd;
}

static bool open_output(struct process *p, const struct process_spec *spec, int n, struct ends *ends, struct error *err)
{
    enum process_stream kind = n == 1 ? spec->out : spec->err;
    const char *path = n == 1 ? spec->out_path : spec->err_path;
    struct process_output *o = n == 1 ? &p->out : &p->err;
    bool both = n == 2 && spec->err == spec->out;
    switch (kind) {
    case PROCESS_NULL: return true;
    case PROCESS_INHERIT: ends->fd[n] = n; return true;
    case PROCESS_FILE:
        if (both && path && spec->out_path && strcmp(path, spec->out_path) == 0)
            ends->fd[n] = ends->fd[1];
        else
            ends->fd[n] = open_file(path, err);
        break;
    case PROCESS_PIPE:
        if (n == 2 && !both)
            return error_set(err, EC_INVALID, "%s: a conversation is held with stdout", p->name);
        ends->fd[n] = both ? ends->fd[1] : process_output_open(p, o, 0, true, err);
        break;
    case PROCESS_CAPTURE: ends->fd[n] = process_output_open(p, o, spec->capture_max, false, err); break;
    }
    return ends->fd[n] >= 0;
}

static bool open_ends(struct process *p, const struct process_spec *spec, struct ends *ends, struct error *err)
{
    p->in.conversation = spec->out == PROCESS_PIPE;
    if (spec->input || p->in.conversation) {
        ends->fd[0] = process_input_open(p, err);
        if (ends->fd[0] < 0)
            return false;
    }
    return open_output(p, spec, 1, ends, err) && open_output(p, spec, 2, ends, err);
}

static bool start(struct process *p, const struct process_spec *spec, const char *path, char **env,
                  const struct ends *ends, struct error *err)
{
    uv_stdio_container_t stdio[3];
    for (int i = 0; i < 3; i++) {
        stdio[i].flags = ends->fd[i] < 0 ? UV_IGNORE : UV_INHERIT_FD;
        stdio[i].data.fd = ends->fd[i];
    }
    uv_process_options_t options = {
        .exit_cb = on_exit_of_child,
        .file = path,
        .args = (char **)spec->argv,
        .env = env,
        .cwd = spec->cwd,
        .flags = UV_PROCESS_DETACHED, /* setsid(2) */
        .stdio_count = 3,
        .stdio = stdio,
    };
    p->started = clock_now();
    p->handle.data = p;
    process_handle_opened(p); /* libuv wants it closed after a failure, too */
    int status = uv_spawn(wait_loop(), &p->handle, &options);
    if (status < 0) {
        uv_close((uv_handle_t *)&p->handle, process_handle_closed);
        return process_explain(status, spec->argv[0], path, spec->cwd, err);
    }
    p->pid = p->handle.pid;
    p->exited = p->group_gone = false;
    p->counted = true;
    wait_children(+1);
    return true;
}

/* Everything of it that can be refused; what was opened stays in p and ends. */
static bool launch(struct process *p, const struct process_spec *spec, struct ends *ends, struct error *err)
{
    bool ok = false;
    char **env = NULL, *path = NULL;
    if (!process_check_cwd(spec->cwd, err))
        return false;
    env = process_environment(spec->env_set, spec->env_unset, err);
    path = env ? process_find(spec->argv[0], env, err) : NULL;
    if (path && open_ends(p, spec, ends, err) && start(p, spec, path, env, ends, err)) {
        if (p->in.open && !p->in.conversation)
            p->in.reader = ends->fd[0];
        ok = process_output_start(&p->out, err) && process_output_start(&p->err, err) &&
             (!p->in.open || process_input_start(p, spec->input, spec->input_len, err));
    }
    free(path);
    free(env);
    return ok;
}

struct process *process_spawn(const struct process_spec *spec, struct error *err)
{
    if (!spec->argv || !spec->argv[0] || !*spec->argv[0]) {
        error_set(err, EC_INVALID, "which program? argv is empty");
        return NULL;
    }
    if (!prepare(err))
        return NULL;
    struct process *p = calloc(1, sizeof *p);
    char *name = p ? strdup(spec->argv[0]) : NULL;
    if (!name) {
        free(p);
        error_set(err, EC_MEMORY, "out of memory");
        return NULL;
    }
    p->name = name;
    p->in.reader = -1;
    p->exited = p->group_gone = true; /* until it is started */
    p->outlives_us = spec->outlives_us;
    p->source.ready = source_ready;
    p->gone.ready = process_gone_ready;
    process_line_sources(p);
    wait_link_append(&all, &p->link);
    struct ends ends = {{-1, -1, -1}};
    bool ok = launch(p, spec, &ends, err);
    close_ends(&ends, p);
    if (ok)
        return p;
    p->outlives_us = false;
    process_close(p);
    return NULL;
}

struct wait_source *process_source(struct process *p)
{
    return &p->source;
}

struct wait_source *process_input_source(struct process *p)
{
    return &p->input_source;
}

struct process_status process_status(const struct process *p)
{
    return (struct process_status){
        .exited = p->exited,
        .exit_status = p->exit_status,
        .signal = p->signal,
        .input_taken = process_input_is_taken(p),
        .started = p->started,
        .ended = p->ended,
        .out = p->out.bytes ? p->out.bytes : "",
        .err = p->err.bytes ? p->err.bytes : "",
        .out_len = p->out.len,
        .err_len = p->err.len,
        .out_dropped = p->out.dropped,
        .err_dropped = p->err.dropped,
    };
}

int64_t process_pid(const struct process *p)
{
    return p->pid;
}

void process_close(struct process *p)
{
    if (!p)
        return;
    wait_remove(&p->source);
    wait_remove(&p->input_source);
    p->closed = true;
    p->arrived = NULL;
    if (p->outlives_us)
        uncount(p); /* it is reaped if we live to see it, but nobody waits for it */
    else
        process_group_signal(p, SIGKILL); /* the zombie is reaped in some later wait */
    process_input_close(p);
    process_output_close(&p->out);
    process_output_close(&p->err);
    if (p->handles == 0)
        free_process(p);
}
