/* process_kill.c - the end of a child and of everything that it started. Whoever leaves the group (setsid(2), as
 * daemons do) has left the tree. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "process_private.h"

#define LOOK_FIRST (1 * CLOCK_MS) /* nobody tells when a grandchild ends; each further look takes twice as long */
#define LOOK_SLOWEST (20 * CLOCK_MS)
#define DIE_WITHIN (5 * CLOCK_SECOND) /* after SIGKILL: only a process inside the kernel takes longer than ms */
#define GRACE (2 * CLOCK_SECOND)      /* between SIGTERM and SIGKILL where nobody said how long */

bool process_group_signal(struct process *p, int number)
{
    return !p->group_gone && kill((pid_t)-p->pid, number) == 0;
}

/* Group and state out of /proc/PID/stat (proc(5)): "PID (NAME) STATE PPID GROUP …", where NAME may hold anything. */
static bool lives_in_group(const char *pid, int64_t group)
{
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    const char *rest = strrchr(text, ')');
    char state;
    long parent, in;
    if (!rest || sscanf(rest + 1, " %c %ld %ld", &state, &parent, &in) != 3)
        return false;
    return in == group && state != 'Z' && state != 'X';
}

/* kill(2) counts the dead whom nobody has reaped, which in a container may be never. */
static bool somebody_lives(int64_t group)
{
    DIR *proc = opendir("/proc");
    if (!proc)
        return true; /* another system: the kernel's word stands */
    bool found = false;
    for (struct dirent *entry; !found && (entry = readdir(proc));)
        found = isdigit((unsigned char)entry->d_name[0]) && lives_in_group(entry->d_name, group);
    closedir(proc);
    return found;
}

bool process_group_is_left(struct process *p)
{
    if (!p->exited)
        return true;
    if (!p->group_gone)
        p->group_gone = (kill((pid_t)-p->pid, 0) < 0 && errno == ESRCH) || !somebody_lives(p->pid);
    return !p->group_gone;
}

/* The first phase of process_kill() ends early when clean-up has to hurry. */
bool process_gone_ready(struct wait_source *self, int64_t now, int64_t *again)
{
    struct process *p = WAIT_OWNER(self, struct process, gone);
    if (!process_group_is_left(p) || (p->asked_to_stop && cancel_hurried()))
        return true;
    *again = now + p->look;
    p->look = p->look * 2 < LOOK_SLOWEST ? p->look * 2 : LOOK_SLOWEST;
    return false;
}

bool process_kill(struct process *p, int64_t until, struct error *err)
{
    if (!process_group_is_left(p))
        return true;
    wait_children(+1); /* a group of grandchildren ends in real time as well */
    p->look = LOOK_FIRST;
    p->asked_to_stop = true;
    process_group_signal(p, SIGTERM);
    process_group_signal(p, SIGCONT); /* who is suspended cannot hear it */
    wait_despite_cancel(&p->gone, until, NULL);
    p->asked_to_stop = false;
    if (process_group_is_left(p)) {
        p->look = LOOK_FIRST;
        process_group_signal(p, SIGKILL);
        wait_despite_cancel(&p->gone, clock_now() + DIE_WITHIN, NULL);
    }
    wait_children(-1);
    if (process_group_is_left(p))
        return error_set(err, EC_IO, "%s: process group %lld is still there after SIGKILL", p->name, (long long)p->pid);
    return true;
}

bool process_run(const struct process_spec *spec, int64_t until, struct process **p, struct error *err)
{
    int64_t from = clock_now();
    *p = process_spawn(spec, err);
    if (!*p)
        return false;
    enum wait_result result = wait_for(&(*p)->source, until, err);
    if (result == WAIT_READY)
        return true;
    int64_t span = until > from ? until - from : 0;
    double seconds = (double)span / (double)CLOCK_SECOND;
    if (result == WAIT_TIMEOUT)
        error_set(err, EC_TIMEOUT, "%s: did not end within %.*g s", (*p)->name, seconds < 1000 ? 3 : 9, seconds);
    else
        wait_refuse(result, err, (*p)->name);
    process_kill(*p, clock_now() + GRACE, NULL);
    return false;
}
