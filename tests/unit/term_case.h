/* term_case.h - what the tests of the terminal share: a child for each case, and a pseudo-terminal. After cmocka.h. */
#ifndef DISPATCH_TERM_CASE_H
#define DISPATCH_TERM_CASE_H
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/term.h"
#include "core/wait.h"

#define SOON (clock_now() + 50 * CLOCK_MS)       /* for what must not happen */
#define LATEST (clock_now() + 10 * CLOCK_SECOND) /* for what must */

#define CHECK(what)                                                                                                    \
    do {                                                                                                               \
        if (!(what)) {                                                                                                 \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #what);                                                 \
            return false;                                                                                              \
        }                                                                                                              \
    } while (0)

/* Runs in a child; how it ended is the test's result. */
static inline void in_child(bool (*body)(void))
{
    int status;
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        signal(SIGPIPE, SIG_IGN);
        alarm(30);
        _exit(body() ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static int master = -1;

/* A new session on a new pseudo-terminal of 80 times 24, which is stdin and stdout. */
static inline bool on_terminal(void)
{
    struct winsize size = {.ws_col = 80, .ws_row = 24};
    master = posix_openpt(O_RDWR | O_NOCTTY);
    CHECK(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    CHECK(setsid() > 0);
    int slave = open(ptsname(master), O_RDWR); /* the first terminal that a new session opens is its own */
    CHECK(slave >= 0);
    ioctl(slave, TIOCSCTTY, 0);
    CHECK(ioctl(master, TIOCSWINSZ, &size) == 0);
    CHECK(dup2(slave, 0) == 0 && dup2(slave, 1) == 1);
    close(slave);
    return true;
}

static inline bool is_refused(bool ok, struct error *err, const char *code)
{
    CHECK(!ok);
    CHECK(err->code && err->message);
    CHECK(strcmp(err->code, code) == 0);
    CHECK(strstr(err->message, "std"));
    error_clear(err);
    return true;
}
#endif
