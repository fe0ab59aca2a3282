#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static char *joined(const char *folder, const char *name)
{
    int len = snprintf(NULL, 0, "%s/tmux-%lu/%s", folder, (unsigned long)getuid(), name);
    char *path = len < 0 ? NULL : malloc((size_t)len + 1);
    if (path)
        snprintf(path, (size_t)len + 1, "%s/tmux-%lu/%s", folder, (unsigned long)getuid(), name);
    return path;
}

/* As tmux.c does it: $TMUX is "socket,server pid,session". */
char *tmux_socket(const char *where, struct error *err)
{
    const char *here = getenv("TMUX"), *folder = getenv("TMUX_TMPDIR");
    if (where && !*where)
        where = NULL;
    char *path;
    if (where && strchr(where, '/'))
        path = strdup(where);
    else if (!where && here && *here && *here != ',')
        path = strndup(here, strcspn(here, ","));
    else
        path = joined(folder && *folder ? folder : "/tmp", where ? where : "default");
    if (!path)
        error_set(err, EC_MEMORY, "tmux: out of memory");
    return path;
}

uid_t tmux_socket_owner(const char *socket)
{
    struct stat st;
    return stat(socket, &st) == 0 ? st.st_uid : geteuid();
}

static bool is_program(const char *folder, size_t len, const char *name)
{
    char *path = malloc(len + strlen(name) + 2);
    if (!path)
        return false;
    memcpy(path, folder, len);
    path[len] = '/';
    strcpy(path + len + 1, name);
    bool found = access(path, X_OK) == 0;
    free(path);
    return found;
}

static bool is_on_path(const char *name)
{
    const char *folder = getenv("PATH");
    while (folder && *folder) {
        size_t len = strcspn(folder, ":");
        if (len && is_program(folder, len, name))
            return true;
        folder += len + (folder[len] == ':');
    }
    return false;
}

static bool no_server(const char *socket, const char *why, struct error *err)
{
    return error_set(err, EC_NO_DISPLAY,
                     "%s: no tmux server answers there (%s); open the workers in tmux first, or name its socket with"
                     " -TmuxSocket",
                     socket, why);
}

bool tmux_socket_answers(const char *path, struct error *err)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof at.sun_path)
        return no_server(path, strerror(ENAMETOOLONG), err);
    strcpy(at.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return error_from_errno(err, errno, "tmux: a socket");
    /* EAGAIN: it listens, and its queue is full */
    bool answers = connect(fd, (const struct sockaddr *)&at, sizeof at) == 0 || errno == EAGAIN;
    int number = errno;
    close(fd);
    if (!answers)
        return no_server(path, strerror(number), err);
    if (!is_on_path("tmux"))
        return error_set(err, EC_NO_DISPLAY, "tmux: a server runs, but no program 'tmux' is on PATH; install it");
    return true;
}

/* Ours without what would make tmux think of nesting. The strings stay environ's. Caller frees the array. */
static char **environment(void)
{
    size_t n = 0, kept = 0;
    while (environ[n])
        n++;
    char **copy = malloc((n + 1) * sizeof *copy);
    if (!copy)
        return NULL;
    for (size_t i = 0; i < n; i++)
        if (strncmp(environ[i], "TMUX=", 5) != 0 && strncmp(environ[i], "TMUX_PANE=", 10) != 0)
            copy[kept++] = environ[i];
    copy[kept] = NULL;
    return copy;
}

/* Ctrl-C at our terminal is ours to answer; what we ignore or block, the child must not. */
static int set_signals(posix_spawnattr_t *attributes)
{
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    int number = posix_spawnattr_setsigdefault(attributes, &all);
    if (!number)
        number = posix_spawnattr_setsigmask(attributes, &none);
    if (!number)
        number = posix_spawnattr_setpgroup(attributes, 0);
    if (!number)
        number = posix_spawnattr_setflags(attributes,
                                          POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    return number;
}

static int spawn(const char *socket, int fd, char **env, pid_t *pid)
{
    /* -N: starts no server. -E: leaves the session's environment */
    const char *argv[] = {"tmux", "-N", "-u", "-S", socket, "-C", "attach-session", "-E", "-f", "no-output,ignore-size",
                          NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int number = posix_spawn_file_actions_init(&actions);
    if (number)
        return number;
    number = posix_spawnattr_init(&attributes);
    if (number)
        goto no_attributes;
    for (int to = 0; to <= 2 && !number; to++)
        number = posix_spawn_file_actions_adddup2(&actions, fd, to);
    if (!number)
        number = set_signals(&attributes);
    if (!number)
        number = posix_spawnp(pid, "tmux", &actions, &attributes, (char *const *)argv, env);
    posix_spawnattr_destroy(&attributes);
no_attributes:
    posix_spawn_file_actions_destroy(&actions);
    return number;
}

bool tmux_client_start(const char *socket, struct tmux_client *client, struct error *err)
{
    int ends[2];
    pid_t pid;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return error_from_errno(err, errno, "tmux: a pair of sockets");
    char **env = environment();
    int number = env ? spawn(socket, ends[1], env, &pid) : ENOMEM;
    free(env);
    close(ends[1]);
    if (number) {
        close(ends[0]);
        error_from_errno(err, number, "tmux");
        return error_set(err, EC_NO_DISPLAY, "%s; is it installed?", err && err->message ? err->message : "tmux");
    }
    *client = (struct tmux_client){.fd = ends[0], .pid = pid};
    return true;
}

void tmux_client_stop(struct tmux_client *client)
{
    close(client->fd);
    /* The server sees the socket close and forgets the client: nothing that it could still do is worth a wait. */
    kill(client->pid, SIGKILL);
    while (waitpid(client->pid, NULL, 0) < 0 && errno == EINTR)
        ;
}
