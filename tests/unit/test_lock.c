#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/lock.h"

static char folder[] = "/tmp/test_lock.XXXXXX";
static char path[64];

static int set_up(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "%s/.lock", folder);
    unlink(path);
    return 0;
}

/* Runs in a child: takes the lock, says so, waits to be killed. */
static pid_t holder(int *from)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct error err = {0};
        struct lock *lock = lock_take(path, &err);
        if (write(ends[1], lock ? "y" : "n", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    char answer = '?';
    close(ends[1]);
    assert_int_equal(read(ends[0], &answer, 1), 1);
    assert_int_equal(answer, 'y');
    *from = ends[0];
    return pid;
}

static void end(pid_t pid, int from)
{
    int status;
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    close(from);
}

static void expect_refused(const char *code, const char *word)
{
    struct error err = {0};
    struct lock *lock = lock_take(path, &err);
    assert_null(lock);
    assert_string_equal(err.code, code);
    assert_non_null(strstr(err.message, word));
    assert_non_null(strstr(err.message, path));
    error_clear(&err);
}

static void test_take_and_free(void **state)
{
    (void)state;
    struct error err = {0};
    struct stat st;
    for (int i = 0; i < 3; i++) {
        struct lock *lock = lock_take(path, &err);
        assert_non_null(lock);
        lock_close(lock);
    }
    assert_int_equal(stat(path, &st), 0); /* the file stays */
    assert_int_equal(st.st_size, 0);      /* and names nobody */
    lock_close(NULL);
}

static void test_names_the_holder(void **state)
{
    (void)state;
    int from;
    char host[256] = "", word[320];
    pid_t pid = holder(&from);
    gethostname(host, sizeof host - 1);
    snprintf(word, sizeof word, "held by process %ld on %s since 20", (long)pid, host);
    expect_refused(EC_LOCKED, word);
    expect_refused(EC_LOCKED, "wait for it to end or stop it");
    end(pid, from);
}

static void test_free_when_the_holder_is_killed(void **state)
{
    (void)state;
    int from;
    struct error err = {0};
    pid_t pid = holder(&from);
    end(pid, from);
    struct lock *lock = lock_take(path, &err);
    assert_non_null(lock);
    lock_close(lock);
}

/* The same process asks again: it is locked out, too, and its first lock does not suffer. */
static void test_twice_in_one_process(void **state)
{
    (void)state;
    struct error err = {0};
    char word[64];
    struct lock *lock = lock_take(path, &err);
    assert_non_null(lock);
    snprintf(word, sizeof word, "held by process %ld on", (long)getpid());
    expect_refused(EC_LOCKED, word);
    expect_refused(EC_LOCKED, word);
    lock_close(lock);
    lock = lock_take(path, &err);
    assert_non_null(lock);
    lock_close(lock);
}

/* A child that is forked and lives on (a clipboard keeper) neither keeps our lock nor can free it. */
static void test_children_do_not_inherit(void **state)
{
    (void)state;
    struct error err = {0};
    int status;
    struct lock *lock = lock_take(path, &err);
    assert_non_null(lock);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        lock_close(lock);
        _exit(lock_take(path, &err) ? 1 : 0); /* the parent still holds it */
    }
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    pid_t keeper = fork();
    assert_true(keeper >= 0);
    if (keeper == 0) {
        for (;;)
            pause();
    }
    lock_close(lock);
    lock = lock_take(path, &err);
    assert_non_null(lock);
    kill(keeper, SIGKILL);
    waitpid(keeper, &status, 0);
    lock_close(lock);
}

/* The same when the holder does not get to unlock: kill -9, while its forked child lives on. */
static void test_killed_holder_with_living_child(void **state)
{
    (void)state;
    struct error err = {0};
    int ends[2], status;
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct lock *lock = lock_take(path, &err);
        pid_t child = fork();
        if (child == 0) {
            child = getpid(); /* said by itself: it has let go of the lock by now */
            if (!lock || write(ends[1], &child, sizeof child) != sizeof child)
                _exit(1);
        }
        for (;;)
            pause();
    }
    pid_t child;
    close(ends[1]);
    assert_int_equal(read(ends[0], &child, sizeof child), sizeof child);
    expect_refused(EC_LOCKED, "held by process");
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    assert_int_equal(kill(child, 0), 0); /* still there */
    struct lock *lock = lock_take(path, &err);
    kill(child, SIGKILL);
    assert_non_null(lock);
    lock_close(lock);
    close(ends[0]);
}

static void write_file(const char *text)
{
    FILE *f = fopen(path, "r+");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

/* A signature that cannot be the holder's is not handed on as if it were. */
static void test_strange_signatures(void **state)
{
    (void)state;
    int from;
    pid_t pid = holder(&from);
    write_file("what is this\n");
    expect_refused(EC_LOCKED, "held by another process");
    char host[256] = "", text[320];
    gethostname(host, sizeof host - 1);
    snprintf(text, sizeof text, "%d %s 2026-11-22T10:11:12Z\n", 0x7fffffff, host); /* above pid_max: nobody's */
    write_file(text);
    expect_refused(EC_LOCKED, "held by another process");
    write_file("77 elsewhere.example 2026-11-22T10:11:12Z\n");
    expect_refused(EC_LOCKED, "held by process 77 on elsewhere.example since 2026-11-22T10:11:12Z");
    end(pid, from);
}

static void test_refused_by_the_file_system(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "%s/missing/.lock", folder);
    expect_refused(EC_MISSING, "");
    snprintf(path, sizeof path, "%s/fifo", folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    expect_refused(EC_INVALID, "no regular file");
    unlink(path);
    snprintf(path, sizeof path, "%s/link", folder);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    expect_refused(EC_IO, "");
    unlink(path);
    snprintf(path, sizeof path, "%s/dir", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    expect_refused(EC_IO, "");
    rmdir(path);
    if (geteuid() == 0)
        assert_int_equal(seteuid(65534), 0); /* root may write anywhere */
    assert_int_equal(geteuid() == 65534 || chmod(folder, 0500) == 0, 1);
    snprintf(path, sizeof path, "%s/.lock", folder);
    expect_refused(EC_DENIED, "");
    if (getuid() == 0)
        assert_int_equal(seteuid(0), 0);
    chmod(folder, 0700);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_take_and_free, set_up),
        cmocka_unit_test_setup(test_names_the_holder, set_up),
        cmocka_unit_test_setup(test_free_when_the_holder_is_killed, set_up),
        cmocka_unit_test_setup(test_twice_in_one_process, set_up),
        cmocka_unit_test_setup(test_children_do_not_inherit, set_up),
        cmocka_unit_test_setup(test_killed_holder_with_living_child, set_up),
        cmocka_unit_test_setup(test_strange_signatures, set_up),
        cmocka_unit_test_setup(test_refused_by_the_file_system, set_up),
    };
    if (!mkdtemp(folder))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    snprintf(path, sizeof path, "%s/.lock", folder);
    unlink(path);
    rmdir(folder);
    return failed;
}
