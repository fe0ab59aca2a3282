/* That nothing of a child is left, and conversations in lines. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "children.h"
#include "core/clock.h"
#include "core/process_private.h"
#include "core/wait.h"

static void spawn(const char *script, enum process_stream out)
{
    p = process_spawn(&(struct process_spec){.argv = SH(script), .out = out, .err = out}, &err);
    if (!p)
        fail_msg("%s", err.message);
}

static void a_child_that_listens_ends_by_itself(void **state)
{
    (void)state;
    spawn("trap 'exit 5' TERM; echo $$ >pid; while :; do sleep 0.01; done", PROCESS_NULL);
    pid_t pid = pid_in("pid");
    assert_true(process_kill(p, clock_now() + LONG, &err));
    assert_true(is_dead(pid));
    assert_int_equal(process_status(p).exit_status, 5);
    assert_true(process_kill(p, 0, &err)); /* again is fine */
}

static void one_that_does_not_is_made_to(void **state)
{
    (void)state;
    spawn("trap '' TERM; (trap '' TERM; echo $$ >pid; while :; do sleep 1; done) & sleep 600", PROCESS_CAPTURE);
    pid_in("pid");
    int64_t until = clock_now() + MS(50);
    assert_true(process_kill(p, until, &err));
    assert_true(clock_now() >= until);
    assert_int_equal(process_status(p).signal, SIGKILL);
}

static void grandchildren_end_with_the_tree(void **state)
{
    (void)state;
    spawn("sleep 600 & echo $! >pid; exit 0", PROCESS_NULL);
    pid_t pid = pid_in("pid");
    assert_int_equal(wait_for(process_source(p), clock_now() + LONG, &err), WAIT_READY);
    assert_false(is_dead(pid));
    assert_true(process_kill(p, clock_now() + LONG, &err)); /* the leader is gone already */
    assert_true(is_dead(pid));
}

static void a_suspended_child_hears_it_too(void **state)
{
    (void)state;
    spawn("trap 'exit 6' TERM; echo $$ >pid; kill -STOP $$; while :; do sleep 0.01; done", PROCESS_NULL);
    pid_in("pid");
    assert_true(process_kill(p, clock_now() + LONG, &err));
    assert_int_equal(process_status(p).exit_status, 6);
}

static void closing_kills_at_once(void **state)
{
    (void)state;
    spawn("trap '' TERM; sleep 600 & echo $! >child; echo $$ >pid; wait", PROCESS_CAPTURE);
    pid_t pid = pid_in("pid"), child = pid_in("child");
    process_close(p);
    p = NULL;
    dies_soon(pid);
    dies_soon(child);
}

/* The number of a child whose grandchildren ended after it may be given to somebody else. That needs 32768 processes in
 * between; here the child is told that it had the number of another one. */
static void a_number_that_somebody_else_has_is_left_alone(void **state)
{
    (void)state;
    int status;
    spawn("sleep 600 & echo $! >pid; exit 0", PROCESS_NULL);
    pid_t grandchild = pid_in("pid");
    assert_int_equal(wait_for(process_source(p), clock_now() + LONG, &err), WAIT_READY);
    assert_int_equal(kill(grandchild, SIGKILL), 0);
    dies_soon(grandchild);
    pid_t other = fork();
    if (other == 0) {
        setpgid(0, 0);
        for (;;)
            pause();
    }
    setpgid(other, other);
    p->pid = other;
    process_close(p);
    p = NULL;
    assert_int_equal(waitpid(other, &status, WNOHANG), 0);
    assert_int_equal(kill(other, SIGUSR1), 0);
    assert_int_equal(waitpid(other, &status, 0), other);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1); /* SIGKILL would have been first */
}

static void a_time_out_ends_the_tree(void **state)
{
    (void)state;
    int64_t from = clock_now();
    const char *script = "sleep 600 & echo $! >pid; echo said; wait";
    bool ok = process_run(&(struct process_spec){.argv = SH(script), .out = PROCESS_CAPTURE}, from + MS(200), &p, &err);
    assert_false(ok);
    assert_non_null(p);
    assert_string_equal(err.code, EC_TIMEOUT);
    double seconds = 0; /* as were left when it was started */
    assert_int_equal(sscanf(err.message, "sh: did not end within %lf s", &seconds), 1);
    assert_true(seconds > 0 && seconds <= 0.2);
    assert_true(is_dead(pid_in("pid")));
    assert_true(process_status(p).exited);
    assert_string_equal(process_status(p).out, "said\n");
}

static void request(int number)
{
    (void)number;
    cancel_request(SIGINT);
}

static void an_interrupted_command_may_tidy_up(void **state)
{
    (void)state;
    signal(SIGALRM, request);
    struct itimerval soon = {.it_value = {.tv_usec = 100000}};
    setitimer(ITIMER_REAL, &soon, NULL);
    const char *script = "trap 'echo x >tidy; exit' TERM; while :; do sleep 0.01; done";
    assert_false(process_run(&(struct process_spec){.argv = SH(script)}, CLOCK_NEVER, &p, &err));
    assert_string_equal(err.code, EC_INTERRUPTED);
    assert_int_equal(access("tidy", F_OK), 0);
    assert_true(process_status(p).exited);
}

static void a_hurried_kill_asks_only_once(void **state)
{
    (void)state;
    spawn("trap '' TERM; echo $$ >pid; while :; do sleep 0.01; done", PROCESS_NULL);
    pid_in("pid");
    raise(SIGINT);
    cancel_take();
    signal(SIGALRM, request);
    struct itimerval soon = {.it_value = {.tv_usec = 50000}};
    setitimer(ITIMER_REAL, &soon, NULL);
    int64_t from = clock_now();
    assert_true(process_kill(p, from + LONG, &err));
    assert_true(clock_now() - from < LONG / 2);
    assert_int_equal(process_status(p).signal, SIGKILL);
}

/* Starts a child and a grandchild, whose numbers go into files, and ends in one way or the other. */
static void start_and_end(const char *script, bool killed)
{
    cancel_forget();
    p = process_spawn(&(struct process_spec){.argv = SH(script)}, &err);
    pid_in(killed ? "pid2" : "pid1");
    if (!killed)
        exit(0);
    raise(SIGINT);
    cancel_take();
    raise(SIGINT);
    raise(SIGINT);
}

/* A program that ends without closing anything takes its children along, and so does one that is killed by the third
 * Ctrl-C. The first test: the forks must have loops of their own. */
static void our_end_is_theirs(void **state)
{
    (void)state;
    pid_t ends = fork();
    if (ends == 0)
        start_and_end("sleep 600 & echo $! >child1; echo $$ >pid1; wait", false);
    pid_t dies = fork();
    if (dies == 0) {
        start_and_end("sleep 600 & echo $! >child2; echo $$ >pid2; wait", true);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(ends, &status, 0), ends);
    assert_int_equal(status, 0);
    assert_int_equal(waitpid(dies, &status, 0), dies);
    assert_true(WIFSIGNALED(status));
    dies_soon(pid_in("pid1"));
    dies_soon(pid_in("child1"));
    dies_soon(pid_in("pid2"));
    dies_soon(pid_in("child2"));
}

static void expect_line(const char *expected)
{
    const char *line;
    size_t len;
    if (!process_line(p, &line, &len, clock_now() + LONG, &err))
        fail_msg("%s", err.message);
    assert_string_equal(line, expected);
    assert_int_equal(len, strlen(expected));
}

static void refuses_line(int64_t until, const char *code)
{
    const char *line;
    size_t len;
    assert_false(process_line(p, &line, &len, until, &err));
    assert_string_equal(err.code, code);
}

static void a_conversation(void **state)
{
    (void)state;
    spawn("while read -r a; do echo \"<$a>\"; done; printf 'the rest'", PROCESS_PIPE);
    refuses_line(0, EC_TIMEOUT);
    assert_true(process_write(p, "one\ntwo\n", 8, clock_now() + LONG, &err));
    expect_line("<one>");
    expect_line("<two>");
    refuses_line(clock_now() + MS(5), EC_TIMEOUT);
    assert_true(process_write(p, "th", 2, clock_now() + LONG, &err));
    assert_true(process_write(p, "", 0, clock_now() + LONG, &err));
    refuses_line(clock_now() + MS(5), EC_TIMEOUT);
    assert_true(process_write(p, "ree\n\n", 5, clock_now() + LONG, &err));
    expect_line("<three>");
    expect_line("<>");
    raise(SIGINT);
    refuses_line(clock_now() + LONG, EC_INTERRUPTED);
}

static void a_conversation_ends(void **state)
{
    (void)state;
    spawn("echo first; echo second >&2; printf half; sleep 0.05; printf ' line'", PROCESS_PIPE);
    expect_line("first");
    expect_line("second"); /* err is among them */
    expect_line("half line");
    refuses_line(clock_now() + LONG, EC_IO);
    assert_non_null(strstr(err.message, "ended"));
    assert_int_equal(wait_for(process_source(p), clock_now() + LONG, &err), WAIT_READY);
    assert_false(process_write(p, "x", 1, clock_now() + LONG, &err));
    assert_string_equal(err.code, EC_IO);
}

static void whoever_does_not_read_times_out(void **state)
{
    (void)state;
    spawn("exec sleep 600", PROCESS_PIPE);
    char *much = calloc(1, 1 << 20);
    assert_false(process_write(p, much, 1 << 20, clock_now() + MS(30), &err));
    assert_string_equal(err.code, EC_TIMEOUT);
    free(much);
}

static void whoever_closes_its_input_is_found_out(void **state)
{
    (void)state;
    spawn("exec <&-; echo closed; exec sleep 600", PROCESS_PIPE);
    expect_line("closed");
    assert_false(process_write(p, "x", 1, clock_now() + LONG, &err));
    assert_string_equal(err.code, EC_IO);
}

static void long_lines_and_many_of_them(void **state)
{
    (void)state;
    spawn("i=0; while [ $i -lt 20000 ]; do echo $i; i=$((i+1)); done; head -c 3000000 /dev/zero | tr '\\0' x; echo; "
          "head -c 17000000 /dev/zero | tr '\\0' y; sleep 600",
          PROCESS_PIPE);
    char expected[20];
    for (int i = 0; i < 20000; i++) {
        snprintf(expected, sizeof expected, "%d", i);
        expect_line(expected);
    }
    const char *line;
    size_t len;
    assert_true(process_line(p, &line, &len, clock_now() + LONG, &err));
    assert_int_equal(len, 3000000);
    refuses_line(clock_now() + LONG, EC_INVALID);
    assert_non_null(strstr(err.message, "16 MiB"));
}

struct listener {
    int lines;
    bool ended;
};

static void listen_to(void *owner)
{
    struct listener *l = owner;
    const char *line;
    size_t len;
    struct error e = {0};
    while (process_line(p, &line, &len, 0, &e))
        l->lines++;
    l->ended = strcmp(e.code, EC_IO) == 0;
    error_clear(&e);
}

static void lines_are_announced_in_every_wait(void **state)
{
    (void)state;
    struct listener l = {0};
    spawn("echo 1; echo 2; sleep 0.02; echo 3", PROCESS_PIPE);
    process_on_line(p, listen_to, &l);
    int64_t until = clock_now() + LONG;
    while (!l.ended) {
        assert_true(clock_now() < until);
        wait_for(NULL, clock_now() + MS(5), NULL);
    }
    assert_int_equal(l.lines, 3);
}

static void only_conversations_have_lines(void **state)
{
    (void)state;
    spawn("echo a", PROCESS_CAPTURE);
    refuses_line(clock_now() + LONG, EC_INVALID);
    assert_false(process_write(p, "x", 1, clock_now() + LONG, &err));
    assert_string_equal(err.code, EC_INVALID);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, begin, end)
    static const struct CMUnitTest tests[] = {
        T(our_end_is_theirs),
        T(a_child_that_listens_ends_by_itself),
        T(one_that_does_not_is_made_to),
        T(grandchildren_end_with_the_tree),
        T(a_suspended_child_hears_it_too),
        T(closing_kills_at_once),
        T(a_number_that_somebody_else_has_is_left_alone),
        T(a_time_out_ends_the_tree),
        T(an_interrupted_command_may_tidy_up),
        T(a_hurried_kill_asks_only_once),
        T(a_conversation),
        T(a_conversation_ends),
        T(whoever_does_not_read_times_out),
        T(whoever_closes_its_input_is_found_out),
        T(long_lines_and_many_of_them),
        T(lines_are_announced_in_every_wait),
        T(only_conversations_have_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
