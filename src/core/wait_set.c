/* wait_set.c - who is in which set, and who is to be asked next. */
#include <stdlib.h>

#include "clock.h"
#include "wait_private.h"

void wait_link_init(struct wait_link *ring)
{
    ring->next = ring->prev = ring;
}

void wait_link_append(struct wait_link *ring, struct wait_link *member)
{
    member->next = ring;
    member->prev = ring->prev;
    ring->prev->next = member;
    ring->prev = member;
}

void wait_link_remove(struct wait_link *member)
{
    if (!member->next)
        return;
    member->prev->next = member->next;
    member->next->prev = member->prev;
    member->next = member->prev = NULL;
}

void wait_set_init(struct wait_set *set)
{
    wait_link_init(&set->members);
    wait_link_init(&set->queue);
}

void wait_set_queue(struct wait_entry *entry)
{
    if (!entry->queued.next)
        wait_link_append(&entry->set->queue, &entry->queued);
}

void wait_set_queue_all(struct wait_set *set)
{
    for (struct wait_link *link = set->members.next; link != &set->members; link = link->next)
        wait_set_queue(WAIT_OWNER(link, struct wait_entry, member));
}

struct wait_entry *wait_set_pop(struct wait_set *set)
{
    struct wait_link *first = set->queue.next;
    if (first == &set->queue)
        return NULL;
    wait_link_remove(first);
    return WAIT_OWNER(first, struct wait_entry, queued);
}

bool wait_set_enter(struct wait_set *set, struct wait_entry *entry, struct wait_source *s, struct error *err)
{
    if (s->entry)
        return error_set(err, EC_EXISTS, "somebody waits for this already; take it out of that set first");
    if (!wait_agenda_reserve())
        return error_set(err, EC_MEMORY, "out of memory");
    *entry = (struct wait_entry){.source = s, .set = set, .again = CLOCK_NEVER};
    s->entry = entry;
    wait_link_append(&set->members, &entry->member);
    wait_set_queue(entry);
    return true;
}

void wait_set_leave(struct wait_entry *entry)
{
    wait_agenda_put(entry, CLOCK_NEVER);
    wait_agenda_release();
    wait_link_remove(&entry->member);
    wait_link_remove(&entry->queued);
    entry->source->entry = NULL;
}

struct wait_set *wait_set_new(struct error *err)
{
    struct wait_set *set = malloc(sizeof *set);
    if (set)
        wait_set_init(set);
    else
        error_set(err, EC_MEMORY, "out of memory");
    return set;
}

void wait_set_free(struct wait_set *set)
{
    if (!set)
        return;
    while (set->members.next != &set->members)
        wait_remove(WAIT_OWNER(set->members.next, struct wait_entry, member)->source);
    free(set);
}

bool wait_set_add(struct wait_set *set, struct wait_source *s, struct error *err)
{
    struct wait_entry *entry = malloc(sizeof *entry);
    if (!entry)
        return error_set(err, EC_MEMORY, "out of memory");
    if (!wait_set_enter(set, entry, s, err)) {
        free(entry);
        return false;
    }
    return true;
}

void wait_remove(struct wait_source *s)
{
    struct wait_entry *entry = s->entry;
    if (!entry)
        return;
    wait_set_leave(entry); /* NOLINT(clang-analyzer-unix.Malloc): whoever left is in no list any more */
    free(entry);
}

struct wait_set *wait_set_of(const struct wait_source *s)
{
    return s->entry ? s->entry->set : NULL;
}

void wait_mark(struct wait_source *source)
{
    if (source->entry)
        wait_set_queue(source->entry);
}
