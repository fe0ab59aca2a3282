#include "reaper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "descriptors.h"

enum { GROUPS = 1024 }; /* at one time; who comes after them is not known to it */

static int to_reaper = -1;
static pid_t reaper, we;

/* A pid begins a group, a negative one ends it. Each comes in one piece: it is shorter than PIPE_BUF. */
static void serve(int from)
{
    static pid_t groups[GROUPS];
    size_t n = 0;
    pid_t told;
    for (ssize_t got; (got = read(from, &told, sizeof told)) == sizeof told || (got < 0 && errno == EINTR);) {
        if (got < 0)
            continue;
        size_t i = 0;
        while (i < n && groups[i] != (told < 0 ? -told : told))
            i++;
        if (told < 0 && i < n)
            groups[i] = groups[--n];
        else if (told > 0 && i == n && n < GROUPS)
            groups[n++] = told;
    }
    while (n > 0)
        kill(-groups[--n], SIGKILL);
    _exit(0);
}

/* Waits for it, so that nothing of us is left when we are gone. */
static void end(void)
{
    if (getpid() != we || to_reaper < 0)
        return;
    close(to_reaper);
    to_reaper = -1;
    while (waitpid(reaper, NULL, 0) < 0 && errno == EINTR)
        ;
}

static void begin(void)
{
    int ends[2];
    sigset_t every, before;
    if (pipe(ends) < 0)
        return;
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    sigfillset(&every);
    sigprocmask(SIG_SETMASK, &every, &before); /* for ever in the reaper: it ends when we do, and not earlier */
    reaper = fork();
    if (reaper == 0) {
        setsid();
        descriptors_close(ends[0]);
        if (chdir("/") == 0)
            serve(ends[0]);
        _exit(1);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(ends[0]);
    if (reaper < 0) {
        close(ends[1]);
        return;
    }
    to_reaper = ends[1];
    we = getpid();
    atexit(end);
}

static void tell(pid_t what)
{
    if (to_reaper < 0 || getpid() != we)
        return;
    while (write(to_reaper, &what, sizeof what) < 0 && errno == EINTR)
        ;
}

void reaper_watch(pid_t group)
{
    static bool begun;
    if (!begun)
        begin();
    begun = true;
    tell(group);
}

void reaper_forget(pid_t group)
{
    tell(-group);
}
