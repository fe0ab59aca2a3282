/* The terminal: its size, raw input, and writing to it. Reading: test_term_read.c. */
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
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "term_case.h"

/* ---- what it is ---- */

static bool no_terminal(void)
{
    struct error err = {0};
    int columns, rows, ends[2];
    CHECK(pipe(ends) == 0 && dup2(ends[0], 0) == 0 && dup2(ends[1], 1) == 1);
    CHECK(!term_is_tty(TERM_IN) && !term_is_tty(TERM_OUT));
    CHECK(!term_size(&columns, &rows));
    CHECK(is_refused(term_raw(&err), &err, EC_UNSUPPORTED));
    term_restore();
    struct wait_source *resized = term_resized(&err);
    CHECK(resized && wait_for(resized, SOON, &err) == WAIT_EXPIRED);
    raise(SIGWINCH);
    CHECK(wait_for(resized, SOON, &err) == WAIT_EXPIRED);
    close(0);
    CHECK(!term_is_tty(TERM_IN));
    return true;
}

static void test_no_terminal(void **state)
{
    (void)state;
    in_child(no_terminal);
}

static bool resizing(void)
{
    struct error err = {0};
    int columns, rows;
    struct winsize size = {.ws_col = 132, .ws_row = 50};
    CHECK(on_terminal());
    CHECK(term_is_tty(TERM_IN) && term_is_tty(TERM_OUT));
    CHECK(term_size(&columns, &rows) && columns == 80 && rows == 24);
    struct wait_source *resized = term_resized(&err);
    CHECK(resized && resized == term_resized(&err));
    CHECK(wait_for(resized, SOON, &err) == WAIT_EXPIRED);
    for (int i = 0; i < 3; i++) {
        size.ws_col++;
        CHECK(ioctl(master, TIOCSWINSZ, &size) == 0);
        CHECK(wait_for(resized, LATEST, &err) == WAIT_READY);
        CHECK(wait_for(resized, SOON, &err) == WAIT_EXPIRED); /* said once */
    }
    CHECK(term_size(&columns, &rows) && columns == 135 && rows == 50);
    for (int i = 0; i < 100000; i++) /* more than the pipe takes: must not hang */
        raise(SIGWINCH);
    CHECK(wait_for(resized, SOON, &err) == WAIT_EXPIRED); /* same size */
    size.ws_col = 0;
    CHECK(ioctl(master, TIOCSWINSZ, &size) == 0);
    CHECK(!term_size(&columns, &rows)); /* some serial lines say 0 */
    return true;
}

static void test_resizing(void **state)
{
    (void)state;
    in_child(resizing);
}

/* ---- raw ---- */

static bool raw_and_back(void)
{
    struct error err = {0};
    struct termios before, raw, after;
    CHECK(on_terminal());
    CHECK(tcgetattr(0, &before) == 0);
    for (int i = 0; i < 2; i++) {
        CHECK(term_raw(&err) && term_raw(&err));
        CHECK(tcgetattr(0, &raw) == 0);
        CHECK(!(raw.c_lflag & (ICANON | ECHO | ISIG)));
        CHECK(!(raw.c_iflag & (ICRNL | IXON)));
        CHECK((raw.c_oflag & OPOST) == (before.c_oflag & OPOST));
        term_restore();
        term_restore();
        CHECK(tcgetattr(0, &after) == 0);
        CHECK(after.c_lflag == before.c_lflag && after.c_iflag == before.c_iflag);
    }
    return true;
}

/* exit(3) puts the terminal back; a forked child that ends does not. */
static bool raw_and_exit(void)
{
    struct error err = {0};
    struct termios before, now;
    int status;
    CHECK(on_terminal());
    CHECK(tcgetattr(master, &before) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        if (!term_raw(&err))
            _exit(1);
        pid_t keeper = fork();
        if (keeper == 0)
            exit(0);
        waitpid(keeper, &status, 0);
        if (tcgetattr(0, &now) != 0 || (now.c_lflag & ICANON))
            _exit(2);
        exit(0);
    }
    CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK(tcgetattr(master, &now) == 0);
    CHECK(now.c_lflag == before.c_lflag && now.c_iflag == before.c_iflag);
    return true;
}

/* Another job has the terminal: neither stopped nor meddling with its modes. */
static bool raw_behind(void)
{
    struct error err = {0};
    struct termios before, now;
    int status;
    CHECK(on_terminal());
    CHECK(tcgetattr(0, &before) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        _exit(is_refused(term_raw(&err), &err, EC_UNSUPPORTED) ? 0 : 1);
    }
    CHECK(waitpid(pid, &status, WUNTRACED) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK(tcgetattr(0, &now) == 0 && now.c_lflag == before.c_lflag);
    return true;
}

static void test_raw(void **state)
{
    (void)state;
    in_child(raw_and_back);
    in_child(raw_and_exit);
    in_child(raw_behind);
}

/* ---- writing ---- */

static bool write_to_pipe(void)
{
    struct error err = {0};
    int ends[2], status;
    static char text[300000];
    const size_t len = sizeof text;
    CHECK(pipe(ends) == 0);
    pid_t pid = fork();
    if (pid == 0) { /* reads slowly, and says whether all came */
        char part[5000];
        size_t sum = 0;
        ssize_t n;
        close(ends[1]);
        while ((n = read(ends[0], part, sizeof part)) > 0)
            sum += (size_t)n;
        _exit(sum == len ? 0 : 1);
    }
    close(ends[0]);
    CHECK(fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0 && dup2(ends[1], 1) == 1);
    close(ends[1]);
    CHECK(term_write(TERM_OUT, text, len, &err));
    CHECK(term_write(TERM_OUT, "", 0, &err));
    close(1);
    CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return true;
}

/* Nobody reads, and somebody wants to stop. */
static bool write_interrupted(void)
{
    struct error err = {0};
    static char text[300000];
    int ends[2];
    CHECK(pipe(ends) == 0 && fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0 && dup2(ends[1], 1) == 1);
    cancel_request(SIGINT);
    CHECK(is_refused(term_write(TERM_OUT, text, sizeof text, &err), &err, EC_INTERRUPTED));
    CHECK(is_refused(term_write(TERM_OUT, text, sizeof text, &err), &err, EC_INTERRUPTED));
    return true;
}

/* The same on a blocking output, which is stuck in write(2) when the signal comes. */
static bool write_stuck(void)
{
    struct error err = {0};
    static char text[300000];
    int ends[2];
    cancel_install();
    CHECK(pipe(ends) == 0 && dup2(ends[1], 1) == 1);
    pid_t us = getpid(), pid = fork();
    if (pid == 0) {
        int held;
        for (;;) { /* until the pipe is full */
            if (ioctl(ends[0], FIONREAD, &held) == 0 && held >= 65536)
                _exit(kill(us, SIGTERM));
        }
    }
    CHECK(is_refused(term_write(TERM_OUT, text, sizeof text, &err), &err, EC_INTERRUPTED));
    CHECK(cancel_pending() == SIGTERM);
    waitpid(pid, NULL, 0);
    return true;
}

static bool write_to_nobody(void)
{
    struct error err = {0};
    int ends[2];
    CHECK(pipe(ends) == 0 && dup2(ends[1], 1) == 1);
    close(ends[0]);
    CHECK(is_refused(term_write(TERM_OUT, "x", 1, &err), &err, EC_IO));
    close(1);
    CHECK(is_refused(term_write(TERM_OUT, "x", 1, &err), &err, EC_IO));
    return true;
}

static bool write_to_hung_up(void)
{
    struct error err = {0};
    signal(SIGHUP, SIG_IGN);
    CHECK(on_terminal());
    CHECK(term_write(TERM_OUT, "x", 1, &err));
    close(master); /* the line dropped */
    CHECK(is_refused(term_write(TERM_OUT, "x", 1, &err), &err, EC_IO));
    return true;
}

static void test_write(void **state)
{
    (void)state;
    in_child(write_to_pipe);
    in_child(write_interrupted);
    in_child(write_stuck);
    in_child(write_to_nobody);
    in_child(write_to_hung_up);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_terminal),
        cmocka_unit_test(test_resizing),
        cmocka_unit_test(test_raw),
        cmocka_unit_test(test_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
