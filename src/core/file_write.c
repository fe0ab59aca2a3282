/* Writing: new files, files replaced in one step, journals. What was only looked at or taken away is in file.c. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "file_private.h"
#include "path.h"
#include "program.h"
#include "wait.h"

#define MODE 0644       /* less the umask */
#define NAMES_TRIED 100 /* temporary names that a killed process with our pid may have left */

static void close_file(uv_file fd)
{
    uv_fs_t req;
    uv_fs_close(NULL, &req, fd, NULL);
    uv_fs_req_cleanup(&req);
}

static void unlink_file(const char *path)
{
    uv_fs_t req;
    char *longer;
    uv_fs_unlink(NULL, &req, path_for_system(path, &longer), NULL);
    uv_fs_req_cleanup(&req);
    free(longer);
}

/* All of it; answers 0 or libuv's status. *written: how much went out, also after a failure. */
static int write_all(uv_file fd, const char *bytes, size_t len, size_t *written)
{
    *written = 0;
    while (*written < len) {
        uv_fs_t req;
        size_t rest = len - *written;
        uv_buf_t buf = uv_buf_init((char *)bytes + *written, rest > INT_MAX ? INT_MAX : (unsigned)rest);
        int64_t n = uv_fs_write(NULL, &req, fd, &buf, 1, -1, NULL);
        uv_fs_req_cleanup(&req);
        if (n < 0)
            return (int)n;
        *written += (size_t)n;
    }
    return 0;
}

static int sync_file(uv_file fd)
{
    uv_fs_t req;
    int status = uv_fs_fsync(NULL, &req, fd, NULL);
    uv_fs_req_cleanup(&req);
    return status;
}

/* The folder that path sits in. Caller frees. NULL: no memory. */
static char *folder_of(const char *path)
{
    size_t len = strlen(path);
    while (len > 0 && !path_is_separator(path[len - 1]))
        len--;
    char *folder = malloc(len + 2);
    if (!folder)
        return NULL;
    memcpy(folder, path, len);
    if (len == 0)
        folder[len++] = '.';
    folder[len] = '\0';
    return folder;
}

static uv_file open_new(const char *path)
{
    uv_fs_t req;
    int flags = UV_FS_O_WRONLY | UV_FS_O_CREAT | UV_FS_O_EXCL | UV_FS_O_NOFOLLOW;
    char *longer;
    uv_file fd = uv_fs_open(NULL, &req, path_for_system(path, &longer), flags, MODE, NULL);
    uv_fs_req_cleanup(&req);
    free(longer);
    return fd;
}

/* Fills and flushes a file that was just made; closes it in any case, and removes it after a failure. */
static bool fill(uv_file fd, const char *path, const char *bytes, size_t len, struct error *err)
{
    size_t written;
    int status = write_all(fd, bytes, len, &written);
    if (status == 0)
        status = sync_file(fd);
    uv_fs_t req;
    int closed = uv_fs_close(NULL, &req, fd, NULL); /* NFS tells of a full disk here */
    uv_fs_req_cleanup(&req);
    if (status == 0)
        status = closed;
    if (status == 0)
        return true;
    unlink_file(path);
    return wait_uv_error(err, status, path);
}

bool file_create(const char *path, const char *bytes, size_t len, struct error *err)
{
    uv_file fd = open_new(path);
    if (fd < 0)
        return wait_uv_error(err, fd, path);
    return fill(fd, path, bytes, len, err);
}

/* A new file in the folder under a name that nobody has: in the same folder, since rename(2) cannot leave its file
 * system. Answers the name; caller frees. */
static char *open_temporary(const char *folder, uv_file *fd, struct error *err)
{
    static unsigned counter;
    size_t room = strlen(folder) + 64;
    char *path = malloc(room);
    if (!path) {
        error_set(err, EC_MEMORY, "%s: out of memory", folder);
        return NULL;
    }
    for (int i = 0; i < NAMES_TRIED; i++) {
        bool joined = folder[0] && path_is_separator(folder[strlen(folder) - 1]);
        snprintf(path, room, "%s%s.dispatch-%lld-%u.tmp", folder, joined ? "" : "/", (long long)program_pid(),
                 counter++);
        *fd = open_new(path);
        if (*fd != UV_EEXIST)
            break;
    }
    if (*fd >= 0)
        return path;
    wait_uv_error(err, *fd, path);
    free(path);
    return NULL;
}

bool file_write(const char *path, const char *bytes, size_t len, struct error *err)
{
    uv_file fd;
    bool ok = false;
    char *temporary = NULL;
    char *folder = folder_of(path);
    if (!folder) {
        error_set(err, EC_MEMORY, "%s: out of memory", path);
        goto out;
    }
    if (!(temporary = open_temporary(folder, &fd, err))) {
        error_prefix(err, "%s: cannot be written", path);
        goto out;
    }
    if (!fill(fd, temporary, bytes, len, err)) {
        error_prefix(err, "%s: cannot be written", path);
        goto out;
    }
    if (!file_rename(temporary, path, err)) {
        unlink_file(temporary);
        goto out;
    }
    ok = file_sync_folder(folder, err);
out:
    free(temporary);
    free(folder);
    return ok;
}

bool file_rename(const char *from, const char *to, struct error *err)
{
    int status = file_replace(from, to);
    if (status == 0)
        return true;
    if (status == UV_EISDIR || status == UV_ENOTEMPTY || status == UV_EEXIST)
        return error_set(err, EC_EXISTS, "%s: a folder of that name is in the way of '%s'; move it away", to, from);
    wait_uv_error(err, status, to);
    return error_prefix(err, "%s", from);
}

/* ---- journals ---- */

struct file_log {
    uv_file fd;
    bool torn; /* the last line has no end: by a killed writer or a full disk */
    char *path;
    char *line; /* kept between two lines */
    size_t room;
};

/* Does a line of somebody before us lack its end? A journal is read line by line: better one bad line than two. */
static int look_at_end(uv_file fd, bool *torn)
{
    uv_fs_t req;
    int status = uv_fs_fstat(NULL, &req, fd, NULL);
    uint64_t bytes = req.statbuf.st_size, mode = req.statbuf.st_mode & S_IFMT;
    uv_fs_req_cleanup(&req);
    if (status < 0)
        return status;
    if (mode != S_IFREG)
        return UV_EINVAL;
    *torn = false;
    if (bytes == 0)
        return 0;
    char last = '\n';
    uv_buf_t buf = uv_buf_init(&last, 1);
    status = (int)uv_fs_read(NULL, &req, fd, &buf, 1, (int64_t)bytes - 1, NULL);
    uv_fs_req_cleanup(&req);
    *torn = last != '\n';
    return status < 0 ? status : 0;
}

struct file_log *file_log_open(const char *path, struct error *err)
{
    uv_fs_t req;
    struct file_log *log = calloc(1, sizeof *log);
    if (!log || !(log->path = strdup(path))) {
        free(log);
        error_set(err, EC_MEMORY, "%s: out of memory", path);
        return NULL;
    }
    /* Readable for look_at_end(); not waiting: a FIFO is refused and not opened for ever. */
    int flags = UV_FS_O_RDWR | UV_FS_O_APPEND | UV_FS_O_CREAT | UV_FS_O_NONBLOCK | UV_FS_O_NOCTTY;
    char *longer;
    log->fd = uv_fs_open(NULL, &req, path_for_system(path, &longer), flags, MODE, NULL);
    uv_fs_req_cleanup(&req);
    free(longer);
    int status = log->fd < 0 ? log->fd : look_at_end(log->fd, &log->torn);
    if (status == 0)
        return log;
    if (status == UV_EINVAL)
        error_set(err, EC_INVALID, "%s: is no regular file, so no log can be kept in it", path);
    else
        wait_uv_error(err, status, path);
    file_log_close(log);
    return NULL;
}

bool file_log_line(struct file_log *log, const char *text, size_t len, struct error *err)
{
    if (len > SIZE_MAX - 2)
        return error_set(err, EC_MEMORY, "%s: line too long", log->path);
    if (log->room < len + 2) {
        char *line = realloc(log->line, len + 2);
        if (!line)
            return error_set(err, EC_MEMORY, "%s: out of memory", log->path);
        log->line = line;
        log->room = len + 2;
    }
    size_t n = 0, written;
    if (log->torn)
        log->line[n++] = '\n';
    if (len > 0)
        memcpy(log->line + n, text, len);
    n += len;
    log->line[n++] = '\n';
    /* One write(2), so that lines of two writers do not mix (O_APPEND). */
    int status = write_all(log->fd, log->line, n, &written);
    if (written > 0)
        log->torn = log->line[written - 1] != '\n';
    return status == 0 || wait_uv_error(err, status, log->path);
}

bool file_log_sync(struct file_log *log, struct error *err)
{
    int status = sync_file(log->fd);
    return status == 0 || wait_uv_error(err, status, log->path);
}

void file_log_close(struct file_log *log)
{
    if (!log)
        return;
    if (log->fd >= 0)
        close_file(log->fd);
    free(log->line);
    free(log->path);
    free(log);
}
