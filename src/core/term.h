/* term.h - our own terminal: what it is, how wide, raw input, and that it is left as it was found. */
#ifndef DISPATCH_TERM_H
#define DISPATCH_TERM_H
#include <stdbool.h>
#include <stddef.h>

#include "error.h"
struct wait_source;

enum term_stream { TERM_IN, TERM_OUT, TERM_ERR };
bool term_is_tty(enum term_stream stream);
/* Columns and rows of the terminal behind stdout; false where there is none. */
bool term_size(int *columns, int *rows);
/* Ready when the size changed since it was last found ready (SIGWINCH). One a program. */
struct wait_source *term_resized(struct error *err);
/* All of it, also to a pipe. A terminal that was hung up (EIO, EPIPE) is a refusal, never a death. */
bool term_write(enum term_stream stream, const char *bytes, size_t len, struct error *err);
/* Raw input (cfmakeraw(3), but for the output flags): bytes as they come, no echo, Ctrl-C is a byte. Windows: before
 * the first term_input(), since a read that goes on keeps its mode. */
bool term_raw(struct error *err);
/* Ready when stdin can be read. One a program. */
struct wait_source *term_input(struct error *err);
/* What is there now, at most max bytes; *len 0 and *end at the end of input. Never blocks after term_input() was ready.
 */
bool term_read(char *bytes, size_t max, size_t *len, bool *end, struct error *err);
/* Back to what it was when raw() was called; also safe from a signal handler and without one. */
void term_restore(void);
#endif
