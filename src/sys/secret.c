#include "sys/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/log.h"

/* Lies at the start of its own mapping, the text behind it. */
struct secret {
    size_t mapping_size;
    bool registered; /* with the log */
    char text[];
};

DEFINE_CLEANUP(struct secret, secret_free)

void secret_reference_deinit(struct secret_reference *reference)
{
    if (reference->name != NULL)
        explicit_bzero(reference->name, strlen(reference->name)); /* a plain one is the value */
    free(TAKE(reference->name));
    reference->kind = SECRET_NONE;
}

/* ---- Memory ---- */

static struct secret *allocate(size_t text_size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t size = (sizeof(struct secret) + text_size + page - 1) / page * page;
    void *mapping = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping == MAP_FAILED)
        return NULL;
    /* Fails only on a kernel without core dump control, where there is nothing better. */
    (void)madvise(mapping, size, MADV_DONTDUMP);
    struct secret *secret = mapping;
    secret->mapping_size = size;
    return secret;
}

void secret_free(struct secret *secret)
{
    if (secret == NULL)
        return;
    if (secret->registered)
        log_remove_secret(secret->text);
    size_t size = secret->mapping_size;
    explicit_bzero(secret, size);
    (void)munmap(secret, size); /* it is a mapping */
}

const char *secret_text(const struct secret *secret)
{
    return secret == NULL ? "" : secret->text;
}

static int register_secret(struct secret *secret)
{
    int code = log_add_secret(secret->text);
    if (code == 0)
        secret->registered = true;
    return code;
}

int secret_new_unregistered(const char *value, struct secret **ret_secret)
{
    size_t size = strlen(value) + 1;
    struct secret *secret = allocate(size);
    if (secret == NULL)
        return ERROR_MEMORY;
    memcpy(secret->text, value, size);
    *ret_secret = secret;
    return 0;
}

int secret_new(const char *value, struct secret **ret_secret)
{
    _cleanup_(secret_freep) struct secret *secret = NULL;
    int code = secret_new_unregistered(value, &secret);
    if (code == 0)
        code = register_secret(secret);
    if (code < 0)
        return code;
    *ret_secret = TAKE(secret);
    return 0;
}

/* ---- Files: who else can read them ---- */

static bool process_is_in_group(gid_t group)
{
    if (getegid() == group)
        return true;
    int count = getgroups(0, NULL);
    if (count <= 0)
        return false;
    _cleanup_free_ gid_t *groups = calloc((size_t)count, sizeof(*groups));
    if (groups == NULL)
        return false;
    count = getgroups(count, groups);
    for (int i = 0; i < count; i++)
        if (groups[i] == group)
            return true;
    return false;
}

static bool lies_below(const char *path, const char *directory)
{
    size_t size = strlen(directory);
    return strncmp(path, directory, size) == 0 && path[size] == '/';
}

/* Who puts files there (a container runtime, systemd) guards the directory, and the mode says
 * little. Judged by where the opened file really lies, so that neither a symbolic link nor ".."
 * makes an exception of another file. */
static bool is_guarded_place(int fd)
{
    char link[40], path[PATH_MAX];
    (void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd); /* fits */
    ssize_t size = readlink(link, path, sizeof(path) - 1);
    if (size <= 0)
        return false;
    path[size] = '\0';
    if (lies_below(path, "/run/secrets"))
        return true;
    const char *credentials = getenv("CREDENTIALS_DIRECTORY");
    if (credentials == NULL)
        return false;
    _cleanup_free_ char *real = realpath(credentials, NULL);
    return real != NULL && lies_below(path, real);
}

static int check_readers(int fd, const char *path, struct error *error)
{
    struct stat status;
    if (fstat(fd, &status) < 0)
        return error_set_errno(error, errno, "cannot look at %s", path);
    if (!S_ISREG(status.st_mode))
        return error_set(error, ERROR_INVALID, "%s is no regular file", path);
    if (is_guarded_place(fd))
        return 0;
    if ((status.st_mode & S_IROTH) != 0)
        return error_set(error, ERROR_DENIED,
            "%s can be read by everybody (mode %04o): take that away with chmod o= %s", path,
            (unsigned)status.st_mode & 07777, path);
    if ((status.st_mode & S_IRGRP) != 0 && !process_is_in_group(status.st_gid))
        return error_set(error, ERROR_DENIED,
            "%s can be read by group %lu, which this process is not in (mode %04o): take that "
            "away with chmod g= %s, or change the group",
            path, (unsigned long)status.st_gid, (unsigned)status.st_mode & 07777, path);
    return 0;
}

/* ---- Loading ---- */

/* Cuts off line breaks at the end and checks the rest. `size` counts no NUL byte; one is put behind
 * the text. */
static int finish(struct secret *secret, size_t size, const char *what, struct error *error)
{
    if (size > LIMIT_SECRET)
        return error_set(
            error, ERROR_LIMIT, "%s is longer than %zu bytes", what, (size_t)LIMIT_SECRET);
    while (size > 0 && (secret->text[size - 1] == '\n' || secret->text[size - 1] == '\r'))
        size--;
    secret->text[size] = '\0';
    if (size == 0)
        return error_set(error, ERROR_INVALID, "%s is empty", what);
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)secret->text[i];
        if (byte < 0x20 || byte == 0x7f)
            return error_set(error, ERROR_INVALID,
                "%s holds a control byte (a line break, say) at byte %zu: it should be one line",
                what, i + 1);
    }
    int code = register_secret(secret);
    if (code < 0)
        return error_set(error, code, "no memory for %s", what);
    return 0;
}

static int load_value(
    const char *value, const char *what, struct secret **ret_secret, struct error *error)
{
    /* One byte past the cap is enough to see that it is passed. */
    size_t size = strnlen(value, LIMIT_SECRET + 1);
    _cleanup_(secret_freep) struct secret *secret = allocate(size + 1);
    if (secret == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for %s", what);
    memcpy(secret->text, value, size);
    int code = finish(secret, size, what, error);
    if (code < 0)
        return code;
    *ret_secret = TAKE(secret);
    return 0;
}

static int load_file(
    const char *path, const char *what, struct secret **ret_secret, struct error *error)
{
    /* Not blocking, so that a FIFO in this place is refused instead of waited for. */
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return error_set_errno(error, errno, "cannot open %s", what);
    int code = check_readers(fd, path, error);
    if (code < 0)
        return code;
    _cleanup_(secret_freep) struct secret *secret = allocate(LIMIT_SECRET + 2);
    if (secret == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for %s", what);
    size_t size = 0;
    while (size <= LIMIT_SECRET) {
        ssize_t got = read(fd, secret->text + size, LIMIT_SECRET + 1 - size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_set_errno(error, errno, "cannot read %s", what);
        if (got == 0)
            break;
        size += (size_t)got;
    }
    code = finish(secret, size, what, error);
    if (code < 0)
        return code;
    *ret_secret = TAKE(secret);
    return 0;
}

static int load_credential(const char *name, struct secret **ret_secret, struct error *error)
{
    if (*name == '\0' || strchr(name, '/') != NULL || strcmp(name, ".") == 0 ||
        strcmp(name, "..") == 0)
        return error_set(error, ERROR_INVALID, "\"%s\" cannot be the name of a credential", name);
    const char *directory = getenv("CREDENTIALS_DIRECTORY");
    if (directory == NULL || *directory == '\0')
        return error_set(error, ERROR_MISSING,
            "the credential %s is not there: $CREDENTIALS_DIRECTORY is not set (systemd sets it "
            "for a unit with LoadCredential=)",
            name);
    _cleanup_free_ char *path = NULL, *what = NULL;
    if (asprintf(&path, "%s/%s", directory, name) < 0) {
        path = NULL;
        return error_set(error, ERROR_MEMORY, "no memory for the credential %s", name);
    }
    if (asprintf(&what, "the credential %s", name) < 0) {
        what = NULL;
        return error_set(error, ERROR_MEMORY, "no memory for the credential %s", name);
    }
    return load_file(path, what, ret_secret, error);
}

static int load_environment(const char *name, struct secret **ret_secret, struct error *error)
{
    const char *value = getenv(name);
    if (value == NULL)
        return error_set(error, ERROR_MISSING, "the environment variable %s is not set", name);
    _cleanup_free_ char *what = NULL;
    if (asprintf(&what, "the environment variable %s", name) < 0) {
        what = NULL;
        return error_set(error, ERROR_MEMORY, "no memory for the environment variable %s", name);
    }
    return load_value(value, what, ret_secret, error);
}

int secret_load(
    const struct secret_reference *reference, struct secret **ret_secret, struct error *error)
{
    if (reference->kind != SECRET_NONE && reference->name == NULL)
        return error_set(error, ERROR_INVALID, "a secret is named, but the name is missing");
    switch (reference->kind) {
    case SECRET_PLAIN:
        return load_value(reference->name, "the value", ret_secret, error);
    case SECRET_FILE:
        return load_file(reference->name, reference->name, ret_secret, error);
    case SECRET_CREDENTIAL:
        return load_credential(reference->name, ret_secret, error);
    case SECRET_ENV:
        return load_environment(reference->name, ret_secret, error);
    case SECRET_NONE:
        break;
    }
    return error_set(error, ERROR_MISSING, "no secret is set");
}
