#include "clock.h"

#include <signal.h>
#include <stddef.h>

#include "clock_private.h"

static int64_t skipped; /* ns that simulated time is ahead of the machine's */
static int simulators;

int64_t clock_now(void)
{
    return clock_machine() + skipped;
}

void clock_simulate_begin(void)
{
    simulators++;
}

void clock_simulate_end(void)
{
    if (simulators > 0)
        simulators--;
}

bool clock_simulated(void)
{
    return simulators > 0;
}

void clock_skip_to(int64_t when)
{
    int64_t ahead = when - clock_now();
    if (when != CLOCK_NEVER && ahead > 0)
        skipped += ahead;
}

/* Written by signal handlers. Lock-free on every machine that libuv runs on. */
static volatile sig_atomic_t pending, heard, taken, hurried;
static volatile int64_t last_request; /* ns, clock_machine() */
static void (*volatile wake_hook)(void);
static void (*volatile script_hook)(void);
static void (*volatile death_hooks[4])(void);

/* A line that drops sends SIGHUP twice, from the kernel and from the shell, and systemd sends it along with SIGTERM:
 * within this time it is the same occasion and not a person who has become impatient. */
#define SAME_OCCASION CLOCK_SECOND

static void die(int number)
{
    for (size_t i = 0; i < sizeof death_hooks / sizeof *death_hooks && death_hooks[i]; i++)
        death_hooks[i]();
    cancel_default(number);
}

void cancel_request(int number)
{
    int64_t now = clock_machine();
    bool echo = number == CANCEL_HANGUP && (pending || taken) && now - last_request < SAME_OCCASION;
    last_request = now;
    if (echo)
        return;
    if (!taken && !heard) {
        if (!pending)
            pending = number;
        if (script_hook)
            script_hook();
    } else if (!hurried) {
        hurried = 1;
    } else {
        die(number);
    }
    if (wake_hook)
        wake_hook();
}

int cancel_pending(void)
{
    if (pending)
        heard = 1;
    return pending;
}

int cancel_take(void)
{
    int number = pending;
    if (number) {
        taken = 1; /* first: a request between the two lines is one that came during clean-up */
        pending = 0;
    }
    return number;
}

bool cancel_hurried(void)
{
    return hurried != 0;
}

void cancel_forget(void)
{
    pending = heard = taken = hurried = 0;
}

void cancel_on_wake(void (*wake)(void))
{
    wake_hook = wake;
}

void cancel_on_script(void (*stop)(void))
{
    script_hook = stop;
}

void cancel_on_death(void (*last)(void))
{
    for (size_t i = 0; i < sizeof death_hooks / sizeof *death_hooks; i++) {
        if (death_hooks[i] == last)
            return;
        if (!death_hooks[i]) {
            death_hooks[i] = last;
            return;
        }
    }
}
