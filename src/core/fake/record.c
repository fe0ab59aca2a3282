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
    char **names;
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
    free(r);
}

const char *fake_record_name(struct fake_record *r, const char *name)
{
    for (size_t i = 0; i < r->names_n; i++)
        if (strcmp(r->names[i], name) == 0)
            return r->names[i];
    size_t size = strlen(name) + 1;
    char *copy = malloc(size);
    char **names = grow(r->names, r->names_n, sizeof *names);
    if (names)
        r->names = names;
    if (!copy || !names) {
        free(copy);
        return NULL;
    }
    memcpy(copy, name, size);
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
