/* edit_rows.c - which rows of the terminal the line takes, as libedit draws it. */
#include <stdio.h>
#include <string.h>

#include "edit_private.h"
#include "term.h"

int edit_columns(void)
{
    int columns, rows;
    return term_size(&columns, &rows) && columns > 1 ? columns : 80;
}

/* The row of the cursor, or of the line's end, counted from the prompt's. */
static int row_of(const struct edit *e, bool end)
{
    const LineInfoW *line = el_wline(e->el);
    const wchar_t *to = end ? line->lastchar : line->cursor;
    int columns = edit_columns(), row = 0, column = (int)strlen(e->prompt);
    for (const wchar_t *c = line->buffer; c < to; c++) {
        int width = *c == L'\n' ? 0 : wcwidth(*c) > 0 ? wcwidth(*c) : *c < L' ' ? 2 : 0;
        if (*c == L'\n' || column + width > columns) {
            row++;
            column = 0;
        }
        column += width;
    }
    return row + (column >= columns);
}

void edit_go_below(const struct edit *e)
{
    for (int rows = row_of(e, true) - row_of(e, false); rows >= 0; rows--)
        edit_say("\n");
}

/* The terminal's size is another: it may have broken our rows anew, so the line is drawn again from its first. */
void edit_draw_again(struct edit *e)
{
    char up[32] = "\r";
    int row = row_of(e, false);
    if (row > 0 && !e->plain)
        snprintf(up, sizeof up, "\033[%dA\r", row);
    edit_say(up);
    if (!e->plain)
        edit_say("\033[J");
    el_resize(e->el);
    el_set(e->el, EL_REFRESH);
}
