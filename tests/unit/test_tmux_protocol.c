#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/tmux/protocol.h"
#include "core/tmux/text.h"

/* Every line as "K:text\n", K of TEX! (text, end, error, note is N, stray is ?). */
static void read_all(struct tmux_stream *s, struct tmux_text *seen)
{
    static const char kinds[] = "TE!N?";
    for (struct tmux_line line; tmux_stream_next(s, &line);)
        assert_true(tmux_text_format(seen, "%c:%.*s\n", kinds[line.kind], (int)line.len, line.text));
}

static const char CONVERSATION[] = "%begin 1795350606 277 0\n%end 1795350606 277 0\n"
                                   "%session-changed $0 one\n"
                                   "%begin 1795350606 282 1\nP%0 title\n\n%end 1795350606 281 1\n%error\n"
                                   "%begin 1 2 3\n%window-add @1\n%end 1795350606 282 1\n"
                                   "%window-add @1\n"
                                   "%begin 1795350608 284 1\ncan't find pane: two\n%error 1795350608 284 1\n"
                                   "/nonexist: No such file or directory\n"
                                   "%exit";
static const char MEANING[] =
    "E:\nN:%session-changed $0 one\n"
    "T:P%0 title\nT:\nT:%end 1795350606 281 1\nT:%error\nT:%begin 1 2 3\nT:%window-add @1\nE:\n"
    "N:%window-add @1\nT:can't find pane: two\n!:\n?:/nonexist: No such file or directory\n";

static void blocks_end_at_their_own_guard(void **state)
{
    (void)state;
    struct tmux_stream s = {0};
    struct tmux_text seen = {0};
    assert_true(tmux_stream_add(&s, CONVERSATION, sizeof CONVERSATION - 1));
    read_all(&s, &seen);
    assert_string_equal(seen.bytes, MEANING);
    assert_true(tmux_stream_add(&s, " detached\n", 10));
    seen.len = 0;
    read_all(&s, &seen);
    assert_string_equal(seen.bytes, "N:%exit detached\n");
    tmux_text_free(&seen);
    tmux_stream_free(&s);
}

static void it_does_not_matter_how_the_bytes_arrive(void **state)
{
    (void)state;
    for (size_t step = 1; step < 40; step++) {
        struct tmux_stream s = {0};
        struct tmux_text seen = {0};
        for (size_t at = 0; at < sizeof CONVERSATION - 1; at += step) {
            size_t left = sizeof CONVERSATION - 1 - at;
            assert_true(tmux_stream_add(&s, CONVERSATION + at, left < step ? left : step));
            read_all(&s, &seen);
        }
        assert_string_equal(seen.bytes, MEANING);
        tmux_text_free(&seen);
        tmux_stream_free(&s);
    }
}

static void any_bytes_pass_through_a_block(void **state)
{
    (void)state;
    struct tmux_stream s = {0};
    struct tmux_line line;
    char all[255];
    for (size_t i = 0; i < sizeof all; i++)
        all[i] = (char)(i < '\n' ? i : i + 1); /* all but the newline */
    assert_true(tmux_stream_add(&s, "%begin 1 2 1\n", 13));
    for (int i = 0; i < 3000; i++) {
        assert_true(tmux_stream_add(&s, all, sizeof all) && tmux_stream_add(&s, "\n", 1));
        if (i % 7)
            continue;
        while (tmux_stream_next(&s, &line)) {
            assert_int_equal(line.kind, TMUX_TEXT);
            assert_int_equal(line.len, sizeof all);
            assert_memory_equal(line.text, all, sizeof all);
        }
    }
    tmux_stream_free(&s);
}

static void a_guard_that_is_none_opens_no_block(void **state)
{
    (void)state;
    char line[200] = "%begin ";
    memset(line + 7, '1', sizeof line - 8);
    line[sizeof line - 1] = '\n';
    struct tmux_stream s = {0};
    struct tmux_text seen = {0};
    assert_true(tmux_stream_add(&s, line, sizeof line) && tmux_stream_add(&s, "%begin \0\nx\n%begin\n", 18));
    for (struct tmux_line l; tmux_stream_next(&s, &l);)
        assert_true(tmux_text_format(&seen, "%d", (int)l.kind));
    assert_string_equal(seen.bytes, "3343");
    tmux_text_free(&seen);
    tmux_stream_free(&s);
}

static void expect_text(char *got, const char *want)
{
    assert_non_null(got);
    assert_string_equal(got, want);
    free(got);
}

static void words_are_quoted_for_tmux(void **state)
{
    (void)state;
    expect_text(tmux_quoted(""), "''");
    expect_text(tmux_quoted("a b;"), "'a b;'");
    expect_text(tmux_quoted("it's"), "'it'\\''s'");
    expect_text(tmux_quoted("a\nb"), "'a'\"\\n\"'b'");
    expect_text(tmux_quoted("$HOME ~ \\ \" #{x} }"), "'$HOME ~ \\ \" #{x} }'");
    expect_text(tmux_quoted_plain("/tmp/#{x}#"), "'/tmp/##{x}##'");
}

static void patterns_are_wider_than_their_token(void **state)
{
    (void)state;
#define WHOLE(token) "(^|[^[:alnum:]_])" token "([^[:alnum:]_]|$)"
    expect_text(tmux_pattern("HITECHOS_A_core_20261122_1"), WHOLE("HITECHOS_A_core_20261122_1"));
    expect_text(tmux_pattern("a*b[c],#{d}:'"), WHOLE("a.b.c....d..."));
    expect_text(tmux_pattern("ünï €"), WHOLE(".n..."));
    expect_text(tmux_pattern("\\"), WHOLE("."));
}

static void chords(void **state)
{
    (void)state;
    static const struct {
        const char *chord, *name, *bytes;
        size_t n;
    } cases[] = {
        {"Return", "", "\r", 1},
        {"Enter", "", "\r", 1},
        {"ctrl+Return", "C-Enter", "\r", 1},
        {"alt+Return", "", "\033\r", 2},
        {"Escape", "", "\033", 1},
        {"Tab", "", "\t", 1},
        {"shift+Tab", "BTab", "", 0},
        {"BackSpace", "", "\177", 1},
        {"space", "", " ", 1},
        {"ctrl+space", "", "\0", 1},
        {"a", "", "a", 1},
        {"Z", "", "Z", 1},
        {";", "", ";", 1},
        {"semicolon", "", ";", 1},
        {"+", "", "+", 1},
        {"ctrl+_", "", "\037", 1},
        {"shift+a", "", "A", 1},
        {"ctrl+c", "", "\003", 1},
        {"Ctrl+C", "", "\003", 1},
        {"alt+ctrl+x", "", "\033\030", 2},
        {"ü", "", "ü", 2},
        {"€", "", "€", 3},
        {"shift+Insert", "S-IC", "", 0},
        {"ctrl+shift+Up", "C-S-Up", "", 0},
        {"Page_Down", "NPage", "", 0},
        {"alt+F12", "M-F12", "", 0},
    };
    struct error err = {0};
    struct tmux_key key;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (!tmux_key_parse(cases[i].chord, &key, &err))
            fail_msg("%s: %s", cases[i].chord, err.message);
        assert_string_equal(key.name, cases[i].name);
        assert_int_equal(key.n, cases[i].n);
        assert_memory_equal(key.bytes, cases[i].bytes, key.n);
    }
}

static void chords_that_are_refused(void **state)
{
    (void)state;
    static const char *const none[] = {"", "Retrun", "ctrl+", "hyper+a", "ctrl a", "ctrl++x", "ab", "\n", "üü"};
    /* tmux 3.3a would type "S-Enter", send nothing, or send what a simpler chord sends */
    static const char *const cannot[] = {"shift+Return", "ctrl+shift+p", "ctrl+1",         "ctrl+ü",
                                         "shift+1",      "ctrl+Tab",     "ctrl+BackSpace", "ctrl+alt+Return"};
    struct error err = {0};
    struct tmux_key key;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        assert_false(tmux_key_parse(none[i], &key, &err));
        assert_string_equal(err.code, EC_INVALID);
    }
    for (size_t i = 0; i < sizeof cannot / sizeof *cannot; i++) {
        assert_false(tmux_key_parse(cannot[i], &key, &err));
        assert_string_equal(err.code, EC_UNSUPPORTED);
    }
    error_clear(&err);
}

static void texts_grow(void **state)
{
    (void)state;
    struct tmux_text text = {0};
    for (int i = 0; i < 1000; i++)
        assert_true(tmux_text_format(&text, "%d,", i) && tmux_text_line(&text, "x", 1) && tmux_text_add(&text, "y", 1));
    assert_int_equal(text.len, 1000 * 4 + 10 + 90 * 2 + 900 * 3);
    assert_int_equal(strlen(text.bytes), text.len);
    assert_memory_equal(text.bytes, "0,x\ny1,x\n", 9);
    assert_false(tmux_text_add(&text, "", SIZE_MAX));
    assert_false(tmux_text_line(&text, "", SIZE_MAX));
    tmux_text_free(&text);
    assert_true(tmux_text_add(&text, "", 0));
    assert_string_equal(text.bytes, "");
    tmux_text_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_end_at_their_own_guard),
        cmocka_unit_test(it_does_not_matter_how_the_bytes_arrive),
        cmocka_unit_test(any_bytes_pass_through_a_block),
        cmocka_unit_test(a_guard_that_is_none_opens_no_block),
        cmocka_unit_test(words_are_quoted_for_tmux),
        cmocka_unit_test(patterns_are_wider_than_their_token),
        cmocka_unit_test(chords),
        cmocka_unit_test(chords_that_are_refused),
        cmocka_unit_test(texts_grow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
