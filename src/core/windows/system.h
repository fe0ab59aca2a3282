/* system.h - between our UTF-8 and Windows' UTF-16, and from its error numbers to ours. For core/windows and core/win32
 * alone. */
#ifndef DISPATCH_WINDOWS_SYSTEM_H
#define DISPATCH_WINDOWS_SYSTEM_H
#include <stddef.h>
#include <wchar.h>

#include "../error.h"

/* Caller frees; NULL: no memory. What is no character becomes U+FFFD. */
wchar_t *wide_from_utf8(const char *text);
char *wide_to_utf8(const wchar_t *text);
/* The same for len units, which may hold NUL; *bytes: without the NUL behind them. */
char *wide_to_utf8_n(const wchar_t *text, size_t len, size_t *bytes);
/* path_for_system(), wide. Caller frees; NULL: *err is filled. */
wchar_t *wide_path(const char *path, struct error *err);
/* A refusal from GetLastError(): "WHAT: what the system says". Answers false. */
bool error_from_windows(struct error *err, unsigned long number, const char *what);
#endif
