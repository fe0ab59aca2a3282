/* wait_file.c - a file as a source. */
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "clock.h"
#include "path.h"
#include "wait.h"
#include "wait_private.h"

#define LOOK_EVERY (2 * CLOCK_SECOND) /* network file systems have no events */

/* Two writes within one tick of the file system's clock (4 ms here, 10 ms elsewhere) leave the same time: a file that
 * was modified so recently and has an event counts as changed though it looks the same. */
#define SAME_TICK (50 * CLOCK_MS)

struct state {
    bool exists;
    uint64_t device, inode, size;
    uv_timespec_t modified;
};

struct wait_file {
    struct wait_source source;
    struct wait_watcher watcher;
    char *path;      /* as path_absolute() has it */
    char *component; /* watcher.name: what counts in the watched folder */
    size_t watched;  /* length of the part of path that is the watched folder */
    uint64_t device; /* which folder that was */
    uint64_t inode;
    struct state seen;
};

/* stat(2), lstat(2); answers libuv's status. */
static int stat_of(const char *path, bool follow, uv_stat_t *st)
{
    uv_fs_t req;
    char *longer;
    path = path_for_system(path, &longer);
    int status = follow ? uv_fs_stat(NULL, &req, path, NULL) : uv_fs_lstat(NULL, &req, path, NULL);
    *st = req.statbuf;
    uv_fs_req_cleanup(&req);
    free(longer);
    return status;
}

/* Links are followed; one that leads nowhere is there nevertheless. *status tells why it is not (libuv's). */
static struct state look(const char *path, int *status)
{
    uv_stat_t st;
    *status = stat_of(path, true, &st);
    if (*status < 0)
        *status = stat_of(path, false, &st);
    if (*status < 0)
        return (struct state){0};
    return (struct state){true, st.st_dev, st.st_ino, st.st_size, st.st_mtim};
}

static bool same(const struct state *a, const struct state *b)
{
    return a->exists == b->exists && a->device == b->device && a->inode == b->inode && a->size == b->size &&
           a->modified.tv_sec == b->modified.tv_sec && a->modified.tv_nsec == b->modified.tv_nsec;
}

static bool just_modified(const struct state *s)
{
    int64_t then = (int64_t)s->modified.tv_sec * CLOCK_SECOND + s->modified.tv_nsec;
    int64_t age = clock_wall_ms() * CLOCK_MS - then;
    return s->exists && age < SAME_TICK && age > -SAME_TICK;
}

/* The deepest folder on the way to the file that exists, at least the root: its length within path ("/" is 1). path is
 * cut and mended. */
static size_t nearest(char *path, uv_stat_t *st)
{
    size_t root = path_root(path);
    for (size_t len = strlen(path);;) {
        while (len > root && path[--len] != '/')
            ;
        char cut = path[len];
        path[len] = '\0';
        bool there = stat_of(path, true, st) == 0 && (st->st_mode & S_IFMT) == S_IFDIR;
        path[len] = cut;
        if (there || len <= root)
            return len;
    }
}

static bool join(struct wait_file *f, size_t len, const uv_stat_t *st)
{
    const char *name = f->path + len + (f->path[len] == '/');
    size_t name_len = strcspn(name, "/");
    memcpy(f->component, name, name_len);
    f->component[name_len] = '\0';
    f->watched = len;
    f->device = st->st_dev;
    f->inode = st->st_ino;
    char cut = f->path[len];
    f->path[len] = '\0';
    bool ok = wait_watch_join(&f->watcher, f->path);
    f->path[len] = cut;
    return ok;
}

/* Sees to it that the nearest folder is watched. It is looked for again after each change, since the next one may have
 * appeared in between. Without a watch (limits of the system, no permission) the slow look goes on alone. */
static void keep_watch(struct wait_file *f)
{
    for (int tries = 0; tries < 8; tries++) {
        uv_stat_t st;
        size_t len = nearest(f->path, &st);
        if (f->watcher.watch && !wait_watch_is_dead(&f->watcher) && len == f->watched && st.st_dev == f->device &&
            st.st_ino == f->inode)
            return;
        if (!join(f, len, &st))
            return;
    }
}

static bool file_ready(struct wait_source *self, int64_t now, int64_t *again)
{
    struct wait_file *f = WAIT_OWNER(self, struct wait_file, source);
    keep_watch(f); /* then look: what happened before the watch stood is seen too */
    bool touched = f->watcher.touched;
    f->watcher.touched = false;
    int status;
    struct state state = look(f->path, &status);
    bool changed = !same(&state, &f->seen) || (touched && just_modified(&state));
    f->seen = state;
    /* All files at the same moment: one awakening. In simulated time nobody else's files count, and an hour of it
     * would have 1800 looks. */
    if (!clock_simulated() || !f->watcher.watch)
        *again = (now / LOOK_EVERY + 1) * LOOK_EVERY;
    return changed;
}

struct wait_file *wait_file_open(const char *path, struct error *err)
{
    int status;
    struct wait_file *f = calloc(1, sizeof *f);
    if (!f) {
        error_set(err, EC_MEMORY, "%s: out of memory", path);
        return NULL;
    }
    if (!(f->path = path_absolute(path, err))) {
        /* *err says why */
    } else if (!(f->component = malloc(strlen(f->path) + 1))) {
        error_set(err, EC_MEMORY, "%s: out of memory", path);
    } else if (!*path || !f->path[path_root(f->path)]) {
        error_set(err, EC_INVALID, "'%s' is not the name of a file", path);
    } else if (!look(f->path, &status).exists && status == UV_EACCES) {
        wait_uv_error(err, status, path);
    } else {
        f->source.ready = file_ready;
        f->watcher.source = &f->source;
        f->watcher.name = f->component;
        return f;
    }
    wait_file_close(f);
    return NULL;
}

struct wait_source *wait_file_source(struct wait_file *file)
{
    return &file->source;
}

void wait_file_close(struct wait_file *file)
{
    if (!file)
        return;
    wait_remove(&file->source);
    wait_watch_leave(&file->watcher);
    free(file->component);
    free(file->path);
    free(file);
}
