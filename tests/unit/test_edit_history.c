/* The file of earlier lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "core/edit_history.h"
#include "core/file.h"
#include "system.h"

static char folder[] = "/tmp/dispatch-test-XXXXXX";
static char path[sizeof folder + 16];

static int set_up(void **state)
{
    (void)state;
    strcpy(folder + sizeof folder - 7, "XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/history", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    return file_remove_tree(folder, NULL) ? 0 : -1;
}

struct taken {
    size_t n;
    char *first, *last;
};

static void take(void *owner, const char *text)
{
    struct taken *taken = owner;
    if (taken->n++ == 0)
        taken->first = strdup(text);
    free(taken->last);
    taken->last = strdup(text);
}

static void forget(struct taken *taken)
{
    free(taken->first);
    free(taken->last);
    *taken = (struct taken){0};
}

static void no_file_is_no_history(void **state)
{
    struct taken taken = {0};
    (void)state;
    assert_true(edit_history_load(path, take, &taken, NULL));
    assert_int_equal(taken.n, 0);
    assert_int_equal(access(path, F_OK), -1);
}

static void what_was_added_comes_back(void **state)
{
    struct taken taken = {0};
    (void)state;
    assert_true(edit_history_add(path, "first \\n é", NULL));
    assert_true(edit_history_add(path, "for i = 1, 2 do\n\tprint \"\\\\\"\nend", NULL));
    assert_true(edit_history_load(path, take, &taken, NULL));
    assert_int_equal(taken.n, 2);
    assert_string_equal(taken.first, "first \\n é");
    assert_string_equal(taken.last, "for i = 1, 2 do\n\tprint \"\\\\\"\nend");
    forget(&taken);
}

static void a_torn_last_line_is_dropped(void **state)
{
    struct taken taken = {0};
    (void)state;
    assert_true(file_write(path, "a\n\nb\\\nc", 7, NULL));
    assert_true(edit_history_load(path, take, &taken, NULL));
    assert_int_equal(taken.n, 2);
    assert_string_equal(taken.last, "b\\");
    forget(&taken);
}

/* Twice as many as are kept are still there; with one more the file is shortened. */
static void a_long_file_is_shortened(void **state)
{
    struct taken taken = {0};
    struct stat st;
    char line[16];
    (void)state;
    for (int i = 1; i <= 2 * EDIT_HISTORY_KEPT; i++) {
        snprintf(line, sizeof line, "%d", i);
        assert_true(edit_history_add(path, line, NULL));
    }
    assert_true(edit_history_load(path, take, &taken, NULL));
    assert_int_equal(taken.n, EDIT_HISTORY_KEPT);
    assert_string_equal(taken.first, "1001");
    assert_string_equal(taken.last, "2000");
    forget(&taken);
    assert_int_equal(stat(path, &st), 0);
    assert_true(st.st_size > 8000);

    assert_true(edit_history_add(path, "2001", NULL));
    assert_true(edit_history_load(path, take, &taken, NULL));
    assert_int_equal(taken.n, EDIT_HISTORY_KEPT);
    assert_string_equal(taken.first, "1002");
    assert_string_equal(taken.last, "2001");
    forget(&taken);
    assert_int_equal(stat(path, &st), 0);
    assert_true(st.st_size < 6000);
}

static void nobody_else_can_read_it(void **state)
{
    struct stat st;
    (void)state;
    mode_t before = umask(0);
    assert_true(edit_history_add(path, "x", NULL));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    edit_history_shorten(path, "y\n", 2);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, 2);
    assert_int_equal(st.st_mode & 0777, 0600);
    umask(before);
}

static void a_folder_that_cannot_be_used_is_told(void **state)
{
    struct taken taken = {0};
    struct error err = {0};
    (void)state;
    assert_false(edit_history_add(folder, "x", &err));
    assert_non_null(strstr(err.message, folder));
    error_clear(&err);
    assert_false(edit_history_load(folder, take, &taken, &err));
    assert_string_equal(err.code, EC_INVALID);
    error_clear(&err);
    char nowhere[sizeof path + 16];
    snprintf(nowhere, sizeof nowhere, "%s/no/history", folder);
    assert_false(edit_history_add(nowhere, "x", &err));
    assert_string_equal(err.code, EC_MISSING);
    error_clear(&err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(no_file_is_no_history, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_added_comes_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_torn_last_line_is_dropped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_long_file_is_shortened, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nobody_else_can_read_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_folder_that_cannot_be_used_is_told, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
