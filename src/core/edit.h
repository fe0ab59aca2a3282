/* edit.h - one line from a person at a terminal: libedit, and on Windows an editor of our own, in front of the
 * program's one sleeper, so that clipboard requests, window events and Ctrl-C are served while the prompt waits. Built
 * where libedit was found, and on Windows (DISPATCH_EDIT). */
#ifndef DISPATCH_EDIT_H
#define DISPATCH_EDIT_H
#include <stdbool.h>
#include <stddef.h>

#include "error.h"

struct edit;

/* What Tab does: the bytes from `from` to the cursor become `text`, and `shown` stands below the line. */
struct edit_change {
    size_t from;
    char *text;  /* NULL: the line stays */
    char *shown; /* NULL: nothing; lines that end in \n but for the last one */
};
/* line: the whole of it; cursor: bytes before the cursor. False: there is nothing to complete (a beep). Who calls frees
 * both texts. */
typedef bool (*edit_complete)(void *owner, const char *line, size_t cursor, struct edit_change *change);

/* path: of the history, a file of earlier lines, made when it is not there; NULL: none is kept. complete NULL: Tab is a
 * blank. One a program. EUNSUPPORTED: stdin and stdout are no terminal. EEXIST: it is open already. */
struct edit *edit_open(const char *path, edit_complete complete, void *owner, struct error *err);
/* Asks. *line: caller frees; NULL at the end of input (Ctrl-D, or the terminal is gone). It may have newlines in it: a
 * pasted text is one line, and Alt-Enter makes one. EINTR: Ctrl-C and other requests to stop, the line is dropped.
 * term_input()'s source leaves the set that it is in. */
bool edit_line(struct edit *edit, const char *prompt, char **line, struct error *err);
/* Keeps a text for the up key and for later sessions, unless it is the last one again. */
bool edit_keep(struct edit *edit, const char *text, struct error *err);
void edit_close(struct edit *edit); /* the terminal is as it was. NULL is fine */

/* edit_check.c, for edit_open(): may one be opened, where `taken` says whether one is? EEXIST, EUNSUPPORTED. */
bool edit_check(bool taken, struct error *err);
#endif
