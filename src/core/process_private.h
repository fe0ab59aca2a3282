/* process_private.h - what the files of process*.c share. */
#ifndef DISPATCH_PROCESS_PRIVATE_H
#define DISPATCH_PROCESS_PRIVATE_H
#include <uv.h>

#include "clock.h"
#include "process.h"
#include "wait_private.h"

#define PROCESS_GRACE (200 * CLOCK_MS) /* after its exit: a grandchild may hold the pipes for as long as it lives */

/* One of the child's output streams that we read. */
struct process_output {
    uv_pipe_t pipe;
    bool open;   /* not at its end yet */
    bool lines;  /* a conversation: nothing is dropped, reading pauses instead */
    bool paused; /* until somebody takes lines */
    bool lost;   /* there was no memory for some of it: what comes after the gap is not kept */
    char *bytes; /* with room for a NUL behind len */
    size_t len, room, max;
    uint64_t dropped;
    size_t taken, searched; /* lines: bytes given away; bytes known to hold no \n */
};

/* The child's stdin. */
struct process_input {
    uv_pipe_t pipe;
    bool open;         /* we may still write */
    bool failed;       /* a write was refused: the child closed its end */
    size_t unwritten;  /* bytes that libuv still holds */
    bool whole;        /* all of spec.input is written */
    bool taken;        /* and read by the child */
    bool settling;     /* whether it was read will be told soon, also after its exit */
    bool conversation; /* stays open after the input */
    uv_file reader;    /* the child's end, kept to see what is left in the pipe; -1: closed */
};

struct process {
    struct wait_source source, input_source;
    struct wait_source news;       /* private: a line came, or the output ended */
    struct wait_source written;    /* private: all is written, or it failed */
    struct wait_source gone;       /* private: nothing of the tree is left */
    struct wait_link link;         /* among all that are not freed yet */
    struct process_system *system; /* the system's part of it; NULL: not started */
    size_t handles;                /* of libuv's that are not closed yet; freed with the last one */
    struct process_output out, err;
    struct process_input in;
    char *name; /* argv[0], for messages */
    int64_t pid, exit_status, started, ended;
    int signal;
    bool outlives_us, exited, frozen, closed;
    bool counted;   /* as a living child in wait.c */
    bool tree_gone; /* its number may belong to somebody else by now */
    bool asked_to_stop;
    int64_t look; /* ns until the next look at the tree */
    char *line;   /* process_line()'s last answer */
    size_t line_room;
    void (*arrived)(void *owner);
    void *arrived_owner;
};

/* process.c */
void process_handle_opened(struct process *p);
void process_let_go(struct process *p);          /* one that was opened is closed */
void process_handle_closed(uv_handle_t *handle); /* for uv_close(); handle->data is the process */

void process_has_ended(struct process *p, int64_t status, int number);

/* The child's ends of what it inherits; -1: the null device, 0 to 2: ours. */
struct process_ends {
    uv_file fd[3];
};

/* posix/process.c, windows/process.c: the system's children. Started once, p->system is the child's and freed with p;
 * process_has_ended() is called from inside a wait when it exits. The tree is the child and all that it started. */
void process_system_prepare(void); /* once, before the first child */
bool process_system_start(struct process *p, const struct process_spec *spec, const char *path, char **env,
                          const struct process_ends *ends, struct error *err);
void process_system_forget(struct process *p);           /* closes its handles in libuv's loop before it exited */
void process_system_free(struct process_system *system); /* NULL is fine */
bool process_tree_ask(struct process *p);                /* to stop; false: it cannot hear */
void process_tree_kill(struct process *p);               /* async-signal-safe */
bool process_tree_is_left(struct process *p);
/* All of the input is written: the child shall find its end, and process_input_is_read() tell when it read all. */
void process_input_finish(struct process *p);
bool process_input_is_read(const struct process *p);

/* posix/process_find.c, windows/process_find.c. The environment is one block to be freed. */
char **process_environment(const char *const *set, const char *const *unset, struct error *err);
bool process_check_cwd(const char *cwd, struct error *err);
/* The path to execute; caller frees. A name with a slash is taken as it is, from cwd on. */
char *process_find(const char *name, const char *cwd, char *const *env, struct error *err);
size_t process_name_length(const char *entry); /* of "NAME=VALUE" */
bool process_is_named(const char *entry, const char *name, size_t len);
/* Why could it not be started? Answers false. */
bool process_explain(int status, const char *name, const char *path, const char *cwd, struct error *err);

/* process_environment.c */
bool process_is_replaced(const char *entry, const char *const *set, const char *const *unset); /* or taken away */
const char *process_lookup(char *const *env, const char *name);                                /* NULL: not set */

/* process_pipe.c. The *_open functions make a pipe and answer the child's end, -1 when refused. */
uv_file process_output_open(struct process *p, struct process_output *o, size_t max, bool lines, struct error *err);
bool process_output_start(struct process_output *o, struct error *err);
void process_output_close(struct process_output *o);
uv_file process_input_open(struct process *p, struct error *err);
bool process_input_start(struct process *p, const char *bytes, size_t n, struct error *err);
void process_input_close(struct process *p);
bool process_input_is_taken(const struct process *p);
bool process_input_is_settling(const struct process *p);
bool process_input_settled(struct process *p); /* taken, or never will be */
void process_line_sources(struct process *p);
void process_input_stop(struct process *p); /* closes our end */
void process_fd_close(uv_file fd);

/* process_kill.c */
bool process_gone_ready(struct wait_source *self, int64_t now, int64_t *again);
#endif
