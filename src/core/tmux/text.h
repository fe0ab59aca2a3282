/* text.h - a text that grows. */
#ifndef DISPATCH_TMUX_TEXT_H
#define DISPATCH_TMUX_TEXT_H
#include <stdbool.h>
#include <stddef.h>

#include "../error.h"

struct tmux_text {
    char *bytes; /* NULL while nothing was added; else ended by NUL */
    size_t len, size;
};
/* False: no memory; the text is as it was. */
bool tmux_text_add(struct tmux_text *t, const char *bytes, size_t len);
bool tmux_text_line(struct tmux_text *t, const char *line, size_t len); /* and a \n */
bool tmux_text_format(struct tmux_text *t, const char *format, ...) ERROR_PRINTF(2, 3);
void tmux_text_free(struct tmux_text *t); /* empty afterwards */
#endif
