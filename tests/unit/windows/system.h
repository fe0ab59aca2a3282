/* system.h - POSIX calls that tests make, on Windows: what it has under another name, and what it has not. */
#ifndef DISPATCH_TEST_WINDOWS_SYSTEM_H
#define DISPATCH_TEST_WINDOWS_SYSTEM_H
#include <direct.h>
#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <process.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <sys/utime.h>
#include <unistd.h>

static inline char *mkdtemp(char *template)
{
    static unsigned tried;
    char *digits = template + strlen(template) - 6;
    _mkdir("/tmp");
    for (int i = 0; i < 100; i++) {
        unsigned number = (unsigned)_getpid() * 7919u + (unsigned)time(NULL) * 31u + tried++;
        snprintf(digits, 7, "%06x", number & 0xffffffu);
        if (_mkdir(template) == 0)
            return template;
    }
    return NULL;
}

static inline int windows_mkdir(const char *path)
{
    return _mkdir(path);
}
#define mkdir(path, mode) windows_mkdir(path)

/* Whole seconds. */
static inline int utimensat(int folder, const char *path, const struct timespec times[2], int flags)
{
    struct __utimbuf64 both = {times[0].tv_sec, times[1].tv_sec};
    (void)folder, (void)flags;
    return _utime64(path, &both);
}
#define AT_FDCWD 0
#define setenv(name, value, replace) _putenv_s(name, value)
#define unsetenv(name) _putenv_s(name, "")
#define tzset _tzset

/* The test ends here and counts as skipped. */
static inline int left_out(const char *why)
{
    print_message("left out on Windows: %s\n", why);
    skip();
    return -1;
}
#define symlink(to, path) left_out("a symbolic link wants a privilege, and Wine makes none")
#define chmod(path, mode) left_out("modes are POSIX'")
#define mkfifo(path, mode) left_out("no FIFO has a path among files")
static inline mode_t windows_umask(int mode)
{
    (void)mode;
    left_out("modes are POSIX'");
    return 0;
}
#define umask windows_umask
#define geteuid() 1
#define getuid() 1
#define seteuid(user) left_out("there is no other user to be")
#define begin_limit(bytes) left_out("a process has no limit of its files' sizes")
#define end_limit()
#endif
