/*
 * A small file system of the test's own, where the process may make one: as root, or in a user
 * namespace. It goes with the process.
 */
#pragma once

#include <sched.h>
#include <stdbool.h>
#include <sys/mount.h>

#include "sys/folder.h"

static inline void mount_write(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd >= 0) {
        (void)!write(fd, text, strlen(text));
        close(fd);
    }
}

static inline bool mount_namespace(void)
{
    unsigned user = getuid(), group = getgid();
    if (unshare(CLONE_NEWNS) == 0)
        return true;
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
        return false;
    /* Where one of these is refused the mount is refused too, and that is looked at. */
    char map[64];
    (void)snprintf(map, sizeof(map), "0 %u 1", user);
    mount_write("/proc/self/uid_map", map);
    mount_write("/proc/self/setgroups", "deny");
    (void)snprintf(map, sizeof(map), "0 %u 1", group);
    mount_write("/proc/self/gid_map", map);
    return true;
}

/* Mounts a tmpfs of `size` ("1m") on the folder; false, with a word on standard error, when this
 * process may not. */
static inline bool mount_small(const char *folder, const char *size)
{
    char options[64];
    (void)snprintf(options, sizeof(options), "size=%s,mode=0700", size);
    if (mount_namespace() && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
        mount("tmpfs", folder, "tmpfs", 0, options) == 0)
        return true;
    fprintf(stderr, "SKIPPED: this process may not mount a tmpfs\n");
    return false;
}
