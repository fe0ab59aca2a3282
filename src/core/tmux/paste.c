/* paste.c - texts and keys into a pinned pane. What is done and the last look at the pane stand in one command list,
 * which tmux runs without a pause: a dead pane is never pasted into (3.3a crashes of it), nor one that was respawned.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../clock.h"
#include "desktop.h"
#include "protocol.h"
#include "text.h"

#define BRACKETS 12                 /* ESC[200~ and ESC[201~, where the program asked for them */
#define LONGEST_LINE 4095           /* that a terminal in canonical mode keeps (N_TTY_BUF_SIZE); it drops the rest */
#define KEY_LOOK (2 * CLOCK_SECOND) /* for a key to be read; a busy program may read it after its turn */

static bool no_memory(struct error *err)
{
    return error_set(err, EC_MEMORY, "tmux: out of memory");
}

/* Handing over ---------------------------------------------------------------------------------------------------- */

struct act {
    const char *before;   /* lines that may run whatever the pane is, each with its \n; or "" */
    const char *commands; /* what is done to the pane, if it is what check() saw */
};
enum outcome { DONE, NOT_DONE, NOT_KNOWN };

/* Every mode is left first: in copy mode tmux would say keys to that mode, and paste without brackets. *err tells why
 * not: check() is asked again, and what tmux itself said counts where that finds nothing. */
static enum outcome do_it(struct tmux_desktop *d, const struct window_pin *pin, const char *tty, const struct act *act,
                          int64_t until, struct error *err)
{
    static const char done[] = "dispatch-done";
    unsigned long long id = pin->id;
    struct tmux_text text = {0};
    struct tmux_answer answer = {0};
    char *still = tmux_still(pin, tty);
    enum outcome outcome = NOT_DONE;
    if (!still || !tmux_text_format(&text,
                                    "%sif -F -t %%%llu '#{pane_in_mode}' { copy-mode -q -t %%%llu }\n"
                                    "if -F -t %%%llu %s { %s ; display-message -p %s }",
                                    act->before, id, id, id, still, act->commands, done))
        no_memory(err);
    else if (tmux_connect(d, until, err))
        outcome = !tmux_link_ask(d->link, text.bytes, until, &answer, err) ? NOT_KNOWN
                  : strncmp(answer.text, done, sizeof done - 1) == 0       ? DONE
                                                                           : NOT_DONE;
    if (outcome == NOT_DONE && answer.text && tmux_check(d, pin, until, err)) {
        if (answer.refusal)
            error_set(err, EC_IO, "tmux pane %%%llu: tmux said: %s", id, answer.refusal);
        else
            error_set(err, EC_REFUSED, "tmux pane %%%llu: it changed while it was sent to; try again", id);
    }
    tmux_answer_clear(&answer);
    tmux_text_free(&text);
    free(still);
    return outcome;
}

/* From a file: tmux's log of commands keeps what set-buffer is given, and send-keys eats bytes. -r: newlines stay
 * newlines; -p: bracketed where the program asked for it; -d: the buffer is gone after it. */
static enum outcome hand_over(struct tmux_desktop *d, const struct window_pin *pin, const char *tty, const char *text,
                              size_t len, int64_t until, struct error *err)
{
    char *path = tmux_spool(text, len, d->owner, err), *word = path ? tmux_quoted_plain(path) : NULL;
    struct tmux_text load = {0}, paste = {0}, discard = {0};
    struct tmux_answer answer;
    enum outcome outcome = NOT_DONE;
    char name[64]; /* two numbers and our name */
    snprintf(name, sizeof name, "dispatch-%ld-%u", (long)getpid(), ++d->buffers);
    if (word && tmux_text_format(&load, "load-buffer -b %s -- %s\n", name, word) &&
        tmux_text_format(&paste, "paste-buffer -p -r -d%s -b %s -t %%%llu", d->raw_paste ? " -S" : "", name,
                         (unsigned long long)pin->id) &&
        tmux_text_format(&discard, "delete-buffer -b %s", name))
        outcome = do_it(d, pin, tty, &(struct act){.before = load.bytes, .commands = paste.bytes}, until, err);
    else if (path)
        no_memory(err);
    if (outcome == NOT_DONE && discard.bytes && tmux_ask(d, discard.bytes, until, &answer, NULL))
        tmux_answer_clear(&answer); /* it may not even have been loaded */
    tmux_text_free(&load);
    tmux_text_free(&paste);
    tmux_text_free(&discard);
    free(word);
    tmux_spool_remove(path);
    return outcome;
}

/* Pasting --------------------------------------------------------------------------------------------------------- */

/* Until the program has read all that it is owed. */
static enum tmux_seen settle(struct tmux_desktop *d, uint64_t id, struct tmux_tty *tty, int64_t until,
                             struct error *err)
{
    struct tmux_pane *pane = tmux_pane_of(d, id);
    enum tmux_seen seen = tmux_tty_drained(d, tty, pane->bytes, until, err);
    if (seen == TMUX_SEEN)
        pane->bytes = 0;
    return seen;
}

static bool fits_lines(const char *text, size_t len)
{
    const char *end = text + len;
    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        if ((newline ? newline : end) - text > LONGEST_LINE - BRACKETS)
            return false;
        text = newline ? newline + 1 : end;
    }
    return true;
}

/* A program that leaves earlier input unread would get the prompt behind it, and nothing could be proven. */
static bool is_listening(struct tmux_desktop *d, const struct window_pin *pin, struct tmux_tty *tty, const char *text,
                         size_t len, int64_t until, struct error *err)
{
    unsigned long long id = pin->id;
    enum tmux_seen seen = tmux_tty_empty(d, tty, until, err);
    if (seen == TMUX_LATE)
        return error_set(err, EC_REFUSED,
                         "tmux pane %%%llu: its program has left %d bytes of input unread; wait until it reads again",
                         id, tty->unread);
    if (seen == TMUX_SEEN && tty->canonical && !fits_lines(text, len))
        return error_set(
            err, EC_REFUSED,
            "tmux pane %%%llu: its program reads whole lines, of %d bytes at most, and the text has a longer"
            " one; break it",
            id, LONGEST_LINE - BRACKETS);
    return seen != TMUX_STOPPED;
}

static enum window_taken taken_so_far(const struct tmux_tty *tty, const char *text, size_t len)
{
    bool rest = tty->canonical && (text[len - 1] != '\n' || tty->turned);
    return rest ? TAKEN_SERVED : TAKEN_WHOLE;
}

/* It was handed to tmux: did the program read it? */
static bool prove(struct tmux_desktop *d, const struct window_pin *pin, struct tmux_tty *tty, const char *text,
                  size_t len, int64_t until, enum window_taken *taken, struct error *err)
{
    switch (settle(d, pin->id, tty, until, err)) {
    case TMUX_SEEN: *taken = taken_so_far(tty, text, len); return true;
    case TMUX_LATE: return true;                            /* a slow reader has it before it */
    case TMUX_BLIND: return tmux_check(d, pin, until, err); /* another user's terminal; or it ended meanwhile */
    case TMUX_STOPPED: break;
    }
    return false;
}

bool tmux_paste(struct desktop *base, const struct window_pin *pin, const char *text, size_t len, const char *keys,
                int64_t until, enum window_taken *taken, struct error *err)
{
    (void)keys; /* tmux pastes by itself */
    struct tmux_desktop *d = (struct tmux_desktop *)base;
    struct tmux_tty tty;
    *taken = TAKEN_NOT;
    if (len == 0)
        return error_set(err, EC_INVALID, "an empty text cannot be pasted");
    struct tmux_pane *pane = tmux_aim(d, pin, until, err);
    if (!pane)
        return false;
    tmux_tty_open(&tty, pane->tty);
    bool ok = is_listening(d, pin, &tty, text, len, until, err);
    if (ok) {
        pane->bytes += len + BRACKETS;
        enum outcome outcome = hand_over(d, pin, pane->tty, text, len, until, err);
        ok = outcome == DONE;
        if (outcome != NOT_DONE)
            *taken = TAKEN_SERVED;
    }
    ok = ok && prove(d, pin, &tty, text, len, until, taken, err);
    tmux_tty_close(&tty);
    return ok;
}

/* Keys ------------------------------------------------------------------------------------------------------------ */

static enum outcome press(struct tmux_desktop *d, const struct window_pin *pin, const char *tty, const char *keys,
                          int64_t until, struct error *err)
{
    struct tmux_text send = {0};
    enum outcome outcome = NOT_DONE;
    if (tmux_text_format(&send, "send-keys -t %%%llu %s", (unsigned long long)pin->id, keys))
        outcome = do_it(d, pin, tty, &(struct act){.before = "", .commands = send.bytes}, until, err);
    else
        no_memory(err);
    tmux_text_free(&send);
    return outcome;
}

/* "-H 1b 5b": bytes as they are. */
static bool add_bytes(struct tmux_text *keys, const char *bytes, size_t len)
{
    bool ok = tmux_text_add(keys, "-H", 2);
    for (size_t i = 0; i < len && ok; i++)
        ok = tmux_text_format(keys, " %02x", (unsigned char)bytes[i]);
    return ok;
}

/* In canonical mode only a key that ends a line reaches the program. */
static bool reaches(const struct tmux_tty *tty, const struct tmux_key *key)
{
    char last = key->n ? key->bytes[key->n - 1] : '\0';
    return !tty->canonical || (last == '\r' && tty->returns) || (last == '\n' && !tty->turned);
}

/* Whether the program read it. The key was sent, so nothing here is a refusal, Ctrl-C neither: who waits next hears. */
static void watch_key(struct tmux_desktop *d, uint64_t pane, struct tmux_tty *tty, const struct tmux_key *key,
                      bool named, int64_t until, enum window_taken *taken)
{
    if (named && key->n) /* nothing is sent at all where the program did not ask for extended keys (tmux 3.3a) */
        return;
    int64_t look = clock_now() + KEY_LOOK;
    enum tmux_seen seen = settle(d, pane, tty, look < until ? look : until, NULL);
    if (seen == TMUX_LATE)
        *taken = TAKEN_SERVED;
    else if (seen == TMUX_SEEN && reaches(tty, key))
        *taken = TAKEN_WHOLE;
}

bool tmux_key(struct desktop *base, const struct window_pin *pin, const char *chord, int64_t until,
              enum window_taken *taken, struct error *err)
{
    struct tmux_desktop *d = (struct tmux_desktop *)base;
    struct tmux_key key;
    *taken = TAKEN_NOT;
    if (!tmux_key_parse(chord, &key, err))
        return false;
    struct tmux_pane *pane = tmux_aim(d, pin, until, err);
    if (!pane)
        return false;
    struct tmux_text keys = {0};
    struct tmux_tty tty;
    tmux_tty_open(&tty, pane->tty);
    bool named = key.name[0] && (key.n == 0 || pane->extended);
    bool ok = named ? tmux_text_format(&keys, "%s", key.name) : add_bytes(&keys, key.bytes, key.n);
    pane->bytes += sizeof key.bytes;
    enum outcome outcome = ok ? press(d, pin, pane->tty, keys.bytes, until, err) : NOT_DONE;
    if (!ok)
        no_memory(err);
    if (outcome != NOT_DONE)
        *taken = TAKEN_UNKNOWN;
    ok = outcome == DONE;
    if (ok)
        watch_key(d, pin->id, &tty, &key, named, until, taken);
    tmux_tty_close(&tty);
    tmux_text_free(&keys);
    return ok;
}

bool tmux_type(struct desktop *base, const struct window_pin *pin, const char *text, int64_t until, struct error *err)
{
    struct tmux_desktop *d = (struct tmux_desktop *)base;
    struct tmux_text keys = {0};
    if (!*text)
        return true;
    struct tmux_pane *pane = tmux_aim(d, pin, until, err);
    if (!pane)
        return false;
    pane->bytes += strlen(text);
    bool ok = add_bytes(&keys, text, strlen(text)) ? press(d, pin, pane->tty, keys.bytes, until, err) == DONE
                                                   : no_memory(err);
    tmux_text_free(&keys);
    return ok;
}
