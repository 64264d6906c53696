/*
 * Addresses: `scheme://host:port/path?query`, taken apart without a look at the network, and the
 * rules that those of the configuration keep. No text here repeats an address, because it may be a
 * secret.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

struct config_address {
    struct slice scheme;
    struct slice host; /* without the brackets of an IPv6 address */
    uint16_t port;     /* 0: not given */
    struct slice path; /* from its slash on; empty when there is none */
    bool has_user, has_query, has_fragment;
};

/* Returns NULL, or what is wrong ("must ..."). The slices lie in `text`. */
const char *config_address_parse(const char *text, struct config_address *ret_address);

bool config_address_has_scheme(const struct config_address *address, const char *scheme);

/* NULL when an HTTP address may be used, or what is wrong. `insecure` lets http:// go to any host.
 */
const char *config_address_http_fault(const char *text, bool insecure);

/* The same for the address of a proxy; only one that is kept as a secret may carry user
 * information. */
const char *config_address_proxy_fault(const char *text, bool secret);

/* The path of `unix:PATH` or `unix:///PATH`, with one slash in front at most; NULL when it is none
 * or longer than a socket's name may be. */
const char *config_address_unix_path(const char *text);
