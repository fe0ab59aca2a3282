/* send.c - the calls that reach a window of a fake desktop. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../clock.h"
#include "desk.h"

static bool exclusive(const struct fake *f)
{
    return f->own.abilities & WINDOW_EXCLUSIVE;
}

/* The call lasts until `when`, or its deadline; the world goes on meanwhile. */
static bool last(int64_t when, int64_t until, const char *what, struct error *err)
{
    enum wait_result result = wait_for(NULL, when < until ? when : until, err);
    if (result == WAIT_EXPIRED && when <= until)
        return true;
    return wait_refuse(result, err, what);
}

static bool takes(const struct fake_rule *rule, int64_t until, const char *what, struct error *err)
{
    return !rule || !rule->takes || last(clock_now() + rule->takes, until, what, err);
}

static bool has_focus(const struct fake *f, const struct fake_window *w, struct error *err)
{
    if (!exclusive(f) || f->active == w)
        return true;
    return error_set(err, EC_FOCUS, "'%s' does not have the focus; it is in %s%s%s", w->title, f->active ? "'" : "",
                     f->active ? f->active->title : "no window", f->active ? "'" : "");
}

bool fake_focus(struct desktop *d, const struct window_pin *pin, int64_t until, struct error *err)
{
    struct fake *f = fake_of(d);
    struct fake_window *w = fake_pinned(f, pin, err);
    if (!w)
        return false;
    fake_note(f, w, "focus", "", 0);
    const struct fake_rule *rule = fake_asked(f, FAKE_FOCUS, w);
    bool ok = takes(rule, until, w->title, err);
    ok = ok && (w = fake_pinned(f, pin, err)) != NULL;
    if (ok && rule && rule->code)
        ok = fake_refusal(rule, w->title, err);
    if (ok && f->active != w) {
        f->active = w;
        w->flags &= ~(unsigned)(WINDOW_MINIMISED | WINDOW_ELSEWHERE);
        fake_mark(f);
    }
    fake_happen(f, FAKE_FOCUS, w);
    return ok;
}

/* Somebody asked for the text: as much of it as the answer says reaches the window, now or late. */
static enum window_taken arrive(struct fake *f, struct fake_window *w, const struct fake_rule *rule, const char *text,
                                size_t len)
{
    static const enum window_taken said[] = {
        [FAKE_USUAL] = TAKEN_WHOLE,   [FAKE_LOSE] = TAKEN_WHOLE,      [FAKE_CUT] = TAKEN_WHOLE,
        [FAKE_SERVED] = TAKEN_SERVED, [FAKE_UNKNOWN] = TAKEN_UNKNOWN, [FAKE_NOT] = TAKEN_NOT};
    enum fake_answer answer = rule ? rule->answer : FAKE_USUAL;
    if (answer == FAKE_CUT && rule->keep < len)
        len = rule->keep;
    if (rule && rule->late && answer != FAKE_LOSE) {
        struct fake_text copy = {0};
        if (fake_text_set(&copy, text, len))
            fake_later(
                f,
                (struct fake_action){
                    .due = clock_now() + rule->late, .deed = DEED_ARRIVE, .window = w, .text = copy.bytes, .len = len});
        else
            fake_trouble(f, EC_MEMORY, "no memory for a paste");
    } else if (answer != FAKE_LOSE) {
        fake_arrive(f, w, text, len);
    }
    return rule && rule->says_taken ? rule->taken : said[answer];
}

/* Nobody asks for the text, until the deadline or until the window is gone. */
static bool nobody_asks(struct fake *f, const struct window_pin *pin, struct fake_window *w, int64_t until,
                        struct error *err)
{
    fake_happen(f, FAKE_PASTE, w);
    if (!w->open)
        return fake_pinned(f, pin, err) != NULL;
    return last(CLOCK_NEVER, until, "nobody asked for the text", err);
}

bool fake_paste_by(struct desktop *d, const struct window_pin *pin, const char *text, size_t len,
                   struct window_press *press, int64_t until, enum window_taken *taken, struct error *err)
{
    struct fake *f = fake_of(d);
    *taken = TAKEN_NOT;
    struct fake_window *w = fake_pinned(f, pin, err);
    if (!w || !has_focus(f, w, err))
        return false;
    if (w->flags & WINDOW_DEAD)
        return fake_takes_prompts(w, err);
    const struct fake_rule *rule = fake_asked(f, FAKE_PASTE, w);
    if (rule && rule->code && !rule->answer) {
        fake_happen(f, FAKE_PASTE, w);
        return fake_refusal(rule, w->title, err);
    }
    fake_note(f, w, "paste", text, len);
    if (press->now && !press->now(press, err))
        return false;
    bool in_time = takes(rule, until, "the paste", err);
    if ((!in_time && !(rule && rule->answer)) || !w->open) { /* nothing was asked for yet */
        fake_happen(f, FAKE_PASTE, w);
        return in_time && fake_pinned(f, pin, err);
    }
    bool deaf = exclusive(f) && w->paste_keys && (!press->keys || strcmp(press->keys, w->paste_keys) != 0);
    if (deaf || (rule && rule->answer == FAKE_NOT))
        return nobody_asks(f, pin, w, until, err);
    *taken = arrive(f, w, rule, text, len);
    fake_happen(f, FAKE_PASTE, w);
    if (in_time && rule && rule->code)
        return fake_refusal(rule, w->title, err);
    return in_time;
}

bool fake_paste(struct desktop *d, const struct window_pin *pin, const char *text, size_t len, const char *keys,
                int64_t until, enum window_taken *taken, struct error *err)
{
    return fake_paste_by(d, pin, text, len, &(struct window_press){.keys = keys}, until, taken, err);
}

bool fake_unsaved(struct desktop *d, struct error *why)
{
    struct fake *f = fake_of(d);
    if (f->unsaved)
        error_set(why, EC_TIMEOUT, "%s", f->unsaved);
    f->unsaved = NULL;
    return why->code != NULL;
}

/* modifier+modifier+Key, as xdotool and the other back ends spell it. */
static bool is_chord(const char *chord)
{
    static const char *const modifiers[] = {"ctrl+", "shift+", "alt+", "super+", "meta+"};
    for (size_t i = 0; i < sizeof modifiers / sizeof *modifiers; i++) {
        size_t len = strlen(modifiers[i]);
        if (strncmp(chord, modifiers[i], len) == 0)
            return is_chord(chord + len);
    }
    return *chord && !strchr(chord, '+') && !strchr(chord, ' ');
}

bool fake_key(struct desktop *d, const struct window_pin *pin, const char *chord, int64_t until,
              enum window_taken *taken, struct error *err)
{
    struct fake *f = fake_of(d);
    *taken = TAKEN_NOT;
    if (!is_chord(chord))
        return error_set(err, EC_INVALID, "'%s' is not a chord such as Return or ctrl+shift+v", chord);
    struct fake_window *w = fake_pinned(f, pin, err);
    const struct fake_rule *rule = w ? fake_asked(f, FAKE_KEY, w) : NULL;
    if (!w || !takes(rule, until, "the key", err) || !(w = fake_pinned(f, pin, err)) || !has_focus(f, w, err) ||
        !fake_takes_prompts(w, err))
        return false;
    bool ok = !(rule && rule->code) || fake_refusal(rule, w->title, err);
    if (ok || rule->says_taken) {
        struct fake_text copy = {0};
        *taken = exclusive(f) || !ok ? TAKEN_UNKNOWN : TAKEN_WHOLE;
        fake_note(f, w, "key", chord, strlen(chord));
        if (rule && rule->late && fake_text_set(&copy, chord, strlen(chord)))
            fake_later(f, (struct fake_action){
                              .due = clock_now() + rule->late, .deed = DEED_KEY, .window = w, .text = copy.bytes});
        else if (!rule || rule->answer != FAKE_SWALLOW)
            fake_press(f, w, chord);
        if (rule && rule->says_taken)
            *taken = rule->taken;
    }
    fake_happen(f, FAKE_KEY, w);
    return ok;
}

bool fake_type(struct desktop *d, const struct window_pin *pin, const char *text, int64_t until, struct error *err)
{
    struct fake *f = fake_of(d);
    struct fake_window *w = fake_pinned(f, pin, err);
    const struct fake_rule *rule = w ? fake_asked(f, FAKE_TYPE, w) : NULL;
    if (!w || !takes(rule, until, "the words", err) || !(w = fake_pinned(f, pin, err)) || !has_focus(f, w, err))
        return false;
    bool ok = !(rule && rule->code) || fake_refusal(rule, w->title, err);
    if (ok)
        fake_typed(f, w, text);
    fake_happen(f, FAKE_TYPE, w);
    return ok;
}
