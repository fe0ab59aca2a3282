/* edit_resume.c - Ctrl-Z stops us while the terminal is raw; the shell makes it its own. When we go on, it has to be
 * made ready again, and the line drawn. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "clock.h"
#include "edit_private.h"

static int ends[2] = {-1, -1}; /* the handler writes into the one, the loop reads the other */
static struct sigaction before;

static void on_continue(int number)
{
    int saved = errno;
    (void)number;
    (void)!write(ends[1], "", 1); /* full: then it is known already */
    errno = saved;
}

static void take(void *owner)
{
    struct edit *e = owner;
    char bytes[16];
    while (read(ends[0], bytes, sizeof bytes) == (ssize_t)sizeof bytes)
        continue;
    e->went_on = true;
    wait_mark(&e->continued);
}

static bool is_ready(struct wait_source *self, int64_t now, int64_t *again)
{
    const struct edit *e = (const struct edit *)(const void *)((const char *)self - offsetof(struct edit, continued));
    (void)now;
    (void)again;
    return e->went_on;
}

bool edit_resume_start(struct edit *e, struct error *err)
{
    struct sigaction action = {.sa_handler = on_continue, .sa_flags = SA_RESTART};
    if (pipe(ends) < 0)
        return error_from_errno(err, errno, "SIGCONT");
    for (int i = 0; i < 2; i++) {
        fcntl(ends[i], F_SETFD, FD_CLOEXEC);
        fcntl(ends[i], F_SETFL, O_NONBLOCK);
    }
    e->continued.ready = is_ready;
    e->watch = wait_fd_open(ends[0], take, e, err);
    sigemptyset(&action.sa_mask);
    if (e->watch)
        sigaction(SIGCONT, &action, &before);
    return e->watch != NULL;
}

void edit_resume_stop(struct edit *e)
{
    if (e->watch)
        sigaction(SIGCONT, &before, NULL);
    wait_fd_close(e->watch);
    for (int i = 0; i < 2; i++) {
        if (ends[i] >= 0)
            close(ends[i]);
        ends[i] = -1;
    }
}

void edit_resume_go_on(struct edit *e)
{
    e->went_on = false;
    el_set(e->el, EL_PREP_TERM, 0); /* libedit still thinks that it is raw */
    el_set(e->el, EL_PREP_TERM, 1);
    el_resize(e->el);
    el_set(e->el, EL_REFRESH); /* the shell left the cursor on a new row */
}
