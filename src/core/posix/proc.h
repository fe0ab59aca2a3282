/* proc.h - what Linux tells of other processes (proc(5)). On a system without /proc nothing can be read. */
#ifndef DISPATCH_PROC_H
#define DISPATCH_PROC_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of /proc/PID/FILE, at most size - 1 bytes and a NUL. Answers how many bytes; 0: it cannot be read. */
size_t proc_read(int64_t pid, const char *file, char *bytes, size_t size);

struct proc_stat {
    char state;
    int64_t parent, group, session;
    int terminal, front; /* its terminal (0: none), that terminal's foreground group (-1: none) */
    char name[64];       /* the kernel's: 15 bytes of the file that was executed, the script's where it is one */
};
bool proc_stat(int64_t pid, struct proc_stat *out);
bool proc_is_dead(const struct proc_stat *stat); /* ended, and not reaped yet */

/* Every process once. False: there is no /proc. */
bool proc_each(void (*look)(void *owner, int64_t pid, const struct proc_stat *stat), void *owner);

struct proc_member {
    int64_t group, pid; /* the one with the lowest number; 0: nobody lives in the group */
    struct proc_stat stat;
};
/* Looks at every process. False: there is no /proc. */
bool proc_member_of(int64_t group, struct proc_member *out);
#endif
