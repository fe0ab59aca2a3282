/* edit_row.h - a line that is being written, and its row on the console. For windows/edit*.c alone. */
#ifndef DISPATCH_WINDOWS_EDIT_ROW_H
#define DISPATCH_WINDOWS_EDIT_ROW_H
#include <stdbool.h>
#include <stddef.h>

struct edit_row {
    const char *prompt;
    char *text; /* never NULL, ends in NUL; UTF-8 */
    size_t len, room, cursor;
    size_t first; /* the byte that is shown first: what does not fit into the row is scrolled */
};

bool edit_row_set(struct edit_row *row, const char *text); /* the cursor goes to the end. False: no memory */
bool edit_row_insert(struct edit_row *row, const char *bytes, size_t len);
void edit_row_delete(struct edit_row *row, size_t from, size_t to); /* the cursor goes to `from` */
size_t edit_row_next(const struct edit_row *row, size_t at);        /* the byte behind this character */
size_t edit_row_previous(const struct edit_row *row, size_t at);
/* The row that the console's cursor is in becomes prompt and line. */
void edit_row_draw(struct edit_row *row);
/* All of the line, and the cursor in the first column below it. `behind` follows the line. */
void edit_row_leave(struct edit_row *row, const char *behind);
/* After output that did not end its line the prompt stands on a new one. */
void edit_row_begin(void);
void edit_row_say(const char *text);
#endif
