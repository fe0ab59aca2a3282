#include "starve.h"

#include <dirent.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

/* NOLINTBEGIN(bugprone-reserved-identifier): names that the linker and the sanitizers look for. */
/* By the linker: --wrap=NAME sends NAME to __wrap_NAME, and __real_NAME to what NAME was. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t n);
char *__real_realpath(const char *path, char *resolved);
DIR *__real_opendir(const char *path);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t n);
char *__wrap_realpath(const char *path, char *resolved);
DIR *__wrap_opendir(const char *path);

static bool counting, is_paused, refused;
static long requests, refuse;

/* Lua collects its garbage when memory ends and asks once more for the same: that is refused, too. */
static struct {
    bool awaited;
    void *old;
    size_t size;
} second;

void starve_begin(long n)
{
    counting = true;
    refuse = n;
}

void starve_pause(bool paused)
{
    is_paused = paused;
}

long starve_requests(void)
{
    return requests;
}

bool starve_refused(void)
{
    return refused;
}

static bool refuses(void)
{
    if (!counting || is_paused || ++requests != refuse)
        return false;
    refused = true;
    errno = ENOMEM;
    return true;
}

/* ---- other people's memory ---- */

void starve_spare_libuv(void)
{
    uv_replace_allocator(malloc, __real_realloc, calloc, free);
}

const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "exitcode=97:handle_abort=1";
}

const char *__lsan_default_options(void);
const char *__lsan_default_options(void)
{
    return "print_suppressions=0";
}

/* libzip 1.7.3 forgets the layers of a source that it cannot finish; lua-cjson and LuaFileSystem forget a buffer where
 * Lua raises inside of them. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:zip_source_crc\nleak:strbuf_new\nleak:get_dir\n";
}

/* ---- the linker's ---- */

void *__wrap_malloc(size_t size)
{
    return refuses() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return refuses() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    if (refuses()) {
        second.awaited = true;
        second.old = old;
        second.size = size;
        return NULL;
    }
    if (second.awaited && !is_paused && second.old == old && second.size == size) {
        second.awaited = false;
        errno = ENOMEM;
        return NULL;
    }
    return __real_realloc(old, size);
}

char *__wrap_strdup(const char *text)
{
    return refuses() ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t n)
{
    return refuses() ? NULL : __real_strndup(text, n);
}

char *__wrap_realpath(const char *path, char *resolved)
{
    return refuses() ? NULL : __real_realpath(path, resolved);
}

DIR *__wrap_opendir(const char *path)
{
    return refuses() ? NULL : __real_opendir(path);
}
/* NOLINTEND(bugprone-reserved-identifier) */
