/* edit_keys.c - what Tab, Alt-Enter and the marks of a paste do; the rest is libedit's. */
#include <stdlib.h>
#include <string.h>

#include "edit_private.h"

static unsigned char insert_newline(EditLine *el, int key)
{
    (void)key;
    return el_winsertstr(el, L"\n") == 0 ? CC_REFRESH : CC_ERROR;
}

static unsigned char paste_begins(EditLine *el, int key)
{
    (void)key;
    edit_of(el)->pasting = true;
    return CC_NORM;
}

/* A paste that ends in a newline does not run: Enter is a person's. */
static unsigned char paste_ends(EditLine *el, int key)
{
    const LineInfoW *line = el_wline(el);
    (void)key;
    edit_of(el)->pasting = false;
    if (line->cursor > line->buffer && line->cursor[-1] == L'\n')
        el_deletestr(el, 1);
    return CC_REFRESH;
}

static size_t characters(const char *text, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        n += ((unsigned char)text[i] & 0xC0) != 0x80;
    return n;
}

static unsigned char change_line(struct edit *e, const char *line, size_t cursor, const struct edit_change *change)
{
    if (change->shown)
        edit_go_below(e);
    if (change->text && change->from <= cursor) {
        size_t n = characters(line + change->from, cursor - change->from);
        if (n > 0)
            el_deletestr(e->el, (int)n);
        el_insertstr(e->el, change->text);
    }
    if (!change->shown)
        return CC_REFRESH;
    edit_say(change->shown);
    edit_say("\n");
    el_set(e->el, EL_REFRESH);
    return CC_NORM;
}

static unsigned char tab(EditLine *el, int key)
{
    struct edit *e = edit_of(el);
    struct edit_change change = {0};
    const LineInfo *info = el_line(el);
    size_t cursor = (size_t)(info->cursor - info->buffer);
    char *line = strndup(info->buffer, (size_t)(info->lastchar - info->buffer));
    unsigned char what = CC_ERROR;
    (void)key;
    if (!e->complete)
        what = el_insertstr(el, " ") == 0 ? CC_REFRESH : CC_ERROR;
    else if (line && e->complete(e->owner, line, cursor, &change))
        what = change_line(e, line, cursor, &change);
    free(change.text);
    free(change.shown);
    free(line);
    return what;
}

/* What shells and editors have taught; a person's own ~/.editrc comes after it. */
void edit_bind_keys(EditLine *el)
{
    static const char *const keys[][2] = {
        {"^I", "dispatch-complete"},           {"^^", "dispatch-newline"},
        {"\\e\\r", "dispatch-newline"},        {"\\e\\n", "dispatch-newline"},
        {"\\e[200~", "dispatch-paste-begins"}, {"\\e[201~", "dispatch-paste-ends"},
        {"^R", "em-inc-search-prev"},          {"^W", "ed-delete-prev-word"},
        {"\\e[1;5D", "ed-prev-word"},          {"\\e[1;5C", "em-next-word"},
        {"\\e[H", "ed-move-to-beg"},           {"\\e[1~", "ed-move-to-beg"},
        {"\\e[F", "ed-move-to-end"},           {"\\e[4~", "ed-move-to-end"},
        {"\\e[3~", "ed-delete-next-char"},
    };
    el_set(el, EL_EDITOR, "emacs");
    /* el_set() would copy the names and never free them. */
    el_wset(el, EL_ADDFN, L"dispatch-complete", L"complete the word before the cursor", tab);
    el_wset(el, EL_ADDFN, L"dispatch-newline", L"put a newline into the line", insert_newline);
    el_wset(el, EL_ADDFN, L"dispatch-paste-begins", L"a pasted text follows", paste_begins);
    el_wset(el, EL_ADDFN, L"dispatch-paste-ends", L"a pasted text has ended", paste_ends);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        el_set(el, EL_BIND, keys[i][0], keys[i][1], NULL);
    el_source(el, NULL);
}
