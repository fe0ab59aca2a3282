/* Looking, reading, folders. Writing: test_file_write.c. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/file.h"
#include "folder_case.h"

static void test_stat(void **state)
{
    (void)state;
    struct error err = {0};
    struct file_info info;
    make("a", "12345");
    assert_int_equal(symlink("a", in("link")), 0);
    assert_int_equal(mkfifo(in("fifo"), 0600), 0);
    assert_true(file_stat(in("a"), &info, &err));
    assert_int_equal(info.type, FILE_REGULAR);
    assert_int_equal(info.bytes, 5);
    assert_true(info.modified_ms > INT64_C(1600000000000));
    assert_true(file_stat(folder, &info, &err));
    assert_int_equal(info.type, FILE_FOLDER);
    assert_true(file_stat(in("link"), &info, &err));
    assert_int_equal(info.type, FILE_LINK);
    assert_true(file_stat(in("fifo"), &info, &err));
    assert_int_equal(info.type, FILE_OTHER);
    assert_false(file_stat(in("none"), &info, &err));
    expect_refused(&err, EC_MISSING, in("none"));
    assert_false(file_stat(in("a/b"), &info, &err));
    expect_refused(&err, EC_MISSING, "a/b");
    assert_int_equal(chmod(folder, 0), 0);
    begin_nobody();
    assert_false(file_stat(in("a"), &info, &err));
    end_nobody();
    expect_refused(&err, EC_DENIED, in("a"));
    assert_int_equal(chmod(folder, 0700), 0);
}

static void test_read(void **state)
{
    (void)state;
    struct error err = {0};
    char *bytes;
    size_t len;
    make("empty", "");
    make("five", "12345");
    expect_content("empty", "");
    expect_content("five", "12345");
    assert_true(file_read(in("five"), 5, &bytes, &len, &err));
    free(bytes);
    assert_true(file_read(in("five"), SIZE_MAX, &bytes, &len, &err));
    free(bytes);
    assert_true(file_read(in("empty"), 0, &bytes, &len, &err));
    free(bytes);
    assert_false(file_read(in("five"), 4, &bytes, &len, &err));
    expect_refused(&err, EC_INVALID, "has 5 bytes, more than the 4");
    assert_false(file_read(in("none"), 9, &bytes, &len, &err));
    expect_refused(&err, EC_MISSING, in("none"));
    assert_false(file_read(folder, 9, &bytes, &len, &err));
    expect_refused(&err, EC_INVALID, "is a folder");
    assert_false(file_read("/dev/zero", 9, &bytes, &len, &err));
    expect_refused(&err, EC_INVALID, "a device");
    assert_int_equal(mkfifo(in("fifo"), 0600), 0);
    assert_false(file_read(in("fifo"), 9, &bytes, &len, &err)); /* and does not hang */
    expect_refused(&err, EC_INVALID, "pipe");
    assert_int_equal(chmod(in("five"), 0), 0);
    begin_nobody();
    assert_false(file_read(in("five"), 9, &bytes, &len, &err));
    end_nobody();
    expect_refused(&err, EC_DENIED, in("five"));
}

/* Files of /proc have size 0 and content. */
static void test_read_without_size(void **state)
{
    (void)state;
    struct error err = {0};
    char *bytes;
    size_t len;
    assert_true(file_read("/proc/self/status", 1 << 20, &bytes, &len, &err));
    assert_true(len > 0 && bytes[len] == '\0');
    free(bytes);
    assert_false(file_read("/proc/self/status", 10, &bytes, &len, &err));
    expect_refused(&err, EC_INVALID, "larger than the 10 bytes");
}

static void add(void *owner, const char *bytes, size_t len)
{
    size_t *sum = owner;
    for (size_t i = 0; i < len; i++)
        *sum += (unsigned char)bytes[i];
}

static void test_large(void **state)
{
    (void)state;
    struct error err = {0};
    size_t n = 300001, len, sum = 0, expected = 0;
    char *bytes = malloc(n), *again;
    assert_non_null(bytes);
    for (size_t i = 0; i < n; i++) {
        bytes[i] = (char)(i * 7 % 256);
        expected += i * 7 % 256;
    }
    assert_true(file_write(in("large"), bytes, n, &err));
    assert_true(file_read(in("large"), n, &again, &len, &err));
    assert_int_equal(len, n);
    assert_memory_equal(bytes, again, n);
    assert_true(file_scan(in("large"), add, &sum, &err));
    assert_int_equal(sum, expected);
    assert_false(file_scan(in("none"), add, &sum, &err));
    expect_refused(&err, EC_MISSING, in("none"));
    free(bytes);
    free(again);
}

static void test_list(void **state)
{
    (void)state;
    struct error err = {0};
    char **names;
    size_t n;
    assert_int_equal(count(), 0);
    make("b", "");
    make("B", "");
    make("\xc3\xa4", "");
    make(".a", "");
    assert_true(file_list(folder, &names, &n, &err));
    assert_int_equal(n, 4);
    assert_string_equal(names[0], ".a");
    assert_string_equal(names[1], "B");
    assert_string_equal(names[2], "b");
    assert_string_equal(names[3], "\xc3\xa4");
    assert_null(names[4]);
    file_list_free(names);
    file_list_free(NULL);
    assert_false(file_list(in("none"), &names, &n, &err));
    expect_refused(&err, EC_MISSING, in("none"));
    assert_false(file_list(in("b"), &names, &n, &err));
    expect_refused(&err, EC_MISSING, in("b"));
    assert_int_equal(chmod(folder, 0), 0);
    begin_nobody();
    assert_false(file_list(folder, &names, &n, &err));
    end_nobody();
    expect_refused(&err, EC_DENIED, folder);
    assert_int_equal(chmod(folder, 0700), 0);
}

static void test_mkdir(void **state)
{
    (void)state;
    struct error err = {0};
    struct file_info info;
    assert_true(file_mkdir(in("a/b//c/"), &err));
    assert_true(file_mkdir(in("a/b/c"), &err));
    assert_true(file_stat(in("a/b/c"), &info, &err));
    assert_int_equal(info.type, FILE_FOLDER);
    assert_int_equal(symlink("a", in("link")), 0);
    assert_true(file_mkdir(in("link"), &err)); /* people keep their runs on another disk */
    assert_true(file_mkdir(in("link/d"), &err));
    assert_true(file_mkdir("/", &err));
    make("file", "");
    assert_false(file_mkdir(in("file"), &err));
    expect_refused(&err, EC_EXISTS, in("file"));
    assert_false(file_mkdir(in("file/x/y"), &err));
    expect_refused(&err, EC_EXISTS, in("file/x/y"));
    assert_int_equal(symlink("nowhere", in("dangling")), 0);
    assert_false(file_mkdir(in("dangling/x"), &err));
    expect_refused(&err, EC_EXISTS, "dangling/x");
    assert_false(file_mkdir("", &err));
    expect_refused(&err, EC_MISSING, "");
    assert_int_equal(chmod(folder, 0500), 0);
    begin_nobody();
    assert_false(file_mkdir(in("new/er"), &err));
    end_nobody();
    expect_refused(&err, EC_DENIED, in("new/er"));
    assert_int_equal(chmod(folder, 0700), 0);
}

static void test_mkdir_new(void **state)
{
    (void)state;
    struct error err = {0};
    assert_true(file_mkdir_new(in("a"), &err));
    assert_false(file_mkdir_new(in("a"), &err));
    expect_refused(&err, EC_EXISTS, in("a"));
    assert_false(file_mkdir_new(in("b/c"), &err));
    expect_refused(&err, EC_MISSING, in("b/c"));
    assert_int_equal(symlink("nowhere", in("link")), 0);
    assert_false(file_mkdir_new(in("link"), &err));
    expect_refused(&err, EC_EXISTS, in("link"));
}

static void test_remove_tree(void **state)
{
    (void)state;
    struct error err = {0};
    assert_true(file_mkdir(in("tree/a/b"), &err));
    assert_true(file_mkdir(in("kept"), &err));
    make("tree/a/b/file", "x");
    make("kept/file", "x");
    assert_int_equal(symlink("../../kept", in("tree/a/link")), 0);
    assert_int_equal(mkfifo(in("tree/fifo"), 0600), 0);
    assert_true(file_remove_tree(in("tree"), &err));
    assert_int_equal(count(), 1);
    expect_content("kept/file", "x");
    assert_true(file_remove_tree(in("tree"), &err)); /* nothing there */
    assert_true(file_remove_tree(in("tree/a"), &err));
    assert_true(file_remove_tree(in("kept/file/none"), &err));
    assert_int_equal(symlink("kept", in("link")), 0);
    assert_true(file_remove_tree(in("link"), &err));
    expect_content("kept/file", "x");
    static const char *const never[] = {"", "/", "//", ".", "..", "a/..", "a/../", "/."};
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++) {
        assert_false(file_remove_tree(never[i], &err));
        expect_refused(&err, EC_INVALID, never[i]);
    }
    assert_int_equal(chmod(in("kept"), 0500), 0);
    assert_int_equal(chmod(folder, 0755), 0);
    begin_nobody();
    assert_false(file_remove_tree(in("kept/file"), &err));
    end_nobody();
    expect_refused(&err, EC_DENIED, in("kept/file"));
    assert_int_equal(chmod(in("kept"), 0700), 0);
}

static void test_real(void **state)
{
    (void)state;
    struct error err = {0};
    make("a", "");
    assert_int_equal(symlink("a", in("link")), 0);
    char *a = file_real(in("../././a"), &err);
    assert_null(a);
    expect_refused(&err, EC_MISSING, "a");
    a = file_real(in("./a"), &err);
    char *b = file_real(in("link"), &err);
    assert_non_null(a);
    assert_non_null(b);
    assert_string_equal(a, b);
    assert_int_equal(a[0], '/');
    free(a);
    free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_stat, set_up),
        cmocka_unit_test_setup(test_read, set_up),
        cmocka_unit_test_setup(test_read_without_size, set_up),
        cmocka_unit_test_setup(test_large, set_up),
        cmocka_unit_test_setup(test_list, set_up),
        cmocka_unit_test_setup(test_mkdir, set_up),
        cmocka_unit_test_setup(test_mkdir_new, set_up),
        cmocka_unit_test_setup(test_remove_tree, set_up),
        cmocka_unit_test_setup(test_real, set_up),
    };
    return cmocka_run_group_tests(tests, group_set_up, group_tear_down);
}
