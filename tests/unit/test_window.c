#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/window.h"

#define TOKEN "HITECHOS_A_core_20261122_1"

static void token_as_a_whole(void **state)
{
    (void)state;
    static const char *const hits[] = {
        TOKEN,
        "● " TOKEN " - Code",
        "●" TOKEN,
        TOKEN "●",
        "[" TOKEN "]",
        "x-" TOKEN "-y",
        "a." TOKEN ".txt",
        "🚀" TOKEN "🚀",
        "⚙️" TOKEN,                       /* the sign, then its selector U+FE0F */
        "👩‍💻" TOKEN,                  /* joined by U+200D */
        "🏴󠁧󠁢󠁥󠁮󠁧󠁿" TOKEN, /* ends in tags */
        "⠋" TOKEN,                            /* a spinner */
        "│" TOKEN "│",                        /* a box */
        "\xEE\x82\xA0" TOKEN,                 /* an icon of private use, U+E0A0 */
        "「" TOKEN "」",
        "«" TOKEN "»",
        "\xC2\xA0" TOKEN,               /* no-break space */
        "\xE2\x80\x8E" TOKEN " - Code", /* left-to-right mark */
        TOKEN "0 " TOKEN,               /* the second one is whole */
        "x" TOKEN TOKEN " " TOKEN,
    };
    for (size_t i = 0; i < sizeof hits / sizeof *hits; i++)
        if (!window_has_token(hits[i], TOKEN))
            fail_msg("must match: %s", hits[i]);
}

static void token_in_another_name(void **state)
{
    (void)state;
    static const char *const misses[] = {
        "",
        "HITECHOS",
        TOKEN "0",
        TOKEN "_v2",
        TOKEN "a",
        "x" TOKEN,
        "_" TOKEN,
        "1" TOKEN,
        "é" TOKEN,
        "e\xCC\x81" TOKEN, /* e and a combining accent */
        TOKEN "é",
        TOKEN "\xCC\x81", /* an accent on our last digit: another sign */
        TOKEN "1\xE2\x83\xA3",
        TOKEN "\xE2\x83\xA3", /* the frame of a keycap */
        TOKEN "²",
        "漢" TOKEN,
        TOKEN "々",
        TOKEN "٣",  /* an Arabic digit */
        TOKEN "１", /* a full-width digit */
        "＿" TOKEN, /* a full-width underscore */
        TOKEN "\xE2\x80\x8B"
              "0", /* looks like …_10: the space between is not drawn */
        "x\xEF\xB8\x8F" TOKEN,
        "\xE9" TOKEN, /* Latin-1: a broken byte may have been a letter */
        TOKEN "\xE9",
        "\xE2\x97" TOKEN,
        "hitechos_A_core_20261122_1",
        "HITECHOS_А_core_20261122_1", /* Cyrillic A */
        "HITECHOS A_core 20261122_1",
        "HITECHOS_A_core_20261122_",
    };
    for (size_t i = 0; i < sizeof misses / sizeof *misses; i++)
        if (window_has_token(misses[i], TOKEN))
            fail_msg("must not match: %s", misses[i]);
    assert_false(window_has_token("anything", ""));
}

static void repaired(const char *bytes, size_t len, const char *want)
{
    /* Exactly as long as said, so that valgrind and ASan see a read beyond it. */
    char *exact = malloc(len ? len : 1);
    assert_non_null(exact);
    memcpy(exact, bytes, len);
    char *got = window_utf8(exact, len);
    assert_non_null(got);
    assert_string_equal(got, want);
    free(got);
    free(exact);
}
#define BAD "\xEF\xBF\xBD"

static void utf8_repaired(void **state)
{
    (void)state;
#define REPAIRED(bytes, want) repaired(bytes, sizeof(bytes) - 1, want)
    REPAIRED("", "");
    REPAIRED("plain ä ● 🚀", "plain ä ● 🚀");
    REPAIRED(BAD, BAD);
    REPAIRED("\x80", BAD);
    REPAIRED("a\xE9z", "a" BAD "z");
    REPAIRED("\xC0\xAF", BAD BAD);                 /* overlong */
    REPAIRED("\xE0\x80\xAF", BAD BAD BAD);         /* overlong */
    REPAIRED("\xED\xA0\x80", BAD BAD BAD);         /* a surrogate */
    REPAIRED("\xF4\x90\x80\x80", BAD BAD BAD BAD); /* beyond U+10FFFF */
    REPAIRED("\xF5\xFF", BAD BAD);
    REPAIRED("\xE2\x97", BAD);          /* cut at the end: one piece */
    REPAIRED("\xF0\x9F\x9A(", BAD "("); /* cut in the middle: one piece */
    REPAIRED("\xF0\x9F\x9A", BAD);
    REPAIRED("a\0b", "a" BAD "b");
    REPAIRED("\xF4\x8F\xBF\xBF\xEF\xBF\xBF", "\xF4\x8F\xBF\xBF\xEF\xBF\xBF");
}

static void list_copies_and_repairs(void **state)
{
    (void)state;
    struct window_list list = {0};
    struct error err = {0};
    char title[] = "t\xE9";
    for (uint64_t i = 0; i < 100; i++) {
        struct window w = {.id = i, .pid = -1, .flags = WINDOW_DEAD, .title = title, .alias = i ? title : NULL};
        assert_true(window_list_add(&list, &w, &err));
    }
    title[0] = 'x';
    assert_int_equal(list.n, 100);
    assert_int_equal(list.items[99].id, 99);
    assert_int_equal(list.items[99].flags, WINDOW_DEAD);
    assert_string_equal(list.items[0].title, "t" BAD);
    assert_string_equal(list.items[0].app, "");
    assert_null(list.items[0].alias);
    assert_string_equal(list.items[1].alias, "t" BAD);
    window_list_clear(&list);
    assert_int_equal(list.n, 0);
    window_list_clear(&list);
}

static void backends_by_name(void **state)
{
    (void)state;
    assert_non_null(window_backends[0]);
    for (size_t i = 0; window_backends[i]; i++)
        assert_ptr_equal(window_backend_named(window_backends[i]->name), window_backends[i]);
    assert_non_null(window_backend_named("fake"));
    assert_null(window_backend_named("Fake"));
    assert_null(window_backend_named(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(token_as_a_whole), cmocka_unit_test(token_in_another_name),
        cmocka_unit_test(utf8_repaired),    cmocka_unit_test(list_copies_and_repairs),
        cmocka_unit_test(backends_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
