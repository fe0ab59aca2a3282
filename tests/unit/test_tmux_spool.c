/* A prompt on its way to tmux's server lies in a file for a moment. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/file.h"
#include "core/tmux/desktop.h"

static struct error err;

static void the_text_is_there_for_its_reader_alone(void **state)
{
    (void)state;
    static const char text[] = "a\0b\nprompt";
    char *bytes = NULL;
    size_t len = 0;
    struct stat st;
    char *path = tmux_spool(text, sizeof text, geteuid(), &err);
    assert_non_null(path);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(st.st_uid, geteuid());
    assert_true(file_read(path, 1000, &bytes, &len, &err));
    assert_int_equal(len, sizeof text);
    assert_memory_equal(bytes, text, len);
    free(bytes);
    char *copy = strdup(path);
    tmux_spool_remove(path);
    assert_true(stat(copy, &st) < 0 && errno == ENOENT);
    free(copy);
    tmux_spool_remove(NULL);
}

static void root_gives_it_to_another_users_server(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    struct stat st;
    char *path = tmux_spool("x", 1, 65534, &err);
    assert_non_null(path);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_uid, 65534);
    assert_int_equal(st.st_mode & 07777, 0600);
    tmux_spool_remove(path);
}

static void a_folder_that_is_not_there_is_named(void **state)
{
    (void)state;
    const char *now = getenv("TMPDIR");
    char *before = now ? strdup(now) : NULL;
    setenv("TMPDIR", "/nonexistent", 1);
    assert_null(tmux_spool("x", 1, geteuid(), &err));
    assert_string_equal(err.code, EC_MISSING);
    assert_non_null(strstr(err.message, "/nonexistent/dispatch-"));
    setenv("TMPDIR", "relative", 1); /* tmux's server has another working directory */
    char *path = tmux_spool("x", 1, geteuid(), &err);
    assert_non_null(path);
    assert_int_equal(strncmp(path, "/tmp/", 5), 0);
    tmux_spool_remove(path);
    if (before)
        setenv("TMPDIR", before, 1);
    else
        unsetenv("TMPDIR");
    free(before);
    error_clear(&err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_text_is_there_for_its_reader_alone),
        cmocka_unit_test(root_gives_it_to_another_users_server),
        cmocka_unit_test(a_folder_that_is_not_there_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
