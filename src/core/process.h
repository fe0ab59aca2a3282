/* process.h - children: argv arrays in, exit status and files out. No shell, ever. */
#ifndef DISPATCH_PROCESS_H
#define DISPATCH_PROCESS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
struct wait_source;

enum process_stream { PROCESS_NULL, PROCESS_INHERIT, PROCESS_CAPTURE, PROCESS_FILE, PROCESS_PIPE };

struct process_spec {
    const char *const *argv;      /* NULL-terminated. argv[0] is searched on PATH; on Windows .exe and .com only:
                                     .cmd and .bat are refused (EC_UNSUPPORTED, naming the interpreter to put first) */
    const char *cwd;              /* NULL: ours. Checked before the spawn, so that ENOENT names the right thing */
    const char *const *env_set;   /* "K=V" over ours; NULL-terminated, may be NULL */
    const char *const *env_unset; /* names */
    const char *input;            /* stdin; NULL: the null device. Copied */
    size_t input_len;
    enum process_stream out, err;
    const char *out_path, *err_path; /* PROCESS_FILE: created or emptied, mode 0644. One path for both: one file */
    size_t capture_max;              /* PROCESS_CAPTURE: bytes kept of each stream; the rest is counted. 0: 16 MiB */
    const char *console;             /* Windows: a console window of its own, with this title, in place of our streams;
                                        on other systems EC_UNSUPPORTED. NULL: none */
    bool outlives_us;                /* a worker's window: not killed with us, nor with what started it */
};

struct process_status {
    bool exited;
    int64_t exit_status;    /* 32 bits unsigned on Windows */
    int signal;             /* 0 when it exited by itself */
    bool input_taken;       /* every byte of input was read by the child and its stdin closed */
    int64_t started, ended; /* clock_now() */
    const char *out, *err;  /* PROCESS_CAPTURE; owned by the process */
    size_t out_len, err_len;
    uint64_t out_dropped, err_dropped;
};

/* The file that argv[0] = name would be, looked for as for a child. Caller frees. */
char *process_which(const char *name, struct error *err);

struct process;
/* The child leads a session and a process group (POSIX) or sits in a kill-on-close job (Windows). ENOENT and EACCES say
 * whether it is the program, the interpreter that a script names, the working directory or an output file. */
struct process *process_spawn(const struct process_spec *spec, struct error *err);
/* Ready once the child exited and its pipes closed, or 200 ms after the exit when a grandchild holds them. */
struct wait_source *process_source(struct process *p);
/* Ready once input_taken, or when it cannot be any more because the child exited. */
struct wait_source *process_input_source(struct process *p);
struct process_status process_status(const struct process *p);
int64_t process_pid(const struct process *p);
/* Asks the tree to stop (SIGTERM / CTRL_BREAK), and makes it stop at `until`. True when nothing of it is left. */
bool process_kill(struct process *p, int64_t until, struct error *err);
void process_close(struct process *p); /* kills what still runs, unless outlives_us. NULL is fine */

/* Spawn and wait; ETIMEOUT kills the tree first. ENOMEM: some of its output is lost. The caller closes *p in every
 * case where it is not NULL. */
bool process_run(const struct process_spec *spec, int64_t until, struct process **p, struct error *err);

/* A conversation in lines (tmux -C): out is PROCESS_PIPE; stdin is then a pipe too (`input` goes first). err: anything;
 * PROCESS_PIPE there as well puts its lines among those of out. What comes is read in every wait of the program. */
bool process_write(struct process *p, const char *bytes, size_t n, int64_t until, struct error *err);
/* The next line without its \n, with a NUL behind it that is not counted; valid until the next call. An `until` in the
 * past takes only what was read already and does not touch the loop. EIO: the child closed its output; what it left
 * without a \n was the last line. ENOMEM: there was none for what comes next, nor is there a line after it. EINVAL: a
 * line of more than 16 MiB. */
bool process_line(struct process *p, const char **line, size_t *len, int64_t until, struct error *err);
/* `arrived` runs inside every wait of the program when something came or the output ended, as `readable` does for a
 * descriptor: it may call process_line() with an `until` in the past, and mark sources. NULL takes it back. */
void process_on_line(struct process *p, void (*arrived)(void *owner), void *owner);
#endif
