#include "descriptors.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

void descriptors_close(int kept)
{
    DIR *folder = opendir("/proc/self/fd");
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        int fd = atoi(entry->d_name);
        if (fd > 2 && fd != kept && fd != dirfd(folder))
            close(fd);
    }
    if (folder)
        closedir(folder);
    for (int fd = 3; !folder && fd < 1024; fd++)
        if (fd != kept)
            close(fd);
    int null = open("/dev/null", O_RDWR);
    for (int fd = 0; fd <= 2; fd++)
        if (null < 0 || dup2(null, fd) < 0)
            close(fd);
    if (null > 2)
        close(null);
}
