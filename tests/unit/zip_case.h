/* zip_case.h - what the tests of archive*.c share: a zip goes to the disk, is opened, read and extracted, and is either
 * fine or refused with a sentence that has a word in it. After cmocka.h. */
#ifndef DISPATCH_ZIP_CASE_H
#define DISPATCH_ZIP_CASE_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/archive.h"
#include "core/file.h"
#include "zip_maker.h"
#include "system.h"

static char folder[] = "/tmp/test_archive.XXXXXX";
static char zip[64], out[64];

/* Not file_write(): thousands of these need not be on the disk. */
static inline void save(const struct made *z)
{
    FILE *f = fopen(zip, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(z->bytes, 1, z->len, f), z->len);
    assert_int_equal(fclose(f), 0);
}

/* Opens and reads everything; where: and extracts, too, unless it is NULL. On the first refusal: false. */
static inline bool use(const struct archive_limits *limits, const char *where, struct error *err)
{
    struct archive *a = archive_open(zip, limits, err);
    if (!a)
        return false;
    bool ok = true;
    for (size_t i = 0; ok && i < archive_count(a); i++) {
        char *bytes;
        size_t len;
        ok = archive_read(a, i, &bytes, &len, err);
        if (ok)
            free(bytes);
    }
    struct error again = {0};
    if (where)
        assert_int_equal(archive_extract(a, where, &again), ok); /* both judge alike */
    error_clear(&again);
    archive_close(a);
    return ok;
}

static inline void expect_fine(struct made z)
{
    struct error err = {0};
    save(&z);
    free(z.bytes);
    if (!use(NULL, out, &err))
        fail_msg("refused: %s", err.message);
    assert_true(file_remove_tree(out, &err));
}

/* Refused with a sentence that names the file and holds the word; nothing is left. */
static inline void expect_limited(struct made z, const struct archive_limits *limits, const char *word)
{
    struct error err = {0};
    save(&z);
    free(z.bytes);
    if (use(limits, out, &err))
        fail_msg("accepted, but should have been refused: %s", word);
    if (!strstr(err.message, word))
        fail_msg("refused by \"%s\", not by \"%s\"", err.message, word);
    assert_string_equal(err.code, EC_INVALID);
    assert_non_null(strstr(err.message, zip));
    error_clear(&err);
    assert_int_equal(access(out, F_OK), -1);
}

static inline void expect_refused(struct made z, const char *word)
{
    expect_limited(z, NULL, word);
}

static inline struct made two(void)
{
    const struct maker_entry entries[] = {{.name = "a.txt", .data = "one"}, {.name = "b.txt", .data = "two!"}};
    return maker_make(entries, 2);
}

static inline struct made named(const char *name)
{
    const struct maker_entry entries[] = {{.name = "a.txt", .data = "one"}, {.name = name, .data = "two!"}};
    return maker_make(entries, 2);
}

/* A deflate stream of one stored block (RFC 1951, 3.2.4). Up to 60 bytes. */
static inline struct maker_entry deflated(const char *name, const char *data)
{
    static char stream[8][80];
    static size_t next;
    char *to = stream[next++ % 8];
    size_t len = strlen(data);
    to[0] = 1;
    to[1] = (char)len;
    to[2] = 0;
    to[3] = (char)~len;
    to[4] = (char)0xFF;
    memcpy(to + 5, data, len);
    return (struct maker_entry){.name = name, .data = data, .packed = to, .packed_len = len + 5};
}

static inline int zip_case_set_up(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(zip, sizeof zip, "%s/x.zip", folder);
    snprintf(out, sizeof out, "%s/out", folder);
    return 0;
}

static inline int zip_case_tear_down(void **state)
{
    (void)state;
    struct error err = {0};
    return file_remove_tree(folder, &err) ? 0 : -1;
}
#endif
