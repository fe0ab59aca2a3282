/* sample.h - a window to practise on: a field for text in a frame, as a chat has it, and a line above that says what
 * was done. For `dispatch demo`, where there are no terminals that show what they were given. */
#ifndef DISPATCH_SAMPLE_H
#define DISPATCH_SAMPLE_H
#include <stdbool.h>

#include "error.h"

struct sample_place {
    int x, y, width, height; /* pixels of the desktop */
};

/* Shows it, until it is closed or submitted() answers NULL. Enter gives submitted() the field's text (UTF-8, lines end
 * with \n) and empties the field; what it answers is the new line, which is copied. One a process. EUNSUPPORTED: not on
 * Windows. */
bool sample_window(const struct sample_place *at, const char *title, const char *line,
                   const char *(*submitted)(void *owner, const char *text), void *owner, struct error *err);
#endif
