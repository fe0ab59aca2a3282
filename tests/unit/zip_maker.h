/* zip_maker.h - zips byte by byte, so that a test can lie at any place of them. First an honest one is made, which says
 * where its parts are; then bytes are changed. */
#ifndef DISPATCH_ZIP_MAKER_H
#define DISPATCH_ZIP_MAKER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MADE_MAX 16 /* entries that are asked for one by one; more are made, but not remembered */

struct maker_entry {
    const char *name;
    size_t name_len; /* 0: to its NUL */
    const char *data;
    size_t len;         /* 0: to its NUL */
    const char *packed; /* a stream by method 8, when data is not simply stored */
    size_t packed_len;
    const char *extra; /* in both headers */
    uint16_t extra_len;
    uint32_t attributes;
    bool descriptor, bare_descriptor; /* behind the data; bare: without its signature */
};

struct made {
    unsigned char *bytes;
    size_t len, room;
    size_t local[MADE_MAX], data[MADE_MAX], descriptor[MADE_MAX], central[MADE_MAX], end;
};

static inline uint32_t maker_crc(const char *bytes, size_t len)
{
    uint32_t crc = 0xFFFFFFFFu;
    for (size_t i = 0; i < len; i++) {
        crc ^= (unsigned char)bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
    }
    return ~crc;
}

static inline void maker_add(struct made *z, const void *bytes, size_t len)
{
    if (z->len + len > z->room) {
        z->room = (z->len + len) * 2;
        z->bytes = realloc(z->bytes, z->room);
        if (!z->bytes)
            abort();
    }
    if (len > 0)
        memcpy(z->bytes + z->len, bytes, len);
    z->len += len;
}

static inline void maker_16(struct made *z, uint32_t value)
{
    unsigned char b[2] = {(unsigned char)value, (unsigned char)(value >> 8)};
    maker_add(z, b, sizeof b);
}

static inline void maker_32(struct made *z, uint32_t value)
{
    maker_16(z, value & 0xFFFF);
    maker_16(z, value >> 16);
}

static inline void maker_put16(struct made *z, size_t at, uint32_t value)
{
    z->bytes[at] = (unsigned char)value;
    z->bytes[at + 1] = (unsigned char)(value >> 8);
}

static inline void maker_put32(struct made *z, size_t at, uint32_t value)
{
    maker_put16(z, at, value & 0xFFFF);
    maker_put16(z, at + 2, value >> 16);
}

struct maker_facts {
    size_t name_len, len, packed_len;
    const char *packed;
    uint32_t crc, method, flags;
};

static inline struct maker_facts maker_look(const struct maker_entry *e)
{
    struct maker_facts f;
    f.name_len = e->name_len ? e->name_len : strlen(e->name);
    f.len = e->len ? e->len : strlen(e->data ? e->data : "");
    f.packed = e->packed ? e->packed : e->data;
    f.packed_len = e->packed ? e->packed_len : f.len;
    f.crc = maker_crc(e->data ? e->data : "", f.len);
    f.method = e->packed ? 8 : 0;
    f.flags = 0x800u | (e->descriptor || e->bare_descriptor ? 8u : 0);
    return f;
}

/* Version, flags, method, time, date, CRC, sizes, lengths: the same in both headers. */
static inline void maker_common(struct made *z, const struct maker_entry *e, const struct maker_facts *f, bool known)
{
    maker_16(z, 20);
    maker_16(z, f->flags);
    maker_16(z, f->method);
    maker_16(z, 0);
    maker_16(z, 0x21);
    maker_32(z, known ? f->crc : 0);
    maker_32(z, known ? (uint32_t)f->packed_len : 0);
    maker_32(z, known ? (uint32_t)f->len : 0);
    maker_16(z, (uint32_t)f->name_len);
    maker_16(z, e->extra_len);
}

static inline void maker_local(struct made *z, const struct maker_entry *e, size_t i)
{
    struct maker_facts f = maker_look(e);
    if (i < MADE_MAX)
        z->local[i] = z->len;
    maker_32(z, 0x04034b50);
    maker_common(z, e, &f, !(f.flags & 8));
    maker_add(z, e->name, f.name_len);
    maker_add(z, e->extra, e->extra_len);
    if (i < MADE_MAX)
        z->data[i] = z->len;
    maker_add(z, f.packed, f.packed_len);
    if (i < MADE_MAX)
        z->descriptor[i] = z->len;
    if (!(f.flags & 8))
        return;
    if (!e->bare_descriptor)
        maker_32(z, 0x08074b50);
    maker_32(z, f.crc);
    maker_32(z, (uint32_t)f.packed_len);
    maker_32(z, (uint32_t)f.len);
}

static inline void maker_central(struct made *z, const struct maker_entry *e, size_t i, size_t local)
{
    struct maker_facts f = maker_look(e);
    if (i < MADE_MAX)
        z->central[i] = z->len;
    maker_32(z, 0x02014b50);
    maker_16(z, 3 << 8 | 20); /* Unix */
    maker_common(z, e, &f, true);
    maker_16(z, 0);
    maker_16(z, 0);
    maker_16(z, 0);
    maker_32(z, e->attributes);
    maker_32(z, (uint32_t)local);
    maker_add(z, e->name, f.name_len);
    maker_add(z, e->extra, e->extra_len);
}

/* before: bytes in front of everything. Free .bytes. */
static inline struct made maker_make_after(const char *before, const struct maker_entry *entries, size_t n)
{
    struct made z = {0};
    size_t *local = calloc(n + 1, sizeof *local);
    if (!local)
        abort();
    maker_add(&z, before, strlen(before));
    for (size_t i = 0; i < n; i++) {
        local[i] = z.len;
        maker_local(&z, &entries[i], i);
    }
    size_t start = z.len;
    for (size_t i = 0; i < n; i++)
        maker_central(&z, &entries[i], i, local[i]);
    free(local);
    z.end = z.len;
    maker_32(&z, 0x06054b50);
    maker_32(&z, 0);
    maker_16(&z, (uint32_t)n);
    maker_16(&z, (uint32_t)n);
    maker_32(&z, (uint32_t)(z.end - start));
    maker_32(&z, (uint32_t)start);
    maker_16(&z, 0);
    return z;
}

static inline struct made maker_make(const struct maker_entry *entries, size_t n)
{
    return maker_make_after("", entries, n);
}
#endif
