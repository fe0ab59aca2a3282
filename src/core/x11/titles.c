#include "titles.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../window.h"

static char *put_latin1(char *to, unsigned char byte)
{
    if (byte < 0x80) {
        *to++ = (char)byte;
    } else {
        *to++ = (char)(0xC0 | (byte >> 6));
        *to++ = (char)(0x80 | (byte & 0x3F));
    }
    return to;
}

char *x11_titles_latin1(const char *bytes, size_t len)
{
    char *copy = len < SIZE_MAX / 2 ? malloc(len * 2 + 1) : NULL;
    if (!copy)
        return NULL;
    char *to = copy;
    for (size_t i = 0; i < len && bytes[i]; i++)
        to = put_latin1(to, (unsigned char)bytes[i]);
    *to = '\0';
    return copy;
}

/* Compound Text Encoding 1.1: ESC - F and ESC . F (F: A is ISO 8859-1) choose the right half, ESC $ … a set of two
 * bytes, ESC ( B the left half (ASCII), ESC % G and ESC % @ begin and end UTF-8. */
struct segment {
    bool utf8, left, right; /* left, right: a set that we know */
};

/* The escape sequence at p: intermediate bytes (0x20 to 0x2F) and a final one. Answers what follows it. */
static const unsigned char *escape(const unsigned char *p, const unsigned char *end, struct segment *now)
{
    const unsigned char *first = ++p;
    while (p < end && *p >= 0x20 && *p <= 0x2F)
        p++;
    if (p >= end || p == first)
        return p < end ? p + 1 : end;
    bool one = p == first + 1;
    if (*first == '%')
        now->utf8 = one && *p == 'G';
    else if (*first == '(')
        now->left = one && *p == 'B';
    else if (*first == '-')
        now->right = one && *p == 'A';
    else if (*first == '$' && p > first + 1 && first[1] == ')')
        now->right = false;
    else if (*first == '$')
        now->left = false;
    return p + 1;
}

char *x11_titles_compound(const char *bytes, size_t len)
{
    char *raw = len < SIZE_MAX / 3 ? malloc(len * 3 + 1) : NULL;
    if (!raw)
        return NULL;
    char *to = raw;
    struct segment now = {.left = true, .right = true};
    const unsigned char *p = (const unsigned char *)bytes, *end = p + len;
    while (p < end && *p) {
        if (*p == 0x1B) {
            p = escape(p, end, &now);
        } else if (now.utf8) {
            *to++ = (char)*p++;
        } else if (*p < 0x80 ? now.left : now.right) {
            to = put_latin1(to, *p++);
        } else {
            memcpy(to, "\xEF\xBF\xBD", 3);
            to += 3;
            p++;
        }
    }
    char *text = window_utf8(raw, (size_t)(to - raw));
    free(raw);
    return text;
}
