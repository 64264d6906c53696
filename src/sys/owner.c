#include "sys/owner.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

/* A user without a name, as in a container, has the one group. */
static int take_groups(const struct stat *owner)
{
    const struct passwd *user = getpwuid(owner->st_uid);
    gid_t group = owner->st_gid;
    return user == NULL ? setgroups(1, &group) : initgroups(user->pw_name, group);
}

int owner_become(const char *path, struct error *error)
{
    struct stat owner;
    if (geteuid() != 0)
        return 0;
    if (stat(path, &owner) < 0)
        return errno == ENOENT ? 0 : error_set_errno(error, errno, "cannot look at %s", path);
    if (owner.st_uid == 0)
        return 0;
    if (take_groups(&owner) < 0 || setresgid(owner.st_gid, owner.st_gid, owner.st_gid) < 0 ||
        setresuid(owner.st_uid, owner.st_uid, owner.st_uid) < 0)
        return error_set_errno(
            error, errno, "cannot act as user %u, who owns %s", (unsigned)owner.st_uid, path);
    return 0;
}
