#include <uv.h>

#include "../file_private.h"
#include "../wait.h"

bool file_sync_folder(const char *path, struct error *err)
{
    uv_fs_t req;
    uv_file fd = uv_fs_open(NULL, &req, path, UV_FS_O_RDONLY | UV_FS_O_DIRECTORY, 0, NULL);
    uv_fs_req_cleanup(&req);
    if (fd < 0)
        return wait_uv_error(err, fd, path);
    int status = uv_fs_fsync(NULL, &req, fd, NULL);
    uv_fs_req_cleanup(&req);
    uv_fs_close(NULL, &req, fd, NULL);
    uv_fs_req_cleanup(&req);
    /* Some network file systems cannot: then nobody can do more. */
    return status == 0 || status == UV_EINVAL || status == UV_ENOSYS || status == UV_ENOTSUP ||
           wait_uv_error(err, status, path);
}

int file_replace(const char *from, const char *to)
{
    uv_fs_t req;
    int status = uv_fs_rename(NULL, &req, from, to, NULL);
    uv_fs_req_cleanup(&req);
    return status;
}
