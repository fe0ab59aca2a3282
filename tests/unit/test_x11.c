/* The parts of the X11 back end that need no display: titles, keys, whose window, what is on the screen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#ifndef DISPATCH_X11

int main(void)
{
    return 0;
}

#else

#include "core/x11/titles.h"
#include "core/x11/x11.h"

static void is_title(char *(*decode)(const char *, size_t), const char *bytes, size_t len, const char *want)
{
    char *title = decode(bytes, len);
    assert_non_null(title);
    assert_string_equal(title, want);
    free(title);
}
#define TITLE(decode, bytes, want) is_title((decode), bytes, sizeof(bytes) - 1, (want))

static void old_titles_become_utf8(void **state)
{
    (void)state;
    TITLE(x11_titles_latin1, "", "");
    TITLE(x11_titles_latin1,
          "gr\xfc\xdf"
          "e",
          "grüße");
    TITLE(x11_titles_latin1, "until\0here", "until");
    TITLE(x11_titles_compound, "plain", "plain");
    TITLE(x11_titles_compound,
          "gr\xfc\xdf"
          "e",
          "grüße"); /* the right half is Latin-1 unless said otherwise */
    TITLE(x11_titles_compound, "\x1b-A\xe9", "é");
    TITLE(x11_titles_compound, "a\x1b%G\xe6\xbc\xa2\x1b%@b\xe9", "a漢bé");
    TITLE(x11_titles_compound, "a\x1b$(B4A\x1b(Bz", "a\xef\xbf\xbd\xef\xbf\xbdz"); /* JIS X 0208: not ours */
    TITLE(x11_titles_compound, "\x1b.F\xe9", "é"); /* an escape that we do not know changes nothing */
    TITLE(x11_titles_compound, "a\x1b", "a");
    TITLE(x11_titles_compound, "a\x1b$", "a");
    TITLE(x11_titles_compound, "\x1b%G\xff", "\xef\xbf\xbd");
}

static void pictures_are_clipped_to_the_screen(void **state)
{
    (void)state;
    static const struct {
        struct x11_rect window, part;
        bool any;
    } cases[] = {
        {{10, 20, 300, 200}, {0, 0, 300, 200}, true},
        {{-10, -20, 300, 200}, {10, 20, 290, 180}, true},
        {{900, 600, 300, 200}, {0, 0, 100, 100}, true},
        {{-50, 0, 2000, 10}, {50, 0, 1000, 10}, true},
        {{1000, 0, 10, 10}, {0}, false},
        {{-10, 0, 10, 10}, {0}, false},
        {{0, 700, 10, 10}, {0}, false},
        {{0, 0, 0, 10}, {0}, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct x11_rect part = {0};
        assert_int_equal(x11_picture_clip(cases[i].window, 1000, 700, &part), cases[i].any);
        assert_memory_equal(&part, &cases[i].part, sizeof part);
    }
}

static void a_client_is_known_by_the_upper_bits_of_its_ids(void **state)
{
    (void)state;
    const uint32_t mask = 0x1fffff;
    assert_true(x11_paste_same_client(mask, 0x400003, 0x4fffff));
    assert_false(x11_paste_same_client(mask, 0x400003, 0x600003));
    assert_false(x11_paste_same_client(mask, 0x3fffff, 0x400000));
}

static void a_keysym_is_found_in_the_first_group_before_the_second(void **state)
{
    (void)state;
    xcb_keysym_t syms[] = {
        0, 0, 0, 0, 'v', 'V', 0x6cd, 0x6ed, '1', '!', '1', '!', 0x6c1, 0x6e1, 'w', 'W', 0xffe1, 0, 0, 0,
    };
    struct x11_keyboard k = {.syms = syms, .first = 8, .columns = 4, .count = 5};
    struct x11_stroke stroke;
    k.modifier[0][0] = 12;
    assert_true(x11_keyboard_find(&k, 'v', &stroke));
    assert_int_equal(stroke.keycode, 9);
    assert_int_equal(stroke.group, 0);
    assert_int_equal(stroke.mods, 0);
    assert_true(x11_keyboard_find(&k, '!', &stroke));
    assert_int_equal(stroke.keycode, 10);
    assert_int_equal(stroke.mods, CHORD_SHIFT);
    assert_true(x11_keyboard_find(&k, 0x6ed, &stroke)); /* the upper level of the second group */
    assert_int_equal(stroke.group, 1);
    assert_int_equal(stroke.mods, CHORD_SHIFT);
    assert_true(x11_keyboard_find(&k, 'w', &stroke));
    assert_int_equal(stroke.group, 1);
    assert_false(x11_keyboard_find(&k, 'x', &stroke));
    assert_int_equal(x11_keyboard_mask(&k, 0xffe1), 1);
    assert_int_equal(x11_keyboard_mask(&k, 0xff7f), 0);
    assert_int_equal(x11_keyboard_modifier(&k, CHORD_SHIFT), 12);
    assert_int_equal(x11_keyboard_modifier(&k, CHORD_SUPER), 0);
    assert_int_equal(x11_keyboard_sym(&k, 7, 0), 0);
    assert_int_equal(x11_keyboard_sym(&k, 13, 0), 0);
    assert_int_equal(x11_keyboard_sym(&k, 9, 4), 0);
}

static void an_offer_lives_as_long_as_somebody_holds_it(void **state)
{
    (void)state;
    char bytes[] = "text";
    struct x11_offer *offer = x11_offer_new();
    assert_non_null(offer);
    assert_true(
        x11_offer_add(offer, &(struct x11_item){.target = 1, .type = 2, .format = 8, .bytes = bytes, .len = 4}));
    assert_true(x11_offer_add(offer, &(struct x11_item){.target = 3, .type = 4, .format = 8, .bytes = NULL, .len = 0}));
    bytes[0] = 'T'; /* it has a copy */
    assert_ptr_equal(x11_offer_hold(offer), offer);
    x11_offer_drop(offer);
    assert_int_equal(offer->n, 2);
    assert_int_equal(offer->total, 4);
    assert_memory_equal(offer->items[0].bytes, "text", 4);
    x11_offer_drop(offer);
    x11_offer_drop(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(old_titles_become_utf8),
        cmocka_unit_test(pictures_are_clipped_to_the_screen),
        cmocka_unit_test(a_client_is_known_by_the_upper_bits_of_its_ids),
        cmocka_unit_test(a_keysym_is_found_in_the_first_group_before_the_second),
        cmocka_unit_test(an_offer_lives_as_long_as_somebody_holds_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
