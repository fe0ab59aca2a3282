/* Names in zips of strangers: each rule, and how a name that broke it is shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/archive_private.h"
#include "zip_case.h"

/* ---- names ---- */

/* A name, and a word of its refusal. */
static const char *const bad_names[][2] = {
    {"../evil", "'..' part"},
    {"a/../../evil", "'..' part"},
    {"a/..", "'..' part"},
    {"..", "'..' part"},
    {"./a", "'.' part"},
    {"a/./b", "'.' part"},
    {"/etc/passwd", "absolute"},
    {"//server/share", "absolute"},
    {"a//b", "empty part"},
    {"a//", "empty part"},
    {"C:/evil", "drive letter"},
    {"c:evil", "drive letter"},
    {"..\\evil", "backslash"},
    {"a\\b", "backslash"},
    {"file:stream", "':' in its name"},
    {"what?", "'?' in its name"},
    {"a*", "'*' in its name"},
    {"a|b", "'|' in its name"},
    {"<a>", "'<' in its name"},
    {"a\"b", "'\"' in its name"},
    {"bell\a", "bell\\x07"},
    {"line\nfeed", "control character in its name (U+000A)"},
    {"esc\x1b[2J", "esc\\x1B[2J"},
    {"del\x7f", "control character"},
    {"c1\xc2\x9b", "c1\\xC2\\x9B"},
    {"right\xe2\x80\xaeleft", "U+202E"},
    {"zero\xe2\x80\x8bwidth", "U+200B"},
    {"bom\xef\xbb\xbf", "U+FEFF"},
    {"latin\xe9", "latin\\xE9': is not UTF-8 (byte 6)"},
    {"over\xc0\xaflong", "not UTF-8"},
    {"over\xe0\x80\xaflong", "not UTF-8"},
    {"over\xf0\x80\x80\xaflong", "not UTF-8"},
    {"surrogate\xed\xa0\x80", "not UTF-8"},
    {"high\xf4\x90\x80\x80", "not UTF-8"},
    {"high\xf5\x80\x80\x80", "not UTF-8"},
    {"cut\xe2\x80", "not UTF-8"},
    {"cut\xe2\x80/a", "not UTF-8"},
    {"\x80", "not UTF-8"},
    {"dot.", "ends in a dot"},
    {"blank ", "ends in a blank"},
    {"a./b", "ends in a dot"},
    {"a /b", "ends in a blank"},
    {"...", "ends in a dot"},
    {"CON", "device on Windows"},
    {"con.txt", "device on Windows"},
    {"a/NUL", "device on Windows"},
    {"aux/a", "device on Windows"},
    {"prn .txt", "device on Windows"},
    {"Com1", "device on Windows"},
    {"COM\xc2\xb9.log", "device on Windows"},
    {"lpt9.tar.gz", "device on Windows"},
    {"conin$", "device on Windows"},
};

static void test_names_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad_names / sizeof bad_names[0]; i++)
        expect_refused(named(bad_names[i][0]), bad_names[i][1]);
    const struct maker_entry nul[] = {{.name = "a.txt\0.exe", .name_len = 10, .data = "x"}};
    expect_refused(maker_make(nul, 1), "a.txt\\x00.exe");
}

static void test_long_names(void **state)
{
    (void)state;
    char name[1100];
    memset(name, 'a', sizeof name);
    name[255] = '\0';
    expect_fine(named(name));
    memset(name, 'a', sizeof name);
    name[256] = '\0';
    expect_refused(named(name), "a part of more than 255 bytes");
    memset(name, 'a', sizeof name);
    name[1025] = '\0';
    expect_refused(named(name), "name of more than 1024 bytes");
    for (size_t i = 0; i < 70; i += 2)
        memcpy(name + i, "a/", 2);
    strcpy(name + 70, "a");
    expect_refused(named(name), "more than 32 folders deep");
    memset(name, '\xff', sizeof name); /* the longest way to show a name */
    name[sizeof name - 1] = '\0';
    expect_refused(named(name), "\\xFF…'");
    struct error err = {0};
    assert_false(archive_name_check("", 0, &err));
    assert_non_null(strstr(err.message, "has no name"));
    error_clear(&err);
}

static void test_same_names(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"a", "a", "is in it twice"},
        {"d/", "d/", "is in it twice"},
        {"a", "A", "by case alone"},
        {"d/a", "D/b", "by case alone"},
        {"d/a", "D/", "by case alone"},
        {"d/a", "d/A", "by case alone"},
        {"\xc3\xa4", "\xc3\x84", "by case alone"},                 /* ä Ä */
        {"\xce\xb1\xcf\x82", "\xce\x91\xce\xa3", "by case alone"}, /* ας ΑΣ */
        {"\xd0\xb6", "\xd0\x96", "by case alone"},                 /* ж Ж */
        {"\xc5\x99", "\xc5\x98", "by case alone"},                 /* ř Ř */
        {"\xc3\xbf", "\xc5\xb8", "by case alone"},                 /* ÿ Ÿ */
        {"k", "\xe2\x84\xaa", "by case alone"},                    /* Kelvin */
        {"\xc3\x9f", "\xe1\xba\x9e", "by case alone"},             /* ß ẞ */
        {"a", "a/b", "is a file and a folder"},
        {"a", "a/", "is a file and a folder"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct maker_entry ab[] = {{.name = cases[i][0]}, {.name = "z"}, {.name = cases[i][1]}};
        const struct maker_entry ba[] = {{.name = cases[i][1]}, {.name = "z"}, {.name = cases[i][0]}};
        expect_refused(maker_make(ab, 3), cases[i][2]);
        expect_refused(maker_make(ba, 3), cases[i][2]);
    }
    const struct maker_entry fine[] = {{.name = "d/", .data = ""},       {.name = "d/a", .data = ""},
                                       {.name = "d/b", .data = ""},      {.name = "d.a", .data = ""},
                                       {.name = "\xc3\x97", .data = ""}, /* × and ÷ are no letters */
                                       {.name = "\xc3\xb7", .data = ""}};
    expect_fine(maker_make(fine, sizeof fine / sizeof fine[0]));
}

static void test_fold(void **state)
{
    (void)state;
    static const uint32_t pairs[][2] = {
        {'A', 'a'},       {'Z', 'z'},         {'[', '['},           {'a', 'a'},     {0xC0, 0xE0},   {0xD7, 0xD7},
        {0xDE, 0xFE},     {0xDF, 0xDF},       {0x130, 0x130},       {0x131, 0x131}, {0x100, 0x101}, {0x101, 0x101},
        {0x139, 0x13A},   {0x178, 0xFF},      {0x17F, 's'},         {0x391, 0x3B1}, {0x3A2, 0x3A2}, {0x3C2, 0x3C3},
        {0x400, 0x450},   {0x410, 0x430},     {0x4C0, 0x4CF},       {0x531, 0x561}, {0x1E9E, 0xDF}, {0x212A, 'k'},
        {0xFF21, 0xFF41}, {0x10400, 0x10428}, {0x10FFFF, 0x10FFFF}, {0, 0},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        assert_int_equal(archive_fold(pairs[i][0]), pairs[i][1]);
    for (uint32_t c = 0; c < 0x11000; c++) /* nothing folds twice */
        assert_int_equal(archive_fold(archive_fold(c)), archive_fold(c));
}

static void test_unicode_path(void **state)
{
    (void)state;
    static const char *const fields[] = {"up\x09\0\1\1\2\3\4evil", "up\x0a\0\1\1\2\3\4same2", "up\x04\0\1\1\2\3",
                                         "up\x09\0\2\1\2\3\4same"};
    static const uint16_t lens[] = {13, 14, 8, 13};
    for (size_t i = 0; i < 4; i++) {
        const struct maker_entry e = {.name = "same", .data = "x", .extra = fields[i], .extra_len = lens[i]};
        expect_refused(maker_make(&e, 1), "another name in its Unicode path field");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_refused), cmocka_unit_test(test_long_names),   cmocka_unit_test(test_same_names),
        cmocka_unit_test(test_fold),          cmocka_unit_test(test_unicode_path),
    };
    return cmocka_run_group_tests(tests, zip_case_set_up, zip_case_tear_down);
}
