/* queue.c - what happens later on a fake desktop: its rules of the clock, and what calls set off. */
#include <stdlib.h>

#include "../clock.h"
#include "desk.h"

static bool before(const struct fake_action *a, const struct fake_action *b)
{
    return a->due < b->due || (a->due == b->due && a->order < b->order);
}

static void swap(struct fake_action *a, struct fake_action *b)
{
    struct fake_action kept = *a;
    *a = *b;
    *b = kept;
}

static bool room_for_one(struct fake *f)
{
    if (f->actions_n < f->actions_room)
        return true;
    size_t room = f->actions_room ? f->actions_room * 2 : 16;
    struct fake_action *actions =
        room <= SIZE_MAX / 2 / sizeof *actions ? realloc(f->actions, room * sizeof *actions) : NULL;
    if (!actions)
        return false;
    f->actions = actions;
    f->actions_room = room;
    return true;
}

void fake_later(struct fake *f, struct fake_action action)
{
    if (!room_for_one(f)) {
        free(action.text);
        fake_trouble(f, EC_MEMORY, "no memory for the rules of the fake desktop");
        return;
    }
    action.order = f->queued++;
    struct fake_action *heap = f->actions;
    size_t i = f->actions_n++;
    heap[i] = action;
    for (; i > 0 && before(&heap[i], &heap[(i - 1) / 2]); i = (i - 1) / 2)
        swap(&heap[i], &heap[(i - 1) / 2]);
    wait_mark(&f->ticker); /* its next moment may be nearer now */
}

static struct fake_action take_first(struct fake *f)
{
    struct fake_action *heap = f->actions;
    swap(&heap[0], &heap[--f->actions_n]);
    for (size_t i = 0, least = 0;; i = least) {
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < f->actions_n; child++)
            if (before(&heap[child], &heap[least]))
                least = child;
        if (least == i)
            return heap[f->actions_n];
        swap(&heap[i], &heap[least]);
    }
}

/* What a window does late, it does only while it is there: a closed one took its program with it. */
static void carry_out(struct fake *f, const struct fake_action *action)
{
    struct fake_window *w = action->window;
    if (w && !w->open)
        return;
    switch (action->deed) {
    case DEED_RULE: fake_apply(f, action->rule, w); break;
    case DEED_ARRIVE: fake_arrive(f, w, action->text, action->len); break;
    case DEED_KEY: fake_press(f, w, action->text); break;
    }
}

void fake_advance(struct fake *f, int64_t now)
{
    while (f->actions_n && f->actions[0].due <= now) {
        struct fake_action action = take_first(f);
        carry_out(f, &action);
        free(action.text);
    }
}

int64_t fake_next(const struct fake *f)
{
    return f->actions_n ? f->actions[0].due : CLOCK_NEVER;
}

void fake_queue_free(struct fake *f)
{
    for (size_t i = 0; i < f->actions_n; i++)
        free(f->actions[i].text);
    free(f->actions);
}
