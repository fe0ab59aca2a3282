/* Files as sources where the system gives no watch: the slow look alone sees what happens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/clock.h"
#include "core/file.h"
#include "core/wait.h"

#define MS(n) ((n)*CLOCK_MS)

static char home[] = "/tmp/dispatch-wait-XXXXXX"; /* the working directory */

static int begin(void **state)
{
    (void)state;
    return mkdtemp(home) ? chdir(home) : -1;
}

static int end(void **state)
{
    (void)state;
    return chdir("/") == 0 && file_remove_tree(home, NULL) ? 0 : -1;
}

/* In a child: it may open no more files, so inotify is refused. */
static void without_watches(void)
{
    struct wait_file *file = wait_file_open("a/b", NULL);
    int next_fd = wait_loop(NULL) ? dup(0) : -1;
    close(next_fd);
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = (rlim_t)next_fd;
    if (next_fd < 0 || setrlimit(RLIMIT_NOFILE, &limit) < 0)
        _exit(1);
    if (wait_for(wait_file_source(file), 0, NULL) != WAIT_EXPIRED)
        _exit(2);
    mkdir("a", 0755);
    symlink("anywhere", "a/b"); /* needs no descriptor */
    if (wait_for(wait_file_source(file), clock_now() + MS(2500), NULL) != WAIT_READY)
        _exit(3);
    clock_simulate_begin(); /* and here nothing but the slow look can see it */
    unlink("a/b");
    int64_t from = clock_now();
    if (wait_for(wait_file_source(file), clock_now() + MS(60000), NULL) != WAIT_READY)
        _exit(4);
    if (clock_now() > from + MS(2500))
        _exit(5);
    wait_file_close(file);
}

static void where_the_system_gives_no_watch_it_looks(void **state)
{
    (void)state;
    pid_t pid = fork();
    if (pid == 0) {
        without_watches();
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(where_the_system_gives_no_watch_it_looks, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
