/*
 * What /logs may be asked: the check of a caller's query and its spelling in an address. Private to
 * slackaudit/.
 */
#pragma once

#include "slackaudit/address.h"
#include "slackaudit/calls.h"

/* The API's own bounds. */
enum { QUERY_LARGEST_PAGE = 9999, QUERY_MOST_ACTIONS = 30 };

/* Whether the client may ask it. ERROR_INVALID; the text begins with the name of the parameter. */
int query_check(const struct slackaudit_client *client, const struct slackaudit_query *query,
    struct error *error);

/* ERROR_INVALID for a name without a value, or a reserved member that is set: the caller was built
 * for a later version. */
int extras_check(const struct slackaudit_extras *extras, struct error *error);
#define RESERVED_COUNT(array) (sizeof(array) / sizeof((array)[0]))
int reserved_check(const void *const *reserved, size_t count, struct error *error);

/* The address of /logs, or of any path; `extras` may be NULL. ERROR_LIMIT when it is too long,
 * ERROR_MEMORY. */
int query_address(struct address *address, const char *base_url,
    const struct slackaudit_query *query, struct error *error);
int extras_address(struct address *address, const char *base_url, const char *path,
    const struct slackaudit_extras *extras, struct error *error);
