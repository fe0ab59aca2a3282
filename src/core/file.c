#include "file.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "path.h"
#include "wait.h"

#define PIECE (64 * 1024) /* bytes a read */

/* A folder's path and a name in it. Caller frees; NULL: *err is filled. */
static char *join(const char *folder, const char *name, struct error *err)
{
    size_t a = strlen(folder), b = strlen(name);
    char *path = malloc(a + b + 2);
    if (!path) {
        error_set(err, EC_MEMORY, "%s: out of memory", folder);
        return NULL;
    }
    memcpy(path, folder, a);
    if (a > 0 && !path_is_separator(folder[a - 1]))
        path[a++] = '/';
    memcpy(path + a, name, b + 1);
    return path;
}

/* ---- looking ---- */

static void fill_info(const uv_stat_t *st, struct file_info *info)
{
    switch (st->st_mode & S_IFMT) {
    case S_IFREG: info->type = FILE_REGULAR; break;
    case S_IFDIR: info->type = FILE_FOLDER; break;
    case S_IFLNK: info->type = FILE_LINK; break;
    default: info->type = FILE_OTHER; break;
    }
    info->bytes = st->st_size;
    info->modified_ms = (int64_t)st->st_mtim.tv_sec * 1000 + st->st_mtim.tv_nsec / 1000000;
}

/* uv_fs_lstat, uv_fs_stat; answers libuv's status. */
static int look(const char *path, bool follow, struct file_info *info)
{
    uv_fs_t req;
    char *longer;
    path = path_for_system(path, &longer);
    int status = follow ? uv_fs_stat(NULL, &req, path, NULL) : uv_fs_lstat(NULL, &req, path, NULL);
    if (status == 0)
        fill_info(&req.statbuf, info);
    uv_fs_req_cleanup(&req);
    free(longer);
    return status;
}

bool file_stat(const char *path, struct file_info *info, struct error *err)
{
    int status = look(path, false, info);
    return status == 0 || wait_uv_error(err, status, path);
}

char *file_real(const char *path, struct error *err)
{
    uv_fs_t req;
    char *real = NULL, *longer;
    int status = uv_fs_realpath(NULL, &req, path_for_system(path, &longer), NULL);
    free(longer);
    if (status == UV_UNKNOWN) /* a file system of Windows that names nothing: a RAM disk's; Wine's beyond 260 bytes */
        real = path_absolute(path, err);
    else if (status < 0)
        wait_uv_error(err, status, path);
    else if (!(real = strdup(req.ptr)))
        error_set(err, EC_MEMORY, "%s: out of memory", path);
    else
        path_from_system(real);
    uv_fs_req_cleanup(&req);
    return real;
}

/* ---- reading ---- */

static void close_file(uv_file fd)
{
    uv_fs_t req;
    uv_fs_close(NULL, &req, fd, NULL);
    uv_fs_req_cleanup(&req);
}

/* A regular file for reading; -1: *err is filled. Never waits for the other end of a FIFO. */
static uv_file open_regular(const char *path, uint64_t *bytes, struct error *err)
{
    uv_fs_t req;
    char *longer;
    int flags = UV_FS_O_RDONLY | UV_FS_O_NONBLOCK | UV_FS_O_NOCTTY;
    uv_file fd = uv_fs_open(NULL, &req, path_for_system(path, &longer), flags, 0, NULL);
    uv_fs_req_cleanup(&req);
    free(longer);
    if (fd < 0) {
        wait_uv_error(err, fd, path);
        return -1;
    }
    int status = uv_fs_fstat(NULL, &req, fd, NULL);
    uint64_t mode = req.statbuf.st_mode & S_IFMT;
    *bytes = req.statbuf.st_size;
    uv_fs_req_cleanup(&req);
    if (status == 0 && mode == S_IFREG)
        return fd;
    if (status < 0)
        wait_uv_error(err, status, path);
    else
        error_set(err, EC_INVALID, "%s: is %s; a regular file is needed here", path,
                  mode == S_IFDIR ? "a folder" : "a device, pipe or socket");
    close_file(fd);
    return -1;
}

/* Answers how many bytes came (0: the end), or libuv's status. */
static int64_t read_piece(uv_file fd, char *bytes, size_t max)
{
    uv_fs_t req;
    uv_buf_t buf = uv_buf_init(bytes, max > INT_MAX ? INT_MAX : (unsigned)max);
    int64_t got = uv_fs_read(NULL, &req, fd, &buf, 1, -1, NULL);
    uv_fs_req_cleanup(&req);
    return got;
}

bool file_scan(const char *path, void (*take)(void *owner, const char *bytes, size_t len), void *owner,
               struct error *err)
{
    uint64_t expected;
    int64_t got = -1;
    uv_file fd = open_regular(path, &expected, err);
    if (fd < 0)
        return false;
    char *piece = malloc(PIECE);
    if (!piece) {
        error_set(err, EC_MEMORY, "%s: out of memory", path);
        goto out;
    }
    while ((got = read_piece(fd, piece, PIECE)) > 0)
        take(owner, piece, (size_t)got);
    if (got < 0)
        wait_uv_error(err, (int)got, path);
out:
    free(piece);
    close_file(fd);
    return got == 0;
}

struct buffer {
    char *bytes;
    size_t len, room; /* room: without the NUL */
};

static bool grow(struct buffer *b, size_t room, const char *path, struct error *err)
{
    char *bytes = room < SIZE_MAX ? realloc(b->bytes, room + 1) : NULL;
    if (!bytes)
        return error_set(err, EC_MEMORY, "%s: out of memory (%zu bytes)", path, room);
    b->bytes = bytes;
    b->room = room;
    return true;
}

/* Reads to the end or to one byte more than max. Files in /proc say size 0, and a log may grow meanwhile: the size is a
 * first guess only. */
static bool read_all(uv_file fd, uint64_t expected, size_t max, struct buffer *b, const char *path, struct error *err)
{
    size_t limit = max < SIZE_MAX - 1 ? max + 1 : SIZE_MAX - 1;
    size_t first = expected < PIECE ? PIECE : (size_t)expected + 1;
    if (!grow(b, first < limit ? first : limit, path, err))
        return false;
    while (b->len < limit) {
        if (b->len == b->room && !grow(b, b->room < limit / 2 ? b->room * 2 : limit, path, err))
            return false;
        int64_t got = read_piece(fd, b->bytes + b->len, b->room - b->len);
        if (got < 0)
            return wait_uv_error(err, (int)got, path);
        if (got == 0)
            break;
        b->len += (size_t)got;
    }
    if (b->len > max)
        return error_set(err, EC_INVALID, "%s: is larger than the %zu bytes that are accepted here", path, max);
    b->bytes[b->len] = '\0';
    return true;
}

bool file_read(const char *path, size_t max, char **bytes, size_t *len, struct error *err)
{
    struct buffer b = {NULL, 0, 0};
    uint64_t expected;
    uv_file fd = open_regular(path, &expected, err);
    if (fd < 0)
        return false;
    bool ok;
    if (expected > max)
        ok = error_set(err, EC_INVALID, "%s: has %llu bytes, more than the %zu that are accepted here", path,
                       (unsigned long long)expected, max);
    else
        ok = read_all(fd, expected, max, &b, path, err);
    close_file(fd);
    if (!ok) {
        free(b.bytes);
        return false;
    }
    *bytes = b.bytes;
    *len = b.len;
    return true;
}

/* ---- folders ---- */

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void file_list_free(char **names)
{
    if (!names)
        return;
    for (size_t i = 0; names[i]; i++)
        free(names[i]);
    free(names);
}

/* The names of a finished scandir request; NULL: no memory. */
static char **copy_names(uv_fs_t *req, size_t n)
{
    char **list = calloc(n + 1, sizeof *list);
    uv_dirent_t entry;
    for (size_t i = 0; uv_fs_scandir_next(req, &entry) == 0;
         i++) { /* to the end: libuv 1.44 leaks the last otherwise */
        if (list && !(list[i] = strdup(entry.name))) {
            file_list_free(list);
            list = NULL;
        }
    }
    return list;
}

bool file_list(const char *path, char ***names, size_t *n, struct error *err)
{
    uv_fs_t req;
    char *longer;
    int count = uv_fs_scandir(NULL, &req, path_for_system(path, &longer), 0, NULL);
    free(longer);
    if (count < 0) {
        uv_fs_req_cleanup(&req);
        return wait_uv_error(err, count, path);
    }
    char **list = copy_names(&req, (size_t)count);
    uv_fs_req_cleanup(&req);
    if (!list)
        return error_set(err, EC_MEMORY, "%s: out of memory", path);
    qsort(list, (size_t)count, sizeof *list, by_bytes);
    *names = list;
    *n = (size_t)count;
    return true;
}

static int make_folder(const char *path)
{
    uv_fs_t req;
    char *longer;
    int status = uv_fs_mkdir(NULL, &req, path_for_system(path, &longer), 0777, NULL);
    uv_fs_req_cleanup(&req);
    free(longer);
    return status;
}

bool file_mkdir_new(const char *path, struct error *err)
{
    int status = make_folder(path);
    return status == 0 || wait_uv_error(err, status, path);
}

/* The length of path without its last part and the slashes before that; 0: there is no parent to make. */
static size_t parent_length(const char *path, size_t len)
{
    while (len > 0 && path_is_separator(path[len - 1]))
        len--;
    while (len > 0 && !path_is_separator(path[len - 1]))
        len--;
    while (len > 0 && path_is_separator(path[len - 1]))
        len--;
    return len;
}

/* path is cut at each parent and put together again. */
static int make_with_parents(char *path, size_t len)
{
    int status = make_folder(path);
    size_t parent = status == UV_ENOENT ? parent_length(path, len) : 0;
    if (parent > 0) {
        char cut = path[parent];
        path[parent] = '\0';
        status = make_with_parents(path, parent);
        path[parent] = cut;
        if (status == 0)
            status = make_folder(path);
    }
    struct file_info info;
    if (status == UV_EEXIST && look(path, true, &info) == 0 && info.type == FILE_FOLDER)
        return 0; /* also when somebody else made it meanwhile */
    return status;
}

bool file_mkdir(const char *path, struct error *err)
{
    char *copy = strdup(path);
    if (!copy)
        return error_set(err, EC_MEMORY, "%s: out of memory", path);
    int status = make_with_parents(copy, strlen(copy));
    free(copy);
    if (status == UV_EEXIST || status == UV_ENOTDIR)
        return error_set(err, EC_EXISTS, "%s: cannot be made: something that is no folder has its name or a parent's",
                         path);
    return status == 0 || wait_uv_error(err, status, path);
}

static bool remove_contents(const char *path, struct error *err)
{
    char **names;
    size_t n;
    bool ok = file_list(path, &names, &n, err);
    if (!ok)
        return false;
    for (size_t i = 0; ok && i < n; i++) {
        char *entry = join(path, names[i], err);
        ok = entry && file_remove_tree(entry, err);
        free(entry);
    }
    file_list_free(names);
    return ok;
}

/* What would empty our own folder or the whole machine is a mistake of the caller's path, not a wish. */
static bool may_remove(const char *path)
{
    size_t len = strlen(path);
    while (len > 0 && path_is_separator(path[len - 1]))
        len--;
    size_t start = len;
    while (start > 0 && !path_is_separator(path[start - 1]))
        start--;
    const char *last = path + start;
    size_t n = len - start;
    return n > 0 && !(n == 1 && last[0] == '.') && !(n == 2 && last[0] == '.' && last[1] == '.');
}

bool file_remove_tree(const char *path, struct error *err)
{
    if (!may_remove(path))
        return error_set(err, EC_INVALID, "'%s': is no name of something to remove", path);
    struct file_info info;
    int status = look(path, false, &info);
    if (status == 0) {
        uv_fs_t req;
        char *longer;
        if (info.type == FILE_FOLDER && !remove_contents(path, err))
            return false;
        const char *it = path_for_system(path, &longer);
        status = info.type == FILE_FOLDER ? uv_fs_rmdir(NULL, &req, it, NULL) : uv_fs_unlink(NULL, &req, it, NULL);
        uv_fs_req_cleanup(&req);
        free(longer);
    }
    return status == 0 || status == UV_ENOENT || status == UV_ENOTDIR || wait_uv_error(err, status, path);
}
