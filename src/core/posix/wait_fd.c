/* wait_fd.c - descriptors of back ends. */
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <uv.h>

#include "../wait.h"
#include "../wait_private.h"

struct wait_fd {
    uv_poll_t handle; /* first: a uv_handle_t * of it is the watch */
    void (*readable)(void *owner);
    void *owner;
};

static void on_readable(uv_poll_t *handle, int status, int events)
{
    struct wait_fd *watch = handle->data;
    (void)status; /* an error of the descriptor is found by reading it */
    (void)events;
    wait_stir();
    watch->readable(watch->owner);
}

static void free_watch(uv_handle_t *handle)
{
    free(handle->data);
}

struct wait_fd *wait_fd_open(int fd, void (*readable)(void *owner), void *owner, struct error *err)
{
    uv_loop_t *loop = wait_loop(err);
    if (!loop)
        return NULL;
    struct wait_fd *watch = calloc(1, sizeof *watch);
    if (!watch) {
        error_set(err, EC_MEMORY, "out of memory");
        return NULL;
    }
    watch->readable = readable;
    watch->owner = owner;
    int flags = fcntl(fd, F_GETFL);
    int status = uv_poll_init(loop, &watch->handle, fd);
    if (status < 0) {
        free(watch);
        wait_uv_error(err, status, "descriptor");
        return NULL;
    }
    watch->handle.data = watch;
    /* libuv made it non-blocking, for everybody who shares it: the shell's terminal must not become so. */
    if (flags >= 0)
        fcntl(fd, F_SETFL, flags);
    status = uv_poll_start(&watch->handle, UV_READABLE, on_readable);
    if (status < 0) {
        uv_close((uv_handle_t *)&watch->handle, free_watch);
        wait_uv_error(err, status, "descriptor");
        return NULL;
    }
    return watch;
}

void wait_fd_close(struct wait_fd *watch)
{
    if (watch)
        uv_close((uv_handle_t *)&watch->handle, free_watch);
}

bool wait_readable(int fd)
{
    struct pollfd at = {.fd = fd, .events = POLLIN};
    return poll(&at, 1, 0) == 1 && (at.revents & POLLIN);
}
