/* edit_row.c - one row, and never its last column: so nothing wraps, and the row stays where it is. */
#include "edit_row.h"

#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "term_private.h"

#define PILCROW "\xc2\xb6" /* ¶: a newline inside the line */

/* ---- the text ---- */

static bool make_room(struct edit_row *row, size_t len)
{
    if (len < row->room)
        return true;
    char *text = len < SIZE_MAX / 2 ? realloc(row->text, len * 2 + 80) : NULL;
    if (!text)
        return false;
    row->text = text;
    row->room = len * 2 + 80;
    return true;
}

bool edit_row_set(struct edit_row *row, const char *text)
{
    size_t len = strlen(text);
    if (!make_room(row, len))
        return false;
    memmove(row->text, text, len + 1);
    row->len = row->cursor = len;
    row->first = 0;
    return true;
}

bool edit_row_insert(struct edit_row *row, const char *bytes, size_t len)
{
    if (len > SIZE_MAX - row->len || !make_room(row, row->len + len))
        return false;
    memmove(row->text + row->cursor + len, row->text + row->cursor, row->len - row->cursor + 1);
    memcpy(row->text + row->cursor, bytes, len);
    row->len += len;
    row->cursor += len;
    return true;
}

void edit_row_delete(struct edit_row *row, size_t from, size_t to)
{
    memmove(row->text + from, row->text + to, row->len - to + 1);
    row->len -= to - from;
    row->cursor = from;
}

static bool continues(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80;
}

size_t edit_row_next(const struct edit_row *row, size_t at)
{
    at += at < row->len;
    while (at < row->len && continues(row->text[at]))
        at++;
    return at;
}

size_t edit_row_previous(const struct edit_row *row, size_t at)
{
    at -= at > 0;
    while (at > 0 && continues(row->text[at]))
        at--;
    return at;
}

/* ---- the row ---- */

void edit_row_say(const char *text)
{
    term_write(TERM_OUT, text, strlen(text), NULL);
}

static CONSOLE_SCREEN_BUFFER_INFO look(void)
{
    CONSOLE_SCREEN_BUFFER_INFO info = {.dwSize = {80, 25}};
    GetConsoleScreenBufferInfo(term_handle(TERM_OUT), &info);
    return info;
}

/* At most so many: the console alone knows how wide it draws a character. */
static int columns_at(const struct edit_row *row, size_t at)
{
    unsigned char byte = (unsigned char)row->text[at];
    if (byte < ' ')
        return byte == '\n' ? 1 : 2;
    return byte >= 0xE1 && !(byte == 0xE1 && (unsigned char)row->text[at + 1] < 0x84) ? 2 : 1; /* from U+1100 on */
}

static int columns(const struct edit_row *row, size_t from, size_t to)
{
    int n = 0;
    for (size_t at = from; at < to; at = edit_row_next(row, at))
        n += columns_at(row, at);
    return n;
}

/* Writes a part of the line as it is shown. */
static void show(const struct edit_row *row, size_t from, size_t to, const char *before, const char *behind)
{
    size_t room = strlen(before) + 2 * (to - from) + strlen(behind) + 1;
    char *shown = malloc(room), *end;
    if (!shown)
        return;
    strcpy(shown, before);
    end = shown + strlen(shown);
    for (size_t at = from; at < to; at++) {
        char byte = row->text[at];
        if (byte == '\n') {
            memcpy(end, PILCROW, sizeof PILCROW - 1);
            end += sizeof PILCROW - 1;
            continue;
        }
        bool control = (unsigned char)byte < ' ';
        if (control)
            *end++ = '^';
        *end++ = control ? (char)(byte + '@') : byte;
    }
    strcpy(end, behind);
    edit_row_say(shown);
    free(shown);
}

/* From which byte on, so that the cursor is inside the row. */
static void scroll(struct edit_row *row, int width)
{
    if (row->first > row->cursor)
        row->first = row->cursor;
    while (columns(row, row->first, row->cursor) >= width)
        row->first = edit_row_next(row, row->first);
    while (row->first > 0 && columns(row, edit_row_previous(row, row->first), row->cursor) < width / 2)
        row->first = edit_row_previous(row, row->first);
}

void edit_row_draw(struct edit_row *row)
{
    int width = look().dwSize.X - 1 - (int)strlen(row->prompt);
    if (width < 4)
        width = 4;
    scroll(row, width);
    size_t last = row->cursor;
    int used = columns(row, row->first, row->cursor);
    while (last < row->len && (used += columns_at(row, last)) <= width)
        last = edit_row_next(row, last);
    edit_row_say("\r");
    edit_row_say(row->prompt);
    show(row, row->first, row->cursor, "", "");
    COORD cursor = look().dwCursorPosition;
    show(row, row->cursor, last, "", "\033[K");
    SetConsoleCursorPosition(term_handle(TERM_OUT), cursor);
}

void edit_row_leave(struct edit_row *row, const char *behind)
{
    edit_row_say("\r");
    edit_row_say(row->prompt);
    show(row, 0, row->len, "", behind);
    edit_row_say("\033[K\r\n");
}

void edit_row_begin(void)
{
    if (look().dwCursorPosition.X > 0)
        edit_row_say("\r\n");
}
