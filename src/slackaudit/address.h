/*
 * Addresses of requests: the check of what a caller gives, and the building of base address, path
 * and query. Private to slackaudit/.
 *
 * Every name and value of a query is percent-encoded but for the unreserved characters of RFC
 * 3986, 2.3: a cursor ends in `=`, which a server takes for something else when it is not.
 */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"
#include "base/limits.h"

/* A base address: http or https, a host, no user information, query or fragment, a slash at its
 * end; http only to loopback unless `insecure_http`. The text names the option `base_url` and shows
 * nothing of its value. */
int address_check(const char *base_url, bool insecure_http, struct error *error);

/* Whether its host is this machine by name or number. */
bool address_is_loopback(const char *base_url);

/* A path behind a base address: letters, digits, `-._~/`, no slash at its start and no `..`. */
int address_check_path(const char *path, struct error *error);

/* An address that is being built. Embedded object: ADDRESS_INIT, address_deinit(). */
struct address {
    struct buffer text;
    size_t path_size; /* the address without its query */
};

#define ADDRESS_INIT                                                                               \
    {                                                                                              \
        .text = BUFFER_INIT(LIMIT_URL)                                                             \
    }

void address_deinit(struct address *address);

/* Each returns 0, ERROR_LIMIT past LIMIT_URL or ERROR_MEMORY. */
int address_begin(struct address *address, const char *base_url, const char *path);
int address_add(struct address *address, const char *name, const char *value);
