/* origin.c - the processes behind windows (proc(5)): whether one of them started us, and what a terminal's keys reach.
 *
 * A process that shows a terminal has one child that leads a session on a terminal. A process that shows several (one
 * server for all windows, an editor) has several or none: of those nothing is said. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../foreground.h"
#include "x11.h"

struct process_line {
    int parent, session, terminal;
};

static bool read_line(int64_t pid, struct process_line *line)
{
    char path[64], text[1024]; /* 20 digits; the fields that we want stand at the beginning */
    snprintf(path, sizeof path, "/proc/%lld/stat", (long long)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t len = read(fd, text, sizeof text - 1);
    close(fd);
    if (len <= 0)
        return false;
    text[len] = '\0';
    const char *end = strrchr(text, ')'); /* the name before it may hold anything */
    return end && sscanf(end + 1, " %*c %d %*d %d %d", &line->parent, &line->session, &line->terminal) == 3;
}

static bool is_ancestor(const struct x11 *x, int64_t pid)
{
    for (size_t i = 0; i < x->n_ancestors; i++)
        if (x->ancestors[i] == pid)
            return true;
    return false;
}

static struct x11_terminal *terminal_of(const struct x11 *x, int64_t pid)
{
    for (size_t i = 0; i < x->n_terminals; i++)
        if (x->terminals[i].pid == pid)
            return &x->terminals[i];
    return NULL;
}

/* One pass over all processes for all windows that are new; later passes only when another one is. */
static void scan(struct x11 *x)
{
    DIR *folder = opendir("/proc");
    if (!folder)
        return;
    for (size_t i = 0; i < x->n_terminals; i++)
        x->terminals[i].child = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        struct process_line line;
        int64_t pid = strtoll(entry->d_name, NULL, 10);
        if (pid <= 0 || !read_line(pid, &line) || line.session != pid || !line.terminal)
            continue;
        struct x11_terminal *t = terminal_of(x, line.parent);
        if (t)
            t->child = t->child ? -1 : pid; /* a second one */
    }
    closedir(folder);
}

/* Terminals start their program some time after they show their window: a process without one is looked at again while
 * it is new to us. */
#define NEW_FOR (10 * CLOCK_SECOND)

static bool is_settled(const struct x11_terminal *t)
{
    struct process_line line;
    if (t->child > 0)
        return read_line(t->child, &line) && line.parent == t->pid;
    return clock_now() - t->since > NEW_FOR;
}

/* The table becomes the processes of these windows; what was known of them stays. True: somebody has to be looked at.
 */
static bool renew(struct x11 *x, const struct window *windows, size_t n)
{
    struct x11_terminal *table = n ? calloc(n, sizeof *table) : NULL;
    size_t used = 0;
    bool unknown = false;
    for (size_t i = 0; table && i < n; i++) {
        size_t j = 0;
        while (j < used && table[j].pid != windows[i].pid)
            j++;
        if (windows[i].pid <= 0)
            continue;
        if (j == used) {
            const struct x11_terminal *old = terminal_of(x, windows[i].pid);
            table[used++] = old ? *old : (struct x11_terminal){.pid = windows[i].pid, .since = clock_now()};
            table[j].windows = 0;
            unknown = unknown || !old || !is_settled(&table[j]);
        }
        table[j].windows++;
    }
    free(x->terminals);
    x->terminals = table;
    x->n_terminals = used;
    return unknown && table;
}

static unsigned terminal_flags(const struct x11_terminal *t)
{
    struct foreground front;
    unsigned flags = 0;
    if (t && t->child > 0 && foreground_of(t->child, &front)) {
        flags = (front.shell ? WINDOW_SHELL : 0u) | (front.relay ? WINDOW_RELAY : 0u);
        foreground_clear(&front);
    }
    return flags;
}

/* WINDOWID is the terminal's own word (xterm(1)), but says nothing on another display than the one it came from. */
static uint64_t own_window(const struct x11 *x)
{
    const char *id = getenv("WINDOWID"), *display = getenv("DISPLAY");
    bool here = !x->where || (display && strcmp(display, x->where) == 0);
    return id && here ? strtoull(id, NULL, 10) : 0;
}

unsigned x11_origin_flags(const struct x11 *x, uint64_t id, int64_t pid)
{
    const struct x11_terminal *t = pid > 0 ? terminal_of(x, pid) : NULL;
    /* A process with several windows started us from one of them: without WINDOWID nobody knows which. */
    bool self = x->own_listed ? id == own_window(x) : t && t->windows == 1 && is_ancestor(x, pid);
    return terminal_flags(t) | (self ? WINDOW_SELF : 0u);
}

void x11_origin_mark(struct x11 *x, struct window *windows, size_t n)
{
    uint64_t own = own_window(x);
    if (renew(x, windows, n))
        scan(x);
    x->n_ancestors = foreground_ancestors(x->ancestors, X11_ANCESTORS);
    x->own_listed = false;
    for (size_t i = 0; own && i < n; i++)
        x->own_listed = x->own_listed || windows[i].id == own;
    for (size_t i = 0; i < n; i++)
        windows[i].flags |= x11_origin_flags(x, windows[i].id, windows[i].pid);
}
