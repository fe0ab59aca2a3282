/* Zips that are the same bytes on every machine and on every day. */
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "archive_private.h"
#include "file.h"

#define LEVEL 9
#define DOS_DATE ((0 << 9) | (1 << 5) | 1) /* 1980-01-01, the first day that a zip knows; time 00:00:00 */
#define ATTRIBUTES (0100644u << 16)        /* a regular file, rw-r--r--, whatever our umask is */

static int by_name(const void *a, const void *b)
{
    const struct archive_input *x = *(const struct archive_input *const *)a;
    const struct archive_input *y = *(const struct archive_input *const *)b;
    return strcmp(x->name, y->name);
}

/* What we would not open again, we do not make. */
static bool check(const struct archive_input *const *files, size_t n, struct error *err)
{
    const struct archive_limits *limits = &archive_default_limits;
    uint64_t total = 0;
    struct archive_name *names = calloc(n + 1, sizeof *names);
    bool ok = names || error_set(err, EC_MEMORY, "out of memory");
    for (size_t i = 0; ok && i < n; i++) {
        names[i] = (struct archive_name){files[i]->name, strlen(files[i]->name)};
        ok = archive_name_check(names[i].name, names[i].len, err);
        if (ok && (names[i].name[names[i].len - 1] == '/' || files[i]->len > limits->entry_bytes)) {
            error_set(err, EC_INVALID, "is a folder, or has more than %llu bytes",
                      (unsigned long long)limits->entry_bytes);
            ok = archive_name_prefix(err, names[i].name, names[i].len);
        }
        total += files[i]->len;
    }
    if (ok && (n == 0 || n > limits->entries || total > limits->total_bytes))
        ok = error_set(err, EC_INVALID,
                       "%zu files with %llu bytes: a zip must have 1 to %u files, and at most %llu bytes", n,
                       (unsigned long long)total, (unsigned)limits->entries, (unsigned long long)limits->total_bytes);
    ok = ok && archive_names_check(names, n, err);
    free(names);
    return ok;
}

static bool add(zip_t *zip, const struct archive_input *file)
{
    zip_source_t *source = zip_source_buffer(zip, file->bytes, file->len, 0);
    zip_int64_t i = source ? zip_file_add(zip, file->name, source, ZIP_FL_ENC_UTF_8) : -1;
    if (i < 0) {
        zip_source_free(source);
        return false;
    }
    return zip_set_file_compression(zip, (zip_uint64_t)i, ZIP_CM_DEFLATE, LEVEL) == 0 &&
           zip_file_set_dostime(zip, (zip_uint64_t)i, 0, DOS_DATE, 0) == 0 &&
           zip_file_set_external_attributes(zip, (zip_uint64_t)i, 0, ZIP_OPSYS_UNIX, ATTRIBUTES) == 0;
}

/* The one rule that only what came out can break. */
static bool check_made(const char *bytes, size_t len, struct error *err)
{
    struct archive_record *records;
    size_t n;
    if (!archive_layout(bytes, len, archive_default_limits.entries, &records, &n, err))
        return false;
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++)
        ok = archive_ratio_check(&records[i], err) || archive_name_prefix(err, records[i].name, records[i].name_len);
    free(records);
    return ok;
}

/* Writes the finished zip in `source` to path. */
static bool save(zip_source_t *source, const char *path, struct error *err)
{
    zip_stat_t st;
    bool ok = false;
    char *bytes = NULL;
    if (zip_source_stat(source, &st) == 0 && (st.valid & ZIP_STAT_SIZE) && zip_source_open(source) == 0) {
        bytes = malloc(st.size + 1);
        if (bytes && zip_source_read(source, bytes, st.size) == (zip_int64_t)st.size)
            ok =
                check_made(bytes, st.size, err) ? file_write(path, bytes, st.size, err) : error_prefix(err, "%s", path);
        else
            error_set(err, EC_MEMORY, "%s: out of memory", path);
        zip_source_close(source);
    } else {
        error_set(err, EC_IO, "%s: libzip lost what it made", path);
    }
    free(bytes);
    return ok;
}

/* From memory into memory, and what was asked of it is checked: libzip can fail only where that ends. Often it then
 * says "No error". */
static bool create(const char *path, const struct archive_input *const *files, size_t n, struct error *err)
{
    zip_error_t zerr;
    zip_error_init(&zerr);
    bool ok = false;
    zip_t *zip = NULL;
    zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, &zerr);
    if (source)
        zip_source_keep(source); /* zip_close() lets go of one, and we read it afterwards */
    if (!source || !(zip = zip_open_from_source(source, ZIP_TRUNCATE, &zerr))) {
        error_set(err, EC_MEMORY, "%s: out of memory", path);
        if (source)
            zip_source_free(source);
        goto out;
    }
    for (size_t i = 0; i < n; i++)
        if (!add(zip, files[i])) {
            error_set(err, EC_MEMORY, "%s: out of memory", path);
            goto out;
        }
    if (zip_close(zip) != 0) {
        error_set(err, EC_MEMORY, "%s: out of memory", path);
        goto out;
    }
    zip = NULL;
    ok = save(source, path, err);
out:
    if (zip)
        zip_discard(zip);
    zip_source_free(source);
    zip_error_fini(&zerr);
    return ok;
}

bool archive_create(const char *path, const struct archive_input *files, size_t n, struct error *err)
{
    const struct archive_input **order = calloc(n + 1, sizeof *order);
    if (!order)
        return error_set(err, EC_MEMORY, "%s: out of memory", path);
    for (size_t i = 0; i < n; i++)
        order[i] = &files[i];
    qsort(order, n, sizeof *order, by_name);
    bool ok = check(order, n, err) ? create(path, order, n, err) : error_prefix(err, "%s", path);
    free(order);
    return ok;
}
