#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "desktop.h"

static bool write_all(int fd, const char *bytes, size_t len)
{
    while (len) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0) {
            bytes += n;
            len -= (size_t)n;
        }
    }
    return true;
}

static char *template(void)
{
    static const char name[] = "/dispatch-XXXXXX";
    const char *folder = getenv("TMPDIR");
    if (!folder || folder[0] != '/') /* tmux's server has another working directory */
        folder = "/tmp";
    char *path = malloc(strlen(folder) + sizeof name);
    if (path) {
        strcpy(path, folder);
        strcat(path, name);
    }
    return path;
}

char *tmux_spool(const char *text, size_t len, uid_t reader, struct error *err)
{
    char *path = template();
    if (!path) {
        error_set(err, EC_MEMORY, "tmux: out of memory");
        return NULL;
    }
    int fd = mkstemp(path); /* O_EXCL, mode 0600 */
    if (fd < 0) {
        error_from_errno(err, errno, path);
        free(path);
        return NULL;
    }
    /* root may send to anybody's server; anybody else to his own (or root's, who can read everything) */
    bool written = (geteuid() != 0 || reader == 0 || fchown(fd, reader, (gid_t)-1) == 0) && write_all(fd, text, len);
    int number = errno;
    close(fd);
    if (written)
        return path;
    error_from_errno(err, number, path);
    tmux_spool_remove(path);
    return NULL;
}

void tmux_spool_remove(char *path)
{
    if (path)
        unlink(path);
    free(path);
}
