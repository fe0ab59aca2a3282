/* index.c - windows by id and by name: hundreds are looked up in every call. Sorted arrays; windows that are alike
 * stand in the order of their appearance. */
#include <stdlib.h>
#include <string.h>

#include "desk.h"
#include "grow.h"

/* How many windows stand before the id, or (`behind`) up to its last. */
static size_t place_of_id(const struct fake *f, uint64_t id, bool behind)
{
    size_t low = 0, high = f->indexed;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        uint64_t there = f->by_id[middle]->id;
        if (there < id || (behind && there == id))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* How many windows stand up to the last one of that name. */
static size_t place_of_name(const struct fake *f, const char *name)
{
    size_t low = 0, high = f->indexed;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(f->by_name[middle]->name, name) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void put(struct fake_window **index, size_t n, size_t at, struct fake_window *w)
{
    memmove(index + at + 1, index + at, (n - at) * sizeof *index);
    index[at] = w;
}

bool fake_index_add(struct fake *f, struct fake_window *w)
{
    struct fake_window **by_id = grow(f->by_id, f->indexed, sizeof *by_id);
    f->by_id = by_id ? by_id : f->by_id;
    struct fake_window **by_name = grow(f->by_name, f->indexed, sizeof *by_name);
    f->by_name = by_name ? by_name : f->by_name;
    if (!by_id || !by_name)
        return false;
    put(f->by_id, f->indexed, place_of_id(f, w->id, true), w);
    put(f->by_name, f->indexed, place_of_name(f, w->name), w);
    f->indexed++;
    return true;
}

void fake_index_change(struct fake *f, struct fake_window *w, uint64_t id)
{
    size_t at = place_of_id(f, w->id, false);
    while (f->by_id[at] != w)
        at++;
    memmove(f->by_id + at, f->by_id + at + 1, (f->indexed - at - 1) * sizeof *f->by_id);
    f->indexed--;
    w->id = id;
    put(f->by_id, f->indexed, place_of_id(f, id, true), w);
    f->indexed++;
}

struct fake_window *fake_with_id(const struct fake *f, uint64_t id)
{
    for (size_t i = place_of_id(f, id, false); i < f->indexed && f->by_id[i]->id == id; i++)
        if (f->by_id[i]->open)
            return f->by_id[i];
    return NULL;
}

/* A name may have closed and come again. */
struct fake_window *fake_named(const struct fake *f, const char *name)
{
    for (size_t i = place_of_name(f, name); i > 0 && strcmp(f->by_name[i - 1]->name, name) == 0; i--)
        if (f->by_name[i - 1]->open)
            return f->by_name[i - 1];
    return NULL;
}
