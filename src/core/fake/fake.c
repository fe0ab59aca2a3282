/* fake.c - the fake desktop as a back end: it is opened by its rules, never by name. */
#include "../window.h"

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

const struct window_backend window_fake = {
    .name = "fake",
    .paste_keys = "ctrl+v",
    .abilities = WINDOW_EXCLUSIVE | WINDOW_READS_TEXT,
    .probe = fake_probe,
    .open = fake_open_named,
};
