/* titles.h - the two encodings of titles that are not UTF-8. Pure. Both answer UTF-8 that the caller frees; NULL: no
 * memory. */
#ifndef DISPATCH_X11_TITLES_H
#define DISPATCH_X11_TITLES_H
#include <stddef.h>

/* ICCCM's STRING: ISO 8859-1. Ends at a NUL. */
char *x11_titles_latin1(const char *bytes, size_t len);
/* ICCCM's COMPOUND_TEXT as far as programs of this century write it: ISO 8859-1 and UTF-8 segments. Each byte in
 * another encoding becomes U+FFFD. */
char *x11_titles_compound(const char *bytes, size_t len);
#endif
