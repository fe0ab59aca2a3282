/* What is fine in a zip, how it is placed, and how one is made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/archive.h"
#include "core/clock.h"
#include "core/digest.h"
#include "core/file.h"
#include "zip_case.h"

/* ---- what is fine ---- */

static void test_fine(void **state)
{
    (void)state;
    struct error err = {0};
    struct made z = two();
    save(&z);
    free(z.bytes);
    struct archive *a = archive_open(zip, NULL, &err);
    assert_non_null(a);
    assert_int_equal(archive_count(a), 2);
    struct archive_entry e = archive_entry(a, 1);
    assert_string_equal(e.name, "b.txt");
    assert_string_equal(e.path, "b.txt");
    assert_int_equal(e.bytes, 4);
    assert_int_equal(e.crc, maker_crc("two!", 4));
    assert_false(e.folder);
    char *bytes;
    size_t len;
    assert_true(archive_read(a, 1, &bytes, &len, &err));
    assert_int_equal(len, 4);
    assert_string_equal(bytes, "two!");
    free(bytes);
    archive_close(a);
    archive_close(NULL);
}

static void test_fine_kinds(void **state)
{
    (void)state;
    const struct maker_entry entries[] = {
        deflated("deflated", "text"),
        {.name = "empty", .data = ""},
        {.name = "with-descriptor", .data = "x", .descriptor = true},
        {.name = "bare-descriptor", .data = "xy", .bare_descriptor = true},
        {.name = "file-of-unix", .data = "x", .attributes = 0100755u << 16},
        {.name = "folder/", .attributes = 0040755u << 16 | 0x10},
        {.name = "folder/in it", .data = "x"},
        {.name = "other/without/entry", .data = "x"},
        {.name = "gr\xc3\xbc\xc3\x9f"
                 "e",
         .data = "x"},
        {.name = "time", .data = "x", .extra = "UT\1\0\0", .extra_len = 5},
        {.name = "padded", .data = "x", .extra = "\0\0\0", .extra_len = 3},
        {.name = "same", .data = "x", .extra = "up\x09\0\1\1\2\3\4same", .extra_len = 13},
        {.name = "COMET.txt", .data = "x"},
        {.name = "con", .name_len = 2, .data = "x"},
        {.name = "...a", .data = "x"},
    };
    expect_fine(maker_make(entries, sizeof entries / sizeof entries[0]));
    expect_fine(maker_make_after("#!/bin/sh\n", entries, 3)); /* a prefix that the offsets know of */
    struct made z = two();                                    /* a comment */
    maker_put16(&z, z.end + 20, 5);
    maker_add(&z, "hello", 5);
    expect_fine(z);
    z = maker_make(&entries[2], 1); /* macOS: a size in the header all the same */
    maker_put32(&z, z.local[0] + 18, 1);
    expect_fine(z);
}

static void test_top_folder(void **state)
{
    (void)state;
    struct error err = {0};
    const struct maker_entry entries[] = {
        {.name = "20261122_1/"},
        {.name = "20261122_1/a.txt", .data = "one"},
        {.name = "20261122_1/sub/b.txt", .data = "two"},
    };
    struct made z = maker_make(entries, 3);
    save(&z);
    free(z.bytes);
    struct archive *a = archive_open(zip, NULL, &err);
    assert_non_null(a);
    assert_string_equal(archive_entry(a, 0).path, "");
    assert_true(archive_entry(a, 0).folder);
    assert_string_equal(archive_entry(a, 1).name, "20261122_1/a.txt");
    assert_string_equal(archive_entry(a, 1).path, "a.txt");
    assert_string_equal(archive_entry(a, 2).path, "sub/b.txt");
    assert_true(archive_extract(a, out, &err));
    archive_close(a);
    char path[96], **names, *bytes;
    size_t n;
    assert_true(file_list(out, &names, &n, &err));
    assert_int_equal(n, 2);
    assert_string_equal(names[0], "a.txt");
    assert_string_equal(names[1], "sub");
    file_list_free(names);
    snprintf(path, sizeof path, "%s/sub/b.txt", out);
    assert_true(file_read(path, 10, &bytes, &n, &err));
    assert_string_equal(bytes, "two");
    free(bytes);
    assert_true(file_remove_tree(out, &err));
}

/* Only what all have in common is dropped, and only one level of it. */
static void test_no_top_folder(void **state)
{
    (void)state;
    struct error err = {0};
    const struct maker_entry mixed[] = {{.name = "d/a", .data = "x"}, {.name = "da", .data = "x"}};
    const struct maker_entry deep[] = {{.name = "d/e/a", .data = "x"}, {.name = "d/e/b", .data = "x"}};
    struct made z = maker_make(mixed, 2);
    save(&z);
    free(z.bytes);
    struct archive *a = archive_open(zip, NULL, &err);
    assert_non_null(a);
    assert_string_equal(archive_entry(a, 0).path, "d/a");
    archive_close(a);
    z = maker_make(deep, 2);
    save(&z);
    free(z.bytes);
    a = archive_open(zip, NULL, &err);
    assert_non_null(a);
    assert_string_equal(archive_entry(a, 0).path, "e/a");
    archive_close(a);
}

/* ---- extraction ---- */

static void test_extract_refused(void **state)
{
    (void)state;
    struct error err = {0};
    struct made z = two();
    save(&z);
    free(z.bytes);
    struct archive *a = archive_open(zip, NULL, &err);
    assert_non_null(a);
    assert_int_equal(mkdir(out, 0700), 0);
    assert_false(archive_extract(a, out, &err)); /* and leaves it alone */
    assert_string_equal(err.code, EC_EXISTS);
    assert_int_equal(rmdir(out), 0);
    assert_int_equal(symlink("/tmp", out), 0);
    assert_false(archive_extract(a, out, &err));
    assert_string_equal(err.code, EC_EXISTS);
    assert_int_equal(unlink(out), 0);
    char deep[96];
    snprintf(deep, sizeof deep, "%s/x", out);
    assert_false(archive_extract(a, deep, &err));
    assert_string_equal(err.code, EC_MISSING);
    error_clear(&err);
    archive_close(a);
}

/* A full disk: the folder is gone again. */
static void test_extract_full(void **state)
{
    (void)state;
    struct error err = {0}, stopped = {0};
    static char text[5000];
    const struct archive_input files[] = {{"a", "small", 5}, {"d/b", text, sizeof text}};
    assert_true(archive_create(zip, files, 2, &err));
    struct archive *a = archive_open(zip, NULL, &err);
    assert_non_null(a);
    begin_limit(1000);
    bool ok = archive_extract(a, out, &stopped);
    end_limit();
    assert_false(ok);
    assert_string_equal(stopped.code, EC_IO);
    assert_int_equal(access(out, F_OK), -1);
    error_clear(&stopped);
    archive_close(a);
}

/* Ctrl-C in the middle: the folder is gone again. */
static void test_extract_interrupted(void **state)
{
    (void)state;
    struct error err = {0}, stopped = {0};
    const struct archive_input files[] = {{"a", "small", 5}, {"d/b", "", 0}};
    assert_true(archive_create(zip, files, 2, &err));
    struct archive *a = archive_open(zip, NULL, &err);
    assert_non_null(a);
    cancel_request(CANCEL_INTERRUPT);
    assert_false(archive_extract(a, out, &stopped));
    cancel_forget();
    assert_string_equal(stopped.code, EC_INTERRUPTED);
    assert_int_equal(access(out, F_OK), -1);
    error_clear(&stopped);
    assert_true(archive_extract(a, out, &err));
    assert_true(file_remove_tree(out, &err));
    archive_close(a);
}

/* What was opened is what is placed, whoever writes to the zip meanwhile. */
static void test_changed_meanwhile(void **state)
{
    (void)state;
    struct error err = {0};
    struct made z = two();
    save(&z);
    struct archive *a = archive_open(zip, NULL, &err);
    assert_non_null(a);
    FILE *f = fopen(zip, "r+");
    assert_non_null(f);
    for (size_t i = 0; i < z.len; i++)
        fputc('x', f);
    fclose(f);
    free(z.bytes);
    assert_true(archive_extract(a, out, &err));
    archive_close(a);
    char path[96], *bytes;
    size_t len;
    snprintf(path, sizeof path, "%s/a.txt", out);
    assert_true(file_read(path, 10, &bytes, &len, &err));
    assert_string_equal(bytes, "one");
    free(bytes);
    assert_true(file_remove_tree(out, &err));
}

static void test_modes(void **state)
{
    (void)state;
    struct error err = {0};
    struct stat st;
    struct made z = two();
    save(&z);
    free(z.bytes);
    struct archive *a = archive_open(zip, NULL, &err);
    assert_non_null(a);
    char path[96];
    snprintf(path, sizeof path, "%s/a.txt", out);
    mode_t before = umask(0);
    assert_true(archive_extract(a, out, &err));
    umask(before);
    archive_close(a);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0644);
    assert_true(file_remove_tree(out, &err));
}

/* ---- making ---- */

static void expect_made(const struct archive_input *files, size_t n, char hex[DIGEST_HEX])
{
    struct error err = {0};
    if (!archive_create(zip, files, n, &err))
        fail_msg("%s", err.message);
    assert_true(digest_sha256_file(zip, hex, &err));
}

static void test_create(void **state)
{
    (void)state;
    struct error err = {0};
    static char text[5000];
    memset(text, 'a', sizeof text);
    const struct archive_input files[] = {
        {"B_tooling_20261122_1.txt", text, sizeof text}, {"A_core_20261122_1.txt", "short", 5}, {"empty", "", 0}};
    const struct archive_input turned[] = {files[2], files[1], files[0]};
    char first[DIGEST_HEX], second[DIGEST_HEX];
    expect_made(files, 3, first);
    setenv("TZ", "Pacific/Kiritimati", 1);
    tzset();
    mode_t before = umask(077);
    expect_made(turned, 3, second);
    umask(before);
    unsetenv("TZ");
    tzset();
    assert_string_equal(first, second);
    /* On every machine: the compressor is pinned with the other sources. */
    assert_string_equal(first, "2ffeefd26a99ca05618ff1fc2c8d40ac3ecd62ac225e163d3daffd5d6ea79496");
    struct archive *a = archive_open(zip, NULL, &err);
    assert_non_null(a);
    assert_int_equal(archive_count(a), 3);
    assert_string_equal(archive_entry(a, 0).name, "A_core_20261122_1.txt");
    char *bytes;
    size_t len;
    assert_true(archive_read(a, 1, &bytes, &len, &err));
    assert_int_equal(len, sizeof text);
    assert_memory_equal(bytes, text, len);
    free(bytes);
    archive_close(a);
}

static void expect_not_made(const struct archive_input *files, size_t n, const char *word)
{
    struct error err = {0};
    unlink(zip);
    assert_false(archive_create(zip, files, n, &err));
    if (!strstr(err.message, word))
        fail_msg("refused by \"%s\", not by \"%s\"", err.message, word);
    assert_string_equal(err.code, EC_INVALID);
    error_clear(&err);
    assert_int_equal(access(zip, F_OK), -1);
}

static void test_create_refused(void **state)
{
    (void)state;
    struct error err = {0};
    static char large[(8 << 20) + 1];
    const struct archive_input dots[] = {{"../a", "", 0}};
    const struct archive_input twice[] = {{"a", "", 0}, {"a", "", 0}};
    const struct archive_input twins[] = {{"a", "", 0}, {"A", "", 0}};
    const struct archive_input slash[] = {{"a/", "", 0}};
    const struct archive_input big[] = {{"a", large, sizeof large}};
    struct archive_input nine[9];
    static const char *const names[] = {"1", "2", "3", "4", "5", "6", "7", "8", "9"};
    for (size_t i = 0; i < 9; i++)
        nine[i] = (struct archive_input){names[i], large, 8 << 20};
    expect_not_made(dots, 1, "'..' part");
    expect_not_made(twice, 2, "twice");
    expect_not_made(twins, 2, "case alone");
    expect_not_made(slash, 1, "is a folder");
    expect_not_made(big, 1, "more than 8388608");
    expect_not_made(nine, 9, "9 files with 75497472 bytes");
    expect_not_made(NULL, 0, "0 files");
    const struct archive_input zeros[] = {{"a", large, 2 << 20}};
    expect_not_made(zeros, 1, "is a bomb");
    const struct archive_input fine[] = {{"a", "", 0}};
    char path[96];
    snprintf(path, sizeof path, "%s/none/x.zip", folder);
    assert_false(archive_create(path, fine, 1, &err));
    assert_string_equal(err.code, EC_MISSING);
    assert_non_null(strstr(err.message, path));
    error_clear(&err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fine),
        cmocka_unit_test(test_fine_kinds),
        cmocka_unit_test(test_top_folder),
        cmocka_unit_test(test_no_top_folder),
        cmocka_unit_test(test_extract_refused),
        cmocka_unit_test(test_extract_full),
        cmocka_unit_test(test_extract_interrupted),
        cmocka_unit_test(test_changed_meanwhile),
        cmocka_unit_test(test_modes),
        cmocka_unit_test(test_create),
        cmocka_unit_test(test_create_refused),
    };
    return cmocka_run_group_tests(tests, zip_case_set_up, zip_case_tear_down);
}
