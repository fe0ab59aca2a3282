/* What threads have to say is run inside the waits of the program. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include <cmocka.h>

#include "core/clock.h"
#include "core/wait.h"
#include "core/windows/wait_post.h"

#define LATER (30 * CLOCK_SECOND) /* never reached when the test passes */

struct letter {
    struct wait_post post; /* first: the post is the whole */
    struct wait_source source;
    volatile LONG said; /* by the thread */
    LONG heard;         /* of it, when it ran last */
    int runs;
    bool ready, refused;
    DWORD thread;
};

static bool is_ready(struct wait_source *self, int64_t now, int64_t *again)
{
    (void)now, (void)again;
    return ((struct letter *)((char *)self - offsetof(struct letter, source)))->ready;
}

static void read_letter(struct wait_post *post)
{
    struct letter *l = (struct letter *)post;
    struct error e = {0};
    l->runs++;
    l->heard = l->said;
    l->thread = GetCurrentThreadId();
    l->refused = wait_for(NULL, 0, &e) == WAIT_BROKEN; /* a callback may not wait */
    error_clear(&e);
    l->ready = true;
    wait_mark(&l->source);
}

static struct letter letter(void)
{
    return (struct letter){.post.run = read_letter, .source.ready = is_ready};
}

static DWORD WINAPI say_thousand_things(void *owner)
{
    struct letter *l = owner;
    for (int i = 0; i < 1000; i++) {
        InterlockedIncrement(&l->said);
        wait_post_send(&l->post);
    }
    return 0;
}

static void the_last_word_is_heard(void **state)
{
    (void)state;
    struct error err = {0};
    static struct letter letters[4];
    HANDLE threads[4];
    assert_true(wait_post_prepare());
    for (int i = 0; i < 4; i++) {
        letters[i] = letter();
        threads[i] = CreateThread(NULL, 0, say_thousand_things, &letters[i], 0, NULL);
    }
    for (int i = 0; i < 4; i++)
        while (letters[i].heard < 1000) {
            assert_int_equal(wait_for(&letters[i].source, clock_now() + LATER, &err), WAIT_READY);
            letters[i].ready = letters[i].heard == 1000;
        }
    for (int i = 0; i < 4; i++) {
        assert_int_equal(letters[i].thread, GetCurrentThreadId());
        assert_true(letters[i].runs >= 1 && letters[i].runs <= 1000);
        assert_true(letters[i].refused);
        WaitForSingleObject(threads[i], INFINITE);
        CloseHandle(threads[i]);
    }
}

static void what_is_taken_back_is_not_run(void **state)
{
    (void)state;
    struct letter a = letter(), b = letter(), c = letter();
    assert_true(wait_post_prepare());
    wait_post_send(&a.post);
    wait_post_send(&b.post);
    wait_post_send(&b.post);
    wait_post_send(&c.post);
    wait_post_cancel(&c.post); /* the last */
    wait_post_cancel(&a.post); /* the first */
    wait_post_cancel(&a.post);
    assert_int_equal(wait_for(&b.source, clock_now() + LATER, NULL), WAIT_READY);
    assert_int_equal(a.runs + c.runs, 0);
    assert_int_equal(b.runs, 1);
    wait_post_send(&c.post);
    assert_int_equal(wait_for(&c.source, clock_now() + LATER, NULL), WAIT_READY);
    assert_int_equal(c.runs, 1);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_word_is_heard),
        cmocka_unit_test(what_is_taken_back_is_not_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
