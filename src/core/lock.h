/* lock.h - one holder at a time, by the kernel's own locks (open file description lock, fcntl(2) F_OFD_SETLK;
 * LockFileEx): free the moment the holder dies, however it dies. No pid files: what is written into the file is only
 * said to the one who is refused. */
#ifndef DISPATCH_LOCK_H
#define DISPATCH_LOCK_H
#include "error.h"

struct lock;
/* Takes path (created, mode 0644; its folder must exist), never waits. ELOCKED names the holder's pid and since when.
 * The file stays when the lock is freed. */
struct lock *lock_take(const char *path, struct error *err);
void lock_close(struct lock *lock); /* NULL is fine */
#endif
