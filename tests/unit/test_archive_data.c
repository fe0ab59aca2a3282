/* What an entry may be, how much of it, and damaged data. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "zip_case.h"

/* ---- kinds and limits ---- */

static void test_kinds_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t attributes;
        const char *data, *word;
    } cases[] = {
        {"link", 0120777u << 16, "/etc/passwd", "is a link"},
        {"link/", 0120777u << 16, "", "is a link"},
        {"junction", 0x400, "x", "is a link"},
        {"fifo", 0010644u << 16, "", "device, pipe or socket"},
        {"device", 0060644u << 16, "", "device, pipe or socket"},
        {"socket", 0140644u << 16, "", "device, pipe or socket"},
        {"folder", 0040755u << 16, "", "a folder by its attributes and a file by its name"},
        {"folder", 0x10, "", "a folder by its attributes and a file by its name"},
        {"folder/", 0, "content", "folder with content"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct maker_entry e[] = {
            {.name = "a", .data = "x"},
            {.name = cases[i].name, .data = cases[i].data, .attributes = cases[i].attributes}};
        expect_refused(maker_make(e, 2), cases[i].word);
    }
}

static void test_limits(void **state)
{
    (void)state;
    const struct archive_limits small = {10, 15, 3};
    const struct maker_entry large[] = {{.name = "large", .data = "0123456789a"}};
    const struct maker_entry many[] = {
        {.name = "a", .data = ""}, {.name = "b", .data = ""}, {.name = "c", .data = ""}, {.name = "d", .data = ""}};
    const struct maker_entry sum[] = {{.name = "a", .data = "01234567"}, {.name = "b", .data = "01234567"}};
    expect_limited(maker_make(large, 1), &small, "has 11 bytes, more than 10");
    expect_limited(maker_make(many, 4), &small, "has 4 entries, more than 3");
    expect_limited(maker_make(sum, 2), &small, "unpacks to 16 bytes, more than 15");
    struct made z = maker_make(NULL, 0);
    expect_refused(z, "has nothing in it");
    const struct maker_entry folders[] = {{.name = "d/"}};
    expect_refused(maker_make(folders, 1), "has no file in it");
    struct maker_entry *thousand = calloc(1001, sizeof *thousand);
    char(*names)[16] = calloc(1001, sizeof *names);
    assert_true(thousand && names);
    for (int i = 0; i < 1001; i++) {
        snprintf(names[i], sizeof names[i], "%d", i);
        thousand[i] = (struct maker_entry){.name = names[i], .data = ""};
    }
    expect_fine(maker_make(thousand, 1000));
    expect_refused(maker_make(thousand, 1001), "has 1001 entries, more than 1000");
    free(names);
    free(thousand);
}

/* A megabyte of zeros and more in a kilobyte: refused by what it says, before anything is inflated. */
static void test_bomb(void **state)
{
    (void)state;
    static char zeros[9 << 20];
    static const char little[1000];
    struct maker_entry e = {.name = "bomb", .data = zeros, .len = 2 << 20, .packed = little, .packed_len = 1000};
    expect_refused(maker_make(&e, 1), "is a bomb");
    e.len = sizeof zeros;
    expect_refused(maker_make(&e, 1), "has 9437184 bytes, more than 8388608");
}

/* ---- compression ---- */

static void test_data(void **state)
{
    (void)state;
    struct maker_entry e = deflated("a", "text");
    struct made z = maker_make(&e, 1);
    z.bytes[z.data[0] + 6] ^= 1;
    expect_refused(z, "its CRC is another one");
    z = two();
    z.bytes[z.data[0]] ^= 1;
    expect_refused(z, "its CRC is another one");
    z = maker_make(&e, 1);
    z.bytes[z.data[0]] = 7; /* a block type that does not exist */
    expect_refused(z, "damaged data");
    z = maker_make(&e, 1);
    z.bytes[z.data[0]] = 0; /* not the last block: the stream goes on, and is not there */
    expect_refused(z, "lies about its size");
    e = deflated("a", "text");
    e.packed_len--;
    expect_refused(maker_make(&e, 1), "lies about its size");
    e = deflated("a", "text");
    e.packed_len += 3; /* something hidden behind the stream */
    expect_refused(maker_make(&e, 1), "lies about its size");
    e = deflated("a", "text");
    e.len = 3;
    expect_refused(maker_make(&e, 1), "unpacks to more bytes than it says");
    e.data = "texts";
    e.len = 5;
    expect_refused(maker_make(&e, 1), "lies about its size");
    e = deflated("a", "");
    e.packed_len = 0;
    e.packed = "";
    e.data = "x";
    expect_refused(maker_make(&e, 1), "lies about its size");
}

static void test_methods(void **state)
{
    (void)state;
    static const struct {
        uint32_t method;
        const char *word;
    } cases[] = {{9, "Deflate64"},          {12, "bzip2"},    {14, "LZMA"}, {93, "Zstandard"}, {95, "xz"}, {98, "PPMd"},
                 {1, "method 1 (unknown)"}, {99, "encrypted"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct made z = two();
        maker_put16(&z, z.local[1] + 8, cases[i].method);
        maker_put16(&z, z.central[1] + 10, cases[i].method);
        expect_refused(z, cases[i].word);
        z = two();
        maker_put16(&z, z.local[1] + 8, cases[i].method);
        expect_refused(z, cases[i].word);
    }
    struct made z = two();
    maker_put16(&z, z.local[1] + 8, 8);
    expect_refused(z, "another compression");
    static const uint32_t flags[] = {1, 0x41, 0x2000, 0x20};
    for (size_t i = 0; i < 4; i++) {
        z = two();
        maker_put16(&z, z.central[1] + 8, flags[i]);
        expect_refused(z, i < 3 ? "is encrypted" : "is a patch");
        z = two();
        maker_put16(&z, z.local[1] + 6, flags[i]);
        expect_refused(z, i < 3 ? "is encrypted" : "is a patch");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds_refused), cmocka_unit_test(test_limits),  cmocka_unit_test(test_bomb),
        cmocka_unit_test(test_data),          cmocka_unit_test(test_methods),
    };
    return cmocka_run_group_tests(tests, zip_case_set_up, zip_case_tear_down);
}
