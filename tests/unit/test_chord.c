/* Chords as people write them, and the characters of a text as keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/chord.h"

static void is_chord(const char *text, uint32_t sym, unsigned mods)
{
    struct chord chord;
    struct error err = {0};
    if (!chord_parse(text, &chord, &err))
        fail_msg("%s: %s", text, err.message);
    assert_int_equal(chord.sym, sym);
    assert_int_equal(chord.mods, mods);
}

static void chords_are_modifiers_and_a_key(void **state)
{
    (void)state;
    is_chord("Return", 0xff0d, 0);
    is_chord("enter", 0xff0d, 0);
    is_chord("ctrl+Return", 0xff0d, CHORD_CTRL);
    is_chord("SHIFT+insert", 0xff63, CHORD_SHIFT);
    is_chord("ctrl+shift+v", 'v', CHORD_CTRL | CHORD_SHIFT);
    is_chord("Control+V", 'v', CHORD_CTRL); /* beside a modifier the key, whatever its case */
    is_chord("V", 'V', 0);
    is_chord("alt+super+F12", 0xffc9, CHORD_ALT | CHORD_SUPER);
    is_chord("f1", 0xffbe, 0);
    is_chord("f", 'f', 0);
    is_chord("ctrl++", '+', CHORD_CTRL);
    is_chord("+", '+', 0);
    is_chord("ctrl+ä", 0xe4, CHORD_CTRL);
    is_chord("漢", 0x01006f22, 0);
}

static void what_is_no_chord_is_refused(void **state)
{
    static const char *const wrong[] = {"",  "ctrl+", "hyper+v", "Retrun", "ctrl+ab", "v+ctrl",
                                        " ", "F0",    "F25",     "F1x",    "ctrl",    "\xff"};
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct chord chord;
        struct error err = {0};
        if (chord_parse(wrong[i], &chord, &err))
            fail_msg("'%s' was taken for a chord", wrong[i]);
        assert_string_equal(err.code, EC_INVALID);
        error_clear(&err);
    }
}

static void characters_are_read_one_by_one(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t first;
        size_t used;
    } cases[] = {{"", 0, 0},          {"a", 'a', 1},           {"é", 0xe9, 2},
                 {"漢", 0x6f22, 3},   {"🎉", 0x1f389, 4},       {"\xc3", 0xfffd, 1},
                 {"\x80", 0xfffd, 1}, {"\xe6\xbc", 0xfffd, 2}, {"\xf8", 0xfffd, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *text = cases[i].text;
        uint32_t got = chord_character(&text);
        /* what is not UTF-8 may be any number of bytes, but at least one, and never beyond the end */
        if (cases[i].first != 0xfffd)
            assert_int_equal(got, cases[i].first);
        assert_int_equal(text - cases[i].text, cases[i].used);
    }
    assert_int_equal(chord_sym('\n'), 0xff0d);
    assert_int_equal(chord_sym('\t'), 0xff09);
    assert_int_equal(chord_sym(0xe9), 0xe9);
    assert_int_equal(chord_sym(0x20ac), 0x010020ac);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chords_are_modifiers_and_a_key),
        cmocka_unit_test(what_is_no_chord_is_refused),
        cmocka_unit_test(characters_are_read_one_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
