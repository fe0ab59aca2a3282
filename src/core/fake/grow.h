/* grow.h - room for one more. */
#ifndef DISPATCH_FAKE_GROW_H
#define DISPATCH_FAKE_GROW_H
#include <stdint.h>
#include <stdlib.h>

/* For an array of n items that only ever grew through here: room doubles at the powers of two, so that no capacity has
 * to be kept. NULL: no memory, and the old one stands. */
static inline void *grow(void *items, size_t n, size_t size)
{
    if (n & (n - 1))
        return items;
    size_t room = n ? n * 2 : 1;
    return room <= SIZE_MAX / 2 / size ? realloc(items, room * size) : NULL;
}
#endif
