/* process_kill.c - the end of a child and of everything that it started. */
#include "clock.h"
#include "process_private.h"

#define LOOK_FIRST (1 * CLOCK_MS) /* nobody tells when a grandchild ends; each further look takes twice as long */
#define LOOK_SLOWEST (20 * CLOCK_MS)
#define DIE_WITHIN (5 * CLOCK_SECOND) /* after it was killed: only a process inside the kernel takes longer than ms */
#define GRACE (2 * CLOCK_SECOND)      /* between asking and killing where nobody said how long */

/* The first phase of process_kill() ends early when clean-up has to hurry. */
bool process_gone_ready(struct wait_source *self, int64_t now, int64_t *again)
{
    struct process *p = WAIT_OWNER(self, struct process, gone);
    if (!process_tree_is_left(p) || (p->asked_to_stop && cancel_hurried()))
        return true;
    *again = now + p->look;
    p->look = p->look * 2 < LOOK_SLOWEST ? p->look * 2 : LOOK_SLOWEST;
    return false;
}

bool process_kill(struct process *p, int64_t until, struct error *err)
{
    if (!process_tree_is_left(p))
        return true;
    wait_children(+1); /* a tree of grandchildren ends in real time as well */
    p->look = LOOK_FIRST;
    p->asked_to_stop = true;
    if (process_tree_ask(p))
        wait_despite_cancel(&p->gone, until, NULL);
    p->asked_to_stop = false;
    if (process_tree_is_left(p)) {
        p->look = LOOK_FIRST;
        process_tree_kill(p);
        wait_despite_cancel(&p->gone, clock_now() + DIE_WITHIN, NULL);
    }
    wait_children(-1);
    if (process_tree_is_left(p))
        return error_set(err, EC_IO, "%s: process %lld or what it started is still there after it was killed", p->name,
                         (long long)p->pid);
    return true;
}

bool process_run(const struct process_spec *spec, int64_t until, struct process **p, struct error *err)
{
    int64_t from = clock_now();
    *p = process_spawn(spec, err);
    if (!*p)
        return false;
    enum wait_result result = wait_for(&(*p)->source, until, err);
    if (result == WAIT_READY)
        return !((*p)->out.lost || (*p)->err.lost) ||
               error_set(err, EC_MEMORY, "%s: no memory for what it wrote", (*p)->name);
    int64_t span = until > from ? until - from : 0;
    double seconds = (double)span / (double)CLOCK_SECOND;
    if (result == WAIT_EXPIRED)
        error_set(err, EC_TIMEOUT, "%s: did not end within %.*g s", (*p)->name, seconds < 1000 ? 3 : 9, seconds);
    else
        wait_refuse(result, err, (*p)->name);
    process_kill(*p, clock_now() + GRACE, NULL);
    return false;
}
