/* sample.c - none here: terminals do as well. */
#include "../sample.h"

bool sample_window(const struct sample_place *at, const char *title, const char *line,
                   const char *(*submitted)(void *owner, const char *text), void *owner, struct error *err)
{
    (void)at;
    (void)line;
    (void)submitted;
    (void)owner;
    return error_set(err, EC_UNSUPPORTED, "%s: only Windows has such a window", title);
}
