/* stdin as a pipe, a file, a device, a terminal. */
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

static bool read_is(const char *expected, bool expected_end)
{
    struct error err = {0};
    char bytes[64];
    size_t len;
    bool end;
    CHECK(term_read(bytes, sizeof bytes, &len, &end, &err));
    CHECK(len == strlen(expected) && memcmp(bytes, expected, len) == 0 && end == expected_end);
    return true;
}

static bool read_from_pipe(void)
{
    struct error err = {0};
    int ends[2];
    char bytes[3];
    size_t len;
    bool end;
    CHECK(pipe(ends) == 0 && dup2(ends[0], 0) == 0);
    struct wait_source *input = term_input(&err);
    CHECK(input && input == term_input(&err));
    CHECK(wait_for(input, SOON, &err) == WAIT_EXPIRED);
    CHECK(read_is("", false)); /* nothing, and it does not wait */
    CHECK(write(ends[1], "hello", 5) == 5);
    CHECK(wait_for(input, LATEST, &err) == WAIT_READY);
    CHECK(term_read(bytes, 3, &len, &end, &err) && len == 3 && memcmp(bytes, "hel", 3) == 0 && !end);
    CHECK(wait_for(input, SOON, &err) == WAIT_READY); /* the rest */
    CHECK(read_is("lo", false));
    CHECK(wait_for(input, SOON, &err) == WAIT_EXPIRED);
    CHECK(write(ends[1], "bye", 3) == 3);
    close(ends[1]);
    CHECK(wait_for(input, LATEST, &err) == WAIT_READY);
    CHECK(read_is("bye", false));
    CHECK(wait_for(input, LATEST, &err) == WAIT_READY);
    CHECK(read_is("", true));
    CHECK(wait_for(input, SOON, &err) == WAIT_READY); /* the end stays */
    return true;
}

/* More than is read ahead: the rest stays in the pipe, and nothing spins or is lost. */
static bool read_much(void)
{
    struct error err = {0};
    int ends[2];
    size_t sum = 0, len;
    bool end = false;
    CHECK(pipe(ends) == 0 && dup2(ends[0], 0) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        static char text[1000];
        close(0);
        close(ends[0]);
        for (int i = 0; i < 300; i++)
            if (write(ends[1], text, sizeof text) != sizeof text)
                _exit(1);
        _exit(0);
    }
    close(ends[1]);
    struct wait_source *input = term_input(&err);
    CHECK(input);
    CHECK(wait_for(NULL, clock_now() + 200 * CLOCK_MS, &err) == WAIT_EXPIRED); /* it fills */
    while (!end) {
        char bytes[4096];
        CHECK(wait_for(input, LATEST, &err) == WAIT_READY);
        CHECK(term_read(bytes, sizeof bytes, &len, &end, &err));
        sum += len;
    }
    CHECK(sum == 300000);
    waitpid(pid, NULL, 0);
    return true;
}

/* Files and devices cannot be watched, and are always ready. */
static bool read_from_file(void)
{
    struct error err = {0};
    char path[] = "/tmp/test_term.XXXXXX";
    int fd = mkstemp(path), null = open("/dev/null", O_RDONLY);
    CHECK(fd >= 0 && null >= 0 && write(fd, "text", 4) == 4 && lseek(fd, 0, SEEK_SET) == 0);
    unlink(path);
    CHECK(dup2(fd, 0) == 0);
    struct wait_source *input = term_input(&err);
    CHECK(input && wait_for(input, SOON, &err) == WAIT_READY);
    CHECK(read_is("text", false) && read_is("", true));
    CHECK(dup2(null, 0) == 0);
    CHECK(wait_for(input, SOON, &err) == WAIT_READY && read_is("", true));
    return true;
}

static bool read_refused(void)
{
    struct error err = {0};
    char bytes[4];
    size_t len;
    bool end;
    int folder = open("/tmp", O_RDONLY);
    close(0);
    CHECK(is_refused(term_input(&err) != NULL, &err, EC_IO));
    CHECK(is_refused(term_read(bytes, 4, &len, &end, &err), &err, EC_IO));
    CHECK(dup2(folder, 0) == 0);
    CHECK(term_input(&err));
    CHECK(is_refused(term_read(bytes, 4, &len, &end, &err), &err, EC_IO));
    return true;
}

static bool read_from_terminal(void)
{
    struct error err = {0};
    signal(SIGHUP, SIG_IGN);
    CHECK(on_terminal());
    int flags = fcntl(0, F_GETFL);
    struct wait_source *input = term_input(&err);
    CHECK(input && term_raw(&err));
    CHECK(fcntl(0, F_GETFL) == flags); /* the shell's terminal stays blocking */
    CHECK(wait_for(input, SOON, &err) == WAIT_EXPIRED);
    CHECK(write(master, "\3q", 2) == 2); /* Ctrl-C is a byte, and no line has to end */
    CHECK(wait_for(input, LATEST, &err) == WAIT_READY);
    CHECK(read_is("\3q", false));
    close(master);
    CHECK(wait_for(input, LATEST, &err) == WAIT_READY);
    CHECK(read_is("", true));
    term_restore();
    return true;
}

static void test_read(void **state)
{
    (void)state;
    in_child(read_from_pipe);
    in_child(read_much);
    in_child(read_from_file);
    in_child(read_refused);
    in_child(read_from_terminal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
