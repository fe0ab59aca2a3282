/* Zips whose headers lie: each way is refused, and nothing of it is left on the disk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "zip_case.h"

/* ---- headers that lie ---- */

static void test_two_headers(void **state)
{
    (void)state;
    static const struct {
        size_t local, central;
        const char *word;
    } cases[] = {{14, 16, "another CRC"}, {18, 20, "another size"}, {22, 24, "another size"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct made z = two();
        z.bytes[z.local[1] + cases[i].local] ^= 1;
        expect_refused(z, cases[i].word);
        z = two();
        z.bytes[z.central[0] + cases[i].central] ^= 1;
        expect_refused(z, cases[i].word);
    }
    struct made z = two();
    z.bytes[z.local[0] + 30] = 'c';
    expect_refused(z, "another name");
    z = two();
    maker_put16(&z, z.local[0] + 26, 4);
    expect_refused(z, "another name");
    z = two(); /* sizes that lie in both: stored data cannot */
    maker_put32(&z, z.local[1] + 22, 5);
    maker_put32(&z, z.central[1] + 24, 5);
    expect_refused(z, "its two sizes differ");
    z = two();
    maker_put32(&z, z.local[1] + 22, 3);
    maker_put32(&z, z.central[1] + 24, 3);
    expect_refused(z, "its two sizes differ");
}

static void test_descriptors(void **state)
{
    (void)state;
    const struct maker_entry e[] = {{.name = "a", .data = "x", .descriptor = true}, {.name = "b", .data = "x"}};
    for (size_t at = 0; at < 16; at += 4) {
        struct made z = maker_make(e, 2);
        z.bytes[z.descriptor[0] + at] ^= 1;
        expect_refused(z, "behind its data");
    }
    struct made z = maker_make(e, 2); /* none at all: the next entry stands there */
    maker_put16(&z, z.local[1] + 6, 0x808);
    maker_put16(&z, z.central[1] + 8, 0x808);
    expect_refused(z, "behind its data");
    z = maker_make(e, 2); /* a header that says something else */
    maker_put32(&z, z.local[0] + 14, 7);
    expect_refused(z, "another CRC");
    z = maker_make(e, 2);
    maker_put32(&z, z.local[0] + 22, 7);
    expect_refused(z, "another size");
}

static void test_places(void **state)
{
    (void)state;
    struct made z = two(); /* two entries with the same bytes */
    maker_put32(&z, z.central[1] + 42, (uint32_t)z.local[0]);
    expect_refused(z, "another name");
    const struct maker_entry inner[] = {{.name = "a", .data = "x"}};
    struct made hidden = maker_make(inner, 1);
    const struct maker_entry outer[] = {{.name = "b", .data = (const char *)hidden.bytes, .len = hidden.len},
                                        {.name = "a", .data = "x"}};
    z = maker_make(outer, 2); /* an entry inside another one's data */
    free(hidden.bytes);
    maker_put32(&z, z.central[1] + 42, (uint32_t)(z.data[0] + hidden.local[0]));
    expect_refused(z, "shares bytes");
    z = two();
    maker_put32(&z, z.central[1] + 42, (uint32_t)z.central[0]);
    expect_refused(z, "no local header");
    z = two();
    maker_put32(&z, z.central[1] + 42, (uint32_t)z.len - 4);
    expect_refused(z, "no local header");
    z = two();
    maker_put32(&z, z.central[1] + 42, 0x7FFFFFFF);
    expect_refused(z, "no local header");
    z = two();
    maker_put32(&z, z.central[1] + 42, (uint32_t)z.local[1] + 1);
    expect_refused(z, "no local header");
    z = two(); /* data that reach into the directory */
    for (size_t i = 18; i <= 22; i += 4) {
        maker_put32(&z, z.local[1] + i, 5);
        maker_put32(&z, z.central[1] + i + 2, 5);
    }
    expect_refused(z, "end outside");
    z = two();
    maker_put16(&z, z.local[1] + 28, 0x100);
    expect_refused(z, "end outside");
}

static void test_extra_fields(void **state)
{
    (void)state;
    struct maker_entry e = {.name = "a", .data = "x", .extra = "UT\4\0\0", .extra_len = 5};
    expect_refused(maker_make(&e, 1), "extra field that ends outside");
    e.extra = "UT\1";
    e.extra_len = 3;
    expect_refused(maker_make(&e, 1), "extra field that ends outside");
    e.extra = "\1\0\10\0\1\0\0\0\0\0\0\0";
    e.extra_len = 12;
    expect_refused(maker_make(&e, 1), "zip64 sizes");
}

static void test_end_record(void **state)
{
    (void)state;
    struct made z = two();
    maker_put16(&z, z.end + 4, 1);
    expect_refused(z, "several parts");
    z = two();
    maker_put16(&z, z.end + 6, 1);
    expect_refused(z, "several parts");
    z = two();
    maker_put16(&z, z.end + 8, 1);
    expect_refused(z, "several parts");
    z = two();
    maker_put16(&z, z.central[1] + 34, 1);
    expect_refused(z, "several parts");
    z = two();
    maker_put16(&z, z.end + 8, 1);
    maker_put16(&z, z.end + 10, 1);
    expect_refused(z, "more in its directory than it says");
    z = two();
    maker_put16(&z, z.end + 8, 3);
    maker_put16(&z, z.end + 10, 3);
    expect_refused(z, "broken directory");
    z = two();
    maker_put16(&z, z.end + 8, 0);
    maker_put16(&z, z.end + 10, 0);
    expect_refused(z, "more in its directory than it says");
    for (size_t at = 12; at <= 16; at += 4) {
        z = two();
        z.bytes[z.end + at] ^= 1;
        expect_refused(z, "lies about where its directory is");
        z = two();
        maker_put32(&z, z.end + at, 0xFFFFFFFE);
        expect_refused(z, "lies about where its directory is");
    }
    z = two();
    z.bytes[z.central[0]] = 'X';
    expect_refused(z, "broken directory");
    z = two();
    maker_put16(&z, z.central[1] + 28, 0xFFFF);
    expect_refused(z, "broken directory");
    z = two(); /* a shifted zip: a prefix that the offsets do not know of */
    memmove(z.bytes + 1, z.bytes, z.len - 1);
    expect_refused(z, "");
}

static void test_two_end_records(void **state)
{
    (void)state;
    struct made z = two();
    unsigned char copy[22];
    memcpy(copy, z.bytes + z.end, sizeof copy);
    maker_put16(&z, z.end + 20, sizeof copy);
    maker_add(&z, copy, sizeof copy);
    expect_refused(z, "two end records");
}

static void test_zip64(void **state)
{
    (void)state;
    struct made z = two();
    maker_put16(&z, z.end + 8, 0xFFFF);
    maker_put16(&z, z.end + 10, 0xFFFF);
    expect_refused(z, "zip64");
    z = two();
    maker_put32(&z, z.end + 16, 0xFFFFFFFF);
    expect_refused(z, "zip64");
    z = two();
    maker_put32(&z, z.central[0] + 20, 0xFFFFFFFF);
    expect_refused(z, "zip64");
    z = two();
    maker_put32(&z, z.central[0] + 42, 0xFFFFFFFF);
    expect_refused(z, "zip64");
    z = two(); /* its locator before the end record */
    unsigned char end[22];
    memcpy(end, z.bytes + z.end, sizeof end);
    z.len = z.end;
    maker_32(&z, 0x07064b50);
    maker_add(&z, "\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0", 16);
    maker_add(&z, end, sizeof end);
    expect_refused(z, "zip64");
}

/* Cut at every length: never a crash, never accepted. Then every byte changed: never a crash. */
static void test_every_byte(void **state)
{
    (void)state;
    const struct maker_entry e[] = {deflated("a", "text"), {.name = "d/b", .data = "x", .descriptor = true}};
    struct made whole = maker_make(e, 2);
    for (size_t len = 0; len < whole.len; len++) {
        struct made z = {.bytes = malloc(len + 1), .len = len};
        assert_non_null(z.bytes);
        memcpy(z.bytes, whole.bytes, len);
        expect_refused(z, len == 0 ? "is empty" : len < 4 ? "no zip" : "cut short");
    }
    for (size_t at = 0; at < whole.len; at++) {
        for (unsigned bit = 1; bit < 256; bit <<= 1) {
            struct error err = {0};
            whole.bytes[at] ^= (unsigned char)bit;
            save(&whole);
            if (!use(NULL, NULL, &err))
                assert_non_null(err.message);
            error_clear(&err);
            whole.bytes[at] ^= (unsigned char)bit;
        }
    }
    free(whole.bytes);
    struct made z = two();
    maker_add(&z, "garbage", 7);
    expect_refused(z, "bytes behind its end record");
}

static void test_no_zip(void **state)
{
    (void)state;
    struct error err = {0};
    assert_true(file_write(zip, "just a text that is longer than an end record", 45, &err));
    assert_null(archive_open(zip, NULL, &err));
    assert_non_null(strstr(err.message, "is no zip"));
    assert_null(archive_open(folder, NULL, &err));
    assert_non_null(strstr(err.message, "is a folder"));
    assert_string_equal(err.code, EC_INVALID);
    unlink(zip);
    assert_null(archive_open(zip, NULL, &err));
    assert_string_equal(err.code, EC_MISSING);
    assert_int_equal(mkfifo(zip, 0600), 0);
    assert_null(archive_open(zip, NULL, &err)); /* and does not hang */
    assert_string_equal(err.code, EC_INVALID);
    unlink(zip);
    const struct archive_limits small = {10, 15, 3};
    assert_int_equal(truncate(zip, 0), -1);
    assert_true(file_write(zip, "", 0, &err));
    assert_int_equal(truncate(zip, 17 << 20), 0);
    assert_null(archive_open(zip, &small, &err));
    assert_non_null(strstr(err.message, "more than the"));
    error_clear(&err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_headers),  cmocka_unit_test(test_descriptors), cmocka_unit_test(test_places),
        cmocka_unit_test(test_extra_fields), cmocka_unit_test(test_end_record),  cmocka_unit_test(test_two_end_records),
        cmocka_unit_test(test_zip64),        cmocka_unit_test(test_every_byte),  cmocka_unit_test(test_no_zip),
    };
    return cmocka_run_group_tests(tests, zip_case_set_up, zip_case_tear_down);
}
