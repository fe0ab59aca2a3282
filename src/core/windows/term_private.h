/* term_private.h - what the files of windows/term*.c and the line editor share. */
#ifndef DISPATCH_WINDOWS_TERM_PRIVATE_H
#define DISPATCH_WINDOWS_TERM_PRIVATE_H
#include "../term.h"

void *term_handle(enum term_stream stream);
/* term_raw(), but Ctrl-C stays a request to stop. */
bool term_keys(struct error *err);
/* term_input.c: from now on what is typed comes key by key, also where the mode says lines. Again is fine. */
bool term_input_keys(struct error *err);
#endif
