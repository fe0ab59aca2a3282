#include "../path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool path_is_separator(char c)
{
    return c == '/';
}

size_t path_root(const char *path)
{
    return path[0] == '/';
}

char *path_absolute(const char *path, struct error *err)
{
    char *here = path[0] == '/' ? strdup("") : realpath(".", NULL);
    if (!here) {
        error_from_errno(err, errno, "the working directory");
        return NULL;
    }
    char *out = malloc(strlen(here) + strlen(path) + 2);
    if (out) {
        char *end = out + strlen(strcpy(out, strcmp(here, "/") == 0 ? "" : here));
        for (const char *p = path; *p;) {
            size_t part = strcspn(p, "/");
            if (part) {
                *end++ = '/';
                memcpy(end, p, part);
                end += part;
            }
            p += part + (p[part] == '/');
        }
        strcpy(end, end == out ? "/" : "");
    } else {
        error_set(err, EC_MEMORY, "%s: out of memory", path);
    }
    free(here);
    return out;
}

const char *path_for_system(const char *path, char **longer)
{
    *longer = NULL;
    return path;
}

void path_from_system(char *path)
{
    (void)path; /* they are the same */
}

bool path_same_name(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}
