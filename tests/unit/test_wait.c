/* Sets, deadlines and order. Descriptors: test_wait_fd.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/clock.h"
#include "core/wait.h"
#include "puppets.h"

static void a_deadline_is_never_early(void **state)
{
    (void)state;
    static const int64_t spans[] = {0, 1, MS(1) - 1, MS(1), MS(1) + 1, 2500000, 7777777, MS(30) + 1};
    for (size_t i = 0; i < 5 * sizeof spans / sizeof *spans; i++) {
        int64_t from = clock_now(), span = spans[i % (sizeof spans / sizeof *spans)];
        assert_int_equal(wait_for(NULL, from + span, &err), WAIT_EXPIRED);
        int64_t took = clock_now() - from;
        assert_true(took >= span);
        assert_true(took < span + CLOCK_SECOND);
    }
}

static void a_deadline_in_the_past_only_looks(void **state)
{
    (void)state;
    struct puppet *a = hire(), *b = hire();
    add(a);
    add(b);
    assert_int_equal(wait_set_next(set, INT64_MIN, &got, &err), WAIT_EXPIRED);
    assert_int_equal(a->asked, 1);
    b->ready = true; /* not marked: the look is at all of them */
    assert_int_equal(wait_set_next(set, 0, &got, &err), WAIT_READY);
    assert_ptr_equal(got, &b->source);
}

static void all_are_looked_at_when_the_deadline_comes(void **state)
{
    (void)state;
    struct puppet *a = hire(), *b = hire();
    add(a);
    add(b);
    b->ready_at = clock_now() + MS(10); /* nobody marks it */
    assert_int_equal(next(MS(20)), WAIT_READY);
    assert_ptr_equal(got, &b->source);
    assert_int_equal(a->asked, 2);
    assert_int_equal(b->asked, 2);
}

static void what_is_ready_stays_ready(void **state)
{
    (void)state;
    struct puppet *a = hire();
    a->ready = true;
    add(a);
    for (int i = 0; i < 3; i++)
        assert_int_equal(next(LONG), WAIT_READY);
    a->ready = false;
    assert_int_equal(next(0), WAIT_EXPIRED);
}

static void the_ready_come_in_the_order_of_their_marks(void **state)
{
    (void)state;
    struct puppet *p[4];
    static const int order[] = {2, 0, 3, 1};
    for (int i = 0; i < 4; i++)
        add(p[i] = hire());
    assert_int_equal(next(0), WAIT_EXPIRED);
    for (int i = 0; i < 4; i++) {
        p[i]->ready = true;
        wait_mark(&p[order[i]]->source);
        wait_mark(&p[order[0]]->source); /* twice is once, at its first place */
    }
    for (int round = 0; round < 2; round++) /* and again: each has its turn while all of them stay ready */
        for (int i = 0; i < 4; i++) {
            assert_int_equal(next(LONG), WAIT_READY);
            assert_ptr_equal(got, &p[order[i]]->source);
        }
}

static void one_source_alone_while_others_queue_up(void **state)
{
    (void)state;
    struct puppet *a = hire(), *alone = hire();
    add(a);
    assert_int_equal(next(0), WAIT_EXPIRED);
    a->ready = true;
    alone->marks = a;
    alone->again_after = MS(2);
    alone->ready_at = clock_now() + MS(10);
    int asked = a->asked;
    assert_int_equal(wait_for(&alone->source, clock_now() + LONG, &err), WAIT_READY);
    assert_int_equal(a->asked, asked); /* not asked, only remembered */
    assert_true(alone->asked >= 2);
    assert_null(wait_set_of(&alone->source));
    assert_int_equal(next(LONG), WAIT_READY);
    assert_ptr_equal(got, &a->source);
}

static void a_source_is_in_one_set_at_most(void **state)
{
    (void)state;
    struct puppet *a = hire();
    struct wait_set *other = wait_set_new(&err);
    add(a);
    assert_ptr_equal(wait_set_of(&a->source), set);
    assert_false(wait_set_add(other, &a->source, &err));
    assert_string_equal(err.code, EC_EXISTS);
    assert_int_equal(wait_for(&a->source, 0, &err), WAIT_BROKEN);
    wait_remove(&a->source);
    wait_remove(&a->source);
    wait_mark(&a->source);
    assert_null(wait_set_of(&a->source));
    assert_true(wait_set_add(other, &a->source, &err));
    wait_set_free(other); /* takes it out */
    assert_null(wait_set_of(&a->source));
    wait_set_free(NULL);
}

static void removed_sources_are_not_asked(void **state)
{
    (void)state;
    struct puppet *a = hire(), *b = hire(), *c = hire();
    a->again_after = b->again_after = c->again_after = MS(5);
    add(a);
    add(b);
    add(c);
    assert_int_equal(next(0), WAIT_EXPIRED);
    wait_mark(&b->source);
    wait_remove(&b->source);
    int asked = b->asked;
    assert_int_equal(next(MS(20)), WAIT_EXPIRED);
    assert_int_equal(b->asked, asked);
    assert_true(a->asked > 2 && c->asked > 2);
}

static void a_source_that_wants_to_be_asked_again_is(void **state)
{
    (void)state;
    struct puppet *a = hire();
    a->again_after = MS(3);
    a->ready_at = clock_now() + MS(20);
    add(a);
    assert_int_equal(next(LONG), WAIT_READY);
    assert_true(a->asked >= 3 && a->asked <= 9);
}

static void one_that_is_always_due_holds_no_deadline_up(void **state)
{
    (void)state;
    struct puppet *a = hire();
    a->again_after = 1;
    add(a);
    assert_int_equal(next(MS(10)), WAIT_EXPIRED);
}

static void a_broken_source_ends_the_wait(void **state)
{
    (void)state;
    struct error gone = {.code = EC_NO_DISPLAY, .message = "display :7 went away"};
    struct puppet *a = hire(), *b = hire();
    add(a);
    add(b);
    b->fault = &gone;
    assert_int_equal(next(LONG), WAIT_BROKEN);
    assert_string_equal(err.code, EC_NO_DISPLAY);
    assert_string_equal(err.message, "display :7 went away");
    assert_false(wait_refuse(WAIT_BROKEN, &err, "focus"));
    assert_string_equal(err.message, "focus: display :7 went away");
    a->ready = true;
    wait_mark(&a->source);
    bool was_ready = false; /* who is well has its turn */
    for (int i = 0; i < 2; i++)
        was_ready |= next(LONG) == WAIT_READY;
    assert_true(was_ready);
}

static void refusals_say_how_long(void **state)
{
    (void)state;
    assert_true(wait_refuse(WAIT_READY, &err, "x"));
    assert_int_equal(wait_for(NULL, clock_now() + MS(20), &err), WAIT_EXPIRED);
    assert_false(wait_refuse(WAIT_EXPIRED, &err, "no window"));
    assert_string_equal(err.code, EC_TIMEOUT);
    assert_non_null(strstr(err.message, "no window within 0.0"));
    assert_int_equal(wait_for(NULL, INT64_MIN, &err), WAIT_EXPIRED);
    assert_false(wait_refuse(WAIT_EXPIRED, &err, "no window"));
    assert_string_equal(err.message, "no window within 0 s");
    assert_false(wait_refuse(WAIT_INTERRUPTED, &err, "x"));
    assert_string_equal(err.code, EC_INTERRUPTED);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, begin, end)
    static const struct CMUnitTest tests[] = {
        T(a_deadline_is_never_early),
        T(a_deadline_in_the_past_only_looks),
        T(all_are_looked_at_when_the_deadline_comes),
        T(what_is_ready_stays_ready),
        T(the_ready_come_in_the_order_of_their_marks),
        T(one_source_alone_while_others_queue_up),
        T(a_source_is_in_one_set_at_most),
        T(removed_sources_are_not_asked),
        T(a_source_that_wants_to_be_asked_again_is),
        T(one_that_is_always_due_holds_no_deadline_up),
        T(a_broken_source_ends_the_wait),
        T(refusals_say_how_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
