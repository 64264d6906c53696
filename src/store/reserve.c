#include "store/reserve.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>

#include "base/cleanup.h"
#include "base/limits.h"

/* Makes the file as long as it must be. ERROR_FULL when the disk has no room. */
static int allocate(const char *path, struct error *error)
{
    _cleanup_close_ int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return error_set_errno(error, errno, "cannot open %s", path);
    int os_errno = posix_fallocate(fd, 0, (off_t)LIMIT_RESERVE);
    if (os_errno != 0) {
        (void)unlink(path); /* a part of it would only keep others from the space */
        return error_set_errno(error, os_errno, "cannot reserve space with %s", path);
    }
    return 0;
}

int reserve_fill(struct reserve *reserve, struct error *error)
{
    int result = allocate(reserve->path, error);
    reserve->held = result == 0;
    return result == ERROR_FULL ? 0 : result;
}

int reserve_init(struct reserve *reserve, const char *directory, struct error *error)
{
    if (asprintf(&reserve->path, "%s/reserve", directory) < 0) {
        reserve->path = NULL;
        return error_set(error, ERROR_MEMORY, "no memory to open %s/reserve", directory);
    }
    reserve->directory = directory;
    reserve->held = access(reserve->path, F_OK) == 0;
    return 0;
}

void reserve_deinit(struct reserve *reserve)
{
    if (reserve == NULL)
        return;
    free(reserve->path);
    *reserve = (struct reserve)RESERVE_INIT;
}

bool reserve_release(struct reserve *reserve)
{
    if (!reserve->held)
        return false;
    reserve->held = false;
    return unlink(reserve->path) == 0;
}

int reserve_take_back(struct reserve *reserve, struct error *error)
{
    if (reserve->held)
        return 0;
    struct statvfs status;
    if (statvfs(reserve->directory, &status) < 0)
        return error_set_errno(error, errno, "cannot look at %s", reserve->directory);
    if ((uint64_t)status.f_bavail * status.f_frsize < 2 * LIMIT_RESERVE)
        return 0;
    return reserve_fill(reserve, error);
}
