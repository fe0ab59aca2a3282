/* save.c - reading what the user has in a selection, in every form that its owner offers, before we take it. */
#include <stdlib.h>
#include <string.h>

#include "x11.h"

#define MOST_BYTES ((size_t)64 << 20)
/* An owner that does not answer must not stop the delivery; whole clipboards take 6 ms. For one step, and for all. */
#define LONGEST_STEP CLOCK_SECOND
#define LONGEST (5 * CLOCK_SECOND)

struct bytes {
    char *at;
    size_t len;
    xcb_atom_t type;
    uint8_t format;
};

static int64_t step(int64_t until)
{
    int64_t end = clock_now() + LONGEST_STEP;
    return end < until ? end : until;
}

static bool too_much(struct error *err)
{
    return error_set(err, EC_INVALID, "it has more than %zu MiB", MOST_BYTES >> 20);
}

/* The property that the owner wrote for us, and away with it, which tells the owner that we have it. Appends. */
static bool read_property(struct x11 *x, size_t most, int64_t until, struct bytes *all, struct error *err)
{
    xcb_get_property_reply_t *p = NULL;
    unsigned asked =
        xcb_get_property(x->c, true, x->asker, x->atom.saving, XCB_GET_PROPERTY_TYPE_ANY, 0, (uint32_t)(most / 4 + 1))
            .sequence;
    if (!x11_wire_reply(x, asked, until, &p, err))
        return false;
    size_t len = p ? (size_t)xcb_get_property_value_length(p) : 0;
    bool fits = p && !p->bytes_after && len <= most;
    char *more = fits ? realloc(all->at, all->len + len + 1) : NULL;
    if (more) {
        memcpy(more + all->len, xcb_get_property_value(p), len);
        all->at = more;
        all->len += len;
        all->type = p->type;
        all->format = p->format;
    }
    free(p);
    if (more)
        return true;
    return too_much(err);
}

/* By pieces (ICCCM 2.7.2): each new value is one, an empty one is the last. */
static bool read_pieces(struct x11 *x, size_t most, uint32_t values, int64_t until, struct bytes *all,
                        struct error *err)
{
    all->len = 0; /* the length that the owner guessed */
    for (size_t before = SIZE_MAX; before != all->len;) {
        while (x->new_values == values)
            if (!x11_wire_wait(x, x->events, step(until), "the rest of the clipboard did not come", err))
                return false;
        values = x->new_values;
        before = all->len;
        if (!read_property(x, most - all->len, until, all, err))
            return false;
    }
    return true;
}

/* False: not to be had (err: why). *all: caller frees, also after false. */
static bool convert(struct x11 *x, xcb_atom_t selection, xcb_atom_t target, size_t most, int64_t until,
                    struct bytes *all, struct error *err)
{
    uint32_t notifies = x->notifies;
    xcb_delete_property(x->c, x->asker, x->atom.saving);
    xcb_convert_selection(x->c, x->asker, selection, target, x->atom.saving, x->time);
    xcb_flush(x->c);
    int64_t told = step(until);
    do {
        while (x->notifies == notifies)
            if (!x11_wire_wait(x, x->events, told, "the clipboard's owner did not answer", err))
                return false;
        notifies = x->notifies;
    } while (x->notify.selection != selection || x->notify.target != target);
    if (x->notify.property == XCB_ATOM_NONE)
        return error_set(err, EC_MISSING, "not offered");
    uint32_t values = x->new_values;
    if (!read_property(x, most, until, all, err))
        return false;
    if (all->type != x->atom.incr)
        return true;
    uint32_t least = 0; /* the owner's lower bound: what is too much need not come over at all */
    if (all->format == 32 && all->len >= sizeof least)
        memcpy(&least, all->at, sizeof least);
    return least > most ? too_much(err) : read_pieces(x, most, values, until, all, err);
}

/* Asking for these would do something, or says nothing about the content. */
static bool is_content(const struct x11 *x, xcb_atom_t target)
{
    const struct x11_atoms *a = &x->atom;
    return target != XCB_ATOM_NONE && target != a->targets && target != a->multiple && target != a->timestamp &&
           target != a->save_targets && target != a->delete_it && target != a->insert_selection &&
           target != a->insert_property;
}

/* The first reason is kept: PRIMARY is usually of the same owner. */
static void note_loss(struct x11 *x, xcb_atom_t selection, const struct error *problem)
{
    if (!x->unsaved.code)
        error_set(&x->unsaved, problem->code, "what is in the %s could not be saved and will not come back: %s",
                  selection == XCB_ATOM_PRIMARY ? "selection (PRIMARY)" : "clipboard",
                  problem->message ? problem->message : "out of memory");
}

/* Ctrl-C and a lost server end the paste; whatever else is wrong with one form of it, the others may do. */
static bool is_final(const struct error *problem)
{
    return strcmp(problem->code, EC_INTERRUPTED) == 0 || strcmp(problem->code, EC_NO_DISPLAY) == 0;
}

static bool save_target(struct x11 *x, xcb_atom_t selection, xcb_atom_t target, int64_t until, struct x11_offer *offer,
                        struct error *err)
{
    struct bytes all = {0};
    struct error problem = {0};
    bool ok = convert(x, selection, target, MOST_BYTES - offer->total, until, &all, &problem);
    if (ok && all.type != XCB_ATOM_NONE && all.format >= 8) {
        const struct x11_item item = {
            .target = target, .type = all.type, .format = all.format, .bytes = all.at, .len = all.len};
        ok = x11_offer_add(offer, &item) || error_set(&problem, EC_MEMORY, "no memory for the clipboard");
    }
    free(all.at);
    /* After an owner that hangs the other forms would, too; after one of too much its pieces would get among them. */
    if (!ok && strcmp(problem.code, EC_MISSING) != 0)
        return x11_wire_pass(err, &problem);
    error_clear(&problem);
    return true;
}

static bool save_all(struct x11 *x, xcb_atom_t selection, int64_t until, struct x11_offer *offer, struct error *err)
{
    struct bytes list = {0};
    struct error problem = {0};
    bool ok = convert(x, selection, x->atom.targets, 64 * 1024, until, &list, &problem);
    for (size_t i = 0; ok && list.format == 32 && i < list.len / sizeof(xcb_atom_t); i++) {
        xcb_atom_t target;
        memcpy(&target, list.at + i * sizeof target, sizeof target);
        if (is_content(x, target))
            ok = save_target(x, selection, target, until, offer, &problem);
    }
    free(list.at);
    if (!ok && strcmp(problem.code, EC_MISSING) == 0) { /* owners from before ICCCM tell no list */
        error_clear(&problem);
        ok = save_target(x, selection, x->atom.utf8_string, until, offer, &problem) &&
             save_target(x, selection, XCB_ATOM_STRING, until, offer, &problem);
    }
    return ok || x11_wire_pass(err, &problem);
}

/* A window for each selection: the pieces of an owner that we gave up do not get into what the next one says. */
static void open_asker(struct x11 *x)
{
    const uint32_t mask = XCB_EVENT_MASK_PROPERTY_CHANGE;
    x->asker = xcb_generate_id(x->c);
    xcb_create_window(x->c, 0, x->asker, x->root, 0, 0, 1, 1, 0, XCB_WINDOW_CLASS_INPUT_ONLY, XCB_COPY_FROM_PARENT,
                      XCB_CW_EVENT_MASK, &mask);
}

static void close_asker(struct x11 *x)
{
    xcb_destroy_window(x->c, x->asker);
    x->asker = XCB_WINDOW_NONE;
}

bool x11_save(struct x11 *x, int which, int64_t until, struct error *err)
{
    xcb_atom_t selection = x->seller.sale[which].selection;
    xcb_get_selection_owner_reply_t *owner = NULL;
    xcb_timestamp_t now;
    if (x11_seller_owns(&x->seller, which))
        return true; /* it was saved when we took it */
    x11_offer_drop(x->saved[which]);
    x->saved[which] = NULL;
    if (!x11_wire_time(x, until, &now, err) ||
        !x11_wire_reply(x, xcb_get_selection_owner(x->c, selection).sequence, until, &owner, err))
        return false;
    bool owned = owner && owner->owner != XCB_WINDOW_NONE;
    free(owner);
    if (!owned)
        return true;
    struct x11_offer *offer = x11_offer_new();
    if (!offer)
        return error_set(err, EC_MEMORY, "no memory for the clipboard");
    struct error problem = {0};
    int64_t longest = clock_now() + LONGEST;
    open_asker(x);
    bool ok = save_all(x, selection, longest < until ? longest : until, offer, &problem) || !is_final(&problem);
    close_asker(x);
    if (ok && offer->n)
        x->saved[which] = x11_offer_hold(offer);
    x11_offer_drop(offer);
    if (!ok)
        return x11_wire_pass(err, &problem);
    if (problem.code)
        note_loss(x, selection, &problem);
    error_clear(&problem);
    return true;
}
