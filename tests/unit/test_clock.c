/* Time, and being stopped. What ends a process is tried in a child. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/clock.h"

static int wakes, stops;

static void count_wake(void)
{
    wakes++;
}

static void count_stop(void)
{
    stops++;
}

static int begin(void **state)
{
    (void)state;
    cancel_forget();
    wakes = stops = 0;
    cancel_on_wake(count_wake);
    cancel_on_script(count_stop);
    return 0;
}

static int end(void **state)
{
    (void)state;
    cancel_forget();
    cancel_on_wake(NULL);
    cancel_on_script(NULL);
    return 0;
}

static void time_goes_forward(void **state)
{
    (void)state;
    int64_t a = clock_now();
    int64_t b = clock_now();
    assert_true(a > 0 && b >= a);
    int64_t wall = clock_wall_ms(), seconds = (int64_t)time(NULL);
    assert_true(wall / 1000 >= seconds - 2 && wall / 1000 <= seconds + 2);
}

static void simulations_nest(void **state)
{
    (void)state;
    assert_false(clock_simulated());
    clock_simulate_begin();
    clock_simulate_begin();
    clock_simulate_end();
    assert_true(clock_simulated());
    clock_simulate_end();
    assert_false(clock_simulated());
    clock_simulate_end();
    clock_simulate_begin();
    assert_true(clock_simulated());
    clock_simulate_end();
}

static void time_is_skipped_forward_only(void **state)
{
    (void)state;
    int64_t now = clock_now(), wall = clock_wall_ms();
    clock_skip_to(now + 3600 * CLOCK_SECOND);
    assert_true(clock_now() >= now + 3600 * CLOCK_SECOND);
    clock_skip_to(now);
    clock_skip_to(CLOCK_NEVER);
    assert_true(clock_now() >= now + 3600 * CLOCK_SECOND);
    assert_true(clock_now() < now + 3660 * CLOCK_SECOND);
    assert_true(clock_wall_ms() - wall < 60000); /* what people are told stays true */
}

static void a_request_stands_until_it_is_taken(void **state)
{
    (void)state;
    assert_int_equal(cancel_pending(), 0);
    assert_int_equal(cancel_take(), 0);
    cancel_request(SIGINT);
    cancel_request(SIGTERM); /* before it is taken: nothing new */
    assert_int_equal(cancel_pending(), SIGINT);
    assert_false(cancel_hurried());
    assert_int_equal(cancel_take(), SIGINT);
    assert_int_equal(cancel_pending(), 0);
    assert_int_equal(cancel_take(), 0);
    assert_false(cancel_hurried());
    assert_true(wakes >= 1 && stops >= 1);
}

static void a_request_after_the_first_was_heard_of_hurries(void **state)
{
    (void)state;
    cancel_request(SIGINT);
    assert_int_equal(cancel_pending(), SIGINT); /* whoever was told so cleans up from here on */
    stops = 0;
    cancel_request(SIGINT);
    assert_true(cancel_hurried());
    assert_int_equal(stops, 0);
    assert_int_equal(cancel_take(), SIGINT);
}

static void a_request_during_clean_up_hurries_it(void **state)
{
    (void)state;
    cancel_request(SIGINT);
    cancel_take();
    stops = wakes = 0;
    cancel_request(SIGINT);
    assert_true(cancel_hurried());
    assert_int_equal(cancel_pending(), 0);
    assert_int_equal(wakes, 1);
    assert_int_equal(stops, 0); /* the script that cleans up goes on */
    cancel_forget();
    assert_false(cancel_hurried());
}

static void a_dropped_line_is_one_request(void **state)
{
    (void)state;
    cancel_request(SIGHUP);
    cancel_take();
    cancel_request(SIGHUP);
    assert_false(cancel_hurried());
    cancel_forget();
    cancel_request(SIGTERM);
    cancel_take();
    cancel_request(SIGHUP);
    assert_false(cancel_hurried());
}

/* Runs f in a child with the handlers installed; how did it end? */
static int status_of(void (*f)(void))
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        f();
        _exit(42);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void thrice(void)
{
    cancel_install();
    raise(SIGINT);
    if (cancel_take() != SIGINT)
        _exit(1);
    raise(SIGTERM);
    if (!cancel_hurried())
        _exit(2);
    raise(SIGTERM);
}

static int words_go_to;

static void last_words(void)
{
    static const char text[] = "last";
    if (write(words_go_to, text, sizeof text) < 0)
        _exit(3);
}

static void thrice_with_last_words(void)
{
    cancel_on_death(last_words);
    cancel_on_death(last_words);
    thrice();
}

static void what_must_not_be_left_is_tidied_first(void **state)
{
    (void)state;
    int fds[2];
    char text[100];
    assert_int_equal(pipe(fds), 0);
    words_go_to = fds[1];
    int status = status_of(thrice_with_last_words);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(read(fds[0], text, sizeof text), 5); /* once */
    close(fds[0]);
    close(fds[1]);
}

static void the_third_request_kills(void **state)
{
    (void)state;
    int status = status_of(thrice);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGTERM);
}

static void each_signal(void)
{
    static const int all[] = {SIGINT, SIGTERM, SIGHUP};
    cancel_install();
    for (size_t i = 0; i < 3; i++) {
        cancel_forget();
        raise(all[i]);
        if (cancel_take() != all[i])
            _exit(1);
    }
    raise(SIGPIPE);
}

static void the_signals_that_stop_are_handled(void **state)
{
    (void)state;
    int status = status_of(each_signal);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 42);
}

static void under_nohup(void)
{
    signal(SIGHUP, SIG_IGN);
    cancel_install();
    raise(SIGHUP);
    if (cancel_pending())
        _exit(1);
    raise(SIGINT);
    if (cancel_pending() != SIGINT)
        _exit(2);
}

static void nohup_is_respected(void **state)
{
    (void)state;
    int status = status_of(under_nohup);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 42);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(time_goes_forward, begin, end),
        cmocka_unit_test_setup_teardown(simulations_nest, begin, end),
        cmocka_unit_test_setup_teardown(time_is_skipped_forward_only, begin, end),
        cmocka_unit_test_setup_teardown(a_request_stands_until_it_is_taken, begin, end),
        cmocka_unit_test_setup_teardown(a_request_after_the_first_was_heard_of_hurries, begin, end),
        cmocka_unit_test_setup_teardown(a_request_during_clean_up_hurries_it, begin, end),
        cmocka_unit_test_setup_teardown(a_dropped_line_is_one_request, begin, end),
        cmocka_unit_test_setup_teardown(the_third_request_kills, begin, end),
        cmocka_unit_test_setup_teardown(what_must_not_be_left_is_tidied_first, begin, end),
        cmocka_unit_test_setup_teardown(the_signals_that_stop_are_handled, begin, end),
        cmocka_unit_test_setup_teardown(nohup_is_respected, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
