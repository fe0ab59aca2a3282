#include "link.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "../clock.h"
#include "../wait.h"
#include "protocol.h"
#include "server.h"
#include "text.h"

/* A question: its commands, then one that prints `mark` alone in a block. How many blocks the commands make is not
 * known beforehand (each command inside an `if` has its own), so this one tells where they end. */
struct question {
    struct wait_source source; /* first: ready when the answer is whole or none will come */
    struct tmux_link *link;
    struct question *next;
    char mark[64];
    struct tmux_text said, against;
    size_t block;                /* where the current block's text began in `said` */
    bool whole, broken, dropped; /* broken: no memory for it. dropped: nobody waits for it any more */
    void (*answered)(void *owner, const struct tmux_answer *answer); /* a posted one */
    void *owner;
};

struct tmux_link {
    struct tmux_client client;
    struct wait_fd *watch;
    struct tmux_stream stream;
    struct tmux_listener listener;
    struct wait_source arrival;     /* ready when attached or lost */
    struct question *first, **last; /* unanswered */
    struct tmux_text unsent, words; /* words: what was said before we were attached */
    uint64_t session, asked;        /* in the marks: no program in a pane can guess them */
    bool attached, lost;
};

void tmux_answer_clear(struct tmux_answer *answer)
{
    free(answer->text);
    free(answer->refusal);
    *answer = (struct tmux_answer){0};
}

bool tmux_link_lost(const struct tmux_link *link)
{
    return link->lost;
}

/* Sources ------------------------------------------------------------------------------------------------------- */

static bool has_arrived(struct wait_source *self, int64_t now, int64_t *again)
{
    (void)now;
    *again = CLOCK_NEVER;
    const struct tmux_link *link = (const struct tmux_link *)((char *)self - offsetof(struct tmux_link, arrival));
    return link->attached || link->lost;
}

static bool is_answered(struct wait_source *self, int64_t now, int64_t *again)
{
    (void)now;
    *again = CLOCK_NEVER;
    const struct question *q = (const struct question *)self;
    return q->whole || q->link->lost;
}

/* Questions ----------------------------------------------------------------------------------------------------- */

static void question_free(struct question *q)
{
    wait_remove(&q->source);
    tmux_text_free(&q->said);
    tmux_text_free(&q->against);
    free(q);
}

/* Hands over what was said; false: no memory. */
static bool take_answer(struct question *q, struct tmux_answer *answer)
{
    if (q->broken || !tmux_text_add(&q->said, "", 0))
        return false;
    *answer = (struct tmux_answer){.text = q->said.bytes, .len = q->said.len, .refusal = q->against.bytes};
    q->said = q->against = (struct tmux_text){0};
    return true;
}

/* A posted question is over: the answer is told, or that there will be none. */
static void tell(struct question *q)
{
    struct tmux_answer answer = {0};
    bool known = q->whole && take_answer(q, &answer);
    if (q->answered)
        q->answered(q->owner, known ? &answer : NULL);
    tmux_answer_clear(&answer);
    question_free(q);
}

/* The first question's answer is whole. */
static void answer_first(struct tmux_link *link)
{
    struct question *q = link->first;
    link->first = q->next;
    if (!link->first)
        link->last = &link->first;
    q->whole = true;
    q->next = NULL;
    if (q->answered || q->dropped)
        tell(q);
    else
        wait_mark(&q->source);
}

static void take_line(struct tmux_link *link, const struct tmux_line *line)
{
    struct question *q = link->first;
    if (!q)
        return;
    switch (line->kind) {
    case TMUX_TEXT: q->broken |= !tmux_text_line(&q->said, line->text, line->len); break;
    case TMUX_STRAY: q->broken |= !tmux_text_line(&q->against, line->text, line->len); break;
    case TMUX_ERROR:
        q->broken |= !tmux_text_add(&q->against, q->said.bytes ? q->said.bytes + q->block : "", q->said.len - q->block);
        q->said.len = q->block;
        break;
    case TMUX_END: {
        size_t len = strlen(q->mark);
        if (q->said.len - q->block == len + 1 && memcmp(q->said.bytes + q->block, q->mark, len) == 0) {
            q->said.len = q->block;
            if (q->said.bytes)
                q->said.bytes[q->said.len] = '\0';
            answer_first(link);
            return;
        }
        q->block = q->said.len;
        break;
    }
    case TMUX_NOTE: break;
    }
}

/* The wire ------------------------------------------------------------------------------------------------------ */

static void lose(struct tmux_link *link)
{
    if (link->lost)
        return;
    link->lost = true;
    wait_fd_close(link->watch);
    link->watch = NULL;
    while (link->first) {
        struct question *q = link->first;
        link->first = q->next;
        if (q->answered || q->dropped)
            tell(q);
        else
            wait_mark(&q->source); /* its asker frees it */
    }
    link->last = &link->first;
    wait_mark(&link->arrival);
    if (link->attached)
        link->listener.lost(link->listener.owner);
}

static void flush(struct tmux_link *link)
{
    size_t sent = 0;
    while (!link->lost && sent < link->unsent.len) {
        ssize_t n =
            send(link->client.fd, link->unsent.bytes + sent, link->unsent.len - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n > 0)
            sent += (size_t)n;
        else if (n < 0 && errno != EINTR && errno != EAGAIN)
            lose(link);
        else if (n < 0 && errno == EAGAIN)
            break;
    }
    if (sent)
        memmove(link->unsent.bytes, link->unsent.bytes + sent, link->unsent.len - sent);
    link->unsent.len -= sent;
}

static void understand(struct tmux_link *link, const struct tmux_line *line)
{
    static const char last[] = "%exit";
    bool ends = line->kind == TMUX_END || line->kind == TMUX_ERROR;
    if (line->kind == TMUX_NOTE && line->len >= sizeof last - 1 && memcmp(line->text, last, sizeof last - 1) == 0) {
        lose(link); /* a newer server (3.8) may leave the socket open for long after it */
    } else if (line->kind == TMUX_NOTE) {
        if (link->attached)
            link->listener.note(link->listener.owner, line->text, line->len);
    } else if (link->attached) {
        take_line(link, line);
    } else if (!ends) {
        tmux_text_line(&link->words, line->text, line->len);
    } else if (line->kind == TMUX_END) { /* of attach-session itself */
        link->attached = true;
        wait_mark(&link->arrival);
    }
}

static void readable(void *owner)
{
    struct tmux_link *link = owner;
    char bytes[16384];
    ssize_t n;
    do {
        n = recv(link->client.fd, bytes, sizeof bytes, MSG_DONTWAIT);
    } while (n < 0 && errno == EINTR);
    bool over = n == 0 || (n < 0 && errno != EAGAIN) || (n > 0 && !tmux_stream_add(&link->stream, bytes, (size_t)n));
    struct tmux_line line;
    while (tmux_stream_next(&link->stream, &line))
        understand(link, &line);
    if (over)
        lose(link);
    else
        flush(link);
}

/* Opening and asking -------------------------------------------------------------------------------------------- */

static bool refuse_attach(struct tmux_link *link, const char *socket, struct error *err)
{
    char *words = link->words.bytes;
    size_t len = link->words.len;
    while (len && words[len - 1] == '\n')
        words[--len] = '\0';
    return error_set(err, EC_NO_DISPLAY,
                     "%s: tmux refused the connection (%s); tmux 3.2 or later with at least one session is needed",
                     socket, len ? words : "it said nothing");
}

static bool arrive(struct tmux_link *link, const char *socket, int64_t until, struct error *err)
{
    enum wait_result result = wait_for(&link->arrival, until, err);
    if (result != WAIT_READY)
        return wait_refuse(result, err, "tmux: attaching");
    return link->attached || refuse_attach(link, socket, err);
}

struct tmux_link *tmux_link_open(const char *socket, struct tmux_listener listener, int64_t until, struct error *err)
{
    struct tmux_link *link = calloc(1, sizeof *link);
    if (!link) {
        error_set(err, EC_MEMORY, "tmux: out of memory");
        return NULL;
    }
    link->listener = listener;
    link->last = &link->first;
    link->arrival = (struct wait_source){.ready = has_arrived};
    if (!tmux_client_start(socket, &link->client, err)) {
        free(link);
        return NULL;
    }
    link->session = (uint64_t)clock_now() ^ ((uint64_t)link->client.pid << 40) ^ (uint64_t)(uintptr_t)link;
    link->watch = wait_fd_open(link->client.fd, readable, link, err);
    if (!link->watch || !arrive(link, socket, until, err)) {
        tmux_link_close(link);
        return NULL;
    }
    return link;
}

void tmux_link_close(struct tmux_link *link)
{
    if (!link)
        return;
    wait_fd_close(link->watch);
    wait_remove(&link->arrival);
    tmux_client_stop(&link->client);
    while (link->first) {
        struct question *q = link->first;
        link->first = q->next;
        question_free(q);
    }
    tmux_text_free(&link->unsent);
    tmux_text_free(&link->words);
    tmux_stream_free(&link->stream);
    free(link);
}

static struct question *say(struct tmux_link *link, const char *commands)
{
    struct question *q = link->lost ? NULL : calloc(1, sizeof *q);
    if (!q)
        return NULL;
    q->source = (struct wait_source){.ready = is_answered};
    q->link = link;
    snprintf(q->mark, sizeof q->mark, "dispatch.%016" PRIx64 ".%" PRIu64, link->session, ++link->asked);
    size_t before = link->unsent.len;
    /* an empty line would detach us */
    if (!tmux_text_format(&link->unsent, "%s%sdisplay-message -p %s\n", commands, *commands ? "\n" : "", q->mark)) {
        link->unsent.len = before;
        free(q);
        return NULL;
    }
    *link->last = q;
    link->last = &q->next;
    flush(link);
    return q;
}

/* Nobody waits for it any more: thrown away when its answer comes. */
static void drop(struct question *q)
{
    q->dropped = true;
    wait_remove(&q->source);
    if (q->link->lost)
        question_free(q);
}

bool tmux_link_post(struct tmux_link *link, const char *commands,
                    void (*answered)(void *owner, const struct tmux_answer *answer), void *owner)
{
    struct question *q = say(link, commands);
    if (!q)
        return false;
    if (link->lost) {
        drop(q);
        return false;
    }
    q->answered = answered;
    q->owner = owner;
    return true;
}

/* Until it is answered. A command that does not fit the socket's buffer at once is sent as the server takes it. */
static enum wait_result await(struct question *q, int64_t until, struct error *err)
{
    enum wait_result result = WAIT_EXPIRED;
    while (result == WAIT_EXPIRED && q->link->unsent.len && !q->link->lost && clock_now() < until) {
        int64_t soon = clock_now() + CLOCK_MS;
        result = wait_for(&q->source, soon < until ? soon : until, err);
        flush(q->link);
    }
    return result == WAIT_EXPIRED ? wait_for(&q->source, until, err) : result;
}

bool tmux_link_ask(struct tmux_link *link, const char *commands, int64_t until, struct tmux_answer *answer,
                   struct error *err)
{
    *answer = (struct tmux_answer){0};
    struct question *q = say(link, commands);
    if (!q && !link->lost)
        return error_set(err, EC_MEMORY, "tmux: out of memory");
    enum wait_result result = q ? await(q, until, err) : WAIT_READY;
    if (q && q->whole) { /* also when we were interrupted meanwhile: what was done is known */
        bool known = take_answer(q, answer);
        question_free(q);
        return known || error_set(err, EC_MEMORY, "tmux: out of memory");
    }
    if (q)
        drop(q);
    if (result == WAIT_READY)
        return error_set(err, EC_NO_DISPLAY, "tmux: the server ended, or somebody detached us from it");
    return wait_refuse(result, err, "tmux: its answer");
}
