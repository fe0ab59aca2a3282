/* foreground.h - which program a terminal's keys go to (Linux: /proc/PID/stat field tpgid, proc(5)). */
#ifndef DISPATCH_FOREGROUND_H
#define DISPATCH_FOREGROUND_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct foreground {
    int64_t pid;  /* leader of the foreground process group */
    char *name;   /* file name of its executable; sh for a shell's script, but codex for `node /usr/bin/codex` */
    bool shell;   /* an interactive shell: bash, zsh, fish, sh, dash, pwsh … without a script or -c argument */
    bool relay;   /* passes text on: ssh, mosh, tmux, screen, script, docker, podman, kubectl, sudo -i … */
    bool stopped; /* suspended (state T): it reads nothing */
};
/* Of the terminal that process `pid` sits on. False: unknown (other system, gone, no terminal). Clear afterwards. */
bool foreground_of(int64_t pid, struct foreground *out);
void foreground_clear(struct foreground *f);
/* Our own process and those that started it, nearest first, at most `max` of them: a window whose process is among them
 * is the one that we run in. Answers how many. */
size_t foreground_ancestors(int64_t *pids, size_t max);
#endif
