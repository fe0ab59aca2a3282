#include "command_line.h"

#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "system.h"

/* Appends word and answers the end: a backslash counts for itself unless a quote comes after it. Room is needed for
 * twice its characters, two quotes and a blank. */
static wchar_t *append(wchar_t *to, const wchar_t *word)
{
    bool quoted = !*word || wcspbrk(word, L" \t\n\v\"");
    if (quoted)
        *to++ = L'"';
    for (;; word++) {
        size_t slashes = wcsspn(word, L"\\");
        word += slashes;
        bool before_quote = *word == L'"' || (!*word && quoted);
        for (size_t i = 0; i < (before_quote ? slashes * 2 : slashes); i++)
            *to++ = L'\\';
        if (!*word)
            break;
        if (*word == L'"')
            *to++ = L'\\';
        *to++ = *word;
    }
    if (quoted)
        *to++ = L'"';
    return to;
}

wchar_t *command_line(const char *const *argv)
{
    size_t room = 1;
    for (const char *const *word = argv; *word; word++)
        room += 2 * strlen(*word) + 3; /* UTF-16 has at most as many units as UTF-8 has bytes */
    wchar_t *line = malloc(room * sizeof *line), *end = line;
    for (const char *const *word = argv; line && *word; word++) {
        wchar_t *wide = wide_from_utf8(*word);
        if (!wide) {
            free(line);
            return NULL;
        }
        if (word != argv)
            *end++ = L' ';
        end = append(end, wide);
        free(wide);
    }
    if (line)
        *end = L'\0';
    return line;
}

static size_t name_length(const wchar_t *entry)
{
    return 1 + wcscspn(entry + 1, L"="); /* "=C:=C:\folder" is the working directory of a drive */
}

static int by_name(const void *a, const void *b)
{
    const wchar_t *x = *(wchar_t *const *)a, *y = *(wchar_t *const *)b;
    return CompareStringOrdinal(x, (int)name_length(x), y, (int)name_length(y), TRUE) - CSTR_EQUAL;
}

static wchar_t *joined(wchar_t *const *entries, size_t n)
{
    size_t room = 2;
    for (size_t i = 0; i < n; i++)
        room += wcslen(entries[i]) + 1;
    wchar_t *block = malloc(room * sizeof *block), *end = block;
    for (size_t i = 0; block && i < n; i++) {
        wcscpy(end, entries[i]);
        end += wcslen(entries[i]) + 1;
    }
    if (block)
        end[0] = end[end == block] = L'\0'; /* two NUL even when there is nothing */
    return block;
}

wchar_t *environment_block(char *const *env)
{
    size_t n = 0, made = 0;
    while (env[n])
        n++;
    wchar_t **entries = calloc(n + 1, sizeof *entries);
    while (entries && made < n && (entries[made] = wide_from_utf8(env[made])))
        made++;
    wchar_t *block = NULL;
    if (entries && made == n) {
        qsort(entries, n, sizeof *entries, by_name);
        block = joined(entries, n);
    }
    for (size_t i = 0; i < made; i++)
        free(entries[i]);
    free(entries);
    return block;
}
