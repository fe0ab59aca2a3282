/* Children: how they start, what they are given, what comes back, and that nothing of them is left. */
#include <errno.h>
#include <fcntl.h>
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

#include "children.h"
#include "core/clock.h"
#include "core/file.h"
#include "core/process.h"
#include "core/wait.h"

static struct process_status run(const struct process_spec *spec)
{
    process_close(p);
    p = NULL;
    if (!process_run(spec, clock_now() + LONG, &p, &err))
        fail_msg("%s", err.message);
    struct process_status s = process_status(p);
    assert_true(s.exited);
    assert_true(s.ended >= s.started);
    return s;
}

static void refuses(const struct process_spec *spec, const char *code, const char *part)
{
    struct process *q = process_spawn(spec, &err);
    assert_null(q);
    assert_string_equal(err.code, code);
    if (!strstr(err.message, part))
        fail_msg("'%s' is not in: %s", part, err.message);
}

static void spawn(const struct process_spec *spec)
{
    process_close(p);
    p = process_spawn(spec, &err);
    if (!p)
        fail_msg("%s", err.message);
}

static void content_is(const char *path, const char *expected)
{
    char *bytes;
    size_t len;
    assert_true(file_read(path, 1 << 20, &bytes, &len, &err));
    assert_string_equal(bytes, expected);
    free(bytes);
}

static void exit_status_and_signal(void **state)
{
    (void)state;
    struct process_status s = run(&(struct process_spec){.argv = ARGV("true")});
    assert_true(s.exit_status == 0 && s.signal == 0);
    s = run(&(struct process_spec){.argv = SH("exit 7")});
    assert_true(s.exit_status == 7 && s.signal == 0);
    s = run(&(struct process_spec){.argv = SH("kill -TERM $$")});
    assert_int_equal(s.signal, SIGTERM);
}

static void arguments_arrive_as_they_are(void **state)
{
    (void)state;
    struct process_status s = run(&(struct process_spec){
        .argv = ARGV("printf", "<%s>", "", "a b", "*", "$HOME", "\"'\\", "\n", "ä"), .out = PROCESS_CAPTURE});
    assert_string_equal(s.out, "<><a b><*><$HOME><\"'\\><\n><ä>");
}

static void what_cannot_start_is_named(void **state)
{
    (void)state;
    refuses(&(struct process_spec){.argv = ARGV("dispatch-no-such")}, EC_MISSING,
            "dispatch-no-such: not found in PATH (");
    refuses(&(struct process_spec){.argv = ARGV("./no-such")}, EC_MISSING, "./no-such: no such program");
    refuses(&(struct process_spec){.argv = ARGV("true"), .cwd = "/no-such"}, EC_MISSING, "working directory: /no-such");
    refuses(&(struct process_spec){.argv = ARGV("true"), .cwd = "/dev/null"}, EC_INVALID, "not a folder");
    refuses(&(struct process_spec){.argv = ARGV("/tmp")}, EC_DENIED, "/tmp: is a folder");
    refuses(&(struct process_spec){.argv = ARGV("")}, EC_INVALID, "argv is empty");
    refuses(&(struct process_spec){.argv = ARGV("true"), .env_set = ARGV("novalue")}, EC_INVALID, "'novalue'");
    refuses(&(struct process_spec){.argv = ARGV("true"), .out = PROCESS_FILE}, EC_INVALID, "path");
    refuses(&(struct process_spec){.argv = ARGV("true"), .out = PROCESS_FILE, .out_path = "no/such"}, EC_MISSING,
            "no/such");
    refuses(&(struct process_spec){.argv = ARGV("true"), .err = PROCESS_PIPE}, EC_INVALID, "conversation");
    assert_true(file_write("plain", "x", 1, &err));
    refuses(&(struct process_spec){.argv = ARGV("./plain")}, EC_DENIED, "may not be executed");
    refuses(&(struct process_spec){.argv = ARGV("plain"), .env_set = (const char *const[]){"PATH=.", NULL}}, EC_DENIED,
            "./plain: may not be executed");
    assert_true(file_write("script", "#!/no/such/interpreter\n", 23, &err));
    assert_int_equal(chmod("script", 0755), 0);
    const char *preload = getenv("LD_PRELOAD");
    if (!preload || !strstr(preload, "vgpreload")) /* valgrind 3.19 dies of this execve(2) */
        refuses(&(struct process_spec){.argv = ARGV("./script")}, EC_MISSING, "interpreter");
    process_close(NULL);
}

static void the_folder_that_it_runs_in(void **state)
{
    (void)state;
    assert_int_equal(mkdir("sub", 0755), 0);
    assert_true(file_write("sub/tool", "#!/bin/sh\npwd -P\n", 17, &err));
    assert_int_equal(chmod("sub/tool", 0755), 0);
    char *here = file_real("sub", &err);
    struct process_status s = run(&(struct process_spec){.argv = ARGV("./tool"), .cwd = "sub", .out = PROCESS_CAPTURE});
    assert_true(strncmp(s.out, here, strlen(here)) == 0 && strcmp(s.out + strlen(here), "\n") == 0);
    refuses(&(struct process_spec){.argv = ARGV("./absent"), .cwd = "sub"}, EC_MISSING,
            "sub/./absent: no such program");
    free(here);
}

static void the_environment_is_ours_with_changes(void **state)
{
    (void)state;
    setenv("DISPATCH_A", "ours", 1);
    setenv("DISPATCH_B", "ours", 1);
    setenv("DISPATCH_BB", "ours", 1);
    setenv("DISPATCH_C", "ours", 1);
    static const char *const set[] = {"DISPATCH_C=first", "DISPATCH_C=its=own", "DISPATCH_D=", NULL};
    static const char *const unset[] = {"DISPATCH_B", "DISPATCH_ABSENT", NULL};
    struct process_status s = run(&(struct process_spec){
        .argv = SH("echo ${DISPATCH_A-no} ${DISPATCH_B-no} $DISPATCH_BB $DISPATCH_C \"<${DISPATCH_D-no}>\""),
        .env_set = set,
        .env_unset = unset,
        .out = PROCESS_CAPTURE,
    });
    assert_string_equal(s.out, "ours no ours its=own <>\n");
    /* PATH is looked through as the child will have it */
    refuses(&(struct process_spec){.argv = ARGV("true"), .env_set = ARGV("PATH=/no/such")}, EC_MISSING, "(/no/such)");
}

static void children_inherit_no_descriptor(void **state)
{
    (void)state;
    struct process_spec list = {.argv = SH("ls /proc/self/fd"), .input = "", .out = PROCESS_CAPTURE};
    char *before = strdup(run(&list).out); /* what we were started with ourselves is inherited */
    struct process *other = process_spawn(&(struct process_spec){.argv = ARGV("cat"), .out = PROCESS_PIPE}, &err);
    struct wait_file *file = wait_file_open("x", &err);
    wait_for(wait_file_source(file), 0, &err);
    list.err = PROCESS_CAPTURE;
    assert_string_equal(run(&list).out, before);
    wait_file_close(file);
    process_close(other);
    free(before);
}

static void signals_are_as_for_any_program(void **state)
{
    (void)state;
    cancel_install(); /* ignores SIGPIPE: a child must not */
    struct process_status s = run(&(struct process_spec){.argv = SH("kill -PIPE $$; exit 3"), .out = PROCESS_CAPTURE});
    assert_int_equal(s.signal, SIGPIPE);
}

static void outputs_are_kept_apart(void **state)
{
    (void)state;
    struct process_status s = run(&(struct process_spec){
        .argv = SH("echo out; echo err >/dev/stderr"), .out = PROCESS_CAPTURE, .err = PROCESS_CAPTURE});
    assert_string_equal(s.out, "out\n");
    assert_string_equal(s.err, "err\n");
    assert_true(s.out_len == 4 && s.err_len == 4);
    s = run(&(struct process_spec){.argv = SH("echo a; echo b >&2")}); /* the null device */
    assert_string_equal(s.out, "");
    assert_int_equal(s.out_len, 0);
}

static void outputs_into_files(void **state)
{
    (void)state;
    assert_true(file_write("out", "older and longer", 16, &err));
    umask(022);
    run(&(struct process_spec){.argv = SH("echo out; echo err >&2"),
                               .out = PROCESS_FILE,
                               .err = PROCESS_FILE,
                               .out_path = "out",
                               .err_path = "err"});
    content_is("out", "out\n");
    content_is("err", "err\n");
    struct stat st;
    assert_int_equal(stat("err", &st), 0);
    assert_int_equal(st.st_mode & 0777, 0644);
    run(&(struct process_spec){.argv = SH("echo out; echo err >&2; echo out"),
                               .out = PROCESS_FILE,
                               .err = PROCESS_FILE,
                               .out_path = "both",
                               .err_path = "both"});
    content_is("both", "out\nerr\nout\n");
}

static void much_output_is_counted_beyond_the_limit(void **state)
{
    (void)state;
    struct process_status s = run(&(struct process_spec){
        .argv = ARGV("head", "-c", "10485760", "/dev/zero"), .out = PROCESS_CAPTURE, .capture_max = 100000});
    assert_int_equal(s.out_len, 100000);
    assert_int_equal(s.out_dropped, 10485760 - 100000);
    s = run(&(struct process_spec){.argv = ARGV("head", "-c", "10485760", "/dev/zero"), .out = PROCESS_CAPTURE});
    assert_int_equal(s.out_len, 10485760);
    assert_int_equal(s.out_dropped, 0);
}

static void input_and_output_at_once(void **state)
{
    (void)state;
    size_t n = 3 << 20;
    char *bytes = malloc(n);
    for (size_t i = 0; i < n; i++)
        bytes[i] = (char)(i * 7 + i / 251);
    struct process_status s =
        run(&(struct process_spec){.argv = ARGV("cat"), .input = bytes, .input_len = n, .out = PROCESS_CAPTURE});
    assert_int_equal(s.out_len, n);
    assert_memory_equal(s.out, bytes, n);
    assert_true(s.input_taken);
    free(bytes);
    s = run(&(struct process_spec){.argv = ARGV("cat"), .input = "", .out = PROCESS_CAPTURE});
    assert_true(s.input_taken && s.out_len == 0);
    s = run(&(struct process_spec){.argv = ARGV("cat"), .out = PROCESS_CAPTURE}); /* the null device */
    assert_true(s.out_len == 0 && !s.input_taken);
}

static void input_that_nobody_reads(void **state)
{
    (void)state;
    size_t n = 3 << 20;
    char *bytes = calloc(n, 1);
    struct process_status s = run(&(struct process_spec){.argv = ARGV("true"), .input = bytes, .input_len = n});
    assert_true(s.exit_status == 0 && !s.input_taken);
    s = run(&(struct process_spec){.argv = ARGV("true"), .input = "few", .input_len = 3});
    assert_false(s.input_taken);
    s = run(&(struct process_spec){.argv = SH("exec <&-; exit 4"), .input = bytes, .input_len = n});
    assert_true(s.exit_status == 4 && !s.input_taken);
    free(bytes);
}

static void input_is_taken_when_it_was_read_to_the_end(void **state)
{
    (void)state;
    spawn(&(struct process_spec){
        .argv = SH("until [ -e go ]; do sleep 0.01; done; cat >/dev/null; until [ -e end ]; do sleep 0.01; done"),
        .input = "text",
        .input_len = 4});
    assert_int_equal(wait_for(process_input_source(p), clock_now() + MS(30), &err), WAIT_EXPIRED);
    assert_false(process_status(p).input_taken);
    assert_true(file_write("go", "", 0, &err));
    assert_int_equal(wait_for(process_input_source(p), clock_now() + LONG, &err), WAIT_READY);
    assert_true(process_status(p).input_taken);
    assert_false(process_status(p).exited);
    assert_true(file_write("end", "", 0, &err));
    assert_int_equal(wait_for(process_source(p), clock_now() + LONG, &err), WAIT_READY);
    assert_true(process_status(p).input_taken);
}

static void a_grandchild_that_holds_the_pipe(void **state)
{
    (void)state;
    int64_t from = clock_now();
    struct process_status s = run(&(struct process_spec){
        .argv = SH("sleep 30 & echo $! >pid; echo out"), .out = PROCESS_CAPTURE, .err = PROCESS_CAPTURE});
    assert_true(clock_now() - from < 10 * CLOCK_SECOND);
    assert_string_equal(s.out, "out\n");
    pid_t pid = pid_in("pid");
    assert_false(is_dead(pid));
    assert_int_equal(wait_for(process_source(p), 0, &err), WAIT_READY); /* stays so */
    process_close(p);                                                   /* with all that it started */
    p = NULL;
    dies_soon(pid);
}

static void what_outlives_us_is_left_alone(void **state)
{
    (void)state;
    spawn(&(struct process_spec){.argv = SH("echo $$ >pid; exec sleep 30"), .outlives_us = true});
    pid_t pid = pid_in("pid");
    process_close(p);
    p = NULL;
    wait_for(NULL, clock_now() + MS(20), NULL);
    assert_false(is_dead(pid));
    kill(pid, SIGKILL);
    dies_soon(pid);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, begin, end)
    static const struct CMUnitTest tests[] = {
        T(exit_status_and_signal),
        T(arguments_arrive_as_they_are),
        T(what_cannot_start_is_named),
        T(the_folder_that_it_runs_in),
        T(the_environment_is_ours_with_changes),
        T(children_inherit_no_descriptor),
        T(signals_are_as_for_any_program),
        T(outputs_are_kept_apart),
        T(outputs_into_files),
        T(much_output_is_counted_beyond_the_limit),
        T(input_and_output_at_once),
        T(input_that_nobody_reads),
        T(input_is_taken_when_it_was_read_to_the_end),
        T(a_grandchild_that_holds_the_pipe),
        T(what_outlives_us_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
