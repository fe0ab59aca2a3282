#include "wait_post.h"

#include <stdlib.h>
#include <uv.h>

#include "../wait.h"
#include "../wait_private.h"

static uv_mutex_t guard;
static uv_async_t bell;
static bool rings; /* the bell may be rung */
static struct wait_post *first, **last = &first;

static struct wait_post *take_first(void)
{
    uv_mutex_lock(&guard);
    struct wait_post *post = first;
    if (post) {
        first = post->next;
        if (!first)
            last = &first;
        post->sent = false;
    }
    uv_mutex_unlock(&guard);
    return post;
}

static void rung(uv_async_t *unused)
{
    (void)unused;
    wait_stir();
    for (struct wait_post *post; (post = take_first());)
        post->run(post);
}

/* Runs before wait.c closes its loop, since it is registered after that. */
static void close_bell(void)
{
    uv_mutex_lock(&guard);
    rings = false;
    uv_mutex_unlock(&guard);
}

bool wait_post_prepare(void)
{
    static bool made;
    uv_loop_t *loop = wait_loop(NULL);
    if (rings || !loop)
        return rings;
    if (!made && uv_mutex_init(&guard) != 0)
        return false;
    made = true;
    rings = uv_async_init(loop, &bell, rung) == 0 && atexit(close_bell) == 0;
    return rings;
}

void wait_post_send(struct wait_post *post)
{
    uv_mutex_lock(&guard);
    if (rings && !post->sent) {
        post->sent = true;
        post->next = NULL;
        *last = post;
        last = &post->next;
        uv_async_send(&bell);
    }
    uv_mutex_unlock(&guard);
}

void wait_post_cancel(struct wait_post *post)
{
    uv_mutex_lock(&guard);
    if (post->sent) {
        struct wait_post **at = &first;
        while (*at != post)
            at = &(*at)->next;
        *at = post->next;
        if (last == &post->next)
            last = at;
        post->sent = false;
    }
    uv_mutex_unlock(&guard);
}
