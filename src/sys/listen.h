/*
 * Listening sockets: a numeric address with a port, a Unix socket, or one that systemd passes.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum { LISTENER_NAME_SIZE = 128 };

struct listener {
    int fd;                        /* closed by listener_close(), or by whoever takes it over */
    uint16_t port;                 /* the one in use, also when 0 was asked for; 0: a Unix socket */
    bool is_loopback;              /* only this machine reaches it */
    bool is_passed;                /* by systemd, which keeps it and its name */
    char name[LISTENER_NAME_SIZE]; /* "127.0.0.1:8888", "[::1]:8888", "unix:/run/x.sock" */
};

#define LISTENER_INIT                                                                              \
    {                                                                                              \
        .fd = -1                                                                                   \
    }

/* Whether `address` could be listened on, as listener_open() has it: NULL, or what is wrong ("must
 * ..."). */
const char *listener_fault(const char *address);

/* Listens on `IPv4:PORT`, `[IPv6]:PORT` or `unix:PATH`, or on what a socket unit passes
 * (`systemd`; sys/service.h), as often as it is asked to. A Unix socket is for owner and group
 * (0660) from the first moment; its directory is made, and one that nobody listens on any more is
 * replaced. ERROR_INVALID when the address is none, ERROR_UNAVAILABLE when the system refuses it,
 * another process listens there, or what stands there is no socket. */
int listener_open(struct listener *ret_listener, const char *address, struct error *error);

/* Closes the socket, unless it was taken over (-1), and removes the name of a Unix
 * socket of our own. */
void listener_close(struct listener *listener);
