/* Real programs on real pseudo terminals. Shells that may not be installed are played by this program under their
 * names: what counts is the name of the file and the arguments. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/foreground.h"

static const char PLAYS[] = "DISPATCH_TEST_PLAYS"; /* in the environment: do nothing until a signal comes */
static char *folder, *self;

struct child {
    pid_t pid;
    int terminal; /* master side */
};

static char *join(const char *a, const char *b)
{
    size_t size = strlen(a) + strlen(b) + 2;
    char *path = malloc(size);
    assert_non_null(path);
    snprintf(path, size, "%s/%s", a, b);
    return path;
}

/* In the child: a session on the terminal, as a terminal emulator starts one. */
static void sit_on(const char *terminal)
{
    setsid();
    int fd = open(terminal, O_RDWR);
    if (fd < 0 || ioctl(fd, TIOCSCTTY, 0) < 0)
        _exit(120);
    dup2(fd, 0);
    dup2(fd, 1);
    dup2(fd, 2);
    if (fd > 2)
        close(fd);
}

static struct child start(const char *const *argv, void (*instead)(void))
{
    struct child c = {.terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)};
    assert_true(c.terminal >= 0 && grantpt(c.terminal) == 0 && unlockpt(c.terminal) == 0);
    char *name = strdup(ptsname(c.terminal));
    c.pid = fork();
    assert_true(c.pid >= 0);
    if (c.pid == 0) {
        sit_on(name);
        if (instead)
            instead();
        else
            execvp(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    free(name);
    return c;
}

static void stop(struct child c)
{
    kill(-c.pid, SIGKILL);
    kill(c.pid, SIGKILL);
    close(c.terminal);
    assert_int_equal(waitpid(c.pid, NULL, 0), c.pid);
}

/* Asks until the foreground program has that name, at most 10 s. */
static struct foreground eventually(struct child c, const char *name)
{
    struct foreground f;
    for (int i = 0; i < 10000; i++) {
        if (foreground_of(c.pid, &f)) {
            if (strcmp(f.name, name) == 0)
                return f;
            foreground_clear(&f);
        }
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    fail_msg("'%s' never came to the front", name);
    return f;
}

/* The same, until it is (not) a shell: just after exec the kernel knows the program and not yet its arguments. */
static struct foreground eventually_shell(struct child c, const char *name, bool shell)
{
    for (int i = 0; i < 10000; i++) {
        struct foreground f = eventually(c, name);
        if (f.shell == shell)
            return f;
        foreground_clear(&f);
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    fail_msg("%s: shell should be %d", name, shell);
    return (struct foreground){0};
}

static const struct {
    bool shell;
    const char *argv[6];
} shells[] = {
    {true, {"bash"}},
    {true, {"sh", "-i"}},
    {true, {"dash", "-e", "-u"}},
    {true, {"bash", "--norc", "-l"}},
    {true, {"bash", "-norc"}},
    {true, {"bash", "-o", "vi"}},
    {true, {"bash", "+O", "extglob", "-i"}},
    {true, {"bash", "--rcfile", "/etc/x"}},
    {true, {"bash", "--"}},
    {true, {"sh", "-"}},
    {true, {"sh", "-s", "argument"}},
    {true, {"zsh", "-f"}},
    {true, {"fish", "-C", "set x 1"}},
    {true, {"fish", "--init-command=set x 1", "--private"}},
    {true, {"ksh"}},
    {true, {"tcsh", "-l"}},
    {true, {"nu", "--login"}},
    {true, {"pwsh", "-NoLogo"}},
    {true, {"pwsh", "-NoExit", "-Command", "x"}},
    {true, {"pwsh", "-ExecutionPolicy", "Bypass"}},
    {true, {"elvish", "-norc"}},
    {false, {"bash", "worker.sh"}},
    {false, {"bash", "-c", "sleep 1; :"}},
    {false, {"bash", "-euc", "sleep 1"}},
    {false, {"bash", "-eo", "pipefail", "worker.sh"}},
    {false, {"bash", "-i", "worker.sh"}},
    {false, {"sh", "--", "worker.sh"}},
    {false, {"bash", "--rcfile", "/etc/x", "worker.sh"}},
    {false, {"fish", "-c", "x"}},
    {false, {"fish", "--command=x"}},
    {false, {"zsh", "worker.zsh", "-s"}},
    {false, {"pwsh", "-NoLogo", "-File", "worker.ps1"}},
    {false, {"pwsh", "-ExecutionPolicy", "Bypass", "worker.ps1"}},
    {false, {"nu", "--config", "x", "worker.nu"}},
    {false, {"python3", "-i"}},
    {false, {"bashful"}},
};

static void shells_and_their_arguments(void **state)
{
    (void)state;
    setenv(PLAYS, "1", 1);
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
        char *path = join(folder, shells[i].argv[0]);
        assert_true(link(self, path) == 0 || errno == EEXIST);
        const char *argv[7] = {path};
        for (size_t k = 1; shells[i].argv[k]; k++)
            argv[k] = shells[i].argv[k];
        struct child c = start(argv, NULL);
        struct foreground f = eventually_shell(c, shells[i].argv[0], shells[i].shell);
        assert_int_equal(f.pid, c.pid);
        assert_false(f.relay || f.stopped);
        foreground_clear(&f);
        stop(c);
        unlink(path);
        free(path);
    }
    unsetenv(PLAYS);
}

static const struct {
    const char *name, *argv[4];
} scripts[] = {
    {"codex", {"node", "/opt/agents/bin/codex"}},
    {"codex", {"node", "codex.js"}},
    {"main.loop", {"bun", "main.loop.ts", "-x"}},
    {"tool", {"python3.11", "/usr/bin/tool.py"}},
    {"agent.new", {"perl", "./agent.new"}},
    {".js", {"node", ".js"}},
    {"node", {"node", "--inspect", "codex"}},
    {"node", {"node"}},
    {"python3.11", {"python3.11", "-m", "codex"}},
    {"node", {"node", "folder/"}},
    {"nodemon", {"nodemon", "codex"}},
    {"asciinema", {"python3", "/usr/bin/asciinema", "rec"}},
};

static void scripts_are_known_by_their_own_name(void **state)
{
    (void)state;
    setenv(PLAYS, "1", 1);
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        char *path = join(folder, scripts[i].argv[0]);
        assert_true(link(self, path) == 0 || errno == EEXIST);
        struct child c = start((const char *[]){path, scripts[i].argv[1], scripts[i].argv[2], NULL}, NULL);
        struct foreground f = eventually(c, scripts[i].name);
        assert_false(f.shell);
        assert_int_equal(f.relay, strcmp(f.name, "asciinema") == 0);
        foreground_clear(&f);
        stop(c);
        unlink(path);
        free(path);
    }
    unsetenv(PLAYS);
}

static void programs_that_pass_text_on(void **state)
{
    (void)state;
    static const char *const relays[] = {"ssh", "mosh-client", "tmux", "screen", "script", "docker", "kubectl", "sudo"};
    setenv(PLAYS, "1", 1);
    for (size_t i = 0; i < sizeof relays / sizeof *relays; i++) {
        char *path = join(folder, relays[i]);
        assert_int_equal(link(self, path), 0);
        struct child c = start((const char *const[]){path, "host", NULL}, NULL);
        struct foreground f = eventually(c, relays[i]);
        assert_true(f.relay && !f.shell);
        foreground_clear(&f);
        stop(c);
        unlink(path);
        free(path);
    }
    unsetenv(PLAYS);
}

static void a_shell_script_is_named_by_its_shell(void **state)
{
    (void)state;
    char *path = join(folder, "worker.sh");
    FILE *script = fopen(path, "w");
    assert_non_null(script);
    fputs("#!/bin/bash\nread -r line\n", script);
    fclose(script);
    chmod(path, 0755);
    struct child c = start((const char *const[]){path, NULL}, NULL);
    struct foreground f = eventually_shell(c, "bash", false);
    foreground_clear(&f);
    stop(c);
    unlink(path);
    free(path);
}

static void a_shell_steps_back_while_a_program_runs(void **state)
{
    (void)state;
    struct child c = start((const char *const[]){"bash", "--norc", "--noprofile", "-i", NULL}, NULL);
    struct foreground f = eventually_shell(c, "bash", true);
    foreground_clear(&f);
    assert_int_equal(write(c.terminal, "cat\n", 4), 4);
    f = eventually_shell(c, "cat", false);
    assert_int_not_equal(f.pid, c.pid);
    foreground_clear(&f);
    assert_int_equal(write(c.terminal, "\x04", 1), 1); /* end of input */
    f = eventually_shell(c, "bash", true);
    foreground_clear(&f);
    stop(c);
}

static void a_suspended_program_is_told_apart(void **state)
{
    (void)state;
    struct child c = start((const char *const[]){"cat", NULL}, NULL);
    struct foreground f = eventually(c, "cat");
    assert_false(f.stopped);
    foreground_clear(&f);
    kill(c.pid, SIGSTOP);
    assert_int_equal(waitpid(c.pid, NULL, WUNTRACED), c.pid);
    f = eventually(c, "cat");
    assert_true(f.stopped);
    foreground_clear(&f);
    stop(c);
}

/* The session's first process starts a group of two, gives it the terminal, and its leader ends. */
static void leave_a_group_without_leader(void)
{
    int started[2]; /* closed at the exec */
    if (pipe(started) < 0 || fcntl(started[1], F_SETFD, FD_CLOEXEC) < 0)
        _exit(120);
    signal(SIGTTOU, SIG_IGN);
    pid_t leader = fork();
    if (leader == 0) {
        setpgid(0, 0);
        if (fork() == 0)
            execlp("sleep", "sleep", "100", (char *)NULL);
        close(started[1]);
        pause();
        _exit(0);
    }
    setpgid(leader, leader);
    tcsetpgrp(0, leader);
    close(started[1]);
    char byte;
    if (read(started[0], &byte, 1) != 0)
        _exit(120);
    kill(leader, SIGKILL);
    waitpid(leader, NULL, 0);
    pause();
}

static void a_group_outlives_its_leader(void **state)
{
    (void)state;
    struct child c = start(NULL, leave_a_group_without_leader);
    struct foreground f = eventually(c, "sleep");
    assert_int_not_equal(f.pid, c.pid);
    kill((pid_t)f.pid, SIGKILL);
    foreground_clear(&f);
    stop(c);
}

static void no_terminal_and_no_process_is_unknown(void **state)
{
    (void)state;
    struct foreground f = {.name = NULL, .shell = true};
    assert_false(foreground_of(INT32_MAX, &f)); /* above the kernel's highest pid */
    assert_null(f.name);
    assert_false(f.shell);
    foreground_clear(&f);

    int hold[2];
    assert_int_equal(pipe(hold), 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(hold[1]);
        setsid();
        char byte;
        _exit(read(hold[0], &byte, 1) == 0 ? 0 : 1);
    }
    close(hold[0]);
    while (getsid(pid) != pid)
        ;
    assert_false(foreground_of(pid, &f));
    close(hold[1]);
    waitpid(pid, NULL, 0);
}

static void our_ancestors_begin_with_us(void **state)
{
    (void)state;
    int64_t pids[64];
    size_t n = foreground_ancestors(pids, 64);
    assert_in_range(n, 1, 64);
    assert_int_equal(pids[0], getpid());
    assert_true(n == 1 || pids[1] == getppid());
    assert_int_equal(foreground_ancestors(pids, 1), 1);
}

static int make_folder(void **state)
{
    (void)state;
    char link_target[4096];
    ssize_t n = readlink("/proc/self/exe", link_target, sizeof link_target - 1);
    if (n < 0)
        return -1;
    link_target[n] = '\0';
    self = strdup(link_target);
    folder = self ? join(self, "XXXXXX") : NULL; /* beside the program: a hard link needs the same file system */
    if (!folder)
        return -1;
    folder[strlen(self)] = '-';
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    int status = rmdir(folder);
    free(folder);
    free(self);
    return status;
}

int main(void)
{
    if (getenv(PLAYS)) {
        pause();
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shells_and_their_arguments),
        cmocka_unit_test(programs_that_pass_text_on),
        cmocka_unit_test(scripts_are_known_by_their_own_name),
        cmocka_unit_test(a_shell_script_is_named_by_its_shell),
        cmocka_unit_test(a_shell_steps_back_while_a_program_runs),
        cmocka_unit_test(a_suspended_program_is_told_apart),
        cmocka_unit_test(a_group_outlives_its_leader),
        cmocka_unit_test(no_terminal_and_no_process_is_unknown),
        cmocka_unit_test(our_ancestors_begin_with_us),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
