/* system.h - the system's own headers, for tests that run on both: what Windows lacks leaves a test out there, with its
 * reason. After cmocka.h. */
#ifndef DISPATCH_TEST_SYSTEM_H
#define DISPATCH_TEST_SYSTEM_H
#ifdef _WIN32
#include "windows/system.h"
#else
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* From here to end_limit() a file can have so many bytes and no more, as on a full disk. */
static struct rlimit limit_before;
static inline void begin_limit(rlim_t bytes)
{
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit_before), 0);
    struct rlimit small = {bytes, limit_before.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
}

static inline void end_limit(void)
{
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit_before), 0);
}
#endif
#endif
