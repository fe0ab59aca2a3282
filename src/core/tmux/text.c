#include "text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool make_room(struct tmux_text *t, size_t more) /* and for the NUL */
{
    if (more > SIZE_MAX / 4 - t->len)
        return false;
    if (t->bytes && t->size - t->len > more)
        return true;
    size_t size = (t->len + more + 64) * 2;
    char *bytes = realloc(t->bytes, size);
    if (!bytes)
        return false;
    t->bytes = bytes;
    t->size = size;
    return true;
}

bool tmux_text_add(struct tmux_text *t, const char *bytes, size_t len)
{
    if (!make_room(t, len))
        return false;
    memcpy(t->bytes + t->len, bytes, len);
    t->len += len;
    t->bytes[t->len] = '\0';
    return true;
}

bool tmux_text_line(struct tmux_text *t, const char *line, size_t len)
{
    if (len > SIZE_MAX / 4 || !make_room(t, len + 1))
        return false;
    return tmux_text_add(t, line, len) && tmux_text_add(t, "\n", 1);
}

bool tmux_text_format(struct tmux_text *t, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    bool ok = len >= 0 && make_room(t, (size_t)len);
    if (ok) {
        vsnprintf(t->bytes + t->len, (size_t)len + 1, format, args);
        t->len += (size_t)len;
    }
    va_end(args);
    return ok;
}

void tmux_text_free(struct tmux_text *t)
{
    free(t->bytes);
    *t = (struct tmux_text){0};
}
