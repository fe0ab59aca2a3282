/* rules.c - which rule is about a call, and what happens when. */
#include <stdlib.h>
#include <string.h>

#include "../clock.h"
#include "desk.h"

static const size_t strings[] = {
    offsetof(struct fake_rule, window),  offsetof(struct fake_rule, message),    offsetof(struct fake_rule, of),
    offsetof(struct fake_rule, title),   offsetof(struct fake_rule, app),        offsetof(struct fake_rule, alias),
    offsetof(struct fake_rule, screen),  offsetof(struct fake_rule, composer),   offsetof(struct fake_rule, modal),
    offsetof(struct fake_rule, busy),    offsetof(struct fake_rule, paste_keys), offsetof(struct fake_rule, submit_key),
    offsetof(struct fake_rule, focus),   offsetof(struct fake_rule, write),      offsetof(struct fake_rule, remove),
    offsetof(struct fake_rule, unsaved),
};
enum { STRINGS = sizeof strings / sizeof *strings };

/* A string member of a rule: all of them have one type. */
static const char **member(struct fake_rule *rule, size_t i)
{
    return (const char **)(void *)((char *)rule + strings[i]);
}

static bool own(const char **text, size_t len)
{
    struct fake_text copy = {0};
    const char *from = *text;
    *text = NULL;
    if (!fake_text_set(&copy, from, len))
        return false;
    *text = copy.bytes;
    return true;
}

/* On failure every member is NULL or ours, so that free works. */
static bool own_strings(struct fake_rule *rule)
{
    bool ok = true;
    if (rule->text) {
        rule->text_len = rule->text_len ? rule->text_len : strlen(rule->text);
        ok = own(&rule->text, rule->text_len);
    }
    for (size_t i = 0; i < STRINGS; i++) {
        const char **text = member(rule, i);
        if (*text)
            ok = own(text, strlen(*text)) && ok;
    }
    return ok;
}

struct titled { /* names of windows that some rule gives a title */
    const char **names;
    size_t n;
};

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool find_titled(const struct fake_rule *rules, size_t n, struct titled *titled)
{
    titled->names = calloc(n ? n : 1, sizeof *titled->names);
    titled->n = 0;
    for (size_t i = 0; titled->names && i < n; i++) {
        const char *of = rules[i].of ? rules[i].of : rules[i].window;
        if (rules[i].title && of)
            titled->names[titled->n++] = of;
    }
    if (titled->names)
        qsort(titled->names, titled->n, sizeof *titled->names, by_text);
    return titled->names;
}

static bool has_title(const struct titled *titled, const char *name)
{
    return bsearch(&name, titled->names, titled->n, sizeof *titled->names, by_text);
}

static const char *fault(const struct fake_rule *r, const struct titled *titled)
{
    bool call = r->on != FAKE_TIME;
    const char *names[] = {r->window, r->of, r->focus && *r->focus ? r->focus : NULL};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i] && !has_title(titled, names[i]))
            return "its window never appears: no rule gives it a title";
    if (r->at < 0 || r->after < 0 || r->takes < 0 || r->late < 0 || r->burst < 0)
        return "times are not negative";
    if (call && r->at)
        return "a rule has a moment or a call, not both";
    if (!call && (r->nth || r->after || r->answer || r->code || r->says_taken || r->takes || r->late))
        return "only a call has an answer";
    if (r->answer == FAKE_SWALLOW && r->on != FAKE_KEY)
        return "only a key is swallowed";
    if (r->answer && r->answer != FAKE_SWALLOW && r->on != FAKE_PASTE)
        return "that is an answer to a paste";
    if (r->late && r->on != FAKE_PASTE && r->on != FAKE_KEY)
        return "only a paste or a key is late";
    if (r->window && (r->on == FAKE_LIST || r->on == FAKE_LOCK))
        return "that call is about no window";
    return NULL;
}

static bool rules_fit(const struct fake_rule *rules, size_t n, struct error *err)
{
    struct titled titled;
    const char *why = NULL;
    if (!find_titled(rules, n, &titled))
        return error_set(err, EC_MEMORY, "no memory for the rules of the fake desktop");
    for (size_t i = 0; i < n && !why; i++)
        if ((why = fault(&rules[i], &titled)))
            error_set(err, EC_INVALID, "rule %zu of the fake desktop: %s", i + 1, why);
    free((void *)titled.names);
    return !why;
}

/* Behind those that are about the same event: they are looked at in their order. */
static void chain(struct fake *f, size_t i)
{
    enum fake_event on = f->rules[i].on;
    if (f->last_on[on])
        f->states[f->last_on[on] - 1].next = i + 1;
    else
        f->first_on[on] = i + 1;
    f->last_on[on] = i + 1;
}

bool fake_rules_copy(struct fake *f, const struct fake_rule *rules, size_t n, struct error *err)
{
    if (!rules_fit(rules, n, err))
        return false;
    f->rules = calloc(n ? n : 1, sizeof *f->rules);
    f->states = calloc(n ? n : 1, sizeof *f->states);
    bool ok = f->rules && f->states;
    for (; ok && f->n < n; f->n++) {
        f->rules[f->n] = rules[f->n];
        ok = own_strings(&f->rules[f->n]);
        if (ok && rules[f->n].on == FAKE_TIME)
            fake_later(
                f, (struct fake_action){.due = f->opened + rules[f->n].at, .deed = DEED_RULE, .rule = &f->rules[f->n]});
        if (rules[f->n].window)
            ok = (f->states[f->n].window = fake_record_name(f->record, rules[f->n].window)) && ok;
        chain(f, f->n);
    }
    return (ok && !f->trouble.code) || error_set(err, EC_MEMORY, "no memory for the rules of the fake desktop");
}

void fake_rules_free(struct fake *f)
{
    for (size_t i = 0; i < f->n; i++) {
        for (size_t k = 0; k < STRINGS; k++)
            free((void *)*member(&f->rules[i], k));
        free((void *)f->rules[i].text);
    }
    free(f->rules);
    free(f->states);
}

const struct fake_rule *fake_asked(struct fake *f, enum fake_event on, const struct fake_window *w)
{
    const struct fake_rule *says = NULL;
    for (size_t at = f->first_on[on]; at; at = f->states[at - 1].next) {
        const struct fake_rule *r = &f->rules[at - 1];
        struct fake_state *state = &f->states[at - 1];
        state->fires = false; /* of a call that was refused before anything happened */
        if (state->window && (!w || state->window != w->name))
            continue;
        state->calls++;
        state->fires = r->nth == 0 || r->nth == state->calls;
        if (state->fires && !says && (r->answer || r->code || r->says_taken || r->takes || r->late))
            says = r;
    }
    return says;
}

void fake_happen(struct fake *f, enum fake_event on, struct fake_window *w)
{
    for (size_t at = f->first_on[on]; at; at = f->states[at - 1].next) {
        const struct fake_rule *r = &f->rules[at - 1];
        if (!f->states[at - 1].fires)
            continue;
        f->states[at - 1].fires = false;
        if (r->after)
            fake_later(f,
                       (struct fake_action){.due = clock_now() + r->after, .deed = DEED_RULE, .rule = r, .window = w});
        else
            fake_apply(f, r, w);
    }
}

bool fake_refusal(const struct fake_rule *rule, const char *what, struct error *err)
{
    const char *why = rule->message;
    if (!why)
        why = strcmp(rule->code, EC_FOCUS) == 0    ? "the focus went elsewhere"
              : strcmp(rule->code, EC_LOCKED) == 0 ? "in use by another dispatch (pid 4711)"
                                                   : "refused by a rule of the fake desktop";
    return error_set(err, rule->code, "%s: %s", what, why);
}
