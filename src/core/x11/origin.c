/* origin.c - the processes behind windows (proc(5)): whether one of them started us, and what a terminal's keys reach.
 *
 * A terminal's program is a child of the terminal's process that leads a session on a terminal of its own. Which window
 * it is in, its WINDOWID tells (xterm, rxvt, st, konsole, kitty, alacritty … set it). Where there is none, a process
 * with one window and one such child will do, if it calls itself a terminal: editors, too, have shells in them. A
 * window with two of them has tabs: which one is in front nobody knows, so nothing is said. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../foreground.h"
#include "../posix/proc.h"
#include "x11.h"

/* The window that a process was told it runs in; 0: none, or the environment is not ours to read. */
static uint64_t window_of(int64_t pid)
{
    static const char name[] = "WINDOWID=";
    static char environment[128 * 1024];
    size_t len = proc_read(pid, "environ", environment, sizeof environment);
    for (const char *at = environment; at < environment + len; at += strlen(at) + 1)
        if (strncmp(at, name, sizeof name - 1) == 0)
            return strtoull(at + sizeof name - 1, NULL, 10);
    return 0;
}

static bool is_ancestor(const struct x11 *x, int64_t pid)
{
    for (size_t i = 0; i < x->n_ancestors; i++)
        if (x->ancestors[i] == pid)
            return true;
    return false;
}

/* hint: where it probably stands; lists keep their order. */
static struct x11_terminal *entry_of(const struct x11 *x, uint64_t id, size_t hint)
{
    if (hint < x->n_terminals && x->terminals[hint].id == id)
        return &x->terminals[hint];
    for (size_t i = 0; i < x->n_terminals; i++)
        if (x->terminals[i].id == id)
            return &x->terminals[i];
    return NULL;
}

/* NULL: none, or several. */
static struct x11_terminal *only_window_of(const struct x11 *x, int64_t pid)
{
    struct x11_terminal *found = NULL;
    for (size_t i = 0; i < x->n_terminals; i++) {
        if (x->terminals[i].pid != pid)
            continue;
        if (found)
            return NULL;
        found = &x->terminals[i];
    }
    return found;
}

static bool is_listed(const struct x11 *x, int64_t pid)
{
    for (size_t i = 0; i < x->n_terminals; i++)
        if (x->terminals[i].pid == pid)
            return true;
    return false;
}

static void place(struct x11 *x, int64_t pid, int64_t parent)
{
    if (!is_listed(x, parent))
        return;
    uint64_t id = window_of(pid);
    struct x11_terminal *t = id ? entry_of(x, id, 0) : only_window_of(x, parent);
    if (t && t->pid == parent && (id || t->named))
        t->child = t->child ? -1 : pid; /* a second one */
}

static void look_at_leader(void *owner, int64_t pid, const struct proc_stat *stat)
{
    if (stat->session == pid && stat->terminal)
        place(owner, pid, stat->parent);
}

/* One pass over all processes for all windows that are new; later passes only when another one is. */
static void scan(struct x11 *x)
{
    for (size_t i = 0; i < x->n_terminals; i++)
        x->terminals[i].child = 0;
    proc_each(look_at_leader, x);
}

/* Terminals start their program some time after they show their window: one without is looked at again while it is new
 * to us. */
#define NEW_FOR (10 * CLOCK_SECOND)

static bool is_settled(const struct x11_terminal *t)
{
    struct proc_stat child;
    if (t->child > 0)
        return proc_stat(t->child, &child) && child.parent == t->pid;
    return clock_now() - t->since > NEW_FOR;
}

static bool calls_itself_terminal(const char *app)
{
    for (; *app; app++)
        if (strncasecmp(app, "term", 4) == 0)
            return true;
    return false;
}

/* The table becomes these windows; what was known of them stays. True: somebody has to be looked at. */
static bool renew(struct x11 *x, const struct window *windows, size_t n)
{
    struct x11_terminal *table = n ? calloc(n, sizeof *table) : NULL;
    bool unknown = false;
    for (size_t i = 0; table && i < n; i++) {
        const struct window *w = &windows[i];
        const struct x11_terminal *old = entry_of(x, w->id, i);
        table[i] = old && old->pid == w->pid ? *old : (struct x11_terminal){.id = w->id, .pid = w->pid};
        table[i].named = calls_itself_terminal(w->app);
        if (!table[i].since)
            table[i].since = clock_now();
        unknown = unknown || (w->pid > 0 && !is_settled(&table[i]));
    }
    free(x->terminals);
    x->terminals = table;
    x->n_terminals = table ? n : 0;
    return unknown;
}

static unsigned terminal_flags(const struct x11_terminal *t)
{
    struct foreground front;
    unsigned flags = 0;
    if (t->child > 0 && foreground_of(t->child, &front)) {
        flags = (front.shell ? WINDOW_SHELL : 0u) | (front.relay ? WINDOW_RELAY : 0u);
        foreground_clear(&front);
    }
    return flags;
}

/* WINDOWID says nothing on another display than the one it came from. */
static uint64_t own_window(const struct x11 *x)
{
    const char *id = getenv("WINDOWID"), *display = getenv("DISPLAY");
    bool here = !x->where || (display && strcmp(display, x->where) == 0);
    return id && here ? strtoull(id, NULL, 10) : 0;
}

static unsigned flags_of(const struct x11 *x, const struct x11_terminal *t)
{
    /* A process with several windows started us from one of them: without WINDOWID nobody knows which. */
    bool self =
        x->own_listed ? t->id == own_window(x) : t->pid > 0 && is_ancestor(x, t->pid) && only_window_of(x, t->pid) == t;
    return terminal_flags(t) | (self ? WINDOW_SELF : 0u);
}

unsigned x11_origin_flags(struct x11 *x, uint64_t id)
{
    const struct x11_terminal *t = entry_of(x, id, 0);
    if (t && t->pid > 0 && !is_settled(t))
        scan(x);
    return t ? flags_of(x, t) : 0;
}

void x11_origin_mark(struct x11 *x, struct window *windows, size_t n)
{
    uint64_t own = own_window(x);
    if (renew(x, windows, n))
        scan(x);
    x->n_ancestors = foreground_ancestors(x->ancestors, X11_ANCESTORS);
    x->own_listed = own && entry_of(x, own, 0);
    for (size_t i = 0; i < x->n_terminals; i++)
        windows[i].flags |= flags_of(x, &x->terminals[i]);
}
