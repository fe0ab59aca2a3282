/* edit_history.h - the file of earlier lines: one entry a line, readable by its owner alone. */
#ifndef DISPATCH_EDIT_HISTORY_H
#define DISPATCH_EDIT_HISTORY_H
#include <stdbool.h>
#include <stddef.h>

#include "error.h"

enum { EDIT_HISTORY_KEPT = 1000 }; /* entries; the file may grow to twice as many between two sessions */

/* The last entries, the oldest first; none when there is no file. Shortens a file that has grown too long. */
bool edit_history_load(const char *path, void (*take)(void *owner, const char *text), void *owner, struct error *err);
/* One more at the end, in one write: sessions side by side lose nothing of each other. Makes the file (mode 0600). */
bool edit_history_add(const char *path, const char *text, struct error *err);

/* posix/ and windows/edit_history.c. A line with its newline, in one write; makes the file. */
bool edit_history_append(const char *path, const char *line, size_t len, struct error *err);
/* These bytes and no more, in one step. A file that cannot be shortened stays long. */
void edit_history_shorten(const char *path, const char *bytes, size_t len);
#endif
