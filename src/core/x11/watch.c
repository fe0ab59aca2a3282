#include <stdlib.h>
#include <string.h>

#include "x11.h"

/* Where `id` stands in the sorted list, or would. */
static size_t place_of(const struct x11 *x, xcb_window_t id)
{
    size_t low = 0, high = x->n_watched;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (x->watched[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void x11_watch_start(struct x11 *x)
{
    const uint32_t root = XCB_EVENT_MASK_PROPERTY_CHANGE | XCB_EVENT_MASK_SUBSTRUCTURE_NOTIFY;
    if (x->watching)
        return;
    x->watching = true;
    x->changed = true; /* since list() nobody looked */
    xcb_change_window_attributes(x->c, x->root, XCB_CW_EVENT_MASK, &root);
}

bool x11_watch_add(struct x11 *x, xcb_window_t id, struct error *err)
{
    const uint32_t mask = X11_WATCH_MASK;
    size_t at = place_of(x, id);
    bool known = at < x->n_watched && x->watched[at].id == id;
    if (!x->watching || (known && !x->watched[at].gone))
        return true;
    if (!known) {
        size_t n = x->n_watched;
        if ((n & (n - 1)) == 0) { /* room grows at the powers of two */
            size_t room = n ? n * 2 : 1;
            struct x11_watched *more =
                room <= SIZE_MAX / sizeof *more ? realloc(x->watched, room * sizeof *more) : NULL;
            if (!more)
                return error_set(err, EC_MEMORY, "no memory for the list of windows");
            x->watched = more;
        }
        memmove(x->watched + at + 1, x->watched + at, (n - at) * sizeof *x->watched);
        x->n_watched++;
    }
    x->watched[at] = (struct x11_watched){.id = id};
    xcb_change_window_attributes(x->c, id, XCB_CW_EVENT_MASK, &mask);
    return true;
}

void x11_watch_destroyed(struct x11 *x, xcb_window_t id)
{
    size_t at = place_of(x, id);
    if (at < x->n_watched && x->watched[at].id == id)
        x->watched[at].gone = true;
}

bool x11_watch_is_gone(const struct x11 *x, xcb_window_t id)
{
    size_t at = place_of(x, id);
    return at < x->n_watched && x->watched[at].id == id && x->watched[at].gone;
}
