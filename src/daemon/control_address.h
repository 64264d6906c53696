/*
 * The address of the control socket, for both of its sides. Private to control.c and control_ask.c.
 */
#pragma once

#include <string.h>
#include <sys/un.h>

#include "base/error.h"

/* ERROR_INVALID for a path that does not fit. */
static inline int control_address(
    const char *path, struct sockaddr_un *ret_address, struct error *error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(address.sun_path))
        return error_set(error, ERROR_INVALID, "%s: the path of a socket has at most %zu bytes",
            path, sizeof(address.sun_path) - 1);
    memcpy(address.sun_path, path, strlen(path) + 1);
    *ret_address = address;
    return 0;
}
