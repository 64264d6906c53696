#include "sys/owner.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

/* A user without a name, as in a container, has the one group. */
static int take_groups(const struct stat *owner)
{
    const struct passwd *user = getpwuid(owner->st_uid);
    gid_t group = owner->st_gid;
    return user == NULL ? setgroups(1, &group) : initgroups(user->pw_name, group);
}

/* A link itself, then what it leads to. */
static int look_at(const char *path, struct stat *ret_owner)
{
    int r = lstat(path, ret_owner);
    return r < 0 || ret_owner->st_uid != 0 || !S_ISLNK(ret_owner->st_mode) ? r
                                                                           : stat(path, ret_owner);
}

/* Who owns `path`; where that is root, the first on the way to it who is not: whoever it is chooses
 * what stands there, and may put something else there at any moment. */
static int find_owner(const char *path, struct stat *ret_owner)
{
    int r = stat(path, ret_owner);
    _cleanup_free_ char *way = r < 0 ? NULL : strdup(path);
    if (r < 0 || ret_owner->st_uid != 0)
        return r;
    if (way == NULL)
        return -1;
    for (char *end = way + strspn(way, "/"); *end != '\0'; end += strspn(end, "/")) {
        end += strcspn(end, "/");
        char after = *end;
        *end = '\0';
        r = look_at(way, ret_owner);
        *end = after;
        if (r < 0 || ret_owner->st_uid != 0)
            return r;
    }
    return 0;
}

int owner_become(const char *path, struct error *error)
{
    struct stat owner;
    if (geteuid() != 0)
        return 0;
    if (find_owner(path, &owner) < 0)
        return errno == ENOENT ? 0 : error_set_errno(error, errno, "cannot look at %s", path);
    if (owner.st_uid == 0)
        return 0;
    if (take_groups(&owner) < 0 || setresgid(owner.st_gid, owner.st_gid, owner.st_gid) < 0 ||
        setresuid(owner.st_uid, owner.st_uid, owner.st_uid) < 0)
        return error_set_errno(
            error, errno, "cannot act as user %u, who owns %s", (unsigned)owner.st_uid, path);
    return 0;
}
