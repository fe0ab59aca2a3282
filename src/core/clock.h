/* clock.h - one clock, and who may stop us. */
#ifndef DISPATCH_CLOCK_H
#define DISPATCH_CLOCK_H
#include <stdbool.h>
#include <stdint.h>

/* Nanoseconds on a clock that never jumps and stands still while the machine sleeps (CLOCK_MONOTONIC;
 * QueryUnbiasedInterruptTime on Windows): workers on a suspended laptop sleep too, waking up is no time-out.
 * Deadlines are absolute values of this clock everywhere, C and Lua, so that retries cannot multiply them. */
int64_t clock_now(void);
int64_t clock_wall_ms(void); /* Unix time, for people and file names only */

#define CLOCK_SECOND INT64_C(1000000000)
#define CLOCK_MS INT64_C(1000000)
#define CLOCK_NEVER INT64_MAX

/* The fake desktop's time: real time plus what was skipped. While somebody simulates (begin and end nest), a wait with
 * nothing left to do and no living child skips ahead instead of sleeping (wait.c). */
void clock_simulate_begin(void);
void clock_simulate_end(void);
bool clock_simulated(void);
void clock_skip_to(int64_t when); /* never backwards; wait.c alone calls it */

/* What is requested, by POSIX' numbers, which a system without signals has too: Ctrl-C; the console or the session
 * ends; the process shall end. */
enum { CANCEL_HANGUP = 1, CANCEL_INTERRUPT = 2, CANCEL_TERMINATE = 15 };

/* Cancellation. cancel_request() is async-signal-safe; it is called by the handlers of SIGINT, SIGTERM and SIGHUP and
 * by the console control handler. From then on every wait answers WAIT_INTERRUPTED until cancel_take(). A second
 * request changes nothing before somebody heard of the first (cancel_pending(): a wait, the flow); after that it comes
 * during clean-up and turns the rest of the deadlines to now; a third gets the default action of the signal. A SIGHUP
 * within 1 s of another request is an echo of it (kernel and shell both send one when a line drops). */
void cancel_request(int number);
int cancel_pending(void);  /* the request that nobody took yet, or 0 */
int cancel_take(void);     /* acknowledges it, answers it; the flow does so before the steps that always run */
bool cancel_hurried(void); /* a second request came after the first was heard: clean-up must not wait any more */
/* Installs the handlers; SIGPIPE is ignored (a reader that went away is an error of write(2), not a death). */
void cancel_install(void);
/* As if nothing had been requested yet: for the next line of an interactive prompt. */
void cancel_forget(void);
/* Called from inside cancel_request(), so it must be async-signal-safe: wait.c wakes its loop by it, the host stops a
 * running script. One of each; NULL takes it back. */
void cancel_on_wake(void (*wake)(void));
void cancel_on_script(void (*stop)(void));
/* Called before the third request kills us, from inside the handler: children and the terminal must not be left. A few
 * of them; each once. */
void cancel_on_death(void (*last)(void));
#endif
