#include "../lock.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../clock.h"
#include "../program.h"

/* Locks of the open file description and not of the process: fcntl(2)'s older ones are lost when any descriptor of the
 * file is closed. In POSIX.1-2024; glibc still shows it only with _GNU_SOURCE. */
#ifndef F_OFD_SETLK
#if defined(__linux__)
#define F_OFD_SETLK 37 /* include/uapi/asm-generic/fcntl.h */
#elif defined(__APPLE__)
#define F_OFD_SETLK 90 /* sys/fcntl.h, below PRIVATE */
#else
#error "no lock of open file descriptions on this system"
#endif
#endif

struct lock {
    int fd;
    struct lock *next;
};

/* All locks of this process, so that a child that is forked and never calls exec (a clipboard keeper) lets them go: it
 * would share the description, and the lock would outlive us. */
static struct lock *held;

static void forget_in_child(void)
{
    for (struct lock *lock = held; lock; lock = lock->next) {
        close(lock->fd); /* the parent's lock stays: only F_UNLCK or the last close frees it */
        lock->fd = -1;
    }
}

static int whole_file(int fd, short type)
{
    struct flock region = {.l_type = type, .l_whence = SEEK_SET};
    int r;
    do
        r = fcntl(fd, F_OFD_SETLK, &region);
    while (r < 0 && errno == EINTR);
    return r;
}

/* What the holder says of itself: "PID HOST SINCE\n", said after the lock was taken. */
static bool sign(int fd, const char *path, struct error *err)
{
    char since[32], text[512];
    time_t now = (time_t)(clock_wall_ms() / 1000);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(since, sizeof since, "%Y-%m-%dT%H:%M:%SZ", &utc);
    char *host = program_host();
    int len = snprintf(text, sizeof text, "%lld %.255s %s\n", (long long)program_pid(), host ? host : "?", since);
    free(host);
    if (ftruncate(fd, 0) < 0)
        return error_from_errno(err, errno, path);
    ssize_t written = pwrite(fd, text, (size_t)len, 0);
    return written == len || error_from_errno(err, written < 0 ? errno : ENOSPC, path);
}

/* Its signature may be that of a holder before, who was killed, when the new one has not signed yet. */
static bool is_stale(long long pid, const char *host)
{
    char *here = program_host();
    bool stale = here && strcmp(here, host) == 0 && kill((pid_t)pid, 0) < 0 && errno == ESRCH;
    free(here);
    return stale;
}

static bool refuse(int fd, const char *path, struct error *err)
{
    char text[512], host[256], since[32];
    long long pid;
    ssize_t len = pread(fd, text, sizeof text - 1, 0);
    text[len > 0 ? len : 0] = '\0';
    if (sscanf(text, "%lld %255s %31s", &pid, host, since) != 3 || is_stale(pid, host))
        return error_set(err, EC_LOCKED, "%s: held by another process; wait for it to end or stop it", path);
    return error_set(err, EC_LOCKED, "%s: held by process %lld on %s since %s; wait for it to end or stop it", path,
                     pid, host, since);
}

static bool take(int fd, const char *path, struct error *err)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return error_from_errno(err, errno, path);
    if (!S_ISREG(st.st_mode))
        return error_set(err, EC_INVALID, "%s: is no regular file, so it cannot be locked", path);
    if (whole_file(fd, F_WRLCK) == 0)
        return sign(fd, path, err);
    if (errno == EAGAIN || errno == EACCES)
        return refuse(fd, path, err);
    return error_from_errno(err, errno, path);
}

struct lock *lock_take(const char *path, struct error *err)
{
    static bool watching_forks;
    struct lock *lock = malloc(sizeof *lock);
    if (!lock) {
        error_set(err, EC_MEMORY, "%s: out of memory", path);
        return NULL;
    }
    lock->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0644);
    if (lock->fd < 0)
        error_from_errno(err, errno, path);
    if (lock->fd < 0 || !take(lock->fd, path, err)) {
        if (lock->fd >= 0)
            close(lock->fd);
        free(lock);
        return NULL;
    }
    if (!watching_forks)
        watching_forks = pthread_atfork(NULL, NULL, forget_in_child) == 0;
    lock->next = held;
    held = lock;
    return lock;
}

void lock_close(struct lock *lock)
{
    if (!lock)
        return;
    for (struct lock **at = &held; *at; at = &(*at)->next) {
        if (*at == lock) {
            *at = lock->next;
            break;
        }
    }
    if (lock->fd >= 0) {
        /* Emptied first, so that nobody is told of us afterwards. Unlocked by hand, since a child may be between fork
         * and exec and share the description. */
        (void)!ftruncate(lock->fd, 0);
        whole_file(lock->fd, F_UNLCK);
        close(lock->fd);
    }
    free(lock);
}
