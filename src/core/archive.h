/* archive.h - zip files of strangers. */
#ifndef DISPATCH_ARCHIVE_H
#define DISPATCH_ARCHIVE_H
#include <stddef.h>
#include <stdint.h>
#include "error.h"

struct archive_limits {
    uint64_t entry_bytes, total_bytes;
    uint32_t entries;
};
extern const struct archive_limits archive_default_limits; /* 8 MiB, 64 MiB, 1000: design/product.md, hostile zips */

struct archive_entry {
    const char *name; /* as in the zip; a folder's ends in / */
    const char *path; /* the same without the one common top folder; "" is that folder itself */
    uint64_t bytes;
    uint32_t crc;
    bool folder;
}; /* owned by the archive */

struct archive;
/* Reads the directory and refuses at once what no extraction may touch: encrypted, links, duplicate or case-twin
 * names, names that archive_name_check() refuses, sizes over the limits. */
struct archive *archive_open(const char *path, const struct archive_limits *limits, struct error *err);
void archive_close(struct archive *a);
size_t archive_count(const struct archive *a);
struct archive_entry archive_entry(const struct archive *a, size_t i);
/* The bytes, checked against size and CRC while they are inflated, never more than the limit. Caller frees. */
bool archive_read(struct archive *a, size_t i, char **bytes, size_t *len, struct error *err);
/* Into a folder that must not exist yet; on failure it does not exist afterwards either. One common top folder is
 * dropped. Files are created O_EXCL | O_NOFOLLOW, mode 0644. */
bool archive_extract(struct archive *a, const char *folder, struct error *err);

struct archive_input {
    const char *name;
    const char *bytes;
    size_t len;
};
/* The same bytes on every machine: sorted by name, 1980-01-01, one compression level, no extra fields. */
bool archive_create(const char *path, const struct archive_input *files, size_t n, struct error *err);

/* Pure. What a name in a zip may be (APPNOTE 4.4.17): relative, forward slashes, UTF-8, no `.`/`..` part, no drive, no
 * control character, no trailing dot or space, no Windows device name. Fuzzed. */
bool archive_name_check(const char *name, size_t len, struct error *err);
#endif
