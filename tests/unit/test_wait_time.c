/* Waits that end by a signal, time that skips, and what many sources cost. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/clock.h"
#include "core/file.h"
#include "core/process.h"
#include "core/wait.h"
#include "puppets.h"

#define HOUR (3600 * CLOCK_SECOND)

static void signal_in(int64_t ns)
{
    struct itimerval t = {.it_value = {.tv_sec = ns / CLOCK_SECOND, .tv_usec = ns % CLOCK_SECOND / 1000}};
    assert_int_equal(setitimer(ITIMER_REAL, &t, NULL), 0);
}

static void request(int number)
{
    (void)number;
    cancel_request(SIGTERM);
}

static void a_signal_ends_a_wait(void **state)
{
    (void)state;
    signal(SIGALRM, request);
    signal_in(MS(20));
    int64_t from = clock_now();
    assert_int_equal(next(LONG), WAIT_INTERRUPTED);
    assert_true(clock_now() - from < LONG / 2);
    assert_int_equal(wait_for(NULL, CLOCK_NEVER, &err), WAIT_INTERRUPTED);
    assert_int_equal(cancel_take(), SIGTERM);
    assert_int_equal(next(0), WAIT_EXPIRED);
}

static void a_signal_before_a_wait_ends_it(void **state)
{
    (void)state;
    struct puppet *a = hire();
    a->ready = true;
    add(a);
    raise(SIGINT);
    assert_int_equal(next(LONG), WAIT_INTERRUPTED); /* though something is ready */
    assert_int_equal(wait_for(NULL, 0, &err), WAIT_INTERRUPTED);
    assert_int_equal(cancel_take(), SIGINT);
    assert_int_equal(next(LONG), WAIT_READY);
}

static void hurried_clean_up_waits_no_more(void **state)
{
    (void)state;
    struct puppet *a = hire();
    add(a);
    raise(SIGINT);
    cancel_take();
    signal(SIGALRM, request); /* the second one comes while clean-up waits */
    signal_in(MS(20));
    int64_t from = clock_now();
    assert_int_equal(next(LONG), WAIT_EXPIRED);
    assert_int_equal(wait_for(NULL, CLOCK_NEVER, &err), WAIT_EXPIRED);
    assert_true(clock_now() - from < LONG / 2);
    assert_true(cancel_hurried());
    a->ready = true;
    assert_int_equal(next(LONG), WAIT_READY);
}

static int64_t look_costs; /* ns that each look at the clock takes, as on a machine with much else to do */

static int64_t look(clockid_t id, struct timespec *t)
{
    syscall(SYS_clock_gettime, id, t);
    return (int64_t)t->tv_sec * CLOCK_SECOND + t->tv_nsec;
}

/* In place of the C library's, for libuv too. NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
int clock_gettime(clockid_t id, struct timespec *t)
{
    struct timespec spent;
    if (look_costs)
        for (int64_t end = look(CLOCK_MONOTONIC, &spent) + look_costs; look(CLOCK_MONOTONIC, &spent) < end;)
            ;
    return (int)syscall(SYS_clock_gettime, id, t);
}

/* libuv rings what is due before it sleeps: an alarm that comes due while we are on our way must not be lost. */
static void being_held_up_on_the_way_to_sleep(void **state)
{
    (void)state;
    signal(SIGALRM, request);
    signal_in(LONG); /* rather than for ever */
    for (int i = 1; i <= 30; i++) {
        int64_t until = clock_now() + MS(i);
        look_costs = MS(2);
        enum wait_result result = wait_for(NULL, until, &err);
        look_costs = 0;
        assert_int_equal(result, WAIT_EXPIRED);
    }
    signal_in(0);
}

/* Time of the machine, whatever is simulated. */
static int64_t real_now(void)
{
    struct timespec t;
    return look(CLOCK_MONOTONIC, &t);
}

/* Sanitizers and valgrind are slow; an hour is much longer. */
#define AT_ONCE MS(2000)

static void an_hour_takes_no_time(void **state)
{
    (void)state;
    clock_simulate_begin();
    int64_t real = real_now(), from = clock_now();
    assert_int_equal(wait_for(NULL, from + HOUR, &err), WAIT_EXPIRED);
    assert_true(clock_now() >= from + HOUR);
    struct puppet *a = hire();
    add(a);
    assert_int_equal(wait_set_next(set, from + 2 * HOUR, &got, &err), WAIT_EXPIRED);
    assert_int_equal(a->asked, 2); /* at first and at last */
    assert_true(clock_now() >= from + 2 * HOUR && clock_now() < from + 2 * HOUR + LONG);
    assert_true(real_now() - real < AT_ONCE);
    clock_simulate_end();
    from = clock_now(); /* real again, and never backwards */
    assert_int_equal(wait_for(NULL, from + MS(5), &err), WAIT_EXPIRED);
    assert_true(clock_now() >= from + MS(5));
}

static void time_stops_at_every_moment_that_was_asked_for(void **state)
{
    (void)state;
    struct puppet *a = hire(), *b = hire();
    clock_simulate_begin();
    int64_t real = real_now(), from = clock_now();
    a->again_after = HOUR / 6;
    b->again_after = HOUR / 4;
    b->ready_at = from + HOUR / 2;
    add(a);
    add(b);
    assert_int_equal(next(HOUR), WAIT_READY);
    assert_ptr_equal(got, &b->source);
    assert_true(clock_now() >= from + HOUR / 2 && clock_now() < from + HOUR / 2 + LONG);
    assert_true(a->asked >= 3 && a->asked <= 4);
    assert_true(real_now() - real < AT_ONCE);
}

struct rule {
    struct wait_source source;
    int64_t at;
    const char *path; /* written at that moment */
};

static bool rule_ready(struct wait_source *self, int64_t now, int64_t *again)
{
    struct rule *r = (struct rule *)self;
    if (r->path && now >= r->at) {
        file_write(r->path, "x", 1, NULL);
        r->path = NULL;
    }
    if (r->path)
        *again = r->at;
    return true; /* nobody listens */
}

static void what_we_do_ourselves_is_seen_before_time_skips(void **state)
{
    (void)state;
    char folder[] = "/tmp/dispatch-time-XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/marker", folder);
    clock_simulate_begin();
    int64_t real = real_now(), from = clock_now();
    struct rule rule = {.source = {.ready = rule_ready}, .at = from + HOUR / 2, .path = path};
    struct wait_file *file = wait_file_open(path, &err);
    assert_true(wait_always(&rule.source, &err));
    assert_int_equal(wait_for(wait_file_source(file), from + HOUR, &err), WAIT_READY);
    assert_true(clock_now() >= from + HOUR / 2 && clock_now() < from + HOUR / 2 + LONG);
    rule = (struct rule){.source = rule.source, .at = from + HOUR, .path = path}; /* it acts in a pause, too */
    assert_int_equal(wait_for(NULL, from + 2 * HOUR, &err), WAIT_EXPIRED);
    assert_null(rule.path);
    assert_true(clock_now() >= from + 2 * HOUR);
    assert_true(real_now() - real < AT_ONCE); /* an hour of slow looks would be 1800 */
    wait_remove(&rule.source);
    wait_file_close(file);
    assert_true(file_remove_tree(folder, &err));
}

static void real_time_passes_while_a_child_lives(void **state)
{
    (void)state;
    clock_simulate_begin();
    int64_t from = clock_now();
    const char *const argv[] = {"sleep", "0.05", NULL};
    struct process *p = process_spawn(&(struct process_spec){.argv = argv}, &err);
    assert_int_equal(wait_for(process_source(p), from + HOUR, &err), WAIT_READY);
    assert_true(clock_now() - from >= MS(50) && clock_now() - from < LONG);
    process_close(p);
    const char *const forever[] = {"sleep", "600", NULL};
    p = process_spawn(&(struct process_spec){.argv = forever}, &err);
    process_close(p); /* killed, and time skips once it is reaped */
    int64_t real = real_now();
    assert_int_equal(wait_for(NULL, clock_now() + HOUR, &err), WAIT_EXPIRED);
    assert_true(real_now() - real < AT_ONCE);
    p = process_spawn(&(struct process_spec){.argv = forever, .outlives_us = true}, &err);
    pid_t pid = (pid_t)process_pid(p);
    process_close(p); /* nobody waits for it any more */
    assert_int_equal(wait_for(NULL, clock_now() + HOUR, &err), WAIT_EXPIRED);
    assert_true(real_now() - real < AT_ONCE);
    assert_int_equal(kill(pid, SIGKILL), 0);
}

static void simulated_waits_are_interrupted_too(void **state)
{
    (void)state;
    clock_simulate_begin();
    int64_t from = clock_now();
    raise(SIGINT);
    assert_int_equal(wait_for(NULL, from + HOUR, &err), WAIT_INTERRUPTED);
    assert_true(clock_now() < from + HOUR);
    cancel_take();
    signal(SIGALRM, request);
    signal_in(MS(20));
    cancel_forget();
    assert_int_equal(wait_for(NULL, CLOCK_NEVER, &err), WAIT_INTERRUPTED); /* nothing to skip to: it sleeps */
}

/* Each wait asks those that something happened to, however many others there are. */
static void many_sources_cost_no_more_than_what_happens(void **state)
{
    (void)state;
    enum { MANY = 500 };
    struct puppet *many = calloc(MANY, sizeof *many);
    for (int i = 0; i < MANY; i++) {
        many[i].source.ready = puppet_ready;
        many[i].again_after = HOUR; /* all of them on the agenda */
        add(&many[i]);
    }
    assert_int_equal(next(0), WAIT_EXPIRED);
    int before = 0, after = 0;
    for (int i = 0; i < MANY; i++)
        before += many[i].asked;
    for (int i = MANY; i-- > 0;) {
        many[i].ready = true;
        wait_mark(&many[i].source);
        assert_int_equal(next(LONG), WAIT_READY);
        assert_ptr_equal(got, &many[i].source);
        wait_remove(got);
    }
    for (int i = 0; i < MANY; i++)
        after += many[i].asked;
    assert_int_equal(after - before, MANY);
    free(many);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, begin, end)
    static const struct CMUnitTest tests[] = {
        T(a_signal_ends_a_wait),
        T(a_signal_before_a_wait_ends_it),
        T(hurried_clean_up_waits_no_more),
        T(being_held_up_on_the_way_to_sleep),
        T(an_hour_takes_no_time),
        T(time_stops_at_every_moment_that_was_asked_for),
        T(what_we_do_ourselves_is_seen_before_time_skips),
        T(real_time_passes_while_a_child_lives),
        T(simulated_waits_are_interrupted_too),
        T(many_sources_cost_no_more_than_what_happens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
