/* edit_private.h - what the files of the line editor share. Nobody else includes it. */
#ifndef DISPATCH_EDIT_PRIVATE_H
#define DISPATCH_EDIT_PRIVATE_H
#include <histedit.h>
#include <wchar.h>

#include "edit.h"
#include "wait.h"

/* A key of our own, Ctrl-^: a newline into the line, where Enter ends it. */
#define NEWLINE_KEY L'\x1e'

struct edit {
    EditLine *el;
    History *past;
    char *path; /* of the history; NULL: none */
    char *last; /* what was kept last; NULL: nothing */
    edit_complete complete;
    void *owner;

    struct wait_set *set; /* input and resized, while a line is asked for */
    struct wait_source *input, *resized;
    struct wait_source continued; /* edit_resume.c's: SIGCONT came */
    struct wait_fd *watch;
    bool went_on;
    const char *prompt;
    bool plain;      /* a terminal without escape sequences */
    bool asking;     /* inside edit_line() */
    bool pasting;    /* between the two marks of a paste */
    mbstate_t state; /* of a character whose bytes have not all come */
    char ahead[256]; /* read, not asked for */
    size_t at, len;
    struct error problem; /* why the line was dropped */
};

struct edit *edit_of(EditLine *el);
bool edit_say(const char *text); /* to the terminal, past libedit */

/* edit_rows.c: rows of the terminal that the line takes */
int edit_columns(void);
/* To the first free row below the line. */
void edit_go_below(const struct edit *e);
/* The terminal's size is another. */
void edit_draw_again(struct edit *e);

/* edit_resume.c */
bool edit_resume_start(struct edit *e, struct error *err);
void edit_resume_stop(struct edit *e);
void edit_resume_go_on(struct edit *e);

/* edit_keys.c */
void edit_bind_keys(EditLine *el);
#endif
