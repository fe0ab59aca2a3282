/* edit.c - a line on the console, key by key, in front of the program's one sleeper. libedit is not made for Windows;
 * the console's own editor (ReadConsole) neither completes nor knows the lines of other days. */
#include "../edit.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../clock.h"
#include "../edit_history.h"
#include "../wait.h"
#include "edit_row.h"
#include "term_private.h"

#define CTRL(letter) ((letter) - '@')
#define ESCAPE '\033'

enum outcome { GO_ON, LINE, END, DROPPED, FAILED };

struct edit {
    struct edit_row row;
    char **past;     /* the oldest first */
    size_t kept, at; /* at: the one that is shown; kept: the new line */
    char *draft;     /* the new line, while another is shown */
    char *path;      /* of the history; NULL: none */
    edit_complete complete;
    void *owner;
    struct wait_set *set;
    struct wait_source *input;
    bool asking;
    char ahead[256]; /* read, not used */
    size_t next, read;
    struct error problem; /* why the line was dropped */
};

static struct edit *opened; /* there is one console */

/* ---- keys ---- */

static enum outcome next_byte(struct edit *e, char *byte)
{
    while (e->next == e->read) {
        struct wait_source *ready;
        bool end = false;
        edit_row_draw(&e->row);
        enum wait_result result = wait_set_next(e->set, CLOCK_NEVER, &ready, &e->problem);
        if (result != WAIT_READY) {
            wait_refuse(result, &e->problem, "no line came");
            return cancel_pending() == CANCEL_INTERRUPT ? DROPPED : FAILED;
        }
        e->next = e->read = 0;
        if (!term_read(e->ahead, sizeof e->ahead, &e->read, &end, &e->problem))
            return FAILED;
        if (end)
            return END;
    }
    *byte = e->ahead[e->next++];
    return GO_ON;
}

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || (unsigned char)c >= 0x80;
}

static size_t word_left(const struct edit_row *row)
{
    size_t at = row->cursor;
    while (at > 0 && !is_word(row->text[at - 1]))
        at--;
    while (at > 0 && is_word(row->text[at - 1]))
        at--;
    return at;
}

static size_t word_right(const struct edit_row *row)
{
    size_t at = row->cursor;
    while (at < row->len && !is_word(row->text[at]))
        at++;
    while (at < row->len && is_word(row->text[at]))
        at++;
    return at;
}

static bool show_past(struct edit *e, size_t at)
{
    if (at > e->kept || at == e->at)
        return true;
    if (e->at == e->kept) {
        free(e->draft);
        e->draft = _strdup(e->row.text);
    }
    e->at = at;
    const char *text = at < e->kept ? e->past[at] : e->draft;
    return text && edit_row_set(&e->row, text);
}

static bool complete(struct edit *e)
{
    struct edit_change change = {0};
    struct edit_row *row = &e->row;
    bool fine = true;
    if (!e->complete)
        return edit_row_insert(row, " ", 1);
    if (!e->complete(e->owner, row->text, row->cursor, &change)) {
        edit_row_say("\a");
    } else {
        if (change.shown) {
            edit_row_leave(row, "");
            edit_row_say(change.shown);
            edit_row_begin();
        }
        if (change.text && change.from <= row->cursor) {
            edit_row_delete(row, change.from, row->cursor);
            fine = edit_row_insert(row, change.text, strlen(change.text));
        }
    }
    free(change.text);
    free(change.shown);
    return fine;
}

/* What libuv writes for a key without a character ("get_vt100_fn_key" in its src/win/tty.c). */
static bool named_key(struct edit *e, const char *name)
{
    struct edit_row *row = &e->row;
    if (strcmp(name, "A") == 0)
        return e->at == 0 || show_past(e, e->at - 1);
    if (strcmp(name, "B") == 0)
        return show_past(e, e->at + 1);
    if (strcmp(name, "C") == 0)
        row->cursor = edit_row_next(row, row->cursor);
    else if (strcmp(name, "D") == 0)
        row->cursor = edit_row_previous(row, row->cursor);
    else if (strcmp(name, "1;5C") == 0)
        row->cursor = word_right(row);
    else if (strcmp(name, "1;5D") == 0)
        row->cursor = word_left(row);
    else if (strcmp(name, "1~") == 0)
        row->cursor = 0;
    else if (strcmp(name, "4~") == 0)
        row->cursor = row->len;
    else if (strcmp(name, "3~") == 0)
        edit_row_delete(row, row->cursor, edit_row_next(row, row->cursor));
    return true;
}

/* Escape alone empties the line, as everywhere on Windows. */
static enum outcome escape(struct edit *e)
{
    char byte, name[16];
    size_t len = 0;
    if (e->next == e->read)
        return edit_row_set(&e->row, "") ? GO_ON : FAILED;
    enum outcome outcome = next_byte(e, &byte);
    if (outcome == GO_ON && (byte == '\r' || byte == '\n')) /* Alt-Enter */
        return edit_row_insert(&e->row, "\n", 1) ? GO_ON : FAILED;
    if (outcome != GO_ON || byte != '[')
        return outcome;
    do {
        if ((outcome = next_byte(e, &byte)) != GO_ON)
            return outcome;
        if (len < sizeof name - 1)
            name[len++] = byte;
    } while ((byte >= '0' && byte <= '9') || byte == ';' || (byte == '[' && len == 1));
    name[len] = '\0';
    return named_key(e, name) ? GO_ON : FAILED;
}

static enum outcome control(struct edit *e, char byte)
{
    struct edit_row *row = &e->row;
    bool fine = true;
    switch (byte) {
    case '\r':
    case '\n': return row->text[0] == CTRL('Z') ? END : LINE;
    case CTRL('C'): error_set(&e->problem, EC_INTERRUPTED, "no line came: interrupted"); return DROPPED;
    case CTRL('D'):
        if (row->len == 0)
            return END;
        edit_row_delete(row, row->cursor, edit_row_next(row, row->cursor));
        break;
    case ESCAPE: return escape(e);
    case '\t': fine = complete(e); break;
    case '\b':
    case 127: edit_row_delete(row, edit_row_previous(row, row->cursor), row->cursor); break;
    case CTRL('A'): row->cursor = 0; break;
    case CTRL('E'): row->cursor = row->len; break;
    case CTRL('K'): edit_row_delete(row, row->cursor, row->len); break;
    case CTRL('U'): edit_row_delete(row, 0, row->cursor); break;
    case CTRL('W'): edit_row_delete(row, word_left(row), row->cursor); break;
    case CTRL('Z'): fine = edit_row_insert(row, &byte, 1); break;
    default: break;
    }
    return fine ? GO_ON : FAILED;
}

static enum outcome next_key(struct edit *e)
{
    char byte;
    enum outcome outcome = next_byte(e, &byte);
    if (outcome != GO_ON)
        return outcome;
    if ((unsigned char)byte < ' ' || byte == 127)
        return control(e, byte);
    return edit_row_insert(&e->row, &byte, 1) ? GO_ON : FAILED;
}

/* ---- open, ask, keep, close ---- */

static bool remember(struct edit *e, const char *text)
{
    char *copy = _strdup(text);
    if (!copy)
        return false;
    if (e->kept == EDIT_HISTORY_KEPT) {
        free(e->past[0]);
        memmove(e->past, e->past + 1, --e->kept * sizeof *e->past);
    }
    e->past[e->kept++] = copy;
    return true;
}

static void take_past(void *owner, const char *text)
{
    struct edit *e = owner;
    if (e->kept == 0 || strcmp(e->past[e->kept - 1], text) != 0)
        remember(e, text);
}

static bool start(struct edit *e, const char *path, struct error *err)
{
    e->past = calloc(EDIT_HISTORY_KEPT, sizeof *e->past);
    e->path = path ? _strdup(path) : NULL;
    e->set = wait_set_new(err);
    if (!e->past || !e->set || (path && !e->path) || !edit_row_set(&e->row, ""))
        return error_set(err, EC_MEMORY, "out of memory");
    if (path && !edit_history_load(path, take_past, e, err))
        return false;
    if (!term_input_keys(err) || !(e->input = term_input(err)))
        return false;
    return true;
}

struct edit *edit_open(const char *path, edit_complete completer, void *owner, struct error *err)
{
    if (!edit_check(opened != NULL, err))
        return NULL;
    struct edit *e = calloc(1, sizeof *e);
    if (!e) {
        error_set(err, EC_MEMORY, "out of memory");
        return NULL;
    }
    e->complete = completer;
    e->owner = owner;
    opened = e;
    if (start(e, path, err))
        return e;
    edit_close(e);
    return NULL;
}

static bool answer(struct edit *e, enum outcome outcome, char **line, struct error *err)
{
    edit_row_leave(&e->row, outcome == DROPPED ? "^C" : "");
    if (outcome == END)
        return true;
    if (outcome == LINE && (*line = _strdup(e->row.text)))
        return true;
    if (!e->problem.code)
        return error_set(err, EC_MEMORY, "out of memory");
    error_set(err, e->problem.code, "%s", e->problem.message ? e->problem.message : "out of memory");
    error_clear(&e->problem);
    return false;
}

bool edit_line(struct edit *e, const char *prompt, char **line, struct error *err)
{
    *line = NULL;
    if (e->asking)
        return error_set(err, EC_EXISTS, "stdin: a line is being asked for already");
    wait_remove(e->input);
    fflush(stdout);
    if (!term_keys(err) || !wait_set_add(e->set, e->input, err) || !edit_row_set(&e->row, ""))
        return false;
    e->asking = true;
    e->at = e->kept;
    e->row.prompt = prompt;
    error_clear(&e->problem);
    edit_row_begin();
    enum outcome outcome;
    do
        outcome = next_key(e);
    while (outcome == GO_ON);
    bool ok = answer(e, outcome, line, err);
    term_restore();
    wait_remove(e->input);
    e->asking = false;
    return ok;
}

bool edit_keep(struct edit *e, const char *text, struct error *err)
{
    if (!*text || (e->kept > 0 && strcmp(e->past[e->kept - 1], text) == 0))
        return true;
    if (!remember(e, text))
        return error_set(err, EC_MEMORY, "out of memory");
    return !e->path || edit_history_add(e->path, text, err);
}

void edit_close(struct edit *e)
{
    if (!e)
        return;
    wait_set_free(e->set);
    error_clear(&e->problem);
    for (size_t i = 0; i < e->kept; i++)
        free(e->past[i]);
    free(e->past);
    free(e->row.text);
    free(e->draft);
    free(e->path);
    free(e);
    opened = NULL;
}
