/* Windows, and the calls that reach them. */
#include "fake_desktop.h"

static void windows_come_change_and_go(void **state)
{
    (void)state;
    const struct fake_rule rules[] = {
        {.window = "b", .title = "T_b", .at = 3 * S, .app = "codex", .alias = "tab", .flags_on = WINDOW_RELAY},
        WINDOW_A,
        {.at = 5 * S, .of = "a", .title = "other"},
        {.at = 6 * S, .window = "b", .says_pid = true, .pid = 8},
        {.at = 7 * S, .window = "b", .close = true},
        {.at = 8 * S, .window = "b", .title = "T_b", .id = 2},
    };
    OPEN(rules);
    struct wait_source *changes = desktop->backend->changes(desktop);
    assert_int_equal(titles(), 1);
    assert_int_equal(wait_for(changes, in(2), &err), WAIT_EXPIRED);
    assert_int_equal(wait_for(changes, in(100), &err), WAIT_READY);
    struct window_list list = {0};
    assert_true(desktop->backend->list(desktop, NULL, &list, &err));
    assert_int_equal(list.n, 2);
    assert_string_equal(list.items[0].title, "● T_a - Code");
    assert_string_equal(list.items[1].title, "T_b");
    assert_string_equal(list.items[1].app, "codex");
    assert_string_equal(list.items[1].alias, "tab");
    assert_int_equal(list.items[1].id, 2);
    assert_int_equal(list.items[1].pid, 1002);
    assert_int_equal(list.items[1].flags, WINDOW_RELAY);
    window_list_clear(&list);
    assert_true(desktop->backend->check(desktop, &A, &err));
    assert_int_equal(wait_for(changes, in(100), &err), WAIT_READY);
    assert_int_equal(wait_for(changes, in(100), &err), WAIT_READY); /* until somebody lists */
    refused(desktop->backend->check(desktop, &A, &err), EC_GONE);
    assert_true(desktop->backend->check(desktop, &B, &err));
    pause_for(1);
    refused(desktop->backend->check(desktop, &B, &err), EC_GONE);
    pause_for(1);
    assert_int_equal(titles(), 1);
    refused(desktop->backend->check(desktop, &B, &err), EC_GONE);
    pause_for(1); /* the id is used again */
    const struct window_pin any = {.id = 2, .token = "T_b"};
    assert_true(desktop->backend->check(desktop, &any, &err));
}

static void paste_and_submit(void **state)
{
    (void)state;
    const struct fake_rule rules[] = {
        WINDOW_A,
        {.window = "a", .busy = "* Working", .traits_on = FAKE_ECHO, .collapse = 6},
        {.on = FAKE_SUBMIT, .window = "a", .after = 3 * S, .traits_off = FAKE_WORKING},
    };
    OPEN(rules);
    shows(&A, "> ");
    assert_true(focus(&A));
    assert_true(paste(&A, "a\nb"));
    assert_int_equal(taken, TAKEN_WHOLE);
    shows(&A, "> a\nb");
    assert_true(paste(&A, "longer ä"));
    shows(&A, "> a\nb[Pasted Content 8 chars]");
    assert_true(key(&A, "Return"));
    shows(&A, "a\nb[Pasted Content 8 chars]\n* Working\n> ");
    assert_string_equal(record("a", "submit"), "a\nblonger ä|");
    assert_true(key(&A, "Return")); /* an empty composer takes nothing */
    assert_string_equal(record("a", "submit"), "a\nblonger ä|");
    pause_for(3);
    shows(&A, "a\nb[Pasted Content 8 chars]\n> ");
    refused(key(&A, "ctrl+"), EC_INVALID);
    refused(key(&A, ""), EC_INVALID);
}

static void answers_to_a_paste(void **state)
{
    (void)state;
    const struct fake_rule rules[] = {
        WINDOW_A,
        {.on = FAKE_PASTE, .nth = 1, .answer = FAKE_LOSE},
        {.on = FAKE_PASTE, .nth = 2, .answer = FAKE_CUT, .keep = 2, .says_taken = true, .taken = TAKEN_SERVED},
        {.on = FAKE_PASTE, .nth = 3, .answer = FAKE_SERVED, .code = EC_TIMEOUT},
        {.on = FAKE_PASTE, .nth = 4, .answer = FAKE_UNKNOWN},
        {.on = FAKE_PASTE, .nth = 5, .answer = FAKE_NOT},
        {.on = FAKE_PASTE, .nth = 6, .code = EC_REFUSED, .message = "locked screen"},
        {.on = FAKE_PASTE, .nth = 7, .takes = 11 * S},
        {.on = FAKE_PASTE, .nth = 8, .takes = 9 * S},
        {.on = FAKE_PASTE, .nth = 9, .late = 2 * S},
    };
    OPEN(rules);
    refused(paste(&A, "no focus"), EC_FOCUS);
    assert_int_equal(taken, TAKEN_NOT);
    assert_true(focus(&A));
    assert_true(paste(&A, "lost"));
    assert_int_equal(taken, TAKEN_WHOLE);
    assert_true(paste(&A, "cut"));
    assert_int_equal(taken, TAKEN_SERVED);
    refused(paste(&A, "-served"), EC_TIMEOUT);
    assert_int_equal(taken, TAKEN_SERVED);
    assert_true(paste(&A, "-unknown"));
    assert_int_equal(taken, TAKEN_UNKNOWN);
    int64_t start = clock_now();
    refused(paste(&A, "-not"), EC_TIMEOUT);
    assert_int_equal(taken, TAKEN_NOT);
    assert_true(clock_now() - start >= 10 * S);
    refused(paste(&A, "-refused"), EC_REFUSED);
    assert_int_equal(taken, TAKEN_NOT);
    refused(paste(&A, "-long"), EC_TIMEOUT);
    assert_int_equal(taken, TAKEN_NOT);
    shows(&A, "> cu-served-unknown");
    assert_true(paste(&A, "-long"));
    assert_true(paste(&A, "-late"));
    shows(&A, "> cu-served-unknown-long");
    pause_for(2);
    shows(&A, "> cu-served-unknown-long-late");
    assert_string_equal(record("a", "arrive"), "cu|-served|-unknown|-long|-late|");
    assert_string_equal(record("a", "paste"), "lost|cut|-served|-unknown|-not|-long|-long|-late|");
}

static void a_window_changes_at_the_paste(void **state)
{
    (void)state;
    const struct fake_rule rules[] = {
        WINDOW_A,
        WINDOW_B,
        {.window = "c", .title = "T_c"},
        {.on = FAKE_PASTE, .window = "a", .close = true},
        {.on = FAKE_PASTE, .window = "b", .says_pid = true, .pid = 8},
        {.on = FAKE_PASTE, .window = "c", .close = true, .answer = FAKE_NOT},
    };
    const struct window_pin c = {.id = 3, .token = "T_c"};
    OPEN(rules);
    assert_true(focus(&A));
    assert_true(paste(&A, "x"));
    refused(key(&A, "Return"), EC_GONE);
    assert_true(focus(&B));
    assert_true(paste(&B, "x"));
    refused(key(&B, "Return"), EC_GONE);
    assert_true(focus(&c));
    refused(paste(&c, "x"), EC_GONE);
    assert_int_equal(taken, TAKEN_NOT);
    assert_string_equal(record("a", "submit"), "");
}

static void focus_refused_and_stolen(void **state)
{
    (void)state;
    const struct fake_rule rules[] = {
        WINDOW_A,
        WINDOW_B,
        {.window = "a", .flags_on = WINDOW_MINIMISED},
        {.on = FAKE_FOCUS, .window = "a", .nth = 2, .code = EC_FOCUS},
        {.on = FAKE_FOCUS, .window = "a", .nth = 3, .takes = 6 * S},
        {.on = FAKE_PASTE, .window = "b", .focus = "a"},
        {.at = 100 * S, .focus = ""},
    };
    OPEN(rules);
    assert_true(focus(&A));
    struct window_list list = {0};
    assert_true(desktop->backend->list(desktop, NULL, &list, &err));
    assert_int_equal(list.items[0].flags, 0);
    window_list_clear(&list);
    assert_true(focus(&B));
    refused(focus(&A), EC_FOCUS);
    refused(focus(&A), EC_TIMEOUT);
    assert_true(paste(&B, "x"));
    refused(key(&B, "Return"), EC_FOCUS);
    refused(desktop->backend->type(desktop, &B, "x", in(5), &err), EC_FOCUS);
    assert_true(focus(&A));
    assert_int_equal(wait_for(desktop->backend->changes(desktop), in(200), &err), WAIT_READY);
    titles();
    assert_int_equal(wait_for(desktop->backend->changes(desktop), in(200), &err), WAIT_READY);
    refused(key(&A, "Return"), EC_FOCUS);
}

static void keys_and_composers(void **state)
{
    (void)state;
    const struct fake_rule rules[] = {
        WINDOW_A,
        {.window = "a", .submit_key = "ctrl+Return", .composer = "draft "},
        WINDOW_B,
        {.window = "b", .burst = S / 2},
        {.window = "c", .title = "T_c", .traits_on = FAKE_UNBRACKETED | FAKE_NO_CHAT, .paste_keys = "shift+Insert"},
        {.on = FAKE_KEY, .window = "a", .nth = 2, .answer = FAKE_SWALLOW},
        {.on = FAKE_KEY, .window = "b", .nth = 3, .late = S},
    };
    const struct window_pin c = {.id = 3, .token = "T_c"};
    OPEN(rules);
    assert_true(focus(&A) && paste(&A, "x") && key(&A, "Return") && key(&A, "ctrl+Return"));
    shows(&A, "> draft x\n");
    assert_true(key(&A, "ctrl+Return"));
    shows(&A, "> ");
    assert_string_equal(record("a", "submit"), "draft x\n|");
    assert_string_equal(record("a", "key"), "Return|ctrl+Return|ctrl+Return|");
    assert_true(focus(&B) && paste(&B, "x") && key(&B, "Return")); /* too soon: a newline */
    shows(&B, "> x\n");
    pause_for(1);
    assert_true(key(&B, "Return") && paste(&B, "y"));
    pause_for(1);
    assert_true(key(&B, "Return"));
    shows(&B, "> y");
    pause_for(1);
    shows(&B, "> ");
    assert_true(focus(&c));
    refused(paste(&c, "x"), EC_TIMEOUT);
    enum window_taken *t = &taken;
    assert_true(desktop->backend->paste(desktop, &c, "x", 1, "shift+Insert", in(5), t, &err)); /* into the editor */
    assert_true(key(&c, "ctrl+shift+p") && desktop->backend->type(desktop, &c, "Open Chat", in(5), &err) &&
                key(&c, "Return"));
    assert_true(desktop->backend->paste(desktop, &c, "1\n2\n3", 5, "shift+Insert", in(5), t, &err));
    shows(&c, "> 3");
    assert_string_equal(record("c", "submit"), "1|2|");
    assert_string_equal(record("c", "type"), "Open Chat|");
}

static void refusals(void **state)
{
    (void)state;
    static const unsigned flags[] = {WINDOW_SELF, WINDOW_DEAD, WINDOW_SHELL, WINDOW_ELEVATED};
    for (size_t i = 0; i < 4; i++) {
        const struct fake_rule rules[] = {{.window = "a", .title = "T_a", .flags_on = flags[i]}};
        OPEN(rules);
        refused(desktop->backend->check(desktop, &A, &err), EC_REFUSED);
        assert_true(focus(&A));
        refused(key(&A, "Return"), EC_REFUSED);
        close_it(NULL);
    }
    const struct fake_rule rules[] = {
        WINDOW_A,
        {.on = FAKE_CHECK, .nth = 2, .code = EC_REFUSED, .message = "the screen is locked"},
        {.on = FAKE_LOCK, .nth = 1, .code = EC_LOCKED},
        {.on = FAKE_LIST, .nth = 1, .code = EC_IO},
    };
    OPEN(rules);
    assert_true(desktop->backend->check(desktop, &A, &err));
    assert_false(desktop->backend->check(desktop, &A, &err));
    assert_non_null(strstr(err.message, "the screen is locked"));
    refused(false, EC_REFUSED);
    refused(desktop->backend->lock(desktop, in(1), &err), EC_LOCKED);
    assert_true(desktop->backend->lock(desktop, in(1), &err));
    struct window_list list = {0};
    refused(desktop->backend->list(desktop, NULL, &list, &err), EC_IO);
    window_list_clear(&list);
}

static void modal_takes_the_keys(void **state)
{
    (void)state;
    const struct fake_rule rules[] = {WINDOW_A, {.at = 2 * S, .window = "a", .modal = "Trust this folder? (y/n)"}};
    OPEN(rules);
    assert_true(focus(&A) && paste(&A, "x"));
    pause_for(2);
    shows(&A, "Trust this folder? (y/n)");
    assert_true(paste(&A, "y") && key(&A, "Return"));
    assert_string_equal(record("a", "consent"), "Trust this folder? (y/n)|");
    shows(&A, "> x");
}

static void abilities(void **state)
{
    (void)state;
    const struct fake_rule rules[] = {{.says_abilities = true, .abilities = WINDOW_READS_TEXT | WINDOW_SAME_QUEUE},
                                      WINDOW_A,
                                      WINDOW_B,
                                      {.window = "b", .traits_on = FAKE_BLIND}};
    OPEN(rules);
    assert_int_equal(desktop->backend->abilities, WINDOW_READS_TEXT | WINDOW_SAME_QUEUE);
    assert_null(desktop->backend->lock);
    assert_null(desktop->backend->paste_keys);
    assert_true(paste(&A, "no focus needed"));
    enum window_taken read = TAKEN_NOT;
    assert_true(desktop->backend->key(desktop, &A, "Return", in(1), &read, &err));
    assert_int_equal(read, TAKEN_WHOLE);
    shows(&A, "> ");
    refused(unread(&B), EC_UNSUPPORTED);
    refused(desktop->backend->screenshot(desktop, &A, "x.png", &err), EC_UNSUPPORTED);
    close_it(NULL);
    const struct fake_rule blind[] = {{.says_abilities = true, .abilities = WINDOW_EXCLUSIVE}, WINDOW_A};
    OPEN(blind);
    refused(unread(&A), EC_UNSUPPORTED);
    refused(desktop->backend->screenshot(desktop, NULL, "/nowhere/x.png", &err), EC_MISSING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(windows_come_change_and_go),
        TEST(paste_and_submit),
        TEST(answers_to_a_paste),
        TEST(a_window_changes_at_the_paste),
        TEST(focus_refused_and_stolen),
        TEST(keys_and_composers),
        TEST(refusals),
        TEST(modal_takes_the_keys),
        TEST(abilities),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
