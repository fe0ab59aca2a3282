#include <stdlib.h>
#include <string.h>

#include "selection.h"

struct x11_offer *x11_offer_new(void)
{
    struct x11_offer *offer = calloc(1, sizeof *offer);
    if (offer)
        offer->holders = 1;
    return offer;
}

bool x11_offer_add(struct x11_offer *offer, const struct x11_item *item)
{
    if (offer->n >= SIZE_MAX / sizeof *item - 1)
        return false;
    struct x11_item *items = realloc(offer->items, (offer->n + 1) * sizeof *items);
    if (!items)
        return false;
    offer->items = items;
    char *bytes = malloc(item->len ? item->len : 1);
    if (!bytes)
        return false;
    if (item->len)
        memcpy(bytes, item->bytes, item->len);
    items[offer->n] = *item;
    items[offer->n++].bytes = bytes;
    offer->total += item->len;
    return true;
}

struct x11_offer *x11_offer_hold(struct x11_offer *offer)
{
    if (offer)
        offer->holders++;
    return offer;
}

void x11_offer_drop(struct x11_offer *offer)
{
    if (!offer || --offer->holders)
        return;
    for (size_t i = 0; i < offer->n; i++)
        free(offer->items[i].bytes);
    free(offer->items);
    free(offer);
}
