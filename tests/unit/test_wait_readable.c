#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/wait.h"

/* Without the look, FIONREAD would now and then tell 0: a worker of the kernel carries the bytes over. */
static void a_look_at_a_terminal_takes_in_what_was_written(void **state)
{
    (void)state;
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    struct termios mode;
    assert_int_equal(tcgetattr(slave, &mode), 0);
    mode.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    assert_int_equal(tcsetattr(slave, TCSANOW, &mode), 0);
    assert_false(wait_readable(slave));
    for (int i = 0; i < 1000; i++) {
        int unread = -1;
        char bytes[100] = "";
        assert_int_equal(write(master, bytes, sizeof bytes), sizeof bytes);
        assert_true(wait_readable(slave));
        assert_int_equal(ioctl(slave, FIONREAD, &unread), 0);
        assert_int_equal(unread, sizeof bytes);
        assert_int_equal(read(slave, bytes, sizeof bytes), sizeof bytes);
    }
    close(slave);
    close(master);
    assert_false(wait_readable(slave));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_look_at_a_terminal_takes_in_what_was_written)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
