/* Files as Windows has them: separators, long paths, names that are held open. What is the same everywhere is seen by
 * the Lua specs (lua.file). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include <cmocka.h>

#include "../folder_case.h"
#include "core/clock.h"
#include "core/path.h"
#include "core/wait.h"

static char *under(const char *name)
{
    char *path = malloc(strlen(folder) + strlen(name) + 2);
    assert_non_null(path);
    sprintf(path, "%s/%s", folder, name);
    return path;
}

static void a_root_is_a_drive_or_a_share(void **state)
{
    (void)state;
    assert_int_equal(path_root("C:/a"), 3);
    assert_int_equal(path_root("c:\\"), 3);
    assert_int_equal(path_root("C:a"), 0); /* from that drive's working directory on */
    assert_int_equal(path_root("/a"), 0);  /* on the working directory's drive */
    assert_int_equal(path_root("a/b"), 0);
    assert_int_equal(path_root("//server/share/a"), 15);
    assert_int_equal(path_root("\\\\server\\share"), 14);
}

static void an_absolute_path_has_one_form(void **state)
{
    (void)state;
    struct error err = {0};
    static const char *const forms[][2] = {{"C:\\a\\.\\b\\..\\c\\", "C:/a/c"},
                                           {"C:/", "C:/"},
                                           {"C:\\\\a//b", "C:/a/b"},
                                           {"\\\\server\\share\\x\\", "//server/share/x"},
                                           {"\\\\?\\C:\\a\\b", "C:/a/b"},
                                           {"\\\\?\\UNC\\server\\share\\x", "//server/share/x"},
                                           {"\\\\?\\unc\\server\\share", "//server/share"}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        char *path = path_absolute(forms[i][0], &err);
        assert_string_equal(path, forms[i][1]);
        free(path);
    }
    char *here = path_absolute("x", &err);
    assert_true(path_root(here) == 3 && strcmp(here + strlen(here) - 2, "/x") == 0);
    free(here);
}

static void names_differ_by_more_than_case(void **state)
{
    (void)state;
    assert_true(path_same_name("DONE.marker", "done.MARKER"));
    assert_true(path_same_name("\xc3\xa4", "\xc3\x84"));
    assert_false(path_same_name("a", "b"));
}

static void a_backslash_parts_names_too(void **state)
{
    (void)state;
    struct error err = {0};
    struct file_info info;
    assert_true(file_mkdir(in("a\\b"), &err));
    assert_true(file_write(in("a\\b\\c"), "x", 1, &err));
    assert_true(file_stat(in("a/b/c"), &info, &err));
    char *real = file_real(in("a\\b"), &err);
    assert_non_null(real);
    assert_null(strchr(real, '\\'));
    assert_int_equal(path_root(real), 3);
    free(real);
    assert_true(file_remove_tree(in("a"), &err));
    assert_int_equal(count(), 0);
}

/* Longer than MAX_PATH, and in characters of three bytes. */
static void a_path_may_be_long(void **state)
{
    (void)state;
    struct error err = {0};
    struct file_info info;
    char part[200], *longer, *deep = under("");
    memset(part, 'd', sizeof part - 1);
    part[sizeof part - 1] = '\0';
    memcpy(part, "\xe2\x82\xac ", 4);
    for (int i = 0; i < 3; i++) {
        char *more = malloc(strlen(deep) + sizeof part + 20);
        sprintf(more, "%s/%s", deep, part);
        free(deep);
        deep = more;
    }
    const char *given = path_for_system(deep, &longer);
    assert_ptr_equal(given, longer);
    assert_int_equal(strncmp(given, "\\\\?\\", 4), 0);
    assert_null(strchr(given, '/'));
    free(longer);
    assert_true(file_mkdir(deep, &err));
    struct wait_file *watch;
    strcat(deep, "/DONE.marker");
    watch = wait_file_open(deep, &err);
    assert_non_null(watch);
    assert_int_equal(wait_for(wait_file_source(watch), 0, &err), WAIT_EXPIRED);
    assert_true(file_write(deep, "x", 1, &err));
    assert_int_equal(wait_for(wait_file_source(watch), clock_now() + 30 * CLOCK_SECOND, &err), WAIT_READY);
    wait_file_close(watch);
    assert_true(file_write(deep, "xy", 2, &err)); /* over what is there */
    assert_true(file_stat(deep, &info, &err));
    assert_int_equal(info.bytes, 2);
    struct file_log *log = file_log_open(deep, &err);
    assert_non_null(log);
    assert_true(file_log_line(log, "z", 1, &err));
    file_log_close(log);
    char *bytes;
    size_t len;
    assert_true(file_read(deep, 100, &bytes, &len, &err));
    assert_string_equal(bytes, "xy\nz\n");
    free(bytes);
    free(deep);
    char **names;
    assert_true(file_list(folder, &names, &len, &err));
    assert_int_equal(len, 1);
    assert_true(file_remove_tree(in(names[0]), &err));
    file_list_free(names);
    assert_int_equal(count(), 0);
    assert_ptr_equal(path_for_system("C:/short", &longer), "C:/short");
}

/* As a virus scanner does, which lets go after a while. */
static DWORD WINAPI hold(void *started)
{
    HANDLE file = CreateFileA(in("a"), GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    assert_true(file != INVALID_HANDLE_VALUE);
    SetEvent(started);
    Sleep(150);
    CloseHandle(file);
    return 0;
}

static void what_is_held_open_is_replaced_when_it_is_let_go(void **state)
{
    (void)state;
    struct error err = {0};
    make("a", "old");
    HANDLE started = CreateEventW(NULL, TRUE, FALSE, NULL);
    HANDLE holder = CreateThread(NULL, 0, hold, started, 0, NULL);
    WaitForSingleObject(started, INFINITE);
    assert_true(file_write(in("a"), "new", 3, &err));
    WaitForSingleObject(holder, INFINITE);
    CloseHandle(holder);
    CloseHandle(started);
    expect_content("a", "new");
    assert_int_equal(count(), 1); /* no temporary name is left */
}

static void what_stays_held_open_is_refused(void **state)
{
    (void)state;
    struct error err = {0};
    make("a", "old");
    HANDLE file = CreateFileA(in("a"), GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    int64_t from = clock_now();
    assert_false(file_write(in("a"), "new", 3, &err));
    assert_true(clock_now() - from >= 2 * CLOCK_SECOND);
    CloseHandle(file);
    assert_non_null(strstr(err.message, in("a")));
    error_clear(&err);
    expect_content("a", "old");
    assert_int_equal(count(), 1);
}

static void a_folder_in_the_way_is_told_at_once(void **state)
{
    (void)state;
    struct error err = {0};
    assert_true(file_mkdir(in("dir/full"), &err));
    int64_t from = clock_now();
    assert_false(file_write(in("dir"), "x", 1, &err));
    assert_true(clock_now() - from < CLOCK_SECOND);
    expect_refused(&err, EC_EXISTS, in("dir"));
}

int main(void)
{
#define T(test) cmocka_unit_test_setup(test, set_up)
    static const struct CMUnitTest tests[] = {
        T(a_root_is_a_drive_or_a_share),
        T(an_absolute_path_has_one_form),
        T(names_differ_by_more_than_case),
        T(a_backslash_parts_names_too),
        T(a_path_may_be_long),
        T(what_is_held_open_is_replaced_when_it_is_let_go),
        T(what_stays_held_open_is_refused),
        T(a_folder_in_the_way_is_told_at_once),
    };
    return cmocka_run_group_tests(tests, group_set_up, group_tear_down);
}
