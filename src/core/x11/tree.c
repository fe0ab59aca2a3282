/* tree.c - the windows of a display without a window manager that lists them: a walk from the root, level by level.
 * Those with WM_STATE are what a manager without EWMH took on (they sit in frames); else a window that is to be seen
 * and has a title is one, and what is inside it is its own affair. */
#include <stdlib.h>
#include <string.h>

#include "x11.h"

#define DEPTH 5 /* frames of the deepest known manager: root, frame, container, client */

struct row {
    xcb_window_t *ids;
    size_t n, room;
};

static bool append(struct row *row, const xcb_window_t *ids, size_t n, struct error *err)
{
    if (n == 0)
        return true;
    if (!row->ids || n > row->room - row->n) {
        size_t room = row->room < 32 ? 64 : row->room * 2;
        room = room < row->n + n ? row->n + n : room;
        xcb_window_t *more = room <= SIZE_MAX / sizeof *more ? realloc(row->ids, room * sizeof *more) : NULL;
        if (!more)
            return error_set(err, EC_MEMORY, "no memory for the list of windows");
        row->ids = more;
        row->room = room;
    }
    memcpy(row->ids + row->n, ids, n * sizeof *ids);
    row->n += n;
    return true;
}

/* What is asked about each window of a row. */
enum { STATE, NET_NAME, NAME, ATTRIBUTES, CHILDREN, QUESTIONS };
struct answers {
    unsigned sequence[QUESTIONS];
};

static void ask(struct x11 *x, xcb_window_t id, struct answers *a)
{
    const xcb_atom_t properties[] = {x->atom.wm_state, x->atom.net_wm_name, XCB_ATOM_WM_NAME};
    for (int i = STATE; i <= NAME; i++)
        a->sequence[i] = xcb_get_property(x->c, false, id, properties[i], XCB_GET_PROPERTY_TYPE_ANY, 0, 0).sequence;
    a->sequence[ATTRIBUTES] = xcb_get_window_attributes(x->c, id).sequence;
    a->sequence[CHILDREN] = xcb_query_tree(x->c, id).sequence;
}

static void discard(struct x11 *x, struct answers *a)
{
    for (int i = 0; i < QUESTIONS; i++)
        if (a->sequence[i])
            xcb_discard_reply(x->c, a->sequence[i]);
}

static bool take(struct x11 *x, struct answers *a, int which, int64_t until, void *reply, struct error *err)
{
    unsigned sequence = a->sequence[which];
    a->sequence[which] = 0;
    return x11_wire_reply(x, sequence, until, reply, err);
}

static bool is_set(struct x11 *x, struct answers *a, int which, int64_t until, bool *set, struct error *err)
{
    xcb_get_property_reply_t *p = NULL;
    if (!take(x, a, which, until, &p, err))
        return false;
    *set = *set || (p && p->type != XCB_ATOM_NONE);
    free(p);
    return true;
}

/* One window: a find, or its children go into the next row. */
static bool judge(struct x11 *x, xcb_window_t id, struct answers *a, int64_t until, struct row *found,
                  struct row *below, struct error *err)
{
    bool state = false, titled = false;
    xcb_get_window_attributes_reply_t *attributes = NULL;
    xcb_query_tree_reply_t *tree = NULL;
    bool ok = is_set(x, a, STATE, until, &state, err) && is_set(x, a, NET_NAME, until, &titled, err) &&
              is_set(x, a, NAME, until, &titled, err) && take(x, a, ATTRIBUTES, until, &attributes, err) &&
              take(x, a, CHILDREN, until, &tree, err);
    bool seen = attributes && attributes->_class == XCB_WINDOW_CLASS_INPUT_OUTPUT &&
                attributes->map_state == XCB_MAP_STATE_VIEWABLE;
    if (ok && (state || (seen && titled)))
        ok = append(found, &id, 1, err);
    else if (ok && tree && seen)
        ok = append(below, xcb_query_tree_children(tree), (size_t)xcb_query_tree_children_length(tree), err);
    free(attributes);
    free(tree);
    return ok;
}

static bool walk_row(struct x11 *x, const struct row *row, int64_t until, struct row *found, struct row *below,
                     struct error *err)
{
    struct answers *asked = calloc(row->n, sizeof *asked);
    if (!asked)
        return error_set(err, EC_MEMORY, "no memory for the list of windows");
    bool ok = true;
    size_t i = 0;
    for (; i < row->n; i++)
        ask(x, row->ids[i], &asked[i]);
    for (i = 0; ok && i < row->n; i++)
        ok = judge(x, row->ids[i], &asked[i], until, found, below, err);
    for (i = 0; !ok && i < row->n; i++)
        discard(x, &asked[i]);
    free(asked);
    return ok;
}

bool x11_tree_windows(struct x11 *x, int64_t until, xcb_window_t **ids, size_t *n, struct error *err)
{
    struct row found = {0}, row = {0};
    xcb_query_tree_reply_t *tree = NULL;
    bool ok = x11_wire_reply(x, xcb_query_tree(x->c, x->root).sequence, until, &tree, err) &&
              (!tree || append(&row, xcb_query_tree_children(tree), (size_t)xcb_query_tree_children_length(tree), err));
    free(tree);
    for (int depth = 0; ok && row.n && depth < DEPTH; depth++) {
        struct row below = {0};
        ok = walk_row(x, &row, until, &found, &below, err);
        free(row.ids);
        row = below;
    }
    free(row.ids);
    if (!ok) {
        free(found.ids);
        found = (struct row){0};
    }
    *ids = found.ids;
    *n = found.n;
    return ok;
}
