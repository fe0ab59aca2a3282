/* wait_agenda.c - a binary heap of entries, the earliest on top. It is one for all sets: time that nobody waits for in
 * this set passes for the others too. */
#include <stdlib.h>

#include "clock.h"
#include "wait_private.h"

static struct wait_entry **heap;
static size_t used, room, reserved;

bool wait_agenda_reserve(void)
{
    if (reserved == room) {
        size_t more = room ? room * 2 : 16;
        struct wait_entry **bigger = more > SIZE_MAX / sizeof *heap ? NULL : realloc(heap, more * sizeof *heap);
        if (!bigger)
            return false;
        heap = bigger;
        room = more;
    }
    reserved++;
    return true;
}

void wait_agenda_release(void)
{
    if (--reserved > 0)
        return;
    free(heap);
    heap = NULL;
    room = 0;
}

static void settle(struct wait_entry *entry, size_t at)
{
    heap[at] = entry;
    entry->place = at;
}

/* Puts the entry where it belongs, starting from a free place. */
static void sift(struct wait_entry *entry, size_t at)
{
    for (size_t parent; at > 0 && heap[parent = (at - 1) / 2]->again > entry->again; at = parent)
        settle(heap[parent], at);
    for (size_t child; (child = 2 * at + 1) < used; at = child) {
        if (child + 1 < used && heap[child + 1]->again < heap[child]->again)
            child++;
        if (heap[child]->again >= entry->again)
            break;
        settle(heap[child], at);
    }
    settle(entry, at);
}

void wait_agenda_put(struct wait_entry *entry, int64_t again)
{
    bool on = entry->again != CLOCK_NEVER;
    entry->again = again;
    if (again != CLOCK_NEVER) {
        sift(entry, on ? entry->place : used++);
    } else if (on) {
        struct wait_entry *last = heap[--used];
        if (last != entry)
            sift(last, entry->place);
    }
}

int64_t wait_agenda_next(void)
{
    return used ? heap[0]->again : CLOCK_NEVER;
}

void wait_agenda_due(int64_t now)
{
    while (used && heap[0]->again <= now) {
        struct wait_entry *entry = heap[0];
        wait_agenda_put(entry, CLOCK_NEVER);
        wait_set_queue(entry);
    }
}
