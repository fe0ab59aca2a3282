#include "archive.h"

#include <stdlib.h>
#include <string.h>
#include <zip.h>
#include <zlib.h>

#include "archive_private.h"
#include "file.h"

const struct archive_limits archive_default_limits = {8u << 20, 64u << 20, 1000};

#define DIRECTORY_ROOM (16u << 20) /* bytes that a zip may have beside its files' bytes: headers, names, comments */

/* A text shrinks to a third, a repetitive one to a twentieth. What shrinks a hundredfold and is large is made to hurt.
 */
#define BOMB_BYTES (1u << 20)
#define BOMB_RATIO 100u

/* External file attributes (APPNOTE 4.4.15): Unix mode above, MS-DOS attributes below. */
#define UNIX_TYPE(attributes) ((attributes) >> 16 & 0170000u)
#define UNIX_FILE 0100000u
#define UNIX_FOLDER 0040000u
#define UNIX_LINK 0120000u
#define DOS_FOLDER 0x10u
#define DOS_REPARSE 0x400u /* FILE_ATTRIBUTE_REPARSE_POINT */

struct archive {
    char *path;
    char *bytes; /* the whole file: what was checked is what is read, whoever writes to the file meanwhile */
    size_t len;
    struct archive_record *records;
    char **names; /* NUL-terminated copies */
    size_t n;
    size_t top; /* bytes of the one common top folder, its slash included */
};

static bool is_folder(const struct archive_record *r)
{
    return r->name[r->name_len - 1] == '/';
}

/* ---- what an entry may be ---- */

static bool check_kind(const struct archive_record *r, struct error *err)
{
    uint32_t type = UNIX_TYPE(r->attributes);
    if (type == UNIX_LINK || (r->attributes & DOS_REPARSE))
        return error_set(err, EC_INVALID, "is a link; pack the file that it points to");
    if (type != 0 && type != UNIX_FILE && type != UNIX_FOLDER)
        return error_set(err, EC_INVALID, "is a device, pipe or socket; pack files alone");
    if (!is_folder(r) && (type == UNIX_FOLDER || (r->attributes & DOS_FOLDER)))
        return error_set(err, EC_INVALID, "is a folder by its attributes and a file by its name; " ARCHIVE_PACK_AGAIN);
    if (is_folder(r) && r->bytes > 0)
        return error_set(err, EC_INVALID, "is a folder with content; " ARCHIVE_PACK_AGAIN);
    return true;
}

bool archive_ratio_check(const struct archive_record *r, struct error *err)
{
    if (r->bytes <= BOMB_BYTES || r->bytes / BOMB_RATIO <= r->packed)
        return true;
    return error_set(err, EC_INVALID, "is a bomb: %lu bytes packed into %lu; leave it out", (unsigned long)r->bytes,
                     (unsigned long)r->packed);
}

static bool check_size(const struct archive_record *r, const struct archive_limits *limits, struct error *err)
{
    if (r->bytes > limits->entry_bytes)
        return error_set(err, EC_INVALID, "has %lu bytes, more than %llu; make it smaller", (unsigned long)r->bytes,
                         (unsigned long long)limits->entry_bytes);
    if (r->method == ARCHIVE_STORE && r->packed != r->bytes)
        return error_set(err, EC_INVALID, "is stored, but its two sizes differ; " ARCHIVE_PACK_AGAIN);
    return archive_ratio_check(r, err);
}

static bool check_entries(struct archive *a, const struct archive_limits *limits, struct error *err)
{
    uint64_t total = 0;
    size_t files = 0;
    for (size_t i = 0; i < a->n; i++) {
        const struct archive_record *r = &a->records[i];
        if (!archive_name_check(r->name, r->name_len, err))
            return false;
        if (!check_kind(r, err) || !check_size(r, limits, err))
            return archive_name_prefix(err, r->name, r->name_len);
        total += r->bytes; /* at most 65535 times 4 GiB */
        files += !is_folder(r);
    }
    if (total > limits->total_bytes)
        return error_set(err, EC_INVALID, "unpacks to %llu bytes, more than %llu; pack only what is asked for",
                         (unsigned long long)total, (unsigned long long)limits->total_bytes);
    if (files == 0)
        return error_set(err, EC_INVALID, "has no file in it; pack the files themselves");
    return true;
}

/* ---- names ---- */

static bool copy_names(struct archive *a, struct error *err)
{
    a->names = calloc(a->n, sizeof *a->names);
    for (size_t i = 0; a->names && i < a->n; i++) {
        const struct archive_record *r = &a->records[i];
        if (!(a->names[i] = malloc(r->name_len + 1)))
            return error_set(err, EC_MEMORY, "out of memory");
        memcpy(a->names[i], r->name, r->name_len);
        a->names[i][r->name_len] = '\0';
    }
    return a->names || error_set(err, EC_MEMORY, "out of memory");
}

static bool check_twins(const struct archive *a, struct error *err)
{
    struct archive_name *names = calloc(a->n, sizeof *names);
    if (!names)
        return error_set(err, EC_MEMORY, "out of memory");
    for (size_t i = 0; i < a->n; i++)
        names[i] = (struct archive_name){a->records[i].name, a->records[i].name_len};
    bool ok = archive_names_check(names, a->n, err);
    free(names);
    return ok;
}

/* People zip the folder and not the files in it. */
static size_t common_top(const struct archive *a)
{
    const char *slash = strchr(a->names[0], '/');
    size_t top = slash ? (size_t)(slash - a->names[0]) + 1 : 0;
    for (size_t i = 1; i < a->n && top > 0; i++)
        if (strncmp(a->names[0], a->names[i], top) != 0)
            top = 0;
    return top;
}

/* ---- a second opinion ---- */

static bool same_entry(zip_t *zip, size_t i, const struct archive_record *r, const char *name)
{
    zip_stat_t st;
    const zip_uint64_t all = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_CRC | ZIP_STAT_COMP_METHOD;
    return zip_stat_index(zip, i, ZIP_FL_ENC_RAW, &st) == 0 && (st.valid & all) == all && strcmp(st.name, name) == 0 &&
           st.size == r->bytes && st.comp_size == r->packed && st.crc == r->crc && st.comp_method == r->method;
}

/* libzip reads the same bytes, and must see the same entries: where two readers differ, somebody wrote the file for one
 * of them. Without ZIP_CHECKCONS, which in libzip 1.7 refuses what macOS packs (a size in the local header beside a
 * data descriptor): archive_layout() has checked more. */
static bool libzip_agrees(const struct archive *a, struct error *err)
{
    zip_error_t zerr;
    zip_error_init(&zerr);
    zip_source_t *source = zip_source_buffer_create(a->bytes, a->len, 0, &zerr);
    zip_t *zip = source ? zip_open_from_source(source, ZIP_RDONLY, &zerr) : NULL;
    bool ok = zip != NULL;
    if (!ok) {
        int why = zip_error_code_zip(&zerr); /* it is seldom told that memory ended */
        if (why == ZIP_ER_MEMORY || why == ZIP_ER_OK)
            error_set(err, EC_MEMORY, "out of memory");
        else
            error_set(err, EC_INVALID, "is no zip for libzip (%s, or not enough memory); " ARCHIVE_PACK_AGAIN,
                      zip_error_strerror(&zerr));
        zip_source_free(source);
    } else {
        ok = zip_get_num_entries(zip, 0) == (zip_int64_t)a->n;
        for (size_t i = 0; ok && i < a->n; i++)
            ok = same_entry(zip, i, &a->records[i], a->names[i]);
        if (!ok)
            error_set(err, EC_INVALID, "says different things to different readers; " ARCHIVE_PACK_AGAIN);
        zip_discard(zip);
    }
    zip_error_fini(&zerr);
    return ok;
}

/* ---- the archive ---- */

static bool load(struct archive *a, const struct archive_limits *limits, struct error *err)
{
    if (!archive_layout(a->bytes, a->len, limits->entries, &a->records, &a->n, err) || !check_entries(a, limits, err) ||
        !check_twins(a, err) || !copy_names(a, err) || !libzip_agrees(a, err))
        return error_prefix(err, "%s", a->path);
    a->top = common_top(a);
    return true;
}

struct archive *archive_open(const char *path, const struct archive_limits *limits, struct error *err)
{
    if (!limits)
        limits = &archive_default_limits;
    uint64_t max = limits->total_bytes < SIZE_MAX - DIRECTORY_ROOM ? limits->total_bytes + DIRECTORY_ROOM : SIZE_MAX;
    struct archive *a = calloc(1, sizeof *a);
    if (!a || !(a->path = strdup(path))) {
        error_set(err, EC_MEMORY, "%s: out of memory", path);
        archive_close(a);
        return NULL;
    }
    if (!file_read(path, (size_t)max, &a->bytes, &a->len, err) || !load(a, limits, err)) {
        archive_close(a);
        return NULL;
    }
    return a;
}

void archive_close(struct archive *a)
{
    if (!a)
        return;
    for (size_t i = 0; a->names && i < a->n; i++)
        free(a->names[i]);
    free(a->names);
    free(a->records);
    free(a->bytes);
    free(a->path);
    free(a);
}

size_t archive_count(const struct archive *a)
{
    return a->n;
}

struct archive_entry archive_entry(const struct archive *a, size_t i)
{
    const struct archive_record *r = &a->records[i];
    return (struct archive_entry){a->names[i], a->names[i] + a->top, r->bytes, r->crc, is_folder(r)};
}

/* ---- reading ---- */

/* Into room for one byte more than the directory says, so that a stream that goes on is seen. The compressed bytes must
 * be used up, too: nothing may hide behind them. */
static bool inflate_whole(const struct archive *a, const struct archive_record *r, char *out, struct error *err)
{
    z_stream z = {0};
    if (inflateInit2(&z, -MAX_WBITS) != Z_OK) /* negative: no zlib header */
        return error_set(err, EC_MEMORY, "out of memory");
    z.next_in = (Bytef *)(a->bytes + r->data);
    z.avail_in = r->packed;
    z.next_out = (Bytef *)out;
    z.avail_out = r->bytes + 1;
    int status = inflate(&z, Z_FINISH);
    bool all = status == Z_STREAM_END && z.avail_in == 0 && z.avail_out == 1;
    bool more = z.avail_out == 0;
    inflateEnd(&z);
    if (status == Z_MEM_ERROR)
        return error_set(err, EC_MEMORY, "out of memory");
    if (more)
        return error_set(err, EC_INVALID, "unpacks to more bytes than it says; " ARCHIVE_PACK_AGAIN);
    if (!all && (status == Z_STREAM_END || status == Z_BUF_ERROR))
        return error_set(err, EC_INVALID, "lies about its size; " ARCHIVE_PACK_AGAIN);
    return all || error_set(err, EC_INVALID, "has damaged data; copy or pack it again");
}

static bool unpack(const struct archive *a, const struct archive_record *r, char *out, struct error *err)
{
    if (r->method == ARCHIVE_STORE)
        memcpy(out, a->bytes + r->data, r->bytes);
    else if (!inflate_whole(a, r, out, err))
        return false;
    if (crc32(crc32(0, Z_NULL, 0), (const Bytef *)out, r->bytes) != r->crc)
        return error_set(err, EC_INVALID, "has damaged data: its CRC is another one; copy or pack it again");
    return true;
}

bool archive_read(struct archive *a, size_t i, char **bytes, size_t *len, struct error *err)
{
    const struct archive_record *r = &a->records[i];
    char *out = malloc((size_t)r->bytes + 1);
    bool ok = out ? unpack(a, r, out, err) : error_set(err, EC_MEMORY, "out of memory");
    if (!ok) {
        free(out);
        archive_name_prefix(err, r->name, r->name_len);
        return error_prefix(err, "%s", a->path);
    }
    out[r->bytes] = '\0';
    *bytes = out;
    *len = r->bytes;
    return true;
}
