/* folder_case.h - what the tests of files share: a new folder for each test, and refusals. After cmocka.h. */
#ifndef DISPATCH_FOLDER_CASE_H
#define DISPATCH_FOLDER_CASE_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/file.h"
#include "system.h"

static char top[] = "/tmp/test_file.XXXXXX";
static char folder[64]; /* a new one for each test */

static inline int set_up(void **state)
{
    (void)state;
    static int number;
    snprintf(folder, sizeof folder, "%s/%d", top, number++);
    return mkdir(folder, 0700);
}

/* The path of a name in the test's folder; good until the fourth call after it. */
static inline const char *in(const char *name)
{
    static char paths[4][512];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static inline void expect_refused(struct error *err, const char *code, const char *word)
{
    assert_non_null(err->code);
    assert_string_equal(err->code, code);
    assert_non_null(err->message);
    assert_non_null(strstr(err->message, word));
    error_clear(err);
}

static inline void make(const char *name, const char *text)
{
    struct error err = {0};
    assert_true(file_create(in(name), text, strlen(text), &err));
}

static inline void expect_content(const char *name, const char *text)
{
    struct error err = {0};
    char *bytes;
    size_t len;
    assert_true(file_read(in(name), 1 << 20, &bytes, &len, &err));
    assert_int_equal(len, strlen(text));
    assert_string_equal(bytes, text);
    free(bytes);
}

/* How many names are in the test's folder. */
static inline size_t count(void)
{
    struct error err = {0};
    char **names;
    size_t n;
    assert_true(file_list(folder, &names, &n, &err));
    file_list_free(names);
    return n;
}

/* Root may read and write anything: as nobody, then. */
static inline void begin_nobody(void)
{
    assert_int_equal(chmod(top, 0755), 0);
    if (getuid() == 0)
        assert_int_equal(seteuid(65534), 0);
}

static inline void end_nobody(void)
{
    if (getuid() == 0)
        assert_int_equal(seteuid(0), 0);
}

static inline int group_set_up(void **state)
{
    (void)state;
    return mkdtemp(top) ? 0 : -1;
}

static inline int group_tear_down(void **state)
{
    (void)state;
    struct error err = {0};
    return file_remove_tree(top, &err) ? 0 : -1;
}
#endif
