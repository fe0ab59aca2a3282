/* apply.c - what a rule does to windows and to the world. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "../clock.h"
#include "../file.h"
#include "desk.h"

void fake_trouble(struct fake *f, const char *code, const char *message)
{
    if (!f->trouble.code)
        error_set(&f->trouble, code, "%s", message);
    wait_mark(&f->changes);
}

static void no_memory(struct fake *f)
{
    fake_trouble(f, EC_MEMORY, "no memory for the windows of the fake desktop");
}

void fake_mark(struct fake *f)
{
    f->changed = true;
    wait_mark(&f->changes);
}

void fake_window_free(struct fake_window *w)
{
    char *strings[] = {w->title, w->app, w->alias, w->screen, w->modal, w->busy, w->paste_keys, w->submit_key};
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
        free(strings[i]);
    free(w->composer.bytes);
    free(w->shown.bytes);
    free(w->echo.bytes);
    free(w);
}

static struct fake_window *window_add(struct fake *f, const char *name)
{
    struct fake_window *w = calloc(1, sizeof *w);
    if (!w || !(w->name = fake_record_name(f->record, name))) {
        free(w);
        return NULL;
    }
    w->id = f->last_id + 1;
    if (!fake_index_add(f, w)) {
        free(w);
        return NULL;
    }
    w->open = true;
    f->last_id++;
    w->pid = 1000 + (int64_t)w->id;
    w->pasted_at = INT64_MIN / 2;
    *(f->newest ? &f->newest->next : &f->windows) = w;
    return f->newest = w;
}

/* NULL: as it was. */
static bool put(char **to, const char *from)
{
    struct fake_text copy = {0};
    if (!from)
        return true;
    if (!fake_text_set(&copy, from, strlen(from)))
        return false;
    free(*to);
    *to = copy.bytes;
    return true;
}

static bool put_strings(struct fake_window *w, const struct fake_rule *r)
{
    bool ok = put(&w->title, r->title) && put(&w->app, r->app) && put(&w->alias, r->alias) &&
              put(&w->screen, r->screen) && put(&w->modal, r->modal) && put(&w->busy, r->busy) &&
              put(&w->paste_keys, r->paste_keys) && put(&w->submit_key, r->submit_key);
    if (ok && r->composer)
        ok = fake_text_set(&w->composer, r->composer, strlen(r->composer)) &&
             fake_text_set(&w->shown, r->composer, strlen(r->composer));
    return ok;
}

static void change(struct fake *f, struct fake_window *w, const struct fake_rule *r)
{
    if (!put_strings(w, r))
        no_memory(f);
    if (r->id)
        fake_index_change(f, w, r->id);
    if (r->says_pid)
        w->pid = r->pid;
    w->flags = (w->flags | r->flags_on) & ~r->flags_off;
    w->traits = (w->traits | r->traits_on) & ~r->traits_off;
    if (r->collapse)
        w->collapse = r->collapse;
    if (r->burst)
        w->burst = r->burst;
    /* What a screen shows is no event of a desktop: no real one tells of it either. */
    if (r->title || r->alias || r->app || r->id || r->says_pid || r->flags_on || r->flags_off)
        fake_mark(f);
}

static bool changes_window(const struct fake_rule *r)
{
    return r->id || r->says_pid || r->title || r->app || r->alias || r->flags_on || r->flags_off || r->traits_on ||
           r->traits_off || r->screen || r->composer || r->modal || r->busy || r->paste_keys || r->submit_key ||
           r->collapse || r->burst;
}

static void apply_to_window(struct fake *f, const struct fake_rule *r, struct fake_window *called)
{
    const char *name = r->of ? r->of : r->window ? r->window : called ? called->name : NULL;
    if (!name || !(r->close || changes_window(r)))
        return;
    struct fake_window *w = called && strcmp(called->name, name) == 0 ? called : fake_named(f, name);
    if (r->close) {
        if (w && w->open) {
            w->open = false;
            if (f->active == w)
                f->active = NULL;
            fake_mark(f);
        }
        return;
    }
    if (!w && r->title && !(w = window_add(f, name)))
        no_memory(f);
    if (w && w->open)
        change(f, w, r);
}

static bool write_file(const struct fake_rule *r, struct error *err)
{
    struct fake_text folder = {0};
    const char *slash = strrchr(r->write, '/');
    bool ok = true;
    if (slash && slash != r->write) {
        ok = fake_text_set(&folder, r->write, (size_t)(slash - r->write)) && file_mkdir(folder.bytes, err);
        free(folder.bytes);
    }
    const char *text = r->text ? r->text : "";
    return ok && file_write(r->write, text, r->text_len ? r->text_len : strlen(text), err);
}

/* No handler runs, no buffer is flushed: what is not with the kernel by now is lost. */
static void die(void)
{
#ifdef SIGKILL
    raise(SIGKILL);
#endif
    _Exit(137);
}

static void apply_to_world(struct fake *f, const struct fake_rule *r)
{
    struct error err = {0};
    if (r->focus) {
        f->active = fake_named(f, r->focus);
        fake_mark(f);
    }
    if (r->unsaved)
        f->unsaved = r->unsaved;
    if ((r->write && !write_file(r, &err)) || (r->remove && !file_remove_tree(r->remove, &err)))
        fake_trouble(f, err.code ? err.code : EC_MEMORY, err.message ? err.message : r->write);
    error_clear(&err);
    if (r->killed)
        die();
    if (r->interrupt) {
        f->interrupted = true;
        cancel_request(r->interrupt);
    }
    if (r->display_gone)
        fake_trouble(f, EC_NO_DISPLAY, "the fake desktop is gone: its rules said so");
}

void fake_apply(struct fake *f, const struct fake_rule *rule, struct fake_window *w)
{
    apply_to_window(f, rule, w);
    apply_to_world(f, rule);
}
