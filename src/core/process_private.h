/* process_private.h - what the files of process*.c share. */
#ifndef DISPATCH_PROCESS_PRIVATE_H
#define DISPATCH_PROCESS_PRIVATE_H
#include <uv.h>

#include "process.h"
#include "wait_private.h"

/* One of the child's output streams that we read. */
struct process_output {
    uv_pipe_t pipe;
    bool open;   /* not at its end yet */
    bool lines;  /* a conversation: nothing is dropped, reading pauses instead */
    bool paused; /* until somebody takes lines */
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
    bool conversation; /* stays open after the input */
    int reader;        /* the child's end, kept to see what is left in the pipe (FIONREAD); -1: closed */
};

struct process {
    struct wait_source source, input_source;
    struct wait_source news;    /* private: a line came, or the output ended */
    struct wait_source written; /* private: all is written, or it failed */
    struct wait_source gone;    /* private: nothing of the group is left */
    struct wait_link link;      /* among all that are not freed yet */
    uv_process_t handle;
    size_t handles; /* of libuv's that are not closed yet; freed with the last one */
    struct process_output out, err;
    struct process_input in;
    char *name; /* argv[0], for messages */
    int64_t pid, exit_status, started, ended;
    int signal;
    bool outlives_us, exited, frozen, closed;
    bool counted;    /* as a living child in wait.c */
    bool group_gone; /* its number may belong to somebody else by now */
    bool asked_to_stop;
    int64_t look; /* ns until the next look at the group */
    char *line;   /* process_line()'s last answer */
    size_t line_room;
    void (*arrived)(void *owner);
    void *arrived_owner;
};

/* process.c */
void process_handle_opened(struct process *p);
void process_handle_closed(uv_handle_t *handle); /* for uv_close(); handle->data is the process */

/* process_find.c. The environment is one block to be freed. */
char **process_environment(const char *const *set, const char *const *unset, struct error *err);
bool process_check_cwd(const char *cwd, struct error *err);
/* The path to execute; caller frees. A name with a slash is taken as it is. */
char *process_find(const char *name, char *const *env, struct error *err);
/* Why could it not be started? Answers false. */
bool process_explain(int status, const char *name, const char *path, const char *cwd, struct error *err);

/* process_pipe.c. The *_open functions make a pipe and answer the child's end, -1 when refused. */
int process_output_open(struct process *p, struct process_output *o, size_t max, bool lines, struct error *err);
bool process_output_start(struct process_output *o, struct error *err);
void process_output_close(struct process_output *o);
int process_input_open(struct process *p, struct error *err);
bool process_input_start(struct process *p, const char *bytes, size_t n, struct error *err);
void process_input_close(struct process *p);
bool process_input_is_taken(const struct process *p);
bool process_input_settled(struct process *p); /* taken, or never will be */
void process_line_sources(struct process *p);

/* process_kill.c */
bool process_group_signal(struct process *p, int number);
bool process_group_is_left(struct process *p);
bool process_gone_ready(struct wait_source *self, int64_t now, int64_t *again);
#endif
