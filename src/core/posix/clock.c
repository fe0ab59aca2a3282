/* clock.c - the machine's clocks, and the signals that ask us to stop. */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>

#include "../clock_private.h"

static int64_t read_clock(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t); /* cannot fail for these ids; async-signal-safe */
    return (int64_t)t.tv_sec * CLOCK_SECOND + t.tv_nsec;
}

int64_t clock_machine(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_wall_ms(void)
{
    return read_clock(CLOCK_REALTIME) / CLOCK_MS;
}

void cancel_default(int number)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
    raise(number); /* inside a handler: delivered when it returns */
}

static void on_signal(int number)
{
    int saved = errno;
    cancel_request(number);
    errno = saved;
}

static void ignore(int number)
{
    struct sigaction action = {.sa_handler = SIG_IGN};
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

void cancel_install(void)
{
    static const int stops[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = on_signal}, old; /* no SA_RESTART: a slow read(2) hears of it too */
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof stops / sizeof *stops; i++)
        sigaddset(&action.sa_mask, stops[i]);
    for (size_t i = 0; i < sizeof stops / sizeof *stops; i++) {
        bool nohup = stops[i] == SIGHUP && sigaction(SIGHUP, NULL, &old) == 0 && old.sa_handler == SIG_IGN;
        if (!nohup)
            sigaction(stops[i], &action, NULL);
    }
    ignore(SIGPIPE);
}
