/* New files, files replaced in one step, journals; with a disk that is full. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/file.h"
#include "folder_case.h"

static void test_create(void **state)
{
    (void)state;
    struct error err = {0};
    struct stat st;
    mode_t before = umask(027);
    make("a", "text");
    umask(before);
    assert_int_equal(stat(in("a"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    assert_false(file_create(in("a"), "other", 5, &err));
    expect_refused(&err, EC_EXISTS, in("a"));
    expect_content("a", "text");
    assert_int_equal(symlink("target", in("link")), 0);
    assert_false(file_create(in("link"), "other", 5, &err));
    expect_refused(&err, EC_EXISTS, in("link"));
    assert_int_equal(access(in("target"), F_OK), -1);
    assert_false(file_create(in("none/a"), "", 0, &err));
    expect_refused(&err, EC_MISSING, in("none/a"));
}

static void test_write(void **state)
{
    (void)state;
    struct error err = {0};
    struct stat st;
    mode_t before = umask(022);
    assert_true(file_write(in("a"), "one", 3, &err));
    umask(before);
    expect_content("a", "one");
    assert_int_equal(stat(in("a"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0644);
    assert_true(file_write(in("a"), "", 0, &err));
    expect_content("a", "");
    assert_int_equal(symlink("a", in("link")), 0); /* replaced itself; its target stays */
    assert_true(file_write(in("link"), "two", 3, &err));
    expect_content("link", "two");
    expect_content("a", "");
    assert_int_equal(count(), 2); /* no temporary name is left */
    assert_true(file_mkdir(in("dir/full"), &err));
    assert_false(file_write(in("dir"), "x", 1, &err));
    expect_refused(&err, EC_EXISTS, in("dir"));
    assert_false(file_write(in("none/a"), "x", 1, &err));
    expect_refused(&err, EC_MISSING, in("none/a"));
    assert_false(file_write(in("a/b"), "x", 1, &err));
    expect_refused(&err, EC_MISSING, in("a/b"));
    assert_int_equal(count(), 3);
    assert_int_equal(chmod(folder, 0500), 0);
    begin_nobody();
    assert_false(file_write(in("a"), "x", 1, &err));
    end_nobody();
    expect_refused(&err, EC_DENIED, in("a"));
    assert_int_equal(chmod(folder, 0700), 0);
}

/* A full disk, as near as a test comes to it: the old file stays whole, the temporary one goes. */
static void test_disk_full(void **state)
{
    (void)state;
    struct error err = {0};
    struct rlimit limit, small = {1000, 0};
    char *bytes = calloc(1, 5000);
    assert_non_null(bytes);
    make("a", "old");
    make("log", "");
    struct file_log *log = file_log_open(in("log"), &err);
    assert_non_null(log);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    small.rlim_max = limit.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    bool written = file_write(in("a"), bytes, 5000, &err);
    struct error created = {0}, logged = {0};
    bool made = file_create(in("b"), bytes, 5000, &created);
    bool lined = file_log_line(log, bytes, 5000, &logged);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_false(written);
    expect_refused(&err, EC_IO, in("a"));
    assert_false(made);
    expect_refused(&created, EC_IO, in("b"));
    assert_false(lined);
    expect_refused(&logged, EC_IO, in("log"));
    expect_content("a", "old");
    assert_int_equal(count(), 2);
    /* The next line does not hang on the torn one. */
    assert_true(file_log_line(log, "next", 4, &err));
    file_log_close(log);
    char *all;
    size_t len;
    assert_true(file_read(in("log"), 1 << 20, &all, &len, &err));
    assert_int_equal(len, 1000 + 6);
    assert_memory_equal(all + 1000, "\nnext\n", 6);
    free(all);
    free(bytes);
}

static void test_rename(void **state)
{
    (void)state;
    struct error err = {0};
    make("a", "a");
    make("b", "b");
    assert_true(file_rename(in("a"), in("b"), &err));
    expect_content("b", "a");
    assert_false(file_rename(in("a"), in("b"), &err));
    expect_refused(&err, EC_MISSING, in("a"));
    assert_true(file_mkdir(in("dir"), &err));
    assert_false(file_rename(in("b"), in("dir"), &err));
    expect_refused(&err, EC_EXISTS, in("dir"));
    assert_true(file_rename(in("b"), in("dir/b"), &err));
    assert_true(file_mkdir(in("other"), &err));
    assert_false(file_rename(in("other"), in("dir"), &err)); /* a folder with something in it stays */
    expect_refused(&err, EC_EXISTS, in("dir"));
    assert_true(file_rename(in("dir"), in("other"), &err)); /* an empty one does not */
    expect_content("other/b", "a");
}

static void test_sync_folder(void **state)
{
    (void)state;
    struct error err = {0};
    assert_true(file_sync_folder(folder, &err));
    assert_false(file_sync_folder(in("none"), &err));
    expect_refused(&err, EC_MISSING, in("none"));
}

static void test_log(void **state)
{
    (void)state;
    struct error err = {0};
    struct file_log *log = file_log_open(in("log"), &err);
    assert_non_null(log);
    assert_true(file_log_line(log, "one", 3, &err));
    expect_content("log", "one\n"); /* there without sync or close */
    assert_true(file_log_line(log, "", 0, &err));
    assert_true(file_log_sync(log, &err));
    struct file_log *second = file_log_open(in("log"), &err);
    assert_non_null(second);
    assert_true(file_log_line(second, "two", 3, &err));
    assert_true(file_log_line(log, "three", 5, &err));
    file_log_close(log);
    file_log_close(second);
    file_log_close(NULL);
    expect_content("log", "one\n\ntwo\nthree\n");
}

/* A writer was killed in the middle of a line: the next one's first line stands alone. */
static void test_log_torn(void **state)
{
    (void)state;
    struct error err = {0};
    make("log", "whole\nhal");
    struct file_log *log = file_log_open(in("log"), &err);
    assert_non_null(log);
    expect_content("log", "whole\nhal"); /* opening alone changes nothing */
    assert_true(file_log_line(log, "new", 3, &err));
    assert_true(file_log_line(log, "er", 2, &err));
    file_log_close(log);
    expect_content("log", "whole\nhal\nnew\ner\n");
}

static void test_log_refused(void **state)
{
    (void)state;
    struct error err = {0};
    assert_null(file_log_open(in("none/log"), &err));
    expect_refused(&err, EC_MISSING, in("none/log"));
    assert_int_equal(mkfifo(in("fifo"), 0600), 0);
    assert_null(file_log_open(in("fifo"), &err)); /* and does not hang */
    expect_refused(&err, EC_INVALID, "no regular file");
    assert_null(file_log_open(folder, &err));
    expect_refused(&err, EC_IO, folder);
    assert_null(file_log_open("/dev/null", &err));
    expect_refused(&err, EC_INVALID, "/dev/null");
    begin_nobody();
    assert_null(file_log_open(in("log"), &err));
    end_nobody();
    if (getuid() == 0)
        expect_refused(&err, EC_DENIED, in("log"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_create, set_up),      cmocka_unit_test_setup(test_write, set_up),
        cmocka_unit_test_setup(test_disk_full, set_up),   cmocka_unit_test_setup(test_rename, set_up),
        cmocka_unit_test_setup(test_sync_folder, set_up), cmocka_unit_test_setup(test_log, set_up),
        cmocka_unit_test_setup(test_log_torn, set_up),    cmocka_unit_test_setup(test_log_refused, set_up),
    };
    return cmocka_run_group_tests(tests, group_set_up, group_tear_down);
}
