/* path.h - the form that paths have on this system. Everywhere in the program a path is UTF-8 and `/` parts it; what
 * else the system takes as such (a backslash, C:) is known here alone. */
#ifndef DISPATCH_PATH_H
#define DISPATCH_PATH_H
#include <stdbool.h>
#include <stddef.h>

#include "error.h"

bool path_is_separator(char c);
/* Bytes of the root that an absolute path begins with: "/", "C:/", "//server/share/". 0: the path is relative. */
size_t path_root(const char *path);
/* From the root on, parted by `/`, without empty parts and a separator at the end (a root keeps its own); links and
 * ".." stay as they are where the system reads them (POSIX). Nothing has to be there. Caller frees. */
char *path_absolute(const char *path, struct error *err);
/* What a call about the file at path is given: path itself, or *longer, which is to be freed afterwards (NULL is fine).
 * Windows: beyond 247 characters the form that has no limit (\\?\C:\…). Without memory: path, which the system refuses.
 */
const char *path_for_system(const char *path, char **longer);
/* What the system said becomes a path of ours, where it stands. */
void path_from_system(char *path);
/* Do both names mean the same entry of a folder? Windows: upper and lower case are one. */
bool path_same_name(const char *a, const char *b);
#endif
