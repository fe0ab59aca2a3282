/* Children on Windows: what argv becomes, which file a name is, input that is read to its end, trees that end as one.
 * The child is this program itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include <shellapi.h> /* after windows.h */

#include <cmocka.h>

#include "../folder_case.h"
#include "core/clock.h"
#include "core/process.h"
#include "core/program.h"
#include "core/wait.h"
#include "core/windows/command_line.h"
#include "core/windows/system.h"

#define LATER (60 * CLOCK_SECOND) /* never reached when the test passes */

static char *self; /* this program */

/* ---- what the child does ---- */

static int child(int argc, char **argv)
{
    if (strcmp(argv[1], "-reads") == 0) {
        char bytes[4096];
        for (int rest = atoi(argv[2]); rest > 0;)
            rest -= (int)fread(bytes, 1, rest < 4096 ? (size_t)rest : 4096, stdin);
    } else if (strcmp(argv[1], "-nests") == 0) { /* a child of its own, which it leaves behind */
        struct process_spec spec = {.argv = (const char *const[]){argv[0], "-stays", argv[2], NULL},
                                    .outlives_us = true};
        struct process *p = process_spawn(&spec, NULL);
        struct wait_file *up = wait_file_open(argv[2], NULL);
        bool ok = p && wait_for(wait_file_source(up), clock_now() + LATER, NULL) == WAIT_READY;
        wait_file_close(up);
        process_close(p);
        return ok ? 0 : 1;
    } else if (strcmp(argv[1], "-stays") == 0) {
        HANDLE held = CreateFileA(argv[2], GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
        wait_for(NULL, clock_now() + LATER, NULL);
        CloseHandle(held);
    }
    (void)argc;
    return 0;
}

/* A file that the child holds open can be opened again. */
static void is_let_go(const char *path)
{
    for (int64_t until = clock_now() + 10 * CLOCK_SECOND;;) {
        HANDLE file = CreateFileA(path, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
        if (file != INVALID_HANDLE_VALUE) {
            CloseHandle(file);
            return;
        }
        assert_true(clock_now() < until);
        wait_for(NULL, clock_now() + 5 * CLOCK_MS, NULL);
    }
}

/* ---- tests ---- */

static void words_come_back_as_they_were(void **state)
{
    (void)state;
    static const char *const words[] = {"program.exe",
                                        "",
                                        "plain",
                                        "two words",
                                        "a\\b",
                                        "a b\\",
                                        "\\\\share\\x y",
                                        "say \"x\"",
                                        "\\\"",
                                        "x\\\\\"y",
                                        "tab\there",
                                        "100%",
                                        "^&|<>()!",
                                        "*.txt",
                                        "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x9a\x80",
                                        NULL};
    wchar_t *line = command_line(words);
    int n = 0;
    wchar_t **back = CommandLineToArgvW(line, &n);
    assert_int_equal(n, sizeof words / sizeof *words - 1);
    for (int i = 0; i < n; i++) {
        char *word = wide_to_utf8(back[i]);
        assert_string_equal(word, words[i]);
        free(word);
    }
    LocalFree(back);
    free(line);
}

static void the_environment_is_sorted_without_case(void **state)
{
    (void)state;
    char *env[] = {"b=1", "A=2", "=C:=C:\\x", "a.b=3", NULL}, *none[] = {NULL};
    wchar_t *block = environment_block(env);
    assert_memory_equal(block, L"=C:=C:\\x\0A=2\0a.b=3\0b=1\0", 24 * sizeof *block);
    free(block);
    block = environment_block(none);
    assert_memory_equal(block, L"\0", 2 * sizeof *block);
    free(block);
}

static void names_have_endings(void **state)
{
    (void)state;
    struct error err = {0};
    make("tool.exe", "");
    make("batch.cmd", "");
    make("old.bat", "");
    make("script.ps1", "");
    char *path = process_which(in("tool"), &err);
    assert_string_equal(path, in("tool.exe"));
    free(path);
    assert_null(process_which(in("batch"), &err));
    expect_refused(&err, EC_UNSUPPORTED, "put the interpreter first: cmd.exe /d /c");
    assert_null(process_which(in("old.bat"), &err));
    expect_refused(&err, EC_UNSUPPORTED, "is a batch file");
    assert_null(process_which(in("script.ps1"), &err));
    expect_refused(&err, EC_UNSUPPORTED, "powershell.exe -NoProfile");
    assert_null(process_which("no-such-program", &err));
    expect_refused(&err, EC_MISSING, "not found in PATH");
    path = process_which("cmd", &err);
    assert_non_null(path);
    free(path);
}

/* What lies in the working directory is not what was meant. */
static void the_working_directory_is_not_searched(void **state)
{
    (void)state;
    struct error err = {0};
    make("lurking.exe", "");
    char here[512];
    assert_true(GetCurrentDirectoryA(sizeof here, here) > 0 && SetCurrentDirectoryA(folder));
    assert_null(process_which("lurking", &err));
    SetCurrentDirectoryA(here);
    expect_refused(&err, EC_MISSING, "not found in PATH");
}

static void what_is_no_program_is_told(void **state)
{
    (void)state;
    struct error err = {0};
    make("text.exe", "no program at all, but long enough to be looked at");
    struct process_spec spec = {.argv = (const char *const[]){in("text.exe"), NULL}};
    assert_null(process_spawn(&spec, &err));
    expect_refused(&err, EC_UNSUPPORTED, "put its interpreter first");
    spec.argv = (const char *const[]){self, "-stays", NULL};
    spec.cwd = in("none");
    assert_null(process_spawn(&spec, &err));
    expect_refused(&err, EC_MISSING, "working directory");
}

/* Through a pipe of 64 KiB: half of it is read, then all. */
static void input_is_taken_when_all_was_read(void **state)
{
    (void)state;
    struct error err = {0};
    static char bytes[300000];
    struct process_spec spec = {.input = bytes, .input_len = sizeof bytes};
    static const char *const amounts[] = {"300000", "150000", "0"};
    for (int i = 0; i < 3; i++) {
        struct process *p;
        spec.argv = (const char *const[]){self, "-reads", amounts[i], NULL};
        assert_true(process_run(&spec, clock_now() + LATER, &p, &err));
        assert_int_equal(process_status(p).exit_status, 0);
        assert_int_equal(process_status(p).input_taken, i == 0);
        process_close(p);
    }
    spec.input_len = 10; /* fits into the pipe, and is not read */
    struct process *p;
    assert_true(process_run(&spec, clock_now() + LATER, &p, &err));
    assert_false(process_status(p).input_taken);
    process_close(p);
}

static void who_is_killed_says_so(void **state)
{
    (void)state;
    struct error err = {0};
    struct process_spec spec = {.argv = (const char *const[]){self, "-stays", in("held"), NULL}};
    struct process *p = process_spawn(&spec, &err);
    assert_non_null(p);
    assert_true(process_kill(p, clock_now(), &err));
    assert_true(process_status(p).exited);
    assert_int_equal(process_status(p).signal, 9);
    process_close(p);
}

/* The child asked for its own child to outlive it; we did not. */
static void what_a_child_leaves_behind_ends_with_its_job(void **state)
{
    (void)state;
    struct error err = {0};
    struct process_spec spec = {.argv = (const char *const[]){self, "-nests", in("held"), NULL}};
    struct process *p;
    assert_true(process_run(&spec, clock_now() + LATER, &p, &err));
    assert_int_equal(process_status(p).exit_status, 0);
    HANDLE file = CreateFileA(in("held"), GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    assert_true(file == INVALID_HANDLE_VALUE); /* it lives */
    process_close(p);
    is_let_go(in("held"));
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return child(argc, argv);
#define T(test) cmocka_unit_test_setup(test, set_up)
    static const struct CMUnitTest tests[] = {
        T(words_come_back_as_they_were), T(the_environment_is_sorted_without_case),
        T(names_have_endings),           T(the_working_directory_is_not_searched),
        T(what_is_no_program_is_told),   T(input_is_taken_when_all_was_read),
        T(who_is_killed_says_so),        T(what_a_child_leaves_behind_ends_with_its_job),
    };
    self = program_path(NULL);
    int failed = cmocka_run_group_tests(tests, group_set_up, group_tear_down);
    free(self);
    return failed;
}
