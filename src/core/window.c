#include "window.h"

#include <stdlib.h>
#include <string.h>

#ifdef DISPATCH_X11
extern const struct window_backend window_x11;
#endif
#ifdef DISPATCH_TMUX
extern const struct window_backend window_tmux;
#endif
#ifdef DISPATCH_WIN32
extern const struct window_backend window_win32;
#endif
extern const struct window_backend window_fake;

/* In the order in which -Via auto asks them. */
const struct window_backend *const window_backends[] = {
#ifdef DISPATCH_TMUX
    &window_tmux,
#endif
#ifdef DISPATCH_X11
    &window_x11,
#endif
#ifdef DISPATCH_WIN32
    &window_win32,
#endif
    &window_fake,  NULL,
};

const struct window_backend *window_backend_named(const char *name)
{
    for (const struct window_backend *const *b = window_backends; *b; b++)
        if (strcmp((*b)->name, name) == 0)
            return *b;
    return NULL;
}

bool window_takes_prompts(const struct window_pin *pin, unsigned flags, struct error *err)
{
    if (flags & WINDOW_SELF)
        return error_set(err, EC_REFUSED, "'%s': dispatch itself runs in this window; start it in another one",
                         pin->token);
    if (flags & WINDOW_SHELL)
        return error_set(err, EC_REFUSED,
                         "'%s': its terminal is at a shell, which would run the prompt as commands; start the agent",
                         pin->token);
    return true;
}

static void window_clear(struct window *w)
{
    free(w->title);
    free(w->app);
    free(w->alias);
}

void window_list_clear(struct window_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        window_clear(&list->items[i]);
    free(list->items);
    list->items = NULL;
    list->n = 0;
}

/* NULL stays NULL and is no failure. */
static bool repaired(char **to, const char *from)
{
    *to = from ? window_utf8(from, strlen(from)) : NULL;
    return !from || *to;
}

bool window_list_add(struct window_list *list, const struct window *w, struct error *err)
{
    struct window copy = {.id = w->id, .pid = w->pid, .flags = w->flags};
    bool ok = repaired(&copy.title, w->title ? w->title : "") && repaired(&copy.app, w->app ? w->app : "") &&
              repaired(&copy.alias, w->alias);
    /* Room grows at the powers of two, so that no capacity has to be kept. */
    if (ok && (list->n & (list->n - 1)) == 0) {
        size_t room = list->n ? list->n * 2 : 1;
        struct window *items = room <= SIZE_MAX / sizeof *items ? realloc(list->items, room * sizeof *items) : NULL;
        if (items)
            list->items = items;
        ok = items != NULL;
    }
    if (!ok) {
        window_clear(&copy);
        return error_set(err, EC_MEMORY, "no memory for the list of windows");
    }
    list->items[list->n++] = copy;
    return true;
}
