#include "../program.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

void program_start(void)
{
    /* every terminal is so already */
}

char *program_path(struct error *err)
{
    char *path = realpath("/proc/self/exe", NULL);
    if (!path)
        error_from_errno(err, errno, "/proc/self/exe");
    return path;
}

char *program_host(void)
{
    struct utsname u;
    return strdup(uname(&u) == 0 ? u.nodename : "unknown");
}

char *program_os(void)
{
    struct utsname u;
    if (uname(&u) != 0)
        return strdup("unknown");
    int len = snprintf(NULL, 0, "%s %s %s", u.sysname, u.release, u.machine);
    char *text = len < 0 ? NULL : malloc((size_t)len + 1);
    if (text)
        snprintf(text, (size_t)len + 1, "%s %s %s", u.sysname, u.release, u.machine);
    return text;
}

int64_t program_pid(void)
{
    return (int64_t)getpid();
}
