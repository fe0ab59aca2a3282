/* clock_private.h - what clock.c and the system's own clock.c (posix/, windows/) ask of each other. */
#ifndef DISPATCH_CLOCK_PRIVATE_H
#define DISPATCH_CLOCK_PRIVATE_H
#include "clock.h"

int64_t clock_machine(void); /* clock_now() without what was skipped; async-signal-safe */
/* What the request does to a program that does not listen. Called inside the handler; may return before it happens. */
void cancel_default(int number);
#endif
