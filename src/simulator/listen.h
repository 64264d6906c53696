/*
 * A listening TCP socket at a numeric address.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum { LISTEN_NAME_SIZE = 64 };

struct listener {
    int fd;                      /* owned */
    uint16_t port;               /* the one in use, also when 0 was asked for */
    char name[LISTEN_NAME_SIZE]; /* "127.0.0.1:8888", "[::1]:8888" */
};

/* Listens on `address`: `IPv4:PORT` or `[IPv6]:PORT`. ERROR_INVALID when it is none,
 * ERROR_UNAVAILABLE when the system refuses it. */
int listener_open(struct listener *ret_listener, const char *address, struct error *error);
