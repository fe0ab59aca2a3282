/* process.c - from a spec to a child, and from a child to its status. */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "path.h"
#include "process_private.h"
#include "program.h"

static struct wait_link all; /* next NULL: no child yet */
static int64_t we;           /* our process: a fork of ours that exits is not us */

/* Async-signal-safe. */
static void kill_all(void)
{
    if (program_pid() != we)
        return;
    for (struct wait_link *link = all.next; link && link != &all; link = link->next) {
        struct process *p = WAIT_OWNER(link, struct process, link);
        if (!p->outlives_us)
            process_tree_kill(p);
    }
}

/* Safety net: every orderly end has closed them before. */
static void end_all(void)
{
    kill_all();
    for (struct wait_link *link = all.next, *next; program_pid() == we && link != &all; link = next) {
        struct process *p = WAIT_OWNER(link, struct process, link);
        next = link->next;           /* it may be freed */
        if (p->closed && !p->exited) /* nobody waits for it: freed with the loop, which is closed after this */
            process_system_forget(p);
    }
}

static bool prepare(struct error *err)
{
    if (!wait_loop(err)) /* before atexit() below: its end comes after ours */
        return false;
    if (all.next)
        return true;
    process_system_prepare();
    wait_link_init(&all);
    we = program_pid();
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
    process_system_free(p->system);
    free(p->out.bytes);
    free(p->err.bytes);
    free(p->line);
    free(p->name);
    free(p);
}

void process_let_go(struct process *p)
{
    if (--p->handles == 0 && p->closed)
        free_process(p);
}

void process_handle_closed(uv_handle_t *handle)
{
    process_let_go(handle->data);
}

static void uncount(struct process *p)
{
    if (p->counted)
        wait_children(-1);
    p->counted = false;
}

void process_has_ended(struct process *p, int64_t status, int number)
{
    p->exited = true;
    p->exit_status = status;
    p->signal = number;
    p->ended = clock_now();
    uncount(p);
    wait_stir();
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
    if ((p->out.open || p->err.open || p->in.settling) && now < p->ended + PROCESS_GRACE) {
        *again = p->ended + PROCESS_GRACE;
        return false;
    }
    process_input_settled(p);
    p->frozen = true; /* what is captured stays as it is from here on */
    if (p->out.open && !p->out.lines)
        uv_read_stop((uv_stream_t *)&p->out.pipe);
    if (p->err.open)
        uv_read_stop((uv_stream_t *)&p->err.pipe);
    return true;
}

static void close_ends(struct process_ends *ends, const struct process *p)
{
    for (int i = 0; i < 3; i++) {
        bool shared = i == 2 && ends->fd[2] == ends->fd[1];
        bool kept = i == 0 && ends->fd[0] == p->in.reader;
        if (ends->fd[i] > 2 && !shared && !kept)
            process_fd_close(ends->fd[i]);
    }
}

static uv_file open_file(const char *path, struct error *err)
{
    if (!path) {
        error_set(err, EC_INVALID, "PROCESS_FILE needs a path");
        return -1;
    }
    uv_fs_t req;
    char *longer;
    int flags = UV_FS_O_WRONLY | UV_FS_O_CREAT | UV_FS_O_TRUNC | UV_FS_O_NOCTTY;
    uv_file fd = uv_fs_open(NULL, &req, path_for_system(path, &longer), flags, 0644, NULL);
    uv_fs_req_cleanup(&req);
    free(longer);
    if (fd < 0)
        wait_uv_error(err, fd, path);
    return fd;
}

static bool open_output(struct process *p, const struct process_spec *spec, int n, struct process_ends *ends,
                        struct error *err)
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

static bool open_ends(struct process *p, const struct process_spec *spec, struct process_ends *ends, struct error *err)
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
                  const struct process_ends *ends, struct error *err)
{
    p->started = clock_now();
    if (!process_system_start(p, spec, path, env, ends, err))
        return false;
    p->exited = p->tree_gone = false;
    p->counted = true;
    wait_children(+1);
    return true;
}

char *process_which(const char *name, struct error *err)
{
    char **env = process_environment(NULL, NULL, err);
    char *path = env ? process_find(name, NULL, env, err) : NULL;
    free(env);
    return path;
}

/* Everything of it that can be refused; what was opened stays in p and ends. */
static bool launch(struct process *p, const struct process_spec *spec, struct process_ends *ends, struct error *err)
{
    bool ok = false;
    char **env = NULL, *path = NULL;
    if (!process_check_cwd(spec->cwd, err))
        return false;
    env = process_environment(spec->env_set, spec->env_unset, err);
    path = env ? process_find(spec->argv[0], spec->cwd, env, err) : NULL;
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
    p->exited = p->tree_gone = true; /* until it is started */
    p->outlives_us = spec->outlives_us;
    p->source.ready = source_ready;
    p->gone.ready = process_gone_ready;
    process_line_sources(p);
    wait_link_append(&all, &p->link);
    struct process_ends ends = {{-1, -1, -1}};
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
        process_tree_kill(p); /* the zombie is reaped in some later wait */
    process_input_close(p);
    process_output_close(&p->out);
    process_output_close(&p->err);
    if (p->handles == 0)
        free_process(p);
}
