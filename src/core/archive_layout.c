/* Where things lie in a zip: end record, central directory, local headers, data descriptors (PKWARE APPNOTE 6.3). A
 * zip says most things twice, and readers differ in whom they believe: here both must say the same. */
#include <stdlib.h>
#include <string.h>

#include "archive_private.h"

#define END_BYTES 22u     /* APPNOTE 4.3.16 without its comment */
#define CENTRAL_BYTES 46u /* 4.3.12 without name, extra field and comment */
#define LOCAL_BYTES 30u   /* 4.3.7 without name and extra field */
#define LOCATOR_BYTES 20u /* 4.3.15 */
#define COMMENT_MAX 65535u

#define END_SIGN 0x06054b50u
#define CENTRAL_SIGN 0x02014b50u
#define LOCAL_SIGN 0x04034b50u
#define LOCATOR_SIGN 0x07064b50u
#define DESCRIPTOR_SIGN 0x08074b50u

#define FLAG_ENCRYPTED 0x2041u /* 4.4.4: bits 0, 6 (strong) and 13 (masked local header) */
#define FLAG_DESCRIPTOR 0x0008u
#define FLAG_PATCHED 0x0020u

#define EXTRA_ZIP64 0x0001u  /* 4.5.3 */
#define EXTRA_NAME 0x7075u   /* 4.6.9: Info-ZIP's Unicode path */
#define METHOD_ENCRYPTED 99u /* WinZip's AES */

struct bytes {
    const unsigned char *at;
    size_t len;
};

static uint16_t u16(const unsigned char *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t u32(const unsigned char *p)
{
    return (uint32_t)u16(p) | (uint32_t)u16(p + 2) << 16;
}

/* Are `want` bytes there from `at` on? Cannot overflow. */
static bool has(struct bytes b, size_t at, size_t want)
{
    return at <= b.len && want <= b.len - at;
}

static bool lies(struct error *err, const char *what)
{
    return error_set(err, EC_INVALID, "%s; " ARCHIVE_PACK_AGAIN, what);
}

/* ---- the end record ---- */

static bool no_end(struct bytes b, bool sign_seen, struct error *err)
{
    if (b.len == 0)
        return error_set(err, EC_INVALID, "is empty, no zip; " ARCHIVE_PACK_AGAIN);
    if (sign_seen)
        return error_set(err, EC_INVALID, "is cut short or has bytes behind its end record; copy it again");
    if (b.len >= 4 && u32(b.at) == LOCAL_SIGN)
        return error_set(err, EC_INVALID, "is cut short: its end record is missing; copy it again");
    return error_set(err, EC_INVALID, "is no zip; " ARCHIVE_PACK_AGAIN);
}

/* The end record is searched from behind, since its comment may be long. Two that could be it: refused, since readers
 * would differ. */
static bool find_end(struct bytes b, size_t *found, struct error *err)
{
    size_t candidates = 0;
    bool sign_seen = false;
    size_t last = b.len < END_BYTES ? 0 : b.len - END_BYTES + 1;
    size_t first = b.len > END_BYTES + COMMENT_MAX ? b.len - END_BYTES - COMMENT_MAX : 0;
    for (size_t at = last; at-- > first;) {
        if (u32(b.at + at) != END_SIGN)
            continue;
        sign_seen = true;
        if (at + END_BYTES + u16(b.at + at + 20) == b.len) {
            candidates++;
            *found = at;
        }
    }
    if (candidates > 1)
        return lies(err, "has two end records");
    return candidates == 1 || no_end(b, sign_seen, err);
}

struct directory {
    size_t start, end;
    uint32_t entries;
};

static bool read_end(struct bytes b, uint32_t limit, struct directory *d, struct error *err)
{
    size_t at = 0;
    if (!find_end(b, &at, err))
        return false;
    const unsigned char *p = b.at + at;
    uint16_t here = u16(p + 8), all = u16(p + 10);
    uint32_t size = u32(p + 12), offset = u32(p + 16);
    if ((at >= LOCATOR_BYTES && u32(p - LOCATOR_BYTES) == LOCATOR_SIGN) || all == 0xFFFF || size == UINT32_MAX ||
        offset == UINT32_MAX)
        return lies(err, "is a zip64 archive, which is for more than 4 GiB");
    if (u16(p + 4) != 0 || u16(p + 6) != 0 || here != all)
        return error_set(err, EC_INVALID, "is one part of a zip in several parts; pack it as one file");
    if (all == 0 && size == 0)
        return error_set(err, EC_INVALID, "has nothing in it; pack the files themselves");
    if (all > limit)
        return error_set(err, EC_INVALID, "has %u entries, more than %u; pack only what is asked for", (unsigned)all,
                         (unsigned)limit);
    if (!has(b, offset, size) || (size_t)offset + size != at)
        return lies(err, "lies about where its directory is");
    d->start = offset;
    d->end = at;
    d->entries = all;
    return true;
}

/* ---- extra fields ---- */

/* The Unicode path must be the name once more: a reader that believes the other one writes another file. */
static bool is_same_name(struct bytes field, const struct archive_record *r)
{
    return field.len == 5 + r->name_len && field.at[0] == 1 && memcmp(field.at + 5, r->name, r->name_len) == 0;
}

static bool check_extra(struct bytes extra, const struct archive_record *r, struct error *err)
{
    size_t at = 0;
    while (has(extra, at, 4)) {
        uint16_t id = u16(extra.at + at), size = u16(extra.at + at + 2);
        at += 4;
        if (!has(extra, at, size))
            return lies(err, "has an extra field that ends outside");
        struct bytes field = {extra.at + at, size};
        if (id == EXTRA_ZIP64)
            return lies(err, "has zip64 sizes, which are for more than 4 GiB");
        if (id == EXTRA_NAME && !is_same_name(field, r))
            return error_set(err, EC_INVALID,
                             "has another name in its Unicode path field; give the file a name in plain ASCII");
        at += size;
    }
    for (; at < extra.len; at++) /* zipalign pads with up to three zero bytes */
        if (extra.at[at] != 0)
            return lies(err, "has an extra field that ends outside");
    return true;
}

/* ---- one entry ---- */

static const char *method_name(uint16_t method)
{
    switch (method) {
    case 9: return "Deflate64";
    case 12: return "bzip2";
    case 14: return "LZMA";
    case 93: return "Zstandard";
    case 95: return "xz";
    case 98: return "PPMd";
    default: return "unknown";
    }
}

static bool check_method(uint16_t flags, uint16_t method, struct error *err)
{
    if ((flags & FLAG_ENCRYPTED) || method == METHOD_ENCRYPTED)
        return error_set(err, EC_INVALID, "is encrypted; pack it without a password");
    if (flags & FLAG_PATCHED)
        return lies(err, "is a patch to another file");
    if (method != ARCHIVE_STORE && method != ARCHIVE_DEFLATE)
        return error_set(err, EC_INVALID, "is compressed by method %u (%s); pack it with Deflate", (unsigned)method,
                         method_name(method));
    return true;
}

/* What follows the data when the sizes were not known before it: with or without a signature (APPNOTE 4.3.9.3). */
static bool read_descriptor(struct bytes b, struct archive_record *r, struct error *err)
{
    for (size_t sign = 0; sign <= 4; sign += 4) {
        const unsigned char *p = b.at + r->end;
        if (!has(b, r->end, sign + 12) || (sign && u32(p) != DESCRIPTOR_SIGN))
            continue;
        p += sign;
        if (u32(p) == r->crc && u32(p + 4) == r->packed && u32(p + 8) == r->bytes) {
            r->end += sign + 12;
            return true;
        }
    }
    return lies(err, "says other sizes or another CRC behind its data than in the directory");
}

/* With a data descriptor, the header may leave a value 0; macOS and Info-ZIP write some of them all the same. */
static bool agrees(uint32_t local, uint32_t central, bool descriptor)
{
    return local == central || (descriptor && local == 0);
}

static bool read_local(struct bytes b, const struct directory *d, struct archive_record *r, struct error *err)
{
    struct bytes front = {b.at, d->start}; /* what an entry may lie in */
    if (!has(front, r->header, LOCAL_BYTES) || u32(b.at + r->header) != LOCAL_SIGN)
        return lies(err, "points to a place that is no local header");
    const unsigned char *p = b.at + r->header;
    uint16_t flags = u16(p + 6), name_len = u16(p + 26), extra_len = u16(p + 28);
    bool descriptor = flags & FLAG_DESCRIPTOR;
    if (!check_method(flags, u16(p + 8), err))
        return false;
    r->data = r->header + LOCAL_BYTES + name_len + extra_len;
    if (!has(front, r->data, r->packed))
        return lies(err, "has data that end outside");
    if (name_len != r->name_len || memcmp(p + LOCAL_BYTES, r->name, name_len) != 0)
        return lies(err, "has another name in its local header than in the directory");
    if (!check_extra((struct bytes){p + LOCAL_BYTES + name_len, extra_len}, r, err))
        return false;
    if (u16(p + 8) != r->method)
        return lies(err, "has another compression in its local header than in the directory");
    if (!agrees(u32(p + 14), r->crc, descriptor))
        return lies(err, "has another CRC in its local header than in the directory");
    if (!agrees(u32(p + 18), r->packed, descriptor) || !agrees(u32(p + 22), r->bytes, descriptor))
        return lies(err, "has another size in its local header than in the directory");
    r->end = r->data + r->packed;
    return !descriptor || read_descriptor(front, r, err);
}

/* The entry of the directory at *at, which moves behind it. */
static bool read_central(struct bytes b, const struct directory *d, size_t *at, struct archive_record *r,
                         struct error *err)
{
    struct bytes front = {b.at, d->end};
    const unsigned char *p = b.at + *at;
    if (!has(front, *at, CENTRAL_BYTES) || u32(p) != CENTRAL_SIGN)
        return lies(err, "has a broken directory");
    size_t name_len = u16(p + 28), extra_len = u16(p + 30), comment_len = u16(p + 32);
    size_t whole = CENTRAL_BYTES + name_len + extra_len + comment_len;
    if (!has(front, *at, whole))
        return lies(err, "has a broken directory");
    *at += whole;
    *r = (struct archive_record){
        .name = (const char *)p + CENTRAL_BYTES,
        .name_len = name_len,
        .method = u16(p + 10),
        .crc = u32(p + 16),
        .packed = u32(p + 20),
        .bytes = u32(p + 24),
        .attributes = u32(p + 38),
        .header = u32(p + 42),
    };
    bool ok = check_method(u16(p + 8), r->method, err);
    if (ok && (r->packed == UINT32_MAX || r->bytes == UINT32_MAX || u32(p + 42) == UINT32_MAX))
        ok = lies(err, "has zip64 sizes, which are for more than 4 GiB");
    if (ok && u16(p + 34) != 0)
        ok = error_set(err, EC_INVALID, "begins in another part of a zip in several parts; pack it as one file");
    ok = ok && check_extra((struct bytes){p + CENTRAL_BYTES + name_len, extra_len}, r, err) && read_local(b, d, r, err);
    return ok || archive_name_prefix(err, r->name, r->name_len);
}

/* ---- all of them ---- */

static int by_place(const void *a, const void *b)
{
    const struct archive_record *x = *(const struct archive_record *const *)a;
    const struct archive_record *y = *(const struct archive_record *const *)b;
    return x->header < y->header ? -1 : x->header > y->header;
}

/* Entries that share bytes are how a small zip becomes a huge one, and how two readers see two files. */
static bool check_overlap(const struct archive_record *records, size_t n, struct error *err)
{
    const struct archive_record **order = calloc(n, sizeof *order);
    if (!order)
        return error_set(err, EC_MEMORY, "out of memory");
    for (size_t i = 0; i < n; i++)
        order[i] = &records[i];
    qsort(order, n, sizeof *order, by_place);
    size_t i = 1;
    while (i < n && order[i - 1]->end <= order[i]->header)
        i++;
    if (i < n) {
        lies(err, "shares bytes with another entry");
        archive_name_prefix(err, order[i]->name, order[i]->name_len);
    }
    free(order);
    return i >= n;
}

bool archive_layout(const char *bytes, size_t len, uint32_t entries, struct archive_record **records, size_t *n,
                    struct error *err)
{
    struct bytes b = {(const unsigned char *)bytes, len};
    struct directory d = {0};
    if (!read_end(b, entries, &d, err))
        return false;
    struct archive_record *list = calloc(d.entries ? d.entries : 1, sizeof *list);
    if (!list)
        return error_set(err, EC_MEMORY, "out of memory");
    size_t at = d.start;
    bool ok = true;
    for (size_t i = 0; ok && i < d.entries; i++)
        ok = read_central(b, &d, &at, &list[i], err);
    if (ok && at != d.end)
        ok = lies(err, "has more in its directory than it says");
    if (!ok || !check_overlap(list, d.entries, err)) {
        free(list);
        return false;
    }
    *records = list;
    *n = d.entries;
    return true;
}
