/* The console: what is typed arrives, as lines and as single keys, and its modes are put back. The tests run in a child
 * of this program, which has a console of its own that nobody sees; what is typed there, they type themselves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include <cmocka.h>

#include "core/clock.h"
#include "core/process.h"
#include "core/program.h"
#include "core/term.h"
#include "core/wait.h"

#define LATER (30 * CLOCK_SECOND) /* never reached when the test passes */

static HANDLE in, out;

static void type(const wchar_t *text)
{
    for (; *text; text++) {
        INPUT_RECORD key = {.EventType = KEY_EVENT};
        key.Event.KeyEvent.bKeyDown = TRUE;
        key.Event.KeyEvent.wRepeatCount = 1;
        key.Event.KeyEvent.uChar.UnicodeChar = *text;
        if (*text == L'\r')
            key.Event.KeyEvent.wVirtualKeyCode = VK_RETURN;
        DWORD n = 0;
        assert_true(WriteConsoleInputW(in, &key, 1, &n) && n == 1);
    }
}

/* Waits until so many bytes came. */
static void expect_typed(const char *text)
{
    struct error err = {0};
    char bytes[64] = "";
    size_t len = 0, want = strlen(text);
    while (len < want) {
        size_t n;
        bool end;
        struct wait_source *source = term_input(&err);
        assert_non_null(source);
        assert_int_equal(wait_for(source, clock_now() + LATER, &err), WAIT_READY);
        assert_true(term_read(bytes + len, sizeof bytes - 1 - len, &n, &end, &err));
        assert_false(end);
        len += n;
    }
    assert_string_equal(bytes, text);
}

static void a_line_comes_whole(void **state)
{
    (void)state;
    type(L"h\x00e4 \x20ac\r");
    expect_typed("h\xc3\xa4 \xe2\x82\xac\n");
}

static void single_keys_come_at_once(void **state)
{
    (void)state;
    struct error err = {0};
    DWORD before = 0, raw = 0, after = 0;
    GetConsoleMode(in, &before);
    assert_true(term_raw(&err));
    GetConsoleMode(in, &raw);
    assert_int_equal(raw & (ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT | ENABLE_PROCESSED_INPUT), 0);
    type(L"x"); /* and no Enter */
    expect_typed("x");
    term_restore();
    GetConsoleMode(in, &after);
    assert_int_equal(after, before);
    term_restore(); /* fine without raw() */
}

static void it_has_a_size_and_takes_text(void **state)
{
    (void)state;
    struct error err = {0};
    int columns = 0, rows = 0;
    assert_true(term_is_tty(TERM_IN) && term_is_tty(TERM_OUT));
    assert_true(term_size(&columns, &rows));
    assert_true(columns > 0 && rows > 0);
    assert_true(term_write(TERM_OUT, "\xc3\xa4", 2, &err));
    CONSOLE_SCREEN_BUFFER_INFO info;
    assert_true(GetConsoleScreenBufferInfo(out, &info));
    wchar_t seen = 0;
    DWORD n = 0;
    COORD at = {(SHORT)(info.dwCursorPosition.X - 1), info.dwCursorPosition.Y};
    assert_true(ReadConsoleOutputCharacterW(out, &seen, 1, at, &n) && n == 1);
    assert_int_equal(seen, 0xe4); /* the console took it as UTF-8 */
}

/* Keys and lines in a program each: who reads already when the modes change reads on as before. */
static int in_console(bool lines)
{
    static const struct CMUnitTest of_lines[] = {
        cmocka_unit_test(it_has_a_size_and_takes_text),
        cmocka_unit_test(a_line_comes_whole),
    };
    static const struct CMUnitTest of_keys[] = {
        cmocka_unit_test(single_keys_come_at_once),
    };
    in = CreateFileW(L"CONIN$", GENERIC_READ | GENERIC_WRITE, 3, NULL, OPEN_EXISTING, 0, NULL);
    out = CreateFileW(L"CONOUT$", GENERIC_READ | GENERIC_WRITE, 3, NULL, OPEN_EXISTING, 0, NULL);
    SetStdHandle(STD_INPUT_HANDLE, in);
    SetStdHandle(STD_OUTPUT_HANDLE, out);
    program_start();
    return lines ? cmocka_run_group_tests(of_lines, NULL, NULL) : cmocka_run_group_tests(of_keys, NULL, NULL);
}

/* Answers its exit status. What outlives us has a console of its own, also where we have one. */
static int run_in_console(const char *self, const char *what)
{
    struct error err = {0};
    struct process *p;
    struct process_spec spec = {.argv = (const char *const[]){self, what, NULL},
                                .out = PROCESS_INHERIT,
                                .err = PROCESS_INHERIT,
                                .outlives_us = true};
    bool ok = process_run(&spec, clock_now() + 100 * CLOCK_SECOND, &p, &err);
    int status = ok ? (int)process_status(p).exit_status : 1;
    if (!ok) {
        fprintf(stderr, "%s\n", err.message);
        process_kill(p, clock_now(), NULL);
    }
    process_close(p);
    return status;
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return in_console(strcmp(argv[1], "-lines") == 0);
    char *self = program_path(NULL);
    int status = run_in_console(self, "-lines") | run_in_console(self, "-keys");
    free(self);
    return status;
}
