/* edit.c - libedit, which reads through us: one character a call, and while there is none the program serves. */
#include "edit.h"

#include <errno.h>
#include <histedit.h>
#include <locale.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "clock.h"
#include "edit_history.h"
#include "edit_private.h"
#include "term.h"
#include "wait.h"

/* Terminals put a paste between these when they were asked to (xterm's mode 2004). */
#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"

static struct edit *opened; /* there is one terminal */

struct edit *edit_of(EditLine *el)
{
    void *e = NULL;
    el_get(el, EL_CLIENTDATA, &e);
    return e;
}

static char *prompt_of(EditLine *el)
{
    return (char *)(uintptr_t)edit_of(el)->prompt; /* libedit's type lacks a const */
}

bool edit_say(const char *text)
{
    return term_write(TERM_OUT, text, strlen(text), NULL);
}

/* ---- reading ---- */

/* 1: a byte; 0: the end; -1: interrupted, or a terminal that cannot be read. */
static int next_byte(struct edit *e, char *byte)
{
    while (e->at == e->len) {
        struct wait_source *ready;
        bool end = false;
        enum wait_result result = wait_set_next(e->set, CLOCK_NEVER, &ready, &e->problem);
        if (result != WAIT_READY) {
            if (cancel_pending() == CANCEL_INTERRUPT)
                edit_say("^C");
            edit_go_below(e);
            wait_refuse(result, &e->problem, "no line came");
            return -1;
        }
        if (ready == &e->continued) {
            edit_resume_go_on(e);
            continue;
        }
        if (ready == e->resized) {
            edit_draw_again(e);
            continue;
        }
        e->at = e->len = 0;
        if (!term_read(e->ahead, sizeof e->ahead, &e->len, &end, &e->problem))
            return -1;
        if (end)
            return 0;
    }
    *byte = e->ahead[e->at++];
    return 1;
}

/* Inside a paste nothing is a command: a newline belongs to the text, a tab is a blank, other keys are dropped. */
static bool pasted(wchar_t *c)
{
    if (*c == L'\n' || *c == L'\r')
        *c = NEWLINE_KEY;
    else if (*c == L'\t')
        *c = L' ';
    return *c >= L' ' || *c == NEWLINE_KEY || *c == L'\033';
}

static int read_char(EditLine *el, wchar_t *c)
{
    struct edit *e = edit_of(el);
    for (;;) {
        char byte;
        int n = next_byte(e, &byte);
        if (n <= 0) {
            errno = EINTR;
            *c = L'\0';
            return n;
        }
        size_t used = mbrtowc(c, &byte, 1, &e->state);
        if (used == (size_t)-2)
            continue;
        if (used == (size_t)-1) {
            e->state = (mbstate_t){0};
            *c = 0xFFFD;
        }
        if (!e->pasting || pasted(c))
            return 1;
    }
}

/* ---- open, ask, keep, close ---- */

static void take_past(void *owner, const char *text)
{
    struct edit *e = owner;
    HistEvent event;
    history(e->past, &event, H_ENTER, text);
    free(e->last);
    e->last = strdup(text);
}

static bool start(struct edit *e, const char *path, struct error *err)
{
    HistEvent event;
    if (!(e->input = term_input(err)) || !(e->resized = term_resized(err)) || !edit_resume_start(e, err))
        return false;
    /* Our text is UTF-8, whatever the environment says; libedit measures and writes by the locale. */
    if (!setlocale(LC_CTYPE, "C.UTF-8"))
        setlocale(LC_CTYPE, "");
    e->set = wait_set_new(err);
    e->path = path ? strdup(path) : NULL;
    e->past = history_init();
    if (!e->set || !e->past || (path && !e->path))
        return error_set(err, EC_MEMORY, "out of memory");
    history(e->past, &event, H_SETSIZE, EDIT_HISTORY_KEPT);
    history(e->past, &event, H_SETUNIQUE, 1);
    if (path && !edit_history_load(path, take_past, e, err))
        return false;
    e->el = el_init("dispatch", stdin, stdout, stderr);
    if (!e->el)
        return error_set(err, EC_UNSUPPORTED, "stdin: libedit cannot use this terminal");
    el_set(e->el, EL_CLIENTDATA, e);
    el_set(e->el, EL_PROMPT, prompt_of);
    el_set(e->el, EL_GETCFN, read_char);
    el_set(e->el, EL_HIST, history, e->past);
    edit_bind_keys(e->el);
    return true;
}

struct edit *edit_open(const char *path, edit_complete complete, void *owner, struct error *err)
{
    const char *term = getenv("TERM");
    if (!edit_check(opened != NULL, err))
        return NULL;
    struct edit *e = calloc(1, sizeof *e);
    if (!e) {
        error_set(err, EC_MEMORY, "out of memory");
        return NULL;
    }
    e->complete = complete;
    e->owner = owner;
    e->prompt = "";
    e->plain = !term || !*term || strcmp(term, "dumb") == 0;
    opened = e;
    if (start(e, path, err))
        return e;
    edit_close(e);
    return NULL;
}

/* After output that did not end its line the prompt stands on a new one: as many blanks as there are columns but one
 * reach the next row only from elsewhere than the first column. */
static void to_first_column(const struct edit *e)
{
    size_t blanks = (size_t)edit_columns() - 1;
    char *row = e->plain ? NULL : malloc(blanks + sizeof "\r\033[K");
    if (!row)
        return;
    memset(row, ' ', blanks);
    strcpy(row + blanks, "\r\033[K");
    edit_say(row);
    free(row);
}

static bool take_line(struct edit *e, char **line, struct error *err)
{
    int n = 0;
    *line = NULL;
    error_clear(&e->problem);
    const char *text = el_gets(e->el, &n);
    if (e->problem.code) {
        error_set(err, e->problem.code, "%s", e->problem.message ? e->problem.message : "out of memory");
        error_clear(&e->problem);
        return false;
    }
    if (!text || n <= 0)
        return true;
    *line = strndup(text, (size_t)n - (text[n - 1] == '\n'));
    return *line || error_set(err, EC_MEMORY, "out of memory");
}

bool edit_line(struct edit *e, const char *prompt, char **line, struct error *err)
{
    if (e->asking)
        return error_set(err, EC_EXISTS, "stdin: a line is being asked for already");
    wait_remove(e->input);
    wait_remove(e->resized);
    wait_remove(&e->continued);
    if (!wait_set_add(e->set, e->input, err) || !wait_set_add(e->set, e->resized, err) ||
        !wait_set_add(e->set, &e->continued, err))
        return false;
    e->asking = true;
    e->pasting = false;
    e->prompt = prompt;
    e->state = (mbstate_t){0};
    fflush(stdout);
    to_first_column(e);
    if (!e->plain)
        edit_say(PASTE_ON);
    bool ok = take_line(e, line, err);
    if (!e->plain)
        edit_say(PASTE_OFF);
    wait_remove(e->input);
    wait_remove(e->resized);
    e->prompt = "";
    e->asking = false;
    return ok;
}

bool edit_keep(struct edit *e, const char *text, struct error *err)
{
    HistEvent event;
    if (!*text || (e->last && strcmp(e->last, text) == 0))
        return true;
    char *copy = strdup(text);
    if (!copy || history(e->past, &event, H_ENTER, text) < 0) {
        free(copy);
        return error_set(err, EC_MEMORY, "out of memory");
    }
    free(e->last);
    e->last = copy;
    return !e->path || edit_history_add(e->path, text, err);
}

void edit_close(struct edit *e)
{
    if (!e)
        return;
    if (e->el)
        el_end(e->el);
    if (e->past)
        history_end(e->past);
    edit_resume_stop(e);
    wait_set_free(e->set);
    error_clear(&e->problem);
    free(e->path);
    free(e->last);
    free(e);
    opened = NULL;
}
