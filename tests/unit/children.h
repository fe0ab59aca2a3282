/* children.h - what tests of children need: a folder of their own, and to know who is dead. */
#ifndef DISPATCH_CHILDREN_H
#define DISPATCH_CHILDREN_H
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/file.h"
#include "core/process.h"
#include "core/wait.h"

#define MS(n) ((n)*CLOCK_MS)
#define LONG (60 * CLOCK_SECOND) /* never reached when the test passes */
#define ARGV(...)                                                                                                      \
    (const char *const[])                                                                                              \
    {                                                                                                                  \
        __VA_ARGS__, NULL                                                                                              \
    }
#define SH(script) ARGV("sh", "-c", script)

static char *home; /* the folder of the test; the working directory */

/* Of the test that runs. */
static struct process *p;
static struct error err;

static int begin(void **state)
{
    (void)state;
    cancel_install();
    cancel_forget();
    home = strdup("/tmp/dispatch-process-XXXXXX");
    return home && mkdtemp(home) && chdir(home) == 0 ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    process_close(p);
    p = NULL;
    error_clear(&err);
    cancel_forget();
    wait_for(NULL, clock_now() + MS(1), NULL); /* libuv closes what was closed */
    bool ok = chdir("/") == 0 && file_remove_tree(home, NULL);
    free(home);
    return ok ? 0 : -1;
}

/* The number that a child wrote into a file. */
static pid_t pid_in(const char *path)
{
    int64_t until = clock_now() + LONG;
    char *bytes = NULL;
    size_t len = 0;
    struct wait_file *file = wait_file_open(path, NULL);
    while (!file_read(path, 100, &bytes, &len, NULL) || !strchr(bytes, '\n')) {
        free(bytes);
        bytes = NULL;
        assert_int_equal(wait_for(wait_file_source(file), until, NULL), WAIT_READY);
    }
    wait_file_close(file);
    pid_t pid = (pid_t)atol(bytes);
    free(bytes);
    assert_true(pid > 0);
    return pid;
}

/* Gone, or dead and not reaped yet by whoever inherited it. */
static bool is_dead(pid_t pid)
{
    char path[64], text[256] = "";
    snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return true;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    const char *state = n > 0 ? strrchr(text, ')') : NULL;
    return !state || state[2] == 'Z' || state[2] == 'X';
}

static void dies_soon(pid_t pid)
{
    for (int64_t until = clock_now() + 5 * CLOCK_SECOND; !is_dead(pid);) {
        assert_true(clock_now() < until);
        wait_for(NULL, clock_now() + MS(2), NULL);
    }
}
#endif
