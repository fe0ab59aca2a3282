/* edit_history.c - readable by its owner alone, whatever the umask. */
#include "../edit_history.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool write_new(const char *path, int flags, const char *bytes, size_t len, struct error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);
    if (fd < 0)
        return error_from_errno(err, errno, path);
    ssize_t n;
    do
        n = write(fd, bytes, len);
    while (n < 0 && errno == EINTR);
    int number = n < 0 ? errno : n < (ssize_t)len ? ENOSPC : 0;
    if (close(fd) != 0 && !number)
        number = errno;
    return number == 0 || error_from_errno(err, number, path);
}

bool edit_history_append(const char *path, const char *line, size_t len, struct error *err)
{
    return write_new(path, O_APPEND, line, len, err);
}

void edit_history_shorten(const char *path, const char *bytes, size_t len)
{
    size_t room = strlen(path) + sizeof ".new";
    char *fresh = malloc(room);
    if (!fresh)
        return;
    snprintf(fresh, room, "%s.new", path);
    unlink(fresh); /* of a session that was killed */
    if (!write_new(fresh, O_EXCL, bytes, len, NULL) || rename(fresh, path) != 0)
        unlink(fresh);
    free(fresh);
}
