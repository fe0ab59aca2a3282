/* file.h - files and folders as the flow needs them: whole, replaced in one step, and journals that survive kill -9.
 * Paths are UTF-8; every refusal names the path. */
#ifndef DISPATCH_FILE_H
#define DISPATCH_FILE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

enum file_type { FILE_REGULAR, FILE_FOLDER, FILE_LINK, FILE_OTHER };
struct file_info {
    enum file_type type; /* of the entry itself: links are not followed */
    uint64_t bytes;
    int64_t modified_ms; /* Unix time */
};

bool file_stat(const char *path, struct file_info *info, struct error *err);
/* The whole file, NUL after the last byte (not counted). More than max bytes: EINVAL. Caller frees *bytes. */
bool file_read(const char *path, size_t max, char **bytes, size_t *len, struct error *err);
/* The same in pieces, for what need not be in memory at once. What `take` got before a refusal is not the whole. */
bool file_scan(const char *path, void (*take)(void *owner, const char *bytes, size_t len), void *owner,
               struct error *err);
/* Names in the folder without . and .., sorted bytewise; NULL-terminated; freed by file_list_free(). */
bool file_list(const char *path, char ***names, size_t *n, struct error *err);
void file_list_free(char **names);
/* With its parents. True when it is there already as a folder. */
bool file_mkdir(const char *path, struct error *err);
/* One new folder. EEXIST when anything is there, ENOENT when its parent is not. */
bool file_mkdir_new(const char *path, struct error *err);
/* A file, a link, or a folder with all that is in it; links are removed, not followed. True when nothing is there. */
bool file_remove_tree(const char *path, struct error *err);
/* Temporary name beside it, flushed to disk, renamed over it: readers see the old file or the new one. */
bool file_write(const char *path, const char *bytes, size_t len, struct error *err);
/* A new file, never through a link, flushed to disk. EEXIST when anything is there; nothing stays after a failure. */
bool file_create(const char *path, const char *bytes, size_t len, struct error *err);
/* The names in the folder are on the disk, too (fsync(2) of a new file says nothing about its name). */
bool file_sync_folder(const char *path, struct error *err);
/* Replaces `to` when it is a file. Retried for 2 s on a Windows sharing violation. */
bool file_rename(const char *from, const char *to, struct error *err);
/* Absolute, links resolved, as the system spells it. Caller frees. NULL: ENOENT, EACCES. */
char *file_real(const char *path, struct error *err);

/* A journal: each line is in the kernel's hands when line() returns (it survives our death), on the disk after sync().
 */
struct file_log;
struct file_log *file_log_open(const char *path, struct error *err);                       /* created or appended */
bool file_log_line(struct file_log *log, const char *text, size_t len, struct error *err); /* adds \n */
bool file_log_sync(struct file_log *log, struct error *err);
void file_log_close(struct file_log *log); /* NULL is fine */
#endif
