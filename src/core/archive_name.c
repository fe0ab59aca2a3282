/* What a name in a zip may be, and how one is shown that may not. Windows' rules hold on every system: a zip that is
 * fine here must not be another one on a colleague's machine. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive_private.h"

#define NAME_MAX_BYTES 1024 /* far from any system's PATH_MAX, so that a folder before it never makes it too long */
#define PART_MAX_BYTES 255  /* NAME_MAX of Linux; NTFS counts UTF-16 units, which are never more */
#define PARTS_MAX 32
#define SHOWN_MAX 200 /* bytes of a name that a message shows */

size_t archive_decode(const char *text, size_t len, uint32_t *code)
{
    const unsigned char *p = (const unsigned char *)text;
    if (len == 0)
        return 0;
    if (p[0] < 0x80) {
        *code = p[0];
        return 1;
    }
    size_t n = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;
    if (p[0] < 0xC2 || p[0] > 0xF4 || n > len)
        return 0;
    *code = p[0] & (0x7Fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 0;
        *code = *code << 6 | (p[i] & 0x3Fu);
    }
    bool overlong = (n == 3 && *code < 0x800) || (n == 4 && *code < 0x10000);
    bool surrogate = *code >= 0xD800 && *code <= 0xDFFF;
    return overlong || surrogate || *code > 0x10FFFF ? 0 : n;
}

/* Controls, and what a terminal or a file manager draws as nothing or in another order: a name must be what it looks
 * like. */
static bool is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0xAD || (c >= 0x200B && c <= 0x200F) ||
           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || (c & 0xFFFE) == 0xFFFE;
}

/* ---- showing ---- */

/* Caller frees; NULL: no memory. */
static char *shown(const char *name, size_t len)
{
    char *text = malloc(4 * SHOWN_MAX + 32), *to = text;
    size_t at = 0;
    while (text && at < len && at < SHOWN_MAX) {
        uint32_t code;
        size_t n = archive_decode(name + at, len - at, &code);
        if (n > 0 && !is_control(code)) {
            memcpy(to, name + at, n);
            to += n;
            at += n;
            continue;
        }
        for (size_t end = at + (n ? n : 1); at < end; at++)
            to += sprintf(to, "\\x%02X", (unsigned)(unsigned char)name[at]);
    }
    if (text)
        memcpy(to, at < len ? "…" : "", at < len ? sizeof "…" : 1);
    return text;
}

bool archive_name_prefix(struct error *err, const char *name, size_t len)
{
    char *text = shown(name, len);
    error_prefix(err, "entry '%s'", text ? text : "?");
    free(text);
    return false;
}

/* ---- one name ---- */

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* The length of `word` when part begins with it, case aside; else 0. */
static size_t begins(const char *part, size_t len, const char *word)
{
    size_t n = strlen(word);
    if (len < n)
        return 0;
    for (size_t i = 0; i < n; i++)
        if (upper(part[i]) != word[i])
            return 0;
    return n;
}

/* A digit, or one of the superscripts that Windows takes for one: ¹ ² ³ (U+00B9, U+00B2, U+00B3). */
static size_t port_digit(const char *p, size_t len)
{
    if (len >= 1 && p[0] >= '0' && p[0] <= '9')
        return 1;
    if (len >= 2 && p[0] == '\xC2' && (p[1] == '\xB9' || p[1] == '\xB2' || p[1] == '\xB3'))
        return 2;
    return 0;
}

/* Names that Windows gives to devices in every folder, whatever extension follows ("Naming Files, Paths, and
 * Namespaces", Microsoft). */
static bool is_device(const char *part, size_t len)
{
    static const char *const words[] = {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"};
    size_t stem = 0;
    while (stem < len && part[stem] != '.' && part[stem] != ':')
        stem++;
    while (stem > 0 && part[stem - 1] == ' ')
        stem--;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (begins(part, stem, words[i]) == stem && stem > 0)
            return true;
    size_t port = begins(part, stem, "COM") + begins(part, stem, "LPT");
    return port > 0 && port_digit(part + port, stem - port) == stem - port && stem > port;
}

static bool is_dots(const char *part, size_t len)
{
    return (len == 1 || len == 2) && memcmp(part, "..", len) == 0;
}

static bool check_part(const char *part, size_t len, struct error *err)
{
    if (len == 0)
        return error_set(err, EC_INVALID, "has an empty part ('//'); " ARCHIVE_PLAIN_NAMES);
    if (is_dots(part, len))
        return error_set(err, EC_INVALID, "has a '%.*s' part; " ARCHIVE_PLAIN_NAMES, (int)len, part);
    if (len > PART_MAX_BYTES)
        return error_set(err, EC_INVALID, "has a part of more than %d bytes; give it a shorter name", PART_MAX_BYTES);
    if (part[len - 1] == '.' || part[len - 1] == ' ')
        return error_set(err, EC_INVALID, "has a part that ends in a %s, which Windows drops; rename it",
                         part[len - 1] == '.' ? "dot" : "blank");
    if (is_device(part, len))
        return error_set(err, EC_INVALID, "is the name of a device on Windows; rename it");
    return true;
}

static bool check_characters(const char *name, size_t len, struct error *err)
{
    for (size_t at = 0, n; at < len; at += n) {
        uint32_t code;
        n = archive_decode(name + at, len - at, &code);
        if (n == 0)
            return error_set(err, EC_INVALID, "is not UTF-8 (byte %zu); give it a name in plain ASCII", at + 1);
        if (is_control(code))
            return error_set(err, EC_INVALID, "has a control character in its name (U+%04X); rename it",
                             (unsigned)code);
        if (code == '\\')
            return error_set(
                err, EC_INVALID,
                "has a backslash in its name, as old PowerShells write folders; pack the files without their folder");
        if (code < 0x80 && strchr("<>:\"|?*", (int)code))
            return error_set(err, EC_INVALID, "has '%c' in its name, which Windows cannot have; rename it", (int)code);
    }
    return true;
}

static bool check_name(const char *name, size_t len, struct error *err)
{
    if (len == 0)
        return error_set(err, EC_INVALID, "has no name; " ARCHIVE_PACK_AGAIN);
    if (len > NAME_MAX_BYTES)
        return error_set(err, EC_INVALID, "has a name of more than %d bytes; give it a shorter one", NAME_MAX_BYTES);
    if (name[0] == '/')
        return error_set(err, EC_INVALID, "has an absolute path; " ARCHIVE_PLAIN_NAMES);
    if (len >= 2 && name[1] == ':' && upper(name[0]) >= 'A' && upper(name[0]) <= 'Z')
        return error_set(err, EC_INVALID, "has a drive letter; " ARCHIVE_PLAIN_NAMES);
    if (!check_characters(name, len, err))
        return false;
    size_t end = name[len - 1] == '/' ? len - 1 : len, parts = 0;
    for (size_t start = 0; start <= end;) {
        const char *slash = memchr(name + start, '/', end - start);
        size_t part = slash ? (size_t)(slash - (name + start)) : end - start;
        if (!check_part(name + start, part, err))
            return false;
        if (++parts > PARTS_MAX)
            return error_set(err, EC_INVALID, "is more than %d folders deep; " ARCHIVE_PLAIN_NAMES, PARTS_MAX);
        start += part + 1;
    }
    return true;
}

bool archive_name_check(const char *name, size_t len, struct error *err)
{
    return check_name(name, len, err) || archive_name_prefix(err, name, len);
}

/* ---- all names together ---- */

/* A name, or what stands before one of its slashes. */
struct place {
    const uint32_t *folded; /* code points */
    size_t folded_len;
    const struct archive_name *of;
    size_t len; /* bytes of it that are this place */
    enum { INSIDE, FOLDER, FILE_ITSELF } kind;
};

static int compare(const void *a, size_t a_len, const void *b, size_t b_len)
{
    int order = memcmp(a, b, a_len < b_len ? a_len : b_len);
    return order ? order : a_len < b_len ? -1 : a_len > b_len;
}

static int by_folded(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    int order = compare(x->folded, x->folded_len * sizeof *x->folded, y->folded, y->folded_len * sizeof *y->folded);
    if (order == 0)
        order = compare(x->of->name, x->len, y->of->name, y->len);
    return order ? order : (int)x->kind - (int)y->kind;
}

/* x and y are neighbours in the order of by_folded(). */
static bool check_pair(const struct place *x, const struct place *y, struct error *err)
{
    if (x->folded_len != y->folded_len || memcmp(x->folded, y->folded, x->folded_len * sizeof *x->folded) != 0)
        return true;
    if (compare(x->of->name, x->len, y->of->name, y->len) != 0) {
        char *other = shown(x->of->name, x->len);
        error_set(err, EC_INVALID, "differs from '%s' by case alone, and on many disks is the same; rename one of them",
                  other ? other : "?");
        free(other);
    } else if (y->kind == FILE_ITSELF && x->kind != FILE_ITSELF) {
        error_set(err, EC_INVALID, "is a file and a folder; " ARCHIVE_PACK_AGAIN);
    } else if (y->kind == INSIDE || x->kind != y->kind) {
        return true; /* a folder, and what is in it */
    } else {
        error_set(err, EC_INVALID, "is in it twice; " ARCHIVE_PACK_AGAIN);
    }
    return archive_name_prefix(err, y->of->name, y->len);
}

/* Folds a name into `folded` and adds its places; answers how many code points it has. */
static size_t add_places(const struct archive_name *name, uint32_t *folded, struct place *places, size_t *n)
{
    size_t len = name->name[name->len - 1] == '/' ? name->len - 1 : name->len, count = 0;
    for (size_t at = 0, used; at < len; at += used) {
        uint32_t code;
        used = archive_decode(name->name + at, len - at, &code);
        if (used == 0)
            break;
        if (code == '/')
            places[(*n)++] = (struct place){folded, count, name, at, INSIDE};
        folded[count++] = archive_fold(code);
    }
    places[(*n)++] = (struct place){folded, count, name, len, len < name->len ? FOLDER : FILE_ITSELF};
    return count;
}

bool archive_names_check(const struct archive_name *names, size_t n, struct error *err)
{
    size_t bytes = 1, parts = n + 1, used = 0, count = 0; /* 1: calloc(0) may answer NULL */
    for (size_t i = 0; i < n; i++) {
        bytes += names[i].len;
        for (size_t at = 0; at < names[i].len; at++)
            parts += names[i].name[at] == '/';
    }
    uint32_t *folded = calloc(bytes, sizeof *folded);
    struct place *places = calloc(parts, sizeof *places);
    bool ok = folded && places;
    if (!ok)
        error_set(err, EC_MEMORY, "out of memory");
    for (size_t i = 0; ok && i < n; i++)
        used += add_places(&names[i], folded + used, places, &count);
    if (ok)
        qsort(places, count, sizeof *places, by_folded);
    for (size_t i = 1; ok && i < count; i++)
        ok = check_pair(&places[i - 1], &places[i], err);
    free(folded);
    free(places);
    return ok;
}
