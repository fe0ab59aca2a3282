/* edit_history.c - in the user's own folder, which others cannot read. */
#include "../edit_history.h"

#include "../file.h"

bool edit_history_append(const char *path, const char *line, size_t len, struct error *err)
{
    struct file_log *log = file_log_open(path, err);
    bool ok = log && file_log_line(log, line, len - 1, err);
    file_log_close(log);
    return ok;
}

void edit_history_shorten(const char *path, const char *bytes, size_t len)
{
    file_write(path, bytes, len, NULL);
}
