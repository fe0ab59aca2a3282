/* Files as sources. Most of what is tested here has to be told by an event: the slow look comes after up to 2 s, so a
 * bound of 1 s would let one in two mistakes through; each such test therefore runs right after a slow look. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/clock.h"
#include "core/file.h"
#include "core/wait.h"
#include "system.h"

#define MS(n) ((n)*CLOCK_MS)

static char *home; /* the folder of the test; the working directory */
static struct wait_set *set;
static struct wait_source *got;
static struct error err;

static int begin(void **state)
{
    (void)state;
    home = strdup("/tmp/dispatch-wait-XXXXXX");
    if (!home || !mkdtemp(home) || chdir(home) < 0)
        return -1;
    set = wait_set_new(&err);
    return set ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    wait_set_free(set);
    error_clear(&err);
    while (clock_simulated())
        clock_simulate_end();
    bool ok = chdir("/") == 0 && file_remove_tree(home, &err);
    free(home);
    return ok ? 0 : -1;
}

static struct wait_file *watch(const char *path)
{
    struct wait_file *file = wait_file_open(path, &err);
    assert_non_null(file);
    assert_true(wait_set_add(set, wait_file_source(file), &err));
    return file;
}

static enum wait_result next(int64_t span)
{
    got = NULL;
    return wait_set_next(set, clock_now() + span, &got, &err);
}

/* The files lie in the past: what is found ready once is not ready again because of its age. */
static void put(const char *path, const char *text)
{
    static time_t past = 1000000000;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, (unsigned)strlen(text)), (int)strlen(text));
    close(fd);
    struct timespec times[2] = {{.tv_sec = past}, {.tv_sec = past}};
    past += 10;
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* Nothing is ready, the watch stands, and the next slow look is 1.9 s away. */
static void quiet(void)
{
    int64_t look = (clock_now() / (2 * CLOCK_SECOND) + 1) * 2 * CLOCK_SECOND;
    if (look - clock_now() < MS(1200))
        assert_int_equal(wait_for(NULL, look + MS(1), &err), WAIT_EXPIRED);
    assert_int_equal(next(MS(1)), WAIT_EXPIRED);
}

/* Within the time in which only an event can tell. */
static void comes(struct wait_file *file)
{
    assert_int_equal(next(MS(1000)), WAIT_READY);
    assert_ptr_equal(got, wait_file_source(file));
}

static void a_file_that_is_there_is_ready_once(void **state)
{
    (void)state;
    put("a", "x");
    struct wait_file *a = watch("a");
    comes(a);
    assert_int_equal(next(0), WAIT_EXPIRED);
    wait_file_close(a);
}

static void a_file_appears_changes_and_goes(void **state)
{
    (void)state;
    struct wait_file *a = watch("a");
    quiet();
    put("a", "x");
    comes(a);
    quiet();
    put("other", "x"); /* nobody's */
    assert_int_equal(next(MS(5)), WAIT_EXPIRED);
    put("a", "xyz");
    comes(a);
    quiet();
    assert_int_equal(unlink("a"), 0);
    comes(a);
    quiet();
    wait_file_close(a);
}

static void a_file_replaced_by_another(void **state)
{
    (void)state;
    put("a", "1");
    struct wait_file *a = watch("a");
    comes(a);
    for (int i = 0; i < 3; i++) { /* a watch on the file itself would go deaf after the first */
        quiet();
        put("a.tmp", "2");
        assert_true(file_rename("a.tmp", "a", &err));
        comes(a);
    }
    quiet();
    assert_int_equal(unlink("a"), 0);
    assert_int_equal(mkdir("a", 0755), 0); /* not even a file: it is the caller who judges */
    comes(a);
    wait_file_close(a);
}

static void two_writes_of_one_length_in_one_tick(void **state)
{
    (void)state;
    struct wait_file *a = watch("a");
    for (int i = 0; i < 20; i++) {
        int fd = open("a", O_WRONLY | O_CREAT, 0644);
        assert_int_equal(write(fd, i % 2 ? "1" : "2", 1), 1);
        close(fd);
        comes(a);
    }
    wait_file_close(a);
}

static void folders_appear_later(void **state)
{
    (void)state;
    struct wait_file *far = watch("runs/1/A/DONE.marker"), *near = watch("runs/DONE.marker");
    quiet();
    assert_int_equal(mkdir("runs", 0755), 0);
    assert_int_equal(next(MS(5)), WAIT_EXPIRED);
    put("runs/DONE.marker", "x");
    comes(near);
    quiet();
    assert_true(file_mkdir("runs/1/A", &err)); /* two levels at once, and the file before anybody looks */
    put("runs/1/A/DONE.marker", "x");
    comes(far);
    quiet();
    put("runs/1/A/DONE.marker", "xy");
    comes(far);
    wait_file_close(far);
    wait_file_close(near);
}

static void folders_go_and_come_back(void **state)
{
    (void)state;
    assert_true(file_mkdir("runs/A", &err));
    struct wait_file *a = watch("runs/A/m");
    for (int i = 0; i < 3; i++) {
        quiet();
        assert_true(file_remove_tree("runs/A", &err));
        if (i == 1)
            assert_int_equal(next(MS(5)), WAIT_EXPIRED); /* sees that it is gone; else both come in one go */
        assert_true(file_mkdir("runs/A", &err));         /* often with the same inode */
        put("runs/A/m", "x");
        comes(a);
        quiet();
        put("runs/A/m", "xy");
        comes(a);
        assert_true(file_remove_tree("runs/A/m", &err));
        comes(a);
    }
    quiet();
    assert_int_equal(rename("runs/A", "runs/old"), 0); /* its watch goes with it */
    assert_int_equal(next(MS(5)), WAIT_EXPIRED);
    put("runs/old/m", "x");
    assert_int_equal(next(MS(5)), WAIT_EXPIRED);
    assert_int_equal(mkdir("runs/A", 0755), 0);
    put("runs/A/m", "x");
    comes(a);
    wait_file_close(a);
}

static void folders_behind_links(void **state)
{
    (void)state;
    assert_true(file_mkdir("real/A", &err));
    assert_int_equal(symlink("real", "link"), 0);
    struct wait_file *straight = watch("real/A/m"), *bent = watch("link/A/m");
    quiet();
    put("real/A/m", "x");
    assert_int_equal(next(MS(1000)), WAIT_READY);
    struct wait_source *first = got;
    assert_int_equal(next(MS(1000)), WAIT_READY);
    assert_ptr_not_equal(first, got);
    quiet();
    wait_file_close(straight);
    put("link/A/m", "xy"); /* the shared watch outlives the other */
    comes(bent);
    wait_file_close(bent);
}

static void a_folder_with_the_name_of_its_entry(void **state)
{
    (void)state;
    assert_true(file_mkdir("x/x", &err));
    struct wait_file *a = watch("x/x/x");
    for (int i = 0; i < 3; i++) {
        quiet();
        put("x/x/x", "1");
        comes(a);
        quiet();
        assert_int_equal(unlink("x/x/x"), 0);
        comes(a);
    }
    wait_file_close(a);
}

/* The slow look alone: a link that is bent elsewhere raises no event. */
static void what_has_no_event_is_found_by_looking(void **state)
{
    (void)state;
    assert_true(file_mkdir("one", &err) && file_mkdir("two", &err));
    put("two/m", "x");
    assert_int_equal(symlink("one", "link"), 0);
    assert_int_equal(mkdir("sub", 0755), 0);
    assert_int_equal(symlink("../link", "sub/link"), 0);
    struct wait_file *a = watch("sub/link/m");
    assert_int_equal(next(MS(1)), WAIT_EXPIRED);
    assert_true(unlink("link") == 0 && symlink("two", "link") == 0);
    assert_int_equal(next(MS(2500)), WAIT_READY);
    quiet();
    put("two/m", "xy"); /* and the watch is where it belongs */
    comes(a);
    wait_file_close(a);
}

static void the_last_look_needs_no_event(void **state)
{
    (void)state;
    struct wait_file *a = watch("a");
    assert_int_equal(next(0), WAIT_EXPIRED);
    put("a", "x");
    comes(a);
    put("a", "xy");
    assert_int_equal(wait_set_next(set, 0, &got, &err), WAIT_READY);
    wait_file_close(a);
}

static void odd_paths(void **state)
{
    (void)state;
    assert_null(wait_file_open("", &err));
    assert_string_equal(err.code, EC_INVALID);
    assert_null(wait_file_open("//", &err));
    assert_string_equal(err.code, EC_INVALID);
    char *messy = malloc(strlen(home) + 30);
    sprintf(messy, "/.//%s///d//./a/", home);
    struct wait_file *a = watch(messy), *top = watch("/dispatch-no-such-file");
    free(messy);
    quiet();
    assert_int_equal(mkdir("d", 0755), 0);
    put("d/a", "x");
    comes(a);
    wait_file_close(a);
    wait_file_close(top);
    wait_file_close(NULL);
}

static void a_folder_that_may_not_be_looked_into(void **state)
{
    (void)state;
    assert_int_equal(mkdir("closed", 0755), 0);
    assert_int_equal(chmod("closed", 0), 0);
    struct wait_file *file = wait_file_open("closed/a", &err);
    assert_int_equal(file != NULL, geteuid() == 0); /* root may look everywhere */
    if (!file)
        assert_string_equal(err.code, EC_DENIED);
    wait_file_close(file);
    chmod("closed", 0755);
}

static void closing_one_of_many(void **state)
{
    (void)state;
    struct wait_file *files[50];
    char name[40];
    for (int i = 0; i < 50; i++) {
        snprintf(name, sizeof name, "runs/%d/m", i);
        files[i] = watch(name);
    }
    quiet();
    for (int i = 0; i < 50; i += 2) {
        wait_file_close(files[i]);
        files[i] = NULL;
    }
    for (int i = 0; i < 50; i++) {
        snprintf(name, sizeof name, "runs/%d", i);
        assert_true(file_mkdir(name, &err));
        snprintf(name, sizeof name, "runs/%d/m", i);
        put(name, "x");
    }
    for (int i = 0; i < 25; i++)
        assert_int_equal(next(MS(1000)), WAIT_READY);
    assert_int_equal(next(0), WAIT_EXPIRED);
    for (int i = 0; i < 50; i++)
        wait_file_close(files[i]);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, begin, end)
    static const struct CMUnitTest tests[] = {
        T(a_file_that_is_there_is_ready_once),
        T(a_file_appears_changes_and_goes),
        T(a_file_replaced_by_another),
        T(two_writes_of_one_length_in_one_tick),
        T(folders_appear_later),
        T(folders_go_and_come_back),
        T(folders_behind_links),
        T(a_folder_with_the_name_of_its_entry),
        T(what_has_no_event_is_found_by_looking),
        T(the_last_look_needs_no_event),
        T(odd_paths),
        T(a_folder_that_may_not_be_looked_into),
        T(closing_one_of_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
