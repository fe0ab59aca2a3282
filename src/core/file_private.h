/* file_private.h - what file_write.c leaves to posix/file.c and windows/file.c. */
#ifndef DISPATCH_FILE_PRIVATE_H
#define DISPATCH_FILE_PRIVATE_H
#include "file.h"

/* Renames over a file that is there; answers 0 or libuv's status. */
int file_replace(const char *from, const char *to);
#endif
