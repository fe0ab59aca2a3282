/* fake.c - the fake desktop as a back end: it is opened by its rules, never by name. */
#include <stdlib.h>
#include <string.h>

#include "../clock.h"
#include "../file.h"
#include "desk.h"

static const char advice[] = "a fake desktop is opened by its rules: window.fake(rules), or -Via fake:FILE.lua";

static bool fake_probe(const char *where, struct error *err)
{
    (void)where;
    return error_set(err, EC_UNSUPPORTED, "%s", advice);
}

static struct desktop *fake_open_named(const char *where, struct error *err)
{
    (void)where;
    error_set(err, EC_UNSUPPORTED, "%s", advice);
    return NULL;
}

struct fake *fake_of(struct desktop *d)
{
    return (struct fake *)(void *)d; /* its first member */
}

bool fake_enter(struct fake *f, struct error *err)
{
    fake_advance(f, clock_now());
    return !f->trouble.code || error_set(err, f->trouble.code, "%s", f->trouble.message ? f->trouble.message : "");
}

static bool holds_token(const struct fake_window *w, const char *token)
{
    return !token || (w->title && window_has_token(w->title, token)) || (w->alias && window_has_token(w->alias, token));
}

struct fake_window *fake_pinned(struct fake *f, const struct window_pin *pin, struct error *err)
{
    if (!fake_enter(f, err))
        return NULL;
    struct fake_window *w = fake_with_id(f, pin->id);
    if (!w) {
        error_set(err, EC_GONE, "the window of %s was closed", pin->token ? pin->token : "the pin");
    } else if (pin->pid && w->pid && pin->pid != w->pid) {
        error_set(err, EC_GONE, "'%s' changed hands: process %lld is now %lld", w->title, (long long)pin->pid,
                  (long long)w->pid);
        w = NULL;
    } else if (!holds_token(w, pin->token)) {
        error_set(err, EC_GONE, "the window of %s is now titled '%s'", pin->token, w->title);
        w = NULL;
    }
    return w;
}

bool fake_takes_prompts(const struct fake_window *w, struct error *err)
{
    static const struct {
        unsigned flag;
        const char *why;
    } rules[] = {
        {WINDOW_SELF, "dispatch itself runs in it"},
        {WINDOW_DEAD, "its program ended"},
        {WINDOW_SHELL, "a shell stands in front, which would run a prompt as commands; start the agent in it"},
        {WINDOW_ELEVATED, "it runs with more rights than dispatch, and swallows what we send"},
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (w->flags & rules[i].flag)
            return error_set(err, EC_REFUSED, "'%s': %s", w->title, rules[i].why);
    return true;
}

static bool fake_check(struct desktop *d, const struct window_pin *pin, struct error *err)
{
    struct fake *f = fake_of(d);
    struct fake_window *w = fake_pinned(f, pin, err);
    if (!w)
        return false;
    const struct fake_rule *rule = fake_asked(f, FAKE_CHECK, w);
    bool ok = !(rule && rule->code) || fake_refusal(rule, w->title, err);
    ok = ok && fake_takes_prompts(w, err);
    fake_happen(f, FAKE_CHECK, w);
    return ok;
}

static bool fake_list(struct desktop *d, const char *const *titles, struct window_list *list, struct error *err)
{
    (void)titles;
    struct fake *f = fake_of(d);
    if (!fake_enter(f, err))
        return false;
    const struct fake_rule *rule = fake_asked(f, FAKE_LIST, NULL);
    bool ok = !(rule && rule->code) || fake_refusal(rule, "the list of windows", err);
    f->changed = f->changed && !ok;
    for (const struct fake_window *w = f->windows; w && ok; w = w->next) {
        struct window copy = {
            .id = w->id, .pid = w->pid, .flags = w->flags, .title = w->title, .app = w->app, .alias = w->alias};
        ok = !w->open || window_list_add(list, &copy, err);
    }
    fake_happen(f, FAKE_LIST, NULL);
    return ok;
}

static bool fake_lock(struct desktop *d, int64_t until, struct error *err)
{
    struct fake *f = fake_of(d);
    (void)until;
    if (!fake_enter(f, err))
        return false;
    const struct fake_rule *rule = fake_asked(f, FAKE_LOCK, NULL);
    bool ok = !(rule && rule->code) || fake_refusal(rule, "the desktop", err);
    if (ok)
        fake_note(f, NULL, "lock", "", 0);
    fake_happen(f, FAKE_LOCK, NULL);
    return ok;
}

static void fake_unlock(struct desktop *d)
{
    fake_note(fake_of(d), NULL, "unlock", "", 0);
}

static bool fake_screen_text(struct desktop *d, const struct window_pin *pin, char **text, size_t *len,
                             struct error *err)
{
    struct fake *f = fake_of(d);
    const struct window_pin whatever_titled = {.id = pin->id, .pid = pin->pid};
    struct fake_window *w = fake_pinned(f, &whatever_titled, err);
    if (!w)
        return false;
    const struct fake_rule *rule = fake_asked(f, FAKE_SCREEN_TEXT, w);
    struct fake_text shown = {0};
    bool ok = !(rule && rule->code) || fake_refusal(rule, w->title, err);
    if (ok && ((w->traits & FAKE_BLIND) || !(f->own.abilities & WINDOW_READS_TEXT)))
        ok = error_set(err, EC_UNSUPPORTED, "'%s': its text cannot be read", w->title);
    if (ok && !fake_shows(w, &shown)) {
        free(shown.bytes);
        ok = error_set(err, EC_MEMORY, "no memory for the text of '%s'", w->title);
    }
    if (ok) {
        *text = shown.bytes;
        *len = shown.len;
    }
    fake_happen(f, FAKE_SCREEN_TEXT, w);
    return ok;
}

static bool fake_screenshot(struct desktop *d, const struct window_pin *pin, const char *path, struct error *err)
{
    static const char png[] = /* one grey pixel */
        "\211\120\116\107\015\012\032\012\000\000\000\015\111\110\104\122\000\000\000\001\000\000\000\001\010\000\000"
        "\000\000\072\176\233\125\000\000\000\012\111\104\101\124\170\332\143\150\000\000\000\202\000\201\332\105\010"
        "\073\000\000\000\000\111\105\116\104\256\102\140\202";
    struct fake *f = fake_of(d);
    struct fake_window *w = pin ? fake_pinned(f, pin, err) : NULL;
    if (pin ? !w : !fake_enter(f, err))
        return false;
    const struct fake_rule *rule = fake_asked(f, FAKE_SCREENSHOT, w);
    bool ok = !(rule && rule->code) || fake_refusal(rule, "the screenshot", err);
    if (ok && !(f->own.abilities & WINDOW_EXCLUSIVE))
        ok = error_set(err, EC_UNSUPPORTED, "a terminal has no picture");
    ok = ok && file_write(path, png, sizeof png - 1, err);
    fake_happen(f, FAKE_SCREENSHOT, w);
    return ok;
}

static struct wait_source *fake_changes(struct desktop *d)
{
    return &fake_of(d)->changes;
}

static bool changes_ready(struct wait_source *self, int64_t now, int64_t *again)
{
    struct fake *f = (struct fake *)(void *)((char *)self - offsetof(struct fake, changes));
    fake_advance(f, now);
    *again = fake_next(f);
    return f->changed && !f->trouble.code;
}

static const struct error *changes_broken(struct wait_source *self)
{
    const struct fake *f = (struct fake *)(void *)((char *)self - offsetof(struct fake, changes));
    return f->trouble.code ? &f->trouble : NULL;
}

/* Never ready: it only lets the rules happen, whatever is waited for. */
static bool tick(struct wait_source *self, int64_t now, int64_t *again)
{
    struct fake *f = (struct fake *)(void *)((char *)self - offsetof(struct fake, ticker));
    fake_advance(f, now);
    *again = fake_next(f);
    return false;
}

static void fake_close(struct desktop *d)
{
    if (!d)
        return;
    struct fake *f = fake_of(d);
    if (f->interrupted)
        cancel_forget(); /* or the next desktop of this process, another spec's, would begin in a hurry */
    wait_remove(&f->changes);
    wait_remove(&f->ticker);
    for (struct fake_window *w = f->windows, *next; w; w = next) {
        next = w->next;
        fake_window_free(w);
    }
    free(f->by_id);
    free(f->by_name);
    fake_queue_free(f);
    fake_rules_free(f);
    fake_record_drop(f->record);
    error_clear(&f->trouble);
    free(f);
    clock_simulate_end();
}

const struct window_backend window_fake = {
    .name = "fake",
    .paste_keys = "ctrl+v",
    .abilities = WINDOW_EXCLUSIVE | WINDOW_READS_TEXT,
    .probe = fake_probe,
    .open = fake_open_named,
    .close = fake_close,
    .lock = fake_lock,
    .unlock = fake_unlock,
    .changes = fake_changes,
    .list = fake_list,
    .check = fake_check,
    .focus = fake_focus,
    .paste = fake_paste,
    .paste_by = fake_paste_by,
    .unsaved = fake_unsaved,
    .key = fake_key,
    .type = fake_type,
    .screen_text = fake_screen_text,
    .screenshot = fake_screenshot,
};

bool fake_is(const struct desktop *d)
{
    return d->backend->close == fake_close;
}

static void set_abilities(struct fake *f, const struct fake_rule *rules, size_t n)
{
    f->own = window_fake;
    for (size_t i = 0; i < n; i++)
        if (rules[i].says_abilities)
            f->own.abilities = rules[i].abilities;
    if (f->own.abilities & WINDOW_EXCLUSIVE)
        return;
    f->own.paste_keys = NULL;
    f->own.lock = NULL;
    f->own.unlock = NULL;
}

struct desktop *fake_open(const struct fake_rule *rules, size_t n, struct error *err)
{
    struct fake *f = calloc(1, sizeof *f);
    if (!f || !(f->record = fake_record_new())) {
        free(f);
        error_set(err, EC_MEMORY, "no memory for a fake desktop");
        return NULL;
    }
    clock_simulate_begin();
    f->base.backend = &f->own;
    set_abilities(f, rules, n);
    f->changes = (struct wait_source){.ready = changes_ready, .broken = changes_broken};
    f->ticker = (struct wait_source){.ready = tick};
    f->opened = clock_now();
    if (!fake_rules_copy(f, rules, n, err) || !wait_always(&f->ticker, err)) {
        fake_close(&f->base);
        return NULL;
    }
    fake_advance(f, f->opened); /* what was there from the start is there for who looks before he waits, too */
    return &f->base;
}
