/* SHA-256 against the vectors of FIPS 180-4's examples and NIST's CAVP byte test vectors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/digest.h"
#include "system.h"

static void expect_digest(const char *bytes, size_t len, const char *expected)
{
    char hex[DIGEST_HEX];
    digest_sha256(bytes, len, hex);
    assert_string_equal(hex, expected);
}

static void test_vectors(void **state)
{
    (void)state;
    expect_digest("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect_digest(NULL, 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect_digest("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect_digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56,
                  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    expect_digest("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrs"
                  "mnopqrstnopqrstu",
                  112, "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
    expect_digest("\xd3", 1, "28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1");
}

static void test_million(void **state)
{
    (void)state;
    char *a = malloc(1000000);
    assert_non_null(a);
    memset(a, 'a', 1000000);
    expect_digest(a, 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    free(a);
}

/* Where the padding begins a block of its own: 55, 56, 63, 64, 65 bytes of 'a' (sha256sum's answers). */
static void test_padding(void **state)
{
    (void)state;
    static const struct {
        size_t len;
        const char *hex;
    } cases[] = {
        {55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"},
        {56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"},
        {63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34"},
        {64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"},
        {65, "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0"},
    };
    char a[65];
    memset(a, 'a', sizeof a);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_digest(a, cases[i].len, cases[i].hex);
}

static void test_file(void **state)
{
    (void)state;
    char path[] = "/tmp/test_digest.XXXXXX", hex[DIGEST_HEX];
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    static const char piece[1000] = {0};
    for (int i = 0; i < 200; i++) /* more than one read */
        assert_int_equal(write(fd, piece, sizeof piece), sizeof piece);
    close(fd);
    struct error err = {0};
    assert_true(digest_sha256_file(path, hex, &err));
    assert_string_equal(hex, "4cbbd9be0cba685835755f827758705db5a413c5494c34262cd25946a73e7582");
    unlink(path);
    assert_false(digest_sha256_file(path, hex, &err));
    assert_string_equal(err.code, EC_MISSING);
    assert_non_null(strstr(err.message, path));
    assert_false(digest_sha256_file("/tmp", hex, &err));
    assert_string_equal(err.code, EC_INVALID);
    error_clear(&err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_million),
        cmocka_unit_test(test_padding),
        cmocka_unit_test(test_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
