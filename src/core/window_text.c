/* window_text.c - what is a whole word in a title, and what is UTF-8. Pure. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "window.h"

#define REPLACEMENT 0xFFFDu /* also what decode() answers for a broken byte */

/* The code point at p (end is not read), its bytes in *len. Ill-formed: REPLACEMENT and the maximal subpart
 * (Unicode 3.9, D93b and table 3-7: what may follow which first byte). */
static uint32_t decode(const unsigned char *p, const unsigned char *end, size_t *len)
{
    size_t more = p[0] < 0x80 ? 0 : p[0] >= 0xC2 && p[0] < 0xE0 ? 1 : p[0] >= 0xE0 && p[0] < 0xF0 ? 2 : 3;
    uint32_t code = more == 0 ? p[0] : p[0] & (0x3Fu >> more);
    unsigned char low = p[0] == 0xE0 ? 0xA0 : p[0] == 0xF0 ? 0x90 : 0x80;
    unsigned char high = p[0] == 0xED ? 0x9F : p[0] == 0xF4 ? 0x8F : 0xBF;
    *len = 1;
    if ((p[0] >= 0x80 && p[0] < 0xC2) || p[0] > 0xF4)
        return REPLACEMENT;
    for (; *len <= more; ++*len) {
        const unsigned char *next = p + *len;
        if (next == end || *next < low || *next > high)
            return REPLACEMENT;
        code = (code << 6) | (*next & 0x3Fu);
        low = 0x80;
        high = 0xBF;
    }
    return code;
}

char *window_utf8(const char *bytes, size_t len)
{
    static const char sign[] = "\xEF\xBF\xBD";
    if (len > (SIZE_MAX - 1) / 3)
        return NULL;
    char *copy = malloc(len * 3 + 1); /* a lone bad byte becomes three */
    if (!copy)
        return NULL;
    const unsigned char *p = (const unsigned char *)bytes, *end = p + len;
    char *to = copy;
    while (p < end) {
        size_t used;
        uint32_t code = decode(p, end, &used);
        bool keep = code != 0 && (code != REPLACEMENT || (used == 3 && memcmp(p, sign, 3) == 0));
        memcpy(to, keep ? (const char *)p : sign, keep ? used : 3);
        to += keep ? used : 3;
        p += used;
    }
    *to = '\0';
    return copy;
}

struct range {
    uint32_t first, last;
};
static bool in_range(uint32_t code, const struct range *ranges, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    return false;
}

/* Drawn as nothing: a reader of the title judges by what stands beyond it, and so do we. Emoji selectors and tags,
 * zero-width and direction marks. */
static bool is_invisible(uint32_t code)
{
    static const struct range ranges[] = {
        {0x00AD, 0x00AD}, {0x200B, 0x200F}, {0x202A, 0x202E},   {0x2060, 0x206F},
        {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}, {0xE0000, 0xE0FFF},
    };
    return in_range(code, ranges, sizeof ranges / sizeof *ranges);
}

/* Letter, digit, underscore, or a mark that changes one. Beyond ASCII all code points count as such but those blocks
 * that hold only signs, so that a letter that we do not know never lets a longer name pass. */
static bool is_word(uint32_t code)
{
    static const struct range signs[] = {
        {0x0080, 0x00A9}, {0x00AB, 0x00B1}, {0x00B4, 0x00B4},   {0x00B6, 0x00B8},   {0x00BB, 0x00BB},
        {0x00BF, 0x00BF}, {0x00D7, 0x00D7}, {0x00F7, 0x00F7},   {0x2000, 0x203E},   {0x2041, 0x2053},
        {0x2055, 0x206F}, {0x20A0, 0x20CF}, {0x2190, 0x245F},   {0x2500, 0x2BFF},   {0x3000, 0x3004},
        {0x3008, 0x3020}, {0x3030, 0x3030}, {0xE000, 0xF8FF},   {0xFF01, 0xFF0F},   {0xFF1A, 0xFF20},
        {0xFF3B, 0xFF3E}, {0xFF5B, 0xFF65}, {0x1F000, 0x1F0FF}, {0x1F200, 0x1FAFF}, {0xF0000, 0x10FFFF},
    };
    if (code < 0x80)
        return (code >= '0' && code <= '9') || (code >= 'A' && code <= 'Z') || (code >= 'a' && code <= 'z') ||
               code == '_';
    return !in_range(code, signs, sizeof signs / sizeof *signs);
}

static bool word_before(const unsigned char *start, const unsigned char *p)
{
    while (p > start) {
        const unsigned char *first = p - 1;
        while (first > start && p - first < 4 && (*first & 0xC0) == 0x80)
            first--;
        size_t used;
        uint32_t code = decode(first, p, &used);
        if (used != (size_t)(p - first))
            return true; /* a broken byte: it may have been a letter */
        if (!is_invisible(code))
            return is_word(code);
        p = first;
    }
    return false;
}

static bool word_after(const unsigned char *p, const unsigned char *end)
{
    while (p < end) {
        size_t used;
        uint32_t code = decode(p, end, &used);
        if (!is_invisible(code))
            return is_word(code);
        p += used;
    }
    return false;
}

bool window_has_token(const char *title, const char *token)
{
    size_t len = strlen(token);
    const char *end = title + strlen(title);
    if (len == 0)
        return false;
    for (const char *at = strstr(title, token); at; at = strstr(at + 1, token))
        if (!word_before((const unsigned char *)title, (const unsigned char *)at) &&
            !word_after((const unsigned char *)at + len, (const unsigned char *)end))
            return true;
    return false;
}
