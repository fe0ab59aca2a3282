/* archive_private.h - shared by archive*.c alone: where things lie in a zip, and what its names are. */
#ifndef DISPATCH_ARCHIVE_PRIVATE_H
#define DISPATCH_ARCHIVE_PRIVATE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "archive.h"

#define ARCHIVE_STORE 0 /* compression methods, APPNOTE 4.4.5 */
#define ARCHIVE_DEFLATE 8

/* Remedies that many refusals share. */
#define ARCHIVE_PACK_AGAIN "pack the files again with an ordinary zip program"
#define ARCHIVE_PLAIN_NAMES "pack the files themselves under plain names"

/* One entry of the central directory, found to agree with its local header. name points into the zip's bytes. */
struct archive_record {
    const char *name;
    size_t name_len;
    uint32_t crc;
    uint32_t packed, bytes; /* sizes: compressed, not compressed */
    uint32_t attributes;    /* external file attributes, APPNOTE 4.4.15 */
    uint16_t method;
    size_t header; /* offset of the local header */
    size_t data;   /* offset of the compressed bytes */
    size_t end;    /* offset behind them, and behind the data descriptor */
};

/* Reads the end record, the central directory and every local header. Refuses what does not agree, overlaps, lies
 * outside, is encrypted, zip64, in several parts or more than `entries`. The caller frees *records. */
bool archive_layout(const char *bytes, size_t len, uint32_t entries, struct archive_record **records, size_t *n,
                    struct error *err);

/* Does it shrink as only zeros do? */
bool archive_ratio_check(const struct archive_record *record, struct error *err);

/* Puts "entry 'NAME'" before the refusal in *err, what cannot be printed as \xNN, shortened. Answers false. */
bool archive_name_prefix(struct error *err, const char *name, size_t len);
/* No two of them are the same file, on any system: duplicates, twins in another case, a file that is a folder, too. */
struct archive_name {
    const char *name; /* passed archive_name_check(); a final / makes it a folder */
    size_t len;
};
bool archive_names_check(const struct archive_name *names, size_t n, struct error *err);

/* The code point at text and the bytes that it takes; 0: ill-formed UTF-8 (Unicode 3.9, table 3-7). */
size_t archive_decode(const char *text, size_t len, uint32_t *code);
/* Simple case folding (Unicode 15, CaseFolding.txt, C and S) of Latin, Greek, Cyrillic, Armenian, letter-like signs,
 * Roman numerals, circled and full-width letters and Deseret; all else is itself. */
uint32_t archive_fold(uint32_t code);
#endif
