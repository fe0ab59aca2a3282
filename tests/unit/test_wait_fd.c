/* Descriptors that are read in every wait. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "puppets.h"

struct reader {
    struct puppet *puppet;
    struct wait_fd *watch;
    int fd, bytes;
};

static void read_some(void *owner)
{
    struct reader *r = owner;
    char buffer[64];
    ssize_t n = read(r->fd, buffer, sizeof buffer);
    if (n > 0)
        r->bytes += (int)n;
    if (n == 0) {
        wait_fd_close(r->watch); /* from inside its own callback */
        r->watch = NULL;
    }
    r->puppet->ready = true;
    wait_mark(&r->puppet->source);
}

static void a_descriptor_is_read_in_every_wait(void **state)
{
    (void)state;
    int fds[2];
    struct reader r = {.puppet = hire()};
    assert_int_equal(pipe(fds), 0);
    r.fd = fds[0];
    int flags = fcntl(fds[0], F_GETFL);
    r.watch = wait_fd_open(fds[0], read_some, &r, &err);
    assert_non_null(r.watch);
    assert_int_equal(fcntl(fds[0], F_GETFL), flags); /* still blocking, as whoever shares it expects */
    add(r.puppet);
    assert_int_equal(next(0), WAIT_EXPIRED);
    assert_int_equal(write(fds[1], "hello", 5), 5);
    assert_int_equal(wait_for(NULL, clock_now() + MS(1), &err), WAIT_EXPIRED);
    assert_int_equal(r.bytes, 5);
    assert_int_equal(next(LONG), WAIT_READY);
    close(fds[1]);
    assert_int_equal(next(LONG), WAIT_READY);
    assert_int_equal(next(LONG), WAIT_READY);
    assert_null(r.watch);
    close(fds[0]);
    wait_fd_close(NULL);
}

static void wait_inside(void *owner)
{
    struct reader *r = owner;
    struct error e = {0};
    read_some(owner);
    r->puppet->ready = wait_for(NULL, 0, &e) == WAIT_BROKEN && strcmp(e.code, EC_INVALID) == 0;
    error_clear(&e);
}

static void callbacks_may_not_wait(void **state)
{
    (void)state;
    int fds[2];
    struct reader r = {.puppet = hire()};
    assert_int_equal(pipe(fds), 0);
    r.fd = fds[0];
    r.watch = wait_fd_open(fds[0], wait_inside, &r, &err);
    add(r.puppet);
    assert_int_equal(write(fds[1], "x", 1), 1);
    assert_int_equal(next(LONG), WAIT_READY);
    wait_fd_close(r.watch);
    close(fds[0]);
    close(fds[1]);
}

static void what_cannot_be_watched_is_refused(void **state)
{
    (void)state;
    assert_null(wait_fd_open(-1, read_some, NULL, &err));
    assert_non_null(err.message);
    int fd = open("/proc/self/exe", O_RDONLY);
    assert_null(wait_fd_open(fd, read_some, NULL, &err));
    close(fd);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, begin, end)
    static const struct CMUnitTest tests[] = {
        T(a_descriptor_is_read_in_every_wait),
        T(callbacks_may_not_wait),
        T(what_cannot_be_watched_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
