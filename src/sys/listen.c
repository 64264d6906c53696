#include "sys/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/cleanup.h"
#include "sys/file.h"
#include "sys/service.h"

#define UNIX_SCHEME "unix:"
#define PASSED      "systemd"

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_un local;
};

/* ---- Reading an address ---- */

static int read_port(const char *text, uint16_t *ret_port)
{
    char *end;
    if (*text < '0' || *text > '9')
        return ERROR_INVALID;
    unsigned long port = strtoul(text, &end, 10);
    if (*end != '\0' || port > UINT16_MAX)
        return ERROR_INVALID;
    *ret_port = (uint16_t)port;
    return 0;
}

static int read_network(const char *text, union address *ret_address)
{
    char host[INET6_ADDRSTRLEN + 2];
    uint16_t port;
    const char *colon = strrchr(text, ':');
    if (colon == NULL || read_port(colon + 1, &port) < 0)
        return ERROR_INVALID;
    size_t size = (size_t)(colon - text);
    bool is_v6 = size >= 2 && text[0] == '[' && text[size - 1] == ']';
    if (size >= sizeof(host))
        return ERROR_INVALID;
    (void)snprintf(
        host, sizeof(host), "%.*s", (int)(is_v6 ? size - 2 : size), text + is_v6); /* it fits */
    memset(ret_address, 0, sizeof(*ret_address));
    if (is_v6) {
        ret_address->v6.sin6_family = AF_INET6;
        ret_address->v6.sin6_port = htons(port);
        return inet_pton(AF_INET6, host, &ret_address->v6.sin6_addr) == 1 ? 0 : ERROR_INVALID;
    }
    ret_address->v4.sin_family = AF_INET;
    ret_address->v4.sin_port = htons(port);
    return inet_pton(AF_INET, host, &ret_address->v4.sin_addr) == 1 ? 0 : ERROR_INVALID;
}

static bool is_local(const char *text)
{
    return strncmp(text, UNIX_SCHEME, strlen(UNIX_SCHEME)) == 0;
}

static int read_local(const char *text, union address *ret_address)
{
    const char *path = text + strlen(UNIX_SCHEME);
    memset(ret_address, 0, sizeof(*ret_address));
    ret_address->local.sun_family = AF_UNIX;
    if (*path == '\0' || strlen(path) >= sizeof(ret_address->local.sun_path))
        return ERROR_INVALID;
    memcpy(ret_address->local.sun_path, path, strlen(path) + 1);
    return 0;
}

const char *listener_fault(const char *address)
{
    union address read;
    if (strcmp(address, PASSED) == 0)
        return NULL;
    if (is_local(address))
        return read_local(address, &read) < 0
                   ? "must be unix: and the path of a socket, at most 107 bytes"
                   : NULL;
    return read_network(address, &read) < 0
               ? "must be a numeric address and a port, as in 127.0.0.1:9464 or [::1]:9464, "
                 "unix: and a path, or systemd"
               : NULL;
}

/* ---- A Unix socket ---- */

/* A socket that a killed process left is removed; one that somebody listens on is not. */
static int clear_place(const union address *address, struct error *error)
{
    const char *path = address->local.sun_path;
    struct stat status;
    if (lstat(path, &status) < 0)
        return 0;
    if (!S_ISSOCK(status.st_mode))
        return error_set(
            error, ERROR_UNAVAILABLE, "%s stands where the socket goes and is no socket", path);
    /* Only a socket that nobody listens on refuses. It may as well be busy, or another user's. */
    _cleanup_close_ int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (probe < 0)
        return error_set_errno(error, errno, "cannot make a socket");
    if (connect(probe, &address->any, sizeof(address->local)) == 0 || errno != ECONNREFUSED)
        return error_set(error, ERROR_UNAVAILABLE, "%s: another process listens there", path);
    if (unlink(path) < 0)
        return error_set_errno(error, errno, "cannot remove the old socket %s", path);
    return 0;
}

static int open_local(struct listener *ret_listener, const char *text, struct error *error)
{
    union address address;
    if (read_local(text, &address) < 0)
        return error_set(error, ERROR_INVALID, "the address of a socket %s", listener_fault(text));
    const char *path = address.local.sun_path;
    int code = file_make_parent(path, 0750, error);
    if (code >= 0)
        code = clear_place(&address, error);
    if (code < 0)
        return code;
    _cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return error_set_errno(error, errno, "cannot make a socket");
    mode_t mask = umask(0117); /* owner and group only, from the first moment */
    bool bound = bind(fd, &address.any, sizeof(address.local)) == 0;
    int bind_errno = errno;
    (void)umask(mask); /* cannot fail */
    if (!bound || listen(fd, SOMAXCONN) < 0)
        return error_set_errno(error, bound ? errno : bind_errno, "cannot listen on %s", path);
    *ret_listener = (struct listener){.is_loopback = true};
    (void)snprintf(ret_listener->name, sizeof(ret_listener->name), "%s", text); /* it fits */
    ret_listener->fd = take_fd(&fd);
    return 0;
}

/* ---- A port ---- */

static bool is_loopback(const union address *address)
{
    if (address->any.sa_family == AF_INET)
        return ntohl(address->v4.sin_addr.s_addr) >> 24 == 127; /* RFC 1122, 3.2.1.3 */
    return IN6_IS_ADDR_LOOPBACK(&address->v6.sin6_addr);
}

static int bind_and_listen(int fd, union address *address)
{
    const int yes = 1;
    socklen_t size = address->any.sa_family == AF_INET6 ? sizeof(address->v6) : sizeof(address->v4);
    /* without it a restart would have to wait for old connections to be forgotten */
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) < 0 ||
        bind(fd, &address->any, size) < 0 || listen(fd, SOMAXCONN) < 0)
        return -1;
    return getsockname(fd, &address->any, &size);
}

static void describe_network(struct listener *listener, const union address *where)
{
    char host[INET6_ADDRSTRLEN];
    bool is_v6 = where->any.sa_family == AF_INET6;
    *listener = (struct listener){
        .port = ntohs(is_v6 ? where->v6.sin6_port : where->v4.sin_port),
        .is_loopback = is_loopback(where),
        .fd = -1,
    };
    (void)inet_ntop(where->any.sa_family,
        is_v6 ? (const void *)&where->v6.sin6_addr : (const void *)&where->v4.sin_addr, host,
        sizeof(host)); /* the family is known and the text fits */
    (void)snprintf(listener->name, sizeof(listener->name), is_v6 ? "[%s]:%u" : "%s:%u", host,
        listener->port); /* it fits */
}

static int open_network(struct listener *ret_listener, const char *text, struct error *error)
{
    union address where;
    if (read_network(text, &where) < 0)
        return error_set(error, ERROR_INVALID,
            "\"%s\" is no address to listen on: give ADDRESS:PORT, as in 127.0.0.1:8888 or [::1]:0",
            text);
    _cleanup_close_ int fd = socket(where.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind_and_listen(fd, &where) < 0)
        return error_set(
            error, ERROR_UNAVAILABLE, "cannot listen on %s: %s", text, strerror(errno));
    describe_network(ret_listener, &where);
    ret_listener->fd = take_fd(&fd);
    return 0;
}

/* ---- Passed by systemd ---- */

static int open_passed(struct listener *ret_listener, struct error *error)
{
    union address where = {0};
    socklen_t size = sizeof(where);
    _cleanup_close_ int fd = -1;
    int code = service_take_socket(&fd, error);
    if (code < 0)
        return code;
    if (getsockname(fd, &where.any, &size) < 0)
        return error_set_errno(error, errno, "cannot ask where the socket from systemd listens");
    if (where.any.sa_family == AF_INET || where.any.sa_family == AF_INET6) {
        describe_network(ret_listener, &where);
    } else if (where.any.sa_family == AF_UNIX) {
        *ret_listener = (struct listener){.is_loopback = true};
        (void)snprintf(ret_listener->name, sizeof(ret_listener->name), UNIX_SCHEME "%.*s",
            (int)sizeof(where.local.sun_path), where.local.sun_path); /* it fits */
    } else {
        return error_set(error, ERROR_UNAVAILABLE,
            "the socket from systemd is neither one of the internet nor a Unix socket");
    }
    ret_listener->is_passed = true;
    ret_listener->fd = take_fd(&fd);
    return 0;
}

int listener_open(struct listener *ret_listener, const char *address, struct error *error)
{
    if (strcmp(address, PASSED) == 0)
        return open_passed(ret_listener, error);
    return is_local(address) ? open_local(ret_listener, address, error)
                             : open_network(ret_listener, address, error);
}

void listener_close(struct listener *listener)
{
    if (listener->fd >= 0)
        (void)close(listener->fd); /* nothing was promised to those who did not connect yet */
    listener->fd = -1;
    if (is_local(listener->name) && !listener->is_passed)
        (void)unlink(listener->name + strlen(UNIX_SCHEME)); /* gone already is as good */
    *listener->name = '\0';
}
