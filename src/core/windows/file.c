#include <stdlib.h>
#include <uv.h>

#include "../clock.h"
#include "../file_private.h"
#include "../path.h"
#include "../wait.h"

#define PATIENCE (2 * CLOCK_SECOND)
#define PAUSE (20 * CLOCK_MS)

bool file_sync_folder(const char *path, struct error *err)
{
    (void)path; /* NTFS journals names itself, and folders cannot be opened for this */
    (void)err;
    return true;
}

/* MoveFileExW(REPLACE_EXISTING), by libuv. */
static int replace(const char *from, const char *to)
{
    uv_fs_t req;
    char *longer_from, *longer_to;
    from = path_for_system(from, &longer_from);
    int status = uv_fs_rename(NULL, &req, from, path_for_system(to, &longer_to), NULL);
    uv_fs_req_cleanup(&req);
    free(longer_from);
    free(longer_to);
    return status;
}

static bool is_folder(const char *path)
{
    struct file_info info;
    return file_stat(path, &info, NULL) && info.type == FILE_FOLDER;
}

/* A virus scanner, an indexer or a reader holds it: they let go soon. */
int file_replace(const char *from, const char *to)
{
    int64_t until = clock_now() + PATIENCE;
    int status = replace(from, to);
    if ((status == UV_EACCES || status == UV_EPERM) && is_folder(to))
        return UV_EEXIST; /* the system's word for a folder in the way */
    while ((status == UV_EACCES || status == UV_EPERM || status == UV_EBUSY) && clock_now() < until &&
           wait_for(NULL, clock_now() + PAUSE, NULL) == WAIT_EXPIRED)
        status = replace(from, to);
    return status;
}
