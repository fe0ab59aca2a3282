/* wait_private.h - what the files of wait*.c share, and what process.c and back ends may ask of them
 * for their clean-up besides wait.h. */
#ifndef DISPATCH_WAIT_PRIVATE_H
#define DISPATCH_WAIT_PRIVATE_H
#include "wait.h"

/* A ring with its owner in it: an empty one points at itself. A member that is in no ring has next NULL. */
struct wait_link {
    struct wait_link *next, *prev;
};
void wait_link_init(struct wait_link *ring);
void wait_link_append(struct wait_link *ring, struct wait_link *member);
void wait_link_remove(struct wait_link *member); /* fine when in no ring */
#define WAIT_OWNER(link, type, member) ((type *)(void *)((char *)(link)-offsetof(type, member)))

struct wait_set {
    struct wait_link members; /* in the order in which they were added */
    struct wait_link queue;   /* of those to be asked, in the order in which they were marked */
};
struct wait_entry {
    struct wait_link member, queued;
    struct wait_source *source;
    struct wait_set *set;
    int64_t again; /* CLOCK_NEVER: not on the agenda */
    size_t place;  /* on the agenda */
};

/* wait_set.c. enter() and leave() are add and remove for an entry that somebody else owns. */
void wait_set_init(struct wait_set *set);
bool wait_set_enter(struct wait_set *set, struct wait_entry *entry, struct wait_source *s, struct error *err);
void wait_set_leave(struct wait_entry *entry);
struct wait_entry *wait_set_pop(struct wait_set *set); /* the first of the queue, or NULL */
void wait_set_queue(struct wait_entry *entry);         /* at the end; stays where it is when it is queued already */
void wait_set_queue_all(struct wait_set *set);

/* wait_agenda.c: who wants to be asked when, over all sets; a heap. One place must be reserved for each entry, so that
 * putting one on it cannot fail. */
bool wait_agenda_reserve(void);
void wait_agenda_release(void);
void wait_agenda_put(struct wait_entry *entry, int64_t again); /* moves it; CLOCK_NEVER takes it off */
int64_t wait_agenda_next(void);                                /* CLOCK_NEVER: nobody */
void wait_agenda_due(int64_t now);                             /* queues all whose moment has come */

/* wait.c. Called by whatever comes in from outside: simulated time does not skip until all of it was looked at. */
void wait_stir(void);
/* wait_for() that goes on after Ctrl-C: for the short and bounded waits of clean-up. Never WAIT_INTERRUPTED. */
enum wait_result wait_despite_cancel(struct wait_source *s, int64_t until, struct error *err);

/* wait_watch.c: one watch a folder, whoever is interested in what happens in it. */
struct wait_watch;
struct wait_watcher {
    struct wait_link link;
    struct wait_watch *watch;   /* NULL: none (no such folder, or the system's limit is reached) */
    struct wait_source *source; /* marked when something happened */
    const char *name;           /* the entry of the folder that counts */
    bool touched;               /* something happened to it; its owner takes it back */
};
bool wait_watch_join(struct wait_watcher *watcher, const char *folder);
void wait_watch_leave(struct wait_watcher *watcher);
bool wait_watch_is_dead(const struct wait_watcher *watcher); /* the folder itself is gone or was moved */
#endif
