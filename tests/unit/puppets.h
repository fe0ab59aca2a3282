/* puppets.h - sources that a test plays itself, and a set to wait for them in. After cmocka.h. */
#ifndef DISPATCH_PUPPETS_H
#define DISPATCH_PUPPETS_H
#include "core/clock.h"
#include "core/wait.h"

#define MS(n) ((n)*CLOCK_MS)
#define LONG (30 * CLOCK_SECOND) /* never reached when the test passes */

struct puppet {
    struct wait_source source;
    bool ready;          /* what it answers */
    int64_t ready_at;    /* > 0: ready from this moment on, without telling anybody */
    int64_t again_after; /* > 0: asks to be asked again after so many ns */
    int asked;
    struct puppet *marks; /* marks this one when it is asked */
    struct error *fault;
};

static bool puppet_ready(struct wait_source *self, int64_t now, int64_t *again)
{
    struct puppet *p = (struct puppet *)self;
    assert_true(*again == CLOCK_NEVER);
    p->asked++;
    if (p->again_after)
        *again = now + p->again_after;
    if (p->marks)
        wait_mark(&p->marks->source);
    return p->ready || (p->ready_at && now >= p->ready_at);
}

static const struct error *puppet_broken(struct wait_source *self)
{
    return ((struct puppet *)self)->fault;
}

/* They live until the set is gone. */
static struct puppet troupe[16];
static size_t hired;

static struct puppet *hire(void)
{
    assert_true(hired < sizeof troupe / sizeof *troupe);
    struct puppet *p = &troupe[hired++];
    *p = (struct puppet){.source = {.ready = puppet_ready, .broken = puppet_broken}};
    return p;
}

/* Of the test that runs. */
static struct wait_set *set;
static struct wait_source *got;
static struct error err;

static int begin(void **state)
{
    (void)state;
    cancel_install();
    cancel_forget();
    set = wait_set_new(&err);
    hired = 0;
    got = NULL;
    return set ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    wait_set_free(set);
    error_clear(&err);
    cancel_forget();
    while (clock_simulated())
        clock_simulate_end();
    return 0;
}

static void add(struct puppet *p)
{
    assert_true(wait_set_add(set, &p->source, &err));
}

static enum wait_result next(int64_t span)
{
    got = NULL;
    return wait_set_next(set, clock_now() + span, &got, &err);
}
#endif
