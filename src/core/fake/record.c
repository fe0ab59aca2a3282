/* record.c - what reached the windows of a fake desktop; tests ask for it after the desktop is gone. */
#include <stdlib.h>
#include <string.h>

#include "../clock.h"
#include "desk.h"
#include "grow.h"

struct fake_record {
    unsigned owners;
    struct fake_entry *entries;
    size_t n;
    char **names, **sorted; /* in order of appearance; by themselves */
    size_t names_n;
};

struct fake_record *fake_record_new(void)
{
    struct fake_record *r = calloc(1, sizeof *r);
    if (r)
        r->owners = 1;
    return r;
}

struct fake_record *fake_record_keep(struct desktop *d)
{
    struct fake_record *r = fake_of(d)->record;
    r->owners++;
    return r;
}

void fake_record_drop(struct fake_record *r)
{
    if (!r || --r->owners)
        return;
    for (size_t i = 0; i < r->n; i++)
        free(r->entries[i].text);
    for (size_t i = 0; i < r->names_n; i++)
        free(r->names[i]);
    free(r->entries);
    free(r->names);
    free(r->sorted);
    free(r);
}

static bool make_room(struct fake_record *r)
{
    char **names = grow(r->names, r->names_n, sizeof *names);
    r->names = names ? names : r->names;
    char **sorted = grow(r->sorted, r->names_n, sizeof *sorted);
    r->sorted = sorted ? sorted : r->sorted;
    return names && sorted;
}

const char *fake_record_name(struct fake_record *r, const char *name)
{
    size_t low = 0, high = r->names_n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(r->sorted[middle], name);
        if (order == 0)
            return r->sorted[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    size_t size = strlen(name) + 1;
    char *copy = malloc(size);
    if (!copy || !make_room(r)) {
        free(copy);
        return NULL;
    }
    memcpy(copy, name, size);
    memmove(r->sorted + low + 1, r->sorted + low, (r->names_n - low) * sizeof *r->sorted);
    r->sorted[low] = copy;
    return r->names[r->names_n++] = copy;
}

void fake_note(struct fake *f, const struct fake_window *w, const char *what, const char *text, size_t len)
{
    struct fake_record *r = f->record;
    struct fake_text copy = {0};
    struct fake_entry *entries = grow(r->entries, r->n, sizeof *entries);
    if (entries)
        r->entries = entries;
    if (!entries || !fake_text_set(&copy, text, len)) {
        fake_trouble(f, EC_MEMORY, "no memory for the record of the fake desktop");
        return;
    }
    r->entries[r->n++] = (struct fake_entry){
        .at = clock_now() - f->opened, .window = w ? w->name : "", .what = what, .text = copy.bytes, .len = copy.len};
}

size_t fake_record_count(const struct fake_record *r)
{
    return r->n;
}

const struct fake_entry *fake_record_entry(const struct fake_record *r, size_t i)
{
    return &r->entries[i];
}

const char *fake_record_window(const struct fake_record *r, size_t i)
{
    return i < r->names_n ? r->names[i] : NULL;
}
