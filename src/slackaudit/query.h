/*
 * What /logs may be asked: the check of a caller's query and its spelling in an address. Private to
 * slackaudit/.
 */
#pragma once

#include "slackaudit/address.h"
#include "slackaudit/calls.h"

/* Whether the client may ask it. ERROR_INVALID; the text begins with the name of the parameter. */
int query_check(const struct slackaudit_client *client, const struct slackaudit_query *query,
    struct error *error);

/* ERROR_INVALID for a name without a value, or for a reserved member that is set. */
int extras_check(const struct slackaudit_extras *extras, struct error *error);

/* ERROR_INVALID for one that is set: the caller was built for a later version. `count` is
 * RESERVED_COUNT(reserved). */
int reserved_check(const void *const *reserved, size_t count, struct error *error);
#define RESERVED_COUNT(reserved) (sizeof(reserved) / sizeof((reserved)[0]))

/* The address of /logs, or of any path; `extras` may be NULL. ERROR_LIMIT when it is too long,
 * ERROR_MEMORY. */
int query_address(struct address *address, const char *base_url,
    const struct slackaudit_query *query, struct error *error);
int extras_address(struct address *address, const char *base_url, const char *path,
    const struct slackaudit_extras *extras, struct error *error);
