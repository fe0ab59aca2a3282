#include "../lock.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <windows.h>

#include "../clock.h"
#include "../program.h"
#include "system.h"

struct lock {
    HANDLE file;
};

/* A locked byte can be neither read nor written by others: so it is one far behind what is written, which they read. */
static OVERLAPPED locked_byte(void)
{
    return (OVERLAPPED){.Offset = 0, .OffsetHigh = 0x7fffffff};
}

/* What the holder says of itself: "PID HOST SINCE\n", said after the lock was taken. */
static bool sign(HANDLE file, const char *path, struct error *err)
{
    char since[32], text[512];
    time_t now = (time_t)(clock_wall_ms() / 1000);
    struct tm *utc = gmtime(&now); /* its static memory is the thread's own */
    strftime(since, sizeof since, "%Y-%m-%dT%H:%M:%SZ", utc);
    char *host = program_host();
    int len = snprintf(text, sizeof text, "%lld %.255s %s\n", (long long)program_pid(), host ? host : "?", since);
    free(host);
    DWORD written = 0;
    if (SetFilePointer(file, 0, NULL, FILE_BEGIN) == INVALID_SET_FILE_POINTER || !SetEndOfFile(file) ||
        !WriteFile(file, text, (DWORD)len, &written, NULL) || written != (DWORD)len)
        return error_from_windows(err, GetLastError(), path);
    return true;
}

/* Its signature may be that of a holder before, who was killed, when the new one has not signed yet. */
static bool is_stale(long long pid, const char *host)
{
    char *here = program_host();
    bool stale = here && strcmp(here, host) == 0;
    free(here);
    if (!stale)
        return false;
    HANDLE holder = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, (DWORD)pid);
    DWORD status = STILL_ACTIVE;
    if (!holder)
        return GetLastError() == ERROR_INVALID_PARAMETER; /* no such process */
    GetExitCodeProcess(holder, &status);
    CloseHandle(holder);
    return status != STILL_ACTIVE;
}

static bool refuse(HANDLE file, const char *path, struct error *err)
{
    char text[512], host[256], since[32];
    long long pid;
    DWORD len = 0;
    if (!ReadFile(file, text, sizeof text - 1, &len, NULL))
        len = 0;
    text[len] = '\0';
    if (sscanf(text, "%lld %255s %31s", &pid, host, since) != 3 || is_stale(pid, host))
        return error_set(err, EC_LOCKED, "%s: held by another process; wait for it to end or stop it", path);
    return error_set(err, EC_LOCKED, "%s: held by process %lld on %s since %s; wait for it to end or stop it", path,
                     pid, host, since);
}

static bool take(HANDLE file, const char *path, struct error *err)
{
    OVERLAPPED at = locked_byte();
    if (GetFileType(file) != FILE_TYPE_DISK)
        return error_set(err, EC_INVALID, "%s: is no regular file, so it cannot be locked", path);
    if (LockFileEx(file, LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &at))
        return sign(file, path, err);
    DWORD number = GetLastError();
    if (number == ERROR_LOCK_VIOLATION || number == ERROR_IO_PENDING)
        return refuse(file, path, err);
    return error_from_windows(err, number, path);
}

struct lock *lock_take(const char *path, struct error *err)
{
    wchar_t *wide = wide_path(path, err);
    struct lock *lock = wide ? malloc(sizeof *lock) : NULL;
    if (!lock) {
        if (wide)
            error_set(err, EC_MEMORY, "%s: out of memory", path);
        free(wide);
        return NULL;
    }
    /* Not inherited. Deleting it is not shared: a lock file that is gone would let a second one in. */
    lock->file = CreateFileW(wide, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_ALWAYS,
                             FILE_ATTRIBUTE_NORMAL, NULL);
    DWORD number = GetLastError();
    free(wide);
    if (lock->file == INVALID_HANDLE_VALUE)
        error_from_windows(err, number, path);
    else if (take(lock->file, path, err))
        return lock;
    else
        CloseHandle(lock->file);
    free(lock);
    return NULL;
}

void lock_close(struct lock *lock)
{
    if (!lock)
        return;
    OVERLAPPED at = locked_byte();
    if (SetFilePointer(lock->file, 0, NULL, FILE_BEGIN) != INVALID_SET_FILE_POINTER)
        SetEndOfFile(lock->file); /* emptied first, so that nobody is told of us afterwards */
    UnlockFileEx(lock->file, 0, 1, 0, &at);
    CloseHandle(lock->file);
    free(lock);
}
