#include "simulator/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

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

static int read_address(const char *text, union address *ret_address)
{
    char host[LISTEN_NAME_SIZE];
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

int listener_open(struct listener *ret_listener, const char *address, struct error *error)
{
    union address where;
    char host[INET6_ADDRSTRLEN];
    if (read_address(address, &where) < 0)
        return error_set(error, ERROR_INVALID,
            "\"%s\" is no address to listen on: give ADDRESS:PORT, as in 127.0.0.1:8888 or [::1]:0",
            address);
    _cleanup_close_ int fd = socket(where.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind_and_listen(fd, &where) < 0)
        return error_set(
            error, ERROR_UNAVAILABLE, "cannot listen on %s: %s", address, strerror(errno));
    bool is_v6 = where.any.sa_family == AF_INET6;
    struct listener made = {.port = ntohs(is_v6 ? where.v6.sin6_port : where.v4.sin_port)};
    (void)inet_ntop(where.any.sa_family,
        is_v6 ? (void *)&where.v6.sin6_addr : (void *)&where.v4.sin_addr, host,
        sizeof(host)); /* the family is known and the text fits */
    (void)snprintf(
        made.name, sizeof(made.name), is_v6 ? "[%s]:%u" : "%s:%u", host, made.port); /* it fits */
    made.fd = take_fd(&fd);
    *ret_listener = made;
    return 0;
}
