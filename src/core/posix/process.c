/* process.c - children as sessions and process groups. Whoever leaves the group (setsid(2), as daemons do) has left the
 * tree. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../process_private.h"
#include "proc.h"
#include "reaper.h"

struct process_system {
    uv_process_t handle;
};

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

void process_system_prepare(void)
{
    struct sigaction old;
    if (sigaction(SIGPIPE, NULL, &old) == 0 && old.sa_handler == SIG_DFL)
        signal(SIGPIPE, SIG_IGN); /* a child that closes its input is no reason to die */
    fill_standard_streams();
}

static void note_gone(struct process *p, bool gone)
{
    p->tree_gone = gone;
    if (gone)
        reaper_forget((pid_t)p->pid); /* the number may be somebody else's from now on */
}

static void on_exit_of_child(uv_process_t *handle, int64_t status, int number)
{
    struct process *p = handle->data;
    note_gone(p, kill((pid_t)-p->pid, 0) < 0 && errno == ESRCH);
    process_has_ended(p, status, number);
    uv_close((uv_handle_t *)handle, process_handle_closed);
}

bool process_system_start(struct process *p, const struct process_spec *spec, const char *path, char **env,
                          const struct process_ends *ends, struct error *err)
{
    uv_stdio_container_t stdio[3];
    if (spec->console)
        return error_set(err, EC_UNSUPPORTED, "%s: only Windows has a console window to give it", p->name);
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
    p->system = calloc(1, sizeof *p->system);
    if (!p->system)
        return error_set(err, EC_MEMORY, "%s: out of memory", p->name);
    p->system->handle.data = p;
    process_handle_opened(p); /* libuv wants it closed after a failure, too */
    int status = uv_spawn(wait_loop(NULL), &p->system->handle, &options);
    if (status < 0) {
        process_system_forget(p);
        return process_explain(status, spec->argv[0], path, spec->cwd, err);
    }
    p->pid = p->system->handle.pid;
    if (!p->outlives_us)
        reaper_watch((pid_t)p->pid);
    return true;
}

void process_system_forget(struct process *p)
{
    uv_close((uv_handle_t *)&p->system->handle, process_handle_closed);
}

void process_system_free(struct process_system *system)
{
    free(system);
}

/* A number is given away again when nobody of its group is left. Whoever has it once our child was reaped is somebody
 * else, and so is the group. */
static bool is_ours(const struct process *p)
{
    return !p->exited || (kill((pid_t)p->pid, 0) < 0 && errno == ESRCH);
}

static void signal_group(const struct process *p, int number)
{
    if (!p->tree_gone && is_ours(p))
        kill((pid_t)-p->pid, number);
}

bool process_tree_ask(struct process *p)
{
    signal_group(p, SIGTERM);
    signal_group(p, SIGCONT); /* who is suspended cannot hear it */
    return true;
}

void process_tree_kill(struct process *p)
{
    if (p->tree_gone)
        return;
    signal_group(p, SIGKILL);
    reaper_forget((pid_t)p->pid);
}

/* kill(2) counts the dead whom nobody has reaped, which in a container may be never. Where there is no /proc its word
 * stands. */
static bool somebody_lives(int64_t group)
{
    struct proc_member member;
    return !proc_member_of(group, &member) || member.pid != 0;
}

bool process_tree_is_left(struct process *p)
{
    if (!p->exited)
        return true;
    if (!p->tree_gone)
        note_gone(p, !is_ours(p) || (kill((pid_t)-p->pid, 0) < 0 && errno == ESRCH) || !somebody_lives(p->pid));
    return !p->tree_gone;
}

void process_input_finish(struct process *p)
{
    process_input_stop(p);
}

bool process_input_is_read(const struct process *p)
{
    int left = 0;
    return p->in.reader >= 0 && ioctl(p->in.reader, FIONREAD, &left) == 0 && left == 0;
}
