/*
 * Put before the C library of a program (LD_PRELOAD), it notes what is synced: for each fsync() and
 * fdatasync() that succeeds, a line with the path of the file, in the file that BENCH_SYNCS names.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EXPORTED __attribute__((__visibility__("default")))

static void note(int fd)
{
    char link[64], line[PATH_MAX + 1];
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, line, PATH_MAX);
    const char *path = getenv("BENCH_SYNCS");
    int file =
        size < 0 || path == NULL ? -1 : open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0)
        return; /* what is not noted counts as not synced */
    line[size] = '\n';
    if (write(file, line, (size_t)size + 1) < 0)
        perror(path);
    close(file);
}

static int sync_noted(long call, int fd)
{
    int result = (int)syscall(call, fd);
    if (result == 0)
        note(fd);
    return result;
}

EXPORTED int fsync(int fd)
{
    return sync_noted(SYS_fsync, fd);
}

EXPORTED int fdatasync(int fd)
{
    return sync_noted(SYS_fdatasync, fd);
}
