#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/limits.h"

static ssize_t read_again(int fd, void *data, size_t size)
{
    ssize_t got;
    do
        got = read(fd, data, size);
    while (got < 0 && errno == EINTR);
    return got;
}

int file_read(const char *path, struct buffer *buffer, struct error *error)
{
    buffer_clear(buffer);
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return error_set_errno(error, errno, "cannot open %s", path);
    for (;;) {
        size_t room = buffer->limit - buffer->size;
        if (room > KIB(16))
            room = KIB(16);
        if (room == 0)
            break;
        int code = buffer_reserve(buffer, room);
        if (code < 0)
            return error_set(error, code, "no memory to read %s", path);
        ssize_t got = read_again(fd, buffer->data + buffer->size, room);
        if (got < 0)
            return error_set_errno(error, errno, "cannot read %s", path);
        if (got == 0)
            return 0;
        buffer->size += (size_t)got;
    }
    char beyond;
    ssize_t got = read_again(fd, &beyond, 1);
    if (got < 0)
        return error_set_errno(error, errno, "cannot read %s", path);
    if (got > 0)
        return error_set(error, ERROR_LIMIT, "%s is longer than %zu bytes", path, buffer->limit);
    return 0;
}

/* ---- Directories ---- */

/* The directory part of `path`, on the heap: "." for a bare name. */
static char *parent_of(const char *path)
{
    size_t end = strlen(path);
    while (end > 1 && path[end - 1] == '/')
        end--;
    while (end > 0 && path[end - 1] != '/')
        end--;
    while (end > 1 && path[end - 1] == '/')
        end--;
    return end == 0 ? strdup(".") : strndup(path, end);
}

int file_sync_parent(const char *path, struct error *error)
{
    _cleanup_free_ char *parent = parent_of(path);
    if (parent == NULL)
        return error_set(error, ERROR_MEMORY, "no memory to sync the directory of %s", path);
    _cleanup_close_ int fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return error_set_errno(error, errno, "cannot open the directory %s", parent);
    /* EINVAL: a file system that has nothing to sync for a directory. */
    if (fsync(fd) < 0 && errno != EINVAL)
        return error_set_errno(error, errno, "cannot sync the directory %s", parent);
    return 0;
}

static int make_one_directory(const char *path, mode_t mode, struct error *error)
{
    if (mkdir(path, mode) == 0)
        return file_sync_parent(path, error);
    /* What is there already may answer EEXIST, or EROFS or EACCES before that is looked at. */
    int os_errno = errno;
    struct stat status;
    if (stat(path, &status) < 0)
        return error_set_errno(error, os_errno, "cannot make the directory %s", path);
    if (!S_ISDIR(status.st_mode))
        return error_set(error, ERROR_INVALID, "%s is there already and is no directory", path);
    return 0;
}

int file_make_directory(const char *path, mode_t mode, struct error *error)
{
    _cleanup_free_ char *partial = strdup(path);
    if (partial == NULL)
        return error_set(error, ERROR_MEMORY, "no memory to make the directory %s", path);
    if (*partial == '\0')
        return error_set(error, ERROR_INVALID, "a directory without a name cannot be made");
    for (char *slash = strchr(partial + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        int code = make_one_directory(partial, mode, error);
        if (code < 0)
            return code;
        *slash = '/';
    }
    return make_one_directory(partial, mode, error);
}

int file_make_parent(const char *path, mode_t mode, struct error *error)
{
    _cleanup_free_ char *parent = parent_of(path);
    if (parent == NULL)
        return error_set(error, ERROR_MEMORY, "no memory to make the directory of %s", path);
    return file_make_directory(parent, mode, error);
}

/* ---- Writing ---- */

int file_write_all(int fd, struct slice bytes, struct error *error)
{
    while (bytes.size > 0) {
        ssize_t written = write(fd, bytes.data, bytes.size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return error_set_errno(error, errno, "cannot write");
        bytes.data += written;
        bytes.size -= (size_t)written;
    }
    return 0;
}

static int write_and_sync(const char *path, struct slice bytes, mode_t mode, struct error *error)
{
    /* A file that an earlier process of the same number left behind is no use to anybody. */
    (void)unlink(path);
    _cleanup_close_ int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return error_set_errno(error, errno, "cannot create %s", path);
    /* Asked for apart, since the process's file mode mask takes from what open() is given. */
    if (fchmod(fd, mode) < 0)
        return error_set_errno(error, errno, "cannot set the mode of %s", path);
    int code = file_write_all(fd, bytes, error);
    if (code < 0)
        return error_prefix(error, code, "%s", path);
    if (fsync(fd) < 0)
        return error_set_errno(error, errno, "cannot sync %s", path);
    return 0;
}

int file_write_atomic(const char *path, struct slice bytes, mode_t mode, struct error *error)
{
    /* The process id keeps two processes from renaming each other's half-written file. */
    _cleanup_free_ char *temporary = NULL;
    if (asprintf(&temporary, "%s.%ld.tmp", path, (long)getpid()) < 0) {
        temporary = NULL;
        return error_set(error, ERROR_MEMORY, "no memory to write %s", path);
    }
    int code = write_and_sync(temporary, bytes, mode, error);
    if (code == 0 && rename(temporary, path) < 0)
        code = error_set_errno(error, errno, "cannot rename %s to %s", temporary, path);
    if (code < 0) {
        (void)unlink(temporary); /* the error that brought us here is the one to tell */
        return code;
    }
    return file_sync_parent(path, error);
}

/* ---- Locks ---- */

static int refuse_locked(int fd, const char *path, struct error *error)
{
    char holder[24];
    ssize_t size = pread(fd, holder, sizeof(holder) - 1, 0);
    holder[size > 0 ? size : 0] = '\0';
    long process = strtol(holder, NULL, 10);
    if (process > 0)
        return error_set(error, ERROR_LOCKED, "%s is held by process %ld", path, process);
    return error_set(error, ERROR_LOCKED, "%s is held by another process", path);
}

int file_lock(const char *path, int *ret_fd, struct error *error)
{
    _cleanup_close_ int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
    if (fd < 0)
        return error_set_errno(error, errno, "cannot open the lock file %s", path);
    /* A lock of the open file description: unlike a process's lock, closing another descriptor of
     * the file does not drop it. */
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(fd, F_OFD_SETLK, &whole) < 0) {
        if (errno == EAGAIN || errno == EACCES)
            return refuse_locked(fd, path, error);
        return error_set_errno(error, errno, "cannot lock %s", path);
    }
    char process[24];
    int size = snprintf(process, sizeof(process), "%ld\n", (long)getpid());
    /* The number is for people: on a full disk the lock holds without it. */
    if (ftruncate(fd, 0) == 0)
        (void)!pwrite(fd, process, (size_t)size, 0);
    *ret_fd = take_fd(&fd);
    return 0;
}

/* ---- Reading ---- */

int file_read_at(int fd, void *data, size_t size, int64_t offset, struct error *error)
{
    char *place = data;
    while (size > 0) {
        ssize_t got = pread(fd, place, size, offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_set_errno(error, errno, "cannot read at offset %lld", (long long)offset);
        if (got == 0)
            return error_set(error, ERROR_CORRUPT,
                "the file ends at offset %lld, %zu bytes before what it should hold",
                (long long)offset, size);
        place += got;
        offset += got;
        size -= (size_t)got;
    }
    return 0;
}
