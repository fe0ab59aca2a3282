/* screen.c - a composer as agents have one: what is pasted stands behind the prompt, the submit key empties it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../clock.h"
#include "desk.h"

static bool add(struct fake_text *t, const char *bytes, size_t len)
{
    char *more = len < SIZE_MAX - 1 - t->len ? realloc(t->bytes, t->len + len + 1) : NULL;
    if (!more)
        return false;
    t->bytes = more;
    if (len)
        memcpy(t->bytes + t->len, bytes, len);
    t->len += len;
    t->bytes[t->len] = '\0';
    return true;
}

bool fake_text_set(struct fake_text *t, const char *bytes, size_t len)
{
    t->len = 0;
    return add(t, bytes, len);
}

static bool add_text(struct fake_text *t, const struct fake_text *more)
{
    return add(t, more->bytes, more->len);
}

static void must(struct fake *f, bool had_memory)
{
    if (!had_memory)
        fake_trouble(f, EC_MEMORY, "no memory for the screen of a fake window");
}

bool fake_shows(const struct fake_window *w, struct fake_text *text)
{
    const char *prompt = w->screen ? w->screen : "> ";
    if (w->modal && *w->modal)
        return fake_text_set(text, w->modal, strlen(w->modal));
    bool ok = fake_text_set(text, "", 0) && add_text(text, &w->echo);
    if (ok && (w->traits & FAKE_WORKING) && w->busy && *w->busy)
        ok = add(text, w->busy, strlen(w->busy)) && add(text, "\n", 1);
    return ok && add(text, prompt, strlen(prompt)) && add_text(text, &w->shown);
}

static size_t characters(const char *text, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        n += ((unsigned char)text[i] & 0xC0) != 0x80;
    return n;
}

static bool compose(struct fake_window *w, const char *text, size_t len)
{
    size_t n = characters(text, len);
    if (!w->collapse || n <= w->collapse)
        return add(&w->composer, text, len) && add(&w->shown, text, len);
    char placeholder[64];
    int wrote = snprintf(placeholder, sizeof placeholder, "[Pasted Content %zu chars]", n);
    return add(&w->composer, text, len) && add(&w->shown, placeholder, (size_t)wrote);
}

/* An empty composer takes no submit key, as in real agents. */
static void submit(struct fake *f, struct fake_window *w)
{
    if (w->composer.len == 0)
        return;
    struct fake_text sent = w->composer;
    w->composer = (struct fake_text){0};
    fake_note(f, w, "submit", sent.bytes, sent.len);
    free(sent.bytes);
    if (w->traits & FAKE_ECHO)
        must(f, add_text(&w->echo, &w->shown) && add(&w->echo, "\n", 1));
    free(w->shown.bytes);
    w->shown = (struct fake_text){0};
    w->traits |= FAKE_WORKING;
    fake_asked(f, FAKE_SUBMIT, w);
    fake_happen(f, FAKE_SUBMIT, w);
}

void fake_arrive(struct fake *f, struct fake_window *w, const char *text, size_t len)
{
    if ((w->modal && *w->modal) || (w->traits & FAKE_NO_CHAT))
        return; /* it went somewhere else, and is lost */
    w->pasted_at = clock_now();
    fake_note(f, w, "arrive", text, len);
    while (w->traits & FAKE_UNBRACKETED) {
        const char *end = len ? memchr(text, '\n', len) : NULL;
        if (!end)
            break;
        must(f, compose(w, text, (size_t)(end - text)));
        submit(f, w);
        len -= (size_t)(end - text) + 1;
        text = end + 1;
    }
    must(f, compose(w, text, len));
}

void fake_typed(struct fake *f, struct fake_window *w, const char *text)
{
    fake_note(f, w, "type", text, strlen(text));
    if (!w->palette && !(w->modal && *w->modal) && !(w->traits & FAKE_NO_CHAT))
        must(f, compose(w, text, strlen(text)));
}

static bool submits(const struct fake_window *w, const char *chord)
{
    if (w->submit_key)
        return strcmp(chord, w->submit_key) == 0;
    return strcmp(chord, "Return") == 0 || strcmp(chord, "ctrl+Return") == 0;
}

void fake_press(struct fake *f, struct fake_window *w, const char *chord)
{
    bool enter = strcmp(chord, "Return") == 0;
    if (w->modal && *w->modal) {
        if (!enter)
            return;
        fake_note(f, w, "consent", w->modal, strlen(w->modal));
        *w->modal = '\0';
    } else if (strcmp(chord, "ctrl+shift+p") == 0) {
        w->palette = true;
    } else if (w->palette) {
        w->palette = !enter && strcmp(chord, "Escape") != 0;
        if (enter)
            w->traits &= ~(unsigned)FAKE_NO_CHAT;
    } else if (w->traits & FAKE_NO_CHAT) {
        return;
    } else if (submits(w, chord) && !(enter && clock_now() - w->pasted_at < w->burst)) {
        submit(f, w);
    } else if (enter) {
        must(f, compose(w, "\n", 1));
    }
}
