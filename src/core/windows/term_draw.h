/* term_draw.h - escape sequences for consoles that know none: Wine's, and those that are set to be as before
 * Windows 10. For windows/term.c alone. */
#ifndef DISPATCH_WINDOWS_TERM_DRAW_H
#define DISPATCH_WINDOWS_TERM_DRAW_H
#include "../term.h"

/* Must what goes there be drawn? Asked once: a console stays what it is. */
bool term_must_draw(enum term_stream stream, void *handle);
bool term_draw(enum term_stream stream, const char *bytes, size_t len, struct error *err);
#endif
