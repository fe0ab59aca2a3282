/* desktop.c - the back end `tmux`: connection, list, changes, screen. */
#include "desktop.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../clock.h"
#include "../foreground.h"
#include "protocol.h"
#include "server.h"
#include "text.h"

#define ANSWER (5 * CLOCK_SECOND) /* for a server on a machine under load; it usually takes 0.1 ms */
#define LOOK CLOCK_SECOND         /* between two looks at the foreground programs */

/* Every second the server compares this, over all sessions, and tells when it differs: titles and pids change without
 * a notification, and those of other sessions' panes are told to nobody. */
static const char subscription[] = "refresh-client -B 'dispatch::#{S:#{session_id}#{session_attached}"
                                   "#{W:#{window_id}#{window_active}#{window_name}"
                                   "#{P:#{pane_id}.#{pane_pid}.#{pane_dead}#{pane_title}}}}'";

static struct tmux_desktop *desktop_of(struct desktop *base)
{
    return (struct tmux_desktop *)base;
}

/* Changes --------------------------------------------------------------------------------------------------------- */

static bool is_connected(const struct tmux_desktop *d)
{
    return d->link && !tmux_link_lost(d->link);
}

static void ask_rows(struct tmux_desktop *d);

static void rows_came(void *owner, const struct tmux_answer *answer)
{
    struct tmux_desktop *d = owner;
    d->asking = false;
    if (answer && !answer->refusal && tmux_rows_hash(answer->text) != d->told) {
        d->changed = true;
        wait_mark(&d->changes);
    }
    if (d->ask_again)
        ask_rows(d);
}

static void ask_rows(struct tmux_desktop *d)
{
    struct tmux_text question = {0};
    d->ask_again = d->asking;
    if (is_connected(d) && !d->asking && !d->changed &&
        tmux_text_format(&question, "list-panes -a -F '%s'", tmux_row_format))
        d->asking = tmux_link_post(d->link, question.bytes, rows_came, d);
    tmux_text_free(&question);
}

static bool begins(const char *line, size_t len, const char *word)
{
    return len >= strlen(word) && memcmp(line, word, strlen(word)) == 0;
}

static void note(void *owner, const char *line, size_t len)
{
    static const char *const news[] = {
        "%window-",        "%unlinked-window-",     "%session-", "%sessions-", "%client-",
        "%layout-change ", "%subscription-changed "};
    static const char attached[] = "%session-changed ";
    struct tmux_desktop *d = owner;
    if (begins(line, len, attached)) /* "%session-changed $3 name" */
        snprintf(d->session, sizeof d->session, "%.*s", (int)strcspn(line + sizeof attached - 1, " \n"),
                 line + sizeof attached - 1);
    for (size_t i = 0; i < sizeof news / sizeof *news; i++)
        if (begins(line, len, news[i])) {
            ask_rows(d);
            return;
        }
}

static void lost(void *owner)
{
    struct tmux_desktop *d = owner;
    wait_mark(&d->changes);
}

static bool is_changed(struct wait_source *self, int64_t now, int64_t *again)
{
    struct tmux_desktop *d = (struct tmux_desktop *)(void *)((char *)self - offsetof(struct tmux_desktop, changes));
    if (d->gone.code)
        return false;
    if (d->changed || !is_connected(d))
        return true;
    if (now >= d->next_look) {
        d->changed = tmux_fronts_changed(d);
        d->next_look = now + LOOK;
    }
    *again = d->next_look;
    return d->changed;
}

static const struct error *why_broken(struct wait_source *self)
{
    const struct tmux_desktop *d =
        (const struct tmux_desktop *)(const void *)((const char *)self - offsetof(struct tmux_desktop, changes));
    return d->gone.code ? &d->gone : NULL;
}

static struct wait_source *changes(struct desktop *base)
{
    return &desktop_of(base)->changes;
}

/* Connection ------------------------------------------------------------------------------------------------------ */

/* $TMUX is "socket,server pid,session"; a pane's number means nothing on another server. */
static void find_own_pane(struct tmux_desktop *d, int64_t server)
{
    const char *tmux = getenv("TMUX"), *pane = getenv("TMUX_PANE");
    const char *pid = tmux ? strchr(tmux, ',') : NULL;
    d->own_pane = UINT64_MAX;
    if (pid && strtoll(pid + 1, NULL, 10) == server && pane && pane[0] == '%')
        d->own_pane = strtoull(pane + 1, NULL, 10);
}

/* "paste-buffer (pasteb) [-dprS] [-s separator] …" */
static bool has_raw_paste(const char *usage)
{
    const char *flags = strstr(usage, "paste-buffer "), *raw;
    flags = flags ? strchr(flags, '[') : NULL;
    raw = flags ? strchr(flags, 'S') : NULL;
    return raw && raw < flags + strcspn(flags, "]");
}

static bool attach(struct tmux_desktop *d, int64_t until, struct error *err)
{
    struct tmux_listener listener = {.note = note, .lost = lost, .owner = d};
    d->asking = d->ask_again = false;
    d->link = tmux_link_open(d->socket, listener, until, err);
    if (!d->link)
        return false;
    struct tmux_text hello = {0};
    struct tmux_answer answer = {0};
    bool ok = tmux_text_format(&hello, "%s\ndisplay-message -p '#{pid} #{session_id}'\nlist-commands paste-buffer",
                               subscription) ||
              error_set(err, EC_MEMORY, "tmux: out of memory");
    ok = ok && tmux_link_ask(d->link, hello.bytes, until, &answer, err);
    long long server = 0;
    if (ok && sscanf(answer.text, "%lld %31s", &server, d->session) != 2)
        ok = error_set(err, EC_NO_DISPLAY, "%s: tmux did not say who it is: %s", d->socket,
                       answer.refusal ? answer.refusal : answer.text);
    find_own_pane(d, server);
    if (ok)
        d->raw_paste = has_raw_paste(answer.text);
    tmux_answer_clear(&answer);
    tmux_text_free(&hello);
    if (!ok) {
        tmux_link_close(d->link);
        d->link = NULL;
    }
    return ok;
}

bool tmux_connect(struct tmux_desktop *d, int64_t until, struct error *err)
{
    struct error why = {0};
    if (!d->gone.code && is_connected(d))
        return true;
    if (!d->gone.code) {
        tmux_link_close(d->link);
        d->link = NULL;
        if (tmux_socket_answers(d->socket, &why) && attach(d, until, &why))
            return true;
        if (why.code && strcmp(why.code, EC_NO_DISPLAY) == 0)
            error_set(&d->gone, why.code, "%s", why.message ? why.message : "out of memory");
        wait_mark(&d->changes);
    }
    const struct error *say = d->gone.code ? &d->gone : &why;
    error_set(err, say->code, "%s", say->message ? say->message : "out of memory");
    error_clear(&why);
    return false;
}

bool tmux_ask(struct tmux_desktop *d, const char *question, int64_t until, struct tmux_answer *answer,
              struct error *err)
{
    *answer = (struct tmux_answer){0};
    for (int tries = 2; tries; tries--) {
        if (err)
            error_clear(err);
        if (!tmux_connect(d, until, err))
            return false;
        if (tmux_link_ask(d->link, question, until, answer, err)) {
            d->heard = clock_now();
            return true;
        }
        if (is_connected(d))
            return false;
    }
    return false;
}

static bool probe(const char *where, struct error *err)
{
    char *socket = tmux_socket(where, err);
    bool ok = socket && tmux_socket_answers(socket, err);
    free(socket);
    return ok;
}

static void close_desktop(struct desktop *base)
{
    struct tmux_desktop *d = desktop_of(base);
    if (!d)
        return;
    wait_remove(&d->changes);
    tmux_link_close(d->link);
    error_clear(&d->gone);
    free(d->fronts);
    tmux_panes_clear(d);
    free(d->socket);
    free(d);
}

extern const struct window_backend window_tmux;

static struct desktop *open_desktop(const char *where, struct error *err)
{
    struct tmux_desktop *d = calloc(1, sizeof *d);
    if (!d) {
        error_set(err, EC_MEMORY, "tmux: out of memory");
        return NULL;
    }
    d->base.backend = &window_tmux;
    d->changes = (struct wait_source){.ready = is_changed, .broken = why_broken};
    d->ancestor_count = foreground_ancestors(d->ancestors, sizeof d->ancestors / sizeof *d->ancestors);
    d->socket = tmux_socket(where, err);
    d->changed = true; /* nobody was told anything yet */
    if (d->socket)
        d->owner = tmux_socket_owner(d->socket);
    if (!d->socket || !tmux_connect(d, clock_now() + ANSWER, err)) {
        close_desktop(&d->base);
        return NULL;
    }
    return &d->base;
}

/* Asking ---------------------------------------------------------------------------------------------------------- */

static bool list(struct desktop *base, const char *const *titles, struct window_list *list, struct error *err)
{
    (void)titles; /* one question tells all */
    struct tmux_desktop *d = desktop_of(base);
    struct tmux_text question = {0};
    struct tmux_answer answer = {0};
    bool ok = tmux_text_format(&question, "list-panes -a -F '%s'", tmux_row_format) ||
              error_set(err, EC_MEMORY, "tmux: out of memory");
    ok = ok && tmux_ask(d, question.bytes, clock_now() + ANSWER, &answer, err);
    if (ok && answer.refusal)
        ok = error_set(err, EC_IO, "tmux: list-panes: %s", answer.refusal);
    ok = ok && tmux_rows_list(d, answer.text, list, err);
    tmux_answer_clear(&answer);
    tmux_text_free(&question);
    return ok;
}

static bool check(struct desktop *base, const struct window_pin *pin, struct error *err)
{
    return tmux_check(desktop_of(base), pin, clock_now() + ANSWER, err);
}

/* A pane takes input wherever the user looks. */
static bool focus(struct desktop *base, const struct window_pin *pin, int64_t until, struct error *err)
{
    return tmux_check(desktop_of(base), pin, until, err);
}

/* The pane's own screen, also while somebody scrolls in copy mode, and the last one of a dead pane (whose pid newer
 * servers forget). */
static bool screen_text(struct desktop *base, const struct window_pin *pin, char **text, size_t *len, struct error *err)
{
    struct tmux_text question = {0};
    struct tmux_answer answer = {0};
    unsigned long long id = pin->id;
    char same[64] = "1";
    if (pin->pid)
        snprintf(same, sizeof same, "#{||:#{pane_dead},#{==:#{pane_pid},%lld}}", (long long)pin->pid);
    bool ok =
        tmux_text_format(&question, "if -F -t %%%llu '#{&&:#{==:#{pane_id},%%%llu},%s}' { capture-pane -p -t %%%llu }",
                         id, id, same, id) ||
        error_set(err, EC_MEMORY, "tmux: out of memory");
    ok = ok && tmux_ask(desktop_of(base), question.bytes, clock_now() + ANSWER, &answer, err);
    tmux_text_free(&question);
    if (ok && answer.len == 0) /* a screen has at least one line */
        ok = error_set(err, EC_GONE, "tmux pane %%%llu: it was closed, or another program was started in it", id);
    if (ok) {
        *text = answer.text;
        *len = answer.len - 1; /* the last line's \n */
        answer.text[*len] = '\0';
        answer.text = NULL;
    }
    tmux_answer_clear(&answer);
    return ok;
}

static bool screenshot(struct desktop *base, const struct window_pin *pin, const char *path, struct error *err)
{
    (void)base, (void)pin, (void)path;
    return error_set(err, EC_UNSUPPORTED, "tmux has no pictures; its panes have a screen text");
}

const struct window_backend window_tmux = {
    .name = "tmux",
    .paste_keys = NULL,
    .abilities = WINDOW_READS_TEXT | WINDOW_SAME_QUEUE,
    .probe = probe,
    .open = open_desktop,
    .close = close_desktop,
    .changes = changes,
    .list = list,
    .check = check,
    .focus = focus,
    .paste = tmux_paste,
    .key = tmux_key,
    .type = tmux_type,
    .screen_text = screen_text,
    .screenshot = screenshot,
};
