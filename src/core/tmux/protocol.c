#include "protocol.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static bool make_room(struct tmux_stream *s, size_t more)
{
    if (s->used > 0) {
        memmove(s->bytes, s->bytes + s->used, s->len - s->used);
        s->len -= s->used;
        s->searched -= s->used;
        s->used = 0;
    }
    if (s->size - s->len >= more)
        return true;
    if (more > SIZE_MAX / 2 - s->len)
        return false;
    size_t size = (s->len + more) * 2;
    char *bytes = realloc(s->bytes, size);
    if (!bytes)
        return false;
    s->bytes = bytes;
    s->size = size;
    return true;
}

bool tmux_stream_add(struct tmux_stream *s, const char *bytes, size_t len)
{
    if (len == 0)
        return true;
    if (!make_room(s, len))
        return false;
    memcpy(s->bytes + s->len, bytes, len);
    s->len += len;
    return true;
}

void tmux_stream_free(struct tmux_stream *s)
{
    free(s->bytes);
    *s = (struct tmux_stream){0};
}

/* What follows `word` at the start of the line, and its length; NULL: the line starts otherwise. */
static const char *after(const struct tmux_line *line, const char *word, size_t *len)
{
    size_t n = strlen(word);
    if (line->len < n || memcmp(line->text, word, n) != 0)
        return NULL;
    *len = line->len - n;
    return line->text + n;
}

static bool closes(const struct tmux_stream *s, const struct tmux_line *line, const char *word)
{
    size_t len;
    const char *guard = after(line, word, &len);
    return guard && len == strlen(s->guard) && memcmp(guard, s->guard, len) == 0;
}

/* False: the line only opened a block. */
static bool classify(struct tmux_stream *s, struct tmux_line *line)
{
    if (s->inside) {
        line->kind = closes(s, line, "%end ") ? TMUX_END : closes(s, line, "%error ") ? TMUX_ERROR : TMUX_TEXT;
        s->inside = line->kind == TMUX_TEXT;
        if (!s->inside)
            line->len = 0;
        return true;
    }
    size_t len;
    const char *guard = after(line, "%begin ", &len);
    if (guard && len < sizeof s->guard && !memchr(guard, '\0', len)) {
        memcpy(s->guard, guard, len);
        s->guard[len] = '\0';
        s->inside = true;
        return false;
    }
    line->kind = line->len && line->text[0] == '%' ? TMUX_NOTE : TMUX_STRAY;
    return true;
}

bool tmux_stream_next(struct tmux_stream *s, struct tmux_line *line)
{
    for (;;) {
        const char *end = s->len > s->searched ? memchr(s->bytes + s->searched, '\n', s->len - s->searched) : NULL;
        if (!end) {
            s->searched = s->len;
            return false;
        }
        line->text = s->bytes + s->used;
        line->len = (size_t)(end - line->text);
        s->used = s->searched = (size_t)(end - s->bytes) + 1;
        if (classify(s, line))
            return true;
    }
}

static char *quoted(const char *text, bool plain)
{
    size_t len = strlen(text);
    if (len > (SIZE_MAX - 3) / 6)
        return NULL;
    char *word = malloc(len * 6 + 3), *to = word;
    if (!word)
        return NULL;
    *to++ = '\'';
    for (; *text; text++) {
        if (*text == '\'')
            to = (char *)memcpy(to, "'\\''", 4) + 4;
        else if (*text == '\n') /* a command is one line */
            to = (char *)memcpy(to, "'\"\\n\"'", 6) + 6;
        else if (*text == '#' && plain)
            to = (char *)memcpy(to, "##", 2) + 2;
        else
            *to++ = *text;
    }
    memcpy(to, "'", 2);
    return word;
}

char *tmux_quoted(const char *text)
{
    return quoted(text, false);
}

char *tmux_quoted_plain(const char *text)
{
    return quoted(text, true);
}

char *tmux_pattern(const char *token)
{
    static const char before[] = "(^|[^[:alnum:]_])", after[] = "([^[:alnum:]_]|$)";
    size_t len = strlen(token);
    if (len > SIZE_MAX - sizeof before - sizeof after)
        return NULL;
    char *pattern = malloc(len + sizeof before + sizeof after), *to = pattern;
    if (!pattern)
        return NULL;
    strcpy(to, before);
    to += sizeof before - 1;
    for (; *token; token++) {
        unsigned char c = (unsigned char)*token;
        bool letter =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
        if (letter)
            *to++ = *token;
        else if ((c & 0xC0) != 0x80) /* UTF-8: one dot a character */
            *to++ = '.';
    }
    memcpy(to, after, sizeof after);
    return pattern;
}
