#include "proc.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

size_t proc_read(int64_t pid, const char *file, char *bytes, size_t size)
{
    char path[64]; /* 20 digits and a name of ours */
    snprintf(path, sizeof path, "/proc/%lld/%s", (long long)pid, file);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t len = 0;
    ssize_t n;
    while (fd >= 0 && len < size - 1 && (n = read(fd, bytes + len, size - 1 - len)) > 0) /* environ: page by page */
        len += (size_t)n;
    if (fd >= 0)
        close(fd);
    bytes[len] = '\0';
    return len;
}

/* "PID (NAME) STATE PPID GROUP SESSION TERMINAL FRONT …", where NAME may hold anything. */
bool proc_stat(int64_t pid, struct proc_stat *out)
{
    char line[1024];
    if (!proc_read(pid, "stat", line, sizeof line))
        return false;
    const char *name = strchr(line, '('), *end = strrchr(line, ')');
    if (!name || !end || end < name)
        return false;
    snprintf(out->name, sizeof out->name, "%.*s", (int)(end - name - 1), name + 1);
    return sscanf(end + 1, " %c %" SCNd64 " %" SCNd64 " %" SCNd64 " %d %d", &out->state, &out->parent, &out->group,
                  &out->session, &out->terminal, &out->front) == 6;
}

bool proc_is_dead(const struct proc_stat *stat)
{
    return stat->state == 'Z' || stat->state == 'X';
}

bool proc_each(void (*look)(void *owner, int64_t pid, const struct proc_stat *stat), void *owner)
{
    DIR *folder = opendir("/proc");
    struct proc_stat seen;
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        int64_t pid = strtoll(entry->d_name, NULL, 10);
        if (pid > 0 && proc_stat(pid, &seen))
            look(owner, pid, &seen);
    }
    if (folder)
        closedir(folder);
    return folder != NULL;
}

static void look_at_member(void *owner, int64_t pid, const struct proc_stat *stat)
{
    struct proc_member *m = owner;
    if (stat->group != m->group || proc_is_dead(stat) || (m->pid && m->pid < pid))
        return;
    m->pid = pid;
    m->stat = *stat;
}

bool proc_member_of(int64_t group, struct proc_member *out)
{
    *out = (struct proc_member){.group = group};
    return proc_each(look_at_member, out);
}
