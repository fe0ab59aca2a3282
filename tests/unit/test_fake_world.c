/* Files, signals, a display that goes, and rules that are none. */
#include "fake_desktop.h"
#include "system.h"

static char folder[] = "/tmp/test_fake.XXXXXX";
static char marker[100], other[100];

static void files_are_written(void **state)
{
    (void)state;
    const struct fake_rule rules[] = {
        WINDOW_A,
        {.at = 1 * S, .write = other, .text = "\0x", .text_len = 2},
        {.at = 9 * S, .remove = other},
        {.on = FAKE_SUBMIT, .window = "a", .nth = 2, .after = 3 * S, .write = marker, .text = "DONE"},
    };
    OPEN(rules);
    struct file_info info;
    char *bytes;
    size_t len;
    pause_for(1);
    assert_true(file_read(other, 10, &bytes, &len, &err));
    assert_int_equal(len, 2);
    free(bytes);
    assert_true(focus(&A) && paste(&A, "x") && key(&A, "Return"));
    pause_for(4);
    refused(file_stat(marker, &info, &err), EC_MISSING);
    assert_true(paste(&A, "y") && key(&A, "Return"));
    pause_for(2);
    refused(file_stat(marker, &info, &err), EC_MISSING);
    pause_for(2);
    assert_true(file_stat(marker, &info, &err));
    assert_int_equal(info.bytes, 4);
    refused(file_stat(other, &info, &err), EC_MISSING);
    assert_true(file_remove_tree(marker, &err));
}

static void what_is_there_from_the_start(void **state)
{
    (void)state;
    const struct fake_rule rules[] = {{.write = other, .text = "DONE"}};
    struct file_info info;
    OPEN(rules);
    assert_true(file_stat(other, &info, &err)); /* nobody waited or asked yet */
    assert_true(file_remove_tree(other, &err));
}

static void a_closed_window_does_nothing_more(void **state)
{
    (void)state;
    const struct fake_rule rules[] = {
        WINDOW_A,
        {.on = FAKE_SUBMIT, .window = "a", .after = 3 * S, .write = marker, .text = "DONE"},
        {.on = FAKE_SUBMIT, .window = "a", .after = 2 * S, .close = true},
    };
    OPEN(rules);
    assert_true(focus(&A) && paste(&A, "x") && key(&A, "Return"));
    pause_for(10);
    struct file_info info;
    refused(file_stat(marker, &info, &err), EC_MISSING);
}

static void interrupted_in_a_paste(void **state)
{
    (void)state;
    const struct fake_rule rules[] = {
        WINDOW_A,
        {.at = 5 * S, .interrupt = CANCEL_TERMINATE},
        {.on = FAKE_PASTE, .nth = 1, .takes = 9 * S},
    };
    OPEN(rules);
    assert_true(focus(&A));
    int64_t start = clock_now();
    refused(paste(&A, "x"), EC_INTERRUPTED);
    assert_int_equal(taken, TAKEN_NOT);
    assert_true(clock_now() - start < 6 * S);
    assert_int_equal(cancel_take(), CANCEL_TERMINATE);
    assert_true(paste(&A, "x"));
}

static void the_display_goes(void **state)
{
    (void)state;
    const struct fake_rule rules[] = {WINDOW_A, {.at = 5 * S, .display_gone = true}};
    OPEN(rules);
    assert_int_equal(titles(), 1);
    assert_int_equal(wait_for(desktop->backend->changes(desktop), in(100), &err), WAIT_BROKEN);
    refused(false, EC_NO_DISPLAY);
    struct window_list list = {0};
    enum window_taken read;
    refused(desktop->backend->list(desktop, NULL, &list, &err), EC_NO_DISPLAY);
    refused(desktop->backend->lock(desktop, in(1), &err), EC_NO_DISPLAY);
    refused(desktop->backend->check(desktop, &A, &err), EC_NO_DISPLAY);
    refused(focus(&A), EC_NO_DISPLAY);
    refused(paste(&A, "x"), EC_NO_DISPLAY);
    refused(desktop->backend->key(desktop, &A, "Return", in(1), &read, &err), EC_NO_DISPLAY);
    refused(desktop->backend->type(desktop, &A, "x", in(1), &err), EC_NO_DISPLAY);
    refused(unread(&A), EC_NO_DISPLAY);
    refused(desktop->backend->screenshot(desktop, NULL, marker, &err), EC_NO_DISPLAY);
}

static void rules_in_order(void **state)
{
    (void)state;
    const struct fake_rule rules[] = {
        {.at = 1 * S, .window = "a", .title = "second"},
        {.window = "a", .title = "first"},
        {.at = 1 * S, .of = "a", .title = "third"},
        {.at = 1 * S, .of = "a", .title = "T_a"},
        {.on = FAKE_FOCUS, .nth = 1, .code = EC_FOCUS},
        {.on = FAKE_FOCUS, .window = "a", .code = EC_GONE},
        {.on = FAKE_FOCUS, .window = "a", .nth = 1, .app = "seen"},
    };
    OPEN(rules);
    pause_for(2);
    refused(focus(&A), EC_FOCUS); /* the first that says something decides … */
    refused(focus(&A), EC_GONE);
    struct window_list list = {0};
    assert_true(desktop->backend->list(desktop, NULL, &list, &err));
    assert_string_equal(list.items[0].title, "T_a");
    assert_string_equal(list.items[0].app, "seen"); /* … and what all of them do happens */
    window_list_clear(&list);
}

static void rules_that_say_nothing(void **state)
{
    (void)state;
    static const struct fake_rule wrong[] = {
        {.window = "nobody", .close = true},
        {.focus = "nobody"},
        {.at = -1, .interrupt = CANCEL_INTERRUPT},
        {.on = FAKE_LIST, .at = 1, .code = EC_IO},
        {.at = 1, .code = EC_IO},
        {.nth = 1},
        {.on = FAKE_PASTE, .answer = FAKE_SWALLOW},
        {.on = FAKE_KEY, .answer = FAKE_LOSE},
        {.on = FAKE_FOCUS, .late = 1},
        {.on = FAKE_LOCK, .window = "a", .code = EC_LOCKED},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const struct fake_rule rules[] = {WINDOW_A, wrong[i]};
        assert_null(fake_open(rules, 2, &err));
        assert_non_null(strstr(err.message, "rule 2"));
        refused(false, EC_INVALID);
        assert_false(clock_simulated());
    }
    refused(window_fake.open(NULL, &err), EC_UNSUPPORTED);
    refused(window_fake.probe(NULL, &err), EC_UNSUPPORTED);
}

static void an_hour_is_a_moment(void **state)
{
    (void)state;
    struct fake_rule rules[1000];
    for (size_t i = 0; i < 1000; i++)
        rules[i] = (struct fake_rule){.at = (int64_t)(1000 - i) * 4 * S, .window = "a", .title = "T_a"};
    OPEN(rules);
    int64_t before = clock_wall_ms();
    pause_for(3600);
    assert_true(clock_wall_ms() - before < 2000);
    assert_int_equal(titles(), 1);
    assert_true(fake_is(desktop));
}

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(marker, sizeof marker, "%s/runs/a/DONE.marker", folder);
    snprintf(other, sizeof other, "%s/other", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return file_remove_tree(folder, NULL) ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(files_are_written),
        TEST(what_is_there_from_the_start),
        TEST(a_closed_window_does_nothing_more),
        TEST(interrupted_in_a_paste),
        TEST(the_display_goes),
        TEST(rules_in_order),
        TEST(rules_that_say_nothing),
        TEST(an_hour_is_a_moment),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
