#include "config/path.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

/* ---- Spelling ---- */

/* Takes the last name off, unless only ".." (or nothing) stands there to be kept. */
static void drop_last(char *path, size_t *size, bool absolute)
{
    size_t start = *size;
    while (start > 0 && path[start - 1] != '/')
        start--;
    bool ends_up = *size - start == 2 && memcmp(path + start, "..", 2) == 0;
    if (*size > 0 && !ends_up) {
        *size = start > 0 ? start - 1 : 0;
    } else if (!absolute) { /* above the root is the root */
        const char *up = *size > 0 ? "/.." : "..";
        memcpy(path + *size, up, strlen(up));
        *size += strlen(up);
    }
}

int config_path_normalise(const char *path, char **ret_path)
{
    bool absolute = path[0] == '/';
    char *normal = malloc(strlen(path) + 3); /* the root or "." at least */
    if (normal == NULL)
        return ERROR_MEMORY;
    char *names = normal + absolute;
    size_t size = 0;
    while (*path != '\0') {
        size_t length = strcspn(path, "/");
        if (length == 2 && memcmp(path, "..", 2) == 0) {
            drop_last(names, &size, absolute);
        } else if (length > 0 && !(length == 1 && *path == '.')) {
            if (size > 0)
                names[size++] = '/';
            memcpy(names + size, path, length);
            size += length;
        }
        path += length + (path[length] == '/');
    }
    if (absolute)
        normal[0] = '/';
    else if (size == 0)
        names[size++] = '.';
    names[size] = '\0';
    *ret_path = normal;
    return 0;
}

void config_path_squeeze(char *path)
{
    char *end = path;
    for (const char *at = path; *at != '\0'; at++)
        if (*at != '/' || end == path || end[-1] != '/')
            *end++ = *at;
    if (end - path > 1 && end[-1] == '/')
        end--;
    *end = '\0';
}

/* The directory that a lies in; at the top the path stays what it is. */
static int parent_of(const char *path, char **ret_parent)
{
    const char *slash = strrchr(path, '/');
    char *parent;
    if (slash == NULL)
        parent = strdup(".");
    else
        parent = strndup(path, slash == path ? 1 : (size_t)(slash - path));
    if (parent == NULL)
        return ERROR_MEMORY;
    *ret_parent = parent;
    return 0;
}

static bool is_top(const char *path)
{
    return strcmp(path, "/") == 0 || strcmp(path, ".") == 0;
}

/* Goes up from `path` to what exists. ".." is left to the system here, because a symbolic link
 * before it changes what it means. */
static int find_existing(const char *path, char **ret_existing)
{
    _cleanup_free_ char *at = strdup(path);
    if (at == NULL)
        return ERROR_MEMORY;
    while (access(at, F_OK) < 0 && !is_top(at)) {
        char *parent;
        int code = parent_of(at, &parent);
        if (code < 0)
            return code;
        free(at);
        at = parent;
    }
    *ret_existing = TAKE(at);
    return 0;
}

int config_path_resolve(const char *path, char **ret_path)
{
    _cleanup_free_ char *existing = NULL, *joined = NULL;
    int code = find_existing(path, &existing);
    if (code < 0)
        return code;
    _cleanup_free_ char *real = realpath(existing, NULL);
    if (real == NULL) /* gone or forbidden: the spelling is all there is to compare */
        return config_path_normalise(path, ret_path);
    /* "." may be what was found above a path that does not begin with it. */
    const char *rest = strcmp(existing, ".") == 0 ? path : path + strlen(existing);
    if (asprintf(&joined, "%s/%s", real, rest) < 0) {
        joined = NULL;
        return ERROR_MEMORY;
    }
    return config_path_normalise(joined, ret_path);
}

bool config_path_same_file(const char *left, const char *right)
{
    struct stat left_status, right_status;
    return stat(left, &left_status) == 0 && stat(right, &right_status) == 0 &&
           left_status.st_dev == right_status.st_dev && left_status.st_ino == right_status.st_ino;
}

/* ---- Writability ---- */

/* Of a directory that exists. */
static int check_writable_directory(const char *path, struct error *error)
{
    struct stat status;
    if (stat(path, &status) < 0)
        return error_set_errno(error, errno, "cannot look at %s", path);
    if (!S_ISDIR(status.st_mode))
        return error_set(error, ERROR_INVALID, "%s is not a directory", path);
    if (access(path, W_OK | X_OK) < 0)
        return error_set_errno(error, errno, "cannot write in the directory %s", path);
    return 0;
}

int config_path_check_parent(const char *path, struct error *error)
{
    _cleanup_free_ char *parent = NULL, *existing = NULL;
    if (parent_of(path, &parent) < 0 || find_existing(parent, &existing) < 0)
        return error_set(error, ERROR_MEMORY, "no memory for a path");
    return check_writable_directory(existing, error);
}

int config_path_check_directory(const char *path, struct error *error)
{
    _cleanup_free_ char *existing = NULL;
    if (find_existing(path, &existing) < 0)
        return error_set(error, ERROR_MEMORY, "no memory for a path");
    return check_writable_directory(existing, error);
}

int config_path_check_file(const char *path, struct error *error)
{
    struct stat status;
    if (stat(path, &status) < 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return config_path_check_parent(path, error);
        return error_set_errno(error, errno, "cannot look at %s", path);
    }
    if (S_ISDIR(status.st_mode))
        return error_set(error, ERROR_INVALID, "%s is a directory; a file is written here", path);
    if (access(path, W_OK) < 0)
        return error_set_errno(error, errno, "cannot write to %s", path);
    return 0;
}
