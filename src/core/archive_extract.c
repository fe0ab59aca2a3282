/* Placing files of strangers: all of them or none. */
#include <stdlib.h>
#include <string.h>

#include "archive_private.h"
#include "clock.h"
#include "file.h"

/* FOLDER/ and the first len bytes of path. Caller frees. */
static char *below(const char *folder, const char *path, size_t len, struct error *err)
{
    size_t before = strlen(folder);
    char *whole = malloc(before + len + 2);
    if (!whole) {
        error_set(err, EC_MEMORY, "%s: out of memory", folder);
        return NULL;
    }
    memcpy(whole, folder, before);
    whole[before] = '/';
    memcpy(whole + before + 1, path, len);
    whole[before + 1 + len] = '\0';
    return whole;
}

/* Does something to each folder that an entry is in, from the outermost. */
static bool with_parents(const char *folder, const char *path, bool (*act)(const char *path, struct error *err),
                         struct error *err)
{
    bool ok = true;
    for (const char *slash = strchr(path, '/'); ok && slash; slash = strchr(slash + 1, '/')) {
        char *parent = below(folder, path, (size_t)(slash - path), err);
        ok = parent && act(parent, err);
        free(parent);
    }
    return ok;
}

static bool place(struct archive *a, size_t i, const char *folder, struct error *err)
{
    struct archive_entry entry = archive_entry(a, i);
    char *bytes = NULL, *path = NULL;
    size_t len;
    bool ok = !cancel_pending() || error_set(err, EC_INTERRUPTED, "%s: interrupted while it was filled", folder);
    ok = ok && archive_read(a, i, &bytes, &len, err) && with_parents(folder, entry.path, file_mkdir, err) &&
         (path = below(folder, entry.path, strlen(entry.path), err)) && file_create(path, bytes, len, err) &&
         with_parents(folder, entry.path, file_sync_folder, err);
    free(path);
    free(bytes);
    return ok;
}

bool archive_extract(struct archive *a, const char *folder, struct error *err)
{
    if (!file_mkdir_new(folder, err)) {
        if (strcmp(err->code, EC_EXISTS) == 0)
            error_set(err, EC_EXISTS, "%s: is there already; name a folder that is not", folder);
        return false;
    }
    bool ok = true;
    for (size_t i = 0; ok && i < archive_count(a); i++)
        ok = archive_entry(a, i).folder || place(a, i, folder, err);
    ok = ok && file_sync_folder(folder, err);
    if (!ok)
        file_remove_tree(folder, NULL);
    return ok;
}
