/* fake_desktop.h - what the tests of the fake desktop share: one desktop at a time, and short words for its calls. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/clock.h"
#include "core/fake/fake.h"
#include "core/file.h"
#include "core/wait.h"

#define S CLOCK_SECOND
#define OPEN(rules) open_rules((rules), sizeof(rules) / sizeof *(rules))
static const struct window_pin A = {.id = 1, .pid = 1001, .token = "T_a"}, B = {.id = 2, .pid = 1002, .token = "T_b"};
#define WINDOW_A                                                                                                       \
    {                                                                                                                  \
        .window = "a", .title = "● T_a - Code"                                                                       \
    }
#define WINDOW_B                                                                                                       \
    {                                                                                                                  \
        .window = "b", .title = "T_b"                                                                                  \
    }

static struct desktop *desktop;
static struct error err;

static inline struct desktop *open_rules(const struct fake_rule *rules, size_t n)
{
    desktop = fake_open(rules, n, &err);
    if (!desktop)
        fail_msg("%s", err.message);
    return desktop;
}

static inline int close_it(void **state)
{
    (void)state;
    if (desktop)
        desktop->backend->close(desktop);
    desktop = NULL;
    error_clear(&err);
    cancel_take();
    return 0;
}

static inline int64_t in(int64_t seconds)
{
    return clock_now() + seconds * S;
}

static inline void refused(bool ok, const char *code)
{
    assert_false(ok);
    assert_string_equal(err.code ? err.code : "none", code);
    assert_non_null(err.message);
    error_clear(&err);
}

static inline void pause_for(int64_t seconds)
{
    assert_int_equal(wait_for(NULL, in(seconds), &err), WAIT_EXPIRED);
}

static inline bool focus(const struct window_pin *pin)
{
    return desktop->backend->focus(desktop, pin, in(5), &err);
}

static enum window_taken taken;
static inline bool paste(const struct window_pin *pin, const char *text)
{
    return desktop->backend->paste(desktop, pin, text, strlen(text), desktop->backend->paste_keys, in(10), &taken,
                                   &err);
}

static inline bool key(const struct window_pin *pin, const char *chord)
{
    enum window_taken read;
    return desktop->backend->key(desktop, pin, chord, in(5), &read, &err);
}

static inline void shows(const struct window_pin *pin, const char *want)
{
    char *text = NULL;
    size_t len = 0;
    assert_true(desktop->backend->screen_text(desktop, pin, &text, &len, &err));
    assert_string_equal(text, want);
    assert_int_equal(len, strlen(want));
    free(text);
}

static inline bool unread(const struct window_pin *pin)
{
    char *text;
    size_t len;
    return desktop->backend->screen_text(desktop, pin, &text, &len, &err);
}

/* The texts of one kind that reached a window, joined by |. */
static inline const char *record(const char *window, const char *what)
{
    static char joined[1000];
    struct fake_record *r = fake_record_keep(desktop);
    joined[0] = '\0';
    for (size_t i = 0; i < fake_record_count(r); i++) {
        const struct fake_entry *e = fake_record_entry(r, i);
        if (strcmp(e->window, window) == 0 && strcmp(e->what, what) == 0)
            snprintf(joined + strlen(joined), sizeof joined - strlen(joined), "%s|", e->text);
    }
    fake_record_drop(r);
    return joined;
}

static inline size_t titles(void)
{
    struct window_list list = {0};
    assert_true(desktop->backend->list(desktop, NULL, &list, &err));
    size_t n = list.n;
    window_list_clear(&list);
    return n;
}

#define TEST(f) cmocka_unit_test_teardown(f, close_it)
