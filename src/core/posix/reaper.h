/* reaper.h - who kills our children when we are killed. SIGKILL leaves us no time to do it, so a fork of ours that does
 * nothing else holds one end of a pipe: it knows each process group that lives, and when the other end closes, whatever
 * ended us, it kills what is left. Where it cannot be had, children outlive a SIGKILL of ours, and nothing else. */
#ifndef DISPATCH_REAPER_H
#define DISPATCH_REAPER_H
#include <sys/types.h>

void reaper_watch(pid_t group); /* begins with the first one */
/* The group is gone, or was just killed as a whole. Async-signal-safe. */
void reaper_forget(pid_t group);
#endif
