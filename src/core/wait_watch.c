/* wait_watch.c - folders that somebody watches. They are shared, because the markers of many workers lie in few folders
 * and a system has few watches (fs.inotify.max_user_watches). */
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "file.h"
#include "path.h"
#include "wait.h"
#include "wait_private.h"

struct wait_watch {
    uv_fs_event_t handle;
    struct wait_link watchers;
    struct wait_link link; /* among all */
    char *folder;          /* as file_real() has it: one watch for all the ways that lead there */
    bool dead;
};

static struct wait_link watches; /* next NULL: not made yet */

static void touch(struct wait_watch *watch, const char *name)
{
    for (struct wait_link *link = watch->watchers.next; link != &watch->watchers; link = link->next) {
        struct wait_watcher *w = WAIT_OWNER(link, struct wait_watcher, link);
        if (name && !path_same_name(name, w->name))
            continue;
        w->touched = true;
        wait_mark(w->source);
    }
}

static const char *last_name(const char *path)
{
    const char *name = path;
    for (; *path; path++)
        if (path_is_separator(*path))
            name = path + 1;
    return name;
}

/* inotify says that a folder itself went (IN_DELETE_SELF, IN_MOVE_SELF) by an event that carries no name; libuv puts
 * the folder's own name there. An entry may have that name too: then the watch is made anew for nothing. */
static void on_event(uv_fs_event_t *handle, const char *name, int events, int status)
{
    struct wait_watch *watch = handle->data;
    const char *own = last_name(watch->folder);
    wait_stir();
    if (status < 0 || !name || ((events & UV_RENAME) && strcmp(name, own) == 0)) {
        watch->dead = true;
        name = NULL;
    }
    touch(watch, name);
}

static void free_watch(uv_handle_t *handle)
{
    struct wait_watch *watch = handle->data;
    free(watch->folder);
    free(watch);
}

static void close_watch(struct wait_watch *watch)
{
    wait_link_remove(&watch->link);
    uv_close((uv_handle_t *)&watch->handle, free_watch);
}

static struct wait_watch *find(const char *folder)
{
    for (struct wait_link *link = watches.next; link != &watches; link = link->next) {
        struct wait_watch *watch = WAIT_OWNER(link, struct wait_watch, link);
        if (!watch->dead && strcmp(watch->folder, folder) == 0)
            return watch;
    }
    return NULL;
}

/* Takes `folder` over in every case. */
static struct wait_watch *make(char *folder)
{
    uv_loop_t *loop = wait_loop(NULL);
    struct wait_watch *watch = loop ? calloc(1, sizeof *watch) : NULL;
    if (!watch) {
        free(folder);
        return NULL;
    }
    uv_fs_event_init(loop, &watch->handle);
    watch->handle.data = watch;
    watch->folder = folder;
    wait_link_init(&watch->watchers);
    wait_link_append(&watches, &watch->link);
    char *longer;
    int status = uv_fs_event_start(&watch->handle, on_event, path_for_system(folder, &longer), 0);
    free(longer);
    if (status == 0)
        return watch;
    close_watch(watch);
    return NULL;
}

bool wait_watch_join(struct wait_watcher *watcher, const char *folder)
{
    if (!watches.next)
        wait_link_init(&watches);
    wait_watch_leave(watcher);
    char *real = file_real(folder, NULL);
    if (!real)
        return false;
    struct wait_watch *watch = find(real);
    if (watch)
        free(real);
    else
        watch = make(real);
    if (!watch)
        return false;
    watcher->watch = watch;
    wait_link_append(&watch->watchers, &watcher->link);
    return true;
}

void wait_watch_leave(struct wait_watcher *watcher)
{
    struct wait_watch *watch = watcher->watch;
    if (!watch)
        return;
    wait_link_remove(&watcher->link);
    watcher->watch = NULL;
    if (watch->watchers.next == &watch->watchers)
        close_watch(watch);
}

bool wait_watch_is_dead(const struct wait_watcher *watcher)
{
    return watcher->watch && watcher->watch->dead;
}
