/* Pictures: what is written is read back by the rules of the format, byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <zlib.h>

#include <cmocka.h>

#include "core/png.h"
#include "folder_case.h"

static uint32_t u32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* The chunk at *at: its type, its length, its check. Answers its data; *at is behind it. */
static const uint8_t *chunk(const uint8_t **at, const char *type, uint32_t *len)
{
    const uint8_t *data = *at + 8;
    *len = u32(*at);
    assert_memory_equal(*at + 4, type, 4);
    assert_int_equal(crc32(0, data - 4, (uInt)(*len + 4)), u32(data + *len));
    *at = data + *len + 4;
    return data;
}

/* Undoes the filters (section 9.2): none and Up are what we write. */
static void unfilter(const uint8_t *lines, size_t width, size_t height, uint8_t *rgb)
{
    for (size_t y = 0; y < height; y++) {
        const uint8_t *line = lines + y * (width * 3 + 1);
        assert_in_range(line[0], 0, 2);
        assert_int_not_equal(line[0], 1);
        for (size_t x = 0; x < width * 3; x++) {
            uint8_t above = y && line[0] == 2 ? rgb[(y - 1) * width * 3 + x] : 0;
            rgb[y * width * 3 + x] = (uint8_t)(line[1 + x] + above);
        }
    }
}

static void expect_picture(const char *path, uint32_t width, uint32_t height, const uint8_t *rgb)
{
    static const uint8_t signature[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    struct error err = {0};
    char *bytes;
    size_t all;
    uint32_t len;
    assert_true(file_read(path, 1 << 26, &bytes, &all, &err));
    const uint8_t *at = (const uint8_t *)bytes + 8;
    assert_memory_equal(bytes, signature, 8);
    const uint8_t *form = chunk(&at, "IHDR", &len);
    assert_int_equal(len, 13);
    assert_int_equal(u32(form), width);
    assert_int_equal(u32(form + 4), height);
    assert_memory_equal(form + 8, "\10\2\0\0\0", 5);
    const uint8_t *data = chunk(&at, "IDAT", &len);
    size_t raw = ((size_t)width * 3 + 1) * height;
    uint8_t *lines = malloc(raw), *back = malloc(raw);
    uLongf got = (uLongf)raw;
    assert_int_equal(uncompress(lines, &got, data, len), Z_OK);
    assert_int_equal(got, raw);
    unfilter(lines, width, height, back);
    assert_memory_equal(back, rgb, (size_t)width * 3 * height);
    chunk(&at, "IEND", &len);
    assert_int_equal(len, 0);
    assert_ptr_equal(at, bytes + all);
    free(lines);
    free(back);
    free(bytes);
}

/* Noise does not shrink: the file is larger than its first room. */
static uint8_t *noise(size_t n)
{
    uint8_t *bytes = malloc(n);
    uint32_t state = 1;
    for (size_t i = 0; i < n; i++) {
        state = state * 1664525u + 1013904223u;
        bytes[i] = (uint8_t)(state >> 24);
    }
    return bytes;
}

static void write_noise(const char *path, uint32_t width, uint32_t height)
{
    struct error err = {0};
    uint8_t *rgb = noise((size_t)width * 3 * height);
    struct png *png = png_new(width, height, &err);
    assert_non_null(png);
    for (uint32_t y = 0; y < height; y++)
        assert_true(png_line(png, rgb + (size_t)y * width * 3, &err));
    assert_true(png_save(png, path, &err));
    png_free(png);
    expect_picture(path, width, height, rgb);
    free(rgb);
}

static void what_was_painted_is_in_the_file(void **state)
{
    (void)state;
    write_noise(in("one.png"), 1, 1);
    write_noise(in("wide.png"), 1000, 3);
    write_noise(in("large.png"), 640, 480);
}

static void the_impossible_is_refused(void **state)
{
    (void)state;
    struct error err = {0};
    assert_null(png_new(0, 1, &err));
    expect_refused(&err, EC_MEMORY, "picture");
    assert_null(png_new(UINT32_MAX, 1, &err));
    expect_refused(&err, EC_MEMORY, "picture");
    struct png *png = png_new(1, 1, &err);
    assert_true(png_line(png, (const uint8_t *)"rgb", &err));
    assert_false(png_save(png, in("nowhere/x.png"), &err));
    expect_refused(&err, EC_MISSING, "nowhere");
    png_free(png);
    png_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_painted_is_in_the_file, set_up, NULL),
        cmocka_unit_test_setup_teardown(the_impossible_is_refused, set_up, NULL),
    };
    return cmocka_run_group_tests(tests, group_set_up, group_tear_down);
}
